"""A mediator: leverage, bias, credibility and patience, and the functions it offers."""

from __future__ import annotations

from sim.agents.agent import Recorded
from sim.arrays import BoolArray
from sim.negotiation.mediators import active


class Mediator(Recorded):
    """One mediator; its attributes are the fields of ``state.MEDIATOR``."""

    held = "mediators"

    def active(self) -> BoolArray:
        """Whether it takes part and has patience left, (R,)."""
        return self.each(lambda future, p: active(future, self.place))  # type: ignore[no-any-return]
