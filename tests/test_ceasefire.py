"""Definitions of the ceasefire's end, by scripted days."""

import numpy as np
import pytest
from conftest import SEED, STILL, vary
from sim.conflict.ceasefire import (
    COLLAPSE,
    EXCHANGE_OF_FIRE,
    NOT_ENDED,
    OPEN_HOSTILITIES,
    REPUDIATION,
    STRIKE_END,
    Ceasefire,
)
from sim.conflict.escalation import ATTACK, BORDER_CLASH, NO_CAUSE, SHOCK, TALKS_BREAKDOWN

from sim.config import ENDS
from sim.model import CeasefireModel


def after(*days, consecutive=3):
    """The state of one future after days of (Islamabad's rung, Kabul's rung, cause)."""
    state = Ceasefire(1)
    for day, (one, other, cause) in enumerate(days, 1):
        if state.in_force[0]:
            rungs = (np.array([one]), np.array([other]))
            state.record_rungs(day, rungs, np.array([cause]), consecutive)
            state.close(day)
    return state


def ends(state):
    """Definition -> (day, cause) of those that have ended."""
    return {
        ENDS[k]: (int(state.day[0, k]), int(state.cause[0, k]))
        for k in range(5)
        if state.day[0, k] != NOT_ENDED
    }


NOTHING = (0, 0, NO_CAUSE)


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (NOTHING, {}),
        ((1, 1, ATTACK), {}),
        ((2, 1, ATTACK), {}),  # one side's fire is no exchange
        ((2, 2, ATTACK), {"exchange_of_fire": (1, ATTACK)}),
        ((3, 1, ATTACK), {"strike": (1, ATTACK)}),
        ((0, 3, SHOCK), {"strike": (1, SHOCK)}),
        ((3, 2, ATTACK), {"exchange_of_fire": (1, ATTACK), "strike": (1, ATTACK)}),
    ],
)
def test_a_days_rungs_end_what_they_reach(day, ended):
    assert ends(after(day)) == ended


def test_open_hostilities_end_everything_at_once():
    state = after((4, 0, BORDER_CLASH))
    assert ends(state) == dict.fromkeys(ENDS, (1, BORDER_CLASH))
    assert not state.in_force[0]


def test_what_has_ended_stays_ended_on_its_first_day():
    state = after((2, 2, ATTACK), (3, 0, SHOCK), (2, 2, BORDER_CLASH))
    assert ends(state) == {"exchange_of_fire": (1, ATTACK), "strike": (2, SHOCK)}


def test_three_days_of_strikes_are_open_hostilities_caused_by_the_first():
    state = after((3, 0, TALKS_BREAKDOWN), (0, 3, ATTACK), (3, 0, SHOCK))
    assert ends(state)["open_hostilities"] == (3, TALKS_BREAKDOWN)
    assert ends(state)["collapse"] == (3, TALKS_BREAKDOWN)
    assert ends(state)["strike"] == (1, TALKS_BREAKDOWN)


def test_a_day_without_a_strike_starts_the_count_again():
    strike, fire = (3, 0, ATTACK), (2, 2, ATTACK)
    assert "collapse" not in ends(after(strike, strike, fire, strike, strike))
    state = after(strike, strike, NOTHING, (3, 0, SHOCK), strike, strike)
    assert ends(state)["collapse"] == (6, SHOCK)


@pytest.mark.parametrize("consecutive", [1, 2, 5])
def test_the_number_of_days_is_configured(consecutive):
    state = after(*[(3, 0, ATTACK)] * 5, consecutive=consecutive)
    assert ends(state)["open_hostilities"] == (consecutive, ATTACK)


def test_rung_four_on_the_third_day_names_its_own_cause():
    """Both tests are met on that day; open hostilities proper come first."""
    state = after((3, 0, ATTACK), (3, 0, ATTACK), (4, 0, SHOCK))
    assert ends(state)["open_hostilities"] == (3, SHOCK)


def test_closing_marks_only_what_is_still_open():
    state = after((2, 2, ATTACK), NOTHING, (4, 4, SHOCK))
    assert ends(state)["exchange_of_fire"] == (1, ATTACK)
    assert ends(state)["strike"] == (3, SHOCK)
    assert ends(state)["repudiation"] == (3, SHOCK)


def test_a_strike_may_come_before_an_exchange_of_fire():
    state = after((3, 0, ATTACK), (2, 2, BORDER_CLASH))
    assert ends(state)["strike"][0] < ends(state)["exchange_of_fire"][0]


def test_a_collapse_from_outside_closes_the_rest():
    state = Ceasefire(2)
    state.end(COLLAPSE, np.array([1]), 7, SHOCK)
    assert state.close(7).tolist() == [1]
    assert state.day[1].tolist() == [7] * 5
    assert state.cause[1].tolist() == [SHOCK] * 5
    assert state.day[0].tolist() == [NOT_ENDED] * 5


def test_an_end_is_recorded_once():
    state = Ceasefire(1)
    state.end(REPUDIATION, np.array([0]), 3, ATTACK)
    state.end(REPUDIATION, np.array([0]), 5, SHOCK)
    assert (state.day[0, REPUDIATION], state.cause[0, REPUDIATION]) == (3, ATTACK)


def test_random_days_never_let_a_definition_outlast_collapse():
    rng = np.random.default_rng(3)
    state = Ceasefire(500)
    for day in range(1, 60):
        rungs = tuple(rng.choice(5, p=[0.6, 0.2, 0.1, 0.09, 0.01], size=500) for _ in range(2))
        cause = np.where(np.maximum(*rungs) > 0, rng.integers(0, 5, 500), NO_CAUSE)
        state.record_rungs(day, rungs, cause, 3)
        state.close(day)
    over = ~state.in_force
    assert 0 < over.sum() < 500
    assert (state.day[over] > 0).all()
    assert (state.day[over] <= state.day[over, COLLAPSE][:, None]).all()
    assert (state.day[over, STRIKE_END] <= state.day[over, OPEN_HOSTILITIES]).all()
    assert (state.cause[over] >= 0).all()


def test_futures_are_judged_one_by_one():
    """Hot days of one row are not reset by the calm of the others, nor kept by their heat."""
    state = Ceasefire(2)
    for day, one in enumerate([3, 3, 0, 3, 3, 3], 1):
        rungs = (np.array([one, 3 if day in (1, 3, 5) else 0]), np.zeros(2, dtype=int))
        state.record_rungs(day, rungs, np.array([ATTACK, ATTACK]), 3)
        state.close(day)
    assert state.day[:, COLLAPSE].tolist() == [6, NOT_ENDED]
    assert state.day[:, STRIKE_END].tolist() == [1, 1]
    assert state.day[:, EXCHANGE_OF_FIRE].tolist() == [6, NOT_ENDED]


# Tension


def test_tension_is_a_leaky_sum_of_both_sides_rungs():
    state = Ceasefire(1, tension=8.0)
    rungs = (np.array([2]), np.array([3]))
    state.feel(rungs, [0, 0.2, 1.0, 2.0, 4.0], half_life=1.0)
    assert state.tension[0] == pytest.approx(8 / 2 + 1 + 2)


# Repudiation in the model


def resentful(grievances, worth=(5.0, 5.0)):
    """One day of a still world in which the sides hold these grievances by cause."""
    changes = {"switches.repudiation": True, "mediators": {}, "conflict.grievance.half_life": 3650}
    changes |= {f"conflict.grievance.stake_{k}": 0 for k in ("deal", "talks", "leverage", "trust")}
    model = CeasefireModel(vary(STILL | changes | {"conflict.grievance.closure": 0}), 1, SEED)
    for party, grievance, value in zip(model.parties, grievances, worth, strict=True):
        party.grievance[0] = grievance
        party.ending_value[0] = value
    model.step()
    return ends(model.ceasefire)


def test_a_side_repudiates_when_ending_is_worth_more_than_continuing():
    assert resentful(([2, 0, 2, 0, 0], [0] * 5)) == {}
    assert resentful(([2, 0, 4, 0, 0], [0] * 5))["repudiation"] == (1, 2)
    assert resentful(([0] * 5, [2, 0, 4, 0, 0]))["collapse"] == (1, 2)


def test_the_largest_grievance_names_the_cause_and_ties_go_to_the_one_named_first():
    assert resentful(([0, 3, 0, 3, 3], [0] * 5))["repudiation"] == (1, BORDER_CLASH)


def test_if_both_repudiate_the_side_under_more_pressure_names_the_cause():
    attacked, broken = [8, 0, 0, 0, 0], [0, 0, 0, 9, 0]
    assert resentful((attacked, broken))["repudiation"] == (1, TALKS_BREAKDOWN)
    assert resentful((broken, attacked))["repudiation"] == (1, TALKS_BREAKDOWN)


def test_repudiation_alone_ends_every_definition():
    assert set(resentful(([9, 0, 0, 0, 0], [0] * 5))) == set(ENDS)
