"""The odds of rooms are followed without a pause between one piece of work and the next."""

import asyncio
from types import SimpleNamespace

import pytest

from sim.app import back
from sim.app.follow import TRIES, Follower
from sim.app.room import ALONE, Room
from sim.game import Game, Setup
from sim.game.debrief import odds

SEED = 2025


class Here:
    """A pool that works in this process, as late as a real one."""

    def __init__(self, fails=False):
        self.workers, self.waiting, self.closed = 2, 0, False
        self.fails, self.pieces, self.most = fails, 0, 0

    async def run(self, work, *arguments):
        self.pieces += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(0)
        self.waiting -= 1
        if self.fails:
            raise RuntimeError("a worker's mistake")
        return work(*arguments)


@pytest.fixture(scope="module")
def played():
    """Games of a few days with decisions unlike the agents', from one setup."""
    setup = Setup.of("baseline", seed=SEED, days=12, persons=["pakistan"])
    games = []
    for hardest in (1, 2, 1):
        game = Game(setup)
        while not game.over:
            value = game.advice
            if game.question.kind == "respond":
                value = max(rung for rung in game.question.facts["rungs"] if rung <= hardest)
            game.play(game.question.seat, game.question.kind, value)
        games.append(game)
    return games


def follower(games, pool, class_=1):
    rooms = {}
    for number, game in enumerate(games):
        code = f"ROOM{number}"
        rooms[code] = Room(code, class_, game.setup, 0, game, made_by=["person"] * len(game.moves))
    return Follower(SimpleNamespace(rooms=rooms), pool), list(rooms.values())


async def until_idle(one):
    while one.tasks:
        await asyncio.sleep(0)


def test_one_look_is_enough_for_all_rooms_that_are_over_and_no_worker_has_two_pieces(played):
    async def look():
        one, rooms = follower(played, Here())
        one.tick()
        await until_idle(one)
        return one, rooms

    one, rooms = asyncio.run(look())
    found = [one.progress(room).odds for room in rooms]
    assert found == [odds(game.setup, game.moves) for game in played]
    assert one.pool.most <= one.pool.workers
    assert [back.known(room) for room in rooms] == [
        back.look(game.setup, game.moves) for game in played
    ]


def test_what_fails_is_given_up_after_some_tries(played):
    async def look():
        one, rooms = follower(played[:1], Here(fails=True))
        one.tick()
        await until_idle(one)
        return one, rooms

    one, [room] = asyncio.run(look())
    assert one.progress(room).failed == TRIES == one.pool.pieces


def test_who_plays_alone_is_not_followed_while_the_game_goes_on(played):
    game = Game(played[0].setup, played[0].moves[:2])
    one, _ = follower([game], Here(), ALONE)

    async def look():
        one.tick()
        await until_idle(one)

    asyncio.run(look())
    assert one.pool.pieces == 0
