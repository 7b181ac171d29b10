"""Militant attacks: how many a day, how deadly, and whether they are laid at Kabul's door.

Counts and severities are inverse transforms of addressed uniforms. Knows no agent.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from sim.compiled import fused, kernels
from sim.config import SpoilerType
from sim.randomness import BoolArray, FloatArray, IntArray, WordArray, further
from sim.replicates import where

DAYS_PER_YEAR = 365.25
MOST_PER_DAY = 1000  # the inverse transform stops here; never reached at configured rates


def poisson_quantile(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Poisson counts by inverse transform, shape (R,): the least n with P(N <= n) > uniform."""
    term = np.exp(-mean)
    if (compiled := kernels()) is not None:
        result: IntArray = compiled.poisson(uniform, mean, term, MOST_PER_DAY)
        return result
    count = np.zeros(len(mean), dtype=np.int64)
    more = where(uniform >= term)
    uniform, mean, term = uniform[more], mean[more], term[more]
    cumulative = term
    for n in range(1, MOST_PER_DAY):
        if not len(more):
            break
        count[more] = n
        term = term * (mean / n)
        cumulative = cumulative + term
        left = where(uniform >= cumulative)
        more, uniform, mean = more[left], uniform[left], mean[left]
        term, cumulative = term[left], cumulative[left]
    return count


def frailty_quantile(uniform: FloatArray, variance: float) -> FloatArray:
    """Gamma frailty with mean 1 and this variance by inverse transform, shape (R,)."""
    if variance == 0:
        return np.ones(len(uniform))
    shape = 1.0 / variance
    frailty: FloatArray = gammaincinv(shape, uniform) / shape
    return frailty


@dataclass(frozen=True)
class Severity:
    """Deaths in one attack: a mass at zero and a truncated discrete power law above it.

    p(x) ~ x ** -exponent for x = 1 ... deadliest (Clauset, Young & Gleditsch 2007); the mass at
    zero is what gives the configured mean. ``cumulative`` has shape (deadliest + 1,).
    """

    cumulative: FloatArray

    @classmethod
    def of(cls, mean: float, exponent: float, deadliest: int) -> Severity:
        """Build the distribution; ``config.Militants`` refuses a mean above the tail's own."""
        deaths = np.arange(1, deadliest + 1, dtype=float)
        tail = deaths**-exponent
        tail /= tail.sum()
        deadly = mean / float((deaths * tail).sum())
        cumulative = np.cumsum(np.concatenate([[1.0 - deadly], deadly * tail]))
        cumulative[-1] = 1.0
        return cls(cumulative)

    def quantile(self, uniform: FloatArray) -> IntArray:
        """Deaths by inverse transform, shape (R,)."""
        return np.searchsorted(self.cumulative, uniform, side="right").astype(np.int64)

    def of_attacks(
        self, count: IntArray, words: Callable[[IntArray], WordArray]
    ) -> tuple[IntArray, IntArray]:
        """Deaths in the deadliest of today's ``count`` (R,) attacks and in all of them, each (R,).

        ``words`` gives those of some rows, from which each attack takes its own number.
        """
        rows = where(count > 0)
        worst, total = np.zeros((2, len(count)), dtype=np.int64)
        if not len(rows):
            return worst, total
        drawn = words(rows)
        if (compiled := kernels()) is not None:
            compiled.severities(count, rows, drawn, self.cumulative, worst, total)
            return worst, total
        count = count[rows]
        first = count.cumsum() - count  # position of each future's first attack among all
        nth = np.arange(count.sum()) - first.repeat(count)
        deaths = self.quantile(further(drawn.repeat(count), nth))
        worst[rows] = np.maximum.reduceat(deaths, first)
        total[rows] = np.add.reduceat(deaths, first)
        return worst, total


def season_factor(day_of_year: int, swing: float, peak: int) -> float:
    """Factor on the background rate, with mean 1 over a year and its highest on day ``peak``."""
    return 1.0 + swing * math.cos(2.0 * math.pi * (day_of_year - peak) / DAYS_PER_YEAR)


def spoiling(
    kind: SpoilerType, strength: float, believed: float, inducement: float
) -> tuple[float, float]:
    """Rise of a group's attacks inside the spoiling window, and how much suppression takes off it.

    Spoiling works when moderates are believed strong (Kydd & Walter 2002), so the rise is
    proportional to Kabul's believed ability to control the group. Aims differ (Stedman 1997):
    inducements end limited spoiling, halve greedy spoiling and leave total spoiling as it is;
    greedy spoilers alone weigh costs and spoil less as they are suppressed.
    """
    kept = {SpoilerType.limited: 1.0, SpoilerType.greedy: 0.5, SpoilerType.total: 0.0}[kind]
    rise = strength * believed * (1.0 - kept * inducement)
    return rise, 1.0 if kind is SpoilerType.greedy else 0.0


@fused
def intensity(
    background: float, frailty: FloatArray, suppression: FloatArray, backlash: FloatArray,
    window: BoolArray, rise: float, weighs: float, excitation: FloatArray,
) -> FloatArray:  # fmt: skip
    """Attacks expected of a group today, shape (R,).

    The background rate by frailty, less what Kabul's measures end, more after a handover; inside
    the spoiling ``window`` it rises, less where a group that weighs costs is suppressed. Earlier
    attacks excite further ones beside it.
    """
    return (
        background * frailty * (1.0 - suppression) * (1.0 + backlash)
        * (1.0 + window * (rise * (1.0 - weighs * suppression)))
        + excitation
    )  # fmt: skip


@fused
def excited(excitation: FloatArray, kept: float, each: float, count: IntArray) -> FloatArray:
    """Attacks a day set off by earlier ones, shape (R,): they fade, and today's ``count`` adds."""
    return excitation * kept + each * count


@fused
def attributed(
    uniform: FloatArray,
    from_afghan_soil: BoolArray,
    trust: FloatArray,
    verified: FloatArray,
    evidence: FloatArray,
    base: float,
    cut: tuple[float, float, float],
) -> BoolArray:
    """Whether a salient attack is laid at Kabul's door, shape (n,); all inputs have that shape.

    The chance ``base`` is ``cut`` by trust, by the first share; that of a *mis*attribution also by
    verification and evidence, by the others.
    """
    by_trust, by_monitors, by_evidence = cut
    chance = base * (1.0 - by_trust * trust)
    mistaken = chance * (1.0 - by_monitors * verified) * (1.0 - by_evidence * evidence)
    return uniform < np.where(from_afghan_soil, chance, mistaken)
