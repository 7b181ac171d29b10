"""What a sweep would be: its cells, composed and validated, and its cost from a short probe.

Knows Hydra and the runner; writes nothing and runs nothing but the probe.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hydra.types import RunMode
from omegaconf import DictConfig

from sim.config import ConfigError
from sim.names import flat
from sim.study.cells import Cell, from_config, register_resolvers
from sim.study.composing import SharedLoader, hydras_loader
from sim.study.errors import StoreError
from sim.study.expansion import expand
from sim.study.misread import explain_misread, is_misread
from sim.study.opening import finished
from sim.study.runner import block_size, on_processors, simulate_block
from sim.study.store import COMPRESSION
from sim.study.tables import tables_beside_runs
from sim.study.words import arguments

PROBED = 3  # cells at most, spread over the sweep
PROBE = (300, 3_000)  # futures: the cost grows with a power of their number, fitted to these two
FILES = 60_000  # bytes of a cell's configuration and provenance
WRITING = 0.05  # seconds to write a cell's files
WORDS_ONLY = ("name", "description", "expectation")


@dataclass
class Invalid:
    """A cell that cannot be run, and everything that is wrong with it."""

    overrides: list[str]
    error: str


@dataclass
class Plan:
    """What a sweep would be.

    ``damaged`` says what is wrong with cells that are there but not whole. ``seconds`` is for one
    process and one cell after the other; None (as ``bytes``) if not probed.
    """

    cells: int = 0
    distinct: int = 0
    finished: int = 0
    differs: dict[str, list[Any]] = field(default_factory=dict)
    duplicates: list[list[list[str]]] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    replicates: int = 0
    probed: int = 0
    seconds: float | None = None
    bytes: int | None = None

    def as_json(self) -> str:
        """The plan as JSON."""
        return json.dumps(asdict(self), indent=2)


def sweep_of(words: Sequence[str]) -> tuple[DictConfig, SharedLoader]:
    """The configuration of a sweep itself, and the loader that makes its cells of it.

    Raises
    ------
    ConfigError
        If it cannot be composed.
    """
    register_resolvers()
    try:
        loader = hydras_loader()
        found = loader.load_configuration("config", arguments(words), RunMode.MULTIRUN)
        return found, SharedLoader(loader)
    except Exception as error:
        if is_misread(error) and not isinstance(error, ConfigError):
            raise ConfigError(explain_misread(error)) from None
        raise


def some_cells(words: Sequence[str], most: int) -> list[Cell]:
    """The first valid cells of a sweep, ``most`` at most.

    Raises
    ------
    ConfigError
        If the sweep itself cannot be read.
    """
    sweep, loader = sweep_of(words)
    jobs = expand(sweep, [str(word) for word in sweep.hydra.overrides.task], loader) or []
    found: dict[str, Cell] = {}
    for job in jobs:
        try:
            cell = from_config(loader.load_sweep_config(sweep, job))
        except ConfigError:  # the plan tells them
            continue
        found[cell.key] = cell
        if len(found) == most:
            break
    return list(found.values())


def plan(words: Sequence[str], probe: bool = True) -> Plan:
    """Compose and validate every cell of a sweep.

    Raises
    ------
    ConfigError
        If the sweep itself cannot be read; what is wrong with its cells is in the plan.
    """
    sweep, loader = sweep_of(words)
    try:
        jobs = expand(sweep, [str(word) for word in sweep.hydra.overrides.task], loader)
    except Exception as error:
        if is_misread(error) and not isinstance(error, ConfigError):
            raise ConfigError(explain_misread(error)) from None
        raise
    if jobs is None:
        raise ConfigError("only a grid can be planned; leave hydra/sweeper as it is")
    return _assess(
        jobs, partial(loader.load_sweep_config, sweep), Path(sweep.hydra.sweep.dir), probe
    )


def _assess(
    jobs: list[list[str]],
    compose: Callable[[list[str]], DictConfig],
    directory: Path,
    probe: bool,
) -> Plan:
    out, found = Plan(cells=len(jobs)), {}
    names: dict[str, list[list[str]]] = {}
    composing = time.perf_counter()
    for words in jobs:
        try:
            cell = from_config(compose(words))
        except ConfigError as error:
            out.invalid.append(Invalid(words, str(error)))
        except Exception as error:
            if not is_misread(error):
                raise
            out.invalid.append(Invalid(words, explain_misread(error)))
        else:
            found[cell.key] = cell
            names.setdefault(cell.key, []).append(words)
    composing = time.perf_counter() - composing
    cells = list(found.values())
    out.distinct, out.differs = len(cells), differences(cells)
    out.duplicates = [words for words in names.values() if len(words) > 1]
    left = [cell for cell in cells if not _is_finished(cell, directory, out.damaged)]
    out.finished, out.replicates = len(cells) - len(left), sum(c.settings.replicates for c in left)
    if probe and left:
        _estimate(out, left, composing / len(jobs))
    return out


def _is_finished(cell: Cell, directory: Path, damaged: list[str]) -> bool:
    """Whether a cell need not be run; one that is there but damaged is noted."""
    try:
        stored = finished(directory / cell.directory_name)
    except StoreError as error:
        damaged.append(str(error))
        return False
    return stored is not None and stored.run["key"] == cell.key


def differences(cells: Sequence[Cell]) -> dict[str, list[Any]]:
    """Fields in which cells differ, by dotted path, with their distinct values in order.

    Of parameter sets, which are long, their number.
    """
    values: dict[str, dict[str, Any]] = {}
    trees = [flat(cell.tree()) for cell in cells]
    for tree in trees:
        tree["parameter_sets"] = len(tree["parameter_sets"])
    for path in dict.fromkeys(path for tree in trees for path in tree):
        if path not in WORDS_ONLY:
            values[path] = {json.dumps(tree.get(path)): tree.get(path) for tree in trees}
    return {path: list(found.values()) for path, found in values.items() if len(found) > 1}


def _estimate(out: Plan, cells: list[Cell], overhead: float) -> None:
    """Estimate time and disk use from a probe of a few cells, as averages over them."""
    count = min(PROBED, len(cells))
    chosen = [cells[k * (len(cells) - 1) // max(1, count - 1)] for k in range(count)]
    costs = [_probe(cell) for cell in chosen]
    seconds = sum(cost[0] for cost in costs) / count
    size = sum(cost[1] for cost in costs) / count
    mean = out.replicates / len(cells)
    scale = mean / (sum(cell.settings.replicates for cell in chosen) / count)
    out.probed = count
    out.seconds = round(len(cells) * (seconds * scale + overhead + WRITING), 1)
    out.bytes = int(len(cells) * (size * scale + FILES))


def _probe(cell: Cell) -> tuple[float, float]:
    """Seconds and bytes of one cell on processors, from two small blocks of it."""
    cell = on_processors(cell)
    total, block = cell.settings.replicates, block_size(cell.settings)
    few, many = (min(block, size) for size in PROBE)
    simulate_block(cell, 0, 1)  # tables that are made once
    taken = []
    for size in (few, many):
        start = time.perf_counter()
        result = simulate_block(cell, 0, size)
        taken.append(time.perf_counter() - start)
    power = math.log(taken[1] / taken[0]) / math.log(many / few) if many > few else 0.0
    per_block = taken[1] * (block / many) ** min(1.0, max(0.0, power))
    beside = tables_beside_runs(cell.scenario, result.daily, [result.notes])
    sizes = {name: _stored(table) for name, table in beside.items()}
    watched = min(cell.settings.engine.watched, total) / max(
        1, min(cell.settings.engine.watched, many)
    )
    size_on_disk = (
        _stored(result.runs) * total / many
        + sizes["daily"]
        + watched * (sizes["rounds"] + sizes["incidents"])
    )
    return per_block * total / block, size_on_disk


def _stored(table: pa.Table) -> int:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=COMPRESSION)
    return int(sink.getvalue().size)
