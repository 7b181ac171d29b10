"""Teach: make rooms for a class, watch them, pause, reveal, and compare results."""

from __future__ import annotations

import secrets
from typing import Any

from nicegui import app, ui

from sim.app import render
from sim.app import strings as say
from sim.app.pages.play import LENGTHS
from sim.app.rooms import DEADLINES, MOST_AT_ONCE, Room, shown_code
from sim.app.site import (
    Site,
    button,
    choice,
    client,
    csv,
    frame,
    html,
    in_thread,
    mistakes,
    panel,
    paragraph,
    refused,
    room_of_teacher,
    teaches,
    watch,
)
from sim.app.walk import compose
from sim.config import ConfigError
from sim.game import SEATS, Setup
from sim.game.debrief import result
from sim.game.views import view


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/teach", title=say.TEACH)
    def teach() -> None:
        class_ = teaches(site)
        with frame(say.TEACH, "/teach"):
            if class_ is None:
                with ui.element("div").classes("grid"):
                    _make(site)
                    _open(site)
            else:
                _class(site, *class_)

    @ui.page("/watch/{code}", title=say.TEACH)
    def watch_room(code: str) -> None:
        try:
            room = room_of_teacher(site, code)
        except ConfigError as error:
            refused(error, "/teach")
            return
        with frame(say.WATCHING.format(code=shown_code(room.code)), "/teach"):
            Watch(site, room)


def _make(site: Site) -> None:
    with panel(say.NEW_CLASS):
        title = ui.input(say.CLASS_TITLE).props("outlined maxlength=40")
        number = ui.number(say.ROOMS, value=10, min=1, max=MOST_AT_ONCE, precision=0)
        number.props("outlined")
        scenario = choice(
            say.SCENARIO, {name: say.readable(name) for name in site.scenarios}, site.scenario
        )
        days = choice(say.DAYS_OF_GAME, {n: str(n) for n in LENGTHS}, 90)
        deadline = choice(say.DEADLINE, {n: str(n) for n in DEADLINES}, 120)
        seed = ui.input(say.SEED, value=str(site.seed)).props("outlined maxlength=20")
        alike = ui.checkbox(say.SAME_SEED, value=True)
        paragraph(say.PERSONS)
        boxes = {
            seat: ui.checkbox(say.seat(seat), value=seat != "mediators") for seat in SEATS
        }  # fmt: skip

        async def make() -> None:
            with mistakes():
                persons = [seat for seat, box in boxes.items() if box.value]
                rooms = int(number.value or 0)
                setups = await in_thread(
                    _setups, scenario.value, str(seed.value or ""), days.value, persons, rooms,
                    alike.value,
                )  # fmt: skip
                key, _ = site.rooms.open_class(
                    str(title.value or ""), setups, deadline.value, client()
                )
                app.storage.user["class"] = key
                app.storage.user["class_shown"] = key
                ui.navigate.to("/teach")

        button(say.MAKE, make)


def _setups(
    scenario: str, seed: str, days: int, persons: list[str], rooms: int, alike: bool
) -> list[Setup]:
    """A setup per room; one scenario is composed once."""
    if not seed.strip().isdecimal():
        raise ConfigError(say.SEED_BAD.format(value=repr(seed[:30]), most=2**64 - 1))
    if not persons:
        raise ConfigError(say.PERSONS)
    rooms = min(max(rooms, 0), MOST_AT_ONCE + 1)  # one too many is refused in a sentence
    first = compose(scenario, seed=int(seed), days=days, persons=persons)
    if alike:
        return [first] * rooms
    seeds = [secrets.randbelow(2**32) for _ in range(rooms)]
    return [Setup(first.cell.with_settings(seed=number), first.persons) for number in seeds]


def _open(site: Site) -> None:
    with panel(say.OPEN_CLASS, say.OPEN_CLASS_HELP):
        key = ui.input(say.KEY, password=True).props("outlined maxlength=60")

        def open_class() -> None:
            with mistakes():
                typed = str(key.value or "").strip()
                site.rooms.class_of(typed, client())
                app.storage.user["class"] = typed
                ui.navigate.to("/teach")

        button(say.GO, open_class)


def _class(site: Site, number: int, title: str) -> None:
    rooms = site.rooms.of_class(number)
    paragraph(say.CLASS.format(title=title))
    paragraph(say.JOIN_AT.format(address=f"{site.address}/play"))
    shown = app.storage.user.pop("class_shown", "")
    if shown:
        with panel(say.TEACHER_KEY):
            ui.label(shown).classes("key-text")

    def pause(paused: bool) -> None:
        for room in rooms:
            site.rooms.pause(room, paused)
        show()

    with panel(say.ROOM_LIST):
        table = html("")
        with ui.element("div").classes("choices"):
            for room in rooms:
                ui.link(f"{say.WATCH} {shown_code(room.code)}", f"/watch/{room.code}")
        with ui.element("div").classes("choices"):
            button(say.PAUSE_ALL, lambda: pause(True))
            button(say.RESUME_ALL, lambda: pause(False))
    with panel(say.RESULTS):
        results = html("")

        def export() -> None:
            ui.download.content(csv(_rows(rooms)), "class.csv")

        button(say.EXPORT, export)
        button(say.PRINT, lambda: ui.run_javascript("window.print()"), plain=True)

    def show() -> None:
        table.content = render.table(
            [(shown_code(room.code), _players(room), _state(room)) for room in rooms]
        )
        over = [row for room, row in zip(rooms, _rows(rooms), strict=True) if room.game.over]
        words = [[str(value) for value in row.values()] for row in over]
        results.content = (
            render.table(words, list(say.RESULT_COLUMNS.values()))
            if over
            else f"<p>{say.RESULTS_EMPTY}</p>"
        )

    def forget() -> None:
        app.storage.user.pop("class", None)
        ui.navigate.to("/teach")

    show()
    ui.timer(2.0, show)
    button(say.FORGET, forget, plain=True)


def _players(room: Room) -> str:
    parts = []
    for seat in room.setup.persons:
        name = room.seats[seat][0] if seat in room.seats else say.SEAT_FREE
        parts.append(f"{say.seat(seat)}: {name}")
    return "; ".join(parts)


def _state(room: Room) -> str:
    question = room.game.question
    if room.broken:
        return say.STATE["broken"]
    if question is None:
        return say.STATE["over"].format(day=room.game.model.day)
    if room.paused:
        return say.STATE["paused"]
    if not room.complete:
        return say.STATE["waiting"]
    return say.STATE["playing"].format(day=question.day, seat=say.seat(question.seat))


def _rows(rooms: list[Room]) -> list[dict[str, Any]]:
    """A row of results per room, in the order of ``say.RESULT_COLUMNS``."""
    rows = []
    for room in rooms:
        found = result(room.game)
        ended = found["ended_day"]
        gains = {f"{side}_gain": _rounded(gain) for side, gain in found["gain"].items()}
        values = {
            "room": shown_code(room.code),
            "players": _players(room),
            "day": ended or found["day"],
            "in_force": say.NO if ended else say.YES,
            "cause": say.CAUSES[found["cause"]] if ended else "",
            "rounds": found["rounds"],
            "deal_day": found["deal_day"] or "",
            **gains,
            "nash_share": _rounded(found["nash_share"]),
            "deal": say.package(found["deal"]) if found["deal"] else "",
        }
        rows.append({name: values[name] for name in say.RESULT_COLUMNS})
    return rows


def _rounded(value: float | None) -> Any:
    return "" if value is None else round(value, 3)


class Watch:
    """A room as its teacher sees it: everything."""

    def __init__(self, site: Site, room: Room) -> None:
        self.site, self.room = site, room
        paragraph(say.PROJECT, "warn")
        self.state = ui.label().props('role="status" aria-live="polite"')
        self.advice = ui.label()
        with ui.element("div").classes("choices"):
            button(say.PAUSE, lambda: self.do(site.rooms.pause, room, True))
            button(say.RESUME, lambda: self.do(site.rooms.pause, room, False))
            button(say.REVEAL, lambda: self.do(site.rooms.reveal, room))
            for seat in room.setup.persons:
                words = say.AGENT_PLAYS.format(seat=say.seat(seat))
                button(
                    words, lambda seat=seat: self.do(site.rooms.stand_in, room, seat), plain=True
                )
                words = say.FREE_SEAT.format(seat=say.seat(seat))
                button(words, lambda seat=seat: self.do(site.rooms.free, room, seat), plain=True)
        ui.link(say.DEBRIEF.format(code=shown_code(room.code)), f"/debrief/{room.code}")
        with ui.element("div").classes("grid"):
            self.sides = {}
            for seat in SEATS:
                with panel(say.seat(seat)):
                    self.sides[seat] = html("")
            with panel(say.STORY):
                self.calendar = html("")
                self.story = html("")
        self.update()
        watch(room, self.update)

    def do(self, action: Any, *arguments: Any) -> None:
        """Do something to the room, or say why not."""
        with mistakes():
            action(*arguments)

    def update(self) -> None:
        """Show everything."""
        room, game = self.room, self.room.game
        question = game.question
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
        self.calendar.content = render.calendar(entries, game.days, game.model.day)


def spelt(room: Room, entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of the log with its package spelt out."""
    if entry.get("package", -1) < 0:
        return entry
    return {**entry, "package": room.game.packages.describe(entry["package"])}
