"""Transcripts: facts in order, words that say the numbers, and the figure of the bargaining."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.ensemble import simulate
from sim.plots.bargaining import density, path
from sim.report.transcript import entries, in_words, write
from sim.study.cells import Cell, load_cell

SEED = 4  # a future with talks from day 7 on


@pytest.fixture(scope="module")
def cell() -> Cell:
    return load_cell("baseline", ["replicates=6", "horizon=60", f"seed={SEED}"])


@pytest.fixture(scope="module")
def heard(cell: Cell) -> list[dict[str, object]]:
    return entries(cell, 0, 6)


def test_facts_come_in_order_future_by_future(heard: list[dict[str, int]]) -> None:
    order = [(entry["replicate"], entry["day"]) for entry in heard]
    assert order == sorted(order)
    assert {replicate for replicate, _ in order} == set(range(6))


def test_a_future_told_alone_is_the_one_told_among_others(cell: Cell) -> None:
    alone = entries(cell, 3, 1)
    assert alone == [entry for entry in entries(cell, 0, 6) if entry["replicate"] == 3]


def test_telling_changes_no_result(cell: Cell) -> None:
    told = {e["replicate"]: e for e in entries(cell, 0, 6) if e["kind"] == "ceasefire_ends"}
    runs = simulate(cell.scenario, 6, SEED, 60).runs
    ended = runs[runs["collapse_ended"]]
    assert set(told) == set(ended["replicate"])
    for _, row in ended.iterrows():
        assert told[row["replicate"]]["day"] == row["collapse_day"]
        assert told[row["replicate"]]["cause"] == row["collapse_cause"]
        assert told[row["replicate"]]["mode"] == row["collapse_mode"]
        assert told[row["replicate"]]["by"] == row["collapse_by"]


@pytest.mark.parametrize(
    ("mode", "by", "words"),
    [
        ("open_hostilities", "both", "The ceasefire ends in open hostilities by both sides"),
        ("open_hostilities", "pakistan", "The ceasefire ends in open hostilities by Islamabad"),
        ("repudiation", "afghan_taliban", "Kabul declares the ceasefire over"),
        ("repudiation", "both", "Islamabad and Kabul declare the ceasefire over"),
        ("outside_hazard", None, "The ceasefire is ended from outside"),
    ],
)
def test_the_last_line_says_by_what_and_by_whom_it_ended(
    cell: Cell, mode: str, by: str | None, words: str
) -> None:
    end = {"replicate": 0, "day": 9, "kind": "ceasefire_ends", "mode": mode, "by": by,
           "cause": "talks_breakdown", "account": "kabul"}  # fmt: skip
    assert in_words(cell, [end]).endswith(f"{words} (cause: talks breakdown).")


def test_every_move_names_a_package_and_both_sides_numbers(heard: list[dict[str, object]]) -> None:
    moves = [entry for entry in heard if entry["kind"] == "move"]
    assert moves
    for move in moves:
        assert set(move["package"]) == {
            "guarantees", "custody", "evidence", "restraint", "basing", "arms", "border",
        }  # fmt: skip
        worth, asked = move["utilities"], move["aspirations"]
        if move["accepted"] and move["speaker"] != "mediators":
            hearer = next(p for p in worth if p != move["speaker"])
            assert worth[hearer] >= asked[hearer]


def test_words_say_who_proposed_what_and_why_it_was_refused(
    cell: Cell, heard: list[dict[str, object]]
) -> None:
    text = in_words(cell, heard)
    assert "Islamabad proposes: guarantees third party" in text
    assert "refused; Kabul: worth" in text
    assert "it asks" in text
    assert "Round 1 opens" in text
    assert "account of" in text


def test_who_offers_the_same_again_holds_to_it(cell: Cell, heard: list[dict[str, object]]) -> None:
    """As often as an offer is that of the same side before it; a future begins with none."""
    repeated = 0
    for replicate in range(6):
        for side in ("pakistan", "afghan_taliban"):
            said = [e["package"] for e in heard if e["replicate"] == replicate
                    and e["kind"] == "move" and e["speaker"] == side]  # fmt: skip
            repeated += sum(one == other for one, other in pairwise(said))
    assert repeated > 0
    assert in_words(cell, heard).count("holds to its offer") == repeated


def test_words_say_how_rounds_end(cell: Cell) -> None:
    """One line for each round, in words for each way to end, by hand."""
    plain = {"replicate": 0, "day": 9}
    told = in_words(cell, [
        {**plain, "kind": "taken_back", "speaker": "pakistan"},
        {**plain, "kind": "walks_out", "party": "afghan_taliban"},
        {**plain, "kind": "breakdown", "communique": False},
        {**plain, "kind": "initialled", "package": {}, "granted": {"border": "open"}},
        {**plain, "kind": "adjourned", "next": 11},
        {**plain, "kind": "adjourned", "next": 0},
        {**plain, "kind": "horizon", "account": "kabul"},
    ]).splitlines()  # fmt: skip
    assert [line.partition(")  ")[2] for line in told[1:-1]] == [
        "Islamabad goes back on what it had offered or settled.",
        "Kabul walks out.",
        "The round is broken off; a breakdown is announced.",
        "Both initial what their last offers share: border open. The rest stays open.",
        "The round is adjourned; the next round is due on day 11.",
        "The round is adjourned.",
    ]


def test_facts_are_written_as_json_lines(tmp_path: Path, heard: list[dict[str, object]]) -> None:
    write(heard, tmp_path)
    lines = (tmp_path / "transcript.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(heard))


def test_offers_are_drawn_where_they_are_worth_what_was_said(
    cell: Cell, heard: list[dict[str, object]]
) -> None:
    one = [entry for entry in heard if entry["replicate"] == 0]
    drawn = path(cell, one).table
    frontier = drawn[drawn["what"] == "frontier"].sort_values("pakistan")
    assert (np.diff(frontier["afghan_taliban"]) < 0).all()
    offers = drawn[drawn["by"].notna()]
    shown = {entry["round"] for entry in one if entry["kind"] == "move"}
    assert len(offers) == max(
        sum(e["kind"] == "move" and e["round"] == number for e in one) for number in shown
    )
    for point in ("Nash", "Kalai-Smorodinsky"):
        at = drawn[drawn["what"] == point].iloc[0]
        assert (frontier["pakistan"] == at["pakistan"]).any()


def test_a_future_without_talks_has_a_figure_that_says_so() -> None:
    silent = load_cell("baseline", ["replicates=1", "horizon=4"])
    drawn = path(silent, entries(silent))
    texts = [text.get_text() for axes in drawn.figure.axes for text in axes.texts]
    assert "no talks were held" in texts


def test_the_density_draws_every_deal() -> None:
    run = simulate(load_cell("baseline").scenario, 300, 2025, 40)
    assert len(density(run).table) == int(run.runs["deal"].sum())
