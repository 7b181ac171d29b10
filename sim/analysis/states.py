"""In which state the watched futures are on each day: talks, deals, ends; knows tables of results.

A state is that of the evening: a round is in session from the day on which it opens until the day
on which it ends, a deal in force from its signature until it lapses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.modes import mode
from sim.arrays import IntArray
from sim.config import ConfigError

TALKS = {
    "none": "no round held yet",
    "session": "talks in session",
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

    A deal in full outranks talks about another one; talks in session outrank what was initialled
    before. Nothing follows an end, even if the ceasefire is renewed.

    Errors: `ConfigError` if no future was watched.
    """
    watched = ensemble.watched
    if not watched:
        raise ConfigError("no future was watched, so its talks are not known; set engine.watched")
    runs = ensemble.runs[ensemble.runs["replicate"] < watched].reset_index(drop=True)
    gone = runs[runs[f"{end}_ended"].astype(bool)]
    met = [f"ended by {str(x).partition('_by_')[0].replace('_', ' ')}" for x in mode(gone, end)]
    names = [*TALKS, *dict.fromkeys(met)]
    codes = {name: k for k, name in enumerate(names)}
    place = {number: k for k, number in enumerate(runs["replicate"])}
    at: IntArray = np.zeros((watched, ensemble.horizon + 1), dtype=np.int64)
    for number, happened in _happened(ensemble).groupby("replicate", sort=False):
        for day, state in _talked(happened):
            at[place[number], day:] = codes[state]
    for number, day, state in zip(gone["replicate"], gone[f"{end}_day"], met, strict=True):
        at[place[number], int(day) :] = codes[state]
    said = [TALKS.get(name, name) for name in names]
    share = pd.DataFrame([(at == k).mean(axis=0) for k in range(len(names))], index=said)
    kept = [name for name in said if share.loc[name].max() > 0]
    return States(kept, share.loc[kept], _moves(at, said), watched)


def _happened(ensemble: Ensemble) -> pd.DataFrame:
    """What changed talks and deals, in order: replicate, day, what.

    On one day a round opens, then ends; a deal lapses after that.
    """
    rounds, incidents = ensemble.rounds, ensemble.incidents
    parts = [
        incidents[incidents["kind"] == "round_opens"].assign(what="session", rank=0),
        rounds.assign(what=rounds["outcome"].astype(str), rank=1),
        incidents[incidents["kind"] == "deal_lapses"].assign(what="lapsed", rank=2),
    ]
    plain = [pd.DataFrame(part)[["replicate", "day", "what", "rank"]] for part in parts]
    return pd.concat(plain).sort_values(["replicate", "day", "rank"], kind="stable")


def _talked(happened: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """States of talks and deals in one future, each with the day from which it holds."""
    deal, talking = "", False
    for day, what in zip(happened["day"], happened["what"], strict=True):
        if what in ("partial", "full", "lapsed"):
            deal = "" if what == "lapsed" else what
        if what != "lapsed":  # which ends no round
            talking = what == "session"
        if deal and (deal == "full" or not talking):
            yield int(day), deal
        else:
            yield int(day), "session" if talking else what


def _moves(at: IntArray, names: list[str]) -> pd.DataFrame:
    """Changes of state by day, and how many futures make them."""
    rows, days = np.nonzero(at[:, 1:] != at[:, :-1])
    pairs = pd.DataFrame(
        {
            "day": days + 1,
            "before": np.asarray(names, object)[at[rows, days]],
            "after": np.asarray(names, object)[at[rows, days + 1]],
        }
    )
    return pairs.value_counts(["day", "before", "after"]).rename("futures").reset_index()
