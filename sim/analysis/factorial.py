"""One factor's effect at each combination of the others: a factorial sweep read cell against cell.

Knows ensembles and what they were asked for with; draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble
from sim.config import ConfigError
from sim.names import meant
from sim.study.options import choices_of


def effects(ensembles: Mapping[str, Ensemble], factor: str, end: str | None = None) -> pd.DataFrame:
    """Differences that a factor makes, within every combination of what else was swept.

    Cells that differ in the factor alone are compared; with one seed futures are paired, so that
    the differences are those of the same futures (common random numbers).

    Parameters
    ----------
    ensembles : name -> ensemble, read from a directory, so that their overrides are known
    factor : a group or field that was swept, such as ``protocol`` or ``pakistan.trust``
    end : a definition of the end; the one that cells share if not given

    Returns
    -------
    one row per combination, level and quantity: the other factors as columns, ``factor``,
    ``level``, ``reference`` (the first level), then ``quantity``, ``difference``, ``lower``,
    ``upper``, ``se`` and ``paired`` as in a comparison

    Raises
    ------
    ConfigError
        If the factor was not swept, or no two cells differ in it alone.
    """
    asked = {name: _asked(ensemble) for name, ensemble in ensembles.items()}
    swept = _swept(asked)
    if factor not in swept:
        near = meant(factor, swept) or f"; these were: {', '.join(swept) or 'none'}"
        raise ConfigError(f"{factor} was not swept{near}")
    for words in asked.values():  # what a cell was not asked for is as usual
        words.setdefault(factor, choices_of((), [factor]).get(factor, "as usual"))
    others = [key for key in swept if key != factor]
    groups: dict[tuple[str, ...], dict[str, Ensemble]] = {}
    for name, words in asked.items():
        where = tuple(words.get(key, "as usual") for key in others)
        groups.setdefault(where, {})[words[factor]] = ensembles[name]
    tables = []
    for where, levels in groups.items():
        if len(levels) < 2:
            continue
        reference = next(iter(levels))
        table = compare(levels, reference=reference, end=end).table
        table = table.rename(columns={"scenario": "level"}).drop(columns="reference")
        place = dict(zip(others, where, strict=True))
        table = table.assign(factor=factor, reference=reference)
        for k, (key, value) in enumerate(place.items()):
            table.insert(k, key, value)
        tables.append(table)
    if not tables:
        raise ConfigError(f"no two cells differ in {factor} alone")
    found = pd.concat(tables, ignore_index=True)
    first = [*others, "factor", "level", "reference", "quantity", "difference", "lower", "upper"]
    return found[[*first, "se", "paired", "kind", "day", "cause", "unit"]]


def _asked(ensemble: Ensemble) -> dict[str, str]:
    """What a stored ensemble was asked for with: dotted key -> value."""
    run: Any = getattr(ensemble.results, "run", {})
    words = [word.lstrip("+~").partition("=") for word in run.get("overrides", ())]
    return {key.partition("@")[0].replace("/", "."): value for key, _, value in words}


def _swept(asked: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Keys that have more than one value, in the order they were first named."""
    keys = dict.fromkeys(key for words in asked.values() for key in words)
    return [key for key in keys if len({words.get(key) for words in asked.values()}) > 1]
