"""Follows the odds of games in the background, so that a debriefing is ready when a game ends.

What is computed of a past evening stays true (``game.debrief.Followed``), so rooms of classes are
followed while they play, a little at a time, when no visitor waits for the workers; games that are
over go first. The finished result is kept for everybody who looks back at the room.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from sim.app import back, work
from sim.app.pool import Pool
from sim.app.room import ALONE, Room
from sim.app.rooms import Rooms
from sim.config import ConfigError
from sim.game.debrief import Followed, Odds

LITTLE, MUCH = 8, 32  # shares computed at a time: in a game under way, and after one
TRIES = 3  # after which a game that cannot be followed is left alone

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """How far a room's odds are followed; ``odds`` once all is known of ``moves`` moves."""

    known: Followed = field(default_factory=Followed)
    moves: int = -1  # moves when the missing shares were last counted
    wanting: int = 0
    odds: Odds | None = None
    busy: bool = False
    failed: int = 0

    @property
    def done(self) -> int:
        """Shares that are known."""
        return len(self.known.shares) + len(self.known.effects)


class Follower:
    """Follows all rooms of a server."""

    def __init__(self, rooms: Rooms, pool: Pool) -> None:
        self.rooms, self.pool = rooms, pool
        self.tasks: set[asyncio.Task[None]] = set()

    def progress(self, room: Room) -> Progress:
        """How far a room is followed."""
        found: Progress = room.kept.setdefault("odds", Progress())
        return found

    def tick(self) -> None:
        """Give idle workers a little of what is missing.

        Of the rooms that are over, those that are nearly done go first: then most are ready early.
        """
        free = self.pool.workers - max(self.pool.waiting, len(self.tasks))
        if free <= 0 or self.pool.closed:
            return
        wanted = [room for room in self.rooms.rooms.values() if self._wanted(room)]
        wanted.sort(key=lambda room: (not (room.over or room.told), self.progress(room).wanting))
        for room in wanted[:free]:
            self.progress(room).busy = True
            task = asyncio.ensure_future(self._follow(room))
            self.tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """Continue at once: a worker that waited for the next look would idle most of the time."""
        self.tasks.discard(task)
        self.tick()

    def _wanted(self, room: Room) -> bool:
        found, made = self.progress(room), len(room.made_by)
        if found.busy or found.failed >= TRIES or room.broken or not made:
            return False
        if room.over or room.told:
            return found.odds is None or found.moves != made
        return room.class_ != ALONE and (found.moves != made or found.wanting > 0)

    async def _follow(self, room: Room) -> None:
        """Compute a little more, and all that follows from it once nothing is missing."""
        found, moves = self.progress(room), list(room.game.moves)
        try:
            over = room.over or room.told
            if over and back.known(room) is None:
                looked = await self.pool.run(work.looked_back, room.setup.stored(), moves)
                back.keep(room, looked, len(moves))
            found.known, found.wanting, found.odds = await self.pool.run(
                work.followed, room.setup.stored(), moves, found.known, MUCH if over else LITTLE,
                over,
            )  # fmt: skip
            found.moves = len(moves)
        except Exception as error:  # any error: what fails is not tried for ever
            found.failed += 1
            told = not isinstance(error, ConfigError)
            log.warning("room %s cannot be followed: %s", room.code, error, exc_info=told)
        finally:
            found.busy = False
        if found.odds is not None or found.failed >= TRIES:
            room.changed()
