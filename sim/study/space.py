"""The space in which calibrated and assumed numbers of a scenario are varied, and points of it.

A *factor* is a number of a scenario that is calibrated or assumed, with an interval. Knows the
schema's field metadata and the file that says how far numbers are varied; it simulates nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim import yaml_files
from sim.arrays import FloatArray
from sim.config import ConfigError, Scenario
from sim.config.numbers import numbers
from sim.paths import data_dir
from sim.yaml_files import YamlError

VARIED = ("calibrated", "assumed")
FILE = "space.yaml"
WIDE = ("space", "points", "seed")
MOST = 4_096  # points of a wide space; every one is a pass of the model for each block of futures
DIGITS = 6  # significant ones of a number


@dataclass(frozen=True)
class Factor:
    """A number that is varied: its path, interval and value in the scenario.

    ``options`` are the values of a factor that is not a number, in place of an interval.
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

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> Space:
        """The space that a file describes, among other things; ``KeyError`` if it lacks a part."""
        return cls(*(tree[name] for name in ("scale", "logit", "ranges", "fixed")))


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
            raise ConfigError(
                f"the space names {path}, which is not a calibrated or assumed number"
            )
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


def spread(found: Sequence[Factor], points: int, seed: int) -> FloatArray:
    """Shares (points, factors) of a Latin hypercube (McKay, Beckman & Conover 1979)."""
    from scipy.stats.qmc import LatinHypercube  # takes longer than all else a cell imports

    cube: FloatArray = LatinHypercube(len(found), rng=np.random.default_rng(seed)).random(points)
    return cube


# --- parameters=wide ------------------------------------------------------------------------------


def check_wide(asked: Any) -> None:
    """Refuse ``parameters.wide`` in one sentence if it is no space, number of points and seed."""
    if not isinstance(asked, Mapping) or set(asked) != set(WIDE):
        raise ConfigError(f"parameters.wide must have exactly {', '.join(WIDE)}; got {asked!r}")
    for name, low, high in (("points", 2, MOST), ("seed", 0, 2**32 - 1)):
        if type(asked[name]) is not int or not low <= asked[name] <= high:
            raise ConfigError(
                f"parameters.wide.{name} is {asked[name]!r}; allowed are whole numbers from "
                f"{low} to {high}"
            )


def points_of(scenario: Scenario, space: str, points: int, seed: int) -> list[dict[str, float]]:
    """Points of a Latin hypercube over all factors of a scenario, each as path -> value.

    ``space`` names a folder of ``experiments/`` or the path of another, with a ``space.yaml``.

    Raises
    ------
    ConfigError
        If there is no such file, it is not as described, or does not fit the scenario.
    """
    path = (Path(space) if "/" in space else data_dir("experiments") / space) / FILE
    try:
        described = Space.of(yaml_files.read(path))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    except YamlError as error:
        raise ConfigError(str(error)) from None
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{path} lacks or misspells {error}") from None
    found, _ = factors(scenario, described)
    shares = spread(found, points, seed).tolist()
    return [
        {factor.path: _short(factor.at(share)) for factor, share in zip(found, row, strict=True)}
        for row in shares
    ]


def _short(value: float) -> float:
    """A number without digits that mean nothing; one of few digits, such as a bound, as it is."""
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")
