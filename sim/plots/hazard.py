"""The smoothed hazard of the ceasefire's end, by age; knows estimates, estimates nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.hazard import smoothed_hazard
from sim.analysis.incidence import DailyCurve
from sim.plots.labels import LABEL, Label, write_labels
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import BAND, MET, UNCERTAIN, distinct, end_of, facts, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PER = 1000
"""Hazards are drawn per this many days, as in the literature on ceasefires."""
STEPS = (1, 2, 5)
SIDE = {"slide": 0.3, "page": 0.3, "column": 0.42}
"""Room for labels on the right, as a share of the page's width."""
MOST_BANDS = 3
SMOOTHED = "Smooth trend in log age, with effects of single days where the data show them."


def hazard(
    ensembles: Ensemble | Mapping[str, Ensemble],
    reference: str | None = None,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw the smoothed daily hazard per 1,000 days, on a log scale, of one ensemble or several.

    Bands are pointwise 95 % limits, drawn for up to three. An ensemble in which nobody ended has no
    hazard on a log scale and is named in the footer. In the table, `value` is per 1,000 days.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    named = (
        dict(ensembles) if isinstance(ensembles, Mapping) else {ensembles.scenario.name: ensembles}
    )
    first = named[reference] if reference is not None else next(iter(named.values()))
    end = end_of(first, end)
    curves = {name: _estimate(x, end) for name, x in named.items()}
    shown = {name: x for name, x in curves.items() if x.events.sum() > 0}
    labels, common = distinct(list(named))
    none = [readable(name) for name in named if name not in shown]
    few = len(shown) <= MOST_BANDS
    notes = [BAND if few else f"No bands for more than {MOST_BANDS} curves.", SMOOTHED, common]
    notes += [f"Nobody ended in: {', '.join(none)}."] if none else []
    footer = facts(named, end, notes, UNCERTAIN if few else "")
    title = "Hazard: how likely a ceasefire still in force is to end, by its age"
    if end != "collapse":
        title = f"Hazard of {MET[end]} where there was none yet, by the ceasefire's age"
    if len(named) == 1:
        title = f"{title}: {readable(next(iter(named)))}"
    table = pd.concat([_rows(name, named[name], x) for name, x in curves.items()])
    first_columns = ["panel", "scenario", "cell", "quantity"]
    table = table[[*first_columns, "day", "value", "lower", "upper"]]
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", footer))
        _draw(page, first, shown, pens(list(named), reference, look, paper), labels)
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(footer), title)


def _estimate(ensemble: Ensemble, end: str) -> DailyCurve:
    """Smooth the hazard of one ensemble."""
    days, ended, _ = ensemble.durations(end)
    return smoothed_hazard(days.to_numpy(), ended.to_numpy(), horizon=ensemble.horizon)


def _rows(name: str, ensemble: Ensemble, curve: DailyCurve) -> pd.DataFrame:
    """One row per day, per 1,000 days."""
    limits = {"value": curve.value, "lower": curve.lower, "upper": curve.upper}
    rows = pd.DataFrame({"day": curve.day, **{key: PER * x for key, x in limits.items()}})
    return rows.assign(
        panel="hazard", scenario=name, cell=ensemble.cell.key, quantity=f"hazard per {PER} days"
    )


def _draw(
    page: Page,
    first: Ensemble,
    curves: dict[str, DailyCurve],
    drawn: dict[str, Pen],
    labels: dict[str, str],
) -> None:
    """Draw every hazard with its label."""
    page.bottom += 3.6 * page.em
    several = len(curves) > 1
    widest = max((page.extent(labels[name], weight="bold") for name in curves), default=0.0)
    room = min(SIDE[page.sheet.name] * page.width, widest + (LABEL + 1) * page.em)
    room = room if several else 0.5 * page.extent("Dec 2025")
    sides = (page.left + 4.8 * page.em, page.right - room)
    axes, _ = dated_axes(page, first.scenario, first.horizon, sides, events=not several)
    axes.set_ylabel("Hazard per 1,000 days")
    low, high = _range(curves)
    _set_log(axes, low, high)
    for name, curve in curves.items():
        pen = drawn[name]
        known = np.where(curve.value > 0, PER * curve.value, np.nan)
        if len(curves) <= MOST_BANDS:
            band: Style = {"color": pen.color, "alpha": 0.2, "linewidth": 0, "zorder": 2}
            floor = np.maximum(PER * curve.lower, low)
            axes.fill_between(curve.day, floor, PER * curve.upper, **band)
        dot = "o" if np.isfinite(known).sum() == 1 else ""  # a line needs two points
        axes.plot(curve.day, known, marker=dot, gid=f"curve:{name}", **pen.style)
    if several:
        named = [Label(name, labels[name], "", 0.0, drawn[name]) for name in curves]
        _write(axes, page, curves, named, room, (low, high))
    elif not curves:
        style: Style = {"transform": axes.transAxes, "ha": "center", "color": page.theme.muted}
        axes.text(0.5, 0.5, "Nobody ended: there is no hazard to draw.", **style)


def _write(
    axes: Axes,
    page: Page,
    curves: dict[str, DailyCurve],
    labels: list[Label],
    room: float,
    limits: tuple[float, float],
) -> None:
    """Label each curve at its last value."""
    low, high = limits
    placed = []
    for label in labels:
        curve = curves[label.name]
        value = PER * float(curve.value[curve.value > 0][-1])
        place = math.log(max(value, low) / low) / math.log(high / low)
        bold = label.pen.color == page.theme.ink
        placed.append(replace(label, end=min(place, 1.0), bold=bold))
    placed.sort(key=lambda label: -label.end)
    write_labels(axes, page, placed, room - LABEL * page.em, in_rows=False)


def _range(curves: dict[str, DailyCurve]) -> tuple[float, float]:
    """Least and greatest hazard to show."""
    values = [PER * x.value[x.value > 0] for x in curves.values()]
    if not values:
        return 0.1, 10.0
    low = min(float(np.min(x)) for x in values)
    high = max(PER * float(np.max(x.upper)) for x in curves.values())
    steps = [base * 10.0**k for k in range(-6, 4) for base in STEPS]
    low = max(low, 1e-4 * high)  # where almost nobody is at risk the smoothed hazard falls to 0
    floor = max([x for x in steps if x <= 0.9 * low], default=steps[0])
    return floor, next(x for x in steps if x >= high)


def _set_log(axes: Axes, low: float, high: float) -> None:
    """Set a log scale with plain numbers at 1, 2, 5, 10 and so on."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    ticks = [x * 10.0**k for k in range(-6, 4) for x in STEPS if low <= x * 10.0**k <= high]
    axes.set_yticks(ticks, [f"{x:g}" for x in ticks])
    axes.minorticks_off()
