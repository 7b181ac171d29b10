"""Survival estimators: textbook data, hand computations, lifelines, degenerate and bad input."""

import math

import numpy as np
import pandas as pd
import pytest

from sim.analysis.limits import as_text, interval, rounded
from sim.analysis.survival import (
    SurvivalInputError,
    aalen_johansen,
    kaplan_meier,
    log_rank,
    nelson_aalen,
    rmst,
    smoothed_hazard,
)

# Freireich et al. 1963, weeks in remission.
DURATIONS_6MP = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
OBSERVED_6MP = [1] * 9 + [0] * 12
DURATIONS_PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
BOTH = DURATIONS_6MP + DURATIONS_PLACEBO
BOTH_OBSERVED = OBSERVED_6MP + [1] * 21
ARM = ["6mp"] * 21 + ["placebo"] * 21


def lifelines_sample(truncated: bool = False):
    rng = np.random.default_rng(20251019)
    lifetimes, censoring = rng.geometric(0.03, 400), rng.integers(1, 90, 400)
    durations, events = np.minimum(lifetimes, censoring), lifetimes <= censoring
    entry = (durations * rng.random(400) * 0.8).astype(int)
    return durations, events, (entry if truncated else None)


# --- textbook data


@pytest.mark.parametrize(("week", "survival"), [(6, 0.857143), (10, 0.752941), (23, 0.448179)])
def test_freireich_survival(week, survival):
    assert kaplan_meier(DURATIONS_6MP, OBSERVED_6MP).at(week).value == pytest.approx(
        survival, abs=5e-7
    )


def test_freireich_medians():
    arms = kaplan_meier(BOTH, BOTH_OBSERVED, groups=ARM)
    assert {name: arm.median.value for name, arm in arms.items()} == {"6mp": 23, "placebo": 8}


def test_freireich_median_interval_is_open_above():
    median = kaplan_meier(DURATIONS_6MP, OBSERVED_6MP).median
    assert (median.lower, median.upper) == (13, None)
    assert str(median) == "day 23 [13, not reached]"


def test_freireich_log_rank():
    test = log_rank(BOTH, BOTH_OBSERVED, ARM)
    assert test.chi2 == pytest.approx(16.7929, abs=5e-5)
    assert test.p == pytest.approx(4.17e-5, abs=5e-8)
    assert test.dof == 1


def test_geometric_survival_and_median():
    hazard, units = 0.05, 10**9
    survival = (1 - hazard) ** np.arange(41)
    ended = -np.diff(survival) * units
    estimate = kaplan_meier(
        np.r_[1:41, 40], np.r_[np.ones(40), 0], weights=np.r_[ended, survival[-1] * units]
    )
    assert estimate.at(20).value == pytest.approx(0.358486, abs=5e-7)
    assert estimate.median.value == 14


# --- lifelines, where it is right


@pytest.mark.parametrize("truncated", [False, True])
def test_kaplan_meier_agrees_with_lifelines(truncated):
    from lifelines import KaplanMeierFitter

    durations, events, entry = lifelines_sample(truncated)
    theirs = KaplanMeierFitter().fit(durations, events, entry=entry)
    days = theirs.survival_function_.index.to_numpy().astype(int)
    ours = kaplan_meier(durations, events, entry=entry)
    survival = theirs.survival_function_.to_numpy()[:, 0]
    assert ours.survival[days] == pytest.approx(survival, abs=1e-12)
    inside = (survival > 0) & (survival < 1)
    limits = theirs.confidence_interval_.to_numpy()[inside]
    assert ours.lower[days][inside] == pytest.approx(limits[:, 0], abs=1e-12)
    assert ours.upper[days][inside] == pytest.approx(limits[:, 1], abs=1e-12)


def test_nelson_aalen_agrees_with_lifelines():
    from lifelines import NelsonAalenFitter

    durations, events, _ = lifelines_sample()
    theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(durations, events)
    days = theirs.cumulative_hazard_.index.to_numpy().astype(int)
    ours = nelson_aalen(durations, events)
    hazard = theirs.cumulative_hazard_.to_numpy()[:, 0]
    assert ours.value[days] == pytest.approx(hazard, abs=1e-12)
    limits = theirs.confidence_interval_.to_numpy()[hazard > 0]
    assert ours.lower[days][hazard > 0] == pytest.approx(limits[:, 0], abs=1e-12)
    assert ours.upper[days][hazard > 0] == pytest.approx(limits[:, 1], abs=1e-12)


def test_log_rank_of_three_groups_agrees_with_lifelines():
    from lifelines.statistics import multivariate_logrank_test

    durations, events, _ = lifelines_sample()
    groups = np.arange(400) % 3
    ours = log_rank(durations, events, groups)
    theirs = multivariate_logrank_test(durations, groups, events)
    assert ours.chi2 == pytest.approx(theirs.test_statistic, rel=1e-12)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-12)


# --- competing causes, by hand: ten at risk on day 1, six on day 2, three on day 3

DAYS = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
CAUSES = ["a", "a", "b", None, "a", "b", "b", "a", None, None]
ENDED = [cause is not None for cause in CAUSES]


def test_aalen_johansen_on_ties_by_hand():
    estimate = aalen_johansen(DAYS, ENDED, CAUSES)
    assert estimate.causes == ("a", "b")
    assert estimate.incidence[0] == pytest.approx([0, 1 / 5, 19 / 60, 13 / 30], abs=1e-15)
    assert estimate.incidence[1] == pytest.approx([0, 1 / 10, 1 / 3, 1 / 3], abs=1e-15)


def test_aalen_johansen_variance_by_hand():
    estimate = aalen_johansen(DAYS, ENDED, CAUSES)
    gained = 0.7 / 6
    day_1 = 0.2 * 0.8 / 10 - 2 * gained * 0.2 / 10 + gained**2 * 0.3 / 0.7 / 10
    day_2 = 0.7**2 * (1 / 6) * (5 / 6) / 6
    assert estimate.se[0, 1] ** 2 == pytest.approx(0.016, rel=1e-12)
    assert estimate.se[0, 2] ** 2 == pytest.approx(day_1 + day_2, rel=1e-12)


def test_aalen_johansen_variance_is_binomial_without_censoring():
    rng = np.random.default_rng(7)
    durations, causes = rng.geometric(0.1, 300), rng.integers(0, 3, 300)
    estimate = aalen_johansen(durations, np.ones(300), causes)
    incidence = estimate.incidence
    assert estimate.se**2 == pytest.approx(incidence * (1 - incidence) / 300, abs=1e-15)


def test_single_cause_has_greenwood_error():
    durations, events, _ = lifelines_sample()
    whole = kaplan_meier(durations, events)
    only = aalen_johansen(durations, events, ["x"] * 400)
    assert only.se[0] == pytest.approx(whole.se, abs=1e-14)
    assert only.lower[0] == pytest.approx(1 - whole.upper, abs=1e-12)


def test_listed_cause_that_never_occurred_has_incidence_zero():
    estimate = aalen_johansen(DAYS, ENDED, CAUSES, order=["b", "shock", "a"])
    shock = estimate.of("shock", 3)
    assert estimate.causes == ("b", "shock", "a")
    assert shock.value == 0
    assert shock.upper == pytest.approx(1 - 0.025 ** (0.35 / 3))  # three at risk for 0.35


def test_unseen_cause_has_the_binomial_limit_without_censoring():
    estimate = aalen_johansen(np.arange(1, 51), np.ones(50), ["a"] * 50, order=["a", "b"])
    assert estimate.of("b", 40).upper == pytest.approx(1 - 0.025 ** (1 / 50))


def test_categories_give_the_causes_and_their_order():
    causes = pd.Categorical(CAUSES, categories=["b", "shock", "a"])
    assert aalen_johansen(DAYS, ENDED, causes).causes == ("b", "shock", "a")


def test_incidence_table_is_tidy():
    table = aalen_johansen(DAYS, ENDED, CAUSES).table
    assert list(table) == ["day", "cause", "events", "incidence", "se", "lower", "upper"]
    assert len(table) == 8


# --- restricted mean, quantiles, conditional survival, truncation


def test_rmst_by_hand_with_censoring():
    # Days 1 (event), 2 (censored), 3 (event), 3 (censored): S = 1, 3/4, 3/4, 3/8.
    estimate = kaplan_meier([1, 2, 3, 3], [1, 0, 1, 0])
    assert estimate.rmst(3).value == pytest.approx(2.5)
    assert estimate.rmst(3).se == pytest.approx(math.sqrt(1.5**2 / (4 * 3)))
    assert rmst([1, 2, 3, 3], [1, 0, 1, 0], 3) == estimate.rmst(3)


def test_rmst_error_without_censoring_is_that_of_a_mean():
    durations = np.random.default_rng(3).geometric(0.05, 250)
    expected = np.minimum(durations, 30).std() / math.sqrt(250)
    assert rmst(durations, np.ones(250), 30).se == pytest.approx(expected, rel=1e-12)


def test_event_on_the_horizon_counts_and_survivor_is_censored_there():
    table = kaplan_meier([3, 3, 3, 3], [True, False, False, False], horizon=3).table
    last = table.iloc[-1]
    assert (last.at_risk, last.events, last.censored, last.survival) == (4, 1, 3, 0.75)


def test_longer_durations_are_censored_at_the_horizon():
    cut = kaplan_meier([2, 5, 9], [1, 1, 1], horizon=4)
    assert cut.survival == pytest.approx([1, 1, 2 / 3, 2 / 3, 2 / 3])
    assert cut.censored[4] == 2


def test_quantile_not_reached_says_so():
    quantile = kaplan_meier([5] * 30, [False] * 30).median
    assert quantile.value is None
    assert not quantile.reached
    assert float(quantile) == math.inf
    assert str(quantile) == "not reached by day 5"


def test_conditional_survival_is_a_ratio():
    estimate = kaplan_meier(DURATIONS_6MP, OBSERVED_6MP)
    given = estimate.conditional(10)
    assert given.at(23).value == pytest.approx(estimate.at(23).value / estimate.at(10).value)
    assert given.at(10).value == 1
    assert given.start == 10
    assert (given.at_risk[0], given.events[0]) == (13, 0)


def test_conditional_survival_equals_truncated_estimate():
    durations, events, _ = lifelines_sample()
    later = durations > 10
    entered = kaplan_meier(durations[later], events[later], entry=np.full(later.sum(), 10))
    given = kaplan_meier(durations, events).conditional(10)
    assert given.survival == pytest.approx(entered.survival[10:], abs=1e-12)
    assert given.se == pytest.approx(entered.se[10:], abs=1e-12)


def test_conditional_restricted_mean_counts_the_days_already_lasted():
    given = kaplan_meier([2, 4, 6], [1, 1, 1]).conditional(3)
    assert given.rmst(6).value == pytest.approx((4 + 6) / 2)


def test_late_entry_by_hand():
    # At risk: day 1 two, day 2 two, day 3 three.
    estimate = kaplan_meier([1, 3, 3, 4], [1, 1, 0, 0], entry=[0, 0, 1, 2])
    assert list(estimate.at_risk) == [2, 2, 2, 3, 1]
    assert estimate.survival == pytest.approx([1, 1 / 2, 1 / 2, 1 / 3, 1 / 3])


# --- smoothed hazard


def units(hazard, size):
    """Durations, events and frequencies of `size` units that end exactly as the hazard says."""
    left = size * np.concatenate([[1.0], np.cumprod(1 - hazard)])
    days = np.arange(1, hazard.size + 1)
    durations, ended = np.r_[days, hazard.size], np.r_[np.ones(hazard.size), 0]
    return durations, ended, np.r_[-np.diff(left), left[-1]]


@pytest.mark.parametrize("power", [0.0, -0.8])
def test_smoothing_keeps_a_power_of_age(power):
    hazard = 0.05 * np.arange(1, 101) ** power
    durations, events, weights = units(hazard, 1000)
    curve = smoothed_hazard(durations, events, weights=weights)
    assert curve.value == pytest.approx(hazard, rel=0.02)


def test_smoothing_keeps_a_deadline_where_it_is():
    """One day of tenfold hazard among 100: raised itself, and its neighbours left alone."""
    hazard = np.where(np.arange(1, 101) == 50, 0.08, 0.008)
    durations, events, weights = units(hazard, 5000)
    curve = smoothed_hazard(durations, events, weights=weights)
    assert curve.at(50).lower > 0.06
    assert curve.at(49).value == pytest.approx(0.008, rel=0.05)
    assert curve.at(51).value == pytest.approx(0.008, rel=0.05)


def test_the_hazard_does_not_jump_where_nothing_happens():
    """40 units that end early and late: no day without an end differs by half from the last."""
    days = np.r_[np.arange(1, 21), np.arange(100, 120)]
    curve = smoothed_hazard(np.r_[days, np.full(20, 150)], np.r_[np.ones(40), np.zeros(20)])
    step = np.abs(np.diff(np.log(curve.value)))
    quiet = (curve.events[1:] == 0) & (curve.events[:-1] == 0)
    assert step[quiet].max() < math.log(1.5)


@pytest.mark.parametrize("days", [[1, 1, 1], [1, 2, 2], [1, 2, 3], [5, 5, 5]])
def test_a_hazard_of_few_days_is_between_its_limits(days):
    curve = smoothed_hazard(days, [1, 1, 0])
    assert ((curve.lower < curve.value) & (curve.value < curve.upper)).all()
    assert (curve.upper <= 1).all()


def test_days_lost_to_a_cause_are_the_sample_mean_without_censoring():
    rng = np.random.default_rng(0)
    days, causes = rng.integers(0, 60, 300), rng.choice(["x", "y"], 300)
    lost = np.where(causes == "x", np.maximum(40 - days, 0), 0)
    found = aalen_johansen(days, np.ones(300), causes).lost("x", 40)
    assert found.value == pytest.approx(lost.mean(), rel=1e-12)
    assert found.se == pytest.approx(lost.std() / np.sqrt(300), rel=1e-12)


def test_days_lost_add_up_to_what_the_mean_lacks():
    options = {"horizon": 25}
    causes = np.where(np.arange(42) % 3 == 0, "x", "y")
    incidence = aalen_johansen(BOTH, BOTH_OBSERVED, causes, **options)
    mean = kaplan_meier(BOTH, BOTH_OBSERVED, **options).rmst(20)
    lost = [incidence.lost(cause, 20) for cause in ("x", "y")]
    assert lost[0].value + lost[1].value == pytest.approx(20 - mean.value, rel=1e-12)


def test_one_cause_loses_days_with_the_error_of_the_mean():
    causes = np.full(42, "x")
    incidence = aalen_johansen(BOTH, BOTH_OBSERVED, causes)
    mean = kaplan_meier(BOTH, BOTH_OBSERVED).rmst(20)
    assert incidence.lost("x", 20).se == pytest.approx(mean.se, rel=1e-12)


def test_rmst_by_group_is_that_of_each_group():
    found = rmst(BOTH, BOTH_OBSERVED, 20, groups=ARM)
    curves = kaplan_meier(BOTH, BOTH_OBSERVED, groups=ARM, horizon=20)
    assert found == {name: curve.rmst(20) for name, curve in curves.items()}


def test_limits_on_all_days_are_wider_than_on_one():
    curve = kaplan_meier(BOTH, BOTH_OBSERVED)
    band = curve.everywhere()
    assert (band["lower"] < curve.lower[band["day"]]).all()
    assert (band["upper"] > curve.upper[band["day"]]).all()


def test_hazard_without_events_has_the_rule_of_three_limit():
    curve = smoothed_hazard([10] * 50, [0] * 50)
    assert curve.at(5).value == 0
    assert curve.at(5).upper == pytest.approx(-math.log(0.025) / 500)


def test_a_hazard_that_falls_steeply_is_followed():
    age = np.random.default_rng(5).weibull(0.4, 5000) * 200
    curve = smoothed_hazard(np.ceil(age).clip(max=365), age <= 365)
    assert curve.value[0] == pytest.approx(0.113, abs=0.015)
    assert curve.value[-1] == pytest.approx(0.00139, abs=0.0005)


# --- degenerate but defined


def test_all_censored_is_flat_with_the_exact_lower_limit():
    estimate = kaplan_meier([30] * 100, [False] * 100)
    assert estimate.at(30) == (1.0, pytest.approx(0.025**0.01), 1.0, 0.0)
    assert estimate.at(0).lower == 1.0
    assert estimate.rmst(30).value == 30
    assert estimate.rmst(30).lower < 30


def test_all_ended_on_day_zero():
    estimate = kaplan_meier([0] * 100, [True] * 100, horizon=5)
    assert np.array_equal(estimate.survival, np.zeros(6))
    assert estimate.at(0).upper == pytest.approx(1 - 0.025**0.01)
    assert estimate.median.value == 0
    assert estimate.rmst(5).value == 0


def test_one_unit():
    estimate = kaplan_meier([2], [True])
    assert list(estimate.survival) == [1, 1, 0]
    assert estimate.rmst(2).value == 2


def test_days_after_observation_ended_are_not_known():
    estimate = kaplan_meier([3, 5], [True, False], horizon=9)
    assert np.isnan(estimate.survival[6:]).all()
    with pytest.raises(
        SurvivalInputError, match=r"S\(7\) is not known: observation ended on day 5"
    ):
        estimate.at(7)
    with pytest.raises(SurvivalInputError, match=r"RMST\(9\) is not known"):
        estimate.rmst(9)


def test_curve_at_zero_stays_known():
    assert kaplan_meier([3, 5], [True, True], horizon=9).at(9).value == 0


def test_log_rank_without_events():
    test = log_rank([5, 5, 5], [0, 0, 0], ["a", "b", "b"])
    assert (test.chi2, test.p) == (0.0, 1.0)


def test_groups_share_one_grid_and_keep_categorical_order():
    groups = pd.Categorical(["x", "y", "y"], categories=["y", "x"])
    arms = kaplan_meier([3, 9, 4], [1, 1, 1], groups=groups)
    assert list(arms) == ["y", "x"]
    assert {arm.horizon for arm in arms.values()} == {9}


def test_group_labels_follow_units_that_are_dropped():
    arms = kaplan_meier([9, 2, 3], [1, 1, 1], weights=[0, 1, 1], groups=["a", "a", "b"])
    assert (arms["a"].median.value, arms["b"].median.value) == (2, 3)


# --- bad input, one sentence each


@pytest.mark.parametrize(
    ("durations", "events", "options", "message"),
    [
        ([], [], {}, "durations is empty"),
        ([-1], [1], {}, "durations must be days from 0 to 1000000, got -1"),
        ([1.5], [1], {}, "durations must be whole days, got 1.5"),
        ([math.nan], [1], {}, "durations must be whole days, got nan"),
        ([2e9], [1], {}, "durations must be days from 0"),
        (["x"], [1], {}, "durations must be numbers"),
        ([None], [1], {}, "durations must be"),
        ([[1]], [1], {}, "durations must be one column, got 2 dimensions"),
        ([1, 2], [1], {}, "events has 1 entries, durations 2"),
        ([1], [2], {}, "events must be true or false, got 2"),
        ([1], [math.nan], {}, "events must be true or false, got nan"),
        ([1], ["yes"], {}, "events must be numbers"),
        ([1], [1], {"weights": [-1]}, "weights must be finite and 0 or more, got -1"),
        ([1], [1], {"weights": [math.inf]}, "weights must be finite"),
        ([1], [1], {"weights": [0]}, "weights are all 0"),
        ([1], [1], {"weights": [1, 1]}, "weights has 2 entries, durations 1"),
        (
            [3],
            [1],
            {"entry": [3]},
            "entry must come before the duration, got entry 3 and duration 3",
        ),
        ([3], [1], {"entry": [-1]}, "entry must be days from 0"),
        ([3], [1], {"entry": [1, 1]}, "entry has 2 entries, durations 1"),
        ([9], [1], {"entry": [5], "horizon": 4}, "nobody at risk up to the horizon, day 4"),
        ([3], [1], {"horizon": -1}, "horizon must be a whole number from 0"),
        ([3], [1], {"horizon": 2.5}, "horizon must be a whole number"),
        ([3], [1], {"level": 95}, "level must lie between 0 and 1, got 95"),
        ([3], [1], {"band": "wide"}, "band must be one of log-log, plain, got 'wide'"),
        ([3], [1], {"groups": ["a", "b"]}, "groups has 2 entries, durations 1"),
        ([3], [1], {"groups": [None]}, "groups has a missing label"),
        (
            [3],
            [1],
            {"groups": pd.Categorical(["a"], categories=["a", "b"])},
            "group 'b' is empty",
        ),
    ],
)
def test_bad_data_is_refused_in_one_sentence(durations, events, options, message):
    with pytest.raises(SurvivalInputError, match=message):
        kaplan_meier(durations, events, **options)


@pytest.mark.parametrize(
    ("causes", "options", "message"),
    [
        (["a", None], {}, "causes must name a cause for every event, unit 1 has none"),
        (["a", ""], {}, "causes must name a cause for every event, unit 1 has none"),
        (["a"], {}, "causes has 1 entries, durations 2"),
        (["a", "b"], {"order": ["a"]}, "causes has 'b', allowed are a"),
        (["a", "b"], {"order": ["a", "a", "b"]}, "order names a cause twice"),
        (["a", "b"], {"band": "wide"}, "band must be one of log-log, plain"),
    ],
)
def test_bad_causes_are_refused(causes, options, message):
    with pytest.raises(SurvivalInputError, match=message):
        aalen_johansen([1, 2], [1, 1], causes, **options)


def test_bad_questions_are_refused():
    estimate = kaplan_meier([3, 3], [1, 1])
    with pytest.raises(SurvivalInputError, match="day must be a whole number from 0 to 3, got 4"):
        estimate.at(4)
    with pytest.raises(SurvivalInputError, match="tau must be a whole number from 1 to 3, got 0"):
        estimate.rmst(0)
    with pytest.raises(SurvivalInputError, match="p must lie between 0 and 1, got 1"):
        estimate.quantile(1)
    with pytest.raises(SurvivalInputError, match="nobody lasted to day 3"):
        estimate.conditional(3)
    with pytest.raises(SurvivalInputError, match="groups must hold two labels"):
        log_rank([3, 3], [1, 1], ["a", "a"])


# --- objects


def test_table_has_one_row_per_day():
    table = kaplan_meier([2, 4], [1, 0], horizon=4).table
    columns = ["day", "at_risk", "events", "censored", "survival", "se", "lower", "upper"]
    assert list(table) == columns
    assert list(table["day"]) == [0, 1, 2, 3, 4]


def test_text_and_html_state_days_median_and_level():
    estimate = kaplan_meier(DURATIONS_6MP, OBSERVED_6MP, label="6-MP <arm>")
    assert "median     day 23 [13, not reached]" in str(estimate)
    assert "pointwise 95% limits" in str(estimate)
    assert "6-MP &lt;arm&gt;" in estimate._repr_html_()
    assert "attack" in aalen_johansen([1, 2], [1, 0], ["attack", None])._repr_html_()


def test_estimates_draw_themselves():
    import matplotlib as mpl

    mpl.use("Agg")
    axes = kaplan_meier(BOTH, BOTH_OBSERVED).plot(color="black")
    assert axes.get_ylim()[0] == 0
    assert len(aalen_johansen(DAYS, ENDED, CAUSES).plot().collections) == 2
    assert smoothed_hazard(BOTH, BOTH_OBSERVED).plot().get_ylabel() == "hazard"


def test_one_number_has_one_text_however_it_was_computed():
    """A mean and the last value of a curve that are the same share; 0 has no sign."""
    days = np.arange(2_000) + 1
    last = kaplan_meier(np.minimum(days, 1_547), days <= 1_547).at(1_547).value
    assert as_text(last, "share") == as_text(453 / 2_000, "share") == "0.227"
    assert (rounded(-0.0004, 3, sign=True), rounded(-0.001, 2)) == ("0.000", "0.00")
    assert interval([-0.25, -1.0, 0.0], "days", sign=True) == "−0.2 [−1.0, 0.0]"
