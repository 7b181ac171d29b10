"""Resampling of daily counts and of paired futures; knows no statistic computed from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.analysis.sample import FloatArray, Sample

CHUNK_BYTES = 64 * 2**20
"""Memory for one block of resample counts, in bytes; it changes results by rounding at most."""


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


def resample_shares(units: int, resamples: int, seed: int, stream: int = 0) -> Iterator[FloatArray]:
    """Yield blocks of bootstrap weights, shape (rows, units), rows adding to `resamples`.

    Each row holds how often each unit was drawn, divided by `units`, so that `row @ values` is the
    mean of one bootstrap sample. The same arguments give the same draws.
    """
    rng = np.random.default_rng([seed, stream])
    rows = max(1, min(resamples, CHUNK_BYTES // (8 * units)))
    for first in range(0, resamples, rows):
        size = min(rows, resamples - first)
        block = np.empty((size, units))
        for row in range(size):
            drawn = rng.integers(0, units, units)
            block[row] = np.bincount(drawn, minlength=units)
        yield block / units
