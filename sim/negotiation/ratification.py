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
def needed_at_home(future: Any, p: Any, side: int) -> float:
    """Own utility that a deal must reach to be ratified: no deal, and the gain asked at home.

    More is asked the higher the audience's pressure.
    """
    audience = p.bargaining.win_set_audience * max(p.parties[side].audience, 0.0)
    return future.sides[side].reservation + (future.sides[side].asked_at_home + audience)
