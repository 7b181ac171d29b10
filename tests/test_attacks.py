"""Attacks: counts, severities, spoilers and attribution against known distributions."""

import numpy as np
import pytest
from conftest import SEED, UNANSWERED, outcomes, put, tree_of, vary
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from sim.conflict.attacks import (
    DAYS_PER_YEAR,
    Severity,
    attributed,
    frailty_quantile,
    intensity,
    poisson_quantile,
    season_factor,
    spoiling,
)
from sim.conflict.versions import denied, pressure_left
from sim.randomness import Streams

from sim.agents.militants import DAYS_PER_MONTH
from sim.config import Attribution, SpoilerType, validate
from sim.model import CeasefireModel
from sim.study.cells import load_cell

# Nobody is suppressed, provoked or spoiled: only the groups' own intensity is left.
FREE = UNANSWERED | {"switches.talks": False, "switches.clashes": False}


def uniforms(size, purpose="test"):
    return Streams(SEED, size=size).uniform(purpose, 1)


# Counts


@given(st.lists(st.floats(0, 30), min_size=1, max_size=20), st.integers(0, 2**32))
def test_counts_are_poisson_quantiles(means, seed):
    mean = np.array(means)
    uniform = np.random.default_rng(seed).random(len(mean))
    assert poisson_quantile(uniform, mean).tolist() == stats.poisson.ppf(uniform, mean).tolist()


def test_a_count_is_zero_below_its_probability_of_zero():
    mean = np.full(3, 0.7)
    zero = np.exp(-0.7)
    uniform = np.array([0.0, np.nextafter(zero, 0), zero])
    assert poisson_quantile(uniform, mean).tolist() == [0, 0, 1]


def test_no_intensity_makes_no_attack():
    assert poisson_quantile(np.array([0.0, 0.5, 1 - 2**-53]), np.zeros(3)).tolist() == [0, 0, 0]


def test_counts_have_the_mean_and_variance_of_a_poisson():
    """Within 4.5 standard errors of mean and variance (fourth moment of a Poisson)."""
    n, mean = 200_000, 1.3
    counts = poisson_quantile(uniforms(n), np.full(n, mean))
    assert abs(counts.mean() - mean) < 4.5 * np.sqrt(mean / n)
    assert abs(counts.var() - mean) < 4.5 * np.sqrt((mean + 2 * mean**2) / n)


def test_a_count_depends_on_its_own_row_only():
    mean = np.random.default_rng(0).random(50) * 4
    uniform = uniforms(50)
    alone = [int(poisson_quantile(uniform[k : k + 1], mean[k : k + 1])[0]) for k in range(50)]
    assert poisson_quantile(uniform, mean).tolist() == alone


# Frailty


@pytest.mark.parametrize("variance", [0.01, 0.04, 0.5, 2.0])
def test_frailty_has_mean_one_and_the_variance_configured(variance):
    """Within 4.5 standard errors; a gamma's excess kurtosis is 6 times its variance at mean 1."""
    n = 200_000
    frailty = frailty_quantile(uniforms(n), variance)
    assert abs(frailty.mean() - 1) < 4.5 * np.sqrt(variance / n)
    assert abs(frailty.var() - variance) < 4.5 * variance * np.sqrt((2 + 6 * variance) / n)


def test_frailty_is_the_gamma_quantile():
    uniform = uniforms(500)
    expected = stats.gamma.ppf(uniform, 1 / 0.3, scale=0.3)
    assert np.allclose(frailty_quantile(uniform, 0.3), expected, rtol=1e-9)


def test_no_variance_is_no_frailty():
    assert frailty_quantile(uniforms(4), 0.0).tolist() == [1.0] * 4


# Severity


def probabilities(mean, exponent, deadliest):
    deaths = np.arange(1, deadliest + 1)
    tail = deaths**-exponent / (deaths**-exponent).sum()
    deadly = mean / (deaths * tail).sum()
    return np.concatenate([[1 - deadly], deadly * tail])


@pytest.mark.parametrize(("mean", "exponent", "deadliest"), [(1.5, 2.4, 150), (0.5, 3.0, 20)])
def test_severity_is_a_mass_at_zero_and_a_truncated_power_law(mean, exponent, deadliest):
    law = stats.rv_discrete(
        values=(np.arange(deadliest + 1), probabilities(mean, exponent, deadliest))
    )
    uniform = uniforms(5_000)
    got = Severity.of(mean, exponent, deadliest).quantile(uniform)
    assert got.tolist() == law.ppf(uniform).tolist()


@pytest.mark.parametrize(("mean", "exponent", "deadliest"), [(1.5, 2.4, 150), (0.5, 3.0, 20)])
def test_severity_has_the_mean_configured(mean, exponent, deadliest):
    p = probabilities(mean, exponent, deadliest)
    deaths = np.arange(deadliest + 1)
    error = np.sqrt(((deaths**2 * p).sum() - mean**2) / 200_000)
    got = Severity.of(mean, exponent, deadliest).quantile(uniforms(200_000))
    assert abs(got.mean() - mean) < 4.5 * error


def test_severity_ends_at_the_deadliest():
    law = Severity.of(1.5, 2.4, 150)
    assert law.quantile(np.array([0.0, 1 - 2**-53])).tolist() == [0, 150]


@pytest.mark.parametrize("exponent", [1.8, 2.4, 3.2])
def test_the_tail_exponent_is_found_again_by_maximum_likelihood(exponent):
    """Within 4.5 standard errors, from the variance of log deaths (Fisher information)."""
    deadliest = 150
    support = np.arange(1, deadliest + 1)
    deaths = Severity.of(0.8, exponent, deadliest).quantile(uniforms(100_000))
    deadly = deaths[deaths > 0]

    def loss(a):
        return a * np.log(deadly).mean() + np.log((support**-a).sum())

    found = optimize.minimize_scalar(loss, bounds=(1.05, 6), method="bounded").x
    p = support**-exponent / (support**-exponent).sum()
    information = (p * np.log(support) ** 2).sum() - (p * np.log(support)).sum() ** 2
    assert abs(found - exponent) < 4.5 / np.sqrt(len(deadly) * information)


# Spoilers and attribution


NONE = np.zeros(1)


def spoiling_factor(kind, strength, believed, inducement, suppression):
    """How many times the attacks of other days a group makes inside the window."""
    rise, weighs = spoiling(kind, strength, believed, inducement)
    inside, outside = (
        intensity(0.3, NONE + 1.0, suppression, NONE, np.array([window]), rise, weighs, NONE)[0]
        for window in (True, False)
    )
    return inside / outside


def test_spoiling_rises_with_belief_in_kabuls_control():
    assert spoiling_factor(SpoilerType.total, 2.0, 0.0, 0.0, NONE) == 1.0
    assert spoiling_factor(SpoilerType.total, 2.0, 0.6, 0.0, NONE) == pytest.approx(2.2)


@pytest.mark.parametrize(
    ("kind", "left"),
    [(SpoilerType.limited, 0.0), (SpoilerType.greedy, 0.5), (SpoilerType.total, 1.0)],
)
def test_full_inducements_end_limited_halve_greedy_and_leave_total_spoiling(kind, left):
    assert spoiling_factor(kind, 2.0, 0.5, 1.0, NONE) == pytest.approx(1 + left)
    assert spoiling_factor(kind, 2.0, 0.5, 0.0, NONE) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("kind", "left"),
    [(SpoilerType.limited, 2.0), (SpoilerType.greedy, 1.25), (SpoilerType.total, 2.0)],
)
def test_only_greedy_spoilers_weigh_what_suppression_costs_them(kind, left):
    assert spoiling_factor(kind, 2.0, 0.5, 0.0, np.array([0.75])) == pytest.approx(left)


def test_the_season_peaks_on_its_day_and_has_mean_one():
    year = [season_factor(day, 0.4, 200) for day in range(1, 366)]
    assert np.argmax(year) == 200 - 1
    assert max(year) == pytest.approx(1.4)
    assert np.mean(year) == pytest.approx(1, abs=0.4 / 365)  # a year is not whole days


def test_the_rate_is_that_of_the_tracker_and_year_chosen():
    word = "militants.ttp.year=2022"
    assert load_cell("baseline", [word]).scenario.militants["ttp"].attacks_per_year == 262
    picss = load_cell("baseline", ["militants.ttp.tracker=PICSS"]).scenario.militants["ttp"]
    assert picss.attacks_per_year == 908


RULE = Attribution(
    salience=5, base=0.8, trust=0.5, monitors=0.9, evidence=0.4, standing_evidence=0,
    per_log_death=1, denial=0.6, acknowledged=0.25,
)  # fmt: skip


@pytest.mark.parametrize(
    ("from_there", "trust", "verified", "evidence", "chance"),
    [
        (True, 0.0, 0.0, 0.0, 0.8),
        (True, 1.0, 0.0, 0.0, 0.4),
        (True, 0.0, 1.0, 1.0, 0.8),  # monitors do not hide what is so
        (False, 0.0, 0.0, 0.0, 0.8),
        (False, 0.0, 1.0, 0.0, 0.08),
        (False, 0.0, 0.0, 1.0, 0.48),
        (False, 0.5, 0.5, 0.5, 0.8 * 0.75 * 0.55 * 0.8),
    ],
)
def test_the_chance_of_attribution_is_the_formula(from_there, trust, verified, evidence, chance):
    grid = np.arange(10_000) / 10_000
    size = len(grid)
    blamed = attributed(
        grid, np.full(size, from_there), np.full(size, trust), np.full(size, verified),
        np.full(size, evidence), RULE.base, (RULE.trust, RULE.monitors, RULE.evidence),
    )  # fmt: skip
    assert blamed.mean() == pytest.approx(chance, abs=1e-4)


@pytest.mark.parametrize(
    ("had_a_part", "verified", "evidence", "chance"),
    [
        (False, 1.0, 1.0, 1.0),  # who had no part denies, whatever can be checked
        (True, 0.0, 0.0, 0.6), (True, 1.0, 0.0, 0.06), (True, 0.0, 1.0, 0.36),
        (True, 0.5, 0.5, 0.6 * 0.55 * 0.8),
    ],
)  # fmt: skip
def test_verification_narrows_the_difference_between_versions(
    had_a_part, verified, evidence, chance
):
    grid = np.arange(10_000) / 10_000
    size = len(grid)
    says_no = denied(
        grid, np.full(size, had_a_part), np.full(size, verified), np.full(size, evidence),
        RULE.denial, (RULE.monitors, RULE.evidence),
    )  # fmt: skip
    assert says_no.mean() == pytest.approx(chance, abs=1e-4)


def test_an_acknowledged_part_takes_pressure_off():
    left = pressure_left(np.array([2.0, 2.0]), np.array([True, False]), RULE)
    assert left.tolist() == [2.0, 1.5]


# In the model


def monthly(model, months):
    """Attacks of all groups per future and month of thirty days, shape (R, months)."""
    counts = np.zeros((model.size, months), dtype=int)
    for month in range(months):
        before = sum(group.attacks for group in model.militants)
        for _ in range(DAYS_PER_MONTH):
            model.step()
        counts[:, month] = sum(group.attacks for group in model.militants) - before
    return counts


@pytest.fixture(scope="module")
def months():
    return monthly(CeasefireModel(vary(FREE), 800, SEED), 12)


def test_the_mean_rate_is_the_one_configured(months):
    """Within 4.5 standard errors over futures; month by month as well, so that none drifts."""
    scenario = vary(FREE)
    yearly = sum(group.attacks_per_year * group.share for group in scenario.militants.values())
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
    counts = monthly(CeasefireModel(vary(FREE | plain), 400, SEED), 12)
    assert abs(counts.var() / counts.mean() - 1) < 4.5 * np.sqrt(2 / counts.size)


@pytest.mark.parametrize("changed", [{"excitation": 0.7}, {"frailty": 0.5}])
def test_excitation_and_frailty_each_overdisperse(changed, months):
    more = {f"militants.{g}.{k}": v for g in ("ttp", "others") for k, v in changed.items()}
    counts = monthly(CeasefireModel(vary(FREE | more), 200, SEED), 12)
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
        p = probabilities(group.deaths_per_attack, group.tail_exponent, group.deadliest)
        variance = (np.arange(len(p)) ** 2 * p).sum() - group.deaths_per_attack**2
        attacks = columns[f"attacks_{name}"].sum()
        mean = columns[f"deaths_{name}"].sum() / attacks
        assert abs(mean - group.deaths_per_attack) < 4.5 * np.sqrt(variance / attacks)


def test_attacks_rise_before_a_round():
    """The same futures with and without spoiling, on the days before the first dated round."""
    strong = {f"militants.{name}.spoiling": 3 for name in ("ttp", "others")}
    none = {f"militants.{name}.spoiling": 0 for name in ("ttp", "others")}
    rises, lead = {}, vary({}).conflict.spoiling.lead
    for label, change in (("strong", strong), ("none", none)):
        model = CeasefireModel(vary(UNANSWERED | change), 400, SEED)
        first = int(model.talks.next_round[0])
        counts = []
        for _ in range(first):
            model.step()
            counts.append(sum(group.count.mean() for group in model.militants))
        rises[label] = np.array(counts)
    quiet = first - lead - 1
    assert (rises["strong"][:quiet] == rises["none"][:quiet]).all()
    assert rises["strong"][quiet:].sum() > 1.2 * rises["none"][quiet:].sum()


def test_full_suppression_without_excitation_leaves_no_attack():
    one, other = (CeasefireModel(vary(FREE), 3_000, SEED) for _ in range(2))
    for group in other.militants:
        group.suppression[:] = 1.0
        group.excitation[:] = 0.0
    one.step()
    other.step()
    assert sum(group.count.sum() for group in one.militants) > 0
    assert sum(group.count.sum() for group in other.militants) == 0


def test_a_scheduled_attack_adds_one_of_the_deaths_named():
    bomb = {"x": {"kind": "attack", "day": 6, "deaths": 90, "group": "ttp"}}
    without = outcomes(vary(FREE), 50, 6)
    added = outcomes(vary(FREE | {"events": bomb}), 50, 6)
    assert set(added["attacks_ttp"] - without["attacks_ttp"]) == {1}
    assert set(added["deaths_ttp"] - without["deaths_ttp"]) == {90}
    assert added["attacks_others"].tolist() == without["attacks_others"].tolist()


def test_attribution_is_salient_attacks_only():
    columns = outcomes(vary({"conflict.attribution.salience": 151} | FREE), 100, 60)
    assert not columns["attributed"].any()


def test_an_attack_from_elsewhere_that_is_blamed_is_a_misattribution():
    elsewhere = {f"militants.{name}.from_afghan_soil": 0 for name in ("ttp", "others")}
    columns = outcomes(vary(FREE | elsewhere), 100, 60)
    assert columns["attributed"].sum() > 0
    assert columns["misattributed"].tolist() == columns["attributed"].tolist()
    there = {f"militants.{name}.from_afghan_soil": 1 for name in ("ttp", "others")}
    assert not outcomes(vary(FREE | there), 100, 60)["misattributed"].any()
