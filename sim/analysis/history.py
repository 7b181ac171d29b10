"""History matching: which part of a parameter space cannot be right (Craig et al. 1997).

A quadratic emulator is fitted to each measure on a design; a point is *implausible* if the emulated
measure is further from what was observed than error of observation, discrepancy of the model,
chance of the ensemble and error of the emulator together allow. Knows points and targets, no model.
McCulloch et al. (2022), JASSS 25(2) 1, do so with agent-based models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from sim.analysis.calibration import Kind, Target
from sim.arrays import BoolArray, FloatArray
from sim.study.designs import Range

CUT = 3.0
"""Implausibility beyond which a point is left out: Pukelsheim's (1994) three-sigma rule."""


@dataclass(frozen=True)
class History:
    """Emulators of measures, and the targets by which they are judged.

    Attributes
    ----------
    ranges : the space, by parameter
    targets : those with a normal error or tolerance
    coefficients : (terms, targets) of the emulators, on the scale of the targets' errors
    spread : (targets,) standard deviation of what the emulators leave: their own error and the
        chance of the ensembles they were fitted to
    """

    ranges: Mapping[str, Range]
    targets: tuple[Target, ...]
    coefficients: FloatArray
    spread: FloatArray

    @classmethod
    def fitted(
        cls, ranges: Mapping[str, Range], targets: Sequence[Target], points: FloatArray,
        measures: Mapping[str, FloatArray],
    ) -> History:  # fmt: skip
        """Fit emulators to measures, by name and point, at points (n, p)."""
        used = tuple(target for target in targets if target.kind is not Kind.happened)
        terms = _terms(_unit(ranges, points))
        values = np.column_stack([x.scaled(measures[x.name]) for x in used])
        coefficients, *_ = np.linalg.lstsq(terms, values, rcond=None)
        left = values - terms @ coefficients
        free = max(len(points) - terms.shape[1], 1)
        spread = np.sqrt((left**2).sum(axis=0) / free)
        return cls(ranges, used, np.asarray(coefficients), spread)

    def implausibility(self, points: FloatArray) -> FloatArray:
        """Largest distance from a target, in standard deviations of all errors together, (n,)."""
        emulated = _terms(_unit(self.ranges, points)) @ self.coefficients
        worst = np.zeros(len(points))
        for k, target in enumerate(self.targets):
            at = np.exp(emulated[:, k]) if target.log else emulated[:, k]
            away = np.abs(target.miss(at)) * target.sd
            worst = np.maximum(worst, away / np.hypot(target.sd, self.spread[k]))
        return worst

    def plausible(self, points: FloatArray) -> BoolArray:
        """Whether points (n, p) lie in the ranges and are not implausible, (n,)."""
        unit = _unit(self.ranges, points)
        inside = np.all((unit >= 0.0) & (unit <= 1.0), axis=1)
        return np.asarray(inside & (self.implausibility(points) <= CUT))


def _unit(ranges: Mapping[str, Range], points: FloatArray) -> FloatArray:
    low = np.array([span.low for span in ranges.values()])
    high = np.array([span.high for span in ranges.values()])
    return np.asarray((points - low) / (high - low))


def _terms(unit: FloatArray) -> FloatArray:
    """Constant, linear and quadratic terms of points in the unit cube."""
    columns = [np.ones(len(unit)), *unit.T]
    pairs = combinations_with_replacement(range(unit.shape[1]), 2)
    columns += [unit[:, j] * unit[:, k] for j, k in pairs]
    return np.column_stack(columns)
