"""``ceasefire collect``: one Parquet data set for a sweep."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.commands.arguments import parser
from sim.study.collect import collect


def main(words: list[str]) -> int:
    """Collect, and report what was collected and what is missing."""
    reader = parser(
        "collect", "Bring the futures of all finished cells of a sweep into one data set."
    )
    reader.add_argument("directory", type=Path, help="of the sweep")
    reader.add_argument("--again", action="store_true", help="rewrite it, whatever is there")
    chosen = reader.parse_args(words)
    made = collect(chosen.directory, chosen.again)
    for line in made.problems:
        print(line if line.startswith(" ") else f"ceasefire: {line}", file=sys.stderr)
    new = f"{made.written} cells written" if made.written else "up to date"
    print(f"{made.rows:,} futures of {made.cells} cells in {made.directory} ({new})")
    return 0
