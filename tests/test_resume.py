"""Sweeps that cannot be lost: skipped, resumed, extended, failed and cut-off cells."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from finished_cells import falsify
from matplotlib.figure import Figure

from sim import cli
from sim.plots.style import Drawing, save
from sim.study import runner, store
from sim.study.cells import load_cell
from sim.study.errors import StoreError
from sim.study.files import locked
from sim.study.opening import TABLES, finished
from sim.study.store import write_cell
from sim.study.sweeps import expect, identity, open_directory

QUICK = ["replicates=30", "horizon=15", "parameters=best", "engine.figures=false"]
SWEEP = ["-m", "pakistan.trust=0.2,0.3,0.4", *QUICK, "hydra.sweep.dir=sweep"]


def work_in(directory: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(directory)
    patch.setattr(sys, "argv", ["ceasefire"])
    patch.setattr("sim.report.sweep.compare_sweep", lambda directory: "not compared here")


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work_in(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sweep, finished."""
    directory = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        work_in(directory, patch)
        assert run(*SWEEP) == 0
    return directory / "sweep"


@pytest.fixture
def swept(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, in the working directory."""
    return Path(shutil.copytree(whole, tmp_path / "sweep"))


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


def data(directory: Path) -> dict[str, bytes]:
    """Every result of a sweep, by path, and no provenance."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.name in {*(f"{name}.parquet" for name in TABLES), "config.yaml"}
        and ".hydra" not in path.parts
    }


def times(directory: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in sorted(directory.rglob("runs.parquet"))}


# Keys


def test_a_cell_of_a_sweep_lies_under_its_key(whole: Path) -> None:
    for trust in ("0.2", "0.3", "0.4"):
        cell = load_cell("baseline", [f"pakistan.trust={trust}", *QUICK])
        stored = finished(whole / cell.directory_name)
        assert stored is not None
        assert stored.cell.key == cell.key


def test_the_order_and_the_engine_do_not_make_another_cell() -> None:
    assert identity(["a=1", "b=2", "engine.block=3", "engine=dask"]) == identity(["b=2", "a=1"])
    assert identity(["a=1"]) != identity(["a=1", "engine.watched=3"])


# Resuming


def test_a_finished_sweep_is_skipped_with_a_word(
    swept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = times(swept)
    assert run(*SWEEP) == 0
    assert times(swept) == before
    assert capsys.readouterr().out.count("skipped") == 3


def test_a_sweep_can_be_extended_and_reordered_in_place(swept: Path) -> None:
    before = times(swept)
    words = ["-m", "pakistan.trust=0.5,0.4,0.3,0.2", *QUICK, "hydra.sweep.dir=sweep"]
    assert run(*words) == 0
    after = times(swept)
    assert len(after) == 4
    assert before.items() <= after.items()


def test_cells_come_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    run("-m", "pakistan.trust=0.4,0.2,0.3", *QUICK, "hydra.sweep.dir=sweep")
    sweep = open_directory(tmp_path / "sweep")
    said = [stored.run["overrides"][0] for stored in sweep.cells.values()]
    assert said == ["pakistan.trust=0.4", "pakistan.trust=0.2", "pakistan.trust=0.3"]


def test_the_same_cell_in_other_words_is_simulated_once(tmp_path: Path) -> None:
    assert run("-m", "pakistan.trust=0.3,0.30", *QUICK, "hydra.sweep.dir=sweep") == 0
    sweep = open_directory(tmp_path / "sweep")
    assert len(sweep.cells) == 1
    assert sweep.missing == []


def test_numbered_directories_never_overwrite_another_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbered = ["hydra.sweep.dir=sweep", "hydra.sweep.subdir=${hydra.job.num}"]
    assert run("-m", "pakistan.trust=0.2,0.3", *QUICK, *numbered) == 0
    before = data(tmp_path / "sweep")
    assert run("-m", "pakistan.trust=0.9,0.3", *QUICK, *numbered) == 1
    assert data(tmp_path / "sweep") == before
    assert "holds another finished cell" in capsys.readouterr().err
    assert finished(tmp_path / "sweep" / "0") is not None


def test_a_cell_of_another_version_is_not_mixed_in(tmp_path: Path) -> None:
    cell = load_cell("baseline", QUICK)
    write_cell(cell, tmp_path)
    falsify(tmp_path, versions={"ceasefire-sim": "0.0.1"})
    with pytest.raises(StoreError, match=r"version 0\.0\.1 and this is .*another directory"):
        write_cell(cell, tmp_path)


def test_a_sweep_into_results_of_another_version_says_so(
    swept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(swept.glob("*/run.json"))
    before = path.read_text()
    falsify(path.parent, versions={"ceasefire-sim": "0.0.1+"})
    assert run(*SWEEP) == 1
    said = capsys.readouterr().err
    assert "1 of 3 cells" in said
    assert "holds results of version 0.0.1+" in said
    path.write_text(before)
    assert run(*SWEEP) == 0


def test_names_of_two_sweeps_differ_by_more_than_the_second(tmp_path: Path) -> None:
    for _ in range(2):
        assert run("-m", "pakistan.trust=0.2", *QUICK) == 0
    sweeps = [path.parent.name for path in (tmp_path / "multirun").rglob("sweep.json")]
    assert len({name.rpartition("-")[2] for name in sweeps}) == 2


@pytest.mark.slow
def test_two_sweeps_started_in_the_same_second_have_their_own_directories(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim", "-m", "pakistan.trust=0.2,0.3", *QUICK]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    manifests = list((tmp_path / "multirun").rglob("sweep.json"))
    assert len(manifests) == 2
    assert [len(open_directory(path.parent).cells) for path in manifests] == [2, 2]


# Failures


def broken(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Let one call of the simulation fail for a reason that is nobody's mistake."""
    real, calls = runner.simulate_block, []

    def simulate(*task: object) -> object:
        calls.append(task)
        if len(calls) == at:
            raise ZeroDivisionError("a surprise")
        return real(*task)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "simulate_block", simulate)


def test_an_unexpected_error_is_kept_with_its_traceback_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, at=2)
    assert run(*SWEEP) == 1
    sweep = open_directory(tmp_path / "sweep")
    assert len(sweep.cells) == 2
    record = json.loads((sweep.failed[0].directory / "run.json").read_text())
    assert record["error"] == "ZeroDivisionError: a surprise"
    assert "simulate" in "".join(record["traceback"])
    said = capsys.readouterr().err
    assert "1 of 3 cells" in said
    assert "pakistan.trust=0.3" in said
    assert "Traceback" not in said


def test_a_single_cell_says_where_the_traceback_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch, at=1)
    assert run(*QUICK, "hydra.run.dir=cell") == 1
    said = capsys.readouterr().err
    assert "a surprise (traceback in" in said
    assert json.loads((tmp_path / "cell" / "run.json").read_text())["status"] == "failed"


def test_a_failed_cell_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        broken(patch, at=2)
        run(*SWEEP)
    assert run(*SWEEP) == 0
    assert len(open_directory(tmp_path / "sweep").cells) == 3


def test_a_full_disk_fails_the_cell_and_resumes_to_the_same_bytes(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    real, calls = store.RunsWriter.add, []

    def full(self: store.RunsWriter, table: object) -> None:
        calls.append(table)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        real(self, table)

    with monkeypatch.context() as patch:
        patch.setattr(store.RunsWriter, "add", full)
        assert run(*SWEEP) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.partial"))
    assert len(open_directory(tmp_path / "sweep").cells) == 1
    assert run(*SWEEP) == 0
    assert data(tmp_path / "sweep") == data(whole)


def test_a_glob_that_matches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-m", "scenario=glob(zzz*)", "hydra.sweep.dir=sweep") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "scenario=glob(zzz*) matches nothing" in line


def test_a_directory_that_is_no_sweep_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no directory"):
        open_directory(tmp_path / "none")
    with pytest.raises(StoreError, match="is not a sweep"):
        open_directory(tmp_path)


def test_what_was_asked_for_and_is_not_there_is_missing(tmp_path: Path) -> None:
    expect(tmp_path, [["a=1"], ["a=2"]])
    expect(tmp_path, [["a=2", "engine=dask"], ["a=3"]])
    assert open_directory(tmp_path).missing == [["a=1"], ["a=2"], ["a=3"]]


# Locks


def test_one_writer_at_a_time_and_none_after_the_holder_is_gone(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\n"
        "from sim.study.files import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with locked(tmp_path):
        assert (tmp_path / ".lock").exists()
    assert not (tmp_path / ".lock").exists()


# Kills


def test_what_a_killed_save_left_is_gone_after_the_next(tmp_path: Path) -> None:
    """The next one may be another process, so the temporary name must not depend on who writes."""
    code = (
        "import os, signal, sys\n"
        "from matplotlib.figure import Figure\n"
        "from sim.plots.style import Drawing, save\n"
        "class Killed(Figure):\n"
        "    def savefig(self, path, **_):\n"
        "        open(path, 'w').write('<svg')\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "save(Drawing(Killed(), None, 'footer'), sys.argv[1], ('svg',))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "figure")]
    killed = subprocess.run(command)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".figure.svg.partial"]
    save(Drawing(Figure(), pd.DataFrame(), "footer"), tmp_path / "figure", ("svg",))
    assert [path.name for path in tmp_path.iterdir()] == ["figure.svg"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["serial", "threads"])
def test_a_sweep_killed_at_random_moments_ends_as_if_nothing_had_happened(
    engine: str, tmp_path: Path
) -> None:
    words = [
        "-m", "scenario=baseline,no_mediators,hardliners", "replicates=12000", "horizon=120",
        "engine.block=3000", f"engine={engine}",
    ]  # fmt: skip
    command = [sys.executable, "-m", "sim", *words]
    whole = [*command, "hydra.sweep.dir=whole"]
    started = time.monotonic()
    subprocess.run(whole, check=True, stdout=subprocess.DEVNULL)
    lasts = time.monotonic() - started
    chance = random.Random(2025)
    for _ in range(5):
        running = subprocess.Popen(
            [*command, "hydra.sweep.dir=killed"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(chance.uniform(0.2, 0.8) * lasts)
        running.send_signal(signal.SIGKILL)
        running.wait()
    subprocess.run([*command, "hydra.sweep.dir=killed"], check=True, stdout=subprocess.DEVNULL)
    assert data(tmp_path / "killed") == data(tmp_path / "whole")
    assert not list((tmp_path / "killed").rglob(".*.partial"))
