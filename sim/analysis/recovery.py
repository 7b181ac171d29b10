"""Whether a calibration is to be trusted: would it find parameters that are known?

Pseudo-observations are made at points drawn from the prior, with the errors that the targets state;
each is calibrated to by weighing a table of other points that were drawn from the prior as well. If
all is right, the rank of the true value among draws is uniform (simulation-based calibration: Talts
et al. 2018) and intervals cover what they say. Knows points and measures, no model and no file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chisquare

from sim.analysis.calibration import Kind, Target
from sim.analysis.populations import effective, quantiles
from sim.arrays import FloatArray, IntArray

DRAWS = 99  # from a posterior, among which the true value has a rank from 0 to 99
BINS = 20  # of ranks, in the test of uniformity
LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Recovery:
    """What was recovered from pseudo-observations, by pseudo-observation and parameter.

    Attributes
    ----------
    truth, mean : (m, p) true value, and mean of what was recovered
    limits : (m, p, 2 * len(LEVELS)) quantiles: lower and upper of each level
    ranks : (m, p) from 0 to ``DRAWS``
    size : (m,) effective sample size of what was recovered
    """

    names: tuple[str, ...]
    truth: FloatArray
    mean: FloatArray
    limits: FloatArray
    ranks: IntArray
    size: FloatArray

    def uniformity(self) -> FloatArray:
        """P-value of the chi-square test that a parameter's ranks are uniform, (p,)."""
        p_values = []
        for ranks in self.ranks.T:
            counts, _ = np.histogram(ranks, bins=BINS, range=(0, DRAWS + 1))
            p_values.append(float(chisquare(counts).pvalue))
        return np.array(p_values)

    def coverage(self) -> FloatArray:
        """Share of pseudo-observations whose interval holds the true value, (p, len(LEVELS))."""
        low, high = self.limits[:, :, 0::2], self.limits[:, :, 1::2]
        held = (low <= self.truth[:, :, None]) & (self.truth[:, :, None] <= high)
        return np.asarray(held.mean(axis=0))

    def correlation(self) -> FloatArray:
        """Correlation of what was recovered with the truth, (p,); 0 is none, 1 perfect."""
        return np.array(
            [
                np.corrcoef(self.truth[:, k], self.mean[:, k])[0, 1]
                for k in range(len(self.names))
            ]
        )  # fmt: skip


def recover(
    names: Sequence[str], points: FloatArray, measures: Mapping[str, FloatArray],
    targets: Sequence[Target], count: int, rng: np.random.Generator,
) -> Recovery:  # fmt: skip
    """Recover ``count`` points of a table from pseudo-observations made there.

    Conditions that are required are no observations: they belong to the prior, from which true
    points are drawn and by which those of the table count. No point is drawn twice, so that ranks
    are independent, or recovered from itself. There are fewer where the table has too few.
    """
    required = np.zeros(len(points))
    for target in targets:
        if target.kind is Kind.required:
            required += target.log_likelihood(measures[target.name])
    prior = np.exp(required - required.max())
    chosen = rng.permutation(np.flatnonzero(rng.random(len(points)) < prior))[:count]
    prior /= prior.sum()
    shape = (len(chosen), points.shape[1])
    truth, mean, ranks = points[chosen], np.empty(shape), np.empty(shape, dtype=np.int64)
    limits, size = np.empty((*shape, 2 * len(LEVELS))), np.empty(len(chosen))
    ends = [side for level in LEVELS for side in ((1 - level) / 2, (1 + level) / 2)]
    for row, at in enumerate(chosen):
        likelihood = _pseudo_likelihood(measures, targets, int(at), rng)
        weights = prior * np.exp(likelihood - likelihood.max())
        weights[at] = 0.0
        weights /= weights.sum()
        drawn = points[rng.choice(len(points), size=DRAWS, p=weights)]
        size[row], mean[row] = effective(weights), weights @ points
        below = (drawn < truth[row]).sum(axis=0)
        equal = (drawn == truth[row]).sum(axis=0)
        ranks[row] = below + rng.integers(0, equal + 1)
        for k in range(points.shape[1]):
            limits[row, k] = quantiles(points[:, k], weights, ends)
    return Recovery(tuple(names), truth, mean, limits, ranks, size)


def _pseudo_likelihood(
    measures: Mapping[str, FloatArray], targets: Sequence[Target], at: int,
    rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    """Log-likelihood of a pseudo-observation, made at a point of a table, by the table's points."""
    total = np.zeros(len(next(iter(measures.values()))))
    for target in targets:
        if target.kind is Kind.observed:
            values = target.scaled(measures[target.name])
            seen = values[at] + target.sd * rng.standard_normal()
            total -= 0.5 * ((values - seen) / target.sd) ** 2
        elif target.kind is Kind.happened:
            share = measures[target.name]
            with np.errstate(divide="ignore"):
                total += np.log(share if rng.random() < share[at] else 1.0 - share)
    return total
