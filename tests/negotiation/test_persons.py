"""At the table a side's agent decides, or the person who holds its seat."""

import pytest

from sim.config import tactics
from sim.negotiation import persons
from sim.parameters import NONE
from sim.state import ANSWER, DRAFT, OFFER, TEXT, Waiting

from .sitting import cake

MEDIATORS = 2
HOLD = -1


@pytest.fixture
def sitting():
    """Hardliners who ask for .8 of the cake's zone from .3 up: .3 + .8 * .7 = .86."""
    sitting = cake(0.3, 0.3)
    for side in range(2):
        sitting.uses(side, tactics.Hardliner, floor=0.8)
    return sitting.said(0, 10).said(1, 0)


def answering(sitting, side, *answers):
    """A person holds a side's seat and has given these answers."""
    sitting.future.seats = 1 << side
    sitting.future.answered = len(answers)
    sitting.future.answers[: len(answers)] = answers
    return sitting


def asked(sitting):
    """Seat, kind and agent's choice of the question that waits."""
    question = sitting.future.question
    return question.seat, question.kind, question.agent


@pytest.mark.parametrize(
    ("seats", "held"), [(0b001, [1, 0]), (0b010, [0, 1]), (0b011, [1, 1]), (0b100, [0, 0])]
)
def test_each_bit_is_a_seat(sitting, seats, held):
    sitting.future.seats = seats
    assert [bool(persons.seated(sitting.future, side)) for side in range(2)] == held


# Offers


def test_an_agent_offers_by_its_tactic(sitting):
    assert persons.offers(*sitting.at_table, 0) == 9


def test_a_person_offers_what_it_answers(sitting):
    assert persons.offers(*answering(sitting, 1, 4).at_table, 1) == 4


def test_a_person_may_hold_to_its_last_offer(sitting):
    assert persons.offers(*answering(sitting.said(1, 0, 2), 1, HOLD).at_table, 1) == 2


def test_a_person_who_has_not_answered_is_waited_for(sitting):
    with pytest.raises(Waiting):
        persons.offers(*answering(sitting, 1).at_table, 1)
    assert asked(sitting) == (1, OFFER, 1)


# What a side is on record for


def test_an_agent_is_on_record_for_its_aspiration(sitting):
    assert persons.asks(*sitting.at_table, 1) == pytest.approx(0.86)


def test_each_agent_is_on_record_for_its_own_aspiration(sitting):
    sitting.uses(1, tactics.Hardliner, floor=0.5)
    assert [persons.asks(*sitting.at_table, side) for side in range(2)] == pytest.approx(
        [0.86, 0.65]
    )


def test_a_person_is_on_record_for_its_last_offer(sitting):
    assert persons.asks(*answering(sitting.said(1, 0, 4), 1).at_table, 1) == pytest.approx(0.6)


def test_a_person_who_has_offered_nothing_is_on_record_for_its_ideal(sitting):
    assert persons.asks(*answering(sitting.said(1), 1).at_table, 1) == pytest.approx(1.0)


# Answers to an offer


@pytest.mark.parametrize(("package", "accepted"), [(9, True), (8, False)])
def test_an_agent_accepts_what_reaches_its_aspiration(sitting, package, accepted):
    assert bool(persons.accepts(*sitting.at_table, 0, package)) is accepted


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_decides_whatever_its_agent_would(sitting, answer):
    assert bool(persons.accepts(*answering(sitting, 0, answer).at_table, 0, 5)) is answer


@pytest.mark.parametrize(("package", "agent", "worth"), [(9, 1, 0.9), (5, 0, 0.5)])
def test_who_is_asked_is_told_what_the_offer_is_worth(sitting, package, agent, worth):
    with pytest.raises(Waiting):
        persons.accepts(*answering(sitting, 0).at_table, 0, package)
    question = sitting.future.question
    assert asked(sitting) == (0, ANSWER, agent)
    assert (question.package, question.worth) == (package, pytest.approx(worth))


def test_an_agent_leaves_no_question(sitting):
    persons.accepts(*sitting.at_table, 0, 5)
    assert (sitting.future.question.package, sitting.future.question.worth) == (0, 0)


# Offers that mediators carry


@pytest.mark.parametrize(("misheard", "taken"), [(0.0, False), (0.07, True), (-0.1, False)])
def test_an_agent_takes_up_what_it_hears(sitting, misheard, taken):
    assert bool(persons.takes_up(*sitting.at_table, 0, 8, misheard)) is taken


def test_a_person_reads_what_is_carried_and_decides(sitting):
    answering(sitting, 0, True)
    assert persons.takes_up(*sitting.at_table, 0, 8, -0.5)
    assert sitting.future.question.worth == pytest.approx(0.8)


# Answers to a text


def test_what_a_text_lacks_for_an_agent_is_its_tactics(sitting):
    sitting.p.protocol.face_saving = 0.0
    assert persons.lacks(*sitting.at_table, 0, 5) == pytest.approx(0.86 - 0.5)


def test_a_text_that_a_person_accepts_lacks_nothing(sitting):
    assert persons.lacks(*answering(sitting, 0, True).at_table, 0, 5) == 0.0


def test_a_text_that_its_agent_would_refuse_too_lacks_what_the_agent_says(sitting):
    sitting.p.protocol.face_saving = 0.0
    assert persons.lacks(*answering(sitting, 0, False).at_table, 0, 5) == pytest.approx(0.36)


def test_a_text_that_only_the_person_refuses_lacks_what_the_own_offer_is_worth_more(sitting):
    answering(sitting.said(0, 10), 0, False)
    assert persons.lacks(*sitting.at_table, 0, 9) == pytest.approx(0.1)


def test_a_text_better_than_the_own_offer_still_lacks_something_for_who_refuses(sitting):
    answering(sitting.said(0, 8), 0, False)
    assert persons.lacks(*sitting.at_table, 0, 9) == 1e-6


def test_a_text_that_lacks_exactly_nothing_for_the_agent_lacks_something_for_who_refuses(sitting):
    sitting.p.protocol.face_saving = 1.0  # to mediators the agent concedes down to its least
    sitting.own(0).least = 0.5
    assert persons.lacks(*answering(sitting, 0, False).at_table, 0, 5) == pytest.approx(0.5)


@pytest.mark.parametrize(("text", "agent"), [(5, 0), (9, 1)])
def test_who_is_asked_of_a_text_is_told_what_it_is_worth(sitting, text, agent):
    sitting.p.protocol.face_saving = 0.0
    with pytest.raises(Waiting):
        persons.lacks(*answering(sitting, 0).at_table, 0, text)
    assert asked(sitting) == (0, TEXT, agent)
    assert sitting.future.question.worth == pytest.approx(text / 10)


def test_an_agent_accepts_a_text_that_lacks_exactly_nothing(sitting):
    sitting.p.protocol.face_saving = 1.0  # to mediators it concedes down to its least
    sitting.own(0).least = 0.5
    with pytest.raises(Waiting):
        persons.lacks(*answering(sitting, 0).at_table, 0, 5)
    assert asked(sitting) == (0, TEXT, 1)


def test_mediators_who_are_agents_table_the_draft(sitting):
    assert persons.tables_text(sitting.future, 7) == 7


def test_mediators_who_are_agents_table_nothing_where_they_know_of_nothing(sitting):
    assert persons.tables_text(sitting.future, NONE) == NONE


def test_a_person_in_the_mediators_seat_tables_another(sitting):
    assert persons.tables_text(answering(sitting, MEDIATORS, 3).future, 7) == 3


def test_a_mediator_who_has_not_answered_is_waited_for(sitting):
    with pytest.raises(Waiting):
        persons.tables_text(answering(sitting, MEDIATORS).future, 7)
    assert asked(sitting) == (MEDIATORS, DRAFT, 7)
