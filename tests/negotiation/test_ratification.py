"""The second table: what a deal must be worth to pass at home."""

import math

import pytest

from sim.negotiation.ratification import gain_asked_at_home, needed_at_home, slack

from .sitting import cake


@pytest.mark.parametrize(
    ("uniform", "asked"), [(0.0, 0.0), (0.75, 0.1 * math.log(4)), (1 - math.exp(-2), 0.2)]
)
def test_what_constituents_ask_for_is_exponential_with_mean_a_tenth(uniform, asked):
    assert slack(uniform, 0.1) == pytest.approx(asked, abs=1e-15)


@pytest.mark.parametrize(("audience", "gain"), [(0.3, 0.05 + 0.2 * 0.3), (-0.3, 0.05)])
def test_an_audience_that_presses_asks_for_more_and_none_for_less(audience, gain):
    sitting = cake()
    sitting.own(1).asked_at_home = 0.05
    sitting.p.bargaining.win_set_audience = 0.2
    sitting.p.parties[1].audience = audience
    assert gain_asked_at_home(sitting.future, sitting.p, 1) == pytest.approx(gain)


def test_what_is_needed_is_asked_beyond_no_deal():
    sitting = cake()
    sitting.own(1).reservation, sitting.own(1).asked_at_home = 0.4, 0.05
    sitting.p.bargaining.win_set_audience, sitting.p.parties[1].audience = 0.1, 0.2
    assert needed_at_home(sitting.future, sitting.p, 1) == pytest.approx(0.4 + 0.05 + 0.02)
