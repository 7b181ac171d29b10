"""Which rooms and classes there are, who may what in them, and how many there may be.

Opened from the store at the start; knows no web. What is done in rooms is in ``rooms``.
"""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sim.app import strings as say
from sim.app.keys import Visitor, same, same_code, shown_code, tidy_code
from sim.app.limits import Limit
from sim.app.room import ALONE, PHASES, Class, NoSeatError, Room, RoomError, opened
from sim.app.store import NotStored, Store
from sim.app.tables import Add, Change, Drop, Row, Set

MOST_ROOMS = 400  # of classes
MOST_AT_ONCE = 40  # rooms of a class
MOST_OF_PLACE = 200  # rooms of classes that were made from one address
MOST_ALONE = 150  # rooms of people who play alone
MOST_ALONE_OF_PLACE = 50  # a class of 40 may sit behind one address
GIVES_WAY = 600.0  # seconds after which an unattended room of one gives way to a new one

Coded = TypeVar("Coded", Room, Class, Room | Class)
log = logging.getLogger(__name__)


class Register:
    """All rooms and classes of a server.

    ``devices`` digests of keys of browsers by what they are keys to; ``word`` the teacher's word
    without which no class is made, None if none is asked for. ``attempts`` bounds wrong codes and
    keys, ``makes`` new rooms and seats, ``moves`` moves and
    ``speaks`` messages of a seat; a whole class may sit behind one address.
    """

    def __init__(self, store: Store, word: str | None = None) -> None:
        self.store, self.word = store, word
        self.rooms: dict[str, Room] = {}
        self.classes: dict[int, Class] = {}
        self.devices: dict[str, set[str]] = {}
        self.attempts = Limit(120, 60.0)
        self.teachers_attempts = Limit(30, 60.0)
        self.makes = Limit(60, 60.0)
        self.moves = Limit(20, 10.0)
        self.speaks = Limit(12, 60.0)
        self.unopened: set[str] = set()
        self._open()

    # --- opening ------------------------------------------------------------------------------

    def _open(self) -> None:
        """Open what is stored; what cannot be is left in the file and out of the way."""
        for row in self.store.rows("classes"):
            self.classes[row["id"]] = Class(
                row["id"], str(row["title"]), str(row["key"]), str(row["salt"] or ""),
                row["created"] if isinstance(row["created"], float) else 0.0,
                str(row["code"] or ""), str(row["notice"] or ""),
                row["phase"] if row["phase"] in PHASES else "",
                row["until"] if isinstance(row["until"], float) else 0.0,
                row["stopped"] if isinstance(row["stopped"], float) else 0.0,
                str(row["study"] or ""),
            )  # fmt: skip
        for row in self.store.rows("devices"):
            self.devices.setdefault(row["owner"], set()).add(str(row["key"]))
        moves, seats, said, aside = (
            _by_room(self.store, table) for table in ("moves", "seats", "messages", "set_aside")
        )
        for row in sorted(self.store.rows("rooms"), key=lambda row: str(row["created"])):
            code = row["code"]
            try:
                room, rest = opened(
                    row, moves.get(code, ()), seats.get(code, ()), said.get(code, ())
                )
            except Exception as error:
                self._leave(row, error)
                continue
            self.rooms[room.code] = room
            lost = len(rest) + len(aside.get(code, ()))
            if lost:
                room.note = say.PLAYED_BACK.format(good=len(room.made_by), lost=lost)
            if rest:
                self._lay_aside(room, rest)

    def _leave(self, row: Row, error: Exception) -> None:
        """Leave a room that cannot be opened in the file, and note it for its teacher."""
        code = str(row["code"])
        log.warning("room %s cannot be opened with this version: %s", code, error)
        self.unopened.add(code)
        if row["class"] in self.classes:
            self.classes[row["class"]].unopened.append(code)

    def _lay_aside(self, room: Room, rest: list[Row]) -> None:
        """Keep moves that cannot be played back where no new move will want their place."""
        now = time.time()
        changes: list[Change] = [Set("rooms", {"code": room.code}, {"paused": 1})]
        for row in rest:
            changes.append(Drop("moves", {"room": row["room"], "turn": row["turn"]}))
            changes.append(Add("set_aside", row | {"since": now}))
        try:
            self.store.write(changes)
        except NotStored as error:
            log.warning("room %s: %s", room.code, error)
            room.broken = say.NOT_IN_ORDER

    # --- who may what -------------------------------------------------------------------------

    def holds(self, room: Room, seat: str, visitor: Visitor) -> bool:
        """Whether a visitor's browser holds a seat now."""
        taken = room.seats.get(seat)
        if taken is None or self.rooms.get(room.code) is not room:
            return False
        return self._key(room.owner(seat), taken.key, taken.salt, visitor) is not None

    def must_hold(self, room: Room, seat: str, visitor: Visitor) -> None:
        """Refuse who does not hold a seat."""
        if not self.holds(room, seat, visitor):
            raise RoomError(say.WRONG_SEAT_KEY.format(seat=say.seat(seat)))

    def teaches(self, number: int, visitor: Visitor) -> bool:
        """Whether a visitor's browser has a class open now."""
        class_ = self.classes.get(number)
        return class_ is not None and (
            self._key(class_.owner, "", class_.salt, visitor) is not None
        )

    def must_teach(self, number: int, visitor: Visitor) -> None:
        """Refuse who does not teach a class."""
        if not self.teaches(number, visitor):
            raise RoomError(say.NOT_OPEN_HERE)

    def class_of(self, visitor: Visitor) -> Class | None:
        """The class that a visitor's browser has open, the newest if there are several."""
        open_here = (c for c in self.classes.values() if self.teaches(c.number, visitor))
        return max(open_here, key=lambda class_: class_.number, default=None)

    def of_class(self, number: int) -> list[Room]:
        """The rooms of a class, oldest first."""
        return [room for room in self.rooms.values() if room.class_ == number]

    def classes_of(self, room: Room) -> list[Class]:
        """The class of a room, if it has one."""
        return [self.classes[room.class_]] if room.class_ in self.classes else []

    def find(self, code: str, visitor: Visitor) -> Room:
        """Return the room with a code; see ``_found``."""
        return self._found(code, visitor, self.rooms.values(), say.NO_SUCH_ROOM)

    def find_class(self, code: str, visitor: Visitor) -> Class:
        """Return the class with a code; see ``_found``."""
        return self._found(code, visitor, self.classes.values(), say.NO_SUCH_CLASS)

    def find_any(self, code: str, visitor: Visitor) -> Room | Class:
        """Return the room or the class with a code; see ``_found``."""
        both: list[Room | Class] = [*self.rooms.values(), *self.classes.values()]
        return self._found(code, visitor, both, say.NO_SUCH_ROOM)

    def _found(self, code: str, visitor: Visitor, among: Iterable[Coded], no: str) -> Coded:
        """The one with a code.

        Who sits or teaches there is no guesser. For everybody else wrong codes are counted, and
        beyond the limit not even a right one is answered.
        """
        wanted, known = tidy_code(code), [one for one in among if one.code]
        for one in known:
            if one.code == wanted and self.belongs(one, visitor):
                return one
        if self.attempts.full(visitor.place):
            raise RoomError(say.TOO_MANY_ATTEMPTS)
        found = [one for one in known if same_code(wanted, one.code)]  # every code is compared
        if not found:
            self.attempts.count(visitor.place)
            raise RoomError(no.format(code=shown_code(wanted)))
        return found[0]

    def seat_in(self, class_: Class, visitor: Visitor) -> tuple[Room, str] | None:
        """The seat that a visitor's browser holds in a class."""
        for room in self.of_class(class_.number):
            for seat in room.seats:
                if self.holds(room, seat, visitor):
                    return room, seat
        return None

    def kept_names(self, class_: Class) -> list[str]:
        """Names that seats are still kept for, in order."""
        return [room.reserved[seat] for room, seat in self.free_seats(class_)
                if seat in room.reserved]  # fmt: skip

    def free_seats(self, class_: Class) -> list[tuple[Room, str]]:
        """Seats that nobody has taken, of rooms where one can still play."""
        return [(room, seat) for room in self.of_class(class_.number)
                if not (room.over or room.broken) for seat in room.open_seats]  # fmt: skip

    def alike(self, class_: Class, name: str) -> list[str]:
        """Names that seats are kept for and that whoever typed a part of one may mean.

        Case and accents do not matter. The list is empty if a seat is kept for just that name.
        """
        typed, kept = _folded(name), self.kept_names(class_)
        if not typed or name.casefold() in map(str.casefold, kept):
            return []
        return [one for one in kept if set(typed) & set(_folded(one))]

    def seat_for(self, class_: Class, name: str) -> tuple[Room, str]:
        """The seat of a class that somebody with a name gets; refuse if there is none.

        First the one that is kept for the name, then the first that is kept for nobody, last one
        that an agent plays for somebody who has not come.
        """
        free, wanted = self.free_seats(class_), name.casefold()
        for suits in (
            lambda room, seat: room.reserved.get(seat, " ").casefold() == wanted,
            lambda room, seat: seat not in room.reserved and seat not in room.stand_ins,
            lambda room, seat: seat in room.stand_ins,
        ):
            for room, seat in free:
                if suits(room, seat):
                    return room, seat
        raise NoSeatError(say.KEPT_FOR_OTHERS if free else say.CLASS_FULL)

    def belongs(self, one: Room | Class, visitor: Visitor) -> bool:
        """Whether a visitor plays in a room or a class, or teaches it."""
        if isinstance(one, Class):
            return self.teaches(one.number, visitor) or self.seat_in(one, visitor) is not None
        return self.teaches(one.class_, visitor) or any(
            self.holds(one, seat, visitor) for seat in one.seats
        )

    def _key(self, owner: str, stored: str, salt: str, visitor: Visitor) -> str | None:
        """A browser's key to what it has open; None if it has not."""
        opens = (key for key in visitor.keys(owner, salt) if self._opens(owner, stored, key))
        return next(opens, None)

    def _opens(self, owner: str, stored: str, key: str) -> bool:
        held = [same(key, one) for one in (stored, *self.devices.get(owner, ()))]
        return any(held)

    def _attempt(self, limit: Limit, visitor: Visitor, opens: Callable[[], bool], no: str) -> None:
        """Let a typed key or word be tried, within the limit on wrong ones."""
        if limit.full(visitor.place):
            raise RoomError(say.TOO_MANY_ATTEMPTS)
        if not opens():
            limit.count(visitor.place)
            raise RoomError(no)

    # --- how many there may be ----------------------------------------------------------------

    def may_make(self, word: str, rooms: int, visitor: Visitor) -> None:
        """Refuse a class before anything is done for it; ``word`` is the teacher's."""
        known = self.word
        if known is not None:
            self._attempt(
                self.teachers_attempts, visitor, lambda: same_code(word, known), say.WRONG_WORD
            )
        self.room_for_more(0, visitor, rooms)

    def room_for_more(self, there: int, visitor: Visitor, rooms: int = 1) -> None:
        """Refuse rooms of a class beyond those there, if they are too many."""
        if not 1 <= there + rooms <= MOST_AT_ONCE:
            raise RoomError(say.ROOMS_AT_ONCE.format(most=MOST_AT_ONCE))
        taught = [room for room in self.rooms.values() if room.class_ != ALONE]
        if len(taught) + rooms > MOST_ROOMS:
            raise RoomError(say.TOO_MANY_ROOMS.format(most=MOST_ROOMS))
        if sum(room.place == visitor.place for room in taught) + rooms > MOST_OF_PLACE:
            raise RoomError(say.TOO_MANY_HERE.format(most=MOST_OF_PLACE))

    def may_play_alone(self, visitor: Visitor) -> list[Room]:
        """Rooms that give way to a new one of a visitor's; refuse if there is no place."""
        alone = [room for room in self.rooms.values() if room.class_ == ALONE]
        here = [room for room in alone if room.place == visitor.place]
        if len(alone) < MOST_ALONE and len(here) < MOST_ALONE_OF_PLACE:
            return []
        since = time.time() - GIVES_WAY
        left = [room for room in alone if not room.listeners and room.idle_since < since]
        full = len(here) >= MOST_ALONE_OF_PLACE
        way = [room for room in left if room in here or (room.unused and not full)]
        if not way:
            raise RoomError(say.TOO_MANY_ALONE)
        return [min(way, key=lambda room: room.idle_since)]

    # --- what a teacher should know -----------------------------------------------------------

    def warnings(self, class_: Class) -> list[str]:
        """What happened to the file, and which rooms did not come back complete."""
        said = [say.FILE_NOW.format(what=self.store.trouble)] if self.store.trouble else []
        for at, words in self.store.notices:
            said.append(f"{time.strftime('%H:%M', time.localtime(at))} · {words}")
        said += [say.UNOPENED.format(code=shown_code(code)) for code in class_.unopened]
        for room in self.of_class(class_.number):
            if room.note:
                said.append(f"{shown_code(room.code)} · {room.note}")
        return said


def _folded(name: str) -> list[str]:
    """The words of a name without case and accents."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).split()


def _by_room(store: Store, table: str) -> dict[Any, list[Row]]:
    """Rows of a table by the room they belong to."""
    found: dict[Any, list[Row]] = {}
    for row in store.rows(table):
        found.setdefault(row["room"], []).append(row)
    return found
