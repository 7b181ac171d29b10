"""What the axioms promise, on random bargaining problems.

Utilities are small whole numbers, so that ties are frequent and exact and every other difference
is far above rounding.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.negotiation.solutions import (
    kalai_smorodinsky,
    nash,
    pareto_frontier,
    rubinstein_shares,
    zopa,
)

from .theory import zeuthen, zeuthen_path

ALL = [nash, kalai_smorodinsky, zeuthen]
SCALE_FREE = [nash, kalai_smorodinsky, zeuthen]

levels = st.integers(0, 20)
pairs = st.tuples(levels, levels)
weights = st.tuples(st.integers(1, 5), st.integers(1, 5))
probabilities = st.floats(0, 1)


@st.composite
def problems(draw, max_packages=30):
    """Utilities and a disagreement point with at least one individually rational package."""
    utilities = np.array(draw(st.lists(pairs, min_size=1, max_size=max_packages)), dtype=float)
    anchor = utilities[draw(st.integers(0, len(utilities) - 1))]
    below = np.array([draw(st.integers(0, 10)), draw(st.integers(0, 10))])
    return utilities, anchor - below


@pytest.mark.parametrize("solution", ALL)
@given(problem=problems())
def test_a_solution_is_individually_rational_and_on_the_frontier(solution, problem):
    package = solution(*problem)
    assert pareto_frontier(problem[0])[package]
    assert zopa(*problem)[package]


@pytest.mark.parametrize("solution", ALL)
@given(problem=problems())
def test_relabelling_the_sides_changes_no_choice(solution, problem):
    utilities, disagreement = problem
    assert solution(utilities[:, ::-1], disagreement[::-1]) == solution(utilities, disagreement)


@given(problem=problems(), power=weights)
def test_relabelling_mirrors_weights(problem, power):
    utilities, disagreement = problem
    mirrored = nash(utilities[:, ::-1], disagreement[::-1], power[::-1])
    assert mirrored == nash(utilities, disagreement, power)


@given(problem=problems())
def test_relabelling_mirrors_the_path_of_offers_and_risks(problem):
    utilities, disagreement = problem
    path = zeuthen_path(utilities, disagreement)
    mirrored = zeuthen_path(utilities[:, ::-1], disagreement[::-1])
    assert mirrored.offers.tolist() == path.offers[:, ::-1].tolist()
    assert mirrored.risks.tolist() == path.risks[:, ::-1].tolist()


@pytest.mark.parametrize("solution", SCALE_FREE)
@given(
    problem=problems(),
    scale=st.tuples(st.floats(0.5, 20), st.floats(0.5, 20)),
    shift=st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
)
def test_the_units_of_utility_do_not_matter(solution, problem, scale, shift):
    utilities, disagreement = (values * scale + shift for values in problem)
    assert solution(utilities, disagreement) == solution(*problem)


@given(problem=problems(), scale=st.floats(0.5, 20), power=weights)
def test_the_units_of_utility_do_not_matter_with_weights(problem, scale, power):
    utilities, disagreement = (values * [scale, 1.0] for values in problem)
    assert nash(utilities, disagreement, power) == nash(*problem, power)


@given(problem=problems(), data=st.data())
def test_nash_is_independent_of_irrelevant_alternatives(problem, data):
    """Dropping packages that were not chosen leaves the choice, where both sides could gain."""
    utilities, disagreement = problem
    package = nash(utilities, disagreement)
    assume((utilities[package] > disagreement).all())
    size = len(utilities)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    kept[package] = True
    remaining = np.flatnonzero(kept)
    assert remaining[nash(utilities[remaining], disagreement)] == package


@given(problem=problems(), added=st.lists(pairs, min_size=1, max_size=10))
def test_with_the_same_ideals_more_packages_never_hurt_both_in_kalai_smorodinsky(problem, added):
    """Restricted monotonicity on finite sets: the smaller share of the ideals does not fall."""
    utilities, disagreement = problem
    ideals = utilities[zopa(utilities, disagreement)].max(axis=0)
    assume((ideals > disagreement).all())
    more = np.vstack([utilities, np.minimum(added, ideals)])
    before = utilities[kalai_smorodinsky(utilities, disagreement)] - disagreement
    after = more[kalai_smorodinsky(more, disagreement)] - disagreement
    scale = ideals - disagreement
    assert (after / scale).min() >= (before / scale).min() - 1e-12


@given(problem=problems())
def test_no_other_package_has_a_larger_nash_product(problem):
    utilities, disagreement = problem
    gains = (utilities - disagreement)[zopa(utilities, disagreement)]
    chosen = utilities[nash(utilities, disagreement)] - disagreement
    assert chosen.prod() == gains.prod(axis=1).max()


@given(problem=problems())
def test_zeuthen_ends_at_the_nash_package_of_any_finite_set(problem):
    """No convexity is needed: it holds whatever the set, with ties by the same rule."""
    assert zeuthen(*problem) == nash(*problem)


@given(problem=problems())
def test_zeuthen_concessions_are_monotonic_and_made_at_the_lower_risk(problem):
    utilities, disagreement = problem
    path = zeuthen_path(utilities, disagreement)
    own = np.column_stack([utilities[path.offers[:, side], side] for side in (0, 1)])
    conceded = own[:-1] - own[1:]
    assert (conceded >= 0).all()
    assert (conceded.sum(axis=1) > 0).all()
    lower = path.risks[:-1] <= path.risks[:-1, ::-1] + 1e-9
    tie_break = np.zeros(len(conceded), dtype=bool)
    tie_break[-1:] = True  # the last step may settle a tie on the largest product
    assert (lower | (conceded == 0) | tie_break[:, None]).all()


@given(problem=problems())
def test_zeuthen_ends_in_agreement_without_risk(problem):
    path = zeuthen_path(*problem)
    assert path.offers[-1].tolist() == [path.package, path.package]
    assert path.risks[-1].tolist() == [0, 0]
    assert ((path.risks >= 0) & (path.risks <= 1)).all()


@given(
    own=st.tuples(probabilities, probabilities),
    other=probabilities,
    breakdown=probabilities,
    periods=st.none() | st.integers(1, 12),
    option=st.none() | probabilities,
)
def test_more_patience_never_hurts_in_rubinstein(own, other, breakdown, periods, option):
    hasty, patient = sorted(own)
    assume(periods is not None or breakdown > 0 or patient * other < 1)
    rest = {"periods": periods, "breakdown": breakdown, "outside_option": option}
    first = [rubinstein_shares(mine, other, **rest)[0] for mine in (hasty, patient)]
    second = [rubinstein_shares(other, mine, **rest)[1] for mine in (hasty, patient)]
    assert first[0] <= first[1] + 1e-12
    assert second[0] <= second[1] + 1e-12


@given(deltas=st.tuples(probabilities, probabilities), option=st.none() | probabilities)
def test_rubinstein_shares_divide_the_pie(deltas, option):
    assume(min(deltas) < 1)
    first, second = rubinstein_shares(*deltas, outside_option=option)
    assert 0 <= first <= 1
    assert first + second == pytest.approx(1)
    assert second >= (option or 0.0) - 1e-12


@given(delta=st.floats(0, 0.95))
def test_a_long_game_is_like_an_endless_one(delta):
    assert rubinstein_shares(delta, delta, periods=600) == pytest.approx(
        rubinstein_shares(delta, delta), abs=1e-9
    )
