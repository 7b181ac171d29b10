"""Compiled arithmetic gives the numbers that NumPy gives, to the last bit."""

import signal
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace

import digests
import numpy as np
import pytest
from conftest import SEED, same, vary
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.conflict.attacks import Severity, poisson_quantile
from sim.negotiation.menus import Prospects
from sim.randomness import LARGEST_WORD, Streams, further
from test_model import BUSY, WORLDS
from test_utility import MANY, best_for_the_other, choose, menu, worlds, worth

from sim import compiled
from sim.model import CeasefireModel
from sim.negotiation.opponent import Estimate
from sim.negotiation.scoring import score
from sim.records import DAILY, Daily, histograms

pytest.importorskip("numba", reason="Numba is not installed: NumPy does everything")
words = st.integers(0, LARGEST_WORD)


@contextmanager
def arithmetic(wanted):
    """Compute with compiled arithmetic, or without; afterwards as before."""
    before = compiled.kernels() is not None
    assert compiled.use(wanted) is wanted
    try:
        yield
    finally:
        compiled.use(before)


def both(work):
    """What some work gives by NumPy and by compiled arithmetic."""
    results = []
    for wanted in (False, True):
        with arithmetic(wanted):
            results.append(work())
            assert (compiled.kernels() is not None) is wanted
    return results


@pytest.mark.parametrize("blocks", [1, 5])
def test_the_compiler_is_loaded_once_many_futures_were_asked_for(blocks):
    with arithmetic(False):
        for _ in range(blocks):
            compiled.ask((compiled.MANY - 1) // blocks)
            assert compiled.kernels() is None
        compiled.ask(blocks)
        assert compiled.kernels() is not None


def test_without_numba_numpy_does_everything(monkeypatch):
    with arithmetic(False):
        monkeypatch.delitem(sys.modules, "sim.kernels", raising=False)
        monkeypatch.setitem(sys.modules, "numba", None)  # as if it were not installed
        assert compiled.use(True) is False
        assert compiled.kernels() is None
        assert Streams(SEED, size=compiled.MANY).uniform("purpose", 1).shape == (compiled.MANY,)
        monkeypatch.undo()


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no SIGALRM")
@pytest.mark.parametrize("rooms", [["numba.core.serialize"], ["pickle", "llvmlite.binding.ffi"]])
def test_an_interrupt_inside_numba_comes_when_it_is_out(rooms):
    """There it would be lost: a run went on to its end after Ctrl-C."""
    inside = None
    for room in reversed([*rooms, "sim.model"]):
        inside = SimpleNamespace(f_globals={"__name__": room}, f_back=inside, f_lineno=1)
    before = signal.signal(signal.SIGALRM, compiled._interrupted)
    try:
        compiled._interrupted(signal.SIGINT, inside)  # does not raise
        with pytest.raises(KeyboardInterrupt):
            time.sleep(5)
        with pytest.raises(KeyboardInterrupt):
            compiled._interrupted(signal.SIGINT, None)
    finally:
        signal.signal(signal.SIGALRM, before)


# Whole models


@pytest.mark.parametrize("name", [*WORLDS, "renewable", "mixed accounts, learning"])
def test_a_model_gives_the_same_bits(name):
    more = {
        "renewable": BUSY | {"ceasefire.renewable": True},
        "mixed accounts, learning": BUSY | {"pakistan.opponent_model": "learned"},
    }
    scenario, horizon = vary((WORLDS | more)[name]), 120

    def work():
        daily = Daily(horizon)
        model = CeasefireModel(scenario, 250, SEED, watched=3)
        columns = model.run(horizon, daily).columns
        return columns, vars(daily), model.spells.columns(), model.log.incidents

    (columns, daily, spells, told), other = both(work)
    assert same(columns, other[0]) == same(daily, other[1]) == same(spells, other[2]) == []
    assert told == other[3]
    assert len(set(columns["deal"])) == 2  # there was something to bargain about


@pytest.mark.parametrize("name", digests.cases())
def test_compiled_outcomes_are_those_stored(name):
    with arithmetic(True):
        assert digests.digest(name) == digests.stored().get(name)


# Random numbers


@given(words, words, st.integers(0, 10**12), st.integers(0, 10_000), st.data())
@settings(max_examples=100, deadline=None)
def test_any_address_gives_the_same_word(seed, branch, first, day, data):
    size = data.draw(st.integers(1, 40))
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, size - 1)))), dtype=np.int64)
    nth = data.draw(st.integers(0, 5))

    def work():
        streams = Streams(seed, first, size, branch)
        chance = np.linspace(0.1, 0.9, len(rows))
        drawn = streams.words("purpose", day, rows)
        return [
            streams.uniform("purpose", day).tolist(),
            streams.uniform("purpose", day, rows).tolist(),
            streams.below("purpose", day, chance, rows).tolist(),
            drawn.tolist(),
            further(drawn, nth).tolist(),
        ]

    by_numpy, by_compiler = both(work)
    assert by_numpy == by_compiler


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 30)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_counts_are_the_same(cases):
    uniform, mean = np.array(cases, dtype=float).reshape(-1, 2).T.copy()
    one, other = both(lambda: poisson_quantile(uniform, mean).tolist())
    assert one == other


def test_deaths_are_the_same():
    count = np.random.default_rng(SEED).poisson(0.7, 3_000)
    streams, severity = Streams(SEED, size=3_000), Severity.of(1.4, 2.4, 120)

    def work():
        worst, total = severity.of_attacks(count, lambda rows: streams.words("deaths", 3, rows))
        return {"worst": worst, "total": total}

    one, other = both(work)
    assert same(one, other) == []
    assert (one["total"] > one["worst"]).any()
    assert one["worst"].max() > 20


# Bargaining and records


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_choices_are_those_of_going_through_every_package(world):
    own, other, most, aspiration, trust, lock_in = world
    exact = worth(own, np.arange(len(trust)) % len(other), trust, lock_in)
    offered = menu(own, other, most)
    with arithmetic(True):
        for asked in (aspiration, exact):  # also what is met to the last bit
            expected = [
                best_for_the_other(own, other, *row)
                for row in zip(asked, trust, lock_in, strict=True)
            ]
            assert choose(offered, asked, trust, lock_in).tolist() == expected


@given(worlds(), st.floats(-0.5, 1.5))
@settings(max_examples=100, deadline=None)
def test_the_most_that_leaves_the_other_enough_is_the_same(world, floor):
    own, other, most, _, trust, lock_in = world
    offered = menu(own, other, most)
    rows = np.arange(len(trust))

    def work():
        prospects = Prospects([offered], np.zeros_like(rows), trust, lock_in)
        return prospects.best_leaving(rows, np.full(len(rows), floor)).tolist()

    one, two = both(work)
    assert one == two


@given(st.integers(0, 2**32), st.sampled_from([2, 5, 1000]))
@settings(max_examples=60, deadline=None)
def test_scores_are_the_same(seed, steps):
    """Many ties at few steps."""
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, steps + 1, (2, 20, 12)) / steps
    deal = first[:, 3].copy(), second[:, 3].copy()
    without = rng.integers(0, steps + 1, (2, 20)) / steps

    def work():
        distance, share = score((first, second), deal, (without[0], without[1]))
        return {"distance": distance, "share": share}

    assert same(*both(work)) == []


def test_what_is_heard_is_the_same():
    rng = np.random.default_rng(SEED)
    option = rng.integers(0, 3, (30, 4))
    offers = rng.integers(0, 30, (6, MANY))

    def work():
        estimate = Estimate(2 * MANY, 4)
        for offer in offers:
            estimate.hear(np.arange(0, 2 * MANY, 2), offer, option)
        return vars(estimate)

    assert same(*both(work)) == []


def test_counts_by_bin_are_the_same():
    values = np.random.default_rng(SEED).normal(0.5, 10.0, (len(DAILY), 500))
    values[7, ::3] = np.nan
    counted = np.arange(500) % 7 > 0
    one, other = both(lambda: histograms(values.copy(), counted))
    assert np.array_equal(one, other)
    assert one.sum() == counted.sum() * len(DAILY) - (counted & (np.arange(500) % 3 == 0)).sum()
