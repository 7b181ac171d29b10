"""Numbers of a scenario by their path, what each may be, and what is said of wrong sets of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import loaded, put, tree_of, vary

from sim.config import ConfigError, Scenario, validate
from sim.config.numbers import Number, numbers, problems_of_sets
from sim.paths import data_dir

NAMES = sorted(
    path.relative_to(data_dir("configs") / "scenario").with_suffix("").as_posix()
    for path in (data_dir("configs") / "scenario").rglob("*.yaml")
)
BASELINE = loaded()
EVENTS = {
    "opens": {"kind": "border_opens", "day": 20, "share": 0.5},
    "closes": {"kind": "border_closes", "day": 30, "share": 0.5},
    "eid": {"kind": "pause", "day": 40, "until": 45, "share": 0.5},
}


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Numbers of a plain tree by their path, as somebody would read them off the YAML file."""
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for name, value in items:
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, node


def tree_with(**changes: Any) -> dict[str, Any]:
    return put(tree_of(), {"events": EVENTS, **changes})


# What is a number of a scenario


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_file_is_a_number_of_the_scenario(name: str) -> None:
    tree = tree_of(name)
    tree["parameter_sets"] = []
    fields = set(Scenario.__dataclass_fields__)
    wanted = {p: x for p, x in leaves(tree) if p.split(".")[0] in fields}
    found = numbers(validate(tree)[0])
    assert {path: number.value for path, number in found.items()} == wanted


@pytest.mark.parametrize(
    ("tactic", "own"),
    [
        ({"kind": "hardliner", "floor": 0.7}, {"floor": 0.7}),
        (
            {"kind": "custom", "tactic": "a:b", "parameters": {"rate": 0.5, "more": 2}},
            {"parameters.rate": 0.5, "parameters.more": 2},
        ),
    ],
)
def test_a_tactic_has_the_numbers_it_has(tactic: dict[str, Any], own: dict[str, float]) -> None:
    found = numbers(vary({"pakistan.tactic": tactic}))
    given = {f"pakistan.tactic.{name}": value for name, value in own.items()}
    assert {p: x.value for p, x in found.items() if p.startswith("pakistan.tactic.")} == given


def test_events_and_lists_have_numbers_too() -> None:
    found = numbers(validate(tree_with())[0])
    assert found["events.eid.until"].value == 45
    assert found["pakistan.thresholds.2"].value == BASELINE.pakistan.thresholds[2]
    assert (
        found["agenda.issues.custody.pakistan.1"].value
        == (BASELINE.agenda.issues["custody"].pakistan[1])
    )


def test_a_number_knows_its_field_and_the_part_it_belongs_to() -> None:
    found = numbers(BASELINE)
    assert found["conflict.clashes.rate"].origin == "calibrated"
    assert found["conflict.clashes.rate"].owner == "conflict.clashes"
    assert found["pakistan.weights.custody"].owner == "pakistan"
    alone = {"conflict.clashes.rate": True, "pakistan.weights.custody": False,
             "pakistan.thresholds.0": False, "mediators.qatar.leverage.pakistan": True}  # fmt: skip
    assert {path: found[path].alone for path in alone} == alone


def test_sets_are_no_numbers_of_the_scenario() -> None:
    scenario = vary({"parameter_sets": [{"pakistan.trust": 0.5}]})
    assert set(numbers(scenario)) == set(numbers(BASELINE))


# What it may be


def test_what_a_number_allows_is_what_the_schema_allows() -> None:
    """At its bounds, a little beyond them, and between whole numbers, for every number."""
    tree, checked = tree_with(), 0
    for path, number in numbers(validate(tree)[0]).items():
        tried = [x for x in (number.low, number.high) if math.isfinite(x)]
        tried += [x for x in (number.low - 0.01, number.high + 0.01) if math.isfinite(x)]
        tried += [number.value + 0.5] if number.whole else []
        for value in tried:
            said = refusal(path, value)
            assert number.allows(value) == (said is None), (path, value, said)
            checked += 1
    assert checked > 800


def refusal(path: str, value: float) -> str | None:
    """What validation says of this number itself, if anything."""
    tree = tree_with()
    *parents, last = path.split(".")
    node: Any = tree
    for name in parents:
        node = node[int(name)] if isinstance(node, list) else node[name]
    node[int(last) if isinstance(node, list) else last] = value
    try:
        validate(tree)
    except ConfigError as error:
        said = str(error)
        late = "; the horizon is" in said  # a rule of a run, not of the scenario
        return said if said.startswith(f"{path} is ") and not late else None
    return None


@pytest.mark.parametrize(
    ("low", "high", "above", "whole", "said"),
    [
        (0, 1, False, False, "a number from 0 to 1"),
        (0, 100, True, False, "a number above 0 up to 100"),
        (1, 12_345_678, False, True, "a whole number from 1 to 12345678"),
        (1, 60, False, True, "a whole number from 1 to 60"),
        (0, math.inf, False, False, "a number from 0"),
        (0, math.inf, True, False, "a number above 0"),
        (-math.inf, 5, False, False, "a number up to 5"),
        (-math.inf, math.inf, False, True, "a whole number"),
    ],
)
def test_what_is_allowed_is_said_in_words(
    low: float, high: float, above: bool, whole: bool, said: str
) -> None:
    assert Number(1, low, high, above, whole, "", alone=True, owner="").allowed == said


# Parameter sets


def problems(*sets: dict[str, float]) -> list[str]:
    return list(problems_of_sets(validate(tree_with())[0], sets))


RIGHT = {
    "at a bound": {"pakistan.trust": 0.999},
    "a whole number written as a float": {"militants.ttp.deadliest": 200.0},
    "weights that still sum to one": {
        "pakistan.weights.guarantees": BASELINE.pakistan.weights["custody"],
        "pakistan.weights.custody": BASELINE.pakistan.weights["guarantees"],
    },
    "a pause that still ends after it begins": {"events.eid.day": 44},
    "events that pass each other": {"events.opens.day": 30, "events.closes.day": 20},
}


@pytest.mark.parametrize("kind", RIGHT)
def test_sets_that_fit_are_not_told_of(kind: str) -> None:
    assert problems({}, RIGHT[kind], {}) == []


WRONG = {
    "above its bound": (
        {"pakistan.trust": 7}, "pakistan.trust is 7; it should be a number from 0.001 to 0.999",
    ),
    "a hair above its bound": (
        {"pakistan.trust": 0.9990001},
        "pakistan.trust is 0.9990001; it should be a number from 0.001 to 0.999",
    ),
    "at a bound that is left out": (
        {"pakistan.tactic.beta": 0},
        "pakistan.tactic.beta is 0; it should be a number above 0 up to 100",
    ),
    "no whole number": (
        {"militants.ttp.deadliest": 20.5},
        "militants.ttp.deadliest is 20.5; it should be a whole number from 1 to 5000",
    ),
    "no field": ({"pakistan.courage": 1}, "pakistan.courage is not a known field"),
    "below a number": ({"pakistan.trust.more": 1}, "pakistan.trust.more is not a known field"),
    "beyond a list": ({"pakistan.thresholds.4": 1}, "pakistan.thresholds.4 is not a known field"),
    "a member that is not there": (
        {"militants.nobody.share": 1}, "militants.nobody.share is not a known field",
    ),
    "a choice": ({"ceasefire.end": 1}, "ceasefire.end is not a number of the scenario"),
    "a truth": ({"switches.talks": 1}, "switches.talks is not a number of the scenario"),
    "a part": ({"pakistan": 1}, "pakistan is not a number of the scenario"),
    "a list": ({"pakistan.thresholds": 1}, "pakistan.thresholds is not a number of the scenario"),
    "a set of its own": (
        {"parameter_sets.0.x": 1}, "parameter_sets.0.x is not a known field",
    ),
    "weights that sum to more than one": (
        {"pakistan.weights.custody": BASELINE.pakistan.weights["custody"] + 0.25},
        "pakistan: weights sum to 1.25; they must sum to 1",
    ),
    "thresholds that fall": (
        {"pakistan.thresholds.0": 100},
        f"pakistan: thresholds {[100.0, *BASELINE.pakistan.thresholds[1:]]} must be four numbers "
        "that do not fall",
    ),
    "a rung out of range": (
        {"conflict.tension.rungs.4": 11}, "must be five numbers from 0 to 10",
    ),
    "deaths beyond the tail": (
        {"militants.ttp.deadliest": 2}, "militants.ttp: deaths_per_attack is ",
    ),
    "a pause that ends before it begins": (
        {"events.eid.day": 46}, "events.eid: until is 45; the pause begins on day 46",
    ),
    "events that contradict each other": (
        {"events.opens.day": 30},
        "events.opens (border_opens) and events.closes (border_closes) contradict each other "
        "on day 30; one of them must go or move to another day",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_each_kind_of_problem_is_one_clause(kind: str) -> None:
    wrong, said = WRONG[kind]
    (clause,) = problems({"pakistan.trust": 0.5}, wrong)
    assert clause.startswith("parameter_sets.1.")
    assert said in clause
    assert ";" not in clause.split(said)[0]


@pytest.mark.parametrize("kind", WRONG)
def test_a_scenario_with_such_a_set_is_refused_in_these_words(kind: str) -> None:
    wrong, said = WRONG[kind]
    with pytest.raises(ConfigError) as refused:
        validate(tree_with(parameter_sets=[wrong]))
    assert said in str(refused.value)


def test_a_set_is_checked_with_all_its_numbers_together() -> None:
    """Two changes that each break a rule keep it together, and the other way round."""
    weight = BASELINE.pakistan.weights["custody"]
    other = BASELINE.pakistan.weights["guarantees"]
    more = {"pakistan.weights.custody": weight + 0.05}
    less = {"pakistan.weights.guarantees": other - 0.05}
    assert problems({**more, **less}) == []
    assert len(problems(more, less)) == 2


def test_at_most_three_are_told_of_and_the_rest_counted() -> None:
    wrong = [{"pakistan.trust": 2.0 + k} for k in range(5)]
    assert [clause.split(" ")[0] for clause in problems(*wrong[:3])] == [
        f"parameter_sets.{k}.pakistan.trust" for k in range(3)
    ]
    assert problems(*wrong[:4])[:3] == problems(*wrong[:3])
    assert problems(*wrong[:4])[3:] == ["and 1 more in parameter_sets"]
    assert problems(*wrong * 2_000)[3:] == ["and 9,997 more in parameter_sets"]


def test_wrong_numbers_of_one_set_count_each() -> None:
    one = {"pakistan.trust": 2, "afghan_taliban.trust": 3, "pakistan.courage": 1, "x": 0}
    assert [clause.split(".", 2)[2].split(" ")[0] for clause in problems(one)[:3]] == list(one)[:3]
    assert problems(one)[3:] == ["and 1 more in parameter_sets"]
