"""Step 10: when each definition of the end is met, by which cause and by whom; and renewal."""

import numpy as np
import pytest
from by_hand import empty_desk, noted, one_future, seat
from hypothesis import given
from hypothesis import strategies as st

from sim.chance import chance
from sim.config import ENDS
from sim.parameters import NONE
from sim.rules.ends import (
    EXOGENOUS,
    RENEWAL,
    check,
    check_rungs,
    end,
    ends_it,
    largest,
    pressure_to_end,
    renew,
    repudiate,
    restart,
    worth_of_continuing,
)
from sim.state import (
    ATTACK,
    BORDER_CLASH,
    BOTH,
    COLLAPSE,
    END,
    OPEN_HOSTILITIES,
    REPUDIATION,
    SHOCK,
    TALKS_BREAKDOWN,
)

SIDES = pytest.mark.parametrize("side", [0, 1])


def quiet(consecutive=3):
    """A future in which nobody repudiates and nothing else ends the ceasefire."""
    future, p = one_future({"mediators": {}, "events": {}})
    p.switches.repudiation, p.ceasefire.exogenous_hazard = False, 0.0
    p.ceasefire.consecutive_days = consecutive
    return future, p


def after(*days, consecutive=3):
    """Ends of a future after days of (Islamabad's rung, Kabul's rung, cause)."""
    return ends(lived(*days, consecutive=consecutive))


def lived(*days, consecutive=3):
    """A future after such days."""
    future, p = quiet(consecutive)
    for day, (one, other, cause) in enumerate(days, 1):
        future.day, future.chain_cause, future.sides["rung"] = day, cause, (one, other)
        check(future, p)
    return future


def ends(future):
    """Definition -> (day, cause) of those that have ended."""
    state = future.ceasefire
    return {name: (int(state.day[k]), int(state.cause[k])) for k, name in enumerate(ENDS)
            if state.day[k]}  # fmt: skip


def by(future):
    """Definition -> by whom, of those that have ended."""
    state = future.ceasefire
    return {name: int(state.by[k]) for k, name in enumerate(ENDS) if state.day[k]}


NOTHING = (0, 0, NONE)
FOUGHT = ("strike", "open_hostilities", "collapse")  # what rung 4 of one side alone meets
DECLARED = ("repudiation", "collapse")


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (NOTHING, {}),
        ((1, 1, ATTACK), {}),
        ((2, 1, ATTACK), {}),  # one side's fire is no exchange
        ((1, 2, ATTACK), {}),
        ((2, 2, ATTACK), {"exchange_of_fire": (1, ATTACK)}),
        ((3, 1, ATTACK), {"strike": (1, ATTACK)}),
        ((0, 3, SHOCK), {"strike": (1, SHOCK)}),
        ((3, 2, ATTACK), {"exchange_of_fire": (1, ATTACK), "strike": (1, ATTACK)}),
        ((4, 0, BORDER_CLASH), dict.fromkeys(FOUGHT, (1, BORDER_CLASH))),
        ((0, 4, SHOCK), dict.fromkeys(FOUGHT, (1, SHOCK))),
        ((4, 2, SHOCK), dict.fromkeys(("exchange_of_fire", *FOUGHT), (1, SHOCK))),
    ],
)
def test_a_days_rungs_end_what_they_reach(day, ended):
    assert after(day) == ended


@pytest.mark.parametrize(
    ("days", "who"),
    [
        ([(2, 2, ATTACK)], {"exchange_of_fire": BOTH}),
        ([(3, 2, ATTACK)], {"exchange_of_fire": BOTH, "strike": 0}),
        ([(1, 3, ATTACK)], {"strike": 1}),
        ([(3, 3, ATTACK)], {"exchange_of_fire": BOTH, "strike": BOTH}),
        ([(4, 1, ATTACK)], dict.fromkeys(FOUGHT, 0)),
        ([(1, 4, ATTACK)], dict.fromkeys(FOUGHT, 1)),
        # both strike, one begins open hostilities
        ([(3, 4, ATTACK)], {"exchange_of_fire": BOTH, "strike": BOTH, "open_hostilities": 1,
                            "collapse": 1}),
        ([(4, 4, ATTACK)], dict.fromkeys(("exchange_of_fire", *FOUGHT), BOTH)),
        # of days in a row the last counts
        ([(3, 0, ATTACK), (3, 0, ATTACK), (0, 3, ATTACK)],
         {"strike": 0, "open_hostilities": 1, "collapse": 1}),
        ([(3, 0, ATTACK), (0, 3, ATTACK), (3, 3, ATTACK)],
         {"exchange_of_fire": BOTH, "strike": 0, "open_hostilities": BOTH, "collapse": BOTH}),
        # both at a strike on the third day, one of them beyond
        ([(3, 0, ATTACK), (3, 0, ATTACK), (4, 3, ATTACK)],
         {"exchange_of_fire": BOTH, "strike": 0, "open_hostilities": 0, "collapse": 0}),
    ],
)  # fmt: skip
def test_by_whom_each_end_comes(days, who):
    assert by(lived(*days)) == who


def test_what_has_ended_stays_ended_on_its_first_day():
    ended = after((2, 2, ATTACK), (3, 0, SHOCK), (2, 2, BORDER_CLASH))
    assert ended == {"exchange_of_fire": (1, ATTACK), "strike": (2, SHOCK)}


def test_three_days_of_strikes_are_open_hostilities_caused_by_the_first():
    ended = after((3, 0, TALKS_BREAKDOWN), (0, 3, ATTACK), (3, 0, SHOCK))
    assert ended["open_hostilities"] == ended["collapse"] == (3, TALKS_BREAKDOWN)
    assert ended["strike"] == (1, TALKS_BREAKDOWN)


def test_a_day_without_a_strike_starts_the_count_again():
    strike, fire = (3, 0, ATTACK), (2, 2, ATTACK)
    assert "collapse" not in after(strike, strike, fire, strike, strike)
    assert after(strike, strike, NOTHING, (3, 0, SHOCK), strike, strike)["collapse"] == (6, SHOCK)


@pytest.mark.parametrize("consecutive", [1, 2, 5])
def test_the_number_of_days_is_configured(consecutive):
    ended = after(*[(3, 0, ATTACK)] * 5, consecutive=consecutive)
    assert ended["open_hostilities"] == (consecutive, ATTACK)


def test_rung_four_on_the_third_day_names_its_own_cause():
    """Both tests are met on that day; open hostilities proper come first."""
    ended = after((3, 0, ATTACK), (3, 0, ATTACK), (4, 0, SHOCK))
    assert ended["open_hostilities"] == ended["collapse"] == (3, SHOCK)


def test_a_collapse_leaves_what_was_not_met():
    ended = after((2, 2, ATTACK), NOTHING, (4, 0, SHOCK))
    assert ended == {"exchange_of_fire": (1, ATTACK)} | dict.fromkeys(FOUGHT, (3, SHOCK))


@pytest.mark.parametrize("day", [(2, 2, SHOCK), (4, 4, SHOCK), (3, 3, SHOCK)])
def test_after_a_collapse_nothing_ends_any_more(day):
    """Days go on where ceasefires are renewable, and what is fired then ends nothing."""
    assert after((4, 0, ATTACK), day, day, day) == dict.fromkeys(FOUGHT, (1, ATTACK))


def test_nobody_repudiates_what_has_collapsed():
    future, p = resentful(ATTACKED)
    future.day, future.ceasefire.day[COLLAPSE] = 4, 3
    future.seats, future.answered = 0b11, 0
    check(future, p)
    assert (future.asked, ends(future).get("repudiation")) == (0, None)


def test_open_hostilities_of_another_day_are_no_collapse_today():
    future, p = quiet()
    future.day, future.ceasefire.day[OPEN_HOSTILITIES] = 4, 3
    check_rungs(future, p)
    assert future.ceasefire.day[COLLAPSE] == 0


def test_a_collapse_of_another_day_closes_nothing_today():
    future, p = quiet()
    future.day, future.ceasefire.day[COLLAPSE] = 4, 3
    check(future, p)
    assert future.ceasefire.day[:COLLAPSE].tolist() == [0] * 4


def test_an_end_is_recorded_once():
    future, _ = quiet()
    for day, cause in ((3, ATTACK), (5, SHOCK)):
        future.day = day
        end(future, REPUDIATION, cause, cause)
    assert (ends(future), by(future)) == ({"repudiation": (3, ATTACK)}, {"repudiation": ATTACK})


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), max_size=12),
    st.integers(1, 15), st.sampled_from([0.0, 0.2]),
)  # fmt: skip
def test_what_ends_has_a_cause_and_somebody_and_no_collapse_comes_of_nothing(days, fed_up, outside):
    """Islamabad declares it over on a day that may come or not."""
    future, p = resentful()
    p.ceasefire.exogenous_hazard = outside
    for day, (one, other, cause) in enumerate(days, 1):
        future.day, future.chain_cause, future.sides["rung"] = day, cause, (one, other)
        future.sides[0].grievance[:] = ATTACKED if day == fed_up else 0.0
        check(future, p)
    state, who = ends(future), by(future)
    assert all(0 <= cause < 5 for _, cause in state.values())
    ways = {state[name] for name in ("open_hostilities", "repudiation") if name in state}
    if "collapse" in state:
        assert all(day <= state["collapse"][0] for day, _ in state.values())
        assert state["collapse"] in ways or (state["collapse"][1] == SHOCK and not ways)
    assert bool(ways) <= ("collapse" in state)
    nobody = {name for name, side in who.items() if side == NONE}
    assert nobody == ({"collapse"} if "collapse" in state and not ways else set())
    assert all(side in (0, 1, BOTH, NONE) for side in who.values())


# From outside


def test_an_end_from_outside_is_a_shock_by_nobody_and_meets_nothing_else():
    future, p = quiet()
    future.day, p.ceasefire.exogenous_hazard = 7, 1.0
    check(future, p)
    assert (ends(future), by(future)) == ({"collapse": (7, SHOCK)}, {"collapse": NONE})


def test_an_end_from_outside_on_the_day_of_another_leaves_that_one_its_name():
    future, p = quiet()
    future.day, p.ceasefire.exogenous_hazard = 7, 1.0
    future.chain_cause, future.sides["rung"] = ATTACK, (4, 0)
    check(future, p)
    assert (ends(future)["collapse"], by(future)["collapse"]) == ((7, ATTACK), 0)


def test_an_end_from_outside_comes_below_its_chance_and_not_at_it():
    future, p = quiet()
    future.day, p.ceasefire.exogenous_hazard = 7, chance(future, EXOGENOUS)
    future.day = 7
    p.ceasefire.exogenous_hazard = chance(future, EXOGENOUS)
    check(future, p)
    assert ends(future) == {}
    p.ceasefire.exogenous_hazard += 1e-9
    check(future, p)
    assert set(ends(future)) == {"collapse"}


# What continuing is worth, and the pressure to end


def resentful(first=(0,) * 5, second=(0,) * 5, values=(5.0, 5.0)):
    """A future in which the sides hold grievances and continuing is worth its value alone."""
    future, p = quiet()
    p.switches.repudiation, future.day = True, 1
    stakes = p.conflict.grievance
    stakes.closure = stakes.stake_deal = stakes.stake_talks = 0.0
    stakes.stake_leverage = stakes.stake_trust = 0.0
    for side, grievance in enumerate((first, second)):
        own = future.sides[side]
        own.grievance[:], own.ending_value = grievance, values[side]
        own.closure_cost = own.leverage = 0.0
        own.believed = -99.0
    future.talks.next_round, future.talks.in_session = 0, False
    return future, p


@SIDES
def test_closure_makes_grievance_weigh_more(side):
    """(1 + 2 + 3) * (1 + 0.5 * 0.5)."""
    future, p = resentful((9, 0, 0, 0, 0), (9, 0, 0, 0, 0))
    p.conflict.grievance.closure = 0.5
    own = future.sides[side]
    own.grievance[:], own.closure_cost = (1, 0, 2, 0, 3), 0.5
    assert pressure_to_end(future, p, side) == 7.5


def staked(side, **changes):
    """What continuing is worth to a side beside its private value of 5, with round stakes."""
    future, p = resentful(values=(5.0, 5.0))
    stakes = p.conflict.grievance
    stakes.stake_deal, stakes.stake_talks = 1.0, 2.0
    stakes.stake_leverage, stakes.stake_trust = 4.0, 8.0
    for name, value in changes.items():
        part, _, field = name.partition("__")
        (future.sides[side] if part == "own" else future[part])[field] = value
    return float(worth_of_continuing(future, p, side) - 5.0)


@SIDES
@pytest.mark.parametrize(
    ("changes", "worth"),
    [
        ({}, 0.0),
        ({"deal__whole": 1.0}, 1.0),
        ({"deal__whole": 0.25}, 0.25),  # a partial deal is as much at stake as it settles
        ({"talks__in_session": True}, 2.0),
        ({"talks__next_round": 1}, 2.0),
        ({"talks__next_round": 1, "talks__in_session": True}, 2.0),
        ({"own__leverage": 0.5}, 2.0),
        ({"own__believed": 0.0}, 4.0),
        ({"own__ending_value": 6.5}, 1.5),
        ({"deal__whole": 1.0, "talks__next_round": 9, "own__leverage": 0.25,
          "own__believed": 0.0}, 8.0),
    ],
)  # fmt: skip
def test_what_continuing_is_worth(side, changes, worth):
    assert staked(side, **changes) == pytest.approx(worth, abs=1e-12)


@SIDES
def test_another_sides_stakes_are_its_own(side):
    future, p = resentful()
    p.conflict.grievance.stake_leverage = p.conflict.grievance.stake_trust = 4.0
    other = future.sides[1 - side]
    other.leverage, other.believed, other.ending_value = 1.0, 99.0, 50.0
    assert worth_of_continuing(future, p, side) == pytest.approx(5.0, abs=1e-12)


@SIDES
@pytest.mark.parametrize(
    ("pressure", "stake", "ends_today"),
    [(5.0, 0.0, False), (5.5, 0.0, True), (5.5, 1.0, False), (6.0, 1.0, False), (6.5, 1.0, True)],
)
def test_a_side_ends_it_under_more_pressure_than_continuing_is_worth(
    side, pressure, stake, ends_today
):
    """Worth 5, and the stake in talks that are due."""
    future, p = resentful()
    p.conflict.grievance.stake_talks, future.talks.next_round = stake, 9
    assert bool(ends_it(future, p, side, pressure)) is ends_today


@SIDES
@pytest.mark.parametrize("answer", [0, 1])
def test_a_person_who_would_have_reason_is_asked(side, answer):
    future, p = resentful()
    future.seats, future.answered, future.answers[0] = 1 << side, 1, answer
    assert bool(ends_it(future, p, side, 9.0)) is bool(answer)
    assert (future.agents[0], future.asked) == (1, 1)
    assert END == 6
    assert not ends_it(future, p, side, 4.0)
    assert future.asked == 1


@pytest.mark.parametrize(
    ("grievance", "cause"),
    [((5, 0, 0, 0, 0), 0), ((0, 3, 0, 3, 3), 1), ((0, 0, 0, 0, 1), 4), ((2, 1, 3, 1, 0), 2),
     ((0,) * 5, 0)],
)  # fmt: skip
def test_the_largest_grievance_is_the_cause_and_the_first_of_equals(grievance, cause):
    assert largest(np.array(grievance, dtype=float)) == cause


def repudiated(first, second, values=(5.0, 5.0)):
    """(day, cause) of repudiation and of collapse."""
    future, p = resentful(first, second, values)
    repudiate(future, p)
    return ends(future)


CALM = (0,) * 5
ATTACKED, BROKEN = (8, 0, 0, 0, 0), (0, 0, 0, 9, 0)


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        ((2, 0, 2, 0, 0), CALM, None),
        ((2, 0, 4, 0, 0), CALM, 2),
        (CALM, (2, 0, 4, 0, 0), 2),
        (ATTACKED, BROKEN, TALKS_BREAKDOWN),  # the one under more pressure is named
        (BROKEN, ATTACKED, TALKS_BREAKDOWN),
        ((6, 0, 0, 0, 0), (0, 0, 0, 6, 0), ATTACK),  # of equals Islamabad
        ((4, 0, 0, 0, 0), BROKEN, TALKS_BREAKDOWN),
    ],
)
def test_who_repudiates_and_why(first, second, cause):
    ended = {} if cause is None else dict.fromkeys(("repudiation", "collapse"), (1, cause))
    assert repudiated(first, second) == ended


def test_a_side_that_does_not_end_it_is_not_named_though_under_more_pressure():
    assert repudiated(ATTACKED, BROKEN, (5.0, 20.0))["collapse"] == (1, ATTACK)
    assert repudiated(BROKEN, ATTACKED, (20.0, 5.0))["collapse"] == (1, ATTACK)


@pytest.mark.parametrize(
    ("first", "second", "who"),
    [(ATTACKED, CALM, 0), (CALM, BROKEN, 1), (ATTACKED, BROKEN, BOTH), (BROKEN, ATTACKED, BOTH)],
)
def test_a_repudiation_is_by_those_who_declare_it(first, second, who):
    future, p = resentful(first, second)
    repudiate(future, p)
    assert by(future) == dict.fromkeys(DECLARED, who)


def test_repudiation_meets_no_other_definition_than_collapse_and_can_be_switched_off():
    future, p = resentful(ATTACKED)
    p.switches.repudiation = False
    check(future, p)
    assert ends(future) == {}
    p.switches.repudiation = True
    check(future, p)
    assert ends(future) == dict.fromkeys(DECLARED, (1, ATTACK))


def test_open_hostilities_of_the_day_come_before_repudiation():
    future, p = resentful(ATTACKED)
    future.sides["rung"], future.chain_cause = (4, 0), SHOCK
    check(future, p)
    assert ends(future)["collapse"] == (1, SHOCK)
    assert ends(future)["repudiation"] == (1, ATTACK)
    assert (by(future)["collapse"], by(future)["repudiation"]) == (0, 0)


# Renewal


def over(renewal=1.0, mediated=0.0, collapsed=3, day=9):
    """A future some days after its collapse."""
    future, p = quiet()
    future.day, future.ceasefire.day[:] = day, collapsed
    p.ceasefire.renewal, p.ceasefire.renewal_mediated = renewal, mediated
    return future, p


def renewed(future, p):
    log = empty_desk().log
    renew(future, p, log)
    return bool(future.ceasefire.spell == 2), noted(log)


def test_a_collapsed_ceasefire_may_be_renewed():
    assert renewed(*over()) == (True, [("ceasefire_renewed", 0, 0, 0, 0, 0, 0)])
    assert renewed(*over(renewal=0.0)) == (False, [])


@pytest.mark.parametrize(("collapsed", "again"), [(0, False), (1, True), (8, True), (9, False)])
def test_only_what_collapsed_before_today_is_renewed(collapsed, again):
    assert renewed(*over(collapsed=collapsed))[0] is again


@pytest.mark.parametrize("leverage", [(1.0, 0.5), (0.5, 1.0)])
def test_mediators_who_call_back_make_renewal_likelier(leverage):
    """r * (1 + 2 * (1 + 0.5) / 2) = 2.5 r, with r just below and at the uniform by 2.5."""
    for share, again in ((1.001, True), (0.999, False)):
        future, p = over(mediated=2.0)
        seat(future, p, {"functions": ("call_back",), "leverage": leverage})
        p.ceasefire.renewal = share * chance(future, RENEWAL) / 2.5
        assert renewed(future, p)[0] is again


def test_a_renewal_comes_below_its_chance_and_not_at_it():
    future, p = over()
    p.ceasefire.renewal = chance(future, RENEWAL)
    assert renewed(future, p)[0] is False


def restarted(talks=True):
    """A future restarted on day 9 with everything set that a new spell forgets, and keeps."""
    future, p = over()
    state = future.ceasefire
    p.conflict.tension.initial, p.switches.talks = 1.25, talks
    p.calendar.interval, p.count.rounds = 10, 0
    future.tension, state.cause[:], state.hot_days, state.hot_cause = 9.0, 1, 2, 1
    state.by[:] = BOTH
    state.spell, state.began = 3, 1
    future.deal.package, future.deal.delivered[:] = 4, 0.5
    future.trigger.severity, future.trigger.cause = 2.0, 1
    talks_ = future.talks
    talks_.in_session = talks_.failed = talks_.review = True
    talks_.next_round = 0
    future.sides["grievance"], future.sides["learnt"] = 2.0, 0.75
    future.sides["closure_cost"] = 0.5
    restart(future, p)
    return future


def test_a_new_spell_begins_as_day_0_did():
    future = restarted()
    state, talks = future.ceasefire, future.talks
    assert future.tension == 1.25
    assert state.day.tolist() == [0] * 5
    assert state.cause.tolist() == state.by.tolist() == [NONE] * 5
    assert (state.hot_days, state.hot_cause) == (0, NONE)
    assert (state.spell, state.began) == (4, 9)
    assert (future.deal.package, future.deal.delivered.tolist()) == (NONE, [0.0, 0.0])
    assert (future.trigger.severity, future.trigger.cause) == (0.0, NONE)
    assert not any((talks.in_session, talks.failed, talks.review))
    assert talks.next_round == 10
    assert not future.sides["grievance"].any()


def test_what_was_learnt_and_paid_for_closure_stays():
    future = restarted()
    assert future.sides["learnt"].tolist() == [0.75, 0.75]
    assert future.sides["closure_cost"].tolist() == [0.5, 0.5]


def test_without_talks_no_round_is_due_after_a_renewal():
    assert restarted(talks=False).talks.next_round == 0
