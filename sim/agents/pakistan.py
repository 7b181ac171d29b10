"""Pakistan: the party whose territory is attacked and which lays attacks at Kabul's door."""

from __future__ import annotations

from sim.agents.party import Party
from sim.randomness import FloatArray, IntArray


class Pakistan(Party):
    """The party in Islamabad; it demands guarantees and custody and holds back strikes."""

    side = 0

    def strikes_given_up(self, rows: IntArray) -> FloatArray:
        """How far a deal binds this side not to strike across the border, (len(rows),)."""
        bound: FloatArray = self.model.terms.restraint[self.model.deal.package[rows]]
        return bound
