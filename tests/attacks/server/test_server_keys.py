"""Whoever reads the server's folder can take no seat and no class."""

from __future__ import annotations

import re
import stat
from base64 import b64encode

import pytest
from sockets import COOKIE, Browser, make_class, sit_down, teachers_key

pytestmark = pytest.mark.slow


def key_on(page):
    return next(e["text"] for e in page.elements.values() if "key-text" in e.get("class", ()))


def folder(server):
    """Every file of the server's folder, by its path in it."""
    return {
        str(path.relative_to(server.data)): path.read_bytes()
        for path in server.data.rglob("*")
        if path.is_file()
    }


async def sitting(server, teacher, ann):
    """A class and a seat, with the keys that their pages told."""
    desk, [code] = await make_class(teacher, server.word)
    page = await sit_down(ann, code, "Islamabad", "Ann")
    return code, [await teachers_key(desk), key_on(page)]


async def test_no_key_is_in_the_folder_in_the_clear(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, keys = await sitting(shared, teacher, ann)
        shown = [*keys, shared.word]
        bare = [one.replace("-", "") for one in shown]
        secrets = [*shown, *bare, teacher.secret, ann.secret]
        held = folder(shared)
        for secret in filter(None, secrets):
            for form in (secret.encode(), b64encode(secret.encode())):
                assert [name for name, content in held.items() if form in content] == []


async def test_what_is_in_the_folder_opens_nothing(shared):
    """Every word of every file, and of every file's name, is tried as a cookie and as a key."""
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        code, _ = await sitting(shared, teacher, ann)
        held = folder(shared)
        words = set()
        for content in [*held.values(), *(name.encode() for name in held)]:
            words |= {w.decode() for w in re.findall(rb"[A-Za-z0-9_\-]{16,100}", content)}
        assert len(words) > 5
        forged = {f"{COOKIE}={word[:43]:A<43}" for word in words}
        for cookie in [*forged, *signed_sessions(held)]:
            async with Browser(shared.url, {"Cookie": cookie}) as thief:
                for path in (f"/room/{code}/pakistan", f"/watch/{code}"):
                    _, text, _ = await thief.get(path)
                    assert "Trust in the other side" not in text, cookie


def signed_sessions(held):
    """Cookies as a session library would sign them, with a secret found in the folder."""
    import json

    from itsdangerous import TimestampSigner

    secrets = [content.decode() for name, content in held.items() if "secret" in name]
    names = [match[1] for name in held if (match := re.search(r"user-([\w-]+)\.json", name))]
    for secret in secrets:
        for name in names:
            data = b64encode(json.dumps({"id": name}).encode())
            yield f"session={TimestampSigner(secret).sign(data).decode()}"


async def test_files_are_for_their_owner_only(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        await sitting(shared, teacher, ann)
        loose = {
            str(path): oct(stat.S_IMODE(path.stat().st_mode))
            for path in [shared.data, *shared.data.rglob("*")]
            if path.stat().st_mode & 0o077
        }
        assert loose == {}


async def test_a_reload_storm_without_cookies_leaves_nothing(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        code, _ = await sitting(shared, teacher, ann)
        before = {name: len(content) for name, content in folder(shared).items()}
        for _ in range(40):
            async with Browser(shared.url) as nobody:
                for path in ("/play", "/teach", f"/room/{code}"):
                    await nobody.get(path)
        assert {name: len(content) for name, content in folder(shared).items()} == before


async def test_the_browsers_secret_is_out_of_reach_of_scripts_and_ends(shared):
    async with Browser(shared.url) as browser:
        _, _, headers = await browser.get("/play")
        cookie = headers["Set-Cookie"]
        assert re.match(rf"{COOKIE}=[\w-]{{43}};", cookie)
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Max-Age=2592000"))
        _, _, again = await browser.get("/play")
        assert (
            again["Set-Cookie"].split(";")[0] == cookie.split(";")[0]
        )  # the same, and kept longer


async def test_another_browser_is_nobody(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        code, _ = await sitting(shared, teacher, ann)
        for cookie in ("", f"{COOKIE}={'A' * 43}", f"{COOKIE}=", f"{COOKIE}={'x' * 5_000}"):
            async with Browser(shared.url, {"Cookie": cookie}) as other:
                for path in (f"/room/{code}/pakistan", f"/watch/{code}", f"/debrief/{code}"):
                    _, text, _ = await other.get(path)
                    assert "Trust in the other side" not in text


async def test_who_keeps_no_cookies_is_told_before_a_seat_is_lost(shared):
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [code] = await make_class(teacher, shared.word)
        ann.session._cookie_jar = type(ann.session.cookie_jar)()  # refuses cookies of IP addresses
        page = await ann.open(f"/room/{code}")
        await page.type("Your name", "Ann")
        await page.click("Take the seat of Islamabad")
        await page.sees("Your browser keeps no cookies of this server")
        assert page.find(label="Take the seat of Islamabad")
