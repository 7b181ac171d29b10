"""The state of rooms in words: who sits there, how far the game is, and its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.app import back
from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.register import Register
from sim.app.room import ALONE, CLOCK, Room
from sim.game.debrief import result


def players(room: Room) -> str:
    """Who sits in which seat, for whom it is kept, and for whom an agent plays."""
    return "; ".join(f"{say.seat(seat)}: {sits(room, seat)}" for seat in room.setup.persons)


def sits(room: Room, seat: str) -> str:
    """Who sits in a seat, who is expected there, or that an agent plays it, and for whom."""
    agent = seat in room.stand_ins or seat not in room.setup.persons
    if seat in room.seats:
        name = room.seats[seat].name
        return say.AGENT_FOR.format(name=name) if agent else name
    if seat in room.reserved:
        return (say.AGENT_UNTIL if agent else say.KEPT_FOR).format(name=room.reserved[seat])
    return say.SEAT_AGENT if agent else say.SEAT_FREE


def called(rooms: Register, room: Room) -> str:
    """What a room is called: its number in its class and who sits there, alone its code."""
    if room.class_ == ALONE:
        return say.ROOM_CODE.format(code=shown_code(room.code))
    who = {**room.reserved, **{seat: taken.name for seat, taken in room.seats.items()}}
    names = [who.get(seat, say.seat(seat)) for seat in room.setup.persons]
    return say.ROOM_OF.format(number=number(rooms, room), names=" – ".join(names))


def number(rooms: Register, room: Room) -> int:
    """A room's number in its class, from 1."""
    return 1 + [one.code for one in rooms.of_class(room.class_)].index(room.code)


def state(room: Room) -> str:
    """How far a room is, for its teacher: whether it is muted, and for whom time ran out too."""
    words = progress(room)
    if room.muted and not room.over:
        words = say.STATE_MUTED.format(state=words)
    late = [say.RAN_OUT.format(seat=say.seat(seat), times=times)
            for seat, times in ran_out(room).items()]  # fmt: skip
    return say.STATE_RAN_OUT.format(state=words, seats=", ".join(late)) if late else words


def ran_out(room: Room) -> dict[str, int]:
    """How often time ran out for a seat, so that the agent decided."""
    made = zip(room.game.decisions, room.made_by, strict=False)  # of a failed room not all
    return dict(Counter(decision.move.seat for decision, by in made if by == CLOCK))


def progress(room: Room) -> str:
    """What a room waits for, or how it ended; nothing that anybody may not know."""
    question = room.game.question
    if room.broken:
        return say.STATE["broken"]
    if question is None:
        return say.STATE["over"].format(day=room.game.day)
    if room.ended:
        return say.STATE["ended"].format(day=room.game.day)
    if not room.begun:
        return _not_begun(room)
    far = "paused" if room.paused else "playing"
    return say.STATE[far].format(day=question.day, seat=say.seat(question.seat))


def _not_begun(room: Room) -> str:
    if not room.complete:
        return say.STATE["waiting"]
    return say.STATE["reading"].format(seats=", ".join(map(say.seat, room.waits_for)))


def rows(rooms: list[Room], *, whole: bool = False) -> list[dict[str, Any]]:
    """A row of results per room, in the order of ``say.RESULT_COLUMNS``.

    What is not worked out yet of a game that is over is left empty, unless the ``whole`` is wanted.
    """
    found = []
    for place, room in enumerate(rooms, start=1):
        far = _how_far(room)
        values = {"number": place, "room": shown_code(room.code), "players": players(room),
                  "state": say.HOW_FAR[far]}  # fmt: skip
        values |= _numbers(room) if far != "unplayed" else {}
        looked = back.of(room) if whole and far in PLAYED and room.over else back.known(room)
        values |= _afterwards(looked) if looked and room.over else {}
        found.append({name: values.get(name, "") for name in say.RESULT_COLUMNS})
    return found


PLAYED = ("finished", "unfinished")


def _how_far(room: Room) -> str:
    """Whether a game was played to its end, in part or not at all."""
    if room.broken:
        return "broken"
    if not room.made_by:
        return "unplayed"
    return "finished" if room.game.over else "unfinished"


def _numbers(room: Room) -> dict[str, Any]:
    """The result of a game that was played."""
    found = result(room.game)
    ended = found["ended_day"]
    return {
        "day": ended or found["day"],
        "in_force": say.NO if ended else say.YES,
        "how": say.how(found["mode"], found["by"]) if ended else "",
        "cause": say.CAUSES[found["cause"]] if ended else "",
        "rounds": len(found["rounds"]),
        "deal_day": found["deal_day"] or "",
        **{f"{side}_gain": _rounded(gain) for side, gain in found["gain"].items()},
        "nash_share": _rounded(found["nash_share"]),
        "deal": say.package(found["deal"]) if found["deal"] else "",
        "refused": refused(found["struck"]),
        "messages": len(room.said),
    }


def refused(struck: Sequence[Mapping[str, Any]]) -> str:
    """Deals that were struck and not ratified: the day, and the capitals that refused."""
    return "; ".join(
        say.REFUSED_IN.format(day=deal["day"], capitals=say.both(deal["refused"]))
        for deal in struck if deal["refused"]
    )  # fmt: skip


def _afterwards(looked: back.Back) -> dict[str, Any]:
    """What is told of a game once it is over: what was possible, and what agents made of it."""
    agents, better = looked.agents, looked.could
    values = {
        "agents_day": agents["ended_day"] or agents["day"],
        "agents_in_force": say.NO if agents["ended_day"] else say.YES,
    }
    if better:
        values |= {"better_day": better["day"], "better": say.package(better["package"])}
        values |= {f"better_{side}": _rounded(added) for side, added in better["added"].items()}
    return values


def _rounded(value: float | None) -> Any:
    return "" if value is None else round(value, 3)
