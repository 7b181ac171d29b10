"""What a run costs as it grows, compiled: horizon, groups, mediators, packages."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.ensemble import NOBODY_ENDS
from benchmarks.timing import Row, cpu

FUTURES, DAYS = 2_000, 120


def rows() -> Iterator[Row]:
    from sim.compiled import use

    from sim.config import validate
    from sim.model import CeasefireModel
    from sim.study.cells import load_cell

    use(True)  # or it would come into use between two rows
    tree = load_cell("baseline", NOBODY_ENDS).tree()

    def took(changed: dict[str, Any], days: int = DAYS) -> float:
        scenario = validate(changed)[0]
        times = []
        for _ in range(2):
            model = CeasefireModel(scenario, FUTURES, 2025, watched=0)
            times.append(cpu(lambda model=model: model.run(days)))
            model.release()
        return min(times)

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
    from sim.book import _book

    from sim.config import validate
    from sim.model import CeasefireModel

    agendas = ((("arms", "basing", "restraint"), 0), (("restraint",), 0), ((), 0), ((), 1), ((), 2))
    for left_out, added in agendas:
        changed = copy.deepcopy(tree)
        for name in left_out:
            _leave_out(changed, name)
        for k in range(added):
            _add_like(changed, "arms", f"arms{k}")
        model = CeasefireModel(validate(changed)[0], 1, 2025)
        _book.cache_clear()
        opened = cpu(model.open_book)
        talks = 1e3 * took(changed, 12) / 12
        what = f"{len(model.book.packages):,} packages: tabulated once; a day up to day 12"
        yield Row(what, f"{opened:.2f} s; {talks:.1f} ms")


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
