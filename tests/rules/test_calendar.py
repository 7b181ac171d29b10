"""When rounds are due. Days are counted from day 0."""

import pytest
from by_hand import one_future

from sim.rules.calendar import last_day_of, schedule


def calendar(day=0, rounds=(), interval=10, length=3):
    """A future on a day, with dated rounds (start, end)."""
    future, p = one_future()
    future.day, p.count.rounds = day, len(rounds)
    p.calendar.interval, p.calendar.length = interval, length
    for k, (start, end) in enumerate(rounds):
        p.calendar.rounds[k].start, p.calendar.rounds[k].end = start, end
    return future, p


def due(*args, **kwargs):
    """The next round of a future once it is scheduled."""
    future, p = calendar(*args, **kwargs)
    schedule(future, p)
    return int(future.talks.next_round)


DATED = ((12, 13), (6, 9), (18, 18))


@pytest.mark.parametrize(
    ("day", "next_round"), [(0, 6), (5, 6), (6, 12), (11, 12), (12, 18), (17, 18)]
)
def test_the_soonest_dated_round_that_is_still_ahead_comes_next(day, next_round):
    assert due(day, DATED) == next_round


@pytest.mark.parametrize(("day", "next_round"), [(18, 28), (27, 28), (28, 38), (37, 38), (40, 48)])
def test_after_the_last_dated_round_one_is_due_at_every_interval(day, next_round):
    assert due(day, DATED) == next_round


def test_the_interval_counts_from_the_last_dated_round_wherever_it_stands():
    assert due(19, ((18, 18), (6, 9))) == 28


def test_without_dated_rounds_the_interval_counts_from_day_0():
    assert (due(0), due(9), due(10)) == (10, 10, 20)


def test_a_round_that_is_past_is_no_round_ahead():
    """Doha ended on the eve of day 0: only the interval counts from it, at least from day 0."""
    assert due(0, ((-1, 0),)) == 10


@pytest.mark.parametrize(("day", "last"), [(6, 9), (12, 13), (18, 18)])
def test_a_dated_round_ends_on_its_date(day, last):
    assert last_day_of(calendar(rounds=DATED)[1], day) == last


def test_another_round_is_as_long_as_configured():
    assert last_day_of(calendar(rounds=DATED)[1], 28) == 30
