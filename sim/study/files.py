"""Files that are there whole or not at all, and one writer at a time for a file or a directory.

Knows no result: only names, renaming, locks and checksums.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from sim.study.errors import StoreError, cannot_write
from sim.study.provenance import now

try:
    import fcntl
except ImportError:  # no POSIX locks on this system; writers are then not kept apart
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
CHUNK = 1 << 20  # bytes read at once for a checksum


def partial(path: Path) -> Path:
    """Where a file is written before it has its name; what a killed writer left is overwritten."""
    return path.with_name(f".{path.name}.partial")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Temporary path of one file, which gets its name when the block ends well, or is not there.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    with Atomic(path.parent) as files:
        yield files.path(path.name)


class Atomic:
    """Files that appear together under their own names when the block ends well, or not at all.

    A temporary file is locked by who writes it: another process that wants to write the same file
    waits. A file that a killed process left is locked by nobody and is overwritten.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._locks: dict[str, int | None] = {}  # by the names that are not yet there

    def __enter__(self) -> Atomic:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(cannot_write(self.directory, error)) from None
        return self

    def path(self, name: str) -> Path:
        """Temporary path to write the file ``name`` to."""
        place = partial(self.directory / name)
        if name not in self._locks:
            try:
                self._locks[name] = _lock(place)
            except OSError as error:
                raise StoreError(cannot_write(self.directory / name, error)) from None
        return place

    def checksums(self) -> dict[str, str]:
        """SHA-256 of each file written so far, by name."""
        return {name: checksum(partial(self.directory / name)) for name in self._locks}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._publish()
        except OSError as problem:
            raise StoreError(cannot_write(self._about(), problem)) from None
        finally:
            about = self._about()
            self._discard()
        if isinstance(error, OSError):
            raise StoreError(cannot_write(about, error)) from None

    def _about(self) -> Path:
        """What a failure concerns: the file, or the directory of several."""
        (name, *others) = self._locks or [""]
        return self.directory if others else self.directory / name

    def _publish(self) -> None:
        for name in self._locks:
            _to_disk(partial(self.directory / name))
        for name in list(self._locks):
            os.replace(partial(self.directory / name), self.directory / name)
            _unlock(self._locks.pop(name))

    def _discard(self) -> None:
        for name, lock in self._locks.items():
            with suppress(OSError):
                (partial(self.directory / name)).unlink(missing_ok=True)
            _unlock(lock)
        self._locks.clear()


def _to_disk(path: Path) -> None:
    """Wait until a file's content has reached the disk, so that no rename outlives it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def checksum(path: Path) -> str:
    """SHA-256 of a file.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise StoreError(f"cannot read {path}: {reason}") from None
    return digest.hexdigest()


_held = threading.local()  # the directories that a thread keeps others out of


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other processes out of a directory; wait, and say so, while one of them is at work.

    The lock is held by the operating system and goes with its process, however that ends; its file
    says who holds it. Where the file system knows no locks, writers are not kept apart. Who holds a
    directory may lock it again.
    """
    mine: set[Path] = _held.__dict__.setdefault("directories", set())
    here = directory.absolute()
    if here in mine:
        yield
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = _lock(directory / LOCK, lambda: _say_who(directory))
        if handle is not None:
            _sign(handle)
    except OSError as error:
        raise StoreError(cannot_write(directory, error)) from None
    mine.add(here)
    try:
        yield
    finally:
        mine.discard(here)
        if handle is not None:
            with suppress(OSError):
                (directory / LOCK).unlink()
            _unlock(handle)


def _sign(handle: int) -> None:
    """Write who holds a lock into its file; on a full disk the lock holds without a name."""
    holder = {"pid": os.getpid(), "host": platform.node(), "since": now()}
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, (json.dumps(holder) + "\n").encode(), 0)


def holder(directory: Path) -> str | None:
    """Who is at work in a directory; None if nobody is, or that cannot be told."""
    if fcntl is None:
        return None
    try:
        handle = os.open(directory / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _signed(directory)
    else:
        return None
    finally:
        os.close(handle)


def _signed(directory: Path) -> str:
    """Who has signed the lock of a directory."""
    try:
        by = json.loads((directory / LOCK).read_text(encoding="utf-8"))
        return f"process {by['pid']} on {by['host']} since {by['since']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has not signed yet
        return "another process"


def _say_who(directory: Path) -> None:
    """Say on standard error which process is waited for."""
    who = _signed(directory)
    print(f"ceasefire: {directory} is in use by {who}; waiting", file=sys.stderr, flush=True)


def _lock(path: Path, waiting: Callable[[], None] = lambda: None) -> int | None:
    """Open a file, create it if need be, and lock it; None where locks are not to be had."""
    if fcntl is None:
        return None
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                os.close(handle)
                return None
            waiting()
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
            except BaseException:  # interrupted
                os.close(handle)
                raise
        if _is_current(handle, path):
            return handle
        os.close(handle)  # the holder renamed or removed the file: lock the next one


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _is_current(handle: int, path: Path) -> bool:
    """Whether a locked file is still the one under its name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
