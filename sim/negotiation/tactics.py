"""Tactics: what a side offers and accepts within a round.

Most tactics are an aspiration, the least own utility asked for: the side offers the package that
the other side is thought to like best at or above it, and accepts what reaches it. With most, the
first offer is the public position. ``aspiration`` and ``offer`` choose among them.
Knows a future's table, no protocol and no day.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.chance import chance, purpose
from sim.compiling import rule
from sim.config import PARTIES, OpponentModel, tactics
from sim.config.tactics import Imitation
from sim.negotiation.concession import absolute_tit_for_tat, concession, relative_tit_for_tat
from sim.negotiation.opponent import best_as_learned
from sim.negotiation.own import Unusable, called
from sim.negotiation.search import best_for_other, most_leaving, reopens
from sim.negotiation.tables import reckoned, utility, value
from sim.parameters import NONE, TACTICS, code
from sim.state import EXCHANGES

(
    TIME_DEPENDENT, HARDLINER, TIT_FOR_TAT, ZEUTHEN, SUBGAME_PERFECT, TRUST_CONTINGENT,
    PACKAGE_TRADING, SCRIPTED, CUSTOM,
) = (
    TACTICS.index(kind)
    for kind in (
        tactics.TimeDependent, tactics.Hardliner, tactics.TitForTat, tactics.Zeuthen,
        tactics.SubgamePerfect, tactics.TrustContingent, tactics.PackageTrading, tactics.Scripted,
        tactics.Custom,
    )
)  # fmt: skip
RELATIVE, ABSOLUTE, AVERAGED = map(
    code, (Imitation.relative, Imitation.absolute, Imitation.averaged)
)
LEARNED = code(OpponentModel.learned)
TOLERANCE = 1e-9  # utilities closer than this count as equal
DISTURBANCE = np.array(
    [[purpose(f"disturbance/{party}/{k}") for k in range(EXCHANGES + 1)] for party in PARTIES]
)  # an address for every exchange of a round


# --- what a side sees -----------------------------------------------------------------------------


@rule
def last_offer(future: Any, side: int, back: int) -> int:
    """Package a side offered ``back`` offers ago, or NONE; the oldest is from the round before."""
    place = future.talks.spoken[side] - 1 - back
    return int(future.talks.offers[side, place]) if place >= 0 else NONE


@rule
def between(own: Any, conceded: float) -> float:
    """Own utility with this share given up of the zone from the ideal to the least settled for."""
    zone = max(own.ideal - own.least, 0.0)
    return own.least + zone * (1.0 - conceded)


@rule
def on_curve(tactic: Any, time: float) -> float:
    """Share of the zone that the configured curve concedes at a time in [0, 1]."""
    if tactic.kind == TRUST_CONTINGENT:
        return concession(time, tactic.beta, 0.0, 0)
    return concession(time, tactic.beta, tactic.kappa, tactic.form)


@rule
def plan_round(future: Any, p: Any, side: int) -> None:
    """Work out what a side concedes before this round and by its end, if its tactic has a curve.

    The curve runs over the rounds that the side expects: rounds are one negotiation, and each has a
    deadline of its own. By the end of the last of them everything is conceded; every later round is
    as the last.
    """
    tactic, own, over = p.parties[side].tactic, future.sides[side], future.talks.sittings
    if tactic.kind in (TIME_DEPENDENT, PACKAGE_TRADING, TRUST_CONTINGENT):
        begun = over / own.expected if over < own.expected else 1.0 - 1.0 / own.expected
        own.conceded[0] = on_curve(tactic, begun)
        own.conceded[1] = on_curve(tactic, min((over + 1) / own.expected, 1.0))


@rule
def conceded(future: Any, p: Any, t: Any, side: int) -> float:
    """Share of the zone conceded at this exchange.

    Within a round the curve leads from what was conceded before to what will be by its end. Futures
    share few such times, so it is tabulated by exchange for a round's length.
    """
    talks, tactic, own = future.talks, p.parties[side].tactic, future.sides[side]
    if t.limit[side] != talks.limit:
        for exchange in range(talks.limit + 1):
            t.conceded[side, exchange] = on_curve(tactic, exchange / talks.limit)
        t.limit[side] = talks.limit
    first = t.conceded[side, 0]
    way = (t.conceded[side, talks.exchange] - first) / (1.0 - first) if first < 1.0 else 1.0
    return own.conceded[0] + (own.conceded[1] - own.conceded[0]) * way


# --- tactics as aspirations -----------------------------------------------------------------------


@rule
def aspiration(future: Any, p: Any, t: Any, side: int) -> float:
    """Least own utility that a side's agent asks for at this exchange."""
    own, tactic = future.sides[side], p.parties[side].tactic
    kind = tactic.kind
    if kind in (TIME_DEPENDENT, PACKAGE_TRADING):
        return time_dependent(future, p, t, side)
    if kind == TRUST_CONTINGENT:
        return trust_contingent(future, p, t, side)
    if kind == HARDLINER:  # a floor, a share of the zone, and never below it
        return between(own, 1.0 - tactic.floor)
    if kind == TIT_FOR_TAT:
        return tit_for_tat(future, p, t, side)
    if kind == SUBGAME_PERFECT:
        return subgame_perfect(future, p, t, side)
    if kind == ZEUTHEN:
        return max(utility(future, t, side, zeuthen(future, p, t, side)), own.least)
    if kind == SCRIPTED:
        return max(utility(future, t, side, scripted(future, p, side)), own.least)
    return own_tactic(future, p, t, side)


@rule
def time_dependent(future: Any, p: Any, t: Any, side: int) -> float:
    """Concede with time along a polynomial or exponential curve.

    aspiration = reservation + (ideal - reservation) (1 - a(t)), a(t) the share conceded.
    Boulware (beta < 1) concedes at the deadline, a conceder (beta > 1) at once.
    Source: Faratin, Sierra & Jennings (1998).
    """
    return between(future.sides[side], conceded(future, p, t, side))


@rule
def trust_contingent(future: Any, p: Any, t: Any, side: int) -> float:
    """Concede with time, and the less the less the other side is trusted (see docs/odd.md)."""
    own, distrust = future.sides[side], p.parties[side].tactic.distrust
    willing = distrust + (1.0 - distrust) * own.trust
    return between(own, conceded(future, p, t, side) * willing)


@rule
def tit_for_tat(future: Any, p: Any, t: Any, side: int) -> float:
    """Answer the other side's concessions, seen in own utility, in kind.

    With u the own utility of the other's offers and x that of the own last offer: relative
    x u(then) / u(after), absolute x - (u(after) - u(then)) less a random further concession,
    averaged x u(window ago) / u(last); kept between reservation and ideal. Until enough has been
    heard, the ideal is asked for. Source: Faratin, Sierra & Jennings (1998).
    """
    own, tactic = future.sides[side], p.parties[side].tactic
    averaged = tactic.imitates == AVERAGED
    span = tactic.window if averaged else tactic.lag
    before = last_offer(future, 1 - side, span)
    after = last_offer(future, 1 - side, 0 if averaged else span - 1)
    mine = last_offer(future, side, 0)
    if before == NONE or after == NONE or mine == NONE:
        return max(own.ideal, own.least)
    then, now = utility(future, t, side, before), utility(future, t, side, after)
    last, low = utility(future, t, side, mine), min(own.least, own.ideal)
    if tactic.imitates == ABSOLUTE:
        drawn = chance(future, DISTURBANCE[side, future.talks.exchange])
        further = drawn * tactic.disturbance
        asked = absolute_tit_for_tat(then, now, last, low, own.ideal, further)
    else:
        asked = relative_tit_for_tat(then, now, last, low, own.ideal)
    return max(asked, own.least)


@rule
def rubinstein_share(own: float, other: float, periods: int) -> float:
    """Share of whoever proposes first of so many periods, with both discount factors.

    Backward induction: a proposer leaves the responder exactly what waiting is worth to it (Stahl
    1972; for ever: Rubinstein 1982).
    """
    share = 0.0
    for left in range(1, periods + 1):
        own_turn = (periods - left) % 2 == 0
        share = 1.0 - (other if own_turn else own) * share
    return share


@rule
def subgame_perfect(future: Any, p: Any, t: Any, side: int) -> float:
    """What accepting now must be worth: the discounted share of proposing next.

    The surplus is divided as in Rubinstein's game with as many periods as exchanges are left.
    Exact where one side's loss is the other's gain. Source: Rubinstein (1982), Stahl (1972).
    """
    own, tactic, talks = future.sides[side], p.parties[side].tactic, future.talks
    left = talks.limit - talks.exchange
    share = tactic.discount * rubinstein_share(tactic.discount, tactic.other_discount, left)
    floor = p.parties[1 - side].disagreement - TOLERANCE
    most = max(most_leaving(future, t, side, floor), own.least)
    return own.least + share * (most - own.least)


# --- tactics as offers ----------------------------------------------------------------------------


@rule
def offer(future: Any, p: Any, t: Any, side: int) -> int:
    """Package that a side's agent offers: its public position first, with most tactics."""
    kind, own = p.parties[side].tactic.kind, future.sides[side]
    if kind == SCRIPTED:
        return scripted(future, p, side)
    if kind == SUBGAME_PERFECT:
        return leave_just_enough(future, p, t, side)
    if future.talks.spoken[side] == 0:
        return own.opening
    if kind == ZEUTHEN:
        return zeuthen(future, p, t, side)
    if kind == PACKAGE_TRADING:
        return trade_packages(future, p, t, side)
    return best_thought(future, p, t, side, aspiration(future, p, t, side))


@rule
def standing_offer(future: Any, p: Any, t: Any, side: int) -> int:
    """What a side has offered last and does not take back; NONE where it may."""
    last = NONE if p.protocol.take_backs else last_offer(future, side, 0)
    if last != NONE and utility(future, t, side, last) < future.sides[side].least:
        return NONE
    return last


@rule
def best_thought(future: Any, p: Any, t: Any, side: int, asked: float) -> int:
    """Package that the other side is thought to like best at or above an aspiration.

    What was offered stands as long as it is worth what the side settles for at least, unless
    take-backs are free.
    """
    last = standing_offer(future, p, t, side)
    if last != NONE and utility(future, t, side, last) < asked:
        return last
    if p.parties[side].opponent_model == LEARNED:
        return best_as_learned(future, p, t, side, asked, last)
    return best_for_other(future, t, side, asked, last)


@rule
def leave_just_enough(future: Any, p: Any, t: Any, side: int) -> int:
    """The best package that the other side is thought to accept (see ``subgame_perfect``).

    It leaves the other side, as publicly reckoned, just its discounted share of proposing next.
    """
    own, tactic, talks = future.sides[side], p.parties[side].tactic, future.talks
    left = talks.limit - talks.exchange
    share = tactic.other_discount * rubinstein_share(tactic.other_discount, tactic.discount, left)
    low = p.parties[1 - side].disagreement
    floor = low + share * max(t.most[1 - side] - low, 0.0) - TOLERANCE
    best = most_leaving(future, t, side, floor)
    return best_thought(future, p, t, side, max(best, own.least))


@rule
def scripted(future: Any, p: Any, side: int) -> int:
    """The next offer of a list, then the last again; for tests and for replaying history.

    Rounds read on where the one before has stopped.
    """
    made = future.sides[1 - side].heard
    return p.parties[side].tactic.offers[min(made, p.derived.parties[side].offers - 1)]


@rule
def zeuthen(future: Any, p: Any, t: Any, side: int) -> int:
    """Concede, just enough, when less willing to risk conflict than the other side.

    risk = (u(own offer) - u(other's offer)) / (u(own offer) - reservation). The side with the
    lower risk makes the smallest concession after which it no longer is; equivalently, an offer
    better for the other than the last whose Nash product is no lower than that of the other's
    offer. At equal risks both give way. The other side's utilities are those publicly reckoned.
    Source: Zeuthen (1930), Harsanyi (1956).
    """
    own, mine = future.sides[side], last_offer(future, side, 0)
    theirs = last_offer(future, 1 - side, 0)
    if mine == NONE:
        return own.opening
    if theirs == NONE:
        return mine
    reached = nash_product(future, p, t, side, theirs)
    if nash_product(future, p, t, side, mine) > reached + TOLERANCE:
        return mine  # a lower product means a lower risk
    return smallest_concession(future, p, t, side, mine, reached)


@rule
def smallest_concession(future: Any, p: Any, t: Any, side: int, mine: int, reached: float) -> int:
    """Best own package that is better for the other than ``mine`` and whose product is reached.

    What is settled stands. Of equals the one better for the other, or of the lowest number.
    """
    offered, best, found = reckoned(t, 1 - side, mine), -1.0, mine
    for number in range(t.packages):
        other = reckoned(t, 1 - side, number)
        product = nash_product(future, p, t, side, number)
        if other <= offered + TOLERANCE or product < reached - TOLERANCE or product <= 0.0:
            continue
        if reopens(future, t, number):
            continue
        gain = utility(future, t, side, number) - future.sides[side].least
        if gain > best or (gain == best and other > reckoned(t, 1 - side, found)):
            best, found = gain, number
    return found


@rule
def nash_product(future: Any, p: Any, t: Any, side: int, package: int) -> float:
    """Nash product of a package as a side reckons it."""
    own = future.sides[side]
    gain = max(utility(future, t, side, package) - own.least, 0.0)
    other = reckoned(t, 1 - side, package) - p.parties[1 - side].disagreement
    return gain * max(other, 0.0)


@rule
def trade_packages(future: Any, p: Any, t: Any, side: int) -> int:
    """Trade across issues: stay on the own iso-utility curve, nearest to the other's last offer.

    Of the packages whose own utility lies within ``tolerance`` above the aspiration, the one whose
    options are worth most nearly the same to the other side, issue by issue, as its own last offer;
    ties go to the lower number. A trade takes back on one issue what it gives on another, so only
    what is settled stands. Source: Faratin, Sierra & Jennings (2002).
    """
    asked = aspiration(future, p, t, side)
    theirs = last_offer(future, 1 - side, 0)
    found, nearest = NONE, np.inf
    if theirs != NONE:
        most = asked + p.parties[side].tactic.tolerance
        for number in range(p.agenda.packages):
            if asked <= utility(future, t, side, number) <= most and not reopens(future, t, number):
                away = distance(future, p, t, 1 - side, number, theirs)
                if away < nearest:
                    found, nearest = number, away
    return best_thought(future, p, t, side, asked) if found == NONE else found


@rule
def distance(future: Any, p: Any, t: Any, side: int, one: int, other: int) -> float:
    """How far two packages are apart for a side: differences of their options' values, summed."""
    away = 0.0
    for k in range(p.count.issues):
        here = value(p, future.account, k, t.option[one, k], side)
        away += abs(here - value(p, future.account, k, t.option[other, k], side))
    return away


# --- answers --------------------------------------------------------------------------------------


@rule
def accepts(future: Any, p: Any, t: Any, side: int, package: int) -> bool:
    """Whether an offer reaches what a side's agent asks for, or what its own is worth to it."""
    allowed = TOLERANCE if p.parties[side].tactic.kind == SUBGAME_PERFECT else 0.0
    asked = aspiration(future, p, t, side) - allowed
    last = standing_offer(future, p, t, side)
    if last != NONE:
        asked = min(asked, utility(future, t, side, last))
    return utility(future, t, side, package) >= asked


@rule
def takes_up(future: Any, p: Any, t: Any, side: int, package: int, misheard: float) -> bool:
    """Whether an offer, heard with an error in utility, is taken up by a side's agent."""
    worth_ = utility(future, t, side, package)
    enough = worth_ + misheard >= aspiration(future, p, t, side)
    return enough and worth_ >= future.sides[side].least


@rule
def lacks(future: Any, p: Any, t: Any, side: int, text: int) -> float:
    """What a mediators' text lacks for a side's agent to accept it, in utility; 0 or less accepts.

    To the mediators a side concedes a share ``face_saving`` of the way to its reservation that it
    does not concede to the other side (Pruitt & Johnson 1970).
    """
    own = future.sides[side]
    above = max(aspiration(future, p, t, side) - own.least, 0.0)
    asked = own.least + (1.0 - p.protocol.face_saving) * above
    return asked - utility(future, t, side, text)


# --- a tactic of one's own ------------------------------------------------------------------------


@rule
def own_tactic(future: Any, p: Any, t: Any, side: int) -> float:
    """A tactic of one's own: a function of a view of the table that says an aspiration.

    Raises
    ------
    Unusable
        If it has raised something or said no number.
    """
    lay_out(future, p, t, side)
    asked = called(p.derived.parties[side].own, t.sight)
    if not math.isfinite(asked):
        raise Unusable
    return asked


@rule
def lay_out(future: Any, p: Any, t: Any, side: int) -> None:
    """Write what a side's own tactic sees of the table."""
    own, talks, view = future.sides[side], future.talks, t.sight
    view.exchange, view.limit = talks.exchange, talks.limit
    over = talks.sittings + talks.exchange / talks.limit
    view.time = min(over / own.expected, 1.0)
    view.ideal, view.reservation, view.trust = own.ideal, own.least, own.trust
    view.uniform = chance(future, DISTURBANCE[side, talks.exchange])
    view.spoken = list_worth(future, t, side, side, view.own, view.spoken)
    view.received = list_worth(future, t, side, 1 - side, view.heard, view.received)
    for number in range(len(view.numbers)):
        view.numbers[number] = p.parties[side].tactic.numbers[number]


@rule
def list_worth(future: Any, t: Any, side: int, speaker: int, worths: Any, before: int) -> int:
    """List what a speaker's offers are worth to a side; return how many there are.

    ``before`` is how many were listed there before, of which nothing is left.
    """
    spoken = future.talks.spoken[speaker]
    for number in range(spoken):
        worths[number] = utility(future, t, side, int(future.talks.offers[speaker, number]))
    for number in range(spoken, before):
        worths[number] = np.nan
    return spoken
