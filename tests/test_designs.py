"""Designs: the points they choose, and cells like any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import cli
from sim.config import ConfigError, EngineKind
from sim.study.cells import load_cell
from sim.study.designs import (
    Range,
    changed,
    from_file,
    latin_hypercube,
    one_at_a_time,
    paired,
    parse_levels,
    sobol,
)
from sim.study.evaluate import evaluate
from sim.study.opening import TABLES, open_cell
from sim.study.store import write_cell
from sim.study.sweeps import open_directory

QUICK = ["replicates=20", "horizon=12", "parameters=best"]
TRUST = {"pakistan.trust": Range(0.1, 0.6), "conflict.clashes.rate": Range(0.0, 0.2)}


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code = ended.value.code
    return code if isinstance(code, int) else 0


# Points


@given(points=st.integers(1, 40), seed=st.integers(0, 1000))
def test_a_latin_hypercube_has_one_point_in_every_slice(points: int, seed: int) -> None:
    values = [p["pakistan.trust"] for p in latin_hypercube(TRUST, points, seed)]
    slices = np.floor((np.array(values) - 0.1) / 0.5 * points)
    assert sorted(slices.clip(0, points - 1)) == list(range(points))


def test_sobol_points_are_balanced() -> None:
    values = np.array([list(p.values()) for p in sobol(TRUST, 64, 1)])
    assert ((values < [0.35, 0.1]).sum(axis=0) == 32).all()
    with pytest.raises(ConfigError, match="power of two"):
        sobol(TRUST, 63, 1)


def test_designs_repeat_under_a_seed_and_differ_between_seeds() -> None:
    assert latin_hypercube(TRUST, 8, 3) == latin_hypercube(TRUST, 8, 3)
    assert latin_hypercube(TRUST, 8, 3) != latin_hypercube(TRUST, 8, 4)


def test_whole_numbers_are_drawn_with_both_ends() -> None:
    values = [p["x"] for p in sobol({"x": Range.parse("1:4")}, 64, 0)]
    assert {type(v) for v in values} == {int}
    assert sorted(set(values)) == [1, 2, 3, 4]
    assert all(values.count(v) == 16 for v in (1, 2, 3, 4))


def test_one_at_a_time_begins_with_the_base() -> None:
    assert one_at_a_time({"a": [1, 2], "b": [3]}) == [{}, {"a": 1}, {"a": 2}, {"b": 3}]


def test_paired_values_go_together() -> None:
    assert paired({"a": [1, 2], "b": ["x", "y"]}) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    with pytest.raises(ConfigError, match="a has 1, b has 2"):
        paired({"a": [1], "b": [1, 2]})


def test_points_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("pakistan.trust,ceasefire.end\n0.2,strike\n0.3,\n")
    (tmp_path / "p.jsonl").write_text(
        '{"pakistan.trust": 0.2, "ceasefire.end": "strike"}\n{"pakistan.trust": 0.3}\n'
    )
    expected = [{"pakistan.trust": 0.2, "ceasefire.end": "strike"}, {"pakistan.trust": 0.3}]
    assert from_file(tmp_path / "p.csv") == from_file(tmp_path / "p.jsonl") == expected


@pytest.mark.parametrize(
    ("name", "text"), [("p.csv", "a\n1,2\n"), ("p.jsonl", "{"), ("p.jsonl", "[1]"), ("none", None)]
)
def test_a_file_that_cannot_be_read_is_said(name: str, text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match="cannot read"):
        from_file(tmp_path / name)


@pytest.mark.parametrize("text", ["1", "a:b", "3:1", "1:1", ":", "1:nan"])
def test_what_is_no_range_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a range"):
        Range.parse(text)


def test_levels_are_values_or_words() -> None:
    assert parse_levels("1,0.5,strike,true,null") == [1, 0.5, "strike", True, None]


def test_changing_a_tree_leaves_the_base_as_it_was() -> None:
    tree = {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert changed(tree, {"a.b": 5, "a.c.d": 6}) == {"a": {"b": 5, "c": {"d": 6}}, "e": 3}
    assert tree == {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    for path in ("a.x", "e.x", "x"):
        with pytest.raises(ConfigError, match=f"{path} is not a known field"):
            changed(tree, {path: 1})


# Cells


def test_a_point_is_the_cell_that_hydra_would_have_composed(tmp_path: Path) -> None:
    points = [{"pakistan.trust": 0.2, "ceasefire.end": "strike"}]
    evaluate(load_cell("no_mediators", QUICK), points, tmp_path, ["scenario=no_mediators", *QUICK])
    words = [*QUICK, "pakistan.trust=0.2", "ceasefire.end=strike"]
    composed = load_cell("no_mediators", words)
    write_cell(composed, tmp_path / "composed")
    point = tmp_path / composed.directory_name
    for name in (f"{table}.parquet" for table in TABLES):
        assert (point / name).read_bytes() == (tmp_path / "composed" / name).read_bytes()
    of_point, of_composed = (open_cell(path).cell for path in (point, tmp_path / "composed"))
    assert of_point.scenario == of_composed.scenario
    # points run side by side, each in one thread
    engine = replace(of_composed.settings.engine, kind=EngineKind.serial)
    assert of_point.settings == replace(of_composed.settings, engine=engine)
    assert of_point.key == of_composed.key


def test_a_point_out_of_range_fails_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["design", "oat", str(tmp_path), *QUICK, "--vary", "pakistan.trust=0.2,7"]
    assert run(*words) == 1
    said = capsys.readouterr()
    assert "pakistan.trust is 7" in said.err
    assert "2 of 3 points" in said.out
    assert len(open_directory(tmp_path).cells) == 2


def test_finished_points_are_skipped(tmp_path: Path) -> None:
    words = ["design", "lhs", str(tmp_path), *QUICK, "--points", "4"]
    words += ["--vary", "pakistan.trust=0.1:0.6"]
    assert run(*words) == 0
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.parquet")}
    assert run(*words) == 0
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.parquet")} == before


def test_points_run_side_by_side_to_the_same_files(tmp_path: Path) -> None:
    vary = ["--vary", "pakistan.trust=0.2,0.3,0.4"]
    assert run("design", "zip", str(tmp_path / "one"), *QUICK, *vary) == 0
    two = ["engine=threads", "engine.workers=2"]
    assert run("design", "zip", str(tmp_path / "two"), *QUICK, *two, *vary) == 0
    for path in sorted((tmp_path / "one").rglob("*.parquet")):
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert twin.read_bytes() == path.read_bytes()


MISTAKES = {
    "nothing to vary": ["lhs", "out"],
    "no file named": ["file", "out"],
    "no points": ["lhs", "out", "--vary", "pakistan.trust=0.1:0.2", "--points", "0"],
    "no values": ["lhs", "out", "--vary", "pakistan.trust"],
    "unknown scenario": ["oat", "out", "scenario=nope", "--vary", "pakistan.trust=0.1"],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(
    mistake: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("design", *MISTAKES[mistake]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
