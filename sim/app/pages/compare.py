"""Compare: scenarios side by side, computed now or from a finished sweep, as figures to keep."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path

from nicegui import ui

from sim.app import choices, work
from sim.app import strings as say
from sim.app.site import Site, acting, button, choice, frame, html, in_thread, panel
from sim.config import ENDS, ConfigError

HORIZONS = (30, 60, 90, 180, 365)
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
        self.known = site.scenarios  # what can be compared
        self.longest = HORIZONS[-1]  # days that there is anything to show of
        self.drawn: work.Figure | None = None
        self.family_drawn = ""
        with panel(say.PICK, say.COMPARE_HELP):
            with ui.element("div").classes("choices"):
                wheres = {"": say.LIVE} | {name: name for name in site.results}
                self.where = choice(say.FROM_WHERE, wheres, "").on_value_change(acting(self.choose))
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
        self._offer()

    async def choose(self) -> None:
        """Offer the scenarios that there are results of."""
        self.known, self.longest = [], HORIZONS[-1]
        try:
            where = choices.one_of(say.FROM_WHERE, self.where.value, ("", *self.site.results))
            known, longest = self.site.scenarios, HORIZONS[-1]
            if where:
                known, longest = await in_thread(_cells, self.site.results[where])
            if self.where.value == where:  # still
                self.known, self.longest = known, longest
        finally:
            self._offer()

    def _offer(self) -> None:
        options = {name: say.readable(name) for name in self.known}
        first = [name for name in FIRST if name in options] or self.known[:4]
        self.names.multiple = True
        self.names.set_options(options, value=first)
        self.reference.set_options(options, value=first[0] if first else None)
        days = {n: str(n) for n in horizons(self.longest)}
        self.days.set_options(days, value=max(days))

    async def draw(self) -> None:
        """Simulate and draw in another process."""
        if self.busy:
            ui.notify(say.BUSY)
            return
        self.busy = True
        try:
            await self._draw()
        finally:
            self.busy, self.status.text = False, ""

    async def _draw(self) -> None:
        site = self.site
        if not self.reference.value or not self.names.value:
            raise ConfigError(say.PICK_TWO)
        where = choices.one_of(say.FROM_WHERE, self.where.value, ("", *site.results))
        known = self.known if where else site.scenarios
        reference = choices.one_of(say.REFERENCE, self.reference.value, known)
        picked = choices.several(say.PICK, self.names.value, known)
        names = [name for name in picked if name != reference]
        if not 1 <= len(names) < MOST:
            raise ConfigError(say.PICK_TWO)
        family = choices.one_of(say.FIGURE, self.family.value, say.FIGURES)
        end = choices.one_of(say.END, self.end.value, ENDS)
        days = choices.one_of(say.HORIZON_DAYS, self.days.value, horizons(self.longest))
        futures = choices.one_of(say.FUTURES_EACH, self.futures.value, REPLICATES)
        self.status.text = say.DRAWING
        drawn = await site.pool.run(
            work.figure, (reference, *names), str(site.results[where]) if where else None,
            family, end, days, futures, site.seed,
        )  # fmt: skip
        self.drawn, self.family_drawn = drawn, family
        words = escape(f"{say.FIGURES[family]}: {', '.join(map(say.readable, names))}", quote=True)
        self.picture.content = "".join(
            f'<img class="figure {look}" alt="{words}" '
            f'src="data:image/png;base64,{base64.b64encode(png).decode()}">'
            for look, png in drawn.shown.items()
        )

    def download(self, kind: str) -> None:
        """Hand out the figure as a file."""
        if self.drawn is None:
            raise ConfigError(say.PICK_TWO)
        ui.download.content(getattr(self.drawn, kind), f"{self.family_drawn}.{kind}")


def horizons(longest: int) -> list[int]:
    """Days that can be shown of so many: of a shorter sweep its own last day is one."""
    return sorted({n for n in HORIZONS if n < longest} | {longest})


def _cells(results: Path) -> tuple[list[str], int]:
    """Names of the scenarios in a finished sweep, and how many days it is long."""
    from sim.report.cells import open_cells

    found = open_cells([results])
    return list(found.ordered), found.horizon
