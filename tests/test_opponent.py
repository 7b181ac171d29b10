"""What a side learns of the other from its offers, and how wrong it is in the end."""

import numpy as np
import pytest
from conftest import SEED, put, shipped, tree_of, vary

from sim.config import PARTIES, validate
from sim.model import CeasefireModel
from sim.negotiation.opponent import (
    Estimate,
    expected_reservation,
    learned_choice,
    thought_worth,
    weight_error,
)

OPTION = np.indices([3, 3]).reshape(2, -1).T  # package 3 a + b takes option a and option b
ROW = np.array([0])


def heard(*offers, size=1):
    estimate = Estimate(size, 2)
    for offer in offers:
        estimate.hear(np.arange(size), np.full(size, offer), OPTION)
    return estimate


# Weights


def test_before_anything_is_heard_all_issues_count_alike():
    assert heard().weights().tolist() == [[0.5, 0.5]]
    assert heard(8).weights().tolist() == [[0.5, 0.5]]


def test_an_issue_that_does_not_move_is_taken_to_matter_more():
    """Offers (2, 2), (2, 1), (2, 0): the first issue stayed twice, on top of one in advance."""
    assert heard(8, 7, 6).weights().tolist() == [[0.75, 0.25]]


def test_learning_mirrors_when_the_issues_change_places():
    assert heard(8, 7, 6).weights()[0, ::-1].tolist() == heard(8, 5, 2).weights()[0].tolist()


def test_each_future_learns_from_its_own_offers_alone():
    estimate = Estimate(3, 2)
    for offers in ([8, 8], [7, 5], [6, 2]):
        estimate.hear(np.array([0, 2]), np.array(offers), OPTION)
    assert estimate.weights().tolist() == [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]]


def test_a_part_written_back_is_where_it_was():
    estimate = heard(8, 7, size=3)
    part = estimate.part(np.array([1]))
    part.hear(ROW, np.array([6]), OPTION)
    assert estimate.heard.tolist() == [2, 2, 2]
    estimate.put(np.array([1]), part)
    assert estimate.heard.tolist() == [2, 3, 2]


@pytest.mark.parametrize(
    ("estimate", "truth", "error"),
    [([0.3, 0.7], [0.3, 0.7], 0.0), ([1, 0], [0, 1], 1.0), ([0.5, 0.5], [0.8, 0.2], 0.3)],
)
def test_the_error_of_weights_is_the_share_laid_on_the_wrong_issues(estimate, truth, error):
    assert weight_error(np.array([estimate]), np.array(truth))[0] == pytest.approx(error)


# Reservation


def test_concessions_at_an_even_pace_point_at_the_reservation():
    """From 1 to .8 in a quarter of the round: .2 by the deadline."""
    guess = expected_reservation(np.array([1.0]), np.array([0.8]), np.array([0.25]))
    assert guess[0] == pytest.approx(0.2)


def test_nobody_is_thought_to_go_below_nothing():
    assert expected_reservation(np.array([1.0]), np.array([0.5]), np.array([0.1]))[0] == 0


# Use


def test_a_package_is_worth_the_weighted_sum_of_its_options():
    values = np.array([[OPTION[:, 0] / 2, OPTION[:, 1] / 2]])
    worth = thought_worth(np.array([[0.75, 0.25]]), values, ROW, np.array([6]))
    assert worth.tolist() == [0.75]


def test_the_offer_is_best_by_learnt_weights_among_those_good_enough():
    values = np.stack([OPTION[:, 0] / 2, OPTION[:, 1] / 2])
    own = np.array([1 - OPTION.sum(axis=1) / 4])
    for weights, best in (([0.75, 0.25], 6), ([0.25, 0.75], 2)):
        chosen = learned_choice(own, np.array([weights]), values, np.array([0.5]))
        assert chosen.tolist() == [best]


def test_where_nothing_is_good_enough_the_best_for_oneself_is_offered():
    values = np.stack([OPTION[:, 0] / 2, OPTION[:, 1] / 2])
    own = np.array([1 - OPTION.sum(axis=1) / 4])
    chosen = learned_choice(own, np.array([[0.5, 0.5]]), values, np.array([2.0]))
    assert chosen.tolist() == [0]


# In the model


def played(*overrides, case="textbook_four_issues"):
    tree = tree_of("baseline", f"case={case}")
    for path, value in (word.split("=") for word in overrides):
        put(tree, {path: shipped("pakistan/tactic", value) if "tactic" in path else value})
    model = CeasefireModel(validate(tree)[0], 1, SEED)
    return model, {name: values[0] for name, values in model.run(10).columns.items()}


@pytest.mark.parametrize("tactic", ["boulware", "linear", "package_trading"])
def test_the_heaviest_and_the_lightest_issue_are_told_apart(tactic):
    model, outcome = played(f"pakistan.tactic={tactic}", f"afghan_taliban.tactic={tactic}")
    for party, estimate in zip(model.parties, model.estimates, strict=True):
        truth = [party.other.config.weights[name] for name in model.book.packages.issues]
        weights = estimate.weights()[0]
        assert weights[np.argmax(truth)] > weights[np.argmin(truth)]
        uninformed = weight_error(np.full((1, 4), 0.25), np.array(truth))[0]
        assert outcome[f"{party.name}_weight_error"] < uninformed


def test_on_one_issue_and_at_an_even_pace_nothing_is_guessed_wrong():
    _, outcome = played("pakistan.tactic=linear", "afghan_taliban.tactic=linear", case="textbook")
    assert [outcome[f"{side}_weight_error"] for side in PARTIES] == [0, 0]
    assert outcome["pakistan_reservation_error"] == 0  # the other has just reached .6 in .4


def test_what_was_never_heard_is_not_judged():
    tactic = "subgame_perfect"
    _, outcome = played(f"pakistan.tactic={tactic}", f"afghan_taliban.tactic={tactic}")
    assert np.isnan([outcome[f"{side}_weight_error"] for side in PARTIES]).all()


def test_errors_are_outcomes_of_every_future_that_talked_long_enough():
    columns = CeasefireModel(vary({}), 200, SEED).run(40).columns
    for side in PARTIES:
        for what in ("weight", "reservation"):
            errors = columns[f"{side}_{what}_error"]
            known = ~np.isnan(errors)
            assert known.mean() > 0.5
            assert (errors[known] >= 0).all()
            assert (errors[known] <= 1).all()
            assert not known[columns["rounds_held"] == 0].any()


def test_a_side_that_learns_offers_other_packages():
    public, learned = (
        played(*(f"{side}.opponent_model={kind}" for side in PARTIES))[0].talks.offers
        for kind in ("public", "learned")
    )
    assert public.tolist() != learned.tolist()
