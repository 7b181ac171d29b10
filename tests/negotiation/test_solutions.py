"""Solution concepts on small sets of packages: conventions, ties, degenerate and bad input."""

import math

import numpy as np
import pytest

from sim.negotiation.solutions import (
    NoAgreementZone,
    kalai_smorodinsky,
    nash,
    pareto_frontier,
    rubinstein_shares,
    zopa,
)

from .theory import zeuthen, zeuthen_path, zeuthen_risk

ALL = [nash, kalai_smorodinsky, zeuthen]
FOUR = [[0.1, 0.9], [0.4, 0.6], [0.3, 0.5], [0.9, 0.2]]  # the third is dominated


# --- frontier and zone ----------------------------------------------------------------------------


def test_frontier():
    assert pareto_frontier(FOUR).tolist() == [True, True, False, True]


def test_frontier_keeps_all_copies_and_drops_the_weakly_dominated():
    assert pareto_frontier([[1, 0], [1, 0], [1, 1], [0, 1], [1, 1]]).tolist() == [
        False,
        False,
        True,
        False,
        True,
    ]


def test_frontier_against_its_definition():
    values = np.random.default_rng(3).integers(0, 8, (200, 2)) / 8
    weakly = (values[:, None] >= values).all(axis=2)
    strictly = (values[:, None] > values).any(axis=2)
    assert pareto_frontier(values).tolist() == (~(weakly & strictly).any(axis=0)).tolist()


def test_zopa_includes_the_disagreement_payoff_itself():
    assert zopa(FOUR, [0.3, 0.5]).tolist() == [False, True, True, False]


def test_zopa_forgives_rounding():
    assert 1 - 0.9 < 0.1
    assert zopa([[0.9, 1 - 0.9]], [0, 0.1]).tolist() == [True]


# --- every solution -------------------------------------------------------------------------------


@pytest.mark.parametrize("solution", ALL)
def test_no_individually_rational_package(solution):
    with pytest.raises(NoAgreementZone, match="none of the 4 packages is individually rational"):
        solution(FOUR, [0.95, 0.95])


def test_no_agreement_zone_is_a_value_error():
    assert issubclass(NoAgreementZone, ValueError)


@pytest.mark.parametrize("solution", ALL)
def test_one_package(solution):
    assert solution([[0.4, 0.3]], [0.1, 0.1]) == 0
    assert solution([[0.4, 0.3]], [0.4, 0.3]) == 0


@pytest.mark.parametrize("solution", ALL)
def test_the_dominating_package_is_chosen_even_where_the_objective_ties(solution):
    assert solution([[0.5, 0.5], [0.5, 0.8], [0.5, 0.5]], [0.5, 0.1]) == 1


@pytest.mark.parametrize("solution", ALL)
def test_a_side_that_can_gain_nothing_leaves_the_other_its_ideal(solution):
    assert solution([[0.5, 0.2], [0.5, 0.7], [0.5, 0.6], [0.4, 0.9]], [0.5, 0.1]) == 1


@pytest.mark.parametrize("solution", ALL)
def test_full_ties_go_to_the_lowest_index(solution):
    assert solution([[0.3, 0.7], [0.7, 0.3], [0.3, 0.7]], [0, 0]) == 0
    assert solution([[0.7, 0.3], [0.3, 0.7]], [0, 0]) == 0


@pytest.mark.parametrize("solution", ALL)
def test_rounding_does_not_break_ties(solution):
    sums = [[0.1 + 0.2, 0.7], [0.7, 0.3], [0.7, 0.1 + 0.2]]
    assert solution(sums[:2], [0, 0]) == 0
    assert solution(sums[1::-1], [0, 0]) == 0


def test_ties_on_another_objective_go_to_the_higher_nash_product():
    assert kalai_smorodinsky([[0.5, 1.0], [0.8, 0.5], [1.0, 0.2]], [0, 0]) == 0


@pytest.mark.parametrize("solution", ALL)
def test_where_the_sides_can_only_gain_alone_the_lowest_index_is_taken(solution):
    assert solution([[0.5, 0.0], [0.0, 0.5]], [0, 0]) == 0


def test_each_solution_has_its_own_idea():
    utilities = [[4.0, 1.0], [3.0, 1.8], [2.3, 2.3], [1.6, 3.0], [0.2, 6.5]]
    disagreement = [0.0, 0.0]
    assert nash(utilities, disagreement) == 1
    assert kalai_smorodinsky(utilities, disagreement) == 3


def test_ideals_ignore_packages_that_are_not_individually_rational():
    utilities = [[1.0, 0.05], [0.5, 0.4], [0.36, 0.5], [0.3, 0.6], [0.2, 0.8]]
    # Shares of the ideals (0.5, 0.5): package 3 has (0.6, 0.6). With the first side's best of all
    # packages, 1.0, as its ideal, package 2 would win with (0.36, 0.4) against (0.3, 0.6).
    assert kalai_smorodinsky(utilities, [0.0, 0.3]) == 3


def test_weights_count_by_their_ratio():
    pie = np.column_stack([np.linspace(0, 1, 101), np.linspace(1, 0, 101)])
    assert pie[nash(pie, [0, 0], [0.7, 0.3]), 0] == pytest.approx(0.7)
    assert nash(pie, [0, 0], [7, 3]) == nash(pie, [0, 0], [0.7, 0.3])
    assert nash(pie, [0, 0], [1, 1]) == nash(pie, [0, 0])


def test_a_weight_of_zero_gives_the_other_side_its_ideal():
    assert nash(FOUR, [0, 0], [1, 0]) == 3
    assert nash(FOUR, [0, 0], [0, 1]) == 0


@pytest.mark.parametrize("weights", [[-1, 2], [0, 0], [math.nan, 1], [1, math.inf], [1], [1, 1, 1]])
def test_bad_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        nash(FOUR, [0, 0], weights)


@pytest.mark.parametrize("solution", [*ALL, zopa])
@pytest.mark.parametrize(
    ("utilities", "disagreement", "reason"),
    [
        (np.empty((0, 2)), [0, 0], "at least one package"),
        ([0.4, 0.6], [0, 0], r"shape \(packages, 2\)"),
        ([[0.1, 0.2, 0.3]], [0, 0], r"shape \(packages, 2\)"),
        ([[0.1, math.nan]], [0, 0], "finite"),
        (FOUR, [0, -math.inf], "finite"),
        (FOUR, [0, 0, 0], "two finite payoffs"),
    ],
)
def test_bad_problems(solution, utilities, disagreement, reason):
    with pytest.raises(ValueError, match=reason):
        solution(utilities, disagreement)


# --- Zeuthen --------------------------------------------------------------------------------------


def test_zeuthen_as_a_sequence_of_offers():
    pie = np.column_stack([np.arange(5) / 4, 1 - np.arange(5) / 4])
    path = zeuthen_path(pie, [0, 0])
    assert path.offers.tolist() == [[4, 0], [3, 1], [2, 2]]
    assert path.risks == pytest.approx(np.array([[1, 1], [2 / 3, 2 / 3], [0, 0]]))
    assert path.package == 2


def test_zeuthen_passes_a_dent_in_the_frontier():
    utilities = [[1.0, 0.3], [0.5, 0.4], [0.35, 0.7], [0.1, 1.0]]  # products .3 .2 .245 .1
    path = zeuthen_path(utilities, [0, 0])
    assert path.offers.tolist() == [[0, 3], [0, 0]]
    assert path.package == nash(utilities, [0, 0]) == 0


def test_zeuthen_never_offers_a_dominated_package():
    assert 2 not in zeuthen_path(FOUR, [0, 0]).offers


@pytest.mark.parametrize(
    ("own", "other", "disagreement", "risk"),
    [
        (0.9, 0.4, 0.0, 0.5 / 0.9),
        (0.9, 0.4, 0.2, 0.5 / 0.7),
        (0.9, 0.9, 0.0, 0.0),
        (0.5, 0.9, 0.0, 0.0),
        (0.9, 0.0, 0.0, 1.0),
        (0.9, 0.1, 0.3, 1.0),
        (0.3, 0.1, 0.3, 1.0),
        (0.2, 0.1, 0.3, 1.0),
    ],
)
def test_zeuthen_risk(own, other, disagreement, risk):
    assert zeuthen_risk(own, other, disagreement) == pytest.approx(risk)


def test_zeuthen_risk_is_elementwise():
    assert zeuthen_risk([0.9, 0.8], [0.4, 0.8], 0.1).tolist() == pytest.approx([0.625, 0.0])


# --- alternating offers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delta_1", "delta_2", "shares"),
    [
        (0.0, 0.0, (1, 0)),
        (0.9, 0.0, (1, 0)),
        (0.0, 0.9, (0.1, 0.9)),
        (1.0, 0.9, (1, 0)),
        (0.9, 1.0, (0, 1)),
    ],
)
def test_rubinstein_with_discounts_at_the_ends(delta_1, delta_2, shares):
    assert rubinstein_shares(delta_1, delta_2) == pytest.approx(shares)


def test_two_who_lose_nothing_by_waiting_have_no_solution():
    with pytest.raises(ValueError, match="every split is an equilibrium"):
        rubinstein_shares(1, 1)


def test_two_patient_sides_are_pinned_down_by_a_last_period_or_by_breakdown():
    assert rubinstein_shares(1, 1, periods=4) == (0, 1)
    assert rubinstein_shares(1, 1, periods=5) == (1, 0)
    assert rubinstein_shares(1, 1, breakdown=0.1) == pytest.approx((1 / 1.9, 0.9 / 1.9))


def test_certain_breakdown_makes_an_ultimatum():
    assert rubinstein_shares(0.9, 0.9, breakdown=1) == (1, 0)
    assert rubinstein_shares(0.9, 0.9, periods=6, breakdown=1) == (1, 0)


def test_outside_option_in_a_finite_game():
    assert rubinstein_shares(0.9, 0.9, periods=1, outside_option=0.3) == pytest.approx((0.7, 0.3))
    assert rubinstein_shares(0.9, 0.9, periods=2, outside_option=0.3) == pytest.approx((0.1, 0.9))
    long = rubinstein_shares(0.9, 0.9, periods=400, outside_option=0.6)
    assert long == pytest.approx(rubinstein_shares(0.9, 0.9, outside_option=0.6))


def test_outside_option_of_the_whole_pie_and_more():
    assert rubinstein_shares(0.9, 0.9, outside_option=1) == (0, 1)
    with pytest.raises(NoAgreementZone, match="more than the whole pie"):
        rubinstein_shares(0.9, 0.9, outside_option=1.01)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"delta_1": 1.1, "delta_2": 0.9}, "delta_1"),
        ({"delta_1": 0.9, "delta_2": -0.1}, "delta_2"),
        ({"delta_1": 0.9, "delta_2": math.nan}, "delta_2"),
        ({"delta_1": 0.9, "delta_2": 0.9, "breakdown": 1.5}, "breakdown"),
        ({"delta_1": 0.9, "delta_2": 0.9, "outside_option": -0.5}, "outside_option"),
        ({"delta_1": 0.9, "delta_2": 0.9, "periods": 0}, "periods"),
        ({"delta_1": 0.9, "delta_2": 0.9, "periods": 2.5}, "periods"),
    ],
)
def test_rubinstein_out_of_range(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        rubinstein_shares(**arguments)
