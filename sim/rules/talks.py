"""Step 7: rounds of talks: attendance, a day at the table, ratification and public accounts.

The bargaining itself is in ``negotiation``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance import chance, purpose
from sim.compiling import rule
from sim.config import PARTIES
from sim.negotiation.accounts import contradicts, locked_in, spun
from sim.negotiation.mediators import active, called_back, pressure_on, voices
from sim.negotiation.opponent import expected_reservation, thought_worth, weight_error
from sim.negotiation.protocols import bargain
from sim.negotiation.ratification import needed_at_home
from sim.negotiation.reservation import disagreement, reservation
from sim.negotiation.scoring import score_deal
from sim.negotiation.tables import reckoned, table_of, utility
from sim.negotiation.tactics import last_offer
from sim.negotiation.terms import sign
from sim.notes import (
    BREAKDOWN,
    CONTRADICTION,
    INFORMATION,
    NO_AGREEMENT,
    NOT_RATIFIED,
    RATIFICATION,
    RATIFIED,
    ROUND,
    ROUND_NOT_HELD,
    ROUND_OPENS,
    SESSION,
    note,
)
from sim.parameters import CONTESTED, NONE
from sim.rules.calendar import last_day_of, schedule
from sim.rules.incidents import in_force
from sim.rules.triggers import put_forward
from sim.rules.trust import believe, learn, probability, trust
from sim.state import ACCOUNT, ATTEND, FIRE, TALKS_BREAKDOWN, decided

ATTENDS = tuple(purpose(f"attend/{party}") for party in PARTIES)
SPINS = np.array([[purpose(f"account/{party}/{c}") for c in range(CONTESTED)] for party in PARTIES])


@rule
def hold(future: Any, p: Any, desk: Any) -> None:
    """Open a round that is due, bargain where talks are in session, close what is over.

    No words are exchanged on a day of fire.
    """
    talks, log = future.talks, desk.log
    if talks.next_round == future.day and (future.deal.package == NONE or talks.review):
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
    talks.exchange = talks.spoken[0] = talks.spoken[1] = 0
    talks.lean = leaning(future, p)
    future.sides[0].previous = future.sides[1].previous = NONE
    talks.held += 1
    talks.resumed += talks.failed
    note(future, log, ROUND_OPENS, talks.held, int(talks.failed), talks.last_day, talks.limit)
    inform(future, p, log)


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
    """Both sides work out today's reservations and what their public positions are worth."""
    for side in range(2):
        own = future.sides[side]
        own.trust = trust(own)
        own.reservation = reservation(future, p, side)
        own.opening = t.opening[side]
        own.ideal = utility(future, t, side, own.opening)


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
    talks, unheard = future.talks, 1.0
    talks.mediated = talks.carried = False
    for k in range(p.count.mediators):
        if active(future, k):
            mediator = p.mediators[k]
            talks.mediated |= mediator.functions.formulate
            if mediator.functions.relay:
                talks.carried = True
                unheard *= 1.0 - mediator.credibility
    talks.noise = p.protocol.relay_noise * unheard


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
    """Ratify what was agreed; let a round that has run out fail."""
    talks = future.talks
    spent = talks.exchange >= talks.limit or future.day >= talks.last_day
    if agreed == NONE and not spent:
        return
    judge_estimates(future, p, t, 0)
    judge_estimates(future, p, t, 1)
    if agreed == NONE:
        note(future, log, ROUND, talks.held, talks.exchange, NO_AGREEMENT, NONE)
        fail(future, p, t, log)
    elif not ratify(future, p, t, log, agreed):
        fail(future, p, t, log)


@rule
def judge_estimates(future: Any, p: Any, t: Any, side: int) -> None:
    """Note how wrong a side is about the other at the end of a round."""
    talks, other = future.talks, 1 - side
    if talks.spoken[other] < 2:
        return
    first = thought_worth(future, p, t, side, int(talks.offers[other, 0]))
    last = thought_worth(future, p, t, side, last_offer(future, other, 0))
    guess = expected_reservation(first, last, talks.exchange / talks.limit)
    future.tally.weight_error[side] = weight_error(future, p, side)
    future.tally.reservation_error[side] = abs(guess - future.sides[other].reservation)


@rule
def ratify(future: Any, p: Any, t: Any, log: Any, agreed: int) -> bool:
    """Put a tentative deal before both capitals; return whether both agreed.

    A deal lies in a side's win-set if it is worth what is needed at home.
    """
    passed = True
    for side in range(2):
        worth, needed = utility(future, t, side, agreed), needed_at_home(future, p, side)
        passed &= worth >= needed
        note(future, log, RATIFICATION, side, agreed, w=worth, x=needed)
    talks = future.talks
    talks.tentative_day = future.day
    if passed:
        future.tally.renegotiated += future.deal.package != NONE
        pressed = 0.5 * (pressure_on(future, p, 0) + pressure_on(future, p, 1))
        before = future.standing
        sign(future, p, agreed, pressed)
        if future.standing < before:  # Kabul has withdrawn what it had stated as its own policy
            learn(future.sides[0], p.derived.evidence.withdrawn)
        talks.in_session = talks.failed = False
        if future.tally.deal_day == 0:
            note_deal(future, p, t, agreed)
    note(
        future, log, ROUND, talks.held, talks.exchange, RATIFIED if passed else NOT_RATIFIED,
        agreed, w=utility(future, t, 0, agreed), x=utility(future, t, 1, agreed),
    )  # fmt: skip
    return passed


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
def fail(future: Any, p: Any, t: Any, log: Any) -> None:
    """Announce a breakdown: accounts, grievance, a trigger for tomorrow, the next round."""
    talks, conflict = future.talks, p.conflict
    talks.in_session, talks.failed = False, True
    talks.broken += 1
    together = voices(future, p)
    note(future, log, BREAKDOWN, int(somebody_speaks(future, p)))
    if future.deal.package == NONE:
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
