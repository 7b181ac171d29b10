"""Cumulative incidence of how a ceasefire ends, by cause and by mode, under what is left of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex, to_rgb

from sim.analysis.ensemble import Ensemble
from sim.analysis.incidence import IncidenceEstimate
from sim.analysis.limits import interval
from sim.arrays import FloatArray
from sim.plots.labels import write_layers
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, Theme, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes, set_days, set_share
from sim.plots.words import CAUSES, INTERVAL, end_of, facts, mode_in_words, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = {"attack": 1, "border_clash": 4, "violation": 3, "talks_breakdown": 0, "shock": 2}
"""Colour of each cause, as an index into a theme's series."""
MET = {"open_hostilities": 1, "strike": 4, "exchange_of_fire": 3, "repudiation": 0}
"""Colour of what was met, likewise; anything else has that of a shock."""
SHADES = {"pakistan": 1.0, "afghan_taliban": 0.65, "both": 0.4}
"""How much of that colour there is, by whom it was met."""
MEANING = (
    "Cause: the trigger of the chain of events in which the ceasefire ended. Mode: which "
    "definition of an end was met, and by whom."
)
TALLER = 1.55
"""Height of a page with two panels, in pages."""


@dataclass(frozen=True)
class Layers:
    """What one panel stacks: an estimate, and name and colour of what is drawn of it."""

    estimate: IncidenceEstimate
    names: dict[str, str]
    colours: dict[str, str]
    rest: str

    @property
    def drawn(self) -> list[str]:
        """What ever happened."""
        reached = zip(self.estimate.causes, self.estimate.incidence, strict=True)
        return [name for name, share in reached if np.nanmax(share) > 0]

    @property
    def last(self) -> FloatArray:
        """Their shares on the last day."""
        of = [self.estimate.causes.index(name) for name in self.drawn]
        return np.asarray(np.nan_to_num(self.estimate.incidence[of, -1]))

    @property
    def unseen(self) -> list[str]:
        """What never did, in words."""
        return [self.names[name] for name in self.estimate.causes if name not in self.drawn]


def incidence(
    ensemble: Ensemble, end: str | None = None, theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw the cumulative incidence of each cause, and of each mode, stacked, with S(t) on top.

    Both are Aalen-Johansen estimates of the same ends. In each panel the shares add to one on every
    day; the labels give each share on the last day with its 95 % interval. Arguments as in
    `survival`. In the result's table `panel` is incidence (by cause), mode or survival, `quantity`
    the cause, the mode or what is left ("in force"; of a definition other than collapse "not met").
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = end_of(ensemble, end)
    scenario = ensemble.scenario
    rest = "in force" if end == "collapse" else "not met"
    panels = {"incidence": _by_cause(ensemble, end, look, rest),
              "mode": _by_mode(ensemble, end, look, rest)}  # fmt: skip
    table = _rows(ensemble, end, panels)
    unseen = [text for layers in panels.values() for text in layers.unseen]
    notes = [INTERVAL, MEANING] + ([f"Never seen: {', '.join(unseen)}."] if unseen else [])
    footer = facts({scenario.name: ensemble}, end, notes)
    title = f"How simulated ceasefires end: {readable(scenario.name)}"
    with styled(look, paper):
        beside = paper.name == "slide"
        page = Page(look, paper, None if beside else TALLER * paper.height)
        page.header(title, scenario.description)
        page.footer(footer)
        narrow = beside or paper.name == "column"
        labels = {name: _labels(table, name, layers, narrow) for name, layers in panels.items()}
        places = _beside(page, ensemble, labels) if beside else _stacked(page, ensemble, labels)
        for axes, (name, layers) in zip(places, panels.items(), strict=True):
            axes.set_ylabel(f"Share of futures, by {'cause' if name == 'incidence' else name}")
            _draw_areas(axes, layers, look)
            shares = [*layers.last, 1 - layers.last.sum()]
            colours = [layers.colours.get(x, look.area) for x in labels[name]]
            write_layers(axes, page, list(labels[name].values()), colours, shares, 1.3)
    return Drawing(page.figure, table, "\n".join(footer), title)


def colour(cause: str, theme: Theme) -> str:
    """Return the colour of a cause, the same in every figure."""
    return theme.series[PALETTE.get(cause, 5)]


def mode_colour(mode: str, theme: Theme) -> str:
    """Return the colour of a mode: that of what was met, in a shade for each by whom."""
    met, _, who = mode.partition("_by_")
    full, paper = (np.array(to_rgb(x)) for x in (theme.series[MET.get(met, 2)], theme.paper))
    share = SHADES.get(who, 1.0)
    mixed: tuple[float, float, float] = tuple(share * full + (1 - share) * paper)
    return to_hex(mixed)


def _by_cause(ensemble: Ensemble, end: str, theme: Theme, rest: str) -> Layers:
    estimate = ensemble.incidence(end)
    names = {cause: CAUSES.get(cause, cause) for cause in estimate.causes}
    colours = {cause: colour(cause, theme) for cause in estimate.causes}
    return Layers(estimate, names, colours, rest)


def _by_mode(ensemble: Ensemble, end: str, theme: Theme, rest: str) -> Layers:
    estimate = ensemble.modes(end)
    names = {mode: mode_in_words(mode, ensemble.scenario) for mode in estimate.causes}
    colours = {mode: mode_colour(mode, theme) for mode in estimate.causes}
    return Layers(estimate, names, colours, rest)


def _room(page: Page, labels: Mapping[str, str]) -> float:
    """Inches that labels take right of a panel."""
    return max(page.extent(text) for text in labels.values()) + 2.6 * page.em


def _beside(
    page: Page, ensemble: Ensemble, labels: Mapping[str, Mapping[str, str]]
) -> tuple[Axes, Axes]:
    """Two panels side by side, each with room for its labels."""
    rooms = [_room(page, x) for x in labels.values()]
    left, page.bottom = page.left + 4.6 * page.em, page.bottom + 3.6 * page.em
    each = (page.right - left - sum(rooms) - 5 * page.em) / 2
    second = left + each + rooms[0] + 5 * page.em
    first, _ = dated_axes(page, ensemble.scenario, ensemble.horizon, (left, left + each))
    box = first.get_position()
    height = box.height * page.height
    axes = page.axes(second, page.bottom, each, height, gid="modes")
    set_days(axes, page, ensemble.horizon, ensemble.scenario.start, "365")
    set_share(axes)
    return first, axes


def _stacked(
    page: Page, ensemble: Ensemble, labels: Mapping[str, Mapping[str, str]]
) -> tuple[Axes, Axes]:
    """Two panels above each other."""
    room = max(_room(page, x) for x in labels.values())
    sides = (page.left + 4.6 * page.em, page.right - room)
    below = _lower_axes(page, ensemble, sides)
    above, _ = dated_axes(page, ensemble.scenario, ensemble.horizon, sides)
    above.set_xlabel("")
    return above, below


def _lower_axes(page: Page, ensemble: Ensemble, sides: tuple[float, float]) -> Axes:
    """Add the lower panel with a day axis; raises the page's bottom above it."""
    left, right = sides
    page.bottom += 3.6 * page.em
    height = 0.46 * (page.top - page.bottom)
    axes = page.axes(left, page.bottom, right - left, height, gid="modes")
    set_days(axes, page, ensemble.horizon, ensemble.scenario.start, "365")
    set_share(axes)
    page.bottom += height + 2.6 * page.em
    return axes


def _rows(ensemble: Ensemble, end: str, panels: dict[str, Layers]) -> pd.DataFrame:
    """Return one row per day and cause or mode, and per day for what is left."""
    parts = [
        layers.estimate.table.rename(columns={"cause": "quantity", "incidence": "value"})
        .assign(panel=panel)
        for panel, layers in panels.items()
    ]  # fmt: skip
    left = ensemble.survival(end).table.rename(columns={"survival": "value"})
    parts.append(left.assign(panel="survival", quantity=panels["incidence"].rest))
    names = ["panel", "quantity", "day", "value", "lower", "upper"]
    table = pd.concat([part[names] for part in parts], ignore_index=True)
    table.insert(1, "scenario", ensemble.scenario.name)
    table.insert(2, "cell", ensemble.cell.key)
    return table


def _labels(table: pd.DataFrame, panel: str, layers: Layers, narrow: bool) -> dict[str, str]:
    """Name each layer of a panel with its share on the last day."""
    shown = table[table["panel"].isin((panel, "survival"))]
    last = shown[shown["day"] == table["day"].max()].set_index("quantity")
    out = {}
    for name in [*layers.drawn, layers.rest]:
        row = last.loc[name]
        numbers = interval(row[["value", "lower", "upper"]].to_numpy(float), "share")
        out[name] = f"{layers.names.get(name, name)}{chr(10) if narrow else '  '}{numbers}"
    return out


def _draw_areas(axes: Axes, layers: Layers, theme: Theme) -> None:
    """Stack the layers from the bottom up; what is left remains."""
    estimate = layers.estimate
    floor = np.zeros(estimate.day.size)
    for name in layers.drawn:
        top = floor + estimate.incidence[estimate.causes.index(name)]
        style: Style = {"step": "post", "color": layers.colours[name], "linewidth": 0, "zorder": 2}
        axes.fill_between(estimate.day, floor, top, **style, gid=f"area:{name}")
        line: Style = {
            "where": "post",
            "color": theme.paper,
            "linewidth": axes.spines["left"].get_linewidth(),
        }
        axes.step(estimate.day, top, **line, zorder=3)
        floor = top
    rest: Style = {"step": "post", "color": theme.area, "linewidth": 0, "zorder": 2}
    axes.fill_between(estimate.day, floor, 1, **rest, gid=f"area:{layers.rest}")
    axes.grid(visible=False)
