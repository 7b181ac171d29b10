"""Proper scores of stated probabilities, and where days lie in their distribution (PIT).

Knows probabilities and what happened; no ensemble and no file. Scores are losses: smaller is
better, and their expectation is least for whoever states the true probability (Gneiting & Raftery
2007).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.arrays import FloatArray


def brier(probability: Any, happened: Any) -> FloatArray:
    """Brier score (p - o)^2 with o 1 for what happened and 0 otherwise; from 0 to 1.

    Arrays of one shape. Source: Brier 1950; Gneiting & Raftery 2007, example 1 (twice this, as a
    reward).
    """
    out: FloatArray = (np.asarray(probability, float) - np.asarray(happened, float)) ** 2
    return out


def log_score(probability: Any, happened: Any) -> FloatArray:
    """Logarithmic score -ln of the probability that was given to what came about, in nats.

    Arrays of one shape; infinite where that was 0. Source: Good 1952; Gneiting & Raftery 2007,
    example 3 (as a reward).
    """
    probability, happened = np.broadcast_arrays(np.asarray(probability, float), happened)
    given = np.where(happened, probability, 1 - probability)
    with np.errstate(divide="ignore"):
        out: FloatArray = -np.log(given)
    return out


def skill(score: float, reference: float) -> float:
    """Skill 1 - S / S_ref: 1 is perfect, 0 as good as the reference, negative worse.

    NaN if the reference is perfect. A skill is not proper, though its score is: read it
    beside the means (Gneiting & Raftery 2007, section 2.3).
    """
    return 1 - score / reference if reference else float("nan")


class Place(NamedTuple):
    """Where a day lies in its distribution: between which values, and at which drawn one."""

    low: float
    high: float
    pit: float


def place(cumulative: FloatArray, day: int | None, unseen_after: int, drawn: float) -> Place:
    """Randomised probability integral transform of the day on which something first comes.

    For a day t it is F(t - 1) + v (F(t) - F(t - 1)); if nothing has come by day L it is
    F(L) + v (1 - F(L)), as all that is known is that the day is later. It is uniform on [0, 1] if
    days are drawn from F and v uniformly. Source: Czado, Gneiting & Held 2009, section 2.

    Parameters
    ----------
    cumulative : F(0), F(1), ..., at which F(0) is 0
    day : t, None if nothing came
    unseen_after : L, up to which one has looked; the last day of F for what is known never to come
    drawn : v, from 0 to 1
    """
    if day is None:
        low, high = float(cumulative[unseen_after]), 1.0
    else:
        low, high = float(cumulative[day - 1]), float(cumulative[day])
    return Place(low, high, low + drawn * (high - low))
