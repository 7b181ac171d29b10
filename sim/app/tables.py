"""Which tables there are, how they change, and how they are written to and read from SQLite.

Looks after no file: that is what ``store`` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
Tables = dict[str, dict[tuple[Any, ...], Row]]

COLUMNS: dict[str, dict[str, str]] = {  # table -> column -> its type in SQLite
    "classes": {"id": "INTEGER", "title": "TEXT", "key": "TEXT", "created": "REAL", "salt": "TEXT",
                "code": "TEXT", "notice": "TEXT", "phase": "TEXT", "until": "REAL",
                "study": "TEXT", "stopped": "REAL"},
    "rooms": {
        "code": "TEXT", "class": "INTEGER", "setup": "TEXT", "deadline": "INTEGER",
        "created": "REAL", "touched": "REAL", "paused": "INTEGER", "revealed": "INTEGER",
        "stand_ins": "TEXT", "started": "INTEGER", "ended": "INTEGER",
        "reserved": "TEXT", "muted": "INTEGER",
    },
    "seats": {
        "room": "TEXT", "seat": "TEXT", "name": "TEXT", "key": "TEXT", "salt": "TEXT",
        "ready": "INTEGER", "consents": "INTEGER",
    },
    "devices": {"owner": "TEXT", "key": "TEXT", "made": "REAL"},
    "moves": {
        "room": "TEXT", "turn": "INTEGER", "seat": "TEXT", "kind": "TEXT", "value": "TEXT",
        "made_by": "TEXT", "at": "REAL",
    },
    "messages": {
        "room": "TEXT", "number": "INTEGER", "day": "INTEGER", "round": "INTEGER", "seat": "TEXT",
        "to": "TEXT", "words": "TEXT", "turn": "INTEGER", "at": "REAL",
    },
    "answers": {  # to the questions of a study
        "room": "TEXT", "seat": "TEXT", "time": "TEXT", "number": "INTEGER", "words": "TEXT",
        "at": "REAL",
    },
    "set_aside": {  # moves that could not be played back
        "room": "TEXT", "turn": "INTEGER", "seat": "TEXT", "kind": "TEXT", "value": "TEXT",
        "made_by": "TEXT", "at": "REAL", "since": "REAL",
    },
}  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "classes": ("id",), "rooms": ("code",), "seats": ("room", "seat"), "devices": ("owner", "key"),
    "moves": ("room", "turn"), "messages": ("room", "number"),
    "answers": ("room", "seat", "time", "number"), "set_aside": ("room", "turn", "since"),
}  # fmt: skip
NOT_A_DATABASE = "SQLITE_NOTADB"


@dataclass(frozen=True)
class Add:
    """A new row."""

    table: str
    row: Row


@dataclass(frozen=True)
class Set:
    """New values in the rows that are ``where``."""

    table: str
    where: Row
    values: Row


@dataclass(frozen=True)
class Drop:
    """No rows any more that are ``where``."""

    table: str
    where: Row


Change = Add | Set | Drop


# --- SQL ---------------------------------------------------------------------------------------


def prepare(connection: sqlite3.Connection) -> None:
    """Set how much a file must survive, and make the tables and columns that it lacks.

    One file, so that a copy of it is a copy of everything; every change is on the disk when it is
    acknowledged, whatever happens to the machine.
    """
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    for table, columns in COLUMNS.items():
        present = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if not present:
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            key = ", ".join(f'"{name}"' for name in KEYS[table])
            connection.execute(f"CREATE TABLE {table} ({listed}, PRIMARY KEY ({key}))")
        for name in columns.keys() - set(present) if present else ():
            connection.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {columns[name]}')


def statement(change: Change) -> tuple[str, list[Any]]:
    """A change in SQL, with its values."""
    if isinstance(change, Add):
        names = ", ".join(f'"{name}"' for name in change.row)
        marks = ", ".join("?" * len(change.row))
        return f"INSERT INTO {change.table} ({names}) VALUES ({marks})", list(change.row.values())
    where = " AND ".join(f'"{name}" = ?' for name in change.where)
    held = list(change.where.values())
    if isinstance(change, Drop):
        return f"DELETE FROM {change.table} WHERE {where}", held
    new = ", ".join(f'"{name}" = ?' for name in change.values)
    return f"UPDATE {change.table} SET {new} WHERE {where}", [*change.values.values(), *held]


def apply(tables: Tables, change: Change) -> None:
    """Do to a mirror what was done to the file."""
    rows = tables[change.table]
    if isinstance(change, Add):
        full = dict.fromkeys(COLUMNS[change.table]) | change.row
        rows[_key(change.table, full)] = full
        return
    wanted = change.where.items()
    for key in [key for key, row in rows.items() if wanted <= row.items()]:
        if isinstance(change, Set):
            rows[key] = rows[key] | change.values  # nothing changes what names a row
        else:
            del rows[key]


def _key(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS[table])


# --- reading -----------------------------------------------------------------------------------


def damaged(connection: sqlite3.Connection) -> bool:
    """Whether the file is damaged."""
    try:
        [(said,)] = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") == NOT_A_DATABASE:
            raise
        return True
    return bool(said != "ok")


def read(connection: sqlite3.Connection) -> Tables:
    """All rows, by table and by what names them."""
    return {
        table: {_key(table, row): row for row in _select(connection, table, "rowid")}
        for table in COLUMNS
    }


def salvaged(connection: sqlite3.Connection) -> Tables:
    """What can be read of a damaged file, from both ends of every table."""
    tables: Tables = {table: {} for table in COLUMNS}
    for table, found in tables.items():
        for order in ("rowid", "rowid DESC"):
            with suppress(sqlite3.DatabaseError):
                for row in _select(connection, table, order):
                    found[_key(table, row)] = row
    return tables


def _select(connection: sqlite3.Connection, table: str, order: str) -> Iterator[Row]:
    names = list(COLUMNS[table])
    listed = ", ".join(f'"{name}"' for name in names)
    for row in connection.execute(f"SELECT {listed} FROM {table} ORDER BY {order}"):
        yield dict(zip(names, row, strict=True))
