"""The teacher's desk: a class with all its rooms, its phases, its results and its key."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from sim.app import choices, render
from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.room import Class
from sim.app.sheet import sheet
from sim.app.site import (
    Private,
    Site,
    asking,
    button,
    choice,
    html,
    new_window,
    panel,
    paragraph,
    phase_of,
    sure,
    toast,
    visitor,
    warnings_of,
)
from sim.app.standing import players, rows, state
from sim.app.words import LONGEST

LONGEST_PHASE = 180  # minutes
LONGEST_NOTICE = 20_000  # characters of a message as typed; its length is checked where it is kept
ONLY_EXPORTED = (  # columns of results that the page has no room for
    "room", "deal", "messages", "agents_in_force", "better", "better_pakistan",
    "better_afghan_taliban",
)  # fmt: skip


def lesson() -> None:
    """The plan of a lesson, in short."""
    paragraph(say.LESSON_HELP, "help")
    html(render.table(say.LESSON_PLAN, say.LESSON_COLUMNS))


class Desk:
    """A class as its teacher sees it, as long as it is open on this device.

    ``gone`` is called once it is closed here.
    """

    def __init__(self, site: Site, class_: Class, gone: Callable[[], None]) -> None:
        self.site, self.who, self.class_, self.gone = site, visitor(), class_, gone
        self.part = Private(
            lambda: self.site.rooms.teaches(class_.number, self.who), say.CLASS_LOST
        )
        with self.part.body:
            self.warnings = html("")
            paragraph(say.CLASS.format(title=class_.title))
            address = f"{self.site.address}/c/{class_.code}"
            paragraph(say.JOIN_AT.format(address=address, code=shown_code(class_.code)), "no-print")
            with ui.element("div").classes("choices no-print"):
                new_window(say.BOARD, f"/board/{class_.code}")
                new_window(say.PICTURE, f"/picture/{class_.code}")
            self._build()
            self.show()
            ui.timer(2.0, self.again)
        self.part.watch([class_], self.show)

    def _build(self) -> None:
        with panel(say.ROOM_LIST):
            paragraph(say.ROOMS_HELP, "help no-print")
            self.table = html("")
            with ui.element("div").classes("choices"):
                self.pauses = button(say.PAUSE_ALL, lambda: self.pause(True))
                self.resumes = button(say.RESUME_ALL, lambda: self.pause(False))
                button(say.ABSENTEES, self.fill, plain=True)
                button(say.ADD_ROOM, self.add_room, plain=True)
                button(say.BEGIN_ALL, lambda: self.each(self.site.rooms.start), plain=True)
            with ui.element("div").classes("choices"):
                self.mutes = button(say.MUTE_ALL, lambda: self.each(self._mute(True)), plain=True)
                self.unmutes = button(
                    say.UNMUTE_ALL, lambda: self.each(self._mute(False)), plain=True
                )
                rooms = self.site.rooms
                asking(say.END_ALL, say.END_ALL_ASK, lambda: self.each(rooms.end))
                self.reveals = asking(
                    say.REVEAL_ALL, say.REVEAL_ALL_ASK, lambda: self.each(rooms.reveal)
                )
        with ui.element("div").classes("grid no-print"):
            self._phase()
            self._notice()
        with panel(say.RESULTS):
            self.results = html("")
            with ui.element("div").classes("choices"):
                button(say.EXPORT, self.export)
                if self.class_.study:
                    button(say.EXPORT_STUDY, self.export_study)
                button(say.PRINT, lambda: ui.run_javascript("window.print()"), plain=True)
        with ui.expansion(say.LESSON).classes("panel no-print"):
            lesson()
        self.key_help = ui.label().classes("no-print")
        self.key = ui.label().classes("key-text")
        with ui.element("div").classes("choices"):
            button(say.SHOW_KEY, self.show_key, plain=True)
            button(say.FORGET, self.ask_leave, plain=True)
            question = say.CLOSE_CLASS_ASK.format(title=self.class_.title)
            asking(say.CLOSE_CLASS, question, self.close)

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
                await tell(self.class_, choices.text(words.value, LONGEST_NOTICE), self.who)
                words.value = ""

            with ui.element("div").classes("choices"):
                button(say.TELL_ALL, show)
                button(say.CLEAR_NOTICE, lambda: tell(self.class_, "", self.who), plain=True)

    async def pause(self, paused: bool) -> None:
        """Stop or resume all rooms, and the clock."""
        await self.site.rooms.pause_all(self.class_, paused, self.who)
        self.again()

    def _mute(self, muted: bool) -> Any:
        return lambda room, who: self.site.rooms.mute(room, muted, who)

    async def each(self, do: Any) -> None:
        """Do something in every room."""
        for room in self.site.rooms.of_class(self.class_.number):
            await do(room, self.who)
        self.again()

    async def fill(self) -> None:
        """Let agents play for who has not come."""
        filled = await self.site.rooms.stand_in_for_absent(self.class_, self.who)
        toast(say.AGENTS_NOW.get(filled, say.AGENTS_NOW_MANY.format(number=filled)))
        self.again()

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
        self.told.text = self.class_.notice
        self.table.content = render.table(
            [
                (
                    render.Link(say.ROOM_NUMBER.format(number=number), f"/watch/{room.code}"),
                    players(room),
                    state(room),
                )
                for number, room in enumerate(rooms, start=1)
            ]
        )
        over = [room for room in rooms if room.over]
        self.clock.text = "" if rooms and len(over) == len(rooms) else phase_of(self.class_)
        paused = [room.paused for room in rooms if not room.over]
        self.pauses.visible, self.resumes.visible = not all(paused), any(paused)
        due = bool(rooms) and not paused and not all(room.told for room in rooms)
        self.reveals.classes(add="go" if due else "plain", remove="plain" if due else "go")
        muted = [room.muted for room in rooms]
        self.mutes.visible, self.unmutes.visible = not all(muted), any(muted)
        shown = [name for name in say.RESULT_COLUMNS if name not in ONLY_EXPORTED]
        words = [[str(row[name]) for name in shown] for row in rows(rooms)]
        explained = f'<p class="help">{escape(say.RESULTS_HELP)}</p>'
        self.results.content = (
            render.table(words, [say.RESULT_COLUMNS[name] for name in shown]) + explained
            if over
            else f"<p>{escape(say.RESULTS_EMPTY)}</p>"
        )

    def export(self) -> None:
        """Hand out the results of all rooms."""
        if self.part.open():
            rooms = self.site.rooms.of_class(self.class_.number)
            table = sheet(say.RESULT_COLUMNS, rows(rooms, whole=True))
            ui.download.content(table, "class.csv")

    def export_study(self) -> None:
        """Hand out what may be exported of a study."""
        if self.part.open():
            found = self.site.rooms.exported(self.class_, self.who)
            ui.download.content(found, "study.zip")

    def ask_leave(self) -> None:
        """Show the key, without which nobody comes back, and ask before closing it here."""
        if self.part.open():
            key = self.site.rooms.teachers_key(self.class_, self.who)
            sure(say.FORGET_ASK.format(title=self.class_.title), say.FORGET, self.leave, key)

    async def leave(self) -> None:
        """Close the class on this device."""
        await self.site.rooms.leave_class(self.class_.number, self.who)
        self.gone()

    async def close(self) -> None:
        """Close the class for everybody."""
        await self.site.rooms.close_class(self.class_.number, self.who)
        self.gone()
