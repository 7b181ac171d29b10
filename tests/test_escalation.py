"""The ladder of responses: which trigger opens a chain, who answers next, and at which rung."""

import numpy as np
import pytest
from conftest import SEED, vary
from sim.conflict.escalation import (
    ATTACK,
    BORDER_CLASH,
    NO_CAUSE,
    SHOCK,
    TALKS_BREAKDOWN,
    VIOLATION,
    Trigger,
    choose_rung,
    next_turns,
)
from sim.randomness import Streams
from sim.steps import responses

from sim.config import CAUSES
from sim.model import CeasefireModel

THRESHOLDS = [-0.5, 1.8, 3.6, 7.0]


def logistic(x):
    return 1 / (1 + np.exp(-x))


# Rungs


@pytest.mark.parametrize("pressure", [-3.0, 0.0, 1.8, 4.0, 9.0])
def test_rungs_are_an_ordered_logit(pressure):
    """On an even grid of uniforms the shares are the probabilities to one grid step."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    rungs = choose_rung(grid, np.full(len(grid), pressure), THRESHOLDS)
    for k, threshold in enumerate(THRESHOLDS, 1):
        expected = logistic(pressure - threshold)
        assert (rungs >= k).mean() == pytest.approx(expected, abs=1 / len(grid))


def test_drawn_rungs_have_the_probabilities_of_an_ordered_logit():
    """Chi-square over the five rungs at level 1e-5."""
    n, pressure = 50_000, 2.0
    uniform = Streams(SEED, size=n).uniform("response", 1)
    observed = np.bincount(choose_rung(uniform, np.full(n, pressure), THRESHOLDS), minlength=5)
    above = np.array([1.0, *[logistic(pressure - t) for t in THRESHOLDS], 0.0])
    expected = n * -np.diff(above)
    assert ((observed - expected) ** 2 / expected).sum() < 28.5  # chi2.ppf(1 - 1e-5, 4)


def test_a_rung_never_falls_with_pressure():
    uniform = np.full(200, 0.37)
    rungs = choose_rung(uniform, np.linspace(-10, 15, 200), THRESHOLDS)
    assert (np.diff(rungs) >= 0).all()
    assert set(rungs) == {0, 1, 2, 3, 4}


def test_a_uniform_of_zero_is_the_highest_rung_and_no_warning():
    assert choose_rung(np.array([0.0]), np.array([-50.0]), THRESHOLDS).tolist() == [4]


def test_equal_thresholds_leave_out_the_rung_between():
    rungs = choose_rung(np.linspace(0.001, 0.999, 999), np.zeros(999), [-1, 0, 0, 1])
    assert set(rungs) == {0, 1, 3, 4}


# Who answers

TURNS = [
    # acted           rungs   counter_from  answers
    ((True, False), (0, 0), 2, (False, False)),  # restraint is not answered
    ((True, False), (1, 0), 2, (False, False)),  # nor a protest
    ((True, False), (2, 0), 2, (False, True)),  # fire is, by the other side
    ((False, True), (0, 4), 2, (True, False)),
    ((True, True), (1, 1), 2, (False, False)),
    ((True, True), (2, 1), 2, (False, True)),  # who suffered the higher rung answers
    ((True, True), (2, 3), 2, (True, False)),
    ((True, True), (3, 3), 2, (True, True)),  # both at once
    ((True, True), (3, 3), 4, (False, False)),
    ((True, False), (1, 0), 1, (False, True)),
    ((False, False), (0, 0), 2, (False, False)),
    ((False, False), (0, 0), 0, (False, False)),  # what nobody did nobody answers
    ((True, False), (0, 0), 0, (False, True)),
]


@pytest.mark.parametrize(("acted", "rungs", "counter_from", "answers"), TURNS)
def test_who_answers_next(acted, rungs, counter_from, answers):
    got = next_turns(np.array([acted]), np.array([rungs]), counter_from)
    assert got.tolist() == [list(answers)]


def test_many_futures_take_their_turns_independently():
    acted, rungs = (np.array([row[k] for row in TURNS if row[2] == 2]) for k in (0, 1))
    assert next_turns(acted, rungs, 2).tolist() == [list(r[3]) for r in TURNS if r[2] == 2]


# Triggers


def offered(*offers):
    """A trigger of one future after these offers of (severity, cause, injured)."""
    trigger = Trigger(1)
    for severity, cause, injured in offers:
        trigger.offer(np.array([0]), severity, cause, injured)
    return trigger.severity[0], trigger.cause[0], tuple(trigger.injured[0])


def test_the_weightier_trigger_wins_in_either_order():
    attack, clash = (1.0, ATTACK, (True, False)), (2.0, BORDER_CLASH, (True, True))
    assert offered(attack, clash) == offered(clash, attack) == (2.0, BORDER_CLASH, (True, True))


@pytest.mark.parametrize("one", range(len(CAUSES)))
@pytest.mark.parametrize("other", range(len(CAUSES)))
def test_of_equal_triggers_the_cause_named_earlier_wins(one, other):
    assert offered((1.0, one, (True, True)), (1.0, other, (True, True)))[1] == min(one, other)


def test_equal_violations_by_both_injure_both():
    mine, theirs = (1.0, VIOLATION, (True, False)), (1.0, VIOLATION, (False, True))
    assert offered(mine, theirs) == offered(theirs, mine) == (1.0, VIOLATION, (True, True))


def test_a_trigger_without_weight_is_a_trigger():
    assert offered((0.0, SHOCK, (False, True))) == (0.0, SHOCK, (False, True))


def test_an_offer_touches_its_own_rows_only():
    trigger = Trigger(4)
    trigger.offer(np.array([1, 3]), np.array([1.0, 2.0]), TALKS_BREAKDOWN, (True, True))
    assert trigger.cause.tolist() == [NO_CAUSE, TALKS_BREAKDOWN, NO_CAUSE, TALKS_BREAKDOWN]
    assert trigger.severity.tolist() == [0.0, 1.0, 0.0, 2.0]
    trigger.clear()
    assert set(trigger.cause) == {NO_CAUSE}
    assert not trigger.injured.any()


# The chain in the model

FURIOUS = {f"{side}.thresholds": [-90, -90, -90, 90] for side in ("pakistan", "afghan_taliban")}
ALONE = {
    "switches.attacks": False, "switches.clashes": False, "switches.talks": False,
    "switches.repudiation": False, "ceasefire.consecutive_days": 60, "mediators": {},
}  # fmt: skip


def acts_of_a_day(changes, cause=ATTACK, injured=(True, False), monkeypatch=None):
    """(link, party) of every act of one future's day after a trigger."""
    model = CeasefireModel(vary(ALONE | changes), 1, SEED)
    acts = []
    act = responses.Chain.act

    def noted(self, model, pressure):
        acts.extend((self.link, side) for side in range(2) if self.acting[0, side])
        act(self, model, pressure)

    monkeypatch.setattr(responses.Chain, "act", noted)
    model.trigger.offer(np.array([0]), 1.0, cause, injured)
    model.step()
    return acts, model


@pytest.mark.parametrize("links", [1, 2, 4, 7])
def test_a_chain_is_bounded_and_alternates(links, monkeypatch):
    acts, model = acts_of_a_day(
        FURIOUS | {"conflict.response.links": links}, monkeypatch=monkeypatch
    )
    assert acts == [(k, k % 2) for k in range(links)]
    assert model.trigger.severity.tolist() == [model.scenario.conflict.response.unfinished]
    assert model.trigger.cause.tolist() == [ATTACK]
    assert model.trigger.injured.tolist() == [[links % 2 == 0, links % 2 == 1]]


def test_after_a_clash_both_act_at_once(monkeypatch):
    acts, _ = acts_of_a_day(
        FURIOUS | {"conflict.response.links": 2}, BORDER_CLASH, (True, True), monkeypatch
    )
    assert acts == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_an_unfinished_chain_goes_on_tomorrow_with_its_cause(monkeypatch):
    acts, model = acts_of_a_day(FURIOUS | {"conflict.response.links": 3}, monkeypatch=monkeypatch)
    model.step()
    assert model.chain_cause.tolist() == [ATTACK]
    assert acts[3:] == [(0, 1), (1, 0), (2, 1)]


def test_restraint_ends_a_chain(monkeypatch):
    calm = {f"{side}.thresholds": [90] * 4 for side in ("pakistan", "afghan_taliban")}
    acts, model = acts_of_a_day(calm, monkeypatch=monkeypatch)
    assert acts == [(0, 0)]
    assert model.trigger.cause.tolist() == [NO_CAUSE]


def test_with_responses_off_nobody_acts(monkeypatch):
    acts, model = acts_of_a_day(FURIOUS | {"switches.responses": False}, monkeypatch=monkeypatch)
    assert acts == []
    assert model.trigger.cause.tolist() == [NO_CAUSE]


def mediator(**changes):
    plain = {
        "label": "a", "functions": ["contain"], "leverage": {"pakistan": 1, "afghan_taliban": 1},
        "pressure": 0, "bias": 0, "credibility": 0, "patience": 2, "recovery": 0, "present": True,
    }  # fmt: skip
    return {"mediators": {"a": plain | changes}, "conflict.response.containment": 1}


def test_a_mediator_with_full_leverage_breaks_every_chain(monkeypatch):
    acts, model = acts_of_a_day(FURIOUS | mediator(), monkeypatch=monkeypatch)
    assert acts == [(0, 0)]
    assert model.tally.contained.tolist() == [1]
    assert model.trigger.cause.tolist() == [NO_CAUSE]


@pytest.mark.parametrize(
    "changes",
    [{"functions": ["inform"]}, {"patience": 0}, {"present": False},
     {"leverage": {"pakistan": 0, "afghan_taliban": 0}}],
    ids=["does not contain", "no patience", "absent", "no leverage"],
)  # fmt: skip
def test_a_mediator_who_cannot_contain_does_not(changes, monkeypatch):
    acts, _ = acts_of_a_day(FURIOUS | mediator(**changes), monkeypatch=monkeypatch)
    assert len(acts) == vary({}).conflict.response.links


def test_containing_costs_patience_until_none_is_left():
    model = CeasefireModel(vary(ALONE | FURIOUS | mediator()), 1, SEED)
    left = []
    for _ in range(4):
        model.trigger.offer(np.array([0]), 1.0, ATTACK, (True, False))
        model.step()
        left.append(float(model.mediators[0].patience[0]))
    assert left == [1.0, 0.0, 0.0, 0.0]
    assert model.tally.contained.tolist() == [2]


@pytest.mark.parametrize(
    ("path", "low", "high", "calmer"),
    [
        ("pakistan.audience", -2, 2, "low"),
        ("conflict.response.tension", 0, 1, "low"),
        ("conflict.response.trust", 0, 5, "high"),
    ],
)
def test_what_raises_and_what_restrains_a_response(path, low, high, calmer):
    mean = {}
    for label, value in (("low", low), ("high", high)):
        model = CeasefireModel(vary(ALONE | {path: value}), 2_000, SEED)
        model.trigger.offer(np.arange(2_000), 1.0, ATTACK, (True, False))
        model.step()
        mean[label] = model.parties[0].rung.mean()
    assert (mean["low"] < mean["high"]) == (calmer == "low")


def test_a_hotline_breaks_every_chain_and_costs_no_patience(monkeypatch):
    line = {"conflict.response.hotline": 1, "conflict.response.standing_hotline": 1}
    quiet = mediator(functions=["inform"])
    acts, model = acts_of_a_day(FURIOUS | quiet | line, monkeypatch=monkeypatch)
    assert acts == [(0, 0)]
    assert model.tally.contained.tolist() == [1]
    assert model.mediators[0].patience.tolist() == [2]


def test_a_deals_hotline_is_as_strong_as_the_side_that_delivers_least():
    model = CeasefireModel(vary(ALONE), 2, SEED)
    package = model.book.packages.index({"guarantees": "third_party"})
    model.deal.sign(np.arange(2), np.full(2, package), np.zeros(2))
    model.deal.delivered[:] = [[1.0, 0.5], [0.0, 1.0]]
    full = model.scenario.agenda.effects.hotline["guarantees"]["third_party"]
    assert responses.hotline(model, np.arange(2)).tolist() == [0.5 * full, 0.0]


def test_what_closure_has_cost_restrains():
    model = CeasefireModel(vary(ALONE | {"conflict.response.cost": 3}), 2, SEED)
    before = model.parties[0].restraint(np.arange(2))
    model.crossings.pakistan_cost[:] = [0.0, 0.1]
    assert (model.parties[0].restraint(np.arange(2)) - before) == pytest.approx([0, 0.3])
