"""Sets of finished cells from any directories, checked so that they can be compared.

Knows where results lie and what must agree between them; estimates and draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.layers import ACCEPTED
from sim.config import ENDS, ConfigError, Scenario
from sim.plots.words import accounts_of
from sim.report.sweep import by_layer, main_layer, names, reference_of
from sim.study.errors import StoreError
from sim.study.opening import StoredCell, version_of
from sim.study.provenance import PACKAGE
from sim.study.sweeps import named, open_directory


class CellsError(ConfigError):
    """Cells that cannot be opened or compared; the message is one sentence for the user."""


@dataclass(frozen=True)
class CellSet:
    """Finished cells by name, the one to compare with, and what a reader must know of them.

    Of cells in several layers of uncertainty, `cells` are those of one, `layers` has all.
    """

    cells: dict[str, Ensemble]
    stored: dict[str, StoredCell]
    reference: str
    end: str
    notes: tuple[str, ...]
    layers: dict[str, dict[str, Ensemble]] = field(default_factory=dict)

    @property
    def horizon(self) -> int:
        """Days compared."""
        return self.cells[self.reference].horizon

    @property
    def ordered(self) -> dict[str, Ensemble]:
        """The reference, then the others in their order."""
        rest = {name: x for name, x in self.cells.items() if name != self.reference}
        return {self.reference: self.cells[self.reference], **rest}


class Truncated(Ensemble):
    """An ensemble seen to an earlier horizon: every future is cut there, later ends are unseen.

    Counts that run to the end of a future (attacks, trust ...) cannot be cut and are left out.
    """

    def __init__(self, results: StoredCell, horizon: int) -> None:
        super().__init__(results)
        self._horizon = horizon

    @property
    def horizon(self) -> int:
        """Days considered."""
        return self._horizon

    @property
    def scenario(self) -> Scenario:
        """The scenario, without events after the horizon."""
        scenario = self.cell.scenario
        kept = {name: x for name, x in scenario.events.items() if x.day <= self._horizon}
        return replace(scenario, events=kept)

    def _frame(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        if name != "runs":
            frame = super()._frame(name, columns)
            return frame[frame["day"] <= self._horizon].reset_index(drop=True)
        parts = ("day", "ended", "cause", "by")
        ends = [f"{end}_{part}" for end in ENDS for part in parts]
        ends += ["collapse_mode", "first_end"]
        wanted = ["replicate", "account", "parameter_set", *ends, "deal", "deal_day"]
        runs = super()._frame("runs", wanted)
        for end in ENDS:
            late = runs[f"{end}_day"] > self._horizon
            runs.loc[late, f"{end}_day"] = self._horizon
            runs.loc[late, f"{end}_ended"] = False
            runs.loc[late, [f"{end}_cause", f"{end}_by"]] = None
        runs.loc[~runs["collapse_ended"], "collapse_mode"] = None
        runs.loc[~runs[[f"{end}_ended" for end in ENDS]].any(axis=1), "first_end"] = None
        runs.loc[runs["deal_day"] > self._horizon, "deal_day"] = float("nan")
        runs["deal"] = runs["deal_day"].notna()
        if columns is None:
            return runs
        missing = [column for column in columns if column not in runs.columns]
        if missing:
            raise CellsError(f"{missing[0]} is not known at an earlier horizon than was simulated")
        return runs[list(columns)]


def open_cells(
    directories: Sequence[str | Path],
    reference: str | None = None,
    end: str | None = None,
    horizon: int | None = None,
    mixed_versions: bool = False,
) -> CellSet:
    """Open all finished cells at or below some directories.

    `reference` names one (default: the baseline, else the first); `end` an end definition
    (default: the one they share); `horizon` cuts every future at an earlier day. Cells that have
    not finished are left out and noted; equal cells are taken once.

    Raises
    ------
    CellsError
        If a directory holds no results, a cell is not whole, or the cells differ in horizon, end
        definition or version of the simulator without permission to.
    """
    found, notes = _found([Path(x) for x in directories])
    stored, repeated = _distinct(found)
    notes += repeated
    _check_versions(stored, mixed_versions)
    days = _common_horizon(stored, horizon)
    cut = [cell for cell in stored if cell.cell.settings.horizon > days]
    ensembles = {
        cell.directory: Truncated(cell, days) if cell in cut else Ensemble(cell) for cell in stored
    }
    called = names(ensembles, {cell.directory: cell.run["overrides"] for cell in stored})
    layers = by_layer(called)
    if layers:
        called = main_layer(layers)
        sets = "accepted parameters" if called is layers.get(ACCEPTED) else "the best parameters"
        notes.append(
            f"Cells are in the layers {', '.join(layers)}; what is not shown by layer is about the "
            f"cells with {sets}."
        )
    cells = {name: next(c for c in stored if c is x.results) for name, x in called.items()}
    chosen = reference_of(called) if reference is None else _chosen(reference, called)
    if cut:
        notes.append(f"Futures are cut at day {days}; what happened later is left out.")
    notes += _differences(cells)
    return CellSet(called, cells, chosen, _common_end(called, end), tuple(notes), layers)


def _found(directories: Sequence[Path]) -> tuple[list[StoredCell], list[str]]:
    """The finished cells of some directories, and a note on each cell that is not finished."""
    cells: dict[Path, StoredCell] = {}
    notes = []
    for directory in directories:
        if not directory.is_dir():
            raise CellsError(f"{directory} is not a directory")
        try:
            sweep = open_directory(directory)
        except StoreError as error:
            raise CellsError(f"{directory} holds no results: {error}") from None
        try:
            sweep.must_be_whole()
            for stored in sweep.cells.values():
                _ = stored.cell  # refuses what this version cannot use, before computing
        except StoreError as error:
            raise CellsError(str(error)) from None
        left = [f"{named(x.overrides)} failed ({x.error})" for x in sweep.failed]
        left += [f"{named(words)} was not run to its end" for words in sweep.missing]
        if not sweep.cells:
            raise CellsError(f"{directory} holds no finished cell: {'; '.join(left)}")
        notes += [f"{text} and is left out." for text in left]
        notes += sweep.notes()
        cells |= {path.resolve(): stored for path, stored in sweep.cells.items()}
    return list(cells.values()), notes


def _distinct(cells: Sequence[StoredCell]) -> tuple[list[StoredCell], list[str]]:
    """Take each cell once; note those that were given again."""
    first: dict[str, StoredCell] = {}
    notes = []
    for cell in cells:
        earlier = first.setdefault(cell.run["key"], cell)
        if earlier is not cell:
            notes.append(f"{cell.directory} holds the same cell as {earlier.directory}; used once.")
    return list(first.values()), notes


def _check_versions(stored: Sequence[StoredCell], allowed: bool) -> None:
    """Refuse cells of different versions of the simulator, unless allowed."""
    found = sorted({version_of(cell.run) for cell in stored})
    if len(found) > 1 and not allowed:
        raise CellsError(
            f"cells come from different versions of {PACKAGE} ({', '.join(found)}); simulate them "
            "again, or add --mixed-versions to compare them all the same"
        )


def _common_horizon(stored: Sequence[StoredCell], wanted: int | None) -> int:
    """Return the day to compare to."""
    horizons = sorted({cell.cell.settings.horizon for cell in stored})
    if wanted is None and len(horizons) > 1:
        listed = ", ".join(str(days) for days in horizons)
        raise CellsError(
            f"horizons differ ({listed} days); add --horizon {horizons[0]} to cut all futures there"
        )
    days = horizons[0] if wanted is None else wanted
    if not 1 <= days <= horizons[0]:
        raise CellsError(
            f"horizon is {days}; allowed is 1 to {horizons[0]}, the shortest simulated"
        )
    return days


def _common_end(cells: dict[str, Ensemble], wanted: str | None) -> str:
    """Return the end definition to use."""
    if wanted is not None:
        if wanted not in ENDS:
            raise CellsError(f"end is {wanted!r}; allowed are {', '.join(ENDS)}")
        return wanted
    ends = {x.scenario.ceasefire.end.value for x in cells.values()}
    if len(ends) > 1:
        raise CellsError(
            f"end definitions differ ({', '.join(sorted(ends))}); choose one with --end"
        )
    return next(iter(ends))


def _chosen(name: str, cells: dict[str, Ensemble]) -> str:
    if name not in cells:
        raise CellsError(f"reference is {name!r}; there are {', '.join(cells)}")
    return name


def _differences(cells: dict[str, StoredCell]) -> Iterator[str]:
    """Note what differs between cells though a reader might not expect it."""
    scenarios = [x.cell.scenario for x in cells.values()]
    told: dict[str, list[Any]] = {
        f"Versions of {PACKAGE} differ": [version_of(x.run) for x in cells.values()],
        "Commits of the code differ": [str(x.run["git"]["commit"])[:12] for x in cells.values()],
        "Start dates differ": [x.start.isoformat() for x in scenarios],
        "Accounts differ": [accounts_of(x) for x in scenarios],
        "Strikes in a row that count as open hostilities differ": [
            x.ceasefire.consecutive_days for x in scenarios
        ],
    }
    for what, values in told.items():
        if len(set(values)) > 1:
            yield f"{what}: {', '.join(str(x) for x in dict.fromkeys(values))}."
    if any(x.run["git"]["dirty"] for x in cells.values()):
        yield "Some cells were simulated by code with uncommitted changes."
