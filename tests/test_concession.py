"""Time- and behaviour-dependent concession, read as sequences of offers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.negotiation.concession import (
    absolute_tit_for_tat,
    averaged_tit_for_tat,
    concession,
    random_disturbance,
    relative_tit_for_tat,
)

FORMS = ["polynomial", "exponential"]


@pytest.mark.parametrize("form", FORMS)
def test_concession_starts_at_kappa_and_ends_at_the_reservation(form):
    assert concession([0.0, 1.0], 0.3, 0.2, form).tolist() == [0.2, 1.0]


@pytest.mark.parametrize("form", FORMS)
def test_time_outside_the_negotiation_counts_as_its_ends(form):
    assert concession([-1.0, 7.0], 2.0, 0.2, form).tolist() == [0.2, 1.0]


@pytest.mark.parametrize("form", FORMS)
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


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beta", [0.2, 0.5, 1.0, 2.0, 5.0])
def test_a_replicate_does_not_depend_on_its_company(form, beta):
    """Alone, in an array, with a shared or an own beta, backwards: equal to the last digit."""
    time = np.linspace(0, 1, 301)
    alone = [float(concession(t, beta, 0.1, form)) for t in time]
    assert concession(time, beta, 0.1, form).tolist() == alone
    assert concession(time, np.full(301, beta), np.full(301, 0.1), form).tolist() == alone
    assert concession(time[::-1], beta, 0.1, form)[::-1].tolist() == alone
    assert concession(time[:, None], [[beta, 0.7]], 0.1, form)[:, 0].tolist() == alone


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0.5, 0.0, 0.1), "beta"),
        ((0.5, [1.0, -1.0], 0.1), "beta"),
        ((0.5, np.nan, 0.1), "beta"),
        ((0.5, np.inf, 0.1), "beta"),
        ((0.5, 1.0, 1.1), "kappa"),
        ((0.5, 1.0, -0.1), "kappa"),
        ((0.5, 1.0, 0.0, "exponential"), "kappa above 0"),
        ((0.5, 1.0, 0.1, "logistic"), "polynomial, exponential"),
    ],
)
def test_concession_out_of_range(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        concession(*arguments)


def test_relative_tit_for_tat_answers_a_tenth_with_a_tenth():
    buyer, seller = [10.0, 11.0, 12.1], [30.0]
    for known in (2, 3):
        seller.append(float(relative_tit_for_tat(buyer[:known], seller[-1])))
    assert seller == pytest.approx([30.0, 30 / 1.1, 30 / 1.21])


def test_relative_tit_for_tat_mirrored():
    assert relative_tit_for_tat([30.0, 25.0], 10.0) == pytest.approx(12.0)


def test_relative_tit_for_tat_stands_firm_against_a_wall():
    assert relative_tit_for_tat([10.0, 10.0], 30.0) == 30.0


def test_lag_imitates_an_older_step():
    opponent = [10.0, 12.0, 12.0, 15.0]
    assert relative_tit_for_tat(opponent, 30.0, lag=3) == pytest.approx(25.0)
    assert relative_tit_for_tat(opponent, 30.0, lag=2) == pytest.approx(30.0)
    assert absolute_tit_for_tat(opponent, 30.0, lag=3) == pytest.approx(28.0)


def test_absolute_tit_for_tat_mirrored():
    assert absolute_tit_for_tat([30.0, 27.0], 10.0) == pytest.approx(13.0)


def test_disturbance_is_a_further_concession_for_either_side():
    buyer = absolute_tit_for_tat([30.0, 27.0], 10.0, disturbance=2.0, value_increasing=False)
    seller = absolute_tit_for_tat([10.0, 13.0], 30.0, disturbance=2.0, value_increasing=True)
    assert (buyer, seller) == (15.0, 25.0)


def test_disturbance_takes_every_whole_number_up_to_the_largest():
    uniform = np.array([0.0, 0.24, 0.25, 0.5, 0.75, 0.999])
    assert random_disturbance(uniform, 3).tolist() == [0, 0, 1, 2, 3, 3]
    assert random_disturbance(uniform, 0).tolist() == [0] * 6


def test_averaged_tit_for_tat_looks_over_a_window():
    opponent = [10.0, 12.0, 12.5]
    assert averaged_tit_for_tat(opponent, 30.0, window=2) == pytest.approx(24.0)
    assert averaged_tit_for_tat(opponent, 30.0) == relative_tit_for_tat(opponent, 30.0)


@pytest.mark.parametrize(
    "tactic", [relative_tit_for_tat, absolute_tit_for_tat, averaged_tit_for_tat]
)
def test_imitation_stays_within_the_own_limits(tactic):
    assert tactic([10.0, 20.0], 30.0, 28.0, 40.0) == 28.0
    assert tactic([20.0, 10.0], 30.0, 20.0, 35.0) == 35.0


def test_no_percentage_of_zero():
    assert relative_tit_for_tat([5.0, 0.0], 30.0) == 30.0
    assert averaged_tit_for_tat([5.0, 0.0], 30.0) == 30.0


@pytest.mark.parametrize(
    "tactic", [relative_tit_for_tat, absolute_tit_for_tat, averaged_tit_for_tat]
)
def test_histories_of_many_replicates(tactic):
    opponent = np.array([[10.0, 20.0, 5.0], [12.0, 20.0, 4.0]])  # (offers, R)
    own = np.array([30.0, 40.0, 6.0])
    alone = [float(tactic(opponent[:, r], own[r])) for r in range(3)]
    assert tactic(opponent, own).tolist() == alone


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: relative_tit_for_tat([10.0], 30.0), "at least 2 offers"),
        (lambda: absolute_tit_for_tat([10.0, 11.0], 30.0, lag=2), "at least 3 offers"),
        (lambda: averaged_tit_for_tat([10.0, 11.0], 30.0, window=0), "window must be at least 1"),
        (lambda: absolute_tit_for_tat([10.0, 11.0], 30.0, disturbance=-1.0), "disturbance"),
        (lambda: random_disturbance(1.0, 3), "uniforms"),
        (lambda: random_disturbance(0.5, -1), "largest"),
    ],
)
def test_imitation_out_of_range(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
