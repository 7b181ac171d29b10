"""Evaluate points of a parameter space, and remember what has been evaluated.

A point is numbers of a scenario by their path, and ``seed`` if it is to have one of its own. Many
points are one model: each is a parameter set. What is found is appended to one file as it comes, so
that an interrupted analysis continues where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from sim.analysis.outcomes import OUTCOMES, mean
from sim.config import ConfigError, Engine, EngineKind, Scenario
from sim.config.validation import explain
from sim.futures import Futures
from sim.records import outcomes
from sim.study.cells import Cell
from sim.study.cuda import most_at_once
from sim.study.designs import Point
from sim.study.engines import ordered, workers_of
from sim.study.errors import StoreError, cannot_write
from sim.study.files import Atomic
from sim.study.provenance import git_state, versions
from sim.study.runner import live

COLUMNS = ("collapse_day", "collapse_ended", "deal")
"""Columns that the outcomes of a point may be made of."""
FUTURES = 10_000
"""Futures of one model at most, unless a point has more; a device takes what it can hold."""
Evaluate = Callable[..., list[Any]]
"""From points and further arguments to the result at each, in JSON's types."""


class Evaluations:
    """What was found at points, in a file that remembers it.

    Parameters
    ----------
    store : the file; its first line says of which code, every other what was found at a point. A
        last line that was cut off is left out
    engine : how points are computed
    progress : called with (done, of) when points have been evaluated

    Raises
    ------
    StoreError
        If the file cannot be read or was begun by other code.
    """

    def __init__(
        self, store: Path, engine: Engine, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.store, self.engine, self.progress = store, engine, progress
        begun = {"code": versions()["ceasefire-sim"], **git_state()}
        self.known = self._read(begun)

    def _read(self, begun: dict[str, Any]) -> dict[str, Any]:
        """Read what is there; rewrite the file with the complete part of it."""
        try:
            text = self.store.read_text(encoding="utf-8")
            whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
            first, *rest = [json.loads(line) for line in whole] or [begun]
            known = dict(rest)
        except FileNotFoundError:
            whole, first, known = [], begun, {}
        except (OSError, TypeError, ValueError):
            raise StoreError(f"cannot read {self.store}") from None
        if first != begun:
            commit = str(first.get("commit") if isinstance(first, dict) else first)[:9]
            raise StoreError(
                f"{self.store} was begun by other code (commit {commit}); remove it or choose "
                "another directory"
            )
        with Atomic(self.store.parent) as files:
            text = "".join(whole) or json.dumps(begun) + "\n"
            files.path(self.store.name).write_text(text, encoding="utf-8")
        return known

    def of(
        self, points: Sequence[Point], futures: int, evaluate: Evaluate, *given: Any, about: Any
    ) -> list[Any]:
        """What ``evaluate(points, *given)`` finds at each point, with ``futures`` futures at each.

        ``about`` is all that the results depend on besides the point, in JSON's types.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        keys = [_digest([about, futures, point]) for point in points]
        at = dict(zip(keys, points, strict=True))
        todo = [key for key in at if key not in self.known]
        share = -(-len(todo) // workers_of(self.engine))
        together = most_at_once() if self.engine.kind is EngineKind.cuda else FUTURES
        size = max(1, min(share, together // futures))
        groups = [todo[k : k + size] for k in range(0, len(todo), size)]
        tasks = [(evaluate, group, [at[key] for key in group], given) for group in groups]
        done = 0
        try:
            with self.store.open("a", encoding="utf-8") as file:
                for group, found in ordered(self.engine, _evaluated, tasks):
                    self.known.update(zip(group, found, strict=True))
                    lines = zip(group, found, strict=True)
                    file.write("".join(json.dumps(line) + "\n" for line in lines))
                    file.flush()
                    done += len(group)
                    if self.progress is not None:
                        self.progress(done, len(todo))
        except OSError as error:
            raise StoreError(cannot_write(self.store, error)) from None
        return [self.known[key] for key in keys]

    def known_of(self, points: Sequence[Point], futures: int, *, about: Any) -> int:
        """How many of these points have been evaluated."""
        return len({_digest([about, futures, x]) for x in points} & self.known.keys())


def _digest(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _evaluated(
    evaluate: Evaluate, keys: Sequence[str], points: Sequence[Point], given: Sequence[Any]
) -> tuple[Sequence[str], list[Any]]:
    return keys, evaluate(points, *given)


def futures_at(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> Futures:
    """Futures at each of several points, one point after the other, begun.

    Raises
    ------
    ConfigError
        If a point is no set of numbers of the scenario.
    """
    numbers = [{path: x for path, x in point.items() if path != "seed"} for point in points]
    seeds = [int(point.get("seed", seed)) for point in points]
    try:
        return Futures.at_points(scenario, numbers, replicates, seeds)
    except ValidationError as error:
        raise ConfigError("; ".join(explain(error))) from None


def outcomes_at(points: Sequence[Point], cell: Cell, names: Sequence[str]) -> list[list[float]]:
    """Means of outcomes, of those in ``sim.analysis.outcomes.OUTCOMES``, of a cell's futures."""
    settings = cell.settings
    futures = futures_at(cell.scenario, points, settings.replicates, settings.seed)
    finals = live(futures, settings.engine, settings.horizon).finals
    columns = outcomes(finals, cell.scenario, settings.horizon)
    shape = (len(points), settings.replicates)
    of_points = {name: np.asarray(columns[name]).reshape(shape) for name in COLUMNS}
    found = []
    for k in range(len(points)):
        runs = pd.DataFrame({name: column[k] for name, column in of_points.items()})
        found.append([mean(OUTCOMES[name].per_future(runs, 0))[0] for name in names])
    return found
