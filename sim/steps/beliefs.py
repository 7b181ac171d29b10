"""Step 9: the day's acts become tension, grievance and trust, and fade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.party import Party
from sim.conflict import trust
from sim.conflict.escalation import FIRE, STRIKE
from sim.replicates import where

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def revise(model: CeasefireModel) -> None:
    """Let both sides learn from the day; let a day's forgetting pass; add up tension."""
    for party in model.parties:
        _take_in(model, party)
        acted = where(party.rung > 0)
        party.acts[acted, party.rung[acted]] += 1
    for party in model.parties:
        party.pass_day()
        model.tally.right_days[:, party.side] += trust.right(party.trust, party.other.willing)
    for mediator in model.mediators:
        mediator.pass_day()
    rule = model.scenario.conflict.tension
    rungs = (model.parties[0].rung, model.parties[1].rung)
    model.ceasefire.feel(rungs, rule.rungs, rule.half_life)


def _take_in(model: CeasefireModel, party: Party) -> None:
    """Fire and strikes suffered today, or a quiet day."""
    rule, signals = model.scenario.conflict.grievance, model.scenario.conflict.trust.signals
    suffered = party.other.rung
    rows = where(suffered >= FIRE)
    if len(rows):
        struck = suffered[rows] >= STRIKE
        party.learn(rows[~struck], trust.evidence(signals.fire))
        party.learn(rows[struck], trust.evidence(signals.strike))
        injury = rule.fire * (suffered[rows] - 1).astype(np.float64)
        party.resent(rows, model.chain_cause[rows], injury)
    violated = model.violated_today[:, party.other.side]
    blamed = model.attributed_today if party.side == 0 else violated
    quiet = trust.quiet_evidence(trust.evidence(signals.quiet), suffered < FIRE, violated, blamed)
    party.trust_log_odds += quiet
