"""Concession formulas of Faratin, Sierra & Jennings (1998); no issue, package, party or deadline.

*Negotiation decision functions for autonomous agents*, Robotics and Autonomous Systems 24: 159-182.
"""

from __future__ import annotations

from sim.compiling import rule
from sim.config.tactics import ConcessionForm
from sim.parameters import code

EXPONENTIAL = code(ConcessionForm.exponential)


@rule
def concession(time: float, beta: float, kappa: float, form: int) -> float:
    """Share of the zone between opening and reservation conceded at ``time``, in [0, 1].

    ``time`` in [0, 1] is the share of the deadline that has passed. ``beta`` > 0 sets the curve:
    below 1 boulware (concedes late), above 1 conceder; in the polynomial form 1 is linear.
    ``kappa`` in [0, 1], above 0 in the exponential form, is the share conceded in the opening
    offer::

        polynomial    kappa + (1 - kappa) * time ** (1 / beta)
        exponential   kappa ** ((1 - time) ** beta)
    """
    if form == EXPONENTIAL:
        return kappa ** ((1.0 - time) ** beta)
    return kappa + (1.0 - kappa) * time ** (1.0 / beta)


@rule
def ratio(earlier: float, later: float) -> float:
    """The earlier of two values as a share of the later; 1 where there is no percentage, of 0."""
    return earlier / later if later != 0.0 else 1.0


@rule
def within(asked: float, low: float, high: float) -> float:
    """What is asked, kept within the own limits."""
    return min(max(asked, low), high)


@rule
def relative_tit_for_tat(
    before: float, after: float, own_last: float, low: float, high: float
) -> float:
    """Own next value: the other's concession from ``before`` to ``after``, in per cent.

    Between two consecutive offers it is the relative tactic, over a window of offers the averaged
    one.
    """
    return within(ratio(before, after) * own_last, low, high)


@rule
def absolute_tit_for_tat(
    before: float, after: float, own_last: float, low: float, high: float, further: float
) -> float:
    """Own next utility: the other's concession in absolute terms, and ``further`` >= 0 beyond it.

    A random further concession, the tactic's disturbance, helps two imitators out of a standstill.
    """
    return within(own_last + (before - after) - further, low, high)
