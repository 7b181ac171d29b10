"""Day 0: private draws by their quantiles, prior beliefs, and how everything begins."""

import math

import numpy as np
import pytest
from by_hand import choose, one_future, seat

from sim.chance import chance
from sim.config import AccountName
from sim.parameters import NONE, code
from sim.rules.begin import (
    ACCOUNT,
    CAPACITY,
    ENDING,
    EXPECTED,
    RESOLVE,
    WILLING,
    WINSET,
    account_used,
    begin,
    begin_ceasefire,
    begin_side,
)

SIDES = pytest.mark.parametrize("side", [0, 1])


def empty():
    """A record of a future that has not begun, and its parameters."""
    begun, p = one_future()
    future = np.zeros(1, begun.dtype).view(np.recarray)[0]
    future.seed, future.replicate = begun.seed, begun.replicate
    return future, p


def logit(uniform):
    return math.log(uniform / (1 - uniform))


# Whose account


@pytest.mark.parametrize(
    ("name", "used"),
    [(AccountName.islamabad, 0), (AccountName.kabul, 1), (AccountName.undisputed, 2)],
)
def test_an_account_that_is_named_is_used(name, used):
    future, p = empty()
    p.accounts.name, p.accounts.probability_islamabad = code(name), 0.5
    assert account_used(future, p) == used


@pytest.mark.parametrize(("extra", "used"), [(1e-9, 0), (0.0, 1), (-1e-9, 1)])
def test_mixed_accounts_are_drawn(extra, used):
    """Islamabad's below its probability, Kabul's at it and above."""
    future, p = empty()
    p.accounts.name = code(AccountName.mixed)
    p.accounts.probability_islamabad = chance(future, ACCOUNT) + extra
    assert account_used(future, p) == used


# What a side is


@SIDES
@pytest.mark.parametrize(("extra", "willing"), [(1e-9, True), (0.0, False)])
def test_a_side_is_in_good_faith_below_its_chance(side, extra, willing):
    future, p = empty()
    p.parties[side].good_faith = chance(future, WILLING[side]) + extra
    begin_side(future, p, side)
    assert bool(future.sides[side].willing) is willing


@SIDES
def test_capacity_is_spread_evenly_around_the_sides(side):
    """0.5 + (2 u - 1) * 0.25."""
    future, p = empty()
    p.parties[side].capacity, p.parties[side].capacity_spread = 0.5, 0.25
    begin_side(future, p, side)
    expected = 0.5 + (2 * chance(future, CAPACITY[side]) - 1) * 0.25
    assert future.sides[side].capacity == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("capacity", "drawn", "kept"), [(0.875, (0.9, 1.0), 1.0), (0.125, (0.0, 0.1), 0.0)]
)
def test_capacity_is_a_share(capacity, drawn, kept):
    future, p = empty()
    choose(future, {CAPACITY[0]: drawn})
    p.parties[0].capacity, p.parties[0].capacity_spread = capacity, 0.5
    begin_side(future, p, 0)
    assert future.sides[0].capacity == kept


@SIDES
def test_rounds_expected_are_spread_evenly_around_the_sides(side):
    """4 + (2 u - 1) * 2.5."""
    future, p = empty()
    p.parties[side].expected_rounds, p.parties[side].expected_spread = 4.0, 2.5
    begin_side(future, p, side)
    expected = 4 + (2 * chance(future, EXPECTED[side]) - 1) * 2.5
    assert future.sides[side].expected == pytest.approx(expected, rel=1e-12)


def test_at_least_one_round_is_expected():
    future, p = empty()
    choose(future, {EXPECTED[0]: (0.0, 0.1)})
    p.parties[0].expected_rounds, p.parties[0].expected_spread = 2.0, 2.0
    begin_side(future, p, 0)
    assert future.sides[0].expected == 1.0


@SIDES
def test_resolve_is_logistic_by_its_spread(side):
    future, p = empty()
    p.parties[side].resolve_spread = 0.75
    begin_side(future, p, side)
    expected = 0.75 * logit(chance(future, RESOLVE[side]))
    assert future.sides[side].resolve == pytest.approx(expected, rel=1e-12)


@SIDES
def test_what_is_asked_at_home_is_exponential(side):
    future, p = empty()
    p.parties[side].winset_slack = 0.25
    begin_side(future, p, side)
    expected = -0.25 * math.log(1 - chance(future, WINSET[side]))
    assert future.sides[side].asked_at_home == pytest.approx(expected, rel=1e-12)


@SIDES
def test_what_ending_takes_is_log_logistic_around_its_median(side):
    """4 * exp(0.5 * logit(u))."""
    future, p = empty()
    p.parties[side].ending_value, p.parties[side].ending_spread = 4.0, 0.5
    begin_side(future, p, side)
    expected = 4.0 * math.exp(0.5 * logit(chance(future, ENDING[side])))
    assert future.sides[side].ending_value == pytest.approx(expected, rel=1e-12)


@SIDES
def test_a_side_begins_with_its_prior_whole_and_has_heard_nothing(side):
    future, p = empty()
    p.derived.parties[side].prior, p.derived.parties[1 - side].prior = 0.75, -9.0
    begin_side(future, p, side)
    own = future.sides[side]
    assert (own.learnt, own.believed, own.cohesion, own.previous) == (0.75, 0.75, 1.0, NONE)
    assert (own.unmoved > 0).all()
    assert len(set(own.unmoved.tolist())) == 1
    assert not future.sides[1 - side].unmoved.any()


# The state everything is left in


def begun(prepare=None):
    future, p = empty()
    p.calendar.interval, p.count.rounds = 10, 0
    if prepare is not None:
        prepare(future, p)
    begin(future, p)
    return future, p


def test_a_future_begins_on_day_0_and_runs():
    def prepare(future, p):
        p.conflict.tension.initial = 1.25
        p.conflict.border.closed, p.conflict.border.agreed = 0.75, 0.25
        p.accounts.name = code(AccountName.kabul)
        future.day = 7

    future, _ = begun(prepare)
    assert (future.day, future.running, future.account) == (0, True, 1)
    assert (future.tension, future.closure, future.policy) == (1.25, 0.75, 0.25)
    assert (future.sides["cohesion"] == 1.0).all()


def test_groups_begin_with_the_attacks_that_earlier_ones_set_off():
    """0.5 * 0.75 and 0.25 * 2."""

    def prepare(future, p):
        p.agenda.options["effects"]["suppression"] = 0.0
        p.count.militants = 2
        p.militants["excitation"][:2] = 0.5, 0.25
        p.derived.militants["rate"][:2] = 0.75, 2.0

    future, _ = begun(prepare)
    assert future.groups["excitation"].tolist() == [0.375, 0.5] + [0.0] * 6
    assert future.groups["frailty"].tolist() == [1.0, 1.0] + [0.0] * 6


def test_groups_begin_as_kabuls_own_policies_have_left_them():
    """0.25 of the attacks, by a capacity of 0.8 and exposures of 0.5 and 1."""

    def prepare(future, p):
        p.agenda.options["effects"]["suppression"] = 0.0
        p.agenda.options[p.agenda.issues[1].first].effects.suppression = 0.25
        p.parties[1].capacity, p.parties[1].capacity_spread = 0.8, 0.0
        p.count.militants, p.militants["exposure"][:2] = 2, (0.5, 1.0)
        p.militants["excitation"][:2], p.derived.militants["rate"][:2] = 0.5, 2.0

    future, _ = begun(prepare)
    assert future.standing == 0.25
    assert future.groups["suppression"].tolist() == pytest.approx([0.1, 0.2] + [0.0] * 6)
    assert future.groups["excitation"].tolist() == pytest.approx([0.9, 0.8] + [0.0] * 6)


def test_mediators_begin_with_their_patience_and_whether_they_take_part():
    def prepare(future, p):
        seat(future, p, {"functions": ("verify",), "credibility": 0.5}, {})
        p.mediators["patience"][:2], p.mediators["present"][:2] = (3.0, 4.0), (True, False)

    future, _ = begun(prepare)
    assert future.mediators["patience"].tolist() == [3.0, 4.0] + [0.0] * 6
    assert future.mediators["present"].tolist() == [True] + [False] * 7
    assert future.verifiers == 0.5


def test_the_first_round_is_due_where_there_are_talks():
    def without(future, p):
        p.switches.talks = False

    assert begun()[0].talks.next_round == 10
    assert begun(without)[0].talks.next_round == 0


def test_nothing_has_ended_and_nothing_is_known_of_a_deal():
    future, _ = empty()
    begin_ceasefire(future)
    state, tally = future.ceasefire, future.tally
    assert state.cause.tolist() == state.by.tolist() == [NONE] * 5
    assert state.day.tolist() == [0] * 5
    assert (state.hot_cause, future.chain_cause, future.trigger.cause) == (NONE,) * 3
    assert (state.spell, future.deal.package, tally.deal_package) == (1, NONE, NONE)
    unknown = [tally.deal_pressure, tally.deal_time, tally.deal_distance, tally.deal_nash_share]
    for pair in (future.talks.latest, tally.deal_utility, tally.deal_gain, tally.weight_error,
                 tally.reservation_error):  # fmt: skip
        unknown += pair.tolist()
    assert np.isnan(unknown).all()


def test_all_begins_in_one_step():
    future, _ = begun()
    assert (future.ceasefire.spell, future.deal.package) == (1, NONE)
