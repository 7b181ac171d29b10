"""Limits limit: beyond them not even a right code is answered, wherever a visitor says to be."""

from __future__ import annotations

import pytest
from classroom import Server
from sockets import Browser, make_class, sit_down

pytestmark = pytest.mark.slow
MOST = 120  # wrong codes in a minute from one address
TOO_MANY = "oo many wrong codes or keys from here"


def guess(number):
    """A code that is none."""
    return f"AAAA{number:04d}".replace("0", "B").replace("1", "C")


async def guessed(browser, number, forwarded=False):
    """Guess codes; return the last answer."""
    words = ""
    for k in range(number):
        headers = {"X-Forwarded-For": f"203.0.113.{k % 250}"} if forwarded else {}
        _, words, _ = await browser.get(f"/room/{guess(k)}", **headers)
    return words


async def test_beyond_the_limit_a_right_code_is_not_answered(fresh):
    async with (
        Browser(fresh.url) as teacher, Browser(fresh.url) as ann, Browser(fresh.url) as thief,
    ):  # fmt: skip
        desk, [code, other] = await make_class(teacher, fresh.word, rooms=2)
        await sit_down(ann, code, "Islamabad", "Ann")
        await guessed(thief, MOST)
        for one in (guess(1), code, other):
            _, words, _ = await thief.get(f"/room/{one}")
            assert TOO_MANY in words
            assert "Take the seat" not in words
        for browser, path in ((ann, f"/room/{code}/pakistan"), (teacher, f"/watch/{code}")):
            _, words, _ = await browser.get(path)  # from the same address, but not guessing
            assert "Trust in the other side" in words
        await desk.sees("Class IR 101")


async def test_a_forwarded_address_does_not_reset_the_count(fresh):
    async with Browser(fresh.url) as teacher, Browser(fresh.url) as thief:
        _, [code] = await make_class(teacher, fresh.word)
        words = await guessed(thief, MOST + 5, forwarded=True)
        assert TOO_MANY in words
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP"):
            _, words, _ = await thief.get(f"/room/{code}", **{header: "198.51.100.7"})
            assert TOO_MANY in words


async def test_a_named_proxy_and_nobody_else_says_who_asks(tmp_path):
    with Server(tmp_path / "data", "--proxy", "127.0.0.1") as server:
        async with Browser(server.url) as teacher, Browser(server.url) as proxied:
            _, [code] = await make_class(teacher, server.word)
            for _ in range(MOST):
                await proxied.get("/room/AAAAAAAA", **{"X-Forwarded-For": "203.0.113.1"})
            for address, answered in (
                ("203.0.113.1", False), ("203.0.113.2", True),
                ("203.0.113.2, 203.0.113.1", False),  # only what the proxy itself has added counts
            ):  # fmt: skip
                _, words, _ = await proxied.get(f"/room/{code}", **{"X-Forwarded-For": address})
                assert (TOO_MANY not in words) is answered
    with Server(tmp_path / "other", "--proxy", "192.0.2.9") as server:
        async with Browser(server.url) as thief:
            words = await guessed(thief, MOST + 1, forwarded=True)
            assert TOO_MANY in words


async def test_keys_and_words_are_bounded_as_codes_are(fresh):
    async with Browser(fresh.url) as teacher, Browser(fresh.url) as thief:
        _, [code] = await make_class(teacher, fresh.word)
        page = await thief.open("/teach")
        await page.type("Name of the class", "IR")
        for number in range(31):
            page.said.clear()
            await page.type("Teacher's word", f"ABCD-EF{number:02d}")
            await page.click("Make the rooms")
            assert await page.until(lambda: page.said)
        assert TOO_MANY in page.said[-1]
        page.said.clear()
        await page.type("Teacher's word", fresh.word)
        await page.click("Make the rooms")
        assert await page.until(lambda: page.said)
        assert TOO_MANY in page.said[-1]
        page = await thief.open(f"/room/{code}")
        for _ in range(MOST + 1):
            page.said.clear()
            await page.type("Return key", "x" * 22)
            await page.click("Go")
            assert await page.until(lambda: page.said)
        assert TOO_MANY in page.said[-1]
