"""Rooms without a web: seats, keys, moves, the clock, the teacher, and a restart in mid-game."""

import asyncio
import json
import logging
import re
import time
from dataclasses import replace

import pytest

from sim.app import strings as say
from sim.app.keys import (
    ALPHABET,
    CODE_LENGTH,
    Visitor,
    digest,
    new_code,
    same,
    shown_code,
    tidy_key,
)
from sim.app.keys import tidy_code as tidied
from sim.app.limits import Limit, place
from sim.app.register import GIVES_WAY, MOST_ALONE, MOST_ALONE_OF_PLACE, MOST_OF_PLACE
from sim.app.room import RoomError
from sim.app.rooms import ALONE_EXPIRES, EMPTY_EXPIRES, EXPIRES, Rooms
from sim.app.store import NotStored, Store
from sim.app.typed import names_in, tidy_name
from sim.config import ConfigError
from sim.config.tactics import Custom
from sim.game import Game, Move, MoveError, Setup

QUIET = ("switches.attacks=false", "switches.clashes=false")
TEACHER, ANN, BOB, EVE = (
    Visitor("192.0.2.1", name * 4) for name in ("teacher", "ann", "bob", "eve")
)
SITTING = {"pakistan": ANN, "afghan_taliban": BOB}


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", QUIET, seed=7, days=60, persons=["pakistan", "afghan_taliban"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rooms.sqlite"


@pytest.fixture
def rooms(path):
    made = Rooms(Store(path))
    yield made
    made.writer.close()


def do(coroutine):
    return asyncio.run(coroutine)


def class_with(rooms, *setups, deadline=0, who=TEACHER):
    """A class with a room per setup, and its teacher's key."""
    class_ = do(rooms.open_class("IR 101", list(setups), deadline, "", who))
    return rooms.of_class(class_.number), rooms.teachers_key(class_, who)


def room_of(rooms, setup, deadline=0):
    [room], _ = class_with(rooms, setup, deadline=deadline)
    return room


def seated(rooms, room):
    for seat in room.setup.persons:
        do(rooms.take_seat(room, seat, seat, SITTING[seat]))
    for seat in room.setup.persons:
        do(rooms.be_ready(room, seat, SITTING[seat]))


def move(rooms, room, value=None, who=None):
    """Make the next move, as advised unless told otherwise."""
    question = room.game.question
    value = room.game.advice if value is None else value
    who = who or SITTING[question.seat]
    do(rooms.play(room, question.seat, question.turn, question.kind, value, who))


def again(rooms):
    """The same rooms after a restart."""
    rooms.writer.close()
    return Rooms(Store(rooms.store.path))


def stored(rooms, room):
    """The moves of a room in the file."""
    return Store(rooms.store.path).rows("moves", room=room.code)


def test_a_restart_in_mid_game_goes_on_where_it_was(rooms, setup):
    [room], key = class_with(rooms, setup)
    seated(rooms, room)
    for _ in range(6):
        move(rooms, room)
    do(rooms.pause(room, True, TEACHER))
    back = again(rooms)
    found = back.rooms[room.code]
    assert (found.game.question, found.game.entries) == (room.game.question, room.game.entries)
    assert (found.paused, found.seats, found.made_by) == (True, room.seats, ["person"] * 6)
    assert back.class_of(TEACHER).title == "IR 101"
    assert do(back.enter_class(key, EVE)).title == "IR 101"
    do(back.pause(found, False, TEACHER))
    move(back, found)
    assert len(found.game.moves) == 7


def test_a_game_in_a_room_is_the_game_in_python(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)
    rooms.moves = Limit(1_000, 10.0)
    while not room.game.over:
        move(rooms, room)
    assert [row["turn"] for row in stored(rooms, room)] == list(range(len(room.game.moves)))
    assert again(rooms).rooms[room.code].game.entries == room.game.entries


def test_rooms_outlive_the_file_of_their_scenario(rooms, setup, monkeypatch):
    room = room_of(rooms, setup)

    def gone(words):
        raise FileNotFoundError(words)

    monkeypatch.setattr("sim.study.cells.composed", gone)
    assert again(rooms).rooms[room.code].game.question == room.game.question


def test_one_room_that_fails_tells_so_and_leaves_the_others(rooms, setup, monkeypatch, caplog):
    [failing, sound], _ = class_with(rooms, setup, setup)
    for room in (failing, sound):
        seated(rooms, room)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(failing.game.model, "live_day", fail)
    with caplog.at_level(logging.CRITICAL), pytest.raises(RoomError, match="has failed"):
        move(rooms, failing)
    with pytest.raises(RoomError, match="has failed"):
        do(rooms.play(failing, "pakistan", 1, "attend", True, ANN))
    assert not failing.told
    move(rooms, sound)
    assert (failing.broken != "", sound.broken) == (True, "")


# Codes and keys


def test_codes_are_long_random_and_different():
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(re.fullmatch(f"[{ALPHABET}]{{{CODE_LENGTH}}}", code) for code in codes)
    assert len(ALPHABET) ** CODE_LENGTH >= 2**39


def test_a_browser_has_another_key_to_every_seat_and_at_every_taking(rooms, setup):
    [one, other], teacher = class_with(rooms, setup, setup)
    for room in (one, other):
        seated(rooms, room)
    keys = [rooms.return_key(room, "pakistan", ANN) for room in (one, other)]
    do(rooms.free(one, "pakistan", TEACHER))
    do(rooms.take_seat(one, "pakistan", "Ann", ANN))
    keys += [rooms.return_key(one, "pakistan", ANN), teacher]
    assert len(set(keys)) == 4
    assert len(ALPHABET) ** min(map(len, map(tidy_key, keys))) >= 2**80


def test_a_key_is_shown_in_groups_and_read_however_it_is_typed(rooms, setup):
    [room], teacher = class_with(rooms, setup)
    seated(rooms, room)
    key = rooms.return_key(room, "pakistan", ANN)
    groups = rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}"
    assert all(re.fullmatch(groups, one) for one in (key, teacher))
    assert not set("IO01") & set(ALPHABET)
    for number, change in enumerate((str.lower, lambda k: k.replace("-", ""),
                                     lambda k: f" {k.lower().replace('-', ' ')} ",
                                     lambda k: k.replace("-", "\u2013"))):  # fmt: skip
        elsewhere = Visitor("192.0.2.9", f"elsewhere {number}")
        assert do(rooms.come_back_by_key(change(key), elsewhere)) == (room, "pakistan")
        assert do(rooms.enter_class(change(teacher), elsewhere)).number == room.class_


def test_keys_that_an_earlier_version_made_open_what_they_opened(rooms, setup):
    [room], _ = class_with(rooms, setup)
    seated(rooms, room)
    class_, taken = rooms.classes[room.class_], room.seats["pakistan"]
    early = ANN.keys(room.owner("pakistan"), taken.salt)[1]
    teachers = TEACHER.keys(class_.teacher, class_.salt)[1]
    assert (len(early), len(teachers)) == (22, 22)
    room.seats["pakistan"] = replace(taken, key=digest(early))
    class_.key = digest(teachers)
    rooms.devices[class_.owner] = {digest(TEACHER.keys(class_.owner, class_.salt)[1])}
    assert rooms.return_key(room, "pakistan", ANN) == early
    assert rooms.teachers_key(class_, TEACHER) == teachers
    elsewhere = Visitor("192.0.2.9", "elsewhere")
    do(rooms.come_back(room, "pakistan", early, elsewhere))
    do(rooms.enter_class(teachers, elsewhere))
    do(rooms.leave_class(class_.number, TEACHER))
    assert [rooms.teaches(class_.number, who) for who in (TEACHER, elsewhere)] == [False, True]


def test_no_key_and_no_secret_is_in_the_folder(rooms, setup, path):
    [room], teacher = class_with(rooms, setup)
    seated(rooms, room)
    keys = [rooms.return_key(room, seat, who) for seat, who in SITTING.items()]
    secrets = [teacher, *keys, *(who.secret for who in (TEACHER, ANN, BOB))]
    rooms.writer.close()
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    secrets += map(tidy_key, (teacher, *keys))
    assert [secret for secret in secrets if secret.encode() in held] == []
    assert digest(tidy_key(teacher)).encode() in held


def test_a_forged_key_opens_nothing(rooms, setup):
    [room], teacher = class_with(rooms, setup)
    seated(rooms, room)
    forged = rooms.return_key(room, "afghan_taliban", BOB)
    with pytest.raises(RoomError, match="not the key to the seat of Islamabad"):
        do(rooms.play(room, "pakistan", 0, "attend", True, BOB))
    with pytest.raises(RoomError, match="not a teacher's key"):
        do(rooms.enter_class(forged, EVE))
    for key in (forged, teacher, ""):
        with pytest.raises(RoomError, match="not the key"):
            do(rooms.come_back(room, "pakistan", key, EVE))
    assert not same("", digest("x"))
    assert not rooms.teaches(room.class_, EVE)


def test_what_is_stored_of_a_key_is_no_key(rooms, setup):
    """Whoever reads the file has digests and salts; none of them lets anybody in."""
    room = room_of(rooms, setup)
    seated(rooms, room)
    [seat] = rooms.store.rows("seats", room=room.code, seat="pakistan")
    [class_] = rooms.store.rows("classes")
    for known in (seat["key"], seat["salt"], class_["key"], class_["salt"]):
        thief = Visitor("192.0.2.9", known)
        with pytest.raises(RoomError):
            do(rooms.come_back(room, "pakistan", known, thief))
        with pytest.raises(RoomError):
            do(rooms.enter_class(known, thief))
        assert not rooms.holds(room, "pakistan", thief)
        assert not rooms.teaches(room.class_, thief)


def test_who_comes_back_by_key_keeps_the_seat_after_a_restart(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)
    elsewhere = Visitor("192.0.2.7", "another device")
    do(rooms.come_back(room, "pakistan", rooms.return_key(room, "pakistan", ANN), elsewhere))
    back = again(rooms)
    assert back.holds(back.rooms[room.code], "pakistan", elsewhere)
    assert back.holds(back.rooms[room.code], "pakistan", ANN)


def test_beyond_the_limit_not_even_a_right_code_is_answered(rooms, setup):
    room = room_of(rooms, setup)
    guesser = Visitor("198.51.100.7", "guesser")
    for _ in range(rooms.attempts.most):
        with pytest.raises(RoomError, match="no room with the code AAAA-AAAA"):
            rooms.find("AAAA-AAAA", guesser)
    for code in ("AAAA-AAAA", room.code):
        with pytest.raises(RoomError, match="too many wrong codes"):
            rooms.find(code, guesser)
    assert rooms.find(shown_code(room.code).lower(), ANN) is room
    with pytest.raises(RoomError, match="no room with the code AAAA-AAAA"):
        rooms.find("aaaa aaaa" + "x" * 10_000, ANN)


def test_wrong_keys_and_words_are_bounded_too(rooms, setup):
    [room], teacher = class_with(rooms, setup)
    seated(rooms, room)
    key = rooms.return_key(room, "pakistan", ANN)
    guesser = Visitor("198.51.100.7", "guesser")
    for _ in range(rooms.attempts.most):
        with pytest.raises(RoomError, match="not the key"):
            do(rooms.come_back(room, "pakistan", "wrong", guesser))
    with pytest.raises(RoomError, match="too many wrong"):
        do(rooms.come_back(room, "pakistan", key, guesser))
    for _ in range(rooms.teachers_attempts.most):
        with pytest.raises(RoomError, match="not a teacher's key"):
            do(rooms.enter_class("wrong", guesser))
    with pytest.raises(RoomError, match="too many wrong"):
        do(rooms.enter_class(teacher, guesser))


def test_who_sits_or_teaches_is_not_shut_out_by_a_neighbours_guesses(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)
    for _ in range(rooms.attempts.most + 1):
        with pytest.raises(RoomError):
            rooms.find("AAAA-AAAA", EVE)  # from the same address
    with pytest.raises(RoomError, match="too many wrong"):
        rooms.find(room.code, EVE)
    assert [rooms.find(room.code, who) for who in (ANN, BOB, TEACHER)] == [room] * 3


def test_a_limit_forgets_with_time():
    now = [0.0]
    limit = Limit(2, 10.0, lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    assert (limit.full("a"), limit.full("b"), limit.full("c")) == (True, False, False)
    now[0] = 10.5
    assert limit.allows("a")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8::1", "2001:db8:0:1::1", False),
     ("::ffff:192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
     ("fe80::1%eth0", "fe80::2", True), ("", "unknown", True)],
)  # fmt: skip
def test_an_ipv6_network_is_one_place(one, other, alike):
    assert (place(one) == place(other)) is alike


# Seats and names


def test_a_taken_seat_is_refused_by_name(rooms, setup):
    room = room_of(rooms, setup)
    do(rooms.take_seat(room, "pakistan", "Ann", ANN))
    with pytest.raises(RoomError, match="the seat of Islamabad is taken by Ann"):
        do(rooms.take_seat(room, "pakistan", "Bob", BOB))
    with pytest.raises(RoomError, match="the mediators is not a seat for a person"):
        do(rooms.take_seat(room, "mediators", "Bob", BOB))


def test_of_two_who_want_a_seat_at_once_one_has_it(rooms, setup):
    room = room_of(rooms, setup)

    async def both():
        return await asyncio.gather(
            *(rooms.take_seat(room, "pakistan", who.secret, who) for who in (ANN, BOB)),
            return_exceptions=True,
        )

    done = do(both())
    assert [type(one) for one in done] == [type(None), RoomError]
    assert (rooms.holds(room, "pakistan", ANN), rooms.holds(room, "pakistan", BOB)) == (True, False)


def test_names_are_bounded_and_tidied(rooms, setup):
    room = room_of(rooms, setup)
    with pytest.raises(RoomError, match="has 10000 characters; at most 40"):
        do(rooms.take_seat(room, "pakistan", "x" * 10_000, ANN))
    with pytest.raises(RoomError, match="the name is empty"):
        do(rooms.take_seat(room, "pakistan", " \n\t", ANN))
    assert tidy_name(" Ann\n\u202eB ") == "Ann B"
    assert tidied(" ab-cd " + "x" * 10_000) == "ABCDXXXX"
    assert room.seats == {}


def test_a_freed_seat_can_be_taken_and_the_old_key_is_void(rooms, setup):
    room = room_of(rooms, setup)
    do(rooms.take_seat(room, "pakistan", "Ann", ANN))
    old = rooms.return_key(room, "pakistan", ANN)
    do(rooms.free(room, "pakistan", TEACHER))
    assert not rooms.holds(room, "pakistan", ANN)
    do(rooms.take_seat(room, "pakistan", "Bob", BOB))
    assert (rooms.holds(room, "pakistan", ANN), rooms.holds(room, "pakistan", BOB)) == (False, True)
    with pytest.raises(RoomError, match="not the key"):
        do(rooms.come_back(room, "pakistan", old, ANN))


# Moves, the clock and the teacher


def test_moves_out_of_turn_twice_or_too_often_change_nothing(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)
    with pytest.raises(MoveError, match="turn of pakistan"):
        do(rooms.play(room, "afghan_taliban", 0, "attend", True, BOB))
    do(rooms.play(room, "pakistan", 0, "attend", True, ANN))
    with pytest.raises(MoveError, match="made already"):
        do(rooms.play(room, "pakistan", 0, "attend", True, ANN))
    for _ in range(rooms.moves.most):
        with pytest.raises(ConfigError):
            do(rooms.play(room, "pakistan", 0, "attend", True, ANN))
    with pytest.raises(RoomError, match="too often"):
        do(rooms.play(room, "pakistan", 0, "attend", True, ANN))
    assert len(stored(rooms, room)) == len(room.game.moves) == 1


def test_of_two_clicks_at_once_one_is_a_move(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)

    async def twice():
        moves = (rooms.play(room, "pakistan", 0, "attend", value, ANN) for value in (True, False))
        return await asyncio.gather(*moves, return_exceptions=True)

    first, second = do(twice())
    assert (first, type(second)) == (None, MoveError)
    assert [m.value for m in room.game.moves] == [True]
    assert len(stored(rooms, room)) == 1


def test_a_page_that_goes_while_its_move_is_stored_leaves_file_and_room_in_agreement(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)

    async def left():
        move = asyncio.ensure_future(rooms.play(room, "pakistan", 0, "attend", True, ANN))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        move.cancel()
        with pytest.raises(asyncio.CancelledError):
            await move
        async with room.turn:  # until it is done
            pass

    do(left())
    assert len(stored(rooms, room)) == len(room.game.moves) == 1


def test_a_paused_room_takes_no_moves(rooms, setup):
    room = room_of(rooms, setup)
    seated(rooms, room)
    do(rooms.pause(room, True, TEACHER))
    with pytest.raises(RoomError, match="paused"):
        move(rooms, room)
    do(rooms.pause(room, False, TEACHER))
    move(rooms, room)


def test_when_time_is_up_the_agent_decides(rooms, setup):
    room = room_of(rooms, setup, deadline=60)
    room.asked_at -= 61
    do(rooms.tick())
    assert (room.left(), room.game.moves) == (None, [])  # the clock waits for the players
    seated(rooms, room)
    assert room.left() == pytest.approx(60, abs=1)
    room.asked_at -= 61
    do(rooms.tick())
    assert room.made_by == ["clock"]
    assert room.game.moves[0].value == room.game.decisions[0].agent
    move(rooms, room)


def test_an_agent_stands_in_until_somebody_sits_down(rooms, setup):
    room = room_of(rooms, setup)
    do(rooms.take_seat(room, "afghan_taliban", "Bob", BOB))
    do(rooms.stand_in(room, "pakistan", TEACHER))
    assert not room.begun  # who sits there still reads
    do(rooms.be_ready(room, "afghan_taliban", BOB))
    assert room.game.question.seat == "afghan_taliban"
    assert room.complete
    do(rooms.take_seat(room, "pakistan", "Ann", ANN))
    move(rooms, room)
    assert room.game.question.seat in ("pakistan", "afghan_taliban")
    assert room.stand_ins == set()


def test_no_decision_opens_before_everybody_is_ready_unless_the_teacher_says_so(rooms, setup):
    [room, other], _ = class_with(rooms, setup, setup)
    for one in (room, other):
        do(rooms.take_seat(one, "pakistan", "Ann", ANN))
        do(rooms.be_ready(one, "pakistan", ANN))
    assert (room.begun, room.waits_for) == (False, ["afghan_taliban"])
    do(rooms.take_seat(room, "afghan_taliban", "Bob", BOB))
    with pytest.raises(RoomError, match="decisions open when everybody at the table is ready"):
        move(rooms, room)
    with pytest.raises(RoomError, match="not the key to the seat"):
        do(rooms.be_ready(room, "afghan_taliban", ANN))
    do(rooms.be_ready(room, "afghan_taliban", BOB))
    assert room.begun
    with pytest.raises(RoomError, match="not open on this device"):
        do(rooms.start(other, ANN))
    do(rooms.start(other, TEACHER))
    assert other.begun
    rooms = again(rooms)
    assert [rooms.rooms[one.code].begun for one in (room, other)] == [True, True]
    assert rooms.rooms[room.code].waits_for == []


def test_a_game_that_was_ended_or_revealed_takes_no_more_decisions(rooms, setup):
    both, _ = class_with(rooms, setup, setup)
    for room, end in zip(both, (rooms.end, rooms.reveal), strict=True):
        seated(rooms, room)
        move(rooms, room)
        do(end(room, TEACHER))
        with pytest.raises(RoomError, match="the teacher has ended the game"):
            move(rooms, room)
    assert [room.told for room in both] == [False, True]
    rooms = again(rooms)
    assert [rooms.rooms[room.code].ended for room in both] == [True, True]


def persons(number):
    return [Visitor("192.0.2.1", f"student {k} " * 4) for k in range(number)]


def test_a_class_is_seated_in_pairs_by_one_code_and_rooms_fill_one_after_the_other(rooms, setup):
    made, _ = class_with(rooms, setup, setup)
    class_ = rooms.classes[made[0].class_]
    sitting = [do(rooms.join(class_, f"Student {k}", who)) for k, who in enumerate(persons(4))]
    assert sitting == [(room, seat) for room in made for seat in setup.persons]
    with pytest.raises(RoomError, match="ask your teacher for one more room"):
        do(rooms.join(class_, "Eve", EVE))
    do(rooms.add_room(class_, TEACHER))
    third, _ = do(rooms.join(class_, "Eve", EVE))
    assert third not in made
    again_ = do(rooms.join(class_, "whatever", persons(1)[0]))
    assert again_ == sitting[0]  # the same device comes back to its seat
    assert len({room.code for room in rooms.rooms.values()} | {class_.code}) == 4
    assert rooms.find_class(shown_code(class_.code), EVE) is class_
    assert rooms.find_any(class_.code, EVE) is class_


def test_seats_are_kept_for_the_names_of_a_list_until_agents_play_for_who_is_missing(rooms, setup):
    class_ = do(rooms.open_class("IR", [setup] * 2, 0, "", TEACHER, ["Ann", "Bob", "Cem", "Dia"]))
    first, second = rooms.of_class(class_.number)
    ann, cem, late = persons(3)
    assert do(rooms.join(class_, "cem", cem)) == (second, "pakistan")
    assert do(rooms.join(class_, "Ann", ann)) == (first, "pakistan")
    assert rooms.kept_names(class_) == ["Bob", "Dia"]
    with pytest.raises(RoomError, match="kept for names on the list"):
        do(rooms.join(class_, "Late", late))
    do(rooms.stand_in_for_absent(class_, TEACHER))
    assert (first.stand_ins, second.stand_ins) == ({"afghan_taliban"}, {"afghan_taliban"})
    do(rooms.be_ready(second, "pakistan", cem))
    assert (first.begun, second.begun) == (False, True)
    assert do(rooms.join(class_, "Late", late)) == (first, "afghan_taliban")
    assert first.stand_ins == set()
    rooms = again(rooms)
    assert rooms.kept_names(rooms.classes[class_.number]) == ["Dia"]


def test_who_comes_to_a_full_class_is_told_that_and_of_no_list(rooms, setup):
    class_ = do(rooms.open_class("IR", [setup], 0, "", TEACHER, ["Ann", "Bob"]))
    ann, bob, late = persons(3)
    for name, who in (("Ann", ann), ("Bob", bob)):
        assert rooms.free_seats(class_)
        do(rooms.join(class_, name, who))
    assert (rooms.free_seats(class_), rooms.kept_names(class_)) == ([], [])
    with pytest.raises(RoomError, match="no seat of this class is free; ask your teacher"):
        do(rooms.join(class_, "Late", late))
    do(rooms.add_room(class_, TEACHER))
    assert do(rooms.join(class_, "Late", late))[1] == "pakistan"


def test_a_room_that_is_added_in_a_pause_waits_with_the_others(rooms, setup):
    class_ = do(rooms.open_class("IR", [setup] * 2, 120, "", TEACHER))
    do(rooms.set_phase(class_, "prepare", 5, TEACHER))
    do(rooms.add_room(class_, TEACHER))
    assert [room.paused for room in rooms.of_class(class_.number)] == [True] * 3
    rooms = again(rooms)
    class_ = rooms.classes[class_.number]
    assert [room.paused for room in rooms.of_class(class_.number)] == [True] * 3
    do(rooms.set_phase(class_, "round", 5, TEACHER))
    do(rooms.add_room(class_, TEACHER))
    assert [room.paused for room in rooms.of_class(class_.number)] == [False] * 4


def test_no_seat_is_kept_in_a_room_that_was_ended(rooms, setup):
    class_ = do(rooms.open_class("IR", [setup] * 2, 0, "", TEACHER, ["Ann", "Bob", "Cem", "Dia"]))
    do(rooms.end(rooms.of_class(class_.number)[0], TEACHER))
    assert rooms.kept_names(class_) == ["Cem", "Dia"]


def test_a_pasted_list_is_a_name_a_line(rooms):
    assert names_in("Ann\n\n  Bob  B.\nAnn\r\n") == ["Ann", "Bob B.", "Ann 2"]
    with pytest.raises(RoomError, match="at most 40"):
        names_in("x" * 41)


def test_a_notice_and_a_phase_are_the_teachers_and_outlive_the_server(rooms, setup):
    [room], _ = class_with(rooms, setup)
    class_ = rooms.classes[room.class_]
    do(rooms.take_seat(room, "pakistan", "Ann", ANN))
    for act in (rooms.tell_class(class_, "x", ANN), rooms.set_phase(class_, "round", 5, ANN),
                rooms.add_room(class_, ANN), rooms.stand_in_for_absent(class_, ANN)):  # fmt: skip
        with pytest.raises(RoomError, match="not open on this device"):
            do(act)
    do(rooms.tell_class(class_, " two \n minutes ", TEACHER))
    do(rooms.set_phase(class_, "between", 5, TEACHER))
    with pytest.raises(RoomError, match="281 characters; at most 280"):
        do(rooms.tell_class(class_, "x" * 281, TEACHER))
    assert room.paused
    found = again(rooms).classes[class_.number]
    assert (found.notice, found.phase) == ("two minutes", "between")
    assert found.clock() == pytest.approx(300, abs=5)


def test_a_teachers_key_is_shown_again_to_who_has_the_class_open_and_dies_with_it(rooms, setup):
    [room], key = class_with(rooms, setup)
    class_ = rooms.classes[room.class_]
    elsewhere = Visitor("192.0.2.9", "elsewhere")
    with pytest.raises(RoomError, match="not open on this device"):
        rooms.teachers_key(class_, elsewhere)
    do(rooms.enter_class(key, elsewhere))
    other = rooms.teachers_key(class_, elsewhere)
    do(rooms.leave_class(class_.number, elsewhere))
    for known in (key, other):  # both are keys, on any device
        do(rooms.enter_class(known, elsewhere))
        do(rooms.leave_class(class_.number, elsewhere))
    do(rooms.close_class(class_.number, TEACHER))
    with pytest.raises(RoomError, match="not a teacher's key"):
        do(rooms.enter_class(key, elsewhere))
    assert [owner for owner in rooms.devices if "class" in owner] == []


def test_players_see_everything_only_when_it_is_over_or_revealed(rooms, setup):
    room = room_of(rooms, setup)
    assert not room.told
    do(rooms.reveal(room, TEACHER))
    assert room.told


def test_only_the_teacher_of_the_class_steers_it_and_only_while_it_is_open(rooms, setup):
    [room], _ = class_with(rooms, setup)
    other, _ = class_with(rooms, setup, who=EVE)
    seated(rooms, room)
    actions = [
        lambda who: rooms.pause(room, True, who), lambda who: rooms.reveal(room, who),
        lambda who: rooms.stand_in(room, "pakistan", who),
        lambda who: rooms.free(room, "pakistan", who), lambda who: rooms.close_room(room, who),
        lambda who: rooms.close_class(room.class_, who),
    ]  # fmt: skip
    for who in (ANN, EVE):
        for action in actions:
            with pytest.raises(RoomError, match="not open on this device"):
                do(action(who))
    do(rooms.leave_class(room.class_, TEACHER))
    for action in actions:
        with pytest.raises(RoomError, match="not open on this device"):
            do(action(TEACHER))
    assert (room.paused, room.revealed, len(room.seats), len(other)) == (False, False, 2, 1)
    assert rooms.class_of(TEACHER) is None


# How many rooms there may be


def test_a_class_is_made_with_the_teachers_word_only(path, setup):
    rooms = Rooms(Store(path), word="ABCDEFGH")
    for wrong in ("", "ABCDEFGX", "ABCD-EFG"):
        with pytest.raises(RoomError, match="not the teacher's word"):
            do(rooms.open_class("IR", [setup], 0, wrong, EVE))
    assert do(rooms.open_class("IR", [setup], 0, "abcd-efgh", TEACHER))
    assert len(rooms.rooms) == 1


def test_the_teachers_word_cannot_be_guessed(path, setup):
    rooms = Rooms(Store(path), word="ABCDEFGH")
    for _ in range(rooms.teachers_attempts.most):
        with pytest.raises(RoomError, match="not the teacher's word"):
            rooms.may_make("AAAAAAAA", 1, EVE)
    with pytest.raises(RoomError, match="too many wrong"):
        rooms.may_make("ABCDEFGH", 1, EVE)


def test_classes_are_bounded(rooms, setup):
    for number in (0, 41):
        with pytest.raises(RoomError, match="1 to 40 rooms"):
            do(rooms.open_class("IR", [setup] * number, 0, "", TEACHER))
    with pytest.raises(RoomError, match="the deadline is 7 seconds; allowed are 0, 60"):
        do(rooms.open_class("IR", [setup], 7, "", TEACHER))
    room = room_of(rooms, setup)
    rooms.rooms |= {str(k): room for k in range(MOST_OF_PLACE - 1)}
    with pytest.raises(RoomError, match="200 rooms were made from here"):
        rooms.may_make("", 1, TEACHER)
    rooms.may_make("", 1, Visitor("198.51.100.1", "elsewhere"))
    rooms.rooms |= {f"x{k}": room for k in range(200)}
    with pytest.raises(RoomError, match="400 rooms already"):
        rooms.may_make("", 1, Visitor("198.51.100.1", "elsewhere"))


def alone(rooms, setup, who=EVE):
    one = Setup(setup.cell, ("pakistan",))
    room = do(rooms.play_alone(one, "Eve", who))
    do(rooms.be_ready(room, "pakistan", who))
    return room


def test_who_plays_alone_is_bounded_and_leaves_classes_their_rooms(rooms, setup):
    room = alone(rooms, setup)
    assert rooms.holds(room, "pakistan", EVE)
    rooms.rooms |= {str(k): room for k in range(MOST_ALONE_OF_PLACE - 1)}
    with pytest.raises(RoomError, match="too many people play alone"):
        rooms.may_play_alone(EVE)
    rooms.may_play_alone(Visitor("198.51.100.1", "elsewhere"))
    assert room_of(rooms, setup)  # a class is not concerned


def test_a_room_that_one_has_left_gives_way_to_the_next(rooms, setup):
    room = alone(rooms, setup)
    rooms.rooms |= {str(k): room for k in range(MOST_ALONE_OF_PLACE - 1)}
    room.idle_since -= GIVES_WAY + 1
    room.watch(print)  # somebody looks at it
    with pytest.raises(RoomError, match="too many people play alone"):
        rooms.may_play_alone(EVE)
    room.unwatch(print)
    assert rooms.may_play_alone(EVE) == [room]
    alone(rooms, setup)
    assert stored(rooms, room) == []
    assert room.code not in rooms.rooms


def test_unused_rooms_of_others_give_way_where_all_places_are_taken(rooms, setup):
    room, used = alone(rooms, setup, EVE), alone(rooms, setup, BOB)
    rooms.rooms |= {str(k): used for k in range(MOST_ALONE)}
    do(rooms.play(used, "pakistan", 0, used.game.question.kind, used.game.advice, BOB))
    elsewhere = Visitor("198.51.100.1", "elsewhere")
    with pytest.raises(RoomError, match="too many people play alone"):
        rooms.may_play_alone(elsewhere)
    room.idle_since = used.idle_since = time.time() - GIVES_WAY - 1
    assert rooms.may_play_alone(elsewhere) == [room]


def test_rooms_are_made_and_seats_taken_only_so_often(rooms, setup):
    rooms.makes = Limit(2, 60.0)
    [room], _ = class_with(rooms, setup)
    alone(rooms, setup, TEACHER)
    with pytest.raises(RoomError, match="too often"):
        alone(rooms, setup, TEACHER)
    seated(rooms, room)


def test_an_empty_room_goes_within_the_hour_and_a_used_one_after_a_week(rooms, setup, path):
    [empty, used], _ = class_with(rooms, setup, setup)
    seated(rooms, used)
    now = time.time()
    do(rooms.expire(now + EMPTY_EXPIRES - 60))
    assert set(rooms.rooms) == {empty.code, used.code}
    do(rooms.expire(now + EMPTY_EXPIRES + 60))
    assert set(rooms.rooms) == {used.code}
    do(rooms.expire(now + EXPIRES - 60))
    assert set(rooms.rooms) == {used.code}
    do(rooms.expire(now + EXPIRES + 60))
    assert (rooms.rooms, rooms.classes, rooms.devices) == ({}, {}, {})
    assert all(rows == {} for rows in Store(path).tables.values())


def test_a_room_does_not_go_while_somebody_has_it_or_its_class_open(rooms, setup):
    [room], _ = class_with(rooms, setup)
    class_ = rooms.classes[room.class_]
    for watched in (room, class_):
        watched.watch(print)
        do(rooms.expire(time.time() + 2 * EMPTY_EXPIRES))
        watched.unwatch(print)
    assert set(rooms.rooms) == {room.code}


def test_a_game_alone_is_kept_for_a_day_once_it_was_begun(rooms, setup):
    begun, unused = alone(rooms, setup, ANN), alone(rooms, setup, EVE)
    question = begun.game.question
    do(rooms.play(begun, "pakistan", 0, question.kind, begun.game.advice, ANN))
    do(rooms.expire(time.time() + EMPTY_EXPIRES + 60))
    assert set(rooms.rooms) == {begun.code}
    do(rooms.expire(time.time() + ALONE_EXPIRES - 60))
    assert set(rooms.rooms) == {begun.code}
    do(rooms.expire(time.time() + ALONE_EXPIRES + 60))
    assert (rooms.rooms, unused.code in rooms.rooms) == ({}, False)


def test_a_teacher_closes_rooms_and_classes_for_good(rooms, setup, path):
    [one, other], _ = class_with(rooms, setup, setup)
    for room in (one, other):
        seated(rooms, room)
        move(rooms, room)
    do(rooms.close_room(one, TEACHER))
    assert (set(rooms.rooms), rooms.holds(one, "pakistan", ANN)) == ({other.code}, False)
    with pytest.raises(RoomError, match="not the key"):
        move(rooms, one)
    do(rooms.close_class(other.class_, TEACHER))
    assert all(rows == {} for rows in Store(path).tables.values())


def test_a_page_that_fails_does_not_keep_the_others_from_hearing(rooms, setup, caplog):
    room = room_of(rooms, setup)
    heard = []

    def fail():
        raise RuntimeError

    room.watch(fail)
    room.watch(lambda: heard.append(1))
    with caplog.at_level(logging.CRITICAL):
        do(rooms.reveal(room, TEACHER))
    assert heard == [1]


# What cannot be stored has not happened


@pytest.fixture
def full(rooms, monkeypatch):
    """Call it to have nothing stored any more, and again to have everything stored."""

    def no(*_):
        raise NotStored("this could not be stored (database or disk is full)")

    def switch(on):
        if on:
            monkeypatch.setattr(rooms.store, "write", no)
        else:
            monkeypatch.undo()

    return switch


def test_nothing_happens_that_is_not_stored_and_everything_can_be_tried_again(rooms, setup, full):
    room = room_of(rooms, setup, deadline=60)
    seated(rooms, room)
    move(rooms, room)
    before = (room.game.entries, room.game.question, dict(room.seats), list(room.made_by))
    actions = [
        lambda: move(rooms, room), lambda: do(rooms.pause(room, True, TEACHER)),
        lambda: do(rooms.reveal(room, TEACHER)), lambda: room_of(rooms, setup),
        lambda: do(rooms.stand_in(room, "pakistan", TEACHER)), lambda: alone(rooms, setup),
        lambda: do(rooms.free(room, "pakistan", TEACHER)),
        lambda: do(rooms.leave_class(room.class_, TEACHER)),
        lambda: do(rooms.close_room(room, TEACHER)),
        lambda: do(rooms.close_class(room.class_, TEACHER)),
    ]  # fmt: skip
    full(True)
    for action in actions:
        with pytest.raises(NotStored, match="could not be stored"):
            action()
    room.asked_at -= 61
    do(rooms.tick())
    do(rooms.expire(time.time() + 2 * EXPIRES))
    after = (room.game.entries, room.game.question, dict(room.seats), list(room.made_by))
    assert after == before
    assert (room.paused, room.revealed, room.stand_ins, len(rooms.rooms)) == (
        False,
        False,
        set(),
        1,
    )
    assert (rooms.holds(room, "pakistan", ANN), rooms.teaches(room.class_, TEACHER)) == (True, True)
    full(False)
    do(rooms.tick())  # the clock's move, now that it can be stored
    assert room.made_by == ["person", "clock"]
    move(rooms, room)
    assert again(rooms).rooms[room.code].game.entries == room.game.entries


def test_a_stand_ins_move_that_could_not_be_stored_is_made_by_the_next_tick(rooms, setup, full):
    room = room_of(rooms, setup)
    seated(rooms, room)
    other = {"pakistan": "afghan_taliban", "afghan_taliban": "pakistan"}[room.game.question.seat]
    do(rooms.stand_in(room, other, TEACHER))
    real = rooms.store.write
    written = []

    def once(*arguments):
        written.append(arguments)
        if len(written) > 1:
            raise NotStored("this could not be stored")
        real(*arguments)

    rooms.store.write = once
    while not room.stands_in:
        written.clear()
        move(rooms, room)
    made = list(room.made_by)
    assert made[-1] == "person"
    rooms.store.write = real
    do(rooms.tick())
    assert room.made_by[len(made)] == "stand-in"
    assert not room.stands_in


# What comes back after a restart


def played(rooms, setup, moves=6):
    room = room_of(rooms, setup)
    seated(rooms, room)
    for _ in range(moves):
        move(rooms, room)
    rooms.writer.close()
    return room


@pytest.mark.parametrize(
    "spoilt",
    ["DELETE FROM moves WHERE turn = 3",
     "UPDATE moves SET value = 'no json' WHERE turn = 3",
     "UPDATE moves SET value = '\"nonsense\"' WHERE turn = 3",
     "UPDATE moves SET kind = 'x' WHERE turn = 3",
     "UPDATE moves SET made_by = 'nobody' WHERE turn = 3",
     "UPDATE moves SET seat = X'ff00' WHERE turn = 3",
     "UPDATE moves SET turn = 'three' WHERE turn = 3"],
)  # fmt: skip
def test_a_good_prefix_is_played_back_and_the_rest_kept_aside(rooms, setup, path, spoilt):
    room = played(rooms, setup)
    file = Store(path)
    file.connection.execute(spoilt)
    rest = len(file.connection.execute("SELECT * FROM moves").fetchall()) - 3
    file.close()
    back = Rooms(Store(path))
    found = back.rooms[room.code]
    assert found.game.moves == room.game.moves[:3]
    assert found.paused
    assert len(back.store.rows("set_aside", room=room.code)) == rest
    [said] = back.warnings(back.class_of(TEACHER))
    assert f"only the first 3 decisions could be played back; {rest} later ones" in said
    do(back.pause(found, False, TEACHER))
    move(back, found)
    assert len(again(back).rooms[room.code].game.moves) == 4


def test_a_move_that_breaks_the_model_ends_the_prefix(rooms, setup, path, monkeypatch):
    room = played(rooms, setup)
    play, played_now = Game.play, []

    def breaks(game, *move):
        play(game, *move)
        played_now.append(move)
        if len(played_now) == 4:
            raise ZeroDivisionError

    monkeypatch.setattr(Game, "play", breaks)
    found = Rooms(Store(path)).rooms[room.code]
    assert found.game.moves == room.game.moves[:3]
    assert found.game.entries == Game(setup, room.game.moves[:3]).entries


@pytest.mark.parametrize(
    "spoilt",
    ["UPDATE rooms SET setup = '{}' WHERE code = ?",
     "UPDATE rooms SET setup = NULL WHERE code = ?",
     "UPDATE rooms SET setup = X'00ff' WHERE code = ?",
     "UPDATE rooms SET deadline = 'soon' WHERE code = ?",
     "UPDATE rooms SET touched = 'long ago' WHERE code = ?",
     "UPDATE rooms SET setup = replace(setup, '\"pakistan\"]', '\"x\"]') WHERE code = ?"],
)  # fmt: skip
def test_one_bad_row_leaves_the_other_rooms_and_is_told(rooms, setup, path, spoilt, caplog):
    one = Setup(setup.cell, ("pakistan",))
    [bad, sound], _ = class_with(rooms, one, one)
    rooms.writer.close()
    file = Store(path)
    file.connection.execute(spoilt, (bad.code,))
    file.close()
    with caplog.at_level(logging.CRITICAL):
        back = Rooms(Store(path))
    assert set(back.rooms) == {sound.code}
    [said] = back.warnings(back.class_of(TEACHER))
    assert f"The stored room {shown_code(bad.code)} cannot be opened" in said
    assert back.store.rows("rooms", code=bad.code)  # left where it is


def test_a_stored_room_does_not_bring_code_of_its_own(rooms, setup, path, tmp_path, monkeypatch):
    room = played(rooms, setup, moves=0)
    (tmp_path / "planted.py").write_text("raise SystemExit('ran')")
    monkeypatch.syspath_prepend(tmp_path)
    file = Store(path)
    tree = setup.stored()
    tree["cell"]["pakistan"]["tactic"] = {
        "kind": "custom", "tactic": "planted:Tactic", "parameters": {}
    }  # fmt: skip
    assert isinstance(Setup.restored(tree).cell.scenario.pakistan.tactic, Custom)  # it is valid
    file.connection.execute("UPDATE rooms SET setup = ?", (json.dumps(tree),))
    file.close()
    back = Rooms(Store(path))
    assert back.rooms == {}
    assert back.class_of(TEACHER).unopened == [room.code]


def test_a_move_as_it_is_stored_is_the_move(rooms, setup):
    room = played(rooms, setup)
    rows = Store(rooms.store.path).rows("moves", room=room.code)
    moves = [Move(row["seat"], row["kind"], json.loads(row["value"])) for row in rows]
    assert moves == room.game.moves
    assert say.WHO_MADE.keys() >= set(room.made_by)
