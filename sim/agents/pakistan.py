"""Pakistan: the party whose territory is attacked and which lays attacks at Kabul's door."""

from __future__ import annotations

from sim.agents.party import Party


class Pakistan(Party):
    """The party in Islamabad; it demands guarantees and custody and holds back strikes."""

    side = 0
