"""A day's bargaining under a protocol, for many futures at once.

Knows delegations (what a side can say and how it values it), not agents. An *exchange* is one
proposal and its answer; sessions group exchanges; at the end of a session mediators may table a
bridging proposal. All arrays have one row per future in which talks are in session today.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.config import PARTIES, Protocol, ProtocolKind, Tactic
from sim.negotiation.tactics import aspiration
from sim.negotiation.utility import Menu, Table, first_reaching
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate

NO_PACKAGE = -1
WEIGHT_STEPS = 100  # drafts are tabulated for 101 weights between the two sides


class Talks(PerReplicate):
    """Where each future stands in the calendar and inside the current round.

    ``next_round`` (R,) day the next round is due, 0 for none; ``last_day`` (R,) last day of the
    current round; ``in_session`` (R,); ``exchange`` and ``limit`` (R,) exchanges held and allowed
    this round; ``failed`` (R,) whether the last round failed; ``held``, ``broken``, ``resumed``
    (R,) counts; ``offers`` (R, 2) each side's last offer this round; ``lean`` (R,) weight on
    Islamabad in the mediators' draft beyond a half, in [-0.5, 0.5]; ``tentative_day`` (R,) day
    of the last tentative deal, 0 for none.
    """

    def __init__(self, size: int) -> None:
        def count() -> IntArray:
            return np.zeros(size, dtype=np.int64)

        self.next_round, self.last_day = count(), count()
        self.in_session = np.zeros(size, dtype=bool)
        self.exchange, self.limit = count(), count()
        self.failed = np.zeros(size, dtype=bool)
        self.held, self.broken, self.resumed = count(), count(), count()
        self.offers = np.full((size, 2), NO_PACKAGE, dtype=np.int64)
        self.lean = np.zeros(size)
        self.tentative_day = count()


class Delegation:
    """One side at the table today.

    ``tables`` and ``menus`` are by account; ``account``, ``trust`` and ``reservation`` have shape
    (n,), ``lock_in`` (n, C). Methods take the rows asked about, in ascending order.
    """

    def __init__(
        self,
        tables: tuple[Table, ...],
        menus: tuple[Menu, ...],
        tactic: Tactic,
        account: IntArray,
        trust: FloatArray,
        lock_in: FloatArray,
        reservation: FloatArray,
    ) -> None:
        self.tables, self.menus, self.tactic = tables, menus, tactic
        self.account, self.trust, self.lock_in = account, trust, lock_in
        self.reservation = reservation
        everyone = np.arange(len(account))
        self.opening: IntArray = np.array([table.opening for table in tables])[account]
        self.ideal: FloatArray = self.utility(everyone, self.opening)

    @cached_property
    def prospects(self) -> FloatArray:
        """``Menu.prospects`` of every row under its account, padded to the longest menu."""
        widest = max(len(menu.package) for menu in self.menus)
        rising = np.empty((len(self.account), widest))
        for account, menu in enumerate(self.menus):
            rows = np.flatnonzero(self.account == account)
            part = menu.prospects(self.trust[rows], self.lock_in[rows])
            rising[rows, : part.shape[1]] = part
            rising[rows, part.shape[1] :] = part[:, -1:]
        return rising

    def utility(self, rows: IntArray, package: IntArray) -> FloatArray:
        """Own utility of one package per row, shape (len(rows),)."""
        value = np.empty(len(rows))
        for account, table in enumerate(self.tables):
            mine = np.flatnonzero(self.account[rows] == account)
            at = rows[mine]
            value[mine] = table.utility(package[mine], self.trust[at], self.lock_in[at])
        return value

    def aspiration(self, rows: IntArray, time: FloatArray) -> FloatArray:
        """Least utility asked for at this time, shape (len(rows),)."""
        return aspiration(self.tactic, time, self.ideal[rows], self.reservation[rows])

    def propose(self, rows: IntArray, time: FloatArray, first: BoolArray) -> IntArray:
        """Package offered per row: the public position at ``first``, then by the tactic."""
        position = first_reaching(self.prospects, rows, self.aspiration(rows, time))
        offer = np.empty(len(rows), dtype=np.int64)
        for account, menu in enumerate(self.menus):
            mine = self.account[rows] == account
            offer[mine] = menu.package[np.minimum(position[mine], len(menu.package) - 1)]
        return np.where(first, self.opening[rows], offer)


def drafts(utilities: FloatArray, disagreement: tuple[float, float]) -> IntArray:
    """Mediators' draft for each weight on side 0, shape (101,): the weighted Nash package.

    ``utilities`` (P, 2) as the mediators estimate them. Gains are kept above a small number, so
    that a draft exists where no package is individually rational.
    """
    gains = np.log(np.maximum(utilities - np.array(disagreement), 1e-6))
    first, second = gains[:, 0], gains[:, 1]
    weights = range(WEIGHT_STEPS + 1)  # whole numbers, so that swapping the sides mirrors exactly
    return np.array([int(np.argmax(w * first + (WEIGHT_STEPS - w) * second)) for w in weights])


@dataclass
class Meeting:
    """A day at the table.

    ``sides`` in the order of ``PARTIES``; ``drafts`` by account; ``mediated`` (n,) whether
    mediators may table a text; ``exchange``, ``limit``, ``lean``, ``offers`` as in ``Talks``;
    ``agreed`` (n,) the package accepted by both, or -1.
    """

    sides: tuple[Delegation, Delegation]
    drafts: tuple[IntArray, ...]
    mediated: BoolArray
    exchange: IntArray
    limit: IntArray
    lean: FloatArray
    offers: IntArray
    agreed: IntArray

    def hold(self, protocol: Protocol) -> None:
        """Bargain for a day: sessions of exchanges, until agreement or the round's limit."""
        single_text = protocol.kind is ProtocolKind.single_text
        for _ in range(protocol.sessions_per_day):
            present = self._bargaining()  # who holds this session, whatever the others do
            for _ in range(protocol.exchanges_per_session):
                rows = self._bargaining()
                self.exchange[rows] += 1
                if single_text:
                    self._table_draft(rows, protocol.text_step)
                else:
                    self._exchange_offers(rows, PARTIES.index(protocol.first_mover.value))
            if not single_text:
                bridged = present[self.agreed[present] == NO_PACKAGE]
                self._table_draft(bridged, protocol.text_step)

    def _bargaining(self) -> IntArray:
        """Rows without agreement that have exchanges left."""
        return np.flatnonzero((self.agreed == NO_PACKAGE) & (self.exchange < self.limit))

    def _exchange_offers(self, rows: IntArray, first_mover: int) -> None:
        """One side proposes, the other answers; they take turns (Rubinstein 1982)."""
        proposer = (self.exchange[rows] - 1 + first_mover) % 2
        for side in (0, 1):
            mine = rows[proposer == side]
            if not len(mine):
                continue
            time = self.exchange[mine] / self.limit[mine]
            offer = self.sides[side].propose(mine, time, self.exchange[mine] <= 2)
            self.offers[mine, side] = offer
            answers = self.sides[1 - side]
            accepted = answers.utility(mine, offer) >= answers.aspiration(mine, time)
            self.agreed[mine[accepted]] = offer[accepted]

    def _table_draft(self, rows: IntArray, step: float) -> None:
        """The mediators table a text; both criticise it, and its weights move accordingly.

        A text both can live with is agreed. If one side refuses, the next text weighs it more by
        ``step``; if both do, by half a step the one further from its aspiration (single
        negotiating text: Fisher 1978; Raiffa 1982).
        """
        rows = rows[self.mediated[rows]]
        if not len(rows):
            return
        time = self.exchange[rows] / self.limit[rows]
        middle = WEIGHT_STEPS // 2
        position = middle + np.rint(self.lean[rows] * WEIGHT_STEPS).astype(np.int64)
        account = self.sides[0].account[rows]
        text = np.stack(self.drafts)[account, position]
        lacking = [side.aspiration(rows, time) - side.utility(rows, text) for side in self.sides]
        refused = [shortfall > 0 for shortfall in lacking]
        agreed = ~refused[0] & ~refused[1]
        self.agreed[rows[agreed]] = text[agreed]
        direction = refused[0].astype(float) - refused[1]
        both = refused[0] & refused[1]
        direction = np.where(both, 0.5 * np.sign(lacking[0] - lacking[1]), direction)
        self.lean[rows] = np.clip(self.lean[rows] + step * direction, -0.5, 0.5)
