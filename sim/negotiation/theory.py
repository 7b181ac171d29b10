"""Closed-form results of bargaining and conflict theory; no dynamics and no calibration.

They are the known answers of reduced textbook games. All functions work elementwise on scalars or
arrays of any broadcastable shape and raise `ValueError` for arguments out of range.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-12
"""Allowance for rounding, in shares of a unit pie, when win-sets just touch."""


class CrisisBargain(NamedTuple):
    """The proposer's best ``offer`` (its own share of the pie, in [0, 1]) and P(``war``)."""

    offer: Floats
    war: Floats


def crisis_bargaining(p: ArrayLike, cost_a: ArrayLike, cost_b_limit: ArrayLike) -> CrisisBargain:
    """One take-it-or-leave-it offer under private information (Fearon 1995).

    A wins a war over a unit pie with probability ``p`` in [0, 1] at a cost ``cost_a`` >= 0; B's
    cost, known only to B, is uniform on [0, ``cost_b_limit``]. B fights if its share is below
    1 - p minus its cost. Asking for x > p risks war with probability (x - p) / limit, and A's best
    demand is p + (limit - cost_a) / 2, kept within [p, 1]: with ``cost_b_limit`` <= ``cost_a`` A
    asks for p, which B never refuses.
    """
    win = _within("p", p, 0.0, 1.0)
    cost = _within("cost_a", cost_a, 0.0)
    limit = _within("cost_b_limit", cost_b_limit, 0.0)
    excess = np.clip((limit - cost) / 2.0, 0.0, 1.0 - win)
    war = np.divide(excess, limit, out=np.zeros(np.shape(excess)), where=limit > 0)
    return CrisisBargain(np.asarray(win + excess), np.asarray(war))


def posterior_after_attack(trust: ArrayLike, control: ArrayLike) -> Floats:
    """Belief that the other side means peace after a spoiler's attack (Kydd & Walter 2002).

    Reduced form t(1 - s) / (1 - t s): ``trust`` t in [0, 1] is the prior, ``control`` s in [0, 1]
    the probability that a side which means peace would have stopped the attack; one which does
    not never stops it. So an attack hurts most where the other side is believed to be in control.
    With t = s = 1 the attack was held impossible and there is no posterior: `ValueError`.
    """
    prior = _within("trust", trust, 0.0, 1.0)
    stopped = _within("control", control, 0.0, 1.0)
    attack = 1.0 - prior * stopped
    if (attack <= 0).any():
        raise ValueError("with trust and control both 1 an attack is impossible: no posterior")
    return np.asarray(prior * (1.0 - stopped) / attack)


def win_sets_overlap(reservation_1: ArrayLike, reservation_2: ArrayLike) -> Mask:
    """Whether some division of a unit pie is ratified on both sides (Putnam 1988).

    ``reservation_1`` and ``reservation_2`` in [0, 1] are the smallest shares that pass at home;
    the win-sets overlap if they sum to at most 1. Exactly 1 leaves one division, an agreement.
    """
    first = _within("reservation_1", reservation_1, 0.0, 1.0)
    second = _within("reservation_2", reservation_2, 0.0, 1.0)
    return np.asarray(first + second <= 1.0 + TOLERANCE)


def win_set_split(reservation_1: ArrayLike, reservation_2: ArrayLike) -> Floats:
    """First side's share in the Nash split over overlapping win-sets; NaN where none overlap.

    Each gets its reservation and half of what is left: (1 + r1 - r2) / 2. A smaller win-set at
    home is an advantage at the table until there is no agreement (Schelling 1960; Putnam 1988).
    """
    overlap = win_sets_overlap(reservation_1, reservation_2)
    share = (1.0 + np.asarray(reservation_1) - np.asarray(reservation_2)) / 2.0
    return np.asarray(np.where(overlap, share, np.nan), dtype=np.float64)


def lock_in_time(war_value: ArrayLike, audience_cost_rate: ArrayLike) -> Floats:
    """Time after which a side in a public crisis prefers war to backing down (Fearon 1994).

    Audience costs grow by ``audience_cost_rate`` a >= 0 per unit of time and war is worth
    ``war_value`` w, in the same units as the cost: backing down costs more than war after -w / a.
    It is 0 where w >= 0 (war is never worse), infinite where w < 0 and a = 0 (no audience).
    """
    value = _within("war_value", war_value)
    rate = _within("audience_cost_rate", audience_cost_rate, 0.0)
    loss = np.maximum(-value, 0.0)
    shape = np.broadcast_shapes(loss.shape, rate.shape)
    never = np.where(np.broadcast_to(loss > 0, shape), np.inf, 0.0)
    return np.asarray(np.divide(loss, rate, out=never, where=rate > 0))


def _within(name: str, values: ArrayLike, low: float = -np.inf, high: float = np.inf) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if not (np.isfinite(array) & (array >= low) & (array <= high)).all():
        raise ValueError(f"{name} must be finite and in [{low:g}, {high:g}], not {values!r}")
    return array
