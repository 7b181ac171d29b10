"""Two sides at a table whose every number is in a test's hands; and packages by brute force."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
from by_hand import seat
from conftest import SEED, tree_of
from hypothesis import strategies as st

from sim.config import PARTIES, Scenario, validate
from sim.futures import Futures
from sim.negotiation.drafts import list_texts
from sim.negotiation.tables import DESK, make_table, utility, weigh_pages
from sim.negotiation.tactics import plan_round
from sim.parameters import NONE, TACTICS
from sim.study.cells import load_cell

EFFECTS = (
    "suppression", "restraint", "border", "evidence", "sharpened", "hotline", "assurance",
    "leakage", "backlash", "cohesion",
)  # fmt: skip


class Sitting:
    """One future of a scenario before its packages, at the first exchange of a round of ten.

    ``future``, ``p``, ``t`` and ``desk`` are the records that rules take. Whoever changes what
    packages are worth calls ``lay`` again.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.futures = Futures.begun(scenario, 1, SEED)
        self.future, self.p = self.futures.records[0], self.futures.sets[0]
        self.desk = np.zeros(1, DESK).view(np.recarray)[0]
        self.future.talks.exchange, self.future.talks.limit = 1, 10
        self.lay()

    def lay(self):
        """Make the table, and let both sides sit with prior trust and unpressed reservations.

        The round is their first.
        """
        self.t = self.desk.tables[0]
        self.t.agenda = NONE  # whoever changes an agenda by hand does not number it anew
        make_table(self.future, self.p, self.t)
        for side in range(2):
            own, config = self.future.sides[side], self.p.parties[side]
            own.trust, own.reservation = config.trust, config.disagreement
            own.least = own.reservation
            own.opening = self.t.opening[side]
            own.ideal = utility(self.future, self.t, side, own.opening)
            plan_round(self.future, self.p, side)
        return self

    @property
    def at_table(self) -> tuple[Any, Any, Any]:
        """What most rules take first; pages are weighed and texts listed as of now."""
        for side in range(2):
            weigh_pages(self.future, self.t, side)
        list_texts(self.future, self.p, self.t)
        return self.future, self.p, self.t

    @property
    def of_packages(self) -> tuple[Any, Any]:
        """What rules take first that know packages only, and no parameters."""
        return self.at_table[0], self.t

    def own(self, side):
        """A side's record."""
        return self.future.sides[side]

    def said(self, side, *packages):
        """Let a side have made these offers, oldest first."""
        self.future.talks.offers[side, : len(packages)] = packages
        self.future.talks.spoken[side] = len(packages)
        return self

    def at(self, exchange, limit=10):
        """Go to another exchange."""
        self.future.talks.exchange, self.future.talks.limit = exchange, limit
        return self

    def uses(self, side, kind, **numbers):
        """Give a side another tactic."""
        tactic = self.p.parties[side].tactic
        tactic.kind = TACTICS.index(kind)
        for name, value in numbers.items():
            tactic[name] = value
        self.t.limit[side] = 0  # its curve was another's
        return self.expects(self.own(side).expected, side)

    def expects(self, rounds, *sides, sittings=0):
        """Let sides spread their concessions over so many rounds, of which some are over."""
        self.future.talks.sittings = sittings
        for side in sides or range(2):
            self.own(side).expected = rounds
            plan_round(self.future, self.p, side)
        return self

    def settled(self, package):
        """Let a partial deal be in force."""
        self.future.deal.package, self.future.deal.partial = package, True
        return self

    def mediators(self, *held):
        """Seat mediators: of each its functions, leverage on both sides and other numbers."""
        seat(self.future, self.p, *held)
        return self


# --- small worlds ---------------------------------------------------------------------------------


def issue(pakistan, afghan_taliban, **changes):
    """An issue whose options are numbered; both sides' values of them are given."""
    return {
        "options": [str(k) for k in range(len(pakistan))], "pakistan": list(pakistan),
        "afghan_taliban": list(afghan_taliban), "demander": "pakistan", "promise": False,
        "contested": False, "verification": None, "verification_alone": None,
    } | changes  # fmt: skip


def of_issues(issues, weights, **changes):
    """A textbook scenario of these issues; ``weights`` by side, in the order of issues."""
    tree = tree_of("baseline", "case=textbook")
    tree["agenda"]["issues"] = issues
    for side, mine in zip(PARTIES, weights, strict=True):
        tree[side]["weights"] = dict(zip(issues, mine, strict=True))
    for path, value in changes.items():
        side, _, name = path.partition("__")
        tree[side][name] = value
    return validate(tree)[0]


TENTHS = tuple(k / 10 for k in range(11))


@cache
def _cake():
    return of_issues({"cake": issue(TENTHS, TENTHS[::-1])}, [[1], [1]])


def cake(*reservations):
    """Eleven slices: package k gives k/10 to side 0 and the rest to side 1."""
    sitting = Sitting(_cake())
    for side, level in enumerate(reservations):
        sitting.p.parties[side].disagreement = level
    return sitting.lay()


@cache
def textbook(case="textbook", *overrides):
    """A textbook scenario as shipped: a pie in hundredths, or four issues."""
    return load_cell("baseline", [f"case={case}", *overrides]).scenario


# --- any world, and what its packages are worth by brute force ------------------------------------


MANY_PAGES = ([12, 5], [9, 7], [3, 5, 5], [4, 2, 13])  # options by issue


@st.composite
def worlds(draw, many_pages=False):
    """A table of up to 48 packages with any numbers, many of them equal, or hardly any.

    Or one of up to 104 packages on 3 to 12 pages.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if many_pages:
        counts = draw(st.sampled_from(MANY_PAGES))
    else:
        counts = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
        while np.prod(counts) > 48:
            counts.pop()
    return random_world(rng, counts, draw(st.sampled_from([2, 5, 10**6])))


def random_world(rng, counts, steps=10**6):
    """A table with so many options an issue; values are multiples of 1 / ``steps``."""
    sitting = Sitting(_cake())
    p, future = sitting.p, sitting.future

    def some(*shape):
        return rng.integers(0, steps + 1, shape) / steps

    p.count.issues, p.agenda.packages = len(counts), np.prod(counts)
    first, contested = 0, []
    for k, count in enumerate(counts):
        held = p.agenda.issues[k]
        held.first, held.count, held.demander = first, count, rng.integers(2)
        held.promise, held.contested, held.verifies = rng.integers(0, 2, 3)
        options = p.agenda.options[first : first + count]
        options["parties"] = some(count, 2)
        options["verification_alone"] = some(count) / 2
        options["verification"] = options["verification_alone"] + some(count) / 2
        if held.contested:
            contested.append(k)
        for account in (p.accounts.islamabad, p.accounts.kabul):
            account.given[k] = held.contested
            account.opening[k] = rng.integers(-1, count, 2)
            account["parties"][first : first + count] = some(count, 2)
        first += count
    p.count.contested = len(contested)
    p.derived.contested[: len(contested)] = contested
    future.account, future.verifiers = rng.integers(3), some()
    for side in range(2):
        party = p.parties[side]
        weights = rng.integers(1, 5, len(counts)).astype(float)
        party.weights[: len(counts)] = weights / weights.sum()
        party.opening[: len(counts)] = rng.integers(-1, np.array(counts))
        party.believed_capacity, party.trust, party.disagreement = some(), some(), some() / 2
    link_at_random(p, rng, some)
    sitting.lay()
    for side in range(2):
        own = sitting.own(side)
        own.trust, own.reservation = some(), some() / 2
        own.least = own.reservation
        own.lock_in[: len(contested)] = some(len(contested))
    return sitting


def link_at_random(p, rng, some):
    """Up to three links between issues, of any shares."""
    p.count.links = rng.integers(4) if p.count.issues > 1 else 0
    for link in p.agenda.links[: p.count.links]:
        given, linked = rng.choice(p.count.issues, 2, replace=False)
        link.given, link.at_least = given, rng.integers(p.agenda.issues[given].count)
        held = p.agenda.issues[linked]
        link.options[:] = 0
        link.options[held.first : held.first + held.count] = rng.integers(0, 2, held.count)
        link.cheaper, link.believed = some(), some()


def swapped(world):
    """The same world with the sides in each other's place."""
    other = Sitting(_cake())
    other.futures.sets[:], other.futures.records[:] = world.futures.sets, world.futures.records
    p, future = other.p, other.future
    p.agenda.issues["demander"] = 1 - p.agenda.issues["demander"]
    p.protocol.first_mover = 1 - p.protocol.first_mover
    for by_side in (
        p.parties, future.sides, future.talks.offers, future.talks.spoken,
        p.accounts.islamabad.opening.T, p.accounts.kabul.opening.T,
        p.accounts.islamabad["parties"].T, p.accounts.kabul["parties"].T,
        p.agenda.options["parties"].T,
    ):  # fmt: skip
        by_side[:] = by_side[::-1].copy()
    other.t.agenda = NONE
    make_table(future, p, other.t)
    return other


def options(p):
    """Which option every package takes on every issue, (P, K)."""
    counts = [p.agenda.issues[k].count for k in range(p.count.issues)]
    return np.array(list(product(*map(range, counts))))


def values(p, account, k, side):
    """Value to a side of every option of an issue under an account."""
    held = p.agenda.issues[k]
    stretch = slice(held.first, held.first + held.count)
    for number, positions in enumerate((p.accounts.islamabad, p.accounts.kabul)):
        if account == number and positions.given[k]:
            return positions["parties"][stretch, side]
    return p.agenda.options["parties"][stretch, side]


def position(p, account, k, side):
    """Option of a side's public position on an issue."""
    for number, positions in enumerate((p.accounts.islamabad, p.accounts.kabul)):
        if account == number and positions.given[k] and positions.opening[k, side] >= 0:
            return positions.opening[k, side]
    if p.parties[side].opening[k] >= 0:
        return p.parties[side].opening[k]
    return int(np.argmax(values(p, account, k, side)))


def verifications(p, verifiers):
    """V of every package, (P,)."""
    best, reached = np.zeros(p.agenda.packages), p.conflict.implementation.monitoring.capacity
    for k, chosen in enumerate(options(p).T):
        if p.agenda.issues[k].verifies:
            held = p.agenda.options[p.agenda.issues[k].first + chosen]
            full, alone = held["verification"], held["verification_alone"]
            best = np.maximum(best, (alone + (full - alone) * verifiers) * reached)
    return best


def eased(p, k):
    """Shares by which links make the option of every package on an issue cheaper and believed."""
    chosen, dear, doubted = options(p), np.ones(p.agenda.packages), np.ones(p.agenda.packages)
    for link in p.agenda.links[: p.count.links]:
        named = np.flatnonzero(link.options) - p.agenda.issues[k].first
        holds = (chosen[:, link.given] >= link.at_least) & np.isin(chosen[:, k], named)
        dear[holds] *= 1 - link.cheaper
        doubted[holds] *= 1 - link.believed
    return 1 - dear, 1 - doubted


def by_brute_force(sitting, side, trust=None, lock_in=None):
    """What every package is worth to a side, issue by issue, as the model's description says."""
    future, p = sitting.future, sitting.p
    own, other = future.sides[side], p.parties[1 - side]
    trust = own.trust if trust is None else trust
    lock_in = own.lock_in if lock_in is None else lock_in
    verified = verifications(p, future.verifiers)
    total, locks = np.zeros(p.agenda.packages), iter(lock_in)
    for k, chosen in enumerate(options(p).T):
        worth = p.parties[side].weights[k] * values(p, future.account, k, side)
        believed, (cheaper, surer) = 1.0, eased(p, k)
        if p.agenda.issues[k].promise and p.agenda.issues[k].demander == side:
            believed = other.believed_capacity * (trust + (1.0 - trust) * verified)
            believed += surer * (1.0 - believed)
        total += worth[chosen] * believed
        if p.agenda.issues[k].demander == 1 - side:
            total += cheaper * np.maximum(worth[0] - worth[chosen], 0.0)
        if p.agenda.issues[k].contested:
            stated = worth[position(p, future.account, k, side)]
            total -= next(locks) * np.maximum(stated - worth[chosen], 0.0)
    return total


def publicly(sitting):
    """What every package is publicly reckoned to be worth to both sides, (P, 2)."""
    none = np.zeros(len(sitting.own(0).lock_in))
    parties = sitting.p.parties
    return np.column_stack(
        [by_brute_force(sitting, side, parties[side].trust, none) for side in range(2)]
    )


def everybody(sitting):
    """What every package is worth to both sides by the table, (P, 2)."""
    numbers = range(sitting.p.agenda.packages)
    return np.array(
        [[utility(sitting.future, sitting.t, side, k) for side in range(2)] for k in numbers]
    )


# --- what was offered and settled ---

PAIR = {  # package 3 a + b takes option a of the first issue and option b of the second
    "first": issue([0, 0.5, 1], [1, 0.5, 0]),
    "second": issue([0, 0.5, 1], [1, 0.5, 0]),
}


def pair(settled=NONE):
    """Two issues of three options, of which Islamabad would have the last and Kabul the first."""
    sitting = Sitting(of_issues(PAIR, [[0.5, 0.5], [0.5, 0.5]]))
    return sitting if settled == NONE else sitting.settled(settled)


def standing(world, side, last):
    """Which packages leave what is settled and what was offered, issue by issue."""
    listed, deal = options(world.p), world.future.deal
    stand = np.ones(len(listed), dtype=bool)
    for k, chosen in enumerate(listed.T):
        if deal.partial and listed[deal.package, k] > 0:
            stand &= chosen == listed[deal.package, k]
        if last != NONE:
            worth = values(world.p, world.future.account, k, 1 - side)[chosen]
            stand &= worth >= worth[last]
    return stand
