"""Mediators' texts: which packages they know both sides might live with, and which they table.

Mediators reckon with what they know: of each side's utility and of what it has without a deal, what
is publicly reckoned, and of what goes beyond that the share that the side tells them and they
understand.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.compiling import rule
from sim.negotiation.search import reopens
from sim.negotiation.tables import utility
from sim.parameters import NONE


@rule
def list_texts(future: Any, p: Any, t: Any) -> None:
    """List the packages that, as far as mediators know, are better than no deal for both today.

    What is settled stands.
    """
    knows = (known_of(future, p, 0), known_of(future, p, 1))
    low = (believed_low(future, p, 0, knows[0]), believed_low(future, p, 1, knows[1]))
    t.texts = 0
    for page in range(t.pages):
        first = between_known(t.best_reckoned[0, page], t.most_own[0, page], knows[0])
        second = between_known(t.best_reckoned[1, page], t.most_own[1, page], knows[1])
        if first <= low[0] or second <= low[1]:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            first = gain(future, t, 0, number, knows[0], low[0])
            if first <= 0.0:
                continue
            second = gain(future, t, 1, number, knows[1], low[1])
            if second > 0.0 and not reopens(future, t, number):
                t.text[t.texts] = number
                t.gain[0, t.texts], t.gain[1, t.texts] = math.log(first), math.log(second)
                t.texts += 1


@rule
def draft(t: Any, weight: float) -> int:
    """The text of the best weighted Nash product of gains over no deal among those listed today.

    ``weight`` in [0, 1] is the first side's. NONE if none is listed.
    """
    best, found = -np.inf, NONE
    for number in range(t.texts):
        gained = weight * t.gain[0, number] + (1.0 - weight) * t.gain[1, number]
        if gained > best:
            best, found = gained, int(t.text[number])
    return found


@rule
def gain(future: Any, t: Any, side: int, package: int, known: float, low: float) -> float:
    """What mediators believe a side to gain by a package over the least that it settles for."""
    worth = between_known(t.reckoned[side, package], utility(future, t, side, package), known)
    return worth - low


@rule
def known_of(future: Any, p: Any, side: int) -> float:
    """Share of a side's private position that mediators who draft know, in [0, 1]."""
    return future.talks.knowledge * p.parties[side].candour


@rule
def believed_low(future: Any, p: Any, side: int, known: float) -> float:
    """What mediators believe to be the least that a side settles for."""
    return between_known(p.parties[side].disagreement, future.sides[side].least, known)


@rule
def between_known(public: float, private: float, known: float) -> float:
    """What is believed of a quantity of which the share ``known`` of what is private is told."""
    return public + known * (private - public)
