"""Nobody fills the server: classes need the teacher's word, and rooms are bounded by address."""

from __future__ import annotations

import asyncio
import time

import pytest
from classroom import Server
from sockets import Browser, make_class, sit_down

from sim.app.register import MOST_ALONE_OF_PLACE

from .helpers import button, click, rows, shown

pytestmark = pytest.mark.slow


def made(server):
    return rows(server, "SELECT count(*) FROM rooms")[0][0]


async def test_a_visitor_makes_no_rooms_for_a_class(fresh):
    async with Browser(fresh.url) as browser:
        for _ in range(3):
            page = await browser.open("/teach")
            await page.type("Name of the class", "IR")
            await page.event(page.the(label="Number of rooms"), "update:modelvalue", "40")
            await page.click("Make the rooms")
            await page.until(lambda page=page: page.said or page.opened, 10)
        assert made(fresh) == 0
        await page.sees("This is not the teacher's word")


async def test_who_plays_alone_cannot_take_the_place_of_classes(fresh):
    """As fast as it goes, from one address that says every time it is another."""
    async with Browser(fresh.url) as browser:
        page = await browser.open("/play")
        taken = page.message(page.the(label="Take the seat of Islamabad"), "click", {})
        for number in range(MOST_ALONE_OF_PLACE + 20):
            before = made(fresh)
            page.said.clear()
            if not page.there:
                page = await browser.open("/play")
                taken = page.message(page.the(label="Take the seat of Islamabad"), "click", {})
            browser.headers["X-Forwarded-For"] = f"198.51.100.{number}"
            await page.emit("event", taken)
            await page.until(lambda page=page, n=before: page.said or made(fresh) > n, 10)
        assert made(fresh) <= MOST_ALONE_OF_PLACE
        assert await page.until(lambda: page.said)
    async with Browser(fresh.url) as teacher:
        _, codes = await make_class(teacher, fresh.word, rooms=40)
        assert len(codes) == 40


async def test_no_more_rooms_are_made_from_one_address_than_classes_need(fresh):
    async with Browser(fresh.url) as teacher:
        for number in range(6):
            page = await teacher.open("/teach")
            if page.find(label="Close on this device"):
                await page.sure("Close on this device")
                await page.sees("Make rooms for a class")
            await page.type("Name of the class", f"IR {number}")
            await page.type("Teacher's word", fresh.word)
            await page.event(page.the(label="Number of rooms"), "update:modelvalue", "40")
            await page.click("Make the rooms")
            await page.until(lambda page=page: page.said or "Pause all rooms" in page.words(), 60)
        assert made(fresh) == 200
        await page.sees("200 rooms were made from here already")


async def test_a_class_that_was_closed_makes_room(fresh):
    async with Browser(fresh.url) as teacher:
        page, codes = await make_class(teacher, fresh.word, rooms=3)
        assert made(fresh) == len(codes) == 3
        await page.click("Close the class")
        await page.sees("All its rooms, games and moves are deleted")
        buttons = [(n, e) for n, e in page.elements.items()
                   if e.get("props", {}).get("label") == "Close the class"]  # fmt: skip
        await page.event(buttons[-1], "click", {})
        await page.sees("Make rooms for a class")
        assert made(fresh) == 0


async def test_playing_alone_is_one_click(fresh):
    async with Browser(fresh.url) as browser:
        page = await browser.open("/play")
        await page.click("Take the seat of Kabul")
        assert await page.until(lambda: page.opened)
        await page.load(page.opened)
        await page.sees("You are Kabul")


async def test_on_this_machine_the_word_can_be_dropped(tmp_path):
    with Server(tmp_path / "data", "--open") as server:
        assert server.word == ""
        async with Browser(server.url) as teacher:
            _, codes = await make_class(teacher)
            assert len(codes) == 1


async def test_40_students_behind_one_address_join_within_a_minute_and_after_a_restart(fresh):
    """Each first types a wrong code. Then the server is killed, and all come back by themselves."""
    seats = (("Islamabad", "pakistan"), ("Kabul", "afghan_taliban"))
    students = [Browser(fresh.url) for _ in range(40)]
    async with Browser(fresh.url) as teacher:
        desk, codes = await make_class(teacher, fresh.word, rooms=20, seats=("Islamabad", "Kabul"))
        await desk.leave()
        start = time.monotonic()

        async def join(number):
            browser, (seat, _) = students[number], seats[number % 2]
            page = await browser.open("/play")
            await page.type("Code, or return key", "AAAA-AAAA")
            await page.click("Go")
            await page.sees("There is no room with the code", 60)
            await page.type("Code, or return key", codes[number // 2])
            await page.click("Go")
            assert await page.until(lambda: page.opened, 60)
            await page.leave()
            return await sit_down(browser, codes[number // 2], seat, f"Student {number}")

        pages = await asyncio.gather(*(join(number) for number in range(40)))
        assert time.monotonic() - start < 60
        for page in pages[:10]:
            if button(page):
                await click(page)
        await asyncio.sleep(1)
        numbers = [shown(page) for page in pages]
        for page in pages:
            page.reconnects = False
        fresh.stop(9)
        fresh.start()
        start = time.monotonic()
        await asyncio.gather(*(page.load(page.path) for page in pages))
        assert time.monotonic() - start < 60
        assert [shown(page) for page in pages] == numbers
        for browser in students:
            await browser.__aexit__(None, None, None)
