"""Chance told apart from parameters, and signs counted by parameter set."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import put, tree_of
from test_compare import ensemble

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble
from sim.analysis.parameter_spread import components, parameter_spread
from sim.analysis.survival import SurvivalInputError, kaplan_meier
from sim.commands.compare import main as compare_command
from sim.config import validate
from sim.plots.comparison import comparison
from sim.plots.survival import survival
from sim.report.summary import summary
from sim.report.sweep import compare_sweep
from sim.study.cells import Cell, parameter_fields
from sim.study.runner import run
from sim.study.store import write_cell
from sim.study.sweeps import open_directory

HORIZON = 100
SIGNS = ["scenario", "quantity", "difference", "sets", "agree", "share", "longer", "shorter",
         "sd_between"]  # fmt: skip


def geometric(hazards, futures, seed=1):
    """Ends of futures that each drew one of several constant hazards: day, ended, number."""
    rng = np.random.default_rng(seed)
    number = rng.integers(0, len(hazards), futures)
    day = rng.geometric(np.asarray(hazards)[number])
    return np.minimum(day, HORIZON), day <= HORIZON, number


def with_sets(days, number):
    """An ensemble whose futures drew these parameter sets."""
    made = ensemble(days)
    made.runs["parameter_set"] = pd.array(number, "Int32")
    return made


# Components


def test_components_are_those_of_the_textbook_anova():
    """Two sets of two: group means 1 and 5, mean square 2 within, 4 x (5 - 1)^2 / 4 between."""
    values = np.array([[0.0], [2.0], [4.0], [6.0]])
    found = components(values, np.array([0, 0, 1, 1]))
    assert (found.mean[0], found.between[0]) == (3.0, (16.0 - 2.0) / 2)


def test_the_variance_between_sets_is_recovered_without_the_chance_in_their_means():
    """Over 200 sets the standard deviation of S(10) within 4.5 of its standard errors, 5 % each."""
    hazards = np.random.default_rng(0).uniform(0.02, 0.15, 200)
    spread = parameter_spread(*geometric(hazards, 40_000), HORIZON)
    true = ((1 - hazards) ** 10).std(ddof=1)
    assert abs(spread.between[10] / true - 1) < 4.5 / np.sqrt(2 * 200)


def test_sets_that_do_not_differ_leave_chance_alone():
    """Between 20 equal sets nothing is left, or less than the Monte Carlo error of one set."""
    spread = parameter_spread(*geometric([0.05] * 20, 20_000), HORIZON)
    one_set = np.sqrt(0.6 * 0.4 / 1_000)
    assert spread.between[10] < one_set


def test_limits_are_those_of_student_where_chance_is_gone():
    """Sets of equal outcomes: mean ± t(K - 1) sqrt(1 + 1/K) s, by hand for K = 4."""
    values = np.repeat([10.0, 12.0, 15.0, 19.0], 3)
    found = components(values[:, None], np.repeat([0, 1, 2, 3], 3), np.full(4, 0.25))
    assert found.mean == 14.0
    reach = 3.182446 * np.sqrt(5 / 4) * np.std([10, 12, 15, 19], ddof=1)
    assert found.reach(0.95) == pytest.approx(reach, abs=1e-3)


@pytest.mark.parametrize(("tau", "means"), [(60, [10, 12, 15, 19]), (16, [10, 12, 15, 16])])
def test_limits_of_the_mean_time_are_those_of_its_sets_cut_to_what_is_possible(tau, means):
    """As above, of days; by day 16 the upper limit would lie beyond it."""
    day, number = np.repeat([10, 12, 15, 19], 3), np.repeat([0, 1, 2, 3], 3)
    weights = dict.fromkeys(range(4), 1)
    mean = parameter_spread(day, np.ones(12, bool), number, 60, weights=weights).rmst(tau)
    reach = 3.182446 * np.sqrt(5 / 4) * np.std(means, ddof=1)
    expected = max(np.mean(means) - reach, 0), min(np.mean(means) + reach, tau)
    assert mean.value == np.mean(means)
    assert (mean.lower, mean.upper) == pytest.approx(expected, abs=1e-3)


def test_weights_say_how_much_a_set_counts():
    """A set of weight 2 counts as two sets alike; the mean is theirs, not that of the futures."""
    values, number = np.array([1.0, 3.0, 5.0, 7.0, 9.0]), np.array([0, 0, 0, 1, 1])
    found = components(values[:, None], number, np.array([0.25, 0.75]))
    assert found.mean[0] == 0.25 * 3 + 0.75 * 8
    assert found.noise[0] == pytest.approx(0.25**2 * 4 / 3 + 0.75**2 * 2 / 2)
    assert found.sets == pytest.approx(1 / (0.25**2 + 0.75**2))


def test_weights_of_the_curve_are_taken_by_number_in_any_unit():
    spread = parameter_spread(DAY, ENDED, NUMBER, HORIZON, weights={0: 6, 1: 2, 2: 0, 3: 2})
    curves = [np.mean(np.where(ENDED, DAY, HORIZON + 1)[k == NUMBER] > 20) for k in range(4)]
    assert spread.at(20).value == pytest.approx(0.6 * curves[0] + 0.2 * (curves[1] + curves[3]))


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([1, 1, 1], "none for parameter set 3, which was drawn"),
        ([1, 1, 1, -1], "finite and 0 or more, got -1.0"),
        ([0, 0, 0, 2], "at least two of them positive"),
    ],
)
def test_wrong_weights_are_refused_in_a_sentence(weights, said):
    with pytest.raises(SurvivalInputError, match=said):
        parameter_spread(DAY, ENDED, NUMBER, HORIZON, weights=weights)


# Limits

DAY, ENDED, NUMBER = geometric([0.01, 0.03, 0.06, 0.1], 4_000)
SPREAD = parameter_spread(DAY, ENDED, NUMBER, HORIZON)
ESTIMATE = kaplan_meier(DAY, ENDED, horizon=HORIZON)


def test_the_curve_is_that_of_kaplan_and_meier():
    assert np.allclose(SPREAD.survival, ESTIMATE.survival, atol=1e-12)


def test_the_error_is_that_of_greenwood():
    assert np.allclose(SPREAD.se, ESTIMATE.se, atol=1e-12)


def test_the_wider_band_holds_the_narrower():
    inside = (SPREAD.lower <= ESTIMATE.lower) & (SPREAD.upper >= ESTIMATE.upper)
    assert inside[1:].all()


def test_limits_stay_within_zero_and_one():
    assert ((SPREAD.lower >= 0) & (SPREAD.upper <= 1)).all()


def test_a_point_is_read_off_the_curve():
    at = SPREAD.at(30)
    assert (at.value, at.lower, at.upper) == (
        SPREAD.survival[30],
        SPREAD.lower[30],
        SPREAD.upper[30],
    )


def test_the_mean_time_is_that_of_the_estimate_with_wider_limits():
    wide, narrow = SPREAD.rmst(60), ESTIMATE.rmst(60)
    assert wide.value == pytest.approx(narrow.value)
    assert wide.lower < narrow.lower
    assert wide.upper > narrow.upper


@pytest.mark.parametrize("number", [[0, 0, 0], [0, 1, 2]])
def test_too_few_futures_or_sets_are_refused_in_a_sentence(number):
    with pytest.raises(SurvivalInputError, match="at least two sets and more futures than sets"):
        parameter_spread(np.array([3, 4, 5]), np.ones(3, bool), np.array(number), HORIZON)


# Signs


def test_signs_are_counted_by_set():
    """Set 0 lasts a day longer for sure, set 1 two days less, set 2 longer but not surely."""
    number = np.repeat([0, 1, 2], 4)
    base = with_sets(np.full(12, 50), number)
    other = with_sets(np.array([51] * 4 + [48] * 4 + [50, 50, 50, 61]), number)
    (row,) = compare({"a": base, "b": other}, "a").signs.itertuples(index=False)
    assert row[:4] == ("b", "RMST(365)", pytest.approx(7 / 12), 3)
    assert (row.agree, row.share, row.longer, row.shorter) == (2, pytest.approx(2 / 3), 1, 1)


def test_signs_are_told_in_words():
    number = np.repeat([0, 1], 3)
    ends = np.array([10, 20, 30, 40, 50, 60])
    told = str(compare({"a": with_sets(ends, number), "b": with_sets(ends + 5, number)}, "a"))
    assert "Sign of the difference from a in RMST(365), by parameter set (2):" in told
    assert "2 of 2 (100%)" in told


def test_without_sets_no_sign_is_counted():
    found = compare({"a": ensemble([3, 4]), "b": ensemble([5, 6])}, "a")
    assert (len(found.signs), list(found.signs.columns)) == (0, SIGNS)


@pytest.mark.parametrize("number", [[0, 1, 1, 1], [0, 0, 0, 0]])
def test_pairs_of_different_sets_or_of_one_are_not_counted(number):
    base, other = with_sets([3, 4, 5, 6], [0, 0, 1, 1]), with_sets([3, 4, 5, 9], number)
    assert len(compare({"a": base, "b": other}, "a").signs) == 0


# What is shown and written

CALM = {"resolve_spread": 0.3, "ending_spread": 0.3, "tension": 2, "tension_half_life": 4,
        "clash_rate": 0.01, "clash_tension": 0.05, "attendance": 3, "frailty": 0,
        "fire_threshold": 3.1, "ending_value": 11, "attack_grievance": 0.9,
        "death_weight": 0.95}  # fmt: skip
TENSE = CALM | {"resolve_spread": 2, "tension": 14, "clash_rate": 0.06, "clash_tension": 0.15}
FIELDS = parameter_fields()
SETS = [{path: of[name] for path, name in FIELDS.items()} for of in (CALM, TENSE)]
SMALL = {"parameter_sets": SETS, "replicates": 200, "horizon": 40}


@cache
def posterior():
    return Ensemble(run(Cell(*validate(put(tree_of(), SMALL)))))


def test_the_figure_shows_both_bands():
    drawing = survival(posterior())
    curve = drawing.table.query("panel == 'curve'").pivot(index="day", columns="quantity")
    wide = curve["upper"] - curve["lower"]
    wider = wide["survival with accepted parameter sets"]
    assert (wider[1:] > 2 * wide["survival"][1:]).mean() > 0.9
    drawn = {x.get_gid() for axes in drawing.figure.axes for x in axes.collections}
    assert {"band", "band:accepted parameter sets"} <= drawn
    assert "accepted parameter sets (2 sets)" in drawing.footer


def test_the_summary_says_how_rounds_ended(tmp_path):
    """Shares of all rounds held, with the interval of a ratio of means, by hand."""
    told, runs = summary(posterior(), tmp_path, 1.0), posterior().runs
    held, off = runs["rounds_held"].to_numpy(float), runs["rounds_failed"].to_numpy(float)
    share = off.sum() / held.sum()
    error = 1.959963984540054 * (off - share * held).std() / held.mean() / np.sqrt(len(held))
    (line,) = [line.split() for line in told.splitlines() if "share broken off" in line]
    assert line[3:] == [f"{share:.3f}", f"{share - error:.3f}", "to", f"{share + error:.3f}"]
    (line,) = [line.split() for line in told.splitlines() if "something is initialled" in line]
    assert line[3] == f"{runs['partial'].mean():.3f}"


def test_the_summary_gives_both_intervals(tmp_path):
    told = summary(posterior(), tmp_path, 1.0)
    spread = posterior().parameter_spread().at(30)
    assert f"; {spread.lower:.3f} to {spread.upper:.3f}" in told
    assert "with the uncertainty of the parameters, 2 sets" in told


def test_a_sweep_and_a_comparison_write_the_signs(tmp_path, capsys):
    for name in ("baseline", "no_mediators"):
        few = SMALL | {"replicates": 40, "horizon": 20}
        write_cell(Cell(*validate(put(tree_of(name), few))), tmp_path / name, [f"scenario={name}"])
    told = compare_sweep(open_directory(tmp_path))
    of_the_sweep = pd.read_csv(tmp_path / "signs.csv")
    assert (tmp_path / "signs.txt").read_text().strip() in told
    assert compare_command([str(tmp_path), "--out", str(tmp_path / "out"), "--format", "png"]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "signs.csv"), of_the_sweep)
    assert "by parameter set (2)" in capsys.readouterr().out


def test_a_comparison_draws_limits_for_one_more_set_beside_those_of_chance():
    wary = Ensemble(run(Cell(*validate(put(tree_of(), SMALL | {"pakistan.trust": 0.9})))))
    runs = {"calm": posterior(), "wary": wary}
    table = compare(runs, "calm").table.query("scenario == 'wary' and quantity == 'RMST(40)'")
    drawing = comparison(runs, "calm")
    rows = drawing.table.query("panel == 'difference' and quantity == 'RMST(40)'")
    assert list(rows["layer"]) == ["chance", "accepted"]
    assert rows[["lower", "upper"]].to_numpy().tolist() == [
        table[["lower", "upper"]].iloc[0].tolist(),
        table[["parameters_lower", "parameters_upper"]].iloc[0].tolist(),
    ]
    assert any("thick: chance, thin: accepted" in x.get_text() for x in drawing.figure.texts)
