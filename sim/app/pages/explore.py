"""Explore: one future day by day, and a thousand futures from any evening of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from starlette.requests import Request

from sim.app import charts, choices, render, work
from sim.app import strings as say
from sim.app.choices import SLIDES, TACTICS, Wanted
from sim.app.site import (
    Site,
    acting,
    button,
    choice,
    frame,
    html,
    in_thread,
    panel,
    paragraph,
)
from sim.app.walk import Walk
from sim.config import CAUSES, ENDS, PARTIES, ConfigError
from sim.game.debrief import landscape
from sim.game.futures import Fan, difference, survival_difference

AHEAD = (30, 90, 180)


@dataclass(frozen=True)
class Curve:
    """Futures as drawn: their name, the story they belong to, and the style they keep."""

    name: str
    fan: Fan
    story: int
    style: str


class Turns(asyncio.Lock):
    """One computation at a time, a few waiting; further clicks are refused."""

    MOST = 6

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0

    async def __aenter__(self) -> None:
        if self.waiting >= self.MOST:
            raise ConfigError(say.BUSY)
        self.waiting += 1
        try:
            await super().__aenter__()
        finally:
            self.waiting -= 1


class Explore:
    """The page of one visitor: the story and a large chart first, what holds folded below."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.walk: Walk | None = None
        self.wanted = Wanted(site.scenario, tactics=dict.fromkeys(PARTIES, ""))  # as it is told
        self.seeded = site.seed
        self.story = 0  # number of the story told; pairs only within one
        self.shown: list[Curve] = []
        self.pinned: Curve | None = None
        self.turn = Turns()
        self.slides: dict[str, ui.slider] = {}
        self.set_at: dict[str, float] = {}
        self.slid_for = ""  # the scenario whose values the sliders show
        with ui.element("div").classes("grid story-first"):
            with panel(say.STORY, extra="turn"):
                self.stands = ui.label(say.LOADING).props('role="status" aria-live="polite"')
                with ui.element("div").classes("choices"):
                    button(say.NEXT_DAY, lambda: self.go(Walk.step))
                    button(say.NEXT_ROUND, lambda: self.go(Walk.to_next_round))
                    button(say.TO_END, lambda: self.go(Walk.to_end))
                self.calendar = html("")
                self.told = html("")
            self._futures()
        with ui.expansion(say.SETUP).classes("panel") as self.setup:
            self._choices()
        with ui.element("div").classes("grid"):
            with panel(say.TRUST_TENSION, say.TRUST_HELP):
                self.trust = html("")
            with panel(say.SPACE, say.SPACE_HELP):
                self.space = html("")
            with panel(say.UNDER_EACH, say.UNDER_EACH_HELP):
                self.ends = html("")

    # --- choosing ----------------------------------------------------------------------------

    def _choices(self) -> None:
        site = self.site
        tactics = {"": say.AS_IN_SCENARIO} | {name: say.readable(name) for name in TACTICS}
        accounts = {"": say.AS_IN_SCENARIO, **say.ACCOUNTS}
        accounts.pop("undisputed")
        paragraph(say.SETUP_HELP, "help")
        with ui.element("div").classes("fields"):
            self.scenario = choice(
                say.SCENARIO, {n: say.readable(n) for n in site.scenarios}, site.scenario
            )
            self.accounts = choice(say.ACCOUNT, accounts, "")
            self.tactics = {
                side: choice(say.TACTIC_OF.format(seat=say.seat(side)), tactics, "")
                for side in PARTIES
            }
            self.mediators = choice(say.MEDIATORS, say.MEDIATORS_CHOICES, "")
            self.seed = ui.input(say.SEED, value=str(site.seed)).props("outlined maxlength=20")
        for chosen in (self.scenario, self.accounts, *self.tactics.values(), self.mediators):
            chosen.on_value_change(acting(self.chosen))
        self.slid = ui.element("div").classes("fields")
        with ui.element("div").classes("choices"):
            button(say.START_AGAIN, self.start)

    async def chosen(self) -> None:
        """Begin again with what was just chosen, unless the page itself chose it."""
        now, told = self._wanted(), self.wanted
        if replace(now, numbers={}) != replace(told, numbers={}):
            await self.start()

    def _sliders(self, walk: Walk) -> None:
        """Sliders stand where the scenario stands until they are moved."""
        here = walk.setup.cell.tree()
        self.slid.clear()
        self.slides = {}
        with self.slid:
            for path, (low, high, step) in SLIDES.items():
                value = choices.at(here, path)
                if value is not None:
                    self._slider(path, low, high, step, value)
        self.set_at = {path: slide.value for path, slide in self.slides.items()}

    def _slider(self, path: str, low: float, high: float, step: float, value: float) -> None:
        name, help_text = say.SLIDERS[path]
        with ui.element("div"):
            label = html("")
            _name_slider(label, name, value)
            slide = ui.slider(min=low, max=high, step=step, value=min(max(value, low), high))
            slide.props(f'aria-label="{name}" label')
            slide.on_value_change(lambda e: _name_slider(label, name, e.value))
            paragraph(help_text, "help")
        self.slides[path] = slide

    def _wanted(self) -> Wanted:
        """What is chosen; of the sliders those that were moved."""
        moved = {
            path: slide.value
            for path, slide in self.slides.items()
            if slide.value != self.set_at[path]
        }
        if self.scenario.value != self.slid_for:
            moved = {}  # they stood for another scenario
        tactics = {side: chosen.value for side, chosen in self.tactics.items()}
        return Wanted(
            self.scenario.value, self.accounts.value, tactics, self.mediators.value, moved
        )

    async def start(self) -> None:
        """Begin a new story with what is chosen."""
        await self._begin(self._wanted(), choices.seed(self.seed.value), 0)

    async def open(self, asked: Mapping[str, str]) -> None:
        """Tell the story that an address names, as far as it had come, or a new one."""
        try:
            wanted, seed, day = choices.asked(asked, self.site.scenario, self.site.seed)
        except ConfigError:
            await self._begin(Wanted(self.site.scenario), self.site.seed, 0)
            raise
        await self._begin(wanted, seed, day)

    async def _begin(self, wanted: Wanted, seed: int, day: int) -> None:
        try:
            async with self.turn:
                self.stands.text = say.LOADING
                walk = await in_thread(_begin, wanted, seed, day)
                self.walk, self.story = walk, self.story + 1
                self.wanted, self.seeded = wanted, seed
                self._fill(walk)
        finally:
            self.show()

    def _fill(self, walk: Walk) -> None:
        """Set the controls to what the story was made with."""
        wanted = self.wanted
        self.scenario.value, self.accounts.value = wanted.scenario, wanted.accounts
        for side, chosen in self.tactics.items():
            chosen.value = wanted.tactics.get(side, "")
        self.mediators.value, self.seed.value = wanted.mediators, str(self.seeded)
        if wanted.scenario != self.slid_for:
            self.slid_for = wanted.scenario
            plain = walk
            if wanted.numbers:
                plain = Walk(choices.compose(
                    Wanted(wanted.scenario), seed=self.seeded, days=choices.WALK, walk=True
                ))  # fmt: skip
            self._sliders(plain)
        for path, slide in self.slides.items():
            slide.value = wanted.numbers.get(path, self.set_at[path])
        name = say.readable(wanted.scenario)
        self.setup.text = say.SETUP_NOW.format(scenario=name, seed=self.seeded)

    # --- walking -----------------------------------------------------------------------------

    async def go(self, how: Any) -> None:
        """Live on."""
        try:
            async with self.turn:
                if self.walk is not None:
                    await in_thread(_live, how, self.walk)
        finally:
            self.show()

    def show(self) -> None:
        """Bring the page up to date."""
        walk = self.walk
        if walk is None:
            return
        state, entries = walk.public(), walk.entries
        end = walk.collapse()
        if end["day"]:
            words = say.collapsed(end["day"], end)
        else:
            words = say.IN_FORCE if walk.running else say.HORIZON
        date = say.date(state["start"], walk.day)
        self.stands.text = say.STANDS.format(
            day=walk.day, days=walk.game.days, date=date, state=words
        )
        if not all(_starts_here(curve, self.story, walk.day) for curve in self.shown):
            self.shown = []  # they belong to another evening
            self.draw()
        words = urlencode(choices.told(self.wanted, self.seeded, walk.day))
        ui.navigate.history.replace(f"/explore?{words}")
        self.calendar.content = render.calendar(entries, _span(walk), walk.day)
        self.told.content = render.story(entries, state["start"])
        self.trust.content = render.trust_and_tension(walk.daily, walk.day)
        self.space.content = render.bargaining_space(landscape(walk.game))
        self.ends.content = render.ceasefire(state["ceasefire"])

    # --- futures -----------------------------------------------------------------------------

    def _futures(self) -> None:
        with panel(say.FUTURES, say.FUTURES_HELP):
            with ui.element("div").classes("choices"):
                self.ahead = choice(say.LOOK_AHEAD, {days: str(days) for days in AHEAD}, 90)
                self.end = choice(say.END, say.ENDS_SHORT, ENDS[-1])
                self.change = choice(say.CHANGE, say.CHANGES, "")
            with ui.element("div").classes("choices"):
                button(say.FORK, self.fork)
                button(say.PIN, self.pin, plain=True)
                button(say.UNPIN, self.unpin, plain=True)
            self.working = ui.label().props('role="status" aria-live="polite"')
            self.fanned = html("")

    def pin(self) -> None:
        """Keep the last curve beside the next."""
        if not self.shown:
            raise ConfigError(say.NOTHING_TO_PIN)
        self.pinned = self.shown[-1]
        self.draw()

    def unpin(self) -> None:
        """Forget the pinned curve."""
        self.pinned = None
        self.draw()

    async def fork(self) -> None:
        """Continue the evening 1,000 times in another process; what was drawn stays until then."""
        try:
            async with self.turn:
                walk = self.walk
                if walk is None or walk.collapse()["day"]:
                    raise ConfigError(say.ENDED_ALREADY)
                change = choices.one_of(say.CHANGE, self.change.value, say.CHANGES)
                ahead = choices.one_of(say.LOOK_AHEAD, self.ahead.value, AHEAD)
                end = choices.one_of(say.END, self.end.value, ENDS)
                self.working.text = say.FORKING
                base, other = await self.site.pool.run(
                    work.futures, walk.scenario, walk.evening(),
                    change or None, ahead, end,
                )  # fmt: skip
                self.shown = [Curve(say.CHANGES[""], base, self.story, "first")]
                if other is not None:
                    self.shown.append(Curve(say.CHANGES[change], other, self.story, "second"))
                self.draw()
        finally:
            self.working.text = ""

    def draw(self) -> None:
        """Draw the curves of this evening and the pinned one, each in its own colour always."""
        curves = list(self.shown)
        pinned = self.pinned
        if pinned is not None and not any(_same(pinned, curve) for curve in curves):
            name = say.PINNED.format(name=pinned.name, today=pinned.fan.today)
            curves.append(replace(pinned, name=name, style="third"))
        self.fanned.content = "".join(_fans(curves)) if curves else ""


def _live(how: Any, walk: Walk) -> Walk:
    how(walk)
    return walk


def _begin(wanted: Wanted, seed: int, day: int) -> Walk:
    walk = Walk(choices.compose(wanted, seed=seed, days=choices.WALK, walk=True))
    walk.to_day(day)
    return walk


def _starts_here(curve: Curve, story: int, day: int) -> bool:
    return (curve.story, curve.fan.today) == (story, day)


def _name_slider(label: ui.html, name: str, value: Any) -> None:
    """Write a slider's value beside its name."""
    shown = f"{value:g}" if isinstance(value, int | float) else ""
    label.content = f"<p>{escape(name)}: <strong>{shown}</strong></p>"


def _same(one: Curve, other: Curve) -> bool:
    """Whether two curves show the same futures."""
    key = [(c.story, c.fan.today, c.fan.days, c.fan.end, c.name) for c in (one, other)]
    return key[0] == key[1]


def _span(walk: Walk) -> int:
    """Days the calendar strip shows: a window that grows with the story."""
    return next((days for days in (30, 90, 180) if walk.day <= days), walk.game.days)


def _fans(curves: list[Curve]) -> list[str]:
    """Curves with bands, and what they say in words."""
    days = max(curve.fan.days for curve in curves)
    drawn, words, causes = [], [], []
    for curve in curves:
        fan, estimate = curve.fan, curve.fan.survival()
        day = estimate.day.tolist()
        points = list(zip(day, estimate.survival.tolist(), strict=True))
        band = list(zip(day, estimate.lower.tolist(), estimate.upper.tolist(), strict=True))
        drawn.append(charts.Line(curve.name, points, curve.style, step=True, band=band))
        at, mean = estimate.at(fan.days), estimate.rmst(fan.days)
        words.append(
            (
                curve.name,
                say.FAN.format(today=fan.today, days=fan.days, share=at.value, low=at.lower,
                               high=at.upper),
                say.RMST.format(days=fan.days, value=mean.value, low=mean.lower, high=mean.upper),
            )
        )  # fmt: skip
        shares = fan.causes()
        causes.append((curve.name, [(say.readable(name), shares[name]) for name in CAUSES]))
    frame = charts.Frame((0, days), (0, 1), say.FUTURES_DAYS, say.SHARE_IN_FORCE)
    label = "; ".join(f"{name}: {share}" for name, share, _ in words)
    told = f'<p class="help">{escape(say.CURVE_HELP)}</p>'
    parts = [charts.lines(label, frame, drawn), told, render.table(words)]
    parts += [f'<p class="difference">{escape(text)}</p>' for text in _differences(curves)]
    for name, values in causes:
        parts.append(f"<h2>{escape(f'{say.ENDED_BY} · {name}')}</h2>")
        parts.append(charts.bars(f"{say.ENDED_BY}, {name}", values))
    return parts


def _differences(curves: list[Curve]) -> list[str]:
    """Paired differences of every curve from the first, or why there is none."""
    out = []
    first = curves[0]
    for other in curves[1:]:
        same = (first.story, first.fan.today, first.fan.days, first.fan.end)
        if (other.story, other.fan.today, other.fan.days, other.fan.end) != same:
            out.append(say.UNPAIRED)
            continue
        days, share = difference(other.fan, first.fan), survival_difference(other.fan, first.fan)
        out.append(
            say.DIFFERENCE.format(
                name=other.name, days=first.fan.days, value=days.value, low=days.lower,
                high=days.upper, share=share.value, share_low=share.lower, share_high=share.upper,
            )
        )  # fmt: skip
    return out


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/explore", title=say.EXPLORE)
    def explore(request: Request) -> None:
        with frame(say.EXPLORE, "/explore", "wide"):
            page = Explore(site)
        asked = dict(request.query_params)
        ui.timer(0.05, acting(lambda: page.open(asked)), once=True)
