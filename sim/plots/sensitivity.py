"""Sensitivity as figures: ranked bars, convergence with samples, the box of a discovery."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.plots.page import Page
from sim.plots.style import Drawing, pens, sheet_named, styled, theme_named


def ranked(
    table: pd.DataFrame, about: Sequence[str], *, title: str, axis: str, line: tuple[str, float],
    theme: str = "light", sheet: str = "slide",
) -> Drawing:  # fmt: skip
    """Draw bars from the largest down: columns factor, series, value, half; ``line`` is marked.

    The factor order is that of the table; up to two series stand as two bars.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    em = paper.body / 72
    names = list(dict.fromkeys(table["factor"]))
    series = list(dict.fromkeys(table["series"]))
    with styled(look, paper):
        body = (1.5 * len(names) + 6) * em
        page = Page.with_body(look, paper, (title, "", list(about)), body)
        left = page.left + max(page.extent(name) for name in names) + 1.2 * em
        bottom, top = page.bottom + 3.2 * em, page.top - 1.2 * em
        axes = page.axes(left, bottom, page.right - left - em, top - bottom)
        drawn = pens(series, None, look, paper)
        for j, one in enumerate(series):
            held = table[table["series"] == one].set_index("factor").loc[names]
            places = [-(i + (j - (len(series) - 1) / 2) * 0.8 / len(series))
                      for i in range(len(names))]  # fmt: skip
            axes.barh(
                places, held["value"], height=0.7 / len(series), xerr=held["half"], label=one,
                color=drawn[one].color, error_kw={"ecolor": look.muted, "elinewidth": paper.line},
            )  # fmt: skip
        axes.axvline(line[1], color=look.ink, linestyle="--", linewidth=paper.line, label=line[0])
        axes.set_yticks([-i for i in range(len(names))], names)
        axes.set_ylim(-len(names) + 0.4, 0.6)
        axes.set_xlim(left=min(0.0, float((table["value"] - table["half"]).min())))
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        axes.legend(loc="lower right", frameon=False)
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(about), title)


def convergence(
    table: pd.DataFrame, about: Sequence[str], *, title: str,
    theme: str = "light", sheet: str = "slide",
) -> Drawing:  # fmt: skip
    """Draw total indices with their intervals against the number of samples."""
    look, paper = theme_named(theme), sheet_named(sheet)
    em = paper.body / 72
    names = list(dict.fromkeys(table["factor"]))
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", list(about)), 4.5)
        room = max(page.extent(name) for name in names) + 3.5 * em
        axes = page.axes(
            page.left + 4 * em, page.bottom + 3.2 * em,
            page.right - page.left - 4 * em - room, page.top - page.bottom - 4.4 * em,
        )  # fmt: skip
        drawn = pens(names, None, look, paper)
        for k, name in enumerate(names):
            held, pen = table[table["factor"] == name], drawn[name]
            beside = 1.0 + 0.03 * (k - (len(names) - 1) / 2)  # so that no interval hides another
            axes.errorbar(
                beside * held["samples"], held["total"], yerr=held["total_half"], label=name,
                capsize=3, color=pen.color, linestyle=pen.dash, linewidth=pen.width,
            )  # fmt: skip
        axes.set_xscale("log", base=2)
        axes.set_xticks(sorted(set(table["samples"])), sorted(set(table["samples"])))
        axes.minorticks_off()
        axes.set_xlabel("Samples (each with one evaluation per factor and two more)")
        axes.set_ylabel("Total index")
        axes.axhline(0.0, color=look.muted, linewidth=paper.line / 2)
        axes.grid(axis="y")
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), frameon=False)
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(about), title)


def box(
    table: pd.DataFrame, trail: pd.DataFrame, about: Sequence[str], *, title: str,
    theme: str = "light", sheet: str = "slide",
) -> Drawing:  # fmt: skip
    """Draw the limits of a box as bars within each factor's interval, and how it was peeled.

    ``table`` has columns factor, low, high (shares of the interval), ``trail`` coverage, density
    and chosen (whether this is the box shown).
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    em = paper.body / 72
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", list(about)), 4.5)
        label = max(page.extent(name) for name in table["factor"]) + 1.5 * em
        half = (page.left + page.right) / 2 + 2 * em
        bottom, height = page.bottom + 3.2 * em, page.top - page.bottom - 4.6 * em
        axes = page.axes(page.left + label, bottom, half - page.left - label - 3 * em, height)
        for i, (low, high) in enumerate(table[["low", "high"]].to_numpy(float)):
            axes.barh(-i, 1, height=0.3, color=look.area)
            axes.barh(-i, high - low, left=low, height=0.3, color=look.series[0])
        axes.set_yticks([-i for i in range(len(table))], list(table["factor"]))
        axes.set_ylim(-max(len(table), 4) + 0.3, 0.7)
        axes.set_xlim(0, 1)
        axes.set_xlabel("Share of the factor's interval")
        axes = page.axes(half + 2 * em, bottom, page.right - half - 3 * em, height)
        steps = trail[~trail["chosen"]]
        axes.plot(steps["coverage"], steps["density"], "o-", color=look.series[1], markersize=5,
                  label="as the box is peeled")  # fmt: skip
        best = trail[trail["chosen"]]
        axes.plot(best["coverage"], best["density"], "s", color=look.ink, markersize=9,
                  label="the box shown, idle limits given up")  # fmt: skip
        axes.set_xlabel("Coverage: share of the cases of interest inside")
        axes.set_ylabel("Density: share of interest among those inside")
        axes.set_xlim(0, 1.03)
        axes.set_ylim(0, 1.03)
        axes.grid()
        axes.legend(loc="lower left", frameon=False)
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(about), title)
