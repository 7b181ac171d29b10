"""After a sweep: one comparison of all its finished cells, as a figure and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble
from sim.analysis.signs import in_words
from sim.config import ConfigError
from sim.plots.comparison import comparison
from sim.plots.style import save
from sim.report.problems import problems
from sim.study.errors import StoreError, StudyError, cannot_write
from sim.study.expansion import expand
from sim.study.files import Atomic
from sim.study.store import one_line, read_cell
from sim.study.sweeps import expect, open_directory


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


def open_sweep(directory: Path) -> tuple[dict[str, Ensemble], list[str]]:
    """Open the finished cells of a sweep; return them by name, and what failed or is missing."""
    sweep = open_directory(directory)
    cells = {path: Ensemble(read_cell(path)) for path in sweep.finished}
    overrides = {path: sweep.records[path]["overrides"] for path in sweep.finished}
    return names(cells, overrides), sweep.problems()


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
        if len(result.signs):
            result.signs.to_csv(files.path("signs.csv"), index=False, lineterminator="\n")
            files.path("signs.txt").write_text(in_words(result.signs, reference) + "\n")
    try:
        save(comparison(cells, reference=reference), directory / "comparison")
    except OSError as error:
        raise StoreError(cannot_write(directory, error)) from None
    return f"{result}\n\ncomparison in {directory}"


class CompareAfterSweep(Callback):  # type: ignore[misc]
    """Hydra callback: note what a multirun should hold; compare its cells when all have ended.

    Hydra turns an exception of a callback into a warning, so problems go to the list of the
    command line. A named study has figures of its own and sets ``summary`` to false.
    """

    def __init__(self, summary: bool = True) -> None:
        self.summary = summary

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Write the list of cells to expect into the sweep's directory."""
        directory.append(Path(config.hydra.sweep.dir))
        words = [str(word) for word in config.hydra.overrides.task]
        try:
            cells = expand(config, words, GlobalHydra.instance().config_loader())
            expect(directory[-1], cells or [])
        except (ConfigError, StudyError) as error:
            problems.append(str(error))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the comparison; tell the command line what failed."""
        if problems:  # nothing was run
            return
        try:
            problems.extend(open_directory(directory[-1]).problems())
            if self.summary:
                print(compare_sweep(directory[-1]))
        except Exception as error:
            problems.append(f"the cells are stored but were not compared: {one_line(error)}")


directory: list[Path] = []  # of the sweep under way, for whoever must tell that it was cut off
