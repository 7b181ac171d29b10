"""A day at the table: who offers what to whom, when a text is tabled, and when it is over.

Two sides share a cake in eleven slices: package k gives k/10 to side 0 and the rest to side 1.
"""

import numpy as np
import pytest
from by_hand import choose, noted
from conftest import vary
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.chance import chance
from sim.config import ProtocolKind, tactics
from sim.model import CeasefireModel
from sim.negotiation.protocols import (
    RELAY,
    alternate,
    bargain,
    concede_together,
    no_worse,
    note_move,
    proposer,
    satisfied,
    say,
    settle,
    shuttle,
    steps_to_first,
    table_text,
)
from sim.negotiation.tactics import aspiration
from sim.parameters import NONE, code
from sim.state import Waiting

from .sitting import cake, worlds

CURVE = {"form": 0, "beta": 1.0, "kappa": 0.0}
MEDIATORS = 2


@pytest.fixture
def sitting():
    """Linear sides who have .3 without a deal, before the first of six exchanges."""
    return meeting()


def meeting(reservations=(0.3, 0.3), limit=6, held=0, mediated=False, floors=None, **rules):
    """A cake under a protocol; hardliners with these floors, or linear sides."""
    sitting = cake(*reservations).at(held, limit)
    for side in range(2):
        if floors is None:
            sitting.uses(side, tactics.TimeDependent, **CURVE)
        else:
            sitting.uses(side, tactics.Hardliner, floor=floors[side])
    plain = {
        "kind": "alternating_offers", "sessions_per_day": 2, "exchanges_per_session": 3,
        "first_mover": 0, "text_step": 0.15, "face_saving": 0.0,
    }  # fmt: skip
    for name, number in (plain | rules).items():
        sitting.p.protocol[name] = code(ProtocolKind(number)) if name == "kind" else number
    talks = sitting.future.talks
    talks.mediated, talks.lean, talks.carried, talks.noise = mediated, 0.0, True, 0.0
    sitting.future.seats, sitting.future.watched = 0, False
    return sitting


def held(sitting):
    """What a day of bargaining agrees on."""
    return bargain(*sitting.at_table, sitting.desk.log)


def step(sitting, rule):
    """The next exchange, under a rule."""
    sitting.future.talks.exchange += 1
    return rule(*sitting.at_table, sitting.desk.log)


def said(sitting):
    """What both sides have offered in this round."""
    talks = sitting.future.talks
    return [talks.offers[side, : talks.spoken[side]].tolist() for side in range(2)]


# What is said, and what is settled


def test_an_offer_is_on_the_record_and_the_other_side_learns_from_it(sitting):
    for offer in (0, 1):
        say(*sitting.at_table, sitting.desk.log, 1, offer)
    assert said(sitting) == [[], [0, 1]]
    assert (sitting.own(0).heard, sitting.own(0).previous) == (2, 1)
    assert sitting.own(1).heard == 0


def after_offers(sitting, side, *offers, grievances=()):
    """What trust the hearer loses with each offer; before each the speaker has this grievance."""
    sitting.p.derived.evidence.taken_back = -0.5
    hearer, costs = sitting.own(1 - side), []
    hearer.learnt = sitting.own(side).learnt = 0.0
    for k, offer in enumerate(offers):
        if grievances:
            sitting.own(side).grievance[:] = 0.0
            sitting.own(side).grievance[k % 5] = grievances[k]
        before = float(hearer.learnt)
        say(*sitting.at_table, sitting.desk.log, side, offer)
        costs.append(float(hearer.learnt) - before)
    assert sitting.own(side).learnt == 0.0
    return costs


@pytest.mark.parametrize(
    ("side", "offers", "costs"),
    [
        (0, [9, 7, 8, 8, 7], [0, 0, -0.5, 0, 0]),
        (1, [1, 3, 2, 2, 3], [0, 0, -0.5, 0, 0]),
        (1, [1, 0], [0, -0.5]),
    ],
)
def test_who_takes_back_what_it_has_offered_loses_trust(sitting, side, offers, costs):
    assert after_offers(sitting, side, *offers) == costs
    assert sitting.future.tally.taken_back == sum(cost != 0 for cost in costs)


@pytest.mark.parametrize(
    ("grievances", "costs"),
    [
        ([0, 0.5, 0], [0, 0, -0.5]),  # a grievance since the offer before last is none since
        ([0, 0, 0.5], [0, 0, 0]),
        ([0.5, 0.5, 0.5], [0, 0, -0.5]),  # an old one is no new reason
        ([0.5, 0.5, 0.4], [0, 0, -0.5]),
        ([0.5, 0.5, 0.6], [0, 0, 0]),
    ],
)
def test_who_has_been_given_a_reason_since_takes_back_for_nothing(sitting, grievances, costs):
    assert after_offers(sitting, 0, 9, 7, 8, grievances=grievances) == costs


def test_what_is_taken_back_is_told(sitting):
    sitting.future.watched, sitting.desk.log.count = True, 0
    after_offers(sitting, 1, 3, 2)
    assert noted(sitting.desk.log) == [("taken_back", 1, 0, 0, 0, 0, 0)]


@pytest.mark.parametrize(("offer", "cost"), [(5, 0.0), (6, -0.5), (4, -0.5)])
def test_who_reopens_what_is_settled_loses_trust_even_by_giving_more(sitting, offer, cost):
    """Five slices are settled. A first offer takes nothing back."""
    assert after_offers(sitting.settled(5), 0, offer) == [cost]


@pytest.mark.parametrize(
    ("package", "accepted", "settled"),
    [(5, True, 5), (5, False, NONE), (3, True, 3), (2, True, NONE), (7, True, 7), (8, True, NONE)],
)
def test_nobody_is_held_to_what_is_worse_for_it_than_no_deal(sitting, package, accepted, settled):
    assert settle(sitting.future, sitting.t, package, accepted) == settled


@pytest.mark.parametrize(
    ("first_mover", "exchange", "side"), [(0, 1, 0), (0, 2, 1), (1, 1, 1), (1, 2, 0), (1, 3, 1)]
)
def test_sides_take_turns_from_the_first_mover_on(first_mover, exchange, side):
    sitting = meeting(first_mover=first_mover, held=exchange)
    assert proposer(sitting.future, sitting.p) == side


# Alternating offers


def test_sides_open_with_their_public_positions_in_turn(sitting):
    assert step(sitting, alternate) == NONE
    assert said(sitting) == [[10], []]
    assert step(sitting, alternate) == NONE
    assert said(sitting) == [[10], [0]]


def test_the_first_mover_may_be_either_side():
    sitting = meeting(first_mover=1)
    step(sitting, alternate)
    assert said(sitting) == [[], [0]]


def test_linear_concessions_meet_between_the_reservations(sitting):
    """Aspirations fall from 1 to .3: at exchange 3 of 6 side 0 asks .65 and offers .7."""
    for _ in range(3):
        step(sitting, alternate)
    assert said(sitting) == [[10, 7], [0]]


def test_an_offer_that_reaches_the_aspiration_is_accepted(sitting):
    assert held(sitting) == 5  # at exchange 5 of 6 both ask for .3 + .7 / 6
    assert sitting.future.talks.exchange == 5


def test_what_is_accepted_but_worse_than_no_deal_for_who_offers_it_is_not_agreed():
    """Side 0's public position is all that it ever offers, and worth less to it than no deal."""
    sitting = meeting(reservations=(0.3, 0.0), floors=(1.0, 0.0))
    sitting.own(0).opening = 2
    assert step(sitting, alternate) == NONE


def test_nothing_is_agreed_where_no_package_is_good_enough_for_both():
    sitting = meeting(reservations=(0.6, 0.6))
    assert held(sitting) == NONE
    assert sitting.future.talks.exchange == 6


def test_a_hardliner_against_a_conceder_keeps_its_share_of_the_zone():
    """Half of the zone above .3 is .65: it asks for seven slices, and the other is left .3."""
    sitting = meeting().uses(0, tactics.Hardliner, floor=0.5)
    sitting.uses(1, tactics.TimeDependent, **CURVE | {"beta": 3.0})
    assert held(sitting) == 7


def test_two_hardliners_do_not_agree():
    assert held(meeting(floors=(0.8, 0.8))) == NONE


# Both at once


def test_both_offer_at_once(sitting):
    step(sitting, concede_together)
    assert said(sitting) == [[10], [0]]


@pytest.mark.parametrize(
    ("before", "offer", "made"), [((), 7, 7), ((6,), 5, 5), ((6,), 6, 6), ((6,), 7, 6)]
)
def test_an_offer_may_not_be_worse_for_the_other_than_the_one_before(sitting, before, offer, made):
    sitting.said(0, *before)
    assert no_worse(sitting.future, sitting.t, 0, offer) == made


def test_whose_offer_is_no_worse_is_as_reckoned_by_the_other():
    sitting = meeting().said(1, 4)
    assert [no_worse(sitting.future, sitting.t, 1, offer) for offer in (3, 5)] == [4, 5]


@pytest.mark.parametrize(
    ("least", "mine", "theirs", "so"),
    [(0.3, 5, 5, True), (0.3, 5, 6, True), (0.3, 5, 4, False), (0.6, 4, 5, False)],
)
def test_a_side_is_satisfied_by_what_is_as_good_as_its_own_offer_and_what_it_settles_for(
    sitting, least, mine, theirs, so
):
    sitting.own(0).least = least
    assert bool(satisfied(sitting.future, sitting.t, 0, mine, theirs)) is so


def scripts(first, second, first_mover=0, reservations=(0.3, 0.3)):
    """What both agree on who offer these packages at once."""
    sitting = meeting(reservations, first_mover=first_mover)
    for side, package in enumerate((first, second)):
        sitting.uses(side, tactics.Scripted).p.parties[side].tactic.offers[0] = package
        sitting.p.derived.parties[side].offers = 1
    return step(sitting, concede_together)


@pytest.mark.parametrize(
    ("first", "second", "first_mover", "agreed"),
    [
        (6, 5, 0, NONE),  # both ask for more than they are offered
        (5, 5, 0, 5),
        (4, 6, 0, 4),  # both are satisfied: the first mover's offer is taken
        (4, 6, 1, 6),
    ],
)
def test_it_is_agreed_when_ones_offer_is_as_good_as_the_others_own(
    first, second, first_mover, agreed
):
    assert scripts(first, second, first_mover) == agreed


@pytest.mark.parametrize("first_mover", [0, 1])
@pytest.mark.parametrize(
    ("first", "second", "agreed"),
    [
        (2, 4, 4),  # the first's offer is worse for itself than no deal
        (6, 8, 6),  # the second's is worse for itself
    ],
)
def test_the_other_offer_is_taken_where_one_cannot_be(first, second, first_mover, agreed):
    assert scripts(first, second, first_mover) == agreed


# Shuttles


def carried(noise=0.0, heard=(0.0, 1.0), relays=True, floor=0.6):
    """What comes of the first offer, 5, of side 0; side 1 asks for so much of the whole."""
    sitting = meeting(kind="shuttle", reservations=(0.0, 0.0), floors=(0.0, floor))
    sitting.own(0).opening = 5
    sitting.future.talks.noise, sitting.future.talks.carried = noise, relays
    choose(sitting.future, {RELAY[1]: heard})
    return step(sitting, shuttle), sitting


@pytest.mark.parametrize(
    ("noise", "heard", "agreed"),
    [
        (0.0, (0.99, 1.0), NONE),  # .5 is not .6
        (0.2, (0.99, 1.0), 5),  # heard as at least .5 + .2 * .98
        (0.2, (0.0, 0.01), NONE),
        (0.11, (0.94, 0.95), NONE),  # .5 + .11 * .9 at most
        (0.115, (0.94, 0.95), 5),  # .5 + .115 * .88 at least
    ],
)
def test_an_offer_that_mediators_carry_is_heard_with_noise(noise, heard, agreed):
    assert carried(noise, heard)[0] == agreed


def test_noise_may_make_an_offer_sound_worse():
    assert carried(0.2, (0.0, 0.01), floor=0.5)[0] == NONE
    assert carried(0.0, (0.0, 0.01), floor=0.5)[0] == 5


def test_where_nobody_relays_nothing_is_said():
    agreed, sitting = carried(relays=False, floor=0.0)
    assert agreed == NONE
    assert said(sitting) == [[], []]


def test_a_carried_offer_is_on_the_record():
    assert said(carried()[1]) == [[5], []]


def test_what_is_carried_is_said_in_turns(sitting):
    for _ in range(2):
        step(sitting, shuttle)
    assert said(sitting) == [[10], [0]]


def test_no_two_exchanges_share_their_noise():
    assert len(np.unique(RELAY)) == len(RELAY)


# Texts of the mediators


@pytest.mark.parametrize(
    ("first", "second", "steps"),
    [
        (0.2, 0.0, 1.0),
        (0.0, 0.2, -1.0),
        (0.3, 0.2, 0.5),
        (0.2, 0.3, -0.5),
        (0.2, 0.2, 0.0),
        (0.0, -0.1, 0.0),
        (-0.1, 0.1, -1.0),
        (0.1, -0.1, 1.0),
    ],
)
def test_the_next_text_leans_to_who_refuses_or_half_a_step_to_who_lacks_more(first, second, steps):
    assert steps_to_first(first, second) == steps


@pytest.mark.parametrize(
    ("floors", "lean"),
    [((0.7, 0.1), 0.15), ((0.1, 0.7), -0.15), ((0.7, 0.9), -0.075), ((0.9, 0.7), 0.075)],
)
def test_a_text_that_is_refused_moves_by_a_step(floors, lean):
    sitting = meeting(mediated=True, floors=floors)
    assert step(sitting, table_text) == NONE
    assert sitting.future.talks.lean == pytest.approx(lean)


@pytest.mark.parametrize(("floors", "most"), [((1.0, 0.0), 0.5), ((0.0, 1.0), -0.5)])
def test_no_text_leans_further_than_to_one_side_alone(floors, most):
    sitting = meeting((0.0, 0.0), mediated=True, floors=floors, text_step=0.2)
    sitting.future.talks.lean = 0.9 * most
    for side in range(2):
        sitting.own(side).ideal = 1.5  # so that nothing on the table is enough
    step(sitting, table_text)
    assert sitting.future.talks.lean == most


@pytest.mark.parametrize(("lean", "text"), [(0.0, 5), (0.2, 7), (-0.2, 3), (0.304, 8)])
def test_the_text_is_the_draft_of_its_weights(lean, text):
    """The cake is divided by weights: .5 + lean on the first side."""
    sitting = meeting((0.0, 0.0), mediated=True, floors=(0.0, 0.0))
    sitting.future.talks.lean = lean
    assert step(sitting, table_text) == text
    assert sitting.future.talks.lean == pytest.approx(lean)


def test_a_text_both_can_live_with_is_agreed():
    assert step(meeting(mediated=True, floors=(0.2, 0.2)), table_text) == 5


@pytest.mark.parametrize("floors", [(0.4, 0.2), (0.2, 0.4)])
def test_a_text_that_one_refuses_is_not(floors):
    assert step(meeting(mediated=True, floors=floors), table_text) == NONE


def test_nobody_tables_a_text_where_nobody_mediates():
    sitting = meeting(floors=(0.2, 0.2))
    assert step(sitting, table_text) == NONE
    assert sitting.future.talks.lean == 0.0


def test_a_text_is_tabled_only_where_mediators_know_of_one_that_both_could_live_with():
    """Privately both have .6 without a deal, which only mediators who are told it know."""
    for knowledge, moves in ((0.0, 1), (1.0, 0)):
        sitting = meeting((0.0, 0.0), mediated=True, floors=(0.0, 0.0))
        sitting.future.talks.knowledge, sitting.p.parties["candour"] = knowledge, 1.0
        for side in range(2):
            sitting.own(side).least = 0.6
        sitting.future.watched, sitting.desk.log.count = True, 0
        assert step(sitting, table_text) == NONE
        assert sitting.desk.log.count == moves


def test_a_person_who_mediates_is_asked_even_where_the_agent_would_table_nothing():
    sitting = meeting((0.6, 0.6), mediated=True)
    sitting.future.seats = 1 << MEDIATORS
    with pytest.raises(Waiting):
        step(sitting, table_text)
    assert sitting.future.question.agent == 0


def test_the_mediators_may_be_a_person():
    sitting = meeting(mediated=True)
    sitting.future.seats = 1 << MEDIATORS
    with pytest.raises(Waiting):
        step(sitting, table_text)
    assert sitting.future.question.agent == 5


def test_single_text_agrees_only_on_what_both_accept():
    sitting = meeting(
        kind="single_text", mediated=True, limit=20, exchanges_per_session=10
    )  # fmt: skip
    agreed = held(sitting)
    asked = [aspiration(*sitting.at_table, side) for side in range(2)]
    assert agreed / 10 >= asked[0]
    assert 1 - agreed / 10 >= asked[1]


# A day


def test_a_day_has_its_sessions_and_a_session_its_exchanges():
    sitting = meeting(floors=(0.8, 0.8), limit=20, sessions_per_day=2, exchanges_per_session=4)
    held(sitting)
    assert sitting.future.talks.exchange == 8


@pytest.mark.parametrize("exchange", [18, 20])
def test_the_last_exchange_of_a_round_may_fall_inside_a_session(exchange):
    sitting = meeting(reservations=(0.6, 0.6), limit=20, held=exchange)
    held(sitting)
    assert sitting.future.talks.exchange == 20


def test_a_bridging_text_is_tabled_at_the_end_of_each_session():
    sitting = meeting(floors=(0.2, 0.2), mediated=True)
    assert held(sitting) == 5
    assert sitting.future.talks.exchange == 3


def test_a_session_that_does_not_begin_tables_no_text():
    sitting = meeting(floors=(0.2, 0.2), mediated=True, limit=3, held=3)
    assert held(sitting) == NONE


def test_no_text_follows_an_agreement(sitting):
    """Agreed at the fifth exchange; the text after the third was refused and moved nothing else."""
    sitting.future.talks.mediated = True
    assert held(sitting) == 5
    assert sitting.future.talks.exchange == 5
    assert sitting.future.talks.lean == 0.0


def test_a_single_text_is_tabled_at_every_exchange_and_at_no_other_time():
    """Refused by the first side six times: its weight has risen by six steps."""
    sitting = meeting(kind="single_text", floors=(1.0, 0.0), mediated=True, text_step=0.03)
    sitting.own(0).ideal = 1.5
    assert held(sitting) == NONE
    assert sitting.future.talks.exchange == 6
    assert sitting.future.talks.lean == pytest.approx(0.18)
    assert said(sitting) == [[], []]


@pytest.mark.parametrize(
    ("kind", "offers"),
    [
        ("alternating_offers", [[10], []]),
        ("monotonic_concession", [[10], [0]]),
        ("single_text", [[], []]),
        ("shuttle", [[10], []]),
    ],
)
def test_each_protocol_has_its_exchange(kind, offers):
    sitting = meeting(kind=kind, sessions_per_day=1, exchanges_per_session=1, floors=(0.9, 0.9))
    held(sitting)
    assert said(sitting) == offers


def test_a_shuttle_is_heard_with_noise_and_alternating_offers_are_not():
    agreed = []
    for kind in ("shuttle", "alternating_offers"):
        sitting = meeting((0.0, 0.0), kind=kind, floors=(0.0, 0.6), exchanges_per_session=1,
                          sessions_per_day=1)  # fmt: skip
        sitting.own(0).opening, sitting.future.talks.noise = 5, 0.2
        choose(sitting.future, {RELAY[1]: (0.9, 1.0)})
        assert chance(sitting.future, RELAY[1]) > 0.9
        agreed.append(held(sitting))
    assert agreed == [5, NONE]


@given(worlds(), st.sampled_from(list(ProtocolKind)), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_whatever_is_agreed_is_no_worse_than_no_deal_for_anybody(world, kind, seed):
    rng = np.random.default_rng(seed)
    world.p.protocol.kind = code(kind)
    world.p.protocol.sessions_per_day, world.p.protocol.exchanges_per_session = 3, 3
    world.future.talks.mediated = world.future.talks.carried = True
    world.future.talks.noise = 0.3
    for side in range(2):
        world.uses(side, tactics.Hardliner, floor=rng.random() / 2)
    agreed = held(world.at(0))
    if agreed != NONE:
        for side in range(2):
            worth = (
                world.t.constant[side, agreed]
                + world.own(side).trust * (world.t.slope[side, agreed])
            )
            worth -= (world.own(side).lock_in * world.t.retreat[side, :, agreed]).sum()
            assert worth >= world.own(side).reservation - 1e-12


# What is noted


def moves(sitting, rule):
    """Speaker, package and whether it was agreed, of every move that is noted."""
    sitting.future.watched, sitting.desk.log.count = True, 0
    step(sitting, rule)
    return [(row[4], row[5]) for row in noted(sitting.desk.log)]


def test_a_move_is_noted_with_what_it_is_worth_and_what_is_asked_for():
    sitting = meeting(held=2).said(1, 2)
    sitting.future.watched, sitting.future.talks.held = True, 4
    note_move(*sitting.at_table, sitting.desk.log, 1, 2, True)
    (row,) = sitting.desk.log.rows[: sitting.desk.log.count]
    assert row["whole"][:6].tolist() == [4, 2, 6, 1, 2, 1]
    asked = 1 - 0.7 * 2 / 6
    assert row["real"][:4] == pytest.approx([0.2, 0.8, asked, asked])


def test_nothing_is_noted_of_a_future_that_nobody_watches(sitting):
    note_move(*sitting.at_table, sitting.desk.log, 1, 2, True)
    assert sitting.desk.log.count == 0


@pytest.mark.parametrize(
    ("rule", "speakers"),
    [
        (alternate, [(0, 10)]),
        (concede_together, [(0, 10), (1, 0)]),
        (table_text, [(MEDIATORS, 5)]),
        (shuttle, [(0, 10)]),
    ],
)
def test_every_move_is_noted_by_who_makes_it(rule, speakers):
    assert moves(meeting(mediated=True), rule) == speakers


@pytest.mark.parametrize(
    ("rule", "floors", "accepted"),
    [
        (alternate, (0.9, 0.9), [0]),
        (alternate, (0.9, 0.0), [0]),  # its position is worth less than no deal to the other
        (table_text, (0.2, 0.2), [1]),
        (table_text, (0.2, 0.9), [0]),
        (shuttle, (0.9, 0.9), [0]),
    ],
)
def test_a_move_is_noted_as_agreed_if_it_is(rule, floors, accepted):
    sitting = meeting(mediated=True, floors=floors)
    sitting.future.watched = True
    step(sitting, rule)
    rows = sitting.desk.log.rows[: sitting.desk.log.count]
    assert [row["whole"][5] for row in rows] == accepted


def test_offers_made_at_once_are_noted_as_accepted_by_who_is_satisfied():
    sitting = meeting()
    sitting.future.watched = True
    for side, package in enumerate((4, 4)):
        sitting.uses(side, tactics.Scripted).p.parties[side].tactic.offers[0] = package
        sitting.p.derived.parties[side].offers = 1
    sitting.own(0).least = 0.5
    step(sitting, concede_together)
    rows = sitting.desk.log.rows[: sitting.desk.log.count]
    assert [row["whole"][5] for row in rows] == [1, 0]


# In the model


def test_a_round_never_holds_more_exchanges_than_its_limit():
    scenario = vary({"protocol.exchanges_per_round": 7, "switches.attacks": False})
    model = CeasefireModel(scenario, 20, 1)
    for _ in range(20):
        model.step()
        talks = model.state["talks"]
        assert (talks["exchange"] <= np.maximum(talks["limit"], 0)).all()
        assert talks["limit"].max() <= 7
    assert talks["exchange"].max() > 0
