"""Paired comparison of ensembles: exact differences, pairing, intervals, refusals."""

import time
from enum import StrEnum
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.curves import difference_curves
from sim.analysis.survival import SurvivalInputError, aalen_johansen, kaplan_meier

CAUSES = np.array(["attack", "border_clash", "violation", "talks_breakdown", "shock"], object)


class End(StrEnum):
    collapse = "collapse"
    strike = "strike"


def ensemble(days, causes=None, *, horizon=365, seed=1, end=End.collapse, replicate=None):
    """An ensemble with given ends; a day beyond the horizon is a survivor."""
    days = np.asarray(days)
    ended = days <= horizon
    labels = np.full(days.size, "attack", object) if causes is None else np.asarray(causes, object)
    runs = pd.DataFrame(
        {
            "replicate": np.arange(days.size) if replicate is None else replicate,
            "collapse_day": np.minimum(days, horizon),
            "collapse_ended": ended,
            "collapse_cause": np.where(ended, labels, None),
        }
    )
    scenario = SimpleNamespace(name="x", ceasefire=SimpleNamespace(end=end))
    return SimpleNamespace(runs=runs, seed=seed, horizon=horizon, scenario=scenario)


def simulated(hazard, *, seed=1, replicates=2000, own=0.0, horizon=365):
    """Geometric ends from shared uniforms; a share `own` of futures has chance of its own."""
    rng = np.random.default_rng(seed)
    chance, cause, keep = (
        rng.random(replicates),
        rng.integers(0, 5, replicates),
        rng.random(replicates),
    )
    private = np.random.default_rng([seed, int(hazard * 1e6)]).random(replicates)
    chance = np.where(keep < own, private, chance)
    days = np.ceil(np.log(chance) / np.log1p(-hazard)).astype(int)
    return ensemble(days, CAUSES[cause], seed=seed, horizon=horizon)


def row(comparison, scenario, quantity):
    table = comparison.table
    found = table[(table["scenario"] == scenario) & (table["quantity"] == quantity)]
    assert len(found) == 1
    return found.iloc[0]


# --- four futures by hand

BASE = ensemble([10, 40, 100, 400], ["attack", "shock", "attack", None])
LONGER = ensemble([10, 95, 400, 400], ["attack", "shock", None, None])
BY_HAND = compare({"base": BASE, "longer": LONGER}, "base", resamples=200)


@pytest.mark.parametrize(
    ("quantity", "reference", "value"),
    [
        ("S(30)", 0.75, 0.75),
        ("S(90)", 0.5, 0.75),
        ("S(365)", 0.25, 0.5),
        ("RMST(365)", (10 + 40 + 100 + 365) / 4, (10 + 95 + 365 + 365) / 4),
        ("ended by attack to day 365", 0.5, 0.25),
        ("ended by shock to day 365", 0.25, 0.25),
    ],
)
def test_differences_by_hand(quantity, reference, value):
    found = row(BY_HAND, "longer", quantity)
    assert (found.reference, found.value) == (reference, value)
    assert found.difference == value - reference


def test_paired_error_and_variance_reduction_by_hand():
    found = row(BY_HAND, "longer", "RMST(365)")
    gains = np.array([0, 55, 265, 0])
    independent = np.var([10, 40, 100, 365], ddof=1) + np.var([10, 95, 365, 365], ddof=1)
    assert found.se == pytest.approx(gains.std(ddof=1) / 2)
    assert found.variance_reduction == pytest.approx(independent / gains.var(ddof=1))


def test_who_outlasts_whom_by_hand():
    shares = BY_HAND.outlasting.iloc[0]
    assert (shares.outlasts, shares.ties, shares.falls_short) == (0.5, 0.5, 0.0)


def test_survivor_outlasts_an_end_on_the_horizon():
    one, other = ensemble([365, 5]), ensemble([366, 5])
    shares = compare({"ends": one, "lasts": other}, "ends").outlasting.iloc[0]
    assert (shares.outlasts, shares.ties) == (0.5, 0.5)


def test_levels_are_the_estimators_own():
    base, other = simulated(0.01), simulated(0.013)
    comparison = compare({"base": base, "other": other}, "base", resamples=10)
    runs = other.runs
    curve = kaplan_meier(runs["collapse_day"], runs["collapse_ended"], horizon=365)
    causes = aalen_johansen(
        runs["collapse_day"], runs["collapse_ended"], runs["collapse_cause"], horizon=365
    )
    assert row(comparison, "other", "S(90)").value == pytest.approx(curve.at(90).value)
    assert row(comparison, "other", "RMST(365)").value == pytest.approx(curve.rmst(365).value)
    shock = row(comparison, "other", "ended by shock to day 365").value
    assert shock == pytest.approx(causes.of("shock", 365).value)


# --- pairing


def test_order_of_rows_does_not_matter():
    base, other = simulated(0.01), simulated(0.013, own=0.3)
    mixed = simulated(0.013, own=0.3)
    mixed.runs = mixed.runs.sample(frac=1, random_state=3)
    one, two = (compare({"b": base, "o": x}, "b", resamples=50) for x in (other, mixed))
    assert one.table.equals(two.table)


def test_common_chance_cuts_the_variance_and_the_replicates_needed():
    comparison = compare({"b": simulated(0.01), "o": simulated(0.011, own=0.1)}, "b")
    found = row(comparison, "o", "RMST(365)")
    assert found.paired
    assert found.variance_reduction > 3
    needed = comparison.replicates_needed(5.0).iloc[0]
    assert needed.paired * 3 < needed.independent


def test_bootstrap_interval_is_near_the_analytic_one():
    comparison = compare({"b": simulated(0.01), "o": simulated(0.012, own=0.3)}, "b")
    for quantity in ("RMST(365)", "S(90)", "ended by attack to day 365"):
        found = row(comparison, "o", quantity)
        assert found.upper - found.lower == pytest.approx(2 * 1.96 * found.se, rel=0.12)


def test_different_seeds_are_unpaired_and_said_to_be():
    base, other = simulated(0.01), simulated(0.012, seed=2)
    comparison = compare({"base": base, "other": other}, "base")
    found = row(comparison, "other", "RMST(365)")
    spread = base.runs["collapse_day"].var() / 2000 + other.runs["collapse_day"].var() / 2000
    assert found.se == pytest.approx(np.sqrt(spread))
    assert found.upper - found.lower == pytest.approx(2 * 1.96 * found.se, rel=0.12)
    assert np.isnan(found.variance_reduction)
    assert "other is not paired with base (seeds 2 and 1)" in str(comparison)
    assert comparison.replicates_needed(5).iloc[0].paired is pd.NA


def test_unpaired_share_that_outlasts_counts_all_pairs():
    one, other = [3, 50, 50, 400], [3, 60, 40, 400]
    shares = compare({"a": ensemble(one), "b": ensemble(other, seed=2)}, "a").outlasting.iloc[0]
    mine, theirs = np.minimum(other, 366), np.minimum(one, 366)
    assert shares.outlasts == pytest.approx((mine[:, None] > theirs).mean())
    assert shares.ties == pytest.approx((mine[:, None] == theirs).mean())
    assert shares.lower <= shares.outlasts <= shares.upper


def test_only_shared_replicates_are_compared():
    base = ensemble([10, 20, 30], replicate=[0, 1, 2])
    other = ensemble([50, 60, 70], replicate=[1, 2, 3])
    comparison = compare({"base": base, "other": other}, "base")
    assert row(comparison, "other", "RMST(365)").difference == pytest.approx(55 - 25)
    assert "compared on the 2 futures it shares with base (of 3 and 3)" in str(comparison)


def test_identical_scenarios_differ_in_nothing():
    comparison = compare({"a": simulated(0.01), "b": simulated(0.01)}, "a", resamples=20)
    found = row(comparison, "b", "RMST(365)")
    assert (found.difference, found.lower, found.upper, found.se) == (0, 0, 0, 0)
    assert "no future differs from a in anything compared" in str(comparison)


def test_result_depends_on_its_own_seed_only():
    futures = {"a": simulated(0.01), "b": simulated(0.02, own=0.5)}
    one, two, three = (
        compare(futures, "a", resamples=50, seed=s).table["lower"] for s in (1, 1, 2)
    )
    assert one.equals(two)
    assert not one.equals(three)


def test_adding_a_scenario_changes_no_other():
    futures = {"a": simulated(0.01), "b": simulated(0.02, own=0.5)}
    more = futures | {"c": simulated(0.03)}
    one, two = (compare(x, "a", resamples=50).table for x in (futures, more))
    both = one["lower"], two.loc[two["scenario"] == "b", "lower"]
    assert both[0].to_numpy() == pytest.approx(both[1].to_numpy(), abs=1e-12)


def test_replicates_needed_follow_the_textbook_formula():
    comparison = compare({"b": simulated(0.01), "o": simulated(0.012, own=0.3)}, "b")
    found = row(comparison, "o", "S(90)")
    needed = comparison.replicates_needed(0.02, power=0.9, quantity="S(90)").iloc[0]
    expected = (1.959964 + 1.281552) ** 2 * found.sd**2 / 0.02**2
    assert needed.paired == pytest.approx(expected, abs=1.01)


# --- landmarks, quantiles, weights, curves


def test_after_a_landmark_each_side_counts_those_that_last():
    """Beyond day 20 lie 40, 100, 365 and 95, 365, 365; the first future is left out of both."""
    found = compare({"base": BASE, "longer": LONGER}, "base", given=20, days=[10, 90])
    mean, share = row(found, "longer", "RMST(365|20)"), row(found, "longer", "S(90|20)")
    assert (mean.reference, mean.value) == ((40 + 100 + 365) / 3, (95 + 365 + 365) / 3)
    assert (share.reference, share.value) == (pytest.approx(2 / 3), 1.0)
    assert "of futures that last beyond day 20" in str(found)
    assert "S(10|20)" not in set(found.table["quantity"])


def test_a_landmark_that_hardly_anybody_reaches_is_refused():
    with pytest.raises(SurvivalInputError, match="fewer than two futures of base last beyond"):
        compare({"base": BASE, "longer": LONGER}, "base", given=120)


def test_quantiles_by_hand():
    found = compare({"base": BASE, "longer": LONGER}, "base", shares=[0.5, 0.9], resamples=50)
    median, late = row(found, "longer", "median"), row(found, "longer", "day of 90% ended")
    assert (median.reference, median.value, median.difference) == (40, 95, 55)
    assert np.isinf([late.reference, late.value]).all()
    assert "not reached" in str(found)


def test_weights_of_sets_weigh_both_sides():
    """Sets 0 and 1 with weights 3 and 1: three times as much of what set 0 does."""
    number = np.array([0, 0, 1, 1])
    base, other = ensemble([10, 20, 30, 40]), ensemble([12, 22, 80, 90])
    for one in (base, other):
        one.runs["parameter_set"] = number
    found = compare({"a": base, "b": other}, "a", weights=[3, 1])
    assert row(found, "b", "RMST(365)").difference == pytest.approx(0.75 * 2 + 0.25 * 50)


def test_weights_without_sets_are_refused():
    with pytest.raises(SurvivalInputError, match="did not draw the same ones"):
        compare({"base": BASE, "longer": LONGER}, "base", weights=[1, 1])


@pytest.mark.parametrize(("kind", "quantity"), [("survival", "S(90)"), ("rmst", "RMST(90)")])
def test_a_curve_of_differences_is_the_comparison_on_every_day(kind, quantity):
    pair = {"a": simulated(0.01, horizon=90), "b": simulated(0.013, own=0.3, horizon=90)}
    curve = difference_curves(pair, "a", "collapse", kind)["b"]
    found = compare(pair, "a", resamples=1).difference("b", quantity)
    drawn = curve.value[90], curve.lower[90], curve.upper[90]
    assert drawn == pytest.approx(found[:3], rel=2e-3)
    assert (curve.all_lower[1:] <= curve.lower[1:]).all()


# --- horizon, causes, text


def test_days_beyond_the_horizon_are_left_out_and_said_so():
    short = compare({"a": simulated(0.01, horizon=60), "b": simulated(0.02, horizon=60)}, "a")
    assert set(short.table.loc[short.table["kind"] == "survival", "quantity"]) == {"S(30)"}
    assert "Days beyond the horizon are left out: 90, 365." in str(short)


def test_cause_of_one_scenario_only_is_compared_in_all():
    base, other = ensemble([5, 9], ["attack"] * 2), ensemble([5, 9], ["attack", "flood"])
    found = row(compare({"a": base, "b": other}, "a"), "b", "ended by flood to day 365")
    assert (found.reference, found.value) == (0, 0.5)


def test_nobody_ended_is_a_result():
    comparison = compare({"a": ensemble([400] * 5), "b": ensemble([400] * 5)}, "a")
    assert row(comparison, "b", "S(365)").value == 1
    assert "incidence" not in set(comparison.table["kind"])
    assert "outlasts a" in str(comparison)


def test_text_leads_with_effect_sizes_and_gives_no_p_value():
    text = str(compare({"base": simulated(0.01), "verified": simulated(0.008)}, "base"))
    assert text.startswith("Differences from base (end: collapse; horizon 365 days; 2000 futures")
    assert text.index("RMST(365)") < text.index("No p-values")
    assert "they only measure the number of replicates" in text


def test_a_note_shared_by_scenarios_is_said_once():
    futures = {"a": simulated(0.01), "b": simulated(0.01), "c": simulated(0.01)}
    notes = compare(futures, "a", resamples=10).notes
    assert [note.partition(";")[0] for note in notes] == [
        "b, c: no future differs from a in anything compared"
    ]
    apart = compare(futures | {"d": simulated(0.01, seed=2), "e": simulated(0.02, seed=2)}, "a")
    assert "d, e are not paired with a (seeds 2 and 1): independent formulas." in apart.notes


def test_html_is_escaped_and_carries_the_remarks():
    html = compare({"base": simulated(0.01), "<b>": simulated(0.008)}, "base")._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<td>" in html
    assert "No p-values" in html


def test_wide_has_a_row_per_scenario():
    futures = {name: simulated(0.01 + step / 1000) for step, name in enumerate("zyx")}
    wide = compare(futures, "z", resamples=10).wide
    assert list(wide.index) == ["y", "x"]
    assert wide.columns[0] == "RMST(365)"
    assert wide.columns[-1] == "outlasts z"


def test_difference_by_name():
    point = BY_HAND.difference("longer", "S(90)")
    assert point.value == 0.25


# --- refusals


@pytest.mark.parametrize(
    ("futures", "options", "message"),
    [
        (
            {"a": ensemble([5, 6]), "b": ensemble([5, 6], horizon=90)},
            {},
            "horizons differ: a has 365 days, b 90",
        ),
        ({"b": BASE, "c": BASE}, {}, "reference must be one of b, c, got 'a'"),
        ({}, {}, "reference must be one of none, got 'a'"),
        ({"a": BASE}, {}, "a comparison needs another ensemble beside a"),
        ({"a": BASE, "b": BASE}, {"end": "strike"}, "the runs of a have no column strike_day"),
        (
            {"a": BASE, "b": ensemble([5, 6], end=End.strike)},
            {},
            r"default end definitions differ \(a collapse, b strike\): name one with end=",
        ),
        ({"a": BASE, "b": BASE}, {"end": "peace"}, "end must be one of .*collapse, got 'peace'"),
        ({"a": BASE, "b": ensemble([])}, {}, "b has no runs"),
        ({"a": ensemble([5]), "b": ensemble([6])}, {}, "need two futures each"),
        (
            {"a": BASE, "b": ensemble([5, 6], replicate=[1, 1])},
            {},
            "replicate holds a number twice",
        ),
        ({"a": BASE, "b": ensemble([5, 6], ["", "attack"])}, {}, "must name a cause"),
        ({"a": BASE, "b": BASE}, {"level": 95}, "level must lie between 0 and 1"),
        ({"a": BASE, "b": BASE}, {"resamples": 0}, "resamples must be a whole number from 1"),
        ({"a": BASE, "b": BASE}, {"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(futures, options, message):
    with pytest.raises(SurvivalInputError, match=message):
        compare(futures, "a", **options)


def test_default_ends_may_differ_if_one_is_named():
    other = ensemble([5, 6, 7, 8], end=End.strike)
    assert compare({"a": BASE, "b": other}, "a", end=End.collapse).end == "collapse"


def test_difference_to_resolve_must_not_be_zero():
    with pytest.raises(SurvivalInputError, match="difference must be a number but 0, got 0"):
        BY_HAND.replicates_needed(0)
    with pytest.raises(SurvivalInputError, match=r"quantity must be one of RMST\(365\)"):
        BY_HAND.replicates_needed(1, quantity="S(7)")


def test_twelve_scenarios_of_ten_thousand_futures_take_seconds():
    futures = {str(i): simulated(0.005 + i / 1000, replicates=10_000) for i in range(12)}
    start = time.perf_counter()
    compare(futures, "0")
    assert time.perf_counter() - start < 10
