"""The same rules on a graphics card (``engine=cuda``): equal futures, and how fast."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Row

EQUAL, MANY, DAYS, SEED = 10_000, 10_000_000, 365, 2025
SETS, FUTURES_OF_A_SET = 8_192, 1_000  # Sobol' points come in powers of two
SIZES = (10_000, 100_000, 1_000_000)
GROUPS = (1, 2, 4)
LIMIT = 300  # seconds after which no further part is begun


def rows() -> Iterator[Row]:
    from sim.study.cuda import device
    from sim.study.errors import EngineError

    try:
        device()
    except EngineError as error:
        yield Row(f"nothing was measured: {error}", "not measured")
        return
    start = time.monotonic()
    for part in (_equal, _many, _sets, _by_size, _by_groups):
        if time.monotonic() - start > LIMIT:
            yield Row(f"{part.__name__[1:]}: the time was over", "not measured")
        else:
            yield from part()


def _equal() -> Iterator[Row]:
    """Futures of the baseline that are the same on the processor and on the card."""
    from sim.futures import Futures
    from sim.records import Daily, outcomes
    from sim.study.cells import load_cell
    from sim.study.cuda import run_on_device

    scenario = load_cell("baseline").scenario
    here, there = Daily.to(DAYS), Daily.to(DAYS)
    ours = Futures.begun(scenario, EQUAL, SEED).run(DAYS, here).finals
    start = time.perf_counter()
    theirs = run_on_device(Futures.begun(scenario, EQUAL, SEED), DAYS, there).finals
    yield Row("compiling for the card, or loading what was compiled, and the first block",
              f"{time.perf_counter() - start:.0f} s")  # fmt: skip
    first, second = (outcomes(finals, scenario, DAYS) for finals in (ours, theirs))
    whole = [name for name, column in first.items() if column.dtype.kind in "biu"]
    same = np.logical_and.reduce([first[name] == second[name] for name in whole])
    real = [(first[name][same], second[name][same]) for name in first.keys() - set(whole)]
    apart = max(float(np.nanmax(np.abs(one - other), initial=0.0)) for one, other in real)
    if any((np.isnan(one) != np.isnan(other)).any() for one, other in real):
        apart = np.inf
    yield Row(f"futures of {EQUAL:,} whose whole numbers are those of the processor",
              f"{same.sum():,}", "9,990", same.sum() >= 9_990)  # fmt: skip
    yield Row("  real numbers of these differ by at most", f"{apart:.1e}", "1e-9", apart <= 1e-9)
    days = int(np.abs(here.in_force - there.in_force).max())
    yield Row("  futures in force on any day differ by at most", f"{days}")


def _took(scenario: object, futures: int) -> tuple[float, float]:
    """Seconds in the kernel, and seconds waited, for so many futures, block by block."""
    from sim.futures import Futures
    from sim.records import Daily
    from sim.study.cuda import device, most_at_once, run_on_device

    before, start = device().seconds, time.perf_counter()
    block = most_at_once()
    for first in range(0, futures, block):
        size = min(block, futures - first)
        run_on_device(Futures.begun(scenario, size, SEED, first=first), DAYS, Daily.to(DAYS))
    return device().seconds - before, time.perf_counter() - start


def _by_size() -> Iterator[Row]:
    from sim.study.cells import load_cell

    scenario = load_cell("baseline").scenario
    for futures in SIZES:
        kernel, waited = _took(scenario, futures)
        yield Row(f"baseline, {futures:,} futures, {DAYS} days: in the kernel (waited)",
                  f"{kernel:.2f} s ({waited:.1f} s)")  # fmt: skip


def _by_groups() -> Iterator[Row]:
    from sim.study import cuda
    from sim.study.cells import load_cell

    scenario, shipped = load_cell("baseline").scenario, cuda.GROUPS_EACH
    for groups in GROUPS:
        cuda.GROUPS_EACH = groups
        _took(scenario, 200_000)  # makes the desks
        kernel, _ = _took(scenario, 200_000)
        yield Row(f"  200,000 futures, {groups} groups of {cuda.GROUP} workers a multiprocessor",
                  f"{kernel:.2f} s")  # fmt: skip
    cuda.GROUPS_EACH = shipped


def _many() -> Iterator[Row]:
    from sim.study.cells import load_cell

    kernel, waited = _took(load_cell("baseline").scenario, MANY)
    yield Row(f"baseline, {MANY:,} futures, {DAYS} days: in the kernel (waited)",
              f"{kernel:.1f} s ({waited:.0f} s)", "12 s", kernel <= 12.0)  # fmt: skip


def _sets() -> Iterator[Row]:
    """As many futures as a calibration's, of as many sets, drawn from what it searches."""
    from sim.analysis.calibration import Calibration
    from sim.futures import Futures
    from sim.paths import data_dir
    from sim.study.cells import load_best, parameter_fields
    from sim.study.cuda import device, run_on_device
    from sim.study.designs import sobol

    asked = Calibration.read(data_dir("experiments") / "baseline_calibration" / "calibration.yaml")
    scenario, fields = load_best().scenario, parameter_fields()
    drawn = sobol(asked.ranges, SETS, SEED)
    points = [
        {path: float(values[name]) for path, name in fields.items() if name in values}
        for values in drawn
    ]
    before, start, together = device().seconds, time.perf_counter(), 200
    for first in range(0, SETS, together):
        some = points[first : first + together]
        run_on_device(Futures.at_points(scenario, some, FUTURES_OF_A_SET, [SEED] * len(some)), DAYS)
    kernel, waited = device().seconds - before, time.perf_counter() - start
    yield Row(
        f"a calibration's futures: {SETS:,} sets of {FUTURES_OF_A_SET:,}, {together} sets a "
        "launch: in the kernel (waited)", f"{kernel:.1f} s ({waited:.0f} s)",
    )  # fmt: skip
