"""Run one cell as a user sees it: progress, results, figures and a summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.analysis.ensemble import Ensemble
from sim.plots.incidence import incidence
from sim.plots.style import save
from sim.plots.survival import survival
from sim.report.summary import summary
from sim.study.cells import Cell
from sim.study.store import StoredCell, StoreError, cannot_write, write_cell


@contextmanager
def progress_bar(cell: Cell) -> Iterator[Callable[[int], None] | None]:
    """A progress bar over futures on standard error; nothing when that is no terminal."""
    if not (cell.settings.engine.progress and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(cell.scenario.name, total=cell.settings.replicates)
        yield lambda done: bar.advance(task, done)


def run_cell(cell: Cell, directory: Path, overrides: Sequence[str] = ()) -> str:
    """Simulate a cell into a directory, draw its figures and return its summary.

    Raises
    ------
    StoreError
        If the directory cannot be written to or holds another cell.
    """
    with progress_bar(cell) as progress:
        stored = write_cell(cell, directory, overrides, progress)
    ensemble = Ensemble(stored)
    draw(ensemble, stored)
    return summary(ensemble, directory, stored.run["wall_seconds"])


def draw(ensemble: Ensemble, stored: StoredCell) -> None:
    """Draw the two figures of a cell into its directory."""
    try:
        save(survival(ensemble), stored.directory / "survival")
        save(incidence(ensemble), stored.directory / "incidence")
    except OSError as error:
        raise StoreError(cannot_write(stored.directory, error)) from None
