"""One side at the table on one day, for many futures: what it wants, knows and has heard.

Knows tables, menus and the offers made so far; no agent, no protocol and no tactic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.negotiation.menus import Menu, Prospects, any_lock_in
from sim.negotiation.opponent import Estimate, learned_choice
from sim.negotiation.utility import Tables
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where

NO_PACKAGE = -1
TOLERANCE = 1e-9  # utilities closer than this count as equal
Draw = Callable[[str, IntArray], FloatArray]  # purpose, rows -> uniforms


@dataclass(frozen=True)
class Reckoning:
    """How a side reckons with the other: public knowledge, the same in every future.

    ``utilities`` (A, P) of the other side by account, at its prior trust and without lock-in;
    ``reservation`` its utility of no deal on day 0; ``most`` (A,) the most it can have if this side
    is to be no worse off than without a deal; ``option_values`` (A, K, P) what each package's
    option on each issue is worth to it, from which weights are learnt; ``option`` (P, K).
    """

    utilities: FloatArray
    reservation: float
    most: FloatArray
    option_values: FloatArray
    option: IntArray


class Delegation:
    """One side at the table today, in n futures.

    ``tables`` and ``menus`` are by account; ``account``, ``trust``, ``reservation`` (n,);
    ``lock_in`` (n, C). ``offered`` and ``heard`` (n, L) are own and received offers of the round,
    oldest first, of which ``spoken`` and ``received`` (n,) are filled. ``estimate`` is what has
    been learnt of the other side; with ``learns`` it decides which offers it is thought to like.
    Methods take the rows asked about.
    """

    def __init__(
        self,
        tables: Tables,
        menus: tuple[Menu, ...],
        reckoning: Reckoning,
        account: IntArray,
        trust: FloatArray,
        lock_in: FloatArray,
        reservation: FloatArray,
    ) -> None:
        self.tables, self.menus, self.reckoning = tables, menus, reckoning
        self.account, self.trust, self.lock_in = account, trust, lock_in
        self.reservation = reservation
        self.everyone = np.arange(len(account))
        self.opening: IntArray = tables.opening[account]
        self.ideal: FloatArray = self.utility(self.everyone, self.opening)
        self.estimate: Estimate | None = None
        self.learns = False
        self.offered: IntArray = np.empty((len(account), 0), dtype=np.int64)
        self.heard: IntArray = self.offered
        self.spoken = self.received = np.zeros(len(account), dtype=np.int64)
        self.draw: Draw | None = None

    def hears(self, offered: IntArray, heard: IntArray, spoken: IntArray, got: IntArray) -> None:
        """Follow the offers of the round (views that the meeting fills)."""
        self.offered, self.heard, self.spoken, self.received = offered, heard, spoken, got

    @cached_property
    def prospects(self) -> Prospects:
        """What this side may choose today."""
        return Prospects(self.menus, self.account, self.trust, self.lock_in)

    def locked_in(self) -> BoolArray:
        """Whether a future's side is locked in on any issue, shape (n,)."""
        return any_lock_in(self.lock_in)

    def utility(self, rows: IntArray, package: IntArray) -> FloatArray:
        """Own utility of one package per row, shape (len(rows),)."""
        return self.tables.utility(rows, package, self.account, self.trust, self.lock_in)

    def utilities(self, rows: IntArray) -> FloatArray:
        """Own utility of every package, shape (len(rows), P)."""
        value = np.empty((len(rows), self.reckoning.utilities.shape[1]))
        for account, table in enumerate(self.tables.by_account):
            mine = where(self.account[rows] == account)
            at = rows[mine]
            value[mine] = table.all_utilities(self.trust[at], self.lock_in[at])
        return value

    def other_utility(self, rows: IntArray, package: IntArray) -> FloatArray:
        """Utility to the other side of one package per row, as publicly reckoned."""
        result: FloatArray = self.reckoning.utilities[self.account[rows], package]
        return result

    def best_for_other(self, rows: IntArray, aspiration: FloatArray) -> IntArray:
        """Package per row that the other is thought to like best at or above the aspiration.

        Where no package reaches the aspiration, the one best for oneself.
        """
        if not self.learns or self.estimate is None:
            return self.prospects.best_for_other(rows, aspiration)
        chosen = np.empty(len(rows), dtype=np.int64)
        weights = self.estimate.weights()[rows]
        for account, values in enumerate(self.reckoning.option_values):
            mine = where(self.account[rows] == account)
            own = self.utilities(rows[mine])
            chosen[mine] = learned_choice(own, weights[mine], values, aspiration[mine])
        return chosen

    def best_leaving(self, rows: IntArray, floor: FloatArray | None = None) -> FloatArray:
        """Most own utility that leaves the other side, as reckoned, at least ``floor`` (n,).

        Without a floor, at least its utility of no deal.
        """
        floor = np.full(len(rows), self.reckoning.reservation) if floor is None else floor
        return self.prospects.best_leaving(rows, floor - TOLERANCE)

    def last(self, rows: IntArray, whose: str, back: int = 0) -> IntArray:
        """Package offered (``own``) or heard (``other``) ``back`` offers ago, or -1."""
        offers, count = (
            (self.offered, self.spoken) if whose == "own" else (self.heard, self.received)
        )
        position = count[rows] - 1 - back
        made = position >= 0
        result = np.full(len(rows), NO_PACKAGE, dtype=np.int64)
        result[made] = offers[rows[made], position[made]]
        return result
