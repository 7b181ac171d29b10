"""What a future takes along when another scenario holds from tomorrow on."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.negotiation.mediators import strength_of_verifiers
from sim.negotiation.terms import in_full, write_terms
from sim.parameters import NONE
from sim.rules.calendar import schedule


@rule
def take_over(futures: Any, sets: Any, same_calendar: bool, talks_before: bool) -> None:
    """Go on under other parameters from the state that those before have left.

    Lock-in is no more than the party's own may be, terms are those of the package now, and a round
    is due where the calendar has changed.
    """
    for k in range(len(futures)):
        future = futures[k]
        p = sets[future.set]
        for side in range(2):
            for c in range(p.count.contested):
                held = future.sides[side].lock_in
                held[c] = min(held[c], p.parties[side].lock_in)
        future.verifiers = strength_of_verifiers(future, p)
        if future.deal.package != NONE:
            write_terms(future, p)
        talks = future.talks
        if not p.switches.talks:
            talks.in_session, talks.next_round = False, 0
        else:
            kept = talks_before and same_calendar
            if not (kept or talks.in_session) and not in_full(future.deal):
                schedule(future, p)
