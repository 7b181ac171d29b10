"""Compare: scenarios side by side, computed now or from a finished sweep, as figures to keep."""

from __future__ import annotations

import base64

from nicegui import ui

from sim.app import strings as say
from sim.app import work
from sim.app.site import Site, button, choice, frame, html, in_process, panel, tell
from sim.config import ENDS, ConfigError

HORIZONS = (90, 180, 365)
REPLICATES = (200, 500, 1_000, 2_000)
MOST = 8  # scenarios in one figure
FIRST = ("baseline", "no_mediators", "verified_guarantees", "extradition_accepted")


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/compare", title=say.COMPARE)
    def compare() -> None:
        with frame(say.COMPARE, "/compare"):
            Compare(site)


class Compare:
    """The page of one visitor."""

    def __init__(self, site: Site) -> None:
        self.site, self.busy = site, False
        self.drawn: work.Figure | None = None
        with panel(say.PICK, say.COMPARE_HELP):
            with ui.element("div").classes("choices"):
                wheres = {"": say.LIVE} | {name: name for name in site.results}
                self.where = choice(say.FROM_WHERE, wheres, "").on_value_change(self.offer)
                self.names = choice(say.PICK, {}, [])
                self.names.props("multiple use-chips").style("min-width: 20rem; max-width: 100%")
                self.reference = choice(say.REFERENCE, {}, None)
            with ui.element("div").classes("choices"):
                self.family = choice(say.FIGURE, say.FIGURES, "comparison")
                self.end = choice(say.END, say.ENDS_SHORT, ENDS[-1])
                self.days = choice(say.HORIZON_DAYS, {n: str(n) for n in HORIZONS}, 365)
                self.futures = choice(
                    say.FUTURES_EACH, {n: f"{n:,}" for n in REPLICATES}, REPLICATES[1]
                )
            with ui.element("div").classes("choices"):
                button(say.DRAW, self.draw)
                for kind in ("png", "svg", "csv"):
                    words = say.DOWNLOAD.format(kind=kind.upper())
                    button(words, lambda kind=kind: self.download(kind), plain=True)
        self.status = ui.label().props('role="status" aria-live="polite"')
        self.picture = html("")
        self.offer()

    def offer(self) -> None:
        """Offer the scenarios that there are results of."""
        known = self.site.scenarios
        if self.where.value:
            from sim.report.cells import open_cells

            try:
                known = list(open_cells([self.site.results[self.where.value]]).ordered)
            except ConfigError as error:
                tell(error)
                known = []
        options = {name: say.readable(name) for name in known}
        first = [name for name in FIRST if name in options] or known[:4]
        self.names.multiple = True
        self.names.set_options(options, value=first)
        self.reference.set_options(options, value=first[0] if first else None)

    async def draw(self) -> None:
        """Simulate and draw in another process."""
        names = [name for name in self.names.value or [] if name != self.reference.value]
        if self.busy:
            ui.notify(say.BUSY)
            return
        if not self.reference.value or not 1 <= len(names) < MOST:
            tell(ConfigError(say.PICK_TWO))
            return
        self.busy, self.status.text = True, say.DRAWING
        results = self.site.results.get(self.where.value)
        try:
            drawn = await in_process(
                work.figure, (self.reference.value, *names), str(results) if results else None,
                self.family.value, self.end.value, self.days.value, self.futures.value,
                self.site.seed, "light",
            )  # fmt: skip
        except ConfigError as error:
            self.status.text = ""
            tell(error)
            return
        finally:
            self.busy = False
        self.drawn, self.status.text = drawn, ""
        coded = base64.b64encode(drawn.png).decode()
        words = f"{say.FIGURES[self.family.value]}: {', '.join(map(say.readable, names))}"
        self.picture.content = (
            f'<img class="figure" alt="{words}" src="data:image/png;base64,{coded}">'
        )

    def download(self, kind: str) -> None:
        """Hand out the figure as a file."""
        if self.drawn is None:
            tell(ConfigError(say.PICK_TWO))
            return
        ui.download.content(getattr(self.drawn, kind), f"{self.family.value}.{kind}")
