"""Concession formulas of Faratin, Sierra & Jennings (1998); no issue, package, party or deadline.

*Negotiation decision functions for autonomous agents*, Robotics and Autonomous Systems 24: 159-182.
Everything works elementwise, so an array of replicates is treated like a single negotiation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FORMS = ("polynomial", "exponential")


def concession(
    time: ArrayLike, beta: ArrayLike, kappa: ArrayLike = 0.0, form: str = "polynomial"
) -> Floats:
    """Share of the zone between opening and reservation conceded at ``time``, in [0, 1].

    ``time`` is the share of the deadline that has passed; values outside [0, 1] count as its ends.
    ``beta`` > 0 sets the curve: below 1 boulware (concedes late), above 1 conceder; in the
    polynomial form 1 is linear. ``kappa`` in [0, 1] is the share conceded in the opening offer::

        polynomial    kappa + (1 - kappa) * time ** (1 / beta)
        exponential   kappa ** ((1 - time) ** beta)

    Both rise from ``kappa`` to 1. The exponential form needs ``kappa`` > 0: with 0 it would
    concede nothing before the deadline, whatever ``beta``. Arguments broadcast; `ValueError` for
    those out of range.
    """
    clock = np.clip(np.asarray(time, dtype=np.float64), 0.0, 1.0)
    curve = np.asarray(beta, dtype=np.float64)
    opening = np.asarray(kappa, dtype=np.float64)
    _check_concession(curve, opening, form)
    if form == "polynomial":
        return np.asarray(opening + (1.0 - opening) * _power(clock, 1.0 / curve))
    return _power(opening, _power(1.0 - clock, curve))


def relative_tit_for_tat(
    opponent: ArrayLike,
    own_last: ArrayLike,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
    lag: int = 1,
) -> Floats:
    """Own next value of an issue: the other's concession of ``lag`` steps ago, in per cent.

    ``opponent`` ``(offers, ...)`` holds the other side's values of the issue, oldest first, at
    least ``lag`` + 1 of them (`ValueError` otherwise; the paper's condition n > 2 delta);
    ``own_last``, ``low`` and ``high`` broadcast against ``opponent[-1]``. The own last value is
    multiplied by the ratio of the other's values before and after that step and kept within
    [``low``, ``high``]. A percentage needs a scale with a zero: where the later value is 0 there
    is none, and the own last value is repeated.
    """
    offers = _history(opponent, lag, "lag")
    return _clipped(_ratio(offers[-1 - lag], offers[-lag]) * np.asarray(own_last), low, high)


def absolute_tit_for_tat(
    opponent: ArrayLike,
    own_last: ArrayLike,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
    lag: int = 1,
    disturbance: ArrayLike = 0.0,
    value_increasing: bool = False,
) -> Floats:
    """Own next value of an issue: the other's concession of ``lag`` steps ago, in absolute terms.

    Arguments as in `relative_tit_for_tat`. ``disturbance`` >= 0 is the tactic's random part (see
    `random_disturbance`), which helps two imitators out of a standstill: it is added where the
    own utility falls in the issue's value and subtracted where it rises (``value_increasing``),
    so that it is always a further concession.
    """
    offers = _history(opponent, lag, "lag")
    extra = np.asarray(disturbance, dtype=np.float64)
    if not (extra >= 0).all():
        raise ValueError("disturbance must be at least 0")
    imitation = np.asarray(own_last) + (offers[-1 - lag] - offers[-lag])
    return _clipped(imitation - extra if value_increasing else imitation + extra, low, high)


def averaged_tit_for_tat(
    opponent: ArrayLike,
    own_last: ArrayLike,
    low: ArrayLike = -np.inf,
    high: ArrayLike = np.inf,
    window: int = 1,
) -> Floats:
    """Own next value of an issue: the other's change over its last ``window`` steps, in per cent.

    As `relative_tit_for_tat`, with the ratio of the value ``window`` steps ago to the latest; a
    window of 1 is the relative tactic with a lag of 1.
    """
    offers = _history(opponent, window, "window")
    return _clipped(_ratio(offers[-1 - window], offers[-1]) * np.asarray(own_last), low, high)


def random_disturbance(uniform: ArrayLike, largest: int) -> Floats:
    """R(M): whole numbers 0 .. ``largest``, equally likely, from ``uniform`` in [0, 1)."""
    draws = np.asarray(uniform, dtype=np.float64)
    if largest < 0 or not ((draws >= 0) & (draws < 1)).all():
        raise ValueError("random_disturbance needs uniforms in [0, 1) and largest >= 0")
    return np.asarray(np.floor(draws * (largest + 1)))


def _check_concession(curve: Floats, opening: Floats, form: str) -> None:
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, not {form!r}")
    if not (curve.min() > 0 and curve.max() < np.inf):
        raise ValueError("beta must be finite and above 0")
    if not (opening.min() >= 0 and opening.max() <= 1):
        raise ValueError("kappa must lie in [0, 1]")
    if form == "exponential" and not opening.min() > 0:
        raise ValueError("the exponential form needs kappa above 0")


def _power(base: ArrayLike, exponent: ArrayLike) -> Floats:
    """Elementwise power through one loop, whatever the shapes.

    NumPy takes other routes for scalars, for exponents 2 and 0.5 and for reversed views, which
    differ in the last digit; a replicate would then depend on the company it is computed in.
    """
    given = (np.asarray(base, dtype=np.float64), np.asarray(exponent, dtype=np.float64))
    shape = np.broadcast(*given).shape
    bases, exponents = (x.ravel() if x.shape == shape else np.full(shape, x).ravel() for x in given)
    return np.asarray(np.power(bases, exponents).reshape(shape))


def _history(opponent: ArrayLike, steps: int, name: str) -> Floats:
    offers = np.asarray(opponent, dtype=np.float64)
    if steps < 1:
        raise ValueError(f"{name} must be at least 1, not {steps}")
    if offers.ndim == 0 or len(offers) < steps + 1:
        raise ValueError(f"a {name} of {steps} needs at least {steps + 1} offers of the other side")
    return offers


def _ratio(earlier: Floats, later: Floats) -> Floats:
    ratio = np.divide(earlier, later, out=np.ones(np.shape(later)), where=later != 0)
    return np.asarray(ratio)


def _clipped(values: Floats, low: ArrayLike, high: ArrayLike) -> Floats:
    return np.asarray(np.minimum(np.maximum(values, low), high), dtype=np.float64)
