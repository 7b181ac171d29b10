"""Watch: one room with everything shown, and what its teacher can do there."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from sim.app import render
from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.room import Room
from sim.app.site import (
    Private,
    Site,
    asking,
    button,
    closed_here,
    frame,
    html,
    panel,
    paragraph,
    refused,
    sure,
    toast,
    visitor,
    warnings_of,
)
from sim.app.standing import called, players, state
from sim.config import ConfigError
from sim.game import SEATS
from sim.game.views import revealed, view


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/watch/{code}", title=say.TEACH)
    def watch_room(code: str) -> None:
        try:
            room = site.rooms.find(code, visitor())
        except ConfigError as error:
            refused(error, "/teach")
            return
        if not site.rooms.teaches(room.class_, visitor()):
            closed_here(site, say.CLASS_LOST)
            return
        with frame(say.WATCHING.format(room=called(site.rooms, room)), "/teach"):
            Watch(site, room)


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
            self.begin = button(say.START, lambda: rooms.start(room, who))
            self.pause = button(say.PAUSE, lambda: rooms.pause(room, True, who))
            self.resume = button(say.RESUME, lambda: rooms.pause(room, False, who))
            self.mute = button(say.MUTE, lambda: rooms.mute(room, True, who), plain=True)
            self.unmute = button(say.UNMUTE, lambda: rooms.mute(room, False, who), plain=True)
            self.agents: dict[str, tuple[ui.button, ui.button]] = {}
            for seat in room.setup.persons:
                named = say.seat(seat)
                self.agents[seat] = (
                    button(say.AGENT_PLAYS.format(seat=named), partial(self.stand_in, seat),
                           plain=True),
                    button(say.GIVE_BACK.format(seat=named), partial(self.give_back, seat),
                           plain=True),
                )  # fmt: skip
                words = say.FREE_SEAT.format(seat=named)
                button(words, lambda seat=seat: self.free(seat), plain=True)
        named = called(rooms, room)
        asked = (
            (say.END_GAME, say.END_ASK, lambda: rooms.end(room, who)),
            (say.REVEAL, say.REVEAL_ASK, lambda: rooms.reveal(room, who)),
            (say.CLOSE_ROOM, say.CLOSE_ROOM_ASK, self.close),
        )
        with ui.element("div").classes("choices"):
            for words, question, do in asked:
                asking(words, question.format(room=named), do)
        ui.link(say.DEBRIEF.format(room=named), f"/debrief/{room.code}")
        paragraph(f"{say.CODE}: {shown_code(room.code)}", "help")
        with ui.element("div").classes("flow"):
            self.sides = {}
            for seat in SEATS:
                with panel(say.seat(seat)):
                    self.sides[seat] = html("")
            with panel(say.STORY):
                self.calendar = html("")
                self.story = html("")
            with panel(say.SAID):
                self.said = html("")

    async def stand_in(self, seat: str) -> None:
        """Let an agent play a seat, and say so."""
        await self.site.rooms.stand_in(self.room, seat, self.who)
        toast(say.AGENT_NOW.format(seat=say.seat(seat)))

    async def give_back(self, seat: str) -> None:
        """Let the agent play a seat no more, and say so."""
        await self.site.rooms.give_back(self.room, seat, self.who)
        toast(say.GIVEN_BACK.format(seat=say.seat(seat)))

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
        self.state.text = f"{players(room)} · {state(room)}"
        self.advice.text = ""
        if question is not None:
            advice = say.advice(question.kind, game.advice)
            self.advice.text = say.ADVICE.format(
                seat=say.seat(question.seat), advice=f"{say.KINDS[question.kind]}: {advice}"
            )
        self.begin.visible = not (room.begun or room.over)
        self.pause.visible = not (room.paused or room.over)
        self.resume.visible = room.paused and not room.over
        self.mute.visible, self.unmute.visible = not room.muted, room.muted
        for seat, (begins, ends) in self.agents.items():
            begins.visible, ends.visible = seat not in room.stand_ins, seat in room.stand_ins
        for seat, part in self.sides.items():
            part.content = render.mine(view(game, seat)["mine"])
        start = room.setup.cell.scenario.start.isoformat()
        entries = revealed(game)
        self.story.content = render.story(entries, start)
        self.said.content = render.said(room.said, start)
        self.calendar.content = render.calendar(entries, game.days, game.day)
