"""In which direction each number of holding a deal to account moves how long deals last."""

import numpy as np
import pytest
from conftest import SEED

import sim
from sim.analysis.outcomes import OUTCOMES

pytestmark = pytest.mark.slow

FUTURES, Z = 4_000, 4.0
PLAIN, VERIFIED = "baseline", "verified_guarantees"
RULE = "conflict.implementation"
# 1 where more deals hold under the second value than under the first, -1 where fewer do.
DIRECTIONS = [
    ("false_alarm", 0, 0.1, PLAIN, -1),
    ("adjudication.rate", 0.02, 1, PLAIN, -1),  # what is never ruled upon wears no deal down
    ("adjudication.alone", 0, 1, PLAIN, -1),
    ("adjudication.clearing", 0, 1, VERIFIED, 1),
    ("remedy.chance", 0, 1, PLAIN, 1),
    ("remedy.alone", 0, 1, PLAIN, 1),
    ("remedy.returned", 0, 1, VERIFIED, 1),
    ("deterrence", 0, 1, VERIFIED, 1),
    ("monitoring.deployment", 1, 200, VERIFIED, -1),
    ("monitoring.withdrawal", 0, 1, VERIFIED, -1),
    ("window", 5, 500, PLAIN, -1),
    ("tolerance", 0.5, 5, PLAIN, 1),
]


def held(scenario, path, value):
    """Whether the first deal of every future held for 120 days; NaN without one."""
    run = sim.simulate(sim.load(scenario, [f"{RULE}.{path}={value}"]), FUTURES, SEED, watched=0)
    return OUTCOMES["kept_120"].per_future(run.runs, 0)


@pytest.mark.parametrize(
    ("path", "low", "high", "scenario", "sign"), DIRECTIONS, ids=[row[0] for row in DIRECTIONS]
)
def test_more_or_fewer_deals_hold(path, low, high, scenario, sign):
    """Within futures that sign under both values, by 4 standard errors of the paired difference."""
    gain = held(scenario, path, high) - held(scenario, path, low)
    gain = sign * gain[~np.isnan(gain)]
    assert gain.mean() > Z * gain.std() / np.sqrt(len(gain))


def test_capacity_brings_agreement():
    """What monitors can reach is believed at the table: more deals, by 4 standard errors."""
    more, less = (
        sim.simulate(
            sim.load(VERIFIED, [f"{RULE}.monitoring.capacity={x}"]), FUTURES, SEED, watched=0
        ).runs["deal"].to_numpy(float)
        for x in (1, 0.3)
    )  # fmt: skip
    gain = more - less
    assert gain.mean() > Z * gain.std() / np.sqrt(FUTURES)
