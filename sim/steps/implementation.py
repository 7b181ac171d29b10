"""Step 8: deals are carried out, violated and found out; the crossings and groups follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.party import Party
from sim.conflict import trust
from sim.conflict.escalation import PROTEST, STRIKE, VIOLATION
from sim.conflict.implementation import (
    carried_out,
    detection_chance,
    share_moved,
    sharpened,
    suppression,
    violation_chance,
)
from sim.randomness import FloatArray, IntArray
from sim.replicates import moved_towards, where

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def carry_out(model: CeasefireModel) -> None:
    """Deliver, violate, detect; let deals lapse; move crossings and suppression."""
    deal, rule = model.deal, model.scenario.conflict.implementation
    rows = where(deal.in_force)
    package = deal.package[rows]
    if len(rows):
        targets = [party.delivery_target(rows) for party in model.parties]
        _deliver(model, rows, package, targets)
        _violate(model, rows, package, targets)
        kept = deal.violations[rows] < rule.tolerance
        if not kept.all():
            _lapse(model, rows[~kept])
            rows, package = rows[kept], package[kept]
    _move_crossings(model)
    _suppress(model, rows, package)


def _lapse(model: CeasefireModel, rows: IntArray) -> None:
    """End the deal in these rows; the sides may meet again."""
    model.deal.lapse(rows)
    first = rows[model.tally.deal_lapsed_day[rows] == 0]
    model.tally.deal_lapsed_day[first] = model.day
    model.log.incident(model, rows, "deal_lapses")
    model.rounds.schedule(rows[~model.talks.in_session[rows]])


def _deliver(
    model: CeasefireModel, rows: IntArray, package: IntArray, targets: list[FloatArray]
) -> None:
    """Each side moves towards what it is willing and able to deliver, its target (len(rows),)."""
    deal, rule = model.deal, model.scenario.conflict.implementation
    moved = share_moved(rule.build_up)
    for side, target in enumerate(targets):
        delivered = deal.delivered[:, side]
        delivered[rows] = moved_towards(delivered[rows], target, 1.0, moved)
    new = where(deal.age[rows] == 0)
    if len(new):
        first = rows[new]
        for group in model.militants:
            group.backlash[first] += model.terms.backlash[package[new]] * targets[1][new]
    measures = _measures(model, rows, package)
    seen = rows[model.struck("delivery", rule.delivery * measures, rows)]
    signal = model.scenario.conflict.trust.signals.delivery
    model.parties[0].learn(seen, trust.evidence(signal))
    deal.age[rows] += 1


def _violate(
    model: CeasefireModel, rows: IntArray, package: IntArray, targets: list[FloatArray]
) -> None:
    """Violations by what is not delivered, or by a strike that was promised away."""
    rule = model.scenario.conflict.implementation
    verified = model.verified(rows)
    for party in model.parties:
        chance = violation_chance(
            rule.violation, rule.deterrence, verified, targets[party.side],
            model.terms.promised[party.side], package,
        )  # fmt: skip
        breached = model.struck(f"violation/{party.name}", chance, rows)
        found_out = detection_chance(rule, verified[breached])
        seen = model.struck(f"detection/{party.name}", found_out, rows[breached])
        found = np.zeros(len(rows), dtype=bool)
        found[breached[seen]] = True
        if party.side == 0:
            struck = where(party.rung[rows] >= STRIKE)
            found[struck] |= model.terms.restraint[package[struck]] >= 1.0
        _found_out(model, party, rows[found])


def _found_out(model: CeasefireModel, party: Party, rows: IntArray) -> None:
    """A violation by ``party`` was detected in these rows: the other side is injured."""
    if not len(rows):
        return
    conflict = model.scenario.conflict
    injured = (party.side == 1, party.side == 0)
    model.trigger.offer(rows, conflict.response.violation, VIOLATION, injured)
    party.other.resent(rows, VIOLATION, conflict.grievance.violation)
    party.other.learn(rows, trust.evidence(conflict.trust.signals.violation))
    model.deal.violations[rows] += 1
    model.tally.violations[rows] += 1
    model.violated_today[rows, party.side] = True
    _reopen(model, party, rows)
    model.log.incident(model, rows, "violation", party=party.name)


def _reopen(model: CeasefireModel, party: Party, rows: IntArray) -> None:
    """The side injured by ``party`` may ask to renegotiate the deal at the next round."""
    rule, talks = model.scenario.conflict.implementation, model.talks
    if not model.scenario.switches.talks:
        return
    asks = model.uniform(f"renegotiation/{party.other.name}", rows) < rule.renegotiation
    idle = ~talks.in_session[rows] & (talks.next_round[rows] == 0)
    reopened = rows[asks & idle]
    talks.review[reopened] = True
    model.rounds.schedule(reopened)
    model.log.incident(model, reopened, "renegotiation_asked", party=party.other.name)


def _move_crossings(model: CeasefireModel) -> None:
    """Shut the crossings where a side protested or worse; otherwise move as agreed."""
    first, second = model.parties
    acted = where(np.maximum(first.rung, second.rung) >= PROTEST)
    model.crossings.close(acted)
    model.tally.closed_days += model.crossings.closure
    opened = carried_out(model.terms.border, model.deal.package, model.deal.delivered[:, 0])
    costs = (first.config.closure_cost, second.config.closure_cost)
    model.crossings.pass_day(model.scenario.conflict.border, opened, costs)


def _suppress(model: CeasefireModel, rows: IntArray, package: IntArray) -> None:
    """Kabul's measures reach the groups; confinement leaks, handovers provoke and cost.

    ``rows`` are those with a deal in force, ``package``.
    """
    rule = model.scenario.conflict.implementation
    moved = share_moved(rule.build_up)
    effort = _effort(model, rows, package)
    for group in model.militants:
        group.restrained_by(effort, moved)
        group.backlash *= np.exp(-1.0 / rule.backlash_days)
    cost = carried_out(model.terms.cohesion, model.deal.package, model.deal.delivered[:, 1])
    model.kabul.pay_cohesion(cost, moved)
    model.kabul.evidence = model.kabul.evidence * (1.0 - moved)


def _effort(model: CeasefireModel, rows: IntArray, package: IntArray) -> FloatArray:
    """Share of a fully exposed group's attacks that Kabul's measures aim to end, shape (R,)."""
    deal, rule = model.deal, model.scenario.conflict.implementation
    effort = np.zeros(model.size)
    effort[rows] = sharpened(
        _measures(model, rows, package), rule.evidence, model.terms.evidence,
        deal.delivered[:, 0], model.terms.sharpened, package, rows,
    )  # fmt: skip
    return effort


def _measures(model: CeasefireModel, rows: IntArray, package: IntArray) -> FloatArray:
    """Suppression by what Kabul delivers today, less what has leaked, shape (len(rows),)."""
    deal, terms = model.deal, model.terms
    left = terms.leaking[package]
    leaks = where(left > 0.0)
    kept = 1.0 - terms.leakage[package[leaks]]
    left[leaks] *= np.power(kept, deal.age[rows[leaks]])
    return suppression(terms.lasting, package, left, deal.delivered[:, 1], rows)
