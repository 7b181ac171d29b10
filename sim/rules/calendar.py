"""When rounds are due: the dated ones first, then at an interval."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule


@rule
def schedule(future: Any, p: Any) -> None:
    """Set the next round: the next dated one, else the next at the interval after the last."""
    day, last, soonest = future.day, 0, 0
    for k in range(p.count.rounds):
        start = p.calendar.rounds[k].start
        last = max(last, start)
        if start > day and (soonest == 0 or start < soonest):
            soonest = start
    if soonest == 0:
        interval = p.calendar.interval
        soonest = last + ((day - last) // interval + 1) * interval
    future.talks.next_round = soonest


@rule
def last_day_of(p: Any, day: int) -> int:
    """Last day of a round that opens on a day: the dated one's, else by the configured length."""
    for k in range(p.count.rounds):
        if p.calendar.rounds[k].start == day:
            return p.calendar.rounds[k].end
    return day + p.calendar.length - 1
