"""What a calibration searches and how it judges: ranges, targets, checks, and how it is run.

A target is a quantity of the world that was observed, or that the model is required to show, with
the error by which a model that is right about everything else may miss it. Knows parameters and the
measures of `sim.analysis.patterns`; runs nothing but two futures, for their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import OmegaConf

from sim import yaml_files
from sim.analysis.patterns import AGES, Measured, measure
from sim.arrays import FloatArray
from sim.config import ConfigError
from sim.study.cells import baseline, register_resolvers
from sim.study.designs import Range
from sim.study.parameters import Set, best_parameters
from sim.yaml_files import YamlError

MOST = 16  # parameters searched
CONDITIONS = ("second_adjourned", "collapse_after_break", "restraint_holds")  # on the best set
FAR = 1e6
LEAST = 1e-3  # a measure on a logarithmic scale is this at least


class Kind(StrEnum):
    """How a measure is compared with what is asked for."""

    observed = "observed"  # an observation, with an error
    required = "required"  # a condition, with a tolerance
    happened = "happened"  # the share of futures in which happens what has happened


@dataclass(frozen=True)
class Target:
    """What a measure is compared with.

    Attributes
    ----------
    aim : what was observed; of a condition, NaN
    sd : standard error of the observation, or tolerance of the condition
    low, high : between them a condition is met
    log : whether error and tolerance are of the measure's logarithm
    """

    name: str
    kind: Kind
    aim: float = math.nan
    sd: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    log: bool = False

    @classmethod
    def of(cls, name: str, given: Mapping[str, Any]) -> Target:
        """Read ``{aim, sampling, discrepancy}``, ``{low, high, tolerance}`` or ``{happened}``.

        ``log: true`` makes errors those of the logarithm; of ``low`` and ``high`` one is enough.
        """
        log, keys = bool(given.get("log", False)), set(given) - {"log"}
        if keys == {"aim", "sampling", "discrepancy"}:
            sd = math.hypot(float(given["sampling"]), float(given["discrepancy"]))
            if sd > 0 and (not log or given["aim"] > 0):
                return cls(name, Kind.observed, float(given["aim"]), sd, log=log)
        elif keys == {"happened"} and given["happened"] is True:
            return cls(name, Kind.happened)
        elif "tolerance" in keys and keys & {"low", "high"} and given["tolerance"] > 0:
            low, high = float(given.get("low", -math.inf)), float(given.get("high", math.inf))
            if keys <= {"tolerance", "low", "high"} and low < high:
                tolerance = float(given["tolerance"])
                return cls(name, Kind.required, sd=tolerance, low=low, high=high, log=log)
        raise ConfigError(
            f"targets.{name} is {dict(given)}; allowed are aim, sampling and discrepancy (errors, "
            "not both 0), low or high with tolerance above 0, or happened: true"
        )

    def scaled(self, value: FloatArray) -> FloatArray:
        """A measure on the scale of its errors; NaN, where nothing was measured, is far off."""
        known: FloatArray = np.where(np.isfinite(value), value, FAR)
        return np.asarray(np.log(np.maximum(known, LEAST))) if self.log else known

    def miss(self, value: FloatArray) -> FloatArray:
        """How many standard errors, or tolerances, a measure is off; 0 where a condition is met."""
        at = self.scaled(np.asarray(value, dtype=float))
        low, high = self.aim, self.aim
        if self.kind is Kind.required:
            low, high = self.low, self.high
        low, high = (
            float(self.scaled(np.array(x))) if math.isfinite(x) else x for x in (low, high)
        )
        off: FloatArray = np.maximum(at - high, 0.0) - np.maximum(low - at, 0.0)
        return off / self.sd

    def log_likelihood(self, value: FloatArray) -> FloatArray:
        """Logarithm of how likely the target is where a measure has these values, up to a constant.

        Normal errors; of what has happened, the share of futures in which it happens.
        """
        if self.kind is Kind.happened:
            with np.errstate(divide="ignore"):
                log: FloatArray = np.log(np.asarray(value, dtype=float))
            return log
        return -0.5 * self.miss(value) ** 2


@dataclass(frozen=True)
class Effort:
    """How much is simulated.

    Attributes
    ----------
    history : points of the first design, a power of two
    history_futures, futures : futures of each of those points, and of every later one
    table : points drawn from what is not implausible; they also show whether the method is right
    generation, generations : points of each population after that, and how many there are
    keep : effective sample size that a lower tolerance must leave, and that there is in the end
    accepted : sets that are drawn from the weighted points in the end
    central, confirmed, games : accepted sets, the most central first, and futures of each, among
        which the medoid is looked for that also meets the conditions of ``best``; games in the seat
        of each side, for the last of these
    recovered : pseudo-observations from which parameters are recovered
    alone : accepted sets that are simulated again with one explanation of the falling hazard alone
    """

    history: int
    history_futures: int
    table: int
    futures: int
    generation: int
    generations: int
    keep: float
    accepted: int
    central: int
    confirmed: int
    games: int
    recovered: int
    alone: int
    seed: int


@dataclass(frozen=True)
class Calibration:
    """What a calibration searches and how it judges."""

    ranges: dict[str, Range]
    about: dict[str, str]
    explanations: dict[str, Set]
    fall: float
    represented: float
    targets: tuple[Target, ...]
    best: tuple[Target, ...]
    checks: dict[str, tuple[float, float]]
    effort: Effort

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
            parts["best"] = tuple(Target.of(*item) for item in parts["best"].items())
            parts["checks"] = {name: (x[0], x[1]) for name, x in parts["checks"].items()}
            parts["effort"] = Effort(**parts["effort"])
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
            if name not in best_parameters():
                known = ", ".join(sorted(best_parameters()))
                raise ConfigError(f"parameters.{name} is not known; allowed are {known}")
        for name, span in self.ranges.items():
            if not span.low < span.high:
                raise ConfigError(f"parameters.{name} runs from {span.low:g} to {span.high:g}")
        for name in (x.name for x in self.best if x.name not in CONDITIONS):
            raise ConfigError(f"best.{name} is not known; allowed are {', '.join(CONDITIONS)}")
        targets = [target.name for target in self.targets]
        for name in (x for x in self.checks if x in targets):
            raise ConfigError(f"checks.{name} is a target; a check must not be used")
        measures = sorted(measure(baseline(), [{}], 2, 0)[0])
        for where, given in (("targets", targets), ("checks", list(self.checks))):
            for name in (x for x in given if x not in measures):
                allowed = ", ".join(measures)
                raise ConfigError(f"{where}.{name} is not known; allowed are {allowed}")

    @property
    def names(self) -> list[str]:
        """The parameters searched."""
        return list(self.ranges)

    @property
    def observed(self) -> list[Target]:
        """Targets that are observations with normal errors."""
        return [target for target in self.targets if target.kind is Kind.observed]

    def log_likelihood(self, measures: Mapping[str, FloatArray]) -> FloatArray:
        """Logarithm of the likelihood of all targets, by point, from measures by name and point."""
        total: FloatArray = np.sum(
            [target.log_likelihood(measures[target.name]) for target in self.targets], axis=0
        )
        return total

    def alone(self, explanation: str, values: Set) -> Set:
        """A set with every other explanation of the falling hazard switched off."""
        for name, off in self.explanations.items():
            values = values if name == explanation else values | off
        return values


def fall_of(measures: Mapping[str, Measured]) -> float:
    """Hazard of the first thirty days over that of the last half year; infinite if none is left."""
    early = measures[f"hazard_{AGES[0]}_{AGES[1]}"], measures[f"hazard_{AGES[1]}_{AGES[2]}"]
    spans = AGES[1] - AGES[0], AGES[2] - AGES[1]
    mean = sum(x.value * days for x, days in zip(early, spans, strict=True)) / sum(spans)
    last = measures[f"hazard_{AGES[-2]}_{AGES[-1]}"].value
    return mean / last if last > 0 else math.inf


def strongest_correlations(
    names: Sequence[str], points: FloatArray, weights: FloatArray
) -> pd.DataFrame:
    """Weighted correlation of every two parameters over points (n, p), strongest first."""
    covariance = np.cov(points.T, aweights=weights, ddof=0).reshape(len(names), len(names))
    scale = np.sqrt(np.diag(covariance))
    pairs = combinations(enumerate(names), 2)
    rows = [
        (one, other, covariance[j, k] / (scale[j] * scale[k])) for (j, one), (k, other) in pairs
    ]
    table = pd.DataFrame(rows, columns=["one", "other", "correlation"]).fillna(0.0)
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)
