"""Time- and behaviour-dependent concession, read as sequences of offers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.negotiation.concession import (
    absolute_tit_for_tat,
    concession,
    ratio,
    relative_tit_for_tat,
    within,
)

POLYNOMIAL, EXPONENTIAL = 0, 1
FORMS = pytest.mark.parametrize(
    "form", [POLYNOMIAL, EXPONENTIAL], ids=["polynomial", "exponential"]
)
LOW, HIGH = 0.0, 100.0


# Time


@FORMS
def test_concession_starts_at_kappa_and_ends_at_the_reservation(form):
    assert [concession(time, 0.3, 0.2, form) for time in (0.0, 1.0)] == pytest.approx([0.2, 1.0])


@pytest.mark.parametrize(
    ("time", "beta", "kappa", "share"),
    [
        (0.25, 0.5, 0.2, 0.2 + 0.8 * 0.25**2),
        (0.25, 2.0, 0.2, 0.2 + 0.8 * 0.5),
        (0.25, 1.0, 0.0, 0.25),
    ],
)
def test_a_polynomial_concedes_a_power_of_time_beyond_its_start(time, beta, kappa, share):
    assert concession(time, beta, kappa, POLYNOMIAL) == pytest.approx(share)


@pytest.mark.parametrize(
    ("time", "beta", "kappa", "share"),
    [
        (0.25, 1.0, 0.01, 0.01**0.75),
        (0.25, 2.0, 0.01, 0.01**0.5625),
        (0.75, 0.5, 0.01, 0.01**0.5),
    ],
)
def test_an_exponential_concedes_a_power_of_its_start(time, beta, kappa, share):
    assert concession(time, beta, kappa, EXPONENTIAL) == pytest.approx(share)


@FORMS
@given(
    times=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    betas=st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)),
    kappa=st.floats(0.01, 1),
)
def test_concession_grows_with_time_and_with_beta(form, times, betas, kappa):
    early, late = sorted(times)
    tough, soft = sorted(betas)
    share = concession(late, tough, kappa, form)
    assert kappa - 1e-12 <= share <= 1.0
    assert concession(early, tough, kappa, form) <= share + 1e-12
    assert share <= concession(late, soft, kappa, form) + 1e-12


# Imitation


def answers(tactic, heard, first, *more):
    """Own values in answer to a sequence of the other side's, each step answering the last."""
    said = [first]
    for before, after in pairwise(heard):
        said.append(tactic(before, after, said[-1], LOW, HIGH, *more))
    return said


def test_relative_tit_for_tat_answers_a_tenth_with_a_tenth():
    said = answers(relative_tit_for_tat, [10.0, 11.0, 12.1], 30.0)
    assert said == pytest.approx([30.0, 30 / 1.1, 30 / 1.21])


def test_relative_tit_for_tat_mirrored():
    assert answers(relative_tit_for_tat, [30.0, 25.0], 10.0)[1] == pytest.approx(12.0)


def test_relative_tit_for_tat_stands_firm_against_a_wall():
    assert answers(relative_tit_for_tat, [10.0, 10.0, 10.0], 30.0) == [30.0] * 3


def test_over_a_window_of_offers_it_answers_the_ratio_of_the_ends():
    assert relative_tit_for_tat(10.0, 12.5, 30.0, LOW, HIGH) == pytest.approx(24.0)


def test_absolute_tit_for_tat_answers_step_for_step():
    said = answers(absolute_tit_for_tat, [10.0, 12.0, 11.0], 30.0, 0.0)
    assert said == pytest.approx([30.0, 28.0, 29.0])


def test_absolute_tit_for_tat_mirrored():
    assert answers(absolute_tit_for_tat, [30.0, 27.0], 10.0, 0.0)[1] == pytest.approx(13.0)


def test_a_disturbance_is_a_further_concession():
    said = answers(absolute_tit_for_tat, [10.0, 13.0, 13.0], 30.0, 2.0)
    assert said == pytest.approx([30.0, 25.0, 23.0])


@pytest.mark.parametrize(
    ("tactic", "more"), [(relative_tit_for_tat, ()), (absolute_tit_for_tat, (0.0,))]
)
def test_imitation_stays_within_the_own_limits(tactic, more):
    assert tactic(10.0, 20.0, 30.0, 28.0, 40.0, *more) == 28.0
    assert tactic(20.0, 10.0, 30.0, 20.0, 35.0, *more) == 35.0


def test_no_percentage_of_zero():
    assert ratio(5.0, 0.0) == 1.0
    assert answers(relative_tit_for_tat, [5.0, 0.0], 30.0)[1] == 30.0


def test_a_ratio_is_the_earlier_value_as_a_share_of_the_later():
    assert ratio(5.0, 4.0) == 1.25


@pytest.mark.parametrize(("asked", "kept"), [(1.0, 2.0), (2.5, 2.5), (4.0, 3.0)])
def test_what_is_asked_is_kept_within_limits(asked, kept):
    assert within(asked, 2.0, 3.0) == kept
