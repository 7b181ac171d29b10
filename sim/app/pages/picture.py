"""The class as a picture, for the projector: gains on the frontier, survival, deals by issue.

Of a game under way only the state of its ceasefire is shown, so that no room learns another's
deal, nor a side the other's gain.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from html import escape
from typing import Any

import numpy as np
from nicegui import ui

from sim.analysis.survival import kaplan_meier
from sim.app import charts, render, work
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
                with panel(say.SURVIVAL, say.SURVIVAL_HELP):
                    self.survival = html("")
            with panel(say.DEALS):
                self.deals = html("")
        self.show()
        ui.timer(0.1, acting(self.ask), once=True)
        ui.timer(2.0, self.again)

    async def ask(self) -> None:
        """Have agents play the same game 1,000 times."""
        rooms = self._rooms()
        if rooms:
            kept = rooms[0].kept
            if "agents_alone" not in kept:
                task = self.site.pool.run(work.agents_alone, rooms[0].setup.stored())
                kept["agents_alone"] = asyncio.ensure_future(task)
            self.agents = await asyncio.shield(kept["agents_alone"])
            self.again()

    def _rooms(self) -> list[Room]:
        return self.site.rooms.of_class(self.class_.number)

    def again(self) -> None:
        """Show how things stand, if they may still be shown and have changed."""
        if self.part.open():
            self.show()

    def show(self) -> None:
        """Draw the class."""
        rooms = [(str(k), room) for k, room in enumerate(self._rooms(), start=1) if room.made_by]
        stand = ((room.code, len(room.made_by), room.over) for _, room in rooms)
        now = (self.agents is None, *stand)
        if now == self.shown:
            return
        self.shown = now
        over = [(name, result(room.game)) for name, room in rooms if room.over]
        self.count.text = say.PICTURE_COUNT.format(over=len(over), rooms=len(rooms))
        frontier = self.agents[1] if self.agents else []
        self.gains.content = _gains(over, frontier)
        self.survival.content = _survival([room for _, room in rooms], self.agents)
        self.deals.content = _deals([found["deal"] for _, found in over if found["deal"]])


def _gains(over: list[tuple[str, dict[str, Any]]], frontier: list[list[float]]) -> str:
    """Rooms with a deal as points; those without are named."""
    first, second = PARTIES
    dealt = [
        (name, (found["gain"][first], found["gain"][second])) for name, found in over
        if found["deal"]
    ]  # fmt: skip
    without = [name for name, found in over if not found["deal"]]
    axes = (say.GAIN_OF.format(seat=say.seat(first)), say.GAIN_OF.format(seat=say.seat(second)))
    label = say.GAINS_LABEL.format(deals=len(dealt), none=len(without))
    named = say.NO_DEAL_ROOMS.format(rooms=", ".join(without)) if without else ""
    return charts.gains(label, *axes, frontier, dealt) + f"<p>{escape(named)}</p>"


def _survival(rooms: list[Room], agents: tuple[Fan, list[list[float]]] | None) -> str:
    """The share of rooms whose ceasefire is in force, day by day, over that of agents alone."""
    if not rooms:
        return f"<p>{escape(say.RESULTS_EMPTY)}</p>"
    days = max(room.game.days for room in rooms)
    ended = np.array([bool(result(room.game)["ended_day"]) for room in rooms])
    lasted = np.array([max(room.game.model.day, 1) for room in rooms])  # whole days
    curves = [_curve(say.YOUR_ROOMS, kaplan_meier(lasted, ended, horizon=days), "second")]
    if agents is not None:
        curves.insert(0, _curve(say.AGENTS_ALONE, agents[0].survival(), "first"))
    shape = charts.Frame((0, days), (0, 1), say.DAY_AXIS, say.SHARE_IN_FORCE)
    label = say.SURVIVAL_LABEL.format(rooms=len(rooms), ended=int(ended.sum()))
    return charts.lines(label, shape, curves)


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
