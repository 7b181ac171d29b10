"""Mediators: who is active, and what they can do together.

A mediator is active while it takes part and has patience for one more effort.
"""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday, rule


@everyday
def active(future: Any, k: int) -> bool:
    """Whether a mediator takes part and has patience left."""
    mediator = future.mediators[k]
    return mediator.present and mediator.patience >= 1.0


@everyday
def restraint_on(future: Any, p: Any, side: int) -> float:
    """Joint pull on a side of the mediators who restrain it by their attention, in [0, 1].

    Mediators act independently, so their strengths combine as 1 - prod(1 - strength).
    """
    without = 1.0
    for k in range(p.count.mediators):
        if p.mediators[k].functions.restrain and active(future, k):
            without *= 1.0 - p.mediators[k].leverage.parties[side]
    return 1.0 - without


@rule
def called_back(future: Any, p: Any, side: int) -> float:
    """Joint pull on a side of the mediators who call the sides back, in [0, 1]."""
    without = 1.0
    for k in range(p.count.mediators):
        if p.mediators[k].functions.call_back and active(future, k):
            without *= 1.0 - p.mediators[k].leverage.parties[side]
    return 1.0 - without


@rule
def pressure_on(future: Any, p: Any, side: int) -> float:
    """Mediators' pressure on a side at the table, in [0, 1]."""
    without = 1.0
    for k in range(p.count.mediators):
        if active(future, k):
            mediator = p.mediators[k]
            without *= 1.0 - mediator.leverage.parties[side] * mediator.pressure
    return 1.0 - without


@rule
def voices(future: Any, p: Any) -> float:
    """How well the mediators who issue communiqués are heard together, in [0, 1]."""
    without = 1.0
    for k in range(p.count.mediators):
        if p.mediators[k].functions.communique and active(future, k):
            without *= 1.0 - p.mediators[k].credibility
    return 1.0 - without


@rule
def strength_of_verifiers(future: Any, p: Any) -> float:
    """How well third parties verify, in [0, 1]: monitors, and mediators who offer to.

    Their credibility counts, not their patience.
    """
    without = 1.0 - future.monitors
    for k in range(p.count.mediators):
        if p.mediators[k].functions.verify and future.mediators[k].present:
            without *= 1.0 - p.mediators[k].credibility
    return 1.0 - without
