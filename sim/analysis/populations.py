"""Approximate Bayesian computation by sequential Monte Carlo: populations of weighted points.

A population is drawn, simulated and weighed. The next is drawn around it by a normal kernel
(Beaumont et al. 2009); the tolerance, by which errors are multiplied, falls by as much as keeps the
effective sample size (Del Moral, Doucet & Jasra 2012) until it is 1, where the errors are those
stated: acceptance with the probability of such an error makes the result exact for a model with
that discrepancy (Wilkinson 2013). In the end every point of every population counts, weighted
against the mixture of all that were drawn from (Owen & Zhou 2000; Cornuet et al. 2012).
Knows points and likelihoods, no model and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.arrays import BoolArray, FloatArray, IntArray

BISECTIONS = 60
CENTRES = 1000  # of the mixture from which a population is drawn
CHUNK = 2048  # points for which densities are computed at once, which bounds memory


def effective(weights: FloatArray) -> float:
    """Effective sample size, (sum w)^2 / sum w^2 (Kong, Liu & Wong 1994); 0 without weight."""
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0 else 0.0


def weights_of(log_likelihood: FloatArray, log_drawn: FloatArray, tolerance: float) -> FloatArray:
    """Weights that sum to 1, of points with these likelihoods and densities they were drawn by.

    A tolerance multiplies standard errors, so it divides the log-likelihood by its square.
    """
    log_weight = log_likelihood / tolerance**2 - log_drawn
    most = log_weight.max()
    if not np.isfinite(most):
        return np.zeros(len(log_weight))
    weight = np.exp(log_weight - most)
    return np.asarray(weight / weight.sum())


def lowest_tolerance(log_likelihood: FloatArray, log_drawn: FloatArray, wanted: float) -> float:
    """The lowest tolerance from 1 on that leaves an effective sample size, by bisection."""
    if effective(weights_of(log_likelihood, log_drawn, 1.0)) >= wanted:
        return 1.0
    low, high = 1.0, 1e3
    for _ in range(BISECTIONS):
        middle = (low * high) ** 0.5
        enough = effective(weights_of(log_likelihood, log_drawn, middle)) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high


def resampled(weights: FloatArray, count: int, rng: np.random.Generator) -> IntArray:
    """Positions drawn by weight with the least further chance (systematic: Kitagawa 1996)."""
    at = (rng.random() + np.arange(count)) / count
    found: IntArray = np.searchsorted(np.cumsum(weights), at)
    return np.minimum(found, len(weights) - 1)


@dataclass(frozen=True)
class Kernel:
    """A mixture of normals around weighted points, from which the next population is drawn."""

    centres: FloatArray
    root: FloatArray

    @classmethod
    def around(
        cls, points: FloatArray, weights: FloatArray, rng: np.random.Generator
    ) -> Kernel:  # fmt: skip
        """Around points (n, p), with their weighted covariance times Silverman's factor.

        Twice the covariance (Beaumont et al. 2009) is best where points are few and dimensions as
        well; in a dozen dimensions most of its draws are discarded.
        """
        n, p = effective(weights), points.shape[1]
        factor = (4 / ((p + 2) * n)) ** (2 / (p + 4))
        covariance = np.cov(points.T, aweights=weights, ddof=0).reshape(p, p) * factor
        jitter = 1e-12 * np.trace(covariance) / p * np.eye(p)
        chosen = resampled(weights, min(CENTRES, len(points)), rng)
        return cls(points[chosen], np.linalg.cholesky(covariance + jitter))

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Points of the mixture, (count, p)."""
        around = self.centres[rng.integers(len(self.centres), size=count)]
        return np.asarray(around + rng.standard_normal(around.shape) @ self.root.T)

    def log_density(self, points: FloatArray) -> FloatArray:
        """Logarithm of the mixture's density at points, (n,)."""
        white = np.linalg.inv(self.root)
        centres = self.centres @ white.T
        norm = np.log(np.diag(self.root)).sum() + 0.5 * points.shape[1] * np.log(2 * np.pi)
        out = np.empty(len(points))
        for first in range(0, len(points), CHUNK):
            at = points[first : first + CHUNK] @ white.T
            square = (at**2).sum(1)[:, None] + (centres**2).sum(1) - 2.0 * at @ centres.T
            least = square.min(axis=1)
            total = np.exp(-0.5 * (square - least[:, None])).mean(axis=1)
            out[first : first + CHUNK] = np.log(total) - 0.5 * least
        return np.asarray(out - norm)


@dataclass
class Search:
    """The populations so far.

    Parameters
    ----------
    prior : positions in a space of density 1, (n, p): the first population, evenly drawn
    inside : whether points (n, p) are possible under the prior, (n,)
    volume : share of the space that is
    log_likelihood : of points (n, p), which simulates them, (n,)
    """

    prior: FloatArray
    inside: Callable[[FloatArray], BoolArray]
    volume: float
    log_likelihood: Callable[[FloatArray], FloatArray]
    rng: np.random.Generator
    points: list[FloatArray] = field(default_factory=list)
    likelihoods: list[FloatArray] = field(default_factory=list)
    kernels: list[tuple[Kernel, float]] = field(default_factory=list)  # with what falls outside
    tolerances: list[float] = field(default_factory=list)

    def run(
        self, size: int, populations: int, keep: float, say: Callable[[str], None]
    ) -> None:  # fmt: skip
        """Draw so many populations after the first, and more until all points weigh enough.

        ``keep`` is the effective sample size that a tolerance must leave and that there must be in
        the end, at tolerance 1.
        """
        self._take(self.prior)
        while len(self.kernels) < populations or effective(self.weighted()[1]) < keep:
            everything, known = np.concatenate(self.points), self._known()
            tolerance = min([lowest_tolerance(*known, keep), *self.tolerances[-1:]])
            weights = weights_of(*known, tolerance)
            self.tolerances.append(tolerance)
            kernel = Kernel.around(everything, weights, self.rng)
            drawn, tried = self._within(kernel, size)
            self.kernels.append((kernel, len(drawn) / tried))
            say(f"population {len(self.kernels)}: tolerance {tolerance:.2f}, "
                f"effective sample size {effective(weights):.0f}")  # fmt: skip
            self._take(drawn)

    def _take(self, points: FloatArray) -> None:
        self.points.append(points)
        self.likelihoods.append(self.log_likelihood(points))

    def _within(self, kernel: Kernel, size: int) -> tuple[FloatArray, int]:
        """Points of a kernel that the prior allows, and how many were drawn for them."""
        kept: list[FloatArray] = []
        tried = found = 0
        while found < size:
            drawn = kernel.draw(size, self.rng)
            allowed = self.inside(drawn)
            enough = np.flatnonzero(allowed)[: size - found]
            tried += int(enough[-1]) + 1 if found + len(enough) == size else size
            kept.append(drawn[enough])
            found += len(enough)
        return np.concatenate(kept), tried

    def _known(self) -> tuple[FloatArray, FloatArray]:
        """Log-likelihood of every point, and log of the mixture all were drawn from."""
        points = np.concatenate(self.points)
        sizes = np.array([len(x) for x in self.points], dtype=float)
        parts = [np.full(len(points), -np.log(self.volume))]
        parts += [kernel.log_density(points) - np.log(share) for kernel, share in self.kernels]
        log_share = np.log(sizes / sizes.sum())
        mixture = np.logaddexp.reduce([a + b for a, b in zip(log_share, parts, strict=True)])
        return np.concatenate(self.likelihoods), mixture

    def weighted(self) -> tuple[FloatArray, FloatArray]:
        """Every point that was simulated, and its weight at tolerance 1."""
        return np.concatenate(self.points), weights_of(*self._known(), 1.0)


def quantiles(values: FloatArray, weights: FloatArray, at: Sequence[float]) -> FloatArray:
    """Weighted quantiles: the least value with so much weight at or below it."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) / weights.sum()
    place = np.minimum(np.searchsorted(below, np.asarray(at)), len(values) - 1)
    return np.asarray(values[order][place])
