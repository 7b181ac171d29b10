"""Attacks of whole ensembles: rates, overdispersion and deaths are those configured."""

import numpy as np
import pytest
from conftest import SEED, UNANSWERED, outcomes, put, tree_of, vary

from sim.config import validate
from sim.model import CeasefireModel
from sim.parameters import DAYS_PER_YEAR
from sim.rules.attacks import DAYS_PER_MONTH

# Nobody is suppressed, provoked or spoiled: only the groups' own intensity is left.
FREE = UNANSWERED | {"switches.talks": False, "switches.clashes": False}


def monthly(changes, replicates, months=12):
    """Attacks of all groups per future and month of thirty days, shape (R, months)."""
    model = CeasefireModel(vary(FREE | changes), replicates, SEED)
    total = [np.zeros(replicates, dtype=int)]
    for month in range(1, months + 1):
        model.run(month * DAYS_PER_MONTH)
        total.append(model.state["groups"]["attacks"].sum(axis=1))
    return np.diff(total, axis=0).T


@pytest.fixture(scope="module")
def months():
    return monthly({}, 800)


def test_the_mean_rate_is_the_one_configured(months):
    """Within 4.5 standard errors over futures; month by month as well, so that none drifts."""
    yearly = sum(group.attacks_per_year * group.share for group in vary(FREE).militants.values())
    expected = yearly / DAYS_PER_YEAR * DAYS_PER_MONTH
    error = months.std(axis=0) / np.sqrt(len(months))
    assert (np.abs(months.mean(axis=0) - expected) < 4.5 * error).all()
    mean = months.mean(axis=1)
    assert abs(mean.mean() - expected) < 4.5 * mean.std() / np.sqrt(len(mean))


def test_a_futures_own_months_are_overdispersed_as_observed(months):
    ratio = months.var(axis=1, ddof=1) / months.mean(axis=1)
    assert 1.5 < ratio.mean() < 9


def test_without_excitation_and_frailty_months_are_poisson():
    """Variance over mean is one within 4.5 standard errors of a variance ratio."""
    plain = {f"militants.{g}.{k}": 0 for g in ("ttp", "others") for k in ("excitation", "frailty")}
    counts = monthly(plain, 400)
    assert abs(counts.var() / counts.mean() - 1) < 4.5 * np.sqrt(2 / counts.size)


@pytest.mark.parametrize("changed", [{"excitation": 0.7}, {"frailty": 0.5}])
def test_excitation_and_frailty_each_overdisperse(changed, months):
    more = {f"militants.{g}.{k}": v for g in ("ttp", "others") for k, v in changed.items()}
    counts = monthly(more, 200)
    assert (counts.var(axis=1) / counts.mean(axis=1)).mean() > (
        months.var(axis=1) / months.mean(axis=1)
    ).mean()


@pytest.mark.parametrize("changed", [{"excitation": 0.7}, {"frailty": 0.5}])
def test_neither_excitation_nor_frailty_moves_the_mean(changed):
    tree = put(tree_of(), FREE)
    del tree["militants"]["others"]
    tree["militants"]["ttp"] |= changed
    scenario = validate(tree)[0]
    attacks = outcomes(scenario, 1_500, 240)["attacks_ttp"]
    group = scenario.militants["ttp"]
    expected = group.attacks_per_year * group.share / DAYS_PER_YEAR * 240
    assert abs(attacks.mean() - expected) < 4.5 * attacks.std() / np.sqrt(len(attacks))


def test_deaths_per_attack_are_the_ones_configured():
    """The mean over 4,000 futures' attacks, within 4.5 standard errors of a heavy tail's mean."""
    scenario = vary(FREE)
    columns = outcomes(scenario, 4_000, 30)
    for name, group in scenario.militants.items():
        deaths = np.arange(1, group.deadliest + 1)
        tail = deaths**-group.tail_exponent / (deaths**-group.tail_exponent).sum()
        deadly = group.deaths_per_attack / (deaths * tail).sum()
        variance = deadly * (deaths**2 * tail).sum() - group.deaths_per_attack**2
        attacks = columns[f"attacks_{name}"].sum()
        mean = columns[f"deaths_{name}"].sum() / attacks
        assert abs(mean - group.deaths_per_attack) < 4.5 * np.sqrt(variance / attacks)


def test_attacks_rise_before_a_round():
    """The same futures with and without spoiling, on the days before the first dated round."""
    rises, lead = {}, vary({}).conflict.spoiling.lead
    for strength in (3, 0):
        change = {f"militants.{name}.spoiling": strength for name in ("ttp", "others")}
        model = CeasefireModel(vary(UNANSWERED | change), 400, SEED)
        first = int(model.state["talks"]["next_round"][0])
        counts = []
        for _ in range(first):
            model.step()
            counts.append(model.state["groups"]["count"].sum(axis=1).mean())
        rises[strength] = np.array(counts)
    quiet = first - lead - 1
    assert (rises[3][:quiet] == rises[0][:quiet]).all()
    assert rises[3][quiet:].sum() > 1.2 * rises[0][quiet:].sum()
