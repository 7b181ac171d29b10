"""Finished cells on disk: written under temporary names and renamed, so that none is half there.

A cell's directory holds ``runs.parquet``, ``rounds.parquet``, ``incidents.parquet``,
``daily.parquet``, ``config.yaml`` and, written last, ``run.json``; a cell without a ``run.json``
that says *done* does not count.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sim.config import ConfigError, validate
from sim.negotiation.agenda import packages
from sim.records import Daily
from sim.seeds import LOADER
from sim.study.cells import Cell
from sim.study.errors import StoreError, StudyError
from sim.study.files import Atomic, locked
from sim.study.provenance import now, provenance, versions
from sim.study.runner import blocks
from sim.study.tables import daily_table, incidents_table, rounds_table

# spells.parquet is there only where ceasefires are renewable
TABLES = ("runs", "daily", "rounds", "incidents")
ROW_GROUP = 20_000  # rows; fixed, so that a file does not depend on the block size
COMPRESSION = "zstd"
DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # as sim.seeds.LOADER


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
            raise unreadable(path, error) from None

    def pieces(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield some columns of runs, a row group at a time.

        Raises
        ------
        StoreError
            If the file is missing or damaged.
        """
        path = self.directory / "runs.parquet"
        try:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, columns=list(columns))
        except (OSError, pa.ArrowException) as error:
            raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> StoreError:
    """Say that a table cannot be read."""
    return StoreError(f"cannot read {path}: {str(error).splitlines()[0]}")


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
        If the directory holds another cell, one of another version, or cannot be written to;
        nothing is left half-written.
    """
    if finished(directory) is None:
        with locked(directory):
            if finished(directory) is None:
                return _write(cell, directory, overrides, progress)
    return _kept(cell, directory, overrides)


def _write(
    cell: Cell,
    directory: Path,
    overrides: Sequence[str],
    progress: Callable[[int], None] | None,
) -> StoredCell:
    started, clock = now(), time.perf_counter()
    with Atomic(directory) as files:
        _write_tables(cell, files, progress)
        files.path("config.yaml").write_text(yaml.dump(cell.tree(), Dumper=DUMPER, sort_keys=False))
        checksums = files.checksums()
    record = {
        "status": "done", "error": None, "key": cell.key, "scenario": cell.scenario.name,
        "seed": cell.settings.seed, "replicates": cell.settings.replicates,
        "overrides": list(overrides), "started": started, "finished": now(),
        "wall_seconds": round(time.perf_counter() - clock, 3), "files": checksums, **provenance(),
    }  # fmt: skip
    write_record(directory, record)
    return StoredCell(directory, cell, record)


def _kept(cell: Cell, directory: Path, overrides: Sequence[str]) -> StoredCell:
    """Open the finished cell of a directory if it is this one, and note that it was asked for."""
    record = finished(directory) or {}
    if record.get("key") != cell.key:
        raise StoreError(f"{directory} holds another finished cell; choose another directory")
    made, here = version_of(record), versions()["ceasefire-sim"]
    if made != here:
        raise StoreError(
            f"{directory} holds results of version {made} and this is {here}; choose another "
            "directory"
        )
    names = [record["overrides"], *record.get("also", [])]
    if list(overrides) not in names:  # the same cell in other words, such as 0.3 and 0.30
        record["also"] = [*names[1:], list(overrides)]
        with locked(directory):
            write_record(directory, record)
    (directory / "refused.json").unlink(missing_ok=True)
    return read_cell(directory)


def version_of(record: dict[str, Any]) -> str:
    """Version of this package that wrote a cell."""
    return str(record.get("versions", {}).get("ceasefire-sim", "unknown"))


def _write_tables(cell: Cell, files: Atomic, progress: Callable[[int], None] | None) -> None:
    daily, everything, logs = Daily(cell.settings.horizon), packages(cell.scenario.agenda), []
    runs = RunsWriter(files.path("runs.parquet"))
    renewable = cell.scenario.ceasefire.renewable
    spells = RunsWriter(files.path("spells.parquet")) if renewable else None
    try:
        for block in blocks(cell):
            runs.add(block.runs)
            if spells is not None:
                spells.add(block.spells)
            daily.add(block.daily)
            logs.append(block.log)
            if progress is not None:
                progress(block.runs.num_rows)
    finally:
        runs.close()
        if spells is not None:
            spells.close()
    for name, table in (
        ("daily", daily_table(daily)),
        ("rounds", rounds_table(logs, everything)),
        ("incidents", incidents_table(logs)),
    ):
        pq.write_table(table, files.path(f"{name}.parquet"), compression=COMPRESSION)


def write_record(directory: Path, record: dict[str, Any], name: str = "run.json") -> None:
    """Write what happened to a cell."""
    with Atomic(directory) as files:
        files.path(name).write_text(json.dumps(record, indent=2) + "\n")


def record_failure(directory: Path, error: Exception, overrides: Sequence[str]) -> None:
    """Write why a cell failed to its ``run.json``; to ``refused.json`` beside a finished cell."""
    record = {
        "status": "failed", "error": one_line(error),
        "traceback": traceback.format_exception(error), "overrides": list(overrides),
        "finished": now(), **provenance(),
    }  # fmt: skip
    write_record(directory, record, "run.json" if finished(directory) is None else "refused.json")


def one_line(error: Exception) -> str:
    """Say an error in one line: a user's mistake as it is, any other with its kind."""
    if isinstance(error, ConfigError | StudyError):
        return str(error)
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


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
        tree = yaml.load((directory / "config.yaml").read_text(), Loader=LOADER)
        cell = Cell(*validate(tree))
    except (OSError, yaml.YAMLError, ConfigError) as error:
        raise StoreError(f"cannot read {directory / 'config.yaml'}: {error}") from None
    return StoredCell(directory, cell, record)
