"""What of a result is chance and what is not knowing the parameters.

Knows outcomes of futures that each drew one of several parameter sets; nothing of how the sets
were found. Futures of one set differ by chance, the means of sets also by their parameters. The
variance between sets, free of the chance that their means still hold, is estimated as in a one-way
analysis of variance with random effects (O'Hagan, Stevenson & Madan 2007, Health Economics 16).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.analysis.limits import PointEstimate, log_log_limits, normal_quantile
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError, fraction, whole_number


class Components(NamedTuple):
    """Variance of a future's outcome by chance (`within` a set) and of the means of sets."""

    within: FloatArray
    between: FloatArray


@dataclass(frozen=True, eq=False)
class ParameterSpread:
    """Survival over several parameter sets, with limits for chance and parameters together.

    `day` (days,) from 0 to the horizon; `survival` (days,) over all futures; `se` (days,) its
    Monte Carlo standard error; `between` (days,) the standard deviation of S(t) between sets.
    `lower` and `upper` (days,) are limits, on the log-log scale, for the survival under a single
    set: its distance from the mean over sets, and the Monte Carlo error of that mean.
    """

    sets: int
    lasted: IntArray
    number: IntArray
    horizon: int
    level: float
    day: IntArray
    survival: FloatArray
    se: FloatArray
    between: FloatArray
    lower: FloatArray
    upper: FloatArray

    def at(self, day: int) -> PointEstimate:
        """P(T > day) with limits for chance and parameters, and their standard deviation."""
        row = whole_number("day", day, 0, self.horizon)
        sd = math.hypot(self.se[row], self.between[row])
        limits = float(self.lower[row]), float(self.upper[row])
        return PointEstimate(float(self.survival[row]), *limits, sd)

    def rmst(self, tau: int) -> PointEstimate:
        """Mean of min(T, tau) with normal limits for chance and parameters, cut to [0, tau]."""
        values = np.minimum(self.lasted, whole_number("tau", tau, 1, self.horizon)).astype(float)
        parts = components(values[:, None], self.number)
        sd = math.sqrt(float(parts.between[0]) + float(values.var()) / values.size)
        mean, spread = float(values.mean()), normal_quantile(self.level) * sd
        return PointEstimate(mean, max(mean - spread, 0.0), min(mean + spread, float(tau)), sd)


def parameter_spread(
    day: IntArray, ended: FloatArray, number: IntArray, horizon: int, level: float = 0.95
) -> ParameterSpread:
    """Split the uncertainty of survival into chance and parameters.

    `day` (R,) of the end, the horizon if none; `ended` (R,) whether it ended; `number` (R,) of the
    future's parameter set. At least two sets and one future more than sets are needed.

    Raises
    ------
    SurvivalInputError
        If there are fewer, or `level` is not in (0, 1).
    """
    fraction("level", level)
    sets = np.unique(number).size
    if sets < 2 or number.size <= sets:
        raise SurvivalInputError(
            f"{number.size} futures of {sets} parameter sets: at least two sets and more futures "
            "than sets are needed to tell parameters from chance"
        )
    lasted = np.where(ended, day, horizon + 1).astype(np.int64)
    days = np.arange(horizon + 1)
    alive = np.zeros((sets, horizon + 1))
    sizes = np.zeros(sets)
    for k, one in enumerate(np.unique(number)):
        own = lasted[number == one]
        sizes[k] = own.size
        alive[k] = own.size - np.cumsum(np.bincount(own, minlength=horizon + 2))[:-1]
    survival = alive.sum(axis=0) / sizes.sum()
    means = alive / sizes[:, None]
    within_squares = (sizes[:, None] * means * (1 - means)).sum(axis=0)
    between = np.sqrt(_components(means, sizes, within_squares).between)
    se = np.sqrt(survival * (1 - survival) / sizes.sum())
    limits = log_log_limits(survival, np.hypot(se, between), level)
    return ParameterSpread(
        sets, np.minimum(lasted, horizon), number, horizon, level, days, survival, se, between,
        *limits,
    )  # fmt: skip


def components(values: FloatArray, number: IntArray) -> Components:
    """Variance components of each column of `values` (R, columns) over sets `number` (R,)."""
    kinds = np.unique(number)
    sizes = np.array([(number == one).sum() for one in kinds], dtype=float)
    means = np.stack([values[number == one].mean(axis=0) for one in kinds])
    squares = sum(
        ((values[number == one] - mean) ** 2).sum(axis=0)
        for one, mean in zip(kinds, means, strict=True)
    )
    return _components(means, sizes, np.asarray(squares, dtype=float))


def _components(means: FloatArray, sizes: FloatArray, within_squares: FloatArray) -> Components:
    """Components from set means (K, columns), set sizes (K,) and squares within sets (columns,)."""
    total, sets = sizes.sum(), sizes.size
    grand = (sizes[:, None] * means).sum(axis=0) / total
    between_squares = (sizes[:, None] * (means - grand) ** 2).sum(axis=0)
    within = within_squares / (total - sets)
    usual = (total - (sizes**2).sum() / total) / (sets - 1)  # futures of a set, if all were equal
    between = (between_squares / (sets - 1) - within) / usual
    return Components(within, np.maximum(between, 0.0))
