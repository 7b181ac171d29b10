"""Step 9: the day's acts become tension, grievance and trust, and fade."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.rules.trust import leaked, learn, probability
from sim.state import FIRE, STRIKE


@rule
def revise(future: Any, p: Any) -> None:
    """Let both sides learn from the day; let a day's forgetting pass; add up tension."""
    take_in(future, p, 0)
    take_in(future, p, 1)
    for side in range(2):
        pass_day(future, p, side)
        future.tally.right_days[side] += right(future.sides[side], future.sides[1 - side])
    for k in range(p.count.mediators):
        mediator, config = future.mediators[k], p.mediators[k]
        mediator.patience = min(mediator.patience + config.recovery, config.patience)
    future.tension = felt(future, p)


@rule
def take_in(future: Any, p: Any, side: int) -> None:
    """Let a side learn from fire and strikes suffered today, or from a quiet day."""
    own, suffered, known = future.sides[side], future.sides[1 - side].rung, p.derived.evidence
    if own.rung > 0:
        own.acts[own.rung] += 1
    if suffered >= FIRE:
        learn(own, known.strike if suffered >= STRIKE else known.fire)
        own.grievance[future.chain_cause] += p.conflict.grievance.fire * (suffered - 1)
        return
    violated = future.violated_today[1 - side] != 0
    blamed = side == 0 and future.attributed_today
    if not violated and not blamed:
        learn(own, known.quiet)


@rule
def pass_day(future: Any, p: Any, side: int) -> None:
    """Let trust leak to its prior, grievances and lock-in fade."""
    own, known = future.sides[side], p.derived.parties[side]
    own.trust_log_odds = leaked(own.trust_log_odds, known.prior, p.derived.kept.trust)
    own.trust = probability(own.trust_log_odds)
    for cause in range(len(own.grievance)):
        own.grievance[cause] *= p.derived.kept.grievance
    for c in range(p.count.contested):
        own.lock_in[c] *= known.lock_in_kept


@rule
def right(own: Any, other: Any) -> bool:
    """Whether a side takes the other for what it is."""
    return (own.trust >= 0.5) == other.willing


@rule
def felt(future: Any, p: Any) -> float:
    """Tension after the day: it fades, and both sides' highest rungs add to it."""
    added = p.conflict.tension.rungs
    brought = added[future.sides[0].rung] + added[future.sides[1].rung]
    return future.tension * p.derived.kept.tension + brought
