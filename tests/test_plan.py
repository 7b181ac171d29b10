"""A plan: every cell composed and validated before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.commands.plan import main
from sim.config import ConfigError
from sim.names import duration
from sim.study.cells import load_cell
from sim.study.plan import plan
from sim.study.store import write_cell

QUICK = ["replicates=20", "horizon=12", "parameters=best"]


def test_cells_are_counted_and_what_differs_is_named() -> None:
    found = plan(["pakistan.trust=0.2,0.3", "seed=range(1,4)", *QUICK], probe=False)
    assert (found.cells, found.distinct) == (6, 6)
    assert found.differs == {"pakistan.trust": [0.2, 0.3], "seed": [1, 2, 3]}


def test_the_same_cell_in_other_words_is_a_duplicate() -> None:
    found = plan(["pakistan.trust=0.3,0.30,0.4", *QUICK], probe=False)
    assert (found.cells, found.distinct, len(found.duplicates)) == (3, 2, 1)


def test_every_invalid_cell_is_listed_with_everything_wrong() -> None:
    words = ["pakistan.trust=0.2,7", "conflict.clashes.rate=0.1,-1", *QUICK]
    found = plan(words, probe=False)
    errors = [cell.error for cell in found.invalid]
    assert len(errors) == 3
    assert any("pakistan.trust" in e and "conflict.clashes.rate" in e for e in errors)


def test_a_choice_that_does_not_exist_is_a_cell_that_is_not_valid() -> None:
    found = plan(["scenario=baseline,nope", *QUICK], probe=False)
    assert "nope" in found.invalid[0].error


def test_a_glob_that_matches_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="matches nothing"):
        plan(["scenario=glob(zzz*)"], probe=False)


def test_finished_cells_are_not_counted_as_work(tmp_path: Path) -> None:
    cell = load_cell("baseline", ["pakistan.trust=0.2", *QUICK])
    write_cell(cell, tmp_path / cell.directory_name)
    words = ["pakistan.trust=0.2,0.3", *QUICK, f"hydra.sweep.dir={tmp_path}"]
    found = plan(words, probe=False)
    assert (found.finished, found.replicates) == (1, 20)


def test_a_probe_estimates_time_and_space(tmp_path: Path) -> None:
    words = ["replicates=2000", "horizon=30"]
    found = plan(words)
    assert found.seconds is not None
    assert found.bytes is not None
    stored = write_cell(load_cell("baseline", words), tmp_path)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert 0.5 * size < found.bytes < 2 * size
    assert found.seconds < 60 * max(1.0, stored.run["wall_seconds"])


def test_the_plan_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["-m", "pakistan.trust=0.2,0.3", *QUICK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cells"] == 2
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_cell_makes_the_plan_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pakistan.trust=0.2,7", *QUICK, "--no-probe"]) == 1
    assert "pakistan.trust is 7" in capsys.readouterr().out


def test_durations_are_said_in_their_unit() -> None:
    said = [duration(s) for s in (5, 300, 36_000, 400_000)]
    assert said == ["5 seconds", "5.0 minutes", "10.0 hours", "4.6 days"]
