"""A move is acknowledged when it is stored; what befalls the file is noticed, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import signal
import sqlite3
import time

import pytest
from classroom import free_port
from sockets import Browser, Page, make_class, sit_down

from .helpers import Lesson, answers, button, click, rows, shown

pytestmark = pytest.mark.slow
NO_DISK = (0, resource.RLIM_INFINITY)
DISK = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
KILLS, MOVES = 20, 40


async def test_a_full_disk_refuses_a_move_which_can_then_be_made_and_none_is_lost(fresh):
    async with Lesson(fresh) as lesson:
        await lesson.play(3)
        before, page = lesson.stored(), lesson.seat
        resource.prlimit(fresh.process.pid, resource.RLIMIT_FSIZE, NO_DISK)
        for _ in range(3):
            page.said.clear()
            await lesson.decide()
            await page.sees("could not be stored", 10)
        assert (lesson.stored(), shown(page)) == (before, 4)
        resource.prlimit(fresh.process.pid, resource.RLIMIT_FSIZE, DISK)
        await lesson.play(4)
        await lesson.restart()
        assert [move[0] for move in lesson.stored()] == list(range(7))
        assert shown(lesson.seat) == 8
        await lesson.play(1)


async def test_a_locked_file_refuses_a_move_and_stops_no_other_page(fresh):
    async with Lesson(fresh) as lesson, Browser(fresh.url) as other:
        await lesson.play(2)
        holder = sqlite3.connect(fresh.data / "rooms.sqlite", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        await lesson.decide()
        waited = [await answers(other) for _ in range(10)]
        await lesson.seat.sees("could not be stored", 10)
        assert max(waited) < 1.0
        assert shown(lesson.seat) == 3
        holder.execute("COMMIT")
        holder.close()
        await lesson.play(2)
        await lesson.restart()
        assert [move[0] for move in lesson.stored()] == list(range(4))


async def test_a_short_lock_only_delays(fresh):
    async with Lesson(fresh) as lesson:
        holder = sqlite3.connect(fresh.data / "rooms.sqlite", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        await lesson.decide()
        await asyncio.sleep(1.0)
        assert shown(lesson.seat) == 1  # nothing is shown that is not stored
        holder.execute("COMMIT")
        holder.close()
        assert await lesson.seat.until(lambda: shown(lesson.seat) == 2, 5)
        assert len(lesson.stored()) == 1


def delete(path):
    path.unlink()


def replace(path):
    other = path.with_name("rooms-other")
    sqlite3.connect(other).executescript("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);")
    os.replace(other, path)


def copy_over(path):
    """An older copy of the file, into the file."""
    with sqlite3.connect(path) as file:
        file.execute("DELETE FROM moves WHERE turn > 0")


def damage(path):
    with path.open("r+b") as file:
        file.write(os.urandom(8_192))


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [delete, replace, copy_over, damage, empty])
async def test_what_befalls_the_file_is_told_to_the_teacher_and_nothing_is_lost(fresh, harm):
    async with Lesson(fresh) as lesson:
        await lesson.play(4)
        before = lesson.stored()
        harm(fresh.data / "rooms.sqlite")
        await lesson.desk.sees("the file of the rooms was", 5)
        await lesson.desk.sees("written anew and nothing is lost", 5)
        assert lesson.stored() == before
        await lesson.play(3)
        await lesson.restart()
        assert lesson.stored()[:4] == before
        assert (len(lesson.stored()), shown(lesson.seat)) == (7, 8)
        aside = [p for p in fresh.data.iterdir() if "set-aside" in p.name]
        assert bool(aside) is (harm is not delete)  # nobody's file was overwritten


async def test_nothing_is_acknowledged_while_the_file_cannot_be_written_anew(fresh):
    async with Lesson(fresh) as lesson:
        await lesson.play(2)
        before, page = lesson.stored(), lesson.seat
        (fresh.data / "rooms.sqlite.new").mkdir()  # in the way
        (fresh.data / "rooms.sqlite").unlink()
        await lesson.desk.sees("No move can be stored now: the file of the rooms was deleted", 5)
        await lesson.decide()
        await page.sees("no move is taken until it can", 10)
        assert shown(page) == 3
        (fresh.data / "rooms.sqlite.new").rmdir()
        await lesson.desk.sees("written anew and nothing is lost", 5)
        await lesson.play(1)
        assert lesson.stored()[:2] == before
        assert len(lesson.stored()) == 3


async def test_bad_rows_stop_neither_the_start_nor_the_other_rooms(fresh):
    async with Browser(fresh.url) as teacher, Browser(fresh.url) as ann:
        desk, codes = await make_class(teacher, fresh.word, rooms=4)
        pages = [await sit_down(ann, code, "Islamabad", "Ann") for code in codes]
        for page in pages:
            page.reconnects = False
            for turn in range(5):
                await click(page)
                assert await page.until(lambda p=page, n=turn: shown(p) > n + 1)
        desk.reconnects = False
        fresh.stop(signal.SIGKILL)
        with sqlite3.connect(fresh.data / "rooms.sqlite") as file:
            file.execute("DELETE FROM moves WHERE room = ? AND turn = 2", (codes[0],))
            file.execute("UPDATE moves SET value = 'x' WHERE room = ? AND turn = 3", (codes[1],))
            file.execute("UPDATE rooms SET setup = X'ff' WHERE code = ?", (codes[2],))
        fresh.start()
        for page, number in zip(pages, (3, 4, 0, 6), strict=True):
            await page.load(page.path)
            assert shown(page) == number
        await desk.load("/teach")
        await desk.sees("only the first 2 decisions could be played back")
        await desk.sees("only the first 3 decisions could be played back")
        await desk.sees(f"The stored room {codes[2][:4]}-{codes[2][4:]} cannot be opened")
        await desk.click("Resume all rooms")  # although not all are paused
        for page, number in ((pages[0], 3), (pages[1], 4), (pages[3], 6)):
            await click(page)
            assert await page.until(lambda p=page, n=number: shown(p) > n), page.words()[-2000:]


async def test_two_clicks_at_once_are_one_move(fresh):
    async with Lesson(fresh) as lesson:
        other = await lesson.ann.open(f"/room/{lesson.code}/pakistan")
        for turn in range(6):
            assert await other.until(lambda n=turn: shown(other) == n + 1)
            assert await lesson.seat.until(lambda n=turn: shown(lesson.seat) == n + 1)
            await asyncio.gather(lesson.decide(), lesson.decide(), click(other))
        await other.until(lambda: shown(other) == 7)
        await asyncio.sleep(0.5)
        assert [move[0] for move in lesson.stored()] == list(range(6))


async def test_two_servers_do_not_keep_their_rooms_in_one_folder(fresh):
    second = await asyncio.create_subprocess_exec(
        *fresh.command(port=free_port()), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 1
    assert b"another server keeps its rooms in" in said


async def test_20_kills_at_random_moments_of_a_game_lose_none_of_40_acknowledged_moves(fresh):
    """Both seats are taken by one browser; a move counts once a page shows the next decision."""
    chance = random.Random(1611)
    kills = sorted(chance.sample(range(1, MOVES), KILLS))
    async with Browser(fresh.url) as teacher, Browser(fresh.url) as both:
        _, [code] = await make_class(teacher, fresh.word, seats=("Islamabad", "Kabul"))
        await teacher.pages[0].leave()
        pages: list[Page] = []
        for seat, name in (("Islamabad", "Ann"), ("Kabul", "Bob")):
            pages.append(await sit_down(both, code, seat, name))
        acknowledged = 0
        lost: list[str] = []
        while acknowledged < MOVES:
            page = await asked(pages)
            await page.event(button(page), "click", {})
            if kills and acknowledged >= kills[0]:
                kills.pop(0)
                await asyncio.sleep(chance.random() * 0.03)
                acknowledged = max(acknowledged, max(map(shown, pages)) - 1)
                await killed(fresh, pages)
                kept = len(rows(fresh, "SELECT * FROM moves"))
                played_back = max(map(shown, pages)) - 1
                if not acknowledged <= played_back == kept:
                    lost.append(f"{acknowledged} acknowledged, {kept} kept, {played_back} back")
                acknowledged = played_back
            elif await page.until(lambda n=acknowledged: max(map(shown, pages)) > n + 1):
                acknowledged = max(map(shown, pages)) - 1
            else:
                raise AssertionError(page.words()[-2000:])
    assert (lost, kills) == ([], [])
    assert [turn for (turn,) in rows(fresh, "SELECT turn FROM moves ORDER BY turn")] == list(
        range(acknowledged)
    )


async def asked(pages):
    """The page of the seat that is asked, once no page shows an earlier decision."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for page in pages:
            if button(page) and shown(page) == max(map(shown, pages)):
                return page
        await asyncio.sleep(0.02)
    raise AssertionError([page.words()[-1000:] for page in pages])


async def killed(server, pages):
    """Kill the server, start it again, and load the pages again."""
    for page in pages:
        page.reconnects = False
    server.stop(signal.SIGKILL)
    server.start()
    for page in pages:
        await page.load(page.path)
        page.reconnects = True


async def test_a_folder_is_a_backup(fresh, tmp_path):
    """The one file holds everything at any moment: a copy of it can be served."""
    async with Lesson(fresh) as lesson:
        await lesson.play(3)
        copy = tmp_path / "copy.sqlite"
        shutil.copy(fresh.data / "rooms.sqlite", copy)
        with sqlite3.connect(copy) as file:
            assert file.execute("SELECT count(*) FROM moves").fetchone() == (3,)
