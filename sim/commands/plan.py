"""``ceasefire plan``: what a sweep would be, before anything runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from sim.commands.arguments import parser
from sim.config import ConfigError
from sim.names import count, duration
from sim.study.cells import Cell
from sim.study.plan import Plan, plan, some_cells
from sim.study.sweeps import named

PILOT, PILOTED = 400, 12  # futures of each cell, and cells, that a pilot runs at most
SHOWN = 6  # values, duplicates or finished cells named before the rest is counted


def main(words: list[str]) -> int:
    """Print the plan; exit with 1 if a cell is not valid or damaged, or there is none."""
    reader = parser(
        "plan", "Compose and validate every cell of a sweep; estimate its time and disk use."
    )
    reader.add_argument("overrides", nargs="*", help="as for ceasefire -m")
    reader.add_argument("-m", "--multirun", action="store_true", help="understood, not needed")
    reader.add_argument("--json", action="store_true", help="print JSON")
    reader.add_argument("--no-probe", action="store_true", help="estimate nothing")
    reader.add_argument(
        "--within", type=float, metavar="DAYS",
        help="futures for 95 %% intervals of RMST this narrow on either side (runs a pilot)",
    )  # fmt: skip
    chosen = reader.parse_intermixed_args(words)
    found = plan(chosen.overrides, probe=not chosen.no_probe)
    print(found.as_json() if chosen.json else "\n".join(_lines(found)))
    if chosen.within is not None:
        print("\n".join(futures_for(chosen.within, some_cells(chosen.overrides, PILOTED))))
    return 1 if found.invalid or found.damaged or not found.cells else 0


def futures_for(days: float, cells: list[Cell]) -> Iterator[str]:
    """Say how many futures make an interval as narrow as wanted, from a pilot of some cells.

    The interval of a mean reaches z s / sqrt(n) to either side; s is the standard deviation of the
    days in force or, for a difference, of the difference of one pair of futures (common random
    numbers, Glasserman & Yao 1992).
    """
    import numpy as np

    from sim.analysis.ensemble import simulate
    from sim.analysis.limits import normal_quantile

    if not days > 0:
        raise ConfigError(f"within is {days:g}; it should be a number of days above 0")
    held = []
    for cell in cells:
        settings = cell.settings
        run = simulate(cell.scenario, PILOT, settings.seed, settings.horizon, watched=0)
        held.append(run.durations()[0].to_numpy(float))
    if not held:
        return

    z = normal_quantile(0.95)

    def needed(spread: float) -> str:
        return f"{max(1, math.ceil((z * spread / days) ** 2)):,}"

    first, *others = held
    pairs = [other - first for other in others if not np.array_equal(other, first)]
    apart = [math.hypot(float(other.std(ddof=1)), float(first.std(ddof=1))) for other in others]
    yield f"95 % intervals of {days:g} days to either side, from {PILOT} futures of {len(held)}:"
    yield f"  RMST of a cell: {needed(max(float(each.std(ddof=1)) for each in held))} futures"
    if pairs:
        paired = max(float(pair.std(ddof=1)) for pair in pairs)
        yield (
            f"  a difference from the first cell: {needed(paired)} futures each, paired by one "
            f"seed ({needed(max(apart))} without pairing)"
        )


def _lines(found: Plan) -> Iterator[str]:
    cells = count(found.cells, "cell")
    yield f"{cells}, {found.distinct} distinct, {found.finished} of them finished"
    for path, values in found.differs.items():
        shown = ", ".join(json.dumps(value) for value in values[:SHOWN])
        more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
        yield f"  {path}: {shown}{more}"
    for group in found.duplicates:
        yield "the same cell: " + " | ".join(named(words) for words in group)
    if found.invalid:
        yield f"{count(len(found.invalid), 'cell')} not valid:"
    for cell in found.invalid:
        yield f"  {named(cell.overrides)}: {cell.error}"
    yield from (f"damaged: {said}" for said in found.damaged)
    if found.seconds is not None and found.bytes is not None:
        futures = count(found.replicates, "future")
        yield (
            f"to run: {futures}; about {duration(found.seconds)} in one process "
            f"and {found.bytes / 1e6:,.1f} MB (from a probe of {found.probed})"
        )
