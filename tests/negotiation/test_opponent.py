"""What a side learns of the other from its offers, and how wrong it is in the end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.negotiation.opponent import (
    PRIOR,
    best_as_learned,
    expected_reservation,
    hear,
    thought_worth,
    total_unmoved,
    weight_error,
)
from sim.negotiation.terms import begin_anew
from sim.parameters import NONE

from .sitting import Sitting, eased, everybody, issue, of_issues, options, values, worlds

GRID = {  # package 3 a + b takes option a and option b; Islamabad wants little, Kabul much of both
    "first": issue([1, 0.5, 0], [0, 0.5, 1]),
    "second": issue([1, 0.5, 0], [0, 0.5, 1]),
}
MINE, OTHERS = 0, 1


@pytest.fixture
def sitting():
    """A side that has heard nothing yet."""
    sitting = Sitting(of_issues(GRID, [[0.5, 0.5], [0.8, 0.2]]))
    for side in range(2):
        own = sitting.own(side)
        own.previous, own.heard, own.unmoved[:] = NONE, 0, PRIOR
    return sitting


def heard(sitting, *offers):
    """Let Islamabad hear offers, and return it."""
    for offer in offers:
        hear(*sitting.at_table, MINE, offer)
    return sitting.own(MINE)


def shares(sitting, *offers):
    """Weights that Islamabad thinks Kabul gives to both issues after its offers."""
    own = heard(sitting, *offers)
    return (own.unmoved[:2] / total_unmoved(sitting.p, own)).tolist()


# Weights


def test_before_anything_is_heard_all_issues_count_alike(sitting):
    assert shares(sitting) == [0.5, 0.5]


def test_a_first_offer_teaches_nothing(sitting):
    assert shares(sitting, 8) == [0.5, 0.5]


def test_an_issue_that_does_not_move_is_taken_to_matter_more(sitting):
    """Offers (2, 2), (2, 1), (2, 0): the first issue stayed twice, on top of one in advance."""
    assert shares(sitting, 8, 7, 6) == [0.75, 0.25]


def test_learning_mirrors_when_the_issues_change_places(sitting):
    assert shares(sitting, 8, 5, 2) == [0.25, 0.75]


def test_each_offer_is_compared_with_the_one_before_it(sitting):
    """Offers (2, 2), (1, 2), (2, 1), (2, 0)."""
    assert heard(sitting, 8, 5, 7, 6).unmoved[:2].tolist() == [PRIOR + 1, PRIOR + 1]


def test_offers_are_counted_and_the_last_is_remembered(sitting):
    own = heard(sitting, 8, 7, 6)
    assert (own.heard, own.previous) == (3, 6)


def test_the_first_offer_of_a_negotiation_is_remembered(sitting):
    assert heard(sitting, 8, 7, 6).first_heard == 8
    begin_anew(sitting.future)
    assert heard(sitting, 5, 4).first_heard == 5


def test_what_was_learnt_outlives_the_negotiation(sitting):
    """Only that the last offer of one is not compared with the first of the next."""
    heard(sitting, 8, 7)
    begin_anew(sitting.future)
    assert heard(sitting, 7).unmoved[:2].tolist() == [PRIOR + 1, PRIOR]


def test_who_speaks_learns_nothing_from_it(sitting):
    heard(sitting, 8, 7, 6)
    assert sitting.own(OTHERS).unmoved[:2].tolist() == [PRIOR, PRIOR]
    assert sitting.own(OTHERS).heard == 0


def test_only_the_issues_of_the_agenda_count(sitting):
    sitting.own(MINE).unmoved[2:] = 50.0
    assert total_unmoved(sitting.p, sitting.own(MINE)) == 2.0


@pytest.mark.parametrize(
    ("unmoved", "truth", "error"),
    [([3, 7], [0.3, 0.7], 0.0), ([1, 0], [0, 1], 1.0), ([2, 2], [0.8, 0.2], 0.3)],
)
def test_the_error_of_weights_is_the_share_laid_on_the_wrong_issues(sitting, unmoved, truth, error):
    sitting.own(MINE).unmoved[:2] = unmoved
    sitting.p.parties[OTHERS].weights[:2] = truth
    assert weight_error(sitting.future, sitting.p, MINE) == pytest.approx(error)


# Reservation


@pytest.mark.parametrize(
    ("first", "last", "time", "guess"),
    [
        (1.0, 0.8, 0.25, 0.2),  # .2 in a quarter of the round: .8 by the deadline
        (0.9, 0.8, 1.0, 0.8),  # at the deadline, what was offered
        (0.5, 0.7, 0.5, 0.9),  # who takes back
        (1.0, 0.5, 0.1, 0.0),  # nobody is thought to go below nothing
        (0.5, 0.5, 0.0, 0.5),  # before any time has passed
    ],
)
def test_concessions_at_an_even_pace_point_at_the_reservation(first, last, time, guess):
    assert expected_reservation(first, last, time) == pytest.approx(guess)


# Use


def test_a_package_is_worth_the_weighted_sum_of_its_options(sitting):
    """Weights .75 and .25 as learnt, Kabul's values 1 and .5 of options 2 and 1."""
    sitting.own(MINE).unmoved[:2] = [3, 1]
    assert thought_worth(*sitting.at_table, MINE, 7) == pytest.approx(0.75 + 0.25 * 0.5)


def test_what_a_link_makes_cheaper_is_thought_to_cost_less(sitting):
    """Of the 1 that option 2 of the first issue costs Kabul, a quarter is saved."""
    sitting.p.agenda.options["parties"][:3, 1] = 1.0, 0.5, 0.0
    link, sitting.p.count.links = sitting.p.agenda.links[0], 1
    link.given, link.at_least, link.options[2], link.cheaper = 1, 1, 1, 0.25
    sitting.own(MINE).unmoved[:2] = [3, 1]
    sitting.lay()
    worths = [thought_worth(*sitting.at_table, MINE, package) for package in (6, 7)]
    assert worths == pytest.approx([0.0, 0.75 * 0.25 + 0.25 * 0.5])


@pytest.mark.parametrize(("unmoved", "best"), [([3, 1], 6), ([1, 3], 2)])
def test_the_offer_is_best_by_learnt_weights_among_those_good_enough(sitting, unmoved, best):
    sitting.own(MINE).unmoved[:2] = unmoved
    assert best_as_learned(*sitting.at_table, MINE, 0.5, NONE) == best


def test_of_equals_the_lower_number_is_offered(sitting):
    assert best_as_learned(*sitting.at_table, MINE, 0.5, NONE) == 2


@pytest.mark.parametrize(
    ("last", "settled", "best"),
    [
        (NONE, NONE, 6),  # all of the first issue, which the other is thought to want most
        (1, NONE, 4),  # half of the second was offered: half of both
        (NONE, 1, 4),
        (2, 3, 5),
    ],
)
def test_what_was_offered_and_settled_stands(sitting, last, settled, best):
    """Asked for is .5, or .25 where so much stands already."""
    sitting.own(MINE).unmoved[:2] = [3, 1]
    if settled != NONE:
        sitting.settled(settled)
    asked = 0.25 if best == 5 else 0.5
    assert best_as_learned(*sitting.at_table, MINE, asked, last) == best


def test_where_nothing_is_good_enough_the_best_for_oneself_is_offered(sitting):
    assert best_as_learned(*sitting.at_table, MINE, 2.0, NONE) == 0


@given(worlds(), st.floats(-0.2, 1.2))
@settings(max_examples=30, deadline=None)
def test_the_learnt_choice_is_the_best_among_all(world, asked):
    """Aspirations met exactly among them: every other one is some package's utility."""
    p, rng = world.p, np.random.default_rng(world.p.agenda.packages)
    for side in range(2):
        own = everybody(world)[:, side]
        asked = asked if rng.integers(2) else rng.choice(own)
        unmoved = rng.integers(1, 5, p.count.issues).astype(float)
        world.own(side).unmoved[: p.count.issues] = unmoved
        theirs = np.zeros(len(own))
        for k, chosen in enumerate(options(p).T):
            worth = values(p, world.future.account, k, 1 - side)
            cheaper = eased(p, k)[0] * (p.agenda.issues[k].demander == side)
            saved = cheaper * np.maximum(worth[0] - worth[chosen], 0)
            theirs += unmoved[k] / unmoved.sum() * (worth[chosen] + saved)
        enough = own >= min(asked, own.max())
        found = best_as_learned(*world.at_table, side, asked, NONE)
        assert found == np.where(enough, theirs, -1).argmax()
