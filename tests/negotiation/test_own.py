"""Tactics of one's own: found by name, compiled or interpreted, and heard out or told off."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import SEED, tree_of

from sim.chance import chance
from sim.compiling import INTERPRETED
from sim.config import ConfigError, tactics, validate
from sim.model import CeasefireModel
from sim.negotiation import own
from sim.negotiation.own import VIEW, address_of, between, code_of, failure, found, steady
from sim.negotiation.tactics import (
    DISTURBANCE,
    aspiration,
    lay_out,
    list_worth,
    own_tactic,
)

from .sitting import cake, textbook

HERE = __name__


def splitter(view, patience):
    """Ask for the middle between one's own and the other's last offer, as far as ``patience``."""
    mine = view.own[view.spoken - 1] if view.spoken > 0 else view.ideal
    theirs = view.heard[view.received - 1] if view.received > 0 else 0.0
    return max(mine + (theirs - mine) * patience, view.reservation)


def of_two(view, first, second):
    return 10 * first + second


def with_a_word(view):
    """Numba cannot compile what opens a file."""
    with open(__file__) as file:
        return len(file.readline()) * 0.0 + 0.7


def raising(view):
    raise ValueError("I will not say")


def endless(view):
    return math.inf


def leaving(view):
    sys.exit("enough")


def interrupted(view):
    raise KeyboardInterrupt


NO_FUNCTION = SimpleNamespace()


def seen(**changes):
    """A view of a table."""
    view = np.zeros(1, VIEW).view(np.recarray)[0]
    view.own, view.heard = np.nan, np.nan
    for name, value in changes.items():
        view[name] = value
    return view


def with_tactic(name, **numbers):
    """A cake of which no deal gives side 0 .3, whose tactic is its own."""
    sitting = cake(0.3, 0.0).uses(0, tactics.Custom)
    sitting.p.parties[0].tactic.numbers[: len(numbers)] = list(numbers.values())
    sitting.p.derived.parties[0].own = address_of(f"{HERE}:{name}", tuple(numbers))
    return sitting


# What it sees


@pytest.mark.parametrize(("conceded", "left"), [(0.0, 0.9), (0.25, 0.75), (1.0, 0.3)])
def test_a_share_of_the_zone_is_given_up(conceded, left):
    assert between(seen(ideal=0.9, reservation=0.3), conceded) == pytest.approx(left)


def test_without_a_zone_no_deal_is_all_there_is():
    assert between(seen(ideal=0.2, reservation=0.3), 0.4) == 0.3


def test_the_example_concedes_evenly():
    assert steady(seen(ideal=1.0, reservation=0.2, time=0.25)) == pytest.approx(0.8)


def test_a_tactic_sees_its_side_of_the_table():
    sitting = with_tactic("splitter", patience=0.5).said(0, 10, 8).said(1, 0, 1, 3).at(4)
    sitting.own(0).trust, sitting.own(0).least = 0.6, 0.35  # its capital asks .05 more
    lay_out(*sitting.at_table, 0)
    view = sitting.t.sight
    assert (view.exchange, view.limit, view.time) == (4, 10, 0.4)
    assert (view.ideal, view.reservation, view.trust) == (1.0, 0.35, 0.6)
    assert view.uniform == chance(sitting.future, DISTURBANCE[0, 4])
    assert (view.spoken, view.received) == (2, 3)
    assert view.own[:2].tolist() == [1.0, 0.8]
    assert view.heard[:3].tolist() == [0.0, 0.1, 0.3]
    assert np.isnan(view.own[2:]).all()
    assert np.isnan(view.heard[3:]).all()
    assert view.numbers[0] == 0.5


def test_the_other_side_sees_the_other_side():
    sitting = with_tactic("splitter", patience=0.5).said(0, 10, 8).said(1, 0, 1, 3)
    lay_out(*sitting.at_table, 1)
    assert (sitting.t.sight.spoken, sitting.t.sight.received) == (3, 2)
    assert sitting.t.sight.own[:3] == pytest.approx([1.0, 0.9, 0.7])
    assert sitting.t.sight.heard[:2] == pytest.approx([0.0, 0.2])


def test_nothing_is_left_of_a_longer_list():
    """Five were listed before, of which two are left."""
    sitting, worths = cake().said(1, 4, 5), np.full(8, 9.0)
    assert list_worth(sitting.future, sitting.t, 0, 1, worths, 5) == 2
    assert worths[:2].tolist() == [0.4, 0.5]
    assert np.isnan(worths[2:5]).all()
    assert worths[5:].tolist() == [9.0] * 3


# What it says


def test_it_is_asked_with_its_parameters_in_their_order():
    sitting = with_tactic("of_two", first=0.03, second=0.2)
    assert own_tactic(*sitting.at_table, 0) == pytest.approx(0.5)


def test_what_it_says_is_the_sides_aspiration():
    """Its ideal 1 and the other's .2: half way."""
    sitting = with_tactic("splitter", patience=0.5).said(1, 2)
    assert aspiration(*sitting.at_table, 0) == pytest.approx(0.6)


def test_one_that_numba_compiles_already_is_used_as_it_is():
    sitting = cake(0.0, 0.0).uses(0, tactics.Custom).at(3)
    sitting.p.derived.parties[0].own = address_of("sim.negotiation.own:steady", ())
    assert own_tactic(*sitting.at_table, 0) == pytest.approx(0.7)


def test_one_that_cannot_be_compiled_is_interpreted_and_one_sentence_says_so(capsys):
    own._address.cache_clear()
    sitting = with_tactic("with_a_word")
    said = capsys.readouterr().err
    assert own_tactic(*sitting.at_table, 0) == 0.7
    assert own_tactic(*sitting.at_table, 0) == 0.7
    told = "" if INTERPRETED else f"The tactic {HERE}:with_a_word cannot be compiled by Numba"
    assert said.startswith(told)
    assert said.count("\n") == (0 if INTERPRETED else 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raising", "raised ValueError"),
        ("endless", "said inf, which is no utility"),
        ("leaving", "raised SystemExit enough"),
    ],
)
def test_one_that_says_no_number_stops_the_run_with_one_sentence(name, said):
    sitting = with_tactic(name)
    with pytest.raises(own.Unusable):
        own_tactic(*sitting.at_table, 0)
    assert isinstance(failure(), ConfigError)
    assert str(failure()).startswith(f"tactic '{HERE}:{name}' cannot be used: it {said}")
    assert "\n" not in str(failure())


def test_an_interrupt_passes_through_as_one():
    with pytest.raises(own.Unusable):
        own_tactic(*with_tactic("interrupted").at_table, 0)
    assert isinstance(failure(), KeyboardInterrupt)


# Where it comes from


def test_a_function_is_found_by_its_name():
    assert found(f"{HERE}:splitter", ("patience",)) is splitter


def test_one_in_this_directory_is_found(tmp_path, monkeypatch):
    (tmp_path / "mine_alone.py").write_text("def asked(view):\n    return 0.5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert found("mine_alone:asked", ())(None) == 0.5
    assert sys.path.count(str(tmp_path)) == 1
    found("mine_alone:asked", ())
    assert sys.path.count(str(tmp_path)) == 1


@pytest.mark.parametrize(
    ("tactic", "parameters", "said"),
    [
        ("no_such_module:mine", (), "cannot be used: No module named 'no_such_module'"),
        (f"{HERE}:no_such_function", (), "no_such_function"),
        (f"{HERE}:splitter", ("pateince",), "takes the parameters patience"),
        (f"{HERE}:splitter", (), "missing a required argument: 'patience'"),
        (f"{HERE}:splitter", ("patience", "more"), "too many positional arguments"),
        (f"{HERE}:of_two", ("second", "first"), "first, second in this order, not second, first"),
        (f"{HERE}:NO_FUNCTION", (), "is no function of a view of the table"),
        (f"{HERE}:SimpleNamespace", (), "is no function of a view of the table"),
    ],
)
def test_one_that_cannot_be_used_is_refused_in_one_sentence(tactic, parameters, said):
    with pytest.raises(ConfigError) as caught:
        address_of(tactic, parameters)
    assert f"tactic '{tactic}'" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [("raise SystemExit('bye')", "it raised SystemExit bye"), ("1 / 0", "ZeroDivisionError"),
     ("def broken(:", "SyntaxError")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, monkeypatch, line, said):
    (tmp_path / "breaks_at_once.py").write_text(line)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=said):
        found("breaks_at_once:asked", ())


def test_an_interrupt_while_a_file_is_read_is_one(tmp_path, monkeypatch):
    (tmp_path / "interrupts_at_once.py").write_text("raise KeyboardInterrupt")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        found("interrupts_at_once:asked", ())


# In the model


def of_its_own(name, numbers, *sides):
    """A textbook scenario in which these sides use a tactic of their own."""
    tree = tree_of("baseline", "case=textbook")
    fields = {"kind": "custom", "tactic": f"{HERE}:{name}", "parameters": numbers}
    for side in sides:
        tree[side]["tactic"] = fields
    return validate(tree)[0]


def test_it_bargains_in_the_model():
    """Asks 1, .5 of what is between at every turn; the linear other side gives way."""
    model = CeasefireModel(of_its_own("splitter", {"patience": 0.5}, "pakistan"), 2, SEED)
    assert model.run(10).columns["deal"].all()


def test_one_that_raises_stops_the_model_with_one_sentence():
    model = CeasefireModel(of_its_own("raising", {}, "afghan_taliban"), 2, SEED)
    with pytest.raises(ConfigError, match="raising' cannot be used: it raised ValueError"):
        model.run(10)


def test_a_scenario_tells_whose_code_it_runs():
    assert code_of(textbook()) == []
    both = of_its_own("splitter", {"patience": 0.5}, "pakistan", "afghan_taliban")
    assert code_of(both) == [f"{HERE}:splitter"]


def test_each_side_has_the_address_of_its_own_tactic_in_every_set():
    scenario = of_its_own("splitter", {"patience": 0.5}, "afghan_taliban")
    model = CeasefireModel(scenario, 1, SEED)
    addresses = model.futures.sets["derived"]["parties"]["own"]
    assert addresses[:, 0].tolist() == [0]
    assert addresses[:, 1].tolist() == [address_of(f"{HERE}:splitter", ("patience",))]
