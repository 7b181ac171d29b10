"""The survival curve of one ensemble with its numbers at risk; estimates nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.limits import as_text, interval
from sim.analysis.parameter_spread import ParameterSpread
from sim.plots.page import Page, write_clear, write_key
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.timeline import ROW, add_counts, dated_axes
from sim.plots.words import BAND, BANDS, UNCERTAIN, end_of, facts, lasting, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = SurvivalEstimate | ParameterSpread
ACCEPTED = "accepted parameter sets"
NAMED = "Bands: 95% each, of what is named; numbers: 95% Monte Carlo."
WIDE = "all that is assumed"
OPACITY = (0.45, 0.26, 0.13, 0.08)
"""Of the band of chance and of wider ones."""
READ_DAYS = (30, 90, 365)
"""Days whose survival is read out, as far as the horizon reaches."""
COUNTS = {"at_risk": "at risk", "ended": "ended", "censored": "censored"}
COUNTED = "At risk: at the start of the day; ended and censored: before it."


def survival(
    ensemble: Ensemble,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    spreads: Mapping[str, ParameterSpread] | None = None,
) -> Drawing:
    """Draw S(t) with its 95 % band, numbers at risk, rounds, events, and the survival on set days.

    Around the band of chance stand those of `spreads`, the narrowest first, each named by its
    key; by default one, if futures draw parameter sets: that of the accepted sets.

    `end` is an end definition (default: the scenario's), `theme` light or dark, `sheet` slide,
    page or column. In the result's table `panel` is curve (quantity survival, or survival with
    the name of a spread for the limits of a wider band), counts (at_risk, ended, censored, on the
    days shown) or readout (S(day), median, RMST).
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = end_of(ensemble, end)
    estimate = ensemble.survival(end)
    if spreads is None:
        own = ensemble.parameter_spread(end)
        spreads = {} if own is None else {ACCEPTED: own}
    scenario = ensemble.scenario
    named = [f"{name} ({spread.sets} sets)" for name, spread in spreads.items()]
    several = ensemble.replicates > 1  # of one future limits say nothing
    band = BANDS.format(names=", then ".join(named)) if spreads else BAND if several else ""
    drawn = NAMED if spreads else UNCERTAIN if several else ""
    footer = facts({scenario.name: ensemble}, end, [band, COUNTED], drawn)
    shown = lasting(end, "with the ceasefire in force")
    title = f"Share of simulated futures {shown}: {readable(scenario.name)}"
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, scenario.description, footer))
        if spreads:
            shades = zip(["chance", *named], OPACITY, strict=False)
            write_key(page, [(text, look.series[0], alpha) for text, alpha in shades])
        axes, ticks = framed(page, ensemble, estimate)
        axes.set_ylabel(f"Share {lasting(end)}, S(t)")
        bands: list[tuple[str, Limits]] = [("band", estimate)]
        bands += [(f"band:{name}", spread) for name, spread in spreads.items()]
        for (name, limits), alpha in [*zip(bands, OPACITY, strict=False)][::-1] if several else []:
            _draw_band(axes, page, limits, name, alpha)
        _draw_curve(axes, page, estimate)
        readout = read_out(estimate)
        if several:
            _write_readout(axes, page, estimate, readout, list(spreads.values()))
    counts = count_rows(estimate)
    wider = [_spread_rows(name, spread) for name, spread in spreads.items()]
    table = pd.concat([curve_rows(estimate), *wider, counts[counts["day"].isin(ticks)], readout])
    table.insert(0, "scenario", scenario.name)
    table.insert(1, "cell", ensemble.cell.key)
    columns = ["panel", "scenario", "cell", "quantity", "day", "value", "lower", "upper"]
    return Drawing(page.figure, table[columns].reset_index(drop=True), "\n".join(footer), title)


def curve_rows(estimate: SurvivalEstimate) -> pd.DataFrame:
    """Return the curve as tidy rows, one per day."""
    rows = estimate.table.rename(columns={"survival": "value"})
    rows = rows[["day", "value", "lower", "upper"]]
    return rows.assign(panel="curve", quantity="survival")


def _spread_rows(name: str, spread: ParameterSpread) -> pd.DataFrame:
    """Return a wider band as tidy rows, one per day."""
    columns = {"day": spread.day, "value": spread.survival}
    rows = pd.DataFrame({**columns, "lower": spread.lower, "upper": spread.upper})
    return rows.assign(panel="curve", quantity=f"survival with {name}")


def count_rows(estimate: SurvivalEstimate) -> pd.DataFrame:
    """Return how many are at risk as each day begins, have ended or been censored before, tidy.

    The three add up to all units on every day (KMunicate; Morris et al. 2019, BMJ Open 9).
    """
    counted = {"at_risk": estimate.at_risk}
    for name, daily in (("ended", estimate.events), ("censored", estimate.censored)):
        counted[name] = np.cumsum(daily) - daily
    rows = [
        pd.DataFrame({"quantity": name, "day": estimate.day, "value": values})
        for name, values in counted.items()
    ]
    return pd.concat(rows, ignore_index=True).assign(panel="counts")


def read_out(estimate: SurvivalEstimate) -> pd.DataFrame:
    """Return S on set days (the horizon if none), the median and RMST to the horizon, tidy."""
    horizon = estimate.horizon
    rows: list[tuple[str, int, float, float, float]] = []
    for day in [x for x in READ_DAYS if x <= horizon] or [horizon]:
        point = estimate.at(day)
        rows.append((f"S({day})", day, point.value, point.lower, point.upper))
    median = estimate.median
    middle, low, high = (
        np.nan if x is None else float(x) for x in (median.value, median.lower, median.upper)
    )
    rows.append(("median", horizon, middle, low, high))
    mean = estimate.rmst(horizon)
    rows.append((f"RMST({horizon})", horizon, mean.value, mean.lower, mean.upper))
    names = ["quantity", "day", "value", "lower", "upper"]
    return pd.DataFrame(rows, columns=names).assign(panel="readout")


def framed(page: Page, ensemble: Ensemble, estimate: SurvivalEstimate) -> tuple[Axes, list[int]]:
    """Lay out a day axis with dates, calendar and numbers at risk; return it and its ticks."""
    counts = count_rows(estimate)
    widest = f"{counts['value'].max():,.0f}"
    label = page.extent("censored") + 0.6 * page.em + 0.5 * page.extent(widest)
    left = page.left + max(label, 4.6 * page.em)
    right = page.right - 0.5 * max(page.extent(widest), page.extent("Dec 2025"))
    table_top = page.bottom + ROW * page.em * len(COUNTS)
    page.bottom = table_top + 3.6 * page.em
    axes, ticks = dated_axes(page, ensemble.scenario, ensemble.horizon, (left, right), widest)
    shown = counts[counts["day"].isin(ticks)]
    wide = shown.pivot(index="quantity", columns="day", values="value")
    rows = {label: [f"{x:,.0f}" for x in wide.loc[name]] for name, label in COUNTS.items()}
    add_counts(axes, page, ticks, rows, table_top)
    return axes, ticks


def _draw_curve(axes: Axes, page: Page, estimate: SurvivalEstimate) -> None:
    """Draw the steps."""
    line: Style = {"where": "post", "color": page.theme.series[0], "clip_on": False, "zorder": 4}
    axes.step(estimate.day, estimate.survival, **line, gid="survival")


def _draw_band(axes: Axes, page: Page, limits: Limits, name: str, alpha: float) -> None:
    """Draw a band between limits."""
    band: Style = {"step": "post", "color": page.theme.series[0], "alpha": alpha, "linewidth": 0}
    axes.fill_between(limits.day, limits.lower, limits.upper, **band, zorder=3, gid=name)


def _write_readout(
    axes: Axes,
    page: Page,
    estimate: SurvivalEstimate,
    readout: pd.DataFrame,
    spreads: Sequence[ParameterSpread],
) -> None:
    """Mark the days read out and write their survival where the curve leaves room."""
    points = readout[readout["quantity"].str.startswith("S(")]
    dots: Style = {"linestyle": "none", "marker": "o", "markersize": 0.55 * page.sheet.body}
    dots |= {"markeredgecolor": page.theme.paper, "color": page.theme.series[0]}
    axes.plot(points["day"], points["value"], **dots, clip_on=False, zorder=5)
    lines = [_phrase(row, estimate, spreads) for row in readout.itertuples()]
    every: list[Limits] = [estimate, *spreads]
    limits = np.min([x.lower for x in every], axis=0), np.max([x.upper for x in every], axis=0)
    size = (0.85 if page.sheet.name == "column" else 1.0) * page.sheet.body
    if not write_clear(axes, page, "\n".join(lines), limits, linespacing=1.5, fontsize=size):
        short = [line.partition("; ")[0].replace(" days", "") for line in lines]
        write_clear(axes, page, "\n".join(short), limits, linespacing=1.5, fontsize=size)


def _phrase(row: object, estimate: SurvivalEstimate, spreads: Sequence[ParameterSpread]) -> str:
    """Say one number of the readout with its interval, and with those of the spreads too."""
    named = ("quantity", "day", "value", "lower", "upper")
    name, day, *numbers = (getattr(row, x) for x in named)
    if name == "median":
        return f"median: {estimate.median}"
    unit = "share" if name.startswith("S(") else "days"
    text = f"{name} = {interval(numbers, unit)}"
    for spread in spreads:
        point = spread.at(day) if unit == "share" else spread.rmst(day)
        text += f"; [{as_text(point.lower, unit)}, {as_text(point.upper, unit)}]"
    return text + (" days" if unit == "days" else "")
