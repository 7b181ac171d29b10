"""The Mesa face of the futures: a model that steps, runs and forks, and its agents.

The model and its agents are views of records; what a day does is in ``sim.rules.day``. Knows no
Hydra and no file.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

with warnings.catch_warnings():  # in notebooks: of a progress bar that nothing here shows
    warnings.filterwarnings("ignore", message="IProgress not found")
    import mesa

from sim import records
from sim.agents.mediator import Mediator
from sim.agents.militants import MilitantGroup
from sim.agents.party import AfghanTaliban, Pakistan, Party
from sim.config import Scenario
from sim.futures import Futures, Run
from sim.names import count


class CeasefireModel(mesa.Model):  # type: ignore[misc]
    """``replicates`` futures of one scenario under one seed, stepped day by day.

    Parameters
    ----------
    scenario : Scenario
    replicates : int >= 1
        How many futures are held.
    seed : int in [0, 2**64)
    first : int >= 0
        Number of the first future; with ``replicates=1`` this replays a single one.
    branch : int >= 0
        0 for a run from day 0; forks have their own.
    watched : int >= 0
        What happens is logged in futures numbered below this.

    Attributes
    ----------
    state : (R,) records of ``sim.state.FUTURE``, one a future
    parties, mediators, militants : the agents
    log : rounds, incidents and what was said in the watched futures

    Raises
    ------
    ValueError
        If replicates, seed, first or branch is out of range.
    """

    def __init__(
        self, scenario: Scenario, replicates: int = 1, seed: int = 0, *, first: int = 0,
        branch: int = 0, watched: int = 1,
    ) -> None:  # fmt: skip
        futures = Futures.begun(
            scenario, replicates, seed, first=first, branch=branch, watched=watched
        )
        self._begin(scenario, futures, 0, watched)

    @classmethod
    def of(cls, scenario: Scenario, futures: Futures, day: int, watched: int = 1) -> CeasefireModel:
        """Return a model of futures as they are on the evening of a day."""
        model = cls.__new__(cls)
        model._begin(scenario, futures, day, watched)
        return model

    def _begin(self, scenario: Scenario, futures: Futures, day: int, watched: int) -> None:
        super().__init__(rng=0)
        self._held, self.futures, self.day, self.watched = scenario, futures, day, watched
        self.running: bool = True
        self.log = records.Log()
        self._reader = records.Reader(scenario)
        self.parties: tuple[Party, Party] = (
            Pakistan(self, scenario.pakistan),
            AfghanTaliban(self, scenario.afghan_taliban),
        )
        self.mediators = [
            Mediator(self, name, k, config)
            for k, (name, config) in enumerate(scenario.mediators.items())
        ]
        self.militants = [
            MilitantGroup(self, name, k, config)
            for k, (name, config) in enumerate(scenario.militants.items())
        ]

    @property
    def scenario(self) -> Scenario:
        """What holds in every future; a model keeps the scenario it was made with."""
        return self._held

    @scenario.setter
    def scenario(self, _: object) -> None:
        """Ignore the scenario that Mesa 3.5 gives every model; it is something else."""

    @property
    def state(self) -> Any:
        """The futures' records, shape (R,)."""
        return self.futures.records

    def __repr__(self) -> str:
        state = self.state["ceasefire"]
        in_force = int((state["day"][:, -1] == 0).sum())
        held = f"{count(self.size, 'future')} on day {self.day}, {in_force:,} in force"
        return f"<CeasefireModel {self.scenario.name}: {held}>"

    @property
    def size(self) -> int:
        """Number of futures held, R."""
        return len(self.state)

    def step(self) -> None:
        """Simulate one day, in the order of ``rules.day``; do nothing once every future has ended.

        Where ceasefires are renewable no future ends for good.
        """
        self.live_day()

    def live_day(self) -> None:
        """Simulate one day as ``step`` does, which Mesa 4 does not repeat once it has raised.

        Raises
        ------
        Waiting
            If a person must decide first (see ``sim.game``).
        """
        if not self.running:
            return
        for notes in self.futures.live_day():
            self._reader.read(notes, self.log)
        self.day += 1
        self.running = bool(self.state["running"].any())

    def told_today(self) -> records.Log:
        """What has happened so far on a day that waits for a person."""
        today = records.Log()
        self._reader.read(self.futures.noted(), today)
        return today

    def run(self, horizon: int, daily: records.Daily | None = None) -> Outcomes:
        """Simulate to the horizon and return the outcomes; ``daily`` takes the simulated days."""
        done = self.futures.run(horizon, daily)
        self._reader.read(done.notes, self.log)
        self.day = max(self.day, int(self.state["day"].max()))
        self.running = bool(self.state["running"].any())
        return Outcomes(records.outcomes(done.finals, self.scenario, horizon), done)

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
        numbers = self.state["replicate"].tolist()
        replicate = numbers[0] if replicate is None else replicate
        at = numbers.index(replicate) if replicate in numbers else None
        if at is None or self.state["ceasefire"]["day"][at, -1]:
            raise ValueError(f"replicate {replicate} is not in force here; it cannot be continued")
        branch = int(self.state["branch"][0]) + 1 if branch is None else branch
        if branch < 1:
            raise ValueError(f"branch is {branch}; forks are numbered from 1")
        if n < 1:
            raise ValueError(f"n is {n}; allowed are whole numbers from 1")
        scenario = self.scenario if scenario is None else scenario
        if _on_the_table(scenario) != _on_the_table(self.scenario):
            raise ValueError(
                "a fork keeps the issues, their options and whose account is used; the scenario "
                "given changes them"
            )
        number = int(self.futures.numbers[at])
        if scenario.parameter_sets and not 0 <= number < len(scenario.parameter_sets):
            raise ValueError(
                "the scenario given has parameter sets, of which this future drew none"
            )
        number = number if scenario.parameter_sets else -1
        futures = Futures.continued(
            scenario, self.state[at : at + 1], [number], n, branch, self.scenario, self.watched
        )
        return CeasefireModel.of(scenario, futures, self.day, self.watched)


class Outcomes(NamedTuple):
    """The results of a run: ``columns`` by name, (R,), and the run itself."""

    columns: dict[str, Any]
    run: Run


def _on_the_table(scenario: Scenario) -> tuple[object, ...]:
    """What a state of talks and lock-in refers to: issues, options, disputes and accounts."""
    issues = {name: (tuple(x.options), x.contested) for name, x in scenario.agenda.issues.items()}
    return scenario.accounts.name, tuple(issues.items())
