"""How good a deal is against the solution concepts, at both sides' trust and lock-in of its day.

The same quantities as ``solutions.score`` for one table of utilities.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.compiling import rule
from sim.negotiation.tables import utility


@rule
def nash_share(future: Any, p: Any, t: Any, deal: int) -> float:
    """Nash product of a deal as a share of the largest, in [0, 1].

    NaN where no package is better than no deal for both.
    """
    best = 0.0
    for number in range(p.agenda.packages):
        best = max(best, product(future, t, number))
    return product(future, t, deal) / best if best > 0.0 else np.nan


@rule
def product(future: Any, t: Any, package: int) -> float:
    """Product of both sides' gains over no deal."""
    first = max(utility(future, t, 0, package) - future.sides[0].reservation, 0.0)
    return first * max(utility(future, t, 1, package) - future.sides[1].reservation, 0.0)


@rule
def distance_to_frontier(future: Any, p: Any, t: Any, deal: int) -> float:
    """Euclidean distance of a deal to the nearest package on the Pareto frontier, in utility."""
    first, second = utility(future, t, 0, deal), utility(future, t, 1, deal)
    if not beaten(future, p, t, first, second):
        return 0.0
    nearest = np.inf
    for number in range(p.agenda.packages):
        x, y = utility(future, t, 0, number), utility(future, t, 1, number)
        away = math.hypot(x - first, y - second)
        if away < nearest and not beaten(future, p, t, x, y):
            nearest = away
    return nearest


@rule
def beaten(future: Any, p: Any, t: Any, first: float, second: float) -> bool:
    """Whether some package is better for one side and no worse for the other."""
    for number in range(p.agenda.packages):
        x, y = utility(future, t, 0, number), utility(future, t, 1, number)
        if x >= first and y >= second and (x > first or y > second):
            return True
    return False
