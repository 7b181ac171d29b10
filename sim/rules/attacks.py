"""Step 2: militant attacks, how many and how deadly."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from sim.chance import FEW, chance, gamma_quantile, nth, poisson_quantile, word
from sim.compiling import everyday, rule
from sim.parameters import DAYS_PER_YEAR, TABULATED, power_law
from sim.rules.events import ATTACK, pace

LEAST_VARIANCE = 1e-30  # below which frailty is 1 to the last digit
DAYS_PER_MONTH = 30  # frailty is redrawn at this interval


@everyday
def attack(future: Any, p: Any) -> None:
    """Let every group attack: background, excitation and spoiling, then what is scheduled."""
    spoiling = in_spoiling_window(future, p)
    left = pace(future, p)
    for k in range(p.count.militants):
        group = future.groups[k]
        group.count = group.worst = 0
        if p.switches.attacks:
            attack_by(future, p, k, spoiling, left)
        if p.switches.events:
            for e in range(p.count.events):
                event = p.events[e]
                if event.kind == ATTACK and event.day == future.day and event.group == k:
                    attack_once(group, p, k, event.deaths)


@everyday
def in_spoiling_window(future: Any, p: Any) -> bool:
    """Whether a round is due soon, or a tentative deal was struck just before."""
    window, talks, day = p.conflict.spoiling, future.talks, future.day
    due = day <= talks.next_round <= day + window.lead
    return due or (talks.tentative_day > 0 and talks.tentative_day >= day - window.aftermath)


@everyday
def attack_by(future: Any, p: Any, k: int, spoiling: bool, left: float) -> None:
    """Draw today's attacks of a group and their deaths; ``left`` is the share that pauses leave."""
    group, known = future.groups[k], p.derived.militants[k]
    if (future.day - 1) % DAYS_PER_MONTH == 0:
        group.frailty = frailty(chance(future, known.frailty), p.militants[k].frailty, known)
    expected = intensity(group, p, k, left * season(future, p, k), spoiling)
    group.count = poisson_quantile(chance(future, known.attack), expected)
    group.excitation = group.excitation * known.kept + known.each * group.count
    if group.count > 0:
        drawn = word(future, known.severity)
        for number in range(group.count):
            deaths = deaths_in_attack(nth(drawn, number), p.militants[k], known)
            group.worst = max(group.worst, deaths)
            group.deaths += deaths
        group.attacks += group.count


@everyday
def frailty(uniform: float, variance: float, known: Any) -> float:
    """Gamma frailty with mean 1 and this variance."""
    if variance < LEAST_VARIANCE:
        return 1.0
    shape = known.frailty_shape
    return gamma_quantile(uniform, shape, known.frailty_log_gamma) / shape


@everyday
def season(future: Any, p: Any, k: int) -> float:
    """Factor on a group's background rate, with mean 1 over a year, highest on its peak day."""
    swing = p.militants[k].season
    if swing == 0.0:
        return 1.0
    away = day_of_year(p.start + future.day) - p.militants[k].season_peak
    return 1.0 + swing * math.cos(2.0 * math.pi * away / DAYS_PER_YEAR)


FIRST_YEAR = 2000
FIRST_DAY = dt.date(FIRST_YEAR, 1, 1).toordinal()
DAYS_IN_400_YEARS = 146_097  # after which the calendar repeats itself


@rule
def day_of_year(ordinal: int) -> int:
    """Day of the year, from 1, of a proleptic Gregorian ordinal (as ``date.toordinal``)."""
    left, year = (ordinal - FIRST_DAY) % DAYS_IN_400_YEARS, FIRST_YEAR
    while left >= days_in_year(year):
        left -= days_in_year(year)
        year += 1
    return left + 1


@rule
def days_in_year(year: int) -> int:
    """Days in a year of the Gregorian calendar."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 366 if leap else 365


@everyday
def intensity(group: Any, p: Any, k: int, pace: float, spoiling: bool) -> float:
    """Attacks expected of a group today.

    The background rate by frailty, less what Kabul's measures end, more after a handover; inside
    the spoiling window it rises, less where a group that weighs costs is suppressed. Earlier
    attacks excite further ones beside it (Hawkes 1971, exponential kernel).
    """
    known = p.derived.militants[k]
    background = pace * known.rate * (1.0 - p.militants[k].excitation)
    rate = background * group.frailty * (1.0 - group.suppression) * (1.0 + group.backlash)
    if spoiling:
        rate *= 1.0 + known.rise * (1.0 - known.weighs * group.suppression)
    return rate + group.excitation


@rule
def deaths_in_attack(uniform: float, group: Any, known: Any) -> int:
    """Deaths in one attack: the least x with P(deaths <= x) > uniform (see ``derive_severity``)."""
    deaths = 0
    for few in range(FEW):  # without a branch, which no processor could foresee
        deaths += uniform >= known.cumulative[few]
    while deaths >= FEW and deaths < TABULATED and uniform >= known.cumulative[deaths]:
        deaths += 1
    if deaths < TABULATED:
        return deaths
    cumulative = known.cumulative[TABULATED - 1]
    while deaths < group.deadliest:
        cumulative += known.deadly * (power_law(deaths, group.tail_exponent) / known.tail)
        if cumulative > uniform:
            return deaths
        deaths += 1
    return deaths


@rule
def attack_once(group: Any, p: Any, k: int, deaths: int) -> None:
    """Add one attack of given deaths to today's; it excites others."""
    group.excitation += p.derived.militants[k].each
    group.count += 1
    group.attacks += 1
    group.deaths += deaths
    group.worst = max(group.worst, deaths)
