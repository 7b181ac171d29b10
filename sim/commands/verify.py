"""``ceasefire verify``: whether stored results are whole, and are what the code gives."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.study.replay import damaged, other_versions, sample
from sim.study.store import StoredCell, read_cell
from sim.study.sweeps import open_directory


def main(words: list[str]) -> int:
    """Check every finished cell; exit with 1 if any is not as it should be."""
    parser = argparse.ArgumentParser(
        prog="ceasefire verify",
        description="Check files against their checksums and run a sample of futures again.",
    )
    parser.add_argument("directory", type=Path, help="of a cell or a sweep")
    parser.add_argument("--replicates", type=int, default=10, help="futures per cell (default 10)")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of futures")
    chosen = parser.parse_args(words)
    sweep = open_directory(chosen.directory)
    bad = 0
    for path in sweep.finished:
        stored = read_cell(path)
        problem = verify(stored, chosen.replicates, chosen.seed)
        versions = "".join(f" ({line})" for line in other_versions(stored))
        print(f"{path}: {problem or 'as it should be'}{versions}")
        bad += problem is not None
    for line in sweep.problems():
        print(line if line.startswith(" ") else f"ceasefire: {line}", file=sys.stderr)
    print(f"{len(sweep.finished) - bad} of {len(sweep.finished)} cells as they should be")
    return 1 if bad or not sweep.finished else 0


def verify(stored: StoredCell, count: int, seed: int) -> str | None:
    """Say what is wrong with a stored cell, or nothing."""
    changed = damaged(stored)
    if changed:
        return f"changed since it was stored (checksum mismatch): {', '.join(changed)}"
    for again in sample(stored, count, seed):
        if again.differs:
            return f"replicate {again.replicate} comes out otherwise: {', '.join(again.differs)}"
    return None
