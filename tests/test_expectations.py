"""Every scenario file states the sign of its effect on survival; the sign must hold."""

import numpy as np
import pytest
import yaml
from conftest import SEED

import sim
from sim.config import Expectation
from sim.paths import data_dir

pytestmark = pytest.mark.slow

FUTURES = 4_000
SIGNS = {Expectation.longer: 1, Expectation.shorter: -1}
FILES = sorted((data_dir("configs") / "scenario").glob("*.yaml"))
SAID = {path.stem: Expectation(yaml.safe_load(path.read_text())["expectation"]) for path in FILES}
STATED = [name for name, said in SAID.items() if said in SIGNS]


def days_in_force(scenario):
    run = sim.simulate(scenario, FUTURES, SEED, watched=0)
    return run.runs["collapse_day"].to_numpy(float)


@pytest.fixture(scope="module")
def baseline():
    return days_in_force(sim.load("baseline"))


@pytest.mark.parametrize("name", STATED)
def test_the_sign_that_a_scenario_expects_holds(name, baseline):
    """The paired difference in RMST(365) has the sign, by 3 standard errors of the difference."""
    scenario = sim.load(name)
    assert scenario.expectation is SAID[name]
    gain = SIGNS[scenario.expectation] * (days_in_force(scenario) - baseline)
    assert gain.mean() > 3 * gain.std() / np.sqrt(FUTURES)


def test_the_reference_and_most_scenarios_state_a_sign():
    reference = [name for name, said in SAID.items() if said is Expectation.reference]
    assert reference == ["baseline"]
    assert len(STATED) >= len(SAID) / 2
