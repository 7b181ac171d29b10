"""How good a deal is against the solution concepts, at both sides' trust and lock-in of its day.

Pages on which nothing can matter are not looked at.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.compiling import rule
from sim.negotiation.tables import utility


@rule
def product(future: Any, first: float, second: float) -> float:
    """Product of both sides' gains over no deal."""
    gain = max(first - future.sides[0].reservation, 0.0)
    return gain * max(second - future.sides[1].reservation, 0.0)


@rule
def best_product(future: Any, t: Any) -> tuple[float, int]:
    """The largest Nash product, and the number of its package."""
    best, found = 0.0, 0
    for page in range(t.pages):
        first, second = t.most_own[0, page], t.most_own[1, page]
        if product(future, first, second) <= best:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            first, second = utility(future, t, 0, number), utility(future, t, 1, number)
            gained = product(future, first, second)
            if gained > best:
                best, found = gained, number
    return best, found


@rule
def score_deal(future: Any, t: Any, deal: int) -> None:
    """Note how good a deal is, in the future's tally.

    Its Nash product as a share of the largest, in [0, 1], NaN where no package is better than no
    deal for both; and its Euclidean distance, in utility, to the nearest package on the Pareto
    frontier.
    """
    x, y = utility(future, t, 0, deal), utility(future, t, 1, deal)
    best, found = best_product(future, t)
    future.tally.deal_nash_share = product(future, x, y) / best if best > 0.0 else np.nan
    future.tally.deal_distance = 0.0
    if beaten(future, t, x, y):
        first, second = utility(future, t, 0, found), utility(future, t, 1, found)
        on_frontier = best > 0.0 and not beaten(future, t, first, second)
        within = distance(first - x, second - y) if on_frontier else np.inf
        future.tally.deal_distance = distance_to_frontier(future, t, x, y, within)


@rule
def distance(first: float, second: float) -> float:
    """Euclidean length."""
    return math.sqrt(first * first + second * second)


@rule
def distance_to_frontier(future: Any, t: Any, x: float, y: float, nearest: float) -> float:
    """Distance of a deal to the nearest package on the frontier, which is ``nearest`` at most."""
    for page in range(t.pages):
        first, second = t.most_own[0, page], t.most_own[1, page]
        if first < x - nearest or second < y - nearest:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            first, second = utility(future, t, 0, number), utility(future, t, 1, number)
            away = distance(first - x, second - y)
            if away < nearest and not beaten(future, t, first, second):
                nearest = away
    return nearest


@rule
def beaten(future: Any, t: Any, x: float, y: float) -> bool:
    """Whether some package is better for one side and no worse for the other."""
    for page in range(t.pages):
        first, second = t.most_own[0, page], t.most_own[1, page]
        if first < x or second < y:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            first, second = utility(future, t, 0, number), utility(future, t, 1, number)
            if first >= x and second >= y and (first > x or second > y):
                return True
    return False
