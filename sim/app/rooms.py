"""Rooms: who sits where, whose turn it is, and what may be asked of them; knows no web.

Everything runs in one thread. A room that fails is marked broken and tells so; the others go on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.app import strings as say
from sim.app.store import Store
from sim.config import ConfigError
from sim.game import Game, Move, MoveError, Setup

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no letter that looks like a digit
CODE_LENGTH = 8  # 40 bits; with the limit on attempts below out of a guesser's reach
KEY_BYTES = 16
LONGEST_NAME = 40
MOST_ROOMS = 400
MOST_AT_ONCE = 40  # rooms a class is made with
DEADLINES = (0, 60, 120, 180, 300)  # seconds for a decision; 0 for none
EXPIRES = 7 * 86_400.0  # seconds without use after which a room is forgotten
PERSON, CLOCK, STAND_IN = "person", "clock", "stand-in"

log = logging.getLogger(__name__)


class RoomError(ConfigError):
    """What cannot be done in a room, in one sentence."""


class Limit:
    """At most ``most`` events in ``seconds`` per key; the keys of quiet clients are dropped."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic):
        self.most, self.seconds, self.clock = most, seconds, clock
        self.seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def allows(self, key: str) -> bool:
        """Count an event and say whether it is within the limit."""
        now = self.clock()
        if len(self.seen) > 10_000:
            self.seen = defaultdict(
                deque, {k: v for k, v in self.seen.items() if v and v[-1] > now - self.seconds}
            )
        times = self.seen[key]
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.most:
            return False
        times.append(now)
        return True


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def same(key: str, stored: str) -> bool:
    """Whether a key is the one whose digest is stored, in constant time."""
    return hmac.compare_digest(digest(key), stored)


def tidy_name(name: str) -> str:
    """A person's name, printable and not empty, or say what is wrong."""
    if len(name) > LONGEST_NAME:
        raise RoomError(say.NAME_TOO_LONG.format(length=len(name), most=LONGEST_NAME))
    tidy = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not tidy:
        raise RoomError(say.NAME_EMPTY)
    return tidy


def tidy_code(code: str) -> str:
    """A room code as typed, without spaces and dashes and in capitals; at most its length."""
    return code[:40].upper().replace("-", "").replace(" ", "")[:CODE_LENGTH]


def shown_code(code: str) -> str:
    """A room code as it is read out."""
    return f"{code[:4]}-{code[4:]}"


@dataclass
class Room:
    """One game with its people.

    ``seats`` name and key digest by taken seat; ``stand_ins`` seats that agents play for now;
    ``asked_at`` when the present decision was first wanted; ``listeners`` are called after every
    change; ``broken`` says why a room cannot go on.
    """

    code: str
    class_: int
    setup: Setup
    deadline: int
    game: Game
    seats: dict[str, tuple[str, str]]
    paused: bool = False
    revealed: bool = False
    broken: str = ""
    stand_ins: set[str] = field(default_factory=set)
    asked_at: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.time)
    made_by: list[str] = field(default_factory=list)
    listeners: set[Callable[[], None]] = field(default_factory=set)
    kept: dict[str, Any] = field(
        default_factory=dict
    )  # what is dear to compute, by number of moves

    @property
    def open_seats(self) -> list[str]:
        """Seats for persons that nobody has taken."""
        return [seat for seat in self.setup.persons if seat not in self.seats]

    @property
    def complete(self) -> bool:
        """Whether every seat for a person is taken or stood in for."""
        return all(seat in self.stand_ins for seat in self.open_seats)

    @property
    def told(self) -> bool:
        """Whether players may see everything."""
        return self.revealed or (self.game.over and not self.broken)

    def holds(self, seat: str, key: str) -> bool:
        """Whether a key is this seat's."""
        return seat in self.seats and same(key, self.seats[seat][1])

    def left(self) -> float | None:
        """Seconds left for the present decision; None if the clock is not running."""
        if not self.deadline or self.paused or self.game.over or not self.complete:
            return None
        return max(0.0, self.asked_at + self.deadline - time.monotonic())

    def changed(self) -> None:
        """Tell everybody who watches; one that fails does not keep the others from hearing."""
        for listener in list(self.listeners):
            try:
                listener()
            except Exception:
                log.exception("a page of room %s could not be brought up to date", self.code)


class Rooms:
    """All rooms of a server, kept in a store.

    ``attempts`` bounds wrong codes and keys, ``makes`` new rooms and ``moves`` moves, by client.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rooms: dict[str, Room] = {}
        self.attempts = Limit(60, 60.0)  # a whole class may sit behind one address
        self.makes = Limit(60, 60.0)
        self.moves = Limit(20, 10.0)
        for row in store.rooms():
            self._open(row)

    def _open(self, row: dict[str, Any]) -> None:
        """Play a stored room back; one that cannot be is left in the file and out of the way."""
        code = row["code"]
        try:
            setup = Setup.restored(json.loads(row["setup"]))
            stored = self.store.moves(code)
            game = Game(setup, [one.move for one in stored])
        except Exception as error:
            log.warning("room %s cannot be played back with this version: %s", code, error)
            return
        self.rooms[code] = Room(
            code, row["class"], setup, row["deadline"], game, self.store.seats(code),
            bool(row["paused"]), bool(row["revealed"]), stand_ins=set(row["stand_ins"].split()),
            touched=row["touched"], made_by=[one.made_by for one in stored],
        )  # fmt: skip

    # --- classes and rooms --------------------------------------------------------------------

    def open_class(
        self, title: str, setups: list[Setup], deadline: int, client: str
    ) -> tuple[str, list[Room]]:
        """Make a class with a room per setup; return its teacher's key, told only once.

        Raises
        ------
        RoomError
            If there are too many rooms, or the title or the deadline is out of bounds.
        """
        if not self.makes.allows(client):
            raise RoomError(say.TOO_OFTEN)
        if not 1 <= len(setups) <= MOST_AT_ONCE:
            raise RoomError(say.ROOMS_AT_ONCE.format(most=MOST_AT_ONCE))
        if len(self.rooms) + len(setups) > MOST_ROOMS:
            raise RoomError(say.TOO_MANY_ROOMS.format(most=MOST_ROOMS))
        if deadline not in DEADLINES:
            allowed = ", ".join(map(str, DEADLINES))
            raise RoomError(say.BAD_DEADLINE.format(deadline=deadline, allowed=allowed))
        key = secrets.token_urlsafe(KEY_BYTES)
        number = self.store.add_class(tidy_name(title), digest(key))
        return key, [self._add(number, setup, deadline) for setup in setups]

    def _add(self, class_: int, setup: Setup, deadline: int) -> Room:
        game = Game(setup)
        code = self._new_code()
        self.store.add_room(code, class_, setup, deadline)
        room = Room(code, class_, setup, deadline, game, {})
        self.rooms[code] = room
        return room

    def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            if code not in self.rooms:
                return code

    def find(self, code: str, client: str) -> Room:
        """Return the room with a code; misses are counted and bounded."""
        wanted = tidy_code(code)
        found = None
        for room in self.rooms.values():  # every code is compared, however soon one matches
            if hmac.compare_digest(room.code.encode(), wanted.encode()):
                found = room
        if found is None:
            self._missed(client)
            raise RoomError(say.NO_SUCH_ROOM.format(code=shown_code(wanted)))
        return found

    def _missed(self, client: str) -> None:
        if not self.attempts.allows(client):
            raise RoomError(say.TOO_MANY_ATTEMPTS)

    def class_of(self, key: str, client: str) -> tuple[int, str]:
        """Number and title of the class whose teacher's key this is."""
        found = None
        for number, title, stored in self.store.classes():
            if same(key[:100], stored):
                found = (number, title)
        if found is None:
            self._missed(client)
            raise RoomError(say.WRONG_KEY)
        return found

    def of_class(self, number: int) -> list[Room]:
        """The rooms of a class, oldest first."""
        return [room for room in self.rooms.values() if room.class_ == number]

    # --- seats --------------------------------------------------------------------------------

    def take_seat(self, room: Room, seat: str, name: str, client: str) -> str:
        """Give a free seat to a person and return the key that keeps it.

        Raises
        ------
        RoomError
            If the seat is taken, or is none for a person, or the name is no name.
        """
        if seat not in room.setup.persons:
            raise RoomError(say.NO_SUCH_SEAT.format(seat=say.seat(seat)))
        if seat in room.seats:
            holder = room.seats[seat][0]
            raise RoomError(say.SEAT_TAKEN.format(seat=say.seat(seat), name=holder))
        if not self.makes.allows(f"seat {client}"):
            raise RoomError(say.TOO_OFTEN)
        key = secrets.token_urlsafe(KEY_BYTES)
        tidy = tidy_name(name)
        self.store.take_seat(room.code, seat, tidy, digest(key))
        room.seats[seat] = (tidy, digest(key))
        room.stand_ins.discard(seat)
        room.asked_at = time.monotonic()
        self._set(room)
        return key

    def check_seat(self, room: Room, seat: str, key: str, client: str) -> None:
        """Refuse a key that is not the seat's; misses are counted and bounded."""
        if not room.holds(seat, key[:100]):
            self._missed(client)
            raise RoomError(say.WRONG_SEAT_KEY.format(seat=say.seat(seat)))

    # --- moves --------------------------------------------------------------------------------

    def play(self, room: Room, seat: str, key: str, turn: int, kind: str, value: Any) -> None:
        """Make a person's move.

        Raises
        ------
        RoomError, MoveError
            If the key is wrong, the room paused or the move not allowed; nothing has changed then.
        """
        if not room.holds(seat, key):
            raise RoomError(say.WRONG_SEAT_KEY.format(seat=say.seat(seat)))
        if not self.moves.allows(f"{room.code}/{seat}"):
            raise RoomError(say.TOO_OFTEN)
        if room.broken:
            raise RoomError(room.broken)
        if room.paused:
            raise RoomError(say.PAUSED)
        self._make(room, seat, kind, value, PERSON, turn)
        self._stand_in(room)
        self._used(room)

    def _make(
        self, room: Room, seat: str, kind: str, value: Any, by: str, turn: int | None = None
    ) -> None:
        game = room.game
        number = len(game.decisions)
        try:
            move: Move = game.play(seat, kind, value, turn)
        except MoveError:
            raise
        except Exception:
            log.exception("room %s failed at move %d", room.code, number)
            room.broken = say.ROOM_BROKEN
            raise RoomError(room.broken) from None
        self.store.add_move(room.code, number, move, by)
        room.made_by.append(by)
        room.asked_at = time.monotonic()

    def _stand_in(self, room: Room) -> None:
        """Let agents decide for seats they stand in for, until a person is asked."""
        game = room.game
        while game.question is not None and game.question.seat in room.stand_ins:
            self._make(room, game.question.seat, game.question.kind, game.advice, STAND_IN)

    def tick(self) -> None:
        """Let agents decide where time is up; call every second."""
        for room in list(self.rooms.values()):
            if room.left() == 0.0 and not room.broken and room.game.question is not None:
                question = room.game.question
                try:
                    self._make(room, question.seat, question.kind, room.game.advice, CLOCK)
                    self._stand_in(room)
                except ConfigError:
                    log.warning("room %s: the clock could not decide", room.code)
                self._used(room)

    def expire(self, now: float | None = None) -> None:
        """Forget rooms that nobody has used for long."""
        now = time.time() if now is None else now
        for code, room in list(self.rooms.items()):
            if now - room.touched > EXPIRES:
                del self.rooms[code]
                self.store.remove_room(code)
                room.changed()

    def _used(self, room: Room) -> None:
        room.touched = time.time()
        room.changed()

    # --- the teacher --------------------------------------------------------------------------

    def pause(self, room: Room, paused: bool) -> None:
        """Stop or resume a room."""
        room.paused = paused
        room.asked_at = time.monotonic()
        self._set(room)

    def reveal(self, room: Room) -> None:
        """Let players see everything from now on."""
        room.revealed = True
        self._set(room)

    def stand_in(self, room: Room, seat: str) -> None:
        """Let the agent play a seat for now, whoever holds it."""
        room.stand_ins.add(seat)
        self._stand_in(room)
        self._set(room)

    def _set(self, room: Room) -> None:
        self.store.set_state(
            room.code, paused=room.paused, revealed=room.revealed, stand_ins=room.stand_ins
        )
        self._used(room)

    def free(self, room: Room, seat: str) -> None:
        """Take a seat back, so that another person can have it."""
        room.seats.pop(seat, None)
        self.store.free_seat(room.code, seat)
        self._used(room)
