"""``ceasefire status``: how far a sweep has come, what failed, how long the rest will take."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sim.commands.arguments import parser
from sim.names import duration
from sim.study.files import holder
from sim.study.opening import StoredCell
from sim.study.sweeps import Sweep, named, open_directory

SHOWN = 10  # failures named before the rest is counted
EPILOG = """\
Exits with 0 while a sweep is under way or when all of it has finished, else with 1. Nothing is
changed; the sweep's own command, given again, continues where it stopped.

  ceasefire -m seed=1,2,3 replicates=2000 hydra.sweep.dir=multirun/seeds --detach
  ceasefire status multirun/seeds
"""


@dataclass
class Status:
    """How far a sweep has come.

    ``running`` says who is at work, None if nobody is that can be seen from this machine.
    ``seconds_left`` follows from the cells that finished last; None where none has.
    """

    directory: str
    finished: int
    failed: list[tuple[str, str]]
    missing: int
    running: str | None
    seconds_left: float | None

    @property
    def cells(self) -> int:
        """All cells that were asked for."""
        return self.finished + len(self.failed) + self.missing


def main(words: list[str]) -> int:
    """Print how far a sweep has come."""
    reader = parser("status", "How far a sweep has come, and how long it will take.", EPILOG)
    reader.add_argument("directory", type=Path, metavar="DIR", help="of the sweep")
    reader.add_argument("--json", action="store_true", help="print JSON")
    given = reader.parse_args(words)
    found = status(given.directory)
    print(json.dumps(asdict(found), indent=2) if given.json else "\n".join(_lines(found)))
    stopped = found.missing and not found.running
    return 1 if stopped or (found.failed and not found.running) else 0


def status(directory: Path) -> Status:
    """How far a sweep has come.

    Raises
    ------
    StoreError
        If the directory is not a sweep.
    """
    sweep = open_directory(directory)
    failed = [(named(failure.overrides), failure.error) for failure in sweep.failed]
    failed += [(at.name, said) for at, said in sweep.damaged.items()]
    return Status(
        str(directory), len(sweep.cells), failed, len(sweep.missing), holder(directory),
        _left(sweep),
    )  # fmt: skip


def _left(sweep: Sweep) -> float | None:
    """Seconds that the missing cells will take, at the pace of those that finished last."""
    if not sweep.missing:
        return 0.0
    ended = sorted(_time(cell, "finished") for cell in sweep.cells.values())[-20:]
    if not ended:
        return None
    if len(ended) > 1 and ended[-1] > ended[0]:
        each = (ended[-1] - ended[0]).total_seconds() / (len(ended) - 1)
    else:
        each = max(float(cell.run["wall_seconds"]) for cell in sweep.cells.values())
    return len(sweep.missing) * each


def _time(cell: StoredCell, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(str(cell.run[name]))


def _lines(found: Status) -> Iterator[str]:
    parts = [f"{found.finished} of {found.cells} cells finished"]
    parts += [f"{len(found.failed)} failed"] if found.failed else []
    parts += [f"{found.missing} to go"] if found.missing else []
    yield f"{found.directory}: {', '.join(parts)}"
    if found.missing:
        at_work = found.running or "nobody that can be seen from here"
        yield f"at work: {at_work}{'' if found.running else '; the same command continues'}"
    if found.missing and found.seconds_left is not None:
        yield f"about {duration(found.seconds_left)} left, at the pace of the last cells"
    for name, error in found.failed[:SHOWN]:
        yield f"failed: {name}: {error}"
    if len(found.failed) > SHOWN:
        yield f"and {len(found.failed) - SHOWN} more failed"
