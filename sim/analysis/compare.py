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
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.bootstrap import quantiles, resampled_quantiles
from sim.analysis.comparison import Comparison
from sim.analysis.futures import (
    SURVIVAL_DAYS,
    Ensemble,
    common_end,
    quantities,
    read_futures,
)
from sim.analysis.pairs import Pair
from sim.analysis.sample import (
    FloatArray,
    IntArray,
    SurvivalInputError,
    fraction,
    whole_number,
)
from sim.analysis.signs import signs

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.5,)
"""Shares of futures by whose end scenarios are compared: the median."""
KINDS = ("rmst", "survival", "quantile", "lost", "incidence", "mode")
DESCRIBED = ("kind", "day", "cause", "unit")


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
