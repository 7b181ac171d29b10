"""How much of a result's uncertainty is chance, and how much is in the parameters.

Knows outcomes of futures that each drew one of several parameter sets; nothing of how the sets
were found. The sets are taken as a sample, equal or weighted, of all that would be accepted. Limits
are for the result under one more such set, as in a random-effects analysis (Higgins, Thompson &
Spiegelhalter 2009, Journal of the Royal Statistical Society A 172): with many futures a set they
are the mean ± t · √(1 + 1/K) · s over K sets. The variance between sets, free of the chance that
their means still hold, is itself an estimate; its error enters by its confidence distribution
(Weerahandi 1993; Nagashima, Noma & Furukawa 2019, Statistical Methods in Medical Research 28),
given that it is not negative (Box & Tiao 1973, Bayesian Inference in Statistical Analysis, 5.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.limits import Days, PointEstimate
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError, fraction, whole_number

STEPS = (np.arange(200) + 0.5) / 200
PROBABILITIES, MASSES = STEPS**3, 3 * STEPS**2 / 200
"""Where the confidence distribution of the variance between sets is evaluated, densest where that
variance is great, and how much each place stands for."""
BISECTIONS = 45


class Components(NamedTuple):
    """A weighted mean over sets of each column, (columns,), and what it varies by.

    `noise` is the variance of the mean by chance; `between` that of a set's own mean, free of
    chance, 0 where chance explains all; `squares` the weighted squares of set means about `mean`,
    of which chance is expected to make up `expected`; `sets` how many equally weighted sets are
    worth as much (Kish 1965).
    """

    mean: FloatArray
    noise: FloatArray
    between: FloatArray
    squares: FloatArray
    expected: FloatArray
    sets: float

    def reach(self, level: float) -> FloatArray:
        """How far limits for one more set lie from the mean, (columns,)."""
        from scipy.special import gammaincinv, ndtr  # scipy.stats would load for half a second

        freedom = self.sets - 1
        chi_square = 2 * gammaincinv(freedom / 2, PROBABILITIES)
        drawn = freedom / chi_square
        between = np.outer(self.squares, drawn) - self.expected[:, None]
        masses = np.where(between > 0, MASSES, 0.0)  # a variance is not negative
        masses[~masses.any(axis=1)] = MASSES
        between = np.maximum(between, 0) / (1 - 1 / self.sets)
        sd = np.sqrt(between * (1 + 1 / self.sets) + self.noise[:, None])
        low = np.zeros(sd.shape[0])
        high: FloatArray = 1e3 * sd.max(axis=1)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            inside = np.divide(middle[:, None], sd, out=np.full_like(sd, np.inf), where=sd > 0)
            held = ((2 * ndtr(inside) - 1) * masses).sum(axis=1)
            enough = held >= level * masses.sum(axis=1)
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return high


@dataclass(frozen=True, eq=False, repr=False)
class ParameterSpread:
    """Survival over several parameter sets, with limits for chance and parameters together.

    `sets` is the number of sets that futures drew, `worth` that of equally weighted ones worth as
    much. `day` (days,) from 0 to the horizon; `survival` (days,) the weighted mean over sets; `se`
    (days,) its Monte Carlo standard error; `between` (days,) the standard deviation of S(t) between
    sets. `lower` and `upper` (days,) are limits, on the log-log scale, for the survival under one
    more set.
    """

    sets: int
    worth: float
    lasted: IntArray
    number: IntArray
    weights: FloatArray | None
    level: float
    day: IntArray
    survival: FloatArray
    se: FloatArray
    between: FloatArray
    lower: FloatArray
    upper: FloatArray

    def __repr__(self) -> str:
        return (
            f"<ParameterSpread over {self.sets} sets: S({self.horizon}) {self.at(self.horizon)}, "
            "with the uncertainty of the parameters>"
        )

    @property
    def horizon(self) -> int:
        """Last day."""
        return int(self.day[-1])

    def at(self, day: int) -> PointEstimate:
        """P(T > day) with limits for chance and parameters, and their standard deviation."""
        row = whole_number("day", day, 0, self.horizon)
        sd = float(np.hypot(self.se[row], self.between[row]))
        limits = float(self.lower[row]), float(self.upper[row])
        return PointEstimate(float(self.survival[row]), *limits, sd)

    def rmst(self, tau: int) -> Days:
        """Mean of min(T, tau) with limits for chance and parameters, cut to [0, tau]."""
        values = np.minimum(self.lasted, whole_number("tau", tau, 1, self.horizon)).astype(float)
        found = components(values[:, None], self.number, self.weights)
        mean, reach = float(found.mean[0]), float(found.reach(self.level)[0])
        sd = float(np.sqrt(found.between[0] + found.noise[0]))
        return Days(mean, max(mean - reach, 0.0), min(mean + reach, float(tau)), sd)


def parameter_spread(
    day: IntArray,
    ended: ArrayLike,
    number: IntArray,
    horizon: int,
    level: float = 0.95,
    weights: ArrayLike | Mapping[int, float] | None = None,
) -> ParameterSpread:
    """Split the uncertainty of survival into chance and parameters.

    `day` (R,) of the end, the horizon if none; `ended` (R,) whether it ended; `number` (R,) of the
    future's parameter set. `weights` say how much each set counts, by its number (a mapping, or an
    array whose entry k is that of set k), in any unit; without them a set counts by its futures,
    which is right where futures drew the sets as often as these deserve. At least two sets and
    one future more than sets are needed.

    Raises
    ------
    SurvivalInputError
        If there are fewer, a weight is missing, negative or no number, or `level` is not in (0, 1).
    """
    fraction("level", level)
    lasted = np.where(ended, day, horizon + 1).astype(np.int64)
    kinds, place = np.unique(number, return_inverse=True)
    shares = None if weights is None else set_shares(weights, kinds)
    if not told_apart(number):
        raise SurvivalInputError(
            f"{number.size} futures of {kinds.size} parameter sets: at least two sets and more "
            "futures than sets are needed to tell parameters from chance"
        )
    cells = np.bincount(place * (horizon + 2) + lasted, minlength=kinds.size * (horizon + 2))
    sizes = np.bincount(place).astype(float)
    left = sizes[:, None] - np.cumsum(cells.reshape(kinds.size, horizon + 2), axis=1)[:, :-1]
    means = left / sizes[:, None]
    found = _components(means, sizes, sizes[:, None] * means * (1 - means), shares)
    survival = found.mean
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    spread = found.reach(level) / (safe * np.abs(np.log(safe)))
    edge = ((1 - level) / 2) ** (1 / number.size)  # where none or all have ended: exact binomial
    lower = np.where(inside, safe ** np.exp(spread), np.where(survival > 0, edge, 0.0))
    upper = np.where(inside, safe ** np.exp(-spread), np.where(survival > 0, 1.0, 1 - edge))
    lower[0] = upper[0] if survival[0] == 1 else lower[0]
    return ParameterSpread(
        kinds.size, found.sets, np.minimum(lasted, horizon), number, shares, level,
        np.arange(horizon + 1), survival, np.sqrt(found.noise), np.sqrt(found.between), lower,
        upper,
    )  # fmt: skip


def components(
    values: FloatArray, number: IntArray, weights: FloatArray | None = None
) -> Components:
    """Mean and variance components of each column of `values` (R, columns) over sets `number` (R,).

    `weights` (sets,) are the shares of the sets in the order of their numbers; without them a set
    counts by its futures.
    """
    kinds, place = np.unique(number, return_inverse=True)
    sizes = np.bincount(place).astype(float)
    means, squares = (np.empty((kinds.size, values.shape[1])) for _ in range(2))
    for column, held in enumerate(values.T):
        means[:, column] = np.bincount(place, held) / sizes
        squares[:, column] = np.bincount(place, (held - means[place, column]) ** 2)
    return _components(means, sizes, squares, weights)


def _components(
    means: FloatArray, sizes: FloatArray, squares: FloatArray, weights: FloatArray | None
) -> Components:
    """Components from means and squares within sets (K, columns), sizes and weights (K,).

    A set with a single future lends its variance by chance from the others.
    """
    share = sizes / sizes.sum() if weights is None else weights
    pooled = squares.sum(axis=0) / (sizes.sum() - sizes.size)
    freedom = np.maximum(sizes - 1, 1)[:, None]
    chance = np.where(sizes[:, None] > 1, squares / freedom, pooled) / sizes[:, None]
    mean = share @ means
    about = share @ (means - mean) ** 2
    expected = (share * (1 - share)) @ chance
    same = float((share**2).sum())
    between = np.maximum(about - expected, 0.0) / (1 - same)
    noise = share**2 @ chance
    if weights is None:  # how often each set was drawn is chance too
        noise = (share @ (squares / sizes[:, None]) + about) / sizes.sum()
    return Components(mean, noise, between, about, expected, 1 / same)


def set_shares(weights: ArrayLike | Mapping[int, float], kinds: IntArray) -> FloatArray:
    """Shares of the sets drawn (`kinds`, their numbers), adding to 1, from weights by number."""
    if isinstance(weights, Mapping):
        lacking = [int(k) for k in kinds if int(k) not in weights]
        of = np.array([weights.get(int(k), 0.0) for k in kinds], dtype=float)
    else:
        held = np.asarray(weights, dtype=float)
        lacking = [int(k) for k in kinds if not 0 <= k < held.size]
        of = held[kinds] if not lacking else held
    if lacking:
        raise SurvivalInputError(
            f"weights has none for parameter set {lacking[0]}, which was drawn"
        )
    wrong = ~np.isfinite(of) | (of < 0)
    if wrong.any() or (of > 0).sum() < 2:
        said = f"got {of[wrong][0]}" if wrong.any() else "and at least two of them positive"
        raise SurvivalInputError(f"weights must be finite and 0 or more, {said}")
    shares: FloatArray = of / of.sum()
    return shares


def told_apart(number: IntArray) -> bool:
    """Whether futures of these sets, (R,), are enough to tell parameters from chance."""
    return 2 <= np.unique(number).size < number.size
