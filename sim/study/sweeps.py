"""What a sweep should hold and what it holds: finished, failed, damaged and missing cells.

``sweep.json`` in a sweep's directory lists the overrides of every cell that was asked for, in
order. Knows no Hydra; how a cell is opened is in ``sim.study.opening``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired

from pydantic import TypeAdapter, with_config
from typing_extensions import TypedDict

from sim.study.errors import StoreError
from sim.study.files import Atomic, locked
from sim.study.opening import (
    MANIFEST,
    RECORD,
    REFUSED,
    StoredCell,
    finished,
    names_of,
    record_in,
)
from sim.study.sealed import EXACT, Digest, sealed, unsealed

Overrides = list[str]


@with_config(EXACT)
class Manifest(TypedDict):
    """What ``sweep.json`` says."""

    cells: list[Overrides]
    checksum: NotRequired[Digest]


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True)
class Failure:
    """A cell that failed: where, which, and why in one line."""

    directory: Path
    overrides: Overrides
    error: str


@dataclass(frozen=True)
class Sweep:
    """A sweep as it is on disk.

    Attributes
    ----------
    cells : finished cells by directory, opened and checked, in the order they were asked for
    copies : directories that hold a cell of another directory once more, each with that directory
    damaged : what is wrong with each directory whose cell cannot be opened
    failed, missing : cells that were asked for and have not finished
    """

    directory: Path
    cells: dict[Path, StoredCell] = field(default_factory=dict)
    copies: dict[Path, Path] = field(default_factory=dict)
    damaged: dict[Path, str] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    missing: list[Overrides] = field(default_factory=list)

    def problems(self) -> list[str]:
        """One line for each cell that failed, is damaged or missing, after a headline."""
        told = {failure.directory for failure in self.failed}
        rows = [(named(failure.overrides), failure.error) for failure in self.failed]
        rows += [(at.name, said) for at, said in self.damaged.items() if at not in told]
        rows += [(named(words), "not run to its end") for words in self.missing]
        if not rows:
            return []
        width = max(len(name) for name, _ in rows)
        total = len({*self.cells, *self.damaged, *told}) + len(self.missing)
        head = f"{len(rows)} of {total} cells of {self.directory} did not finish or are damaged:"
        return [head, *(f"  {name:<{width}}  {error}" for name, error in rows)]

    def notes(self) -> Iterator[str]:
        """What a reader of the cells must know, a sentence each."""
        for copy, first in self.copies.items():
            yield f"{copy} holds the same cell as {first}; used once."
        old = sum(not cell.sealed for cell in self.cells.values())
        if old:
            yield (
                f"{old} of {len(self.cells)} cells of {self.directory} have a {RECORD} without a "
                "checksum, as earlier versions wrote it: the times, versions and overrides in it "
                "are taken as they stand."
            )

    def must_be_whole(self) -> None:
        """Raise ``StoreError`` if a cell cannot be opened: what is damaged is not left out."""
        if self.damaged:
            (at, said), *others = self.damaged.items()
            more = f" (and {len(others)} more)" if others else ""
            raise StoreError(f"{said}{more}; remove {at} and run its sweep again")


def named(overrides: Sequence[str]) -> str:
    """Overrides as one name, on one line."""
    return printable(" ".join(overrides)) or "(no overrides)"


def printable(text: str) -> str:
    """A text of somebody else's that may be printed: without line breaks and terminal commands."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def identity(overrides: Iterable[str]) -> tuple[str, ...]:
    """Overrides without their order and without what only says how to compute."""
    return tuple(sorted(word for word in overrides if not _only_engine(word)))


def _only_engine(word: str) -> bool:
    name = word.lstrip("+~").partition("=")[0]
    return name == "engine" or (name.startswith("engine.") and name != "engine.watched")


def expect(directory: Path, jobs: Sequence[Sequence[str]]) -> None:
    """Add cells to what a sweep should hold; those it knows already keep their place."""
    if not jobs:
        return
    with locked(directory):
        known = expected(directory)
        seen = {identity(words) for words in known}
        for words in jobs:
            if identity(words) not in seen:
                seen.add(identity(words))
                known.append(list(words))
        with Atomic(directory) as files:
            text = sealed({"cells": known})
            files.path(MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def expected(directory: Path) -> list[Overrides]:
    """Overrides of every cell a sweep should hold, in order; none where that is not known.

    Raises
    ------
    StoreError
        If the list has been changed or cannot be read.
    """
    path = directory / MANIFEST
    if not path.exists():
        return []
    cells: list[Overrides] = unsealed(path, _MANIFEST)["cells"]
    return cells


def open_directory(directory: Path) -> Sweep:
    """Open every cell that a sweep holds, in the order in which its cells were asked for.

    A directory that is one cell counts as a sweep of one. Cells that cannot be opened are listed,
    not raised (``Sweep.must_be_whole``).

    Raises
    ------
    StoreError
        If there is no such directory, or it holds no cell and expects none.
    """
    if not directory.is_dir():
        raise StoreError(f"there is no directory {directory}")
    wanted = expected(directory)
    found: dict[Path, StoredCell] = {}
    damaged: dict[Path, str] = {}
    failed, known = [], set()
    for path in sorted(directory.rglob(RECORD), key=_natural):
        try:
            stored = finished(path.parent)
        except StoreError as error:
            damaged[path.parent] = str(error)
            known |= {identity(words) for words in _asked_for(path.parent)}
        else:
            if stored is None:
                failed.append(_failure(path))
            else:
                found[path.parent] = stored
    failed += [_failure(path) for path in sorted(directory.rglob(REFUSED), key=_natural)]
    if not (wanted or found or damaged or failed):
        raise StoreError(f"{directory} is not a sweep: it holds no cells")
    done = {identity(w): at for at, x in found.items() for w in names_of(x.run)}
    # what failed in one place and is finished in another is no failure; a cell refused by the
    # finished one of its own directory (of another version) is
    failed = [f for f in failed if done.get(identity(f.overrides), f.directory) == f.directory]
    known |= {*done, *(identity(failure.overrides) for failure in failed)}
    missing = [words for words in wanted if identity(words) not in known]
    place = {identity(words): k for k, words in enumerate(wanted)}

    def order(overrides: Overrides) -> int:
        return place.get(identity(overrides), len(wanted))

    found = dict(sorted(found.items(), key=lambda item: order(item[1].run["overrides"])))
    failed.sort(key=lambda failure: order(failure.overrides))
    return Sweep(directory, *_distinct(found), damaged, failed, missing)


def _asked_for(directory: Path) -> list[Overrides]:
    """How a cell that cannot be opened was asked for, if its record can be read."""
    try:
        record = record_in(directory)
    except StoreError:
        return []
    return names_of(record) if record is not None else []


def _distinct(found: dict[Path, StoredCell]) -> tuple[dict[Path, StoredCell], dict[Path, Path]]:
    """Each cell once, where it was put rather than where it was copied to; and the copies."""
    first: dict[str, Path] = {}
    for at, stored in found.items():
        if at.name == stored.directory_name:
            first.setdefault(stored.run["key"], at)
    for at, stored in found.items():
        first.setdefault(stored.run["key"], at)
    cells = {at: stored for at, stored in found.items() if first[stored.run["key"]] == at}
    copies = {at: first[x.run["key"]] for at, x in found.items() if at not in cells}
    return cells, copies


def _failure(path: Path) -> Failure:
    try:
        record = record_in(path.parent, path.name) or {}
        return Failure(path.parent, record["overrides"], printable(record["error"]))
    except (StoreError, KeyError) as error:
        return Failure(path.parent, [path.parent.name], str(error))


def _natural(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in path.parts)
