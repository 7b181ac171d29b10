"""How much each of several switches adds to an outcome, when all their combinations were simulated.

Switched on alone, switched off alone, and by its Shapley share: the mean of what it adds over all
orders in which the switches could be turned on one by one (Shapley 1953). Shares add up to what all
switches together add. Futures are paired: every number is a mean over futures of a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import factorial

import numpy as np
import pandas as pd

from sim.analysis.outcomes import mean
from sim.arrays import FloatArray

ALONE, LAST, SHARE = "alone", "with all others", "Shapley share"
TOGETHER = "all together"


def shapley(values: Mapping[frozenset[str], FloatArray], switch: str) -> FloatArray:
    """Shapley share of a switch in every future.

    Parameters
    ----------
    values : outcome of every future, (R,), for each combination of switches that are on
    switch : one of those that occur in the combinations

    Returns
    -------
    (R,) in the outcome's unit; over all switches these add up to all on less all off.
    """
    n = max(map(len, values))
    without = [on for on in values if switch not in on]
    share = np.zeros(len(values[frozenset()]))
    for on in without:
        weight = factorial(len(on)) * factorial(n - len(on) - 1) / factorial(n)
        share += weight * (values[on | {switch}] - values[on])
    return share


def split(values: Mapping[frozenset[str], FloatArray]) -> pd.DataFrame:
    """What each switch adds, with standard errors.

    Parameters
    ----------
    values : outcome of every future, (R,), paired over all combinations of switches that are on,
        without NaN

    Returns
    -------
    Columns channel, counted (``ALONE``, ``LAST`` or ``SHARE``), change, change_se; the
    channels in the order of their shares, largest first, and last what they add ``TOGETHER``.

    Raises
    ------
    ValueError
        If a combination is missing, or a future has no value in one.
    """
    switches = sorted(frozenset().union(*values))
    if len(values) != 2 ** len(switches):
        raise ValueError(
            f"{len(values)} combinations of {len(switches)} switches; all "
            f"{2 ** len(switches)} are needed"
        )
    if any(np.isnan(held).any() for held in values.values()):
        raise ValueError("a future has no value in some combination, so it cannot be paired")
    nothing, everything = frozenset[str](), frozenset(switches)
    shares = {switch: shapley(values, switch) for switch in switches}
    rows = []
    for switch in sorted(switches, key=lambda name: -float(shares[name].mean())):
        one, others = frozenset({switch}), everything - {switch}
        for counted, added in (
            (ALONE, values[one] - values[nothing]),
            (LAST, values[everything] - values[others]),
            (SHARE, shares[switch]),
        ):
            value, error = mean(added)
            rows.append(
                {"channel": switch, "counted": counted, "change": value, "change_se": error}
            )
    value, error = mean(values[everything] - values[nothing])
    rows.append({"channel": TOGETHER, "counted": SHARE, "change": value, "change_se": error})
    return pd.DataFrame(rows)


def switched_on(chosen: Mapping[str, str], axes: Collection[str]) -> frozenset[str]:
    """Which switches a cell has on, from what it chose on these axes.

    An option in brackets is a list of those that are on; any other axis is itself a switch, which
    the option 0 turns off.
    """
    on: set[str] = set()
    for axis in axes:
        option = chosen[axis].strip()
        if option.startswith("["):
            on |= {word.strip() for word in option.strip("[]").split(",") if word.strip()}
        elif float(option) != 0.0:
            on.add(axis)
    return frozenset(on)
