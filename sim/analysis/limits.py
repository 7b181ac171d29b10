"""Confidence limits and tail probabilities in closed form; knows no data and no estimator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from sim.analysis.sample import FloatArray

ROUNDING = 1e-12
"""Survival below this is 0: what sums of incidences leave of it is rounding."""


def decimals(unit: str) -> int:
    """Decimals with which a number is shown everywhere: days to a tenth, shares to a thousandth."""
    return 1 if unit == "days" else 3


def as_text(value: float, unit: str, sign: bool = False) -> str:
    """A number as text in every table and figure, with its sign if it is a difference."""
    return rounded(value, decimals(unit), sign)


def rounded(value: float, digits: int, sign: bool = False) -> str:
    """A number with so many decimals, with its sign if it is a difference; 0 has none.

    The same share as a mean and as a product may differ in its last bit, which must not round it
    to another text: 453 of 2,000 is 0.227 either way.
    """
    text = f"{round(value, 9):{'+' if sign else ''}.{digits}f}".replace("-", "−")
    return text[1:] if text[0] in "+−" and float(text[1:]) == 0 else text


def interval(numbers: Sequence[float], unit: str, sign: bool = False) -> str:
    """A value with its limits as text."""
    value, lower, upper = (as_text(float(x), unit, sign) for x in numbers)
    return f"{value} [{lower}, {upper}]"


class PointEstimate(NamedTuple):
    """One number with its confidence limits and standard error, all in the number's own unit."""

    value: float
    lower: float
    upper: float
    se: float

    @property
    def unit(self) -> str:
        """Of a share, unless it is `Days`."""
        return "share"

    def __str__(self) -> str:
        return interval(self[:3], self.unit)


class Days(PointEstimate):
    """A number of days with its limits and standard error."""

    __slots__ = ()

    @property
    def unit(self) -> str:
        """Days."""
        return "days"


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level in (0, 1): 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def student_quantile(level: float, freedom: FloatArray | float) -> FloatArray:
    """Two-sided quantile of Student's t with so many degrees of freedom, in their shape."""
    from scipy.special import stdtrit  # scipy.stats gives the same and takes half a second to load

    return np.asarray(stdtrit(freedom, 0.5 + level / 2), dtype=np.float64)


def wilson(share: float, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Limits of a share of so many trials (Wilson 1927)."""
    z = normal_quantile(level)
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    half /= 1 + z**2 / trials
    return max(middle - half, 0.0), min(middle + half, 1.0)


def log_log_limits(
    survival: FloatArray, se: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Limits of a survival curve on the log(-log) scale, shape as `survival`.

    They stay in (0, 1). Where the curve is 0 or 1 they are the curve itself. Source: Kalbfleisch &
    Prentice 1980; recommended at small samples by Borgan & Liestøl 1990.
    """
    inside = (survival > 0) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    spread = normal_quantile(level) * se / (safe * np.abs(np.log(safe)))
    lower = np.where(inside, safe ** np.exp(spread), survival)
    upper = np.where(inside, safe ** np.exp(-spread), survival)
    return lower, upper


def plain_limits(
    survival: FloatArray, se: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    """Limits value ± z · se, cut at 0 and 1; shape as `survival`."""
    spread = normal_quantile(level) * se
    return np.clip(survival - spread, 0, 1), np.clip(survival + spread, 0, 1)


def with_exact_ends(
    survival: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    at_risk: FloatArray,
    level: float,
    exposure: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Replace the zero-width limits that large-sample formulas give where the curve is 1 or 0.

    All arrays have shape (days,) and begin on the curve's first day. Before the first event the
    lower limit is (α/2)^(1/n), n the smallest number at risk so far: the exact binomial limit
    (Clopper & Pearson 1934) without censoring, conservative with it. The first day itself has
    survival 1 by definition unless somebody ends on it. For one of several causes `exposure`, the
    number at risk over the share not ended, takes the place of n. Once nobody is left the upper
    limit is the last one times 1 − (α/2)^(1/n), n the number at risk on the day of reaching 0.
    """
    lower, upper = limits[0].copy(), limits[1].copy()
    tail = (1 - level) / 2
    intact = survival >= 1
    exposure = at_risk if exposure is None else exposure
    risk = np.where(at_risk > 0, exposure, np.inf)
    risk[0] = np.inf
    with np.errstate(divide="ignore"):
        exact = tail ** (1 / np.minimum.accumulate(risk))
    lower[intact], upper[intact] = exact[intact], 1.0
    gone = np.flatnonzero(survival < ROUNDING)
    if gone.size:
        first = int(gone[0])
        before = upper[first - 1] if first else 1.0
        upper[first:] = before * (1 - tail ** (1 / at_risk[first]))
        lower[first:] = 0.0
    return lower, upper


def everywhere(covariance: FloatArray, level: float, draws: int = 4000) -> float:
    """How many standard errors wide a band must be to cover a whole curve, by simulation.

    `covariance` (days, days) is that of the estimated curve; `draws` normal curves with it are
    drawn from a fixed seed, and the result is the quantile `level` of their greatest standardised
    deviation (sup-t bands; Montiel Olea & Plagborg-Møller 2019). Days without variance are left
    out; 1.96 at the least for .95.
    """
    variance = np.diag(covariance)
    known = variance > 1e-12 * max(float(variance.max()), 1e-300)
    least = normal_quantile(level)
    if not known.any():
        return least
    sd = np.sqrt(variance[known])
    values, vectors = np.linalg.eigh(covariance[np.ix_(known, known)] / np.outer(sd, sd))
    root = vectors * np.sqrt(np.maximum(values, 0))
    kept = values > 1e-9 * values[-1]
    drawn = np.random.default_rng(0).standard_normal((draws, int(kept.sum()))) @ root[:, kept].T
    return max(least, float(np.quantile(np.abs(drawn).max(axis=1), level)))
