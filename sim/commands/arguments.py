"""Arguments that the verbs on finished cells share, and how they write figures."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sim.config import ENDS, ConfigError
from sim.names import meant
from sim.study.files import whole

if TYPE_CHECKING:
    from sim.plots.style import Drawing
    from sim.report.cells import CellSet

MOVING = ("html", "json")
"""An interactive page, and its Vega-Lite specification."""
FORMATS = ("png", "svg", "pdf", "csv", "txt", *MOVING)
"""Pictures, the data drawn, the caption, and what moves."""
THEMES, SHEETS = ("light", "dark"), ("slide", "page", "column")


class Parser(argparse.ArgumentParser):
    """An argument parser that reports a mistake in one sentence, as the whole command line does."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake as a sentence, with the nearest name that would be right."""
        stray = re.match(r"unrecognized arguments: (\S+)", message)
        if stray:
            near = meant(stray[1].partition("=")[0], self._option_string_actions)
            message = f"{stray[1]} is not understood{near}"
        choice = re.match(r"argument (\S+): invalid choice: '(.+?)' \(choose from (.*)\)", message)
        if choice:
            known = [each.strip().strip("'") for each in choice[3].split(",")]
            name = choice[1].partition("/")[0]
            near = meant(choice[2], known) or ";"
            message = f"{name} is {choice[2]!r}{near} allowed are {', '.join(known)}"
        number = re.match(r"argument (\S+): invalid (int|float) value: (.*)", message)
        if number:
            whole = "whole " if number[2] == "int" else ""
            message = f"{number[1]} is {number[3]}; it should be a {whole}number"
        if message.startswith("the following arguments are required"):
            message = message.removesuffix(", overrides")  # of which there may be none
        raise ConfigError(f"{message}{'' if message.endswith('?') else ';'} see {self.prog} --help")


def parser(verb: str, description: str, epilog: str = "") -> Parser:
    """Return a parser for one verb."""
    formatter = argparse.RawDescriptionHelpFormatter
    return Parser(
        prog=f"ceasefire {verb}", description=description, epilog=epilog, formatter_class=formatter
    )


def add_cells(of: argparse.ArgumentParser) -> None:
    """Add the arguments that select cells and make them comparable."""
    of.add_argument(
        "directories", nargs="+", metavar="DIR", help="a cell, a sweep, or a folder of them"
    )
    of.add_argument("--reference", metavar="NAME", help="cell to compare with (default: baseline)")
    of.add_argument("--end", choices=ENDS, help="end definition (default: the one cells share)")
    of.add_argument(
        "--horizon", type=int, metavar="DAYS", help="cut all futures at this day, if not longer"
    )
    of.add_argument(
        "--mixed-versions", action="store_true", help="allow cells of different versions"
    )


def add_look(of: argparse.ArgumentParser) -> None:
    """Add how figures look and where they go."""
    of.add_argument("--theme", choices=THEMES, default="light")
    of.add_argument("--sheet", choices=SHEETS, default="slide", help="where it will be read")
    of.add_argument(
        "--format", nargs="+", choices=FORMATS, default=["png", "svg"], metavar="FORMAT",
        help=f"of {', '.join(FORMATS)} (default: png svg); put it after the directories",
    )  # fmt: skip
    of.add_argument(
        "--out", metavar="FOLDER", help="where to write (default: DIR, or comparison/ for several)"
    )


def add_trust(of: argparse.ArgumentParser) -> None:
    """Add the permission to run code that results name."""
    of.add_argument(
        "--trust-code", action="store_true",
        help="run a tactic that the results name and this package lacks",
    )  # fmt: skip


def opened(given: argparse.Namespace) -> CellSet:
    """Open the cells that were asked for."""
    from sim.report.cells import open_cells

    return open_cells(
        given.directories, given.reference, given.end, given.horizon, given.mixed_versions
    )


def folder(given: argparse.Namespace) -> Path:
    """Where results go: as asked, else the one directory, else a folder of its own."""
    if given.out:
        return Path(given.out)
    return Path(given.directories[0] if len(given.directories) == 1 else "comparison")


def write_figure(drawing: Drawing, path: Path, formats: Sequence[str]) -> list[Path]:
    """Write a figure, its data (csv) and caption (txt) if asked for; return the paths."""
    from sim.plots.style import save

    texts = {"csv": lambda: drawing.table.to_csv(index=False),
             "txt": lambda: f"{drawing.title}\n\n{drawing.footer}\n"}  # fmt: skip
    pictures = [kind for kind in formats if kind not in (*texts, *MOVING)]
    written = save(drawing, path, pictures)
    for kind in (x for x in formats if x in texts):
        table = path.with_name(f"{path.name}.{kind}")
        write_whole(table, texts[kind]())
        written.append(table)
    return written


def write_whole(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it when complete."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def in_one_sentence(main: Callable[[list[str]], int]) -> Callable[[list[str]], int]:
    """Turn what a user may get wrong into one sentence for the command line."""

    @wraps(main)
    def said(words: list[str]) -> int:
        from sim.analysis.sample import SurvivalInputError

        try:
            return main(words)
        except SurvivalInputError as error:
            raise ConfigError(str(error)) from None

    return said
