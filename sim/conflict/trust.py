"""Trust as Bayesian log-odds that the other side acts in good faith (Kydd 2005).

Each signal adds its log-likelihood ratio; between signals what was learnt leaks away and the
log-odds return to the prior. Knows no agent.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import fused
from sim.config import Signal
from sim.randomness import BoolArray, FloatArray

LIMIT = 12.0  # log-odds are kept within +-12 (odds of 160,000) so that no certainty is final


def log_odds(probability: float) -> float:
    """Log-odds of a probability strictly between 0 and 1."""
    return math.log(probability / (1.0 - probability))


def probability(log_odds_: FloatArray) -> FloatArray:
    """Probability of log-odds, elementwise, shape (R,)."""
    odds_against: FloatArray = np.exp(-log_odds_)
    odds_against += 1.0
    trusted: FloatArray = 1.0 / odds_against
    return trusted


def evidence(signal: Signal) -> float:
    """Log-likelihood ratio of a signal: good faith over bad faith."""
    return math.log(signal.good / signal.bad)


def attack_evidence(believed_strength: float) -> float:
    """Log-likelihood ratio of an attack that a side in good faith would have prevented.

    A side in good faith with strength s lets an attack happen with chance 1 - s, one in bad faith
    with chance 1, so that the posterior is t (1 - s) / (1 - t s) (Kydd & Walter 2002).
    """
    return math.log(1.0 - believed_strength)


@fused
def leak(log_odds_: FloatArray, prior: float, kept: float) -> FloatArray:
    """One day's return of the log-odds towards the prior log-odds, shape (R,)."""
    left: FloatArray = prior + (log_odds_ - prior) * kept
    return np.minimum(np.maximum(left, -LIMIT), LIMIT)


@fused
def quiet_evidence(
    evidence: float, unharmed: BoolArray, violated: BoolArray, blamed: BoolArray
) -> FloatArray:
    """What a day without fire, violation or attack tells of the other side, shape (R,)."""
    learnt: FloatArray = np.multiply(evidence, unharmed & ~violated & ~blamed)
    return learnt


@fused
def right(trust: FloatArray, willing: BoolArray) -> BoolArray:
    """Whether a side takes the other for what it is, shape (R,)."""
    result: BoolArray = (trust >= 0.5) == willing
    return result


def message_accuracy(credibility: float, leaning: float) -> float:
    """Chance that a mediator's word on the other side's good faith is right, as its hearer sees it.

    Only a mediator that leans towards the hearer is fully believed (Kydd 2003): ``leaning`` in
    [-1, 1] is its bias towards the hearer, ``credibility`` in [0, 1] how well it is informed.
    """
    return 0.5 + 0.49 * credibility * (1.0 + leaning) / 2.0
