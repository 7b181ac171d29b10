"""Resampling of futures, paired or not; knows the quantiles of their days only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.analysis.sample import FloatArray, IntArray


def resampled_quantiles(
    sides: Sequence[IntArray],
    horizon: int,
    counts: FloatArray | None,
    shares: Sequence[float],
    resamples: int,
    seed: Sequence[int],
) -> FloatArray:
    """Quantiles of futures drawn with replacement, shape (resamples, sides, shares).

    `sides` hold the days on which the same futures end under one scenario or two, (R,) each: the
    horizon and one where they don't, -1 where they do not count. `counts` (R,) says how much a
    future counts. Many futures are drawn as a multinomial of their distinct cells of days, so that
    the cost does not grow with their number.
    """
    days = horizon + 3
    key = np.zeros(len(sides[0]), dtype=np.int64)
    for last in sides:
        key = key * days + last + 1
    cells, where = np.unique(key, return_inverse=True)
    mass = np.bincount(where, weights=counts)
    places = [cells // days ** (len(sides) - 1 - k) % days for k in range(len(sides))]
    by_day = [_by_day(place, days) for place in places]
    rng = np.random.default_rng(seed)
    found = np.empty((resamples, len(sides), len(shares)))
    one_by_one = counts is None and key.size < FEW * cells.size  # faster, to the same chances
    step = max(DRAWN // (key.size if one_by_one else cells.size), 1)
    for first in range(0, resamples, step):
        rows = slice(first, min(first + step, resamples))
        if one_by_one:
            drawn = _tallied(rng, where, cells.size, rows.stop - rows.start)
        else:
            drawn = rng.multinomial(key.size, mass / mass.sum(), rows.stop - rows.start)
        for side, held in enumerate(by_day):
            found[rows, side] = quantiles(held(drawn)[:, 1:], shares)
    return found


DRAWN = 2**20  # futures or cells drawn at once, which bounds the memory that they take
FEW = 8  # futures that are drawn one by one in the time that a multinomial takes for a cell


def _tallied(rng: np.random.Generator, where: IntArray, cells: int, rows: int) -> IntArray:
    """How often each cell is drawn, (rows, cells), when futures in cells `where` (R,) are."""
    drawn = rng.integers(0, where.size, (rows, where.size), dtype=np.int32)
    into = where[drawn] + cells * np.arange(rows)[:, None]
    return np.bincount(into.ravel(), minlength=rows * cells).reshape(rows, cells)


def _by_day(place: IntArray, days: int) -> Callable[[IntArray], FloatArray]:
    """From counts (rows, cells) of cells with these days to counts (rows, days) by day."""
    order = np.argsort(place, kind="stable")
    there, starts = np.unique(place[order], return_index=True)

    def held(drawn: IntArray) -> FloatArray:
        out = np.zeros((drawn.shape[0], days))
        out[:, there] = np.add.reduceat(drawn[:, order], starts, axis=1)
        return out

    return held


def quantiles(held: FloatArray, shares: Sequence[float]) -> FloatArray:
    """First days by which each share has ended, (..., shares), from counts of futures by last day.

    `held` (..., horizon + 2) counts on its last place those that did not end: a quantile that falls
    there is infinite.
    """
    ended = np.cumsum(held, axis=-1) / np.maximum(held.sum(axis=-1, keepdims=True), 1e-300)
    days = np.stack([(ended + 1e-12 < share).sum(axis=-1) for share in shares], axis=-1)
    return np.where(days < held.shape[-1] - 1, days, np.inf).astype(float)
