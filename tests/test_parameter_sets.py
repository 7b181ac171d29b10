"""Parameter sets: each future draws one by its address, and it is all that the set changes."""

import numpy as np
import pytest
from conftest import SEED, outcomes, put, same, tree_of, vary

from sim.config import ConfigError, validate
from sim.futures import Futures
from sim.model import CeasefireModel
from sim.study.cells import Cell, load_cell, parameter_fields
from sim.study.designs import changed
from sim.study.parameters import accepted, known_parameters
from sim.study.replay import replay
from sim.study.runner import run
from sim.study.store import write_cell
from sim.study.told import entries

CALM = {"conflict.tension.initial": 2.0, "pakistan.resolve_spread": 0.3}
TENSE = {"conflict.tension.initial": 12.0, "pakistan.resolve_spread": 1.5}
SETS = [CALM, TENSE, {}]
FUTURES, DAYS = 90, 40


def cell(sets=SETS, **settings):
    tree = put(tree_of(), {"parameter_sets": sets, "replicates": FUTURES, "horizon": DAYS})
    return Cell(*validate(put(tree, settings)))


RUN = run(cell())
DRAWN = RUN.table("runs")["parameter_set"].to_numpy()


def of_parameters(**values):
    """A complete set for the group ``parameters``, as it is written on the command line."""
    written = dict.fromkeys(known_parameters(), 1) | values
    return "{" + ",".join(f"{name}:{value}" for name, value in written.items()) + "}"


# Drawing


def test_sets_are_equally_likely():
    """Each share within 4.5 standard errors of a third."""
    n = 9_000
    drawn = Futures.begun(cell().scenario, n, SEED).numbers
    shares = np.bincount(drawn, minlength=3) / n
    assert np.abs(shares - 1 / 3).max() < 4.5 * np.sqrt(2 / 9 / n)


def test_without_sets_none_is_drawn():
    table = run(cell([], replicates=3)).table("runs")
    assert table["parameter_set"].null_count == 3


@pytest.mark.parametrize("number", range(3))
def test_the_futures_of_a_set_are_those_of_the_scenario_with_its_values(number):
    alone = outcomes(vary(SETS[number]), FUTURES, DAYS)
    mine = number == DRAWN
    runs = RUN.table("runs")
    assert runs["collapse_day"].to_numpy()[mine].tolist() == alone["collapse_day"][mine].tolist()


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_change_nothing(block):
    other = run(cell(**{"engine.block": block}))
    assert [n for n in RUN.tables if not RUN.table(n).equals(other.table(n))] == []


def test_every_future_is_counted_once_a_day():
    in_force = RUN.table("daily")["in_force"].to_pylist()
    days = RUN.table("runs")["collapse_day"].to_numpy()
    ended = RUN.table("runs")["collapse_ended"].to_numpy()
    assert in_force == [int((~ended | (days > day)).sum()) for day in range(1, DAYS + 1)]


# One future


def test_a_stored_future_is_replayed_under_its_own_set(tmp_path):
    stored = write_cell(cell(), tmp_path)
    chosen = [int(np.flatnonzero(number == DRAWN)[0]) for number in range(3)]
    assert [replay(stored, k).differs for k in chosen] == [[], [], []]


def test_a_transcript_tells_the_futures_that_were_simulated():
    told = {e["replicate"]: e["day"] for e in entries(cell(), 0, 12) if e["kind"] == "horizon"}
    runs = RUN.table("runs").slice(0, 12).to_pydict()
    lasted = zip(runs["replicate"], runs["collapse_ended"], strict=True)
    assert sorted(told) == [number for number, ended in lasted if not ended]


def test_a_model_of_one_future_holds_its_own_set():
    tense = int(np.flatnonzero(DRAWN == 1)[0])
    model = CeasefireModel(cell().scenario, 1, SEED, first=tense)
    assert (model.futures.numbers[0], model.state["tension"][0]) == (1, 12.0)


def test_a_model_of_many_futures_holds_the_set_of_each():
    model = CeasefireModel(cell().scenario, FUTURES, SEED)
    assert model.futures.numbers.tolist() == DRAWN.tolist()
    plain = vary({}).conflict.tension.initial
    assert model.state["tension"].tolist() == [[2.0, 12.0, plain][k] for k in DRAWN]


def test_a_fork_keeps_the_set_also_under_another_scenario():
    tense = int(np.flatnonzero(DRAWN == 1)[0])
    model = CeasefireModel(cell().scenario, 1, SEED, first=tense)
    same_sets = vary({"parameter_sets": SETS, "ceasefire.exogenous_hazard": 0.01})
    forks = [model.fork(2), model.fork(2, scenario=same_sets)]
    for fork in forks:
        assert fork.futures.numbers.tolist() == [1, 1]
        assert set(fork.futures.sets["parties"]["resolve_spread"][:, 0]) == {1.5}


def test_a_future_without_a_set_cannot_go_on_under_a_scenario_with_sets():
    with pytest.raises(ValueError, match="of which this future drew none"):
        CeasefireModel(vary({}), 1, SEED).fork(1, scenario=cell().scenario)


def test_sets_that_change_nothing_give_the_futures_of_the_scenario():
    model = CeasefireModel(vary({"parameter_sets": [{}]}), 20, SEED)
    assert same(model.run(20).columns, outcomes(vary({}), 20, 20)) == []


# Configuration


def test_every_parameter_is_taken_by_a_field_of_the_baseline():
    assert set(parameter_fields().values()) == known_parameters()


def test_a_set_changes_every_field_that_refers_to_it():
    loaded = load_cell("baseline", [f"parameters.sets=[{of_parameters(resolve_spread=0.7)}]"])
    (only,) = loaded.scenario.parameter_sets
    assert only["pakistan.resolve_spread"] == only["afghan_taliban.resolve_spread"] == 0.7


def test_a_field_set_otherwise_keeps_its_value_in_every_set():
    words = [f"parameters.sets=[{of_parameters()}]", "pakistan.resolve_spread=0.1"]
    (only,) = load_cell("baseline", words).scenario.parameter_sets
    assert "pakistan.resolve_spread" not in only
    assert "afghan_taliban.resolve_spread" in only


def test_a_point_of_a_design_changes_the_field_in_every_set():
    tree = changed(cell().tree(), {"pakistan.resolve_spread": 0.1})
    assert tree["parameter_sets"] == [
        {"conflict.tension.initial": 2.0},
        {"conflict.tension.initial": 12.0},
        {},
    ]


def test_sets_are_part_of_a_cells_key():
    assert cell().key != cell([CALM, TENSE]).key


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        ([{"pakistan.resolve": 1}], "parameter_sets.0.pakistan.resolve is not a known field"),
        ([{}, {"pakistan.resolve_spread": 9}], r"parameter_sets.1.pakistan.resolve_spread is 9; "),
        ([{"switches.talks": 1}], "parameter_sets.0.switches.talks is not a number"),
        ([{"pakistan.resolve_spread": "much"}], "parameter_sets.0.*resolve_spread is 'much'; "),
    ],
)
def test_sets_that_do_not_fit_are_refused_in_a_sentence(sets, said):
    with pytest.raises(ConfigError, match=said):
        cell(sets)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["+parameters.courage=1"], "parameters.courage is not a known field"),
        (["parameters.sets=[{tension:1}]"], "parameters.sets.0 must name exactly the parameters"),
        (["parameters.sets=3"], "parameters.sets is 3; it must be a list"),
        (["parameters.tension=99"], "conflict.tension.initial is 99"),
        (["parameters.sets=${accepted:nowhere}"], "cannot read .*nowhere.accepted.csv"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_in_a_sentence(words, said):
    with pytest.raises(ConfigError, match=said):
        load_cell("baseline", words)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "a,distance\n", "a,distance\nmuch,1\n", "a,b,distance\n1\n"]
)
def test_a_file_of_accepted_sets_that_cannot_be_read_is_refused(tmp_path, text):
    (tmp_path / "accepted.csv").write_text(text)
    with pytest.raises(ConfigError, match=r"accepted\.csv"):
        accepted(str(tmp_path))
