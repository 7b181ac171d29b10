"""Utilities of packages by hand, and an exact choice among them."""

import numpy as np
import pytest
from conftest import SEED, vary
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.negotiation.delegation import Delegation
from sim.negotiation.menus import MANY, MARGIN, TOGETHER, Menu, Prospects, menu, undominated
from sim.negotiation.utility import Table, Tables, contested, table

from sim.config import PARTIES
from sim.model import CeasefireModel
from sim.negotiation.agenda import effect, packages, verification
from sim.negotiation.tactics import TimeDependent, View
from sim.study.cells import load_cell

# Utility


def by_hand(scenario, side, package, trust, lock_in, account, verifiers):
    """Utility of one package, issue by issue, as the model's description says."""
    issues = scenario.agenda.issues
    me, other = scenario.parties[side], scenario.parties[1 - side]
    positions = getattr(scenario.accounts, account)
    best_v = 0.0
    for name, issue in issues.items():
        if issue.verification is not None:
            option = issue.options.index(package[name])
            alone, full = issue.verification_alone[option], issue.verification[option]
            best_v = max(best_v, alone + (full - alone) * verifiers)
    total, locks = 0.0, iter(lock_in)
    for name, issue in issues.items():
        values = getattr(positions.get(name, issue), PARTIES[side])
        worth = me.weights[name] * values[issue.options.index(package[name])]
        believed = 1.0
        if issue.promise and issue.demander.value == PARTIES[side]:
            believed = other.believed_capacity * (trust + (1 - trust) * best_v)
        total += worth * believed
        if issue.contested:
            stated = me.opening.get(name, issue.options[int(np.argmax(values))])
            if name in positions:
                stated = positions[name].opening.get(PARTIES[side], stated)
            asked = me.weights[name] * values[issue.options.index(stated)]
            total -= next(locks) * max(asked - worth, 0.0)
    return total


def worth(own, package, trust, lock_in):
    """Utility of one package per row under one table."""
    return Tables.of([own]).utility(
        np.arange(len(package)), package, np.zeros_like(package), trust, lock_in
    )


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("account", ["islamabad", "kabul"])
@pytest.mark.parametrize("verifiers", [0.0, 0.84, 1.0])
def test_utility_is_the_sum_over_issues_by_hand(side, account, verifiers):
    scenario = vary({})
    listed = packages(scenario.agenda)
    verified = verification(scenario.agenda, listed, verifiers)
    positions = getattr(scenario.accounts, account)
    own = table(side, scenario.parties, scenario.agenda, listed, verified, positions)
    rng = np.random.default_rng(side)
    for package in rng.integers(len(listed), size=40):
        trust, locks = rng.random(), rng.random(len(contested(scenario.agenda)))
        expected = by_hand(
            scenario, side, listed.describe(package), trust, locks, account, verifiers
        )
        got = worth(own, np.array([package]), np.array([trust]), locks[None, :])
        assert got[0] == pytest.approx(expected, abs=1e-12)
        alone = own.all_utilities(np.array([trust]), locks[None, :])
        assert alone[0, package] == pytest.approx(expected, abs=1e-12)


def one_promise(**changes):
    """An agenda of one promise and one guarantee that verifies it."""
    scenario = vary(
        {
            "agenda.effects": {
                name: {} for name in ("suppression", "restraint", "border", "evidence",
                                      "sharpened", "hotline", "assurance", "leakage", "backlash",
                                      "cohesion")
            },
            "agenda.issues": {
                "promise": {
                    "options": ["no", "yes"], "pakistan": [0, 1], "afghan_taliban": [1, 0],
                    "demander": "pakistan", "promise": True, "contested": False,
                    "verification": [0, 0.6], "verification_alone": [0, 0.2],
                }
            },
            "accounts.islamabad": {}, "accounts.kabul": {},
            "pakistan.weights": {"promise": 1}, "afghan_taliban.weights": {"promise": 1},
            "pakistan.opening": {}, "afghan_taliban.opening": {},
        } | changes
    )  # fmt: skip
    listed = packages(scenario.agenda)
    return scenario, listed


@pytest.mark.parametrize(
    ("capacity", "trust", "verifiers", "worth"),
    [
        (0.5, 0.0, 0.0, 0.5 * 0.2),  # V alone
        (0.5, 0.0, 1.0, 0.5 * 0.6),  # V with third parties
        (0.5, 0.0, 0.5, 0.5 * 0.4),  # half way
        (0.5, 1.0, 0.0, 0.5),  # full trust: capacity is all that limits it
        (0.8, 0.25, 1.0, 0.8 * (0.25 + 0.75 * 0.6)),
        (0.0, 1.0, 1.0, 0.0),  # who can deliver nothing promises nothing
    ],
)
def test_a_promise_is_worth_capacity_times_trust_or_verification(capacity, trust, verifiers, worth):
    scenario, listed = one_promise(**{"afghan_taliban.believed_capacity": capacity})
    verified = verification(scenario.agenda, listed, verifiers)
    own = table(0, scenario.parties, scenario.agenda, listed, verified, {})
    assert own.at(trust)[1] == pytest.approx(worth, abs=1e-15)


def test_the_promisers_own_cost_is_not_discounted():
    scenario, listed = one_promise(**{"pakistan.believed_capacity": 0.1})
    own = table(1, scenario.parties, scenario.agenda, listed, np.zeros(2), {})
    assert own.at(0.0).tolist() == own.at(1.0).tolist() == [1.0, 0.0]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_utility_is_linear_in_trust(low, high, share):
    book = CeasefireModel(vary({})).book
    for own in (book.tables[0].by_account[0], book.tables[1].by_account[0]):
        between = low + (high - low) * share
        mixed = own.at(low) * (1 - share) + own.at(high) * share
        assert np.allclose(own.at(between), mixed, rtol=0, atol=1e-12)


def test_nothing_is_lost_by_lock_in_at_the_public_position():
    for name in ("baseline", "extradition_accepted", "confinement_only"):
        book = CeasefireModel(load_cell(name).scenario).book
        for tables in book.tables:
            for own in tables.by_account:
                assert (own.retreat >= 0).all()
                assert (own.retreat[:, own.opening] == 0).all()


def test_more_verification_never_makes_a_package_worse():
    scenario = vary({})
    listed = packages(scenario.agenda)
    low, high = (
        table(0, scenario.parties, scenario.agenda, listed,
              verification(scenario.agenda, listed, v), scenario.accounts.islamabad)
        for v in (0.0, 1.0)
    )  # fmt: skip
    for trust in (0.0, 0.4, 1.0):
        assert (high.at(trust) >= low.at(trust) - 1e-15).all()


def test_effects_of_several_issues_combine_as_independent_shares():
    scenario = vary(
        {"agenda.effects.suppression": {"custody": {"arrest": 0.5}, "arms": {"ban": 0.2}}}
    )
    listed = packages(scenario.agenda)
    sizes = effect(scenario.agenda, listed, "suppression")
    assert sizes[0] == 0
    assert sizes[listed.index({"custody": "arrest"})] == pytest.approx(0.5)
    assert sizes[listed.index({"custody": "arrest", "arms": "ban"})] == pytest.approx(0.6)


# Choice


def choose(offered: Menu, aspiration, trust, lock_in):
    rows = np.arange(len(trust))
    prospects = Prospects([offered], np.zeros_like(rows), trust, lock_in)
    return prospects.best_for_other(rows, aspiration)


def best_for_the_other(own: Table, other, aspiration, trust, lock_in):
    """One row's choice by going through every package in turn."""
    everything = np.arange(len(other))
    locks = np.repeat(lock_in[None, :], len(other), axis=0)
    value = worth(own, everything, np.full(len(other), trust), locks)
    ranked = sorted(everything, key=lambda k: (-other[k], k))
    for package in ranked:
        if value[package] >= aspiration:
            return package
    return max(ranked, key=lambda k: value[k])  # the first of equals


@given(st.integers(0, 2**32), st.sampled_from([0, 1, 30, TOGETHER, 3 * TOGETHER + 5]))
@settings(max_examples=60, deadline=None)
def test_what_another_beats_everywhere_is_left_out(seed, size):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 12, (rng.integers(1, 4), size)) / 12
    values = values[:, np.argsort(-values.sum(axis=0), kind="stable")]
    beaten = (values[:, :, None] >= values[:, None, :] + MARGIN).all(axis=0).any(axis=0)
    assert undominated(values).tolist() == np.flatnonzero(~beaten).tolist()


@st.composite
def worlds(draw):
    """A table with many ties, the other side's values, and rows to choose for."""
    size, issues = draw(st.integers(1, 40)), draw(st.integers(0, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    steps = draw(st.sampled_from([2, 5, 10, 10**9]))

    def values(*shape):
        return rng.integers(0, steps + 1, shape) / steps

    own = Table(values(size), values(size) * 0.5, values(issues, size), 0)
    most = draw(st.sampled_from([0.0, 1.0, 3.0]))
    rows = draw(st.sampled_from([6, MANY]))
    corner = draw(st.booleans())  # trust and lock-in at the corners of their box, or inside
    share = rng.integers(0, 2, (rows, issues + 1)) if corner else rng.random((rows, issues + 1))
    trust, lock_in = share[:, 0].astype(float), share[:, 1:] * most
    aspiration = values(rows) * 2 - 0.5
    return own, values(size), most, aspiration, trust, lock_in


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_choosing_is_exact_pruned_or_not(world):
    own, other, most, aspiration, trust, lock_in = world
    expected = [
        best_for_the_other(own, other, *row) for row in zip(aspiration, trust, lock_in, strict=True)
    ]
    for prune in (True, False):
        offered = menu(own, other, most, prune=prune)
        assert choose(offered, aspiration, trust, lock_in).tolist() == expected


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_an_aspiration_met_exactly_is_met(world):
    """Aspirations that equal some package's utility to the last bit."""
    own, other, most, _, trust, lock_in = world
    rng = np.random.default_rng(0)
    exact = worth(own, rng.integers(len(other), size=len(trust)), trust, lock_in)
    pruned, full = (menu(own, other, most, prune=prune) for prune in (True, False))
    a, b = (choose(m, exact, trust, lock_in) for m in (pruned, full))
    assert a.tolist() == b.tolist()


def delegation(model, side, menus, trust, lock_in, account, reservation):
    return Delegation(
        model.book.tables[side], menus, model.book.reckonings[side], account, trust, lock_in,
        reservation,
    )  # fmt: skip


def offered(own, tactic, exchange, limit=1000):
    """The offer and the aspiration of every row at its own exchange."""
    view = View(own, own.everyone, exchange, np.full(len(exchange), limit), "anybody")
    return tactic.offer(view), tactic.aspiration(view)


@pytest.mark.parametrize("name", ["baseline", "verified_guarantees", "extradition_accepted"])
@pytest.mark.parametrize("side", [0, 1])
def test_the_agendas_choice_is_exact_under_mixed_accounts(name, side):
    """2,000 random states of trust, lock-in, account and time: pruned and unpruned offers agree."""
    scenario = load_cell(name, ["accounts=mixed"]).scenario
    model = CeasefireModel(scenario, 1, SEED)
    tables, full = model.book.tables, []
    for k in range(len(model.accounts_used)):
        other = tables[1 - side].by_account[k].at(scenario.parties[1 - side].trust)
        full.append(
            menu(tables[side].by_account[k], other, scenario.parties[side].lock_in, prune=False)
        )
    assert len(full) == 2
    rng = np.random.default_rng(side)
    rows, issues = 2_000, len(contested(scenario.agenda))
    trust = rng.random(rows)
    lock_in = rng.random((rows, issues)) * scenario.parties[side].lock_in
    lock_in[::3] = rng.integers(0, 2, (len(lock_in[::3]), issues)) * scenario.parties[side].lock_in
    account, reservation = rng.integers(0, 2, rows), rng.random(rows) * 0.6
    exchange = rng.integers(1, 1001, rows)
    offers = [
        offered(
            delegation(model, side, menus, trust, lock_in, account, reservation),
            TimeDependent("polynomial", 0.3, 0.0),
            exchange,
        )[0]
        for menus in (model.book.menus[side], tuple(full))
    ]
    assert offers[0].tolist() == offers[1].tolist()
    assert len(set(offers[0])) > 10


def test_pruning_leaves_out_most_packages_of_the_default_agenda():
    book = CeasefireModel(vary({})).book
    assert all(len(m.package) < len(book.packages) / 2 for menus in book.menus for m in menus)


def test_an_offer_is_worth_its_aspiration_to_the_one_who_makes_it():
    model = CeasefireModel(vary({}), 1, SEED)
    rows = np.arange(500)
    rng = np.random.default_rng(1)
    for side in range(2):
        own = delegation(
            model, side, model.book.menus[side], rng.random(500),
            np.zeros((500, model.parties[side].lock_in.shape[1])),
            rng.integers(0, len(model.accounts_used), 500), np.full(500, 0.2),
        )  # fmt: skip
        tactic = TimeDependent("polynomial", 0.3, 0.0)
        offer, aspiration = offered(own, tactic, rng.integers(1, 1001, 500))
        assert (own.utility(rows, offer) >= aspiration).all()
