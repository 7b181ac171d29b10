"""Result arrays as Arrow tables: the one place that decides the types of stored columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sim.config import CAUSES, ENDS, PARTIES
from sim.negotiation.agenda import Packages
from sim.notes import OUTCOMES
from sim.records import ACCOUNTS, BY, INCIDENTS, MODES, Daily, Log

ROUND_COLUMNS = (
    ("replicate", pa.int64()), ("round", pa.int32()), ("day", pa.int32()),
    ("exchanges", pa.int32()), ("outcome", OUTCOMES),
    ("pakistan_utility", pa.float64()), ("afghan_taliban_utility", pa.float64()),
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


def daily_table(daily: Daily) -> pa.Table:
    """One row per day from 1: how many are in force and quantiles of the daily quantities."""
    columns = daily.table()
    return pa.table(
        {name: pa.array(values[1:], from_pandas=True) for name, values in columns.items()}
    )


def rounds_table(logs: list[Log], all_packages: Packages) -> pa.Table:
    """One row per round of the watched replicates."""
    rows = sorted(
        (row for log in logs for row in log.rounds), key=lambda row: (row["replicate"], row["day"])
    )
    arrays = {name: _column(rows, name, kind) for name, kind in ROUND_COLUMNS}
    chosen = np.array([row["package"] for row in rows], dtype=np.int64)
    arrays.update(
        {
            name.removeprefix("deal_"): codes
            for name, codes in _options(chosen, all_packages).items()
        }
    )
    return pa.table(arrays)


def incidents_table(logs: list[Log], groups: Sequence[str]) -> pa.Table:
    """One row per incident of the watched replicates; ``groups`` are the scenario's."""
    rows = sorted(
        (row for log in logs for row in (*log.incidents, *log.opened)),
        key=lambda row: (row["replicate"], row["day"]),
    )
    return pa.table(
        {
            name: _column(rows, name, tuple(groups) if name == "group" else kind)
            for name, kind in INCIDENT_COLUMNS
        }
    )


def _column(rows: list[dict[str, Any]], name: str, kind: Any) -> pa.Array:
    """A column of rows; ``kind`` is a type, or the names that it may hold."""
    values = [row.get(name) for row in rows]
    return category(values, kind) if isinstance(kind, tuple) else pa.array(values, kind)


def category(values: Sequence[str | None], names: tuple[str, ...]) -> pa.Array:
    """Names as a dictionary column that knows all names there could be; None is null."""
    codes = {name: k for k, name in enumerate(names)}
    indices = [None if value is None else codes[value] for value in values]
    width = pa.int8() if len(names) < 128 else pa.int16()
    return pa.DictionaryArray.from_arrays(pa.array(indices, width), pa.array(names, pa.string()))
