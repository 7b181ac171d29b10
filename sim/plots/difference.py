"""Curves of the difference in survival from a reference, day by day, with paired bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.curves import difference_curves
from sim.analysis.ensemble import Ensemble
from sim.analysis.futures import common_end
from sim.plots.grid import Grid, outer_days, panel_axes
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import distinct, end_of, facts, lasting, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAIRED = "paired by common random numbers"
BAND = (
    "Band: pointwise 95% Monte Carlo uncertainty of the simulation only, futures {how} "
    "(adjusted Wald limits: Agresti & Min 2005, Agresti & Caffo 2000)."
)


def difference(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw S(t) of each scenario minus S(t) of the reference, with a pointwise 95 % band.

    One scenario beside the reference fills the page; more stand in panels of one scale. In the
    result's table `panel` is difference and there is one row per scenario and day.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = common_end(ensembles) if end is None else end_of(ensembles[reference], end)
    rows = difference_rows(ensembles, reference, end)
    others = {name: x for name, x in ensembles.items() if name != reference}
    paired = rows["paired"]
    how = PAIRED if paired.all() else ("not all paired" if paired.any() else "not paired")
    ordered = {reference: ensembles[reference], **others}
    labels, common = distinct(list(ensembles))
    footer = facts(ordered, end, [BAND.format(how=how), common])
    title = f"Share {lasting(end)}: difference from {labels[reference]}"
    drawn = pens(list(ensembles), reference, look, paper)
    with styled(look, paper):
        if len(others) == 1:
            name = next(iter(others))
            title = f"Share {lasting(end)}: {labels[name]} minus {labels[reference]}"
            page = Page.with_body(look, paper, (title, "", footer))
            _draw_one(page, ensembles[name], rows, drawn[name], lasting(end))
        else:
            grid = Grid(paper, len(others))
            last = f"Numbers: difference on day {rows['day'].max()} with its interval."
            page = Page.with_body(look, paper, (title, last, footer), grid.body)
            _draw_grid(page, grid, rows, drawn, labels)
    return Drawing(page.figure, rows, "\n".join(footer), title)


def difference_rows(
    ensembles: Mapping[str, Ensemble], reference: str, end: str, kind: str = "survival"
) -> pd.DataFrame:
    """Return the differences with all their limits per scenario and day, tidy."""
    parts = []
    for name, curve in difference_curves(ensembles, reference, end, kind).items():
        cell = ensembles[name].cell.key
        parts.append(curve.table.assign(panel="difference", scenario=name, cell=cell))
    rows = pd.concat(parts, ignore_index=True).assign(quantity=kind)
    first = ["panel", "scenario", "cell", "quantity", "day"]
    return rows[[*first, *(x for x in rows.columns if x not in first)]]


def _draw_one(page: Page, ensemble: Ensemble, rows: pd.DataFrame, pen: Pen, share: str) -> None:
    """Draw one difference over the whole page, with dates and rounds."""
    page.bottom += 3.6 * page.em
    sides = (page.left + 5.6 * page.em, page.right - 0.5 * page.extent("Dec 2025"))
    axes, _ = dated_axes(page, ensemble.scenario, ensemble.horizon, sides)
    axes.set_ylabel(f"Difference in share {share}")
    _draw_curve(axes, page, rows, pen)
    _set_range(axes, rows)


def _draw_grid(
    page: Page,
    grid: Grid,
    rows: pd.DataFrame,
    drawn: Mapping[str, Pen],
    labels: Mapping[str, str],
) -> None:
    """Draw each difference in a panel of its own, all on one scale, the largest first."""
    horizon = int(rows["day"].max())
    last = rows[rows["day"] == horizon].sort_values("value", ascending=False, kind="stable")
    names = last["scenario"].tolist()
    details = {}
    for name, numbers in zip(names, last[["value", "lower", "upper"]].to_numpy(), strict=True):
        value, low, high = (signed(float(x), 2) for x in numbers)
        details[name] = f"{value} [{low},\u00a0{high}]"
    titles = {name: labels[name] for name in names}
    for k, (name, axes) in enumerate(panel_axes(page, grid, titles, details, left=3.5).items()):
        _draw_curve(axes, page, rows[rows["scenario"] == name], drawn[name])
        _set_range(axes, rows)
        if not grid.leftmost(k):
            axes.tick_params(labelleft=False)
        outer_days(axes, grid, k, horizon)


def _draw_curve(axes: Axes, page: Page, rows: pd.DataFrame, pen: Pen) -> None:
    """Draw a difference as steps with its band, and the line of no difference."""
    band: Style = {"step": "post", "color": pen.color, "alpha": 0.25, "linewidth": 0, "zorder": 2}
    axes.fill_between(rows["day"], rows["lower"], rows["upper"], **band)
    axes.axhline(0, color=page.theme.ink, linewidth=0.35 * page.sheet.line, zorder=3)
    line: Style = {"color": pen.color, "linewidth": pen.width, "where": "post", "zorder": 4}
    axes.step(rows["day"], rows["value"], gid="difference", **line)


def _set_range(axes: Axes, rows: pd.DataFrame) -> None:
    """Fit the vertical axis to every band, with no difference inside."""
    low, high = min(rows["lower"].min(), 0.0), max(rows["upper"].max(), 0.0)
    pad = 0.05 * (high - low) or 0.05
    axes.set_ylim(low - pad, high + pad)
    step = next(x for x in (0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if (high - low) / x <= 5 or x == 0.5)
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    ticks = [step * k for k in range(first, last + 1)]
    digits = 2 if step in (0.02, 0.05, 0.25) else 1
    axes.set_yticks(ticks, [signed(tick, digits) for tick in ticks])
    axes.grid(axis="y")
