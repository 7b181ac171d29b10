"""One's own data: all estimates by group, the command, and what is refused."""

import math

import numpy as np
import pandas as pd
import pytest

import sim
from sim import cli
from sim.analysis.survival import SurvivalInputError, aalen_johansen, kaplan_meier, log_rank
from sim.plots.own import own

DAYS = np.array([3, 5, 5, 8, 10, 12, 12, 20])
ENDED = np.array([1, 1, 0, 1, 1, 0, 1, 0])
CAUSES = ["a", "b", None, "a", "b", None, "a", None]
GROUPS = ["x", "x", "x", "x", "y", "y", "y", "y"]


def test_curves_are_those_of_each_group():
    found = sim.survival(DAYS, ENDED, groups=GROUPS)
    alone = kaplan_meier(DAYS[:4], ENDED[:4], horizon=20)
    assert np.array_equal(found["x"].survival, alone.survival, equal_nan=True)
    assert found.groups == ("x", "y")


def test_every_estimator_is_there():
    found = sim.survival(DAYS, ENDED, causes=CAUSES)
    assert found["all"].median.value == 10
    expected = aalen_johansen(DAYS, ENDED, CAUSES).of("a", 12)
    assert found.incidences["all"].of("a", 12) == expected
    assert found.cumulative_hazards["all"].at(3).value == 1 / 8
    assert found.hazards["all"].at(3).value > 0
    assert found.rmst(10)["all"] == kaplan_meier(DAYS, ENDED).rmst(10)


def test_groups_are_tested():
    test = sim.survival(DAYS, ENDED, groups=GROUPS).log_rank
    assert math.isclose(test.chi2, log_rank(DAYS, ENDED, GROUPS).chi2)


def test_the_text_tells_curves_causes_and_test():
    text = str(sim.survival(DAYS, ENDED, causes=CAUSES, groups=GROUPS))
    assert "x: survival to day 20" in text
    assert "cumulative incidence" in text
    assert "log-rank test" in text


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: sim.survival([3, -1], [1, 1]), "durations must be days from 0"),
        (lambda: sim.survival(DAYS, ENDED, causes=[None] * 8), "causes must name a cause"),
        (lambda: sim.survival(DAYS, ENDED)["z"], "group must be one of all, got 'z'"),
        (lambda: sim.survival(DAYS, ENDED).incidences, "causes were not given"),
        (lambda: sim.survival(DAYS, ENDED).log_rank, "groups were not given"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(make, said):
    with pytest.raises(SurvivalInputError, match=said):
        make()


@pytest.mark.parametrize("sheet", ["slide", "page", "column"])
def test_the_figure_draws_every_group_and_counts_that_add_up(sheet):
    drawing = own(sim.survival(DAYS, ENDED, groups=GROUPS), sheet=sheet)
    counts = drawing.table[drawing.table["panel"] == "counts"]
    assert (counts.groupby(["scenario", "day"])["value"].sum() == 4).all()


def run(*words):
    with pytest.raises(SystemExit) as ended:
        cli.main(["survival", *map(str, words)])
    return ended.value.code


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"duration": DAYS, "event": ENDED, "why": CAUSES, "arm": GROUPS})
    frame.to_csv("mine.csv", index=False)
    return tmp_path


def test_the_command_prints_and_draws(table, capsys):
    code = run("mine.csv", "--group", "arm", "--cause", "why", "--format", "png", "csv")
    assert code == 0
    assert {x.name for x in table.iterdir()} == {
        "mine.csv", "mine-survival.png", "mine-survival.csv",
    }  # fmt: skip
    assert "log-rank test" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.csv"], "cannot read none.csv: no such file"),
        (["mine.csv", "--event", "gone"], "mine.csv has no column gone; it has duration, event"),
        (["mine.csv", "--duration", "why"], "durations must be numbers"),
    ],
)
def test_the_command_refuses_in_a_sentence(table, capsys, words, said):
    assert run(*words) == 1
    assert said in capsys.readouterr().err
    assert [x.name for x in table.iterdir()] == ["mine.csv"]
