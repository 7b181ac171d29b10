"""A seat that was freed and a class that was left show nothing more and steer nothing more."""

from __future__ import annotations

import asyncio

import pytest
from sockets import Browser, make_class, sit_down, teachers_key

from .helpers import DECISIONS, button, click, moves, rows, shown

pytestmark = pytest.mark.slow
PRIVATE = ("Trust in the other side", "Worth of no deal", "Return key")
LOST = "is not yours any more"


class Table:
    """A teacher at a room's page, and two people in its seats."""

    def __init__(self, server):
        self.server = server
        self.browsers = [Browser(server.url) for _ in range(3)]

    async def __aenter__(self):
        teacher, ann, bob = self.browsers
        self.desk, [self.code] = await make_class(
            teacher, self.server.word, seats=("Islamabad", "Kabul")
        )
        self.ann = await sit_down(ann, self.code, "Islamabad", "Ann")
        self.bob = await sit_down(bob, self.code, "Kabul", "Bob")
        self.watch = await teacher.open(f"/watch/{self.code}")
        return self

    async def __aexit__(self, *_):
        for browser in self.browsers:
            await browser.__aexit__(None, None, None)

    async def play(self, number):
        """Make decisions, whoever is asked."""
        made = len(moves(self.server, self.code))
        for _ in range(100 * number):
            if len(moves(self.server, self.code)) >= made + number:
                return
            for page in (self.ann, self.bob):
                if page.there and button(page):
                    await click(page)  # perhaps of a button that is just drawn anew
            await asyncio.sleep(0.1)
        raise AssertionError([page.words()[-1000:] for page in (self.ann, self.bob)])


async def test_a_freed_seat_shows_at_once_that_it_was_freed_and_no_private_number_after(shared):
    async with Table(shared) as table:
        await table.play(3)
        page = table.ann
        assert all(words in page.words() for words in PRIVATE)
        await table.watch.sure("Free the seat of Islamabad")
        await page.sees(LOST, 2)
        assert [words for words in PRIVATE if words in page.words()] == []
        page.received.clear()
        await table.watch.click("Let an agent play Islamabad")
        await table.play(4)
        await asyncio.sleep(0.5)
        assert page.received == []  # neither numbers nor anything else of the game


async def test_the_page_of_a_freed_seat_does_nothing_more(shared):
    async with Table(shared) as table:
        await table.play(2)
        for page in (table.ann, table.bob):
            if button(page):
                break
        seat = "Islamabad" if page is table.ann else "Kabul"
        label, found = next((d, page.find(label=d)) for d in DECISIONS if page.find(label=d))
        kept = page.message(found, "click", {})
        before = moves(shared, table.code)
        await table.watch.sure(f"Free the seat of {seat}")
        await page.sees(LOST, 2)
        await page.emit("event", kept)
        await asyncio.sleep(0.5)
        assert moves(shared, table.code) == before, label


async def test_the_debriefing_of_a_freed_seat_closes(shared):
    async with Table(shared) as table:
        await table.watch.sure("Reveal everything to the players")
        debrief = await table.browsers[1].open(f"/debrief/{table.code}")
        await debrief.sees("What came of it")
        export = debrief.message(debrief.the(label="Export as CSV"), "click", {})
        await table.watch.sure("Free the seat of Islamabad")
        await debrief.sees("This debriefing is not open to you any more", 2)
        debrief.received.clear()
        await debrief.emit("event", export)
        await asyncio.sleep(0.5)
        assert [words for words in debrief.received if words.startswith("download")] == []
        again, words, _ = await table.browsers[1].get(f"/debrief/{table.code}")
        assert "What came of it" not in words, again


async def test_a_freed_seat_stays_lost_on_every_device(shared):
    async with Table(shared) as table, Browser(shared.url) as elsewhere:
        key = next(
            e["text"] for e in table.ann.elements.values() if "key-text" in e.get("class", ())
        )
        page = await elsewhere.open(f"/room/{table.code}")
        await page.pick("Play", 0)
        await page.type("Return key", key)
        await page.click("Go")
        assert await page.until(lambda: page.opened)
        await page.load(page.opened)
        await page.sees("You are Islamabad")
        await table.watch.sure("Free the seat of Islamabad")
        for one in (table.ann, page):
            await one.sees(LOST, 2)
        for browser in (table.browsers[1], elsewhere):
            _, words, _ = await browser.get(f"/room/{table.code}/pakistan")
            assert "not the key to the seat" in words
        page = await elsewhere.open(f"/room/{table.code}")
        await page.pick("Play", 0)
        await page.type("Return key", key)
        await page.click("Go")
        await page.sees("not the key to the seat")


async def test_a_class_that_was_left_on_a_device_steers_nothing_more(shared):
    async with Table(shared) as table:
        other = await table.browsers[0].open("/teach")
        steer = {
            "Pause all rooms": other.message(other.the(label="Pause all rooms"), "click", {}),
            "Export as CSV": other.message(other.the(label="Export as CSV"), "click", {}),
        }
        watch = {label: table.watch.message(table.watch.the(label=label), "click", {})
                 for label in ("Pause", "Reveal everything to the players",
                               "Free the seat of Kabul", "Let an agent play Kabul")}  # fmt: skip
        await table.desk.sure("Close on this device")
        await table.desk.sees("Make rooms for a class", 5)
        for page in (other, table.watch):
            await page.sees("This class is not open on this device", 3)
            assert "Trust in the other side" not in page.words()
            page.received.clear()
        for message in steer.values():
            await other.emit("event", message)
        for message in watch.values():
            await table.watch.emit("event", message)
        await table.play(2)  # so the room is not paused
        [(paused, revealed, stand_ins)] = rows(
            shared, "SELECT paused, revealed, stand_ins FROM rooms WHERE code = ?", table.code
        )
        assert (paused, revealed, stand_ins) == (0, 0, "")
        assert rows(shared, "SELECT count(*) FROM seats WHERE room = ?", table.code) == [(2,)]
        for page in (other, table.watch):
            told = [w for w in page.received if w.startswith("download") or "trust in the" in w]
            assert told == []


async def test_a_class_comes_back_with_the_teachers_key_only(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as thief:
        desk, _ = await make_class(teacher, shared.word)
        key = await teachers_key(desk)
        for typed, words in (("x" * 22, "not a teacher's key"), (key, "Class IR 101")):
            page = await thief.open("/teach")
            await page.type("Teacher's key", typed)
            await page.click("Go")
            await page.until(lambda page=page: page.opened, 1)
            if page.opened:
                await page.load(page.opened)
            await page.sees(words)
        again = await teacher.open("/teach")
        assert key not in again.words()  # it is told only where it is asked for
        assert await teachers_key(again) == key


async def test_a_closed_room_is_closed_to_everybody(shared):
    async with Table(shared) as table:
        await table.watch.sure("Close this room")
        for page in (table.ann, table.bob):
            await page.sees(LOST, 3)
        assert await table.watch.until(lambda: table.watch.opened == "/teach")
        assert moves(shared, table.code) == []
        assert rows(shared, "SELECT * FROM seats WHERE room = ?", table.code) == []
        status, words, _ = await table.browsers[1].get(f"/room/{table.code}")
        assert (status, "there is no room" in words.lower()) == (200, True)


async def test_a_seat_survives_a_restart_on_the_same_device_without_typing(fresh):
    async with Table(fresh) as table:
        await table.play(5)
        seated = (table.ann, table.bob)
        for page in seated:
            assert await page.until(lambda page=page: shown(page) == 6)
        pages = (table.ann, table.bob, table.watch, table.desk)
        for page in pages:
            page.reconnects = False
        fresh.stop()
        fresh.start()
        for page in pages:
            await page.load(page.path)
        assert [shown(page) for page in seated] == [6, 6]
        await table.watch.sees("Ann")
        await table.play(3)
