"""Figures of a calibration: the fit, the parameters, what is recovered, whether to trust it.

Computes nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from sim.analysis.patterns import AGES
from sim.analysis.recovery import DRAWS, LEVELS
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.words import WHAT_IF, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.analysis.found import Found

SHOWN = 80  # pseudo-observations drawn in the figure of recovery
STEPS = 24  # of the histograms of parameters


def fit_figure(
    found: Found, fit: pd.DataFrame, theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw the hazard by age against the anchors, and every other target and check.

    ``fit`` is the table of the fit. Bars in colour hold 90 % of the weight, dots are medians.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    title = "Calibration of the baseline: what accepted parameters give"
    subtitle = (
        "Colour: median and 90 % of the weight; grey: what is asked for, two errors either way"
    )
    footer = [_made_by(found), f"{WHAT_IF} Calibrated to these targets, hence no validation."]
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, subtitle, footer))
        hazards = fit[fit["measure"].str.startswith("hazard_")]
        _draw_hazards(page, hazards)
        _draw_rows(page, fit[~fit["measure"].isin(hazards["measure"])])
    return Drawing(page.figure, fit, "\n".join(footer), title)


def _made_by(found: Found) -> str:
    effort = found.asked.effort
    return (
        f"{len(found.points):,} points of {effort.futures:,} futures after history matching, seed "
        f"{effort.seed}; effective sample size {found.size:.0f}; {len(found.sets)} accepted sets."
    )


def _draw_hazards(page: Page, rows: pd.DataFrame) -> None:
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 3.4 * em, page.top - 2.2 * em
    left = page.left + 3.6 * em
    axes = page.axes(left, bottom, 0.4 * width - 4.5 * em, top - bottom, gid="hazard")
    at = np.arange(len(rows))
    aim, sd = rows["aim"].to_numpy(), rows["sd"].to_numpy()
    bar: Style = {"color": page.theme.grid, "linewidth": 1.6 * page.sheet.body, "zorder": 1}
    axes.vlines(at, aim * np.exp(-2 * sd), aim * np.exp(2 * sd), **bar)
    axes.hlines(aim, at - 0.2, at + 0.2, color=page.theme.ink, linewidth=page.sheet.line, zorder=3)
    _span(axes.vlines, at, rows, page)
    axes.plot(at, rows["median"], "o", **_dot(page))
    axes.set_yscale("log")
    ticks = [1, 3, 10, 30, 100]
    axes.set_ylim(0.5, 100)
    axes.set_yticks(ticks, [str(x) for x in ticks])
    axes.set_yticks([], minor=True)
    names = [f"{low}–{high}" for low, high in pairwise(AGES)]
    axes.set_xticks(at, names[: len(rows)])
    axes.set_xlim(-0.5, max(len(rows), 1) - 0.5)  # a study may have no such target
    axes.set_xlabel("age of the ceasefire in days")
    axes.set_title("Ends per 1,000 days (dash: the anchor)", loc="left", fontsize=page.sheet.body)


def _draw_rows(page: Page, rows: pd.DataFrame) -> None:
    """Draw a row per other measure, each on its own scale, with what is asked in words."""
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 0.6 * em, page.top - 2.2 * em
    left = page.left + 0.68 * width
    axes = page.axes(left, bottom, 0.16 * width, top - bottom, gid="others")
    for k, row in enumerate(rows.to_dict("records")):
        y = len(rows) - 1 - k
        low, high = _wanted(row)
        ends = [x for x in (low, high, row["q05"], row["q95"]) if np.isfinite(x)]
        least, most = min(ends), max(ends)
        pad = 0.15 * (most - least or 1.0)
        least, most = least - pad, most + pad

        def place(value: float, least: float = least, most: float = most) -> float:
            return float(np.clip((value - least) / (most - least), 0, 1))

        bar: Style = {"color": page.theme.grid, "linewidth": 0.9 * page.sheet.body, "zorder": 1}
        if row["use"] != "happened":
            axes.hlines(y, place(low), place(high), **bar)
        colour = page.theme.series[1 if row["use"] == "held back" else 0]
        axes.hlines(
            y, place(row["q05"]), place(row["q95"]), color=colour, linewidth=page.sheet.line
        )
        axes.plot(place(row["median"]), y, "o", **_dot(page, colour))
        used = " (held back)" if row["use"] == "held back" else ""
        axes.text(-0.04, y, readable(row["measure"]) + used, ha="right", va="center")
        said = f"{row['median']:.2f} [{row['q05']:.2f}, {row['q95']:.2f}]"
        axes.text(1.05, y, said, ha="left", va="center")
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.axis("off")
    axes.set_title("Other targets, and checks", loc="center", fontsize=page.sheet.body)


def _wanted(row: Mapping[Any, Any]) -> tuple[float, float]:
    """Ends of what is asked for, in the measure's own unit."""
    if np.isfinite(row.get("aim", np.nan)):
        return row["aim"] * np.exp(-2 * row["sd"]), row["aim"] * np.exp(2 * row["sd"])
    low, high = row["low"], row["high"]
    share = str(row["measure"]).startswith(("record", "survival"))
    low = 0.0 if not np.isfinite(low) else low
    return low, (1.0 if share else row["q95"]) if not np.isfinite(high) else high


def _span(lines: object, at: np.ndarray, rows: pd.DataFrame, page: Page) -> None:
    style: Style = {"color": page.theme.series[0], "linewidth": 1.4 * page.sheet.line, "zorder": 4}
    lines(at, rows["q05"], rows["q95"], **style)  # type: ignore[operator]


def _dot(page: Page, colour: str | None = None) -> Style:
    return {
        "color": colour or page.theme.series[0], "markersize": 0.55 * page.sheet.body,
        "markeredgecolor": page.theme.paper, "zorder": 5,
    }  # fmt: skip


def _panels(page: Page, names: Sequence[str]) -> Iterator[tuple[int, str, Axes]]:
    """A grid of four columns of axes, one for each parameter."""
    em, columns = page.em, 4
    rows = -(-len(names) // columns)
    width = (page.right - page.left) / columns
    height = (page.top - page.bottom) / rows
    for k, name in enumerate(names):
        left = page.left + (k % columns) * width
        bottom = page.top - (k // columns + 1) * height
        axes = page.axes(
            left + 3.2 * em, bottom + 2.4 * em, width - 4.4 * em, height - 4.6 * em, gid=name
        )
        axes.tick_params(labelsize=page.sheet.small)
        yield k, name, axes


def parameters_figure(found: Found, theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw what was searched and what the targets leave of it, parameter by parameter."""
    look, paper = theme_named(theme), sheet_named(sheet)
    title = "What the targets leave of each parameter"
    subtitle = "Grey: before, all values alike; colour: after; line: the medoid (parameters=best)"
    footer = [_made_by(found), "Contraction: 1 - variance after / variance before."]
    rows = []
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, subtitle, footer))
        for k, name, axes in _panels(page, found.asked.names):
            span = found.asked.ranges[name]
            values = found.points[:, k]
            bins = np.linspace(span.low, span.high, STEPS + 1)
            share, _ = np.histogram(values, bins, weights=found.weights)
            axes.fill_between(bins, 1 / STEPS, step="post", color=look.grid, linewidth=0)
            axes.stairs(share, bins, fill=True, color=look.series[0], alpha=0.55)
            axes.axvline(found.points[found.sets[0], k], color=look.ink, linewidth=paper.line)
            mean = found.weights @ values
            before = (span.high - span.low) ** 2 / 12
            contraction = 1 - found.weights @ (values - mean) ** 2 / before
            axes.set_title(
                f"{readable(name)}  ({contraction:.2f})", loc="left", fontsize=paper.body
            )
            axes.set_xlim(span.low, span.high)
            axes.set_ylim(0, None)
            axes.set_yticks([])
            rows += [
                {"parameter": name, "low": low, "high": high, "share": x}
                for low, high, x in zip(bins, bins[1:], share, strict=False)
            ]
    return Drawing(page.figure, pd.DataFrame(rows), "\n".join(footer), title)


def recovery_figure(found: Found, theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw what is recovered of parameters that are known, against what they are."""
    look, paper = theme_named(theme), sheet_named(sheet)
    title = "Identical twins: known parameters against what is recovered of them"
    subtitle = (
        "Dot: mean; bar: 80 % interval; the line is perfect recovery, in brackets correlation"
    )
    footer = [
        f"{SHOWN} of {len(found.recovery.truth):,} pseudo-observations made by the model at points "
        "drawn from the prior, with the errors that the targets state; seed "
        f"{found.asked.effort.seed}."
    ]
    recovery, rows = found.recovery, []
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, subtitle, footer))
        for k, name, axes in _panels(page, recovery.names):
            truth, mean = recovery.truth[:SHOWN, k], recovery.mean[:SHOWN, k]
            low, high = recovery.limits[:SHOWN, k, 2], recovery.limits[:SHOWN, k, 3]
            axes.vlines(
                truth, low, high, color=look.series[0], alpha=0.3, linewidth=0.5 * paper.line
            )
            axes.plot(truth, mean, "o", **_dot(page) | {"markersize": 0.3 * paper.body})
            span = found.asked.ranges[name]
            ends = span.low, span.high
            axes.plot(ends, ends, color=look.muted, linewidth=0.4 * paper.line)
            axes.set_xlim(ends)
            axes.set_ylim(ends)
            correlation = recovery.correlation()[k]
            axes.set_title(
                f"{readable(name)}  ({correlation:.2f})", loc="left", fontsize=paper.body
            )
            rows += [
                {"parameter": name, "truth": a, "mean": b, "lower": c, "upper": d}
                for a, b, c, d in zip(truth, mean, low, high, strict=True)
            ]
    return Drawing(page.figure, pd.DataFrame(rows), "\n".join(footer), title)


def trust_figure(found: Found, theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw whether ranks are uniform and intervals cover what they say, parameter by parameter."""
    look, paper = theme_named(theme), sheet_named(sheet)
    title = "Simulation-based calibration: ranks and coverage"
    subtitle = "Within the grey, deviations are what chance alone makes in 99 of 100 (at each rank)"
    recovery = found.recovery
    count = len(recovery.truth)
    footer = [
        f"{count:,} pseudo-observations, {DRAWS} draws each (Talts et al. 2018); effective sample "
        f"size of a posterior: median {np.median(recovery.size):.0f}."
    ]
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, subtitle, footer))
        _draw_ranks(page, found)
        _draw_coverage(page, found)
    rows = [
        {"parameter": name, "level": level, "covers": float(recovery.coverage()[k, j])}
        for k, name in enumerate(recovery.names)
        for j, level in enumerate(LEVELS)
    ]
    return Drawing(page.figure, pd.DataFrame(rows), "\n".join(footer), title)


def _draw_ranks(page: Page, found: Found) -> None:
    """The distribution function of ranks less that of a uniform one."""
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 3.6 * em, page.top - 2.2 * em
    axes = page.axes(page.left + 4.4 * em, bottom, 0.5 * width - 8 * em, top - bottom, gid="ranks")
    recovery, count = found.recovery, len(found.recovery.truth)
    at = np.arange(DRAWS + 1)
    expected = (at + 1) / (DRAWS + 1)
    low, high = (binom.ppf(x, count, expected) / count - expected for x in (0.005, 0.995))
    axes.fill_between(at, low, high, color=page.theme.grid, linewidth=0, step="mid")
    for k in range(len(recovery.names)):
        below = (recovery.ranks[:, k, None] <= at).mean(axis=0) - expected
        axes.plot(at, below, color=page.theme.series[0], alpha=0.7, linewidth=0.6 * page.sheet.line)
    axes.axhline(0, color=page.theme.muted, linewidth=0.3 * page.sheet.line)
    axes.set_xlabel(f"rank of the true value among {DRAWS} draws")
    axes.set_title(
        "Ranks up to here less uniform ones (line: a parameter)",
        loc="left", fontsize=page.sheet.body, wrap=True,
    )  # fmt: skip


def _draw_coverage(page: Page, found: Found) -> None:
    """Share of intervals that hold the true value, with the error of that share."""
    em, width = page.em, page.right - page.left
    bottom, top = page.bottom + 3.6 * em, page.top - 2.2 * em
    left = page.left + 0.5 * width + 9 * em
    axes = page.axes(left, bottom, page.right - left - em, top - bottom, gid="coverage")
    recovery, count = found.recovery, len(found.recovery.truth)
    y = np.arange(len(recovery.names))[::-1]
    for j, level in enumerate(LEVELS):
        share = recovery.coverage()[:, j]
        error = 2 * np.sqrt(level * (1 - level) / count)
        axes.axvspan(level - error, level + error, color=page.theme.grid, linewidth=0)
        axes.plot(share, y, "o", **_dot(page, page.theme.series[j]))
        axes.text(level, len(y) - 0.3, f"{100 * level:g} %", ha="center", va="bottom")
    axes.set_yticks(y, [readable(name) for name in recovery.names])
    axes.set_xlim(0.4, 1)
    axes.set_ylim(-0.6, len(y) + 0.4)
    axes.set_xlabel("share of intervals that hold the true value")
