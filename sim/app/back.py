"""What pages that look back at a room ask of its game, each worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.app.room import Room
from sim.game.debrief import landscape, result, without_persons

Facts = dict[str, Any]


def space(room: Room) -> Facts | None:
    """The bargaining space of a room's game as it stands, or None before a round."""
    found: Facts | None = _kept(room, "space", lambda: landscape(room.game))
    return found


def agents(room: Room) -> Facts:
    """The result of agents alone in a room's very story: the same chance events."""
    found: Facts = _kept(room, "agents", lambda: result(without_persons(room.setup)))
    return found


def _kept(room: Room, name: str, make: Callable[[], Any]) -> Any:
    """What was made for the moves so far."""
    made, moves = room.kept.get(name, (None, -1))
    if moves != len(room.made_by):
        made, moves = make(), len(room.made_by)
        room.kept[name] = made, moves
    return made
