"""``ceasefire figure``: draw any figure of finished cells."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.arguments import (
    MOVING,
    add_cells,
    add_look,
    folder,
    in_one_sentence,
    opened,
    parser,
    write_figure,
    write_whole,
)
from sim.config import ConfigError

if TYPE_CHECKING:
    from sim.analysis.parameter_spread import ParameterSpread
    from sim.plots.style import Drawing
    from sim.report.cells import CellSet


INTERACTIVE = ("survival", "comparison", "difference", "states")
"""Figures of which an interactive page shows everything."""


@in_one_sentence
def main(words: list[str]) -> int:
    """Draw the figure named on the command line; return the exit code."""
    given = _parse(words)
    found = opened(given)
    written = []
    moving = [kind for kind in given.format if kind in MOVING]
    if moving and given.name not in INTERACTIVE:
        raise ConfigError(
            f"the figure {given.name} does not move; html and json are for {', '.join(INTERACTIVE)}"
        )
    for name, drawing in _drawings(found, given):
        still = [kind for kind in given.format if kind not in MOVING]
        written += write_figure(drawing, folder(given) / name, still)
    if moving:
        written += _write_moving(found, folder(given) / given.name, moving)
    for note in found.notes:
        print(f"Note: {note}")
    print("Written: " + ", ".join(str(path) for path in written))
    return 0


def _write_moving(found: CellSet, path: Path, kinds: Sequence[str]) -> list[Path]:
    """Write the figure that moves, as a page or as its Vega-Lite specification."""
    from sim.report import interactive, states

    if path.name == "states":
        title, spec = states.TITLE, states.specification(found.ordered, found.end)
    else:
        title = interactive.TITLE
        spec = interactive.specification(found.ordered, found.reference, found.end)
    texts = {"html": lambda: interactive.document(spec, title),
             "json": lambda: json.dumps(spec, indent=1, ensure_ascii=False)}  # fmt: skip
    written = [path.with_name(f"{path.name}.{kind}") for kind in kinds]
    for target, kind in zip(written, kinds, strict=True):
        write_whole(target, texts[kind]())
    return written


def _parse(words: list[str]) -> argparse.Namespace:
    from sim.plots.catalogue import FAMILIES

    lines = [f"  {name:<15} {family.shows}" for name, family in FAMILIES.items()]
    listed = "\n".join(["Figures:", *lines])
    epilog = (
        f"{listed}\n\n  ceasefire figure forest multirun/accounts --sheet column --format pdf\n"
    )
    reader = parser("figure", "Draw a figure of finished cells; nothing is simulated.", epilog)
    reader.add_argument("name", choices=FAMILIES, metavar="NAME", help="see the list below")
    add_cells(reader)
    add_look(reader)
    reader.add_argument(
        "--by", action="append", default=[], metavar="PARAM",
        help="response: the parameter, such as pakistan.trust; heatmap: give two",
    )  # fmt: skip
    reader.add_argument(
        "--wide", metavar="DIR",
        help="survival: a cell with parameters=wide, whose band is drawn around that of the cell",
    )  # fmt: skip
    reader.add_argument("--outcome", metavar="NAME", help="response, heatmap: S(DAY) or RMST(DAY)")
    reader.add_argument("--vary", action="append", default=[], help=argparse.SUPPRESS)
    given = reader.parse_args(words)
    if given.vary:
        name = given.vary[0].partition("=")[0]
        raise ConfigError(
            f"--vary {given.vary[0]} is for design and optimise; a figure draws finished cells: "
            f"ceasefire -m {given.vary[0]} runs them, and --by {name} draws over what differs"
        )
    return given


def _drawings(found: CellSet, given: argparse.Namespace) -> Iterator[tuple[str, Drawing]]:
    """Draw the figure; one of a single ensemble is drawn for each cell."""
    from sim.plots.catalogue import draw, family_named

    look = {"end": found.end, "theme": given.theme, "sheet": given.sheet}
    if given.wide is not None:
        look["spreads"] = _spreads(found, given)
    needs = family_named(given.name).needs
    if needs == "one":
        for name, ensemble in found.cells.items():
            suffix = f"-{_file_name(name)}" if len(found.cells) > 1 else ""
            yield f"{given.name}{suffix}", draw(given.name, {name: ensemble}, **look)
    elif needs == "swept":
        outcome = {"outcome": given.outcome}
        yield given.name, draw(given.name, found.cells, by=given.by, **look, **outcome)
    else:
        reference = found.reference if len(found.cells) > 1 else None
        yield given.name, draw(given.name, found.cells, reference=reference, **look)


def _spreads(found: CellSet, given: argparse.Namespace) -> dict[str, ParameterSpread]:
    """The bands of a cell with accepted sets, and of one in which all that is assumed varies."""
    from sim.plots.survival import ACCEPTED, WIDE
    from sim.report.cells import open_cells

    if given.name != "survival" or len(found.cells) > 1:
        raise ConfigError(f"--wide is {given.wide}; it is for the figure survival of one cell")
    wider = open_cells([given.wide], None, given.end, given.horizon, given.mixed_versions)
    spreads = {}
    for name, cells in ((ACCEPTED, found.cells), (WIDE, wider.cells)):
        if len(cells) != 1:
            raise ConfigError(f"--wide is {given.wide}; it must hold one cell, not {len(cells)}")
        (ensemble,) = cells.values()
        spread = ensemble.parameter_spread(found.end)
        if spread is None:
            raise ConfigError(
                "--wide needs cells whose futures draw parameter sets: parameters=accepted, and "
                "parameters=wide"
            )
        spreads[name] = spread
    return spreads


def _file_name(name: str) -> str:
    """Write a cell's name so that it can be part of a file name."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
