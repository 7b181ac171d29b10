"""Pieces of HTML: text, tables, figures, the page and its style; knows no result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from sim.plots.style import Drawing
from sim.report.themes import in_both_themes, svg_of

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a1a1a; --muted: #595959;
  --line: #d0d0d0; --shade: #f4f4f4; --link: #00558a; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #f2f2f2; --muted: #aeb4bd; --line: #3c434d; --shade: #1d222a;
    --link: #8fd0f5; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 100%/1.5 system-ui, "Segoe UI",
  "DejaVu Sans", sans-serif; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 0.6rem; border-top: 1px solid var(--line);
  padding-top: 1rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 0.4rem; }
p, ul, dl { max-width: 46rem; }
a { color: var(--link); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: 0.5rem; }
nav ul { columns: 18rem 2; padding-left: 1.2rem; }
.lead { font-size: 1.1rem; }
.muted, figcaption, caption { color: var(--muted); }
figure { margin: 1.4rem 0 2rem; overflow-x: auto; }
figure > svg { width: 100%; min-width: 34rem; height: auto; display: block; }
figcaption { font-size: 0.9rem; margin-top: 0.4rem; max-width: 46rem; }
.scroll { overflow-x: auto; margin: 0.8rem 0 1.4rem; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.4rem; max-width: min(46rem, calc(100vw - 2.6rem)); }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.9rem 0.25rem 0;
  border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--muted); vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 8rem; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
.interval { display: block; color: var(--muted); font-size: 0.92em; }
.small table { font-size: 0.78rem; }
.fixed table { table-layout: fixed; width: 100%; min-width: 44rem; }
pre { background: var(--shade); padding: 0.8rem 1rem; overflow-x: auto; font-size: 0.85rem;
  line-height: 1.45; }
code { font-size: 0.92em; overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: 0.5rem; }
dd { margin: 0; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  p, ul, dl, figcaption, caption { max-width: none; }
  a { color: inherit; text-decoration: none; }
  h2, h3, caption { break-after: avoid; }
  h2 { margin-top: 1.6rem; }
  figure, tr, .scroll { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll, figure { overflow: visible; }
  figure > svg { min-width: 0; width: auto; max-width: 100%; max-height: 112mm; }
  table { font-size: 7.6pt; }
  .small table { font-size: 6.4pt; }
  .small th, .small td { padding-top: 0.1rem; padding-bottom: 0.1rem; line-height: 1.3; }
  .fixed table { min-width: 0; }
  th, td { padding-right: 0.5rem; }
  tbody th { min-width: 0; overflow-wrap: break-word; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; }
  .new-page { break-before: page; }
  .interactive { display: none; }
  details > * { display: revert; }
}
.interactive form.vega-bindings { display: grid; gap: 0.3rem 1.2rem; margin: 0.6rem 0;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.interactive .vega-bind-name { flex: 0 0 auto; max-width: 10rem; }
.interactive label { display: flex; align-items: center; gap: 0.5rem; }
.interactive select { min-width: 0; max-width: 100%; flex: 0 1 auto; }
.interactive .chart { width: calc(100% - 3.4rem); }
.interactive .chart form { width: calc(100% + 3.4rem); }
.interactive .chart:empty { display: none; }
.interactive select, .interactive input { font: inherit; accent-color: var(--link); }
details summary { cursor: pointer; font-weight: 600; }
"""
# Nothing may be fetched from anywhere; styles, scripts that may run and the empty icon are in it.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading of its own."""

    key: str
    title: str
    body: str
    new_page: bool = False

    def html(self) -> str:
        """Return the section."""
        kind = ' class="new-page"' if self.new_page else ""
        head = f'<h2 id="{self.key}-title">{escape(self.title)}</h2>'
        return (
            f'<section id="{self.key}" aria-labelledby="{self.key}-title"{kind}>{head}\n'
            f"{self.body}</section>"
        )


def page(
    title: str,
    lead: str,
    sections: Sequence[Section],
    running: Sequence[str] = (),
    allowed: str = "",
) -> str:
    """Return a whole document that needs nothing but itself.

    `running` are scripts at its end and `allowed` the policy's sources that let them run. Figures
    and tables are numbered in their order.
    """
    policy = f"{POLICY}; script-src {allowed}" if allowed else POLICY
    ends = "".join(f"<script>{script}</script>\n" for script in running)
    links = "".join(f'<li><a href="#{x.key}">{escape(x.title)}</a></li>' for x in sections)
    nav = f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n' if len(sections) > 1 else ""
    body = numbered("\n".join(section.html() for section in sections))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>{escape(title)}</h1>
{lead}
</header>
{nav}<main id="main">
{body}
</main>
{ends}</body>
</html>
"""


def numbered(body: str) -> str:
    """Number the captions of figures and of tables, each by themselves."""
    for tag, word in (("figcaption", "Figure"), ("caption", "Table")):
        first, *rest = body.split(f"<{tag}>")
        parts = [f"<{tag}><b>{word} {k}.</b> {part}" for k, part in enumerate(rest, 1)]
        body = "".join([first, *parts])
    return body


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    return f"<p{f' class={kind!r}' if kind else ''}>{escape(text)}</p>\n"


def definitions(terms: Mapping[str, str]) -> str:
    """Return terms with their meanings."""
    listed = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in terms.items())
    return f"<dl>{listed}</dl>\n"


def listing(items: Iterable[str]) -> str:
    """Return a list of plain texts."""
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>\n"


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    numbers: Sequence[int] = (),
    *,
    small: bool = False,
    code: Sequence[int] = (),
    widths: Sequence[int] = (),
) -> str:
    """Return a table with a caption; the first column names its rows, over several if empty.

    `numbers` are the columns aligned as numbers, intervals under their values; `code` those set as
    code; `widths` are percentages that fix all columns. The table scrolls sideways, by keyboard
    too, where the screen is narrow.
    """
    body = [list(row) for row in rows]
    lines = []
    for place, row in enumerate(body):
        cells = [_cell(text, k in numbers, k in code) for k, text in enumerate(row) if k]
        span = _span(body, place)
        name = f"<code>{escape(row[0])}</code>" if 0 in code else escape(row[0])
        over = f' scope="rowgroup" rowspan="{span}"' if span > 1 else ' scope="row"'
        lines.append(f"<tr>{f'<th{over}>{name}</th>' if span else ''}{''.join(cells)}</tr>")
    kind = ['class="number" ' if k in numbers else "" for k in range(len(head))]
    top = "".join(f'<th {x}scope="col">{escape(y)}</th>' for x, y in zip(kind, head, strict=True))
    columns = "".join(f'<col style="width: {width}%">' for width in widths)
    classes = " ".join(["scroll", *(["small"] if small else []), *(["fixed"] if widths else [])])
    inside = "\n".join(lines)
    return (
        f'<div class="{classes}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>\n"
        f"{f'<colgroup>{columns}</colgroup>' if columns else ''}<thead><tr>{top}</tr></thead>\n"
        f"<tbody>\n{inside}\n</tbody></table></div>\n"
    )


def _span(rows: Sequence[Sequence[str]], place: int) -> int:
    """Rows that the name of this one stands for: 0 if an earlier row's name does."""
    if place and not rows[place][0]:
        return 0
    after = (k for k in range(place + 1, len(rows)) if rows[k][0])
    return next(after, len(rows)) - place


def _cell(text: str, number: bool, code: bool) -> str:
    """One cell; an interval in brackets stands under its value, minus signs are real ones."""
    if code and text:
        return f"<td><code>{escape(text)}</code></td>"
    if not number:
        return f"<td>{escape(text)}</td>"
    value, bracket, rest = re.sub(r"(?<![\w.])-(?=\d)", "−", text).partition(" [")
    if bracket:
        value = f'{escape(value)} <span class="interval">[{escape(rest)}</span>'
    else:
        value = escape(value)
    return f'<td class="number">{value}</td>'


def figure(light: Drawing, dark: Drawing, alt: str, caption: str) -> str:
    """Return a figure that follows the reader's light or dark setting and prints light."""
    drawn = in_both_themes(svg_of(light), svg_of(dark), alt)
    return f'<figure tabindex="0">{drawn}<figcaption>{escape(caption)}</figcaption></figure>\n'
