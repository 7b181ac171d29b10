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
    """An evening in a model with one future.

    ``numbers`` are the model's own plain numbers by name, ``arrays`` those of every state;
    ``account`` (1,) the account used; ``said``, ``incidents`` and ``rounds`` how much of the log
    there was.
    """

    numbers: dict[str, int | float]
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
        plain = {
            name: value
            for name, value in vars(model).items()
            if type(value) in (int, float, bool) and not name.startswith("_")
        }
        log = model.log
        return cls(
            plain, model.account.copy(), arrays,
            len(log.said), len(log.incidents), len(log.rounds),
        )  # fmt: skip

    @property
    def day(self) -> int:
        """Day of the evening."""
        return int(self.numbers["day"])

    def restore(self, model: CeasefireModel) -> None:
        """Take a model of the same scenario back to this evening."""
        for name, number in self.numbers.items():
            setattr(model, name, number)
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
