"""Parameter sets: each future draws one by its address, and it is all that the set changes."""

from functools import cache

import numpy as np
import pytest
from conftest import SEED, outcomes, put, same, tree_of, vary

from sim.config import ConfigError, validate
from sim.futures import Futures, cumulative
from sim.model import CeasefireModel
from sim.paths import data_dir
from sim.report.sensitivity import Plan
from sim.study.cells import Cell, load_best, load_cell, parameter_fields
from sim.study.designs import changed
from sim.study.parameters import accepted, best_parameters
from sim.study.replay import replay
from sim.study.runner import run
from sim.study.space import factors
from sim.study.store import write_cell
from sim.study.told import entries

CALM = {"conflict.tension.initial": 2.0, "pakistan.resolve_spread": 0.3}
TENSE = {"conflict.tension.initial": 12.0, "pakistan.resolve_spread": 1.5}
SETS = [CALM, TENSE, {}]
FUTURES, DAYS = 90, 40


def cell(sets=SETS, **settings):
    tree = put(tree_of(), {"parameter_sets": sets, "replicates": FUTURES, "horizon": DAYS})
    return Cell(*validate(put(tree, settings)))


@cache
def ran():
    return run(cell())


@cache
def drawn():
    return ran().table("runs")["parameter_set"].to_numpy()


def of_parameters(**values):
    """A complete set for the group ``parameters``, as it is written on the command line."""
    written = dict.fromkeys(best_parameters(), 1) | values
    return "{" + ",".join(f"{name}:{value}" for name, value in written.items()) + "}"


# Drawing


def test_sets_are_equally_likely():
    """Each share within 4.5 standard errors of a third."""
    n = 9_000
    drawn = Futures.begun(cell().scenario, n, SEED).numbers
    shares = np.bincount(drawn, minlength=3) / n
    assert np.abs(shares - 1 / 3).max() < 4.5 * np.sqrt(2 / 9 / n)


WEIGHTED = [CALM | {"weight": 1.0}, TENSE | {"weight": 6}, {}]


def test_sets_are_as_likely_as_their_weights_say():
    """Each share within 4.5 standard errors of its weight; a set without one has weight 1."""
    n, wanted = 9_000, np.array([1, 6, 1]) / 8
    drawn = Futures.begun(cell(WEIGHTED).scenario, n, SEED).numbers
    shares = np.bincount(drawn, minlength=3) / n
    assert (np.abs(shares - wanted) < 4.5 * np.sqrt(wanted * (1 - wanted) / n)).all()


@pytest.mark.parametrize("weight", [0.1, 1 / 3, 7.0])
@pytest.mark.parametrize("sets", [2, 3, 49, 512])
def test_equal_weights_draw_what_sets_without_weights_draw(weight, sets):
    plain = Futures.begun(cell([{}] * sets).scenario, 2_000, SEED).numbers
    alike = Futures.begun(cell([{"weight": weight}] * sets).scenario, 2_000, SEED).numbers
    assert (alike == plain).all()


def test_a_set_of_great_weight_is_drawn_where_chance_is_near_either_end():
    sums = cumulative([{"weight": 1e-9}, {"weight": 1.0}, {"weight": 1e-9}])
    assert sums.tolist() == pytest.approx([1e-9, 1 + 1e-9, 1 + 2e-9], rel=1e-12)
    drawn = Futures.begun(
        cell([{"weight": 1e-9}, {"weight": 1.0}, {"weight": 1e-9}]).scenario, 500, SEED
    ).numbers
    assert set(drawn) == {1}


def test_a_weighted_cell_is_stored_replayed_and_forked_like_any_other(tmp_path):
    weighted = cell(WEIGHTED)
    stored = write_cell(weighted, tmp_path)
    assert stored.cell.scenario.parameter_sets == WEIGHTED
    assert stored.cell.key == weighted.key != ran().cell.key
    mine = stored.table("runs")["parameter_set"].to_numpy()
    chosen = [int(np.flatnonzero(number == mine)[0]) for number in range(3)]
    assert [replay(stored, k).differs for k in chosen] == [[], [], []]
    fork = CeasefireModel(weighted.scenario, 1, SEED, first=chosen[1]).fork(2)
    assert fork.futures.numbers.tolist() == [1, 1]
    assert set(fork.futures.sets["conflict"]["tension"]["initial"]) == {12.0}


def test_without_sets_none_is_drawn():
    table = run(cell([], replicates=3)).table("runs")
    assert table["parameter_set"].null_count == 3


@pytest.mark.parametrize("number", range(3))
def test_the_futures_of_a_set_are_those_of_the_scenario_with_its_values(number):
    alone = outcomes(vary(SETS[number]), FUTURES, DAYS)
    mine = number == drawn()
    runs = ran().table("runs")
    assert runs["collapse_day"].to_numpy()[mine].tolist() == alone["collapse_day"][mine].tolist()


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_change_nothing(block):
    other = run(cell(**{"engine.block": block}))
    assert [n for n in ran().tables if not ran().table(n).equals(other.table(n))] == []


def test_every_future_is_counted_once_a_day():
    in_force = ran().table("daily")["in_force"].to_pylist()
    days = ran().table("runs")["collapse_day"].to_numpy()
    ended = ran().table("runs")["collapse_ended"].to_numpy()
    assert in_force == [int((~ended | (days > day)).sum()) for day in range(1, DAYS + 1)]


# One future


def test_a_stored_future_is_replayed_under_its_own_set(tmp_path):
    stored = write_cell(cell(), tmp_path)
    chosen = [int(np.flatnonzero(number == drawn())[0]) for number in range(3)]
    assert [replay(stored, k).differs for k in chosen] == [[], [], []]


def test_a_transcript_tells_the_futures_that_were_simulated():
    told = {e["replicate"]: e["day"] for e in entries(cell(), 0, 12) if e["kind"] == "horizon"}
    runs = ran().table("runs").slice(0, 12).to_pydict()
    lasted = zip(runs["replicate"], runs["collapse_ended"], strict=True)
    assert sorted(told) == [number for number, ended in lasted if not ended]


def test_a_model_of_one_future_holds_its_own_set():
    tense = int(np.flatnonzero(drawn() == 1)[0])
    model = CeasefireModel(cell().scenario, 1, SEED, first=tense)
    assert (model.futures.numbers[0], model.state["tension"][0]) == (1, 12.0)


def test_a_model_of_many_futures_holds_the_set_of_each():
    model = CeasefireModel(cell().scenario, FUTURES, SEED)
    assert model.futures.numbers.tolist() == drawn().tolist()
    plain = vary({}).conflict.tension.initial
    assert model.state["tension"].tolist() == [[2.0, 12.0, plain][k] for k in drawn()]


def test_a_fork_keeps_the_set_also_under_another_scenario():
    tense = int(np.flatnonzero(drawn() == 1)[0])
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
    assert set(parameter_fields().values()) == best_parameters().keys()


def test_a_set_changes_every_field_that_refers_to_it():
    loaded = load_cell("baseline", [f"parameters.sets=[{of_parameters(resolve_spread=0.7)}]"])
    (only,) = loaded.scenario.parameter_sets
    assert only["pakistan.resolve_spread"] == only["afghan_taliban.resolve_spread"] == 0.7


def test_a_field_set_otherwise_keeps_its_value_in_every_set():
    words = [f"parameters.sets=[{of_parameters()}]", "pakistan.resolve_spread=0.1"]
    (only,) = load_cell("baseline", words).scenario.parameter_sets
    assert "pakistan.resolve_spread" not in only
    assert "afghan_taliban.resolve_spread" in only


def test_a_parameter_set_otherwise_keeps_its_value_in_every_set():
    scenario = load_cell("baseline", ["parameters.tension=5"]).scenario
    assert scenario.conflict.tension.initial == 5
    assert len(scenario.parameter_sets) == len(accepted("baseline_calibration"))
    for each in scenario.parameter_sets:
        assert "conflict.tension.initial" not in each
        assert "conflict.tension.half_life" in each


def test_every_future_draws_an_accepted_set_unless_one_asks_for_the_best():
    assert load_cell().scenario.parameter_sets == (
        load_cell("baseline", ["parameters=accepted"]).scenario.parameter_sets
    )
    assert load_best().scenario.parameter_sets == []
    assert load_best("baseline", ["parameters=wide"]).scenario == wide()


def test_a_set_may_have_a_weight():
    words = [f"parameters.sets=[{of_parameters(weight=0.25)},{of_parameters()}]"]
    sets = load_cell("baseline", words).scenario.parameter_sets
    assert [each.get("weight") for each in sets] == [0.25, None]


def test_a_set_may_name_fields_by_their_path():
    words = ["parameters.sets=[{pakistan.trust:0.31,weight:2},{conflict.tension.initial:3}]"]
    assert load_cell("baseline", words).scenario.parameter_sets == [
        {"weight": 2, "pakistan.trust": 0.31},
        {"conflict.tension.initial": 3},
    ]


def test_a_path_that_is_set_otherwise_keeps_its_value_in_every_set():
    words = ["parameters.sets=[{pakistan.trust:0.31,conflict.tension.initial:3}]"]
    (only,) = load_cell("baseline", [*words, "pakistan.trust=0.6"]).scenario.parameter_sets
    assert only == {"conflict.tension.initial": 3}
    (only,) = load_cell("baseline", [*words, "parameters.tension=7"]).scenario.parameter_sets
    assert only == {"pakistan.trust": 0.31}


# The wide space


@cache
def wide():
    return load_cell("baseline", ["parameters=wide"]).scenario


SPACE = Plan.read(data_dir("experiments") / "sensitivity" / "space.yaml").space


def test_every_point_of_the_wide_space_has_every_factor_of_the_baseline_in_its_interval():
    found, _ = factors(wide(), SPACE)
    assert len(wide().parameter_sets) == 512
    for each in wide().parameter_sets:
        assert each.keys() == {factor.path for factor in found}
    for factor in found:
        drawn = np.array([each[factor.path] for each in wide().parameter_sets])
        shares = (drawn - factor.low) / (factor.high - factor.low)
        assert shares.min() > -1e-5, factor
        assert shares.max() < 1 + 1e-5, factor
        assert np.abs(shares.mean() - 0.5) < (0.01 if not factor.whole else 0.2), factor


def test_points_of_the_wide_space_are_the_same_every_time_and_others_by_another_seed():
    again = load_cell("baseline", ["parameters=wide"]).scenario
    other = load_cell("baseline", ["parameters=wide", "parameters.wide.seed=1"]).scenario
    assert again.parameter_sets == wide().parameter_sets != other.parameter_sets


def test_a_scenario_keeps_its_own_numbers_in_the_wide_space():
    none = load_cell("no_mediators", ["parameters=wide"]).scenario
    left_out = wide().parameter_sets[0].keys() - none.parameter_sets[0].keys()
    assert left_out
    assert {path.split(".")[0] for path in left_out} == {"mediators"}
    for one, other in zip(wide().parameter_sets, none.parameter_sets, strict=True):
        assert other.items() < one.items()


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
        ([{}, {"weight": 0}], "parameter_sets.1.weight is 0; it should be a number above 0"),
        ([{"weight": -1, "pakistan.trust": 0.5}], "parameter_sets.0.weight is -1; it should be"),
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
        (["parameters.sets=[3]"], "parameters.sets.0 is 3; it must be a mapping"),
        (["parameters.sets=[{conflict.nothing:1}]"], "parameter_sets.0.conflict.nothing is not a"),
        (["parameters.sets=[{pakistan.trust:0.3,tension:1}]"], "or fields by their path"),
        (["parameters=posterior"], "^parameters=posterior is now called parameters=accepted$"),
        (["parameters=wide", "parameters.wide.points=1"], "parameters.wide.points is 1; allowed"),
        (["parameters=wide", "parameters.wide.seed=x"], "parameters.wide.seed is 'x'; allowed"),
        (["parameters=wide", "parameters.wide.space=nowhere"], "cannot read .*nowhere.space.yaml"),
        (["parameters=wide", "~parameters.wide.seed"], "parameters.wide must have exactly space, "),
        (["parameters.tension=99"], "conflict.tension.initial is 99"),
        (["parameters.sets=${accepted:nowhere}"], "cannot read .*nowhere.accepted.csv"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_in_a_sentence(words, said):
    with pytest.raises(ConfigError, match=said):
        load_cell("baseline", words)


def test_the_accepted_file_may_hold_weights(tmp_path):
    (tmp_path / "accepted.csv").write_text("a,weight,distance\n1,0.2,9\n2,0.8,9\n")
    assert accepted(str(tmp_path)) == [{"a": 1.0, "weight": 0.2}, {"a": 2.0, "weight": 0.8}]


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "a,distance\n", "a,distance\nmuch,1\n", "a,b,distance\n1\n"]
)
def test_a_file_of_accepted_sets_that_cannot_be_read_is_refused(tmp_path, text):
    (tmp_path / "accepted.csv").write_text(text)
    with pytest.raises(ConfigError, match=r"accepted\.csv"):
        accepted(str(tmp_path))
