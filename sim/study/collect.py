"""One Parquet data set for a sweep: the futures of every finished cell with their overrides.

``collected/runs/`` holds one file per cell, all of one schema; ``collected/cells.parquet`` one row
per cell; ``collected/collected.json`` says what was collected, with checksums. A cell is read one
row group at a time. Collecting again does only what is new and leaves the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.study.columns import cells_table, override_columns, unified
from sim.study.errors import StoreError
from sim.study.files import Atomic, checksum, locked
from sim.study.provenance import versions
from sim.study.store import COMPRESSION, ROW_GROUP, version_of
from sim.study.sweeps import Sweep, open_directory

COLLECTED = "collected"
RECORD = "collected.json"
CELLS = "cells.parquet"
PARTS = "runs"


@dataclass(frozen=True)
class Collection:
    """What collecting came to."""

    directory: Path
    rows: int
    cells: int
    written: int
    problems: list[str]


def collect(directory: Path, again: bool = False) -> Collection:
    """Bring a sweep's data set up to date; ``again`` writes it anew whatever is there.

    Raises
    ------
    StoreError
        If the directory is no sweep, a stored or collected file has been changed since it was
        written, or nothing has finished.
    """
    sweep = open_directory(directory)
    if not sweep.finished:
        raise StoreError(f"no cell of {directory} has finished")
    target = directory / COLLECTED
    sources = {path: _source(path, sweep.records[path]) for path in sweep.finished}
    with locked(target):
        before = {} if again else _checked(target)
        schema, constants = _schema(sweep)
        parts, written = {}, 0
        for path in sweep.finished:
            name = f"{path.relative_to(directory).as_posix().replace('/', '-')}.parquet"
            if path == directory:
                name = f"{directory.resolve().name}.parquet"
            made_from = [
                sources[path],
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
    """What failed, what is missing, and whether versions differ."""
    lines = sweep.problems()
    made = sorted({version_of(record) for record in sweep.records.values()})
    if len(made) > 1:
        lines.append(f"the cells were made by different versions: {', '.join(made)}")
    return lines


def _source(path: Path, record: dict[str, Any]) -> str:
    """Checksum of a cell's runs, compared with what was written down when they were stored."""
    noted = record.get("files", {}).get("runs.parquet")
    found = checksum(path / "runs.parquet")
    if noted is not None and noted != found:
        raise StoreError(
            f"{path / 'runs.parquet'} has been changed since it was stored (checksum mismatch); "
            f"remove {path} and run its sweep again"
        )
    return found


def _schema(sweep: Sweep) -> tuple[pa.Schema, dict[Path, dict[str, Any]]]:
    """One schema for all cells, and the constant columns of each cell."""
    constants, fields = override_columns(sweep)
    try:
        stored = [pq.read_schema(path / "runs.parquet") for path in sweep.finished]
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
            "version": versions()["ceasefire-sim"],
            "cells": len(sweep.finished),
            "failed": [[f.overrides, f.error] for f in sweep.failed],
            "missing": sweep.missing,
            "files": {**parts, CELLS: of_cells},
        }
        files.path(RECORD).write_text(json.dumps(record, indent=1) + "\n")


def _checked(target: Path) -> dict[str, Any]:
    """Files collected earlier, by name; none where nothing was, or it was cut off.

    Raises
    ------
    StoreError
        If one of them is not as it was written.
    """
    try:
        files: dict[str, Any] = json.loads((target / RECORD).read_text())["files"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError):
        raise StoreError(f"cannot read {target / RECORD}; collect with --again") from None
    for name, noted in files.items():
        path = target / name
        if path.exists() and checksum(path) != noted["sha256"]:
            raise StoreError(
                f"{path} has been changed since it was collected (checksum mismatch); "
                "collect with --again to write it anew"
            )
    return {name: noted for name, noted in files.items() if (target / name).exists()}


def open_collection(directory: Path) -> tuple[Path, Sequence[str]]:
    """Return the data set of a sweep and the names of its files, checked against their checksums.

    Raises
    ------
    StoreError
        If nothing was collected, or a file is missing or changed.
    """
    if not directory.is_dir():
        raise StoreError(f"there is no directory {directory}")
    target = directory / COLLECTED
    if not (target / RECORD).exists():
        raise StoreError(f"{directory} has not been collected; run: ceasefire collect {directory}")
    names = list(json.loads((target / RECORD).read_text())["files"])
    found = _checked(target)
    gone = [name for name in names if name not in found]
    if gone:
        raise StoreError(f"{target / gone[0]} is missing; run: ceasefire collect {directory}")
    return target, names
