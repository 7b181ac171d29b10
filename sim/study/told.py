"""What happened in single futures, as plain facts in order; each is re-run from its address.

So no ensemble has to keep transcripts. Knows the model; writes no sentences.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sim.config import CAUSES, PARTIES
from sim.futures import Futures
from sim.negotiation.agenda import Packages
from sim.parameters import NONE
from sim.records import ACCOUNTS, BY, MODES, SPEAKERS, Log, Reader, outcomes
from sim.study.cells import Cell
from sim.study.tables import category

Entry = dict[str, Any]


def entries(cell: Cell, first: int = 0, count: int = 1) -> list[Entry]:
    """Facts of the futures ``first`` ... ``first + count - 1`` in the order they happened.

    Every entry has ``replicate``, ``day``, ``kind`` and what belongs to that kind; packages are
    given as issue -> option.
    """
    scenario, settings = cell.scenario, cell.settings
    watched = first + count
    futures = Futures.begun(scenario, count, settings.seed, first=first, watched=watched)
    done, log, reader = futures.run(settings.horizon), Log(), Reader(scenario)
    reader.read(done.notes, log)
    heard = [_spelt(entry, reader.packages) for entry in (*log.incidents, *log.said)]
    ended = outcomes(done.finals, scenario, settings.horizon)
    heard += [_last_entry(ended, row) for row in range(count)]
    return sorted(heard, key=lambda entry: (entry["replicate"], entry["day"]))


def offers_table(cell: Cell, heard: list[Entry]) -> pa.Table:
    """One row per offer and per text of the mediators, in the order they were made."""
    moves = [entry for entry in heard if entry["kind"] == "move"]
    columns: dict[str, pa.Array] = {
        "replicate": pa.array([move["replicate"] for move in moves], pa.int64())
    }
    for name in ("day", "round", "exchange", "of"):
        columns[name] = pa.array([move[name] for move in moves], pa.int32())
    columns["speaker"] = category([move["speaker"] for move in moves], SPEAKERS)
    columns["accepted"] = pa.array([bool(move["accepted"]) for move in moves], pa.bool_())
    for party in PARTIES:
        worth = [move["utilities"][party] for move in moves]
        asked = [move["aspirations"][party] for move in moves]
        columns[f"{party}_utility"] = pa.array(worth, pa.float64())
        columns[f"{party}_aspiration"] = pa.array(asked, pa.float64())
    for issue, known in cell.scenario.agenda.issues.items():
        chosen = [move["package"][issue] for move in moves]
        columns[issue] = category(chosen, tuple(known.options))
    return pa.table(columns)


def _last_entry(outcomes: dict[str, Any], row: int) -> Entry:
    """How, by whom and why a future's ceasefire ended, or that it lasted to the horizon."""
    ended = bool(outcomes["collapse_ended"][row])
    by = int(outcomes["collapse_by"][row])
    return {
        "replicate": int(outcomes["replicate"][row]),
        "day": int(outcomes["collapse_day"][row]),
        "kind": "ceasefire_ends" if ended else "horizon",
        "mode": MODES[outcomes["collapse_mode"][row]] if ended else None,
        "by": BY[by] if by != NONE else None,
        "cause": CAUSES[outcomes["collapse_cause"][row]] if ended else None,
        "account": ACCOUNTS[int(outcomes["account"][row])],
    }


def _spelt(entry: Entry, packages: Packages) -> Entry:
    """Write packages as issue -> option."""
    if entry.get("package", -1) < 0:
        return entry
    return {**entry, "package": packages.describe(entry["package"])}
