"""The parties to the ceasefire: ``Pakistan`` and the ``AfghanTaliban``."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.agent import Recorded
from sim.arrays import FloatArray
from sim.config import PARTIES
from sim.config import Party as Config


class Party(Recorded):
    """A party; its attributes are the fields of ``state.SIDE``.

    Private are ``willing``, ``capacity``, ``resolve``, ``asked_at_home`` and ``ending_value``.
    """

    held = "sides"
    side: int

    def __init__(self, model: Any, config: Config) -> None:
        super().__init__(model, PARTIES[self.side], self.side, config)

    @property
    def trust(self) -> FloatArray:
        """Probability that the other side acts in good faith, as believed now, (R,)."""
        trusted: FloatArray = 1.0 / (np.exp(-self.believed) + 1.0)
        return trusted


class Pakistan(Party):
    """The party in Islamabad; it demands guarantees and custody and holds back strikes."""

    side = 0


class AfghanTaliban(Party):
    """The party in Kabul; handing people over costs it cohesion, and with it capacity."""

    side = 1
