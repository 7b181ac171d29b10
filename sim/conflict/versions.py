"""Two versions of one incident: what each side says in public of its own part in it.

The side accused may deny or acknowledge. Monitors and shared evidence narrow the difference, for
a denial that can be checked is worth little. What *was* is drawn by the model as a what-if; who
says what about it is another matter. Knows no agent.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import fused
from sim.config import Attribution
from sim.randomness import BoolArray, FloatArray, IntArray


@fused
def evidence_shared(
    rows: IntArray, by_deal: FloatArray, package: IntArray, delivered: FloatArray,
    handed_over: FloatArray, standing: float,
) -> FloatArray:  # fmt: skip
    """How much evidence on incidents is shared in these rows, shape (n,), in [0, 1].

    By the deal, ``by_deal`` (P + 1,) as far as ``delivered``; handed over outside any; or standing.
    """
    shared = np.maximum(by_deal[package[rows]] * delivered[rows], handed_over[rows])
    return np.maximum(shared, standing)


@fused
def denied(
    uniform: FloatArray,
    had_a_part: BoolArray,
    verified: FloatArray,
    evidence: FloatArray,
    denial: float,
    narrowed: tuple[float, float],
) -> BoolArray:
    """Whether the accused denies a part in the incident, shape (n,); all inputs have that shape.

    Who had none always denies. Who had one denies with the chance ``denial``, which falls with
    verification V and with evidence by the shares ``narrowed``, those by which they also cut
    misattribution.
    """
    by_monitors, by_evidence = narrowed
    chance = denial * (1.0 - by_monitors * verified) * (1.0 - by_evidence * evidence)
    return ~had_a_part | (uniform < chance)


def pressure_left(severity: FloatArray, denies: BoolArray, rule: Attribution) -> FloatArray:
    """Pressure of the incident, shape (n,): less where the accused acknowledges its part."""
    return np.where(denies, severity, severity * (1.0 - rule.acknowledged))
