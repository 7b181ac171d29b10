"""Sweeps: threads, a cell beyond its simulation, memory, designs, opening with all checks.

Ratios are taken in the same run, because machines are noisy. Needs two free processors.
``python -m benchmarks.sweeps PART ...`` measures some of the parts ``engines``, ``cells``,
``designs``, ``studies``, ``memory`` and ``opening``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from benchmarks.timing import Work, in_turns
from sim.study import store
from sim.study.cells import load_cell
from sim.study.collect import collect
from sim.study.designs import Range, latin_hypercube
from sim.study.evaluate import evaluate
from sim.study.runner import run, simulate_block
from sim.study.sweeps import open_directory

FUTURES = 200_000
CELLS, OF_A_CELL = 200, 1_000
ALONE = 10  # cells run in a process each, for the time of all
OPENED = 1_000  # cells opened
Row = tuple[str, str, str] | tuple[str, str, str, bool]  # what, figure, target, met


def cost(*words: str) -> tuple[float, float]:
    """Seconds that a command line takes, and seconds of a processor, in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "sim", *words], cwd=directory, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.perf_counter() - start, used


def throughput(engine: str) -> float:
    """Futures per second of a large cell, by the clock."""
    words = [f"replicates={FUTURES}", f"engine={engine}", "engine.workers=2", "engine.watched=0"]
    run(load_cell("baseline", ["replicates=4000", "horizon=5", *words[1:]]))
    start = time.perf_counter()
    run(load_cell("baseline", words))
    return FUTURES / (time.perf_counter() - start)


def peak(*words: str) -> float:
    """Peak resident memory in MB of a command line, with its summary and figures."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-m', 'sim', *sys.argv[1:]], check=True, stdout=-3);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=directory, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)


def overhead(*varied: str) -> float:
    """Processor seconds of a cell of a sweep beyond its simulation; ``{n}`` is how many vary."""
    cell = load_cell("baseline", ["replicates=1", "horizon=1"])
    simulate_block(cell, 0, 1)
    start = time.process_time()
    for _ in range(10):
        simulate_block(cell, 0, 1)
    simulating = (time.process_time() - start) / 10
    fixed = ["replicates=1", "horizon=1", "~hydra.callbacks.comparison"]
    few, many = (cost("-m", *(word.format(n=n) for word in varied), *fixed)[1] for n in (3, 43))
    return (many - few) / 40 - simulating


def engines() -> Iterator[Row]:
    one, two = throughput("serial"), throughput("threads")
    yield f"{FUTURES:,} futures, serial", f"{one:,.0f} futures/s", ""
    yield "  two threads / one", f"{two / one:.2f}", "at least 1.8"


def cells() -> Iterator[Row]:
    beyond = overhead("seed=range({n})")
    yield "a cell beyond its simulation", f"{beyond:.3f} s of a processor", "under 0.15 s"
    words = [f"replicates={OF_A_CELL}"]
    drawn = [cost(*words, f"seed={k}") for k in range(ALONE)]
    plain = [cost(*words, f"seed={k}", "engine.figures=false") for k in range(ALONE)]
    (_, with_figures), (clock, used) = (
        [sum(column) / ALONE * CELLS for column in zip(*each, strict=True)]
        for each in (drawn, plain)
    )
    many = f"{CELLS} cells of {OF_A_CELL:,}"
    yield (
        f"{many}, a process each, one by one, no figures ({ALONE} measured)",
        f"{used:.0f} s of a processor, {clock:.0f} s by the clock", "",
    )  # fmt: skip
    yield "  with the figures that a single cell draws", f"{with_figures:.0f} s of a processor", ""
    sweep = ["-m", f"seed=range({CELLS})", *words]
    _, busy = cost(*sweep)
    yield (
        "  the same as a sweep in one process",
        f"{busy:.0f} s of a processor ({used / busy:.1f} x; {with_figures / busy:.1f} x figures)",
        "at least 8 x", used / busy >= 8,
    )  # fmt: skip
    taken, busy = cost(*sweep, "hydra/launcher=workstation", "hydra.launcher.n_jobs=2")
    yield (
        "  the same as a sweep on two processors",
        f"{taken:.0f} s by the clock ({clock / taken:.1f} x), {busy:.0f} s of a processor", "",
    )  # fmt: skip


def points_per_minute(futures: int, days: int) -> float:
    """Points of a design per minute, in one process."""
    base = load_cell("baseline", [f"replicates={futures}", f"horizon={days}"])
    points = latin_hypercube({"conflict.clashes.rate": Range(0.0, 0.1)}, 40, 0)
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        evaluate(base, points, Path(directory))
        return 60 * len(points) / (time.perf_counter() - start)


def designs() -> Iterator[Row]:
    for futures, days in ((1, 1), (10, 365)):
        rate = points_per_minute(futures, days)
        yield f"points a minute, {futures} futures of {days} days", f"{rate:,.0f}", "thousands"


def studies() -> Iterator[Row]:
    for name, words, target in (
        ("sensitivity", ["study", "engine.workers=2"], ""),
        ("calibrate", ["study", "--workers", "2"], "under 20 min"),
    ):
        taken, used = cost(name, *words)
        yield (
            f"ceasefire {name}, as shipped, two threads",
            f"{taken / 60:.1f} min by the clock, {used / 60:.1f} min of a processor", target,
        )  # fmt: skip


def memory() -> Iterator[Row]:
    for futures in (200_000, 2_000_000, 10_000_000):
        used = peak(f"replicates={futures}", "horizon=3")
        yield (
            f"peak memory, {futures:,} futures written, summed up and drawn", f"{used:.0f} MB",
            "under 600 MB",
        )  # fmt: skip


def finished_cells(directory: Path, count: int) -> None:
    """Write cells of different seeds; to save time their tables are those of the first seed."""
    block = simulate_block(load_cell("baseline", [f"replicates={OF_A_CELL}"]), 0, OF_A_CELL)
    base = load_cell("baseline", [f"replicates={OF_A_CELL}"])
    with mock.patch.object(store, "blocks", return_value=[block]):
        for seed in range(count):
            cell = base.with_settings(seed=seed)
            words = [f"replicates={OF_A_CELL}", f"seed={seed}"]
            store.write_cell(cell, directory / cell.directory_name, words)


def opening() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        finished_cells(directory, OPENED)
        works: dict[str, Work] = {
            "open": lambda: open_directory(directory),
            "collect": lambda: collect(directory, again=True),
        }
        taken = in_turns(works)
        sizes = [path.stat().st_size for path in directory.glob("*/*")]
    each = 1e3 / OPENED
    yield (
        f"open and check {OPENED:,} cells of {OF_A_CELL:,} ({sum(sizes) / 1e6:.0f} MB)",
        f"{taken['open']:.1f} s ({taken['open'] * each:.1f} ms a cell)", "",
    )  # fmt: skip
    yield "  collect them", f"{taken['collect']:.1f} s", ""
    ratio = taken["open"] / taken["collect"]
    yield "  opening and checking / collecting", f"{ratio:.2f}", "less than 0.20"


PARTS = {
    "engines": engines, "cells": cells, "designs": designs, "studies": studies, "memory": memory,
    "opening": opening,
}  # fmt: skip


def rows() -> Iterator[Row]:
    """Every part in turn."""
    for part in PARTS.values():
        yield from part()


def main(parts: Sequence[str] = ()) -> None:
    print(f"{os.cpu_count()} processors\n\n| what | figure | target |\n| --- | ---: | --- |")
    for name in parts or PARTS:
        for row in PARTS[name]():
            print("| " + " | ".join(row[:3]) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
