"""Re-run one future from its stored configuration and compare it with its stored row.

Knows the model and the store; says nothing itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from sim.negotiation.own import code_of
from sim.study.errors import StoreError
from sim.study.opening import StoredCell, unreadable
from sim.study.provenance import versions
from sim.study.runner import simulate_block
from sim.study.store import ROW_GROUP

TOLERANCE = 1e-9  # of floats where versions or the processor differ; integers must be equal


@dataclass(frozen=True)
class Replay:
    """A re-run future: its row, and in which columns it differs from what is stored."""

    replicate: int
    row: pa.Table
    differs: list[str] = field(default_factory=list)
    nearly: list[str] = field(default_factory=list)


def replay(stored: StoredCell, replicate: int, trust_code: bool = False) -> Replay:
    """Re-run one future.

    Raises
    ------
    StoreError
        If there is no such future, its row cannot be read, or the configuration names code to be
        run without permission (``trust_code``).
    """
    named = code_of(stored.cell.scenario)
    if named and not trust_code:
        raise StoreError(
            f"{stored.directory} names code of its own ({', '.join(named)}), which may do anything "
            "when it is run; read it, and add --trust-code to run it"
        )
    total = stored.cell.settings.replicates
    if not 0 <= replicate < total:
        raise StoreError(f"replicate is {replicate}; {stored.directory} holds 0 to {total - 1}")
    alone = simulate_block(stored.cell, replicate, 1, watched=replicate + 1)
    differs, nearly = compare_rows(stored_row(stored, replicate), alone.runs)
    return Replay(replicate, alone.runs, differs, nearly)


def stored_row(stored: StoredCell, replicate: int) -> pa.Table:
    """Read one row, and only its row group."""
    path = stored.directory / "runs.parquet"
    try:
        with pq.ParquetFile(path) as file:
            group = file.read_row_group(replicate // ROW_GROUP)
        row = group.slice(replicate % ROW_GROUP, 1)
    except (OSError, pa.ArrowException) as error:
        raise unreadable(path, error) from None
    if row.num_rows != 1 or row["replicate"][0].as_py() != replicate:
        raise StoreError(f"{path} does not hold replicate {replicate} in its place")
    return row


def compare_rows(stored: pa.Table, fresh: pa.Table) -> tuple[list[str], list[str]]:
    """Columns that differ, and columns of floats that differ by less than ``TOLERANCE``."""
    differs: list[str] = []
    nearly: list[str] = []
    names = dict.fromkeys([*stored.column_names, *fresh.column_names])
    for name in names:
        if name not in stored.column_names or name not in fresh.column_names:
            differs.append(name)
            continue
        old, new = stored[name][0].as_py(), fresh[name][0].as_py()
        if old == new:
            continue
        close = isinstance(old, float) and isinstance(new, float) and abs(old - new) <= TOLERANCE
        (nearly if close else differs).append(name)
    return differs, nearly


def other_versions(stored: StoredCell) -> list[str]:
    """What a cell was made with and this process does not have, one clause each."""
    made, here = stored.run["versions"], versions()
    return [
        f"{name} was {made[name]} and is {here[name]}"
        for name in made
        if name in here and made[name] != here[name]
    ]


def sample(stored: StoredCell, count: int, seed: int, trust_code: bool = False) -> Iterator[Replay]:
    """Replay a random sample of a cell's futures; raise ``StoreError`` as ``replay`` does."""
    total = stored.cell.settings.replicates
    chosen = random.Random(f"{seed}/{stored.run['key']}").sample(range(total), min(count, total))
    for replicate in sorted(chosen):
        yield replay(stored, replicate, trust_code)
