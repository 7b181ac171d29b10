"""The model: a day, in order, for every future at once.

``CeasefireModel`` is an ordinary Mesa model whose agents hold arrays over the replicate axis. It
knows no Hydra and no file. A future whose ceasefire has collapsed is written out that day; what
happens to its row afterwards is not read, and the row is dropped when enough have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import mesa
import numpy as np

from sim import records
from sim.agents.afghan_taliban import AfghanTaliban
from sim.agents.mediator import Mediator
from sim.agents.militants import MilitantGroup
from sim.agents.pakistan import Pakistan
from sim.agents.party import Party
from sim.config import AccountName, EventKind, MediatorFunction, Scenario
from sim.conflict import escalation, trust
from sim.conflict.attacks import attributed
from sim.conflict.ceasefire import COLLAPSE, REPUDIATION, Ceasefire
from sim.conflict.escalation import ATTACK, BORDER_CLASH, SHOCK, VIOLATION, Trigger, next_turns
from sim.conflict.implementation import Crossings, Deal, Terms, detection_chance, share_moved, terms
from sim.negotiation.agenda import Packages, packages, verification
from sim.negotiation.protocols import Talks, drafts
from sim.negotiation.utility import Menu, Table, menu, table
from sim.randomness import BoolArray, FloatArray, IntArray, Streams
from sim.replicates import PerReplicate
from sim.rounds import Rounds

ENDED_BEFORE_COMPACTION = 1 / 8  # share of rows that must have ended before rows are dropped
ACCOUNTS = ("islamabad", "kabul")


@dataclass(frozen=True)
class Book:
    """Everything about packages that a scenario fixes: tables, menus, drafts and terms."""

    packages: Packages
    tables: tuple[tuple[Table, ...], ...]
    menus: tuple[tuple[Menu, ...], ...]
    drafts: tuple[IntArray, ...]
    terms: Terms


class CeasefireModel(mesa.Model):  # type: ignore[misc]
    """``replicates`` futures of one scenario under one seed.

    Parameters
    ----------
    scenario : Scenario
    replicates : int >= 1
        How many futures are carried in lock-step.
    seed : int in [0, 2**64)
    first : int >= 0
        Number of the first future; with ``replicates=1`` this replays a single one.
    branch : int >= 0
        0 for a run from day 0; forks have their own.
    watched : int >= 0
        Rounds and incidents are logged for futures numbered below this.

    Raises
    ------
    ValueError
        If replicates, seed, first or branch is out of range.
    """

    def __init__(
        self,
        scenario: Scenario,
        replicates: int = 1,
        seed: int = 0,
        *,
        first: int = 0,
        branch: int = 0,
        watched: int = 1,
    ) -> None:
        if replicates < 1:
            raise ValueError(f"replicates is {replicates}; allowed are whole numbers from 1")
        super().__init__(rng=seed)
        self.scenario, self.seed = scenario, seed
        self.streams = Streams(seed, first, replicates, branch)
        self.day = 0
        self._settle_accounts()
        self.ceasefire = Ceasefire(replicates, scenario.conflict.tension.initial)
        self.trigger = Trigger(replicates)
        self.deal = Deal(replicates)
        self.crossings = Crossings(replicates, scenario.conflict.border)
        self.talks = Talks(replicates)
        self.tally = records.Tally(replicates)
        self.militants = [MilitantGroup(self, n, c) for n, c in scenario.militants.items()]
        self.mediators = [Mediator(self, n, c) for n, c in scenario.mediators.items()]
        self.parties: tuple[Party, Party] = (
            Pakistan(self, scenario.pakistan),
            AfghanTaliban(self, scenario.afghan_taliban),
        )
        self.rounds = Rounds(self)
        self.outcomes = records.Outcomes(first, replicates)
        self.log = records.Log(watched)
        self._open_book()
        self._begin_day()

    # --- the day -----------------------------------------------------------------------------

    def step(self) -> None:
        """One day, in the order of the model's description; nothing once every future has ended."""
        if not self.running:
            return
        self.day += 1
        self._begin_day()
        self.apply_events()
        self.attack()
        self.clash()
        self.attribute()
        self.respond()
        self.counter_or_contain()
        self.rounds.hold()
        self.implement()
        self.revise_beliefs()
        self.check_status()

    def run(self, horizon: int, daily: records.Daily | None = None) -> records.Outcomes:
        """Step to the horizon and return one row of outcomes per future."""
        while self.running and self.day < horizon:
            self.step()
            if daily is not None:
                daily.write(self)
            self._drop_ended()
        self.outcomes.write(self, np.flatnonzero(self.ceasefire.in_force))
        return self.outcomes

    def fork(
        self, n: int, *, branch: int = 1, replicate: int | None = None,
        scenario: Scenario | None = None,
    ) -> CeasefireModel:  # fmt: skip
        """Continue one future into ``n`` with fresh chance from tomorrow on.

        Private information and everything that has happened are kept. Forks with the same branch
        share their chance events, so two scenarios can be compared pairwise from one state.

        Parameters
        ----------
        n : int >= 1
        branch : int >= 1
        replicate : number of the future to continue; the first held if not given
        scenario : what holds from tomorrow on; the same scenario if not given. Its agenda and
            accounts must be the same; mediators and groups are matched by name.

        Raises
        ------
        ValueError
            If the future has ended or is not held here, or the agenda differs.
        """
        replicate = int(self.streams.replicates[0]) if replicate is None else replicate
        found = np.flatnonzero(self.streams.replicates == replicate)
        if not len(found) or not self.ceasefire.in_force[found[0]]:
            raise ValueError(f"replicate {replicate} is not in force here; it cannot be continued")
        if branch < 1:
            raise ValueError(f"branch is {branch}; forks are numbered from 1")
        scenario = scenario or self.scenario
        if (scenario.agenda, scenario.accounts) != (self.scenario.agenda, self.scenario.accounts):
            raise ValueError("a fork keeps its agenda and accounts; the scenario given changes them")
        child = CeasefireModel(scenario, n, self.seed, branch=branch, watched=self.log.watched)
        child.day = self.day
        rows = np.full(n, found[0], dtype=np.int64)
        child.account = self.account[rows]
        mine = self._states()
        for name, state in child._states().items():
            if name in mine:
                state.copy_from(mine[name])
                state.take(rows)
        child._begin_day()
        return child

    # --- what the steps share ----------------------------------------------------------------

    @property
    def size(self) -> int:
        """Number of futures held, R."""
        return len(self.streams.replicates)

    @property
    def terms(self) -> Terms:
        """What each package does."""
        return self.book.terms

    def uniform(self, purpose: str) -> FloatArray:
        """Today's uniforms for a purpose, shape (R,)."""
        return self.streams.uniform(purpose, self.day)

    def combined(self, shares: list[tuple[Mediator, float, MediatorFunction | None]]) -> FloatArray:
        """Joint strength, shape (R,), of mediators who act independently: 1 - prod(1 - share)."""
        without = np.ones(self.size)
        for mediator, share, function in shares:
            without = without * (1.0 - share * mediator.active(function))
        return 1.0 - without

    def _begin_day(self) -> None:
        for party in self.parties:
            party.rung = np.zeros(self.size, dtype=np.int64)
        self.chain_cause = np.full(self.size, escalation.NO_CAUSE, dtype=np.int64)
        self.attributed_today = np.zeros(self.size, dtype=bool)
        self.violated_today = np.zeros((self.size, 2), dtype=bool)
        self.leverage = tuple(
            self.combined([(m, m.leverage(side), None) for m in self.mediators])
            for side in range(2)
        )

    def _settle_accounts(self) -> None:
        """Decide whose account of the contested positions each future uses."""
        accounts = self.scenario.accounts
        used = ACCOUNTS if accounts.name is AccountName.mixed else (accounts.name.value,)
        self.accounts_used = used
        self.account_codes = np.array([ACCOUNTS.index(name) for name in used])
        kabul = self.streams.uniform("account", 0) >= accounts.probability_islamabad
        self.account: IntArray = (kabul if len(used) > 1 else np.zeros_like(kabul)).astype(np.int64)

    def _open_book(self) -> None:
        """Tabulate packages; again whenever who verifies has changed."""
        absent = 1.0
        for mediator in self.mediators:
            if MediatorFunction.verify in mediator.config.functions and mediator.present.any():
                absent *= 1.0 - mediator.config.credibility
        self.book = _book(_Key(self.scenario), self.accounts_used, 1.0 - absent)

    def _states(self) -> dict[str, PerReplicate]:
        """Everything with arrays over the replicate axis, by name."""
        states: dict[str, PerReplicate] = {
            name: getattr(self, name)
            for name in ("ceasefire", "trigger", "deal", "crossings", "talks", "tally")
        }
        for agent in (*self.parties, *self.mediators, *self.militants):
            states[f"{type(agent).__name__}/{agent.name}"] = agent
        return states

    def _drop_ended(self) -> None:
        """Drop the rows of ended futures once enough have ended."""
        alive = self.ceasefire.in_force
        ended = len(alive) - int(alive.sum())
        if ended < max(1, ENDED_BEFORE_COMPACTION * len(alive)) or ended == len(alive):
            return
        rows = np.flatnonzero(alive)
        self.streams.take(rows)
        self.account = self.account[rows]
        for state in self._states().values():
            state.take(rows)

    # --- 1 scheduled events ------------------------------------------------------------------

    def apply_events(self) -> None:
        """Let the events scheduled for today happen (attacks are added in the next step)."""
        if not self.scenario.switches.events:
            return
        everyone = np.ones(self.size, dtype=bool)
        for event in self.scenario.events.values():
            if event.day != self.day:
                continue
            if event.kind is EventKind.bagram_statement:
                assured = self.terms.assurance[self.deal.package] * self.deal.delivered[:, 0]
                size = event.size * (1.0 - assured)
                self.trigger.offer(everyone, size, SHOCK, (False, True))
                amount = self.scenario.conflict.grievance.shock * size
                self.parties[1].resent(everyone, SHOCK, amount)
            elif event.kind in (EventKind.border_opens, EventKind.border_closes):
                opened = event.size if event.kind is EventKind.border_opens else 1.0 - event.size
                self.crossings.policy[:] = self.crossings.closure[:] = 1.0 - opened
            elif event.kind is EventKind.evidence_handed_over:
                gain = event.size * trust.evidence(self.scenario.conflict.trust.signals.delivery)
                self.parties[1].learn(everyone, gain)
            elif event.kind is EventKind.custody_carried_out:
                gain = event.size * trust.evidence(self.scenario.conflict.trust.signals.delivery)
                self.parties[0].learn(everyone, gain)
            for mediator in self.mediators:
                if mediator.name == event.target:
                    mediator.present[:] = event.kind is EventKind.mediator_joins
                    self._open_book()

    # --- 2 attacks ---------------------------------------------------------------------------

    def attack(self) -> None:
        """Militant attacks: background, excitation and spoiling; then scheduled ones."""
        window = self.rounds.spoiling_window()
        for group in self.militants:
            if self.scenario.switches.attacks:
                group.attack(window)
            else:
                group.rest()
        if self.scenario.switches.events:
            for event in self.scenario.events.values():
                for group in self.militants:
                    due = event.day == self.day and event.kind is EventKind.attack
                    if due and event.target == group.name:
                        group.strike_once(round(event.size))

    # --- 3 incidents -------------------------------------------------------------------------

    def clash(self) -> None:
        """Spontaneous border clashes, likelier under tension."""
        rule = self.scenario.conflict.clashes
        if not self.scenario.switches.clashes or rule.rate == 0:
            return
        chance = np.minimum(rule.rate * np.exp(rule.tension * self.ceasefire.tension), 1.0)
        clash = self.uniform("clash") < chance
        if not clash.any():
            return
        severity = -rule.severity * np.log1p(-self.uniform("clash/severity"))
        self.trigger.offer(clash, severity, BORDER_CLASH, (True, True))
        self.tally.clashes += clash
        self.log.incident(self, clash, "border_clash", severity=severity)

    # --- 4 attribution -----------------------------------------------------------------------

    def attribute(self) -> None:
        """Lay the day's salient attacks at Kabul's door, rightly or wrongly."""
        rule = self.scenario.conflict.attribution
        deaths = np.zeros(self.size, dtype=np.int64)
        shared = self.terms.evidence[self.deal.package] * self.deal.delivered[:, 0]
        shared = np.maximum(shared, rule.standing_evidence)
        for group in self.militants:
            salient = group.worst >= rule.salience
            if not salient.any():
                continue
            origin = group.from_afghan_soil()
            blamed = attributed(
                self.uniform(f"attribution/{group.name}"), salient, origin,
                self.parties[0].trust, self.terms.verified[self.deal.package],
                shared, rule,
            )  # fmt: skip
            deaths = deaths + np.where(blamed, group.worst, 0)
            self.attributed_today |= blamed
            self.tally.attributed += blamed
            self.tally.misattributed += blamed & ~origin
            self.log.incident(
                self, salient, "attack", group=group.name, deaths=group.worst,
                attributed=blamed, from_afghan_soil=origin,
            )  # fmt: skip
        if self.attributed_today.any():
            pressure = rule.per_log_death * np.log1p(deaths)
            self.trigger.offer(self.attributed_today, pressure, ATTACK, (True, False))
            amount = self.scenario.conflict.grievance.attack * pressure
            self.parties[0].resent(self.attributed_today, ATTACK, amount)
            strength = self.scenario.afghan_taliban.believed_capacity
            self.parties[0].learn(self.attributed_today, trust.attack_evidence(strength))

    # --- 5 responses, 6 containment ----------------------------------------------------------

    def respond(self) -> None:
        """The injured side answers the day's trigger; both at once after a clash."""
        if not self.scenario.switches.responses:
            self.trigger.clear()
        self.chain_cause = self.trigger.cause.copy()
        self.acting = self.trigger.injured & self.ceasefire.in_force[:, None]
        pressure = np.stack([self.trigger.severity, self.trigger.severity], axis=1)
        self.answered = self._answers(0, pressure)
        self.trigger.clear()

    def counter_or_contain(self) -> None:
        """Counters alternate until restraint, the bound, or a mediator breaks the chain."""
        rule = self.scenario.conflict.response
        contained = np.zeros(self.size, dtype=bool)
        for link in range(1, rule.links + 1):
            turns = next_turns(self.acting, self.answered, rule.counter_from)
            turns &= ~contained[:, None]
            if not turns.any():
                return
            if link == rule.links:  # cut off by the bound: the rest waits for tomorrow
                for cause in np.unique(self.chain_cause[turns.any(axis=1)]):
                    where = turns.any(axis=1) & (self.chain_cause == cause)
                    self.trigger.offer(where, rule.unfinished, int(cause), turns)
                return
            contained |= self._contained(turns.any(axis=1), link)
            suffered = self.answered[:, ::-1] * rule.counter
            self.acting = turns & ~contained[:, None]
            self.answered = self._answers(link, suffered)

    def _answers(self, link: int, pressure: FloatArray) -> IntArray:
        """Let those whose turn it is choose a rung; return (R, 2), 0 where it is nobody's turn."""
        chosen = np.zeros((self.size, 2), dtype=np.int64)
        for party in self.parties:
            rows = np.flatnonzero(self.acting[:, party.side])
            if not len(rows):
                continue
            uniform = self.uniform(f"response/{party.name}/{link}")[rows]
            rungs = party.respond(uniform, pressure[rows, party.side], rows)
            party.act(rows, rungs)
            chosen[rows, party.side] = rungs
        return chosen

    def _contained(self, where: BoolArray, link: int) -> BoolArray:
        """Whether a mediator breaks the chain here; each attempt costs it patience."""
        rule = self.scenario.conflict.response
        broken = np.zeros(self.size, dtype=bool)
        for mediator in self.mediators:
            tries = where & mediator.active(MediatorFunction.contain)
            if not tries.any():
                continue
            pull = 0.5 * (mediator.leverage(0) + mediator.leverage(1))
            uniform = self.uniform(f"containment/{mediator.name}/{link}")
            broken |= tries & (uniform < rule.containment * pull)
            mediator.spend(tries)
        self.tally.contained += broken
        return broken

    # --- 8 implementation --------------------------------------------------------------------

    def implement(self) -> None:
        """Carry deals out, let them be violated, and find out; then the crossings."""
        deal, rule = self.deal, self.scenario.conflict.implementation
        if deal.in_force.any():
            self._deliver()
            self._violate()
            lapsed = deal.in_force & (deal.violations >= rule.tolerance)
            deal.lapse(lapsed)
            self.tally.deal_lapsed_day[lapsed] = self.day
            self.rounds.schedule(lapsed)
        opened = self.terms.border[deal.package] * deal.delivered[:, 0]
        costs = (self.scenario.pakistan.closure_cost, self.scenario.afghan_taliban.closure_cost)
        acted = np.maximum(self.parties[0].rung, self.parties[1].rung) >= escalation.PROTEST
        self.crossings.close(acted)
        self.tally.closed_days += self.crossings.closure
        self.crossings.day(self.scenario.conflict.border, opened, costs)
        self._suppress()

    def _deliver(self) -> None:
        """Each side moves towards what it is willing and able to deliver."""
        deal, rule = self.deal, self.scenario.conflict.implementation
        first = deal.in_force & (deal.age == 0)
        moved = share_moved(rule.build_up)
        for party in self.parties:
            target = party.delivery_target() * deal.in_force
            gap = target - deal.delivered[:, party.side]
            deal.delivered[:, party.side] += gap * moved
        for group in self.militants:
            burst = self.terms.backlash[deal.package] * deal.delivered[:, 1] / moved
            group.backlash = group.backlash + np.where(first, burst, 0.0)
        delivered = self.terms.suppression[deal.package] * deal.delivered[:, 1]
        seen = self.uniform("delivery") < rule.delivery * delivered
        self.parties[0].learn(seen, trust.evidence(self.scenario.conflict.trust.signals.delivery))
        deal.age = deal.age + deal.in_force

    def _violate(self) -> None:
        """Violations by what is not delivered, or by a strike that was promised away."""
        deal, conflict = self.deal, self.scenario.conflict
        verified = self.terms.verified[deal.package]
        chance = detection_chance(conflict.implementation, verified)
        promised_away = self.terms.restraint[deal.package] >= 1.0
        for party in self.parties:
            short = 1.0 - party.delivery_target()
            breach = self.uniform(f"violation/{party.name}") < conflict.implementation.violation * short
            found = deal.in_force & breach & (self.uniform(f"detection/{party.name}") < chance)
            if party.side == 0:
                found |= deal.in_force & promised_away & (party.rung >= escalation.STRIKE)
            injured = (party.side == 1, party.side == 0)
            self.trigger.offer(found, conflict.response.violation, VIOLATION, injured)
            party.other.resent(found, VIOLATION, conflict.grievance.violation)
            party.other.learn(found, trust.evidence(conflict.trust.signals.violation))
            deal.violations = deal.violations + found
            self.tally.violations += found
            self.violated_today[:, party.side] = found
            self.log.incident(self, found, "violation", party=party.name)

    def _suppress(self) -> None:
        """Kabul's measures reach the groups; confinement leaks, handovers provoke and cost."""
        deal, rule = self.deal, self.scenario.conflict.implementation
        moved = share_moved(rule.build_up)
        kept = (1.0 - self.terms.leakage[deal.package]) ** deal.age
        sharper = 1.0 + rule.evidence * self.terms.evidence[deal.package] * deal.delivered[:, 0]
        effort = self.terms.suppression[deal.package] * deal.delivered[:, 1] * kept * sharper
        for group in self.militants:
            group.restrained_by(np.minimum(effort, 1.0), moved)
            group.backlash = group.backlash * np.exp(-1.0 / rule.backlash_days)
        kabul = self.parties[1]
        assert isinstance(kabul, AfghanTaliban)
        kabul.pay_cohesion(self.terms.cohesion[deal.package] * deal.in_force, moved)

    # --- 9 beliefs ---------------------------------------------------------------------------

    def revise_beliefs(self) -> None:
        """Turn the day's acts into tension, grievance and trust; let them fade."""
        rule, signals = self.scenario.conflict.grievance, self.scenario.conflict.trust.signals
        for party in self.parties:
            suffered = party.other.rung
            fire = suffered >= escalation.FIRE
            if fire.any():
                strike = suffered >= escalation.STRIKE
                party.learn(fire & ~strike, trust.evidence(signals.fire))
                party.learn(strike, trust.evidence(signals.strike))
                amount = rule.fire * (suffered - 1.0)
                for cause in np.unique(self.chain_cause[fire]):
                    party.resent(fire & (self.chain_cause == cause), int(cause), amount)
            quiet = ~fire & ~self.violated_today[:, party.other.side]
            if party.side == 0:
                quiet &= ~self.attributed_today
            party.learn(quiet, trust.evidence(signals.quiet))
            for rung in range(1, 5):
                party.acts[:, rung] += party.rung == rung
        for party in self.parties:
            party.pass_day()
        for mediator in self.mediators:
            mediator.pass_day()
        tension = self.scenario.conflict.tension
        rungs = (self.parties[0].rung, self.parties[1].rung)
        self.ceasefire.feel(rungs, tension.rungs, tension.half_life)

    # --- 10 status ---------------------------------------------------------------------------

    def check_status(self) -> None:
        """Check every definition of the ceasefire's end and write out the futures that collapsed."""
        state, rule = self.ceasefire, self.scenario.ceasefire
        rungs = np.stack([party.rung for party in self.parties], axis=1)
        state.record_rungs(self.day, rungs, self.chain_cause, rule.consecutive_days)
        if self.scenario.switches.repudiation:
            for party in self.parties:
                over = party.repudiates() & state.in_force
                if over.any():
                    cause = party.grievance.argmax(axis=1)
                    state.end(REPUDIATION, over, self.day, cause)
                    state.end(COLLAPSE, over, self.day, cause)
        if rule.exogenous_hazard > 0:
            struck = self.uniform("exogenous") < rule.exogenous_hazard
            state.end(COLLAPSE, struck, self.day, SHOCK)
        collapsed = state.close(self.day)
        if collapsed.any():
            self.outcomes.write(self, np.flatnonzero(collapsed))
            self.running = bool(state.in_force.any())


class _Key:
    """A scenario as a cache key: equal when everything that fixes the book is equal."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.text = repr((scenario.agenda, scenario.accounts, scenario.parties))

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.text == self.text


@lru_cache(maxsize=32)
def _book(key: _Key, accounts_used: tuple[str, ...], verifiers: float) -> Book:
    """Tabulate every package once per scenario: tables, menus, drafts and terms."""
    scenario = key.scenario
    everything = packages(scenario.agenda)
    verified = verification(scenario.agenda, everything, verifiers)
    tables: list[list[Table]] = [[], []]
    for name in accounts_used:
        account = getattr(scenario.accounts, name)
        for side in range(2):
            tables[side].append(
                table(side, scenario.parties, scenario.agenda, everything, verified, account)
            )
    menus: list[list[Menu]] = [[], []]
    texts = []
    for k in range(len(accounts_used)):
        known = [tables[side][k].at(scenario.parties[side].trust) for side in range(2)]
        for side in range(2):
            most = scenario.parties[side].lock_in
            menus[side].append(menu(tables[side][k], known[1 - side], most))
        payoffs = (scenario.pakistan.disagreement, scenario.afghan_taliban.disagreement)
        texts.append(drafts(np.stack(known, axis=1), payoffs))
    return Book(
        everything, tuple(map(tuple, tables)), tuple(map(tuple, menus)), tuple(texts),
        terms(scenario.agenda, everything, verifiers),
    )  # fmt: skip
