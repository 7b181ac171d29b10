"""What attacks on a server share: processes, files, and a game to attack."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

from classroom import Server
from sockets import DECISIONS, PATIENCE, Browser, Page, make_class, sit_down

SECRET = "the-password-of-the-operator"


def alive(processes: set[int]) -> set[int]:
    """Those of some processes that still run."""
    found = set()
    for number in processes:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found.add(number)
    return found


def gone(processes: set[int], seconds: float = 15.0) -> set[int]:
    """Wait for processes to end; return those that did not, which are then ended."""
    end = time.monotonic() + seconds
    while alive(processes) and time.monotonic() < end:
        time.sleep(0.1)
    left = alive(processes)
    for number in left:
        os.kill(number, signal.SIGKILL)
    return left


def rows(server: Server, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the file of the rooms answers."""
    file = sqlite3.connect(server.data / "rooms.sqlite", timeout=10)
    found = file.execute(query, values).fetchall()
    file.close()
    return found


def moves(server: Server, code: str) -> list[tuple[Any, ...]]:
    """Number, seat, kind and value of every stored move of a room."""
    found = rows(server, "SELECT turn, seat, kind, value FROM moves WHERE room = ?", code)
    return sorted((turn, seat, kind, json.loads(value)) for turn, seat, kind, value in found)


class Lesson:
    """A teacher and somebody in a seat, in the middle of a game."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.teacher, self.ann = Browser(server.url), Browser(server.url)

    async def __aenter__(self) -> Lesson:
        self.desk, [self.code] = await make_class(self.teacher, self.server.word)
        self.seat = await sit_down(self.ann, self.code, "Islamabad", "Ann")
        return self

    async def __aexit__(self, *_: object) -> None:
        for browser in (self.teacher, self.ann):
            await browser.__aexit__(None, None, None)

    def stored(self) -> list[tuple[Any, ...]]:
        """The moves in the file."""
        return moves(self.server, self.code)

    async def decide(self) -> None:
        """Click a decision, whatever comes of it."""
        await click(self.seat)

    async def play(self, number: int) -> None:
        """Make decisions that are acknowledged."""
        for _ in range(number):
            before = shown(self.seat)
            await self.decide()
            seen = await self.seat.until(lambda n=before: shown(self.seat) > n)
            assert seen, self.seat.words()[-2000:]

    async def restart(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the server, start it again, and come back with the same browser."""
        for page in (self.desk, self.seat):
            page.reconnects = False
        self.server.stop(how)
        self.server.start()
        for page in (self.desk, self.seat):
            page.reconnects = True
        await self.desk.load("/teach")
        await self.seat.load(f"/room/{self.code}/pakistan")


async def click(page: Page) -> None:
    """Click the first decision there is a button for, once there is one."""
    assert await page.until(lambda: button(page)), page.words()[-2000:]
    await page.event(button(page), "click", {})


def button(page: Page) -> Any:
    """The first button of a decision."""
    return next(filter(None, (page.find(label=label) for label in DECISIONS)), None)


def shown(page: Page) -> int:
    """Number of the decision that a seat's page shows."""
    for element in page.elements.values():
        turn = element.get("props", {}).get("data-turn")
        if turn is not None:
            return int(turn) + 1
    return 0


async def answers(browser: Browser, path: str = "/", within: float = PATIENCE) -> float:
    """Seconds until a page is there."""
    start = time.perf_counter()
    status, _, _ = await asyncio.wait_for(browser.get(path), within)
    assert status == 200
    return time.perf_counter() - start
