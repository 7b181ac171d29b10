"""Differences of scenarios from a reference as dots with intervals (forest plots)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim.analysis.compare import compare
from sim.analysis.comparison import Comparison
from sim.analysis.ensemble import Ensemble
from sim.analysis.futures import SURVIVAL_DAYS
from sim.analysis.layers import LAYERS, Contrasts
from sim.plots.page import Page
from sim.plots.style import Pen, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEANT = {
    "chance": "by chance",
    "accepted": "under one more of {} accepted parameter sets",
    "wide": "under one more of {} points at which all that is assumed is varied too",
}
STROKES = ((), ("thin",), ("thick", "thin"), ("thick", "middle", "thin"))
"""How intervals are distinguished, from the narrowest layer to the widest, by their number."""
WIDTHS = {"thick": 4.5, "middle": 2.2, "thin": 0.8}
"""Of their lines, in lines."""
DRAWN = ("wide", "chance", "accepted")
"""Layers in drawing order: the last that is there has the dot."""
PAIRED = "Intervals: 95%, {how}; Monte Carlo uncertainty only."
MOST_BINS = 12  # of the marks on a scale, in search of two that have room


def compare_to_the_end(
    ensembles: Mapping[str, Ensemble], reference: str, end: str | None
) -> Comparison:
    """Compare as `compare` does, survival on the last day too: short ones have no later one."""
    days = sorted({*SURVIVAL_DAYS, ensembles[reference].horizon})
    return compare(ensembles, reference, end=end, days=days)


def effect_rows(
    comparison: Comparison, cells: Mapping[str, str], *, sets: bool = False
) -> pd.DataFrame:
    """Return the differences in RMST and in the survival nearest to day 90, tidy.

    `cells` maps scenarios to their cell keys. `value` is the difference; `level` the scenario's
    own value. With `sets`, scenarios that drew common parameter sets have rows of two layers:
    chance, and accepted with the limits for one more set.
    """
    table = comparison.table
    days = table.loc[table["kind"] == "survival", "day"].unique()
    nearest = min(days, key=lambda day: abs(day - 90), default=None)
    kept = (table["kind"] == "rmst") | ((table["kind"] == "survival") & (table["day"] == nearest))
    rows = table[kept].rename(columns={"value": "level", "difference": "value"})
    names = ["scenario", "quantity", "day", "value", "lower", "upper", "level", "reference", "unit"]
    drew = rows["parameters_lower"].notna()
    if sets and drew.any():
        limits = {"lower": rows["parameters_lower"], "upper": rows["parameters_upper"]}
        kinds = comparison.signs["sets"].max()
        more = rows.assign(layer="accepted", **limits)[drew]
        rows = pd.concat([rows.assign(layer="chance"), more]).assign(sets=kinds)
        names += ["layer", "sets"]
    rows = rows[names].assign(panel="difference", paired=table["paired"])
    return rows.assign(cell=rows["scenario"].map(dict(cells)))


def layer_rows(contrasts: Contrasts, cells: Mapping[str, str]) -> pd.DataFrame:
    """Return the differences of each layer, tidy, as `effect_rows` has them, in drawing order."""
    table = contrasts.table[contrasts.table["scenario"].isin(list(cells))]
    rows = table.rename(columns={"value": "level", "difference": "value"})
    rows = rows.sort_values("layer", key=lambda x: x.map(DRAWN.index), kind="stable")
    names = ["scenario", "quantity", "layer", "value", "lower", "upper", "level", "reference"]
    rows = rows[[*names, "unit", "sets"]].assign(panel="difference", paired=True)
    rows["day"] = rows["quantity"].str.extract(r"\((\d+)\)", expand=False).astype(int)
    return rows.assign(cell=rows["scenario"].map(dict(cells)))


def strokes(rows: pd.DataFrame) -> dict[str, str]:
    """How the interval of each layer is drawn, the narrowest layer first; none without layers."""
    present = set(rows["layer"]) if "layer" in rows else set()
    layers = [layer for layer in LAYERS if layer in present]
    return dict(zip(layers, STROKES[len(layers)], strict=True))


def how_compared(rows: pd.DataFrame) -> str:
    """Say what the intervals are and whether futures were paired."""
    if rows["paired"].all():
        how = "paired by common random numbers"
    else:
        how = "not all paired" if rows["paired"].any() else "not paired"
    if drawn := strokes(rows):
        sets = rows.groupby("layer")["sets"].max()
        said = [f"{stroke}, {MEANT[layer].format(sets[layer])}" for layer, stroke in drawn.items()]
        return f"Intervals (95%, {how}): {'; '.join(said)}."
    same = (rows["lower"] == rows["upper"]).any()
    return PAIRED.format(how=how) + (" No width: no future differs." if same else "")


def draw_effects(
    axes: Axes,
    page: Page,
    rows: pd.DataFrame,
    places: Mapping[str, float],
    drawn: Mapping[str, Pen],
    extent: tuple[float, float] | None = None,
) -> None:
    """Draw one quantity's differences at the heights in `places`, with a line at no difference.

    `extent` are the values the axis must reach at least, besides no difference and all intervals.
    """
    axes.axvline(0, color=page.theme.muted, linewidth=0.4 * page.sheet.line, zorder=1)
    stroke = strokes(rows)
    for name, _, low, high, layer in _read(rows):
        pen, height = drawn[name], places[name]
        width = WIDTHS[stroke.get(layer, "thin")] * page.sheet.line
        line: Style = {"color": pen.color, "linewidth": width, "zorder": 3}
        caps: Style = {"marker": "|", "markersize": 0.6 * page.sheet.body}
        gid = f"interval:{layer}:{name}" if layer else None
        axes.plot([low, high], [height] * 2, **line, **({} if width > page.sheet.line else caps),
                  gid=gid, solid_capstyle="butt")  # fmt: skip
    for name, value, _, _, layer in _read(rows.drop_duplicates("scenario", keep="last")):
        size = (0.3 if layer else 0.42) * page.sheet.body
        dot: Style = {"marker": "o", "markersize": size, "color": drawn[name].color}
        if layer:  # to stand out from a thick line of its colour
            dot |= {"markeredgecolor": page.theme.paper, "markeredgewidth": 0.4 * page.sheet.line}
        axes.plot([value], [places[name]], zorder=4, **dot)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    _set_range(axes, page, [*rows["lower"], *rows["upper"], *(extent or ())])
    axes.grid(axis="x")


def _read(rows: pd.DataFrame) -> list[tuple[str, float, float, float, str]]:
    """Scenario, difference, its limits and its layer, if any, of every row."""
    rows = rows if "layer" in rows else rows.assign(layer="")
    columns = ("scenario", "value", "lower", "upper", "layer")
    return list(zip(*(rows[name].tolist() for name in columns), strict=True))


def _set_range(axes: Axes, page: Page, values: Sequence[float]) -> None:
    """Include no difference and every interval, and mark as many values as have room."""
    low, high = min([0.0, *values]), max([0.0, *values])
    pad = 0.08 * (high - low) or 0.5
    axes.set_xlim(low - pad, high + pad)
    inches = axes.get_position().width * page.width
    space = page.extent("−0.05") + 0.5 * page.em
    scale = inches / (high - low + 2 * pad)
    beyond = 0.45 * page.em  # how far a label may reach over the edge
    ticks, bins = [0.0], min(max(2, int(inches / space)), MOST_BINS - 4)
    while high > low and len(ticks) < 2 and bins < MOST_BINS:  # a scale needs two
        locator = MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10])
        ticks = [
            float(x)
            for x in locator.tick_values(low - pad, high + pad)
            if scale * min(x - low + pad, high + pad - x) >= 0.5 * page.extent(_signed(x)) - beyond
        ]
        bins += 1
    if len(ticks) > 1 and (ticks[1] - ticks[0]) * scale < space:
        ticks = [0.0, max(ticks, key=abs)]
    axes.set_xticks(ticks, [_signed(x) for x in ticks])


def _signed(value: float) -> str:
    """Write a tick of a difference with its sign."""
    return "0" if abs(value) < 1e-12 else f"{value:+.3g}".replace("-", "−")
