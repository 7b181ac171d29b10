"""What is measured in each future to explain a difference; knows columns of runs, no statistic.

Every measure is a ratio of two means over futures, so one resampling serves all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.analysis.futures import Futures
from sim.analysis.sample import BoolArray, FloatArray

EARLY = 30
"""Day by which early agreement is counted, if the horizon reaches beyond."""
PER_RATE = 1000
"""Days in force per which ends are counted."""
PER_PATH = 100
"""Days followed per which attacks and the like are counted."""
ALL, BOTH = "all futures", "lasting in both"
GROUPS = {
    (False, False): "agreed in neither",
    (False, True): "agreed in {scenario} only",
    (True, False): "agreed in {reference} only",
    (True, True): "agreed in both",
}
COUNTS = {
    "attacks": "attacks",
    "attributed": "days with attacks laid at the other side's door",
    "misattributed": "attacks wrongly laid there",
    "clashes": "border clashes",
    "violations": "detected violations",
    "pakistan_strikes": "days with strikes by {0}",
    "afghan_taliban_strikes": "days with strikes by {1}",
    "rounds_held": "rounds held",
    "rounds_failed": "rounds broken off",
}
TRUST = {
    "pakistan_trust": "{0}'s trust, last day",
    "afghan_taliban_trust": "{1}'s trust, last day",
}


@dataclass(frozen=True, eq=False)
class Measure:
    """Per-future numerator and denominator of one quantity, each (R,), for both scenarios.

    The quantity is `per` times the ratio of their means. `sign` times its difference is a part of
    the difference in `total`; 0 if it is no part of one. `share` is the share of pairs meant.
    """

    part: str
    quantity: str
    key: str
    unit: str
    tops: tuple[FloatArray, FloatArray]
    bottoms: tuple[FloatArray, FloatArray]
    scope: str = ALL
    per: float = 1.0
    sign: int = 0
    share: float = float("nan")


def outcome_measures(
    runs: tuple[pd.DataFrame, pd.DataFrame], futures: tuple[Futures, Futures]
) -> Iterator[Measure]:
    """Lasting and, by cause, days lost, share ended and rate of ending.

    `futures` are those of a scenario and of the reference, `runs` have their rows in this order.
    Rates are per day in force: a future that collapsed without this end counts to its collapse.
    """
    horizon, sides = futures[1].horizon, futures
    ones = tuple(np.ones(x.day.size) for x in sides)
    days = tuple(x.day.astype(float) for x in sides)
    lived = tuple(np.minimum(x, y) for x, y in zip(days, _followed(runs), strict=True))
    left = tuple((~x.ended).astype(float) for x in sides)
    mean = Measure("total", f"RMST({horizon})", "", "days", _two(days), _two(ones))
    yield mean
    yield replace(mean, quantity=f"S({horizon})", unit="share", tops=_two(left))
    for code, cause in enumerate(futures[1].causes):
        hit = tuple((x.cause == code).astype(float) for x in sides)
        lost = tuple(flag * (horizon - day) for flag, day in zip(hit, days, strict=True))
        name = f"days lost to {cause}"
        yield Measure("days lost", name, cause, "days", _two(lost), _two(ones), sign=-1)
        name = f"ended by {cause} to day {horizon}"
        yield Measure("incidence", name, cause, "share", _two(hit), _two(ones), sign=-1)
        name, unit = f"rate of ends by {cause}", f"per {PER_RATE:,} days in force"
        yield Measure("rate", name, cause, unit, _two(hit), _two(lived), per=PER_RATE)


def path_measures(
    runs: tuple[pd.DataFrame, pd.DataFrame],
    futures: tuple[Futures, Futures],
    names: tuple[str, str],
    paired: bool,
    sides: tuple[str, str],
) -> Iterator[Measure]:
    """Agreement, trust, attacks and the like, of a scenario and the reference, in this order.

    `runs` have one row per future in the order of `futures`. If `paired`, also within the futures
    that last to the horizon under both scenarios, and the difference in lasting split by agreement.
    `sides` are what the two sides are called.
    """
    horizon = futures[0].horizon
    values = tuple(_values(x, horizon) for x in runs)
    called = {key: text.format(*sides) for key, text in {**COUNTS, **TRUST}.items()}
    known = [name for name in values[0] if name in values[1]]
    ones = tuple(np.ones(len(x)) for x in runs)
    for name in known:
        tops = _two(tuple(x[name] for x in values))
        yield _path(name, called.get(name, name), tops, ones, _followed(runs), horizon)
    if not paired:
        return
    lasted = (
        ~x.ended & ~y["collapse_ended"].to_numpy(bool) for x, y in zip(futures, runs, strict=True)
    )
    both = np.logical_and(*lasted).astype(float)
    length = np.full(both.size, float(horizon))
    for name in known:
        if name.startswith("agreed by") and not name.endswith(f" {horizon}"):
            continue
        inside = _two(tuple(x[name] * both for x in values))
        whole = both * length
        said = called.get(name, name)
        path = _path(name, said, inside, (both, both), (whole, whole), horizon)
        yield replace(path, scope=BOTH, share=float(both.mean()))
    last = f"agreed by day {horizon}"
    if last in known:
        agreed = values[0][last] > 0, values[1][last] > 0
        yield from _by_agreement(agreed, futures, names)


def _values(runs: pd.DataFrame, horizon: int) -> dict[str, FloatArray]:
    """Per-future values of every intermediate quantity whose columns are there, in order."""
    columns = {name: runs[name].to_numpy(float, na_value=np.nan) for name in _wanted(runs)}
    out: dict[str, FloatArray] = {}
    if "deal_day" in columns:
        for day in (EARLY, horizon) if horizon > EARLY else (horizon,):
            out[f"agreed by day {day}"] = (columns["deal_day"] <= day).astype(float)
    attacks = [values for name, values in columns.items() if name.startswith("attacks_")]
    if attacks:
        columns["attacks"] = np.sum(attacks, axis=0)
    for party in ("pakistan", "afghan_taliban"):
        rungs = [columns.get(f"{party}_rung{rung}_days") for rung in (3, 4)]
        if rungs[0] is not None and rungs[1] is not None:
            columns[f"{party}_strikes"] = rungs[0] + rungs[1]
    return out | {name: columns[name] for name in [*TRUST, *COUNTS] if name in columns}


def _wanted(runs: pd.DataFrame) -> Iterator[str]:
    """Columns that intermediate quantities are made of."""
    wanted = {"deal_day", *COUNTS, *TRUST}
    wanted |= {f"{x}_rung{k}_days" for x in ("pakistan", "afghan_taliban") for k in (3, 4)}
    for name in runs.columns:
        if name in wanted or str(name).startswith("attacks_"):
            yield name


def _followed(runs: Sequence[pd.DataFrame]) -> tuple[FloatArray, ...]:
    """Days each future was followed: counts run to collapse, whatever the end definition."""
    return tuple(x["collapse_day"].to_numpy(float) for x in runs)


def _path(
    name: str,
    said: str,
    tops: tuple[FloatArray, FloatArray],
    ones: tuple[FloatArray, ...],
    followed: tuple[FloatArray, ...],
    horizon: int,
) -> Measure:
    """A share, a mean or a rate per day followed, as the quantity's name asks for; `said` so."""
    if name in COUNTS:
        unit = f"per {PER_PATH} days"
        bottoms = _two(followed)
        return Measure("path", said, name, unit, tops, bottoms, per=PER_PATH)
    unit = "probability" if name in TRUST else "share"
    key = name if name in TRUST else ("agreed" if name.endswith(f" {horizon}") else "agreed early")
    return Measure("path", said, key, unit, tops, _two(ones))


def _by_agreement(
    agreed: tuple[BoolArray, BoolArray],
    futures: tuple[Futures, Futures],
    names: tuple[str, str],
) -> Iterator[Measure]:
    """Split the difference in lasting by who agreed: four groups of pairs that add up to it."""
    other, base = futures
    ones = np.ones(base.day.size)
    for (in_base, in_other), text in GROUPS.items():
        group = ((agreed[1] == in_base) & (agreed[0] == in_other)).astype(float)
        name = text.format(scenario=names[0], reference=names[1])
        key = f"{'yes' if in_base else 'no'}, {'yes' if in_other else 'no'}"
        tops = (other.day * group, base.day * group)
        share = float(group.mean())
        bottoms = (ones, ones)
        yield Measure("agreement", name, key, "days", tops, bottoms, sign=1, share=share)


def _two(values: Sequence[FloatArray]) -> tuple[FloatArray, FloatArray]:
    return values[0], values[1]
