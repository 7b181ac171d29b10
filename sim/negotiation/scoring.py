"""How good a deal is against the solution concepts, for many futures with their own utilities.

The same quantities as ``solutions.score`` for one table of utilities, vectorised over futures.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernels
from sim.negotiation.menus import corners, undominated
from sim.negotiation.utility import CHUNK, Table
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where

Efficient = tuple[IntArray, IntArray]  # package numbers, ascending: without lock-in, and with any


def efficient(tables: tuple[Table, Table], most_lock_in: tuple[float, float]) -> Efficient:
    """Packages that may be on the Pareto frontier in some future.

    The others are worse for both sides, by a margin, than one and the same package whatever both
    sides' trust and lock-in.
    """
    first, second = (table.without_lock_in() for table in tables)
    return _efficient((first, second), most_lock_in), _efficient(tables, most_lock_in)


def _efficient(tables: tuple[Table, Table], most_lock_in: tuple[float, float]) -> IntArray:
    both = np.concatenate(
        [corners(table, most) for table, most in zip(tables, most_lock_in, strict=True)]
    )
    order = np.argsort(-both.sum(axis=0), kind="stable")
    kept = order[undominated(both[:, order])]
    return np.sort(kept).astype(np.int64)


def score(
    utilities: tuple[FloatArray, FloatArray],
    deal: tuple[FloatArray, FloatArray],
    disagreement: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Distance to the Pareto frontier and share of the best Nash product, each (n,).

    ``utilities`` (n, E) of both sides for packages that include the frontier; ``deal`` and
    ``disagreement`` (n,) of both sides. The distance is Euclidean, in utility; the share is in
    [0, 1], or NaN where no package is better than no deal for both.
    """
    size, packages = utilities[0].shape
    distance, share = np.empty(size), np.empty(size)
    step = max(1, CHUNK // packages)
    for low in range(0, size, step):
        part = slice(low, low + step)
        first, second = utilities[0][part], utilities[1][part]
        here = (deal[0][part], deal[1][part])
        without = (disagreement[0][part], disagreement[1][part])
        distance[part] = _distance(first, second, *here)
        best = _best_product(first, second, *without)
        product = np.maximum(here[0] - without[0], 0.0)
        product = product * np.maximum(here[1] - without[1], 0.0)
        known: BoolArray = best > 0
        share[part] = np.where(known, product / np.where(known, best, 1.0), np.nan)
    return distance, share


def _best_product(
    first: FloatArray, second: FloatArray, no_deal: FloatArray, no_deal_second: FloatArray
) -> FloatArray:
    """The largest product of both sides' gains over no deal, shape (n,)."""
    best: FloatArray
    if (compiled := kernels()) is not None:
        best = compiled.best_product(first, second, no_deal, no_deal_second)
    else:
        gains = np.maximum(first - no_deal[:, None], 0.0)
        best = (gains * np.maximum(second - no_deal_second[:, None], 0.0)).max(axis=1)
    return best


def _distance(
    first: FloatArray, second: FloatArray, at_first: FloatArray, at_second: FloatArray
) -> FloatArray:
    """Distance of each row's deal to its frontier, shape (n,): 0 where nothing is better."""
    distance = np.zeros(len(first))
    rows = where(_beaten(first, second, at_first, at_second))
    if len(rows):
        first, second = first[rows], second[rows]
        away = np.hypot(first - at_first[rows, None], second - at_second[rows, None])
        distance[rows] = _nearest(first, second, away)
    return distance


def _beaten(
    first: FloatArray, second: FloatArray, at_first: FloatArray, at_second: FloatArray
) -> BoolArray:
    """Whether some package is better for one side and no worse for the other, shape (n,)."""
    beaten: BoolArray
    if (compiled := kernels()) is not None:
        beaten = compiled.beaten(first, second, at_first, at_second)
    else:
        better = (first >= at_first[:, None]) & (second >= at_second[:, None])
        better &= (first > at_first[:, None]) | (second > at_second[:, None])
        beaten = np.logical_or.reduce(better, axis=1)
    return beaten


def _nearest(first: FloatArray, second: FloatArray, away: FloatArray) -> FloatArray:
    """Least of the distances ``away`` (n, E) to packages on the row's frontier, shape (n,)."""
    nearest: FloatArray
    if (compiled := kernels()) is not None:
        nearest = compiled.nearest_efficient(first, second, away)
    else:
        nearest = np.where(_frontier(first, second), away, np.inf).min(axis=1)
    return nearest


def _frontier(first: FloatArray, second: FloatArray) -> BoolArray:
    """Whether each package is on its row's Pareto frontier, shape (n, E); of equals the lowest.

    Packages are passed from the best for the first side down, those equal for it from the best for
    the second, so that nothing later beats one that is kept.
    """
    order = np.lexsort((-second, -first), axis=1)
    sorted_second = np.take_along_axis(second, order, axis=1)
    best = np.maximum.accumulate(sorted_second, axis=1)
    above = np.empty_like(sorted_second, dtype=bool)
    above[:, 0] = True
    above[:, 1:] = sorted_second[:, 1:] > best[:, :-1]
    on = np.empty_like(above)
    np.put_along_axis(on, order, above, axis=1)
    return on
