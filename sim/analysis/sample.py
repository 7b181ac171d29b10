"""Checked survival data and their daily counts; knows no estimator and no model.

The daily grid: a duration is the whole day, 0, 1, 2, ..., on which observation ended, by an event
or by censoring. Censoring on day t comes after the events of day t, so a unit censored on day t is
at risk on day t. With left truncation a unit that enters on day e has been seen to last through day
e and is at risk on the days e + 1 ... duration; entry 0 means observed from the start, day 0 too.
Weights are frequencies: weight 3 means three such units.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]

MAX_DAYS = 1_000_000
"""Longest grid accepted, in days; a longer one is a unit mix-up (seconds, dates), not a study."""


class SurvivalInputError(ValueError):
    """Data that no estimator here accepts; the message names the field, the value and the rule."""


@dataclass(frozen=True, eq=False)
class DailyCounts:
    """What happened on each day 0 ... horizon, in (weighted) units.

    `at_risk`, `events` and `censored` have shape (days,), `by_cause` has shape (causes, days) and
    adds to `events` over causes.
    """

    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    by_cause: FloatArray


@dataclass(frozen=True, eq=False)
class Sample:
    """Checked data, one entry per unit, all arrays of shape (n,).

    `duration` is in days (0 ... horizon), `kind` is 0 if censored and otherwise 1 + the index of
    the cause in `causes`; `weight` is None if every unit counts once, `entry` None without
    truncation; `group` is the index of the group in `labels`, None without groups.
    """

    duration: IntArray
    kind: IntArray
    causes: tuple[str, ...]
    weight: FloatArray | None
    entry: IntArray | None
    group: IntArray | None
    labels: tuple[Hashable, ...]
    horizon: int

    @cached_property
    def counts(self) -> DailyCounts:
        """Units at risk, ended and censored on each day, from one pass over the data."""
        days, causes = self.horizon + 1, len(self.causes)
        cell = np.multiply(self.kind, days, dtype=np.int64)
        cell += self.duration
        flat = np.bincount(cell, weights=self.weight, minlength=days * (causes + 1))
        table: FloatArray = flat.astype(np.float64).reshape(causes + 1, days)
        exits = table.sum(axis=0)
        at_risk: FloatArray = np.cumsum(exits[::-1])[::-1].copy()
        if self.entry is not None:
            at_risk -= self._not_entered(self.weight)
            if self.weight is not None:  # remove what rounding leaves of fractional weights
                seen = np.bincount(self.duration, minlength=days)
                risk_units = np.cumsum(seen[::-1])[::-1] - self._not_entered(None)
                at_risk = np.where(risk_units > seen, np.maximum(at_risk, exits), exits)
        by_cause = table[1:]
        return DailyCounts(at_risk, by_cause.sum(axis=0), table[0], by_cause)

    def _not_entered(self, weight: FloatArray | None) -> FloatArray:
        """Units not yet under observation on each day, shape (days,)."""
        assert self.entry is not None
        entered = np.bincount(self.entry, weights=weight, minlength=self.horizon + 1).astype(float)
        waiting: FloatArray = np.cumsum(entered[::-1])[::-1].copy()
        waiting[0] -= entered[0]
        return waiting

    def select(self, members: BoolArray) -> Sample:
        """Return the units where `members`, shape (n,), holds; grid, causes and labels stay."""
        return replace(
            self,
            duration=self.duration[members],
            kind=self.kind[members],
            weight=None if self.weight is None else self.weight[members],
            entry=None if self.entry is None else self.entry[members],
            group=None if self.group is None else self.group[members],
        )

    def by_group(self) -> Iterator[tuple[Hashable, Sample]]:
        """Yield each group's label and units, in the order of `labels`."""
        assert self.group is not None
        for index, label in enumerate(self.labels):
            members = self.group == index
            if not members.any():
                raise SurvivalInputError(
                    f"group {label!r} is empty: each group needs a unit at risk"
                )
            yield label, self.select(members)


def read_sample(
    durations: ArrayLike,
    events: ArrayLike,
    causes: Any = None,
    *,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    horizon: int | None = None,
    groups: ArrayLike | None = None,
    order: Sequence[str] | None = None,
) -> Sample:
    """Check raw columns and put them on the daily grid.

    Units longer than `horizon` are censored there; units of weight 0, and units that enter on the
    last day or later, are never at risk and dropped. Errors: `SurvivalInputError`.
    """
    duration = whole_days("durations", durations)
    ended = indicators(events, duration.size)
    names, kind = _cause_kinds(causes, ended, order)
    sample = Sample(
        duration,
        kind,
        names,
        None if weights is None else _weights(weights, duration.size),
        None if entry is None else _entries(entry, duration),
        None,
        (),
        0 if horizon is None else whole_number("horizon", horizon, 0),
    )
    if groups is not None:
        group, labels = _groups(groups, duration.size)
        sample = replace(sample, group=group, labels=labels)
    if sample.weight is not None and not sample.weight.all():
        sample = sample.select(sample.weight > 0)
    last = int(np.max(sample.duration)) if horizon is None else sample.horizon
    return _cut_at(sample, last)


def _cut_at(sample: Sample, last: int) -> Sample:
    """Censor on day `last` whoever is observed longer, and drop who is never at risk by then."""
    if np.max(sample.duration) > last:
        kind = np.where(sample.duration > last, 0, sample.kind)
        sample = replace(sample, kind=kind, duration=np.minimum(sample.duration, last))
    if sample.entry is not None:
        seen = (sample.entry < sample.duration) | (sample.entry == 0)
        if not seen.any():
            raise SurvivalInputError(f"entry leaves nobody at risk up to the horizon, day {last}")
        sample = sample if seen.all() else sample.select(seen)
    return replace(sample, horizon=last)


def _groups(groups: ArrayLike, size: int) -> tuple[IntArray, tuple[Hashable, ...]]:
    """Return group codes, shape (n,), and labels: sorted, or in a categorical's own order."""
    import pandas as pd

    column: Any = pd.Categorical(groups)  # type: ignore[arg-type]
    if len(column) != size:
        raise SurvivalInputError(f"groups has {len(column)} entries, durations {size}")
    codes = column.codes.astype(np.int64)
    if (codes < 0).any():
        raise SurvivalInputError("groups has a missing label: every unit needs one")
    return codes, tuple(column.categories)


def whole_days(name: str, values: ArrayLike) -> IntArray:
    """Return `values` as int64, shape (n,); they must be whole days from 0 to `MAX_DAYS`."""
    array = _column(name, values)
    if array.dtype.kind == "f":
        bad = ~np.isfinite(array) | (array != np.rint(array))
        if bad.any():
            raise SurvivalInputError(f"{name} must be whole days, got {array[bad][0]}")
    if array.min() < 0 or array.max() > MAX_DAYS:
        wrong = array.min() if array.min() < 0 else array.max()
        raise SurvivalInputError(f"{name} must be days from 0 to {MAX_DAYS}, got {wrong}")
    return array.astype(np.int64, copy=False)


def whole_number(name: str, value: Any, lowest: int, highest: int = MAX_DAYS) -> int:
    """Return `value` as an int from `lowest` to `highest`, or say what is wrong with it."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not lowest <= value <= highest:
        raise SurvivalInputError(
            f"{name} must be a whole number from {lowest} to {highest}, got {value!r}"
        )
    return int(value)


def fraction(name: str, value: float) -> float:
    """Return `value` if it lies strictly between 0 and 1."""
    if not isinstance(value, (int, float, np.number)) or not 0 < value < 1:
        raise SurvivalInputError(f"{name} must lie between 0 and 1, got {value!r}")
    return float(value)


def indicators(values: ArrayLike, size: int) -> BoolArray:
    """Return event indicators as booleans, shape (size,); 0 and 1 are accepted."""
    array = _column("events", values, size)
    if array.dtype.kind != "b":
        bad = (array != 0) & (array != 1)
        if bad.any():
            raise SurvivalInputError(f"events must be true or false, got {array[bad][0]}")
    return array.astype(bool, copy=False)


def _column(name: str, values: ArrayLike, size: int | None = None) -> NDArray[Any]:
    """One non-empty numeric column of the right length."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise SurvivalInputError(f"{name} must be one column, got {array.ndim} dimensions")
    if size is not None and array.size != size:
        raise SurvivalInputError(f"{name} has {array.size} entries, durations {size}")
    if array.size == 0:
        raise SurvivalInputError(f"{name} is empty: at least one unit is needed")
    if array.dtype.kind == "O":
        try:
            array = array.astype(float)
        except (TypeError, ValueError):
            raise SurvivalInputError(
                f"{name} must be numbers without gaps, got {array[:3].tolist()!r}"
            ) from None
    if array.dtype.kind not in ("biuf" if name == "events" else "iuf"):
        raise SurvivalInputError(f"{name} must be numbers, got {array.dtype}")
    return array


def _weights(values: ArrayLike, size: int) -> FloatArray:
    array = _column("weights", values, size).astype(float)
    bad = ~np.isfinite(array) | (array < 0)
    if bad.any():
        raise SurvivalInputError(f"weights must be finite and 0 or more, got {array[bad][0]}")
    if not array.any():
        raise SurvivalInputError("weights are all 0: at least one unit must count")
    return array


def _entries(values: ArrayLike, duration: IntArray) -> IntArray:
    array = whole_days("entry", values)
    if array.size != duration.size:
        raise SurvivalInputError(f"entry has {array.size} entries, durations {duration.size}")
    bad = (array >= duration) & (array > 0)
    if bad.any():
        raise SurvivalInputError(
            f"entry must come before the duration, got entry {array[bad][0]} and "
            f"duration {duration[bad][0]}"
        )
    return array


def _cause_kinds(
    causes: Any, ended: BoolArray, order: Sequence[str] | None
) -> tuple[tuple[str, ...], IntArray]:
    """Return cause names and kinds, shape (n,), 0 where censored, whatever `causes` holds there."""
    if causes is None:
        return ("event",), ended.view(np.int8)
    import pandas as pd

    column: Any = pd.Categorical(causes)
    if len(column) != ended.size:
        raise SurvivalInputError(f"causes has {len(column)} entries, durations {ended.size}")
    labels = [str(label) for label in column.categories]
    used = np.unique(np.asarray(column.codes)[ended])  # -1 stands for a missing label
    blank = [code for code in used if code < 0 or labels[code] == ""]
    if blank:
        unit = int(np.flatnonzero(ended & (column.codes == blank[0]))[0])
        raise SurvivalInputError(f"causes must name a cause for every event, unit {unit} has none")
    if order is None:
        listed = isinstance(getattr(causes, "dtype", None), pd.CategoricalDtype)
        order = [x for code, x in enumerate(labels) if x and (listed or code in used)]
    elif len(set(order)) != len(order):
        raise SurvivalInputError(f"order names a cause twice: {list(order)!r}")
    extra = [labels[code] for code in used if labels[code] not in order]
    if extra:
        raise SurvivalInputError(f"causes has {extra[0]!r}, allowed are {', '.join(order)}")
    place = {label: index + 1 for index, label in enumerate(order)}
    kinds = np.array([place.get(label, 0) for label in labels] + [0], dtype=np.int16)
    return tuple(order), np.where(ended, kinds[column.codes], 0)
