"""Futures day by day: reporters' values for every future and evening, as one tidy table.

Re-runs futures through the model; knows no stored result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.config import PARTIES, ConfigError
from sim.names import meant
from sim.parameters import NONE
from sim.study.cells import Cell

if TYPE_CHECKING:
    from sim.model import CeasefireModel

Reporter = Callable[["CeasefireModel"], Any]
"""From a model of R futures on an evening to what is asked of them, (R,) or one for all."""


def _trust(side: int) -> Reporter:
    return lambda model: 1.0 / (1.0 + np.exp(-model.state["sides"]["believed"][:, side]))


def _mandate(side: int) -> Reporter:
    return lambda model: model.state["sides"]["mandate"][:, side]


REPORTERS: dict[str, Reporter] = {
    "tension": lambda model: model.state["tension"],
    "closure": lambda model: model.state["closure"],
    "attacks": lambda model: model.state["groups"]["count"].sum(axis=1),
    "deal": lambda model: model.state["deal"]["package"] != NONE,
    "in_session": lambda model: model.state["talks"]["in_session"],
    **{f"{party}_trust": _trust(side) for side, party in enumerate(PARTIES)},
    **{f"{party}_mandate": _mandate(side) for side, party in enumerate(PARTIES)},
}
"""What can be asked by name: tension, closure (share), attacks that day, whether a deal in full or
in part is in force, whether a round is in session, each side's trust (probability) and its mandate
(share)."""


def trajectories(
    cell: Cell, replicates: int, reporters: Mapping[str, Reporter | str] | None = None
) -> pd.DataFrame:
    """Every evening of the first futures of a cell, as long as their ceasefires are in force.

    Parameters
    ----------
    cell : scenario and settings
    replicates : number of futures, the first ones
    reporters : column -> name of one of ``REPORTERS``, or a function of the model that gives one
        value for each future, (R,), or one for all; all of ``REPORTERS`` if not given

    Returns
    -------
    one row per future and day: ``replicate``, ``day`` (the last is that of its end), the columns

    Raises
    ------
    ConfigError
        If a reporter is not known or gives anything else.
    """
    from sim.model import CeasefireModel  # imports Mesa, slow to load

    asked = {name: _known(ask) for name, ask in (reporters or dict(REPORTERS)).items()}
    settings = cell.settings
    model = CeasefireModel(cell.scenario, replicates, settings.seed, watched=0)
    parts = []
    for day in range(1, settings.horizon + 1):
        running = model.state["running"].copy()
        if not running.any():
            break
        model.step()
        columns = {name: _values(name, ask(model), replicates) for name, ask in asked.items()}
        part = pd.DataFrame({"replicate": model.state["replicate"], "day": day, **columns})
        parts.append(part[running])
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    table["replicate"] = table["replicate"].astype("int64")
    return table.sort_values(["replicate", "day"], kind="stable", ignore_index=True)


def _known(ask: Reporter | str) -> Reporter:
    if callable(ask):
        return ask
    if ask not in REPORTERS:
        near = meant(str(ask), REPORTERS) or ";"
        raise ConfigError(f"reporter is {ask!r}{near} allowed are {', '.join(REPORTERS)}")
    return REPORTERS[ask]


def _values(name: str, given: Any, replicates: int) -> Any:
    """What a reporter gave, once for each future."""
    array = np.asarray(given)
    if array.shape not in ((), (replicates,)):
        raise ConfigError(
            f"reporter {name} gave an array of shape {array.shape}; it needs one value, or one for "
            f"each of {replicates} futures"
        )
    return np.broadcast_to(array, (replicates,)).copy()
