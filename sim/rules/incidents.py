"""Steps 3 and 4: border clashes, and what each side says in public of the day's incidents.

Both sides publish a version: an accusation, and a denial or not. Monitors and shared evidence
narrow the difference, for a denial that can be checked is worth little. What *was* is drawn as a
what-if; who says what about it is another matter.
"""

from __future__ import annotations

import math
from typing import Any

from sim.chance import chance, purpose
from sim.compiling import everyday, rule
from sim.config import PARTIES
from sim.notes import ATTACK as ATTACK_NOTED
from sim.notes import BORDER_CLASH as CLASH_NOTED
from sim.notes import note
from sim.rules.events import pace
from sim.rules.triggers import put_forward
from sim.rules.trust import learn, trust
from sim.state import ATTACK, BORDER_CLASH, COLLAPSE

CLASH, CLASH_SEVERITY, CLASH_DENIAL = map(purpose, ("clash", "clash/severity", "denial/clash"))
FIRST_BEGAN, SECOND_BEGAN = (purpose(f"initiator/{party}") for party in PARTIES)


@everyday
def in_force(future: Any) -> bool:
    """Whether no collapse has happened."""
    return future.ceasefire.day[COLLAPSE] == 0


@everyday
def clash(future: Any, p: Any, log: Any) -> None:
    """A border clash that nobody planned, likelier under tension; it presses on both sides."""
    if not p.switches.clashes:
        return
    rate = pace(future, p) * p.conflict.clashes.rate
    if chance(future, CLASH) >= rate * math.exp(p.conflict.clashes.tension * future.tension):
        return
    severity = -p.conflict.clashes.severity * math.log1p(-chance(future, CLASH_SEVERITY))
    initiator = int(chance(future, SECOND_BEGAN) > chance(future, FIRST_BEGAN))
    denies = denied(future, p, chance(future, CLASH_DENIAL), True)
    severity = pressure_left(severity, denies, p)
    put_forward(future, severity, BORDER_CLASH, True, True)
    future.tally.clashes += 1
    if denies:
        dispute(future, p, 1 - initiator)
        future.tally.disputed += 1
    if in_force(future):
        note(future, log, CLASH_NOTED, initiator, denies, w=severity)


@rule
def attribute(future: Any, p: Any, log: Any) -> None:
    """Lay the day's salient attacks at Kabul's door, or not; what is laid there hurts Islamabad."""
    rule_, deaths, denies = p.conflict.attribution, 0, False
    for k in range(p.count.militants):
        if future.groups[k].worst >= rule_.salience:
            blamed, denied_ = attribute_attack(future, p, log, k)
            deaths += future.groups[k].worst if blamed else 0
            denies |= denied_
    if deaths == 0:
        return
    future.attributed_today = True
    pressure = pressure_left(rule_.per_log_death * math.log1p(deaths), denies, p)
    put_forward(future, pressure, ATTACK, True, False)
    injured = future.sides[0]
    injured.grievance[ATTACK] += p.conflict.grievance.attack * pressure
    learn(injured, p.derived.evidence.attack)


@rule
def attribute_attack(future: Any, p: Any, log: Any, k: int) -> tuple[bool, bool]:
    """Whether a group's salient attack is laid at Kabul's door, and whether Kabul denies it."""
    known, group = p.derived.militants[k], future.groups[k]
    origin = chance(future, known.origin) < from_afghan_soil(group, p.militants[k])
    trusted = trust(future.sides[0])
    blamed = chance(future, known.attribution) < attribution_chance(future, p, trusted, origin)
    denies = False
    if blamed:
        denies = denied(future, p, chance(future, known.denial), origin)
        future.tally.attributed += 1
        if denies:
            dispute(future, p, 0)
            future.tally.disputed += 1
        if not origin:
            dispute(future, p, 1)
            future.tally.misattributed += 1
    if in_force(future):
        note(future, log, ATTACK_NOTED, k, group.worst, blamed, denies, origin)
    return blamed, denies


@rule
def from_afghan_soil(group: Any, config: Any) -> float:
    """Chance that an attack was prepared on Afghan soil (a what-if): less as it is suppressed."""
    left = config.from_afghan_soil * (1.0 - group.suppression)
    return left / max(left + 1.0 - config.from_afghan_soil, 1e-12)


@rule
def attribution_chance(future: Any, p: Any, trusted: float, origin: bool) -> float:
    """Chance that a salient attack is laid at Kabul's door.

    It falls with trust; that of a *mis*attribution also with verification and evidence.
    """
    rule_ = p.conflict.attribution
    chance_ = rule_["base"] * (1.0 - rule_.trust * trusted)
    if origin:
        return chance_
    chance_ *= 1.0 - rule_.monitors * verified(future)
    return chance_ * (1.0 - rule_.evidence * evidence_shared(future, p))


@rule
def denied(future: Any, p: Any, uniform: float, had_a_part: bool) -> bool:
    """Whether the accused denies a part in an incident.

    Who had none always denies. Who had one denies with a chance that falls with verification and
    with evidence, by the shares by which they also cut misattribution.
    """
    rule_ = p.conflict.attribution
    chance_ = rule_.denial * (1.0 - rule_.monitors * verified(future))
    chance_ *= 1.0 - rule_.evidence * evidence_shared(future, p)
    return not had_a_part or uniform < chance_


@rule
def pressure_left(severity: float, denies: bool, p: Any) -> float:
    """Pressure of an incident: less where the accused acknowledges its part."""
    return severity if denies else severity * (1.0 - p.conflict.attribution.acknowledged)


@rule
def dispute(future: Any, p: Any, side: int) -> None:
    """A side hears a version that it holds to be false."""
    learn(future.sides[side], p.derived.evidence.disputed)


@everyday
def verified(future: Any) -> float:
    """How well promises and incidents are verified: by the deal's body or by standing monitors.

    The deal's counts as far as it is there.
    """
    return max(future.deal.terms.verified * future.deal.monitoring, future.monitors)


@everyday
def evidence_shared(future: Any, p: Any) -> float:
    """How much evidence on incidents is shared, in [0, 1]: by deal, handed over, or standing."""
    by_deal = future.deal.terms.evidence * future.deal.delivered[0]
    return max(max(by_deal, future.sides[1].evidence), p.conflict.attribution.standing_evidence)
