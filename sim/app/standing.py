"""The state of rooms in words: who sits there, how far the game is, and its result."""

from __future__ import annotations

from typing import Any

from sim.app import strings as say
from sim.app.keys import shown_code
from sim.app.room import Room
from sim.game.debrief import result


def players(room: Room) -> str:
    """Who sits in which seat, or for whom it is kept."""
    parts = []
    for seat in room.setup.persons:
        name = say.SEAT_FREE
        if seat in room.seats:
            name = room.seats[seat].name
        elif seat in room.reserved:
            name = say.KEPT_FOR.format(name=room.reserved[seat])
        parts.append(f"{say.seat(seat)}: {name}")
    return "; ".join(parts)


def state(room: Room) -> str:
    """What a room waits for, or how it ended."""
    question = room.game.question
    if room.broken:
        return say.STATE["broken"]
    if question is None:
        return say.STATE["over"].format(day=room.game.model.day)
    if room.ended:
        return say.STATE["ended"].format(day=room.game.model.day)
    if not room.begun:
        return _not_begun(room)
    if room.paused:
        return say.STATE["paused"]
    return say.STATE["playing"].format(day=question.day, seat=say.seat(question.seat))


def _not_begun(room: Room) -> str:
    if not room.complete:
        return say.STATE["waiting"]
    return say.STATE["reading"].format(seats=", ".join(map(say.seat, room.waits_for)))


def rows(rooms: list[Room]) -> list[dict[str, Any]]:
    """A row of results per room, in the order of ``say.RESULT_COLUMNS``."""
    found = []
    for number, room in enumerate(rooms, start=1):
        far = _how_far(room)
        values = {"number": number, "room": shown_code(room.code), "players": players(room),
                  "state": say.HOW_FAR[far]}  # fmt: skip
        values |= _numbers(room) if far != "unplayed" else {}
        found.append({name: values.get(name, "") for name in say.RESULT_COLUMNS})
    return found


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
        "rounds": found["rounds"],
        "deal_day": found["deal_day"] or "",
        **{f"{side}_gain": _rounded(gain) for side, gain in found["gain"].items()},
        "nash_share": _rounded(found["nash_share"]),
        "deal": say.package(found["deal"]) if found["deal"] else "",
        "messages": len(room.said),
    }


def _rounded(value: float | None) -> Any:
    return "" if value is None else round(value, 3)
