"""Step 1: what the scenario schedules for today."""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday, rule
from sim.config import events as kinds
from sim.negotiation.mediators import strength_of_verifiers
from sim.negotiation.terms import verify_terms
from sim.parameters import EVENT_KINDS
from sim.rules.triggers import put_forward
from sim.rules.trust import learn
from sim.state import SHOCK

(
    ATTACK, MEDIATOR_LEAVES, MEDIATOR_JOINS, MONITORS_DEPLOY, BORDER_OPENS, BORDER_CLOSES,
    EVIDENCE_HANDED_OVER, EXTRADITION_CARRIED_OUT, BAGRAM_STATEMENT, LEADERSHIP_STATEMENT, PAUSE,
) = (
    EVENT_KINDS.index(kind)
    for kind in (
        kinds.Attack, kinds.MediatorLeaves, kinds.MediatorJoins, kinds.MonitorsDeploy,
        kinds.BorderOpens, kinds.BorderCloses, kinds.EvidenceHandedOver,
        kinds.ExtraditionCarriedOut, kinds.BagramStatement, kinds.LeadershipStatement, kinds.Pause,
    )
)  # fmt: skip


@everyday
def happen(future: Any, p: Any) -> None:
    """Let today's events happen, but for attacks, which come with the day's others."""
    if not p.switches.events:
        return
    for k in range(p.count.events):
        event = p.events[k]
        if event.day == future.day:
            take_effect(future, p, event)


@rule
def take_effect(future: Any, p: Any, event: Any) -> None:
    """Let one event happen."""
    if event.kind == BAGRAM_STATEMENT:
        bagram_statement(future, p, event.pressure)
    elif event.kind == LEADERSHIP_STATEMENT:
        leadership_statement(future, p, event.party, event.tone)
    elif event.kind == BORDER_OPENS:
        set_border(future, 1.0 - event.share)
    elif event.kind == BORDER_CLOSES:
        set_border(future, event.share)
    elif event.kind == EVIDENCE_HANDED_OVER:
        hand_over_evidence(future, p, event.share)
    elif event.kind == EXTRADITION_CARRIED_OUT:
        carry_out_custody(future, p, event)
    elif event.kind == MONITORS_DEPLOY:
        future.monitors = event.strength
        change_verifiers(future, p)
    elif event.kind == MEDIATOR_LEAVES or event.kind == MEDIATOR_JOINS:
        future.mediators[event.mediator].present = event.kind == MEDIATOR_JOINS
        change_verifiers(future, p)


@everyday
def pace(future: Any, p: Any) -> float:
    """Share of new attacks and clashes that today's pauses leave, in [0, 1]."""
    left = 1.0
    if p.switches.events:
        for k in range(p.count.events):
            event = p.events[k]
            if event.kind == PAUSE and event.day <= future.day <= event.until:
                left *= 1.0 - event.share
    return left


@rule
def change_verifiers(future: Any, p: Any) -> None:
    """Reckon anew with who verifies, in what packages are worth and in the deal in force."""
    future.verifiers = strength_of_verifiers(future, p)
    verify_terms(future, p)


@rule
def injure(future: Any, p: Any, side: int, severity: float) -> None:
    """A shock of this severity (logits) to one side: a trigger and a grievance."""
    put_forward(future, severity, SHOCK, side == 0, side == 1)
    future.sides[side].grievance[SHOCK] += p.conflict.grievance.shock * severity


@rule
def bagram_statement(future: Any, p: Any, pressure: float) -> None:
    """Kabul is injured, less so if a deal's assurance is kept."""
    assured = future.deal.terms.assurance * future.deal.delivered[0]
    injure(future, p, 1, pressure * (1.0 - assured))


@rule
def leadership_statement(future: Any, p: Any, speaker: int, tone: float) -> None:
    """Words move the hearer's trust a little; hostile ones injure it and bind the speaker.

    Public hostility has audience costs (Fearon 1994): the speaker is locked in on contested issues.
    """
    hearer = 1 - speaker
    learn(future.sides[hearer], tone * p.derived.evidence.statement)
    hostility = max(-tone, 0.0)
    if hostility > 0.0:
        injure(future, p, hearer, hostility * p.conflict.response.statement)
        lock_in = future.sides[speaker].lock_in
        for c in range(p.count.contested):
            lock_in[c] = max(lock_in[c], hostility * p.parties[speaker].lock_in)


@rule
def set_border(future: Any, closure: float) -> None:
    """Move the crossings, and the state to which they return."""
    future.policy = future.closure = closure


@rule
def hand_over_evidence(future: Any, p: Any, share: float) -> None:
    """Kabul sees a delivery, and holds evidence that bears on attribution until it is stale."""
    kabul = future.sides[1]
    learn(kabul, share * p.derived.evidence.delivery)
    kabul.evidence = max(kabul.evidence, share)


@rule
def carry_out_custody(future: Any, p: Any, event: Any) -> None:
    """Islamabad sees a delivery; groups are weakened and provoked, and Kabul's cohesion pays."""
    option = p.agenda.options[p.agenda.issues[event.issue].first + event.option]
    learn(future.sides[0], event.share * p.derived.evidence.delivery)
    for k in range(p.count.militants):
        group = future.groups[k]
        ended = event.share * option.effects.suppression * p.militants[k].exposure
        group.suppression += ended * (1.0 - group.suppression)
        group.backlash += event.share * option.effects.backlash
    future.sides[1].cohesion *= 1.0 - event.share * option.effects.cohesion
