"""Differences by layer of uncertainty: limits, agreement on the sign, what carries the variance."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import put, tree_of, vary

from sim.analysis.ensemble import Ensemble
from sim.analysis.layers import ACCEPTED, CHANCE, WIDE, contrasts, layer_of
from sim.analysis.sample import SurvivalInputError
from sim.commands.compare import main as compare_command
from sim.config import validate
from sim.report.layers import said_of
from sim.report.sweep import by_layer, compare_sweep
from sim.study.cells import Cell, load_cell
from sim.study.runner import run
from sim.study.store import write_cell
from sim.study.sweeps import open_directory

TRUST, TENSION = "pakistan.trust", "conflict.tension.initial"
HORIZON = 400


def ensemble(days, sets=(), number=None, weights=None):
    """Futures that end on given days, of parameter sets with given values of two numbers."""
    days = np.asarray(days)
    each = [dict(zip((TRUST, TENSION), values, strict=True)) for values in sets]
    each = [x | {"weight": w} for x, w in zip(each, weights, strict=True)] if weights else each
    runs = pd.DataFrame(
        {
            "replicate": np.arange(days.size), "collapse_day": days, "collapse_ended": True,
            "collapse_cause": "attack",
            "parameter_set": np.full(days.size, -1) if number is None else number,
        }
    )  # fmt: skip
    scenario = vary({"parameter_sets": each})
    return SimpleNamespace(runs=runs, seed=1, horizon=HORIZON, scenario=scenario)


def drawn(effect, sets=60, futures=50, noise=20.0, weights=None, seed=3):
    """Two scenarios whose difference is ``effect(first share, second share)`` plus chance."""
    rng = np.random.default_rng(seed)
    shares = rng.random((sets, 2))
    values = np.column_stack([0.3 + 0.2 * shares[:, 0], 5 + 5 * shares[:, 1]]).tolist()
    number = np.repeat(np.arange(sets), futures)
    base = rng.integers(100, 200, number.size)
    mine = effect(shares[:, 0], shares[:, 1])[number] + noise * rng.standard_normal(number.size)
    days = np.clip(np.round(base + mine), 1, HORIZON).astype(int)
    held = (values, number, weights)
    return {"base": ensemble(base, *held), "other": ensemble(days, *held)}, mine


def only(found, layer, quantity=f"RMST({HORIZON})"):
    table = found.table
    return table[(table["layer"] == layer) & (table["quantity"] == quantity)].iloc[0]


# Layers


def test_a_layer_is_told_by_what_its_sets_vary():
    assert layer_of(load_cell("baseline", ["parameters=best"]).scenario) == CHANCE
    assert layer_of(load_cell("baseline", ["parameters=accepted"]).scenario) == ACCEPTED
    assert layer_of(load_cell("baseline", ["parameters=wide"]).scenario) == WIDE


def named(**layers):
    """Ensembles by scenario and the word that chose their parameters."""
    sets = {"best": [], "accepted": [{TENSION: 3.0}], "wide": [{TRUST: 0.3}]}
    return {
        f"{name} parameters={word}": SimpleNamespace(
            scenario=vary({"name": name, "parameter_sets": sets[word]})
        )
        for word, names in layers.items() for name in names
    }  # fmt: skip


def test_cells_are_sorted_by_layer_where_two_scenarios_are_in_two_layers():
    both = ["baseline", "x"]
    found = by_layer(named(best=both, wide=[*both, "y"]))
    assert {layer: list(held) for layer, held in found.items()} == {
        CHANCE: both, WIDE: ["baseline", "x", "y"],
    }  # fmt: skip
    assert by_layer(named(best=both)) == {}
    assert by_layer(named(best=["baseline"], accepted=["baseline"])) == {}
    assert by_layer(named(best=["baseline", "x"], accepted=["baseline", "y"])) == {}


# Differences


def test_the_layer_of_chance_has_students_interval_of_the_paired_difference():
    found = contrasts({CHANCE: {"a": ensemble([5, 5, 5, 5]), "b": ensemble([6, 8, 6, 8])}}, "a")
    row = only(found, CHANCE)
    reach = 3.182446 * np.std([1, 3, 1, 3], ddof=1) / 2
    assert (row.difference, row.lower, row.upper) == pytest.approx(
        (2, 2 - reach, 2 + reach), rel=1e-5
    )
    assert np.isnan(row.agree)
    assert len(found.carriers) == 0


def test_limits_over_many_sets_are_those_of_the_sets_apart_from_chance():
    """Set effects are uniform from -10 to 30: 95 % of one more lie from -9 to 29, by 4.5 errors.

    The error of a percentile p of n is √(p (1 - p) / n) over the density, 1 / 40.
    """
    pair, _ = drawn(lambda a, b: 40 * a - 10, sets=400, futures=40)
    row = only(contrasts({WIDE: pair}, "base"), WIDE)
    error = 4.5 * np.sqrt(0.025 * 0.975 / 400) * 40
    assert (row.lower, row.upper) == pytest.approx((-9, 29), abs=error)
    assert row.sd_between == pytest.approx(40 / np.sqrt(12), rel=4.5 / np.sqrt(2 * 400))
    assert row.agree_apart_from_chance == pytest.approx(0.75, abs=4.5 * np.sqrt(0.1875 / 400))


def test_limits_over_few_sets_are_students():
    pair, _ = drawn(lambda a, b: 40 * a, sets=10, futures=4_000, noise=5)
    row = only(contrasts({ACCEPTED: pair}, "base"), ACCEPTED)
    reach = 2.262157 * row.sd_between * np.sqrt(1.1)
    assert row.upper - row.difference == pytest.approx(reach, rel=0.02)
    assert row.difference - row.lower == pytest.approx(row.upper - row.difference)


def test_an_effect_alike_in_all_sets_is_agreed_upon_though_chance_turns_single_sets():
    pair, _ = drawn(lambda a, b: np.full(a.size, 3.0), futures=20)
    row = only(contrasts({WIDE: pair}, "base"), WIDE)
    assert row.agree < 0.9
    assert row.agree_apart_from_chance > row.agree


def test_agreement_counts_sets_by_their_weight():
    """Half of the sets shorten, and have a ninth of the weight of the others."""
    pair, _ = drawn(lambda a, b: np.where(np.arange(a.size) % 2, 20.0, -20.0), noise=1,
                    weights=[1.0, 9.0] * 30)  # fmt: skip
    for ensemble_ in pair.values():  # as often as weights say
        keep = (ensemble_.runs["parameter_set"] % 2 == 1) | (ensemble_.runs["replicate"] % 9 == 0)
        ensemble_.runs = ensemble_.runs[keep].reset_index(drop=True)
    row = only(contrasts({ACCEPTED: pair}, "base"), ACCEPTED)
    assert row.difference > 0
    assert row.agree == pytest.approx(0.9)


def test_the_number_that_carries_the_difference_is_found():
    pair, _ = drawn(lambda a, b: 40 * a, sets=300, futures=40)
    found = contrasts({WIDE: pair}, "base")
    first = found.carriers.iloc[0]
    assert (first.number, first["index"] > 0.8) == (TRUST, True)
    assert found.carried_by("other")["number"].tolist() == [TRUST]
    assert f"other: {TRUST} " in str(found)


def test_nothing_carries_what_does_not_differ_between_draws():
    pair, _ = drawn(lambda a, b: np.full(a.size, 10.0), sets=300)
    found = contrasts({WIDE: pair}, "base")
    assert len(found.carried_by("other")) == 0
    assert "other: none" in str(found) or not len(found.carriers)


@pytest.mark.parametrize(
    ("number", "said"),
    [([0, 1, 0, 1], "drew unlike parameter sets"), ([0, 0, 1, 2], "drew unlike")],
)
def test_pairs_of_unlike_sets_are_refused(number, said):
    sets = [[0.3, 5.0], [0.4, 6.0], [0.5, 7.0]]
    pair = {"a": ensemble([1, 2, 3, 4], sets, [0, 0, 1, 1]), "b": ensemble([1] * 4, sets, number)}
    with pytest.raises(SurvivalInputError, match=said):
        contrasts({WIDE: pair}, "a")


def test_as_many_sets_as_futures_and_a_missing_reference_are_refused():
    sets = [[0.3, 5.0], [0.4, 6.0]]
    pair = {"a": ensemble([1, 2], sets, [0, 1]), "b": ensemble([3, 4], sets, [0, 1])}
    with pytest.raises(SurvivalInputError, match="more futures than sets"):
        contrasts({WIDE: pair}, "a")
    with pytest.raises(SurvivalInputError, match="c has no futures of the layer wide"):
        contrasts({WIDE: pair}, "c")


# What is written


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """Two scenarios in three layers."""
    directory = tmp_path_factory.mktemp("layers")
    wide = [{TRUST: float(x), TENSION: 6.0} for x in np.linspace(0.2, 0.6, 20).round(3)]
    for word, sets in (("best", []), ("accepted", [{TENSION: 4}, {TENSION: 12}]), ("wide", wide)):
        for name in ("baseline", "no_mediators"):
            few = {"parameter_sets": sets, "replicates": 200, "horizon": 40}
            cell = Cell(*validate(put(tree_of(name), few)))
            words = [f"scenario={name}", f"parameters={word}"]
            write_cell(cell, directory / f"{name}-{word}", words)
    return directory


def test_a_sweep_in_layers_is_compared_by_layer(sweep):
    told = compare_sweep(open_directory(sweep))
    table = pd.read_csv(sweep / "layers.csv")
    assert table["layer"].unique().tolist() == [CHANCE, ACCEPTED, WIDE]
    assert (sweep / "layers.txt").read_text().strip() in told
    assert pd.read_csv(sweep / "signs.csv")["sets"].tolist() == [2]  # of the accepted layer
    assert set(pd.read_csv(sweep / "comparison.csv")["scenario"]) == {"no_mediators"}
    said = said_of(table, pd.read_csv(sweep / "carriers.csv"))
    assert "1 of 1 under chance alone" in said
    assert said.count("| `no_mediators` |") == 1


def test_the_command_writes_layers_and_draws_each_layers_interval(sweep, tmp_path, capsys):
    words = [str(sweep), "--out", str(tmp_path), "--format", "svg", "csv"]
    assert compare_command(words) == 0
    told = capsys.readouterr().out
    assert "by layer of uncertainty" in told
    assert "Cells are in the layers chance, accepted, wide; " in told
    drawn_ = pd.read_csv(tmp_path / "comparison.csv").query("panel == 'difference'")
    shown = drawn_[drawn_["quantity"] == "RMST(40)"].set_index("layer")
    table = pd.read_csv(tmp_path / "layers.csv").query("quantity == 'RMST(40)'").set_index("layer")
    for layer in (CHANCE, ACCEPTED, WIDE):
        assert shown.loc[layer, "lower"] == pytest.approx(table.loc[layer, "lower"], rel=1e-5)
    text = (tmp_path / "comparison.svg").read_text()
    assert all(f"interval:{layer}:no_mediators" in text for layer in (CHANCE, ACCEPTED, WIDE))
    assert "thick: chance, middle: accepted, thin: wide" in text


def test_a_scenarios_own_ensemble_has_its_layer():
    few = {"parameter_sets": [{TRUST: 0.4}] * 2, "replicates": 5, "horizon": 5}
    assert layer_of(Ensemble(run(Cell(*validate(put(tree_of(), few))))).scenario) == WIDE
