"""What a class waits for at the end: the odds of 15 rooms, from nothing known to all told.

Two rounds of two persons each, who decide otherwise than the agents now and then. Where a teacher
ends the games nothing may be known yet; as a rule most was found out while they were played.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from types import SimpleNamespace

from benchmarks.timing import Row, cpu
from sim.app import work
from sim.app.follow import Follower
from sim.app.pool import Pool
from sim.app.room import Room
from sim.config import PARTIES
from sim.game import Game, MoveError, Setup
from sim.game.debrief import FUTURES, odds

ROOMS, ROUNDS, DAYS = 15, 2, 30
UNLIKE = 0.4  # share of decisions otherwise than the agent's
LIMIT = 20.0  # seconds


def played(setup: Setup, seed: int) -> Game:
    """A game of some rounds, the same for the same seed."""
    game, rolls = Game(setup), random.Random(seed)
    while not game.over and len(game.model.log.rounds) < ROUNDS:
        question, value = game.question, game.advice
        if rolls.random() < UNLIKE:
            value = _otherwise(question, value, rolls)
        try:
            game.play(question.seat, question.kind, value)
        except MoveError:  # such as to accept what is worth less than no deal
            game.play(question.seat, question.kind, game.advice)
    return game


def _otherwise(question: object, value: object, rolls: random.Random) -> object:
    if question.kind == "respond":
        return rolls.choice([rung for rung in question.facts["rungs"] if rung <= 2])
    return not value if isinstance(value, bool) else value


async def followed(games: list[Game]) -> float:
    """Seconds until the server's own follower and workers have told all."""
    rooms = {}
    for number, game in enumerate(games):
        room = Room(f"ROOM{number:02}", 1, game.setup, 0, game)
        room.ended, room.made_by = True, ["person"] * len(game.moves)
        rooms[room.code] = room
    pool = Pool()
    await pool.warm(work.warm, games[0].setup.stored())
    follower = Follower(SimpleNamespace(rooms=rooms), pool)
    start = time.perf_counter()
    follower.tick()
    while any(follower.progress(room).odds is None for room in rooms.values()):
        await asyncio.sleep(0.01)
    taken = time.perf_counter() - start
    pool.close()
    return taken


def rows() -> Iterator[Row]:
    setup = Setup.of("baseline", seed=2025, days=DAYS, persons=PARTIES)
    games = [played(setup, seed) for seed in range(ROOMS)]
    odds(setup, games[0].moves)  # to load what was compiled
    total = sum(cpu(lambda game=game: odds(setup, game.moves)) for game in games)
    made = sum(len(game.moves) for game in games)
    what = f"odds of {ROOMS} rooms, {made} decisions, {FUTURES:,} futures an evening"
    yield Row(f"{what}: one processor", f"{total:.1f} s", f"under {2 * LIMIT:.0f} s",
              total < 2 * LIMIT)  # fmt: skip
    busy = os.getloadavg()[0]
    taken = asyncio.run(followed(games))
    met = taken < LIMIT if busy < 1.0 else None  # a clock on a busy machine tells of the machine
    what = f"{what}: the workers, by the clock, load {busy:.1f} before"
    yield Row(what, f"{taken:.1f} s", f"under {LIMIT:.0f} s", met)
