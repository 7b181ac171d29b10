"""Result arrays as Arrow tables: the one place that decides the types of stored columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from sim.config import CAUSES
from sim.negotiation.agenda import Packages
from sim.records import ACCOUNTS, Daily, Log

ROUND_COLUMNS = (
    ("replicate", pa.int64()), ("round", pa.int32()), ("day", pa.int32()),
    ("exchanges", pa.int32()), ("outcome", pa.string()),
    ("pakistan_utility", pa.float64()), ("afghan_taliban_utility", pa.float64()),
)  # fmt: skip
INCIDENT_COLUMNS = (
    ("replicate", pa.int64()), ("day", pa.int32()), ("kind", pa.string()),
    ("group", pa.string()), ("party", pa.string()), ("deaths", pa.int32()),
    ("attributed", pa.bool_()), ("denied", pa.bool_()), ("initiator", pa.string()),
    ("from_afghan_soil", pa.bool_()), ("severity", pa.float64()),
    ("breached", pa.bool_()), ("cleared", pa.bool_()), ("remedied", pa.bool_()),
)  # fmt: skip


def runs_table(columns: dict[str, Any], all_packages: Packages) -> pa.Table:
    """One row per replicate. Causes and accounts are dictionary columns, null where none."""
    arrays: dict[str, pa.Array] = {}
    for name, values in columns.items():
        if name.endswith("_cause"):
            arrays[name] = _coded(values, CAUSES)
        elif name == "account":
            arrays[name] = _coded(values, ACCOUNTS)
        elif name == "parameter_set":
            arrays[name] = pa.array(values, pa.int32(), mask=values < 0)
        elif name == "deal_package":
            arrays[name] = pa.array(values, pa.int32(), mask=values < 0)
            arrays.update(_options(values, all_packages))
        elif name in ("deal_day", "deal_lapsed_day"):
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
    arrays = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in ROUND_COLUMNS}
    chosen = np.array([row["package"] for row in rows], dtype=np.int64)
    arrays.update(
        {
            name.removeprefix("deal_"): codes
            for name, codes in _options(chosen, all_packages).items()
        }
    )
    return pa.table(arrays)


def incidents_table(logs: list[Log]) -> pa.Table:
    """One row per incident of the watched replicates."""
    rows = sorted(
        (row for log in logs for row in log.incidents),
        key=lambda row: (row["replicate"], row["day"]),
    )
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], kind) for name, kind in INCIDENT_COLUMNS}
    )
