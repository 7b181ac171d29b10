"""Mediators' texts, by hand and by brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.negotiation.drafts import draft
from sim.parameters import NONE

from .sitting import cake, everybody, pair, standing, swapped, worlds

FEW = settings(max_examples=30, deadline=None)


def drafted(sitting, weight=0.5):
    return draft(sitting.at_table[2], weight)


def test_the_text_at_equal_weights_is_the_nash_product_of_a_cake():
    assert drafted(cake(0.0, 0.0)) == 5


def test_no_deal_shifts_the_text():
    assert drafted(cake(0.4, 0.0)) == 7


def test_more_weight_on_a_side_gives_it_more():
    """Up to leaving the other something: a text must be better than no deal for both."""
    texts = [drafted(cake(0.0, 0.0), k / 20) for k in range(21)]
    assert texts == sorted(texts)
    assert (texts[0], texts[6], texts[14], texts[20]) == (1, 3, 7, 9)


@pytest.mark.parametrize("reservations", [(0.5, 0.5), (0.7, 0.6), (1.0, 0.0)])
def test_where_no_package_is_better_than_no_deal_for_both_none_is_tabled(reservations):
    assert drafted(cake(*reservations)) == NONE


@pytest.mark.parametrize(
    ("knowledge", "candour", "text"),
    [(0.0, 1.0, 5), (1.0, 0.0, 5), (1.0, 1.0, 8), (0.5, 1.0, 6), (1.0, 0.5, 6)],
)
def test_mediators_draft_by_what_they_are_told_and_understand(knowledge, candour, text):
    """Nothing publicly, but .6 privately, is the least that the first side settles for.

    Of 10 slices they would give it 5 by the first, 8 by the second, 6 (of 6.5) where they know
    half of the difference: the lower number of equal products.
    """
    sitting = cake(0.0, 0.0)
    sitting.own(0).least, sitting.future.talks.knowledge = 0.6, knowledge
    for side in range(2):
        sitting.p.parties[side].candour = candour
    assert drafted(sitting) == text


def test_each_side_is_known_by_its_own_candour():
    for side, text in ((0, 8), (1, 2)):
        sitting = cake(0.0, 0.0)
        sitting.future.talks.knowledge = 1.0
        for k in range(2):
            sitting.own(k).least = 0.6
            sitting.p.parties[k].candour = float(k == side)
        assert drafted(sitting) == text


def test_who_knows_all_tables_nothing_where_privately_nothing_is_rational():
    sitting = cake(0.0, 0.0)
    for side in range(2):
        sitting.own(side).least, sitting.p.parties[side].candour = 0.6, 1.0
    texts = []
    for sitting.future.talks.knowledge in (0.0, 1.0):
        texts.append(drafted(sitting))
    assert texts == [5, NONE]


def test_what_is_settled_stands_in_a_text():
    """Two issues alike: the best text would give one side one, the other the other."""
    sitting = pair()
    assert drafted(sitting) == 2  # the lowest of equals: (0, 2), (1, 1), (2, 0)
    assert drafted(sitting.settled(3)) == 4


def weighted_by_brute_force(world, weight):
    """The text by going through every package, the lowest number of equals."""
    product, stand = np.zeros(world.t.packages), standing(world, 0, NONE)
    for side, share in ((0, weight), (1, 1 - weight)):
        party, own = world.p.parties[side], world.own(side)
        known = world.future.talks.knowledge * party.candour
        worth = world.t.reckoned[side, : world.t.packages]
        worth = worth + known * (everybody(world)[:, side] - worth)
        low = party.disagreement + known * (own.least - party.disagreement)
        stand &= worth - low > 0
        product += share * np.vectorize(math.log)(np.where(worth > low, worth - low, 1.0))
    return int(np.argmax(np.where(stand, product, -np.inf))) if stand.any() else NONE


@given(worlds(many_pages=True), st.integers(0, 2**32), st.booleans())
@FEW
def test_the_text_is_the_weighted_nash_package_among_all_the_lowest_of_equals(world, seed, partial):
    rng = np.random.default_rng(seed)
    world.future.talks.knowledge = rng.choice([0.0, 1.0, rng.random()])
    if partial:
        world.settled(int(rng.integers(world.t.packages)))
    for side in range(2):
        world.p.parties[side].candour = rng.choice([0.0, 1.0, rng.random()])
    weight = rng.choice([0.0, 0.5, rng.random(), 1.0])
    assert drafted(world, weight) == weighted_by_brute_force(world, weight)


@given(worlds(), st.integers(0, 128), st.floats(0, 1))
@FEW
def test_texts_mirror_when_the_sides_are_swapped(world, weight, knowledge):
    """Weight w on one side is weight 1 - w on the other."""
    world.future.talks.knowledge = knowledge
    world.p.parties[0].candour, world.p.parties[1].candour = 0.25, 0.75
    other = swapped(world)
    assert drafted(world, weight / 128) == drafted(other, 1 - weight / 128)
