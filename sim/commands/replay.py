"""``ceasefire replay``: re-run one stored future and tell it in plain words."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sim.commands.arguments import add_trust, parser
from sim.report.transcript import in_words
from sim.study.errors import StoreError
from sim.study.opening import StoredCell, finished
from sim.study.replay import Replay, other_versions, replay
from sim.study.sweeps import open_directory
from sim.study.told import entries


def main(words: list[str]) -> int:
    """Re-run one future; exit with 1 if it is not the one that was stored."""
    reader = parser(
        "replay", "Re-run one stored future, compare it with what is stored, and tell it."
    )
    reader.add_argument("directory", type=Path, help="of a finished cell")
    reader.add_argument("--replicate", type=int, default=0, help="number of the future, from 0")
    reader.add_argument("--json", action="store_true", help="print facts, one JSON object a line")
    add_trust(reader)
    chosen = reader.parse_args(words)
    stored = only_cell(chosen.directory)
    again = replay(stored, chosen.replicate, chosen.trust_code)
    heard = entries(stored.cell, chosen.replicate)
    if chosen.json:
        print("\n".join(json.dumps(entry, ensure_ascii=False) for entry in heard))
        return 1 if again.differs else 0
    print(in_words(stored.cell, heard, coloured=sys.stdout.isatty()))
    for line in other_versions(stored):
        print(f"ceasefire: {line}", file=sys.stderr)
    print(agreement(stored, again))
    return 1 if again.differs else 0


def only_cell(directory: Path) -> StoredCell:
    """Open a finished cell, or the only one of a sweep; say which there are if there are more."""
    stored = finished(directory)
    if stored is not None:
        return stored
    sweep = open_directory(directory)
    sweep.must_be_whole()
    if len(sweep.cells) != 1:
        names = ", ".join(path.name for path in list(sweep.cells)[:6]) or "none"
        raise StoreError(f"{directory} is not one cell; its finished cells are: {names}")
    return next(iter(sweep.cells.values()))


def agreement(stored: StoredCell, again: Replay) -> str:
    """Say whether a replay is the future that was stored."""
    if again.differs:
        return f"NOT as stored in {stored.directory}: {', '.join(again.differs)}"
    if again.nearly:
        return f"as stored in {stored.directory}, {', '.join(again.nearly)} in all but last digits"
    return f"exactly as stored in {stored.directory}"
