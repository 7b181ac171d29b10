"""Explore: one future day by day, and a thousand futures from any evening of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from nicegui import ui
from starlette.requests import Request

from sim.app import choices, render, work
from sim.app import strings as say
from sim.app.choices import SLIDES, TACTICS, Look, Wanted
from sim.app.curves import Curve, drawn
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
from sim.config import ENDS, PARTIES, ConfigError
from sim.game import Checkpoint
from sim.game.debrief import landscape
from sim.game.views import public, revealed


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
        self.look = Look()  # as chosen for what is drawn next
        self.wanted = Wanted(site.scenario, tactics=dict.fromkeys(PARTIES, ""))  # as it is told
        self.seeded = site.seed
        self.shown: list[Curve] = []
        self.made: Curve | None = None  # the last one that was shown, of this evening or another
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
            value = round(round(value / step) * step, 6)  # to a step, as it moves
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
        """Tell the story that an address names, as far as it had come, or a new one.

        Curves that were drawn or pinned are drawn again: the same evening has the same futures.
        """
        site = self.site
        try:
            wanted, seed, day = choices.asked(asked, site.scenario, site.seed)
            look = choices.looked(asked)
            shown, pinned = (dict(parse_qsl(asked.get(name, ""))) for name in ("drawn", "pin"))
            as_drawn = choices.looked(shown)
            pin = choices.asked(pinned, site.scenario, site.seed), choices.looked(pinned)
        except ConfigError:
            await self._begin(Wanted(site.scenario), site.seed, 0)
            raise
        self.ahead.value, self.end.value, self.change.value = look.ahead, look.end, look.change
        await self._begin(wanted, seed, day)
        if shown and self._goes_on():
            await self._look(as_drawn)
        if pinned:
            async with self.turn:
                (wanted, seed, day), look = pin
                walk = await in_thread(_begin, wanted, seed, day)
                curves = await self._curves(walk, choices.address(wanted, seed), look)
                self.pinned = curves[-1]
                self.draw()

    async def _begin(self, wanted: Wanted, seed: int, day: int) -> None:
        try:
            async with self.turn:
                self.stands.text = say.LOADING
                walk = await in_thread(_begin, wanted, seed, day)
                self.walk = walk
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
        state, entries = public(walk.game), revealed(walk.game)
        end = walk.collapse()
        if end["day"]:
            words = say.collapsed(end["day"], end)
        else:
            words = say.IN_FORCE if walk.running else say.HORIZON
        date = say.date(state["start"], walk.day)
        self.stands.text = say.STANDS.format(
            day=walk.day, days=walk.game.days, date=date, state=words
        )
        if not all(curve.starts(self.story, walk.day) for curve in self.shown):
            self.shown = []  # they belong to another evening
            self.draw()
        self._keep()
        self.calendar.content = render.calendar(entries, _span(walk), walk.day)
        self.told.content = render.story(entries, state["start"])
        self.trust.content = render.trust_and_tension(walk.daily, walk.day)
        self.space.content = render.bargaining_space(landscape(walk.game, left=False))
        self.ends.content = render.ceasefire(state["ceasefire"])

    @property
    def story(self) -> str:
        """The story told, as an address says it; curves are paired only within one."""
        return choices.address(self.wanted, self.seeded)

    def _keep(self) -> None:
        """Have the address say what is on the page, so that a reload brings it back."""
        if self.walk is None:
            return
        words = choices.told(self.wanted, self.seeded, self.walk.day)
        words |= choices.told_look(self.look)
        if self.shown:
            words["drawn"] = self.shown[-1].looks
        if self.pinned is not None:
            words["pin"] = f"{self.pinned.story}&{self.pinned.looks}"
        ui.navigate.history.replace(f"/explore?{urlencode(words)}")

    # --- futures -----------------------------------------------------------------------------

    def _futures(self) -> None:
        with panel(say.FUTURES, say.FUTURES_HELP):
            with ui.element("div").classes("choices"):
                look, days = self.look, {days: str(days) for days in choices.AHEAD}
                self.ahead = choice(say.LOOK_AHEAD, days, look.ahead)
                self.end = choice(say.END, say.ENDS_SHORT, look.end)
                self.change = choice(say.CHANGE, say.CHANGES, look.change)
                for chosen in (self.ahead, self.end, self.change):
                    chosen.on_value_change(acting(self.look_chosen))
            with ui.element("div").classes("choices"):
                button(say.FORK, self.fork)
                button(say.PIN, self.pin, plain=True)
                button(say.UNPIN, self.unpin, plain=True)
            self.working = ui.label().props('role="status" aria-live="polite"')
            self.fanned = html("")

    def pin(self) -> None:
        """Keep the last curve beside the next."""
        if not self.made:
            raise ConfigError(say.NOTHING_TO_PIN)
        self.pinned = self.made
        self.draw()

    def unpin(self) -> None:
        """Forget the pinned curve."""
        self.pinned = None
        self.draw()

    def _goes_on(self) -> bool:
        """Whether there are futures from here."""
        return self.walk is not None and not self.walk.collapse()["day"]

    async def fork(self) -> None:
        """Continue the evening 1,000 times; what was drawn stays until then."""
        self.look_chosen()
        await self._look(self.look)

    def look_chosen(self) -> None:
        """Take what is chosen for what is drawn next."""
        self.look = Look(
            choices.one_of(say.LOOK_AHEAD, self.ahead.value, choices.AHEAD),
            choices.one_of(say.END, self.end.value, ENDS),
            choices.one_of(say.CHANGE, self.change.value, say.CHANGES),
        )
        self._keep()

    async def _look(self, look: Look) -> None:
        async with self.turn:
            if self.walk is None or not self._goes_on():
                raise ConfigError(say.ENDED_ALREADY)
            self.shown = await self._curves(self.walk, self.story, look)
            self.made = self.shown[-1]
            self.draw()

    async def _curves(self, walk: Walk, story: str, look: Look) -> list[Curve]:
        """The futures of an evening, as it is and with a change, made in another process."""
        self.working.text = say.FORKING
        try:
            base, other = await self.site.pool.run(
                work.futures, walk.setup.cell.scenario, Checkpoint.of(walk.game.model),
                look.change or None, look.ahead, look.end,
            )  # fmt: skip
        finally:
            self.working.text = ""
        curves = [Curve(say.CHANGES[""], base, story, "first", "")]
        if other is not None:
            name = say.CHANGES[look.change]
            curves.append(Curve(name, other, story, "second", look.change))
        return curves

    def draw(self) -> None:
        """Draw the curves of this evening and the pinned one, each in its own colour always."""
        self._keep()
        curves = list(self.shown)
        pinned = self.pinned
        if pinned is not None and not any(pinned.same(curve) for curve in curves):
            name = say.PINNED.format(name=pinned.name, today=pinned.fan.today)
            curves.append(replace(pinned, name=name, style="third"))
        self.fanned.content = "".join(drawn(curves)) if curves else ""


def _live(how: Any, walk: Walk) -> Walk:
    how(walk)
    return walk


def _begin(wanted: Wanted, seed: int, day: int) -> Walk:
    walk = Walk(choices.compose(wanted, seed=seed, days=choices.WALK, walk=True))
    walk.to_day(day)
    return walk


def _name_slider(label: ui.html, name: str, value: Any) -> None:
    """Write a slider's value beside its name."""
    shown = f"{value:g}" if isinstance(value, int | float) else ""
    label.content = f"<p>{escape(name)}: <strong>{shown}</strong></p>"


def _span(walk: Walk) -> int:
    """Days the calendar strip shows: a window that grows with the story."""
    return next((days for days in (30, 90, 180) if walk.day <= days), walk.game.days)


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/explore", title=say.EXPLORE)
    def explore(request: Request) -> None:
        with frame(say.EXPLORE, "/explore", "wide"):
            page = Explore(site)
        asked = dict(request.query_params)
        ui.timer(0.05, acting(lambda: page.open(asked)), once=True)
