"""How a side's aspiration moves within a round.

An aspiration is the least utility a side asks of an offer. It never falls below the side's
reservation, so that no deal is worse than no deal at the moment it is accepted. Knows no agent and
no package: only time, the zone between ideal and reservation, and the tactic's parameters.
"""

from __future__ import annotations

import numpy as np

from sim.config import Tactic, TacticKind
from sim.negotiation.concession import concession
from sim.randomness import FloatArray


def aspiration(
    tactic: Tactic, time: FloatArray, ideal: FloatArray, reservation: FloatArray
) -> FloatArray:
    """Least utility asked for, shape (R,), in utility units.

    ``time`` (R,) in [0, 1] is the share of the round that is over; ``ideal`` and ``reservation``
    (R,) bound the zone. Where the ideal is below the reservation the reservation is asked for.
    """
    zone = np.maximum(ideal - reservation, 0.0)
    return reservation + zone * (1.0 - share_conceded(tactic, time))


def share_conceded(tactic: Tactic, time: FloatArray) -> FloatArray:
    """Share of the zone given up at this time, shape (R,), in [0, 1].

    *time_dependent*: the polynomial or exponential curve of Faratin, Sierra & Jennings (1998).
    *hardliner*: the constant ``1 - floor``, whatever the time.
    """
    if tactic.kind is TacticKind.hardliner:
        return np.full(len(time), 1.0 - tactic.floor)
    return concession(time, tactic.beta, tactic.kappa, tactic.form.value)
