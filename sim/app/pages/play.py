"""Play: join a room or play alone, and take a seat."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nicegui import ui
from starlette.responses import RedirectResponse, Response

from sim.app import choices
from sim.app import strings as say
from sim.app.choices import LENGTHS, Wanted
from sim.app.keys import is_key, shown_code
from sim.app.pages.seat import SeatPage
from sim.app.room import Class, NoSeatError, Room, RoomError
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
    visitor,
)
from sim.app.typed import LONGEST_NAME
from sim.config import ConfigError
from sim.game import SEATS

MOST_ALIKE = 6  # names on the list that are asked about


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/play", title=say.PLAY)
    def play() -> None:
        with frame(say.PLAY, "/play"), ui.element("div").classes("grid"):
            _join(site)
            _alone(site)

    @ui.page("/c/{code}", title=say.PLAY)
    async def join(code: str) -> Response | None:
        try:
            class_ = site.rooms.find_class(code, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return None
        held = site.rooms.seat_in(class_, visitor())
        if held is not None:  # the same device comes back, and plays on itself
            if held[1] in held[0].replaced:
                with suppress(ConfigError):  # its page says so, and has a button
                    await site.rooms.give_back(*held, visitor())
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
        named = say.ROOM_CODE.format(code=shown_code(room.code))
        with frame(named[:1].upper() + named[1:], "/play"):
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
        code = ui.input(say.CODE_OR_KEY).props("outlined maxlength=40")

        async def go() -> None:
            typed = choices.text(code.value, LONGEST_NAME).strip()
            if is_key(typed):
                must_keep_cookies()
                _to_seat(*await site.rooms.come_back_by_key(typed, visitor()))
                return
            found = site.rooms.find_any(typed, visitor())
            ui.navigate.to(f"/{'c' if isinstance(found, Class) else 'room'}/{found.code}")

        code.on("keydown.enter", acting(go))
        button(say.GO, go)


def _to_seat(room: Room, seat: str) -> None:
    ui.navigate.to(f"/room/{room.code}/{seat}")


def _join_class(site: Site, class_: Class) -> None:
    """A name, picked from the teacher's list or typed, and the seat that goes with it."""
    if not site.rooms.free_seats(class_):
        _full(site, class_)
    elif class_.study:
        _consent(site, class_)
    else:
        _named(site, class_)
    with panel(say.HAVE_KEY):
        key = ui.input(say.RETURN_KEY).props("outlined maxlength=40")

        async def back() -> None:
            must_keep_cookies()
            typed = choices.text(key.value, LONGEST_NAME).strip()
            _to_seat(*await site.rooms.come_back_by_key(typed, visitor(), class_))

        key.on("keydown.enter", acting(back))
        button(say.GO, back)


def _full(site: Site, class_: Class) -> None:
    """What somebody can do for whom there is no seat; the page goes on once there is one."""
    with panel(say.NO_SEAT):
        paragraph(say.NO_SEAT_HELP)
        ui.link(say.PLAY_ALONE, "/play")

    def again() -> None:
        if site.rooms.free_seats(class_):
            ui.navigate.reload()

    ui.timer(2.0, acting(again))


def _named(site: Site, class_: Class) -> None:
    names = site.rooms.kept_names(class_)
    with panel(say.JOIN_NOW, say.JOIN_CLASS_HELP):
        listed = choice(say.ON_THE_LIST, names, None, typed=True) if names else None
        name = _name()
        if listed is not None:
            _or_not_listed(listed, name)
        waits = _Waits(site, class_)

        async def go() -> None:
            must_keep_cookies()
            if listed is not None and listed.value is not None:
                await waits.take(choices.one_of(say.ON_THE_LIST, listed.value, names))
                return
            if not name.visible:
                name.set_visibility(True)
                raise RoomError(say.CHOOSE_NAME)
            typed = _typed(name)
            alike = site.rooms.alike(class_, typed[: LONGEST_NAME + 1])
            if len(alike) > MOST_ALIKE:
                raise RoomError(say.MANY_ALIKE)
            if alike:
                _is_it_you(alike, typed, waits.take)
            else:
                await waits.take(typed)

        name.on("keydown.enter", acting(go))
        button(say.JOIN_NOW, go)


def _or_not_listed(listed: ui.select, name: ui.input) -> None:
    """Offer who is not on a list to say so, whatever they have typed there; then ask their name."""

    def unlisted() -> None:
        listed.value = None
        listed.run_method("updateInputValue", "", True)  # what was typed is no choice
        listed.run_method("hidePopup")
        name.set_visibility(True)
        name.run_method("focus")

    for slot in ("no-option", "after-options"):
        with listed.add_slot(slot):
            if slot == "no-option":
                ui.item(say.NO_SUCH_NAME).classes("help")
            ui.item(say.NOT_LISTED, on_click=acting(unlisted)).classes("not-listed")
    name.set_visibility(False)
    listed.on_value_change(lambda e: name.set_visibility(name.visible and e.value is None))


class _Waits:
    """Gives somebody a seat of a class, if need be once there is one."""

    def __init__(self, site: Site, class_: Class) -> None:
        self.site, self.class_ = site, class_
        self.why = ui.label().classes("warn").props('role="status" aria-live="polite"')
        self.called: str | None = None  # who waits here
        ui.timer(2.0, acting(self.again))

    async def take(self, called: str) -> None:
        """Go to the seat of somebody, or say that there is none yet and wait for it."""
        try:
            room, seat = await self.site.rooms.join(self.class_, called, visitor())
        except NoSeatError as error:
            self.called = called
            self.why.text = say.WAITS_HERE.format(name=called, why=error)
            return
        self.called = None
        _to_seat(room, seat)

    async def again(self) -> None:
        """Try again, if somebody waits."""
        if self.called is not None:
            await self.take(self.called)


def _is_it_you(alike: list[str], typed: str, take: Callable[[str], Awaitable[None]]) -> None:
    """Ask whoever typed a part of a name on the list whether it is theirs."""
    with (
        ui.dialog().props(f'aria-label="{say.SURE}"') as dialog,
        ui.element("div").classes("panel"),
    ):
        paragraph(say.IS_IT_YOU)
        answers = [(say.IT_IS_ME.format(name=one), one) for one in alike]
        with ui.element("div").classes("choices"):
            for words, called in [*answers, (say.IT_IS_NOT_ME, typed)]:

                async def answer(called: str = called) -> None:
                    dialog.close()
                    await take(called)

                button(words, answer, plain=called == typed)
    dialog.on("hide", dialog.delete)
    dialog.open()


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
    for seat in room.setup.persons:
        if site.rooms.holds(room, seat, visitor()):
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
