"""Tables of packages: what each is worth to both sides, in the order in which a side looks at them.

Utility is additive over issues (multi-attribute utility, Keeney & Raiffa 1976). What the other side
promises is worth what it is believed to be worth: a promise is multiplied by the credibility

    c = capacity * (trust + (1 - trust) * V)

with the promiser's believed capacity, the receiver's trust and the verification V that the package
itself brings (the commitment problem: Fearon 1995, Powell 2006). For a given package utility is
therefore linear in trust. A side that is locked in on a contested issue loses, for every step it
retreats from its public position, its lock-in times the issue's weight (Fearon 1994).

A table holds for one parameter set, one account and one strength of those who verify. It is made
when a future first needs it; few are held at once, on the desk of the thread, and a block lives its
futures set by set.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np

from sim.compiling import rule
from sim.config import MAX_PACKAGES
from sim.negotiation.own import VIEW
from sim.negotiation.terms import verified_by
from sim.notes import LOG
from sim.parameters import CONTESTED, ISSUES, NONE, struct
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
# Of utility, by the trust of whose it is: own on a page, own up to a page, the other side's on it.
BOUND = struct(
    [(name, "f8") for name in (
        "at_zero", "rise", "up_to_at_zero", "up_to_rise", "other_at_zero", "other_rise")]
)  # fmt: skip
TABLE = struct(
    [
        ("parameters", "i8"), ("account", "i8"), ("verifiers", "f8"),  # what it holds for
        ("opening", "i8", (2,)),  # each side's public position
        # the most each side can have, as reckoned, if the other is no worse off than without a deal
        ("most", "f8", (2,)),
        ("packages", "i8"),
        # by side: packages, best for the other side first and of equals the lowest number; where
        # each package stands; what those of a page are worth at most
        ("ranked", PACKAGE, (2, MAX_PACKAGES)), ("place", "i4", (2, MAX_PACKAGES)),
        ("bounds", BOUND, (2, -(-MAX_PACKAGES // PAGE))),
        ("option", "i1", (MAX_PACKAGES, ISSUES)),  # which option a package takes on each issue
        ("drafts", "i8", (WEIGHTS + 1,)),  # the mediators' text by weight on the first side
        ("limit", "i8", (2,)), ("conceded", "f8", (2, EXCHANGES + 1)),  # each side's curve
        ("sight", VIEW),
    ]
)  # fmt: skip
DESK = struct(  # what a thread works with: tables, room to make one, and the log
    [
        ("tables", TABLE, (HELD,)), ("listed", PACKAGE, (2, MAX_PACKAGES)),
        ("option", "i8", (ISSUES,)), ("sums", "f8", (2, ISSUES + 1, 2)),
        ("log", LOG),
    ]
)  # fmt: skip


_of_thread = threading.local()


def desk() -> Any:
    """The desk of this thread, (1,); memory is taken only for what is used of it."""
    if not hasattr(_of_thread, "desk"):
        _of_thread.desk = np.zeros(1, DESK).view(np.recarray)
        _of_thread.desk["tables"]["parameters"] = NONE
    return _of_thread.desk


@rule
def table_of(future: Any, p: Any, desk: Any) -> Any:
    """The table that holds for a future, which is made if it is not there."""
    for at in range(HELD):
        t = desk.tables[at]
        same = t.account == future.account and t.verifiers == future.verifiers
        if same and t.parameters == p.derived.identity:
            return t
    at = HELD - 1
    while at > 0 and desk.tables[at].parameters == p.derived.identity:
        at -= 1  # write over those of other sets, as long as there are any
    make_table(future, p, desk, desk.tables[at])
    return desk.tables[at]


@rule
def make_table(future: Any, p: Any, desk: Any, t: Any) -> None:
    """Make the table that holds for a future."""
    t.parameters = p.derived.identity
    t.account, t.verifiers = future.account, future.verifiers
    t.packages = p.agenda.packages
    for weight in range(WEIGHTS + 1):
        t.drafts[weight] = NONE
    for side in range(2):
        t.limit[side] = 0
        t.opening[side] = opening(p, future.account, side)
    list_packages(p, desk, t, future.account, future.verifiers)
    for side in range(2):
        rank(desk, t, side)
        bound_pages(desk, t, side)
        t.most[side] = most_for(p, desk, side)
    t.sight.spoken = t.sight.received = 0
    for number in range(EXCHANGES):
        t.sight.own[number] = t.sight.heard[number] = np.nan


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
def list_packages(p: Any, desk: Any, t: Any, account: int, verifiers: float) -> None:
    """Value every package for both sides, in the order of their numbers.

    Packages are counted up like an odometer; only what the issues that moved add is added anew,
    unless the package's verification has changed.
    """
    issues, verified = p.count.issues, -1.0
    for k in range(issues):
        desk.option[k] = 0
    moved = 0
    for number in range(p.agenda.packages):
        best = 0.0
        for k in range(issues):
            t.option[number, k] = desk.option[k]
            if p.agenda.issues[k].verifies:
                option = p.agenda.options[p.agenda.issues[k].first + desk.option[k]]
                best = max(best, verified_by(option, verifiers))
        if best != verified:
            verified, moved = best, 0
        for side in range(2):
            for k in range(moved, issues):
                before = (desk.sums[side, k, 0], desk.sums[side, k, 1])
                after = with_issue(p, account, side, k, desk.option[k], verified, before)
                desk.sums[side, k + 1, 0], desk.sums[side, k + 1, 1] = after
            package = desk.listed[side, number]
            package.number = number
            package.constant, package.slope = desk.sums[side, issues, 0], desk.sums[side, issues, 1]
        for side in range(2):
            other, prior = desk.listed[1 - side, number], p.parties[1 - side].trust
            desk.listed[side, number].other = other.constant + prior * other.slope
        moved = count_up(p, desk.option)
    for side in range(2):
        for c in range(p.count.contested):
            note_retreats(p, desk, account, side, c)


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
def note_retreats(p: Any, desk: Any, account: int, side: int, c: int) -> None:
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
                desk.listed[side, number].retreat[c] = lost
                number += 1


@rule
def rank(desk: Any, t: Any, side: int) -> None:
    """Put a side's packages in the other side's order."""
    listed, ranked = desk.listed[side], t.ranked[side]
    order = np.argsort(-listed["other"][: t.packages], kind="mergesort")
    for place in range(t.packages):
        ranked[place] = listed[order[place]]
        t.place[side, order[place]] = place


@rule
def bound_pages(desk: Any, t: Any, side: int) -> None:
    """Bound what the packages of each page are worth to both sides.

    The best of a page is convex in trust, so it lies below its chord; lock-in only takes off.
    """
    most_low = most_high = -np.inf
    for page in range(pages(t)):
        low = high = other_low = other_high = -np.inf
        for place in range(page * PAGE, end_of_page(t, page)):
            package = t.ranked[side, place]
            theirs = desk.listed[1 - side, package.number]
            low, high = max(low, package.constant), max(high, package.constant + package.slope)
            other_low = max(other_low, theirs.constant)
            other_high = max(other_high, theirs.constant + theirs.slope)
        bound = t.bounds[side, page]
        bound.at_zero, bound.rise = low + MARGIN, high - low
        most_low, most_high = max(most_low, low), max(most_high, high)
        bound.up_to_at_zero, bound.up_to_rise = most_low + MARGIN, most_high - most_low
        bound.other_at_zero, bound.other_rise = other_low + MARGIN, other_high - other_low


@rule
def pages(t: Any) -> int:
    """Number of pages of a table."""
    return (t.packages + PAGE - 1) // PAGE


@rule
def end_of_page(t: Any, page: int) -> int:
    """Where a page's packages end."""
    return min((page + 1) * PAGE, t.packages)


@rule
def most_for(p: Any, desk: Any, side: int) -> float:
    """The most a side can have, as reckoned, if the other is no worse off than without a deal."""
    most, other = -np.inf, 1 - side
    for number in range(p.agenda.packages):
        # what the other side has of it stands in this side's list, and the other way round
        if desk.listed[side, number].other >= p.parties[other].disagreement:
            most = max(most, desk.listed[other, number].other)
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
def utility(future: Any, t: Any, side: int, number: int) -> float:
    """Own utility of a package, by its number, to a side."""
    return worth(t.ranked[side, t.place[side, number]], future.sides[side])


@rule
def reckoned(t: Any, side: int, number: int) -> float:
    """Utility of a package to a side as publicly reckoned: at its prior trust, without lock-in."""
    return t.ranked[1 - side, t.place[1 - side, number]].other


# --- looking for a package ------------------------------------------------------------------------


@rule
def best_for_other(future: Any, t: Any, side: int, asked: float) -> int:
    """Package that the other side is thought to like best of those worth ``asked`` to this side.

    Where none is, the one best for this side; of equals the one better for the other.
    """
    own, ranked, bounds = future.sides[side], t.ranked[side], t.bounds[side]
    for page in range(first_page(own, t, side, asked), pages(t)):
        if bounds[page].at_zero + own.trust * bounds[page].rise < asked:
            continue
        for place in range(page * PAGE, end_of_page(t, page)):
            if worth(ranked[place], own) >= asked:
                return ranked[place].number
    best, found = -np.inf, 0
    for page in range(pages(t)):
        if bounds[page].at_zero + own.trust * bounds[page].rise < best:
            continue
        for place in range(page * PAGE, end_of_page(t, page)):
            utility = worth(ranked[place], own)
            if utility > best:
                best, found = utility, ranked[place].number
    return found


@rule
def first_page(own: Any, t: Any, side: int, asked: float) -> int:
    """The first page up to which a package may be worth so much to a side; all pages if none is."""
    low, high = 0, pages(t)
    while low < high:
        middle = (low + high) // 2
        bound = t.bounds[side, middle]
        if bound.up_to_at_zero + own.trust * bound.up_to_rise >= asked:
            high = middle
        else:
            low = middle + 1
    return low


@rule
def best_leaving(future: Any, t: Any, side: int, floor: float) -> float:
    """Most own utility among the packages worth ``floor`` to the other side, or the first one's."""
    own, ranked, bounds = future.sides[side], t.ranked[side], t.bounds[side]
    best = -np.inf
    for page in range(pages(t)):
        if page > 0 and ranked[page * PAGE].other < floor:
            break
        if bounds[page].at_zero + own.trust * bounds[page].rise < best:
            continue
        for place in range(page * PAGE, end_of_page(t, page)):
            if place > 0 and ranked[place].other < floor:
                break
            best = max(best, worth(ranked[place], own))
    return best


@rule
def draft(p: Any, t: Any, weight: int) -> int:
    """The mediators' text for a weight on the first side: the package of the weighted Nash product.

    As the mediators reckon both sides' utilities; ``weight`` in 0 .. ``WEIGHTS``.
    """
    if t.drafts[weight] == NONE:
        t.drafts[weight] = weighted_nash(p, t, weight)
    return t.drafts[weight]


@rule
def weighted_nash(p: Any, t: Any, weight: int) -> int:
    """Package with the largest weighted product of gains over no deal, of equals the lowest."""
    best, found = -np.inf, 0
    for page in range(pages(t)):
        bound = t.bounds[0, page]
        most = bound.at_zero + p.parties[0].trust * bound.rise
        other = bound.other_at_zero + p.parties[1].trust * bound.other_rise
        if weighted_product(p, weight, most, other) < best:
            continue
        for place in range(page * PAGE, end_of_page(t, page)):
            number = t.ranked[0, place].number
            gained = weighted_product(p, weight, reckoned(t, 0, number), reckoned(t, 1, number))
            if gained > best or (gained == best and number < found):
                best, found = gained, number
    return found


@rule
def weighted_product(p: Any, weight: int, first: float, second: float) -> float:
    """Logarithm of the weighted product of both sides' gains over no deal."""
    first, second = first - p.parties[0].disagreement, second - p.parties[1].disagreement
    weighed = weight * math.log(max(first, LEAST_GAIN))
    return weighed + (WEIGHTS - weight) * math.log(max(second, LEAST_GAIN))
