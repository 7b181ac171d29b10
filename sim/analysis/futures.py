"""Per-future outcomes of an ensemble and which futures of two ensembles share their chance.

Knows the columns of a table of runs, not how the runs were made and no statistic of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.analysis.sample import (
    BoolArray,
    FloatArray,
    IntArray,
    SurvivalInputError,
    indicators,
    whole_days,
)
from sim.config import CAUSES, ENDS

if TYPE_CHECKING:
    import pandas as pd

SURVIVAL_DAYS = (30, 90, 365)
"""Days whose survival is compared, as far as the horizon reaches."""


class Ensemble(Protocol):
    """What a comparison needs of an ensemble; `runs` has one row per replicate."""

    @property
    def runs(self) -> pd.DataFrame:
        """Columns replicate and, per end definition d, d_day, d_ended, d_cause and d_by."""

    @property
    def seed(self) -> int:
        """Root seed; equal seed and replicate mean the same chance events."""

    @property
    def horizon(self) -> int:
        """Last day simulated."""

    @property
    def scenario(self) -> Any:
        """Has `.ceasefire.end`, the default end definition."""


@dataclass(frozen=True, eq=False)
class Quantity:
    """One outcome whose mean over futures is compared; `cause` is a mode where `kind` is mode.

    `kind` is rmst, survival, lost (days lost to a cause), incidence or mode.
    """

    name: str
    kind: str
    day: int
    cause: str
    unit: str


@dataclass(frozen=True, eq=False)
class Futures:
    """Outcomes of one ensemble under one end definition, one entry per future, sorted by replicate.

    `day` (R,) is the day of the end, the horizon if none; `ended` (R,); `cause` (R,) is the index
    in `causes`, -1 if not ended; `mode` (R,) likewise in `modes`, of which there are none where the
    runs do not say by whom; `parameter_set` (R,) is the number of the set it drew, -1 if none.
    """

    replicate: IntArray
    day: IntArray
    ended: BoolArray
    cause: IntArray
    causes: tuple[str, ...]
    mode: IntArray
    modes: tuple[str, ...]
    horizon: int
    seed: int
    parameter_set: IntArray

    def select(self, rows: IntArray) -> Futures:
        """Return the futures in `rows`."""
        return replace(
            self,
            replicate=self.replicate[rows],
            day=self.day[rows],
            ended=self.ended[rows],
            cause=self.cause[rows],
            mode=self.mode[rows],
            parameter_set=self.parameter_set[rows],
        )

    def lasted(self) -> IntArray:
        """Day of the end with survivors one day past the horizon, (R,): longer is larger."""
        return np.where(self.ended, self.day, self.horizon + 1)

    def values(self, quantities: tuple[Quantity, ...]) -> FloatArray:
        """Per-future values whose means are the quantities, shape (R, quantities).

        Means are the Kaplan-Meier, Aalen-Johansen and RMST estimates exactly, because the horizon
        is the only censoring.
        """
        columns = np.empty((self.day.size, len(quantities)))
        lasted = self.lasted()
        for index, quantity in enumerate(quantities):
            if quantity.kind == "survival":
                columns[:, index] = lasted > quantity.day
            elif quantity.kind == "rmst":
                columns[:, index] = np.minimum(self.day, quantity.day)
            elif quantity.kind == "lost":
                hit = self.cause == self.causes.index(quantity.cause)
                columns[:, index] = hit * (quantity.day - self.day)
            elif quantity.kind == "mode":
                columns[:, index] = self.mode == self.modes.index(quantity.cause)
            else:
                columns[:, index] = self.cause == self.causes.index(quantity.cause)
        return columns


def quantities(
    futures: Futures, days: Sequence[int] = SURVIVAL_DAYS, given: int | None = None
) -> tuple[Quantity, ...]:
    """Return the outcomes compared: RMST, survival on `days`, days lost, ends by cause and mode.

    Days beyond the horizon, or not after the landmark `given`, are left out.
    """
    horizon = futures.horizon
    after = "" if given is None else f"|{given}"
    shown = [day for day in days if (0 if given is None else given) < day <= horizon]
    return (
        Quantity(f"RMST({horizon}{after})", "rmst", horizon, "", "days"),
        *(Quantity(f"S({day}{after})", "survival", day, "", "share") for day in shown),
        *(
            Quantity(f"days lost to {cause}", "lost", horizon, cause, "days")
            for cause in futures.causes
        ),
        *(
            Quantity(f"ended by {cause} to day {horizon}", "incidence", horizon, cause, "share")
            for cause in futures.causes
        ),
        *(
            Quantity(f"{mode} to day {horizon}", "mode", horizon, mode, "share")
            for mode in futures.modes
        ),
    )


def read_futures(ensembles: Mapping[str, Ensemble], end: str) -> dict[str, Futures]:
    """Read every ensemble's outcomes under the end definition `end`, on common causes and modes.

    Errors: `SurvivalInputError` for an unknown end, different horizons, missing columns, no runs.
    """
    if end not in ENDS:
        raise SurvivalInputError(f"end must be one of {', '.join(ENDS)}, got {end!r}")
    first, horizon = "", 0
    for name, ensemble in ensembles.items():
        if first and ensemble.horizon != horizon:
            raise SurvivalInputError(
                f"horizons differ: {first} has {horizon} days, {name} {ensemble.horizon}; "
                "compare ensembles of one horizon"
            )
        first, horizon = first or name, ensemble.horizon
        missing = [
            column
            for column in ("replicate", f"{end}_day", f"{end}_ended", f"{end}_cause")
            if column not in ensemble.runs.columns
        ]
        if missing:
            raise SurvivalInputError(f"the runs of {name} have no column {missing[0]}")
        if len(ensemble.runs) == 0:
            raise SurvivalInputError(f"{name} has no runs: at least one future is needed")
    causes = _causes(ensembles, end)
    modes = _modes(ensembles, end)
    return {name: _read(ensemble, end, causes, modes) for name, ensemble in ensembles.items()}


def common_end(ensembles: Mapping[str, Ensemble]) -> str:
    """Return the end definition all scenarios have as default, or say that they differ."""
    ends = {name: _text(x.scenario.ceasefire.end) for name, x in ensembles.items()}
    if len(set(ends.values())) > 1:
        named = ", ".join(f"{name} {end}" for name, end in ends.items())
        raise SurvivalInputError(f"default end definitions differ ({named}): name one with end=")
    return next(iter(ends.values()))


def paired_rows(one: Futures, other: Futures) -> tuple[IntArray, IntArray] | None:
    """Rows of futures that share their chance events; None if seeds differ or none is shared."""
    if one.seed != other.seed:
        return None
    _, rows, other_rows = np.intersect1d(
        one.replicate, other.replicate, assume_unique=True, return_indices=True
    )
    return (rows, other_rows) if rows.size else None


def _text(value: Any) -> str:
    """Return a string enumeration's value, or the string itself."""
    return str(getattr(value, "value", value))


def _read(ensemble: Ensemble, end: str, causes: tuple[str, ...], modes: tuple[str, ...]) -> Futures:
    import pandas as pd

    from sim.analysis.modes import mode

    runs = ensemble.runs
    replicate = _replicates(runs["replicate"])
    if np.unique(replicate).size != replicate.size:
        raise SurvivalInputError("replicate holds a number twice: one row per future is needed")
    order = np.argsort(replicate, kind="stable")
    day = whole_days(f"{end}_day", runs[f"{end}_day"].to_numpy())[order]
    ended = indicators(runs[f"{end}_ended"].to_numpy(), day.size)[order]
    if np.max(day) > ensemble.horizon or (day[~ended] != ensemble.horizon).any():
        raise SurvivalInputError(
            f"{end}_day must end by day {ensemble.horizon}, and be that day where not ended"
        )
    labels = runs[f"{end}_cause"].astype("object").where(runs[f"{end}_ended"].astype(bool), None)
    cause = pd.Categorical(labels, categories=list(causes)).codes.astype(np.int64)[order]
    if (cause[ended] < 0).any():
        raise SurvivalInputError(f"{end}_cause must name a cause for every end")
    of_mode = np.full(order.size, -1)
    if modes:
        found = pd.Categorical(mode(runs, end), categories=list(modes))
        of_mode = found.codes.astype(np.int64)[order]
    drawn = np.full(order.size, -1)
    if "parameter_set" in runs.columns:
        drawn = runs["parameter_set"].fillna(-1).to_numpy(dtype=np.int64)[order]
    read = (replicate[order], day, ended, cause, causes, of_mode, modes)
    return Futures(*read, ensemble.horizon, ensemble.seed, drawn)


def _replicates(values: pd.Series[Any]) -> IntArray:
    """Return replicate numbers, >= 0 and of any size, shape (R,)."""
    array = values.to_numpy()
    if array.dtype.kind not in "iu" or array.min() < 0:
        raise SurvivalInputError(
            f"replicate must be whole numbers from 0, got {array[:3].tolist()}"
        )
    return array.astype(np.int64)


def _causes(ensembles: Mapping[str, Ensemble], end: str) -> tuple[str, ...]:
    """All causes that ended a future anywhere, known ones first and in their order."""
    return tuple(sorted(set(_seen(ensembles, end)), key=_cause_rank))


def _seen(ensembles: Mapping[str, Ensemble], end: str) -> Iterator[str]:
    for ensemble in ensembles.values():
        ended = ensemble.runs[f"{end}_ended"].astype(bool)
        labels = ensemble.runs.loc[ended, f"{end}_cause"].dropna().unique()
        yield from (str(label) for label in labels if str(label))


def _cause_rank(cause: str) -> tuple[int, str]:
    return (CAUSES.index(cause) if cause in CAUSES else len(CAUSES), cause)


def _modes(ensembles: Mapping[str, Ensemble], end: str) -> tuple[str, ...]:
    """All modes in which a future ended anywhere; none if the runs do not say by whom."""
    from sim.analysis.modes import columns_of, mode, modes_of

    if any(set(columns_of(end)) - set(x.runs.columns) for x in ensembles.values()):
        return ()
    seen = {name for x in ensembles.values() for name in mode(x.runs, end).dropna().unique()}
    return tuple(name for name in modes_of(end) if name in seen)
