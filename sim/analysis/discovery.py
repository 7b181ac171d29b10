"""Scenario discovery: a box of parameters in which an outcome of interest is common (PRIM).

The patient rule induction method of Friedman & Fisher (1999), as used for scenarios by Bryant &
Lempert (2010): peel off, again and again, the thin slice of the box whose removal leaves the
largest share of points of interest. Knows arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from sim.arrays import FloatArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Box:
    """Limits (factors, 2) and how good they are.

    ``coverage`` is the share of the points of interest that lie inside, ``density`` the share of
    the points inside that are of interest, ``mass`` the share of all points inside. ``chance`` is,
    per factor, the probability of a density as high without that factor's limits (quasi p-value).
    """

    limits: FloatArray
    coverage: float
    density: float
    mass: float
    chance: FloatArray

    @property
    def restricted(self) -> NDArray[np.int64]:
        """Numbers of the factors that have a limit."""
        return np.flatnonzero(~np.isinf(self.limits).all(axis=1))


def _inside(values: FloatArray, limits: FloatArray) -> BoolArray:
    held = (values >= limits[:, 0]) & (values <= limits[:, 1])
    return np.asarray(held.all(axis=1))


def measured(values: FloatArray, wanted: BoolArray, limits: FloatArray) -> Box:
    """Measure a box on points (n, factors) of which ``wanted`` (n,) are of interest."""
    inside = _inside(values, limits)
    hits, held = int((inside & wanted).sum()), int(inside.sum())
    chance = np.ones(len(limits))
    for k in np.flatnonzero(~np.isinf(limits).all(axis=1)):
        wider = limits.copy()
        wider[k] = -np.inf, np.inf
        outside = _inside(values, wider)
        share = wanted[outside].mean() if outside.any() else 0.0
        chance[k] = binom.sf(hits - 1, held, share)
    return Box(
        limits, hits / max(int(wanted.sum()), 1), hits / max(held, 1), held / len(values), chance
    )


def peel(
    values: FloatArray, wanted: BoolArray, *, alpha: float = 0.05, least: float = 0.1
) -> list[Box]:
    """Return the peeling trajectory from the whole space to boxes of at least ``least`` mass.

    ``values`` (n, factors), ``wanted`` (n,); ``alpha`` in (0, 0.5) is the share of the box's points
    that a peel takes.

    Raises
    ------
    ValueError
        If no point, or every point, is of interest.
    """
    if wanted.all() or not wanted.any():
        raise ValueError("points of interest must be some but not all of the points")
    limits = np.tile([-np.inf, np.inf], (values.shape[1], 1))
    boxes = [measured(values, wanted, limits)]
    while True:
        peels = [
            peeled
            for k in range(values.shape[1])
            for peeled in _peels(values, limits, k, alpha)
            if _inside(values, peeled).mean() >= least
        ]
        if not peels:
            return boxes
        limits = max(peels, key=lambda one: (wanted[_inside(values, one)].mean(), one.tolist()))
        boxes.append(measured(values, wanted, limits))


def _peels(values: FloatArray, limits: FloatArray, k: int, alpha: float) -> list[FloatArray]:
    """The two boxes without the lowest or the highest points of factor ``k``."""
    column = np.sort(values[_inside(values, limits), k])
    out = max(1, int(alpha * len(column)))
    if len(column) <= out or column[0] == column[-1]:
        return []
    low, high = limits.copy(), limits.copy()
    low[k, 0], high[k, 1] = column[out], column[-out - 1]
    return [low, high]


def chosen(values: FloatArray, wanted: BoolArray, boxes: list[Box], level: float = 0.05) -> Box:
    """Choose the box with the best harmonic mean of coverage and density, without idle limits.

    Limits whose quasi p-value exceeds ``level`` are given up, the idlest first.
    """
    best = max(boxes, key=lambda box: 2 * box.coverage * box.density / (box.coverage + box.density)
               if box.coverage + box.density else 0.0)  # fmt: skip
    while len(best.restricted) and best.chance[best.restricted].max() > level:
        limits = best.limits.copy()
        limits[best.restricted[np.argmax(best.chance[best.restricted])]] = -np.inf, np.inf
        best = measured(values, wanted, limits)
    return best
