"""Futures from one evening: how long the ceasefire may still last, and what one change would do.

A checkpoint is continued many times by the agents, with fresh chance from tomorrow on. Two fans
from one evening with one branch share their chance, so their difference is paired, future by
future. Knows no picture and no web; everything returned can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.analysis.estimates import SurvivalEstimate
from sim.analysis.limits import normal_quantile
from sim.analysis.survival import kaplan_meier
from sim.arrays import BoolArray, FloatArray, IntArray
from sim.config import (
    CAUSES,
    ENDS,
    BorderOpens,
    ConfigError,
    MediatorFunction,
    MediatorLeaves,
    MonitorsDeploy,
    Scenario,
)
from sim.futures import Futures
from sim.game.checkpoint import Checkpoint
from sim.parameters import NONE
from sim.records import BY, MODES, ends
from sim.study.cells import load_best

MOST = 5_000  # futures a fan may have
AT_ONCE = 3_200  # futures simulated in one array: some 16 MB
BRANCH = 1
LEVEL = 0.95


@dataclass(frozen=True)
class Fan:
    """Futures of one evening, in the order of their numbers.

    ``today`` is the day of the evening, ``days`` how far ahead is looked; ``lasted`` (n,) days
    from today to the end under the definition ``end`` (``days`` if none), ``ended`` (n,),
    ``cause`` (n,) index into ``config.CAUSES``, -1 where not ended; ``deal`` (n,) whether one was
    made at any time.
    """

    today: int
    days: int
    end: str
    lasted: IntArray
    ended: BoolArray
    cause: IntArray
    deal: BoolArray

    def survival(self) -> SurvivalEstimate:
        """Kaplan-Meier estimate on the days from today."""
        estimate: SurvivalEstimate = kaplan_meier(self.lasted, self.ended, horizon=self.days)
        return estimate

    def causes(self) -> dict[str, float]:
        """Share of futures ended by each cause within ``days``."""
        return {name: float((self.cause == k).mean()) for k, name in enumerate(CAUSES)}


@dataclass(frozen=True)
class Difference:
    """A paired difference of means with its Monte Carlo interval."""

    value: float
    lower: float
    upper: float


def fan(
    scenario: Scenario,
    evening: Checkpoint,
    *,
    then: Scenario | None = None,
    n: int = 1_000,
    days: int = 90,
    end: str | None = None,
    branch: int = BRANCH,
) -> Fan:
    """Continue an evening into ``n`` futures of ``days`` days.

    Parameters
    ----------
    scenario : of the game or walk that the evening belongs to
    then : what holds from tomorrow on; the same scenario if not given
    n : int in [1, 5000];  days : int >= 1
    end : definition of the end; the scenario's own if not given

    Raises
    ------
    ConfigError
        If n, days or end is out of range, or ``then`` cannot follow on ``scenario``.
    ValueError
        If the ceasefire has collapsed by that evening.
    """
    if not 1 <= n <= MOST:
        raise ConfigError(f"n is {n}; allowed are whole numbers from 1 to {MOST}")
    if days < 1:
        raise ConfigError(f"days is {days}; allowed are whole numbers from 1")
    end = end or scenario.ceasefire.end.value
    if end not in ENDS:
        raise ConfigError(f"end is {end!r}; allowed are {', '.join(ENDS)}")
    parent = evening.model(scenario)
    columns = parent.fork(n, branch=branch, scenario=then).run(evening.day + days).columns
    day, ended = columns[f"{end}_day"], columns[f"{end}_ended"]
    cause = np.where(ended, columns[f"{end}_cause"], -1)
    deal = columns["deal"].astype(bool)
    return Fan(evening.day, days, end, day - evening.day, ended.astype(bool), cause, deal)


@dataclass(frozen=True)
class Became:
    """What became of futures, each (n,): which are in ``force``, how the others ended, who dealt.

    ``how`` numbers ``HOW``, -1 while in force; ``deal`` whether one was ratified at any time.
    """

    force: BoolArray
    how: IntArray
    deal: BoolArray

    def times(self, n: int) -> Became:
        """The same of each future ``n`` times."""
        return Became(np.repeat(self.force, n), np.repeat(self.how, n), np.repeat(self.deal, n))


HOW = tuple((mode, by) for mode in MODES for by in (*BY, None))  # by what and whom; None: outside


def became(records: Any) -> Became:
    """What has become of futures, from their records (n,)."""
    found = ends(records["ceasefire"], 0)
    force, by = ~found["collapse_ended"], found["collapse_by"]
    whom = np.where(by == NONE, len(BY), by)
    how = np.where(force, NONE, found["collapse_mode"] * (len(BY) + 1) + whom)
    return Became(force, how, records["tally"]["deal_day"] > 0)


def become(
    scenario: Scenario, evenings: Sequence[Checkpoint], last_day: int, n: int, branch: int = BRANCH
) -> list[Became]:
    """What becomes of ``n`` futures of each evening by the last day, as ``fan`` continues them.

    The evenings are of one game; their futures are paired. Many fans take the time of a few,
    because the parameters are written once and no picture is kept.
    """
    found: list[Became] = []
    some = max(1, AT_ONCE // n)
    for first in range(0, len(evenings), some):
        few = evenings[first : first + some]
        records = np.concatenate([evening.records for evening in few])
        numbers = np.concatenate([evening.numbers for evening in few])
        futures = Futures.continued(scenario, records, numbers, n, branch, scenario)
        finals = futures.run(last_day).finals
        found += [became(finals[k * n : (k + 1) * n]) for k in range(len(few))]
    return found


def difference(changed: Fan, base: Fan) -> Difference:
    """How many days longer the changed futures last on average, within ``days``, paired."""
    return mean((changed.lasted - base.lasted).astype(np.float64))


def survival_difference(changed: Fan, base: Fan) -> Difference:
    """Difference of the shares still in force at the end of ``days``, paired."""
    return mean(base.ended.astype(np.float64) - changed.ended)


def mean(differences: FloatArray) -> Difference:
    """Mean of paired differences with its interval."""
    value, size = float(differences.mean()), len(differences)
    spread = float(differences.std(ddof=1)) / np.sqrt(size) if size > 1 else np.inf
    wide = normal_quantile(LEVEL) * float(spread)
    return Difference(value, value - wide, value + wide)


Change = Callable[[Scenario, int], Scenario]  # what holds, tomorrow's day -> what holds from then


def _happens(*kinds: Callable[[int], Any]) -> Change:
    """Events of tomorrow."""

    def change(scenario: Scenario, tomorrow: int) -> Scenario:
        new = {f"changed_{k}": make(tomorrow) for k, make in enumerate(kinds)}
        return replace(scenario, events={**scenario.events, **new})

    return change


def _mediators_leave(scenario: Scenario, tomorrow: int) -> Scenario:
    if not scenario.mediators:
        raise ConfigError("there are no mediators in this scenario who could leave")
    leave = [
        lambda day, name=name: MediatorLeaves(kind="mediator_leaves", day=day, mediator=name)
        for name in scenario.mediators
    ]
    return _happens(*leave)(scenario, tomorrow)


def _communique(scenario: Scenario, tomorrow: int) -> Scenario:
    """Every mediator issues joint communiqués from now on."""
    if not scenario.mediators:
        raise ConfigError("there are no mediators in this scenario who could speak")
    more = {
        name: replace(m, functions=list({*m.functions, MediatorFunction.communique}))
        for name, m in scenario.mediators.items()
    }
    return replace(scenario, mediators=more)


def _extradition(scenario: Scenario, tomorrow: int) -> Scenario:
    """Custody is worth to Kabul, under either account, what it is in ``extradition_accepted``."""
    accepted = load_best("extradition_accepted").scenario.accounts
    now = scenario.accounts
    accounts = replace(
        accepted, name=now.name, probability_islamabad=now.probability_islamabad
    )  # fmt: skip
    return replace(scenario, accounts=accounts)


def _tactics(name: str) -> Change:
    def change(scenario: Scenario, tomorrow: int) -> Scenario:
        words = [f"pakistan.tactic={name}", f"afghan_taliban.tactic={name}"]
        other = load_best("baseline", words).scenario
        return replace(
            scenario,
            pakistan=replace(scenario.pakistan, tactic=other.pakistan.tactic),
            afghan_taliban=replace(scenario.afghan_taliban, tactic=other.afghan_taliban.tactic),
        )

    return change


def _inquiry(scenario: Scenario, tomorrow: int) -> Scenario:
    attribution = replace(scenario.conflict.attribution, standing_evidence=1.0)
    return replace(scenario, conflict=replace(scenario.conflict, attribution=attribution))


MONITORS = 0.8  # strength of the monitors that may be added
CHANGES: dict[str, Change] = {
    "extradition_accepted": _extradition,
    "monitors": _happens(
        lambda day: MonitorsDeploy(kind="monitors_deploy", day=day, strength=MONITORS)
    ),
    "mediators_leave": _mediators_leave,
    "communique": _communique,
    "border_opens": _happens(lambda day: BorderOpens(kind="border_opens", day=day, share=1.0)),
    "joint_inquiry": _inquiry,
    "both_concede": _tactics("conceder"),
}


def changed(scenario: Scenario, name: str, tomorrow: int) -> Scenario:
    """Return what holds from ``tomorrow`` on with one thing changed.

    Raises
    ------
    ConfigError
        If there is no such change, or it changes nothing here.
    """
    if name not in CHANGES:
        raise ConfigError(f"change is {str(name)[:40]!r}; allowed are {', '.join(CHANGES)}")
    return CHANGES[name](scenario, tomorrow)


def two_fans(
    scenario: Scenario, evening: Checkpoint, change: str | None, **options: Any
) -> tuple[Fan, Fan | None]:
    """Continue an evening as it is and, if named, with one change, under shared chance."""
    base = fan(scenario, evening, **options)
    if change is None:
        return base, None
    return base, fan(scenario, evening, then=changed(scenario, change, evening.day + 1), **options)
