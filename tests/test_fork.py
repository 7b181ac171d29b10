"""Forks: one future continued into many, with what has happened and what is private kept."""

import numpy as np
import pytest
from conftest import SEED, STILL, put, same, tree_of, vary

from sim.config import validate
from sim.model import CeasefireModel
from sim.parameters import NONE

PRIVATE = ("willing", "capacity", "resolve", "asked_at_home", "ending_value")
# Long-lived futures in which much happens before the fork.
LASTING = {f"{side}.thresholds": [-0.5, 2, 15, 30] for side in ("pakistan", "afghan_taliban")}
LASTING |= {"switches.repudiation": False, "calendar.interval": 28}


def on_day(day, changes=LASTING, replicates=12):
    model = CeasefireModel(vary(changes), replicates, SEED)
    for _ in range(day):
        model.step()
    return model


@pytest.fixture(scope="module")
def parent():
    return on_day(20)


ADDRESSED = ("branch", "replicate", "watched", "set")


def test_every_state_is_that_of_the_future_continued(parent):
    child = parent.fork(5, replicate=7)
    assert child.size == 5
    for name in child.state.dtype.names:
        if name not in ADDRESSED:
            mine, theirs = parent.state[name][7], child.state[name]
            assert {str(one.tolist()) for one in theirs} == {str(mine.tolist())}, name


def test_private_information_is_kept(parent):
    child = parent.fork(4, replicate=3)
    for name in PRIVATE:
        mine = parent.state["sides"][name][3]
        assert (child.state["sides"][name] == mine).all()


def test_the_account_is_kept():
    parent = on_day(3, {"accounts.name": "mixed"}, 40)
    for replicate in (int(parent.state["account"].argmin()), int(parent.state["account"].argmax())):
        child = parent.fork(6, replicate=replicate)
        assert set(child.state["account"]) == {parent.state["account"][replicate]}


def test_the_day_goes_on(parent):
    child = parent.fork(2)
    assert child.day == parent.day
    child.step()
    assert child.day == parent.day + 1


def test_the_parent_is_left_as_it_was(parent):
    before = parent.state.tobytes()
    parent.fork(5, replicate=2).run(60)
    assert parent.state.tobytes() == before


def test_the_first_future_held_is_continued_if_none_is_named(parent):
    assert same(parent.fork(3).run(50).columns, parent.fork(3, replicate=0).run(50).columns) == []


def test_forks_differ_from_one_another(parent):
    attacks = parent.fork(30).run(60).columns["attacks_ttp"]
    assert len(set(attacks)) > 10


def test_a_fork_of_a_fork_has_chance_of_its_own(parent):
    child = parent.fork(4)
    grandchild = child.fork(4)
    assert [set(one.state["branch"]) for one in (child, grandchild)] == [{1}, {2}]
    assert child.run(60).columns["attacks_ttp"].tolist() != (
        grandchild.run(60).columns["attacks_ttp"].tolist()
    )


def test_branches_differ(parent):
    one, other = (parent.fork(20, branch=b).run(60).columns["attacks_ttp"] for b in (1, 2))
    assert one.tolist() != other.tolist()


def test_a_fork_is_repeatable(parent):
    one, other = (parent.fork(8, branch=4).run(60).columns for _ in range(2))
    assert same(one, other) == []


def test_a_fork_does_not_depend_on_the_block_its_parent_was_in(parent):
    alone = CeasefireModel(parent.scenario, 1, SEED, first=7)
    for _ in range(20):
        alone.step()
    one = parent.fork(6, replicate=7).run(60).columns
    assert same(one, alone.fork(6).run(60).columns) == []


def test_more_forks_begin_with_the_same_ones(parent):
    few, many = parent.fork(3).run(50).columns, parent.fork(11).run(50).columns
    assert same(few, {name: values[:3] for name, values in many.items()}) == []


def test_the_same_branch_is_paired_across_scenarios(parent):
    """A change that touches no attack leaves the attacks of every fork as they were."""
    other = vary(LASTING | {"conflict.grievance.closure": 9, "pakistan.audience": -2})
    one, two = parent.fork(25), parent.fork(25, scenario=other)
    for _ in range(5):
        one.step()
        two.step()
        counts = [model.state["groups"]["count"].tolist() for model in (one, two)]
        assert counts[0] == counts[1]


def test_a_fork_of_a_fork_goes_on(parent):
    child = parent.fork(3, branch=2)
    child.step()
    grandchild = child.fork(4, branch=3, replicate=1)
    assert grandchild.day == parent.day + 1
    assert len(grandchild.run(40).columns["replicate"]) == 4


def test_mediators_taken_away_are_gone_from_tomorrow_on(parent):
    alone = tree_of("no_mediators")
    child = parent.fork(3, scenario=validate(put(alone, LASTING))[0])
    assert child.mediators == []
    child.step()
    assert not child.state["sides"]["leverage"].any()


def test_a_new_group_begins_afresh(parent):
    more = put(tree_of(), LASTING)
    more["militants"]["third"] = more["militants"]["ttp"]
    child = parent.fork(3, scenario=validate(more)[0])
    assert child.state["groups"]["attacks"][:, 2].tolist() == [0, 0, 0]


def test_a_mediator_that_left_no_longer_verifies_in_a_fork():
    verified = put(tree_of("verified_guarantees"), LASTING)
    verified["events"] = {
        name: {"kind": "mediator_leaves", "day": 3, "mediator": name}
        for name in ("qatar", "turkiye")
    }
    parent = CeasefireModel(validate(verified)[0], 3, SEED)
    for _ in range(5):
        parent.step()
    child = parent.fork(2)
    assert set(child.state["verifiers"]) == set(parent.state["verifiers"]) == {0.0}


def test_lock_in_is_no_higher_than_the_new_scenario_allows():
    parent = on_day(20, LASTING | {"pakistan.spin_chance": 1, "calendar.attendance": 10})
    assert parent.state["sides"]["lock_in"][:, 0].max() > 0.1
    row = int(parent.state["sides"]["lock_in"][:, 0].max(axis=1).argmax())
    child = parent.fork(2, replicate=row, scenario=vary(LASTING | {"pakistan.lock_in": 0.1}))
    assert child.state["sides"]["lock_in"][:, 0].max() == 0.1


def test_no_talks_are_ahead_where_a_fork_has_none(parent):
    child = parent.fork(4, scenario=vary(LASTING | {"switches.talks": False}))
    held = child.state["talks"]["held"].copy()
    child.run(60)
    assert not child.state["talks"]["in_session"].any()
    assert not child.state["talks"]["next_round"].any()
    assert child.state["talks"]["held"].tolist() == held.tolist()


def test_talks_switched_on_by_a_fork_are_held():
    parent = on_day(4, LASTING | STILL)
    child = parent.fork(5, scenario=vary(LASTING | STILL | {"switches.talks": True}))
    assert child.run(60).columns["rounds_held"].sum() > 0


def test_a_fork_under_another_calendar_follows_it():
    parent = on_day(25, LASTING | STILL | {"switches.talks": True})
    sooner = vary(LASTING | STILL | {"switches.talks": True, "calendar.interval": 2})
    child = parent.fork(3, scenario=sooner)
    talks = child.state["talks"]
    waiting = ~talks["in_session"] & (child.state["deal"]["package"] == NONE)
    last = (vary({}).calendar.rounds["next_round"].start - parent.scenario.start).days
    assert waiting.any()
    assert set(talks["next_round"][waiting]) == {last + 8}  # the next of every second day


def test_outcomes_of_forks_are_numbered_from_zero(parent):
    assert parent.fork(4, replicate=9).run(30).columns["replicate"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n": 2, "replicate": 99}, "replicate 99"),
        ({"n": 2, "branch": 0}, "branch is 0"),
        ({"n": 0}, "n is 0"),
    ],
)
def test_a_fork_that_cannot_be_is_refused(parent, arguments, said):
    with pytest.raises(ValueError, match=said):
        parent.fork(**arguments)


def test_a_future_that_has_ended_cannot_be_continued():
    model = CeasefireModel(vary({"ceasefire.exogenous_hazard": 0.5}), 20, SEED)
    model.step()
    ended = int(np.flatnonzero(model.state["ceasefire"]["day"][:, -1] > 0)[0])
    with pytest.raises(ValueError, match=f"replicate {ended} is not in force"):
        model.fork(2, replicate=ended)


def test_a_fork_may_schedule_an_event_of_its_own(parent):
    """Two forks share their chance; only the event tells them apart."""
    attack = {"x": {"kind": "attack", "day": 25, "group": "ttp", "deaths": 90}}
    plain = parent.fork(50, replicate=7, branch=3)
    hit = parent.fork(50, replicate=7, branch=3, scenario=vary(LASTING | {"events": attack}))
    for model in (plain, hit):
        for _ in range(5):
            model.step()
    more = hit.state["groups"]["deaths"][:, 0] - plain.state["groups"]["deaths"][:, 0]
    assert more.tolist() == [90] * 50


def test_a_fork_may_change_what_options_are_worth_but_not_the_options(parent):
    kinder = {"accounts.islamabad.custody.afghan_taliban": [1, 0.7, 0.6, 0.7, 0.8],
              "accounts.kabul.custody.afghan_taliban": [1, 0.3, 0.6, 0.7, 0.8]}  # fmt: skip
    child = parent.fork(4, replicate=7, scenario=vary(LASTING | kinder))
    for _ in range(5):
        child.step()
    with pytest.raises(ValueError, match="keeps the issues, their options and whose account"):
        parent.fork(4, replicate=7, scenario=vary(LASTING | {"accounts.name": "kabul"}))
