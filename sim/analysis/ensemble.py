"""An ensemble: the outcomes of one cell, with its survival a call away.

Knows the stored columns and the estimators; it neither simulates nor draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

import pandas as pd
import pyarrow as pa
from numpy.typing import ArrayLike

from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.incidence import IncidenceEstimate
from sim.analysis.modes import columns_of, mode, modes_of
from sim.analysis.parameter_spread import ParameterSpread, parameter_spread
from sim.analysis.survival import aalen_johansen, kaplan_meier
from sim.config import CAUSES, ENDS, ConfigError, Scenario
from sim.study.cells import Cell
from sim.study.runner import Source, run


class Ensemble:
    """Outcomes of many futures of one scenario.

    Attributes
    ----------
    cell : the scenario and settings that were run
    runs : DataFrame, one row per replicate (columns in docs/outputs.md)
    daily : DataFrame, one row per day
    rounds, incidents : DataFrames of the watched replicates
    spells : DataFrame, one row per spell, where ceasefires are renewable
    """

    def __init__(self, results: Source) -> None:
        self.results = results
        self.cell: Cell = results.cell

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.cell.scenario

    @property
    def seed(self) -> int:
        """The seed of every chance event."""
        return self.cell.settings.seed

    @property
    def replicates(self) -> int:
        """Number of futures."""
        return self.cell.settings.replicates

    @property
    def horizon(self) -> int:
        """Days simulated."""
        return self.cell.settings.horizon

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per replicate."""
        return self._frame("runs")

    @cached_property
    def daily(self) -> pd.DataFrame:
        """One row per day."""
        return self._frame("daily")

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """One row per round of the watched replicates."""
        return self._frame("rounds")

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """One row per incident of the watched replicates."""
        return self._frame("incidents")

    @cached_property
    def spells(self) -> pd.DataFrame:
        """One row per spell of a renewable ceasefire.

        Raises
        ------
        ConfigError
            If the scenario's ceasefires are not renewable.
        """
        if not self.scenario.ceasefire.renewable:
            raise ConfigError(
                "ceasefire.renewable is false, so every future has one spell (see runs); "
                "set it to true to have them all"
            )
        return self._frame("spells")

    def outcomes(self, *columns: str) -> pd.DataFrame:
        """Some columns of ``runs``, without reading the others."""
        return self._frame("runs", columns)

    def _frame(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        frame: pd.DataFrame = self.results.table(name, columns).to_pandas()
        return frame

    def tally(self, *columns: str) -> pd.DataFrame:
        """Distinct rows of some columns of ``runs``, with their ``count``.

        Futures are read some at a time: memory does not grow with their number.
        """
        counts = [
            piece.group_by(list(columns)).aggregate([([], "count_all")])
            for piece in self.results.pieces(columns)
        ]
        frame: pd.DataFrame = (
            pa.concat_tables(counts)
            .unify_dictionaries()
            .group_by(list(columns), use_threads=False)
            .aggregate([("count_all", "sum")])
            .rename_columns([*columns, "count"])
            .to_pandas()
        )
        return frame

    def durations(self, end: str | None = None) -> tuple[Any, Any, Any]:
        """Day, whether ended and cause of each replicate under one end definition."""
        end = self._definition(end)
        runs = self.outcomes(f"{end}_day", f"{end}_ended", f"{end}_cause")
        return runs[f"{end}_day"], runs[f"{end}_ended"], runs[f"{end}_cause"]

    def _definition(self, end: str | None) -> str:
        """Name an end definition: the scenario's own if none is given."""
        end = end or self.scenario.ceasefire.end.value
        if end not in ENDS:
            raise ConfigError(f"end is {end!r}; allowed are {', '.join(ENDS)}")
        return end

    def survival(self, end: str | None = None, **options: Any) -> SurvivalEstimate:
        """Kaplan-Meier estimate of S(t) = P(T > t) on the daily grid.

        ``end`` is a definition of the end (the scenario's own if not given); ``options`` as in
        ``sim.analysis.survival.kaplan_meier``.
        """
        end = self._definition(end)
        counts = self.tally(f"{end}_day", f"{end}_ended")
        options = {"horizon": self.horizon, "label": self.scenario.name, **options}
        estimate: SurvivalEstimate = kaplan_meier(
            counts[f"{end}_day"], counts[f"{end}_ended"], weights=counts["count"], **options
        )
        return estimate

    def parameter_spread(
        self, end: str | None = None, weights: ArrayLike | Mapping[int, float] | None = None
    ) -> ParameterSpread | None:
        """Survival with limits for chance and parameters; None if no parameters are drawn.

        ``weights`` has one entry per parameter set, in their order: how much it counts. Without
        them all count alike, as they are drawn.
        """
        if len(self.scenario.parameter_sets) < 2:
            return None
        days, ended, _ = self.durations(end)
        number = self.outcomes("parameter_set")["parameter_set"]
        arrays = days.to_numpy(), ended.to_numpy(), number.to_numpy(dtype="int64")
        return parameter_spread(*arrays, self.horizon, weights=weights)

    def incidence(self, end: str | None = None, **options: Any) -> IncidenceEstimate:
        """Aalen-Johansen cumulative incidence by cause, in the order of ``config.CAUSES``."""
        end = self._definition(end)
        counts = self.tally(f"{end}_day", f"{end}_ended", f"{end}_cause")
        options = {
            "horizon": self.horizon, "label": self.scenario.name, "order": CAUSES,
            "weights": counts["count"], **options,
        }  # fmt: skip
        estimate: IncidenceEstimate = aalen_johansen(
            counts[f"{end}_day"], counts[f"{end}_ended"], counts[f"{end}_cause"], **options
        )
        return estimate

    def modes(self, end: str | None = None, **options: Any) -> IncidenceEstimate:
        """Aalen-Johansen cumulative incidence by mode: which definition was met, and by whom.

        Modes are in the order of ``sim.analysis.modes.modes_of``.
        """
        end = self._definition(end)
        counts = self.tally(f"{end}_day", f"{end}_ended", *columns_of(end))
        options = {
            "horizon": self.horizon, "label": self.scenario.name, "order": modes_of(end),
            "weights": counts["count"], **options,
        }  # fmt: skip
        estimate: IncidenceEstimate = aalen_johansen(
            counts[f"{end}_day"], counts[f"{end}_ended"], mode(counts, end), **options
        )
        return estimate

    def __repr__(self) -> str:
        return (
            f"<Ensemble {self.scenario.name}: {self.replicates:,} futures of {self.horizon} days, "
            f"seed {self.seed}, accounts {self.scenario.accounts.name.value}>"
        )

    def _repr_html_(self) -> str:
        scenario, end = self.scenario, self.scenario.ceasefire.end.value
        causes = self.incidence()
        facts = {
            "futures": f"{self.replicates:,}, seed {self.seed}, {self.horizon} days from "
            f"{scenario.start}",
            "accounts": scenario.accounts.name.value,
            "end": end.replace("_", " "),
            **self.survival().summary(),
            **{
                f"ended by {cause.replace('_', ' ')}": str(causes.of(cause, self.horizon))
                for cause in causes.causes
            },
            "cell": self.cell.key[:12],
        }
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
            for name, value in facts.items()
        )
        note = "pointwise 95% Monte Carlo limits; a what-if, not a forecast"
        title = f"{scenario.name}: {scenario.description} ({note})"
        return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def simulate(
    scenario: Scenario,
    replicates: int = 10_000,
    seed: int = 2025,
    horizon: int = 365,
    block: int | None = None,
    *,
    watched: int = 200,
    progress: Callable[[int], None] | None = None,
) -> Ensemble:
    """Simulate ``replicates`` futures of a scenario to day ``horizon``.

    Parameters
    ----------
    scenario : as returned by ``sim.load``
    replicates : int from 1 to 1e9
    seed : int in [0, 2**64)
    horizon : int >= 1, days
    block : futures carried at once; never changes a result
    watched : rounds and incidents are recorded for the replicates numbered below this
    progress : called with the number of futures done since the last call

    Raises
    ------
    ConfigError
        If an argument is out of its range, or an event lies beyond the horizon.
    """
    engine = {
        "block": block, "watched": watched, "progress": False, "kind": "serial", "workers": None,
        "address": None, "figures": None,
    }  # fmt: skip
    settings = {
        "seed": seed, "replicates": replicates, "horizon": horizon, "transcript": False,
        "engine": engine,
    }  # fmt: skip
    return Ensemble(run(Cell.of(scenario, settings), progress))
