"""Tables of packages: what each is worth to both sides, in the order in which a side looks at them.

Utility is additive over issues (multi-attribute utility, Keeney & Raiffa 1976). What the other side
promises is worth what it is believed to be worth: a promise is multiplied by the credibility

    c = capacity * (trust + (1 - trust) * V)

with the promiser's believed capacity, the receiver's trust and the verification V that the package
itself brings (the commitment problem: Fearon 1995, Powell 2006). For a given package utility is
therefore linear in trust. A side that is locked in on a contested issue loses, for every step it
retreats from its public position, its lock-in times the issue's weight (Fearon 1994).

A promise may be conditional: a *link* makes options of one issue easier where the package grants
enough on another. Of what its giver loses by such an option against the status quo, the share
``cheaper`` goes; of the demander's doubt in it, the share ``believed``, so that its credibility is
c + believed (1 - c). That is linear in trust as well. Links that meet combine as independent
shares.

A table holds for one account, one strength of those who verify and the parameter sets that make no
difference to it. It is made when a future first needs it; few are held at once, on the desk of the
thread, and a block lives its futures set by set. Packages stand in the order of their numbers, and
packages of a *page* differ in the last issues only; a side looks at pages from the one that is best
for the other side on, and leaves out those that cannot hold what it seeks.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from sim.compiling import rule
from sim.config import MAX_PACKAGES
from sim.negotiation.own import VIEW
from sim.negotiation.terms import verified_by
from sim.notes import NOTE, ROOM
from sim.parameters import CONTESTED, ISSUES, NONE, OPTIONS, struct
from sim.state import EXCHANGES

PAGE = 24  # packages of a page at most, but for the options of one issue
HELD = 8  # tables that a thread holds at once
MARGIN = 1e-9  # by which a bound is above what it bounds


def table_record(room: int) -> np.dtype[Any]:
    """The record of a table of at most ``room`` packages."""
    by_package, by_retreat = (2, room), (2, CONTESTED, room)
    return struct([
        ("number", "i8"), ("account", "i8"), ("verifiers", "f8"),  # what it holds for
        ("opening", "i8", (2,)),  # each side's public position
        # the most each side can have, as reckoned, if the other is no worse off than without a deal
        ("most", "f8", (2,)),
        ("packages", "i8"),
        # by side: own utility is constant + trust * slope - sum of lock_in * retreat over contested
        # issues; reckoned is what the side's utility is publicly taken to be
        ("constant", "f8", by_package), ("slope", "f8", by_package),
        ("retreat", "f8", by_retreat), ("reckoned", "f8", by_package),
        # packages of a page, how many pages there are, issues on which all of a page agree
        ("page", "i8"), ("pages", "i8"), ("leading", "i8"), ("issues", "i8"),
        ("options", "i8"),
        # by side and page, what packages are worth at most: own utility, which without lock-in lies
        # below the chord at_zero + trust * rise; what it is reckoned to be; the least retreat
        ("at_zero", "f8", by_package), ("rise", "f8", by_package),
        ("best_reckoned", "f8", by_package), ("least_retreat", "f8", by_retreat),
        ("order", "i8", by_package),  # by side: its pages, best for the other side first
        ("best_own", "i8", (2,)),  # by side: the package last found to be best for it
        ("most_own", "f8", by_package),  # by side and page: more than own utility is today
        ("agenda", "i8"),  # for which the options are listed
        ("option", "i1", (room, ISSUES)),  # which option a package takes on each issue
        ("verified", "f8", (room,)),  # V of each package
        ("plain", "f8", (OPTIONS,)), ("promised", "f8", (OPTIONS,)),  # what options are worth
        # where an issue's options begin, and what they are worth to each side on their own
        ("first", "i8", (ISSUES,)), ("valued", "f8", (2, OPTIONS)),
        ("limit", "i8", (2,)), ("conceded", "f8", (2, EXCHANGES + 1)),  # each side's curve
        ("sight", VIEW),
        # packages that mediators may table today, and the logarithms of both sides' gains
        ("texts", "i8"), ("text", "i8", (room,)), ("gain", "f8", by_package),
    ])  # fmt: skip


def desk_record(packages: int, tables: int, notes: int) -> np.dtype[Any]:
    """The record of what a thread works with: tables of packages, and a log of so many notes."""
    log = struct([("count", "i8"), ("rows", NOTE, (notes,))])
    return struct([("tables", table_record(packages), (tables,)), ("log", log)])


DESK = desk_record(MAX_PACKAGES, HELD, ROOM)


_of_thread = threading.local()


def desk() -> Any:
    """The desk of this thread, (1,); memory is taken only for what is used of it."""
    if not hasattr(_of_thread, "desk"):
        _of_thread.desk = clear_desks(1, DESK)
    return _of_thread.desk


def clear_desks(count: int, record: np.dtype[Any]) -> Any:
    """Desks (count,) on which there is no table."""
    desks = np.zeros(count, record).view(np.recarray)
    for what in ("number", "agenda"):
        desks["tables"][what] = NONE
    return desks


@rule
def table_of(future: Any, p: Any, desk: Any) -> Any:
    """The table that holds for a future, which is made if it is not there."""
    for at in range(len(desk.tables)):
        t = desk.tables[at]
        same = t.account == future.account and t.verifiers == future.verifiers
        if same and t.number == p.derived.tables:
            return t
    at = len(desk.tables) - 1
    while at > 0 and desk.tables[at].number == p.derived.tables:
        at -= 1  # write over those of other sets, as long as there are any
    make_table(future, p, desk.tables[at])
    return desk.tables[at]


@rule
def make_table(future: Any, p: Any, t: Any) -> None:
    """Make the table that holds for a future."""
    t.number = p.derived.tables
    t.account, t.verifiers = future.account, future.verifiers
    t.packages = p.agenda.packages
    if t.agenda != p.derived.agenda:
        list_options(p, t)
    bearing = list_verification(p, t)
    for side in range(2):
        t.limit[side] = t.best_own[side] = 0
        t.opening[side] = opening(p, t.account, side)
        list_options_worth(p, t, side)
        list_worths(p, t, side, bearing)
        for c in range(p.count.contested):
            list_retreats(p, t, side, c)
    for side in range(2):
        bound_pages(t, side)
        t.most[side] = most_for(p, t, side)
    t.sight.spoken = t.sight.received = 0
    for number in range(EXCHANGES + 1):
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
def list_options(p: Any, t: Any) -> None:
    """List which option each package takes on each issue, and divide packages into pages."""
    t.agenda, t.page, t.issues = p.derived.agenda, 1, p.count.issues
    t.leading, t.options = t.issues, 0
    for k in range(t.issues):
        t.first[k] = p.agenda.issues[k].first
        t.options += p.agenda.issues[k].count
    for number in range(t.packages):
        rest = number
        for k in range(p.count.issues - 1, -1, -1):
            t.option[number, k] = rest % p.agenda.issues[k].count
            rest //= p.agenda.issues[k].count
    for k in range(p.count.issues - 1, -1, -1):
        if t.page > 1 and t.page * p.agenda.issues[k].count > PAGE:
            break
        t.page *= p.agenda.issues[k].count
        t.leading = k
    t.pages = t.packages // t.page


@rule
def list_verification(p: Any, t: Any) -> int:
    """List V of every package, the best that any of its options brings.

    Return how many issues bear on it, up to the last that does.
    """
    bearing, begun, t.verified[0] = 0, 1, 0.0
    for k in range(p.count.issues):
        issue = p.agenda.issues[k]
        for beginning in range(begun - 1, -1, -1):
            verified = t.verified[beginning]
            for chosen in range(issue.count - 1, -1, -1):
                number = beginning * issue.count + chosen
                t.verified[number] = verified
                if issue.verifies:
                    option = p.agenda.options[issue.first + chosen]
                    brought = verified_by(p, option, t.verifiers)
                    t.verified[number] = max(verified, brought)
        begun *= issue.count
        if issue.verifies:
            bearing = k + 1
    return bearing


@rule
def list_options_worth(p: Any, t: Any, side: int) -> None:
    """List what each option is worth to a side, and how much of it only by the other's promise."""
    for k in range(p.count.issues):
        issue = p.agenda.issues[k]
        for chosen in range(issue.count):
            t.valued[side, issue.first + chosen] = value(p, t.account, k, chosen, side)
            worth = p.parties[side].weights[k] * t.valued[side, issue.first + chosen]
            promised = issue.promise and issue.demander == side
            believed = worth * p.parties[1 - side].believed_capacity
            t.plain[issue.first + chosen] = 0.0 if promised else worth
            t.promised[issue.first + chosen] = believed if promised else 0.0


@rule
def with_option(t: Any, option: int, verified: float, before: Any) -> tuple[float, float]:
    """Constant and slope of utility with one more option, which stands at ``option`` of all."""
    promised, constant = t.promised[option], before[0]
    constant += t.plain[option] + promised * verified
    return constant, before[1] + promised * (1.0 - verified)


@rule
def list_worths(p: Any, t: Any, side: int, bearing: int) -> None:
    """List constant and slope of a side's utility of every package, and what it is reckoned to be.

    Beginnings of packages are continued by the options of one more issue. V must be known for that,
    so the first beginnings are of all issues that bear on it.
    """
    constant, slope, verified, begun = t.constant[side], t.slope[side], t.verified, 1
    for k in range(bearing):
        begun *= p.agenda.issues[k].count
    run = t.packages // begun  # packages in a row with the same beginning
    for beginning in range(begun):
        both = (0.0, 0.0)
        for k in range(bearing):
            option = p.agenda.issues[k].first + t.option[beginning * run, k]
            both = with_option(t, option, verified[beginning * run], both)
        constant[beginning], slope[beginning] = both
    for k in range(bearing, p.count.issues):
        first, count = p.agenda.issues[k].first, p.agenda.issues[k].count
        for beginning in range(begun - 1, -1, -1):
            before = (constant[beginning], slope[beginning])
            for chosen in range(count - 1, -1, -1):
                both = with_option(t, first + chosen, verified[beginning * run], before)
                constant[beginning * count + chosen], slope[beginning * count + chosen] = both
        begun, run = begun * count, run // count
    add_links(p, t, side)
    for number in range(t.packages):
        t.reckoned[side, number] = constant[number] + p.parties[side].trust * slope[number]


@rule
def eased(p: Any, t: Any, number: int, option: int) -> tuple[float, float]:
    """Shares by which the links of a package make one of its options cheaper and more believed.

    ``option`` is its place among the options of all issues.
    """
    dear, doubted = 1.0, 1.0
    for n in range(p.count.links):
        link = p.agenda.links[n]
        if link.options[option] != 0 and t.option[number, link.given] >= link.at_least:
            dear *= 1.0 - link.cheaper
            doubted *= 1.0 - link.believed
    return 1.0 - dear, 1.0 - doubted


@rule
def loss(p: Any, account: int, issue: int, chosen: int, side: int) -> float:
    """Value that an option costs a side against the status quo, at least 0."""
    kept = value(p, account, issue, 0, side)
    return max(kept - value(p, account, issue, chosen, side), 0.0)


@rule
def is_linked(p: Any, option: int) -> bool:
    """Whether any link makes an option easier."""
    found = False
    for n in range(p.count.links):
        found |= p.agenda.links[n].options[option] != 0
    return found


@rule
def add_links(p: Any, t: Any, side: int) -> None:
    """Add to a side's constant and slope of every package what links make easier in it.

    V and the constant and slope without links must be known.
    """
    run = t.packages  # packages in a row that take the same option
    for k in range(p.count.issues):
        issue = p.agenda.issues[k]
        run //= issue.count
        for chosen in range(issue.count):
            if is_linked(p, issue.first + chosen):
                for first in range(chosen * run, t.packages, issue.count * run):
                    for number in range(first, first + run):
                        add_link(p, t, side, number, k, chosen)


@rule
def add_link(p: Any, t: Any, side: int, number: int, k: int, chosen: int) -> None:
    """Add to a side's constant and slope of a package what its links make easier on an issue."""
    issue = p.agenda.issues[k]
    cheaper, believed = eased(p, t, number, issue.first + chosen)
    weight = p.parties[side].weights[k]
    if issue.demander != side:
        t.constant[side, number] += weight * cheaper * loss(p, t.account, k, chosen, side)
    elif issue.promise:
        worth = weight * value(p, t.account, k, chosen, side)
        capacity, verified = p.parties[1 - side].believed_capacity, t.verified[number]
        t.constant[side, number] += believed * worth * (1.0 - capacity * verified)
        t.slope[side, number] -= believed * worth * capacity * (1.0 - verified)


@rule
def list_retreats(p: Any, t: Any, side: int, c: int) -> None:
    """List what each package costs a side that is fully locked in on a contested issue."""
    k = p.derived.contested[c]
    weight, count = p.parties[side].weights[k], p.agenda.issues[k].count
    position = weight * value(p, t.account, k, stated(p, t.account, k, side), side)
    run = 1  # packages in a row that take the same option
    for later in range(k + 1, p.count.issues):
        run *= p.agenda.issues[later].count
    for chosen in range(count):
        lost = max(position - weight * value(p, t.account, k, chosen, side), 0.0)
        for first in range(chosen * run, t.packages, count * run):
            for number in range(first, first + run):
                t.retreat[side, c, number] = lost


@rule
def bound_pages(t: Any, side: int) -> None:
    """Bound what the packages of each page are worth to a side, and order pages by it.

    That is the order in which the other side looks through them.

    The best of a page is convex in trust, so it lies below its chord; lock-in only takes off.
    """
    for page in range(t.pages):
        low = high = best = -np.inf
        for number in range(page * t.page, (page + 1) * t.page):
            low = max(low, t.constant[side, number])
            high = max(high, t.constant[side, number] + t.slope[side, number])
            best = max(best, t.reckoned[side, number])
        t.at_zero[side, page], t.rise[side, page] = low + MARGIN, high - low
        t.best_reckoned[side, page] = best
        for c in range(CONTESTED):
            least = np.inf
            for number in range(page * t.page, (page + 1) * t.page):
                least = min(least, t.retreat[side, c, number])
            t.least_retreat[side, c, page] = least
    order_pages(t, side)


@rule
def order_pages(t: Any, side: int) -> None:
    """Put the pages in the order in which the other side looks at them, best for this side first.

    Of pages that are as good the one with the lower number comes first (an insertion sort).
    """
    best, order = t.best_reckoned[side], t.order[1 - side]
    for page in range(t.pages):
        place = page
        while place > 0 and best[order[place - 1]] < best[page]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = page


@rule
def most_for(p: Any, t: Any, side: int) -> float:
    """The most a side can have, as reckoned, if the other is no worse off than without a deal."""
    most = p.parties[side].disagreement
    for number in range(t.packages):
        if t.reckoned[1 - side, number] >= p.parties[1 - side].disagreement:
            most = max(most, t.reckoned[side, number])
    return most


@rule
def utility(future: Any, t: Any, side: int, number: int) -> float:
    """Own utility of a package, by its number, to a side, at its trust and lock-in."""
    own = future.sides[side]
    worth = t.constant[side, number] + own.trust * t.slope[side, number]
    for c in range(CONTESTED):
        if own.lock_in[c] > 0.0:
            worth -= own.lock_in[c] * t.retreat[side, c, number]
    return worth


@rule
def reckoned(t: Any, side: int, number: int) -> float:
    """Utility of a package to a side as publicly reckoned: at its prior trust, without lock-in."""
    return t.reckoned[side, number]


@rule
def weigh_pages(future: Any, t: Any, side: int) -> None:
    """Bound what the packages of each page are worth to a side at its trust and lock-in.

    Whoever looks for packages looks into these bounds, so they must be those of the day.
    """
    own = future.sides[side]
    for page in range(t.pages):
        t.most_own[side, page] = t.at_zero[side, page] + own.trust * t.rise[side, page]
    for c in range(CONTESTED):
        if own.lock_in[c] > 0.0:
            for page in range(t.pages):
                t.most_own[side, page] -= own.lock_in[c] * t.least_retreat[side, c, page]
