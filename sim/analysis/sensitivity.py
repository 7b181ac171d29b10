"""Which assumptions matter: Morris screening and Sobol indices, with chance as a factor of its own.

A *factor* is a number of a scenario with an interval (`sim.study.space`). The seed is
one more factor, called ``chance``: every other factor is changed under one seed (common random
numbers), and what a change of seed alone does stands beside what parameters do. Designs and
estimators are SALib's (Iwanaga, Usher & Herman 2022). Knows the schema's field metadata and a model
as a function of points; it neither stores nor draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import FloatArray
from sim.config import ConfigError
from sim.study.designs import Point
from sim.study.space import Factor

CHANCE = "chance"
LEVELS = 4
"""Levels of Morris's grid, an even number."""
Model = Callable[[Sequence[Point]], FloatArray]
"""From points to outcomes, shape (points, outcomes)."""


def with_chance(found: Sequence[Factor], seeds: Sequence[int]) -> list[Factor]:
    """Add the seed as the last factor, with these seeds as its options."""
    return [*found, Factor(CHANCE, 0, 1, options=tuple(seeds))]


def points(found: Sequence[Factor], shares: FloatArray) -> list[Point]:
    """Turn shares (points, factors) in [0, 1] into points; chance sets the field ``seed``."""
    return [
        {
            "seed" if factor.path == CHANCE else factor.path: factor.at(float(share))
            for factor, share in zip(found, row, strict=True)
        }
        for row in shares
    ]


def _problem(found: Sequence[Factor]) -> dict[str, Any]:
    names = [factor.path for factor in found]
    return {"num_vars": len(found), "names": names, "bounds": [[0.0, 1.0]] * len(found)}


def morris(
    found: Sequence[Factor], model: Model, trajectories: int, seed: int, names: Sequence[str]
) -> pd.DataFrame:
    """Screen factors by elementary effects (Morris 1991), for every outcome in ``names``.

    One row per factor and outcome: ``effect`` is the mean absolute change of the outcome when the
    factor moves over its whole interval (mu*), with the 95 % bootstrap half-width ``half``;
    ``spread`` is the standard deviation of the signed effects (curvature and interaction).
    """
    from SALib.analyze import morris as analyse
    from SALib.sample import morris as sample

    problem = _problem(found)
    shares = sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    outcomes = model(points(found, shares))
    tables = []
    for k, name in enumerate(names):
        effects = analyse.analyze(problem, shares, outcomes[:, k], num_levels=LEVELS, seed=seed)
        columns = {"factor": problem["names"], "effect": effects["mu_star"],
                   "half": effects["mu_star_conf"], "spread": effects["sigma"]}  # fmt: skip
        tables.append(pd.DataFrame({"outcome": name, **columns}))
    return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol indices: ``table`` of all samples, ``convergence`` of their first parts.

    Columns are outcome, factor, first, first_half, total, total_half (half-widths of 95 % bootstrap
    intervals) and, in ``convergence``, samples.
    """

    table: pd.DataFrame
    convergence: pd.DataFrame


def sobol(
    found: Sequence[Factor], model: Model, samples: int, seed: int, names: Sequence[str]
) -> Indices:
    """Estimate first-order and total indices (Sobol' 2001; Saltelli et al. 2010).

    ``samples`` is a power of two; the model is evaluated ``samples`` x (factors + 2) times.

    Raises
    ------
    ConfigError
        If ``samples`` is no power of two.
    """
    from SALib.sample import sobol as sample

    if samples < 4 or samples & (samples - 1):
        raise ConfigError(f"samples is {samples}; allowed are powers of two from 4")
    problem = _problem(found)
    shares = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    outcomes = model(points(found, shares))
    block = len(found) + 2
    parts = [samples >> k for k in range(4) if samples >> k >= 4][::-1]
    tables = [
        _indices(problem, outcomes[: part * block], seed, names).assign(samples=part)
        for part in parts
    ]
    whole = tables[-1].drop(columns="samples")
    return Indices(whole, pd.concat(tables, ignore_index=True))


def _indices(
    problem: dict[str, Any], outcomes: FloatArray, seed: int, names: Sequence[str]
) -> pd.DataFrame:
    from SALib.analyze import sobol as analyse

    tables = []
    for k, name in enumerate(names):
        column = outcomes[:, k]
        if np.ptp(column) == 0:
            raise ConfigError(f"{name} is the same at every point; there is nothing to explain")
        found = analyse.analyze(problem, column, calc_second_order=False, seed=seed)
        columns = {"factor": problem["names"], "first": found["S1"], "first_half": found["S1_conf"],
                   "total": found["ST"], "total_half": found["ST_conf"]}  # fmt: skip
        tables.append(pd.DataFrame({"outcome": name, **columns}))
    return pd.concat(tables, ignore_index=True)
