"""Finished cells for tests of what is done with them, and ways to damage and to falsify them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.config import ENDS
from sim.study.cells import load_cell
from sim.study.store import write_cell

HORIZON = 40
SMALL = ["replicates=60", f"horizon={HORIZON}"]


def put_cell(directory: Path, scenario: str = "baseline", *overrides: str) -> Path:
    """Simulate a small cell into a directory, under the best parameters unless words say which."""
    said = any(word.startswith("parameters=") for word in overrides)
    words = [*SMALL, *([] if said else ["parameters=best"]), *overrides]
    write_cell(load_cell(scenario, words), directory, [f"scenario={scenario}", *words])
    return directory


def put_sweep(directory: Path, *overrides: str) -> Path:
    """A small sweep of three scenarios."""
    for scenario in ("baseline", "no_mediators", "verified_guarantees"):
        put_cell(directory / scenario, scenario, *overrides)
    return directory


def ended_on(directory: Path, day: int | None, cause: str = "attack") -> None:
    """Let every future of a cell end on one day, by every definition; None: let none end."""
    path = directory / "runs.parquet"
    table = pq.read_table(path)
    size = table.num_rows

    def coded(name: str) -> pa.DictionaryArray:
        return pa.array([None if day is None else name] * size, pa.string()).dictionary_encode()

    for end in ENDS:
        for part, values in (
            ("day", pa.array([HORIZON if day is None else day] * size, pa.int32())),
            ("ended", pa.array([day is not None] * size)),
            ("cause", coded(cause)),
            ("by", coded("both")),
        ):
            name = f"{end}_{part}"
            table = table.set_column(table.schema.get_field_index(name), name, values)
    for name, value in (("collapse_mode", "open_hostilities"), ("first_end", ENDS[0])):
        table = table.set_column(table.schema.get_field_index(name), name, coded(value))
    pq.write_table(table, path)
    falsify(directory)


def falsify(directory: Path, **fields: Any) -> None:
    """Write a cell's run.json anew, as a forger would: with these fields and matching checksums.

    A field that is given as None goes.
    """
    path = directory / "run.json"
    record = json.loads(path.read_text())
    record["files"] = {name: digest(directory / name) for name in record["files"]}
    kept = {name: value for name, value in (record | fields).items() if value is not None}
    path.write_text(sealed({"status": "", "error": None} | kept))


def sealed(record: dict[str, Any]) -> str:
    """A record as text with its checksum, as docs/outputs.md describes it."""
    said = {name: value for name, value in record.items() if name != "checksum"}
    checksum = hashlib.sha256(as_text(said).encode()).hexdigest()
    return as_text(said | {"checksum": checksum})


def as_text(record: dict[str, Any]) -> str:
    """A record as it is written."""
    return json.dumps(record, indent=2) + "\n"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def as_earlier_versions(directory: Path) -> None:
    """Let a cell's run.json be as it was written before records had a checksum."""
    path = directory / "run.json"
    record = json.loads(path.read_text())
    record.pop("checksum", None)
    path.write_text(as_text(record))
