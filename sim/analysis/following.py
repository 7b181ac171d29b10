"""What follows the record: in futures like it, the day on which each event first comes.

Follows futures beyond the day on which the record closes and counts them; knows no later event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaincinv

from sim import seeds
from sim.analysis.limits import log_log_limits
from sim.analysis.parameter_spread import components
from sim.analysis.patterns import like_the_record
from sim.arrays import BoolArray, IntArray
from sim.config import ENDS, ConfigError
from sim.futures import Futures
from sim.records import outcomes
from sim.state import FIRE, STRIKE
from sim.study.cells import Cell
from sim.study.engines import ordered
from sim.study.runner import block_size, on_processors

FORCE = ("exchange_of_fire", "strike", "repudiation", "open_hostilities")
QUIET = "quiet"
EVENTS = ("round_held", "partial_deal", "full_deal", *FORCE, QUIET)
FEWEST = 100  # futures like the record, below which nothing is stated


class Followed(NamedTuple):
    """Futures whose ceasefire is in force on the day the record closes, (n,) of them.

    ``first`` (n, events) is the day after it on which an event first comes, in the order of
    ``EVENTS``, 0 if it does not; of ``quiet`` it is the day on which it ends. ``like`` (n,) says
    which futures are like the record, ``number`` (n,) is that of a future's parameter set.
    """

    first: IntArray
    like: BoolArray
    number: IntArray

    def by(self, event: str, day: int) -> BoolArray:
        """Whether an event has come by a day, (n,); whether all is quiet up to it."""
        first = self.first[:, EVENTS.index(event)]
        came: BoolArray = (first > 0) & (first <= day)
        return ~came if event == QUIET else came

    def of(self, kept: BoolArray) -> Followed:
        """Some of the futures."""
        return Followed(self.first[kept], self.like[kept], self.number[kept])


class Stated(NamedTuple):
    """A probability, its Monte Carlo interval, and the interval that has the parameters' too.

    The latter is NaN where all futures have the same parameters.
    """

    value: float
    chance_lower: float
    chance_upper: float
    lower: float
    upper: float


def closing_day(cell: Cell) -> int:
    """Day of a future on which the record closes.

    Raises
    ------
    ConfigError
        If the record does not tell of the cell's ceasefire, or it would be followed beyond an end.
    """
    began: dt.date = seeds.value("timeline.doha_ceasefire.date")
    if cell.scenario.start != began:
        raise ConfigError(
            f"start is {cell.scenario.start}; the record is of the ceasefire that began on {began}"
        )
    if cell.scenario.ceasefire.renewable:
        raise ConfigError(
            "ceasefire.renewable is true; futures are followed to their first collapse"
        )
    return (seeds.load().frozen_on - began).days


def follow(cell: Cell, days: int) -> Followed:
    """Follow a cell's futures for so many days after the record closes.

    Raises
    ------
    ConfigError
        If the record does not tell of them, or too few are like it.
    """
    closing_day(cell)
    cell = on_processors(cell)  # a card would send every future back and forth each day
    total, step = cell.settings.replicates, block_size(cell.settings)
    tasks = ((cell, first, min(step, total - first), days) for first in range(0, total, step))
    blocks = list(ordered(cell.settings.engine, follow_block, tasks))
    found = Followed(
        np.concatenate([block.first for block in blocks]),
        np.concatenate([block.like for block in blocks]),
        np.concatenate([block.number for block in blocks]),
    )
    like = int(found.like.sum())
    if like < FEWEST:
        raise ConfigError(
            f"{like} of {total} futures are like the record; at least {FEWEST} are needed: "
            "give more replicates"
        )
    return found


def follow_block(cell: Cell, first: int, size: int, days: int) -> Followed:
    """Follow ``size`` futures from the one numbered ``first``."""
    closes = closing_day(cell)
    futures = Futures.begun(cell.scenario, size, cell.settings.seed, first=first)
    futures.run(closes)
    items = like_the_record(outcomes(futures.records, cell.scenario, closes), closes)
    found = np.zeros((size, len(EVENTS)), dtype=np.int64)
    before = _rounds(futures.records)
    for day in range(1, days + 1):
        futures.run(closes + day)  # one that has collapsed stays as it is
        rounds = _rounds(futures.records)
        today = np.column_stack([rounds > before, _force(futures.records, closes + day)])
        came = np.column_stack([today, today[:, -len(FORCE) :].any(axis=1)])
        found[(found == 0) & came] = day
        before = rounds
    like = np.logical_and.reduce(list(items.values()))
    return Followed(found, like, futures.numbers).of(items["maintained"])


def _rounds(records: Any) -> IntArray:
    """Rounds held, ended in part and ended in full so far, (R, 3)."""
    talks = records["talks"]
    ended = talks["partial"] + talks["adjourned"] + talks["broken"]
    full = talks["held"] - ended - talks["in_session"]
    return np.column_stack([talks["held"], talks["partial"], full])


def _force(records: Any, day: int) -> BoolArray:
    """Whether each of ``FORCE`` came on a day, (R, 4)."""
    lived, rung = records["day"] == day, records["sides"]["rung"]
    ended = records["ceasefire"]["day"] == day
    fire, strike = (rung >= FIRE).all(axis=1), (rung >= STRIKE).any(axis=1)
    declared = (ended[:, ENDS.index(name)] for name in FORCE[2:])
    return np.column_stack([lived & fire, lived & strike, *declared])


# --- probabilities --------------------------------------------------------------------------------


def share(count: Any, of: int) -> Any:
    """Probability of what came in ``count`` of so many futures: (count + 1/2) / (of + 1).

    The posterior mean under Jeffreys's prior (Krichevsky & Trofimov 1981). A finite ensemble cannot
    tell what never comes from what comes seldom, so that no probability is 0 or 1.
    """
    return (count + 0.5) / (of + 1.0)


def stated(came: BoolArray, number: IntArray, level: float) -> Stated:
    """Probability of what came in some of the futures, ``came`` and ``number`` (n,).

    Chance: Jeffreys's interval (Brown, Cai & DasGupta 2001). With the parameters: limits on the
    log(-log) scale for the probability under a single set, as for survival
    (`sim.analysis.parameter_spread`).
    """
    count, size, tail = int(came.sum()), came.size, (1 - level) / 2
    value = share(count, size)
    low, high = map(float, betaincinv(count + 0.5, size - count + 0.5, [tail, 1 - tail]))
    if not 2 <= np.unique(number).size < size:
        return Stated(value, low, high, float("nan"), float("nan"))
    between = components(came.astype(float)[:, None], number).between
    spread = np.sqrt(value * (1 - value) / size + between)
    (most,), (least,) = log_log_limits(np.array([1 - value]), spread, level)
    return Stated(value, low, high, 1 - float(least), 1 - float(most))


def cumulative(followed: Followed, days: int) -> Iterator[tuple[str, IntArray]]:
    """By event, in how many futures it came by each of so many days from day 0, (days + 1,)."""
    for k, event in enumerate(EVENTS):
        by_day = np.bincount(followed.first[:, k], minlength=days + 1)
        by_day[0] = 0  # where it never comes
        yield event, np.cumsum(by_day)
