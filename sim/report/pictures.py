"""The figures of a report, each in light and dark, with words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from sim.analysis.comparison import Comparison
from sim.analysis.limits import as_text
from sim.analysis.mechanisms import Mechanisms
from sim.analysis.states import states
from sim.plots.catalogue import draw
from sim.plots.style import Drawing
from sim.plots.words import lasting, readable
from sim.report.cells import CellSet
from sim.report.markup import figure
from sim.report.states import known

SHEET = "page"
MOST_PANELS = 13
"""Scenarios up to which the differences day by day are drawn too."""
MOST_APART = 2
"""Scenarios up to which each has a figure of what sets it apart."""
MOST_HAZARDS = 6
"""Scenarios up to which all hazards are drawn, and not the reference's only."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One figure in both themes, what it shows in words, and its caption."""

    light: Drawing
    dark: Drawing
    alt: str
    caption: str

    def html(self) -> Markup:
        """Return the figure as HTML."""
        return figure(self.light, self.dark, self.alt, self.caption)


def pictures(
    found: CellSet, compared: Comparison | None, attributed: Mechanisms | None
) -> dict[str, list[Picture]]:
    """Draw everything, by the part of the report it belongs to."""
    if compared is None:
        return dict(_of_one(found))
    return dict(_of_several(found, compared, attributed))


def _of_one(found: CellSet) -> Iterator[tuple[str, list[Picture]]]:
    """Figures of a single cell."""
    readout = _survival_in_words(found)
    yield "lasting", [_picture(found, "survival", readout, "Survival with numbers at risk.", True)]
    yield "age", [*_hazard(found), *_states(found), *_fans(found)]
    yield "causes", [_incidence(found)]


def _of_several(
    found: CellSet, compared: Comparison, attributed: Mechanisms | None
) -> Iterator[tuple[str, list[Picture]]]:
    """Figures of several cells."""
    base = readable(found.reference)
    readout = _survival_in_words(found)
    caption = f"Survival of every scenario, and differences from {base}."
    overlay = _picture(found, "comparison", readout, caption, compared=compared)
    yield "lasting", [overlay]
    words = f"Differences from {base}. {_effects_in_words(compared)}"
    effects = [_picture(found, "forest", words, f"Differences from {base}.", compared=compared)]
    if len(found.cells) <= MOST_PANELS:
        caption = f"Share {lasting(found.end)} minus that of {base}, day by day."
        effects.append(
            _picture(found, "difference", f"{caption} {_effects_in_words(compared)}", caption)
        )
    yield "effects", effects
    yield "age", [*_hazard(found), *_states(found), *_fans(found)]
    causes = [_incidence(found)]
    if attributed is not None:
        caption = "Days gained and lost by cause; the parts add up to the difference."
        alt = f"{caption} {_parts_in_words(attributed)}"
        causes.append(_picture(found, "mechanisms", alt, caption, attributed=attributed))
        causes += _apart(found, attributed)
    yield "causes", causes


def _picture(
    found: CellSet, name: str, alt: str, caption: str, single: bool = False, **more: Any
) -> Picture:
    """Draw one family of figures in both themes, of the reference only if `single`."""
    cells = {found.reference: found.cells[found.reference]} if single else found.ordered
    reference = found.reference if len(cells) > 1 else None
    light, dark = (
        draw(name, cells, reference, end=found.end, theme=theme, sheet=SHEET, **more)
        for theme in ("light", "dark")
    )
    return Picture(light, dark, alt, f"{caption} To draw it again: ceasefire figure {name} DIR.")


def _hazard(found: CellSet) -> list[Picture]:
    """Hazards of all scenarios, or of the reference if there are many; none if over on day 0."""
    single = len(found.cells) > MOST_HAZARDS
    shown = {found.reference: found.cells[found.reference]} if single else found.cells
    if any(x.durations(found.end)[0].max() < 1 for x in shown.values()):
        return []
    of = readable(found.reference) if single else "every scenario"
    words = f"Hazard of the end by the ceasefire's age, per 1,000 days, of {of}."
    return [_picture(found, "hazard", words, words, single)]


def _apart(found: CellSet, attributed: Mechanisms) -> list[Picture]:
    """What sets each of a few scenarios apart, if there are two or more but not many."""
    if not 1 < len(attributed.scenarios) <= MOST_APART:
        return []
    out = []
    for name in attributed.scenarios:
        rows = attributed.of(name, "path")
        rows = rows[rows["scope"] == "all futures"]
        told = zip(rows["quantity"], rows["reference"], rows["value"], strict=True)
        levels = ", ".join(f"{what} {one:.2f} to {two:.2f}" for what, one, two in told)
        pair = {found.reference: found.cells[found.reference], name: found.cells[name]}
        caption = f"What sets {readable(name)} apart from {readable(found.reference)}."
        of = replace(found, cells=pair)
        out.append(_picture(of, "mechanisms", f"{caption} From reference: {levels}.", caption))
    return out


def _fans(found: CellSet) -> list[Picture]:
    """Trust and tension of the reference, unless it is over on the first day."""
    daily = found.cells[found.reference].daily
    if not len(daily) or daily["in_force"].max() == 0:
        return []
    last = daily[daily["in_force"] > 0].iloc[-1]
    name = readable(found.reference)
    caption = f"Trust, tension and latest offers under {name} while the ceasefire lasts."
    first, second = (party.label for party in found.cells[found.reference].scenario.parties)
    alt = (
        f"{caption} On day {last['day']:.0f} median trust is "
        f"{as_text(last['pakistan_trust_q50'], 'share')} ({first}) and "
        f"{as_text(last['afghan_taliban_trust_q50'], 'share')} ({second}), median tension "
        f"{last['tension_q50']:.1f}."
    )
    return [_picture(found, "fans", alt, caption, True)]


def _states(found: CellSet) -> list[Picture]:
    """From talks to the end under the reference, if any future was watched to this horizon."""
    cell = found.cells[found.reference]
    if not known(cell):
        return []
    caption = f"From talks to the end under {readable(found.reference)}: the state of each future."
    shares = states(cell, found.end).share.iloc[:, -1]
    told = ", ".join(f"{name} {as_text(float(x), 'share')}" for name, x in shares.items())
    return [_picture(found, "states", f"{caption} On the last day: {told}.", caption, True)]


def _incidence(found: CellSet) -> Picture:
    """Causes and modes of the end under the reference."""
    cell = found.cells[found.reference]
    shares = [
        f"{readable(x)} {as_text(estimate.of(x, found.horizon).value, 'share')}"
        for estimate in (cell.incidence(found.end), cell.modes(found.end))
        for x in estimate.causes
    ]
    caption = f"How ceasefires end under {readable(found.reference)}, by cause and by mode."
    alt = f"{caption} Shares ended by day {found.horizon}: {', '.join(shares)}."
    return _picture(found, "incidence", alt, caption, True)


def _survival_in_words(found: CellSet) -> str:
    """Share in force on the last day, or without such an end, of every scenario."""
    day = found.horizon
    last = {x: y.survival(found.end).at(day).value for x, y in found.cells.items()}
    order = sorted(last, key=lambda name: -last[name])
    shares = ", ".join(f"{readable(name)} {as_text(last[name], 'share')}" for name in order)
    share = lasting(found.end, "in force")
    return f"Survival curves falling from 1 on day 0. Share {share} on day {day}: {shares}."


def _effects_in_words(compared: Comparison) -> str:
    """Difference in RMST of every scenario."""
    rows = compared.table[compared.table["kind"] == "rmst"]
    told = zip(rows["scenario"], rows["difference"], strict=True)
    parts = ", ".join(f"{readable(name)} {as_text(float(x), 'days', True)}" for name, x in told)
    return f"Days of RMST({compared.horizon}): {parts}."


def _parts_in_words(attributed: Mechanisms) -> str:
    """The largest part of every scenario's difference."""
    parts = []
    for name in attributed.scenarios:
        rows = attributed.of(name, "days lost")
        if len(rows):
            top = rows.sort_values("contribution", key=abs, ascending=False, kind="stable").iloc[0]
            days = as_text(float(top["contribution"]), "days", True)
            parts.append(f"{readable(name)} {readable(top['key'])} {days}")
    return f"Largest part: {', '.join(parts)}." if parts else ""
