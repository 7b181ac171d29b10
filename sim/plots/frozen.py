"""Stated probabilities by event, a panel a horizon, with both intervals; computes nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.plots.page import Page
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.words import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLE = "What follows the record in futures like it: probabilities by horizon"


def probabilities(
    table: pd.DataFrame, about: Sequence[str], theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw both intervals of a probability, and ``climatology`` below them, a row an event.

    ``table`` has a row per event and horizon, in the order in which they are drawn.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    events, horizons = list(dict.fromkeys(table["event"])), list(dict.fromkeys(table["horizon"]))
    em = paper.body / 72
    with styled(look, paper):
        page = Page.with_body(look, paper, (TITLE, "", about), (1.9 * len(events) + 6) * em)
        left = page.left + max(page.extent(readable(str(x))) for x in events) + 1.2 * em
        bottom, top = page.bottom + 3.2 * em, page.top - 1.8 * em
        wide = (page.right - left) / len(horizons)
        for k, days in enumerate(horizons):
            place = (left + k * wide, bottom, wide - 1.6 * em, top - bottom)
            axes = page.axes(*place, gid=f"horizon:{days}")
            held = table[table["horizon"] == days]
            _draw(axes, page, held)
            axes.set_yticklabels([readable(str(x)) for x in held["event"]] if k == 0 else [])
            axes.set_title(
                f"by {days} days ({held['last_day'].iloc[0]})", loc="left", fontsize=paper.body
            )
            axes.set_xlabel("probability")
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(about), TITLE)


def _draw(axes: Axes, page: Page, held: pd.DataFrame) -> None:
    """Draw one panel: boxes and lines for the two intervals, open marks for the climatology."""
    line, colour = page.sheet.line, page.theme.series[0]
    at = np.arange(len(held))
    axes.hlines(at, held["lower"], held["upper"], color=colour, linewidth=0.8 * line, zorder=3)
    box: Style = {"color": colour, "linewidth": 0.4 * line, "height": 0.42, "zorder": 4}
    width = held["chance_upper"] - held["chance_lower"]
    axes.barh(at, width, left=held["chance_lower"], **box)
    mark: Style = {"linestyle": "none", "marker": "D", "markerfacecolor": "none", "zorder": 5}
    mark |= {"markersize": 0.4 * page.sheet.body, "markeredgecolor": page.theme.muted}
    axes.plot(held["climatology"], at + 0.36, markeredgewidth=0.45 * line, **mark)
    axes.set_xlim(-0.03, 1.03)
    axes.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.set_ylim(len(held) - 0.4, -0.6)
    axes.set_yticks(at)
    axes.grid(axis="both")
