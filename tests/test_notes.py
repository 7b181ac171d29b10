"""Notes of what happened become rows with names: one test for each kind of note."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import SEED, loaded, vary

from sim.futures import Futures
from sim.negotiation.agenda import packages
from sim.negotiation.tables import desk
from sim.notes import FIELDS, KINDS, NOTE, OUTCOMES, REAL, WHOLE
from sim.parameters import CONTESTED
from sim.records import INCIDENTS, Log, Reader
from sim.report.transcript import TELL
from sim.study.tables import incidents_table, rounds_table, stored

SCENARIO = loaded()
GROUPS, MEDIATORS = list(SCENARIO.militants), list(SCENARIO.mediators)
ISSUES = list(SCENARIO.agenda.issues)
DISPUTED = sum(issue.contested for issue in SCENARIO.agenda.issues.values())
CALLERS = [
    name for name, mediator in SCENARIO.mediators.items()
    if "call_back" in [function.value for function in mediator.functions]
]  # fmt: skip
OPTIONS = [issue.options for issue in SCENARIO.agenda.issues.values()]
PARTLY = math.prod(map(len, OPTIONS[1:])) + 2  # the first issue's option 1, the last one's 2
SAID = set(KINDS) - set(INCIDENTS) - {"round"}


def notes(*rows: tuple[str, list[int], list[float]]) -> Any:
    """Notes of replicate 7 on days 1, 2, ... with whole and real numbers; the rest is rubbish."""
    made = np.zeros(len(rows), NOTE).view(np.recarray)
    made["whole"], made["real"] = 99, np.nan
    for k, (kind, whole, real) in enumerate(rows):
        made[k].replicate, made[k].day, made[k].kind = 7, k + 1, KINDS.index(kind)
        made["whole"][k, : len(whole)], made["real"][k, : len(real)] = whole, real
    return made


def read(*rows: tuple[str, list[int], list[float]]) -> Log:
    log = Log()
    Reader(SCENARIO).read(notes(*rows), log)
    return log


# kind, whole numbers, real numbers, and the row that is to come of them
LOCK_IN = [0.1 * k for k in range(2 * CONTESTED)]
CASES: list[tuple[str, list[int], list[float], dict[str, Any]]] = [
    ("attack", [1, 12, 1, 0, 1], [],
     {"group": GROUPS[1], "deaths": 12, "attributed": True, "denied": False,
      "from_afghan_soil": True}),
    ("attack", [0, 0, 0, 1, 0], [],
     {"group": GROUPS[0], "deaths": 0, "attributed": False, "denied": True,
      "from_afghan_soil": False}),
    ("border_clash", [1, 1], [0.75],
     {"initiator": "afghan_taliban", "denied": True, "severity": 0.75}),
    ("act", [0, 3, 2], [], {"party": "pakistan", "rung": 3, "link": 2}),
    ("allegation", [1, 1], [], {"party": "afghan_taliban", "breached": True}),
    ("ruling", [0, 1, 0], [], {"party": "pakistan", "cleared": True, "remedied": False}),
    ("renegotiation_asked", [0], [], {"party": "pakistan"}),
    ("deal_lapses", [], [], {}),
    ("ceasefire_renewed", [], [], {}),
    ("round_not_held", [], [], {}),
    ("round_opens", [2, 1, 40, 12], [],
     {"round": 2, "resumed": True, "last_day": 40, "exchanges": 12, "called_back_by": CALLERS}),
    ("information", [1, 0, 1], [0.8],
     {"speaker": MEDIATORS[1], "hearer": "pakistan", "says_good_faith": True, "accuracy": 0.8}),
    ("session", [3], [0.5, 0.6, 0.7, 0.2, 0.3, *LOCK_IN],
     {"round": 3, "verifiers": 0.5, "trust": [0.6, 0.7], "reservation": [0.2, 0.3],
      "pakistan_lock_in": LOCK_IN[:DISPUTED],
      "afghan_taliban_lock_in": LOCK_IN[CONTESTED : CONTESTED + DISPUTED]}),
    ("move", [1, 4, 12, 1, 55, 0], [0.3, 0.8, 0.9, 0.7],
     {"round": 1, "exchange": 4, "of": 12, "speaker": "afghan_taliban", "package": 55,
      "accepted": False, "utilities": {"pakistan": 0.3, "afghan_taliban": 0.8},
      "aspirations": {"pakistan": 0.9, "afghan_taliban": 0.7}}),
    ("move", [1, 5, 12, 2, 0, 1], [0.3, 0.8, 0.9, 0.7],
     {"round": 1, "exchange": 5, "of": 12, "speaker": "mediators", "package": 0,
      "accepted": True, "utilities": {"pakistan": 0.3, "afghan_taliban": 0.8},
      "aspirations": {"pakistan": 0.9, "afghan_taliban": 0.7}}),
    ("ratification", [1, 55], [0.8, 0.4],
     {"party": "afghan_taliban", "package": 55, "utility": 0.8, "needed": 0.4}),
    ("round", [1, 9, 0, 55], [0.3, 0.8],
     {"round": 1, "exchanges": 9, "outcome": "full", "package": 55,
      "pakistan_utility": 0.3, "afghan_taliban_utility": 0.8}),
    ("round", [2, 12, 1, 0], [0.3, 0.8],
     {"round": 2, "exchanges": 12, "outcome": "partial", "package": 0,
      "pakistan_utility": 0.3, "afghan_taliban_utility": 0.8}),
    ("round", [3, 12, 2, -1], [0.3, 0.8],
     {"round": 3, "exchanges": 12, "outcome": "adjourned", "package": -1}),
    ("round", [4, 12, 3, -1], [0.3, 0.8],
     {"round": 4, "exchanges": 12, "outcome": "broken_off", "package": -1}),
    ("taken_back", [1], [], {"speaker": "afghan_taliban"}),
    ("initialled", [PARTLY], [],
     {"package": PARTLY, "granted": {ISSUES[0]: OPTIONS[0][1], ISSUES[-1]: OPTIONS[-1][2]}}),
    ("walks_out", [0], [], {"party": "pakistan"}),
    ("adjourned", [37], [], {"next": 37}),
    ("breakdown", [1], [], {"communique": True}),
    ("contradiction", [1, 5], [], {"speaker": "afghan_taliban", "issue": ISSUES[5]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "whole", "real", "row"), CASES)
def test_a_note_becomes_the_row_of_its_kind(
    kind: str, whole: list[int], real: list[float], row: dict[str, Any]
) -> None:
    log = read((kind, whole, real))
    place = "rounds" if kind == "round" else "incidents" if kind in INCIDENTS else "said"
    rows = {name: list(held) for name, held in vars(log).items()}
    known = {"replicate": 7, "day": 1} | ({} if kind == "round" else {"kind": kind})
    assert rows == {"rounds": [], "incidents": [], "said": [], place: [known | row]}


def test_every_kind_of_note_is_among_them() -> None:
    assert {kind for kind, *_ in CASES} == set(KINDS)
    assert {row["outcome"] for kind, _, _, row in CASES if kind == "round"} == set(OUTCOMES)


def test_values_are_plain_data() -> None:
    """So that they can be written as JSON and sent."""
    plain = (bool, int, float, str, list, dict)
    log = read(*[(kind, whole, real) for kind, whole, real, _ in CASES])
    for row in [*log.rounds, *log.incidents, *log.said]:
        assert {type(value) for value in row.values()} <= set(plain), row


def test_a_note_has_room_for_what_is_said_of_any_kind() -> None:
    assert max(len(fields.whole) for fields in FIELDS.values()) <= WHOLE
    assert max(len(fields.real) for fields in FIELDS.values()) + 2 * CONTESTED <= REAL


def test_rows_are_told_apart_by_where_they_go() -> None:
    log = read(*[(kind, whole, real) for kind, whole, real, _ in CASES])
    assert {row["kind"] for row in log.said} == SAID
    assert {row["kind"] for row in log.incidents} == set(INCIDENTS)


def test_stored_tables_say_what_rows_say() -> None:
    """Tables are made of the same notes without rows between."""
    made = stored(notes(*[(kind, whole, real) for kind, whole, real, _ in CASES]))
    log, opens = read(*[(kind, whole, real) for kind, whole, real, _ in CASES]), "round_opens"
    incidents = incidents_table(made, GROUPS)
    opened = [{x: row[x] for x in ("replicate", "day", "kind")} for row in log.said
              if row["kind"] == opens]  # fmt: skip
    wanted = sorted([*log.incidents, *opened], key=lambda row: row["day"])
    assert incidents.to_pylist() == [
        {name: row.get(name) for name in incidents.column_names} for row in wanted
    ]
    rounds = rounds_table(made, packages(SCENARIO.agenda)).to_pylist()
    assert len(rounds) == len(log.rounds)
    for told, row in zip(rounds, log.rounds, strict=True):
        shared = told.keys() & row.keys()
        assert shared >= {"replicate", "day", "round", "exchanges", "outcome"}
        assert {name: told[name] for name in shared} == {name: row[name] for name in shared}
        agreed = row["package"] >= 0
        assert (told["pakistan_utility"] is not None) == agreed
        assert {told[issue] is not None for issue in ISSUES} == {agreed}


def test_of_a_day_the_opening_of_a_round_is_stored_last() -> None:
    made = notes(("round_opens", [1, 0, 9, 3], []), ("deal_lapses", [], []), ("act", [0, 1, 1], []))
    made["day"] = 4
    assert incidents_table(stored(made), GROUPS)["kind"].to_pylist() == [
        "deal_lapses",
        "round_opens",
    ]


def test_rows_follow_each_other_as_they_were_noted_and_are_added_to_a_log() -> None:
    log, reader = Log(), Reader(SCENARIO)
    for day in (5, 6):
        made = notes(("act", [0, 3, 1], []), ("act", [1, 2, 2], []))
        made["day"] = day
        reader.read(made, log)
    assert [(row["day"], row["link"]) for row in log.said] == [(5, 1), (5, 2), (6, 1), (6, 2)]


def test_no_notes_are_no_rows() -> None:
    assert vars(read()) == {"rounds": [], "incidents": [], "said": []}


def test_all_kinds_happen_and_are_told() -> None:
    """In futures of a world where much does; every kind of row has words."""
    scenario = vary(
        {"ceasefire.renewable": True, "ceasefire.renewal": 0.1,
         "conflict.implementation.renegotiation": 0.5, "calendar.attendance": -1.0,
         "pakistan.expected_rounds": 2, "afghan_taliban.expected_rounds": 2},
        "pressure_without_verification",
    )  # fmt: skip
    futures = Futures.begun(scenario, 200, SEED, watched=200)
    log = Log()
    Reader(scenario).read(futures.run(200).notes, log)
    happened = {row["kind"] for row in [*log.incidents, *log.said]} | (
        {"round"} if log.rounds else set()
    )
    assert happened == set(KINDS)
    assert happened - {"round"} <= set(TELL)


@pytest.mark.parametrize("live", [lambda one: one.live_day()[0], lambda one: one.run(1).notes])
def test_what_somebody_else_noted_in_this_thread_is_no_note_of_these_futures(live) -> None:
    """A rule that was stopped, or that is called by itself, leaves its notes in the log."""
    first = live(Futures.begun(SCENARIO, 3, SEED))
    desk()["log"]["count"] = 2
    again = live(Futures.begun(SCENARIO, 3, SEED))
    np.testing.assert_array_equal(again, first)
