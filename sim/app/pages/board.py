"""The projector page: how to join, and who sits where. Nothing on it is secret.

Only the class's teacher can open it, so that a code on a wall opens seats and no more. It never
shows a key, nor anything of a game.
"""

from __future__ import annotations

from html import escape

from nicegui import ui

from sim.app import qr, render
from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.room import Class, Room
from sim.app.site import Private, Site, html, of_class, panel, paragraph, phase_of, visitor
from sim.app.standing import sits


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/board/{code}", title=say.BOARD)
    def board(code: str) -> None:
        of_class(site, code, say.BOARD_TITLE, Board)


class Board:
    """The page, as long as the class is open in the browser that shows it."""

    def __init__(self, site: Site, class_: Class) -> None:
        self.site, self.class_ = site, class_
        who = visitor()
        self.part = Private(lambda: site.rooms.teaches(class_.number, who), say.CLASS_LOST)
        with self.part.body, ui.element("div").classes("grid board") as self.grid:
            listed = site.rooms.kept_names(class_) and not class_.study
            with panel(say.BOARD_HELP_LIST if listed else say.BOARD_HELP, extra="join"):
                address = f"{site.address}/c/{class_.code}"
                letters = f"--letters: {len(address)}"
                html(f'<p class="address" style="{letters}">{escape(address)}</p>')
                html(qr.code(address))
                paragraph(f"{say.CODE}: {shown_code(class_.code)}", "big")
            with panel(say.ROOM_LIST, extra="rooms"):
                self.phase = ui.label().classes("big clock").props('role="timer"')
                self.notice = ui.label().classes("notice").props('role="status"')
                self.count = ui.label()
                paragraph(say.BOARD_KEY, "help")
                self.seats = html("")
        self.show()
        ui.timer(1.0, self.again)

    def again(self) -> None:
        """Show how things stand, if they may still be shown."""
        if self.part.open():
            self.show()

    def show(self) -> None:
        """Show who sits where; once games are played the clock and the message are largest."""
        rooms = self.site.rooms.of_class(self.class_.number)
        taken = [seat for room in rooms for seat in room.seats.values()]
        playing = any(room.begun for room in rooms)
        self.grid.classes(add="playing" if playing else "", remove="" if playing else "playing")
        seats = sum(len(room.setup.persons) for room in rooms)
        ready = sum(_ready(room, seat) for room in rooms for seat in room.seats)
        self.phase.text = phase_of(self.class_)
        self.notice.text = self.class_.notice
        self.count.text = say.SEATED.format(seated=len(taken), seats=seats, ready=ready)
        persons = list(dict.fromkeys(seat for room in rooms for seat in room.setup.persons))
        rows = [
            (str(number), *(_sits(room, seat) for seat in persons))
            for number, room in enumerate(rooms, start=1)
        ]
        heads = (say.BOARD_COLUMNS_ROOM, *map(say.seat, persons))
        self.seats.content = render.table(rows, heads)


def _sits(room: Room, seat: str) -> str:
    """Who sits in a seat, has it reserved, or plays it."""
    if seat in room.seats and seat not in room.stand_ins:
        name = room.seats[seat].name
        return say.READY_MARK.format(name=name) if _ready(room, seat) else name
    return sits(room, seat)


def _ready(room: Room, seat: str) -> bool:
    """Whether a seat's holder is ready, or came when nobody waited for that any more."""
    return room.seats[seat].ready or room.begun
