"""Rounds of talks over the calendar: attendance, a day at the table, ratification and accounts.

Knows the model's agents and the calendar; the bargaining itself is in ``negotiation.protocols``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.party import Party
from sim.config import MediatorFunction, OpponentModel, Spin, Scenario
from sim.conflict import trust
from sim.conflict.escalation import FIRE, TALKS_BREAKDOWN
from sim.negotiation import accounts
from sim.negotiation.delegation import NO_PACKAGE, Delegation, Draw
from sim.negotiation.opponent import expected_reservation, thought_worth, weight_error
from sim.negotiation.protocols import Meeting, Relay
from sim.negotiation.ratification import ratified
from sim.negotiation.scoring import score
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
        model = self.model
        rows = np.flatnonzero(model.talks.in_session & model.ceasefire.in_force)
        if not len(rows):
            return
        fire = np.maximum(model.parties[0].rung[rows], model.parties[1].rung[rows]) >= FIRE
        agreed = np.full(len(rows), NO_PACKAGE, dtype=np.int64)
        if not fire.all():
            agreed[~fire] = self._bargain(rows[~fire])
        self._close(rows, agreed)

    # --- opening -----------------------------------------------------------------------------

    def _open(self) -> None:
        model, talks = self.model, self.model.talks
        due = np.flatnonzero((talks.next_round == model.day) & ~model.deal.in_force)
        if not len(due):
            return
        attend = np.ones(len(due), dtype=bool)
        for party in model.parties:
            attend &= model.uniform(f"attend/{party.name}", due) < self._inclination(party)[due]
        day = model.day
        last = self.dated.get(day, day + self.rule.length - 1)
        exchanges = (last - day + 1) * self.protocol.sessions_per_day
        exchanges *= self.protocol.exchanges_per_session
        rows = due[attend]
        talks.next_round[rows], talks.in_session[rows] = 0, True
        talks.last_day[rows] = last
        talks.limit[rows] = min(exchanges, self.protocol.exchanges_per_round)
        talks.exchange[rows], talks.spoken[rows], talks.lean[rows] = 0, 0, self._leaning(rows)
        for estimate in model.estimates:
            estimate.previous[rows] = NO_PACKAGE
        talks.held[rows] += 1
        talks.resumed[rows] += talks.failed[rows]
        model.log.say(
            model, rows, "round_opens", round=talks.held[rows], resumed=talks.failed[rows],
            last_day=talks.last_day[rows], exchanges=talks.limit[rows],
            called_back_by=self._callers(),
        )  # fmt: skip
        self._inform(rows)
        self.schedule(due[~attend])
        model.log.incident(model, due[~attend], "round_not_held")
        model.log.say(model, due[~attend], "round_not_held")

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

    def _inform(self, rows: IntArray) -> None:
        """Mediators tell each side what they know of the other's good faith (Kydd 2003)."""
        model = self.model
        for mediator in model.mediators:
            told = rows[mediator.active(MediatorFunction.inform)[rows]]
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

    # --- a day at the table ------------------------------------------------------------------

    def _bargain(self, rows: IntArray) -> IntArray:
        """Bargain for today in these rows; return the packages agreed or -1."""
        model, talks = self.model, self.model.talks
        first, second = (self._delegation(party, rows) for party in model.parties)
        watched = model.log.watched if model.log.transcript else 0
        meeting = Meeting(
            sides=(first, second),
            tactics=model.book.tactics,
            drafts=model.book.drafts,
            mediated=self._any_active(MediatorFunction.formulate)[rows],
            relay=self._relay(rows),
            exchange=talks.exchange[rows],
            limit=talks.limit[rows],
            lean=talks.lean[rows],
            offers=talks.offers[rows],
            spoken=talks.spoken[rows],
            watched=int(np.searchsorted(model.streams.replicates[rows], watched)),
        )
        meeting.hold(self.protocol)
        talks.exchange[rows], talks.lean[rows] = meeting.exchange, meeting.lean
        talks.offers[rows], talks.spoken[rows] = meeting.offers, meeting.spoken
        for estimate, side in zip(model.estimates, meeting.sides, strict=True):
            if side.estimate is not None:
                estimate.put(rows, side.estimate)
        model.log.moves(model, rows, meeting.moves)
        return meeting.agreed

    def _delegation(self, party: Party, rows: IntArray) -> Delegation:
        model = self.model
        side = Delegation(
            model.book.tables[party.side], model.book.menus[party.side],
            model.book.reckonings[party.side], model.account[rows], party.trust[rows],
            party.lock_in[rows], self.reservation(party)[rows],
        )  # fmt: skip
        side.estimate = model.estimates[party.side].part(rows)
        side.learns = party.config.opponent_model is OpponentModel.learned
        side.draw = self._draw(rows)
        return side

    def _draw(self, rows: IntArray) -> Draw:
        """Today's uniforms by position among ``rows``."""
        return lambda purpose, at: self.model.uniform(purpose, rows[at])

    def _relay(self, rows: IntArray) -> Relay:
        """Who carries words between the sides, and how badly they are heard."""
        carried = self._any_active(MediatorFunction.relay)[rows]
        heard = self.model.combined(
            [(m, m.config.credibility, MediatorFunction.relay) for m in self.model.mediators]
        )
        noise = self.protocol.relay_noise * (1.0 - heard[rows])
        return Relay(carried, noise, self._draw(rows))

    def _any_active(self, function: MediatorFunction) -> BoolArray:
        active = np.zeros(self.model.size, dtype=bool)
        for mediator in self.model.mediators:
            active |= mediator.active(function)
        return active

    def _callers(self) -> list[str]:
        """Mediators who call the sides to the table."""
        calls = MediatorFunction.call_back
        return [m.name for m in self.model.mediators if calls in m.config.functions]

    def _leaning(self, rows: IntArray) -> FloatArray:
        """Where the first draft leans: the bias of the first mediator able to formulate."""
        lean, undecided = np.zeros(self.model.size), np.ones(self.model.size, dtype=bool)
        for mediator in self.model.mediators:
            drafting = undecided & mediator.active(MediatorFunction.formulate)
            lean[drafting] = 0.25 * mediator.config.bias
            undecided &= ~drafting
        return lean[rows]

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

    def _close(self, rows: IntArray, agreed: IntArray) -> None:
        """Ratify what was agreed; let rounds that ran out fail."""
        model, talks = self.model, self.model.talks
        tentative = agreed != NO_PACKAGE
        spent = (talks.exchange[rows] >= talks.limit[rows]) | (model.day >= talks.last_day[rows])
        failed = ~tentative & spent
        self._judge_estimates(rows[tentative | spent])
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
        sides = [self._delegation(party, rows) for party in model.parties]
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
        pressure = 0.5 * (self.pressure(model.parties[0]) + self.pressure(model.parties[1]))
        model.deal.sign(signed, agreed[passed], pressure[signed])
        talks.in_session[signed] = False
        talks.failed[signed] = False
        self._note_deal(rows, passed, agreed, utilities, sides)
        self._log_round(rows, agreed, passed, utilities)
        return passed

    def _note_deal(
        self,
        rows: IntArray,
        passed: BoolArray,
        agreed: IntArray,
        utilities: FloatArray,
        sides: list[Delegation],
    ) -> None:
        """Describe a future's first deal, and score it against the solution concepts."""
        model, tally = self.model, self.model.tally
        new = np.flatnonzero(passed & (tally.deal_day[rows] == 0))
        first = rows[new]
        tally.deal_day[first] = model.day
        tally.deal_package[first] = agreed[new]
        tally.deal_utility[first] = utilities[new]
        tally.deal_pressure[first] = model.deal.pressure[first]
        tally.deal_time[first] = model.talks.exchange[first] / model.talks.limit[first]
        payoffs = [side.reservation[new] for side in sides]
        for side in (0, 1):
            tally.deal_gain[first, side] = utilities[new, side] - payoffs[side]
        for account, efficient in enumerate(model.book.efficient):
            here = np.flatnonzero(model.account[first] == account)
            at = new[here]
            own = [
                tables.by_account[account]
                .restricted(efficient)
                .all_utilities(side.trust[at], side.lock_in[at])
                for tables, side in zip(model.book.tables, sides, strict=True)
            ]
            distance, share = score(
                (own[0], own[1]), (utilities[at, 0], utilities[at, 1]),
                (payoffs[0][here], payoffs[1][here]),
            )  # fmt: skip
            tally.deal_distance[first[here]] = distance
            tally.deal_nash_share[first[here]] = share

    def _judge_estimates(self, rows: IntArray) -> None:
        """How wrong each side is about the other at the end of a round."""
        model, talks = self.model, self.model.talks
        for party, estimate in zip(model.parties, model.estimates, strict=True):
            other = party.other
            at = rows[talks.spoken[rows, other.side] >= 2]
            if not len(at):
                continue
            truth = np.array([other.config.weights[name] for name in model.book.packages.issues])
            weights = estimate.part(at).weights()
            first = talks.offers[at, other.side, 0]
            last = talks.offers[at, other.side, talks.spoken[at, other.side] - 1]
            values = model.book.reckonings[party.side].option_values
            worth = [thought_worth(weights, values, model.account[at], p) for p in (first, last)]
            time = talks.exchange[at] / talks.limit[at]
            guess = expected_reservation(worth[0], worth[1], time)
            model.tally.weight_error[at, party.side] = weight_error(weights, truth)
            error = np.abs(guess - self.reservation(other)[at])
            model.tally.reservation_error[at, party.side] = error

    def _fail(self, rows: IntArray) -> None:
        """Announce a breakdown: accounts, grievance, a trigger for tomorrow, the next round."""
        model, talks = self.model, self.model.talks
        conflict = model.scenario.conflict
        talks.in_session[rows], talks.failed[rows] = False, True
        talks.broken[rows] += 1
        model.log.say(
            model, rows, "breakdown", communique=self._any_active(MediatorFunction.communique)[rows]
        )
        self.schedule(rows)
        self._publish_accounts(rows)
        for party in model.parties:
            party.resent(rows, TALKS_BREAKDOWN, conflict.grievance.breakdown)
        model.trigger.offer(rows, conflict.response.breakdown, TALKS_BREAKDOWN, (True, True))
        for mediator in model.mediators:
            mediator.spend(rows[mediator.active()[rows]])

    def _publish_accounts(self, rows: IntArray) -> None:
        """Both sides publish an account; a joint communique damps contradiction and lock-in."""
        model = self.model
        voices = [(m, m.config.credibility, MediatorFunction.communique) for m in model.mediators]
        damping = (model.scenario.bargaining.communique * model.combined(voices))[rows]
        for party in model.parties:
            treated = self._treated(party, rows)
            for k in range(party.lock_in.shape[1]):
                uniform = model.uniform(f"account/{party.name}/{k}", rows)
                spun = treated[:, k] & accounts.contradicts(
                    uniform, party.config.spin_chance, damping
                )
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
            here = np.flatnonzero((model.account[rows] == account) & (spoken > 0))
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
                entry["package"] = int(agreed[k])
                entry["pakistan_utility"], entry["afghan_taliban_utility"] = utilities[k].tolist()
            log.rounds.append(entry)
