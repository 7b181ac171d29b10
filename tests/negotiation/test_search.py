"""Looking for a package is exact: the same is found by going through all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.negotiation.search import (
    best_for_other,
    best_for_own,
    common_ground,
    most_leaving,
    reopens,
    stands,
    takes_back,
)
from sim.negotiation.tables import bound_pages, utility
from sim.parameters import CONTESTED, NONE
from sim.study.cells import load_cell

from .sitting import (
    Sitting,
    cake,
    everybody,
    issue,
    of_issues,
    options,
    pair,
    random_world,
    standing,
    worlds,
)

FEW = settings(max_examples=30, deadline=None)
ISLAMABADS, KABULS = 0, 1


# --- looking for a package ------------------------------------------------------------------------


def both_sides(world, side):
    """What every package is worth to a side, and is reckoned to be to the other."""
    return everybody(world)[:, side], world.t.reckoned[1 - side, : world.t.packages]


def liked_best(world, side, asked):
    """The choice by going through every package in turn."""
    own, theirs = both_sides(world, side)
    enough = [k for k in range(len(own)) if own[k] >= asked]
    if enough:
        return max(enough, key=lambda k: (theirs[k], -k))
    return max(range(len(own)), key=lambda k: (own[k], theirs[k], -k))


@given(worlds(many_pages=True), st.floats(-0.2, 1.2))
@FEW
def test_the_best_package_for_the_other_is_found_among_all(world, asked):
    for side in range(2):
        found = best_for_other(*world.of_packages, side, asked, NONE)
        assert found == liked_best(world, side, asked)


@given(worlds(many_pages=True), st.integers(0, 2**32))
@FEW
def test_an_aspiration_met_exactly_is_met(world, seed):
    """Aspirations that equal some package's utility to the last bit."""
    number = np.random.default_rng(seed).integers(world.p.agenda.packages)
    for side in range(2):
        exact = utility(world.future, world.t, side, number)
        found = best_for_other(*world.of_packages, side, exact, NONE)
        assert found == liked_best(world, side, exact)
        assert utility(world.future, world.t, side, found) >= exact


def test_where_nothing_is_good_enough_the_best_for_oneself_is_offered():
    assert [best_for_other(*cake().of_packages, side, 2.0, NONE) for side in range(2)] == [10, 0]


@given(worlds(many_pages=True))
@FEW
def test_the_best_package_for_oneself_is_found_among_all(world):
    for side in range(2):
        own, theirs = both_sides(world, side)
        best = max(range(len(own)), key=lambda k: (own[k], theirs[k], -k))
        assert best_for_own(*world.of_packages, side) == best


def test_of_packages_equally_good_for_oneself_the_other_sides_better_one_is_chosen():
    """Packages (own, other): (1, 0), (1, .5), (1, .5), (0, 1)."""
    table = Sitting(of_issues({"a": issue([1, 1, 1, 0], [0, 0.5, 0.5, 1])}, [[1], [1]]))
    assert best_for_own(*table.of_packages, 0) == 1


@given(worlds(many_pages=True), st.floats(-0.2, 1.2), st.booleans(), st.integers(0, 2**32))
@FEW
def test_the_most_that_leaves_the_other_a_floor_is_found_among_all(world, floor, exact, seed):
    """Floors met exactly among them."""
    for side in range(2):
        own, theirs = both_sides(world, side)
        floor = np.random.default_rng(seed).choice(theirs) if exact else floor
        left = own[theirs >= floor] if (theirs >= floor).any() else own[theirs == theirs.max()]
        assert most_leaving(*world.of_packages, side, floor) == left.max()


@pytest.mark.parametrize("side", [0, 1])
def test_a_page_of_little_own_worth_may_hold_the_best_for_the_other(side):
    """Two pages of 13. Own worth and the other's: (0, 1), (.5, .3) on one, (.2, .7) on the next."""
    world = random_world(np.random.default_rng(1), [2, 13])
    t, other = world.t, 1 - side
    t.constant[:], t.slope[:], t.retreat[:], t.reckoned[:] = 0, 0, 0, 0
    t.constant[side, [1, 13]] = t.reckoned[side, [1, 13]] = [0.5, 0.2]
    t.constant[other, [0, 1, 13]] = t.reckoned[other, [0, 1, 13]] = [1.0, 0.3, 0.7]
    for of in range(2):
        bound_pages(t, of)
    assert best_for_other(*world.of_packages, side, 0.15, NONE) == 13
    assert most_leaving(*world.of_packages, side, 0.5) == 0.2


def test_a_floor_met_exactly_is_met():
    sitting = cake()
    assert most_leaving(*sitting.of_packages, 0, 0.5) == 0.5


@pytest.mark.parametrize(
    "name", ["baseline", pytest.param("extradition_accepted", marks=pytest.mark.slow)]
)
def test_the_shipped_agendas_choices_are_exact_whatever_trust_lock_in_and_account(name):
    """Random states of both sides; every third is locked in on some issues as far as can be."""
    sitting, rng = Sitting(load_cell(name, ["accounts=mixed"]).scenario), np.random.default_rng(1)
    future, p, found = sitting.future, sitting.p, set()
    for account in (ISLAMABADS, KABULS):
        future.account = account
        t = sitting.lay().t
        for number in range(12):
            side = number % 2
            own, most = sitting.own(side), p.parties[side].lock_in
            share = rng.integers(0, 2, CONTESTED) if number % 3 == 0 else rng.random(CONTESTED)
            own.trust, own.lock_in[:] = rng.random(), share * most
            worth = t.constant[side] + own.trust * t.slope[side]
            for c in range(p.count.contested):
                worth -= own.lock_in[c] * t.retreat[side, c]
            theirs = t.reckoned[1 - side, : t.packages]
            worth, asked = worth[: t.packages], rng.random()
            enough = np.flatnonzero(worth >= asked)
            best = enough[theirs[enough].argmax()] if len(enough) else worth.argmax()
            assert best_for_other(*sitting.of_packages, side, asked, NONE) == best
            left = worth[theirs >= asked]
            most_left = left.max() if len(left) else worth[theirs == theirs.max()].max()
            assert most_leaving(*sitting.of_packages, side, asked) == most_left
            found.add(int(best))
    assert len(found) > 8


# --- what was offered and settled -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "last", "so"),
    [
        (0, 4, [1, 1, 0, 1, 1, 0, 0, 0, 0]),  # Islamabad has offered the middle of both
        (1, 4, [0, 0, 0, 0, 1, 1, 0, 1, 1]),
        (0, 8, [1] * 9),
        (0, 1, [1, 1, 0, 0, 0, 0, 0, 0, 0]),
        (0, NONE, [1] * 9),
    ],
)
def test_what_was_offered_stands_if_no_issue_is_worse_for_the_other(side, last, so):
    sitting = pair()
    found = [stands(*sitting.of_packages, side, k, last, 2) for k in range(9)]
    assert found == so
    if last != NONE:
        assert [not takes_back(sitting.t, side, k, last) for k in range(9)] == so


def test_only_the_first_issues_are_looked_at_where_that_is_asked():
    assert [bool(stands(*pair().of_packages, 0, k, 3, 1)) for k in (3, 5, 6)] == [True, True, False]


@pytest.mark.parametrize("side", [0, 1])
def test_what_is_settled_stands_whoever_offers(side):
    """Settled is option 1 of the first issue: packages 3 to 5 leave it, whatever they add."""
    sitting = pair(settled=3)
    found = [bool(stands(*sitting.of_packages, side, k, NONE, 2)) for k in range(9)]
    assert found == [3 <= k <= 5 for k in range(9)]
    assert [bool(reopens(*sitting.of_packages, k)) for k in range(9)] == [not so for so in found]


def test_without_a_partial_deal_nothing_is_reopened():
    sitting = pair()
    assert not any(reopens(*sitting.of_packages, k) for k in range(9))
    sitting.future.deal.package = 4  # a full one is renegotiated as a whole
    assert not any(reopens(*sitting.of_packages, k) for k in range(9))


@pytest.mark.parametrize(
    ("one", "other", "settled", "shared"),
    [
        (4, 4, NONE, 4),
        (8, 0, NONE, 0),
        (7, 4, NONE, 1),  # both take option 1 of the second issue
        (5, 3, NONE, 3),  # both take option 1 of the first
        (8, 2, 3, 5),  # the first is settled at 1, whatever they say; the second they share
        (4, 1, 6, 7),
    ],
)
def test_common_ground_is_what_both_take_beside_what_is_settled(one, other, settled, shared):
    assert common_ground(*pair(settled).of_packages, one, other) == shared


@given(worlds(), st.integers(0, 2**32))
@FEW
def test_common_ground_of_any_packages_by_brute_force(world, seed):
    one, other, kept = np.random.default_rng(seed).integers(world.t.packages, size=3)
    listed = options(world.p)
    counts = [world.p.agenda.issues[k].count for k in range(world.p.count.issues)]
    for settled in (NONE, int(kept)):
        shared = np.where(listed[one] == listed[other], listed[one], 0)
        if settled != NONE:
            world.settled(settled)
            shared = np.where(listed[settled] > 0, listed[settled], shared)
        expected = np.ravel_multi_index(shared.tolist(), counts)
        assert common_ground(*world.of_packages, int(one), int(other)) == expected


@given(worlds(many_pages=True), st.floats(-0.2, 1.2), st.booleans(), st.integers(0, 2**32))
@FEW
def test_among_what_stands_the_best_package_for_the_other_is_found(world, asked, partial, seed):
    """A plain search through all packages finds the same."""
    rng = np.random.default_rng(seed)
    if partial:
        world.settled(int(rng.integers(world.t.packages)))
    for side in range(2):
        last = int(rng.integers(-1, world.t.packages))
        own, theirs = both_sides(world, side)
        enough = np.flatnonzero(standing(world, side, last) & (own >= asked))
        left = np.flatnonzero(standing(world, side, NONE))
        if len(enough):
            expected = max(enough, key=lambda k: (theirs[k], -k))
        else:  # the best for oneself that leaves what is settled
            expected = max(left, key=lambda k: (own[k], theirs[k], -k))
        assert best_for_other(*world.of_packages, side, asked, last) == expected
