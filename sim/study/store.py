"""Cells put on disk: written under temporary names and renamed, so that none is incomplete.

A cell's directory holds ``runs.parquet``, ``rounds.parquet``, ``incidents.parquet``,
``daily.parquet``, ``config.yaml`` and, written last, ``run.json``; a cell without a ``run.json``
that says *done* does not count. How cells are read is in ``sim.study.opening``.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim import yaml_files
from sim.config import ConfigError
from sim.records import Daily
from sim.study.cells import Cell
from sim.study.described import labelled
from sim.study.errors import StoreError, StudyError
from sim.study.files import Atomic, locked
from sim.study.opening import (
    CONFIG,
    RECORD,
    REFUSED,
    StoredCell,
    contradicted,
    finished,
    names_of,
    open_cell,
    record_in,
    version_of,
)
from sim.study.provenance import PACKAGE, now, provenance, versions
from sim.study.runner import blocks
from sim.study.sealed import sealed
from sim.study.tables import tables_beside_runs

ROW_GROUP = 20_000  # rows; fixed, so that a file does not depend on the block size
COMPRESSION = "zstd"


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


def write_cell(
    cell: Cell,
    directory: Path,
    overrides: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> StoredCell:
    """Simulate a cell and write its tables, configuration and provenance.

    A cell that is there already is not simulated again; one that was cut off is, from its start.

    Raises
    ------
    StoreError
        If the directory holds another cell, one of another version or one that is not whole, or
        cannot be written to; nothing is left half-written.
    """
    word = contradicted(overrides, cell.tree())
    if word is not None:
        raise StoreError(f"{word} is not what the cell has, so it cannot be stored under that name")
    if _kept_in(directory) is None:
        with locked(directory):
            if _kept_in(directory) is None:
                _write(cell, directory, overrides, progress)
                return open_cell(directory)
    return _kept(cell, directory, overrides)


def _kept_in(directory: Path) -> StoredCell | None:
    """Open the finished cell of a directory, if there is one; say what to do if it is not whole."""
    try:
        return finished(directory)
    except StoreError as error:
        advice = f"it is not overwritten; remove {directory} and run it again"
        raise StoreError(f"{error}; {advice}") from None


def _write(
    cell: Cell,
    directory: Path,
    overrides: Sequence[str],
    progress: Callable[[int], None] | None,
) -> None:
    started, clock = now(), time.perf_counter()
    with Atomic(directory) as files:
        _write_tables(cell, files, progress)
        text = yaml_files.write(cell.tree())
        files.path(CONFIG).write_text(text, encoding="utf-8", newline="\n")
        checksums = files.checksums()
    record = {
        "status": "done", "error": None, "key": cell.key, "scenario": cell.scenario.name,
        "seed": cell.settings.seed, "replicates": cell.settings.replicates,
        "overrides": list(overrides), "started": started, "finished": now(),
        "wall_seconds": round(time.perf_counter() - clock, 3), "files": checksums, **provenance(),
    }  # fmt: skip
    write_record(directory, record)


def _kept(cell: Cell, directory: Path, overrides: Sequence[str]) -> StoredCell:
    """Open the finished cell of a directory if it is this one, and note that it was asked for."""
    stored = open_cell(directory)
    if stored.run["key"] != cell.key:
        raise StoreError(f"{directory} holds another finished cell; choose another directory")
    made, here = version_of(stored.run), versions()[PACKAGE]
    if made != here:
        raise StoreError(
            f"{directory} holds results of version {made} and this is {here}; choose another "
            "directory"
        )
    if list(overrides) not in names_of(stored.run):  # in other words, such as 0.3 and 0.30
        with locked(directory):
            stored = open_cell(directory)  # another process may have noted words of its own
            also = [*names_of(stored.run)[1:], list(overrides)]
            write_record(directory, stored.run | {"also": also}, seal=stored.sealed)
            stored = open_cell(directory)
    (directory / REFUSED).unlink(missing_ok=True)
    return stored


def _write_tables(cell: Cell, files: Atomic, progress: Callable[[int], None] | None) -> None:
    daily, noted = Daily.to(cell.settings.horizon), []
    runs = RunsWriter(files.path("runs.parquet"))
    renewable = cell.scenario.ceasefire.renewable
    spells = RunsWriter(files.path("spells.parquet")) if renewable else None
    try:
        for block in blocks(cell):
            runs.add(labelled(block.runs, "runs", cell))
            if spells is not None:
                spells.add(labelled(block.spells, "spells", cell))
            daily.add(block.daily)
            noted.append(block.notes)
            if progress is not None:
                progress(block.runs.num_rows)
    finally:
        runs.close()
        if spells is not None:
            spells.close()
    for name, table in tables_beside_runs(cell.scenario, daily, noted).items():
        pq.write_table(
            labelled(table, name, cell), files.path(f"{name}.parquet"), compression=COMPRESSION
        )


def write_record(
    directory: Path, record: dict[str, Any], name: str = RECORD, seal: bool = True
) -> None:
    """Write what happened to a cell; without a ``seal`` if it was read without one."""
    text = sealed(record) if seal else json.dumps(record, indent=2) + "\n"
    with Atomic(directory) as files:
        files.path(name).write_text(text, encoding="utf-8", newline="\n")


def record_failure(directory: Path, error: BaseException, overrides: Sequence[str]) -> Path:
    """Write why a cell failed to its ``run.json``, or to ``refused.json`` beside one.

    A ``run.json`` of a finished or damaged cell is never overwritten. Return what was written.
    """
    record = {
        "status": "failed", "error": one_line(error),
        "traceback": traceback.format_exception(error), "overrides": list(overrides),
        "finished": now(), **provenance(),
    }  # fmt: skip
    with locked(directory):
        name = RECORD if _may_be_written_over(directory) else REFUSED
        write_record(directory, record, name)
    return directory / name


def _may_be_written_over(directory: Path) -> bool:
    """Whether a directory has no ``run.json``, or that of a cell that failed."""
    try:
        record = record_in(directory)
    except StoreError:
        return False
    return record is None or record["status"] == "failed"


def one_line(error: BaseException) -> str:
    """An error in one line: a user's mistake as it is, any other with its kind."""
    if isinstance(error, ConfigError | StudyError):
        return str(error)
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
