"""Step 8: what is delivered, and what follows for crossings and groups; see also test_breaches."""

import pytest
from by_hand import choose, empty_desk, trigger_of, under_deal

from sim.chance import chance
from sim.parameters import NONE
from sim.rules.implementation import (
    DELIVERY,
    able,
    carry_out,
    deliver,
    delivery_target,
    effort,
    measures,
    move_crossings,
    moved_towards,
    suppress,
)

NOTHING_FORWARD = (0.0, -1, (False, False))
SIDES = pytest.mark.parametrize("side", [0, 1])


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


@pytest.mark.parametrize(("package", "aim"), [(NONE, 0.1), (0, 1 - 0.9 * 0.5)])
def test_own_policies_are_kept_as_far_as_kabul_is_able_beside_a_deal_or_without(package, aim):
    """0.2 * 0.5 of its own; with a deal, half of what these leave."""
    future, p = under_deal(package)
    future.standing, future.sides[1].capacity = 0.2, 0.5
    future.deal.terms.lasting, future.deal.delivered[1] = 0.5, 1.0
    assert effort(future, p) == pytest.approx(aim, abs=1e-15)


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


# The whole step


@pytest.mark.parametrize("able_one", [0, 1])
def test_each_side_is_held_to_what_it_will_itself_deliver(able_one):
    future, p = under_deal(violation=1.0, deterrence=0.0, detection=1.0)
    future.deal.terms.promised[:] = 1.0
    future.sides["capacity"] = [1.0 - able_one, float(able_one)]
    p.bargaining.fragility = 0.0
    carry_out(future, p, log())
    assert future.violated_today.tolist() == [able_one, 1 - able_one]


def test_each_side_delivers_what_it_will():
    future, p = under_deal(violation=0.0)
    future.sides["capacity"] = 0.8, 0.4
    carry_out(future, p, log())
    assert future.deal.delivered.tolist() == pytest.approx([0.2, 0.1])


def test_without_a_deal_nothing_is_delivered_or_alleged_but_the_crossings_move():
    future, p = under_deal(NONE, violation=1.0, detection=1.0, false_alarm=1.0, tolerance=0)
    future.deal.terms.promised[:], future.sides["capacity"] = 1.0, 0.5
    future.deal.monitoring = 0.0
    future.closure, future.policy, p.derived.moved.crossings = 1.0, 0.0, 0.5
    p.count.militants, future.groups[0].suppression = 1, 0.4
    carry_out(future, p, log())
    assert future.deal.delivered.tolist() == [0.0, 0.0]
    assert (future.deal.age, future.deal.monitoring, future.tally.violations) == (0, 0.0, 0)
    assert future.tally.deal_lapsed_day == 0
    assert (future.closure, future.groups[0].suppression) == (0.5, pytest.approx(0.3))
    assert trigger_of(future) == NOTHING_FORWARD
