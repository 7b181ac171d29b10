"""Two versions of one incident: what each side says in public of its own part in it.

The side accused may deny or acknowledge. Monitors and shared evidence narrow the difference, for
a denial that can be checked is worth little. What *was* is drawn by the model as a what-if; who
says what about it is another matter. Knows no agent.
"""

from __future__ import annotations

import numpy as np

from sim.config import Attribution
from sim.randomness import BoolArray, FloatArray


def denied(
    uniform: FloatArray,
    had_a_part: BoolArray,
    verified: FloatArray,
    evidence: FloatArray,
    rule: Attribution,
) -> BoolArray:
    """Whether the accused denies a part in the incident, shape (n,); all inputs have that shape.

    Who had none always denies. Who had one denies with a chance that falls with verification V and
    with evidence, by the shares by which they also cut misattribution.
    """
    chance = rule.denial * (1.0 - rule.monitors * verified) * (1.0 - rule.evidence * evidence)
    return ~had_a_part | (uniform < chance)


def pressure_left(severity: FloatArray, denies: BoolArray, rule: Attribution) -> FloatArray:
    """Pressure of the incident, shape (n,): less where the accused acknowledges its part."""
    return np.where(denies, severity, severity * (1.0 - rule.acknowledged))
