"""Files that are there whole or not at all, and one writer at a time for a directory.

Knows no result: only names, renaming, locks and checksums.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from sim.study.errors import StoreError, cannot_write

try:
    import fcntl
except ImportError:  # no POSIX locks on this system; writers are then not kept apart
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"
CHUNK = 1 << 20  # bytes read at once for a checksum


def partial(path: Path) -> Path:
    """Where a file is written before it has its name; what a killed writer left is written over."""
    return path.with_name(f".{path.name}.partial")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Temporary path of one file, which gets its name when the block ends well, or is not there."""
    try:
        yield partial(path)
        os.replace(partial(path), path)
    finally:
        partial(path).unlink(missing_ok=True)


class Atomic:
    """Files that appear together under their own names when the block ends well, or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._names: list[str] = []

    def __enter__(self) -> Atomic:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(cannot_write(self.directory, error)) from None
        return self

    def path(self, name: str) -> Path:
        """Temporary path to write the file ``name`` to."""
        self._names.append(name)
        return partial(self.directory / name)

    def checksums(self) -> dict[str, str]:
        """SHA-256 of each file written so far, by name."""
        return {name: checksum(partial(self.directory / name)) for name in self._names}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._publish()
            except OSError as problem:
                self._discard()
                raise StoreError(cannot_write(self.directory, problem)) from None
            return
        self._discard()
        if isinstance(error, OSError):
            raise StoreError(cannot_write(self.directory, error)) from None

    def _publish(self) -> None:
        for name in self._names:
            _to_disk(partial(self.directory / name))
        for name in self._names:
            os.replace(partial(self.directory / name), self.directory / name)

    def _discard(self) -> None:
        for name in self._names:
            with suppress(OSError):
                (partial(self.directory / name)).unlink(missing_ok=True)


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


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep other processes out of a directory; wait, with a word, while one of them is at work.

    The lock is held by the operating system and goes with its process, however that ends. Where the
    file system knows no locks, writers are not kept apart.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = _lock(directory)
    except OSError as error:
        raise StoreError(cannot_write(directory, error)) from None
    try:
        yield
    finally:
        if handle is not None:
            with suppress(OSError):
                (directory / LOCK).unlink()
            os.close(handle)


def _lock(directory: Path) -> int | None:
    """Open and lock the directory's lock file; None where locks are not to be had."""
    if fcntl is None:
        return None
    while True:
        handle = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                os.close(handle)
                return None
            print(f"another process is at work in {directory}; waiting", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_current(handle, directory / LOCK):
            return handle
        os.close(handle)  # the holder removed the file when it left: lock the next one


def _is_current(handle: int, path: Path) -> bool:
    """Whether a locked file is still the one under its name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
