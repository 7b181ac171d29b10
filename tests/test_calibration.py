"""Calibration: targets, the search, its files after an interruption, and what is shipped of it."""

import dataclasses
import json
import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import SEED, vary

from sim import cli, seeds
from sim.analysis.calibration import (
    Calibration,
    Kind,
    Target,
    fall_of,
    strongest_correlations,
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
    second_adjourned,
)
from sim.config import PARTIES, ConfigError
from sim.config.numbers import numbers
from sim.futures import Futures
from sim.paths import data_dir
from sim.report import calibration as report
from sim.report.calibrated import fit_table, parameter_table
from sim.report.calibration import calibrate
from sim.study.cells import load_cell
from sim.study.errors import StudyError
from sim.study.parameters import accepted, best_parameters

SHIPPED = data_dir("experiments") / "baseline_calibration" / "calibration.yaml"
ASKED = Calibration.read(SHIPPED)
# Small and easily met: what is tested is the search, not the model.
EASY = dataclasses.replace(
    ASKED,
    ranges={name: ASKED.ranges[name] for name in ("tension", "resolve_spread")},
    targets=(
        Target("survival_30", Kind.observed, aim=0.5, sd=0.1),
        Target("attacks_mean", Kind.required, sd=1.0, low=30, high=60),
        Target("record_all", Kind.happened),
    ),
    best=(),
    checks={"survival_365": (0.1, 0.3)},
    represented=0.0,
    effort=dataclasses.replace(
        ASKED.effort, history=64, history_futures=10, table=64, futures=20, generation=32,
        generations=2, keep=20, accepted=30, recovered=40, alone=4,
    ),
)  # fmt: skip


def quietly(_):
    """Say nothing."""


def measured(**values):
    return {name: Measured(value, 0.1) for name, value in values.items()}


# Targets


@pytest.mark.parametrize(
    ("log", "value", "miss"),
    [(False, 12, 1), (False, 6, -2), (True, 10 * math.exp(4), 2), (True, 10 * math.exp(-2), -1)],
)
def test_an_observation_is_missed_in_standard_errors(log, value, miss):
    """Of sampling and discrepancy together: 1.2 and 1.6 make 2."""
    given = {"aim": 10, "sampling": 1.2, "discrepancy": 1.6, "log": log}
    target = Target.of("x", given)
    assert target.miss(np.array(value)) == pytest.approx(miss)
    assert target.log_likelihood(np.array(value)) == pytest.approx(-(miss**2) / 2)


@pytest.mark.parametrize(("value", "miss"), [(0.2, 0), (0.5, 0), (0.1, -0.5), (1, 2)])
def test_a_condition_is_missed_in_tolerances(value, miss):
    target = Target.of("x", {"low": 0.2, "high": 0.6, "tolerance": 0.2})
    assert target.miss(np.array(value)) == pytest.approx(miss)
    assert target.log_likelihood(np.array(value)) == pytest.approx(-(miss**2) / 2)


def test_a_condition_may_have_one_end():
    target = Target.of("x", {"low": 2, "tolerance": 0.5, "log": True})
    assert target.miss(np.array([2.0, 9.0, 1.0])) == pytest.approx([0, 0, -2 * math.log(2)])


def test_what_has_happened_is_as_likely_as_the_share_of_futures():
    target = Target.of("x", {"happened": True})
    found = target.log_likelihood(np.array([0.25, 1.0, 0.0]))
    assert found.tolist() == [math.log(0.25), 0.0, -math.inf]


def test_a_measure_that_is_not_there_is_far_off():
    target = Target.of("x", {"aim": 1, "sampling": 1, "discrepancy": 0})
    assert target.miss(np.array(math.nan)) > 1e5


@pytest.mark.parametrize(
    "given",
    [
        {"aim": 1, "sampling": 0, "discrepancy": 0}, {"aim": 1}, {"low": 0},
        {"low": 2, "high": 1, "tolerance": 1},
        {"low": 0, "tolerance": 0}, {"happened": False}, {},
        {"aim": 0, "sampling": 1, "discrepancy": 1, "log": True},
    ],
)  # fmt: skip
def test_a_target_that_asks_for_nothing_is_refused(given):
    with pytest.raises(ConfigError, match=r"targets\.x is .* allowed are aim"):
        Target.of("x", given)


def test_likelihoods_of_all_targets_multiply():
    two = dataclasses.replace(
        ASKED, targets=(Target("a", Kind.observed, 1, 2), Target("b", Kind.happened))
    )
    found = two.log_likelihood({"a": np.array([3.0, 1.0]), "b": np.array([0.5, 0.5])})
    assert found == pytest.approx([-0.5 + math.log(0.5), math.log(0.5)])


def test_sampling_errors_of_the_hazards_are_of_the_endings_counted():
    """Of 395 spells, hazards leave so many at the end of each band; an error is 1/sqrt(endings)."""
    anchors = seeds.load().rates["ceasefire_durability"]
    left = float(anchors["open_ended"]["spells"])
    given = {x.name: x for x in ASKED.targets}
    for (low, high), rate in zip(
        pairwise(AGES), anchors["hazard_per_1000_days"].values(), strict=True
    ):
        ended = left * -math.expm1(-rate * (high - low) / 1000)
        left -= ended
        sampling = math.sqrt(given[f"hazard_{low}_{high}"].sd ** 2 - 0.32**2)
        assert sampling == pytest.approx(1 / math.sqrt(ended), rel=0.02)


# What is searched


def test_no_check_is_a_target():
    assert not set(ASKED.checks) & {target.name for target in ASKED.targets}


@pytest.mark.parametrize("name", list(ASKED.explanations))
def test_an_explanation_alone_has_every_other_switched_off(name):
    others = {
        k: v for x in ASKED.explanations if x != name for k, v in ASKED.explanations[x].items()
    }
    whole = {name: span.low for name, span in ASKED.ranges.items()}
    alone = ASKED.alone(name, whole)
    assert {k: alone[k] for k in others} == others
    assert {k: v for k, v in alone.items() if k not in others} == {
        k: v for k, v in whole.items() if k not in others
    }


def test_the_fall_is_that_of_the_hazards_by_days():
    """(7 x 30 + 23 x 15) / 30 = 18.5 over 2."""
    fell = fall_of(measured(hazard_0_7=30, hazard_7_30=15, hazard_180_365=2))
    assert fell == pytest.approx(9.25)


def test_correlations_are_weighted_strongest_first():
    points = np.array([[1.0, 2.0, 2.0], [2.0, 4.0, 1.0], [3.0, 6.0, 4.0], [9.0, 0.0, 0.0]])
    table = strongest_correlations(["a", "b", "c"], points, np.array([1.0, 1.0, 1.0, 0.0]))
    assert table.iloc[0].tolist() == ["a", "b", pytest.approx(1.0)]
    assert table["correlation"][1:].tolist() == pytest.approx(
        [np.corrcoef([1, 2, 3], [2, 1, 4])[0, 1]] * 2
    )


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
    assert list(together[0]) == [*names, "second_adjourned"]


def test_the_second_sitting_counts_only_where_a_future_is_like_the_record():
    """Adjourned, broken off, not held, agreed, agreed in part; and unlike it in two ways."""
    none, calm = np.zeros(7, dtype=int), np.zeros(7, dtype=bool)
    first = {"rounds_failed": np.array([1, 1, 1, 1, 1, 0, 1]), "rounds_adjourned": none,
             "rounds_partial": none}  # fmt: skip
    both = {"rounds_adjourned": np.array([1, 0, 0, 0, 0, 1, 1]),
            "rounds_partial": np.array([0, 0, 0, 0, 1, 0, 0]),
            "deal": np.array([0, 0, 0, 1, 0, 0, 0], dtype=bool)}  # fmt: skip
    for end in ("strike", "exchange_of_fire", "collapse"):
        both |= {f"{end}_ended": calm.copy(), f"{end}_day": np.full(7, 13)}
    both["strike_ended"][[0, 6]], both["strike_day"][6] = True, 12
    assert second_adjourned(first, both, 13).tolist() == [1, -1, -1, 0, 0, 0, 0]


def test_a_point_that_names_no_number_is_refused():
    with pytest.raises(ConfigError, match=r"pakistan\.courage is not a known field"):
        durability(load_cell().scenario, [{"pakistan.courage": 1.0}], 5, SEED)


# The search, on a stand-in for the model whose survival falls with tension


def stand_in(points, scenario, replicates):
    return [invented(point, scenario, replicates) for point in points]


def invented(point, scenario, replicates):
    spread = point.get("pakistan.resolve_spread", scenario.pakistan.resolve_spread)
    tension = point.get("conflict.tension.initial", scenario.conflict.tension.initial)
    names = ("hazard_0_7", "hazard_7_30", "hazard_30_90", "hazard_90_180", "hazard_180_365")
    values = {name: (tension + spread) / 2**k for k, name in enumerate(names)}
    noise = point["seed"] % 7 / 700
    values |= {"survival_30": 1 - tension / 20 + noise, "survival_365": 0.2}
    values |= {"attacks_mean": 43 + replicates / 1e6, "record_all": 0.2}
    return {name: Measured(value, 0.01) for name, value in values.items()}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch):
    monkeypatch.setattr(report, "measures_at", stand_in)
    monkeypatch.setattr(report, "durability_at", stand_in)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    directory = tmp_path_factory.mktemp("calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "measures_at", stand_in)
        patch.setattr(report, "durability_at", stand_in)
        return directory, calibrate(EASY, directory, 1, quietly)


def files(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.name != ".lock"}


def test_the_search_goes_where_the_target_is(found):
    """Survival of a half is at a tension of 10, give or take 2 (.1 of survival)."""
    _, kept = found
    tension = kept.points[:, 0]
    mean = kept.weights @ tension
    assert mean == pytest.approx(10, abs=0.6)
    assert math.sqrt(kept.weights @ (tension - mean) ** 2) == pytest.approx(2, abs=0.6)
    assert kept.size >= EASY.effort.keep


def test_what_nothing_is_said_of_stays_as_it_was(found):
    table = parameter_table(found[1]).set_index("parameter")
    assert table.loc["tension", "contraction"] > 0.5
    assert abs(table.loc["resolve_spread", "contraction"]) < 0.45


def test_the_fit_tells_targets_and_checks_with_the_share_below_the_aim(found):
    table = fit_table(found[1]).set_index("measure")
    assert table["use"].tolist() == ["observed", "required", "happened", "held back"]
    assert 0.2 < table.loc["survival_30", "below"] < 0.8
    assert table.loc["survival_30", "q05"] < 0.5 < table.loc["survival_30", "q95"]


def test_the_first_accepted_set_is_the_medoid(found):
    """No other set has a smaller sum of distances to all that were drawn."""
    kept = found[1]
    at = kept.points[kept.sets]
    unit = at / np.array([span.high - span.low for span in EASY.ranges.values()])
    unit /= unit.std(axis=0)
    sums = np.sqrt(((unit[:, None] - unit[None]) ** 2).sum(axis=2)) @ kept.counts
    assert sums.argmin() == 0  # here all meet the condition
    assert kept.counts.sum() == EASY.effort.accepted


def test_the_best_set_also_meets_conditions_that_are_seen_in_rounds_only(
    found, tmp_path, monkeypatch
):
    """Here that tension is above 11, which the medoid's is not."""

    def seen(points, scenario, replicates):
        tension = [point["conflict.tension.initial"] for point in points]
        return [{"second_adjourned": Measured(x - 11, 0.1)} for x in tension]

    monkeypatch.setattr(report, "sittings_at", seen)
    (tmp_path / "points.jsonl").write_bytes((found[0] / "points.jsonl").read_bytes())
    more = Target("second_adjourned", Kind.required, sd=1.0, low=0)
    kept = calibrate(dataclasses.replace(EASY, best=(more,)), tmp_path, 1, quietly)
    assert found[1].points[found[1].sets[0], 0] < 11 < kept.points[kept.sets[0], 0]
    assert set(kept.sets) == set(found[1].sets)
    never = Target("second_adjourned", Kind.required, sd=1.0, low=100)
    with pytest.raises(StudyError, match="no central accepted set meets every condition"):
        calibrate(dataclasses.replace(EASY, best=(never,)), tmp_path, 1, quietly)


def test_games_are_played_of_the_most_central_sets_until_one_meets_their_condition(
    found, tmp_path, monkeypatch
):
    """Here that tension is above 11: of both sides' shares the higher counts, each in 2 games."""
    asked_of = []

    def play(name, seat, scenario, seed, days, *, overrides, short_rounds):
        tension = float(dict(word.split("=") for word in overrides)["parameters.tension"])
        asked_of.append((name, scenario, seat, days, short_rounds))
        return SimpleNamespace(holds=tension < 11 if seat == "pakistan" else tension < 9)

    monkeypatch.setattr(report, "played", play)
    (tmp_path / "points.jsonl").write_bytes((found[0] / "points.jsonl").read_bytes())
    more = Target("restraint_holds", Kind.required, sd=0.1, high=0.5)
    effort = dataclasses.replace(EASY.effort, games=2)
    asked = dataclasses.replace(EASY, best=(more,), effort=effort)
    kept = calibrate(asked, tmp_path, 1, quietly)
    tensions = found[1].points[found[1].sets, 0]
    assert kept.points[kept.sets[0], 0] == tensions[tensions >= 11][0]
    assert set(asked_of) == {("restraint", "baseline", seat, 90, False) for seat in PARTIES}
    assert len(asked_of) == 4 * (np.argmax(tensions >= 11) + 1)


def test_what_is_required_of_the_best_set_must_be_something_that_is_measured(tmp_path):
    path = tmp_path / "calibration.yaml"
    path.write_text(SHIPPED.read_text().replace("restraint_holds:", "restraint:"))
    with pytest.raises(ConfigError, match=r"best\.restraint is not known; allowed are second_adj"):
        Calibration.read(path)


def test_an_interrupted_search_comes_to_the_same_files(found, tmp_path):
    directory, _ = found
    lines = (directory / "points.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "points.jsonl").write_text("".join(lines[:90]) + lines[90][:30])
    calibrate(EASY, tmp_path, 1, quietly)
    assert files(tmp_path) == files(directory)


def test_nothing_is_evaluated_twice(found, monkeypatch):
    def again(*_):
        raise AssertionError

    again.__name__ = stand_in.__name__
    monkeypatch.setattr(report, "measures_at", again)
    monkeypatch.setattr(report, "durability_at", again)
    calibrate(EASY, found[0], 1, quietly)


def test_accepted_sets_can_be_read(found):
    directory, kept = found
    assert accepted(str(directory))[0] | {"weight": 0} == kept.values(int(kept.sets[0])) | {
        "weight": 0
    }
    table = pd.read_csv(directory / "accepted.csv")
    assert table["weight"].sum() == pytest.approx(1, abs=1e-4)
    assert list(table.columns[:4]) == ["tension", "resolve_spread", "weight", "distance"]


def test_the_best_set_is_written_as_a_configuration(found):
    directory, kept = found
    text = (directory / "best.yaml").read_text()
    values = kept.values(int(kept.sets[0]))
    assert all(f"{name}: {value:g} #" in text for name, value in values.items())


def test_points_of_other_code_are_refused(tmp_path):
    (tmp_path / "points.jsonl").write_text(json.dumps({"code": "0.0", "commit": "x"}) + "\n")
    with pytest.raises(StudyError, match="begun by other code"):
        calibrate(EASY, tmp_path, 1, quietly)


def test_targets_out_of_reach_are_said_and_nothing_is_written(found, tmp_path):
    (tmp_path / "points.jsonl").write_bytes((found[0] / "points.jsonl").read_bytes())
    far = Target("survival_365", Kind.observed, aim=2, sd=0.1)
    hard = dataclasses.replace(EASY, targets=(*EASY.targets, far), checks={})
    with pytest.raises(StudyError, match="points 0 are not implausible; 64 are needed"):
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
        ("history: 4096", "points is 4095; a Sobol design needs a power of two"),
        ("  tension: {low: 4", "parameters.courage is not known"),
        ("parameters:", "cannot read"),
        ("fall: 2", "could not find expected ':'"),
        ("survival_30: [", "checks.record_quiet is a target; a check must not be used"),
        ("{happened: true}", "targets.record_all is {'happened': False}; allowed are aim"),
        ("  attacks_mean:", "targets.attacks is not known; allowed are attacks_mean, "),
        ("  survival_90:", "checks.survival_60 is not known; allowed are attacks_mean, "),
    ],
)
def test_a_study_that_is_not_right_is_refused_in_a_sentence(change, said, tmp_path, capsys):
    to = {"history: 4096": "history: 4095", "  tension: {low: 4": "  courage: {low: 4",
          "parameters:": "parameter:", "fall: 2": "fall 2",
          "survival_30: [": "record_quiet: [",
          "{happened: true}": "{happened: false}", "  attacks_mean:": "  attacks:",
          "  survival_90:": "  survival_60:"}[change]  # fmt: skip
    text = SHIPPED.read_text()
    assert change in text
    (tmp_path / "mine.yaml").write_text(text.replace(change, to, 1))
    with pytest.raises(SystemExit) as ended:
        cli.main(["calibrate", str(tmp_path / "out"), "--study", str(tmp_path / "mine.yaml"),
                  "--workers", "1"])  # fmt: skip
    assert ended.value.code == 1
    assert said in capsys.readouterr().err


# What is shipped

FOLDER = SHIPPED.parent


def shipped_sets():
    return pd.read_csv(FOLDER / "accepted.csv")


def test_the_shipped_sets_lie_within_the_ranges_searched():
    table = shipped_sets()
    assert list(table.columns[: len(ASKED.ranges)]) == list(ASKED.ranges)
    assert set(ASKED.ranges) == best_parameters().keys()
    assert all(table[name].between(x.low, x.high).all() for name, x in ASKED.ranges.items())
    assert table["weight"].sum() == pytest.approx(1, abs=1e-4)


def test_the_shipped_fit_brackets_the_anchor_in_every_band_or_names_the_misfit():
    fit = pd.read_csv(FOLDER / "fit.csv").set_index("measure")
    said = (FOLDER / "summary.txt").read_text()
    hazards = fit[fit.index.str.startswith("hazard_")]
    assert len(hazards) == len(AGES) - 1
    for name, row in hazards.iterrows():
        assert 0.15 <= row["below"] <= 0.85 or f"has {name} " in said


def test_the_shipped_calibration_is_to_be_trusted():
    """Ranks are uniform at 1 %, intervals of 80 % cover 76 to 84 %, for every parameter."""
    table = pd.read_csv(FOLDER / "parameters.csv").set_index("parameter")
    assert set(table.index) == set(ASKED.ranges)
    assert (table["ranks_p"] > 0.01).all()
    assert table["covers_80"].between(0.76, 0.84).all()


def test_the_best_set_is_the_first_of_the_shipped():
    text = (data_dir("configs") / "parameters" / "best.yaml").read_text()
    best = {name: value for name, value in yaml.safe_load(text).items() if name != "sets"}
    first = shipped_sets().iloc[0]
    assert best == pytest.approx({name: first[name] for name in ASKED.ranges})


def test_every_future_draws_one_of_the_shipped_sets():
    """The first is the shipped scenario itself; each is drawn by its weight, but for chance."""
    loaded = load_cell("baseline", ["parameters=accepted"]).scenario
    sets = len(shipped_sets())
    assert len(loaded.parameter_sets) == sets
    shipped, first = numbers(load_cell().scenario), dict(loaded.parameter_sets[0])
    weights = np.array([each["weight"] for each in loaded.parameter_sets])
    assert {path: shipped[path].value for path in first if path != "weight"} == {
        path: value for path, value in first.items() if path != "weight"
    }
    drawn = np.bincount(Futures.begun(loaded, 200 * sets, SEED).numbers, minlength=sets)
    expected = 200 * sets * weights / weights.sum()
    assert len(drawn) == sets
    error = np.sqrt(expected * (1 - weights / weights.sum()))
    assert (abs(drawn - expected) < 4.5 * error).all()


@pytest.mark.slow
def test_one_and_two_threads_come_to_the_same_files_with_the_model(tmp_path, monkeypatch):
    monkeypatch.undo()
    effort = dataclasses.replace(
        EASY.effort, history=16, table=16, generation=8, generations=1, keep=2, alone=2
    )
    for workers in (1, 2):
        calibrate(
            dataclasses.replace(EASY, effort=effort), tmp_path / str(workers), workers, quietly
        )
    assert files(tmp_path / "1") == files(tmp_path / "2")
