"""Futures from an evening as curves: how they are drawn and what they say; knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from sim.app import charts, choices, render
from sim.app import strings as say
from sim.app.choices import Look
from sim.config import CAUSES
from sim.game.futures import Fan, difference, survival_difference


@dataclass(frozen=True)
class Curve:
    """Futures as drawn: the name and style they keep, and where they begin.

    ``story`` is what the address says of the story, ``change`` what is changed from tomorrow.
    """

    name: str
    fan: Fan
    story: str
    style: str
    change: str

    @property
    def looks(self) -> str:
        """From which day and how the futures are looked at, as an address says it."""
        return urlencode({"day": str(self.fan.today)} | choices.told_look(self.look))

    @property
    def look(self) -> Look:
        """How the futures are looked at."""
        return Look(self.fan.days, self.fan.end, self.change)

    def starts(self, story: str, day: int) -> bool:
        """Whether the futures begin on this evening."""
        return (self.story, self.fan.today) == (story, day)

    def same(self, other: Curve) -> bool:
        """Whether two curves show the same futures."""
        return (self.story, self.fan.today, self.look) == (other.story, other.fan.today, other.look)


def drawn(curves: Sequence[Curve]) -> list[str]:
    """Curves with bands, and what they say in words."""
    days = max(curve.fan.days for curve in curves)
    lines, words, causes = [], [], []
    for curve in curves:
        fan, estimate = curve.fan, curve.fan.survival()
        day = estimate.day.tolist()
        points = list(zip(day, estimate.survival.tolist(), strict=True))
        band = list(zip(day, estimate.lower.tolist(), estimate.upper.tolist(), strict=True))
        lines.append(charts.Line(curve.name, points, curve.style, step=True, band=band))
        at, mean = estimate.at(fan.days), estimate.rmst(fan.days)
        words.append(
            (
                curve.name,
                say.FAN.format(today=fan.today, days=fan.days, share=at.value, low=at.lower,
                               high=at.upper),
                say.RMST.format(days=fan.days, value=mean.value, low=mean.lower, high=mean.upper),
            )
        )  # fmt: skip
        shares = fan.causes()
        causes.append((curve.name, [(say.readable(name), shares[name]) for name in CAUSES]))
    frame = charts.Frame((0, days), (0, 1), say.FUTURES_DAYS, say.SHARE_IN_FORCE)
    label = "; ".join(f"{name}: {share}" for name, share, _ in words)
    told = f'<p class="help">{escape(say.CURVE_HELP)}</p>'
    parts = [charts.lines(label, frame, lines), told, render.table(words)]
    parts += [f'<p class="difference">{escape(text)}</p>' for text in _differences(curves)]
    for name, values in causes:
        parts.append(f"<h2>{escape(f'{say.ENDED_BY} · {name}')}</h2>")
        parts.append(charts.bars(f"{say.ENDED_BY}, {name}", values))
    return parts


def _differences(curves: Sequence[Curve]) -> list[str]:
    """Paired differences of every curve from the first, or why there is none."""
    out = []
    first = curves[0]
    for other in curves[1:]:
        same = (first.story, first.fan.today, first.fan.days, first.fan.end)
        if (other.story, other.fan.today, other.fan.days, other.fan.end) != same:
            out.append(say.UNPAIRED)
            continue
        days, share = difference(other.fan, first.fan), survival_difference(other.fan, first.fan)
        out.append(
            say.DIFFERENCE.format(
                name=other.name, days=first.fan.days, value=days.value, low=days.lower,
                high=days.upper, share=share.value, share_low=share.lower, share_high=share.upper,
            )
        )  # fmt: skip
    return out
