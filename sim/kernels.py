"""Compiled forms of numeric routines (Numba); loaded by ``sim.compiled`` and by nothing else.

No rule of the model is here. Each routine does exactly what its NumPy form does, in the same order
of operations, so that results do not depend on whether it is used. Nothing is computed with
relaxed arithmetic, and exponentials are left to NumPy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from sim import randomness
from sim.compiled import PAGE
from sim.randomness import BoolArray, FloatArray, IntArray, WordArray

ROUNDS = 10
FACTORS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
INCREMENTS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))
GOLDEN, FIRST_MIX, SECOND_MIX = (
    np.uint64(randomness.GOLDEN), np.uint64(randomness.FIRST_MIX), np.uint64(randomness.SECOND_MIX),
)  # fmt: skip
UNIT = 2.0**-53


compiled = njit(cache=True)


@intrinsic
def _high_word(typing_context: Any, first: Any, second: Any) -> Any:
    """The upper 64 bits of the product of two 64-bit words."""

    def build(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(word, wide) for word in words))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


@njit(inline="always")
def _philox(counter: Any, key: Any) -> Any:
    """Four words of Philox-4x64-10 (Salmon, Moraes, Dror & Shaw 2011)."""
    a, b, c, d = counter
    first, second = key
    for _ in range(ROUNDS):
        high_a, low_a = _high_word(FACTORS[0], a), FACTORS[0] * a
        high_c, low_c = _high_word(FACTORS[1], c), FACTORS[1] * c
        a, b, c, d = high_c ^ b ^ first, low_c, high_a ^ d ^ second, low_a
        first += INCREMENTS[0]
        second += INCREMENTS[1]
    return a, b, c, d


@compiled
def words(
    seed: np.uint64, branch: np.uint64, purpose: np.uint64, day: int, replicates: IntArray
) -> WordArray:
    """The word of each replicate at an address; those of one counter are made at once."""
    out = np.empty(len(replicates), dtype=np.uint64)
    made = np.uint64(0)  # NumPy counts on before it draws, so counters begin at 1
    four = (made, made, made, made)
    for k in range(len(replicates)):
        replicate = np.uint64(replicates[k])
        counter = (replicate >> np.uint64(2)) + np.uint64(1)
        if counter != made:
            made = counter
            four = _philox((counter, np.uint64(day), branch, np.uint64(0)), (seed, purpose))
        out[k] = four[replicate & np.uint64(3)]
    return out


@compiled
def uniforms(
    seed: np.uint64, branch: np.uint64, purpose: np.uint64, day: int, replicates: IntArray
) -> FloatArray:
    """The uniform of each replicate at an address."""
    out = np.empty(len(replicates))
    drawn = words(seed, branch, purpose, day, replicates)
    for k in range(len(drawn)):
        out[k] = (drawn[k] >> np.uint64(11)) * UNIT
    return out


@compiled
def below(
    seed: np.uint64, branch: np.uint64, purpose: np.uint64, day: int, replicates: IntArray,
    chance: FloatArray,
) -> IntArray:  # fmt: skip
    """Positions whose uniform is below their chance."""
    drawn = words(seed, branch, purpose, day, replicates)
    out = np.empty(len(drawn), dtype=np.int64)
    found = 0
    for k in range(len(drawn)):
        out[found] = k
        found += (drawn[k] >> np.uint64(11)) * UNIT < chance[k]
    return out[:found].copy()


@njit(inline="always")
def _mixed(word: Any, nth: Any) -> Any:
    """SplitMix64's nth output from a word, or the word itself for number 0."""
    if nth == 0:
        return word
    word = word + np.uint64(nth) * GOLDEN
    word = (word ^ (word >> np.uint64(30))) * FIRST_MIX
    word = (word ^ (word >> np.uint64(27))) * SECOND_MIX
    return word ^ (word >> np.uint64(31))


@compiled
def further(drawn: WordArray, nth: int) -> FloatArray:
    """The nth number of each address, as ``randomness.further``."""
    out = np.empty(len(drawn))
    for k in range(len(drawn)):
        out[k] = (_mixed(drawn[k], nth) >> np.uint64(11)) * UNIT
    return out


@compiled
def poisson(uniform: FloatArray, mean: FloatArray, none: FloatArray, most: int) -> IntArray:
    """Counts by inverse transform, as ``attacks.poisson_quantile``; ``none`` is exp(-mean)."""
    out = np.zeros(len(uniform), dtype=np.int64)
    for k in range(len(uniform)):
        term = cumulative = none[k]
        count = 0
        while uniform[k] >= cumulative and count < most - 1:
            count += 1
            term = term * (mean[k] / count)
            cumulative = cumulative + term
        out[k] = count
    return out


@compiled
def severities(
    count: IntArray, rows: IntArray, drawn: WordArray, cumulative: FloatArray,
    worst: IntArray, total: IntArray,
) -> None:  # fmt: skip
    """Deaths in the deadliest of ``count`` attacks, and in all, as ``Severity.of_attacks``."""
    for k in range(len(rows)):
        row = rows[k]
        for nth in range(count[row]):
            uniform = (_mixed(drawn[k], nth) >> np.uint64(11)) * UNIT
            deaths = 0
            while cumulative[deaths] <= uniform:
                deaths += 1
            worst[row] = max(worst[row], deaths)
            total[row] += deaths


@njit(inline="always")
def _value(
    worth: FloatArray, low: Any, trust: Any, lock_in: Any, constant: Any, slope: Any, retreat: Any
) -> None:
    """Own utility of a page of packages from ``low`` on, as ``Table.all_utilities``."""
    for j in range(PAGE):
        worth[j] = trust * slope[low + j] + constant[low + j]
    for issue in range(len(lock_in)):
        lock = lock_in[issue]
        if lock > 0.0:
            for j in range(PAGE):
                worth[j] = worth[j] - lock * retreat[issue, low + j]


@compiled
def first_at(
    rows: IntArray, aspiration: FloatArray, start: IntArray, pages: IntArray,
    trust: FloatArray, lock_in: FloatArray, constant: FloatArray, slope: FloatArray,
    retreat: FloatArray, bound: FloatArray, bound_slope: FloatArray,
) -> IntArray:  # fmt: skip
    """Where each row's first package at the aspiration is, else its best; see ``Prospects``.

    A page is not looked at where its bound is below what is looked for.
    """
    out = np.full(len(rows), -1, dtype=np.int64)
    worth = np.empty(PAGE)
    for k in range(len(rows)):
        row, asked = rows[k], aspiration[k]
        trusted, lock = trust[row], lock_in[row]
        span = range(start[row], start[row] + pages[row])
        for page in span:
            if bound[page] + trusted * bound_slope[page] < asked:
                continue
            low = page * PAGE
            _value(worth, low, trusted, lock, constant, slope, retreat)
            reached = 0
            for j in range(PAGE):
                reached += worth[j] >= asked
            if reached:
                out[k] = low
                while worth[out[k] - low] < asked:
                    out[k] += 1
                break
        if out[k] >= 0:
            continue
        best = -np.inf
        for page in span:
            if bound[page] + trusted * bound_slope[page] < best:
                continue
            low = page * PAGE
            _value(worth, low, trusted, lock, constant, slope, retreat)
            for j in range(PAGE):
                if worth[j] > best:
                    best, out[k] = worth[j], low + j
    return out


@compiled
def best_leaving(
    rows: IntArray, floor: FloatArray, other: FloatArray, start: IntArray, pages: IntArray,
    trust: FloatArray, lock_in: FloatArray, constant: FloatArray, slope: FloatArray,
    retreat: FloatArray, bound: FloatArray, bound_slope: FloatArray,
) -> FloatArray:  # fmt: skip
    """Most own utility among packages worth ``floor`` to the other side; see ``Prospects``."""
    out = np.full(len(rows), -np.inf)
    worth = np.empty(PAGE)
    for k in range(len(rows)):
        row = rows[k]
        trusted, lock = trust[row], lock_in[row]
        first = start[row] * PAGE
        for page in range(start[row], start[row] + pages[row]):
            low = page * PAGE
            if low > first and other[low] < floor[k]:
                break
            if bound[page] + trusted * bound_slope[page] < out[k]:
                continue
            _value(worth, low, trusted, lock, constant, slope, retreat)
            for j in range(PAGE):
                if low + j > first and other[low + j] < floor[k]:
                    break
                out[k] = max(out[k], worth[j])
    return out


@compiled
def utility(
    rows: IntArray, package: IntArray, account: IntArray, trust: FloatArray, lock_in: FloatArray,
    constant: FloatArray, slope: FloatArray, retreat: FloatArray,
) -> FloatArray:  # fmt: skip
    """Own utility of one package per row, as ``Tables.utility``."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        row, c = rows[k], package[k]
        a = account[row]
        worth = constant[a, c] + trust[row] * slope[a, c]
        for issue in range(lock_in.shape[1]):
            worth = worth - lock_in[row, issue] * retreat[issue, a, c]
        out[k] = worth
    return out


@compiled
def histograms(
    values: FloatArray, counted: BoolArray, low: FloatArray, per_unit: FloatArray, bins: int
) -> IntArray:
    """Counts by bin of each variable, as ``records.histograms``."""
    out = np.zeros((len(values), bins), dtype=np.int64)
    for variable in range(len(values)):
        for k in range(len(counted)):
            value = values[variable, k]
            if counted[k] and not np.isnan(value):
                place = (value - low[variable, 0]) * per_unit[variable, 0]
                out[variable, int(max(min(place, bins - 1), 0))] += 1
    return out


@compiled
def best_product(
    first: FloatArray, second: FloatArray, no_deal: FloatArray, no_deal_second: FloatArray
) -> FloatArray:
    """The largest product of gains in each row, as in ``scoring``."""
    out = np.zeros(len(first))
    for k in range(len(first)):
        for c in range(first.shape[1]):
            gain, other = first[k, c] - no_deal[k], second[k, c] - no_deal_second[k]
            if gain > 0.0 and other > 0.0:
                out[k] = max(out[k], gain * other)
    return out


@njit(inline="always")
def _better(first: Any, second: Any, than_first: Any, than_second: Any) -> bool:
    """Whether a package is better for one side than another and no worse for the other side."""
    no_worse = first >= than_first and second >= than_second
    result: bool = no_worse and (first > than_first or second > than_second)
    return result


@compiled
def beaten(
    first: FloatArray, second: FloatArray, at_first: FloatArray, at_second: FloatArray
) -> BoolArray:
    """Whether some package beats each row's deal, as in ``scoring``."""
    out = np.zeros(len(first), dtype=np.bool_)
    for k in range(len(first)):
        for c in range(first.shape[1]):
            if _better(first[k, c], second[k, c], at_first[k], at_second[k]):
                out[k] = True
                break
    return out


@compiled
def nearest_efficient(first: FloatArray, second: FloatArray, away: FloatArray) -> FloatArray:
    """Distance to the nearest package that none beats, as in ``scoring``."""
    out = np.empty(len(first))
    for k in range(len(first)):
        left = away[k].copy()
        while True:
            c = np.argmin(left)
            if not _is_beaten(first[k], second[k], c):
                break
            left[c] = np.inf
        out[k] = away[k, c]
    return out


@njit(inline="always")
def _is_beaten(first: FloatArray, second: FloatArray, c: Any) -> bool:
    """Whether some package is better than the c-th for one side and no worse for the other."""
    found = False
    for j in range(len(first)):
        found = found or _better(first[j], second[j], first[c], second[c])
    return found


@compiled
def hear(
    rows: IntArray, package: IntArray, option: IntArray,
    unmoved: FloatArray, heard: IntArray, previous: IntArray,
) -> None:  # fmt: skip
    """Take in an offer per row, as ``opponent.Estimate.hear``."""
    for k in range(len(rows)):
        row = rows[k]
        if previous[row] >= 0:
            for issue in range(option.shape[1]):
                unmoved[row, issue] += option[package[k], issue] == option[previous[row], issue]
        heard[row] += 1
        previous[row] = package[k]
