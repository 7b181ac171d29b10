"""A sweep that is left running, how far it is, and what a sweep and a single future say."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import loaded

import sim
from sim import cli
from sim.analysis.ensemble import Ensemble
from sim.analysis.factorial import effects
from sim.commands.status import status
from sim.plots.catalogue import draw
from sim.report.sweep import TOLD, label
from sim.study.files import holder, locked
from sim.study.sweeps import expect, open_directory

QUICK = ["replicates=40", "horizon=20", "parameters=best", "engine.figures=false"]


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ceasefire"])


def run(*words: str) -> int:
    """Exit code of the command line, run in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


@pytest.mark.slow
def test_a_sweep_left_running_finishes_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-m", "seed=1,2", *QUICK, "hydra.sweep.dir=sweep", "--detach") == 0
    assert "see its progress: ceasefire status sweep" in capsys.readouterr().out
    for _ in range(600):
        log = Path("sweep/detached.log")
        if log.exists() and "2 cells in" in log.read_text():
            break
        time.sleep(0.5)
    assert run("status", "sweep") == 0
    assert "sweep: 2 of 2 cells finished" in capsys.readouterr().out


def test_only_a_sweep_can_be_left_running(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("seed=1", "--detach") == 2
    assert "add -m" in capsys.readouterr().err


def test_what_is_missing_and_what_failed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-m", "pakistan.trust=0.2,7", *QUICK, "hydra.sweep.dir=sweep") == 1
    expect(Path("sweep"), [["pakistan.trust=0.5", *QUICK]])
    found = status(Path("sweep"))
    assert (found.finished, len(found.failed), found.missing, found.running) == (1, 1, 1, None)
    assert found.seconds_left is not None
    capsys.readouterr()
    assert run("status", "sweep") == 1
    said = capsys.readouterr().out
    assert "1 of 3 cells finished, 1 failed, 1 to go" in said
    assert "failed: pakistan.trust=7" in said
    assert run("status", "sweep", "--json") == 1
    assert json.loads(capsys.readouterr().out)["finished"] == 1


def test_a_failed_cell_is_not_finished_though_all_ended() -> None:
    assert run("-m", "pakistan.trust=0.2,7", *QUICK, "hydra.sweep.dir=sweep") == 1
    assert status(Path("sweep")).finished == 1
    assert run("status", "sweep") == 1


def test_who_is_at_work_is_seen_and_gone_when_it_ends(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with locked(tmp_path):
        assert str(holder(tmp_path)).startswith("process ")
    assert holder(tmp_path) is None


def test_a_plan_says_how_many_futures_an_interval_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["scenario=baseline,verified_guarantees", "horizon=60", "replicates=100"]
    assert run("plan", *words, "parameters=best", "--no-probe", "--within", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    numbers = [int(line.split(": ")[1].split()[0].replace(",", "")) for line in lines[-2:]]
    run_ = sim.simulate(loaded("baseline", "parameters=best"), 400, 2025, horizon=60)
    alone = (1.96 * run_.runs["collapse_day"].std()) ** 2
    assert numbers[0] == pytest.approx(alone, rel=0.5)  # the larger of two cells'
    assert numbers[1] > 0
    assert "without pairing" in lines[-1]


def test_an_interval_of_no_width_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "seed=1", "--no-probe", "--within", "0") == 1
    assert "within is 0" in capsys.readouterr().err


# --- what a sweep says ----------------------------------------------------------------------------


def test_cells_are_named_by_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    quick = QUICK[:2]
    words = ["pakistan.trust=0.2,0.4", "seed=1,2", *quick]
    assert run("-m", *words, "hydra.sweep.dir=sweep") == 0
    said = capsys.readouterr().out
    assert "pakistan.trust=0.2 seed=1: 40 futures in" in said
    assert "4 cells in" in said
    assert label(Path("sweep"), ["pakistan.trust=0.2", "seed=2", *quick]) == (
        "pakistan.trust=0.2 seed=2"
    )


def test_a_large_sweep_prints_what_stands_out_and_writes_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["seed=range(1,7)", *QUICK, "hydra.sweep.dir=sweep"]
    assert run("-m", *words) == 0
    said = capsys.readouterr().out
    told = [line for line in said.splitlines() if line.startswith("  baseline")]
    table = pd.read_csv("sweep/comparison.csv")
    assert len(told) == TOLD
    assert f"The {TOLD} most telling of {len(table)} differences" in said


def test_a_factor_is_read_at_each_combination_of_the_others() -> None:
    words = ["pakistan.trust=0.1,0.6", "conflict.clashes.rate=0.02,0.08", *QUICK]
    assert run("-m", *words, "hydra.sweep.dir=sweep") == 0
    cells = {path.name: Ensemble(x) for path, x in open_directory(Path("sweep")).cells.items()}
    table = effects(cells, "pakistan.trust")
    rmst = table[table["kind"] == "rmst"]
    assert list(rmst["conflict.clashes.rate"]) == ["0.02", "0.08"]
    assert list(rmst["level"]) == ["0.6", "0.6"]
    assert rmst["paired"].all()
    with pytest.raises(sim.ConfigError, match=r"pakistan.trsut was not swept; did you mean"):
        effects(cells, "pakistan.trsut")


def test_one_future_is_a_story(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replicates=1", "horizon=60", "hydra.run.dir=cell") == 0
    said = capsys.readouterr().out
    assert "1 future of 60 days" in said
    assert "rounds held" in said
    assert "S(30)" not in said
    assert not list(Path("cell").glob("survival.*"))


# --- how things show themselves -------------------------------------------------------------------


def test_reprs_are_short() -> None:
    run_ = sim.simulate(loaded(), 50, 1, horizon=30)
    other = sim.simulate(loaded("no_mediators"), 50, 1, horizon=30)
    shown = [run_, run_.survival(), run_.incidence(), sim.CeasefireModel(run_.scenario),
             sim.compare({"a": run_, "b": other}, reference="a", resamples=2), run_.scenario,
             run_.cell, sim.survival(*run_.durations()[:2])]  # fmt: skip
    for one in shown:
        assert repr(one).startswith(f"<{type(one).__name__}")
        assert len(repr(one)) < 250
        assert "\n" not in repr(one)
    for one in (run_.results, draw("survival", {"baseline": run_})):
        assert len(repr(one)) < 250


def test_a_scenario_shows_what_it_is_made_of() -> None:
    scenario = sim.load("no_mediators", ["pakistan.label='<Islamabad>'"])
    told = scenario.summary()
    assert told["mediators"] == "none"
    assert told["sides"].startswith(f"<Islamabad> ({scenario.pakistan.tactic.kind}) and ")
    html = scenario._repr_html_()
    assert "&lt;Islamabad&gt;" in html
    assert scenario.description in html
