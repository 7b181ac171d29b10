"""Small charts as inline SVG: they follow the page's colours, scale to a phone and need no script.

Every chart is a picture with a label for screen readers; the pages give the numbers in words too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

WIDTH, HEIGHT = 440.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 38.0, 10.0, 20.0, 34.0
GAUGE = 10.0  # where its bar begins
BAR = 17.0  # from one bar of a game to the next
SAME_POINT, LETTER = 3.0, 9.0  # pixels: points that are one, and half a letter's height with air

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One curve: ``points`` in data units, a CSS class for its colour, perhaps a band."""

    name: str
    points: Sequence[Point]
    style: str
    step: bool = False
    band: Sequence[tuple[float, float, float]] = ()  # x, low, high


@dataclass(frozen=True)
class Frame:
    """Data ranges and labels of a chart."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    height: float = HEIGHT

    def at(self, x: float, y: float) -> Point:
        """Place of a data point on the picture."""
        wide = (self.x[1] - self.x[0]) or 1.0
        high = (self.y[1] - self.y[0]) or 1.0
        return (
            LEFT + (x - self.x[0]) / wide * (WIDTH - LEFT - RIGHT),
            self.height - BOTTOM - (y - self.y[0]) / high * (self.height - TOP - BOTTOM),
        )


def picture(label: str, parts: Iterable[str], height: float = HEIGHT, extra: str = "") -> str:
    """Wrap parts as one picture with a label."""
    return (
        f'<svg class="chart {extra}" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-label="{escape(label, quote=True)}">{"".join(parts)}</svg>'
    )


def lines(
    label: str, frame: Frame, curves: Sequence[Line], marks: Sequence[tuple[float, str]] = ()
) -> str:
    """Curves with bands, a legend, and vertical ``marks`` (x, name)."""
    parts = [axes(frame)]
    for x, name in marks:
        parts.append(_rule(frame, "mark", (x, frame.y[1]), (x, frame.y[0]), name))
    for curve in curves:
        if curve.band:
            parts.append(_band(frame, curve))
        parts.append(
            f'<path class="line {curve.style}" d="{_path(frame, curve.points, curve.step)}"/>'
        )
    return picture(label, parts, frame.height) + legend([(c.name, c.style) for c in curves])


def legend(names: Sequence[tuple[str, str]], *, dots: bool = False) -> str:
    """Names of curves, or of ``dots``, with their colours."""
    items = "".join(
        f'<span class="key"><svg viewBox="0 0 24 8" aria-hidden="true">'
        f"{_sign(12, 4, style, 3.5) if dots else _stroke(style)}</svg>{escape(name)}</span>"
        for name, style in names
    )
    return f'<div class="legend">{items}</div>'


def _stroke(style: str) -> str:
    return f'<path class="line {style}" d="M1 4H23"/>'


def _dot(x: float, y: float, style: str, size: float, title: str = "") -> str:
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<circle class="dot {style}" cx="{x:.1f}" cy="{y:.1f}" r="{size:g}">{inner}</circle>'


REFUSED, COULD, SIGNED, OVER = "refused", "could", "signed", "over"  # signs that are no dots
AGREED, ASKED = "agreed", "needed"  # a ring, and the bound of a win-set


def _sign(x: float, y: float, style: str, size: float) -> str:
    """A sign at a place: a cross, a rhomb, a triangle, a stroke, else a dot of that colour."""
    wide = size + 1.0
    shapes = {
        REFUSED: f"M{x - size:.1f} {y - size:.1f}l{2 * size:g} {2 * size:g}m0 {-2 * size:g}"
        f"l{-2 * size:g} {2 * size:g}",
        COULD: f"M{x:.1f} {y - wide:.1f}l{wide:g} {wide:g}l{-wide:g} {wide:g}l{-wide:g} {-wide:g}z",
        SIGNED: f"M{x - wide:.1f} {y - size:.1f}h{2 * wide:g}l{-wide:g} {2 * size:g}z",
        OVER: f"M{x:.1f} {y - wide:.1f}v{2 * wide:g}",
        ASKED: f"M{x - 11:.1f} {y:.1f}h22",
    }
    if style not in shapes:
        return _dot(x, y, style, size)
    return f'<path class="sign {style}" d="{shapes[style]}"></path>'


def axes(frame: Frame) -> str:
    """Axes with round ticks and their labels."""
    parts = []
    for value in ticks(*frame.y):
        x, y = frame.at(frame.x[0], value)
        parts.append(_rule(frame, "grid", (frame.x[0], value), (frame.x[1], value)))
        parts.append(_text(x - 5, y + 4, f"{value:g}", "end"))
    floor = frame.at(frame.x[0], frame.y[0])[1]
    for value in ticks(*frame.x):
        x, _ = frame.at(value, frame.y[0])
        parts.append(_text(x, floor + 14, f"{value:g}", "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, frame.height - 4, frame.x_label, "middle"))
    if frame.y_label:
        parts.append(_text(LEFT, TOP - 8, frame.y_label, "start"))
    return "".join(parts)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from low to high."""
    span = high - low
    if span <= 0:
        return [low]
    size = 10.0 ** len(str(int(max(span, 1.0))))
    while span / size < 2:
        size /= 10
    steps = [size * part for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0)]
    step = next((s for s in steps if span / s <= most), steps[-1])
    first = int(-(-low // step))
    last = int(high / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def calendar(
    label: str,
    axis: str,
    days: int,
    today: int,
    rounds: Sequence[tuple[int, int]],
    attacks: Sequence[tuple[int, bool]],
    acts: Sequence[tuple[int, str, int]],
    deals: Sequence[int] = (),
) -> str:
    """A strip of days.

    ``rounds`` (first, last day), ``attacks`` (day, attributed), ``acts`` (day, side, rung).
    """
    height = 120.0
    frame = Frame((0, days), (-4, 4), height=height)
    parts = []
    middle = frame.at(0, 0)[1]
    for first, last in rounds:
        x0, x1 = frame.at(first - 0.5, 0)[0], frame.at(last + 0.5, 0)[0]
        parts.append(
            f'<rect class="round" x="{x0:.1f}" width="{x1 - x0:.1f}" y="{TOP:g}" '
            f'height="{height - TOP - BOTTOM:.1f}"/>'
        )
    for day, side, rung in acts:
        style, high = ("first", rung) if side == "pakistan" else ("second", -rung)
        parts.append(_rule(frame, f"act {style}", (day, 0), (day, high)))
    for day, attributed in attacks:
        x = frame.at(day, 0)[0]
        kind = "attributed" if attributed else "unattributed"
        parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{middle:.1f}" r="2.6"/>')
    for day in deals:
        x = frame.at(day, 0)[0]
        parts.append(f'<path class="deal" d="M{x - 5:.1f} {TOP:g}h10l-5 8z"/>')
    parts.append(_rule(frame, "axis", (0, 0), (days, 0)))
    parts.append(_rule(frame, "today", (today, frame.y[1]), (today, frame.y[0])))
    for value in ticks(0, days):
        parts.append(_text(frame.at(value, 0)[0], height - 18, f"{value:g}", "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 4, axis, "middle"))
    return picture(label, parts, height)


SPEAKS = {"pakistan": "first", "afghan_taliban": "second", "mediators": "third"}  # colours


def space(label: str, shown: dict[str, Any], x_label: str, y_label: str) -> str:
    """The bargaining space from ``game.debrief.landscape``: frontier, solutions, offers, deal."""
    points = [*shown["frontier"], shown["disagreement"], *(o["point"] for o in shown["offers"])]
    lows = [min(0.0, min(p[k] for p in points)) for k in (0, 1)]
    highs = [max(p[k] for p in points) * 1.05 for k in (0, 1)]
    frame = Frame((lows[0], highs[0]), (lows[1], highs[1]), x_label, y_label, height=300.0)
    parts = [axes(frame)]
    first, second = shown["needed"]
    parts.append(_rule(frame, ASKED, (first, lows[1]), (first, highs[1])))
    parts.append(_rule(frame, ASKED, (lows[0], second), (highs[0], second)))
    frontier = [(p[0], p[1]) for p in shown["frontier"]]
    parts.append(f'<path class="line ink" d="{_path(frame, frontier, False)}"/>')
    for point, speakers in _places(shown["offers"]).items():
        x, y = frame.at(*point)
        for number, speaker in enumerate(speakers):  # of one place all stay visible
            size = 4.0 + 2.5 * (len(speakers) - 1 - number)
            parts.append(_dot(x, y, SPEAKS[speaker], size, ", ".join(map(str, speakers[speaker]))))
    named = [("D", shown["disagreement"])]
    for letter, name in (("N", "nash"), ("K", "kalai_smorodinsky")):
        if shown[name]:
            named.append((letter, shown[name]["point"]))
    drawn = [frame.at(*offer["point"]) for offer in shown["offers"]]
    line = [frame.at(*point) for point in frontier]
    letters = [(letter, frame.at(*point), "ink") for letter, point in named]
    parts += _lettered(letters, clear=(drawn, line))
    if shown["deal"]:
        x, y = frame.at(*shown["deal"])
        parts.append(_dot(x, y, AGREED, 10))
    return picture(label, parts, frame.height)


def _places(offers: Sequence[dict[str, Any]]) -> dict[Point, dict[str, list[int]]]:
    """Where offers lie; of each place who made them, at which exchanges."""
    found: dict[Point, dict[str, list[int]]] = {}
    for offer in offers:
        point = (offer["point"][0], offer["point"][1])
        found.setdefault(point, {}).setdefault(offer["speaker"], []).append(offer["exchange"])
    return found


def _lettered(
    named: Sequence[tuple[str, Point, str]],
    size: float = 2.5,
    clear: tuple[Sequence[Point], Sequence[Point]] = ((), ()),
) -> list[str]:
    """Signs with their letters beside them; letters of one sign stand together, none overlap.

    Each is a letter, a place and a style. They stand ``clear`` of other points and of a line, given
    by its corners, if there is room.
    """
    groups: list[tuple[list[str], Point, str]] = []
    for letter, at, style in named:
        near = [
            letters for letters, other, same in groups
            if same == style and math.dist(at, other) < SAME_POINT
        ]  # fmt: skip
        if near:
            near[0].append(letter)
        else:
            groups.append(([letter], at, style))
    points, line = clear
    taken: list[Point] = [at for _, at, _ in groups] + list(points) + _along(line)
    parts = []
    for letters, (x, y), style in groups:
        words = ", ".join(letters)
        half = 5.0 * len(words)
        places = [(x + side * (half + 5), y + down) for side in (1, -1) for down in (-4, 14)]
        places += [(x, y - 10), (x, y + 20)]
        places += [(x + side * (half + 14), y + down) for side in (1, -1) for down in (-14, 24)]
        places += [(x + side * (half + 24), y + down) for side in (1, -1) for down in (-24, 34)]
        place = next((p for p in places if _free(p, half, taken)), places[0])
        taken.append(place)
        parts.append(_sign(x, y, style, size))
        parts.append(
            f'<text class="letter" x="{place[0]:.1f}" y="{place[1]:.1f}">{escape(words)}</text>'
        )
    return parts


def _along(line: Sequence[Point], every: float = 6.0) -> list[Point]:
    """Points on a line, so near each other that no letter fits between them."""
    out: list[Point] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        count = int(math.dist((x0, y0), (x1, y1)) / every) + 1
        out += [(x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count) for k in range(count + 1)]
    return out


def _free(place: Point, half: float, taken: Sequence[Point]) -> bool:
    """Whether letters fit at a place, this far from its middle to either side."""
    return all(abs(place[0] - x) > half + 6 or abs(place[1] - 5 - y) > LETTER for x, y in taken)


def gains(
    label: str, x_label: str, y_label: str, frontier: Sequence[Sequence[float]],
    points: Sequence[tuple[str, Point, str]],
) -> str:  # fmt: skip
    """Both sides' gains and the frontier they could reach; no deal is at 0, 0.

    A point has a name, a place and a style.
    """
    shown = [(p[0], p[1]) for p in frontier if min(p[0], p[1]) >= 0.0] or [(0.1, 0.1)]
    reached = [*shown, *(point for _, point, _ in points), (0.0, 0.0)]
    low = [min(p[k] for p in reached) for k in (0, 1)]
    high = [max(p[k] for p in reached) for k in (0, 1)]
    frame = Frame((low[0], high[0] * 1.08), (low[1], high[1] * 1.08), x_label, y_label, 300.0)
    parts = [axes(frame)]
    for start, end in (((0.0, low[1]), (0.0, frame.y[1])), ((low[0], 0.0), (frame.x[1], 0.0))):
        parts.append(_rule(frame, "axis", start, end))
    parts.append(f'<path class="line ink" d="{_path(frame, shown, False)}"/>')
    parts += _lettered([(name, frame.at(*at), style) for name, at, style in points], 4)
    return picture(label, parts, frame.height)


@dataclass(frozen=True)
class Held:
    """How long the ceasefire of one game held: a bar to a day, and signs (day, style) on it."""

    name: str
    until: float
    ended: bool
    style: str
    signs: Sequence[tuple[float, str]] = ()


def held(label: str, frame: Frame, share: Sequence[Line], games: Sequence[Held]) -> str:
    """A bar for each game below a curve of many, over the same days.

    ``frame`` is that of the curve; the picture is as much higher as the bars need.
    """
    axis = frame.height - BOTTOM
    high = axis + 40 + BAR * len(games)
    parts = [axes(replace(frame, x_label=""))]
    for curve in share:
        parts += [_band(frame, curve), f'<path class="line {curve.style}" '
                  f'd="{_path(frame, curve.points, curve.step)}"/>']  # fmt: skip
    start = frame.at(frame.x[0], 0)[0]
    for number, game in enumerate(games):
        y = axis + 30 + BAR * number
        end = frame.at(game.until, 0)[0]
        parts.append(_text(start - 6, y + 4, game.name, "end"))
        parts.append(
            f'<rect class="held {game.style}" x="{start:.1f}" y="{y - 4:.1f}" height="8" '
            f'width="{end - start:.1f}"/>'
        )
        for day, style in game.signs:
            x = frame.at(day, 0)[0]
            parts.append(f'<circle class="clear" cx="{x:.1f}" cy="{y:.1f}" r="7.5"/>')
            parts.append(_sign(x, y, style, 4))
        if game.ended:
            parts.append(_sign(end, y, OVER, 6))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, high - 4, frame.x_label, "middle"))
    return picture(label, parts, high)


def bars(
    label: str, values: Sequence[tuple[str, float]], most: float = 1.0, shown: str = ".2f"
) -> str:
    """Horizontal bars of values from 0 to ``most`` with their numbers, in words of any width."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>"
        f'<span class="bar" style="width: {value / (most or 1.0):.1%}"></span>{value:{shown}}</dd>'
        for name, value in values
    )
    return f'<dl class="bars" aria-label="{escape(label, quote=True)}">{rows}</dl>'


def gauge(label: str, value: float, marks: Sequence[tuple[float, str]], most: float) -> str:
    """One bar from 0 to ``most`` with named marks across it."""
    wide = WIDTH - 2 * GAUGE
    scale = wide / (most or 1.0)
    parts = [
        f'<rect class="trough" x="{GAUGE:g}" y="20" width="{wide:.1f}" height="14"/>',
        f'<rect class="bar" x="{GAUGE:g}" y="20" width="{max(value, 0) * scale:.1f}" height="14"/>',
    ]
    for k, (at, name) in enumerate(marks):
        x, y = GAUGE + at * scale, (13, 50)[k % 2]
        parts.append(f'<line class="today" x1="{x:.1f}" x2="{x:.1f}" y1="16" y2="38"/>')
        side = "end" if x > WIDTH / 2 else "start"  # so that every name stays inside the picture
        parts.append(_text(x, y, f"{name} {at:.3f}", side))
    return picture(label, parts, 56.0, "gauge")


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _rule(frame: Frame, style: str, start: Point, end: Point, title: str = "") -> str:
    """A straight line between two data points."""
    (x0, y0), (x1, y1) = frame.at(*start), frame.at(*end)
    place = f'x1="{x0:.1f}" x2="{x1:.1f}" y1="{y0:.1f}" y2="{y1:.1f}"'
    named = f"<title>{escape(title)}</title>" if title else ""
    return f'<line class="{style}" {place}>{named}</line>'


def _path(frame: Frame, points: Sequence[Point], step: bool) -> str:
    commands = []
    for k, (x, y) in enumerate(points):
        px, py = frame.at(x, y)
        if step and k:
            commands.append(f"H{px:.1f}V{py:.1f}")
        else:
            commands.append(f"{'L' if k else 'M'}{px:.1f} {py:.1f}")
    return "".join(commands)


def _band(frame: Frame, curve: Line) -> str:
    upper = _path(frame, [(x, high) for x, _, high in curve.band], curve.step)
    back = [frame.at(x, low) for x, low, _ in reversed(curve.band)]
    lower = "".join(f"V{y:.1f}H{x:.1f}" if curve.step else f"L{x:.1f} {y:.1f}" for x, y in back)
    return f'<path class="band {curve.style}" d="{upper}{lower}Z"/>'
