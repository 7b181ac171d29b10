"""Deals of many futures are scored as each would be alone."""

import numpy as np
import pytest
from conftest import SEED, vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model import CeasefireModel
from sim.negotiation import solutions
from sim.negotiation.scoring import efficient, score


@st.composite
def tables(draw):
    """Utilities of both sides in several futures, on a grid with many ties or on none."""
    futures, packages = draw(st.integers(1, 6)), draw(st.integers(1, 30))
    steps = draw(st.sampled_from([2, 3, 10, 10**9]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))

    def values(*shape):
        return rng.integers(0, steps + 1, shape) / steps

    deal = rng.integers(0, packages, futures)
    return values(futures, packages), values(futures, packages), deal, values(2, futures) / 2


@given(tables())
@settings(max_examples=300, deadline=None)
def test_each_row_is_scored_as_its_own_table_would_be(world):
    first, second, deal, disagreement = world
    rows = np.arange(len(deal))
    distance, share = score(
        (first, second), (first[rows, deal], second[rows, deal]), tuple(disagreement)
    )
    for row in rows:
        alone = solutions.score(
            np.column_stack([first[row], second[row]]), int(deal[row]), disagreement[:, row]
        )
        assert distance[row] == pytest.approx(alone.distance_to_frontier, abs=1e-12)
        assert share[row] == pytest.approx(alone.nash_share, abs=1e-12, nan_ok=True)


@given(tables())
@settings(max_examples=100, deadline=None)
def test_swapping_the_sides_changes_no_score(world):
    first, second, deal, disagreement = world
    rows = np.arange(len(deal))
    ours, theirs = first[rows, deal], second[rows, deal]
    one = score((first, second), (ours, theirs), tuple(disagreement))
    other = score((second, first), (theirs, ours), tuple(disagreement[::-1]))
    for a, b in zip(one, other, strict=True):
        assert np.array_equal(a, b, equal_nan=True)


@pytest.mark.parametrize("locked", [False, True])
def test_packages_left_out_are_on_no_future_s_frontier(locked):
    """Trust and lock-in at random: the frontier of all packages lies among the efficient."""
    model = CeasefireModel(vary({}), 1, SEED)
    rng = np.random.default_rng(7)
    for account in range(len(model.accounts_used)):
        pair = tuple(tables.by_account[account] for tables in model.book.tables)
        kept = efficient(pair, tuple(p.config.lock_in for p in model.parties))[locked].tolist()
        assert len(kept) < len(model.book.packages)
        for _ in range(20):
            own = [
                table.all_utilities(
                    rng.random(1),
                    rng.random((1, len(table.retreat))) * party.config.lock_in * locked,
                )[0]
                for table, party in zip(pair, model.parties, strict=True)
            ]
            frontier = np.flatnonzero(solutions.pareto_frontier(np.column_stack(own)))
            points = {(own[0][k], own[1][k]) for k in kept}
            assert {(own[0][k], own[1][k]) for k in frontier} <= points
