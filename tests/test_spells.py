"""Renewable ceasefires: every spell is recorded, and the first one is left as it was."""

import numpy as np
import pytest
from conftest import SEED, STILL, outcomes, same, vary

import sim
from sim import records
from sim.config import ENDS, ConfigError
from sim.model import CeasefireModel

RENEWABLE = {"ceasefire.renewable": True}
HAZARD = 0.05
# Nothing ends a spell but an outside hazard, so that lengths have a known distribution.
GEOMETRIC = RENEWABLE | STILL | {"ceasefire.exogenous_hazard": HAZARD}


def spells(changes, replicates=300, horizon=200):
    """Columns of all spells of a run."""
    scenario = vary(changes)
    run = CeasefireModel(scenario, replicates, SEED).run(horizon).run
    return records.spells(run.spells)


def test_the_first_spell_is_that_of_a_ceasefire_that_cannot_be_renewed():
    once = outcomes(vary({}), 200, 120)
    again = outcomes(vary(RENEWABLE), 200, 120)
    assert same(once, again) == []


def test_first_spells_are_the_outcomes():
    """But that what was not met counts to the horizon there, and to the spell's last day here."""
    run = sim.simulate(vary(RENEWABLE), replicates=150, seed=SEED, horizon=90)
    first = run.spells[run.spells["spell"] == 1].reset_index(drop=True)
    shared = [name for name in run.spells.columns if name in run.runs.columns]
    assert len(shared) == 23
    for end in ENDS:
        unmet, day = ~first[f"{end}_ended"], f"{end}_day"
        assert (first.loc[unmet, day] == first.loc[unmet, "collapse_day"]).all()
        assert (run.runs.loc[unmet, day] == 90).all()
        first.loc[unmet, day] = 90
    assert first[shared].equals(run.runs[shared])


def test_between_spells_nothing_ends():
    """What is recorded of a spell is by its collapse; the next begins with nothing met."""
    found = spells(RENEWABLE | {"ceasefire.renewal": 0.05})
    for end in ENDS:
        day = found[f"{end}_day"]
        assert (day >= found["start_day"]).all()
        assert (day <= found["collapse_day"]).all()


def test_spells_follow_each_other_without_overlap():
    found = spells(RENEWABLE)
    later = np.flatnonzero(found["spell"] > 1)
    assert len(later) > 100
    assert (found["replicate"][later] == found["replicate"][later - 1]).all()
    assert (found["spell"][later] == found["spell"][later - 1] + 1).all()
    assert found["collapse_ended"][later - 1].all()
    assert (found["start_day"][later] > found["collapse_day"][later - 1]).all()
    assert (found["collapse_day"] > found["start_day"])[found["collapse_ended"]].all()


def test_every_spell_is_as_long_as_its_hazard_says():
    """Lengths of spells that began by day 100, to day 60 of each: S(t) = (1 - h)^t.

    Tolerance: 4.5 standard errors of a share of n independent spells.
    """
    found = spells(GEOMETRIC | {"ceasefire.renewal": 0.3}, 2_000, 160)
    early = (found["start_day"] <= 100) & (found["spell"] > 1)
    length = np.where(found["collapse_ended"], found["collapse_day"] - found["start_day"], 1000)
    for day in (1, 10, 60):
        share, expected = (length[early] > day).mean(), (1 - HAZARD) ** day
        assert abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / early.sum())


@pytest.mark.parametrize(
    ("path", "low", "high"),
    [("ceasefire.renewal", 0.02, 0.3), ("ceasefire.renewal_mediated", 0, 9)],
)
def test_a_likelier_renewal_brings_more_spells(path, low, high):
    assert len(spells(GEOMETRIC | {path: low})["spell"]) < len(
        spells(GEOMETRIC | {path: high})["spell"]
    )


def test_blocks_do_not_change_spells():
    scenario = vary(RENEWABLE)
    whole = sim.simulate(scenario, 60, SEED, 90)
    parts = sim.simulate(scenario, 60, SEED, 90, block=17)
    assert whole.spells.equals(parts.spells)


def test_a_ceasefire_that_is_not_renewable_has_no_spells_and_says_so():
    run = sim.simulate(vary({}), 5, SEED, 10)
    with pytest.raises(ConfigError, match=r"ceasefire\.renewable is false"):
        _ = run.spells
