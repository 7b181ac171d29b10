"""Who sits where: how seats are taken and come back to, and what a study asks there; knows no web.

What is done from a seat is in ``rooms``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from sim.app import strings as say
from sim.app.classes import Classes, set_room, unbroken
from sim.app.keys import Visitor, shown_code, tidy_key
from sim.app.research import LONGEST_ANSWER, Study, export, study_of
from sim.app.room import Class, Room, RoomError
from sim.app.tables import Add, Drop
from sim.app.typed import tidy_name


class Seating(Classes):
    """All classes and rooms of a server, and who sits in them."""

    # --- taking a seat ------------------------------------------------------------------------

    @unbroken
    async def take_seat(
        self, room: Room, seat: str, name: str, visitor: Visitor, consents: bool = False
    ) -> None:
        """Give a free seat to a person, whose browser keeps it.

        Raises
        ------
        RoomError
            If the seat is taken or not for a person, or the name is invalid.
        NotStored
            If it cannot be stored.
        """
        if seat not in room.setup.persons:
            raise RoomError(say.NO_SUCH_SEAT.format(seat=say.seat(seat)))
        async with room.turn:
            self._must_be(room)
            if seat in room.seats:
                holder = room.seats[seat].name
                raise RoomError(say.SEAT_TAKEN.format(seat=say.seat(seat), name=holder))
            tidy = self._called(room, name)
            if not self.makes.allows(f"seat {visitor.place}"):
                raise RoomError(say.TOO_OFTEN)
            taken, added = self._taken(room, seat, tidy, visitor, consents)
            stand_ins = room.stand_ins - {seat}
            await self.writer.write(
                added, set_room(room, touched=time.time(), stand_ins=" ".join(sorted(stand_ins)))
            )
            room.seats[seat] = taken
            room.stand_ins = stand_ins
            room.asked_at = time.monotonic()
        self._used(room)

    @unbroken
    async def join(
        self, class_: Class, name: str, visitor: Visitor, consents: bool = False
    ) -> tuple[Room, str]:
        """Give somebody the next seat of a class, or the one that the browser holds already."""
        async with class_.turn:
            held = self.seat_in(class_, visitor)
            if held is not None:
                return held
            room, seat = self.seat_for(class_, "" if class_.study else tidy_name(name))
            await self.take_seat(room, seat, name, visitor, consents)
        class_.changed()
        return room, seat

    def return_key(self, room: Room, seat: str, visitor: Visitor) -> str:
        """The key with which a seat's holder can come back from elsewhere."""
        self.must_hold(room, seat, visitor)
        taken = room.seats[seat]
        return shown_code(self._key(room.owner(seat), taken.key, taken.salt, visitor) or "")

    @unbroken
    async def come_back(self, room: Room, seat: str, key: str, visitor: Visitor) -> None:
        """Let a visitor's browser into a seat with its return key; misses are bounded."""
        owner, refusal = room.owner(seat), say.WRONG_SEAT_KEY.format(seat=say.seat(seat))
        typed = tidy_key(key)

        def opens() -> bool:
            taken = room.seats.get(seat)
            return taken is not None and self._opens(owner, taken.key, typed)

        async with room.turn:
            self._attempt(self.attempts, visitor, opens, refusal)
            await self._let_in(owner, visitor.key(owner, room.seats[seat].salt))

    @unbroken
    async def come_back_by_key(
        self, key: str, visitor: Visitor, class_: Class | None = None
    ) -> tuple[Room, str]:
        """Let a visitor's browser into the seat that a return key opens, of one class or of all."""
        found: list[tuple[Room, str]] = []
        typed = tidy_key(key)

        def opens() -> bool:
            rooms = self.rooms.values() if class_ is None else self.of_class(class_.number)
            found.extend(
                (room, seat) for room in rooms for seat, taken in room.seats.items()
                if self._opens(room.owner(seat), taken.key, typed)
            )  # fmt: skip
            return bool(found)

        self._attempt(self.attempts, visitor, opens, say.WRONG_RETURN_KEY)
        room, seat = found[0]
        await self.come_back(room, seat, key, visitor)
        return room, seat

    # --- what a study asks ----------------------------------------------------------------------

    @unbroken
    async def answer(
        self, room: Room, seat: str, when: str, words: Sequence[str], visitor: Visitor
    ) -> None:
        """Keep answers to the questions of a study; later ones take the place of earlier ones."""
        study = self.study(room)
        if study is None or len(words) != len(study.asked(when)):
            raise RoomError(say.NOT_ASKED)
        async with room.turn:
            self.must_hold(room, seat, visitor)
            if max(map(len, words), default=0) > LONGEST_ANSWER:
                raise RoomError(say.ANSWER_TOO_LONG.format(most=LONGEST_ANSWER))
            if not self.speaks.allows(f"answers {room.owner(seat)}"):
                raise RoomError(say.TOO_OFTEN)
            of = {"room": room.code, "seat": seat, "time": when}
            now = time.time()
            await self.writer.write(
                Drop("answers", of),
                *(Add("answers", of | {"number": k, "words": given.strip(), "at": now})
                  for k, given in enumerate(words)),
            )  # fmt: skip
        self._used(room)

    def study(self, room: Room) -> Study | None:
        """The study that a room is part of, if any."""
        return next((study_of(class_.study) for class_ in self.classes_of(room)), None)

    def answered(self, room: Room, seat: str, when: str) -> bool:
        """Whether a seat has answered before, or after."""
        return bool(self.store.rows("answers", room=room.code, seat=seat, time=when))

    def exported(self, class_: Class, visitor: Visitor) -> bytes:
        """What may be exported of a study, for its teacher."""
        self.must_teach(class_.number, visitor)
        study = study_of(class_.study)
        if study is None:
            raise RoomError(say.NO_STUDY)
        return export(study, [
            (room, self.store.rows("moves", room=room.code),
             self.store.rows("answers", room=room.code))
            for room in self.of_class(class_.number)
        ])  # fmt: skip

    def _must_be(self, room: Room) -> None:
        """Refuse a room that was closed meanwhile."""
        if self.rooms.get(room.code) is not room:
            raise RoomError(say.ROOM_CLOSED)

    def _used(self, room: Room) -> None:
        room.touched = room.idle_since = time.time()
        room.changed()
