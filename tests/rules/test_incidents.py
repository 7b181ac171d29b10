"""Steps 3 and 4: clashes, whom attacks are laid on, denials, and what both do to the sides."""

import math

import pytest
from by_hand import choose, empty_desk, noted, one_future, trigger_of

from sim.chance import chance
from sim.rules.incidents import (
    CLASH,
    CLASH_DENIAL,
    CLASH_SEVERITY,
    FIRST_BEGAN,
    SECOND_BEGAN,
    attribute,
    attribute_attack,
    attribution_chance,
    clash,
    denied,
    dispute,
    evidence_shared,
    from_afghan_soil,
    in_force,
    pressure_left,
    verified,
)
from sim.state import ATTACK, BORDER_CLASH, COLLAPSE, VIOLATION

PAUSE_EVENT = 10
NOTHING_FORWARD = (0.0, -1, (False, False))
RULE = {
    "salience": 5, "base": 0.8, "trust": 0.5, "monitors": 0.75, "evidence": 0.5,
    "standing_evidence": 0.0, "per_log_death": 0.5, "denial": 0.5, "acknowledged": 0.25,
}  # fmt: skip


def tomorrow(**attribution):
    """A watched future on day 2 and its parameters, with round numbers on who is blamed."""
    future, p = one_future({"events": {}})
    future.day = 2
    for name, value in (RULE | attribution).items():
        p.conflict.attribution[name] = value
    p.derived.evidence.attack, p.derived.evidence.disputed = -2.0, -0.5
    p.conflict.grievance.attack = 0.5
    future.sides["learnt"] = 0.0
    future.sides["believed"] = -99.0  # trust is 0
    return future, p


def collapsed(future):
    """The same future after a collapse."""
    future.ceasefire.day[COLLAPSE] = 1
    return future


def test_a_ceasefire_is_in_force_until_it_collapses_whatever_else_has_ended():
    future, _ = one_future()
    future.ceasefire.day[:COLLAPSE] = 1
    assert in_force(future)
    assert not in_force(collapsed(future))


# Clashes


def before_clash(chances=(0.0, 0.4), **attribution):
    """A future in which a clash happens with chance 0.2 * e ** (2 * tension) = 0.4 today."""
    future, p = tomorrow(**attribution)
    p.conflict.clashes.rate, p.conflict.clashes.tension = 0.2, 2.0
    p.conflict.clashes.severity, future.tension = 1.5, math.log(2) / 2
    choose(future, {CLASH: chances})
    return future, p


def clashes(future, p):
    """How many clashes there were after the step."""
    clash(future, p, empty_desk().log)
    return int(future.tally.clashes)


@pytest.mark.parametrize(("chances", "happens"), [((0.395, 0.3999), 1), ((0.4001, 0.405), 0)])
def test_tension_makes_clashes_likelier(chances, happens):
    assert clashes(*before_clash(chances)) == happens


def test_a_clash_happens_below_its_chance_and_not_at_it():
    future, p = before_clash()
    future.tension, p.conflict.clashes.rate = 0.0, chance(future, CLASH)
    assert clashes(future, p) == 0


@pytest.mark.parametrize(("chances", "happens"), [((0.295, 0.2999), 1), ((0.3001, 0.305), 0)])
def test_a_pause_leaves_fewer_clashes(chances, happens):
    """0.4 * (1 - 0.25) = 0.3."""
    future, p = before_clash(chances)
    p.count.events = 1
    pause = p.events[0]
    pause.kind, pause.day, pause.until, pause.share = PAUSE_EVENT, 1, 9, 0.25
    assert clashes(future, p) == happens


def test_with_clashes_off_none_happens():
    future, p = before_clash()
    p.switches.clashes = False
    assert clashes(future, p) == 0
    assert trigger_of(future) == NOTHING_FORWARD


def clashed(denial=1.0, acknowledged=0.25, severity=(0.3, 0.4), before=None, **chances):
    """A future after a clash, its log and the severity drawn: -1.5 * log(1 - uniform)."""
    future, p = before_clash(denial=denial, acknowledged=acknowledged)
    choose(future, {CLASH: (0.0, 0.4), CLASH_SEVERITY: severity} | chances.get("others", {}))
    if before is not None:
        before(future)
    desk = empty_desk()
    clash(future, p, desk.log)
    drawn = -1.5 * math.log(1.0 - chance(future, CLASH_SEVERITY))
    return future, desk.log, drawn


def test_a_clash_injures_both_with_an_exponential_severity():
    future, _, drawn = clashed()
    severity, cause, injured = trigger_of(future)
    assert 0.5 < drawn < 0.8
    assert severity == pytest.approx(drawn, rel=1e-12)
    assert (cause, injured) == (BORDER_CLASH, (True, True))
    assert future.tally.clashes == 1


def test_a_clash_whose_part_is_acknowledged_presses_less():
    future, log, drawn = clashed(denial=0.0)
    assert trigger_of(future)[0] == pytest.approx(0.75 * drawn, rel=1e-12)
    assert future.sides["learnt"].tolist() == [0.0, 0.0]
    assert future.tally.disputed == 0
    assert noted(log)[0][2] == 0


ISLAMABAD_BEGINS = {FIRST_BEGAN: (0.6, 1.0), SECOND_BEGAN: (0.0, 0.5)}
KABUL_BEGINS = {FIRST_BEGAN: (0.0, 0.5), SECOND_BEGAN: (0.6, 1.0)}


@pytest.mark.parametrize(("chances", "initiator"), [(ISLAMABAD_BEGINS, 0), (KABUL_BEGINS, 1)])
def test_whoever_has_the_higher_chance_began_and_the_other_holds_its_denial_to_be_false(
    chances, initiator
):
    future, log, drawn = clashed(others=chances)
    learnt = [0.0, 0.0]
    learnt[1 - initiator] = -0.5
    assert future.sides["learnt"].tolist() == learnt
    assert future.tally.disputed == 1
    assert noted(log) == [("border_clash", initiator, 1, 0, 0, 0, 0)]
    assert log["rows"][0]["real"][0] == pytest.approx(drawn, rel=1e-12)


@pytest.mark.parametrize(("denial", "disputes"), [((0.0, 0.499), 1), ((0.501, 1.0), 0)])
def test_a_denial_of_a_clash_is_drawn(denial, disputes):
    future, _, _ = clashed(denial=0.5, others={CLASH_DENIAL: denial})
    assert future.tally.disputed == disputes


def test_after_a_collapse_clashes_are_not_told_but_happen():
    future, log, _ = clashed(before=collapsed)
    assert (future.tally.clashes, noted(log)) == (1, [])


# Where an attack comes from, and whom it is laid on


@pytest.mark.parametrize(
    ("share", "suppression", "there"),
    [(0.6, 0.0, 0.6), (0.6, 0.5, 0.3 / 0.7), (0.6, 1.0, 0.0), (0.0, 0.5, 0.0), (1.0, 0.5, 1.0)],
)
def test_suppression_leaves_fewer_attacks_from_afghan_soil(share, suppression, there):
    """Of 0.6 from there and 0.4 from elsewhere, half suppressed, 0.3 of 0.7 are left."""
    future, p = one_future()
    p.militants[1].from_afghan_soil, future.groups[1].suppression = share, suppression
    assert from_afghan_soil(future.groups[1], p.militants[1]) == pytest.approx(there, abs=1e-15)


def test_where_all_come_from_afghan_soil_and_all_are_suppressed_none_is_left():
    """Not nought by nought: the least that is left is 1e-12."""
    future, p = one_future()
    p.militants[0].from_afghan_soil, future.groups[0].suppression = 1.0, 1.0
    assert from_afghan_soil(future.groups[0], p.militants[0]) == 0.0
    future.groups[0].suppression = 1.0 - 2.0**-42  # 2.3e-13
    there = from_afghan_soil(future.groups[0], p.militants[0])
    assert there == pytest.approx(2.0**-42 / 1e-12, rel=1e-9)


@pytest.mark.parametrize(
    ("origin", "trusted", "verified_", "evidence", "blamed"),
    [
        (True, 0.0, 0.0, 0.0, 0.8),
        (True, 1.0, 0.0, 0.0, 0.4),
        (True, 0.0, 1.0, 1.0, 0.8),  # monitors do not hide what is so
        (False, 0.0, 0.0, 0.0, 0.8),
        (False, 0.0, 1.0, 0.0, 0.2),
        (False, 0.0, 0.0, 1.0, 0.4),
        (False, 0.5, 0.5, 0.5, 0.8 * 0.75 * 0.625 * 0.75),
    ],
)
def test_the_chance_of_attribution_is_the_formula(origin, trusted, verified_, evidence, blamed):
    future, p = tomorrow()
    future.monitors, future.sides[1].evidence = verified_, evidence
    assert attribution_chance(future, p, trusted, origin) == pytest.approx(blamed, abs=1e-15)


@pytest.mark.parametrize(
    ("verified_", "evidence", "limit"),
    [(0.0, 0.0, 0.5), (1.0, 0.0, 0.125), (0.0, 1.0, 0.25), (0.5, 0.5, 0.5 * 0.625 * 0.75)],
)
def test_who_had_a_part_denies_less_where_it_can_be_checked(verified_, evidence, limit):
    future, p = tomorrow()
    future.monitors, future.sides[1].evidence = verified_, evidence
    assert denied(future, p, limit - 1e-9, True)
    assert not denied(future, p, limit + 1e-9, True)


def test_a_denial_is_below_its_chance_and_not_at_it():
    future, p = tomorrow()
    assert not denied(future, p, 0.5, True)


def test_who_had_no_part_always_denies():
    future, p = tomorrow(denial=0.0)
    assert denied(future, p, 0.999, False)


def test_an_acknowledged_part_takes_pressure_off():
    _, p = tomorrow()
    assert (pressure_left(2.0, True, p), pressure_left(2.0, False, p)) == (2.0, 1.5)


@pytest.mark.parametrize("side", [0, 1])
def test_a_version_held_to_be_false_costs_the_hearers_trust(side):
    future, p = tomorrow()
    dispute(future, p, side)
    assert future.sides["learnt"].tolist() == [-0.5 if k == side else 0.0 for k in range(2)]


@pytest.mark.parametrize(("deal", "monitors"), [(0.7, 0.2), (0.2, 0.7)])
def test_the_better_of_deal_and_monitors_verifies(deal, monitors):
    future, _ = one_future()
    future.deal.terms.verified, future.monitors = deal, monitors
    future.deal.monitoring = 1.0
    assert verified(future) == 0.7


def test_a_deals_verification_is_worth_what_is_there_of_its_body():
    future, _ = one_future()
    future.deal.terms.verified, future.deal.monitoring, future.monitors = 0.8, 0.25, 0.0
    assert verified(future) == 0.2


@pytest.mark.parametrize(
    ("by_deal", "handed_over", "standing", "shared"),
    [(0.8, 0.3, 0.2, 0.4), (0.2, 0.3, 0.2, 0.3), (0.2, 0.1, 0.2, 0.2), (0.2, 0.0, 0.0, 0.1)],
)
def test_the_most_evidence_shared_counts_and_a_deals_as_islamabad_delivers(
    by_deal, handed_over, standing, shared
):
    """Islamabad has delivered half of what the deal says, Kabul nothing."""
    future, p = tomorrow(standing_evidence=standing)
    future.deal.terms.evidence, future.deal.delivered[0] = by_deal, 0.5
    future.sides[1].evidence, future.sides[0].evidence = handed_over, 0.9
    assert evidence_shared(future, p) == shared


# One attack

THERE, ELSEWHERE = 1.0, 0.0


def struck(worst=9, soil=THERE, k=0, **attribution):
    """A future after a group's attack, which is blamed on Kabul and denied for certain."""
    future, p = tomorrow(**({"base": 1.0, "trust": 0.0, "denial": 1.0} | attribution))
    p.count.militants = 2
    for group in range(2):
        p.militants[group].from_afghan_soil = soil
        future.groups[group].worst = worst if group == k else 0
        future.groups[group].suppression = 0.0
    return future, p


def outcome(future, p, k=0):
    """What an attack is held to be, what it did to trust, the counts, and what is told."""
    log = empty_desk().log
    got = attribute_attack(future, p, log, k)
    tally = future.tally
    counts = (int(tally.attributed), int(tally.disputed), int(tally.misattributed))
    return tuple(map(bool, got)), future.sides["learnt"].tolist(), counts, noted(log)


def test_an_attack_from_there_that_kabul_denies_costs_islamabads_trust():
    assert outcome(*struck()) == (
        (True, True), [-0.5, 0.0], (1, 1, 0), [("attack", 0, 9, 1, 1, 1, 0)],
    )  # fmt: skip


def test_an_attack_from_there_that_kabul_owns_disputes_nothing():
    assert outcome(*struck(denial=0.0)) == (
        (True, False), [0.0, 0.0], (1, 0, 0), [("attack", 0, 9, 1, 0, 1, 0)],
    )  # fmt: skip


def test_an_attack_from_elsewhere_laid_at_kabuls_door_costs_the_trust_of_both():
    assert outcome(*struck(soil=ELSEWHERE, k=1), 1) == (
        (True, True), [-0.5, -0.5], (1, 1, 1), [("attack", 1, 9, 1, 1, 0, 0)],
    )  # fmt: skip


@pytest.mark.parametrize("soil", [THERE, ELSEWHERE])
def test_an_attack_that_nobody_is_blamed_for_is_only_told(soil):
    assert outcome(*struck(soil=soil, base=0.0)) == (
        (False, False), [0.0, 0.0], (0, 0, 0), [("attack", 0, 9, 0, 0, int(soil), 0)],
    )  # fmt: skip


def test_after_a_collapse_attacks_are_not_told():
    future, p = struck()
    assert outcome(collapsed(future), p)[3] == []


def test_trust_in_kabul_keeps_attacks_from_its_door():
    """Islamabad's trust of 1 by trust's weight of 1 leaves no chance; Kabul's own does."""
    future, p = struck(trust=1.0)
    future.sides[0].believed = 99.0
    assert outcome(future, p)[0] == (False, False)
    future.sides["believed"] = [-99.0, 99.0]
    assert outcome(future, p)[0] == (True, True)


def test_origin_blame_and_denial_are_below_their_chances_and_not_at_them():
    future, p = struck()
    known = p.derived.militants[0]
    for future.replicate in range(20):
        p.militants[0].from_afghan_soil = chance(future, known.origin)
        if from_afghan_soil(future.groups[0], p.militants[0]) == chance(future, known.origin):
            break  # the quotient is not rounded
    assert outcome(future, p)[3][0][5] == 0
    p.militants[0].from_afghan_soil = 1.0
    p.conflict.attribution["base"] = chance(future, known.attribution)
    assert outcome(future, p)[0] == (False, False)
    p.conflict.attribution["base"] = 1.0
    p.conflict.attribution.denial = chance(future, known.denial)
    assert outcome(future, p)[0] == (True, False)
    p.conflict.attribution.denial = chance(future, known.denial) + 1e-9
    assert outcome(future, p)[0] == (True, True)


# The day's attacks


def after_attacks(*worst, **changes):
    """A future after attacks of its groups that kill so many."""
    future, p = struck(**changes)
    p.count.militants = len(worst)
    future.groups["worst"][: len(worst)] = worst
    attribute(future, p, empty_desk().log)
    return future


def test_an_attack_laid_at_kabuls_door_presses_by_the_log_of_its_deaths_and_hurts_islamabad():
    """0.5 * log(1 + 9); a grievance of half of it; -2 by the attack, -0.5 by the denial."""
    future = after_attacks(9)
    severity, cause, injured = trigger_of(future)
    assert severity == pytest.approx(0.5 * math.log(10), rel=1e-14)
    assert (cause, injured) == (ATTACK, (True, False))
    assert future.attributed_today
    hurt = 0.25 * math.log(10)
    assert future.sides["grievance"].tolist() == [[pytest.approx(hurt), 0, 0, 0, 0], [0.0] * 5]
    assert future.sides["learnt"].tolist() == [-2.5, 0.0]


def test_grievance_over_attacks_adds_up():
    future, p = struck()
    future.sides[0].grievance[ATTACK] = 1.0
    attribute(future, p, empty_desk().log)
    assert future.sides[0].grievance[ATTACK] == pytest.approx(1.0 + 0.25 * math.log(10))


def test_an_attack_that_is_owned_presses_less():
    future = after_attacks(9, denial=0.0)
    assert trigger_of(future)[0] == pytest.approx(0.75 * 0.5 * math.log(10))
    assert future.sides[0].grievance[ATTACK] == pytest.approx(0.75 * 0.25 * math.log(10))


def test_deaths_of_several_groups_are_added_before_the_logarithm():
    assert trigger_of(after_attacks(9, 20))[0] == pytest.approx(0.5 * math.log(30))


@pytest.mark.parametrize(("worst", "counted"), [(4, False), (5, True), (6, True)])
def test_only_salient_attacks_are_laid_at_anybodys_door(worst, counted):
    future = after_attacks(worst)
    assert bool(future.attributed_today) is counted
    assert future.tally.attributed == int(counted)


def test_without_a_salient_attack_nothing_happens():
    future = after_attacks(4)
    assert trigger_of(future) == NOTHING_FORWARD
    assert not future.sides["grievance"].any()
    assert future.sides["learnt"].tolist() == [0.0, 0.0]


def test_attacks_that_nobody_is_blamed_for_press_nobody():
    future = after_attacks(9, base=0.0)
    assert not future.attributed_today
    assert trigger_of(future) == NOTHING_FORWARD


def test_only_the_deaths_that_are_laid_at_kabuls_door_count_and_one_denial_keeps_the_pressure():
    """The first group's attack of 9 is owned, the second's of 20 denied, the third's not blamed."""
    future, p = struck(base=1.0, trust=0.0, monitors=1.0)
    future.monitors = 1.0  # who had a part owns it; an attack from elsewhere is nobody's
    p.count.militants = 2
    future.groups["worst"][:2] = 9, 20
    p.militants["from_afghan_soil"][:2] = 1.0, 0.0
    attribute(future, p, empty_desk().log)
    assert trigger_of(future)[0] == pytest.approx(0.75 * 0.5 * math.log(10))
    future, p = struck(denial=0.5)
    p.count.militants = 2
    future.groups["worst"][:2] = 9, 20
    known = p.derived.militants
    choose(future, {known[0].denial: (0.0, 0.5), known[1].denial: (0.5, 1.0)})
    attribute(future, p, empty_desk().log)
    assert trigger_of(future)[0] == pytest.approx(0.5 * math.log(30))


def test_a_weightier_trigger_of_the_day_stands():
    future, p = struck()
    future.trigger.severity, future.trigger.cause = 9.0, VIOLATION
    attribute(future, p, empty_desk().log)
    assert trigger_of(future)[:2] == (9.0, VIOLATION)
