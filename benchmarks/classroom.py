"""The classroom under load: 40 students in 20 rooms, a move every two seconds.

Students are socket.io clients on this machine that speak as a browser does: they load the page,
keep its elements, click buttons and wait for the answer. Printed are how long a click takes to be
seen by who clicked and by the other player, and whether a move was lost. With ``--futures`` another
visitor asks for 1,000 futures all the time.

    python -m benchmarks.classroom [--seconds 120] [--rooms 20] [--every 2] [--futures]
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import html
import itertools
import json
import os
import random
import re
import sys
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import socketio

from sim.app.rooms import Limit, Room, Rooms
from sim.app.store import Store
from sim.game import Setup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from classroom import Server

DECISIONS = (
    "Come to the talks", "Refuse", "Refuse the text", "Pass: hold to your last offer",
    "Offer this package", "Answer with this", "Publish", "Hold on to it",
)  # fmt: skip
SEATS = ("pakistan", "afghan_taliban")
LOST_AFTER = 10.0  # seconds without an answer


class Page:
    """A page as a browser holds it: its elements by number, and what to do when they change."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url
        self.socket: socketio.AsyncClient | None = None
        self.elements: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()
        self.opened, self.losses, self.path = "", 0, ""
        self.next_message = 0

    async def load(self, path: str) -> None:
        """Load a page and connect to it."""
        self.path = path
        if self.socket:
            await self.leave()
        socket = socketio.AsyncClient(http_session=self.session, reconnection=False)
        socket.on("update", self._update)
        socket.on("open", self._open)
        socket.on("disconnect", partial(self._lost, socket))
        self.socket = socket
        async with self.session.get(self.url + path) as answer:
            text = await answer.text()
        held = re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.DOTALL)
        query = re.search(r"query: (\{.*?\}),\n", text)
        assert held, text[:500]
        assert query, text[:500]
        self.elements = json.loads(html.unescape(held[1]))
        asked = ast.literal_eval(query[1])
        self.client = asked["client_id"]
        asked |= {"document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4())}
        asked["implicit_handshake"] = "true"
        words = "&".join(f"{name}={value}" for name, value in asked.items())
        await self.socket.connect(
            f"{self.url}?{words}", socketio_path="/_nicegui_ws/socket.io", transports=["websocket"]
        )

    async def leave(self) -> None:
        """Close the page."""
        socket, self.socket = self.socket, None
        if socket is not None:
            await socket.disconnect()

    async def _update(self, data: dict[str, Any]) -> None:
        self.next_message = data.pop("_id", self.next_message - 1) + 1
        for number, element in data.items():
            if element is None:
                self.elements.pop(number, None)
            else:
                self.elements[number] = element
        self.changed.set()

    async def _lost(self, socket: socketio.AsyncClient, reason: str = "") -> None:
        """Come back as a browser does that cannot reconnect, by loading the page again."""
        if socket is self.socket:  # and not of a page that was left
            self.losses, self.socket = self.losses + 1, None
            await self.load(self.path)

    @property
    def there(self) -> bool:
        """Whether the page is connected."""
        return self.socket is not None and self.socket.connected

    async def _open(self, data: dict[str, Any]) -> None:
        self.opened = data["path"]
        self.changed.set()

    def find(self, **props: str) -> tuple[str, dict[str, Any]] | None:
        """The element with these properties."""
        for number, element in self.elements.items():
            held = element.get("props", {})
            if all(held.get(name) == value for name, value in props.items()):
                return number, element
        return None

    async def event(self, found: tuple[str, dict[str, Any]], kind: str, *values: Any) -> None:
        """Let an element's listeners hear an event."""
        number, element = found
        for listener in element.get("events", []):
            if listener["type"].lower().replace("-", "") == kind:
                await self.socket.emit(
                    "event",
                    {"id": int(number), "client_id": self.client,
                     "listener_id": listener["listener_id"],
                     "args": [json.dumps(value) for value in values]},
                )  # fmt: skip

    def text(self) -> str:
        """What tells this state of the game from the next: day, status and what is asked."""
        labels = [e["text"] for e in self.elements.values() if e.get("text")]
        asked = [e["props"]["label"] for e in self.elements.values()
                 if e.get("tag") == "q-btn" and "label" in e.get("props", {})]  # fmt: skip
        inner = [e["props"]["innerHTML"] for e in self.elements.values()
                 if "innerHTML" in e.get("props", {})]  # fmt: skip
        return json.dumps([labels, asked, inner])

    async def until_other(self, before: str) -> float | None:
        """Seconds until the page says something else, or None if it does not."""
        start = time.perf_counter()
        while self.text() == before:
            self.changed.clear()
            left = LOST_AFTER - (time.perf_counter() - start)
            if left <= 0:
                return None
            try:
                await asyncio.wait_for(self.changed.wait(), left)
            except TimeoutError:
                return None
        return time.perf_counter() - start


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
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.page = Page(self.session, self.url)
        await self.page.load(f"/room/{self.room.code}")
        seats = [
            e for e in self.page.elements.items() if e[1].get("props", {}).get("label") == "Play"
        ]
        assert seats
        order = self.room.setup.persons.index(self.seat)
        await self.page.event(seats[0], "update:modelvalue", {"value": order, "label": ""})
        field = self.page.find(label="Return key")
        assert field
        await self.page.event(field, "update:value", self.key)
        await asyncio.sleep(0.3)
        go = self.page.find(label="Go")
        assert go
        await self.page.event(go, "click", {})
        for _ in range(100):
            if self.page.opened:
                break
            await asyncio.sleep(0.1)
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
            self.page.until_other(mine), self.partner.page.until_other(theirs)
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
    """Rooms with both seats taken, before the server starts."""
    data.mkdir()
    kept = Rooms(Store(data / "rooms.sqlite"))
    kept.makes = Limit(10_000, 1.0)
    setups = [Setup.of("baseline", seed=seed, days=365, persons=SEATS) for seed in range(rooms)]
    made = []
    for low in range(0, rooms, 40):
        _, opened = kept.open_class("load", setups[low : low + 40], 0, "here")
        made += [(room, {s: kept.take_seat(room, s, s, "here") for s in SEATS}) for room in opened]
    kept.store.close()
    return made


async def ask_for_futures(url: str, until: float) -> list[float]:
    """A visitor of the explore page who asks for 1,000 futures again and again."""
    times = []
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        page = Page(session, url)
        await page.load("/explore")
        while "Day 0 of" not in page.text():
            await asyncio.sleep(0.1)
        while time.perf_counter() < until:
            fork = page.find(label="1,000 futures from here")
            assert fork
            start = time.perf_counter()
            await page.event(fork, "click", {})
            while "Continuing" not in page.text() and time.perf_counter() - start < LOST_AFTER:
                await asyncio.sleep(0.002)
            while "RMST" not in page.text() and time.perf_counter() - start < LOST_AFTER:
                await asyncio.sleep(0.002)
            times.append(time.perf_counter() - start)
            await asyncio.sleep(1.0)
        await page.leave()
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
        await student.session.close()
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
            said = server.log.read_text().splitlines()[1:]
        print("\n".join(["the server said:", *said[-20:]]) if said else "the server said nothing")
        store = Store(data / "rooms.sqlite")
        kept = sum(len(store.moves(room.code)) for room, _ in made)
        print(f"moves in the file: {kept}; the server used {busy:.1f} s of one processor, "
              f"{1000 * busy / max(kept, 1):.0f} ms a move with both pages (and their loading); "
              f"load of the machine {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
