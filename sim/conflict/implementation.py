"""How a deal is carried out: delivery, violations and their detection, and the state of the border.

Knows no agent: it is told each side's private willingness and ability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.compiled import fused
from sim.config import PARTIES, Agenda, Border, Implementation
from sim.negotiation.agenda import Packages, effect, promised, verification
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, kept_per_day

NO_DEAL = -1


@dataclass(frozen=True)
class Terms:
    """What each package does, one entry per package and a last entry 0 for no deal.

    Indexing with ``NO_DEAL`` (-1) reads the last entry. Every array has shape (P + 1,), except
    ``promised`` (2, P + 1). ``lasting`` and ``leaking`` are the suppression by options that do not
    leak and by those that do, at the rate ``leakage`` a day.
    """

    verified: FloatArray
    lasting: FloatArray
    leaking: FloatArray
    leakage: FloatArray
    restraint: FloatArray
    border: FloatArray
    evidence: FloatArray
    sharpened: FloatArray
    hotline: FloatArray
    assurance: FloatArray
    backlash: FloatArray
    cohesion: FloatArray
    promised: FloatArray


def terms(agenda: Agenda, all_packages: Packages, verifiers: float) -> Terms:
    """Tabulate what each package does; ``verifiers`` as in ``agenda.verification``."""

    def with_no_deal(sizes: FloatArray) -> FloatArray:
        return np.append(sizes, 0.0)

    plain = (
        "leakage", "restraint", "border", "evidence", "sharpened", "hotline", "assurance",
        "backlash", "cohesion",
    )  # fmt: skip
    promises = [with_no_deal(promised(agenda, all_packages, side)) for side in PARTIES]
    return Terms(
        verified=with_no_deal(verification(agenda, all_packages, verifiers)),
        lasting=with_no_deal(effect(agenda, all_packages, "suppression", leaking=False)),
        leaking=with_no_deal(effect(agenda, all_packages, "suppression", leaking=True)),
        promised=np.array(promises),
        **{name: with_no_deal(effect(agenda, all_packages, name)) for name in plain},
    )


class Deal(PerReplicate):
    """The deal in force, if any.

    ``package`` (R,) number or -1; ``age`` (R,) days since ratification; ``delivered`` (R, 2)
    share of each side's promises carried out; ``pressure`` (R,) mediator pressure at signing;
    ``violations`` (R,) detected so far.
    """

    def __init__(self, size: int) -> None:
        self.package = np.full(size, NO_DEAL, dtype=np.int64)
        self.age = np.zeros(size, dtype=np.int64)
        self.delivered = np.zeros((size, 2), order="F")
        self.pressure = np.zeros(size)
        self.violations = np.zeros(size, dtype=np.int64)

    @property
    def in_force(self) -> BoolArray:
        """Whether a ratified deal is in force, shape (R,)."""
        result: BoolArray = self.package != NO_DEAL
        return result

    def sign(self, rows: IntArray, package: IntArray, pressure: FloatArray) -> None:
        """Put a ratified package into force in these rows; what is delivered already goes on."""
        self.package[rows] = package
        self.age[rows] = 0
        self.pressure[rows] = pressure
        self.violations[rows] = 0

    def lapse(self, rows: IntArray) -> None:
        """End the deal in these rows."""
        self.package[rows] = NO_DEAL
        self.delivered[rows] = 0.0


@fused
def delivery_target(
    rows: IntArray,
    willing: BoolArray,
    unwilling_delivery: float,
    capacity: FloatArray,
    fragility: float,
    pressure: FloatArray,
) -> FloatArray:
    """Share of its promises that a side will deliver in the end, shape (n,), in [0, 1].

    min(capacity, willingness), and less of it the more the deal was owed to ``pressure`` (Werner &
    Yuen 2005; Beardsley 2008). Arrays are (R,), of which ``rows`` (n,) are asked about.
    """
    will: FloatArray = np.maximum(1.0 * willing[rows], unwilling_delivery)
    return np.minimum(capacity[rows], will * (1.0 - fragility * pressure[rows]))


@fused
def violation_chance(
    violation: float, deterrence: float, verified: FloatArray, target: FloatArray,
    promised: FloatArray, package: IntArray,
) -> FloatArray:  # fmt: skip
    """Chance of a side to violate its deal today, shape (n,).

    By what it will not deliver of what it promised, ``promised`` (P + 1,) by ``package`` (n,);
    less where it is verified.
    """
    return violation * (1.0 - deterrence * verified) * (1.0 - target) * promised[package]


@fused
def suppression(
    lasting: FloatArray, package: IntArray, left: FloatArray, delivered: FloatArray, rows: IntArray
) -> FloatArray:
    """Suppression by what is delivered in these rows, shape (n,).

    By the package's options that last and by what is ``left`` (n,) of those that leak.
    """
    return (1.0 - (1.0 - lasting[package]) * (1.0 - left)) * delivered[rows]


@fused
def sharpened(
    measures: FloatArray, rule: float, evidence: FloatArray, delivered: FloatArray,
    sharper: FloatArray, package: IntArray, rows: IntArray,
) -> FloatArray:  # fmt: skip
    """What measures (n,) aim to end, in [0, 1]: more where evidence shared sharpens them."""
    shared = evidence[package] * delivered[rows]
    return np.minimum(measures * (1.0 + rule * shared * sharper[package]), 1.0)


@fused
def carried_out(size: FloatArray, package: IntArray, delivered: FloatArray) -> FloatArray:
    """What an effect of the deal in force comes to, shape (R,): its size by what is delivered."""
    return size[package] * delivered


def share_moved(half_life: float) -> float:
    """Share of the remaining way covered in a day at this half-life."""
    return 1.0 - kept_per_day(half_life)


def detection_chance(rule: Implementation, verified: FloatArray) -> FloatArray:
    """Chance that a violation is found, shape (R,): more with verification."""
    return rule.detection + (1.0 - rule.detection) * verified


class Crossings(PerReplicate):
    """The border crossings.

    ``closure`` (R,) in [0, 1], ``policy`` (R,) the closure they move to without a deal,
    ``pakistan_cost`` and ``afghan_taliban_cost`` (R,) utility that closure has cost each side,
    fading with ``Border.memory``.
    """

    def __init__(self, size: int, rule: Border) -> None:
        self.closure = np.full(size, rule.closed)
        self.policy = np.full(size, rule.agreed)
        self.pakistan_cost = np.zeros(size)
        self.afghan_taliban_cost = np.zeros(size)

    def cost(self, side: int) -> FloatArray:
        """Utility that closure has cost a side, shape (R,)."""
        return self.afghan_taliban_cost if side else self.pakistan_cost

    def close(self, rows: IntArray) -> None:
        """Shut the crossings in these rows."""
        self.closure[rows] = 1.0

    def pass_day(self, rule: Border, opened: FloatArray, daily_cost: tuple[float, float]) -> None:
        """Let a day pass: accrue costs and move towards the agreed closure.

        ``opened`` (R,) is the opening a deal delivers; ``daily_cost`` utility per day and side.
        """
        self.pakistan_cost, self.afghan_taliban_cost, self.closure = day_at_the_crossings(
            (self.pakistan_cost, self.afghan_taliban_cost), self.closure, self.policy, opened,
            kept_per_day(rule.memory), daily_cost, share_moved(rule.reopening),
        )  # fmt: skip


@fused
def day_at_the_crossings(
    costs: tuple[FloatArray, FloatArray], closure: FloatArray, policy: FloatArray,
    opened: FloatArray, kept: float, daily_cost: tuple[float, float], moved: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:  # fmt: skip
    """Costs of both sides and closure after a day, each (R,): costs fade and accrue with closure.

    Closure moves towards its policy, or to what a deal leaves shut if that is less.
    """
    return (
        costs[0] * kept + closure * daily_cost[0],
        costs[1] * kept + closure * daily_cost[1],
        closure + (np.minimum(policy, 1.0 - opened) - closure) * moved,
    )
