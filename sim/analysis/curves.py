"""Differences between two scenarios on every day, with bands for one day, all days, parameters.

Knows when futures end under either scenario, not why, and draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.futures import Ensemble, quantities, read_futures
from sim.analysis.limits import everywhere, normal_quantile
from sim.analysis.pairs import Pair
from sim.analysis.parameter_spread import components
from sim.analysis.ratios import paired_share_limits, share_limits
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("survival", "rmst")
CHUNK = 32
"""Days whose differences by parameter set are held at once."""


@dataclass(frozen=True, eq=False)
class DifferenceCurve:
    """A difference from the reference on days 0 ... horizon, all arrays (days,).

    `value` is that of S(t) or of RMST(t), the mean of min(T, t), in days; `lower` and `upper` are
    pointwise limits, `all_lower` and `all_upper` hold on all days at once with the same
    confidence, `parameters_lower` and `parameters_upper` for one more parameter set (NaN where
    pairs drew none).
    """

    day: IntArray
    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    all_lower: FloatArray
    all_upper: FloatArray
    parameters_lower: FloatArray
    parameters_upper: FloatArray
    paired: bool

    @property
    def table(self) -> pd.DataFrame:
        """One row per day."""
        import pandas as pd

        return pd.DataFrame(vars(self))


def difference_curves(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str,
    kind: str = "survival",
    level: float = 0.95,
) -> dict[str, DifferenceCurve]:
    """Difference of each scenario from `reference` on every day; `kind` is survival or rmst.

    Pointwise limits of a difference of survival are adjusted Wald ones (`sim.analysis.ratios`),
    those of RMST normal. Limits on all days at once are as many standard errors wide as the
    greatest of the standardised differences is rarely beyond, by simulation of normal curves with
    their covariance (sup-t bands; Montiel Olea & Plagborg-Møller 2019, Journal of Applied
    Econometrics 34). Errors: `SurvivalInputError`, as for `compare`, or for an unknown kind.
    """
    if kind not in KINDS:
        raise SurvivalInputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    futures = read_futures(ensembles, end)
    base = futures[reference]
    measured = quantities(base)[:1]
    return {
        name: _curve(Pair.match(name, other, reference, base, measured), kind, level)
        for name, other in futures.items()
        if name != reference
    }


def _curve(pair: Pair, kind: str, level: float) -> DifferenceCurve:
    days = np.arange(pair.base.horizon + 1)
    joint = _left_in_both(pair)
    left = joint[1:, 0] / joint[0, 0], joint[0, 1:] / joint[0, 0]
    value: FloatArray = left[0] - left[1]
    covariance = _covariance(pair, joint)
    if kind == "survival":
        low, high = _survival_limits(pair, joint, level)
    else:
        value, covariance = _summed(value), _summed(_summed(covariance).T)
        spread = normal_quantile(level) * np.sqrt(np.diag(covariance))
        low, high = value - spread, value + spread
    middle, narrow = (low + high) / 2, (high - low) / 2
    wide = narrow * everywhere(covariance, level) / normal_quantile(level)
    blank = np.full(days.size, np.nan)
    curve = DifferenceCurve(
        days, value, middle - narrow, middle + narrow, middle - wide, middle + wide, blank, blank,
        pair.paired,
    )  # fmt: skip
    if pair.sets is not None:
        reach = _reach(pair, pair.sets, kind, level)
        curve = replace(curve, parameters_lower=value - reach, parameters_upper=value + reach)
    for name in ("lower", "upper", "all_lower", "all_upper"):  # day 0 is not estimated
        if value[0] == 0:
            getattr(curve, name)[0] = 0.0
    return curve


def _left_in_both(pair: Pair) -> FloatArray:
    """Pairs that last beyond day s under the scenario and beyond day t under the reference.

    Shape (days + 1, days + 1), from day −1, beyond which all last. If futures are not paired every
    two of them are a pair.
    """
    days = pair.base.horizon + 2
    mine, theirs = pair.futures.lasted(), pair.base.lasted()
    if pair.paired:
        held = np.bincount(mine * days + theirs, minlength=days**2).reshape(days, days)
        return np.asarray(held[::-1, ::-1].cumsum(axis=0).cumsum(axis=1)[::-1, ::-1], dtype=float)
    sides = [np.bincount(x, minlength=days)[::-1].cumsum()[::-1] for x in (mine, theirs)]
    return np.asarray(np.outer(*sides), dtype=float)


def _covariance(pair: Pair, joint: FloatArray) -> FloatArray:
    """Covariance of the difference in survival over days, (days, days)."""
    share = joint / joint[0, 0]
    left = share[1:, 0], share[0, 1:]
    later = np.maximum.outer(*[np.arange(left[0].size)] * 2)
    same = [x[later] - np.outer(x, x) for x in left]
    if not pair.paired:
        return np.asarray(same[0] / pair.futures.day.size + same[1] / pair.base.day.size)
    across = share[1:, 1:] - np.outer(*left)
    return np.asarray((same[0] + same[1] - across - across.T) / pair.base.day.size)


def _survival_limits(pair: Pair, joint: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Pointwise limits of the difference in survival, (days,) each."""
    if pair.paired:
        both = np.diag(joint)[1:]
        more, less = joint[1:, 0] - both, joint[0, 1:] - both
        return paired_share_limits(more, less, pair.base.day.size, level)
    sizes = pair.futures.day.size, pair.base.day.size
    hits = joint[1:, 0] / sizes[1], joint[0, 1:] / sizes[0]
    return share_limits(hits[0], sizes[0], hits[1], sizes[1], level)


def _summed(values: FloatArray) -> FloatArray:
    """Sums over the days before each day: RMST from survival, along the first axis."""
    before = np.zeros_like(values)
    before[1:] = np.cumsum(values, axis=0)[:-1]
    return before


def _reach(pair: Pair, sets: IntArray, kind: str, level: float) -> FloatArray:
    """How far limits for one more parameter set lie from the difference, (days,)."""
    mine, theirs = pair.futures.lasted()[:, None], pair.base.lasted()[:, None]
    parts = []
    for first in range(0, pair.base.horizon + 1, CHUNK):
        days = np.arange(first, min(first + CHUNK, pair.base.horizon + 1))
        if kind == "survival":
            apart = (mine > days).astype(float) - (theirs > days)
        else:
            apart = (np.minimum(mine, days) - np.minimum(theirs, days)).astype(float)
        parts.append(components(apart, sets).reach(level))
    return np.concatenate(parts)
