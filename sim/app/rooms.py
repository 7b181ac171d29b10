"""What is done in rooms: seats, moves, the clock and the teacher; knows no web.

Everything here runs in one thread, and the store writes in another. A change is stored before it is
made, one after the other in each room; what cannot be stored has not happened. Every action asks
again whether its visitor holds the seat or teaches the class.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sim.app import strings as say
from sim.app.keys import Visitor, digest, new_code, new_key
from sim.app.register import Register
from sim.app.research import LONGEST_ANSWER, Study, export, pseudonym, study_of
from sim.app.room import (
    ALONE,
    CLOCK,
    DEADLINES,
    PERSON,
    PHASES,
    STAND_IN,
    Class,
    Room,
    RoomError,
    Seat,
    Watched,
    move_row,
    room_row,
)
from sim.app.store import Add, Change, Drop, NotStored, Set, Store
from sim.app.words import LONGEST, MOST, PRESS, WITH_MOVES, Message, channels, may_press
from sim.app.writer import Writer
from sim.config import PARTIES, ConfigError
from sim.game import MEDIATORS, Game, Move, Setup

LONGEST_NAME = 40
EXPIRES = 7 * 86_400.0  # seconds without use after which a room is forgotten
ALONE_EXPIRES = 86_400.0  # the same for who plays alone, and for a class without rooms
EMPTY_EXPIRES = 3_000.0  # the same for a room that was not used; with the interval, an hour

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


def tidy_name(name: str) -> str:
    """A person's name, printable and not empty, or say what is wrong."""
    if len(name) > LONGEST_NAME:
        raise RoomError(say.NAME_TOO_LONG.format(length=len(name), most=LONGEST_NAME))
    tidy = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not tidy:
        raise RoomError(say.NAME_EMPTY)
    return tidy


def tidy_words(words: str) -> str:
    """What somebody writes to others, printable and not empty, or say what is wrong."""
    tidy = " ".join("".join(c if c.isprintable() else " " for c in words[:20_000]).split())
    if not tidy:
        raise RoomError(say.WORDS_EMPTY)
    if len(tidy) > LONGEST:
        raise RoomError(say.WORDS_TOO_LONG.format(length=len(tidy), most=LONGEST))
    return tidy


def names_in(typed: str) -> list[str]:
    """The names of a pasted roster, one a line; who has the same name is told apart."""
    names: dict[str, None] = {}
    for line in typed.splitlines():
        if not line.strip():
            continue
        name, number = tidy_name(line), 2
        while name in names:
            name, number = f"{tidy_name(line)[: LONGEST_NAME - 4]} {number}", number + 1
        names[name] = None
    return list(names)


def _reserve(rooms: Sequence[Room], names: Sequence[str]) -> None:
    """Keep the seats of rooms that were just made for names, in their order."""
    seats = [(room, seat) for room in rooms for seat in room.setup.persons]
    for (room, seat), name in zip(seats, names, strict=False):
        room.reserved[seat] = name


def unbroken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Awaitable[T]]:
    """Finish what was begun, even if the page that asked for it is gone: file and rooms agree."""

    @wraps(method)
    async def whole(*arguments: P.args, **options: P.kwargs) -> T:
        return await asyncio.shield(asyncio.ensure_future(method(*arguments, **options)))

    return whole


class Rooms(Register):
    """All rooms and classes of a server, and what is done in them."""

    def __init__(self, store: Store, word: str | None = None) -> None:
        super().__init__(store, word)
        self.writer = Writer(store)
        self._making = asyncio.Lock()
        self._told = (store.trouble, len(store.notices))

    # --- classes and rooms --------------------------------------------------------------------

    @unbroken
    async def open_class(
        self, title: str, setups: list[Setup], deadline: int, word: str, visitor: Visitor,
        names: Sequence[str] = (), study: Study | None = None,
    ) -> Class:  # fmt: skip
        """Make a class with a room per setup; seats are kept for ``names``, in their order.

        With a ``study`` nobody is known by a name, so there are none to keep seats for.

        Raises
        ------
        RoomError
            If the word is wrong, there are too many rooms, or the title or the deadline is out of
            bounds.
        NotStored
            If it cannot be stored.
        """
        async with self._making:
            self.may_make(word, len(setups), visitor)
            if deadline not in DEADLINES:
                allowed = ", ".join(map(str, DEADLINES))
                raise RoomError(say.BAD_DEADLINE.format(deadline=deadline, allowed=allowed))
            tidy = tidy_name(title)
            if study is not None and names:
                raise RoomError(say.NO_NAMES_IN_STUDY)
            if not self.makes.allows(visitor.place):
                raise RoomError(say.TOO_OFTEN)
            salt, now, number = new_key(), time.time(), 1 + max(self.classes, default=ALONE)
            class_ = Class(number, tidy, "", salt, now, self._new_code())
            class_.study = study.stored() if study is not None else ""
            class_.key = digest(visitor.key(class_.teacher, salt))
            device = digest(visitor.key(class_.owner, salt))
            rooms = await self._new(number, setups, deadline, visitor)
            _reserve(rooms, names)
            await self.writer.write(
                Add("classes", {"id": number, "title": tidy, "key": class_.key, "created": now,
                                "salt": salt, "code": class_.code, "notice": "", "phase": "",
                                "until": 0.0, "study": class_.study}),
                Add("devices", {"owner": class_.owner, "key": device, "made": now}),
                *(Add("rooms", room_row(room)) for room in rooms),
            )  # fmt: skip
            self.classes[number] = class_
            self.devices[class_.owner] = {device}
            self.rooms |= {room.code: room for room in rooms}
            return class_

    @unbroken
    async def add_room(self, class_: Class, visitor: Visitor) -> None:
        """Make one more room of a class, like its last."""
        self.must_teach(class_.number, visitor)
        async with self._making:
            rooms = self.of_class(class_.number)
            self.room_for_more(len(rooms), visitor)
            if not rooms or not self.makes.allows(visitor.place):
                raise RoomError(say.TOO_OFTEN)
            setup, deadline = rooms[-1].setup, rooms[-1].deadline
            [room] = await self._new(class_.number, [setup], deadline, visitor)
            await self.writer.write(Add("rooms", room_row(room)))
            self.rooms[room.code] = room
        class_.changed()

    @unbroken
    async def play_alone(self, setup: Setup, name: str, visitor: Visitor) -> Room:
        """Make a room for one person in the first of its seats; raise as ``open_class`` does."""
        async with self._making:
            way = self.may_play_alone(visitor)
            tidy = tidy_name(name)
            if not self.makes.allows(visitor.place):
                raise RoomError(say.TOO_OFTEN)
            [room], seat = await self._new(ALONE, [setup], 0, visitor), setup.persons[0]
            taken, added = self._taken(room, seat, tidy, visitor)
            gone = [change for one in way for change in _gone(one)]
            await self.writer.write(*gone, Add("rooms", room_row(room)), added)
            self._forget(way)
            room.seats[seat] = taken
            self.rooms[room.code] = room
            return room

    async def _new(
        self, number: int, setups: list[Setup], deadline: int, visitor: Visitor
    ) -> list[Room]:
        """New rooms; their games are begun beside the pages."""
        games = await asyncio.to_thread(lambda: [Game(setup) for setup in setups])
        rooms: dict[str, Room] = {}
        for setup, game in zip(setups, games, strict=True):
            code = self._new_code()
            while code in rooms:
                code = self._new_code()
            rooms[code] = Room(code, number, setup, deadline, game, place=visitor.place)
        return list(rooms.values())

    def _new_code(self) -> str:
        """A code that neither a room nor a class has."""
        taken = {*self.rooms, *self.unopened, *(one.code for one in self.classes.values())}
        while (code := new_code()) in taken:
            pass
        return code

    def teachers_key(self, class_: Class, visitor: Visitor) -> str:
        """The key that opens a class elsewhere, for who has it open here."""
        self.must_teach(class_.number, visitor)
        return visitor.key(class_.teacher, class_.salt)

    @unbroken
    async def enter_class(self, key: str, visitor: Visitor) -> Class:
        """Open the class whose teacher's key this is in a visitor's browser."""
        found: list[Class] = []

        def opens() -> bool:
            known = self.classes.values()
            found.extend(c for c in known if self._opens(c.teacher, c.key, key))
            return bool(found)

        self._attempt(self.teachers_attempts, visitor, opens, say.WRONG_KEY)
        class_ = found[0]
        await self._let_in(class_.owner, visitor.key(class_.owner, class_.salt))
        await self._let_in(class_.teacher, visitor.key(class_.teacher, class_.salt))
        return class_

    @unbroken
    async def leave_class(self, number: int, visitor: Visitor) -> None:
        """Close a class in a visitor's browser."""
        self.must_teach(number, visitor)
        class_ = self.classes[number]
        key = digest(visitor.key(class_.owner, class_.salt))
        await self.writer.write(Drop("devices", {"owner": class_.owner, "key": key}))
        self.devices[class_.owner].discard(key)
        self._tell([class_, *self.of_class(number)])

    @unbroken
    async def close_class(self, number: int, visitor: Visitor) -> None:
        """Forget a class with all its rooms."""
        self.must_teach(number, visitor)
        await self._forget_class(self.classes[number], self.of_class(number))

    async def _forget_class(self, class_: Class, rooms: list[Room]) -> None:
        async with AsyncExitStack() as turns:
            for room in rooms:
                await turns.enter_async_context(room.turn)
            gone = [change for room in rooms for change in _gone(room)]
            unopened = [change for code in class_.unopened for change in _gone_rows(code)]
            await self.writer.write(
                *gone, *unopened, Drop("classes", {"id": class_.number}),
                Drop("devices", {"owner": class_.owner}),
                Drop("devices", {"owner": class_.teacher}),
            )  # fmt: skip
            self.classes.pop(class_.number, None)
            self.devices.pop(class_.owner, None)
            self.devices.pop(class_.teacher, None)
            self._forget(rooms)
        class_.changed()

    @unbroken
    async def close_room(self, room: Room, visitor: Visitor) -> None:
        """Forget a room."""
        self.must_teach(room.class_, visitor)
        async with room.turn:
            await self.writer.write(*_gone(room))
            self._forget([room])

    def _forget(self, rooms: Iterable[Room]) -> None:
        rooms = list(rooms)
        for room in rooms:
            self.rooms.pop(room.code, None)
            for seat in room.setup.persons:
                self.devices.pop(room.owner(seat), None)
        self._tell(rooms)

    def _tell(self, watched: Iterable[Watched]) -> None:
        for one in watched:
            one.changed()

    async def _let_in(self, owner: str, key: str) -> None:
        held = self.devices.setdefault(owner, set())
        if digest(key) not in held:
            await self.writer.write(
                Add("devices", {"owner": owner, "key": digest(key), "made": time.time()})
            )
            held.add(digest(key))

    @unbroken
    async def tell_class(self, class_: Class, words: str, visitor: Visitor) -> None:
        """Show everybody in a class a notice; none if the words are empty."""
        await self._set_class(class_, visitor, notice=tidy_words(words) if words.strip() else "")

    @unbroken
    async def set_phase(self, class_: Class, phase: str, minutes: int, visitor: Visitor) -> None:
        """Begin a phase with a clock of so many minutes, 0 for none; decisions are for rounds."""
        if phase not in PHASES:
            raise RoomError(say.NO_SUCH_PHASE)
        until = time.time() + 60.0 * minutes if minutes else 0.0
        await self._set_class(class_, visitor, phase=phase, until=until)
        for room in self.of_class(class_.number):
            await self.pause(room, phase in ("prepare", "between"), visitor)

    async def _set_class(self, class_: Class, visitor: Visitor, **values: Any) -> None:
        async with class_.turn:
            self.must_teach(class_.number, visitor)
            await self.writer.write(Set("classes", {"id": class_.number}, values))
            for name, value in values.items():
                setattr(class_, name, value)
        class_.changed()

    # --- seats --------------------------------------------------------------------------------

    @unbroken
    async def take_seat(
        self, room: Room, seat: str, name: str, visitor: Visitor, consents: bool = False
    ) -> None:
        """Give a free seat to a person, whose browser keeps it.

        Raises
        ------
        RoomError
            If the seat is taken, or is none for a person, or the name is no name.
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
                added, _set(room, touched=time.time(), stand_ins=" ".join(sorted(stand_ins)))
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

    @unbroken
    async def stand_in_for_absent(self, class_: Class, visitor: Visitor) -> None:
        """Let agents play the free seats of rooms where somebody sits."""
        for room in self.of_class(class_.number):
            for seat in room.open_seats if room.seats and not room.over else ():
                await self.stand_in(room, seat, visitor)

    def _called(self, room: Room, name: str) -> str:
        """What somebody is called in a room: as they typed, or in a study by no name of theirs."""
        if any(class_.study for class_ in self.classes_of(room)):
            others = (seat for one in self.of_class(room.class_) for seat in one.seats.values())
            return pseudonym(seat.name for seat in others)
        return tidy_name(name)

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

    def _taken(
        self, room: Room, seat: str, name: str, visitor: Visitor, consents: bool = False
    ) -> tuple[Seat, Add]:
        salt = new_key()
        key = digest(visitor.key(room.owner(seat), salt))
        row = {"room": room.code, "seat": seat, "name": name, "key": key, "salt": salt, "ready": 0,
               "consents": int(consents)}  # fmt: skip
        return Seat(name, key, salt, consents=consents), Add("seats", row)

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
                _set(room, touched=time.time(), started=int(room.started or starts)),
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

    def return_key(self, room: Room, seat: str, visitor: Visitor) -> str:
        """The key with which a seat's holder can come back from elsewhere."""
        self.must_hold(room, seat, visitor)
        return visitor.key(room.owner(seat), room.seats[seat].salt)

    @unbroken
    async def come_back(self, room: Room, seat: str, key: str, visitor: Visitor) -> None:
        """Let a visitor's browser into a seat with its return key; misses are bounded."""
        owner, refusal = room.owner(seat), say.WRONG_SEAT_KEY.format(seat=say.seat(seat))

        def opens() -> bool:
            taken = room.seats.get(seat)
            return taken is not None and self._opens(owner, taken.key, key)

        async with room.turn:
            self._attempt(self.attempts, visitor, opens, refusal)
            await self._let_in(owner, visitor.key(owner, room.seats[seat].salt))

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
                Add("messages", said.row(room.code)), _set(room, touched=said.at)
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
        question, number = room.game.question, 1 + max((m.number for m in room.said), default=-1)
        day = room.game.model.day if question is None else question.day
        return Message(number, day, room.rounds_over, seat, to, tidy, turn, time.time())

    async def _make(self, room: Room, move: Move, by: str, said: Message | None = None) -> None:
        """Store a move that was checked and what was said with it, then make it."""
        number, now = len(room.made_by), time.time()
        spoken = [Add("messages", said.row(room.code))] if said is not None else []
        await self.writer.write(
            Add("moves", move_row(room, number, move, by, now)), *spoken, _set(room, touched=now)
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
        async with room.turn:
            await self._set(room, visitor, paused=int(paused))
            room.paused = paused
            room.asked_at = time.monotonic()
        self._used(room)

    @unbroken
    async def mute(self, room: Room, muted: bool, visitor: Visitor) -> None:
        """Let nobody in a room say anything, or let them again."""
        async with room.turn:
            await self._set(room, visitor, muted=int(muted))
            room.muted = muted
        self._used(room)

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
        async with room.turn:
            await self._set(room, visitor, ended=1)
            room.ended = True
        self._used(room)

    @unbroken
    async def reveal(self, room: Room, visitor: Visitor) -> None:
        """Let players see everything from now on, which ends their game."""
        async with room.turn:
            await self._set(room, visitor, revealed=1, ended=1)
            room.revealed = room.ended = True
        self._used(room)

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

    async def _set(self, room: Room, visitor: Visitor, **values: Any) -> None:
        self.must_teach(room.class_, visitor)
        self._must_be(room)
        await self.writer.write(_set(room, touched=time.time(), **values))

    def _must_be(self, room: Room) -> None:
        """Refuse a room that was closed meanwhile."""
        if self.rooms.get(room.code) is not room:
            raise RoomError(say.ROOM_CLOSED)

    def _used(self, room: Room) -> None:
        room.touched = room.idle_since = time.time()
        room.changed()

    # --- looking after --------------------------------------------------------------------------

    async def look(self) -> None:
        """See after the file, and tell everybody who watches if something befell it."""
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
                    await self.writer.write(*_gone(room))
                    self._forget([room])


def _due(room: Room) -> bool:
    """Whether an agent has to decide in a room."""
    return not room.broken and (room.left() == 0.0 or (room.stands_in and not room.paused))


def _expired(room: Room, now: float) -> bool:
    if room.unused:
        return now - room.idle_since > EMPTY_EXPIRES
    longest = ALONE_EXPIRES if room.class_ == ALONE else EXPIRES
    return now - room.touched > longest


def _set(room: Room, **values: Any) -> Set:
    return Set("rooms", {"code": room.code}, values)


def _gone(room: Room) -> list[Change]:
    """What forgets a room in the file."""
    owners = [Drop("devices", {"owner": room.owner(seat)}) for seat in room.setup.persons]
    return [*_gone_rows(room.code), *owners]


def _gone_rows(code: str) -> list[Change]:
    parts = ("seats", "moves", "messages", "answers", "set_aside")
    return [Drop("rooms", {"code": code}), *(Drop(table, {"room": code}) for table in parts)]
