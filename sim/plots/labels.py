"""Labels right of lines or layers, pushed apart and joined to what they name by thin grey leaders.

Before each label stands a piece of its line or of its layer's colour. Knows no data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.plots.page import LEADING, Page, spread
from sim.plots.style import Pen, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL = 3.6
"""Distance from the axes to the labels, in type sizes."""
NUMBER = 3.9
"""Room for the number before a label, in type sizes."""


@dataclass(frozen=True)
class Label:
    """What a line is called: where it ends (share of the axes' height), its number and name."""

    name: str
    text: str
    number: str
    end: float
    pen: Pen
    bold: bool = False


def even(names: Sequence[str]) -> dict[str, float]:
    """Heights of evenly spaced rows, the first on top, in shares of the axes' height."""
    return {name: 1 - (k + 0.5) / len(names) for k, name in enumerate(names)}


def write_labels(
    axes: Axes, page: Page, labels: Sequence[Label], width: float, in_rows: bool, heading: str = ""
) -> float:
    """Write labels, given from the top down, each joined to its line's end in the line's style.

    They stand in even rows if `in_rows`, else as near to their lines as they can, and are wrapped
    to `width` inches. Returns the right edge of the widest in inches.
    """
    box = axes.get_position()
    wide, height = box.width * page.width, box.height * page.height
    number = NUMBER * page.em if any(label.number for label in labels) else 0.0
    texts = [label.text for label in labels]
    size, wrapped = page.fit(texts, width - number, height / len(labels))
    places = even([label.name for label in labels])
    if not in_rows:
        places = _near(labels, wrapped, size / 72 / height)
    em = page.em / wide
    if heading:
        over: Style = {"va": "bottom", "color": page.theme.muted, "gid": "label"}
        axes.text(
            1 + LABEL * em, 1 + 0.4 * page.em / height, heading, transform=axes.transAxes, **over
        )
    edge = 0.0
    for label in labels:
        place = places[label.name]
        xs, ys = (1, 1 + 0.3 * em, 1 + (LABEL - 1.8) * em), (label.end, label.end, place)
        joined: Style = {"transform": axes.transAxes, "clip_on": False, "gid": "leader"}
        thin: Style = {"color": page.theme.muted, "linewidth": 0.3 * page.sheet.line, "zorder": 1}
        axes.plot(xs, ys, **thin, **joined)
        mark: Style = {"color": label.pen.color, "linestyle": label.pen.dash}
        places_of_mark = (1 + (LABEL - 1.6) * em, 1 + (LABEL - 0.4) * em)
        axes.plot(places_of_mark, (place, place), linewidth=label.pen.width, **mark, **joined)
        style: Style = {"va": "center", "linespacing": 1.1, "gid": "label", "fontsize": size}
        style |= {"fontweight": "bold" if label.bold else "normal", "transform": axes.transAxes}
        at = 1 + LABEL * em
        if label.number:
            axes.text(at, place, label.number, **style)
        axes.text(at + number / wide, place, wrapped[label.text], **style)
        edge = max(edge, page.extent(wrapped[label.text], size, str(style["fontweight"])))
    return float(box.x1) * page.width + LABEL * page.em + number + edge


def _near(labels: Sequence[Label], wrapped: Mapping[str, str], line: float) -> dict[str, float]:
    """Heights as near to the lines' ends as room for every label allows."""
    lines = max(text.count("\n") + 1 for text in wrapped.values())
    gap = min((1.1 * lines + 0.3) * line, 1 / len(labels))
    upward = list(reversed(labels))
    found = spread([label.end for label in upward], gap, gap / 2, 1 - gap / 2)
    return {label.name: float(place) for label, place in zip(upward, found, strict=True)}


def write_layers(
    axes: Axes, page: Page, texts: Sequence[str], colors: Sequence[str],
    shares: Sequence[float], mark: float,
) -> None:  # fmt: skip
    """Write what stacked layers are called right of them, joined to their middles on the last day.

    All are given from the bottom up; a piece of its colour stands before each text, `mark` type
    sizes from the axes.
    """
    box, edge = axes.get_position(), axes.get_xlim()[1]
    middles = np.cumsum(shares) - np.asarray(shares) / 2
    lines = max(text.count("\n") + 1 for text in texts)
    row = (lines * LEADING + 0.25) * page.em / (box.height * page.height)
    places = spread(middles.tolist(), row, row / 2, 1 - row / 2)
    em = edge * page.em / (box.width * page.width)
    thin: Style = {"color": page.theme.muted, "linewidth": 0.3 * page.sheet.line}
    square: Style = {"marker": "s", "markersize": 0.6 * page.sheet.body, "clip_on": False}
    style: Style = {"va": "center", "gid": "label", "linespacing": LEADING}
    for text, color, middle, place in zip(texts, colors, middles, places, strict=True):
        axes.plot([edge, edge + 0.8 * em], [middle, place], clip_on=False, **thin)
        axes.plot([edge + mark * em], [place], color=color, **square)
        axes.text(edge + (mark + 0.7) * em, place, text, **style)
