"""Step 1: what is scheduled happens on its day, and does what it says."""

import pytest
from by_hand import one_future, seat, trigger_of

from sim.config import events
from sim.parameters import EVENT_KINDS
from sim.rules.events import (
    bagram_statement,
    carry_out_custody,
    change_verifiers,
    hand_over_evidence,
    happen,
    injure,
    leadership_statement,
    pace,
    set_border,
    take_effect,
)
from sim.state import SHOCK

NOTHING_FORWARD = (0.0, -1, (False, False))
SIDES = pytest.mark.parametrize("side", [0, 1])


def scheduled(*happening, day=5):
    """A future on a day, whose events have these kinds and numbers."""
    future, p = one_future({"events": {}})
    future.day, p.count.events = day, len(happening)
    for k, (kind, numbers) in enumerate(happening):
        p.events[k].kind = EVENT_KINDS.index(kind)
        for name, value in numbers.items():
            p.events[k][name] = value
    p.derived.evidence.delivery, p.derived.evidence.statement = 1.5, 0.5
    p.conflict.grievance.shock, p.conflict.response.statement = 0.5, 2.0
    future.sides["learnt"] = 0.0
    future.monitors = future.closure = future.policy = 0.0
    return future, p


def after(*happening, **when):
    """A future after its events of today."""
    future, p = scheduled(*happening, **when)
    happen(future, p)
    return future


MONITORS = (events.MonitorsDeploy, {"day": 5, "strength": 0.75})


@pytest.mark.parametrize(("day", "strength"), [(4, 0.0), (5, 0.75), (6, 0.0)])
def test_an_event_happens_on_its_day(day, strength):
    assert after(MONITORS, day=day).monitors == strength


def test_every_event_of_the_day_happens():
    future = after((events.BorderCloses, {"day": 5, "share": 0.75}), MONITORS)
    assert (future.closure, future.monitors) == (0.75, 0.75)


def test_with_events_off_nothing_happens():
    future, p = scheduled(MONITORS)
    p.switches.events = False
    happen(future, p)
    assert future.monitors == 0.0


def test_an_attack_and_a_pause_change_nothing_in_this_step():
    for kind in (events.Attack, events.Pause):
        future = after((kind, {"day": 5, "share": 0.5, "strength": 0.5, "pressure": 3.0}))
        assert trigger_of(future) == NOTHING_FORWARD
        assert (future.monitors, future.closure) == (0.0, 0.0)
        assert future.mediators[0].present


# Pauses


def paused(*pauses, day=5):
    """Share that pauses (first day, last day, share) leave on a day."""
    kinds = [(events.Pause, {"day": a, "until": b, "share": share}) for a, b, share in pauses]
    return pace(*scheduled(*kinds, day=day))


@pytest.mark.parametrize(("day", "left"), [(4, 1.0), (5, 0.75), (8, 0.75), (9, 1.0)])
def test_a_pause_holds_from_its_first_to_its_last_day(day, left):
    assert paused((5, 8, 0.25), day=day) == left


def test_pauses_multiply():
    assert paused((1, 9, 0.25), (5, 5, 0.5)) == 0.375


def test_only_pauses_pause_and_only_where_events_are_on():
    other = (events.BorderOpens, {"day": 1, "until": 9, "share": 0.5})
    assert pace(*scheduled(other)) == 1.0
    future, p = scheduled((events.Pause, {"day": 1, "until": 9, "share": 0.5}))
    p.switches.events = False
    assert pace(future, p) == 1.0


# Shocks and statements


@SIDES
def test_a_shock_injures_one_side_and_is_a_grievance_by_its_weight(side):
    """1 + 0.5 * 3."""
    future, p = scheduled()
    future.sides[side].grievance[SHOCK] = 1.0
    injure(future, p, side, 3.0)
    assert trigger_of(future) == (3.0, SHOCK, (side == 0, side == 1))
    assert future.sides[side].grievance.tolist() == [0, 0, 0, 0, 2.5]
    assert not future.sides[1 - side].grievance.any()


def test_a_bagram_statement_injures_kabul_less_as_an_assurance_is_kept():
    """4 * (1 - 0.5 * 0.75)."""
    future, p = scheduled()
    future.deal.terms.assurance, future.deal.delivered[:] = 0.5, (0.75, 0.1)
    bagram_statement(future, p, 4.0)
    assert trigger_of(future) == (2.5, SHOCK, (False, True))


@SIDES
def test_hostile_words_cost_the_hearers_trust_injure_it_and_bind_the_speaker(side):
    """Trust moves by -0.5 * 0.5, the injury is 0.5 * 2, lock-in rises to 0.5 * 0.8."""
    future, p = scheduled()
    p.parties[side].lock_in, p.parties[1 - side].lock_in = 0.8, 0.1
    p.count.contested = 2
    future.sides[side].lock_in[:3] = 0.0, 0.7, 0.0
    leadership_statement(future, p, side, -0.5)
    assert future.sides["learnt"].tolist() == [0.0 if k == side else -0.25 for k in range(2)]
    assert trigger_of(future) == (1.0, SHOCK, (side == 1, side == 0))
    assert future.sides[side].lock_in.tolist() == [0.4, 0.7, 0.0, 0.0]
    assert not future.sides[1 - side].lock_in.any()


@pytest.mark.parametrize("tone", [0.0, 0.5])
def test_words_that_are_not_hostile_injure_and_bind_nobody(tone):
    future, p = scheduled()
    leadership_statement(future, p, 0, tone)
    assert future.sides["learnt"].tolist() == [0.0, 0.5 * tone]
    assert trigger_of(future) == NOTHING_FORWARD
    assert not future.sides["lock_in"].any()


# Deliveries outside any deal


@pytest.mark.parametrize(("held", "left"), [(0.2, 0.5), (0.9, 0.9)])
def test_evidence_handed_over_is_a_delivery_to_kabul_which_keeps_the_most_it_had(held, left):
    future, p = scheduled()
    future.sides["evidence"] = held
    hand_over_evidence(future, p, 0.5)
    assert future.sides["learnt"].tolist() == [0.0, 0.75]
    assert future.sides["evidence"].tolist() == [held, left]


def extradition(share=0.5):
    """An event by which a share of what option 1 of issue 2 means is carried out."""
    numbers = {"day": 5, "issue": 2, "option": 1, "share": share}
    future, p = scheduled((events.ExtraditionCarriedOut, numbers))
    effects = p.agenda.options[p.agenda.issues[2].first + 1].effects
    effects.suppression, effects.backlash, effects.cohesion = 0.8, 0.6, 0.4
    p.count.militants = 2
    p.militants["exposure"][:2] = 0.5, 1.0
    future.groups["suppression"], future.groups["backlash"] = 0.5, 1.0
    future.sides["cohesion"] = 0.5
    return future, p


def test_extradition_weakens_and_provokes_groups_costs_cohesion_and_is_seen_by_islamabad():
    """0.5 + 0.5 * 0.8 * 0.5 * 0.5 = 0.6; 0.5 + 0.4 * 0.5 = 0.7; 1 + 0.3; 0.5 * (1 - 0.2)."""
    future, p = extradition()
    carry_out_custody(future, p, p.events[0])
    assert future.groups["suppression"].tolist() == pytest.approx([0.6, 0.7] + [0.5] * 6)
    assert future.groups["backlash"].tolist() == pytest.approx([1.3, 1.3] + [1.0] * 6)
    assert future.sides["cohesion"].tolist() == pytest.approx([0.5, 0.4])
    assert future.sides["learnt"].tolist() == [0.75, 0.0]


# Who verifies


def test_who_verifies_changes_what_the_deal_in_force_is_worth():
    """Monitors of 0.75; the option verifies 0.25 alone and 0.75 with third parties: 0.625."""
    future, p = scheduled()
    seat(future, p)
    future.monitors, future.deal.package = 0.75, 0
    p.conflict.implementation.monitoring.capacity = 1.0
    for k in range(p.count.issues):
        p.agenda.issues[k].verifies = k == 0
    option = p.agenda.options[p.agenda.issues[0].first]
    option.verification_alone, option.verification = 0.25, 0.75
    change_verifiers(future, p)
    assert (future.verifiers, future.deal.terms.verified) == (0.75, 0.625)


# Each kind


def happened(kind, **numbers):
    """A future after one event of a kind."""
    future, p = scheduled((kind, numbers))
    seat(future, p, {"functions": ("verify",), "credibility": 0.5}, {"present": False})
    take_effect(future, p, p.events[0])
    return future


@pytest.mark.parametrize(
    ("kind", "closure"), [(events.BorderOpens, 0.25), (events.BorderCloses, 0.75)]
)
def test_the_crossings_move_and_stay(kind, closure):
    future = happened(kind, share=0.75)
    assert (future.closure, future.policy) == (closure, closure)


def test_the_crossings_can_be_set():
    future, _ = scheduled()
    set_border(future, 0.3)
    assert (future.closure, future.policy) == (0.3, 0.3)


def test_statements_injure_as_they_say():
    assert trigger_of(happened(events.BagramStatement, pressure=3.0)) == (
        3.0, SHOCK, (False, True),
    )  # fmt: skip
    hostile = happened(events.LeadershipStatement, party=1, tone=-1.0)
    assert trigger_of(hostile) == (2.0, SHOCK, (True, False))
    assert hostile.sides["learnt"].tolist() == [-0.5, 0.0]


def test_evidence_and_extradition_are_deliveries_to_the_other_side():
    assert happened(events.EvidenceHandedOver, share=1.0).sides["learnt"].tolist() == [0.0, 1.5]
    custody = happened(events.ExtraditionCarriedOut, share=1.0, issue=0, option=0)
    assert custody.sides["learnt"].tolist() == [1.5, 0.0]


def test_monitors_and_mediators_change_who_verifies():
    """1 - (1 - 0.75) * (1 - 0.5); without the mediator who verifies, nobody."""
    assert happened(events.MonitorsDeploy, strength=0.75).verifiers == 0.875
    left = happened(events.MediatorLeaves, mediator=0)
    assert (left.mediators["present"].tolist()[:2], left.verifiers) == ([False, False], 0.0)
    joined = happened(events.MediatorJoins, mediator=1)
    assert (joined.mediators["present"].tolist()[:2], joined.verifiers) == ([True, True], 0.5)


def test_an_attack_is_made_elsewhere():
    future = happened(events.Attack, mediator=0, strength=0.5, share=0.5, pressure=2.0)
    assert trigger_of(future) == NOTHING_FORWARD
    assert future.mediators["present"].tolist()[:2] == [True, False]
    assert (future.monitors, future.closure) == (0.0, 0.0)
