"""What other sites, other pages and malformed messages cannot do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import uuid

import aiohttp
import pytest
import socketio
from classroom import Server
from sockets import PATH, Browser, make_class, sit_down

from .helpers import answers, button, moves, shown

pytestmark = pytest.mark.slow
EVIL = "evil.example"


async def test_the_server_answers_to_its_own_names_only(shared):
    port = shared.port
    async with Browser(shared.url) as browser:
        for host in ("127.0.0.1", "localhost", f"127.0.0.1:{port}", f"localhost:{port}", "[::1]"):
            assert (await browser.get("/", Host=host))[0] == 200, host
        for host in (EVIL, f"{EVIL}:{port}", f"127.0.0.1.{EVIL}", "192.0.2.1", "localhost@x", "",
                     "127.0.0.1:x", "localhost/../x"):  # fmt: skip
            for path in ("/", "/play", f"{PATH}/?EIO=4&transport=polling", "/_nicegui/x"):
                assert (await browser.get(path, Host=host))[0] == 400, (host, path)


async def test_a_page_of_another_site_cannot_use_the_socket(shared):
    async with Browser(shared.url) as browser:
        page = await browser.open("/play")
        await page.leave()
        for origin in (f"http://{EVIL}", "null", f"https://127.0.0.1.{EVIL}", "http://127.0.0.1:1"):
            browser.headers["Origin"] = origin
            with pytest.raises(socketio.exceptions.ConnectionError):
                await page.connect()
            status, _, headers = await browser.get(f"{PATH}/?EIO=4&transport=polling")
            assert (status, headers.get("Access-Control-Allow-Origin")) == (403, None), origin
        browser.headers["Origin"] = shared.url
        await page.load("/play")
        assert page.there


async def test_every_answer_says_what_browsers_are_to_enforce(shared):
    async with Browser(shared.url) as browser:
        _, text, _ = await browser.get("/play")
        script = re.search(r'"(/_nicegui/[^"]+/static/nicegui.js)"', text)[1]
        for path in ("/", "/explore", "/nowhere", "/%00", script, f"{PATH}/?EIO=4"):
            _, text, headers = await browser.get(path)
            policy = headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy, path
            assert "default-src 'none'" in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["Referrer-Policy"] == "same-origin"
            scripts = re.search(r"script-src ([^;]*)", policy)
            assert scripts is None or "'unsafe-inline'" not in scripts[1]
        assert "Server" not in headers


async def test_every_script_of_a_page_carries_the_word_of_its_answer(shared):
    words = set()
    async with Browser(shared.url) as browser:
        for _ in range(2):
            _, text, headers = await browser.get("/teach")
            [word] = re.findall(r"'nonce-([\w-]+)'", headers["Content-Security-Policy"])
            tags = re.findall(r"<script[^>]*>", text)
            assert len(tags) > 4
            assert all(f'nonce="{word}"' in tag for tag in tags)
            words.add(word)
    assert len(words) == 2


async def test_an_event_is_taken_only_from_the_socket_that_owns_the_page(shared):
    """Even from who knows everything that the page knows."""
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [code] = await make_class(teacher, shared.word)
        seat = await sit_down(ann, code, "Islamabad", "Ann")
        kept = seat.message(button(seat), "click", {})
        async with Browser(shared.url) as thief:
            own = await thief.open("/play")
            await own.emit("event", kept)
            await own.emit("javascript_response", {"client_id": seat.client, "request_id": "x"})
            await own.emit("ack", {"client_id": seat.client, "next_message_id": 10**6})
            await asyncio.sleep(0.5)
            assert moves(shared, code) == []
        await seat.emit("event", kept)
        assert await seat.until(lambda: shown(seat) == 2)


async def test_a_page_is_joined_only_by_the_browser_it_was_sent_to(shared):
    """Who has read a page's number over a shoulder reads nothing of the page."""
    async with Browser(shared.url) as teacher, Browser(shared.url) as ann:
        _, [code] = await make_class(teacher, shared.word)
        seat = await sit_down(ann, code, "Islamabad", "Ann")
        for cookies in (True, False):
            async with Browser(shared.url) as thief:
                stolen = await thief.open("/play")
                await stolen.leave()
                if not cookies:
                    thief.session.cookie_jar.clear()
                for query in (seat.query, seat.query | {"next_message_id": 0},
                              seat.query | {"document_id": str(uuid.uuid4())}):  # fmt: skip
                    stolen.query, stolen.reconnects = query, False
                    with pytest.raises(socketio.exceptions.ConnectionError):
                        await stolen.connect()
        assert seat.there


async def test_two_first_pages_opened_at_once_end_up_with_one_browser(shared):
    """Each is sent another secret; the page whose secret was lost is loaded again."""
    async with Browser(shared.url) as browser:
        first = await browser.open("/play")
        await first.leave()
        browser.session.cookie_jar.clear()
        await browser.open("/play")
        first.reconnects = False
        with pytest.raises(socketio.exceptions.ConnectionError):
            await first.connect()
        await first.load("/play")
        assert first.there


async def test_a_large_event_closes_the_socket_and_disturbs_nobody(shared):
    async with Browser(shared.url) as browser, Browser(shared.url) as other:
        page = await browser.open("/play")
        page.reconnects = False
        watching = await other.open("/play")
        await page.emit("event", {"client_id": page.client, "args": ["x" * 2_000_000]})
        assert await page.until(lambda: not page.there, 10)
        assert await answers(other) < 2
        assert watching.there


async def test_a_large_body_is_refused(shared):
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/play", f"{PATH}/?EIO=4&transport=polling&sid=x"):
            for body in (b"x" * 3_000_000, b"x" * 70_000):
                try:
                    async with session.post(shared.url + path, data=body) as answer:
                        assert answer.status in (400, 405, 413), path
                except (aiohttp.ClientError, ConnectionError):
                    continue  # hung up on
        async with session.put(f"{shared.url}/") as answer:
            assert answer.status == 405


async def test_a_head_without_an_end_is_hung_up_on(shared):
    reader, writer = await asyncio.open_connection("127.0.0.1", shared.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    with contextlib.suppress(ConnectionError):
        for _ in range(3_000):
            writer.write(b"X-Long: " + b"x" * 1_000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
    with contextlib.suppress(ConnectionError):
        assert b" 400 " in (await asyncio.wait_for(reader.read(1_000), 5))[:20]
    assert reader.at_eof() or reader.exception()


@pytest.mark.parametrize(
    "path",
    ["/%00", "/room/%00", "/room/AAAA%00/pakistan", "/_nicegui/%00", "/debrief/%0a",
     "/watch/%1b[31m", "/_nicegui_ws/%00"],
)  # fmt: skip
async def test_a_path_with_what_cannot_be_printed_is_no_page(shared, path):
    async with Browser(shared.url) as browser:
        status, words, _ = await browser.get(path)
        assert (status, words) == (404, "There is no such page.\n")


async def test_no_path_leads_out_of_the_server(shared):
    async with Browser(shared.url) as browser:
        for path in ("/../../../../etc/passwd", "/_nicegui/3.18.0/static/../../../../../etc/passwd",
                     "/_nicegui/3.18.0/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
                     "/_nicegui/3.18.0/resources/x/..%2f..%2fetc%2fpasswd"):  # fmt: skip
            status, words, _ = await browser.get(path)
            assert status in (400, 403, 404), path
            assert "root:" not in words


async def test_what_a_browser_sends_forges_no_line_of_the_log(fresh):
    forged = "2099-01-01 00:00:00,000 ERROR forged: the teacher's word is x"
    async with Browser(fresh.url) as browser:
        page = await browser.open("/play")
        told = {"client_id": page.client, "level": "error", "message": f"x\n{forged}\x1b[31m",
                "id": f"x\n{forged}", "next_message_id": f"x\n{forged}"}  # fmt: skip
        for name in ("log", "event", "ack"):
            await page.emit(name, told)
        for path in (f"/nowhere%0a{forged.replace(' ', '%20')}", "/nowhere%1b[31m%0d%0aX"):
            await browser.get(path)
        await browser.get(f"/{'nowhere' * 500}")
        await raw(fresh, f"GET /nowhere HTTP/1.1\r\nHost: x{chr(0x85)}{forged}\r\n\r\n")
        await raw(fresh, f"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x00\x1b[31m{forged}\r\n\r\n")
        await raw(fresh, f"{forged}\r\n\r\n")
    lines = fresh.said.splitlines()
    assert [line for line in lines if line.startswith("2099")] == []
    assert [line for line in lines if not line.isprintable()] == []
    assert max(map(len, lines)) < 2_000


async def raw(server, words):
    """Send bytes, and read until the server has hung up or a while has passed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(words.encode())
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader.read(10_000), 2)
    writer.close()


MALFORMED = (
    [], [None], ["x"], [1], [[]], [{}], [{"client_id": None}], [{"client_id": []}],
    [{"client_id": {}}], [{"client_id": "x" * 10_000}], [{"client_id": "x"}, {"client_id": "y"}],
)  # fmt: skip


async def test_malformed_messages_get_no_traceback(shared):
    async with Browser(shared.url) as browser:
        for name in ("event", "ack", "javascript_response", "log", "handshake", "nothing"):
            page = await browser.open("/play")
            for data in MALFORMED:
                await page.emit(name, *data)
            own = {"client_id": page.client}
            for more in ({}, {"id": None}, {"id": []}, {"id": 10**6}, {"id": 5, "listener_id": []},
                         {"id": 5, "listener_id": "x", "args": "x"}, {"next_message_id": []},
                         {"request_id": []}, {"tab_id": [], "document_id": {}}):  # fmt: skip
                await page.emit(name, own | more)
            assert page.there
        await asyncio.sleep(0.5)


async def test_malformed_packets_get_no_traceback(shared):
    """Below what a browser's socket would send."""
    address = f"{shared.url}{PATH}/?EIO=4&transport=websocket"
    packets = ("", "x", "9", "4", "4x", "42", "42x", "42{}", "42[[]]", '42[{"a":1}]', "42[null]",
               '451-["event",{"_placeholder":true,"num":0}]', "0", "1", "2probe", "6", "b!!", "45",
               "40,{", "41", "40/other,", "42" + "[" * 5_000)  # fmt: skip
    async with aiohttp.ClientSession() as session:
        for packet in packets:
            for join in ("", "40"):
                async with session.ws_connect(address.replace("http", "ws", 1)) as ws:
                    if join:
                        await ws.send_str(join)
                    await ws.send_str(packet)
                    await ws.send_bytes(b"\xff\x00")
        polling = f"{shared.url}{PATH}/?EIO=4&transport=polling"
        for more in (
            "&sid=%00",
            "&j=x",
            "&client_id=%ff",
            "&implicit_handshake=true&client_id=x",
            "&implicit_handshake=true&next_message_id=x",
            "&transport=x",
            "&EIO=3",
        ):
            async with session.get(f"{polling}{more}") as answer:
                await answer.read()
        async with session.get(polling) as answer:
            sid = json.loads((await answer.text())[1:])["sid"]
        for body in ("x", "4\x1e", "40\x1e42[", "\x1e" * 100, "9"):
            async with session.post(f"{polling}&sid={sid}", data=body.encode()) as answer:
                await answer.read()
    async with Browser(shared.url) as browser:
        assert await answers(browser) < 5


async def test_a_flood_of_events_closes_the_socket_and_disturbs_nobody(shared):
    async with Browser(shared.url) as browser, Browser(shared.url) as other:
        page = await browser.open("/play")
        page.reconnects = False
        typed = page.message(page.the(label="Code, or return key"), "update:value", "x")
        for _ in range(2_000):
            if not page.there:
                break
            await page.emit("event", typed)
        assert await page.until(lambda: not page.there, 10)
        assert await answers(other) < 2


async def test_a_browser_without_websockets_polls(shared):
    """Behind some proxies there is nothing else."""
    async with Browser(shared.url, {"Origin": shared.url}) as browser:
        page = await browser.open("/play")
        await page.leave()
        page.transports = ["polling"]
        await page.load("/play")
        await page.type("Code, or return key", "no code")
        await page.click("Go")
        await page.sees("There is no")
        page.socket = None  # which would wait for its last poll


async def test_quick_typing_and_dragging_are_no_flood(shared):
    async with Browser(shared.url) as browser:
        page = await browser.open("/play")
        for number in range(150):  # thirty keys a second, for five seconds
            await page.type("Code, or return key", "x" * (number % 40))
            await asyncio.sleep(1 / 30)
        assert page.there


def test_on_a_network_any_address_will_do_and_no_foreign_name(tmp_path):
    with Server(tmp_path / "data", "--host", "0.0.0.0", "--network") as server:
        assert f"0.0.0.0:{server.port}" not in server.said  # but an address that can be typed
        asyncio.run(network(server))


async def network(server):
    machine = socket.gethostname()
    async with Browser(server.url) as browser:
        for host in ("192.0.2.7", f"198.51.100.1:{server.port}", machine, f"{machine}.local"):
            assert (await browser.get("/", Host=host))[0] == 200, host
        for host in (EVIL, f"192.0.2.7.{EVIL}", f"{machine}.{EVIL}"):
            assert (await browser.get("/", Host=host))[0] == 400, host


def test_behind_a_proxy_the_public_address_is_ours(tmp_path):
    options = ("--proxy", "127.0.0.1", "--address", "https://class.example.org")
    with Server(tmp_path / "data", *options) as server:
        asyncio.run(proxied(server))


async def proxied(server):
    async with Browser(server.url, {"Host": "class.example.org"}) as browser:
        browser.headers["Origin"] = "https://class.example.org"
        page = await browser.open("/play")
        assert page.there
        _, _, headers = await browser.get("/play")
        assert "Secure" in headers["Set-Cookie"]
        assert (await browser.get("/", Origin=f"https://{EVIL}"))[0] == 403
