"""What a difference runs through: parts that add up, rates, the stratum, refusals, the figure."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.mechanisms import CAVEAT, mechanisms
from sim.analysis.sample import SurvivalInputError

HORIZON = 100


def ensemble(days, causes, *, seed=1, deal_day=None, attacks=None, trust=None, replicate=None):
    """Futures that end on these days (survivors: beyond the horizon), with what was counted."""
    days = np.asarray(days)
    ended = days <= HORIZON
    size = days.size
    runs = pd.DataFrame(
        {
            "replicate": np.arange(size) if replicate is None else replicate,
            "collapse_day": np.minimum(days, HORIZON),
            "collapse_ended": ended,
            "collapse_cause": np.where(ended, np.asarray(causes, object), None),
        }
    )
    if deal_day is not None:
        runs["deal_day"] = np.asarray(deal_day, float)
    if attacks is not None:
        runs["attacks_ttp"], runs["attacks_others"] = attacks, 0
    if trust is not None:
        runs["pakistan_trust"] = trust
    parties = (SimpleNamespace(label="Islamabad"), SimpleNamespace(label="Kabul"))
    scenario = SimpleNamespace(
        name="x", ceasefire=SimpleNamespace(end="collapse"), parties=parties
    )  # fmt: skip
    return SimpleNamespace(runs=runs, seed=seed, horizon=HORIZON, scenario=scenario)


def simulated(seed=1, size=600, scale=1.0, own=0):
    """Futures from shared chance, with agreement and attacks that depend on lasting."""
    rng = np.random.default_rng([seed, 0])
    private = np.random.default_rng([seed, own])
    days = np.ceil(scale * rng.exponential(60, size) + private.exponential(5, size)).astype(int)
    causes = rng.choice(["attack", "shock", "violation"], size)
    deal = np.where(rng.random(size) < 0.5, rng.integers(1, 90, size), np.nan)
    deal = np.where(deal <= np.minimum(days, HORIZON), deal, np.nan)
    attacks = rng.poisson(1.4 * np.minimum(days, HORIZON))
    return ensemble(days, causes, seed=seed, deal_day=deal, attacks=attacks)


BASE = ensemble(
    [10, 40, 80, 200], ["attack", "shock", "attack", None], deal_day=[np.nan, 20, np.nan, 50],
    attacks=[10, 40, 80, 100], trust=[0.1, 0.2, 0.3, 0.4],
)  # fmt: skip
OTHER = ensemble(
    [10, 90, 200, 200], ["shock", "attack", None, None], deal_day=[np.nan, 20, 60, 50],
    attacks=[10, 45, 50, 50], trust=[0.1, 0.2, 0.7, 0.6],
)  # fmt: skip
BY_HAND = mechanisms({"base": BASE, "other": OTHER}, "base")


def row(found, quantity, scope="all futures", scenario="other"):
    rows = found.of(scenario)
    rows = rows[(rows["quantity"] == quantity) & (rows["scope"] == scope)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("quantity", "reference", "value"),
    [
        ("RMST(100)", (10 + 40 + 80 + 100) / 4, (10 + 90 + 100 + 100) / 4),
        ("S(100)", 0.25, 0.5),
        ("days lost to attack", (90 + 20) / 4, 10 / 4),
        ("days lost to shock", 60 / 4, 90 / 4),
        ("ended by attack to day 100", 0.5, 0.25),
        ("rate of ends by attack", 1000 * 2 / 230, 1000 * 1 / 300),
        ("agreed by day 30", 0.25, 0.25),
        ("agreed by day 100", 0.5, 0.75),
        ("attacks", 100 * 230 / 230, 100 * 155 / 300),
        ("Islamabad's trust, last day", 0.25, 0.4),
    ],
)
def test_levels_by_hand(quantity, reference, value):
    found = row(BY_HAND, quantity)
    assert found.reference == pytest.approx(reference)
    assert found.value == pytest.approx(value)
    assert found.difference == pytest.approx(value - reference)


def test_futures_lasting_in_both_by_hand():
    found = row(BY_HAND, "attacks", "lasting in both")
    assert (found.reference, found.value, found.share) == (100, 50, 0.25)
    assert row(BY_HAND, "Islamabad's trust, last day", "lasting in both").value == pytest.approx(
        0.6
    )


def test_split_by_agreement_by_hand():
    rows = BY_HAND.of("other", "agreement").set_index("key")
    gained = {key: rows.loc[key, "contribution"] for key in rows.index}
    assert gained == {"no, no": 0, "no, yes": 20 / 4, "yes, no": 0, "yes, yes": 50 / 4}
    assert rows["share"].tolist() == [0.25, 0.25, 0, 0.5]


def test_parts_add_up_to_the_difference():
    found = mechanisms({"base": simulated(), "other": simulated(scale=1.5, own=3)}, "base")
    total = row(found, "RMST(100)").difference
    for part in ("days lost", "agreement"):
        assert found.of("other", part)["contribution"].sum() == pytest.approx(total, abs=1e-9)
    left = row(found, "S(100)").difference
    assert found.of("other", "incidence")["contribution"].sum() == pytest.approx(left, abs=1e-12)


def test_paired_intervals_are_near_the_analytic_ones():
    base, other = simulated(size=2000), simulated(size=2000, scale=1.3, own=3)
    found = row(mechanisms({"base": base, "other": other}, "base"), "RMST(100)")
    gains = other.runs["collapse_day"] - base.runs["collapse_day"]
    width = 2 * 1.96 * gains.std() / np.sqrt(2000)
    assert found.upper - found.lower == pytest.approx(width, rel=0.15)


def test_intervals_of_ratios_cover_what_they_should():
    """Attacks per day are drawn at one rate; 95 % of intervals of no difference hold 0."""
    held = 0
    for seed in range(60):
        pair = {
            "a": simulated(seed=2 * seed + 1, size=150),
            "b": simulated(seed=2 * seed, size=150),
        }
        found = row(mechanisms(pair, "a"), "attacks", scenario="b")
        held += found.lower <= 0 <= found.upper
    assert held >= 51  # at 95 % cover, 51 of 60 or fewer have a chance of about 1 in 200


def test_order_of_rows_does_not_matter():
    mixed = simulated(scale=1.5, own=3)
    mixed.runs = mixed.runs.sample(frac=1, random_state=1)
    one, two = (
        mechanisms({"base": simulated(), "other": x}, "base")
        for x in (simulated(scale=1.5, own=3), mixed)
    )
    pd.testing.assert_frame_equal(one.table, two.table)


def test_identical_scenarios_differ_in_nothing():
    found = mechanisms({"a": simulated(), "b": simulated()}, "a")
    assert (found.table["difference"].fillna(0) == 0).all()
    days = found.table[found.table["unit"] == "days"]
    assert (days[["lower", "upper"]] == 0).all(axis=None)


def test_equal_shares_keep_a_band():
    """Of 600 pairs none differ: 0 ± z sqrt(1 / 602) / sqrt(602), by hand."""
    found = mechanisms({"a": simulated(), "b": simulated()}, "a").table
    share = found[found["quantity"] == "S(100)"].iloc[0]
    assert share["upper"] == pytest.approx(1.959964 / 602)


def test_different_seeds_leave_out_what_needs_both_outcomes():
    found = mechanisms({"a": simulated(), "b": simulated(seed=2)}, "a")
    assert set(found.table["part"]) == {"total", "days lost", "incidence", "rate", "path"}
    assert set(found.table["scope"]) == {"all futures"}
    assert "b is not paired with a" in str(found)


def test_only_shared_replicates_are_compared():
    base = ensemble([10, 20, 30], ["attack"] * 3, replicate=[0, 1, 2])
    other = ensemble([50, 60, 70], ["attack"] * 3, replicate=[1, 2, 3])
    found = row(mechanisms({"base": base, "other": other}, "base"), "RMST(100)")
    assert (found.difference, found.replicates) == (55 - 25, 2)


def test_runs_without_intermediate_quantities_have_causes_and_a_note():
    found = mechanisms(
        {"a": ensemble([5, 9], ["attack"] * 2), "b": ensemble([7, 9], ["shock"] * 2)}, "a"
    )
    assert "path" not in set(found.table["part"])
    assert "b: the runs hold no intermediate quantities" in str(found)


def test_nobody_ended_and_all_ended_on_day_0_are_results():
    never, at_once = ensemble([200, 200], ["", ""]), ensemble([0, 0], ["attack"] * 2)
    found = mechanisms({"never": never, "at once": at_once}, "never")
    assert row(found, "RMST(100)", scenario="at once").difference == -100
    assert row(found, "days lost to attack", scenario="at once").contribution == -100
    assert np.isnan(row(found, "rate of ends by attack", scenario="at once").value)
    assert "not defined" in str(found)


def test_text_and_html_say_what_they_are_not():
    assert CAVEAT in str(BY_HAND)
    html = mechanisms({"<a>": BASE, "b": OTHER}, "<a>")._repr_html_()
    assert "&lt;a&gt;" in html
    assert "not a causal mediation analysis" in html


@pytest.mark.parametrize(
    ("futures", "reference", "message"),
    [
        ({"a": BASE}, "a", "two ensembles and a reference among a"),
        ({"a": BASE, "b": OTHER}, "c", "a reference among a, b"),
        ({"a": BASE, "b": ensemble([], [])}, "a", "b has no runs"),
        ({"a": ensemble([5], ["attack"]), "b": ensemble([6], ["attack"])}, "a", "two futures each"),
    ],
)
def test_what_cannot_be_attributed_is_refused_in_one_sentence(futures, reference, message):
    with pytest.raises(SurvivalInputError, match=message):
        mechanisms(futures, reference)


def test_an_unknown_scenario_is_refused():
    with pytest.raises(SurvivalInputError, match="scenario must be one of other, got 'x'"):
        BY_HAND.of("x")
