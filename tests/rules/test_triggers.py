"""Triggers: the weightiest opens the day's chain of responses."""

import pytest
from by_hand import one_future, trigger_of

from sim.config import CAUSES
from sim.parameters import NONE
from sim.rules.triggers import clear, put_forward
from sim.state import ATTACK, BORDER_CLASH, SHOCK, TALKS_BREAKDOWN, VIOLATION


def after(*offers):
    """The trigger of a future after these were put forward: severity, cause, injured."""
    future, _ = one_future()
    for severity, cause, injured in offers:
        put_forward(future, severity, cause, *injured)
    return trigger_of(future)


NOTHING = (0.0, NONE, (False, False))
CLASH = (2.0, BORDER_CLASH, (True, True))
LIGHT = (1.0, ATTACK, (True, False))


def test_a_future_begins_without_a_trigger():
    assert after() == NOTHING


@pytest.mark.parametrize("injured", [(True, False), (False, True), (True, True)])
def test_a_trigger_is_held_with_its_cause_and_whom_it_injured(injured):
    assert after((1.5, TALKS_BREAKDOWN, injured)) == (1.5, TALKS_BREAKDOWN, injured)


@pytest.mark.parametrize("offers", [(LIGHT, CLASH), (CLASH, LIGHT)])
def test_the_weightier_trigger_wins_in_either_order(offers):
    assert after(*offers) == CLASH


def test_the_injured_are_those_of_the_weightier_trigger():
    assert after((1.0, ATTACK, (True, False)), (2.0, SHOCK, (False, True)))[2] == (False, True)


@pytest.mark.parametrize("one", range(len(CAUSES)))
@pytest.mark.parametrize("other", range(len(CAUSES)))
def test_of_equal_triggers_the_cause_named_earlier_wins(one, other):
    both = (True, True)
    assert after((1.0, one, both), (1.0, other, both)) == (1.0, min(one, other), both)


def test_a_lighter_trigger_of_an_earlier_cause_does_not_win():
    assert after((2.0, SHOCK, (False, True)), (1.0, ATTACK, (True, False)))[1] == SHOCK


MINE, THEIRS = (1.0, VIOLATION, (True, False)), (1.0, VIOLATION, (False, True))


@pytest.mark.parametrize("offers", [(MINE, THEIRS), (THEIRS, MINE)])
def test_equal_violations_by_both_injure_both(offers):
    assert after(*offers) == (1.0, VIOLATION, (True, True))


@pytest.mark.parametrize("offer", [MINE, THEIRS])
def test_the_same_trigger_twice_injures_whom_it_injured_once(offer):
    assert after(offer, offer) == offer


def test_lighter_violations_of_one_cause_injure_nobody_more():
    assert after((2.0, VIOLATION, (True, False)), (1.0, VIOLATION, (False, True)))[2] == (
        True,
        False,
    )


def test_a_trigger_without_weight_is_a_trigger():
    assert after((0.0, SHOCK, (False, True))) == (0.0, SHOCK, (False, True))


def test_a_trigger_is_forgotten_whole():
    future, _ = one_future()
    put_forward(future, *CLASH[:2], True, True)
    clear(future)
    assert trigger_of(future) == NOTHING
