"""Trust, tension and the like over time as fans of quantiles; knows the daily table only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.timeline import ROW, add_counts, dated_axes, set_days
from sim.plots.words import date, facts, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEANINGS = {
    "pakistan_trust": "{first}'s trust in {second} (probability)",
    "afghan_taliban_trust": "{second}'s trust in {first} (probability)",
    "tension": "Tension",
    "closure": "Border closure (1: closed)",
    "pakistan_disagreement": "{first}'s payoff without a deal (utility)",
    "afghan_taliban_disagreement": "{second}'s payoff without a deal (utility)",
    "attacks": "Attacks a day",
    "pakistan_offer": "{first}'s latest offer: worth to {second} (utility)",
    "afghan_taliban_offer": "{second}'s latest offer: worth to {first} (utility)",
}
UNIT = ("trust", "closure", "disagreement", "offer")
"""Endings of names of quantities that are drawn from 0 to 1."""
USUAL = (
    "pakistan_trust", "afghan_taliban_trust", "tension", "pakistan_offer", "afghan_taliban_offer",
)  # fmt: skip
SPREAD = "Fans show how futures differ, over those whose ceasefire is still in force that day only."
GRAIN = "Quantiles are exact to 1/256 of a quantity's range."
SUBTITLE = "Line: median; dark: middle half of futures; light: 5th to 95th percentile."


def fans(
    ensemble: Ensemble,
    quantities: Sequence[str] = USUAL,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw daily quantiles of `quantities`, one panel each above a common time axis.

    A quantity is a column of `ensemble.daily` without its `_q50`. The quantiles are over futures
    still in force, whose number is given below. In the result's table `panel` is the quantity,
    `quantity` q05 to q95, and one panel holds the number at risk on the days shown.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    daily = ensemble.daily
    known = [name.removesuffix("_q50") for name in daily.columns if name.endswith("_q50")]
    for name in quantities:
        if name not in known:
            raise ValueError(f"quantity is {name!r}; allowed are {', '.join(known)}")
    scenario = ensemble.scenario
    notes = [SPREAD, GRAIN]
    footer = facts({scenario.name: ensemble}, "collapse", notes, "")
    title = f"While the ceasefire lasts: {readable(scenario.name)}"
    with styled(look, paper):
        rows = 0 if paper.name == "slide" else len(quantities) * 6.4 + 9
        body = rows * paper.body / 72
        page = Page.with_body(look, paper, (title, SUBTITLE, footer), body)
        ticks = _draw(page, ensemble, quantities)
    table = pd.concat([*(_rows(daily, x) for x in quantities), _in_force(ensemble, ticks)])
    table.insert(1, "scenario", scenario.name)
    table.insert(2, "cell", ensemble.cell.key)
    return Drawing(page.figure, table.reset_index(drop=True), "\n".join(footer), title)


def _rows(daily: pd.DataFrame, name: str) -> pd.DataFrame:
    """Quantiles of one quantity, tidy."""
    columns = [x for x in daily.columns if x.startswith(f"{name}_q")]
    long = daily.melt("day", columns, "quantity", "value")
    long["quantity"] = long["quantity"].str.removeprefix(f"{name}_")
    long.insert(0, "panel", name)
    return long[["panel", "quantity", "day", "value"]]


def _in_force(ensemble: Ensemble, ticks: Sequence[int]) -> pd.DataFrame:
    """Number of futures at risk as the days shown begin, tidy."""
    daily = ensemble.daily.set_index("day")["in_force"]
    values = [ensemble.replicates if day < 2 else int(daily[day - 1]) for day in ticks]
    columns = {"panel": "counts", "quantity": "at_risk", "day": list(ticks), "value": values}
    return pd.DataFrame(columns)


def _draw(page: Page, ensemble: Ensemble, quantities: Sequence[str]) -> list[int]:
    """Draw a panel for each quantity: on a slide in two columns, else stacked under the dates.

    Returns the days on which numbers at risk are given.
    """
    if page.sheet.name == "slide":
        return _draw_grid(page, ensemble, quantities)
    em, horizon = page.em, ensemble.horizon
    widest = f"{ensemble.replicates:,}"
    left = page.left + max(page.extent("at risk") + 0.6 * em + 0.5 * page.extent(widest), 4 * em)
    sides = (left, page.right - 0.5 * max(page.extent("Dec 2025"), page.extent(widest)))
    table_top = page.bottom + ROW * em
    page.bottom = table_top + 3.6 * em
    frame, ticks = dated_axes(page, ensemble.scenario, horizon, sides, widest)
    rows = {"at risk": [f"{x:,}" for x in _in_force(ensemble, ticks)["value"]]}
    add_counts(frame, page, ticks, rows, table_top)
    box = frame.get_position()
    low, high = box.y0 * page.height, box.y1 * page.height
    frame.set_yticks([])
    frame.spines["left"].set_visible(False)
    each = (high - low) / len(quantities)
    for k, name in enumerate(quantities):
        bottom = high - (k + 1) * each
        place = (sides[0], bottom, sides[1] - sides[0], each - 1.9 * em)
        axes = page.axes(*place, gid=f"fan:{name}")
        page.text(sides[0], bottom + each - 1.5 * em, _meaning(ensemble, name), gid="label")
        set_days(axes, page, horizon, None, widest)
        axes.tick_params(labelbottom=False)
        if k == len(quantities) - 1:
            axes.set_xticks([])
        _draw_fan(axes, page, ensemble.daily, name)
    return ticks


def _draw_grid(page: Page, ensemble: Ensemble, quantities: Sequence[str]) -> list[int]:
    """Draw panels in two columns, each with its days; the last has the share still in force."""
    em, columns = page.em, 2
    names = [*quantities, ""]
    rows = -(-len(names) // columns)
    low = page.bottom + 2.2 * em
    down, start = (page.top - low) / rows, page.left + 3 * em
    across = (page.right - start + 2.4 * em) / columns
    ticks: list[int] = []
    for k, name in enumerate(names):
        row, column = divmod(k, columns)
        bottom, left = page.top - (row + 1) * down, start + column * across
        axes = page.axes(left, bottom + 1.4 * em, across - 4 * em, down - 3.4 * em,
                         gid=f"fan:{name}")  # fmt: skip
        text = _meaning(ensemble, name) if name else "Share of futures still in force"
        page.text(left, bottom + down - 1.5 * em, text, gid="label")
        ticks = set_days(axes, page, ensemble.horizon, None, "365")
        if name:
            _draw_fan(axes, page, ensemble.daily, name)
        else:
            shares = ensemble.daily["in_force"] / ensemble.replicates
            line: Style = {"color": page.theme.ink, "linewidth": 0.8 * page.sheet.line}
            axes.step(ensemble.daily["day"], shares, where="mid", **line)
            axes.set_ylim(0, 1)
            axes.locator_params(axis="y", nbins=3)
            axes.yaxis.set_major_formatter("{x:g}")
            axes.grid(axis="y")
    began = date(ensemble.scenario.start, year=True)
    page.text(start, page.bottom + 0.6 * em, f"Days since {began} (day 0)", gid="label")
    return ticks


def _meaning(ensemble: Ensemble, name: str) -> str:
    """A quantity in words, with the sides' labels."""
    first, second = (party.label for party in ensemble.scenario.parties)
    return MEANINGS.get(name, name).format(first=first, second=second)


def _draw_fan(axes: Axes, page: Page, daily: pd.DataFrame, name: str) -> None:
    """Draw two bands and the median of one quantity."""
    color = page.theme.series[0]
    for low, high, alpha in (("05", "95", 0.2), ("25", "75", 0.35)):
        band: Style = {"color": color, "alpha": alpha, "linewidth": 0, "zorder": 2, "step": "mid"}
        axes.fill_between(daily["day"], daily[f"{name}_q{low}"], daily[f"{name}_q{high}"], **band)
    line: Style = {"color": color, "linewidth": 0.8 * page.sheet.line, "zorder": 3}
    axes.step(daily["day"], daily[f"{name}_q50"], where="mid", gid=f"median:{name}", **line)
    top = 1.0 if name.endswith(UNIT) else max(1.0, 1.08 * float(daily[f"{name}_q95"].max()))
    axes.set_ylim(0, top)
    axes.locator_params(axis="y", nbins=3)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(axis="y")
