"""The comparison of survival that moves: a Vega-Lite specification and what shows it in a page.

Knows estimates and names; asks no host for anything. Vega, Vega-Lite and Vega-Embed (BSD licence)
come from the package vl-convert and are written into the page.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from markupsafe import Markup

from sim.analysis.curves import difference_curves
from sim.analysis.ensemble import Ensemble
from sim.analysis.sample import SurvivalInputError
from sim.config import ENDS
from sim.plots.style import SHEETS, THEMES, pens
from sim.plots.words import distinct, readable
from sim.report.markup import Section, chart, page

TITLE = "Survival of simulated ceasefires"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
MOST = 16
"""Scenarios that can be toggled."""
MOST_PAIRS = 8
"""Scenarios up to which any can be the reference; beyond, differences are from one only."""
DAYS = 60
"""Days drawn at most, evenly spaced; milestones and the last day are among them."""
MILESTONES = (7, 30, 60, 90, 180, 270, 365)
GREY = "#767676"
"""Colour of the reference, which is seen on white and on black."""
SHARE, DIFFERENCE = "share in force", "difference from the reference"


def specification(cells: Mapping[str, Ensemble], reference: str, end: str) -> dict[str, Any]:
    """Return a Vega-Lite specification with its data.

    Scenarios can be toggled; end definition, reference, view (shares or paired differences), last
    day and milestone chosen; a pointer, or the milestone, reads values with 95 % limits.
    """
    names = list(cells)[:MOST]
    shown = {name: cells[name] for name in names}
    short, _ = distinct(names)
    labels = [short[name] for name in names]
    horizon = shown[reference].horizon
    days = _days(horizon)
    rows = [{"e": k, **row} for k, x in enumerate(ENDS) for row in _rows(shown, reference, x, days)]
    drawn = pens(names, reference, THEMES["light"], SHEETS["page"])  # as in the still figures
    colors = [GREY if name == reference else drawn[name].color for name in names]
    shown_as = {
        "field": "who", "type": "nominal", "title": None, "sort": labels,
        "scale": {"domain": labels, "range": colors},
    }  # fmt: skip
    first = labels[names.index(reference)]
    bases = labels if len(names) <= MOST_PAIRS else [first]
    return {
        "$schema": SCHEMA,
        "description": "Survival of simulated ceasefires by scenario, with 95% limits.",
        "data": {"name": "curves", "values": rows},
        "params": _asked(labels, bases, first, end, horizon),
        "transform": _chosen(labels),
        "vconcat": [_curves(shown_as), _reading(shown_as)],
        "resolve": {"scale": {"color": "shared"}},
    }


def _asked(
    labels: Sequence[str], bases: list[str], first: str, end: str, horizon: int
) -> list[dict[str, Any]]:
    """What a reader can choose, and a box to tick for each scenario."""
    return [
        choice("view", "Show", SHARE, [SHARE, DIFFERENCE]),
        choice("end", "End of the ceasefire", readable(end), [readable(x) for x in ENDS]),
        choice("ref", "Reference", first, bases),
        {"name": "ends", "value": [readable(x) for x in ENDS]},
        {"name": "names", "value": list(labels)},
        slider("last", "Last day", horizon, min(7, horizon), horizon),
        slider("day", "Milestone (day)", min(90, horizon), 1, horizon),
        *(
            {"name": f"on{k}", "value": True, "bind": {"input": "checkbox", "name": f"{label} "}}
            for k, label in enumerate(labels)
        ),
    ]


def _chosen(labels: Sequence[str]) -> list[dict[str, Any]]:
    """From all rows to those asked for: who, value, low and high.

    A difference is held once for each pair and turned about where the reference is its first.
    """
    wanted = " || ".join(f"(datum.who == {json.dumps(x)} && on{k})" for k, x in enumerate(labels))
    return [
        {"filter": "ends[datum.e] == end"},
        {"filter": f"view == {json.dumps(SHARE)} ? !isValid(datum.b) : isValid(datum.b) && "
                   "(names[datum.a] == ref || names[datum.b] == ref)"},
        {"calculate": "isValid(datum.b) && names[datum.a] == ref ? -1 : 1", "as": "sign"},
        {"calculate": "names[datum.sign < 0 ? datum.b : datum.a]", "as": "who"},
        {"calculate": "datum.sign * datum.v", "as": "value"},
        {"calculate": "datum.sign < 0 ? -datum.u : datum.l", "as": "low"},
        {"calculate": "datum.sign < 0 ? -datum.l : datum.u", "as": "high"},
        {"filter": wanted},
    ]  # fmt: skip


def _curves(color: dict[str, Any]) -> dict[str, Any]:
    """Curves with bands, read by pointing."""
    x = {"field": "d", "type": "quantitative", "title": "Day",
         "scale": {"domain": [0, {"expr": "last"}], "nice": False}}  # fmt: skip
    tooltip = [
        {"field": "who", "title": "Scenario"},
        {"field": "d", "title": "Day", "format": "d"},
        {"field": "value", "title": "Value", "format": ".3f"},
        {"field": "low", "title": "Lower (95%)", "format": ".3f"},
        {"field": "high", "title": "Upper (95%)", "format": ".3f"},
    ]
    pointed = {
        "name": "at",
        "select": {"type": "point", "on": "pointerover", "clear": "pointerout"},
    }
    y = {"field": "value", "type": "quantitative", "title": None}
    line = {"type": "line", "interpolate": "step-after", "clip": True}
    return {
        "width": "container",
        "height": 320,
        "title": {"text": {"expr": "view"}, "anchor": "start", "fontSize": 12},
        "layer": [
            {"mark": {"type": "area", "interpolate": "step-after", "opacity": 0.2, "clip": True},
             "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"},
                          "color": color}},
            {"mark": line, "encoding": {"x": x, "y": y, "color": color}},
            {"params": [pointed],
             "mark": {"type": "point", "filled": True, "size": 160, "clip": True},
             "encoding": {"x": x, "y": y, "color": color, "tooltip": tooltip,
                          "opacity": {"condition": {"param": "at", "value": 0.7, "empty": False},
                                      "value": 0}}},
            {"mark": {"type": "rule", "strokeDash": [4, 3], "aria": False},
             "data": {"values": [{}]},
             "encoding": {"x": {"datum": {"expr": "day"}, "type": "quantitative"}}},
        ],
    }  # fmt: skip


def _reading(color: dict[str, Any]) -> dict[str, Any]:
    """Values with limits at the milestone, a line for each scenario."""
    value, low, high = (f"format(datum.{name}, '.3f')" for name in ("value", "low", "high"))
    text = f"datum.who + ': ' + {value} + ' [' + {low} + ', ' + {high} + ']'"
    return {
        "height": {"step": 18},
        "width": "container",
        "title": {"text": {"expr": "'Day ' + day"}, "anchor": "start", "fontSize": 12},
        "transform": [
            {"filter": "datum.d <= day && datum.next > day"},
            {"calculate": text, "as": "said"},
        ],
        "mark": {"type": "text", "align": "left", "fontSize": 12},
        "encoding": {
            "y": {"field": "who", "type": "nominal", "sort": color["sort"], "axis": None},
            "x": {"value": 4},
            "text": {"field": "said"},
            "color": {**color, "legend": None},
        },
    }


def choice(name: str, label: str, value: str, options: Sequence[str]) -> dict[str, Any]:
    """A parameter of a chart that is chosen from a list."""
    bound = {"input": "select", "options": list(options), "name": f"{label} "}
    return {"name": name, "value": value, "bind": bound}


def slider(name: str, label: str, value: int, low: int, high: int) -> dict[str, Any]:
    """A parameter of a chart that is a whole number, set by a slider."""
    bound = {"input": "range", "min": low, "max": high, "step": 1, "name": f"{label} "}
    return {"name": name, "value": value, "bind": bound}


def _days(horizon: int) -> list[int]:
    """Days drawn: each at first, then evenly spaced, with the milestones and the last."""
    even = np.unique(np.round(np.geomspace(1, horizon + 1, DAYS)) - 1).astype(int).tolist()
    return sorted({*even, *(x for x in MILESTONES if x <= horizon), 0, horizon})


def _rows(
    cells: Mapping[str, Ensemble], reference: str, end: str, days: list[int]
) -> Iterator[dict[str, Any]]:
    """Shares of every scenario and differences of every pair, on the days drawn.

    Scenarios are numbers, so that a page is not full of their names.
    """
    place = {name: k for k, name in enumerate(cells)}
    for name, ensemble in cells.items():
        yield from _points(ensemble.survival(end), days, {"a": place[name]})
    if len(cells) < 2:
        return
    several = list(combinations(cells, 2)) if len(cells) <= MOST_PAIRS else [
        (name, reference) for name in cells if name != reference
    ]  # fmt: skip
    for one, base in several:
        try:
            pair = {one: cells[one], base: cells[base]}
            curve = difference_curves(pair, base, end)[one]
        except SurvivalInputError:
            continue
        yield from _points(curve, days, {"a": place[one], "b": place[base]})


def _points(curve: Any, days: list[int], said: dict[str, int]) -> Iterator[dict[str, Any]]:
    value = curve.survival if hasattr(curve, "survival") else curve.value
    following = [*days[1:], days[-1] + 1]
    for day, after in zip(days, following, strict=True):
        numbers = (value[day], curve.lower[day], curve.upper[day])
        v, low, high = (round(float(x), 4) for x in numbers)
        yield {**said, "d": day, "next": after, "v": v, "l": low, "u": high}


SHOW = """
(function () {
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  var ink = dark ? "#f2f2f2" : "#1a1a1a", quiet = dark ? "#3c434d" : "#d0d0d0";
  var config = { background: "transparent", axis: { labelColor: ink, titleColor: ink,
    gridColor: quiet, domainColor: ink, tickColor: ink }, legend: { labelColor: ink },
    title: { color: ink }, view: { stroke: null }, rule: { color: ink }, text: { color: ink } };
  document.querySelectorAll("script[data-for]").forEach(function (held) {
    var place = document.getElementById(held.dataset.for);
    vegaEmbed(place, JSON.parse(held.textContent), { actions: false, ast: true, config: config,
      renderer: "svg", tooltip: { theme: dark ? "dark" : "light" } }).then(function (made) {
      place.setAttribute("data-ready", "yes");
      place.closest(".interactive").classList.add("alive");
    }).catch(function (error) { place.textContent = "The chart failed: " + error.message; });
  });
})();
"""


def embedded(key: str, spec: Mapping[str, Any], label: str) -> Markup:
    """A place in a page for a chart, with its specification."""
    text = json.dumps(spec, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
    return chart(key, label, text)


def scripts() -> list[str]:
    """What must run in a page to show its charts: the libraries, then ours."""
    return [_libraries(), SHOW]


@cache
def _libraries() -> str:
    from vl_convert import javascript_bundle

    return str(javascript_bundle(None)).replace("</script", "<\\/script")


def document(spec: Mapping[str, Any], title: str) -> str:
    """A whole page with one chart and nothing else."""
    running, body = scripts(), embedded("chart", spec, title)
    return page(title, Markup(""), [Section("figure", title, body)], running, digests(running))


def digests(running: Sequence[str]) -> str:
    """Sources of a content security policy that allow these scripts and no others."""
    hashes = (base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in running)
    return " ".join(f"'sha256-{x}'" for x in hashes)
