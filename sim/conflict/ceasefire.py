"""The state of the ceasefire under every definition of its end at once.

Ends, in the order of ``config.ENDS``: exchange_of_fire (both sides at rung 2 or above on one day),
strike (either at rung 3 or above), repudiation, open_hostilities (rung 4, or rung 3 or above on
consecutive days), collapse (open hostilities or repudiation). Knows no agent.
"""

from __future__ import annotations

import numpy as np

from sim.conflict.escalation import FIRE, HOSTILITIES, NO_CAUSE, STRIKE
from sim.randomness import BoolArray, IntArray
from sim.replicates import PerReplicate

EXCHANGE_OF_FIRE, STRIKE_END, REPUDIATION, OPEN_HOSTILITIES, COLLAPSE = range(5)
NOT_ENDED = 0  # day 0 is not at risk, so 0 can say "not ended"


class Ceasefire(PerReplicate):
    """When and why the ceasefire ended.

    ``day`` (R, 5) day of the end per definition, 0 while in force; ``cause`` (R, 5) index into
    ``config.CAUSES``, -1 while in force; ``tension`` (R,) a leaky sum of rungs; ``hot_days`` (R,) days in a row at rung 3 or above, and
    ``hot_cause`` (R,) the cause of the first of them.
    """

    def __init__(self, size: int, tension: float = 0.0) -> None:
        self.tension = np.full(size, tension)
        self.day = np.full((size, 5), NOT_ENDED, dtype=np.int64)
        self.cause = np.full((size, 5), NO_CAUSE, dtype=np.int64)
        self.hot_days = np.zeros(size, dtype=np.int64)
        self.hot_cause = np.full(size, NO_CAUSE, dtype=np.int64)

    @property
    def in_force(self) -> BoolArray:
        """Whether no collapse has happened, shape (R,)."""
        return self.day[:, COLLAPSE] == NOT_ENDED

    def feel(self, rungs: tuple[IntArray, IntArray], added: list[float], half_life: float) -> None:
        """Let tension fade for a day and add what today's highest rungs of both sides bring."""
        weights = np.array(added)
        brought = weights[rungs[0]] + weights[rungs[1]]
        self.tension = self.tension * 0.5 ** (1.0 / half_life) + brought

    def end(self, definition: int, where: BoolArray, day: int, cause: IntArray | int) -> None:
        """Record an end under one definition, unless it has ended before."""
        rows = np.flatnonzero(where & (self.day[:, definition] == NOT_ENDED))
        self.day[rows, definition] = day
        self.cause[rows, definition] = np.broadcast_to(cause, where.shape)[rows]

    def record_rungs(self, day: int, rungs: IntArray, cause: IntArray, consecutive: int) -> None:
        """Check the definitions that are thresholds on the day's highest rungs, ``rungs`` (R, 2)."""
        high = rungs.max(axis=1)
        hot = high >= STRIKE
        if not (rungs.min(axis=1) >= FIRE).any() and not hot.any():
            self.hot_days[:] = 0
            return
        self.hot_cause = np.where(hot & (self.hot_days == 0), cause, self.hot_cause)
        self.hot_days = np.where(hot, self.hot_days + 1, 0)
        self.end(EXCHANGE_OF_FIRE, rungs.min(axis=1) >= FIRE, day, cause)
        self.end(STRIKE_END, hot, day, cause)
        self.end(OPEN_HOSTILITIES, high >= HOSTILITIES, day, cause)
        self.end(OPEN_HOSTILITIES, self.hot_days >= consecutive, day, self.hot_cause)
        collapsed = self.day[:, OPEN_HOSTILITIES] == day
        self.end(COLLAPSE, collapsed, day, self.cause[:, OPEN_HOSTILITIES])

    def close(self, day: int) -> BoolArray:
        """Let every definition not yet met end with a collapse of this day; return who collapsed."""
        collapsed = self.day[:, COLLAPSE] == day
        if collapsed.any():
            for definition in range(COLLAPSE):
                self.end(definition, collapsed, day, self.cause[:, COLLAPSE])
        return collapsed
