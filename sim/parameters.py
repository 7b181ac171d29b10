"""Scenarios as parameter records: a number's path in YAML is its path in the code.

``PARAMETERS`` is made from the schema, so nothing is listed twice: ``conflict.response.tension`` in
a file is ``p.conflict.response.tension`` in a rule. Five conventions make a record of a tree:

* what both parties have is an array by side, ``parties``: ``pakistan.trust`` is
  ``p.parties[0].trust`` (sides are in the order of ``config.PARTIES``);
* what has names (mediators, groups, issues, dated rounds, events) is an array in the order of the
  names, with room for ``config.LIMITS``; ``p.count`` says how many there are;
* a choice is its number in the enumeration, a date the number of days since day 0;
* the options of all issues stand in one array, ``p.agenda.options``, of which each issue has a
  stretch; weights, openings and effects are by issue and option;
* what must not be computed every day (a half-life's daily share, a signal's log-likelihood ratio)
  is in ``p.derived``.

A parameter set is one such record; every future says which it uses. Knows the schema and no rule.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from sim.chance import purpose
from sim.compiling import rule
from sim.config import (
    LIMITS,
    PARTIES,
    Effects,
    MediatorFunction,
    Scenario,
    Signals,
    SpoilerType,
    agents,
    events,
    tactics,
    talks,
)
from sim.config import agenda as agendas
from sim.config.numbers import values as values_of


def code(choice: Enum) -> int:
    """Number of a choice in its enumeration."""
    return list(type(choice)).index(choice)


GROUPS, MEDIATORS, ISSUES, OPTIONS, LINKS = (
    LIMITS[name] for name in ("militants", "mediators", "issues", "options", "links")
)
CONTESTED, EVENTS, ROUNDS, OFFERS, OWN = (
    LIMITS[name] for name in ("contested issues", "events", "dated rounds", "offers", "numbers")
)
NONE = -1  # no option, package, party
STATUS_QUO = 0  # number of the package that takes the first option on every issue
TABULATED = 32  # deaths whose cumulative probability is in the record
DAYS_PER_YEAR = 365.25
LEAST_LEFT = 0.5  # of attacks by Kabul's own policies, as far as the trackers' rate shows

TACTICS: tuple[type, ...] = get_args(get_args(tactics.Tactic)[0])
EVENT_KINDS: tuple[type, ...] = get_args(get_args(events.Event)[0])
FUNCTIONS = tuple(function.value for function in MediatorFunction)
LIMITED, GREEDY = code(SpoilerType.limited), code(SpoilerType.greedy)
EFFECTS = tuple(field.name for field in dataclasses.fields(Effects))
SIGNALS = tuple(field.name for field in dataclasses.fields(Signals))


# --- the record, made from the schema -------------------------------------------------------------


def _plain(hint: Any) -> Any:
    """A field's type without its annotations."""
    if get_origin(hint) is Annotated:
        return _plain(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _plain(next(x for x in get_args(hint) if x is not type(None)))
    return hint


def _fields(schema: Any) -> dict[str, Any]:
    """Fields of a schema class in order, each with its plain type."""
    return _fields_of(schema)


@cache
def _fields_of(schema: Any) -> dict[str, Any]:
    hints = get_type_hints(schema, include_extras=True)
    return {field.name: _plain(hints[field.name]) for field in dataclasses.fields(schema)}


# Lists of numbers whose length the schema fixes.
LENGTHS = {"thresholds": 4, "capability": 4, "rungs": 5}
BY_ISSUE = {"weights": "f8", "opening": "i8"}


def _entry(name: str, hint: Any) -> Any:
    """NumPy's description of one field, or None for words that no rule reads."""
    if hint is bool:
        return (name, "?")
    if hint in (int, dt.date) or (isinstance(hint, type) and issubclass(hint, Enum)):
        return (name, "i8")
    if hint is float:
        return (name, "f8")
    if dataclasses.is_dataclass(hint):
        return (name, record(hint))
    if name in LENGTHS:
        return (name, "f8", (LENGTHS[name],))
    if name in BY_ISSUE:
        return (name, BY_ISSUE[name], (ISSUES,))
    return None


def struct(entries: list[Any]) -> np.dtype[Any]:
    """A record whose fields stand where processors read them best."""
    return np.dtype(entries, align=True)


def _floats(*names: str) -> np.dtype[Any]:
    return struct([(name, "f8") for name in names])


def record(schema: Any) -> np.dtype[Any]:
    """The record of a schema class; fields named for the two parties become one array by side."""
    entries = []
    for name, hint in _fields(schema).items():
        entry = _SPECIAL[schema, name] if (schema, name) in _SPECIAL else _entry(name, hint)
        if entry is None or name == PARTIES[1]:
            continue
        entries.append(("parties", entry[1], (2,)) if name == PARTIES[0] else entry)
    if schema is Scenario:
        entries += [("derived", DERIVED), ("count", COUNT)]
    return struct(entries)


def _merged(kinds: Sequence[type], extra: list[Any]) -> np.dtype[Any]:
    """One record for several kinds of a thing: all their numbers, and which kind it is."""
    entries: dict[str, Any] = {"kind": ("kind", "i8")}
    for kind in kinds:
        for name, hint in _fields(kind).items():
            entry = _entry(name, hint)
            if entry is not None and get_origin(hint) is not Literal:
                entries[name] = entry
    return struct([*entries.values(), *extra])


OPTION = struct(
    [
        ("parties", "f8", (2,)), ("verification", "f8"), ("verification_alone", "f8"),
        ("effects", _floats(*EFFECTS)),
    ]
)  # fmt: skip
ISSUE = struct(
    [
        ("first", "i8"), ("count", "i8"), ("demander", "i8"), ("promise", "?"),
        ("contested", "?"), ("verifies", "?"),
    ]
)  # fmt: skip
LINK = struct(
    [
        ("given", "i8"), ("at_least", "i8"), ("options", "i1", (OPTIONS,)),
        ("cheaper", "f8"), ("believed", "f8"),
    ]
)  # fmt: skip
AGENDA = struct(
    [
        ("issues", ISSUE, (ISSUES,)), ("options", OPTION, (OPTIONS,)), ("packages", "i8"),
        ("links", LINK, (LINKS,)),
    ]
)  # fmt: skip
POSITIONS = struct(  # an account of the contested issues
    [("given", "i8", (ISSUES,)), ("opening", "i8", (ISSUES, 2)), ("parties", "f8", (OPTIONS, 2))]
)
TACTIC = _merged(TACTICS, [("offers", "i8", (OFFERS,)), ("numbers", "f8", (OWN,))])
EVENT = _merged(EVENT_KINDS, [(name, "i8") for name in ("group", "mediator", "issue", "option")])
DERIVED = struct(
    [
        # share of a fading quantity left after a day, and of its way made in one
        ("kept", _floats(
            "tension", "grievance", "trust", "closure_cost", "backlash", "unremedied")),
        ("moved", _floats("crossings", "build_up", "deployment", "mandate")),
        ("evidence", _floats(*SIGNALS, "attack")),  # log-likelihood ratios
        ("parties", struct([
            ("prior", "f8"), ("lock_in_kept", "f8"), ("demanded", "f8"), ("offers", "i8"),
            ("own", "u8"),
        ]), (2,)),
        ("militants", struct([
            *((name, "f8") for name in (
                "rate", "kept", "each", "rise", "weighs", "frailty_shape", "frailty_log_gamma",
                "deadly", "tail")),
            ("cumulative", "f8", (TABULATED,)),
            *((name, "u8") for name in (
                "attack", "frailty", "severity", "origin", "attribution", "denial")),
        ]), (GROUPS,)),
        ("mediators", struct([
            ("accuracy", "f8", (2,)), ("weight", "f8", (2,)), ("pull", "f8"),
            ("inform", "u8", (2,)), ("containment", "u8"),
        ]), (MEDIATORS,)),
        ("contested", "i8", (CONTESTED,)),
        ("tables", "i8"),  # records of a process that share it have the same tables of packages
        ("agenda", "i8"),  # records of one scenario share it
    ]
)  # fmt: skip
COUNT = struct(
    [
        (name, "i8")
        for name in (
            "militants", "mediators", "issues", "links", "contested", "events", "rounds",
        )
    ]
)  # fmt: skip
_SPECIAL: dict[tuple[type, str], Any] = {
    (agents.Party, "tactic"): ("tactic", TACTIC),
    (agents.Mediator, "functions"): ("functions", struct([(name, "?") for name in FUNCTIONS])),
    (talks.Calendar, "rounds"): ("rounds", struct([("start", "i8"), ("end", "i8")]), (ROUNDS,)),
    (agendas.Accounts, "islamabad"): ("islamabad", POSITIONS),
    (agendas.Accounts, "kabul"): ("kabul", POSITIONS),
    (Scenario, "agenda"): ("agenda", AGENDA),
}
_SPECIAL[Scenario, "mediators"] = ("mediators", record(agents.Mediator), (MEDIATORS,))
_SPECIAL[Scenario, "militants"] = ("militants", record(agents.Militants), (GROUPS,))
_SPECIAL[Scenario, "events"] = ("events", EVENT, (EVENTS,))
PARAMETERS = record(Scenario)


# --- from a scenario to a record ------------------------------------------------------------------


def _fill(row: Any, value: Any, context: Scenario) -> None:
    """Write a schema object's numbers into its record."""
    for name, hint in _fields(type(value)).items():
        held = getattr(value, name)
        side = PARTIES.index(name) if name in PARTIES and hint is not str else None
        target = name if side is None else "parties"
        if target not in (row.dtype.names or ()):
            continue
        writer = _WRITERS.get((type(value), name))
        if writer is not None:
            writer(row[name], held, context)
        elif dataclasses.is_dataclass(held):
            _fill(row[target] if side is None else row[target][side], held, context)
        elif name == "weights":
            row[name][: len(held)] = [held[issue] for issue in context.agenda.issues]
        elif name == "opening":
            row[name][:] = NONE
            for issue, option in held.items():
                k, o = _option(context, issue, option)
                row[name][k] = o
        elif name in LENGTHS:
            row[name][:] = held
        elif side is not None:
            row[target][side] = held
        else:
            row[name] = _number(held, context)


def _number(value: Any, context: Scenario) -> Any:
    if isinstance(value, Enum):
        return code(value)
    if isinstance(value, dt.date):
        return value.toordinal()
    return value


def _option(context: Scenario, issue: str, option: str) -> tuple[int, int]:
    """Position of an issue, and of an option among its options."""
    names = list(context.agenda.issues)
    return names.index(issue), context.agenda.issues[issue].options.index(option)


def package_number(context: Scenario, chosen: Mapping[str, str]) -> int:
    """Number of a package: row-major in the order of issues, status quo where none is named."""
    number = 0
    for name, issue in context.agenda.issues.items():
        number = number * len(issue.options) + issue.options.index(
            chosen.get(name, issue.options[0])
        )
    return number


def _write_tactic(row: Any, tactic: Any, context: Scenario) -> None:
    row["kind"] = TACTICS.index(type(tactic))
    for name in _fields(type(tactic)):
        value = getattr(tactic, name)
        if name == "offers":
            row["offers"][: len(value)] = [package_number(context, offer) for offer in value]
        elif name == "parameters":
            row["numbers"][: len(value)] = list(value.values())
        elif name != "kind" and name in row.dtype.names:
            row[name] = _number(value, context)


def _write_functions(row: Any, functions: Any, context: Scenario) -> None:
    for function in functions:
        row[function.value] = True


def _write_rounds(rows: Any, rounds: Mapping[str, Any], context: Scenario) -> None:
    for row, held in zip(rows, rounds.values(), strict=False):
        row["start"] = (held.start - context.start).days
        row["end"] = (held.end - context.start).days


def _write_agenda(row: Any, agenda: agendas.Agenda, context: Scenario) -> None:
    at = 0
    row["packages"] = math.prod(len(issue.options) for issue in agenda.issues.values())
    for k, (name, issue) in enumerate(agenda.issues.items()):
        of_issue = row["issues"][k]
        of_issue["first"], of_issue["count"] = at, len(issue.options)
        of_issue["demander"] = NONE if issue.demander is None else code(issue.demander)
        of_issue["promise"], of_issue["contested"] = issue.promise, issue.contested
        of_issue["verifies"] = issue.verification is not None
        options = row["options"][at : at + len(issue.options)]
        for side, party in enumerate(PARTIES):
            options["parties"][:, side] = getattr(issue, party)
        if issue.verification is not None:
            options["verification"] = issue.verification
            options["verification_alone"] = issue.verification_alone
        for effect in EFFECTS:
            sizes = getattr(agenda.effects, effect).get(name, {})
            options["effects"][effect] = [sizes.get(option, 0.0) for option in issue.options]
        at += len(issue.options)
    for link, held in zip(row["links"], agenda.links.values(), strict=False):
        link["given"], link["at_least"] = _option(context, held.given, held.at_least)
        for option in held.options:
            _, chosen = _option(context, held.issue, option)
            link["options"][_stretch(context, held.issue) + chosen] = 1
        link["cheaper"], link["believed"] = held.cheaper, held.believed


def _write_positions(row: Any, positions: Mapping[str, Any], context: Scenario) -> None:
    at = 0
    row["opening"][:] = NONE
    for k, (name, issue) in enumerate(context.agenda.issues.items()):
        if name in positions:
            row["given"][k] = True
            for party, option in positions[name].opening.items():
                row["opening"][k, code(party)] = issue.options.index(option)
            for side, party in enumerate(PARTIES):
                row["parties"][at : at + len(issue.options), side] = getattr(positions[name], party)
        at += len(issue.options)


def _write_events(rows: Any, happening: Mapping[str, Any], context: Scenario) -> None:
    for row, event in zip(rows, happening.values(), strict=False):
        row["kind"] = EVENT_KINDS.index(type(event))
        for name in _fields(type(event)):
            value = getattr(event, name)
            if name == "group":
                row[name] = list(context.militants).index(value)
            elif name == "mediator":
                row[name] = list(context.mediators).index(value)
            elif name == "option":
                row["issue"], row["option"] = _option(context, event.issue, value)
            elif name not in ("kind", "issue") and name in row.dtype.names:
                row[name] = _number(value, context)


def _write_all(rows: Any, held: Mapping[str, Any], context: Scenario) -> None:
    for row, value in zip(rows, held.values(), strict=False):
        _fill(row, value, context)


_WRITERS: dict[tuple[type, str], Callable[[Any, Any, Scenario], None]] = {
    (agents.Party, "tactic"): _write_tactic,
    (agents.Mediator, "functions"): _write_functions,
    (talks.Calendar, "rounds"): _write_rounds,
    (agendas.Accounts, "islamabad"): _write_positions,
    (agendas.Accounts, "kabul"): _write_positions,
    (Scenario, "agenda"): _write_agenda,
    (Scenario, "mediators"): _write_all,
    (Scenario, "militants"): _write_all,
    (Scenario, "events"): _write_events,
}


_identities = itertools.count()
ASIDE = re.compile(
    r"(conflict\.(?!implementation)|militants\.|calendar\.|events\.).+"
    r"|(pakistan|afghan_taliban)\.(resolve_spread|thresholds\.\d|ending_value|ending_spread)"
)
"""Numbers, by path, that no package's worth depends on: sets of them share tables of packages."""


def parameters_of(scenario: Scenario, numbers: Sequence[int] = (NONE,)) -> Any:
    """Parameter records of a scenario, shape (len(numbers),), for parameter sets by their numbers.

    NONE stands for the scenario as it is, without any set.
    """
    base = np.zeros(1, PARAMETERS).view(np.recarray)
    _fill(base[0], scenario, scenario)
    _count(base[0], scenario)
    _address(base[0], scenario)
    rows = base.repeat(len(numbers))
    sets = [values_of(scenario.parameter_sets[n]) if n != NONE else {} for n in numbers]
    named = dict.fromkeys(path for each in sets for path in each)
    rows["derived"]["tables"] = rows["derived"]["agenda"] = next(_identities)
    if not all(map(ASIDE.fullmatch, named)):
        rows["derived"]["tables"] = [next(_identities) for _ in numbers]
    for path in named:
        naming = np.array([path in each for each in sets])
        assign(rows, scenario, path, [each[path] for each in sets if path in each], naming)
    derive_all(rows)
    return rows


def _count(row: Any, scenario: Scenario) -> None:
    contested = [k for k, x in enumerate(scenario.agenda.issues.values()) if x.contested]
    row["derived"]["contested"][: len(contested)] = contested
    held: dict[str, Any] = {
        "militants": scenario.militants, "mediators": scenario.mediators,
        "issues": scenario.agenda.issues, "links": scenario.agenda.links,
        "contested": contested, "events": scenario.events, "rounds": scenario.calendar.rounds,
    }  # fmt: skip
    for name, things in held.items():
        row["count"][name] = len(things)
    for side, party in enumerate(scenario.parties):
        offers = getattr(party.tactic, "offers", ())
        row["derived"]["parties"][side]["offers"] = len(offers)
        other = PARTIES[1 - side]
        demanded = [x for x in scenario.agenda.issues.values() if x.demander == other]
        row["derived"]["parties"][side]["demanded"] = max(len(demanded), 1)


def _address(row: Any, scenario: Scenario) -> None:
    """Write the addresses of chance that carry the names of groups and mediators."""
    for held, name in zip(row["derived"]["militants"], scenario.militants, strict=False):
        for what in ("attack", "frailty", "severity", "origin", "attribution", "denial"):
            held[what] = purpose(f"{what}/{name}")
    for held, name in zip(row["derived"]["mediators"], scenario.mediators, strict=False):
        held["containment"] = purpose(f"containment/{name}")
        held["inform"] = [purpose(f"inform/{name}/{party}") for party in PARTIES]


# --- single numbers by their path -----------------------------------------------------------------


def assign(rows: Any, scenario: Scenario, path: str, values: Any, which: Any = slice(None)) -> None:
    """Write a number, by its path in YAML, into records (n,) of a scenario, or ``which`` of them.

    ``values`` is one number, or one for each.

    Raises
    ------
    KeyError
        If the path is no number of the scenario.
    """
    *_, last = steps = list(_steps(scenario, path.split(".")))
    place = rows
    for step in steps[:-1]:
        place = place[step] if isinstance(step, str) else place[:, step]
    if isinstance(last, str):
        place[last][which] = values
    else:
        (place[:, last] if isinstance(last, int) else place[:, last[0], last[1]])[which] = values


def _steps(scenario: Scenario, path: list[str]) -> Iterator[str | int | tuple[int, int]]:
    """Fields and positions that lead to a number."""
    if path[0] == "agenda":
        yield from _agenda_steps(scenario, path)
        return
    if path[0] == "accounts" and len(path) == 5:
        _, account, issue, party, option = path
        yield from ("accounts", account, "parties")
        yield (_stretch(scenario, issue) + int(option), PARTIES.index(party))
        return
    node: Any = scenario
    for name in path:
        if isinstance(node, Mapping):
            yield list(node).index(name)
            node = node[name]
            continue
        if isinstance(node, list):
            yield int(name)
            node = node[int(name)]
            continue
        held = getattr(node, name)
        if name == "parameters" and isinstance(node, tactics.Custom):
            yield "numbers"
        elif name in PARTIES:
            yield from ("parties", PARTIES.index(name))
        else:
            yield name
        if name == "weights":
            held = {issue: held[issue] for issue in scenario.agenda.issues}
        node = held
    if isinstance(node, bool) or not isinstance(node, int | float):
        raise KeyError(".".join(path))


def _agenda_steps(scenario: Scenario, path: list[str]) -> Iterator[str | int | tuple[int, int]]:
    if path[1] == "links":
        _, _, link, what = path
        yield from ("agenda", "links", list(scenario.agenda.links).index(link), what)
        return
    yield from ("agenda", "options")
    if path[1] == "issues":
        _, _, issue, what, option = path
        at = _stretch(scenario, issue) + int(option)
        if what in PARTIES:
            yield "parties"
            yield (at, PARTIES.index(what))
        else:
            yield what
            yield at
    else:
        _, _, effect, issue, option = path
        yield from ("effects", effect)
        yield _stretch(scenario, issue) + scenario.agenda.issues[issue].options.index(option)


def _stretch(scenario: Scenario, issue: str) -> int:
    """Where an issue's options begin."""
    names = list(scenario.agenda.issues)
    before = names[: names.index(issue)]
    return sum(len(scenario.agenda.issues[name].options) for name in before)


# --- what is derived from the numbers -------------------------------------------------------------


@rule
def kept_per_day(half_life: float) -> float:
    """Share of a fading quantity that is left after a day; ``half_life`` in days."""
    return 0.5 ** (1.0 / half_life)


@rule
def log_odds(probability: float) -> float:
    """Log-odds of a probability strictly between 0 and 1."""
    return math.log(probability / (1.0 - probability))


@rule
def evidence(signal: Any) -> float:
    """Log-likelihood ratio of a signal: good faith over bad faith."""
    return math.log(signal.good / signal.bad)


@rule
def attack_evidence(believed_strength: float) -> float:
    """Log-likelihood ratio of an attack that a side in good faith would have prevented.

    A side in good faith with strength s lets an attack happen with chance 1 - s, one in bad faith
    with chance 1, so that the posterior is t (1 - s) / (1 - t s) (Kydd & Walter 2002).
    """
    return math.log(1.0 - believed_strength)


@rule
def message_accuracy(credibility: float, leaning: float) -> float:
    """Chance that a mediator's word on the other side's good faith is right, as its hearer sees it.

    Only a mediator that leans towards the hearer is fully believed (Kydd 2003): ``leaning`` in
    [-1, 1] is its bias towards the hearer, ``credibility`` in [0, 1] how well it is informed.
    """
    return 0.5 + 0.49 * credibility * (1.0 + leaning) / 2.0


@rule
def power_law(deaths: int, exponent: float) -> float:
    """Relative frequency of so many deaths in a deadly attack (Clauset, Young & Gleditsch 2007)."""
    return float(deaths) ** -exponent


@rule
def derive_severity(group: Any, held: Any) -> None:
    """Tabulate how deadly a group's attacks are.

    Deaths have a mass at zero and a truncated discrete power law above it; the mass at zero is what
    gives the configured mean. ``held.cumulative[x]`` is P(deaths <= x).
    """
    tail = mean = 0.0
    for deaths in range(1, group.deadliest + 1):
        frequency = power_law(deaths, group.tail_exponent)
        tail += frequency
        mean += deaths * frequency
    held.tail = tail
    held.deadly = group.deaths_per_attack / (mean / tail)
    held.cumulative[0] = cumulative = 1.0 - held.deadly
    for deaths in range(1, TABULATED):
        if deaths < group.deadliest:
            cumulative += held.deadly * (power_law(deaths, group.tail_exponent) / tail)
            held.cumulative[deaths] = cumulative
        else:
            held.cumulative[deaths] = 1.0


@rule
def own_policies(p: Any) -> float:
    """Share of a fully exposed group's attacks that Kabul ends of its own accord, in [0, 1].

    That is what first options end, which hold without any deal.
    """
    left = 1.0
    for k in range(p.count.issues):
        left *= 1.0 - p.agenda.options[p.agenda.issues[k].first].effects.suppression
    return 1.0 - left


@rule
def derive_group(p: Any, k: int) -> None:
    """Fill what follows from the numbers of a militant group.

    A tracker counts what Kabul's own policies leave, as far as Kabul is able on average.
    Spoiling works when moderates are believed strong (Kydd & Walter 2002), so the rise of attacks
    inside the spoiling window is proportional to Kabul's believed ability to control the group.
    Aims differ (Stedman 1997): inducements end limited spoiling, halve greedy spoiling and leave
    total spoiling as it is; greedy spoilers alone weigh costs, and spoil less as they are
    suppressed.
    """
    group, held = p.militants[k], p.derived.militants[k]
    left = 1.0 - own_policies(p) * p.parties[1].capacity * group.exposure
    held.rate = group.attacks_per_year * group.share / DAYS_PER_YEAR / max(left, LEAST_LEFT)
    held.kept = math.exp(-1.0 / group.excitation_days)
    held.each = group.excitation * (1.0 - held.kept)
    bought = 1.0 if group.spoiler == LIMITED else 0.5 if group.spoiler == GREEDY else 0.0
    believed = p.parties[1].believed_capacity
    held.rise = group.spoiling * believed * (1.0 - bought * group.inducement)
    held.weighs = 1.0 if group.spoiler == GREEDY else 0.0
    if group.frailty > 0.0:
        held.frailty_shape = 1.0 / group.frailty
        held.frailty_log_gamma = math.lgamma(held.frailty_shape)
    derive_severity(group, held)


@rule
def derive(p: Any) -> None:
    """Fill ``p.derived`` from the numbers it follows from."""
    d, conflict_ = p.derived, p.conflict
    d.kept.tension = kept_per_day(conflict_.tension.half_life)
    d.kept.grievance = kept_per_day(conflict_.grievance.half_life)
    d.kept.trust = kept_per_day(conflict_.trust.memory)
    d.kept.closure_cost = kept_per_day(conflict_.border.memory)
    d.kept.backlash = math.exp(-1.0 / conflict_.implementation.backlash_days)
    d.moved.crossings = 1.0 - kept_per_day(conflict_.border.reopening)
    d.moved.mandate = 1.0 - kept_per_day(conflict_.mandate.recovery)
    d.moved.build_up = 1.0 - kept_per_day(conflict_.implementation.build_up)
    d.moved.deployment = 1.0 - kept_per_day(conflict_.implementation.monitoring.deployment)
    d.kept.unremedied = kept_per_day(conflict_.implementation.window)
    signals = conflict_.trust.signals
    d.evidence.strike, d.evidence.fire = evidence(signals.strike), evidence(signals.fire)
    d.evidence.delivery = evidence(signals.delivery)
    d.evidence.violation = evidence(signals.violation)
    d.evidence.contradiction = evidence(signals.contradiction)
    d.evidence.quiet, d.evidence.disputed = evidence(signals.quiet), evidence(signals.disputed)
    d.evidence.statement = evidence(signals.statement)
    d.evidence.taken_back = evidence(signals.taken_back)
    d.evidence.withdrawn = evidence(signals.withdrawn)
    d.evidence.attack = attack_evidence(p.parties[1].believed_capacity)
    for side in range(2):
        d.parties[side].prior = log_odds(p.parties[side].trust)
        d.parties[side].lock_in_kept = kept_per_day(p.parties[side].lock_in_half_life)
    for k in range(p.count.militants):
        derive_group(p, k)
    for k in range(p.count.mediators):
        mediator = p.mediators[k]
        d.mediators[k].pull = 0.5 * (mediator.leverage.parties[0] + mediator.leverage.parties[1])
        for side in range(2):
            leaning = mediator.bias if side == 0 else -mediator.bias
            accuracy = message_accuracy(mediator.credibility, leaning)
            d.mediators[k].accuracy[side] = accuracy
            d.mediators[k].weight[side] = log_odds(accuracy)


@rule
def derive_all(sets: Any) -> None:
    """Fill ``derived`` in every parameter record."""
    for k in range(len(sets)):
        derive(sets[k])
