"""Steps 2 to 4: attacks, border clashes, and what each side says in public of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.militants import MilitantGroup
from sim.agents.party import Party
from sim.config import PARTIES, Attack
from sim.conflict import trust, versions
from sim.conflict.attacks import attributed
from sim.conflict.escalation import ATTACK, BORDER_CLASH
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where
from sim.steps.events import due, pace

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def attack(model: CeasefireModel) -> None:
    """Militant attacks: background, excitation and spoiling; then those scheduled for today."""
    window = model.rounds.spoiling_window()
    left = pace(model)
    for group in model.militants:
        if model.scenario.switches.attacks:
            group.attack(window, left)
        else:
            group.rest()
        for event in due(model, Attack):
            if event.group == group.name:
                group.strike_once(event.deaths)


def clash(model: CeasefireModel) -> None:
    """Spontaneous border clashes, likelier under tension."""
    rule = model.scenario.conflict.clashes
    if not model.scenario.switches.clashes:
        return
    chance = pace(model) * rule.rate * np.exp(rule.tension * model.ceasefire.tension)
    rows = model.struck("clash", chance)
    if not len(rows):
        return
    severity = -rule.severity * np.log1p(-model.uniform("clash/severity", rows))
    began = [model.uniform(f"initiator/{party.name}", rows) for party in model.parties]
    initiator = (began[1] > began[0]).astype(np.int64)
    denies = _denies(model, "denial/clash", rows, np.ones(len(rows), dtype=bool))
    weight = versions.pressure_left(severity, denies, model.scenario.conflict.attribution)
    model.trigger.offer(rows, weight, BORDER_CLASH, (True, True))
    for party in model.parties:
        _dispute(model, party, rows[denies & (initiator != party.side)])
    model.tally.clashes[rows] += 1
    model.tally.disputed[rows] += denies
    model.log.incident(
        model, rows, "border_clash", severity=weight, denied=denies,
        initiator=np.array(PARTIES)[initiator],
    )  # fmt: skip


def attribute(model: CeasefireModel) -> None:
    """Both sides publish a version of the day's salient attacks: accusation, and denial or not."""
    rule = model.scenario.conflict.attribution
    deaths = np.zeros(model.size, dtype=np.int64)
    denied = np.zeros(model.size, dtype=bool)
    for group in model.militants:
        salient = where(group.worst >= rule.salience)
        if len(salient):
            blamed, denies = _blamed(model, group, salient)
            deaths[blamed] += group.worst[blamed]
            denied[blamed] |= denies
    rows = where(deaths > 0)
    if not len(rows):
        return
    model.attributed_today[rows] = True
    pressure = rule.per_log_death * np.log1p(deaths[rows])
    pressure = versions.pressure_left(pressure, denied[rows], rule)
    model.trigger.offer(rows, pressure, ATTACK, (True, False))
    injured = model.parties[0]
    injured.resent(rows, ATTACK, model.scenario.conflict.grievance.attack * pressure)
    strength = model.scenario.afghan_taliban.believed_capacity
    injured.learn(rows, trust.attack_evidence(strength))


def _blamed(
    model: CeasefireModel, group: MilitantGroup, salient: IntArray
) -> tuple[IntArray, BoolArray]:
    """Rows, of those with a salient attack, in which Kabul is blamed; whether it denies, there."""
    rule = model.scenario.conflict.attribution
    origin = group.from_afghan_soil(salient)
    blamed = attributed(
        model.uniform(f"attribution/{group.name}", salient),
        origin,
        model.parties[0].trust[salient],
        model.verified(salient),
        _evidence_shared(model, salient),
        rule.base,
        (rule.trust, rule.monitors, rule.evidence),
    )
    rows, falsely = salient[blamed], salient[blamed & ~origin]
    denies = _denies(model, f"denial/{group.name}", rows, origin[blamed])
    _dispute(model, model.parties[0], rows[denies])
    _dispute(model, model.parties[1], falsely)
    model.tally.attributed[rows] += 1
    model.tally.misattributed[falsely] += 1
    model.tally.disputed[rows] += denies
    said = np.zeros(len(salient), dtype=bool)
    said[blamed] = denies
    model.log.incident(
        model, salient, "attack", group=group.name, deaths=group.worst[salient],
        attributed=blamed, denied=said, from_afghan_soil=origin,
    )  # fmt: skip
    return rows, denies


def _denies(
    model: CeasefireModel, purpose: str, rows: IntArray, had_a_part: BoolArray
) -> BoolArray:
    """Whether the accused denies its part in these rows, (len(rows),)."""
    rule = model.scenario.conflict.attribution
    return versions.denied(
        model.uniform(purpose, rows), had_a_part, model.verified(rows),
        _evidence_shared(model, rows), rule.denial, (rule.monitors, rule.evidence),
    )  # fmt: skip


def _dispute(model: CeasefireModel, party: Party, rows: IntArray) -> None:
    """A side hears a version that it holds to be false."""
    party.learn(rows, trust.evidence(model.scenario.conflict.trust.signals.disputed))


def _evidence_shared(model: CeasefireModel, rows: IntArray) -> FloatArray:
    """How much evidence on attacks is shared, by deal, handed over or standing, (len(rows),)."""
    deal, standing = model.deal, model.scenario.conflict.attribution.standing_evidence
    return versions.evidence_shared(
        rows, model.terms.evidence, deal.package, deal.delivered[:, 0], model.kabul.evidence,
        standing,
    )  # fmt: skip
