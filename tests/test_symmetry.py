"""Swapping the parties, the first mover and the streams mirrors the results exactly.

Where both sides have the same actions (attacks off, agenda effects that only one side delivers
empty), nothing in the model may know which of them is called Islamabad.
"""

import copy
import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import SEED, put, same, tree_of

from sim.config import ENDS, PARTIES, ProtocolKind, validate
from sim.model import CeasefireModel
from sim.parameters import NONE
from sim.records import BY

SIDE = dict(zip(PARTIES, reversed(PARTIES), strict=True))

TEXTBOOK = {
    "switches.attacks": False,
    "switches.events": False,
    # what only one of them delivers: custody, strikes, crossings, evidence
    "agenda.effects": {
        "suppression": {}, "restraint": {}, "border": {}, "evidence": {}, "sharpened": {},
        "hotline": {}, "assurance": {}, "leakage": {}, "backlash": {}, "cohesion": {},
    },
    # the two sides differ in everything that a party has
    "afghan_taliban.weights": {
        "guarantees": 0.1, "custody": 0.2, "evidence": 0.15, "restraint": 0.25, "basing": 0.05,
        "arms": 0.05, "border": 0.2,
    },
    "pakistan.audience": 0.5,
    "afghan_taliban.audience": -0.2,
    "pakistan.trust": 0.45,
    "pakistan.lock_in_half_life": 11,
    "afghan_taliban.tactic.beta": 1.3,
    "pakistan.expected_spread": 0.6,
    "afghan_taliban.expected_rounds": 3,
    "conflict.clashes.rate": 0.1,
    "conflict.clashes.tension": 0.05,
    "conflict.implementation.violation": 0.3,
    "pakistan.disagreement": 0.2,
    "afghan_taliban.disagreement": 0.25,
    "afghan_taliban.capability": [1, 1, 1, 1],
    "pakistan.thresholds": [-0.5, 1.5, 4.0, 8.0],
    "afghan_taliban.thresholds": [-0.4, 1.7, 4.1, 8.3],
    "calendar.interval": 11,
}  # fmt: skip


EVEN_HANDED = {
    "leverage": {"pakistan": 0.4, "afghan_taliban": 0.4}, "pressure": 0.3, "bias": 0,
    "credibility": 0.6, "patience": 12, "recovery": 0.1, "present": True,
    "label": "Even",
}  # fmt: skip


def tactics(**fields):
    """One tactic for both sides."""
    return {f"{side}.tactic": fields for side in PARTIES}


def swap(node, one=PARTIES[0], other=PARTIES[1]):
    node[one], node[other] = node[other], node[one]


def mirrored(tree):
    """The same world with the parties' places taken by each other."""
    tree = copy.deepcopy(tree)
    swap(tree)
    tree["protocol"]["first_mover"] = SIDE[tree["protocol"]["first_mover"]]
    positions = [tree["accounts"][name] for name in ("islamabad", "kabul")]
    for issue in tree["agenda"]["issues"].values():
        swap(issue)
        issue["demander"] = issue["demander"] and SIDE[issue["demander"]]
    for position in (p for account in positions for p in account.values()):
        swap(position)
        position["opening"] = {SIDE[side]: option for side, option in position["opening"].items()}
    for mediator in tree["mediators"].values():
        swap(mediator["leverage"])
        mediator["bias"] = -mediator["bias"]
    return tree


def run(tree, replicates=400, horizon=90):
    """Outcome columns of a run of compiled rules."""
    return CeasefireModel(validate(tree)[0], replicates, SEED).run(horizon).columns


def interpreted(trees, replicates, horizon, *words):
    """Outcome columns and rounds of worlds run in an interpreter of their own."""
    done = subprocess.run(
        [sys.executable, Path(__file__).parent / "mirrored.py", *words],
        input=json.dumps([(tree, replicates, horizon, SEED) for tree in trees]).encode(),
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return pickle.loads(done.stdout)


def both_ways(trees, replicates, horizon):
    """Every world as it is, and with the parties' places and chance exchanged: both at once."""
    back = [mirrored(tree) for tree in trees]
    with ThreadPoolExecutor() as pool:
        ways = [pool.submit(interpreted, trees, replicates, horizon),
                pool.submit(interpreted, back, replicates, horizon, "--mirrored")]  # fmt: skip
        return zip(*(way.result() for way in ways), strict=True)


def swapped_name(column):
    for side, other in SIDE.items():
        if column.startswith(f"{side}_"):
            return column.replace(side, other, 1)
        if column.endswith(f"_{side}"):
            return column.removesuffix(side) + other
    return column


def differences(one, back):
    """Columns that are not mirrored to the last bit; by whom an end came is swapped too."""
    swapped = np.array([1, 0, BY.index("both"), NONE])  # NONE, -1, is the last
    by = {f"{end}_by" for end in ENDS}
    return same(one, {
        swapped_name(name): swapped[values] if name in by else values
        for name, values in back.items()
    })  # fmt: skip


WORLDS = {
    "plain": {},
    "Kabul first": {"protocol.first_mover": "afghan_taliban"},
    "single text": {"protocol.kind": "single_text"},
    "single text without clashes": {
        "protocol.kind": "single_text", "protocol.text_step": 0.07, "switches.clashes": False,
    },
    "nobody mediates": {"mediators": {}, "calendar.attendance": 4},
    "hardliners": tactics(kind="hardliner", floor=0.6),
    "easily ended": {f"{side}.ending_value": 3 for side in PARTIES},
    "broken every day": {
        "conflict.implementation.violation": 1, "conflict.implementation.detection": 1,
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "replicates"),
    [(["plain"], 3), ([name for name in WORLDS if name != "plain"], 25)],
    ids=["plain", "others"],
)
def test_swapping_parties_first_mover_and_streams_mirrors_outcomes_and_rounds(names, replicates):
    trees = [put(tree_of(), TEXTBOOK | WORLDS[name]) for name in names]
    pairs = zip(names, both_ways(trees, replicates, 60), strict=True)
    for name, ((one, rounds), (back, mirrored_rounds)) in pairs:
        assert differences(one, back) == [], name
        assert rounds == [
            {swapped_name(k): v for k, v in entry.items()} for entry in mirrored_rounds
        ], name
        assert rounds, name


IMITATION = {"kind": "tit_for_tat", "lag": 1, "window": 2, "disturbance": 0.05}
TACTICS = [
    {"kind": "time_dependent", "form": "exponential", "beta": 0.7, "kappa": 0.05},
    {"kind": "hardliner", "floor": 0.6},
    IMITATION | {"imitates": "relative"},
    IMITATION | {"imitates": "absolute"},
    IMITATION | {"imitates": "averaged"},
    {"kind": "zeuthen"},
    {"kind": "subgame_perfect", "discount": 0.9, "other_discount": 0.8},
    {"kind": "trust_contingent", "beta": 0.7, "distrust": 0.4},
    {"kind": "package_trading", "form": "polynomial", "beta": 0.5, "kappa": 0, "tolerance": 0.05},
    {"kind": "scripted", "offers": [{"guarantees": "third_party"}, {"custody": "confine"}]},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(ProtocolKind))
def test_every_tactic_mirrors_against_another_under_every_protocol(kind):
    """Even ones against the same tactic, odd ones against the next; the sides learn and spin."""
    trees = []
    for number, mine in enumerate(TACTICS):
        other = TACTICS[(number + number % 2) % len(TACTICS)]
        trees.append(put(
            tree_of(),
            TEXTBOOK
            | {"protocol.kind": kind.value, "pakistan.tactic": mine, "afghan_taliban.tactic": other}
            | {"pakistan.disagreement": 0.1, "afghan_taliban.disagreement": 0.15}
            | {"switches.clashes": False}  # few futures: all of them are to come to the table
            | {"pakistan.opponent_model": "learned", "afghan_taliban.spin": "selective"},
        ))  # fmt: skip
    for tree, ((one, rounds), (back, mirrored_rounds)) in zip(
        trees, both_ways(trees, 2, 14), strict=True
    ):
        assert differences(one, back) == [], tree["pakistan"]["tactic"]
        assert len(rounds) == len(mirrored_rounds) > 0


def test_much_happens_in_the_worlds_mirrored():
    """Otherwise the tests above would be empty."""
    columns = run(put(tree_of(), TEXTBOOK))
    for name in ("clashes", "contained", "rounds_failed", "deal", "violations", "deal_lapsed_day",
                 "pakistan_rung3_days", "afghan_taliban_rung3_days"):  # fmt: skip
        assert columns[name].sum() > 0, name


def test_mirroring_twice_is_no_change():
    tree = put(tree_of(), TEXTBOOK)
    assert mirrored(mirrored(tree)) == tree


@pytest.mark.parametrize("kind", list(ProtocolKind))
def test_two_equal_sides_fare_alike_on_average(kind):
    """Same party twice on a mirrored agenda: each side's rung days agree within 5 standard errors.

    The difference of both sides' counts is zero in expectation if the streams are independent.
    """
    tree = put(tree_of(), TEXTBOOK | {"protocol.kind": kind.value})
    needed = {"single_text": "formulate", "shuttle": "relay"}.get(kind.value)
    tree["mediators"] = {"even": EVEN_HANDED | {"functions": [needed]}} if needed else {}
    tree["agenda"]["issues"] = {
        name: {
            "options": ["less", "more"], "pakistan": values, "afghan_taliban": values[::-1],
            "demander": demander, "promise": True, "contested": True,
            "verification": None, "verification_alone": None,
        }
        for name, values, demander in (
            ("theirs", [0, 1], "pakistan"),
            ("ours", [1, 0], "afghan_taliban"),
        )
    }  # fmt: skip
    tree["agenda"]["links"] = {}
    tree["accounts"] |= {"islamabad": {}, "kabul": {}}
    tree["pakistan"] |= {"weights": {"theirs": 0.5, "ours": 0.5}, "opening": {}}
    tree["afghan_taliban"] = copy.deepcopy(tree["pakistan"])
    columns = run(tree, 3_000, 60)
    for rung in range(1, 5):
        one, other = (columns[f"{side}_rung{rung}_days"] for side in PARTIES)
        difference = one - other
        assert abs(difference.mean()) <= 5 * difference.std() / np.sqrt(len(difference))
