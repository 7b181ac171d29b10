"""The time axis: days below, dates above, rounds and events, numbers at risk; knows no estimate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.config import Scenario
from sim.config.events import about
from sim.plots.page import Page
from sim.plots.style import Style
from sim.plots.words import date, readable, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANDMARKS = (90, 365, 180, 30, 270, 7, 730, 14, 60, 1095, 545, 1460, 1825)
"""Days that a long axis marks if there is room, the more wanted first."""
ROW = 1.35
"""Height of a row of numbers at risk, in type sizes."""
STEPS = (1, 2, 5, 7, 10, 15, 30)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True)
class Mark:
    """Something dated: days from start to end, what it is, when in words, round or event."""

    start: int
    end: int
    what: str
    when: str
    kind: str

    @property
    def label(self) -> str:
        """What and when."""
        return f"{self.what} {self.when}"


Lane = list[tuple[list[Mark], float, str]]
"""One row of a calendar: groups of marks, each with the day at which its label starts."""


def day_ticks(horizon: int, gap: float) -> list[int]:
    """Days to mark on an axis from 0 to `horizon`, at least `gap` days apart."""
    chosen = [0, horizon]
    regular = next((step for step in STEPS if step >= gap), None)
    wanted: Sequence[int] = LANDMARKS
    if horizon < 90 and regular is not None:
        wanted = range(regular, horizon, regular)
    for day in wanted:
        if day < horizon and all(abs(day - other) >= gap for other in chosen):
            chosen.append(day)
    return sorted(set(chosen))


def date_ticks(start: dt.date, horizon: int, gap: float) -> list[tuple[int, str]]:
    """Return days and labels of first days of months (of weeks, if short), `gap` days apart."""
    if horizon < 70:
        step = next((x for x in (1, 2, 7, 14, 28) if x >= gap), 28)
        days = range(0, horizon + 1, step)
        return [(day, date(start + dt.timedelta(day))) for day in days]
    step = next((x for x in MONTH_STEPS if 28 * x >= gap), MONTH_STEPS[-1])
    out: list[tuple[int, str]] = []
    year, month = start.year, start.month
    while (day := (dt.date(year, month, 1) - start).days) <= horizon:
        if day >= 0 and (month - 1) % step == 0 and (year % max(step // 12, 1) == 0):
            first = dt.date(year, month, 1)
            newly = not out or month <= step
            out.append((day, f"{first:%b %Y}" if newly else f"{first:%b}"))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return out


def marks(scenario: Scenario, horizon: int, rounds: bool, events: bool) -> list[Mark]:
    """Dated rounds and scheduled events within the horizon, in order of time."""
    out = []
    for dated in scenario.calendar.rounds.values() if rounds else ():
        first, last = ((x - scenario.start).days for x in (dated.start, dated.end))
        if last > 0 and first <= horizon:
            what = f"Talks in {dated.place}" if dated.place else "Talks"
            when = span(dated.start, dated.end)
            out.append(Mark(max(first, 0), min(last, horizon), what, when, "round"))
    for event in scenario.events.values() if events else ():
        when = date(scenario.start + dt.timedelta(event.day))
        named = f" ({readable(about(event))})" if about(event) else ""
        if event.day <= horizon:
            last = min(getattr(event, "until", event.day), horizon)
            out.append(Mark(event.day, last, f"{event.label}{named}", when, "event"))
    return sorted(out, key=lambda mark: (mark.start, mark.kind))


def dated_axes(
    page: Page,
    scenario: Scenario,
    horizon: int,
    sides: tuple[float, float],
    widest: str = "365",
    rounds: bool = True,
    events: bool = True,
) -> tuple[Axes, list[int]]:
    """Fill the page between `sides` with a day axis below, dates and calendar above, shares left.

    Returns the axes and the days marked on it, apart enough for texts as wide as `widest`.
    """
    left, right = sides
    found = marks(scenario, horizon, rounds, events)
    lanes = lay_lanes(page, found, right - left, page.right - right, horizon)
    top = page.top - lane_height(page, lanes) - 2.2 * page.em
    axes = page.axes(left, page.bottom, right - left, top - page.bottom, gid="curve")
    ticks = set_days(axes, page, horizon, scenario.start, widest)
    set_share(axes)
    add_dates(axes, page, scenario.start, horizon)
    add_calendar(axes, page, found, lanes, top + 2.2 * page.em)
    return axes, ticks


def set_days(axes: Axes, page: Page, horizon: int, start: dt.date | None, widest: str) -> list[int]:
    """Set limits, ticks and label of a day axis; return its ticks, apart enough for `widest`."""
    inches = axes.get_position().width * page.width
    gap = (page.extent(widest) + 0.8 * page.em) / inches * horizon
    ticks = day_ticks(horizon, gap)
    axes.set_xlim(0, horizon)
    axes.set_xticks(ticks, [str(day) for day in ticks])
    if start is not None:
        axes.set_xlabel(f"Days since {date(start, year=True)} (day 0)")
    return ticks


def set_share(axes: Axes) -> None:
    """Set a vertical axis of shares from 0 to 1 with quiet grid lines."""
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axes.grid(axis="y")


def add_dates(axes: Axes, page: Page, start: dt.date, horizon: int) -> None:
    """Add a date axis on top of a day axis."""
    inches = axes.get_position().width * page.width
    gap = (page.extent("Dec 2025") + 0.5 * page.em) / inches * horizon
    ticks = date_ticks(start, horizon, gap)
    dates = axes.secondary_xaxis("top")
    dates.set_xticks([day for day, _ in ticks], [label for _, label in ticks])
    dates.tick_params(pad=0.2 * page.sheet.body)


def add_calendar(
    axes: Axes, page: Page, found: Sequence[Mark], lanes: Sequence[Lane], bottom: float
) -> None:
    """Draw rounds and events in `lanes` above `axes`, from `bottom` inches up, and shade them."""
    box = axes.get_position()
    left, width = box.x0 * page.width, box.width * page.width
    horizon = axes.get_xlim()[1]
    if lanes:
        lane = page.axes(left, bottom, width, lane_height(page, lanes), gid="calendar")
        lane.set(xlim=(0, horizon), ylim=(len(lanes), 0))
        lane.axis("off")
    for row, groups in enumerate(lanes):
        for group, at, text in groups:
            _draw_marks(lane, page, group, row + 0.5)
            lane.text(at, row + 0.5, text, va="center", color=page.theme.ink)
    for mark in found:
        edge = max(mark.end, mark.start + horizon / 400)
        axes.axvspan(mark.start, edge, color=page.theme.area, zorder=0, linewidth=0)


def lane_height(page: Page, lanes: Sequence[Lane]) -> float:
    """Height of a calendar in inches."""
    return 1.5 * page.em * len(lanes)


def _draw_marks(lane: Axes, page: Page, group: Sequence[Mark], height: float) -> None:
    """Draw the bars of rounds and the diamonds of events."""
    for mark in group:
        if mark.kind == "round":
            wide = max(mark.end - mark.start + 1, lane.get_xlim()[1] / 250)
            style: Style = {"color": page.theme.muted, "linewidth": 0}
            lane.barh(height, wide, 0.55, left=mark.start, **style)
        else:
            size = 0.5 * page.sheet.body
            diamond: Style = {"marker": "D", "markersize": size, "clip_on": False}
            lane.plot([mark.start], [height], color=page.theme.ink, **diamond)


def lay_lanes(
    page: Page, found: Sequence[Mark], width: float, beside: float, horizon: int
) -> list[Lane]:
    """Join marks too close for a label each, and give each group a row with room for its label.

    `width` is that of the day axis in inches, `beside` that of the free space right of it. A label
    comes after its marks, before them where there is no room on the right, else below them.
    """
    day = horizon / width
    space = 0.6 * page.em * day
    lanes: list[Lane] = []
    taken: list[float] = []
    for kind in ("round", "event"):
        for group, text in _groups(page, [x for x in found if x.kind == kind], day, space):
            reach = page.extent(text) * day
            at = group[-1].end + 1 + space
            start = float(group[0].start) - space
            if at + reach > horizon + beside * day:
                at = start = group[0].start - space - reach
            if at < 0:  # no room on either side: the label has a row below its marks
                lanes += [[(group, 0.0, "")], [([], 0.0, text)]]
                taken += [float(horizon), reach + 2 * space]
                continue
            row = next((k for k, end in enumerate(taken) if end <= start), len(taken))
            if row == len(taken):
                taken.append(0.0)
                lanes.append([])
            taken[row] = max(at + reach, group[-1].end) + 2 * space
            lanes[row].append((group, at, text))
    return lanes


def _groups(
    page: Page, found: Sequence[Mark], day: float, space: float
) -> list[tuple[list[Mark], str]]:
    """Join neighbours as long as a mark's label would reach the next mark."""
    groups: list[list[Mark]] = []
    for mark in found:
        last = groups[-1][-1] if groups else None
        if last and last.end + 2 * space + page.extent(last.label) * day > mark.start:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [(group, _joined(group)) for group in groups]


def _joined(group: Sequence[Mark]) -> str:
    """Join labels, saying what it is once where it repeats."""
    before = ["", *(mark.what for mark in group)]
    return ", ".join(
        mark.when if mark.what == last else mark.label
        for mark, last in zip(group, before, strict=False)
    )


def add_counts(
    axes: Axes,
    page: Page,
    ticks: Sequence[int],
    rows: Mapping[str, Sequence[str]],
    top: float,
    names: str = "left",
) -> None:
    """Write rows of numbers under a day axis, centred on its ticks, from `top` inches down.

    Row names are on the left, on the right or above their numbers; a row may have a name only.
    """
    box = axes.get_position()
    left, width = box.x0 * page.width, box.width * page.width
    height = counts_height(page, rows, names)
    table = page.axes(left, top - height, width, height, gid="counts")
    table.set(xlim=axes.get_xlim(), ylim=(height / (ROW * page.em), 0))
    table.axis("off")
    half = 36 * max(page.extent(value) for values in rows.values() for value in values)
    shift, edge, ha = {
        "left": (-half - 0.6 * page.sheet.body, 0.0, "right"),
        "right": (half + 0.8 * page.sheet.body, 1.0, "left"),
        "above": (-half, 0.0, "left"),
    }[names]
    at: Style = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    style: Style = {"ha": ha, "va": "center", "color": page.theme.muted}
    line = 0.5
    for name, values in rows.items():
        table.annotate(name, (edge, line), (shift, 0), **at, **style)
        line += 1 if names == "above" and values else 0
        for day, value in zip(ticks, values, strict=False):
            table.text(day, line, value, ha="center", va="center")
        line += 1


def counts_height(page: Page, rows: Mapping[str, Sequence[str]], names: str) -> float:
    """Height in inches of rows of numbers under a day axis."""
    numbered = sum(1 for values in rows.values() if values)
    return ROW * page.em * (len(rows) + (numbered if names == "above" else 0))
