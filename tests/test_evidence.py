"""What signals are worth by Bayes' rule: log-likelihood ratios of a scenario's numbers."""

import math

import pytest
from conftest import vary

from sim.futures import Futures
from sim.parameters import attack_evidence, log_odds, message_accuracy
from sim.rules.trust import probability
from sim.study.cells import load_cell


def posterior(prior, *weights):
    return probability(log_odds(prior) + sum(weights))


def weight(good, bad):
    """Log-likelihood ratio of a signal, as a scenario with it derives it."""
    signals = {"conflict.trust.signals.fire": {"good": good, "bad": bad}}
    return Futures.begun(vary(signals), 1, 0).sets[0].derived.evidence.fire


def test_a_signal_moves_trust_by_bayes_rule():
    """Prior .3, a signal of .6 in good and .3 in bad faith: .18 / (.18 + .21)."""
    assert weight(0.6, 0.3) == pytest.approx(math.log(2))
    assert posterior(0.3, weight(0.6, 0.3)) == pytest.approx(0.18 / 0.39, abs=1e-15)


def test_every_signal_has_its_own_weight():
    scenario = vary({})
    derived = Futures.begun(scenario, 1, 0).sets[0].derived.evidence
    for name in ("strike", "fire", "delivery", "violation", "contradiction", "quiet", "statement",
                 "disputed"):  # fmt: skip
        signal = getattr(scenario.conflict.trust.signals, name)
        assert derived[name] == pytest.approx(math.log(signal.good / signal.bad)), name
    believed = scenario.afghan_taliban.believed_capacity
    assert derived.attack == pytest.approx(math.log(1 - believed))


@pytest.mark.parametrize(("strength", "published"), [(0.9, 0.189), (0.1, 0.677)])
def test_an_attack_on_trust_of_seven_tenths_as_in_kydd_and_walter(strength, published):
    """An attack costs a side believed strong its reputation, not one believed weak (2002)."""
    assert posterior(0.7, attack_evidence(strength)) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("trust", [0.1, 0.5, 0.9])
def test_an_attack_moves_trust_by_the_formula(strength, trust):
    expected = trust * (1 - strength) / (1 - trust * strength)
    assert posterior(trust, attack_evidence(strength)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("credibility", "leaning", "accuracy"),
    [(0.0, 1.0, 0.5), (1.0, 1.0, 0.99), (1.0, -1.0, 0.5), (0.6, 0.0, 0.5 + 0.49 * 0.3)],
)
def test_only_a_mediator_that_leans_to_the_hearer_is_fully_believed(credibility, leaning, accuracy):
    assert message_accuracy(credibility, leaning) == pytest.approx(accuracy, abs=1e-15)


def test_a_mediators_bias_is_heard_by_the_two_sides_in_opposite_ways():
    scenario = vary({"mediators.qatar.bias": 0.5, "mediators.qatar.credibility": 1})
    known = Futures.begun(scenario, 1, 0).sets[0].derived.mediators[0]
    accuracy = [0.5 + 0.49 * 0.75, 0.5 + 0.49 * 0.25]
    assert known.accuracy.tolist() == pytest.approx(accuracy)
    assert known.weight.tolist() == pytest.approx([log_odds(x) for x in accuracy])
    mean = (scenario.mediators["qatar"].leverage.pakistan
            + scenario.mediators["qatar"].leverage.afghan_taliban) / 2  # fmt: skip
    assert known.pull == pytest.approx(mean)


def test_the_rate_is_that_of_the_tracker_and_year_chosen():
    word = "militants.ttp.year=2022"
    assert load_cell("baseline", [word]).scenario.militants["ttp"].attacks_per_year == 262
    picss = load_cell("baseline", ["militants.ttp.tracker=PICSS"]).scenario.militants["ttp"]
    assert picss.attacks_per_year == 908
