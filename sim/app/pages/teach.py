"""Teach: make rooms for a class, watch them, pause, reveal, and compare results."""

from __future__ import annotations

import datetime as dt
import math
import secrets
from html import escape
from typing import Any

from nicegui import ui

from sim.app import choices, render
from sim.app import strings as say
from sim.app.choices import LENGTHS, Wanted
from sim.app.keys import shown_code
from sim.app.register import MOST_AT_ONCE
from sim.app.research import Study, questions
from sim.app.room import DEADLINES, Class, Room
from sim.app.site import (
    Private,
    Site,
    button,
    choice,
    csv,
    frame,
    html,
    in_thread,
    must_keep_cookies,
    panel,
    paragraph,
    phase_of,
    refused,
    room_of_teacher,
    sure,
    visitor,
    warnings_of,
)
from sim.app.typed import LONGEST_NAME, names_in
from sim.app.words import LONGEST
from sim.config import ConfigError
from sim.game import SEATS, Setup
from sim.game.debrief import result
from sim.game.views import view

LONGEST_LIST = 20_000  # characters of a pasted list of names
LONGEST_PHASE = 180  # minutes
ONLY_EXPORTED = ("room", "deal", "messages")  # columns of results that the page has no room for


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/teach", title=say.TEACH)
    def teach() -> None:
        with frame(say.TEACH, "/teach"):
            Teach(site)

    @ui.page("/watch/{code}", title=say.TEACH)
    def watch_room(code: str) -> None:
        try:
            room = room_of_teacher(site, code)
        except ConfigError as error:
            refused(error, "/teach")
            return
        with frame(say.WATCHING.format(code=shown_code(room.code)), "/teach"):
            Watch(site, room)


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
                ClassPage(self, class_)
                return
            with ui.element("div").classes("grid"):
                self._make()
                self._open()

    def _make(self) -> None:
        site = self.site
        with panel(say.NEW_CLASS):
            today = f"{dt.date.today():%d %b}"
            title = ui.input(say.CLASS_TITLE, value=say.TITLE_TODAY.format(date=today))
            title.props(f"outlined maxlength={LONGEST_NAME}")
            word = None
            if site.rooms.word is not None:
                word = ui.input(say.TEACHERS_WORD, password=True).props("outlined maxlength=20")
                paragraph(say.TEACHERS_WORD_HELP, "help")
            names = ui.textarea(say.NAMES).props("outlined rows=4")
            paragraph(say.NAMES_HELP, "help")
            shuffled = ui.checkbox(say.SHUFFLE, value=False)
            number = ui.number(say.ROOMS, value=10, min=1, max=MOST_AT_ONCE, precision=0)
            number.props("outlined")
            scenario = choice(
                say.SCENARIO, {name: say.readable(name) for name in site.scenarios}, site.scenario
            )
            days = choice(say.DAYS_OF_GAME, {n: str(n) for n in LENGTHS}, 90)
            deadline = choice(say.DEADLINE, {n: str(n) for n in DEADLINES}, 120)
            seed = ui.input(say.SEED, value=str(site.seed)).props("outlined maxlength=20")
            alike = ui.checkbox(say.SAME_SEED, value=True)
            with ui.expansion(say.RESEARCH):
                paragraph(say.RESEARCH_HELP, "help")
                research = ui.checkbox(say.RESEARCH_ON, value=False)
                before = ui.textarea(say.ASK_BEFORE, value="\n".join(say.FIRST_BEFORE))
                after = ui.textarea(say.ASK_AFTER, value="\n".join(say.FIRST_AFTER))
                for field in (before, after):
                    field.props("outlined rows=3")

            def study() -> Study | None:
                if research.value is not True:
                    return None
                typed = (choices.text(field.value, LONGEST_LIST) for field in (before, after))
                return Study(*map(questions, typed))

            paragraph(say.PERSONS)
            boxes = {seat: ui.checkbox(say.seat(seat), value=seat != "mediators") for seat in SEATS}

            async def make() -> None:
                must_keep_cookies()
                typed = choices.text(word.value, LONGEST_NAME) if word is not None else ""
                persons = [seat for seat, box in boxes.items() if box.value is True]
                listed = names_in(choices.text(names.value, LONGEST_LIST))
                if shuffled.value is True:
                    secrets.SystemRandom().shuffle(listed)
                rooms = choices.whole(say.ROOMS, number.value, 1, MOST_AT_ONCE)
                if listed and persons:
                    rooms = math.ceil(len(listed) / len(persons))
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

            button(say.MAKE, make)

    def _open(self) -> None:
        with panel(say.OPEN_CLASS, say.OPEN_CLASS_HELP):
            key = ui.input(say.KEY, password=True).props("outlined maxlength=60")

            async def open_class() -> None:
                must_keep_cookies()
                typed = choices.text(key.value, LONGEST_NAME).strip()
                await self.site.rooms.enter_class(typed, self.who)
                self.show()

            button(say.GO, open_class)


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


class ClassPage:
    """A class as its teacher sees it, as long as it is open on this device."""

    def __init__(self, page: Teach, class_: Class) -> None:
        self.page, self.site, self.who, self.class_ = page, page.site, page.who, class_
        self.part = Private(
            lambda: self.site.rooms.teaches(class_.number, self.who), say.CLASS_LOST
        )
        with self.part.body:
            self.warnings = html("")
            paragraph(say.CLASS.format(title=class_.title))
            address = f"{self.site.address}/c/{class_.code}"
            paragraph(say.JOIN_AT.format(address=address, code=shown_code(class_.code)))
            with ui.element("div").classes("choices"):
                ui.link(say.BOARD, f"/board/{class_.code}").classes("go-link")
                ui.link(say.PICTURE, f"/picture/{class_.code}").classes("go-link")
            self._build()
            self.show()
            ui.timer(2.0, self.again)
        self.part.watch([class_], self.show)

    def _build(self) -> None:
        with panel(say.ROOM_LIST):
            self.table = html("")
            self.links = ui.element("div").classes("choices")
            self.linked: list[str] = []
            with ui.element("div").classes("choices"):
                button(say.PAUSE_ALL, lambda: self.each(self._pause(True)))
                button(say.RESUME_ALL, lambda: self.each(self._pause(False)))
                button(say.ABSENTEES, self.fill, plain=True)
                button(say.ADD_ROOM, self.add_room, plain=True)
                button(say.MUTE_ALL, lambda: self.each(self._mute(True)), plain=True)
                button(say.UNMUTE_ALL, lambda: self.each(self._mute(False)), plain=True)
                button(say.BEGIN_ALL, lambda: self.each(self.site.rooms.start), plain=True)
                self._asked(say.END_ALL, say.END_ALL_ASK, self.site.rooms.end)
                self._asked(say.REVEAL_ALL, say.REVEAL_ALL_ASK, self.site.rooms.reveal)
        with ui.element("div").classes("grid"):
            self._phase()
            self._notice()
        with panel(say.RESULTS):
            self.results = html("")
            with ui.element("div").classes("choices"):
                button(say.EXPORT, self.export)
                if self.class_.study:
                    button(say.EXPORT_STUDY, self.export_study)
                button(say.PRINT, lambda: ui.run_javascript("window.print()"), plain=True)
        self.key_help = ui.label()
        self.key = ui.label().classes("key-text")
        with ui.element("div").classes("choices"):
            button(say.SHOW_KEY, self.show_key, plain=True)
            button(say.FORGET, self.leave, plain=True)
            question = say.CLOSE_CLASS_ASK.format(title=self.class_.title)
            button(say.CLOSE_CLASS, lambda: sure(question, say.CLOSE_CLASS, self.close), plain=True)

    def _phase(self) -> None:
        with panel(say.PHASE, say.PHASE_HELP):
            self.clock = ui.label().classes("big")
            phase = choice(say.PHASE, say.PHASES, self.class_.phase)
            minutes = ui.number(say.MINUTES, value=10, min=0, max=LONGEST_PHASE, precision=0)
            minutes.props("outlined")

            async def begin() -> None:
                named = choices.one_of(say.PHASE, phase.value, say.PHASES)
                long = choices.whole(say.MINUTES, minutes.value, 0, LONGEST_PHASE)
                await self.site.rooms.set_phase(self.class_, named, long, self.who)

            button(say.SET_PHASE, begin)

    def _notice(self) -> None:
        with panel(say.NOTICE):
            self.told = ui.label()
            words = ui.input(say.NOTICE).props(f"outlined maxlength={LONGEST}")
            tell = self.site.rooms.tell_class

            async def show() -> None:
                await tell(self.class_, choices.text(words.value, LONGEST_LIST), self.who)
                words.value = ""

            with ui.element("div").classes("choices"):
                button(say.TELL_ALL, show)
                button(say.CLEAR_NOTICE, lambda: tell(self.class_, "", self.who), plain=True)

    def _asked(self, words: str, question: str, do: Any) -> None:
        """A button that asks before it does in every room what cannot be undone."""
        button(words, lambda: sure(question, words, lambda: self.each(do)), plain=True)

    def _pause(self, paused: bool) -> Any:
        return lambda room, who: self.site.rooms.pause(room, paused, who)

    def _mute(self, muted: bool) -> Any:
        return lambda room, who: self.site.rooms.mute(room, muted, who)

    async def each(self, do: Any) -> None:
        """Do something in every room."""
        for room in self.site.rooms.of_class(self.class_.number):
            await do(room, self.who)
        self.again()

    async def fill(self) -> None:
        """Let agents play for who has not come."""
        await self.site.rooms.stand_in_for_absent(self.class_, self.who)

    async def add_room(self) -> None:
        """Make one more room."""
        await self.site.rooms.add_room(self.class_, self.who)

    def show_key(self) -> None:
        """Show the teacher's key, which is on the page only once it was asked for."""
        if self.part.open():
            key = self.site.rooms.teachers_key(self.class_, self.who)
            self.key_help.text, self.key.text = say.TEACHER_KEY, key

    def again(self) -> None:
        """Show how things stand, if they may still be shown."""
        if self.part.open():
            self.show()

    def show(self) -> None:
        """Show how things stand."""
        rooms = self.site.rooms.of_class(self.class_.number)
        self.warnings.content = warnings_of(self.site, self.class_)
        self.clock.text, self.told.text = phase_of(self.class_), self.class_.notice
        self.table.content = render.table(
            [
                (
                    say.ROOM_NUMBER.format(number=number, code=shown_code(room.code)),
                    _players(room),
                    _state(room),
                )
                for number, room in enumerate(rooms, start=1)
            ]
        )
        over = [room for room in rooms if room.over]
        shown = [name for name in say.RESULT_COLUMNS if name not in ONLY_EXPORTED]
        words = [[str(row[name]) for name in shown] for row in _rows(rooms)]
        self.results.content = (
            render.table(words, [say.RESULT_COLUMNS[name] for name in shown])
            if over
            else f"<p>{escape(say.RESULTS_EMPTY)}</p>"
        )
        codes = [room.code for room in rooms]
        if codes != self.linked:
            self.linked = codes
            self.links.clear()
            with self.links:
                for code in codes:
                    ui.link(f"{say.WATCH} {shown_code(code)}", f"/watch/{code}")

    def export(self) -> None:
        """Hand out the results of all rooms."""
        if self.part.open():
            rooms = self.site.rooms.of_class(self.class_.number)
            ui.download.content(csv(_rows(rooms)), "class.csv")

    def export_study(self) -> None:
        """Hand out what may be exported of a study."""
        if self.part.open():
            found = self.site.rooms.exported(self.class_, self.who)
            ui.download.content(found, "study.zip")

    async def leave(self) -> None:
        """Close the class on this device."""
        await self.site.rooms.leave_class(self.class_.number, self.who)
        self.page.show()

    async def close(self) -> None:
        """Close the class for everybody."""
        await self.site.rooms.close_class(self.class_.number, self.who)
        self.page.show()


def _players(room: Room) -> str:
    parts = []
    for seat in room.setup.persons:
        name = say.SEAT_FREE
        if seat in room.seats:
            name = room.seats[seat].name
        elif seat in room.reserved:
            name = say.KEPT_FOR.format(name=room.reserved[seat])
        parts.append(f"{say.seat(seat)}: {name}")
    return "; ".join(parts)


def _state(room: Room) -> str:
    question = room.game.question
    if room.broken:
        return say.STATE["broken"]
    if question is None:
        return say.STATE["over"].format(day=room.game.model.day)
    if room.ended:
        return say.STATE["ended"].format(day=question.day)
    if not room.begun:
        return _not_begun(room)
    if room.paused:
        return say.STATE["paused"]
    return say.STATE["playing"].format(day=question.day, seat=say.seat(question.seat))


def _not_begun(room: Room) -> str:
    if not room.complete:
        return say.STATE["waiting"]
    return say.STATE["reading"].format(seats=", ".join(map(say.seat, room.waits_for)))


def _rows(rooms: list[Room]) -> list[dict[str, Any]]:
    """A row of results per room, in the order of ``say.RESULT_COLUMNS``."""
    rows = []
    for number, room in enumerate(rooms, start=1):
        state = _how_far(room)
        values = {"number": number, "room": shown_code(room.code), "players": _players(room),
                  "state": say.HOW_FAR[state]}  # fmt: skip
        values |= _numbers(room) if state != "unplayed" else {}
        rows.append({name: values.get(name, "") for name in say.RESULT_COLUMNS})
    return rows


def _how_far(room: Room) -> str:
    """Whether a game was played to its end, in part or not at all."""
    if room.broken:
        return "broken"
    if not room.made_by:
        return "unplayed"
    return "finished" if room.game.over else "unfinished"


def _numbers(room: Room) -> dict[str, Any]:
    """What came of a game that was played."""
    found = result(room.game)
    ended = found["ended_day"]
    return {
        "day": ended or found["day"],
        "in_force": say.NO if ended else say.YES,
        "how": say.how(found["mode"], found["by"]) if ended else "",
        "cause": say.CAUSES[found["cause"]] if ended else "",
        "rounds": found["rounds"],
        "deal_day": found["deal_day"] or "",
        **{f"{side}_gain": _rounded(gain) for side, gain in found["gain"].items()},
        "nash_share": _rounded(found["nash_share"]),
        "deal": say.package(found["deal"]) if found["deal"] else "",
        "messages": len(room.said),
    }


def _rounded(value: float | None) -> Any:
    return "" if value is None else round(value, 3)


class Watch:
    """A room as its teacher sees it: everything."""

    def __init__(self, site: Site, room: Room) -> None:
        self.site, self.room, self.who = site, room, visitor()
        self.part = Private(self.may, say.CLASS_LOST)
        with self.part.body:
            self._build()
            self.update()
        self.part.watch([room, *site.rooms.classes_of(room)], self.update)

    def may(self) -> bool:
        """Whether this is still the teacher's room."""
        rooms = self.site.rooms
        there = rooms.rooms.get(self.room.code) is self.room
        return there and rooms.teaches(self.room.class_, self.who)

    def _build(self) -> None:
        rooms, room, who = self.site.rooms, self.room, self.who
        self.warnings = html("")
        paragraph(say.PROJECT, "warn")
        self.state = ui.label().props('role="status" aria-live="polite"')
        self.advice = ui.label()
        with ui.element("div").classes("choices"):
            button(say.START, lambda: rooms.start(room, who))
            button(say.PAUSE, lambda: rooms.pause(room, True, who))
            button(say.RESUME, lambda: rooms.pause(room, False, who))
            button(say.MUTE, lambda: rooms.mute(room, True, who), plain=True)
            button(say.UNMUTE, lambda: rooms.mute(room, False, who), plain=True)
            for seat in room.setup.persons:
                words = say.AGENT_PLAYS.format(seat=say.seat(seat))
                button(words, lambda seat=seat: rooms.stand_in(room, seat, who), plain=True)
                words = say.FREE_SEAT.format(seat=say.seat(seat))
                button(words, lambda seat=seat: self.free(seat), plain=True)
        code = shown_code(room.code)
        asked = (
            (say.END_GAME, say.END_ASK, lambda: rooms.end(room, who)),
            (say.REVEAL, say.REVEAL_ASK, lambda: rooms.reveal(room, who)),
            (say.CLOSE_ROOM, say.CLOSE_ROOM_ASK, self.close),
        )
        with ui.element("div").classes("choices"):
            for words, question, do in asked:
                self._asked(words, question.format(code=code), do)
        ui.link(say.DEBRIEF.format(code=shown_code(room.code)), f"/debrief/{room.code}")
        with ui.element("div").classes("grid"):
            self.sides = {}
            for seat in SEATS:
                with panel(say.seat(seat)):
                    self.sides[seat] = html("")
            with panel(say.STORY):
                self.calendar = html("")
                self.story = html("")
            with panel(say.SAID):
                self.said = html("")

    def _asked(self, words: str, question: str, do: Any) -> None:
        """A button that asks before it does what cannot be undone."""
        button(words, lambda: sure(question, words, do), plain=True)

    def free(self, seat: str) -> None:
        """Ask, and then free a seat; one that is free already is left alone."""
        if seat in self.room.seats:
            named = say.FREE_SEAT.format(seat=say.seat(seat))
            question = say.FREE_ASK.format(seat=say.seat(seat), name=self.room.seats[seat].name)
            sure(question, named, lambda: self.site.rooms.free(self.room, seat, self.who))

    async def close(self) -> None:
        """Close the room and go back to the class."""
        await self.site.rooms.close_room(self.room, self.who)
        ui.navigate.to("/teach")

    def update(self) -> None:
        """Show everything."""
        room, game = self.room, self.room.game
        question = game.question
        self.warnings.content = "".join(
            warnings_of(self.site, class_) for class_ in self.site.rooms.classes_of(room)
        )
        self.state.text = f"{_players(room)} · {_state(room)}"
        self.advice.text = ""
        if question is not None:
            advice = say.advice(question.kind, game.advice)
            self.advice.text = say.ADVICE.format(advice=f"{say.KINDS[question.kind]}: {advice}")
        for seat, part in self.sides.items():
            part.content = render.mine(view(game, seat)["mine"])
        start = room.setup.cell.scenario.start.isoformat()
        entries = [spelt(room, entry) for entry in [*game.entries, *game.heard]]
        self.story.content = render.story(entries, start)
        self.said.content = render.said(room.said, start)
        self.calendar.content = render.calendar(entries, game.days, game.model.day)


def spelt(room: Room, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of the log with its package spelt out."""
    if entry.get("package", -1) < 0:
        return entry
    return {**entry, "package": room.game.packages.describe(entry["package"])}
