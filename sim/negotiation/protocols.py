"""A day's bargaining under a protocol.

An *exchange* is one proposal and its answer; sessions group exchanges; at the end of a session
mediators may table a bridging text. Knows a future's table and who sits at it, not the calendar.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.chance import chance, purpose
from sim.compiling import rule
from sim.config import ProtocolKind
from sim.negotiation import persons
from sim.negotiation.drafts import draft, list_texts
from sim.negotiation.opponent import hear
from sim.negotiation.reservation import total_grievance
from sim.negotiation.search import reopens, takes_back
from sim.negotiation.tables import reckoned, utility
from sim.negotiation.tactics import last_offer
from sim.notes import MOVE, TAKEN_BACK, note
from sim.parameters import NONE, code
from sim.state import EXCHANGES

ALTERNATING, MONOTONIC, SINGLE_TEXT, SHUTTLE = map(code, ProtocolKind)
MEDIATORS = 2  # who speaks, in the record of moves: 0 and 1 are the sides
RELAY = np.array([purpose(f"relay/{k}") for k in range(EXCHANGES + 1)])


@rule
def bargain(future: Any, p: Any, t: Any, log: Any) -> int:
    """Bargain for a day: sessions of exchanges, until agreement or the limit of round or day.

    Returns the package that both accepted, or NONE.
    """
    talks, kind, agreed = future.talks, p.protocol.kind, NONE
    if talks.mediated:
        list_texts(future, p, t)
    for _ in range(p.protocol.sessions_per_day):
        if talks.exchange >= talks.limit:
            break
        for _ in range(p.protocol.exchanges_per_session):
            if agreed == NONE and talks.exchange < talks.limit:
                talks.exchange += 1
                if kind == MONOTONIC:
                    agreed = concede_together(future, p, t, log)
                elif kind == SINGLE_TEXT:
                    agreed = table_text(future, p, t, log)
                elif kind == SHUTTLE:
                    agreed = shuttle(future, p, t, log)
                else:
                    agreed = alternate(future, p, t, log)
        if agreed == NONE and kind != SINGLE_TEXT:
            agreed = table_text(future, p, t, log)
        if agreed != NONE:
            break
    return agreed


@rule
def say(future: Any, p: Any, t: Any, log: Any, side: int, offer: int) -> None:
    """Put an offer on the record of the round; the other side learns from it.

    What takes back what was offered or reopens what is settled costs trust, unless the speaker has
    been given a reason since: a grievance.
    """
    talks, own, last = future.talks, future.sides[side], last_offer(future, side, 0)
    grieved = total_grievance(own)
    back = last != NONE and takes_back(t, side, offer, last)
    if (back or reopens(future, t, offer)) and grieved <= own.grieved:
        future.tally.taken_back += 1
        future.sides[1 - side].learnt += p.derived.evidence.taken_back
        note(future, log, TAKEN_BACK, side)
    own.grieved = grieved
    talks.offers[side, talks.spoken[side]] = offer
    talks.spoken[side] += 1
    hear(future, p, t, 1 - side, offer)


@rule
def settle(future: Any, t: Any, package: int, accepted: bool) -> int:
    """The package, if it is accepted and no less than either side settles for; else NONE.

    Nobody is held to what is worse for it than no deal, or than its capital has said it asks: not
    even to its own offer, which may be that (a public position may, and whatever is best where
    nothing reaches the reservation).
    """
    if not accepted:
        return NONE
    for side in range(2):
        if utility(future, t, side, package) < future.sides[side].least:
            return NONE
    return package


@rule
def proposer(future: Any, p: Any) -> int:
    """Whose turn it is to propose: the first mover at odd exchanges."""
    return (future.talks.exchange - 1 + p.protocol.first_mover) % 2


@rule
def alternate(future: Any, p: Any, t: Any, log: Any) -> int:
    """One side proposes, the other answers; they take turns (Rubinstein 1982)."""
    side = proposer(future, p)
    offer = persons.offers(future, p, t, side)
    say(future, p, t, log, side, offer)
    accepted = persons.accepts(future, p, t, 1 - side, offer)
    agreed = settle(future, t, offer, accepted)
    note_move(future, p, t, log, side, offer, agreed != NONE)
    return agreed


@rule
def concede_together(future: Any, p: Any, t: Any, log: Any) -> int:
    """Both offer at once; agreement when one's offer is as good for the other as its own.

    An offer may not be worse for the other side than the one before it. If both sides are
    satisfied, the first mover's offer is taken (Rosenschein & Zlotkin 1994).
    """
    first = no_worse(future, t, 0, persons.offers(future, p, t, 0))
    second = no_worse(future, t, 1, persons.offers(future, p, t, 1))
    first_satisfied = satisfied(future, t, 0, first, second)
    second_satisfied = satisfied(future, t, 1, second, first)
    say(future, p, t, log, 0, first)
    note_move(future, p, t, log, 0, first, second_satisfied)
    say(future, p, t, log, 1, second)
    note_move(future, p, t, log, 1, second, first_satisfied)
    by_first = settle(future, t, first, second_satisfied)
    by_second = settle(future, t, second, first_satisfied)
    if p.protocol.first_mover == 0:
        return by_first if by_first != NONE else by_second
    return by_second if by_second != NONE else by_first


@rule
def no_worse(future: Any, t: Any, side: int, offer: int) -> int:
    """The offer, or the last one where that was better for the other side, as reckoned."""
    before = last_offer(future, side, 0)
    if before == NONE or reckoned(t, 1 - side, offer) >= reckoned(t, 1 - side, before):
        return offer
    return before


@rule
def satisfied(future: Any, t: Any, side: int, mine: int, theirs: int) -> bool:
    """Whether the other side's offer is as good for a side as its own, and as no deal."""
    heard = utility(future, t, side, theirs)
    enough = heard >= utility(future, t, side, mine)
    return enough and heard >= future.sides[side].least


@rule
def shuttle(future: Any, p: Any, t: Any, log: Any) -> int:
    """Proximity talks: mediators carry an offer, which is heard with noise.

    The offer is taken up if what was heard is good enough, and agreed if the text, read out, is no
    worse than no deal for either side. Where nobody relays, nothing is said.
    """
    if not future.talks.carried:
        return NONE
    side = proposer(future, p)
    offer = persons.offers(future, p, t, side)
    say(future, p, t, log, side, offer)
    misheard = future.talks.noise * (2.0 * chance(future, RELAY[future.talks.exchange]) - 1.0)
    taken = persons.takes_up(future, p, t, 1 - side, offer, misheard)
    agreed = settle(future, t, offer, taken)
    note_move(future, p, t, log, side, offer, agreed != NONE)
    return agreed


@rule
def table_text(future: Any, p: Any, t: Any, log: Any) -> int:
    """The mediators table a text; both criticise it, and its weights move accordingly.

    They table none where they know of none that both could live with. A text that both accept is
    agreed. If one side refuses, the next text weighs it more by ``text_step``; if both do, by
    half a step the one further from what it asks (single negotiating text: Fisher 1978; Raiffa
    1982).
    """
    talks = future.talks
    if not talks.mediated:
        return NONE
    text = persons.tables_text(future, draft(t, 0.5 + talks.lean))
    if text == NONE:
        return NONE
    first = persons.lacks(future, p, t, 0, text)
    second = persons.lacks(future, p, t, 1, text)
    agreed = settle(future, t, text, first <= 0.0 and second <= 0.0)
    moved = talks.lean + p.protocol.text_step * steps_to_first(first, second)
    talks.lean = min(max(moved, -0.5), 0.5)
    note_move(future, p, t, log, MEDIATORS, text, agreed != NONE)
    return agreed


@rule
def steps_to_first(first: float, second: float) -> float:
    """Steps by which the next text weighs the first side more, from what this one lacks for both.

    A whole step to the side that refuses; half a one to the side it lacks more if both do.
    """
    if first > 0.0 and second > 0.0:
        return 0.5 * (int(first > second) - int(first < second))
    return float(int(first > 0.0) - int(second > 0.0))


@rule
def note_move(
    future: Any, p: Any, t: Any, log: Any, speaker: int, package: int, accepted: bool
) -> None:
    """Note a move for the transcript, with what it is worth to both and what they ask for."""
    if not future.watched:
        return
    talks = future.talks
    note(
        future, log, MOVE, talks.held, talks.exchange, talks.limit, speaker, package,
        int(accepted), utility(future, t, 0, package), utility(future, t, 1, package),
        persons.asks(future, p, t, 0), persons.asks(future, p, t, 1),
    )  # fmt: skip
