"""Later records as users code them: every record here is invented."""

from __future__ import annotations

import datetime as dt

import pytest

from sim.analysis.later_record import CODED, LaterRecord
from sim.config import ConfigError

CLOSED = dt.date(2025, 11, 1)
NOTHING = dict.fromkeys(CODED)


def invented(followed_to=100, **events):
    return {"about": "invented", "followed_to": followed_to, "events": NOTHING | events}


def read(tree):
    return LaterRecord.of(tree, CLOSED)


def test_dates_and_days_are_two_ways_to_say_one_thing():
    by_date = read(invented(dt.date(2026, 1, 30), strike=dt.date(2025, 11, 2)))
    assert by_date == read(invented(90, strike=1))


def test_quiet_ends_with_the_first_of_the_four_and_is_not_coded():
    record = read(invented(strike=30, exchange_of_fire=20, round_held=5))
    assert record.events["quiet"] == 20
    assert [record.by("quiet", day) for day in (19, 20)] == [True, False]
    assert [record.by("strike", day) for day in (29, 30)] == [False, True]


def test_nothing_counts_after_the_ceasefire_has_ended():
    record = read(invented(repudiation=10, strike=11, open_hostilities=12, round_held=10))
    assert record.over == 10
    assert record.left_out == ("strike", "open_hostilities")
    assert record.events["strike"] is None
    assert record.events["round_held"] == 10


def without(tree, name):
    return {key: value for key, value in tree.items() if key != name}


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ([], "the record must be a mapping of about, followed_to, events"),
        (without(invented(), "about"), "the record lacks about"),
        (invented() | {"about": " "}, "about is ' '; it must say who"),
        (invented() | {"note": 1}, "the record names 'note'"),
        (invented() | {"events": None}, "events must be a mapping of round_held"),
        (invented() | {"events": without(NOTHING, "strike")}, "events lacks strike; null says"),
        (invented(quiet=3), "events names 'quiet'; allowed are round_held"),
        (invented(strike="May"), "events.strike is 'May'; it must be a date"),
        (invented(strike=True), "events.strike is True; it must be a date"),
        (invented(strike=1.5), "events.strike is 1.5; it must be a date"),
        (invented(strike=0), "events.strike is 0; days are from 1, dates later than 2025-11-01"),
        (invented(strike=CLOSED), "events.strike is 2025-11-01; days are from 1"),
        (invented(strike=101), "events.strike is on day 101, later than followed_to (day 100)"),
        (invented(CLOSED), "followed_to is 2025-11-01; days are from 1"),
        (invented(open_hostilities=5), "open_hostilities is on day 5 with no strike by then"),
        (invented(open_hostilities=5, strike=6), "open_hostilities is on day 5 with no strike"),
        (invented(dt.datetime(2026, 1, 1, 12)), "followed_to is datetime"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(tree, said):
    with pytest.raises(ConfigError) as refused:
        read(tree)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot read"),
        ("about: [", "line"),
        ("about: a\nabout: b\n", "duplicate key about"),
        ("about: invented\nfollowed_to: 2025-02-30\nevents: {}\n", "day"),
        ("about: invented\nfollowed_to: 90\nevents: {}\n", "record.yaml: events lacks round_held"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, text, said):
    path = tmp_path / "record.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=r"record\.yaml") as refused:
        LaterRecord.read(path, CLOSED)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
