"""After a sweep: one comparison of all its finished cells, as a figure and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble
from sim.plots.comparison import comparison
from sim.plots.style import save
from sim.report.problems import problems
from sim.study.store import Atomic, StoreError, cannot_write, find_cells, finished, read_cell


def names(cells: dict[Path, Ensemble], overrides: dict[Path, list[str]]) -> dict[str, Ensemble]:
    """Name cells by scenario, or by their overrides where scenarios repeat."""
    scenarios = [ensemble.scenario.name for ensemble in cells.values()]
    named = {}
    for directory, ensemble in cells.items():
        name = ensemble.scenario.name
        if scenarios.count(name) > 1:
            words = [w for w in overrides[directory] if not w.startswith("scenario=")]
            name = " ".join([name, *words]) if words else name
        named[name if name not in named else f"{name} ({directory.name})"] = ensemble
    return named


def open_sweep(directory: Path) -> tuple[dict[str, Ensemble], list[str]]:
    """Open the finished cells of a sweep; return them by name, and what is missing."""
    cells, overrides, missing = {}, {}, []
    for path in find_cells(directory):
        if finished(path) is None:
            missing.append(f"{path}: not finished")
            continue
        stored = read_cell(path)
        cells[path], overrides[path] = Ensemble(stored), stored.run["overrides"]
    return names(cells, overrides), missing


def reference_of(cells: dict[str, Ensemble]) -> str:
    """The cell to compare with: the baseline, else the first."""
    for name, ensemble in cells.items():
        if ensemble.scenario.name == "baseline":
            return name
    return next(iter(cells))


def compare_sweep(directory: Path) -> str:
    """Write the comparison of a sweep (figure and table) and return its summary."""
    cells, _ = open_sweep(directory)
    if len(cells) < 2:
        return f"{len(cells)} finished cell in {directory}; nothing to compare"
    reference = reference_of(cells)
    result = compare(cells, reference=reference)
    with Atomic(directory) as files:
        result.table.to_csv(files.path("comparison.csv"), index=False)
    try:
        save(comparison(cells, reference=reference), directory / "comparison")
    except OSError as error:
        raise StoreError(cannot_write(directory, error)) from None
    return f"{result}\n\ncomparison in {directory}"


class CompareAfterSweep(Callback):  # type: ignore[misc]
    """Hydra callback: compare the cells of a multirun when the last has ended."""

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the comparison; tell the command line what failed."""
        directory = Path(config.hydra.sweep.dir)
        problems.extend(failures(directory))
        try:
            print(compare_sweep(directory))
        except (StoreError, ValueError) as error:
            problems.append(str(error))


def failures(directory: Path) -> list[str]:
    """What went wrong in the cells of a sweep, one line each."""
    import json

    lines = []
    for path in find_cells(directory):
        record = json.loads((path / "run.json").read_text())
        if record["status"] != "done":
            lines.append(f"{path.name}: {record['error']}")
    return lines
