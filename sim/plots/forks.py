"""Survival after a day on which decisions differ: a curve for each, before it one common past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.limits import as_text
from sim.plots.page import Page
from sim.plots.style import Drawing, pens, sheet_named, styled, theme_named
from sim.plots.words import BAND, date, readable


def forks(
    curves: Mapping[str, SurvivalEstimate],
    reference: str,
    parted: pd.Timestamp,
    about: Sequence[str],
    *,
    title: str = "",
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw P(T > t) for each decision, t in days since ``parted``, with pointwise bands.

    The result's table has columns decision, day, value, lower, upper.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    em = paper.body / 72
    footer = [*about, BAND]
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", footer), 4.0)
        drawn = pens(list(curves), reference, look, paper)
        widest = max(page.extent(readable(name)) for name in curves)
        axes = page.axes(
            page.left + 4 * em, page.bottom + 3.2 * em,
            page.right - page.left - widest - 9 * em, page.top - page.bottom - 4 * em,
        )  # fmt: skip
        ends = sorted(curves, key=lambda name: float(curves[name].survival[-1]))
        least = 0.0
        for name in ends:
            curve, pen = curves[name], drawn[name]
            axes.step(curve.day, curve.survival, where="post", **pen.style)
            axes.fill_between(
                curve.day, curve.lower, curve.upper, step="post", color=pen.color, alpha=0.15, lw=0
            )
            at = max(float(curve.survival[-1]), least)
            least = at + 0.055
            label = f"{as_text(float(curve.survival[-1]), 'share')}  {readable(name)}"
            axes.annotate(
                label, (1.01, at), xycoords=("axes fraction", "data"), va="center",
                color=pen.color, annotation_clip=False,
            )  # fmt: skip
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, max(int(curve.horizon) for curve in curves.values()))
        axes.set_xlabel(f"Days since {date(parted.date(), year=True)}")
        axes.set_ylabel("Share still in force")
        axes.grid(axis="y")
    table = pd.concat(
        pd.DataFrame({"decision": name, "day": c.day, "value": c.survival, "lower": c.lower,
                      "upper": c.upper})
        for name, c in curves.items()
    )  # fmt: skip
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(footer), title)
