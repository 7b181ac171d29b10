"""Step 8: a deal is carried out and held to account; the crossings and groups follow."""

from __future__ import annotations

from typing import Any

from sim.chance import chance, purpose
from sim.compiling import everyday, rule
from sim.parameters import NONE
from sim.rules.breaches import hold_to_account
from sim.rules.trust import learn
from sim.state import PROTEST

DELIVERY = purpose("delivery")


@everyday
def carry_out(future: Any, p: Any, log: Any) -> None:
    """Deliver; hold both sides to the deal; move the crossings and Kabul's measures."""
    if future.deal.package != NONE:
        targets = (delivery_target(future, p, 0), delivery_target(future, p, 1))
        deliver(future, p, targets)
        hold_to_account(future, p, log, targets)
    move_crossings(future, p)
    suppress(future, p)


@rule
def able(future: Any, side: int) -> float:
    """A side's ability to deliver today: Kabul's less what handing people over has cost it."""
    own = future.sides[side]
    return own.capacity * own.cohesion


@rule
def delivery_target(future: Any, p: Any, side: int) -> float:
    """Share of its promises that a side will deliver in the end, in [0, 1].

    The lesser of what it can and what it is willing to; the less willing, the more the deal was
    owed to pressure (Werner & Yuen 2005; Beardsley 2008).
    """
    will = 1.0 if future.sides[side].willing else p.parties[side].unwilling_delivery
    will *= 1.0 - p.bargaining.fragility * future.deal.pressure
    return min(able(future, side), will)


@everyday
def moved_towards(current: float, aim: float, moved: float) -> float:
    """A quantity after a day in which it made the share ``moved`` of its way to its aim."""
    return current + (aim - current) * moved


@rule
def deliver(future: Any, p: Any, targets: Any) -> None:
    """Each side moves towards what it will deliver; on the first day persons are handed over.

    A visible delivery moves Islamabad's trust.
    """
    deal, moved = future.deal, p.derived.moved.build_up
    for side in range(2):
        deal.delivered[side] = moved_towards(deal.delivered[side], targets[side], moved)
    if deal.age == 0:
        for k in range(p.count.militants):
            future.groups[k].backlash += deal.terms.backlash * targets[1]
    seen = p.conflict.implementation.delivery * measures(future)
    if chance(future, DELIVERY) < seen:
        learn(future.sides[0], p.derived.evidence.delivery)
    deal.age += 1


@everyday
def move_crossings(future: Any, p: Any) -> None:
    """Shut the crossings where a side protested or worse; let costs accrue; move as agreed.

    Costs fade, and accrue with closure. Closure moves towards its policy, or to what a deal leaves
    shut if that is less.
    """
    if max(future.sides[0].rung, future.sides[1].rung) >= PROTEST:
        future.closure = 1.0
    future.tally.closed_days += future.closure
    for side in range(2):
        own = future.sides[side]
        own.closure_cost *= p.derived.kept.closure_cost
        own.closure_cost += future.closure * p.parties[side].closure_cost
    opened = future.deal.terms.border * future.deal.delivered[0]
    aim = min(future.policy, 1.0 - opened)
    future.closure = moved_towards(future.closure, aim, p.derived.moved.crossings)


@everyday
def suppress(future: Any, p: Any) -> None:
    """Kabul's measures reach the groups; some leak away, handovers provoke and cost cohesion."""
    moved, aim = p.derived.moved.build_up, effort(future, p)
    for k in range(p.count.militants):
        group = future.groups[k]
        aim_of_group = aim * p.militants[k].exposure
        group.suppression = moved_towards(group.suppression, aim_of_group, moved)
        group.backlash *= p.derived.kept.backlash
    kabul = future.sides[1]
    cost = future.deal.terms.cohesion * future.deal.delivered[1]
    kabul.cohesion = moved_towards(kabul.cohesion, 1.0 - cost, moved)
    kabul.evidence *= 1.0 - moved


@everyday
def effort(future: Any, p: Any) -> float:
    """Share of a fully exposed group's attacks that Kabul's measures aim to end, in [0, 1].

    Its own policies as far as it is able; a deal's as they are delivered, more where evidence that
    is shared sharpens them.
    """
    deal, alone = future.deal, future.standing * able(future, 1)
    if deal.package == NONE:
        return alone
    shared = deal.terms.evidence * deal.delivered[0]
    sharper = 1.0 + p.conflict.implementation.evidence * shared * deal.terms.sharpened
    return 1.0 - (1.0 - alone) * (1.0 - min(measures(future) * sharper, 1.0))


@everyday
def measures(future: Any) -> float:
    """Suppression by what Kabul delivers of the deal, less what has leaked since, in [0, 1]."""
    deal, terms = future.deal, future.deal.terms
    left = terms.leaking
    if left > 0.0:
        left *= (1.0 - terms.leakage) ** float(deal.age)
    return (1.0 - (1.0 - terms.lasting) * (1.0 - left)) * deal.delivered[1]
