"""What tests the ceasefire: clashes, attribution, responses, trust, implementation, border."""

from __future__ import annotations

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from sim.config.fields import SCHEMA, Rung, number, text


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
        "probability", "assumed",
    )  # fmt: skip
    trust: float = number("share of that chance removed by full trust", 0, 1, "share", "assumed")
    monitors: float = number(
        "share of misattribution removed by full verification", 0, 1, "share", "assumed"
    )
    evidence: float = number(
        "share of misattribution removed by full evidence sharing", 0, 1, "share", "assumed"
    )
    denial: float = number(
        "chance that a side denies its part in an incident, without monitors or evidence", 0, 1,
        "probability", "assumed",
    )  # fmt: skip
    acknowledged: float = number(
        "share of an incident's pressure that goes when its part is acknowledged", 0, 1, "share",
        "assumed",
    )  # fmt: skip
    standing_evidence: float = number("evidence shared without any deal", 0, 1, "share", "assumed")
    per_log_death: float = number("pressure per natural log of deaths", 0, 5, "logit", "calibrated")


@dataclass(config=SCHEMA, kw_only=True)
class Response:
    """The ladder of responses: what raises the pressure to climb and what restrains."""

    tension: float = number("pressure per unit of tension", 0, 5, "logit", "assumed")
    talks: float = number("restraint while talks are in session", 0, 10, "logit", "assumed")
    deal: float = number("restraint from a deal at stake", 0, 10, "logit", "assumed")
    bound: float = number(
        "restraint from having promised not to strike, if willing", 0, 10, "logit", "assumed"
    )
    leverage: float = number(
        "restraint per unit of leverage of mediators who restrain", 0, 10, "logit", "assumed"
    )
    trust: float = number("restraint at full trust", 0, 10, "logit", "assumed")
    cost: float = number(
        "restraint per unit of utility that closure has cost the side", 0, 50, "logit / utility",
        "assumed",
    )  # fmt: skip
    counter: float = number("pressure per rung of the other side's act", 0, 5, "logit", "assumed")
    counter_from: Rung = text("lowest rung that may be answered in kind")
    local: int = number(
        "highest rung at which commanders on the spot answer a clash", 0, 4, "rung", "assumed"
    )
    mandate: float = number(
        "pressure on a side that has lost its mandate at home", 0, 10, "logit", "assumed"
    )
    links: int = number("acts in one day's chain at most", 1, 20, "acts", "assumed")
    violation: float = number("pressure of an alleged breach of a deal", 0, 10, "logit", "assumed")
    breakdown: float = number("pressure of a failed round", 0, 10, "logit", "assumed")
    statement: float = number(
        "pressure of a wholly hostile leadership statement", 0, 10, "logit", "assumed"
    )
    unfinished: float = number(
        "pressure of a chain cut off by the bound, on the next day", 0, 10, "logit", "assumed"
    )
    hotline: float = number(
        "chance that a full hotline between the sides breaks a chain", 0, 1, "probability",
        "assumed",
    )  # fmt: skip
    standing_hotline: float = number(
        "strength of a hotline that works without any deal", 0, 1, "share", "assumed"
    )
    containment: float = number(
        "chance per unit of leverage that a mediator breaks a chain", 0, 1, "probability",
        "assumed",
    )  # fmt: skip


@dataclass(config=SCHEMA, kw_only=True)
class Tension:
    """Tension, a leaky sum of rungs."""

    initial: float = number(
        "on day 0, after the fighting of October", 0, 20, "tension", "calibrated"
    )
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
    violation: Signal = text("an alleged breach of a deal, unless it is cleared")
    contradiction: Signal = text("a contradictory account")
    quiet: Signal = text("a quiet day")
    disputed: Signal = text("a version of an incident that the side holds to be false")
    statement: Signal = text("a wholly conciliatory statement by the other side's leadership")
    taken_back: Signal = text("an offer that takes back what was offered, for no visible reason")
    withdrawn: Signal = text("a deal without what the other side had stated as its own policy")


@dataclass(config=SCHEMA, kw_only=True)
class Trust:
    """Bayesian trust with a leak to the prior (Kydd 2005)."""

    memory: float = number("half-life of what was learnt", 0.5, 3650, "days", "assumed")
    signals: Signals = text("likelihoods of the signals")


@dataclass(config=SCHEMA, kw_only=True)
class Monitoring:
    """The body that verifies a deal: it has to be built, and it leaves where there is fire."""

    capacity: float = number(
        "share of the V of an option that a body in full strength brings", 0, 1, "share", "assumed"
    )
    deployment: float = number(
        "half-life of the way to full strength after signing", 0.5, 365, "days", "assumed"
    )
    withdrawal: float = number(
        "share of it that leaves on a day of border fire or worse", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Adjudication:
    """Who is right about an alleged breach; by the sides alone it takes longer."""

    rate: float = number(
        "chance of a ruling on an allegation, fully verified", 0, 1, "per day", "assumed"
    )
    alone: float = number("share of that chance without V", 0, 1, "share", "assumed")
    clearing: float = number(
        "chance that a false allegation is cleared, fully verified", 0, 1, "probability", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Remedy:
    """What makes good a breach that a ruling upheld; without V the accused may dispute it."""

    chance: float = number(
        "chance that a side that delivers all remedies it, fully verified", 0, 1, "probability",
        "assumed",
    )  # fmt: skip
    alone: float = number("share of that chance without V", 0, 1, "share", "assumed")
    returned: float = number(
        "share of the ruling's grievance that a remedy takes back", 0, 1, "share", "assumed"
    )


@dataclass(config=SCHEMA, kw_only=True)
class Implementation:
    """How a deal is carried out, breached, held to account and lost."""

    build_up: float = number("half-life of the way to full delivery", 0.5, 365, "days", "assumed")
    delivery: float = number(
        "chance a day of a visible delivery at full effort", 0, 1, "per day", "assumed"
    )
    violation: float = number(
        "chance a day of a violation by a side that delivers nothing", 0, 1, "per day", "assumed"
    )
    detection: float = number(
        "chance that a violation is found without V", 0, 1, "probability", "assumed"
    )
    deterrence: float = number(
        "share of violations that full verification deters (Fortna 2003)", 0, 1, "share", "assumed"
    )
    false_alarm: float = number(
        "chance that a breach is alleged where there was none, of a side that has promised all, "
        "without V", 0, 1, "per day", "assumed",
    )  # fmt: skip
    monitoring: Monitoring = text("the body that verifies a deal")
    adjudication: Adjudication = text("rulings on alleged breaches")
    remedy: Remedy = text("making good what was ruled a breach")
    window: float = number(
        "half-life of an unremedied breach in what a deal can bear", 0.5, 3650, "days", "assumed"
    )
    tolerance: float = number(
        "unremedied breaches, faded by their age, above which a deal lapses", 0, 1000, "breaches",
        "assumed",
    )  # fmt: skip
    renegotiation: float = number(
        "chance that an alleged breach reopens talks on the deal in force", 0, 1, "probability",
        "assumed",
    )  # fmt: skip
    evidence: float = number(
        "relative gain of suppression from full evidence sharing", 0, 5, "1", "assumed"
    )
    backlash_days: float = number("mean length of a backlash", 0.5, 365, "days", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Grievance:
    """What makes ending the ceasefire look better than continuing."""

    half_life: float = number("half-life of a grievance", 0.5, 3650, "days", "assumed")
    attack: float = number(
        "per unit of pressure of an attributed attack", 0, 10, "grievance", "calibrated"
    )
    fire: float = number("per rung of the other's act from rung 2", 0, 10, "grievance", "assumed")
    violation: float = number("per breach that a ruling upheld", 0, 10, "grievance", "assumed")
    breakdown: float = number("per failed round", 0, 10, "grievance", "assumed")
    shock: float = number("per scheduled shock", 0, 10, "grievance", "assumed")
    closure: float = number(
        "relative weight added to grievance per unit of utility that closure has cost",
        0,
        100,
        "1 / utility",
        "assumed",
    )
    stake_deal: float = number(
        "continuing is worth this more under a deal", 0, 50, "grievance", "assumed"
    )
    stake_talks: float = number(
        "and this more while a round is ahead", 0, 50, "grievance", "assumed"
    )
    stake_leverage: float = number(
        "and this per unit of leverage of mediators who restrain", 0, 50, "grievance", "assumed"
    )
    stake_trust: float = number("and this at full trust", 0, 50, "grievance", "assumed")


@dataclass(config=SCHEMA, kw_only=True)
class Mandate:
    """What wears away a side's mandate at home, whole on day 0, and what brings it back."""

    unanswered: float = number(
        "share lost per unit of pressure suffered and answered with restraint", 0, 1,
        "share / logit", "assumed",
    )  # fmt: skip
    protest: float = number("share of that loss which a protest prevents", 0, 1, "share", "assumed")
    fruitless: float = number(
        "share lost by a round that ends with nothing signed", 0, 1, "share", "assumed"
    )
    recovery: float = number("half-life of what is lost", 0.5, 3650, "days", "assumed")
    deal: float = number(
        "share of what is lost that a signed deal brings back", 0, 1, "share", "assumed"
    )
    lost: float = number(
        "mandate below which a capital ends the ceasefire over its delegation's head", 0, 1,
        "share", "assumed",
    )  # fmt: skip


@dataclass(config=SCHEMA, kw_only=True)
class Border:
    """The crossings: closed on day 0; openings are partial and reversible."""

    closed: float = number("closure on day 0", 0, 1, "share", "measured: seeds/timeline")
    reopening: float = number(
        "half-life of reopening towards the agreed state", 0.5, 3650, "days", "assumed"
    )
    agreed: float = number(
        "closure towards which the crossings move without a deal", 0, 1, "share", "assumed"
    )
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
    mandate: Mandate = text("mandate at home")
    border: Border = text("border closure")
    spoiling: Spoiling = text("spoiling")
