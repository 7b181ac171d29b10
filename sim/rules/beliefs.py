"""Step 9: the day's acts become tension, grievance and trust, and fade."""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday
from sim.rules.mandate import restore
from sim.rules.trust import believe, leaked, learn
from sim.state import FIRE, STRIKE


@everyday
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


@everyday
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


@everyday
def pass_day(future: Any, p: Any, side: int) -> None:
    """Let trust leak to its prior, grievances and lock-in fade, a worn mandate recover."""
    own, known = future.sides[side], p.derived.parties[side]
    own.learnt = leaked(own.learnt, known.prior, p.derived.kept.trust)
    believe(own)
    for cause in range(len(own.grievance)):
        own.grievance[cause] *= p.derived.kept.grievance
    for c in range(p.count.contested):
        own.lock_in[c] *= known.lock_in_kept
    restore(own, p.derived.moved.mandate)


@everyday
def right(own: Any, other: Any) -> bool:
    """Whether a side takes the other for what it is: trusts it by more than even odds, or less."""
    return (own.believed >= 0.0) == other.willing


@everyday
def felt(future: Any, p: Any) -> float:
    """Tension after the day: it fades, and both sides' highest rungs add to it."""
    added = p.conflict.tension.rungs
    brought = added[future.sides[0].rung] + added[future.sides[1].rung]
    return future.tension * p.derived.kept.tension + brought
