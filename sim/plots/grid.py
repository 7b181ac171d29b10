"""A grid of small panels, each under its own name and numbers; knows no data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.plots.page import LEADING, Page
from sim.plots.style import Sheet, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = {"slide": 6, "page": 4, "column": 3}
"""Panels in a row at most."""
LEAST = {"slide": 0.9, "page": 0.7, "column": 0.85}
"""Least height of a panel in inches."""
SMALLER = 0.85
"""Size of a panel's numbers, in type sizes."""


@dataclass(frozen=True)
class Grid:
    """Rows and columns of `count` panels on a sheet."""

    sheet: Sheet
    count: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return math.ceil(self.count / COLUMNS[self.sheet.name])

    @property
    def columns(self) -> int:
        """Number of columns, as equal rows need."""
        return math.ceil(self.count / self.rows)

    @property
    def body(self) -> float:
        """Inches needed between header and footer."""
        em = self.sheet.body / 72
        return self.rows * (LEAST[self.sheet.name] + (2.2 + 2.3 * self.title_lines) * em) + 2 * em

    @property
    def title_lines(self) -> int:
        """Lines kept for a panel's name."""
        return 1 if self.sheet.name == "page" else 2

    def leftmost(self, index: int) -> bool:
        """Whether a panel is the first of its row."""
        return index % self.columns == 0

    def lowest(self, index: int) -> bool:
        """Whether no panel is below this one."""
        return index + self.columns >= self.count


def panel_axes(
    page: Page,
    grid: Grid,
    titles: Mapping[str, str],
    details: Mapping[str, str],
    bold: str | None = None,
    left: float = 2.6,
) -> dict[str, Axes]:
    """Make a panel for each entry of `titles`, with its title and, in small type, its details.

    `left` is the room for tick labels in type sizes.
    """
    em, start = page.em, page.left + left * page.em
    across = (page.right - start + 0.6 * em) / grid.columns
    down = (page.top - page.bottom - 1.8 * em) / grid.rows
    width, lines = across - 1.3 * em, grid.title_lines
    size, wrapped = page.fit(list(titles.values()), width, lines * 1.15 * em, bold=False)
    small = SMALLER * page.sheet.body
    numbers = {name: page.wrap(details.get(name, ""), width, small) for name in titles}
    tall = {name: (text.count("\n") + 1) * LEADING * small / 72 for name, text in numbers.items()}
    height = down - max(tall.values()) - (1.15 * lines + 0.9) * em
    out = {}
    for k, (name, title) in enumerate(titles.items()):
        row, column = divmod(k, grid.columns)
        at, bottom = start + column * across, page.top - (row + 1) * down + 0.3 * em
        out[name] = page.axes(at, bottom, width, height, gid=f"panel:{name}")
        style: Style = {"va": "bottom", "gid": "label"}
        muted: Style = {"fontsize": small, "color": page.theme.muted, "linespacing": LEADING}
        base = bottom + height + 0.25 * em
        page.text(at, base, numbers[name], **style, **muted)
        style |= {"fontsize": size, "linespacing": 1.1}
        style["fontweight"] = "bold" if name == bold else "normal"
        page.text(at, base + tall[name] * bool(details.get(name)), wrapped[title], **style)
    return out


def outer_days(axes: Axes, grid: Grid, index: int, horizon: int) -> None:
    """Mark first, middle and last day, with labels only where no panel is below."""
    ticks = [0, 180 if horizon == 365 else horizon // 2, horizon]
    ticks = sorted(set(ticks))
    axes.set_xlim(0, horizon)
    labels = [str(day) for day in ticks] if grid.lowest(index) else [""] * len(ticks)
    axes.set_xticks(ticks, labels)
    axes.get_xticklabels()[0].set_horizontalalignment("left")
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
