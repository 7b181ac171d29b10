"""What visitors may choose: typed, bounded and known, and composed in one place."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.app import choices
from sim.app import strings as say
from sim.app.choices import AHEAD, SLIDES, TACTICS, Look, Wanted, compose, shipped
from sim.config import ENDS, PARTIES, ConfigError
from sim.game import Setup
from sim.study.options import groups

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
PATHS = {  # a value that is not the baseline's
    "pakistan.trust": 0.3, "afghan_taliban.trust": 0.65, "afghan_taliban.good_faith": 0.2,
    "militants.ttp.attacks_per_year": 660.0, "conflict.clashes.rate": 0.055,
}  # fmt: skip


# What a browser may send


@given(ANYTHING)
def test_whatever_is_sent_is_a_known_thing_or_refused_in_a_short_sentence(value):
    known = ("", "boulware", 90, True)
    for check in (
        lambda: choices.one_of("x", value, known) in known,
        lambda: set(choices.several("x", value, known)) <= set(known),
        lambda: 0.05 <= choices.number("x", value, 0.05, 0.95) <= 0.95,
        lambda: choices.whole("x", value, 1, 40) in range(1, 41),
        lambda: choices.seed(value) in range(2**64),
    ):
        said = ""
        try:
            assert check()
        except ConfigError as error:
            said = str(error)
        assert len(said) < 200
        assert said.isprintable()


def test_names_are_of_the_kind_they_are_offered_as():
    assert choices.one_of("days", 90, (30, 90)) == 90
    for value in ("90", 90.0, True, None, [90], {"value": 90}):
        with pytest.raises(ConfigError, match="not one of the choices on this page"):
            choices.one_of("days", value, (30, 90))
    with pytest.raises(ConfigError):
        choices.one_of("flag", 1, (True, False))


def test_numbers_are_finite_and_brought_within_bounds():
    assert [choices.number("x", v, 0, 1) for v in (-5, 0.5, 10**400, 1e308)] == [0, 0.5, 1, 1]
    for value in (float("nan"), float("inf"), "0.5", True, None, [], "${oc.env:HOME}"):
        with pytest.raises(ConfigError, match="allowed are numbers from 0 to 1"):
            choices.number("x", value, 0, 1)


@pytest.mark.parametrize("value", ["", "-1", "+1", "1e3", "²", "٣", "1 2", str(2**64), "9" * 5_000])
def test_a_seed_is_a_number_of_64_bits(value):
    assert choices.seed(f" {2**64 - 1} ") == 2**64 - 1
    with pytest.raises(ConfigError, match="allowed are whole numbers from 0"):
        choices.seed(value)


def test_a_list_is_cut_to_what_is_known_and_each_is_taken_once():
    assert choices.several("x", ["b", "a", "b"], "abc") == ["b", "a"]
    assert choices.several("x", ["a"] * 10_000, "abc") == ["a"]
    for value in ("ab", None, {"a": 1}, ["a", "d"], [["a"]]):
        with pytest.raises(ConfigError):
            choices.several("x", value, "abc")


# What is composed of it


HOSTILE = ["${oc.env:HOME}", "x,y", "[1]", "none}", "../x", "a\nb", ["none"], None, 1]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_nothing_but_known_names_is_composed(value, monkeypatch):
    composed = []
    monkeypatch.setattr(Setup, "of", lambda *words, **_: composed.append(words))
    for wanted, persons in (
        (Wanted(value), ()), (Wanted("baseline", accounts=value), ()),
        (Wanted("baseline", mediators=value), ()), (Wanted("baseline"), [value]),
        (Wanted("baseline", tactics={"pakistan": value}), ()),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            compose(wanted, seed=1, days=90, persons=persons)
    for days in (value, True, 91, 10**9):
        with pytest.raises(ConfigError):
            compose(Wanted("baseline"), seed=1, days=days)
    assert composed == []


@pytest.mark.parametrize("value", [*HOSTILE[:-1], float("nan"), float("inf"), True], ids=repr)
def test_nothing_but_numbers_is_set_and_only_where_a_slider_is(value):
    with pytest.raises(ConfigError):
        compose(Wanted("baseline", numbers={"pakistan.trust": value}), seed=1, days=90)
    for path in ("pakistan", "pakistan.tactic", "name", "", "engine.workers", "__class__"):
        with pytest.raises(ConfigError):
            compose(Wanted("baseline", numbers={path: 0.5}), seed=1, days=90)


def test_numbers_set_on_the_scenario_are_what_overrides_would_have_made_of_them():
    words = [f"{path}={value}" for path, value in PATHS.items()]
    words.append(f"militants.others.attacks_per_year={PATHS['militants.ttp.attacks_per_year']}")
    assert set(PATHS) == set(SLIDES)
    by_words = Setup.of("spoiler_surge", words, seed=3, days=365, short_rounds=False)
    chosen = Wanted("spoiler_surge", numbers=PATHS)
    assert compose(chosen, seed=3, days=365, walk=True) == by_words


def test_names_are_composed_as_overrides():
    words = ["accounts=kabul", "pakistan/tactic=hardliner", "mediators=none"]
    chosen = Wanted("baseline", "kabul", {"pakistan": "hardliner"}, "none")
    by_words = Setup.of("baseline", words, seed=5, days=60, persons=["pakistan"])
    assert compose(chosen, seed=5, days=60, persons=["pakistan"]) == by_words


LOOKS = st.builds(
    Look, st.sampled_from(AHEAD), st.sampled_from(ENDS), st.sampled_from(sorted(say.CHANGES))
)


@given(LOOKS, st.integers(0, 365))
def test_an_address_keeps_the_story_the_day_and_the_look_ahead(look, day):
    wanted = Wanted("no_mediators", "kabul", {"pakistan": "linear"}, "", {"pakistan.trust": 0.3})
    words = choices.told(wanted, 7, day) | choices.told_look(look)
    kept, seed, on = choices.asked(words, "baseline", 1)
    assert (choices.address(kept, seed), on, choices.looked(words)) == (
        choices.address(wanted, 7), day, look
    )  # fmt: skip


def test_days_ahead_are_those_of_games_and_a_made_up_look_is_refused():
    assert set(choices.LENGTHS) == set(AHEAD)
    for words in ({"ahead": "31"}, {"end": "never"}, {"change": "../x"}):
        with pytest.raises(ConfigError, match="not one of the choices"):
            choices.looked(words)


def test_every_choice_that_is_offered_is_one_of_the_shipped_options():
    """Which test_config.py composes, all of them, and the test below every scenario."""
    for side in PARTIES:
        assert set(TACTICS) <= groups()[f"{side}/tactic"].keys()
    assert {"baseline", "no_mediators"} < set(shipped()) <= groups()["scenario"].keys()


@pytest.mark.slow
def test_a_locked_down_process_composes_all_that_is_shipped_and_resolves_nothing_else():
    """In a process of its own, for what is taken away is gone for good."""
    code = """
from sim.app.choices import NEEDED, Wanted, compose, lock_down, shipped
from sim.config import PARTIES, ConfigError
from sim.game import Setup
from sim.study.options import groups
from sim.game.futures import CHANGES, changed
lock_down()
for name in shipped():
    scenario = compose(Wanted(name), seed=1, days=90).cell.scenario
for name in CHANGES:
    changed(Setup.of("baseline").cell.scenario, name, 5)
lock_down()
for word in ("${oc.env:HOME}", "${accepted:baseline_calibration}", "${accepted:/}", "${token:}",
             "${oc.create:[1]}", "${oc.decode:1}", "${cell_directory:}", "${hydra:runtime.cwd}"):
    try:
        Setup.of("baseline", ["pakistan.trust=" + word])
    except ConfigError as error:
        assert "interpolation" in str(error), error
    else:
        raise AssertionError(word)
print("sound")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "sound\n", done.stderr[-2000:]
