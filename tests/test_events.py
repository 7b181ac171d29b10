"""Scheduled events: each field does what it says, and what contradicts itself is refused."""

import pytest
from conftest import SEED, STILL, UNANSWERED, outcomes, vary
from test_parameters import moved

from sim.config import ConfigError
from sim.model import CeasefireModel

DAY = 5
ATTACK = {"kind": "attack", "day": DAY, "group": "ttp", "deaths": 40}
OPENS = {"kind": "border_opens", "day": DAY, "share": 1}
CLOSES = {"kind": "border_closes", "day": DAY, "share": 1}
MONITORS = {"kind": "monitors_deploy", "day": DAY, "strength": 0.9}
EVIDENCE = {"kind": "evidence_handed_over", "day": DAY, "share": 1}
EXTRADITION = {"kind": "extradition_carried_out", "day": DAY, "issue": "custody",
               "option": "extradite", "share": 1}  # fmt: skip
BAGRAM = {"kind": "bagram_statement", "day": DAY, "pressure": 3}
HOSTILE = {"kind": "leadership_statement", "day": DAY, "party": "pakistan", "tone": -1}
PAUSE = {"kind": "pause", "day": DAY, "until": 40, "share": 1}
LEAVES = {"kind": "mediator_leaves", "day": DAY, "mediator": "qatar"}
QUIET = STILL | {"switches.events": True} | UNANSWERED


def model_after(days, events, world=QUIET, replicates=3):
    """A model in which nothing happens but these events, stepped for some days."""
    named = {f"e{k}": event for k, event in enumerate(events)}
    model = CeasefireModel(vary(world | {"events": named}), replicates, SEED)
    for _ in range(days):
        model.step()
    return model


@pytest.mark.parametrize(
    ("event", "field", "other"),
    [
        (ATTACK, "day", 30), (ATTACK, "deaths", 400), (ATTACK, "group", "others"),
        (OPENS, "share", 0.2), (CLOSES, "share", 0.2), (MONITORS, "strength", 0.1),
        (EVIDENCE, "share", 0.1), (EXTRADITION, "share", 0.2), (EXTRADITION, "option", "confine"),
        (BAGRAM, "pressure", 0.5), (HOSTILE, "tone", 1), (HOSTILE, "party", "afghan_taliban"),
        (PAUSE, "until", 8), (PAUSE, "share", 0.3), (LEAVES, "mediator", "turkiye"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_each_field_of_an_event_moves_what_happens(event, field, other):
    assert moved("events", ({"x": event}, {"x": event | {field: other}}), {})


def test_nothing_happens_before_the_day():
    model = model_after(DAY - 1, [EXTRADITION, MONITORS, HOSTILE])
    assert not model.state["monitors"].any()
    assert not model.state["groups"]["backlash"].any()
    assert not model.state["sides"]["lock_in"].any()


def test_monitors_stay_until_they_are_withdrawn():
    assert model_after(DAY + 1, [MONITORS]).state["monitors"].tolist() == [0.9] * 3
    withdrawn = MONITORS | {"day": DAY + 1, "strength": 0}
    assert not model_after(DAY + 1, [MONITORS, withdrawn]).state["monitors"].any()


def test_a_full_pause_stops_new_violence_and_only_for_its_days():
    world = UNANSWERED | {f"militants.{name}.excitation": 0 for name in ("ttp", "others")}
    world |= {"switches.talks": False, "events": {"x": PAUSE | {"day": 1, "until": 20}}}
    paused = outcomes(vary(world), 100, 20)
    assert not any(paused[name].any() for name in ("attacks_ttp", "attacks_others", "clashes"))
    assert outcomes(vary(world), 100, 30)["attacks_ttp"].sum() > 0


def test_handed_over_evidence_cuts_misattribution_until_it_is_stale():
    held = model_after(DAY, [EVIDENCE]).state["sides"]["evidence"][:, 1]
    later = model_after(DAY + 60, [EVIDENCE]).state["sides"]["evidence"][:, 1]
    assert (held > 0.9).all()
    assert (later < 0.1).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OPENS, CLOSES), (LEAVES, LEAVES | {"kind": "mediator_joins"}),
        (MONITORS, MONITORS | {"strength": 0}), (HOSTILE, HOSTILE | {"tone": 0.5}),
        (PAUSE, PAUSE | {"day": 40, "until": 50}),
    ],
    ids=lambda event: event["kind"],
)  # fmt: skip
def test_events_that_contradict_each_other_are_refused_by_name(one, other):
    with pytest.raises(ConfigError, match=r"events\.a .* and events\.b .* contradict each other"):
        vary({"events": {"a": one, "b": other}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OPENS, CLOSES | {"day": DAY + 1}), (LEAVES, LEAVES | {"mediator": "turkiye"}),
        (HOSTILE, HOSTILE | {"party": "afghan_taliban", "tone": 1}), (ATTACK, ATTACK),
        (PAUSE, PAUSE | {"day": 41, "until": 50}),
    ],
    ids=lambda event: event["kind"],
)  # fmt: skip
def test_events_that_can_both_happen_are_taken(one, other):
    assert len(vary({"events": {"a": one, "b": other}}).events) == 2


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ATTACK | {"day": 0}, "events.x.day is 0"), (ATTACK | {"day": -3}, "events.x.day is -3"),
        (PAUSE | {"until": 2}, "until is 2; the pause begins on day 5"),
        (EXTRADITION | {"option": "exile"}, "'exile'; allowed are no_action, confine, arrest"),
        (EXTRADITION | {"issue": "water"}, "'water'; allowed are guarantees"),
        (HOSTILE | {"tone": -2}, "events.x.tone is -2"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_an_event_out_of_range_is_refused_in_one_sentence(event, words):
    with pytest.raises(ConfigError, match=words):
        vary({"events": {"x": event}})
