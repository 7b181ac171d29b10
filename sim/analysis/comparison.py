"""Differences of scenarios from a reference as a result: tables, texts and futures needed.

Knows numbers that `sim.analysis.compare` has estimated; estimates none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.limits import Days, PointEstimate, as_text, interval, normal_quantile
from sim.analysis.sample import SurvivalInputError, fraction
from sim.analysis.signs import in_words

if TYPE_CHECKING:
    import pandas as pd

LOST = "In days lost by day {}, by cause; less the difference in RMST if added up:"
BY_CAUSE = "In the share ended by day {}, by cause:"
WIDE = "With the uncertainty of the parameters: limits for one more accepted set"
BY_MODE = "In the share ended by day {}, by what was met and by whom:"
NOT_REACHED = "not reached"
CAUTION = (
    "No p-values: for simulated data they only measure the number of replicates. "
    "Read the differences and their intervals."
)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Differences of every scenario from the reference; make one with `sim.compare`.

    `table` has one row per scenario and quantity: scenario, quantity, kind (rmst, survival,
    quantile, lost, incidence or mode), day, cause (or mode), unit (days or share), reference and
    value (the two levels), difference with lower and upper, parameters_lower and parameters_upper
    (its limits under one more parameter set; NaN where pairs drew none), se (standard error), sd
    (standard deviation of the difference of one pair of futures; NaN if unpaired), sd_independent
    (the same for two futures of unrelated chance), variance_reduction (their squared ratio),
    paired, replicates. A quantile that a curve does not reach is infinite.
    `outlasting` has one row per scenario: the shares of futures in which it lasts longer than the
    reference (outlasts, with lower and upper), as long (ties) and less long (falls_short).
    `signs` says in how many parameter sets the difference in RMST has the same sign
    (`sim.analysis.signs`); it is empty where futures draw none.
    """

    reference: str
    end: str
    horizon: int
    level: float
    given: int | None
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
        kind = Days if first["unit"] == "days" else PointEstimate
        return kind(*(float(first[name]) for name in names))

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
        reach = normal_quantile(self.level) + NormalDist().inv_cdf(power)

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
            f"{futures} futures each, {how}; {self.level:.0%} intervals{self._landmark()})"
        )

    def _landmark(self) -> str:
        """Say which futures are compared, if not all."""
        return "" if self.given is None else f"; of futures that last beyond day {self.given}"

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
    def with_parameters(self) -> pd.DataFrame:
        """`lasting` with limits for one more parameter set, of scenarios that drew common sets."""
        known = self.table[self.table["parameters_lower"].notna() & (self.table["cause"] == "")]
        text = known.assign(text=[_signed(row, "parameters_") for row in known.itertuples()])
        wide = text.pivot(index="scenario", columns="quantity", values="text")
        rows, columns = (list(dict.fromkeys(known[x])) for x in ("scenario", "quantity"))
        return wide.loc[rows, columns]

    @property
    def lasting(self) -> pd.DataFrame:
        """`wide` without what ends it."""
        ends = self.table.loc[self.table["cause"] != "", "quantity"]
        return self.wide.drop(columns=list(ends.unique()))

    def _ends(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """What ends it, by cause and by mode: a heading and columns of `wide` each."""
        wide = self.wide.rename_axis(None)
        for kind, heading in (("lost", LOST), ("incidence", BY_CAUSE), ("mode", BY_MODE)):
            rows = self.table[self.table["kind"] == kind]
            if len(rows):
                names = dict(zip(rows["quantity"], rows["cause"], strict=True))
                yield heading.format(self.horizon), wide[list(names)].rename(columns=names)

    def _levels(self) -> str:
        levels = self.table[self.table["scenario"] == self.scenarios[0]]
        levels = levels[levels["cause"] == ""]
        columns = (levels[name].tolist() for name in ("quantity", "reference", "unit"))
        base = ", ".join(f"{x} {_number(y, unit)}" for x, y, unit in zip(*columns, strict=True))
        return f"{self.reference}: {base}"

    def __repr__(self) -> str:
        told = ", ".join(self.scenarios)
        return f"<Comparison of {told} with {self.reference}: {self.end}, {self.horizon} days>"

    def __str__(self) -> str:
        effects = self.lasting.rename_axis(None)
        blocks = [self._heading(), self._levels(), effects.to_string()]
        if self.table["parameters_lower"].notna().any():
            blocks.append(f"{WIDE}\n{self.with_parameters.rename_axis(None).to_string()}")
        blocks += [f"{heading}\n{shares.to_string()}" for heading, shares in self._ends()]
        by_set = in_words(self.signs, self.reference)
        return "\n\n".join([*blocks, *([by_set] if by_set else []), "\n".join(self._remarks())])

    def _repr_html_(self) -> str:
        blocks = [f"<p>{escape(x)}</p>" for x in (self._heading(), self._levels())]
        blocks.append(self.lasting.rename_axis(None).to_html(border=0))
        blocks += [f"<p>{head}</p>{shares.to_html(border=0)}" for head, shares in self._ends()]
        return "".join([*blocks, *(f"<p>{escape(line)}</p>" for line in self._remarks())])


def _signed(row: Any, limits: str = "") -> str:
    """One difference with its interval as text."""
    if not math.isfinite(row.difference):
        return NOT_REACHED
    between = getattr(row, f"{limits}lower"), getattr(row, f"{limits}upper")
    return interval((row.difference, *between), row.unit, sign=True).replace("inf", "…")


def _number(value: float, unit: str) -> str:
    """One level as text."""
    return as_text(value, unit) if math.isfinite(value) else NOT_REACHED
