"""What theory says of two bargainers who concede as Zeuthen has it, to judge rules by.

Conventions are those of ``sim.negotiation.solutions``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.negotiation.solutions import (
    Floats,
    Integers,
    _problem,
    _tied,
    _Zone,
    _zone,
    nash,
)


@dataclass(frozen=True)
class ZeuthenPath:
    """The exchange that leads two Zeuthen bargainers to their package.

    ``offers`` ``(steps, 2)`` are package indices, ``risks`` ``(steps, 2)`` each side's willingness
    to risk conflict in [0, 1] at that step; the last row is the agreement, with risks 0.
    """

    package: int
    offers: Integers
    risks: Floats


def zeuthen_risk(
    own_utility_of_own_offer: ArrayLike,
    own_utility_of_other_offer: ArrayLike,
    disagreement: ArrayLike = 0.0,
) -> Floats:
    """Willingness to risk conflict, in [0, 1], elementwise (Zeuthen 1930; Harsanyi 1956).

    The loss from accepting the other's offer divided by the loss from conflict. It is 0 where the
    other's offer is at least as good as one's own, and 1 where conflict is no worse than that
    offer or where one's own offer brings no gain.
    """
    own, other, threat = np.broadcast_arrays(
        np.asarray(own_utility_of_own_offer, dtype=np.float64),
        np.asarray(own_utility_of_other_offer, dtype=np.float64),
        np.asarray(disagreement, dtype=np.float64),
    )
    surplus = own - threat
    loss = np.minimum(own - other, surplus)
    risk = np.divide(loss, surplus, out=np.ones(own.shape), where=surplus > 0)
    return np.asarray(np.where(other >= own, 0.0, risk))


def zeuthen(utilities: ArrayLike, disagreement: ArrayLike) -> int:
    """Index of the package on which two Zeuthen bargainers agree; see `zeuthen_path`.

    It is `nash`'s package on every finite set, convex or not, ties included.
    """
    return zeuthen_path(utilities, disagreement).package


def zeuthen_path(utilities: ArrayLike, disagreement: ArrayLike) -> ZeuthenPath:
    """Run the monotonic concession protocol with Zeuthen's strategy (Rosenschein & Zlotkin 1994).

    Offers come from the frontier of the individually rational set. Each side opens with its best.
    The side with the lower risk concedes, by the smallest step after which the other has to move
    (one-step-sufficient concession). At equal risks both concede, to the nearest offers that
    break the tie; if none does, both offers have the largest Nash product and the module's tie
    rule picks the package, where Rosenschein and Zlotkin flip a coin.

    Why it ends at the Nash package: risk is lower exactly where one's own offer has the smaller
    Nash product (Harsanyi 1956), so a concession skips only packages whose product is below that
    of the other's standing offer, and a best package is never passed. This needs no convexity,
    only that both sides may offer every frontier package and concede no more than is sufficient.
    """
    zone = _zone(utilities, disagreement)
    values, threat = _problem(utilities, disagreement)
    choice = nash(values, threat)
    line, product = _concession_line(zone, values)
    steps = [(int(line[i]), int(line[j])) for i, j in _concessions(product)]
    if steps[-1] != (choice, choice):
        steps.append((choice, choice))
    offers = np.array(steps, dtype=np.int64)
    first, second = values[offers[:, 0]], values[offers[:, 1]]
    risks = np.empty(offers.shape)
    risks[:, 0] = zeuthen_risk(first[:, 0], second[:, 0], threat[0])
    risks[:, 1] = zeuthen_risk(second[:, 1], first[:, 1], threat[1])
    return ZeuthenPath(choice, offers, risks)


def _concession_line(zone: _Zone, values: Floats) -> tuple[Integers, Floats]:
    """Distinct frontier packages from the first side's best to the second's, and their products.

    Products are relative to the largest and rounded, so that ties survive the arithmetic.
    """
    _, distinct = np.unique(values[zone.packages], axis=0, return_index=True)
    along = distinct[::-1]
    product = (zone.shares[:, 0] * zone.shares[:, 1])[along]
    best = np.max(product)
    level = np.round(product / best, 12) if best > 0 else np.zeros(len(product))
    return zone.packages[along], np.where(_tied(product), 1.0, level)


def _concessions(product: Floats) -> list[tuple[int, int]]:
    """Positions of both offers on the line, until they meet or tie at the largest product."""
    left, right = 0, len(product) - 1
    path = [(left, right)]
    while left < right:
        if product[left] == product[right]:
            better = left + np.flatnonzero(product[left : right + 1] > product[left])
            if better.size == 0:
                break
            left, right = int(better[0]), int(better[-1])
        elif product[left] < product[right]:
            left += 1 + int(np.argmax(product[left + 1 : right + 1] >= product[right]))
        else:
            sufficient = np.flatnonzero(product[left:right] >= product[left])
            right = left + int(sufficient[-1])
        path.append((left, right))
    return path
