"""The classroom under load: 40 students in 20 rooms, a move of each every two seconds.

Students are socket.io clients on this machine that speak as a browser does: they load the page,
keep its elements, click buttons and wait for the answer. Measured is how long a click takes to be
seen by who clicked and by the other player, and whether a move was lost; first alone, then while
another visitor asks for 1,000 futures all the time. Rooms are followed meanwhile, as in a lesson.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import Row
from sim.app.keys import Visitor
from sim.app.limits import Limit
from sim.app.room import Room
from sim.app.rooms import Rooms
from sim.app.store import Store
from sim.config import PARTIES
from sim.game import Setup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from classroom import Server
from sockets import DECISIONS, Browser

ROOMS, SECONDS, EVERY = 20, 60.0, 2.0  # a move of each student every so many seconds
SEEN = 0.3  # seconds
LOST_AFTER = 10.0  # seconds without an answer


class Student:
    """A person in a seat who moves when asked."""

    def __init__(self, url: str, room: Room, seat: str, key: str) -> None:
        self.url, self.room, self.seat, self.key = url, room, seat, key
        self.partner: Student | None = None
        self.moves = 0
        self.own: list[float] = []
        self.others: list[float] = []
        self.unanswered = 0

    async def sit_down(self) -> None:
        """Come back to the seat by its return key, as from another device."""
        self.browser = Browser(self.url)
        self.page = await self.browser.open(f"/room/{self.room.code}")
        await self.page.pick("Play", self.room.setup.persons.index(self.seat))
        await self.page.type("Return key", self.key)
        await self.page.click("Go")
        await self.page.until(lambda: self.page.opened)
        await self.page.load(f"/room/{self.room.code}/{self.seat}")
        assert "You are" in json.dumps(self.page.elements), "the seat was not opened"

    async def move(self) -> bool:
        """Click the first button of a decision, if one is asked for, and wait for the answer."""
        assert self.partner is not None
        found = next(filter(None, (self.page.find(label=name) for name in DECISIONS)), None)
        if found is None or not self.page.there or not self.partner.page.there:
            return False
        mine, theirs = self.page.text(), self.partner.page.text()
        self.moves += 1
        await self.page.event(found, "click", {})
        own, other = await asyncio.gather(
            self.page.until_other(mine, LOST_AFTER),
            self.partner.page.until_other(theirs, LOST_AFTER),
        )
        for times, taken in ((self.own, own), (self.others, other)):
            if taken is None:
                self.unanswered += 1
            else:
                times.append(taken)
        return True

    async def play(self, until: float) -> None:
        """Move every so many seconds, each student at a time of its own."""
        await asyncio.sleep(random.random() * EVERY)
        while time.perf_counter() < until:
            start = time.perf_counter()
            await self.move()
            await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - start)))


def make(data: Path, rooms: int) -> list[tuple[Room, dict[str, str]]]:
    """Rooms with both seats taken and the return keys to them, before the server starts."""
    data.mkdir()
    kept = Rooms(Store(data / "rooms.sqlite"))
    kept.makes = Limit(10_000, 1.0)
    setups = [Setup.of("baseline", seed=seed, days=365, persons=PARTIES) for seed in range(rooms)]
    made = asyncio.run(fill(kept, setups))
    kept.writer.close()
    return made


async def fill(kept: Rooms, setups: list[Setup]) -> list[tuple[Room, dict[str, str]]]:
    sitting = {seat: Visitor("here", seat) for seat in PARTIES}
    made = []
    for low in range(0, len(setups), 40):
        teacher = Visitor("here", f"teacher {low}")
        class_ = await kept.open_class("load", setups[low : low + 40], 0, "", teacher)
        for room in kept.of_class(class_.number):
            for seat, who in sitting.items():
                await kept.take_seat(room, seat, seat, who)
                await kept.be_ready(room, seat, who)
            made.append((room, {s: kept.return_key(room, s, who) for s, who in sitting.items()}))
    return made


async def ask_for_futures(url: str, until: float) -> list[float]:
    """A visitor of the explore page who asks for 1,000 futures again and again."""
    times = []
    async with Browser(url) as browser:
        page = await browser.open("/explore")
        while "Day 0 of" not in page.text():
            await asyncio.sleep(0.1)
        while time.perf_counter() < until:
            fork = page.find(label="1,000 futures from here")
            assert fork
            start = time.perf_counter()
            await page.event(fork, "click", {})
            while "Continuing" not in page.text() and time.perf_counter() - start < LOST_AFTER:
                await asyncio.sleep(0.002)
            while "Continuing" in page.text() and time.perf_counter() - start < LOST_AFTER:
                await asyncio.sleep(0.002)
            times.append(time.perf_counter() - start)
            await asyncio.sleep(1.0)
    return times


async def classroom(server: Server, made: list[Any], futures: bool) -> Iterable[Row]:
    """Rows of one lesson."""
    url = server.url
    students = []
    for room, keys in made:
        pair = [Student(url, room, seat, keys[seat]) for seat in PARTIES]
        pair[0].partner, pair[1].partner = pair[1], pair[0]
        students += pair
    for student in students:
        await student.sit_down()
    busy, load = cpu_seconds(server.process.pid), os.getloadavg()[0]
    until = time.perf_counter() + SECONDS
    asking = asyncio.create_task(ask_for_futures(url, until)) if futures else None
    await asyncio.gather(*(student.play(until) for student in students))
    waited = await asking if asking else []
    busy = cpu_seconds(server.process.pid) - busy
    for student in students:
        await student.page.leave()
        await student.browser.session.close()
    beside = ", beside 1,000 futures" if futures else ""
    rows = [
        _row(f"click to the player's own page{beside}", [t for s in students for t in s.own], SEEN),
        _row(f"click to the other's page{beside}", [t for s in students for t in s.others], SEEN),
    ]
    if waited:
        rows.append(_row("click to 1,000 futures drawn, beside 40 students", waited))
    made_moves = sum(student.moves for student in students)
    rows.append(Row(f"the server's processor time a move, both pages{beside}; load before",
                    f"{1000 * busy / max(made_moves, 1):.0f} ms; {load:.1f}"))  # fmt: skip
    unseen = sum(student.unanswered for student in students)
    what = f"clicks not seen after {LOST_AFTER:.0f} s{beside}"
    rows.append(Row(what, f"{unseen} of {2 * made_moves:,}", "0", unseen == 0))
    return rows


def _row(what: str, times: list[float], limit: float | None = None) -> Row:
    """Median, 95th percentile and longest of some times, by the clock."""
    middle, late, worst = np.quantile(times, [0.5, 0.95, 1.0]) * 1000
    figure = f"{middle:.0f}, {late:.0f}, {worst:.0f} ms"
    if limit is None:
        return Row(f"{what}: median, 95th percentile, longest", figure)
    target = f"95th percentile under {limit * 1000:.0f} ms"
    return Row(f"{what}: median, 95th percentile, longest", figure, target, late < limit * 1000)


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used, its workers not counted."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rows() -> Iterator[Row]:
    for futures in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "data"
            made = make(data, ROOMS)
            with Server(data) as server:
                time.sleep(5)  # until the workers are warm
                yield from asyncio.run(classroom(server, made, futures))
                trouble = server.log.read_text().splitlines()[2:]
            store = Store(data / "rooms.sqlite")
            kept = sum(len(store.rows("moves", room=room.code)) for room, _ in made)
            store.close()
        yield Row("moves in the file", f"{kept:,}")
        yield Row("lines of trouble that the server said", f"{len(trouble)}", "0", not trouble)
