"""Step 8: what is delivered, violated and found out, and what follows for crossings and groups."""

import pytest
from by_hand import choose, empty_desk, noted, one_future, trigger_of

from sim.chance import chance
from sim.parameters import NONE
from sim.rules.implementation import (
    DELIVERY,
    DETECTED,
    REOPENED,
    VIOLATED,
    able,
    ask_to_renegotiate,
    carry_out,
    deliver,
    delivery_target,
    detection_chance,
    effort,
    found_out,
    let_lapse,
    measures,
    move_crossings,
    moved_towards,
    suppress,
    violate,
    violation_chance,
)
from sim.state import COLLAPSE, VIOLATION

NOTHING_FORWARD = (0.0, -1, (False, False))
SIDES = pytest.mark.parametrize("side", [0, 1])


def under_deal(package=0, **rule):
    """A watched future on day 5 under a deal that does nothing, with round numbers."""
    future, p = one_future({"events": {}})
    future.day, future.deal.package = 5, package
    numbers = {
        "violation": 0.5, "deterrence": 0.5, "detection": 0.25, "delivery": 0.5, "tolerance": 3,
        "renegotiation": 0.0, "evidence": 0.5,
    } | rule  # fmt: skip
    for name, value in numbers.items():
        p.conflict.implementation[name] = value
    p.derived.evidence.delivery, p.derived.evidence.violation = 1.5, -2.5
    p.conflict.response.violation, p.conflict.grievance.violation = 3.5, 0.75
    p.derived.moved.build_up = 0.25
    for side in range(2):
        own = future.sides[side]
        own.willing, own.capacity, own.cohesion, own.learnt = True, 1.0, 1.0, 0.0
    future.monitors, future.talks.next_round = 0.0, 0
    return future, p


def log():
    return empty_desk().log


# What a side delivers


def test_a_side_is_able_by_its_capacity_and_cohesion():
    future, _ = under_deal()
    future.sides[1].capacity, future.sides[1].cohesion = 0.8, 0.75
    assert able(future, 1) == pytest.approx(0.6)


@SIDES
@pytest.mark.parametrize(
    ("willing", "capacity", "pressure", "target"),
    [
        (True, 0.7, 0.0, 0.7),
        (True, 1.0, 0.0, 1.0),
        (False, 0.7, 0.0, 0.2),
        (False, 0.1, 0.0, 0.1),
        (True, 1.0, 0.8, 0.4),  # 1 - 0.75 * 0.8
        (False, 1.0, 0.8, 0.08),  # 0.2 * 0.4
    ],
)
def test_a_side_delivers_the_lesser_of_what_it_can_and_what_pressure_leaves_of_its_will(
    side, willing, capacity, pressure, target
):
    future, p = under_deal()
    own, p.bargaining.fragility, future.deal.pressure = future.sides[side], 0.75, pressure
    own.willing, own.capacity = willing, capacity
    p.parties[side].unwilling_delivery, p.parties[1 - side].unwilling_delivery = 0.2, 0.9
    assert delivery_target(future, p, side) == pytest.approx(target, abs=1e-15)


def test_a_day_covers_its_share_of_the_way():
    assert moved_towards(2.0, 10.0, 0.25) == 4.0
    assert moved_towards(10.0, 2.0, 0.25) == 8.0


def test_both_sides_move_towards_their_targets():
    """0.2 + (1 - 0.2) * 0.25 and 0.6 + (0.4 - 0.6) * 0.25."""
    future, p = under_deal()
    future.deal.delivered[:] = 0.2, 0.6
    deliver(future, p, (1.0, 0.4))
    assert future.deal.delivered.tolist() == pytest.approx([0.4, 0.55])


@pytest.mark.parametrize(("age", "backlash"), [(0, 1.4), (1, 1.0)])
def test_persons_are_handed_over_on_the_first_day(age, backlash):
    """1 + 0.5 * 0.8, in every group; Islamabad's target does not matter."""
    future, p = under_deal()
    p.count.militants, future.groups["backlash"] = 2, 1.0
    future.deal.age, future.deal.terms.backlash = age, 0.5
    deliver(future, p, (0.1, 0.8))
    assert future.groups["backlash"].tolist() == pytest.approx([backlash] * 2 + [1.0] * 6)
    assert future.deal.age == age + 1


def visible(drawn):
    """A future under a deal whose measures end 0.8 of attacks, half of which is seen: 0.4."""
    future, p = under_deal()
    future.deal.terms.lasting, future.deal.delivered[1] = 0.8, 1.0
    choose(future, {DELIVERY: drawn})
    deliver(future, p, (1.0, 1.0))
    return future.sides["learnt"].tolist()


def test_a_visible_delivery_moves_islamabads_trust():
    assert visible((0.395, 0.3999)) == [1.5, 0.0]
    assert visible((0.4001, 0.405)) == [0.0, 0.0]


def test_a_delivery_is_seen_below_its_chance_and_not_at_it():
    future, p = under_deal()
    future.deal.terms.lasting, future.deal.delivered[1] = 1.0, 1.0
    p.conflict.implementation.delivery = chance(future, DELIVERY)
    deliver(future, p, (1.0, 1.0))
    assert future.sides[0].learnt == 0.0


# What Kabul's measures end


@pytest.mark.parametrize(
    ("lasting", "leaking", "leakage", "age", "delivered", "ended"),
    [
        (0.5, 0.0, 0.0, 9, 1.0, 0.5),
        (0.5, 0.0, 0.0, 9, 0.5, 0.25),
        (0.0, 0.5, 0.5, 0, 1.0, 0.5),
        (0.0, 0.5, 0.5, 2, 1.0, 0.125),
        (0.5, 0.5, 0.5, 1, 1.0, 0.625),  # 1 - 0.5 * (1 - 0.25)
        (0.5, 0.5, 0.5, 1, 0.5, 0.3125),
    ],
)
def test_measures_leak_and_are_worth_what_kabul_delivers(
    lasting, leaking, leakage, age, delivered, ended
):
    future, _ = under_deal()
    terms = future.deal.terms
    terms.lasting, terms.leaking, terms.leakage = lasting, leaking, leakage
    future.deal.age, future.deal.delivered[:] = age, (0.9, delivered)
    assert measures(future) == pytest.approx(ended, abs=1e-15)


@pytest.mark.parametrize(
    ("lasting", "aim"), [(0.4, 0.4 * (1 + 0.5 * 0.4 * 0.75)), (0.95, 1.0), (0.0, 0.0)]
)
def test_evidence_that_is_shared_sharpens_measures_up_to_all(lasting, aim):
    """Islamabad has delivered half of 0.8; sharpened by 0.75, weighing 0.5."""
    future, p = under_deal()
    terms = future.deal.terms
    terms.lasting, terms.evidence, terms.sharpened = lasting, 0.8, 0.75
    future.deal.delivered[:] = 0.5, 1.0
    assert effort(future, p) == pytest.approx(aim, abs=1e-15)


def test_without_a_deal_there_is_no_effort():
    future, p = under_deal(NONE)
    future.deal.terms.lasting, future.deal.delivered[1] = 0.5, 1.0
    assert effort(future, p) == 0.0


def test_measures_reach_groups_by_their_exposure_and_backlash_fades():
    """From 0.2 a quarter of the way to 0.5 * 0.8 and to 0.5 * 0.4."""
    future, p = under_deal()
    p.count.militants = 2
    p.militants["exposure"][:2] = 0.8, 0.4
    future.groups["suppression"], future.groups["backlash"] = 0.2, 1.0
    future.deal.terms.lasting, future.deal.delivered[1] = 0.5, 1.0
    p.derived.kept.backlash = 0.5
    suppress(future, p)
    assert future.groups["suppression"].tolist() == pytest.approx([0.25] + [0.2] * 7)
    assert future.groups["backlash"].tolist() == [0.5, 0.5] + [1.0] * 6


def test_handing_over_costs_cohesion_and_evidence_goes_stale():
    """Cohesion from 1 a quarter of the way to 1 - 0.5 * 0.8; evidence loses a quarter."""
    future, p = under_deal()
    future.deal.terms.cohesion, future.deal.delivered[:] = 0.5, (0.3, 0.8)
    future.sides["evidence"] = 0.8
    suppress(future, p)
    assert future.sides["cohesion"].tolist() == pytest.approx([1.0, 0.9])
    assert future.sides["evidence"].tolist() == pytest.approx([0.8, 0.6])


def test_after_a_lapse_suppression_and_cohesion_return():
    future, p = under_deal(NONE)
    p.count.militants, future.groups[0].suppression, future.sides[1].cohesion = 1, 0.4, 0.6
    suppress(future, p)
    assert future.groups[0].suppression == pytest.approx(0.3)
    assert future.sides[1].cohesion == pytest.approx(0.7)


# The crossings


def at_border(closure=0.0, policy=0.0, rungs=(0, 0)):
    future, p = under_deal(NONE)
    future.closure, future.policy = closure, policy
    p.derived.moved.crossings, p.derived.kept.closure_cost = 0.5, 0.75
    p.parties["closure_cost"] = 0.1, 0.2
    for side in range(2):
        future.sides[side].rung, future.sides[side].closure_cost = rungs[side], 1.0
    return future, p


@pytest.mark.parametrize(
    ("rungs", "closed"), [((0, 0), 0.4), ((1, 0), 1.0), ((0, 1), 1.0), ((0, 3), 1.0)]
)
def test_a_protest_by_either_side_shuts_the_crossings_for_the_day(rungs, closed):
    """Costs: 1 * 0.75 + closure * 0.1 and * 0.2; then half of the way back to open."""
    future, p = at_border(0.4, rungs=rungs)
    future.tally.closed_days = 7.0
    move_crossings(future, p)
    assert future.tally.closed_days == 7.0 + closed
    costs = [0.75 + closed * 0.1, 0.75 + closed * 0.2]
    assert future.sides["closure_cost"].tolist() == pytest.approx(costs)
    assert future.closure == closed / 2


@pytest.mark.parametrize(
    ("policy", "border", "closure"),
    [(0.5, 0.0, 0.75), (0.5, 0.25, 0.75), (0.5, 1.0, 0.75), (1.0, 0.5, 0.875), (0.2, 1.0, 0.6)],
)
def test_crossings_move_to_their_policy_or_what_a_deal_leaves_shut_if_that_is_less(
    policy, border, closure
):
    """Half the way from 1 to min(policy, 1 - border * 0.5): Islamabad has delivered half."""
    future, p = at_border(1.0, policy)
    future.deal.terms.border, future.deal.delivered[:] = border, (0.5, 0.9)
    move_crossings(future, p)
    assert future.closure == pytest.approx(closure)


# Violations


@SIDES
def test_the_chance_of_a_violation_is_the_formula(side):
    """0.5 * (1 - 0.5 * 0.6) * (1 - 0.75) * 0.8 = 0.07."""
    future, p = under_deal()
    future.deal.terms.verified = 0.6
    future.deal.terms.promised[side], future.deal.terms.promised[1 - side] = 0.8, 0.1
    assert violation_chance(future, p, side, 0.75) == pytest.approx(0.07, abs=1e-15)


@pytest.mark.parametrize(("target", "promised"), [(1.0, 1.0), (0.0, 0.0)])
def test_who_delivers_all_or_has_promised_nothing_does_not_violate(target, promised):
    future, p = under_deal()
    future.deal.terms.promised[0] = promised
    assert violation_chance(future, p, 0, target) == 0.0


@pytest.mark.parametrize(("verified", "found"), [(0.0, 0.25), (1.0, 1.0), (0.5, 0.625)])
def test_verification_finds_violations(verified, found):
    _, p = under_deal()
    assert detection_chance(p.conflict.implementation, verified) == found


def tempted(side=0, **rule):
    """A side that violates for certain and is found out for certain, unless a rule says not."""
    future, p = under_deal(**({"violation": 1.0, "deterrence": 0.0, "detection": 1.0} | rule))
    future.deal.terms.promised[:] = 1.0
    return future, p


def violations(future, p, side, target=0.0):
    violate(future, p, log(), side, target)
    return future.violated_today.tolist()


@SIDES
def test_a_violation_that_is_found_is_the_sides_own(side):
    assert violations(*tempted(), side) == [int(k == side) for k in range(2)]


@SIDES
@pytest.mark.parametrize("rule", [{"violation": 0.0}, {"detection": 0.0}])
def test_what_is_not_done_or_not_found_changes_nothing(side, rule):
    assert violations(*tempted(**rule), side) == [0, 0]


@SIDES
def test_a_side_that_will_deliver_all_is_not_tempted(side):
    assert violations(*tempted(), side, 1.0) == [0, 0]


@SIDES
def test_what_monitors_verify_is_found(side):
    """With detection 0 monitors find what they fully verify."""
    future, p = tempted(detection=0.0)
    future.monitors = 1.0
    assert sum(violations(future, p, side)) == 1


@SIDES
def test_violation_and_detection_are_below_their_chances_and_not_at_them(side):
    future, p = tempted()
    p.conflict.implementation.violation = chance(future, VIOLATED[side])
    assert violations(future, p, side) == [0, 0]
    p.conflict.implementation.violation = 1.0
    p.conflict.implementation.detection = chance(future, DETECTED[side])
    assert violations(future, p, side) == [0, 0]
    p.conflict.implementation.detection += 1e-9
    assert sum(violations(future, p, side)) == 1


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
def test_a_strike_that_was_promised_away_is_a_violation_of_islamabads(
    side, restraint, rungs, found
):
    future, p = tempted(violation=0.0)
    future.deal.terms.restraint, future.sides["rung"] = restraint, rungs
    assert sum(violations(future, p, side)) == found


@SIDES
def test_a_violation_found_out_injures_the_other_side(side):
    future, p = under_deal()
    other, rows = 1 - side, log()
    future.sides[other].grievance[VIOLATION] = 1.0
    future.deal.violations, future.tally.violations = 1, 5
    found_out(future, p, rows, side)
    assert trigger_of(future) == (3.5, VIOLATION, (other == 0, other == 1))
    assert future.sides[other].grievance.tolist() == [0, 0, 1.75, 0, 0]
    assert not future.sides[side].grievance.any()
    assert future.sides["learnt"].tolist() == [-2.5 if k == other else 0.0 for k in range(2)]
    assert (future.deal.violations, future.tally.violations) == (2, 6)
    assert future.violated_today.tolist() == [int(k == side) for k in range(2)]
    assert noted(rows) == [("violation", side, 0, 0, 0, 0, 0)]


@SIDES
def test_after_a_collapse_a_violation_is_not_told(side):
    future, p = under_deal(renegotiation=1.0)
    future.ceasefire.day[COLLAPSE] = 4
    rows = log()
    found_out(future, p, rows, side)
    assert future.talks.review
    assert noted(rows) == []


# Renegotiation and lapse


def violated(injured, prepare=None, **rule):
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
    assert violated(side) == (True, 10, [("renegotiation_asked", side, 0, 0, 0, 0, 0)])


def no_talks(future, p):
    p.switches.talks = False


def in_session(future, p):
    future.talks.in_session = True


def round_due(future, p):
    future.talks.next_round = 7


@SIDES
@pytest.mark.parametrize("prepare", [no_talks, in_session, round_due])
def test_nobody_asks_where_there_are_no_talks_or_they_are_under_way_or_due(side, prepare):
    review, _, told = violated(side, prepare)
    assert (review, told) == (False, [])


@SIDES
def test_the_injured_asks_below_its_chance_and_not_at_it(side):
    def at(extra):
        def prepare(future, p):
            p.conflict.implementation.renegotiation = chance(future, REOPENED[side]) + extra

        return prepare

    assert not violated(side, at(0.0))[0]
    assert violated(side, at(1e-9))[0]


@SIDES
def test_who_is_injured_is_the_other_than_who_violated(side):
    future, p = under_deal()
    p.conflict.implementation.renegotiation = chance(future, REOPENED[1 - side]) + 1e-9
    found_out(future, p, log(), side)
    assert future.talks.review
    future, p = under_deal()
    p.conflict.implementation.renegotiation = chance(future, REOPENED[1 - side])
    found_out(future, p, log(), side)
    assert not future.talks.review


def lapsed(before=0, collapsed=False, sitting=False, partial=False):
    future, p = under_deal()
    future.deal.partial = partial
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


def test_a_partial_deal_that_lapses_is_told_but_is_no_lapse_of_a_full_one():
    assert lapsed(partial=True) == (0, 10, TOLD)


def test_the_day_of_the_first_lapse_is_kept():
    assert lapsed(before=3) == (3, 10, TOLD)


def test_after_a_collapse_a_lapse_is_not_told():
    assert lapsed(collapsed=True) == (5, 10, [])


def test_talks_under_way_go_on_after_a_lapse():
    assert lapsed(sitting=True) == (5, 0, TOLD)


# The whole step


@pytest.mark.parametrize(("before", "left"), [(0, True), (1, False), (2, False)])
def test_a_deal_lapses_when_tolerance_is_used_up(before, left):
    """Tolerance is 3; Islamabad and Kabul are both found today."""
    future, p = tempted()
    future.sides["capacity"] = 0.0
    future.deal.violations = before
    carry_out(future, p, log())
    assert future.violated_today.tolist() == [1, 1]
    assert bool(future.deal.package != NONE) is left


def test_each_sides_violations_follow_from_what_it_will_itself_deliver():
    for able_one in range(2):
        future, p = tempted()
        future.sides["capacity"] = [1.0 - able_one, float(able_one)]
        p.bargaining.fragility = 0.0
        carry_out(future, p, log())
        assert future.violated_today.tolist() == [able_one, 1 - able_one]


def test_each_side_delivers_what_it_will():
    future, p = under_deal(violation=0.0)
    future.sides["capacity"] = 0.8, 0.4
    carry_out(future, p, log())
    assert future.deal.delivered.tolist() == pytest.approx([0.2, 0.1])


def test_without_a_deal_nothing_is_delivered_or_violated_but_the_crossings_move():
    future, p = tempted(tolerance=0)
    future.deal.package, future.sides["capacity"] = NONE, 0.5
    future.closure, future.policy, p.derived.moved.crossings = 1.0, 0.0, 0.5
    p.count.militants, future.groups[0].suppression = 1, 0.4
    carry_out(future, p, log())
    assert future.deal.delivered.tolist() == [0.0, 0.0]
    assert (future.deal.age, future.tally.violations) == (0, 0)
    assert future.tally.deal_lapsed_day == 0
    assert (future.closure, future.groups[0].suppression) == (0.5, pytest.approx(0.3))
    assert trigger_of(future) == NOTHING_FORWARD
