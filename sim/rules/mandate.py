"""What a side still has of its mandate at home: what wears it away, restores it, and its loss.

Restraint is no free lunch: an audience punishes leaders who leave what was suffered unanswered, or
come home with nothing (Fearon 1994; Putnam 1988). Knows no chance and asks nobody.
"""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday, rule
from sim.parameters import NONE
from sim.state import FIRE, PROTEST


@rule
def wear(own: Any, share: float) -> None:
    """Take a share of the whole mandate from a side, as far as it has any left."""
    own.mandate = max(own.mandate - share, 0.0)


@everyday
def restore(own: Any, share: float) -> None:
    """Give a side back a share of what it has lost."""
    own.mandate += (1.0 - own.mandate) * share


@rule
def wear_by_restraint(future: Any, p: Any, side: int, suffered: float) -> None:
    """A side has answered for what it suffered, a pressure in logits.

    Restraint wears its mandate, a protest less; who has fired today, or done worse, has answered.
    """
    own, weigh = future.sides[side], p.conflict.mandate
    if own.rung < FIRE:
        left = 1.0 - weigh.protest * (own.rung == PROTEST)
        wear(own, weigh.unanswered * max(suffered, 0.0) * left)


@rule
def wear_by_talks(future: Any, p: Any) -> None:
    """A round has ended with nothing signed; a deal in force is still something to show."""
    if future.deal.package == NONE:
        for side in range(2):
            wear(future.sides[side], p.conflict.mandate.fruitless)


@rule
def restore_by_deal(future: Any, p: Any) -> None:
    """A deal was signed: a partial one restores so much less."""
    for side in range(2):
        restore(future.sides[side], p.conflict.mandate.deal * future.deal.whole)


@rule
def pressure_of_loss(future: Any, p: Any, side: int) -> float:
    """What a worn mandate adds to a side's inclination to answer, in logits."""
    return p.conflict.response.mandate * (1.0 - future.sides[side].mandate)


@everyday
def lost(future: Any, p: Any, side: int) -> bool:
    """Whether a side's mandate is gone."""
    return future.sides[side].mandate < p.conflict.mandate.lost
