"""Futures at many points at once: each lives as in a scenario with its numbers written in."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import SEED, loaded, put, same, tree_of, vary
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import sim
from sim.config import Scenario, validate
from sim.config.numbers import Number, numbers
from sim.futures import Futures
from sim.parameters import parameters_of
from sim.records import outcomes

EACH, DAYS = 6, 60
# one each of the day, of the tables, of tactics, of what is drawn on day 0 and of what is derived
# once, or several together
POINTS: list[dict[str, float]] = [
    {},
    {"conflict.tension.initial": 12.0, "conflict.clashes.rate": 0.3},
    {"agenda.issues.evidence.pakistan.1": 0.9, "agenda.issues.evidence.afghan_taliban.1": 0.9},
    {"accounts.islamabad.custody.pakistan.2": 0.05, "accounts.kabul.custody.pakistan.2": 0.95},
    {"agenda.effects.suppression.guarantees.joint_mechanism": 0.9},
    {
        "agenda.links.evidence_first.cheaper": 1.0,
        "agenda.links.evidence_first.believed": 0.9,
        "agenda.effects.suppression.arms.ban": 0.6,
    },
    {"pakistan.tactic.beta": 5.0, "afghan_taliban.tactic.kappa": 0.4},
    {"pakistan.expected_rounds": 5.0, "afghan_taliban.expected_spread": 0.0},
    {"mediators.qatar.credibility": 0.05, "mediators.turkiye.leverage.afghan_taliban": 0.9},
    {"militants.ttp.attacks_per_year": 1500.0, "militants.others.frailty": 1.5},
    {"pakistan.thresholds.0": -2.0, "pakistan.thresholds.3": 5.0},
    {"calendar.interval": 9, "protocol.exchanges_per_round": 3, "ceasefire.consecutive_days": 1},
    {
        "conflict.trust.memory": 5.0,
        "pakistan.lock_in_half_life": 2.0,
        "conflict.tension.rungs.2": 5,
    },
]
SETS = [{"pakistan.trust": 0.2}, {"conflict.tension.initial": 12.0, "pakistan.audience": 0.5}, {}]
KINDS: dict[str, dict[str, Any]] = {
    "alternating offers": {},
    "single text": {"protocol.kind": "single_text"},
    "shuttle": {"protocol.kind": "shuttle"},
    "renewable": {"ceasefire.renewable": True},
    "scheduled": {"events": {"x": {"kind": "attack", "day": 9, "group": "ttp", "deaths": 40}}},
    "of several sets": {"parameter_sets": SETS},
}


def written_in(tree: dict[str, Any], point: dict[str, float]) -> Scenario:
    """The scenario of a tree with a point's numbers written into it and into its sets."""
    for path, value in point.items():
        *parents, last = path.split(".")
        node: Any = tree
        for name in parents:
            node = node[int(name)] if isinstance(node, list) else node[name]
        node[int(last) if isinstance(node, list) else last] = value
    sets = [{k: v for k, v in each.items() if k not in point} for each in tree["parameter_sets"]]
    return validate(tree | {"parameter_sets": sets})[0]


def lived(scenario: Scenario, futures: Futures) -> dict[str, Any]:
    """Outcomes of futures."""
    return outcomes(futures.run(DAYS).finals, scenario, DAYS)


def noted(futures: Futures) -> list[str]:
    """What was noted of every one of these futures in order."""
    futures.records["watched"] = True
    notes = np.sort(futures.run(DAYS).notes, order=["replicate", "day"], kind="stable")
    return [str(note) for note in notes]


@pytest.mark.parametrize("kind", KINDS)
def test_futures_at_a_point_are_those_of_a_scenario_with_its_numbers(kind: str) -> None:
    scenario = vary(KINDS[kind])
    seeds = [SEED + k % 3 for k in range(len(POINTS))]
    together = Futures.at_points(scenario, POINTS, EACH, seeds)
    columns = lived(scenario, together)
    plain = {seed: lived(scenario, Futures.begun(scenario, EACH, seed)) for seed in set(seeds)}
    assert len(together.records) == EACH * len(POINTS)
    alike = 0
    for k, (point, seed) in enumerate(zip(POINTS, seeds, strict=True)):
        alone = Futures.begun(written_in(put(tree_of(), KINDS[kind]), point), EACH, seed)
        wanted = lived(scenario, alone)
        mine = {name: column[k * EACH : (k + 1) * EACH] for name, column in columns.items()}
        assert same(mine, wanted) == [], point
        if point:
            alike += same(plain[seed], wanted) == []
    assert alike <= 2  # that is, the numbers chosen matter


def test_what_happens_at_a_point_is_what_happens_in_its_scenario() -> None:
    scenario = vary({})
    for point in POINTS[:4]:
        found = noted(Futures.at_points(scenario, [point], 3, [SEED]))
        assert found == noted(Futures.begun(written_in(tree_of(), point), 3, SEED))
        assert len(found) > 10


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_numbers_may_differ_between_futures(data: st.DataObject) -> None:
    """Two points of any few numbers, at their bounds or between, beside the scenario itself."""
    scenario = loaded("baseline", "parameters=best")
    free = sorted(
        path for path, number in numbers(scenario).items()
        if ".weights." not in path and ".thresholds." not in path and number.high < 1e6
        and not path.startswith("militants.")  # mean and tail must agree
    )  # fmt: skip
    points: list[dict[str, float]] = [{}]
    for _ in range(2):
        paths = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=4, unique=True))
        points.append({path: data.draw(between(scenario, path), label=path) for path in paths})
    columns = lived(scenario, Futures.at_points(scenario, points, 3, [SEED] * 3))
    for k, point in enumerate(points):
        alone = Futures.begun(written_in(tree_of(), point), 3, SEED)
        mine = {name: column[3 * k : 3 * k + 3] for name, column in columns.items()}
        assert same(mine, lived(scenario, alone)) == []


def between(scenario: Scenario, path: str) -> st.SearchStrategy[float]:
    number = numbers(scenario)[path]
    if number.whole:
        return st.integers(int(number.low), min(int(number.high), int(number.low) + 40))
    low, high = max(number.low, -10.0), min(number.high, 10.0)
    return st.floats(low, high, exclude_min=number.above)


# Where a number stands


CUSTOM = {"kind": "custom", "tactic": "x:y", "parameters": {"a": 0.25, "b": 0.5}}
EVENTS = {
    "opens": {"kind": "border_opens", "day": 20, "share": 0.5},
    "eid": {"kind": "pause", "day": 40, "until": 45, "share": 0.5},
    "attack": {"kind": "attack", "day": 9, "group": "others", "deaths": 40},
}


def differing(one: Any, other: Any, path: str = "") -> list[str]:
    """Fields of two arrays of parameter records that differ, identities apart."""
    one, other = one.view(np.ndarray), other.view(np.ndarray)  # record arrays are slow to ask
    if one.dtype.names is None:
        return [] if np.array_equal(one, other, equal_nan=one.dtype.kind == "f") else [path]
    return [
        found
        for name in one.dtype.names if (path, name) not in IDENTITIES
        for found in differing(one[name], other[name], f"{path}.{name}".lstrip("."))
    ]  # fmt: skip


IDENTITIES = {("derived", "tables"), ("derived", "agenda")}


@pytest.mark.parametrize(
    "name", ["baseline", pytest.param("extradition_accepted", marks=pytest.mark.slow)]
)
def test_every_number_given_by_a_set_is_where_the_file_would_put_it(name: str) -> None:
    """Records of a set and of a scenario with the number written in are equal, and are changed."""
    tree = put(tree_of(name), {"pakistan.tactic": CUSTOM, "events": EVENTS})
    scenario = validate(tree)[0]
    plain, checked = parameters_of(scenario), set()
    for path, number in numbers(scenario).items():
        for value in nearby(number):
            try:
                alone = written_in(copy.deepcopy(tree), {path: value})
            except sim.ConfigError:  # weights that do not sum to one, a mean beyond the tail
                continue
            of_set = parameters_of(replace(scenario, parameter_sets=[{path: value}]), (0,))
            assert differing(of_set, parameters_of(alone)) == [], path
            assert differing(of_set, plain) != [], path
            checked.add(path)
            break
    rest = set(numbers(scenario)) - checked
    assert {path for path in rest if ".weights." not in path} == set()


def nearby(number: Number) -> list[float]:
    """Values a little above and below that the number may have, to be tried in turn."""
    step = 1 if number.whole else 0.01
    return [x for x in (number.value + step, number.value - step) if number.allows(x)]


def test_weights_given_by_a_set_are_where_the_file_would_put_them() -> None:
    tree = tree_of()
    names = list(tree["pakistan"]["weights"])
    values = [tree["afghan_taliban"]["weights"][name] for name in names]
    point = {f"pakistan.weights.{name}": x for name, x in zip(names, reversed(values), strict=True)}
    scenario = vary({"parameter_sets": [point]})
    assert differing(parameters_of(scenario, (0,)), parameters_of(written_in(tree, point))) == []


# What is refused


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([{}, {"pakistan.trust": 7}], "parameter_sets.1.pakistan.trust is 7"),
        ([{"pakistan.courage": 1}], "parameter_sets.0.pakistan.courage is not a known field"),
        ([{"pakistan.weights.custody": 0.9}], "weights sum to"),
    ],
)
def test_a_point_that_is_none_is_refused(points: list[dict[str, float]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Futures.at_points(loaded(), points, 2, [1] * len(points))


@pytest.mark.parametrize(("replicates", "seed"), [(0, 1), (2, -1), (2, 2**64)])
def test_addresses_out_of_range_are_refused(replicates: int, seed: int) -> None:
    with pytest.raises(ValueError, match="allowed are whole numbers from"):
        Futures.at_points(loaded(), [{}], replicates, [seed])
