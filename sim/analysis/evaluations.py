"""Evaluate points of a parameter space to outcomes, and remember what has been evaluated.

Every outcome is appended to one file as it comes, so that an interrupted analysis goes on where it
was. Knows cells, engines and outcomes; it chooses no points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.outcomes import OUTCOMES, mean
from sim.arrays import FloatArray
from sim.futures import Futures
from sim.records import outcomes
from sim.study.cells import Cell
from sim.study.designs import Point, cells
from sim.study.engines import ordered
from sim.study.errors import StoreError, cannot_write

COLUMNS = ("collapse_day", "collapse_ended", "deal")
"""Columns that the outcomes of a point may be made of."""


class Evaluations:
    """Outcomes of points, by the key of their cell.

    Parameters
    ----------
    base : the cell whose fields points change; its engine says how points are computed
    names : of outcomes in `sim.analysis.outcomes.OUTCOMES` that are made of ``COLUMNS``
    store : file that remembers, one JSON line a point; a cut last line is ignored
    progress : called with (done, of) after every new point
    """

    def __init__(
        self, base: Cell, names: Sequence[str], store: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:  # fmt: skip
        self.base, self.names, self.store, self.progress = base, list(names), store, progress
        self.known: dict[str, list[float]] = {}
        if store.exists():
            for line in store.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    self.known[entry["key"]] = [entry[name] for name in self.names]
                except (ValueError, KeyError):
                    continue

    def __call__(self, points: Sequence[Point]) -> FloatArray:
        """Return the outcomes of points, shape (points, outcomes).

        Raises
        ------
        ConfigError
            If a point is no valid scenario.
        StoreError
            If the file cannot be written.
        """
        made = [make() for _, make in cells(self.base, points)]
        keys = [cell.key for cell in made]
        fresh = {key: cell for key, cell in zip(keys, made, strict=True) if key not in self.known}
        tasks = [(key, cell, tuple(self.names)) for key, cell in fresh.items()]
        try:
            self.store.parent.mkdir(parents=True, exist_ok=True)
            with self.store.open("a", encoding="utf-8") as file:
                done = ordered(self.base.settings.engine, _evaluated, tasks)
                for k, (key, values) in enumerate(done, start=1):
                    self.known[key] = values
                    entry = {"key": key, **dict(zip(self.names, values, strict=True))}
                    file.write(json.dumps(entry) + "\n")
                    file.flush()
                    if self.progress is not None:
                        self.progress(k, len(tasks))
        except OSError as error:
            raise StoreError(cannot_write(self.store, error)) from None
        return np.array([self.known[key] for key in keys])


def _evaluated(key: str, cell: Cell, names: Sequence[str]) -> tuple[str, list[float]]:
    """Simulate one point in one block, without its days, which no outcome needs."""
    settings = cell.settings
    futures = Futures.begun(cell.scenario, settings.replicates, settings.seed)
    columns = outcomes(futures.run(settings.horizon).finals, cell.scenario)
    runs = pd.DataFrame({name: columns[name] for name in COLUMNS})
    return key, [mean(OUTCOMES[name].per_future(runs, 0))[0] for name in names]
