"""Outcomes of a study as dots with intervals: a row a choice, a colour a second, panels a third."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, pens, sheet_named, styled, theme_named
from sim.plots.words import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 1.25
"""Height of a dot's row, in type sizes."""


def dots(
    table: pd.DataFrame,
    rows: str,
    about: Sequence[str],
    *,
    colours: str | None = None,
    panels: str | None = None,
    title: str = "",
    axis: str = "",
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw ``value`` from ``lower`` to ``upper`` for each choice in column ``rows``.

    ``colours`` and ``panels`` are further columns of choices. Rows, colours and panels stand in
    the order in which they occur in ``table``.

    Raises
    ------
    ValueError
        If the table is empty or holds two rows for one set of choices.
    """
    chosen = [name for name in (rows, colours, panels) if name]
    if table.empty or table.duplicated(chosen).any():
        raise ValueError(f"the table needs exactly one row for every choice of {', '.join(chosen)}")
    look, paper = theme_named(theme), sheet_named(sheet)
    order = {name: list(dict.fromkeys(table[name])) for name in chosen}
    shades = order[colours] if colours else [""]
    boxes = order[panels] if panels else [""]
    em = paper.body / 72
    height = len(order[rows]) * (len(shades) * ROW + 0.9) * em + 7 * em
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", list(about)), height)
        drawn = pens([str(shade) for shade in shades], None, look, paper)
        left = page.left + _widest(page, order[rows]) + 1.2 * em
        right = page.right - (_widest(page, [*shades, colours]) + 2.5 * em if colours else 0)
        bottom, top = page.bottom + 3.4 * em, page.top - (2.6 if panels else 0.8) * em
        wide = (right - left) / len(boxes)
        for k, box in enumerate(boxes):
            place = (left + k * wide, bottom, wide - 1.5 * em, top - bottom)
            axes = page.axes(*place, gid=f"dots:{box}")
            held = table[table[panels] == box] if panels else table
            _draw(axes, held, (rows, colours), (order[rows], shades), drawn)
            axes.set_xlim(*_span(table))
            axes.set_yticks([-i for i in range(len(order[rows]))])
            axes.set_yticklabels([readable(str(x)) for x in order[rows]] if k == 0 else [])
            axes.xaxis.set_major_locator(MaxNLocator(5))
            axes.grid(axis="x")
            axes.set_xlabel(axis)
            if panels:
                name = f"{readable(panels)}: {readable(str(box))}"
                axes.set_title(name, loc="left", fontsize=paper.body)
        if colours:
            page.text(right + 0.4 * em, top - em, readable(colours), gid="label")
            for j, shade in enumerate(shades):
                at = top - (1.6 * j + 2.8) * em
                page.text(right + 0.4 * em, at, "●", color=drawn[str(shade)].color, gid="label")
                page.text(right + 1.8 * em, at, readable(str(shade)), gid="label")
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(about), title)


def _widest(page: Page, names: Sequence[object]) -> float:
    """Width of the widest name in inches."""
    return max(page.extent(readable(str(name))) for name in names)


def _span(table: pd.DataFrame) -> tuple[float, float]:
    """Limits of the axis: all intervals, and zero where it is not far off."""
    low, high = float(table["lower"].min()), float(table["upper"].max())
    pad = 0.04 * max(high - low, 1e-9)
    return (min(low - pad, 0.0) if 0 <= low < 0.35 * high else low - pad), high + pad


def _draw(
    axes: Axes,
    table: pd.DataFrame,
    columns: tuple[str, str | None],
    order: tuple[Sequence[object], Sequence[object]],
    drawn: Mapping[str, Pen],
) -> None:
    """Draw one panel: dots with intervals in the order given, from the top."""
    rows, colours = columns
    for i, row in enumerate(order[0]):
        for j, shade in enumerate(order[1]):
            held = table[(table[rows] == row) & ((table[colours] == shade) if colours else True)]
            place = -(i + (j - (len(order[1]) - 1) / 2) * 0.8 / len(order[1]))
            pen = drawn[str(shade)]
            for value, lower, upper in held[["value", "lower", "upper"]].to_numpy(float):
                if not np.isnan(value):
                    axes.plot([lower, upper], [place] * 2, color=pen.color, linewidth=2 * pen.width)
                    axes.plot([value], [place], "o", color=pen.color, markersize=5 * pen.width)
    axes.set_ylim(-len(order[0]) + 0.4, 0.6)
