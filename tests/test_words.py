"""Words between seats: who hears them, what is refused, and that they are stored first."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_classroom import HOSTILE
from test_rooms import ANN, BOB, EVE, QUIET, TEACHER, again, do, path, rooms  # noqa: F401

from sim.app import render, words
from sim.app.room import RoomError
from sim.app.store import NotStored
from sim.app.words import LONGEST, Message
from sim.config import PARTIES
from sim.game import SEATS, Setup

WHO = {"pakistan": ANN, "afghan_taliban": BOB, "mediators": EVE}


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", QUIET, seed=7, days=30, persons=SEATS)


@pytest.fixture
def room(rooms, setup):  # noqa: F811
    class_ = do(rooms.open_class("IR", [setup], 0, "", TEACHER))
    [room] = rooms.of_class(class_.number)
    for seat, who in WHO.items():
        do(rooms.take_seat(room, seat, seat, who))
    do(rooms.start(room, TEACHER))
    return room


def move(rooms, room, said=""):  # noqa: F811
    question = room.game.question
    who, advice = WHO[question.seat], room.game.advice
    do(rooms.play(room, question.seat, question.turn, question.kind, advice, who, said))
    return question


def to_question(rooms, room, kind):  # noqa: F811
    while room.game.question.kind != kind:
        move(rooms, room)


def test_words_go_with_an_offer_to_the_table_and_are_in_the_file(rooms, room):  # noqa: F811
    to_question(rooms, room, "offer")
    asked = move(rooms, room, "  Take it \n or leave it ")
    [said] = room.said
    assert (said.words, said.to, said.turn) == ("Take it or leave it", "table", asked.turn)
    assert [len(room.heard(seat)) for seat in SEATS] == [1, 1, 1]
    assert again(rooms).rooms[room.code].said == room.said


def test_words_with_a_decision_that_nobody_hears_go_nowhere(rooms, room):  # noqa: F811
    to_question(rooms, room, "attend")
    move(rooms, room, "hello")
    assert room.said == []


@pytest.mark.parametrize("side", PARTIES)
def test_a_channel_is_heard_by_its_side_and_the_mediators_only(rooms, room, side):  # noqa: F811
    other = next(one for one in PARTIES if one != side)
    do(rooms.speak(room, side, side, "between us", WHO[side]))
    do(rooms.speak(room, "mediators", side, "understood", EVE))
    assert [m.words for m in room.heard(side)] == ["between us", "understood"]
    assert [m.words for m in room.heard("mediators")] == ["between us", "understood"]
    assert room.heard(other) == []
    with pytest.raises(RoomError, match="nobody to hear this"):
        do(rooms.speak(room, other, side, "let me in", WHO[other]))
    with pytest.raises(RoomError, match="not the key to the seat"):
        do(rooms.speak(room, side, side, "as if", WHO[other]))


@given(
    st.sampled_from(SEATS), st.sampled_from((*PARTIES, "table", "press")), st.sampled_from(SEATS)
)
def test_no_private_word_is_heard_by_the_other_side(author, to, hearer):
    said = Message(0, 1, 0, author, to, "x", None, 0.0)
    private = to in PARTIES
    assert said.heard_by(hearer) is (not private or hearer in (to, "mediators"))


def test_the_press_gets_one_line_of_a_side_after_each_round(rooms, room):  # noqa: F811
    with pytest.raises(RoomError, match="one line after each round"):
        do(rooms.speak(room, "pakistan", "press", "already", ANN))
    while not room.rounds_over and not room.game.over:
        move(rooms, room)
    do(rooms.speak(room, "pakistan", "press", "we tried", ANN))
    with pytest.raises(RoomError, match="one line after each round"):
        do(rooms.speak(room, "pakistan", "press", "again", ANN))
    with pytest.raises(RoomError, match="one line after each round"):
        do(rooms.speak(room, "mediators", "press", "we too", EVE))
    assert [len(room.heard(seat)) for seat in SEATS] == [1, 1, 1]


def test_words_are_bounded_and_a_refused_word_makes_no_move(rooms, room):  # noqa: F811
    to_question(rooms, room, "offer")
    before = room.game.moves
    with pytest.raises(RoomError, match="281 characters; at most 280"):
        move(rooms, room, "x" * (LONGEST + 1))
    do(rooms.mute(room, True, TEACHER))
    with pytest.raises(RoomError, match="muted"):
        move(rooms, room, "hello")
    assert (room.game.moves, room.said) == (before, [])
    move(rooms, room)
    do(rooms.mute(room, False, TEACHER))
    with pytest.raises(RoomError, match="nothing to say"):
        do(rooms.speak(room, "pakistan", "pakistan", " \n ", ANN))
    with pytest.raises(RoomError, match="not open on this device"):
        do(rooms.mute(room, True, ANN))


def test_a_seat_speaks_so_often_and_a_room_so_much(rooms, room, monkeypatch):  # noqa: F811
    for number in range(12):
        do(rooms.speak(room, "pakistan", "pakistan", f"word {number}", ANN))
    with pytest.raises(RoomError, match="too often"):
        do(rooms.speak(room, "pakistan", "pakistan", "more", ANN))
    monkeypatch.setattr("sim.app.rooms.MOST", 12)
    with pytest.raises(RoomError, match="12 messages were sent"):
        do(rooms.speak(room, "afghan_taliban", "afghan_taliban", "more", BOB))


def test_what_cannot_be_stored_was_not_said(rooms, room, monkeypatch):  # noqa: F811
    async def fails(*_):
        raise NotStored("this could not be stored")

    monkeypatch.setattr(rooms.writer, "write", fails)
    with pytest.raises(NotStored):
        do(rooms.speak(room, "pakistan", "pakistan", "lost", ANN))
    assert room.said == []


def test_a_bad_row_is_no_message_and_stops_nothing(rooms, room):  # noqa: F811
    do(rooms.speak(room, "pakistan", "pakistan", "good", ANN))
    row = rooms.store.rows("messages")[0]
    for bad in ({"seat": "x"}, {"to": "all"}, {"number": "1"}, {"day": None}, {"turn": "x"}):
        assert words.stored(row | bad) is None
    assert words.stored(row | {"words": "x" * 999}).words == "x" * LONGEST


def test_words_are_escaped_wherever_they_are_shown():
    said = Message(0, 1, 0, "pakistan", "table", HOSTILE, None, 0.0)
    assert "<script" not in render.said([said], "2025-10-19")


def test_many_speak_at_once_and_every_word_has_its_number(rooms, room):  # noqa: F811
    async def all_at_once():
        await asyncio.gather(*(
            rooms.speak(room, seat, to, f"{seat} {k}", WHO[seat])
            for k in range(5) for seat, to in (("pakistan", "pakistan"), ("mediators", "pakistan"))
        ))  # fmt: skip

    do(all_at_once())
    assert [m.number for m in room.said] == list(range(10))
    assert len(again(rooms).rooms[room.code].said) == 10
