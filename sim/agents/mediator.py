"""A mediator: leverage, bias, credibility and patience, and the functions it offers."""

from __future__ import annotations

from sim.agents.agent import Recorded


class Mediator(Recorded):
    """One mediator; its attributes are the fields of ``state.MEDIATOR``."""

    held = "mediators"
