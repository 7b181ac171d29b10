"""A day at the table: who offers what to whom, when a text is tabled, and when it is over."""

import numpy as np
import pytest
from conftest import vary
from sim.negotiation.delegation import NO_PACKAGE, Delegation, Reckoning
from sim.negotiation.menus import menu
from sim.negotiation.utility import Table, Tables

from sim.config import Protocol, ProtocolKind
from sim.model import CeasefireModel
from sim.negotiation.agenda import packages
from sim.negotiation.protocols import WEIGHT_STEPS, Meeting, Relay, drafts
from sim.negotiation.tactics import Hardliner, TimeDependent, View

# Two sides share a cake in eleven slices: package k gives k/10 to side 0 and the rest to side 1.
SLICES = np.arange(11) / 10.0


def linear(beta=1.0):
    return TimeDependent("polynomial", beta, 0.0)


def protocol(**changes):
    plain = {
        "kind": "alternating_offers", "sessions_per_day": 2, "exchanges_per_session": 3,
        "exchanges_per_round": 20, "first_mover": "pakistan", "text_step": 0.15,
        "relay_noise": 0.1, "face_saving": 0, "draft_lean": 0.25,
    }  # fmt: skip
    return Protocol(**(plain | changes))


def side(number, size, reservations, opening=None):
    values = (SLICES, 1 - SLICES)
    best = int(np.argmax(values[number])) if opening is None else opening
    none = np.zeros((0, 11))
    own, other = Table(values[number], np.zeros(11), none, best), values[1 - number]
    low = reservations[1 - number]
    known = Reckoning(
        other[None], low, np.array([1.0 - reservations[number]]), other[None, None],
        np.arange(11)[:, None],
    )  # fmt: skip
    return Delegation(
        Tables.of([own]), (menu(own, other, 0.0),), known, np.zeros(size, dtype=np.int64),
        np.full(size, 0.5), np.zeros((size, 0)), np.full(size, reservations[number]),
    )  # fmt: skip


def meeting(
    reservations=(0.3, 0.3), rules=None, mediated=False, limit=6, held=0, size=1, text=None
):
    rules = rules or (linear(), linear())
    sides = tuple(side(k, size, reservations) for k in range(2))
    relay = Relay(np.full(size, True), np.zeros(size), lambda purpose, at: np.full(len(at), 0.5))
    if text is None:
        text = drafts(np.stack([SLICES, 1 - SLICES], axis=1), reservations)
    return Meeting(
        sides, rules, (text,), np.full(size, mediated), relay,
        np.broadcast_to(held, size).astype(np.int64), np.full(size, limit), np.zeros(size),
        np.full((size, 2, 100), NO_PACKAGE), np.zeros((size, 2), dtype=np.int64),
    )  # fmt: skip


def last_offers(table):
    """Last offer of both sides in every row, -1 for none, shape (n, 2)."""
    rows = np.arange(len(table.exchange))
    return np.column_stack([one.last(rows, "own") for one in table.sides])


def offers_of_a_day(table, rule, steps=6):
    """Last offers of both sides after each exchange of a day."""
    seen = []
    one = protocol(sessions_per_day=1, exchanges_per_session=1, first_mover=rule.first_mover.value)
    for _ in range(steps):
        table.hold(one)
        seen.append(tuple(last_offers(table)[0].tolist()))
    return seen


# Alternating offers


def test_sides_open_with_their_public_positions_in_turn():
    assert offers_of_a_day(meeting(), protocol(), 2) == [(10, NO_PACKAGE), (10, 0)]


def test_the_first_mover_may_be_either_side():
    rule = protocol(first_mover="afghan_taliban")
    assert offers_of_a_day(meeting(), rule, 2) == [(NO_PACKAGE, 0), (10, 0)]


def test_linear_concessions_meet_between_the_reservations():
    """Aspirations fall from 1 to .3: at exchange 3 of 6 side 0 asks .65 and offers .7."""
    assert offers_of_a_day(meeting(), protocol(), 3)[2] == (7, 0)


def test_an_offer_that_reaches_the_aspiration_is_accepted():
    table = meeting()
    table.hold(protocol())
    assert table.agreed.tolist() == [5]  # at exchange 5 of 6 both ask for .3 + .7 / 6
    assert table.exchange.tolist() == [5]


def test_nothing_is_agreed_where_no_package_is_good_enough_for_both():
    table = meeting(reservations=(0.6, 0.6))
    table.hold(protocol())
    assert table.agreed.tolist() == [NO_PACKAGE]
    assert table.exchange.tolist() == [6]


def test_a_hardliner_against_a_conceder_keeps_its_share_of_the_zone():
    table = meeting(rules=(Hardliner(0.8), linear(beta=3)))
    table.hold(protocol())
    assert SLICES[table.agreed[0]] >= 0.3 + 0.8 * 0.7 - 1e-12


def test_two_hardliners_do_not_agree():
    table = meeting(rules=(Hardliner(0.8), Hardliner(0.8)))
    table.hold(protocol())
    assert table.agreed.tolist() == [NO_PACKAGE]


def test_the_last_exchange_of_a_round_may_fall_inside_a_session():
    table = meeting(reservations=(0.6, 0.6), limit=20, held=18)
    table.hold(protocol())
    assert table.exchange.tolist() == [20]


# Texts of the mediators


def test_a_bridging_text_is_tabled_at_the_end_of_each_session():
    table = meeting(rules=(Hardliner(0.2),) * 2, mediated=True)
    table.hold(protocol())
    assert table.agreed.tolist() == [5]
    assert table.exchange.tolist() == [3]


def test_nobody_tables_a_text_where_nobody_mediates():
    table = meeting(rules=(Hardliner(0.2),) * 2, limit=2)
    table.hold(protocol())
    assert table.exchange.tolist() == [2]
    assert table.agreed.tolist() == [NO_PACKAGE]


@pytest.mark.parametrize("kind", list(ProtocolKind))
@pytest.mark.parametrize("limit", [19, 20, 21])
def test_a_future_bargains_as_if_it_were_alone(kind, limit):
    """Rows that are at different exchanges do not touch one another."""
    held = np.array([18, 12, 0, 17, limit - 1])
    rules = (Hardliner(0.9), Hardliner(0.3))
    text = np.repeat(np.arange(11), 10)[: WEIGHT_STEPS + 1]
    text = np.append(text, np.full(WEIGHT_STEPS + 1 - len(text), 10))

    def fields(table):
        return np.column_stack(
            [
                table.exchange,
                table.lean,
                table.spoken,
                last_offers(table),
                table.agreed.astype(float),
            ]
        )

    shared = {"reservations": (0.1, 0.1), "rules": rules, "mediated": True, "limit": limit}
    together = meeting(held=held, size=len(held), text=text, **shared)
    together.hold(protocol(kind=kind.value))
    for row, exchange in enumerate(held):
        alone = meeting(held=exchange, text=text, **shared)
        alone.hold(protocol(kind=kind.value))
        assert fields(alone)[0].tolist() == fields(together)[row].tolist()


def test_a_single_text_moves_towards_the_side_that_refuses():
    rules = (Hardliner(0.7), Hardliner(0.1))
    table = meeting(rules=rules, mediated=True)
    table.hold(protocol(kind="single_text", sessions_per_day=1, exchanges_per_session=1))
    assert table.agreed.tolist() == [NO_PACKAGE]
    assert table.lean.tolist() == [0.15]


def test_a_text_refused_by_both_moves_half_a_step_to_the_one_further_from_agreeing():
    rules = (Hardliner(0.7), Hardliner(0.9))
    table = meeting(rules=rules, mediated=True)
    table.hold(protocol(kind="single_text", sessions_per_day=1, exchanges_per_session=1))
    assert table.lean.tolist() == [-0.15 / 2]


def test_single_text_agrees_only_on_what_both_accept():
    table = meeting(mediated=True, limit=20)
    table.hold(protocol(kind="single_text", exchanges_per_session=10))
    agreed = int(table.agreed[0])
    row = np.array([0])
    for one, rule in zip(table.sides, table.tactics, strict=True):
        asked = rule.aspiration(View(one, row, table.exchange, table.limit, "anybody"))
        assert one.utility(row, np.array([agreed])) >= asked


def test_the_draft_at_equal_weights_is_the_nash_product_of_a_cake():
    text = drafts(np.stack([SLICES, 1 - SLICES], axis=1), (0.0, 0.0))
    assert text[WEIGHT_STEPS // 2] == 5
    assert (np.diff(text) >= 0).all()


def test_drafts_mirror_when_the_sides_are_swapped():
    """Weight w on one side is weight 1 - w on the other."""
    rng = np.random.default_rng(4)
    utilities = rng.random((500, 2))
    one = drafts(utilities, (0.3, 0.2))
    swapped = drafts(utilities[:, ::-1], (0.2, 0.3))
    assert one.tolist() == swapped[::-1].tolist()


# In the model


def test_a_round_never_holds_more_exchanges_than_its_limit():
    scenario = vary({"protocol.exchanges_per_round": 7, "switches.attacks": False})
    model = CeasefireModel(scenario, 200, 1)
    for _ in range(20):
        model.step()
        assert (model.talks.exchange <= np.maximum(model.talks.limit, 0)).all()
        assert model.talks.limit.max() <= 7


def test_packages_are_numbered_from_the_status_quo():
    agenda = vary({}).agenda
    listed = packages(agenda)
    assert listed.describe(0) == {name: issue.options[0] for name, issue in agenda.issues.items()}
    assert all(listed.index(listed.describe(k)) == k for k in range(0, len(listed), 37))
