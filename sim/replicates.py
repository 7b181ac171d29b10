"""Arrays over the replicate axis: how state is kept, narrowed to some futures, or multiplied."""

from __future__ import annotations

import numpy as np

from sim.randomness import IntArray


def kept_per_day(half_life: float) -> float:
    """Share of a fading quantity that is left after a day; ``half_life`` in days."""
    return float(0.5 ** (1.0 / half_life))


class PerReplicate:
    """Something whose NumPy attributes all have the replicate as their first axis."""

    def take(self, rows: IntArray) -> None:
        """Keep these rows, in this order and as often as they are named, in every array held."""
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, value[rows])

    def copy_from(self, other: PerReplicate) -> None:
        """Take over every array of another state of the same kind."""
        for name, value in vars(other).items():
            if isinstance(value, np.ndarray):
                setattr(self, name, value.copy())
