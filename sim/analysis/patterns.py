"""What a scenario is judged by: hazard by age, survival, attacks by month, the record so far.

Runs ensembles and measures them; knows no target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim import seeds
from sim.analysis.ensemble import simulate
from sim.analysis.evaluations import futures_at
from sim.arrays import BoolArray, FloatArray, IntArray
from sim.config import Scenario, Switches
from sim.records import outcomes
from sim.rules.attacks import DAYS_PER_MONTH

AGES = (0, 7, 30, 90, 180, 365)  # days between which a hazard is measured, as the seeds have it
SURVIVAL_DAYS = (30, 90, 365)
MONTHS = 12
TALKS_DAYS = 200  # over which it is seen how rounds end
FIRST_SITTING = "istanbul_first_sitting"
FEWER = 4  # of so many futures one is followed for its attacks alone


Runs = dict[str, Any]
"""Columns of outcomes by name, each by point and future, (points, R)."""


class Measured(NamedTuple):
    """A number and its Monte Carlo standard error."""

    value: float
    se: float


def measure(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> list[dict[str, Measured]]:
    """Measure what the patterns ask for, by name, at each of several points.

    A point is numbers of the scenario by their path; ``[{}]`` is the scenario as it is.
    ``hazard_A_B`` (ends per 1,000 days of a ceasefire's age), ``survival_D``, ``attacks_mean`` and
    ``attacks_variance_over_mean`` (of months of thirty days, with nobody answering and no talks),
    ``record_...`` (shares of futures that by the day of the record's last entry ...).
    """
    few = max(2, replicates // FEWER)
    until = [_record_days(scenario), AGES[-1]]
    so_far, in_the_end = _outcomes(scenario, points, replicates, seed, until)
    together = zip(
        _durability(in_the_end), attacks(scenario, points, few, seed), _record(so_far, until[0]),
        strict=True,
    )  # fmt: skip
    return [{**ends, **attacked, **recorded} for ends, attacked, recorded in together]


def durability(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> list[dict[str, Measured]]:
    """Hazard of collapse by age and survival, at each point."""
    (runs,) = _outcomes(scenario, points, replicates, seed, [AGES[-1]])
    return _durability(runs)


def _durability(runs: Runs) -> list[dict[str, Measured]]:
    found = []
    for day, ended in zip(runs["collapse_day"], runs["collapse_ended"], strict=True):
        out = {}
        for low, high in pairwise(AGES):
            out[f"hazard_{low}_{high}"] = hazard(day, ended, low, high)
        first, week = (int((ended & (day <= last)).sum()) for last in (1, AGES[1]))
        at_risk = float(np.clip(day, 1, AGES[1]).sum() - len(day))
        rest = (week - first) / at_risk
        of_first = first / len(day) / rest if rest > 0 else float("inf")
        out["first_day"] = Measured(of_first, of_first / max(first, 1) ** 0.5)
        for at in SURVIVAL_DAYS:
            out[f"survival_{at}"] = _share(~(ended & (day <= at)))
        found.append(out)
    return found


def hazard(day: IntArray, ended: BoolArray, low: int, high: int) -> Measured:
    """Ends per 1,000 days in force after day ``low`` up to ``high``; Poisson standard error."""
    ends = int((ended & (day > low) & (day <= high)).sum())
    exposure = float((np.clip(day, low, high) - low).sum())
    if exposure == 0:
        return Measured(float("nan"), float("nan"))
    return Measured(1000 * ends / exposure, 1000 * float(np.sqrt(max(ends, 1))) / exposure)


def attacks(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> list[dict[str, Measured]]:
    """Mean of monthly attacks, and variance over mean of a future's own months, at each point."""
    found = []
    for months in monthly_attacks(scenario, points, replicates, seed):
        means = months.mean(axis=1)
        ratio = months.var(axis=1, ddof=1) / np.maximum(means, 1e-12)
        found.append({"attacks_mean": _mean(means), "attacks_variance_over_mean": _mean(ratio)})
    return found


def monthly_attacks(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int,
    months: int = MONTHS,
) -> IntArray:  # fmt: skip
    """Attacks of all groups by point, future and month of thirty days, (points, R, months).

    Nobody answers and nothing is negotiated: what the groups do by themselves.
    """
    quiet = Switches(
        attacks=True, clashes=False, events=False, talks=False, responses=False, repudiation=False
    )
    futures = futures_at(replace(scenario, switches=quiet), points, replicates, seed)
    until = np.zeros((len(points) * replicates, months + 1), dtype=np.int64)
    for month in range(1, months + 1):
        futures.run(month * DAYS_PER_MONTH)
        until[:, month] = futures.records["groups"]["attacks"].sum(axis=1)
    return np.diff(until, axis=1).reshape(len(points), replicates, months)


def record(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> list[dict[str, Measured]]:
    """Shares of futures like the record, at each point: each item of it, and all together.

    Doha is where every future begins; talks in a second place are a round held since.
    """
    days = _record_days(scenario)
    (runs,) = _outcomes(scenario, points, replicates, seed, [days])
    return _record(runs, days)


def _record_days(scenario: Scenario) -> int:
    """Days from the beginning to the record's last entry."""
    return (seeds.load().frozen_on - scenario.start).days


def _record(runs: Runs, days: int) -> list[dict[str, Measured]]:
    items = like_the_record(runs, days)
    items["all"] = np.logical_and.reduce(list(items.values()))
    return [
        {f"record_{name}": _share(held[k]) for name, held in items.items()}
        for k in range(len(items["all"]))
    ]


def like_the_record(runs: Mapping[str, Any], days: int) -> dict[str, BoolArray]:
    """Which futures are like the record by day ``days``, on which it closes: each item of it.

    ``runs`` are columns of the outcomes of futures that were followed to that day; arrays have
    their shape.
    """
    fought = runs["strike_ended"] & (runs["strike_day"] <= days)
    fought |= runs["exchange_of_fire_ended"] & (runs["exchange_of_fire_day"] <= days)
    return {
        "talks": runs["rounds_held"] >= 1,
        "resumed": runs["rounds_resumed"] >= 1,
        "no_deal": ~runs["deal"],
        "quiet": ~fought,
        "maintained": ~runs["collapse_ended"],
    }


def sittings(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int
) -> list[dict[str, Measured]]:
    """How rounds end, at each point, from everything that is noted of every future.

    ``second_adjourned``: of futures like the record to the day before its last entry, share whose
    second sitting is adjourned less the share in which it is broken off or not held;
    ``collapse_after_break``: of ceasefires in force on the evening of a day on which a round was
    broken off, the share that collapses on the next.
    """
    return [_sittings(replace(scenario, parameter_sets=[point]), replicates, seed) for point in
            ([dict(x) for x in points])]  # fmt: skip


def _sittings(scenario: Scenario, replicates: int, seed: int) -> dict[str, Measured]:
    run = simulate(scenario, replicates, seed, horizon=TALKS_DAYS, watched=replicates)
    runs, rounds = run.runs.set_index("replicate"), run.rounds
    eve = _record_days(scenario) - 1
    announced = (scenario.calendar.rounds[FIRST_SITTING].end - scenario.start).days
    off = rounds[rounds["outcome"] == "broken_off"]
    early = off[(off["round"] == 1) & (off["day"] <= announced)]["replicate"]
    like = runs.index.isin(early)
    for end in ("strike", "exchange_of_fire", "collapse"):
        like &= ~(runs[f"{end}_ended"] & (runs[f"{end}_day"] <= eve)).to_numpy()
    second = rounds[(rounds["round"] == 2) & (rounds["day"] <= eve + 1)].set_index("replicate")
    outcome = second["outcome"].astype(str).reindex(runs.index[like]).fillna("not held")
    worse = outcome.isin(["broken_off", "not held"])
    better: FloatArray = (outcome == "adjourned").to_numpy(dtype=np.float64) - worse.to_numpy(
        dtype=np.float64
    )
    ends = runs.loc[off["replicate"]]
    later = ends["collapse_day"].to_numpy() - off["day"].to_numpy()
    in_force = ~ends["collapse_ended"].to_numpy() | (later > 0)
    next_day = ends["collapse_ended"].to_numpy() & (later == 1)
    return {
        "second_adjourned": _mean(better),
        "collapse_after_break": _share(next_day[in_force]),
    }


def _outcomes(
    scenario: Scenario, points: Sequence[Mapping[str, float]], replicates: int, seed: int,
    days: Sequence[int],
) -> list[Runs]:  # fmt: skip
    """Columns of outcomes by point and future, (points, R), on each of some days."""
    futures, found = futures_at(scenario, points, replicates, seed), []
    for horizon in days:
        columns = outcomes(futures.run(horizon).finals.copy(), scenario, horizon)
        shape = (len(points), replicates)
        found.append(
            {x: column.reshape(shape) for x, column in columns.items() if column.ndim == 1}
        )
    return found


def _share(held: BoolArray) -> Measured:
    share = float(held.mean())
    return Measured(share, float(np.sqrt(share * (1 - share) / held.size)))


def _mean(values: FloatArray) -> Measured:
    return Measured(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))
