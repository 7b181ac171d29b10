"""Futures of one scenario as an array of records, with all that is needed to simulate them.

Knows the rules and what is recorded; no agent, no engine and no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.chance import LARGEST_WORD, chance, purpose
from sim.compiling import announce, rule
from sim.config import Scenario
from sim.config.numbers import weights
from sim.negotiation import own
from sim.negotiation.tables import desk, reckoned, table_of, utility
from sim.parameters import NONE, parameters_of
from sim.records import ACCOUNTS, Daily
from sim.rules.continuing import take_over
from sim.rules.run import SPELL, begin_all, live_day_of_all, run
from sim.state import FUTURE

SPELLS_EACH = 8  # spells there is room for at once, per future
PARAMETERS = purpose("parameters")


class Run(NamedTuple):
    """What a run leaves: records as they ended, (R,), notes of the watched, spells if renewable."""

    finals: Any
    notes: Any
    spells: Any


class Futures:
    """Futures of one scenario.

    Attributes
    ----------
    records : (R,) of ``state.FUTURE``
    sets : parameter records; ``records.set`` says which each future uses
    numbers : (R,) number of the scenario's parameter set that each future uses, -1 for none
    """

    def __init__(self, scenario: Scenario, records: Any, numbers: IntArray) -> None:
        self.scenario, self.records, self.numbers = scenario, records, numbers
        used, self.records["set"] = np.unique(numbers, return_inverse=True)
        self.sets = parameters_of(scenario, used.tolist())
        own.own_tactics(scenario.parties, self.sets)
        self.order: IntArray = np.argsort(records["set"], kind="stable")

    @classmethod
    def begun(
        cls, scenario: Scenario, replicates: int, seed: int, *, first: int = 0, branch: int = 0,
        watched: int = 0,
    ) -> Futures:  # fmt: skip
        """Futures on the evening of day 0, numbered from ``first``; each draws its parameter set.

        What happens is noted in those numbered below ``watched``.

        Raises
        ------
        ValueError
            If replicates, seed, first or branch is out of range.
        """
        announce()
        records = _addressed(replicates, seed, first, branch)
        records["watched"] = records["replicate"] < watched
        numbers = np.full(replicates, NONE, dtype=np.int64)
        if scenario.parameter_sets:
            draw_sets(records, cumulative(scenario.parameter_sets), numbers)
        return cls(scenario, records, numbers)._begin()

    @classmethod
    def at_points(
        cls, scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int,
        seeds: Sequence[int],
    ) -> Futures:  # fmt: skip
        """The same ``replicates`` futures at each of several points, one after the other.

        A point is numbers of the scenario by their path, which hold in place of those of the
        scenario and of its parameter sets; it has its seed. Futures of a point are numbered from 0.

        Raises
        ------
        ValueError
            If a point is no set of numbers of the scenario, or a seed is out of range.
        """
        announce()
        own = scenario.parameter_sets or [{}]
        # A mistake in a point is reported once, not for each of the scenario's own sets.
        everything = replace(scenario, parameter_sets=[{**at} for at in points])
        if scenario.parameter_sets:
            sets = [{**each, **at} for at in points for each in own]
            everything = replace(scenario, parameter_sets=sets)
        records = np.tile(_addressed(replicates, 0, 0, 0), len(points)).view(np.recarray)
        for seed in seeds:
            _check_word("seed", seed)
        records["seed"] = np.repeat(np.array(seeds, dtype=np.uint64), replicates)
        drawn = np.empty(len(records), dtype=np.int64)
        draw_sets(records, cumulative(own), drawn)
        numbers = np.repeat(np.arange(len(points)) * len(own), replicates) + drawn
        return cls(everything, records, numbers)._begin()

    @classmethod
    def continued(
        cls, scenario: Scenario, held: Any, numbers: Any, n: int, branch: int, before: Scenario,
        watched: int = 0,
    ) -> Futures:  # fmt: skip
        """Continue each of some records of one seed into ``n`` futures, one after the other.

        Chance is fresh from tomorrow on and the same for every record. ``held`` (E,) records,
        ``numbers`` (E,) of their parameter sets, ``before`` the scenario that has held so far.
        """
        records = np.repeat(held, n).view(np.recarray)
        records["replicate"], records["branch"] = np.tile(np.arange(n), len(held)), branch
        records["watched"] = records["replicate"] < watched
        records["seats"] = records["answered"] = 0
        for name, old, new in _named(before, scenario):
            _rearrange(records, name, list(old), list(new))
        self = cls(scenario, records, np.repeat(numbers, n))
        self._fill_in_new(before, int(held["seed"][0]))
        same_calendar = before.calendar == scenario.calendar
        take_over(self.records, self.sets, same_calendar, before.switches.talks)
        return self

    def _begin(self) -> Futures:
        begin_all(self.records, self.sets)
        return self

    def _fill_in_new(self, before: Scenario, seed: int) -> None:
        """Let mediators and groups that the scenario before did not have begin as on day 0."""
        added = [
            (held, k) for held, old, new in _named(before, self.scenario)
            for k, name in enumerate(new) if name not in old
        ]  # fmt: skip
        if added:
            fresh = Futures.begun(self.scenario, 1, seed).records[0]
            for held, k in added:
                self.records[held][:, k] = fresh[held][k]

    def live_day(self) -> list[Any]:
        """Simulate one day of every future that is running; return what was noted, part by part.

        Raises
        ------
        Waiting
            If a person must decide; the one record then stands in the middle of the day, and what
            was noted of it so far is in the log.
        """
        at, notes = 0, []
        while at < len(self.order):
            with self._desk() as held:
                at = live_day_of_all(self.records, self.order, at, self.sets, held)
            notes.append(self.noted())
        return notes

    @contextmanager
    def _desk(self) -> Iterator[Any]:
        """The desk of this thread with an empty log; report what a user's tactic did to stop a day.

        The log is emptied here, for whoever was stopped before may have left notes in it.
        """
        held = desk()
        held["log"]["count"] = 0
        try:
            yield held
        except own.Unusable:
            raise own.failure() from None

    def noted(self) -> Any:
        """What was noted of these futures since they last went on, (n,) of ``notes.NOTE``."""
        log = desk()["log"]  # of this thread, which has just simulated them
        return log["rows"][0, : log["count"][0]].copy()

    def run(self, horizon: int, daily: Daily | None = None) -> Run:
        """Simulate every future to its end or the horizon.

        ``daily`` takes the simulated days, if given.
        """
        daily = Daily.to(None) if daily is None else daily
        renewable = self.scenario.ceasefire.renewable
        finals = self.records.copy() if renewable else self.records
        size = len(self.records) * SPELLS_EACH + horizon + 1 if renewable else 0
        spells = np.zeros(size, SPELL).view(np.recarray)
        at, notes, ended = 0, [], []
        while at < len(self.order):
            with self._desk() as held:
                at, spell = run(
                    self.records, self.order, at, self.sets, held, horizon, daily, finals, spells
                )
            notes.append(self.noted())
            ended.append(spells[:spell].copy())
        return Run(finals, np.concatenate(notes), np.concatenate(ended))


def _addressed(replicates: int, seed: int, first: int, branch: int) -> Any:
    """Empty records with their addresses."""
    if replicates < 1:
        raise ValueError(f"replicates is {replicates}; allowed are whole numbers from 1")
    for name, value in (("seed", seed), ("branch", branch), ("first", first)):
        _check_word(name, value)
    records = np.zeros(replicates, FUTURE).view(np.recarray)
    records["seed"], records["branch"] = seed, branch
    records["replicate"] = np.arange(first, first + replicates, dtype=np.uint64)
    return records


def _check_word(name: str, value: int) -> None:
    if not 0 <= value <= LARGEST_WORD:
        raise ValueError(f"{name} is {value}; allowed are whole numbers from 0 to 2**64 - 1")


def _named(before: Scenario, now: Scenario) -> tuple[tuple[str, Any, Any], ...]:
    """What records hold by name: the field, and names before and now."""
    return (
        ("mediators", before.mediators, now.mediators),
        ("groups", before.militants, now.militants),
    )  # fmt: skip


def _rearrange(records: Any, held: str, before: Sequence[str], now: Sequence[str]) -> None:
    """Put what the scenario before had by name in the places that names have now."""
    if before == now:
        return
    old = records[held].copy()
    records[held] = 0
    for k, name in enumerate(now):
        if name in before:
            records[held][:, k] = old[:, before.index(name)]


def cumulative(sets: Sequence[Mapping[str, float]]) -> FloatArray:
    """Cumulative weights of parameter sets; of equal ones, whole numbers."""
    each = np.array(weights(sets))
    sums: FloatArray = np.cumsum(each / each.max())
    return sums


@rule
def draw_sets(futures: Any, sums: Any, numbers: Any) -> None:
    """Draw the number of the parameter set of every future, by cumulative weights."""
    last = len(sums) - 1
    for k in range(len(futures)):
        drawn = chance(futures[k], PARAMETERS) * sums[last]
        low, high = 0, last  # the first set whose sum is above what was drawn
        while low < high:
            middle = (low + high) // 2
            if sums[middle] > drawn:
                high = middle
            else:
                low = middle + 1
        numbers[k] = low


# --- packages on one day --------------------------------------------------------------------------


def utilities(
    scenario: Scenario, account: str, verifiers: float, trust: Sequence[float],
    lock_in: Sequence[Sequence[float]],
) -> FloatArray:  # fmt: skip
    """Both sides' utilities of every package of a scenario, shape (P, 2).

    Parameters
    ----------
    account : whose account of the contested positions holds, of ``records.ACCOUNTS``
    verifiers : strength of those who verify, in [0, 1]
    trust, lock_in : by side, the latter by contested issue
    """
    record = np.zeros(1, FUTURE).view(np.recarray)
    record["account"], record["verifiers"] = ACCOUNTS.index(account), verifiers
    for side in range(2):
        record["sides"]["trust"][0, side] = trust[side]
        record["sides"]["lock_in"][0, side, : len(lock_in[side])] = lock_in[side]
    sets = parameters_of(scenario)
    out = np.empty((int(sets[0].agenda.packages), 2))
    list_utilities(record, sets, desk(), out)
    return out


def own_worths(futures: Futures, side: int, trust: float, lock_in: Sequence[float]) -> FloatArray:
    """Utility of every package, (P,), to a side of the first future, at other trust and lock-in."""
    record = futures.records[:1].copy()
    record["sides"]["trust"][0, side] = trust
    record["sides"]["lock_in"][0, side, : len(lock_in)] = lock_in
    out = np.empty((int(futures.sets[0].agenda.packages), 2))
    list_utilities(record, futures.sets, desk(), out)
    return out[:, side]


def at_the_table(futures: Futures) -> dict[str, Any]:
    """What is publicly known of the first future's packages.

    ``opening`` (2,) number of each side's public position; ``reckoned`` (P, 2) what each package is
    publicly reckoned to be worth to each side.
    """
    out = np.empty((int(futures.sets[0].agenda.packages), 2))
    openings = np.empty(2, dtype=np.int64)
    list_reckoned(futures.records, futures.sets, desk(), out, openings)
    return {"opening": openings.tolist(), "reckoned": out}


@rule
def list_utilities(futures: Any, sets: Any, desks: Any, out: Any) -> None:
    """List what every package is worth to both sides of the first future."""
    future = futures[0]
    t = table_of(future, sets[future.set], desks[0])
    for number in range(len(out)):
        for side in range(2):
            out[number, side] = utility(future, t, side, number)


@rule
def list_reckoned(futures: Any, sets: Any, desks: Any, out: Any, openings: Any) -> None:
    """List both public positions, and what every package is publicly thought to be worth."""
    future = futures[0]
    t = table_of(future, sets[future.set], desks[0])
    for side in range(2):
        openings[side] = t.opening[side]
        for number in range(len(out)):
            out[number, side] = reckoned(t, side, number)
