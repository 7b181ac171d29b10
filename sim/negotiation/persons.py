"""At the table: what a side's agent does, or the person who holds its seat."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.negotiation import tactics
from sim.negotiation.tables import utility
from sim.parameters import NONE
from sim.state import ANSWER, DRAFT, MEDIATORS_SEAT, OFFER, TEXT, decided

REFUSED = 1e-6  # what a text lacks at least that a person refuses, in utility


@rule
def seated(future: Any, side: int) -> bool:
    """Whether a person holds a side's seat."""
    return (future.seats >> side) & 1 != 0


@rule
def offers(future: Any, p: Any, t: Any, side: int) -> int:
    """Package a side offers; a person may hold to the last offer."""
    chosen = decided(future, side, OFFER, tactics.offer(future, p, t, side))
    return tactics.last_offer(future, side, 0) if chosen == NONE else chosen


@rule
def asks(future: Any, p: Any, t: Any, side: int) -> float:
    """Least own utility a side is on record for: a person's, that of its last offer."""
    if not seated(future, side):
        return tactics.aspiration(future, p, t, side)
    last = tactics.last_offer(future, side, 0)
    return future.sides[side].ideal if last == NONE else utility(future, t, side, last)


@rule
def judges(future: Any, t: Any, side: int, kind: int, package: int, agent: bool) -> bool:
    """Whether a side accepts a package; whoever is asked is told what it is worth."""
    if seated(future, side):
        future.question.package = package
        future.question.worth = utility(future, t, side, package)
    return decided(future, side, kind, int(agent)) != 0


@rule
def accepts(future: Any, p: Any, t: Any, side: int, package: int) -> bool:
    """Whether a side accepts an offer."""
    agent = tactics.accepts(future, p, t, side, package)
    return judges(future, t, side, ANSWER, package, agent)


@rule
def takes_up(future: Any, p: Any, t: Any, side: int, package: int, misheard: float) -> bool:
    """Whether a side takes up an offer that mediators carry; a person reads it as it is."""
    if seated(future, side):
        return accepts(future, p, t, side, package)
    return tactics.takes_up(future, p, t, side, package, misheard)


@rule
def lacks(future: Any, p: Any, t: Any, side: int, text: int) -> float:
    """What a mediators' text lacks for a side, in utility; 0 or less accepts.

    One that a person refuses lacks what the agent says, and if the agent would have accepted it,
    what the own last offer is worth more.
    """
    agent = tactics.lacks(future, p, t, side, text)
    if not seated(future, side):
        return agent
    if judges(future, t, side, TEXT, text, agent <= 0.0):
        return 0.0
    if agent > 0.0:
        return agent
    return max(asks(future, p, t, side) - utility(future, t, side, text), REFUSED)


@rule
def tables_text(future: Any, would: int) -> int:
    """The text that mediators table, or NONE; a person who has the seat always tables one."""
    if would == NONE and not seated(future, MEDIATORS_SEAT):
        return NONE
    return decided(future, MEDIATORS_SEAT, DRAFT, max(would, 0))
