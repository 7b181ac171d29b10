"""One Parquet data set for a sweep: the futures of every finished cell with their overrides.

``collected/runs/`` holds one file per cell, all of one schema; ``collected/cells.parquet`` one row
per cell; ``collected/collected.json`` says what was collected, with checksums. A cell is read one
row group at a time. Collecting again adds only what is new and leaves the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NotRequired

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from sim.study.columns import cells_table, override_columns, unified
from sim.study.errors import StoreError
from sim.study.files import Atomic, checksum, locked
from sim.study.opening import RECORD as CELL
from sim.study.opening import StoredCell, version_of
from sim.study.provenance import PACKAGE, versions
from sim.study.sealed import EXACT, Digest, Record, sealed, unsealed
from sim.study.store import COMPRESSION, ROW_GROUP
from sim.study.sweeps import Sweep, open_directory

COLLECTED = "collected"
RECORD = "collected.json"
CELLS = "cells.parquet"
PARTS = "runs"
AGAIN = "collect with --again to rewrite it"


@with_config(EXACT)
class File(TypedDict):
    """A file of the data set: its rows, its checksum and what it was made from."""

    rows: int
    sha256: Digest
    made_from: NotRequired[Annotated[list[str], Field(min_length=3, max_length=3)]]


@with_config(EXACT)
class Collected(TypedDict):
    """What ``collected.json`` says."""

    version: str
    cells: int
    failed: list[Any]  # overrides and error of each
    missing: list[list[str]]
    files: dict[Annotated[str, Field(pattern=rf"^({CELLS}|{PARTS}/[^/]+)$")], File]
    checksum: Digest


_RECORD = TypeAdapter(Collected)


@dataclass(frozen=True)
class Collection:
    """The result of collecting."""

    directory: Path
    rows: int
    cells: int
    written: int
    problems: list[str]


def collect(directory: Path, again: bool = False) -> Collection:
    """Bring a sweep's data set up to date; ``again`` rewrites it, whatever is there.

    Raises
    ------
    StoreError
        If the directory is not a sweep, a stored or collected file has been changed since it was
        written, or nothing has finished.
    """
    sweep = open_directory(directory)
    sweep.must_be_whole()
    if not sweep.cells:
        raise StoreError(f"no cell of {directory} has finished")
    target = directory / COLLECTED
    with locked(target):
        before = {} if again else _checked(target)
        schema, constants = _schema(sweep)
        parts, written = {}, 0
        for path, stored in sweep.cells.items():
            name = f"{path.relative_to(directory).as_posix().replace('/', '-')}.parquet"
            if path == directory:
                name = f"{directory.resolve().name}.parquet"
            if f"{PARTS}/{name}" in parts:  # a/b beside a-b
                name = f"{stored.run['key']}.parquet"
            made_from = [
                source_of(stored),
                schema.to_string(),
                json.dumps(constants[path], default=str),
            ]
            part = before.get(f"{PARTS}/{name}")
            if part is None or part["made_from"] != made_from:
                part = _write_part(target / PARTS, name, path, schema, constants[path])
                part["made_from"], written = made_from, written + 1
            parts[f"{PARTS}/{name}"] = part
        _remove_others(target, parts)
        _finish(target, sweep, parts, cells_table(sweep, constants))
    rows = sum(part["rows"] for part in parts.values())
    return Collection(target, rows, len(parts), written, _problems(sweep))


def _problems(sweep: Sweep) -> list[str]:
    """What failed, what is missing, and what a reader of the cells must know."""
    lines = [*sweep.problems(), *sweep.notes()]
    made = sorted({version_of(stored.run) for stored in sweep.cells.values()})
    if len(made) > 1:
        lines.append(f"the cells were made by different versions: {', '.join(made)}")
    return lines


def source_of(stored: StoredCell) -> str:
    """Checksum of a cell's runs, which shows whether they were collected as they are."""
    checksums: dict[str, str] = stored.run["files"]
    return checksums["runs.parquet"]


def _schema(sweep: Sweep) -> tuple[pa.Schema, dict[Path, dict[str, Any]]]:
    """One schema for all cells, and the constant columns of each cell."""
    constants, fields = override_columns(sweep)
    try:
        stored = [pq.read_schema(path / "runs.parquet") for path in sweep.cells]
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"cannot read a cell: {str(error).splitlines()[0]}") from None
    return unified(fields, stored), constants


def _write_part(
    folder: Path, name: str, cell: Path, schema: pa.Schema, constants: dict[str, Any]
) -> dict[str, Any]:
    """Write one cell's rows with its constant columns; return their number and the checksum."""
    rows = 0
    with Atomic(folder) as files:
        with (
            pq.ParquetFile(cell / "runs.parquet") as stored,
            pq.ParquetWriter(files.path(name), schema, compression=COMPRESSION) as writer,
        ):
            for group in range(stored.num_row_groups):
                table = _with_constants(stored.read_row_group(group), schema, constants)
                writer.write_table(table, row_group_size=ROW_GROUP)
                rows += table.num_rows
        return {"rows": rows, "sha256": files.checksums()[name]}


def _with_constants(table: pa.Table, schema: pa.Schema, constants: dict[str, Any]) -> pa.Table:
    """A table in the common schema: what a cell does not have is null."""
    columns = []
    for column in schema:
        if column.name in constants:
            scalar = pa.scalar(constants[column.name], column.type)
            columns.append(pa.repeat(scalar, table.num_rows))
        elif column.name in table.column_names:
            columns.append(table[column.name].cast(column.type))
        else:
            columns.append(pa.nulls(table.num_rows, column.type))
    return pa.table(columns, schema=schema)


def _remove_others(target: Path, parts: Iterable[str]) -> None:
    """Remove parts of cells that are no longer there, so that nothing is counted twice."""
    kept = {target / name for name in parts}
    for path in (target / PARTS).glob("*.parquet"):
        if path not in kept:
            path.unlink()


def _finish(target: Path, sweep: Sweep, parts: dict[str, Any], cells: pa.Table) -> None:
    with Atomic(target) as files:
        pq.write_table(cells, files.path(CELLS), compression=COMPRESSION)
        of_cells = {"rows": cells.num_rows, "sha256": files.checksums()[CELLS]}
        record = {
            "version": versions()[PACKAGE],
            "cells": len(sweep.cells),
            "failed": [[f.overrides, f.error] for f in sweep.failed],
            "missing": sweep.missing,
            "files": {**parts, CELLS: of_cells},
        }
        files.path(RECORD).write_text(sealed(record), encoding="utf-8", newline="\n")


def _checked(target: Path) -> dict[str, Any]:
    """Files collected earlier, by name; none where nothing was, or it was cut off.

    Raises
    ------
    StoreError
        If one of them is not as it was written.
    """
    if not (target / RECORD).exists():
        return {}
    files = _record(target)["files"]
    for name, noted in files.items():
        path = target / name
        if path.exists() and checksum(path) != noted["sha256"]:
            raise StoreError(
                f"{path} has been changed since it was collected (checksum mismatch); {AGAIN}"
            )
    return {name: noted for name, noted in files.items() if (target / name).exists()}


def _record(target: Path) -> Record:
    """What ``collected.json`` says; one without a checksum is of an earlier version."""
    try:
        return unsealed(target / RECORD, _RECORD)
    except StoreError as error:
        raise StoreError(f"{error}; {AGAIN}") from None


def open_collection(directory: Path) -> tuple[list[Path], Path, list[str]]:
    """Return the files of a sweep's futures, that of its cells, and what a reader must know.

    The data set is checked against its checksums, and cells that lie beside it are opened.

    Raises
    ------
    StoreError
        If nothing was collected, or a file or a cell is missing or changed.
    """
    if not directory.is_dir():
        raise StoreError(f"there is no directory {directory}")
    target, collect_it = directory / COLLECTED, f"run: ceasefire collect {directory}"
    if not (target / RECORD).exists():
        raise StoreError(f"{directory} has not been collected; {collect_it}")
    found, files = _checked(target), _record(target)["files"]
    for name in files:
        if name not in found:
            raise StoreError(f"{target / name} is missing; {collect_it}")
    parts = [target / name for name in files if name != CELLS]
    for path in (target / PARTS).glob("*.parquet"):
        if path not in parts:
            raise StoreError(f"{path} was not collected; {collect_it}")
    return parts, target / CELLS, list(_since(directory, files))


def _since(directory: Path, files: dict[str, Any]) -> Iterator[str]:
    """Say what has changed among the cells since they were collected, if they are still there."""
    if not any(directory.rglob(CELL)):
        return
    sweep = open_directory(directory)
    sweep.must_be_whole()
    collected = sorted(noted["made_from"][0] for name, noted in files.items() if name != CELLS)
    if collected != sorted(source_of(stored) for stored in sweep.cells.values()):
        yield f"the cells of {directory} are not those that were collected; collect them again"
    yield from sweep.notes()
