"""Addressed random numbers: every uniform has an address and knows nothing of who asks for it.

The address is (seed, purpose, day, branch, replicate). A purpose is a stable name such as
``"attack/ttp"``; a branch tells the forks of one state apart. The same address gives the same
number whatever the scenario, the block size, the order of the calls or the number of workers, so
two scenarios under one seed share their chance events (common random numbers) and any single
future can be replayed alone.

Source: counter-based generation, Salmon, Moraes, Dror & Shaw (2011), Philox-4x64-10.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import ask, kernels

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
WordArray = NDArray[np.uint64]

WORDS_PER_COUNTER = 4  # Philox-4x64 turns one counter into four 64-bit words
LARGEST_WORD = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15  # the step of SplitMix64's state
FIRST_MIX, SECOND_MIX = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@cache
def purpose_key(purpose: str) -> np.uint64:
    """The 64-bit key of a purpose: the first eight bytes of the BLAKE2b digest of its name."""
    digest = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


class Streams:
    """The uniforms of a set of replicates under one seed and one branch.

    Parameters
    ----------
    seed, branch : int in [0, 2**64)
    first : int >= 0
        The lowest replicate number held.
    size : int >= 1
        How many consecutive replicates are held at first.

    Raises
    ------
    ValueError
        If seed, branch, first or size is outside its range.
    """

    def __init__(self, seed: int, first: int = 0, size: int = 1, branch: int = 0) -> None:
        for name, value, low in (("seed", seed, 0), ("branch", branch, 0), ("first", first, 0)):
            if not low <= value <= LARGEST_WORD:
                raise ValueError(
                    f"{name} is {value}; allowed are whole numbers from 0 to 2**64 - 1"
                )
        if size < 1:
            raise ValueError(f"size is {size}; allowed are whole numbers from 1")
        self.seed, self.branch = seed, branch
        self.replicates: IntArray = np.arange(first, first + size, dtype=np.int64)
        self._words = np.uint64(seed), np.uint64(branch)
        self._philox = np.random.Philox(0)
        self._generator = np.random.Generator(self._philox)
        self._state = self._philox.state
        self._state["state"]["key"][0] = seed
        ask(size)

    def take(self, rows: IntArray) -> None:
        """Hold only these rows (ascending positions in ``replicates``) from now on."""
        self.replicates = self.replicates[rows]

    def uniform(self, purpose: str, day: int, rows: IntArray | None = None) -> FloatArray:
        """One uniform in [0, 1) per held replicate, shape (R,), for this purpose and day.

        With ``rows`` (ascending positions), those of some replicates only, shape (len(rows),).
        """
        wanted = self.replicates if rows is None else self.replicates[rows]
        if (compiled := kernels()) is not None:
            result: FloatArray = compiled.uniforms(*self._words, purpose_key(purpose), day, wanted)
            return result
        return self._drawn(self._generator.random, purpose, day, wanted)

    def below(
        self, purpose: str, day: int, chance: FloatArray, rows: IntArray | None = None
    ) -> IntArray:
        """Positions among ``rows`` (all if none are given) whose uniform is below their chance.

        ``chance`` has one entry per row asked for.
        """
        wanted = self.replicates if rows is None else self.replicates[rows]
        if (compiled := kernels()) is not None:
            result: IntArray = compiled.below(
                *self._words, purpose_key(purpose), day, wanted, chance
            )
            return result
        drawn = self._drawn(self._generator.random, purpose, day, wanted)
        return (drawn < chance).nonzero()[0]

    def words(self, purpose: str, day: int, rows: IntArray | None = None) -> WordArray:
        """The 64-bit words behind ``uniform``, from which ``further`` makes more numbers."""
        wanted = self.replicates if rows is None else self.replicates[rows]
        if (compiled := kernels()) is not None:
            result: WordArray = compiled.words(*self._words, purpose_key(purpose), day, wanted)
            return result
        return self._drawn(self._philox.random_raw, purpose, day, wanted)

    def _drawn(
        self, draw: Callable[[int], NDArray[Any]], purpose: str, day: int, wanted: IntArray
    ) -> NDArray[Any]:
        """Draw from the first replicate wanted to the last, and keep what is wanted."""
        if not len(wanted):
            return draw(0)
        first = int(wanted[0])
        span = int(wanted[-1]) - first + 1
        skipped = self._address(purpose, day, first)
        drawn = draw(skipped + span)[skipped:]
        return drawn if span == len(wanted) else drawn[wanted - first]

    def _address(self, purpose: str, day: int, replicate: int) -> int:
        """Go to an address; return how many words of its counter come before the replicate's."""
        inner = self._state["state"]
        inner["key"][1] = purpose_key(purpose)
        counter = inner["counter"]
        counter[0], counter[1] = replicate // WORDS_PER_COUNTER, day
        counter[2], counter[3] = self.branch, 0
        self._state["buffer_pos"] = WORDS_PER_COUNTER  # nothing left over from the last address
        self._philox.state = self._state
        return replicate % WORDS_PER_COUNTER


def further(words: WordArray, nth: int | IntArray) -> FloatArray:
    """The nth number of an address that needs several on one day, shape of ``words``, in [0, 1).

    Number 0 is the address's own uniform; the others are the outputs of SplitMix64 seeded with
    its word (Steele, Lea & Flood 2014). So a purpose of which few futures need a second number
    does not draw one for all. ``nth`` is single or has the shape of ``words``.
    """
    if isinstance(nth, int):
        if (compiled := kernels()) is not None:
            result: FloatArray = compiled.further(words, nth)
            return result
        step = np.uint64(nth * GOLDEN % 2**64)
        return _unit(_mixed(words + step) if nth else words)
    steps = nth.astype(np.uint64)
    return _unit(np.where(steps > 0, _mixed(words + steps * np.uint64(GOLDEN)), words))


def _mixed(state: WordArray) -> WordArray:
    """The outputs of SplitMix64 in these states."""
    mixed: WordArray = (state ^ (state >> np.uint64(30))) * np.uint64(FIRST_MIX)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(SECOND_MIX)
    return mixed ^ (mixed >> np.uint64(31))


def _unit(words: WordArray) -> FloatArray:
    """Uniforms in [0, 1) of the upper 53 bits of words."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
