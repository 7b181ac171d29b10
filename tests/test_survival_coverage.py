"""Every interval covers at its nominal 95 % in 2,000 simulated data sets.

Between 93 and 97 %; intervals on a discrete scale (quantiles; limits where no event was seen are
conservative by construction) at least 93 %. One exception is pinned below: log-log limits while
hardly any event is expected. Seeds were fixed before the results were seen.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.compare import compare
from sim.analysis.curves import difference_curves
from sim.analysis.parameter_spread import parameter_spread
from sim.analysis.survival import (
    aalen_johansen,
    kaplan_meier,
    nelson_aalen,
    smoothed_hazard,
)

pytestmark = pytest.mark.slow

SETS, UNITS, HAZARD, HORIZON, SEED = 2000, 200, 0.05, 30, 20251019
SHARES = {"attack": 0.5, "shock": 0.3, "violation": 0.2}
SURVIVAL = (1 - HAZARD) ** np.arange(HORIZON + 1)


def data_set(rng):
    """Geometric ends with causes, censored at random and on the horizon."""
    ends = rng.geometric(HAZARD, UNITS)
    censored = np.minimum(rng.integers(5, 60, UNITS), HORIZON)
    causes = rng.choice(list(SHARES), UNITS, p=list(SHARES.values()))
    return np.minimum(ends, censored), ends <= censored, causes


def truncated_set(rng):
    """The same, seen only if it outlasts a random day of entry; a third enters at the start."""
    ends, censored = rng.geometric(HAZARD, 4 * UNITS), rng.integers(5, 60, 4 * UNITS)
    entry = np.where(rng.random(4 * UNITS) < 1 / 3, 0, rng.integers(1, 15, 4 * UNITS))
    durations, events = np.minimum(ends, censored), ends <= censored
    seen = np.flatnonzero(durations > entry)[:UNITS]
    return durations[seen], events[seen], entry[seen]


def coverage(intervals, sets=SETS):
    """Share of data sets whose interval holds the truth, by name."""
    rng = np.random.default_rng(SEED)
    hits = {}
    for _ in range(sets):
        for name, point, truth in intervals(rng):
            hits.setdefault(name, []).append(point.lower <= truth <= point.upper)
    return {name: float(np.mean(found)) for name, found in hits.items()}


def assert_nominal(found):
    wrong = {name: share for name, share in found.items() if not 0.93 <= share <= 0.97}
    assert not wrong, f"outside 93 to 97 %: {wrong} of {found}"


def ensemble(days, causes, horizon, seed):
    ended = days <= horizon
    runs = pd.DataFrame(
        {
            "replicate": np.arange(days.size),
            "collapse_day": np.minimum(days, horizon),
            "collapse_ended": ended,
            "collapse_cause": np.where(ended, causes, None),
        }
    )
    scenario = SimpleNamespace(ceasefire=SimpleNamespace(end="collapse"))
    return SimpleNamespace(runs=runs, seed=seed, horizon=horizon, scenario=scenario)


def restricted_mean(tau, start=0):
    return start + SURVIVAL[: tau - start].sum()


def test_kaplan_meier_and_restricted_mean():
    def intervals(rng):
        durations, events, _ = data_set(rng)
        curve = kaplan_meier(durations, events, horizon=HORIZON)
        plain = kaplan_meier(durations, events, horizon=HORIZON, band="plain")
        for day in (3, 10, 20, 30):
            yield f"log-log S({day})", curve.at(day), SURVIVAL[day]
        yield "plain S(10)", plain.at(10), SURVIVAL[10]
        yield "RMST(10)", curve.rmst(10), restricted_mean(10)
        yield "RMST(30)", curve.rmst(30), restricted_mean(30)
        later = curve.conditional(10)
        yield "S(20) given 10", later.at(20), SURVIVAL[10]
        yield "RMST(30) given 10", later.rmst(30), restricted_mean(30, start=10)

    assert_nominal(coverage(intervals))


def test_left_truncation():
    def intervals(rng):
        durations, events, entry = truncated_set(rng)
        curve = kaplan_meier(durations, events, entry=entry, horizon=HORIZON)
        hazard = nelson_aalen(durations, events, entry=entry, horizon=HORIZON)
        yield "truncated S(10)", curve.at(10), SURVIVAL[10]
        yield "truncated S(20)", curve.at(20), SURVIVAL[20]
        yield "truncated RMST(30)", curve.rmst(30), restricted_mean(30)
        yield "truncated H(20)", hazard.at(20), 20 * HAZARD

    assert_nominal(coverage(intervals))


def test_cumulative_hazard_and_incidence():
    def intervals(rng):
        durations, events, causes = data_set(rng)
        hazard = nelson_aalen(durations, events, horizon=HORIZON)
        incidence = aalen_johansen(durations, events, causes, horizon=HORIZON)
        for day in (10, 20, 30):
            yield f"H({day})", hazard.at(day), day * HAZARD
            for cause, share in SHARES.items():
                truth = share * (1 - SURVIVAL[day])
                yield f"{cause} by day {day}", incidence.of(cause, day), truth

    assert_nominal(coverage(intervals))


AGE = np.arange(1, 201)
KNOWN_HAZARDS = {
    "constant": np.full(200, 0.01),
    "falling": 0.08 * AGE**-0.7,
    "bump": 0.005 + 0.03 * np.exp(-(((AGE - 60) / 8) ** 2)),
    "deadline": np.where(AGE == 50, 0.08, 0.008),
    "fortnights": np.where(AGE % 14 == 0, 0.03, 0.004),
    "step": np.where(AGE < 60, 0.012, 0.003),
}


@pytest.mark.parametrize("name", KNOWN_HAZARDS)
def test_smoothed_hazard_over_the_days_of_known_hazards(name):
    """5,000 units: the share of days held, on average over 100 data sets, and day 50.

    Limits are exact in no sense: they hold 93 in 100 days or more, 88 of a hazard with a step. The
    deadline's own day (50) is held in 88 of 100 sets or more: 95 less three standard errors.
    """
    hazard = KNOWN_HAZARDS[name]
    left = np.cumprod(1 - hazard)
    rng = np.random.default_rng(SEED)
    held = []
    for _ in range(100):
        ends = np.searchsorted(-left, -rng.random(5_000)) + 1
        curve = smoothed_hazard(np.minimum(ends, 200), ends <= 200)
        held.append((curve.lower <= hazard) & (hazard <= curve.upper))
    by_day = np.mean(held, axis=0)
    assert by_day.mean() >= (0.88 if name == "step" else 0.93)
    assert by_day[49] >= 0.88


def test_quantiles_cover_at_least_at_the_nominal_level():
    def intervals(rng):
        durations, events, _ = data_set(rng)
        curve = kaplan_meier(durations, events, horizon=HORIZON)
        for p in (0.25, 0.5, 0.75):
            truth = int(np.flatnonzero(1 - p >= SURVIVAL)[0])
            found = curve.quantile(p)
            upper = np.inf if found.upper is None else found.upper
            lower = np.inf if found.lower is None else found.lower
            yield f"quantile {p}", SimpleNamespace(lower=lower, upper=upper), truth

    found = coverage(intervals)
    assert min(found.values()) >= 0.93, found


@pytest.mark.parametrize(
    ("sets", "futures"), [(14, 400), (14, 1_000), (14, 4_000), (375, 1_000), (375, 4_000)]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_limits_for_parameters_hold_the_survival_under_one_more_set(sets, futures, weighted):
    """As many sets as a calibration accepts: S(15) and RMST(60) under one more of the same source.

    Were the mean and the spread of S(15) between sets known, log-log limits would hold .941 of
    these. With 1,000 data sets .92 lies three standard errors below that.
    """
    days = np.arange(60)

    def intervals(rng):
        drawn = 0.05 * np.exp(0.3 * rng.normal(size=sets + 1))
        number = rng.integers(0, sets, futures)
        ends = rng.geometric(drawn[number])
        weights = rng.uniform(0.5, 1.5, sets) if weighted else None
        found = parameter_spread(np.minimum(ends, 60), ends <= 60, number, 60, weights=weights)
        yield "S(15)", found.at(15), (1 - drawn[sets]) ** 15
        yield "RMST(60)", found.rmst(60), ((1 - drawn[sets]) ** days).sum()

    found = coverage(intervals, 1_000)
    assert all(0.92 <= share <= 0.98 for share in found.values()), found


def rare_events(rng):
    """Survival limits where half an event and two events are expected among 100 units."""
    rare = 0.001
    ends = rng.geometric(rare, 100)
    curve = kaplan_meier(np.minimum(ends, 20), ends <= 20)
    for day in (5, 20):
        yield f"rare S({day})", curve.at(day), (1 - rare) ** day


def test_limit_before_the_first_event_errs_in_one_of_forty_at_most():
    def intervals(rng):
        for name, point, truth in rare_events(rng):
            counted = SimpleNamespace(lower=point.lower if point.value == 1 else 0, upper=1)
            yield name, counted, truth

    found = coverage(intervals)
    assert min(found.values()) >= 0.975, found


def test_log_log_limits_are_somewhat_narrow_while_two_events_are_expected_or_fewer():
    found = coverage(rare_events)
    assert min(found.values()) >= 0.90, found


def two_scenarios(rng, paired, size, horizon):
    """Ends under two constant hazards from chance that pairs share in 7 of 10 futures."""
    chance, fresh, keep = (rng.random(size) for _ in range(3))
    causes = rng.choice(["attack", "shock"], (2, size))
    fresh = np.where(keep < 0.3, fresh, chance) if paired else fresh
    causes[1] = causes[0] if paired else causes[1]
    days = [np.ceil(np.log(u) / np.log1p(-h)) for u, h in ((chance, BASE), (fresh, OTHER))]
    return {
        "base": ensemble(days[0], causes[0], horizon, 1),
        "other": ensemble(days[1], causes[1], horizon, 1 if paired else 2),
    }


BASE, OTHER, LONG = 0.02, 0.03, 60


@pytest.mark.parametrize("size", [20, 50, UNITS])
@pytest.mark.parametrize("paired", [True, False])
def test_differences_of_scenarios(paired, size):
    """Limits of shares are conservative with few futures; those of quantiles on a grid of days."""
    curves = [(1 - h) ** np.arange(LONG + 1) for h in (BASE, OTHER)]
    lost = [np.sum(0.5 * (1 - curve[:-1])) for curve in curves]
    truths = {
        "S(30)": curves[1][30] - curves[0][30],
        f"RMST({LONG})": curves[1][:-1].sum() - curves[0][:-1].sum(),
        f"ended by attack to day {LONG}": 0.5 * (curves[0][-1] - curves[1][-1]),
        "days lost to attack": lost[1] - lost[0],
        "median": float(np.argmax(curves[1] <= 0.5) - np.argmax(curves[0] <= 0.5)),
    }

    def intervals(rng):
        futures = two_scenarios(rng, paired, size, LONG)
        seed = int(rng.integers(2**32))
        result = compare(futures, "base", resamples=200, seed=seed)
        for quantity, truth in truths.items():
            yield quantity, result.difference("other", quantity), truth

    found = coverage(intervals, 1000)
    shares = {"S(30)", f"ended by attack to day {LONG}", "median"}
    most = {x: 1.0 if (size < UNITS and x in shares) or x == "median" else 0.97 for x in found}
    wrong = {x: y for x, y in found.items() if not 0.925 <= y <= most[x]}
    assert not wrong, f"{wrong} of {found}"


def test_differences_after_a_landmark():
    """Given that day 20 is passed: constant hazards make the rest a ceasefire of 40 days."""
    curves = [(1 - h) ** np.arange(LONG - 20 + 1) for h in (BASE, OTHER)]
    truths = {
        "S(50|20)": curves[1][30] - curves[0][30],
        f"RMST({LONG}|20)": curves[1][:-1].sum() - curves[0][:-1].sum(),
    }

    def intervals(rng):
        futures = two_scenarios(rng, True, UNITS, LONG)
        result = compare(futures, "base", resamples=1, given=20, days=[50])
        for quantity, truth in truths.items():
            yield quantity, result.difference("other", quantity), truth

    assert_nominal(coverage(intervals, 1000))


def test_bands_hold_on_all_days_at_once():
    """Limits on all days of a curve, and of the difference of two in survival and in RMST."""
    curves = [(1 - h) ** np.arange(LONG + 1) for h in (BASE, OTHER)]
    means = [np.concatenate([[0], np.cumsum(curve)[:-1]]) for curve in curves]
    truths = {"survival": curves[1] - curves[0], "rmst": means[1] - means[0]}
    rng = np.random.default_rng(SEED)
    held = {"curve": [], "survival": [], "rmst": []}
    for _ in range(400):
        futures = two_scenarios(rng, True, UNITS, LONG)
        for kind, truth in truths.items():
            curve = difference_curves(futures, "base", "collapse", kind)["other"]
            held[kind].append(((curve.all_lower <= truth) & (truth <= curve.all_upper)).all())
        runs = futures["base"].runs
        whole = kaplan_meier(runs["collapse_day"], runs["collapse_ended"], horizon=LONG)
        band, truth = whole.everywhere(), curves[0]
        truth = truth[band["day"]]
        held["curve"].append(((band["lower"] <= truth) & (truth <= band["upper"])).all())
    found = {name: np.mean(x) for name, x in held.items()}
    assert all(0.92 <= share <= 0.98 for share in found.values()), found


@pytest.mark.parametrize("futures", [400, 1_000, 4_000])
def test_differences_hold_under_one_more_parameter_set(futures):
    """Both hazards, and so their difference, depend on the set; the 15th is the one to hold."""
    days = np.arange(LONG)

    def intervals(rng):
        drawn = 0.03 * np.exp(0.3 * rng.normal(size=15))
        factor = 1.3 + 0.2 * rng.normal(size=15)
        number = rng.integers(0, 14, futures)
        chance = -np.log(rng.random(futures))
        made = {}
        for name, scale in (("base", np.ones(15)), ("other", factor)):
            hazard = -np.log1p(-drawn * scale)[number]
            made[name] = ensemble(np.ceil(chance / hazard), np.full(futures, "x"), LONG, 1)
            made[name].runs["parameter_set"] = number
        rows = compare(made, "base", resamples=1).table.set_index("quantity")
        truth = [((1 - drawn[14] * x) ** days).sum() for x in (1, factor[14])]
        row = rows.loc[f"RMST({LONG})"]
        limits = SimpleNamespace(lower=row["parameters_lower"], upper=row["parameters_upper"])
        yield "RMST", limits, truth[1] - truth[0]

    found = coverage(intervals, 400)
    assert 0.92 <= found["RMST"] <= 0.98, found
