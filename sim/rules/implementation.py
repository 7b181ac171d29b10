"""Step 8: a deal is carried out, violated and found out; the crossings and groups follow."""

from __future__ import annotations

from typing import Any

from sim.chance import chance, purpose
from sim.compiling import everyday, rule
from sim.config import PARTIES
from sim.negotiation.terms import in_full, lapse
from sim.notes import DEAL_LAPSES, RENEGOTIATION_ASKED, note
from sim.notes import VIOLATION as VIOLATION_NOTED
from sim.parameters import NONE
from sim.rules.calendar import schedule
from sim.rules.incidents import in_force, verified
from sim.rules.triggers import put_forward
from sim.rules.trust import learn
from sim.state import PROTEST, STRIKE, VIOLATION

DELIVERY = purpose("delivery")
VIOLATED = tuple(purpose(f"violation/{party}") for party in PARTIES)
DETECTED = tuple(purpose(f"detection/{party}") for party in PARTIES)
REOPENED = tuple(purpose(f"renegotiation/{party}") for party in PARTIES)


@everyday
def carry_out(future: Any, p: Any, log: Any) -> None:
    """Deliver, violate, detect; let a deal lapse; move the crossings and Kabul's measures."""
    if future.deal.package != NONE:
        targets = (delivery_target(future, p, 0), delivery_target(future, p, 1))
        deliver(future, p, targets)
        violate(future, p, log, 0, targets[0])
        violate(future, p, log, 1, targets[1])
        if future.deal.violations >= p.conflict.implementation.tolerance:
            let_lapse(future, p, log)
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


@rule
def violate(future: Any, p: Any, log: Any, side: int, target: float) -> None:
    """Perhaps a side violates its deal, by what it does not deliver, and perhaps it is found out.

    A strike by Islamabad under a deal that excludes strikes entirely is always found.
    """
    rule_, found = p.conflict.implementation, False
    if chance(future, VIOLATED[side]) < violation_chance(future, p, side, target):
        found = chance(future, DETECTED[side]) < detection_chance(rule_, verified(future))
    promised_away = side == 0 and future.deal.terms.restraint >= 1.0
    if found or (promised_away and future.sides[0].rung >= STRIKE):
        found_out(future, p, log, side)


@rule
def violation_chance(future: Any, p: Any, side: int, target: float) -> float:
    """Chance that a side violates its deal today: less where that is verified (Fortna 2003)."""
    rule_ = p.conflict.implementation
    tempted = rule_.violation * (1.0 - rule_.deterrence * verified(future))
    return tempted * (1.0 - target) * future.deal.terms.promised[side]


@rule
def detection_chance(rule_: Any, verified: float) -> float:
    """Chance that a violation is found: more with verification."""
    return rule_.detection + (1.0 - rule_.detection) * verified


@rule
def found_out(future: Any, p: Any, log: Any, side: int) -> None:
    """A side's violation was found: the other side is injured and may ask to renegotiate."""
    other, conflict = future.sides[1 - side], p.conflict
    put_forward(future, conflict.response.violation, VIOLATION, side == 1, side == 0)
    other.grievance[VIOLATION] += conflict.grievance.violation
    learn(other, p.derived.evidence.violation)
    future.deal.violations += 1
    future.tally.violations += 1
    future.violated_today[side] = 1
    ask_to_renegotiate(future, p, log, 1 - side)
    if in_force(future):
        note(future, log, VIOLATION_NOTED, side)


@rule
def ask_to_renegotiate(future: Any, p: Any, log: Any, injured: int) -> None:
    """Perhaps the injured side asks to renegotiate the deal at the next round."""
    if not p.switches.talks:
        return
    asks = chance(future, REOPENED[injured]) < p.conflict.implementation.renegotiation
    if asks and not future.talks.in_session and future.talks.next_round == 0:
        future.talks.review = True
        schedule(future, p)
        if in_force(future):
            note(future, log, RENEGOTIATION_ASKED, injured)


@rule
def let_lapse(future: Any, p: Any, log: Any) -> None:
    """End the deal; the sides may meet again."""
    if future.tally.deal_lapsed_day == 0 and in_full(future.deal):
        future.tally.deal_lapsed_day = future.day
    lapse(future)
    if in_force(future):
        note(future, log, DEAL_LAPSES)
    if not future.talks.in_session:
        schedule(future, p)


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
    """Kabul's measures reach the groups; confinement leaks, handovers provoke and cost cohesion."""
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

    More where evidence that is shared sharpens them.
    """
    deal = future.deal
    if deal.package == NONE:
        return 0.0
    shared = deal.terms.evidence * deal.delivered[0]
    sharper = 1.0 + p.conflict.implementation.evidence * shared * deal.terms.sharpened
    return min(measures(future) * sharper, 1.0)


@everyday
def measures(future: Any) -> float:
    """Suppression by what Kabul delivers of the deal, less what has leaked since, in [0, 1]."""
    deal, terms = future.deal, future.deal.terms
    left = terms.leaking
    if left > 0.0:
        left *= (1.0 - terms.leakage) ** float(deal.age)
    return (1.0 - (1.0 - terms.lasting) * (1.0 - left)) * deal.delivered[1]
