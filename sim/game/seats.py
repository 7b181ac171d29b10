"""Persons in the agents' places: every decision of a taken seat becomes a question or a move.

The model asks in the middle of a day. If the moves made so far hold no answer, ``Waiting`` is
raised, the game goes back to the evening before, and the day is lived again once there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.agents.players import Players
from sim.config import CAUSES, PARTIES
from sim.game.questions import Facts
from sim.negotiation.delegation import NO_PACKAGE
from sim.negotiation.tactics import Tactic, View
from sim.negotiation.utility import contested
from sim.randomness import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from sim.agents.party import Party
    from sim.model import CeasefireModel
    from sim.steps.responses import Chain

MEDIATORS = "mediators"
SEATS = (*PARTIES, MEDIATORS)
Kind = TypeVar("Kind", bound=np.generic)
REFUSED = 1e-6  # what a text lacks at least that a person refuses, in utility


class Waiting(Exception):  # noqa: N818 - no error: somebody has to decide first
    """A seat must decide before the day can go on."""

    def __init__(self, seat: str, kind: str, facts: Facts) -> None:
        super().__init__(f"{seat} must decide: {kind}")
        self.seat, self.kind, self.facts = seat, kind, facts


class Seats(Players):
    """The persons of a game with one future.

    ``moves`` are today's, in order; ``agents`` notes for each what the agent would have done, in
    the form of a move.
    """

    def __init__(self, model: CeasefireModel, taken: Sequence[str]) -> None:
        self.model, self.taken = model, frozenset(taken)
        self.moves: list[Any] = []
        self.agents: list[Any] = []

    def begin(self, moves: list[Any]) -> None:
        """Live a day with these answers."""
        self.moves, self.agents = moves, []

    def ask(self, seat: str, kind: str, agent: Any, **facts: Any) -> Any:
        """Return the next answer, or wait for one."""
        self.agents.append(agent)
        if len(self.agents) > len(self.moves):
            raise Waiting(seat, kind, facts)
        return self.moves[len(self.agents) - 1]

    # --- what the model asks -------------------------------------------------------------------

    def tactic(self, side: int, agent: Tactic) -> Tactic:
        """Put a person at the table."""
        return Seated(self, side, agent) if PARTIES[side] in self.taken else agent

    def attend(self, party: Party, would: BoolArray) -> BoolArray:
        """Ask whether to come to a round."""
        if party.name not in self.taken:
            return would
        return _like(would, self.ask(party.name, "attend", bool(would[0])))

    def respond(self, party: Party, would: IntArray, chain: Chain, at: IntArray) -> IntArray:
        """Ask for a rung of the ladder, told the cause and the rung suffered (0 at first)."""
        if party.name not in self.taken:
            return would
        facts = {
            "cause": CAUSES[chain.cause[at[0]]],
            "suffered": int(chain.rungs[at[0], party.other.side]),
            "link": chain.link,
        }
        return _like(would, self.ask(party.name, "respond", int(would[0]), **facts))

    def contradict(self, party: Party, would: BoolArray) -> BoolArray:
        """Ask for the public account of a failed round."""
        model = self.model
        issues = [model.book.packages.issues[k] for k in contested(model.scenario.agenda)]
        if party.name not in self.taken or not issues:
            return would
        agent = [issue for issue, spun in zip(issues, would[0], strict=True) if spun]
        chosen = self.ask(party.name, "account", agent, issues=issues)
        return _like(would, [issue in chosen for issue in issues])

    def end(self, party: Party, would: BoolArray) -> BoolArray:
        """Ask, when an agent would end the ceasefire, whether to do so."""
        if party.name not in self.taken or not would[0]:
            return would
        return _like(would, self.ask(party.name, "end", True))

    def contain(self, would: BoolArray) -> BoolArray:
        """Ask the mediators whether to try to break a chain."""
        if MEDIATORS not in self.taken or not would[0]:
            return would
        rungs = {party.name: int(party.rung[0]) for party in self.model.parties}
        return _like(would, self.ask(MEDIATORS, "contain", True, rungs=rungs))

    def draft(self, would: IntArray) -> IntArray:
        """Ask the mediators for a text."""
        if MEDIATORS not in self.taken:
            return would
        packages = self.model.book.packages
        agent = packages.describe(int(would[0]))
        chosen = self.ask(MEDIATORS, "draft", agent, would=int(would[0]))
        return _like(would, packages.index(chosen))


class Seated(Tactic):
    """A person at the table, beside the agent whose seat it is."""

    states_position = False

    def __init__(self, seats: Seats, side: int, agent: Tactic) -> None:
        self.seats, self.seat, self.agent = seats, PARTIES[side], agent
        self.packages = seats.model.book.packages

    def aspiration(self, view: View) -> FloatArray:
        """Own utility of the own last offer, before any the public position's; for the record."""
        own = view.own_offer()
        return np.where(np.isnan(own), view.ideal, own)

    def offer(self, view: View) -> IntArray:
        """Ask for a package; None holds to the last offer."""
        last = view.side.last(view.rows, "own")
        public = self.agent.states_position and last[0] == NO_PACKAGE
        would = view.side.opening[view.rows] if public else self.agent.offer(view)
        agent = self.packages.describe(int(would[0]))
        chosen = self.seats.ask(self.seat, "offer", agent, **self._facts(view))
        return last if chosen is None else _like(would, self.packages.index(chosen))

    def accepts(self, view: View, package: IntArray) -> BoolArray:
        """Ask about the other side's offer."""
        return self._judges("answer", view, package, self.agent.accepts(view, package))

    def takes_up(self, view: View, package: IntArray, misheard: FloatArray) -> BoolArray:
        """Ask about an offer that mediators carry; a person reads it as it is."""
        return self.accepts(view, package)

    def lacks(self, view: View, text: IntArray, face_saving: float) -> FloatArray:
        """Ask about the mediators' text.

        A refused one lacks what the agent says, and if the agent would have accepted it, what the
        own last offer is worth more.
        """
        agent = self.agent.lacks(view, text, face_saving)
        accepted = self._judges("text", view, text, agent <= 0)
        short = np.maximum(self.aspiration(view) - view.utility(text), REFUSED)
        return np.where(accepted, 0.0, np.where(agent > 0, agent, short))

    def _judges(self, kind: str, view: View, package: IntArray, agent: BoolArray) -> BoolArray:
        facts = self._facts(view) | {
            "package": int(package[0]),
            "worth": float(view.utility(package)[0]),
        }
        return _like(agent, self.seats.ask(self.seat, kind, bool(agent[0]), **facts))

    def _facts(self, view: View) -> Facts:
        """What this side knows at the table: the round so far and its own numbers of today."""
        side, row = view.side, int(view.rows[0])
        return {
            "exchange": int(view.exchange[0]),
            "of": int(view.limit[0]),
            "own_offers": side.offered[row, : side.spoken[row]].tolist(),
            "heard_offers": side.heard[row, : side.received[row]].tolist(),
            "trust": float(side.trust[row]),
            "lock_in": side.lock_in[row].tolist(),
            "reservation": float(side.reservation[row]),
        }


def _like(would: NDArray[Kind], value: Any) -> NDArray[Kind]:
    """An array of the shape and kind of ``would`` filled with one answer."""
    filled = np.empty_like(would)
    filled[...] = value
    return filled
