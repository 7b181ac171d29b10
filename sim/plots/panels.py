"""Small multiples: one scenario in each panel, the reference as a ghost behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import as_text, interval
from sim.plots.comparison import Group, gather
from sim.plots.effects import how_compared
from sim.plots.grid import Grid, outer_days, panel_axes
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import set_share
from sim.plots.words import BAND, date, facts, lasting

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def comparison_panels(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    compared: Comparison | None = None,
) -> Drawing:
    """Draw each scenario's survival and band in a panel of its own, the reference grey behind it.

    Panels are sorted by survival on the last day; each gives S(horizon) and the difference in RMST
    from the reference with its interval. Arguments and table as in `comparison`.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    group = gather(
        ensembles, reference, end, pens(list(ensembles), reference, look, paper), compared
    )
    footer = facts(group.ensembles, group.end, [BAND, how_compared(group.effects), group.common])
    left = lasting(group.end, "with the ceasefire in force")
    title = f"Share of simulated futures {left}"
    start = date(group.ensembles[reference].scenario.start, year=True)
    share = lasting(group.end, "in force")
    subtitle = (
        f"Grey: {group.labels[reference]}. S: share {share} on day {group.horizon}. "
        f"Δ: RMST({group.horizon}) minus {group.labels[reference]}'s, in days. Day 0: {start}."
    )
    with styled(look, paper):
        grid = Grid(paper, len(group.estimates))
        page = Page.with_body(
            look, paper, (title, subtitle, footer), grid.body + 1.5 * paper.body / 72
        )
        page.bottom += 1.5 * page.em
        at = page.bottom - 1.2 * page.em
        page.text(page.left, at, f"Share {lasting(group.end)}, by day", gid="label")
        _draw_grid(page, group, grid)
    table = pd.concat([group.curves(), group.effects], ignore_index=True)
    first = ["panel", "scenario", "cell", "quantity", "day", "value", "lower", "upper"]
    table = table[[*first, *(x for x in table.columns if x not in first)]]
    return Drawing(page.figure, table, "\n".join(footer), title)


def _draw_grid(page: Page, group: Group, grid: Grid) -> None:
    """Draw every panel under its name and numbers; only outer ones have tick labels."""
    titles = {name: group.labels[name] for name in group.estimates}
    details = {name: _detail(group, name) for name in titles}
    found = panel_axes(page, grid, titles, details, bold=group.reference)
    for k, (name, axes) in enumerate(found.items()):
        _draw_panel(axes, page, group, name)
        set_share(axes)
        labels = ["0", "0.5", "1"] if grid.leftmost(k) else [""] * 3
        axes.set_yticks([0, 0.5, 1], labels)
        outer_days(axes, grid, k, group.horizon)


def _draw_panel(axes: Axes, page: Page, group: Group, name: str) -> None:
    """Draw one scenario over the reference, and what sets it apart."""
    estimate, base = group.estimates[name], group.estimates[group.reference]
    pen = group.pens[name]
    if name != group.reference:
        ghost: Style = {"color": page.theme.muted, "linewidth": 0.6 * page.sheet.line}
        axes.step(base.day, base.survival, where="post", zorder=2, gid="ghost", **ghost)
    band: Style = {"step": "post", "color": pen.color, "alpha": 0.25, "linewidth": 0}
    axes.fill_between(estimate.day, estimate.lower, estimate.upper, **band)
    line: Style = {"color": pen.color, "linewidth": 0.8 * page.sheet.line, "zorder": 3}
    axes.step(estimate.day, estimate.survival, where="post", gid=f"curve:{name}", **line)


def _detail(group: Group, name: str) -> str:
    """S on the last day and the difference in RMST from the reference with its interval."""
    text = f"S {as_text(float(group.estimates[name].survival[-1]), 'share')}"
    rows = group.effects
    rows = rows[rows["scenario"].eq(name) & rows["unit"].eq("days")]
    for numbers in rows[["value", "lower", "upper"]].to_numpy(float):
        text += f" · Δ {interval(numbers.tolist(), 'days', sign=True)}".replace(", ", ",\u00a0")
    return text
