"""Differences of all scenarios from a reference as a forest plot with the numbers beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import as_text, interval
from sim.config import ConfigError
from sim.plots.effects import compare_to_the_end, draw_effects, how_compared
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.words import CAUSES, distinct, end_of, facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("lasting", "causes")
ROW, BARE = 2.3, 1.3
"""Height of a row with its numbers, and of one without, in type sizes."""
ROOMY = 7.5
"""Height of a row at most where a sheet has room for more."""
PANEL = 10.5
"""Least width of a panel, in type sizes."""
NUMBERS = 0.72
"""Size of the numbers, in type sizes."""
READ = ("scenario", "value", "lower", "upper")
MOST = 60
"""Height of all panels at most, in type sizes; numbers are left out rather than that."""


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
    found = compare_to_the_end(ensembles, reference, end) if compared is None else compared
    if kind == "causes" and not any(x.durations(found.end)[1].any() for x in ensembles.values()):
        raise ConfigError("nobody ended in any of these ensembles; there is no cause to draw")
    rows = _rows(found, ensembles, kind, paper.name == "column")
    short, common = distinct(list(ensembles))
    end = end_of(ensembles[reference], found.end)
    footer = facts(dict(ensembles), end, [how_compared(rows), common])
    what = "how long ceasefires last" if kind == "lasting" else "what ends ceasefires"
    title = f"Differences from {short[reference]}: {what}"
    subtitle = f"In brackets: the value of {short[reference]}"
    with styled(look, paper):
        names = {name: short[name] for name in dict.fromkeys(rows["scenario"])}
        em = paper.body / 72
        bands = -(-rows["quantity"].nunique() // _across(Page(look, paper), 0.28 * paper.width))
        heights = [bands * (row * len(names) + 7) for row in (ROW, BARE)]
        body = (heights[0] if heights[0] <= MOST else heights[1]) * em
        page = Page.with_body(look, paper, (title, subtitle, footer), body, exact=True)
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


def _across(page: Page, start: float) -> int:
    """Panels that have room side by side right of `start` inches."""
    return max(1, int((page.right - start) / (PANEL * page.em)))


def _draw(page: Page, rows: pd.DataFrame, names: dict[str, str], drawn: Mapping[str, Pen]) -> None:
    """Draw one panel for each quantity beside the scenarios' names, in as many rows as it takes."""
    em = page.em
    quantities = list(dict.fromkeys(rows["quantity"]))
    share = 0.26 if page.sheet.name == "column" else 0.2
    wide = max(page.extent(text) for text in names.values())
    start = page.left + min(wide, share * page.width) + em
    across = min(_across(page, start), len(quantities))
    bands = -(-len(quantities) // across)
    tall = min((page.top - page.bottom) / bands, (ROOMY * len(names) + 7) * em)
    each = (page.right - start) / across
    for k, quantity in enumerate(quantities):
        row, column = divmod(k, across)
        of = rows[rows["quantity"] == quantity]
        heading = page.wrap(_heading(of), each - em, page.sheet.body)
        top = page.top - row * tall
        low, high = top - tall + 3.6 * em, top - (1.2 * heading.count("\n") + 2.2) * em
        if column == 0:
            _write_names(page, names, (low, high), start - em - page.left)
        area = (start + column * each, low, each - 1.2 * em, high - low)
        alike = rows[rows["unit"] == of["unit"].iloc[0]]  # one scale for all shares
        extent = (alike["lower"].min(), alike["upper"].max())
        places = {name: 1 - (j + 0.5) / len(names) for j, name in enumerate(names)}
        axes = _draw_quantity(page, of, places, drawn, area, extent)
        style: Style = {"fontsize": page.sheet.body, "linespacing": 1.15, "color": page.theme.ink}
        axes.set_title(heading, pad=0.5 * page.sheet.body, **style)


def _write_names(
    page: Page, names: Mapping[str, str], span: tuple[float, float], width: float
) -> None:
    """Write the scenarios' names left of a row of panels, between two heights in inches."""
    low, high = span
    size, labels = page.fit(list(names.values()), width, (high - low) / len(names), bold=False)
    for k, name in enumerate(names):
        at = high - (k + 0.5) / len(names) * (high - low)
        style: Style = {"fontsize": size, "va": "center", "linespacing": 1.1, "gid": "label"}
        page.text(page.left, at, labels[names[name]], **style)


def _draw_quantity(
    page: Page,
    rows: pd.DataFrame,
    places: Mapping[str, float],
    drawn: Mapping[str, Pen],
    area: tuple[float, float, float, float],
    extent: tuple[float, float],
) -> Axes:
    """Draw one quantity: dots with intervals, and the numbers above them where there is room."""
    axes = page.axes(*area, gid=f"effects:{rows['quantity'].iloc[0]}")
    height = area[3] / len(places)
    above = height >= 1.9 * page.em
    lowered = {name: at - 0.22 / len(places) * above for name, at in places.items()}
    draw_effects(axes, page, rows, lowered, drawn, extent)
    unit = str(rows["unit"].iloc[0])
    axes.set_xlabel("days" if unit == "days" else "share of futures")
    if not above:
        return axes
    size = NUMBERS * page.sheet.body
    low, high = axes.get_xlim()
    for scenario, *numbers in zip(*(rows[x] for x in READ), strict=True):
        text = interval(numbers, unit, sign=True)
        half = 0.5 * page.extent(text, size) / area[2]
        at = min(max((numbers[0] - low) / (high - low), half), 1 - half)
        style: Style = {"ha": "center", "va": "bottom", "gid": "number", "fontsize": size}
        style |= {"transform": axes.transAxes, "color": page.theme.ink, "zorder": 2}
        style["bbox"] = {"facecolor": page.theme.paper, "edgecolor": "none", "pad": 0.2}
        axes.text(at, lowered[scenario] + 0.45 * page.em / area[3], text, **style)
    return axes


def _heading(rows: pd.DataFrame) -> str:
    """Name a quantity with the reference's value."""
    unit, cause = str(rows["unit"].iloc[0]), str(rows["cause"].iloc[0])
    name = f"ended by {CAUSES.get(cause, cause)}" if cause else str(rows["quantity"].iloc[0])
    base = as_text(float(rows["reference"].iloc[0]), unit)
    days = "\u00a0days" if unit == "days" else ""  # a bracket is not broken
    return f"{name} [{base}{days}]"
