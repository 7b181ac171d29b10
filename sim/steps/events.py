"""Step 1: events that the scenario schedules. Knows what each kind of event does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.config import (
    Attack,
    BagramStatement,
    BorderCloses,
    BorderOpens,
    EvidenceHandedOver,
    ExtraditionCarriedOut,
    LeadershipStatement,
    MediatorJoins,
    MediatorLeaves,
    MonitorsDeploy,
    Pause,
)
from sim.conflict import trust
from sim.conflict.escalation import SHOCK

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def apply(model: CeasefireModel) -> None:
    """Let the events scheduled for today happen, except attacks (``incidents.attack``)."""
    for event in due(model):
        _ACTIONS[type(event)](model, event)


def due(model: CeasefireModel, kind: type | None = None) -> list[Any]:
    """Return today's events, or those of one kind."""
    if not model.scenario.switches.events:
        return []
    events = model.scenario.events.values()
    return [x for x in events if x.day == model.day and (kind is None or isinstance(x, kind))]


def pace(model: CeasefireModel) -> float:
    """Share of new attacks and clashes that today's pauses leave, in [0, 1]."""
    left = 1.0
    if model.scenario.switches.events:
        for event in model.scenario.events.values():
            if isinstance(event, Pause) and event.day <= model.day <= event.until:
                left *= 1.0 - event.share
    return left


def _bagram_statement(model: CeasefireModel, event: BagramStatement) -> None:
    """Kabul is injured, less so if a deal's assurance is kept."""
    assured = model.terms.assurance[model.deal.package] * model.deal.delivered[:, 0]
    _injure(model, 1, event.pressure * (1.0 - assured))


def _leadership_statement(model: CeasefireModel, event: LeadershipStatement) -> None:
    """Words move the hearer's trust a little; hostile ones injure it and bind the speaker.

    Public hostility has audience costs (Fearon 1994): the speaker is locked in on contested issues.
    """
    speaker = model.parties[1 if event.party == "afghan_taliban" else 0]
    weight = trust.evidence(model.scenario.conflict.trust.signals.statement)
    speaker.other.learn(np.arange(model.size), event.tone * weight)
    hostility = max(-event.tone, 0.0)
    if hostility:
        severity = np.full(model.size, hostility * model.scenario.conflict.response.statement)
        _injure(model, speaker.other.side, severity)
        speaker.lock_in = np.maximum(speaker.lock_in, hostility * speaker.config.lock_in)


def _injure(model: CeasefireModel, side: int, severity: Any) -> None:
    """A shock of this severity (R,) to one side: a trigger and a grievance."""
    everyone = np.arange(model.size)
    model.trigger.offer(everyone, severity, SHOCK, (side == 0, side == 1))
    grievance = model.scenario.conflict.grievance.shock * severity
    model.parties[side].resent(everyone, SHOCK, grievance)


def _set_border(model: CeasefireModel, event: BorderOpens | BorderCloses) -> None:
    """Move the crossings, and the state to which they return."""
    closure = event.share if isinstance(event, BorderCloses) else 1.0 - event.share
    model.crossings.policy[:] = closure
    model.crossings.closure[:] = closure


def _hand_over_evidence(model: CeasefireModel, event: EvidenceHandedOver) -> None:
    """Kabul sees a delivery, and holds evidence that bears on attribution until it is stale."""
    _deliver_to(model, 1, event.share)
    model.kabul.evidence = np.maximum(model.kabul.evidence, event.share)


def _extradite(model: CeasefireModel, event: ExtraditionCarriedOut) -> None:
    """Islamabad sees a delivery; groups are weakened and provoked, and Kabul's cohesion pays."""
    effects = model.scenario.agenda.effects

    def size(effect: dict[str, dict[str, float]]) -> float:
        return event.share * effect.get(event.issue, {}).get(event.option, 0.0)

    _deliver_to(model, 0, event.share)
    for group in model.militants:
        group.weakened_by(size(effects.suppression), size(effects.backlash))
    model.kabul.cohesion = model.kabul.cohesion * (1.0 - size(effects.cohesion))


def _deliver_to(model: CeasefireModel, side: int, share: float) -> None:
    delivery = trust.evidence(model.scenario.conflict.trust.signals.delivery)
    model.parties[side].learn(np.arange(model.size), share * delivery)


def _deploy_monitors(model: CeasefireModel, event: MonitorsDeploy) -> None:
    model.monitors = event.strength
    model.open_book()


def _move_mediator(model: CeasefireModel, event: MediatorJoins | MediatorLeaves) -> None:
    for mediator in model.mediators:
        if mediator.name == event.mediator:
            mediator.present[:] = isinstance(event, MediatorJoins)
    model.open_book()


def _elsewhere(model: CeasefireModel, event: Any) -> None:
    """Attacks happen in step 2, and a pause is asked for there and in step 3 (``pace``)."""


_ACTIONS: dict[type, Any] = {
    Attack: _elsewhere,
    BagramStatement: _bagram_statement,
    BorderCloses: _set_border,
    BorderOpens: _set_border,
    EvidenceHandedOver: _hand_over_evidence,
    ExtraditionCarriedOut: _extradite,
    LeadershipStatement: _leadership_statement,
    MediatorJoins: _move_mediator,
    MediatorLeaves: _move_mediator,
    MonitorsDeploy: _deploy_monitors,
    Pause: _elsewhere,
}
