"""Rounds of talks over the calendar: attendance, a day at the table, ratification and accounts.

Knows the model's agents and the calendar; the bargaining itself is in ``negotiation.protocols``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.party import Party
from sim.config import MediatorFunction
from sim.conflict import trust
from sim.conflict.escalation import FIRE, TALKS_BREAKDOWN
from sim.negotiation import accounts
from sim.negotiation.protocols import NO_PACKAGE, Delegation, Meeting
from sim.negotiation.ratification import ratified
from sim.randomness import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
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
        self.schedule(np.ones(model.size, dtype=bool))

    def schedule(self, where: BoolArray) -> None:
        """Set the next round: the next dated one, else one after the usual gap."""
        later = [start for start in self.dated if start > self.model.day]
        due = min(later) if later else self.model.day + self.rule.gap
        self.model.talks.next_round[where] = due

    def spoiling_window(self) -> BoolArray:
        """Whether a round is near or a tentative deal is fresh, shape (R,)."""
        talks, rule, day = self.model.talks, self.model.scenario.conflict.spoiling, self.model.day
        ahead = talks.next_round - day
        before = (talks.next_round > 0) & (ahead >= 0) & (ahead <= rule.lead)
        since = day - talks.tentative_day
        return before | ((talks.tentative_day > 0) & (since <= rule.aftermath))

    def hold(self) -> None:
        """Open the rounds that are due, bargain where talks are in session, close what is over."""
        if not self.model.scenario.switches.talks:
            return
        self._open()
        talks = self.model.talks
        if not talks.in_session.any():
            return
        quiet = (self.model.parties[0].rung < FIRE) & (self.model.parties[1].rung < FIRE)
        rows = np.flatnonzero(talks.in_session & quiet & self.model.ceasefire.in_force)
        agreed = np.full(self.model.size, NO_PACKAGE, dtype=np.int64)
        if len(rows):
            agreed[rows] = self._bargain(rows)
        self._close(agreed)

    # --- opening -----------------------------------------------------------------------------

    def _open(self) -> None:
        model, talks = self.model, self.model.talks
        due = (talks.next_round == model.day) & ~model.deal.in_force
        if not due.any():
            return
        attend = due.copy()
        for party in model.parties:
            attend &= model.uniform(f"attend/{party.name}") < self._inclination(party)
        day = model.day
        last = self.dated.get(day, day + self.rule.length - 1)
        exchanges = (last - day + 1) * self.protocol.sessions_per_day
        exchanges *= self.protocol.exchanges_per_session
        self.schedule(due & ~attend)
        talks.next_round[attend] = 0
        talks.in_session |= attend
        talks.last_day[attend] = last
        talks.limit[attend] = min(exchanges, self.protocol.exchanges_per_round)
        talks.exchange[attend] = 0
        talks.offers[attend] = NO_PACKAGE
        talks.weight[attend] = 0.5
        talks.held += attend
        talks.resumed += attend & talks.failed
        self._inform(attend)
        model.log.incident(model, due & ~attend, "round_not_held")

    def _inclination(self, party: Party) -> FloatArray:
        """Chance that a side attends a round that is due, shape (R,)."""
        model, rule = self.model, self.rule
        callers = [(m, m.leverage(party.side), MediatorFunction.call_back) for m in model.mediators]
        ripe = party.config.disagreement - party.disagreement()
        inclined = (
            rule.attendance
            - rule.tension * model.ceasefire.tension
            - rule.breakdown * model.talks.failed
            + rule.call_back * model.combined(callers)
            + rule.ripeness * ripe
        )
        return trust.probability(inclined)

    def _inform(self, where: BoolArray) -> None:
        """Mediators tell each side what they know of the other's good faith (Kydd 2003)."""
        model = self.model
        for mediator in model.mediators:
            tells = where & mediator.active(MediatorFunction.inform)
            if not tells.any():
                continue
            for party in model.parties:
                accuracy = mediator.accuracy(party.side)
                right = model.uniform(f"inform/{mediator.name}/{party.name}") < accuracy
                says_good = party.other.willing == right
                weight = trust.log_odds(accuracy)
                party.learn(tells & says_good, weight)
                party.learn(tells & ~says_good, -weight)
        for party in model.parties:
            party.believe(where)

    # --- a day at the table ------------------------------------------------------------------

    def _bargain(self, rows: IntArray) -> IntArray:
        """Bargain for today in these rows; return the packages agreed or -1."""
        model, talks = self.model, self.model.talks
        mediated = np.zeros(model.size, dtype=bool)
        for mediator in model.mediators:
            mediated |= mediator.active(MediatorFunction.formulate)
        first, second = (self._delegation(party, rows) for party in model.parties)
        meeting = Meeting(
            (first, second), model.book.drafts, mediated[rows], talks.exchange[rows],
            talks.limit[rows], talks.weight[rows], talks.offers[rows],
            np.full(len(rows), NO_PACKAGE, dtype=np.int64),
        )  # fmt: skip
        meeting.hold(self.protocol)
        talks.exchange[rows], talks.weight[rows] = meeting.exchange, meeting.weight
        talks.offers[rows] = meeting.offers
        return meeting.agreed

    def _delegation(self, party: Party, rows: IntArray) -> Delegation:
        model = self.model
        return Delegation(
            model.book.tables[party.side], model.book.menus[party.side], party.config.tactic,
            model.account[rows], party.trust[rows], party.lock_in[rows],
            self.reservation(party)[rows],
        )  # fmt: skip

    def pressure(self, party: Party) -> FloatArray:
        """Mediators' pressure on a side, shape (R,), in [0, 1]."""
        pulls = [
            (m, m.leverage(party.side) * m.config.pressure, None) for m in self.model.mediators
        ]
        return self.model.combined(pulls)

    def reservation(self, party: Party) -> FloatArray:
        """Utility of no deal as a side sees it under the mediators' pressure, shape (R,)."""
        fallen = self.model.scenario.bargaining.pressure * self.pressure(party)
        return np.maximum(party.disagreement() - fallen, 0.0)

    # --- closing -----------------------------------------------------------------------------

    def _close(self, agreed: IntArray) -> None:
        """Ratify what was agreed; let rounds that ran out fail."""
        model, talks = self.model, self.model.talks
        tentative = agreed != NO_PACKAGE
        spent = (talks.exchange >= talks.limit) | (model.day >= talks.last_day)
        failed = talks.in_session & ~tentative & spent
        if tentative.any():
            refused = self._ratify(np.flatnonzero(tentative), agreed)
            failed = failed | refused
        if failed.any():
            self._fail(failed)

    def _ratify(self, rows: IntArray, agreed: IntArray) -> BoolArray:
        """Put tentative deals before both capitals; return where one of them refused."""
        model, talks, rule = self.model, self.model.talks, self.model.scenario.bargaining
        passed = np.ones(len(rows), dtype=bool)
        utilities = np.empty((len(rows), 2))
        for party in model.parties:
            side = self._delegation(party, rows)
            utilities[:, party.side] = side.utility(np.arange(len(rows)), agreed[rows])
            asked = party.asked_at_home[rows]
            asked = asked + rule.win_set_audience * max(party.config.audience, 0.0)
            passed &= ratified(utilities[:, party.side], side.reservation, asked)
        talks.tentative_day[rows] = model.day
        signed = rows[passed]
        pressure = 0.5 * (self.pressure(model.parties[0]) + self.pressure(model.parties[1]))
        model.deal.sign(signed, agreed[signed], pressure[signed])
        talks.in_session[signed] = False
        talks.failed[signed] = False
        self._note_deal(signed, agreed, utilities[passed], pressure)
        self._log_round(rows, agreed, passed, utilities)
        refused = np.zeros(model.size, dtype=bool)
        refused[rows[~passed]] = True
        return refused

    def _note_deal(
        self, rows: IntArray, agreed: IntArray, utilities: FloatArray, pressure: FloatArray
    ) -> None:
        tally = self.model.tally
        new = tally.deal_day[rows] == 0  # outcomes describe a future's first deal
        first = rows[new]
        tally.deal_day[first] = self.model.day
        tally.deal_package[first] = agreed[first]
        tally.deal_utility[first] = utilities[new]
        tally.deal_pressure[first] = pressure[first]

    def _fail(self, failed: BoolArray) -> None:
        """Announce a breakdown: accounts, grievance, a trigger for tomorrow, the next round."""
        model, talks = self.model, self.model.talks
        conflict = model.scenario.conflict
        unlogged = np.flatnonzero(failed & (talks.tentative_day != model.day))
        self._log_round(unlogged, None, None, None)
        talks.in_session[failed] = False
        talks.failed[failed] = True
        talks.broken += failed
        self.schedule(failed)
        self._publish_accounts(failed)
        for party in model.parties:
            party.resent(failed, TALKS_BREAKDOWN, conflict.grievance.breakdown)
        model.trigger.offer(failed, conflict.response.breakdown, TALKS_BREAKDOWN, (True, True))
        for mediator in model.mediators:
            mediator.spend(failed & mediator.active())

    def _publish_accounts(self, failed: BoolArray) -> None:
        """Both sides publish an account; a joint communique damps contradiction and lock-in."""
        model = self.model
        voices = [(m, m.config.credibility, MediatorFunction.communique) for m in model.mediators]
        damping = model.scenario.bargaining.communique * model.combined(voices)
        for party in model.parties:
            for k in range(party.lock_in.shape[1]):
                uniform = model.uniform(f"account/{party.name}/{k}")
                spun = failed & accounts.contradicts(uniform, party.config.spin, damping)
                most = party.config.lock_in
                party.lock_in[:, k] = accounts.lock_in(party.lock_in[:, k], spun, most, damping)
                party.other.learn(spun, trust.evidence(self.signals.contradiction))

    def _log_round(
        self,
        rows: IntArray,
        agreed: IntArray | None,
        passed: BoolArray | None,
        utilities: FloatArray | None,
    ) -> None:
        """Note how a round ended in the futures that are watched."""
        model, talks, log = self.model, self.model.talks, self.model.log
        for k, row in enumerate(rows):
            replicate = int(model.streams.replicates[row])
            if replicate >= log.watched or not model.ceasefire.in_force[row]:
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
                entry["package"] = int(agreed[row])
                entry["pakistan_utility"], entry["afghan_taliban_utility"] = utilities[k].tolist()
            log.rounds.append(entry)
