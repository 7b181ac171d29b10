"""Two scenarios' futures side by side, matched where they share their chance, and resampled.

Knows per-future values, not where they come from and not how the result is told.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.bootstrap import resample_shares
from sim.analysis.futures import Futures, Quantity, paired_rows
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError


@dataclass(frozen=True, eq=False)
class Pair:
    """One scenario beside the reference: per-future values (R, quantities) and lasting times (R,).

    If `paired`, row r of both is the same future under two scenarios.
    """

    name: str
    reference: str
    measured: tuple[Quantity, ...]
    paired: bool
    values: FloatArray
    base_values: FloatArray
    futures: Futures
    base: Futures
    of: tuple[int, int]

    @classmethod
    def match(
        cls,
        name: str,
        other: Futures,
        reference: str,
        base: Futures,
        measured: tuple[Quantity, ...],
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
        values, base_values = other.values(measured), base.values(measured)
        paired = rows is not None
        return cls(name, reference, measured, paired, values, base_values, other, base, of)

    @property
    def differences(self) -> FloatArray:
        """Paired differences, then whether it outlasts the reference: (R, quantities + 1)."""
        longer = self.futures.lasted() > self.base.lasted()
        return np.column_stack([self.values - self.base_values, longer])

    def placements(self) -> tuple[FloatArray, FloatArray]:
        """Chance that each future, (R,) per side, is won by the scenario against a random opponent.

        First for each future of the scenario, then for each future of the reference.
        """
        mine, theirs = self.futures.lasted(), self.base.lasted()
        days = self.base.horizon + 2
        shorter = np.cumsum(_shares(theirs, days)) - _shares(theirs, days)
        longer = 1 - np.cumsum(_shares(mine, days))
        return shorter[mine], longer[theirs]

    def shares(self) -> tuple[float, float]:
        """Shares of futures (of independent pairs, if unpaired) that last longer and as long."""
        mine, theirs = self.futures.lasted(), self.base.lasted()
        if self.paired:
            return float((mine > theirs).mean()), float((mine == theirs).mean())
        days = self.base.horizon + 2
        ties = _shares(mine, days) @ _shares(theirs, days)
        return float(self.placements()[0].mean()), float(ties)

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
        same = ~(self.values != self.base_values).any(axis=0)
        if same.any():
            equal = [x.name for x, flag in zip(self.measured, same, strict=True) if flag]
            what = "anything compared" if same.all() else ", ".join(equal)
            bound = 1 - 0.025 ** (1 / shared)
            notes.append(
                f"{self.name}: no future differs from {self.reference} in {what}; an "
                f"interval of no width says, with 97.5% confidence, that under {bound:.2g} would."
            )
        return notes


def resampled_differences(
    pairs: Sequence[Pair], resamples: int, seed: int
) -> dict[str, FloatArray]:
    """Resampled differences of each scenario, shape (resamples, quantities + 1).

    The last column is the share that outlasts the reference. Scenarios with
    equally many pairs share one set of draws, so the work grows little with their number.
    """
    drawn: dict[str, FloatArray] = {}
    by_size: dict[int, list[Pair]] = {}
    for pair in pairs:
        if pair.paired:
            by_size.setdefault(pair.base.day.size, []).append(pair)
        else:
            drawn[pair.name] = _independent_bootstrap(pair, resamples, seed)
    for size, group in by_size.items():
        columns = np.concatenate([pair.differences for pair in group], axis=1)
        means = np.concatenate([x @ columns for x in resample_shares(size, resamples, seed)])
        parts = np.split(means, len(group), axis=1)
        drawn |= {pair.name: part for pair, part in zip(group, parts, strict=True)}
    return drawn


def _independent_bootstrap(pair: Pair, resamples: int, seed: int) -> FloatArray:
    """Differences of separately resampled means, shape (resamples, quantities + 1).

    The share that outlasts is resampled through its projection on either side, the placements
    (DeLong, DeLong & Clarke-Pearson 1988).
    """
    above, below = pair.placements()
    stream = 1 + zlib.crc32(pair.name.encode())
    sides = [
        (np.column_stack([pair.values, above]), stream),
        (np.column_stack([pair.base_values, above.mean() - below]), 0),
    ]
    means = [
        np.concatenate([x @ values for x in resample_shares(len(values), resamples, seed, number)])
        for values, number in sides
    ]
    difference: FloatArray = means[0] - means[1]
    return difference


def _shares(lasted: IntArray, days: int) -> FloatArray:
    """Share of futures that lasted to each day, shape (days,)."""
    return np.bincount(lasted, minlength=days) / lasted.size
