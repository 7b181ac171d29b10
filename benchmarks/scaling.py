"""What a run costs as it grows: horizon, groups, mediators, packages."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.ensemble import NOBODY_ENDS
from benchmarks.timing import Row, cpu

FUTURES, DAYS = 2_000, 120


def rows() -> Iterator[Row]:
    from sim.config import validate
    from sim.futures import Futures
    from sim.study.cells import load_cell

    tree = load_cell("baseline", NOBODY_ENDS).tree()

    def took(changed: dict[str, Any], days: int = DAYS) -> float:
        scenario = validate(changed)[0]
        times = []
        for _ in range(3):
            futures = Futures.begun(scenario, FUTURES, 2025)
            times.append(cpu(lambda futures=futures: futures.run(days)))
        return min(times)

    took(tree)  # loads the compiled rules
    for days in (90, 180, 360, 720):
        each = 1e3 * took(tree, days) / days
        yield Row(f"{FUTURES:,} futures, {days} days", f"{each:.2f} ms a day")
    for part, one in (("militants", "others"), ("mediators", "qatar")):
        for number in (1, 2, 4, 8):
            changed = copy.deepcopy(tree)
            like = changed[part][one]
            changed[part] = {f"{one}{k}": copy.deepcopy(like) for k in range(number)}
            if part == "militants":
                for group in changed[part].values():
                    group["share"] = 1 / number
            what = "groups" if part == "militants" else part
            yield Row(f"{number} {what}", f"{1e3 * took(changed) / DAYS:.2f} ms a day")
    yield from _packages(tree, took)


def _packages(tree: dict[str, Any], took: Callable[..., float]) -> Iterator[Row]:
    """Agendas of 180 to 8,640 packages: issues left out, or undisputed issues added."""
    from sim.config import validate
    from sim.futures import Futures
    from sim.negotiation.tables import DESK, make_table

    agendas = ((("arms", "basing", "restraint"), 0), (("restraint",), 0), ((), 0), ((), 1), ((), 2))
    for left_out, added in agendas:
        changed = copy.deepcopy(tree)
        for name in left_out:
            _leave_out(changed, name)
        for k in range(added):
            _add_like(changed, "arms", f"arms{k}")
        futures = Futures.begun(validate(changed)[0], 1, 2025)
        future, p = futures.records[0], futures.sets[0]
        table = np.zeros(1, DESK["tables"].base).view(np.recarray)[0]
        make_table(future, p, table)
        opened = min(cpu(partial(make_table, future, p, table)) for _ in range(20))
        talks = 1e3 * took(changed, 12) / 12
        what = f"{p.agenda.packages:,} packages: a table; a day up to day 12"
        yield Row(what, f"{1e6 * opened:.0f} µs; {talks:.2f} ms")


def _leave_out(tree: dict[str, Any], name: str) -> None:
    del tree["agenda"]["issues"][name]
    for of_issue in tree["agenda"]["effects"].values():
        of_issue.pop(name, None)
    for party in (tree["pakistan"], tree["afghan_taliban"]):
        given = party["weights"].pop(name)
        party["weights"] = {k: w / (1.0 - given) for k, w in party["weights"].items()}
        party["opening"].pop(name, None)


def _add_like(tree: dict[str, Any], name: str, new: str) -> None:
    tree["agenda"]["issues"][new] = copy.deepcopy(tree["agenda"]["issues"][name])
    for party in (tree["pakistan"], tree["afghan_taliban"]):
        party["weights"][name] /= 2
        party["weights"][new] = party["weights"][name]
