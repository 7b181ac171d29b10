"""What may be configured: every shipped file composes, and every mistake gets one sentence."""

import ast
import dataclasses
from functools import cache, reduce
from pathlib import Path

import pytest
import yaml
from conftest import put, tree_of
from hydra.core.override_parser.overrides_parser import OverridesParser

import sim
import sim.config as schema
from sim.config import LIMITS, ConfigError, dump, validate
from sim.paths import data_dir
from sim.study.cells import load_best, load_cell

CONFIGS = data_dir("configs")
CODE = Path(sim.__file__).parent
LINK = "agenda.links.evidence_first"
SCENARIOS = sorted(path.stem for path in (CONFIGS / "scenario").glob("*.yaml"))


# Shipped files


@cache
def cell(name):
    return load_cell(name)


def options():
    """Every shipped option by group; files that are only parts of others in their folder left out.

    Scenarios are composed by name and ablations, which are fields and no more, on the baseline.
    """
    found, parts = {}, set()
    for path in sorted(CONFIGS.rglob("*.yaml")):
        group = path.parent.relative_to(CONFIGS).as_posix()
        if group.split("/")[0] not in (".", "scenario", "ablation"):
            found.setdefault(group, []).append(path.stem)
            said = yaml.safe_load(path.read_text()) or {}
            parts |= {(group, x) for x in said.get("defaults", []) if isinstance(x, str)}
    return {
        group: [name for name in names if (group, name) not in parts]
        for group, names in found.items()
    }


# Options that only fit the others of their case: parties have weights for their agenda's issues.
CASE_OF = {
    "pie": "textbook",
    "textbook": "textbook",
    "four_issues": "textbook_four_issues",
    "textbook_four_issues": "textbook_four_issues",
    "fictional_river": "fictional_river",
}


def together():
    """Choices that compose every option at least once, one of each group at a time.

    Of a case the first options of all groups, then the second ones and so on.
    """
    made, every = [], options()
    for case in ("record", "fictional_river", "textbook", "textbook_four_issues"):
        of_case = {
            group: [name for name in names if CASE_OF.get(name, "record") == case]
            for group, names in every.items()
        }
        for k in range(max(map(len, of_case.values()))):
            row = [f"{group}={names[k]}" for group, names in of_case.items() if k < len(names)]
            made.append([f"case={case}", *(x for x in row if not x.startswith("case="))])
    return made


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_composes_under_its_own_name(name):
    assert cell(name).scenario.name == name
    assert cell(name).scenario.description


@pytest.mark.parametrize("words", together(), ids=lambda words: " ".join(words[:2]))
def test_every_option_of_every_group_composes(words):
    if any(word.startswith("hydra/launcher") for word in words):
        pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="extra slurm is absent")
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher", reason="extra slurm is absent")
    load_best("baseline", words)


@pytest.mark.parametrize(
    "path", sorted((CONFIGS / "ablation").glob("*.yaml")), ids=lambda p: p.stem
)
def test_what_an_ablation_changes_are_fields_of_the_baseline(path):
    head, _, fields = path.read_text().partition("\n")
    assert head == "# @package _global_"
    changed = merged(tree_of(), yaml.safe_load(fields))
    assert (changed == tree_of()) == (path.stem == "nothing")
    validate(changed)


def merged(tree, changes):
    """A tree with the leaves of another put into it."""
    for name, value in changes.items():
        inner = isinstance(value, dict) and isinstance(tree.get(name), dict)
        tree[name] = merged(tree[name], value) if inner else value
    return tree


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_differs_from_the_baseline_and_keeps_its_settings(name):
    assert cell(name).settings == cell("baseline").settings
    assert (cell(name).key == cell("baseline").key) == (name == "baseline")


def test_a_choice_from_a_group_may_be_written_with_dots_or_a_slash():
    dotted = load_cell("baseline", ["pakistan.tactic=hardliner"])
    assert dotted == load_cell("baseline", ["pakistan/tactic=hardliner"])
    assert dotted.scenario.pakistan.tactic.kind == "hardliner"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cell_survives_being_written_and_read(name):
    tree = tree_of(name)
    assert validate(yaml.safe_load(yaml.safe_dump(tree))) == validate(tree)


def test_two_loads_do_not_disturb_each_other():
    first = load_cell()
    load_cell("hardliners", ["seed=1"])
    assert load_cell() == first


# The schema

CLASSES = [
    value
    for name in schema.__all__
    if dataclasses.is_dataclass(value := getattr(schema, name)) and isinstance(value, type)
]
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@every_class
def test_every_field_says_what_it_is_in_which_unit_and_where_it_comes_from(cls):
    for info in cls.__pydantic_fields__.values():
        said = info.json_schema_extra
        assert info.description
        assert isinstance(said["unit"], str)
        assert said["origin"].split(":")[0] in ("measured", "calibrated", "assumed")


@every_class
def test_no_field_has_a_default_in_the_code(cls):
    assert all(info.is_required() for info in cls.__pydantic_fields__.values())


@cache
def read_by_configs():
    """What the shipped files say, of which some refers to other fields."""
    return "".join(path.read_text() for path in CONFIGS.rglob("*.yaml"))


@cache
def words_of_the_code():
    """Attributes and strings in the code outside the schema."""
    words = set()
    for path in CODE.rglob("*.py"):
        if CODE / "config" in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                words.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    return words


UNREAD = {"expectation"}  # stated for readers of a scenario file; nothing compares it yet


@every_class
def test_every_field_is_read(cls):
    """By the code, or by another value of the configuration."""
    unread = {
        field
        for field in cls.__pydantic_fields__
        if field not in words_of_the_code() and f"${{.{field}}}" not in read_by_configs()
    }
    assert unread <= UNREAD


# Mistakes


def said(*overrides, scenario="baseline"):
    """The message of a scenario that is refused; any other exception fails the test."""
    with pytest.raises(ConfigError) as caught:
        load_cell(scenario, list(overrides))
    return str(caught.value)


def refused(word):
    """The message once a word that sets, adds or takes away one field stands in the baseline.

    The same checks, without composing everything anew for every word.
    """
    (override,) = OverridesParser.create().parse_overrides([word])
    if override.is_delete():
        *parents, last = override.key_or_group.split(".")
        tree = tree_of()
        del reduce(dict.__getitem__, parents, tree)[last]
    else:
        tree = put(tree_of(), {override.key_or_group: override.value()})
    with pytest.raises(ConfigError) as caught:
        validate(tree)
    return str(caught.value)


@pytest.mark.parametrize(
    "override",
    ["pakistan.trusst=0.5", "+pakistan.trusst=0.5", "++pakistan.trusst=0.5", "+typo=1", "typo=1"],
)
def test_an_unknown_field_is_named_with_its_path(override):
    path = override.lstrip("+").partition("=")[0]
    assert path in said(override)


@pytest.mark.parametrize(
    "word",
    ["+pakistan.tactic.typo=1", "+militants.ttp.typo=1", "+agenda.issues.border.typo=1",
     "+agenda.effects.typo={}", "+conflict.trust.signals.typo={good: 0.1, bad: 0.2}",
     "+mediators.qatar.leverage.typo=1", "+calendar.rounds.next_round.typo=1",
     "+accounts.kabul.custody.typo=1", "+engine.typo=1", "+switches.typo=true"],
)  # fmt: skip
def test_an_unknown_field_is_named_wherever_it_stands(word):
    assert word[1:].partition("=")[0] in refused(word)


@pytest.mark.parametrize(
    ("override", "advice"),
    [
        ("militants={}", "militants=none"),
        ("events={ }", "~events.NAME"),
        ("+experiment=nope", "experiment is 'nope'; allowed are "),
        ("pakistan.tactic.tactic=nowhere:Gone", "pakistan.tactic: tactic 'nowhere:Gone' cannot"),
    ],
)
def test_a_word_that_would_do_nothing_or_cannot_be_used_is_refused_at_once(override, advice):
    assert advice in said("pakistan.tactic=custom", override)


def test_errors_are_reported_together_with_their_paths():
    message = said(
        "pakistan.trust=2", "conflict.clashes.rate=-1", "replicates=0", "horizon=0",
        "militants.ttp.excitation=1.5", "mediators.qatar.leverage.pakistan=7", "+militants.ttp.x=1",
    )  # fmt: skip
    for path in (
        "pakistan.trust", "conflict.clashes.rate", "replicates", "horizon",
        "militants.ttp.excitation", "mediators.qatar.leverage.pakistan", "militants.ttp.x",
    ):  # fmt: skip
        assert path in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("pakistan.trust=2", ["pakistan.trust", "2", "0.999"]),
        ("pakistan.trust=nan", ["pakistan.trust", "finite"]),
        ("pakistan.trust=abc", ["pakistan.trust", "'abc'"]),
        ("pakistan.trust=null", ["pakistan.trust"]),
        ("replicates=0", ["replicates", "0", "1"]),
        ("replicates=-5", ["replicates", "-5"]),
        ("replicates=1.5", ["replicates", "1.5"]),
        ("horizon=0", ["horizon", "0"]),
        ("horizon=-1", ["horizon", "-1"]),
        ("seed=-1", ["seed", "-1"]),
        ("seed=18446744073709551616", ["seed"]),
        ("engine.block=0", ["engine.block", "0"]),
        ("start=soon", ["start", "'soon'"]),
        ("start=2025-13-45", ["start", "month"]),
        ("calendar.rounds.next_round.start=2025-02-30", ["calendar.rounds.next_round.start"]),
        ("calendar.rounds.next_round.end=2025-10-01", ["next_round", "before"]),
        ("calendar.rounds.istanbul_second_sitting.start=2025-10-25",
         ["istanbul_second_sitting", "istanbul_first_sitting"]),
        ("pakistan.weights.guarantees=0.9", ["pakistan", "weights", "sum to 1"]),
        ("~afghan_taliban.weights.custody", ["afghan_taliban", "weights"]),
        ("+pakistan.weights.extra=0", ["pakistan.weights", "extra"]),
        ("agenda.issues.border.pakistan=[1, 0.8]", ["agenda.issues.border", "2", "3"]),
        ("agenda.issues.border.options=[closed]", ["agenda.issues.border"]),
        ("agenda.issues.border.options=[a, a, b]", ["agenda.issues.border", "distinct"]),
        ("agenda.issues.border.pakistan=[1, 0.8, 7]", ["agenda.issues.border.pakistan.2", "7"]),
        ("agenda.issues.guarantees.verification=[0, 1]", ["agenda.issues.guarantees", "2", "5"]),
        ("agenda.issues.guarantees.verification=null", ["guarantees", "together"]),
        ("+agenda.effects.suppression.custody.jail=0.5", ["suppression.custody", "'jail'"]),
        ("+agenda.effects.suppression.nope={x: 1}", ["suppression", "'nope'"]),
        ("agenda.issues.custody.demander=null", ["agenda.issues.custody", "promise", "demander"]),
        (f"{LINK}.given=arms_race", [f"agenda: {LINK.removeprefix('agenda.')}.given",
                                     "'arms_race'", "evidence"]),
        (f"{LINK}.issue=jail", ["evidence_first.issue", "'jail'", "custody"]),
        (f"{LINK}.given=custody", ["evidence_first links custody to itself"]),
        (f"{LINK}.at_least=rumours", ["evidence_first.at_least", "'rumours'", "dossiers"]),
        (f"{LINK}.options=[arrest, exile]", ["evidence_first.options", "'exile'", "deport"]),
        (f"{LINK}.options=[]", ["evidence_first.options is empty"]),
        (f"{LINK}.issue=arms", ["evidence_first.options", "'arrest'", "tolerated"]),
        (f"{LINK}.cheaper=1.5", [f"{LINK}.cheaper", "1.5"]),
        (f"{LINK}.believed=-0.1", [f"{LINK}.believed", "-0.1"]),
        ("+pakistan.opening.border=ajar", ["pakistan.opening", "'ajar'", "partial"]),
        ("accounts.islamabad.custody.pakistan=[0, 1]", ["accounts.islamabad.custody.pakistan"]),
        ("accounts.name=iran", ["accounts.name", "'iran'", "mixed"]),
        ("pakistan.thresholds=[1, 2, 3]", ["pakistan", "four"]),
        ("pakistan.thresholds=[4, 3, 2, 1]", ["pakistan", "thresholds"]),
        ("pakistan.capability=[1, 1, 1]", ["pakistan: capability [1, 1, 1]", "four", "0 or 1"]),
        ("afghan_taliban.capability=[1, 1, 0.5, 1]", ["afghan_taliban.capability.2", "0.5"]),
        ("pakistan.capability=[1, 1, 1, 2]", ["pakistan.capability.3", "2", "1"]),
        ("conflict.response.local=5", ["conflict.response.local", "5", "4"]),
        ("conflict.mandate.recovery=0", ["conflict.mandate.recovery", "0", "0.5"]),
        ("conflict.tension.rungs=[0, 1]", ["conflict.tension", "five"]),
        ("militants.ttp.deaths_per_attack=15", ["militants.ttp", "deaths_per_attack", "15"]),
        ("militants.ttp.attacks_per_year=-5", ["militants.ttp.attacks_per_year", "-5", "0"]),
        ("conflict.clashes.rate=-0.1", ["conflict.clashes.rate", "-0.1", "0"]),
        ("militants.ttp.excitation=1", ["militants.ttp.excitation is 1;", "explosive", "0.95"]),
        ("militants.ttp.excitation=0.97", ["militants.ttp.excitation", "0.97", "0.95"]),
        ("militants.ttp.tail_exponent=1", ["militants.ttp.tail_exponent", "greater than 1"]),
        ("militants.ttp.spoiler=angry", ["militants.ttp.spoiler", "'angry'", "greedy"]),
        ("mediators.qatar.functions=[fly]", ["mediators.qatar.functions", "'fly'", "call_back"]),
        ("pakistan.tactic.beta=0", ["pakistan.tactic.beta", "0"]),
        ("pakistan.tactic.kind=nope", ["pakistan.tactic.kind", "'nope'", "time_dependent"]),
        ("~pakistan.tactic.kind", ["pakistan.tactic.kind", "missing"]),
        ("pakistan.tactic.form=exponential", ["pakistan.tactic", "kappa is 0", "above 0"]),
        ("pakistan.thresholds=[1, 2, 3, nan]", ["pakistan.thresholds.3", "nan"]),
        ("pakistan.audience=true", ["pakistan.audience is True", "number"]),
        ("protocol=shuttle mediators=none", ["protocol.kind", "shuttle", "relay"]),
        ("protocol=single_text mediators=none", ["single_text", "formulate"]),
        ("protocol.kind=votes", ["protocol.kind", "'votes'", "single_text"]),
        ("ceasefire.end=never", ["ceasefire.end", "'never'", "collapse"]),
        ("~switches.attacks", ["switches.attacks", "missing"]),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)  # fmt: skip
def test_a_value_that_cannot_be_is_named_with_what_is_allowed(override, parts):
    words = override.split(" ") if override.count("=") > 1 else [override]
    message = refused(override) if len(words) == 1 else said(*words)
    assert [part for part in parts if part not in message] == []
    assert "\n" not in message


@pytest.mark.parametrize("word", ["militants.ttp.year=1999", "militants.ttp.tracker=nobody"])
def test_a_rate_that_the_record_does_not_have_is_named(word):
    assert word.partition("=")[2] in said(word)


@pytest.mark.parametrize(
    ("event", "parts"),
    [
        ("kind: quake, day: 3", ["events.x.kind", "'quake'", "attack"]),
        ("kind: attack, day: 999, deaths: 1, group: ttp", ["events.x.day", "999", "365"]),
        ("kind: attack, day: 0, deaths: 1, group: ttp", ["events.x.day", "0"]),
        ("kind: attack, day: 3, deaths: 1, group: nope", ["events.x.group", "'nope'", "ttp"]),
        ("kind: attack, day: 3, deaths: -1, group: ttp", ["events.x.deaths", "-1", "0"]),
        ("kind: mediator_leaves, day: 3, mediator: ttp", ["events.x.mediator", "qatar"]),
        ("kind: border_opens, day: 3, share: 2", ["events.x.share", "2"]),
        (
            "kind: border_opens, day: 3, share: 1, group: ttp",
            ["events.x.group", "not a known field"],
        ),
        ("kind: attack, day: 3", ["events.x.deaths", "events.x.group", "missing"]),
    ],
)
def test_a_wrong_event_is_named_with_what_is_allowed(event, parts):
    message = refused(f"+events.x={{{event}}}")
    assert [part for part in parts if part not in message] == []


def test_an_event_outside_a_shorter_horizon_is_refused():
    bomb = "+events.x={kind: attack, day: 60, deaths: 1, group: ttp}"
    load_cell("baseline", [bomb, "horizon=60"])
    assert "events.x.day is 60" in said(bomb, "horizon=59")


@pytest.mark.parametrize(
    ("override", "allowed"),
    [
        ("mediators=nope", "qatar_turkiye"),
        ("pakistan.tactic=nope", "boulware"),
        ("pakistan/tactic=nope", "boulware"),
        ("accounts=iran", "kabul"),
        ("protocol=votes", "single_text"),
    ],
)
def test_an_unknown_option_is_answered_with_those_there_are(override, allowed):
    assert allowed in said(override)


def test_an_unknown_scenario_is_answered_with_those_there_are():
    message = said(scenario="nope")
    assert all(name in message for name in SCENARIOS)


WRONG_WORDS = [
    "foo", "=", "a=b=c", "", "pakistan.trust=[", "pakistan.trust='", "pakistan.trust=1,2",
    "pakistan.trust={a: 1}", "pakistan.trust=[1]", "pakistan.trust=${nope}",
    "pakistan.trust=${pakistan.trust}", "pakistan.trust=???", "start=${nope:1}",
    "start=${seeds:timeline.nope.date}", "~pakistan", "scenario=[]",
    "scenario=baseline,hardliners", "events=null", "events=3", "+nogroup/x=1", "mediators=3",
    "pakistan=null", "agenda=3", "pakistan.tactic=3",
]  # fmt: skip
WRONG_FIELDS = [
    "+events.x=3", "militants.ttp=null", "name=null", "start=null", "start=5",
    "conflict.tension.rungs=[0,1,2,3,nan]", "conflict.tension.rungs=null",
    "pakistan.thresholds=[1,2,3,nan]", "pakistan.thresholds=[1,2,3,inf]",
    "pakistan.tactic.form=exponential", "pakistan.audience=true",
    "conflict.tension.rungs=[false,1,2,3,4]",
]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "word"), [*((said, x) for x in WRONG_WORDS), *((refused, x) for x in WRONG_FIELDS)]
)
def test_whatever_is_wrong_there_is_one_sentence_and_no_other_exception(ask, word):
    message = ask(word)
    assert message
    assert "\n" not in message


@pytest.mark.parametrize(
    "changes",
    [
        {"pakistan.weights": {}},
        {"agenda.issues": {}},
        {"pakistan": None},
        {"events": {"x": {}}},
        {"militants": [1]},
        {"start": {}},
    ],
)
def test_a_tree_from_elsewhere_is_checked_as_well(changes):
    with pytest.raises(ConfigError):
        validate(put(tree_of(), changes))


def test_what_nobody_demands_cannot_be_linked():
    changes = {f"{LINK}.issue": "arms", f"{LINK}.options": ["ban"]}
    with pytest.raises(ConfigError, match="'arms', which nobody demands; a link needs an issue"):
        validate(put(tree_of(), changes))


def test_too_many_links_are_refused():
    tree = tree_of()
    link = tree["agenda"]["links"]["evidence_first"]
    tree["agenda"]["links"] |= {f"more{k}": link for k in range(LIMITS["links"])}
    with pytest.raises(ConfigError, match="has 9 links; at most 8 are allowed"):
        validate(tree)


def test_too_many_packages_are_refused():
    tree = tree_of()
    template = tree["agenda"]["issues"]["border"]
    tree["agenda"]["issues"] |= {f"more{k}": template for k in range(6)}
    with pytest.raises(ConfigError, match="packages"):
        validate(tree)


def test_a_tree_is_not_changed_by_validating_it():
    tree = tree_of()
    before = yaml.safe_dump(tree)
    scenario, settings = validate(tree)
    assert yaml.safe_dump(tree) == before == yaml.safe_dump(dump(scenario, settings))


def test_the_key_of_a_cell_ignores_how_it_is_computed_and_nothing_else():
    key = load_cell().key
    assert load_cell("baseline", ["engine.block=7", "engine.progress=false"]).key == key
    for override in ("seed=1", "replicates=9", "horizon=30", "engine.watched=3",
                     "ceasefire.end=strike", "pakistan.trust=0.31", "mediators=none"):  # fmt: skip
        assert load_cell("baseline", [override]).key != key
