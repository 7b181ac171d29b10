"""Differences between scenarios over simulated futures, paired where they share their chance.

Knows tables of runs (`sim.analysis.futures.Ensemble`), not how they were simulated or stored. With
common random numbers replicate r meets the same chance events in every scenario, so the variance
of a difference is that of the paired difference, usually far below that of independent ensembles
(Glasserman & Yao 1992). P-values are not given: for simulated data they only measure the number of
replicates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.futures import (
    SURVIVAL_DAYS,
    Ensemble,
    Quantity,
    common_end,
    quantities,
    read_futures,
)
from sim.analysis.limits import PointEstimate
from sim.analysis.pairs import Pair, resampled_differences
from sim.analysis.sample import FloatArray, SurvivalInputError, fraction, whole_number
from sim.analysis.signs import in_words, signs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Ensemble", "compare"]

BY_CAUSE = "In the share ended by day {}, by cause:"
BY_MODE = "In the share ended by day {}, by what was met and by whom:"
CAUTION = (
    "No p-values: for simulated data they only measure the number of replicates. "
    "Read the differences and their intervals."
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Differences of every scenario from the reference; make one with `compare`.

    `table` has one row per scenario and quantity: scenario, quantity, kind (rmst, survival,
    incidence or mode), day, cause (or mode), unit (days or share), reference and value (the two
    means), difference with lower and upper (bootstrap percentiles) and se (analytic), sd (standard
    deviation of the difference of one pair of futures; NaN if unpaired), sd_independent (the same
    for two futures of unrelated chance), variance_reduction (their squared ratio), paired,
    replicates.
    `outlasting` has one row per scenario: the shares of futures in which it lasts longer than the
    reference (outlasts, with lower and upper), as long (ties) and less long (falls_short).
    `signs` says in how many parameter sets the difference in RMST has the same sign
    (`sim.analysis.signs`); it is empty where futures draw none.
    """

    reference: str
    end: str
    horizon: int
    level: float
    resamples: int
    table: pd.DataFrame
    outlasting: pd.DataFrame
    signs: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios compared with the reference, in the order given."""
        return tuple(self.outlasting["scenario"])

    @property
    def wide(self) -> pd.DataFrame:
        """Differences as text with intervals: one row per scenario, one column per quantity."""
        text = self.table.assign(text=[_signed(row) for row in self.table.itertuples()])
        wide = text.pivot(index="scenario", columns="quantity", values="text")
        ordered = wide.loc[list(self.scenarios), list(dict.fromkeys(self.table["quantity"]))]
        longer, ties = self.outlasting["outlasts"], self.outlasting["ties"]
        ordered[f"outlasts {self.reference}"] = [
            f"{share:.1%} (ties {tie:.1%})" for share, tie in zip(longer, ties, strict=True)
        ]
        return ordered.rename_axis(columns=None)

    def difference(self, scenario: str, quantity: str) -> PointEstimate:
        """Return one difference from the reference, by names as in `table`."""
        rows = self.table.query("scenario == @scenario and quantity == @quantity")
        if rows.empty:
            raise SurvivalInputError(f"no difference of {scenario!r} in {quantity!r} was computed")
        first = rows.iloc[0]
        names = ("difference", "lower", "upper", "se")
        return PointEstimate(*(float(first[name]) for name in names))

    def replicates_needed(
        self, difference: float, power: float = 0.8, quantity: str | None = None
    ) -> pd.DataFrame:
        """Return how many futures per scenario resolve a true `difference` with chance `power`.

        Resolve: the two-sided interval of this comparison's level leaves out 0. `difference` is in
        the unit of `quantity` (default RMST, in days), not 0. Columns: scenario, quantity,
        difference, power, paired (missing if the ensembles are unpaired), independent.
        """
        import pandas as pd

        fraction("power", power)
        if not math.isfinite(difference) or difference == 0:
            raise SurvivalInputError(f"difference must be a number but 0, got {difference!r}")
        name = self.table["quantity"].iloc[0] if quantity is None else quantity
        rows = self.table[self.table["quantity"] == name]
        if rows.empty:
            known = ", ".join(dict.fromkeys(self.table["quantity"]))
            raise SurvivalInputError(f"quantity must be one of {known}, got {name!r}")
        normal = NormalDist()
        reach = normal.inv_cdf(0.5 + self.level / 2) + normal.inv_cdf(power)

        def needed(sd: float) -> Any:
            return pd.NA if math.isnan(sd) else max(2, math.ceil((reach * sd / difference) ** 2))

        columns = {"paired": "sd", "independent": "sd_independent"}
        out = pd.DataFrame({"scenario": rows["scenario"], "quantity": name})
        out = out.assign(difference=difference, power=power).reset_index(drop=True)
        for column, sd in columns.items():
            out[column] = pd.array([needed(x) for x in rows[sd]], dtype="Int64")
        return out

    def _heading(self) -> str:
        pairs = self.table.groupby("scenario")["paired"].first()
        how = "paired by common random numbers" if pairs.all() else "not all paired"
        few, many = self.table["replicates"].min(), self.table["replicates"].max()
        futures = str(few) if few == many else f"{few} to {many}"
        return (
            f"Differences from {self.reference} (end: {self.end}; horizon {self.horizon} days; "
            f"{futures} futures each, {how}; "
            f"{self.level:.0%} bootstrap intervals, {self.resamples} resamples)"
        )

    def _remarks(self) -> list[str]:
        main = self.table[(self.table["kind"] == "rmst") & self.table["paired"]]
        cuts = [
            f"{name} {cut:.1f}"
            for name, cut in zip(
                main["scenario"], main["variance_reduction"].to_numpy(dtype=float), strict=True
            )
            if np.isfinite(cut)
        ]
        pairing = f"Pairing divides the variance of the RMST difference by: {', '.join(cuts)}."
        return [*([pairing] if cuts else []), *self.notes, CAUTION]

    @property
    def lasting(self) -> pd.DataFrame:
        """`wide` without what ends it."""
        ends = self.table.loc[self.table["cause"] != "", "quantity"]
        return self.wide.drop(columns=list(ends.unique()))

    def _ends(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """What ends it, by cause and by mode: a heading and columns of `wide` each."""
        wide = self.wide.rename_axis(None)
        for kind, heading in (("incidence", BY_CAUSE), ("mode", BY_MODE)):
            rows = self.table[self.table["kind"] == kind]
            if len(rows):
                names = dict(zip(rows["quantity"], rows["cause"], strict=True))
                yield heading.format(self.horizon), wide[list(names)].rename(columns=names)

    def _levels(self) -> str:
        levels = self.table[self.table["scenario"] == self.scenarios[0]]
        base = ", ".join(
            f"{row.quantity} {row.reference:.{1 if row.unit == 'days' else 3}f}"
            for row in levels.itertuples()
            if not row.cause
        )
        return f"{self.reference}: {base}"

    def __str__(self) -> str:
        effects = self.lasting.rename_axis(None)
        blocks = [self._heading(), self._levels(), effects.to_string()]
        blocks += [f"{heading}\n{shares.to_string()}" for heading, shares in self._ends()]
        by_set = in_words(self.signs, self.reference)
        return "\n\n".join([*blocks, *([by_set] if by_set else []), "\n".join(self._remarks())])

    def _repr_html_(self) -> str:
        blocks = [f"<p>{escape(x)}</p>" for x in (self._heading(), self._levels())]
        blocks.append(self.lasting.rename_axis(None).to_html(border=0))
        blocks += [f"<p>{head}</p>{shares.to_html(border=0)}" for head, shares in self._ends()]
        return "".join([*blocks, *(f"<p>{escape(line)}</p>" for line in self._remarks())])


def compare(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare ensembles with the `reference`: RMST and S at set days, causes, who outlasts whom.

    `ensembles` maps names to two ensembles or more of one horizon; `end` is the end definition
    (default: the one all scenarios name). Futures with the same seed and replicate number are
    paired; ensembles of different seeds are compared by the independent formulas, and a note says
    so. `level` in (0, 1) is that of the percentile bootstrap intervals (Efron 1981), from
    `resamples` >= 1 resamples of futures with `seed` >= 0, the same for all scenarios.
    Errors: `SurvivalInputError` for an unknown reference, different horizons or default end
    definitions, missing columns, fewer than two futures.
    """
    _check(ensembles, reference)
    fraction("level", level)
    whole_number("resamples", resamples, 1)
    whole_number("seed", seed, 0, 2**63)
    end = common_end(ensembles) if end is None else str(getattr(end, "value", end))
    futures = read_futures(ensembles, end)
    base = futures[reference]
    measured = quantities(base)
    pairs = [
        Pair.match(name, other, reference, base, measured)
        for name, other in futures.items()
        if name != reference
    ]
    table, outlasting = _summaries(pairs, measured, level, resamples, seed)
    late = [str(day) for day in SURVIVAL_DAYS if day > base.horizon]
    left_out = [f"Days beyond the horizon are left out: {', '.join(late)}."] if late else []
    notes = (*left_out, *_gathered(pairs))
    tables = (table, outlasting, signs(pairs, level))
    return Comparison(reference, end, base.horizon, level, resamples, *tables, notes)


def _gathered(pairs: Sequence[Pair]) -> list[str]:
    """Notes of all scenarios, those that say the same of several in one line."""
    said: dict[str, list[str]] = {}
    for pair in pairs:
        for note in pair.notes():
            said.setdefault(note.removeprefix(pair.name), []).append(pair.name)
    lines = []
    for text, names in said.items():
        text = text.replace(" is ", " are ", 1) if len(names) > 1 else text
        lines.append(f"{', '.join(names)}{text}")
    return lines


def _summaries(
    pairs: Sequence[Pair],
    measured: tuple[Quantity, ...],
    level: float,
    resamples: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the two tables of a comparison."""
    import pandas as pd

    drawn = resampled_differences(pairs, resamples, seed)
    tail = (1 - level) / 2
    rows, shares = [], []
    for pair in pairs:
        lower, upper = np.quantile(drawn[pair.name], [tail, 1 - tail], axis=0)
        rows.append(_rows(pair, measured, lower, upper))
        longer, ties = pair.shares()
        shares.append((pair.name, longer, lower[-1], upper[-1], ties, 1 - longer - ties))
    names = ["scenario", "outlasts", "lower", "upper", "ties", "falls_short"]
    outlasting = pd.DataFrame(shares, columns=names)
    outlasting["paired"] = [pair.paired for pair in pairs]
    return pd.concat(rows, ignore_index=True), outlasting


def _rows(
    pair: Pair, measured: tuple[Quantity, ...], lower: FloatArray, upper: FloatArray
) -> pd.DataFrame:
    """Rows of one scenario in the table of differences."""
    import pandas as pd

    spread = pair.values.var(axis=0, ddof=1), pair.base_values.var(axis=0, ddof=1)
    independent = spread[0] + spread[1]
    if pair.paired:
        variance = (pair.values - pair.base_values).var(axis=0, ddof=1)
        se = np.sqrt(variance / pair.base.day.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            reduction = independent / variance
    else:
        variance = reduction = np.full(len(measured), np.nan)
        se = np.sqrt(spread[0] / pair.futures.day.size + spread[1] / pair.base.day.size)
    value, base = pair.values.mean(axis=0), pair.base_values.mean(axis=0)
    return pd.DataFrame(
        {
            "scenario": pair.name,
            "quantity": [x.name for x in measured],
            "kind": [x.kind for x in measured],
            "day": [x.day for x in measured],
            "cause": [x.cause for x in measured],
            "unit": [x.unit for x in measured],
            "reference": base,
            "value": value,
            "difference": value - base,
            "lower": lower[: len(measured)],
            "upper": upper[: len(measured)],
            "se": se,
            "sd": np.sqrt(variance),
            "sd_independent": np.sqrt(independent),
            "variance_reduction": reduction,
            "paired": pair.paired,
            "replicates": min(pair.futures.day.size, pair.base.day.size),
        }
    )


def _check(ensembles: Mapping[str, Ensemble], reference: str) -> None:
    if reference not in ensembles:
        known = ", ".join(ensembles) or "none"
        raise SurvivalInputError(f"reference must be one of {known}, got {reference!r}")
    if len(ensembles) < 2:
        raise SurvivalInputError(f"a comparison needs another ensemble beside {reference}")


def _signed(row: Any) -> str:
    """One difference with its interval as text."""
    digits = 1 if row.unit == "days" else 3
    value, lower, upper = (f"{x:+.{digits}f}" for x in (row.difference, row.lower, row.upper))
    return f"{value} [{lower}, {upper}]"
