"""Many futures: each lived to its end as if it were alone, as long as the log has room."""

import numpy as np
import pytest
from by_hand import as_array, one_future
from conftest import SEED, STILL, vary

from sim.futures import Futures
from sim.negotiation.tables import desk
from sim.notes import ROOM, rows_a_day
from sim.parameters import NONE
from sim.records import DAILY, Daily
from sim.rules import run as rules
from sim.rules.run import BINS, SPELL
from sim.rules.trust import trust
from sim.state import COLLAPSE

HOT = {"ceasefire.exogenous_hazard": 0.2}


def world(changes=None, size=4, watched=0):
    """Futures of a still world on the evening of day 0."""
    return Futures.begun(vary(STILL | (changes or {})), size, SEED, watched=watched)


def spells_of(size):
    return np.zeros(size, SPELL).view(np.recarray)


def run(futures, horizon, first=0, spells=0, daily=None, finals=None, order=None):
    """Run futures; position to go on with and rows of spells, and the rows."""
    rows = spells_of(spells)
    at, number = rules.run(
        futures.records, futures.order if order is None else np.array(order), first, futures.sets,
        desk(), horizon, Daily.to(None) if daily is None else daily,
        futures.records.copy() if finals is None else finals, rows,
    )  # fmt: skip
    return int(at), int(number), rows


@pytest.fixture(autouse=True)
def empty_log():
    desk()["log"]["count"] = 0
    yield
    desk()["log"]["count"] = 0


def test_every_record_begins_under_its_own_set():
    futures = world(size=2)
    sets = futures.sets.repeat(2).view(np.recarray)
    sets["conflict"]["tension"]["initial"] = 1.0, 2.0
    futures.records["set"] = 1, 0
    rules.begin_all(futures.records, sets)
    assert futures.records["tension"].tolist() == [2.0, 1.0]


# Room in the log


@pytest.mark.parametrize(("spare", "room"), [(0, True), (1, True), (-1, False)])
def test_there_is_room_for_a_day_where_all_of_it_fits(spare, room):
    future, p = one_future()
    log = desk()["log"][0]
    log["count"] = ROOM - rows_a_day(p) - spare
    assert bool(rules.has_room(future, p, desk()[0])) is room
    future.watched = False
    assert rules.has_room(future, p, desk()[0])


def test_a_day_of_all_goes_on_where_the_log_was_full():
    futures = world(size=3, watched=3)
    order = np.array([2, 0, 1])
    desk()["log"]["count"] = ROOM
    assert rules.live_day_of_all(futures.records, order, 1, futures.sets, desk()) == 1
    desk()["log"]["count"] = 0
    assert rules.live_day_of_all(futures.records, order, 1, futures.sets, desk()) == 3
    assert futures.records["day"].tolist() == [1, 1, 0]


def test_a_run_goes_on_where_the_log_was_full():
    futures = world(size=3, watched=3)
    desk()["log"]["count"] = ROOM
    assert run(futures, 5)[:2] == (0, 0)
    assert futures.records["day"].tolist() == [0, 0, 0]
    desk()["log"]["count"] = 0
    assert run(futures, 5, first=1)[:2] == (3, 0)
    assert futures.records["day"].tolist() == [0, 5, 5]


# To the end


def test_futures_live_to_their_end_or_the_horizon():
    futures = world(HOT, size=20)
    assert run(futures, 6)[:2] == (20, 0)
    ended = futures.records["ceasefire"]["day"][:, COLLAPSE]
    assert 0 < (ended > 0).sum() < 20
    expected = np.where(ended > 0, ended, 6)
    assert futures.records["day"].tolist() == expected.tolist()
    assert (futures.records["running"] == (ended == 0)).all()


def test_a_run_is_the_same_as_day_by_day():
    one, other = world(HOT, size=5), world(HOT, size=5)
    run(one, 6)
    for _ in range(6):
        rules.live_day_of_all(other.records, other.order, 0, other.sets, desk())
    assert one.records.tobytes() == other.records.tobytes()


def test_each_future_has_its_own_parameter_set():
    futures = world(size=2)
    sets = futures.sets.repeat(2).view(np.recarray)
    sets["ceasefire"]["exogenous_hazard"] = 0.0, 1.0
    futures.records["set"] = 1, 0
    futures.sets = sets
    run(futures, 3)
    assert futures.records["day"].tolist() == [1, 3]


def test_only_those_in_order_are_lived_and_from_the_first():
    futures = world(size=4)
    assert run(futures, 2, order=[3, 1, 0], first=1)[0] == 3
    assert futures.records["day"].tolist() == [2, 2, 0, 0]


# Spells

RENEWED = HOT | {"ceasefire.renewable": True, "ceasefire.renewal": 0.5}


@pytest.mark.parametrize(("day", "ended"), [(4, False), (5, True), (0, False)])
def test_a_ceasefire_has_ended_today_if_it_collapsed_today(day, ended):
    future, _ = one_future()
    future.day, future.ceasefire.day[COLLAPSE] = 5, day
    future.ceasefire.day[0] = 5 if day != 5 else 1
    assert bool(rules.ended_today(future)) is ended


@pytest.mark.parametrize(("spell", "first"), [(1, True), (2, False)])
def test_a_spell_is_recorded_and_the_future_as_it_stands_after_its_first(spell, first):
    future, _ = one_future()
    state = future.ceasefire
    future.day, future.replicate, state.spell, state.began = 9, 7, spell, 4
    state.day[:], state.cause[:] = [1, 2, 3, 4, 9], [4, 3, 2, 1, 0]
    state.by[:] = [2, 0, 1, -1, 1]
    finals, rows = as_array(future).repeat(3).view(np.recarray), spells_of(4)
    finals["day"] = 0
    assert rules.record_spell(future, 1, finals, rows, 2) == 3
    assert rows[2].tolist()[:4] == (7, spell, 4, 9)
    assert rows["day"][2].tolist() == [1, 2, 3, 4, 9]
    assert rows["cause"][2].tolist() == [4, 3, 2, 1, 0]
    assert rows["by"][2].tolist() == [2, 0, 1, -1, 1]
    assert finals["day"].tolist() == [0, 9 if first else 0, 0]


def test_every_spell_of_a_renewable_ceasefire_is_recorded():
    """Spells follow one another within a future, and the last is still in force or over."""
    futures = world(RENEWED, size=6)
    finals = futures.records.copy()
    at, number, rows = run(futures, 30, spells=6 * 31, finals=finals)
    rows = rows[:number]
    assert at == 6
    assert set(rows["replicate"].tolist()) == set(range(6))
    for replicate in range(6):
        own = rows[rows["replicate"] == replicate]
        assert own["spell"].tolist() == list(range(1, len(own) + 1))
        assert (own["began"][1:] > own["day"][:-1, COLLAPSE]).all()
        collapsed = own["day"][:, COLLAPSE]
        assert (collapsed[:-1] > 0).all()
        assert own["last_day"].tolist() == np.where(collapsed > 0, collapsed, 30).tolist()
    assert number > 12
    first = rows[rows["spell"] == 1]
    assert finals["day"].tolist() == first["last_day"].tolist()


def test_a_run_stops_where_spells_might_not_fit():
    """A future may have a spell for each of its days, and one more."""
    assert run(world(RENEWED, size=2), 10, spells=10)[:2] == (0, 0)
    assert run(world(RENEWED, size=1), 10, spells=11)[0] == 1


def test_a_ceasefire_that_is_not_renewable_has_no_spells():
    assert run(world(HOT), 10, spells=99)[1] == 0


# Daily


def test_a_value_is_counted_in_its_bin_and_those_beyond_in_the_outermost():
    daily = Daily.to(2)
    daily.low[0], daily.per_unit[0] = 1.0, 2.0
    for value in (1.0, 1.49, 1.5, 2.0, -7.0, 1e9, 1.0 + (BINS - 1) / 2):
        rules.count_in(daily, 1, 0, value)
    counts = daily.counts[1, 0]
    assert counts[:3].tolist() == [3, 1, 1]
    assert counts[-1] == 2
    assert counts.sum() == daily.counts.sum() == 7


def a_day(**changes):
    """Histograms after one day of a future whose nine variables are 1 to 9 in units of bins."""
    future, p = one_future()
    daily = Daily.to(3)
    future.day, future.deal.package, future.talks.in_session = 2, NONE, False
    future.tension, future.closure = 5.0, 0.25
    p.count.militants, future.groups["count"] = 2, 3
    future.sides["believed"], future.sides["grievance"] = (1.0, -1.0), 0.0
    future.sides["closure_cost"] = 0.0
    p.parties["disagreement"] = 0.125, 0.375
    future.talks.latest[:] = 0.625, 0.875
    for name, value in changes.items():
        part, _, field = name.partition("__")
        future[part][field] = value
    rules.record_day(future, p, daily)
    return future, daily


def test_a_day_is_recorded_in_the_order_of_the_scales():
    future, daily = a_day()
    values = [
        trust(future.sides[0]), trust(future.sides[1]), 5.0, 0.25, 0.125, 0.375, 6.0, 0.625, 0.875,
    ]  # fmt: skip
    for k, (scale, value) in enumerate(zip(DAILY, values, strict=True)):
        bin_ = int((value - scale.low) / (scale.high - scale.low) * BINS)
        assert np.flatnonzero(daily.counts[2, k]).tolist() == [bin_], scale.name
        assert daily.counts[2, k].sum() == 1
    assert daily.in_force.tolist() == [0, 0, 1, 0]
    assert daily.deals.tolist() == daily.in_session.tolist() == [0] * 4
    assert daily.counts[[0, 1, 3]].sum() == 0


def test_deals_and_sessions_are_counted():
    _, daily = a_day(deal__package=0, talks__in_session=True)
    assert daily.deals.tolist() == daily.in_session.tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("side", [0, 1])
def test_what_has_not_been_offered_is_not_counted(side):
    latest = [0.625, 0.875]
    latest[side] = np.nan
    _, daily = a_day(talks__latest=latest)
    assert daily.counts[2, 7 + side].sum() == 0
    assert daily.counts[2, 8 - side].sum() == 1


def test_days_are_recorded_while_a_ceasefire_is_in_force():
    futures, daily = world(HOT, size=20), Daily.to(6)
    run(futures, 6, daily=daily)
    ended = futures.records["ceasefire"]["day"][:, COLLAPSE]
    expected = [0] + [int(((ended == 0) | (ended > day)).sum()) for day in range(1, 7)]
    assert daily.in_force.tolist() == expected
