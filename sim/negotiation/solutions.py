"""Cooperative and strategic solutions of a two-sided bargaining problem; no agenda, party or time.

A bargaining problem is an array ``utilities`` of shape ``(packages, 2)``: column 0 is the first
side's utility, column 1 the second's, with ``disagreement`` of shape ``(2,)`` on the same scales.
Conventions shared by every solution here:

* Only *individually rational* packages count, those that give both sides at least their
  disagreement payoff. Ideals are taken over that set as well. If it is empty, every solution
  raises `NoAgreementZone`.
* Only packages on its Pareto frontier are chosen, so a dominated package never wins a tie.
* Ties (within `TOLERANCE` of the best, relatively) go to the higher Nash product, then to the
  lowest index. The rule names no side, so swapping the columns changes no choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-12
"""Relative allowance for rounding, dimensionless: what differs by less is a tie."""


class NoAgreementZone(ValueError):  # noqa: N818 - the field's own name for the situation
    """No package gives both sides at least what they get without an agreement."""


def pareto_frontier(utilities: ArrayLike) -> Mask:
    """Which packages no other package dominates, as a mask of shape ``(packages,)``.

    One package dominates another if it is at least as good for both sides and better for one;
    exact duplicates do not dominate each other, so all copies of a frontier package are on it.
    """
    values = _utilities(utilities)
    order = np.lexsort((-values[:, 1], -values[:, 0]))
    first, second = values[order, 0], values[order, 1]
    starts = np.concatenate([[True], first[1:] != first[:-1]])
    top = second[starts]  # the best the second side gets at each value of the first
    above = np.concatenate([[-np.inf], np.maximum.accumulate(top)[:-1]])
    level = np.cumsum(starts) - 1
    mask = np.zeros(len(values), dtype=np.bool_)
    mask[order] = (second == top[level]) & (second > above[level])
    return mask


def zopa(utilities: ArrayLike, disagreement: ArrayLike) -> Mask:
    """Zone of possible agreement: the individually rational packages, a mask ``(packages,)``.

    A package at exactly the disagreement payoff belongs to it; a shortfall within `TOLERANCE` of
    the side's largest utility in absolute value is rounding and does not exclude a package.
    """
    values, threat = _problem(utilities, disagreement)
    allowance = TOLERANCE * np.maximum(np.abs(values).max(axis=0), np.abs(threat))
    inside: Mask = (values >= threat - allowance).all(axis=1)
    return inside


@dataclass(frozen=True)
class _Zone:
    """The frontier of the individually rational set: what every solution chooses from."""

    packages: Integers  # (candidates,) indices into the packages, ascending
    gains: Floats  # (candidates, 2) utility above disagreement, at least 0
    ideals: Floats  # (2,) each side's largest gain over the individually rational set

    @property
    def shares(self) -> Floats:
        """Gains as shares of the ideals, ``(candidates, 2)``; 1 for a side that can gain nothing.

        Leaving such a side out of account lets the other take its own ideal.
        """
        scale = np.where(self.ideals > 0, self.ideals, 1.0)
        return np.where(self.ideals > 0, self.gains / scale, 1.0)


def _zone(utilities: ArrayLike, disagreement: ArrayLike) -> _Zone:
    values, threat = _problem(utilities, disagreement)
    packages = np.flatnonzero(pareto_frontier(values) & zopa(values, threat))
    if packages.size == 0:
        raise NoAgreementZone(
            f"none of the {len(values)} packages is individually rational: none gives both sides "
            f"at least their disagreement payoffs, {threat[0]:g} and {threat[1]:g}"
        )
    gains = np.maximum(values[packages] - threat, 0.0)
    return _Zone(packages, gains, gains.max(axis=0))


def _best(zone: _Zone, objective: Floats) -> int:
    """The package with the largest non-negative objective, ties as the module states."""
    tied = np.flatnonzero(_tied(objective))
    product = zone.shares[tied, 0] * zone.shares[tied, 1]
    return int(zone.packages[tied[np.argmax(_tied(product))]])


def _tied(objective: Floats) -> Mask:
    best = np.max(objective)
    tied: Mask = objective >= best - TOLERANCE * best
    return tied


def nash(utilities: ArrayLike, disagreement: ArrayLike, weights: ArrayLike | None = None) -> int:
    """Index of the package with the largest (weighted) product of gains (Nash 1950).

    ``weights`` ``(2,)`` are the sides' bargaining powers (Kalai 1977): at least 0, not both 0.
    Only their ratio matters, so they need not sum to one; a side of weight 0 gets no more than
    its disagreement payoff and what costs the other nothing. Where one side can gain in no
    package the choice is the other side's ideal.
    """
    zone = _zone(utilities, disagreement)
    power = _weights(weights)
    return _best(zone, zone.shares[:, 0] ** power[0] * zone.shares[:, 1] ** power[1])


def kalai_smorodinsky(utilities: ArrayLike, disagreement: ArrayLike) -> int:
    """Index of the package that maximises the smaller share of the ideals (Kalai-Smorodinsky 1975).

    A side's ideal is its largest gain over the *individually rational* packages. On a finite set
    the equal-shares ray rarely meets a package; the max-min rule is the extension (Nagahisa &
    Tanaka 2002). A side that can gain nothing is left out and the other takes its ideal.
    """
    zone = _zone(utilities, disagreement)
    return _best(zone, zone.shares.min(axis=1))


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


def _utilities(utilities: ArrayLike) -> Floats:
    values = np.asarray(utilities, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != 2 or len(values) == 0:
        raise ValueError(
            f"utilities must have shape (packages, 2) with at least one package, not {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError("utilities must be finite")
    return values


def _problem(utilities: ArrayLike, disagreement: ArrayLike) -> tuple[Floats, Floats]:
    threat = np.asarray(disagreement, dtype=np.float64)
    if threat.shape != (2,) or not np.isfinite(threat).all():
        raise ValueError(f"disagreement must be two finite payoffs, not {disagreement!r}")
    return _utilities(utilities), threat


def _weights(weights: ArrayLike | None) -> Floats:
    power = np.array([0.5, 0.5]) if weights is None else np.asarray(weights, dtype=np.float64)
    if power.shape != (2,) or not np.isfinite(power).all() or (power < 0).any() or not power.any():
        raise ValueError(f"weights must be two finite numbers >= 0, not both 0, not {weights!r}")
    relative = power / np.max(power)  # first, so that the sum cannot overflow
    return np.asarray(relative / relative.sum())


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
