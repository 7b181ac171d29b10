"""What outlives the server: classes, rooms, seats and moves, in one SQLite file.

The file is mirrored in memory, table by table; a change is in the file before
it is in the mirror, and in the mirror before anybody sees it. A file that was deleted, replaced,
changed or damaged is noticed by comparing it with the mirror, set aside and rewritten. Knows no
game and no web; all calls come from one thread at a time.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sim.app import strings as say
from sim.app.limits import Limit
from sim.app.tables import (
    Add,
    Change,
    Row,
    apply,
    damaged,
    prepare,
    read,
    salvaged,
    statement,
)
from sim.config import ConfigError

BESIDE = ("", "-journal", "-wal", "-shm")  # the file and what SQLite may leave beside it
PATIENCE = 3.0  # seconds to wait for another program that holds the file
DEEP = 60.0  # seconds between comparisons of a file that looks untouched
MOST_NOTICES = 5
IN_USE = ("SQLITE_BUSY", "SQLITE_LOCKED")
NEVER = (-1, -1)

log = logging.getLogger(__name__)


class NotStored(ConfigError):  # noqa: N818 - says what has not happened
    """What could not be stored and so has not happened; it can be tried again."""


class Store:
    """One SQLite file.

    ``trouble`` says why nothing can be stored now; ``notices`` what happened to the file, and when.

    Raises
    ------
    ConfigError
        If the file cannot be opened or is no database.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.trouble = ""
        self.notices: list[tuple[float, str]] = []
        self.connection: sqlite3.Connection | None = None
        self._file = self._left = NEVER  # device and inode; size and time of the last change
        self._compared = time.monotonic()
        self._logged = Limit(1, 60.0)
        try:
            opened = self._open()
            broken = damaged(opened)
            self.tables = salvaged(opened) if broken else read(opened)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(f"{path} cannot be used to keep rooms: {error}") from None
        if broken:
            self._write_anew(say.FILE_DAMAGED, say.FILE_SALVAGED)

    def close(self) -> None:
        """Close the file."""
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.close()
        self.connection = None

    def rows(self, table: str, **where: Any) -> list[Row]:
        """Rows of a table with these values, as they are in the file."""
        wanted = where.items()
        return [row for row in self.tables[table].values() if wanted <= row.items()]

    # --- writing ------------------------------------------------------------------------------

    def write(self, changes: Sequence[Change], patience: float = PATIENCE) -> None:
        """Make changes, all or none; they are in the file when this returns.

        Raises
        ------
        NotStored
            If they are not; nothing has changed then.
        """
        self.look()
        try:
            self._commit(changes, patience)
        except sqlite3.Error as error:
            self._failed(changes, error)
        if self._misplaced():  # while it was written
            raise NotStored(say.NOT_STORED.format(why=say.FILE_GONE))
        self._remember()
        for change in changes:
            apply(self.tables, change)

    def look(self, *, deep: bool = False) -> None:
        """Check whether the file is what it should be, and if not, rewrite it.

        ``deep`` reads it even if it looks untouched.

        Raises
        ------
        NotStored
            If it is not and cannot be written.
        """
        deep = deep or time.monotonic() - self._compared > DEEP
        found = self._misplaced() or self._disagrees(deep)
        if found:
            self._write_anew(found, say.FILE_ANEW)
        self.trouble = ""

    def _commit(self, changes: Sequence[Change], patience: float) -> None:
        connection = self.connection or self._open()
        connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
        connection.execute("BEGIN IMMEDIATE")
        try:
            for change in changes:
                connection.execute(*statement(change))
            connection.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _failed(self, changes: Sequence[Change], error: sqlite3.Error) -> None:
        """Find out what a failed write has left; return only if the changes are in the file."""
        name = getattr(error, "sqlite_errorname", "")
        reason = say.NOT_STORED.format(why=say.FILE_IN_USE if name in IN_USE else str(error))
        self._log(logging.WARNING, f"not stored: {error} ({name})")
        if name in IN_USE:
            raise NotStored(reason) from None
        self.close()
        try:
            opened = self._open()
            found = read(opened)
        except (sqlite3.Error, OSError):
            raise NotStored(reason) from None  # the next look finds out more
        after = {table: dict(rows) for table, rows in self.tables.items()}
        for change in changes:
            apply(after, change)
        if found == after:
            return
        if found != self.tables:
            self._left = NEVER  # so that the next look compares
        raise NotStored(reason) from None

    # --- looking after the file ---------------------------------------------------------------

    def _misplaced(self) -> str:
        """Say whether another file, or none, is where ours was."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return say.FILE_GONE
        except OSError as error:
            return say.FILE_UNREADABLE.format(why=error.strerror)
        return "" if (found.st_dev, found.st_ino) == self._file else say.FILE_REPLACED

    def _disagrees(self, deep: bool) -> str:
        """Say whether the file holds something else than the mirror; it is read if need be."""
        try:
            found = os.stat(self.path)
        except OSError:
            return say.FILE_GONE
        if not deep and (found.st_size, found.st_mtime_ns) == self._left:
            return ""
        address = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, timeout=1.0, uri=True)) as fresh:
                if damaged(fresh):
                    return say.FILE_DAMAGED
                held = read(fresh)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "") in IN_USE:
                return ""  # by another program; compared again soon
            return say.FILE_DAMAGED
        except sqlite3.Error:
            return say.FILE_DAMAGED
        if held != self.tables:
            return say.FILE_CHANGED
        self._left = (found.st_size, found.st_mtime_ns)
        self._compared = time.monotonic()
        return ""

    def _write_anew(self, found: str, told: str) -> None:
        """Set aside what is in the file's place, and write the mirror there."""
        self.trouble = found
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            for end in BESIDE:
                fresh.with_name(f"{fresh.name}{end}").unlink(missing_ok=True)
            with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
                prepare(connection)
                connection.execute("BEGIN")
                for table, rows in self.tables.items():
                    for row in rows.values():
                        connection.execute(*statement(Add(table, row)))
                connection.execute("COMMIT")
            self.close()
            aside = _set_aside(self.path)
            os.rename(fresh, self.path)
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._log(logging.ERROR, f"{found}; it could not be written anew: {error}")
            raise NotStored(say.FILE_LOST.format(what=found, why=error)) from None
        self.trouble = ""
        kept = say.FILE_ASIDE.format(name=aside.name) if aside else ""
        said = told.format(what=found, kept=kept, rooms=len(self.tables["rooms"]))
        self.notices.append((time.time(), said))
        del self.notices[:-MOST_NOTICES]
        self._log(logging.ERROR, said)

    def _log(self, level: int, words: str) -> None:
        """Log what happens to the file, the same once a minute."""
        if self._logged.allows(words):
            log.log(level, "%s: %s", self.path, words)

    def _open(self) -> sqlite3.Connection:
        """Open the file, which is made if need be, for its owner only."""
        opened = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            prepare(opened)
        except sqlite3.Error:
            opened.close()
            raise
        self.connection = opened
        os.chmod(self.path, 0o600)
        self._remember()
        return opened

    def _remember(self) -> None:
        found = os.stat(self.path)
        self._file = (found.st_dev, found.st_ino)
        self._left = (found.st_size, found.st_mtime_ns)


def _set_aside(path: Path) -> Path | None:
    """Give another name to what is in a file's place, and return it; None if nothing is."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names: Iterable[str] = (f"{path.stem}-set-aside-{stamp}-{k}{path.suffix}" for k in range(1_000))
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    found = [end for end in BESIDE if os.path.lexists(path.with_name(path.name + end))]
    for end in found:
        os.rename(path.with_name(path.name + end), aside.with_name(aside.name + end))
    return aside if "" in found else None
