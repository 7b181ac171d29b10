"""The command line: one cell, a sweep, and one clear sentence for every mistake."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hydra._internal.hydra import Hydra

from sim import cli
from sim.releases import BEFORE_1_4
from sim.study.sweeps import open_directory

QUICK = ["replicates=40", "horizon=20", "parameters=best", "engine.figures=false"]
UNSURE = 2 if BEFORE_1_4 else 1  # Hydra 1.4 reads off its main file whether a sweep is asked for
CELL_FILES = {
    "runs.parquet", "rounds.parquet", "incidents.parquet", "daily.parquet", "config.yaml",
    "run.json", "survival.png", "survival.svg", "incidence.png", "incidence.svg",
}  # fmt: skip


def run(*words: str) -> int:
    """Exit code of the command line, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_file()}


def test_a_cell_leaves_its_files_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*QUICK, "engine.figures=true", "hydra.run.dir=cell") == 0
    assert files(tmp_path / "cell") == CELL_FILES
    printed = capsys.readouterr().out
    for said in ("accounts mixed", "collapse", "RMST(20)", "ended by attack", "a deal is ratified",
                 "something is initialled", "rounds held", "share adjourned"):  # fmt: skip
        assert said in printed
    record = json.loads((tmp_path / "cell" / "run.json").read_text())
    assert record["status"] == "done"
    assert record["seed"] == 2025
    assert record["overrides"] == [*QUICK, "engine.figures=true"]


def test_a_tactic_can_be_chosen_with_a_dot(tmp_path: Path) -> None:
    assert run(*QUICK, "pakistan.tactic=hardliner", "hydra.run.dir=cell") == 0
    assert "kind: hardliner" in (tmp_path / "cell" / "config.yaml").read_text()


def test_a_sweep_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-m", "scenario=baseline,no_mediators", *QUICK, "hydra.sweep.dir=sweep") == 0
    assert {"comparison.png", "comparison.svg", "comparison.csv"} <= files(tmp_path / "sweep")
    table = pd.read_csv(tmp_path / "sweep" / "comparison.csv")
    assert set(table["scenario"]) == {"no_mediators"}
    assert "Differences from baseline" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ([], 1),
        (["hydra.run.dir=cell"], 1),
        (["hydra.mode=RUN"], UNSURE),
        (["-cd", "."], UNSURE),
        (["--config-name", "config"], UNSURE),
        (["+experiment=ripeness"], 1),
    ],
)
def test_everything_is_composed_twice_only_where_a_sweep_may_be_hidden(
    words: list[str], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = []

    def count(self: Hydra, *args: object, **given: object) -> object:
        composed.append(given)
        return compose(self, *args, **given)

    compose = Hydra.compose_config
    monkeypatch.setattr(Hydra, "compose_config", count)
    monkeypatch.setattr("sim.report.job.job", lambda config: None)
    monkeypatch.setattr(Hydra, "multirun", lambda self, **given: composed.append(given))
    assert run(*QUICK, "engine.figures=false", *words) == 0
    assert len(composed) == times


def test_a_sweep_that_only_the_configuration_asks_for_is_a_sweep(tmp_path: Path) -> None:
    assert run("hydra.mode=MULTIRUN", "seed=1,2", *QUICK, "hydra.sweep.dir=sweep") == 0
    assert len(open_directory(tmp_path / "sweep").cells) == 2


@pytest.mark.parametrize(
    ("words", "work"),
    [
        ([], "sim.report.cell.run_cell"),
        (["-m", "seed=1", "hydra/launcher=joblib"], "sim.report.sweep.compare_sweep"),
        (["plan", "seed=1,2"], "sim.commands.plan.main"),
    ],
)
def test_garbage_is_collected_once_work_begins(
    words: list[str], work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "hydra/launcher=joblib" in words:
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    collected = []
    monkeypatch.setattr(work, lambda *_: collected.append(gc.isenabled()))
    run(*words, *([] if "plan" in words else [*QUICK, "hydra.run.dir=cell"]))
    assert collected == [True]


def test_what_a_cell_leaves_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr("sim.study.cells._known", {})  # cells of other tests, which may go
    gc.collect()  # what else they have left
    monkeypatch.setattr("sim.report.cell.run_cell", lambda *_: kept.append(gc.get_freeze_count()))
    run("-m", "seed=1,2,3", *QUICK, "hydra.sweep.dir=sweep")
    assert len(kept) == 3
    assert len(set(kept)) == 1
    assert gc.get_freeze_count() == 0


def test_a_failing_cell_does_not_stop_a_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("-m", "pakistan.trust=0.2,7,0.4", *QUICK, "hydra.sweep.dir=sweep") == 1
    sweep = open_directory(tmp_path / "sweep")
    assert len(sweep.cells) == 2
    assert [failure.overrides[0] for failure in sweep.failed] == ["pakistan.trust=7"]
    assert files(sweep.failed[0].directory) == {"run.json"}
    said = capsys.readouterr().err
    assert "1 of 3 cells" in said
    assert "pakistan.trust is 7" in said
    assert "Traceback" not in said


def test_the_same_cell_again_is_not_simulated_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*QUICK, "hydra.run.dir=cell") == 0
    before = (tmp_path / "cell" / "runs.parquet").stat().st_mtime_ns
    assert run(*QUICK, "hydra.run.dir=cell") == 0
    assert (tmp_path / "cell" / "runs.parquet").stat().st_mtime_ns == before
    assert "finished earlier, skipped" in capsys.readouterr().out


def test_another_cell_does_not_overwrite_a_finished_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*QUICK, "hydra.run.dir=cell") == 0
    before = (tmp_path / "cell" / "runs.parquet").read_bytes()
    assert run(*QUICK, "seed=1", "hydra.run.dir=cell") == 1
    assert "another finished cell" in capsys.readouterr().err
    assert (tmp_path / "cell" / "runs.parquet").read_bytes() == before


# More of them, by what they say: test_config.py and test_wrong_inputs.py.
MISTAKES = {
    "unknown key": (["foo=1"], "foo"),
    "unknown key with a plus": (["+foo=1"], "foo is not a known field"),
    "no replicates": (["replicates=0"], "replicates is 0"),
    "weights": (["pakistan.weights.custody=0.9"], "must sum to 1"),
    "late event": (
        ["+events.x={kind: attack, day: 400, deaths: 9, group: ttp}"], "the horizon is 365",
    ),
    "explosive excitation": (["militants.ttp.excitation=1.2"], "militants.ttp.excitation is 1.2"),
    "huge excitation": ([f"militants.ttp.excitation=1{0:0400}"], "militants.ttp.excitation is 1"),
    "unwritable directory": (["hydra.run.dir=/proc/none/x", *QUICK], "cannot write to /proc"),
    "a file for a directory": (["hydra.run.dir=taken/x", *QUICK], "cannot write to taken"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_sentence(
    mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, said = MISTAKES[mistake]
    (tmp_path / "taken").write_text("a file")
    assert run(*words) != 0
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("ceasefire: ")
    assert said in lines[0]
    assert not list(tmp_path.rglob("*.parquet"))
    assert not list(tmp_path.rglob("*.partial"))


def test_several_values_out_of_range_are_reported_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("pakistan.trust=2", "conflict.clashes.rate=-1", "horizon=0") == 1
    said = capsys.readouterr().err
    for field in ("pakistan.trust is 2", "conflict.clashes.rate is -1", "horizon is 0"):
        assert field in said


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.study.store import RunsWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunsWriter, "add", full)
    assert run(*QUICK, "hydra.run.dir=cell") == 1
    assert "no space left on device" in capsys.readouterr().err
    assert not files(tmp_path / "cell")


def test_interrupting_leaves_nothing_half_written(tmp_path: Path) -> None:
    words = ["replicates=500000", "engine.block=500", "parameters=best", "hydra.run.dir=cell"]
    command = [sys.executable, "-m", "sim", *words]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    partial = tmp_path / "cell" / ".runs.parquet.partial"
    while not partial.exists() and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert said.strip().splitlines()[-1].startswith("ceasefire: interrupted")
    assert not files(tmp_path / "cell")


def test_help_is_quick_because_it_imports_nothing_scientific() -> None:
    code = (
        "import sys; from sim.cli import answer; answer(['--help']);"
        "print([m for m in ('matplotlib', 'mesa', 'pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip().endswith("[]")
    assert "scenario=" in done.stdout


def test_a_cell_and_a_sweep_load_no_library_that_they_do_not_need(tmp_path: Path) -> None:
    code = (
        "import sys; from sim import cli; given = sys.argv[1:]\n"
        "for words in ([], ['-m', 'parameters=best,accepted']):\n"
        "    try: cli.main([*words, *given])\n"
        "    except SystemExit as ended: assert not ended.code\n"
        "print([m for m in ('mesa', 'scipy.stats', 'rich', 'joblib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *QUICK, "replicates=100"], cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith("[]")


def test_a_transcript_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["replicates=1", "horizon=30", "seed=2", "transcript=true", "hydra.run.dir=cell"]
    assert run(*words) == 0
    assert "Islamabad proposes" in capsys.readouterr().out
    assert {"transcript.jsonl", "bargaining.png"} <= files(tmp_path / "cell")
    assert run("replay", "cell", "--replicate", "0") == 0
    assert "exactly as stored" in capsys.readouterr().out
