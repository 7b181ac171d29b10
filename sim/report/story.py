"""One future in plain words: its incidents and rounds by day, and how it ended.

Knows logs and outcomes; simulates nothing. A transcript of the bargaining of each round belongs
into ``_round``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sim.study.cells import Cell
from sim.study.replay import Replay

PARTY = {"pakistan": "Pakistan", "afghan_taliban": "the Afghan Taliban"}


def story(cell: Cell, future: Replay) -> Iterator[str]:
    """Tell a future, one line per happening."""
    scenario = cell.scenario
    yield (
        f"replicate {future.replicate} of {scenario.name}: seed {cell.settings.seed}, accounts "
        f"{future.row['account'][0].as_py()}; day 0 is {scenario.start}"
    )
    happenings = [(entry["day"], 0, _incident(entry)) for entry in future.log.incidents]
    happenings += [(entry["day"], 1, _round(entry)) for entry in future.log.rounds]
    for day, _, said in sorted(happenings, key=lambda happening: happening[:2]):
        date = scenario.start + dt.timedelta(days=day)
        yield f"  day {day:>3}, {date:%d %b %Y}: {said}"
    yield from _end(cell, future)


def _incident(entry: dict[str, Any]) -> str:
    """One incident in words, from whatever was noted of it."""
    said = str(entry["kind"]).replace("_", " ")
    if entry.get("group"):
        said += f" by {entry['group']}"
    if entry.get("party"):
        said += f" by {PARTY.get(entry['party'], entry['party'])}"
    if entry.get("deaths") is not None:
        said += f", {entry['deaths']} killed"
    if entry.get("attributed"):
        said += ", laid at Kabul's door"
    return said


def _round(entry: dict[str, Any]) -> str:
    """One round in words."""
    outcome = str(entry["outcome"]).replace("_", " ")
    exchanges = entry.get("exchanges")
    said = f"round {entry.get('round')}: {outcome}"
    return said if exchanges is None else f"{said} after {exchanges} exchanges"


def _end(cell: Cell, future: Replay) -> Iterator[str]:
    end = cell.scenario.ceasefire.end.value
    row = future.row
    day = row[f"{end}_day"][0].as_py()
    if row[f"{end}_ended"][0].as_py():
        cause = str(row[f"{end}_cause"][0].as_py()).replace("_", " ")
        yield f"the ceasefire ends on day {day} ({end.replace('_', ' ')}); cause: {cause}"
    else:
        yield f"the ceasefire holds to day {day}, the horizon"
