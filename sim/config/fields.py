"""Names of what a scenario may choose from, and how a field declares its unit, range and origin."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

ENDS = ("exchange_of_fire", "strike", "repudiation", "open_hostilities", "collapse")
CAUSES = ("attack", "border_clash", "violation", "talks_breakdown", "shock")
PARTIES = ("pakistan", "afghan_taliban")
MAX_PACKAGES = 20_000
LIMITS = {  # most of what a scenario may have; one compilation of the rules serves them all
    "militants": 8,
    "mediators": 8,
    "issues": 12,
    "options": 128,
    "links": 8,
    "contested issues": 4,
    "events": 32,
    "dated rounds": 64,
    "exchanges": 400,
    "offers": 64,
    "numbers": 16,
}
SCHEMA = ConfigDict(extra="forbid", frozen=True)


class ConfigError(ValueError):
    """A scenario that cannot be run; the message names field, value and what is allowed."""


def number(
    doc: str, low: float, high: float, unit: str, origin: str, *, above: bool = False
) -> Any:
    """Declare a number in [low, high] (or (low, high] with ``above``) with its unit and origin."""
    bound: dict[str, Any] = {"gt": low} if above else {"ge": low}
    return Field(
        description=doc,
        le=high,
        allow_inf_nan=False,
        json_schema_extra={"unit": unit, "origin": origin},
        **bound,
    )


def text(doc: str, origin: str = "assumed") -> Any:
    """Declare a name, an option or a list with its origin."""
    return Field(description=doc, json_schema_extra={"unit": "", "origin": origin})


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Able = Annotated[int, Field(ge=0, le=1)]
Rung = Annotated[int, Field(ge=0, le=4)]


class End(StrEnum):
    """A definition of the ceasefire's end."""

    exchange_of_fire = "exchange_of_fire"
    strike = "strike"
    repudiation = "repudiation"
    open_hostilities = "open_hostilities"
    collapse = "collapse"


class PartyName(StrEnum):
    """A party to the ceasefire."""

    pakistan = "pakistan"
    afghan_taliban = "afghan_taliban"


class AccountName(StrEnum):
    """Whose account of the talks sets positions and option order."""

    islamabad = "islamabad"
    kabul = "kabul"
    mixed = "mixed"
    undisputed = "undisputed"


class ProtocolKind(StrEnum):
    """Who proposes in a round, and to whom."""

    alternating_offers = "alternating_offers"
    monotonic_concession = "monotonic_concession"
    single_text = "single_text"
    shuttle = "shuttle"


class Settlement(StrEnum):
    """What is settled when a round ends without agreement on everything."""

    single_undertaking = "single_undertaking"
    issue_by_issue = "issue_by_issue"


class Spin(StrEnum):
    """How a side's public account of a failed round treats the contested issues."""

    truthful = "truthful"
    selective = "selective"
    contradicting = "contradicting"


class OpponentModel(StrEnum):
    """What a side takes the other's preferences to be when it chooses an offer."""

    public = "public"
    learned = "learned"


class SpoilerType(StrEnum):
    """How far a group's aims reach (Stedman 1997)."""

    limited = "limited"
    greedy = "greedy"
    total = "total"


class MediatorFunction(StrEnum):
    """A thing a mediator may do."""

    call_back = "call_back"
    formulate = "formulate"
    inform = "inform"
    relay = "relay"
    communique = "communique"
    verify = "verify"
    contain = "contain"
    restrain = "restrain"


class EngineKind(StrEnum):
    """Where the blocks of a cell are computed."""

    serial = "serial"
    threads = "threads"
    cuda = "cuda"
    dask = "dask"


class Expectation(StrEnum):
    """The sign a scenario file expects against the baseline's survival."""

    reference = "reference"
    longer = "longer"
    shorter = "shorter"
    unclear = "unclear"


def require_known(what: str, name: str, known: Iterable[str], where: str) -> None:
    """Raise if a name is not known."""
    if name not in known:
        raise ValueError(f"{where} names the {what} {name!r}; allowed are {', '.join(known)}")
