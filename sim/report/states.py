"""Talks to collapse as a chart that moves: states over time, and the changes between them.

Knows states and names, and writes a Vega-Lite specification; `sim.report.interactive` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.analysis.ensemble import Ensemble
from sim.analysis.states import States, states
from sim.plots.states import state_colour
from sim.plots.style import THEMES
from sim.plots.words import distinct
from sim.report.interactive import SCHEMA, choice, slider

TITLE = "From talks to the end"
MOST = 4
"""Scenarios that can be chosen."""
WEEK = 7
"""Days of which the changes are listed."""
MOST_CHANGES = 8
"""Changes listed, the most frequent first."""
ROW = 18
"""Height of a line of text in pixels."""


def known(ensemble: Ensemble) -> bool:
    """Whether an ensemble's talks can be followed: futures were watched and partial deals noted."""
    return bool(ensemble.watched) and "partial_day" in ensemble.runs


def specification(cells: Mapping[str, Ensemble], end: str) -> dict[str, Any]:
    """Return a Vega-Lite specification with its data.

    A scenario can be chosen; a pointer reads a state's share and what came in and went out that
    day, a slider lists all shares of a day and the changes of the week before.
    """
    found = {name: states(cells[name], end) for name in list(cells)[:MOST]}
    short, _ = distinct(list(found))
    labels = [short[name] for name in found]
    names = list(dict.fromkeys(x for each in found.values() for x in each.names))
    horizon = max(cells[name].horizon for name in found)
    areas = [row for k, each in enumerate(found.values()) for row in _areas(each, names, k)]
    changes = [row for k, each in enumerate(found.values()) for row in _changes(each, names, k)]
    params: list[dict[str, Any]] = [
        slider("evening", "Day", min(30, horizon), 0, horizon),
        {"name": "states", "value": names},
        {"name": "cells", "value": labels},
    ]
    if len(labels) > 1:
        params.insert(0, choice("cell", "Scenario", labels[0], labels))
    else:
        params.append({"name": "cell", "value": labels[0]})
    return {
        "$schema": SCHEMA,
        "description": "Share of the watched futures in each state of talks, deal or end.",
        "datasets": {"areas": areas, "changes": changes},
        "params": params,
        "vconcat": [_stacked(names, horizon), _shares(names), _week()],
        "resolve": {"legend": {"color": "independent"}},
    }


def _stacked(names: list[str], horizon: int) -> dict[str, Any]:
    """Areas of the states, read by pointing."""
    tooltip = [
        {"field": "s", "title": "State"},
        {"field": "d", "title": "Evening of day", "format": "d"},
        {"field": "share", "title": "Share", "format": ".3f"},
        {"field": "came", "title": "Came in that day"},
        {"field": "went", "title": "Went out that day"},
    ]
    pointed = {
        "name": "over",
        "select": {"type": "point", "on": "pointerover", "clear": "pointerout"},
    }
    colors = [state_colour(name, THEMES["light"]) for name in names]
    color = {
        "field": "s", "type": "nominal", "title": None, "sort": names,
        "scale": {"domain": names, "range": colors},
        "legend": {"orient": "bottom", "columns": 2, "symbolType": "square", "labelLimit": 260},
    }  # fmt: skip
    x = {"field": "d", "type": "quantitative", "title": "Day",
         "scale": {"domain": [0, horizon + 1], "nice": False}}  # fmt: skip
    share = {"type": "quantitative", "title": None, "scale": {"domain": [0, 1]}}
    return {
        "width": "container",
        "height": 320,
        "title": _title("'Share of watched futures'"),
        "data": {"name": "areas"},
        "transform": [
            {"filter": "cells[datum.c] == cell"},
            {"calculate": "states[datum.k]", "as": "s"},
            {"calculate": "datum.n / datum.of", "as": "share"},
            {"calculate": "datum.low / datum.of", "as": "floor"},
            {"calculate": "datum.floor + datum.share", "as": "ceiling"},
            {"calculate": "datum.came || 'none'", "as": "came"},
            {"calculate": "datum.went || 'none'", "as": "went"},
        ],
        "layer": [
            {"params": [pointed],
             "mark": {"type": "rect", "aria": False, "strokeWidth": 0.5},
             "encoding": {
                 "x": x, "x2": {"field": "to"}, "y": {"field": "floor", **share},
                 "y2": {"field": "ceiling"}, "color": color, "tooltip": tooltip,
                 "stroke": {**color, "legend": None},
                 "opacity": {"condition": {"param": "over", "value": 0.7, "empty": False},
                             "value": 1},
             }},
            {"mark": {"type": "rule", "strokeDash": [4, 3], "aria": False},
             "data": {"values": [{}]},
             "encoding": {"x": {"datum": {"expr": "evening"}, "type": "quantitative"}}},
        ],
    }  # fmt: skip


def _shares(names: list[str]) -> dict[str, Any]:
    """How many futures are in which state in the evening of the day chosen."""
    said = "datum.s + ': ' + format(datum.n, ',') + ' of ' + format(datum.of, ',')"
    that_day = "datum.n && datum.d <= evening && datum.to > evening"
    return _listed(
        "areas",
        "'Evening of day ' + evening",
        [{"filter": f"cells[datum.c] == cell && {that_day}"},
         {"calculate": "states[datum.k]", "as": "s"},
         {"calculate": said, "as": "line"}],
        {"field": "s", "sort": names},
    )  # fmt: skip


def _week() -> dict[str, Any]:
    """The most frequent changes of the week up to the day chosen."""
    most = {"field": "total", "order": "descending"}
    change = "states[datum.a] + ' → ' + states[datum.b]"
    return _listed(
        "changes",
        f"'Changes in the {WEEK} days to day ' + evening",
        [{"filter": f"cells[datum.c] == cell && datum.d <= evening && datum.d > evening - {WEEK}"},
         {"aggregate": [{"op": "sum", "field": "n", "as": "total"}], "groupby": ["a", "b"]},
         {"window": [{"op": "row_number", "as": "rank"}], "sort": [most]},
         {"filter": f"datum.rank <= {MOST_CHANGES}"},
         {"calculate": f"format(datum.total, ',') + ': ' + {change}", "as": "line"}],
        {"field": "rank"},
    )  # fmt: skip


def _listed(
    data: str, title: str, transform: list[dict[str, Any]], place: dict[str, Any]
) -> dict[str, Any]:
    """Lines of text, the `line` of each row of named data, in the order of their `place`."""
    return {
        "height": {"step": ROW},
        "width": "container",
        "title": _title(title),
        "data": {"name": data},
        "transform": transform,
        "mark": {"type": "text", "align": "left", "fontSize": 11},
        "encoding": {
            "y": {**place, "type": "ordinal", "axis": None},
            "x": {"value": 4},
            "text": {"field": "line"},
        },
    }


def _title(said: str) -> dict[str, Any]:
    return {"text": {"expr": said}, "anchor": "start", "fontSize": 12}


def _areas(found: States, names: list[str], cell: int) -> Iterator[dict[str, Any]]:
    """A row for each state and run of days on which nothing of it changes.

    Scenarios and states are numbers, so that a page is not full of their names.
    """
    futures, last = found.futures, found.share.shape[1]
    count = np.rint(found.share.to_numpy() * futures).astype(int)
    low = futures - count.cumsum(axis=0)
    came, went = _told(found, "after", "before", "from"), _told(found, "before", "after", "to")
    for k, name in enumerate(found.names):
        moved = [day for day in range(1, last) if (name, day) in came or (name, day) in went]
        shifted = np.flatnonzero((count[k, 1:] != count[k, :-1]) | (low[k, 1:] != low[k, :-1])) + 1
        days = sorted({0, *shifted.tolist(), *moved, *(day + 1 for day in moved if day + 1 < last)})
        for day, after in zip(days, [*days[1:], last], strict=True):
            said = {"came": came.get((name, day)), "went": went.get((name, day))}
            if count[k, day] or any(said.values()):
                yield {
                    "c": cell, "k": names.index(name), "d": day, "to": after, "of": futures,
                    "n": int(count[k, day]), "low": int(low[k, day]),
                    **{key: text for key, text in said.items() if text},
                }  # fmt: skip


def _told(found: States, of: str, other: str, word: str) -> dict[tuple[str, int], str]:
    """How many futures came from where or went where, by state and day."""
    parts: dict[tuple[str, int], list[str]] = {}
    for move in found.moves.to_dict("records"):
        parts.setdefault((move[of], move["day"]), []).append(
            f"{move['futures']:,} {word} {move[other]}"
        )
    return {key: "; ".join(said) for key, said in parts.items()}


def _changes(found: States, names: list[str], cell: int) -> Iterator[dict[str, Any]]:
    """A row for each day and change of state."""
    for move in found.moves.to_dict("records"):
        before, after = (names.index(move[x]) for x in ("before", "after"))
        yield {"c": cell, "d": move["day"], "n": move["futures"], "a": before, "b": after}
