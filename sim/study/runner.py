"""Run an ensemble in blocks of futures with bounded memory.

Knows futures and the order of blocks; a block never changes a result, because every chance
event has an address. Knows no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Protocol

import pyarrow as pa

from sim.config import Engine, EngineKind, Settings
from sim.futures import Futures, Run
from sim.negotiation.agenda import packages
from sim.records import Daily, outcomes, spells
from sim.study.cells import Cell
from sim.study.cuda import most_at_once, require_rules_alone, run_on_device
from sim.study.described import labelled
from sim.study.engines import ordered, workers_of
from sim.study.tables import runs_table, stored, tables_beside_runs

LARGEST_BLOCK = 5_000  # chosen by measurement: python -m benchmarks ensemble
SMALLEST_SHARE = 1_000  # blocks are not made smaller than this to give every worker one


class Source(Protocol):
    """Where tables of results come from: memory or a directory."""

    @property
    def cell(self) -> Cell:
        """The cell that was run."""

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return runs, daily, rounds, incidents or spells, or some columns of it."""

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield some columns of runs, some rows at a time."""


@dataclass(frozen=True)
class Results:
    """Tables of a finished cell in memory."""

    cell: Cell
    tables: dict[str, pa.Table] = field(repr=False)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return runs, daily, rounds or incidents, or some columns of it."""
        table = self.tables[name]
        return table if columns is None else table.select(list(columns))

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield some columns of runs, all rows at once."""
        yield self.table("runs", columns)


@dataclass(frozen=True)
class Block:
    """Results of consecutive futures: their rows, their days and the notes of the watched ones.

    ``spells`` has every spell of renewable ceasefires, no columns otherwise.
    """

    runs: pa.Table
    spells: pa.Table
    daily: Daily
    notes: Any


def block_size(settings: Settings) -> int:
    """Futures carried at once: as configured, else ``LARGEST_BLOCK`` at most, one per worker.

    A device takes as many as it can hold.
    """
    engine, replicates = settings.engine, settings.replicates
    share = -(-replicates // workers_of(engine))
    chosen = min(LARGEST_BLOCK, max(SMALLEST_SHARE, share))
    if engine.kind is EngineKind.cuda and replicates > engine.watched:
        chosen = most_at_once()
    return min(replicates, engine.block or chosen)


def on_processors(cell: Cell) -> Cell:
    """The same cell, computed in threads if it is to be on a card."""
    engine = cell.settings.engine
    if engine.kind is not EngineKind.cuda:
        return cell
    return cell.with_settings(engine=replace(engine, kind=EngineKind.threads))


def live(futures: Futures, engine: Engine, horizon: int, daily: Daily | None = None) -> Run:
    """Live every future to its end or the horizon, where the engine says; ``daily`` takes the days.

    Those that are watched are left to the processor, since a device notes nothing.
    """
    if engine.kind is EngineKind.cuda and not futures.records["watched"].any():
        return run_on_device(futures, horizon, daily)
    return futures.run(horizon, daily)


def simulate_block(cell: Cell, first: int, size: int, watched: int | None = None) -> Block:
    """Simulate ``size`` futures from the one numbered ``first``; note those below ``watched``."""
    scenario, settings = cell.scenario, cell.settings
    watched = settings.engine.watched if watched is None else watched
    futures = Futures.begun(scenario, size, settings.seed, first=first, watched=watched)
    daily, everything = Daily.to(settings.horizon), packages(scenario.agenda)
    done = live(futures, settings.engine, settings.horizon, daily)
    columns = outcomes(done.finals, scenario, settings.horizon) | {"parameter_set": futures.numbers}
    renewable = scenario.ceasefire.renewable
    of_spells = runs_table(spells(done.spells), everything) if renewable else pa.table({})
    return Block(runs_table(columns, everything), of_spells, daily, stored(done.notes))


def blocks(cell: Cell) -> Iterator[Block]:
    """Simulate a cell block by block, in order, with its engine."""
    engine, total = cell.settings.engine, cell.settings.replicates
    step, watched = block_size(cell.settings), 0
    if engine.kind is EngineKind.cuda:
        require_rules_alone(cell.scenario)
        watched = min(engine.watched, total)
    bounds = [*range(0, watched, step), *range(watched, total, step), total]
    tasks = ((cell, first, after - first) for first, after in pairwise(bounds))
    return ordered(engine, simulate_block, tasks)


def run(cell: Cell, progress: Callable[[int], None] | None = None) -> Results:
    """Simulate a whole cell in memory; ``progress`` receives how many futures each block had."""
    daily = Daily.to(cell.settings.horizon)
    runs, of_spells, noted = [], [], []
    for block in blocks(cell):
        runs.append(block.runs)
        of_spells.append(block.spells)
        noted.append(block.notes)
        daily.add(block.daily)
        if progress is not None:
            progress(block.runs.num_rows)
    tables = {"runs": pa.concat_tables(runs), **tables_beside_runs(cell.scenario, daily, noted)}
    if cell.scenario.ceasefire.renewable:
        tables["spells"] = pa.concat_tables(of_spells)
    return Results(cell, {name: labelled(table, name, cell) for name, table in tables.items()})
