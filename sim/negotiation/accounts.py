"""Public accounts after a failed round: who contradicts whom, and what that locks in.

Each side may spin its account of a contested issue. A contradiction costs the counterpart's trust
and locks the speaker in on that issue (audience costs, Fearon 1994). A mediators' communique damps
both. Knows no agent.
"""

from __future__ import annotations

import numpy as np

from sim.randomness import BoolArray, FloatArray
from sim.replicates import kept_per_day


def contradicts(uniform: FloatArray, spin: float, damping: FloatArray) -> BoolArray:
    """Whether a side's account contradicts the other's on one issue, shape (R,).

    ``spin`` is the side's chance without a communique; ``damping`` (R,) in [0, 1] the share that
    a joint communique removes.
    """
    return uniform < spin * (1.0 - damping)


def largest_retreat(retreats: FloatArray) -> BoolArray:
    """Mark each row's largest retreat, shape (R, C); a row without any retreat has no mark."""
    largest = np.zeros(retreats.shape, dtype=bool)
    if retreats.size:
        rows = np.arange(len(retreats))
        largest[rows, retreats.argmax(axis=1)] = True
    return largest & (retreats > 0)


def lock_in(
    current: FloatArray, contradicted: BoolArray, most: float, damping: FloatArray
) -> FloatArray:
    """Lock-in after today's accounts, shape (R,): raised to ``most``, less damping, where spun."""
    raised = np.where(contradicted, most * (1.0 - damping), 0.0)
    result: FloatArray = np.maximum(current, raised)
    return result


def fade(current: FloatArray, half_life: float) -> FloatArray:
    """One day's decay of lock-in, any shape."""
    return current * kept_per_day(half_life)
