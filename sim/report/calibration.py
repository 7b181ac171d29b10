"""A calibration from start to end: evaluate, accept, confirm, and write what was found.

Every evaluation is a line of ``points.jsonl``, written when it is done, so that a calibration that
was interrupted goes on where it stopped and comes to the same files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.calibration import (
    Calibration,
    fall_of,
    fit_table,
    nearest,
    parameter_correlations,
)
from sim.analysis.evaluations import Evaluations
from sim.analysis.patterns import Measured, durability, measure
from sim.config import Engine, EngineKind, Scenario
from sim.plots.calibration import calibration as draw
from sim.plots.style import save
from sim.study.cells import load_cell, parameter_fields
from sim.study.designs import Point
from sim.study.errors import StudyError
from sim.study.files import Atomic, locked
from sim.study.parameters import ACCEPTED, Set

POINTS = "points.jsonl"
Measures = dict[str, Measured]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Accepted:
    """A set that met every target twice: its measures, and how steeply the hazard falls by each
    explanation alone."""

    values: Set
    distance: float
    measures: Measures
    alone: dict[str, float]


class Measurements:
    """Measures of sets, each made once and kept in ``points.jsonl``."""

    def __init__(self, directory: Path, engine: Engine, say: Say) -> None:
        self.say, self.kept = say, Evaluations(directory / POINTS, engine)
        self.base, self.fields = load_cell(), parameter_fields()

    def of(
        self, what: str, sets: Sequence[Set], replicates: int, seed: int, *,
        all_targets: bool = True,
    ) -> list[Measures]:  # fmt: skip
        """Measures of each set, in order; ``all_targets`` or durability alone.

        A set may leave some parameters at their shipped values.
        """
        points = [
            {path: values[name] for path, name in self.fields.items() if name in values}
            for values in sets
        ]
        about = [self.base.key, seed, all_targets]
        distinct = len({json.dumps(point, sort_keys=True) for point in points})
        known = self.kept.known_of(points, replicates, about=about)
        self.say(f"{what}: {distinct} sets, {replicates:,} futures each"
                 + (f" ({known} were there)" if known else ""))  # fmt: skip
        given = (self.base.scenario, replicates, seed, all_targets)
        found = self.kept.of(points, replicates, measures_at, *given, about=about)
        return [_measures(each) for each in found]


def measures_at(
    points: Sequence[Point], scenario: Scenario, replicates: int, seed: int, all_targets: bool
) -> list[Any]:
    """Measure a scenario at points, in whatever process this is."""
    take = measure if all_targets else durability
    return list(take(scenario, points, replicates, seed))


def _measures(found: Mapping[str, Sequence[float]]) -> Measures:
    return {name: Measured(*pair) for name, pair in found.items()}


def calibrate(
    asked: Calibration, directory: Path, workers: int, say: Say = print
) -> list[Accepted]:
    """Search, confirm, and write ``accepted.csv``, ``best.yaml``, ``fit.csv`` and the figure.

    Raises
    ------
    StudyError
        If no set meets all targets, or an explanation is at work in too few of them.
    """
    kind = EngineKind.serial if workers == 1 else EngineKind.threads
    engine: Engine = replace(load_cell().settings.engine, kind=kind, workers=workers)
    with locked(directory):
        made = Measurements(directory, engine, say)
        accepted = _confirmed(asked, made, _candidates(asked, made))
        _must_be_represented(asked, accepted)
        _write(asked, accepted, directory)
    return accepted


def _candidates(asked: Calibration, made: Measurements) -> list[Set]:
    """Sets that meet every target, from a wide design and one within the ranges of its best."""
    first = asked.design()
    found = made.of("wide design", first, asked.futures, asked.seed)
    best = nearest(first, [asked.distance(x) for x in found], asked.best)
    second = asked.design(best)
    found += made.of("narrowed design", second, asked.futures, asked.seed)
    kept = [x for x, m in zip([*first, *second], found, strict=True) if asked.accepts(m)]
    made.say(f"  {len(kept)} of {len(found)} meet every target")
    if not kept:
        alone = "; ".join(asked.missed(found)) or "each is met by some set, but not all by one"
        raise StudyError(f"no set meets every target: {alone}")
    return kept


def _confirmed(asked: Calibration, made: Measurements, sets: Sequence[Set]) -> list[Accepted]:
    """Those that meet every target again, with more futures and other chance, best first."""
    found = made.of("again, with other chance", sets, asked.confirmed, asked.seed + 2)
    kept = [(x, m) for x, m in zip(sets, found, strict=True) if asked.accepts(m)]
    made.say(f"  {len(kept)} of {len(sets)} meet every target again")
    if not kept:
        raise StudyError(f"no set meets every target again: {'; '.join(asked.missed(found))}")
    alone = [
        made.of(
            f"{name} alone",
            [asked.alone(name, values) for values, _ in kept],
            asked.futures,
            asked.seed + 2,
            all_targets=False,
        )
        for name in asked.explanations
    ]
    confirmed = []
    for k, (values, measures) in enumerate(kept):
        falls = [fall_of(by_set[k]) for by_set in alone]
        by_name = dict(zip(asked.explanations, falls, strict=True))
        confirmed.append(Accepted(values, asked.distance(measures), measures, by_name))
    return sorted(confirmed, key=lambda one: one.distance)


def _must_be_represented(asked: Calibration, accepted: Sequence[Accepted]) -> None:
    """Refuse sets among which an explanation of the falling hazard is hardly at work."""
    for name in asked.explanations:
        share = sum(one.alone[name] >= asked.fall for one in accepted) / len(accepted)
        if share < asked.represented:
            raise StudyError(
                f"{name} make the hazard fall {asked.fall:g}-fold in only {share:.0%} of "
                f"{len(accepted)} accepted sets; at least {asked.represented:.0%} are needed"
            )


def accepted_table(accepted: Sequence[Accepted]) -> pd.DataFrame:
    """One row per accepted set: parameters, distance, falls, then every measure and its error."""
    rows = []
    for one in accepted:
        falls = {f"fall by {name} alone": round(fall, 3) for name, fall in one.alone.items()}
        row = {**one.values, "distance": round(one.distance, 4)}
        row["fall"] = round(fall_of(one.measures), 3)
        row |= falls
        for name, measured in one.measures.items():
            row |= {name: round(measured.value, 5), f"{name}_se": round(measured.se, 5)}
        rows.append(row)
    return pd.DataFrame(rows)


def _write(asked: Calibration, accepted: Sequence[Accepted], directory: Path) -> None:
    """Write the sets, the best of them as a configuration, the fit and the figure."""
    table = accepted_table(accepted)
    fit = fit_table(asked, [one.measures for one in accepted])
    figure = draw(asked, table)
    with Atomic(directory) as files:
        table.to_csv(files.path(ACCEPTED), index=False, lineterminator="\n")
        fit.to_csv(files.path("fit.csv"), index=False, lineterminator="\n")
        files.path("best.yaml").write_text(best_yaml(asked, accepted[0].values), encoding="utf-8")
        files.path("summary.txt").write_text(summary(asked, accepted) + "\n", encoding="utf-8")
    save(figure, directory / "calibration")


def best_yaml(asked: Calibration, best: Set) -> str:
    """The best set as the configuration ``parameters=best``."""
    lines = [
        "# The calibrated parameters: the accepted set that fits the targets best, found by",
        "# `ceasefire calibrate`. Other files of configs/ refer to these values.",
        *(f"{name}: {value:g} # {asked.about[name]}" for name, value in best.items()),
        "sets: [] # every future has the values above",
    ]
    return "\n".join(lines) + "\n"


def summary(asked: Calibration, accepted: Sequence[Accepted]) -> str:
    """The fit per target with Monte Carlo error, the ranges, and what each explanation carries."""
    return "\n".join(_lines(asked, accepted))


def _lines(asked: Calibration, accepted: Sequence[Accepted]) -> Iterator[str]:
    yield f"{len(accepted)} accepted sets; the best, of {asked.confirmed:,} futures:"
    yield f"{'target':<28}{'asked for':>18}{'best':>10}{'MC error':>10}   range of accepted sets"
    for row in fit_table(asked, [one.measures for one in accepted]).itertuples():
        wanted = f"{row.low:.3g} to {row.high:.3g}"
        span = f"{row.least:.3g} to {row.most:.3g}"
        yield f"{row.target:<28}{wanted:>18}{row.best:>10.3g}{row.best_se:>10.2g}   {span}"
    yield ""
    yield f"{'parameter':<28}{'searched':>18}{'best':>10}   range of accepted sets"
    for name, searched in asked.ranges.items():
        values = [one.values[name] for one in accepted]
        wanted, span = (
            f"{searched.low:g} to {searched.high:g}",
            f"{min(values):g} to {max(values):g}",
        )
        yield f"{name:<28}{wanted:>18}{values[0]:>10g}   {span}"
    yield ""
    yield from _explained(asked, accepted)
    yield "calibrated to these targets: they validate nothing"


def _explained(asked: Calibration, accepted: Sequence[Accepted]) -> Iterator[str]:
    """What each explanation of the falling hazard carries, and how they go together."""
    yield "fall of the hazard, first thirty days over last half year (median and range of sets):"
    falls = {"both": [fall_of(one.measures) for one in accepted]}
    falls |= {f"{name} alone": [one.alone[name] for one in accepted] for name in asked.explanations}
    for name, values in falls.items():
        ordered_values = sorted(values)
        middle = ordered_values[len(values) // 2]
        at_work = sum(value >= asked.fall for value in values) / len(values)
        span = f"{ordered_values[0]:.3g} to {ordered_values[-1]:.3g}"
        share = f"{asked.fall:g}-fold or more in {at_work:.0%}"
        yield f"  {name:<26}{middle:>8.3g}   {span:<20} {share}"
    correlations = parameter_correlations(accepted_table(accepted)[list(asked.ranges)])
    strongest = correlations.head(3)
    said = "; ".join(f"{r.one} and {r.other} {r.correlation:+.2f}" for r in strongest.itertuples())
    yield f"strongest rank correlations among accepted sets: {said}"
