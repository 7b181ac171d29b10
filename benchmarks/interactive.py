"""What a person waits for: compiling, composing, a day, a run, a fork, the command line."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.timing import Row, command, cpu, in_turns, seconds

FIRST_FUTURE = (
    "import time; start = time.perf_counter(); import sim;"
    "sim.simulate(sim.load('baseline'), 1, 0, 1); print(time.perf_counter() - start)"
)
AFTER_IMPORTS = (
    "import time, sim; from sim.futures import Futures; from sim.records import Daily;"
    "scenario = sim.load('baseline'); start = time.perf_counter();"
    "Futures.begun(scenario, 1, 0).run(1, Daily.to(1)); print(time.perf_counter() - start)"
)


def rows() -> Iterator[Row]:
    yield from _compiling()
    yield from _composing()
    yield from _one_future()
    told = min(command("--help") for _ in range(3))
    yield Row("ceasefire --help", f"{told:.2f} s", "under 0.5 s", told < 0.5)
    what = "1,000 futures from shell to files"
    for name, words in ((what, ["engine.figures=false"]), (f"{what} and figures", [])):
        with tempfile.TemporaryDirectory() as directory:
            cell = min(
                command("replicates=1000", *words, f"seed={seed}", directory=directory)
                for seed in range(4)
            )
        yield Row(name, f"{cell:.2f} s", "under 3 s", cell < 3)


def _clocked(code: str, cache: str | None = None) -> float:
    """Seconds by the clock that a process of its own says, with a cache of compiled code."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {}),
    )  # fmt: skip
    return float(told.stdout)


def _compiling() -> Iterator[Row]:
    """Rules compiled for the first time on a machine, and loaded the next times."""
    with tempfile.TemporaryDirectory() as cache:
        cold = _clocked(FIRST_FUTURE, cache)
    yield Row("first future on a machine: rules compiled, by the clock", f"{cold:.0f} s",
              "under 60 s", cold < 60)  # fmt: skip
    warm = min(_clocked(AFTER_IMPORTS) for _ in range(5))
    yield Row("first future of a process: compiled rules loaded, by the clock", f"{warm:.2f} s",
              "under 0.7 s", warm < 0.7)  # fmt: skip


def _composing() -> Iterator[Row]:
    """A scenario with another value each time, by Hydra alone and as a notebook asks for it."""
    from hydra import compose, initialize_config_dir

    import sim
    from sim.paths import data_dir
    from sim.releases import BASE

    trusts = (f"pakistan.trust={k / 1000}" for k in range(1, 1000))

    def by_hydra() -> None:
        with initialize_config_dir(str(data_dir("configs")), **BASE):
            compose("config", overrides=[next(trusts)])

    taken = in_turns({"hydra": by_hydra, "sim": lambda: sim.load("baseline", [next(trusts)])}, 10)
    yield Row("a scenario with one more value, composed by Hydra", f"{taken['hydra']:.3f} s")
    yield Row("sim.load, composed from what an earlier one shares, and validated",
              f"{taken['sim']:.3f} s")  # fmt: skip
    faster = taken["hydra"] / taken["sim"]
    yield Row("  times as fast", f"{faster:.1f}", "at least 3", faster >= 3)


def _one_future() -> Iterator[Row]:
    """A day and a year of one future that lasts, and a fork of it."""
    import sim
    from sim.model import CeasefireModel

    scenario = sim.load("baseline")
    lasting = next(
        seed for seed in range(100)
        if not sim.simulate(scenario, 1, seed, 365).runs["collapse_ended"][0]
    )  # fmt: skip
    days = []
    for _ in range(5):
        model = CeasefireModel(scenario, 1, lasting)
        days += [cpu(model.step) for _ in range(365)]
    day = statistics.median(days) * 1e3
    yield Row("a day of one future, median", f"{day:.3f} ms", "under 0.1 ms", day < 0.1)
    run = seconds(lambda: sim.simulate(scenario, 1, lasting, 365), 5)
    yield Row("one future, 365 days, with records", f"{run:.3f} s", "under 0.15 s", run < 0.15)
    model = CeasefireModel(scenario, 1, lasting)
    for _ in range(11):
        model.step()
    fork = seconds(lambda: model.fork(1_000).run(101), 5)
    yield Row("fork(1000) and 90 days forward", f"{fork:.3f} s", "under 0.05 s", fork < 0.05)
