"""The model: a day, in order, for every future at once.

``CeasefireModel`` is an ordinary Mesa model whose agents hold arrays over the replicate axis. It
knows no Hydra and no file. A future whose ceasefire has collapsed is written out that day; what
happens to its row afterwards is not read, and the row is dropped when enough have ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import mesa
import numpy as np

from sim import records
from sim.agents.afghan_taliban import AfghanTaliban
from sim.agents.mediator import Mediator, left_undone
from sim.agents.militants import MilitantGroup
from sim.agents.pakistan import Pakistan
from sim.agents.party import Party
from sim.agents.players import Players
from sim.book import ACCOUNTS, accounts_in_use, book
from sim.config import MediatorFunction, Scenario
from sim.conflict.ceasefire import Ceasefire
from sim.conflict.escalation import NO_CAUSE, Trigger
from sim.conflict.implementation import Crossings, Deal, Terms
from sim.negotiation.opponent import Estimate
from sim.negotiation.protocols import Talks
from sim.randomness import FloatArray, IntArray, Streams, WordArray
from sim.replicates import PerReplicate, where
from sim.steps import beliefs, events, implementation, incidents, responses, status
from sim.steps.rounds import Rounds

NO_SET = -1  # number of the parameter set where the scenario has none
ENDED_BEFORE_COMPACTION = 1 / 8  # share of rows that must have ended before rows are dropped


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
    transcript : bool
        Whether what is said in the talks of those futures is kept too (``log.said``).
    parameter_set : int or None
        Where each future draws one of the scenario's parameter sets: hold only those of the
        ``replicates`` futures that draw this one. None holds all, which must have drawn the same.

    Raises
    ------
    ValueError
        If replicates, seed, first or branch is out of range, or no single parameter set holds.
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
        transcript: bool = False,
        parameter_set: int | None = None,
    ) -> None:
        if replicates < 1:
            raise ValueError(f"replicates is {replicates}; allowed are whole numbers from 1")
        streams = Streams(seed, first, replicates, branch)  # refuses what is out of range
        scenario, self.parameter_set = _settled(scenario, streams, parameter_set)
        replicates = len(streams.replicates)
        super().__init__(rng=seed)
        self.running: bool = True
        self._parameters, self.seed, self.streams = scenario, seed, streams
        self.day = 0
        self.players = Players()  # a game puts its persons here
        self._settle_accounts()
        self.ceasefire = Ceasefire(replicates, scenario.conflict.tension.initial)
        self.trigger = Trigger(replicates)
        self.monitors = 0.0  # strength in [0, 1] of monitors who work without any deal
        self.deal = Deal(replicates)
        self.crossings = Crossings(replicates, scenario.conflict.border)
        self.talks = Talks(replicates, scenario.protocol.exchanges_per_round)
        issues = len(scenario.agenda.issues)
        self.estimates = (Estimate(replicates, issues), Estimate(replicates, issues))
        self.tally = records.Tally(replicates)
        self.militants = [MilitantGroup(self, n, c) for n, c in scenario.militants.items()]
        self.mediators = [Mediator(self, n, c) for n, c in scenario.mediators.items()]
        self.parties: tuple[Party, Party] = (
            Pakistan(self, scenario.pakistan),
            AfghanTaliban(self, scenario.afghan_taliban),
        )
        self.rounds = Rounds(self)
        self.outcomes = records.Outcomes(streams.replicates)
        self.spells = records.Spells()
        self.log = records.Log(watched, transcript)
        self.open_book()
        self.begin_day()

    @property
    def scenario(self) -> Scenario:
        """What holds in every future; a model keeps the scenario it was made with."""
        return self._parameters

    @scenario.setter
    def scenario(self, _: object) -> None:
        """Leave out the scenario that Mesa 3.5 gives every model; it is another kind of thing."""

    # --- the day -----------------------------------------------------------------------------

    def step(self) -> None:
        """One day, in the order of the model's description; nothing once every future has ended.

        Where ceasefires are renewable no future ends for good.
        """
        if not self.running:
            return
        self.day += 1
        self.begin_day()
        events.apply(self)
        incidents.attack(self)
        incidents.clash(self)
        incidents.attribute(self)
        chain = responses.respond(self)
        responses.counter_or_contain(self, chain)
        self.rounds.hold()
        implementation.carry_out(self)
        beliefs.revise(self)
        collapsed = status.check(self)
        if len(collapsed):
            self._record(collapsed)
        if self.scenario.ceasefire.renewable:
            status.renew(self)
        elif len(collapsed):
            self.running = bool(self.ceasefire.in_force.any())

    def run(self, horizon: int, daily: records.Daily | None = None) -> records.Outcomes:
        """Step to the horizon and return one row of outcomes per future."""
        while self.running and self.day < horizon:
            self.step()
            if daily is not None:
                daily.write(self)
            self._drop_ended()
        self._record(where(self.ceasefire.in_force))
        return self.outcomes

    def _record(self, rows: IntArray) -> None:
        """Write out the spells that are over in these rows, and the futures whose first it was."""
        self.outcomes.write(self, rows[self.ceasefire.spell[rows] == 1])
        if self.scenario.ceasefire.renewable:
            self.spells.write(self, rows)

    def release(self) -> None:
        """Give back the memory of a model that is no longer needed.

        Mesa refers to every model for ever (it numbers agents by model), so arrays must go by hand.
        """
        self._keep(np.empty(0, dtype=np.int64))
        self.outcomes = records.Outcomes(np.empty(0, dtype=np.int64))
        self.spells = records.Spells()
        self.running = False

    def fork(
        self, n: int, *, branch: int | None = None, replicate: int | None = None,
        scenario: Scenario | None = None,
    ) -> CeasefireModel:  # fmt: skip
        """Continue one future into ``n`` with fresh chance from tomorrow on.

        Private information and everything that has happened are kept. Forks with the same branch
        share their chance events, so two scenarios can be compared pairwise from one state.

        Parameters
        ----------
        n : int >= 1
        branch : int >= 1; the next after this model's own if not given, so that a fork of a fork
            does not meet its parent's chance again
        replicate : number of the future to continue; the first held if not given
        scenario : what holds from tomorrow on; the same scenario if not given. Issues, options
            and whose account is used must be the same, what options are worth and do may differ;
            mediators and groups are matched by name.

        Raises
        ------
        ValueError
            If the future has ended or is not held here, or the issues differ.
        """
        replicate = int(self.streams.replicates[0]) if replicate is None else replicate
        found = where(self.streams.replicates == replicate)
        if not len(found) or not self.ceasefire.in_force[found[0]]:
            raise ValueError(f"replicate {replicate} is not in force here; it cannot be continued")
        branch = self.streams.branch + 1 if branch is None else branch
        if branch < 1:
            raise ValueError(f"branch is {branch}; forks are numbered from 1")
        scenario = self.scenario if scenario is None else self._of_my_set(scenario)
        if _on_the_table(scenario) != _on_the_table(self.scenario):
            raise ValueError(
                "a fork keeps the issues, their options and whose account is used; the scenario "
                "given changes them"
            )
        child = CeasefireModel(scenario, n, self.seed, branch=branch, watched=self.log.watched)
        child.day, child.parameter_set = self.day, self.parameter_set
        rows = np.full(n, found[0], dtype=np.int64)
        child.account = self.account[rows]
        child.monitors = self.monitors
        mine = self.states()
        for name, state in child.states().items():
            if name in mine:
                state.copy_from(mine[name])
                state.take(rows)
        for party in child.parties:  # menus are exact up to the scenario's own lock-in
            party.lock_in = np.minimum(party.lock_in, party.config.lock_in)
        child.open_book()  # a mediator who verifies may have left or joined since day 0
        child.rounds.take_over(self.scenario)
        child.begin_day()
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

    @property
    def kabul(self) -> AfghanTaliban:
        """The party whose cohesion handing people over costs."""
        party = self.parties[1]
        assert isinstance(party, AfghanTaliban)
        return party

    def verified(self, rows: IntArray) -> FloatArray:
        """V in force in these rows, by the deal or by monitors without one, (len(rows),)."""
        by_deal: FloatArray = self.terms.verified[self.deal.package[rows]]
        return np.maximum(by_deal, self.monitors)

    def uniform(self, purpose: str, rows: IntArray | None = None) -> FloatArray:
        """Today's uniforms for a purpose, shape (R,), or of some rows only."""
        return self.streams.uniform(purpose, self.day, rows)

    def struck(self, purpose: str, chance: FloatArray, rows: IntArray | None = None) -> IntArray:
        """Positions among these rows (or all) at which an event of this chance happens today."""
        return self.streams.below(purpose, self.day, chance, rows)

    def words(self, purpose: str, rows: IntArray) -> WordArray:
        """Today's words for a purpose in some rows, for ``randomness.further``."""
        return self.streams.words(purpose, self.day, rows)

    def combined(
        self,
        share: Callable[[Mediator], float],
        function: MediatorFunction | None = None,
        rows: IntArray | None = None,
    ) -> FloatArray:
        """Joint strength of mediators who act independently: 1 - prod(1 - share), (R,) or of rows.

        Of those who offer the function, if one is named.
        """
        without = np.ones(self.size if rows is None else len(rows))
        for mediator in self.mediators:
            without = left_undone(without, share(mediator), mediator.active(function, rows))
        return 1.0 - without

    def leverage_on(
        self, side: int, function: MediatorFunction | None = None, rows: IntArray | None = None
    ) -> FloatArray:
        """Mediators' joint pull on a side, (R,) or of rows."""
        return self.combined(lambda mediator: mediator.leverage(side), function, rows)

    def _of_my_set(self, scenario: Scenario) -> Scenario:
        """A scenario with the parameter set that this model's futures drew."""
        if not scenario.parameter_sets:
            return scenario
        if not 0 <= self.parameter_set < len(scenario.parameter_sets):
            raise ValueError(
                "the scenario given has parameter sets, of which this future drew none"
            )
        return scenario.of_set(self.parameter_set)

    def begin_day(self) -> None:
        """Clear what belongs to one day only."""
        for party in self.parties:
            party.rung = np.zeros(self.size, dtype=np.int64)
        self.day_of_year = (self.scenario.start + dt.timedelta(self.day)).timetuple().tm_yday
        self.chain_cause = np.full(self.size, NO_CAUSE, dtype=np.int64)
        self.attributed_today = np.zeros(self.size, dtype=bool)
        self.violated_today = np.zeros((self.size, 2), dtype=bool, order="F")
        self.leverage = tuple(self.leverage_on(side) for side in range(2))

    def _settle_accounts(self) -> None:
        """Decide whose account of the contested positions each future uses."""
        accounts = self.scenario.accounts
        self.accounts_used = used = accounts_in_use(self.scenario)
        self.account_codes = np.array([ACCOUNTS.index(name) for name in used])
        kabul = self.streams.uniform("account", 0) >= accounts.probability_islamabad
        self.account: IntArray = (kabul if len(used) > 1 else np.zeros_like(kabul)).astype(np.int64)

    def open_book(self) -> None:
        """Tabulate packages; again whenever who verifies has changed."""
        absent = 1.0 - self.monitors
        for mediator in self.mediators:
            if MediatorFunction.verify in mediator.config.functions and mediator.present.any():
                absent *= 1.0 - mediator.config.credibility
        self.verifiers = 1.0 - absent
        self.book = book(self.scenario, self.accounts_used, self.verifiers)

    def states(self) -> dict[str, PerReplicate]:
        """Everything with arrays over the replicate axis, by name."""
        states: dict[str, PerReplicate] = {
            name: getattr(self, name)
            for name in ("ceasefire", "trigger", "deal", "crossings", "talks", "tally")
        }
        states["estimate/pakistan"], states["estimate/afghan_taliban"] = self.estimates
        agents: tuple[Party | Mediator | MilitantGroup, ...]
        agents = (*self.parties, *self.mediators, *self.militants)
        states.update({f"{type(agent).__name__}/{agent.name}": agent for agent in agents})
        return states

    def _drop_ended(self) -> None:
        """Drop the rows of ended futures once enough have ended, if they stay ended."""
        if self.scenario.ceasefire.renewable:
            return
        alive = self.ceasefire.in_force
        ended = len(alive) - int(alive.sum())
        if ended < max(1, ENDED_BEFORE_COMPACTION * len(alive)) or ended == len(alive):
            return
        self._keep(where(alive))

    def _keep(self, rows: IntArray) -> None:
        """Hold only these rows from now on."""
        self.streams.take(rows)
        self.account = self.account[rows]
        for state in self.states().values():
            state.take(rows)


def _on_the_table(scenario: Scenario) -> tuple[object, ...]:
    """What a state of talks and lock-in refers to: issues, options, disputes and accounts."""
    issues = {name: (tuple(x.options), x.contested) for name, x in scenario.agenda.issues.items()}
    return scenario.accounts.name, tuple(issues.items())


def drawn_sets(scenario: Scenario, streams: Streams) -> IntArray:
    """Number of the parameter set that each future draws, (R,); -1 where there are none."""
    sets = len(scenario.parameter_sets)
    if not sets:
        return np.full(len(streams.replicates), NO_SET, dtype=np.int64)
    return (streams.uniform("parameters", 0) * sets).astype(np.int64)


def _settled(scenario: Scenario, streams: Streams, wanted: int | None) -> tuple[Scenario, int]:
    """The scenario with the set that holds, and its number; keeps only the futures that drew it."""
    drawn = drawn_sets(scenario, streams)
    number = int(drawn[0]) if wanted is None else wanted
    rows = np.flatnonzero(drawn == number)
    if not len(rows) or (wanted is None and len(rows) < len(drawn)):
        raise ValueError(
            "futures of this scenario draw different parameter sets; use sim.simulate, one future, "
            "or name the parameter_set of some of them"
        )
    streams.take(rows)
    return (scenario if number == NO_SET else scenario.of_set(number)), number
