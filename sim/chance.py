"""Addressed chance: every random number has an address and knows nothing of who asks for it.

The address is (seed, purpose, day, branch, replicate). A purpose is a stable name such as
``"attack/ttp"``; a branch tells the forks of one state apart. The same address gives the same
number whatever the scenario, the block size, the order of the calls or the number of threads, so
two scenarios under one seed share their chance events (common random numbers) and any single
future can be replayed alone. A rule draws when it needs a number, and nothing else changes.

Source: counter-based generation, Salmon, Moraes, Dror & Shaw (2011), Philox-4x64-10. Each counter
gives four words, to four consecutive replicates.
"""

from __future__ import annotations

import hashlib
import math
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from sim.compiling import everyday, rule

LARGEST_WORD = 2**64 - 1
ROUNDS = 10
FACTORS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
INCREMENTS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the step of SplitMix64's state
FIRST_MIX, SECOND_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53
LEAST = 2.0**-54  # stands for a uniform of 0, of which there is no logarithm
SMALLEST = 5e-324
FEW = 5
MOST_EVENTS = 1000  # the count of a day stops here; never reached at configured rates


@cache
def purpose(name: str) -> np.uint64:
    """The 64-bit key of a purpose: the first eight bytes of the BLAKE2b digest of its name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


# --- arithmetic modulo 2**64, which the interpreter would warn of ---------------------------------


def product(first: Any, second: Any) -> tuple[Any, Any]:
    """The upper and the lower 64 bits of the product of two words."""
    whole = int(first) * int(second)
    return np.uint64(whole >> 64), np.uint64(whole & LARGEST_WORD)


def times(first: Any, second: Any) -> Any:
    """The lower 64 bits of the product of two words."""
    return np.uint64(int(first) * int(second) & LARGEST_WORD)


def plus(first: Any, second: Any) -> Any:
    """The lower 64 bits of the sum of two words."""
    return np.uint64(int(first) + int(second) & LARGEST_WORD)


def _product(_: Any, first: Any, second: Any) -> Any:
    both = types.UniTuple(types.uint64, 2)

    def build(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        wide, narrow = ir.IntType(128), ir.IntType(64)
        whole = builder.mul(*(builder.zext(word, wide) for word in words))
        upper = builder.trunc(builder.lshr(whole, ir.Constant(wide, 64)), narrow)
        return context.make_tuple(builder, both, (upper, builder.trunc(whole, narrow)))

    return both(types.uint64, types.uint64), build


def teach(intrinsic: Any, overload: Any) -> None:
    """Let a compiler, by its ways of being extended, take machine words for these three."""
    whole = intrinsic(_product)
    overload(product, inline="always")(
        lambda first, second: lambda first, second: whole(first, second)
    )
    overload(times, inline="always")(lambda first, second: lambda first, second: first * second)
    overload(plus, inline="always")(lambda first, second: lambda first, second: first + second)


teach(intrinsic, overload)


# --- numbers at an address ------------------------------------------------------------------------


@rule
def word(future: Any, key: Any) -> Any:
    """The 64-bit word of a future for a purpose today."""
    replicate = np.uint64(future.replicate)
    # NumPy's Philox counts on before it draws, so counters begin at 1
    a, b = plus(replicate >> np.uint64(2), np.uint64(1)), np.uint64(future.day)
    c, d = np.uint64(future.branch), np.uint64(0)
    first, second = np.uint64(future.seed), np.uint64(key)
    for _ in range(ROUNDS):
        high_a, low_a = product(FACTORS[0], a)
        high_c, low_c = product(FACTORS[1], c)
        a, b, c, d = high_c ^ b ^ first, low_c, high_a ^ d ^ second, low_a
        first, second = plus(first, INCREMENTS[0]), plus(second, INCREMENTS[1])
    return (a, b, c, d)[replicate & np.uint64(3)]


@everyday
def unit(drawn: Any) -> Any:
    """The uniform in [0, 1) of the upper 53 bits of a word."""
    return (drawn >> np.uint64(11)) * UNIT


@everyday
def chance(future: Any, key: Any) -> Any:
    """The uniform in [0, 1) of a future for a purpose today."""
    return unit(word(future, key))


@rule
def nth(drawn: Any, number: int) -> Any:
    """The uniform numbered ``number`` of a word, for a purpose that needs several on one day.

    Number 0 is the address's own uniform; the others are the outputs of SplitMix64 seeded with its
    word (Steele, Lea & Flood 2014).
    """
    if number == 0:
        return unit(drawn)
    state = plus(drawn, times(np.uint64(number), GOLDEN))
    state = times(state ^ (state >> np.uint64(30)), FIRST_MIX)
    state = times(state ^ (state >> np.uint64(27)), SECOND_MIX)
    return unit(state ^ (state >> np.uint64(31)))


# --- quantiles ------------------------------------------------------------------------------------


@rule
def logistic_quantile(uniform: float, least: float) -> float:
    """Standard logistic quantile; a uniform below ``least`` counts as that, and so it is finite."""
    uniform = max(uniform, least)
    return math.log(uniform) - math.log1p(-uniform)


@everyday
def poisson_quantile(uniform: float, mean: float) -> int:
    """The least n with P(N <= n) > uniform for a Poisson count N.

    The first few are counted without a branch, which no processor could foresee.
    """
    term = cumulative = math.exp(-mean)
    count = int(uniform >= cumulative)
    for n in range(1, FEW):
        term *= mean / n
        cumulative += term
        count += uniform >= cumulative
    n = FEW
    while uniform >= cumulative and n < MOST_EVENTS:
        term *= mean / n
        cumulative += term
        count += uniform >= cumulative
        n += 1
    return count


@rule
def normal_quantile(uniform: float) -> float:
    """Standard normal quantile to seven digits (Wichura 1988, AS 241)."""
    q = uniform - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
        return q * above / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0)
    r = math.sqrt(-math.log(max(min(uniform, 1.0 - uniform), SMALLEST)))
    if r <= 5.0:
        r -= 1.6
        above = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        z = above / ((0.12021132975 * r + 0.73700164250) * r + 1.0)
    else:
        r -= 5.0
        above = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150
        z = above / ((0.012258202635 * r + 0.24197894225) * r + 1.0)
    return z if q > 0.0 else -z


NEARLY_NORMAL = 1e6  # shape from which the expansion has more digits than the tails


@rule
def gamma_near(uniform: float, shape: float, log_gamma: float) -> float:
    """A gamma quantile by approximation: Cornish & Fisher's expansion, or near 0 the power law."""
    z = normal_quantile(uniform)
    s = math.sqrt(shape)
    square = z * z
    x = (
        shape + z * s + (square - 1.0) / 3.0 + z * (square - 7.0) / (36.0 * s)
        - ((3.0 * square + 7.0) * square - 16.0) / (810.0 * shape)
        + z * ((9.0 * square + 256.0) * square - 433.0) / (38880.0 * shape * s)
    )  # fmt: skip
    if x > 0.3 * shape:
        return x
    return math.exp((math.log(uniform) + log_gamma + math.log(shape)) / shape)


@rule
def gamma_tails(shape: float, x: float, density: float) -> tuple[float, float]:
    """P(X <= x) and P(X > x) of a gamma variable of scale 1, whose density at x is known.

    Series below the mean, continued fraction above it (Abramowitz & Stegun 1964, 6.5.29, 6.5.31).
    """
    if x < shape + 1.0:
        term = total = 1.0 / shape
        above = shape
        while term > total * 1e-16:
            above += 1.0
            term *= x / above
            total += term
        lower = density * x * total
        return lower, 1.0 - lower
    b = x + 1.0 - shape
    c, d = 1e300, 1.0 / b
    h = d
    for k in range(1, 1000):
        a = -k * (k - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        step = d * c
        h *= step
        if abs(step - 1.0) < 1e-15:
            break
    upper = density * x * h
    return 1.0 - upper, upper


@rule
def gamma_quantile(uniform: float, shape: float, log_gamma: float) -> float:
    """Quantile of a gamma variable of scale 1; ``log_gamma`` is ``lgamma(shape)``.

    Halley's method on the smaller tail, as Press et al. (2007, 6.2.1), from ``gamma_near``, which
    is close enough by itself where the shape is large.
    """
    if uniform <= 0.0:
        return 0.0
    x = gamma_near(uniform, shape, log_gamma)
    if shape > NEARLY_NORMAL:
        return x
    for _ in range(50):
        density = math.exp((shape - 1.0) * math.log(x) - x - log_gamma)
        lower, upper = gamma_tails(shape, x, density)
        off = (lower - uniform) / density if uniform < 0.5 else (1.0 - uniform - upper) / density
        bend = (shape - 1.0) / x - 1.0
        step = off / (1.0 - 0.5 * min(1.0, off * bend))
        step = min(step, 0.9 * x)
        x -= step
        if abs(step) < 1e-4 * x:  # what is still missing is of the order of the step's cube
            break
    return x
