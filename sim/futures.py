"""Futures of one scenario as an array of records, with all that is needed to live them.

Knows the rules and what is recorded; no agent, no engine and no file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.arrays import IntArray
from sim.chance import LARGEST_WORD, chance, purpose
from sim.compiling import announce, rule
from sim.config import Scenario
from sim.negotiation.own import own_tactics
from sim.negotiation.tables import new_desk
from sim.parameters import NONE, parameters_of
from sim.records import Daily
from sim.rules.run import SPELL, begin_all, live_day_of_all, run
from sim.state import FUTURE

SPELLS_EACH = 8  # spells there is room for at once, per future
PARAMETERS = purpose("parameters")


class Futures:
    """``replicates`` futures of one scenario under one seed, numbered from ``first``.

    Attributes
    ----------
    records : (R,) of ``state.FUTURE``
    sets : parameter records; ``records.set`` says which each future uses
    numbers : (R,) number of the scenario's parameter set that each future has drawn, -1 for none
    """

    def __init__(
        self, scenario: Scenario, replicates: int, seed: int, *, first: int = 0, branch: int = 0,
        watched: int = 0,
    ) -> None:  # fmt: skip
        """Put futures on the evening of day 0; those numbered below ``watched`` are logged.

        Raises
        ------
        ValueError
            If replicates, seed, first or branch is out of range.
        """
        _check(replicates, seed, first, branch)
        self.scenario = scenario
        records = np.zeros(replicates, FUTURE).view(np.recarray)
        records["seed"], records["branch"] = seed, branch
        records["replicate"] = np.arange(first, first + replicates)
        records["watched"] = records["replicate"] < watched
        self.records = records
        self.numbers = self._draw_sets()
        drawn, self.records["set"] = np.unique(self.numbers, return_inverse=True)
        self.sets = parameters_of(scenario, drawn)
        self.desk = new_desk()
        own_tactics(scenario, self.sets)
        announce()
        begin_all(self.records, self.sets)

    def _draw_sets(self) -> IntArray:
        sets = len(self.scenario.parameter_sets)
        if not sets:
            return np.full(len(self.records), NONE, dtype=np.int64)
        numbers = np.empty(len(self.records), dtype=np.int64)
        draw_sets(self.records, sets, numbers)
        return numbers

    @property
    def order(self) -> IntArray:
        """Positions of the futures, those of one parameter set together, (R,)."""
        return np.argsort(self.records["set"], kind="stable")

    def live_day(self) -> list[Any]:
        """Live one day of every future that is running; return what was noted, part by part.

        Raises
        ------
        Waiting
            If a person must decide; the one record then stands in the middle of the day, and what
            was noted of it so far is in the log.
        """
        at, order, notes = 0, self.order, []
        while at < len(order):
            at = live_day_of_all(self.records, order, at, self.sets, self.desk)
            notes.append(self.noted())
        return notes

    def noted(self) -> Any:
        """What the log holds, (n,) of ``notes.NOTE``; the log is empty afterwards."""
        log = self.desk["log"]
        rows = log["rows"][0, : log["count"][0]].copy()
        log["count"] = 0
        return rows

    def run(self, horizon: int, daily: Daily | None = None) -> Run:
        """Live every future to its end or the horizon.

        ``daily`` takes the days that are lived, if given.
        """
        daily = Daily.to(None) if daily is None else daily
        renewable = self.scenario.ceasefire.renewable
        finals = self.records.copy() if renewable else self.records
        size = len(self.records) * SPELLS_EACH + horizon + 1 if renewable else 0
        spells = np.zeros(size, SPELL).view(np.recarray)
        at, order, notes, ended = 0, self.order, [], []
        while at < len(order):
            at, spell = run(
                self.records, order, at, self.sets, self.desk, horizon, daily, finals, spells
            )
            notes.append(self.noted())
            ended.append(spells[:spell].copy())
        return Run(finals, np.concatenate(notes), np.concatenate(ended))


class Run(NamedTuple):
    """What a run leaves: records as they ended, (R,), notes of the watched, spells if renewable."""

    finals: Any
    notes: Any
    spells: Any


@rule
def draw_sets(futures: Any, sets: int, numbers: Any) -> None:
    """Draw the number of the parameter set of every future."""
    for k in range(len(futures)):
        numbers[k] = int(chance(futures[k], PARAMETERS) * sets)


def _check(replicates: int, seed: int, first: int, branch: int) -> None:
    if replicates < 1:
        raise ValueError(f"replicates is {replicates}; allowed are whole numbers from 1")
    for name, value in (("seed", seed), ("branch", branch), ("first", first)):
        if not 0 <= value <= LARGEST_WORD:
            raise ValueError(f"{name} is {value}; allowed are whole numbers from 0 to 2**64 - 1")
