"""The calendar of rounds, the protocol within one, and what moves disagreement payoffs."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import LIMITS, SCHEMA, PartyName, ProtocolKind, Settlement, number, text


@dataclass(config=SCHEMA, kw_only=True)
class Round:
    """A dated round or sitting."""

    place: str | None = text("where; null if that is not known", "measured: seeds/timeline")
    start: dt.date = text("first day", "measured: seeds/timeline")
    end: dt.date = text("last day", "measured: seeds/timeline")

    @model_validator(mode="after")
    def _ordered(self) -> Round:
        if self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Walkout:
    """What makes a side walk out at the end of a round, rather than agree to meet again."""

    inclination: float = number("inclination of a calm side", -50, 10, "logit", "assumed")
    tension: float = number("and this more per unit of tension", 0, 5, "logit", "assumed")
    grievance: float = number(
        "and this more per unit of grievance", 0, 5, "logit / grievance", "assumed"
    )
    audience: float = number("and this more per unit of audience pressure", 0, 5, "1", "assumed")
    call_back: float = number(
        "this less per unit of leverage of mediators who call back", 0, 10, "logit", "assumed"
    )
    closure: float = number(
        "this less per unit of utility that closure has cost", 0, 100, "logit / utility", "assumed"
    )
    trust: float = number("and this less at full trust", 0, 10, "logit", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Calendar:
    """When rounds are held: dated ones first, then at an interval while both are willing."""

    rounds: dict[str, Round] = text("dated rounds in order", "measured: seeds/timeline")
    interval: int = number(
        "days between the starts of undated rounds, counted from the last dated one", 1, 3650,
        "days", "assumed",
    )  # fmt: skip
    length: int = number("days of an undated round", 1, 60, "days", "assumed")
    attendance: float = number("inclination to attend", -10, 50, "logit", "calibrated")
    tension: float = number("loss of inclination per unit of tension", 0, 5, "logit", "assumed")
    breakdown: float = number(
        "loss of inclination while the last round failed", 0, 10, "logit", "assumed"
    )
    call_back: float = number(
        "inclination regained per unit of leverage of mediators who call back", 0, 10, "logit",
        "assumed",
    )  # fmt: skip
    ripeness: float = number(
        "inclination gained per unit of loss in the disagreement payoff", 0, 100, "logit",
        "assumed",
    )  # fmt: skip

    walkout: Walkout = text("when a side walks out at the end of a round")

    @model_validator(mode="after")
    def _in_order(self) -> Calendar:
        rounds = list(self.rounds.items())
        for (name, one), (later, other) in pairwise(rounds):
            if other.start <= one.end:
                raise ValueError(f"rounds.{later} starts on {other.start}, before {name} has ended")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Protocol:
    """The rules of a round."""

    kind: ProtocolKind = text("alternating_offers, monotonic_concession, single_text or shuttle")
    sessions_per_day: int = number("sessions a day", 1, 24, "sessions per day", "assumed")
    exchanges_per_session: int = number("exchanges a session", 1, 100, "exchanges", "assumed")
    exchanges_per_round: int = number(
        "exchanges a round at most", 1, LIMITS["exchanges"], "exchanges", "assumed"
    )
    first_mover: PartyName = text("who proposes first")
    relay_noise: float = number(
        "largest error in what relays carry when nobody credible relays", 0, 1, "utility", "assumed"
    )
    face_saving: float = number(
        "share of the way from aspiration to reservation that a side goes when mediators, not the "
        "other side, propose (Pruitt & Johnson 1970)", 0, 1, "share", "assumed",
    )  # fmt: skip
    draft_lean: float = number(
        "weight by which the mediators' first draft leans, per unit of the drafter's bias", 0, 0.5,
        "share", "assumed",
    )  # fmt: skip
    text_step: float = number(
        "how far a criticism moves the weights of the mediators' draft", 0, 1, "share", "assumed"
    )
    take_backs: bool = text(
        "whether agents take back what they have offered on an issue even without a reason"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Bargaining:
    """What is settled on the way, what moves disagreement payoffs and what pressure buys."""

    settlement: Settlement = text("single_undertaking or issue_by_issue")
    ripeness: float = number(
        "fall of the disagreement payoff per unit of grievance", 0, 1, "utility", "assumed"
    )
    pressure: float = number(
        "fall of the disagreement payoff at full mediator pressure", 0, 1, "utility", "assumed"
    )
    fragility: float = number(
        "share of willingness to deliver lost at full mediator pressure", 0, 1, "share", "assumed"
    )
    communique: float = number(
        "share of contradiction that a fully credible communique removes", 0, 1, "share",
        "assumed",
    )  # fmt: skip
    win_set_mandate: float = number(
        "rise of the ratification threshold for a side that has lost its mandate at home", 0, 1,
        "utility", "assumed",
    )  # fmt: skip
    win_set_audience: float = number(
        "rise of the ratification threshold per unit of audience pressure", 0, 1, "utility",
        "assumed",
    )  # fmt: skip
