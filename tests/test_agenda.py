"""What the shipped agenda brings about: Kabul's conditional promise, its own policy, deporting."""

import numpy as np
import pytest
from conftest import SEED, loaded, vary

from sim.config import PARTIES
from sim.futures import Futures
from sim.model import CeasefireModel
from sim.negotiation.agenda import packages
from sim.negotiation.tables import opening

FUTURES, DAYS = 1_500, 60
EVIDENCE = "agenda.links.evidence_first"
NO_LINK = {f"{EVIDENCE}.cheaper": 0, f"{EVIDENCE}.believed": 0}
BASELINE = loaded()
LISTED = packages(BASELINE.agenda)


def deals(changes):
    """Options that the first deals of futures take, by issue."""
    columns = CeasefireModel(vary(changes), FUTURES, SEED).run(DAYS).columns
    taken = LISTED.option[columns["deal_package"][columns["deal"]]]
    return {
        issue: np.array(names)[taken[:, k]]
        for k, (issue, names) in enumerate(zip(LISTED.issues, LISTED.options, strict=True))
    }


@pytest.mark.parametrize("account", ["islamabad", "kabul"])
def test_once_evidence_makes_arrests_easier_they_are_agreed_more_often_where_it_is_shared(account):
    """Three standard errors of two independent counts; chance is shared, so they differ by less."""
    agreed = []
    for link in ({}, NO_LINK):
        found = deals({"accounts.name": account} | link)
        agreed.append(int(((found["evidence"] != "none") & (found["custody"] == "arrest")).sum()))
    assert agreed[0] - agreed[1] > 3 * np.sqrt(sum(agreed))


def test_nearly_all_deals_leave_kabuls_ban_on_weapons_as_it_is():
    """Of 200 deals, at most one would do otherwise with chance below .001 if a twentieth did."""
    found = deals({})["arms"]
    assert len(found) > 200
    assert (found == "ban").mean() > 0.99


def test_the_ban_is_the_public_position_of_both_sides():
    for account in range(2):
        futures = Futures.begun(BASELINE, 1, SEED)
        for side in range(2):
            assert LISTED.describe(opening(futures.sets[0], account, side))["arms"] == "ban"


NOBODY_ENDS = {"switches.responses": False, "switches.repudiation": False}


def attacks(changes, days=60):
    """Attacks a future of the more exposed group."""
    columns = CeasefireModel(vary(NOBODY_ENDS | changes), FUTURES, SEED).run(days).columns
    return columns["attacks_ttp"]


def test_whatever_the_ban_ends_attacks_without_a_deal_are_those_that_trackers_count():
    """Within five standard errors of the difference: the same chance gives nearly the same."""
    ban = "agenda.effects.suppression.arms.ban"
    one, other = (attacks({ban: ends, "switches.talks": False}) for ends in (0.0, 0.5))
    difference = one - other
    assert abs(difference.mean()) < 5 * difference.std() / np.sqrt(FUTURES)
    assert difference.any()


def test_withdrawing_the_ban_brings_attacks_and_costs_kabul_islamabads_trust():
    """Deals are the same but for it: Kabul had rather be rid of it, and Islamabad does not mind."""
    weary = {f"agenda.issues.arms.{side}": [0, 1] for side in PARTIES}
    kept, withdrawn = (
        CeasefireModel(vary(NOBODY_ENDS | weary | changes), FUTURES, SEED).run(60)
        for changes in ({"agenda.effects.suppression.arms": {"tolerated": 0.5, "ban": 0.5}},
                        {"agenda.effects.suppression.arms": {"ban": 0.5}})
    )  # fmt: skip
    more = withdrawn.columns["attacks_ttp"] - kept.columns["attacks_ttp"]
    trusted = withdrawn.columns["pakistan_trust"] - kept.columns["pakistan_trust"]
    assert more.mean() > 3 * more.std() / np.sqrt(FUTURES)
    assert trusted.mean() < -3 * trusted.std() / np.sqrt(FUTURES)


def test_deporting_lies_between_arresting_and_extraditing_but_for_who_is_left_at_large():
    effects = BASELINE.agenda.effects
    for name in ("backlash", "cohesion"):
        sizes = getattr(effects, name)["custody"]
        assert sizes["arrest"] < sizes["deport"] < sizes["extradite"]
    ended = effects.suppression["custody"]
    assert ended["confine"] < ended["deport"] < ended["arrest"] < ended["extradite"]
    assert 0 < effects.leakage["custody"]["deport"] < effects.leakage["custody"]["confine"]
