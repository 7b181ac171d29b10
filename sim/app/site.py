"""What all pages share: the server's state, the frame around a page, and who is looking."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from nicegui import Client, app, run, ui
from starlette.requests import Request
from starlette.responses import Response

from sim.app import strings as say
from sim.app.follow import Follower
from sim.app.keys import LONGEST_KEY, Visitor
from sim.app.pool import Pool
from sim.app.room import Class, RoomError, Watched
from sim.app.rooms import Rooms
from sim.app.strings.catalogue import FIRST, LANGUAGES, RIGHT_TO_LEFT, in_language, words
from sim.config import ConfigError

T = TypeVar("T")
DARK = "dark"  # name of the cookie that keeps the choice of light or dark
LANGUAGE = "language"  # and of the one that keeps the language
YEAR = 365 * 86_400
FONT = Path(__file__).parent / "fonts" / "naskh.woff2"
STYLE = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


@dataclass
class Site:
    """The server: its rooms, its workers and what it was started with.

    ``address`` is what students type; ``results`` finished sweeps that may be compared, by name.
    """

    rooms: Rooms
    pool: Pool
    follower: Follower
    scenario: str
    seed: int
    address: str
    scenarios: list[str]
    results: dict[str, Path] = field(default_factory=dict)


def toast(words: str) -> None:
    """Say that something was done."""
    ui.notify(words, multi_line=True, timeout=6000)


def tell(error: ConfigError) -> None:
    """Tell a visitor in one sentence what is wrong."""
    words = str(error)
    ui.notify(words[:1].upper() + words[1:400], type="negative", multi_line=True, timeout=8000)


def acting(action: Callable[[], Any]) -> Callable[[], Awaitable[None]]:
    """What a control of this page does: an action that reports a visitor's mistakes.

    It is done within the page itself, for the control may be gone before it is done, or even begun.
    """
    page = ui.context.client

    async def act() -> None:
        if page.is_deleted:
            return
        with page:
            try:
                done = action()
                if inspect.isawaitable(done):
                    await done
            except ConfigError as error:
                if not page.is_deleted:
                    tell(error)

    return act


def acting_now(action: Callable[[], None]) -> Callable[[], None]:
    """What a clock of this page does at once, as long as the page is there."""
    page = ui.context.client

    def act() -> None:
        if not page.is_deleted:
            with page:
                action()

    return act


def language_here() -> str:
    """The language of whoever looks at the page that is drawn now; the first if there is none."""
    if not app.is_started:
        return FIRST
    try:
        chosen = ui.context.client.request.cookies.get(LANGUAGE, "")
    except RuntimeError:  # nobody looks
        return FIRST
    return chosen if chosen in LANGUAGES else FIRST


words.language = language_here  # from now on everybody is spoken to in their own


def _speak(language: str) -> None:
    kept = f"{LANGUAGE}={language}; path=/; max-age={YEAR}; samesite=lax"
    ui.run_javascript(f"document.cookie = '{kept}'; location.reload()")


def _languages() -> None:
    """Mark the page with its language, and offer the others by their own names."""
    here = language_here()
    turned = "rtl" if here in RIGHT_TO_LEFT else "ltr"
    ui.run_javascript(  # once the page is there: the library marks it with its own language first
        f"document.documentElement.lang = '{here}'; document.documentElement.dir = '{turned}'"
    )
    for language in LANGUAGES:
        if language != here:
            name = in_language(language, "LANGUAGE_NAME")
            made = ui.button(name, on_click=lambda language=language: _speak(language), color=None)
            made.props(f'flat dense no-caps lang="{language}"').classes("plain")


@contextmanager
def frame(title: str, here: str = "", extra: str = "") -> Iterator[None]:
    """Put the header, the menu, the main part and the footer around a page."""
    ui.page_title(f"{title} · {say.TITLE}")
    ui.add_css(STYLE)
    chosen = ui.context.client.request.cookies.get(DARK)
    dark = ui.dark_mode({"0": False, "1": True}.get(chosen or ""))
    with ui.header(fixed=False), ui.element("div").classes("bar"), ui.element("nav").classes("bar"):
        for path, name in say.MENU.items():
            link = ui.link(name, path)
            if path == here:
                link.props('aria-current="page"')
        ui.button(say.DARK, on_click=lambda: _turn(dark), color=None).props(
            "flat dense no-caps"
        ).classes("plain")
        _languages()
    with ui.element("div").classes(f"stack {extra}".strip()) as main:  # within the one <main>
        ui.html(f"<h1>{escape(title)}</h1>", sanitize=False)
        yield
    ui.skip_link(say.SKIP, target=main)
    ui.html(f'<footer class="facts">{escape(say.WHAT_IF)}</footer>', sanitize=False)


def _turn(dark: ui.dark_mode) -> None:
    dark.value = not dark.value
    kept = f"{DARK}={int(dark.value)}; path=/; max-age={YEAR}; samesite=lax"
    ui.run_javascript(f"document.cookie = '{kept}'")


@contextmanager
def panel(heading: str, help_text: str = "", extra: str = "") -> Iterator[ui.element]:
    """A part of a page under a heading."""
    with ui.element("section").classes(f"panel {extra}") as made:
        html(f"<h2>{escape(heading)}</h2>")
        if help_text:
            html(f'<p class="help">{escape(help_text)}</p>')
        yield made


def html(content: str) -> ui.html:
    """HTML that was escaped where it was made."""
    return ui.html(content, sanitize=False)


def paragraph(words: str, style: str = "") -> ui.html:
    """A paragraph of plain words."""
    return html(f'<p class="{style}">{escape(words)}</p>')


def button(words: str, action: Any, *, plain: bool = False) -> ui.button:
    """A button that looks and works the same everywhere, and reports a visitor's mistakes."""
    made = ui.button(words, on_click=acting(action), color=None).props("unelevated no-caps")
    return made.classes("plain" if plain else "go")


def choice(label: str, options: Any, value: Any, *, typed: bool = False) -> ui.select:
    """A labelled choice from a list, perhaps a long one in which a part of a word is typed."""
    wide = f"min-width: min(100%, max(14rem, {len(label) + 8}ch))"  # room for the whole label
    made = ui.select(options, value=value, label=label, with_input=typed)
    return made.props("outlined").style(wide)


def of_class(site: Site, code: str, title: str, page: Callable[[Site, Class], Any]) -> None:
    """A page of a class, if its code is right and whoever asks teaches it.

    ``title`` has a place for the class's own.
    """
    try:
        class_ = site.rooms.find_class(code, visitor())
    except ConfigError as error:
        refused(error, "/teach")
        return
    if not site.rooms.teaches(class_.number, visitor()):
        closed_here(site, say.CLASS_LOST)
        return
    with frame(title.format(title=class_.title), "/teach", "wide"):
        page(site, class_)


def refused(error: ConfigError, here: str = "") -> None:
    """A page that says only why there is nothing to see."""
    with frame(say.PLAY, here):
        words = str(error)
        html(f'<p class="warn" role="alert">{escape(words[:1].upper() + words[1:400])}</p>')
        ui.link(say.PLAY, "/play")


def closed_here(site: Site, why: str) -> None:
    """A page that asks for the teacher's key, of a class that is not open on this device."""
    with frame(say.TEACH, "/teach"):
        paragraph(why)
        ask_key(site, ui.navigate.reload)


def ask_key(site: Site, then: Callable[[], Any]) -> None:
    """A part of a page in which the teacher's key opens its class on this device."""
    who = visitor()
    with panel(say.OPEN_CLASS, say.OPEN_CLASS_HELP):
        key = ui.input(say.KEY, password=True).props("outlined maxlength=60")

        async def enter() -> None:
            must_keep_cookies()
            await site.rooms.enter_class(str(key.value or "")[:LONGEST_KEY], who)
            then()

        key.on("keydown.enter", acting(enter))
        button(say.GO, enter)


async def not_found(request: Request, error: Exception) -> Response:
    """The answer for an address without a page; the rest of the address is ignored."""
    if request.scope.get("endpoint") not in (None, app):
        return Response(f"{say.NO_SUCH_PAGE}\n", 404, media_type="text/plain")
    with Client(ui.page(""), request=request) as client, frame(say.NO_SUCH_PAGE):
        paragraph(say.NO_SUCH_PAGE_HELP)
        with ui.element("div").classes("choices"):
            for path, name in say.MENU.items():
                ui.link(name, path)
    return client.build_response(request, 404)


# --- who is looking ------------------------------------------------------------------------------


def visitor() -> Visitor:
    """Who looks at this page."""
    found: Visitor = ui.context.client.request.scope["visitor"]
    return found


def must_keep_cookies() -> None:
    """Refuse a browser that could not keep what it is about to be given."""
    page = ui.context.client
    socket = (page.environ or {}).get("asgi.scope", {})
    if not page.request.scope.get("cookie_sent") and not socket.get("cookie_sent"):
        raise RoomError(say.NO_COOKIES)


class Private:
    """A part of a page that is there as long as its visitor may see it.

    ``may`` is asked before every update and every action. Once it says no, the part is emptied and
    says ``why``, with a link (words and path) that leads on, if there is one; whatever was in it
    can do nothing more.
    """

    def __init__(
        self, may: Callable[[], bool], why: str, on: tuple[str, str] | None = None
    ) -> None:
        self.may, self.why, self.on = may, why, on
        self.page = ui.context.client
        self.body = ui.element("div").classes("stack")
        self.over = False

    def open(self) -> bool:
        """Whether the part may still be seen; empty it if not."""
        if not self.over and not self.may():
            self.over = True
            self.body.clear()
            with self.body:
                html(f'<p class="warn" role="alert">{escape(self.why)}</p>')
                if self.on is not None:
                    ui.link(*self.on).classes("go-link")
        return not self.over

    def watch(self, watched: Sequence[Watched], update: Callable[[], None]) -> None:
        """Call ``update`` after something watched has changed, as long as the page is there.

        Not at once: the change may come from a button of this very page that ``update`` removes.
        """
        due: list[asyncio.Handle] = []

        def show() -> None:
            due.clear()
            if not self.page.is_deleted and self.open():
                with self.body:
                    update()

        def listener() -> None:
            if not due:
                due.append(asyncio.get_running_loop().call_soon(show))

        for one in watched:
            one.watch(listener)
            self.page.on_delete(partial(one.unwatch, listener))


def phase_of(class_: Class) -> str:
    """The phase of a class and what is left of it; nothing if there is none."""
    left = class_.clock()
    if not class_.phase or left is None:
        return say.PHASES[class_.phase] if class_.phase else ""
    name = say.PHASES[class_.phase]
    if not left:
        return say.PHASE_UP.format(phase=name)
    minutes, seconds = divmod(int(left), 60)
    words = say.PHASE_LEFT.format(phase=name, minutes=minutes, seconds=seconds)
    return say.PHASE_STOPPED.format(left=words) if class_.stopped else words


def warnings_of(site: Site, class_: Class) -> str:
    """What a teacher should know about the file and rooms that did not come back complete."""
    said = site.rooms.warnings(class_)
    return "".join(f'<p class="warn" role="alert">{escape(words)}</p>' for words in said)


def sure(question: str, yes: str, action: Callable[[], Any], key: str = "") -> None:
    """Ask before something is done that cannot be undone; show a key that will be wanted after."""
    with (
        ui.dialog().props(f'aria-label="{say.SURE}"') as dialog,
        ui.element("div").classes("panel"),
    ):
        paragraph(question)
        if key:
            ui.label(key).classes("key-text")

        async def do() -> None:
            dialog.close()
            await action()

        def keep() -> None:
            dialog.close()  # which returns the dialog; whoever awaits that opens it again

        with ui.element("div").classes("choices"):
            button(yes, do)
            button(say.KEEP, keep, plain=True)
    dialog.on("hide", dialog.delete)
    dialog.open()


def asking(words: str, question: str, action: Callable[[], Any]) -> ui.button:
    """A button that asks before it does what cannot be undone."""
    return button(words, lambda: sure(question, words, action), plain=True)


def new_window(words: str, path: str) -> None:
    """A link that leaves this page where it is."""
    ui.link(words, path, new_tab=True).props('rel="noopener"').classes("go-link")


async def in_thread(work: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Do work that takes a moment beside the pages."""
    done = await run.io_bound(work, *arguments, **options)
    if done is None:
        raise ConfigError(say.STOPPING)  # the server is shutting down
    return done
