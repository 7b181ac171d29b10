"""Ensembles: speed against drawing random numbers, parameter sets, threads, cost by size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Row, Work, cpu, in_turns
from benchmarks.yardstick import DAYS, FUTURES, UNIFORMS, draw_uniforms

# The worst case: every mechanism at work, fire at most, and nobody repudiates.
NOBODY_ENDS = [
    "switches.repudiation=false",
    "pakistan.thresholds=[0,2,90,95]",
    "afghan_taliban.thresholds=[0,2,90,95]",
]
NO_TALKS = ["switches.talks=false"]
# What 10,000 sets change: numbers of the day, of the talks' tactics and of what packages are worth.
VARIED = (
    "conflict.response.tension", "militants.ttp.excitation", "pakistan.trust",
    "pakistan.tactic.beta", "afghan_taliban.believed_capacity", "afghan_taliban.disagreement",
)  # fmt: skip
LARGE = 200_000
INTERPRETED = 20


def run_model(
    overrides: list[str], futures: int = FUTURES, days: int = DAYS, *, daily: bool = False
) -> Work:
    """Futures begun and simulated, with outcomes, and with daily records if asked for."""
    from sim.futures import Futures
    from sim.records import Daily, outcomes
    from sim.study.cells import load_best

    scenario = load_best("baseline", overrides).scenario

    def work() -> object:
        begun = Futures.begun(scenario, futures, 2025)
        done = begun.run(days, Daily.to(days if daily else None))
        return outcomes(done.finals, scenario, days)

    return work


def run_sets() -> Work:
    """As many parameter sets as futures, each with one future, from numbers to outcomes."""
    from sim.config.numbers import numbers
    from sim.futures import Futures
    from sim.records import outcomes
    from sim.study.cells import load_best

    scenario = load_best().scenario
    known, rng = numbers(scenario), np.random.default_rng(2025)
    shares = rng.uniform(0.8, 1.2, (FUTURES, len(VARIED)))
    points = [
        {path: known[path].value * share for path, share in zip(VARIED, row, strict=True)}
        for row in shares.tolist()
    ]

    def work() -> object:
        begun = Futures.at_points(scenario, points, 1, [2025] * FUTURES)
        return outcomes(begun.run(DAYS).finals, scenario, DAYS)

    return work


def run_cell(futures: int, days: int, *words: str) -> Work:
    """A whole cell in memory, in blocks of the size that is chosen when none is asked for."""
    from sim.study.cells import load_cell
    from sim.study.runner import run

    words = (f"replicates={futures}", f"horizon={days}", "engine.watched=0", *words)
    cell = load_cell("baseline", list(words))
    return lambda: run(cell)


def interpreted() -> float:
    """Futures a second with the same rules in the interpreter."""
    code = (
        "import time, sim; from sim.futures import Futures; s = sim.load('baseline');"
        "Futures.begun(s, 1, 0).run(1); start = time.process_time();"
        f"Futures.begun(s, {INTERPRETED}, 2025).run({DAYS});"
        "print(time.process_time() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    return INTERPRETED / float(done.stdout)


def rows() -> Iterator[Row]:
    """Measured in one process, on one processor but for the row of two threads."""
    yield from _against_the_yardstick()
    yield from _sets()
    yield from _threads()
    for block in (1_000, 5_000, 20_000, 80_000):
        each = cpu(run_model([], block, daily=True)) / block * 1e6
        yield Row(f"block of {block:,}, a future of {DAYS} days", f"{each:.0f} µs")
    first = None
    for futures in (1_000, 10_000, 100_000, 1_000_000):
        each = cpu(run_cell(futures, 30, "engine=serial")) / futures * 1e6
        first = first or each
        yield Row(
            f"cell of {futures:,}, a future of 30 days", f"{each:.0f} µs", "no more than before",
            each <= 1.1 * first,
        )  # fmt: skip


def _against_the_yardstick() -> Iterator[Row]:
    works = {
        "draws": draw_uniforms,
        "without talks": run_model(NO_TALKS),
        "baseline": run_model([]),
        "baseline, daily records": run_model([], daily=True),
        "nobody ends": run_model(NOBODY_ENDS),
    }
    took = in_turns(works, repeats=6)
    size = f"{FUTURES:,} futures, {DAYS} days"
    yield Row(f"{UNIFORMS} addressed uniforms a day, {size}: the yardstick",
              f"{took['draws']:.3f} s")  # fmt: skip
    targets = {
        "without talks": 1.2, "baseline": 1.0, "baseline, daily records": 0.8, "nobody ends": 0.5,
    }  # fmt: skip
    for name, least in targets.items():
        ratio = took["draws"] / took[name]
        yield Row(f"{name}", f"{took[name]:.3f} s")
        yield Row("  times as fast as the yardstick", f"{ratio:.2f}", f"at least {least:g}",
                  ratio >= least)  # fmt: skip
    rate = interpreted()
    times = FUTURES / took["baseline"] / rate
    yield Row("the same rules in the interpreter", f"{rate:.1f} futures a second")
    yield Row("  compiled / interpreted", f"{times:,.0f} x")


def _sets() -> Iterator[Row]:
    for name, words in (("without talks", NO_TALKS), ("baseline", [])):
        for futures in (1_000, FUTURES):
            works = {
                "one": run_model(words, futures),
                "all": run_model([*words, "parameters=accepted"], futures),
            }
            took = in_turns(works, repeats=5)
            ratio = took["all"] / took["one"]
            yield Row(f"{name}, {futures:,} futures, accepted parameter sets / one", f"{ratio:.2f}",
                      "at most 1.3", ratio <= 1.3)  # fmt: skip
    took = in_turns({"one": run_model([]), "each": run_sets()}, repeats=3)
    ratio = took["each"] / took["one"]
    yield Row(f"{FUTURES:,} sets of one future, numbers of the talks among them / one set",
              f"{ratio:.2f}", "at most 3", ratio <= 3)  # fmt: skip


def _threads() -> Iterator[Row]:
    one, two = (
        run_cell(LARGE, DAYS, "engine=threads", f"engine.workers={workers}") for workers in (1, 2)
    )
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for workers, work in ((1, one), (2, two)):
            start = time.perf_counter()
            work()
            took[workers].append(time.perf_counter() - start)
    ratio = min(took[1]) / min(took[2])
    yield Row(f"{LARGE:,} futures, {DAYS} days, one thread", f"{min(took[1]):.1f} s by the clock")
    yield Row("  two threads / one", f"{ratio:.2f}", "at least 1.8", ratio >= 1.8)
