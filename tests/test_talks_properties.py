"""What holds of talks whatever the protocol, the tactics and the stakes; and what mediators do."""

import numpy as np
import pytest
from conftest import SEED, put, shipped, tree_of, vary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.config import PARTIES, ConfigError, ProtocolKind, Settlement, validate
from sim.futures import Futures
from sim.model import CeasefireModel
from sim.negotiation.agenda import packages
from sim.negotiation.solutions import NoAgreementZone, nash
from sim.notes import MOVE, PARTIAL, ROUND

TACTICS = (
    "boulware", "linear", "conceder", "exponential_boulware", "relative_tit_for_tat",
    "absolute_tit_for_tat", "averaged_tit_for_tat", "zeuthen", "subgame_perfect", "hardliner",
    "trust_contingent", "package_trading",
)  # fmt: skip
SWAPPED = dict(zip(PARTIES, reversed(PARTIES), strict=True))
EVEN_HANDED = {
    "functions": ["formulate", "relay"], "leverage": {"pakistan": 0.4, "afghan_taliban": 0.4},
    "pressure": 0.5, "bias": 0, "credibility": 0.5, "patience": 9, "recovery": 0, "present": True,
    "label": "One",
}  # fmt: skip
QUIET = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@st.composite
def worlds(draw):
    """Textbook worlds of four issues with any protocol, tactics, weights, stakes and lock-in."""
    tree = tree_of("baseline", "case=textbook_four_issues")
    tree["mediators"] = {"even": EVEN_HANDED}
    for side in PARTIES:
        cuts = sorted(draw(st.lists(st.integers(0, 20), min_size=3, max_size=3)))
        parts = np.diff([0, *cuts, 20]) / 20
        tree[side] |= {
            "weights": dict(zip("abcd", parts.tolist(), strict=True)),
            "tactic": shipped("pakistan/tactic", draw(st.sampled_from(TACTICS))),
            "disagreement": draw(st.integers(0, 10)) / 20,
            "trust": draw(st.sampled_from([0.1, 0.5, 0.8])),
            "opponent_model": draw(st.sampled_from(["public", "learned"])),
            "lock_in": draw(st.sampled_from([0, 1.5])),
            "spin": "contradicting", "spin_chance": 0.5,
            "expected_rounds": draw(st.sampled_from([1, 3])),
        }  # fmt: skip
    for name in "abcd":
        tree["agenda"]["issues"][name] |= {"promise": draw(st.booleans()), "contested": True}
    return put(
        tree,
        {
            "protocol.kind": draw(st.sampled_from(list(ProtocolKind))).value,
            "protocol.exchanges_per_round": draw(st.sampled_from([1, 5, 20])),
            "protocol.first_mover": draw(st.sampled_from(PARTIES)),
            "calendar.interval": 5,
            "protocol.take_backs": draw(st.booleans()),
            "bargaining.settlement": draw(st.sampled_from(list(Settlement))).value,
        },
    )


@given(worlds())
@QUIET
def test_a_deal_is_never_below_either_reservation_when_it_is_accepted(tree):
    futures = Futures.begun(validate(tree)[0], 3, SEED, watched=3)
    at_once = tree["protocol"]["kind"] == ProtocolKind.monotonic_concession.value
    for _ in range(20):
        for notes in futures.live_day():
            for move in notes[notes["kind"] == MOVE]:
                speaker, accepted = move["whole"][3], move["whole"][5]
                if accepted and not (at_once and speaker < 2):  # there, one of two is taken
                    low = futures.records["sides"]["reservation"][int(move["replicate"])]
                    assert (move["real"][:2] >= low).all()
            for ended in notes[notes["kind"] == ROUND]:
                if ended["whole"][2] == PARTIAL:  # initialled only if it gains both something
                    low = futures.records["sides"]["reservation"][int(ended["replicate"])]
                    assert (ended["real"][:2] > low).all()
        signed = futures.records["tally"]["deal_day"] > 0
        assert (futures.records["tally"]["deal_gain"][signed] >= 0).all()


def relabelled(tree):
    """The same world with the parties' names exchanged."""
    back = dict(tree)
    for side, other in SWAPPED.items():
        back[side] = tree[other]
    issues = {}
    for name, issue in tree["agenda"]["issues"].items():
        sides = {side: issue[other] for side, other in SWAPPED.items()}
        issues[name] = issue | sides | {"demander": SWAPPED[issue["demander"]]}
    back["agenda"] = tree["agenda"] | {"issues": issues}
    first = SWAPPED[tree["protocol"]["first_mover"]]
    return back | {"protocol": tree["protocol"] | {"first_mover": first}}


@given(worlds(), st.sampled_from([-50, 10]))
@QUIET
def test_relabelling_the_parties_mirrors_the_outcome(tree, leaving):
    # nothing of a side's is drawn: neither accounts, walkouts nor breaches, true or alleged
    put(tree, {f"{side}.spin_chance": 1 for side in PARTIES})
    put(tree, {f"conflict.implementation.{name}": 0 for name in ("violation", "false_alarm")})
    put(tree, {"calendar.walkout.inclination": leaving})
    for side in PARTIES:
        if "disturbance" in tree[side]["tactic"]:
            tree[side]["tactic"]["disturbance"] = 0
    one, other = (
        CeasefireModel(validate(world)[0], 2, SEED).run(12).columns
        for world in (tree, relabelled(tree))
    )
    for name in ("deal_day", "deal_package", "deal_time", "partial_day", "taken_back",
                 "rounds_held", "rounds_failed", "rounds_partial", "rounds_adjourned"):  # fmt: skip
        assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"), name
    for side, swapped in SWAPPED.items():
        for name in ("deal_utility_{}", "deal_gain_{}", "{}_weight_error", "{}_trust"):
            a, b = one[name.format(side)], other[name.format(swapped)]
            assert np.array_equal(a, b, equal_nan=True), name


# Odd agendas


def only_issue(size):
    worth = [k / (size - 1) for k in range(size)]
    return {"options": [str(k) for k in range(size)], "pakistan": worth,
            "afghan_taliban": worth[::-1], "demander": "pakistan", "promise": False,
            "contested": False, "verification": None, "verification_alone": None}  # fmt: skip


@pytest.mark.parametrize("kind", list(ProtocolKind))
@pytest.mark.parametrize("tactic", TACTICS)
def test_an_agenda_of_one_issue_with_two_options_can_be_talked_about(kind, tactic):
    tree = tree_of("baseline", "case=textbook")
    tree["agenda"]["issues"] = {"pie": only_issue(2)}
    tree["mediators"] = {"even": EVEN_HANDED}
    put(tree, {f"{side}.tactic": shipped("pakistan/tactic", tactic) for side in PARTIES})
    put(tree, {"protocol.kind": kind.value})
    columns = CeasefireModel(validate(tree)[0], 2, SEED).run(6).columns
    assert columns["rounds_held"].tolist() == [1, 1]


def test_one_package_is_no_matter_for_talks_but_no_mistake_either():
    tree = tree_of("baseline", "case=textbook")
    issue = only_issue(2) | {"options": ["as it is"], "pakistan": [0], "afghan_taliban": [1]}
    tree["agenda"]["issues"] = {"pie": issue}
    columns = CeasefireModel(validate(tree)[0], 1, SEED).run(6).columns
    assert columns["deal"].all()
    assert columns["deal_distance"].tolist() == [0]
    with pytest.raises(NoAgreementZone):
        nash(np.array([[0.0, 1.0]]), np.array([0.5, 0.5]))


def test_eight_issues_of_six_options_are_too_many_packages():
    tree = tree_of("baseline", "case=textbook")
    tree["agenda"]["issues"] = {f"i{k}": only_issue(6) for k in range(8)}
    for side in PARTIES:
        tree[side]["weights"] = {f"i{k}": 0.125 for k in range(8)}
    with pytest.raises(ConfigError, match=r"1,679,616 packages; at most 20,000 are allowed"):
        validate(tree)


@pytest.mark.parametrize("kind", list(ProtocolKind))
def test_a_party_with_all_its_weight_on_one_issue_gets_it_or_agrees_to_nothing(kind):
    tree = tree_of("baseline", "case=textbook_four_issues")
    tree["mediators"] = {"even": EVEN_HANDED | {"pressure": 0}}
    put(tree, {
        "pakistan.weights": {"a": 1, "b": 0, "c": 0, "d": 0}, "pakistan.disagreement": 0.9,
        "protocol.kind": kind.value,
    })  # fmt: skip
    model = CeasefireModel(validate(tree)[0], 1, SEED)
    columns = model.run(6).columns
    assert columns["deal"].all()
    assert packages(model.scenario.agenda).describe(int(columns["deal_package"][0]))["a"] == "3"


# What mediators do, each function alone


ALONE = {
    "leverage": {"pakistan": 0.6, "afghan_taliban": 0.6}, "pressure": 0, "bias": 0,
    "credibility": 1, "patience": 50, "recovery": 1, "present": True,
    "label": "Other",
}  # fmt: skip
EASY = {
    f"{side}.{name}": value
    for side in PARTIES
    for name, value in (("disagreement", 0.1), ("winset_slack", 0.01), ("expected_rounds", 1))
}


@pytest.fixture(scope="module")
def with_and_without():
    def play(function, changes, horizon=40, futures=400):
        runs = []
        for functions in ([function, "relay", "formulate"], ["relay", "formulate"]):
            kept = functions if function not in functions[1:] else [function]
            mediator = ALONE | {"functions": kept}
            runs.append(CeasefireModel(
                vary({"mediators": {"one": mediator}} | changes), futures, SEED
            ).run(horizon).columns)  # fmt: skip
        return runs

    return play


def test_a_mediator_who_calls_back_brings_more_futures_to_the_table(with_and_without):
    one, other = with_and_without("call_back", {"calendar.attendance": 0})
    assert one["rounds_held"].mean() > other["rounds_held"].mean() + 0.1


def test_a_mediator_who_informs_tells_good_faith_from_bad(with_and_without):
    """Trust at the end is further apart between futures with a willing and an unwilling Kabul."""
    runs = with_and_without("inform", {"switches.attacks": False})
    apart = []
    for columns in runs:
        willing = columns["afghan_taliban_willing"]
        trust = columns["pakistan_trust"]
        apart.append(trust[willing].mean() - trust[~willing].mean())
    assert apart[0] > apart[1] + 0.05


def test_a_joint_communique_keeps_trust_after_a_breakdown(with_and_without):
    sure = {f"{side}.spin_chance": 1 for side in PARTIES}
    one, other = with_and_without("communique", sure | {"bargaining.communique": 1})
    assert one["pakistan_trust"].mean() > other["pakistan_trust"].mean()


def test_a_mediator_who_verifies_makes_guarantees_worth_more_and_blame_truer(with_and_without):
    """That verified guarantees lengthen the baseline's survival is pattern 4 (test_patterns)."""
    runs = with_and_without("verify", EASY, 90)
    gain, wrong = [], []
    for columns in runs:
        assert columns["deal"].sum() > 100
        gain.append(np.nanmean(columns["deal_gain_pakistan"]))
        wrong.append(columns["misattributed"].sum() / columns["attributed"].sum())
    assert gain[0] > gain[1] + 0.05
    assert wrong[0] < wrong[1] - 0.05


def test_a_mediator_who_contains_breaks_chains(with_and_without):
    """Talks off, so that what is compared is the chains alone; 4 standard errors of the pairs."""
    clashes = {"switches.talks": False, "conflict.clashes.rate": 0.2}
    clashes |= {"conflict.tension.initial": 0}  # so that not every chain ends in hostilities
    one, other = with_and_without("contain", clashes, futures=4_000)
    assert one["contained"].sum() > 0
    assert other["contained"].sum() == 0
    longer = one["collapse_day"].astype(float) - other["collapse_day"]
    assert longer.mean() > 4 * longer.std() / np.sqrt(len(longer))


def agreed(functions, kind, **changes):
    mediators = {
        "one": ALONE | {"functions": [functions]},
        "absent": ALONE | {"functions": ["relay", "formulate"], "present": False},
    }
    words = EASY | {"mediators": mediators, "protocol.kind": kind} | changes
    return CeasefireModel(vary(words), 300, SEED).run(20).columns["deal"].mean()


def test_a_single_text_needs_somebody_who_formulates():
    assert agreed("formulate", "single_text") > 0.2
    assert agreed("relay", "single_text") == 0


def test_a_shuttle_needs_somebody_who_relays():
    assert agreed("relay", "shuttle") > 0.2
    assert agreed("call_back", "shuttle") == 0


@pytest.mark.parametrize(("kind", "needed"), [("single_text", "formulate"), ("shuttle", "relay")])
def test_talks_that_only_mediators_could_hold_are_refused_without_any(kind, needed):
    with pytest.raises(ConfigError, match=f"{kind}; it needs a mediator .* include {needed}"):
        vary({"protocol.kind": kind, "mediators": {}})
    vary({"protocol.kind": kind, "mediators": {}, "switches.talks": False})
