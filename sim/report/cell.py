"""Run one cell as a user sees it: progress, results, figures and a summary."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sim.analysis.ensemble import Ensemble
from sim.names import count
from sim.report.progress import progress_bar
from sim.report.start import waited
from sim.report.summary import summary
from sim.study.cells import Cell
from sim.study.opening import StoredCell, finished
from sim.study.provenance import git_state
from sim.study.store import write_cell

FIGURES = ("survival", "incidence")


def run_cell(
    cell: Cell,
    directory: Path,
    overrides: Sequence[str] = (),
    sweeping: bool = False,
    number: int | None = None,
    name: str = "",
) -> str:
    """Simulate a cell into a directory, draw its figures if wanted, and print its summary.

    A cell that is there already is skipped, and a line says so. In a sweep one line is printed,
    with the cell's ``name`` and ``number``. A single future has no curves.

    Raises
    ------
    StudyError
        If the directory cannot be written to, holds another cell or one that is not whole, or the
        engine does not work.
    """
    earlier = finished(directory) is not None
    began = time.perf_counter()
    with progress_bar(cell, number) as progress:
        stored = write_cell(cell, directory, overrides, progress)
    wanted = cell.settings.engine.figures
    ensemble = Ensemble(stored)
    curves = not sweeping and ensemble.replicates > 1
    if (curves if wanted is None else wanted) and not (earlier and _drawn(directory)):
        draw(ensemble, stored)
    said = tell(cell, directory) if cell.settings.transcript else ""
    if sweeping:
        seconds = time.perf_counter() - began
        return f"{name or directory.name}: {skipped(stored) if earlier else done(stored, seconds)}"
    said += summary(ensemble, directory, waited())
    return f"{skipped(stored)}\n{said}" if earlier else said


def tell(cell: Cell, directory: Path) -> str:
    """Write the transcript of the watched futures; return a single future's as text."""
    from sim.plots.bargaining import path
    from sim.plots.ladder import ladder
    from sim.plots.style import save
    from sim.report.transcript import in_words, write
    from sim.study.told import entries

    told = min(cell.settings.engine.watched, cell.settings.replicates)
    heard = entries(cell, 0, told)
    write(heard, directory)
    if cell.settings.replicates > 1:
        return ""
    save(path(cell, heard), directory / "bargaining")
    save(ladder(cell, heard), directory / "ladder")
    return in_words(cell, heard, coloured=sys.stdout.isatty()) + "\n\n"


def done(stored: StoredCell, seconds: float) -> str:
    """Print that a cell was simulated, and how long that took."""
    return f"{count(stored.run['replicates'], 'future')} in {seconds:.1f} s"


def skipped(stored: StoredCell) -> str:
    """Print that a cell was there already, and whether other code made it."""
    made = stored.run["git"]["commit"]
    by = f" by commit {str(made)[:9]}" if made != git_state()["commit"] else ""
    return f"finished earlier{by}, skipped"


def _drawn(directory: Path) -> bool:
    return all((directory / f"{name}.svg").exists() for name in FIGURES)


def draw(ensemble: Ensemble, stored: StoredCell) -> None:
    """Draw the two figures of a cell into its directory."""
    from sim.plots.incidence import incidence
    from sim.plots.style import save
    from sim.plots.survival import survival

    for name, figure in zip(FIGURES, (survival, incidence), strict=True):
        save(figure(ensemble), stored.directory / name)
