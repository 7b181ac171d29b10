"""What a side learns of the other from its offers: issue weights and reservation.

Weights by frequency: an issue on which the other side does not move from one offer to the next is
taken to matter more to it (Hindriks, Jonker & Tykhonov 2009; van Krimpen, Looije & Hajizadeh 2013).
The reservation is where the other's concessions would lead by the deadline if they went on evenly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiling import rule
from sim.negotiation.search import stands
from sim.negotiation.tables import eased, loss, utility, value
from sim.parameters import NONE

PRIOR = 1.0  # how many unmoved offers an issue is credited with before anything is heard


@rule
def hear(future: Any, p: Any, t: Any, side: int, package: int) -> None:
    """Take in an offer of the other side."""
    own = future.sides[side]
    if own.previous != NONE:
        for k in range(p.count.issues):
            own.unmoved[k] += t.option[package, k] == t.option[own.previous, k]
    else:
        own.first_heard = package
    own.heard += 1
    own.previous = package


@rule
def total_unmoved(p: Any, own: Any) -> float:
    """Unmoved offers of all issues: estimated weights are shares of it."""
    total = 0.0
    for k in range(p.count.issues):
        total += own.unmoved[k]
    return total


@rule
def weight_error(future: Any, p: Any, side: int) -> float:
    """How far a side's estimate of the other's weights is from them: half the sum of differences.

    0 is exact, 1 is all weight on the wrong issues (total variation distance).
    """
    own, error = future.sides[side], 0.0
    total = total_unmoved(p, own)
    for k in range(p.count.issues):
        error += abs(own.unmoved[k] / total - p.parties[1 - side].weights[k])
    return 0.5 * error


@rule
def thought_worth(future: Any, p: Any, t: Any, side: int, package: int) -> float:
    """What a side thinks a package is worth to the other, by the weights it has learnt."""
    own, worth = future.sides[side], 0.0
    total = total_unmoved(p, own)
    for k in range(p.count.issues):
        chosen = int(t.option[package, k])
        of_option = value(p, future.account, k, chosen, 1 - side)
        if p.count.links > 0 and p.agenda.issues[k].demander == side:
            cheaper, _ = eased(p, t, package, p.agenda.issues[k].first + chosen)
            of_option += cheaper * loss(p, future.account, k, chosen, 1 - side)
        worth += own.unmoved[k] / total * of_option
    return worth


@rule
def expected_reservation(first: float, last: float, time: float) -> float:
    """Utility to which the other's offers would fall by the deadline, at least 0.

    ``first`` and ``last`` are what its first and last offers are thought to be worth to it,
    ``time`` in (0, 1] the share of the negotiation they took.
    """
    return max(first - (first - last) / max(time, 1e-9), 0.0)


@rule
def best_as_learned(future: Any, p: Any, t: Any, side: int, asked: float, last: int) -> int:
    """Package best for the other by learnt weights, at or above the aspiration.

    What is settled stands, and what was offered: ``last``, or NONE where it may be taken back. Ties
    go to the lower number. Where nothing reaches the aspiration, the package best for oneself.
    """
    most = -np.inf
    for number in range(p.agenda.packages):
        if stands(future, t, side, number, last, t.issues):
            most = max(most, utility(future, t, side, number))
    best, found = -1.0, 0
    for number in range(p.agenda.packages):
        enough = utility(future, t, side, number) >= min(asked, most)
        if enough and stands(future, t, side, number, last, t.issues):
            theirs = thought_worth(future, p, t, side, number)
            if theirs > best:
                best, found = theirs, number
    return found
