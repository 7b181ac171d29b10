"""Differences between scenarios over simulated futures, paired where they share their chance.

Knows tables of runs (`sim.analysis.futures.Ensemble`), not how they were simulated or stored. With
common random numbers replicate r meets the same chance events in every scenario, so the variance
of a difference is that of the paired difference, usually far below that of independent ensembles
(Glasserman & Yao 1992). P-values are not given: for simulated data they only measure the number of
replicates.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.bootstrap import quantiles, resampled_quantiles
from sim.analysis.futures import (
    SURVIVAL_DAYS,
    Ensemble,
    common_end,
    quantities,
    read_futures,
)
from sim.analysis.limits import Days, PointEstimate, as_text, interval
from sim.analysis.pairs import Pair
from sim.analysis.sample import (
    FloatArray,
    IntArray,
    SurvivalInputError,
    fraction,
    whole_number,
)
from sim.analysis.signs import in_words, signs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Ensemble", "compare"]

QUANTILES = (0.5,)
"""Shares of futures by whose end scenarios are compared: the median."""
LOST = "In days lost by day {}, by cause; less the difference in RMST if added up:"
BY_CAUSE = "In the share ended by day {}, by cause:"
WIDE = "With the uncertainty of the parameters: limits for one more accepted set"
BY_MODE = "In the share ended by day {}, by what was met and by whom:"
KINDS = ("rmst", "survival", "quantile", "lost", "incidence", "mode")
NOT_REACHED = "not reached"
DESCRIBED = ("kind", "day", "cause", "unit")
CAUTION = (
    "No p-values: for simulated data they only measure the number of replicates. "
    "Read the differences and their intervals."
)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Differences of every scenario from the reference; make one with `compare`.

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


def compare(
    ensembles: Mapping[str, Ensemble],
    reference: str,
    end: str | None = None,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    *,
    days: Sequence[int] = SURVIVAL_DAYS,
    shares: Sequence[float] = QUANTILES,
    given: int | None = None,
    weights: ArrayLike | Mapping[int, float] | None = None,
) -> Comparison:
    """Compare ensembles with the `reference`: RMST, S at `days`, quantiles, causes, who outlasts.

    `ensembles` maps names to two ensembles or more of one horizon; `end` is the end definition
    (default: the one all scenarios name). Futures with the same seed and replicate number are
    paired; ensembles of different seeds are compared by the independent formulas, and a note says
    so. `level` in (0, 1) is that of the intervals: adjusted Wald limits of shares, Student's t of
    days (`sim.analysis.ratios`), and for quantiles, the days by which `shares` of the futures have
    ended, percentiles of `resamples` >= 1 samples of futures drawn with `seed` >= 0 (Efron 1981).
    `given` compares futures that last beyond that day only, in either scenario by itself (a
    landmark: those are not the same futures). `weights` say how much each parameter set counts, as
    in `sim.analysis.parameter_spread`.
    Errors: `SurvivalInputError` for an unknown reference, different horizons or default end
    definitions, missing columns, fewer than two futures, a day or share out of its range.
    """
    import pandas as pd

    _check(ensembles, reference)
    fraction("level", level)
    whole_number("resamples", resamples, 1)
    whole_number("seed", seed, 0, 2**63)
    end = common_end(ensembles) if end is None else str(getattr(end, "value", end))
    futures = read_futures(ensembles, end)
    base = futures[reference]
    days = [whole_number("days", day, 0) for day in days]
    shares = [fraction("shares", share) for share in shares]
    if given is not None:
        whole_number("given", given, 0, base.horizon - 1)
    measured = quantities(base, days, given)
    pairs = [
        Pair.match(name, other, reference, base, measured, given, weights)
        for name, other in futures.items()
        if name != reference
    ]
    rows, lasting = [], []
    for pair in pairs:
        found = _rows(pair, level), _quantile_rows(pair, shares, level, resamples, seed)
        rows.append(_in_order(pd.concat(found)))
        longer, ties = pair.outlasting(level)
        falls = 1 - longer.value - ties
        lasting.append((pair.name, *longer[:3], ties, falls, pair.paired))
    late = [str(day) for day in days if day > base.horizon]
    left_out = [f"Days beyond the horizon are left out: {', '.join(late)}."] if late else []
    notes = (*left_out, *_gathered(pairs))
    tables = pd.concat(rows, ignore_index=True), _outlasting(lasting), signs(pairs, level)
    return Comparison(reference, end, base.horizon, level, given, *tables, notes)


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


def _outlasting(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Who outlasts the reference how often, a row per scenario."""
    import pandas as pd

    names = ["scenario", "outlasts", "lower", "upper", "ties", "falls_short", "paired"]
    return pd.DataFrame(rows, columns=names)


def _rows(pair: Pair, level: float) -> pd.DataFrame:
    """Rows of one scenario in the table of differences, without quantiles."""
    import pandas as pd

    found, measured = pair.differences(level), pair.measured
    with np.errstate(divide="ignore", invalid="ignore"):
        reduction = (found.sd_independent / found.sd) ** 2
    return pd.DataFrame(
        {
            "scenario": pair.name,
            **{
                name: [getattr(x, attribute) for x in measured]
                for name, attribute in (("quantity", "name"), *((x, x) for x in DESCRIBED))
            },
            "reference": found.reference,
            "value": found.value,
            "difference": found.difference,
            "lower": found.lower,
            "upper": found.upper,
            "parameters_lower": found.parameters_lower,
            "parameters_upper": found.parameters_upper,
            "se": found.se,
            "sd": found.sd,
            "sd_independent": found.sd_independent,
            "variance_reduction": reduction,
            "paired": pair.paired,
            "replicates": min(pair.futures.day.size, pair.base.day.size),
        }
    )


def _quantile_rows(
    pair: Pair, shares: Sequence[float], level: float, resamples: int, seed: int
) -> pd.DataFrame:
    """Rows of the days by which shares of the futures have ended."""
    import pandas as pd

    sides = [np.where(pair.counted(x), x.lasted(), -1) for x in (pair.futures, pair.base)]
    horizon, counts = pair.base.horizon, pair.counts()
    levels = [quantiles(_held(side, counts, horizon), shares) for side in sides]
    if pair.paired:
        drawn = resampled_quantiles(sides, horizon, counts, shares, resamples, [seed, 0])
    else:
        streams = (1 + zlib.crc32(pair.name.encode()), 0)
        drawn = np.concatenate(
            [
                resampled_quantiles([side], horizon, None, shares, resamples, [seed, stream])
                for side, stream in zip(sides, streams, strict=True)
            ],
            axis=1,
        )
    tail = (1 - level) / 2
    rows = []
    for k, share in enumerate(shares):
        value, base = float(levels[0][k]), float(levels[1][k])
        lower, upper = _quantile_limits(drawn[:, 0, k], drawn[:, 1, k], tail)
        name = "median" if share == 0.5 else f"day of {share:.0%} ended"
        name += "" if pair.given is None else f"|{pair.given}"
        row = {"scenario": pair.name, "quantity": name, "kind": "quantile", "day": horizon}
        row |= {"cause": "", "unit": "days", "reference": base, "value": value}
        row |= {"difference": _less(value, base), "lower": lower, "upper": upper}
        row |= {"paired": pair.paired, "replicates": min(x.size for x in sides)}
        rows.append(row)
    return pd.DataFrame(rows)


def _held(side: IntArray, counts: FloatArray | None, horizon: int) -> FloatArray:
    """Futures that end on each day, the last place those that don't; -1 is left out."""
    held: FloatArray = np.bincount(side + 1, counts, horizon + 3)[1:].astype(float)
    return held


def _less(value: float, base: float) -> float:
    """Difference of two days; NaN where both are beyond the horizon."""
    return math.nan if math.isinf(value) and math.isinf(base) else value - base


def _quantile_limits(one: Any, base: Any, tail: float) -> tuple[float, float]:
    """Percentiles of a difference of days, of which some lie beyond the horizon.

    A sample in which neither is reached can have any difference: it counts as the least for the
    lower and as the greatest for the upper limit.
    """
    both = np.isinf(one) & np.isinf(base)
    with np.errstate(invalid="ignore"):
        drawn = one - base
    lower = np.sort(np.where(both, -np.inf, drawn))
    upper = np.sort(np.where(both, np.inf, drawn))
    at = math.floor(tail * (drawn.size - 1))
    return float(lower[at]), float(upper[drawn.size - 1 - at])


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Quantiles after survival."""
    place = table["kind"].map({kind: k for k, kind in enumerate(KINDS)})
    return table.iloc[np.argsort(place, kind="stable")]


def _check(ensembles: Mapping[str, Ensemble], reference: str) -> None:
    if reference not in ensembles:
        known = ", ".join(ensembles) or "none"
        raise SurvivalInputError(f"reference must be one of {known}, got {reference!r}")
    if len(ensembles) < 2:
        raise SurvivalInputError(f"a comparison needs another ensemble beside {reference}")


def _signed(row: Any, limits: str = "") -> str:
    """One difference with its interval as text."""
    if not math.isfinite(row.difference):
        return NOT_REACHED
    between = getattr(row, f"{limits}lower"), getattr(row, f"{limits}upper")
    return interval((row.difference, *between), row.unit, sign=True).replace("inf", "…")


def _number(value: float, unit: str) -> str:
    """One level as text."""
    return as_text(value, unit) if math.isfinite(value) else NOT_REACHED
