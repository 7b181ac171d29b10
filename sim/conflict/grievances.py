"""Grievances by cause: what they make of having no deal, and when a side ends the ceasefire.

Knows no agent. All arrays have one entry per future, ``by_cause`` one column per cause beside.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import fused
from sim.randomness import BoolArray, FloatArray, IntArray


@fused
def total(by_cause: FloatArray) -> FloatArray:
    """Sum over causes, shape (R,), of grievances (R, causes)."""
    summed = by_cause[:, 0].copy()
    for cause in range(1, by_cause.shape[1]):
        summed += by_cause[:, cause]
    return summed


@fused
def disagreement(
    at_first: float, ripeness: float, grievance: FloatArray, closure_cost: FloatArray
) -> FloatArray:
    """Utility of no deal, shape (R,), in [0, 1].

    It falls with grievance and with what closure has cost (ripeness, Zartman 2000).
    """
    fallen = at_first - ripeness * grievance - closure_cost
    return np.minimum(np.maximum(fallen, 0.0), 1.0)


@fused
def pressure_to_end(grievance: FloatArray, closure: float, closure_cost: FloatArray) -> FloatArray:
    """Grievance, weighing more the more closure has cost, shape (R,)."""
    return grievance * (1.0 + closure * closure_cost)


@fused
def worth_of_continuing(
    ending_value: FloatArray,
    stakes: tuple[float, float, float, float],
    deal: BoolArray,
    in_session: BoolArray,
    next_round: IntArray,
    leverage: FloatArray,
    trust: FloatArray,
) -> FloatArray:
    """What it takes to end the ceasefire, shape (R,), in units of grievance.

    A private value and today's stakes: a deal, talks under way or due, mediators' pull and trust.
    """
    of_deal, of_talks, of_leverage, of_trust = stakes
    result: FloatArray = (
        ending_value
        + of_deal * deal
        + of_talks * (in_session | (next_round > 0))
        + of_leverage * leverage
        + of_trust * trust
    )
    return result
