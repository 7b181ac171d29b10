"""An outcome of several ensembles over the parameters in which they differ; estimates nothing new.

Bridges ensembles and the figures of `sim.plots.sweep`, which know tables only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.curves import difference_curves
from sim.analysis.ensemble import Ensemble
from sim.config import PARTIES, ConfigError
from sim.names import flat, meant
from sim.plots.style import Drawing
from sim.plots.sweep import heatmap, response
from sim.plots.words import INTERVAL, facts, lasting, readable
from sim.study.options import choices_of, groups

NAMES = ("name", "description", "expectation")
"""Fields that label a scenario and change no result."""
SETTINGS = ("engine",)


def swept(
    ensembles: Mapping[str, Ensemble],
    by: Sequence[str],
    end: str | None = None,
    outcome: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw an outcome over one parameter (a line each for what else differs) or over two.

    Over one, the differences from its first value stand beside it, paired where futures share their
    chance: the bands of two cells overlap although their difference may be clear. `by` are paths
    in the configuration, such as ``pakistan.trust``, or groups that were chosen from, such as
    ``protocol``; `outcome` is S(DAY) or RMST(DAY), by default RMST to the horizon. Errors:
    `ConfigError` for an unknown path or outcome, a parameter that does not vary, or several
    ensembles at one point of a heat map.
    """
    table = outcome_table(ensembles, by, end, outcome)
    end, quantity = str(table["end"].iloc[0]), str(table["quantity"].iloc[0])
    scenario = next(iter(ensembles.values())).scenario
    words = {path: parameter_in_words(path, scenario) for path in by}
    named = f"{_outcome_in_words(quantity, end)}, by {' and '.join(x for x, _ in words.values())}"
    labels = [said for _, said in words.values()]
    wide = table.rename(columns={"value": quantity})
    for path in by:
        if wide[path].nunique() < 2:
            raise ConfigError(
                f"{path} is {wide[path].iloc[0]} in every cell; nothing to draw by it"
            )
    look: dict[str, Any] = {"theme": theme, "sheet": sheet, "title": named, "labels": labels}
    if len(by) == 2:
        if wide.duplicated(list(by)).any():
            raise ConfigError(
                f"several cells share one pair of {by[0]} and {by[1]}; choose fewer cells"
            )
        about = [text for text in facts(dict(ensembles), end, [], "") if text]
        return heatmap(wide, by[0], by[1], quantity, about, se="se", **look)
    if wide.duplicated([by[0], "series"]).any():
        raise ConfigError(f"several cells share one value of {by[0]} and differ in nothing else")
    differences = _differences(ensembles, wide, by[0], end, quantity)
    how = "paired by common random numbers" if differences["paired"].all() else "not all paired"
    note = f"Differences from the first value of each line: {how}."
    about = [text for text in facts(dict(ensembles), end, [INTERVAL, note]) if text]
    look |= {"differences": differences, "notes": how}
    if wide["series"].nunique() == 1:
        return response(wide, by[0], quantity, about, **look)
    scenarios = {x.scenario.name for x in ensembles.values()}
    heading = "scenario" if len(scenarios) > 1 else "choice of the rest"
    wide = wide.drop(columns="scenario").rename(columns={"series": heading})
    return response(wide, by[0], quantity, about, by=heading, **look)


def _differences(
    ensembles: Mapping[str, Ensemble], table: pd.DataFrame, by: str, end: str, quantity: str
) -> pd.DataFrame:
    """Differences of each series from its first value: series, x, value, lower, upper, paired."""
    kind, day = _read(quantity, next(iter(ensembles.values())).horizon)
    rows = []
    for series, of in table.sort_values(by, kind="stable").groupby("series", sort=False):
        names = dict(zip(of["scenario"], of[by], strict=True))
        first = next(iter(names))
        shown = {name: ensembles[name] for name in names}
        rows.append([series, names.pop(first), 0.0, 0.0, 0.0, True])
        if names:
            found = difference_curves(shown, first, end, "rmst" if kind == "RMST" else "survival")
            for name, x in names.items():
                curve = found[name]
                numbers = (float(y[day]) for y in (curve.value, curve.lower, curve.upper))
                rows.append([series, x, *numbers, curve.paired])
    return pd.DataFrame(rows, columns=["series", "x", "value", "lower", "upper", "paired"])


def _outcome_in_words(quantity: str, end: str) -> str:
    """Name S(90) or RMST(365) as a reader would."""
    kind, _, rest = quantity.partition("(")
    day = rest.removesuffix(")")
    if kind == "S":
        return f"Share {lasting(end)} on day {day}"
    return f"Mean days {lasting(end)} to day {day}"


def parameter_in_words(path: str, scenario: Any) -> tuple[str, str]:
    """A parameter's short name, and what it is with its unit; a group of choices by its name.

    >>> parameter_in_words("pakistan.trust", sim.load("baseline"))  # doctest: +SKIP
    ("Islamabad's trust", "Islamabad: prior probability that ... (probability)")
    """
    part, said, unit = scenario, "", ""
    for name in path.split("."):
        info = getattr(type(part), "__pydantic_fields__", {}).get(name)
        if info is not None:
            said, unit = info.description or "", (info.json_schema_extra or {}).get("unit", "")
        part = part.get(name) if isinstance(part, Mapping) else getattr(part, name, None)
    whose, _, field = path.rpartition(".")
    side = whose.partition(".")[0]
    label = getattr(scenario, side).label if side in PARTIES else readable(whose.rpartition(".")[2])
    apart = "'s " if side in PARTIES else " "
    short = f"{label}{apart}{readable(field)}" if label else readable(field)
    if not said:
        return short, short
    told = f"{label}: {said}" if label else said
    return short, f"{told} ({unit})" if unit and unit != "1" else told


def outcome_table(
    ensembles: Mapping[str, Ensemble],
    by: Sequence[str],
    end: str | None = None,
    outcome: str | None = None,
) -> pd.DataFrame:
    """One row per ensemble: scenario, the parameters in `by`, series, quantity, value, limits, se.

    `series` says in what else than `by` the ensembles differ.
    """
    trees = {name: flat(x.cell.tree(), "none") for name, x in ensembles.items()}
    choices = [path for path in by if any(path not in tree for tree in trees.values())]
    for name, x in ensembles.items():
        made = choices_of(getattr(x.results, "run", {}).get("overrides", ()), choices)
        trees[name] |= {path: made[path] for path in choices if path in made}
    for path in by:
        for tree in trees.values():
            if path not in tree:
                known = sorted({*tree, *groups()})
                raise ConfigError(
                    f"{path} is no parameter of every cell{meant(path, known) or ';'} see the "
                    "config.yaml of one"
                )
    said = {name: _series(tree, trees, by, choices) for name, tree in trees.items()}
    rows = []
    for name, ensemble in ensembles.items():
        tree = trees[name]
        chosen = end or ensemble.scenario.ceasefire.end.value
        quantity = outcome or f"RMST({ensemble.horizon})"
        kind, day = _read(quantity, ensemble.horizon)
        estimate = ensemble.survival(chosen)
        point = estimate.at(day) if kind == "S" else estimate.rmst(day)
        numbers = {"value": point.value, "lower": point.lower, "upper": point.upper, "se": point.se}
        row: dict[str, Any] = {"scenario": name, "cell": ensemble.cell.key, "end": chosen}
        row |= {path: _value(tree[path]) for path in by}
        rows.append(row | {"series": said[name], "quantity": quantity} | numbers)
    table = pd.DataFrame(rows)
    if table["end"].nunique() > 1:
        listed = ", ".join(table["end"].unique())
        raise ConfigError(f"default end definitions differ ({listed}): name one with --end")
    return table


def _value(value: Any) -> Any:
    """A number as it is, anything else as text: a switch or a list is a category, no quantity."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number else str(value).lower() if isinstance(value, bool) else str(value)


def _series(
    tree: Mapping[str, Any],
    trees: Mapping[str, Mapping[str, Any]],
    by: Sequence[str],
    choices: Sequence[str],
) -> str:
    """Say what else than `by` sets a cell apart: its scenario, and what differs within that.

    A choice from a group brings other fields with it, which set nothing apart.
    """
    if choices:
        paths = [path for path in differing(trees) if not _follows(path, by, trees)]
        return ", ".join(f"{_last(path)} {tree.get(path)}" for path in paths) or "all"
    alike = {name: x for name, x in trees.items() if x["name"] == tree["name"]}
    paths = [path for path in differing(alike) if path not in by]
    words = [f"{_last(path)} {tree.get(path)}" for path in paths]
    if len(alike) < len(trees):
        words.insert(0, readable(str(tree["name"])))
    return ", ".join(words) or "all"


def _last(path: str) -> str:
    """The last word of a path that says something: the protocol, not its kind."""
    words = path.split(".")
    return words[-2] if words[-1] in ("kind", "name") and len(words) > 1 else words[-1]


def _follows(path: str, by: Sequence[str], trees: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a field has one value wherever `by` have the same."""
    held: dict[tuple[str, ...], Any] = {}
    for tree in trees.values():
        key = tuple(str(tree[one]) for one in by)
        if held.setdefault(key, tree.get(path)) != tree.get(path):
            return False
    return True


def _read(outcome: str, horizon: int) -> tuple[str, int]:
    """Read S(90) or RMST(365)."""
    kind, _, rest = outcome.partition("(")
    day = rest.removesuffix(")")
    if kind not in ("S", "RMST") or not day.isdigit() or not outcome.endswith(")"):
        raise ConfigError(f"outcome is {outcome!r}; write S(DAY) or RMST(DAY), such as S(90)")
    if not 1 <= int(day) <= horizon:
        raise ConfigError(
            f"outcome is {outcome}; its day must lie from 1 to the horizon, {horizon}"
        )
    return kind, int(day)


def differing(trees: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Paths that differ between configurations, without labels and the engine."""
    paths = list(dict.fromkeys(path for tree in trees.values() for path in tree))
    found = []
    for path in paths:
        if path in NAMES or path.partition(".")[0] in SETTINGS:
            continue
        values = [tree.get(path) for tree in trees.values()]
        if any(value != values[0] for value in values[1:]):
            found.append(path)
    return found
