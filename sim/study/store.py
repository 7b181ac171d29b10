"""Finished cells on disk: written under temporary names and renamed, so that none is half there.

A cell's directory holds ``runs.parquet``, ``rounds.parquet``, ``incidents.parquet``,
``daily.parquet``, ``config.yaml`` and, written last, ``run.json``; a cell without a ``run.json``
that says *done* does not count.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sim.config import ConfigError, validate
from sim.negotiation.agenda import packages
from sim.records import Daily
from sim.study.cells import Cell
from sim.study.provenance import now, provenance
from sim.study.runner import blocks
from sim.study.tables import daily_table, incidents_table, rounds_table, runs_table

TABLES = ("runs", "daily", "rounds", "incidents")
ROW_GROUP = 20_000  # rows; fixed, so that a file does not depend on the block size
COMPRESSION = "zstd"


class StoreError(ValueError):
    """A directory that cannot be written to or read from; the message is one sentence."""


class Atomic:
    """Files that appear together under their own names when the block ends well, or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._names: list[str] = []

    def __enter__(self) -> Atomic:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(cannot_write(self.directory, error)) from None
        return self

    def path(self, name: str) -> Path:
        """Temporary path to write the file ``name`` to."""
        self._names.append(name)
        return self.directory / f".{name}.partial"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for name in self._names:
            partial = self.directory / f".{name}.partial"
            if kind is None:
                os.replace(partial, self.directory / name)
            else:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(cannot_write(self.directory, error)) from None


def cannot_write(where: Path | str, error: OSError) -> str:
    """Say in one sentence why a place cannot be written to."""
    reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
    return f"cannot write to {where}: {reason.lower()}"


class RunsWriter:
    """Stream runs to a Parquet file in row groups of fixed size."""

    def __init__(self, path: Path) -> None:
        self._path, self._waiting = path, pa.table({})
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Append rows."""
        self._waiting = (
            table if self._waiting.num_columns == 0 else pa.concat_tables([self._waiting, table])
        )
        while self._waiting.num_rows >= ROW_GROUP:
            self._write(self._waiting.slice(0, ROW_GROUP))
            self._waiting = self._waiting.slice(ROW_GROUP)

    def _write(self, table: pa.Table) -> None:
        table = table.combine_chunks()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression=COMPRESSION)
        self._writer.write_table(table, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Write what is waiting and finish the file."""
        if self._waiting.num_rows or self._writer is None:
            self._write(self._waiting)
        if self._writer is not None:
            self._writer.close()


@dataclass(frozen=True)
class StoredCell:
    """A finished cell in a directory."""

    directory: Path
    cell: Cell
    run: dict[str, Any]

    def table(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read runs, daily, rounds or incidents, or some columns of it.

        Raises
        ------
        StoreError
            If the file is missing or damaged.
        """
        path = self.directory / f"{name}.parquet"
        try:
            return pq.read_table(path, columns=None if columns is None else list(columns))
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"cannot read {path}: {str(error).splitlines()[0]}") from None


def write_cell(
    cell: Cell,
    directory: Path,
    overrides: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> StoredCell:
    """Simulate a cell and write its tables, configuration and provenance.

    Raises
    ------
    StoreError
        If the directory holds another cell or cannot be written to; nothing is left half-written.
    """
    done = finished(directory)
    if done is not None:
        if done["key"] == cell.key:
            return read_cell(directory)
        raise StoreError(f"{directory} holds another finished cell; choose another directory")
    started, clock = now(), time.perf_counter()
    with Atomic(directory) as files:
        _write_tables(cell, files, progress)
        files.path("config.yaml").write_text(yaml.safe_dump(cell.tree(), sort_keys=False))
    record = {
        "status": "done", "error": None, "key": cell.key, "scenario": cell.scenario.name,
        "seed": cell.settings.seed, "replicates": cell.settings.replicates,
        "overrides": list(overrides), "started": started, "finished": now(),
        "wall_seconds": round(time.perf_counter() - clock, 3), **provenance(),
    }  # fmt: skip
    write_record(directory, record)
    return StoredCell(directory, cell, record)


def _write_tables(cell: Cell, files: Atomic, progress: Callable[[int], None] | None) -> None:
    daily, everything, logs = Daily(cell.settings.horizon), packages(cell.scenario.agenda), []
    runs = RunsWriter(files.path("runs.parquet"))
    try:
        for block in blocks(cell, daily):
            table = runs_table(block.columns, everything)
            runs.add(table)
            logs.append(block.log)
            if progress is not None:
                progress(table.num_rows)
    finally:
        runs.close()
    for name, table in (
        ("daily", daily_table(daily)),
        ("rounds", rounds_table(logs, everything)),
        ("incidents", incidents_table(logs)),
    ):
        pq.write_table(table, files.path(f"{name}.parquet"), compression=COMPRESSION)


def write_record(directory: Path, record: dict[str, Any]) -> None:
    """Write ``run.json``."""
    with Atomic(directory) as files:
        files.path("run.json").write_text(json.dumps(record, indent=2) + "\n")


def finished(directory: Path) -> dict[str, Any] | None:
    """Return what ``run.json`` says of a finished cell, or None where there is none."""
    try:
        record: dict[str, Any] = json.loads((directory / "run.json").read_text())
    except (OSError, ValueError):
        return None
    return record if record.get("status") == "done" else None


def read_cell(directory: Path) -> StoredCell:
    """Open a finished cell.

    Raises
    ------
    StoreError
        If the directory holds no finished cell, or its configuration cannot be read.
    """
    record = finished(directory)
    if record is None:
        raise StoreError(f"{directory} holds no finished cell")
    try:
        tree = yaml.safe_load((directory / "config.yaml").read_text())
        cell = Cell(*validate(tree))
    except (OSError, yaml.YAMLError, ConfigError) as error:
        raise StoreError(f"cannot read {directory / 'config.yaml'}: {error}") from None
    return StoredCell(directory, cell, record)


def find_cells(directory: Path) -> list[Path]:
    """Directories below ``directory`` (or itself) with a ``run.json``, in natural order."""

    def natural(path: Path) -> tuple[tuple[int, str], ...]:
        parts = path.relative_to(directory).parts
        return tuple((int(p), "") if p.isdigit() else (-1, p) for p in parts)

    found = {path.parent for path in directory.rglob("run.json")}
    return sorted(found, key=natural)
