"""Finished cells for tests of what is done with them, and ways to damage and to falsify them."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sim.config import ENDS
from sim.study.cells import load_cell
from sim.study.files import checksum
from sim.study.sealed import SEAL, sealed
from sim.study.store import write_cell

HORIZON = 40
SMALL = ["replicates=60", f"horizon={HORIZON}"]


def put_cell(directory: Path, scenario: str = "baseline", *overrides: str) -> Path:
    """Simulate a small cell into a directory."""
    words = [*SMALL, *overrides]
    write_cell(load_cell(scenario, words), directory, [f"scenario={scenario}", *words])
    return directory


def put_sweep(directory: Path) -> Path:
    """A small sweep of three scenarios."""
    for scenario in ("baseline", "no_mediators", "verified_guarantees"):
        put_cell(directory / scenario, scenario)
    return directory


def ended_on(directory: Path, day: int | None, cause: str = "attack") -> None:
    """Let every future of a cell end on one day, by every definition; None: let none end."""
    path = directory / "runs.parquet"
    table = pq.read_table(path)
    size = table.num_rows
    causes = pa.array([None if day is None else cause] * size, pa.string())
    for end in ENDS:
        for part, values in (
            ("day", pa.array([HORIZON if day is None else day] * size, pa.int32())),
            ("ended", pa.array([day is not None] * size)),
            ("cause", causes.dictionary_encode()),
        ):
            name = f"{end}_{part}"
            table = table.set_column(table.schema.get_field_index(name), name, values)
    pq.write_table(table, path)
    falsify(directory)


def falsify(directory: Path, **fields) -> None:
    """Write a cell's run.json anew, as a forger would: with these fields and matching checksums."""
    path = directory / "run.json"
    record = json.loads(path.read_text())
    record["files"] = {name: checksum(directory / name) for name in record["files"]}
    path.write_text(sealed(record | fields))


def as_earlier_versions(directory: Path) -> None:
    """Let a cell's run.json be as it was written before records had a checksum."""
    path = directory / "run.json"
    record = json.loads(path.read_text())
    del record[SEAL]
    path.write_text(json.dumps(record, indent=2) + "\n")
