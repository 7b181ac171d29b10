"""Survival of many scenarios in one overlay or in small multiples, and what sets them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.ensemble import Ensemble
from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.layers import Contrasts
from sim.analysis.limits import as_text
from sim.plots.effects import (
    compare_to_the_end,
    draw_effects,
    effect_rows,
    how_compared,
    layer_rows,
    strokes,
)
from sim.plots.labels import LABEL, NUMBER, Label, even, write_labels
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Sheet, Style, pens, sheet_named, styled, theme_named
from sim.plots.survival import count_rows, curve_rows
from sim.plots.timeline import ROW, add_counts, counts_height, dated_axes, day_ticks
from sim.plots.words import BAND, UNCERTAIN, distinct, end_of, facts, lasting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTED = "Numbers: at risk at the start of the day (ended before it)."
LAYERED = "Intervals of Δ: 95% by chance, and of one more parameter set."
EFFECT_ROW = 2.0
"""Height of a row of differences under the curves, in type sizes."""
MOST_TABLED = 6
"""Scenarios up to which numbers at risk and bands are drawn in the overlay."""


@dataclass(frozen=True, eq=False)
class Group:
    """What is drawn of several ensembles: estimates in the order of their last survival."""

    ensembles: dict[str, Ensemble]
    estimates: dict[str, SurvivalEstimate]
    effects: pd.DataFrame
    reference: str
    end: str
    pens: dict[str, Pen]
    labels: dict[str, str]
    common: str

    @property
    def horizon(self) -> int:
        """Last day simulated."""
        return self.ensembles[self.reference].horizon

    @property
    def shared_calendar(self) -> bool:
        """Whether all scenarios start on one day and have the same dated rounds."""
        dated = [(x.scenario.start, x.scenario.calendar.rounds) for x in self.ensembles.values()]
        return all(other == dated[0] for other in dated)

    def curves(self) -> pd.DataFrame:
        """Every curve as tidy rows."""
        parts = []
        for name, estimate in self.estimates.items():
            cell = self.ensembles[name].cell.key
            parts.append(curve_rows(estimate).assign(scenario=name, cell=cell))
        return pd.concat(parts, ignore_index=True)


def comparison(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    compared: Comparison | None = None,
    layered: Contrasts | None = None,
) -> Drawing:
    """Draw all survival curves over each other, and the differences from `reference` beside them.

    Labels are sorted by survival on the last day; a label, its line and its differences share one
    row. Up to six scenarios have bands and numbers at risk. `compared` saves computing the
    differences again; with `layered` they have an interval for each layer of uncertainty, and where
    futures draw parameter sets one by chance and one for another set. In the
    result's table `panel` is curve, counts or difference.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    names = list(ensembles)
    drawn = pens(names, reference, look, paper)
    group = gather(ensembles, reference, end, drawn, compared, layered, sets=True)
    layers = strokes(group.effects)
    few = len(names) <= MOST_TABLED
    notes = [BAND] if few else [f"No bands and numbers at risk for more than {MOST_TABLED} curves."]
    notes += [how_compared(group.effects), COUNTED if few else "", _event_note(group), group.common]
    said = LAYERED if layers else UNCERTAIN
    footer = facts(group.ensembles, group.end, [note for note in notes if note], said)
    left = lasting(group.end, "with the ceasefire in force")
    title = f"Share of simulated futures {left}"
    subtitle = f"Δ: difference from {group.labels[reference]}, whose own values stand in its row"
    if layers:
        told = ", ".join(f"{stroke}: {layer}" for layer, stroke in layers.items())
        subtitle = f"Δ: difference from {group.labels[reference]}; {told} parameters"
    elif paper.name == "column":
        subtitle = f"Δ: difference from {group.labels[reference]}"
    with styled(look, paper):
        body = _body(paper, len(names), few)
        page = Page.with_body(look, paper, (title, subtitle, footer), body)
        counts = _draw(page, group, few)
    parts = [group.curves(), *([counts] if few else []), group.effects]
    table = pd.concat(parts, ignore_index=True)
    first = ["panel", "scenario", "cell", "quantity", "day", "value", "lower", "upper"]
    table = table[[*first, *(x for x in table.columns if x not in first)]]
    return Drawing(page.figure, table, "\n".join(footer), title)


def gather(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None,
    drawn: dict[str, Pen],
    compared: Comparison | None,
    layered: Contrasts | None = None,
    *,
    sets: bool = False,
) -> Group:
    """Estimate everything that is drawn; scenarios sorted by survival on the last day.

    With `sets`, differences also have limits for one more parameter set where futures draw them.
    """
    found = compare_to_the_end(ensembles, reference, end) if compared is None else compared
    end = end_of(ensembles[reference], found.end)
    estimates = {name: x.survival(end) for name, x in ensembles.items()}
    order = sorted(estimates, key=lambda name: -estimates[name].survival[-1])
    cells = {name: x.cell.key for name, x in ensembles.items()}
    effects = (
        effect_rows(found, cells, sets=sets) if layered is None else layer_rows(layered, cells)
    )
    sorted_ensembles = {name: ensembles[name] for name in order}
    sorted_estimates = {name: estimates[name] for name in order}
    labels, common = distinct(list(ensembles))
    measured = (sorted_ensembles, sorted_estimates, effects)
    return Group(*measured, reference, end, drawn, labels, common)


def _body(paper: Sheet, scenarios: int, few: bool) -> float:
    """Inches needed between header and footer."""
    em = paper.body / 72
    frame = 7 * em + (ROW * (2 * scenarios + 1) * em if few else 0)
    if paper.name != "column":
        return frame + 1.45 * em * scenarios
    return frame + _curve_height(scenarios) + EFFECT_ROW * em * scenarios + 7 * em


def _curve_height(scenarios: int) -> float:
    """Height of the curves at column width, in inches: enough for all labels."""
    return max(1.7, 0.19 * scenarios)


def _draw(page: Page, group: Group, few: bool) -> pd.DataFrame:
    """Lay the panels out for the sheet and return the rows of numbers at risk."""
    stacked = page.sheet.name == "column"
    em, names = page.em, list(group.estimates)
    left = page.left + 4.6 * em
    curves = 0.42 if stacked else 0.26 if "layer" in group.effects else 0.36
    right = left + curves * page.width
    counts = _counts(page, group, right - left) if few else pd.DataFrame()
    rows = _count_texts(group, counts)
    wide = max((page.extent(name) for name in rows), default=0.0) + 3.5 * em
    where = "above" if stacked and wide > page.right - right else "right"
    if stacked:
        page.bottom = _draw_effects_below(page, group)
    table_top = page.bottom + counts_height(page, rows, where)
    page.bottom = table_top + 3.6 * em
    axes = _draw_overlay(page, group, (left, right), few)
    if few:
        add_counts(axes, page, sorted(counts["day"].unique()), rows, table_top, where)
    width = page.right - right - LABEL * em if stacked else 0.23 * page.width + NUMBER * em
    heading = f"S({group.horizon})"
    edge = write_labels(axes, page, _labels(group), width, in_rows=not stacked, heading=heading)
    if not stacked:
        box = axes.get_position()
        area = (edge + em, box.y0 * page.height, box.y1 * page.height)
        _draw_panels(page, group, even(names), area)
    return counts


def _draw_effects_below(page: Page, group: Group) -> float:
    """Draw differences in rows of their own, named on the left; return the free bottom."""
    names = [name for name in group.estimates if name != group.reference]
    row = EFFECT_ROW * page.em
    low = page.bottom + 3.2 * page.em
    high = low + row * len(names)
    size, labels = page.fit([group.labels[x] for x in names], 0.38 * page.width, row)
    places = even(names)
    for name in names:
        style: Style = {"fontsize": size, "va": "center", "linespacing": 1.1, "gid": "label"}
        page.text(page.left, low + places[name] * (high - low), labels[group.labels[name]], **style)
    wide = max(page.extent(text, size) for text in labels.values())
    _draw_panels(page, group, places, (page.left + wide + 0.8 * page.em, low, high))
    return high + 3 * page.em


def _draw_panels(
    page: Page, group: Group, places: Mapping[str, float], area: tuple[float, float, float]
) -> None:
    """Draw one panel of differences for each quantity, side by side in (left, bottom, top)."""
    left, low, high = area
    quantities = list(dict.fromkeys(group.effects["quantity"]))
    each = (page.right - left) / len(quantities)
    for k, quantity in enumerate(quantities):
        place = (left + k * each + 0.5 * page.em, low, each - page.em, high - low)
        panel = page.axes(*place, gid=f"effects:{quantity}")
        rows = group.effects[group.effects["quantity"] == quantity]
        draw_effects(panel, page, rows, places, group.pens)
        days = rows["unit"].iloc[0] == "days"
        unit = "days" if days else "share of futures"
        title: Style = {"fontsize": page.sheet.body, "color": page.theme.ink}
        panel.set_title(f"Δ {quantity}", **title)
        panel.set_xlabel(unit)
        if group.reference in places:
            base = rows["reference"].iloc[-1]
            text = as_text(float(base), "days" if days else "share")
            style: Style = {"ha": "center", "va": "center", "fontweight": "bold", "zorder": 2}
            patch = {"facecolor": page.theme.paper, "edgecolor": "none", "pad": 1.5}
            panel.text(0, places[group.reference], text, bbox=patch, **style)


def _draw_overlay(page: Page, group: Group, sides: tuple[float, float], few: bool) -> Axes:
    """Draw every curve, bands if there are few, and each scenario's own events on its curve."""
    first = group.ensembles[group.reference].scenario
    shared = group.shared_calendar
    axes, _ = dated_axes(page, first, group.horizon, sides, rounds=shared, events=False)
    axes.set_ylabel(f"Share {lasting(group.end)}, S(t)")
    for name, estimate in group.estimates.items():
        pen = group.pens[name]
        if few:
            band: Style = {"step": "post", "color": pen.color, "alpha": 0.15, "linewidth": 0}
            axes.fill_between(estimate.day, estimate.lower, estimate.upper, **band)
        style: Style = {**pen.style, "where": "post", "gid": f"curve:{name}"}
        axes.step(estimate.day, estimate.survival, **style)
        days = [x.day for x in group.ensembles[name].scenario.events.values()]
        marker: Style = {"marker": "D", "linestyle": "none", "markersize": 0.5 * page.sheet.body}
        edge: Style = {"markeredgecolor": page.theme.paper, "color": pen.color, "zorder": 5}
        axes.plot(days, estimate.survival[days], **marker, **edge)
    return axes


def _labels(group: Group) -> list[Label]:
    """Name each curve after its survival on the last day."""
    out = []
    for name, estimate in group.estimates.items():
        last = float(estimate.survival[-1])
        bold = name == group.reference
        text = as_text(last, "share")
        out.append(Label(name, group.labels[name], text, last, group.pens[name], bold))
    return out


def _counts(page: Page, group: Group, width: float) -> pd.DataFrame:
    """Numbers at risk, ended and censored on the days that have room for them, tidy."""
    parts = []
    for name, estimate in group.estimates.items():
        cell = group.ensembles[name].cell.key
        parts.append(count_rows(estimate).assign(scenario=name, cell=cell))
    rows = pd.concat(parts, ignore_index=True)
    widest = f"{rows['value'].max():,.0f} ({0.5 * rows['value'].max():,.0f})"
    gap = (page.extent(widest) + 0.8 * page.em) / width * group.horizon
    return rows[rows["day"].isin(day_ticks(group.horizon, gap))]


def _count_texts(group: Group, counts: pd.DataFrame) -> dict[str, list[str]]:
    """A row for each scenario, at risk (ended), named with how many were censored."""
    if counts.empty:
        return {}
    rows: dict[str, list[str]] = {"at risk (ended)": []}
    for name in group.estimates:
        of = counts[counts["scenario"] == name]
        wide = of.pivot(index="quantity", columns="day", values="value")
        cells = zip(wide.loc["at_risk"], wide.loc["ended"], strict=True)
        censored = wide.loc["censored"].iloc[-1]
        label = group.labels[name] + (f" · {censored:,.0f} censored" if censored else "")
        rows[label] = [f"{risk:,.0f} ({ended:,.0f})" for risk, ended in cells]
    return rows


def _event_note(group: Group) -> str:
    """Explain the diamonds, if any."""
    some = any(x.scenario.events for x in group.ensembles.values())
    return "Diamonds: scheduled events of that scenario." if some else ""
