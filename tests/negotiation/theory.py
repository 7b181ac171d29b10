"""What theory says of two bargainers: Zeuthen's path and Rubinstein's shares, to judge rules by.

Conventions are those of ``sim.negotiation.solutions``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sim.negotiation.solutions import (
    Floats,
    Integers,
    NoAgreementZone,
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


def rubinstein_shares(
    delta_1: float,
    delta_2: float,
    periods: int | None = None,
    breakdown: float = 0.0,
    outside_option: float | None = None,
) -> tuple[float, float]:
    """Equilibrium shares ``(first mover's, second's)`` of a unit pie split by alternating offers.

    Without ``periods`` the horizon is infinite (Rubinstein 1982): the first mover gets
    (1 - d2) / (1 - d1 d2). With ``periods`` (at least 1) the two alternate and nobody gets
    anything after the last period, so the last proposer takes all (Stahl 1972). After each
    refusal talks end with probability ``breakdown`` and both get 0, which turns a discount d into
    d (1 - breakdown) (Binmore, Rubinstein & Wolinsky 1986). ``outside_option`` is what the second
    side can take instead of refusing, as a share of the pie at that time; it matters only where
    it exceeds what bargaining gives anyway (deal-me-out: Binmore, Shaked & Sutton 1989).

    All arguments lie in [0, 1] (`ValueError` otherwise). If neither side loses by waiting over an
    infinite horizon every split is an equilibrium and there is no limit to return: `ValueError`.
    An outside option above the whole pie leaves nothing to agree on: `NoAgreementZone`.
    """
    wait_1 = _probability("delta_1", delta_1) * (1.0 - _probability("breakdown", breakdown))
    wait_2 = _probability("delta_2", delta_2) * (1.0 - breakdown)
    option = _outside_option(outside_option)
    if periods is None:
        first = _infinite_share(wait_1, wait_2, option)
    else:
        first = _finite_share(wait_1, wait_2, _periods(periods), option)
    return first, 1.0 - first


def _infinite_share(wait_1: float, wait_2: float, option: float) -> float:
    if wait_1 == 1.0 and wait_2 == 1.0:
        raise ValueError(
            "with both discounts 1, no breakdown and no last period, every split is an "
            "equilibrium: give a discount below 1, a breakdown risk or a number of periods"
        )
    return min((1.0 - wait_2) / (1.0 - wait_1 * wait_2), 1.0 - option)


def _finite_share(wait_1: float, wait_2: float, periods: int, option: float) -> float:
    """Backward induction: a proposer leaves the responder exactly what refusing is worth."""
    proposer = 0.0  # what the side that proposes next will get; 0 after the last period
    for period in range(periods, 0, -1):
        first_proposes = period % 2 == 1
        refusal = max(wait_2 * proposer, option) if first_proposes else wait_1 * proposer
        proposer = 1.0 - refusal
    return proposer


def _probability(name: str, value: float) -> float:
    if not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise ValueError(f"{name} must lie in [0, 1], not {value!r}")
    return float(value)


def _periods(periods: int) -> int:
    if not isinstance(periods, int | np.integer) or periods < 1:
        raise ValueError(f"periods must be a whole number of at least 1, not {periods!r}")
    return int(periods)


def _outside_option(option: float | None) -> float:
    if option is None:
        return 0.0
    if option > 1.0:
        raise NoAgreementZone(
            f"the outside option, {option:g}, is worth more than the whole pie: no split is "
            "individually rational"
        )
    return _probability("outside_option", option)
