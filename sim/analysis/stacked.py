"""Tables of several ensembles as one, with where each row is from; estimates nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.frames import Frame
from sim.config import ConfigError


def stack(ensembles: Mapping[str, Ensemble], table: str = "runs") -> pd.DataFrame:
    """One tidy table of several ensembles, below each other.

    Parameters
    ----------
    ensembles : name -> ensemble
    table : ``runs``, ``daily``, ``rounds``, ``incidents``, ``offers`` or ``spells``

    Returns
    -------
    the table's columns behind ``cell`` (the name given), ``scenario``, ``seed`` and ``key``
    (SHA-256 of all that can change a result); ``attrs`` as of the first ensemble

    Raises
    ------
    ConfigError
        If there is no ensemble or no such table.
    """
    if not ensembles:
        raise ConfigError("ensembles is empty; at least one is needed")
    frames = []
    for name, run in ensembles.items():
        frame = getattr(run, table, None)
        if not isinstance(frame, pd.DataFrame):
            raise ConfigError(f"table is {table!r}; see the columns of an ensemble for their names")
        facts = {"cell": name, "scenario": run.scenario.name, "key": run.cell.key}
        plain = pd.DataFrame(frame)
        for k, (column, value) in enumerate(facts.items()):
            plain.insert(k, column, value)
        plain.insert(2, "seed", np.uint64(run.seed))
        frames.append(plain)
    stacked = Frame(pd.concat(frames, ignore_index=True))
    for column in ("cell", "scenario", "key"):
        stacked[column] = stacked[column].astype("category")
    first = next(iter(ensembles.values()))
    stacked.attrs = {**getattr(first, table).attrs, "table": table}
    return stacked
