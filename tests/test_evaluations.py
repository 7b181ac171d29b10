"""Evaluations: remembered as they come, continued to the same bytes, never mixed with others."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SEED

import sim
from sim.analysis import evaluations
from sim.analysis.evaluations import COLUMNS, Evaluations, futures_at, outcomes_at
from sim.analysis.outcomes import OUTCOMES
from sim.config import ConfigError, Engine, EngineKind
from sim.study.cells import load_cell
from sim.study.errors import StoreError

BASE = load_cell("baseline", ["replicates=20", "horizon=40"])
SERIAL: Engine = replace(BASE.settings.engine, kind=EngineKind.serial)
TWO: Engine = replace(SERIAL, kind=EngineKind.threads, workers=2)
POINTS: list[dict[str, Any]] = [{"x": k} for k in range(9)]
FUTURES = 5_000  # of which two points are one model


class Squares:
    """Finds the square of x and remembers what it was asked for; stops after some groups."""

    def __init__(self, stop: int | None = None) -> None:
        self.groups: list[list[int]] = []
        self.stop = stop

    @property
    def asked(self) -> list[int]:
        """Every x that was asked for, in order."""
        return [x for group in self.groups for x in group]

    def __call__(self, points: Sequence[dict[str, Any]], add: int) -> list[Any]:
        if len(self.groups) == self.stop:
            raise KeyboardInterrupt
        self.groups.append([point["x"] for point in points])
        return [{"square": point["x"] ** 2 + add} for point in points]


def found(
    store: Path, evaluate: Any, points: Any = None, *, engine: Engine = SERIAL, add: int = 0,
    futures: int = FUTURES, about: Any = "a design", progress: Any = None,
) -> list[Any]:  # fmt: skip
    kept = Evaluations(store, engine, progress)
    return kept.of(POINTS if points is None else points, futures, evaluate, add, about=about)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "kept.jsonl"


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The file of an evaluation that nobody interrupted."""
    (tmp_path / "whole").mkdir()
    found(tmp_path / "whole" / "kept.jsonl", Squares())
    return (tmp_path / "whole" / "kept.jsonl").read_bytes()


# What is found


def test_what_is_found_comes_in_the_order_of_the_points(store: Path) -> None:
    assert found(store, Squares(), add=1) == [{"square": k**2 + 1} for k in range(9)]


def test_a_point_that_is_named_twice_is_evaluated_once(store: Path) -> None:
    squares = Squares()
    assert found(store, squares, [{"x": 3}, {"x": 2}, {"x": 3}]) == [
        {"square": 9}, {"square": 4}, {"square": 9},
    ]  # fmt: skip
    assert squares.asked == [3, 2]


def test_points_are_grouped_to_models_of_bounded_size(store: Path) -> None:
    squares = Squares()
    found(store, squares)
    assert squares.groups == [[0, 1], [2, 3], [4, 5], [6, 7], [8]]


def test_points_are_shared_out_among_the_workers(store: Path) -> None:
    squares = Squares()
    found(store, squares, engine=TWO, futures=10)
    assert sorted(squares.groups) == [[0, 1, 2, 3, 4], [5, 6, 7, 8]]


def test_a_point_of_more_futures_than_a_model_should_have_is_evaluated_alone(store: Path) -> None:
    squares = Squares()
    found(store, squares, POINTS[:2], futures=10 * evaluations.FUTURES)
    assert squares.groups == [[0], [1]]


def test_progress_counts_what_had_to_be_evaluated(store: Path) -> None:
    told: list[tuple[int, int]] = []
    found(store, Squares(), POINTS[:3])
    found(store, Squares(), progress=lambda *counts: told.append(counts))
    assert told == [(2, 6), (4, 6), (6, 6)]


# Interrupted, and gone on with


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_an_interrupted_evaluation_goes_on_to_the_same_bytes(
    stop: int, store: Path, whole: bytes
) -> None:
    with pytest.raises(KeyboardInterrupt):
        found(store, Squares(stop))
    assert len(store.read_text().splitlines()) == 1 + 2 * stop
    rest = Squares()
    assert found(store, rest) == [{"square": k**2} for k in range(9)]
    assert rest.asked == list(range(2 * stop, 9))
    assert store.read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 2, 17, 80])
def test_a_last_line_that_was_cut_off_is_evaluated_again(
    cut: int, store: Path, whole: bytes
) -> None:
    store.write_bytes(whole[:-cut])
    rest = Squares()
    assert found(store, rest) == [{"square": k**2} for k in range(9)]
    assert rest.asked == [8]
    assert store.read_bytes() == whole


def test_a_first_line_that_was_cut_off_is_written_again(store: Path, whole: bytes) -> None:
    for length in (0, 7):
        store.write_bytes(whole[:length])
        assert len(found(store, Squares())) == 9
        assert store.read_bytes() == whole


def test_engines_leave_the_same_bytes(store: Path, whole: bytes) -> None:
    found(store, Squares(), engine=TWO)
    assert store.read_bytes() == whole


def test_nothing_is_evaluated_twice(store: Path) -> None:
    found(store, Squares())
    before = store.read_bytes()
    assert len(found(store, Squares(stop=0))) == 9
    assert store.read_bytes() == before


# Never mixed


@pytest.mark.parametrize(
    "other", [{"about": "another design"}, {"futures": FUTURES + 1}, {"about": ["a design"]}]
)
def test_another_design_in_the_same_file_is_evaluated_for_itself(
    other: dict[str, Any], store: Path
) -> None:
    one, two = Squares(), Squares()
    found(store, one)
    assert found(store, two, add=100, **other)[2] == {"square": 104}
    assert two.asked == list(range(9))
    assert found(store, Squares(stop=0))[2] == {"square": 4}


def test_what_is_known_of_a_design_is_counted(store: Path) -> None:
    found(store, Squares(), POINTS[:4])
    kept = Evaluations(store, SERIAL)
    assert kept.known_of(POINTS, FUTURES, about="a design") == 4
    assert kept.known_of(POINTS, FUTURES, about="another design") == 0
    assert kept.known_of(POINTS, FUTURES + 1, about="a design") == 0


def spoilt(change: Callable[[dict[str, Any]], Any], whole: bytes) -> str:
    first, *rest = whole.decode().splitlines(keepends=True)
    return "".join([json.dumps(change(json.loads(first))) + "\n", *rest])


@pytest.mark.parametrize(
    "change",
    [
        lambda begun: begun | {"commit": "0123456789abcdef"},
        lambda begun: begun | {"code": "0.0.1"},
        lambda begun: begun | {"dirty": "who knows"},
        lambda begun: {},
        lambda begun: [1, 2],
    ],
)
def test_a_file_begun_by_other_code_is_refused_in_a_sentence_and_left_alone(
    change: Callable[[dict[str, Any]], Any], store: Path, whole: bytes
) -> None:
    store.write_text(spoilt(change, whole))
    before = store.read_bytes()
    with pytest.raises(StoreError) as refused:
        Evaluations(store, SERIAL)
    said = str(refused.value)
    assert said.startswith(f"{store} was begun by other code (commit ")
    assert said.endswith("); remove it or choose another directory")
    assert "\n" not in said
    assert store.read_bytes() == before


def test_the_commit_that_began_it_is_named(store: Path, whole: bytes) -> None:
    store.write_text(spoilt(lambda begun: begun | {"commit": "0123456789abcdef"}, whole))
    with pytest.raises(StoreError, match=r"\(commit 012345678\)"):
        Evaluations(store, SERIAL)


@pytest.mark.parametrize(
    "line", ["no JSON", "5", "null", '["a"]', '["a", 1, 2]', '[["a"], 1]', '[{"a": 1}, 1]', "\xff"]
)
def test_a_file_that_is_something_else_is_refused_and_left_alone(
    line: str, store: Path, whole: bytes
) -> None:
    store.write_bytes(whole + line.encode("latin-1") + b"\n")
    before = store.read_bytes()
    with pytest.raises(StoreError) as refused:
        Evaluations(store, SERIAL)
    assert str(refused.value) == f"cannot read {store}"
    assert store.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said(store: Path) -> None:
    kept = Evaluations(store, SERIAL)
    kept.store = Path("/dev/full")
    with pytest.raises(StoreError, match="cannot write to /dev/full: no space left on device"):
        kept.of(POINTS, FUTURES, Squares(), 0, about="x")


# With the model


def test_outcomes_at_points_are_those_of_simulations_of_their_own() -> None:
    points: list[dict[str, Any]] = [{}, {"conflict.tension.initial": 14.0}, {"seed": SEED + 1}]
    names = list(OUTCOMES)[:4]
    for point, means in zip(points, outcomes_at(points, BASE, names), strict=True):
        words = [f"{path}={value}" for path, value in point.items() if path != "seed"]
        run = sim.simulate(
            sim.load("baseline", words), 20, point.get("seed", BASE.settings.seed), 40
        )
        for name, value in zip(names, means, strict=True):
            assert value == OUTCOMES[name].per_future(run.runs[list(COLUMNS)], 0).mean(), name


def test_points_of_the_model_leave_the_same_bytes_however_they_are_computed(
    tmp_path: Path,
) -> None:
    points = [{"pakistan.trust": 0.1 * k, "seed": SEED + k} for k in range(1, 6)]
    left = []
    for engine in (SERIAL, TWO):
        store = tmp_path / f"{engine.kind.value}.jsonl"
        for several in (points[:2], points):
            kept = Evaluations(store, engine)
            kept.of(several, 20, outcomes_at, BASE, ["rmst", "s30"], about=BASE.key)
        left.append(store.read_bytes())
    assert left[0] == left[1]
    assert len(set(left[0].splitlines())) == 6


def test_a_point_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ConfigError) as refused:
        futures_at(BASE.scenario, [{"pakistan.trust": 7.0}], 5, SEED)
    assert str(refused.value) == (
        "parameter_sets.0.pakistan.trust is 7; it should be a number from 0.001 to 0.999"
    )
