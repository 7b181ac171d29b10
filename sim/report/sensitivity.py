"""The sensitivity study: screening, indices, scenario discovery; tables, figures and a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim import yaml_files
from sim.analysis.discovery import Box, chosen, measured, peel
from sim.analysis.evaluations import Evaluations, outcomes_at
from sim.analysis.outcomes import OUTCOMES
from sim.analysis.sensitivity import (
    CHANCE,
    Indices,
    morris,
    points,
    sobol,
    with_chance,
)
from sim.arrays import FloatArray
from sim.config import ConfigError
from sim.config.numbers import numbers
from sim.plots import sensitivity as plots
from sim.plots.style import Drawing, save
from sim.plots.words import WHAT_IF, readable
from sim.report.findings import write_readme
from sim.seeds import seed_list
from sim.study.cells import Cell, load_best
from sim.study.designs import Point
from sim.study.files import Atomic, checksum
from sim.study.space import Factor, Space, factors, spread
from sim.yaml_files import YamlError

FOLDER = "sensitivity"
NAMES = ("rmst", "s30", "s90", "s365", "agreement")
"""Outcomes that are explained; the first ranks the factors."""
Discovery = tuple[Box, Box, list[Box], float]
"""A box as found, as measured on other points, how it was peeled, and the outcome's threshold."""
PICTURES = {
    "screening": "Ranked elementary effects",
    "indices": "Sobol' indices",
    "convergence": "Convergence of the indices",
    "box": "Where the outcome is in its lower quarter",
}
SHOWN = 20
"""Bars in the figure of the screening."""


@dataclass(frozen=True)
class Plan:
    """What ``space.yaml`` says: the space, and how many evaluations are made of what."""

    space: Space
    trajectories: int
    samples: int
    top: int
    outcome: str
    worst: float
    points: int
    replicates: int
    seeds: int

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan; raise ``ConfigError`` if the file is not as described."""
        try:
            tree = yaml_files.read(path)
            space = Space.of(tree)
            return cls(
                space, tree["screening"]["trajectories"], tree["indices"]["samples"],
                tree["indices"]["factors"], tree["discovery"]["outcome"],
                tree["discovery"]["worst"], tree["discovery"]["points"], tree["replicates"],
                tree["seeds"],
            )  # fmt: skip
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
        except YamlError as error:
            raise ConfigError(str(error)) from None
        except (KeyError, TypeError) as error:
            raise ConfigError(f"{path} lacks or misspells {error}") from None


class Sensitivity:
    """Runs a plan on a base cell, in order: screening, indices of the first factors, discovery.

    With a cell ``other`` what is explained is the difference of its outcomes from those of the
    base, future by future; numbers that it does not have, or has otherwise, are held.
    """

    def __init__(
        self, plan: Plan, base: Cell, directory: Path,
        progress: Callable[[int, int], None] | None = None, other: Cell | None = None,
    ) -> None:  # fmt: skip
        self.plan, self.base, self.directory, self.other = plan, base, directory, other
        found, self.held = factors(base.scenario, plan.space)
        if other is not None:
            found, unlike = common(found, other)
            self.held |= unlike
        seeds = seed_list("replication")[: plan.seeds]
        self.found = with_chance(found, seeds)
        engine = base.settings.engine
        self.kept = Evaluations(directory / "evaluations.jsonl", engine, progress)

    def run(self) -> list[str]:
        """Write every table and figure and the page; name them."""
        screened = morris(self.found, self.evaluate, self.plan.trajectories, self.seed, NAMES)
        first = self.first(screened)
        indices = sobol(first, self.evaluate, self.plan.samples, self.seed, NAMES)
        box = self.discover(first)
        self.write(screened, first, indices, box)
        written = [path.name for path in self.directory.iterdir() if path.suffix != ".jsonl"]
        return sorted(name for name in written if not name.startswith("."))  # such as its lock

    def evaluate(self, points: Sequence[Point]) -> FloatArray:
        """Outcomes of points, or their differences, shape (points, outcomes)."""
        if self.other is None:
            return self._of(self.base, points)
        return self._of(self.other, points) - self._of(self.base, points)

    def _of(self, cell: Cell, points: Sequence[Point]) -> FloatArray:
        """A cell's outcomes at points."""
        futures, about = cell.settings.replicates, [cell.key, NAMES]
        return np.array(self.kept.of(points, futures, outcomes_at, cell, NAMES, about=about))

    @property
    def what(self) -> str:
        """What is explained, before the name of an outcome."""
        if self.other is None:
            return ""
        return f"the difference of {readable(self.other.scenario.name)} from baseline in "

    @property
    def seed(self) -> int:
        """Seed of the designs."""
        return self.base.settings.seed

    def first(self, screened: pd.DataFrame) -> list[Factor]:
        """The factors that screening ranks first for the primary outcome, and chance."""
        ranked = screened[screened["outcome"] == NAMES[0]].sort_values("effect", ascending=False)
        names = [name for name in ranked["factor"] if name != CHANCE][: self.plan.top]
        by_path = {factor.path: factor for factor in self.found}
        return [by_path[name] for name in [*names, CHANCE]]

    def discover(self, first: Sequence[Factor]) -> Discovery:
        """Search half of the points of a hypercube for a box, measure it on the other half.

        Returns the box as found, as measured on the other half, the peeling trajectory and the
        outcome's threshold. Chance is not a factor of a box.
        """
        shares = spread(first, self.plan.points, self.seed)
        column = self.evaluate(points(first, shares))[:, NAMES.index(self.plan.outcome)]
        threshold = float(np.quantile(column, self.plan.worst))
        wanted, values = column <= threshold, shares[:, : len(first) - 1]
        half = np.arange(len(values)) % 2 == 0
        boxes = peel(values[half], wanted[half])
        best = chosen(values[half], wanted[half], boxes)
        return best, measured(values[~half], wanted[~half], best.limits), boxes, threshold

    def about(self, evaluations: int) -> list[str]:
        """The footer of every figure."""
        settings, scenario = self.base.settings, self.base.scenario
        each = "" if self.other is None else " of each scenario"
        return [
            f"{evaluations:,} evaluations{each} of {settings.replicates} futures of "
            f"{settings.horizon} days; base: {scenario.name}, accounts "
            f"{scenario.accounts.name.value}; seeds of the factor chance: {self.plan.seeds} of the "
            f"list replication. {WHAT_IF}",
            "Intervals: 95 % bootstrap. Intervals of factors are assumptions (space.yaml).",
        ]

    def write(
        self, screened: pd.DataFrame, first: Sequence[Factor], indices: Indices,
        discovered: Discovery,
    ) -> None:  # fmt: skip
        """Write tables, figures and the page."""
        box, again, boxes, threshold = discovered
        limits = box_table(first, box)
        trail = pd.DataFrame(
            {"coverage": [b.coverage for b in boxes], "density": [b.density for b in boxes],
             "mass": [b.mass for b in boxes], "chosen": False}
        )  # fmt: skip
        trail.loc[len(trail)] = [box.coverage, box.density, box.mass, True]
        tables = {"screening": screened, "indices": indices.table, "box": limits,
                  "convergence": indices.convergence, "peeling": trail}  # fmt: skip
        with Atomic(self.directory) as files:
            for name, table in tables.items():
                table.to_csv(files.path(f"{name}.csv"), index=False, float_format="%.6g")
        morris_runs = self.plan.trajectories * (len(self.found) + 1)
        sobol_runs = self.plan.samples * (len(first) + 2)
        what = f"{self.what}mean days in force"
        self._save("screening", _screening(screened, self.about(morris_runs), what))
        self._save("indices", _ranked_indices(indices.table, self.about(sobol_runs), what))
        primary = indices.convergence[indices.convergence["outcome"] == NAMES[0]]
        title = f"Total indices of {what}, by number of samples"
        self._save("convergence", plots.convergence(primary, self.about(sobol_runs), title=title))
        if len(limits):
            outcome = OUTCOMES[self.plan.outcome].title
            named = f"{self.what}{outcome[0].lower()}{outcome[1:]}"
            title = f"{named[0].upper()}{named[1:]}: where it is below {threshold:.2f}"
            drawing = plots.box(limits, trail, self.about(self.plan.points), title=title)
            self._save("box", drawing)
        folder = FOLDER if self.other is None else f"{FOLDER}_of_differences"
        said = said_of(
            screened, indices.table, limits, (box, again), threshold, len(self.held), self.what
        )
        write_readme(self.directory, folder, said)

    def _save(self, name: str, drawing: Drawing) -> None:
        signed = replace(drawing, metadata={"Data": checksum(self.directory / f"{name}.csv")})
        save(signed, self.directory / name, ("png",))


def box_table(first: Sequence[Factor], box: Box) -> pd.DataFrame:
    """One row per restricted factor: limits as shares of the interval and in the factor's unit."""
    rows = []
    for k in box.restricted:
        low, high = np.clip(box.limits[k], 0, 1)
        factor = first[k]
        rows.append({"factor": factor.path, "low": low, "high": high, "from": factor.at(low),
                     "to": factor.at(high), "chance": box.chance[k]})  # fmt: skip
    return pd.DataFrame(rows, columns=["factor", "low", "high", "from", "to", "chance"])


def common(found: Sequence[Factor], other: Cell) -> tuple[list[Factor], dict[str, str]]:
    """Factors that have the same value in another cell, and why the others are held."""
    known = numbers(other.scenario)
    kept, held = [], {}
    for factor in found:
        if factor.path not in known:
            held[factor.path] = f"{other.scenario.name} does not have it"
        elif known[factor.path].value != factor.held:
            held[factor.path] = f"{other.scenario.name} has another value"
        else:
            kept.append(factor)
    return kept, held


def _screening(screened: pd.DataFrame, about: Sequence[str], what: str) -> Drawing:
    """Bars of the largest elementary effects on the primary outcome, with chance as a line."""
    mine = screened[screened["outcome"] == NAMES[0]]
    chance = float(mine.loc[mine["factor"] == CHANCE, "effect"].iloc[0])
    shown = mine[mine["factor"] != CHANCE].nlargest(SHOWN, "effect")
    bars = shown.assign(series="effect", value=shown["effect"])
    return plots.ranked(
        bars, about, line=("a change of seed alone", chance),
        title=f"Screening: the {SHOWN} numbers that move {what} most",
        axis="Mean absolute effect of the whole interval (days)",
    )  # fmt: skip


def _ranked_indices(table: pd.DataFrame, about: Sequence[str], what: str) -> Drawing:
    mine = table[table["outcome"] == NAMES[0]].sort_values("total", ascending=False)
    chance = float(mine.loc[mine["factor"] == CHANCE, "total"].iloc[0])
    columns = {"factor": mine["factor"]}
    bars = pd.concat(
        pd.DataFrame({**columns, "series": said, "value": mine[name], "half": mine[f"{name}_half"]})
        for name, said in (("first", "alone (first order)"), ("total", "with interactions (total)"))
    )
    return plots.ranked(
        bars, about, line=("chance, total", chance),
        title=f"Share of the variance of {what}", axis="Sobol' index",
    )  # fmt: skip


def said_of(
    screened: pd.DataFrame, table: pd.DataFrame, limits: pd.DataFrame, boxes: tuple[Box, Box],
    threshold: float, held: int, what: str = "",
) -> str:  # fmt: skip
    """The page's result: two sentences, the table of indices, and the figures."""
    effects = screened[screened["outcome"] == NAMES[0]].set_index("factor")["effect"]
    above = int((effects.drop(CHANCE) > effects[CHANCE]).sum())
    mine = table[table["outcome"] == NAMES[0]].sort_values("total", ascending=False)
    largest = mine[mine["factor"] != CHANCE].iloc[0]
    chance = mine[mine["factor"] == CHANCE].iloc[0]
    lines = [
        f"Of {len(effects) - 1} numbers that are varied ({held} are held), {above} move "
        f"{what}mean days in force more than a change of seed does; the largest total index is "
        f"that of `{largest['factor']}`, {_with_half(largest, 'total')}, and chance has "
        f"{_with_half(chance, 'total')}. {_of_box(limits, boxes, threshold, what)}",
        "",
        "| number | alone | with interactions |",
        "| --- | --- | --- |",
    ]
    for _, row in mine.iterrows():
        lines.append(
            f"| `{row['factor']}` | {_with_half(row, 'first')} | {_with_half(row, 'total')} |"
        )
    for name, title in PICTURES.items():
        if name != "box" or len(limits):
            lines += ["", f"![{title}]({name}.png)"]
    return "\n".join(lines)


def _with_half(row: Any, name: str) -> str:
    value, half = float(row[name]), float(row[f"{name}_half"])
    return f"{value:.2f} [{value - half:.2f}, {value + half:.2f}]".replace("-", "−")


def _of_box(limits: pd.DataFrame, boxes: tuple[Box, Box], threshold: float, what: str = "") -> str:
    if not len(limits):
        return "No box of parameters was found in which the outcome of interest is common."
    found, again = boxes
    where = ", ".join(
        f"`{row['factor']}` is from {row['from']:.3g} to {row['to']:.3g}"
        for _, row in limits.iterrows()
    )
    return (
        f"{what[:1].upper()}{what[1:]}S(90) is in its lower quarter (below {threshold:.2f}) "
        f"mostly where {where}: coverage {found.coverage:.2f} and density {found.density:.2f} on "
        f"the points searched, "
        f"{again.coverage:.2f} and {again.density:.2f} on points not searched."
    )


def base_cell(plan: Plan, overrides: Sequence[str], scenario: str = "baseline") -> Cell:
    """The cell whose numbers are varied, with the best parameters."""
    return load_best(scenario, [f"replicates={plan.replicates}", *overrides])
