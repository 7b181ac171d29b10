"""Curves of the difference in survival from a reference, day by day, with paired bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.curves import difference_curves
from sim.analysis.ensemble import Ensemble
from sim.analysis.futures import common_end
from sim.analysis.limits import interval
from sim.plots.grid import Grid, outer_days, panel_axes
from sim.plots.page import Page, write_key
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import distinct, end_of, facts, lasting, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAIRED = "paired by common random numbers"
BAND = (
    "Bands: 95% Monte Carlo uncertainty of the simulation, futures {how}: for one day (adjusted "
    "Wald limits: Agresti & Min 2005, Agresti & Caffo 2000), and for all days at once."
)


class Band(NamedTuple):
    """A band: its name, the columns of its limits and its opacity."""

    name: str
    lower: str
    upper: str
    alpha: float


BANDS = (
    Band("one day", "lower", "upper", 0.4),
    Band("all days", "all_lower", "all_upper", 0.22),
    Band("parameter sets", "parameters_lower", "parameters_upper", 0.12),
)


def difference(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    kind: str = "survival",
) -> Drawing:
    """Draw S(t) of each scenario minus that of the reference, or the mean time to day t.

    `kind` is survival, or rmst for the mean of min(T, t) in days. Darkest is the pointwise 95 %
    band, around it that which holds on all days at once, and, if pairs drew parameter sets, that
    for one more set. One scenario beside the reference fills the page; more stand in panels of one
    scale. In the result's table `panel` is difference, one row per scenario and day.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = common_end(ensembles) if end is None else end_of(ensembles[reference], end)
    rows = difference_rows(ensembles, reference, end, kind)
    others = {name: x for name, x in ensembles.items() if name != reference}
    paired = rows["paired"]
    how = PAIRED if paired.all() else ("not all paired" if paired.any() else "not paired")
    ordered = {reference: ensembles[reference], **others}
    labels, common = distinct(list(ensembles))
    footer = facts(ordered, end, [BAND.format(how=how), common])
    what = f"Share {lasting(end)}" if kind == "survival" else f"Mean days {lasting(end)} by day t"
    drawn = pens(list(ensembles), reference, look, paper)
    bands = [x for x in BANDS if rows[x.lower].notna().any()]
    with styled(look, paper):
        single = len(others) == 1
        name = next(iter(others))
        title = f"{what}: {labels[name]} minus {labels[reference]}"
        last = "" if single else f"Numbers: difference on day {rows['day'].max()}."
        grid = Grid(paper, len(others))
        if not single:
            title = f"{what}: difference from {labels[reference]}"
        page = Page.with_body(look, paper, (title, last, footer), 0 if single else grid.body)
        color = drawn[name].color if single else look.muted
        write_key(page, [(x.name, color, x.alpha) for x in bands])
        axis = f"Difference in {'share' if kind == 'survival' else 'days'}"
        if single:
            _draw_one(page, ensembles[name], rows, drawn[name], axis)
        else:
            _draw_grid(page, grid, rows, drawn, (labels, axis))
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


def _draw_one(page: Page, ensemble: Ensemble, rows: pd.DataFrame, pen: Pen, axis: str) -> None:
    """Draw one difference over the whole page, with dates and rounds."""
    page.bottom += 3.6 * page.em
    sides = (page.left + 5.6 * page.em, page.right - 0.5 * page.extent("Dec 2025"))
    axes, _ = dated_axes(page, ensemble.scenario, ensemble.horizon, sides)
    axes.set_ylabel(axis)
    _draw_curve(axes, page, rows, pen)
    _set_range(axes, rows)


def _draw_grid(
    page: Page,
    grid: Grid,
    rows: pd.DataFrame,
    drawn: Mapping[str, Pen],
    words: tuple[Mapping[str, str], str],
) -> None:
    """Draw each difference in a panel of its own, all on one scale, the largest first."""
    labels, axis = words
    unit = "share" if rows["quantity"].iloc[0] == "survival" else "days"
    page.bottom += 1.5 * page.em
    page.text(page.left, page.bottom - 1.2 * page.em, f"{axis}, by day", gid="label")
    horizon = int(rows["day"].max())
    last = rows[rows["day"] == horizon].sort_values("value", ascending=False, kind="stable")
    names = last["scenario"].tolist()
    details = {}
    for name, numbers in zip(names, last[["value", "lower", "upper"]].to_numpy(), strict=True):
        details[name] = interval(numbers.tolist(), unit, sign=True).replace(", ", ",\u00a0")
    titles = {name: labels[name] for name in names}
    for k, (name, axes) in enumerate(panel_axes(page, grid, titles, details, left=3.5).items()):
        _draw_curve(axes, page, rows[rows["scenario"] == name], drawn[name])
        _set_range(axes, rows)
        if not grid.leftmost(k):
            axes.tick_params(labelleft=False)
        outer_days(axes, grid, k, horizon)


def _draw_curve(axes: Axes, page: Page, rows: pd.DataFrame, pen: Pen) -> None:
    """Draw a difference as steps with its bands, and the line of no difference."""
    for band in BANDS[::-1]:
        style: Style = {"step": "post", "color": pen.color, "linewidth": 0, "zorder": 2}
        axes.fill_between(
            rows["day"], rows[band.lower], rows[band.upper], alpha=band.alpha, **style
        )
    axes.axhline(0, color=page.theme.ink, linewidth=0.35 * page.sheet.line, zorder=3)
    line: Style = {"color": pen.color, "linewidth": pen.width, "where": "post", "zorder": 4}
    axes.step(rows["day"], rows["value"], gid="difference", **line)


def _set_range(axes: Axes, rows: pd.DataFrame) -> None:
    """Fit the vertical axis to every band, with no difference inside."""
    columns = [x for band in BANDS for x in (band.lower, band.upper)]
    low, high = min(np.nanmin(rows[columns]), 0.0), max(np.nanmax(rows[columns]), 0.0)
    pad = 0.05 * (high - low) or 0.05
    axes.set_ylim(low - pad, high + pad)
    steps = [base * 10.0**power for power in range(-3, 4) for base in (1, 2, 5)]
    step = next((x for x in steps if (high - low) / x <= 5), steps[-1])
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    ticks = [step * k for k in range(first, last + 1)]
    digits = max(0, -int(np.floor(np.log10(step))))
    axes.set_yticks(ticks, [signed(tick, digits) for tick in ticks])
    axes.grid(axis="y")
