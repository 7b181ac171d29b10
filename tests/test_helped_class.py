"""What keeps a class going: seats given back, keys typed, clocks stopped, names recognised."""

from collections import Counter

import pytest
from test_rooms import (  # noqa: F401
    ANN,
    BOB,
    EVE,
    TEACHER,
    again,
    class_with,
    do,
    move,
    path,
    room_of,
    rooms,
    seated,
    setup,
)

from sim.app import render
from sim.app import strings as say
from sim.app.keys import Visitor, is_key, shown_code
from sim.app.limits import Limit
from sim.app.pages.seat import _day, _done
from sim.app.room import RoomError
from sim.app.scale import Scale
from sim.app.standing import called, players, progress, ran_out, sits, state
from sim.app.store import Store
from sim.game import SEATS
from sim.game.views import view

DINA = Visitor("192.0.2.4", "dina" * 4)


def listed(rooms, setup, *names, count=2):  # noqa: F811
    class_ = do(rooms.open_class("IR", [setup] * count, 0, "", TEACHER, names))
    return class_, rooms.of_class(class_.number)


@pytest.mark.parametrize("who", [ANN, TEACHER])
def test_a_seat_that_an_agent_plays_is_given_back_to_who_sits_there(rooms, setup, who):  # noqa: F811
    room = room_of(rooms, setup)
    seated(rooms, room)
    do(rooms.stand_in(room, "pakistan", TEACHER))
    assert room.replaced == ["pakistan"]
    assert room.game.question.seat == "afghan_taliban"  # the agent has decided
    for other in (BOB, EVE):
        with pytest.raises(RoomError, match="not open on this device"):
            do(rooms.give_back(room, "pakistan", other))
    do(rooms.give_back(room, "pakistan", who))
    assert (room.replaced, again(rooms).rooms[room.code].stand_ins) == ([], set())


def test_who_was_replaced_is_asked_again_and_the_agent_decides_no_more(rooms, setup):  # noqa: F811
    room = room_of(rooms, setup)
    seated(rooms, room)
    rooms.moves = Limit(1_000, 10.0)
    do(rooms.stand_in(room, "pakistan", TEACHER))
    do(rooms.give_back(room, "pakistan", ANN))
    decided = room.made_by.count("stand-in")
    while room.game.question.seat != "pakistan":
        move(rooms, room)
    do(rooms.tick())
    assert room.game.question.seat == "pakistan"
    move(rooms, room)
    assert room.made_by.count("stand-in") == decided


def test_everybody_is_told_for_whom_an_agent_plays(rooms, setup):  # noqa: F811
    class_, [room, other] = listed(rooms, setup, "Dina", "Emil", "Fay")
    do(rooms.join(class_, "Dina", DINA))
    for seat in SEATS[:2]:
        do(rooms.stand_in(room, seat, TEACHER))
    assert sits(room, "pakistan") == say.AGENT_FOR.format(name="Dina")
    assert sits(room, "afghan_taliban") == say.AGENT_UNTIL.format(name="Emil")
    assert sits(room, "mediators") == say.SEAT_AGENT
    assert sits(other, "pakistan") == say.KEPT_FOR.format(name="Fay")
    assert "Dina" in players(room)
    do(rooms.give_back(room, "pakistan", DINA))
    assert sits(room, "pakistan") == "Dina"


def test_agents_for_who_is_missing_are_counted_once(rooms, setup):  # noqa: F811
    class_, _ = listed(rooms, setup, "Ann", "Bob", "Cem", "Dia")
    do(rooms.join(class_, "Ann", ANN))
    assert do(rooms.stand_in_for_absent(class_, TEACHER)) == 1
    assert do(rooms.stand_in_for_absent(class_, TEACHER)) == 0


def test_a_room_is_called_by_its_number_and_names_alone_by_its_code(rooms, setup):  # noqa: F811
    class_, [_, second] = listed(rooms, setup, "Ann", "Bob", "Cem")
    do(rooms.join(class_, "Cem", EVE))
    names = " – ".join(["Cem", say.seat("afghan_taliban")])
    assert called(rooms, second) == say.ROOM_OF.format(number=2, names=names)
    alone = do(rooms.play_alone(setup, "Eve", EVE))
    assert called(rooms, alone) == say.ROOM_CODE.format(code=shown_code(alone.code))


# Names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ada", ["Ada Öz", "Ada B"]), ("OZ", ["Ada Öz"]), ("ada oz", ["Ada Öz", "Ada B"]),
     ("ada öz", []), ("Ad", []), ("Eve", []), ("", []), (" ", []), ("Ben", ["Ben Ak"])],
)  # fmt: skip
def test_a_part_of_a_name_on_the_list_is_recognised(rooms, setup, typed, meant):  # noqa: F811
    class_, _ = listed(rooms, setup, "Ada Öz", "Ben Ak", "Ada B")
    assert rooms.alike(class_, typed) == meant


def test_a_name_whose_seat_is_taken_is_asked_about_no_more(rooms, setup):  # noqa: F811
    class_, _ = listed(rooms, setup, "Ada Öz", "Ben Ak")
    do(rooms.join(class_, "Ada Öz", ANN))
    assert rooms.alike(class_, "Ada") == []


# Return keys


def test_a_return_key_leads_to_its_seat_wherever_it_is_typed(rooms, setup):  # noqa: F811
    class_, [room, _] = listed(rooms, setup, "Ann", "Bob")
    do(rooms.join(class_, "Ann", ANN))
    key = rooms.return_key(room, "pakistan", ANN)
    assert is_key(key)
    assert not is_key(shown_code(room.code))
    elsewhere = Visitor("192.0.2.9", "elsewhere")
    assert do(rooms.come_back_by_key(key, elsewhere)) == (room, "pakistan")
    assert rooms.holds(room, "pakistan", elsewhere)
    assert do(rooms.come_back_by_key(key, EVE, class_)) == (room, "pakistan")


def test_a_return_key_opens_nothing_in_another_class_and_cannot_be_guessed(rooms, setup):  # noqa: F811
    class_, [room, _] = listed(rooms, setup, "Ann", "Bob")
    other, _ = listed(rooms, setup, "Cem")
    do(rooms.join(class_, "Ann", ANN))
    key = rooms.return_key(room, "pakistan", ANN)
    with pytest.raises(RoomError, match="opens no seat here"):
        do(rooms.come_back_by_key(key, EVE, other))
    for _ in range(rooms.attempts.most - 1):
        with pytest.raises(RoomError, match="opens no seat here"):
            do(rooms.come_back_by_key("x" * 22, EVE))
    with pytest.raises(RoomError, match="too many wrong"):
        do(rooms.come_back_by_key(key, EVE))
    assert not rooms.holds(room, "pakistan", EVE)


# Clocks


def test_the_clock_of_a_phase_stands_still_while_all_rooms_are_paused(rooms, setup):  # noqa: F811
    [room], _ = class_with(rooms, setup)
    class_ = rooms.classes[room.class_]
    do(rooms.set_phase(class_, "round", 5, TEACHER))
    with pytest.raises(RoomError, match="not open on this device"):
        do(rooms.pause_all(class_, True, ANN))
    do(rooms.pause_all(class_, True, TEACHER))
    stood = class_.clock()
    class_.until -= 60.0  # a minute passes
    assert (class_.clock(), room.paused) == (stood, True)
    [row] = Store(rooms.store.path).rows("classes", id=class_.number)
    assert row["stopped"] == stood
    do(rooms.pause_all(class_, False, TEACHER))
    assert class_.clock() == pytest.approx(stood, abs=1)
    assert (class_.stopped, room.paused) == (0.0, False)


def test_a_phase_without_a_clock_is_paused_without_one(rooms, setup):  # noqa: F811
    [room], _ = class_with(rooms, setup)
    class_ = rooms.classes[room.class_]
    for paused in (True, False):
        do(rooms.pause_all(class_, paused, TEACHER))
        assert (class_.clock(), room.paused) == (None, paused)


def test_a_paused_room_says_its_day_and_its_turn_and_a_muted_one_that_it_is(rooms, setup):  # noqa: F811
    room = room_of(rooms, setup)
    seated(rooms, room)
    do(rooms.pause(room, True, TEACHER))
    question = room.game.question
    waits = say.STATE["paused"].format(day=question.day, seat=say.seat(question.seat))
    assert state(room) == waits
    do(rooms.mute(room, True, TEACHER))
    assert state(room) == say.STATE_MUTED.format(state=waits)


# What was decided


def decided(room, seat):
    return _done(room, view(room.game, seat))


def test_who_has_decided_is_told_what_until_the_day_is_over(rooms, setup):  # noqa: F811
    room = room_of(rooms, setup)
    seated(rooms, room)
    kind = room.game.question.kind
    move(rooms, room)
    what = say.KINDS[kind].capitalize()
    told = say.DECIDED.format(what=what, choice=say.advice(kind, room.game.moves[0].value))
    assert decided(room, "pakistan") == told
    assert decided(room, "afghan_taliban") == ""


def test_who_ran_out_of_time_is_told_what_the_agent_decided(rooms, setup):  # noqa: F811
    room = room_of(rooms, setup, deadline=60)
    seated(rooms, room)
    question = room.game.question
    room.asked_at -= 61
    do(rooms.tick())
    choice = say.advice(question.kind, room.game.moves[0].value)
    what = say.KINDS[question.kind].capitalize()
    told = say.DECIDED_BY_CLOCK.format(day=question.day, what=what, choice=choice)
    assert decided(room, "pakistan") == told
    move(rooms, room)
    assert decided(room, "pakistan") == told  # it stays until the seat decides itself again
    while room.game.question.seat != "pakistan":
        move(rooms, room)
    move(rooms, room)
    assert decided(room, "pakistan") != told


@pytest.mark.parametrize("enough", [True, False])
def test_an_offer_that_an_agent_holds_to_is_named_and_whether_it_would_be_ratified(
    rooms, setup, enough,  # noqa: F811
):  # fmt: skip
    room = room_of(rooms, setup, deadline=60)
    seated(rooms, room)
    rooms.moves = Limit(1_000, 10.0)
    while (room.game.question.seat, room.game.question.kind) != ("pakistan", "offer"):
        move(rooms, room)
    scale = Scale(room.game, "pakistan")
    between = (scale.no_deal + scale.needed) / 2  # better than no deal, and too little at home
    wanted = scale.needed + 0.02 if enough else between
    offered = room.game.packages.describe(int(abs(scale.own - wanted).argmin()))
    question = room.game.question
    do(rooms.play(room, "pakistan", question.turn, "offer", offered, ANN))
    while (room.game.question.seat, room.game.question.kind) != ("pakistan", "offer"):
        question = room.game.question
        value = False if question.kind in ("answer", "text") else room.game.advice
        who = {"pakistan": ANN, "afghan_taliban": BOB}[question.seat]
        do(rooms.play(room, question.seat, question.turn, question.kind, value, who))
    assert room.game.advice == offered
    room.asked_at -= 61
    do(rooms.tick())
    told = decided(room, "pakistan")
    assert say.HELD_OFFER in told
    short = Scale(room.game, "pakistan").needed - Scale(room.game, "pakistan").of(offered)
    assert (say.OFFER_UNRATIFIED.format(short=short) in told) == (not enough)


def test_the_teacher_is_told_for_whom_time_ran_out(rooms, setup):  # noqa: F811
    room = room_of(rooms, setup, deadline=60)
    seated(rooms, room)
    assert ran_out(room) == {}
    late = []
    for _ in range(3):
        late.append(room.game.question.seat)
        room.asked_at -= 61
        do(rooms.tick())
    move(rooms, room)
    assert ran_out(room) == Counter(late)
    told = [say.RAN_OUT.format(seat=say.seat(one), times=late.count(one)) for one in set(late)]
    assert all(one in state(room) for one in told)
    assert not any(one in progress(room) for one in told)


def test_the_heading_of_a_seat_has_the_round_from_its_first_offer_on(rooms, setup):  # noqa: F811
    room, seen = room_of(rooms, setup), {}
    seated(rooms, room)
    while not room.game.over and "leave" not in seen:
        kind = room.game.question.kind
        seen[kind] = _day(view(room.game, "pakistan"))
        room.game.play(room.game.question.seat, kind, room.game.advice)
    of_round = say.DAY_OF_ROUND.partition("{date}")[2].format(round=1)
    assert not seen["attend"].endswith(of_round)
    assert all(seen[kind].endswith(of_round) for kind in ("offer", "answer", "leave"))


def test_what_mediators_have_left_is_said_what_it_is():
    told = render.mine({"patience": {"qatar": 12.0}})
    assert say.MINE_ROWS["patience"][0] in told
    assert "12.0" in told
