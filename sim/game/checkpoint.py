"""A model's state on an evening: small enough to keep, to send elsewhere and to go back to.

It is a copy of the records. Chance has addresses, so a model that returns to one goes through the
same days again unless somebody decides otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.config import Scenario
from sim.futures import Futures
from sim.model import CeasefireModel


@dataclass(frozen=True)
class Checkpoint:
    """An evening of a model.

    ``records`` (R,) of ``state.FUTURE``; ``numbers`` (R,) of their parameter sets; ``said``,
    ``incidents`` and ``rounds`` how much of the log there was.
    """

    day: int
    running: bool
    records: Any
    numbers: Any
    said: int
    incidents: int
    rounds: int

    @classmethod
    def of(cls, model: CeasefireModel) -> Checkpoint:
        """Copy a model's state."""
        log = model.log
        return cls(
            model.day, model.running, np.asarray(model.state).copy(), model.futures.numbers.copy(),
            len(log.said), len(log.incidents), len(log.rounds),
        )  # fmt: skip

    def restore(self, model: CeasefireModel) -> None:
        """Take a model of the same futures back to this evening."""
        model.day, model.running = self.day, self.running
        model.state[:] = self.records
        log = model.log
        del log.said[self.said :], log.incidents[self.incidents :], log.rounds[self.rounds :]

    def model(self, scenario: Scenario) -> CeasefireModel:
        """Return a model in the state that was kept."""
        records = self.records.copy().view(np.recarray)
        model = CeasefireModel.of(scenario, Futures(scenario, records, self.numbers), self.day)
        model.running = self.running
        return model
