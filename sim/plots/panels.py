"""Small multiples: one scenario in each panel, the reference as a ghost behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.compare import Comparison
from sim.analysis.ensemble import Ensemble
from sim.plots.comparison import Group, gather
from sim.plots.effects import how_compared
from sim.plots.page import LEADING, Page
from sim.plots.style import Drawing, Sheet, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import set_share
from sim.plots.words import BAND, date, facts, readable, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = {"slide": 6, "page": 4, "column": 3}
"""Panels in a row at most."""
SMALLER = 0.85
"""Size of a panel's numbers, in type sizes."""
LEAST = {"slide": 0.9, "page": 0.7, "column": 0.85}
"""Least height of a panel in inches."""


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
    footer = facts(group.ensembles, group.end, [BAND, how_compared(group.effects)])
    title = "Share of simulated futures with the ceasefire in force, by scenario"
    start = date(group.ensembles[reference].scenario.start, year=True)
    subtitle = (
        f"Grey: {readable(reference)}. S: share in force on day {group.horizon}. "
        f"Δ: RMST({group.horizon}) minus {readable(reference)}'s, in days. Day 0: {start}."
    )
    with styled(look, paper):
        count = len(group.estimates)
        rows = math.ceil(count / COLUMNS[paper.name])
        columns = math.ceil(count / rows)
        header = (2.2 + 2.3 * _title_lines(paper)) * paper.body / 72
        body = rows * (LEAST[paper.name] + header) + 2 * paper.body / 72
        page = Page.with_body(look, paper, (title, subtitle, footer), body)
        _draw_grid(page, group, rows, columns)
    table = pd.concat([group.curves(), group.effects], ignore_index=True)
    first = ["panel", "scenario", "cell", "quantity", "day", "value", "lower", "upper"]
    table = table[[*first, *(x for x in table.columns if x not in first)]]
    return Drawing(page.figure, table, "\n".join(footer), title)


def _draw_grid(page: Page, group: Group, rows: int, columns: int) -> None:
    """Place the panels, each under its name and numbers; only outer ones have tick labels."""
    em, names = page.em, list(group.estimates)
    left, low = page.left + 2.6 * em, page.bottom + 1.8 * em
    across = (page.right - left + 0.6 * em) / columns
    width = across - 1.3 * em
    down = (page.top - low) / rows
    lines = _title_lines(page.sheet)
    size, labels = page.fit([readable(name) for name in names], width, lines * 1.15 * em, False)
    small = SMALLER * page.sheet.body
    details = {name: page.wrap(_detail(group, name), width, small) for name in names}
    room = max(text.count("\n") + 1 for text in details.values()) * LEADING * small / 72
    height = down - room - (1.15 * lines + 0.9) * em
    for k, name in enumerate(names):
        row, column = divmod(k, columns)
        bottom = page.top - (row + 1) * down + 0.3 * em
        axes = page.axes(left + column * across, bottom, width, height, gid=f"panel:{name}")
        base = bottom + height + 0.25 * em
        muted: Style = {"fontsize": small, "color": page.theme.muted, "linespacing": LEADING}
        muted |= {"va": "bottom", "gid": "label"}
        page.text(left + column * across, base, details[name], **muted)
        title: Style = {"fontsize": size, "va": "bottom", "linespacing": 1.1, "gid": "label"}
        title["fontweight"] = "bold" if name == group.reference else "normal"
        own = (details[name].count("\n") + 1) * LEADING * small / 72
        page.text(left + column * across, base + own, labels[readable(name)], **title)
        _draw_panel(axes, page, group, name)
        _label_ticks(axes, group, k, columns)


def _title_lines(sheet: Sheet) -> int:
    """Lines kept for a panel's name."""
    return 1 if sheet.name == "page" else 2


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
    axes.set_xlim(0, group.horizon)


def _detail(group: Group, name: str) -> str:
    """S on the last day and the difference in RMST from the reference with its interval."""
    text = f"S {group.estimates[name].survival[-1]:.2f}"
    rows = group.effects
    rows = rows[rows["scenario"].eq(name) & rows["unit"].eq("days")]
    for numbers in rows[["value", "lower", "upper"]].to_numpy(float):
        value, low, high = (signed(x) for x in numbers)
        text += f" · Δ {value} [{low},\u00a0{high}]"
    return text


def _label_ticks(axes: Axes, group: Group, index: int, columns: int) -> None:
    """Mark shares and days the same way in every panel, with labels on the outer panels."""
    set_share(axes)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"] if index % columns == 0 else [""] * 3)
    lowest = index + columns >= len(group.estimates)
    half = group.horizon // 2
    half = 180 if group.horizon == 365 else half
    ticks = [0, half, group.horizon]
    axes.set_xticks(ticks, [str(day) for day in ticks] if lowest else [""] * 3)
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
