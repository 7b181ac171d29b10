"""One room and one class: a game with its people, and how a room is played back from its rows."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.app import strings as say
from sim.app.tables import Row
from sim.app.words import Message, stored
from sim.config import ConfigError
from sim.config.tactics import Custom
from sim.game import SEATS, Game, Move, Setup

ALONE = 0  # number of the class that no teacher has: rooms of people who play alone
PHASES = ("", "prepare", "round", "between")  # decisions are taken in "" and "round"
DEADLINES = (0, 60, 120, 180, 300)  # seconds for a decision; 0 for none
PERSON, CLOCK, STAND_IN = "person", "clock", "stand-in"

log = logging.getLogger(__name__)


class RoomError(ConfigError):
    """What cannot be done in a room, in one sentence."""


class NoSeatError(RoomError):
    """There is no seat for somebody in a class now; one more room would have one."""


@dataclass
class Watched:
    """Something that pages watch; ``listeners`` are called after every change."""

    listeners: set[Callable[[], None]] = field(default_factory=set, kw_only=True)

    def watch(self, listener: Callable[[], None]) -> None:
        """Call a listener after every change from now on."""
        self.listeners.add(listener)

    def unwatch(self, listener: Callable[[], None]) -> None:
        """Call a listener no more."""
        self.listeners.discard(listener)

    def changed(self) -> None:
        """Tell everybody who watches; one that fails does not keep the others from hearing."""
        for listener in list(self.listeners):
            try:
                listener()
            except Exception:
                log.exception("a page could not be brought up to date")


@dataclass
class Class(Watched):
    """A teacher's class; ``key`` is the digest of the teacher's key, ``salt`` no secret.

    ``code`` is what students join by; ``notice`` what the teacher tells everybody; ``phase`` one of
    ``PHASES`` and ``until`` when its time is up, in seconds of the epoch, 0 for no clock;
    ``stopped`` the seconds left of a clock that stands still, 0 for one that runs; ``study`` is
    what ``research`` stores, empty for none; ``unopened`` are the codes of stored rooms that this
    version cannot open; ``turn`` is held by whoever joins or changes it.
    """

    number: int
    title: str
    key: str
    salt: str
    created: float = 0.0
    code: str = ""
    notice: str = ""
    phase: str = ""
    until: float = 0.0
    stopped: float = 0.0
    study: str = ""
    unopened: list[str] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def owner(self) -> str:
        """What the keys of browsers in which it is open are keys to."""
        return f"class/{self.number}"

    @property
    def teacher(self) -> str:
        """What teacher's keys, which are typed, are keys to."""
        return f"class/{self.number}/teacher"

    def clock(self) -> float | None:
        """Seconds left of the phase; None if it has no clock."""
        if self.stopped:
            return self.stopped
        return max(0.0, self.until - time.time()) if self.until else None


@dataclass(frozen=True)
class Seat:
    """A taken seat: who sits there, the digest of its key, the key's salt, and whether they are
    ready; ``consents`` whether what they do may be exported from a study."""

    name: str
    key: str
    salt: str
    ready: bool = False
    consents: bool = False


@dataclass
class Room(Watched):
    """One game with its people.

    ``seats`` taken seats by name; ``reserved`` whom seats are kept for; ``stand_ins`` seats that
    agents play for now; ``started`` whether everybody was ready once, or the teacher began without;
    ``ended`` whether the teacher has ended it early; ``asked_at`` when the present
    decision was first wanted; ``touched`` and ``idle_since`` when it was last used, as stored and
    as seen by this server; ``place`` where it was made from; ``broken`` says why it failed,
    ``note`` what its teacher should know; ``said`` what people said, unless ``muted``; ``turn`` is
    held by whoever changes it.
    """

    code: str
    class_: int
    setup: Setup
    deadline: int
    game: Game
    seats: dict[str, Seat] = field(default_factory=dict)
    paused: bool = False
    revealed: bool = False
    started: bool = False
    ended: bool = False
    broken: str = ""
    note: str = ""
    place: str = ""
    stand_ins: set[str] = field(default_factory=set)
    reserved: dict[str, str] = field(default_factory=dict)
    said: list[Message] = field(default_factory=list)
    muted: bool = False
    asked_at: float = field(default_factory=time.monotonic)
    touched: float = field(default_factory=time.time)
    idle_since: float = field(default_factory=time.time)
    made_by: list[str] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)  # what is expensive to compute
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def open_seats(self) -> list[str]:
        """Seats for persons that nobody has taken."""
        return [seat for seat in self.setup.persons if seat not in self.seats]

    @property
    def complete(self) -> bool:
        """Whether every seat for a person is taken or stood in for."""
        return all(seat in self.stand_ins for seat in self.open_seats)

    @property
    def waits_for(self) -> list[str]:
        """Seats that are not ready yet: free, or whose holder still reads."""
        held = [seat for seat in self.setup.persons if seat not in self.stand_ins]
        return [seat for seat in held if seat not in self.seats or not self.seats[seat].ready]

    @property
    def replaced(self) -> list[str]:
        """Seats of persons who sit there, but for whom agents play for now."""
        return [seat for seat in self.seats if seat in self.stand_ins]

    @property
    def begun(self) -> bool:
        """Whether decisions have been opened."""
        return self.started or bool(self.made_by)

    @property
    def open(self) -> bool:
        """Whether decisions are taken now, apart from a pause."""
        return self.begun and not (self.ended or self.broken or self.game.over)

    @property
    def over(self) -> bool:
        """Whether nothing more will be decided: the game is over, or was ended."""
        return self.game.over or self.ended

    @property
    def unused(self) -> bool:
        """Whether nothing was done in it: nobody sits there, or one alone who decided nothing."""
        return not self.game.decisions and (not self.seats or self.class_ == ALONE)

    @property
    def told(self) -> bool:
        """Whether players may see everything."""
        return self.revealed or (self.game.over and not self.broken)

    @property
    def stands_in(self) -> bool:
        """Whether an agent must decide now for a seat that it stands in for."""
        question = self.game.question
        return self.open and question is not None and question.seat in self.stand_ins

    def heard(self, seat: str) -> list[Message]:
        """What a seat hears before the debriefing."""
        return [message for message in self.said if message.heard_by(seat)]

    @property
    def rounds_over(self) -> int:
        """How many rounds are over."""
        return len(self.game.model.log.rounds)

    def owner(self, seat: str) -> str:
        """What the keys of a seat are keys to."""
        return f"{self.code}/{seat}"

    def left(self) -> float | None:
        """Seconds left for the present decision; None if the clock is not running."""
        if not self.deadline or self.paused or not self.open or not self.complete:
            return None
        return max(0.0, self.asked_at + self.deadline - time.monotonic())


def opened(
    row: Row, moves: Sequence[Row], seats: Sequence[Row], said: Sequence[Row] = ()
) -> tuple[Room, list[Row]]:
    """Make a room of its rows, with the moves that could not be played back.

    Moves are played as far as they are complete and allowed; a room that does not come so far as
    it once was is paused, and its note says so.

    Raises
    ------
    Exception
        Of any kind, if the row of the room itself is invalid.
    """
    setup = Setup.restored(json.loads(row["setup"]))
    if any(isinstance(party.tactic, Custom) for party in setup.cell.scenario.parties):
        raise RoomError(say.CUSTOM_TACTIC)  # no page makes one, and it would run somebody's code
    if not set(setup.persons) <= set(SEATS):
        raise RoomError(say.NO_SUCH_SEAT.format(seat=", ".join(map(say.seat, setup.persons))))
    if row["deadline"] not in DEADLINES:
        raise RoomError(say.BAD_DEADLINE.format(deadline=row["deadline"], allowed=DEADLINES))
    ordered = sorted(moves, key=_turn)
    game, made_by = played_back(setup, ordered)
    rest = ordered[len(made_by) :]
    room = Room(
        str(row["code"]), int(row["class"]), setup, row["deadline"], game,
        {
            str(seat["seat"]): Seat(
                str(seat["name"]), str(seat["key"]), str(seat["salt"] or ""),
                bool(seat["ready"]), bool(seat["consents"]),
            )
            for seat in seats
            if seat["seat"] in setup.persons
        },
        paused=bool(row["paused"]) or bool(rest),
        revealed=bool(row["revealed"]),
        started=bool(row["started"]),
        ended=bool(row["ended"]) or bool(row["revealed"]),
        stand_ins={seat for seat in str(row["stand_ins"] or "").split() if seat in setup.persons},
        said=sorted(filter(None, map(stored, said)), key=lambda message: message.number),
        muted=bool(row["muted"]),
        reserved=_reserved(row["reserved"], setup),
        touched=float(row["touched"]),
        made_by=made_by,
    )  # fmt: skip
    return room, rest


def _reserved(stored: Any, setup: Setup) -> dict[str, str]:
    """Names by seat as stored; a bad entry keeps no seat for anybody."""
    try:
        found = json.loads(stored or "{}")
    except ValueError:
        return {}
    held = found.items() if isinstance(found, dict) else ()
    return {seat: str(name) for seat, name in held if seat in setup.persons}


def _turn(row: Row) -> tuple[bool, int, str]:
    """Where a stored move belongs; what is not a number comes last."""
    turn = row["turn"]
    return (False, turn, "") if isinstance(turn, int) else (True, 0, str(turn))


def played_back(setup: Setup, moves: Sequence[Row]) -> tuple[Game, list[str]]:
    """Play stored moves as far as they go; return the game and who made each move of it."""
    game, made_by = Game(setup), []
    for number, row in enumerate(moves):
        try:
            if row["turn"] != number or row["made_by"] not in (PERSON, CLOCK, STAND_IN):
                raise RoomError(say.GAP)
            game.play(row["seat"], row["kind"], json.loads(row["value"]))
        except Exception as error:
            log.warning("room %s: move %d cannot be played back: %s", row["room"], number, error)
            if len(game.decisions) != number:  # it failed in the middle of the move
                game = Game(setup, [decision.move for decision in game.decisions[:number]])
            break
        made_by.append(row["made_by"])
    return game, made_by


def room_row(room: Room) -> Row:
    """A new room as it is stored."""
    return {
        "code": room.code, "class": room.class_, "setup": json.dumps(room.setup.stored()),
        "deadline": room.deadline, "created": room.touched, "touched": room.touched,
        "paused": int(room.paused), "revealed": 0, "stand_ins": "", "started": 0, "ended": 0,
        "reserved": json.dumps(room.reserved), "muted": 0,
    }  # fmt: skip


def move_row(room: Room, number: int, move: Move, by: str, now: float) -> Row:
    """A move as it is stored."""
    return {
        "room": room.code, "turn": number, "seat": move.seat, "kind": move.kind,
        "value": json.dumps(move.value), "made_by": by, "at": now,
    }  # fmt: skip
