"""What all pages share: the server's state, the frame around a page, and who is looking.

Keys to seats and classes are kept in the visitor's session on this server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from nicegui import app, run, ui

from sim.app import strings as say
from sim.app.rooms import Room, RoomError, Rooms
from sim.config import ConfigError

T = TypeVar("T")
MISTAKES = ("ConfigError", "CellsError", "SurvivalInputError", "ValueError")
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


@dataclass
class Site:
    """The server: its rooms and what it was started with.

    ``address`` is what students type; ``results`` finished sweeps that may be compared, by name.
    """

    rooms: Rooms
    scenario: str
    seed: int
    address: str
    scenarios: list[str]
    results: dict[str, Path] = field(default_factory=dict)


def client() -> str:
    """Address of the visitor, for limits on rates."""
    return ui.context.client.ip or "unknown"


def tell(error: ConfigError) -> None:
    """Tell a visitor what is wrong, in a sentence."""
    words = str(error)
    ui.notify(words[:1].upper() + words[1:400], type="negative", multi_line=True, timeout=8000)


@contextmanager
def mistakes() -> Iterator[None]:
    """Say a visitor's mistakes instead of failing."""
    try:
        yield
    except ConfigError as error:
        tell(error)


@contextmanager
def frame(title: str, here: str = "") -> Iterator[None]:
    """Put the header, the menu, the main part and the footer around a page."""
    ui.page_title(f"{title} · {say.TITLE}")
    ui.add_css(STYLE)
    dark = ui.dark_mode(app.storage.user.get("dark"))
    with ui.header(fixed=False), ui.element("div").classes("bar"), ui.element("nav").classes("bar"):
        for path, name in say.MENU.items():
            link = ui.link(name, path)
            if path == here:
                link.props('aria-current="page"')
        ui.button(say.DARK, on_click=lambda: _turn(dark), color=None).props(
            "flat dense no-caps"
        ).classes("plain")
    with ui.element("main").classes("column").style("gap: 1rem; width: 100%") as main:
        ui.html(f"<h1>{escape(title)}</h1>", sanitize=False)
        yield
    ui.skip_link(say.SKIP, target=main)
    ui.html(f'<footer class="facts">{escape(say.WHAT_IF)}</footer>', sanitize=False)


def _turn(dark: ui.dark_mode) -> None:
    dark.value = not dark.value
    app.storage.user["dark"] = dark.value


@contextmanager
def panel(heading: str, help_text: str = "", extra: str = "") -> Iterator[None]:
    """A part of a page under a heading."""
    with ui.element("section").classes(f"panel {extra}"):
        html(f"<h2>{escape(heading)}</h2>")
        if help_text:
            html(f'<p class="help">{escape(help_text)}</p>')
        yield


def html(content: str) -> ui.html:
    """HTML that was escaped where it was made."""
    return ui.html(content, sanitize=False)


def paragraph(words: str, style: str = "") -> ui.html:
    """A paragraph of plain words."""
    return html(f'<p class="{style}">{escape(words)}</p>')


def button(words: str, action: Any, *, plain: bool = False) -> ui.button:
    """A button that looks and works the same everywhere."""
    made = ui.button(words, on_click=action, color=None).props("unelevated no-caps")
    return made.classes("plain" if plain else "go")


def choice(label: str, options: Any, value: Any) -> ui.select:
    """A labelled choice from a list."""
    return ui.select(options, value=value, label=label).props("outlined").style("min-width: 14rem")


def refused(error: ConfigError, here: str = "") -> None:
    """A page that says only why there is nothing to see."""
    with frame(say.PLAY, here):
        words = str(error)
        html(f'<p class="warn" role="alert">{escape(words[:1].upper() + words[1:400])}</p>')
        ui.link(say.PLAY, "/play")


# --- who is looking ------------------------------------------------------------------------------


def keys() -> dict[str, str]:
    """The visitor's seat keys, by room and seat."""
    kept: dict[str, str] = app.storage.user.setdefault("seats", {})
    return kept


def keep_seat(room: Room, seat: str, key: str) -> None:
    """Remember a seat's key in the visitor's session."""
    kept = dict(keys())
    kept[f"{room.code}/{seat}"] = key
    app.storage.user["seats"] = dict(list(kept.items())[-20:])


def seats_held(room: Room) -> dict[str, str]:
    """Seats of a room that this visitor holds, with their keys."""
    kept = keys()
    found = {seat: kept.get(f"{room.code}/{seat}", "") for seat in room.setup.persons}
    return {seat: key for seat, key in found.items() if key and room.holds(seat, key)}


def teaches(site: Site) -> tuple[int, str] | None:
    """Number and title of the class whose key this visitor has, if any."""
    key = app.storage.user.get("class", "")
    if not key:
        return None
    try:
        return site.rooms.class_of(key, client())
    except RoomError:
        app.storage.user.pop("class", None)
        return None


def room_of_teacher(site: Site, code: str) -> Room:
    """A room of the visitor's own class, or refuse."""
    class_ = teaches(site)
    room = site.rooms.find(code, client())
    if class_ is None or room.class_ != class_[0]:
        raise RoomError(say.WRONG_KEY)
    return room


def watch(room: Room, update: Any) -> None:
    """Call ``update`` in this page after a room has changed, as long as the page is there.

    Not at once: the change may come from a button of this very page that ``update`` removes.
    """
    page = ui.context.client
    due: list[asyncio.Handle] = []

    def show() -> None:
        due.clear()
        if not page.is_deleted:
            with page:
                update()

    def listener() -> None:
        if not due:
            due.append(asyncio.get_running_loop().call_soon(show))

    room.listeners.add(listener)
    page.on_delete(lambda: room.listeners.discard(listener))


def csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows as CSV; text that a spreadsheet would take for a formula is quoted."""
    import pandas as pd

    def safe(value: Any) -> Any:
        return (
            f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value
        )

    tidy = [{name: safe(value) for name, value in row.items()} for row in rows]
    return pd.DataFrame(tidy).to_csv(index=False).encode()


async def in_thread(work: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Do work that takes a moment beside the pages."""
    done = await run.io_bound(work, *arguments, **options)
    if done is None:
        raise ConfigError(say.STOPPING)  # the server is shutting down
    return done


async def in_process(work: Callable[..., T], *arguments: Any) -> T:
    """Do work that takes longer in another process; a user's mistake there is one here too."""
    try:
        done = await run.cpu_bound(work, *arguments)
    except run.SubprocessException as error:
        if error.original_type in MISTAKES:
            raise ConfigError(error.original_message) from None
        raise
    if done is None:
        raise ConfigError(say.STOPPING)
    return done
