"""A day's bargaining under a protocol, for many futures at once.

Knows delegations (what a side can say and how it values it) and tactics, not agents. An *exchange*
is one proposal and its answer; sessions group exchanges; at the end of a session mediators may
table a bridging text. All arrays have one row per future in which talks are in session today.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.config import PARTIES, Protocol, ProtocolKind
from sim.negotiation.delegation import NO_PACKAGE, Delegation, Draw
from sim.negotiation.tactics import Tactic, View, draw_by_exchange
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, where

WEIGHT_STEPS = 100  # drafts are tabulated for 101 weights between the two sides
MEDIATORS = 2  # who speaks, in the record of moves: 0 and 1 are the sides


class Talks(PerReplicate):
    """Where each future stands in the calendar and inside the current round.

    ``next_round`` (R,) day the next round is due, 0 for none; ``last_day`` (R,) last day of the
    current round; ``in_session`` (R,); ``exchange`` and ``limit`` (R,) exchanges held and allowed
    this round; ``failed`` (R,) whether the last round failed; ``review`` (R,) whether the next
    round is to renegotiate the deal in force; ``held``, ``broken``, ``resumed``
    (R,) counts; ``offers`` (R, 2, L) each side's offers this round, oldest first, of which
    ``spoken`` (R, 2) are filled; ``latest`` (R, 2) what each side's latest offer is publicly
    reckoned to be worth to the other, NaN before any; ``lean`` (R,) weight on Islamabad in the
    mediators' draft beyond a half, in [-0.5, 0.5]; ``tentative_day`` (R,) day of the last
    tentative deal, 0 for none.
    """

    def __init__(self, size: int, longest: int) -> None:
        def count() -> IntArray:
            return np.zeros(size, dtype=np.int64)

        self.next_round, self.last_day = count(), count()
        self.in_session = np.zeros(size, dtype=bool)
        self.exchange, self.limit = count(), count()
        self.failed = np.zeros(size, dtype=bool)
        self.review = np.zeros(size, dtype=bool)
        self.held, self.broken, self.resumed = count(), count(), count()
        self.offers = np.full((size, 2, longest), NO_PACKAGE, dtype=np.int64)
        self.spoken = np.zeros((size, 2), dtype=np.int64)
        self.latest = np.full((size, 2), np.nan, order="F")
        self.lean = np.zeros(size)
        self.tentative_day = count()


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
class Relay:
    """Mediators who carry words between the sides.

    ``carried`` (n,) whether anybody relays; ``noise`` (n,) spread of what is misheard (utility);
    ``draw`` gives uniforms for a purpose and rows.
    """

    carried: BoolArray
    noise: FloatArray
    draw: Draw


@dataclass
class Move:
    """What was said at the table in one future, for the transcript."""

    row: int
    exchange: int
    speaker: int
    package: int
    utilities: tuple[float, float]
    aspirations: tuple[float, float]
    accepted: bool


@dataclass
class Meeting:
    """A day at the table.

    ``sides`` and ``tactics`` in the order of ``PARTIES``; ``drafts`` by account; ``mediated`` (n,)
    whether mediators may table a text; ``exchange``, ``limit``, ``lean``, ``offers``, ``spoken`` as
    in ``Talks``; ``agreed`` (n,) the package accepted by both, or -1. ``moves`` are kept for the
    rows below ``watched``; ``draft`` is told the text the mediators would table and says which is.
    """

    sides: tuple[Delegation, Delegation]
    tactics: tuple[Tactic, ...]
    drafts: tuple[IntArray, ...]
    mediated: BoolArray
    relay: Relay
    exchange: IntArray
    limit: IntArray
    lean: FloatArray
    offers: IntArray
    spoken: IntArray
    watched: int = 0
    draft: Callable[[IntArray], IntArray] = np.copy
    agreed: IntArray = field(init=False)
    moves: list[Move] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.agreed = np.full(len(self.exchange), NO_PACKAGE, dtype=np.int64)
        for k, side in enumerate(self.sides):
            other = 1 - k
            side.hears(
                self.offers[:, k], self.offers[:, other], self.spoken[:, k], self.spoken[:, other]
            )

    def hold(self, protocol: Protocol) -> None:
        """Bargain for a day: sessions of exchanges, until agreement or the round's limit."""
        exchange = {
            ProtocolKind.alternating_offers: self._alternate,
            ProtocolKind.monotonic_concession: self._concede_together,
            ProtocolKind.single_text: self._table_draft,
            ProtocolKind.shuttle: self._shuttle,
        }[protocol.kind]
        for _ in range(protocol.sessions_per_day):
            present = self._bargaining()  # who holds this session, whatever the others do
            for _ in range(protocol.exchanges_per_session):
                rows = self._bargaining()
                if len(rows):
                    self.exchange[rows] += 1
                    exchange(rows, protocol)
            if protocol.kind is not ProtocolKind.single_text:
                self._table_draft(present[self.agreed[present] == NO_PACKAGE], protocol)

    def _bargaining(self) -> IntArray:
        """Rows without agreement that have exchanges left."""
        return where((self.agreed == NO_PACKAGE) & (self.exchange < self.limit))

    def _view(self, side: int, rows: IntArray) -> View:
        return View(self.sides[side], rows, self.exchange[rows], self.limit[rows], PARTIES[side])

    def _speak(self, side: int, rows: IntArray) -> IntArray:
        """Let a side choose an offer: its public position first, unless its tactic has its own."""
        tactic, view = self.tactics[side], self._view(side, rows)
        offer = tactic.offer(view)
        if tactic.states_position:
            first = self.spoken[rows, side] == 0
            offer = np.where(first, self.sides[side].opening[rows], offer)
        return offer

    def _say(self, side: int, rows: IntArray, offer: IntArray) -> None:
        """Put an offer on the record of the round; the other side learns from it."""
        self.offers[rows, side, self.spoken[rows, side]] = offer
        self.spoken[rows, side] += 1
        listener = self.sides[1 - side]
        if listener.estimate is not None:
            listener.estimate.hear(rows, offer, listener.reckoning.option)

    def _answers(self, side: int, rows: IntArray, offer: IntArray) -> BoolArray:
        """Whether a side accepts an offer."""
        return self.tactics[side].accepts(self._view(side, rows), offer)

    def _settle(self, rows: IntArray, package: IntArray, accepted: BoolArray) -> BoolArray:
        """Agree on a package per row where it is accepted; return where that came about.

        Nobody is held to what is worse for it than no deal: not even to its own offer, which may be
        that (a public position may, and whatever is best where nothing reaches the reservation).
        """
        settled = np.empty(len(rows), dtype=bool)
        settled[:] = accepted  # a tactic of one's own may answer all alike
        for side in (0, 1):
            at = where(settled)
            worth = self.sides[side].utility(rows[at], package[at])
            settled[at] = worth >= self._reservation(side, rows[at])
        self.agreed[rows[settled]] = package[settled]
        return settled

    def _reservation(self, side: int, rows: IntArray) -> FloatArray:
        return self.sides[side].reservation[rows]

    def _alternate(self, rows: IntArray, protocol: Protocol) -> None:
        """One side proposes, the other answers; they take turns (Rubinstein 1982)."""
        first_mover = PARTIES.index(protocol.first_mover.value)
        proposer = (self.exchange[rows] - 1 + first_mover) % 2
        for side in (0, 1):
            mine = rows[proposer == side]
            if len(mine):
                offer = self._speak(side, mine)
                self._say(side, mine, offer)
                accepted = self._settle(mine, offer, self._answers(1 - side, mine, offer))
                self._note(mine, side, offer, accepted)

    def _concede_together(self, rows: IntArray, protocol: Protocol) -> None:
        """Both offer at once; agreement when one's offer is as good for the other as its own.

        An offer may not be worse for the other side than the one before it. If both sides are
        satisfied, the first mover's offer is taken (Rosenschein & Zlotkin 1994).
        """
        offers = [self._speak(side, rows) for side in (0, 1)]
        for side in (0, 1):
            before = self.sides[side].last(rows, "own")
            said = before != NO_PACKAGE
            known, at = before[said], rows[said]
            worse = self.sides[side].other_utility(at, offers[side][said])
            worse_now = worse < self.sides[side].other_utility(at, known)
            offers[side][said] = np.where(worse_now, known, offers[side][said])
        satisfied = []
        for side in (0, 1):
            mine = self.sides[side].utility(rows, offers[side])
            theirs = self.sides[side].utility(rows, offers[1 - side])
            satisfied.append((theirs >= mine) & (theirs >= self._reservation(side, rows)))
        for side in (0, 1):
            self._say(side, rows, offers[side])
            self._note(rows, side, offers[side], satisfied[1 - side])
        first = PARTIES.index(protocol.first_mover.value)
        for side in (1 - first, first):  # the first mover's offer is written last
            taken = satisfied[1 - side]
            self._settle(rows, offers[side], taken)

    def _shuttle(self, rows: IntArray, protocol: Protocol) -> None:
        """Proximity talks: mediators carry an offer, which is heard with noise.

        The offer is taken up if what was heard is good enough, and agreed if the text, read out,
        is no worse than no deal for the side that took it up. Where nobody relays, nothing is said.
        """
        rows = rows[self.relay.carried[rows]]
        first_mover = PARTIES.index(protocol.first_mover.value)
        proposer = (self.exchange[rows] - 1 + first_mover) % 2
        for side in (0, 1):
            mine = rows[proposer == side]
            if not len(mine):
                continue
            offer = self._speak(side, mine)
            self._say(side, mine, offer)
            hearer = self._view(1 - side, mine)
            drawn = draw_by_exchange(self.relay.draw, "relay", mine, self.exchange[mine])
            misheard = self.relay.noise[mine] * (2.0 * drawn - 1.0)
            taken = self.tactics[1 - side].takes_up(hearer, offer, misheard)
            taken = self._settle(mine, offer, taken)
            self._note(mine, side, offer, taken)

    def _table_draft(self, rows: IntArray, protocol: Protocol) -> None:
        """The mediators table a text; both criticise it, and its weights move accordingly.

        To the mediators a side concedes more than to the other side, by ``face_saving`` (Pruitt &
        Johnson 1970). A text both can live with is agreed. If one side refuses, the next text
        weighs it more by ``text_step``; if both do, by half a step the one further from what it
        asks (single negotiating text: Fisher 1978; Raiffa 1982).
        """
        rows = rows[self.mediated[rows]]
        if not len(rows):
            return
        middle = WEIGHT_STEPS // 2
        position = middle + np.rint(self.lean[rows] * WEIGHT_STEPS).astype(np.int64)
        text = self.draft(np.stack(self.drafts)[self.sides[0].account[rows], position])
        lacking = [
            self.tactics[side].lacks(self._view(side, rows), text, protocol.face_saving)
            for side in (0, 1)
        ]
        refused = [shortfall > 0 for shortfall in lacking]
        agreed = self._settle(rows, text, ~refused[0] & ~refused[1])
        direction = refused[0].astype(float) - refused[1]
        both = refused[0] & refused[1]
        direction = np.where(both, 0.5 * np.sign(lacking[0] - lacking[1]), direction)
        self.lean[rows] = np.clip(self.lean[rows] + protocol.text_step * direction, -0.5, 0.5)
        self._note(rows, MEDIATORS, text, agreed)

    def _note(self, rows: IntArray, speaker: int, package: IntArray, accepted: BoolArray) -> None:
        """Keep the moves of the watched rows for the transcript."""
        watched = where(rows < self.watched)
        if not len(watched):
            return
        at = rows[watched]
        worth: list[Any] = []
        asked: list[Any] = []
        for side in (0, 1):
            worth.append(self.sides[side].utility(at, package[watched]))
            asked.append(self.tactics[side].aspiration(self._view(side, at)))
        for k, row in enumerate(at):
            self.moves.append(
                Move(
                    int(row), int(self.exchange[row]), speaker, int(package[watched[k]]),
                    (float(worth[0][k]), float(worth[1][k])),
                    (float(asked[0][k]), float(asked[1][k])), bool(accepted[watched[k]]),
                )
            )  # fmt: skip
