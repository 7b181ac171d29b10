"""Any outcome over one or two swept parameters, from a tidy table; knows no ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke

from sim.plots.labels import LABEL, Label, write_labels
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.words import WHAT_IF, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

MOST_NUMBERS = 36
"""Cells up to which a heat map has a number in each; beyond, it has contour lines."""
MOST_TICKS = 6
"""Values of a parameter up to which each has its mark."""
SIDE = {"slide": 0.26, "page": 0.28, "column": 0.36}
"""Room for labels on the right, as a share of the page's width."""


def heatmap(
    table: pd.DataFrame,
    x: str,
    y: str,
    outcome: str,
    about: Sequence[str],
    *,
    se: str | None = None,
    title: str = "",
    labels: Sequence[str] = (),
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw `outcome` over two parameters as coloured cells, with numbers or contour lines.

    `table` has one row for each pair of values in columns `x` and `y`; values stand in order and
    evenly spaced, missing pairs stay blank. `about` are the footer's paragraphs (from
    `words.facts`); `se` names a column of Monte Carlo standard errors, whose largest is stated;
    `labels` name the axes, by default as the columns. The result's table has columns panel, x, y,
    quantity, value (and se).
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    _check(table, [x, y, outcome, *([se] if se else [])], about)
    if table.duplicated([x, y]).any():
        raise ValueError(f"the table has more than one row for a pair of {x} and {y}")
    grid = table.pivot(index=y, columns=x, values=outcome).sort_index().sort_index(axis=1)
    error = f"Largest Monte Carlo standard error: {table[se].max():.2g}." if se else ""
    footer = [*about, *([error] if error else []), *_what_if(about)]
    title = title or f"{outcome} by {readable(x)} and {readable(y)}"
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", footer))
        named = (*(labels or (readable(x), readable(y))), _scale(outcome))
        _draw_cells(page, grid, named, float(table[se].max()) if se else 0.0)
    rows = table[[x, y, outcome, *([se] if se else [])]]
    rows = rows.rename(columns={x: "x", y: "y", outcome: "value", **({se: "se"} if se else {})})
    rows = rows.assign(panel="heatmap", quantity=outcome).reset_index(drop=True)
    return Drawing(page.figure, rows, "\n".join(footer), title)


def response(
    table: pd.DataFrame,
    x: str,
    outcome: str,
    about: Sequence[str],
    *,
    by: str | None = None,
    differences: pd.DataFrame | None = None,
    notes: str = "",
    title: str = "",
    labels: Sequence[str] = (),
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw `outcome` against one parameter, with a band from columns lower to upper.

    `by` names a column whose values get a line each. Shares, outcomes named S(...), are drawn from
    0 to 1. `differences` (columns series, x, value, lower, upper) from the first value of each
    line get a panel beside, at column width below; `notes` say how they were compared. `about` as
    in `heatmap`, `labels` has the name of the axis. The result's table has columns panel (response
    or difference), series, x, quantity, value, lower, upper.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    _check(table, [x, outcome, "lower", "upper", *([by] if by else [])], about)
    rows = table.rename(columns={x: "x", outcome: "value"})
    rows = rows.assign(series=rows[by].map(_name) if by else outcome, panel="response")
    rows = rows.sort_values(["series", "x"], kind="stable")
    if rows.duplicated(["series", "x"]).any():
        raise ValueError(f"the table has more than one row for a value of {x}")
    if differences is not None:
        beside = differences.assign(panel="difference")
        beside["series"] = beside["series"].map(_name) if by else outcome
        rows = pd.concat([rows, beside], ignore_index=True)
    rows = rows.assign(quantity=outcome)
    rows = rows[["panel", "series", "x", "quantity", "value", "lower", "upper"]]
    footer = [*about, *_what_if(about)]
    title = title or f"{outcome} by {readable(x)}"
    names = list(dict.fromkeys(rows["series"]))
    drawn = pens(names, None, look, paper)
    said = [f"A line for each {readable(by)}." if by else "",
            f"Difference: from the first value, {notes}." if notes else ""]  # fmt: skip
    with styled(look, paper):
        two = differences is not None and paper.name == "column"
        subtitle = " ".join(text for text in said if text)
        body = (44 if two else 0) * paper.body / 72
        page = Page.with_body(look, paper, (title, subtitle, footer), body)
        _draw_panels(page, rows, (labels[0] if labels else readable(x), outcome), drawn, bool(by))
    return Drawing(page.figure, rows.reset_index(drop=True), "\n".join(footer), title)


def _check(table: pd.DataFrame, columns: Sequence[str], about: Sequence[str]) -> None:
    """Refuse a table without the columns, an empty one, and a figure without its facts."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(
            f"the table has no column {missing[0]!r}; it has {', '.join(map(str, table))}"
        )
    if table.empty:
        raise ValueError("the table is empty: at least one row is needed")
    if not any(about):
        raise ValueError("about is empty: a figure must say what its numbers are")


def _what_if(about: Sequence[str]) -> list[str]:
    """The reminder that this is no forecast, unless it is there already."""
    return [] if any(WHAT_IF in text for text in about) else [WHAT_IF]


def _text(value: Any) -> str:
    """Write a parameter value shortly."""
    return readable(_name(value))


def _name(value: Any) -> str:
    """A value as the name of a line: numbers shortly."""
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)


def _draw_cells(page: Page, grid: pd.DataFrame, names: tuple[str, ...], error: float) -> None:
    """Draw the cells, numbers or labelled contours, and the colour scale."""
    em = page.em
    labels = [_text(value) for value in grid.index]
    right = page.right - 6.5 * em
    below = page.wrap(names[0], right - page.left, page.sheet.body).count("\n")
    page.bottom += (3.6 + 1.1 * below) * em
    page.top -= 1.6 * em
    beside = page.wrap(names[1], page.top - page.bottom, page.sheet.body).count("\n")
    left = page.left + max(page.extent(text) for text in labels) + (3.0 + 1.1 * beside) * em
    axes = page.axes(left, page.bottom, right - left, page.top - page.bottom, gid="heatmap")
    values = grid.to_numpy(float)
    style: Style = {"cmap": colormaps[page.theme.sequential], "norm": _norm(values, error)}
    few = values.size <= MOST_NUMBERS
    image = axes.pcolormesh(values, edgecolors=page.theme.paper if few else "none", **style)
    axes.set_yticks(np.arange(len(labels)) + 0.5, labels)
    _set_columns(axes, page, [_text(value) for value in grid.columns])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    size = page.sheet.body
    axes.set_xlabel(page.wrap(names[0], right - page.left, size), linespacing=1.1)
    axes.set_ylabel(page.wrap(names[1], page.top - page.bottom, size), linespacing=1.1)
    axes.yaxis.labelpad = 0.6 * page.sheet.body
    if few:
        _number(axes, page, values, style)
    else:
        _contour(axes, page, values)
    bar = page.axes(right + 1.2 * em, page.bottom, em, page.top - page.bottom, gid="scale")
    scale = page.figure.colorbar(image, cax=bar)
    scale.outline.set_visible(False)
    page.text(page.right, page.top + 0.5 * em, names[2], ha="right", gid="label")


def _set_columns(axes: Axes, page: Page, labels: list[str]) -> None:
    """Label the columns, leaving some out where they would touch."""
    width = axes.get_position().width * page.width / len(labels)
    widest = max(page.extent(text) for text in labels) + 0.6 * page.em
    step = max(1, int(np.ceil(widest / width)))
    axes.set_xticks(np.arange(0, len(labels), step) + 0.5, labels[::step])


def _norm(values: NDArray[np.float64], error: float) -> Normalize:
    """Scale colours to the values, over twelve standard errors at least: noise has no colour."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    lacking = max(12 * error - (high - low), 0.0) / 2
    low, high = low - lacking, high + lacking
    return Normalize(low, high if high > low else low + 1e-9)


def _contour(axes: Axes, page: Page, values: NDArray[np.float64]) -> None:
    """Draw labelled contour lines between the cells' centres, black in white to show on any."""
    if min(values.shape) < 3 or np.nanmin(values) == np.nanmax(values):
        return
    x, y = (np.arange(size) + 0.5 for size in values.shape[::-1])
    wide = 0.5 * page.sheet.line
    style: Style = {"colors": "#000000", "linewidths": wide, "linestyles": "solid"}
    lines = axes.contour(x, y, np.ma.masked_invalid(values), levels=5, **style)
    lines.set_path_effects([withStroke(linewidth=2.5 * wide, foreground="#FFFFFF")])
    size = 0.85 * page.sheet.body
    for text in axes.clabel(lines, fontsize=size, fmt=lambda value: f"{value:g}".replace("-", "−")):
        patch = {"facecolor": "#FFFFFF", "edgecolor": "none", "pad": 1}
        text.set(bbox=patch, color="#000000", rotation=0, gid="number")


def _number(axes: Axes, page: Page, values: NDArray[np.float64], style: Style) -> None:
    """Write each cell's number in black or white, whichever reads better on its colour."""
    greatest = float(np.nanmax(np.abs(values)))
    digits = 2 if greatest < 10 else (1 if greatest < 100 else 0)
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        red, green, blue, _ = style["cmap"](style["norm"](value))
        bright = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        axes.text(
            column + 0.5, row + 0.5, f"{value:.{digits}f}".replace("-", "−"),
            ha="center", va="center", fontsize=0.85 * page.sheet.body, gid="number",
            color="#000000" if bright > 0.18 else "#FFFFFF",
        )  # fmt: skip


def _draw_panels(
    page: Page, rows: pd.DataFrame, names: tuple[str, str], drawn: dict[str, Pen], named: bool
) -> None:
    """Draw the outcome, and the differences beside or below it if there are any."""
    em, (x, outcome) = page.em, names
    widest = max(page.extent(readable(name)) for name in drawn) if named else 0.0
    room = min(SIDE[page.sheet.name] * page.width, widest + (LABEL + 1) * em) if named else em
    size = page.sheet.body
    panels = [kind for kind in ("response", "difference") if (rows["panel"] == kind).any()]
    beside = len(panels) == 2 and page.sheet.name != "column"
    left, edge = page.left + 4.8 * em, page.right - (em if beside else room)
    wide = (edge - left - room - 4.8 * em) / 2 if beside else edge - left
    middle = left + wide / 2  # a label wider than its axes must not leave the page
    most = 2 * min(middle - page.left, page.right - middle)
    said = page.wrap(x, wide + 4 * em if beside else most, size)
    page.bottom += (3.6 + 1.1 * said.count("\n")) * em
    page.top -= 0.8 * em
    high = page.top - page.bottom
    stacked = len(panels) == 2 and not beside
    tall = (high - 2.2 * em) / 2 if stacked else high
    for k, kind in enumerate(panels):
        start = left + k * beside * (wide + room + 4.8 * em)
        axes = page.axes(
            start, page.top - tall - k * stacked * (tall + 2.2 * em), wide, tall, gid=kind
        )
        of = rows[rows["panel"] == kind]
        _draw_lines(axes, page, of, drawn)
        text = _scale(outcome) if kind == "response" else f"Difference in {_scale(outcome)}"
        axes.set_ylabel(page.wrap(text, tall + 2 * em, size), linespacing=1.1)
        if not stacked or k:
            axes.set_xlabel(said, linespacing=1.1)
        if kind == "response" and outcome.startswith("S("):
            axes.set_ylim(0, 1)
        if kind == "difference":
            axes.axhline(0, color=page.theme.muted, linewidth=0.4 * page.sheet.line, zorder=1)
            axes.yaxis.set_major_formatter(lambda value, _: _with_sign(value))
        elif named:
            _write_names(axes, page, of, drawn, room - LABEL * em)


def _scale(outcome: str) -> str:
    """An outcome with its unit."""
    return f"{outcome}, days" if outcome.startswith("RMST") else outcome


def _with_sign(value: float) -> str:
    """Write a tick of a difference."""
    return "0" if abs(value) < 1e-12 else f"{value:+.3g}".replace("-", "−")


def _draw_lines(axes: Axes, page: Page, rows: pd.DataFrame, drawn: dict[str, Pen]) -> None:
    """Draw each series with its band over the parameter's values."""
    places = _places(rows["x"])
    for name, pen in drawn.items():
        of = rows[rows["series"] == name]
        at = [places[value] for value in of["x"]]
        band: Style = {"color": pen.color, "alpha": 0.2, "linewidth": 0, "zorder": 2}
        axes.fill_between(at, of["lower"].to_numpy(), of["upper"].to_numpy(), **band)
        dots: Style = {"marker": "o", "markersize": 0.4 * page.sheet.body, "gid": f"curve:{name}"}
        dots["clip_on"] = False
        axes.plot(at, of["value"].to_numpy(), **pen.style, **dots)
    if not pd.api.types.is_numeric_dtype(rows["x"]) or len(places) <= MOST_TICKS:
        axes.set_xticks(list(places.values()), [_text(value) for value in places])
    if len(places) > 1:
        axes.set_xlim(min(places.values()), max(places.values()))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(axis="y")


def _write_names(
    axes: Axes, page: Page, rows: pd.DataFrame, drawn: dict[str, Pen], width: float
) -> None:
    """Write each series' name right of its line."""
    low, high = axes.get_ylim()
    labels = []
    for name, pen in drawn.items():
        last = float(rows.loc[rows["series"] == name, "value"].iloc[-1])
        labels.append(Label(name, readable(name), "", (last - low) / (high - low), pen))
    labels.sort(key=lambda label: -label.end)
    write_labels(axes, page, labels, width, in_rows=False)


def _places(values: pd.Series[Any]) -> dict[Any, float]:
    """Where each parameter value stands: at itself if a number, else in order of appearance."""
    if pd.api.types.is_numeric_dtype(values):
        return {value: float(value) for value in values}
    return {value: float(k) for k, value in enumerate(dict.fromkeys(values))}
