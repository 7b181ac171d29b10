"""``ceasefire design``: a study of chosen points instead of a grid, without a Hydra job each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sim.commands.arguments import Parser, parser
from sim.config import ConfigError
from sim.study import designs
from sim.study.cells import load_cell
from sim.study.designs import Point, Range
from sim.study.evaluate import evaluate
from sim.study.sweeps import open_directory

HELP = """\
kinds:
  lhs      Latin hypercube: --vary FIELD=LOW:HIGH ... --points N
  sobol    scrambled Sobol sequence: --vary FIELD=LOW:HIGH ... --points 2^k
  oat      one at a time: --vary FIELD=A,B,C ...; the base comes first
  zip      paired values: --vary FIELD=A,B,C ... of equal length
  file     points from --points-file FILE (.csv with a heading, or .jsonl)
Two whole numbers in LOW:HIGH make a range of whole numbers. Finished points are skipped, the others
run side by side in engine.workers threads. Afterwards: ceasefire collect DIR."""


def main(words: list[str]) -> int:
    """Evaluate a design; exit with 1 if a point failed."""
    chosen = _parser().parse_intermixed_args(words)
    points = _points(chosen)
    named = [word for word in chosen.overrides if word.startswith("scenario=")]
    scenario = named[-1].partition("=")[2] if named else "baseline"
    others = [word for word in chosen.overrides if word not in named]
    base = load_cell(scenario, others)
    kinds = {tuple(point): point for point in reversed(points)}
    for point in kinds.values():  # a wrong name shows before anything is run
        designs.changed(base.tree(), point)
    outcomes = evaluate(base, points, chosen.directory, chosen.overrides)
    for line in open_directory(chosen.directory).problems():
        print(line if line.startswith(" ") else f"ceasefire: {line}", file=sys.stderr)
    done = sum(outcome.error is None for outcome in outcomes)
    print(f"{done} of {len(outcomes)} points of {chosen.directory} are finished")
    return 0 if done == len(outcomes) else 1


def _parser() -> Parser:
    reader = parser(
        "design",
        "Evaluate the points of a design, each with the files and key of any cell.",
        HELP,
    )
    reader.add_argument("kind", choices=("lhs", "sobol", "oat", "zip", "file"))
    reader.add_argument("directory", type=Path, help="where the cells go")
    reader.add_argument("overrides", nargs="*", help="of the base, as for any cell")
    reader.add_argument("--vary", action="append", default=[], metavar="FIELD=VALUES")
    reader.add_argument("--points", type=int, default=64, help="of lhs and sobol (default 64)")
    reader.add_argument("--points-file", type=Path, help="of the kind file")
    reader.add_argument("--design-seed", type=int, default=0, help="of lhs and sobol (default 0)")
    return reader


def _points(chosen: argparse.Namespace) -> list[Point]:
    if chosen.kind == "file":
        if chosen.points_file is None:
            raise ConfigError("the kind file needs --points-file FILE")
        return designs.from_file(chosen.points_file)
    if not chosen.vary:
        raise ConfigError(f"the kind {chosen.kind} needs --vary FIELD=VALUES")
    if chosen.points < 1:
        raise ConfigError(f"points is {chosen.points}; allowed are whole numbers from 1")
    values = dict(_split(word) for word in chosen.vary)
    if chosen.kind in ("oat", "zip"):
        levels = {name: designs.parse_levels(text) for name, text in values.items()}
        return designs.one_at_a_time(levels) if chosen.kind == "oat" else designs.paired(levels)
    ranges = {name: Range.parse(text) for name, text in values.items()}
    make = designs.latin_hypercube if chosen.kind == "lhs" else designs.sobol
    return make(ranges, chosen.points, chosen.design_seed)


def _split(word: str) -> tuple[str, str]:
    name, equals, values = word.partition("=")
    if not equals or not values:
        raise ConfigError(f"cannot read --vary {word}; write FIELD=VALUES")
    return name, values
