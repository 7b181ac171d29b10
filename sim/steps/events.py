"""Step 1: events that the scenario schedules. Knows what each kind of event does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.config import Event, EventKind
from sim.conflict import trust
from sim.conflict.escalation import SHOCK

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def apply(model: CeasefireModel) -> None:
    """Let the events scheduled for today happen, except attacks (``incidents.attack``)."""
    for event in due(model):
        if event.kind in (EventKind.mediator_joins, EventKind.mediator_leaves):
            _move_mediator(model, event)
        elif event.kind is not EventKind.attack:
            _ACTIONS[event.kind](model, event)


def due(model: CeasefireModel) -> list[Event]:
    """Return today's events."""
    if not model.scenario.switches.events:
        return []
    return [event for event in model.scenario.events.values() if event.day == model.day]


def _bagram_statement(model: CeasefireModel, event: Event) -> None:
    """A statement on a foreign return to Bagram: Kabul is injured, less so if it was assured."""
    everyone = np.arange(model.size)
    assured = model.terms.assurance[model.deal.package] * model.deal.delivered[:, 0]
    size = event.size * (1.0 - assured)
    model.trigger.offer(everyone, size, SHOCK, (False, True))
    model.parties[1].resent(everyone, SHOCK, model.scenario.conflict.grievance.shock * size)


def _set_border(model: CeasefireModel, event: Event) -> None:
    """Open or close the crossings by a share, until something else moves them."""
    closure = event.size if event.kind is EventKind.border_closes else 1.0 - event.size
    model.crossings.policy[:] = closure
    model.crossings.closure[:] = closure


def _show_good_faith(model: CeasefireModel, event: Event) -> None:
    """Evidence handed to Kabul, or custody carried out for Islamabad: a delivery is seen."""
    hearer = model.parties[1 if event.kind is EventKind.evidence_handed_over else 0]
    delivery = trust.evidence(model.scenario.conflict.trust.signals.delivery)
    hearer.learn(np.arange(model.size), event.size * delivery)


def _move_mediator(model: CeasefireModel, event: Event) -> None:
    for mediator in model.mediators:
        if mediator.name == event.target:
            mediator.present[:] = event.kind is EventKind.mediator_joins
    model.open_book()


_ACTIONS = {
    EventKind.bagram_statement: _bagram_statement,
    EventKind.border_opens: _set_border,
    EventKind.border_closes: _set_border,
    EventKind.evidence_handed_over: _show_good_faith,
    EventKind.custody_carried_out: _show_good_faith,
}
