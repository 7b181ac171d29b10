"""Named studies: what is drawn when a study's sweep has ended, heat maps or differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sim.analysis.ensemble import Ensemble
from sim.plots.forest import forest
from sim.plots.style import save
from sim.plots.sweep import heatmap
from sim.plots.words import facts
from sim.report.problems import problems
from sim.report.sweep import open_sweep, reference_of
from sim.study.files import Atomic
from sim.study.store import read_cell
from sim.study.sweeps import open_directory


def _mean(column: str) -> Callable[[Ensemble], tuple[float, float]]:
    """Mean of a column over the futures that have it, with its standard error."""

    def measure(ensemble: Ensemble) -> tuple[float, float]:
        values = ensemble.outcomes(column)[column].dropna().to_numpy(dtype=float)
        if not len(values):
            return np.nan, np.nan
        return float(values.mean()), float(values.std() / np.sqrt(len(values)))

    return measure


def _lasting(ensemble: Ensemble) -> tuple[float, float]:
    estimate = ensemble.survival().rmst(ensemble.horizon)
    return estimate.value, estimate.se


OUTCOMES: dict[str, tuple[str, Callable[[Ensemble], tuple[float, float]]]] = {
    "agreement": ("Share of futures with a ratified deal", _mean("deal")),
    "deal_time": ("When deals are made: share of the round's exchanges", _mean("deal_time")),
    "nash_share": ("Nash product of deals, as a share of the best", _mean("deal_nash_share")),
    "gain_islamabad": ("Gain of Islamabad from a deal (utility)", _mean("deal_gain_pakistan")),
    "gain_kabul": ("Gain of Kabul from a deal (utility)", _mean("deal_gain_afghan_taliban")),
    "rmst": ("Mean days in force, up to the horizon", _lasting),
}


def outcome_table(cells: Mapping[Path, tuple[Ensemble, list[str]]], x: str, y: str) -> pd.DataFrame:
    """One row per cell: its choices of ``x`` and ``y`` and every outcome with its error."""
    rows = []
    for ensemble, overrides in cells.values():
        chosen = dict(word.split("=", 1) for word in overrides if "=" in word)
        row: dict[str, Any] = {x: chosen.get(x, "default"), y: chosen.get(y, "default")}
        for name, (_, measure) in OUTCOMES.items():
            row[name], row[f"{name}_se"] = measure(ensemble)
        rows.append(row)
    return pd.DataFrame(rows)


def draw(directory: Path, x: str, y: str) -> list[str]:
    """Draw a heat map per outcome beside a sweep's cells, and write their table; name the files."""
    stored = [read_cell(path) for path in open_directory(directory).finished]
    cells = {cell.directory: (Ensemble(cell), list(cell.run["overrides"])) for cell in stored}
    table = outcome_table(cells, x, y)
    with Atomic(directory) as files:
        table.to_csv(files.path("outcomes.csv"), index=False)
    ensembles = {path.name: ensemble for path, (ensemble, _) in cells.items()}
    end = next(iter(ensembles.values())).scenario.ceasefire.end.value
    about = facts(ensembles, end, [f"Across: {x}. Down: {y}."])
    written = ["outcomes.csv"]
    for name, (title, _) in OUTCOMES.items():
        shown = table.dropna(subset=[name])
        if len(shown):
            figure = heatmap(shown, x, y, name, about, se=f"{name}_se", title=title)
            save(figure, directory / name)
            written.append(f"{name}.png")
    return written


def draw_differences(directory: Path) -> list[str]:
    """Draw the paired differences of a sweep's cells from its reference; name the files."""
    cells, _ = open_sweep(directory)
    figure = forest(cells, reference_of(cells), sheet="page")
    save(figure, directory / "differences")
    with Atomic(directory) as files:
        figure.table.to_csv(files.path("differences.csv"), index=False)
    return ["differences.csv", "differences.png"]


class Differences(Callback):  # type: ignore[misc]
    """Hydra callback: draw a named study's differences when its sweep has ended."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Draw beside the cells."""
        _announce(self.folder, Path(config.hydra.sweep.dir), draw_differences)


def _announce(folder: str, directory: Path, drawing: Callable[[Path], list[str]]) -> None:
    """Draw, and say what was written, or note why not."""
    try:
        written = drawing(directory)
    except ValueError as error:
        problems.append(f"study {folder}: {error}")
    else:
        print(f"study {folder}: {', '.join(written)} in {directory}")


class HeatMaps(Callback):  # type: ignore[misc]
    """Hydra callback: draw a named study's heat maps when its sweep has ended."""

    def __init__(self, x: str, y: str, folder: str) -> None:
        self.x, self.y, self.folder = x, y, folder

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Draw beside the cells."""
        _announce(self.folder, Path(config.hydra.sweep.dir), lambda x: draw(x, self.x, self.y))
