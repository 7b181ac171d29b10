"""Trust by hand: log-odds, Kydd and Walter's posteriors, the leak, and mediators' word."""

import math

import numpy as np
import pytest
from conftest import SEED, STILL, vary
from sim.conflict.trust import (
    LIMIT,
    attack_evidence,
    evidence,
    leak,
    log_odds,
    message_accuracy,
    probability,
)
from sim.replicates import kept_per_day

from sim.config import Signal
from sim.model import CeasefireModel


def posterior(prior, *weights):
    return float(probability(np.array([log_odds(prior) + sum(weights)]))[0])


def test_log_odds_and_probability_are_inverse():
    assert [posterior(p) for p in (0.001, 0.3, 0.5, 0.999)] == pytest.approx(
        [0.001, 0.3, 0.5, 0.999], abs=1e-15
    )


def test_a_signal_moves_trust_by_bayes_rule():
    """Prior .3, a signal of .6 in good and .3 in bad faith: .18 / (.18 + .21)."""
    signal = Signal(good=0.6, bad=0.3)
    assert evidence(signal) == pytest.approx(math.log(2))
    assert posterior(0.3, evidence(signal)) == pytest.approx(0.18 / 0.39, abs=1e-15)


def test_signals_add_up_in_any_order():
    one, other = evidence(Signal(good=0.1, bad=0.3)), evidence(Signal(good=0.97, bad=0.9))
    assert posterior(0.4, one, other) == pytest.approx(posterior(0.4, other, one), abs=1e-15)


@pytest.mark.parametrize(("strength", "published"), [(0.9, 0.189), (0.1, 0.677)])
def test_an_attack_on_trust_of_seven_tenths_as_in_kydd_and_walter(strength, published):
    """An attack costs a side believed strong its reputation, not one believed weak (2002)."""
    assert posterior(0.7, attack_evidence(strength)) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("trust", [0.1, 0.5, 0.9])
def test_an_attack_moves_trust_by_the_formula(strength, trust):
    expected = trust * (1 - strength) / (1 - trust * strength)
    assert posterior(trust, attack_evidence(strength)) == pytest.approx(expected, abs=1e-12)


# The leak


def test_what_was_learnt_halves_in_its_half_life():
    learnt = np.array([3.0])
    for _ in range(60):
        learnt = leak(learnt, -1.0, kept_per_day(60))
    assert learnt[0] == pytest.approx(-1.0 + 4.0 / 2, abs=1e-12)


def test_the_prior_stays_where_it_is():
    assert leak(np.array([-1.0]), -1.0, kept_per_day(7))[0] == -1.0


def test_no_certainty_is_final():
    assert leak(np.array([1e6, -1e6]), 0.0, kept_per_day(3650)).tolist() == [LIMIT, -LIMIT]


# Mediators' word


@pytest.mark.parametrize(
    ("credibility", "leaning", "accuracy"),
    [(0.0, 1.0, 0.5), (1.0, 1.0, 0.99), (1.0, -1.0, 0.5), (0.6, 0.0, 0.5 + 0.49 * 0.3)],
)
def test_only_a_mediator_that_leans_to_the_hearer_is_fully_believed(credibility, leaning, accuracy):
    assert message_accuracy(credibility, leaning) == pytest.approx(accuracy, abs=1e-15)


def test_a_mediators_bias_is_heard_by_the_two_sides_in_opposite_ways():
    scenario = vary({"mediators.qatar.bias": 0.5, "mediators.qatar.credibility": 1})
    mediator = CeasefireModel(scenario).mediators[0]
    assert mediator.accuracy(0) == pytest.approx(0.5 + 0.49 * 0.75)
    assert mediator.accuracy(1) == pytest.approx(0.5 + 0.49 * 0.25)


# In the model


def test_a_quiet_day_is_evidence_of_good_faith():
    scenario = vary(STILL)
    model = CeasefireModel(scenario, 2, SEED)
    model.step()
    quiet = evidence(scenario.conflict.trust.signals.quiet)
    for party in model.parties:
        prior = log_odds(party.config.trust)
        kept = kept_per_day(scenario.conflict.trust.memory)
        expected = leak(np.array([prior + quiet]), prior, kept)
        assert party.trust == pytest.approx(probability(expected)[0], abs=1e-12)


@pytest.mark.parametrize(("rung", "signal"), [(1, "quiet"), (2, "fire"), (3, "strike")])
def test_the_highest_act_suffered_is_the_days_signal(rung, signal):
    """Kabul acts at exactly this rung after a trigger; Islamabad learns that signal alone."""
    thresholds = [-90.0] * rung + [90.0] * (4 - rung)
    calm = {"pakistan.thresholds": [90] * 4, "afghan_taliban.thresholds": thresholds}
    scenario = vary(STILL | calm | {"mediators": {}})
    model = CeasefireModel(scenario, 3, SEED)
    model.trigger.offer(np.arange(3), 1.0, 4, (False, True))
    model.step()
    assert model.parties[1].rung.tolist() == [rung] * 3
    weight = evidence(getattr(scenario.conflict.trust.signals, signal))
    prior = log_odds(scenario.pakistan.trust)
    expected = leak(np.array([prior + weight]), prior, kept_per_day(scenario.conflict.trust.memory))
    assert np.allclose(model.parties[0].trust_log_odds, expected, rtol=0, atol=1e-12)


def test_an_attributed_attack_costs_islamabads_trust_only():
    bomb = {"kind": "attack", "day": 1, "deaths": 100, "group": "ttp"}
    sure = {
        "switches.events": True, "switches.responses": False, "events": {"bomb": bomb},
        "conflict.attribution.base": 1, "conflict.attribution.trust": 0,
        "militants.ttp.from_afghan_soil": 1, "conflict.attribution.denial": 0,
    }  # fmt: skip
    scenario = vary(STILL | sure)
    model = CeasefireModel(scenario, 2, SEED)
    model.step()
    prior = log_odds(scenario.pakistan.trust)
    weight = attack_evidence(scenario.afghan_taliban.believed_capacity)
    expected = leak(np.array([prior + weight]), prior, kept_per_day(scenario.conflict.trust.memory))
    assert np.allclose(model.parties[0].trust_log_odds, expected, rtol=0, atol=1e-12)
    assert (model.parties[1].trust > scenario.afghan_taliban.trust).all()


def test_word_of_a_fully_credible_friend_settles_what_the_other_is():
    """Told before a round by a mediator that is right 99 times in 100."""
    friend = {
        "functions": ["inform"], "leverage": {"pakistan": 0, "afghan_taliban": 0}, "pressure": 0,
        "bias": 1, "credibility": 1, "patience": 99, "recovery": 0, "present": True,
        "label": "Friend",
    }  # fmt: skip
    scenario = vary(
        STILL | {"switches.talks": True, "mediators": {"friend": friend}, "calendar.attendance": 10,
                 "switches.responses": False, "pakistan.spin_chance": 0,
                 "afghan_taliban.spin_chance": 0}
    )  # fmt: skip
    model = CeasefireModel(scenario, 400, SEED)
    day = int(model.talks.next_round[0])
    for _ in range(day):
        model.step()
    told = model.talks.held > 0
    good = model.parties[1].willing
    trust = model.parties[0].trust
    assert told.mean() > 0.9
    assert (trust[told & good] > 0.9).mean() > 0.95
    assert (trust[told & ~good] < 0.1).mean() > 0.95


def test_beliefs_change_only_in_the_futures_that_hold_a_round():
    """A future that does not attend keeps the trust of the evening before until its own evening."""
    scenario = vary({"calendar.attendance": -1, "switches.repudiation": False})
    many = CeasefireModel(scenario, 60, SEED)
    many.run(12)
    assert 0 < many.talks.held.sum() < many.size
    for at in np.flatnonzero(many.ceasefire.in_force)[::10]:
        alone = CeasefireModel(scenario, 1, SEED, first=int(many.streams.replicates[at]))
        alone.run(12)
        for one, all_ in zip(alone.parties, many.parties, strict=True):
            assert one.trust.tolist() == [all_.trust[at]]


def test_a_belief_is_right_on_the_days_on_which_it_is_on_the_right_side_of_evens():
    """Where nothing is learnt, the share is 0 or 1 by the other side's type."""
    still = {"conflict.trust.signals.quiet": {"good": 0.5, "bad": 0.5}, "pakistan.trust": 0.9}
    columns = CeasefireModel(vary(STILL | still), 40, SEED).run(10).columns
    willing = columns["afghan_taliban_willing"]
    assert 0 < willing.sum() < 40
    assert columns["pakistan_belief_right"].tolist() == willing.astype(float).tolist()


def test_a_denial_that_islamabad_holds_to_be_false_costs_its_trust_more():
    """The same attributed attack, denied or acknowledged; Kabul, which did it, learns nothing."""
    bomb = {"kind": "attack", "day": 1, "deaths": 100, "group": "ttp"}
    sure = {
        "switches.events": True, "switches.responses": False, "events": {"bomb": bomb},
        "conflict.attribution.base": 1, "conflict.attribution.trust": 0,
        "militants.ttp.from_afghan_soil": 1,
    }  # fmt: skip
    owned, denied = (
        CeasefireModel(vary(STILL | sure | {"conflict.attribution.denial": chance}), 2, SEED)
        for chance in (0, 1)
    )
    for model in (owned, denied):
        model.step()
    signal = evidence(denied.scenario.conflict.trust.signals.disputed)
    kept = 0.5 ** (1 / denied.scenario.conflict.trust.memory)
    more = denied.parties[0].trust_log_odds - owned.parties[0].trust_log_odds
    assert more == pytest.approx(signal * kept)
    assert denied.parties[1].trust.tolist() == owned.parties[1].trust.tolist()
    assert denied.tally.disputed.tolist() == [1, 1]
