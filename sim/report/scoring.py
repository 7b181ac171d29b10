"""A later record compared with a freeze: scores by event and horizon, their means, and PIT.

Knows a freeze and a later record; it neither simulates nor knows of any event itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.following import EVENTS, QUIET, share
from sim.analysis.later_record import LaterRecord
from sim.analysis.scores import brier, log_score, place, skill
from sim.config import ConfigError
from sim.report.frozen import Frozen

STATED = ("probability", "climatology", "half")
"""Whose probabilities are scored: those that were frozen, and the two references."""
SCORES = {"brier": brier, "log": log_score}


@dataclass(frozen=True)
class Scored:
    """Scores of a later record.

    ``scores`` has an event and horizon a row; ``means`` by score the mean of each of ``STATED`` and
    the skill against either reference; ``days`` an event a row: where its first day lies.
    """

    record: LaterRecord
    over: list[int]
    waiting: list[int]
    scores: pd.DataFrame
    means: pd.DataFrame
    days: pd.DataFrame


def score(frozen: Frozen, record: LaterRecord) -> Scored:
    """Score what was stated of horizons that are over.

    Raises
    ------
    ConfigError
        If none is.
    """
    horizons = frozen.protocol.horizons
    over = [days for days in horizons if days <= record.days]
    if not over:
        first = frozen.probabilities["last_day"].iloc[0]
        raise ConfigError(
            f"followed_to is day {record.days}; the first horizon, {horizons[0]} days, is over on "
            f"{first}, and nothing is scored before"
        )
    scores = _scores(frozen.probabilities, record, over)
    waiting = [days for days in horizons if days > record.days]
    days = _days(frozen.days, record, frozen.protocol.seed)
    return Scored(record, over, waiting, scores, _means(scores, over), days)


def _scores(table: pd.DataFrame, record: LaterRecord, over: list[int]) -> pd.DataFrame:
    kept = table[table["horizon"].isin(over)]
    rows = kept[["event", "horizon", "last_day"]].copy()
    pairs = zip(kept["event"], kept["horizon"], strict=True)
    rows["happened"] = [record.by(event, days) for event, days in pairs]
    given = {name: kept[name] for name in STATED if name in kept} | {"half": 0.5}
    for name, probability in given.items():
        rows[name] = probability
    for kind, of in SCORES.items():
        for name in STATED:
            rows[f"{kind}_{name}"] = of(rows[name], rows["happened"])
    return rows.reset_index(drop=True)


def _means(rows: pd.DataFrame, over: list[int]) -> pd.DataFrame:
    """Means over the events of each horizon and over everything, with skill."""
    out = []
    groups = [(str(days), rows[rows["horizon"] == days]) for days in over]
    for name, group in [*groups, ("all", rows)]:
        for kind in SCORES:
            means = {given: float(group[f"{kind}_{given}"].mean()) for given in STATED}
            own, climatology, half = means.values()
            out.append({"horizon": name, "score": kind, "pairs": len(group), **means,
                        "skill_climatology": skill(own, climatology),
                        "skill_half": skill(own, half)})  # fmt: skip
    return pd.DataFrame(out)


def _days(counts: pd.DataFrame, record: LaterRecord, seed: int) -> pd.DataFrame:
    """Where the first day of each event lies; what a collapse cut off will not come."""
    last, futures = len(counts) - 1, int(counts["futures"].iloc[0])
    drawn = np.random.default_rng(seed).random(len(EVENTS))
    looked = last if record.over else min(record.days, last)
    out = []
    for event, v in zip(EVENTS, drawn, strict=True):
        below = share(counts[event].to_numpy(float), futures)
        below[0] = 0.0
        first = record.events[event]
        day = first if first is not None and first <= last else None
        out.append({"event": event, "first_day": day, "looked_to": looked,
                    **place(below, day, looked, float(v))._asdict()})  # fmt: skip
    return pd.DataFrame(out).astype({"first_day": "Int64"})


# --- words ----------------------------------------------------------------------------------------


def said(scored: Scored, frozen: Frozen) -> str:
    """What the command prints."""
    return "\n".join(_lines(scored, frozen))


def _lines(scored: Scored, frozen: Frozen) -> Iterator[str]:
    made, record = frozen.manifest, scored.record
    yield f"record: {record.about}"
    yield (
        f"freeze: {made['like_the_record']:,} futures like the record to {made['record_closes']}, "
        f"written {made['written'][:10]}, version {made['version']}"
    )
    waiting = f"; not over, not scored: {_listed(scored.waiting)}" if scored.waiting else ""
    yield f"followed for {record.days} days; horizons over: {_listed(scored.over)}{waiting}"
    if record.over:
        yield f"the ceasefire ended on day {record.over}; nothing later counts"
    if record.left_out:
        yield f"coded later than that and left out: {', '.join(record.left_out)}"
    yield ""
    yield (
        f"{'event':<18}{'days':>5}{'came':>6}{'stated':>8}{'clim.':>7}"
        f"{'Brier':>8}{'clim.':>7}{'log':>8}{'clim.':>7}"
    )
    for row in scored.scores.itertuples():
        yield (
            f"{_readable(row.event):<18}{row.horizon:>5}{'yes' if row.happened else 'no':>6}"
            f"{row.probability:>8.3f}{row.climatology:>7.3f}{row.brier_probability:>8.3f}"
            f"{row.brier_climatology:>7.3f}{row.log_probability:>8.3f}{row.log_climatology:>7.3f}"
        )
    yield ""
    yield from _mean_lines(scored.means)
    yield ""
    yield "first day of each event in what was stated (PIT, drawn between the two values):"
    for row in scored.days.itertuples():
        when = f"none by {row.looked_to}" if row.first_day is pd.NA else f"day {row.first_day}"
        between = f"{row.low:.3f} to {row.high:.3f}"
        name = "end of quiet" if row.event == QUIET else _readable(row.event)
        yield f"{name:<18}{when:>12}{between:>17}{row.pit:>8.3f}"
    yield ""
    yield "Smaller scores are better. One record is one draw, and its events depend on each other:"
    yield "a score says how far off the model was this once, and proves or disproves nothing."


def _mean_lines(means: pd.DataFrame) -> Iterator[str]:
    yield (
        f"{'mean score':<12}{'horizon':>8}{'pairs':>7}{'stated':>8}{'clim.':>8}{'half':>8}"
        f"{'skill: clim.':>14}{'half':>8}"
    )
    for row in means.itertuples():
        yield (
            f"{row.score:<12}{row.horizon:>8}{row.pairs:>7}{row.probability:>8.3f}"
            f"{row.climatology:>8.3f}{row.half:>8.3f}{row.skill_climatology:>14.2f}"
            f"{row.skill_half:>8.2f}"
        )


def _listed(days: list[int]) -> str:
    return ", ".join(map(str, days))


def _readable(event: object) -> str:
    return str(event).replace("_", " ")
