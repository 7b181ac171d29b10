"""The yardstick: merely drawing addressed uniforms, an array of futures at a time.

What a simulator costs at least that draws its numbers as arrays and does nothing with them. It
draws as this model did before its rules were written for one future, so that ratios can be compared
with earlier ones: for futures by their numbers, the words of a counter serving those it is for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.chance import FACTORS, INCREMENTS, ROUNDS, UNIT, product, purpose

DAYS, FUTURES, UNIFORMS = 365, 10_000, 16


@njit
def four_words(seed: Any, key: Any, day: int, counter: Any) -> Any:
    """The words of one counter."""
    a, b, c, d = counter, np.uint64(day), np.uint64(0), np.uint64(0)
    for _ in range(ROUNDS):
        high_a, low_a = product(FACTORS[0], a)
        high_c, low_c = product(FACTORS[1], c)
        a, b, c, d = high_c ^ b ^ seed, low_c, high_a ^ d ^ key, low_a
        seed, key = seed + INCREMENTS[0], key + INCREMENTS[1]
    return a, b, c, d


@njit
def words(seed: Any, key: Any, day: int, replicates: Any) -> Any:
    """The word of each future for a purpose and day."""
    out = np.empty(len(replicates), dtype=np.uint64)
    made = np.uint64(0)
    four = (made, made, made, made)
    for k in range(len(replicates)):
        replicate = np.uint64(replicates[k])
        counter = (replicate >> np.uint64(2)) + np.uint64(1)
        if counter != made:
            made = counter
            four = four_words(seed, key, day, counter)
        out[k] = four[replicate & np.uint64(3)]
    return out


@njit
def uniforms(seed: Any, key: Any, day: int, replicates: Any) -> Any:
    """The uniform of each future for a purpose and day."""
    out = np.empty(len(replicates))
    drawn = words(seed, key, day, replicates)
    for k in range(len(drawn)):
        out[k] = (drawn[k] >> np.uint64(11)) * UNIT
    return out


def draw_uniforms() -> None:
    """``UNIFORMS`` addressed uniforms per future and day."""
    keys, futures = [purpose(str(k)) for k in range(UNIFORMS)], np.arange(FUTURES)
    for day in range(1, DAYS + 1):
        for key in keys:
            uniforms(np.uint64(2025), key, day, futures)
