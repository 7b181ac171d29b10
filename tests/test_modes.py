"""Modes of ends: which definition was met, by whom, what a collapse cuts short, comparisons."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import SEED, vary

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble, simulate
from sim.analysis.mechanisms import mechanisms
from sim.analysis.modes import columns_of, mode, modes_of
from sim.config import ENDS
from sim.plots.words import mode_in_words

HORIZON = 100


@pytest.fixture(scope="module")
def simulated() -> Ensemble:
    return simulate(vary({}), 400, SEED, 60, watched=0)


def test_modes_by_hand():
    runs = pd.DataFrame(
        {
            "collapse_ended": [True, True, True, False],
            "collapse_mode": ["open_hostilities", "repudiation", "outside_hazard", None],
            "collapse_by": ["both", "pakistan", None, None],
            "strike_ended": [True, False, False, True],
            "strike_by": ["afghan_taliban", None, None, "both"],
        }
    )
    assert mode(runs, "collapse").astype(object).where(runs["collapse_ended"], None).tolist() == [
        "open_hostilities_by_both", "repudiation_by_pakistan", "outside_hazard", None,
    ]  # fmt: skip
    assert mode(runs, "strike").dropna().to_dict() == {
        0: "strike_by_afghan_taliban", 3: "strike_by_both",
    }  # fmt: skip


@pytest.mark.parametrize(("end", "count"), list(zip(ENDS, (1, 3, 3, 3, 7), strict=True)))
def test_how_many_modes_there_are(end, count):
    assert len(set(modes_of(end))) == count


@pytest.mark.parametrize("end", ENDS)
def test_every_end_has_a_mode_and_shares_by_mode_add_up(simulated, end):
    runs = simulated.runs
    assert (mode(runs, end).notna() == runs[f"{end}_ended"]).all()
    by_mode, survival = simulated.modes(end), simulated.survival(end)
    assert by_mode.causes == modes_of(end)
    assert by_mode.incidence.sum(axis=0) == pytest.approx(1 - survival.survival, abs=1e-12)
    assert set(columns_of(end)) <= set(runs.columns)


@pytest.mark.parametrize("end", ENDS)
def test_a_definitions_curve_is_one_minus_its_cumulative_incidence(simulated, end):
    """Collapse competes: the share of all futures that have met the definition by each day."""
    runs, estimate = simulated.runs, simulated.survival(end)
    for day in (1, 10, 30, 60):
        met = runs[f"{end}_ended"] & (runs[f"{end}_day"] <= day)
        assert estimate.at(day).value == pytest.approx(1 - met.mean(), abs=1e-12)


def test_five_definitions_are_five(simulated):
    """Found before: repudiation, open hostilities and collapse fell on one day in every future."""
    runs = simulated.runs
    ended = {end: int(runs[f"{end}_ended"].sum()) for end in ENDS}
    assert 0 < ended["repudiation"] < ended["collapse"]
    assert 0 < ended["open_hostilities"] < ended["collapse"]
    assert ended["exchange_of_fire"] != ended["strike"]


def test_modes_are_said_with_the_sides_labels():
    scenario = vary({})
    assert mode_in_words("repudiation_by_pakistan", scenario) == "repudiation by Islamabad"
    assert mode_in_words("strike_by_both", scenario) == "strike by both sides"
    assert mode_in_words("outside_hazard", scenario) == "outside hazard"


def ensemble(days, modes, *, collapses=None):
    """Futures that repudiation ends on these days, beyond the horizon never, and by whom."""
    days = np.asarray(days)
    ended = days <= HORIZON
    collapses = days if collapses is None else np.asarray(collapses)
    runs = pd.DataFrame(
        {
            "replicate": np.arange(days.size),
            "repudiation_day": np.minimum(days, HORIZON),
            "repudiation_ended": ended,
            "repudiation_cause": np.where(ended, "attack", None),
            "repudiation_by": np.where(ended, np.asarray(modes, object), None),
            "collapse_day": np.minimum(collapses, HORIZON),
            "collapse_ended": collapses <= HORIZON,
            "attacks_ttp": np.minimum(collapses, HORIZON),
        }
    )
    scenario = SimpleNamespace(
        name="x", ceasefire=SimpleNamespace(end="repudiation"), parties=vary({}).parties
    )  # fmt: skip
    return SimpleNamespace(runs=runs, seed=1, horizon=HORIZON, scenario=scenario)


def test_a_comparison_has_the_difference_in_every_mode():
    one = ensemble([10, 20, 30, 200], ["pakistan", "pakistan", "both", None])
    other = ensemble([10, 200, 30, 200], ["afghan_taliban", None, "both", None])
    found = compare({"one": one, "other": other}, "one", resamples=20)
    rows = found.table[found.table["kind"] == "mode"].set_index("cause")
    assert rows["reference"].to_dict() == {
        "repudiation_by_pakistan": 0.5, "repudiation_by_afghan_taliban": 0,
        "repudiation_by_both": 0.25,
    }  # fmt: skip
    assert rows["value"].to_dict() == {
        "repudiation_by_pakistan": 0, "repudiation_by_afghan_taliban": 0.25,
        "repudiation_by_both": 0.25,
    }  # fmt: skip
    assert "by what was met and by whom" in str(found)
    assert not [name for name in found.lasting.columns if "_by_" in name or "ended by" in name]


def test_a_future_that_collapsed_otherwise_is_followed_to_its_collapse_only():
    """Two of three are repudiated on day 10, one collapses on day 20: 2 ends in 40 days."""
    base = ensemble([10, 10, 200], ["both"] * 3, collapses=[10, 10, 20])
    other = ensemble([200] * 3, ["both"] * 3, collapses=[200, 20, 20])
    found = mechanisms({"base": base, "other": other}, "base")
    rate = found.of("other", "rate").iloc[0]
    assert rate["reference"] == pytest.approx(1000 * 2 / 40)
    attacks = found.of("other", "path")
    both = attacks[attacks["scope"] != "all futures"]
    assert (both["share"] == 0).all()  # none is in force at the horizon under both
