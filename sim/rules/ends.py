"""Step 10: every definition of the ceasefire's end is checked; cause and by whom are recorded.

Ends, in the order of ``config.ENDS``: exchange_of_fire (both sides at rung 2 or above on one day),
strike (either at rung 3 or above), repudiation, open_hostilities (rung 4, or rung 3 or above on
consecutive days), collapse (open hostilities or repudiation). A definition ends only when it is
itself met: what a collapse cuts short stays unmet.
"""

from __future__ import annotations

from typing import Any

from sim.chance import chance, purpose
from sim.compiling import everyday, rule
from sim.negotiation.mediators import called_back
from sim.negotiation.reservation import total_grievance
from sim.negotiation.terms import lapse
from sim.notes import CEASEFIRE_RENEWED, note
from sim.parameters import NONE
from sim.rules.calendar import schedule
from sim.rules.incidents import in_force
from sim.rules.mandate import lost, restore
from sim.rules.triggers import clear
from sim.rules.trust import trust
from sim.state import (
    BOTH,
    COLLAPSE,
    END,
    EXCHANGE_OF_FIRE,
    FIRE,
    HOSTILITIES,
    OPEN_HOSTILITIES,
    REPUDIATION,
    SHOCK,
    STRIKE,
    STRIKE_END,
    decided,
)

EXOGENOUS, RENEWAL = purpose("exogenous"), purpose("renewal")


@everyday
def check(future: Any, p: Any) -> None:
    """Record today's ends; after a collapse there is nothing left to end."""
    if not in_force(future):
        return
    check_rungs(future, p)
    if p.switches.repudiation:
        repudiate(future, p)
    hazard = p.ceasefire.exogenous_hazard
    if hazard > 0.0 and chance(future, EXOGENOUS) < hazard:
        end(future, COLLAPSE, SHOCK, NONE)


@everyday
def end(future: Any, definition: int, cause: int, by: int) -> None:
    """Record an end under one definition, unless it has ended before."""
    if future.ceasefire.day[definition] == 0:
        future.ceasefire.day[definition] = future.day
        future.ceasefire.cause[definition] = cause
        future.ceasefire.by[definition] = by


@everyday
def who(first: bool, second: bool) -> int:
    """By whom, of two sides: the first (0), the second (1), ``BOTH`` or nobody (``NONE``)."""
    if first and second:
        return BOTH
    return 0 if first else 1 if second else NONE


@everyday
def at_rung(future: Any, rung: int) -> int:
    """Who is at a rung or above today."""
    return who(future.sides[0].rung >= rung, future.sides[1].rung >= rung)


@everyday
def check_rungs(future: Any, p: Any) -> None:
    """Check the definitions that are thresholds on the day's highest rungs.

    A day's cause is that of its chain; hostilities that last have the cause of their first day, and
    are by those at a strike on the last.
    """
    state, cause = future.ceasefire, future.chain_cause
    high = max(future.sides[0].rung, future.sides[1].rung)
    if high >= STRIKE:
        if state.hot_days == 0:
            state.hot_cause = cause
        state.hot_days += 1
        end(future, STRIKE_END, cause, at_rung(future, STRIKE))
    else:
        state.hot_days = 0
    if at_rung(future, FIRE) == BOTH:
        end(future, EXCHANGE_OF_FIRE, cause, BOTH)
    if high >= HOSTILITIES:
        end(future, OPEN_HOSTILITIES, cause, at_rung(future, HOSTILITIES))
    if state.hot_days >= p.ceasefire.consecutive_days:
        end(future, OPEN_HOSTILITIES, state.hot_cause, at_rung(future, STRIKE))
    if state.day[OPEN_HOSTILITIES] == future.day:
        end(future, COLLAPSE, state.cause[OPEN_HOSTILITIES], state.by[OPEN_HOSTILITIES])


@everyday
def repudiate(future: Any, p: Any) -> None:
    """Let a side declare the ceasefire over; if both do, the one under more pressure is named."""
    first, second = pressure_to_end(future, p, 0), pressure_to_end(future, p, 1)
    by_first = ends_it(future, p, 0, first)
    by_second = ends_it(future, p, 1, second)
    if not (by_first or by_second):
        return
    named = int(by_second and (not by_first or second > first))
    cause = largest(future.sides[named].grievance)
    end(future, REPUDIATION, cause, who(by_first, by_second))
    end(future, COLLAPSE, cause, who(by_first, by_second))


@everyday
def ends_it(future: Any, p: Any, side: int, pressure: float) -> bool:
    """Whether a side ends the ceasefire: pressure to end it exceeds what continuing is worth.

    A capital whose mandate is lost ends it without asking its delegation.
    """
    if lost(future, p, side):
        return True
    if pressure <= future.sides[side].ending_value:  # the quick part: all else only adds to it
        return False
    if pressure <= worth_of_continuing(future, p, side):
        return False
    return decided(future, side, END, 1) != 0


@rule
def largest(grievance: Any) -> int:
    """The cause of the largest grievance, the first of equals."""
    found = 0
    for cause in range(1, len(grievance)):
        if grievance[cause] > grievance[found]:
            found = cause
    return found


@everyday
def pressure_to_end(future: Any, p: Any, side: int) -> float:
    """A side's grievance, weighing more the more closure has cost it."""
    own = future.sides[side]
    return total_grievance(own) * (1.0 + p.conflict.grievance.closure * own.closure_cost)


@rule
def worth_of_continuing(future: Any, p: Any, side: int) -> float:
    """What it takes to end the ceasefire, in units of grievance.

    A private value and today's stakes: a deal, talks under way or due, mediators' pull and trust.
    """
    stakes, own, talks = p.conflict.grievance, future.sides[side], future.talks
    ahead = talks.in_session or talks.next_round > 0
    worth = own.ending_value + stakes.stake_deal * future.deal.whole
    worth += stakes.stake_talks * ahead
    return worth + stakes.stake_leverage * own.leverage + stakes.stake_trust * trust(own)


@rule
def renew(future: Any, p: Any, log: Any) -> None:
    """Perhaps re-establish a collapsed ceasefire, likelier where mediators call the sides back.

    Tension, calendar and mandates begin anew, the old deal and old grievances are gone. Trust,
    lock-in, private values, suppression, patience and what closure has cost stay.
    """
    state = future.ceasefire
    if not 0 < state.day[COLLAPSE] < future.day:
        return
    pull = 0.5 * (called_back(future, p, 0) + called_back(future, p, 1))
    renewed = p.ceasefire.renewal * (1.0 + p.ceasefire.renewal_mediated * pull)
    if chance(future, RENEWAL) >= renewed:
        return
    restart(future, p)
    note(future, log, CEASEFIRE_RENEWED)


@rule
def restart(future: Any, p: Any) -> None:
    """Begin a new spell: its day 0 is today."""
    state = future.ceasefire
    future.tension = p.conflict.tension.initial
    for definition in range(len(state.day)):
        state.day[definition] = 0
        state.cause[definition] = state.by[definition] = NONE
    state.hot_days, state.hot_cause = 0, NONE
    state.spell += 1
    state.began = future.day
    lapse(future)
    clear(future)
    future.talks.in_session = future.talks.failed = future.talks.review = False
    if p.switches.talks:
        schedule(future, p)
    for side in range(2):
        for cause in range(len(future.sides[side].grievance)):
            future.sides[side].grievance[cause] = 0.0
        restore(future.sides[side], 1.0)
