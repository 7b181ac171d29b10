"""The ladder of responses: triggers, rungs and the day's chain of counters.

Rungs: 0 restraint, 1 protest and closure, 2 border fire, 3 strike, 4 open hostilities. Knows no
agent: it is told pressures and says which rung is chosen and who answers next.
"""

from __future__ import annotations

import numpy as np

from sim.config import CAUSES
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, part

ATTACK, BORDER_CLASH, VIOLATION, TALKS_BREAKDOWN, SHOCK = range(len(CAUSES))
NO_CAUSE = -1
PROTEST, FIRE, STRIKE, HOSTILITIES = 1, 2, 3, 4


class Trigger(PerReplicate):
    """What may open today's chain: the weightiest trigger so far, its cause, and who is injured.

    ``severity`` (R,) in logits (0: no trigger), ``cause`` (R,), ``injured`` (R, 2) by party.
    """

    def __init__(self, size: int) -> None:
        self.severity = np.zeros(size)
        self.cause = np.full(size, NO_CAUSE, dtype=np.int64)
        self.injured = np.zeros((size, 2), dtype=bool)

    def offer(
        self,
        rows: IntArray,
        severity: FloatArray | float,
        cause: IntArray | int,
        injured: tuple[bool, bool] | BoolArray,
    ) -> None:
        """Put a trigger forward; the weightier wins, and of equals the one earlier in CAUSES.

        Where weight and cause are equal it is one trigger with two injured sides.

        ``severity`` and ``cause`` are single or (len(rows),), ``injured`` a pair or (len(rows), 2).
        """
        if not len(rows):
            return
        held, weight = self.cause[rows], self.severity[rows]
        equal = np.equal(severity, weight)
        wins = (held == NO_CAUSE) | np.greater(severity, weight) | (equal & np.less(cause, held))
        ties = equal & np.equal(cause, held)
        at = rows[wins]
        self.severity[at], self.cause[at] = part(severity, wins), part(cause, wins)
        self.injured[at] = part(injured, wins)
        self.injured[rows[ties]] |= part(injured, ties)

    def clear(self, rows: IntArray | slice = slice(None)) -> None:
        """Forget today's trigger, in all rows or some."""
        self.severity[rows] = 0.0
        self.cause[rows] = NO_CAUSE
        self.injured[rows] = False


def choose_rung(uniform: FloatArray, pressure: FloatArray, thresholds: list[float]) -> IntArray:
    """Rung chosen, shape (R,): an ordered logit of the pressure (McKelvey & Palfrey 1995).

    P(rung >= k) = 1 / (1 + exp(threshold_k - pressure)): the pressure less a logistic noise is
    compared with each threshold.
    """
    with np.errstate(divide="ignore"):
        noise = np.log(uniform) - np.log1p(-uniform)
    felt = pressure - noise
    rung = np.zeros(len(pressure), dtype=np.int64)
    for threshold in thresholds:
        rung += felt > threshold
    return rung


def next_turns(acted: BoolArray, rungs: IntArray, counter_from: int) -> BoolArray:
    """Who answers next, shape (R, 2).

    ``acted`` (R, 2) says who acted at the last link and ``rungs`` (R, 2) how. An act at
    ``counter_from`` or above is answered by the other side; if both acted, by the one that
    suffered the higher rung, or by both if the rungs are equal.
    """
    own = np.where(acted, rungs, 0)
    suffered = own[:, ::-1]
    not_both = ~(acted[:, :1] & acted[:, 1:])
    answered = acted[:, ::-1] & (suffered >= counter_from)
    result: BoolArray = answered & (not_both | (suffered >= own))
    return result
