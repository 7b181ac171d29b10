"""Two processes at one place, full disks and things in the way: nothing is lost or half-written."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from finished_cells import put_sweep

from sim import cli
from sim.study.sweeps import open_directory

pytestmark = pytest.mark.slow

Code = Callable[..., subprocess.Popen[str]]
QUICK = ["replicates=30", "horizon=15", "engine.figures=false"]


def started(*words: str, **options: Any) -> subprocess.Popen[str]:
    """The command line, in a process of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-m", "sim", *words], **pipes | options)


@pytest.fixture
def code() -> Iterator[Code]:
    """Some Python, in a process of its own that is told when to go on; none outlives its test."""
    running: list[subprocess.Popen[str]] = []

    def begin(text: str, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", text, *words]
        running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


HOLD = """
import pathlib, sys
from sim.study.files import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""
WRITE = """
import pathlib, sys
from sim.study.files import whole
path = pathlib.Path(sys.argv[1])
with whole(path) as partial:
    partial.write_text(sys.argv[2])
    print("written", flush=True)
    if len(sys.argv) > 3:
        sys.stdin.readline()
"""


# Two processes


def test_who_waits_says_for_whom(tmp_path: Path, code: Code) -> None:
    holder = code(HOLD, str(tmp_path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    second = code(HOLD, str(tmp_path))
    assert second.stderr is not None
    said = second.stderr.readline()
    assert f"{tmp_path} is in use by process {holder.pid} on {os.uname().nodename} since " in said
    holder.communicate("\n", timeout=60)
    second.communicate("\n", timeout=60)
    assert (holder.returncode, second.returncode) == (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_not_in_the_way_of_its_own_process(tmp_path: Path, code: Code) -> None:
    twice = HOLD.replace("    print", "    with locked(pathlib.Path(sys.argv[1])): pass\n    print")
    holder = code(twice, str(tmp_path))
    out, said = holder.communicate("\n", timeout=60)
    assert (out, said) == ("held\n", "")
    assert list(tmp_path.iterdir()) == []


def test_two_writers_of_one_file_take_turns(tmp_path: Path, code: Code) -> None:
    """A temporary name is the same whoever writes, so one must not take the other's file."""
    path = tmp_path / "table.csv"
    first = code(WRITE, str(path), "first", "wait")
    assert first.stdout is not None
    assert first.stdout.readline() == "written\n"
    second = code(WRITE, str(path), "second and longer")
    time.sleep(2.0)  # it has begun, and waits
    assert second.poll() is None
    assert (tmp_path / ".table.csv.partial").read_text() == "first"
    told = [process.communicate("\n", timeout=60) for process in (first, second)]
    assert [said for _, said in told] == ["", ""]
    assert path.read_text() == "second and longer"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path, code: Code) -> None:
    path = tmp_path / "table.csv"
    killed = code(WRITE, str(path), "a very long beginning", "wait")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "written\n"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert [p.name for p in tmp_path.iterdir()] == [".table.csv.partial"]
    assert code(WRITE, str(path), "short").wait(timeout=60) == 0
    assert path.read_text() == "short"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_a_second_sweep_waits_for_the_first_and_finds_its_cells(tmp_path: Path) -> None:
    sweep = ["-m", "seed=1,2,3", "replicates=6000", "horizon=120", "hydra.sweep.dir=sweep"]
    first = started(*sweep, cwd=tmp_path)
    while not (tmp_path / "sweep" / ".lock").exists():
        assert first.poll() is None
        time.sleep(0.05)
    second = started(*sweep, "seed=1,2,3,4", cwd=tmp_path)
    out, said = first.communicate(timeout=300)
    assert (first.returncode, said) == (0, "")
    out, said = second.communicate(timeout=300)
    assert second.returncode == 0
    assert f"sweep is in use by process {first.pid} on " in said
    assert out.count("finished earlier, skipped") == 3
    assert len(open_directory(tmp_path / "sweep").cells) == 4
    assert not list((tmp_path / "sweep").rglob(".*.partial"))
    assert not list((tmp_path / "sweep").rglob(".lock"))


def test_a_sweep_whose_holder_was_killed_goes_on_at_once(tmp_path: Path) -> None:
    sweep = ["-m", "seed=1,2", "replicates=20000", "hydra.sweep.dir=sweep"]
    first = started(*sweep, cwd=tmp_path)
    while not list((tmp_path / "sweep").glob("*/.runs.parquet.partial")):
        assert first.poll() is None
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = started(*sweep, cwd=tmp_path)
    _, said = second.communicate(timeout=300)
    assert (second.returncode, said) == (0, "")


def test_comparisons_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    put_sweep(tmp_path / "sweep")
    for _ in range(2):
        running = [started("compare", "sweep", cwd=tmp_path) for _ in range(3)]
        told = [process.communicate(timeout=120) for process in running]
        assert [process.returncode for process in running] == [0, 0, 0]
        assert [said for _, said in told] == ["", "", ""]
    assert not list((tmp_path / "sweep").glob(".*.partial"))


def test_two_words_for_one_cell_are_both_noted(tmp_path: Path) -> None:
    """Each process notes its own words in the cell's record; neither loses the other's."""
    cell = ["seed=1", *QUICK, "hydra.run.dir=cell"]
    assert started(*cell, cwd=tmp_path).wait(timeout=120) == 0
    others = [[*cell, word] for word in ("engine.block=7", "engine.block=9")]
    running = [started(*words, cwd=tmp_path) for words in others]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    record = json.loads((tmp_path / "cell" / "run.json").read_text())
    assert sorted(words[-1] for words in record["also"]) == ["engine.block=7", "engine.block=9"]


# Full disks, and things in the way


def within(limit: int) -> Callable[[], None]:
    """Let no file grow beyond so many bytes, which is what a full disk looks like."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def refused(tmp_path: Path, limit: int, *words: str) -> str:
    running = started(*words, cwd=tmp_path, preexec_fn=within(limit))
    _, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "Traceback" not in said
    assert not list(tmp_path.rglob(".*.partial"))
    return said


@pytest.mark.parametrize(
    ("limit", "place"),
    [(0, "cell/.hydra"), (20_000, "cell/runs.parquet"), (100_000, "cell/survival.png")],
)
def test_a_full_disk_is_said_with_its_place(limit: int, place: str, tmp_path: Path) -> None:
    words = ["parameters=best", "replicates=300", "horizon=60", "hydra.run.dir=cell"]
    said = refused(tmp_path, limit, *words)
    assert said == f"ceasefire: cannot write to {tmp_path / place}: file too large\n"


@pytest.mark.parametrize(
    ("limit", "words", "place"),
    [
        (1_000, ["-m", "seed=1,2", *QUICK, "hydra.sweep.dir=new"], "new"),
        (1_000, ["collect", "sweep"], "sweep/collected/runs/baseline.parquet"),
        (1_000, ["compare", "sweep"], "sweep/differences.csv"),
        (9_000, ["figure", "survival", "sweep/baseline"], "sweep/baseline/survival.png"),
        (900_000, ["report", "sweep"], "sweep/report.html"),
        (200, ["design", "oat", "new", *QUICK, "--vary", "seed=1,2"], "new/sweep.json"),
        (200, ["calibrate", "new"], "new/points.jsonl"),
    ],
)
def test_every_verb_names_what_it_cannot_write(
    limit: int, words: list[str], place: str, tmp_path: Path
) -> None:
    put_sweep(tmp_path / "sweep")
    said = refused(tmp_path, limit, *words)
    assert said == f"ceasefire: cannot write to {place}: file too large\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_on_a_full_disk_costs_no_result(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        running = started(*QUICK, "hydra.run.dir=cell", cwd=tmp_path, stdout=full)
        _, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert said == "ceasefire: cannot write to standard output: no space left on device\n"
    assert len(open_directory(tmp_path / "cell").cells) == 1
    assert not (tmp_path / "cell" / "refused.json").exists()


IN_THE_WAY = {
    "a file for the sweep": (["-m", "seed=1,2", *QUICK, "hydra.sweep.dir=file"], "file"),
    "a file for a folder": (["collect", "sweep"], "sweep/collected"),
    "a folder for a table": (["compare", "sweep"], "sweep/differences.csv"),
    "a folder for a figure": (["figure", "fans", "sweep/baseline"], "sweep/baseline/fans.png"),
    "a folder for a report": (["report", "sweep", "--out", "folder"], "folder"),
    "a file for the output": (["compare", "sweep", "--out", "file/x"], "file/x"),
    "a file for a design": (["design", "oat", "file", *QUICK, "--vary", "seed=1,2"], "file"),
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_sweep(tmp_path_factory.mktemp("cells") / "sweep")


@pytest.mark.parametrize("thing", IN_THE_WAY)
def test_what_is_in_the_way_is_named(
    thing: str, cells: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])
    shutil.copytree(cells, "sweep")
    Path("file").write_text("a file")
    Path("sweep/collected").write_text("a file")
    for folder in ("folder", "sweep/differences.csv", "sweep/baseline/fans.png"):
        Path(folder).mkdir()
    words, place = IN_THE_WAY[thing]
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    assert ended.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"ceasefire: cannot write to {place}: ")
    assert not list(tmp_path.rglob(".*.partial"))
