"""The server's log: a line an entry, in which nothing that a browser sent can look like another."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

LONGEST = 1_000  # characters of a message
WIRE = ("engineio", "socketio", "wsproto", "h11", "nicegui.json")  # read what browsers send


class Formatter(logging.Formatter):
    """Messages on one line, tracebacks on lines that are marked.

    An error that was raised where messages of browsers are taken apart is a malformed message and
    gets no traceback.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Format an entry."""
        record.message = plain(record.getMessage())
        record.asctime = self.formatTime(record)
        line = self.formatMessage(record)
        if not record.exc_info or record.exc_info[1] is None:
            return line
        error = record.exc_info[1]
        if _malformed(error.__traceback__):
            return f"{line} (a malformed message: {plain(str(error))[:100]})"
        told = "".join(traceback.format_exception(error)).splitlines()
        return "\n".join([line, *(f"  | {plain(words)}" for words in told)])


def plain(words: str) -> str:
    """Words with everything unprintable written out, and not too many of them."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words[:LONGEST])


def set_up() -> None:
    """Send every library's log through the one formatter."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("engineio.server", "socketio.server"):  # have handlers of their own
        logging.getLogger(name).handlers.clear()


def _malformed(trace: TracebackType | None) -> bool:
    last = ""
    while trace is not None:
        last = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    return any(last == name or last.startswith(f"{name}.") for name in WIRE)
