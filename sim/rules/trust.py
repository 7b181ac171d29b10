"""Trust as Bayesian log-odds that the other side acts in good faith (Kydd 2005).

Each signal adds its log-likelihood ratio; between signals what was learnt leaks away and the
log-odds return to the prior.
"""

from __future__ import annotations

import math
from typing import Any

from sim.compiling import everyday, rule

LIMIT = 12.0  # log-odds are kept within +-12 (odds of 160,000) so that no certainty is final


@everyday
def probability(log_odds: float) -> float:
    """Probability of log-odds."""
    return 1.0 / (math.exp(-log_odds) + 1.0)


@everyday
def learn(side: Any, evidence: float) -> None:
    """Move a side's log-odds by the log-likelihood ratio of what it saw."""
    side.learnt += evidence


@rule
def believe(side: Any) -> None:
    """Let a side believe what it has learnt so far."""
    side.believed = side.learnt


@rule
def trust(side: Any) -> float:
    """Probability that the other side acts in good faith, as a side believes now."""
    return probability(side.believed)


@everyday
def leaked(log_odds: float, prior: float, kept: float) -> float:
    """Log-odds after one day's return to the prior's, within ``LIMIT``."""
    left = prior + (log_odds - prior) * kept
    return min(max(left, -LIMIT), LIMIT)
