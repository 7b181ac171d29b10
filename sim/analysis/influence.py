"""How far each unit moves a survival curve, for weights that are not frequencies; draws nothing."""

from __future__ import annotations

import numpy as np

from sim.analysis.sample import FloatArray, Sample


def influence(sample: Sample) -> FloatArray:
    """Covariance of S over days from each unit's influence, shape (days, days).

    A unit of weight w moves log S(t) by w times the hazards it was at risk of, each over the number
    that survived the day, less one over that number where it ended itself. Squares add over units
    (infinitesimal jackknife, as in R's survfit with case weights; Therneau & Grambsch 2000, 2.4).
    """
    counts = sample.counts
    after = counts.at_risk - counts.events
    inverse = np.divide(1.0, after, out=np.zeros_like(after), where=after > 0)
    hazard = np.divide(
        counts.events, counts.at_risk, out=np.zeros_like(after), where=counts.at_risk > 0
    )
    exposed = np.cumsum(hazard * inverse)
    survival = np.cumprod(1 - hazard)
    days = np.arange(after.size)
    covariance = np.zeros((after.size, after.size))
    weight = np.ones(sample.duration.size) if sample.weight is None else sample.weight
    entry = np.zeros_like(sample.duration) if sample.entry is None else sample.entry
    for unit in range(sample.duration.size):
        last, first = sample.duration[unit], entry[unit]
        before = exposed[first] if first else 0.0
        moved = np.where(days >= first, exposed[np.minimum(days, last)] - before, 0.0)
        if sample.kind[unit]:
            moved[last:] -= inverse[last]
        moved *= weight[unit] * survival
        covariance += np.outer(moved, moved)
    return covariance
