"""The fit of a calibration and the ranges of its accepted sets; computes nothing new."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.calibration import Calibration
from sim.analysis.patterns import AGES
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.words import WHAT_IF, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Mapping[str, tuple[float, float]]
"""What is drawn in rows, each with the two ends of its scale."""


def calibration(
    asked: Calibration,
    accepted: pd.DataFrame,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw the hazard by age, the other targets and the parameters of all accepted sets.

    `accepted` has a row per set, best first, with its parameters and measures by name. In the
    result's table `panel` is hazard, target or parameter, `set` the number of the set, and lower
    and upper the limits or the range searched.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    title = "Calibration of the baseline: fit and accepted parameters"
    subtitle = (
        f"{len(accepted)} accepted sets; the best is drawn in colour, bars are what is accepted"
    )
    footer = [
        f"Each set: {asked.confirmed:,} futures, seed {asked.seed + 2}. Aims: reported durability "
        f"of comparable ceasefires, civil conflicts for the most part. {WHAT_IF}",
        "Calibrated to these targets, hence no independent validation.",
    ]
    limits = {x.name: (x.low, x.high) for x in asked.targets}
    searched = {name: (span.low, span.high) for name, span in asked.ranges.items()}
    aims = {x.name: x.aim for x in asked.targets if x.aim is not None}
    others = {name: x for name, x in limits.items() if not name.startswith("hazard_")}
    with styled(look, paper):
        page = Page(look, paper)
        page.header(title, subtitle)
        page.footer(footer)
        _draw_hazards(page, accepted, limits, aims)
        _draw_rows(page, accepted, others, (0.36, 0.30), "Other targets, within what is accepted")
        _draw_rows(page, accepted, searched, (0.70, 0.30), "Parameters, within the range searched")
    table = pd.concat(
        [
            _tidy("hazard", accepted, {x: limits[x] for x in limits if x not in others}),
            _tidy("target", accepted, others),
            _tidy("parameter", accepted, searched),
        ],
        ignore_index=True,
    )
    return Drawing(page.figure, table, "\n".join(footer), title)


def _tidy(panel: str, accepted: pd.DataFrame, rows: Rows) -> pd.DataFrame:
    parts = []
    for name, (low, high) in rows.items():
        values = {"quantity": name, "set": np.arange(len(accepted)), "value": accepted[name]}
        parts.append(pd.DataFrame(values).assign(panel=panel, lower=low, upper=high))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _draw_hazards(
    page: Page, accepted: pd.DataFrame, limits: Rows, aims: Mapping[str, float]
) -> None:
    """Draw the hazard by age on a log scale: a line for each set, aims, what is accepted."""
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 3.4 * em, page.top - 2.2 * em
    left = page.left + 3.6 * em
    axes = page.axes(left, bottom, 0.34 * width - 5.5 * em, top - bottom, gid="hazard")
    spans = list(pairwise(AGES))
    names = [f"hazard_{low}_{high}" for low, high in spans]
    at = np.arange(len(names))
    thin: Style = {"color": page.theme.muted, "alpha": 0.35, "linewidth": 0.4 * page.sheet.line}
    axes.plot(at, accepted[names].to_numpy().T, **thin, zorder=2)
    for x, name in zip(at, names, strict=True):
        if name in limits:
            bar: Style = {"color": page.theme.area, "linewidth": 1.1 * page.sheet.body, "zorder": 1}
            axes.plot([x, x], limits[name], solid_capstyle="butt", **bar)
        if name in aims:
            dash: Style = {"color": page.theme.ink, "linewidth": page.sheet.line, "zorder": 3}
            axes.plot([x - 0.16, x + 0.16], [aims[name]] * 2, **dash)
    axes.plot(at, accepted[names].iloc[0].to_numpy(), **_best(page), linestyle="solid", zorder=4)
    axes.set_yscale("log")
    axes.set_ylim(0.5, 100)
    ticks = [1, 3, 10, 30, 100]
    axes.set_yticks(ticks, [str(x) for x in ticks])
    axes.set_yticks([], minor=True)
    axes.set_xticks(at, [f"{low}–{high}" for low, high in spans])
    axes.tick_params(axis="x", labelsize=page.sheet.small)
    axes.set_xlim(-0.45, len(names) - 0.55)
    axes.set_xlabel("age of the ceasefire in days")
    axes.set_title("Ends per 1,000 days (dash: aim)", loc="left", fontsize=page.sheet.body)


def _draw_rows(
    page: Page, accepted: pd.DataFrame, rows: Rows, place: tuple[float, float], title: str
) -> None:
    """Draw a row per quantity: all sets between the two ends of its scale, which are written."""
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 0.6 * em, page.top - 2.2 * em
    left = page.left + place[0] * width
    axes = page.axes(left, bottom, place[1] * width, top - bottom, gid=title)
    for k, (name, (low, high)) in enumerate(rows.items()):
        share = (accepted[name].to_numpy(dtype=float) - low) / (high - low)
        _draw_row(axes, page, share, len(rows) - 1 - k, (name, low, high))
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.6, len(rows) - 0.2)
    axes.axis("off")
    axes.set_title(title, loc="left", fontsize=page.sheet.body)


def _draw_row(
    axes: Axes, page: Page, share: np.ndarray, y: float, scale: tuple[str, float, float]
) -> None:
    name, low, high = scale
    bar: Style = {"color": page.theme.area, "linewidth": 0.8 * page.sheet.body, "zorder": 1}
    axes.plot([0, 1], [y, y], solid_capstyle="butt", **bar)
    dots: Style = {"linestyle": "none", "marker": "o", "markersize": 0.35 * page.sheet.body}
    dots |= {"color": page.theme.muted, "alpha": 0.4, "markeredgewidth": 0}
    axes.plot(share, np.full(share.size, y), **dots, zorder=2)
    axes.plot(share[:1], [y], **_best(page), linestyle="none", zorder=4)
    small: Style = {"fontsize": page.sheet.small, "va": "bottom", "color": page.theme.muted}
    above = y + 0.24
    axes.text(0, above, f"{low:.3g}", ha="left", **small)
    axes.text(1, above, f"{high:.3g}", ha="right", **small)
    style: Style = {"fontsize": page.sheet.small, "va": "bottom", "ha": "center"}
    axes.text(0.5, above, readable(name), **style)


def _best(page: Page) -> Style:
    return {
        "color": page.theme.series[1], "marker": "o", "markersize": 0.55 * page.sheet.body,
        "markeredgecolor": page.theme.paper, "linewidth": page.sheet.line,
    }  # fmt: skip
