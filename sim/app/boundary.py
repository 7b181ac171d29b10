"""The server's boundary: which requests are accepted, and what every answer carries.

Knows HTTP and nothing of rooms. Behind it every request has a ``Visitor`` in its scope: the address
it came from and the secret in the browser's cookie.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sim.app import strings as say
from sim.app.keys import Visitor, new_secret
from sim.app.limits import Limit, place

COOKIE = "ceasefire_browser"
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
KEPT = 30 * 86_400  # seconds that a browser keeps its cookie without coming back
SOCKETS = "/_nicegui_ws/"
FILES = "/_nicegui/"
LARGEST = 64 * 1024  # bytes of an event or of a request's body
MOST_PAGES = 1_200  # in a minute from one place
MOST_SOCKETS = 400  # open at once from one place
READS, WRITES = ("GET", "HEAD"), ("POST", "OPTIONS")
FORWARDED = (b"x-forwarded-", b"forwarded")
PLAIN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Names:
    """What the server is called.

    ``hosts`` are names; ``addresses`` says whether any IP address will do, which no other site can
    point its name at, or only those of this machine; ``origin`` is where a proxy serves the pages.
    """

    hosts: frozenset[str]
    addresses: bool
    origin: str = ""

    def know(self, host: str) -> bool:
        """Whether the server answers to a ``Host`` header."""
        name = _hostname(host)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.hosts
        return self.addresses or address.is_loopback or name in self.hosts

    def own(self, origin: str, host: str) -> bool:
        """Whether a page with this origin is one of ours."""
        return origin in (f"http://{host}", f"https://{host}") or origin == self.origin != ""


class Boundary:
    """ASGI middleware: refuses what is not ours, and adds the headers that browsers enforce."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self.app, self.names = app, names
        self.secure = names.origin.startswith("https:")
        self.pages = Limit(MOST_PAGES, 60.0)
        self.sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope["headers"] = [
            (name, value) for name, value in scope["headers"] if not name.startswith(FORWARDED)
        ]
        address = scope["client"][0] if scope.get("client") else ""
        sent = cookie_parser("; ".join(headers.getlist("cookie"))).get(COOKIE, "")
        scope["cookie_sent"] = bool(SECRET.fullmatch(sent))
        secret = sent if scope["cookie_sent"] else new_secret()
        scope["visitor"] = visitor = Visitor(place(address), secret)
        refusal = self._refusal(scope, headers, visitor)
        if refusal is not None:
            await _refuse(scope, receive, send, *refusal)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send, visitor)
        else:
            answer = _Answer(scope, send, headers.get("host", ""), self.secure)
            await self.app(scope, _bounded(receive), answer.send)

    def _refusal(self, scope: Scope, headers: Headers, who: Visitor) -> tuple[int, str] | None:
        """Why a request is refused: a status and a sentence."""
        path: str = scope["path"]
        method: str = scope.get("method", "GET")
        hosts, origin = headers.getlist("host"), headers.get("origin")
        socket = path.startswith(SOCKETS)
        if len(hosts) != 1 or not self.names.know(hosts[0]):
            return 400, say.UNKNOWN_HOST
        if origin is not None and not self.names.own(origin, hosts[0]):
            return 403, say.FOREIGN_ORIGIN
        if not path.isprintable():
            return 404, say.NO_SUCH_PAGE
        if method not in READS and not (socket and method in WRITES):
            return 405, say.NOT_SO
        if not _short(headers.get("content-length", "0")):
            return 413, say.TOO_LARGE
        if not socket and not path.startswith(FILES) and not self.pages.allows(who.place):
            return 429, say.TOO_OFTEN
        if scope["type"] == "websocket" and self.sockets[who.place] >= MOST_SOCKETS:
            return 429, say.TOO_OFTEN
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send, who: Visitor) -> None:
        self.sockets[who.place] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.sockets[who.place] -= 1
            if not self.sockets[who.place]:
                del self.sockets[who.place]


class _Answer:
    """An answer on its way out; a page is held until it is complete, to mark its own scripts."""

    def __init__(self, scope: Scope, send: Send, host: str, secure: bool) -> None:
        self.scope, self.out, self.host, self.secure = scope, send, host, secure
        self.start: Message | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        """Send, or hold, a part."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in PLAIN.items():
                headers[name] = value
            if "x-nicegui-content" in headers:
                self.start = message
                return
            headers["Content-Security-Policy"] = _policy("'self'", self.host)
        elif self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._page(self.start)
            return
        await self.out(message)

    async def _page(self, start: Message) -> None:
        """Send a page whose scripts carry this answer's nonce; no other script runs in it."""
        word = secrets.token_urlsafe(16)
        body = self.body.replace(b"<script", f'<script nonce="{word}"'.encode())
        headers = MutableHeaders(scope=start)
        headers["Content-Security-Policy"] = _policy(f"'self' 'nonce-{word}'", self.host)
        headers["Content-Length"] = str(len(body))
        secure = "; Secure" if self.secure else ""
        headers.append(
            "Set-Cookie",
            f"{COOKIE}={self.scope['visitor'].secret}; Path=/; Max-Age={KEPT}; HttpOnly; "
            f"SameSite=Lax{secure}",
        )
        await self.out(start)
        await self.out({"type": "http.response.body", "body": body})


def _policy(scripts: str, host: str) -> str:
    """What a page may load: our own files. Vue compiles templates, so evaluation must be allowed.

    Older browsers do not count a websocket as our own, so its address is spelt out.
    """
    return (
        f"default-src 'none'; script-src {scripts} 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
        f" img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} "
        f"wss://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    """Answer with a status and a sentence, and nothing else."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": words[:100]})
        return
    body = f"{words}\n".encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)),
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", **PLAIN,
    }  # fmt: skip
    coded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": coded})
    await send({"type": "http.response.body", "body": body})


def _bounded(receive: Receive) -> Receive:
    """Read no more of a body than an event may have, whatever length was declared."""
    read = 0

    async def bounded() -> Any:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > LARGEST:
            return {"type": "http.disconnect"}
        return message

    return bounded


def _short(length: str) -> bool:
    return length.isascii() and length.isdecimal() and len(length) < 10 and int(length) <= LARGEST


def _hostname(host: str) -> str:
    """The name in a ``Host`` header, without the port and in small letters; "" if malformed."""
    if not re.fullmatch(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", host):
        return ""
    return (urlsplit(f"//{host}").hostname or "").rstrip(".")
