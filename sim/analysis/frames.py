"""Tables of an ensemble as pandas frames that know which futures they cover.

Rounds, incidents and offers are kept of the watched futures only, the first ones. A frame says so,
and warns when it is joined to futures it does not cover: those would look as if nothing had
happened to them. Estimates nothing.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


class WatchedOnly(UserWarning):
    """Futures that were not watched are taken for futures in which nothing happened."""


class Column(pd.Series):
    """A column of a frame that knows which futures were watched."""

    @property
    def _constructor(self) -> Any:
        return Column

    @property
    def _constructor_expanddim(self) -> Any:
        return Frame

    def isin(self, values: Any) -> Any:
        """As pandas has it; warns where futures are looked for among the watched ones only."""
        if self.name == "replicate":
            _warn(self.attrs, self, values)
        return super().isin(values)

    def map(self, arg: Any, *others: Any, **given: Any) -> Any:  # type: ignore[override]
        """As pandas has it; warns where futures are looked up among the watched ones only."""
        if self.name == "replicate" and isinstance(arg, pd.Series | Mapping):
            _warn(self.attrs, self, arg.index if isinstance(arg, pd.Series) else list(arg))
        return super().map(arg, *others, **given)


class Frame(pd.DataFrame):
    """A table of an ensemble.

    ``attrs`` holds ``table`` (its name), ``covers`` (futures it has rows of: those numbered below
    this) and ``futures`` (all there are) and ``watched``; pandas carries it through selections.
    """

    @property
    def _constructor(self) -> Any:
        return Frame

    @property
    def _constructor_sliced(self) -> Any:
        return Column

    @property
    def covers(self) -> range:
        """Numbers of the futures that the table covers."""
        return range(self.attrs.get("covers", 0))

    def __finalize__(self, other: Any, method: str | None = None, **given: Any) -> Any:
        """As pandas has it; a join of watched futures to all warns."""
        made = super().__finalize__(other, method=method, **given)  # type: ignore[misc]
        if method not in ("merge", "concat") or (method == "concat" and _below(other)):
            return made
        parts = _parts(other)
        attrs: Any = next((part.attrs for part in parts if part.attrs), {})
        keys = [key for key in map(_replicates, parts) if key is not None]
        if not hasattr(other, "told"):  # pandas may finalize one join twice
            other.told = True
            for key in keys[1:]:
                _warn(attrs, keys[0], key)
        made.attrs.update(attrs)
        return made

    def _partly(self) -> str:
        covers, futures = self.attrs.get("covers"), self.attrs.get("futures")
        if covers is None or futures is None or covers >= futures:
            return ""
        return f"[{self.attrs.get('table', 'a table')} of futures 0 to {covers - 1} of {futures:,}]"

    def __repr__(self) -> str:
        said = self._partly()
        return f"{super().__repr__()}\n{said}" if said else super().__repr__()

    def _repr_html_(self) -> str:
        said, table = self._partly(), super()._repr_html_()  # type: ignore[misc]
        return f"{table}<p>{said}</p>" if said else str(table)


def _below(other: Any) -> bool:
    """Whether frames are put below each other, not beside."""
    return getattr(other, "axis", 0) == 0 and getattr(other, "bm_axis", 1) == 1


def _parts(other: Any) -> list[Any]:
    """The frames of a join, as they were given where pandas still has them."""
    sides = [getattr(other, f"orig_{x}", getattr(other, x, None)) for x in ("left", "right")]
    return [part for part in (*sides, *getattr(other, "objs", ())) if hasattr(part, "attrs")]


def _replicates(side: Any) -> Any:
    """Numbers of the futures in a table, from its column or its index."""
    if isinstance(side, pd.DataFrame) and "replicate" in side.columns:
        return side["replicate"]
    if isinstance(side, pd.DataFrame | pd.Series) and "replicate" in side.index.names:
        return side.index.get_level_values("replicate")
    return None


def _warn(attrs: Mapping[Any, Any], one: Any, other: Any) -> None:
    """Warn where one side has futures that were not watched and the other has none."""
    watched, futures = attrs.get("watched"), attrs.get("futures")
    if not watched or not futures or watched >= futures:
        return
    highest = []
    for numbers in (one, other):
        array = np.asarray(list(numbers) if isinstance(numbers, set | dict) else numbers)
        if not array.size or array.dtype.kind not in "iuf":
            return
        highest.append(array.max())
    if min(highest) < watched <= max(highest):
        warnings.warn(
            f"one side covers the watched futures only, 0 to {watched - 1} of {futures:,}; of the "
            f"others nothing is known here (watch all with sim.simulate(..., watched={futures}), "
            f"or keep runs.query('replicate < {watched}'))",
            WatchedOnly, stacklevel=_levels(),
        )  # fmt: skip


def _levels() -> int:
    """How far up the caller is that is neither pandas nor this module."""
    frame = inspect.currentframe()
    depth = 0
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(
        ("pandas", __name__)
    ):
        depth, frame = depth + 1, frame.f_back
    return depth
