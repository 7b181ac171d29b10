"""Looking for a package in a table: what stands at the table, and which of it is best.

Knows what packages are worth (``tables``) and what was offered and settled, no tactic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiling import rule
from sim.negotiation.tables import utility
from sim.parameters import NONE

# --- what was offered and settled -----------------------------------------------------------------


@rule
def stands(future: Any, t: Any, side: int, number: int, last: int, issues: int) -> bool:
    """Whether a package leaves what is settled, and what a side has offered, as it stands.

    On none of the first ``issues`` may it change what a partial deal grants, or be worth less to
    the other side than the package ``last`` (NONE: nothing was offered).
    """
    deal = future.deal
    for k in range(issues):
        chosen = t.option[number, k]
        if deal.partial:
            settled = t.option[deal.package, k]
            if settled > 0 and settled != chosen:
                return False
        if last != NONE:
            before = t.option[last, k]
            first = t.first[k]
            if t.valued[1 - side, first + chosen] < t.valued[1 - side, first + before]:
                return False
    return True


@rule
def reopens(future: Any, t: Any, number: int) -> bool:
    """Whether a package changes what a partial deal has settled."""
    return future.deal.partial and not stands(future, t, 0, number, NONE, t.issues)


@rule
def takes_back(t: Any, side: int, number: int, last: int) -> bool:
    """Whether a package is worth less to the other side on some issue than the one before."""
    for k in range(t.issues):
        before, chosen = t.first[k] + t.option[last, k], t.first[k] + t.option[number, k]
        if t.valued[1 - side, chosen] < t.valued[1 - side, before]:
            return True
    return False


@rule
def common_ground(future: Any, t: Any, one: int, other: int) -> int:
    """What two packages share: options that both take, beside what is settled, else status quo."""
    number = 0
    for k in range(t.issues):
        following = t.first[k + 1] if k + 1 < t.issues else t.options
        chosen = int(t.option[one, k]) if t.option[one, k] == t.option[other, k] else 0
        if future.deal.partial and t.option[future.deal.package, k] > 0:
            chosen = int(t.option[future.deal.package, k])
        number = number * (following - t.first[k]) + chosen
    return number


# --- looking for a package ------------------------------------------------------------------------


@rule
def best_for_other(future: Any, t: Any, side: int, asked: float, last: int) -> int:
    """Package that the other side is thought to like best of those worth ``asked`` to this side.

    What is settled stands, and so does what the side has offered: ``last``, or NONE where it may
    take back. Of equals the one with the lowest number. Where none is, the one best for this side.
    """
    bound = last != NONE or future.deal.partial
    best, found = -np.inf, NONE
    if last != NONE and utility(future, t, side, last) >= asked and not reopens(future, t, last):
        best, found = t.reckoned[1 - side, last], last
    for place in range(t.pages):
        page = t.order[side, place]
        if t.best_reckoned[1 - side, page] < best:
            break
        if t.most_own[side, page] < asked:
            continue
        if bound and not stands(future, t, side, page * t.page, last, t.leading):
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            other = t.reckoned[1 - side, number]
            better = other > best or (other == best and number < found)
            better = better and utility(future, t, side, number) >= asked
            if better and (not bound or stands(future, t, side, number, last, t.issues)):
                best, found = other, number
    return found if found != NONE else best_for_own(future, t, side)


@rule
def best_for_own(future: Any, t: Any, side: int) -> int:
    """Package best for a side, of equals the one better for the other or of the lowest number.

    What is settled stands.
    """
    best, found = -np.inf, 0
    before = t.best_own[side]  # what was best another time is not far from it
    if not reopens(future, t, before):
        best, found = utility(future, t, side, before), before
    for page in range(t.pages):
        if t.most_own[side, page] < best:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            own = utility(future, t, side, number)
            better = own > best or (own == best and better_of_equals(t, side, number, found))
            if better and not reopens(future, t, number):
                best, found = own, number
    t.best_own[side] = found
    return found


@rule
def better_of_equals(t: Any, side: int, one: int, other: int) -> bool:
    """Whether of two packages equal to a side one is better for the other, or comes first."""
    theirs, before = t.reckoned[1 - side, one], t.reckoned[1 - side, other]
    return theirs > before or (theirs == before and one < other)


@rule
def most_leaving(future: Any, t: Any, side: int, floor: float) -> float:
    """Most own utility among packages worth ``floor`` to the other side.

    If none is worth so much, among those that are worth most to it.
    """
    best = -np.inf
    floor = min(floor, t.best_reckoned[1 - side, t.order[side, 0]])
    for place in range(t.pages):
        page = t.order[side, place]
        if t.best_reckoned[1 - side, page] < floor:
            break
        if t.most_own[side, page] < best:
            continue
        for number in range(page * t.page, (page + 1) * t.page):
            if t.reckoned[1 - side, number] >= floor:
                best = max(best, utility(future, t, side, number))
    return best
