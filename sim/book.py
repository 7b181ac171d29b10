"""Everything about packages that a scenario fixes, tabulated once: what they are worth and do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from sim.config import PARTIES, AccountName, Position, Scenario
from sim.conflict.implementation import Terms, terms
from sim.negotiation.agenda import Packages, packages, verification
from sim.negotiation.delegation import Reckoning
from sim.negotiation.menus import Menu, menu
from sim.negotiation.protocols import drafts
from sim.negotiation.scoring import Efficient, efficient
from sim.negotiation.tactics import Tactic
from sim.negotiation.utility import Tables, table
from sim.randomness import FloatArray, IntArray
from sim.tactic_choice import tactic_of

ACCOUNTS = ("islamabad", "kabul", "undisputed")  # by code in the outcomes


def accounts_in_use(scenario: Scenario) -> tuple[str, ...]:
    """Names of the accounts that futures of this scenario use."""
    name = scenario.accounts.name
    return ACCOUNTS[:2] if name is AccountName.mixed else (name.value,)


@dataclass(frozen=True)
class Book:
    """Tables, menus, drafts, efficient packages, terms and tactics of a scenario.

    ``tables``, ``menus`` and ``reckonings`` are by side (and account), ``drafts`` and
    ``efficient`` by account.
    """

    packages: Packages
    tables: tuple[Tables, Tables]
    menus: tuple[tuple[Menu, ...], ...]
    reckonings: tuple[Reckoning, Reckoning]
    drafts: tuple[IntArray, ...]
    efficient: tuple[Efficient, ...]
    terms: Terms
    tactics: tuple[Tactic, Tactic]


def book(scenario: Scenario, accounts_used: tuple[str, ...], verifiers: float) -> Book:
    """Open the book of a scenario; ``verifiers`` in [0, 1] is the strength of who verifies."""
    return _book(_Key(scenario), accounts_used, verifiers)


class _Key:
    """A scenario as a cache key: equal when everything that fixes the book is equal."""

    def __init__(self, scenario: Scenario) -> None:
        aside: Any = {"resolve_spread": 0.0, "ending_value": 0.0, "ending_spread": 0.0}
        scenario = replace(  # what the talks do not ask for: sets of parameters share a book
            scenario,
            pakistan=replace(scenario.pakistan, **aside),
            afghan_taliban=replace(scenario.afghan_taliban, **aside),
        )
        self.scenario = scenario
        fixed = (scenario.agenda, scenario.accounts, scenario.parties, scenario.protocol)
        self.text = repr(fixed)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.text == self.text


@lru_cache(maxsize=32)
def _book(key: _Key, accounts_used: tuple[str, ...], verifiers: float) -> Book:
    scenario = key.scenario
    everything = packages(scenario.agenda)
    verified = verification(scenario.agenda, everything, verifiers)
    accounts = [_positions(scenario, name) for name in accounts_used]
    parties = scenario.parties
    tables = [
        [table(side, parties, scenario.agenda, everything, verified, a) for a in accounts]
        for side in range(2)
    ]
    known = [
        np.array([t.at(party.trust) for t in own])
        for own, party in zip(tables, parties, strict=True)
    ]
    payoffs = (parties[0].disagreement, parties[1].disagreement)
    every = range(len(accounts))
    locks = (parties[0].lock_in, parties[1].lock_in)
    longest = scenario.protocol.exchanges_per_round
    return Book(
        packages=everything,
        tables=(Tables.of(tables[0]), Tables.of(tables[1])),
        menus=tuple(
            tuple(menu(tables[side][k], known[1 - side][k], locks[side]) for k in every)
            for side in range(2)
        ),
        reckonings=(
            _reckoning(scenario, 1, everything, accounts, known),
            _reckoning(scenario, 0, everything, accounts, known),
        ),
        drafts=tuple(drafts(np.stack([known[0][k], known[1][k]], axis=1), payoffs) for k in every),
        efficient=tuple(efficient((tables[0][k], tables[1][k]), locks) for k in every),
        terms=terms(scenario.agenda, everything, verifiers),
        tactics=(
            tactic_of(parties[0].tactic, everything, longest),
            tactic_of(parties[1].tactic, everything, longest),
        ),
    )


def _positions(scenario: Scenario, account: str) -> dict[str, Position]:
    """Return the contested positions as an account reports them; none if nothing is disputed."""
    reported: dict[str, Position] = getattr(scenario.accounts, account, {})
    return reported


def _reckoning(
    scenario: Scenario,
    other: int,
    everything: Packages,
    accounts: list[dict[str, Position]],
    known: list[FloatArray],
) -> Reckoning:
    """What is publicly known of side ``other``."""
    values = [
        [
            np.array(getattr(account.get(name, issue), PARTIES[other]))[everything.option[:, k]]
            for k, (name, issue) in enumerate(scenario.agenda.issues.items())
        ]
        for account in accounts
    ]
    rational = known[1 - other] >= scenario.parties[1 - other].disagreement
    most = np.where(rational, known[other], -np.inf).max(axis=1)
    return Reckoning(
        utilities=known[other],
        reservation=scenario.parties[other].disagreement,
        most=np.maximum(most, scenario.parties[other].disagreement),
        option_values=np.array(values),
        option=everything.option,
    )
