"""The scenario schema: what a scenario may say, with the unit, range and origin of every number.

Values live in ``configs/``; this module holds no default. It knows no Hydra and reads no file.
``origin`` is *measured* (with the seeds entry), *calibrated* (to a pattern) or *assumed*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

ENDS = ("exchange_of_fire", "strike", "repudiation", "open_hostilities", "collapse")
CAUSES = ("attack", "border_clash", "violation", "talks_breakdown", "shock")
PARTIES = ("pakistan", "afghan_taliban")
MAX_PACKAGES = 20_000
SCHEMA = ConfigDict(extra="forbid", frozen=True)


class ConfigError(ValueError):
    """A scenario that cannot be run; the message names every field, its value and what is allowed."""


def number(doc: str, low: float, high: float, unit: str, origin: str, *, above: bool = False) -> Any:
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
Rung = Annotated[int, Field(ge=0, le=4)]


class End(str, Enum):
    """A definition of the ceasefire's end."""

    exchange_of_fire = "exchange_of_fire"
    strike = "strike"
    repudiation = "repudiation"
    open_hostilities = "open_hostilities"
    collapse = "collapse"


class PartyName(str, Enum):
    """A party to the ceasefire."""

    pakistan = "pakistan"
    afghan_taliban = "afghan_taliban"


class AccountName(str, Enum):
    """Whose account of the talks sets positions and option order."""

    islamabad = "islamabad"
    kabul = "kabul"
    mixed = "mixed"


class TacticKind(str, Enum):
    """How a side's aspiration moves within a round."""

    time_dependent = "time_dependent"
    hardliner = "hardliner"


class ConcessionForm(str, Enum):
    """The concession curve of a time-dependent tactic (Faratin, Sierra & Jennings 1998)."""

    polynomial = "polynomial"
    exponential = "exponential"


class ProtocolKind(str, Enum):
    """Who proposes in a round, and to whom."""

    alternating_offers = "alternating_offers"
    single_text = "single_text"


class SpoilerType(str, Enum):
    """How far a group's aims reach (Stedman 1997)."""

    limited = "limited"
    greedy = "greedy"
    total = "total"


class MediatorFunction(str, Enum):
    """A thing a mediator may do."""

    call_back = "call_back"
    formulate = "formulate"
    inform = "inform"
    communique = "communique"
    verify = "verify"
    contain = "contain"


class EventKind(str, Enum):
    """What a scheduled event does."""

    attack = "attack"
    mediator_leaves = "mediator_leaves"
    mediator_joins = "mediator_joins"
    border_opens = "border_opens"
    border_closes = "border_closes"
    bagram_statement = "bagram_statement"
    evidence_handed_over = "evidence_handed_over"
    custody_carried_out = "custody_carried_out"


class Expectation(str, Enum):
    """The sign a scenario file expects against the baseline's survival."""

    reference = "reference"
    longer = "longer"
    shorter = "shorter"
    unclear = "unclear"


# --- the agenda ----------------------------------------------------------------------------


@dataclass(config=SCHEMA, kw_only=True)
class Issue:
    """One issue: ordered options, what each is worth to each side, and who promises it."""

    options: list[str] = text("option names, status quo first")
    pakistan: list[Share] = text("value of each option to Islamabad, in [0, 1]")
    afghan_taliban: list[Share] = text("value of each option to Kabul, in [0, 1]")
    demander: PartyName = text("the side that asks for more than the status quo")
    promise: bool = text("whether what is asked is a promise, worth what it is believed to be")
    contested: bool = text("whether the sides' public accounts of this issue may contradict")
    verification: list[Share] | None = text("V of each option when third parties verify")
    verification_alone: list[Share] | None = text("V of each option when nobody verifies")

    @model_validator(mode="after")
    def _lengths_agree(self) -> Issue:
        if len(self.options) < 1 or len(set(self.options)) < len(self.options):
            raise ValueError(f"options {self.options} must be distinct and at least one")
        for name in ("pakistan", "afghan_taliban", "verification", "verification_alone"):
            values = getattr(self, name)
            if values is not None and len(values) != len(self.options):
                raise ValueError(
                    f"{name} has {len(values)} values for {len(self.options)} options; "
                    "one value for each option is needed"
                )
        if (self.verification is None) != (self.verification_alone is None):
            raise ValueError("verification and verification_alone must be given together")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Effects:
    """Which agenda option does what once a deal is carried out (issue name -> option -> size)."""

    suppression: dict[str, dict[str, Share]] = text(
        "share of a fully exposed group's attacks that the option ends when fully delivered"
    )
    restraint: dict[str, dict[str, Share]] = text(
        "how far the option binds cross-border force (1: any strike is a violation)"
    )
    border: dict[str, dict[str, Share]] = text("how far the option opens the border (1: open)")
    evidence: dict[str, dict[str, Share]] = text(
        "how much of the evidence needed for arrests and attribution the option brings"
    )
    assurance: dict[str, dict[str, Share]] = text(
        "share of the effect of a basing statement that the option removes"
    )
    leakage: dict[str, dict[str, Share]] = text(
        "share of the option's suppression lost each day (confined persons leak away)"
    )
    backlash: dict[str, dict[str, Share]] = text(
        "relative size of the burst of attacks the option sets off when first carried out"
    )
    cohesion: dict[str, dict[str, Share]] = text(
        "share of the promiser's capacity that the option costs (internal cohesion)"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Agenda:
    """The issues under negotiation and what their options do."""

    name: str = text("name of the agenda")
    issues: dict[str, Issue] = text("issues in order")
    effects: Effects = text("what options do")

    @model_validator(mode="after")
    def _options_exist(self) -> Agenda:
        if not self.issues:
            raise ValueError("issues is empty; at least one issue is needed")
        packages = 1
        for issue in self.issues.values():
            packages *= len(issue.options)
        if packages > MAX_PACKAGES:
            raise ValueError(
                f"issues give {packages:,} packages; at most {MAX_PACKAGES:,} are allowed"
            )
        for effect, by_issue in vars(self.effects).items():
            for issue_name, by_option in by_issue.items():
                _require_known("issue", issue_name, self.issues, f"effects.{effect}")
                options = self.issues[issue_name].options
                for option in by_option:
                    _require_known("option", option, options, f"effects.{effect}.{issue_name}")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Position:
    """One side's account of an issue: what both sides asked for and what options are worth."""

    opening: dict[PartyName, str] = text("option each side opened with", "measured: seeds/claims")
    pakistan: list[Share] = text("value of each option to Islamabad under this account")
    afghan_taliban: list[Share] = text("value of each option to Kabul under this account")


@dataclass(config=SCHEMA, kw_only=True)
class Accounts:
    """Whose account of the contested positions is used."""

    name: AccountName = text("islamabad, kabul, or mixed (drawn per replicate)")
    probability_islamabad: float = number(
        "chance that a replicate uses Islamabad's account (mixed only)", 0, 1, "probability",
        "assumed",
    )  # fmt: skip
    islamabad: dict[str, Position] = text("issue -> position as Islamabad reports it")
    kabul: dict[str, Position] = text("issue -> position as Kabul reports it")


# --- the parties ---------------------------------------------------------------------------


@dataclass(config=SCHEMA, kw_only=True)
class Tactic:
    """How a side's aspiration falls from its ideal to its reservation within a round."""

    kind: TacticKind = text("time_dependent or hardliner")
    form: ConcessionForm = text("polynomial or exponential (time_dependent)")
    beta: float = number(
        "concession exponent: < 1 boulware, 1 linear, > 1 conceder", 0, 100, "1", "assumed",
        above=True,
    )  # fmt: skip
    kappa: float = number("share of the zone conceded at the start", 0, 1, "share", "assumed")
    floor: float = number(
        "lowest aspiration of a hardliner, as a share of the zone kept", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Party:
    """One party: what it wants, what it can live with, how it believes and how it answers."""

    weights: dict[str, Share] = text("issue weights; they sum to one")
    opening: dict[str, str] = text(
        "option the side opens with on an issue (ideal where none is named)",
        "measured: seeds/claims",
    )
    disagreement: float = number("utility of no deal on day 0", 0, 1, "utility", "assumed")
    tactic: Tactic = text("bargaining tactic")
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
    spin: float = number(
        "chance of a contradictory account per contested issue after a failed round", 0, 1,
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
    thresholds: list[float] = text(
        "pressure at which rungs 1 to 4 become as likely as not, rising (logit)", "calibrated"
    )
    closure_cost: float = number(
        "cost of a day of full border closure", 0, 1, "utility per day", "assumed"
    )
    ending_value: float = number(
        "mean grievance at which ending pays as much as continuing", 0, 100, "grievance",
        "calibrated",
    )  # fmt: skip
    ending_spread: float = number(
        "spread (logistic scale) of that grievance between futures", 0, 20, "grievance",
        "calibrated",
    )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Party:
        total = sum(self.weights.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"weights sum to {total:.6g}; they must sum to 1")
        rungs = self.thresholds
        if len(rungs) != 4 or any(b < a for a, b in zip(rungs, rungs[1:], strict=False)):
            raise ValueError(f"thresholds {rungs} must be four numbers that do not fall")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Leverage:
    """A mediator's pull on each party."""

    pakistan: float = number("pull on Islamabad", 0, 1, "share", "assumed")
    afghan_taliban: float = number("pull on Kabul", 0, 1, "share", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Mediator:
    """A mediator: what it can do, for how long, and how it is heard."""

    functions: list[MediatorFunction] = text("what the mediator does")
    leverage: Leverage = text("pull on each party")
    pressure: float = number(
        "share of leverage used to make no deal worse during talks", 0, 1, "share", "assumed"
    )
    bias: float = number(
        "leaning: -1 to Kabul, +1 to Islamabad", -1, 1, "share", "assumed"
    )
    credibility: float = number("how well it is informed and heard", 0, 1, "share", "assumed")
    patience: float = number("effort the mediator can spend", 0, 1000, "efforts", "assumed")
    recovery: float = number("effort regained each day", 0, 10, "efforts per day", "assumed")
    present: bool = text("whether it takes part from day 0")


@dataclass(config=SCHEMA, kw_only=True)
class Militants:
    """A group of militants: how often and how hard it attacks, and what it wants of the talks."""

    tracker: str = text("tracker the rate is read from", "measured: seeds/rates")
    attacks_per_year: float = number(
        "tracker's attacks in Pakistan a year", 0, 10_000, "attacks per year",
        "measured: seeds/rates",
    )  # fmt: skip
    deaths_per_attack: float = number(
        "tracker's deaths per attack", 0, 20, "deaths", "measured: seeds/rates"
    )
    share: float = number("share of those attacks that are this group's", 0, 1, "share", "assumed")
    excitation: float = number(
        "mean further attacks set off by one (below 1, or attacks explode)", 0, 0.95, "attacks",
        "calibrated",
    )  # fmt: skip
    excitation_days: float = number("mean delay of those", 0.1, 365, "days", "calibrated")
    frailty: float = number("variance of the monthly frailty", 0, 5, "1", "calibrated")
    tail_exponent: float = number(
        "exponent of the severity tail", 1, 6, "1", "assumed", above=True
    )
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
        "able to control the group", 0, 10, "1", "calibrated",
    )  # fmt: skip
    inducement: float = number("inducement offered to the group", 0, 1, "share", "assumed")

    @model_validator(mode="after")
    def _mean_within_tail(self) -> Militants:
        weights = [x**-self.tail_exponent for x in range(1, self.deadliest + 1)]
        mean = sum(x * w for x, w in enumerate(weights, 1)) / sum(weights)
        if self.deaths_per_attack > mean:
            raise ValueError(
                f"deaths_per_attack is {self.deaths_per_attack:g}; a tail with exponent "
                f"{self.tail_exponent:g} up to {self.deadliest} deaths allows at most {mean:.3g}"
            )
        return self


# --- talks ---------------------------------------------------------------------------------


@dataclass(config=SCHEMA, kw_only=True)
class Round:
    """A dated round or sitting."""

    place: str = text("where", "measured: seeds/timeline")
    start: dt.date = text("first day", "measured: seeds/timeline")
    end: dt.date = text("last day", "measured: seeds/timeline")

    @model_validator(mode="after")
    def _ordered(self) -> Round:
        if self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Calendar:
    """When rounds are held: dated ones first, then at an interval while both are willing."""

    rounds: dict[str, Round] = text("dated rounds in order", "measured: seeds/timeline")
    gap: int = number("days from a round's end to the next undated one", 1, 3650, "days", "assumed")
    length: int = number("days of an undated round", 1, 60, "days", "assumed")
    attendance: float = number("inclination to attend", -10, 10, "logit", "calibrated")
    tension: float = number("loss of inclination per unit of tension", 0, 5, "logit", "assumed")
    breakdown: float = number(
        "loss of inclination while the last round failed", 0, 10, "logit", "calibrated"
    )
    call_back: float = number(
        "inclination regained per unit of leverage of mediators who call back", 0, 10, "logit",
        "calibrated",
    )  # fmt: skip
    ripeness: float = number(
        "inclination gained per unit of loss in the disagreement payoff", 0, 100, "logit",
        "assumed",
    )  # fmt: skip

    @model_validator(mode="after")
    def _in_order(self) -> Calendar:
        rounds = list(self.rounds.items())
        for (name, one), (later, other) in zip(rounds, rounds[1:], strict=False):
            if other.start <= one.end:
                raise ValueError(f"rounds.{later} starts on {other.start}, before {name} has ended")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Protocol:
    """The rules of a round."""

    kind: ProtocolKind = text("alternating_offers or single_text")
    sessions_per_day: int = number("sessions a day", 1, 24, "sessions per day", "assumed")
    exchanges_per_session: int = number("exchanges a session", 1, 100, "exchanges", "assumed")
    exchanges_per_round: int = number("exchanges a round at most", 1, 1000, "exchanges", "assumed")
    first_mover: PartyName = text("who proposes first")
    text_step: float = number(
        "how far a criticism moves the weights of the mediators' draft", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Bargaining:
    """What moves disagreement payoffs and what pressure buys."""

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
    win_set_audience: float = number(
        "rise of the ratification threshold per unit of audience pressure", 0, 1, "utility",
        "assumed",
    )  # fmt: skip


# --- conflict ------------------------------------------------------------------------------


@dataclass(config=SCHEMA, kw_only=True)
class Clashes:
    """Spontaneous border clashes."""

    rate: float = number("chance on a quiet day", 0, 1, "per day", "calibrated")
    tension: float = number("relative rise per unit of tension (log)", 0, 5, "log", "calibrated")
    severity: float = number("mean pressure a clash puts on both", 0, 10, "logit", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Attribution:
    """When an attack is laid at Kabul's door."""

    salience: int = number("deaths from which an attack is salient", 1, 1000, "deaths", "assumed")
    base: float = number(
        "chance of attribution of a salient attack without trust or verification", 0, 1,
        "probability", "calibrated",
    )  # fmt: skip
    trust: float = number("share of that chance removed by full trust", 0, 1, "share", "assumed")
    monitors: float = number(
        "share of misattribution removed by full verification", 0, 1, "share", "assumed"
    )
    evidence: float = number(
        "share of misattribution removed by full evidence sharing", 0, 1, "share", "assumed"
    )
    standing_evidence: float = number(
        "evidence shared without any deal", 0, 1, "share", "assumed"
    )
    per_log_death: float = number(
        "pressure per natural log of deaths", 0, 5, "logit", "calibrated"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Response:
    """The ladder of responses: what raises the pressure to climb and what restrains."""

    tension: float = number("pressure per unit of tension", 0, 5, "logit", "calibrated")
    talks: float = number("restraint while talks are in session", 0, 10, "logit", "assumed")
    deal: float = number("restraint from a deal at stake", 0, 10, "logit", "assumed")
    bound: float = number(
        "restraint from having promised not to strike, if willing", 0, 10, "logit", "assumed"
    )
    leverage: float = number("restraint per unit of mediator leverage", 0, 10, "logit", "assumed")
    trust: float = number("restraint at full trust", 0, 10, "logit", "assumed")
    counter: float = number("pressure per rung of the other side's act", 0, 5, "logit", "calibrated")
    counter_from: Rung = text("lowest rung that may be answered in kind")
    links: int = number("acts in one day's chain at most", 1, 20, "acts", "assumed")
    violation: float = number("pressure of a detected violation", 0, 10, "logit", "assumed")
    breakdown: float = number("pressure of a failed round", 0, 10, "logit", "assumed")
    unfinished: float = number(
        "pressure of a chain cut off by the bound, on the next day", 0, 10, "logit", "assumed"
    )
    containment: float = number(
        "chance per unit of leverage that a mediator breaks a chain", 0, 1, "probability",
        "assumed",
    )  # fmt: skip


@dataclass(config=SCHEMA, kw_only=True)
class Tension:
    """Tension, a leaky sum of rungs."""

    initial: float = number("on day 0, after the fighting of October", 0, 20, "tension", "calibrated")
    half_life: float = number("half-life", 0.1, 3650, "days", "calibrated")
    rungs: list[float] = text("tension added by rungs 0 to 4, each in [0, 10]", "assumed")

    @model_validator(mode="after")
    def _five(self) -> Tension:
        if len(self.rungs) != 5 or any(not 0 <= r <= 10 for r in self.rungs):
            raise ValueError(f"rungs {self.rungs} must be five numbers from 0 to 10")
        return self


@dataclass(config=SCHEMA, kw_only=True)
class Signal:
    """How likely a signal is from a side in good faith and from one in bad faith."""

    good: float = number("chance if in good faith", 0.001, 0.999, "probability", "assumed")
    bad: float = number("chance if not", 0.001, 0.999, "probability", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Signals:
    """The signals that move trust."""

    strike: Signal = text("a strike or worse")
    fire: Signal = text("border fire")
    delivery: Signal = text("an arrest or handover delivered")
    violation: Signal = text("a detected violation")
    contradiction: Signal = text("a contradictory account")
    quiet: Signal = text("a quiet day")


@dataclass(config=SCHEMA, kw_only=True)
class Trust:
    """Bayesian trust with a leak to the prior (Kydd 2005)."""

    memory: float = number("half-life of what was learnt", 0.5, 3650, "days", "calibrated")
    signals: Signals = text("likelihoods of the signals")


@dataclass(config=SCHEMA, kw_only=True)
class Implementation:
    """How a deal is carried out, broken and found out."""

    build_up: float = number("half-life of the way to full delivery", 0.5, 365, "days", "assumed")
    delivery: float = number(
        "chance a day of a visible delivery at full effort", 0, 1, "per day", "assumed"
    )
    violation: float = number(
        "chance a day of a violation by a side that delivers nothing", 0, 1, "per day", "assumed"
    )
    detection: float = number("chance that a violation is found without V", 0, 1, "probability", "assumed")
    tolerance: int = number("detected violations that end a deal", 1, 1000, "violations", "assumed")
    evidence: float = number(
        "relative gain of suppression from full evidence sharing", 0, 5, "1", "assumed"
    )
    backlash_days: float = number("mean length of a backlash", 0.5, 365, "days", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Grievance:
    """What makes ending the ceasefire look better than continuing."""

    half_life: float = number("half-life of a grievance", 0.5, 3650, "days", "calibrated")
    attack: float = number("per unit of pressure of an attributed attack", 0, 10, "grievance", "assumed")
    fire: float = number("per rung of the other's act from rung 2", 0, 10, "grievance", "assumed")
    violation: float = number("per detected violation", 0, 10, "grievance", "assumed")
    breakdown: float = number("per failed round", 0, 10, "grievance", "assumed")
    shock: float = number("per scheduled shock", 0, 10, "grievance", "assumed")
    closure: float = number(
        "grievance per unit of utility that closure has cost", 0, 100, "grievance", "assumed"
    )
    stake_deal: float = number("continuing is worth this more under a deal", 0, 50, "grievance", "assumed")
    stake_talks: float = number("and this more while a round is ahead", 0, 50, "grievance", "assumed")
    stake_leverage: float = number("and this per unit of leverage", 0, 50, "grievance", "assumed")
    stake_trust: float = number("and this at full trust", 0, 50, "grievance", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Border:
    """The crossings: closed on day 0; openings are partial and reversible."""

    closed: float = number("closure on day 0", 0, 1, "share", "measured: seeds/timeline")
    reopening: float = number("half-life of reopening towards the agreed state", 0.5, 3650, "days", "assumed")
    agreed: float = number("closure towards which the crossings move without a deal", 0, 1, "share", "assumed")
    memory: float = number("half-life of accrued closure cost", 0.5, 3650, "days", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Spoiling:
    """The window in which spoilers act."""

    lead: int = number("days before a round", 0, 60, "days", "assumed")
    aftermath: int = number("days after a tentative deal", 0, 60, "days", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Conflict:
    """Everything that tests the ceasefire."""

    clashes: Clashes = text("border clashes")
    attribution: Attribution = text("attribution of attacks")
    response: Response = text("the response ladder")
    tension: Tension = text("tension")
    trust: Trust = text("trust")
    implementation: Implementation = text("implementation of a deal")
    grievance: Grievance = text("grievance and repudiation")
    border: Border = text("border closure")
    spoiling: Spoiling = text("spoiling")


@dataclass(config=SCHEMA, kw_only=True)
class Ceasefire:
    """When the ceasefire counts as ended."""

    end: End = text("definition used for plots and summaries")
    exogenous_hazard: float = number("chance a day of an end from outside the model", 0, 1, "per day", "assumed")
    consecutive_days: int = number(
        "days in a row at rung 3 or above that count as open hostilities", 1, 60, "days", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Event:
    """A scheduled event."""

    kind: EventKind = text("what happens")
    day: int = number("day it happens", 1, 100_000, "day", "assumed")
    size: float = number(
        "attack: deaths; bagram_statement: pressure on Kabul; others: share in [0, 1]", 0, 5000,
        "see kind", "assumed",
    )  # fmt: skip
    target: str | None = text("attack: group; mediator events: mediator; else none")


@dataclass(config=SCHEMA, kw_only=True)
class Switches:
    """Mechanisms that may be switched off, for limits and ablations."""

    attacks: bool = text("militant attacks")
    clashes: bool = text("border clashes")
    events: bool = text("scheduled events")
    talks: bool = text("talks")
    responses: bool = text("responses to triggers")
    repudiation: bool = text("formal repudiation")


# --- the scenario --------------------------------------------------------------------------


@dataclass(config=SCHEMA, kw_only=True)
class Engine:
    """How replicates are computed; nothing here changes a result."""

    block: Annotated[int, Field(ge=1, le=10_000_000)] | None = text(
        "replicates carried at once; null chooses by size"
    )
    watched: int = number(
        "replicates whose rounds and incidents are recorded", 0, 100_000, "replicates", "assumed"
    )
    progress: bool = text("show progress on a terminal")


@dataclass(config=SCHEMA, kw_only=True)
class Settings:
    """What a run is besides its scenario."""

    seed: int = number("seed of every chance event", 0, 2**64 - 1, "1", "assumed")
    replicates: int = number("futures simulated", 1, 10**9, "futures", "assumed")
    horizon: int = number("days simulated", 1, 100_000, "days", "assumed")
    engine: Engine = text("how it is computed")


@dataclass(config=SCHEMA, kw_only=True)
class Scenario:
    """One parameter set: everything that all replicates of an ensemble share."""

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


def _require_known(what: str, name: str, known: Iterable[str], where: str) -> None:
    if name not in known:
        raise ValueError(f"{where} names the {what} {name!r}; allowed are {', '.join(known)}")


def _problems(scenario: Scenario) -> Iterable[str]:
    """Say what is inconsistent between the parts of a scenario, one clause each."""
    issues = scenario.agenda.issues
    for party_name, party in zip(PARTIES, scenario.parties, strict=True):
        if set(party.weights) != set(issues):
            yield (
                f"{party_name}.weights names {', '.join(party.weights)}; "
                f"exactly the agenda's issues are needed: {', '.join(issues)}"
            )
        for issue, option in party.opening.items():
            yield from _unknown_option(issues, issue, option, f"{party_name}.opening")
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
    for name, dated in scenario.calendar.rounds.items():
        if scenario.start < dated.start <= dated.end:
            continue
        if dated.end > scenario.start:
            yield f"calendar.rounds.{name} starts on {dated.start}; day 0 is {scenario.start}"


def _unknown_option(
    issues: dict[str, Issue], issue: str, option: str, where: str
) -> Iterable[str]:
    if issue not in issues:
        yield f"{where} names the issue {issue!r}; allowed are {', '.join(issues)}"
    elif option not in issues[issue].options:
        allowed = ", ".join(issues[issue].options)
        yield f"{where}.{issue} is {option!r}; allowed are {allowed}"


def _event_problems(scenario: Scenario, name: str, event: Event) -> Iterable[str]:
    known: Iterable[str] | None = None
    if event.kind is EventKind.attack:
        known = scenario.militants
    elif event.kind in (EventKind.mediator_leaves, EventKind.mediator_joins):
        known = scenario.mediators
    if known is None:
        if event.target is not None:
            yield f"events.{name}.target is {event.target!r}; {event.kind.value} takes none"
        if event.kind is not EventKind.bagram_statement and event.size > 1:
            yield f"events.{name}.size is {event.size:g}; allowed is 0 to 1"
    elif event.target not in known:
        yield f"events.{name}.target is {event.target!r}; allowed are {', '.join(known)}"


_SCENARIO: TypeAdapter[Scenario] = TypeAdapter(Scenario)
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


def validate(tree: dict[str, Any]) -> tuple[Scenario, Settings]:
    """Turn a plain tree (no interpolations left) into a scenario and the settings of a run.

    Raises
    ------
    ConfigError
        With one clause per wrong field: its full path, its value and what is allowed.
    """
    of_settings = {key: tree[key] for key in Settings.__dataclass_fields__ if key in tree}
    of_scenario = {key: value for key, value in tree.items() if key not in of_settings}
    problems: list[str] = []
    scenario = settings = None
    try:
        scenario = _SCENARIO.validate_python(of_scenario)
    except ValidationError as error:
        problems += explain(error)
    try:
        settings = validate_settings(of_settings, scenario)
    except ConfigError as error:
        problems.insert(0, str(error))
    if problems or scenario is None or settings is None:
        raise ConfigError("; ".join(problems))
    return scenario, settings


def validate_settings(tree: dict[str, Any], scenario: Scenario | None) -> Settings:
    """Turn plain settings into those of a run; with a scenario, check its events against them."""
    try:
        settings = _SETTINGS.validate_python(tree)
    except ValidationError as error:
        raise ConfigError("; ".join(explain(error))) from None
    late = [
        f"events.{name}.day is {event.day}; the horizon is {settings.horizon}"
        for name, event in (scenario.events.items() if scenario else ())
        if event.day > settings.horizon
    ]
    if late:
        raise ConfigError("; ".join(late))
    return settings


def dump(scenario: Scenario, settings: Settings) -> dict[str, Any]:
    """Return a plain tree of JSON types, the inverse of ``validate``."""
    tree: dict[str, Any] = _SETTINGS.dump_python(settings, mode="json")
    tree.update(_SCENARIO.dump_python(scenario, mode="json"))
    return tree


def explain(error: ValidationError) -> list[str]:
    """Say every problem of a validation error in a clause each, with its full path."""
    return [_clause(problem) for problem in error.errors(include_url=False)]


def _clause(problem: Any) -> str:
    path = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        return f"{path} is not a known field"
    if kind in ("missing", "missing_argument"):
        return f"{path} is missing"
    if kind == "value_error":
        reason = str(context.get("error", problem["msg"]))
        return f"{path}: {reason}" if path else reason
    allowed = problem["msg"][0].lower() + problem["msg"][1:]
    shown = repr(value) if isinstance(value, (int, float, str, bool, type(None))) else "given"
    return f"{path} is {shown}; {allowed.replace('input should', 'it should')}"
