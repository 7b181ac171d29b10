"""A whole scenario and the settings of a run, and what must agree between their parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from html import escape
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from sim.config.agenda import Accounts, Agenda, Issue
from sim.config.agents import Mediator, Militants, Party
from sim.config.conflict import Conflict
from sim.config.events import (
    Attack,
    Event,
    ExtraditionCarriedOut,
    MediatorJoins,
    MediatorLeaves,
    contradictions,
)
from sim.config.fields import (
    LIMITS,
    PARTIES,
    SCHEMA,
    End,
    EngineKind,
    Expectation,
    Finite,
    MediatorFunction,
    ProtocolKind,
    number,
    text,
)
from sim.config.numbers import problems_of_sets
from sim.config.tactics import Scripted
from sim.config.talks import Bargaining, Calendar, Protocol

# What somebody must be able to do where nobody else speaks between the sides.
NEEDED = {
    ProtocolKind.single_text: MediatorFunction.formulate,
    ProtocolKind.shuttle: MediatorFunction.relay,
}


@dataclass(config=SCHEMA, kw_only=True)
class Ceasefire:
    """When the ceasefire counts as ended."""

    end: End = text("definition used for plots and summaries")
    exogenous_hazard: float = number(
        "chance a day of an end from outside the model", 0, 1, "per day", "assumed"
    )
    renewable: bool = text("whether a collapsed ceasefire may be re-established; records spells")
    renewal: float = number(
        "chance a day that a collapsed ceasefire is re-established without mediators (renewable "
        "only)", 0, 1, "per day", "assumed",
    )  # fmt: skip
    renewal_mediated: float = number(
        "relative rise of that chance per unit of leverage of mediators who call back", 0, 100, "1",
        "assumed",
    )  # fmt: skip
    consecutive_days: int = number(
        "days in a row at rung 3 or above that count as open hostilities", 1, 60, "days", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Switches:
    """Mechanisms that may be switched off, for limits and ablations."""

    attacks: bool = text("militant attacks")
    clashes: bool = text("border clashes")
    events: bool = text("scheduled events")
    talks: bool = text("talks")
    responses: bool = text("responses to triggers")
    repudiation: bool = text("formal repudiation")


@dataclass(config=SCHEMA, kw_only=True)
class Engine:
    """How replicates are computed; nothing here changes a result, a card but for last digits."""

    block: Annotated[int, Field(ge=1, le=10_000_000)] | None = text(
        "replicates carried at once; null chooses by size"
    )
    watched: int = number(
        "replicates whose rounds and incidents are recorded", 0, 100_000, "replicates", "assumed"
    )
    progress: bool = text("show progress on a terminal")
    kind: EngineKind = text("where blocks are computed")
    workers: Annotated[int, Field(ge=1, le=10_000)] | None = text(
        "threads or cluster workers that compute blocks; null takes every processor"
    )
    address: str | None = text("of a running Dask scheduler; null starts a cluster on this machine")
    figures: bool | None = text("draw a cell's figures; null draws those of a single cell only")


@dataclass(config=SCHEMA, kw_only=True)
class Settings:
    """What a run is besides its scenario."""

    seed: int = number("seed of every chance event", 0, 2**64 - 1, "1", "assumed")
    replicates: int = number("futures simulated", 1, 10**9, "futures", "assumed")
    horizon: int = number("days simulated", 1, 100_000, "days", "assumed")
    transcript: bool = text("write and print what is said in the watched futures' talks")
    engine: Engine = text("how it is computed")


@dataclass(config=SCHEMA, kw_only=True)
class Scenario:
    """Everything that all replicates of an ensemble share.

    With ``parameter_sets`` each replicate draws one of them, in proportion to its ``weight`` (1 if
    it has none), which replaces the fields it names.
    """

    name: str = text("name of the scenario")
    description: str = text("what differs from the baseline and why")
    expectation: Expectation = text("expected sign of the effect on survival")
    start: dt.date = text("day 0", "measured: seeds/timeline")
    switches: Switches = text("mechanisms in use")
    accounts: Accounts = text("whose account of the contested positions")
    agenda: Agenda = text("issues and options")
    pakistan: Party = text("the party in Islamabad")
    afghan_taliban: Party = text("the party in Kabul")
    mediators: dict[str, Mediator] = text("mediators by name")
    militants: dict[str, Militants] = text("groups by name")
    calendar: Calendar = text("when rounds are held")
    protocol: Protocol = text("the rules of a round")
    bargaining: Bargaining = text("disagreement payoffs and pressure")
    conflict: Conflict = text("attacks, clashes, responses, trust")
    ceasefire: Ceasefire = text("end definitions")
    events: dict[str, Event] = text("scheduled events by name")
    parameter_sets: list[dict[str, Finite]] = text(
        "accepted sets of calibrated parameters, field -> value; each replicate draws one "
        "(empty: the fields hold as they stand)", "calibrated",
    )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        problems = list(_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def parties(self) -> tuple[Party, Party]:
        """Both parties in the order of ``PARTIES``."""
        return self.pakistan, self.afghan_taliban

    def summary(self) -> dict[str, str]:
        """What it is made of, in a few words each; all of it is in ``dump``."""
        issues = self.agenda.issues.items()
        return {
            "from": str(self.start),
            "sides": " and ".join(f"{x.label} ({x.tactic.kind})" for x in self.parties),
            "accounts": self.accounts.name.value,
            "mediators": ", ".join(self.mediators) or "none",
            "armed groups": ", ".join(self.militants) or "none",
            "issues": ", ".join(f"{name} ({len(x.options)} options)" for name, x in issues),
            "protocol": self.protocol.kind.value,
            "dated rounds": ", ".join(self.calendar.rounds) or "none",
            "events": ", ".join(self.events) or "none",
            "end": self.ceasefire.end.value,
            "parameter sets": f"{len(self.parameter_sets):,}" if self.parameter_sets else "none",
        }

    def __repr__(self) -> str:
        told = self.summary()
        shown = ("from", "sides", "accounts", "mediators", "parameter sets")
        return f"<Scenario {self.name}: {'; '.join(f'{x} {told[x]}' for x in shown)}>"

    def _repr_html_(self) -> str:
        facts = {"expected survival": self.expectation.value, **self.summary()}
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(told)}</td></tr>"
            for name, told in facts.items()
        )
        title = f"{self.name}: {self.description}"
        return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def _too_many(scenario: Scenario) -> Iterable[str]:
    """Say of what a scenario has more than there is room for, one clause each."""
    issues = scenario.agenda.issues.values()
    counts = {
        "militants": ("militants", len(scenario.militants)),
        "mediators": ("mediators", len(scenario.mediators)),
        "issues": ("agenda.issues", len(issues)),
        "options": ("agenda.issues, of all together,", sum(len(x.options) for x in issues)),
        "links": ("agenda.links", len(scenario.agenda.links)),
        "contested issues": ("agenda.issues", sum(x.contested for x in issues)),
        "events": ("events", len(scenario.events)),
        "dated rounds": ("calendar.rounds", len(scenario.calendar.rounds)),
    }
    for name, party in zip(PARTIES, scenario.parties, strict=True):
        offers, numbers = (getattr(party.tactic, x, ()) for x in ("offers", "parameters"))
        counts[f"{name} offers"] = (f"{name}.tactic", len(offers))
        counts[f"{name} numbers"] = (f"{name}.tactic.parameters", len(numbers))
    for what, (where, count) in counts.items():
        kind = what.removeprefix(f"{PARTIES[0]} ").removeprefix(f"{PARTIES[1]} ")
        if count > LIMITS[kind]:
            yield f"{where} has {count} {kind}; at most {LIMITS[kind]} are allowed"


def _problems(scenario: Scenario) -> Iterable[str]:
    """Say what is inconsistent between the parts of a scenario, one clause each."""
    issues = scenario.agenda.issues
    yield from _too_many(scenario)
    for party_name, party in zip(PARTIES, scenario.parties, strict=True):
        if set(party.weights) != set(issues):
            yield (
                f"{party_name}.weights names {', '.join(party.weights)}; "
                f"exactly the agenda's issues are needed: {', '.join(issues)}"
            )
        for issue, option in party.opening.items():
            yield from _unknown_option(issues, issue, option, f"{party_name}.opening")
        if isinstance(party.tactic, Scripted):
            for k, offer in enumerate(party.tactic.offers):
                for issue, option in offer.items():
                    where = f"{party_name}.tactic.offers.{k}"
                    yield from _unknown_option(issues, issue, option, where)
    needed = NEEDED.get(scenario.protocol.kind) if scenario.switches.talks else None
    if needed and not any(needed in m.functions for m in scenario.mediators.values()):
        yield (
            f"protocol.kind is {scenario.protocol.kind.value}; "
            f"it needs a mediator whose functions include {needed.value}"
        )
    for account in ("islamabad", "kabul"):
        for issue, position in getattr(scenario.accounts, account).items():
            where = f"accounts.{account}.{issue}"
            for option in position.opening.values():
                yield from _unknown_option(issues, issue, option, where)
            for side in PARTIES:
                values = getattr(position, side)
                if issue in issues and len(values) != len(issues[issue].options):
                    yield f"{where}.{side} has {len(values)} values for its options"
    for name, event in scenario.events.items():
        yield from _event_problems(scenario, name, event)
    yield from contradictions(scenario.events)
    yield from problems_of_sets(scenario, scenario.parameter_sets)
    for name, dated in scenario.calendar.rounds.items():
        if scenario.start < dated.start <= dated.end:
            continue
        if dated.end > scenario.start:
            yield f"calendar.rounds.{name} starts on {dated.start}; day 0 is {scenario.start}"


def _unknown_option(issues: dict[str, Issue], issue: str, option: str, where: str) -> Iterable[str]:
    if issue not in issues:
        yield f"{where} names the issue {issue!r}; allowed are {', '.join(issues)}"
    elif option not in issues[issue].options:
        allowed = ", ".join(issues[issue].options)
        yield f"{where}.{issue} is {option!r}; allowed are {allowed}"


def _event_problems(scenario: Scenario, name: str, event: Event) -> Iterable[str]:
    """Say whom or what an event names that the scenario does not have."""
    if isinstance(event, Attack) and event.group not in scenario.militants:
        yield _unknown(f"events.{name}.group", event.group, scenario.militants)
    if isinstance(event, (MediatorLeaves, MediatorJoins)) and (
        event.mediator not in scenario.mediators
    ):
        yield _unknown(f"events.{name}.mediator", event.mediator, scenario.mediators)
    if isinstance(event, ExtraditionCarriedOut):
        where = f"events.{name}"
        yield from _unknown_option(scenario.agenda.issues, event.issue, event.option, where)


def _unknown(where: str, named: str, known: Iterable[str]) -> str:
    return f"{where} is {named!r}; allowed are {', '.join(known) or 'none, for there are none'}"
