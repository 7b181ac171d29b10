"""Ratification at home: the second table (Putnam 1988)."""

from __future__ import annotations

import math
from typing import Any

from sim.compiling import rule


@rule
def slack(uniform: float, mean: float) -> float:
    """Private gain over no deal that a side's constituents ask for, exponential."""
    return -mean * math.log1p(-uniform)


@rule
def gain_asked_at_home(future: Any, p: Any, side: int) -> float:
    """Gain over no deal that a deal needs to be ratified.

    It rises with the audience's pressure and as the side's mandate wears away.
    """
    own = future.sides[side]
    audience = p.bargaining.win_set_audience * max(p.parties[side].audience, 0.0)
    return own.asked_at_home + audience + p.bargaining.win_set_mandate * (1.0 - own.mandate)


@rule
def needed_at_home(future: Any, p: Any, side: int) -> float:
    """Own utility that a deal must reach to be ratified."""
    return future.sides[side].reservation + gain_asked_at_home(future, p, side)
