"""The parties, mediators and militant groups: what each wants, can do and believes."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import (
    SCHEMA,
    Able,
    Finite,
    MediatorFunction,
    OpponentModel,
    Share,
    Spin,
    SpoilerType,
    number,
    text,
)
from sim.config.tactics import Tactic


@dataclass(config=SCHEMA, kw_only=True)
class Party:
    """One party: what it wants, what it can live with, how it believes and how it answers."""

    label: str = text("what figures and transcripts call the side")
    weights: dict[str, Share] = text("issue weights; they sum to one")
    opening: dict[str, str] = text(
        "option the side opens with on an issue (ideal where none is named)",
        "measured: seeds/claims",
    )
    disagreement: float = number("utility of no deal on day 0", 0, 1, "utility", "assumed")
    tactic: Tactic = text("bargaining tactic")
    expected_rounds: float = number(
        "mean of the rounds over which the side spreads its concessions", 1, 100, "rounds",
        "assumed",
    )  # fmt: skip
    expected_spread: float = number(
        "half-width of the uniform private number of rounds around its mean", 0, 99, "rounds",
        "assumed",
    )  # fmt: skip
    candour: float = number(
        "how much of its private position the side tells mediators who draft", 0, 1, "share",
        "assumed",
    )  # fmt: skip
    good_faith: float = number(
        "share of futures in which the side is willing to keep its promises", 0, 1,
        "probability", "assumed",
    )  # fmt: skip
    unwilling_delivery: float = number(
        "share of a promise that an unwilling side delivers", 0, 1, "share", "assumed"
    )
    capacity: float = number("mean ability to deliver what is promised", 0, 1, "share", "assumed")
    capacity_spread: float = number(
        "half-width of the uniform private ability around its mean", 0, 0.5, "share", "assumed"
    )
    believed_capacity: float = number(
        "ability to deliver that others believe in", 0, 0.99, "share", "assumed"
    )
    trust: float = number(
        "prior probability that the other side acts in good faith", 0.001, 0.999, "probability",
        "assumed",
    )  # fmt: skip
    audience: float = number("domestic pressure to answer", -5, 5, "logit", "assumed")
    resolve_spread: float = number(
        "spread of the private inclination to answer with force", 0, 3, "logit", "calibrated"
    )
    opponent_model: OpponentModel = text(
        "offers are chosen by the other side's public preferences, or by those learned"
    )
    spin: Spin = text("truthful, selective (its largest retreat only) or contradicting account")
    spin_chance: float = number(
        "chance that an issue so treated is contradicted after a failed round", 0, 1,
        "probability", "assumed",
    )  # fmt: skip
    lock_in: float = number(
        "audience cost of retreating from a public position, relative to the issue's weight", 0,
        3, "weight", "assumed",
    )  # fmt: skip
    lock_in_half_life: float = number("half-life of lock-in", 0.5, 3650, "days", "assumed")
    winset_slack: float = number(
        "mean gain over no deal that ratification at home asks for", 0, 1, "utility", "assumed"
    )
    thresholds: list[Finite] = text(
        "pressure at which rungs 1 to 4 become as likely as not, rising (logit)",
        "assumed: that of rung 2 is calibrated",
    )  # fmt: skip
    capability: list[Able] = text("whether the side can act at rungs 1 to 4, each 1 or 0")
    closure_cost: float = number(
        "cost of a day of full border closure", 0, 1, "utility per day", "assumed"
    )
    ending_value: float = number(
        "median grievance at which ending pays as much as continuing", 0, 100, "grievance",
        "calibrated",
    )  # fmt: skip
    ending_spread: float = number(
        "spread of that grievance between futures (scale of its log, logistic)", 0, 20, "log",
        "calibrated",
    )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Party:
        total = sum(self.weights.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"weights sum to {total:.6g}; they must sum to 1")
        rungs = self.thresholds
        if len(rungs) != 4 or any(b < a for a, b in pairwise(rungs)):
            raise ValueError(f"thresholds {rungs} must be four numbers that do not fall")
        if len(self.capability) != 4:
            raise ValueError(f"capability {self.capability} must be four numbers, each 0 or 1")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Leverage:
    """A mediator's pull on each party."""

    pakistan: float = number("pull on Islamabad", 0, 1, "share", "assumed")
    afghan_taliban: float = number("pull on Kabul", 0, 1, "share", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Mediator:
    """A mediator: what it can do, for how long, and how it is heard."""

    label: str = text("what transcripts call the mediator")
    functions: list[MediatorFunction] = text("what the mediator does")
    leverage: Leverage = text("pull on each party")
    pressure: float = number(
        "share of leverage used to make no deal worse during talks", 0, 1, "share", "assumed"
    )
    bias: float = number("leaning: -1 to Kabul, +1 to Islamabad", -1, 1, "share", "assumed")
    credibility: float = number("how well it is informed and heard", 0, 1, "share", "assumed")
    patience: float = number("effort the mediator can spend", 0, 1000, "efforts", "assumed")
    recovery: float = number("effort regained each day", 0, 10, "efforts per day", "assumed")
    present: bool = text("whether it takes part from day 0")


def _not_explosive(value: Any) -> Any:
    """Refuse an excitation at which attacks would set off ever more attacks."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1:
        shown = str(value) if isinstance(value, int) else f"{value:g}"  # an int may be any size
        raise ValueError(
            f"is {shown}; every attack would set off one or more others, without end "
            "(explosive), so allowed is 0 to 0.95"
        )
    return value


@lru_cache
def _tail_mean(exponent: float, deadliest: int) -> float:
    """Mean deaths of an attack whose deaths follow a power law up to the deadliest."""
    weights = [float(x**-exponent) for x in range(1, deadliest + 1)]
    return sum(x * w for x, w in enumerate(weights, 1)) / sum(weights)


@dataclass(config=SCHEMA, kw_only=True)
class Militants:
    """A group of militants: how often and how hard it attacks, and what it wants of the talks."""

    tracker: str = text("tracker the rate is read from", "measured: seeds/rates")
    year: int = text("year that rate is of", "measured: seeds/rates")
    attacks_per_year: float = number(
        "tracker's attacks in Pakistan a year", 0, 10_000, "attacks per year",
        "measured: seeds/rates",
    )  # fmt: skip
    deaths_per_attack: float = number(
        "tracker's deaths per attack", 0, 20, "deaths", "measured: seeds/rates"
    )
    share: float = number("share of those attacks that are this group's", 0, 1, "share", "assumed")
    excitation: Annotated[float, BeforeValidator(_not_explosive)] = number(
        "mean further attacks set off by one", 0, 0.95, "attacks", "assumed"
    )
    excitation_days: float = number("mean delay of those", 0.1, 365, "days", "assumed")
    frailty: float = number("variance of the monthly frailty", 0, 5, "1", "calibrated")
    season: float = number(
        "relative swing of the rate over the year, 0 for none", 0, 1, "share", "assumed"
    )
    season_peak: int = number(
        "day of the year with most attacks (inert where season is 0)", 1, 366, "day of year",
        "assumed",
    )  # fmt: skip
    tail_exponent: float = number("exponent of the severity tail", 1, 6, "1", "assumed", above=True)
    deadliest: int = number("truncation of severity", 1, 5000, "deaths", "assumed")
    from_afghan_soil: float = number(
        "share of attacks prepared on Afghan soil (disputed; a what-if)", 0, 1, "share", "assumed"
    )
    exposure: float = number(
        "share of the group's activity that Kabul's measures can reach", 0, 1, "share", "assumed"
    )
    spoiler: SpoilerType = text("how far its aims reach: limited, greedy or total")
    spoiling: float = number(
        "relative rise of attacks before rounds and after tentative deals, if Kabul is believed "
        "able to control the group", 0, 10, "1", "assumed",
    )  # fmt: skip
    inducement: float = number("inducement offered to the group", 0, 1, "share", "assumed")

    @model_validator(mode="after")
    def _mean_within_tail(self) -> Militants:
        mean = _tail_mean(self.tail_exponent, self.deadliest)
        if self.deaths_per_attack > mean:
            raise ValueError(
                f"deaths_per_attack is {self.deaths_per_attack:g}; a tail with exponent "
                f"{self.tail_exponent:g} up to {self.deadliest} deaths allows at most {mean:.3g}"
            )
        return self
