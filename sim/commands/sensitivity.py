"""``ceasefire sensitivity``: rank what is assumed by what it does, apart from chance."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.commands.arguments import parser
from sim.config import ConfigError

HELP = """\
Varies every calibrated or assumed number of the baseline as experiments/sensitivity/space.yaml
says: Morris screening of all, Sobol' indices of the first, and scenario discovery (PRIM).
Evaluations are kept in DIRECTORY/evaluations.jsonl; the same command continues.

  ceasefire sensitivity build/sensitivity engine.workers=2
  ceasefire sensitivity build/strike --plan my_space.yaml horizon=90
  ceasefire sensitivity build/differences --difference verified_guarantees"""


def main(words: list[str]) -> int:
    """Run the study; return the exit code."""
    reader = parser("sensitivity", "Rank assumptions by their effect.", HELP)
    reader.add_argument("directory", type=Path, help="where tables and figures go")
    reader.add_argument("overrides", nargs="*", help="of the baseline, as for any cell")
    reader.add_argument("--plan", type=Path, help="in place of experiments/sensitivity/space.yaml")
    reader.add_argument(
        "--difference", metavar="SCENARIO",
        help="explain how far this scenario's outcomes differ from the baseline's",
    )  # fmt: skip
    reader.add_argument("--vary", action="append", default=[], help=argparse.SUPPRESS)
    given = reader.parse_intermixed_args(words)
    if given.vary:
        raise ConfigError(
            f"--vary {given.vary[0]} is for design and optimise; sensitivity varies what the file "
            "of --plan says, such as a copy of experiments/sensitivity/space.yaml"
        )

    from sim.paths import data_dir
    from sim.report.sensitivity import FOLDER, Plan, Sensitivity, base_cell
    from sim.study.files import locked

    plan = Plan.read(given.plan or data_dir("experiments") / FOLDER / "space.yaml")
    base = base_cell(plan, given.overrides)
    other = base_cell(plan, given.overrides, given.difference) if given.difference else None
    with locked(given.directory):
        written = Sensitivity(plan, base, given.directory, _told, other).run()
    print(f"study {FOLDER}: {', '.join(written)} in {given.directory}")
    return 0


def _told(done: int, of: int) -> None:
    """Show progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{done} of {of} evaluations", end="" if done < of else "\n", file=sys.stderr)
