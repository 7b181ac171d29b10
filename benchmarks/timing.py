"""How long things take, and rows of the table that says so.

Times are CPU seconds of this process where the work is done here, so that a busy machine disturbs
them less; what is compared is measured in turns. They are still those of one machine: read ratios.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

Work = Callable[[], object]


class Row(NamedTuple):
    """One line of the table: what was measured, what came out, what was aimed at, whether met."""

    what: str
    figure: str
    target: str = ""
    met: bool | None = None


def cpu(work: Work) -> float:
    """CPU seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def seconds(work: Work, repeats: int = 3) -> float:
    """Least CPU seconds of a few repeats, after one to warm up."""
    work()
    return min(cpu(work) for _ in range(repeats))


def in_turns(works: dict[str, Work], repeats: int = 3) -> dict[str, float]:
    """Least CPU seconds of each of several pieces of work, taken in turns after one to warm up."""
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            taken[name].append(cpu(work))
    return {name: min(times) for name, times in taken.items()}


def command(*words: str, directory: str | None = None) -> float:
    """CPU seconds of ``ceasefire`` with these words, its own process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "sim", *words], stdout=subprocess.DEVNULL, check=True, cwd=directory
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def machine() -> str:
    """Processor, Python and NumPy in one line."""
    import numpy as np

    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as told:
            name = next(line.split(":")[1].strip() for line in told if "model name" in line)
    except (OSError, StopIteration):
        pass
    return (
        f"{name}, {os.cpu_count()} processors, {platform.system()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}"
    )
