"""Resampling of daily counts and of paired futures; knows curves and their quantiles only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.sample import FloatArray, IntArray, Sample


def resampled_survival(sample: Sample, resamples: int, seed: int) -> FloatArray:
    """Kaplan-Meier curves of bootstrap samples, shape (resamples, days).

    Units are drawn with replacement (Efron 1981). On a daily grid that is a multinomial draw over
    the distinct (entry, duration, ended) cells, so the cost does not grow with the number of units.
    """
    days = sample.horizon + 1
    entry = np.zeros_like(sample.duration) if sample.entry is None else sample.entry
    key = (entry * days + sample.duration) * 2 + (sample.kind > 0)
    cells, where = np.unique(key, return_inverse=True)
    mass = np.bincount(where, weights=sample.weight).astype(float)
    start, duration, ended = cells // 2 // days, cells // 2 % days, cells % 2
    rng = np.random.default_rng(seed)
    curves = np.empty((resamples, days))
    for row in range(resamples):
        drawn = rng.multinomial(round(mass.sum()) or 1, mass / mass.sum()).astype(float)
        exits = np.bincount(duration, weights=drawn, minlength=days)
        events = np.bincount(duration, weights=drawn * ended, minlength=days)
        waiting = np.cumsum(np.bincount(start, weights=drawn, minlength=days)[::-1])[::-1]
        waiting[0] -= (drawn * (start == 0)).sum()
        at_risk = np.cumsum(exits[::-1])[::-1] - waiting
        curves[row] = np.cumprod(1 - events / np.maximum(at_risk, 1))
    return curves


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
    future counts. Distinct cells of days are drawn by a multinomial, so the cost does not grow with
    the number of futures.
    """
    days = horizon + 3
    key = np.zeros(len(sides[0]), dtype=np.int64)
    for last in sides:
        key = key * days + last + 1
    cells, where = np.unique(key, return_inverse=True)
    mass = np.bincount(where, weights=counts)
    places = [cells // days ** (len(sides) - 1 - k) % days for k in range(len(sides))]
    rng = np.random.default_rng(seed)
    found = np.empty((resamples, len(sides), len(shares)))
    for row in range(resamples):
        drawn = rng.multinomial(key.size, mass / mass.sum())
        for side, place in enumerate(places):
            held = np.bincount(place, drawn, days)[1:].astype(float)
            found[row, side] = quantiles(held, shares)
    return found


def quantiles(held: FloatArray, shares: Sequence[float]) -> FloatArray:
    """First days by which each share has ended, from counts of futures by last day.

    `held` (horizon + 2,) counts on its last place those that did not end: a quantile that falls
    there is infinite.
    """
    ended = np.cumsum(held) / max(float(held.sum()), 1e-300)
    days = np.searchsorted(ended + 1e-12, shares).astype(float)
    days[days >= held.size - 1] = np.inf
    return days
