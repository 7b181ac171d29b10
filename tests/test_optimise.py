"""A search: its trials are cells, and it goes on after an interruption."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import cli
from sim.study.sweeps import open_directory

pytest.importorskip("optuna")
QUICK = ["replicates=30", "horizon=20", "--vary", "conflict.clashes.rate=0.0:0.3"]


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


def test_a_search_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("optimise", str(tmp_path), *QUICK, "--trials", "3") == 0
    first = open_directory(tmp_path).cells
    assert run("optimise", str(tmp_path), *QUICK, "--trials", "5") == 0
    assert len(first) == 3
    assert set(first) < set(open_directory(tmp_path).cells)
    assert "5 trials" in capsys.readouterr().out


def test_the_best_trial_has_the_highest_value_of_its_cells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.analysis.ensemble import Ensemble
    from sim.study.opening import open_cell

    assert run("optimise", str(tmp_path), *QUICK, "--trials", "4", "--goal", "S:10") == 0
    values = [
        Ensemble(open_cell(path)).survival().at(10).value for path in open_directory(tmp_path).cells
    ]
    assert f"best S:10 {max(values):.4g}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", "nothing=0:1.5"], "nothing is not a known field"),
        (["--vary", "pakistan.trust=0.1:7"], "pakistan.trust is 7"),
        ([*QUICK, "--goal", "S:400"], "goal is 'S:400'"),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("optimise", str(tmp_path / "out"), *words) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
