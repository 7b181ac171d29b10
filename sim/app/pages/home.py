"""The first page: what can be done here."""

from __future__ import annotations

from nicegui import ui

from sim.app import strings as say
from sim.app.site import Site, frame, html, panel, paragraph


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/", title=say.TITLE)
    def home() -> None:
        with frame(say.TITLE, "/"):
            paragraph(say.HOME_INTRO)
            with ui.element("div").classes("grid"):
                for path, name, words in say.HOME_CARDS:
                    with panel(name):
                        paragraph(words)
                        ui.link(name, path)
            html("")
