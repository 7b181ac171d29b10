"""Many futures: begun, lived day by day together, or each to its end and then the next."""

from __future__ import annotations

from typing import Any

from numba.extending import overload

from sim.compiling import rule
from sim.config import ENDS
from sim.negotiation.reservation import disagreement
from sim.notes import rows_a_day
from sim.parameters import NONE, struct
from sim.rules.begin import begin
from sim.rules.day import live_day
from sim.rules.incidents import in_force
from sim.rules.trust import trust

BINS = 256  # resolution of the daily quantiles: 1/256 of a variable's range
SPELL = struct(
    [("replicate", "u8"), ("spell", "i8"), ("began", "i8"), ("last_day", "i8"),
     ("day", "i8", (len(ENDS),)), ("cause", "i8", (len(ENDS),)), ("by", "i8", (len(ENDS),))]
)  # fmt: skip


@rule
def begin_all(futures: Any, sets: Any) -> None:
    """Put every record on the evening of day 0."""
    for k in range(len(futures)):
        begin(futures[k], sets[futures[k].set])


@rule
def has_room(future: Any, p: Any, desk: Any) -> bool:
    """Whether what may be noted of a day fits into the log."""
    return not future.watched or desk.log.count + rows_a_day(p) <= len(desk.log.rows)


@rule
def live_day_of_all(futures: Any, order: Any, first: int, sets: Any, desks: Any) -> int:
    """One day of every future from position ``first`` of ``order`` on, while the log has room.

    Returns the position to go on with.
    """
    desk = desks[0]
    for at in range(first, len(order)):
        future = futures[order[at]]
        p = sets[future.set]
        if not has_room(future, p, desk):
            return at
        live_day(future, p, desk)
    return len(order)


@rule
def run(
    futures: Any, order: Any, first: int, sets: Any, desks: Any, horizon: int, daily: Any,
    finals: Any, spells: Any,
) -> tuple[int, int]:  # fmt: skip
    """Live each future to its end or the horizon, then the next, as long as there is room.

    Parameters
    ----------
    order : (n,) positions of the futures, those of one parameter set together
    first : position in ``order`` of the future to go on with
    daily : histograms that days are added to, if they have any room
    finals : records of the first spell's end, where ceasefires are renewable
    spells : every spell, where ceasefires are renewable

    Returns
    -------
    position in ``order`` to go on with (n when done), rows in ``spells``
    """
    desk, spell = desks[0], 0
    for at in range(first, len(order)):
        k = order[at]
        future = futures[k]
        p = sets[future.set]
        if p.ceasefire.renewable and spell + horizon + 1 > len(spells):
            return at, spell
        while future.running and future.day < horizon:
            if not has_room(future, p, desk):
                return at, spell
            live_day(future, p, desk)
            if len(daily.in_force) and in_force(future):
                record_day(future, p, daily)
            if p.ceasefire.renewable and ended_today(future):
                spell = record_spell(future, k, finals, spells, spell)
        if p.ceasefire.renewable and in_force(future):
            spell = record_spell(future, k, finals, spells, spell)
    return len(order), spell


@rule
def ended_today(future: Any) -> bool:
    """Whether the ceasefire has collapsed today."""
    state = future.ceasefire
    return state.day[len(state.day) - 1] == future.day


@rule
def record_spell(future: Any, k: int, finals: Any, spells: Any, number: int) -> int:
    """Record a spell that is over, and the future as it stands if it was its first."""
    state, row = future.ceasefire, spells[number]
    if state.spell == 1:
        finals[k] = future
    row.replicate, row.spell, row.began = future.replicate, state.spell, state.began
    row.last_day = future.day
    for definition in range(len(state.day)):
        row.day[definition] = state.day[definition]
        row.cause[definition] = state.cause[definition]
        row.by[definition] = state.by[definition]
    return number + 1


@rule
def record_day(future: Any, p: Any, daily: Any) -> None:
    """Add a day of a future in force to the histograms, in the order of ``records.DAILY``.

    What the sides' latest offers are worth is not known before anything has been offered.
    """
    day, first, second = future.day, future.sides[0], future.sides[1]
    one_more(daily.in_force, day)
    if future.deal.package != NONE:
        one_more(daily.deals, day)
    if future.talks.in_session:
        one_more(daily.in_session, day)
    attacks = 0
    for k in range(p.count.militants):
        attacks += future.groups[k].count
    count_in(daily, day, 0, trust(first))
    count_in(daily, day, 1, trust(second))
    count_in(daily, day, 2, future.tension)
    count_in(daily, day, 3, future.closure)
    count_in(daily, day, 4, disagreement(future, p, 0))
    count_in(daily, day, 5, disagreement(future, p, 1))
    count_in(daily, day, 6, float(attacks))
    if future.talks.latest[0] == future.talks.latest[0]:  # not NaN
        count_in(daily, day, 7, future.talks.latest[0])
    if future.talks.latest[1] == future.talks.latest[1]:
        count_in(daily, day, 8, future.talks.latest[1])


@rule
def count_in(daily: Any, day: int, variable: int, value: float) -> None:
    """Count a value in its bin; values beyond the range are in the outermost."""
    place = (value - daily.low[variable]) * daily.per_unit[variable]
    one_more(daily.counts, (day, variable, int(max(min(place, BINS - 1.0), 0.0))))


def one_more(counts: Any, at: Any) -> None:
    """Count one more at a place; threads of a device, which share the counts, do it atomically."""
    counts[at] += 1


@overload(one_more, inline="always")
def _one_more(counts: Any, at: Any) -> Any:
    def add(counts: Any, at: Any) -> None:
        counts[at] += 1

    return add
