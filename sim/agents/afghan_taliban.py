"""The Afghan Taliban: the party asked to restrain militants, at a cost to its own cohesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.party import Party
from sim.config import Party as PartyConfig
from sim.randomness import FloatArray
from sim.replicates import moved_towards

if TYPE_CHECKING:
    from sim.model import CeasefireModel


class AfghanTaliban(Party):
    """The party in Kabul; handing people over costs it cohesion, and with it capacity.

    ``cohesion`` (R,) share of capacity that is left; ``evidence`` (R,) share of the evidence on
    incidents that it has been handed outside any deal, fading.
    """

    side = 1

    def __init__(self, model: CeasefireModel, config: PartyConfig) -> None:
        super().__init__(model, config)
        self.cohesion: FloatArray = np.ones(model.size)
        self.evidence: FloatArray = np.zeros(model.size)

    def able(self) -> FloatArray:
        """Ability to deliver today: capacity less what handing people over has cost."""
        return self.capacity * self.cohesion

    def pay_cohesion(self, cost: FloatArray, moved: float) -> None:
        """Move cohesion towards what the deal's custody option leaves of it."""
        self.cohesion = moved_towards(self.cohesion, 1.0 - cost, 1.0, moved)
