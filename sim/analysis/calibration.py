"""Calibration: which sets of parameters meet the targets (approximate Bayesian computation).

Rejection sampling (Pritchard et al. 1999; Beaumont 2019) on a Sobol design: a set is accepted if
every measure of its ensemble meets its target. Knows parameters, targets and the measures of
`sim.analysis.patterns`; draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
from omegaconf import OmegaConf

from sim import yaml_files
from sim.analysis.patterns import AGES, Measured
from sim.config import ConfigError
from sim.study.cells import register_resolvers
from sim.study.designs import Range, sobol
from sim.study.parameters import Set, known_parameters
from sim.yaml_files import YamlError

MOST = 8  # parameters searched
DIGITS = 4  # significant digits of a parameter


@dataclass(frozen=True)
class Target:
    """What a measure must be: within a factor of an aim, or from ``low`` to ``high``."""

    name: str
    aim: float | None
    low: float
    high: float

    @classmethod
    def of(cls, name: str, given: Mapping[str, float]) -> Target:
        """Read ``{aim, factor}`` or ``{low, high}``."""
        if set(given) == {"aim", "factor"}:
            aim, factor = float(given["aim"]), float(given["factor"])
            if aim > 0 and factor > 1:
                return cls(name, aim, aim / factor, aim * factor)
        elif set(given) == {"low", "high"} and given["low"] < given["high"]:
            return cls(name, None, float(given["low"]), float(given["high"]))
        raise ConfigError(
            f"targets.{name} must have aim > 0 and factor > 1, or low below high; got {dict(given)}"
        )

    def met(self, value: float) -> bool:
        """Whether a value meets the target."""
        return self.low <= value <= self.high

    def miss(self, value: float) -> float:
        """How far off a value is; 1 at the edge of what is accepted if there is an aim.

        Without an aim it is 0 from ``low`` to ``high`` and grows by 1 per half width outside.
        """
        if math.isnan(value):
            return math.inf
        if self.aim is not None:
            return abs(math.log(max(value, 1e-3) / self.aim)) / math.log(self.high / self.aim)
        outside = max(self.low - value, value - self.high, 0.0)
        return 2 * outside / (self.high - self.low)


@dataclass(frozen=True)
class Calibration:
    """What a calibration searches and by what it judges."""

    ranges: dict[str, Range]
    about: dict[str, str]
    explanations: dict[str, Set]
    fall: float
    represented: float
    targets: tuple[Target, ...]
    points: int
    best: int
    futures: int
    confirmed: int
    seed: int

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Read a ``calibration.yaml``.

        Raises
        ------
        ConfigError
            In one sentence, if it is not as it must be.
        """
        register_resolvers()
        try:
            yaml_files.read(path)  # says what is malformed with its line; OmegaConf then reads it
            tree = OmegaConf.to_container(OmegaConf.load(path), resolve=True)
            assert isinstance(tree, dict)
            parts: dict[str, Any] = {str(name): value for name, value in tree.items()}
            spans = parts.pop("parameters")
            parts["targets"] = tuple(Target.of(*item) for item in parts["targets"].items())
            ranges = {name: Range(float(x["low"]), float(x["high"])) for name, x in spans.items()}
            made = cls(ranges=ranges, about={n: x["about"] for n, x in spans.items()}, **parts)
        except ConfigError:
            raise
        except YamlError as error:
            raise ConfigError(str(error)) from None
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
        except Exception as error:
            raise ConfigError(f"cannot read {path}: {str(error).splitlines()[0]}") from None
        made._check()
        return made

    def _check(self) -> None:
        if not 1 <= len(self.ranges) <= MOST:
            raise ConfigError(f"{len(self.ranges)} parameters are varied; allowed are 1 to {MOST}")
        for name in {*self.ranges, *(n for x in self.explanations.values() for n in x)}:
            if name not in known_parameters():
                known = ", ".join(sorted(known_parameters()))
                raise ConfigError(f"parameters.{name} is not known; allowed are {known}")
        for name, span in self.ranges.items():
            if not span.low < span.high:
                raise ConfigError(f"parameters.{name} runs from {span.low:g} to {span.high:g}")

    # --- the search ---------------------------------------------------------------------------

    def design(self, within: Sequence[Set] = ()) -> list[Set]:
        """Sobol points within the ranges, or within those that some sets span."""
        ranges = self.ranges
        if within:
            ranges = {name: _span([x[name] for x in within]) for name in self.ranges}
        drawn = sobol(ranges, self.points, self.seed + bool(within))
        return [{name: _rounded(value) for name, value in point.items()} for point in drawn]

    def distance(self, measures: Mapping[str, Measured]) -> float:
        """Root mean square of how far the targets are missed; below 1 wherever all are met."""
        squares = [target.miss(measures[target.name].value) ** 2 for target in self.targets]
        return math.sqrt(sum(squares) / len(squares))

    def accepts(self, measures: Mapping[str, Measured]) -> bool:
        """Whether every target is met."""
        return all(target.met(measures[target.name].value) for target in self.targets)

    def missed(self, found: Sequence[Mapping[str, Measured]]) -> list[str]:
        """Targets that no set met, and how near the nearest came."""
        out = []
        for target in self.targets:
            values = [measures[target.name].value for measures in found]
            if not any(target.met(value) for value in values):
                nearest = min(values, key=target.miss)
                out.append(f"{target.name} (nearest {nearest:.3g})")
        return out

    def alone(self, explanation: str, values: Set) -> Set:
        """A set with every other explanation of the falling hazard switched off."""
        for name, off in self.explanations.items():
            values = values if name == explanation else values | off
        return values


def nearest(sets: Sequence[Set], distances: Sequence[float], count: int) -> list[Set]:
    """The sets of least distance, nearest first."""
    order = sorted(range(len(sets)), key=lambda k: (distances[k], k))
    return [sets[k] for k in order[:count]]


def fall_of(measures: Mapping[str, Measured]) -> float:
    """Hazard of the first thirty days over that of the last half year; infinite if none is left."""
    early = measures[f"hazard_{AGES[0]}_{AGES[1]}"], measures[f"hazard_{AGES[1]}_{AGES[2]}"]
    spans = AGES[1] - AGES[0], AGES[2] - AGES[1]
    mean = sum(x.value * days for x, days in zip(early, spans, strict=True)) / sum(spans)
    last = measures[f"hazard_{AGES[-2]}_{AGES[-1]}"].value
    return mean / last if last > 0 else math.inf


def fit_table(calibration: Calibration, accepted: Sequence[Mapping[str, Measured]]) -> pd.DataFrame:
    """One row per target: what it asks for, the best set's value and error, the accepted range."""
    rows = []
    for target in calibration.targets:
        values = sorted(measures[target.name].value for measures in accepted)
        best = accepted[0][target.name]
        rows.append(
            {
                "target": target.name, "aim": target.aim, "low": target.low, "high": target.high,
                "best": best.value, "best_se": best.se, "least": values[0],
                "median": values[len(values) // 2], "most": values[-1],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def parameter_correlations(sets: pd.DataFrame) -> pd.DataFrame:
    """Spearman correlation of every two parameters over accepted sets, strongest first."""
    ranks = sets.rank().corr().to_numpy(dtype=float)
    pairs = combinations(enumerate(sets.columns), 2)
    rows = [(one, other, ranks[j, k]) for (j, one), (k, other) in pairs]
    table = pd.DataFrame(rows, columns=["one", "other", "correlation"]).fillna(0.0)
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _span(values: Sequence[float]) -> Range:
    low, high = min(values), max(values)
    return Range(low, high if high > low else math.nextafter(low, math.inf))


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
