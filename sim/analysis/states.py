"""In which state the watched futures are on each day: talks, deals, ends; knows tables of results.

A state is entered on the day on which a round ends, a deal is signed or lapses, or the ceasefire
ends under the definition asked for, and left at the next such day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.modes import mode
from sim.arrays import IntArray
from sim.config import ConfigError

TALKS = {
    "none": "no round held yet",
    "broken_off": "talks broken off",
    "adjourned": "talks adjourned",
    "partial": "partial deal",
    "full": "deal in force",
    "lapsed": "deal lapsed",
}
"""States of a ceasefire in force, and what they are called."""


class States(NamedTuple):
    """States of the watched futures.

    `names` are those of the states; `share` (states, days) the share of the watched futures in each
    on days 0 ... horizon; `moves` has one row per day and change of state: day, before, after,
    futures; `futures` is how many are watched.
    """

    names: list[str]
    share: pd.DataFrame
    moves: pd.DataFrame
    futures: int


def states(ensemble: Ensemble, end: str) -> States:
    """Follow the watched futures of an ensemble; ends are named by what was met.

    Errors: `ConfigError` if no future was watched.
    """
    watched = min(ensemble.cell.settings.engine.watched, ensemble.replicates)
    if not watched:
        raise ConfigError("no future was watched, so its talks are not known; set engine.watched")
    runs = ensemble.runs[ensemble.runs["replicate"] < watched].reset_index(drop=True)
    changes = pd.concat(_changes(ensemble, runs, end), ignore_index=True)
    ended = list(dict.fromkeys(changes.loc[changes["rank"] == 3, "state"]))
    names = [*TALKS, *ended]
    codes = {name: k for k, name in enumerate(names)}
    place = {number: k for k, number in enumerate(runs["replicate"])}
    at: IntArray = np.zeros((watched, ensemble.horizon + 1), dtype=np.int64)
    changes = changes.sort_values(["replicate", "day", "rank"], kind="stable")
    for number, day, state in zip(
        changes["replicate"], changes["day"], changes["state"], strict=True
    ):
        if day <= ensemble.horizon:
            at[place[number], int(day) :] = codes[state]
    said = [TALKS.get(name, name) for name in names]
    share = pd.DataFrame([(at == k).mean(axis=0) for k in range(len(names))], index=said)
    kept = [name for name in said if share.loc[name].max() > 0]
    return States(kept, share.loc[kept], _moves(at, said), watched)


def _changes(ensemble: Ensemble, runs: pd.DataFrame, end: str) -> list[pd.DataFrame]:
    """What befalls each future, with its day; of one day the last rank holds."""
    rounds = ensemble.rounds
    rounds = rounds[rounds["replicate"].isin(runs["replicate"]) & (rounds["outcome"] != "full")]
    parts = [rounds[["replicate", "day"]].assign(state=rounds["outcome"].astype(str), rank=0)]
    for column, state, rank in (
        ("partial_day", "partial", 1), ("deal_day", "full", 1), ("deal_lapsed_day", "lapsed", 2),
    ):  # fmt: skip
        known = runs[runs[column].notna()]
        part = known[["replicate"]].assign(day=known[column].astype(int))
        parts.append(part.assign(state=state, rank=rank))
    gone = runs[runs[f"{end}_ended"].astype(bool)]
    met = [str(x).partition("_by_")[0].replace("_", " ") for x in mode(gone, end)]
    part = gone[["replicate"]].assign(day=gone[f"{end}_day"].astype(int))
    parts.append(part.assign(state=[f"ended by {x}" for x in met], rank=3))
    return parts


def _moves(at: IntArray, names: list[str]) -> pd.DataFrame:
    """Changes of state by day, and how many futures make them."""
    rows, days = np.nonzero(at[:, 1:] != at[:, :-1])
    pairs = pd.DataFrame(
        {
            "day": days + 1,
            "before": [names[k] for k in at[rows, days]],
            "after": [names[k] for k in at[rows, days + 1]],
        }
    )
    return pairs.value_counts(["day", "before", "after"]).rename("futures").reset_index()
