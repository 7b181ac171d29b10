"""Nothing that a browser sends becomes part of a configuration, a path or a format."""

from __future__ import annotations

import json
import math

import pytest
from sockets import Browser, make_class

from .helpers import SECRET

pytestmark = pytest.mark.slow
REFUSED = "Your browser sent something that this page did not ask for"
HOSTILE = (
    "${oc.env:SECRET}", "${accepted:/}", "1,2", "[1]", "../../etc/passwd", "{0.__class__}", "%s%n",
    "\x1b[31m\nforged", "\x00", "'; DROP TABLE rooms; --", "<b>bold</b>", "x" * 30_000,
    None, True, -1, 0, 10**400, 1e308, [], [[]], {}, {"value": -1}, {"value": 10**9},
    {"value": "0"}, {"value": [0]}, [{"value": 99}], [{"value": None}], ["x"] * 1_000,
)  # fmt: skip


async def explore(browser):
    page = await browser.open("/explore")
    await page.sees("Day 0 of")
    return page


def slider(page):
    return page.the(**{"aria-label": "Islamabad's trust in Kabul on day 0"})


async def test_a_sliders_value_does_not_read_the_servers_environment(shared):
    async with Browser(shared.url) as browser:
        page = await explore(browser)
        await page.event(slider(page), "update:modelvalue", "${oc.env:SECRET}")
        await page.click("Start again with these")
        await page.until(lambda: page.said, 5)
        assert SECRET not in " ".join(page.received)
        assert any(REFUSED in words for words in page.said)


async def test_no_value_tells_whether_a_file_exists(shared, tmp_path):
    (tmp_path / "accepted.csv").write_text("a,distance\n1,2\n")
    told = []
    for folder in (tmp_path, tmp_path / "nowhere"):
        async with Browser(shared.url) as browser:
            page = await explore(browser)
            await page.event(slider(page), "update:modelvalue", f"${{accepted:{folder}}}")
            await page.click("Start again with these")
            await page.until(lambda page=page: page.said, 5)
            told.append(page.said)
    assert told[0] == told[1]


async def test_a_number_that_is_none_is_refused_in_a_sentence(shared):
    for value in (math.nan, math.inf, 1e9, -5, "0.5", [0.5], None):
        async with Browser(shared.url) as browser:
            page = await explore(browser)
            message = page.message(slider(page), "update:modelvalue", value)
            await page.emit("event", message)
            await page.sees(REFUSED, 5)


@pytest.mark.parametrize("path", ["/", "/explore", "/play", "/teach", "/compare"])
async def test_no_control_takes_what_its_page_does_not_offer(shared, path):
    """Every listener of every control is sent everything hostile; the page goes on working."""
    async with Browser(shared.url) as browser:
        page = await browser.open(path)
        if path == "/explore":
            await page.sees("Day 0 of")
        for number, element in list(page.elements.items()):
            for listener in element.get("events", []):
                for value in HOSTILE:
                    if not page.there:  # too many at once; the page was loaded again
                        break
                    await page.emit(
                        "event",
                        {"id": int(number), "client_id": page.client,
                         "listener_id": listener["listener_id"], "args": [json.dumps(value)]},
                    )  # fmt: skip
        for label in ("Start again with these", "Draw", "Make the rooms", "Go"):
            if page.there and page.find(label=label):
                await page.click(label)
        fresh = await browser.open(path)
        assert len(fresh.elements) > 10
        assert SECRET not in " ".join([*page.received, *fresh.received])


async def test_text_is_shown_as_it_was_typed_and_never_taken_for_a_format(shared):
    name = "{0.__class__} ${oc.env:SECRET} %s"
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [code] = await make_class(teacher, shared.word)
        page = await ann.open(f"/room/{code}")
        await page.type("Your name", name)
        await page.click("Take the seat of Islamabad")
        await page.until(lambda: page.opened)
        watch = await teacher.open(f"/watch/{code}")
        await watch.sees(name)
        assert SECRET not in " ".join([*page.received, *watch.received])


@pytest.mark.parametrize("seed", ["${oc.env:SECRET}", "1,2", "-1", "1e3", "²", "9" * 5_000, "+1"])
async def test_a_seed_that_is_none_is_refused_in_a_sentence(shared, seed):
    async with Browser(shared.url) as browser:
        page = await explore(browser)
        await page.type("Seed (the same seed tells the same story)", seed)
        await page.click("Start again with these")
        await page.sees("allowed are whole numbers from 0 to")
        assert SECRET not in " ".join(page.received)


@pytest.mark.parametrize("number", ["nan", "1e308", "-3", "0", "41", "2.5", ""])
async def test_a_number_of_rooms_that_is_none_is_refused_in_a_sentence(shared, number):
    async with Browser(shared.url) as browser:
        page = await browser.open("/teach")
        await page.type("Name of the class", "IR")
        await page.type("Teacher's word", shared.word)
        await page.event(page.the(label="Number of rooms"), "update:modelvalue", number)
        await page.click("Make the rooms")
        assert await page.until(lambda: page.said)
        words = " ".join(page.said)
        assert "allowed are whole numbers from 1 to 40" in words or REFUSED in words
