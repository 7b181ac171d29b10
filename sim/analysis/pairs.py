"""Two scenarios' futures side by side, matched where they share their chance.

Knows per-future values, not where they come from nor how the result is presented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.futures import Futures, Quantity, paired_rows
from sim.analysis.limits import PointEstimate, normal_quantile, wilson
from sim.analysis.parameter_spread import set_shares, told_apart
from sim.analysis.ratios import Differences, Ratios, differences
from sim.analysis.sample import BoolArray, FloatArray, IntArray, SurvivalInputError


@dataclass(frozen=True, eq=False)
class Pair:
    """One scenario beside the reference; if `paired`, row r of both is the same future.

    `given` is the landmark: only futures that last beyond that day count, in either scenario; None
    if all do. `weights` are those of parameter sets, by number.
    """

    name: str
    reference: str
    measured: tuple[Quantity, ...]
    paired: bool
    futures: Futures
    base: Futures
    of: tuple[int, int]
    given: int | None = None
    weights: ArrayLike | Mapping[int, float] | None = None

    @classmethod
    def match(
        cls,
        name: str,
        other: Futures,
        reference: str,
        base: Futures,
        measured: tuple[Quantity, ...],
        given: int | None = None,
        weights: ArrayLike | Mapping[int, float] | None = None,
    ) -> Pair:
        """Line up the futures that share their chance, if any."""
        of = other.day.size, base.day.size
        rows = paired_rows(other, base)
        if rows is not None:
            other, base = other.select(rows[0]), base.select(rows[1])
        if min(other.day.size, base.day.size) < 2:
            raise SurvivalInputError(
                f"{name} and {reference} need two futures each, or a pair of two"
            )
        paired = rows is not None
        pair = cls(name, reference, measured, paired, other, base, of, given, weights)
        for side, futures in ((name, other), (reference, base)):
            if pair.counted(futures).sum() < 2:
                raise SurvivalInputError(
                    f"fewer than two futures of {side} last beyond day {given}; choose an earlier "
                    "landmark"
                )
        return pair

    def counted(self, futures: Futures) -> BoolArray:
        """Whether a future counts: it lasts beyond the landmark, (R,)."""
        if self.given is None:
            return np.ones(futures.day.size, dtype=bool)
        beyond: BoolArray = futures.lasted() > self.given
        return beyond

    @property
    def sets(self) -> IntArray | None:
        """The parameter set of each pair, (R,), where both sides drew the same one of several."""
        mine, theirs = self.futures.parameter_set, self.base.parameter_set
        if not self.paired or (mine != theirs).any() or not told_apart(theirs):
            return None
        return theirs

    def shares(self) -> FloatArray | None:
        """Shares of the sets drawn, if they are weighted."""
        if self.weights is None:
            return None
        if self.sets is None:
            raise SurvivalInputError(
                f"weights of parameter sets need pairs that drew them; {self.name} and "
                f"{self.reference} did not draw the same ones"
            )
        return set_shares(self.weights, np.unique(self.sets))

    def counts(self) -> FloatArray | None:
        """How much each pair counts by its set's weight, adding to the pairs; None if alike."""
        shares = self.shares()
        if shares is None or self.sets is None:
            return None
        _, place, sizes = np.unique(self.sets, return_inverse=True, return_counts=True)
        each: FloatArray = (shares * self.sets.size / sizes)[place]
        return each

    def ratios(self) -> tuple[Ratios, Ratios]:
        """Numerators and denominators of all quantities on both sides."""
        counts = self.counts()
        sides = []
        for futures in (self.futures, self.base):
            held = self.counted(futures)[:, None].astype(float)
            values = futures.values(self.measured) * held
            sides.append(Ratios(values, np.broadcast_to(held, values.shape), counts))
        return sides[0], sides[1]

    def differences(self, level: float) -> Differences:
        """Differences of all quantities with limits."""
        one, base = self.ratios()
        shares = [x.unit == "share" for x in self.measured]
        more = self.sets, self.shares()
        return differences(one, base, self.paired, level, shares, *more)

    def outlasting(self, level: float) -> tuple[PointEstimate, float]:
        """Share of futures that last longer, with limits, and of those that last as long.

        Without pairs: shares of pairs of unrelated futures, with the error of their placements
        (DeLong, DeLong & Clarke-Pearson 1988).
        """
        mine, theirs = self.futures.lasted(), self.base.lasted()
        if self.paired:
            longer = float((mine > theirs).mean())
            se = float(np.sqrt(longer * (1 - longer) / mine.size))
            limits = wilson(longer, mine.size, level)
            return PointEstimate(longer, *limits, se), float((mine == theirs).mean())
        days = self.base.horizon + 2
        own, other = (np.bincount(x, minlength=days) / x.size for x in (mine, theirs))
        above = (np.cumsum(other) - other)[mine]
        below = (1 - np.cumsum(own))[theirs]
        longer = float(above.mean())
        se = float(np.sqrt(above.var(ddof=1) / above.size + below.var(ddof=1) / below.size))
        reach = normal_quantile(level) * se
        limits = max(longer - reach, 0.0), min(longer + reach, 1.0)
        return PointEstimate(longer, *limits, se), float(own @ other)

    def notes(self) -> list[str]:
        """What a reader must know about how this scenario was compared."""
        if not self.paired:
            seeds = f"seeds {self.futures.seed} and {self.base.seed}"
            return [
                f"{self.name} is not paired with {self.reference} ({seeds}): independent formulas."
            ]
        notes, shared = [], self.base.day.size
        if self.of != (shared, shared):
            notes.append(
                f"{self.name} is compared on the {shared} futures it shares with {self.reference} "
                f"(of {self.of[0]} and {self.of[1]})."
            )
        apart = self.futures.values(self.measured) != self.base.values(self.measured)
        same = ~apart.any(axis=0)
        if same.any():
            equal = [x.name for x, flag in zip(self.measured, same, strict=True) if flag]
            what = "anything compared" if same.all() else ", ".join(equal)
            bound = 1 - 0.025 ** (1 / shared)
            notes.append(
                f"{self.name}: no future differs from {self.reference} in {what}; with 97.5% "
                f"confidence under {bound:.2g} would."
            )
        return notes
