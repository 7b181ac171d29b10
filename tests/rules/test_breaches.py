"""Step 8, held to account: monitors, breaches, allegations, rulings, remedies and lapse."""

import pytest
from by_hand import choose, empty_desk, noted, trigger_of, under_deal

from sim.chance import chance
from sim.parameters import NONE
from sim.rules.breaches import (
    ALARMED,
    CLEARED,
    DETECTED,
    FALSE,
    NOTHING,
    REMEDIED,
    REOPENED,
    RULED,
    TRUE,
    VIOLATED,
    adjudicate,
    allege,
    ask_to_renegotiate,
    assisted,
    detection_chance,
    false_alarm_chance,
    hold_to_account,
    let_lapse,
    monitor,
    uphold,
    violate,
    violation_chance,
)
from sim.state import COLLAPSE, VIOLATION

SIDES = pytest.mark.parametrize("side", [0, 1])
UNTOUCHED = (0.0, -1, (False, False))


def log():
    return empty_desk().log


# Monitors


@pytest.mark.parametrize(
    ("rungs", "there"),
    [((0, 0), 0.55), ((1, 1), 0.55), ((2, 0), 0.2), ((0, 2), 0.2), ((0, 4), 0.2)],
)
def test_monitors_deploy_by_the_day_and_part_of_them_leaves_under_fire(rungs, there):
    """0.4 + 0.6 * 0.25, or 0.4 * (1 - 0.5) after fire by either side."""
    future, p = under_deal()
    future.deal.monitoring, p.conflict.implementation.monitoring.withdrawal = 0.4, 0.5
    future.sides["rung"] = rungs
    monitor(future, p)
    assert future.deal.monitoring == pytest.approx(there)


# Breaches


@SIDES
def test_the_chance_of_a_breach_is_the_formula(side):
    """0.5 * (1 - 0.5 * 0.6) * (1 - 0.75) * 0.8 = 0.07."""
    future, p = under_deal()
    future.deal.terms.verified = 0.6
    future.deal.terms.promised[side], future.deal.terms.promised[1 - side] = 0.8, 0.1
    assert violation_chance(future, p, side, 0.75) == pytest.approx(0.07, abs=1e-15)


@pytest.mark.parametrize(("target", "promised"), [(1.0, 1.0), (0.0, 0.0)])
def test_who_delivers_all_or_has_promised_nothing_breaches_nothing(target, promised):
    future, p = under_deal()
    future.deal.terms.promised[0] = promised
    assert violation_chance(future, p, 0, target) == 0.0


@pytest.mark.parametrize(("verified", "found"), [(0.0, 0.25), (1.0, 1.0), (0.5, 0.625)])
def test_verification_finds_breaches(verified, found):
    _, p = under_deal()
    assert detection_chance(p.conflict.implementation, verified) == found


@SIDES
@pytest.mark.parametrize(("verified", "chance_"), [(0.0, 0.4), (0.5, 0.2), (1.0, 0.0)])
def test_false_alarms_are_of_what_was_promised_and_nobody_can_check(side, verified, chance_):
    """0.5 * 0.8 * (1 - V)."""
    future, p = under_deal(false_alarm=0.5)
    future.deal.terms.verified, future.deal.terms.promised[side] = verified, 0.8
    assert false_alarm_chance(future, p, side) == pytest.approx(chance_, abs=1e-15)


def tempted(side=0, **rule):
    """A side that breaches for certain and is found out for certain, unless a rule says not."""
    future, p = under_deal(**({"violation": 1.0, "deterrence": 0.0, "detection": 1.0} | rule))
    future.deal.terms.promised[:] = 1.0
    return future, p


def alleged(future, p, side, target=0.0):
    """What is alleged after a day; breaches, those found, and false alarms so far."""
    violate(future, p, log(), side, target)
    tally = future.tally
    counts = (int(tally.breaches), int(tally.violations), int(tally.false_alarms))
    return future.deal.alleged.tolist(), counts


def only(side, what):
    return [what if k == side else NOTHING for k in range(2)]


@SIDES
def test_a_breach_that_is_found_is_the_sides_own(side):
    assert alleged(*tempted(), side) == (only(side, TRUE), (1, 1, 0))


@SIDES
def test_a_breach_that_is_not_found_is_not_alleged(side):
    future, p = tempted(detection=0.0, false_alarm=1.0)
    assert alleged(future, p, side) == ([NOTHING, NOTHING], (1, 0, 0))
    assert trigger_of(future) == UNTOUCHED


@SIDES
def test_a_side_that_will_deliver_all_is_not_tempted(side):
    assert alleged(*tempted(), side, 1.0) == ([NOTHING, NOTHING], (0, 0, 0))


@SIDES
def test_what_was_no_breach_may_be_alleged(side):
    assert alleged(*tempted(violation=0.0, false_alarm=1.0), side) == (only(side, FALSE), (0, 0, 1))


@SIDES
def test_what_monitors_verify_is_found_and_nothing_else_alleged(side):
    """With detection 0 monitors find what they fully verify."""
    future, p = tempted(detection=0.0)
    future.monitors = 1.0
    assert alleged(future, p, side) == (only(side, TRUE), (1, 1, 0))
    future, p = tempted(violation=0.0, false_alarm=1.0)
    future.monitors = 1.0
    assert alleged(future, p, side)[0] == [NOTHING, NOTHING]


@SIDES
@pytest.mark.parametrize(
    ("name", "purposes", "counted"),
    [("violation", VIOLATED, 0), ("detection", DETECTED, 1), ("false_alarm", ALARMED, 2)],
)
def test_chances_are_met_below_and_not_at_them(side, name, purposes, counted):
    certain = {"violation": 0.0} if name == "false_alarm" else {}
    for extra, count in ((0.0, 0), (1e-9, 1)):
        future, p = tempted(**certain)
        p.conflict.implementation[name] = chance(future, purposes[side]) + extra
        assert alleged(future, p, side)[1][counted] == count


@pytest.mark.parametrize(
    ("side", "restraint", "rungs", "found"),
    [
        (0, 1.0, (3, 0), 1),
        (0, 1.0, (4, 0), 1),
        (0, 1.0, (2, 3), 0),  # Kabul's strike is not Islamabad's
        (0, 0.9, (3, 0), 0),  # prior notice is no promise
        (1, 1.0, (3, 3), 0),  # only Islamabad promises
    ],
)
def test_a_strike_that_was_promised_away_is_a_breach_of_islamabads_that_everybody_sees(
    side, restraint, rungs, found
):
    future, p = tempted(violation=0.0)
    future.deal.terms.restraint, future.sides["rung"] = restraint, rungs
    assert alleged(future, p, side) == ([TRUE * found, NOTHING], (found, found, 0))


# Allegations


@SIDES
@pytest.mark.parametrize("kind", [TRUE, FALSE])
def test_the_other_side_takes_an_allegation_for_true_but_holds_no_grievance_yet(side, kind):
    future, p = under_deal()
    other, rows = 1 - side, log()
    allege(future, p, rows, side, kind)
    assert trigger_of(future) == (3.5, VIOLATION, (other == 0, other == 1))
    assert not future.sides["grievance"].any()
    assert future.sides["learnt"].tolist() == [-2.5 if k == other else 0.0 for k in range(2)]
    assert (future.deal.alleged.tolist(), future.deal.unremedied) == (only(side, kind), 0.0)
    assert future.violated_today.tolist() == only(side, 1)
    assert noted(rows) == [("allegation", side, int(kind == TRUE), 0, 0, 0, 0)]


@SIDES
@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [(TRUE, TRUE, TRUE), (TRUE, FALSE, TRUE), (FALSE, TRUE, TRUE), (FALSE, FALSE, FALSE)],
)
def test_while_one_waits_no_more_is_alleged_but_what_is_found_makes_it_true(
    side, before, kind, after
):
    future, p = under_deal()
    rows, future.deal.alleged[side] = log(), before
    allege(future, p, rows, side, kind)
    assert future.deal.alleged[side] == after
    assert (trigger_of(future), noted(rows)) == (UNTOUCHED, [])
    assert not future.sides["learnt"].any()


@SIDES
def test_after_a_collapse_an_allegation_is_not_told(side):
    future, p = under_deal(renegotiation=1.0)
    future.ceasefire.day[COLLAPSE] = 4
    rows = log()
    allege(future, p, rows, side, TRUE)
    assert future.talks.review
    assert noted(rows) == []


# Rulings and remedies


@pytest.mark.parametrize(("verified", "left"), [(0.0, 0.1), (0.5, 0.25), (1.0, 0.4)])
def test_without_verification_a_share_of_a_chance_is_left(verified, left):
    assert assisted(0.4, 0.25, verified) == pytest.approx(left)


def accused(side, kind, verified=0.5, rate=1.0, clearing=1.0, remedy=0.0):
    """A side of which a breach is alleged that will be ruled upon today, unless rates say not."""
    future, p = under_deal()
    rule, future.deal.terms.verified = p.conflict.implementation, verified
    rule.adjudication.rate, rule.adjudication.alone, rule.adjudication.clearing = (
        rate,
        1.0,
        clearing,
    )
    rule.remedy.chance, rule.remedy.alone, rule.remedy.returned = remedy, 1.0, 0.4
    future.deal.alleged[side] = kind
    return future, p


def ruled(future, p, side, target=1.0):
    """What waits still; how often cleared and remedied; what weighs; grievance; what is told."""
    rows = log()
    adjudicate(future, p, rows, side, target)
    tally = future.tally
    return (
        int(future.deal.alleged[side]), (int(tally.cleared), int(tally.remedied)),
        float(future.deal.unremedied), float(future.sides[1 - side].grievance[VIOLATION]),
        noted(rows),
    )  # fmt: skip


def told(side, cleared=0, remedied=0):
    return [("ruling", side, cleared, remedied, 0, 0, 0)]


@SIDES
def test_what_is_true_is_upheld_whoever_verifies(side):
    future, p = accused(side, TRUE, verified=1.0)
    assert ruled(future, p, side) == (NOTHING, (0, 0), 1.0, 0.75, told(side))
    assert not future.sides["learnt"].any()
    assert not future.sides[side].grievance.any()


@SIDES
def test_what_is_false_is_cleared_where_all_is_verified_and_trust_is_given_back(side):
    future, p = accused(side, FALSE, verified=1.0)
    assert ruled(future, p, side) == (NOTHING, (1, 0), 0.0, 0.0, told(side, cleared=1))
    assert future.sides["learnt"].tolist() == [2.5 if k != side else 0.0 for k in range(2)]


@SIDES
def test_what_is_false_stands_where_nothing_is_verified(side):
    assert ruled(*accused(side, FALSE, verified=0.0), side) == (
        NOTHING, (0, 0), 1.0, 0.75, told(side),
    )  # fmt: skip


@SIDES
def test_what_was_remedied_weighs_nothing_and_gives_grievance_back(side):
    """0.75 * (1 - 0.4)."""
    waits, counts, weight, grievance, rows = ruled(*accused(side, TRUE, remedy=1.0), side)
    assert (waits, counts, weight, rows) == (NOTHING, (0, 1), 0.0, told(side, remedied=1))
    assert grievance == pytest.approx(0.45)


@SIDES
def test_who_does_not_deliver_does_not_repair(side):
    assert ruled(*accused(side, TRUE, remedy=1.0), side, target=0.0)[1] == (0, 0)


def test_nothing_is_ruled_where_nothing_is_alleged():
    future, p = accused(0, NOTHING)
    assert ruled(future, p, 0) == (NOTHING, (0, 0), 0.0, 0.0, [])


@SIDES
def test_a_ruling_comes_below_its_chance_and_not_at_it(side):
    for extra, waits in ((0.0, TRUE), (1e-9, NOTHING)):
        future, p = accused(side, TRUE)
        p.conflict.implementation.adjudication.rate = chance(future, RULED[side]) + extra
        assert ruled(future, p, side)[0] == waits


@SIDES
def test_clearing_and_remedy_are_below_their_chances_and_not_at_them(side):
    """Cleared with 0.5 * 0.8 = 0.4; remedied with 0.8 * 0.5 = 0.4."""
    for drawn, met in (((0.39, 0.4), 1), ((0.4, 0.41), 0)):
        future, p = accused(side, FALSE, verified=0.5, clearing=0.8)
        choose(future, {CLEARED[side]: drawn})
        assert ruled(future, p, side)[1] == (met, 0)
        future, p = accused(side, TRUE, remedy=0.8)
        choose(future, {REMEDIED[side]: drawn})
        assert ruled(future, p, side, 0.5)[1] == (0, met)


def test_after_a_collapse_a_ruling_is_not_told():
    future, p = accused(0, TRUE)
    future.ceasefire.day[COLLAPSE] = 4
    assert ruled(future, p, 0)[-1] == []


def test_unremedied_breaches_of_both_sides_add_up():
    future, p = under_deal()
    uphold(future, p, 0, False)
    uphold(future, p, 1, False)
    assert future.deal.unremedied == 2.0


# Renegotiation and lapse


def injured_by_breach(injured, prepare=None, **rule):
    """A future in which an injured side may ask to negotiate anew, and what is told."""
    future, p = under_deal(**({"renegotiation": 1.0} | rule))
    p.calendar.interval, p.count.rounds = 10, 0
    if prepare is not None:
        prepare(future, p)
    rows = log()
    ask_to_renegotiate(future, p, rows, injured)
    return bool(future.talks.review), int(future.talks.next_round), noted(rows)


@SIDES
def test_the_injured_side_may_ask_to_renegotiate_at_the_next_round(side):
    assert injured_by_breach(side) == (True, 10, [("renegotiation_asked", side, 0, 0, 0, 0, 0)])


def no_talks(future, p):
    p.switches.talks = False


def in_session(future, p):
    future.talks.in_session = True


def round_due(future, p):
    future.talks.next_round = 7


@SIDES
@pytest.mark.parametrize("prepare", [no_talks, in_session, round_due])
def test_nobody_asks_where_there_are_no_talks_or_they_are_under_way_or_due(side, prepare):
    review, _, told = injured_by_breach(side, prepare)
    assert (review, told) == (False, [])


@SIDES
def test_the_injured_asks_below_its_chance_and_not_at_it(side):
    def at(extra):
        def prepare(future, p):
            p.conflict.implementation.renegotiation = chance(future, REOPENED[side]) + extra

        return prepare

    assert not injured_by_breach(side, at(0.0))[0]
    assert injured_by_breach(side, at(1e-9))[0]


@SIDES
def test_who_is_injured_is_the_other_than_who_is_accused(side):
    future, p = under_deal()
    p.conflict.implementation.renegotiation = chance(future, REOPENED[1 - side]) + 1e-9
    allege(future, p, log(), side, TRUE)
    assert future.talks.review
    future, p = under_deal()
    p.conflict.implementation.renegotiation = chance(future, REOPENED[1 - side])
    allege(future, p, log(), side, TRUE)
    assert not future.talks.review


def lapsed(before=0, collapsed=False, sitting=False):
    future, p = under_deal()
    p.calendar.interval, p.count.rounds = 10, 0
    future.tally.deal_lapsed_day, future.talks.in_session = before, sitting
    future.ceasefire.day[COLLAPSE] = 4 if collapsed else 0
    rows = log()
    let_lapse(future, p, rows)
    assert future.deal.package == NONE
    return int(future.tally.deal_lapsed_day), int(future.talks.next_round), noted(rows)


TOLD = [("deal_lapses", 0, 0, 0, 0, 0, 0)]


def test_a_lapse_ends_the_deal_is_told_and_lets_the_sides_meet_again():
    assert lapsed() == (5, 10, TOLD)


def test_the_day_of_the_first_lapse_is_kept():
    assert lapsed(before=3) == (3, 10, TOLD)


def test_after_a_collapse_a_lapse_is_not_told():
    assert lapsed(collapsed=True) == (5, 10, [])


def test_talks_under_way_go_on_after_a_lapse():
    assert lapsed(sitting=True) == (5, 0, TOLD)


# The whole


@pytest.mark.parametrize(("tolerance", "left"), [(2.5, False), (2.6, True)])
def test_a_deal_lapses_when_what_was_not_remedied_exceeds_tolerance(tolerance, left):
    """Of 1 before half is left; both sides are held to a breach today: 2.5... and no more."""
    future, p = accused(0, TRUE)
    future.deal.alleged[1], future.deal.unremedied = TRUE, 1.0 + 1e-9
    p.conflict.implementation.tolerance, p.conflict.implementation.violation = tolerance, 0.0
    hold_to_account(future, p, log(), (1.0, 1.0))
    assert bool(future.deal.package != NONE) is left


def test_what_is_alleged_today_is_not_ruled_upon_today():
    future, p = tempted()
    p.conflict.implementation.adjudication.rate = p.conflict.implementation.adjudication.alone = 1.0
    hold_to_account(future, p, log(), (0.0, 0.0))
    assert future.deal.alleged.tolist() == [TRUE, TRUE]
    hold_to_account(future, p, log(), (1.0, 1.0))
    assert future.deal.alleged.tolist() == [NOTHING, NOTHING]
