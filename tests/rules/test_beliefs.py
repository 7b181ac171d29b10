"""Step 9: what the day's acts do to trust, grievance, tension, lock-in and patience."""

import pytest
from by_hand import one_future

from sim.rules.beliefs import felt, pass_day, revise, right, take_in
from sim.state import BORDER_CLASH, SHOCK

EVIDENCE = {"strike": -3.0, "fire": -2.0, "quiet": 0.5}


def evening(rungs=(0, 0), cause=BORDER_CLASH):
    """A future in which nobody has learnt anything, after acts of these rungs."""
    future, p = one_future()
    for name, weight in EVIDENCE.items():
        p.derived.evidence[name] = weight
    p.conflict.grievance.fire = 0.25
    future.chain_cause = cause
    for side in range(2):
        future.sides[side].rung = rungs[side]
        future.sides[side].learnt = 0.0
    return future, p


def learnt(future):
    """What both sides have learnt."""
    return future.sides["learnt"].tolist()


# What a side takes in


@pytest.mark.parametrize(("rung", "signal"), [(0, 0.5), (1, 0.5), (2, -2.0), (3, -3.0), (4, -3.0)])
def test_the_highest_act_suffered_is_the_days_signal(rung, signal):
    future, p = evening((0, rung))
    take_in(future, p, 0)
    assert learnt(future) == [signal, 0.0]


def test_kabul_learns_from_what_islamabad_did():
    future, p = evening((3, 2))
    take_in(future, p, 1)
    assert learnt(future) == [0.0, -3.0]


@pytest.mark.parametrize(("rung", "grievance"), [(1, 0.0), (2, 0.25), (3, 0.5), (4, 0.75)])
def test_fire_is_a_grievance_that_rises_with_the_rung(rung, grievance):
    """From rung 2 on, 0.25 a rung: 0.25 * (rung - 1)."""
    future, p = evening((0, rung))
    take_in(future, p, 0)
    assert future.sides[0].grievance[BORDER_CLASH] == grievance


def test_grievance_over_fire_has_the_cause_of_the_chain():
    future, p = evening((0, 2), SHOCK)
    future.sides[0].grievance[SHOCK] = 1.0
    take_in(future, p, 0)
    assert future.sides[0].grievance.tolist() == [0, 0, 0, 0, 1.25]


def test_what_a_side_does_is_no_grievance_of_its_own():
    future, p = evening((0, 2))
    take_in(future, p, 1)
    assert not future.sides["grievance"].any()


@pytest.mark.parametrize("rung", [1, 2, 3, 4])
def test_days_are_counted_by_the_highest_own_rung(rung):
    future, p = evening((rung, 0))
    future.sides[0].acts[rung] = 5
    take_in(future, p, 0)
    assert future.sides[0].acts.tolist() == [6 if k == rung else 0 for k in range(5)]


def test_a_day_of_restraint_is_no_act():
    future, p = evening()
    take_in(future, p, 0)
    assert not future.sides["acts"].any()


def test_a_day_on_which_an_attack_was_laid_at_kabuls_door_is_not_quiet_for_islamabad():
    future, p = evening()
    future.attributed_today = True
    take_in(future, p, 0)
    take_in(future, p, 1)
    assert learnt(future) == [0.0, 0.5]


@pytest.mark.parametrize("violator", [0, 1])
def test_a_day_on_which_the_other_was_found_in_violation_is_not_quiet(violator):
    future, p = evening()
    future.violated_today[violator] = 1
    take_in(future, p, 0)
    take_in(future, p, 1)
    assert learnt(future) == [0.5 if side == violator else 0.0 for side in range(2)]


def test_both_reasons_together_leave_no_quiet_either():
    future, p = evening()
    future.attributed_today, future.violated_today[1] = True, 1
    take_in(future, p, 0)
    assert learnt(future) == [0.0, 0.0]


# A day's forgetting


def test_trust_leaks_to_its_prior_and_is_then_believed():
    """1 + (3 - 1) * 0.75."""
    future, p = evening()
    p.derived.kept.trust, p.derived.parties[1].prior = 0.75, 1.0
    p.derived.parties[0].prior = -7.0
    future.sides[1].learnt, future.sides[1].believed = 3.0, 0.0
    pass_day(future, p, 1)
    assert (future.sides[1].learnt, future.sides[1].believed) == (2.5, 2.5)


def test_every_grievance_fades():
    future, p = evening()
    p.derived.kept.grievance = 0.75
    future.sides[1].grievance[:] = [4.0, 8.0, 0.0, 12.0, 16.0]
    pass_day(future, p, 1)
    assert future.sides["grievance"].tolist() == [[0.0] * 5, [3.0, 6.0, 0.0, 9.0, 12.0]]


def test_lock_in_on_every_contested_issue_fades():
    future, p = evening()
    p.count.contested = 2
    p.derived.parties[1].lock_in_kept = 0.5
    future.sides["lock_in"] = 1.0
    pass_day(future, p, 1)
    assert future.sides["lock_in"].tolist() == [[1.0] * 4, [0.5, 0.5, 1.0, 1.0]]


@pytest.mark.parametrize(
    ("believed", "willing", "is_right"),
    [(0.0, True, True), (-0.001, True, False), (0.0, False, False), (-0.001, False, True)],
)
def test_a_belief_is_right_on_the_right_side_of_evens(believed, willing, is_right):
    future, _ = evening()
    future.sides[0].believed, future.sides[1].willing = believed, willing
    future.sides[1].believed, future.sides[0].willing = -9.0, True
    assert right(future.sides[0], future.sides[1]) == is_right


# Tension


def test_tension_fades_and_both_sides_rungs_add_to_it():
    """8 * 0.75 + 1 (rung 2) + 2 (rung 3)."""
    future, p = evening((2, 3))
    p.conflict.tension.rungs[:] = [0.0, 0.25, 1.0, 2.0, 4.0]
    p.derived.kept.tension, future.tension = 0.75, 8.0
    assert felt(future, p) == 9.0


def test_restraint_may_add_tension_too():
    future, p = evening((0, 1))
    p.conflict.tension.rungs[:] = [0.125, 0.25, 1.0, 2.0, 4.0]
    future.tension = 0.0
    assert felt(future, p) == 0.375


# The whole step


def test_a_day_is_taken_in_by_both_before_it_is_believed():
    """Each side: 0 + weight of the act suffered, then half way back to a prior of 1."""
    future, p = evening((2, 3))
    p.derived.kept.trust = 0.5
    p.derived.parties["prior"] = 1.0
    revise(future, p)
    assert future.sides["believed"].tolist() == [-1.0, -0.5]


def test_tension_is_that_after_the_day():
    future, p = evening((2, 0))
    p.conflict.tension.rungs[:] = [0.0, 0.0, 3.0, 0.0, 0.0]
    p.derived.kept.tension, future.tension = 0.5, 4.0
    revise(future, p)
    assert future.tension == 5.0


def test_days_of_right_beliefs_are_counted_by_who_holds_them():
    """Islamabad trusts a Kabul that is willing; Kabul distrusts an Islamabad that is, too."""
    future, p = evening()
    p.derived.parties["prior"][:] = [2.0, -2.0]
    p.derived.kept.trust = 0.0
    future.sides["willing"] = True
    future.tally.right_days[:] = [10, 10]
    revise(future, p)
    assert future.tally.right_days.tolist() == [11, 10]


@pytest.mark.parametrize(("before", "after"), [(1.0, 1.25), (3.875, 4.0), (4.0, 4.0)])
def test_a_mediator_regains_effort_up_to_its_patience(before, after):
    future, p = evening()
    p.count.mediators = 1
    p.mediators[0].recovery, p.mediators[0].patience = 0.25, 4.0
    future.mediators[0].patience = before
    revise(future, p)
    assert future.mediators[0].patience == after


def test_every_mediator_regains_its_own():
    future, p = evening()
    p.count.mediators = 2
    p.mediators["recovery"][:2], p.mediators["patience"][:2] = [0.25, 0.5], 9.0
    future.mediators["patience"] = 1.0
    revise(future, p)
    assert future.mediators["patience"].tolist() == [1.25, 1.5] + [1.0] * 6
