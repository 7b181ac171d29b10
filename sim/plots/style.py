"""How every figure looks and is saved: themes, sheets, colours, dashes; knows no data."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from sim.study.files import whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1.2, 1.3)), (0, (6, 1.6, 1.2, 1.6)))
"""Line styles that repeat the palette, so that 24 series stay distinguishable."""
Style = dict[str, Any]
"""Properties of a line, an area or a text in matplotlib's words."""
_STATE = threading.RLock()  # matplotlib's settings are global while a figure is built or saved


@dataclass(frozen=True)
class Theme:
    """Colours of a figure; `series` begins with Okabe & Ito's (2008), safe for the colour-blind."""

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    area: str
    series: tuple[str, ...]
    sequential: str


@dataclass(frozen=True)
class Sheet:
    """Where a figure is read: its size in inches, its type sizes and line width in points."""

    name: str
    width: float
    height: float
    title: float
    body: float
    small: float
    line: float
    margin: float
    dpi: float


# Orange and sky blue are darkened on white (blue and sky blue lightened on black) so that every
# line has a contrast of about 3 : 1 with the paper.
THEMES = {
    "light": Theme(
        "light", "#FFFFFF", "#1A1A1A", "#595959", "#E2E2E2", "#EFEFEF",
        ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#C98800", "#3A9FDB", "#6A3D9A", "#8C510A"),
        "cividis",
    ),
    "dark": Theme(
        "dark", "#14171C", "#F2F2F2", "#AEB4BD", "#30363F", "#262B33",
        ("#2F92D4", "#E8722A", "#1DB88B", "#DB93BC", "#E9AE2B", "#8FD0F5", "#B79BE0", "#C9A27A"),
        "cividis",
    ),
}  # fmt: skip
SHEETS = {
    "slide": Sheet("slide", 13.333, 7.5, 22, 14, 10.5, 2.6, 0.3, 150),
    "page": Sheet("page", 7.2, 4.9, 10.5, 7.5, 6.5, 1.4, 0.1, 300),
    "column": Sheet("column", 3.504, 3.6, 8, 7, 6, 1.2, 0.06, 400),
}


@dataclass(frozen=True)
class Pen:
    """How one series is drawn wherever it appears."""

    color: str
    dash: Any
    width: float
    order: float = 3.0

    @property
    def style(self) -> Style:
        """The pen in matplotlib's words."""
        style = {"color": self.color, "linestyle": self.dash, "linewidth": self.width}
        return {**style, "zorder": self.order}


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure and the tidy table of exactly what it shows.

    `table` has one row per drawn value: panel, scenario, quantity, day, value, lower, upper, and
    further columns that a figure needs; `footer` holds the facts stated under the figure.
    """

    figure: Figure = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    footer: str = field(repr=False)
    title: str = ""
    metadata: dict[str, str] = field(default_factory=dict, repr=False)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with _STATE:
            self.figure.savefig(buffer, format="png")
        return buffer.getvalue()


def theme_named(name: str) -> Theme:
    """Return a theme, or say which there are."""
    if name not in THEMES:
        raise ValueError(f"theme is {name!r}; allowed are {', '.join(THEMES)}")
    return THEMES[name]


def sheet_named(name: str) -> Sheet:
    """Return a sheet, or say which there are."""
    if name not in SHEETS:
        raise ValueError(f"sheet is {name!r}; allowed are {', '.join(SHEETS)}")
    return SHEETS[name]


@contextmanager
def styled(theme: Theme, sheet: Sheet) -> Iterator[None]:
    """Build a figure under this look; matplotlib's own settings are put back afterwards."""
    look: dict[Any, Any] = {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so figures are the same everywhere
        "font.size": sheet.body,
        "text.color": theme.ink,
        "text.parse_math": False,
        "axes.edgecolor": theme.muted,
        "axes.facecolor": "none",
        "axes.labelcolor": theme.ink,
        "axes.linewidth": 0.3 * sheet.line,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.axisbelow": True,
        "grid.color": theme.grid,
        "grid.linewidth": 0.3 * sheet.line,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "xtick.major.size": 0.35 * sheet.body,
        "ytick.major.size": 0.35 * sheet.body,
        "xtick.major.width": 0.3 * sheet.line,
        "ytick.major.width": 0.3 * sheet.line,
        "lines.linewidth": sheet.line,
        "figure.facecolor": theme.paper,
        "hatch.linewidth": 0.3 * sheet.line,
    }
    with _STATE, mpl.rc_context(look):
        yield


def pens(names: Sequence[str], reference: str | None, theme: Theme, sheet: Sheet) -> dict[str, Pen]:
    """Give every series its pen: the reference thick and in ink, the others by their order."""
    out: dict[str, Pen] = {}
    colours = len(theme.series)
    others = [name for name in names if name != reference]
    for index, name in enumerate(others):
        dash = DASHES[index // colours % len(DASHES)]
        out[name] = Pen(theme.series[index % colours], dash, 0.85 * sheet.line)
    if reference is not None:
        out[reference] = Pen(theme.ink, "solid", 1.5 * sheet.line, 4.0)
    return out


def save(
    result: Drawing, path_without_suffix: str | Path, formats: Sequence[str] = ("png", "svg")
) -> list[Path]:
    """Write a drawing in each format and return the paths; the same drawing gives the same bytes.

    Each file is written under a temporary name beside its target and renamed when complete; what
    one that was killed left there is overwritten.

    Raises
    ------
    ValueError
        For an unknown format, before anything is written.
    StoreError
        If a file cannot be written.
    """
    for kind in formats:
        if kind not in FORMATS:
            raise ValueError(f"format is {kind!r}; allowed are {', '.join(FORMATS)}")
    base = Path(path_without_suffix)
    return [_write(result, base.parent / f"{base.name}.{kind}", kind) for kind in formats]


def _write(result: Drawing, path: Path, kind: str) -> Path:
    undated: dict[str, Any] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    described = "Subject" if kind == "pdf" else "Description"
    metadata = {**undated[kind], "Title": result.title, described: result.footer}
    metadata |= result.metadata if kind == "png" else {}
    fixed: dict[Any, Any] = {
        "svg.hashsalt": "ceasefire-sim",
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
    with whole(path) as partial, _STATE, mpl.rc_context(fixed):
        result.figure.savefig(partial, format=kind, metadata=metadata)
    return path
