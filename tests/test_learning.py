"""What sides have learnt of each other by the end of a model's run, and what it changes."""

import numpy as np
import pytest
from conftest import SEED, outcomes, put, shipped, tree_of, vary

from sim.config import PARTIES, validate
from sim.model import CeasefireModel


def played(*overrides, case="textbook_four_issues"):
    tree = tree_of("baseline", f"case={case}")
    for path, value in (word.split("=") for word in overrides):
        put(tree, {path: shipped("pakistan/tactic", value) if "tactic" in path else value})
    model = CeasefireModel(validate(tree)[0], 1, SEED)
    return model, {name: values_[0] for name, values_ in model.run(10).columns.items()}


@pytest.mark.parametrize("tactic", ["boulware", "linear", "package_trading"])
@pytest.mark.parametrize("side", range(2))
def test_the_heaviest_and_the_lightest_issue_are_told_apart(tactic, side):
    model, outcome = played(f"pakistan.tactic={tactic}", f"afghan_taliban.tactic={tactic}")
    truth = np.array([*model.scenario.parties[1 - side].weights.values()])
    learnt = model.parties[side].unmoved[0, : len(truth)]
    assert learnt[truth.argmax()] > learnt[truth.argmin()]
    uninformed = 0.5 * np.abs(0.25 - truth).sum()
    assert outcome[f"{PARTIES[side]}_weight_error"] < uninformed


def test_on_one_issue_and_at_an_even_pace_nothing_is_guessed_wrong():
    _, outcome = played("pakistan.tactic=linear", "afghan_taliban.tactic=linear", case="textbook")
    assert [outcome[f"{side}_weight_error"] for side in PARTIES] == [0, 0]
    assert outcome["pakistan_reservation_error"] == 0  # the other has just reached .6 in .4


def test_what_was_never_heard_is_not_judged():
    tactic = "subgame_perfect"
    _, outcome = played(f"pakistan.tactic={tactic}", f"afghan_taliban.tactic={tactic}")
    assert np.isnan([outcome[f"{side}_weight_error"] for side in PARTIES]).all()


@pytest.fixture(scope="module")
def columns():
    return outcomes(vary({}), 200, 40)


@pytest.mark.parametrize("error", [f"{side}_{what}_error" for side in PARTIES
                                   for what in ("weight", "reservation")])  # fmt: skip
def test_errors_are_outcomes_of_every_future_that_talked_long_enough(columns, error):
    errors = columns[error]
    known = ~np.isnan(errors)
    assert known.mean() > 0.5
    assert ((errors[known] >= 0) & (errors[known] <= 1)).all()
    assert not known[columns["rounds_held"] == 0].any()


def test_a_side_that_learns_offers_other_packages():
    public, learned = (
        played(*(f"{side}.opponent_model={kind}" for side in PARTIES))[0].state["talks"]["offers"]
        for kind in ("public", "learned")
    )
    assert public.tolist() != learned.tolist()
