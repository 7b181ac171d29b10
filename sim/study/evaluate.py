"""Evaluate the points of a design: every one a cell, one after the other or several side by side.

Knows designs and the store; a point that fails is recorded and the others continue.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sim.config import ConfigError, Engine, EngineKind
from sim.study.cells import Cell, invalid_name
from sim.study.cuda import most_at_once
from sim.study.designs import Point, cells
from sim.study.engines import ordered
from sim.study.errors import StudyError
from sim.study.files import locked
from sim.study.store import one_line, record_failure, write_cell
from sim.study.sweeps import expect


@dataclass(frozen=True)
class Outcome:
    """The outcome of a point: its overrides, and the error if it failed."""

    overrides: list[str]
    error: str | None


def evaluate(
    base: Cell, points: Sequence[Point], directory: Path, overrides: Sequence[str] = ()
) -> list[Outcome]:
    """Simulate every point into ``directory``; finished ones are skipped.

    ``overrides`` are those that made the base. With the engine ``threads`` or ``dask`` whole cells
    run side by side, each in one thread, and say so in their settings.

    Raises
    ------
    StudyError
        If the directory cannot be written to, or the engine does not work.
    """
    jobs = [[*overrides, *words] for words, _ in cells(base, points)]
    tasks = []
    outcomes: dict[int, Outcome] = {}
    with locked(directory):
        expect(directory, jobs)
        for k, (_, make) in enumerate(cells(base, points)):
            try:
                tasks.append((k, _alone(make()), directory, jobs[k]))
            except ConfigError as error:
                outcomes[k] = _failed(error, directory, jobs[k], invalid_name(jobs[k]))
        if base.settings.engine.kind is EngineKind.cuda:
            most_at_once()  # says so here if there is no card
        outcomes |= ordered(base.settings.engine, _point, tasks)
    return [outcomes[k] for k in range(len(jobs))]


def _alone(cell: Cell) -> Cell:
    """The same cell, its blocks computed one after the other; on a device they are anyway."""
    if cell.settings.engine.kind is EngineKind.cuda:
        return cell
    engine: Engine = replace(cell.settings.engine, kind=EngineKind.serial)
    return cell.with_settings(engine=engine)


def _point(k: int, cell: Cell, directory: Path, overrides: list[str]) -> tuple[int, Outcome]:
    """Simulate one point and return its outcome."""
    name = cell.directory_name
    try:
        write_cell(cell, directory / name, overrides)
    except (Exception, SystemExit) as error:  # a user's tactic may call sys.exit
        return k, _failed(error, directory, overrides, name)
    return k, Outcome(overrides, None)


def _failed(error: BaseException, directory: Path, overrides: list[str], name: str) -> Outcome:
    with suppress(StudyError):
        record_failure(directory / name, error, overrides)
    return Outcome(overrides, one_line(error))
