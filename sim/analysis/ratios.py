"""Differences between two ratios of means over futures, with limits; knows numbers only.

A mean is a ratio whose denominator is one in every future; a mean over those that last to a day
counts only them in both. Limits of a difference of ratios come from each future's influence on it
(delta method), with Student's t for few futures; those of a difference of plain shares are adjusted
Wald limits, which keep a width where no future differs (Agresti & Min 2005 for pairs, Agresti &
Caffo 2000 for independent futures).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.limits import normal_quantile, student_quantile
from sim.analysis.parameter_spread import components
from sim.analysis.sample import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Ratios:
    """Quantities of one scenario: per future numerators and denominators, (R, quantities) each.

    `counts` (R,) says how much a future counts, adding to R; None if all count alike.
    """

    tops: FloatArray
    bottoms: FloatArray
    counts: FloatArray | None = None

    @property
    def size(self) -> int:
        """Number of futures."""
        return len(self.tops)

    def mean(self, values: FloatArray) -> FloatArray:
        """Mean over futures as they count, (quantities,)."""
        if self.counts is None:
            return np.asarray(values.mean(axis=0))
        return np.asarray(self.counts @ values / self.size)

    def levels(self) -> FloatArray:
        """The quantities, (quantities,); NaN where a denominator is 0."""
        top, bottom = self.mean(self.tops), self.mean(self.bottoms)
        levels: FloatArray = np.full(top.shape, np.nan)
        np.divide(top, bottom, out=levels, where=bottom > 0)
        return levels

    def influence(self) -> FloatArray:
        """How far each future moves each quantity, times R, (R, quantities); its mean is 0."""
        bottom = self.mean(self.bottoms)
        held = np.divide(1.0, bottom, out=np.full(bottom.shape, np.nan), where=bottom > 0)
        moved: FloatArray = (self.tops - self.levels() * self.bottoms) * held
        return moved


@dataclass(frozen=True, eq=False)
class Differences:
    """One scenario less the reference, arrays of shape (quantities,); make them with `differences`.

    `sd` is the standard deviation of the difference in one pair of futures (NaN if unpaired),
    `sd_independent` that in two unrelated ones. `relative` is value / reference − 1.
    `parameters_lower` and `parameters_upper` are limits for one more parameter set; NaN where
    pairs drew no common sets.
    """

    value: FloatArray
    reference: FloatArray
    lower: FloatArray
    upper: FloatArray
    se: FloatArray
    sd: FloatArray
    sd_independent: FloatArray
    relative: FloatArray
    relative_lower: FloatArray
    relative_upper: FloatArray
    parameters_lower: FloatArray
    parameters_upper: FloatArray

    @property
    def difference(self) -> FloatArray:
        """The differences themselves."""
        return self.value - self.reference


def differences(
    one: Ratios,
    base: Ratios,
    paired: bool,
    level: float,
    shares: Sequence[bool] | BoolArray,
    sets: IntArray | None = None,
    weights: FloatArray | None = None,
) -> Differences:
    """Compare two scenarios; if `paired`, row r of both is the same future.

    `shares` (quantities,) says which are shares of futures that are so; those of all futures, each
    counting once, have adjusted Wald limits.
    `sets` (R,) are the parameter sets of pairs, `weights` the shares of these in the order of their
    numbers, as in `sim.analysis.parameter_spread.components`.
    """
    value, reference = one.levels(), base.levels()
    moved = one.influence(), base.influence()
    spread = [x.var(axis=0, ddof=1) for x in moved]
    few = np.minimum(*(_counted(x) for x in (one, base)))
    if paired:
        variance = (moved[0] - moved[1]).var(axis=0, ddof=1)
        se, freedom = np.sqrt(variance / base.size), few - 1
    else:
        variance = np.full(value.shape, np.nan)
        se, freedom = _welch(spread, (one.size, base.size))
    wide = [np.full(value.shape, np.nan)] * 2
    if sets is not None:
        found = components(moved[0] - moved[1] + (value - reference), sets, weights)
        if weights is not None:
            se = np.sqrt(found.noise)
        reach = found.reach(level)
        wide = [value - reference - reach, value - reference + reach]
    reach = student_quantile(level, np.maximum(freedom, 1.0)) * se
    lower, upper = value - reference - reach, value - reference + reach
    share = np.asarray(shares, dtype=bool) & _of_all(one) & _of_all(base)
    if share.any():
        lower[share], upper[share] = _limits_of_shares(one, base, share, paired, level)
    relative = _relative(moved, (value, reference), (one.size, base.size), paired, level, freedom)
    spreads = np.sqrt(variance), np.sqrt(spread[0] + spread[1])
    return Differences(value, reference, lower, upper, se, *spreads, *relative, wide[0], wide[1])


def _counted(of: Ratios) -> FloatArray:
    """Futures that each quantity rests on, weights counted as Kish (1965) does."""
    held = of.bottoms > 0
    if of.counts is None:
        return np.asarray(held.sum(axis=0), dtype=float)
    return np.asarray((of.counts @ held) ** 2 / np.maximum(of.counts**2 @ held, 1e-300), float)


def _welch(spread: list[FloatArray], sizes: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Standard error and degrees of freedom of unrelated means (Welch 1947)."""
    parts = [x / n for x, n in zip(spread, sizes, strict=True)]
    total = parts[0] + parts[1]
    below = sum(x**2 / (n - 1) for x, n in zip(parts, sizes, strict=True))
    most = np.full(total.shape, float(sum(sizes) - 2))
    freedom: FloatArray = np.divide(total**2, below, out=most, where=below > 0)
    return np.sqrt(total), freedom


def _of_all(of: Ratios) -> BoolArray:
    """Which quantities are means over all futures, each counting once, (quantities,)."""
    whole: BoolArray = (of.bottoms == 1).all(axis=0)
    return whole if of.counts is None else np.zeros_like(whole)


def _limits_of_shares(
    one: Ratios, base: Ratios, share: BoolArray, paired: bool, level: float
) -> tuple[FloatArray, FloatArray]:
    """Adjusted Wald limits of the difference of shares, in pairs or of unrelated futures."""
    tops = [x.tops[:, share] for x in (one, base)]
    if paired:
        more, less = (tops[0] > tops[1]).sum(axis=0), (tops[0] < tops[1]).sum(axis=0)
        return paired_share_limits(more, less, base.size, level)
    counts = [x.sum(axis=0) for x in tops]
    return share_limits(counts[0], one.size, counts[1], base.size, level)


def paired_share_limits(
    more: FloatArray, less: FloatArray, pairs: int, level: float
) -> tuple[FloatArray, FloatArray]:
    """Limits of a difference of shares from pairs in which only the one, or the other, is so.

    Half a pair is added to each of the four outcomes (Agresti & Min 2005).
    """
    up, down, total = more + 0.5, less + 0.5, pairs + 2
    middle = (up - down) / total
    reach = normal_quantile(level) * np.sqrt(((up + down) / total - middle**2) / total)
    return np.maximum(middle - reach, -1), np.minimum(middle + reach, 1)


def share_limits(
    hits: FloatArray, size: int, base_hits: FloatArray, base_size: int, level: float
) -> tuple[FloatArray, FloatArray]:
    """Limits of a difference of independent shares, one hit and miss added to each.

    Source: Agresti & Caffo 2000.
    """
    first, second = (hits + 1) / (size + 2), (base_hits + 1) / (base_size + 2)
    variance = first * (1 - first) / (size + 2) + second * (1 - second) / (base_size + 2)
    middle, reach = first - second, normal_quantile(level) * np.sqrt(variance)
    return np.maximum(middle - reach, -1), np.minimum(middle + reach, 1)


def _relative(
    moved: tuple[FloatArray, FloatArray],
    levels: tuple[FloatArray, FloatArray],
    sizes: tuple[int, int],
    paired: bool,
    level: float,
    freedom: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """value / reference − 1 with limits on the log scale; NaN where a level is 0."""
    value, reference = levels
    blank = np.full(value.shape, np.nan)
    ratio = np.divide(value, reference, out=blank.copy(), where=reference > 0)
    inside = (value > 0) & (reference > 0)
    scaled = [
        np.divide(x, y, out=np.full(x.shape, np.nan), where=inside)
        for x, y in zip(moved, levels, strict=True)
    ]
    if paired:
        se = np.sqrt((scaled[0] - scaled[1]).var(axis=0, ddof=1) / sizes[1])
    else:
        se, _ = _welch([x.var(axis=0, ddof=1) for x in scaled], sizes)
    reach = np.exp(student_quantile(level, np.maximum(freedom, 1.0)) * se)
    return ratio - 1, ratio / reach - 1, ratio * reach - 1
