"""Public accounts: which issues a side spins, whom that contradicts, and what it locks in."""

import pytest

from sim.config import Spin
from sim.negotiation.accounts import contradicts, largest_retreat, locked_in, spun
from sim.parameters import NONE, code

from .sitting import Sitting, issue, of_issues

TALKED_ABOUT = {  # two contested issues, an undisputed one, and another contested one
    "land": issue([0, 0.5, 1], [1, 0.5, 0], contested=True),
    "toll": issue([0, 1], [1, 0]),
    "flag": issue([0, 1], [1, 0], contested=True),
    "name": issue([0, 1], [1, 0], contested=True),
}


@pytest.fixture(scope="module")
def scenario():
    return of_issues(TALKED_ABOUT, [[0.4, 0.1, 0.3, 0.2], [0.25] * 4])


def spins(scenario, spin, *offers, side=0):
    """Contested issues that a side spins after its offers, each an option by issue."""
    sitting = Sitting(scenario)
    sitting.p.parties[side].spin = code(spin)
    sitting.said(side, *(((a * 2 + b) * 2 + c) * 2 + d for a, b, c, d in offers))
    return [c for c in range(3) if spun(*sitting.at_table, side, c)]


def test_who_is_truthful_spins_nothing(scenario):
    assert spins(scenario, Spin.truthful, (0, 0, 0, 0)) == []


def test_who_contradicts_spins_everything(scenario):
    assert spins(scenario, Spin.contradicting) == [0, 1, 2]


@pytest.mark.parametrize(
    ("offer", "spun_"),
    [
        ((2, 1, 0, 1), [1]),  # back by .3 on the flag
        ((0, 1, 0, 1), [0]),  # by .4 on land, .3 on the flag
        ((1, 1, 1, 0), [0]),  # by .2 on land and .2 on the name: the first of equals
        ((2, 0, 1, 1), []),  # on what is not contested only
        ((2, 1, 1, 1), []),  # nowhere
    ],
)
def test_who_is_selective_spins_the_largest_retreat_of_the_last_offer(scenario, offer, spun_):
    assert spins(scenario, Spin.selective, (0, 0, 0, 0), offer) == spun_


def test_the_other_side_has_its_own_retreats(scenario):
    assert spins(scenario, Spin.selective, (0, 1, 1, 0), side=1) == [1]


def test_who_is_selective_and_has_offered_nothing_spins_nothing(scenario):
    assert spins(scenario, Spin.selective) == []


def test_only_issues_that_are_contested_here_are_looked_at(scenario):
    sitting = Sitting(scenario)
    sitting.t.retreat[0, 3, 0], sitting.p.count.contested = 9.0, 3
    assert largest_retreat(sitting.p, sitting.t, 0, 0) == 0
    sitting.t.retreat[0, :3, 0] = 0.0
    assert largest_retreat(sitting.p, sitting.t, 0, 0) == NONE


@pytest.mark.parametrize(
    ("uniform", "damping", "so"),
    [(0.49, 0.0, True), (0.5, 0.0, False), (0.29, 0.4, True), (0.3, 0.4, False), (0.0, 1.0, False)],
)
def test_a_communique_removes_a_share_of_the_chance_to_contradict(uniform, damping, so):
    assert bool(contradicts(uniform, 0.5, damping)) is so


@pytest.mark.parametrize(
    ("current", "damping", "after"), [(0.2, 0.0, 0.8), (0.2, 0.5, 0.4), (0.7, 0.5, 0.7)]
)
def test_an_account_locks_in_as_far_as_the_communique_lets_it(current, damping, after):
    assert locked_in(current, 0.8, damping) == pytest.approx(after)
