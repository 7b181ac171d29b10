"""Tables of packages: what each is worth to both sides, in the order in which a side looks at them.

Utility is additive over issues (multi-attribute utility, Keeney & Raiffa 1976). What the other side
promises is worth what it is believed to be worth: a promise is multiplied by the credibility

    c = capacity * (trust + (1 - trust) * V)

with the promiser's believed capacity, the receiver's trust and the verification V that the package
itself brings (the commitment problem: Fearon 1995, Powell 2006). For a given package utility is
therefore linear in trust. A side that is locked in on a contested issue loses, for every step it
retreats from its public position, its lock-in times the issue's weight (Fearon 1994).

A table holds for one parameter set, one account and one strength of those who verify. It is made
when a future first needs it; few are held at once, and a block lives its futures set by set.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.compiling import rule
from sim.negotiation.terms import verified_by
from sim.parameters import CONTESTED, ISSUES, NONE, OWN, struct
from sim.state import EXCHANGES

PAGE = 16  # packages between two bounds
HELD = 8  # tables held at once
WEIGHTS = 100  # drafts are tabulated for 101 weights between the two sides
MARGIN = 1e-9  # by which a bound is above what it bounds
LEAST_GAIN = 1e-6  # so that a draft exists where no package is individually rational

PACKAGE = struct(
    [
        # own utility = constant + trust * slope - sum over contested issues of lock_in * retreat
        ("constant", "f8"), ("slope", "f8"), ("retreat", "f8", (CONTESTED,)),
        ("other", "f8"),  # utility to the other side as publicly reckoned
        ("number", "i8"),
    ]
)  # fmt: skip
BOUND = struct([("at_zero", "f8"), ("rise", "f8")])  # of own utility on a page, by trust
TABLE = struct(
    [
        ("set", "i8"), ("account", "i8"), ("verifiers", "f8"),
        ("opening", "i8", (2,)),  # each side's public position
        # the most each side can have, as reckoned, if the other is no worse off than without a deal
        ("most", "f8", (2,)),
        ("drafts", "i8", (WEIGHTS + 1,)),  # the mediators' text by weight on the first side
        ("limit", "i8", (2,)), ("conceded", "f8", (2, EXCHANGES + 1)),  # each side's curve
    ]
)  # fmt: skip
VIEW = struct(  # what a tactic of one's own sees of the table
    [
        ("exchange", "i8"), ("limit", "i8"), ("time", "f8"),  # time: the share of the round over
        ("ideal", "f8"), ("reservation", "f8"), ("trust", "f8"), ("uniform", "f8"),
        # own utility of the own offers and of the other side's, oldest first
        ("spoken", "i8"), ("own", "f8", (EXCHANGES,)),
        ("received", "i8"), ("heard", "f8", (EXCHANGES,)),
        ("numbers", "f8", (OWN,)),
    ]
)  # fmt: skip


class Tables(NamedTuple):
    """The tables held, what is needed to make one, the log, and both sides' own tactics.

    ``ranked`` (tables, 2, P) packages by side, best for the other side first, of equals the lowest
    number; ``place`` (tables, 2, P) where each package stands in it; ``bounds`` (tables, 2, pages);
    ``listed`` (2, P) by number, ``option`` (issues,) and ``sums`` (2, issues + 1, 2) are room to
    work in. ``own`` are tactics of one's own by side, shown the table as ``sight`` (2,).
    """

    held: Any
    ranked: Any
    place: Any
    bounds: Any
    listed: Any
    option: Any
    sums: Any
    sight: Any
    own: Any
    log: Any


def new_tables(packages: int, own: Any, log: Any) -> Tables:
    """Room for the tables of an agenda with so many packages; none is made yet."""
    held = np.zeros(HELD, TABLE).view(np.recarray)
    held["set"] = NONE
    return Tables(
        held,
        np.zeros((HELD, 2, packages), PACKAGE).view(np.recarray),
        np.zeros((HELD, 2, packages), np.int32),
        np.zeros((HELD, 2, -(-packages // PAGE)), BOUND).view(np.recarray),
        np.zeros((2, packages), PACKAGE).view(np.recarray),
        np.zeros(ISSUES, np.int64),
        np.zeros((2, ISSUES + 1, 2)),
        np.zeros(2, VIEW).view(np.recarray),
        own,
        log,
    )


@rule
def table_of(future: Any, p: Any, t: Any) -> int:
    """Position of the table that holds for a future, which is made if it is not there."""
    for at in range(HELD):
        held = t.held[at]
        if (
            held.set == future.set
            and held.account == future.account
            and held.verifiers == future.verifiers
        ):
            return at
    for at in range(HELD - 1, 0, -1):  # the youngest is written over last
        if t.held[at].set != future.set:
            make_table(future, p, t, at)
            return at
    make_table(future, p, t, 0)
    return 0


@rule
def make_table(future: Any, p: Any, t: Any, at: int) -> None:
    """Make the table that holds for a future."""
    held = t.held[at]
    held.set, held.account, held.verifiers = future.set, future.account, future.verifiers
    held.drafts[:] = NONE
    held.limit[:] = 0
    for side in range(2):
        held.opening[side] = opening(p, future.account, side)
    list_packages(p, t, future.account, future.verifiers, held)
    for side in range(2):
        rank(p, t, at, side)
        held.most[side] = most_for(p, t, side)


# --- what a package is worth ----------------------------------------------------------------------


@rule
def value(p: Any, account: int, issue: int, chosen: int, side: int) -> float:
    """Value of an option to a side in [0, 1], as the account of the contested positions has it."""
    at = p.agenda.issues[issue].first + chosen
    if account == 0 and p.accounts.islamabad.given[issue] != 0:
        return p.accounts.islamabad.parties[at, side]
    if account == 1 and p.accounts.kabul.given[issue] != 0:
        return p.accounts.kabul.parties[at, side]
    return p.agenda.options[at].parties[side]


@rule
def stated(p: Any, account: int, issue: int, side: int) -> int:
    """Option of a side's public position: reported, else configured, else its best."""
    reported = NONE
    if account == 0 and p.accounts.islamabad.given[issue] != 0:
        reported = p.accounts.islamabad.opening[issue, side]
    if account == 1 and p.accounts.kabul.given[issue] != 0:
        reported = p.accounts.kabul.opening[issue, side]
    if reported != NONE:
        return reported
    if p.parties[side].opening[issue] != NONE:
        return p.parties[side].opening[issue]
    best = 0
    for chosen in range(1, p.agenda.issues[issue].count):
        if value(p, account, issue, chosen, side) > value(p, account, issue, best, side):
            best = chosen
    return best


@rule
def opening(p: Any, account: int, side: int) -> int:
    """Number of the package that is a side's public position."""
    number = 0
    for k in range(p.count.issues):
        number = number * p.agenda.issues[k].count + stated(p, account, k, side)
    return number


@rule
def with_issue(
    p: Any, account: int, side: int, k: int, chosen: int, verified: float, before: Any
) -> tuple[float, float]:
    """Constant and slope of a side's utility with one more issue, given those of the issues before.

    Utility is constant + trust * slope; ``verified`` is V of the whole package.
    """
    constant, slope = before
    worth = p.parties[side].weights[k] * value(p, account, k, chosen, side)
    issue = p.agenda.issues[k]
    if issue.promise and issue.demander == side:
        believed = worth * p.parties[1 - side].believed_capacity
        return constant + believed * verified, slope + believed * (1.0 - verified)
    return constant + worth, slope


@rule
def list_packages(p: Any, t: Any, account: int, verifiers: float, held: Any) -> None:
    """Value every package for both sides, in the order of their numbers.

    Packages are counted up like an odometer; only what the issues that moved add is added anew,
    unless the package's verification has changed.
    """
    issues, verified = p.count.issues, -1.0
    t.option[:] = 0
    moved = 0
    for number in range(p.agenda.packages):
        best = 0.0
        for k in range(issues):
            if p.agenda.issues[k].verifies:
                option = p.agenda.options[p.agenda.issues[k].first + t.option[k]]
                best = max(best, verified_by(option, verifiers))
        if best != verified:
            verified, moved = best, 0
        for side in range(2):
            for k in range(moved, issues):
                before = (t.sums[side, k, 0], t.sums[side, k, 1])
                after = with_issue(p, account, side, k, t.option[k], verified, before)
                t.sums[side, k + 1, 0], t.sums[side, k + 1, 1] = after
            package = t.listed[side, number]
            package.number = number
            package.constant, package.slope = t.sums[side, issues, 0], t.sums[side, issues, 1]
        for side in range(2):
            other, prior = t.listed[1 - side, number], p.parties[1 - side].trust
            t.listed[side, number].other = other.constant + prior * other.slope
        moved = count_up(p, t.option)
    for side in range(2):
        for c in range(p.count.contested):
            note_retreats(p, t, account, side, c)


@rule
def count_up(p: Any, option: Any) -> int:
    """Go to the next package, the last issue first; return the first issue that moved."""
    for k in range(p.count.issues - 1, -1, -1):
        option[k] += 1
        if option[k] < p.agenda.issues[k].count:
            return k
        option[k] = 0
    return 0


@rule
def note_retreats(p: Any, t: Any, account: int, side: int, c: int) -> None:
    """Note what each package costs a side that is fully locked in on a contested issue."""
    k = p.derived.contested[c]
    weight = p.parties[side].weights[k]
    position = weight * value(p, account, k, stated(p, account, k, side), side)
    run = 1  # packages in a row that take the same option
    for later in range(k + 1, p.count.issues):
        run *= p.agenda.issues[later].count
    number = 0
    while number < p.agenda.packages:
        for chosen in range(p.agenda.issues[k].count):
            lost = max(position - weight * value(p, account, k, chosen, side), 0.0)
            for _ in range(run):
                t.listed[side, number].retreat[c] = lost
                number += 1


@rule
def rank(p: Any, t: Any, at: int, side: int) -> None:
    """Put a side's packages in the other side's order, and bound what they are worth by page."""
    listed, ranked = t.listed[side], t.ranked[at, side]
    order = np.argsort(-listed.other, kind="mergesort")
    size = len(order)
    for place in range(size):
        ranked[place] = listed[order[place]]
        t.place[at, side, order[place]] = place
    for page in range(len(t.bounds[at, side])):
        low = high = -np.inf
        for place in range(page * PAGE, min((page + 1) * PAGE, size)):
            low = max(low, ranked[place].constant)
            high = max(high, ranked[place].constant + ranked[place].slope)
        # the best of a page is convex in trust, so it lies below its chord; lock-in only takes off
        t.bounds[at, side, page].at_zero = low + MARGIN
        t.bounds[at, side, page].rise = high - low


@rule
def most_for(p: Any, t: Any, side: int) -> float:
    """The most a side can have, as reckoned, if the other is no worse off than without a deal."""
    most, other = -np.inf, 1 - side
    for number in range(p.agenda.packages):
        # what the other side has of it stands in this side's list, and the other way round
        if t.listed[side, number].other >= p.parties[other].disagreement:
            most = max(most, t.listed[other, number].other)
    return max(most, p.parties[side].disagreement)


@rule
def worth(package: Any, own: Any) -> float:
    """Own utility of a listed package to a side, at its trust and lock-in."""
    utility = package.constant + own.trust * package.slope
    for c in range(CONTESTED):
        if own.lock_in[c] > 0.0:
            utility -= own.lock_in[c] * package.retreat[c]
    return utility


@rule
def utility(future: Any, t: Any, at: int, side: int, number: int) -> float:
    """Own utility of a package, by its number, to a side."""
    return worth(t.ranked[at, side, t.place[at, side, number]], future.sides[side])


@rule
def reckoned(t: Any, at: int, side: int, number: int) -> float:
    """Utility of a package to a side as publicly reckoned: at its prior trust, without lock-in."""
    return t.ranked[at, 1 - side, t.place[at, 1 - side, number]].other


# --- looking for a package ------------------------------------------------------------------------


@rule
def best_for_other(future: Any, t: Any, at: int, side: int, asked: float) -> int:
    """Package that the other side is thought to like best of those worth ``asked`` to this side.

    Where none is, the one best for this side; of equals the one better for the other.
    """
    own, ranked, bounds = future.sides[side], t.ranked[at, side], t.bounds[at, side]
    for page in range(len(bounds)):
        if bounds[page].at_zero + own.trust * bounds[page].rise < asked:
            continue
        for place in range(page * PAGE, min((page + 1) * PAGE, len(ranked))):
            if worth(ranked[place], own) >= asked:
                return ranked[place].number
    best, found = -np.inf, 0
    for page in range(len(bounds)):
        if bounds[page].at_zero + own.trust * bounds[page].rise < best:
            continue
        for place in range(page * PAGE, min((page + 1) * PAGE, len(ranked))):
            utility = worth(ranked[place], own)
            if utility > best:
                best, found = utility, ranked[place].number
    return found


@rule
def best_leaving(future: Any, t: Any, at: int, side: int, floor: float) -> float:
    """Most own utility among the packages worth ``floor`` to the other side, or the first one's."""
    own, ranked, bounds = future.sides[side], t.ranked[at, side], t.bounds[at, side]
    best = -np.inf
    for page in range(len(bounds)):
        if page > 0 and ranked[page * PAGE].other < floor:
            break
        if bounds[page].at_zero + own.trust * bounds[page].rise < best:
            continue
        for place in range(page * PAGE, min((page + 1) * PAGE, len(ranked))):
            if place > 0 and ranked[place].other < floor:
                break
            best = max(best, worth(ranked[place], own))
    return best


@rule
def draft(p: Any, t: Any, at: int, weight: int) -> int:
    """The mediators' text for a weight on the first side: the package of the weighted Nash product.

    As the mediators reckon both sides' utilities; ``weight`` in 0 .. ``WEIGHTS``.
    """
    held = t.held[at]
    if held.drafts[weight] == NONE:
        held.drafts[weight] = weighted_nash(p, t, at, weight)
    return held.drafts[weight]


@rule
def weighted_nash(p: Any, t: Any, at: int, weight: int) -> int:
    """Package with the largest weighted product of gains over no deal, of equals the lowest."""
    best, found = -np.inf, 0
    for number in range(p.agenda.packages):
        first = log_gain(reckoned(t, at, 0, number), p.parties[0].disagreement)
        second = log_gain(reckoned(t, at, 1, number), p.parties[1].disagreement)
        product = weight * first + (WEIGHTS - weight) * second
        if product > best:
            best, found = product, number
    return found


@rule
def log_gain(utility: float, disagreement: float) -> float:
    """Logarithm of a gain over no deal."""
    return math.log(max(utility - disagreement, LEAST_GAIN))
