"""The random streams: every uniform has an address and depends on nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sim.randomness import Streams, further, purpose_key

SEEDS = st.integers(0, 2**64 - 1)
PURPOSES = st.text(min_size=0, max_size=20)
DAYS = st.integers(0, 100_000)
FIRSTS = st.integers(0, 10**12)

SEED = 2025  # chosen beforehand, like every seed here
RARE = 1e-5  # chance with which a statistical test here fails although nothing is wrong


def directly(seed: int, purpose: str, day: int, branch: int, replicate: int) -> float:
    """The uniform at an address, from NumPy's generator alone."""
    key = np.array([seed, purpose_key(purpose)], dtype=np.uint64)
    counter = np.array([replicate // 4, day, branch, 0], dtype=np.uint64)
    words = np.random.Generator(np.random.Philox(key=key, counter=counter)).random(4)
    return float(words[replicate % 4])


# Addresses


@given(SEEDS, PURPOSES, DAYS, SEEDS, FIRSTS, st.integers(1, 9))
def test_a_uniform_is_numpys_philox_at_its_address(seed, purpose, day, branch, first, size):
    drawn = Streams(seed, first, size, branch).uniform(purpose, day)
    expected = [directly(seed, purpose, day, branch, first + k) for k in range(size)]
    assert drawn.tolist() == expected


def test_an_address_gives_the_same_number_in_every_version():
    """Published runs must stay replayable: these numbers may never change."""
    assert purpose_key("attack/ttp") == 11577073919305473095
    drawn = Streams(2025, first=5, size=2).uniform("attack/ttp", 30)
    assert drawn.tolist() == [0.48748423440149713, 0.3650170146750733]


def test_a_purpose_key_is_a_word_of_64_bits():
    keys = [purpose_key(f"purpose {k}") for k in range(1_000)]
    assert all(0 <= key < 2**64 for key in keys)
    assert len(set(keys)) == len(keys)


def test_seeds_above_2_to_the_63_stay_apart():
    highest = 2**64 - 1
    one, other = Streams(highest, size=8), Streams(highest - 1, size=8)
    assert (one.uniform("attack/ttp", 1) != other.uniform("attack/ttp", 1)).all()


def test_uniforms_lie_in_the_half_open_unit_interval():
    drawn = Streams(SEED, size=100_000).uniform("range", 1)
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0


# Invariance


@given(st.integers(1, 40), st.integers(0, 40), FIRSTS)
def test_a_longer_run_begins_with_the_shorter_one(short, extra, first):
    one = Streams(SEED, first, short).uniform("attack/ttp", 3)
    longer = Streams(SEED, first, short + extra).uniform("attack/ttp", 3)
    assert longer[:short].tolist() == one.tolist()


@pytest.mark.parametrize("block", [1, 2, 3, 4, 7, 64, 100])
def test_blocks_of_any_size_join_to_the_whole(block):
    whole = Streams(SEED, size=100).uniform("clash", 9)
    parts = [
        Streams(SEED, first, min(block, 100 - first)).uniform("clash", 9)
        for first in range(0, 100, block)
    ]
    assert np.concatenate(parts).tolist() == whole.tolist()


@given(words=st.lists(SEEDS, min_size=1, max_size=8), nth=st.integers(0, 50))
def test_further_numbers_are_those_of_splitmix64_one_by_one_or_together(words, nth):
    def directly(word):
        if nth:
            word = (word + nth * 0x9E3779B97F4A7C15) % 2**64
            word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
            word ^= word >> 31
        return (word >> 11) * 2.0**-53

    drawn = np.array(words, dtype=np.uint64)
    expected = [directly(word) for word in words]
    assert further(drawn, nth).tolist() == expected
    assert further(drawn, np.full(len(words), nth)).tolist() == expected


@given(st.permutations([(p, d) for p in ("a", "b", "c") for d in (1, 2, 3)]))
def test_the_order_of_the_calls_does_not_matter(order):
    ordered = {a: Streams(SEED, size=5).uniform(*a).tolist() for a in sorted(order)}
    streams = Streams(SEED, size=5)
    assert {address: streams.uniform(*address).tolist() for address in order} == ordered


def test_asking_twice_gives_the_same_numbers():
    streams = Streams(SEED, size=5)
    assert streams.uniform("a", 1).tolist() == streams.uniform("a", 1).tolist()


def test_a_purpose_left_out_shifts_no_other():
    def rest(purposes):
        streams = Streams(SEED, size=6)
        drawn = {(p, d): streams.uniform(p, d).tolist() for d in range(1, 5) for p in purposes}
        return {address: values for address, values in drawn.items() if address[0] != "b"}

    assert rest(["a", "b", "c"]) == rest(["a", "c"])


@given(st.integers(0, 199))
def test_one_replicate_is_replayed_alone(replicate):
    together = Streams(SEED, size=200).uniform("response/pakistan/0", 17)
    alone = Streams(SEED, first=replicate, size=1).uniform("response/pakistan/0", 17)
    assert alone.tolist() == [together[replicate]]


@given(
    st.integers(0, 50),
    st.integers(1, 40),
    st.lists(st.lists(st.booleans(), min_size=40, max_size=40), min_size=1, max_size=3),
)
def test_rows_taken_keep_their_numbers(first, size, keeps):
    streams = Streams(SEED, first, size)
    replicates = np.arange(first, first + size)
    for keep in keeps:
        rows = np.flatnonzero(np.array(keep[: len(replicates)]))
        if not len(rows):
            continue
        streams.take(rows)
        replicates = replicates[rows]
    drawn = streams.uniform("attack/ttp", 2)
    assert streams.replicates.tolist() == replicates.tolist()
    assert drawn.tolist() == [directly(SEED, "attack/ttp", 2, 0, int(r)) for r in replicates]


@pytest.mark.parametrize(
    "other",
    [
        Streams(SEED + 1, size=400).uniform("a", 1),
        Streams(SEED, size=400).uniform("b", 1),
        Streams(SEED, size=400).uniform("a", 2),
        Streams(SEED, size=400, branch=1).uniform("a", 1),
        Streams(SEED, first=400, size=400).uniform("a", 1),
    ],
    ids=["seed", "purpose", "day", "branch", "replicate"],
)
def test_a_change_in_any_part_of_the_address_changes_every_number(other):
    assert (Streams(SEED, size=400).uniform("a", 1) != other).all()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
        ({"seed": 1, "branch": -1}, "branch"),
        ({"seed": 1, "branch": 2**64}, "branch"),
        ({"seed": 1, "first": -1}, "first"),
        ({"seed": 1, "size": 0}, "size"),
    ],
)
def test_an_address_out_of_range_is_refused(arguments, named):
    with pytest.raises(ValueError, match=named):
        Streams(**arguments)


# Distribution: along every part of the address the numbers are uniform and independent

N = 40_000


def along(part: str) -> np.ndarray:
    """N uniforms that differ in one part of the address only."""
    if part == "replicate":
        return Streams(SEED, size=N).uniform("attack/ttp", 1)
    streams = Streams(SEED, first=17)
    if part == "day":
        return np.array([streams.uniform("attack/ttp", day)[0] for day in range(N)])
    if part == "purpose":
        return np.array([streams.uniform(f"purpose/{k}", 1)[0] for k in range(N)])
    if part == "branch":
        made = (Streams(SEED, 17, 1, branch) for branch in range(N // 10))
    else:
        made = (Streams(seed, 17) for seed in range(N // 10))
    return np.array([one.uniform("attack/ttp", 1)[0] for one in made])


PARTS = ["replicate", "day", "purpose", "branch", "seed"]


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
    purpose, day, seed, branch = other
    one = Streams(SEED, size=N).uniform("a", 1)
    two = Streams(seed, size=N, branch=branch).uniform(purpose, day)
    assert uncorrelated(one, two)
    table = np.bincount((one * 8).astype(int) * 8 + (two * 8).astype(int), minlength=64)
    statistic = ((table - N / 64) ** 2 / (N / 64)).sum()
    assert statistic < stats.chi2.ppf(1 - RARE, 63)


@settings(max_examples=20)
@given(st.text(max_size=8), st.text(max_size=8))
def test_any_two_purposes_are_uncorrelated(one, other):
    if one == other:
        return
    streams = Streams(SEED, size=2_000)
    a, b = streams.uniform(one, 1), streams.uniform(other, 1)
    # twenty pairs a run, drawn anew each time: 7 standard errors, once in 10^11
    assert abs(np.corrcoef(a, b)[0, 1]) < 7 / np.sqrt(2_000)
