"""Step 2: how many attacks there are, how deadly they are, and what raises and lowers them."""

import datetime as dt
import math

import numpy as np
import pytest
from by_hand import choose, one_future
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from sim.chance import chance, nth, poisson_quantile, word
from sim.parameters import derive
from sim.rules.attacks import (
    attack,
    attack_by,
    attack_once,
    day_of_year,
    days_in_year,
    deaths_in_attack,
    frailty,
    in_spoiling_window,
    intensity,
    season,
)

ATTACK_EVENT, PAUSE_EVENT = 0, 10
SPOILERS = ("limited", "greedy", "total")


def group_of(**fields):
    """A future, its parameters and the record of its first group's numbers, all derived."""
    future, p = one_future({"events": {}})
    p.count.militants = 1
    for name, value in fields.items():
        p.militants[0][name] = value
    derive(p)
    return future, p, p.derived.militants[0]


# How many


def expecting(rate=0.5, excitation=0.25, frailty=2.0, suppression=0.5, backlash=0.5, excited=0.125):
    """A group with round numbers in every term of its intensity."""
    future, p = one_future()
    future.groups["suppression"] = 0.0
    p.militants[0].excitation = excitation
    p.derived.militants[0].rate = rate
    group = future.groups[0]
    group.frailty, group.suppression = frailty, suppression
    group.backlash, group.excitation = backlash, excited
    return future, p


def test_attacks_expected_are_background_by_frailty_suppression_and_backlash_and_excitation():
    """0.8 * 0.5 * (1 - 0.25) * 2 * (1 - 0.5) * (1 + 0.5) + 0.125 = 0.575."""
    future, p = expecting()
    assert intensity(future.groups[0], p, 0, 0.8, False) == pytest.approx(0.575, abs=1e-15)


def test_spoiling_multiplies_the_background_but_not_what_earlier_attacks_excite():
    """0.45 * (1 + 2) + 0.125."""
    future, p = expecting()
    p.derived.militants[0].rise, p.derived.militants[0].weighs = 2.0, 0.0
    assert intensity(future.groups[0], p, 0, 0.8, True) == pytest.approx(1.475, abs=1e-15)


def test_outside_the_window_nobody_spoils():
    future, p = expecting()
    p.derived.militants[0].rise = 2.0
    assert intensity(future.groups[0], p, 0, 0.8, False) == pytest.approx(0.575, abs=1e-15)


def test_who_weighs_costs_spoils_less_as_it_is_suppressed():
    """0.45 * (1 + 2 * (1 - 0.5 * 0.5)) + 0.125, where costs weigh half."""
    future, p = expecting()
    p.derived.militants[0].rise, p.derived.militants[0].weighs = 2.0, 0.5
    assert intensity(future.groups[0], p, 0, 0.8, True) == pytest.approx(1.25, abs=1e-15)


def test_the_numbers_of_the_group_are_its_own():
    future, p = expecting()
    p.derived.militants[1].rate, p.militants[1].excitation = 3.0, 0.5
    future.groups[1].frailty, future.groups[1].excitation = 2.0, 0.0
    assert intensity(future.groups[1], p, 1, 1.0, False) == 3.0


def test_full_suppression_without_excitation_leaves_no_attack():
    future, p = expecting(suppression=1.0, excited=0.0)
    assert intensity(future.groups[0], p, 0, 1.0, True) == 0.0


def spoiling_factor(kind, strength, believed, inducement, suppression=0.0):
    """How many times the attacks of other days a group makes inside the window."""
    future, p, _ = group_of(
        spoiling=strength, inducement=inducement, spoiler=SPOILERS.index(kind), excitation=0.0
    )
    p.parties[1].believed_capacity = believed
    derive(p)
    group = future.groups[0]
    group.suppression, group.excitation = suppression, 0.0
    return intensity(group, p, 0, 1.0, True) / intensity(group, p, 0, 1.0, False)


@pytest.mark.parametrize(("believed", "factor"), [(0.0, 1.0), (0.6, 2.2)])
def test_spoiling_rises_with_belief_in_kabuls_control(believed, factor):
    """1 + 2 * believed."""
    assert spoiling_factor("total", 2.0, believed, 0.0) == pytest.approx(factor)


@pytest.mark.parametrize(("kind", "left"), [("limited", 0.0), ("greedy", 0.5), ("total", 1.0)])
def test_full_inducements_end_limited_halve_greedy_and_leave_total_spoiling(kind, left):
    assert spoiling_factor(kind, 2.0, 0.5, 1.0) == pytest.approx(1 + left)


@pytest.mark.parametrize("kind", SPOILERS)
def test_without_inducements_all_spoil_alike(kind):
    assert spoiling_factor(kind, 2.0, 0.5, 0.0) == pytest.approx(2.0)


@pytest.mark.parametrize(("kind", "left"), [("limited", 2.0), ("greedy", 1.25), ("total", 2.0)])
def test_only_greedy_spoilers_weigh_what_suppression_costs_them(kind, left):
    assert spoiling_factor(kind, 2.0, 0.5, 0.0, 0.75) == pytest.approx(left)


# The window of spoiling


def window(day, next_round=0, tentative_day=0, lead=4, aftermath=3):
    future, p = one_future()
    future.day, future.talks.next_round = day, next_round
    future.talks.tentative_day = tentative_day
    p.conflict.spoiling.lead, p.conflict.spoiling.aftermath = lead, aftermath
    return bool(in_spoiling_window(future, p))


@pytest.mark.parametrize(
    ("day", "inside"), [(15, False), (16, True), (19, True), (20, True), (21, False)]
)
def test_spoilers_act_from_some_days_before_a_round_to_its_day(day, inside):
    assert window(day, next_round=20) == inside


@pytest.mark.parametrize(("day", "inside"), [(20, True), (21, True), (23, True), (24, False)])
def test_spoilers_act_for_some_days_after_a_tentative_deal(day, inside):
    assert window(day, tentative_day=20) == inside


def test_a_tentative_deal_on_the_first_day_opens_the_window_too():
    assert window(2, tentative_day=1)


@pytest.mark.parametrize("day", [1, 2, 3, 4])
def test_no_round_and_no_tentative_deal_open_no_window(day):
    assert not window(day)


# Today's draw


def todays(count_between=(0.0, 1.0), day=2, **fields):
    """A group on a day in the middle of a month, whose count has a chance in a range."""
    future, p, known = group_of(**({"frailty": 0.0, "excitation": 0.5} | fields))
    future.day = day
    choose(future, {known.attack: count_between})
    return future, p, known


def test_the_count_is_the_poisson_quantile_of_what_is_expected():
    """With 2 expected and half of them paused by ``left``."""
    future, p, known = todays((0.93, 0.945), excitation=0.0)
    known.rate, group = 2.0, future.groups[0]
    group.excitation, group.frailty = 0.0, 1.0
    attack_by(future, p, 0, False, 0.5)
    assert group.count == poisson_quantile(chance(future, known.attack), 1.0) == 3


def test_the_season_changes_what_is_expected():
    future, p, known = todays((0.93, 0.945), excitation=0.0, season=1.0)
    p.militants[0].season_peak = day_of_year(p.start + future.day)
    known.rate, group = 2.0, future.groups[0]
    group.excitation, group.frailty = 0.0, 1.0
    attack_by(future, p, 0, False, 1.0)
    assert group.count == poisson_quantile(chance(future, known.attack), 4.0) == 7


def test_spoiling_reaches_the_draw():
    future, p, known = todays((0.93, 0.945), excitation=0.0)
    known.rate, known.rise, group = 1.0, 1.0, future.groups[0]
    group.excitation, group.frailty = 0.0, 1.0
    attack_by(future, p, 0, True, 1.0)
    assert group.count == poisson_quantile(chance(future, known.attack), 2.0) == 4


def test_excitation_fades_and_every_attack_adds_to_it():
    """0.5 * 0.75 + 0.125 * count."""
    future, p, known = todays((0.9, 0.95))
    known.kept, known.each, known.rate = 0.75, 0.125, 2.0
    group = future.groups[0]
    group.excitation = 0.5
    attack_by(future, p, 0, False, 1.0)
    assert group.excitation == 0.375 + 0.125 * group.count > 0.375


def test_deaths_are_added_up_and_the_deadliest_attack_is_known():
    """Each attack of the day has its own number of the day's word."""
    future, p, known = todays((0.99, 1.0))
    known.rate, group = 5.0, future.groups[0]
    group.deaths, group.attacks, group.worst = 100, 10, 0
    attack_by(future, p, 0, False, 1.0)
    drawn = np.uint64(word(future, known.severity))
    deaths = [deaths_in_attack(nth(drawn, k), p.militants[0], known) for k in range(group.count)]
    assert len(deaths) > 5
    assert (int(group.deaths), int(group.worst), int(group.attacks)) == (
        100 + sum(deaths), max(deaths), 10 + len(deaths),
    )  # fmt: skip


def test_a_single_attack_kills_too():
    future, p, known = todays((0.7, 0.75))
    choose(future, {known.attack: (0.65, 0.7), known.severity: (0.9, 0.95)})
    known.rate, group = 2.0, future.groups[0]
    group.excitation = 0.0
    attack_by(future, p, 0, False, 1.0)
    deaths = deaths_in_attack(chance(future, known.severity), p.militants[0], known)
    assert (int(group.count), int(group.deaths), int(group.worst)) == (1, deaths, deaths)


def test_a_day_without_attacks_kills_nobody():
    future, p, known = todays((0.0, 0.1))
    known.rate, group = 0.5, future.groups[0]
    group.excitation = 0.0
    attack_by(future, p, 0, False, 1.0)
    assert (group.count, group.worst, group.deaths, group.attacks) == (0, 0, 0, 0)


# Frailty


@pytest.mark.parametrize(("day", "drawn"), [(1, True), (2, False), (30, False), (31, True)])
def test_frailty_is_drawn_anew_every_thirty_days(day, drawn):
    future, p, known = todays(day=day, frailty=0.5)
    future.groups[0].frailty = 77.0
    attack_by(future, p, 0, False, 1.0)
    expected = frailty(chance(future, known.frailty), 0.5, known) if drawn else 77.0
    assert future.groups[0].frailty == expected


@pytest.mark.parametrize("variance", [0.01, 0.04, 0.5, 2.0])
def test_frailty_has_mean_one_and_the_variance_configured(variance):
    """On an even grid of 2,000 uniforms, within what its coarseness leaves of the upper tail."""
    known = group_of(frailty=variance)[2]
    drawn = np.array([frailty((k + 0.5) / 2000, variance, known) for k in range(2000)])
    assert drawn.mean() == pytest.approx(1, abs=0.002)
    assert drawn.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize("uniform", [0.0, 1e-12, 0.03, 0.4, 0.5, 0.77, 0.9999])
def test_frailty_is_the_gamma_quantile(uniform):
    known = group_of(frailty=0.3)[2]
    expected = stats.gamma.ppf(uniform, 1 / 0.3, scale=0.3)
    assert frailty(uniform, 0.3, known) == pytest.approx(expected, rel=1e-9)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")  # which only the interpreter gives
@pytest.mark.parametrize("variance", [0.0, 5e-324, 1e-38, 1e-31])
def test_no_variance_is_no_frailty(variance):
    assert frailty(0.123, variance, group_of(frailty=variance)[2]) == 1.0


@pytest.mark.parametrize("variance", [1e-29, 1e-20, 1e-12, 1e-7])
def test_hardly_any_variance_is_hardly_any_frailty(variance):
    drawn = frailty(0.9, variance, group_of(frailty=variance)[2])
    assert drawn == pytest.approx(1 + 1.2815515655 * variance**0.5, abs=variance)


# Season


def test_the_season_peaks_on_its_day_and_has_mean_one():
    future, p, _ = group_of(season=0.4, season_peak=200)
    p.start = dt.date(2026, 12, 31).toordinal()
    year = []
    for day in range(1, 366):
        future.day = day
        year.append(season(future, p, 0))
    assert np.argmax(year) == 200 - 1
    assert max(year) == pytest.approx(1.4)
    assert np.mean(year) == pytest.approx(1, abs=0.4 / 365)  # a year is not whole days


def test_the_season_is_a_cosine_of_the_days_from_the_peak():
    """A quarter of 365.25 days from its peak it is 1, and at 73.05 days 1 + 0.5 cos(72 degrees)."""
    future, p, _ = group_of(season=0.5, season_peak=100)
    p.start, future.day = dt.date(2026, 4, 10).toordinal(), 73  # day 100 of the year, and 73 later
    expected = 1 + 0.5 * math.cos(2 * math.pi * 73 / 365.25)
    assert season(future, p, 0) == pytest.approx(expected, abs=1e-12)


def test_no_swing_is_no_season():
    future, p, _ = group_of(season=0.0)
    assert season(future, p, 0) == 1.0


def test_a_season_is_that_of_its_group():
    future, p = one_future()
    p.militants[0].season, p.militants[1].season = 0.0, 0.5
    p.militants[1].season_peak = day_of_year(p.start + future.day)
    assert (season(future, p, 0), season(future, p, 1)) == (1.0, 1.5)


@given(st.dates(dt.date(1, 1, 1), dt.date(2900, 12, 31)))
def test_the_day_of_the_year_is_that_of_the_calendar(date):
    assert day_of_year(date.toordinal()) == date.timetuple().tm_yday


@pytest.mark.parametrize(
    "date",
    [dt.date(2000, 1, 1), dt.date(1999, 12, 31), dt.date(2399, 12, 31), dt.date(2400, 1, 1),
     dt.date(1600, 1, 1), dt.date(2000, 12, 31), dt.date(2001, 1, 1)],
)  # fmt: skip
def test_the_day_of_the_year_is_right_at_the_turn_of_centuries(date):
    assert day_of_year(date.toordinal()) == date.timetuple().tm_yday


@pytest.mark.parametrize(
    ("year", "days"), [(2025, 365), (2024, 366), (2100, 365), (2000, 366), (2026, 365)]
)
def test_leap_years_are_those_of_the_gregorian_calendar(year, days):
    assert days_in_year(year) == days


# How deadly

LAWS = [(1.5, 2.4, 150), (0.5, 3.0, 20), (1.0, 1.7, 33), (0.5, 2.0, 32), (0.2, 2.0, 4)]


def severity(mean, exponent, deadliest):
    """A group's numbers and what is derived from them."""
    _, p, known = group_of(deaths_per_attack=mean, tail_exponent=exponent, deadliest=deadliest)
    return p.militants[0], known


def probabilities(mean, exponent, deadliest):
    deaths = np.arange(1, deadliest + 1)
    tail = deaths**-exponent / (deaths**-exponent).sum()
    deadly = mean / (deaths * tail).sum()
    return np.concatenate([[1 - deadly], deadly * tail])


@pytest.mark.parametrize("law", LAWS)
def test_severity_is_a_mass_at_zero_and_a_truncated_power_law(law):
    """Every number of deaths begins where the cumulative probability of fewer ends."""
    cumulative = np.cumsum(probabilities(*law))[:-1]
    group, known = severity(*law)
    for deaths, at in enumerate(cumulative):
        below, above = at * (1 - 1e-9), min(at * (1 + 1e-9), 1 - 2**-53)
        got = deaths_in_attack(below, group, known), deaths_in_attack(above, group, known)
        assert got == (deaths, deaths + 1)


def test_a_number_of_deaths_is_left_at_its_cumulative_probability_itself():
    group, known = severity(1.5, 2.4, 150)
    for deaths in range(32):
        assert deaths_in_attack(known.cumulative[deaths], group, known) == deaths + 1


@pytest.mark.parametrize("law", LAWS)
def test_severity_has_the_mean_configured(law):
    """The sum of P(deaths > x): the share of an even grid of uniforms above each number."""
    group, known = severity(*law)
    grid = (np.arange(20_000) + 0.5) / 20_000
    mean = np.mean([deaths_in_attack(x, group, known) for x in grid])
    assert mean == pytest.approx(law[0], rel=0.02)


@pytest.mark.parametrize(("uniform", "deaths"), [(0.0, 0), (1 - 2**-53, 150)])
def test_severity_ends_at_the_deadliest(uniform, deaths):
    assert deaths_in_attack(uniform, *severity(1.5, 2.4, 150)) == deaths


@pytest.mark.parametrize("exponent", [1.8, 2.4, 3.2])
def test_the_tail_exponent_is_found_again_by_maximum_likelihood(exponent):
    """Within 4.5 standard errors, from the variance of log deaths (Fisher information)."""
    deadliest = 150
    group, known = severity(0.8, exponent, deadliest)
    uniforms = np.random.default_rng(2025).random(10_000)
    deaths = np.array([deaths_in_attack(x, group, known) for x in uniforms])
    deadly, support = deaths[deaths > 0], np.arange(1, deadliest + 1)

    def loss(a):
        return a * np.log(deadly).mean() + np.log((support**-a).sum())

    found = optimize.minimize_scalar(loss, bounds=(1.05, 6), method="bounded").x
    p = support**-exponent / (support**-exponent).sum()
    information = (p * np.log(support) ** 2).sum() - (p * np.log(support)).sum() ** 2
    assert abs(found - exponent) < 4.5 / np.sqrt(len(deadly) * information)


# What is scheduled, and the whole step


def test_one_more_attack_counts_kills_and_excites():
    future, p, known = group_of()
    known.each = 0.25
    group = future.groups[0]
    group.count, group.attacks, group.deaths, group.worst, group.excitation = 2, 5, 50, 30, 1.0
    attack_once(group, p, 0, 40)
    assert (group.count, group.attacks, group.deaths, group.worst, group.excitation) == (
        3, 6, 90, 40, 1.25,
    )  # fmt: skip


def test_an_attack_less_deadly_than_the_worst_leaves_the_worst():
    future, p, _ = group_of()
    future.groups[0].worst = 30
    attack_once(future.groups[0], p, 0, 10)
    assert future.groups[0].worst == 30


def test_what_one_more_attack_excites_is_that_of_its_group():
    future, p = one_future()
    p.derived.militants[1].each = 0.75
    future.groups[1].excitation = 0.0
    attack_once(future.groups[1], p, 1, 0)
    assert future.groups[1].excitation == 0.75


def scheduled(day=5, group=1, deaths=40, kind=ATTACK_EVENT):
    """A future on day 5 in which groups only do what is scheduled."""
    future, p = one_future()
    future.day, p.switches.attacks = 5, False
    p.count.militants, p.count.events = 2, 2
    p.events[0].kind, p.events[0].day = PAUSE_EVENT, 99
    event = p.events[1]
    event.kind, event.day, event.group, event.deaths = kind, day, group, deaths
    for k in range(2):
        future.groups[k].count, future.groups[k].worst = 9, 9
    return future, p


def counts(future):
    """Count and worst of the first two groups."""
    return [(int(group.count), int(group.worst)) for group in future.groups[:2]]


def test_a_scheduled_attack_is_made_by_the_group_named():
    future, p = scheduled()
    attack(future, p)
    assert counts(future) == [(0, 0), (1, 40)]


@pytest.mark.parametrize("other", [{"day": 4}, {"day": 6}, {"kind": PAUSE_EVENT}, {"group": 5}])
def test_nothing_else_is_an_attack_of_today(other):
    future, p = scheduled(**other)
    attack(future, p)
    assert counts(future) == [(0, 0), (0, 0)]


def test_with_events_off_nothing_is_scheduled():
    future, p = scheduled()
    p.switches.events = False
    attack(future, p)
    assert counts(future) == [(0, 0), (0, 0)]


def busy():
    """Two groups that certainly attack today, outside the window."""
    future, p = one_future({"events": {}})
    future.day = 2
    p.count.militants = 2
    p.derived.militants["rate"][:2] = 50.0
    future.talks.next_round = 0
    return future, p


def test_every_group_attacks():
    future, p = busy()
    attack(future, p)
    assert [count > 20 for count in future.groups["count"]] == [True] * 2 + [False] * 6


def test_with_attacks_off_nobody_does():
    future, p = busy()
    p.switches.attacks = False
    attack(future, p)
    assert not future.groups["count"].any()


def test_yesterdays_count_is_not_todays():
    future, p = busy()
    p.derived.militants["rate"][:2] = 0.0
    future.groups["excitation"] = 0.0
    future.groups["count"], future.groups["worst"] = 7, 7
    attack(future, p)
    assert counts(future) == [(0, 0), (0, 0)]


def test_a_pause_and_a_round_that_is_due_reach_the_groups():
    """Half of 8 attacks by the pause, three times as many by spoiling: 12 expected."""
    future, p = busy()
    p.count.militants, p.count.events = 1, 1
    pause = p.events[0]
    pause.kind, pause.day, pause.until, pause.share = PAUSE_EVENT, 1, 9, 0.5
    future.talks.next_round = 3
    p.militants[0].excitation, p.militants[0].season = 0.0, 0.0
    known, group = p.derived.militants[0], future.groups[0]
    known.rate, known.rise, known.weighs = 8.0, 2.0, 0.0
    group.frailty, group.excitation, group.suppression = 1.0, 0.0, 0.0
    attack(future, p)
    assert group.count == poisson_quantile(chance(future, known.attack), 12.0)
