"""What a side's bargaining tactic may be: one dataclass a tactic, told apart by ``kind``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import SCHEMA, Finite, number, text


class ConcessionForm(StrEnum):
    """The concession curve of a time-dependent tactic (Faratin, Sierra & Jennings 1998)."""

    polynomial = "polynomial"
    exponential = "exponential"


class Imitation(StrEnum):
    """What tit-for-tat imitates (Faratin, Sierra & Jennings 1998)."""

    relative = "relative"
    absolute = "absolute"
    averaged = "averaged"


def _beta() -> float:
    doc = "concession exponent: < 1 boulware, 1 linear, > 1 conceder"
    value: float = number(doc, 0, 100, "1", "assumed", above=True)
    return value


def _kappa() -> float:
    value: float = number("share of the zone conceded at the start", 0, 1, "share", "assumed")
    return value


def _need_a_start(form: ConcessionForm, kappa: float) -> None:
    """Refuse an exponential curve that would concede nothing before the deadline."""
    if form is ConcessionForm.exponential and kappa == 0:
        raise ValueError("kappa is 0; the exponential form needs a kappa above 0")


@dataclass(config=SCHEMA, kw_only=True)
class TimeDependent:
    """Concede with the share of the round that is over."""

    kind: Literal["time_dependent"]
    form: ConcessionForm = text("polynomial or exponential")
    beta: float = _beta()
    kappa: float = _kappa()

    @model_validator(mode="after")
    def _concedes(self) -> TimeDependent:
        _need_a_start(self.form, self.kappa)
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Hardliner:
    """Keep a share of the zone whatever the time."""

    kind: Literal["hardliner"]
    floor: float = number("share of the zone kept to the end", 0, 1, "share", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class TitForTat:
    """Answer the other side's concessions in kind."""

    kind: Literal["tit_for_tat"]
    imitates: Imitation = text("relative, absolute or averaged concessions")
    lag: int = number("offers ago whose concession is answered", 1, 100, "offers", "assumed")
    window: int = number("offers averaged over (averaged only)", 1, 100, "offers", "assumed")
    disturbance: float = number(
        "largest random further concession (absolute only)", 0, 1, "utility", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Zeuthen:
    """Concede when less willing to risk conflict than the other side."""

    kind: Literal["zeuthen"]


@dataclass(config=SCHEMA, kw_only=True)
class SubgamePerfect:
    """Ask for the subgame-perfect share of alternating offers."""

    kind: Literal["subgame_perfect"]
    discount: float = number("own discount factor per exchange", 0, 0.9999, "1", "assumed")
    other_discount: float = number("other side's discount factor", 0, 0.9999, "1", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class TrustContingent:
    """Concede with time, and the more the other side is trusted."""

    kind: Literal["trust_contingent"]
    beta: float = _beta()
    distrust: float = number(
        "share of the concession that is made without any trust", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class PackageTrading:
    """Stay near one's own iso-utility curve and move towards the other side's last offer."""

    kind: Literal["package_trading"]
    form: ConcessionForm = text("polynomial or exponential")
    beta: float = _beta()
    kappa: float = _kappa()
    tolerance: float = number("width of the iso-utility band", 0, 1, "utility", "assumed")

    @model_validator(mode="after")
    def _concedes(self) -> PackageTrading:
        _need_a_start(self.form, self.kappa)
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Scripted:
    """Make the offers of a list, then repeat the last."""

    kind: Literal["scripted"]
    offers: list[dict[str, str]] = text("offers in order: issue -> option, status quo if unnamed")

    @model_validator(mode="after")
    def _says_something(self) -> Scripted:
        if not self.offers:
            raise ValueError("offers is empty; at least one offer is needed")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Custom:
    """A tactic of one's own: a function named as module:function."""

    kind: Literal["custom"]
    tactic: str = Field(
        pattern=r"^[\w.]+:\w+$",
        description="function to use, as module:function",
        json_schema_extra={"unit": "", "origin": "assumed"},
    )
    parameters: dict[str, Finite] = text("numbers handed to the function by name")


Tactic = Annotated[
    TimeDependent
    | Hardliner
    | TitForTat
    | Zeuthen
    | SubgamePerfect
    | TrustContingent
    | PackageTrading
    | Scripted
    | Custom,
    Field(discriminator="kind"),
]
