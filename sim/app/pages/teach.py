"""Teach: make rooms for a class, or open one that exists."""

from __future__ import annotations

import datetime as dt
import math
import secrets
from html import escape

from nicegui import ui

from sim.app import choices
from sim.app import strings as say
from sim.app.choices import LENGTHS, Wanted
from sim.app.pages.desk import Desk, lesson
from sim.app.register import MOST_AT_ONCE
from sim.app.research import Study, questions
from sim.app.room import DEADLINES
from sim.app.site import (
    Site,
    acting,
    ask_key,
    button,
    choice,
    frame,
    in_thread,
    must_keep_cookies,
    panel,
    paragraph,
    visitor,
)
from sim.app.typed import LONGEST_NAME, names_in
from sim.config import ConfigError
from sim.game import SEATS, Setup

LONGEST_LIST = 20_000  # characters of a pasted list of names


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/teach", title=say.TEACH)
    def teach() -> None:
        with frame(say.TEACH, "/teach"):
            Teach(site)


class Teach:
    """The page of one visitor: the class that is open, or how to open one."""

    def __init__(self, site: Site) -> None:
        self.site, self.who = site, visitor()
        self.body = ui.element("div").classes("stack")
        self.show()

    def show(self) -> None:
        """Show the class that is open here, or how to open one."""
        class_ = self.site.rooms.class_of(self.who)
        self.body.clear()
        with self.body:
            if class_ is not None:
                Desk(self.site, class_, self.show)
                return
            with ui.element("div").classes("grid"):
                self._make()
                with ui.element("div").classes("stack"):
                    ask_key(self.site, self.show)
                    with panel(say.LESSON):
                        lesson()

    def _make(self) -> None:
        site = self.site
        with panel(say.NEW_CLASS):
            title = ui.input(
                say.CLASS_TITLE, value=say.TITLE_TODAY.format(date=say.short_date(dt.date.today()))
            )
            title.props(f"outlined maxlength={LONGEST_NAME}")
            word = None
            if site.rooms.word is not None:
                word = ui.input(say.TEACHERS_WORD, password=True).props("outlined maxlength=20")
                paragraph(say.TEACHERS_WORD_HELP, "help")
            names = ui.textarea(say.NAMES).props("outlined rows=4")
            pairs = paragraph("", "help")
            shuffled = ui.checkbox(say.SHUFFLE, value=False)
            number = ui.number(say.ROOMS, value=10, min=1, max=MOST_AT_ONCE, precision=0)
            number.props("outlined")
            scenario = choice(
                say.SCENARIO, {name: say.readable(name) for name in site.scenarios}, site.scenario
            )
            days = choice(say.DAYS_OF_GAME, {n: str(n) for n in LENGTHS}, LENGTHS[0])
            deadline = choice(say.DEADLINE, {n: str(n) for n in DEADLINES}, 120)
            seed = ui.input(say.SEED, value=str(site.seed)).props("outlined maxlength=20")
            alike = ui.checkbox(say.SAME_SEED, value=True)
            with ui.expansion(say.RESEARCH):
                paragraph(say.RESEARCH_HELP, "help")
                research = ui.checkbox(say.RESEARCH_ON, value=False)
                before = ui.textarea(say.ASK_BEFORE, value="\n".join(say.FIRST_BEFORE))
                after = ui.textarea(say.ASK_AFTER, value="\n".join(say.FIRST_AFTER))
                for field in (before, after):
                    field.props("outlined rows=3").style("width: 100%")

            def study() -> Study | None:
                if research.value is not True:
                    return None
                typed = (choices.text(field.value, LONGEST_LIST) for field in (before, after))
                return Study(*map(questions, typed))

            paragraph(say.PERSONS)
            boxes = {seat: ui.checkbox(say.seat(seat), value=seat != "mediators") for seat in SEATS}

            def listed_rooms() -> tuple[int, int, int]:
                """Names on the list, seats for persons in a room, and the rooms they make."""
                listed = len(names_in(choices.text(names.value, LONGEST_LIST)))
                size = sum(box.value is True for box in boxes.values())
                return listed, size, math.ceil(listed / max(size, 1))

            def tell() -> None:
                listed, size, rooms = listed_rooms()
                words = say.NAMES_HELP.format(size=size)
                if listed:
                    words = say.NAMES_MAKE.format(names=listed, rooms=rooms)
                pairs.content = f'<p class="help">{escape(words)}</p>'
                number.set_visibility(not listed)

            names.on_value_change(acting(tell))
            for box in boxes.values():
                box.on_value_change(acting(tell))
            tell()

            async def make() -> None:
                must_keep_cookies()
                typed = choices.text(word.value, LONGEST_NAME) if word is not None else ""
                persons = [seat for seat, box in boxes.items() if box.value is True]
                listed = names_in(choices.text(names.value, LONGEST_LIST))
                if shuffled.value is True:
                    secrets.SystemRandom().shuffle(listed)
                rooms = choices.whole(say.ROOMS, number.value, 1, MOST_AT_ONCE)
                if listed and persons:
                    rooms = listed_rooms()[-1]
                site.rooms.may_make(typed, rooms, self.who)
                setups = await in_thread(
                    _setups, Wanted(scenario.value), choices.seed(seed.value),
                    choices.one_of(say.DAYS_OF_GAME, days.value, LENGTHS), persons, rooms,
                    alike.value is True,
                )  # fmt: skip
                await site.rooms.open_class(
                    choices.text(title.value, 100_000), setups,
                    choices.one_of(say.DEADLINE, deadline.value, DEADLINES), typed, self.who,
                    listed, study(),
                )  # fmt: skip
                self.show()

            with ui.element("div").classes("choices"):
                button(say.MAKE, make)


def _setups(
    wanted: Wanted, seed: int, days: int, persons: list[str], rooms: int, alike: bool
) -> list[Setup]:
    """A setup per room."""
    if not persons:
        raise ConfigError(say.PERSONS)
    first = choices.compose(wanted, seed=seed, days=days, persons=persons)
    if alike:
        return [first] * rooms
    seeds = [secrets.randbelow(2**32) for _ in range(rooms)]
    return [Setup(first.cell.with_settings(seed=number), first.persons) for number in seeds]
