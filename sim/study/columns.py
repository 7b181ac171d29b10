"""Overrides as columns: which fields a sweep set, with their values and types in every cell.

Knows overrides and configurations; reads no result.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.names import flat
from sim.study.cells import DIGITS
from sim.study.sweeps import Sweep, named

Constants = dict[str, Any]


def override_columns(sweep: Sweep) -> tuple[dict[Path, Constants], list[pa.Field]]:
    """Constant columns of each cell, and their fields.

    ``cell`` and ``scenario`` come first, then every field or choice that any cell set: a field has
    the value of each cell's configuration, whether that cell set it or not; a choice from a group
    (``mediators=none``) has the option's name, null where none was chosen.
    """
    trees = {path: flat(stored.tree) for path, stored in sweep.cells.items()}
    chosen = {path: _set_by(stored.run["overrides"]) for path, stored in sweep.cells.items()}
    keys = dict.fromkeys(key for words in chosen.values() for key in words)
    constants: dict[Path, Constants] = {}
    for path, stored in sweep.cells.items():
        own: Constants = {"cell": stored.run["key"][:DIGITS], "scenario": stored.run["scenario"]}
        for key in keys:
            if key in own or key in ("replicate", "account"):
                continue
            is_field = any(key in tree for tree in trees.values())
            own[key] = trees[path].get(key) if is_field else chosen[path].get(key)
        constants[path] = own
    return constants, _fields(constants)


def _set_by(overrides: Sequence[str]) -> dict[str, str]:
    """What a list of overrides sets, by dotted path; later ones win."""
    out = {}
    for word in overrides:
        key, equals, value = word.lstrip("+~").partition("=")
        if equals:
            out[key.partition("@")[0].replace("/", ".")] = value
    return out


def _fields(constants: dict[Path, Constants]) -> list[pa.Field]:
    """One field per constant column; values of mixed or nested types become text."""
    fields = []
    for name in next(iter(constants.values())):
        values = [own[name] for own in constants.values()]
        kind = _kind(values)
        if kind is None:
            kind = pa.string()
            for own in constants.values():
                if own[name] is not None and not isinstance(own[name], str):
                    own[name] = json.dumps(own[name])
        fields.append(pa.field(name, kind))
    return fields


def _kind(values: list[Any]) -> pa.DataType | None:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int} and all(v is None or -(2**63) <= v < 2**63 for v in values):
        return pa.int64()
    if kinds and kinds <= {int, float}:
        return pa.float64()
    return None


def unified(constants: Sequence[pa.Field], stored: Sequence[pa.Schema]) -> pa.Schema:
    """The constant columns, then every column of any cell; text without dictionaries.

    Which futures there are may differ between cells (groups, issues), so columns may be null.
    """
    fields = {field.name: field for field in constants}
    for schema in stored:
        for field in schema:
            kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
            fields.setdefault(field.name, pa.field(field.name, kind, metadata=field.metadata))
    return pa.schema(list(fields.values()))


def cells_table(sweep: Sweep, constants: dict[Path, Constants]) -> pa.Table:
    """One row per cell: where it is, what it was asked for as, and its constant columns."""
    rows = []
    for path, stored in sweep.cells.items():
        record = stored.run
        rows.append(
            constants[path]
            | {
                "directory": path.relative_to(sweep.directory).as_posix(),
                "overrides": named(record["overrides"]),
                "key": record["key"],
                "replicates": record["replicates"],
                "seed": str(record["seed"]),
            }
        )
    return pa.Table.from_pylist(rows)
