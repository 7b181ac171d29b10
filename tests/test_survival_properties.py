"""Properties that hold for every data set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.survival import aalen_johansen, kaplan_meier, nelson_aalen, rmst

unit = st.tuples(
    st.integers(0, 25), st.sampled_from([None, "a", "b", "c"]), st.integers(1, 4), st.integers(0, 9)
)
samples = st.lists(unit, min_size=1, max_size=40)


def columns(sample):
    durations, causes, weights, entry = (list(column) for column in zip(*sample, strict=True))
    late = [min(day, max(duration - 1, 0)) for day, duration in zip(entry, durations, strict=True)]
    return durations, [cause is not None for cause in causes], causes, weights, late


@given(samples, st.randoms(use_true_random=False))
def test_order_of_units_does_not_matter(sample, random):
    shuffled = list(sample)
    random.shuffle(shuffled)
    first, second = (columns(units) for units in (sample, shuffled))
    one, two = (kaplan_meier(x[0], x[1], weights=x[3], entry=x[4]) for x in (first, second))
    assert one.table.equals(two.table)
    mine, theirs = (
        aalen_johansen(x[0], x[1], x[2], order=["a", "b", "c"]) for x in (first, second)
    )
    assert mine.table.equals(theirs.table)


@given(samples)
def test_weight_is_repetition(sample):
    durations, events, causes, weights, entry = columns(sample)
    again = columns([unit for unit in sample for _ in range(unit[2])])
    one = kaplan_meier(durations, events, weights=weights, entry=entry)
    assert one.table.equals(kaplan_meier(again[0], again[1], entry=again[4]).table)
    assert nelson_aalen(durations, events, weights=weights).table.equals(
        nelson_aalen(again[0], again[1]).table
    )
    options = {"order": ["a", "b", "c"]}
    assert aalen_johansen(durations, events, causes, weights=weights, **options).table.equals(
        aalen_johansen(again[0], again[1], again[2], **options).table
    )


@given(samples)
def test_fractional_weights_scale_out_of_the_estimate(sample):
    durations, events, _, weights, entry = columns(sample)
    tenth = [weight / 10 for weight in weights]
    one = kaplan_meier(durations, events, weights=weights, entry=entry)
    two = kaplan_meier(durations, events, weights=tenth, entry=entry)
    assert two.survival == pytest.approx(one.survival, abs=1e-12, nan_ok=True)


@given(samples)
def test_incidences_add_to_one_minus_survival(sample):
    durations, events, causes, weights, entry = columns(sample)
    options = {"weights": weights, "entry": entry}
    estimate = aalen_johansen(durations, events, causes, order=["a", "b", "c"], **options)
    survival = kaplan_meier(durations, events, **options).survival
    assert estimate.incidence.sum(axis=0) == pytest.approx(1 - survival, abs=1e-12, nan_ok=True)


@given(samples)
def test_survival_falls_within_its_band(sample):
    durations, events, _, weights, entry = columns(sample)
    for band in ("log-log", "plain"):
        estimate = kaplan_meier(durations, events, weights=weights, entry=entry, band=band)
        known = ~np.isnan(estimate.survival)
        curve, lower, upper = (
            x[known] for x in (estimate.survival, estimate.lower, estimate.upper)
        )
        assert (np.diff(curve) <= 0).all()
        assert (lower >= 0).all()
        assert (lower <= curve + 1e-12).all()
        assert (curve <= upper + 1e-12).all()
        assert (upper <= 1).all()


@given(samples, st.integers(1, 30))
def test_restricted_mean_is_the_mean_of_the_shorter_time_without_censoring(sample, tau):
    durations = [unit[0] for unit in sample]
    expected = np.minimum(durations, tau).mean()
    assert rmst(durations, [True] * len(durations), tau).value == pytest.approx(expected)


@given(samples, st.integers(0, 25))
def test_cutting_at_a_horizon_leaves_earlier_days_alone(sample, horizon):
    durations, events, *_ = columns(sample)
    whole = kaplan_meier(durations, events, horizon=25).survival[: horizon + 1]
    cut = kaplan_meier(durations, events, horizon=horizon).survival
    assert cut == pytest.approx(whole, nan_ok=True)


@given(samples)
def test_groups_are_estimates_of_their_own_units(sample):
    durations, events, causes, weights, _ = columns(sample)
    labels = [str(cause) for cause in causes]
    arms = kaplan_meier(durations, events, weights=weights, groups=labels)
    for label, arm in arms.items():
        rows = [i for i, name in enumerate(labels) if name == label]
        alone = kaplan_meier(
            [durations[i] for i in rows],
            [events[i] for i in rows],
            weights=[weights[i] for i in rows],
            horizon=max(durations),
        )
        assert arm.table.equals(alone.table)
