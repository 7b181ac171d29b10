"""Differences of all scenarios from a reference as a forest plot with the numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.compare import Comparison, compare
from sim.analysis.ensemble import Ensemble
from sim.plots.effects import draw_effects, how_compared
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.words import CAUSES, distinct, end_of, facts, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("lasting", "causes")
ROW = 1.6
"""Least height of a row, in type sizes."""


def forest(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    kind: str = "lasting",
    compared: Comparison | None = None,
) -> Drawing:
    """Draw the differences from `reference` with their intervals, one row for each scenario.

    `kind` is lasting (RMST and survival on set days) or causes (share of futures ended by each
    cause up to the horizon). Rows are sorted by the difference in RMST. In the result's table
    `panel` is difference; `level` is the scenario's own value and `reference` the reference's.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; allowed are {', '.join(KINDS)}")
    found = compare(ensembles, reference, end=end) if compared is None else compared
    rows = _rows(found, ensembles, kind, paper.name == "column")
    short, common = distinct(list(ensembles))
    end = end_of(ensembles[reference], found.end)
    footer = facts(dict(ensembles), end, [how_compared(rows), common])
    what = "how long ceasefires last" if kind == "lasting" else "what ends ceasefires"
    title = f"Differences from {short[reference]}: {what}"
    subtitle = f"In brackets: the value of {short[reference]}"
    with styled(look, paper):
        names = {name: short[name] for name in dict.fromkeys(rows["scenario"])}
        body = (ROW * len(names) + 8) * paper.body / 72
        page = Page.with_body(look, paper, (title, subtitle, footer), body)
        _draw(page, rows, names, pens(list(ensembles), reference, look, paper))
    return Drawing(page.figure, rows, "\n".join(footer), title)


def _rows(
    found: Comparison, ensembles: Mapping[str, Ensemble], kind: str, narrow: bool
) -> pd.DataFrame:
    """Select and sort the differences to draw, tidy."""
    table = found.table.rename(columns={"value": "level", "difference": "value"})
    order = table[table["kind"] == "rmst"].sort_values("value", ascending=False, kind="stable")
    place = {name: k for k, name in enumerate(order["scenario"])}
    kinds = ("incidence",) if kind == "causes" else ("rmst", "survival")
    rows = table[table["kind"].isin(kinds)]
    if narrow and kind == "lasting":
        kept = rows["quantity"].unique()[[0, -1]]
        rows = rows[rows["quantity"].isin(kept)]
    rows = rows.sort_values("scenario", key=lambda x: x.map(place), kind="stable")
    names = ["scenario", "quantity", "day", "cause", "value", "lower", "upper", "level"]
    rows = rows[[*names, "reference", "unit", "paired"]]
    cells = {name: x.cell.key for name, x in ensembles.items()}
    rows.insert(0, "panel", "difference")
    rows.insert(2, "cell", rows["scenario"].map(cells))
    return rows.reset_index(drop=True)


def _draw(page: Page, rows: pd.DataFrame, names: dict[str, str], drawn: Mapping[str, Pen]) -> None:
    """Draw one panel for each quantity beside the scenarios' names, with the numbers inside."""
    em = page.em
    quantities = list(dict.fromkeys(rows["quantity"]))
    share = 0.26 if page.sheet.name == "column" else 0.22
    tall = (page.top - page.bottom - 7 * em) / len(names)
    size, labels = page.fit(list(names.values()), share * page.width, tall, bold=False)
    start = page.left + max(page.extent(text, size) for text in labels.values()) + em
    each = (page.right - start) / max(len(quantities), 1)
    type_size = (0.82 if each < 8 * em else 1.0) * page.sheet.body
    headings = {
        x: page.wrap(_heading(rows[rows["quantity"] == x]), each - 0.4 * em, type_size)
        for x in quantities
    }
    lines = max(text.count("\n") + 1 for text in headings.values())
    low, high = page.bottom + 3.6 * em, page.top - (1.2 * lines + 1.2) * em
    places = {name: 1 - (k + 0.5) / len(names) for k, name in enumerate(names)}
    for name in names:
        style: Style = {"fontsize": size, "va": "center", "linespacing": 1.1, "gid": "label"}
        page.text(page.left, low + places[name] * (high - low), labels[names[name]], **style)
    for k, quantity in enumerate(quantities):
        area = (start + k * each, low, each - 1.2 * em, high - low)
        of = rows[rows["quantity"] == quantity]
        alike = rows[rows["unit"] == of["unit"].iloc[0]]  # one scale for all shares
        extent = (alike["lower"].min(), alike["upper"].max())
        axes = _draw_quantity(page, of, places, drawn, area, extent)
        axes.tick_params(labelsize=type_size)
        style = {"fontsize": type_size, "linespacing": 1.15, "color": page.theme.ink}
        axes.set_title(headings[quantity], pad=0.7 * page.sheet.body, **style)


def _draw_quantity(
    page: Page,
    rows: pd.DataFrame,
    places: Mapping[str, float],
    drawn: Mapping[str, Pen],
    area: tuple[float, float, float, float],
    extent: tuple[float, float],
) -> Axes:
    """Draw one quantity: dots with intervals, and the differences in figures above them."""
    axes = page.axes(*area, gid=f"effects:{rows['quantity'].iloc[0]}")
    draw_effects(axes, page, rows, places, drawn, extent)
    days = rows["unit"].iloc[0] == "days"
    digits = 0 if days else 2
    axes.set_xlabel("days" if days else "share")
    low, high = axes.get_xlim()
    for scenario, value in zip(rows["scenario"], rows["value"], strict=True):
        at: Style = {"textcoords": "offset points", "ha": "center", "va": "bottom", "gid": "number"}
        at["bbox"] = {"facecolor": page.theme.paper, "edgecolor": "none", "pad": 0.3}
        axes.annotate(
            signed(float(value), digits), (value, places[scenario]), (0, 0.3 * page.sheet.body),
            fontsize=0.8 * page.sheet.body, color=page.theme.muted, zorder=2, **at,
        )  # fmt: skip
    axes.set_xlim(low, high)
    return axes


def _heading(rows: pd.DataFrame) -> str:
    """Name a quantity with the reference's value."""
    days = rows["unit"].iloc[0] == "days"
    cause = str(rows["cause"].iloc[0])
    name = CAUSES.get(cause, cause) if cause else str(rows["quantity"].iloc[0])
    base = f"{rows['reference'].iloc[0]:.{0 if days else 2}f}"
    return f"{name} [{base}{' days' if days else ''}]"
