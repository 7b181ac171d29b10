"""The state of the ceasefire under every definition of its end at once.

Ends, in the order of ``config.ENDS``: exchange_of_fire (both sides at rung 2 or above on one day),
strike (either at rung 3 or above), repudiation, open_hostilities (rung 4, or rung 3 or above on
consecutive days), collapse (open hostilities or repudiation). Knows no agent.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import fused
from sim.conflict.escalation import FIRE, HOSTILITIES, NO_CAUSE, STRIKE
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, kept_per_day, where

EXCHANGE_OF_FIRE, STRIKE_END, REPUDIATION, OPEN_HOSTILITIES, COLLAPSE = range(5)
NOT_ENDED = 0  # day 0 is not at risk, so 0 can say "not ended"


class Ceasefire(PerReplicate):
    """When and why the ceasefire ended.

    ``day`` (R, 5) day of the end per definition, 0 while in force; ``cause`` (R, 5) index into
    ``config.CAUSES``, -1 while in force; ``tension`` (R,) a leaky sum of rungs;
    ``hot_days`` (R,) days in a row at rung 3 or above, and ``hot_cause`` (R,) the cause of the
    first of them; ``spell`` (R,) 1 for the first ceasefire and more for one re-established, and
    ``began`` (R,) its day 0.
    """

    def __init__(self, size: int, tension: float = 0.0) -> None:
        self.tension = np.full(size, tension)
        self.day = np.full((size, 5), NOT_ENDED, dtype=np.int64, order="F")
        self.cause = np.full((size, 5), NO_CAUSE, dtype=np.int64, order="F")
        self.hot_days = np.zeros(size, dtype=np.int64)
        self.hot_cause = np.full(size, NO_CAUSE, dtype=np.int64)
        self.spell = np.ones(size, dtype=np.int64)
        self.began = np.zeros(size, dtype=np.int64)

    @property
    def in_force(self) -> BoolArray:
        """Whether no collapse has happened, shape (R,)."""
        result: BoolArray = self.day[:, COLLAPSE] == NOT_ENDED
        return result

    def feel(self, rungs: tuple[IntArray, IntArray], added: list[float], half_life: float) -> None:
        """Let tension fade for a day and add what today's highest rungs of both sides bring."""
        self.tension = felt(self.tension, kept_per_day(half_life), np.array(added), *rungs)

    def end(self, definition: int, rows: IntArray, day: int, cause: IntArray | int) -> None:
        """Record an end under one definition in these rows, unless it has ended before.

        ``cause`` is single or (len(rows),).
        """
        if len(rows):
            note_end(rows, day, cause, self.day[:, definition], self.cause[:, definition])

    def record_rungs(
        self, day: int, rungs: tuple[IntArray, IntArray], cause: IntArray, consecutive: int
    ) -> None:
        """Check the definitions that are thresholds on the day's highest rungs, each (R,)."""
        high = np.maximum(*rungs)
        hot = high >= STRIKE
        self.hot_days, self.hot_cause = hot_days(hot, self.hot_days, self.hot_cause, cause)
        if not (high >= FIRE).any():
            return
        fired = where(np.minimum(*rungs) >= FIRE)
        struck = where(hot)
        hostile = where(high >= HOSTILITIES)
        lasting = where(self.hot_days >= consecutive)
        self.end(EXCHANGE_OF_FIRE, fired, day, cause[fired])
        self.end(STRIKE_END, struck, day, cause[struck])
        self.end(OPEN_HOSTILITIES, hostile, day, cause[hostile])
        self.end(OPEN_HOSTILITIES, lasting, day, self.hot_cause[lasting])
        collapsed = where(self.day[:, OPEN_HOSTILITIES] == day)
        self.end(COLLAPSE, collapsed, day, self.cause[collapsed, OPEN_HOSTILITIES])

    def restart(self, rows: IntArray, day: int, tension: float) -> None:
        """Begin a new spell in these rows; ``day`` is its day 0."""
        self.tension[rows] = tension
        self.day[rows], self.cause[rows] = NOT_ENDED, NO_CAUSE
        self.hot_days[rows], self.hot_cause[rows] = 0, NO_CAUSE
        self.spell[rows] += 1
        self.began[rows] = day

    def close(self, day: int) -> IntArray:
        """Let every definition not yet met end with a collapse of this day; return those rows."""
        collapsed = where(self.day[:, COLLAPSE] == day)
        if len(collapsed):
            for definition in range(COLLAPSE):
                self.end(definition, collapsed, day, self.cause[collapsed, COLLAPSE])
        return collapsed


@fused
def note_end(
    rows: IntArray, day: int, cause: IntArray | int, day_held: IntArray, cause_held: IntArray
) -> None:
    """Note an end in these rows, each named once, of a definition's (R,) days and causes.

    An end that is noted already stays.
    """
    none = day_held[rows] == NOT_ENDED
    cause_held[rows] = np.where(none, cause, cause_held[rows])
    day_held[rows] = np.where(none, day, day_held[rows])


@fused
def felt(
    tension: FloatArray, kept: float, added: FloatArray, first: IntArray, second: IntArray
) -> FloatArray:
    """Tension after a day, shape (R,): it fades, and both sides' highest rungs add to it."""
    return tension * kept + (added[first] + added[second])


@fused
def hot_days(
    hot: BoolArray, before: IntArray, cause_before: IntArray, cause: IntArray
) -> tuple[IntArray, IntArray]:
    """Days in a row at a strike or above, and the cause of the first of them, each (R,)."""
    began = hot & (before == 0)
    return hot * (before + 1), np.where(began, cause, cause_before)
