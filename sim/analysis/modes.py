"""The mode of an end: which definition was met, and by whom; knows columns and no estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.records import BY, MODES

OUTSIDE = MODES[-1]


def modes_of(end: str) -> tuple[str, ...]:
    """All modes in which an end under one definition can come, in the order in which they stand.

    Only a collapse has several definitions it can come by, or can come from outside; an exchange of
    fire takes both sides.
    """
    if end == "exchange_of_fire":
        return (f"{end}_by_both",)
    if end != "collapse":
        return tuple(f"{end}_by_{who}" for who in BY)
    return (*(f"{met}_by_{who}" for met in MODES if met != OUTSIDE for who in BY), OUTSIDE)


def columns_of(end: str) -> tuple[str, ...]:
    """Columns of ``runs`` that say in which mode it ended."""
    return (f"{end}_by", "collapse_mode") if end == "collapse" else (f"{end}_by",)


def mode(runs: pd.DataFrame, end: str) -> pd.Series[Any]:
    """Mode of each row's end, of ``modes_of``; null where it has not ended."""
    by = runs[f"{end}_by"].astype(object)
    met = runs["collapse_mode"].astype(object) if end == "collapse" else end
    named = np.where(by.notna(), met + "_by_" + by, OUTSIDE)
    found = pd.Series(named, runs.index).where(runs[f"{end}_ended"].astype(bool))
    return found.astype(pd.CategoricalDtype(list(modes_of(end))))
