"""What accounts for a difference between scenarios: the causes and quantities it runs through.

Knows tables of runs, not how they were simulated. Three accounts are given, none a forecast:

1. *Causes.* RMST(τ) = τ − Σ over causes of E[(τ − T)⁺; ended by the cause], so the difference in
   RMST is exactly the sum of differences in days lost to each cause (Andersen 2013), as that in
   S(τ) is the sum of differences in cumulative incidence. It is bookkeeping: a cause may gain
   because another no longer ends the ceasefire first. Rates per day in force stand beside it.
2. *Intermediate quantities* (agreement, trust, attacks ...) under both scenarios. Their differences
   are effects of the scenario; that they carry the difference in lasting is not shown. Means over
   all futures mix this with who lasts how long; the futures that last to the horizon under both
   scenarios are a principal stratum (Frangakis & Rubin 2002), observed here because both outcomes
   of each future are simulated.
3. *Agreement.* The difference in RMST split by whether a future agreed under neither, either or
   both scenarios. It adds up exactly, but a future must last in order to agree.

This is not a mediation analysis. To test a path, switch its mechanism off in both scenarios and
compare the two differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.futures import Ensemble, Futures, common_end, paired_rows, read_futures
from sim.analysis.limits import decimals, rounded
from sim.analysis.measures import Measure, outcome_measures, path_measures
from sim.analysis.ratios import Ratios, differences
from sim.analysis.sample import SurvivalInputError, fraction

if TYPE_CHECKING:
    import pandas as pd

CAVEAT = (
    "Parts by cause and by agreement add up exactly, but are bookkeeping: a cause may gain because "
    "another no longer comes first, and a future must last in order to agree. Differences in "
    "intermediate quantities are effects of the scenario; that they carry the difference in how "
    "long it lasts is an association, not a causal mediation analysis."
)
SCOPE = (
    "'Lasting in both' are the futures in force at the horizon under both scenarios; 'last day' is "
    "the day of collapse or the horizon."
)
TITLES = {
    "days lost": "Days of RMST lost to each cause; the last column adds up to the difference",
    "rate": "Rates of ends by cause",
    "path": "Intermediate quantities",
    "agreement": "Difference in RMST by who agreed; adds up to the difference",
}


@dataclass(frozen=True, eq=False, repr=False)
class Mechanisms:
    """Differences from the reference by cause and intermediate quantity; see `mechanisms`.

    `table` has one row per scenario and quantity: scenario, part (total, days lost, incidence,
    rate, path, agreement), quantity, key (the cause or a short name), scope (all futures, or
    lasting in both), unit, reference and value (the two levels), difference with lower and upper
    (`sim.analysis.ratios`), relative (value / reference − 1) with relative_lower and
    relative_upper, contribution (what the row adds to the difference in RMST, or for incidence in
    S(horizon); NaN for other parts), share (of pairs in the group or lasting in both; NaN
    elsewhere), paired, replicates.
    """

    reference: str
    end: str
    horizon: int
    level: float
    table: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios compared with the reference, in the order given."""
        return tuple(dict.fromkeys(self.table["scenario"]))

    def of(self, scenario: str, *parts: str) -> pd.DataFrame:
        """Rows of one scenario, of some parts or of all."""
        if scenario not in self.scenarios:
            known = ", ".join(self.scenarios)
            raise SurvivalInputError(f"scenario must be one of {known}, got {scenario!r}")
        rows = self.table[self.table["scenario"] == scenario]
        return rows[rows["part"].isin(parts)] if parts else rows

    def shown(self, scenario: str, part: str) -> pd.DataFrame:
        """One part of one scenario as text, a row per quantity, ready to print."""
        rows = self.of(scenario, part)
        out = rows[["quantity"]].copy()
        if part == "path":
            out["futures"] = rows["scope"]
        out["unit"] = rows["unit"]
        digits = [_digits(x) for x in rows["unit"]]
        for name, column in ((self.reference, "reference"), (scenario, "value")):
            out[name] = [_plain(x, d) for x, d in zip(rows[column], digits, strict=True)]
        limits = rows[["difference", "lower", "upper"]].to_numpy(float)
        out["difference"] = [_interval(x, d) for x, d in zip(limits, digits, strict=True)]
        if part in ("days lost", "incidence"):
            out["adds"] = [_signed(x, d) for x, d in zip(rows["contribution"], digits, strict=True)]
        if part == "agreement":
            out["share of futures"] = [f"{x:.1%}" for x in rows["share"]]
        return out

    def heading(self, scenario: str) -> str:
        """State the difference that is explained."""
        total = self.of(scenario, "total").iloc[0]
        how = "paired" if total["paired"] else "not paired"
        days = _interval(total[["difference", "lower", "upper"]].to_numpy(float), 1)
        return (
            f"{scenario} minus {self.reference}: {days} days of RMST({self.horizon}) "
            f"(end: {self.end}; {total['replicates']:,} futures, {how})"
        )

    def __repr__(self) -> str:
        told = ", ".join(self.scenarios)
        return f"<Mechanisms of {told} with {self.reference}: {self.end}, {self.horizon} days>"

    def __str__(self) -> str:
        blocks = []
        for scenario in self.scenarios:
            blocks.append(self.heading(scenario))
            for part, title in TITLES.items():
                shown = self.shown(scenario, part)
                if len(shown):
                    blocks.append(f"{title}:\n{shown.to_string(index=False)}")
        return "\n\n".join([*blocks, "\n".join([*self.notes, SCOPE, CAVEAT])])

    def _repr_html_(self) -> str:
        parts = []
        for scenario in self.scenarios:
            parts.append(f"<p><b>{escape(self.heading(scenario))}</b></p>")
            for part, title in TITLES.items():
                shown = self.shown(scenario, part)
                if len(shown):
                    parts.append(f"<p>{escape(title)}</p>{shown.to_html(index=False)}")
        remarks = (f"<p>{escape(line)}</p>" for line in [*self.notes, SCOPE, CAVEAT])
        return "".join([*parts, *remarks])


def mechanisms(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    level: float = 0.95,
) -> Mechanisms:
    """Attribute each scenario's difference from `reference` to causes and intermediate quantities.

    Arguments and intervals as in `sim.analysis.compare.compare`, paired where futures share their
    chance; unpaired ensembles have no parts that need both outcomes of a future, and a note says
    so, as for columns that the runs lack. A ratio whose denominator is 0 is NaN.
    Errors: `SurvivalInputError`, as for `compare`.
    """
    import pandas as pd

    if reference not in ensembles or len(ensembles) < 2:
        known = ", ".join(ensembles) or "none"
        raise SurvivalInputError(f"two ensembles and a reference among {known} are needed")
    fraction("level", level)
    end = common_end(ensembles) if end is None else str(getattr(end, "value", end))
    futures = read_futures(ensembles, end)
    parts, notes = [], []
    for name in (x for x in ensembles if x != reference):
        measures, paired = _measured(name, reference, ensembles, futures)
        parts.append(_rows(name, measures, paired, level))
        notes += _notes(name, reference, measures, paired)
    table = pd.concat(parts, ignore_index=True)
    horizon = futures[reference].horizon
    return Mechanisms(reference, end, horizon, level, table, tuple(notes))


def _measured(
    name: str, reference: str, ensembles: Mapping[str, Ensemble], futures: Mapping[str, Futures]
) -> tuple[list[Measure], bool]:
    """Measure a scenario beside the reference, futures lined up where they share their chance."""
    other, base = futures[name], futures[reference]
    rows = paired_rows(other, base)
    if rows is not None:
        other, base = other.select(rows[0]), base.select(rows[1])
    if min(other.day.size, base.day.size) < 2:
        raise SurvivalInputError(f"{name} and {reference} need two futures each, or a pair of two")
    runs = _sorted_runs(ensembles[name], other), _sorted_runs(ensembles[reference], base)
    outcomes = outcome_measures(runs, (other, base))
    first, second = (party.label for party in ensembles[reference].scenario.parties)
    paths = path_measures(runs, (other, base), (name, reference), rows is not None, (first, second))
    return [*outcomes, *paths], rows is not None


def _sorted_runs(ensemble: Ensemble, futures: Futures) -> pd.DataFrame:
    """The rows of these futures, in their order."""
    return ensemble.runs.set_index("replicate").loc[futures.replicate]


def _rows(name: str, measures: list[Measure], paired: bool, level: float) -> pd.DataFrame:
    """Levels, differences and intervals of one scenario, tidy."""
    import pandas as pd

    per = np.array([x.per for x in measures])
    sides = [
        Ratios(
            per * np.column_stack([x.tops[side] for x in measures]),
            np.column_stack([x.bottoms[side] for x in measures]),
        )
        for side in (0, 1)
    ]
    with np.errstate(invalid="ignore"):  # a ratio whose denominator is 0 is NaN
        shares = [x.unit == "share" for x in measures]
        found = differences(sides[0], sides[1], paired, level, shares)
    sign = np.array([float(x.sign) for x in measures])
    columns = {key: [getattr(x, key) for x in measures] for key in ("part", "quantity", "key")}
    return pd.DataFrame(
        {
            "scenario": name,
            **columns,
            "scope": [x.scope for x in measures],
            "unit": [x.unit for x in measures],
            "reference": found.reference,
            "value": found.value,
            "difference": found.difference,
            "lower": found.lower,
            "upper": found.upper,
            "relative": found.relative,
            "relative_lower": found.relative_lower,
            "relative_upper": found.relative_upper,
            "contribution": np.where(sign == 0, np.nan, sign * found.difference),
            "share": [x.share for x in measures],
            "paired": paired,
            "replicates": min(x.size for x in measures[0].tops),
        }
    )


def _notes(name: str, reference: str, measures: list[Measure], paired: bool) -> list[str]:
    """What a reader must know about how this scenario was compared."""
    notes = []
    if not paired:
        notes.append(
            f"{name} is not paired with {reference} (different seeds): independent intervals, and "
            "no parts that need both outcomes of a future."
        )
    if not any(x.part == "path" for x in measures):
        notes.append(f"{name}: the runs hold no intermediate quantities to the horizon compared.")
    return notes


def _digits(unit: str) -> int:
    return decimals(unit) if unit in ("days", "share", "probability") else 2


def _plain(value: float, digits: int) -> str:
    return "not defined" if np.isnan(value) else rounded(value, digits)


def _signed(value: float, digits: int) -> str:
    return "not defined" if np.isnan(value) else rounded(value, digits, sign=True)


def _interval(numbers: Any, digits: int) -> str:
    """A difference with its limits."""
    value, lower, upper = (float(x) for x in numbers)
    if np.isnan(value):
        return "not defined"
    return f"{_signed(value, digits)} [{_signed(lower, digits)}, {_signed(upper, digits)}]"
