"""Progress of a cell and its sweep on a terminal, with the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.names import count, duration
from sim.study.cells import Cell

sweep: dict[str, float] = {}  # ``cells`` of the sweep under way, and when it ``began``


def begin_sweep(cells: int) -> None:
    """Note how many cells there are, from now on."""
    sweep.update(cells=cells, began=time.monotonic())


def left(done: float, of: float, since: float) -> str:
    """The time left in words, at the pace so far."""
    if done <= 0:
        return ""
    return f"{duration(since * (of - done) / done)} left"


@contextmanager
def progress_bar(cell: Cell, number: int | None = None) -> Iterator[Callable[[int], None] | None]:
    """A bar over futures on standard error; nothing if that is not a terminal.

    In a sweep the bar is that of all cells, of which this one is the one numbered ``number``.
    """
    if not (cell.settings.engine.progress and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    futures = cell.settings.replicates
    cells = int(sweep.get("cells", 1)) if number is not None else 1
    first = number or 0
    began = sweep.get("began", time.monotonic()) if number is not None else time.monotonic()
    title = cell.scenario.name
    if number is not None:
        title = f"{first + 1} of {count(cells, 'cell')}, {title}"
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=cells * futures, completed=first * futures, left="")
        seen = first * futures

        def advance(done: int) -> None:
            nonlocal seen
            seen += done
            said = left(seen, cells * futures, time.monotonic() - began)
            bar.update(task, advance=done, left=said)

        yield advance
