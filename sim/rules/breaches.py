"""Step 8, held to account: breaches of a deal, found or alleged, ruled upon, remedied or not.

A deal is verified by a body that is built after signing and leaves where there is fire. What it
finds, and what is alleged where it does not look, waits for a ruling. Only what a ruling upholds
and nobody makes good wears the deal down (Fortna 2003). Knows how far a side will deliver; how it
comes to that is told in ``rules.implementation``.
"""

from __future__ import annotations

from typing import Any

from sim.chance import chance, purpose
from sim.compiling import everyday, rule
from sim.config import PARTIES
from sim.negotiation.terms import in_full, lapse
from sim.notes import ALLEGATION, DEAL_LAPSES, RENEGOTIATION_ASKED, RULING, note
from sim.rules.calendar import schedule
from sim.rules.incidents import in_force, verified
from sim.rules.triggers import put_forward
from sim.rules.trust import learn
from sim.state import FIRE, STRIKE, VIOLATION

VIOLATED, DETECTED, ALARMED, RULED, CLEARED, REMEDIED, REOPENED = (
    tuple(purpose(f"{what}/{party}") for party in PARTIES)
    for what in (
        "violation", "detection", "false alarm", "ruling", "clearing", "remedy", "renegotiation"
    )
)  # fmt: skip
NOTHING, TRUE, FALSE = 0, 1, 2  # what is alleged of a side and waits for a ruling


@everyday
def hold_to_account(future: Any, p: Any, log: Any, targets: Any) -> None:
    """Move the monitors, rule on what was alleged, breach and allege; let the deal lapse."""
    deal = future.deal
    monitor(future, p)
    deal.unremedied *= p.derived.kept.unremedied
    for side in range(2):
        adjudicate(future, p, log, side, targets[side])
        violate(future, p, log, side, targets[side])
    if deal.unremedied > p.conflict.implementation.tolerance:
        let_lapse(future, p, log)


@rule
def monitor(future: Any, p: Any) -> None:
    """Build up the body that verifies the deal; part of it leaves where there was fire today."""
    deal = future.deal
    if max(future.sides[0].rung, future.sides[1].rung) >= FIRE:
        deal.monitoring *= 1.0 - p.conflict.implementation.monitoring.withdrawal
    else:
        deal.monitoring += (1.0 - deal.monitoring) * p.derived.moved.deployment


# --- breach and allegation ------------------------------------------------------------------------


@rule
def violate(future: Any, p: Any, log: Any, side: int, target: float) -> None:
    """Perhaps a side breaches its deal, by what it does not deliver, and perhaps it is found out.

    A strike by Islamabad under a deal that excludes strikes entirely is always found. Where there
    was no breach, one may be alleged.
    """
    rule_, v = p.conflict.implementation, verified(future)
    breached, found = (
        chance(future, VIOLATED[side]) < violation_chance(future, p, side, target),
        False,
    )
    if breached:
        found = chance(future, DETECTED[side]) < detection_chance(rule_, v)
    if side == 0 and future.deal.terms.restraint >= 1.0 and future.sides[0].rung >= STRIKE:
        breached = found = True
    future.tally.breaches += int(breached)
    if found:
        future.tally.violations += 1
        allege(future, p, log, side, TRUE)
    elif not breached and chance(future, ALARMED[side]) < false_alarm_chance(future, p, side):
        allege(future, p, log, side, FALSE)


@rule
def violation_chance(future: Any, p: Any, side: int, target: float) -> float:
    """Chance that a side breaches its deal today: less where that is verified (Fortna 2003)."""
    rule_ = p.conflict.implementation
    tempted = rule_.violation * (1.0 - rule_.deterrence * verified(future))
    return tempted * (1.0 - target) * future.deal.terms.promised[side]


@rule
def detection_chance(rule_: Any, verified: float) -> float:
    """Chance that a breach is found: more with verification."""
    return rule_.detection + (1.0 - rule_.detection) * verified


@rule
def false_alarm_chance(future: Any, p: Any, side: int) -> float:
    """Chance that a breach which was none is alleged of a side: none where all can be checked."""
    unverified = 1.0 - verified(future)
    return p.conflict.implementation.false_alarm * unverified * future.deal.terms.promised[side]


@rule
def allege(future: Any, p: Any, log: Any, side: int, kind: int) -> None:
    """A breach by a side is alleged: the other side takes it for true and may ask to renegotiate.

    While one waits for a ruling nothing more is alleged; what is found then makes it true.
    """
    deal, other = future.deal, future.sides[1 - side]
    if deal.alleged[side] != NOTHING:
        if kind == TRUE:
            deal.alleged[side] = TRUE
        return
    deal.alleged[side] = kind
    future.tally.false_alarms += int(kind == FALSE)
    put_forward(future, p.conflict.response.violation, VIOLATION, side == 1, side == 0)
    learn(other, p.derived.evidence.violation)
    future.violated_today[side] = 1
    if in_force(future):
        note(future, log, ALLEGATION, side, int(kind == TRUE))
    ask_to_renegotiate(future, p, log, 1 - side)


# --- ruling and remedy ----------------------------------------------------------------------------


@rule
def adjudicate(future: Any, p: Any, log: Any, side: int, target: float) -> None:
    """Perhaps a ruling on what is alleged of a side: cleared, made good, or held against it."""
    deal, rule_, v = future.deal, p.conflict.implementation, verified(future)
    if deal.alleged[side] == NOTHING:
        return
    if chance(future, RULED[side]) >= assisted(
        rule_.adjudication.rate, rule_.adjudication.alone, v
    ):
        return
    false, cleared, remedied = deal.alleged[side] == FALSE, False, False
    deal.alleged[side] = NOTHING
    if false:
        cleared = chance(future, CLEARED[side]) < rule_.adjudication.clearing * v
    if cleared:
        future.tally.cleared += 1
        learn(future.sides[1 - side], -p.derived.evidence.violation)
    else:
        able_and_willing = assisted(rule_.remedy.chance, rule_.remedy.alone, v) * target
        remedied = chance(future, REMEDIED[side]) < able_and_willing
        uphold(future, p, side, remedied)
    if in_force(future):
        note(future, log, RULING, side, int(cleared), int(remedied))


@rule
def assisted(chance_: float, alone: float, verified: float) -> float:
    """A chance of which only the share ``alone`` is left where nobody verifies."""
    return chance_ * (alone + (1.0 - alone) * verified)


@rule
def uphold(future: Any, p: Any, side: int, remedied: bool) -> None:
    """A ruling against a side injures the other, less if it is remedied; else it wears the deal."""
    held = p.conflict.grievance.violation
    if remedied:
        held *= 1.0 - p.conflict.implementation.remedy.returned
        future.tally.remedied += 1
    else:
        future.deal.unremedied += 1.0
    future.sides[1 - side].grievance[VIOLATION] += held


# --- what follows ---------------------------------------------------------------------------------


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
