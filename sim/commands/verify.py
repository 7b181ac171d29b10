"""``ceasefire verify``: whether stored results are complete, and are what the code gives."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.commands.arguments import add_trust, parser
from sim.config import ConfigError
from sim.study.errors import StudyError
from sim.study.opening import StoredCell
from sim.study.replay import other_versions, sample
from sim.study.sweeps import open_directory


def main(words: list[str]) -> int:
    """Check every cell; exit with 1 if any is not as it should be."""
    reader = parser("verify", "Open every cell with all its checks and re-run a sample of futures.")
    reader.add_argument("directory", type=Path, help="of a cell or a sweep")
    reader.add_argument("--replicates", type=int, default=10, help="futures per cell (default 10)")
    reader.add_argument("--seed", type=int, default=0, help="of the choice of futures")
    add_trust(reader)
    chosen = reader.parse_args(words)
    if chosen.replicates < 0:
        raise ConfigError(f"replicates is {chosen.replicates}; allowed are whole numbers from 0")
    sweep = open_directory(chosen.directory)
    good = 0
    for stored in sweep.cells.values():
        problem = verify(stored, chosen.replicates, chosen.seed, chosen.trust_code)
        versions = "".join(f" ({line})" for line in other_versions(stored))
        print(f"{stored.directory}: {problem or 'as it should be'}{versions}")
        good += problem is None
    for said in sweep.damaged.values():
        print(said)
    for line in [*sweep.problems(), *sweep.notes()]:
        print(line if line.startswith(" ") else f"ceasefire: {line}", file=sys.stderr)
    cells = len(sweep.cells) + len(sweep.damaged)
    print(f"{good} of {cells} cells as they should be")
    return 0 if good == cells > 0 else 1


def verify(stored: StoredCell, count: int, seed: int, trust_code: bool = False) -> str | None:
    """Say what is wrong with the futures of a cell that was opened, or nothing."""
    try:
        for again in sample(stored, count, seed, trust_code):
            if again.differs:
                return (
                    f"replicate {again.replicate} comes out differently: {', '.join(again.differs)}"
                )
    except (StudyError, ConfigError) as error:
        return f"not verified: {error}"
    return None
