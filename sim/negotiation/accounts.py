"""Public accounts after a failed round: who contradicts whom, and what that locks in.

Each side may spin its account of a contested issue. A contradiction costs the counterpart's trust
and locks the speaker in on that issue (audience costs, Fearon 1994). A mediators' communique damps
both.
"""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.config import Spin
from sim.negotiation.tactics import last_offer
from sim.parameters import NONE, code

SELECTIVE, CONTRADICTING = code(Spin.selective), code(Spin.contradicting)


@rule
def spun(future: Any, p: Any, t: Any, side: int, c: int) -> bool:
    """Whether a side's spin touches a contested issue: all, none, or its largest retreat only."""
    spin = p.parties[side].spin
    if spin != SELECTIVE:
        return spin == CONTRADICTING
    last = last_offer(future, side, 0)
    if last == NONE:
        return False
    return c == largest_retreat(p, t, side, last)


@rule
def largest_retreat(p: Any, t: Any, side: int, package: int) -> int:
    """Contested issue of a side's largest retreat, the first of equals; NONE without any."""
    found, most = NONE, 0.0
    for c in range(p.count.contested):
        if t.retreat[side, c, package] > most:
            found, most = c, t.retreat[side, c, package]
    return found


@rule
def contradicts(uniform: float, spin: float, damping: float) -> bool:
    """Whether a side's account contradicts the other's on one issue.

    ``spin`` is the side's chance without a communique, ``damping`` in [0, 1] the share that a joint
    communique removes.
    """
    return uniform < spin * (1.0 - damping)


@rule
def locked_in(current: float, most: float, damping: float) -> float:
    """Lock-in after an account that contradicted: raised to ``most``, less damping."""
    return max(current, most * (1.0 - damping))
