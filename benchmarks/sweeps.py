"""Sweeps: worker processes, the cost of a cell beyond its simulation, memory and designs.

Ratios are taken in the same run, because machines are noisy. Needs two free processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sim.study.cells import load_cell
from sim.study.designs import Range, latin_hypercube
from sim.study.evaluate import evaluate
from sim.study.runner import run, simulate_block

FUTURES = 200_000
CELLS, OF_A_CELL = 24, 1_000
PEAK = (
    "import pathlib, resource, sys, tempfile;"
    "from sim.study.cells import load_cell;"
    "from sim.study.store import write_cell;"
    "cell = load_cell('baseline', sys.argv[1:]);"
    "write_cell(cell, pathlib.Path(tempfile.mkdtemp()));"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def elapsed(*words: str) -> float:
    """Seconds of a command line, in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "sim", *words], cwd=directory, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return time.perf_counter() - start


def throughput(engine: str) -> float:
    """Futures per second of a large cell, workers already started."""
    words = [f"replicates={FUTURES}", f"engine={engine}", "engine.workers=2", "engine.watched=0"]
    run(load_cell("baseline", ["replicates=4000", "horizon=5", *words[1:]]))
    start = time.perf_counter()
    run(load_cell("baseline", words))
    return FUTURES / (time.perf_counter() - start)


def peak(*words: str) -> float:
    """Peak resident memory in MB of the process that writes a cell."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)


def overhead() -> float:
    """Seconds a cell of a sweep takes beyond its simulation, over seeds of one scenario."""
    cell = load_cell("baseline", ["replicates=1", "horizon=1"])
    simulate_block(cell, 0, 1)
    start = time.perf_counter()
    for _ in range(10):
        simulate_block(cell, 0, 1)
    simulating = (time.perf_counter() - start) / 10
    few, many = (
        elapsed(
            "-m", f"seed=range({n})", "replicates=1", "horizon=1", "~hydra.callbacks.comparison"
        )
        for n in (3, 23)
    )
    return (many - few) / 20 - simulating


def cells_rows() -> Iterator[tuple[str, str, str]]:
    words = [f"replicates={OF_A_CELL}"]
    alone = sum(elapsed(*words, f"seed={k}", "engine.figures=false") for k in range(4)) / 4 * CELLS
    sweep = ["-m", f"seed=range({CELLS})", *words]
    one = elapsed(*sweep)
    two = elapsed(*sweep, "hydra/launcher=workstation", "hydra.launcher.n_jobs=2")
    yield f"{CELLS} cells of {OF_A_CELL:,}, a process each, one by one", f"{alone:.1f} s", ""
    yield "  the same as a sweep in one process", f"{one:.1f} s ({alone / one:.1f} x)", ""
    yield "  the same on two", f"{two:.1f} s ({alone / two:.1f} x)", "at least 3 x"


def points_per_minute(futures: int, days: int) -> float:
    """Points of a design per minute, in one process."""
    base = load_cell("baseline", [f"replicates={futures}", f"horizon={days}"])
    points = latin_hypercube({"conflict.clashes.rate": Range(0.0, 0.1)}, 40, 0)
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        evaluate(base, points, Path(directory))
        return 60 * len(points) / (time.perf_counter() - start)


def rows() -> Iterator[tuple[str, str, str]]:
    """(what, figure, target), each as soon as it is measured."""
    one, two = throughput("serial"), throughput("processes")
    yield f"{FUTURES:,} futures, serial", f"{one:,.0f} futures/s", ""
    yield "  two processes / one", f"{two / one:.2f}", "at least 1.6"
    yield "a cell beyond its simulation", f"{overhead():.3f} s", "under 0.15 s"
    yield from cells_rows()
    for futures, days in ((1, 1), (10, 365)):
        rate = points_per_minute(futures, days)
        yield f"points a minute, {futures} futures of {days} days", f"{rate:,.0f}", "thousands"
    small, large = (peak(f"replicates={n}", "horizon=30") for n in (200_000, 2_000_000))
    yield "peak memory, 200,000 futures to files", f"{small:.0f} MB", ""
    yield "peak memory, 2,000,000 futures to files", f"{large:.0f} MB", "under 1500 MB, flat"


def main() -> None:
    print(f"{os.cpu_count()} processors\n\n| what | figure | target |\n| --- | ---: | --- |")
    for row in rows():
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
