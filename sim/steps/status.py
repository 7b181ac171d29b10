"""Step 10: every definition of the ceasefire's end is checked and recorded with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.config import MediatorFunction
from sim.conflict.ceasefire import COLLAPSE, REPUDIATION
from sim.conflict.escalation import SHOCK
from sim.randomness import IntArray
from sim.replicates import where

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def check(model: CeasefireModel) -> IntArray:
    """Record today's ends; return the rows whose ceasefire collapsed today."""
    state, rule = model.ceasefire, model.scenario.ceasefire
    rungs = (model.parties[0].rung, model.parties[1].rung)
    state.record_rungs(model.day, rungs, model.chain_cause, rule.consecutive_days)
    if model.scenario.switches.repudiation:
        _repudiate(model)
    if rule.exogenous_hazard > 0:
        struck = where(model.uniform("exogenous") < rule.exogenous_hazard)
        state.end(COLLAPSE, struck, model.day, SHOCK)
    return state.close(model.day)


def renew(model: CeasefireModel) -> None:
    """Re-establish collapsed ceasefires, likelier where mediators call the sides back.

    A new spell begins as day 0 did. What was learnt, agreed at home and paid for closure stays;
    the old deal and old grievances are gone.
    """
    rule, state = model.scenario.ceasefire, model.ceasefire
    ended = state.day[:, COLLAPSE]
    rows = where((ended > 0) & (ended < model.day))
    if not len(rows):
        return
    pulls = [model.leverage_on(side, MediatorFunction.call_back, rows) for side in range(2)]
    chance = rule.renewal * (1.0 + rule.renewal_mediated * 0.5 * (pulls[0] + pulls[1]))
    rows = rows[model.uniform("renewal", rows) < chance]
    state.restart(rows, model.day, model.scenario.conflict.tension.initial)
    model.deal.lapse(rows)
    model.trigger.clear(rows)
    model.rounds.restart(rows)
    for party in model.parties:
        party.grievance[rows] = 0.0
    model.log.incident(model, rows, "ceasefire_renewed")


def _repudiate(model: CeasefireModel) -> None:
    """Let a side declare the ceasefire over; if both do, the one under more pressure is named."""
    pressures = [party.pressure_to_end() for party in model.parties]
    over = [
        model.players.end(party, pressure > party.worth_of_continuing())
        for party, pressure in zip(model.parties, pressures, strict=True)
    ]
    either = where(over[0] | over[1])
    if not len(either):
        return
    second = over[1][either] & (~over[0][either] | (pressures[1] > pressures[0])[either])
    causes = [party.grievance[either].argmax(axis=1) for party in model.parties]
    cause = np.where(second, causes[1], causes[0])
    model.ceasefire.end(REPUDIATION, either, model.day, cause)
    model.ceasefire.end(COLLAPSE, either, model.day, cause)
