"""Pieces of HTML: text, tables, figures and the page, as the templates beside this file have them.

Whatever is not ``Markup`` is text, and escaped. Knows no result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.plots.style import Drawing
from sim.report.themes import in_both_themes, svg_of


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading of its own."""

    key: str
    title: str
    body: Markup
    new_page: bool = False


def page(
    title: str, lead: Markup, sections: Sequence[Section], running: Sequence[str] = (),
    allowed: str = "",
) -> str:  # fmt: skip
    """Return a whole document that needs nothing but itself.

    `running` are scripts at its end and `allowed` the policy's sources that let them run. Figures
    and tables are numbered in their order.
    """
    body = Markup(numbered("".join(_piece("section", one) for one in sections)))
    whole = _templates().get_template("page.html")
    return whole.render(
        title=title, lead=lead, sections=sections, body=body, running=running, allowed=allowed
    )


def numbered(body: str) -> str:
    """Number the captions of figures and of tables, each by themselves."""
    for tag, word in (("figcaption", "Figure"), ("caption", "Table")):
        first, *rest = body.split(f"<{tag}>")
        parts = [f"<{tag}><b>{word} {k}.</b> {part}" for k, part in enumerate(rest, 1)]
        body = "".join([first, *parts])
    return body


def paragraphs(*texts: str) -> Markup:
    """Return paragraphs of plain text."""
    return joined(_piece("paragraph", text) for text in texts)


def joined(pieces: Iterable[Markup]) -> Markup:
    """Return pieces one after the other."""
    return Markup("").join(pieces)


def question(text: str) -> Markup:
    """Return what the page asks."""
    return _piece("question", text)


def heading(text: str) -> Markup:
    """Return a heading within a section."""
    return _piece("heading", text)


def commands(lines: Sequence[str]) -> Markup:
    """Return lines to type."""
    return _piece("commands", lines)


def folded(summary: str, body: Markup) -> Markup:
    """Return a body that is shown when one asks for it."""
    return _piece("folded", summary, body)


def definitions(terms: Mapping[str, str]) -> Markup:
    """Return terms with their meanings."""
    return _piece("definitions", terms)


def listing(items: Iterable[str]) -> Markup:
    """Return a list of plain texts."""
    return _piece("listing", items)


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Sequence[int] = (),
    *,
    small: bool = False,
    code: Sequence[int] = (),
    widths: Sequence[int] = (),
) -> Markup:
    """Return a table with a caption; the first column names its rows, over several if empty.

    `numbers` are the columns aligned as numbers, intervals under their values; `code` those set as
    code; `widths` are percentages that fix all columns. The table scrolls sideways, by keyboard
    too, where the screen is narrow.
    """
    body = [list(row) for row in rows]
    lines = [(_span(body, place), row[0], row[1:]) for place, row in enumerate(body)]
    return _piece("table", caption, head, lines, numbers, code, widths, small)


def _span(rows: Sequence[Sequence[str]], place: int) -> int:
    """Rows that the name of this one stands for: 0 if an earlier row's name does."""
    if place and not rows[place][0]:
        return 0
    after = (k for k in range(place + 1, len(rows)) if rows[k][0])
    return next(after, len(rows)) - place


def figure(light: Drawing, dark: Drawing, alt: str, caption: str) -> Markup:
    """Return a figure that follows the reader's light or dark setting and prints light."""
    return _piece("figure", Markup(in_both_themes(svg_of(light), svg_of(dark), alt)), caption)


def chart(key: str, label: str, specification: str) -> Markup:
    """Return a place for a chart that moves, with its specification as JSON that ends no script."""
    return _piece("chart", key, label, specification)


def _piece(name: str, *given: Any) -> Markup:
    """What a macro of ``pieces.html`` makes of this."""
    made: Markup = getattr(_templates().get_template("pieces.html").module, name)(*given)
    return made


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True,
        trim_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    made.filters["minus"] = lambda text: re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text)
    return made
