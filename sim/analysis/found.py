"""What a calibration found: weighted points, accepted sets, and what it knows of itself."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.calibration import Calibration
from sim.analysis.history import History
from sim.analysis.populations import effective
from sim.analysis.recovery import Recovery
from sim.arrays import FloatArray, IntArray
from sim.study.parameters import Set


@dataclass(frozen=True)
class Found:
    """What a calibration found.

    Attributes
    ----------
    history : emulators of the first design, whose points are not among those below
    plausible : share of the space that is not implausible
    points, weights : (n, p) every later point, and its weight; weights sum to 1
    measures : by name, (n,)
    table : how many of the points, from the first on, were drawn from the prior
    tolerances : of the populations
    recovery : of known parameters from the table
    sets, counts : positions of the accepted sets among the points, and how often each was drawn;
        first the medoid, the nearest to all others of those that meet every condition
    falls : how steeply the hazard of some accepted sets falls, by explanation
    """

    asked: Calibration
    history: History
    plausible: float
    points: FloatArray
    weights: FloatArray
    measures: dict[str, FloatArray]
    table: int
    tolerances: list[float]
    recovery: Recovery
    sets: IntArray
    counts: IntArray
    falls: dict[str, FloatArray]

    @property
    def size(self) -> float:
        """Effective sample size of all weighted points."""
        return effective(self.weights)

    def values(self, position: int) -> Set:
        """The parameters of a point."""
        return dict(zip(self.asked.names, self.points[position].tolist(), strict=True))
