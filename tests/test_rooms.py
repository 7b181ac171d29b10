"""Rooms without a web: seats, keys, moves, the clock, the teacher, and a restart in mid-game."""

import logging
import re
import sqlite3

import pytest

from sim.app import strings as say
from sim.app.rooms import (
    ALPHABET,
    CODE_LENGTH,
    EXPIRES,
    Limit,
    RoomError,
    Rooms,
    digest,
    same,
    shown_code,
    tidy_code,
    tidy_name,
)
from sim.app.store import Store
from sim.config import ConfigError
from sim.game import Game, MoveError, Setup

HERE = "127.0.0.1"
QUIET = ("switches.attacks=false", "switches.clashes=false")


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", QUIET, seed=7, days=60, persons=["pakistan", "afghan_taliban"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rooms.sqlite"


@pytest.fixture
def rooms(path):
    return Rooms(Store(path))


def room_of(rooms, setup, deadline=0):
    key, [room] = rooms.open_class("IR 101", [setup], deadline, HERE)
    return room, key


def seated(rooms, room):
    return {seat: rooms.take_seat(room, seat, seat, HERE) for seat in room.setup.persons}


def move(rooms, room, keys, value=None):
    """Make the next move, as advised unless told otherwise."""
    question = room.game.question
    value = room.game.advice if value is None else value
    key = keys[question.seat]
    rooms.play(room, question.seat, key, question.turn, question.kind, value)


def test_a_restart_in_mid_game_goes_on_where_it_was(rooms, setup, path):
    room, teacher = room_of(rooms, setup)
    keys = seated(rooms, room)
    for _ in range(6):
        move(rooms, room, keys)
    rooms.pause(room, True)
    rooms.store.close()
    again = Rooms(Store(path))
    back = again.rooms[room.code]
    assert (back.game.question, back.game.entries) == (room.game.question, room.game.entries)
    assert (back.paused, back.seats, back.made_by) == (True, room.seats, ["person"] * 6)
    assert again.class_of(teacher, HERE)[1] == "IR 101"
    again.pause(back, False)
    move(again, back, keys)
    assert len(back.game.moves) == 7


def test_a_game_in_a_room_is_the_game_in_python(rooms, setup):
    room, _ = room_of(rooms, setup)
    keys = seated(rooms, room)
    rooms.moves = Limit(1_000, 10.0)
    while not room.game.over:
        move(rooms, room, keys)
    stored = [one.move for one in rooms.store.moves(room.code)]
    assert Game(setup, stored).entries == room.game.entries


def test_rooms_outlive_the_file_of_their_scenario(rooms, setup, path, monkeypatch):
    room, _ = room_of(rooms, setup)
    monkeypatch.setattr("sim.study.cells.data_dir", lambda _: path.parent / "nowhere")
    assert Rooms(Store(path)).rooms[room.code].game.question == room.game.question


def test_one_room_that_cannot_be_played_back_leaves_the_others(rooms, setup, path, caplog):
    broken, _ = room_of(rooms, setup)
    sound, _ = room_of(rooms, setup)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE rooms SET setup = '{}' WHERE code = ?", (broken.code,))
    with caplog.at_level(logging.WARNING):
        assert set(Rooms(Store(path)).rooms) == {sound.code}
    assert broken.code in caplog.text


def test_one_room_that_fails_tells_so_and_leaves_the_others(rooms, setup, monkeypatch, caplog):
    failing, _ = room_of(rooms, setup)
    sound, _ = room_of(rooms, setup)
    keys = {code.code: seated(rooms, code) for code in (failing, sound)}

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(failing.game.model, "step", fail)
    with caplog.at_level(logging.CRITICAL), pytest.raises(RoomError, match="has failed"):
        move(rooms, failing, keys[failing.code])
    with pytest.raises(RoomError, match="has failed"):
        rooms.play(failing, "pakistan", keys[failing.code]["pakistan"], 1, "attend", True)
    assert not failing.told
    move(rooms, sound, keys[sound.code])
    assert (failing.broken != "", sound.broken) == (True, "")


# Codes and keys


def test_codes_and_keys_are_long_random_and_different(rooms, setup):
    made = [room_of(rooms, setup) for _ in range(20)]
    codes, keys = {room.code for room, _ in made}, {key for _, key in made}
    assert len(codes) == len(keys) == 20
    assert all(re.fullmatch(f"[{ALPHABET}]{{{CODE_LENGTH}}}", code) for code in codes)
    assert len(ALPHABET) ** CODE_LENGTH >= 2**39
    assert min(map(len, keys)) >= 21


def test_keys_are_not_in_the_file(rooms, setup, path):
    room, teacher = room_of(rooms, setup)
    keys = [teacher, *seated(rooms, room).values()]
    rooms.store.close()
    held = path.read_bytes()
    assert [key for key in keys if key.encode() in held] == []
    assert digest(teacher).encode() in held


def test_a_forged_key_opens_nothing(rooms, setup):
    room, teacher = room_of(rooms, setup)
    keys = seated(rooms, room)
    forged = keys["afghan_taliban"]
    question = room.game.question
    assert question.seat == "pakistan"
    with pytest.raises(RoomError, match="not the key to the seat of Islamabad"):
        rooms.play(room, "pakistan", forged, question.turn, question.kind, True)
    with pytest.raises(RoomError, match="not a teacher's key"):
        rooms.class_of(forged, HERE)
    with pytest.raises(RoomError, match="not the key"):
        rooms.check_seat(room, "pakistan", teacher, HERE)
    assert not same("", digest("x"))


def test_guessing_is_bounded_and_costs_only_the_guesser(rooms, setup):
    room, _ = room_of(rooms, setup)
    said = ""
    for _ in range(rooms.attempts.most + 1):
        with pytest.raises(RoomError) as caught:
            rooms.find("AAAA-AAAA", "guesser")
        said = str(caught.value)
    assert said == say.TOO_MANY_ATTEMPTS
    assert rooms.find(shown_code(room.code).lower(), HERE) is room
    with pytest.raises(RoomError, match="no room with the code AAAA-AAAA"):
        rooms.find("aaaa aaaa" + "x" * 10_000, HERE)


def test_a_limit_forgets_with_time():
    now = [0.0]
    limit = Limit(2, 10.0, lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    now[0] = 10.5
    assert limit.allows("a")


# Seats and names


def test_a_taken_seat_is_refused_by_name(rooms, setup):
    room, _ = room_of(rooms, setup)
    rooms.take_seat(room, "pakistan", "Ann", HERE)
    with pytest.raises(RoomError, match="the seat of Islamabad is taken by Ann"):
        rooms.take_seat(room, "pakistan", "Bob", HERE)
    with pytest.raises(RoomError, match="the mediators is no seat for a person"):
        rooms.take_seat(room, "mediators", "Bob", HERE)


def test_names_are_bounded_and_tidied(rooms, setup):
    room, _ = room_of(rooms, setup)
    with pytest.raises(RoomError, match="has 10000 characters; at most 40"):
        rooms.take_seat(room, "pakistan", "x" * 10_000, HERE)
    with pytest.raises(RoomError, match="the name is empty"):
        rooms.take_seat(room, "pakistan", " \n\t", HERE)
    assert tidy_name(" Ann\n\u202eB ") == "Ann B"
    assert tidy_code(" ab-cd " + "x" * 10_000) == "ABCDXXXX"
    assert room.seats == {}


def test_a_freed_seat_can_be_taken_and_the_old_key_is_void(rooms, setup):
    room, _ = room_of(rooms, setup)
    old = rooms.take_seat(room, "pakistan", "Ann", HERE)
    rooms.free(room, "pakistan")
    new = rooms.take_seat(room, "pakistan", "Bob", HERE)
    assert (room.holds("pakistan", old), room.holds("pakistan", new)) == (False, True)


# Moves, the clock and the teacher


def test_moves_out_of_turn_twice_or_too_often_change_nothing(rooms, setup):
    room, _ = room_of(rooms, setup)
    keys = seated(rooms, room)
    question = room.game.question
    with pytest.raises(MoveError, match="turn of pakistan"):
        rooms.play(room, "afghan_taliban", keys["afghan_taliban"], 0, "attend", True)
    rooms.play(room, "pakistan", keys["pakistan"], question.turn, "attend", True)
    with pytest.raises(MoveError, match="made already"):
        rooms.play(room, "pakistan", keys["pakistan"], question.turn, "attend", True)
    for _ in range(rooms.moves.most):
        with pytest.raises(ConfigError):
            rooms.play(room, "pakistan", keys["pakistan"], 0, "attend", True)
    with pytest.raises(RoomError, match="too often"):
        rooms.play(room, "pakistan", keys["pakistan"], 0, "attend", True)
    assert len(rooms.store.moves(room.code)) == len(room.game.moves) == 1


def test_a_paused_room_takes_no_moves(rooms, setup):
    room, _ = room_of(rooms, setup)
    keys = seated(rooms, room)
    rooms.pause(room, True)
    with pytest.raises(RoomError, match="paused"):
        move(rooms, room, keys)
    rooms.pause(room, False)
    move(rooms, room, keys)


def test_when_time_is_up_the_agent_decides(rooms, setup):
    room, _ = room_of(rooms, setup, deadline=60)
    room.asked_at -= 61
    rooms.tick()
    assert (room.left(), room.game.moves) == (None, [])  # the clock waits for the players
    keys = seated(rooms, room)
    assert room.left() == pytest.approx(60, abs=1)
    room.asked_at -= 61
    rooms.tick()
    assert room.made_by == ["clock"]
    assert room.game.moves[0].value == room.game.decisions[0].agent
    move(rooms, room, keys)


def test_an_agent_stands_in_until_somebody_sits_down(rooms, setup):
    room, _ = room_of(rooms, setup)
    key = rooms.take_seat(room, "afghan_taliban", "Ann", HERE)
    rooms.stand_in(room, "pakistan")
    assert room.game.question.seat == "afghan_taliban"
    assert room.complete
    rooms.take_seat(room, "pakistan", "Bob", HERE)
    move(rooms, room, {"afghan_taliban": key})
    assert room.game.question.seat in ("pakistan", "afghan_taliban")
    assert room.stand_ins == set()


def test_players_see_everything_only_when_it_is_over_or_revealed(rooms, setup):
    room, _ = room_of(rooms, setup)
    assert not room.told
    rooms.reveal(room)
    assert room.told


def test_idle_rooms_are_forgotten(rooms, setup, path):
    room, _ = room_of(rooms, setup)
    used, _ = room_of(rooms, setup)
    rooms.expire(room.touched + EXPIRES - 1)
    assert set(rooms.rooms) == {room.code, used.code}
    used.touched += EXPIRES
    rooms.expire(room.touched + EXPIRES + 1)
    assert set(rooms.rooms) == {used.code}
    assert set(Rooms(Store(path)).rooms) == {used.code}


def test_classes_are_bounded(rooms, setup):
    with pytest.raises(RoomError, match="1 to 40 rooms"):
        rooms.open_class("IR", [setup] * 41, 0, HERE)
    with pytest.raises(RoomError, match="the deadline is 7 seconds; allowed are 0, 60"):
        rooms.open_class("IR", [setup], 7, HERE)


def test_a_page_that_fails_does_not_keep_the_others_from_hearing(rooms, setup, caplog):
    room, _ = room_of(rooms, setup)
    heard = []

    def fail():
        raise RuntimeError

    room.listeners |= {fail, lambda: heard.append(1)}
    with caplog.at_level(logging.CRITICAL):
        rooms.reveal(room)
    assert heard == [1]


def test_a_file_that_is_no_database_is_refused_in_a_sentence(tmp_path):
    file = tmp_path / "rooms.sqlite"
    file.write_text("not a database, and long enough to be looked at" * 100)
    with pytest.raises(ConfigError, match="cannot be used to keep rooms"):
        Store(file)
