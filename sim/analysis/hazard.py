"""The daily hazard, smoothed on the log scale; knows daily counts, no unit and no other curve.

The logit of the hazard on day t is a smooth trend in the logarithm of age plus an effect of the day
itself. The trend is penalised by its squared second derivative (Whittaker 1923; Eilers & Marx
1996), so that with little data it is a power of age, as in a Weibull law. The effects of days have
a narrow prior with Cauchy tails: they vanish unless many more ends fall on a day than on its
neighbours, such as on a deadline (Tipping 2001; Carvalho, Polson & Scott 2010).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.estimates import last_followed
from sim.analysis.incidence import DailyCurve
from sim.analysis.limits import normal_quantile
from sim.analysis.sample import (
    DailyCounts,
    FloatArray,
    Sample,
    SurvivalInputError,
    fraction,
    read_sample,
)

DAY_EFFECT = 0.05
"""Scale of the prior of a day's own effect, on the logit scale."""
SLOPE = 3.0
"""Standard deviation of the prior of the trend's slope in log age; it matters where few end."""
ROUNDS, NEWTON, CLOSE = 100, 25, 1e-2
"""Updates of the smoothing at most, Newton steps at first, and the change that ends them."""
LEVEL = 5.0
"""Standard deviation of the prior of the trend's level about the logit of ends per day at risk."""
STIFFNESS = (1e-6, 1e3)
"""Bounds of the penalty's weight; the upper makes a straight line."""


class HazardOptions(TypedDict, total=False):
    """Options of `smoothed_hazard`."""

    weights: ArrayLike | None
    entry: ArrayLike | None
    horizon: int | None
    level: float
    label: str


@overload
def smoothed_hazard(
    durations: ArrayLike,
    events: ArrayLike,
    *,
    groups: None = None,
    **options: Unpack[HazardOptions],
) -> DailyCurve: ...
@overload
def smoothed_hazard(
    durations: ArrayLike,
    events: ArrayLike,
    *,
    groups: ArrayLike,
    **options: Unpack[HazardOptions],
) -> dict[Hashable, DailyCurve]: ...
def smoothed_hazard(
    durations: ArrayLike,
    events: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    horizon: int | None = None,
    level: float = 0.95,
    label: str = "",
) -> DailyCurve | dict[Hashable, DailyCurve]:
    """Smooth the daily hazard, the chance of ending on day t given survival to t − 1, t >= 1.

    How smooth the trend is follows from the data by the generalised Fellner-Schall update (Wood &
    Fasiolo 2017, Biometrics 73); see the module for the method. Limits are pointwise, on the logit
    scale, from the curvature of the penalised likelihood, and so allow for what smoothing flattens
    (Marra & Wood 2012): over the days of known hazards, smooth ones and one with a deadline, they
    cover as stated from some hundred events on; less around a step, which a smooth trend rounds.
    Without events the hazard is 0 with upper limit −log(α/2) / (unit-days at risk). Day 0 is left
    out. Other arguments and errors as in `kaplan_meier`.
    """
    fraction("level", level)
    columns: dict[str, Any] = {"weights": weights, "entry": entry, "groups": groups}
    sample = read_sample(durations, events, horizon=horizon, **columns)

    def one(part: Sample, name: str) -> DailyCurve:
        return _smoothed(part.counts, level, name)

    if sample.group is None:
        return one(sample, label)
    return {name: one(part, str(name)) for name, part in sample.by_group()}


def _smoothed(counts: DailyCounts, level: float, label: str) -> DailyCurve:
    last = last_followed(counts.at_risk)
    if last < 1:
        raise SurvivalInputError("the hazard needs somebody at risk on day 1 or later")
    risk, ended = counts.at_risk[1 : last + 1], counts.events[1 : last + 1]
    day = np.arange(1, last + 1)
    if not ended.any():
        none = np.zeros(last)
        upper = np.full(last, min(1.0, -np.log((1 - level) / 2) / risk.sum()))
        return DailyCurve("hazard", day, risk, ended, none, none, none, upper, level, label)
    logit, sd = _trend_and_days(risk, ended)
    reach = normal_quantile(level) * sd
    value, lower, upper = (_expit(logit + x) for x in (0.0, -reach, reach))
    return DailyCurve(
        "hazard", day, risk, ended, value, value * (1 - value) * sd, lower, upper, level, label
    )


def _trend_and_days(risk: FloatArray, ended: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logit of the hazard on days 1, 2, ... and its standard deviation, (days,) each.

    Newton steps on trend and day effects together, the latter eliminated, between updates of the
    trend's stiffness and of each day's precision.
    """
    bend = _Bend.over(risk.size)
    start = (ended.sum() + 0.5) / (risk.sum() + 1)
    middle = np.log(start / (1 - start))
    trend = np.full(risk.size, middle)
    level = 1 / (LEVEL**2 * risk.size)
    effect, stiffness = np.zeros(risk.size), 1.0
    precision = np.full(risk.size, 2 / DAY_EFFECT**2)  # as if no day had an effect
    for turn in range(ROUNDS):
        penalty = stiffness * bend.squared + bend.slope
        for _ in range(4 if turn else NEWTON):
            hazard = _expit(trend + effect)
            weight = risk * hazard * (1 - hazard) + 1e-12
            gap = ended - risk * hazard
            own, kept = gap - precision * effect, weight + precision
            banded = penalty.copy()
            banded[0] += weight * precision / kept + level
            pull = gap - _times(penalty, trend) - level * (trend - middle) - weight / kept * own
            factor, step = _solved(banded, pull)
            moved = (own - weight * step) / kept
            size = float(np.abs(step + moved).max())
            share = min(1.0, 2 / (size + 1e-9))
            trend, effect = trend + share * step, effect + share * moved
            if size < 1e-4:
                break
        spread = _inverse(factor)
        bent, uncertain = bend.of(trend, spread)
        softer = (bent.size - stiffness * uncertain) / max(float((bent**2).sum()), 1e-12)
        softer = float(np.clip(softer, stiffness / 5, stiffness * 5).clip(*STIFFNESS))
        expected = effect**2 + 1 / kept + (weight / kept) ** 2 * spread[0]
        sharper = 2 / (DAY_EFFECT**2 + expected)
        change = max(abs(np.log(softer / stiffness)), np.abs(np.log(sharper / precision)).max())
        stiffness, precision = softer, sharper
        if change < CLOSE:
            break
    variance = 1 / kept + (precision / kept) ** 2 * spread[0]
    return trend + effect, np.sqrt(variance)


class _Bend(NamedTuple):
    """Second derivative of a function of log age, in divided differences over days 1, 2, ...

    `rows` (3, days − 2) are their coefficients; `squared` and `slope` (3, days) the penalties on
    bending and, weakly, on the slope, as bands below the diagonal.
    """

    rows: FloatArray
    squared: FloatArray
    slope: FloatArray

    @classmethod
    def over(cls, days: int) -> _Bend:
        age = np.log(np.arange(1, days + 1))
        step = np.diff(age)
        squared, slope = np.zeros((3, days)), np.zeros((3, days))
        rows = np.zeros((3, max(days - 2, 0)))
        if days > 2:
            scale = np.sqrt((step[1:] + step[:-1]) / 2)
            rows = np.array([1 / step[:-1], -1 / step[:-1] - 1 / step[1:], 1 / step[1:]]) / scale
            for k in range(3):
                for lag in range(3 - k):
                    squared[lag, k : days - 2 + k] += rows[k] * rows[k + lag]
        if days > 1:
            mild = 1 / (step * SLOPE**2 * age[-1])
            slope[0, :-1] += mild
            slope[0, 1:] += mild
            slope[1, :-1] -= mild
        return cls(rows, squared, slope)

    def of(self, trend: FloatArray, spread: FloatArray) -> tuple[FloatArray, float]:
        """Bends of a trend, (days − 2,), and the sum of their variances, from bands of it."""
        first, second, third = self.rows
        size = first.size
        bent = first * trend[:size] + second * trend[1 : size + 1] + third * trend[2:]
        summed = (self.squared * spread).sum(axis=1)
        return bent, float(summed @ [1.0, 2.0, 2.0])


def _expit(logit: FloatArray) -> FloatArray:
    shares: FloatArray = 1 / (1 + np.exp(-np.clip(logit, -700, 700)))
    return shares


def _times(banded: FloatArray, values: FloatArray) -> FloatArray:
    """A symmetric matrix, given as three bands, times a vector."""
    out: FloatArray = banded[0] * values
    for lag in (1, 2):
        out[: values.size - lag] += banded[lag, : values.size - lag] * values[lag:]
        out[lag:] += banded[lag, : values.size - lag] * values[: values.size - lag]
    return out


def _solved(banded: FloatArray, pull: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cholesky factor of a banded matrix, and the solution for `pull`."""
    from scipy.linalg import cho_solve_banded, cholesky_banded

    factor: FloatArray = cholesky_banded(banded[: pull.size], lower=True)
    solution: FloatArray = cho_solve_banded((factor, True), pull)
    return factor, solution


def _inverse(factor: FloatArray) -> FloatArray:
    """Three bands of the inverse from a Cholesky factor (Takahashi, Fagan & Chin 1973)."""
    days = factor.shape[1]
    full = np.zeros((3, days + 2))
    full[: factor.shape[0], :days] = factor
    main, below, lower = full.tolist()
    out = [[0.0] * (days + 2) for _ in range(3)]
    for i in range(days - 1, -1, -1):
        near, far = below[i] / main[i], lower[i] / main[i]
        out[1][i] = -(near * out[0][i + 1] + far * out[1][i + 1])
        out[2][i] = -(near * out[1][i + 1] + far * out[0][i + 2])
        out[0][i] = 1 / main[i] ** 2 - near * out[1][i] - far * out[2][i]
    return np.array(out)[:, :days]
