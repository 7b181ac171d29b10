"""Ensembles: speed against drawing random numbers and against mesa.batch_run, and peak memory.

Every figure is a ratio of two times taken in the same run, because machines are noisy; the
absolute times beside it say what machine this was.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

DAYS, FUTURES, UNIFORMS = 365, 10_000, 16


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Best of a few runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def draw_uniforms() -> None:
    from sim.randomness import Streams

    streams = Streams(2025, 0, FUTURES)
    for day in range(1, DAYS + 1):
        for purpose in range(UNIFORMS):
            streams.uniform(str(purpose), day)


def run_model(futures: int) -> Callable[[], object]:
    import sim
    from sim.model import CeasefireModel
    from sim.records import Daily

    scenario = sim.load("baseline")
    return lambda: CeasefireModel(scenario, futures, 2025, watched=0).run(DAYS, Daily(DAYS))


def run_single() -> Callable[[], object]:
    """One future to the horizon with its records, of those that last the whole year."""
    import sim

    scenario = sim.load("baseline")
    lasting = next(
        seed
        for seed in range(100)
        if not sim.simulate(scenario, 1, seed, DAYS).runs["collapse_ended"][0]
    )
    return lambda: sim.simulate(scenario, 1, lasting, DAYS)


def batch_run(iterations: int) -> Callable[[], object]:
    import mesa

    class Idle(mesa.Agent):
        def step(self) -> None:
            pass

    class Empty(mesa.Model):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(rng=0)
            Idle.create_agents(self, 6)
            self.datacollector = mesa.DataCollector(model_reporters={"steps": "steps"})

        def step(self) -> None:
            self.agents.do("step")
            self.datacollector.collect(self)

    def work() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mesa.batch_run(
                Empty, {}, number_processes=1, iterations=iterations, max_steps=DAYS,
                data_collection_period=-1, display_progress=False,
            )  # fmt: skip

    return work


def peak_memory(futures: int) -> float:
    """Peak resident memory in MB of a fresh process that runs one cell to files."""
    code = (
        "import pathlib, resource, sys, tempfile;"
        "from sim.study.cells import load_cell;"
        "from sim.study.store import write_cell;"
        f"cell = load_cell('baseline', ['replicates={futures}']);"
        "write_cell(cell, pathlib.Path(tempfile.mkdtemp()));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)


def cpu_of_help() -> float:
    """CPU seconds of ``ceasefire --help``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "sim", "--help"], stdout=subprocess.DEVNULL, check=True,
        env=dict(os.environ),
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, target), measured in one run on one core."""
    draws = seconds(draw_uniforms)
    model = seconds(run_model(FUTURES))
    mesa_runs = 60
    mesa_each = seconds(batch_run(mesa_runs), 2) / mesa_runs
    single = seconds(run_single(), 5)
    small, large = peak_memory(FUTURES), peak_memory(10 * FUTURES)
    return [
        (f"{UNIFORMS} uniforms x {DAYS} days x {FUTURES:,} futures", f"{draws:.3f} s", ""),
        (f"baseline, {FUTURES:,} futures, outcomes and daily records", f"{model:.2f} s", ""),
        ("  time / time of drawing", f"{model / draws:.1f}", "at most 15"),
        ("  futures per second / mesa.batch_run of an empty model",
         f"{mesa_each * FUTURES / model:.0f}", "reported"),
        ("one future, 365 days, with records", f"{single:.3f} s", "under 0.5 s"),
        (f"peak memory, {FUTURES:,} futures to files", f"{small:.0f} MB", "under 1000 MB"),
        (f"peak memory, {10 * FUTURES:,} futures to files", f"{large:.0f} MB", "flat"),
        ("CPU of ceasefire --help", f"{cpu_of_help():.2f} s", "under 0.5 s"),
    ]  # fmt: skip


def main() -> None:
    print("| what | figure | target |\n| --- | ---: | --- |")
    for row in rows():
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
