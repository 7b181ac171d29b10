"""The class as a picture, for the projector: gains, how long ceasefires held, deals by issue.

Of a game under way only the state of its ceasefire is shown, so that no room learns another's
deal, nor a side the other's gain.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
from nicegui import ui

from sim.analysis.survival import kaplan_meier
from sim.app import back, charts, render, standing, work
from sim.app import strings as say
from sim.app.room import Class, Room
from sim.app.site import Private, Site, acting, html, of_class, panel, visitor
from sim.config import PARTIES
from sim.game.debrief import result
from sim.game.futures import Fan


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/picture/{code}", title=say.PICTURE)
    def picture(code: str) -> None:
        of_class(site, code, say.PICTURE_TITLE, Picture)


class Picture:
    """The page, as long as the class is open in the browser that shows it."""

    def __init__(self, site: Site, class_: Class) -> None:
        self.site, self.class_ = site, class_
        self.agents: tuple[Fan, list[list[float]]] | None = None
        self.shown: tuple[Any, ...] = ()
        who = visitor()
        self.part = Private(lambda: site.rooms.teaches(class_.number, who), say.CLASS_LOST)
        with self.part.body:
            self.count = ui.label().classes("big").props('role="status"')
            with ui.element("div").classes("grid"):
                with panel(say.GAINS, say.GAINS_HELP):
                    self.gains = html("")
                with panel(say.SURVIVAL):
                    self.survival = html("")
            with panel(say.DEALS):
                self.deals = html("")
        self.show()
        ui.timer(0.1, acting(self.ask), once=True)
        ui.timer(2.0, self.show)

    async def ask(self) -> None:
        """Have agents play the same game 1,000 times."""
        rooms = self._rooms()
        if rooms:
            kept = rooms[0].kept
            if "agents_alone" not in kept:
                task = self.site.pool.run(work.agents_alone, rooms[0].setup.stored())
                kept["agents_alone"] = asyncio.ensure_future(task)
            self.agents = await asyncio.shield(kept["agents_alone"])
            self.show()

    def _rooms(self) -> list[Room]:
        return self.site.rooms.of_class(self.class_.number)

    def show(self) -> None:
        """Draw the class, if it may still be seen and has changed."""
        if not self.part.open():
            return
        rooms = [(str(k), room) for k, room in enumerate(self._rooms(), start=1) if room.made_by]
        stand = (
            (room.code, len(room.made_by), room.over, back.known(room) is None) for _, room in rooms
        )
        now = (self.agents is None, *stand)
        if now == self.shown:
            return
        self.shown = now
        over = [(name, room) for name, room in rooms if room.over]
        deals = [result(room.game)["deal"] for _, room in over]
        self.count.text = say.PICTURE_COUNT.format(over=len(over), rooms=len(rooms))
        frontier = self.agents[1] if self.agents else []
        self.gains.content = _gains(over, frontier)
        self.survival.content = _survival(rooms, self.agents)
        self.deals.content = _deals([deal for deal in deals if deal])


def _gains(over: list[tuple[str, Room]], frontier: list[list[float]]) -> str:
    """What each room gained; of one without a deal, what was refused and what could have been."""
    points, without, missed = [], [], []
    for name, room in over:
        found = result(room.game)
        if found["deal"]:
            points.append((name, _point(found["gain"]), "second"))
            continue
        without.append(name)
        refused, could = [deal for deal in found["struck"] if deal["refused"]], _could(room)
        points += [(name, _point(deal["gain"]), charts.REFUSED) for deal in refused]
        if could:
            points.append((name, _point(could["added"]), charts.COULD))
        missed.append((name, standing.refused(found["struck"]) or say.NOTHING, _possible(room)))
    axes = tuple(say.GAIN_OF.format(seat=say.seat(side)) for side in PARTIES)
    label = say.GAINS_LABEL.format(deals=len(over) - len(without), none=len(without))
    parts = [charts.gains(label, axes[0], axes[1], frontier, points)]
    used = {style for *_, style in points}
    keys = [(words, style) for style, words in say.GAINS_SIGNS.items() if style in used]
    parts.append(charts.legend(keys, dots=True))
    if without:
        parts.append(f"<p>{escape(say.NO_DEAL_ROOMS.format(rooms=', '.join(without)))}</p>")
        parts.append(render.table(missed, say.MISSED_COLUMNS))
    return "".join(parts)


def _point(gain: dict[str, float]) -> tuple[float, float]:
    return gain[PARTIES[0]], gain[PARTIES[1]]


def _could(room: Room) -> dict[str, Any] | None:
    """The package that both capitals would have ratified, once that is worked out."""
    looked = back.known(room)
    return looked.could if looked else None


def _possible(room: Room) -> str:
    """The same in words."""
    if back.known(room) is None:
        return say.LOADING
    could = _could(room)
    return say.COULD.format(day=could["day"], **could["added"]) if could else say.NOTHING


def _survival(named: list[tuple[str, Room]], agents: tuple[Fan, list[list[float]]] | None) -> str:
    """How long the ceasefires held, beside those of agents alone.

    Rooms with different chance events are a sample, told as a share day by day. Rooms with the same
    are one story, told room by room.
    """
    rooms = [room for _, room in named]
    if not rooms:
        return f"<p>{escape(say.RESULTS_EMPTY)}</p>"
    days = max(room.game.days for room in rooms)
    ended = [bool(result(room.game)["ended_day"]) for room in rooms]
    label = say.SURVIVAL_LABEL.format(rooms=len(rooms), ended=sum(ended))
    frame = charts.Frame((0, days), (0, 1), say.DAY_AXIS, say.SHARE_IN_FORCE)
    alone = [_curve(say.AGENTS_ALONE, agents[0].survival(), "first")] if agents else []
    if len({room.setup.cell.settings.seed for room in rooms}) == 1:
        return _one_story(named, label, replace(frame, height=150.0), alone)
    lasted = np.array([_lasted(room) for room in rooms])
    curve = _curve(say.YOUR_ROOMS, kaplan_meier(lasted, np.array(ended), horizon=days), "second")
    drawn = charts.lines(label, frame, [*alone, curve])
    return f'<p class="help">{escape(say.SURVIVAL_HELP)}</p>{drawn}'


def _lasted(room: Room) -> int:
    """Whole days for which a room's ceasefire has held."""
    return max(room.game.model.day, 1)


def _one_story(
    named: list[tuple[str, Room]], label: str, frame: charts.Frame, alone: list[charts.Line]
) -> str:
    """A bar for each room; what agents made of the story is told once no room is in it any more."""
    bars = [_bar(name, room) for name, room in named]
    keys = [(say.YOUR_ROOMS, "second")]
    looked = back.known(named[0][1])
    if looked is not None and all(room.over for _, room in named):
        found = looked.agents
        signs = [(found["deal_day"], charts.SIGNED)] if found["deal"] else []
        until, ended = found["ended_day"] or found["day"], bool(found["ended_day"])
        bars.insert(0, charts.Held(say.AGENTS_MARK, until, ended, "first", signs))
        keys.append((say.AGENTS_HERE.format(day=until), "first"))
    used = {style for bar in bars for _, style in bar.signs}
    used |= {charts.OVER} if any(bar.ended for bar in bars) else set()
    keys += [(words, style) for style, words in say.HELD_SIGNS.items() if style in used]
    return (
        f'<p class="help">{escape(say.ONE_STORY)}</p>{charts.held(label, frame, alone, bars)}'
        + (charts.legend([(say.AGENTS_ELSEWHERE, "first")]) if alone else "")
        + charts.legend(keys, dots=True)
    )


def _bar(name: str, room: Room) -> charts.Held:
    """How long a room's ceasefire held; once it is over, with what became of its deals and when."""
    found, signs = result(room.game), []
    if room.over:
        signs = [(deal["day"], charts.REFUSED if deal["refused"] else charts.SIGNED)
                 for deal in found["struck"]]  # fmt: skip
        could = _could(room)
        signs += [(could["day"], charts.COULD)] if could else []
    return charts.Held(name, _lasted(room), bool(found["ended_day"]), "second", signs)


def _curve(name: str, estimate: Any, style: str) -> charts.Line:
    days = estimate.day.tolist()
    points = list(zip(days, estimate.survival.tolist(), strict=True))
    band = list(zip(days, estimate.lower.tolist(), estimate.upper.tolist(), strict=True))
    return charts.Line(name, points, style, step=True, band=band if style == "first" else ())


def _deals(deals: list[dict[str, str]]) -> str:
    """How many deals chose which option, issue by issue."""
    if not deals:
        return f"<p>{escape(say.NO_DEALS)}</p>"
    rows = []
    for issue in deals[0]:
        counted = Counter(deal[issue] for deal in deals).most_common()
        words = [say.DEALS_OPTION.format(option=say.option(o), count=n) for o, n in counted]
        rows.append((say.issue(issue), ", ".join(words)))
    return render.table(rows)
