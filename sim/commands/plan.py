"""``ceasefire plan``: what a sweep would be, before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sim.commands.arguments import Parser
from sim.study.plan import Plan, plan
from sim.study.sweeps import named

SHOWN = 6  # values, duplicates or finished cells named before the rest is counted


def main(words: list[str]) -> int:
    """Print the plan; exit with 1 if a cell is not valid or damaged, or there is none."""
    parser = Parser(
        prog="ceasefire plan",
        description="Compose and validate every cell of a sweep; estimate its time and disk use.",
    )
    parser.add_argument("overrides", nargs="*", help="as for ceasefire -m")
    parser.add_argument("-m", "--multirun", action="store_true", help="understood, not needed")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--no-probe", action="store_true", help="estimate nothing")
    chosen = parser.parse_intermixed_args(words)
    found = plan(chosen.overrides, probe=not chosen.no_probe)
    print(found.as_json() if chosen.json else "\n".join(_lines(found)))
    return 1 if found.invalid or found.damaged or not found.cells else 0


def _lines(found: Plan) -> Iterator[str]:
    yield f"{found.cells} cells, {found.distinct} distinct, {found.finished} of them finished"
    for path, values in found.differs.items():
        shown = ", ".join(json.dumps(value) for value in values[:SHOWN])
        more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        yield f"  {path}: {shown}{more}"
    for group in found.duplicates:
        yield "the same cell: " + " | ".join(named(words) for words in group)
    if found.invalid:
        yield f"{len(found.invalid)} cells are not valid:"
    for cell in found.invalid:
        yield f"  {named(cell.overrides)}: {cell.error}"
    yield from (f"damaged: {said}" for said in found.damaged)
    if found.seconds is not None and found.bytes is not None:
        yield (
            f"to run: {found.replicates:,} futures; about {duration(found.seconds)} in one process "
            f"and {found.bytes / 1e6:,.1f} MB (from a probe of {found.probed})"
        )


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
