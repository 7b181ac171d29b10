"""The ladder of responses: triggers, rungs and the day's chain of counters.

Rungs: 0 restraint, 1 protest and closure, 2 border fire, 3 strike, 4 open hostilities. Knows no
agent: it is told pressures and says which rung is chosen and who answers next.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import fused
from sim.config import CAUSES
from sim.conflict.implementation import NO_DEAL
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate

ATTACK, BORDER_CLASH, VIOLATION, TALKS_BREAKDOWN, SHOCK = range(len(CAUSES))
NO_CAUSE = -1
LEAST = 5e-324  # stands for a uniform of 0, of which there is no logarithm
PROTEST, FIRE, STRIKE, HOSTILITIES = 1, 2, 3, 4


class Trigger(PerReplicate):
    """What may open today's chain: the weightiest trigger so far, its cause, and who is injured.

    ``severity`` (R,) in logits (0: no trigger), ``cause`` (R,), ``injured`` (R, 2) by party.
    """

    def __init__(self, size: int) -> None:
        self.severity = np.zeros(size)
        self.cause = np.full(size, NO_CAUSE, dtype=np.int64)
        self.injured = np.zeros((size, 2), dtype=bool, order="F")

    def offer(
        self,
        rows: IntArray,
        severity: FloatArray | float,
        cause: IntArray | int,
        injured: tuple[bool, bool] | tuple[BoolArray, BoolArray],
    ) -> None:
        """Put a trigger forward; the weightier wins, and of equals the one earlier in CAUSES.

        Where weight and cause are equal it is one trigger with two injured sides. What is offered,
        ``injured`` by side, is single or (len(rows),); no row is named twice.
        """
        if len(rows):
            held = self.severity, self.cause, (self.injured[:, 0], self.injured[:, 1])
            put_forward(rows, severity, cause, injured, *held)

    def clear(self, rows: IntArray | slice = slice(None)) -> None:
        """Forget today's trigger, in all rows or some."""
        self.severity[rows] = 0.0
        self.cause[rows] = NO_CAUSE
        self.injured[rows] = False


@fused
def put_forward(
    rows: IntArray, severity: FloatArray | float, cause: IntArray | int,
    injured: tuple[bool, bool] | tuple[BoolArray, BoolArray],
    severity_held: FloatArray, cause_held: IntArray, injured_held: tuple[BoolArray, BoolArray],
) -> None:  # fmt: skip
    """Replace the triggers held, each (R,), in these rows where a weightier one is offered.

    Where one of the same weight and cause is offered, its injured are injured beside.
    """
    weight, held = severity_held[rows], cause_held[rows]
    equal = weight == severity
    wins = (held == NO_CAUSE) | (weight < severity) | (equal & (held > cause))
    same = equal & (held == cause)
    severity_held[rows] = np.where(wins, severity, weight)
    cause_held[rows] = np.where(wins, cause, held)
    for side in range(2):
        before = injured_held[side][rows]
        injured_held[side][rows] = ((wins | same) & injured[side]) | (before & ~wins)


@fused
def restraint(
    rows: IntArray,
    weights: tuple[float, float, float, float, float, float],
    in_session: BoolArray,
    package: IntArray,
    given_up: FloatArray,
    willing: BoolArray,
    leverage: FloatArray,
    trust: FloatArray,
    closure_cost: FloatArray,
) -> FloatArray:
    """What holds a side back in these rows, shape (n,), in logits.

    Talks under way, a deal, strikes ``given_up`` (n,) by a deal where it means to keep it,
    mediators' pull, trust, and what closure has cost; all but ``given_up`` have shape (R,).
    """
    of_talks, of_deal, of_bound, of_leverage, of_trust, of_cost = weights
    result: FloatArray = (
        of_talks * in_session[rows]
        + of_deal * (package[rows] != NO_DEAL)
        + of_bound * (given_up * willing[rows])
        + of_leverage * leverage[rows]
        + of_trust * trust[rows]
        + of_cost * closure_cost[rows]
    )
    return result


@fused
def inclination(
    rows: IntArray, audience: float, resolve: FloatArray, weight: float, tension: FloatArray,
    held_back: FloatArray,
) -> FloatArray:  # fmt: skip
    """Pressure to answer with force in these rows before anything is suffered, (n,), in logits.

    Audience, private resolve and tension, less restraint, ``held_back`` (n,).
    """
    return audience + resolve[rows] + weight * tension[rows] - held_back


def choose_rung(uniform: FloatArray, pressure: FloatArray, thresholds: list[float]) -> IntArray:
    """Rung chosen, shape (R,): an ordered logit of the pressure (McKelvey & Palfrey 1995).

    P(rung >= k) = 1 / (1 + exp(threshold_k - pressure)): the pressure less a logistic noise is
    compared with each threshold.
    """
    noise = np.log(np.maximum(uniform, LEAST)) - np.log1p(-uniform)
    return thresholds_passed(pressure, noise, tuple(thresholds))


@fused
def thresholds_passed(
    pressure: FloatArray, noise: FloatArray, thresholds: tuple[float, ...]
) -> IntArray:
    """How many thresholds the pressure less the noise exceeds, shape (R,)."""
    felt = pressure - noise
    rung = np.zeros(len(pressure), dtype=np.int64)
    for threshold in thresholds:
        rung += felt > threshold
    return rung


@fused
def next_turns(acted: BoolArray, rungs: IntArray, counter_from: int) -> BoolArray:
    """Who answers next, shape (R, 2).

    ``acted`` (R, 2) says who acted at the last link and ``rungs`` (R, 2) how. An act at
    ``counter_from`` or above is answered by the other side; if both acted, by the one that
    suffered the higher rung, or by both if the rungs are equal.
    """
    answers = np.empty_like(acted)
    for side in range(2):
        mine, theirs = acted[:, side], acted[:, 1 - side]
        own, suffered = rungs[:, side], rungs[:, 1 - side]
        answers[:, side] = theirs & (suffered >= counter_from) & (~mine | (suffered >= own))
    return answers
