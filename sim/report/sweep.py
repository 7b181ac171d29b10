"""After a sweep: one comparison of all its finished cells, as a figure and a table."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble
from sim.analysis.signs import in_words
from sim.plots.comparison import comparison
from sim.plots.style import save
from sim.study.files import Atomic
from sim.study.sweeps import Sweep


def names(cells: dict[Path, Ensemble], overrides: dict[Path, list[str]]) -> dict[str, Ensemble]:
    """Name cells by scenario, and by what differs in their overrides where scenarios repeat."""
    scenarios = [ensemble.scenario.name for ensemble in cells.values()]
    shared = set.intersection(*(set(words) for words in overrides.values())) if overrides else set()
    named: dict[str, Ensemble] = {}
    for directory, ensemble in cells.items():
        name = ensemble.scenario.name
        if scenarios.count(name) > 1:
            words = [
                w for w in overrides[directory] if w not in shared and not w.startswith("scenario=")
            ]
            name = " ".join([name, *words]) if words else name
        named[name if name not in named else f"{name} ({directory.name})"] = ensemble
    return named


def reference_of(cells: dict[str, Ensemble]) -> str:
    """The cell to compare with: the baseline, else the first."""
    for name, ensemble in cells.items():
        if ensemble.scenario.name == "baseline":
            return name
    return next(iter(cells))


def compare_sweep(sweep: Sweep) -> str:
    """Write the comparison of a sweep's cells (figure and table) and return its summary."""
    directory = sweep.directory
    ensembles = {path: Ensemble(stored) for path, stored in sweep.cells.items()}
    overrides = {path: stored.run["overrides"] for path, stored in sweep.cells.items()}
    cells = names(ensembles, overrides)
    if len(cells) < 2:
        return f"{len(cells)} finished cell in {directory}; nothing to compare"
    reference = reference_of(cells)
    result = compare(cells, reference=reference)
    with Atomic(directory) as files:
        result.table.to_csv(files.path("comparison.csv"), index=False)
        if len(result.signs):
            result.signs.to_csv(files.path("signs.csv"), index=False, lineterminator="\n")
            files.path("signs.txt").write_text(in_words(result.signs, reference) + "\n")
    save(comparison(cells, reference=reference), directory / "comparison")
    return f"{result}\n\ncomparison in {directory}"
