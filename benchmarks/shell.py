"""From the shell to a picture: where the processor's seconds of a sweep and of a cell go.

``python -m benchmarks.shell`` prints the split of a sweep over the shipped scenarios and of one
cell with its figures; importing and starting come on top.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from sim import cli

SWEEP = ["-m", "scenario=glob(*)", "replicates=2000"]
CELL = ["replicates=1000"]
STEPS = {  # step -> functions whose time it is, apart from that of steps within them
    "composing": ["sim.study.composing.SharedLoader.load_sweep_config",
                  "hydra._internal.hydra.Hydra.compose_config"],
    "validating": ["sim.study.cells.from_config"],
    "simulating": ["sim.study.runner.simulate_block", "sim.futures.Futures.run"],
    "storing": ["sim.report.cell.write_cell"],
    "comparing and drawing": ["sim.report.sweep.compare_sweep", "sim.report.cell.draw",
                              "sim.report.cell.summary"],
}  # fmt: skip
Row = tuple[str, str, str]


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


def rows() -> Iterator[Row]:
    """The split of a sweep and of a cell, with shares of the whole."""
    split(["replicates=10", "horizon=5"])  # what is loaded once
    for name, words, target in (
        ("12 scenarios of 2,000 futures", SWEEP, "at most 9 s"),
        ("a cell of 1,000 futures with figures", CELL, "at most 2.5 s"),
    ):
        taken = split(words)
        whole = sum(taken.values())
        yield name, f"{whole:.2f} s of a processor", target
        for step in [*STEPS, "everything else"]:
            yield (
                f"  {step}",
                f"{taken.get(step, 0.0):.2f} s ({taken.get(step, 0) / whole:.0%})",
                "",
            )


if __name__ == "__main__":
    for row in rows():
        print("| " + " | ".join(row) + " |", flush=True, file=sys.stdout)
