"""What a package does once it is a deal: its options, their effects together, its verification."""

import pytest
from hypothesis import given

from sim.negotiation.terms import (
    begin_anew,
    beyond,
    in_full,
    kept_up,
    lapse,
    option_of,
    sign,
    standing,
    verification,
    verified_by,
    verify_terms,
    write_terms,
)
from sim.parameters import NONE

from .sitting import EFFECTS, Sitting, issue, of_issues, options, verifications, worlds

AGENDA = {  # 2 * 3 * 2 packages; the last two issues are demanded of side 1
    "a": issue([0, 1], [1, 0], demander="afghan_taliban"),
    "b": issue([0, 0.5, 1], [1, 0.5, 0]),
    "c": issue([0, 1], [1, 0]),
}
ALL, STATUS_QUO = 11, 0  # the package of all last options
A1, B2, C1 = 6, 4, 1  # packages that change one issue only


@pytest.fixture
def sitting():
    return Sitting(of_issues(AGENDA, [[0.2, 0.3, 0.5]] * 2))


def options_of(sitting, issue_, option):
    return sitting.p.agenda.options[sitting.p.agenda.issues[issue_].first + option]


def terms(sitting, package):
    """Terms of a package in force."""
    sitting.future.deal.package = package
    write_terms(sitting.future, sitting.p)
    return sitting.future.deal.terms


@given(worlds())
def test_options_are_read_from_the_number_of_a_package(world):
    read = [[option_of(world.p, number, k) for k in range(world.p.count.issues)]
            for number in range(world.p.agenda.packages)]  # fmt: skip
    assert read == options(world.p).tolist()


@pytest.mark.parametrize("effect", [name for name in EFFECTS if name != "suppression"])
def test_effects_of_several_issues_combine_as_independent_shares(sitting, effect):
    options_of(sitting, 0, 1).effects[effect] = 0.5
    options_of(sitting, 1, 2).effects[effect] = 0.2
    done = [float(terms(sitting, package)[effect]) for package in (STATUS_QUO, A1, B2, A1 + B2)]
    assert done == pytest.approx([0.0, 0.5, 0.2, 0.6])


def test_suppression_lasts_where_nothing_leaks(sitting):
    options_of(sitting, 0, 1).effects.suppression = 0.5
    options_of(sitting, 1, 2).effects.suppression = 0.2
    written = terms(sitting, ALL)
    assert (written.lasting, written.leaking) == (pytest.approx(0.6), 0.0)


def test_suppression_by_options_that_leak_is_kept_apart(sitting):
    for k, option, size in ((0, 1, 0.5), (1, 2, 0.2), (2, 1, 0.3)):
        options_of(sitting, k, option).effects.suppression = size
    for k, option in ((1, 2), (2, 1)):
        options_of(sitting, k, option).effects.leakage = 0.1
    written = terms(sitting, ALL)
    assert [float(written.lasting), float(written.leaking), float(written.leakage)] == (
        pytest.approx([0.5, 1 - 0.8 * 0.7, 0.19])
    )


@pytest.mark.parametrize(
    ("package", "promised"),
    [(STATUS_QUO, [0, 0]), (A1, [1, 0]), (B2, [0, 0.5]), (B2 + C1, [0, 1]), (ALL, [1, 1])],
)
def test_what_a_side_promises_is_the_share_of_demands_on_it_that_are_granted(
    sitting, package, promised
):
    assert terms(sitting, package).promised.tolist() == promised


def test_a_signed_package_is_in_force_from_its_first_day(sitting):
    deal = sitting.future.deal
    deal.age, deal.unremedied, deal.alleged[:] = 9, 3.0, (1, 2)
    deal.delivered[:], deal.monitoring = [0.25, 0.5], 0.4
    options_of(sitting, 1, 2).effects.border = 0.4
    sign(sitting.future, sitting.p, B2, 0.3, False)
    assert (deal.package, deal.age, deal.pressure, deal.unremedied) == (B2, 0, 0.3, 0.0)
    assert deal.alleged.tolist() == [0, 0]
    assert (bool(deal.partial), deal.whole) == (False, 1.0)
    assert deal.terms.border == pytest.approx(0.4)
    assert (deal.delivered.tolist(), deal.monitoring) == ([0.25, 0.5], 0.4)


@pytest.mark.parametrize(("package", "whole"), [(STATUS_QUO, 0), (B2, 1 / 3), (A1 + C1, 2 / 3)])
def test_a_partial_deal_is_as_whole_as_the_share_of_issues_on_which_it_grants(
    sitting, package, whole
):
    sign(sitting.future, sitting.p, package, 0.0, True)
    assert bool(sitting.future.deal.partial)
    assert sitting.future.deal.whole == pytest.approx(whole)


@pytest.mark.parametrize(
    ("package", "partial", "so"), [(NONE, False, 0), (B2, True, 0), (B2, False, 1)]
)
def test_a_deal_on_everything_is_in_full(sitting, package, partial, so):
    sitting.future.deal.package, sitting.future.deal.partial = package, partial
    assert in_full(sitting.future.deal) == so


def test_another_negotiation_begins_anew(sitting):
    sitting.said(0, 1, 2).said(1, 3)
    sitting.future.talks.sittings, sitting.future.sides["previous"] = 3, 2
    begin_anew(sitting.future)
    assert sitting.future.talks.spoken.tolist() == [0, 0]
    assert (sitting.future.talks.sittings, sitting.future.sides["previous"].tolist()) == (
        0, [NONE, NONE],
    )  # fmt: skip


def test_what_stood_at_the_table_goes_with_a_deal_that_lapses(sitting):
    sitting.said(0, 1, 2).settled(B2)
    sitting.future.talks.sittings = 2
    lapse(sitting.future)
    assert (bool(sitting.future.deal.partial), sitting.future.deal.whole) == (False, 0.0)
    assert (sitting.future.talks.sittings, sitting.future.talks.spoken[0]) == (0, 0)


def test_nothing_is_left_of_a_deal_that_lapses(sitting):
    deal, left = sitting.future.deal, sitting.future.deal.terms
    for name in left.dtype.names:
        left[name] = 0.5
    deal.package, deal.delivered[:], deal.alleged[:] = ALL, 0.5, 1
    deal.monitoring = deal.unremedied = 0.5
    lapse(sitting.future)
    assert deal.package == NONE
    assert (deal.delivered.tolist(), deal.alleged.tolist()) == ([0, 0], [0, 0])
    assert (deal.monitoring, deal.unremedied) == (0.0, 0.0)
    assert {name: left[name].tolist() for name in left.dtype.names} == {
        name: [0, 0] if name == "promised" else 0 for name in left.dtype.names
    }


# Own policies


def policy(sitting, alone=0.2, instead=(0.1, 0.6)):
    """The first option of issue b ends ``alone`` of the attacks, the others other shares."""
    for option, size in enumerate((alone, *instead)):
        options_of(sitting, 1, option).effects.suppression = size
    return sitting


@pytest.mark.parametrize(("chosen", "kept"), [(0, 0.2), (1, 0.1), (2, 0.2)])
def test_an_own_policy_stands_but_for_what_an_option_takes_from_it(sitting, chosen, kept):
    assert kept_up(policy(sitting).p, 1, chosen) == kept


def test_own_policies_on_several_issues_combine_as_independent_shares(sitting):
    options_of(policy(sitting), 0, 0).effects.suppression = 0.5
    left = [standing(sitting.p, package) for package in (STATUS_QUO, A1, A1 + B2)]
    assert left == pytest.approx([0.6, 0.2, 0.2])


@pytest.mark.parametrize(
    ("whole", "part", "added"), [(0.6, 0.0, 0.6), (0.6, 0.2, 0.5), (0.2, 0.2, 0.0), (1.0, 1.0, 0.0)]
)
def test_a_whole_is_a_part_and_what_lies_beyond_it(whole, part, added):
    assert beyond(whole, part) == pytest.approx(added)


@pytest.mark.parametrize(
    ("package", "stand", "lasting"), [(STATUS_QUO, 0.2, 0.0), (B2 // 2, 0.1, 0.0), (B2, 0.2, 0.5)]
)
def test_what_an_own_policy_ends_is_no_effect_of_the_deal(sitting, package, stand, lasting):
    written = terms(policy(sitting), package)
    assert (sitting.future.standing, written.lasting) == pytest.approx((stand, lasting))


def test_a_policy_that_was_withdrawn_does_not_return_when_the_deal_lapses(sitting):
    sign(sitting.future, policy(sitting, 0.2, (0.0, 0.0)).p, B2, 0.0, False)
    lapse(sitting.future)
    assert sitting.future.standing == 0.0


def test_what_nobody_demands_is_granted_by_nobody(sitting):
    sitting.p.agenda.issues[1].demander = NONE
    assert terms(sitting, B2).promised.tolist() == [0, 0]


# Verification


def verifiable(sitting):
    """Option 1 of issue a is verified from .2 to .6, option 2 of issue b from .1 to .9."""
    sitting.p.conflict.implementation.monitoring.capacity = 1.0
    for k, option, alone, full in ((0, 1, 0.2, 0.6), (1, 2, 0.1, 0.9)):
        sitting.p.agenda.issues[k].verifies = True
        held = options_of(sitting, k, option)
        held.verification_alone, held.verification = alone, full
    return sitting


@pytest.mark.parametrize(("verifiers", "verified"), [(0.0, 0.2), (0.5, 0.4), (1.0, 0.6)])
def test_third_parties_verify_beyond_what_the_sides_can_alone(sitting, verifiers, verified):
    option = options_of(verifiable(sitting), 0, 1)
    assert verified_by(sitting.p, option, verifiers) == pytest.approx(verified)


def test_no_more_is_verified_or_believed_to_be_than_monitors_have_the_capacity_for(sitting):
    option = options_of(verifiable(sitting), 0, 1)
    sitting.p.conflict.implementation.monitoring.capacity = 0.25
    assert verified_by(sitting.p, option, 1.0) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("verifiers", "package", "verified"),
    [(0.0, ALL, 0.2), (1.0, ALL, 0.9), (1.0, A1, 0.6), (1.0, STATUS_QUO, 0.0), (0.5, B2, 0.5)],
)
def test_a_package_is_verified_as_well_as_its_best_option(sitting, verifiers, package, verified):
    sitting.future.verifiers = verifiers
    found = verification(sitting.future, verifiable(sitting).p, package)
    assert found == pytest.approx(verified)


def test_an_issue_that_verifies_nothing_does_not_count(sitting):
    options_of(sitting, 2, 1).verification = options_of(sitting, 2, 1).verification_alone = 0.99
    assert verification(sitting.future, sitting.p, ALL) == 0.0


@given(worlds())
def test_verification_of_every_package_by_brute_force(world):
    found = [verification(world.future, world.p, k) for k in range(world.p.agenda.packages)]
    assert found == pytest.approx(verifications(world.p, world.future.verifiers))


def test_a_deal_is_verified_by_those_who_verify_now(sitting):
    verifiable(sitting)
    written = terms(sitting, A1)
    assert written.verified == pytest.approx(0.2)
    sitting.future.verifiers = 1.0
    verify_terms(sitting.future, sitting.p)
    assert written.verified == pytest.approx(0.6)


def test_no_deal_is_not_verified(sitting):
    sitting.future.deal.package = NONE
    sitting.future.deal.terms.verified = 0.7
    verify_terms(sitting.future, verifiable(sitting).p)
    assert sitting.future.deal.terms.verified == 0.7
