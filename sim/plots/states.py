"""Talks to collapse in one picture: the share of futures in each state over time, stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import as_text
from sim.analysis.states import States
from sim.analysis.states import states as follow
from sim.plots.labels import write_layers
from sim.plots.page import LEADING, Page
from sim.plots.style import Drawing, Style, Theme, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import end_of, facts, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACES = {
    "talks in session": 6, "talks broken off": 3, "talks adjourned": 5, "partial deal": 4,
    "deal in force": 2,
}  # fmt: skip
LAPSED = "deal lapsed"
"""Colours of the states, as indices into a theme's series."""
MEANING = (
    "Each evening: whether a round is in session, how the last one ended, whether a deal is in "
    "force, or by what the ceasefire has ended. A deal in full outranks talks about another one, "
    "and talks in session what was initialled before. Only watched futures: of the others the "
    "talks are not recorded."
)


def states(
    ensemble: Ensemble, end: str | None = None, theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw how many of the watched futures are in which state of talks, deal or end on each day.

    Arguments as in `survival`. In the result's table `panel` is state (value: share) or move
    (quantity: before → after; value: futures that day).
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = end_of(ensemble, end)
    found = follow(ensemble, end)
    about = f"{found.futures:,} watched futures. {MEANING}"
    footer = facts({ensemble.scenario.name: ensemble}, end, [about], about.partition(" Each")[0])
    title = f"From talks to the end: {readable(ensemble.scenario.name)}"
    with styled(look, paper):
        narrow = paper.name == "column"
        body = (len(found.names) * (2 * LEADING + 0.25) + 8.5) * paper.body / 72 if narrow else 0.0
        page = Page.with_body(look, paper, (title, ensemble.scenario.description, footer), body)
        page.bottom += 3.6 * page.em
        labels = {name: _label(found, name, narrow) for name in found.names}
        room = max(page.extent(text) for text in labels.values()) + 3 * page.em
        sides = (page.left + 4.6 * page.em, page.right - room)
        axes, _ = dated_axes(page, ensemble.scenario, ensemble.horizon, sides)
        axes.set_ylabel("Share of watched futures")
        _draw_areas(axes, page, found)
        upward = found.names[::-1]
        colours = [state_colour(name, look) for name in upward]
        shares = found.share.loc[upward].iloc[:, -1].tolist()
        write_layers(axes, page, [labels[name] for name in upward], colours, shares, 1.4)
    table = _rows(found)
    table.insert(1, "scenario", ensemble.scenario.name)
    table.insert(2, "cell", ensemble.cell.key)
    return Drawing(page.figure, table, "\n".join(footer), title)


def state_colour(name: str, theme: Theme) -> str:
    """Colour of a state; what has ended is in the strongest."""
    if name.startswith("ended by"):
        return theme.series[1] if "hostilities" in name else theme.series[0]
    if name == LAPSED:
        return theme.muted
    place = PLACES.get(name)
    return theme.area if place is None else theme.series[place]


def _label(found: States, name: str, narrow: bool) -> str:
    """Name and share on the last day."""
    last = float(found.share.loc[name].to_numpy()[-1])
    return f"{name}{chr(10) if narrow else '  '}{as_text(last, 'share')}"


def _rows(found: States) -> pd.DataFrame:
    """Shares by day and changes of state, tidy."""
    long = found.share.T.rename_axis("day").reset_index().melt("day", None, "quantity", "value")
    moves = found.moves.assign(quantity=found.moves["before"] + " → " + found.moves["after"])
    moves = moves.rename(columns={"futures": "value"})[["day", "quantity", "value"]]
    return pd.concat([long.assign(panel="state"), moves.assign(panel="move")], ignore_index=True)[
        ["panel", "quantity", "day", "value"]
    ]


def _draw_areas(axes: Axes, page: Page, found: States) -> None:
    """Stack the states from the top: in force first, ended at the bottom."""
    ceiling = np.ones(found.share.shape[1])
    for name in found.names:
        floor = ceiling - found.share.loc[name].to_numpy()
        style: Style = {"step": "post", "linewidth": 0, "zorder": 2, "gid": f"area:{name}"}
        days = np.arange(floor.size)
        axes.fill_between(days, floor, ceiling, color=state_colour(name, page.theme), **style)
        line: Style = {"color": page.theme.paper, "linewidth": 0.3 * page.sheet.line, "zorder": 3}
        axes.step(days, floor, where="post", **line)
        ceiling = floor
