"""What accounts for differences between scenarios: days by cause, and intermediate quantities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import as_text, interval
from sim.analysis.mechanisms import Mechanisms
from sim.analysis.mechanisms import mechanisms as attribute
from sim.plots.effects import PAIRED, draw_effects
from sim.plots.incidence import colour
from sim.plots.page import Page, write_key
from sim.plots.style import Drawing, Pen, Style, sheet_named, styled, theme_named
from sim.plots.words import CAUSES, end_of, facts, readable, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BY_CAUSE = (
    "Days by cause add up to the difference but are bookkeeping: a cause may gain because another "
    "no longer comes first (Andersen 2013)."
)
PATHS = (
    "Intermediate quantities: effects of the scenario, not proof that they carry the difference. "
    "Rates are per day followed."
)
STRATUM = "Hollow: only the {share:.0%} of futures in force at the horizon under both scenarios."
ROW = 1.75
"""Height of a row, in type sizes."""


def mechanisms(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    attributed: Mechanisms | None = None,
) -> Drawing:
    """Draw what the differences in RMST from `reference` run through.

    For one scenario beside the reference: days by cause, and relative changes of intermediate
    quantities. For several: days by cause, stacked, one row for each scenario. `attributed` saves
    computing it again. In the result's table `panel` is cause or path; `value` is in days or
    relative to the reference; `level` and `reference` are the quantities themselves.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    found = attribute(ensembles, reference, end=end) if attributed is None else attributed
    end = end_of(ensembles[reference], found.end)
    rows = _rows(found, {name: x.cell.key for name, x in ensembles.items()})
    how = "paired by common random numbers" if rows["paired"].all() else "not all paired"
    single = len(found.scenarios) == 1
    notes = [PAIRED.format(how=how), BY_CAUSE, *([PATHS, _stratum(found)] if single else [])]
    kept = _drawable(rows) if single else rows["panel"] == "cause"
    rows = rows[kept].reset_index(drop=True)
    title, subtitle = _titles(found)
    footer = facts(dict(ensembles), end, [note for note in notes if note])
    with styled(look, paper):
        draw = _draw_one if single else _draw_many
        body = _body(rows, single, paper.name == "column") * paper.body / 72
        page = Page.with_body(look, paper, (title, subtitle, footer), body)
        draw(page, rows, found)
    return Drawing(page.figure, rows, "\n".join(footer), title)


def _titles(found: Mechanisms) -> tuple[str, str]:
    """State the difference that is explained."""
    base = readable(found.reference)
    if len(found.scenarios) > 1:
        title = f"Days of RMST({found.horizon}) gained and lost, by cause of the end"
        return title, f"Difference from {base}; dot: total with interval"
    total = found.of(found.scenarios[0], "total").iloc[0]
    days = interval([float(total[x]) for x in ("difference", "lower", "upper")], "days", sign=True)
    title = f"What sets {readable(found.scenarios[0])} apart from {base}"
    return title, f"RMST({found.horizon}): {days} days"


def _stratum(found: Mechanisms) -> str:
    """Explain the hollow dots, if any."""
    shares = found.table.loc[found.table["scope"] == "lasting in both", "share"]
    return STRATUM.format(share=shares.iloc[0]) if len(shares) and shares.iloc[0] > 0 else ""


def _rows(found: Mechanisms, cells: Mapping[str, str]) -> pd.DataFrame:
    """What is drawn, tidy: contributions in days by cause with the total, and relative changes."""
    table = found.table.rename(columns={"value": "level"})
    total = table[(table["part"] == "total") & (table["unit"] == "days")]
    total = total.assign(panel="cause", key="total", value=total["difference"])
    lost = table[table["part"] == "days lost"]
    mirrored = {"lower": -lost["upper"], "upper": -lost["lower"]}
    lost = lost.assign(panel="cause", value=lost["contribution"], **mirrored)
    paths = table[table["part"] == "path"]
    relative = {"lower": paths["relative_lower"], "upper": paths["relative_upper"]}
    paths = paths.assign(panel="path", value=paths["relative"], **relative)
    rows = pd.concat([total, lost, paths], ignore_index=True)
    rows["cell"] = rows["scenario"].map(dict(cells))
    names = ["panel", "scenario", "cell", "quantity", "key", "scope", "value", "lower", "upper"]
    return rows[[*names, "level", "reference", "unit", "paired"]]


def _drawable(rows: pd.DataFrame) -> pd.Series[bool]:
    """Causes, and paths whose change relative to the reference is defined."""
    return (rows["panel"] == "cause") | rows["value"].notna()


def _body(rows: pd.DataFrame, single: bool, narrow: bool) -> float:
    """Type sizes needed between header and footer."""
    causes = rows.loc[rows["panel"] == "cause", "quantity"].nunique()
    paths = rows.loc[rows["panel"] == "path", "quantity"].nunique()
    if not single:
        return ROW * rows["scenario"].nunique() + (10.5 if narrow else 8.5)
    if narrow:
        return 1.25 * ROW * (causes + paths) + 15
    return ROW * max(causes, paths) + 7.5


def _draw_one(page: Page, rows: pd.DataFrame, found: Mechanisms) -> None:
    """Draw causes and paths beside each other, or above each other at column width."""
    causes, paths = (rows[rows["panel"] == x] for x in ("cause", "path"))
    em, narrow = page.em, page.sheet.name == "column"
    low, high = page.bottom + 3.4 * em, page.top - 2 * em
    if not len(paths):
        _panel(page, causes, (page.left, low, page.right, high), "Days gained by cause", found)
    elif narrow:
        rest = high - low - 6 * em
        each = rest / (causes["quantity"].nunique() + paths["quantity"].nunique())
        split = low + each * paths["quantity"].nunique()
        upper = (page.left, split + 6 * em, page.right, high)
        _panel(page, causes, upper, "Days gained by cause", found)
        _panel(page, paths, (page.left, low, page.right, split), "Intermediate quantities", found)
    else:
        middle = page.left + 0.42 * (page.right - page.left)
        _panel(page, causes, (page.left, low, middle - em, high), "Days gained by cause", found)
        right = (middle + em, low, page.right, high)
        _panel(page, paths, right, "Intermediate quantities", found)


def _panel(
    page: Page,
    rows: pd.DataFrame,
    area: tuple[float, float, float, float],
    heading: str,
    found: Mechanisms,
) -> None:
    """Draw one row for each quantity in (left, bottom, right, top): name, interval, levels."""
    left, low, right, high = area
    em, theme = page.em, page.theme
    names = list(dict.fromkeys(rows["quantity"]))
    labels = {name: _label(rows, name) for name in names}
    places = {name: 1 - (k + 0.5) / len(names) for k, name in enumerate(names)}
    room = 0.38 * (right - left)
    size, wrapped = page.fit(list(labels.values()), room, (high - low) / len(names), bold=False)
    levels = {name: _levels(rows, name) for name in names}
    beside = max(page.extent(text, 0.9 * page.sheet.body) for text in levels.values()) + 0.8 * em
    for name in names:
        at = low + places[name] * (high - low)
        style: Style = {"va": "center", "fontsize": size, "linespacing": 1.1, "gid": "label"}
        page.text(left, at, wrapped[labels[name]], **style)
        number: Style = {"va": "center", "fontsize": 0.9 * page.sheet.body, "ha": "right"}
        page.text(right, at, levels[name], color=theme.muted, gid="number", **number)
    start = left + max(page.extent(text, size) for text in wrapped.values()) + em
    axes = page.axes(start, low, right - beside - start, high - low, gid=f"panel:{heading}")
    page.text(left, high + 0.6 * em, heading, fontweight="bold", gid="label")
    other = readable(found.scenarios[0])
    from_to = page.wrap(
        f"{readable(found.reference)} → {other}", 0.55 * (right - left), 0.9 * em * 72
    )
    style = {"ha": "right", "fontsize": 0.9 * page.sheet.body, "gid": "label", "va": "bottom"}
    page.text(right, high + 0.4 * em, from_to, color=theme.muted, linespacing=1.1, **style)
    _draw_rows(axes, page, rows, places)


def _label(rows: pd.DataFrame, quantity: str) -> str:
    """Name a row as a reader would."""
    key = str(rows.loc[rows["quantity"] == quantity, "key"].iloc[0])
    if rows["panel"].iloc[0] == "path":
        return quantity.removesuffix(", last day") + (" at end" if "last day" in quantity else "")
    return "RMST" if key == "total" else f"lost to {CAUSES.get(key, key)}"


def _levels(rows: pd.DataFrame, quantity: str) -> str:
    """The two levels of a row, from the reference to the scenario."""
    of = rows[rows["quantity"] == quantity].iloc[0]
    unit = str(of["unit"])
    if unit in ("days", "share", "probability"):
        before, after = (as_text(float(of[x]), unit) for x in ("reference", "level"))
    else:
        digits = 2 if of["reference"] < 100 else 0
        before, after = (f"{of[x]:.{digits}f}" for x in ("reference", "level"))
    return f"{before} → {after}{'' if unit in ('share', 'probability') else f' {unit}'}"


def _draw_rows(axes: Axes, page: Page, rows: pd.DataFrame, places: Mapping[str, float]) -> None:
    """Draw dots with intervals; hollow and lower ones are futures lasting in both."""
    path = rows["panel"].iloc[0] == "path"
    pens = {name: Pen(_color(rows, name, page), "solid", page.sheet.line) for name in places}
    whole = rows[rows["scope"] == "all futures"].assign(scenario=lambda x: x["quantity"])
    inner = rows[rows["scope"] != "all futures"]
    step = 0.22 / len(places)
    shifted = {name: place + step * bool(len(inner)) for name, place in places.items()}
    extent = (float(rows["lower"].min()), float(rows["upper"].max()))
    draw_effects(axes, page, whole, shifted, pens, extent)
    for name, value, low, high in zip(
        *(inner[x] for x in ("quantity", "value", "lower", "upper")), strict=True
    ):
        at = places[name] - step
        line: Style = {"color": pens[name].color, "linewidth": 0.5 * page.sheet.line, "zorder": 3}
        axes.plot([low, high], [at] * 2, **line)
        dot: Style = {"marker": "o", "markersize": 0.36 * page.sheet.body, "zorder": 4}
        dot |= {"markerfacecolor": page.theme.paper, "markeredgecolor": pens[name].color}
        axes.plot([value], [at], **dot)
    if path:
        inches = axes.get_position().width * page.width
        room = max(2, int(inches / (page.extent("+100%") + 0.9 * page.em)))
        axes.xaxis.set_major_locator(MaxNLocator(room, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(lambda x, _: f"{signed(100 * x)}%" if x else "0")
    axes.set_xlabel("change from the reference" if path else "days gained")


def _color(rows: pd.DataFrame, quantity: str, page: Page) -> str:
    """Causes keep their colour; totals and paths are in ink and the first colour."""
    of = rows[rows["quantity"] == quantity].iloc[0]
    if of["panel"] == "path":
        return page.theme.series[0]
    return page.theme.ink if of["key"] == "total" else colour(str(of["key"]), page.theme)


def _draw_many(page: Page, rows: pd.DataFrame, found: Mechanisms) -> None:
    """Draw stacked days by cause, one row for each scenario, sorted by the total."""
    em = page.em
    totals = rows[rows["key"] == "total"].sort_values("value", ascending=False, kind="stable")
    names = totals["scenario"].tolist()
    low = page.bottom + 3.4 * em
    causes = [x for x in dict.fromkeys(rows["key"]) if x != "total"]
    write_key(page, [(CAUSES.get(x, x), colour(x, page.theme), 1.0) for x in causes])
    high = page.top
    places = {name: 1 - (k + 0.5) / len(names) for k, name in enumerate(names)}
    share = 0.38 if page.sheet.name == "column" else 0.26
    box = (high - low) / len(names)
    size, labels = page.fit([readable(x) for x in names], share * page.width, box, bold=False)
    for name in names:
        style: Style = {"fontsize": size, "va": "center", "linespacing": 1.1, "gid": "label"}
        page.text(page.left, low + places[name] * (high - low), labels[readable(name)], **style)
    start = page.left + max(page.extent(text, size) for text in labels.values()) + em
    axes = page.axes(start, low, page.right - start - 0.5 * em, high - low, gid="days by cause")
    reach = _stack(axes, page, rows[rows["key"] != "total"], places)
    pens = {name: Pen(page.theme.ink, "solid", page.sheet.line) for name in names}
    draw_effects(axes, page, totals, places, pens, reach)
    halo = withStroke(linewidth=3 * page.sheet.line, foreground=page.theme.paper)
    for line in axes.get_lines():  # an interval in ink is seen on any bar
        if line.get_zorder() >= 3:
            line.set_path_effects([halo])
    axes.set_xlabel(f"days of RMST({found.horizon}), difference from {readable(found.reference)}")


def _stack(
    axes: Axes, page: Page, rows: pd.DataFrame, places: Mapping[str, float]
) -> tuple[float, float]:
    """Stack gains to the right and losses to the left of 0; return how far they reach."""
    height = 0.62 / len(places)
    ends = [0.0, 0.0]
    for name, place in places.items():
        edges = [0.0, 0.0]
        of = rows[rows["scenario"] == name]
        for cause, value in zip(of["key"], of["value"], strict=True):
            side = int(value > 0)
            style: Style = {"color": colour(cause, page.theme), "zorder": 2, "linewidth": 0}
            axes.barh(place, value, height, left=edges[side], gid=f"bar:{name}:{cause}", **style)
            edges[side] += float(value)
        ends = [min(ends[0], edges[0]), max(ends[1], edges[1])]
    return float(np.floor(ends[0])), float(np.ceil(ends[1]))
