"""A militant group: attacks that excite more, suppressed or provoked by what is agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.config import Militants
from sim.conflict import attacks
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import PerReplicate, moved_towards

if TYPE_CHECKING:
    from sim.model import CeasefireModel

DAYS_PER_MONTH = 30  # frailty is redrawn at this interval


class MilitantGroup(mesa.Agent, PerReplicate):  # type: ignore[misc]
    """One group.

    Attributes over the replicate axis
    ----------------------------------
    excitation : (R,) attacks a day set off by earlier ones
    frailty : (R,) this month's factor on the background rate
    suppression : (R,) share of the background rate that Kabul's measures end
    backlash : (R,) relative rise after a handover
    count, worst : (R,) today's attacks and the deaths in the deadliest
    attacks, deaths : (R,) totals since day 0
    """

    def __init__(self, model: CeasefireModel, name: str, config: Militants) -> None:
        super().__init__(model)
        self.name, self.config = name, config
        self.rate = config.attacks_per_year * config.share / attacks.DAYS_PER_YEAR
        self.severity = attacks.Severity.of(
            config.deaths_per_attack, config.tail_exponent, config.deadliest
        )
        self.kept = float(np.exp(-1.0 / config.excitation_days))  # of excitation, in a day
        size = model.size
        self.excitation: FloatArray = np.full(size, config.excitation * self.rate)
        self.frailty: FloatArray = np.ones(size)
        self.suppression: FloatArray = np.zeros(size)
        self.backlash: FloatArray = np.zeros(size)
        self.count: IntArray = np.zeros(size, dtype=np.int64)
        self.worst: IntArray = np.zeros(size, dtype=np.int64)
        self.attacks: IntArray = np.zeros(size, dtype=np.int64)
        self.deaths: IntArray = np.zeros(size, dtype=np.int64)

    def attack(self, spoiling: BoolArray, pace: float) -> None:
        """Draw today's attacks and their severities.

        ``spoiling`` (R,) marks the window; ``pace`` is the share of new attacks that pauses leave.
        """
        model, config = self.model, self.config
        if (model.day - 1) % DAYS_PER_MONTH == 0:
            uniform = model.uniform(f"frailty/{self.name}")
            self.frailty = attacks.frailty_quantile(uniform, config.frailty)
        season = attacks.season_factor(model.day_of_year, config.season, config.season_peak)
        background = pace * season * self.rate * (1.0 - config.excitation)
        believed = model.scenario.afghan_taliban.believed_capacity
        rise, weighs = attacks.spoiling(
            config.spoiler, config.spoiling, believed, config.inducement
        )
        expected = attacks.intensity(
            background, self.frailty, self.suppression, self.backlash, spoiling, rise, weighs,
            self.excitation,
        )  # fmt: skip
        self.count = attacks.poisson_quantile(model.uniform(f"attack/{self.name}"), expected)
        each = config.excitation * (1.0 - self.kept)
        self.excitation = attacks.excited(self.excitation, self.kept, each, self.count)
        self.worst, deaths = self.severity.of_attacks(
            self.count, lambda rows: model.words(f"severity/{self.name}", rows)
        )
        self.attacks += self.count
        self.deaths += deaths

    def rest(self) -> None:
        """Make no attack today."""
        self.count = np.zeros(self.model.size, dtype=np.int64)
        self.worst = np.zeros(self.model.size, dtype=np.int64)

    def strike_once(self, deaths: int) -> None:
        """Add one attack of given deaths to today's (a scheduled event); it excites others."""
        self.excitation = self.excitation + self.config.excitation * (1.0 - self.kept)
        self.count = self.count + 1
        self.attacks = self.attacks + 1
        self.deaths = self.deaths + deaths
        self.worst = np.maximum(self.worst, deaths)

    def restrained_by(self, effort: FloatArray, moved: float) -> None:
        """Move suppression towards what Kabul's measures reach of this group."""
        self.suppression = moved_towards(self.suppression, effort, self.config.exposure, moved)

    def weakened_by(self, suppression: float, backlash: float) -> None:
        """Take a measure of these sizes (shares) carried out at once, outside any deal."""
        ended = suppression * self.config.exposure
        self.suppression = self.suppression + ended * (1.0 - self.suppression)
        self.backlash = self.backlash + backlash

    def from_afghan_soil(self, rows: IntArray) -> BoolArray:
        """Whether today's worst attack was prepared on Afghan soil (a what-if), per row."""
        share = self.config.from_afghan_soil
        left = share * (1.0 - self.suppression[rows])
        chance = left / np.maximum(left + 1.0 - share, 1e-12)
        from_there: BoolArray = self.model.uniform(f"origin/{self.name}", rows) < chance
        return from_there
