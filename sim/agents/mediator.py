"""A mediator: leverage, bias, credibility and patience, and the functions it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.compiled import fused
from sim.config import PARTIES, MediatorFunction
from sim.config import Mediator as MediatorConfig
from sim.conflict.trust import message_accuracy
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate

if TYPE_CHECKING:
    from sim.model import CeasefireModel


class Mediator(mesa.Agent, PerReplicate):  # type: ignore[misc]
    """One mediator.

    ``patience`` (R,) effort left; ``present`` (R,) whether it takes part.
    """

    def __init__(self, model: CeasefireModel, name: str, config: MediatorConfig) -> None:
        super().__init__(model)
        self.name, self.config = name, config
        self.patience: FloatArray = np.full(model.size, config.patience)
        self.present: BoolArray = np.full(model.size, config.present)

    def active(
        self, function: MediatorFunction | None = None, rows: IntArray | None = None
    ) -> BoolArray:
        """Whether it takes part, has patience left and (if named) offers a function.

        Shape (R,), or that of some rows only.
        """
        present = self.present if rows is None else self.present[rows]
        if function is not None and function not in self.config.functions:
            return np.zeros(len(present), dtype=bool)
        patience = self.patience if rows is None else self.patience[rows]
        return present & (patience >= 1.0)

    def leverage(self, side: int) -> float:
        """Pull on one party, in [0, 1]."""
        pull: float = getattr(self.config.leverage, PARTIES[side])
        return pull

    def accuracy(self, side: int) -> float:
        """How far a party believes its word on the other's good faith, in [0.5, 1)."""
        leaning = self.config.bias if side == 0 else -self.config.bias
        return message_accuracy(self.config.credibility, leaning)

    def spend(self, rows: IntArray) -> None:
        """Use up one effort in these rows."""
        self.patience[rows] -= 1.0

    def pass_day(self) -> None:
        """Regain patience up to what it began with."""
        self.patience = recovered(self.patience, self.config.recovery, self.config.patience)


@fused
def recovered(patience: FloatArray, recovery: float, most: float) -> FloatArray:
    """Patience after a day's recovery, shape (R,)."""
    after: FloatArray = patience + recovery
    return np.minimum(after, most)


@fused
def left_undone(before: FloatArray, share: float, active: BoolArray) -> FloatArray:
    """What is left undone, shape (R,), once a mediator who is active has done its share of it."""
    return before * (1.0 - share * active)
