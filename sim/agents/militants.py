"""A militant group: attacks that excite more, suppressed or provoked by what is agreed."""

from __future__ import annotations

from sim.agents.agent import Recorded


class MilitantGroup(Recorded):
    """One group; its attributes are the fields of ``state.GROUP``."""

    held = "groups"
