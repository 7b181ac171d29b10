"""Ratification at home: the second table (Putnam 1988). Knows no agent."""

from __future__ import annotations

import numpy as np

from sim.randomness import BoolArray, FloatArray


def slack(uniform: FloatArray, mean: float) -> FloatArray:
    """Private gain over no deal that a side's constituents ask for, shape (R,), exponential."""
    return -mean * np.log1p(-uniform)


def ratified(utility: FloatArray, disagreement: FloatArray, asked: FloatArray) -> BoolArray:
    """Whether a tentative deal lies in a side's win-set, shape (R,).

    ``utility`` of the deal, ``disagreement`` payoff and the gain ``asked`` at home, all (R,).
    """
    return utility >= disagreement + asked
