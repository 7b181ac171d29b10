"""What is done in rooms: moves, words, the clock and the teacher; knows no web.

Everything here runs in one thread, and the store writes in another. A change is stored before it is
made, one after the other in each room; what cannot be stored has not happened. Every action asks
again whether its visitor holds the seat or teaches the class.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sim.app import strings as say
from sim.app.classes import room_gone, set_room, unbroken
from sim.app.keys import Visitor
from sim.app.room import (
    ALONE,
    CLOCK,
    PERSON,
    PHASES,
    STAND_IN,
    Class,
    Room,
    RoomError,
    move_row,
)
from sim.app.seating import Seating
from sim.app.store import NotStored, Store
from sim.app.tables import Add, Drop, Set
from sim.app.typed import tidy_words
from sim.app.words import MOST, PRESS, WITH_MOVES, Message, channels, may_press
from sim.config import PARTIES, ConfigError
from sim.game import MEDIATORS, Move

EXPIRES = 7 * 86_400.0  # seconds without use after which a room is forgotten
ALONE_EXPIRES = 86_400.0  # the same for who plays alone, and for a class without rooms
EMPTY_EXPIRES = 3_000.0  # the same for a room that was not used; with the interval, an hour

log = logging.getLogger(__name__)


class Rooms(Seating):
    """All rooms and classes of a server, and what is done in them."""

    def __init__(self, store: Store, word: str | None = None) -> None:
        super().__init__(store, word)
        self._told = (store.trouble, len(store.notices))

    # --- all rooms of a class -----------------------------------------------------------------

    @unbroken
    async def set_phase(self, class_: Class, phase: str, minutes: int, visitor: Visitor) -> None:
        """Begin a phase with a clock of so many minutes, 0 for none; decisions are for rounds."""
        if phase not in PHASES:
            raise RoomError(say.NO_SUCH_PHASE)
        until = time.time() + 60.0 * minutes if minutes else 0.0
        await self._set_class(class_, visitor, phase=phase, until=until, stopped=0.0)
        for room in self.of_class(class_.number):
            await self.pause(room, phase in ("prepare", "between"), visitor)

    @unbroken
    async def pause_all(self, class_: Class, paused: bool, visitor: Visitor) -> None:
        """Stop or resume all rooms of a class, and the clock of its phase with them."""
        left = class_.clock()
        if left and paused:
            await self._set_class(class_, visitor, stopped=left)
        elif left and class_.stopped:
            await self._set_class(class_, visitor, until=time.time() + left, stopped=0.0)
        for room in self.of_class(class_.number):
            await self.pause(room, paused, visitor)

    # --- before the first decision ------------------------------------------------------------

    @unbroken
    async def stand_in_for_absent(self, class_: Class, visitor: Visitor) -> int:
        """Let agents play free seats of rooms where somebody sits; return how many began to."""
        filled = 0
        for room in self.of_class(class_.number):
            for seat in room.open_seats if room.seats and not room.over else ():
                filled += seat not in room.stand_ins
                await self.stand_in(room, seat, visitor)
        return filled

    @unbroken
    async def be_ready(self, room: Room, seat: str, visitor: Visitor) -> None:
        """Note that who sits in a seat has read the brief; the last one opens the decisions."""
        if not self.moves.allows(room.owner(seat)):
            raise RoomError(say.TOO_OFTEN)
        async with room.turn:
            self.must_hold(room, seat, visitor)
            starts = set(room.waits_for) <= {seat}
            await self.writer.write(
                Set("seats", {"room": room.code, "seat": seat}, {"ready": 1}),
                set_room(room, touched=time.time(), started=int(room.started or starts)),
            )
            room.seats[seat] = replace(room.seats[seat], ready=True)
            await self._start(room, starts)
        self._used(room)

    async def _start(self, room: Room, starts: bool) -> None:
        """Open the decisions of a room, once that is stored."""
        if starts and not room.started:
            room.started = True
            room.asked_at = time.monotonic()
        await self._stand_in(room)

    # --- moves --------------------------------------------------------------------------------

    @unbroken
    async def play(
        self, room: Room, seat: str, turn: int, kind: str, value: Any, visitor: Visitor,
        words: str = "",
    ) -> None:  # fmt: skip
        """Make a person's move, with words to who sits at the table, or to the press.

        Raises
        ------
        RoomError, MoveError
            If the visitor does not hold the seat, the room is paused or the move not allowed.
        NotStored
            If the move cannot be stored. Nothing has changed in either case.
        """
        self.must_hold(room, seat, visitor)
        if not self.moves.allows(room.owner(seat)):
            raise RoomError(say.TOO_OFTEN)
        async with room.turn:
            self.must_hold(room, seat, visitor)
            if room.broken:
                raise RoomError(room.broken)
            if room.ended:
                raise RoomError(say.ENDED_BY_TEACHER)
            if not room.begun:
                raise RoomError(say.NOT_BEGUN)
            if room.paused:
                raise RoomError(say.PAUSED)
            move, said = room.game.check(seat, kind, value, turn), None
            if words.strip() and kind in WITH_MOVES:
                said = self._message(room, seat, WITH_MOVES[kind], words, turn)
            await self._make(room, move, PERSON, said)
            await self._stand_in(room)
        self._used(room)

    @unbroken
    async def speak(self, room: Room, seat: str, to: str, words: str, visitor: Visitor) -> None:
        """Say something without a move: to the press, or in a side's channel with the mediators."""
        async with room.turn:
            self.must_hold(room, seat, visitor)
            if room.over or not room.begun:
                raise RoomError(say.NOT_NOW)
            if to == PRESS:
                if not may_press(room.said, seat, room.rounds_over):
                    raise RoomError(say.PRESS_ONCE)
            elif to not in channels(seat) or to not in PARTIES or MEDIATORS not in room.seats:
                raise RoomError(say.NO_CHANNEL)
            said = self._message(room, seat, to, words, None)
            await self.writer.write(
                Add("messages", said.row(room.code)), set_room(room, touched=said.at)
            )
            room.said.append(said)
        self._used(room)

    def _message(self, room: Room, seat: str, to: str, words: str, turn: int | None) -> Message:
        """A message that is not stored yet; refuse one that may not be sent."""
        if room.muted:
            raise RoomError(say.MUTED)
        tidy = tidy_words(words)
        if len(room.said) >= MOST:
            raise RoomError(say.TOO_MANY_WORDS.format(most=MOST))
        if not self.speaks.allows(room.owner(seat)):
            raise RoomError(say.TOO_OFTEN)
        number = 1 + max((m.number for m in room.said), default=-1)
        return Message(number, room.game.day, room.rounds_over, seat, to, tidy, turn, time.time())

    async def _make(self, room: Room, move: Move, by: str, said: Message | None = None) -> None:
        """Store a move that was checked and what was said with it, then make it."""
        number, now = len(room.made_by), time.time()
        spoken = [Add("messages", said.row(room.code))] if said is not None else []
        await self.writer.write(
            Add("moves", move_row(room, number, move, by, now)),
            *spoken,
            set_room(room, touched=now),
        )
        if said is not None:
            room.said.append(said)
        try:
            room.game.make(move)
        except Exception:
            log.exception("room %s failed at move %d", room.code, number)
            room.broken = say.ROOM_BROKEN
            room.changed()
            raise RoomError(room.broken) from None
        room.made_by.append(by)
        room.asked_at = time.monotonic()

    async def _stand_in(self, room: Room) -> None:
        """Let agents decide for seats they stand in for; what cannot be stored is tried again."""
        try:
            while room.stands_in:
                await self._make(room, self._advised(room), STAND_IN)
        except NotStored:
            return

    def _advised(self, room: Room) -> Move:
        question = room.game.question
        assert question is not None
        return room.game.check(question.seat, question.kind, room.game.advice)

    async def tick(self) -> None:
        """Let agents decide where time is up or they stand in; call every second."""
        due = [room for room in self.rooms.values() if _due(room)]
        await asyncio.gather(*(self._decide(room) for room in due))

    @unbroken
    async def _decide(self, room: Room) -> None:
        async with room.turn:
            if self.rooms.get(room.code) is not room or not _due(room):
                return  # closed, or decided by somebody else meanwhile
            try:
                if room.left() == 0.0:
                    await self._make(room, self._advised(room), CLOCK)
                await self._stand_in(room)
            except NotStored:
                return  # the next tick tries again
            except ConfigError as error:
                log.warning("room %s: the clock could not decide: %s", room.code, error)
        self._used(room)

    # --- the teacher --------------------------------------------------------------------------

    @unbroken
    async def pause(self, room: Room, paused: bool, visitor: Visitor) -> None:
        """Stop or resume a room."""
        await self._change(room, visitor, paused=paused)

    @unbroken
    async def mute(self, room: Room, muted: bool, visitor: Visitor) -> None:
        """Let nobody in a room say anything, or let them again."""
        await self._change(room, visitor, muted=muted)

    @unbroken
    async def start(self, room: Room, visitor: Visitor) -> None:
        """Open the decisions of a room that is not full or not ready."""
        async with room.turn:
            await self._set(room, visitor, started=1)
            await self._start(room, starts=True)
        self._used(room)

    @unbroken
    async def end(self, room: Room, visitor: Visitor) -> None:
        """Take no more decisions in a room."""
        await self._change(room, visitor, ended=True)

    @unbroken
    async def reveal(self, room: Room, visitor: Visitor) -> None:
        """Let players see everything from now on, which ends their game."""
        await self._change(room, visitor, revealed=True, ended=True)

    @unbroken
    async def stand_in(self, room: Room, seat: str, visitor: Visitor) -> None:
        """Let the agent play a seat for now, whoever holds it."""
        async with room.turn:
            stand_ins = (room.stand_ins | {seat}) & set(room.setup.persons)
            starts = set(room.waits_for) <= {seat} and bool(room.seats)
            await self._set(
                room, visitor, stand_ins=" ".join(sorted(stand_ins)),
                started=int(room.started or starts),
            )  # fmt: skip
            room.stand_ins = stand_ins
            await self._start(room, starts)
        self._used(room)

    @unbroken
    async def give_back(self, room: Room, seat: str, visitor: Visitor) -> None:
        """Let the agent play a seat no more: its holder may ask for that, or the teacher."""
        async with room.turn:
            self._must_be(room)
            if not self.holds(room, seat, visitor):
                self.must_teach(room.class_, visitor)
            elif not self.moves.allows(room.owner(seat)):
                raise RoomError(say.TOO_OFTEN)
            stand_ins = room.stand_ins - {seat}
            await self.writer.write(
                set_room(room, touched=time.time(), stand_ins=" ".join(sorted(stand_ins)))
            )
            room.stand_ins = stand_ins
            room.asked_at = time.monotonic()
        self._used(room)

    @unbroken
    async def free(self, room: Room, seat: str, visitor: Visitor) -> None:
        """Take a seat back, so that another person can have it."""
        self.must_teach(room.class_, visitor)
        async with room.turn:
            await self.writer.write(
                Drop("seats", {"room": room.code, "seat": seat}),
                Drop("answers", {"room": room.code, "seat": seat}),
                Drop("devices", {"owner": room.owner(seat)}),
            )
            room.seats.pop(seat, None)
            self.devices.pop(room.owner(seat), None)
        self._used(room)

    async def _change(self, room: Room, visitor: Visitor, **values: bool) -> None:
        async with room.turn:
            await self._set(room, visitor, **values)
            for name, value in values.items():
                setattr(room, name, value)
            if "paused" in values:
                room.asked_at = time.monotonic()
        self._used(room)

    async def _set(self, room: Room, visitor: Visitor, **values: Any) -> None:
        self.must_teach(room.class_, visitor)
        self._must_be(room)
        await self.writer.write(set_room(room, touched=time.time(), **values))

    # --- looking after --------------------------------------------------------------------------

    async def look(self) -> None:
        """Check the file, and tell everybody who watches if something happened to it."""
        with suppress(NotStored):  # which the store logs
            await self.writer.look()
        told = (self.store.trouble, len(self.store.notices))
        if told != self._told:
            self._told = told
            self._tell([*self.classes.values(), *self.rooms.values()])

    @unbroken
    async def expire(self, now: float | None = None) -> None:
        """Forget rooms that nobody has used for long, and classes without rooms."""
        now = time.time() if now is None else now
        try:
            for room in list(self.rooms.values()):
                await self._expire(room, now)
            for class_ in list(self.classes.values()):
                bare = not self.of_class(class_.number) and not class_.unopened
                if bare and not class_.listeners and now - class_.created > ALONE_EXPIRES:
                    await self._forget_class(class_, [])
        except NotStored as error:
            log.warning("nothing more is forgotten now: %s", error)

    async def _expire(self, room: Room, now: float) -> None:
        class_ = self.classes.get(room.class_)
        if room.listeners or (class_ is not None and class_.listeners):
            room.idle_since = now
        elif _expired(room, now):
            async with room.turn:
                if _expired(room, now):  # still
                    await self.writer.write(*room_gone(room))
                    self._forget([room])


def _due(room: Room) -> bool:
    """Whether an agent has to decide in a room."""
    return not room.broken and (room.left() == 0.0 or (room.stands_in and not room.paused))


def _expired(room: Room, now: float) -> bool:
    if room.unused:
        return now - room.idle_since > EMPTY_EXPIRES
    longest = ALONE_EXPIRES if room.class_ == ALONE else EXPIRES
    return now - room.touched > longest
