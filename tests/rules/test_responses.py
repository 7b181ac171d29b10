"""Steps 5 and 6: who answers what, at which rung, and who breaks the chain."""

import math

import numpy as np
import pytest
from by_hand import choose as choose_chances
from by_hand import empty_desk, noted, one_future, seat, trigger_of

from sim.chance import chance, nth, word
from sim.rules.responses import (
    FIRST_RESPONDS,
    HOTLINE,
    SECOND_RESPONDS,
    act,
    choose,
    choose_rung,
    contained,
    hotline,
    inclination,
    next_turns,
    open_rungs,
    respond,
    restraint,
)
from sim.rules.triggers import put_forward
from sim.state import ATTACK, BORDER_CLASH, COLLAPSE, CONTAIN, RESPOND, VIOLATION

LADDER = np.array([-0.5, 1.75, 3.5, 7.0])
NEVER, ALWAYS = [90.0] * 4, [-90.0] * 4
UP_TO_STRIKES = [-90.0, -90.0, -90.0, 90.0]
NOTHING_FORWARD = (0.0, -1, (False, False))


def logistic(x):
    return 1 / (1 + math.exp(-x))


# Rungs


@pytest.mark.parametrize("felt", [-3.0, 0.0, 1.75, 4.0, 9.0])
def test_rungs_are_an_ordered_logit(felt):
    """P(rung >= k) = 1 / (1 + exp(threshold - felt)), exactly at the quantile."""
    for k, threshold in enumerate(LADDER, 1):
        at = logistic(felt - threshold)
        assert choose_rung(at * (1 - 1e-9), felt, LADDER) >= k
        assert choose_rung(min(at * (1 + 1e-9), 1 - 2**-53), felt, LADDER) < k


def test_pressure_at_a_threshold_is_not_above_it():
    assert choose_rung(0.5, 1.75, LADDER) == 1
    assert choose_rung(0.5, 1.7501, LADDER) == 2


def test_a_rung_never_falls_with_pressure():
    rungs = [choose_rung(0.37, felt, LADDER) for felt in np.linspace(-10, 15, 60)]
    assert rungs == sorted(rungs)
    assert set(rungs) == {0, 1, 2, 3, 4}


def test_a_uniform_of_zero_is_the_highest_rung():
    assert choose_rung(0.0, -50.0, LADDER) == 4


def test_equal_thresholds_leave_out_the_rung_between():
    equal = np.array([-1.0, 0.0, 0.0, 1.0])
    assert {choose_rung(x, 0.0, equal) for x in np.linspace(0.001, 0.999, 99)} == {0, 1, 3, 4}


# Who answers


@pytest.mark.parametrize(
    ("acted", "rungs", "counter_from", "answers"),
    [
        ((True, False), (0, 0), 2, (False, False)),  # restraint is not answered
        ((True, False), (1, 0), 2, (False, False)),  # nor a protest
        ((True, False), (2, 0), 2, (False, True)),  # fire is, by the other side
        ((True, False), (3, 4), 2, (False, True)),  # and only by the other side
        ((False, True), (0, 2), 2, (True, False)),
        ((False, True), (4, 3), 2, (True, False)),
        ((True, True), (1, 1), 2, (False, False)),
        ((True, True), (2, 1), 2, (False, True)),  # who suffered the higher rung answers
        ((True, True), (2, 3), 2, (True, False)),
        ((True, True), (3, 2), 2, (False, True)),
        ((True, True), (3, 3), 2, (True, True)),  # both at once
        ((True, True), (3, 3), 4, (False, False)),
        ((True, False), (1, 0), 1, (False, True)),
        ((False, False), (0, 0), 2, (False, False)),
        ((False, False), (0, 0), 0, (False, False)),  # what nobody did nobody answers
        ((True, False), (0, 0), 0, (False, True)),
    ],
)
def test_who_answers_next(acted, rungs, counter_from, answers):
    assert tuple(map(bool, next_turns(acted, rungs, counter_from))) == answers


# What restrains, and what inclines


def weighed():
    """A future in which nothing restrains a side yet, and round weights on everything."""
    future, p = one_future()
    weigh = p.conflict.response
    weigh.talks, weigh.deal, weigh.bound, weigh.leverage = 1.0, 2.0, 8.0, 16.0
    weigh.trust, weigh.cost, weigh.tension = 32.0, 64.0, 0.5
    future.sides["believed"], future.sides["leverage"] = -99.0, 0.0
    future.sides["willing"], future.sides["closure_cost"] = True, 0.0
    future.tension = 0.0
    for side in range(2):
        p.parties[side].audience, future.sides[side].resolve = 0.0, 0.0
    return future, p


def held_back(change):
    """What holds both sides back after a change, in logits."""
    future, p = weighed()
    change(future)
    return [pytest.approx(restraint(future, p, side), abs=1e-12) for side in range(2)]


def changed(part, name, value):
    """A change of one number of a part of a future."""

    def change(future):
        setattr(getattr(future, part) if part else future, name, value)

    return change


def of_side(side, name, value):
    """A change of one number of a side."""

    def change(future):
        future.sides[side][name] = value

    return change


def promised_by(willing):
    """Half of the strikes promised away by sides that mean to keep it, or not."""

    def change(future):
        future.deal.terms.restraint = 0.5
        future.sides["willing"] = willing

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (changed("talks", "in_session", True), [1.0, 1.0]),
        (changed("deal", "whole", 1.0), [2.0, 2.0]),
        (changed("deal", "whole", 0.25), [0.5, 0.5]),  # a partial deal
        (promised_by([True, False]), [4.0, 0.0]),  # 8 * 0.5, Islamabad's alone
        (promised_by([False, True]), [0.0, 0.0]),
        (of_side(0, "leverage", 0.5), [8.0, 0.0]),
        (of_side(1, "leverage", 0.5), [0.0, 8.0]),
        (of_side(0, "believed", 0.0), [16.0, 0.0]),
        (of_side(1, "believed", 0.0), [0.0, 16.0]),
        (of_side(0, "closure_cost", 0.125), [8.0, 0.0]),
        (of_side(1, "closure_cost", 0.125), [0.0, 8.0]),
        (changed("", "tension", 5.0), [0.0, 0.0]),
    ],
)
def test_what_holds_a_side_back(change, expected):
    assert held_back(change) == expected


def test_what_holds_a_side_back_adds_up():
    """1 + 2 + 8 * 1 + 16 * 0.5 + 32 * 0.5 + 64 * 0.25 = 51."""
    future, p = weighed()
    future.talks.in_session, future.deal.whole, future.deal.terms.restraint = True, 1.0, 1.0
    own = future.sides[0]
    own.leverage, own.believed, own.closure_cost = 0.5, 0.0, 0.25
    assert restraint(future, p, 0) == pytest.approx(51.0, abs=1e-12)


@pytest.mark.parametrize("side", [0, 1])
def test_audience_resolve_and_tension_incline_to_an_answer_and_restraint_keeps_from_it(side):
    """0.75 + 0.5 + 0.5 * 4 - 1 (talks) = 2.25."""
    future, p = weighed()
    p.parties[side].audience, future.sides[side].resolve = 0.75, 0.5
    p.parties[1 - side].audience, future.sides[1 - side].resolve = 90.0, 90.0
    future.tension, future.talks.in_session = 4.0, True
    future.sides[1 - side].leverage = 1.0  # holds back the other
    assert inclination(future, p, side) == pytest.approx(2.25, abs=1e-12)


# One act


def on_day(day=2, **response):
    """A watched future on a day without mediators and hotline, and other numbers of responses."""
    future, p = one_future({"mediators": {}, "events": {}})
    future.day = day
    p.conflict.response.standing_hotline = 0.0
    p.parties["capability"] = 1.0
    for name, value in ({"counter_from": 2, "links": 4} | response).items():
        p.conflict.response[name] = value
    return future, p


@pytest.mark.parametrize(("side", "key"), [(0, FIRST_RESPONDS), (1, SECOND_RESPONDS)])
@pytest.mark.parametrize("link", [0, 1, 3])
def test_a_side_draws_its_rung_from_its_own_chance_and_the_links_number(side, key, link):
    """Kabul's thresholds are one above Islamabad's; ten days differ."""
    for day in range(1, 11):
        future, p = on_day(day)
        ladders = (LADDER, LADDER + 1.0)
        p.parties[0].thresholds[:], p.parties[1].thresholds[:] = ladders
        expected = choose_rung(nth(np.uint64(word(future, key)), link), 2.0, ladders[side])
        assert choose(future, p, empty_desk().log, link, side, 0, 2.0) == expected
        assert future.sides["rung"].tolist()[side] == expected
        assert future.sides["rung"].tolist()[1 - side] == 0


@pytest.mark.parametrize(("before", "after"), [(2, 3), (4, 4)])
def test_the_highest_rung_of_the_day_is_kept_and_every_act_is_told(before, after):
    future, p = on_day()
    p.parties[1].thresholds[:] = UP_TO_STRIKES
    future.sides[1].rung = before
    log = empty_desk().log
    assert choose(future, p, log, 2, 1, 0, 0.0) == 3
    assert future.sides["rung"].tolist() == [0, after]
    assert noted(log) == [("act", 1, 3, 2, 0, 0, 0)]


def test_a_person_answers_in_a_sides_place_and_is_told_what_was_suffered():
    future, p = on_day()
    p.parties[0].thresholds[:] = UP_TO_STRIKES
    future.seats, future.answered, future.answers[0] = 1, 1, 1
    assert choose(future, p, empty_desk().log, 3, 0, 2, 0.0) == 1
    assert (int(future.question.suffered), int(future.question.link)) == (2, 3)
    assert (future.sides[0].rung, future.agents[0]) == (1, 3)
    assert RESPOND == 4


@pytest.mark.parametrize(
    ("capability", "most", "rungs"),
    [
        ((1, 1, 1, 1), 4, {0, 1, 2, 3, 4}),
        ((1, 1, 0, 1), 4, {0, 1, 2, 4}),
        ((1, 1, 1, 1), 2, {0, 1, 2}),
        ((0, 1, 0, 1), 3, {0, 2}),
        ((0, 0, 0, 0), 4, {0}),
        ((1, 1, 1, 1), 0, {0}),
    ],
)
def test_rungs_that_are_open(capability, most, rungs):
    bits_ = int(open_rungs(np.array(capability, dtype=float), most))
    assert {rung for rung in range(8) if bits_ >> rung & 1} == rungs


@pytest.mark.parametrize(
    ("capability", "rung"), [((1, 1, 0, 1), 2), ((1, 0, 0, 1), 1), ((0, 0, 0, 1), 0)]
)
def test_a_side_without_the_means_takes_the_next_lower_rung_that_it_can(capability, rung):
    future, p = on_day()
    p.parties["thresholds"] = UP_TO_STRIKES
    p.parties[1].capability[:] = capability
    log = empty_desk().log
    assert choose(future, p, log, 0, 1, 0, 0.0) == rung
    assert choose(future, p, log, 0, 0, 0, 0.0) == 3
    assert future.sides["rung"].tolist() == [3, rung]


def test_a_person_is_told_which_rungs_are_open():
    future, p = on_day()
    p.parties[0].capability[:] = (1, 1, 0, 1)
    future.seats, future.answered, future.answers[0] = 1, 1, 1
    choose(future, p, empty_desk().log, 0, 0, 0, 0.0)
    assert int(future.question.open) == 0b10111


def acted(acting, before=(0, 0), felt=(0.0, 0.0), link=0):
    """Rungs of those who act, and who was told to have suffered what."""
    future, p = on_day()
    p.parties[0].thresholds[:] = [-90.0, 10.0, 90.0, 90.0]
    p.parties[1].thresholds[:] = [-90.0, -90.0, 20.0, 90.0]
    log = empty_desk().log
    rungs = act(future, p, log, link, acting, before, felt)
    return rungs, noted(log), int(future.question.suffered)


@pytest.mark.parametrize(
    ("acting", "rungs"),
    [((True, False), (1, 0)), ((False, True), (0, 2)), ((True, True), (1, 2)),
     ((False, False), (0, 0))],
)  # fmt: skip
def test_those_whose_turn_it_is_act(acting, rungs):
    assert acted(acting)[0] == rungs
    told = [("act", side, rungs[side], 0, 0, 0, 0) for side in range(2) if acting[side]]
    assert acted(acting)[1] == told


def test_each_acts_on_what_it_feels():
    assert acted((True, True), felt=(80.0, 0.0))[0] == (2, 2)
    assert acted((True, True), felt=(0.0, 80.0))[0] == (1, 3)


@pytest.mark.parametrize(("acting", "suffered"), [((True, False), 4), ((False, True), 3)])
def test_each_has_suffered_the_rung_of_the_other(acting, suffered):
    assert acted(acting, before=(3, 4))[2] == suffered


# The chain


def chain(
    first=UP_TO_STRIKES, second=UP_TO_STRIKES, severity=1.0, cause=ATTACK, injured=(True, False),
    prepare=None, **response,
):  # fmt: skip
    """A future after the day's responses to a trigger, and (side, rung, link) of every act."""
    future, p = on_day(**response)
    p.conflict.response.unfinished, p.conflict.response.counter = 0.625, 0.0
    for side, thresholds in enumerate((first, second)):
        p.parties[side].thresholds[:] = thresholds
    put_forward(future, severity, cause, *injured)
    if prepare is not None:
        prepare(future, p)
    log = empty_desk().log
    respond(future, p, log)
    return future, [row[1:4] for row in noted(log)]


@pytest.mark.parametrize("links", [1, 2, 4, 7])
def test_a_chain_is_bounded_alternates_and_what_is_left_waits_for_tomorrow(links):
    future, acts = chain(links=links)
    assert acts == [(k % 2, 3, k) for k in range(links)]
    assert trigger_of(future) == (0.625, ATTACK, (links % 2 == 0, links % 2 == 1))
    assert future.chain_cause == ATTACK


def test_the_injured_side_answers_first():
    assert chain(injured=(False, True), links=2)[1] == [(1, 3, 0), (0, 3, 1)]


def test_after_a_clash_both_act_at_once():
    future, acts = chain(cause=BORDER_CLASH, injured=(True, True), links=2, local=4)
    assert acts == [(0, 3, 0), (1, 3, 0), (0, 3, 1), (1, 3, 1)]
    assert trigger_of(future) == (0.625, BORDER_CLASH, (True, True))


@pytest.mark.parametrize("local", [0, 1, 2, 3])
def test_a_clash_is_answered_on_the_spot_only_so_far_whatever_is_felt(local):
    _, acts = chain(cause=BORDER_CLASH, injured=(True, True), links=1, local=local)
    assert acts == [(0, local, 0), (1, local, 0)]


def test_capitals_choose_what_follows_a_clash():
    _, acts = chain(cause=BORDER_CLASH, injured=(True, True), links=2, local=2)
    assert acts == [(0, 2, 0), (1, 2, 0), (0, 3, 1), (1, 3, 1)]


def test_capitals_go_on_with_what_is_left_of_yesterdays_clash():
    future, _ = chain(cause=BORDER_CLASH, injured=(True, True), links=1, local=2)
    p = on_day(links=1, local=2)[1]
    p.parties["thresholds"] = UP_TO_STRIKES
    log = empty_desk().log
    respond(future, p, log)
    assert [row[1:4] for row in noted(log)] == [(0, 3, 0), (1, 3, 0)]
    assert future.chain_cause == BORDER_CLASH


def test_a_new_clash_that_weighs_more_is_again_answered_on_the_spot():
    def prepare(future, p):
        future.trigger.carried = True
        put_forward(future, 2.0, BORDER_CLASH, True, True)

    _, acts = chain(cause=BORDER_CLASH, injured=(True, True), links=1, local=2, prepare=prepare)
    assert acts == [(0, 2, 0), (1, 2, 0)]


def test_an_attack_is_answered_by_the_capital_at_once():
    assert chain(links=1, local=2)[1] == [(0, 3, 0)]


def test_mediators_can_end_a_chain_after_fire_on_the_spot():
    """Both have fired, no capital has chosen: mediators with full pull leave it at that."""

    def prepare(future, p):
        seat(future, p, {"functions": ("contain",), "leverage": (1.0, 1.0), "patience": 2.0})
        p.conflict.response.containment = 1.0

    future, acts = chain(
        cause=BORDER_CLASH, injured=(True, True), links=4, local=2, prepare=prepare
    )
    assert acts == [(0, 2, 0), (1, 2, 0)]
    assert trigger_of(future) == NOTHING_FORWARD


def test_restraint_on_both_sides_ends_a_clash():
    future, acts = chain(NEVER, NEVER, cause=BORDER_CLASH, injured=(True, True))
    assert acts == [(0, 0, 0), (1, 0, 0)]
    assert trigger_of(future) == NOTHING_FORWARD


def test_restraint_ends_a_chain_and_nothing_waits():
    future, acts = chain(second=NEVER)
    assert acts == [(0, 3, 0), (1, 0, 1)]
    assert trigger_of(future) == NOTHING_FORWARD


def test_a_chain_that_ends_with_its_last_link_leaves_nothing_either():
    future, _ = chain(second=NEVER, links=2)
    assert trigger_of(future) == NOTHING_FORWARD


@pytest.mark.parametrize(("counter_from", "acts"), [(3, 4), (4, 1)])
def test_an_act_is_answered_from_the_rung_configured(counter_from, acts):
    assert len(chain(counter_from=counter_from)[1]) == acts


def without_trigger(future, p):
    future.trigger.cause = -1


def without_responses(future, p):
    p.switches.responses = False


def after_collapse(future, p):
    future.ceasefire.day[COLLAPSE] = 1


@pytest.mark.parametrize("prepare", [without_trigger, without_responses, after_collapse])
def test_nobody_acts_without_a_trigger_with_responses_off_or_after_a_collapse(prepare):
    future, acts = chain(prepare=prepare)
    assert acts == []
    assert trigger_of(future) == NOTHING_FORWARD


def test_a_trigger_that_draws_no_responses_opens_no_chain():
    future, p = on_day()
    future.chain_cause = -1
    p.switches.responses = False
    put_forward(future, 1.0, VIOLATION, True, False)
    respond(future, p, empty_desk().log)
    assert future.chain_cause == -1


def inclined(first, second):
    """Let sides be inclined so much, in logits, and the chain's noise be none."""

    def prepare(future, p):
        weigh = p.conflict.response
        weigh.talks = weigh.deal = weigh.bound = weigh.leverage = weigh.trust = weigh.cost = 0.0
        future.tension = 0.0
        for side, logits in enumerate((first, second)):
            p.parties[side].audience, future.sides[side].resolve = logits, 0.0
        weigh.counter = 100.0

    return prepare


def test_the_first_link_feels_the_severity_and_what_each_is_inclined_to():
    """Rungs at 0 + 1000 and at 1000 - 2000; thresholds are 500 apart from chance."""
    steep = [-500.0, 500.0, 9000.0, 9000.0]
    both = {"cause": BORDER_CLASH, "injured": (True, True), "links": 1, "severity": 1000.0}
    assert chain(steep, steep, prepare=inclined(0.0, -2000.0), **both)[1] == [
        (0, 2, 0), (1, 0, 0),
    ]  # fmt: skip
    assert chain(steep, steep, prepare=inclined(-2000.0, -1200.0), **both)[1] == [
        (0, 0, 0), (1, 1, 0),
    ]  # fmt: skip


def test_later_links_feel_the_rung_suffered_and_what_each_is_inclined_to():
    """Kabul feels 100 * 3 + 1000 = 1300, then Islamabad 100 * 2 + 500 = 700."""
    first, second = [-500.0, 0.0, 450.0, 650.0], [-900.0, 1250.0, 1350.0, 9000.0]
    _, acts = chain(
        first, second, severity=50.0, prepare=inclined(500.0, 1000.0), links=3, counter_from=1
    )
    assert acts == [(0, 3, 0), (1, 2, 1), (0, 4, 2)]


def test_after_a_clash_each_feels_what_the_other_did():
    """After rungs 2 and 2 both feel 200: below Islamabad's threshold of 250, above Kabul's 150."""
    first, second = [-900.0, -900.0, 250.0, 9000.0], [-900.0, -900.0, 150.0, 9000.0]
    _, acts = chain(
        first, second, severity=0.0, cause=BORDER_CLASH, injured=(True, True),
        prepare=inclined(0.0, 0.0), links=2,
    )  # fmt: skip
    assert acts == [(0, 2, 0), (1, 2, 0), (0, 2, 1), (1, 3, 1)]


# Containment

CALM = {"functions": ("contain",), "leverage": (1.0, 1.0), "patience": 2.0}


def between(*mediators, containment=1.0, **response):
    """A future on a day with these mediators."""
    future, p = on_day(containment=containment, hotline=1.0, **response)
    seat(future, p, *mediators)
    return future, p


def patience(future):
    return future.mediators["patience"].tolist()[:2]


def test_a_mediator_with_full_leverage_breaks_the_chain_at_a_cost():
    future, p = between(CALM)
    assert contained(future, p, 1)
    assert (future.tally.contained, patience(future)[0]) == (1, 1.0)


@pytest.mark.parametrize(
    "change", [{"functions": ("inform",)}, {"patience": 0.5}, {"present": False}]
)
def test_a_mediator_who_cannot_contain_does_not_try(change):
    future, p = between(CALM | change)
    assert not contained(future, p, 1)
    assert (future.tally.contained, patience(future)[0]) == (0, change.get("patience", 2.0))


def test_who_has_no_pull_tries_in_vain():
    future, p = between(CALM | {"leverage": (0.0, 0.0)})
    assert not contained(future, p, 1)
    assert patience(future)[0] == 1.0


def test_every_mediator_who_can_tries_and_one_is_enough():
    weak = CALM | {"leverage": (0.0, 0.0)}
    for both in ((CALM, weak), (weak, CALM)):
        future, p = between(*both)
        assert contained(future, p, 1)
        assert (future.tally.contained, patience(future)) == (1, [1.0, 1.0])


def test_a_mediator_who_can_is_not_kept_by_one_who_cannot():
    tired = CALM | {"patience": 0.0}
    for both, left in (((CALM, tired), [1.0, 0.0]), ((tired, CALM), [0.0, 1.0])):
        future, p = between(*both)
        assert contained(future, p, 1)
        assert patience(future) == left


@pytest.mark.parametrize("link", [1, 2])
def test_the_chance_of_containment_is_its_rate_by_the_mediators_pull(link):
    """0.5 * (0.8 + 0.4) / 2 = 0.3 of a word's uniform numbered by the link."""
    for day in range(1, 21):
        future, p = between(CALM | {"leverage": (0.8, 0.4)}, containment=0.5, day=day)
        drawn = nth(np.uint64(word(future, p.derived.mediators[0].containment)), link)
        assert bool(contained(future, p, link)) == (drawn < 0.3)


def test_what_breaks_a_chain_is_below_its_chance_and_not_at_it():
    future, p = between(CALM)
    p.conflict.response.containment = nth(
        np.uint64(word(future, p.derived.mediators[0].containment)), 1
    )
    assert not contained(future, p, 1)
    future, p = between()
    p.conflict.response.hotline = nth(np.uint64(word(future, HOTLINE)), 1)
    p.conflict.response.standing_hotline = 1.0
    assert not contained(future, p, 1)
    p.conflict.response.hotline += 1e-9
    assert contained(future, p, 1)


def test_the_mediators_seat_decides_whether_to_try():
    future, p = between(CALM)
    future.seats, future.answered, future.answers[0] = 4, 1, 0
    assert not contained(future, p, 1)
    assert (patience(future)[0], future.agents[0]) == (2.0, 1)
    assert CONTAIN == 7


def test_a_mediator_who_cannot_contain_is_not_asked():
    future, p = between(CALM | {"present": False})
    future.seats = 4
    assert not contained(future, p, 1)


def test_the_hotline_breaks_a_chain_and_costs_no_patience():
    future, p = between(CALM | {"functions": ()}, standing_hotline=1.0)
    assert contained(future, p, 1)
    assert (future.tally.contained, patience(future)[0]) == (1, 2.0)


@pytest.mark.parametrize("link", [1, 2])
def test_the_chance_of_the_hotline_is_its_rate_by_its_strength(link):
    """0.8 * 0.5 = 0.4 of the word's uniform numbered by the link."""
    for day in range(1, 21):
        future, p = on_day(day, standing_hotline=0.5, hotline=0.8)
        drawn = nth(np.uint64(word(future, HOTLINE)), link)
        assert bool(contained(future, p, link)) == (drawn < 0.4)


def test_without_a_hotline_not_even_a_uniform_of_zero_breaks_a_chain():
    future, p = on_day(hotline=0.0, standing_hotline=1.0)
    assert not contained(future, p, 1)


@pytest.mark.parametrize("delivered", [(1.0, 0.5), (0.5, 1.0)])
@pytest.mark.parametrize(("standing", "strength"), [(0.1, 0.4), (0.6, 0.6)])
def test_a_deals_hotline_is_as_strong_as_the_side_that_delivers_least(
    delivered, standing, strength
):
    future, p = on_day(standing_hotline=standing)
    future.deal.terms.hotline, future.deal.delivered[:] = 0.8, delivered
    assert hotline(future, p) == strength


def test_a_chain_is_broken_between_its_links():
    """Two attempts by a mediator that has patience for one: the first breaks it."""

    def prepare(future, p):
        seat(future, p, CALM)
        p.conflict.response.containment = 1.0

    future, acts = chain(prepare=prepare)
    assert acts == [(0, 3, 0)]
    assert (future.tally.contained, trigger_of(future)) == (1, NOTHING_FORWARD)


def test_every_link_is_a_new_chance_to_break_the_chain_but_none_comes_after_the_last():
    """Who tries in vain spends an effort between any two links: three for four links."""

    def prepare(future, p):
        seat(future, p, CALM | {"leverage": (0.0, 0.0), "patience": 9.0})

    future, acts = chain(prepare=prepare, links=4)
    assert (len(acts), patience(future)[0]) == (4, 6.0)


def test_the_link_that_is_broken_is_the_one_to_come():
    """The hotline's uniforms are numbered from 1."""
    for day in range(1, 15):
        future, p = on_day(day, links=2, hotline=1.0, standing_hotline=0.5)
        for side in range(2):
            p.parties[side].thresholds[:] = UP_TO_STRIKES
        put_forward(future, 1.0, ATTACK, True, False)
        respond(future, p, empty_desk().log)
        assert future.tally.contained == (nth(np.uint64(word(future, HOTLINE)), 1) < 0.5)


def test_the_first_uniform_of_the_day_is_the_addresss_own():
    future, p = on_day()
    choose_chances(future, {FIRST_RESPONDS: (0.5, 0.501)})
    expected = choose_rung(chance(future, FIRST_RESPONDS), 2.0, LADDER)
    p.parties[0].thresholds[:] = LADDER
    assert choose(future, p, empty_desk().log, 0, 0, 0, 2.0) == expected
