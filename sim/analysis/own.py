"""A user's own times to an end, with every estimator a call away; knows columns, no simulation.

>>> import sim
>>> found = sim.survival([5, 8, 8, 12], [True, True, False, True], groups=["a", "a", "b", "b"])
>>> found["a"].at(5).value
0.5
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.hazard import smoothed_hazard
from sim.analysis.incidence import DailyCurve, IncidenceEstimate
from sim.analysis.independent import LogRankResult, log_rank
from sim.analysis.limits import Days
from sim.analysis.sample import SurvivalInputError
from sim.analysis.survival import aalen_johansen, kaplan_meier, nelson_aalen
from sim.names import count

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Survival:
    """Times to an end and their estimates, by group; make one with `survival`.

    `survival["a"]` is the Kaplan-Meier curve of group a; without groups the only one is "all".
    """

    data: dict[str, Any]
    causes: Any
    groups: tuple[Hashable, ...]
    options: dict[str, Any]

    def __getitem__(self, group: Hashable) -> SurvivalEstimate:
        if group not in self.curves:
            known = ", ".join(map(str, self.groups))
            raise SurvivalInputError(f"group must be one of {known}, got {group!r}")
        return self.curves[group]

    @cached_property
    def curves(self) -> dict[Hashable, SurvivalEstimate]:
        """Kaplan-Meier estimates (`sim.analysis.survival.kaplan_meier`)."""
        return self._by_group(kaplan_meier)

    @cached_property
    def cumulative_hazards(self) -> dict[Hashable, DailyCurve]:
        """Nelson-Aalen estimates (`sim.analysis.survival.nelson_aalen`)."""
        return self._by_group(nelson_aalen)

    @cached_property
    def hazards(self) -> dict[Hashable, DailyCurve]:
        """Smoothed hazards (`sim.analysis.hazard.smoothed_hazard`)."""
        return self._by_group(smoothed_hazard)

    @cached_property
    def incidences(self) -> dict[Hashable, IncidenceEstimate]:
        """Aalen-Johansen cumulative incidences (`sim.analysis.survival.aalen_johansen`).

        Errors: `SurvivalInputError` without causes.
        """
        if self.causes is None:
            raise SurvivalInputError("causes were not given, so there is no incidence by cause")
        return self._by_group(aalen_johansen, causes=self.causes)

    def rmst(self, tau: int) -> dict[Hashable, Days]:
        """Restricted mean times, the mean of min(T, tau), by group."""
        return {name: curve.rmst(tau) for name, curve in self.curves.items()}

    @cached_property
    def log_rank(self) -> LogRankResult:
        """Log-rank test of equal hazards. Errors: `SurvivalInputError` without groups."""
        if "groups" not in self.data:
            raise SurvivalInputError("groups were not given, so there is nothing to test")
        known = {name: x for name, x in self.data.items() if name in ("weights", "entry")}
        return log_rank(self.data["durations"], self.data["events"], self.data["groups"], **known)

    @property
    def table(self) -> pd.DataFrame:
        """All curves, one row per group and day."""
        import pandas as pd

        parts = [curve.table.assign(group=str(name)) for name, curve in self.curves.items()]
        table = pd.concat(parts, ignore_index=True)
        return table[["group", *(x for x in table.columns if x != "group")]]

    def _by_group(self, estimator: Any, **more: Any) -> dict[Hashable, Any]:
        found = estimator(**self.data, **self.options, **more)
        return found if isinstance(found, dict) else {"all": found}

    def __repr__(self) -> str:
        among = f" in {count(len(self.groups), 'group')}" if len(self.groups) > 1 else ""
        return f"<Survival of {count(len(self.data['durations']), 'duration')}{among}>"

    def __str__(self) -> str:
        blocks = [str(curve) for curve in self.curves.values()]
        if self.causes is not None:
            blocks += [f"{name}: {x}" for name, x in self.incidences.items()]
        if len(self.groups) > 1:
            blocks.append(str(self.log_rank))
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def survival(
    durations: ArrayLike,
    events: ArrayLike,
    causes: Any = None,
    groups: ArrayLike | Sequence[Hashable] | None = None,
    *,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    horizon: int | None = None,
    level: float = 0.95,
) -> Survival:
    """Estimate how long things last from your own data, on a grid of whole days.

    Parameters
    ----------
    durations : (n,) whole days until the end or until observation stopped
    events : (n,) whether it ended (true) or was still going on when last seen (false)
    causes : (n,) names of what ended it, anything where it did not; adds `incidences`
    groups : (n,) labels: every estimate is made for each
    weights : (n,) frequencies: weight 3 stands for three such units (not sampling weights, for
        which the standard errors would be too small)
    entry : (n,) days of late entry, each below its duration (left truncation)
    horizon : last day considered (default: the longest duration)
    level : of the pointwise limits, in (0, 1)

    Returns
    -------
    Survival
        With ``curves``, ``cumulative_hazards``, ``hazards``, ``incidences``, ``rmst(tau)``,
        ``log_rank`` and ``table``; ``sim.plots.own.own`` draws it in the house style.

    Raises
    ------
    SurvivalInputError
        In one sentence with field, value and what is allowed.
    """
    data: dict[str, Any] = {"durations": durations, "events": events}
    optional = {"weights": weights, "entry": entry, "groups": groups}
    data |= {name: x for name, x in optional.items() if x is not None}
    options: dict[str, Any] = {"horizon": horizon, "level": level}
    found = Survival(data, causes, (), options)
    if causes is not None:
        _ = found.incidences  # reports now what is wrong with the causes
    return Survival(data, causes, tuple(found.curves), options)
