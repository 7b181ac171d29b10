"""The gate behind every websocket: which messages of a browser reach a page.

The one module that knows how NiceGUI handles messages: it stands before NiceGUI's own handlers. A
message is taken only from the socket that owns the page, for an element and a listener of that
page, and with a value such as that element can have. Anything else gets one sentence and no
traceback. ``tests/attacks`` notices if a later NiceGUI handles messages differently.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import socketio
from nicegui import Client, ui
from nicegui.elements.mixins.value_element import ValueElement

from sim.app import strings as say
from sim.app.limits import Limit

LONGEST_TEXT = 20_000  # characters in a field; what is too long for a name is refused in words
LONGEST_NUMBER = 1e15
LONGEST_NAME = 64  # of a page, a tab or a listener; each is a UUID
BARE = ("click", "keydown", "blur", "popupshow", "popuphide", "hide")  # details nobody reads
MOST_EVENTS = 400  # of one socket in ten seconds; a slider that is dragged makes twenty a second

log = logging.getLogger(__name__)


class Gate:
    """Stands before NiceGUI's handlers of a socket.io server."""

    def __init__(self, sockets: socketio.AsyncServer) -> None:
        self.sockets = sockets
        self.behind = dict(sockets.handlers["/"])
        self.events = Limit(MOST_EVENTS, 10.0)
        self.told = Limit(1, 60.0)
        for name in ("connect", "handshake", "event", "ack", "javascript_response", "log"):
            sockets.on(name, getattr(self, name))

    async def connect(self, socket: str, environ: dict[str, Any], *_: Any) -> None:
        """Connect, at once to a page if the address says to which."""
        query = parse_qs(environ.get("QUERY_STRING", ""))
        asked = {name: values[0] for name, values in query.items()}
        if asked.get("implicit_handshake") == "true" and not _may_join(environ, asked):
            raise socketio.exceptions.ConnectionRefusedError("Implicit handshake failed")
        await self.behind["connect"](socket, environ)

    async def handshake(self, socket: str, *data: Any) -> bool:
        """Join a page."""
        asked = data[0] if data and isinstance(data[0], dict) else {}
        if not _may_join(self.sockets.get_environ(socket), asked):
            return False
        return bool(await self.behind["handshake"](socket, asked))

    async def event(self, socket: str, *data: Any) -> None:
        """Pass an event on to its element."""
        if not self.events.allows(socket):
            await self.sockets.disconnect(socket)
            return
        client = self._page(socket, data)
        if client is None:
            self._tell(socket)
            return
        message = _fitting(client, data[0])
        if message is None:
            self._tell(socket)
            with client:
                ui.notify(say.NOT_ALLOWED, type="negative")
            return
        self.behind["event"](socket, message)

    async def ack(self, socket: str, *data: Any) -> None:
        """Note what a page has received."""
        if self._page(socket, data) is not None and _is_count(data[0].get("next_message_id")):
            self.behind["ack"](socket, data[0])

    async def javascript_response(self, socket: str, *data: Any) -> None:
        """Take what a script of ours returned."""
        known = self._page(socket, data) is not None
        if known and isinstance(data[0].get("request_id"), str):
            self.behind["javascript_response"](socket, data[0])

    async def log(self, *_: Any) -> None:
        """Keep what a browser says out of the server's log."""

    def _page(self, socket: str, data: tuple[Any, ...]) -> Client | None:
        """The page that a message is for, if the socket it came by is that page's."""
        if len(data) != 1 or not isinstance(data[0], dict):
            return None
        name = data[0].get("client_id")
        if not isinstance(name, str) or name not in self.sockets.rooms(socket):
            return None
        return Client.instances.get(name)

    def _tell(self, socket: str) -> None:
        """Log, once a minute and place, that a browser sent what no page asked for."""
        scope = self.sockets.get_environ(socket).get("asgi.scope", {})
        who = scope["visitor"].place if "visitor" in scope else "?"
        if self.told.allows(who):
            log.warning(say.GARBLED, who)


def _may_join(environ: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether a socket's browser is the one that a page was sent to.

    A page that was sent to a browser without a cookie shows nobody's secrets; the cookie may still
    be on its way, but must not be another.
    """
    names = (asked.get("client_id"), asked.get("document_id"), asked.get("tab_id"))
    if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names):
        return False
    old, last = asked.get("old_tab_id"), asked.get("next_message_id")
    if not (old is None or isinstance(old, str)) or not (last is None or _is_count(last)):
        return False
    client = Client.instances.get(str(names[0]))
    if client is None:
        return False
    page, socket = client.request.scope, environ.get("asgi.scope", {})
    if not page.get("cookie_sent") and not socket.get("cookie_sent"):
        return True
    return "visitor" in socket and page["visitor"].secret == socket["visitor"].secret


def _fitting(client: Client, message: dict[str, Any]) -> dict[str, Any] | None:
    """An event as its element takes it, or None if it fits no element of the page."""
    number, name = message.get("id"), message.get("listener_id")
    if not isinstance(number, int) or not isinstance(name, str):
        return None
    taken = {"id": number, "client_id": client.id, "listener_id": name, "args": []}
    element = client.elements.get(number)
    if element is None:
        return taken  # of a part of the page that was just redrawn; nobody will hear it
    listener = element._event_listeners.get(name)
    kind = listener.type.partition(".")[0].replace("-", "").lower() if listener is not None else ""
    if kind in BARE:
        return taken
    if not kind.startswith("update:"):
        return None
    sent = message.get("args")
    if not isinstance(sent, list) or len(sent) != 1 or not isinstance(sent[0], str):
        return None
    try:
        value = json.loads(sent[0])
    except (ValueError, RecursionError):
        return None
    return taken | {"args": sent} if fits(element, value) else None


def fits(element: Any, value: Any) -> bool:
    """Whether an element can have a value: what its own control could have sent."""
    if isinstance(element, ui.select) and element.multiple:
        most = len(element.options)
        if not isinstance(value, list) or len(value) > most:
            return value is None
        return all(_is_picked(one, most) for one in value)
    if isinstance(element, ui.select):
        return value is None or _is_picked(value, len(element.options))
    if isinstance(element, ui.radio):
        return _is_below(value, len(element.options))
    if isinstance(element, ui.slider):
        low, high = element.props["min"], element.props["max"]
        return _is_number(value) and low <= value <= high
    if isinstance(element, ui.number):
        return value is None or value == "" or _is_number(value) or _reads_as_number(value)
    if isinstance(element, ui.input):
        return value is None or (isinstance(value, str) and len(value) <= LONGEST_TEXT)
    return isinstance(element, ValueElement) and isinstance(value, bool)


def _is_picked(value: Any, most: int) -> bool:
    """Whether a value is an option of a list, as the browser names it."""
    return isinstance(value, dict) and _is_below(value.get("value"), most)


def _is_below(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < most


def _is_number(value: Any) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and abs(value) <= LONGEST_NUMBER  # false for infinity and NaN


def _reads_as_number(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 40:
        return False
    try:
        return _is_number(float(value))
    except ValueError:
        return False


def _is_count(value: Any) -> bool:
    """Whether a value is a number of messages; in an address it is text."""
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) < 16
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1e15
