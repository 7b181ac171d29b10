"""What a side has without a deal: its disagreement payoff, and its reservation at the table."""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday, rule
from sim.negotiation.mediators import pressure_on


@everyday
def total_grievance(side: Any) -> float:
    """Sum of a side's grievances over causes."""
    total = side.grievance[0]
    for cause in range(1, len(side.grievance)):
        total += side.grievance[cause]
    return total


@rule
def disagreement(future: Any, p: Any, side: int) -> float:
    """A side's utility of no deal without mediators' pressure, in [0, 1].

    It falls with grievance and with what closure has cost (ripeness, Zartman 2000).
    """
    own = future.sides[side]
    hurt = p.bargaining.ripeness * total_grievance(own)
    fallen = p.parties[side].disagreement - hurt - own.closure_cost
    return min(max(fallen, 0.0), 1.0)


@rule
def reservation(future: Any, p: Any, side: int) -> float:
    """A side's utility of no deal as it sees it under the mediators' pressure, at least 0."""
    fallen = p.bargaining.pressure * pressure_on(future, p, side)
    return max(disagreement(future, p, side) - fallen, 0.0)
