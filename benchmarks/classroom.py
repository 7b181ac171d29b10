"""The classroom under load: 40 students in 20 rooms, a move every two seconds.

Students are socket.io clients on this machine that speak as a browser does: they load the page,
keep its elements, click buttons and wait for the answer. Printed are how long a click takes to be
seen by who clicked and by the other player, and whether a move was lost. With ``--futures`` another
visitor asks for 1,000 futures all the time.

    python -m benchmarks.classroom [--seconds 120] [--rooms 20] [--every 2] [--futures]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sim.app.keys import Visitor
from sim.app.limits import Limit
from sim.app.room import Room
from sim.app.rooms import Rooms
from sim.app.store import Store
from sim.game import Setup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from classroom import Server
from sockets import DECISIONS, Browser

SEATS = ("pakistan", "afghan_taliban")
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

    async def play(self, until: float, every: float) -> None:
        """Move every so many seconds, each student at a time of its own."""
        await asyncio.sleep(random.random() * every)
        while time.perf_counter() < until:
            start = time.perf_counter()
            await self.move()
            await asyncio.sleep(max(0.0, every - (time.perf_counter() - start)))


def make(data: Path, rooms: int) -> list[tuple[Room, dict[str, str]]]:
    """Rooms with both seats taken and the return keys to them, before the server starts."""
    data.mkdir()
    kept = Rooms(Store(data / "rooms.sqlite"))
    kept.makes = Limit(10_000, 1.0)
    setups = [Setup.of("baseline", seed=seed, days=365, persons=SEATS) for seed in range(rooms)]
    made = asyncio.run(fill(kept, setups))
    kept.writer.close()
    return made


async def fill(kept: Rooms, setups: list[Setup]) -> list[tuple[Room, dict[str, str]]]:
    sitting = {seat: Visitor("here", seat) for seat in SEATS}
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
            while "(RMST)" not in page.text() and time.perf_counter() - start < LOST_AFTER:
                await asyncio.sleep(0.002)
            times.append(time.perf_counter() - start)
            await asyncio.sleep(1.0)
    return times


async def classroom(url: str, made: list[Any], seconds: float, every: float, futures: bool) -> None:
    students = []
    for room, keys in made:
        pair = [Student(url, room, seat, keys[seat]) for seat in SEATS]
        pair[0].partner, pair[1].partner = pair[1], pair[0]
        students += pair
    for student in students:
        await student.sit_down()
    until = time.perf_counter() + seconds
    asking = asyncio.create_task(ask_for_futures(url, until)) if futures else None
    await asyncio.gather(*(student.play(until, every) for student in students))
    waited = await asking if asking else []
    for student in students:
        await student.page.leave()
        await student.browser.session.close()
    made_moves = sum(student.moves for student in students)
    own = np.array(list(itertools.chain(*(s.own for s in students))))
    other = np.array(list(itertools.chain(*(s.others for s in students))))
    print(f"{len(students)} students in {len(made)} rooms, {seconds:.0f} s: {made_moves} moves, "
          f"{made_moves / seconds:.1f} a second; clicks unanswered after {LOST_AFTER:.0f} s: "
          f"{sum(s.unanswered for s in students)}; connections lost and regained: "
          f"{sum(s.page.losses for s in students)}")  # fmt: skip
    for name, times in (
        ("click to update on the player's own page", own),
        ("click to update on the other player's page", other),
        ("click to 1,000 futures drawn", np.array(waited)),
    ):
        if len(times):
            middle, late, worst = np.quantile(times, [0.5, 0.95, 1.0]) * 1000
            print(f"{name}: median {middle:.0f} ms, 95th percentile "
                  f"{late:.0f} ms, longest {worst:.0f} ms")  # fmt: skip


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used, its workers not counted."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--seconds", type=float, default=120)
    reader.add_argument("--rooms", type=int, default=20)
    reader.add_argument("--every", type=float, default=2)
    reader.add_argument("--futures", action="store_true")
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        made = make(data, given.rooms)
        with Server(data) as server:
            time.sleep(5)  # until the workers are warm
            busy = cpu_seconds(server.process.pid)
            asyncio.run(classroom(server.url, made, given.seconds, given.every, given.futures))
            busy = cpu_seconds(server.process.pid) - busy
            said = server.log.read_text().splitlines()[2:]
        print("\n".join(["the server said:", *said[-20:]]) if said else "the server said nothing")
        store = Store(data / "rooms.sqlite")
        kept = sum(len(store.rows("moves", room=room.code)) for room, _ in made)
        print(f"moves in the file: {kept}; the server used {busy:.1f} s of one processor, "
              f"{1000 * busy / max(kept, 1):.0f} ms a move with both pages (and their loading); "
              f"load of the machine {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
