"""Rounds of talks over the calendar: attendance, a day at the table, ratification and accounts.

Knows the model's agents and the calendar; the bargaining itself is in ``negotiation.protocols``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.party import Party
from sim.compiled import fused
from sim.config import MediatorFunction, Spin
from sim.conflict import trust
from sim.conflict.escalation import FIRE, TALKS_BREAKDOWN
from sim.negotiation import accounts
from sim.negotiation.delegation import NO_PACKAGE
from sim.negotiation.ratification import ratified
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where
from sim.steps.scores import judge_estimates, note_deal
from sim.steps.table import any_active, bargain, callers, delegation, leaning, pressure

if TYPE_CHECKING:
    from sim.config import Scenario
    from sim.model import CeasefireModel


class Rounds:
    """Step 7 of the day, for every future at once."""

    def __init__(self, model: CeasefireModel) -> None:
        self.model = model
        scenario = model.scenario
        self.rule, self.protocol = scenario.calendar, scenario.protocol
        self.signals = scenario.conflict.trust.signals
        self.dated = {
            (dated.start - scenario.start).days: (dated.end - scenario.start).days
            for dated in scenario.calendar.rounds.values()
            if dated.start > scenario.start
        }
        if scenario.switches.talks:
            self.schedule(np.arange(model.size))

    def schedule(self, rows: IntArray) -> None:
        """Set the next round in these rows: the next dated one, else the next at the interval."""
        day = self.model.day
        later = [start for start in self.dated if start > day]
        if not later:
            last = max(self.dated, default=0)
            passed = (day - last) // self.rule.interval
            later = [last + (passed + 1) * self.rule.interval]
        self.model.talks.next_round[rows] = min(later)

    def restart(self, rows: IntArray) -> None:
        """Begin talks afresh in these rows."""
        talks = self.model.talks
        talks.in_session[rows], talks.failed[rows], talks.review[rows] = False, False, False
        if self.model.scenario.switches.talks:
            self.schedule(rows)

    def take_over(self, before: Scenario) -> None:
        """Go on from the state of talks that another scenario has left."""
        model, talks, now = self.model, self.model.talks, self.model.scenario
        if not now.switches.talks:
            talks.in_session[:], talks.next_round[:] = False, 0
        elif not before.switches.talks or now.calendar != before.calendar:
            self.schedule(where(~talks.in_session & ~model.deal.in_force))

    def spoiling_window(self) -> BoolArray:
        """Whether a round is near or a tentative deal is fresh, shape (R,)."""
        talks, rule = self.model.talks, self.model.scenario.conflict.spoiling
        return near(
            self.model.day, talks.next_round, rule.lead, talks.tentative_day, rule.aftermath
        )

    def hold(self) -> None:
        """Open the rounds that are due, bargain where talks are in session, close what is over."""
        if not self.model.scenario.switches.talks:
            return
        self._open()
        model = self.model
        rows = where(model.talks.in_session & model.ceasefire.in_force)
        if not len(rows):
            return
        fire = np.maximum(model.parties[0].rung[rows], model.parties[1].rung[rows]) >= FIRE
        agreed = np.full(len(rows), NO_PACKAGE, dtype=np.int64)
        if not fire.all():
            agreed[~fire] = bargain(model, rows[~fire])
        self._close(rows, agreed)

    # --- opening -----------------------------------------------------------------------------

    def _open(self) -> None:
        model, talks = self.model, self.model.talks
        due = where(talks.next_round == model.day)
        due = due[~model.deal.in_force[due] | talks.review[due]]
        if not len(due):
            return
        attend = np.ones(len(due), dtype=bool)
        for party in model.parties:
            would = model.uniform(f"attend/{party.name}", due) < self._inclination(party)[due]
            attend &= model.players.attend(party, would)
        day = model.day
        last = self.dated.get(day, day + self.rule.length - 1)
        exchanges = (last - day + 1) * self.protocol.sessions_per_day
        exchanges *= self.protocol.exchanges_per_session
        rows = due[attend]
        talks.next_round[rows], talks.in_session[rows], talks.review[rows] = 0, True, False
        talks.last_day[rows] = last
        talks.limit[rows] = min(exchanges, self.protocol.exchanges_per_round)
        talks.exchange[rows], talks.spoken[rows], talks.lean[rows] = 0, 0, leaning(model, rows)
        for estimate in model.estimates:
            estimate.previous[rows] = NO_PACKAGE
        talks.held[rows] += 1
        talks.resumed[rows] += talks.failed[rows]
        model.log.say(
            model, rows, "round_opens", round=talks.held[rows], resumed=talks.failed[rows],
            last_day=talks.last_day[rows], exchanges=talks.limit[rows],
            called_back_by=callers(model),
        )  # fmt: skip
        self._inform(rows)
        self.schedule(due[~attend])
        model.log.incident(model, due[~attend], "round_not_held")

    def _inclination(self, party: Party) -> FloatArray:
        """Chance that a side attends a round that is due, shape (R,)."""
        model, rule = self.model, self.rule
        called = model.leverage_on(party.side, MediatorFunction.call_back)
        ripe = party.config.disagreement - party.disagreement()
        inclined = (
            rule.attendance
            - rule.tension * model.ceasefire.tension
            - rule.breakdown * model.talks.failed
            + rule.call_back * called
            + rule.ripeness * ripe
        )
        return trust.probability(inclined)

    def _inform(self, rows: IntArray) -> None:
        """Mediators tell each side what they know of the other's good faith (Kydd 2003)."""
        model = self.model
        for mediator in model.mediators:
            told = rows[mediator.active(MediatorFunction.inform, rows)]
            if not len(told):
                continue
            for party in model.parties:
                accuracy = mediator.accuracy(party.side)
                uniform = model.uniform(f"inform/{mediator.name}/{party.name}", told)
                says_good = party.other.willing[told] == (uniform < accuracy)
                weight = trust.log_odds(accuracy)
                party.learn(told, np.where(says_good, weight, -weight))
                model.log.say(
                    model, told, "information", speaker=mediator.name, hearer=party.name,
                    says_good_faith=says_good, accuracy=accuracy,
                )  # fmt: skip
        for party in model.parties:
            party.believe(rows)

    # --- closing -----------------------------------------------------------------------------

    def _close(self, rows: IntArray, agreed: IntArray) -> None:
        """Ratify what was agreed; let rounds that ran out fail."""
        model, talks = self.model, self.model.talks
        tentative = agreed != NO_PACKAGE
        spent = (talks.exchange[rows] >= talks.limit[rows]) | (model.day >= talks.last_day[rows])
        failed = ~tentative & spent
        judge_estimates(model, rows[tentative | spent])
        self._log_round(rows[failed], None, None, None)
        if tentative.any():
            failed[tentative] = ~self._ratify(rows[tentative], agreed[tentative])
        if failed.any():
            self._fail(rows[failed])

    def _ratify(self, rows: IntArray, agreed: IntArray) -> BoolArray:
        """Put tentative deals before both capitals; return where both agreed."""
        model, talks, rule = self.model, self.model.talks, self.model.scenario.bargaining
        passed = np.ones(len(rows), dtype=bool)
        utilities = np.empty((len(rows), 2))
        sides = [delegation(model, party, rows) for party in model.parties]
        for party, side in zip(model.parties, sides, strict=True):
            utilities[:, party.side] = side.utility(side.everyone, agreed)
            asked = party.asked_at_home[rows]
            asked = asked + rule.win_set_audience * max(party.config.audience, 0.0)
            passed &= ratified(utilities[:, party.side], side.reservation, asked)
            model.log.say(
                model, rows, "ratification", party=party.name, package=agreed,
                utility=utilities[:, party.side], needed=side.reservation + asked,
            )  # fmt: skip
        talks.tentative_day[rows] = model.day
        signed = rows[passed]
        first, second = (pressure(model, party, signed) for party in model.parties)
        model.tally.renegotiated[signed] += model.deal.in_force[signed]
        model.deal.sign(signed, agreed[passed], 0.5 * (first + second))
        talks.in_session[signed] = False
        talks.failed[signed] = False
        note_deal(model, rows, passed, agreed, utilities, sides)
        self._log_round(rows, agreed, passed, utilities)
        return passed

    def _fail(self, rows: IntArray) -> None:
        """Announce a breakdown: accounts, grievance, a trigger for tomorrow, the next round."""
        model, talks = self.model, self.model.talks
        conflict = model.scenario.conflict
        talks.in_session[rows], talks.failed[rows] = False, True
        talks.broken[rows] += 1
        model.log.say(
            model,
            rows,
            "breakdown",
            communique=any_active(model, MediatorFunction.communique, rows),
        )
        self.schedule(rows[~model.deal.in_force[rows]])
        self._publish_accounts(rows)
        for party in model.parties:
            party.resent(rows, TALKS_BREAKDOWN, conflict.grievance.breakdown)
        model.trigger.offer(rows, conflict.response.breakdown, TALKS_BREAKDOWN, (True, True))
        for mediator in model.mediators:
            mediator.spend(rows[mediator.active(rows=rows)])

    def _publish_accounts(self, rows: IntArray) -> None:
        """Both sides publish an account; a joint communique damps contradiction and lock-in."""
        model = self.model
        voices = model.combined(lambda m: m.config.credibility, MediatorFunction.communique, rows)
        damping = model.scenario.bargaining.communique * voices
        for party in model.parties:
            would = self._treated(party, rows)
            for k in range(would.shape[1]):
                uniform = model.uniform(f"account/{party.name}/{k}", rows)
                would[:, k] &= accounts.contradicts(uniform, party.config.spin_chance, damping)
            for k, spun in enumerate(model.players.contradict(party, would).T):
                held = party.lock_in[rows, k]
                party.lock_in[rows, k] = accounts.lock_in(held, spun, party.config.lock_in, damping)
                party.other.learn(rows[spun], trust.evidence(self.signals.contradiction))
                model.log.account(model, rows, spun, party, k)

    def _treated(self, party: Party, rows: IntArray) -> BoolArray:
        """Contested issues that a side's spin touches, shape (len(rows), C)."""
        model, talks = self.model, self.model.talks
        spin, size = party.config.spin, party.lock_in.shape[1]
        if spin is not Spin.selective:
            return np.full((len(rows), size), spin is Spin.contradicting)
        spoken = talks.spoken[rows, party.side]
        last = talks.offers[rows, party.side, np.maximum(spoken - 1, 0)]
        retreats = np.zeros((len(rows), size))
        for account, table in enumerate(model.book.tables[party.side].by_account):
            here = where((model.account[rows] == account) & (spoken > 0))
            retreats[here] = table.retreat[:, last[here]].T
        return accounts.largest_retreat(retreats)

    def _log_round(
        self,
        rows: IntArray,
        agreed: IntArray | None,
        passed: BoolArray | None,
        utilities: FloatArray | None,
    ) -> None:
        """Note how a round ended in the futures that are watched."""
        model, talks, log = self.model, self.model.talks, self.model.log
        for k, row in enumerate(rows[: log.among(model, rows)]):
            replicate = int(model.streams.replicates[row])
            if not model.ceasefire.in_force[row]:
                continue
            entry: dict[str, Any] = {
                "replicate": replicate,
                "round": int(talks.held[row]),
                "day": model.day,
                "exchanges": int(talks.exchange[row]),
                "outcome": "no_agreement",
                "package": NO_PACKAGE,
            }
            if agreed is not None and passed is not None and utilities is not None:
                entry["outcome"] = "ratified" if passed[k] else "not_ratified"
                entry["package"] = int(agreed[k])
                entry["pakistan_utility"], entry["afghan_taliban_utility"] = utilities[k].tolist()
            log.rounds.append(entry)


@fused
def near(
    day: int, next_round: IntArray, lead: int, tentative_day: IntArray, aftermath: int
) -> BoolArray:
    """Whether a round is due within ``lead`` days, or a tentative deal was struck just before.

    Day 0 stands for no round and no deal; ``day`` is later.
    """
    due = (next_round >= day) & (next_round <= day + lead)
    return due | ((tentative_day > 0) & (tentative_day >= day - aftermath))
