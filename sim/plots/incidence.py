"""Cumulative incidence of the causes of the end, stacked under what is left in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.incidence import IncidenceEstimate
from sim.plots.page import LEADING, Page, spread
from sim.plots.style import Drawing, Style, Theme, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import CAUSES, INTERVAL, end_of, facts, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = {"attack": 1, "border_clash": 4, "violation": 3, "talks_breakdown": 0, "shock": 2}
"""Colour of each cause, as an index into a theme's series."""
MEANING = "Cause: the trigger of the chain of events in which the ceasefire ended."


def incidence(
    ensemble: Ensemble, end: str | None = None, theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw the cumulative incidence of each cause (Aalen-Johansen), stacked, and S(t) on top.

    The shares add to one on every day; the labels give each share on the last day with its 95 %
    interval. Arguments as in `survival`. In the result's table `panel` is incidence or survival,
    `quantity` the cause or "in force".
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = end_of(ensemble, end)
    estimate = ensemble.incidence(end)
    scenario = ensemble.scenario
    table = _rows(ensemble, end, estimate)
    drawn = [c for k, c in enumerate(estimate.causes) if np.nanmax(estimate.incidence[k]) > 0]
    unseen = [CAUSES.get(c, c) for c in estimate.causes if c not in drawn]
    notes = [INTERVAL, MEANING] + ([f"Never seen: {', '.join(unseen)}."] if unseen else [])
    footer = facts({scenario.name: ensemble}, end, notes)
    title = f"How simulated ceasefires end, by cause: {readable(scenario.name)}"
    with styled(look, paper):
        page = Page(look, paper)
        page.header(title, scenario.description)
        page.footer(footer)
        page.bottom += 3.6 * page.em
        labels = _labels(table, drawn, ensemble.horizon, narrow=paper.name == "column")
        room = max(page.extent(text) for text in labels.values()) + 2.6 * page.em
        sides = (page.left + 4.6 * page.em, page.right - room)
        axes, _ = dated_axes(page, scenario, ensemble.horizon, sides)
        axes.set_ylabel("Share of futures")
        _draw_areas(axes, estimate, drawn, look)
        _write_labels(axes, page, estimate, drawn, labels)
    return Drawing(page.figure, table, "\n".join(footer), title)


def colour(cause: str, theme: Theme) -> str:
    """Return the colour of a cause, the same in every figure."""
    return theme.series[PALETTE.get(cause, 5)]


def _rows(ensemble: Ensemble, end: str, estimate: IncidenceEstimate) -> pd.DataFrame:
    """Return one row per day and cause, and per day for what is left in force."""
    causes = estimate.table.rename(columns={"cause": "quantity", "incidence": "value"})
    left = ensemble.survival(end).table.rename(columns={"survival": "value"})
    parts = [
        causes.assign(panel="incidence"),
        left.assign(panel="survival", quantity="in force"),
    ]
    names = ["panel", "quantity", "day", "value", "lower", "upper"]
    table = pd.concat([part[names] for part in parts], ignore_index=True)
    table.insert(1, "scenario", ensemble.scenario.name)
    table.insert(2, "cell", ensemble.cell.key)
    return table


def _labels(table: pd.DataFrame, drawn: list[str], horizon: int, narrow: bool) -> dict[str, str]:
    """Name each layer with its share on the last day."""
    last = table[table["day"] == horizon].set_index("quantity")
    out = {}
    for name in [*drawn, "in force"]:
        row = last.loc[name]
        numbers = f"{row['value']:.2f} [{row['lower']:.2f}, {row['upper']:.2f}]"
        out[name] = f"{CAUSES.get(name, name)}{chr(10) if narrow else '  '}{numbers}"
    return out


def _draw_areas(axes: Axes, estimate: IncidenceEstimate, drawn: list[str], theme: Theme) -> None:
    """Stack the causes from the bottom up; in force is what remains."""
    floor = np.zeros(estimate.day.size)
    for cause in drawn:
        top = floor + estimate.incidence[estimate.causes.index(cause)]
        style: Style = {"step": "post", "color": colour(cause, theme), "linewidth": 0, "zorder": 2}
        axes.fill_between(estimate.day, floor, top, **style, gid=f"area:{cause}")
        line: Style = {
            "where": "post",
            "color": theme.paper,
            "linewidth": axes.spines["left"].get_linewidth(),
        }
        axes.step(estimate.day, top, **line, zorder=3)
        floor = top
    rest: Style = {"step": "post", "color": theme.area, "linewidth": 0, "zorder": 2}
    axes.fill_between(estimate.day, floor, 1, **rest, gid="area:in force")
    axes.grid(visible=False)


def _write_labels(
    axes: Axes, page: Page, estimate: IncidenceEstimate, drawn: list[str], labels: dict[str, str]
) -> None:
    """Write each layer's label at the right, joined to the middle of the layer by a line."""
    shares = [estimate.incidence[estimate.causes.index(c), -1] for c in drawn]
    edges = np.concatenate([[0.0], np.cumsum(np.nan_to_num(shares)), [1.0]])
    middles = (edges[1:] + edges[:-1]) / 2
    lines = max(text.count("\n") + 1 for text in labels.values())
    height = axes.get_position().height * page.height
    row = (lines * LEADING + 0.25) * page.em / height
    places = spread(middles, row, row / 2, 1 - row / 2)
    inches = axes.get_position().width * page.width
    reach = estimate.horizon * page.em / inches
    for name, middle, place in zip(labels, middles, places, strict=True):
        color = page.theme.muted if name == "in force" else colour(name, page.theme)
        ends = ([estimate.horizon, estimate.horizon + 1.6 * reach], [middle, place])
        axes.plot(*ends, color=color, linewidth=page.sheet.line, clip_on=False, zorder=3)
        axes.text(
            estimate.horizon + 2 * reach, place, labels[name], va="center", gid="label",
            linespacing=LEADING,
        )  # fmt: skip
