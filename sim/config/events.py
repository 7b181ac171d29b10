"""Scheduled events: one dataclass a kind, told apart by ``kind``, and what may not coincide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import SCHEMA, PartyName, number, text


def _day() -> Any:
    return number("day it happens", 1, 100_000, "day", "assumed")


def _share() -> Any:
    doc = "how much: opening, closure, evidence, effect, or attacks and clashes that pause"
    return number(doc, 0, 1, "share", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Attack:
    """One more attack by a group."""

    label: ClassVar[str] = "attack"
    kind: Literal["attack"] = text("what happens")
    day: int = _day()
    group: str = text("group that attacks")
    deaths: int = number("deaths in the attack", 0, 5000, "deaths", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class MediatorLeaves:
    """A mediator takes no part from now on."""

    label: ClassVar[str] = "mediator leaves"
    kind: Literal["mediator_leaves"] = text("what happens")
    day: int = _day()
    mediator: str = text("mediator that leaves")


@dataclass(config=SCHEMA, kw_only=True)
class MediatorJoins:
    """A mediator takes part from now on."""

    label: ClassVar[str] = "mediator joins"
    kind: Literal["mediator_joins"] = text("what happens")
    day: int = _day()
    mediator: str = text("mediator that joins")


@dataclass(config=SCHEMA, kw_only=True)
class MonitorsDeploy:
    """Third-party monitors deploy, deal or no deal; strength 0 withdraws them."""

    label: ClassVar[str] = "monitors deploy"
    kind: Literal["monitors_deploy"] = text("what happens")
    day: int = _day()
    strength: float = number(
        "how far they verify incidents and promises (V without any deal)", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class BorderOpens:
    """The crossings open, now and as the state to return to."""

    label: ClassVar[str] = "border opens"
    kind: Literal["border_opens"] = text("what happens")
    day: int = _day()
    share: float = _share()


@dataclass(config=SCHEMA, kw_only=True)
class BorderCloses:
    """The crossings close, now and as the state to return to."""

    label: ClassVar[str] = "border closes"
    kind: Literal["border_closes"] = text("what happens")
    day: int = _day()
    share: float = _share()


@dataclass(config=SCHEMA, kw_only=True)
class EvidenceHandedOver:
    """Islamabad hands evidence on incidents to Kabul."""

    label: ClassVar[str] = "evidence handed over"
    kind: Literal["evidence_handed_over"] = text("what happens")
    day: int = _day()
    share: float = _share()


@dataclass(config=SCHEMA, kw_only=True)
class ExtraditionCarriedOut:
    """Kabul carries out a custody measure once, without a deal, with all that it sets off."""

    label: ClassVar[str] = "extradition carried out"
    kind: Literal["extradition_carried_out"] = text("what happens")
    day: int = _day()
    issue: str = text("issue of the agenda, such as custody")
    option: str = text("option carried out, such as extradite")
    share: float = _share()


@dataclass(config=SCHEMA, kw_only=True)
class BagramStatement:
    """A statement on a foreign return to Bagram: Kabul is injured, less so if it was assured."""

    label: ClassVar[str] = "Bagram statement"
    kind: Literal["bagram_statement"] = text("what happens")
    day: int = _day()
    pressure: float = number("pressure on Kabul to answer", 0, 10, "logit", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class LeadershipStatement:
    """A side's leadership speaks in public on the other's good faith."""

    label: ClassVar[str] = "leadership statement"
    kind: Literal["leadership_statement"] = text("what happens")
    day: int = _day()
    party: PartyName = text("who speaks")
    tone: float = number("from -1, hostile, to +1, conciliatory", -1, 1, "share", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Pause:
    """Violence pauses from ``day`` to ``until``: fewer attacks and border clashes."""

    label: ClassVar[str] = "pause"
    kind: Literal["pause"] = text("what happens")
    day: int = _day()
    until: int = number("last day of the pause", 1, 100_000, "day", "assumed")
    share: float = _share()

    @model_validator(mode="after")
    def _ordered(self) -> Pause:
        if self.until < self.day:
            raise ValueError(f"until is {self.until}; the pause begins on day {self.day}")
        return self


Event = Annotated[
    Attack
    | MediatorLeaves
    | MediatorJoins
    | MonitorsDeploy
    | BorderOpens
    | BorderCloses
    | EvidenceHandedOver
    | ExtraditionCarriedOut
    | BagramStatement
    | LeadershipStatement
    | Pause,
    Field(discriminator="kind", description="what happens"),
]


def about(event: Any) -> str:
    """Whom or what an event names, "" if nothing."""
    named = ("group", "mediator", "party", "option")
    return next((str(getattr(event, name)) for name in named if hasattr(event, name)), "")


def contradictions(events: Mapping[str, Any]) -> Iterable[str]:
    """Say which two events of one day cannot both happen, one clause each."""
    for (one, a), (other, b) in combinations(events.items(), 2):
        same_day = a.day == b.day
        overlap = isinstance(a, Pause) and isinstance(b, Pause) and a.day <= b.until
        if (same_day and _decide_one_thing(a, b)) or (overlap and b.day <= a.until):
            yield (
                f"events.{one} ({a.kind}) and events.{other} ({b.kind}) contradict each other "
                f"on day {max(a.day, b.day)}; one of them must go or move to another day"
            )


def _decide_one_thing(a: Any, b: Any) -> bool:
    """Whether two events set the same state, so that only one of them can hold."""
    border, monitors = (BorderOpens, BorderCloses), MonitorsDeploy
    presence = (MediatorLeaves, MediatorJoins)
    if isinstance(a, presence) and isinstance(b, presence):
        return a.mediator == b.mediator
    if isinstance(a, LeadershipStatement) and isinstance(b, LeadershipStatement):
        return a.party == b.party and a.tone * b.tone < 0
    return any(isinstance(a, kind) and isinstance(b, kind) for kind in (border, monitors))
