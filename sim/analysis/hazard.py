"""Smoothed daily hazard from daily counts; knows no unit and no curve but the hazard."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.estimates import last_followed
from sim.analysis.incidence import DailyCurve
from sim.analysis.limits import normal_quantile
from sim.analysis.sample import (
    DailyCounts,
    FloatArray,
    IntArray,
    Sample,
    SurvivalInputError,
    fraction,
    read_sample,
)

BANDWIDTHS = (1.0, 2.0, 4.0, 7.0, 14.0, 30.0, 60.0, 90.0)
"""Kernel half-widths on day 1, in days, that the search tries, as far as the data reach."""
GROWTHS = (0.0, 0.1, 0.3, 0.6)
"""Growths of the half-width per day of age that the search tries."""
BLOCK = 4_000_000
"""Entries of a block of the days-by-days kernel, to bound memory."""
TINY = 1e-300
"""Divisor in place of 0 where a window holds nobody."""


class HazardOptions(TypedDict, total=False):
    """Options of `smoothed_hazard`."""

    bandwidth: float | None
    growth: float | None
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
    bandwidth: float | None = None,
    growth: float | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    horizon: int | None = None,
    level: float = 0.95,
    label: str = "",
) -> DailyCurve | dict[Hashable, DailyCurve]:
    """Smooth the daily hazard, the chance of ending on day t given survival to t − 1, t >= 1.

    Local linear smoothing of the daily shares d / n with an Epanechnikov kernel and weights n, so
    that both ends of the time axis are corrected without a special kernel (Fan & Gijbels 1996;
    Nielsen & Tanggaard 2001). The kernel's half-width on day t is bandwidth + growth · (t − 1)
    days, bandwidth >= 1, growth >= 0: hazards that fall steeply at first need a window that widens.
    What is None is chosen by Akaike's criterion (Loader 1999), for each group by itself.
    Where a line is not above its own standard error a local mean is taken. Limits are pointwise,
    on the log scale, for the *smoothed* hazard: they allow for chance, not for what smoothing
    flattens. A window without events has upper limit −log(α/2) / (unit-days at risk in it). Day 0
    is left out.
    Other arguments and errors as in `kaplan_meier`.
    """
    fraction("level", level)
    if bandwidth is not None and not 1 <= bandwidth < np.inf:
        raise SurvivalInputError(f"bandwidth must be 1 day or more, got {bandwidth!r}")
    if growth is not None and not 0 <= growth < np.inf:
        raise SurvivalInputError(f"growth must be 0 or more, got {growth!r}")
    columns: dict[str, Any] = {"weights": weights, "entry": entry, "groups": groups}
    sample = read_sample(durations, events, horizon=horizon, **columns)

    def one(part: Sample, name: str) -> DailyCurve:
        return _smoothed(part.counts, bandwidth, growth, level, name)

    if sample.group is None:
        return one(sample, label)
    return {name: one(part, str(name)) for name, part in sample.by_group()}


def _smoothed(
    counts: DailyCounts,
    bandwidth: float | None,
    growth: float | None,
    level: float,
    label: str,
) -> DailyCurve:
    last = last_followed(counts.at_risk)
    if last < 1:
        raise SurvivalInputError("the hazard needs somebody at risk on day 1 or later")
    risk, ended = counts.at_risk[1 : last + 1], counts.events[1 : last + 1]
    if bandwidth is None or growth is None:
        bandwidth, growth = _least_aic(risk, ended, bandwidth, growth)
    day = np.arange(1, last + 1)
    value, se, _, exposure = _local_linear(risk, ended, bandwidth + growth * (day - 1))
    ratio = np.divide(se, value, out=np.zeros_like(se), where=value > 0)
    spread = np.exp(normal_quantile(level) * ratio)
    unseen = -np.log((1 - level) / 2) / np.maximum(exposure, TINY)
    upper = np.minimum(np.where(value > 0, value * spread, unseen), 1.0)
    curve = (risk, ended, value, se, value / spread, upper)
    return DailyCurve("hazard", day, *curve, level, bandwidth, growth, label)


def _local_linear(
    risk: FloatArray, ended: FloatArray, width: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Smooth daily counts `risk` and `ended` with half-widths `width`, all of shape (days,).

    Returns hazard, standard error, each day's weight in its own estimate, and unit-days at risk
    in the window, (days,) each. Sums run over a window of K(u) n u^j, u the distance in days.
    """
    noise = ended * np.divide(risk - ended, risk, out=np.zeros_like(risk), where=risk > 0)
    day = np.arange(risk.size)
    rows = max(1, BLOCK // risk.size)
    blocks = [
        _window_sums(day[i : i + rows], width[i : i + rows], risk, ended, noise)
        for i in range(0, risk.size, rows)
    ]
    s0, s1, s2, t0, t1, v0, v1, v2, exposure = np.concatenate(blocks, axis=1)
    scale = s0 * s2 - s1**2
    line = scale > 1e-9 * s0 * s2
    base = np.where(line, scale, 1.0)
    sloped = (s2 * t0 - s1 * t1) / base
    variance = np.maximum(s2**2 * v0 - 2 * s1 * s2 * v1 + s1**2 * v2, 0.0) / base**2
    line &= sloped > np.sqrt(variance)
    weight = np.maximum(s0, TINY)
    value = np.where(line, sloped, t0 / weight)
    se = np.sqrt(np.where(line, variance, v0 / weight**2))
    return value, se, risk * np.where(line, s2 / base, 1 / weight), exposure


def _window_sums(
    at: IntArray, width: FloatArray, risk: FloatArray, ended: FloatArray, noise: FloatArray
) -> FloatArray:
    """Kernel sums around each day in `at`, shape (9, len(at)); see `_local_linear`."""
    distance = (np.arange(risk.size) - at[:, None]).astype(float)
    kernel = np.maximum(1 - (distance / width[:, None]) ** 2, 0.0)
    first, second = kernel * distance, kernel * distance**2
    return np.array(
        [
            *(weight @ risk for weight in (kernel, first, second)),
            *(weight @ ended for weight in (kernel, first)),
            *(weight @ noise for weight in (kernel**2, kernel * first, first**2)),
            (kernel > 0) @ risk,
        ]
    )


def _least_aic(
    risk: FloatArray, ended: FloatArray, bandwidth: float | None, growth: float | None
) -> tuple[float, float]:
    """Bandwidth and growth with the least Akaike criterion among those tried.

    Binomial log-likelihood of the days, less the smoother's degrees of freedom: the sum of each
    day's weight in its own estimate.
    """
    fitting = [width for width in BANDWIDTHS if width <= risk.size] or [1.0]
    age = np.arange(risk.size)

    def loss(choice: tuple[float, float]) -> float:
        value, _, own, _ = _local_linear(risk, ended, choice[0] + choice[1] * age)
        hazard = np.clip(value, 0.5 / risk.sum(), 0.999)
        likelihood = ended * np.log(hazard) + (risk - ended) * np.log1p(-hazard)
        return float(own.sum() - likelihood.sum())

    widths = fitting if bandwidth is None else [bandwidth]
    growths = GROWTHS if growth is None else [growth]
    return min(((width, more) for width in widths for more in growths), key=loss)
