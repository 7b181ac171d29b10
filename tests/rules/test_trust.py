"""Trust: log-odds that signals move, and that leak back to the prior."""

import math

import numpy as np
import pytest
from by_hand import one_future

from sim.parameters import kept_per_day, log_odds
from sim.rules.trust import LIMIT, believe, leaked, learn, probability, trust


def test_a_probability_is_one_over_one_and_e_to_minus_the_log_odds():
    assert probability(math.log(3)) == pytest.approx(0.75, abs=1e-15)


@pytest.mark.parametrize("chance", [0.001, 0.3, 0.5, 0.999])
def test_log_odds_and_probability_are_inverse(chance):
    assert probability(log_odds(chance)) == pytest.approx(chance, abs=1e-15)


def test_a_signal_is_added_to_what_was_learnt_and_is_not_yet_believed():
    future, _ = one_future()
    side = future.sides[1]
    side.learnt, side.believed = 0.5, 0.25
    learn(side, -0.75)
    assert (side.learnt, side.believed) == (-0.25, 0.25)


def test_a_side_believes_what_it_has_learnt():
    future, _ = one_future()
    side = future.sides[1]
    side.learnt, side.believed = 0.5, 0.25
    believe(side)
    assert side.believed == 0.5


def test_trust_is_of_what_is_believed():
    future, _ = one_future()
    side = future.sides[1]
    side.learnt, side.believed = 9.0, math.log(4)
    assert trust(side) == pytest.approx(0.8, abs=1e-15)


def test_what_was_learnt_fades_towards_the_prior():
    """-1 + (2 + 1) * 0.75."""
    assert leaked(2.0, -1.0, 0.75) == 1.25


def test_what_was_learnt_halves_in_its_half_life():
    learnt = 3.0
    for _ in range(60):
        learnt = leaked(learnt, -1.0, kept_per_day(60.0))
    assert learnt == pytest.approx(-1.0 + 4.0 / 2, abs=1e-12)


def test_the_prior_stays_where_it_is():
    assert leaked(-1.0, -1.0, kept_per_day(7.0)) == -1.0


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_certainty_is_final(sign):
    assert leaked(sign * 1e6, 0.0, kept_per_day(3650.0)) == sign * LIMIT


def test_the_limit_is_odds_of_some_hundred_and_sixty_thousand():
    assert np.exp(LIMIT) == pytest.approx(162_755, abs=1)
