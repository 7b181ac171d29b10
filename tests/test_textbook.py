"""The textbook case has the answers of the textbooks: Rubinstein's shares, Nash's package, time."""

import numpy as np
import pytest
import yaml
from conftest import SEED, put, shipped, tree_of
from negotiation.sitting import Sitting, publicly

from sim.config import PARTIES, validate
from sim.model import CeasefireModel
from sim.negotiation.solutions import nash, rubinstein_shares

CASES = ("textbook", "textbook_four_issues")
LONG = ("protocol.exchanges_per_round=400", "protocol.exchanges_per_session=100",
        "protocol.sessions_per_day=5")  # fmt: skip
TOGETHER = ("protocol.kind=monotonic_concession", *LONG)
in_both_cases = pytest.mark.parametrize("case", CASES)


class Play:
    """One round of a textbook case between two tactics."""

    def __init__(self, one, other, *overrides, case="textbook"):
        tree = tree_of("baseline", f"case={case}")
        for side, tactic in zip(PARTIES, (one, other), strict=True):
            tree[side]["tactic"] = shipped("pakistan/tactic", tactic)
        changes = [word.split("=") for word in overrides]
        put(tree, {path: yaml.safe_load(value) for path, value in changes})
        model = CeasefireModel(validate(tree)[0], 1, SEED)
        self.outcome = {name: values[0] for name, values in model.run(10).columns.items()}
        self.utilities = publicly(Sitting(model.scenario))
        self.agreed = bool(self.outcome["deal"])
        self.time = self.outcome["deal_time"]
        self.shares = tuple(self.outcome[f"deal_utility_{side}"] for side in PARTIES)
        self.step = 0.01 if case == "textbook" else 0.1


# Subgame-perfect bargainers


@pytest.mark.parametrize("periods", [1, 2, 5, 20])
@pytest.mark.parametrize(("mine", "theirs"), [(0.9, 0.9), (0.8, 0.95)])
def test_subgame_perfect_sides_agree_at_once_on_rubinsteins_finite_share(periods, mine, theirs):
    play = Play(
        "subgame_perfect", "subgame_perfect", f"protocol.exchanges_per_round={periods}",
        f"pakistan.tactic.discount={mine}", f"pakistan.tactic.other_discount={theirs}",
        f"afghan_taliban.tactic.discount={theirs}", f"afghan_taliban.tactic.other_discount={mine}",
    )  # fmt: skip
    assert play.time == 1 / periods
    assert play.shares == pytest.approx(rubinstein_shares(mine, theirs, periods), abs=play.step)


def test_subgame_perfect_sides_agree_at_once_and_efficiently_on_four_issues():
    play = Play("subgame_perfect", "subgame_perfect", case="textbook_four_issues")
    assert play.time == 1 / 20
    assert play.outcome["deal_distance"] == 0
    assert play.outcome["deal_nash_share"] > 0.9


def test_patience_pays():
    shares = [
        Play("subgame_perfect", "subgame_perfect", f"pakistan.tactic.discount={delta}",
             f"afghan_taliban.tactic.other_discount={delta}").shares[0]
        for delta in (0.5, 0.7, 0.9)
    ]  # fmt: skip
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


# Zeuthen's bargainers


@in_both_cases
@pytest.mark.parametrize("disagreement", [(0, 0), (0.2, 0), (0, 0.3), (0.3, 0.1)])
def test_zeuthens_bargainers_end_at_the_nash_package(case, disagreement):
    levels = [f"{side}.disagreement={d}" for side, d in zip(PARTIES, disagreement, strict=True)]
    play = Play("zeuthen", "zeuthen", *TOGETHER, *levels, case=case)
    best = nash(play.utilities, np.array(disagreement))
    product = np.prod(play.utilities[best] - disagreement)
    assert np.prod(np.array(play.shares) - disagreement) == pytest.approx(product, abs=1e-9)
    assert play.outcome["deal_nash_share"] == pytest.approx(1, abs=1e-9)


@in_both_cases
def test_zeuthens_bargainers_end_there_in_turns_as_well(case):
    assert Play("zeuthen", "zeuthen", *LONG, case=case).outcome["deal_nash_share"] == 1


def test_too_short_a_round_ends_without_agreement():
    """Fifty slices each take fifty-one exchanges."""
    assert not Play("zeuthen", "zeuthen", "protocol.kind=monotonic_concession").agreed


# Time


@in_both_cases
def test_boulware_sides_agree_late_conceders_early(case):
    times = [Play(tactic, tactic, case=case).time for tactic in ("boulware", "linear", "conceder")]
    assert times == sorted(times, reverse=True)
    assert times[0] >= 0.7
    assert times[-1] <= 0.2


@in_both_cases
@pytest.mark.parametrize(
    "tactic", ["boulware", "linear", "hardliner", "trust_contingent", "package_trading"]
)
def test_a_conceder_loses_share_to_anybody_who_waits(case, tactic):
    against = Play(tactic, "conceder", case=case)
    turned = Play("conceder", tactic, case=case)
    assert against.shares[0] > against.shares[1]
    assert turned.shares[1] > turned.shares[0]


def test_agreements_cluster_before_the_deadline():
    """Boulware sides of every kind: more than two thirds agree in the last third of the round."""
    times = [
        Play("boulware", "boulware", f"pakistan.tactic.beta={one}",
             f"afghan_taliban.tactic.beta={other}").time
        for one in (0.1, 0.2, 0.3, 0.45)
        for other in (0.15, 0.25, 0.4)
    ]  # fmt: skip
    assert np.mean(np.array(times) > 2 / 3) > 2 / 3


def test_two_hardliners_do_not_agree():
    assert not Play("hardliner", "hardliner").agreed


@pytest.mark.parametrize("tactic", ["relative_tit_for_tat", "averaged_tit_for_tat"])
def test_nobody_who_only_answers_concedes_first(tactic):
    assert not Play(tactic, tactic).agreed
    assert Play(tactic, "conceder").agreed


def test_nothing_is_agreed_where_there_is_nothing_to_share():
    levels = [f"{side}.disagreement=0.6" for side in PARTIES]
    assert not Play("conceder", "conceder", *levels).agreed


# Symmetry


@in_both_cases
@pytest.mark.parametrize("protocol", ["alternating_offers", "monotonic_concession"])
@pytest.mark.parametrize(
    "tactic", ["boulware", "conceder", "zeuthen", "subgame_perfect", "package_trading"]
)
def test_the_first_mover_may_be_either_and_shares_change_places(case, protocol, tactic):
    """Four issues have opposite weights, so what one side gets the other gets in its place."""
    words = (
        (*LONG, f"protocol.kind={protocol}")
        if tactic == "zeuthen"
        else (f"protocol.kind={protocol}",)
    )
    one, other = (
        Play(tactic, tactic, *words, f"protocol.first_mover={side}", case=case) for side in PARTIES
    )
    assert one.agreed
    if one.outcome["deal_distance"] == 0 and case == "textbook":
        assert one.shares == pytest.approx(other.shares[::-1], abs=1e-12)
    assert one.time == other.time


def test_equal_sides_who_offer_at_once_share_alike():
    for case in CASES:
        first, second = Play("zeuthen", "zeuthen", *TOGETHER, case=case).shares
        assert first == pytest.approx(second, abs=1e-12)
