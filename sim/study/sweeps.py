"""What a sweep should hold and what it holds: expected cells, finished, failed and missing ones.

``sweep.json`` in a sweep's directory lists the overrides of every cell that was asked for, in
order. Knows no result and no Hydra.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.study.errors import StoreError
from sim.study.files import Atomic, locked
from sim.study.store import finished

MANIFEST = "sweep.json"
Overrides = list[str]


@dataclass(frozen=True)
class Failure:
    """A cell that failed: where, which, and why in one line."""

    directory: Path
    overrides: Overrides
    error: str


@dataclass(frozen=True)
class Sweep:
    """A sweep as it is on disk."""

    directory: Path
    finished: list[Path] = field(default_factory=list)
    records: dict[Path, dict[str, Any]] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    missing: list[Overrides] = field(default_factory=list)

    def problems(self) -> list[str]:
        """One line for each cell that failed or is missing, as a table, after a headline."""
        rows = [(named(failure.overrides), failure.error) for failure in self.failed]
        rows += [(named(words), "not run to its end") for words in self.missing]
        if not rows:
            return []
        width = max(len(name) for name, _ in rows)
        total = len({*self.finished, *(f.directory for f in self.failed)}) + len(self.missing)
        head = f"{len(rows)} of {total} cells of {self.directory} did not finish:"
        return [head, *(f"  {name:<{width}}  {error}" for name, error in rows)]


def named(overrides: Sequence[str]) -> str:
    """Overrides as one name."""
    return " ".join(overrides) or "(no overrides)"


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
            files.path(MANIFEST).write_text(json.dumps({"cells": known}, indent=1) + "\n")


def expected(directory: Path) -> list[Overrides]:
    """Overrides of every cell a sweep should hold, in order; none where that is not known."""
    try:
        return [list(words) for words in json.loads((directory / MANIFEST).read_text())["cells"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(f"cannot read {directory / MANIFEST}") from None


def open_directory(directory: Path) -> Sweep:
    """Say what a sweep holds, in the order in which its cells were asked for.

    A directory that is one cell counts as a sweep of one.

    Raises
    ------
    StoreError
        If there is no such directory, or it holds no cell and expects none.
    """
    if not directory.is_dir():
        raise StoreError(f"there is no directory {directory}")
    wanted = expected(directory)
    place = {identity(words): k for k, words in enumerate(wanted)}
    records, failed = {}, []
    for path in sorted(directory.rglob("run.json"), key=_natural):
        record = finished(path.parent)
        if record is None:
            failed.append(_failure(path))
        else:
            records[path.parent] = record
    failed += [_failure(path) for path in sorted(directory.rglob("refused.json"), key=_natural)]
    if not (wanted or records or failed):
        raise StoreError(f"{directory} is no sweep: it holds no cells")
    done = {identity(words): at for at, record in records.items() for words in names_of(record)}
    # what failed in one place and is finished in another is no failure; a cell refused by the
    # finished one of its own directory (of another version) is
    failed = [f for f in failed if done.get(identity(f.overrides), f.directory) == f.directory]
    known = {*done, *(identity(failure.overrides) for failure in failed)}
    last = len(wanted)
    return Sweep(
        directory,
        sorted(records, key=lambda at: place.get(identity(records[at]["overrides"]), last)),
        records,
        sorted(failed, key=lambda failure: place.get(identity(failure.overrides), last)),
        [words for words in wanted if identity(words) not in known],
    )


def names_of(record: dict[str, Any]) -> list[Overrides]:
    """Every list of overrides under which a cell was asked for."""
    return [record["overrides"], *record.get("also", [])]


def _failure(path: Path) -> Failure:
    try:
        record = json.loads(path.read_text())
        return Failure(path.parent, list(record["overrides"]), str(record["error"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Failure(path.parent, [path.parent.name], f"cannot read {path}")


def _natural(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in path.parts)
