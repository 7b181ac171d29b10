"""A page: places header, footer, axes and text in inches and keeps texts apart; knows no data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from sim.plots.style import Sheet, Style, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

SQUEEZED = 1.2
"""How much more room than a slide has may be asked for before it is made taller."""
LEADING = 1.32
"""Distance of lines of text, in type sizes."""


@cache
def _renderer(dpi: float) -> RendererAgg:
    """What measures text at a resolution; it draws nothing."""
    return RendererAgg(1, 1, dpi)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=8192)
def _measured(line: str, size: float, weight: str, dpi: float) -> float:
    """Width of one line in pixels; pages share most of their words."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width: float = _renderer(dpi).get_text_width_height_descent(line, font, False)[0]  # type: ignore[no-untyped-call]
    return width


class Page:
    """One figure under construction; `top` and `bottom` bound what is still free, in inches."""

    def __init__(self, theme: Theme, sheet: Sheet, height: float | None = None) -> None:
        self.theme, self.sheet = theme, sheet
        self.width, self.height = sheet.width, height or sheet.height
        self.figure = Figure(figsize=(self.width, self.height), dpi=sheet.dpi)
        self.renderer: Any = _renderer(sheet.dpi)
        self.left, self.right = sheet.margin, self.width - sheet.margin
        self.bottom, self.top = sheet.margin, self.height - sheet.margin

    @classmethod
    def with_body(
        cls,
        theme: Theme,
        sheet: Sheet,
        texts: tuple[str, str, Sequence[str]],
        body: float = 0.0,
        exact: bool = False,
    ) -> Page:
        """Make a page with title, subtitle and footer that leaves `body` inches free or more.

        If `exact` it leaves no more. A slide keeps its shape unless `body` is far too tall for it.
        """
        page = cls(theme, sheet)
        page._frame(*texts)
        lacking = body - (page.top - page.bottom)
        free = page.top - page.bottom
        keeps = sheet.name == "slide" and body < SQUEEZED * free
        if (lacking > 0 or exact) and not keeps:
            page = cls(theme, sheet, page.height + lacking)
            page._frame(*texts)
        return page

    def _frame(self, title: str, subtitle: str, paragraphs: Sequence[str]) -> None:
        """Write header and footer."""
        self.header(title, subtitle)
        self.footer(paragraphs)

    @property
    def em(self) -> float:
        """The body type size in inches."""
        return self.sheet.body / 72

    def extent(self, text: str, size: float | None = None, weight: str = "normal") -> float:
        """Return the width of a text in inches."""
        size = size or self.sheet.body
        return max(
            _measured(line, size, weight, self.sheet.dpi) / self.sheet.dpi
            for line in text.split("\n")
        )

    def wrap(self, text: str, width: float, size: float, weight: str = "normal") -> str:
        """Break a text into lines no wider than `width` inches, at spaces where there are any.

        Words are measured, not lines, so that every word is measured once.
        """
        lines, used = [""], 0.0
        space = self._advance(" ", size, weight)
        for word in text.split(" "):
            wide = self._advance(word, size, weight)
            longer = used + space + wide if lines[-1] else wide
            if longer <= width:
                lines[-1], used = f"{lines[-1]} {word}".strip(), longer
                continue
            pieces = self._pieces(word, width, size, weight)
            lines = [*lines, *pieces] if lines[-1] else pieces
            used = self._advance(pieces[-1], size, weight)
        return "\n".join(lines)

    def _advance(self, text: str, size: float, weight: str) -> float:
        """How far a text moves what follows it, in inches: its width and the space around it."""
        return self.extent(f"n{text}n", size, weight) - self.extent("nn", size, weight)

    def _pieces(self, word: str, width: float, size: float, weight: str) -> list[str]:
        """Cut a word that is too long for a line."""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.extent(pieces[-1] + letter, size, weight) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def fit(
        self, texts: Sequence[str], width: float, height: float, bold: bool = True
    ) -> tuple[float, dict[str, str]]:
        """Wrap labels into boxes of one size in inches; return the type size and wrapped labels.

        `bold` allows for bold type. The type shrinks to three quarters if it must; what still
        does not fit is cut in the middle.
        """
        size, wrapped = self.sheet.body, {}
        for share in (1.0, 0.9, 0.8, 0.75):
            size = share * self.sheet.body
            lines = max(1, int(height / (1.1 * size / 72)))
            weight = "bold" if bold else "normal"
            wrapped = {text: self.wrap(text, width, size, weight) for text in texts}
            if all(text.count("\n") < lines for text in wrapped.values()):
                return size, wrapped
        out = {text: self._cut(text, lines, width, size) for text in texts}
        if len(set(out.values())) < len(set(texts)):  # what tells them apart must stay
            letters = zip(*texts, strict=False)
            alike = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, letters))
            start = max(alike - 3, 0)
            out = {text: self._cut(f"…{text[start:]}", lines, width, size) for text in texts}
        return size, out

    def _cut(self, text: str, lines: int, width: float, size: float) -> str:
        """Leave out the middle of a text so that it fits in so many lines."""
        least, most = 1, len(text)  # letters kept: the most that fit, found by bisection
        best = "…"
        while least <= most:
            kept = (least + most) // 2
            tail = text[len(text) - kept // 2 :]
            short = text if kept == len(text) else f"{text[: (kept + 1) // 2]}…{tail}"
            out = self.wrap(short, width, size, "bold")
            if out.count("\n") < lines:
                best, least = out, kept + 1
            else:
                most = kept - 1
        return best

    def axes(self, left: float, bottom: float, width: float, height: float, **more: Any) -> Axes:
        """Add axes at a place given in inches."""
        box = (
            left / self.width,
            bottom / self.height,
            width / self.width,
            height / self.height,
        )
        axes: Axes = self.figure.add_axes(box, **more)
        return axes

    def text(self, left: float, bottom: float, text: str, **style: Any) -> None:
        """Write a text at a place given in inches."""
        style = {"fontsize": self.sheet.body, "va": "baseline", **style}
        self.figure.text(left / self.width, bottom / self.height, text, **style)

    def header(self, title: str, subtitle: str = "") -> None:
        """Write title and subtitle at the top, wrapped to the page; lowers `top`."""
        sheet = self.sheet
        room = self.right - self.left
        for text, size, weight, color in (
            (title, sheet.title, "bold", self.theme.ink),
            (subtitle, sheet.body, "normal", self.theme.muted),
        ):
            if text:
                wrapped = self.wrap(text, room, size, weight)
                style: Style = {"fontsize": size, "fontweight": weight, "color": color}
                self.text(self.left, self.top, wrapped, va="top", linespacing=LEADING, **style)
                self.top -= LEADING * size / 72 * (wrapped.count("\n") + 1)
        self.top -= 0.3 * self.em

    def footer(self, paragraphs: Sequence[str]) -> None:
        """Write the first paragraph small at the bottom, wrapped to the page; raises `bottom`.

        The others are the caption: they are in the drawing and in the files' metadata.
        """
        size = self.sheet.small
        wrapped = self.wrap(paragraphs[0], self.right - self.left, size)
        style: Style = {"fontsize": size, "color": self.theme.muted, "linespacing": LEADING}
        self.text(self.left, self.bottom, wrapped, va="bottom", gid="footer", **style)
        self.bottom += LEADING * size / 72 * (wrapped.count("\n") + 1) + 0.4 * self.em


def write_key(page: Page, entries: Sequence[tuple[str, str, float]]) -> None:
    """Write what colours mean in rows under the header: name, colour and opacity; lowers `top`."""
    em, left, line = page.em, page.left, 0
    for text, color, alpha in entries:
        wide = 1.6 * em + page.extent(text) + 1.4 * em
        if left + wide > page.right and left > page.left:
            left, line = page.left, line + 1
        at = page.top - (1.1 + 1.5 * line) * em
        patch = page.axes(left, at, 1.1 * em, 0.8 * em, gid=f"key:{text}")
        patch.patch.set(facecolor=color, alpha=alpha)
        patch.set(xticks=[], yticks=[])
        patch.spines[:].set_visible(False)
        page.text(left + 1.6 * em, at, text, gid="label")
        left += wide
    page.top -= (1.5 * (line + 1) + 0.4) * em


def write_clear(
    axes: Axes,
    page: Page,
    text: str,
    curves: tuple[NDArray[Any], NDArray[Any]],
    **style: Any,
) -> bool:
    """Write a text in the corner of axes where curves leave most room, if there is enough.

    Returns whether it was written. `curves` are the lowest and the highest drawn share at evenly
    spaced places across the axes. What is drawn at zorder 3 or more stays in front.
    """
    low, high = (np.nan_to_num(x, nan=0.0) for x in curves)
    places = np.linspace(0, 1, low.size)
    written = axes.text(0, 0, text, transform=axes.transAxes, zorder=2, gid="readout", **style)
    box = written.get_window_extent(page.renderer)
    frame = axes.get_position()
    wide = box.width / page.sheet.dpi / (frame.width * page.width)
    tall = box.height / page.sheet.dpi / (frame.height * page.height)
    x, y = 0.015, 0.03
    right, left = places >= 1 - wide - 2 * x, places <= wide + 2 * x
    room = {
        (1 - x, 1 - y, "right", "top"): 1 - y - tall - high[right].max(),
        (x, y, "left", "bottom"): low[left].min() - y - tall,
        (1 - x, y, "right", "bottom"): low[right].min() - y - tall - 0.02,
        (x, 1 - y, "left", "top"): 1 - y - tall - high[left].max() - 0.02,
    }
    at_x, at_y, ha, va = max(room, key=lambda corner: room[corner])
    if max(room.values()) < 0:
        written.remove()
        return False
    patch = {"facecolor": page.theme.paper, "edgecolor": "none", "pad": 1}
    written.set(x=at_x, y=at_y, ha=ha, va=va, bbox=patch)
    return True


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Move positions apart to at least `gap`, as little as possible, within [low, high].

    `wanted` must not fall. The squared shifts are least (pooling of adjacent violators; clipping
    keeps that for bounds); if there is no room for `gap`, the positions are spaced evenly.
    """
    count = len(wanted)
    if count > 1 and gap * (count - 1) > high - low:
        return np.linspace(low, high, count)
    steps = gap * np.arange(count)
    pools: list[tuple[float, int]] = []
    for value in np.asarray(wanted, float) - steps:
        pools.append((float(value), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, m), (other, n) = pools[-2:]
            pools[-2:] = [((one * m + other * n) / (m + n), m + n)]
    shifted = np.concatenate([np.full(n, value) for value, n in pools] or [np.empty(0)])
    placed: NDArray[np.float64] = np.clip(shifted, low, high - gap * max(count - 1, 0)) + steps
    return placed
