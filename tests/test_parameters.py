"""No parameter is inert: each has a regime in which it moves what happens.

Those that have a direction are in tests/test_parameter_directions.py, the others here.
"""

import dataclasses
import typing

import numpy as np
import pytest
from conftest import SEED, STILL, outcomes, put, tree_of
from parameter_directions import NO_DIRECTION

import sim.config as schema
from sim.config import validate
from sim.config.events import Event
from sim.model import CeasefireModel

REPLICATES, HORIZON = 150, 90
# A column that only repeats a parameter does not show that the parameter does anything.
ECHOES = ("replicate", "account", "_capacity", "_willing", "_trust", "_mandate", "deal_pressure")

# Regimes: worlds in which a mechanism is busy enough to show what its parameters do.
BASE: dict = {}
DEALS = {"pakistan.disagreement": 0.1, "afghan_taliban.disagreement": 0.1,
         "pakistan.winset_slack": 0.01, "afghan_taliban.winset_slack": 0.01}  # fmt: skip
LASTING_DEALS = DEALS | {"switches.repudiation": False, "conflict.implementation.tolerance": 100}
BOTH = ("pakistan", "afghan_taliban")


def holding_out(view, floor):
    """Ask for as much as the floor, and never for less than no deal."""
    return max(view.reservation, floor)


def tactics(**fields):
    """The same tactic for both sides."""
    return {f"{side}.tactic": fields for side in BOTH}


BOULWARE = {"kind": "time_dependent", "form": "polynomial", "beta": 0.3, "kappa": 0}
HARDLINER = {"kind": "hardliner", "floor": 0.8}
HARDLINERS = tactics(**HARDLINER)
IMITATION = {"kind": "tit_for_tat", "lag": 1, "window": 3, "disturbance": 0.05}
RELATIVE, ABSOLUTE, AVERAGED = (
    tactics(**IMITATION, imitates=name) for name in ("relative", "absolute", "averaged")
)
PERFECT = tactics(kind="subgame_perfect", discount=0.9, other_discount=0.9)
CONTINGENT = tactics(kind="trust_contingent", beta=0.3, distrust=0.5)
TRADING = tactics(kind="package_trading", form="polynomial", beta=0.3, kappa=0.01, tolerance=0.02)
CUSTOM = tactics(kind="custom", tactic=f"{__name__}:holding_out", parameters={"floor": 0.3})
EXPONENTIAL = tactics(kind="time_dependent", form="exponential", beta=0.3, kappa=0.2)
GREEDY = {"militants.ttp.spoiler": "greedy", "militants.ttp.spoiling": 3}
WORN = {"conflict.mandate.fruitless": 0.5, "conflict.mandate.unanswered": 0.5,
        "conflict.mandate.lost": 0}  # fmt: skip
TEXT = {"protocol.kind": "single_text"}
SHUTTLE = {"protocol.kind": "shuttle"}
MIXED = {"accounts.name": "mixed"}
COMMUNIQUE = {f"mediators.{name}.functions": ["call_back", "formulate", "inform", "communique"]
              for name in ("qatar", "turkiye")}  # fmt: skip
VERIFY = {f"mediators.{name}.functions": ["formulate", "verify"] for name in ("qatar", "turkiye")}
STATEMENT = {"events": {"x": {"kind": "bagram_statement", "day": 9, "pressure": 3}}}
HOSTILE = {"events": {"x": {"kind": "leadership_statement", "day": 9, "party": "pakistan",
                            "tone": -1}}}  # fmt: skip
HAZARD = STILL | {"ceasefire.exogenous_hazard": 0.01}
# In this world a deal that opens the border, restrains and inquires is the only alternative.
EVERYTHING = DEALS | {
    "agenda.issues": {
        "all": {
            "options": ["nothing", "all"], "pakistan": [0, 1], "afghan_taliban": [0.2, 1],
            "demander": "pakistan", "promise": True, "contested": True,
            "verification": [0, 0.8], "verification_alone": [0, 0.3],
        }
    },
    "agenda.effects": {
        **{name: {"all": {"all": 0.7}} for name in ("suppression", "restraint", "border",
                                                    "evidence", "assurance", "cohesion",
                                                    "sharpened", "hotline")},
        "leakage": {"all": {"all": 0.02}}, "backlash": {"all": {"all": 0.8}},
    },
    "agenda.links": {}, "accounts.islamabad": {}, "accounts.kabul": {},
    "pakistan.weights": {"all": 1}, "afghan_taliban.weights": {"all": 1},
    "pakistan.opening": {}, "afghan_taliban.opening": {},
    "switches.repudiation": False,
}  # fmt: skip


# Here Kabul had rather be rid of its ban on weapons, and Islamabad does not mind.
WITHDRAWN = DEALS | {
    "agenda.issues.arms.afghan_taliban": [0, 1], "agenda.issues.arms.pakistan": [0, 1],
}  # fmt: skip


def event(**changes):
    return {"x": {"kind": "attack", "day": 9, "deaths": 40, "group": "ttp"} | changes}


# path -> (low, high) or (low, high, regime); a path with a star stands for both parties
TABLE = {
    # scenario-wide
    "ceasefire.exogenous_hazard": (0, 0.02),
    "ceasefire.consecutive_days": (2, 5, {"conflict.clashes.rate": 0.3}),
    "events": (event(deaths=5), event(deaths=400)),
    "events ": (event(day=9), event(day=30)),
    "parameter_sets": ([], [{"conflict.tension.initial": 2.0}]),
    "accounts.probability_islamabad": (0.1, 0.9, MIXED),
    # parties
    "*.disagreement": (0.1, 0.5),
    "*.expected_rounds": (1, 8),
    "*.expected_spread": (0, 3),
    "*.candour": (0, 1, DEALS),
    "*.tactic.beta": (0.3, 5, DEALS),
    "*.tactic.beta ": (0.3, 5, DEALS | EXPONENTIAL),
    "*.tactic.kappa": (0, 0.9, DEALS),
    "*.tactic.floor": (0, 0.9, DEALS | HARDLINERS),
    "*.tactic.lag": (1, 3, DEALS | RELATIVE),
    "*.tactic.window": (
        1, 4, DEALS | AVERAGED | {"agenda.links": {}, "protocol.take_backs": True}
    ),
    "*.tactic.disturbance": (0, 0.3, DEALS | ABSOLUTE),
    "*.tactic.discount": (0.2, 0.9, DEALS | PERFECT),
    "*.tactic.other_discount": (0.2, 0.9, DEALS | PERFECT),
    "*.tactic.beta  ": (0.3, 5, DEALS | CONTINGENT),
    "*.tactic.distrust": (0, 1, DEALS | CONTINGENT),
    "*.tactic.beta   ": (0.3, 5, DEALS | TRADING),
    "*.tactic.kappa ": (0, 0.9, DEALS | TRADING),
    "*.tactic.tolerance": (0, 0.3, DEALS | TRADING),
    "*.tactic.parameters": ({"floor": 0.1}, {"floor": 0.9}, DEALS | CUSTOM),
    "*.good_faith": (0.05, 0.95, LASTING_DEALS),
    "*.unwilling_delivery": (0, 0.9, LASTING_DEALS | {"*.good_faith": 0.1}),
    "*.capacity": (0.2, 0.9, LASTING_DEALS),
    "*.capacity_spread": (0, 0.5, LASTING_DEALS),
    "*.believed_capacity": (0.1, 0.9),
    "*.trust": (0.1, 0.9),
    "*.audience": (-1, 2),
    "*.resolve_spread": (0, 2),
    "*.spin_chance": (0, 1),
    "*.lock_in": (0, 2, {"*.spin_chance": 1}),
    "*.lock_in_half_life": (1, 300, {"*.spin_chance": 1}),
    "*.winset_slack": (0, 0.5, DEALS),
    "*.closure_cost": (0, 0.02),
    "*.ending_value": (2, 60),
    "*.ending_spread": (0, 2),
    "*.capability": ([1, 1, 0, 1], [1, 1, 1, 1]),
    "*.thresholds": ([-3, 0, 2, 4], [0, 3, 5, 9]),
    # mediators
    "mediators.qatar.leverage.pakistan": (0, 1),
    "mediators.qatar.leverage.afghan_taliban": (0, 1),
    "mediators.qatar.pressure": (0, 1, {"bargaining.pressure": 0.3}),
    "mediators.qatar.bias": (-1, 1),
    "mediators.qatar.credibility": (0, 1),
    "mediators.qatar.patience": (0, 50),
    "mediators.qatar.recovery": (0, 1, {"mediators.qatar.patience": 2}),
    # militants
    "militants.ttp.attacks_per_year": (100, 900),
    "militants.ttp.deaths_per_attack": (0.3, 2),
    "militants.ttp.share": (0.1, 0.9),
    "militants.ttp.excitation": (0, 0.8),
    "militants.ttp.excitation_days": (1, 40),
    "militants.ttp.frailty": (0, 1),
    "militants.ttp.season": (0, 1),
    "militants.ttp.season_peak": (1, 180, {"militants.ttp.season": 1}),
    "militants.ttp.tail_exponent": (2.0, 2.6),
    "militants.ttp.deadliest": (20, 1000, {"militants.ttp.deaths_per_attack": 0.8}),
    "militants.ttp.from_afghan_soil": (0, 1),
    "militants.ttp.exposure": (0, 1, EVERYTHING),
    "militants.ttp.spoiling": (0, 5),
    "militants.ttp.inducement": (0, 1, GREEDY),
    # talks
    "calendar.interval": (3, 60),
    "calendar.length": (1, 20, {"calendar.interval": 5}),
    "calendar.attendance": (-3, 5),
    "calendar.tension": (0, 1),
    "calendar.breakdown": (0, 6, {"mediators": {}}),
    "calendar.call_back": (0, 6),
    "calendar.ripeness": (0, 60),
    "calendar.walkout.inclination": (-3, 2),
    "calendar.walkout.tension": (0, 1),
    "calendar.walkout.grievance": (0, 1),
    "calendar.walkout.audience": (0, 4),
    "calendar.walkout.call_back": (0, 6),
    "calendar.walkout.closure": (0, 60),
    "calendar.walkout.trust": (0, 6),
    "protocol.sessions_per_day": (1, 6, DEALS),
    "protocol.exchanges_per_session": (1, 9, DEALS),
    "protocol.exchanges_per_round": (2, 40, DEALS),
    "protocol.draft_lean": (0, 0.5, DEALS | TEXT | {"mediators.qatar.bias": 1}),
    "protocol.text_step": (0.02, 0.6, DEALS | TEXT),
    "protocol.relay_noise": (0, 0.5, DEALS | SHUTTLE),
    "protocol.face_saving": (0, 0.5, DEALS | TEXT),
    "protocol.take_backs": (False, True),
    "bargaining.settlement": ("single_undertaking", "issue_by_issue"),
    "bargaining.ripeness": (0, 0.1),
    "bargaining.pressure": (0, 0.5),
    "bargaining.fragility": (0, 1, EVERYTHING),
    "bargaining.communique": (0, 1, COMMUNIQUE),
    "bargaining.win_set_mandate": (0, 0.5, DEALS | WORN),
    "bargaining.win_set_audience": (0, 0.5, DEALS | {"*.audience": 0.5}),
    # conflict
    "conflict.clashes.rate": (0, 0.1),
    "conflict.clashes.tension": (0, 0.5),
    "conflict.clashes.severity": (0.2, 5),
    "conflict.attribution.salience": (2, 30),
    "conflict.attribution.base": (0.2, 1),
    "conflict.attribution.trust": (0, 1),
    "conflict.attribution.monitors": (0, 1, EVERYTHING),
    "conflict.attribution.evidence": (0, 1, EVERYTHING),
    "conflict.attribution.standing_evidence": (0, 1),
    "conflict.attribution.denial": (0, 1, {"conflict.clashes.rate": 0.2}),
    "conflict.attribution.acknowledged": (0, 1, {"conflict.attribution.denial": 0}),
    "conflict.attribution.per_log_death": (0.2, 2),
    "conflict.response.tension": (0, 0.8),
    "conflict.response.talks": (0, 5),
    "conflict.response.deal": (0, 5, EVERYTHING),
    "conflict.response.bound": (0, 5, EVERYTHING),
    "conflict.response.leverage": (0, 4),
    "conflict.response.trust": (0, 5),
    "conflict.response.cost": (0, 50, {"*.closure_cost": 0.01}),
    "conflict.response.hotline": (0, 1, {"conflict.response.standing_hotline": 1}),
    "conflict.response.standing_hotline": (0, 1),
    "conflict.response.counter": (0, 3),
    "conflict.response.counter_from": (1, 4),
    "conflict.response.local": (0, 4),
    "conflict.response.mandate": (0, 5),
    "conflict.response.links": (1, 8),
    "conflict.response.violation": (0, 6, EVERYTHING),
    "conflict.response.breakdown": (0, 6),
    "conflict.response.statement": (0, 6, HOSTILE),
    "conflict.response.unfinished": (0, 8, {"conflict.response.links": 2}),
    "conflict.response.containment": (0, 1),
    "conflict.tension.initial": (0, 15),
    "conflict.tension.half_life": (1, 60),
    "conflict.tension.rungs": ([0, 0, 0, 0, 0], [0, 1, 3, 5, 8]),
    "conflict.trust.memory": (2, 900),
    **{
        f"conflict.trust.signals.{name}": (
            {"good": 0.5, "bad": 0.5}, {"good": good, "bad": bad},
            {"delivery": EVERYTHING, "violation": EVERYTHING, "statement": HOSTILE,
             "taken_back": {"protocol.take_backs": True}, "withdrawn": WITHDRAWN}.get(name, BASE),
        )
        for name, good, bad in (
            ("strike", 0.05, 0.8), ("fire", 0.05, 0.8), ("delivery", 0.9, 0.1),
            ("violation", 0.05, 0.9), ("contradiction", 0.05, 0.9), ("quiet", 0.9, 0.7),
            ("statement", 0.1, 0.9), ("disputed", 0.1, 0.9), ("taken_back", 0.1, 0.9),
            ("withdrawn", 0.05, 0.9),
        )
    },
    "conflict.implementation.build_up": (2, 100, EVERYTHING),
    "conflict.implementation.delivery": (0, 1, EVERYTHING),
    "conflict.implementation.violation": (0, 0.5, EVERYTHING),
    "conflict.implementation.deterrence": (0, 1, EVERYTHING | VERIFY),
    "conflict.implementation.detection": (0, 0.9, EVERYTHING),
    "conflict.implementation.false_alarm": (0, 0.2, EVERYTHING),
    "conflict.implementation.monitoring.capacity": (0, 1, EVERYTHING | VERIFY),
    "conflict.implementation.monitoring.deployment": (1, 100, EVERYTHING | VERIFY),
    "conflict.implementation.monitoring.withdrawal": (0, 1, EVERYTHING | VERIFY),
    "conflict.implementation.adjudication.rate": (0, 1, EVERYTHING),
    "conflict.implementation.adjudication.alone": (0, 1, EVERYTHING),
    "conflict.implementation.adjudication.clearing": (0, 1, EVERYTHING | VERIFY),
    "conflict.implementation.remedy.chance": (0, 1, EVERYTHING),
    "conflict.implementation.remedy.alone": (0, 1, EVERYTHING),
    "conflict.implementation.remedy.returned": (
        0, 1, EVERYTHING | {"switches.repudiation": True, "*.ending_value": 5}
    ),
    "conflict.implementation.window": (2, 900, EVERYTHING),
    "conflict.implementation.tolerance": (0.5, 50, EVERYTHING | {"*.good_faith": 0.1}),
    "conflict.implementation.renegotiation": (0, 1, EVERYTHING | {"*.good_faith": 0.3}),
    "conflict.implementation.evidence": (0, 3, EVERYTHING),
    "conflict.implementation.backlash_days": (2, 90, EVERYTHING),
    "conflict.grievance.half_life": (3, 300),
    "conflict.grievance.attack": (0, 3),
    "conflict.grievance.fire": (0, 5),
    "conflict.grievance.violation": (
        0, 9, EVERYTHING | {"switches.repudiation": True, "*.ending_value": 5}
    ),
    "conflict.grievance.breakdown": (0, 6),
    "conflict.grievance.shock": (0, 9, STATEMENT),
    "conflict.grievance.closure": (0, 90),
    "conflict.grievance.stake_deal": (
        0, 40, EVERYTHING | {"switches.repudiation": True, "*.ending_value": 3}
    ),
    "conflict.grievance.stake_talks": (0, 40),
    "conflict.grievance.stake_leverage": (0, 40),
    "conflict.grievance.stake_trust": (0, 40),
    "conflict.mandate.unanswered": (0, 0.5),
    "conflict.mandate.protest": (0, 1),
    "conflict.mandate.fruitless": (0, 0.5),
    "conflict.mandate.recovery": (2, 2000),
    "conflict.mandate.deal": (0, 1, LASTING_DEALS),
    "conflict.mandate.lost": (0, 0.9),
    "conflict.border.closed": (0, 1),
    "conflict.border.reopening": (2, 400, {"conflict.border.agreed": 0}),
    "conflict.border.agreed": (0, 1),
    "conflict.border.memory": (2, 2000, {"*.closure_cost": 0.005}),
    "conflict.spoiling.lead": (0, 20),
    "conflict.spoiling.aftermath": (0, 60, DEALS),
    # agenda
    "agenda.issues.guarantees.pakistan": ([0, 0.1, 0.2, 0.4, 0.5], [0, 0.7, 0.8, 0.9, 1], DEALS),
    "agenda.issues.guarantees.afghan_taliban": ([1, 0.4, 0.3, 0.1, 0], [1, 1, 1, 0.9, 0.8], DEALS),
    "agenda.issues.guarantees.verification": (
        [0, 0, 0, 0.35, 0.35], [0, 0.5, 0.8, 0.9, 1], DEALS | VERIFY
    ),
    "agenda.issues.guarantees.verification_alone": ([0] * 5, [0, 0.2, 0.3, 0.6, 0.8], DEALS),
    "agenda.links.evidence_first.cheaper": (0, 1, DEALS),
    "agenda.links.evidence_first.believed": (0, 1, DEALS),
    **{
        f"agenda.effects.{name}": (
            {}, {"all": {"all": 0.9}},
            EVERYTHING | (STATEMENT if name == "assurance" else {}),
        )
        for name in ("suppression", "restraint", "border", "evidence", "sharpened", "hotline",
                     "assurance", "leakage", "backlash", "cohesion")
    },
}  # fmt: skip
# The statement of the regime for assurance comes after deals have had time to be carried out.
TABLE["agenda.effects.assurance"][2]["events"] = {
    "x": {"kind": "bagram_statement", "day": 40, "pressure": 3}
}
PARTY = ("pakistan", "afghan_taliban")
CASES = [
    (path.replace("*", side), case)
    for path, case in TABLE.items()
    if path in NO_DIRECTION
    for side in (PARTY if path.startswith("*") else PARTY[:1])
]


def spread(changes):
    """Write starred paths out for both parties."""
    out = {}
    for path, value in changes.items():
        sides = PARTY if path.startswith("*") else ("",)
        out.update({path.replace("*", side): value for side in sides})
    return out


def moved(path, values, regime):
    """Columns, other than those that repeat parameters, in which two values of one field differ."""
    runs = []
    for value in values:
        tree = put(put(tree_of(), spread(regime)), {path.strip(): value})
        runs.append(outcomes(validate(tree)[0], REPLICATES, HORIZON))
    one, other = runs
    return [
        name
        for name in one
        if not any(echo in name for echo in ECHOES)
        and not np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f")
    ]


@pytest.mark.parametrize(("path", "case"), CASES, ids=[path.strip() for path, _ in CASES])
def test_a_parameter_moves_what_happens(path, case):
    low, high, regime = (*case, BASE)[:3]
    assert moved(path, (low, high), regime)


def numbers(cls):
    """Fields of a class that are numbers, or lists of numbers."""
    kinds = (float, int, list[float], list[schema.fields.Share])
    return {
        name
        for name, info in cls.__pydantic_fields__.items()
        if info.annotation in kinds or ("list" in str(info) and "float" in str(info))
    }


ELSEWHERE = {
    "Settings": {"seed", "replicates", "horizon"},  # test_model
    "Engine": {"watched"},  # below
    **{
        kind.__name__: {"day", "until", "deaths", "share", "strength", "pressure", "tone"}
        for kind in typing.get_args(typing.get_args(Event)[0])
    },  # tests/test_events.py
    "Militants": {"year"},  # names a rate of the seeds: test_evidence
    "Ceasefire": {"renewal", "renewal_mediated"},  # test_spells
    "Position": {"pakistan", "afghan_taliban"},  # below
    "Signal": {"good", "bad"},  # the signals of the table
}


def test_the_table_names_every_number_of_the_schema():
    leaves = {path.strip().rpartition(".")[2] for path in TABLE}
    missing = {}
    for name in schema.__all__:
        cls = getattr(schema, name)
        if isinstance(cls, type) and dataclasses.is_dataclass(cls):
            left = numbers(cls) - leaves - ELSEWHERE.get(name, set())
            if left:
                missing[name] = left
    assert missing == {}


@pytest.mark.parametrize("side", PARTY)
def test_an_accounts_values_move_what_happens(side):
    path = f"accounts.islamabad.custody.{side}"
    regime = DEALS | {"accounts.name": "islamabad"}
    assert moved(path, ([0.2, 0.9, 0.1, 0.5, 0.3], [0.3, 0.2, 0.9, 0.5, 0.1]), regime)


def test_watched_futures_are_logged_and_nothing_else_changes():
    scenario = validate(tree_of())[0]
    few, many = (CeasefireModel(scenario, 20, SEED, watched=n) for n in (0, 20))
    one, other = few.run(30).columns, many.run(30).columns
    assert few.log.incidents == []
    assert len(many.log.incidents) > 0
    assert all(np.array_equal(one[k], other[k], equal_nan=one[k].dtype.kind == "f") for k in one)


@pytest.mark.parametrize(
    ("path", "one", "other", "regime"),
    [
        ("protocol.kind", "alternating_offers", "single_text", DEALS),
        ("protocol.first_mover", "pakistan", "afghan_taliban", DEALS),
        ("protocol.kind", "alternating_offers", "monotonic_concession", DEALS),
        ("protocol.kind", "alternating_offers", "shuttle", DEALS),
        ("pakistan.tactic", BOULWARE, HARDLINER, DEALS),
        ("pakistan.tactic", BOULWARE, {"kind": "zeuthen"}, DEALS),
        ("pakistan.tactic.imitates", "relative", "absolute", DEALS | RELATIVE),
        ("pakistan.tactic.offers", [{}], [{"guarantees": "third_party", "custody": "extradite"}],
         DEALS | {"pakistan.tactic": {"kind": "scripted", "offers": [{}]}}),
        ("pakistan.tactic.form", "polynomial", "exponential",
         DEALS | {"pakistan.tactic.kappa": 0.2}),
        ("pakistan.tactic.form", "polynomial", "exponential",
         DEALS | TRADING | {"pakistan.tactic.kappa": 0.2}),
        ("pakistan.opponent_model", "public", "learned", DEALS),
        ("pakistan.spin", "truthful", "selective", BASE),
        ("pakistan.spin", "selective", "contradicting", BASE),
        ("accounts.name", "islamabad", "kabul", DEALS),
        ("militants.ttp.spoiler", "limited", "total", {"militants.ttp.inducement": 1}),
        ("mediators.qatar.present", True, False, BASE),
        *[("switches." + name, True, False, BASE)
          for name in ("attacks", "clashes", "talks", "responses", "repudiation")],
        ("switches.events", True, False, STATEMENT),
        ("agenda.issues.border.promise", True, False, DEALS),
        ("agenda.issues.guarantees.contested", True, False, {"*.spin_chance": 1}),
    ],
    ids=lambda item: item if isinstance(item, str) and "." in item else "",
)  # fmt: skip
def test_a_choice_moves_what_happens(path, one, other, regime):
    assert moved(path, (one, other), regime)


ALL_FUNCTIONS = ["call_back", "formulate", "relay", "inform", "communique", "verify", "contain"]


def without(function, regime):
    rest = [name for name in ALL_FUNCTIONS if name != function]
    alone = {"mediators.turkiye.present": False, "mediators.qatar.bias": 0}
    return moved("mediators.qatar.functions", (ALL_FUNCTIONS, rest), alone | regime)


@pytest.mark.parametrize("function", ALL_FUNCTIONS)
def test_each_function_of_a_mediator_moves_what_happens(function):
    busiest = {"formulate": DEALS | TEXT, "relay": DEALS | SHUTTLE}
    assert without(function, busiest.get(function, BASE))


@pytest.mark.parametrize("regime", [BASE, DEALS], ids=["baseline", "deals"])
def test_a_bridging_text_moves_what_happens_under_alternating_offers(regime):
    assert without("formulate", regime)


@pytest.mark.parametrize(
    "happening",
    [
        {"kind": "attack", "day": 9, "deaths": 90, "group": "ttp"},
        {"kind": "mediator_leaves", "day": 9, "mediator": "qatar"},
        {"kind": "border_opens", "day": 9, "share": 1},
        {"kind": "border_closes", "day": 9, "share": 0.5},
        {"kind": "bagram_statement", "day": 9, "pressure": 3},
        {"kind": "evidence_handed_over", "day": 9, "share": 1},
        {
            "kind": "extradition_carried_out",
            "day": 9,
            "issue": "custody",
            "option": "extradite",
            "share": 1,
        },
        {"kind": "monitors_deploy", "day": 9, "strength": 0.8},
        {"kind": "leadership_statement", "day": 9, "party": "pakistan", "tone": -1},
        {"kind": "leadership_statement", "day": 9, "party": "afghan_taliban", "tone": 1},
        {"kind": "pause", "day": 9, "until": 40, "share": 0.9},
    ],
    ids=lambda item: item["kind"],
)
def test_each_kind_of_event_moves_what_happens(happening):
    assert moved("events", ({}, {"x": happening}), BASE)


def test_a_mediator_that_joins_moves_what_happens():
    joins = {"x": {"kind": "mediator_joins", "day": 3, "mediator": "qatar"}}
    assert moved("events", ({}, joins), {"mediators.qatar.present": False})
