"""What a scenario is judged by: hazard by age, survival, attacks by month, the record so far.

Runs ensembles and measures them; knows no target.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim import seeds
from sim.arrays import BoolArray, FloatArray, IntArray
from sim.config import Scenario, Switches
from sim.futures import Futures
from sim.records import outcomes
from sim.rules.attacks import DAYS_PER_MONTH

AGES = (0, 7, 30, 90, 180, 365)  # days between which a hazard is measured, as the seeds have it
SURVIVAL_DAYS = (30, 90, 365)
MONTHS = 12
FEWER = 4  # of so many futures one is followed for its attacks alone


class Measured(NamedTuple):
    """A number and its Monte Carlo standard error."""

    value: float
    se: float


def measure(scenario: Scenario, replicates: int, seed: int) -> dict[str, Measured]:
    """Measure what the patterns ask for, by name.

    ``hazard_A_B`` (ends per 1,000 days of a ceasefire's age), ``survival_D``, ``attacks_mean`` and
    ``attacks_variance_over_mean`` (of months of thirty days, with nobody answering and no talks),
    ``record_...`` (shares of futures that by the day of the record's last entry ...).
    """
    return {
        **durability(scenario, replicates, seed),
        **attacks(scenario, max(2, replicates // FEWER), seed),
        **record(scenario, replicates, seed),
    }


def durability(scenario: Scenario, replicates: int, seed: int) -> dict[str, Measured]:
    """Hazard of collapse by age and survival."""
    runs = _outcomes(scenario, replicates, seed, AGES[-1])
    day, ended = runs["collapse_day"], runs["collapse_ended"]
    out = {}
    for low, high in pairwise(AGES):
        out[f"hazard_{low}_{high}"] = hazard(day, ended, low, high)
    for at in SURVIVAL_DAYS:
        out[f"survival_{at}"] = _share(~(ended & (day <= at)))
    return out


def hazard(day: IntArray, ended: BoolArray, low: int, high: int) -> Measured:
    """Ends per 1,000 days in force after day ``low`` up to ``high``; Poisson standard error."""
    ends = int((ended & (day > low) & (day <= high)).sum())
    exposure = float((np.clip(day, low, high) - low).sum())
    if exposure == 0:
        return Measured(float("nan"), float("nan"))
    return Measured(1000 * ends / exposure, 1000 * float(np.sqrt(max(ends, 1))) / exposure)


def attacks(scenario: Scenario, replicates: int, seed: int) -> dict[str, Measured]:
    """Mean of monthly attacks, and variance over mean of a future's own months."""
    months = monthly_attacks(scenario, replicates, seed)
    means = months.mean(axis=1)
    ratio = months.var(axis=1, ddof=1) / np.maximum(means, 1e-12)
    return {
        "attacks_mean": _mean(means),
        "attacks_variance_over_mean": _mean(ratio),
    }


def monthly_attacks(
    scenario: Scenario, replicates: int, seed: int, months: int = MONTHS
) -> IntArray:
    """Attacks of all groups by future and month of thirty days, (R, months).

    Nobody answers, nothing is negotiated: what the groups do of themselves.
    """
    quiet = Switches(
        attacks=True, clashes=False, events=False, talks=False, responses=False, repudiation=False
    )
    futures = Futures.begun(replace(scenario, switches=quiet), replicates, seed)
    until = np.zeros((replicates, months + 1), dtype=np.int64)
    for month in range(1, months + 1):
        futures.run(month * DAYS_PER_MONTH)
        until[:, month] = futures.records["groups"]["attacks"].sum(axis=1)
    return np.diff(until, axis=1)


def record(scenario: Scenario, replicates: int, seed: int) -> dict[str, Measured]:
    """Shares of futures like the record: each item of it, and all together.

    Doha is where every future begins; talks in a second place are a round held since.
    """
    days = (seeds.load().frozen_on - scenario.start).days
    runs = _outcomes(scenario, replicates, seed, days)
    items = {
        "talks": runs["rounds_held"] >= 1,
        "resumed": runs["rounds_resumed"] >= 1,
        "no_deal": ~runs["deal"],
        "maintained": ~runs["collapse_ended"],
    }
    together = np.logical_and.reduce(list(items.values()))
    return {f"record_{name}": _share(held) for name, held in {**items, "all": together}.items()}


def _outcomes(scenario: Scenario, replicates: int, seed: int, horizon: int) -> dict[str, Any]:
    futures = Futures.begun(scenario, replicates, seed)
    return outcomes(futures.run(horizon).finals, scenario)


def _share(held: BoolArray) -> Measured:
    share = float(held.mean())
    return Measured(share, float(np.sqrt(share * (1 - share) / held.size)))


def _mean(values: FloatArray) -> Measured:
    return Measured(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))
