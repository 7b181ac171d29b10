"""A survival curve as table, numbers and plain figure; knows daily counts, not units."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.limits import (
    Days,
    PointEstimate,
    everywhere,
    log_log_limits,
    normal_quantile,
    plain_limits,
    with_exact_ends,
)
from sim.analysis.sample import (
    FloatArray,
    IntArray,
    SurvivalInputError,
    fraction,
    whole_number,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Limits = tuple[FloatArray, FloatArray]
SHOWN_DAYS = (7, 30, 90, 180, 365)
"""Days that a printed summary shows, as far as the horizon reaches."""
LIMITS: dict[str, Callable[[FloatArray, FloatArray, float], Limits]] = {
    "log-log": log_log_limits,
    "plain": plain_limits,
}


@dataclass(frozen=True)
class QuantileEstimate:
    """The day by which a share `p` has ended, with limits; None where it is not reached.

    `float(...)` gives infinity for "not reached"; `str(...)` says it in words.
    """

    p: float
    value: int | None
    lower: int | None
    upper: int | None
    horizon: int

    @property
    def reached(self) -> bool:
        """Whether the curve falls to 1 − p within the horizon."""
        return self.value is not None

    def __float__(self) -> float:
        return math.inf if self.value is None else float(self.value)

    def __str__(self) -> str:
        if self.value is None and self.lower is None:
            return f"not reached by day {self.horizon}"
        value = f"not reached by day {self.horizon}" if self.value is None else f"day {self.value}"
        upper = "not reached" if self.upper is None else self.upper
        return f"{value} [{self.lower}, {upper}]"


@dataclass(frozen=True, eq=False, repr=False)
class SurvivalEstimate:
    """A Kaplan-Meier curve on the daily grid; make one with `kaplan_meier`.

    Arrays have shape (days,), one entry per day `start` ... `horizon`; counts are in (weighted)
    units; `survival` is P(T > day), given T > `start` if `start` > 0. Limits are pointwise. Days
    after the last unit left observation, with the curve above 0, hold NaN: the data are silent
    about them. Where the curve is 1 or 0 the limits are exact binomial ones
    (`sim.analysis.limits.with_exact_ends`).
    """

    day: IntArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survival: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    band: str
    label: str = ""

    @classmethod
    def from_counts(
        cls,
        at_risk: FloatArray,
        events: FloatArray,
        censored: FloatArray,
        *,
        start: int = 0,
        level: float = 0.95,
        band: str = "log-log",
        label: str = "",
    ) -> SurvivalEstimate:
        """Estimate from daily counts, shape (days,)."""
        survival = np.cumprod(1 - daily_hazard(at_risk, events))
        se = survival * np.sqrt(np.cumsum(greenwood_terms(at_risk, events)))
        limits = with_exact_ends(survival, LIMITS[band](survival, se, level), at_risk, level)
        if survival[-1] > 0:
            for column in (survival, se, *limits):
                column[last_followed(at_risk) + 1 :] = np.nan
        day = np.arange(start, start + survival.size)
        return cls(day, at_risk, events, censored, survival, se, *limits, level, band, label)

    @property
    def start(self) -> int:
        """First day of the curve: 0, or the day to which survival is given."""
        return int(self.day[0])

    @property
    def horizon(self) -> int:
        """Last day of the table."""
        return int(self.day[-1])

    @property
    def table(self) -> pd.DataFrame:
        """One row per day: day, at_risk, events, censored, survival, se, lower, upper."""
        import pandas as pd

        names = ("day", "at_risk", "events", "censored", "survival", "se", "lower", "upper")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def at(self, day: int) -> PointEstimate:
        """Return P(T > day) with limits and standard error, for `start` <= day <= `horizon`."""
        row = whole_number("day", day, self.start, self.horizon) - self.start
        self._must_be_known(row, f"S({day})")
        return PointEstimate(
            *(float(x[row]) for x in (self.survival, self.lower, self.upper, self.se))
        )

    def rmst(self, tau: int) -> Days:
        """Restricted mean survival time: the mean of min(T, tau), in days.

        `tau` is a day after `start`, up to `horizon`. With `start` > 0 the mean is over units that
        lasted to `start`. The standard error is the delta-method one (Irwin 1949; Royston & Parmar
        2013), the limits are normal, cut to [start, tau]; with a standard error of 0
        they are the areas under the curve's limits. Without censoring and truncation the
        value is the sample mean of min(T, tau).
        """
        end = whole_number("tau", tau, self.start + 1, self.horizon) - self.start
        self._must_be_known(end - 1, f"RMST({tau})")
        value = self.start + float(self.survival[:end].sum())
        area_after = np.cumsum(self.survival[:end][::-1])[::-1]
        terms = area_after**2 * greenwood_terms(self.at_risk, self.events)[:end]
        se = math.sqrt(float(terms.sum()))
        if se == 0:  # nobody ended before tau, or all at once: take the areas under the limits
            low, high = (self.start + float(x[:end].sum()) for x in (self.lower, self.upper))
            return Days(value, low, high, se)
        spread = normal_quantile(self.level) * se
        lower, upper = max(value - spread, float(self.start)), min(value + spread, float(tau))
        return Days(value, lower, upper, se)

    def everywhere(self) -> pd.DataFrame:
        """Limits that hold on all days at once with the curve's `level`: day, lower, upper.

        Equal-precision bands (Nair 1984) on the log-log scale (Borgan & Liestøl 1990), with the
        exact width for the days of this curve (`sim.analysis.limits.everywhere`). They run from
        the day by which five have ended to the last with five at risk after it.
        """
        import pandas as pd

        after = self.at_risk - self.events
        known = (np.cumsum(self.events) >= 5) & (after >= 5) & (self.survival < 1)
        if not known.any():
            raise SurvivalInputError("limits on all days need five ends and five still at risk")
        own = np.cumsum(greenwood_terms(self.at_risk, self.events))[known]
        width = everywhere(np.minimum.outer(own, own), self.level)
        survival = self.survival[known]
        spread = width * np.sqrt(own) / np.abs(np.log(survival))
        limits = survival ** np.exp(spread), survival ** np.exp(-spread)
        return pd.DataFrame({"day": self.day[known], "lower": limits[0], "upper": limits[1]})

    @property
    def median(self) -> QuantileEstimate:
        """First day on which no more than half are left."""
        return self.quantile(0.5)

    def quantile(self, p: float) -> QuantileEstimate:
        """First day with S <= 1 − p, for p in (0, 1), and its interval.

        The interval inverts the band (Brookmeyer & Crowley 1982): the days on which the lower and
        the upper limit first fall to 1 − p. On a daily grid it covers at least as often as they do.
        """
        goal = 1 - fraction("p", p) + 1e-12

        def first_day(curve: FloatArray) -> int | None:
            days = np.flatnonzero(curve <= goal)
            return int(self.day[days[0]]) if days.size else None

        limits = first_day(self.lower), first_day(self.upper)
        return QuantileEstimate(p, first_day(self.survival), *limits, self.horizon)

    def conditional(self, day: int) -> SurvivalEstimate:
        """Survival of those that lasted to `day`: P(T > t | T > day) for t = day ... horizon."""
        row = whole_number("day", day, self.start, self.horizon) - self.start
        self._must_be_known(row, f"S({day})")
        if self.survival[row] <= 0:
            raise SurvivalInputError(f"nobody lasted to day {day}: no survival can be given it")
        counts = [x[row:].copy() for x in (self.at_risk, self.events, self.censored)]
        counts[0][0] = counts[0][1] if counts[0].size > 1 else 0.0
        counts[1][0] = counts[2][0] = 0.0
        same: dict[str, Any] = {"level": self.level, "band": self.band, "label": self.label}
        return self.from_counts(*counts, start=day, **same)

    def _must_be_known(self, row: int, what: str) -> None:
        if np.isnan(self.survival[row]):
            last = self.start + int(np.flatnonzero(~np.isnan(self.survival))[-1])
            raise SurvivalInputError(f"{what} is not known: observation ended on day {last}")

    def plot(self, ax: Axes | None = None, **style: Any) -> Axes:
        """Draw the curve as steps with its band; `style` goes to the line. Returns the axes."""
        import matplotlib.pyplot as plt

        axes = plt.subplots()[1] if ax is None else ax
        style.setdefault("label", self.label or None)
        (line,) = axes.step(self.day, self.survival, where="post", **style)
        band: dict[str, Any] = {
            "step": "post",
            "alpha": 0.2,
            "linewidth": 0,
            "color": line.get_color(),
        }
        axes.fill_between(self.day, self.lower, self.upper, **band)
        axes.set(xlabel="day", ylabel="share not ended", ylim=(0, 1.02))
        return axes

    def summary(self) -> dict[str, str]:
        """Survival on the days people ask for, median and RMST, as printable text."""
        known = self.day[~np.isnan(self.survival)]
        last = int(known[-1])
        days = [day for day in SHOWN_DAYS if self.start < day <= last]
        lines = {f"S({day})": str(self.at(day)) for day in days or [last]}
        lines["median"] = str(self.median)
        if last > self.start:
            lines[f"RMST({last})"] = f"{self.rmst(last)} days"
        return lines

    def _title(self) -> str:
        name = f"{self.label}: " if self.label else ""
        given = f", given that day {self.start} was reached" if self.start else ""
        units = np.max(self.at_risk)
        return f"{name}survival to day {self.horizon}{given}, at most {units:g} at risk"

    def __repr__(self) -> str:
        told = "; ".join(f"{key} {value}" for key, value in list(self.summary().items())[-3:])
        return f"<SurvivalEstimate {self._title()}: {told}>"

    def __str__(self) -> str:
        lines = [f"  {key:<10} {value}" for key, value in self.summary().items()]
        note = f"  pointwise {self.level:.0%} limits, {self.band}"
        return "\n".join([self._title(), *lines, note])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>"
            for key, value in self.summary().items()
        )
        note = f"pointwise {self.level:.0%} limits, {self.band}"
        return f"<table><caption>{escape(self._title())}; {note}</caption>{rows}</table>"


def daily_hazard(at_risk: FloatArray, events: FloatArray) -> FloatArray:
    """Share of those at risk that ended on each day, shape as given; 0 where nobody is at risk."""
    return np.divide(events, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)


def last_followed(at_risk: FloatArray) -> int:
    """Row of the last day with anybody at risk; 0 if there is none."""
    followed = np.flatnonzero(at_risk > 0)
    return int(followed[-1]) if followed.size else 0


def greenwood_terms(at_risk: FloatArray, events: FloatArray) -> FloatArray:
    """Daily terms d / (n (n − d)) of Greenwood's variance (1926); 0 where all at risk ended.

    Dropping the last-day term is exact in use: it is multiplied by a survival of 0.
    """
    product = at_risk * (at_risk - events)
    return np.divide(events, product, out=np.zeros_like(at_risk), where=product > 0)
