"""What outlives the server: classes, rooms, seats and an append-only list of moves, in SQLite.

A room is its setup and its moves; whoever opens it again plays them back. Keys are stored as
SHA-256 digests, so that the file gives nobody a seat.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.config import ConfigError
from sim.game import Move, Setup

SCHEMA = """
CREATE TABLE IF NOT EXISTS classes (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, key TEXT NOT NULL, created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS rooms (
    code TEXT PRIMARY KEY, class INTEGER NOT NULL REFERENCES classes(id), setup TEXT NOT NULL,
    deadline INTEGER NOT NULL, created REAL NOT NULL, touched REAL NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0, revealed INTEGER NOT NULL DEFAULT 0,
    stand_ins TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS seats (
    room TEXT NOT NULL REFERENCES rooms(code) ON DELETE CASCADE, seat TEXT NOT NULL,
    name TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (room, seat)
);
CREATE TABLE IF NOT EXISTS moves (
    room TEXT NOT NULL REFERENCES rooms(code) ON DELETE CASCADE, turn INTEGER NOT NULL,
    seat TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, made_by TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (room, turn)
);
"""


@dataclass(frozen=True)
class StoredMove:
    """A move and who made it: a person, the clock or a stand-in."""

    move: Move
    made_by: str


class Store:
    """One SQLite file; ``path`` may be ``:memory:`` in tests."""

    def __init__(self, path: Path | str) -> None:
        try:
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=NORMAL")  # survives a killed process
            self.connection.execute("PRAGMA foreign_keys=ON")
            self.connection.executescript(SCHEMA)
        except sqlite3.Error as error:
            raise ConfigError(f"{path} cannot be used to keep rooms: {error}") from None

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def add_class(self, title: str, key: str) -> int:
        """Add a class and return its number."""
        row = self.connection.execute(
            "INSERT INTO classes (title, key, created) VALUES (?, ?, ?)", (title, key, time.time())
        )
        assert row.lastrowid is not None
        return row.lastrowid

    def classes(self) -> Iterator[tuple[int, str, str]]:
        """Number, title and key digest of every class."""
        yield from self.connection.execute("SELECT id, title, key FROM classes ORDER BY id")

    def add_room(self, code: str, class_: int, setup: Setup, deadline: int) -> None:
        """Add a room."""
        now, text = time.time(), json.dumps(setup.stored())
        self.connection.execute(
            "INSERT INTO rooms (code, class, setup, deadline, created, touched) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (code, class_, text, deadline, now, now),
        )

    def rooms(self) -> list[dict[str, Any]]:
        """Every room's row, oldest first, its setup still as text."""
        cursor = self.connection.execute("SELECT * FROM rooms ORDER BY created, code")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def seats(self, code: str) -> dict[str, tuple[str, str]]:
        """Name and key digest by seat."""
        rows = self.connection.execute("SELECT seat, name, key FROM seats WHERE room = ?", (code,))
        return {seat: (name, key) for seat, name, key in rows}

    def take_seat(self, code: str, seat: str, name: str, key: str) -> None:
        """Give a seat to a person."""
        self.connection.execute("INSERT INTO seats VALUES (?, ?, ?, ?)", (code, seat, name, key))
        self.touch(code)

    def free_seat(self, code: str, seat: str) -> None:
        """Let somebody else take a seat."""
        self.connection.execute("DELETE FROM seats WHERE room = ? AND seat = ?", (code, seat))

    def moves(self, code: str) -> list[StoredMove]:
        """A room's moves in order."""
        rows = self.connection.execute(
            "SELECT seat, kind, value, made_by FROM moves WHERE room = ? ORDER BY turn", (code,)
        )
        return [StoredMove(Move(s, k, json.loads(v)), by) for s, k, v, by in rows]

    def add_move(self, code: str, turn: int, move: Move, made_by: str) -> None:
        """Append a move; it is in the file when this returns."""
        now = time.time()
        self.connection.execute("BEGIN")
        try:
            self.connection.execute(
                "INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?, ?)",
                (code, turn, move.seat, move.kind, json.dumps(move.value), made_by, now),
            )
            self.connection.execute("UPDATE rooms SET touched = ? WHERE code = ?", (now, code))
            self.connection.execute("COMMIT")
        except sqlite3.Error:
            self.connection.execute("ROLLBACK")
            raise

    def set_state(
        self, code: str, *, paused: bool, revealed: bool, stand_ins: Iterable[str]
    ) -> None:
        """Keep what the teacher has set."""
        self.connection.execute(
            "UPDATE rooms SET paused = ?, revealed = ?, stand_ins = ?, touched = ? WHERE code = ?",
            (int(paused), int(revealed), " ".join(sorted(stand_ins)), time.time(), code),
        )

    def touch(self, code: str) -> None:
        """Note that somebody uses a room."""
        self.connection.execute("UPDATE rooms SET touched = ? WHERE code = ?", (time.time(), code))

    def remove_room(self, code: str) -> None:
        """Forget a room with its seats and moves."""
        self.connection.execute("DELETE FROM rooms WHERE code = ?", (code,))
        self.connection.execute(
            "DELETE FROM classes WHERE id NOT IN (SELECT class FROM rooms) AND created < ?",
            (time.time() - 86_400,),
        )
