"""Survival estimators on a million durations of 365 days, beside lifelines (wall time)."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.timing import Row
from sim.analysis.survival import aalen_johansen, kaplan_meier, nelson_aalen

UNITS = 1_000_000
CAUSES = ["attack", "border_clash", "violation", "talks_breakdown", "shock"]


def seconds(work: Callable[[], Any], repeats: int = 5) -> float:
    """Least wall time of `repeats` calls, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def table() -> list[dict[str, Any]]:
    """One row per measurement: what, seconds, target (text), met."""
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(2025)
    lifetimes = rng.geometric(0.005, UNITS)
    durations, events = np.minimum(lifetimes, 365), lifetimes <= 365
    codes = rng.integers(0, len(CAUSES), UNITS)
    causes = np.array(CAUSES, object)[codes]
    categories = pd.Categorical.from_codes(codes, CAUSES)

    theirs = seconds(lambda: KaplanMeierFitter().fit(durations, events), repeats=3)
    ours = seconds(lambda: kaplan_meier(durations, events))
    hazard = seconds(lambda: nelson_aalen(durations, events))
    named = seconds(lambda: aalen_johansen(durations, events, causes))
    coded = seconds(lambda: aalen_johansen(durations, events, categories))
    ratio = f"at most 1/10 of lifelines (here 1/{theirs / ours:.1f})"

    def row(what: str, took: float, target: str = "", met: bool | None = None) -> dict[str, Any]:
        return {"what": what, "seconds": round(took, 4), "target": target, "met": met}

    return [
        row("Kaplan-Meier with band, lifelines", theirs),
        row("Kaplan-Meier with log-log band", ours, ratio, ours <= theirs / 10),
        row("Nelson-Aalen", hazard),
        row("Aalen-Johansen, five causes by name", named, "under 0.2 s", named < 0.2),
        row("Aalen-Johansen, five causes as categories", coded, "under 0.2 s", coded < 0.2),
    ]


def rows() -> Iterator[Row]:
    for row in table():
        yield Row(row["what"], f"{row['seconds']:.4f} s", row["target"], row["met"])
