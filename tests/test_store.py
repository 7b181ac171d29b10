"""Finished cells on disk: the same bytes for any block size, and read back as they were."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.analysis.ensemble import Ensemble, simulate
from sim.analysis.survival import aalen_johansen, kaplan_meier
from sim.config import CAUSES
from sim.study.cells import load_cell
from sim.study.errors import StoreError
from sim.study.opening import open_cell
from sim.study.store import ROW_GROUP, RunsWriter, write_cell

SMALL = ["replicates=150", "horizon=40", "parameters=best"]


def test_files_are_the_same_bytes_for_any_block_size(tmp_path: Path) -> None:
    names = ("runs.parquet", "daily.parquet", "rounds.parquet", "incidents.parquet")
    written = []
    for block in ("1", "7", "1000", "null"):
        cell = load_cell("baseline", [*SMALL, f"engine.block={block}"])
        write_cell(cell, tmp_path / block)
        written.append([(tmp_path / block / name).read_bytes() for name in names])
    assert written[1:] == written[:1] * 3


def test_row_groups_do_not_depend_on_how_rows_arrive(tmp_path: Path) -> None:
    import pyarrow as pa

    table = pa.table({"replicate": list(range(2 * ROW_GROUP + 5))})
    for name, step in (("few", 3), ("many", ROW_GROUP + 1)):
        writer = RunsWriter(tmp_path / name)
        for first in range(0, table.num_rows, table.num_rows // step):
            writer.add(table.slice(first, table.num_rows // step))
        writer.close()
    assert (tmp_path / "few").read_bytes() == (tmp_path / "many").read_bytes()
    assert pq.ParquetFile(tmp_path / "few").num_row_groups == 3


def test_a_cell_reads_back_as_it_was(tmp_path: Path) -> None:
    cell = load_cell("bagram_shock", SMALL)
    write_cell(cell, tmp_path)
    stored = open_cell(tmp_path)
    assert stored.cell == cell
    assert stored.cell.key == cell.key
    fresh = simulate(cell.scenario, 150, 2025, 40)
    for name in ("runs", "daily", "rounds", "incidents"):
        assert stored.table(name).equals(fresh.results.table(name))
    assert Ensemble(stored).survival().at(40) == fresh.survival().at(40)


def test_the_key_names_what_changes_results_and_nothing_else() -> None:
    key = load_cell("baseline", SMALL).key
    assert load_cell("baseline", [*SMALL, "engine.block=3", "engine.progress=false"]).key == key
    assert load_cell("baseline", [*SMALL, "seed=1"]).key != key
    assert load_cell("baseline", [*SMALL, "pakistan.trust=0.31"]).key != key


def test_an_unfinished_or_damaged_cell_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no finished cell"):
        open_cell(tmp_path)
    write_cell(load_cell("baseline", SMALL), tmp_path)
    stored = open_cell(tmp_path)
    (tmp_path / "runs.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(StoreError, match=r"cannot read .*runs\.parquet"):
        stored.table("runs")
    with pytest.raises(StoreError, match=r"runs\.parquet has been changed since it was stored"):
        open_cell(tmp_path)


def test_survival_read_in_pieces_is_that_of_all_rows_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.study.store.ROW_GROUP", 70)
    words = ["replicates=300", "horizon=40", "ceasefire.end=strike"]
    stored = Ensemble(write_cell(load_cell("baseline", words), tmp_path))
    days, ended, causes = stored.durations()
    options = {"horizon": 40}
    whole = kaplan_meier(days.to_numpy(), ended.to_numpy(), band="plain", **options)
    assert stored.survival(band="plain").table.equals(whole.table)
    by_cause = aalen_johansen(days.to_numpy(), ended.to_numpy(), causes, order=CAUSES, **options)
    assert stored.incidence().table.equals(by_cause.table)
