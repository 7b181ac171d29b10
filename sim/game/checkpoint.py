"""A model's state on an evening: small enough to keep, to send elsewhere and to go back to.

A checkpoint holds every array over the replicate axis. Chance has addresses, so a model that goes
back to one lives the same days again unless somebody decides otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.model import CeasefireModel
from sim.randomness import IntArray

Arrays = dict[str, dict[str, NDArray[np.generic]]]


@dataclass(frozen=True)
class Checkpoint:
    """The evening of ``day`` in a model with one future.

    ``arrays`` are those of every state by name; ``account`` (1,) the account used; ``said`` and
    ``incidents`` how much of the log there was.
    """

    day: int
    account: IntArray
    arrays: Arrays
    said: int
    incidents: int
    rounds: int

    @classmethod
    def of(cls, model: CeasefireModel) -> Checkpoint:
        """Copy a model's state."""
        arrays = {
            name: {
                key: value.copy()
                for key, value in vars(state).items()
                if isinstance(value, np.ndarray)
            }
            for name, state in model.states().items()
        }
        log = model.log
        return cls(
            model.day, model.account.copy(), arrays,
            len(log.said), len(log.incidents), len(log.rounds),
        )  # fmt: skip

    def restore(self, model: CeasefireModel) -> None:
        """Take a model of the same scenario back to this evening."""
        model.day, model.running = self.day, True
        model.account = self.account.copy()
        for name, state in model.states().items():
            for key, value in self.arrays[name].items():
                setattr(state, key, value.copy())
        log = model.log
        del log.said[self.said :], log.incidents[self.incidents :], log.rounds[self.rounds :]
        model.open_book()  # who verifies may have changed since
        model.begin_day()

    def model(self, scenario: Scenario, seed: int) -> CeasefireModel:
        """Return a model that stands where the one stood that was kept."""
        model = CeasefireModel(scenario, 1, seed)
        self.restore(model)
        return model
