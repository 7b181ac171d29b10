"""Addressed chance: every uniform has an address and depends on nothing else; quantiles."""

from math import lgamma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.chance import (
    LEAST,
    chance,
    gamma_quantile,
    logistic_quantile,
    normal_quantile,
    nth,
    poisson_quantile,
    purpose,
    word,
)
from sim.compiling import rule
from sim.parameters import struct

WORDS = st.integers(0, 2**64 - 1)
PURPOSES = st.text(min_size=0, max_size=20)
DAYS = st.integers(0, 100_000)
FIRSTS = st.integers(0, 10**12)

SEED = 2025  # chosen beforehand, like every seed here
RARE = 1e-5  # chance with which a statistical test here fails although nothing is wrong
ADDRESS = struct([(name, "u8") for name in ("seed", "branch", "replicate")] + [("day", "i8")])


@rule
def draw_all(addresses, key, out):
    for k in range(len(addresses)):
        out[k] = chance(addresses[k], key)


def addresses(seed=SEED, first=0, size=1, branch=0, day=1):
    """Futures that have nothing but an address; each part a number or one for each."""
    records = np.zeros(size, ADDRESS).view(np.recarray)
    records["seed"], records["branch"], records["day"] = seed, branch, day
    records["replicate"] = np.arange(size, dtype=np.uint64) + np.uint64(first)
    return records


def uniforms(name, day=1, seed=SEED, first=0, size=1, branch=0):
    """Uniforms of consecutive futures for a purpose on a day."""
    out = np.empty(size)
    draw_all(addresses(seed, first, size, branch, day), purpose(name), out)
    return out


def directly(seed: int, name: str, day: int, branch: int, replicate: int) -> float:
    """The uniform at an address, from NumPy's generator alone."""
    key = np.array([seed, purpose(name)], dtype=np.uint64)
    counter = np.array([replicate // 4, day, branch, 0], dtype=np.uint64)
    words = np.random.Generator(np.random.Philox(key=key, counter=counter)).random(4)
    return float(words[replicate % 4])


# Addresses


@given(WORDS, PURPOSES, DAYS, WORDS, FIRSTS, st.integers(1, 9))
def test_a_uniform_is_numpys_philox_at_its_address(seed, name, day, branch, first, size):
    drawn = uniforms(name, day, seed, first, size, branch)
    expected = [directly(seed, name, day, branch, first + k) for k in range(size)]
    assert drawn.tolist() == expected


def test_an_address_gives_the_same_number_in_every_version():
    """Published runs must stay replayable: these numbers may never change."""
    assert purpose("attack/ttp") == 11577073919305473095
    drawn = uniforms("attack/ttp", 30, first=5, size=2)
    assert drawn.tolist() == [0.48748423440149713, 0.3650170146750733]


def test_a_purpose_is_a_word_of_64_bits():
    keys = [int(purpose(f"purpose {k}")) for k in range(1_000)]
    assert all(0 <= key < 2**64 for key in keys)
    assert len(set(keys)) == len(keys)


def test_seeds_above_2_to_the_63_stay_apart():
    highest = 2**64 - 1
    one, other = (uniforms("attack/ttp", seed=seed, size=8) for seed in (highest, highest - 1))
    assert (one != other).all()


def test_uniforms_lie_in_the_half_open_unit_interval():
    drawn = uniforms("range", size=20_000)
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0


def test_one_future_has_the_numbers_that_it_has_among_others():
    together = uniforms("response/pakistan", 17, size=200)
    for replicate in (0, 1, 2, 3, 77, 199):
        alone = uniforms("response/pakistan", 17, first=replicate)
        assert alone.tolist() == [together[replicate]]


def test_asking_changes_nothing():
    (future,) = addresses()
    before = future.tobytes()
    first = chance(future, purpose("a"))
    chance(future, purpose("b"))
    assert chance(future, purpose("a")) == first
    assert future.tobytes() == before


@given(WORDS, st.integers(0, 50))
def test_further_numbers_of_a_word_are_those_of_splitmix64(drawn, number):
    expected = drawn
    if number:
        expected = (expected + number * 0x9E3779B97F4A7C15) % 2**64
        expected = (expected ^ (expected >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        expected = (expected ^ (expected >> 27)) * 0x94D049BB133111EB % 2**64
        expected ^= expected >> 31
    assert nth(np.uint64(drawn), number) == (expected >> 11) * 2.0**-53


def test_a_uniform_is_number_0_of_its_word():
    (future,) = addresses()
    assert nth(np.uint64(word(future, purpose("a"))), 0) == chance(future, purpose("a"))


@pytest.mark.parametrize(
    "changed", [{"seed": SEED + 1}, {"name": "b"}, {"day": 2}, {"branch": 1}, {"first": 400}]
)
def test_a_change_in_any_part_of_the_address_changes_every_number(changed):
    other = uniforms(**{"name": "a", "size": 400} | changed)
    assert (uniforms("a", size=400) != other).all()


# Distribution: along every part of the address the numbers are uniform and independent

N = 20_000
PARTS = ["replicate", "day", "purpose", "branch", "seed"]


def along(part: str) -> np.ndarray:
    """N uniforms that differ in one part of the address only."""
    if part == "purpose":
        return np.concatenate([uniforms(f"purpose/{k}", first=17) for k in range(N // 4)])
    numbers = np.arange(N, dtype=np.uint64)
    records = addresses(first=17, size=N)
    if part != "replicate":
        records["replicate"] = 17
        records[part] = numbers
    out = np.empty(N)
    draw_all(records, purpose("attack/ttp"), out)
    return out


@pytest.fixture(scope="module", params=PARTS)
def sequence(request):
    return along(request.param)


def test_the_distribution_function_is_that_of_a_uniform(sequence):
    """Kolmogorov-Smirnov distance below its asymptotic critical value at level RARE."""
    distance = stats.kstest(sequence, "uniform").statistic
    assert distance < np.sqrt(-np.log(RARE / 2) / 2 / len(sequence))


def test_sixty_four_bins_fill_evenly(sequence):
    observed = np.bincount((sequence * 64).astype(int), minlength=64)
    expected = len(sequence) / 64
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert stats.chi2.ppf(RARE, 63) < statistic < stats.chi2.ppf(1 - RARE, 63)


def test_the_lowest_bits_fill_evenly(sequence):
    observed = np.bincount((sequence * 2**53).astype(np.int64) % 16, minlength=16)
    expected = len(sequence) / 16
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert stats.chi2.ppf(RARE, 15) < statistic < stats.chi2.ppf(1 - RARE, 15)


def uncorrelated(one: np.ndarray, other: np.ndarray) -> bool:
    """Correlation within the two-sided bound at level RARE (standard error 1 / sqrt(n))."""
    bound = stats.norm.ppf(1 - RARE / 2) / np.sqrt(len(one))
    return abs(np.corrcoef(one, other)[0, 1]) < bound


@pytest.mark.parametrize("lag", [1, 2, 3, 4, 5])
def test_neighbours_are_uncorrelated(sequence, lag):
    assert uncorrelated(sequence[:-lag], sequence[lag:])


@pytest.mark.parametrize(
    "other",
    [("a", 2, SEED, 0), ("a", 366, SEED, 0), ("b", 1, SEED, 0), ("a", 1, SEED + 1, 0),
     ("a", 1, SEED, 1)],
    ids=["next day", "next year", "purpose", "seed", "branch"],
)  # fmt: skip
def test_two_addresses_are_independent_over_replicates(other):
    """Correlation, and a chi-square of the 8 by 8 table of both."""
    name, day, seed, branch = other
    one, two = uniforms("a", size=N), uniforms(name, day, seed, size=N, branch=branch)
    assert uncorrelated(one, two)
    table = np.bincount((one * 8).astype(int) * 8 + (two * 8).astype(int), minlength=64)
    statistic = ((table - N / 64) ** 2 / (N / 64)).sum()
    assert statistic < stats.chi2.ppf(1 - RARE, 63)


@settings(max_examples=10)
@given(st.text(max_size=8), st.text(max_size=8))
def test_any_two_purposes_are_uncorrelated(one, other):
    if one == other:
        return
    a, b = uniforms(one, size=2_000), uniforms(other, size=2_000)
    # twenty pairs a run, drawn anew each time: 7 standard errors, once in 10^11
    assert abs(np.corrcoef(a, b)[0, 1]) < 7 / np.sqrt(2_000)


# Quantiles


@given(st.floats(0, 30), st.integers(0, 2**32))
def test_counts_are_poisson_quantiles(mean, seed):
    uniform = np.random.default_rng(seed).random()
    assert poisson_quantile(uniform, mean) == max(stats.poisson.ppf(uniform, mean), 0)


def test_a_count_is_zero_below_its_probability_of_zero_and_not_at_it():
    zero = np.exp(-0.7)
    assert [poisson_quantile(u, 0.7) for u in (0.0, np.nextafter(zero, 0), zero)] == [0, 0, 1]


def test_no_intensity_makes_no_attack():
    assert [poisson_quantile(u, 0.0) for u in (0.0, 0.5, 1 - 2**-53)] == [0, 0, 0]


@pytest.mark.parametrize("uniform", [1e-9, 0.2, 0.5, 0.9, 1 - 1e-9])
def test_the_logistic_quantile_is_the_log_of_odds(uniform):
    expected = stats.logistic.ppf(uniform)
    assert logistic_quantile(uniform, LEAST) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_uniform_of_zero_counts_as_the_least():
    assert logistic_quantile(0.0, LEAST) == pytest.approx(np.log(LEAST))


@given(st.floats(2**-60, 1 - 2**-53))
def test_the_normal_quantile_has_seven_digits(uniform):
    assert normal_quantile(uniform) == pytest.approx(stats.norm.ppf(uniform), rel=2e-7, abs=2e-7)


@given(st.floats(2**-53, 0.99999), st.floats(0.3, 200))
def test_the_gamma_quantile_is_scipys(uniform, shape):
    expected = stats.gamma.ppf(uniform, shape)
    assert gamma_quantile(uniform, shape, lgamma(shape)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("shape", [1e4, 9e5, 1.1e6, 1e9, 1e15])
@pytest.mark.parametrize("uniform", [1e-3, 0.4, 0.999])
def test_the_gamma_quantile_is_scipys_where_it_is_nearly_normal(uniform, shape):
    """To a ten-thousandth of a standard deviation, which is 1 / sqrt(shape) of the quantile."""
    expected = stats.gamma.ppf(uniform, shape)
    close = pytest.approx(expected, abs=1e-4 * shape**0.5)
    assert gamma_quantile(uniform, shape, lgamma(shape)) == close
