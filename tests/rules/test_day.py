"""A day of one future: what a morning clears, and that each step sees what those before it did."""

import pytest
from by_hand import empty_desk, noted, one_future, seat, trigger_of

from sim.config import events
from sim.parameters import EVENT_KINDS, NONE
from sim.rules.day import live_day, morning
from sim.rules.triggers import put_forward
from sim.state import ATTACK, COLLAPSE, SHOCK, TALKS_BREAKDOWN, VIOLATION

NEVER, STRIKES = [90.0] * 4, [-90.0, -90.0, -90.0, 90.0]
SWITCHES = ("attacks", "clashes", "events", "talks", "responses", "repudiation")


def still(*on):
    """A future on day 4 in which only these parts are switched on, and nobody answers anything."""
    future, p = one_future({"mediators": {}, "events": {}})
    future.day, future.talks.next_round = 4, 0
    for name in SWITCHES:
        p.switches[name] = name in on
    p.parties["thresholds"] = NEVER
    return future, p


def live(future, p):
    """Live a day; what was noted."""
    desk = empty_desk()
    live_day(future, p, desk)
    return noted(desk.log)


def bomb(p, deaths=40):
    """Let the first group's attack be scheduled for day 5, laid at Kabul's door and denied."""
    p.switches.events, p.count.events = True, 1
    event = p.events[0]
    event.kind, event.day, event.group = EVENT_KINDS.index(events.Attack), 5, 0
    event.deaths = deaths
    rule = p.conflict.attribution
    rule["base"], rule.trust, rule.denial = 1.0, 0.0, 1.0
    rule.monitors = rule.evidence = rule.standing_evidence = 0.0
    p.militants[0].from_afghan_soil = 1.0


def test_a_morning_clears_what_belongs_to_one_day():
    future, p = still()
    seat(future, p, {"functions": ("restrain",), "leverage": (0.5, 0.25)})
    future.asked, future.chain_cause, future.attributed_today = 3, ATTACK, True
    future.violated_today[:], future.sides["rung"] = 1, 4
    morning(future, p)
    assert (future.day, future.asked, future.chain_cause) == (5, 0, NONE)
    assert not future.attributed_today
    assert future.violated_today.tolist() == future.sides["rung"].tolist() == [0, 0]
    assert future.sides["leverage"].tolist() == [0.5, 0.25]


def test_nothing_happens_to_a_future_that_has_ended():
    future, p = still()
    future.running = False
    live(future, p)
    assert future.day == 4


def test_a_quiet_day_passes():
    future, p = still()
    assert live(future, p) == []
    assert (future.day, bool(future.running)) == (5, True)


def test_an_attack_of_the_day_is_blamed_and_answered_on_it():
    future, p = still("responses")
    bomb(p)
    p.parties[0].thresholds[:] = STRIKES
    told = live(future, p)
    assert [row[0] for row in told] == ["attack", "act", "act"]
    assert future.chain_cause == ATTACK
    assert future.sides["rung"].tolist() == [3, 0]


def test_a_clash_of_the_day_is_answered_on_it():
    future, p = still("responses", "clashes")
    p.conflict.clashes.rate = 1.0
    told = live(future, p)
    assert [row[0] for row in told] == ["border_clash", "act", "act"]


def test_monitors_who_deploy_in_the_morning_see_the_days_attack():
    """An attack from elsewhere is not laid at Kabul's door where monitors fully verify."""
    for kind, blamed in ((events.MonitorsDeploy, 0), (events.Pause, 1)):
        future, p = still()
        bomb(p)
        p.militants[0].from_afghan_soil, p.conflict.attribution.monitors = 0.0, 1.0
        p.count.events = 2
        p.events[1].kind, p.events[1].day = EVENT_KINDS.index(kind), 5
        p.events[1].strength = 1.0
        live(future, p)
        assert future.tally.attributed == blamed


def in_session(future, p):
    """Let a round be under way from yesterday to tomorrow."""
    p.switches.talks = True
    talks = future.talks
    talks.in_session, talks.last_day, talks.limit, talks.held = True, 6, 100, 1


def test_words_are_exchanged_on_a_day_of_talks_but_not_on_one_of_fire():
    for thresholds, silent in ((NEVER, False), (STRIKES, True)):
        future, p = still("responses")
        in_session(future, p)
        p.parties[0].thresholds[:] = thresholds
        put_forward(future, 1.0, SHOCK, True, False)
        live(future, p)
        assert bool(future.talks.exchange == 0) is silent


def test_without_talks_nobody_speaks():
    future, p = still()
    in_session(future, p)
    p.switches.talks = False
    live(future, p)
    assert future.talks.exchange == 0


def test_a_round_that_fails_today_is_answered_tomorrow():
    future, p = still("responses")
    in_session(future, p)
    future.talks.last_day = 5
    p.protocol.sessions_per_day = 0
    live(future, p)
    assert trigger_of(future)[1] == TALKS_BREAKDOWN
    assert future.chain_cause == NONE
    live(future, p)
    assert future.chain_cause == TALKS_BREAKDOWN


def broken(future, p):
    """A deal on which Islamabad fails for certain, and is found out."""
    rule = p.conflict.implementation
    rule.violation = rule.detection = 1.0
    rule.deterrence, rule.tolerance = 0.0, 99
    future.deal.package, future.deal.terms.promised[0] = 0, 1.0
    future.sides["capacity"] = 0.0


def test_a_violation_found_today_is_answered_tomorrow_and_makes_the_day_no_quiet_one():
    future, p = still("responses")
    broken(future, p)
    p.derived.evidence.quiet, p.derived.evidence.violation = 50.0, 0.0
    live(future, p)
    assert trigger_of(future)[1] == VIOLATION
    assert future.chain_cause == NONE
    assert (future.sides["learnt"] > 10).tolist() == [True, False]


def test_a_protest_of_the_day_shuts_the_crossings_on_it():
    future, p = still("responses")
    p.parties[0].thresholds[:] = [-90.0, 90.0, 90.0, 90.0]
    put_forward(future, 1.0, SHOCK, True, False)
    future.closure = 0.0
    live(future, p)
    assert future.tally.closed_days == 1.0


def test_grievance_fades_before_it_ends_anything():
    """8 in the morning, 4 in the evening; continuing is worth 5 by itself."""
    future, p = still("repudiation")
    stakes = p.conflict.grievance
    stakes.closure = stakes.stake_deal = stakes.stake_talks = 0.0
    stakes.stake_leverage = stakes.stake_trust = 0.0
    p.derived.kept.grievance = 0.5
    future.sides["ending_value"], future.sides[0].grievance[0] = 5.0, 8.0
    live(future, p)
    assert future.ceasefire.day[COLLAPSE] == 0


def test_the_days_rungs_are_felt_in_the_evening():
    future, p = still("responses")
    p.parties[0].thresholds[:] = STRIKES
    p.conflict.tension.rungs[:], p.derived.kept.tension = [0.0, 0.0, 0.0, 2.0, 0.0], 0.0
    put_forward(future, 1.0, SHOCK, True, False)
    live(future, p)
    assert future.tension == 2.0


@pytest.mark.parametrize(("renewable", "running"), [(False, False), (True, True)])
def test_a_collapse_ends_a_future_unless_it_is_renewable(renewable, running):
    future, p = still()
    p.ceasefire.exogenous_hazard, p.ceasefire.renewable, p.ceasefire.renewal = 1.0, renewable, 1.0
    live(future, p)
    assert future.ceasefire.day[COLLAPSE] == 5
    assert bool(future.running) is running
    live(future, p)
    assert future.day == (6 if renewable else 5)
    assert future.ceasefire.spell == (2 if renewable else 1)
