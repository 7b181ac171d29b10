"""How uncertain a difference between scenarios is: by chance, accepted and wide parameters.

A *layer* says what futures of a scenario do not share: `chance` alone, under one set of parameters;
with it the parameters that a calibration left open (`accepted`); with it all that is assumed
(`wide`). Knows ensembles by layer and scenario, of common chance and common draws of the
parameters; nothing of how they were simulated or stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.analysis.futures import Ensemble, Futures, common_end, paired_rows, read_futures
from sim.analysis.given_data import first_order
from sim.analysis.limits import student_quantile
from sim.analysis.parameter_spread import components
from sim.analysis.sample import FloatArray, IntArray, SurvivalInputError, fraction
from sim.config.numbers import numbers, values, weights

if TYPE_CHECKING:
    import pandas as pd

CHANCE, ACCEPTED, WIDE = LAYERS = ("chance", "accepted", "wide")
MEANING = {
    CHANCE: "Monte Carlo error under one set of parameters",
    ACCEPTED: "one more accepted set",
    WIDE: "one more point at which all that is assumed is varied too",
}
COLUMNS = (
    "scenario", "layer", "quantity", "unit", "reference", "value", "difference", "lower", "upper",
    "se", "sd_between", "sets", "agree", "agree_apart_from_chance", "replicates",
)  # fmt: skip
CARRIERS = ("scenario", "quantity", "number", "index", "bound")
TOP = 10
"""Numbers of a scenario in the table of what carries a difference's variance."""
DAY = 90
"""Day whose survival is compared beside the mean duration."""
SURE = 2.0
"""Standard errors by which a variance between sets must exceed nothing to be shared out."""


def layer_of(scenario: Any) -> str:
    """The layer of a scenario: by whether it has parameter sets, and whether they vary what is
    assumed.
    """
    if not scenario.parameter_sets:
        return CHANCE
    known = numbers(scenario)
    varied = {path for each in scenario.parameter_sets for path in values(each)}
    assumed = any(path in known and known[path].origin == "assumed" for path in varied)
    return WIDE if assumed else ACCEPTED


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Differences of every scenario from the reference in each layer; make one with `contrasts`.

    `table` has one row per scenario, quantity (RMST and S(90)) and layer: reference and value (the
    two means), difference with lower and upper (limits for MEANING), se (Monte Carlo standard error
    of the mean), sd_between (standard deviation between sets, free of chance), sets, agree (share
    of sets, by weight, whose own difference has the sign of the mean) and agree_apart_from_chance
    (the same if sets had endless futures).
    `carriers` has the numbers that carry the variance of a scenario's difference between draws of
    the layer `wide`, greatest first: index (share carried by the number alone) and bound (what the
    largest index stays below in 95 of 100 such samples if no number carries anything).
    """

    reference: str
    end: str
    horizon: int
    level: float
    table: pd.DataFrame
    carriers: pd.DataFrame

    @property
    def layers(self) -> list[str]:
        """Layers that are there, innermost first."""
        return [layer for layer in LAYERS if (self.table["layer"] == layer).any()]

    def carried_by(self, scenario: str) -> pd.DataFrame:
        """The numbers of a scenario whose index is above the bound."""
        rows = self.carriers[self.carriers["scenario"] == scenario]
        return rows[rows["index"] > rows["bound"]]

    def in_words(self, quantity: str) -> pd.DataFrame:
        """One quantity's differences as text: a row per scenario."""
        import pandas as pd

        rows = self.table[self.table["quantity"] == quantity]
        digits = 1 if rows["unit"].iloc[0] == "days" else 3
        text: dict[str, pd.Series[Any]] = {}
        by_layer = {x: rows[rows["layer"] == x].set_index("scenario") for x in self.layers}
        for layer, held in by_layer.items():
            text[layer] = held.apply(_interval, axis=1, digits=digits)
        for layer, held in by_layer.items():
            if layer != CHANCE:
                raw, free = held["agree"], held["agree_apart_from_chance"]
                text[f"agree: {layer}"] = raw.map("{:.0%}".format) + free.map(" ({:.0%})".format)
        return pd.DataFrame(text).loc[list(dict.fromkeys(rows["scenario"]))].rename_axis(None)

    def __str__(self) -> str:
        counts = [
            f"{layer}: {MEANING[layer]}"
            + (f" (of {rows['sets'].max()})" if layer != CHANCE else "")
            for layer in self.layers
            for rows in [self.table[self.table["layer"] == layer]]
        ]
        first = (
            f"Differences from {self.reference} by layer of uncertainty (end: {self.end}; horizon "
            f"{self.horizon} days; {self.level:.0%} limits)\n" + "\n".join(counts) + "\n"
            "agree: share of sets, by weight, whose own difference has the sign of the mean "
            "(in brackets: apart from chance)"
        )
        blocks = [first]
        for quantity in dict.fromkeys(self.table["quantity"]):
            blocks.append(f"{quantity}\n{self.in_words(quantity).to_string()}")
        if len(self.carriers):
            blocks.append("\n".join(self._carried()))
        return "\n\n".join(blocks)

    def _carried(self) -> Iterator[str]:
        quantity = self.carriers["quantity"].iloc[0]
        yield (
            f"Numbers that carry the variance of the difference in {quantity} between draws of "
            "the wide space (share carried alone; those above what chance shows):"
        )
        for scenario in dict.fromkeys(self.table["scenario"]):
            rows = self.carried_by(scenario)
            said = [f"{x.number} {x.index_:.2f}" for x in _named(rows)]
            yield f"  {scenario}: {', '.join(said) or 'none'}"


def _named(rows: pd.DataFrame) -> Iterator[Any]:
    """Rows whose column ``index`` can be read by name."""
    return rows.rename(columns={"index": "index_"}).itertuples()


def _interval(row: Any, digits: int) -> str:
    low, high = f"{row['lower']:+.{digits}f}", f"{row['upper']:+.{digits}f}"
    return f"{row['difference']:+.{digits}f} [{low}, {high}]"


def contrasts(
    layers: Mapping[str, Mapping[str, Ensemble]], reference: str, end: str | None = None,
    level: float = 0.95,
) -> Contrasts:  # fmt: skip
    """Compare the scenarios of each layer with the `reference`, future by future.

    `layers` maps names of LAYERS to ensembles by scenario, all of one horizon and, within a layer,
    of one seed and the same parameter sets; a scenario may lack in some. Sets are taken as a sample
    of all that might be drawn. Limits for one more are percentiles of the sets' own differences,
    apart from chance, if sets are enough for these (39 for 95 %), else mean ± t(K - 1) ·
    √(s² (1 + 1/K) + se²) with s between K sets (Higgins, Thompson & Spiegelhalter 2009); of
    weighted sets K is how many equal ones are worth as much (Kish 1965).

    Raises
    ------
    SurvivalInputError
        If the reference lacks, scenarios share no chance or drew unlike sets.
    """
    import pandas as pd

    fraction("level", level)
    everything = {f"{a}/{b}": x for a, held in layers.items() for b, x in held.items()}
    end = common_end(everything) if end is None else str(getattr(end, "value", end))
    futures = read_futures(everything, end)
    rows: list[tuple[Any, ...]] = []
    carriers: list[tuple[Any, ...]] = []
    for layer in LAYERS:
        held = layers.get(layer, {})
        if held and reference not in held:
            raise SurvivalInputError(f"{reference} has no futures of the layer {layer}")
        for name in held:
            if name != reference:
                pair = _Pair.of(
                    name, futures[f"{layer}/{name}"], reference, futures[f"{layer}/{reference}"]
                )
                rows += pair.rows(layer, weights(held[reference].scenario.parameter_sets), level)
                if layer == WIDE:
                    both = held[name].scenario, held[reference].scenario
                    carriers += pair.carriers(both, level)
    if not rows:
        raise SurvivalInputError(f"nothing is compared with {reference}")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {name: k for k, name in enumerate(dict.fromkeys(table["scenario"]))}
    order |= {layer: k for k, layer in enumerate(LAYERS)}
    quantities = {name: k for k, name in enumerate(dict.fromkeys(table["quantity"]))}
    table = table.sort_values(
        ["scenario", "quantity", "layer"], key=lambda x: x.map(order | quantities)
    ).reset_index(drop=True)
    horizon = next(iter(futures.values())).horizon
    carried = pd.DataFrame(carriers, columns=list(CARRIERS))
    return Contrasts(reference, end, horizon, level, table, carried)


@dataclass(frozen=True, eq=False)
class _Pair:
    """One scenario beside the reference, the same futures under both."""

    name: str
    futures: Futures
    base: Futures

    @classmethod
    def of(cls, name: str, other: Futures, reference: str, base: Futures) -> _Pair:
        rows = paired_rows(other, base)
        if rows is None or rows[0].size < 2:
            raise SurvivalInputError(f"{name} and {reference} share no two futures")
        pair = cls(name, other.select(rows[0]), base.select(rows[1]))
        if (pair.futures.parameter_set != pair.base.parameter_set).any():
            raise SurvivalInputError(
                f"{name} and {reference} drew unlike parameter sets; their differences hold for "
                "none of them"
            )
        return pair

    def measured(self) -> Iterator[tuple[str, str, FloatArray, FloatArray]]:
        """Name, unit and values (R,) of each quantity under the scenario and the reference."""
        one, base, horizon = self.futures, self.base, self.base.horizon
        yield f"RMST({horizon})", "days", one.day.astype(float), base.day.astype(float)
        day = min(DAY, horizon)
        alive = [(x.lasted() > day).astype(float) for x in (one, base)]
        yield f"S({day})", "share", alive[0], alive[1]

    def rows(self, layer: str, weight: Sequence[float], level: float) -> Iterator[tuple[Any, ...]]:
        number, size = self.base.parameter_set, self.base.day.size
        kinds = np.unique(number)
        if layer != CHANCE and not 1 < kinds.size < size:
            raise SurvivalInputError(
                f"{size} futures of {kinds.size} parameter sets of {self.name}: at least two sets "
                "and more futures than sets are needed to tell parameters from chance"
            )
        for quantity, unit, values_, base in self.measured():
            difference = values_ - base
            mean = float(difference.mean())
            se = float(difference.std(ddof=1)) / np.sqrt(size)
            if layer == CHANCE:
                reach = float(student_quantile(level, size - 1)) * se
                found = _OverSets(0.0, mean - reach, mean + reach, np.nan, np.nan)
            else:
                found = _over_sets(difference, number, np.array(weight)[kinds], level)
            yield (
                self.name, layer, quantity, unit, float(base.mean()), float(values_.mean()), mean,
                found.lower, found.upper, se, found.sd, kinds.size, found.agree, found.agree_apart,
                size,
            )  # fmt: skip

    def carriers(self, scenarios: tuple[Any, Any], level: float) -> Iterator[tuple[Any, ...]]:
        """What carries the variance between draws of the first quantity's difference."""
        quantity, _, values_, base = next(self.measured())
        difference, number = values_ - base, self.base.parameter_set
        kinds, place = np.unique(number, return_inverse=True)
        means = np.bincount(place, difference) / np.bincount(place)
        between = float(components(difference[:, None], number).between[0])
        if between <= SURE * float(means.var()) * np.sqrt(2 / kinds.size):
            return
        names, inputs = _drawn(scenarios, kinds)
        found = first_order(inputs, means, between, level)
        for k in np.argsort(-found.indices, kind="stable")[:TOP]:
            yield self.name, quantity, names[k], float(found.indices[k]), found.bound


class _OverSets(NamedTuple):
    """A difference over sets: deviation between them, limits for one more, shares that agree."""

    sd: float
    lower: float
    upper: float
    agree: float
    agree_apart: float


def _over_sets(
    difference: FloatArray, number: IntArray, weight: FloatArray, level: float
) -> _OverSets:
    """Limits of a difference (R,) for one more set, and the shares of sets that have its sign.

    Set means spread by chance too; moved together until they spread as much as the sets do, they
    have the spread that they are meant to show (Louis 1984, JASA 79, 393-398). Limits are their
    percentiles, where there are sets enough for these, with the error of the mean added.
    """
    _, place = np.unique(number, return_inverse=True)
    share = weight / weight.sum()
    means = np.bincount(place, difference) / np.bincount(place)
    mean, size = float(difference.mean()), difference.size
    se = float(difference.std(ddof=1)) / np.sqrt(size)
    between = float(components(difference[:, None], number).between[0])
    drawn = float(share @ (means - mean) ** 2)
    apart = mean + (means - mean) * np.sqrt(min(between / drawn, 1.0) if drawn else 0.0)
    agree = [float(share @ (np.sign(x) == np.sign(mean))) for x in (means, apart)]
    worth = 1 / float(share @ share)
    tail = (1 - level) / 2
    if (worth + 1) * tail >= 1:
        normal = float(student_quantile(level, size - 1))
        ends = [mean - _percentile(apart, share, p) for p in (tail, 1 - tail)]
        below, above = (np.hypot(max(x, 0.0), normal * se) for x in (ends[0], -ends[1]))
    else:
        reach = float(student_quantile(level, worth - 1))
        below = above = reach * np.sqrt(between * (1 + 1 / worth) + se**2)
    return _OverSets(float(np.sqrt(between)), mean - float(below), mean + float(above), *agree)


def _percentile(held: FloatArray, share: FloatArray, p: float) -> float:
    """A percentile for one more of a weighted sample, at i / (n + 1) if weights are equal."""
    order = np.argsort(held)
    below = np.cumsum(share[order]) / (1 + float(share @ share))
    return float(np.interp(p, below, held[order]))


def _drawn(scenarios: tuple[Any, Any], kinds: IntArray) -> tuple[list[str], FloatArray]:
    """Names and values (draws, numbers) of what draws vary in either of two scenarios."""
    columns: dict[str, list[float]] = {}
    for scenario in scenarios:
        known = numbers(scenario)
        sets = [values(scenario.parameter_sets[k]) for k in kinds]
        for path in dict.fromkeys(path for each in sets for path in each):
            columns[path] = [each.get(path, known[path].value) for each in sets]
    return list(columns), np.array(list(columns.values()), dtype=float).T
