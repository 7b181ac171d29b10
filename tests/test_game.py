"""The game: persons in the agents' seats, replay from seed and moves, and what each seat sees."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.config import ENDS, PARTIES, ConfigError
from sim.game import SEATS, Checkpoint, Game, MoveError, Setup
from sim.game.debrief import result
from sim.game.questions import KINDS
from sim.game.views import MORE, PRIVATE, PUBLIC, TOLD, reckoned, view, worth
from sim.model import CeasefireModel
from sim.report.transcript import TELL

SEED = 7
QUIET = ("switches.attacks=false", "switches.clashes=false", "switches.repudiation=false")
# Islamabad has nothing to lose by ending the ceasefire, so any grievance is too much. Kabul has.
READY_TO_END = (
    "pakistan.ending_value=0.01",
    "pakistan.ending_spread=0",
    "afghan_taliban.ending_value=90",
    "switches.clashes=false",
    *(f"conflict.grievance.stake_{name}=0" for name in ("deal", "talks", "leverage", "trust")),
)

CLASHES = ("conflict.clashes.rate=1", "switches.talks=false")


@cache
def setup(*persons, seed=SEED, days=60, overrides=()):
    return Setup.of("baseline", overrides, seed=seed, days=days, persons=persons)


def as_the_agents_would(game, until=10_000):
    """Play what the agents advise, up to so many moves."""
    while not game.over and len(game.moves) < until:
        question = game.question
        game.play(question.seat, question.kind, game.advice)
    return game


def unlike(one, other, path=""):
    """Fields of records in which two models differ, by their path; nan equals nan."""
    if one.dtype.names is None:
        same = np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        return [] if same else [path]
    return [
        found
        for name in one.dtype.names
        for found in unlike(one[name], other[name], f"{path}.{name}".lstrip("."))
    ]


def story(game):
    """What happened, without the aspirations that only agents have."""
    return [{k: v for k, v in entry.items() if k != "aspirations"} for entry in game.entries]


def to(game, kind):
    """Go on until a decision of one kind is wanted."""
    while game.question.kind != kind:
        game.play(game.question.seat, game.question.kind, game.advice)
    return game.question


def to_capital(game):
    """Go on until a response is wanted that is not bounded on the spot."""
    while to(game, "respond").facts["on_the_spot"]:
        game.play(game.question.seat, "respond", game.advice)
    return game.question


# Replay


@pytest.mark.parametrize("persons", [("pakistan",), ("afghan_taliban",), ("mediators",), SEATS])
def test_who_decides_as_the_agents_would_lives_the_agents_future(persons):
    alone = CeasefireModel(setup().cell.scenario, 1, SEED)
    while alone.running and alone.day < 60:
        alone.step()
    game = as_the_agents_would(Game(setup(*persons)))
    assert len(game.moves) > 3
    assert game.model.day == alone.day
    assert [e for e in story(game) if e["kind"] != "session"] == [
        {k: v for k, v in e.items() if k != "aspirations"}
        for e in sorted([*alone.log.incidents, *alone.log.said], key=lambda e: e["day"])
        if e["kind"] != "session"
    ]
    differing = {path.split(".")[0] for path in unlike(game.model.state, alone.state)}
    assert {"seats", "answers"} <= differing <= {"seats", "answers", "agents", "question"}


def test_seed_and_moves_give_the_same_history_however_they_come():
    game = as_the_agents_would(Game(setup(*SEATS)))
    stored = json.loads(json.dumps(game.setup.stored()))
    moves = [type(m)(**json.loads(json.dumps(vars(m)))) for m in game.moves]
    again = Game(Setup.restored(stored), moves)
    assert again.entries == game.entries
    assert unlike(game.model.state, again.model.state) == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=8, max_size=8))
def test_any_moves_replay_to_the_same_history(choices):
    game = Game(setup("pakistan", "afghan_taliban", days=20))
    for rung, agrees in choices:
        if game.over:
            break
        question = game.question
        rung = max(x for x in question.facts.get("rungs", [0]) if x <= rung)
        value = {"respond": rung, "attend": agrees, "end": agrees, "answer": False, "text": False}
        agent = game.advice
        game.play(question.seat, question.kind, value.get(question.kind, agent))
    again = Game(game.setup, game.moves)
    assert (again.entries, again.question) == (game.entries, game.question)


def test_a_checkpoint_takes_a_model_back():
    game = Game(setup())
    model = CeasefireModel(setup().cell.scenario, 1, SEED)
    for _ in range(10):
        model.step()
    evening = Checkpoint.of(model)
    for _ in range(40):
        model.step()
    assert unlike(evening.records, model.state)
    evening.restore(model)
    elsewhere = evening.model(model.scenario)
    assert unlike(evening.records, elsewhere.state) == []
    while model.running and model.day < 60:
        model.step()
        elsewhere.step()
    assert vars(model.log) == vars(game.model.log)
    assert unlike(model.state, elsewhere.state) == []


def test_a_checkpoint_is_not_changed_by_the_days_that_follow():
    model = CeasefireModel(setup().cell.scenario, 3, SEED)
    for _ in range(5):
        model.step()
    evening = Checkpoint.of(model)
    kept = evening.records.copy()
    elsewhere = evening.model(model.scenario)
    for _ in range(5):
        model.step()
        elsewhere.step()
    assert unlike(model.state, elsewhere.state) == []
    assert unlike(evening.records, kept) == []
    assert "day" in unlike(model.state, kept)


# What decisions do


def test_an_answer_decides_whether_there_is_a_deal():
    at_once = [f"{side}.expected_rounds=1" for side in PARTIES]
    game = Game(setup("afghan_taliban", overrides=(*QUIET, *at_once)))
    while True:
        question = to(game, "answer")
        if question.facts["worth"] >= question.facts["reservation"]:
            break
        game.play("afghan_taliban", "answer", False)
    before = list(game.entries)
    refuses = Game(game.setup, game.moves)
    refuses.play("afghan_taliban", "answer", False)
    game.play("afghan_taliban", "answer", True)
    before, one, other = (
        [entry["day"] for entry in entries if entry["kind"] == "ratification"]
        for entries in (before, game.entries, refuses.entries)
    )
    assert one[len(before) :] == [question.day] * 2  # both capitals'
    assert other == before


def test_open_hostilities_end_the_game():
    game = Game(setup("pakistan"))
    question = to_capital(game)
    game.play("pakistan", "respond", 4)
    assert game.over
    assert game.record["ceasefire"]["day"][-1] == question.day
    assert result(game)["ended_day"] == question.day
    with pytest.raises(MoveError, match="the game is over"):
        game.play("pakistan", "respond", 4)


def test_who_stays_away_holds_no_round():
    game = Game(setup("pakistan", days=6, overrides=QUIET))
    assert game.question.kind == "attend"
    game.play("pakistan", "attend", False)
    assert int(game.record["talks"]["held"]) == 0
    assert [entry["kind"] for entry in game.entries] == ["round_not_held"]


def test_an_account_that_contradicts_locks_in_and_costs_trust():
    plain = Game(setup("pakistan", overrides=QUIET))
    to(plain, "account")
    spun = Game(plain.setup, plain.moves)
    plain.play("pakistan", "account", [])
    spun.play("pakistan", "account", ["custody", "guarantees"])
    assert spun.model.parties[0].lock_in.sum() > plain.model.parties[0].lock_in.sum()
    assert spun.model.parties[1].trust[0] < plain.model.parties[1].trust[0]


def test_the_mediators_table_the_text_they_choose():
    game = Game(setup("mediators", overrides=QUIET))
    to(game, "draft")
    text = game.packages.describe(5)
    game.play("mediators", "draft", text)
    tabled = [e for e in [*game.entries, *game.heard] if e.get("speaker") == "mediators"]
    moves = [entry["package"] for entry in tabled if entry["kind"] == "move"]
    assert 5 in moves


def test_mediators_who_do_not_contain_keep_their_patience():
    calls = {}
    for wanted in (True, False):
        game = Game(setup("mediators", seed=3))
        to(game, "contain")
        day = game.question.day
        while not game.over and game.question.day == day:
            kind = game.question.kind
            game.play("mediators", kind, wanted if kind == "contain" else game.advice)
        calls[wanted] = sum(float(m.patience[0]) for m in game.model.mediators)
    assert calls[False] > calls[True]


def test_an_agent_that_would_end_the_ceasefire_leaves_it_to_the_person():
    game = Game(setup("pakistan", overrides=READY_TO_END))
    to(game, "end")
    ended = Game(game.setup, game.moves)
    ended.play("pakistan", "end", True)
    game.play("pakistan", "end", False)
    assert ended.over
    assert not game.record["ceasefire"]["day"].any()
    assert ended.record["ceasefire"]["day"][ENDS.index("repudiation")] == ended.model.day


def test_holding_to_the_last_offer_repeats_it():
    game = Game(setup("pakistan", overrides=QUIET))
    to(game, "offer")
    package = game.packages.describe(100)
    game.play("pakistan", "offer", package)
    to(game, "offer")
    game.play("pakistan", "offer", None)
    to(game, "offer")
    assert game.question.facts["own_offers"][-2:] == [100, 100]


# Refused moves


def refusal(game, *move, **options):
    before = (game.moves, game.question, game.entries)
    with pytest.raises(MoveError) as caught:
        game.play(*move, **options)
    assert (game.moves, game.question, game.entries) == before
    return str(caught.value)


def test_moves_that_cannot_be_made_are_refused_in_a_sentence():
    game = Game(setup("pakistan", "afghan_taliban", overrides=QUIET))
    turn = game.question.turn
    assert "turn of pakistan, not of 'afghan_taliban'" in refusal(
        game, "afghan_taliban", "attend", True
    )
    assert "the decision wanted is 'attend'" in refusal(game, "pakistan", "offer", {})
    assert "true or false, not 1" in refusal(game, "pakistan", "attend", 1)
    game.play("pakistan", "attend", True)
    assert "made already" in refusal(game, "afghan_taliban", "attend", True, turn=turn)
    to(game, "offer")
    assert "the issue 'x'; allowed are guarantees" in refusal(game, "pakistan", "offer", {"x": "y"})
    assert "'all' for border; allowed are closed" in refusal(
        game, "pakistan", "offer", {"border": "all"}
    )
    assert "no earlier offer" in refusal(game, "pakistan", "offer", None)
    assert len(refusal(game, "pakistan", "offer", {"x" * 10_000: "y"})) < 300
    assert len(refusal(game, "pakistan", "x" * 10_000, {})) < 300


def test_what_is_worse_than_no_deal_cannot_be_accepted():
    game = Game(setup("afghan_taliban", overrides=QUIET))
    question = to(game, "answer")
    assert question.facts["worth"] < question.facts["reservation"]
    assert "less than no deal" in refusal(game, "afghan_taliban", "answer", True)


@pytest.mark.parametrize("rung", [5, -1, 2.0, True, "3", None])
def test_only_rungs_of_the_ladder_are_responses(rung):
    game = Game(setup("pakistan"))
    to(game, "respond")
    assert "a rung from 0 to 4" in refusal(game, "pakistan", "respond", rung)


def test_kabul_cannot_choose_a_strike_for_which_it_has_no_means():
    game = Game(setup("afghan_taliban"))
    assert to_capital(game).facts["rungs"] == [0, 1, 2, 4]
    said = refusal(game, "afghan_taliban", "respond", 3)
    assert said == (
        "rung 3 cannot be chosen here, for your side has no means for it; allowed are 0, 1, 2, 4"
    )


@pytest.mark.parametrize("rung", [3, 4])
def test_a_clash_is_answered_on_the_spot_by_fire_at_most(rung):
    game = Game(setup("pakistan", overrides=CLASHES))
    assert (game.question.kind, game.question.facts["cause"]) == ("respond", "border_clash")
    assert game.question.facts["rungs"] == [0, 1, 2]
    assert "a clash is answered on the spot, before the capitals can; allowed are 0, 1, 2" in (
        refusal(game, "pakistan", "respond", rung)
    )


def test_the_capital_may_do_more_once_fire_was_suffered():
    alone = ("mediators=none", "accounts=mixed")
    game = Game(setup("pakistan", "afghan_taliban", overrides=(*CLASHES, *alone)))
    game.play("pakistan", "respond", 0)
    game.play("afghan_taliban", "respond", 2)
    question = game.question
    assert (question.seat, question.facts["link"], question.facts["suffered"]) == ("pakistan", 1, 2)
    assert question.facts["rungs"] == [0, 1, 2, 3, 4]


def test_a_side_sees_its_mandate_and_nobody_elses():
    game = Game(setup("pakistan", "afghan_taliban", overrides=CLASHES))
    game.play("pakistan", "respond", 0)
    game.play("afghan_taliban", "respond", 0)
    game.now["sides"]["mandate"] = 0.7, 0.4
    assert [view(game, side)["mine"]["mandate"] for side in PARTIES] == [0.7, 0.4]
    assert view(game, "pakistan")["mine"]["mandate_lost"] == 0.15
    assert "mandate" not in view(game, "mediators")["mine"]


def test_a_setup_says_what_is_wrong():
    with pytest.raises(ConfigError, match="seat is 'moscow'; allowed are pakistan"):
        setup("moscow")
    with pytest.raises(ConfigError, match="days is 0; allowed"):
        setup(days=0)
    with pytest.raises(ConfigError, match="no mediators whose seat"):
        Setup.of("no_mediators", persons=["mediators"])


# What each seat sees


def test_every_kind_of_entry_has_been_judged_public_told_or_private():
    judged = {*PUBLIC, *TOLD, *PRIVATE}
    assert {*TELL} - {"ceasefire_ends", "horizon"} <= judged
    assert set(MORE) <= judged


def numbers(value):
    """Every float in plain data."""
    if isinstance(value, dict):
        return {n for v in value.values() for n in numbers(v)}
    if isinstance(value, list | tuple):
        return {n for v in value for n in numbers(v)}
    return {value} if isinstance(value, float) and value not in (0.0, 1.0) else set()


def private(game, seat):
    """The numbers of a side that no other may ever see, now and at every table so far."""
    party = game.model.parties[PARTIES.index(seat)]
    of_states = {
        float(value)
        for name in ("trust", "capacity", "mandate", "resolve", "asked_at_home", "ending_value")
        for value in getattr(party, name)
    }
    own = game.now.sides[PARTIES.index(seat)]
    of_states |= {float(own[name]) for name in ("mandate", "trust", "reservation")}
    of_states.add(view(game, seat)["mine"]["trust"])
    said = [e for e in [*game.entries, *game.heard] if e["kind"] in ("move", "session")]
    side = PARTIES.index(seat)
    of_talks = {e["trust"][side] for e in said if e["kind"] == "session"}
    of_talks |= {e["reservation"][side] for e in said if e["kind"] == "session"}
    of_moves = {e[key][seat] for e in said if e["kind"] == "move" for key in
                ("utilities", "aspirations")}  # fmt: skip
    return {n for n in of_states | of_talks | of_moves if n not in (0.0, 1.0)}


@pytest.mark.parametrize("seat", PARTIES)
def test_no_view_ever_holds_a_private_number_of_the_other_side(seat):
    other = PARTIES[1 - PARTIES.index(seat)]
    game = Game(setup(*SEATS, days=50))
    looks = 0
    while not game.over:
        for viewer in (seat, "mediators"):
            shown = numbers(view(game, viewer))
            assert not shown & (private(game, other) - private(game, seat))
            looks += 1
        game.play(game.question.seat, game.question.kind, game.advice)
    assert looks > 20


def test_the_check_above_can_fail():
    game = to_table = Game(setup("pakistan", "afghan_taliban"))
    to(to_table, "answer")
    assert numbers(view(game, "afghan_taliban")) & private(game, "afghan_taliban")


def test_answers_to_a_clash_are_given_in_ignorance_of_each_other():
    game = Game(setup("pakistan", "afghan_taliban", overrides=CLASHES))
    assert (game.question.kind, game.question.seat) == ("respond", "pakistan")
    game.play("pakistan", "respond", 2)
    assert (game.question.kind, game.question.seat) == ("respond", "afghan_taliban")
    seen = view(game, "afghan_taliban")
    assert seen["question"]["suffered"] == 0
    assert "act" not in [entry["kind"] for entry in seen["today"]]
    game.play("afghan_taliban", "respond", 0)
    acts = [e for e in view(game, "afghan_taliban")["history"] if e["kind"] == "act"]
    assert {"day": 1, "kind": "act", "party": "pakistan", "rung": 2} in acts or not game.over


def test_a_view_is_plain_data_and_questions_go_to_their_seat_only():
    game = Game(setup(*SEATS))
    json.dumps([view(game, seat) for seat in SEATS])
    asked = game.question.seat
    assert [view(game, seat)["question"] is not None for seat in SEATS] == [
        seat == asked for seat in SEATS
    ]
    with pytest.raises(ConfigError, match="seat is 'teacher'"):
        view(game, "teacher")


def test_worth_is_what_the_table_says():
    game = Game(setup("afghan_taliban", overrides=QUIET))
    question = to(game, "answer")
    package = game.packages.describe(question.facts["package"])
    assert worth(game, "afghan_taliban", package) == pytest.approx(
        question.facts["worth"], abs=1e-12
    )
    assert worth(game, "mediators", package) is None
    assert set(reckoned(game, package)) == set(PARTIES)


def test_kinds_of_decisions_are_those_the_model_asks():
    asked = set()
    for seed in range(2):
        game = Game(setup(*SEATS, seed=seed, days=40, overrides=READY_TO_END))
        while not game.over:
            asked.add(game.question.kind)
            agent = game.advice
            otherwise = {"end": False, "answer": False, "text": False, "leave": True}
            value = otherwise.get(game.question.kind, agent)
            game.play(game.question.seat, game.question.kind, value)
    assert asked == set(KINDS)
