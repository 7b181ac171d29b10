"""``ceasefire report``: write what finished cells show as one self-contained HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.commands.arguments import add_cells, in_one_sentence, opened, parser, write_whole

DESCRIPTION = """\
Write a report of finished cells: question, scenarios and what differs between them, figures,
tables, causes, caveats, parameters, provenance and how to reproduce it. One HTML file that fetches
nothing from anywhere and prints well; nothing is simulated."""
EPILOG = """\
  ceasefire report multirun/2025-11-01/12-00-00
  ceasefire report multirun/accounts --out accounts.html --question 'Whose account matters?'
"""


@in_one_sentence
def main(words: list[str]) -> int:
    """Write the report of the cells named on the command line; return the exit code."""
    given = _parse(words)
    found = opened(given)
    from sim.report.html import Report

    path = _path(given)
    write_whole(path, Report(found, given.question, given.title).html())
    for note in found.notes:
        print(f"Note: {note}")
    print(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


def _parse(words: list[str]) -> argparse.Namespace:
    reader = parser("report", DESCRIPTION, EPILOG)
    add_cells(reader)
    reader.add_argument("--out", metavar="FILE", help="where to write (default: DIR/report.html)")
    reader.add_argument("--question", default="", help="the question the cells answer")
    reader.add_argument("--title", default="", help="title of the report")
    return reader.parse_args(words)


def _path(given: argparse.Namespace) -> Path:
    """The file asked for, else report.html in the one directory, or in a folder of its own."""
    if given.out:
        return Path(given.out)
    folder = given.directories[0] if len(given.directories) == 1 else "comparison"
    return Path(folder) / "report.html"
