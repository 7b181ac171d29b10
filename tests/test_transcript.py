"""Transcripts: facts in order, words that say the numbers, and the figure of the bargaining."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.ensemble import simulate
from sim.plots.bargaining import density, path
from sim.plots.ladder import ladder
from sim.report.transcript import in_words, write
from sim.study.cells import Cell, load_cell
from sim.study.told import entries

SEED = 4  # a future with talks from day 7 on


@pytest.fixture(scope="module")
def cell() -> Cell:
    return load_cell("baseline", ["replicates=6", "horizon=60", f"seed={SEED}"])


@pytest.fixture(scope="module")
def heard(cell: Cell) -> list[dict[str, object]]:
    return entries(cell, 0, 6)


def future_with_talks(heard: list[dict[str, object]]) -> list[dict[str, object]]:
    """What is told of the first future in which an offer is made."""
    number = next(entry["replicate"] for entry in heard if entry["kind"] == "move")
    return [entry for entry in heard if entry["replicate"] == number]


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


def test_every_move_names_a_package_and_both_sides_numbers(heard: list[dict[str, Any]]) -> None:
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
        "Islamabad goes back, with no new grievance, on what it had offered or settled.",
        "Kabul walks out.",
        "The round is broken off; a breakdown is announced.",
        "Both initial what their last offers share: border open. The rest stays open.",
        "The round is adjourned; the next round is due on day 11.",
        "The round is adjourned.",
    ]


def lines(cell: Cell, facts: list[dict[str, object]]) -> list[str]:
    """What is told of facts of one future, without its heading, days and end."""
    day = facts[-1]["day"]
    end = {"replicate": 0, "day": day, "kind": "horizon", "account": "kabul"}
    told = in_words(cell, [{"replicate": 0, **fact} for fact in facts] + [end]).splitlines()
    return [line.partition(")  ")[2] for line in told[1:-1]]


def move(speaker: str, border: str, worth: float = 0.3, **other: object) -> dict[str, object]:
    return {"day": 9, "kind": "move", "round": 1, "exchange": 1, "of": 6, "speaker": speaker,
            "package": {"arms": "ban", "border": border}, "accepted": False,
            "utilities": {"pakistan": 0.5, "afghan_taliban": worth},
            "aspirations": {"pakistan": 0.6, "afghan_taliban": 0.4}, **other}  # fmt: skip


SESSION = {"day": 9, "kind": "session", "reservation": [0.2, 0.2]}


def test_every_future_is_told_under_its_own_account(
    cell: Cell, heard: list[dict[str, object]]
) -> None:
    accounts = [entry["account"] for entry in heard if "account" in entry]
    assert len(set(accounts)) == 2  # the futures draw both
    headings = [line for line in in_words(cell, heard).splitlines() if "A what-if" in line]
    assert [line.partition("account of ")[2].partition(".")[0] for line in headings] == accounts


def test_words_say_what_an_offer_changes(cell: Cell) -> None:
    told = lines(cell, [move("pakistan", "closed"), move("pakistan", "open")])
    assert "changed" not in told[0]
    assert "arms ban, border open; changed: border from closed to open. refused" in told[1]


def test_after_a_deal_offers_are_compared_with_none_before(cell: Cell) -> None:
    both = [{"day": 9, "kind": "ratification", "party": party, "utility": 0.4, "needed": 0.3}
            for party in ("pakistan", "afghan_taliban")]  # fmt: skip
    offers = [move("pakistan", "closed"), move("pakistan", "closed")]
    assert "holds to its offer" in lines(cell, offers)[1]
    assert "holds to its offer" in lines(cell, [offers[0], both[0], offers[1]])[-1]
    assert "proposes" in lines(cell, [offers[0], *both, offers[1]])[-1]
    assert "proposes" in lines(cell, [offers[0], {"day": 9, "kind": "deal_lapses"}, offers[1]])[-1]


def test_words_say_for_whom_a_text_is_worse_than_no_deal(cell: Cell) -> None:
    """A draft for either side; an offer for the side that makes it, as for others most are."""
    told = lines(cell, [
        SESSION,
        move("mediators", "open"),
        move("mediators", "open", 0.1),
        move("pakistan", "open", 0.1),
        move("afghan_taliban", "open", 0.1),
    ])  # fmt: skip
    said = "; worth less than no deal to Kabul."
    assert [line.endswith(said) for line in told] == [False, True, False, True]


def test_words_say_whom_a_side_asks_what_it_does_not_ask_of_mediators(cell: Cell) -> None:
    accepted = move("mediators", "open", 0.39, accepted=True)
    assert lines(cell, [accepted])[0].endswith(
        "accepted by Islamabad (0.500, asks 0.600 of Kabul); accepted by Kabul (0.390, asks 0.400 "
        "of Islamabad); it goes to both capitals."
    )


def test_words_say_that_a_round_ended_on_a_day_of_fire(cell: Cell) -> None:
    opens = {"day": 9, "kind": "round_opens", "round": 1, "resumed": False, "called_back_by": [],
             "exchanges": 6, "last_day": 10}  # fmt: skip
    ends = {"day": 10, "kind": "adjourned", "next": 0}
    unheard = "After a day of fire, without a session, the round is adjourned."
    assert lines(cell, [opens, SESSION, ends])[-1] == unheard
    assert lines(cell, [opens, {**SESSION, "day": 10}, ends])[-1] == "The round is adjourned."


def test_a_clash_is_told_in_the_same_order_whoever_began_it(cell: Cell) -> None:
    clash = {"day": 9, "kind": "border_clash", "severity": 1.0, "denied": True}
    told = lines(cell, [{**clash, "initiator": side} for side in ("pakistan", "afghan_taliban")])
    said = "Islamabad and Kabul each blame the other (in this simulated future {} began it)."
    assert [line.partition(": ")[2] for line in told] == [
        said.format("Islamabad"), said.format("Kabul"),
    ]  # fmt: skip


def test_words_say_what_an_act_answers(cell: Cell) -> None:
    clash = {"day": 8, "kind": "border_clash", "severity": 1.0, "denied": False,
             "initiator": "pakistan"}  # fmt: skip
    act = {"kind": "act", "rung": 1}
    told = lines(cell, [
        clash,
        {**act, "day": 8, "party": "pakistan", "link": 0},
        {**act, "day": 8, "party": "afghan_taliban", "link": 0},
        {**act, "day": 8, "party": "pakistan", "link": 1},
        {**act, "day": 9, "party": "afghan_taliban", "link": 0},
    ])  # fmt: skip
    assert told[1:] == [
        "Islamabad follows it with protest and closure.",
        "Kabul answers with protest and closure.",
        "Islamabad answers in turn with protest and closure.",
        "Kabul answers, a day later, with protest and closure.",
    ]


def test_mediators_and_accounts_name_the_other_side(cell: Cell) -> None:
    told = lines(cell, [
        {"day": 9, "kind": "information", "speaker": "qatar", "hearer": "afghan_taliban",
         "says_good_faith": False, "accuracy": 0.6},
        {"day": 9, "kind": "contradiction", "speaker": "pakistan", "issue": "custody"},
    ])  # fmt: skip
    assert told == [
        "Qatar tells Kabul that it takes Islamabad to be in bad faith (right with chance 0.60).",
        "Islamabad's public account contradicts Kabul's on custody.",
    ]


def test_facts_are_written_as_json_lines(tmp_path: Path, heard: list[dict[str, object]]) -> None:
    write(heard, tmp_path)
    lines = (tmp_path / "transcript.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(json.dumps(heard))


def test_offers_are_drawn_where_they_are_worth_what_was_said(
    cell: Cell, heard: list[dict[str, object]]
) -> None:
    one = future_with_talks(heard)
    drawn = path(cell, one).table
    frontier = drawn[drawn["what"] == "frontier"].sort_values("pakistan")
    assert (np.diff(frontier["afghan_taliban"]) < 0).all()
    offers = drawn[drawn["by"].notna()]
    moves = [entry for entry in one if entry["kind"] == "move"]
    # the last round with a move that was accepted, else the last
    shown = ([move for move in moves if move["accepted"]] or moves)[-1]["round"]
    assert len(offers) == sum(move["round"] == shown for move in moves)
    for point in ("Nash", "Kalai-Smorodinsky"):
        at = drawn[drawn["what"] == point].iloc[0]
        assert (frontier["pakistan"] == at["pakistan"]).any()


def test_a_future_without_talks_has_a_figure_that_says_so() -> None:
    silent = load_cell("baseline", ["replicates=1", "horizon=4"])
    drawn = path(silent, entries(silent))
    texts = [text.get_text() for axes in drawn.figure.axes for text in axes.texts]
    assert "no talks were held" in texts


def test_the_ladder_draws_every_offer_of_the_round_by_issue(
    cell: Cell, heard: list[dict[str, object]]
) -> None:
    one = future_with_talks(heard)
    moves = [entry for entry in one if entry["kind"] == "move"]
    shown = ([move for move in moves if move["accepted"]] or moves)[-1]["round"]
    drawn = ladder(cell, one).table
    of_round = [move for move in moves if move["round"] == shown]
    offered = {
        (move["speaker"], move["exchange"], issue, option)
        for move in of_round
        for issue, option in move["package"].items()  # type: ignore[attr-defined]
    }
    table = zip(*(drawn[x] for x in ("by", "exchange", "issue", "option")), strict=True)
    assert set(table) == offered


def test_the_density_draws_every_deal() -> None:
    run = simulate(load_cell("baseline").scenario, 300, 2025, 40)
    assert len(density(run).table) == int(run.runs["deal"].sum())
