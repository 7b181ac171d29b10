"""What each of several switches adds: alone, with all others, and by Shapley's rule."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.channels import ALONE, LAST, SHARE, TOGETHER, shapley, split, switched_on


def combinations_of(switches):
    sizes = range(len(switches) + 1)
    return map(frozenset, chain.from_iterable(combinations(switches, n) for n in sizes))


def game(worth, switches="abc"):
    """Two futures, of which the second is worth twice as much."""
    return {on: np.array([worth(on), 2.0 * worth(on)]) for on in combinations_of(switches)}


def added(table, channel, counted):
    row = table[(table["channel"] == channel) & (table["counted"] == counted)]
    return row["change"].item(), row["change_se"].item()


def test_shares_of_the_glove_game_are_shapleys():
    """One left glove and two right ones; a pair is worth 1: 2/3, 1/6, 1/6."""
    values = game(lambda on: float("a" in on and len(on) > 1))
    assert [shapley(values, x)[0] for x in "abc"] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_every_way_of_counting():
    """b and c stand in for each other, a adds to whatever is there: in means over both futures."""
    table = split(game(lambda on: 4.0 * ("a" in on) + 2.0 * bool(on & {"b", "c"})))
    assert added(table, "a", ALONE)[0] == added(table, "a", LAST)[0] == pytest.approx(1.5 * 4)
    assert added(table, "b", ALONE)[0] == pytest.approx(1.5 * 2)
    assert added(table, "b", LAST)[0] == 0.0
    assert added(table, "b", SHARE)[0] == added(table, "c", SHARE)[0] == pytest.approx(1.5 * 1)
    assert added(table, TOGETHER, SHARE)[0] == pytest.approx(1.5 * 6)


def test_errors_are_those_of_paired_differences():
    table = split(game(lambda on: float("a" in on)))  # a adds 1 and 2: deviation .5, two futures
    assert added(table, "a", ALONE)[1] == pytest.approx(0.5 / np.sqrt(2))


def test_channels_stand_in_the_order_of_their_shares():
    table = split(game(lambda on: 1.0 * ("a" in on) + 3.0 * ("b" in on) + 2.0 * ("c" in on)))
    assert list(dict.fromkeys(table["channel"])) == ["b", "c", "a", TOGETHER]


@given(st.lists(st.floats(-100, 100), min_size=16, max_size=16))
def test_shares_add_up_to_what_all_add(worths):
    worth = dict(zip(combinations_of("abcd"), worths, strict=True))
    values = game(worth.__getitem__, "abcd")
    shares = sum(shapley(values, x) for x in "abcd")
    assert shares == pytest.approx(values[frozenset("abcd")] - values[frozenset()], abs=1e-9)


def test_a_missing_combination_is_refused():
    values = game(lambda on: 1.0)
    del values[frozenset("ab")]
    with pytest.raises(ValueError, match="7 combinations of 3 switches; all 8 are needed"):
        split(values)


def test_a_future_without_a_value_is_refused():
    values = game(lambda on: 1.0)
    values[frozenset("a")][1] = np.nan
    with pytest.raises(ValueError, match="has no value in some combination"):
        split(values)


@pytest.mark.parametrize(
    ("functions", "pressure", "on"),
    [("[]", "0", ""), ("[inform]", "0", "inform"), ("[inform, contain]", "0.4",
     "inform contain pressure"), ("[]", "0.0", "")],
)  # fmt: skip
def test_what_a_cell_has_on(functions, pressure, on):
    chosen = {"functions": functions, "pressure": pressure, "other": "x"}
    assert switched_on(chosen, ["functions", "pressure"]) == frozenset(on.split())
