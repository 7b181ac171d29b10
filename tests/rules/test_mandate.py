"""What wears a side's mandate at home, what restores it, and what its loss does."""

import pytest
from by_hand import empty_desk, one_future, seat

from sim.negotiation.ratification import gain_asked_at_home
from sim.rules.beliefs import revise
from sim.rules.ends import ends_it, repudiate, restart
from sim.rules.mandate import (
    lost,
    pressure_of_loss,
    restore_by_deal,
    wear_by_restraint,
    wear_by_talks,
)
from sim.rules.responses import inclination, respond
from sim.rules.triggers import put_forward
from sim.state import (
    ATTACK,
    BORDER_CLASH,
    COLLAPSE,
    FIRE,
    REPUDIATION,
    SHOCK,
    STRIKE,
    TALKS_BREAKDOWN,
    VIOLATION,
)

SIDES = pytest.mark.parametrize("side", [0, 1])
NEVER, PROTESTS, FIRES = [90.0] * 4, [-90.0, 90.0, 90.0, 90.0], [-90.0, -90.0, 90.0, 90.0]


def at_home(**mandate):
    """A future and its parameters with round numbers on the mandate."""
    future, p = one_future({"mediators": {}, "events": {}})
    numbers = {"unanswered": 0.125, "protest": 0.75, "fruitless": 0.25, "deal": 0.5, "lost": 0.25}
    for name, value in (numbers | mandate).items():
        p.conflict.mandate[name] = value
    future.day = 3
    return future, p


def mandates(future):
    return future.sides["mandate"].tolist()


def test_mandates_are_whole_on_day_0():
    assert mandates(one_future()[0]) == [1.0, 1.0]


# What wears it


@SIDES
@pytest.mark.parametrize(("rung", "worn"), [(0, 0.25), (1, 0.0625), (FIRE, 0.0), (STRIKE, 0.0)])
def test_restraint_wears_by_what_was_suffered_a_protest_less_and_fire_not_at_all(side, rung, worn):
    future, p = at_home()
    future.sides[side].rung = rung
    wear_by_restraint(future, p, side, 2.0)
    assert future.sides[side].mandate == 1.0 - worn
    assert future.sides[1 - side].mandate == 1.0


def test_a_mandate_is_never_less_than_none():
    future, p = at_home()
    wear_by_restraint(future, p, 0, 99.0)
    assert mandates(future) == [0.0, 1.0]


def after(cause, injured, first=NEVER, second=NEVER, severity=1.0, carried=False, **changes):
    """Mandates after a day's chain of responses."""
    future, p = at_home(**changes)
    response = p.conflict.response
    response.counter, response.counter_from, response.links, response.local = 0.5, 2, 4, 2
    p.parties["capability"] = 1.0
    p.parties[0].thresholds[:], p.parties[1].thresholds[:] = first, second
    put_forward(future, severity, cause, *injured)
    future.trigger.carried = carried
    respond(future, p, empty_desk().log)
    return mandates(future)


@pytest.mark.parametrize("cause", [ATTACK, VIOLATION, SHOCK])
def test_who_suffers_and_shows_restraint_pays_at_home(cause):
    assert after(cause, (True, False), severity=2.0) == [0.75, 1.0]
    assert after(cause, (False, True), severity=2.0) == [1.0, 0.75]


@pytest.mark.parametrize("cause", [BORDER_CLASH, TALKS_BREAKDOWN])
def test_what_nobody_did_need_not_be_answered(cause):
    assert after(cause, (True, True), severity=2.0) == [1.0, 1.0]


def test_what_is_left_of_yesterdays_chain_is_something_suffered():
    assert after(BORDER_CLASH, (True, True), severity=2.0, carried=True) == [0.75, 0.75]


def test_a_side_that_bears_fire_after_a_clash_pays_at_home():
    """Kabul suffers border fire, 0.5 x 2, and answers with nothing."""
    assert after(BORDER_CLASH, (True, True), FIRES, NEVER) == [1.0, 0.875]


def test_a_protest_costs_a_quarter_of_it():
    assert after(ATTACK, (True, False), PROTESTS, severity=2.0) == [0.9375, 1.0]


def test_who_has_answered_with_fire_may_stop_there():
    """Islamabad answers an attack with fire; Kabul, which suffers that, holds back and pays."""
    assert after(ATTACK, (True, False), FIRES, severity=2.0) == [1.0, 0.875]


def test_who_was_not_asked_does_not_pay():
    """Mediators break the chain before Kabul's turn comes."""
    future, p = at_home()
    seat(future, p, {"functions": ("contain",), "leverage": (1.0, 1.0), "patience": 2.0})
    p.conflict.response.containment = 1.0
    p.parties[0].thresholds[:] = FIRES
    put_forward(future, 2.0, ATTACK, True, False)
    respond(future, p, empty_desk().log)
    assert mandates(future) == [1.0, 1.0]


@pytest.mark.parametrize(("package", "left"), [(-1, 0.75), (0, 1.0)])
def test_a_round_with_nothing_signed_wears_both_unless_a_deal_is_in_force(package, left):
    future, p = at_home()
    future.deal.package = package
    wear_by_talks(future, p)
    assert mandates(future) == [left, left]


# What restores it


@pytest.mark.parametrize(("whole", "left"), [(1.0, 0.75), (0.5, 0.625), (0.0, 0.5)])
def test_a_signed_deal_brings_back_a_share_of_what_is_lost_a_partial_one_less(whole, left):
    future, p = at_home()
    future.sides["mandate"], future.deal.whole = (0.5, 1.0), whole
    restore_by_deal(future, p)
    assert mandates(future) == [left, 1.0]


def test_it_recovers_by_half_in_its_half_life():
    future, p = at_home()
    p.derived.moved.mandate = 1.0 - 0.5 ** (1.0 / 5.0)
    future.sides["mandate"] = 0.0, 0.5
    for _ in range(5):
        revise(future, p)
    assert mandates(future) == pytest.approx([0.5, 0.75], abs=1e-12)


def test_a_ceasefire_that_is_renewed_begins_with_whole_mandates():
    future, p = at_home()
    future.sides["mandate"] = 0.125, 0.5
    restart(future, p)
    assert mandates(future) == [1.0, 1.0]


# What a worn mandate does


@SIDES
def test_a_worn_mandate_inclines_to_answer(side):
    future, p = at_home()
    p.conflict.response.mandate = 2.0
    before = inclination(future, p, side)
    future.sides[side].mandate = 0.25
    assert pressure_of_loss(future, p, side) == 1.5
    assert inclination(future, p, side) == pytest.approx(before + 1.5, abs=1e-12)


@SIDES
def test_a_worn_mandate_asks_for_more_at_home(side):
    future, p = at_home()
    p.bargaining.win_set_mandate = 0.2
    before = gain_asked_at_home(future, p, side)
    future.sides[side].mandate = 0.25
    assert gain_asked_at_home(future, p, side) == pytest.approx(before + 0.15, abs=1e-12)


@SIDES
@pytest.mark.parametrize(("mandate", "gone"), [(0.24, True), (0.25, False), (1.0, False)])
def test_a_capital_without_a_mandate_ends_it_over_its_delegations_head(side, mandate, gone):
    """The person in the seat would refuse, and is not asked."""
    future, p = at_home()
    future.seats, future.answered, future.answers[0] = 1 << side, 1, 0
    future.sides[side].mandate = mandate
    assert bool(lost(future, p, side)) is gone
    assert bool(ends_it(future, p, side, 0.0)) is gone
    assert future.asked == 0


def test_its_cause_is_the_largest_grievance_of_the_side():
    future, p = at_home()
    future.sides[1].mandate = 0.0
    future.sides[1].grievance[:] = (0.1, 0.0, 0.3, 0.2, 0.0)
    repudiate(future, p)
    for end in (REPUDIATION, COLLAPSE):
        assert (future.ceasefire.day[end], future.ceasefire.cause[end]) == (3, VIOLATION)
