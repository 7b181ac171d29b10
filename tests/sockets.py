"""A page without a browser: it keeps the elements, clicks, types, and can forge what it sends."""

from __future__ import annotations

import ast
import asyncio
import html
import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any

import aiohttp
import socketio

PATIENCE = 20.0  # seconds to wait for something to be seen
PATH = "/_nicegui_ws/socket.io"
COOKIE = "ceasefire_browser"

Found = tuple[str, dict[str, Any]]


class Browser:
    """Somebody with cookies of their own; ``headers`` go with every request."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url, self.headers = url, dict(headers or {})
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.pages: list[Page] = []

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for page in self.pages:
            await page.leave()
        await self.session.close()

    async def open(self, path: str) -> Page:
        """Load a page and connect to it."""
        page = Page(self)
        self.pages.append(page)
        await page.load(path)
        return page

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        """Status, text and headers of an answer."""
        address = aiohttp.client.URL(self.url + path, encoded=True)
        async with self.session.get(address, headers=self.headers | headers) as answer:
            return answer.status, await answer.text(), answer.headers

    @property
    def secret(self) -> str:
        """What this browser's cookie holds."""
        held = {cookie.key: cookie.value for cookie in self.session.cookie_jar}
        return held.get(COOKIE, "")


class Page:
    """A page as a browser holds it: its elements by number, and what to do when they change."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.socket: socketio.AsyncClient | None = None
        self.elements: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()
        self.opened, self.losses, self.path, self.html = "", 0, "", ""
        self.received: list[str] = []  # all that came, as text
        self.said: list[str] = []  # what the page was notified of
        self.reconnects = True
        self.transports = ["websocket"]

    async def load(self, path: str) -> None:
        """Load a page and connect to it."""
        self.path = path
        await self.leave()
        status, self.html, _ = await self.browser.get(path)
        held = re.search(r"parseElements\(String\.raw`(.*?)`\)", self.html, re.DOTALL)
        query = re.search(r"query: (\{.*?\}),\n", self.html)
        assert held, f"{status}: {self.html[:500]}"
        assert query
        self.elements = json.loads(html.unescape(held[1]))
        self.received.append(held[1])
        self.query = ast.literal_eval(query[1]) | {
            "document_id": str(uuid.uuid4()), "tab_id": str(uuid.uuid4()),
            "implicit_handshake": "true",
        }  # fmt: skip
        self.client = self.query["client_id"]
        await self.connect()

    async def connect(self) -> None:
        """Connect, as the page's script does."""
        socket = socketio.AsyncClient(http_session=self.browser.session, reconnection=False)
        for name in ("update", "open", "notify", "run_javascript", "download"):
            socket.on(name, partial(self._heard, name))
        socket.on("disconnect", partial(self._lost, socket))
        self.socket = socket
        words = "&".join(f"{name}={value}" for name, value in self.query.items())
        await socket.connect(
            f"{self.browser.url}?{words}", socketio_path=PATH, transports=self.transports,
            headers=self.browser.headers, wait_timeout=PATIENCE,
        )  # fmt: skip

    async def leave(self) -> None:
        """Close the page."""
        socket, self.socket = self.socket, None
        if socket is not None:
            await socket.disconnect()

    async def _heard(self, name: str, data: dict[str, Any]) -> None:
        self.received.append(f"{name} {json.dumps(data, default=repr)}")
        if name == "update":
            data.pop("_id", None)
            for number, element in data.items():
                if element is None:
                    self.elements.pop(number, None)
                else:
                    self.elements[number] = element
        elif name == "open":
            self.opened = data["path"]
        elif name == "notify":
            self.said.append(str(data.get("message")))
        elif name == "run_javascript" and "history.go(0)" in data["code"]:
            asyncio.get_running_loop().create_task(self.load(self.path))
        self.changed.set()

    async def _lost(self, socket: socketio.AsyncClient, reason: str = "") -> None:
        """Come back as a browser does that cannot reconnect, by loading the page again."""
        if socket is self.socket:  # and not of a page that was left
            self.losses, self.socket = self.losses + 1, None
            self.changed.set()
            if self.reconnects:
                await self.load(self.path)

    @property
    def there(self) -> bool:
        """Whether the page is connected."""
        return self.socket is not None and self.socket.connected

    def find(self, **props: str) -> Found | None:
        """The element with these properties."""
        for number, element in self.elements.items():
            held = element.get("props", {})
            if all(held.get(name) == value for name, value in props.items()):
                return number, element
        return None

    def the(self, **props: str) -> Found:
        """The element with these properties, which must be there."""
        found = self.find(**props)
        assert found, f"no element with {props} in {self.words()[:2000]}"
        return found

    async def emit(self, name: str, *data: Any) -> None:
        """Send a message, whatever it is."""
        assert self.socket is not None
        await self.socket.emit(name, data)

    def message(self, found: Found, kind: str, *values: Any) -> dict[str, Any] | None:
        """The message with which an element's listener hears an event."""
        number, element = found
        for listener in element.get("events", []):
            if listener["type"].lower().replace("-", "") == kind:
                return {
                    "id": int(number), "client_id": self.client,
                    "listener_id": listener["listener_id"],
                    "args": [json.dumps(value) for value in values],
                }  # fmt: skip
        return None

    async def event(self, found: Found, kind: str, *values: Any) -> None:
        """Let an element's listener hear an event."""
        message = self.message(found, kind, *values)
        if message is not None:
            await self.emit("event", message)

    async def click(self, label: str) -> None:
        """Click a button."""
        await self.event(self.the(label=label), "click", {})

    async def sure(self, label: str) -> None:
        """Click a button that asks, and say yes."""
        await self.click(label)
        asked = await self.until(lambda: len(self._labelled(label)) > 1)
        assert asked, f"nothing was asked before {label}"
        await self.event(self._labelled(label)[-1], "click", {})

    def _labelled(self, label: str) -> list[Found]:
        held = self.elements.items()
        return [(n, e) for n, e in held if e.get("props", {}).get("label") == label]

    async def type(self, label: str, words: str) -> None:
        """Type into a field."""
        await self.event(self.the(label=label), "update:value", words)

    async def pick(self, label: str, order: int) -> None:
        """Pick an option of a list by its place."""
        await self.event(self.the(label=label), "update:modelvalue", {"value": order, "label": ""})

    def text(self) -> str:
        """What tells this state of a page from the next."""
        labels = [e["text"] for e in self.elements.values() if e.get("text")]
        asked = [e["props"]["label"] for e in self.elements.values()
                 if e.get("tag") == "q-btn" and "label" in e.get("props", {})]  # fmt: skip
        inner = [e["props"]["innerHTML"] for e in self.elements.values()
                 if "innerHTML" in e.get("props", {})]  # fmt: skip
        turns = [e["props"]["data-turn"] for e in self.elements.values()
                 if "data-turn" in e.get("props", {})]  # fmt: skip
        return json.dumps([labels, asked, inner, turns])

    def words(self) -> str:
        """What can be read on the page, and what it was notified of."""
        return " ".join([json.dumps(self.elements, ensure_ascii=False), *self.said])

    async def until(self, holds: Callable[[], Any], seconds: float = PATIENCE) -> bool:
        """Wait until something holds; say whether it came to that."""
        end = time.perf_counter() + seconds
        while not holds():
            self.changed.clear()
            left = end - time.perf_counter()
            if left <= 0:
                return False
            try:
                await asyncio.wait_for(self.changed.wait(), min(left, 0.2))
            except TimeoutError:
                continue
        return True

    async def sees(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until words can be read."""
        there = await self.until(lambda: words in self.words(), seconds)
        assert there, f"{words!r} is not to be seen in: {self.words()[-3000:]}"

    async def until_other(self, before: str, seconds: float) -> float | None:
        """Seconds until the page says something else, or None if it does not."""
        start = time.perf_counter()
        if await self.until(lambda: self.text() != before, seconds):
            return time.perf_counter() - start
        return None


async def make_class(
    browser: Browser, word: str = "", rooms: int = 1, seats: tuple[str, ...] = ("Islamabad",)
) -> tuple[Page, list[str]]:
    """Make a class without a deadline; return the teacher's page and the rooms' codes."""
    page = await browser.open("/teach")
    await page.type("Name of the class", "IR 101")
    if word:
        await page.type("Teacher's word", word)
    await page.event(page.the(label="Number of rooms"), "update:modelvalue", str(rooms))
    await page.pick("Seconds for each decision (0: no deadline)", 0)
    await page.pick("Days of the game", 2)  # 90
    for seat in ("Islamabad", "Kabul", "the mediators"):
        boxes = [(n, e) for n, e in page.elements.items()
                 if e.get("props", {}).get("label") == seat or e.get("text") == seat]  # fmt: skip
        for box in boxes:
            await page.event(box, "update:modelvalue", seat in seats)
    await page.click("Make the rooms")
    await page.until(lambda: "Class IR 101" in page.words() or page.opened)
    if page.opened:
        await page.load(page.opened)
    await page.sees("Class IR 101")
    return page, list(dict.fromkeys(re.findall(r"/watch/([A-Z2-9]{8})", page.words())))


async def teachers_key(desk: Page) -> str:
    """The teacher's key of a class, asked for on its page."""

    def key() -> str:
        shown = (e for e in desk.elements.values() if "key-text" in e.get("class", ()))
        return str(next(shown, {}).get("text") or "")

    assert key() == ""
    await desk.click("Show the teacher's key")
    assert await desk.until(key)
    return key()


async def sit_down(browser: Browser, code: str, seat: str, name: str) -> Page:
    """Take a seat and return its page."""
    page = await browser.open(f"/room/{code}")
    await page.type("Your name", name)
    for _ in range(10):  # a button is drawn anew when somebody else sits down
        if page.find(label=f"Take the seat of {seat}"):
            await page.click(f"Take the seat of {seat}")
        if await page.until(lambda: page.opened or page.said, 5):
            break
    assert page.opened, [page.said, page.words()[-2000:]]
    await page.load(page.opened)
    await page.sees(f"You are {seat}")
    if page.find(label="I am ready"):
        before = page.text()
        await page.click("I am ready")
        await page.until_other(before, PATIENCE)
    return page


DECISIONS = (
    "Come to the talks", "Refuse", "Refuse the text", "Pass: hold to your last offer",
    "Offer this package", "Answer with this", "Publish", "Hold on to it",
    "Agree to meet again",
)  # fmt: skip


async def decide(page: Page) -> bool:
    """Make the decision that is asked for and wait until the page shows it; say if one was."""
    for label in DECISIONS:
        found = page.find(label=label)
        if found:
            before = page.text()
            await page.event(found, "click", {})
            return await page.until_other(before, PATIENCE) is not None
    return False
