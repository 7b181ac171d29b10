"""What the columns of stored tables mean, stored in the tables: unit, meaning and provenance.

The words are in ``columns.yaml``. Knows tables and cells; reads no result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from sim import yaml_files
from sim.config import ENDS, PARTIES
from sim.study.cells import Cell

WATCHED = ("rounds", "incidents", "offers", "days")  # tables of the watched futures only
STANDS_FOR = {
    "{end}": "|".join(ENDS), "{party}": "|".join(PARTIES), "{rung}": "[1-4]",
    "{quantile}": r"\d\d", "{group}": r"\w+", "{issue}": r"\w+",
}  # fmt: skip


class Meaning(NamedTuple):
    """The unit of a column (empty for names and truth values) and what it says."""

    unit: str
    meaning: str


def covered(cell: Cell, table: str) -> int:
    """How many futures a table has rows of: all of them, or those watched."""
    settings = cell.settings
    return min(settings.engine.watched, settings.replicates) if table in WATCHED else (
        settings.replicates
    )  # fmt: skip


def labelled(table: pa.Table, name: str, cell: Cell) -> pa.Table:
    """The same table with units and meanings of its columns, and what it is a table of.

    A column has ``unit`` and ``description``; the table has ``table``, ``scenario``, ``seed``,
    ``key``, ``futures`` and ``covers`` (futures it has rows of: those numbered below).
    """
    told = meanings(name, tuple(table.column_names))
    fields = [
        field.with_metadata({"unit": said.unit, "description": said.meaning})
        for field, said in zip(table.schema, told, strict=True)
    ]
    facts = {
        "table": name, "scenario": cell.scenario.name, "seed": str(cell.settings.seed),
        "key": cell.key, "futures": str(cell.settings.replicates),
        "covers": str(covered(cell, name)),
    }  # fmt: skip
    return table.cast(pa.schema(fields, metadata=facts))


@cache
def meanings(table: str, columns: Sequence[str]) -> list[Meaning]:
    """What each column of a table means.

    Raises
    ------
    KeyError
        If a column is not described.
    """
    known = vocabulary()[table]
    return [known[name] if name in known else known[_pattern(name, known)] for name in columns]


def _pattern(name: str, known: dict[str, Meaning]) -> str:
    """The described name with placeholders that a column's name fits, the narrowest first."""
    patterns = sorted((k for k in known if "{" in k), key=lambda k: ("{issue}" in k, -len(k)))
    for pattern in patterns:
        fits = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")
        for word, means in STANDS_FOR.items():
            fits = fits.replace(word, f"(?:{means})")
        if re.fullmatch(fits, name):
            return pattern
    raise KeyError(name)


@cache
def vocabulary() -> dict[str, dict[str, Meaning]]:
    """Table -> column, with placeholders such as ``{party}`` -> unit and meaning."""
    tree = yaml_files.read(Path(__file__).with_name("columns.yaml"))
    return {
        table: {name: Meaning(*said) for name, said in columns.items()}
        for table, columns in tree.items()
    }
