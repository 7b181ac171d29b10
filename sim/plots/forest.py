"""Differences of all scenarios from a reference as a forest plot with the numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.analysis.compare import Comparison, compare
from sim.analysis.ensemble import Ensemble
from sim.plots.effects import draw_effects, how_compared
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.words import CAUSES, end_of, facts, readable, signed

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
    footer = facts(dict(ensembles), end_of(ensembles[reference], found.end), [how_compared(rows)])
    what = "how long ceasefires last" if kind == "lasting" else "what ends ceasefires"
    title = f"Differences from {readable(reference)}: {what}"
    subtitle = f"In brackets: the value of {readable(reference)}"
    with styled(look, paper):
        names = list(dict.fromkeys(rows["scenario"]))
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
    causes = table["kind"] == "incidence"
    rows = table[causes if kind == "causes" else ~causes]
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


def _draw(page: Page, rows: pd.DataFrame, names: list[str], drawn: Mapping[str, Pen]) -> None:
    """Draw one panel for each quantity beside the scenarios' names, with the numbers inside."""
    em = page.em
    low, high = page.bottom + 3.6 * em, page.top - 3.4 * em
    places = {name: 1 - (k + 0.5) / len(names) for k, name in enumerate(names)}
    share = 0.26 if page.sheet.name == "column" else 0.22
    size, labels = page.fit(
        [readable(x) for x in names], share * page.width, (high - low) / len(names), bold=False
    )
    for name in names:
        style: Style = {"fontsize": size, "va": "center", "linespacing": 1.1, "gid": "label"}
        page.text(page.left, low + places[name] * (high - low), labels[readable(name)], **style)
    start = page.left + max(page.extent(text, size) for text in labels.values()) + em
    quantities = list(dict.fromkeys(rows["quantity"]))
    each = (page.right - start) / max(len(quantities), 1)
    for k, quantity in enumerate(quantities):
        area = (start + k * each, low, each - 1.2 * em, high - low)
        of = rows[rows["quantity"] == quantity]
        alike = rows[rows["unit"] == of["unit"].iloc[0]]  # one scale for all shares
        extent = (alike["lower"].min(), alike["upper"].max())
        _draw_quantity(page, of, places, drawn, area, extent)


def _draw_quantity(
    page: Page,
    rows: pd.DataFrame,
    places: Mapping[str, float],
    drawn: Mapping[str, Pen],
    area: tuple[float, float, float, float],
    extent: tuple[float, float],
) -> None:
    """Draw one quantity: dots with intervals, and the differences in figures above them."""
    axes = page.axes(*area, gid=f"effects:{rows['quantity'].iloc[0]}")
    draw_effects(axes, page, rows, places, drawn, extent)
    days = rows["unit"].iloc[0] == "days"
    digits = 0 if days else 2
    cause = str(rows["cause"].iloc[0])
    name = CAUSES.get(cause, cause) if cause else str(rows["quantity"].iloc[0])
    base = f"{rows['reference'].iloc[0]:.{digits}f}"
    heading = page.wrap(f"{name} [{base}{' days' if days else ''}]", area[2], page.sheet.body)
    style: Style = {"fontsize": page.sheet.body, "color": page.theme.ink, "linespacing": 1.15}
    axes.set_title(heading, pad=0.7 * page.sheet.body, **style)
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
