"""Step 7: rounds of talks: attendance, a day at the table, and how a round ends.

In full, ratified in both capitals; in part; adjourned; or broken off, with public accounts of it.

The bargaining itself is in ``negotiation``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance import chance, purpose
from sim.compiling import rule
from sim.config import PARTIES, Settlement
from sim.negotiation.accounts import contradicts, locked_in, spun
from sim.negotiation.mediators import active, called_back, pressure_on, voices
from sim.negotiation.opponent import expected_reservation, thought_worth, weight_error
from sim.negotiation.protocols import bargain
from sim.negotiation.ratification import needed_at_home
from sim.negotiation.reservation import disagreement, reservation, total_grievance
from sim.negotiation.scoring import score_deal
from sim.negotiation.search import common_ground
from sim.negotiation.tables import reckoned, table_of, utility, weigh_pages
from sim.negotiation.tactics import last_offer, plan_round
from sim.negotiation.terms import begin_anew, in_full, sign
from sim.notes import (
    ADJOURNED,
    ADJOURNMENT,
    BREAKDOWN,
    BROKEN_OFF,
    CONTRADICTION,
    FULL,
    INFORMATION,
    INITIALLED,
    PARTIAL,
    RATIFICATION,
    ROUND,
    ROUND_NOT_HELD,
    ROUND_OPENS,
    SESSION,
    WALKS_OUT,
    note,
)
from sim.parameters import CONTESTED, NONE, STATUS_QUO, code
from sim.rules.calendar import last_day_of, schedule
from sim.rules.incidents import in_force
from sim.rules.mandate import restore_by_deal, wear_by_talks
from sim.rules.triggers import put_forward
from sim.rules.trust import believe, learn, probability, trust
from sim.state import ACCOUNT, ATTEND, FIRE, LEAVE, TALKS_BREAKDOWN, decided

ATTENDS = tuple(purpose(f"attend/{party}") for party in PARTIES)
WALKS = tuple(purpose(f"walkout/{party}") for party in PARTIES)
ISSUE_BY_ISSUE = code(Settlement.issue_by_issue)
SPINS = np.array([[purpose(f"account/{party}/{c}") for c in range(CONTESTED)] for party in PARTIES])


@rule
def hold(future: Any, p: Any, desk: Any) -> None:
    """Open a round that is due, bargain where talks are in session, close what is over.

    No words are exchanged on a day of fire.
    """
    talks, log = future.talks, desk.log
    if talks.next_round == future.day and (talks.review or not in_full(future.deal)):
        open_round(future, p, log)
    if not talks.in_session or not in_force(future):
        return
    t = table_of(future, p, desk)
    work_out_positions(future, p, t)
    agreed = NONE
    if max(future.sides[0].rung, future.sides[1].rung) < FIRE:
        agreed = sit(future, p, t, log)
    close(future, p, t, log, agreed)


# --- opening --------------------------------------------------------------------------------------


@rule
def open_round(future: Any, p: Any, log: Any) -> None:
    """Open the round that is due if both sides come; else it is put off."""
    first = attends(future, p, 0)
    second = attends(future, p, 1)
    if not (first and second):
        schedule(future, p)
        if in_force(future):
            note(future, log, ROUND_NOT_HELD)
        return
    talks, day = future.talks, future.day
    talks.next_round, talks.in_session, talks.review = 0, True, False
    talks.last_day = last_day_of(p, day)
    a_day = p.protocol.sessions_per_day * p.protocol.exchanges_per_session
    talks.limit = min((talks.last_day - day + 1) * a_day, p.protocol.exchanges_per_round)
    talks.exchange, talks.lean = 0, leaning(future, p)
    take_up_again(future, 0)
    take_up_again(future, 1)
    talks.held += 1
    talks.resumed += talks.failed
    note(future, log, ROUND_OPENS, talks.held, int(talks.failed), talks.last_day, talks.limit)
    inform(future, p, log)


@rule
def take_up_again(future: Any, side: int) -> None:
    """Let what a side offered last stand at the beginning of the next round."""
    talks = future.talks
    if talks.spoken[side] > 1:
        talks.offers[side, 0] = last_offer(future, side, 0)
        talks.spoken[side] = 1


@rule
def attends(future: Any, p: Any, side: int) -> bool:
    """Whether a side comes to the round that is due."""
    would = chance(future, ATTENDS[side]) < probability(inclination_to_attend(future, p, side))
    return decided(future, side, ATTEND, int(would)) != 0


@rule
def inclination_to_attend(future: Any, p: Any, side: int) -> float:
    """Inclination to come to a round, in logits.

    Tension and a failed round keep a side away; mediators who call back and a worse disagreement
    payoff (ripeness, Zartman 2000) bring it.
    """
    weigh = p.calendar
    ripe = p.parties[side].disagreement - disagreement(future, p, side)
    return (
        weigh.attendance
        - weigh.tension * future.tension
        - weigh.breakdown * future.talks.failed
        + weigh.call_back * called_back(future, p, side)
        + weigh.ripeness * ripe
    )


@rule
def leaning(future: Any, p: Any) -> float:
    """Where the first draft leans: the bias of the first mediator able to formulate."""
    for k in range(p.count.mediators):
        if p.mediators[k].functions.formulate and active(future, k):
            return p.protocol.draft_lean * p.mediators[k].bias
    return 0.0


@rule
def inform(future: Any, p: Any, log: Any) -> None:
    """Mediators tell each side what they know of the other's good faith (Kydd 2003)."""
    for k in range(p.count.mediators):
        if p.mediators[k].functions.inform and active(future, k):
            for side in range(2):
                known = p.derived.mediators[k]
                right = chance(future, known.inform[side]) < known.accuracy[side]
                says_good = future.sides[1 - side].willing == right
                weight = known.weight[side]
                learn(future.sides[side], weight if says_good else -weight)
                note(future, log, INFORMATION, k, side, int(says_good), w=known.accuracy[side])
    believe(future.sides[0])
    believe(future.sides[1])


# --- at the table ---------------------------------------------------------------------------------


@rule
def work_out_positions(future: Any, p: Any, t: Any) -> None:
    """Both sides work out what they have without more, hold publicly and mean to concede."""
    for side in range(2):
        own = future.sides[side]
        own.trust = trust(own)
        weigh_pages(future, t, side)
        own.reservation = reservation(future, p, side)
        if future.deal.partial:  # what is settled is what a side has without more
            settled = utility(future, t, side, future.deal.package)
            own.reservation = max(own.reservation, settled)
        own.least = needed_at_home(future, p, side) if own.refused else own.reservation
        own.opening = t.opening[side]
        own.ideal = utility(future, t, side, own.opening)
        plan_round(future, p, side)


@rule
def sit(future: Any, p: Any, t: Any, log: Any) -> int:
    """Bargain for a day; return the package agreed, or NONE."""
    talks = future.talks
    let_speak(future, p)
    note_session(future, p, log)
    agreed = bargain(future, p, t, log)
    for side in range(2):
        if talks.spoken[side] > 0:
            talks.latest[side] = reckoned(t, 1 - side, last_offer(future, side, 0))
    return agreed


@rule
def let_speak(future: Any, p: Any) -> None:
    """Settle who speaks between the sides today, and how badly words carried are heard."""
    talks, unheard, unknown = future.talks, 1.0, 1.0
    talks.mediated = talks.carried = False
    for k in range(p.count.mediators):
        if active(future, k):
            mediator = p.mediators[k]
            if mediator.functions.formulate:
                talks.mediated = True
                unknown *= 1.0 - mediator.credibility
            if mediator.functions.relay:
                talks.carried = True
                unheard *= 1.0 - mediator.credibility
    talks.noise = p.protocol.relay_noise * unheard
    talks.knowledge = 1.0 - unknown


@rule
def note_session(future: Any, p: Any, log: Any) -> None:
    """Note both sides' numbers at the table, for the debriefing."""
    if not future.watched:
        return
    first, second = future.sides[0], future.sides[1]
    note(
        future, log, SESSION, future.talks.held, w=future.verifiers, x=first.trust,
        y=second.trust, z=first.reservation,
    )  # fmt: skip
    row = log.rows[log.count - 1]
    row["real"][4] = second.reservation
    for c in range(p.count.contested):
        row["real"][5 + c] = first.lock_in[c]
        row["real"][5 + CONTESTED + c] = second.lock_in[c]


# --- closing --------------------------------------------------------------------------------------


@rule
def close(future: Any, p: Any, t: Any, log: Any, agreed: int) -> None:
    """Ratify what was agreed; a round that has run out without it ends otherwise.

    A text that a capital refuses goes back to the table as long as there is time.
    """
    talks = future.talks
    spent = talks.exchange >= talks.limit or future.day >= talks.last_day
    if agreed == NONE and not spent:
        return
    judge_estimates(future, p, t, 0)
    judge_estimates(future, p, t, 1)
    signed = agreed != NONE and ratify(future, p, t, log, agreed)
    if spent and not signed:
        part(future, p, t, log)


@rule
def judge_estimates(future: Any, p: Any, t: Any, side: int) -> None:
    """Note how wrong a side is about the other at the end of a round."""
    talks, other = future.talks, 1 - side
    if talks.spoken[other] < 2:
        return
    first = thought_worth(future, p, t, side, future.sides[side].first_heard)
    last = thought_worth(future, p, t, side, last_offer(future, other, 0))
    over = talks.sittings + talks.exchange / talks.limit
    over = min(over / future.sides[side].expected, 1.0)
    guess = expected_reservation(first, last, over)
    future.tally.weight_error[side] = weight_error(future, p, side)
    future.tally.reservation_error[side] = abs(guess - future.sides[other].reservation)


@rule
def ratify(future: Any, p: Any, t: Any, log: Any, agreed: int) -> bool:
    """Put a tentative deal before both capitals; return whether both agreed.

    A deal lies in a side's win-set if it is worth what is needed at home. A delegation whose
    capital has refused a text knows from then on what it asks.
    """
    passed = True
    for side in range(2):
        worth, needed = utility(future, t, side, agreed), needed_at_home(future, p, side)
        passed &= worth >= needed
        future.sides[side].refused |= worth < needed
        note(future, log, RATIFICATION, side, agreed, w=worth, x=needed)
    talks = future.talks
    talks.tentative_day = future.day
    if passed:
        future.tally.renegotiated += in_full(future.deal)
        before = future.standing
        sign(future, p, agreed, pressed(future, p), False)
        if future.standing < before:  # Kabul has withdrawn what it had stated as its own policy
            learn(future.sides[0], p.derived.evidence.withdrawn)
        talks.in_session = talks.failed = False
        restore_by_deal(future, p)
        if future.tally.deal_day == 0:
            note_deal(future, p, t, agreed)
        note_round(future, t, log, FULL, agreed)
        begin_anew(future)
    return passed


@rule
def note_round(future: Any, t: Any, log: Any, outcome: int, package: int) -> None:
    """Note how a round ended, and what the package it signed is worth to both sides."""
    if not future.watched:
        return
    first = second = np.nan
    if package != NONE:
        first, second = utility(future, t, 0, package), utility(future, t, 1, package)
    talks = future.talks
    note(future, log, ROUND, talks.held, talks.exchange, outcome, package, w=first, x=second)


@rule
def note_deal(future: Any, p: Any, t: Any, deal: int) -> None:
    """Describe a future's first deal, and score it against the solution concepts."""
    tally, talks = future.tally, future.talks
    tally.deal_day, tally.deal_package = future.day, deal
    tally.deal_pressure = future.deal.pressure
    tally.deal_time = talks.exchange / talks.limit
    for side in range(2):
        worth = utility(future, t, side, deal)
        tally.deal_utility[side] = worth
        tally.deal_gain[side] = worth - future.sides[side].reservation
    score_deal(future, t, deal)


@rule
def part(future: Any, p: Any, t: Any, log: Any) -> None:
    """End a round without a full agreement: adjourn it if both will meet again; else it is off."""
    first = walks_out(future, p, log, 0)
    second = walks_out(future, p, log, 1)
    if first or second:
        note_round(future, t, log, BROKEN_OFF, NONE)
        break_off(future, p, t, log)
        return
    talks = future.talks
    talks.in_session = talks.failed = False
    talks.sittings += 1
    if not in_full(future.deal):
        schedule(future, p)
    shared = to_initial(future, p, t)
    if shared == NONE:
        talks.adjourned += 1
        wear_by_talks(future, p)
        note_round(future, t, log, ADJOURNMENT, NONE)
    else:
        note_round(future, t, log, PARTIAL, shared)
        initial(future, p, log, shared)
    note(future, log, ADJOURNED, talks.next_round)


@rule
def walks_out(future: Any, p: Any, log: Any, side: int) -> bool:
    """Whether a side walks out at the end of a round."""
    would = chance(future, WALKS[side]) < probability(inclination_to_leave(future, p, side))
    leaves = decided(future, side, LEAVE, int(would)) != 0
    if leaves:
        note(future, log, WALKS_OUT, side)
    return leaves


@rule
def inclination_to_leave(future: Any, p: Any, side: int) -> float:
    """Inclination to walk out, in logits.

    Grievance, tension and audience push out; mediators who call back, what closure has cost
    (ripeness, Zartman 2000) and trust hold in.
    """
    weigh, own = p.calendar.walkout, future.sides[side]
    pushed = weigh.tension * future.tension + weigh.grievance * total_grievance(own)
    pushed += weigh.audience * p.parties[side].audience
    held = weigh.call_back * called_back(future, p, side) + weigh.closure * own.closure_cost
    return weigh.inclination + pushed - held - weigh.trust * trust(own)


@rule
def to_initial(future: Any, p: Any, t: Any) -> int:
    """What is settled as a round adjourns: what both last positions share, or NONE.

    With the rest at the status quo it must be better than no deal, or than what is settled already,
    for both.
    """
    if p.bargaining.settlement != ISSUE_BY_ISSUE or in_full(future.deal):
        return NONE
    first, second = last_offer(future, 0, 0), last_offer(future, 1, 0)
    if first == NONE or second == NONE:
        return NONE
    shared = common_ground(future, t, first, second)
    if shared == STATUS_QUO:
        return NONE
    for side in range(2):
        if utility(future, t, side, shared) <= future.sides[side].reservation:
            return NONE
    return shared


@rule
def initial(future: Any, p: Any, log: Any, package: int) -> None:
    """Put what both last positions share into force; the next round speaks of the rest."""
    future.talks.partial += 1
    future.talks.tentative_day = future.day
    if future.tally.partial_day == 0:
        future.tally.partial_day = future.day
    sign(future, p, package, pressed(future, p), True)
    restore_by_deal(future, p)
    note(future, log, INITIALLED, package)


@rule
def pressed(future: Any, p: Any) -> float:
    """Pressure of the mediators under which a text is signed, in [0, 1]."""
    return 0.5 * (pressure_on(future, p, 0) + pressure_on(future, p, 1))


@rule
def break_off(future: Any, p: Any, t: Any, log: Any) -> None:
    """Announce a breakdown: accounts, grievance, a trigger for tomorrow, the next round."""
    talks, conflict = future.talks, p.conflict
    talks.in_session, talks.failed = False, True
    talks.broken += 1
    talks.sittings += 1
    wear_by_talks(future, p)
    together = voices(future, p)
    note(future, log, BREAKDOWN, int(somebody_speaks(future, p)))
    if not in_full(future.deal):
        schedule(future, p)
    publish_account(future, p, t, log, 0, p.bargaining.communique * together)
    publish_account(future, p, t, log, 1, p.bargaining.communique * together)
    for side in range(2):
        future.sides[side].grievance[TALKS_BREAKDOWN] += conflict.grievance.breakdown
    put_forward(future, conflict.response.breakdown, TALKS_BREAKDOWN, True, True)
    for k in range(p.count.mediators):
        if active(future, k):
            future.mediators[k].patience -= 1.0


@rule
def somebody_speaks(future: Any, p: Any) -> bool:
    """Whether mediators issue a joint communiqué."""
    found = False
    for k in range(p.count.mediators):
        found |= p.mediators[k].functions.communique and active(future, k)
    return found


@rule
def publish_account(future: Any, p: Any, t: Any, log: Any, side: int, damping: float) -> None:
    """A side publishes its account; what contradicts the other's costs trust and binds."""
    if p.count.contested == 0:
        return
    would = 0  # one bit by contested issue
    for c in range(p.count.contested):
        if spun(future, p, t, side, c):
            drawn = chance(future, SPINS[side, c])
            would |= int(contradicts(drawn, p.parties[side].spin_chance, damping)) << c
    said = decided(future, side, ACCOUNT, would)
    for c in range(p.count.contested):
        if (said >> c) & 1:
            lock_in = future.sides[side].lock_in
            lock_in[c] = locked_in(lock_in[c], p.parties[side].lock_in, damping)
            learn(future.sides[1 - side], p.derived.evidence.contradiction)
            note(future, log, CONTRADICTION, side, p.derived.contested[c])
