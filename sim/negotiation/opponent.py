"""What a side learns of the other from its offers: issue weights and reservation.

Weights by frequency: an issue on which the other side does not move from one offer to the next is
taken to matter more to it (Hindriks, Jonker & Tykhonov 2009; van Krimpen, Looije & Hajizadeh 2013).
The reservation is where the other's concessions would lead by the deadline if they went on evenly.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import kernels
from sim.negotiation.utility import CHUNK
from sim.randomness import FloatArray, IntArray
from sim.replicates import PerReplicate

PRIOR = 1.0  # how many unmoved offers an issue is credited with before anything is heard


class Estimate(PerReplicate):
    """One side's estimate of the other, in every future.

    ``unmoved`` (R, K) offers in which each issue stayed as it was; ``heard`` (R,) offers heard;
    ``previous`` (R,) the last one, -1 for none.
    """

    def __init__(self, size: int, issues: int) -> None:
        self.unmoved = np.full((size, issues), PRIOR, order="F")
        self.heard = np.zeros(size, dtype=np.int64)
        self.previous = np.full(size, -1, dtype=np.int64)

    def hear(self, rows: IntArray, package: IntArray, option: IntArray) -> None:
        """Take in an offer per row; ``option`` (P, K) are the options each package takes."""
        if (compiled := kernels()) is not None:
            compiled.hear(rows, package, option, self.unmoved, self.heard, self.previous)
            return
        before = self.previous[rows]
        again = before >= 0
        known = rows[again]
        same = option[package[again]] == option[before[again]]
        self.unmoved[known] += same
        self.heard[rows] += 1
        self.previous[rows] = package

    def part(self, rows: IntArray) -> Estimate:
        """Return a copy of these rows."""
        part = Estimate(0, 0)
        part.copy_from(self)
        part.take(rows)
        return part

    def put(self, rows: IntArray, part: Estimate) -> None:
        """Write rows back that ``part`` gave."""
        self.unmoved[rows], self.heard[rows] = part.unmoved, part.heard
        self.previous[rows] = part.previous

    def weights(self) -> FloatArray:
        """Estimated issue weights, shape (R, K), summing to 1 along each row."""
        total = np.zeros(len(self.unmoved))
        for k in range(self.unmoved.shape[1]):
            total += self.unmoved[:, k]
        return self.unmoved / total[:, None]


def weight_error(estimate: FloatArray, truth: FloatArray) -> FloatArray:
    """How far estimated weights (R, K) are from the true ones (K,): half the sum of differences.

    0 is exact, 1 is all weight on the wrong issues (total variation distance).
    """
    error = np.zeros(len(estimate))
    for k, weight in enumerate(truth):
        error += np.abs(estimate[:, k] - weight)
    return 0.5 * error


def thought_worth(
    weights: FloatArray, option_values: FloatArray, account: IntArray, package: IntArray
) -> FloatArray:
    """What a package is thought to be worth to the other side, shape (n,).

    ``weights`` (n, K); ``option_values`` (A, K, P); ``account`` and ``package`` (n,).
    """
    worth = np.zeros(len(weights))
    for k in range(weights.shape[1]):
        worth += weights[:, k] * option_values[account, k, package]
    return worth


def expected_reservation(first: FloatArray, last: FloatArray, time: FloatArray) -> FloatArray:
    """Utility to which the other's offers would fall by the deadline, shape (R,), at least 0.

    ``first`` and ``last`` are what its first and last offers are thought to be worth to it,
    ``time`` in (0, 1] the share of the round they took.
    """
    result: FloatArray = np.maximum(first - (first - last) / np.maximum(time, 1e-9), 0.0)
    return result


def learned_choice(
    own: FloatArray, weights: FloatArray, option_values: FloatArray, aspiration: FloatArray
) -> IntArray:
    """Package best for the other by learnt weights, at or above the aspiration, shape (n,).

    ``own`` (n, P) own utilities; ``weights`` (n, K); ``option_values`` (K, P). Ties go to the
    lower number. Where nothing reaches the aspiration, the package best for oneself.
    """
    chosen = np.empty(len(own), dtype=np.int64)
    step = max(1, CHUNK // own.shape[1])
    for low in range(0, len(own), step):
        part = slice(low, low + step)
        theirs = np.zeros_like(own[part])
        for k in range(weights.shape[1]):
            theirs += weights[part, k, None] * option_values[k]
        asked = np.minimum(aspiration[part], own[part].max(axis=1))
        chosen[part] = np.where(own[part] >= asked[:, None], theirs, -1.0).argmax(axis=1)
    return chosen
