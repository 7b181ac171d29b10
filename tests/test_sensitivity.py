"""Sensitivity: factors from the schema, known answers, and chance apart from parameters."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from conftest import digest_in

import sim
from sim.analysis.discovery import chosen, measured, peel
from sim.analysis.evaluations import Evaluations, outcomes_at
from sim.analysis.sensitivity import (
    CHANCE,
    morris,
    sobol,
    with_chance,
)
from sim.commands import sensitivity as command
from sim.config.numbers import numbers
from sim.paths import data_dir
from sim.report.sensitivity import NAMES, Plan, Sensitivity, base_cell, common
from sim.study.files import checksum
from sim.study.space import Factor, Space, factors

pytest.importorskip("SALib")
FOLDER = data_dir("experiments") / "sensitivity"
SPACE = Space(scale=0.5, logit=0.5, ranges={}, fixed={})
ISHIGAMI = [Factor(name, -math.pi, math.pi) for name in ("x1", "x2", "x3")]
VARIANCE = 7**2 / 8 + 0.1 * math.pi**4 / 5 + 0.1**2 * math.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2, 7**2 / 8, 0]) / VARIANCE
TOTAL = FIRST + np.array([1, 0, 1]) * (8 * 0.1**2 * math.pi**8 / 225) / VARIANCE


def ishigami(points):
    """Ishigami & Homma (1990) with a = 7, b = 0.1, and noise of a seed if there is one."""
    x = np.array([[point[f"x{k}"] for k in (1, 2, 3)] for point in points])
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    noise = [point.get("seed", 0.0) for point in points]
    return (y + np.array(noise, dtype=float))[:, None]


# Factors


def test_every_calibrated_or_assumed_number_is_a_factor_or_held_with_a_reason():
    scenario = sim.load("baseline")
    found, held = factors(scenario, SPACE)
    wanted = {
        path for path, number in numbers(scenario).items()
        if number.alone and number.origin in ("calibrated", "assumed")
    }  # fmt: skip
    mine = {f.path for f in found}
    assert mine | set(held) == wanted
    assert not mine & set(held)
    assert "conflict.clashes.rate" in mine
    assert "militants.ttp.attacks_per_year" not in wanted  # taken from a source
    assert len(found) > 100


def test_intervals_hold_the_value_and_stay_within_the_fields_bounds():
    scenario = sim.load("baseline")
    known = numbers(scenario)
    for factor in factors(scenario, SPACE)[0]:
        assert known[factor.path].low <= factor.low < factor.high <= known[factor.path].high
        assert factor.low <= factor.held <= factor.high
        assert known[factor.path].allows(factor.at(0.0)), factor
        assert known[factor.path].allows(factor.at(1.0)), factor


def test_a_space_may_set_and_fix():
    space = Space(0.5, 0.5, {"pakistan.trust": [0.1, 0.9]}, {"pakistan": "a test"})
    found, held = factors(sim.load("baseline"), space)
    mine = {f.path: f for f in found if f.path.startswith("pakistan.")}
    assert list(mine) == ["pakistan.trust"]
    assert (mine["pakistan.trust"].low, mine["pakistan.trust"].high) == (0.1, 0.9)
    assert held["pakistan.audience"] == "a test"


@pytest.mark.parametrize("ranges", [{"pakistan.turst": [0, 1]}, {"pakistan.trust": [0.5, 0.5]}])
def test_a_space_that_does_not_fit_is_refused_in_one_sentence(ranges):
    with pytest.raises(sim.ConfigError, match=next(iter(ranges))):
        factors(sim.load("baseline"), Space(0.5, 0.5, ranges, {}))


def test_whole_numbers_and_options_are_whole():
    assert Factor("links", 2, 6, whole=True).at(0.6) == 4
    assert [Factor(CHANCE, 0, 1, options=(7, 8)).at(share) for share in (0, 0.49, 0.5, 1)] == [
        7, 7, 8, 8,
    ]  # fmt: skip


# Known answers: Ishigami's function passes through the same pipeline


@pytest.fixture(scope="module")
def indices():
    return sobol(ISHIGAMI, ishigami, samples=1024, seed=2025, names=["y"])


@pytest.mark.parametrize(("column", "known"), [("first", FIRST), ("total", TOTAL)])
def test_ishigamis_indices_lie_in_their_intervals(indices, column, known):
    """95 % intervals, widened to 99.9 % (3.29 / 1.96), for six numbers at once."""
    table = indices.table
    assert (abs(table[column] - known) <= 1.68 * table[f"{column}_half"] + 1e-6).all()


def test_totals_are_not_below_first_orders_and_first_orders_do_not_exceed_the_whole(indices):
    table = indices.table
    assert (table["total"] + table["total_half"] >= table["first"] - table["first_half"]).all()
    assert table["first"].sum() <= 1 + table["first_half"].sum()
    assert table["total"].sum() >= 1 - table["total_half"].sum()


def test_intervals_shrink_with_samples(indices):
    widths = indices.convergence.groupby("samples")["total_half"].max()
    assert list(widths.index) == [128, 256, 512, 1024]
    assert widths[1024] < widths[128]


def test_what_chance_does_is_told_apart_from_what_parameters_do():
    """Noise of known variance, added by the seed alone, is chance's share and nobody else's."""
    noise = np.linspace(-6, 6, 25)
    share = noise.var() / (VARIANCE + noise.var())
    found = with_chance(ISHIGAMI, tuple(noise))
    table = sobol(found, ishigami, samples=1024, seed=2025, names=["y"]).table
    chance = table[table["factor"] == CHANCE].iloc[0]
    assert abs(chance["total"] - share) <= 1.68 * chance["total_half"]
    rest = table[table["factor"] != CHANCE]["total"].to_numpy()
    assert rest == pytest.approx(TOTAL * (1 - share), abs=0.06)


def test_morris_orders_a_linear_model_exactly():
    found = [Factor(name, 0, 1) for name in "abc"]
    table = morris(found, lambda points: np.array([[4 * p["a"] - 2 * p["b"]] for p in points]),
                   trajectories=4, seed=1, names=["y"])  # fmt: skip
    assert table["effect"].tolist() == pytest.approx([4, 2, 0])
    assert table["spread"].tolist() == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_number_of_samples_that_is_no_power_of_two_is_refused():
    with pytest.raises(sim.ConfigError, match="samples is 100"):
        sobol(ISHIGAMI, ishigami, 100, 1, ["y"])


# The command

PLAN = """\
scale: 0.5
logit: 0.5
ranges: {conflict.clashes.rate: [0.01, 0.06], conflict.tension.initial: [3, 15]}
fixed: {accounts: t, pakistan: t, afghan_taliban: t, mediators: t, militants: t, calendar: t,
  protocol: t, bargaining: t, conflict: t, ceasefire: t}
screening: {trajectories: 2}
indices: {samples: 8, factors: 2}
discovery: {outcome: rmst, worst: 0.4, points: 16}
replicates: 30
seeds: 2
"""


@pytest.mark.slow
def test_the_command_goes_on_where_it_was_and_writes_the_same_again(tmp_path, capsys):
    (tmp_path / "plan.yaml").write_text(PLAN)
    where = tmp_path / "out"
    words = [str(where), "--plan", str(tmp_path / "plan.yaml"), "horizon=30"]
    assert command.main(words) == 0
    first = {path.name: path.read_bytes() for path in where.iterdir()}
    kept = where / "evaluations.jsonl"
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:10]) + lines[10][:7])  # cut while writing
    assert command.main(words) == 0
    again = {path.name: path.read_bytes() for path in where.iterdir()}
    assert {name for name in first if name != kept.name and first[name] != again[name]} == set()
    for name in ("screening", "indices", "convergence"):
        assert digest_in(where / f"{name}.png") == checksum(where / f"{name}.csv")
    said = (where / "README.md").read_text()
    assert "move mean days in force more than a change of seed does" in re.sub(r"\s+", " ", said)


@pytest.fixture
def difference(tmp_path):
    """A study of what no mediators change, with few evaluations."""
    (tmp_path / "plan.yaml").write_text(PLAN)
    plan = Plan.read(tmp_path / "plan.yaml")
    (tmp_path / "out").mkdir()
    cells = [base_cell(plan, ["horizon=30"], name) for name in ("baseline", "no_mediators")]
    return Sensitivity(plan, cells[0], tmp_path / "out", other=cells[1])


def test_a_difference_is_that_of_the_same_futures_under_two_scenarios(difference):
    point = {"conflict.clashes.rate": 0.05, "seed": 7}
    (found,) = difference.evaluate([point])
    means = [
        np.array(outcomes_at([point], cell, NAMES)[0])
        for cell in (difference.other, difference.base)
    ]
    assert found.tolist() == (means[0] - means[1]).tolist()
    assert found[0] != 0


def test_a_difference_is_explained_by_numbers_that_both_scenarios_have_alike():
    plan = Plan.read(FOLDER / "space.yaml")
    found, _ = factors(sim.load("baseline"), plan.space)
    kept, held = common(found, base_cell(plan, [], "no_mediators"))
    assert {x.path for x in kept} | held.keys() == {x.path for x in found}
    assert {path.split(".")[0] for path in held} == {"mediators"}
    _, unlike = common(found, base_cell(plan, ["conflict.response.counter_from=1"]))
    assert unlike == {"conflict.response.counter_from": "baseline has another value"}


@pytest.mark.slow
def test_the_command_explains_a_difference(tmp_path):
    (tmp_path / "plan.yaml").write_text(PLAN)
    where = tmp_path / "out"
    words = [str(where), "--plan", str(tmp_path / "plan.yaml"), "horizon=30"]
    assert command.main([*words, "--difference", "no_mediators"]) == 0
    said = (where / "README.md").read_text()
    assert "move the difference of no mediators from baseline in mean days" in said
    assert "# Which assumptions a difference depends on" in said


def test_a_scenario_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(sim.ConfigError, match="scenario is 'nothing'; allowed are"):
        command.main([str(tmp_path / "out"), "--difference", "nothing"])
    assert not (tmp_path / "out").exists()


def test_a_plan_that_is_not_as_described_is_refused(tmp_path):
    (tmp_path / "plan.yaml").write_text("scale: 1")
    with pytest.raises(sim.ConfigError, match="logit"):
        command.main([str(tmp_path / "out"), "--plan", str(tmp_path / "plan.yaml")])
    assert not (tmp_path / "out").exists()


def test_what_is_kept_of_a_run_belongs_together():
    for picture in FOLDER.glob("*.png"):
        assert digest_in(picture) == checksum(picture.with_suffix(".csv"))
    names = re.findall(r"\((\w+)\.png\)", (FOLDER / "README.md").read_text())
    assert {path.stem for path in FOLDER.glob("*.png")} == set(names)
    table = pd.read_csv(FOLDER / "indices.csv")
    for row in table[table["outcome"] == "rmst"].itertuples():
        low, high = row.total - row.total_half, row.total + row.total_half
        said = f"{row.total:.2f} [{low:.2f}, {high:.2f}]".replace("-", "−")
        assert f"| `{row.factor}` |" in (FOLDER / "README.md").read_text()
        assert said in (FOLDER / "README.md").read_text()


def test_kept_indices_stay_within_their_bounds():
    """By their intervals: first orders share out at most the whole, interaction adds to them."""
    for _, table in pd.read_csv(FOLDER / "indices.csv").groupby("outcome"):
        assert (table["total"] + table["total_half"] >= table["first"] - table["first_half"]).all()
        assert table["first"].sum() <= 1 + table["first_half"].sum()
        assert table["total"].sum() >= 1 - table["total_half"].sum()


@pytest.mark.slow
def test_the_number_with_the_largest_index_moves_the_outcome_more_than_chance(tmp_path):
    """From one end of its interval to the other, all else as in the baseline."""
    table = pd.read_csv(FOLDER / "indices.csv").query("outcome == 'rmst' and factor != 'chance'")
    plan = Plan.read(FOLDER / "space.yaml")
    base = base_cell(plan, [])
    largest = table.loc[table["total"].idxmax(), "factor"]
    (factor,) = [x for x in factors(base.scenario, plan.space)[0] if x.path == largest]
    kept = Evaluations(tmp_path / "evaluations.jsonl", base.settings.engine)
    points = [{factor.path: factor.at(share)} for share in (0.0, 1.0)]
    found = kept.of(points, base.settings.replicates, outcomes_at, base, ["rmst"], about=base.key)
    ends = np.array(found)[:, 0]
    effects = pd.read_csv(FOLDER / "screening.csv").query("outcome == 'rmst'").set_index("factor")
    chance = effects.loc["chance", "effect"] + effects.loc["chance", "half"]
    assert abs(ends[1] - ends[0]) > chance


# Scenario discovery


@pytest.fixture(scope="module")
def planted():
    """A known box, a > 0.7 and b < 0.4, among four factors."""
    values = np.random.default_rng(2025).random((1_000, 4))
    return values, (values[:, 0] > 0.7) & (values[:, 1] < 0.4)


def test_prim_finds_a_planted_box(planted):
    values, wanted = planted
    box = chosen(values, wanted, peel(values, wanted))
    assert list(box.restricted) == [0, 1]
    assert box.limits[0, 0] == pytest.approx(0.7, abs=0.03)
    assert box.limits[1, 1] == pytest.approx(0.4, abs=0.03)
    assert box.coverage > 0.9
    assert box.density > 0.9


def test_coverage_density_and_mass_are_what_they_say(planted):
    values, wanted = planted
    limits = np.tile([-np.inf, np.inf], (4, 1))
    limits[0, 0] = 0.5
    box = measured(values, wanted, limits)
    inside = values[:, 0] >= 0.5
    assert box.coverage == 1
    assert box.density == pytest.approx(wanted[inside].mean())
    assert box.mass == pytest.approx(inside.mean())


def test_peeling_never_widens_and_density_rises_from_the_base_rate(planted):
    values, wanted = planted
    boxes = peel(values, wanted)
    masses = [box.mass for box in boxes]
    assert masses == sorted(masses, reverse=True)
    assert boxes[0].density == pytest.approx(wanted.mean())
    assert max(box.density for box in boxes) > 0.95


def test_no_box_is_found_where_nothing_matters():
    """Noise: whatever limits remain are spurious; on fresh points density is the base rate."""
    rng = np.random.default_rng(2025)
    values, wanted = rng.random((600, 5)), rng.random(600) < 0.25
    box = chosen(values, wanted, peel(values, wanted))
    fresh, again = rng.random((4_000, 5)), rng.random(4_000) < 0.25
    held = measured(fresh, again, box.limits)
    error = math.sqrt(0.25 * 0.75 / max(held.mass * 4_000, 1))
    assert abs(held.density - 0.25) < 4 * error  # four standard errors


@pytest.mark.parametrize("share", [0, 1])
def test_a_search_for_nothing_or_everything_is_refused(share):
    with pytest.raises(ValueError, match="some but not all"):
        peel(np.random.default_rng(1).random((50, 2)), np.full(50, bool(share)))


def test_tables_name_every_factor_and_outcome(indices):
    assert list(indices.table["factor"]) == ["x1", "x2", "x3"]
    assert set(pd.unique(indices.table["outcome"])) == {"y"}
