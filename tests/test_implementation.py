"""How a deal is carried out, broken and found out, and what it does to groups and crossings."""

import numpy as np
import pytest
from conftest import SEED, STILL, vary
from sim.conflict.escalation import VIOLATION
from sim.conflict.implementation import (
    NO_DEAL,
    Deal,
    delivery_target,
    detection_chance,
    share_moved,
)

from sim.config import CAUSES
from sim.model import CeasefireModel

# A still world under a deal: nobody attacks, answers or leaves, and delivery never falls short.
KEPT = {
    "switches.responses": False, "switches.repudiation": False, "mediators": {},
    "pakistan.good_faith": 1, "afghan_taliban.good_faith": 1,
    "pakistan.capacity": 1, "pakistan.capacity_spread": 0,
    "afghan_taliban.capacity": 0.8, "afghan_taliban.capacity_spread": 0,
    "conflict.implementation.violation": 0,
}  # fmt: skip


def signed(options, changes=None, replicates=1, pressure=0.0):
    """A model in which every future has just ratified the package with these options."""
    model = CeasefireModel(vary(STILL | KEPT | (changes or {})), replicates, SEED)
    package = model.book.packages.index(options)
    rows = np.arange(replicates)
    model.deal.sign(rows, np.full(replicates, package), np.full(replicates, pressure))
    return model


def days(model, number):
    for _ in range(number):
        model.step()
    return model


# Formulas


def test_a_side_delivers_the_lesser_of_what_it_can_and_what_it_will():
    target = delivery_target(
        np.arange(4), np.array([True, True, False, False]), 0.2, np.array([0.7, 1.0, 0.7, 0.1]),
        0.5, np.zeros(4),
    )  # fmt: skip
    assert target.tolist() == [0.7, 1.0, 0.2, 0.1]


def test_what_was_owed_to_pressure_is_delivered_less():
    willing, able, pressure = np.array([True, True]), np.array([0.0, 1.0]), np.array([0.0, 0.8])
    target = delivery_target(np.array([1]), willing, 0.2, able, 0.75, pressure)
    assert target.tolist() == pytest.approx([0.4])


@pytest.mark.parametrize(
    ("verified", "chance"), [(0.0, 0.25), (1.0, 1.0), (0.5, 0.25 + 0.75 * 0.5)]
)
def test_verification_finds_violations(verified, chance):
    rule = vary({"conflict.implementation.detection": 0.25}).conflict.implementation
    assert detection_chance(rule, np.array([verified]))[0] == pytest.approx(chance)


def test_half_the_way_is_covered_in_a_half_life():
    assert (1 - share_moved(9)) ** 9 == pytest.approx(0.5)


def test_a_package_numbered_zero_is_a_deal():
    deal = Deal(2)
    deal.sign(np.array([1]), np.array([0]), np.array([0.3]))
    assert deal.in_force.tolist() == [False, True]
    deal.lapse(np.array([1]))
    assert deal.package.tolist() == [NO_DEAL, NO_DEAL]


def test_no_deal_has_no_terms():
    terms = CeasefireModel(vary({})).terms
    assert all((sizes[..., NO_DEAL] == 0).all() for sizes in vars(terms).values())


# Delivery


def test_delivery_builds_up_to_ability_in_half_lives():
    model = signed({}, {"conflict.implementation.build_up": 10})
    days(model, 10)
    assert model.deal.delivered[0] == pytest.approx([0.5, 0.4])
    days(model, 10)
    assert model.deal.delivered[0] == pytest.approx([0.75, 0.6])


def test_an_unwilling_side_delivers_little():
    model = signed({}, {"pakistan.good_faith": 0, "pakistan.unwilling_delivery": 0.1})
    assert days(model, 300).deal.delivered[0, 0] == pytest.approx(0.1, abs=1e-6)


def test_pressure_at_signing_buys_less_delivery():
    changes = {"bargaining.fragility": 0.5}
    free, pressed = (days(signed({}, changes, pressure=p), 300) for p in (0.0, 1.0))
    assert free.deal.delivered[0] == pytest.approx([1.0, 0.8], abs=1e-6)
    assert pressed.deal.delivered[0] == pytest.approx([0.5, 0.5], abs=1e-6)


SHARES = {"agenda.effects.suppression": {"custody": {"confine": 0.5, "extradite": 0.5}}}
PLAIN = SHARES | {"agenda.effects.leakage": {}, "agenda.effects.cohesion": {},
                  "agenda.effects.backlash": {}}  # fmt: skip


def suppression(model, name="ttp"):
    return {group.name: group.suppression[0] for group in model.militants}[name]


def test_suppression_is_delivery_times_the_options_share_times_exposure():
    model = days(signed({"custody": "extradite"}, PLAIN | {"militants.ttp.exposure": 0.7}), 600)
    assert suppression(model) == pytest.approx(0.5 * 0.8 * 0.7, abs=1e-6)


def test_confinement_leaks():
    leaky = PLAIN | {"agenda.effects.leakage": {"custody": {"confine": 0.02}}}
    tight, leaking = (
        days(signed({"custody": option}, leaky), 60) for option in ("extradite", "confine")
    )
    assert suppression(leaking) < 0.6 * suppression(tight)


def test_handing_over_sets_off_a_backlash_that_fades():
    burst = PLAIN | {"agenda.effects.backlash": {"custody": {"extradite": 0.6}},
                     "conflict.implementation.backlash_days": 10}  # fmt: skip
    model = days(signed({"custody": "extradite"}, burst), 1)
    assert model.militants[0].backlash[0] == pytest.approx(0.6 * 0.8 * np.exp(-1 / 10))
    days(model, 9)
    assert model.militants[0].backlash[0] == pytest.approx(0.6 * 0.8 * np.exp(-1))
    assert days(signed({"custody": "confine"}, burst), 1).militants[0].backlash[0] == 0


def test_handing_over_costs_kabul_cohesion_and_with_it_capacity():
    cost = PLAIN | {"agenda.effects.cohesion": {"custody": {"extradite": 0.25}}}
    model = days(signed({"custody": "extradite"}, cost), 600)
    # Each lowers the other: delivered = 0.8 cohesion, cohesion = 1 - 0.25 delivered.
    assert model.kabul.cohesion[0] == pytest.approx(5 / 6, abs=1e-6)
    assert model.deal.delivered[0] == pytest.approx([1.0, 2 / 3], abs=1e-6)


def test_a_handover_that_is_not_delivered_costs_no_cohesion():
    cost = PLAIN | {"agenda.effects.cohesion": {"custody": {"extradite": 0.25}},
                    "afghan_taliban.capacity": 0}  # fmt: skip
    assert days(signed({"custody": "extradite"}, cost), 60).kabul.cohesion[0] == 1


def test_shared_evidence_sharpens_suppression():
    sharper = PLAIN | {"conflict.implementation.evidence": 0.4}
    one, other = (
        days(signed({"custody": "extradite", "evidence": option}, sharper), 600)
        for option in ("none", "joint_inquiry")
    )
    assert suppression(other) == pytest.approx(1.4 * suppression(one), rel=1e-5)


def test_a_visible_delivery_raises_islamabads_trust():
    seen = PLAIN | {"conflict.implementation.delivery": 1, "conflict.implementation.build_up": 0.5}
    unseen = seen | {"conflict.implementation.delivery": 0}
    one, other = (
        days(signed({"custody": "extradite"}, changes, 200), 30) for changes in (seen, unseen)
    )
    assert one.parties[0].trust.mean() > other.parties[0].trust.mean()
    assert one.parties[1].trust.tolist() == other.parties[1].trust.tolist()


# The border


@pytest.mark.parametrize(("option", "closure"), [("closed", 1.0), ("partial", 0.5), ("open", 0.0)])
def test_a_deal_opens_the_crossings_as_islamabad_delivers(option, closure):
    rule = {"conflict.border.agreed": 1, "conflict.border.closed": 1}
    model = days(signed({"border": option}, rule), 1_500)
    assert model.crossings.closure[0] == pytest.approx(closure, abs=1e-6)


def test_without_a_deal_the_crossings_move_to_what_was_agreed_before():
    rule = {"conflict.border.agreed": 0.3, "conflict.border.closed": 1,
            "conflict.border.reopening": 5}  # fmt: skip
    model = CeasefireModel(vary(STILL | KEPT | rule), 1, SEED)
    assert days(model, 5).crossings.closure[0] == pytest.approx(0.3 + 0.7 / 2)


def test_a_protest_shuts_the_crossings():
    protest = {"switches.responses": True, "conflict.border.agreed": 0,
               "conflict.border.closed": 0, "conflict.border.reopening": 0.5,
               "pakistan.thresholds": [-90, 90, 90, 90]}  # fmt: skip
    model = CeasefireModel(vary(STILL | KEPT | protest), 2, SEED)
    model.trigger.offer(np.array([1]), 1.0, 0, (True, False))
    model.step()
    assert model.tally.closed_days.tolist() == [0.0, 1.0]


# Violations

BROKEN = {"conflict.implementation.violation": 1, "conflict.implementation.detection": 1,
          "conflict.implementation.tolerance": 1000, "pakistan.good_faith": 0,
          "pakistan.unwilling_delivery": 0}  # fmt: skip


def test_a_side_that_delivers_all_never_violates():
    changes = BROKEN | {"pakistan.good_faith": 1, "afghan_taliban.capacity": 1}
    assert days(signed({}, changes, 50), 30).tally.violations.sum() == 0


GRANTED = {  # something on every issue that Kabul demands
    "evidence": "dossiers", "restraint": "prior_notice", "basing": "assurance", "border": "partial",
}  # fmt: skip


def test_nothing_promised_is_nothing_broken():
    assert days(signed({}, BROKEN, 20), 5).tally.violations.sum() == 0


def test_verification_deters_violations():
    often = BROKEN | {"afghan_taliban.capacity": 1, "conflict.implementation.tolerance": 1000,
                      "conflict.implementation.detection": 1}  # fmt: skip
    found = [
        days(signed(GRANTED | {"guarantees": option}, often, 200), 20).tally.violations.sum()
        for option in ("none", "joint_mechanism")
    ]
    assert 0 < found[1] < found[0]


def test_a_detected_violation_injures_the_other_side():
    model = days(signed(GRANTED, BROKEN | {"afghan_taliban.capacity": 1}, 20), 1)
    assert set(model.tally.violations) == {1}
    assert set(model.trigger.cause) == {VIOLATION}
    assert model.trigger.injured.tolist() == [[False, True]] * 20
    assert (model.parties[1].grievance[:, VIOLATION] > 0).all()
    assert (model.parties[0].grievance[:, VIOLATION] == 0).all()


def test_undetected_violations_change_nothing():
    hidden = BROKEN | {"conflict.implementation.detection": 0}
    model = days(signed({"guarantees": "none"}, hidden, 50), 30)
    assert model.tally.violations.sum() == 0
    assert (model.parties[1].trust > model.scenario.afghan_taliban.trust).all()


@pytest.mark.parametrize("tolerance", [1, 3])
def test_a_deal_lapses_when_tolerance_is_used_up(tolerance):
    changes = BROKEN | {"conflict.implementation.tolerance": tolerance,
                        "afghan_taliban.capacity": 1}  # fmt: skip
    model = days(signed(GRANTED, changes, 5), tolerance - 1)
    assert model.deal.in_force.all()
    days(model, 1)
    assert not model.deal.in_force.any()
    assert set(model.tally.deal_lapsed_day) == {tolerance}
    assert not model.deal.delivered.any()


def test_after_a_lapse_suppression_and_cohesion_return():
    cost = PLAIN | {"agenda.effects.cohesion": {"custody": {"extradite": 0.25}}}
    model = days(signed({"custody": "extradite"}, cost), 200)
    model.deal.lapse(np.array([0]))
    days(model, 300)
    assert suppression(model) == pytest.approx(0, abs=1e-4)
    assert model.kabul.cohesion[0] == pytest.approx(1, abs=1e-4)


def test_a_strike_that_was_promised_away_is_a_violation_of_islamabads():
    angry = {"switches.responses": True, "pakistan.thresholds": [-90, -90, -90, 90],
             "afghan_taliban.thresholds": [90] * 4}  # fmt: skip
    for option, found in (("no_strikes", 1), ("prior_notice", 0), ("reserved", 0)):
        model = signed({"restraint": option}, angry)
        model.trigger.offer(np.array([0]), 1.0, 0, (True, False))
        days(model, 1)
        assert model.tally.violations.tolist() == [found], option
    assert CAUSES[VIOLATION] == "violation"


def test_futures_without_a_deal_are_not_touched():
    """One row signs; the other stays as it would have been alone."""
    both = CeasefireModel(vary(STILL | KEPT | BROKEN), 2, SEED)
    package = both.book.packages.index({"custody": "extradite", "border": "open"})
    both.deal.sign(np.array([0]), np.array([package]), np.array([0.5]))
    alone = CeasefireModel(vary(STILL | KEPT | BROKEN), 1, SEED, first=1)
    days(both, 40)
    days(alone, 40)
    for name, state in alone.states().items():
        for attribute, value in vars(state).items():
            if isinstance(value, np.ndarray):
                other = getattr(both.states()[name], attribute)[1:]
                assert np.array_equal(value, other, equal_nan=True), (name, attribute)
    assert both.tally.violations[0] > 0


# Renegotiation

REOPENED = BROKEN | {"conflict.implementation.renegotiation": 1, "switches.talks": True,
                     "afghan_taliban.capacity": 1, "calendar.attendance": 50,
                     "switches.repudiation": False}  # fmt: skip


def reopened(**changes):
    """Futures in which Islamabad broke a deal in force and Kabul asked to negotiate it again."""
    model = signed(GRANTED, REOPENED | changes, 20)
    model.talks.next_round[:] = 0  # none is due while a deal is in force
    return days(model, 1)


def test_a_violation_reopens_talks_on_the_deal_in_force():
    model = reopened()
    assert model.talks.review.all()
    assert (model.talks.next_round > model.day).all()
    assert model.deal.in_force.all()
    never = reopened(**{"conflict.implementation.renegotiation": 0})
    assert not never.talks.next_round.any()


def test_a_failed_review_leaves_the_deal_in_force():
    stubborn = {f"{side}.tactic": {"kind": "hardliner", "floor": 1}
                for side in ("pakistan", "afghan_taliban")}  # fmt: skip
    alone = {"mediators": {}, "conflict.implementation.renegotiation": 1}
    model = reopened(**stubborn, **alone)
    model.deal.violations[:] = 0
    days(model, 15)
    assert model.talks.broken.all()
    assert model.deal.in_force.all()
    assert not model.tally.renegotiated.any()


def test_a_new_deal_replaces_the_one_in_force_and_delivery_goes_on():
    model = signed(GRANTED, KEPT, 3)
    days(model, 10)
    before = model.deal.delivered.copy()
    model.deal.sign(np.arange(3), model.deal.package + 1, np.zeros(3))
    assert model.deal.delivered.tolist() == before.tolist()
    assert not model.deal.age.any()
