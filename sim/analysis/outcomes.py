"""Outcomes of a study's cells: one number per future, its mean, and its change from a reference.

Every outcome is a mean over futures (or over those that have it), so that values, changes and their
Monte Carlo errors follow one rule. Knows the columns of ``runs``; it neither simulates nor draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.limits import normal_quantile
from sim.arrays import FloatArray

Z = normal_quantile(0.95)
"""Standard errors to either side of a 95 % interval."""


@dataclass(frozen=True)
class Outcome:
    """What is measured: its title, decimals for print, and its value per future (NaN: has none).

    The change of one that is measured ``within`` is that of futures that have a value in both
    cells; else it is the difference of the means of those that have one in either.
    """

    title: str
    digits: int
    per_future: Callable[[pd.DataFrame, int], FloatArray]
    within: bool = False


def _column(name: str) -> Callable[[pd.DataFrame, int], FloatArray]:
    return lambda runs, origin: runs[name].to_numpy(dtype=float, na_value=np.nan)


def _lasting(runs: pd.DataFrame, origin: int) -> FloatArray:
    days: FloatArray = runs["collapse_day"].to_numpy(dtype=float) - origin
    return days


def _in_force(day: int) -> Callable[[pd.DataFrame, int], FloatArray]:
    def measured(runs: pd.DataFrame, origin: int) -> FloatArray:
        ended = runs["collapse_ended"].to_numpy(bool)
        days = runs["collapse_day"].to_numpy(float) - origin
        return np.where(ended & (days <= day), 0.0, 1.0)

    return measured


def _signed(runs: pd.DataFrame, origin: int) -> FloatArray:
    """Whether anything was ratified or initialled."""
    return (runs["deal"] | runs["partial"]).to_numpy(float)


def _kept(runs: pd.DataFrame, origin: int) -> FloatArray:
    """Among futures with a deal: whether neither it nor the ceasefire had ended by the horizon."""
    kept = runs["deal_lapsed_day"].isna().to_numpy() & ~runs["collapse_ended"].to_numpy(bool)
    return np.where(runs["deal"].to_numpy(bool), kept.astype(float), np.nan)


def _outlasting(days: int) -> Callable[[pd.DataFrame, int], FloatArray]:
    """Of first deals signed so long before the horizon: whether they and the ceasefire held."""

    def measured(runs: pd.DataFrame, origin: int) -> FloatArray:
        signed = _column("deal_day")(runs, origin)
        followed = runs["deal"].to_numpy(bool) & (signed + days <= runs["collapse_day"].max())
        collapsed = np.where(runs["collapse_ended"], runs["collapse_day"], np.inf)
        end = np.fmin(_column("deal_lapsed_day")(runs, origin), collapsed)
        return np.where(followed, (end - signed > days).astype(float), np.nan)

    return measured


OUTCOMES: dict[str, Outcome] = {
    "rmst": Outcome("Mean days in force, up to the horizon", 0, _lasting),
    "s30": Outcome("Share in force after 30 days", 2, _in_force(30)),
    "s90": Outcome("Share in force after 90 days", 2, _in_force(90)),
    "s365": Outcome("Share in force after 365 days", 2, _in_force(365)),
    "agreement": Outcome("Share of futures with a ratified deal", 2, _column("deal")),
    "signed": Outcome("Share of futures with a deal, in full or in part", 2, _signed),
    "kept": Outcome("Share of deals that hold to the horizon", 2, _kept),
    "kept_120": Outcome("Share of deals that hold for 120 days", 2, _outlasting(120), within=True),
    "deal_time": Outcome(
        "When deals are made: share of the round's exchanges", 2, _column("deal_time")
    ),
    "nash_share": Outcome(
        "Nash product of deals, as a share of the best", 2, _column("deal_nash_share")
    ),
    "gain_first": Outcome("Gain of the first side by a deal", 3, _column("deal_gain_pakistan")),
    "gain_second": Outcome(
        "Gain of the second side by a deal", 3, _column("deal_gain_afghan_taliban")
    ),
    "failed": Outcome("Rounds that are broken off", 1, _column("rounds_failed")),
}


def mean(values: FloatArray) -> tuple[float, float]:
    """Mean over the futures that have a value, and its standard error; NaN where none has."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    return float(known.mean()), float(known.std() / np.sqrt(len(known)))


def change(values: FloatArray, base: FloatArray, *, within: bool = False) -> tuple[float, float]:
    """Difference of two means and its standard error.

    Paired where every future has both, or ``within`` those that have. NaN where futures of unlike
    numbers cannot be paired within.
    """
    if len(values) == len(base):
        differences = values - base
        if within or not np.isnan(differences).any():
            return mean(differences)
    if within:
        return np.nan, np.nan
    (one, error), (other, its) = mean(values), mean(base)
    return one - other, float(np.hypot(error, its))


def outcome_table(
    cells: Sequence[tuple[Mapping[str, str], pd.DataFrame]],
    names: Sequence[str],
    reference: Mapping[str, str] | None = None,
    origin: int = 0,
) -> pd.DataFrame:
    """One row per cell and outcome: the cell's choices, value and change with standard errors.

    ``cells`` are choices and runs; runs of one seed and length are paired row by row. ``reference``
    names the cell that changes are taken from, by all its choices or by some: then each cell's is
    the one that is like it in the others. Without it there are no changes. Days count from
    ``origin``.

    Raises
    ------
    ValueError
        If no cell is the reference of another.
    """
    rows = []
    for chosen, runs in cells:
        base = None if reference is None else _reference(cells, {**chosen, **reference})
        for name in names:
            outcome = OUTCOMES[name]
            values = outcome.per_future(runs, origin)
            value, error = mean(values)
            row = {**chosen, "outcome": name, "value": value, "se": error, "futures": len(runs)}
            if base is not None:
                row["change"], row["change_se"] = change(
                    values, outcome.per_future(base, origin), within=outcome.within
                )
            rows.append(row)
    return pd.DataFrame(rows)


def _reference(
    cells: Sequence[tuple[Mapping[str, str], pd.DataFrame]], wanted: Mapping[str, str]
) -> pd.DataFrame:
    for chosen, runs in cells:
        if dict(chosen) == wanted:
            return runs
    raise ValueError(f"no cell is the reference {dict(wanted)}")
