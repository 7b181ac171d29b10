"""What pages that look back at a room ask of its game: worked out once, for all moves so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.app.room import Room
from sim.game import Game, Move, Setup
from sim.game.debrief import landscape, result, without_persons

Facts = dict[str, Any]


@dataclass(frozen=True)
class Back:
    """The bargaining ``space`` of a game, None before a round, and what ``agents`` alone made of
    its very story: a result of the same chance events."""

    space: Facts | None
    agents: Facts

    @property
    def could(self) -> Facts | None:
        """The package that both capitals would have ratified, if there was one."""
        found: Facts | None = self.space and self.space["better"]
        return found


def look(setup: Setup, moves: Sequence[Move]) -> Back:
    """Look back at a game; takes a tenth of a second or more."""
    return Back(landscape(Game(setup, moves, keep=True)), result(without_persons(setup)))


def known(room: Room) -> Back | None:
    """What is worked out of a room's game as it stands."""
    found, made = room.kept.get("back", (None, -1))
    return found if made == len(room.game.moves) else None


def keep(room: Room, found: Back, made: int) -> None:
    """Keep what was worked out of a room after so many moves."""
    room.kept["back"] = found, made


def of(room: Room) -> Back:
    """The same, worked out now if it is not known."""
    found = known(room)
    if found is None:
        found = look(room.setup, room.game.moves)
        keep(room, found, len(room.game.moves))
    return found
