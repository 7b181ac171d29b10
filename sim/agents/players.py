"""Who decides in an agent's place: by default nobody, in a game the persons who hold its seat.

Every method is told what the agent would do and says what is done. Knows no rule of the model. A
game has one future (R = 1), but an answer may be as long as what it answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.negotiation.tactics import Tactic
from sim.randomness import BoolArray, IntArray

if TYPE_CHECKING:
    from sim.agents.party import Party
    from sim.steps.responses import Chain


class Players:
    """Leave every decision to the agents; a game overrides what persons decide."""

    def tactic(self, side: int, agent: Tactic) -> Tactic:
        """Who offers, accepts and criticises texts for a side today."""
        return agent

    def attend(self, party: Party, would: BoolArray) -> BoolArray:
        """Whether a side comes to a round that is due."""
        return would

    def respond(self, party: Party, would: IntArray, chain: Chain, at: IntArray) -> IntArray:
        """Rung a side answers with at this link of today's chains, of those ``at`` (n,)."""
        return would

    def contradict(self, party: Party, would: BoolArray) -> BoolArray:
        """On which contested issues a side's account contradicts the other's, (R, C)."""
        return would

    def end(self, party: Party, would: BoolArray) -> BoolArray:
        """Whether a side whose pressure to end has become too much declares the ceasefire over."""
        return would

    def contain(self, would: BoolArray) -> BoolArray:
        """Whether the mediators who can try to break today's chain do so."""
        return would

    def draft(self, would: IntArray) -> IntArray:
        """Package the mediators table."""
        return would
