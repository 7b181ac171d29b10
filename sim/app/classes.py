"""How classes and rooms are made, opened elsewhere, and closed; knows no web.

What is done in rooms is in ``rooms``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sim.app import strings as say
from sim.app.keys import Visitor, digest, new_code, new_salt, shown_code, tidy_key
from sim.app.register import Register
from sim.app.research import Study, pseudonym
from sim.app.room import ALONE, DEADLINES, Class, Room, RoomError, Seat, Watched, room_row
from sim.app.store import Store
from sim.app.tables import Add, Change, Drop, Set
from sim.app.typed import tidy_name, tidy_words
from sim.app.writer import Writer
from sim.game import Game, Setup

P = ParamSpec("P")
T = TypeVar("T")


def unbroken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Awaitable[T]]:
    """Finish what was begun, even if the page that asked for it is gone: file and rooms agree."""

    @wraps(method)
    async def whole(*arguments: P.args, **options: P.kwargs) -> T:
        return await asyncio.shield(asyncio.ensure_future(method(*arguments, **options)))

    return whole


class Classes(Register):
    """All classes and rooms of a server, and how they come and go."""

    def __init__(self, store: Store, word: str | None = None) -> None:
        super().__init__(store, word)
        self.writer = Writer(store)
        self._making = asyncio.Lock()

    # --- making -------------------------------------------------------------------------------

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
            salt, now, number = new_salt(), time.time(), 1 + max(self.classes, default=ALONE)
            class_ = Class(number, tidy, "", salt, now, self._new_code())
            class_.study = study.stored() if study is not None else ""
            class_.key = digest(visitor.key(class_.teacher, salt))
            device = digest(visitor.key(class_.owner, salt))
            rooms = await self._new(number, setups, deadline, visitor)
            _reserve(rooms, names)
            await self.writer.write(
                Add("classes", {"id": number, "title": tidy, "key": class_.key, "created": now,
                                "salt": salt, "code": class_.code, "notice": "", "phase": "",
                                "until": 0.0, "study": class_.study, "stopped": 0.0}),
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
            room.paused = all(one.paused for one in rooms)  # as in a phase without decisions
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
            gone = [change for one in way for change in room_gone(one)]
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

    def _called(self, room: Room, name: str) -> str:
        """What somebody is called in a room: as they typed, or in a study by no name of theirs."""
        if any(class_.study for class_ in self.classes_of(room)):
            others = (seat for one in self.of_class(room.class_) for seat in one.seats.values())
            return pseudonym(seat.name for seat in others)
        return tidy_name(name)

    def _taken(
        self, room: Room, seat: str, name: str, visitor: Visitor, consents: bool = False
    ) -> tuple[Seat, Add]:
        salt = new_salt()
        key = digest(visitor.key(room.owner(seat), salt))
        row = {"room": room.code, "seat": seat, "name": name, "key": key, "salt": salt, "ready": 0,
               "consents": int(consents)}  # fmt: skip
        return Seat(name, key, salt, consents=consents), Add("seats", row)

    # --- who teaches --------------------------------------------------------------------------

    def teachers_key(self, class_: Class, visitor: Visitor) -> str:
        """The key that opens a class elsewhere, for who has it open here."""
        self.must_teach(class_.number, visitor)
        return shown_code(self._key(class_.teacher, class_.key, class_.salt, visitor) or "")

    @unbroken
    async def enter_class(self, key: str, visitor: Visitor) -> Class:
        """Open the class whose teacher's key this is in a visitor's browser."""
        found: list[Class] = []
        typed = tidy_key(key)

        def opens() -> bool:
            known = self.classes.values()
            found.extend(c for c in known if self._opens(c.teacher, c.key, typed))
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
        held = [digest(key) for key in visitor.keys(class_.owner, class_.salt)]
        await self.writer.write(
            *(Drop("devices", {"owner": class_.owner, "key": key}) for key in held)
        )
        self.devices[class_.owner] -= set(held)
        self._tell([class_, *self.of_class(number)])

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

    async def _set_class(self, class_: Class, visitor: Visitor, **values: Any) -> None:
        async with class_.turn:
            self.must_teach(class_.number, visitor)
            await self.writer.write(Set("classes", {"id": class_.number}, values))
            for name, value in values.items():
                setattr(class_, name, value)
        class_.changed()

    # --- closing ------------------------------------------------------------------------------

    @unbroken
    async def close_class(self, number: int, visitor: Visitor) -> None:
        """Forget a class with all its rooms."""
        self.must_teach(number, visitor)
        await self._forget_class(self.classes[number], self.of_class(number))

    async def _forget_class(self, class_: Class, rooms: list[Room]) -> None:
        async with AsyncExitStack() as turns:
            for room in rooms:
                await turns.enter_async_context(room.turn)
            gone = [change for room in rooms for change in room_gone(room)]
            unopened = [change for code in class_.unopened for change in rows_gone(code)]
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
            await self.writer.write(*room_gone(room))
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


def _reserve(rooms: Sequence[Room], names: Sequence[str]) -> None:
    """Keep the seats of rooms that were just made for names, in their order."""
    seats = [(room, seat) for room in rooms for seat in room.setup.persons]
    for (room, seat), name in zip(seats, names, strict=False):
        room.reserved[seat] = name


def set_room(room: Room, **values: Any) -> Set:
    """New values of a room in the file."""
    return Set("rooms", {"code": room.code}, values)


def room_gone(room: Room) -> list[Change]:
    """What forgets a room in the file."""
    owners = [Drop("devices", {"owner": room.owner(seat)}) for seat in room.setup.persons]
    return [*rows_gone(room.code), *owners]


def rows_gone(code: str) -> list[Change]:
    """What forgets everything that is stored under a room's code."""
    parts = ("seats", "moves", "messages", "answers", "set_aside")
    return [Drop("rooms", {"code": code}), *(Drop(table, {"room": code}) for table in parts)]
