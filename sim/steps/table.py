"""A day at the table: who sits there, what they know, who carries words, and what is agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.party import Party
from sim.config import MediatorFunction, OpponentModel
from sim.negotiation.delegation import Delegation, Draw
from sim.negotiation.protocols import Meeting, Relay
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def bargain(model: CeasefireModel, rows: IntArray) -> IntArray:
    """Bargain for today in these rows; return the packages agreed or -1."""
    talks = model.talks
    first, second = (delegation(model, party, rows) for party in model.parties)
    watched = model.log.watched if model.log.transcript else 0
    meeting = Meeting(
        sides=(first, second),
        tactics=tuple(map(model.players.tactic, (0, 1), model.book.tactics)),
        drafts=model.book.drafts,
        draft=model.players.draft,
        mediated=any_active(model, MediatorFunction.formulate, rows),
        relay=relay(model, rows),
        exchange=talks.exchange[rows],
        limit=talks.limit[rows],
        lean=talks.lean[rows],
        offers=talks.offers.take(rows, axis=0),
        spoken=talks.spoken[rows],
        watched=int(np.searchsorted(model.streams.replicates[rows], watched)),
    )
    if model.log.transcript:
        model.log.say(
            model, rows, "session", round=talks.held[rows], verifiers=model.verifiers,
            trust=np.stack([first.trust, second.trust], axis=1),
            reservation=np.stack([first.reservation, second.reservation], axis=1),
            pakistan_lock_in=first.lock_in, afghan_taliban_lock_in=second.lock_in,
        )  # fmt: skip
    meeting.hold(model.scenario.protocol)
    talks.exchange[rows], talks.lean[rows] = meeting.exchange, meeting.lean
    talks.offers[rows], talks.spoken[rows] = meeting.offers, meeting.spoken
    for seat, speaker in enumerate(meeting.sides):
        spoke = where(meeting.spoken[:, seat] > 0)
        offer = speaker.last(spoke, "own")
        talks.latest[rows[spoke], seat] = speaker.other_utility(spoke, offer)
    for estimate, side in zip(model.estimates, meeting.sides, strict=True):
        if side.estimate is not None:
            estimate.put(rows, side.estimate)
    model.log.moves(model, rows, meeting.moves)
    return meeting.agreed


def delegation(model: CeasefireModel, party: Party, rows: IntArray) -> Delegation:
    """Seat a side at the table in these rows."""
    side = Delegation(
        model.book.tables[party.side], model.book.menus[party.side],
        model.book.reckonings[party.side], model.account[rows], party.trust[rows],
        party.lock_in[rows], reservation(model, party, rows),
    )  # fmt: skip
    side.estimate = model.estimates[party.side].part(rows)
    side.learns = party.config.opponent_model is OpponentModel.learned
    side.draw = draw(model, rows)
    return side


def draw(model: CeasefireModel, rows: IntArray) -> Draw:
    """Today's uniforms by position among ``rows``."""
    return lambda purpose, at: model.uniform(purpose, rows[at])


def relay(model: CeasefireModel, rows: IntArray) -> Relay:
    """Who carries words between the sides, and how badly they are heard."""
    carried = any_active(model, MediatorFunction.relay, rows)
    heard = model.combined(lambda m: m.config.credibility, MediatorFunction.relay, rows)
    noise = model.scenario.protocol.relay_noise * (1.0 - heard)
    return Relay(carried, noise, draw(model, rows))


def any_active(model: CeasefireModel, function: MediatorFunction, rows: IntArray) -> BoolArray:
    """Whether some mediator offers a function today in these rows, shape (len(rows),)."""
    return any_of([mediator.active(function, rows) for mediator in model.mediators], len(rows))


def any_of(masks: list[BoolArray], size: int) -> BoolArray:
    """Where any of the masks holds, shape (size,); nowhere if there are none."""
    found = np.zeros(size, dtype=bool)
    for mask in masks:
        found |= mask
    return found


def callers(model: CeasefireModel) -> list[str]:
    """Mediators who call the sides to the table."""
    calls = MediatorFunction.call_back
    return [m.name for m in model.mediators if calls in m.config.functions]


def leaning(model: CeasefireModel, rows: IntArray) -> FloatArray:
    """Where the first draft leans: the bias of the first mediator able to formulate."""
    lean, undecided = np.zeros(len(rows)), np.ones(len(rows), dtype=bool)
    for mediator in model.mediators:
        drafting = undecided & mediator.active(MediatorFunction.formulate, rows)
        lean[drafting] = model.scenario.protocol.draft_lean * mediator.config.bias
        undecided &= ~drafting
    return lean


def pressure(model: CeasefireModel, party: Party, rows: IntArray) -> FloatArray:
    """Mediators' pressure on a side, shape (len(rows),), in [0, 1]."""
    return model.combined(lambda m: m.leverage(party.side) * m.config.pressure, rows=rows)


def reservation(model: CeasefireModel, party: Party, rows: IntArray) -> FloatArray:
    """Utility of no deal as a side sees it under the mediators' pressure, shape (len(rows),)."""
    fallen = model.scenario.bargaining.pressure * pressure(model, party, rows)
    return np.maximum(party.disagreement(rows) - fallen, 0.0)
