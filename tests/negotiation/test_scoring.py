"""How good a deal is, against the solution concepts of ``solutions``."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.negotiation import solutions
from sim.negotiation.scoring import (
    beaten,
    best_product,
    distance,
    distance_to_frontier,
    product,
    score_deal,
)

from .sitting import Sitting as Table
from .sitting import cake, everybody, issue, of_issues, swapped, worlds

MANY = settings(max_examples=20, deadline=None)


def scored(world, deal):
    """Distance to the frontier and share of the largest Nash product, as noted."""
    score_deal(*world.of_packages, deal)
    tally = world.future.tally
    return float(tally.deal_distance), float(tally.deal_nash_share)


# By hand


@pytest.mark.parametrize(("deal", "share"), [(5, 1.0), (6, 0.24 / 0.25), (9, 0.09 / 0.25), (10, 0)])
def test_of_a_cake_every_slice_is_efficient_and_some_are_fairer(deal, share):
    assert scored(cake(0.0, 0.0), deal) == (0.0, pytest.approx(share))


def test_products_are_of_gains_over_no_deal():
    """At .4 and .2 without a deal the best is .6 and .4: .2 times .2; .8 and .2 gain .4 times 0."""
    sitting = cake(0.4, 0.2)
    assert [scored(sitting, deal)[1] for deal in (6, 7, 8, 3)] == pytest.approx(
        [1, 0.3 * 0.1 / 0.04, 0, 0]
    )


def test_where_no_package_is_better_for_both_there_is_no_share():
    assert np.isnan(scored(cake(0.6, 0.6), 5)[1])


@pytest.fixture
def inefficient():
    """Worth to both sides: (0, 1), (1, 0), (.5, .9), (.5, .4), (.2, .1)."""
    return Table(of_issues({"a": issue([0, 1, 0.5, 0.5, 0.2], [1, 0, 0.9, 0.4, 0.1])}, [[1], [1]]))


@pytest.mark.parametrize(
    ("deal", "away"),
    [
        (0, 0.0),
        (2, 0.0),
        (3, 0.5),  # from (.5, .9)
        (4, np.hypot(0.8, 0.1)),  # from (1, 0); (.5, .9) is .854 away, (.5, .4) not on the frontier
    ],
)
def test_a_deal_that_another_beats_is_some_way_from_the_frontier(inefficient, deal, away):
    assert scored(inefficient, deal)[0] == pytest.approx(away)


def test_distances_are_euclidean():
    assert distance(0.3, -0.4) == pytest.approx(0.5)


def test_the_search_for_the_frontier_ends_at_what_is_known(inefficient):
    known = distance_to_frontier(inefficient.future, inefficient.t, 0.5, 0.4, 0.1)
    assert known == 0.1


@pytest.mark.parametrize(
    ("x", "y", "so"),
    [
        (0.5, 0.9, False),
        (0.4, 0.9, True),
        (0.5, 0.8, True),
        (0.4, 0.8, True),
        (1.0, 0.0, False),
        (0.0, 1.0, False),
        (0.6, 0.5, False),
    ],
)
def test_a_point_is_beaten_by_what_is_better_for_one_and_no_worse_for_the_other(
    inefficient, x, y, so
):
    assert bool(beaten(*inefficient.of_packages, x, y)) is so


@pytest.mark.parametrize(
    ("first", "second", "gained"), [(0.7, 0.5, 0.3 * 0.2), (0.3, 0.5, 0), (0.7, 0.2, 0), (0, 0, 0)]
)
def test_a_product_of_gains_knows_no_losses(first, second, gained):
    assert product(cake(0.4, 0.3).future, first, second) == pytest.approx(gained)


def test_the_best_product_is_told_with_its_package():
    sitting = cake(0.4, 0.0)
    best, found = best_product(*sitting.of_packages)
    assert best == pytest.approx(0.3 * 0.3)
    assert found == 7


# Against solutions


@given(worlds(many_pages=True), st.integers(0, 2**32))
@MANY
def test_every_deal_is_scored_as_the_solutions_say(world, seed):
    worths = everybody(world)
    threat = np.array([world.own(side).reservation for side in range(2)])
    deal = int(np.random.default_rng(seed).integers(len(worths)))
    frontier = worths[solutions.pareto_frontier(worths)]
    gains = np.maximum(worths - threat, 0.0).prod(axis=1)
    away, share = scored(world, deal)
    assert away == pytest.approx(np.hypot(*(frontier - worths[deal]).T).min(), abs=1e-12)
    expected = gains[deal] / gains.max() if gains.max() > 0 else np.nan
    assert share == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(worlds(many_pages=True))
@MANY
def test_a_point_is_beaten_unless_it_is_on_the_frontier(world):
    worths = everybody(world)
    on_frontier = solutions.pareto_frontier(worths)
    found = [bool(beaten(*world.of_packages, x, y)) for x, y in worths.tolist()]
    assert found == (~on_frontier).tolist()


@given(worlds(many_pages=True))
@MANY
def test_the_best_product_is_the_largest_of_all(world):
    worths = everybody(world)
    threat = np.array([world.own(side).reservation for side in range(2)])
    gains = np.maximum(worths - threat, 0.0).prod(axis=1)
    best, found = best_product(*world.of_packages)
    assume(gains.max() > 0)
    assert best == gains.max()
    assert found == gains.argmax()


@given(worlds(many_pages=True), st.integers(0, 2**32))
@MANY
def test_swapping_the_sides_changes_no_score(world, seed):
    deal = int(np.random.default_rng(seed).integers(world.p.agenda.packages))
    one, other = scored(world, deal), scored(swapped(world), deal)
    assert one == pytest.approx(other, abs=1e-15, nan_ok=True)
