"""Result arrays as Arrow tables: the one place that decides the types of stored columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sim.config import CAUSES, ENDS, PARTIES, Scenario
from sim.negotiation.agenda import Packages, packages
from sim.notes import FIELDS, KINDS, OUTCOMES, ROUND, ROUND_OPENS
from sim.parameters import NONE
from sim.records import ACCOUNTS, BY, INCIDENTS, MODES, Daily

ROUND_COLUMNS = (
    ("replicate", pa.int64()), ("round", pa.int32()), ("day", pa.int32()),
    ("exchanges", pa.int32()), ("outcome", OUTCOMES),
)  # fmt: skip
NAMES = {"account": ACCOUNTS, "collapse_mode": MODES, "first_end": ENDS}
NAMES |= {f"{end}_cause": CAUSES for end in ENDS} | {f"{end}_by": BY for end in ENDS}
"""What numbers stand for, by column."""
INCIDENT_COLUMNS = (
    ("replicate", pa.int64()), ("day", pa.int32()), ("kind", (*INCIDENTS, "round_opens")),
    ("group", ()), ("party", PARTIES), ("deaths", pa.int32()),
    ("attributed", pa.bool_()), ("denied", pa.bool_()), ("initiator", PARTIES),
    ("from_afghan_soil", pa.bool_()), ("severity", pa.float64()),
    ("breached", pa.bool_()), ("cleared", pa.bool_()), ("remedied", pa.bool_()),
)  # fmt: skip
OF_INCIDENTS = [KINDS.index(kind) for kind in (*INCIDENTS, "round_opens")]


def runs_table(columns: dict[str, Any], all_packages: Packages) -> pa.Table:
    """One row per replicate. Causes and the like are dictionary columns, null where none."""
    arrays: dict[str, pa.Array] = {}
    for name, values in columns.items():
        if name in NAMES:
            arrays[name] = _coded(values, NAMES[name])
        elif name == "parameter_set":
            arrays[name] = pa.array(values, pa.int32(), mask=values < 0)
        elif name == "deal_package":
            arrays[name] = pa.array(values, pa.int32(), mask=values < 0)
            arrays.update(_options(values, all_packages))
        elif name in ("deal_day", "deal_lapsed_day", "partial_day"):
            arrays[name] = pa.array(values, pa.int32(), mask=values == 0)
        elif values.dtype == np.int64 and name != "replicate":
            arrays[name] = pa.array(values, pa.int32())
        elif values.dtype == np.float64:
            arrays[name] = pa.array(values, mask=np.isnan(values))
        else:
            arrays[name] = pa.array(values)
    return pa.table(arrays)


def _coded(codes: Any, names: tuple[str, ...]) -> pa.Array:
    indices = pa.array(codes, pa.int8(), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names))


def _options(values: Any, all_packages: Packages) -> dict[str, pa.Array]:
    """The option agreed on each issue, null without a deal."""
    out = {}
    for k, (issue, names) in enumerate(zip(all_packages.issues, all_packages.options, strict=True)):
        codes = np.where(values < 0, -1, all_packages.option[values, k])
        out[f"deal_{issue}"] = _coded(codes, names)
    return out


def tables_beside_runs(
    scenario: Scenario, daily: Daily, noted: Sequence[Any]
) -> dict[str, pa.Table]:
    """The other tables of a cell by their names, from its days and the notes of all its blocks."""
    notes = np.concatenate(noted)
    return {
        "daily": daily_table(daily),
        "rounds": rounds_table(notes, packages(scenario.agenda)),
        "incidents": incidents_table(notes, list(scenario.militants)),
    }


def daily_table(daily: Daily) -> pa.Table:
    """One row per day from 1: how many are in force and quantiles of the daily quantities."""
    columns = daily.table()
    return pa.table(
        {name: pa.array(values[1:], from_pandas=True) for name, values in columns.items()}
    )


def stored(notes: Any) -> Any:
    """Those of notes (n,) that tables are made of, in their order."""
    return notes[np.isin(notes["kind"], [*OF_INCIDENTS, ROUND])]


def rounds_table(notes: Any, all_packages: Packages) -> pa.Table:
    """One row per round of the watched replicates, from notes (n,) of futures."""
    rows = _in_order(notes[notes["kind"] == ROUND])
    arrays = {name: _column(rows, name, kind) for name, kind in ROUND_COLUMNS}
    chosen, _ = _noted(rows, "package")
    for side, name in enumerate(PARTIES):
        worth = rows["real"][:, side]
        arrays[f"{name}_utility"] = pa.array(worth, pa.float64(), mask=chosen == NONE)
    options = _options(chosen, all_packages).items()
    arrays.update({name.removeprefix("deal_"): codes for name, codes in options})
    return pa.table(arrays)


def incidents_table(notes: Any, groups: Sequence[str]) -> pa.Table:
    """One row per incident of the watched replicates, from notes; ``groups`` are the scenario's.

    Of a day the opening of a round comes last.
    """
    opened = notes["kind"] == ROUND_OPENS
    happened = np.isin(notes["kind"], OF_INCIDENTS) & ~opened
    rows = _in_order(np.concatenate([notes[happened], notes[opened]]))
    return pa.table(
        {
            name: _column(rows, name, tuple(groups) if name == "group" else kind)
            for name, kind in INCIDENT_COLUMNS
        }
    )


def _in_order(notes: Any) -> Any:
    """Notes by replicate and day."""
    return notes[np.lexsort((notes["day"], notes["replicate"]))]


def _noted(notes: Any, name: str) -> tuple[Any, Any]:
    """A field of notes (n,) and where there is none, for it belongs to other kinds."""
    if name in ("replicate", "day"):
        return notes[name], np.zeros(len(notes), bool)
    part = "real" if any(name in fields.real for fields in FIELDS.values()) else "whole"
    values, missing = np.zeros(len(notes), notes[part].dtype), np.ones(len(notes), bool)
    for code, fields in enumerate(FIELDS.values()):
        names = getattr(fields, part)
        if name in names:
            of = notes["kind"] == code
            values[of], missing[of] = notes[part][of, names.index(name)], False
    return values, missing


def _column(notes: Any, name: str, kind: Any) -> pa.Array:
    """A column of notes; ``kind`` is a type, or the names that its numbers stand for."""
    if name == "kind":
        places = np.array([kind.index(x) if x in kind else NONE for x in KINDS])
        return _coded(places[notes["kind"]], kind)
    values, missing = _noted(notes, name)
    if isinstance(kind, tuple):
        return _coded(np.where(missing, NONE, values), kind)
    return pa.array(values, mask=missing).cast(kind)


def category(values: Sequence[str | None], names: tuple[str, ...]) -> pa.Array:
    """Names as a dictionary column that knows all names there could be; None is null."""
    codes = {name: k for k, name in enumerate(names)}
    indices = [None if value is None else codes[value] for value in values]
    width = pa.int8() if len(names) < 128 else pa.int16()
    return pa.DictionaryArray.from_arrays(pa.array(indices, width), pa.array(names, pa.string()))
