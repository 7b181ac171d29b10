"""A calibration from start to end: history matching, populations, recovery, and what is written.

Every evaluation is a line of ``points.jsonl``, written when it is done, so that a calibration that
was interrupted continues where it stopped and writes the same files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.calibration import Calibration, Kind, Target, fall_of
from sim.analysis.evaluations import Evaluations
from sim.analysis.found import Found
from sim.analysis.history import History
from sim.analysis.patterns import Measured, durability, measure, share_of, sittings
from sim.analysis.populations import Search, resampled
from sim.analysis.recovery import recover
from sim.arrays import FloatArray, IntArray
from sim.config import PARTIES, Engine, EngineKind, Scenario
from sim.game.strategies import DAYS, played
from sim.names import count
from sim.report.calibrated import write
from sim.study.cells import load_best, parameter_fields
from sim.study.designs import Point, sobol
from sim.study.errors import StudyError
from sim.study.files import locked
from sim.study.parameters import Set

POINTS = "points.jsonl"
DIGITS = 5  # significant digits of a parameter
TRIES = 64  # points drawn for each that is kept, at most, where little is plausible
Measures = dict[str, FloatArray]
"""Measures by name and point."""
Say = Callable[[str], None]


class Measurements:
    """Measures of points, each made once and kept in ``points.jsonl``."""

    def __init__(self, directory: Path, engine: Engine, seed: int, say: Say) -> None:
        self.say, self.seed, self.shown = say, seed, 0
        self.kept = Evaluations(directory / POINTS, engine, self._progress)
        self.base, self.fields = load_best(), parameter_fields()

    def _progress(self, done: int, of: int) -> None:
        """Print a line after every tenth of the evaluations."""
        tenth = 10 * done // of
        if tenth != self.shown and of >= 100:
            self.say(f"  {done:,} of {of:,}")
        self.shown = tenth

    def of(
        self, what: str, names: Sequence[str], points: FloatArray, replicates: int, first: int
    ) -> Measures:
        """Measures at points (n, p), each with its own seed, numbered from ``first`` on."""
        sets = [dict(zip(names, row, strict=True)) for row in points.tolist()]
        found = self.of_sets(what, sets, replicates, first, measures_at)
        return {name: np.array([each[name].value for each in found]) for name in found[0]}

    def of_sets(
        self, what: str, sets: Sequence[Set], replicates: int, first: int,
        measures: Callable[..., list[Any]], unit: str = "future",
    ) -> list[dict[str, Measured]]:  # fmt: skip
        """Measures of parameter sets, in order, from so many futures or games of each.

        A set may leave some parameters at their shipped values.
        """
        points = [
            {path: values[name] for path, name in self.fields.items() if name in values}
            | {"seed": self.seed * 1_000_000 + first + k}
            for k, values in enumerate(sets)
        ]
        about = [self.base.key, measures.__name__]
        known = self.kept.known_of(points, replicates, about=about)
        self.shown = 0
        self.say(f"{what}: {count(len(points), 'point')}, {count(replicates, unit)} each"
                 + (f" ({known:,} were there)" if known else ""))  # fmt: skip
        given = (self.base.scenario, replicates)
        found = self.kept.of(points, replicates, measures, *given, about=about)
        return [{name: Measured(*pair) for name, pair in each.items()} for each in found]


def measures_at(points: Sequence[Point], scenario: Scenario, replicates: int) -> list[Any]:
    """Measure a scenario at points, in whatever process this is."""
    return list(measure(scenario, points, replicates, 0))


def durability_at(points: Sequence[Point], scenario: Scenario, replicates: int) -> list[Any]:
    """How long a scenario lasts at points, in whatever process this is."""
    return list(durability(scenario, points, replicates, 0))


def sittings_at(points: Sequence[Point], scenario: Scenario, replicates: int) -> list[Any]:
    """See how rounds end at points, in whatever process this is; a point has its own seed."""
    found = []
    for point in points:
        numbers = {path: value for path, value in point.items() if path != "seed"}
        found += sittings(scenario, [numbers], replicates, point["seed"])
    return found


def restraint_at(points: Sequence[Point], scenario: Scenario, games: int) -> list[Any]:
    """Play a side that only restrains and never moves at points, each of which has its own seed.

    ``restraint_holds``: share of games that hold for `DAYS` days, of both sides' the higher.
    """
    names, found = parameter_fields(), []
    for point in points:
        given = {names[path]: value for path, value in point.items() if path != "seed"}
        words = [f"parameters.{name}={value}" for name, value in given.items()]
        seeds = range(games * int(point["seed"]), games * (int(point["seed"]) + 1))
        outcomes = [
            [played("restraint", seat, scenario.name, seed, DAYS, overrides=words,
                    short_rounds=False) for seed in seeds]
            for seat in PARTIES
        ]  # fmt: skip
        held = [share_of(np.array([one.holds for one in of_seat])) for of_seat in outcomes]
        found.append({"restraint_holds": max(held)})
    return found


def calibrate(asked: Calibration, directory: Path, workers: int, say: Say = print) -> Found:
    """Search, check whether the search can be trusted, and write what was found.

    Raises
    ------
    StudyError
        If no point is plausible, or an explanation is at work in too few accepted sets.
    """
    kind = EngineKind.serial if workers == 1 else EngineKind.threads
    engine: Engine = replace(load_best().settings.engine, kind=kind, workers=workers)
    with locked(directory):
        made = Measurements(directory, engine, asked.effort.seed, say)
        found = _search(asked, made)
        _must_be_represented(asked, found.falls)
        write(found, directory)
    return found


def _search(asked: Calibration, made: Measurements) -> Found:
    """History matching, populations, accepted sets, recovery, explanations alone."""
    effort, names = asked.effort, asked.names
    rng = np.random.default_rng(effort.seed)
    first = _rounded(_array(names, sobol(asked.ranges, effort.history, effort.seed)))
    measured = made.of("history matching", names, first, effort.history_futures, 0)
    history = History.fitted(asked.ranges, asked.targets, first, measured)
    table, plausible = _plausible(asked, history, effort.table)
    made.say(f"  {plausible:.1%} of the space is not implausible")
    parts: list[Measures] = []

    def likelihood(points: FloatArray) -> FloatArray:
        begun = effort.history + sum(len(next(iter(x.values()))) for x in parts)
        what = f"population {len(parts)}" if parts else "drawn from what is left"
        parts.append(made.of(what, names, _rounded(points), effort.futures, begun))
        return asked.log_likelihood(parts[-1])

    low, high = np.array([(span.low, span.high) for span in asked.ranges.values()]).T
    width = high - low

    def of_unit(unit: FloatArray) -> FloatArray:  # the unit cube, so that the density is 1
        return np.asarray(low + unit * width)

    search = Search(
        (table - low) / width, lambda x: history.plausible(_rounded(of_unit(x))), plausible,
        lambda x: likelihood(of_unit(x)), rng,
    )  # fmt: skip
    search.run(effort.generation, effort.generations, effort.keep, made.say)
    unit, weights = search.weighted()
    points = _rounded(of_unit(unit))
    measures = {x: np.concatenate([part[x] for part in parts]) for x in parts[0]}
    drawn, counts = np.unique(resampled(weights, effort.accepted, rng), return_counts=True)
    drawn, counts = _medoid_first(asked, made, unit, points, measures, drawn, counts)
    recovery = recover(
        names, points[: len(table)], {x: part[: len(table)] for x, part in measures.items()},
        asked.targets, effort.recovered, np.random.default_rng([effort.seed, 1]),
    )  # fmt: skip
    some = np.random.default_rng([effort.seed, 2]).permutation(len(drawn))[: effort.alone]
    chosen = drawn[np.sort(some)]
    falls = _falls(asked, made, points[chosen], effort.history + len(points) + effort.central)
    return Found(
        asked, history, plausible, points, weights, measures, len(table), search.tolerances,
        recovery, drawn, counts, falls,
    )  # fmt: skip


def _plausible(
    asked: Calibration, history: History, wanted: int
) -> tuple[FloatArray, float]:  # fmt: skip
    """So many points of a Sobol sequence that are not implausible, and the share that are not."""
    seed, tried = asked.effort.seed + 1, 1 << (wanted - 1).bit_length()
    found, share = np.empty((0, len(asked.ranges))), 0.0
    while len(found) < wanted:
        if tried > TRIES * wanted:
            raise StudyError(
                f"of {tried // 2:,} points {len(found):,} are not implausible; {wanted:,} are "
                "needed: the ranges or the targets do not fit the model"
            )
        drawn = _rounded(_array(asked.names, sobol(asked.ranges, tried, seed)))
        allowed = history.plausible(drawn)
        found, share = drawn[allowed], float(allowed.mean())
        tried *= 2
    return found[:wanted], share


def _distance_to_others(unit: FloatArray, counts: IntArray) -> FloatArray:
    """Sum of distances to all drawn sets, in standard deviations: least for the medoid."""
    at = (unit - np.average(unit, axis=0, weights=counts)) / unit.std(axis=0)
    square = ((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(np.sqrt(square) @ counts)


def _medoid_first(
    asked: Calibration, made: Measurements, unit: FloatArray, points: FloatArray,
    measures: Measures, drawn: IntArray, counts: IntArray,
) -> tuple[IntArray, IntArray]:  # fmt: skip
    """Accepted sets and how often each was drawn, in order of distance to all others.

    First comes the nearest that meets every condition, those of ``best`` among them.

    Raises
    ------
    StudyError
        If none does.
    """
    effort, names = asked.effort, asked.names
    order = np.argsort(_distance_to_others(unit[drawn], counts), kind="stable")
    drawn, counts = drawn[order], counts[order]
    met = np.ones(len(drawn), dtype=bool)
    for target in asked.targets:
        if target.kind is Kind.required:
            met &= target.miss(measures[target.name][drawn]) == 0.0
    central = np.flatnonzero(met)[: effort.central]
    sets = [dict(zip(names, row, strict=True)) for row in points[drawn[central]].tolist()]
    first = central[_first_that_meets(asked, made, sets, effort.history + len(points))]
    rest = np.delete(np.arange(len(drawn)), first)
    order = np.array([first, *rest])
    return drawn[order], counts[order]


def _first_that_meets(
    asked: Calibration, made: Measurements, sets: Sequence[Set], begun: int
) -> int:
    """The first of sets that meets every condition of ``best``; those of games, slow, come last.

    Raises
    ------
    StudyError
        If none does.
    """
    games = [target for target in asked.best if target.name == "restraint_holds"]
    others = [target for target in asked.best if target not in games]
    at = np.arange(len(sets))
    if others:
        seen = made.of_sets("most central sets", sets, asked.effort.confirmed, begun, sittings_at)
        at = at[[_met(others, each) for each in seen]]

    def in_games(k: int) -> dict[str, Measured]:
        what, number = f"restraint in set {k + 1}", asked.effort.games
        return made.of_sets(what, [sets[k]], number, begun + k, restraint_at, "game")[0]

    for k in at.tolist():
        if not games or _met(games, in_games(k)):
            return int(k)
    conditions = ", ".join(target.name for target in asked.best)
    raise StudyError(f"no central accepted set meets every condition, {conditions} among them")


def _met(conditions: Sequence[Target], seen: Mapping[str, Measured]) -> bool:
    return not any(float(x.miss(np.array(seen[x.name].value))) for x in conditions)


def _falls(
    asked: Calibration, made: Measurements, points: FloatArray, first: int
) -> dict[str, FloatArray]:
    """How steeply the hazard falls at points, in all and by each explanation alone."""
    sets = [dict(zip(asked.names, row, strict=True)) for row in points.tolist()]
    alone = {"both": sets} | {
        f"{name} alone": [asked.alone(name, values) for values in sets]
        for name in asked.explanations
    }
    out = {}
    for what, changed in alone.items():
        found = made.of_sets(what, changed, asked.effort.futures, first, durability_at)
        out[what] = np.array([fall_of(each) for each in found])
    return out


def _must_be_represented(asked: Calibration, falls: Mapping[str, FloatArray]) -> None:
    """Refuse sets among which an explanation of the falling hazard is hardly at work."""
    for name in asked.explanations:
        share = float((falls[f"{name} alone"] >= asked.fall).mean())
        if share < asked.represented:
            raise StudyError(
                f"{name} make the hazard fall {asked.fall:g}-fold in only {share:.0%} of the "
                f"accepted sets; at least {asked.represented:.0%} are needed"
            )


def _array(names: Sequence[str], points: Sequence[Mapping[str, float]]) -> FloatArray:
    return np.array([[point[name] for name in names] for point in points])


def _rounded(points: FloatArray) -> FloatArray:
    """Points with so many significant digits, as they are written."""
    with np.errstate(divide="ignore"):
        digits = DIGITS - 1 - np.floor(np.log10(np.abs(points)))
    scale = 10.0 ** np.where(np.isfinite(digits), digits, 0.0)
    return np.asarray(np.round(points * scale) / scale)
