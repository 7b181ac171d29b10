"""What a side has without a deal: falls with grievance, with closure, under pressure."""

import pytest

from sim.negotiation.reservation import disagreement, reservation, total_grievance

from .sitting import cake


@pytest.fixture
def sitting():
    """Side 1 has .5 without a deal, grievances of 1 to 5, and has lost .05 by closure."""
    sitting = cake(0.9, 0.5)
    sitting.own(1).grievance[:] = [1.0, 2.0, 3.0, 4.0, 5.0]
    sitting.own(1).closure_cost = 0.05
    sitting.p.bargaining.ripeness = 0.02
    sitting.p.bargaining.pressure = 0.3
    return sitting


def test_grievances_of_all_causes_add_up(sitting):
    assert total_grievance(sitting.own(1)) == 15.0


def test_grievance_and_closure_make_no_deal_worse(sitting):
    assert disagreement(sitting.future, sitting.p, 1) == pytest.approx(0.5 - 0.02 * 15 - 0.05)


def test_no_deal_is_worth_nothing_at_worst(sitting):
    sitting.own(1).closure_cost = 0.9
    assert disagreement(sitting.future, sitting.p, 1) == 0.0


def test_no_deal_is_worth_one_at_best(sitting):
    sitting.own(1).closure_cost = -0.9
    assert disagreement(sitting.future, sitting.p, 1) == 1.0


def test_pressure_lowers_what_no_deal_seems_worth(sitting):
    sitting.mediators({"leverage": (0.0, 0.5), "pressure": 0.4})
    assert reservation(sitting.future, sitting.p, 1) == pytest.approx(0.15 - 0.3 * 0.2)


def test_no_pressure_makes_it_less_than_nothing(sitting):
    sitting.mediators({"leverage": (0.0, 1.0), "pressure": 1.0})
    assert reservation(sitting.future, sitting.p, 1) == 0.0


def test_without_mediators_it_is_the_disagreement_payoff(sitting):
    assert reservation(sitting.future, sitting.p, 1) == pytest.approx(0.15)
