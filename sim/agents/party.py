"""A party to the ceasefire: private type, trust, grievance, lock-in and what they make it do.

Both parties are the same kind of agent; ``pakistan`` and ``afghan_taliban`` add only what is
theirs. Every attribute that can differ between futures is an array over the replicate axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.config import CAUSES, PARTIES
from sim.config import Party as PartyConfig
from sim.conflict import grievances
from sim.conflict import trust as trust_rules
from sim.conflict.escalation import choose_rung, inclination, restraint
from sim.conflict.implementation import delivery_target
from sim.negotiation import accounts
from sim.negotiation.ratification import slack
from sim.negotiation.utility import contested
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, kept_per_day

if TYPE_CHECKING:
    from sim.model import CeasefireModel


class Party(mesa.Agent, PerReplicate):  # type: ignore[misc]
    """One party.

    Attributes over the replicate axis
    ----------------------------------
    trust_log_odds : (R,) log-odds that the other side acts in good faith, as learnt so far
    trust : (R,) that probability, as of the last time beliefs were revised
    willing : (R,) bool, private: means to keep its promises
    capacity : (R,) in [0, 1], private: able to deliver
    resolve : (R,) logit, private inclination to answer with force
    asked_at_home : (R,) utility, private: gain over no deal needed for ratification
    ending_value : (R,) grievance, private: at which ending pays as much as continuing
    grievance : (R, 5) by cause
    lock_in : (R, C) per contested issue
    rung : (R,) highest rung today;  acts : (R, 5) days spent at each rung
    """

    side: int
    model: CeasefireModel

    def __init__(self, model: CeasefireModel, config: PartyConfig) -> None:
        super().__init__(model)
        self.config = config
        self.name = PARTIES[self.side]
        rules = model.scenario.conflict.trust
        self.prior = trust_rules.log_odds(config.trust)
        self.kept = kept_per_day(rules.memory)  # of what was learnt, in a day
        self._draw_private_information(model)
        size, issues = model.size, len(contested(model.scenario.agenda))
        self.trust_log_odds: FloatArray = np.full(size, self.prior)
        self.trust: FloatArray = np.full(size, config.trust)
        self.grievance: FloatArray = np.zeros((size, len(CAUSES)), order="F")
        self.lock_in: FloatArray = np.zeros((size, issues), order="F")
        self.rung: IntArray = np.zeros(size, dtype=np.int64)
        self.acts: IntArray = np.zeros((size, 5), dtype=np.int64, order="F")

    def _draw_private_information(self, model: CeasefireModel) -> None:
        """Draw what only this side knows, once per future (purposes on day 0)."""
        config = self.config

        def draw(purpose: str) -> FloatArray:
            return model.uniform(f"{purpose}/{self.name}")

        self.willing: BoolArray = draw("willing") < config.good_faith
        spread = (2.0 * draw("capacity") - 1.0) * config.capacity_spread
        self.capacity: FloatArray = np.clip(config.capacity + spread, 0.0, 1.0)
        self.resolve: FloatArray = config.resolve_spread * _logit(draw("resolve"))
        self.asked_at_home: FloatArray = slack(draw("winset"), config.winset_slack)
        self.ending_value: FloatArray = config.ending_value * np.exp(
            config.ending_spread * _logit(draw("ending"))
        )

    @property
    def other(self) -> Party:
        """The other party."""
        return self.model.parties[1 - self.side]

    def learn(self, rows: IntArray | slice, evidence: FloatArray | float) -> None:
        """Move trust by a log-likelihood ratio in the rows where the signal was seen."""
        self.trust_log_odds[rows] += evidence

    def believe(self, rows: IntArray) -> None:
        """Turn what was learnt so far today into trust in these rows."""
        self.trust[rows] = trust_rules.probability(self.trust_log_odds[rows])

    def resent(self, rows: IntArray, cause: IntArray | int, amount: FloatArray | float) -> None:
        """Add to the grievance of one cause in these rows."""
        self.grievance[rows, cause] += amount

    def total_grievance(self, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Sum of grievances over causes, shape (R,) or of some rows."""
        return grievances.total(self.grievance[rows])

    def disagreement(self, rows: IntArray | slice = slice(None)) -> FloatArray:
        """Utility of no deal without mediators' pressure, (R,) or of some rows, in [0, 1]."""
        rule = self.model.scenario.bargaining
        cost = self.model.crossings.cost(self.side)[rows]
        return grievances.disagreement(
            self.config.disagreement, rule.ripeness, self.total_grievance(rows), cost
        )

    def restraint(self, rows: IntArray) -> FloatArray:
        """What holds this side back in these rows today, shape (len(rows),), in logits."""
        model, rule = self.model, self.model.scenario.conflict.response
        return restraint(
            rows, (rule.talks, rule.deal, rule.bound, rule.leverage, rule.trust, rule.cost),
            model.talks.in_session, model.deal.package, self.strikes_given_up(rows), self.willing,
            model.leverage[self.side], self.trust, model.crossings.cost(self.side),
        )  # fmt: skip

    def strikes_given_up(self, rows: IntArray) -> FloatArray:
        """How far a deal binds this side not to strike across the border, (len(rows),)."""
        return np.zeros(len(rows))

    def inclination(self, rows: IntArray) -> FloatArray:
        """Pressure to answer with force today before anything is suffered, (len(rows),), logits."""
        weight = self.model.scenario.conflict.response.tension
        return inclination(
            rows, self.config.audience, self.resolve, weight, self.model.ceasefire.tension,
            self.restraint(rows),
        )  # fmt: skip

    def respond(self, uniform: FloatArray, pressure: FloatArray) -> IntArray:
        """Rung chosen under a pressure, this side's inclination included; shape of both."""
        return choose_rung(uniform, pressure, self.config.thresholds)

    def act(self, rows: IntArray, rungs: IntArray) -> None:
        """Note an act: the day's highest rung."""
        self.rung[rows] = np.maximum(self.rung[rows], rungs)

    def delivery_target(self, rows: IntArray) -> FloatArray:
        """Share of its promises this side will come to deliver in these rows."""
        fragility = self.model.scenario.bargaining.fragility
        return delivery_target(
            rows, self.willing, self.config.unwilling_delivery, self.able(), fragility,
            self.model.deal.pressure,
        )  # fmt: skip

    def able(self) -> FloatArray:
        """Ability to deliver today, shape (R,)."""
        return self.capacity

    def pressure_to_end(self) -> FloatArray:
        """Grievance, weighing more the more closure has cost, shape (R,)."""
        rule = self.model.scenario.conflict.grievance
        return grievances.pressure_to_end(
            self.total_grievance(), rule.closure, self.model.crossings.cost(self.side)
        )

    def worth_of_continuing(self) -> FloatArray:
        """What it takes to end the ceasefire: a private value and today's stakes, shape (R,).

        In units of grievance. A side repudiates when its pressure to end exceeds this.
        """
        model, rule = self.model, self.model.scenario.conflict.grievance
        return grievances.worth_of_continuing(
            self.ending_value,
            (rule.stake_deal, rule.stake_talks, rule.stake_leverage, rule.stake_trust),
            model.deal.in_force, model.talks.in_session, model.talks.next_round,
            model.leverage[self.side], self.trust,
        )  # fmt: skip

    def pass_day(self) -> None:
        """Let trust leak to its prior, grievances and lock-in fade."""
        self.trust_log_odds = trust_rules.leak(self.trust_log_odds, self.prior, self.kept)
        self.grievance *= kept_per_day(self.model.scenario.conflict.grievance.half_life)
        self.lock_in = accounts.fade(self.lock_in, self.config.lock_in_half_life)
        self.trust = trust_rules.probability(self.trust_log_odds)


def _logit(uniform: FloatArray) -> FloatArray:
    """Standard logistic quantile, shape (R,), finite for every uniform in [0, 1)."""
    safe = np.maximum(uniform, 2.0**-54)
    result: FloatArray = np.log(safe) - np.log1p(-safe)
    return result
