"""An ensemble: the outcomes of one cell, with its survival a call away.

Knows the stored columns and the estimators; it neither simulates nor draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import ArrayLike

from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.frames import Frame
from sim.analysis.incidence import IncidenceEstimate
from sim.analysis.modes import columns_of, mode, modes_of
from sim.analysis.parameter_spread import ParameterSpread, parameter_spread, told_apart
from sim.analysis.survival import aalen_johansen, kaplan_meier
from sim.analysis.trajectories import Reporter, trajectories
from sim.config import CAUSES, ENDS, ConfigError, Scenario
from sim.names import count
from sim.negotiation.own import code_of
from sim.study.cells import Cell
from sim.study.described import covered, labelled, meanings
from sim.study.runner import Results, Source, run
from sim.study.told import Entry, entries, offers_table

TABLES = ("runs", "daily", "rounds", "incidents", "offers", "spells")


class Ensemble:
    """Outcomes of many futures of one scenario.

    Columns of its tables, with units, are in docs/outputs.md and in ``columns(TABLE)``.

    Attributes
    ----------
    cell : the scenario and settings that were run
    runs : DataFrame, one row per replicate
    daily : DataFrame, one row per day
    rounds, incidents, offers : DataFrames of the watched replicates, which say so
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

    @property
    def watched(self) -> int:
        """Futures of which rounds, incidents and offers are kept: those numbered below."""
        return min(self.cell.settings.engine.watched, self.replicates)

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
    def offers(self) -> pd.DataFrame:
        """One row per offer in the talks of the watched replicates, which are re-run.

        Raises
        ------
        ConfigError
            If the scenario names code of its own and was read from a file.
        """
        table = offers_table(self.cell, self._lived_again(0, self.watched))
        return self._known("offers", labelled(table, "offers", self.cell).to_pandas())

    def transcript(self, replicate: int) -> pd.DataFrame:
        """Everything that happened in one future, in order; it is re-run.

        One row per fact: ``replicate``, ``day``, ``kind`` and what belongs to that kind, null for
        others (docs/outputs.md, transcript.jsonl).

        Raises
        ------
        ConfigError
            If there is no such future, or as for ``offers``.
        """
        if not 0 <= replicate < self.replicates:
            last = self.replicates - 1
            raise ConfigError(f"replicate is {replicate}; allowed are whole numbers to {last}")
        return pd.DataFrame(self._lived_again(replicate, 1))

    def trajectories(self, reporters: Mapping[str, Reporter | str] | None = None) -> pd.DataFrame:
        """Every evening of the watched futures, as long as their ceasefires are in force.

        ``reporters`` maps a column to what is asked: a name of
        ``sim.analysis.trajectories.REPORTERS``, or a function of the model, as for Mesa's
        DataCollector, that gives one value for each future. Futures are re-run. One row per future
        and day: ``replicate``, ``day``, the columns.

        Raises
        ------
        ConfigError
            If a reporter is not known or gives anything else, or as for ``offers``.
        """
        self._need_own_code()
        return self._known("days", trajectories(self.cell, self.watched, reporters))

    def _lived_again(self, first: int, count: int) -> list[Entry]:
        self._need_own_code()
        return entries(self.cell, first, count) if count else []

    def _need_own_code(self) -> None:
        """Refuse to re-run futures with code that only stored results name."""
        named = code_of(self.scenario)
        if named and not isinstance(self.results, Results):
            raise ConfigError(
                f"these results name code of their own ({', '.join(named)}), which may do anything "
                "when it is run; ceasefire replay DIR --trust-code runs it"
            )

    def columns(self, table: str = "runs") -> pd.DataFrame:
        """What the columns of a table hold: a row each with name, type, unit and meaning."""
        frame = getattr(self, table, None) if table in TABLES else None
        if frame is None:
            raise ConfigError(f"table is {table!r}; allowed are {', '.join(TABLES)}")
        told = meanings(table, tuple(frame.columns))
        return pd.DataFrame(
            {
                "column": list(frame.columns),
                "type": [str(kind) for kind in frame.dtypes],
                "unit": [said.unit for said in told],
                "meaning": [said.meaning for said in told],
            }
        )

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
        return self._known(name, self.results.table(name, columns).to_pandas())

    def _known(self, name: str, table: pd.DataFrame) -> Frame:
        """A frame that knows which futures it covers."""
        frame = Frame(table)
        frame.attrs = {
            "table": name, "covers": covered(self.cell, name), "futures": self.replicates,
            "watched": self.watched,
        }  # fmt: skip
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
        """Day, whether ended and cause of each replicate under one end definition, (R,) each.

        As lifelines takes them: ``KaplanMeierFitter().fit(day, ended)``.
        """
        end = self._definition(end)
        runs = self.outcomes(f"{end}_day", f"{end}_ended", f"{end}_cause")
        return runs[f"{end}_day"], runs[f"{end}_ended"], runs[f"{end}_cause"]

    def outcome_array(self, end: str | None = None) -> Any:
        """Whether ended and day of each replicate, (R,), as scikit-survival takes outcomes."""
        day, ended, _ = self.durations(end)
        made = np.empty(self.replicates, dtype=[("ended", "?"), ("day", "f8")])
        made["ended"], made["day"] = ended, day
        return made

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
        """Survival with limits for chance and parameters; None without drawn parameters.

        It is None too where futures are too few to tell them from chance, no more than their sets.
        ``weights`` has one entry per parameter set, in their order: how much it counts. Without
        them all count alike, as they are drawn.
        """
        if len(self.scenario.parameter_sets) < 2:
            return None
        days, ended, _ = self.durations(end)
        number = self.outcomes("parameter_set")["parameter_set"]
        arrays = days.to_numpy(), ended.to_numpy(), number.to_numpy(dtype="int64")
        if not told_apart(arrays[2]):
            return None
        return parameter_spread(*arrays, self.horizon, weights=weights)

    def incidence(self, end: str | None = None, **options: Any) -> IncidenceEstimate:
        """Aalen-Johansen cumulative incidence by cause, in the order of ``config.CAUSES``."""
        end = self._definition(end)
        counts = self.tally(f"{end}_day", f"{end}_ended", f"{end}_cause")
        return self._by_cause(end, counts, counts[f"{end}_cause"], CAUSES, options)

    def modes(self, end: str | None = None, **options: Any) -> IncidenceEstimate:
        """Aalen-Johansen cumulative incidence by mode: which definition was met, and by whom.

        Modes are in the order of ``sim.analysis.modes.modes_of``.
        """
        end = self._definition(end)
        counts = self.tally(f"{end}_day", f"{end}_ended", *columns_of(end))
        return self._by_cause(end, counts, mode(counts, end), modes_of(end), options)

    def _by_cause(
        self, end: str, counts: pd.DataFrame, causes: Any, order: Sequence[str], options: Any
    ) -> IncidenceEstimate:
        """Cumulative incidence of an end by causes of counted futures."""
        options = {"horizon": self.horizon, "label": self.scenario.name} | options
        estimate: IncidenceEstimate = aalen_johansen(
            counts[f"{end}_day"], counts[f"{end}_ended"], causes,
            order=order, weights=counts["count"], **options,
        )  # fmt: skip
        return estimate

    def __repr__(self) -> str:
        futures = count(self.replicates, "future")
        return (
            f"<Ensemble {self.scenario.name}: {futures} of {self.horizon} days, "
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
    workers: int | None = 1,
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
    watched : rounds and incidents are recorded for the replicates numbered below this; 200 is
        plenty to read, and to count in all futures they must all be watched
    workers : threads that share the work, None for one a processor; never changes a result
    progress : called with the number of futures done since the last call

    Raises
    ------
    ConfigError
        If an argument is out of its range, or an event lies beyond the horizon.
    """
    engine = {
        "block": block, "watched": watched, "progress": False,
        "kind": "serial" if workers == 1 else "threads", "workers": workers,
        "address": None, "figures": None,
    }  # fmt: skip
    settings = {
        "seed": seed, "replicates": replicates, "horizon": horizon, "transcript": False,
        "engine": engine,
    }  # fmt: skip
    return Ensemble(run(Cell.of(scenario, settings), progress))
