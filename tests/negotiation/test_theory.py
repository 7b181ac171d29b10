"""Known answers of bargaining theory, to half a unit of the last printed digit.

Numbers are kept as text, because the number of printed digits is the tolerance: ``"0.189"`` is
met by anything in [0.1885, 0.1895]. Exact answers are printed to six digits.
"""

import numpy as np
import pytest

from sim.config.tactics import ConcessionForm
from sim.negotiation import concession, solutions
from sim.parameters import code

from . import theory

POLYNOMIAL = code(ConcessionForm.polynomial)


def printed(text):
    digits = len(text.partition(".")[2])
    return pytest.approx(float(text), rel=0, abs=0.5 * 10.0**-digits)


# --- alternating offers (Rubinstein 1982) -------------------------------------------------------


@pytest.mark.parametrize(
    ("delta_1", "delta_2", "first"),
    [
        (0.9, 0.9, "0.526316"),
        (0.9, 0.8, "0.714286"),
        (0.8, 0.9, "0.357143"),
        (0.5, 0.5, "0.666667"),
    ],
)
def test_rubinstein_infinite(delta_1, delta_2, first):
    shares = solutions.rubinstein_shares(delta_1, delta_2)
    assert shares[0] == printed(first)
    assert sum(shares) == 1.0


@pytest.mark.parametrize(
    ("periods", "first"),
    [
        (1, "1.000000"),
        (2, "0.100000"),
        (3, "0.910000"),
        (4, "0.181000"),
        (5, "0.837100"),
        (400, "0.526316"),
    ],
)
def test_rubinstein_finite(periods, first):
    assert solutions.rubinstein_shares(0.9, 0.9, periods=periods)[0] == printed(first)


def test_rubinstein_breakdown():
    assert solutions.rubinstein_shares(0.9, 0.9, breakdown=0.05)[0] == printed("0.539084")


@pytest.mark.parametrize(("option", "first"), [(0.4, "0.526316"), (0.6, "0.400000")])
def test_rubinstein_outside_option(option, first):
    assert solutions.rubinstein_shares(0.9, 0.9, outside_option=option)[0] == printed(first)


def test_outside_option_binds_above_what_bargaining_gives_anyway():
    alone = solutions.rubinstein_shares(0.9, 0.9)
    assert alone[1] == printed("0.473684")
    assert solutions.rubinstein_shares(0.9, 0.9, outside_option=alone[1] - 1e-6) == alone
    assert solutions.rubinstein_shares(0.9, 0.9, outside_option=0.48)[1] == printed("0.480000")


# --- cooperative solutions on continuous frontiers, by fine grids ---------------------------------

X = np.linspace(0.0, 1.0, 1_000_001)
PIE = np.column_stack([X, 1.0 - X])
ROOT = np.column_stack([X, np.sqrt(1.0 - X)])
SQUARE = np.column_stack([X, 1.0 - X**2])
STEEP = np.column_stack([X, 2.0 - 2.0 * X])  # u1 + u2 / 2 = 1


@pytest.mark.parametrize(
    ("frontier", "disagreement", "weights", "utilities"),
    [
        (PIE, [0.2, 0.1], None, ["0.550000", "0.450000"]),
        (PIE, [0.2, 0.1], [0.7, 0.3], ["0.690000", "0.310000"]),
        (ROOT, [0, 0], None, ["0.666667"]),
        (SQUARE, [0, 0], None, ["0.577350"]),
    ],
)
def test_nash(frontier, disagreement, weights, utilities):
    package = solutions.nash(frontier, disagreement, weights)
    for side, utility in enumerate(utilities):
        assert frontier[package, side] == printed(utility)


@pytest.mark.parametrize(
    ("frontier", "disagreement", "utilities"),
    [
        (ROOT, [0, 0], ["0.618034"]),
        (SQUARE, [0, 0], ["0.618034"]),
        (PIE, [0.2, 0.1], ["0.550000", "0.450000"]),
    ],
)
def test_kalai_smorodinsky(frontier, disagreement, utilities):
    package = solutions.kalai_smorodinsky(frontier, disagreement)
    for side, utility in enumerate(utilities):
        assert frontier[package, side] == printed(utility)


@pytest.mark.parametrize(
    ("solution", "utilities"),
    [
        (solutions.nash, ["0.500000", "1.000000"]),
        (solutions.kalai_smorodinsky, ["0.500000", "1.000000"]),
    ],
)
def test_solutions_on_a_steep_frontier(solution, utilities):
    package = solution(STEEP, [0, 0])
    assert list(STEEP[package]) == [printed(utility) for utility in utilities]


# --- Zeuthen (1930) -------------------------------------------------------------------------------


def test_zeuthen_risk():
    offer_a, offer_b = [0.9, 0.3], [0.4, 0.8]  # [utility to A, utility to B]
    risk_a = theory.zeuthen_risk(offer_a[0], offer_b[0])
    risk_b = theory.zeuthen_risk(offer_b[1], offer_a[1])
    assert risk_a == printed("0.555556")
    assert risk_b == printed("0.625000")
    path = theory.zeuthen_path([offer_a, offer_b, [0.6, 0.6]], [0, 0])
    assert path.offers.tolist() == [[0, 1], [2, 1], [2, 2]]  # A, at the lower risk, concedes first


@pytest.mark.parametrize(
    ("second", "x"), [(lambda x: 1 - x, "0.500000"), (lambda x: np.sqrt(1 - x), "0.670000")]
)
def test_zeuthen_on_a_grid_of_hundredths(second, x):
    grid = np.linspace(0.0, 1.0, 101)
    utilities = np.column_stack([grid, second(grid)])
    assert grid[theory.zeuthen(utilities, [0, 0])] == printed(x)
    assert theory.zeuthen(utilities, [0, 0]) == solutions.nash(utilities, [0, 0])


# --- tactics (Faratin, Sierra & Jennings 1998) ----------------------------------------------------


@pytest.mark.parametrize(
    ("form", "kappa", "beta", "share"),
    [
        (POLYNOMIAL, 0.0, 0.2, "0.031250"),
        (POLYNOMIAL, 0.0, 1.0, "0.500000"),
        (POLYNOMIAL, 0.0, 5.0, "0.870551"),
        (concession.EXPONENTIAL, 0.1, 0.2, "0.134725"),
        (concession.EXPONENTIAL, 0.1, 1.0, "0.316228"),
        (concession.EXPONENTIAL, 0.1, 5.0, "0.930572"),
    ],
)
def test_time_dependent_tactics_at_half_time(form, kappa, beta, share):
    assert concession.concession(0.5, beta, kappa, form) == printed(share)


def test_behaviour_dependent_tactics():
    assert concession.relative_tit_for_tat(10, 12, 30, 0, 99) == printed("25.000000")
    assert concession.absolute_tit_for_tat(10, 12, 30, 0, 99, 0) == printed("28.000000")
