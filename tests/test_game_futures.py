"""Futures from an evening, one change at a time, and where a game's odds turned."""

from dataclasses import replace

import numpy as np
import pytest

from sim.config import PARTIES, ConfigError
from sim.game import Checkpoint, Game, Setup
from sim.game.debrief import (
    MOST_EFFECTS,
    Followed,
    follow,
    landscape,
    odds,
    otherwise,
    result,
    without_persons,
)
from sim.game.futures import CHANGES, changed, difference, fan, survival_difference
from sim.negotiation.solutions import kalai_smorodinsky, nash
from sim.notes import OUTCOMES

SEED = 7
LATE, AHEAD = 8, 120


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", seed=SEED, days=60, persons=["afghan_taliban"])


@pytest.fixture(scope="module")
def model():
    """A future without persons on the evening of day ``LATE``."""
    model = Game(Setup.of("baseline", seed=SEED, days=60), start=False).model
    for _ in range(LATE):
        model.step()
    return model


@pytest.fixture(scope="module")
def evening(model):
    return Checkpoint.of(model)


@pytest.fixture(scope="module")
def base(setup, evening):
    return fan(setup.cell.scenario, evening, n=400, days=AHEAD)


def test_a_fan_is_the_models_own_fork(model, base):
    columns = model.fork(400).run(LATE + AHEAD).columns
    assert np.array_equal(base.lasted, columns["collapse_day"] - LATE)
    assert np.array_equal(base.ended, columns["collapse_ended"])


def test_its_curve_counts_the_days_from_today(base):
    estimate = base.survival()
    assert estimate.at(AHEAD).value == pytest.approx(1 - base.ended.mean())
    assert estimate.rmst(AHEAD).value == pytest.approx(base.lasted.mean())
    assert sum(base.causes().values()) == pytest.approx(base.ended.mean())


def test_mediators_who_leave_shorten_it_paired(setup, evening):
    """In 4,000 futures: on this evening the sides have much to lose, so few of them end it."""
    left = changed(setup.cell.scenario, "mediators_leave", LATE + 1)
    base, gone = (
        fan(setup.cell.scenario, evening, then=then, n=4_000, days=AHEAD) for then in (None, left)
    )
    days = difference(gone, base)
    assert days.value == pytest.approx(gone.lasted.mean() - base.lasted.mean())
    assert days.upper < 0
    assert survival_difference(gone, base).upper < 0
    alone = np.sqrt((gone.lasted.var() + base.lasted.var()) / 4_000) * 1.96
    assert days.upper - days.value < alone  # shared chance makes the difference sharper


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_changes_the_futures(setup, evening, base, name):
    scenario = changed(setup.cell.scenario, name, LATE + 1)
    assert scenario != setup.cell.scenario
    other = fan(setup.cell.scenario, evening, then=scenario, n=400, days=AHEAD)
    assert not np.array_equal([other.lasted, other.deal], [base.lasted, base.deal])


def test_what_is_out_of_range_is_refused(setup, evening):
    scenario = setup.cell.scenario
    for options, said in (
        ({"n": 0}, "n is 0; allowed"),
        ({"days": 0}, "days is 0; allowed"),
        ({"end": "peace"}, "end is 'peace'; allowed"),
    ):
        with pytest.raises(ConfigError, match=said):
            fan(scenario, evening, **options)
    with pytest.raises(ConfigError, match="change is 'x'; allowed are extradition"):
        changed(scenario, "x", 9)


# Debriefing


def played(setup, hardest=0):
    """A game as the agent would play it, or answering as hard as allowed up to the rung given."""
    game = Game(setup, keep=True)
    while not game.over:
        kind, value = game.question.kind, game.advice
        if hardest and kind == "respond":
            value = max(rung for rung in game.question.facts["rungs"] if rung <= hardest)
        game.play(game.question.seat, kind, value)
    return game


def harder(decision):
    return decision.move.kind == "respond" and decision.move.value > decision.agent


def test_fire_and_strikes_beyond_the_agents_are_told_as_what_moved_the_odds():
    """Islamabad's: Kabul has no means to strike."""
    setup = Setup.of("baseline", seed=SEED, days=60, persons=["pakistan"])
    game = played(setup, hardest=3)
    struck = {decision.question.day for decision in game.decisions if harder(decision)}
    found = odds(setup, game.moves, futures=100)
    worst = min(found.effects, key=lambda effect: effect.change)
    assert worst.change < 0
    assert game.decisions[worst.number].question.day in struck
    assert worst.taken - worst.instead == worst.change
    assert all(turn.change < 0 for turn in found.drops)
    [end, *_] = worst.why  # fire brings an end more often, and how
    assert (end.mode, end.by, end.change > 0) == ("repudiation", "afghan_taliban", True)


def test_to_hold_to_an_offer_that_the_agent_would_make_again_is_no_other_decision():
    setup = Setup.of("baseline", seed=2025, days=30, persons=["pakistan"])
    game = Game(setup)
    while not (game.question.kind == "offer" and game.question.facts["own_offers"]):
        refuses = game.question.kind in ("answer", "text")
        game.play("pakistan", game.question.kind, False if refuses else game.advice)
    last = game.packages.describe(game.question.facts["own_offers"][-1])
    game.advice = last
    game.play("pakistan", "offer", None)
    [*_, held] = game.decisions
    assert not otherwise(game, held)
    assert otherwise(game, replace(held, agent=last | {"border": "partial"}))


def test_more_decisions_than_are_looked_at_are_told_as_those_of_the_days_with_most_news():
    setup = Setup.of("baseline", seed=2025, days=30, persons=PARTIES)
    game = Game(setup)
    while not game.over:
        kind, value = game.question.kind, game.advice
        steady = {"respond": 0, "answer": False, "text": False, "leave": False, "end": False}
        value = steady.get(kind, value)
        if kind == "offer" and game.question.facts["own_offers"]:
            value = None
        game.play(game.question.seat, kind, value)
    assert sum(otherwise(game, one) for one in game.decisions) > MOST_EFFECTS
    assert len(odds(setup, game.moves, futures=20).effects) == MOST_EFFECTS


def test_odds_found_while_the_game_went_on_are_those_found_at_its_end():
    setup = Setup.of("baseline", seed=SEED, days=30, persons=["pakistan"])
    game = played(setup, hardest=3)
    known = Followed()
    for made in range(0, len(game.moves) + 1, 5):
        known, _ = follow(setup, game.moves[:made], known, most=3, futures=20)
    assert odds(setup, game.moves, 20, known) == odds(setup, game.moves, 20)


def test_what_was_left_on_the_table_is_better_for_both_and_would_have_been_ratified():
    for seed in range(SEED, SEED + 6):
        game = played(Setup.of("baseline", seed=seed, days=60, persons=["pakistan"]))
        shown, found = landscape(game), result(game)
        if shown is None or shown["better"] is None:
            continue
        assert min(shown["better"]["added"].values()) > 0
        assert landscape(game, left=False) == shown | {"better": None}
        if shown["better"]["day"] < shown["day"]:
            continue  # of that day's numbers (tests/test_picture.py)
        base = shown["deal"] if found["deal"] else shown["disagreement"]
        point = np.array(base) + list(shown["better"]["added"].values())
        assert (point >= shown["needed"]).all()


def test_who_decides_as_the_agents_would_moved_nothing(setup):
    game = played(setup)
    found = odds(setup, game.moves, futures=50)
    assert found.effects == []
    assert found.shares[-1] == float(not game.record["ceasefire"]["day"][-1])
    assert result(game) == result(without_persons(setup))


def test_each_round_is_told_with_its_outcome_and_what_is_settled(setup):
    """In the order in which they ended; of a partial deal the options that differ from no deal."""
    game = played(setup)
    record, rounds = game.record, result(game)["rounds"]
    counts = {name: sum(row["outcome"] == name for row in rounds) for name in OUTCOMES}
    talks = record["talks"]
    assert [counts[name] for name in ("partial", "adjourned", "broken_off")] == [
        talks["partial"], talks["adjourned"], talks["broken"],
    ]  # fmt: skip
    assert [row["round"] for row in rounds] == sorted(row["round"] for row in rounds)
    initialled = [e for e in game.entries if e["kind"] == "initialled"]
    settled = [row["settled"] for row in rounds if row["outcome"] == "partial"]
    assert settled == [entry["granted"] for entry in initialled]
    open_ended = [row["settled"] for row in rounds if row["outcome"] in OUTCOMES[2:]]
    assert open_ended == [{}] * len(open_ended)


@pytest.mark.parametrize("partial", [False, True])
def test_a_full_deal_is_told_whole_and_a_partial_one_by_what_it_grants(setup, partial):
    game = Game(setup)
    package = game.packages.index({"border": "open", "evidence": "dossiers"})
    game.model.log.rounds.append(
        {"round": 1, "day": 9, "outcome": OUTCOMES[partial], "package": package}
    )
    granted = {"evidence": "dossiers", "border": "open"}
    whole = game.packages.describe(package)
    assert result(game)["rounds"][-1]["settled"] == (granted if partial else whole)


def test_the_landscape_holds_the_solutions_of_its_own_points(setup):
    game = played(setup)
    shown = landscape(game)
    frontier = np.array(shown["frontier"])
    threat = np.array(shown["disagreement"])
    assert shown["nash"]["point"] == frontier[nash(frontier, threat)].tolist()
    assert (
        shown["kalai_smorodinsky"]["point"]
        == frontier[kalai_smorodinsky(frontier, threat)].tolist()
    )
    sets = shown["win_sets"]
    assert sets["both"] <= min(sets["pakistan"], sets["afghan_taliban"]) <= sets["of"]
    assert landscape(Game(setup, keep=True, start=False)) is None
