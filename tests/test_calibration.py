"""Calibration: targets, the search, its files after an interruption, and what is shipped of it."""

import dataclasses
import json
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import SEED, vary

from sim import cli
from sim.analysis.calibration import (
    Calibration,
    Target,
    fall_of,
    nearest,
    parameter_correlations,
)
from sim.analysis.patterns import (
    AGES,
    Measured,
    attacks,
    durability,
    hazard,
    measure,
    monthly_attacks,
    record,
)
from sim.config import ConfigError
from sim.config.numbers import numbers
from sim.futures import Futures
from sim.paths import data_dir
from sim.report import calibration as report
from sim.report.calibration import Measurements, calibrate
from sim.study.cells import load_cell
from sim.study.errors import StudyError
from sim.study.parameters import accepted, known_parameters

SHIPPED = data_dir("experiments") / "baseline_calibration" / "calibration.yaml"
ASKED = Calibration.read(SHIPPED)
# Small and easily met: what is tested is the search, not the model.
EASY = dataclasses.replace(
    ASKED,
    points=8, best=3, futures=30, confirmed=40, represented=0.0,
    ranges={name: ASKED.ranges[name] for name in ("tension", "resolve_spread")},
    targets=(Target("survival_30", None, 0.3, 1.0), Target("attacks_mean", 42.8, 30, 60)),
)  # fmt: skip


def quietly(_):
    """Say nothing."""


def measured(**values):
    return {name: Measured(value, 0.1) for name, value in values.items()}


# Targets


@pytest.mark.parametrize(
    ("value", "met", "miss"),
    [(10, True, 0), (20, True, 1), (5, True, 1), (40, False, 2), (2.5, False, 2)],
)
def test_a_target_with_an_aim_counts_factors(value, met, miss):
    target = Target.of("x", {"aim": 10, "factor": 2})
    assert (target.met(value), target.miss(value)) == (met, pytest.approx(miss))


@pytest.mark.parametrize(
    ("value", "met", "miss"), [(0.2, True, 0), (0.5, True, 0), (0.1, False, 0.5), (1, False, 2)]
)
def test_a_target_without_an_aim_is_an_interval(value, met, miss):
    target = Target.of("x", {"low": 0.2, "high": 0.6})
    assert (target.met(value), target.miss(value)) == (met, pytest.approx(miss))


def test_a_measure_that_is_not_there_misses():
    target = Target.of("x", {"low": 0, "high": 1})
    assert (target.met(math.nan), target.miss(math.nan)) == (False, math.inf)


@pytest.mark.parametrize(
    "given", [{"aim": 0, "factor": 2}, {"aim": 1, "factor": 1}, {"low": 2, "high": 1}, {"low": 0}]
)
def test_a_target_that_asks_for_nothing_is_refused(given):
    with pytest.raises(ConfigError, match=r"targets\.x must have"):
        Target.of("x", given)


def test_a_set_is_accepted_if_every_target_is_met():
    both = dataclasses.replace(ASKED, targets=(Target("a", None, 0, 1), Target("b", None, 0, 1)))
    assert both.accepts(measured(a=0.5, b=1))
    assert not both.accepts(measured(a=0.5, b=1.01))


def test_what_no_set_met_is_named_with_the_nearest():
    one = dataclasses.replace(ASKED, targets=(Target("a", None, 0, 1), Target("b", None, 0, 1)))
    assert one.missed([measured(a=2, b=0), measured(a=3, b=9)]) == ["a (nearest 2)"]


# What is searched


def test_at_most_eight_parameters_are_searched():
    assert len(ASKED.ranges) <= 8


def test_the_design_fills_the_ranges():
    points = pd.DataFrame(ASKED.design())
    span = {name: (x.low, x.high) for name, x in ASKED.ranges.items()}
    shares = points.apply(lambda x: (x - span[x.name][0]) / (span[x.name][1] - span[x.name][0]))
    assert len(points) == ASKED.points
    assert (shares.min() < 0.02).all()
    assert (shares.max() > 0.98).all()
    assert np.allclose(shares.mean(), 0.5, atol=0.02)


def test_the_second_design_stays_within_the_sets_given():
    first = ASKED.design()[:5]
    second = pd.DataFrame(ASKED.design(first))
    assert (second.min() >= pd.DataFrame(first).min() * (1 - 1e-3)).all()
    assert (second.max() <= pd.DataFrame(first).max() * (1 + 1e-3)).all()


def test_the_nearest_sets_come_first():
    assert nearest([{"a": 1}, {"a": 2}, {"a": 3}], [0.5, 0.1, 0.5], 2) == [{"a": 2}, {"a": 1}]


@pytest.mark.parametrize("name", list(ASKED.explanations))
def test_an_explanation_alone_has_every_other_switched_off(name):
    others = {
        k: v for x in ASKED.explanations if x != name for k, v in ASKED.explanations[x].items()
    }
    alone = ASKED.alone(name, ASKED.design()[0])
    kept = {k: v for k, v in alone.items() if k not in others}
    assert {k: alone[k] for k in others} == others
    assert kept == {k: v for k, v in ASKED.design()[0].items() if k not in others}


def test_the_fall_is_that_of_the_hazards_by_days():
    """(7 x 30 + 23 x 15) / 30 = 18.5 over 2."""
    fell = fall_of(measured(hazard_0_7=30, hazard_7_30=15, hazard_180_365=2))
    assert fell == pytest.approx(9.25)


def test_correlations_are_of_ranks_strongest_first():
    sets = pd.DataFrame({"a": [1, 2, 3, 9], "b": [1, 4, 9, 100], "c": [2, 1, 4, 3]})
    table = parameter_correlations(sets)
    assert table.iloc[0].tolist() == ["a", "b", 1.0]
    assert table["correlation"][1:].tolist() == [pytest.approx(0.6)] * 2


# What is measured


def test_a_hazard_counts_ends_over_days_in_force():
    """Two ends after 7 days up to 30 in 23 + 3 + 13 days of three futures that got so far."""
    day, ended = np.array([5, 10, 20, 365]), np.array([True, True, True, False])
    found = hazard(day, ended, 7, 30)
    assert found.value == pytest.approx(1000 * 2 / (23 + 3 + 13))
    assert found.se == pytest.approx(found.value / math.sqrt(2))


def test_attacks_are_those_of_the_groups_alone():
    """Their mean is the tracker's within 4.5 standard errors, whatever would be agreed."""
    (measures,) = attacks(load_cell().scenario, [{}], 300, SEED)
    found = measures["attacks_mean"]
    target = next(x for x in ASKED.targets if x.name == "attacks_mean")
    assert abs(found.value - target.aim) < 4.5 * found.se


def test_months_are_counted_by_point_and_future():
    """At a second point twice the attacks of a group of no other; those of the first are as alone.

    With groups that answer nobody counts are independent of talks and of responses.
    """
    scenario = load_cell().scenario
    twice = {
        f"militants.{name}.attacks_per_year": 2 * group.attacks_per_year
        for name, group in scenario.militants.items()
    }
    found = monthly_attacks(scenario, [{}, twice], 300, SEED)
    assert found.shape == (2, 300, 12)
    assert np.array_equal(found[:1], monthly_attacks(scenario, [{}], 300, SEED))
    one, two = found.mean(axis=2)  # (points, R) means of a future's months
    ratio = two.mean() / one.mean()
    error = ratio * math.hypot(*(x.std() / x.mean() / math.sqrt(x.size) for x in (one, two)))
    assert abs(ratio - 2) < 4.5 * error


def test_a_ceasefire_that_nothing_ends_has_no_hazard():
    scenario = vary({"switches.responses": False, "switches.repudiation": False})
    (found,) = durability(scenario, [{}], 20, SEED)
    assert {name: x.value for name, x in found.items() if name.startswith("hazard")} == {
        name: 0 for name in found if name.startswith("hazard")
    }
    assert found["survival_365"].value == 1


def test_without_talks_the_record_cannot_be_met():
    (found,) = record(vary({"switches.talks": False}), [{}], 30, SEED)
    assert (found["record_talks"].value, found["record_all"].value) == (0, 0)
    assert found["record_no_deal"].value == 1


def test_every_point_is_measured_as_if_it_were_alone():
    scenario = load_cell().scenario
    points = [{}, {"conflict.tension.initial": 0.0}, {"pakistan.trust": 0.9, "seed": SEED + 1}]
    together = measure(scenario, points, 40, SEED)
    assert together == [measure(scenario, [point], 40, SEED)[0] for point in points]
    assert len({repr(measures) for measures in together}) == len(points)
    names = [f"hazard_{low}_{high}" for low, high in pairwise(AGES)]
    names += ["first_day", "survival_30", "survival_90", "survival_365", "attacks_mean",
              "attacks_variance_over_mean"]  # fmt: skip
    items = ("talks", "resumed", "no_deal", "quiet", "maintained", "all")
    names += [f"record_{name}" for name in items]
    assert list(together[0]) == names


def test_a_point_that_names_no_number_is_refused():
    with pytest.raises(ConfigError, match=r"pakistan\.courage is not a known field"):
        durability(load_cell().scenario, [{"pakistan.courage": 1.0}], 5, SEED)


# The search, on a stand-in for the model whose survival falls with tension


def stand_in(points, scenario, replicates, seed, all_targets):
    return [invented(point, scenario, replicates, seed) for point in points]


def invented(point, scenario, replicates, seed):
    spread = point.get("pakistan.resolve_spread", scenario.pakistan.resolve_spread)
    tension = point.get("conflict.tension.initial", scenario.conflict.tension.initial)
    names = ("hazard_0_7", "hazard_7_30", "hazard_30_90", "hazard_90_180", "hazard_180_365")
    values = {name: (tension + spread) / 2**k for k, name in enumerate(names)}
    values |= {"survival_30": 1 - tension / 20 + seed / 1e6, "survival_365": 0.2}
    values["attacks_mean"] = 43 + replicates / 1e6
    return {name: Measured(value, 0.01) for name, value in values.items()}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch):
    monkeypatch.setattr(report, "measures_at", stand_in)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    directory = tmp_path_factory.mktemp("calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "measures_at", stand_in)
        return directory, calibrate(EASY, directory, 1, quietly)


def files(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != ".lock"}


def test_every_accepted_set_meets_every_target_twice(found):
    _, kept = found
    assert all(EASY.accepts(one.measures) for one in kept)
    assert [one.distance for one in kept] == sorted(one.distance for one in kept)


def test_an_interrupted_search_comes_to_the_same_files(found, tmp_path):
    directory, _ = found
    lines = (directory / "points.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "points.jsonl").write_text("".join(lines[:4]) + lines[4][:30])
    calibrate(EASY, tmp_path, 1, quietly)
    assert files(tmp_path) == files(directory)


def test_nothing_is_evaluated_twice(found, monkeypatch):
    def again(*_):
        raise AssertionError

    monkeypatch.setattr(report, "measures_at", again)
    assert len(calibrate(EASY, found[0], 1, quietly)) == len(found[1])


def test_accepted_sets_can_be_drawn(found):
    directory, kept = found
    words = [f"parameters.sets=${{accepted:{directory}}}"]
    small = Measurements(directory, load_cell().settings.engine, quietly)
    assert accepted(str(directory)) == [one.values for one in kept]
    with pytest.raises(ConfigError, match="must name exactly the parameters"):
        load_cell("baseline", words)  # two of eight parameters: this search is smaller
    assert small.fields["conflict.tension.initial"] == "tension"


def test_the_best_set_is_written_as_a_configuration(found):
    directory, kept = found
    text = (directory / "best.yaml").read_text()
    assert all(f"{name}: {value:g} #" in text for name, value in kept[0].values.items())


def test_points_of_other_code_are_refused(found, tmp_path):
    (tmp_path / "points.jsonl").write_text(json.dumps({"code": "0.0", "commit": "x"}) + "\n")
    with pytest.raises(StudyError, match="begun by other code"):
        calibrate(EASY, tmp_path, 1, quietly)


def test_a_target_out_of_reach_is_said_and_nothing_is_written(found, tmp_path):
    (tmp_path / "points.jsonl").write_bytes((found[0] / "points.jsonl").read_bytes())
    hard = dataclasses.replace(EASY, targets=(*EASY.targets, Target("survival_365", None, 2, 3)))
    with pytest.raises(StudyError, match="no set meets every target: survival_365"):
        calibrate(hard, tmp_path, 1, quietly)
    assert set(files(tmp_path)) == {"points.jsonl"}


def test_sets_with_one_explanation_only_are_refused(found, tmp_path):
    (tmp_path / "points.jsonl").write_bytes((found[0] / "points.jsonl").read_bytes())
    steep = dataclasses.replace(EASY, fall=1e9, represented=0.5)
    with pytest.raises(StudyError, match="unlike types make the hazard fall"):
        calibrate(steep, tmp_path, 1, quietly)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("points: 256", "points is 250; a Sobol design needs a power of two"),
        ("  tension: {low: 8", "parameters.courage is not known"),
        ("parameters:", "cannot read"),
        ("fall: 2", "line 21: could not find expected ':'"),
    ],
)
def test_a_study_that_is_not_right_is_refused_in_a_sentence(change, said, tmp_path, capsys):
    to = {"points: 256": "points: 250", "  tension: {low: 8": "  courage: {low: 8",
          "parameters:": "parameter:", "fall: 2": "fall 2"}[change]  # fmt: skip
    text = SHIPPED.read_text()
    assert change in text
    (tmp_path / "mine.yaml").write_text(text.replace(change, to, 1))
    with pytest.raises(SystemExit) as ended:
        cli.main(["calibrate", str(tmp_path / "out"), "--study", str(tmp_path / "mine.yaml"),
                  "--workers", "1"])  # fmt: skip
    assert ended.value.code == 1
    assert said in capsys.readouterr().err


# What is shipped

SETS = SHIPPED.with_name("accepted.csv")


def shipped_sets():
    return pd.read_csv(SETS)


def test_the_shipped_sets_meet_every_target():
    rows = [
        {target.name: Measured(row[target.name], 0.0) for target in ASKED.targets}
        for row in shipped_sets().to_dict("records")
    ]
    assert all(ASKED.accepts(measures) for measures in rows)


def test_the_shipped_sets_lie_within_the_ranges_searched_best_first():
    table = shipped_sets()
    assert list(table.columns[: len(ASKED.ranges)]) == list(ASKED.ranges)
    assert set(ASKED.ranges) == known_parameters()
    assert all(table[name].between(x.low, x.high).all() for name, x in ASKED.ranges.items())
    assert table["distance"].is_monotonic_increasing


def test_both_explanations_are_at_work_in_the_shipped_sets():
    table = shipped_sets()
    for name in ASKED.explanations:
        at_work = (table[f"fall by {name} alone"] >= ASKED.fall).mean()
        assert at_work >= ASKED.represented, name


def test_the_best_set_is_the_first_of_the_shipped():
    text = (data_dir("configs") / "parameters" / "best.yaml").read_text()
    best = {name: value for name, value in yaml.safe_load(text).items() if name != "sets"}
    assert best == accepted("baseline_calibration")[0]
    assert text == report.best_yaml(ASKED, best)


def test_every_future_draws_one_of_the_shipped_sets():
    """The first is the shipped scenario itself; each is drawn as often as chance has it."""
    loaded = load_cell("baseline", ["parameters=accepted"]).scenario
    sets = len(shipped_sets())
    assert len(loaded.parameter_sets) == sets
    shipped = numbers(load_cell().scenario)
    assert {path: shipped[path].value for path in loaded.parameter_sets[0]} == dict(
        loaded.parameter_sets[0]
    )
    drawn = np.bincount(Futures.begun(loaded, 200 * sets, SEED).numbers, minlength=sets)
    error = math.sqrt(200 * (1 - 1 / sets))
    assert len(drawn) == sets
    assert (abs(drawn - 200) < 4.5 * error).all()


@pytest.mark.slow
def test_one_and_two_threads_come_to_the_same_files_with_the_model(tmp_path, monkeypatch):
    monkeypatch.undo()
    small = dataclasses.replace(EASY, points=2, best=1)
    for workers in (1, 2):
        calibrate(small, tmp_path / str(workers), workers, quietly)
    assert files(tmp_path / "1") == files(tmp_path / "2")
