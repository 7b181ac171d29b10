"""Results for competing causes and for hazards, as tables and numbers; estimates nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.limits import Days, PointEstimate, normal_quantile
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError, whole_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class IncidenceEstimate:
    """Aalen-Johansen cumulative incidence by cause; make one with `aalen_johansen`.

    `incidence`, `se`, `lower`, `upper` and `events` have shape (causes, days), in the order of
    `causes`, one column per day 0 ... horizon; `survival`, `at_risk`, `censored` and `day` have
    shape (days,). Incidences add to 1 − survival. Limits are pointwise.
    """

    causes: tuple[str, ...]
    day: IntArray
    at_risk: FloatArray
    censored: FloatArray
    events: FloatArray
    incidence: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    survival: FloatArray
    level: float
    band: str
    label: str = ""

    @property
    def horizon(self) -> int:
        """Last day of the table."""
        return int(self.day[-1])

    @property
    def table(self) -> pd.DataFrame:
        """One row per cause and day: day, cause, events, incidence, se, lower, upper."""
        import pandas as pd

        names = ("events", "incidence", "se", "lower", "upper")
        causes = np.repeat(np.array(self.causes, dtype=object), self.day.size)
        columns = {"day": np.tile(self.day, len(self.causes)), "cause": causes}
        return pd.DataFrame(columns | {name: getattr(self, name).ravel() for name in names})

    def at(self, day: int, cause: str | None = None) -> PointEstimate | dict[str, PointEstimate]:
        """Return P(ended by `day` through `cause`) with limits; all causes as a dict if None."""
        if cause is None:
            return {name: self.of(name, day) for name in self.causes}
        return self.of(cause, day)

    def of(self, cause: str, day: int) -> PointEstimate:
        """Cumulative incidence of one cause on one day."""
        if cause not in self.causes:
            raise SurvivalInputError(
                f"cause must be one of {', '.join(self.causes)}, got {cause!r}"
            )
        column = whole_number("day", day, 0, self.horizon)
        row = self.causes.index(cause)
        if np.isnan(self.incidence[row, column]):
            raise SurvivalInputError(f"incidence on day {day} is not known: observation had ended")
        columns = (self.incidence, self.lower, self.upper, self.se)
        return PointEstimate(*(float(x[row, column]) for x in columns))

    def lost(self, cause: str, tau: int) -> Days:
        """Days lost to a cause by day `tau`: the mean of max(tau − T, 0) where it ended T.

        The area under the cumulative incidence to `tau` (Andersen 2013, Statistics in Medicine 32).
        The standard error follows from the same deviations of the daily hazards as that of the
        incidence; limits are normal, cut to [0, tau].
        """
        end = whole_number("tau", tau, 1, self.horizon)
        self.of(cause, end - 1)
        row = self.causes.index(cause)
        value = float(self.incidence[row, :end].sum())
        risk = np.maximum(self.at_risk[:end], 1e-300)
        hazard, own = self.events.sum(axis=0)[:end] / risk, self.events[row, :end] / risk
        before = np.concatenate([[1.0], self.survival])[:end]
        left = np.arange(end, 0, -1)  # days from each day to tau
        area = np.cumsum(self.incidence[row, end - 1 :: -1])[::-1]
        away = area - left * self.incidence[row, :end]
        common = np.divide(away, 1 - hazard, out=np.zeros_like(away), where=hazard < 1)
        direct = before * left
        terms = direct**2 * own * (1 - own) - 2 * direct * common * own * (1 - hazard)
        terms += common**2 * hazard * (1 - hazard)
        se = float(np.sqrt(max((terms / risk).sum(), 0.0)))
        reach = normal_quantile(self.level) * se
        return Days(value, max(value - reach, 0.0), min(value + reach, float(tau)), se)

    def plot(self, ax: Axes | None = None, **style: Any) -> Axes:
        """Draw the incidences stacked, so that their sum is 1 − S. Returns the axes."""
        import matplotlib.pyplot as plt

        axes = plt.subplots()[1] if ax is None else ax
        axes.stackplot(self.day, self.incidence, labels=self.causes, step="post", **style)
        axes.set(xlabel="day", ylabel="share ended", ylim=(0, 1.02))
        return axes

    def __repr__(self) -> str:
        last = int(self.day[~np.isnan(self.survival)][-1])
        told = ", ".join(f"{cause} {self.of(cause, last).value:.3f}" for cause in self.causes)
        name = f" {self.label}" if self.label else ""
        return f"<IncidenceEstimate{name}: ended by day {last} through {told}>"

    def __str__(self) -> str:
        last = int(self.day[~np.isnan(self.survival)][-1])
        head = f"cumulative incidence on day {last}"
        lines = [f"  {name:<16} {self.of(name, last)}" for name in self.causes]
        return "\n".join([head, *lines, f"  pointwise {self.level:.0%} limits, {self.band}"])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


@dataclass(frozen=True, eq=False)
class DailyCurve:
    """A cumulative or a smoothed hazard with pointwise limits, one entry per day, shape (days,).

    `quantity` names the column: "cumulative_hazard" (no unit) or "hazard" (per day).
    """

    quantity: str
    day: IntArray
    at_risk: FloatArray
    events: FloatArray
    value: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    label: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row per day: day, at_risk, events, the quantity, se, lower, upper."""
        import pandas as pd

        columns = {"day": self.day, "at_risk": self.at_risk, "events": self.events}
        columns[self.quantity] = self.value
        return pd.DataFrame(columns | {"se": self.se, "lower": self.lower, "upper": self.upper})

    def at(self, day: int) -> PointEstimate:
        """Return the curve on one day with limits and standard error."""
        row = whole_number("day", day, int(self.day[0]), int(self.day[-1])) - int(self.day[0])
        return PointEstimate(
            *(float(x[row]) for x in (self.value, self.lower, self.upper, self.se))
        )

    def plot(self, ax: Axes | None = None, **style: Any) -> Axes:
        """Draw the curve with its band; `style` goes to the line. Returns the axes."""
        import matplotlib.pyplot as plt

        axes = plt.subplots()[1] if ax is None else ax
        style.setdefault("label", self.label or None)
        (line,) = axes.plot(self.day, self.value, **style)
        axes.fill_between(
            self.day, self.lower, self.upper, alpha=0.2, linewidth=0, color=line.get_color()
        )
        axes.set(xlabel="day", ylabel=self.quantity.replace("_", " "))
        axes.set_ylim(bottom=0)
        return axes
