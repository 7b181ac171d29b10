"""Who among the mediators is active, and what they can do together: 1 - prod(1 - strength)."""

import pytest

from sim.negotiation.mediators import (
    active,
    called_back,
    pressure_on,
    restraint_on,
    strength_of_verifiers,
    voices,
)

from .sitting import cake

QATAR = {"leverage": (0.5, 0.2), "pressure": 0.4, "credibility": 0.6}
TURKIYE = {"leverage": (0.2, 0.7), "pressure": 0.5, "credibility": 0.3}
GONE = {"leverage": (0.9, 0.9), "pressure": 0.9, "credibility": 0.9, "present": False}
TIRED = GONE | {"present": True, "patience": 0.99}


def seated(*mediators):
    sitting = cake().mediators(*mediators)
    return sitting.future, sitting.p


@pytest.mark.parametrize(
    ("one", "is_active"),
    [({"patience": 1.0}, True), ({"patience": 0.99}, False), ({"present": False}, False)],
)
def test_a_mediator_is_active_while_it_takes_part_and_has_patience_for_an_effort(one, is_active):
    future, _ = seated(QATAR | one)
    assert bool(active(future, 0)) is is_active


def test_only_the_mediator_asked_about_counts():
    future, _ = seated(GONE, QATAR)
    assert [bool(active(future, k)) for k in range(2)] == [False, True]


@pytest.mark.parametrize(("side", "pull"), [(0, 1 - 0.5 * 0.8), (1, 1 - 0.8 * 0.3)])
def test_mediators_who_restrain_pull_independently_of_each_other(side, pull):
    holds = {"functions": ["restrain"]}
    world = seated(QATAR | holds, TURKIYE | holds, GONE | holds, TIRED | holds)
    assert restraint_on(*world, side) == pytest.approx(pull)


def test_only_those_who_restrain_hold_a_side_back():
    others = {"functions": ["call_back", "formulate", "inform", "contain"]}
    assert restraint_on(*seated(QATAR | others), 0) == 0.0


def test_without_mediators_there_is_no_pull():
    assert restraint_on(*seated(), 0) == 0.0


@pytest.mark.parametrize(("side", "pull"), [(0, 0.2), (1, 0.7)])
def test_only_those_who_call_back_pull_the_sides_back(side, pull):
    caller = {"functions": ["call_back"]}
    world = seated(QATAR, TURKIYE | caller, GONE | caller, TIRED | caller)
    assert called_back(*world, side) == pytest.approx(pull)


def test_several_call_back_together():
    caller = {"functions": ["call_back"]}
    assert called_back(*seated(QATAR | caller, TURKIYE | caller), 0) == pytest.approx(1 - 0.5 * 0.8)


@pytest.mark.parametrize(
    ("side", "pressure"), [(0, 1 - (1 - 0.2) * (1 - 0.1)), (1, 1 - (1 - 0.08) * (1 - 0.35))]
)
def test_pressure_is_the_share_of_leverage_that_is_used(side, pressure):
    assert pressure_on(*seated(QATAR, TURKIYE, GONE, TIRED), side) == pytest.approx(pressure)


def test_only_those_who_issue_communiques_are_heard_after_a_breakdown():
    speaker = {"functions": ["communique"]}
    world = seated(QATAR | speaker, TURKIYE, GONE | speaker, TIRED | speaker)
    assert voices(*world) == pytest.approx(0.6)


def test_voices_are_heard_together():
    speaker = {"functions": ["communique"]}
    assert voices(*seated(QATAR | speaker, TURKIYE | speaker)) == pytest.approx(1 - 0.4 * 0.7)


def test_those_who_verify_do_so_with_the_monitors_and_without_patience():
    verifier = {"functions": ["verify"]}
    future, p = seated(QATAR | verifier | {"patience": 0.0}, TURKIYE, GONE | verifier)
    future.monitors = 0.5
    assert strength_of_verifiers(future, p) == pytest.approx(1 - 0.5 * 0.4)


def test_several_verify_together():
    verifier = {"functions": ["verify"]}
    assert strength_of_verifiers(*seated(QATAR | verifier, TURKIYE | verifier)) == pytest.approx(
        1 - 0.4 * 0.7
    )
