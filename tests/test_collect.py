"""After a sweep: one data set, queries, replays and verification."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from finished_cells import falsify

from sim import cli
from sim.commands.replay import only_cell
from sim.study.cells import load_cell
from sim.study.collect import collect
from sim.study.errors import StoreError
from sim.study.opening import open_cell
from sim.study.replay import replay
from sim.study.runner import simulate_block
from sim.study.store import record_failure, write_cell
from sim.study.sweeps import expect
from sim.study.tables import incidents_table

QUICK = ["replicates=40", "horizon=25", "parameters=best"]
POINTS = [
    ["scenario=baseline", "pakistan.trust=0.2", *QUICK],
    ["scenario=no_mediators", "pakistan.trust=0.4", *QUICK],
    ["scenario=bagram_shock", "mediators=none", *QUICK],
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sweep")
    for words in POINTS:
        cell = load_cell(words[0].partition("=")[2], words[1:])
        write_cell(cell, directory / cell.directory_name, words)
    expect(directory, [*POINTS, ["scenario=baseline", "pakistan.trust=0.6", *QUICK]])
    record_failure(directory / "invalid-0", ValueError("no"), ["pakistan.trust=7", *QUICK])
    return directory


@pytest.fixture
def sweep(stored: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stored, tmp_path / "sweep"))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


def contents(directory: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


# Collecting


def test_overrides_are_columns_with_the_types_and_values_of_their_fields(sweep: Path) -> None:
    frame = pd.read_parquet(collect(sweep).directory / "runs")
    assert len(frame) == 120
    assert frame.groupby("scenario")["pakistan.trust"].first().to_dict() == {
        "baseline": 0.2, "no_mediators": 0.4,
        "bagram_shock": open_cell(_named(sweep, "bagram")).cell.scenario.pakistan.trust,
    }  # fmt: skip
    assert set(frame.loc[frame["scenario"] == "bagram_shock", "mediators"]) == {"none"}
    assert frame.loc[frame["scenario"] == "baseline", "mediators"].isna().all()


def test_pandas_polars_and_duckdb_read_the_same_data_set(sweep: Path) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    runs = collect(sweep).directory / "runs"
    columns = ["scenario", "pakistan.trust", "mediators", "replicate", "collapse_day", "deal"]
    frame = pd.read_parquet(runs)
    for other in (
        polars.read_parquet(runs).to_pandas(),
        duckdb.sql(f"select * from read_parquet('{runs}/*.parquet')").df(),
    ):
        assert list(other.columns) == list(frame.columns)
        one, two = (
            x[columns].sort_values(["scenario", "replicate"]).astype(object) for x in (frame, other)
        )
        assert one.where(one.notna(), None).values.tolist() == (
            two.where(two.notna(), None).values.tolist()
        )


def _named(directory: Path, start: str) -> Path:
    return next(path for path in directory.iterdir() if path.name.startswith(start))


def test_what_is_collected_is_what_is_stored(sweep: Path) -> None:
    frame = pd.read_parquet(collect(sweep).directory / "runs")
    part = frame[frame["scenario"] == "baseline"].reset_index(drop=True)
    stored = open_cell(_named(sweep, "baseline")).table("runs").to_pandas()
    for name in stored.columns:
        assert part[name].astype(object).where(part[name].notna(), None).tolist() == (
            stored[name].astype(object).where(stored[name].notna(), None).tolist()
        )


def test_collecting_again_changes_nothing(sweep: Path) -> None:
    assert collect(sweep).written == 3
    before = contents(sweep / "collected")
    assert collect(sweep).written == 0
    assert contents(sweep / "collected") == before
    assert collect(sweep, again=True).written == 3
    assert contents(sweep / "collected") == before


def test_a_new_cell_is_added_and_a_removed_one_goes(sweep: Path) -> None:
    collect(sweep)
    cell = load_cell("baseline", ["pakistan.trust=0.6", *QUICK])
    words = ["scenario=baseline", "pakistan.trust=0.6", *QUICK]
    write_cell(cell, sweep / cell.directory_name, words)
    shutil.rmtree(_named(sweep, "no_mediators"))
    made = collect(sweep)
    assert made.rows == 120
    assert len(pd.read_parquet(made.directory / "runs")) == 120


def test_what_failed_and_what_is_missing_is_said(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("collect", str(sweep)) == 0
    said = capsys.readouterr().err
    assert "2 of 5 cells" in said
    assert "not run to its end" in said


def test_a_file_edited_by_hand_is_refused_until_told_to_write_it_anew(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = collect(sweep)
    part = next((made.directory / "runs").iterdir())
    frame = pd.read_parquet(part)
    frame["collapse_day"] = 1
    frame.to_parquet(part)
    for words in (["collect", str(sweep)], ["query", str(sweep), "select 1"]):
        assert run(*words) == 1
        (line,) = [x for x in capsys.readouterr().err.splitlines() if "checksum mismatch" in x]
        assert part.name in line
    assert run("collect", str(sweep), "--again") == 0
    assert run("collect", str(sweep)) == 0


def test_a_stored_cell_edited_by_hand_is_refused(sweep: Path) -> None:
    path = _named(sweep, "baseline") / "runs.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(StoreError, match="checksum mismatch"):
        collect(sweep)


@pytest.mark.parametrize("verb", ["collect", "query", "replay", "verify"])
def test_a_directory_that_is_no_sweep_is_refused_in_one_sentence(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for directory in (tmp_path, tmp_path / "none"):
        words = [verb, str(directory), *(["select 1"] if verb == "query" else [])]
        assert run(*words) == 1
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_with_nothing_finished_is_not_collected(tmp_path: Path) -> None:
    expect(tmp_path, [["seed=1"]])
    with pytest.raises(StoreError, match=r"no cell .* has finished"):
        collect(tmp_path)


@pytest.mark.slow
def test_memory_stays_flat_over_cells(tmp_path: Path) -> None:
    def peak(cells: int) -> int:
        for k in range(cells):
            cell = load_cell("baseline", ["replicates=100000", "horizon=5", f"seed={k}"])
            write_cell(cell, tmp_path / cell.directory_name, [f"seed={k}"])
        code = (
            "import resource, sys, pathlib\n"
            "from sim.study.collect import collect\n"
            "collect(pathlib.Path(sys.argv[1]), again=True)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    few, many = peak(2), peak(12)
    assert many < 1.15 * few


# Queries


def test_a_query_sees_overrides_beside_results(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    collect(sweep)
    sql = 'select "pakistan.trust", count(*) as n from runs group by all order by all'
    assert run("query", str(sweep), sql, "--csv") == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "pakistan.trust,n"
    assert rows[1] == "0.2,40"
    assert run("query", str(sweep), "select count(*) as n from cells", "--csv") == 0
    assert capsys.readouterr().out.splitlines() == ["n", "3"]


def test_a_wrong_statement_gets_one_sentence(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb")
    assert run("query", str(sweep), "select 1") == 1
    assert "has not been collected" in capsys.readouterr().err
    collect(sweep)
    assert run("query", str(sweep), "select nothing from runs") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "nothing" in line


# Replay and verification


@pytest.mark.parametrize("replicate", [0, 17, 39])
def test_any_future_is_replayed_exactly(
    sweep: Path, replicate: int, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = _named(sweep, "baseline")
    assert run("replay", str(cell), "--replicate", str(replicate)) == 0
    said = capsys.readouterr().out
    assert "exactly as stored" in said
    assert "ceasefire" in said.lower()


def test_a_future_by_itself_notes_what_it_noted_among_others(sweep: Path) -> None:
    stored = open_cell(_named(sweep, "baseline"))
    alone = simulate_block(stored.cell, 5, 1, watched=6)
    noted = incidents_table(alone.notes, list(stored.cell.scenario.militants)).to_pylist()
    assert noted == [x for x in stored.table("incidents").to_pylist() if x["replicate"] == 5] != []


def test_a_future_that_is_not_there_is_said(sweep: Path) -> None:
    with pytest.raises(StoreError, match="holds 0 to 39"):
        replay(open_cell(_named(sweep, "baseline")), 40)
    with pytest.raises(StoreError, match="is not one cell"):
        only_cell(sweep)


def test_other_versions_are_said(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = _named(sweep, "baseline")
    made = json.loads((cell / "run.json").read_text())["versions"]
    falsify(cell, versions=made | {"numpy": "1.0"})
    assert run("replay", str(cell)) == 0
    assert "numpy was 1.0 and is" in capsys.readouterr().err


def test_verifying_finds_what_was_stored(sweep: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(sweep), "--replicates", "2") == 0
    assert "3 of 3 cells as they should be" in capsys.readouterr().out


def test_verifying_finds_a_changed_file_and_a_changed_result(
    sweep: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = _named(sweep, "baseline")
    frame = open_cell(cell).table("runs")
    column = frame.column_names.index("attributed")
    import pyarrow.parquet as pq

    changed = frame.set_column(column, "attributed", frame["clashes"])
    pq.write_table(changed, cell / "runs.parquet")
    assert run("verify", str(cell)) == 1
    assert "checksum mismatch" in capsys.readouterr().out
    falsify(cell)
    assert run("verify", str(cell), "--replicates", "40") == 1
    assert "comes out differently: attributed" in capsys.readouterr().out
