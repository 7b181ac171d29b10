"""From the shell to a picture: where the seconds of a sweep and of a cell go.

A sweep over the shipped scenarios and one cell with its figures, each a command in a process of its
own, and the split of the same in one process, where everything is imported.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from benchmarks.timing import Row, command
from sim import cli

REPEATS = 3
CASES = {  # what, words, seconds aimed at
    "12 scenarios of 2,000 futures": (["-m", "scenario=glob(*)", "replicates=2000"], 9),
    "a cell of 1,000 futures with figures": (["replicates=1000"], 2.5),
}
STEPS = {  # step -> functions whose time it is, apart from that of steps within them
    "composing": ["sim.study.composing.SharedLoader.load_sweep_config",
                  "hydra._internal.hydra.Hydra.compose_config"],
    "validating": ["sim.study.cells.from_config"],
    "simulating": ["sim.study.runner.simulate_block", "sim.futures.Futures.run"],
    "storing": ["sim.report.cell.write_cell"],
    "comparing and drawing": ["sim.report.sweep.compare_sweep", "sim.report.cell.draw",
                              "sim.report.cell.summary"],
}  # fmt: skip


def split(words: list[str]) -> dict[str, float]:
    """Processor seconds of each step of a command run in this process, and of the rest."""
    taken: dict[str, float] = defaultdict(float)
    within: list[float] = []

    def timed(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            within.append(0.0)
            try:
                return function(*given, **named)
            finally:
                whole = time.process_time() - start
                taken[step] += whole - within.pop()
                if within:
                    within[-1] += whole

        return wrapper

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as patched:
        for step, names in STEPS.items():
            for name in names:
                where, _, attribute = name.rpartition(".")
                owner = _owner(where)
                patched.enter_context(
                    mock.patch.object(owner, attribute, timed(step, getattr(owner, attribute)))
                )
        start = time.process_time()
        patched.enter_context(contextlib.redirect_stdout(io.StringIO()))
        patched.enter_context(contextlib.chdir(folder))
        patched.enter_context(contextlib.suppress(SystemExit))
        cli.main([*words, "engine=serial"])
    taken["everything else"] = time.process_time() - start - sum(taken.values())
    return dict(taken)


def _owner(name: str) -> Any:
    """A module or class by its dotted name."""
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError:
        module, _, inner = name.rpartition(".")
        return getattr(import_module(module), inner)


def alone(words: list[str]) -> float:
    """Least processor seconds of a few commands, importing and starting included."""
    taken = []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            taken.append(command(*words, directory=folder))
    return min(taken)


def rows() -> Iterator[Row]:
    """Each case as a command, then its steps with their shares of the whole in one process."""
    split(["replicates=10", "horizon=5"])  # what is loaded once
    for what, (words, most) in CASES.items():
        taken = alone(words)
        yield Row(what, f"{taken:.2f} s", f"at most {most} s", taken <= most)
        steps = split(words)
        whole = sum(steps.values())
        yield Row("  in one process, everything imported", f"{whole:.2f} s")
        for step in [*STEPS, "everything else"]:
            seconds = steps.get(step, 0.0)
            yield Row(f"    {step}", f"{seconds:.2f} s ({seconds / whole:.0%})")
