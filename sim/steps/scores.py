"""What is recorded of a round when it is over: how good a deal is, how wrong each side was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.negotiation.delegation import Delegation
from sim.negotiation.opponent import expected_reservation, thought_worth, weight_error
from sim.negotiation.scoring import score
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where
from sim.steps.table import reservation

if TYPE_CHECKING:
    from sim.model import CeasefireModel


def note_deal(
    model: CeasefireModel,
    rows: IntArray,
    passed: BoolArray,
    agreed: IntArray,
    utilities: FloatArray,
    sides: list[Delegation],
) -> None:
    """Describe a future's first deal, and score it against the solution concepts."""
    tally = model.tally
    new = where(passed & (tally.deal_day[rows] == 0))
    first = rows[new]
    tally.deal_day[first] = model.day
    tally.deal_package[first] = agreed[new]
    tally.deal_utility[first] = utilities[new]
    tally.deal_pressure[first] = model.deal.pressure[first]
    tally.deal_time[first] = model.talks.exchange[first] / model.talks.limit[first]
    payoffs = [side.reservation[new] for side in sides]
    for side in (0, 1):
        tally.deal_gain[first, side] = utilities[new, side] - payoffs[side]
    locked = (sides[0].locked_in() | sides[1].locked_in())[new]
    for account, efficient in enumerate(model.book.efficient):
        for lock, packages in zip((False, True), efficient, strict=True):
            here = where((model.account[first] == account) & (locked == lock))
            if len(here):
                _score(model, first[here], new[here], packages, utilities, sides)


def _score(
    model: CeasefireModel,
    rows: IntArray,
    at: IntArray,
    packages: IntArray,
    utilities: FloatArray,
    sides: list[Delegation],
) -> None:
    """Score deals of one account against the packages that may be efficient.

    ``rows`` are those of the model, ``at`` (len(rows),) theirs in ``utilities`` and ``sides``.
    """
    account = int(model.account[rows[0]])
    own = [
        tables.by_account[account]
        .restricted(packages)
        .all_utilities(side.trust[at], side.lock_in[at])
        for tables, side in zip(model.book.tables, sides, strict=True)
    ]
    distance, share = score(
        (own[0], own[1]), (utilities[at, 0], utilities[at, 1]),
        (sides[0].reservation[at], sides[1].reservation[at]),
    )  # fmt: skip
    model.tally.deal_distance[rows] = distance
    model.tally.deal_nash_share[rows] = share


def judge_estimates(model: CeasefireModel, rows: IntArray) -> None:
    """How wrong each side is about the other at the end of a round."""
    talks = model.talks
    for party, estimate in zip(model.parties, model.estimates, strict=True):
        other = party.other
        at = rows[talks.spoken[rows, other.side] >= 2]
        if not len(at):
            continue
        truth = np.array([other.config.weights[name] for name in model.book.packages.issues])
        weights = estimate.part(at).weights()
        first = talks.offers[at, other.side, 0]
        last = talks.offers[at, other.side, talks.spoken[at, other.side] - 1]
        values = model.book.reckonings[party.side].option_values
        worth = [thought_worth(weights, values, model.account[at], p) for p in (first, last)]
        time = talks.exchange[at] / talks.limit[at]
        guess = expected_reservation(worth[0], worth[1], time)
        model.tally.weight_error[at, party.side] = weight_error(weights, truth)
        error = np.abs(guess - reservation(model, other, at))
        model.tally.reservation_error[at, party.side] = error
