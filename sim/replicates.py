"""Arrays over the replicate axis: how state is kept, narrowed to some futures, or multiplied."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import fused
from sim.randomness import BoolArray, FloatArray, IntArray


def kept_per_day(half_life: float) -> float:
    """Share of a fading quantity that is left after a day; ``half_life`` in days."""
    return float(0.5 ** (1.0 / half_life))


@fused
def moved_towards(current: FloatArray, aim: FloatArray, share: float, moved: float) -> FloatArray:
    """A quantity after it has moved by ``moved`` of the way towards ``share`` of its aim, (R,)."""
    return current + (aim * share - current) * moved


def where(mask: BoolArray) -> IntArray:
    """Rows in which ``mask`` (R,) holds, ascending."""
    rows: IntArray = mask.nonzero()[0]
    return rows


class PerReplicate:
    """Something whose NumPy attributes all have the replicate as their first axis."""

    def take(self, rows: IntArray) -> None:
        """Keep these rows, in this order and as often as they are named, in every array held."""
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, _rows_of(value, rows))

    def copy_from(self, other: PerReplicate) -> None:
        """Take over every array of another state of the same kind."""
        for name, value in vars(other).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, value.copy(order="K"))


def _rows_of(value: Any, rows: IntArray) -> Any:
    """Return some rows of an array; columns that are read one by one (order F) stay so."""
    if value.ndim == 2 and value.flags.f_contiguous:
        return value.T.take(rows, axis=1).T
    return value.take(rows, axis=0)
