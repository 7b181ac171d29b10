"""Which assumptions matter: Morris screening and Sobol indices, with chance as a factor of its own.

A *factor* is a number of a scenario that is calibrated or assumed, with an interval. The seed is
one more factor, called ``chance``: every other factor is changed under one seed (common random
numbers), and what a change of seed alone does stands beside what parameters do. Designs and
estimators are SALib's (Iwanaga, Usher & Herman 2022). Knows the schema's field metadata and a model
as a function of points; it neither stores nor draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats.qmc import LatinHypercube

from sim.arrays import FloatArray
from sim.config import ConfigError, Scenario
from sim.config.numbers import numbers
from sim.study.designs import Point

CHANCE = "chance"
VARIED = ("calibrated", "assumed")
LEVELS = 4
"""Levels of Morris's grid, an even number."""
Model = Callable[[Sequence[Point]], FloatArray]
"""From points to outcomes, shape (points, outcomes)."""


@dataclass(frozen=True)
class Factor:
    """A number that is varied: its path, interval and value in the scenario.

    ``options`` are the values of a factor that is no number, in place of an interval.
    """

    path: str
    low: float
    high: float
    held: float = math.nan
    whole: bool = False
    options: tuple[Any, ...] = ()

    def at(self, share: float) -> Any:
        """The value at a share in [0, 1] of the interval."""
        if self.options:
            return self.options[min(int(share * len(self.options)), len(self.options) - 1)]
        value = self.low + share * (self.high - self.low)
        return round(value) if self.whole else value


@dataclass(frozen=True)
class Space:
    """How far factors are varied, from configuration.

    ``scale``: a number above 0 is divided and multiplied by 1 + scale. ``logit``: a share strictly
    between 0 and 1 moves by so much on the logit scale. ``ranges``: intervals of their own.
    ``fixed``: paths, or beginnings of paths, that are held, with the reason.
    """

    scale: float
    logit: float
    ranges: Mapping[str, Sequence[float]]
    fixed: Mapping[str, str]


def factors(scenario: Scenario, space: Space) -> tuple[list[Factor], dict[str, str]]:
    """Return the factors of a scenario, and why each other number is held.

    Raises
    ------
    ConfigError
        If the space names a number that the scenario does not have, or an empty interval.
    """
    found, held = [], {}
    known = {
        path: number
        for path, number in numbers(scenario).items()
        if number.alone and number.origin in VARIED
    }
    for path in [*space.ranges, *space.fixed]:
        if not any(name == path or name.startswith(f"{path}.") for name in known):
            raise ConfigError(f"the space names {path}, which is no calibrated or assumed number")
    for path, number in known.items():
        value = number.value
        why = [said for name, said in space.fixed.items() if f"{path}.".startswith(f"{name}.")]
        span = _interval(value, (number.low, number.high), space, path)
        if why and path not in space.ranges:
            held[path] = why[0]
        elif span is None:
            held[path] = f"{value:g} has no neighbourhood by rule"
        elif span[0] >= span[1]:
            raise ConfigError(f"the interval of {path} is {list(span)}; it must not be empty")
        else:
            found.append(Factor(path, *span, float(value), whole=number.whole))
    return found, held


def _interval(
    value: float, bounds: tuple[float, float], space: Space, path: str
) -> tuple[float, float] | None:
    """The interval of one number; None where no rule gives one."""
    if path in space.ranges:
        low, high = (float(end) for end in space.ranges[path])
    elif isinstance(value, int) and value > 0:
        low, high = math.floor(value / (1 + space.scale)), math.ceil(value * (1 + space.scale))
    elif bounds[1] <= 1 and 0 < value < 1:
        centre = math.log(value / (1 - value))
        low, high = (1 / (1 + math.exp(-centre - sign * space.logit)) for sign in (-1, 1))
    elif value > 0:
        low, high = value / (1 + space.scale), value * (1 + space.scale)
    else:
        return None
    return max(low, bounds[0]), min(high, bounds[1])


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


def spread(found: Sequence[Factor], points: int, seed: int) -> FloatArray:
    """Shares (points, factors) of a Latin hypercube (McKay, Beckman & Conover 1979)."""
    cube: FloatArray = LatinHypercube(len(found), rng=np.random.default_rng(seed)).random(points)
    return cube


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
