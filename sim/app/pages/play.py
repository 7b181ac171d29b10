"""Play: join a room or play alone, and take a seat."""

from __future__ import annotations

import secrets

from nicegui import ui
from starlette.responses import RedirectResponse, Response

from sim.app import choices
from sim.app import strings as say
from sim.app.choices import LENGTHS, Wanted
from sim.app.keys import shown_code
from sim.app.pages.seat import SeatPage
from sim.app.room import Class, Room
from sim.app.site import (
    Private,
    Site,
    acting,
    button,
    choice,
    frame,
    in_thread,
    must_keep_cookies,
    panel,
    paragraph,
    refused,
    seats_held,
    visitor,
)
from sim.app.typed import LONGEST_NAME
from sim.config import ConfigError
from sim.game import SEATS


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/play", title=say.PLAY)
    def play() -> None:
        with frame(say.PLAY, "/play"), ui.element("div").classes("grid"):
            _join(site)
            _alone(site)

    @ui.page("/c/{code}", title=say.PLAY)
    def join(code: str) -> Response | None:
        try:
            class_ = site.rooms.find_class(code, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return None
        held = site.rooms.seat_in(class_, visitor())
        if held is not None:  # the same device comes back
            return RedirectResponse(f"/room/{held[0].code}/{held[1]}", 303)
        with frame(say.JOIN_CLASS.format(title=class_.title), "/play"):
            _join_class(site, class_)
        return None

    @ui.page("/room/{code}", title=say.PLAY)
    def lobby(code: str) -> None:
        try:
            room = site.rooms.find(code, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return
        with frame(say.LOBBY.format(code=shown_code(room.code)), "/play"):
            part = Private(lambda: site.rooms.rooms.get(room.code) is room, say.ROOM_CLOSED)
            with part.body:
                _lobby(site, room, part)

    @ui.page("/room/{code}/{seat}", title=say.PLAY)
    def seat(code: str, seat: str) -> None:
        try:
            room = site.rooms.find(code, visitor())
            site.rooms.must_hold(room, seat, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return
        with frame(say.YOU_ARE.format(seat=say.seat(seat)), "/play"):
            SeatPage(site, room, seat)


# --- joining -------------------------------------------------------------------------------------


def _join(site: Site) -> None:
    with panel(say.JOIN, say.JOIN_HELP):
        code = ui.input(say.CODE).props('outlined maxlength=20 autocapitalize="characters"')

        def go() -> None:
            found = site.rooms.find_any(choices.text(code.value, LONGEST_NAME), visitor())
            ui.navigate.to(f"/{'c' if isinstance(found, Class) else 'room'}/{found.code}")

        code.on("keydown.enter", acting(go))
        button(say.GO, go)


def _join_class(site: Site, class_: Class) -> None:
    """A name, typed or picked from the teacher's list, and the seat that goes with it."""
    if class_.study:
        _consent(site, class_)
        return
    with panel(say.JOIN_NOW, say.JOIN_CLASS_HELP):
        names = site.rooms.kept_names(class_)
        options = {"": say.NOT_LISTED} | {one: one for one in names}
        listed = choice(say.ON_THE_LIST, options, "") if names else None
        name = _name()
        if listed is not None:
            listed.on_value_change(lambda e: name.set_visibility(not e.value))

        async def go() -> None:
            must_keep_cookies()
            picked = choices.one_of(say.ON_THE_LIST, listed.value, ["", *names]) if listed else ""
            room, seat = await site.rooms.join(class_, picked or _typed(name), visitor())
            ui.navigate.to(f"/room/{room.code}/{seat}")

        name.on("keydown.enter", acting(go))
        button(say.JOIN_NOW, go)


def _consent(site: Site, class_: Class) -> None:
    """What a study keeps and what for, and a seat with or without taking part in it."""
    with panel(say.CONSENT):
        for words in say.CONSENT_TEXT:
            paragraph(words)

        async def go(consents: bool) -> None:
            must_keep_cookies()
            room, seat = await site.rooms.join(class_, "", visitor(), consents)
            ui.navigate.to(f"/room/{room.code}/{seat}")

        with ui.element("div").classes("choices"):
            button(say.I_CONSENT, lambda: go(True))
            button(say.I_DO_NOT_CONSENT, lambda: go(False), plain=True)


def _alone(site: Site) -> None:
    with panel(say.PLAY_ALONE, say.PLAY_ALONE_HELP):
        scenario = choice(
            say.SCENARIO, {name: say.readable(name) for name in site.scenarios}, site.scenario
        )
        days = choice(say.DAYS_OF_GAME, {n: str(n) for n in LENGTHS}, LENGTHS[0])
        with ui.element("div").classes("choices").style("margin-top: .6rem"):
            for seat in SEATS:

                async def take(seat: str = seat) -> None:
                    must_keep_cookies()
                    site.rooms.may_play_alone(visitor())
                    setup = await in_thread(
                        choices.compose, Wanted(scenario.value),
                        seed=secrets.randbelow(2**32),
                        days=choices.one_of(say.DAYS_OF_GAME, days.value, LENGTHS),
                        persons=[seat],
                    )  # fmt: skip
                    room = await site.rooms.play_alone(setup, say.YOU, visitor())
                    ui.navigate.to(f"/room/{room.code}/{seat}")

                button(say.TAKE_SEAT.format(seat=say.seat(seat)), take)


def _lobby(site: Site, room: Room, part: Private) -> None:
    for seat in seats_held(site, room):
        ui.link(f"{say.CONTINUE}: {say.seat(seat)}", f"/room/{room.code}/{seat}")
    name = _name().style("max-width: 24rem")

    async def take(seat: str) -> None:
        must_keep_cookies()
        await site.rooms.take_seat(room, seat, _typed(name), visitor())
        ui.navigate.to(f"/room/{room.code}/{seat}")

    seats = ui.element("div").classes("grid")

    def show() -> None:
        seats.clear()
        with seats:
            for seat in SEATS:
                with panel(say.seat(seat)[0].upper() + say.seat(seat)[1:]):
                    if seat in room.seats:
                        paragraph(say.SEAT_OF.format(name=room.seats[seat].name))
                    elif seat in room.setup.persons:
                        words = say.TAKE_SEAT.format(seat=say.seat(seat))
                        button(words, lambda seat=seat: take(seat))
                    else:
                        paragraph(say.SEAT_AGENT, "help")

    show()
    part.watch([room], show)
    with panel(say.HAVE_KEY):
        which = choice(
            say.PLAY, {seat: say.seat(seat) for seat in room.setup.persons}, room.setup.persons[0]
        )
        key = ui.input(say.RETURN_KEY).props("outlined maxlength=40")

        async def back() -> None:
            must_keep_cookies()
            seat = choices.one_of(say.PLAY, which.value, room.setup.persons)
            typed = choices.text(key.value, LONGEST_NAME).strip()
            await site.rooms.come_back(room, seat, typed, visitor())
            ui.navigate.to(f"/room/{room.code}/{seat}")

        button(say.GO, back)


def _name() -> ui.input:
    return ui.input(say.YOUR_NAME).props(f"outlined maxlength={LONGEST_NAME}")


def _typed(name: ui.input) -> str:
    """A name as typed; its length is checked where it is taken."""
    return choices.text(name.value, 100_000)
