"""Step 7: who comes to a round, what is known at the table, and what becomes of what is agreed."""

import numpy as np
import pytest
from by_hand import choose, empty_desk, noted, seat, trigger_of
from negotiation.sitting import Sitting, cake, issue, of_issues

from sim.chance import chance
from sim.config import Settlement
from sim.config.tactics import Hardliner, Scripted, TimeDependent
from sim.negotiation.opponent import expected_reservation, thought_worth, weight_error
from sim.negotiation.tables import reckoned
from sim.negotiation.tactics import last_offer
from sim.notes import (
    ADJOURNMENT,
    BREAKDOWN,
    BROKEN_OFF,
    CONTRADICTION,
    FULL,
    KINDS,
    OUTCOMES,
    PARTIAL,
    ROUND,
    SESSION,
)  # fmt: skip
from sim.parameters import CONTESTED, NONE, code
from sim.rules.talks import (
    ATTENDS,
    SPINS,
    WALKS,
    attends,
    break_off,
    close,
    hold,
    inclination_to_attend,
    inclination_to_leave,
    inform,
    initial,
    judge_estimates,
    leaning,
    let_speak,
    note_deal,
    note_round,
    note_session,
    open_round,
    part,
    pressed,
    publish_account,
    ratify,
    sit,
    somebody_speaks,
    take_up_again,
    to_initial,
    walks_out,
    work_out_positions,
)
from sim.state import ACCOUNT, ATTEND, COLLAPSE, LEAVE, TALKS_BREAKDOWN, Waiting

SIDES = pytest.mark.parametrize("side", [0, 1])
PULL = {"leverage": (0.5, 0.25), "credibility": 0.5, "pressure": 0.5}


def table(sitting=None, *mediators, day=6):
    """Two sides over a cake on a day, watched, with rounds every ten days, each of three.

    Nobody walks out.
    """
    sitting = cake(0.2, 0.3) if sitting is None else sitting
    future, p = sitting.future, sitting.p
    future.watched, future.day = True, day
    p.calendar.interval, p.calendar.length, p.count.rounds = 10, 3, 0
    p.bargaining.win_set_audience = 0.0
    leaning_to_leave(p, -90.0)
    seat(future, p, *mediators)
    for side in range(2):
        own = future.sides[side]
        own.learnt = own.believed = own.asked_at_home = own.closure_cost = 0.0
        own.grievance[:] = 0.0
    future.tension = 0.0
    return sitting


def leaning_to_leave(p, inclination):
    """Let both sides have this inclination to walk out, whatever has happened."""
    for name in p.calendar.walkout.dtype.names:
        p.calendar.walkout[name] = 0.0
    p.calendar.walkout.inclination = inclination


def log():
    return empty_desk().log


def reals(rows, kind):
    """The first four real numbers of what was noted of a kind."""
    kept = rows["rows"][: rows["count"]]
    return [row["real"][:4].tolist() for row in kept if row["kind"] == kind]


# Who comes


def coming(**changes):
    """What inclines both sides to come, with round weights."""
    sitting = table(None, {"functions": ("call_back",), "leverage": (0.5, 0.25)})
    future, p = sitting.future, sitting.p
    weigh = p.calendar
    weigh.attendance, weigh.tension, weigh.breakdown = 1.0, 0.5, 2.0
    weigh.call_back, weigh.ripeness = 4.0, 8.0
    p.bargaining.ripeness = 0.0
    future.mediators[0].patience = 0.0
    for name, value in changes.items():
        part, _, field = name.partition("__")
        where = {"talks": future.talks, "future": future, "first": future.sides[0],
                 "second": future.sides[1], "mediator": future.mediators[0]}[part]  # fmt: skip
        where[field] = value
    return [float(inclination_to_attend(future, p, side)) for side in range(2)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [1.0, 1.0]),
        ({"future__tension": 3.0}, [-0.5, -0.5]),
        ({"talks__failed": True}, [-1.0, -1.0]),
        ({"mediator__patience": 1.0}, [3.0, 2.0]),
        ({"first__closure_cost": 0.125}, [2.0, 1.0]),  # no deal is worth less: it is riper
        ({"second__closure_cost": 0.125}, [1.0, 2.0]),
    ],
)
def test_what_brings_a_side_to_a_round_and_keeps_it_away(changes, expected):
    assert coming(**changes) == pytest.approx(expected, abs=1e-12)


@SIDES
def test_a_side_comes_below_its_chance(side):
    """Without anything else attendance 0 is a chance of one half."""
    for uniforms, comes in (((0.49, 0.5), True), ((0.5, 0.51), False)):
        sitting = table()
        sitting.p.calendar.attendance = 0.0
        choose(sitting.future, {ATTENDS[side]: uniforms})
        sitting.p.calendar.ripeness = 0.0
        assert bool(attends(sitting.future, sitting.p, side)) is comes


@SIDES
@pytest.mark.parametrize("answer", [0, 1])
def test_a_person_may_come_in_an_agents_place(side, answer):
    sitting = willing(-90.0)
    future = sitting.future
    future.seats, future.answered, future.answers[0] = 1 << side, 1, answer
    assert bool(attends(future, sitting.p, side)) is bool(answer)
    assert (future.agents[0], ATTEND) == (0, 0)


def willing(attendance=90.0, *mediators, **kwargs):
    """A round that is due today, to which both sides come for certain, or nobody does."""
    sitting = table(None, *mediators, **kwargs)
    sitting.p.calendar.attendance = attendance
    sitting.future.talks.next_round, sitting.future.talks.spoken[:] = 6, 3
    return sitting


def test_a_round_opens():
    """Three days of two sessions of five exchanges, of which 25 at most."""
    sitting = willing()
    future, p, talks, rows = sitting.future, sitting.p, sitting.future.talks, log()
    p.protocol.sessions_per_day, p.protocol.exchanges_per_session = 2, 5
    p.protocol.exchanges_per_round = 25
    talks.review, talks.exchange, talks.held, talks.resumed = True, 7, 2, 1
    talks.offers[:, :3] = [[9, 8, 7], [1, 2, 4]]
    open_round(future, p, rows)
    assert (talks.next_round, bool(talks.in_session), bool(talks.review)) == (0, True, False)
    assert (talks.last_day, talks.limit, talks.exchange) == (8, 25, 0)
    assert talks.spoken.tolist() == [1, 1]  # what both offered last still stands
    assert talks.offers[:, 0].tolist() == [7, 4]
    assert (talks.held, talks.resumed, talks.lean) == (3, 1, 0.0)
    assert noted(rows) == [("round_opens", 3, 0, 8, 25, 0, 0)]


@SIDES
@pytest.mark.parametrize(("offers", "standing"), [((), []), ((4,), [4]), ((9, 8, 6), [6])])
def test_what_a_side_offered_last_stands_in_the_next_round(side, offers, standing):
    sitting = table().said(side, *offers).said(1 - side, 5, 5)
    take_up_again(sitting.future, side)
    talks = sitting.future.talks
    assert talks.offers[side, : talks.spoken[side]].tolist() == standing
    assert talks.spoken[1 - side] == 2


def test_a_round_has_the_exchanges_of_its_days_if_that_is_less():
    sitting = willing()
    p = sitting.p
    p.protocol.sessions_per_day, p.protocol.exchanges_per_session = 2, 4
    p.protocol.exchanges_per_round = 99
    open_round(sitting.future, p, log())
    assert sitting.future.talks.limit == 24


def test_talks_resumed_after_a_failure_are_counted():
    sitting = willing()
    sitting.future.talks.failed, rows = True, log()
    open_round(sitting.future, sitting.p, rows)
    assert sitting.future.talks.resumed == 1
    assert noted(rows)[0][2] == 1


@SIDES
def test_a_round_to_which_one_side_does_not_come_is_put_off(side):
    sitting, rows = willing(), log()
    future = sitting.future
    future.seats, future.answered, future.answers[0] = 1 << side, 1, 0
    open_round(future, sitting.p, rows)
    assert (bool(future.talks.in_session), future.talks.next_round) == (False, 10)
    assert noted(rows) == [("round_not_held", 0, 0, 0, 0, 0, 0)]


def test_after_a_collapse_a_round_that_is_put_off_is_not_told():
    sitting, rows = willing(-90.0), log()
    sitting.future.ceasefire.day[COLLAPSE] = 3
    open_round(sitting.future, sitting.p, rows)
    assert (sitting.future.talks.next_round, noted(rows)) == (10, [])


FORMULATES = {"functions": ("formulate",), "bias": 0.5}


@pytest.mark.parametrize(
    ("mediators", "lean"),
    [
        ((), 0.0),
        ((FORMULATES,), 0.4),
        (({"bias": -1.0}, FORMULATES), 0.4),
        ((FORMULATES | {"patience": 0.5}, FORMULATES | {"bias": -0.25}), -0.2),
        ((FORMULATES, FORMULATES | {"bias": -0.25}), 0.4),  # the first who can
    ],
)
def test_the_draft_leans_as_the_first_mediator_able_to_formulate(mediators, lean):
    sitting = willing(90.0, *mediators)
    sitting.p.protocol.draft_lean = 0.8
    assert leaning(sitting.future, sitting.p) == pytest.approx(lean)
    open_round(sitting.future, sitting.p, log())
    assert sitting.future.talks.lean == pytest.approx(lean)


def informed(first=1.0, second=1.0, willing_=(True, False), **changes):
    """Beliefs after a mediator's word that is right with these chances; weights are 1 and 2."""
    sitting = table(None, {"functions": ("inform",)} | changes)
    future, p, rows = sitting.future, sitting.p, log()
    known = p.derived.mediators[0]
    known.accuracy[:], known.weight[:] = (first, second), (1.0, 2.0)
    future.sides["willing"], future.sides["learnt"] = willing_, 0.5
    inform(future, p, rows)
    told = [(*row[1:4], real[0]) for row, real in zip(noted(rows), reals(rows, 9), strict=True)]
    return future.sides["believed"].tolist(), told


def test_a_mediator_tells_each_side_what_the_other_is():
    assert KINDS[9] == "information"
    assert informed() == ([-0.5, 2.5], [(0, 0, 0, 1.0), (0, 1, 1, 1.0)])
    assert informed(willing_=(False, True)) == ([1.5, -1.5], [(0, 0, 1, 1.0), (0, 1, 0, 1.0)])


def test_a_mediator_that_is_wrong_says_the_opposite():
    assert informed(first=0.0)[0] == [1.5, 2.5]
    assert informed(second=0.0) == ([-0.5, -1.5], [(0, 0, 0, 1.0), (0, 1, 0, 0.0)])


def test_a_word_is_right_below_its_accuracy_and_not_at_it():
    sitting = table(None, {"functions": ("inform",)})
    future, p = sitting.future, sitting.p
    known = p.derived.mediators[0]
    known.accuracy[:] = [chance(future, known.inform[side]) for side in range(2)]
    known.weight[:], future.sides["willing"] = 1.0, True
    inform(future, p, log())
    assert future.sides["learnt"].tolist() == [-1.0, -1.0]


@pytest.mark.parametrize("change", [{"functions": ()}, {"patience": 0.5}])
def test_a_mediator_who_cannot_inform_says_nothing_and_all_believe_what_they_know(change):
    assert informed(**change) == ([0.5, 0.5], [])


def test_mediators_speak_when_a_round_opens():
    sitting = willing(90.0, {"functions": ("inform",)})
    rows = log()
    open_round(sitting.future, sitting.p, rows)
    assert [row[0] for row in noted(rows)] == ["round_opens", "information", "information"]


# At the table


def test_both_sides_work_out_what_they_have_without_a_deal_and_what_they_hold_publicly():
    """No deal 0.2 and 0.3 less 0.5 * pressure: 0.5 * leverage 0.5 and 0.25."""
    sitting = table(None, PULL)
    future, p = sitting.future, sitting.p
    p.bargaining.pressure = 0.5
    future.sides["believed"] = 0.0
    future.sides["trust"] = future.sides["opening"] = future.sides["ideal"] = -1
    work_out_positions(future, p, sitting.t)
    assert future.sides["trust"].tolist() == [0.5, 0.5]
    assert future.sides["reservation"].tolist() == pytest.approx([0.075, 0.2375])
    assert future.sides["opening"].tolist() == [10, 0]
    assert future.sides["ideal"].tolist() == [1.0, 1.0]


@SIDES
@pytest.mark.parametrize(("partial", "needed"), [(True, 0.6), (False, 0.2)])
def test_who_has_settled_something_has_that_without_more(side, partial, needed):
    """Settled are six slices for the side in question; no deal would be worth .2 to it."""
    sitting = table(cake(0.2, 0.2))
    future = sitting.future
    future.deal.package, future.deal.partial = (6, 4)[side], partial
    work_out_positions(future, sitting.p, sitting.t)
    assert future.sides[side].reservation == pytest.approx(needed)
    assert future.sides[1 - side].reservation == pytest.approx(0.4 if partial else 0.2)


def test_what_is_settled_may_be_worth_less_by_now_than_no_deal():
    sitting = table(cake(0.2, 0.3)).settled(1)
    work_out_positions(sitting.future, sitting.p, sitting.t)
    assert sitting.future.sides[0].reservation == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("refused", "least"),
    [
        ((False, False), [0.2, 0.3]),
        ((True, False), [0.25, 0.3]),
        ((False, True), [0.2, 0.4]),
        ((True, True), [0.25, 0.4]),
    ],
)
def test_who_has_been_refused_at_home_settles_for_no_less_than_home_asks(refused, least):
    """No deal is worth .2 and .3, and home asks for .05 and .1 more."""
    sitting = table()
    sides = sitting.future.sides
    sides["asked_at_home"], sides["refused"], sides["mandate"] = (0.05, 0.1), refused, 1.0
    work_out_positions(sitting.future, sitting.p, sitting.t)
    assert sides["least"].tolist() == pytest.approx(least)
    assert sides["reservation"].tolist() == pytest.approx([0.2, 0.3])


@SIDES
def test_what_home_asks_is_worked_out_anew_each_day(side):
    sitting = table()
    own = sitting.future.sides[side]
    own.refused, own.mandate, sitting.p.bargaining.win_set_mandate = True, 1.0, 0.5
    work_out_positions(sitting.future, sitting.p, sitting.t)
    before = own.least
    own.mandate = 0.8  # a worn mandate asks for more
    work_out_positions(sitting.future, sitting.p, sitting.t)
    assert own.least == pytest.approx(before + 0.1)


def test_each_day_both_sides_plan_what_they_concede_in_this_round():
    """So that a future goes on by the tactic that another scenario gives it."""
    sitting = table()
    for side in range(2):
        sitting.uses(side, TimeDependent, form=0, beta=1.0, kappa=0.0)
        sitting.own(side).expected = 2 + 2 * side
    sitting.future.talks.sittings = 1
    work_out_positions(sitting.future, sitting.p, sitting.t)
    assert sitting.future.sides["conceded"].tolist() == [[0.5, 1.0], [0.25, 0.5]]


@pytest.mark.parametrize(
    ("mediators", "mediated", "carried", "noise"),
    [
        ((), False, False, 0.0),
        (({"functions": ("formulate",)},), True, False, 0.0),
        (({"functions": ("relay",), "credibility": 0.5},), False, True, 0.2),
        (({"functions": ("relay",), "credibility": 0.5},
          {"functions": ("relay", "formulate"), "credibility": 0.5}), True, True, 0.1),
        (({"functions": ("relay", "formulate"), "patience": 0.5},), False, False, 0.0),
    ],
)  # fmt: skip
def test_who_speaks_between_the_sides(mediators, mediated, carried, noise):
    """Noise 0.4 is what credibility leaves: 0.4 * 0.5, 0.4 * 0.25; without relay it is not used."""
    sitting = table(None, *mediators)
    talks = sitting.future.talks
    talks.mediated = talks.carried = not mediated
    sitting.p.protocol.relay_noise = 0.4
    let_speak(sitting.future, sitting.p)
    assert (bool(talks.mediated), bool(talks.carried)) == (mediated, carried)
    if carried:
        assert talks.noise == pytest.approx(noise)
    else:
        assert talks.noise == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("mediators", "knowledge"),
    [
        ((), 0.0),
        (({"functions": ("formulate",), "credibility": 0.75},), 0.75),
        (({"functions": ("formulate",), "credibility": 0.5},) * 2, 0.75),
        (({"functions": ("relay",), "credibility": 0.5},), 0.0),
        (({"functions": ("formulate",), "credibility": 0.5, "patience": 0.5},), 0.0),
    ],
)
def test_who_formulates_knows_what_it_is_told_as_far_as_it_is_credible(mediators, knowledge):
    """Each understands the share of its credibility of what the others have not: 1 - .5 * .5."""
    sitting = table(None, *mediators)
    sitting.future.talks.knowledge = 0.9
    let_speak(sitting.future, sitting.p)
    assert sitting.future.talks.knowledge == pytest.approx(knowledge)


def test_the_numbers_at_the_table_are_noted_for_the_debriefing():
    sitting = table(quarrel())
    future, p, rows = sitting.future, sitting.p, log()
    future.verifiers, future.talks.held = 0.125, 4
    for side in range(2):
        own = future.sides[side]
        own.trust, own.reservation = 0.25 + side, 0.5 + side
        own.lock_in[:] = 0.0
        own.lock_in[:2] = 3.0 + side, 5.0 + side
    note_session(future, p, rows)
    assert noted(rows) == [("session", 4, 0, 0, 0, 0, 0)]
    row = rows["rows"][0]
    assert row["kind"] == SESSION
    assert row["real"][:5].tolist() == [0.125, 0.25, 1.25, 0.5, 1.5]
    assert row["real"][5:7].tolist() == [3.0, 5.0]
    assert row["real"][5 + CONTESTED : 7 + CONTESTED].tolist() == [4.0, 6.0]


def test_what_nobody_watches_is_not_noted():
    sitting, rows = table(), log()
    sitting.future.watched = False
    note_session(sitting.future, sitting.p, rows)
    assert noted(rows) == []


def script(sitting, first, second):
    """Let both sides make these offers, and each accept what reaches its own."""
    for side, offers in enumerate((first, second)):
        sitting.uses(side, Scripted)
        tactic = sitting.p.parties[side].tactic
        tactic.offers[: len(offers)] = offers
        sitting.p.derived.parties[side].offers = len(offers)
    return sitting


def test_a_day_at_the_table_is_noted_and_the_latest_offers_are_reckoned():
    """Each offer is reckoned by the other side: Islamabad's 8 leaves Kabul 0.2."""
    sitting = script(table(), [8, 8], [1, 1])
    future, p, t, rows = sitting.future, sitting.p, sitting.t, log()
    future.talks.exchange, future.talks.limit = 0, 2
    future.talks.latest[:] = np.nan
    assert sit(future, p, t, rows) == NONE
    assert noted(rows)[0][0] == "session"
    assert future.talks.latest.tolist() == [
        reckoned(t, 1, last_offer(future, 0, 0)), reckoned(t, 0, last_offer(future, 1, 0)),
    ] == pytest.approx([0.2, 0.1])  # fmt: skip


def test_who_has_not_spoken_has_offered_nothing():
    sitting = table()
    future = sitting.future
    future.talks.exchange = future.talks.limit = 2  # nobody may speak any more
    future.talks.latest[:], future.talks.spoken[:] = np.nan, 0
    sit(future, sitting.p, sitting.t, log())
    assert np.isnan(future.talks.latest).all()


@SIDES
def test_where_only_one_has_spoken_only_its_offer_is_reckoned(side):
    sitting = table()
    future = sitting.future
    future.talks.exchange = future.talks.limit = 2
    future.talks.latest[:], future.talks.spoken[:] = np.nan, 0
    sitting.said(side, 4)
    sit(future, sitting.p, sitting.t, log())
    assert np.isnan(future.talks.latest).tolist() == [k != side for k in range(2)]


# Closing a round


def ready(*said, day=8, exchange=4, limit=10):
    """A round in which both have spoken, in its last exchanges."""
    sitting = table(None, day=day)
    talks = sitting.future.talks
    talks.in_session, talks.last_day, talks.held = True, 9, 3
    sitting.at(exchange, limit).said(0, 9, 8).said(1, 1, 2)
    sitting.future.sides["first_heard"] = 1, 9
    return sitting


@pytest.mark.parametrize(
    ("day", "exchange", "over"), [(8, 4, False), (9, 4, True), (8, 10, True), (10, 11, True)]
)
def test_a_round_ends_when_its_exchanges_or_days_are_spent(day, exchange, over):
    sitting, rows = ready(day=day, exchange=exchange), log()
    future = sitting.future
    close(future, sitting.p, sitting.t, rows, NONE)
    assert bool(future.talks.in_session) is not over
    told = noted(rows)
    assert told[:1] == ([("round", 3, exchange, ADJOURNMENT, NONE, 0, 0)] if over else [])
    assert np.isnan(future.tally.weight_error[0]) == (not over)
    assert np.isnan(future.tally.weight_error[1]) == (not over)


@pytest.mark.parametrize(("day", "exchange"), [(8, 4), (9, 4), (8, 10)])
def test_a_text_that_both_capitals_ratify_ends_the_round_in_full(day, exchange):
    sitting, rows = ready(day=day, exchange=exchange), log()
    future = sitting.future
    close(future, sitting.p, sitting.t, rows, 5)
    assert (future.deal.package, bool(future.talks.in_session)) == (5, False)
    assert (future.talks.adjourned, future.talks.sittings) == (0, 0)
    assert noted(rows)[-1] == ("round", 3, exchange, FULL, 5, 0, 0)
    assert future.tally.weight_error[0] >= 0


def test_a_round_is_noted_with_what_its_package_is_worth_to_each_side():
    sitting, rows = table(), log()
    note_round(sitting.future, sitting.t, rows, FULL, 8)
    ((to_islamabad, to_kabul, *_),) = reals(rows, ROUND)
    assert (to_islamabad, to_kabul) == pytest.approx((0.8, 0.2))


@SIDES
@pytest.mark.parametrize(("day", "exchange", "over"), [(8, 4, False), (9, 4, True), (8, 10, True)])
def test_a_refused_text_goes_back_to_the_table_as_long_as_there_is_time(side, day, exchange, over):
    sitting, rows = ready(day=day, exchange=exchange), log()
    future, talks = sitting.future, sitting.future.talks
    future.sides[side].asked_at_home = 0.9
    close(future, sitting.p, sitting.t, rows, 5)
    assert (future.deal.package, bool(talks.in_session)) == (NONE, not over)
    assert (talks.adjourned, talks.sittings) == (over, over)
    assert talks.exchange == exchange  # what is left of the round is not lost
    told = [row[0] for row in noted(rows)]
    assert told == ["ratification"] * 2 + ["round", "adjourned"] * over
    assert future.tally.weight_error[0] >= 0


def test_a_delegation_does_not_bring_home_again_what_its_capital_refused():
    """Islamabad offers half. That is more than the .475 Kabul asks, but home needs .3 + .3."""
    sitting, rows = script(ready(day=7, exchange=0), [5] * 10, []), log()
    sitting.uses(1, Hardliner, floor=0.25)
    future, p, agreed = sitting.future, sitting.p, []
    p.protocol.sessions_per_day, p.protocol.exchanges_per_session = 1, 2
    future.sides[1].asked_at_home, future.talks.spoken[:] = 0.3, 0
    for future.day in (7, 8):
        work_out_positions(future, p, sitting.t)
        agreed.append(sit(future, p, sitting.t, rows))
        close(future, p, sitting.t, rows, agreed[-1])
    assert agreed == [5, NONE]
    assert future.talks.in_session


@SIDES
@pytest.mark.parametrize("spoken", [1, 2])
def test_estimates_are_judged_once_the_other_has_spoken_twice(side, spoken):
    sitting = ready()
    future, p, t, other = sitting.future, sitting.p, sitting.t, 1 - side
    future.talks.spoken[other], future.talks.spoken[side] = spoken, 2
    future.tally.weight_error[:] = future.tally.reservation_error[:] = np.nan
    judge_estimates(future, p, t, side)
    if spoken < 2:
        assert np.isnan(future.tally.weight_error).all()
        return
    future.sides[side].first_heard = first_heard = (2, 9)[side]  # in an earlier round
    future.sides[side].expected, future.talks.sittings = 4, 1
    judge_estimates(future, p, t, side)
    heard = first_heard, int(future.talks.offers[other, 1])
    first, last = (thought_worth(future, p, t, side, offer) for offer in heard)
    guess = expected_reservation(first, last, (1 + 0.4) / 4)
    assert future.tally.reservation_error[side] == pytest.approx(
        abs(guess - future.sides[other].reservation), abs=1e-15
    )
    assert future.tally.reservation_error[side] > 0
    assert future.tally.weight_error[side] == weight_error(future, p, side)
    assert np.isnan(future.tally.weight_error[other])
    assert np.isnan(future.tally.reservation_error[other])


# Ratification


def ratified(package=5, asked=(0.0, 0.0), before=NONE, deal_day=0, *mediators):
    """Whether a package is ratified, the sitting and what is told; no deal is worth .2 and .3."""
    sitting = table(None, *mediators)
    future = sitting.future
    talks = future.talks
    talks.in_session, talks.failed, talks.held = True, True, 3
    sitting.at(4, 10)
    future.deal.package, future.tally.deal_day = before, deal_day
    future.sides["asked_at_home"] = asked
    rows = log()
    passed = ratify(future, sitting.p, sitting.t, rows, package)
    return bool(passed), sitting, rows


@pytest.mark.parametrize(
    ("package", "asked", "passes"),
    [
        (5, (0.0, 0.0), True),
        (5, (0.3, 0.2), True),  # exactly what is asked
        (5, (0.31, 0.2), False),
        (5, (0.3, 0.21), False),
        (1, (0.0, 0.0), False),
        (8, (0.0, 0.0), False),
    ],
)
def test_a_deal_needs_what_each_capital_asks_for(package, asked, passes):
    passed, sitting, rows = ratified(package, asked)
    future = sitting.future
    assert passed is passes
    assert future.talks.tentative_day == 6
    assert bool(future.deal.package == package) is passes
    assert bool(future.talks.in_session) is not passes
    assert bool(future.talks.failed) is not passes
    assert future.tally.deal_day == (6 if passes else 0)
    assert noted(rows) == [
        ("ratification", 0, package, 0, 0, 0, 0),
        ("ratification", 1, package, 0, 0, 0, 0),
        *[("round", 3, 4, FULL, package, 0, 0)] * passes,
    ]
    worth = [package / 10, 1 - package / 10]
    assert reals(rows, 12) == [
        pytest.approx([worth[0], 0.2 + asked[0], 0, 0]),
        pytest.approx([worth[1], 0.3 + asked[1], 0, 0]),
    ]
    assert reals(rows, 13) == [pytest.approx([*worth, 0, 0])] * passes


@pytest.mark.parametrize(
    ("package", "asked", "refused"),
    [
        (5, (0.0, 0.0), [False, False]),
        (5, (0.3, 0.2), [False, False]),  # exactly what is asked
        (5, (0.31, 0.2), [True, False]),
        (5, (0.3, 0.21), [False, True]),
        (5, (0.31, 0.21), [True, True]),
    ],
)
def test_only_a_delegation_whose_own_capital_refuses_learns_what_home_asks(package, asked, refused):
    assert ratified(package, asked)[1].future.sides["refused"].tolist() == refused


@SIDES
def test_a_refusal_is_remembered_when_a_later_text_passes(side):
    asked = [0.0, 0.0]
    asked[side] = 0.31
    _, sitting, rows = ratified(5, tuple(asked))
    assert ratify(sitting.future, sitting.p, sitting.t, rows, (6, 3)[side])
    assert sitting.future.sides["refused"].tolist() == [side == 0, side == 1]


def test_once_everything_is_agreed_another_negotiation_begins():
    _, sitting, _ = ratified()
    talks = sitting.future.talks
    assert (talks.sittings, talks.spoken.tolist()) == (0, [0, 0])
    assert (bool(sitting.future.deal.partial), sitting.future.deal.whole) == (False, 1.0)


def test_pressure_at_signing_is_that_on_both_sides():
    """0.5 * (0.5 * 0.5 + 0.25 * 0.5)."""
    _, sitting, _ = ratified(5, (0.0, 0.0), NONE, 0, PULL)
    assert sitting.future.deal.pressure == pytest.approx(0.1875)
    assert pressed(sitting.future, sitting.p) == pytest.approx(0.1875)


def test_a_deal_that_replaces_another_is_counted_and_the_first_is_described():
    _, sitting, rows = ratified(before=0, deal_day=3)
    future = sitting.future
    assert (future.tally.renegotiated, future.tally.deal_day) == (1, 3)
    ratify(future, sitting.p, sitting.t, rows, 6)
    assert (future.tally.renegotiated, future.tally.deal_day) == (2, 3)
    assert ratified()[1].future.tally.renegotiated == 0
    assert ratified(package=1, before=0)[1].future.tally.renegotiated == 0


@pytest.mark.parametrize(
    ("packages", "learnt"), [((5,), 0.0), ((6,), -1.5), ((6, 6), -1.5), ((6, 5, 6), -3.0)]
)
def test_a_deal_without_kabuls_own_policy_costs_islamabads_trust_once(packages, learnt):
    """Slices up to 5 leave the policy as it is, the sixth withdraws it."""
    sitting = table()
    future, p = sitting.future, sitting.p
    p.agenda.options["effects"]["suppression"][:6] = 0.25
    p.derived.evidence.withdrawn, future.standing = -1.5, 0.25
    for package in packages:
        ratify(future, p, sitting.t, log(), package)
    assert future.sides["learnt"].tolist() == [learnt, 0.0]


def test_a_full_deal_that_completes_a_partial_one_renegotiates_nothing():
    sitting = table().at(4, 10).settled(5)
    ratify(sitting.future, sitting.p, sitting.t, log(), 6)
    assert (sitting.future.tally.renegotiated, sitting.future.deal.package) == (0, 6)


def test_a_first_deal_is_described_and_scored():
    sitting = table().at(4, 10)
    future = sitting.future
    future.deal.pressure = 0.125
    future.tally.deal_distance = future.tally.deal_nash_share = np.nan
    note_deal(*sitting.at_table, 6)
    tally = future.tally
    assert (tally.deal_day, tally.deal_package, tally.deal_pressure) == (6, 6, 0.125)
    assert tally.deal_time == 0.4
    assert tally.deal_utility.tolist() == pytest.approx([0.6, 0.4])
    assert tally.deal_gain.tolist() == pytest.approx([0.4, 0.1])
    assert not np.isnan([tally.deal_distance, tally.deal_nash_share]).any()


# A round that ends without a full agreement

PAIR = {  # package 3 a + b takes option a of the first issue and option b of the second
    "first": issue([0, 0.5, 1], [1, 0.5, 0]),
    "second": issue([0, 0.5, 1], [1, 0.5, 0]),
}


def parting(first=5, second=3, reservations=(0.2, 0.3), settlement="issue_by_issue"):
    """Both offer half of the first issue, but not alike on the second: they share package 3.

    With the rest as it is that is worth .25 and .75.
    """
    sitting = table(Sitting(of_issues(PAIR, [[0.5, 0.5], [0.5, 0.5]])), PULL)
    future, talks = sitting.future, sitting.future.talks
    sitting.p.bargaining.settlement = code(Settlement(settlement))
    talks.in_session, talks.failed, talks.held, talks.sittings = True, True, 2, 1
    talks.next_round = talks.broken = talks.adjourned = talks.partial = 0
    sitting.at(4, 10)
    for side, offer in enumerate((first, second)):
        sitting.said(side, *[] if offer is None else [offer])
        future.sides[side].reservation = reservations[side]
    return sitting


def parted(sitting):
    rows = log()
    part(sitting.future, sitting.p, sitting.t, rows)
    return noted(rows)


def test_a_round_ends_in_four_ways():
    assert [OUTCOMES[k] for k in (FULL, PARTIAL, ADJOURNMENT, BROKEN_OFF)] == [
        "full", "partial", "adjourned", "broken_off",
    ]  # fmt: skip


def test_a_round_from_which_nobody_walks_out_is_adjourned_to_the_next_date():
    sitting = parting(settlement="single_undertaking")
    told, talks = parted(sitting), sitting.future.talks
    assert told == [
        ("round", 2, 4, ADJOURNMENT, NONE, 0, 0), ("adjourned", 10, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert (bool(talks.in_session), bool(talks.failed), talks.next_round) == (False, False, 10)
    assert (talks.sittings, talks.adjourned, talks.partial, talks.broken) == (2, 1, 0, 0)
    assert sitting.future.deal.package == NONE
    assert trigger_of(sitting.future)[0] == 0.0
    assert not sitting.future.sides["grievance"].any()


def test_what_both_share_is_initialled_as_a_round_adjourns():
    """Pressure on both, as on a full deal: .5 * (.5 * .5 + .25 * .5)."""
    sitting = parting()
    told, talks, deal = parted(sitting), sitting.future.talks, sitting.future.deal
    assert told == [
        ("round", 2, 4, PARTIAL, 3, 0, 0), ("initialled", 3, 0, 0, 0, 0, 0),
        ("adjourned", 10, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert (talks.sittings, talks.adjourned, talks.partial, talks.broken) == (2, 0, 1, 0)
    assert (deal.package, bool(deal.partial), deal.whole) == (3, True, 0.5)
    assert deal.pressure == pytest.approx(0.1875)
    assert talks.tentative_day == 6
    assert talks.spoken.tolist() == [1, 1]  # both offers stand
    tally = sitting.future.tally
    assert (tally.partial_day, tally.deal_day) == (6, 0)


def test_the_first_partial_deal_is_the_one_remembered():
    sitting = parting()
    sitting.future.tally.partial_day = 2
    initial(sitting.future, sitting.p, log(), 3)
    assert sitting.future.tally.partial_day == 2


@pytest.mark.parametrize("walks", [(1, 0), (0, 1), (1, 1)])
def test_a_round_from_which_either_side_walks_out_is_broken_off(walks):
    sitting = parting()
    future, talks = sitting.future, sitting.future.talks
    future.seats, future.answered, future.answers[:2] = 0b11, 2, walks
    told = parted(sitting)
    leaving = [("walks_out", side, 0, 0, 0, 0, 0) for side in range(2) if walks[side]]
    assert told == [
        *leaving, ("round", 2, 4, BROKEN_OFF, NONE, 0, 0), ("breakdown", 0, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    assert (bool(talks.in_session), bool(talks.failed), talks.next_round) == (False, True, 10)
    assert (talks.sittings, talks.adjourned, talks.partial, talks.broken) == (2, 0, 0, 1)
    assert future.deal.package == NONE


def test_the_review_of_a_full_deal_is_adjourned_without_a_date_and_settles_nothing_in_part():
    sitting = parting()
    sitting.future.deal.package, sitting.future.deal.whole = 4, 1.0
    assert parted(sitting)[-1] == ("adjourned", 0, 0, 0, 0, 0, 0)
    assert (sitting.future.deal.package, bool(sitting.future.deal.partial)) == (4, False)


@pytest.mark.parametrize(
    ("first", "second", "reservations", "shared"),
    [
        (5, 3, (0.2, 0.3), 3),
        (5, 3, (0.25, 0.3), NONE),  # no better than no deal for the first
        (5, 3, (0.2, 0.75), NONE),  # nor for the second
        (8, 0, (0.0, 0.9), NONE),  # they share nothing: the status quo gains the first nothing
        (None, 3, (0.2, 0.3), NONE),  # who has offered nothing shares nothing
        (5, None, (0.2, 0.3), NONE),
    ],
)
def test_what_both_share_is_settled_if_it_is_better_than_no_deal_for_both(
    first, second, reservations, shared
):
    assert to_initial(*parting(first, second, reservations).at_table) == shared


def test_nothing_is_agreed_until_everything_is_under_a_single_undertaking():
    assert to_initial(*parting(settlement="single_undertaking").at_table) == NONE


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (5, 4, NONE),  # nothing more than the first issue's 1 that is settled
        (4, 4, 4),
        (7, 1, 4),  # they share the second's 1; that the first is settled stands
    ],
)
def test_under_a_partial_deal_more_must_be_better_than_what_is_settled(first, second, shared):
    """Package 3, worth .25 and .75; one that adds half of the second must not be worth less."""
    sitting = parting(first, second).settled(3)
    sitting.future.sides["reservation"] = 0.25, 0.45
    assert to_initial(*sitting.at_table) == shared


# Who walks out


def leaving(**changes):
    """What inclines both sides to walk out, with round weights."""
    sitting = table(None, {"functions": ("call_back",), "leverage": (0.5, 0.25)})
    future, p, weigh = sitting.future, sitting.p, sitting.p.calendar.walkout
    weigh.inclination, weigh.tension, weigh.grievance, weigh.audience = 1.0, 0.5, 0.25, 2.0
    weigh.call_back, weigh.closure, weigh.trust = 4.0, 8.0, 6.0
    future.mediators[0].patience = 0.0
    for side in range(2):
        p.parties[side].audience = 0.0
    for name, value in changes.items():
        part_, _, field = name.partition("__")
        where = {"future": future, "first": future.sides[0], "second": future.sides[1],
                 "audience": p.parties[int(field)] if part_ == "audience" else None,
                 "mediator": future.mediators[0]}[part_]  # fmt: skip
        where["audience" if part_ == "audience" else field] = value
    return [float(inclination_to_leave(future, p, side)) for side in range(2)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [-2.0, -2.0]),  # 1 - 6 * .5, half of full trust
        ({"future__tension": 3.0}, [-0.5, -0.5]),
        ({"first__grievance": [0, 0.5, 0, 1.5, 0]}, [-1.5, -2.0]),
        ({"second__grievance": [0, 0.5, 0, 1.5, 0]}, [-2.0, -1.5]),
        ({"audience__0": 0.5}, [-1.0, -2.0]),
        ({"audience__1": 0.5}, [-2.0, -1.0]),
        ({"mediator__patience": 1.0}, [-4.0, -3.0]),
        ({"first__closure_cost": 0.125}, [-3.0, -2.0]),
        ({"second__closure_cost": 0.125}, [-2.0, -3.0]),
        ({"first__believed": 90.0}, [-5.0, -2.0]),
        ({"second__believed": -90.0}, [-2.0, 1.0]),
    ],
)
def test_what_makes_a_side_walk_out_and_what_holds_it_in(changes, expected):
    assert leaving(**changes) == pytest.approx(expected, abs=1e-12)


@SIDES
def test_a_side_walks_out_below_its_chance(side):
    for uniforms, walks in (((0.49, 0.5), True), ((0.5, 0.51), False)):
        sitting, rows = table(), log()
        leaning_to_leave(sitting.p, 0.0)
        choose(sitting.future, {WALKS[side]: uniforms})
        assert bool(walks_out(sitting.future, sitting.p, rows, side)) is walks
        assert noted(rows) == [("walks_out", side, 0, 0, 0, 0, 0)] * walks


@SIDES
@pytest.mark.parametrize("inclination", [-90.0, 90.0])
def test_a_person_is_asked_whether_to_walk_out(side, inclination):
    sitting = table()
    future, p = sitting.future, sitting.p
    leaning_to_leave(p, inclination)
    future.seats, future.answered, would = 1 << side, 0, inclination > 0
    with pytest.raises(Waiting):
        walks_out(future, p, log(), side)
    assert (future.question.kind, future.question.agent) == (LEAVE, would)
    for answer in (0, 1):
        future.asked, future.answered, future.answers[0] = 0, 1, answer
        assert bool(walks_out(future, p, log(), side)) == answer


# Breakdown

QUARREL = issue((0, 0.5, 1), (1, 0.5, 0), contested=True)


def quarrel():
    """Two contested issues."""
    return Sitting(of_issues({"a": QUARREL, "b": QUARREL}, [[0.5, 0.5], [0.5, 0.5]]))


def broken(*mediators, package=NONE, communique=0.5, partial=False):
    sitting = table(quarrel(), *mediators)
    future, p, rows = sitting.future, sitting.p, log()
    talks = future.talks
    talks.in_session, talks.broken = True, 2
    future.deal.package, future.deal.partial = package, partial
    talks.next_round = talks.sittings = 0
    p.conflict.grievance.breakdown, p.conflict.response.breakdown = 0.75, 1.25
    p.bargaining.communique = communique
    p.derived.evidence.contradiction = -0.5
    for side in range(2):
        p.parties[side].spin_chance, p.parties[side].spin = 1.0, 2
        p.parties[side].lock_in, future.sides[side].lock_in[:] = 0.8, 0.0
    break_off(future, p, sitting.t, rows)
    return future, rows


def test_a_breakdown_is_a_grievance_of_both_and_a_trigger_for_tomorrow():
    future, rows = broken()
    assert (bool(future.talks.in_session), bool(future.talks.failed)) == (False, True)
    assert (future.talks.broken, future.talks.next_round) == (3, 10)
    assert future.talks.sittings == 1
    assert future.sides["grievance"].tolist() == [[0, 0, 0, 0.75, 0]] * 2
    assert trigger_of(future) == (1.25, TALKS_BREAKDOWN, (True, True))
    assert noted(rows)[0] == ("breakdown", 0, 0, 0, 0, 0, 0)


def test_only_under_a_full_deal_a_review_that_is_broken_off_sets_no_date():
    assert broken(package=0)[0].talks.next_round == 0
    assert broken(package=0, partial=True)[0].talks.next_round == 10


SPEAKS = {"functions": ("communique",), "credibility": 0.5}


def test_both_publish_accounts_that_a_communique_damps():
    """Lock-in 0.8, or 0.8 * (1 - 1 * 0.5) where chances of one half pass too."""
    future, rows = broken()
    assert future.sides["lock_in"][:, :2].tolist() == [[0.8, 0.8], [0.8, 0.8]]
    assert future.sides["learnt"].tolist() == [-1.0, -1.0]
    assert noted(rows)[1:] == [("contradiction", side, c, 0, 0, 0, 0)
                               for side in range(2) for c in range(2)]  # fmt: skip
    damped, rows = broken(SPEAKS, communique=1.0)
    assert noted(rows)[0] == ("breakdown", 1, 0, 0, 0, 0, 0)
    for side in range(2):
        for c in range(2):
            said = chance(damped, SPINS[side, c]) < 0.5
            assert damped.sides[side].lock_in[c] == pytest.approx(0.4 if said else 0.0)


def test_a_breakdown_costs_every_active_mediator_an_effort():
    future, _ = broken({"patience": 3.0}, {"patience": 0.5}, {"patience": 4.0, "present": False})
    assert future.mediators["patience"].tolist()[:3] == [2.0, 0.5, 4.0]


@pytest.mark.parametrize(
    ("mediators", "speaks"),
    [((), False), ((SPEAKS,), True), (({}, SPEAKS), True), ((SPEAKS, {}), True),
     ((SPEAKS | {"patience": 0.5},), False), (({},), False)],
)  # fmt: skip
def test_somebody_speaks_for_the_mediators(mediators, speaks):
    sitting = table(None, *mediators)
    assert bool(somebody_speaks(sitting.future, sitting.p)) is speaks


def published(side=0, damping=0.0, spin_chance=1.0, answer=None, extra=None):
    sitting = table(quarrel())
    future, p, rows = sitting.future, sitting.p, log()
    p.derived.evidence.contradiction = -0.5
    p.parties["spin"], p.parties["spin_chance"] = 2, spin_chance
    p.parties["lock_in"], future.sides["lock_in"] = 0.8, 0.0
    p.parties[1 - side].lock_in = 0.3
    if extra is not None:
        p.parties[side].spin_chance = chance(future, SPINS[side, 0]) + extra
    if answer is not None:
        future.seats, future.answered, future.answers[0] = 1 << side, 1, answer
    publish_account(future, p, sitting.t, rows, side, damping)
    return future, noted(rows)


@SIDES
def test_what_contradicts_costs_the_others_trust_and_binds_the_speaker(side):
    future, told = published(side)
    assert future.sides["learnt"].tolist() == [0.0 if k == side else -1.0 for k in range(2)]
    assert future.sides[side].lock_in[:2].tolist() == [0.8, 0.8]
    assert not future.sides[1 - side].lock_in.any()
    assert told == [("contradiction", side, c, 0, 0, 0, 0) for c in range(2)]


@SIDES
@pytest.mark.parametrize(("answer", "issues"), [(0, []), (1, [0]), (2, [1]), (3, [0, 1])])
def test_a_person_may_say_another_thing_on_each_issue(side, answer, issues):
    future, told = published(side, answer=answer)
    assert [row[2] for row in told] == issues
    assert future.sides[side].lock_in[:2].tolist() == [0.8 * (c in issues) for c in range(2)]
    assert (future.agents[0], ACCOUNT) == (3, 5)


@SIDES
def test_an_account_contradicts_below_its_chance_and_not_at_it(side):
    assert 0 not in [row[2] for row in published(side, extra=0.0)[1]]
    assert 0 in [row[2] for row in published(side, extra=1e-9)[1]]


def test_a_communique_damps_what_is_said_and_how_it_binds():
    future, told = published(damping=1.0)
    assert told == []
    future, told = published(damping=0.25)
    for c in range(2):
        said = chance(future, SPINS[0, c]) < 0.75
        assert future.sides[0].lock_in[c] == pytest.approx(0.6 if said else 0.0)


def test_the_issue_told_of_is_the_contested_one_by_its_place_on_the_agenda():
    plain = issue((0, 1), (1, 0))
    sitting = table(Sitting(of_issues({"z": plain, "a": QUARREL}, [[0.5, 0.5], [0.5, 0.5]])))
    p, rows = sitting.p, log()
    p.parties["spin"], p.parties["spin_chance"] = 2, 1.0
    publish_account(sitting.future, p, sitting.t, rows, 1, 0.0)
    assert noted(rows) == [("contradiction", 1, 1, 0, 0, 0, 0)]


def test_without_contested_issues_nobody_publishes():
    sitting = table()
    sitting.future.seats = 1  # would be asked
    publish_account(sitting.future, sitting.p, sitting.t, log(), 0, 0.0)
    assert sitting.future.asked == 0


# The whole step


def held(prepare=None, **kwargs):
    """A future on the day of a round to which both come, after the step."""
    sitting = willing(90.0, **kwargs)
    future, p = sitting.future, sitting.p
    script(sitting, [9] * 9, [1] * 9)
    future.talks.exchange = future.talks.spoken[:] = 0
    p.protocol.sessions_per_day, p.protocol.exchanges_per_session = 1, 2
    p.protocol.exchanges_per_round = 99
    if prepare is not None:
        prepare(future, p)
    desk = empty_desk()
    hold(future, p, desk)
    return future, noted(desk.log)


def test_a_round_that_is_due_opens_and_bargains_on_the_same_day():
    future, told = held()
    assert (future.talks.held, future.talks.exchange) == (1, 2)
    assert [row[0] for row in told] == ["round_opens", "session", "move", "move"]


def under_deal(review, partial=False):
    def prepare(future, p):
        future.deal.package, future.deal.partial = 5, partial
        future.talks.review = review

    return prepare


def not_due(future, p):
    future.talks.next_round = 7


def collapsed(future, p):
    future.ceasefire.day[COLLAPSE] = 3


def fire(*rungs):
    def prepare(future, p):
        future.sides["rung"] = rungs

    return prepare


@pytest.mark.parametrize(
    ("prepare", "rounds", "exchanges"),
    [(not_due, 0, 0), (under_deal(False), 0, 0), (under_deal(True), 1, 2),
     (under_deal(False, True), 1, 2), (collapsed, 1, 0), (fire(2, 0), 1, 0), (fire(0, 2), 1, 0),
     (fire(1, 1), 1, 2)],
)  # fmt: skip
def test_when_a_round_opens_and_words_are_exchanged(prepare, rounds, exchanges):
    """Under a full deal only to review it, after a collapse no more, on a day of fire no word."""
    future, _ = held(prepare)
    assert (future.talks.held, future.talks.exchange) == (rounds, exchanges)


def test_a_day_of_fire_is_a_day_of_the_round():
    """The last day of a round passes without a word, and it is over."""

    def prepare(future, p):
        future.sides["rung"] = 2, 0
        p.calendar.length = 1

    future, told = held(prepare)
    assert not future.talks.in_session
    assert [row[0] for row in told] == ["round_opens", "round", "adjourned"]


def test_who_walks_out_on_the_last_day_breaks_the_talks_off():
    def prepare(future, p):
        p.calendar.length = 1
        p.protocol.exchanges_per_session = 1
        leaning_to_leave(p, 90.0)

    future, told = held(prepare)
    assert bool(future.talks.failed)
    assert [row[0] for row in told] == [
        "round_opens", "session", "move", "walks_out", "walks_out", "round", "breakdown",
    ]  # fmt: skip
    assert (KINDS[BREAKDOWN], KINDS[CONTRADICTION]) == ("breakdown", "contradiction")


def test_what_is_agreed_at_the_table_is_ratified_on_the_same_day():
    def prepare(future, p):
        for side in range(2):
            p.parties[side].tactic.offers[:9] = 5

    future, told = held(prepare)
    assert (future.deal.package, future.tally.deal_day) == (5, 6)
    assert told[-1][0] == "round"
