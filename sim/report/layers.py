"""A study of scenarios by layer of uncertainty: what its README says, once the sweep has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sim.analysis.layers import CHANCE, LAYERS
from sim.report.findings import write_readme
from sim.report.problems import problems, say
from sim.report.sweep import compare_sweep
from sim.study.store import one_line
from sim.study.sweeps import open_directory

FEW = 3
"""Numbers named at most for a scenario; all are in ``carriers.csv``."""


class LayeredStudy(Callback):  # type: ignore[misc]
    """Hydra callback: compare the cells of a sweep and write the README of the study they are.

    ``folder`` is that of the study in ``experiments/``.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Write everything beside the cells."""
        directory = Path(config.hydra.sweep.dir)
        try:
            self.write(directory)
        except Exception as error:  # Hydra would turn it into a warning
            problems.append(f"study {self.folder}: {one_line(error)}")

    def write(self, directory: Path) -> None:
        """Write the comparison of a sweep's cells and the README."""
        sweep = open_directory(directory)
        sweep.must_be_whole()
        say(compare_sweep(sweep))
        table = pd.read_csv(directory / "layers.csv")
        carriers = pd.read_csv(directory / "carriers.csv")
        write_readme(directory, self.folder, said_of(table, carriers))


def said_of(table: pd.DataFrame, carriers: pd.DataFrame) -> str:
    """The result: how many signs hold in each layer, and a table of the first quantity."""
    rows = table[table["quantity"] == table["quantity"].iloc[0]]
    layers = [x for x in LAYERS if (rows["layer"] == x).any()]
    by_layer = {x: rows[rows["layer"] == x].set_index("scenario") for x in layers}
    first = by_layer[layers[0]]
    said = [
        f"{_clear(held)} of {len(held)} under {_named(layer, held)}"
        for layer, held in by_layer.items()
    ]
    quantity = rows["quantity"].iloc[0]
    lines = [
        f"The interval of the difference in {quantity} leaves out 0 for {'; '.join(said)}. "
        f"The baseline has {first['reference'].iloc[0]:.0f} days under the best parameters.",
        "",
        "| scenario | "
        + " | ".join([*layers, *(f"agree: {x}" for x in layers if x != CHANCE)])
        + " | carried most by |",
        "| --- |" + " --- |" * (2 * len(layers) + (CHANCE not in layers)),
    ]
    order = first.sort_values("difference", ascending=False).index
    for scenario in order:
        cells = [_interval(held.loc[scenario]) for held in by_layer.values()]
        cells += [_agree(held.loc[scenario]) for x, held in by_layer.items() if x != CHANCE]
        mine = carriers[(carriers["scenario"] == scenario)]
        mine = mine[mine["index"] > mine["bound"]].head(FEW)
        named = [
            f"`{x}` {share:.2f}" for x, share in zip(mine["number"], mine["index"], strict=True)
        ]
        cells.append(", ".join(named) or "–")
        lines.append(f"| `{scenario}` | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "![Scenarios by layer of uncertainty](comparison.png)"])


def _clear(held: pd.DataFrame) -> int:
    """Of how many scenarios the limits leave out 0."""
    return int(((held["lower"] > 0) | (held["upper"] < 0)).sum())


def _named(layer: str, held: pd.DataFrame) -> str:
    return "chance alone" if layer == CHANCE else f"{layer} parameters ({held['sets'].max()} sets)"


def _interval(row: pd.Series) -> str:
    numbers = (f"{row[name] + 0.0:+.0f}" for name in ("difference", "lower", "upper"))
    value, low, high = (text.replace("-", "−") for text in numbers)
    return f"{value} [{low}, {high}]"


def _agree(row: pd.Series) -> str:
    return f"{row['agree']:.0%} ({row['agree_apart_from_chance']:.0%})"
