"""The projector page: how to join and who sits where, then how far games are; nothing is secret.

Only the class's teacher can open it, so that a code on a wall opens seats and no more. It never
shows a key, nor anything of a game.
"""

from __future__ import annotations

from html import escape

import segno
from nicegui import ui

from sim.app import render
from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.room import Class, Room
from sim.app.site import Private, Site, html, of_class, panel, paragraph, phase_of, visitor
from sim.app.standing import progress, sits
from sim.game.views import public


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/board/{code}", title=say.BOARD)
    def board(code: str) -> None:
        of_class(site, code, say.CLASS, Board)


class Board:
    """The page, as long as the class is open in the browser that shows it."""

    def __init__(self, site: Site, class_: Class) -> None:
        self.site, self.class_ = site, class_
        who = visitor()
        self.part = Private(lambda: site.rooms.teaches(class_.number, who), say.CLASS_LOST)
        address = f"{site.address}/c/{class_.code}"
        with self.part.body, ui.element("div").classes("grid board") as self.grid:
            listed = site.rooms.kept_names(class_) and not class_.study
            with panel(
                say.BOARD_HELP_LIST if listed else say.BOARD_HELP, extra="join"
            ) as self.joining:
                letters = f"--letters: {len(address)}"
                html(f'<p class="address" style="{letters}">{escape(address)}</p>')
                html(_qr_code(address))
                paragraph(f"{say.CODE}: {shown_code(class_.code)}", "big")
            with panel(say.ROOM_LIST, extra="rooms"):
                self.phase = ui.label().classes("big clock").props('role="timer"')
                self.notice = ui.label().classes("notice").props('role="status"')
                self.count = ui.label().classes("count")
                self.key = paragraph(say.BOARD_KEY, "help")
                self.seats = html("")
                self.late = paragraph(say.COMES_LATE.format(address=address), "help late")
        self.show()
        ui.timer(1.0, self.show)

    def show(self) -> None:
        """Show who sits where, and once games are played how far they are, if that may be seen."""
        if not self.part.open():
            return
        rooms = self.site.rooms.of_class(self.class_.number)
        over = bool(rooms) and all(room.over for room in rooms)
        playing = over or self._playing(rooms)
        self.grid.classes(add="playing" if playing else "", remove="" if playing else "playing")
        self.phase.text = "" if over else phase_of(self.class_)
        self.notice.text = self.class_.notice
        waited_for = not all(room.complete for room in rooms)
        self.joining.visible, self.key.visible = not playing, not playing or waited_for
        self.late.visible = playing and not over
        self.count.text = _doing(rooms) if playing else _seated(rooms)
        persons = list(dict.fromkeys(seat for room in rooms for seat in room.setup.persons))
        rows = [
            (str(number), *(_sits(room, seat, playing) for seat in persons),
             *([progress(room)] if playing else []))
            for number, room in enumerate(rooms, start=1)
        ]  # fmt: skip
        heads = (say.BOARD_COLUMNS_ROOM, *map(say.seat, persons))
        self.seats.content = render.table(rows, (*heads, say.GAME) if playing else heads)

    def _playing(self, rooms: list[Room]) -> bool:
        """Whether games are played and nobody is waited for at the door any more."""
        here = self.class_.phase in ("round", "between") or all(room.complete for room in rooms)
        return here and any(room.begun for room in rooms)


def _qr_code(address: str) -> str:
    """The code of an address as inline SVG: black on white, whatever the page's colours."""
    drawn = segno.make(address, error="m").svg_inline(
        border=4, dark="#000000", light="#ffffff", omitsize=True, svgclass="qr", lineclass=None
    )
    label = escape(say.QR_LABEL.format(address=address), quote=True)
    return f'<div class="qr-box" role="img" aria-label="{label}">{drawn}</div>'


def _seated(rooms: list[Room]) -> str:
    """How many seats are taken, and who is ready."""
    seats = sum(len(room.setup.persons) for room in rooms)
    ready = sum(_ready(room, seat) for room in rooms for seat in room.seats)
    taken = sum(len(room.seats) for room in rooms)
    return say.SEATED.format(seated=taken, seats=seats, ready=ready)


def _doing(rooms: list[Room]) -> str:
    """How many games are under way, have a deal in force, and a ceasefire that holds."""
    begun = [room for room in rooms if room.begun]
    known = [public(room.game) for room in begun]
    return say.DOING.format(
        rooms=len(rooms), playing=sum(not room.over for room in begun),
        deals=sum(one["deal"] is not None for one in known),
        hold=sum(not one["ceasefire"]["collapse"]["day"] for one in known),
    )  # fmt: skip


def _sits(room: Room, seat: str, playing: bool) -> str:
    """Who sits in a seat, has it reserved, or plays it; before play whether they are ready."""
    if seat in room.seats and seat not in room.stand_ins:
        name = room.seats[seat].name
        marked = _ready(room, seat) and not playing
        return say.READY_MARK.format(name=name) if marked else name
    return sits(room, seat)


def _ready(room: Room, seat: str) -> bool:
    """Whether a seat's holder is ready, or came when nobody waited for that any more."""
    return room.seats[seat].ready or room.begun
