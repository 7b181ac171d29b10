"""Steps 2 to 4: militant attacks, border clashes, and whom an attack is laid at the door of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.militants import MilitantGroup
from sim.config import Attack
from sim.conflict import trust
from sim.conflict.attacks import attributed
from sim.conflict.escalation import ATTACK, BORDER_CLASH
from sim.randomness import FloatArray, IntArray
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
    rows = np.flatnonzero(model.uniform("clash") < chance)
    if not len(rows):
        return
    severity = -rule.severity * np.log1p(-model.uniform("clash/severity", rows))
    model.trigger.offer(rows, severity, BORDER_CLASH, (True, True))
    model.tally.clashes[rows] += 1
    model.log.incident(model, rows, "border_clash", severity=severity)


def attribute(model: CeasefireModel) -> None:
    """Lay the day's salient attacks at Kabul's door, rightly or wrongly."""
    deaths = np.zeros(model.size, dtype=np.int64)
    for group in model.militants:
        salient = np.flatnonzero(group.worst >= model.scenario.conflict.attribution.salience)
        if len(salient):
            blamed = _blamed(model, group, salient)
            deaths[blamed] += group.worst[blamed]
    rows = np.flatnonzero(deaths)
    if not len(rows):
        return
    model.attributed_today[rows] = True
    pressure = model.scenario.conflict.attribution.per_log_death * np.log1p(deaths[rows])
    model.trigger.offer(rows, pressure, ATTACK, (True, False))
    injured = model.parties[0]
    injured.resent(rows, ATTACK, model.scenario.conflict.grievance.attack * pressure)
    strength = model.scenario.afghan_taliban.believed_capacity
    injured.learn(rows, trust.attack_evidence(strength))


def _blamed(model: CeasefireModel, group: MilitantGroup, salient: IntArray) -> IntArray:
    """Rows, of those with a salient attack by this group, in which Kabul is held responsible."""
    rule = model.scenario.conflict.attribution
    origin = group.from_afghan_soil(salient)
    blamed = attributed(
        model.uniform(f"attribution/{group.name}", salient),
        origin,
        model.parties[0].trust[salient],
        model.verified(salient),
        _evidence_shared(model, salient),
        rule,
    )
    rows = salient[blamed]
    model.tally.attributed[rows] += 1
    model.tally.misattributed[salient[blamed & ~origin]] += 1
    model.log.incident(
        model, salient, "attack", group=group.name, deaths=group.worst[salient],
        attributed=blamed, from_afghan_soil=origin,
    )  # fmt: skip
    return rows


def _evidence_shared(model: CeasefireModel, rows: IntArray) -> FloatArray:
    """How much evidence on attacks is shared, by deal, handed over or standing, (len(rows),)."""
    by_deal = model.terms.evidence[model.deal.package[rows]] * model.deal.delivered[rows, 0]
    shared: FloatArray = np.maximum(by_deal, model.kabul.evidence[rows])
    return np.maximum(shared, model.scenario.conflict.attribution.standing_evidence)
