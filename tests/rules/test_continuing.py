"""What a future takes along when another scenario holds from tomorrow on."""

import numpy as np
import pytest
from by_hand import as_array, one_future, seat

from sim.rules.continuing import take_over


def taken_over(same_calendar=False, talks_before=True, **changes):
    """A future on day 5, after another scenario has taken over, with rounds every ten days."""
    future, p = one_future({"events": {}})
    future.day, future.talks.next_round = 5, 7
    p.calendar.interval, p.count.rounds = 10, 0
    for name, value in changes.items():
        part, _, field = name.partition("__")
        (p if part == "switches" else future)[part][field] = value
    seat(future, p, {"functions": ("verify",), "credibility": 0.5})
    both = as_array(future), as_array(p)
    take_over(*both, same_calendar, talks_before)
    return both[0][0]


@pytest.mark.parametrize("side", [0, 1])
def test_lock_in_is_no_more_than_the_partys_own_may_be(side):
    future, p = one_future()
    p.count.contested = 2
    p.parties[side].lock_in, p.parties[1 - side].lock_in = 0.5, 0.9
    future.sides["lock_in"] = 0.75
    future.sides[side].lock_in[1] = 0.25
    futures = as_array(future)
    take_over(futures, as_array(p), True, True)
    assert futures[0].sides[side].lock_in.tolist() == [0.5, 0.25, 0.75, 0.75]
    assert futures[0].sides[1 - side].lock_in.tolist() == [0.75] * 4


def test_who_verifies_and_what_a_deal_does_are_reckoned_anew():
    future, p = one_future({"mediators": {}})
    future.deal.package, future.verifiers = 0, 0.75
    future.deal.terms.restraint = 0.75
    futures = as_array(future)
    take_over(futures, as_array(p), True, True)
    assert futures[0].verifiers == 0.0
    assert futures[0].deal.terms.restraint == 0.0


def test_without_a_deal_no_terms_are_written():
    future, p = one_future()
    future.deal.terms.restraint = 0.75  # of none: only to see that nothing is written
    futures = as_array(future)
    take_over(futures, as_array(p), True, True)
    assert futures[0].deal.terms.restraint == 0.75


def test_a_round_that_is_due_stays_where_the_calendar_is_the_same():
    assert taken_over(same_calendar=True).talks.next_round == 7


@pytest.mark.parametrize(
    ("same_calendar", "talks_before"), [(False, True), (True, False), (False, False)]
)
def test_a_round_is_due_anew_where_the_calendar_has_changed_or_talks_begin(
    same_calendar, talks_before
):
    assert taken_over(same_calendar, talks_before).talks.next_round == 10


def test_talks_under_way_go_on():
    future = taken_over(talks__in_session=True)
    assert (bool(future.talks.in_session), future.talks.next_round) == (True, 7)


def test_under_a_deal_no_round_is_due_anew():
    assert taken_over(deal__package=0).talks.next_round == 7


def test_without_talks_from_tomorrow_on_none_are_under_way_or_due():
    future = taken_over(same_calendar=True, talks__in_session=True, switches__talks=False)
    assert (bool(future.talks.in_session), future.talks.next_round) == (False, 0)


def test_every_future_goes_on_under_its_own_set():
    future, p = one_future()
    p.count.contested, future.sides["lock_in"] = 1, 0.75
    futures, sets = as_array(future).repeat(2), as_array(p).repeat(2)
    futures["set"] = 1, 0
    sets["parties"]["lock_in"] = [[0.5, 0.5], [0.25, 0.25]]
    take_over(futures.view(np.recarray), sets.view(np.recarray), True, True)
    assert futures["sides"]["lock_in"][:, 0, 0].tolist() == [0.25, 0.5]
