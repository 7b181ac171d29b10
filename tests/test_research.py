"""Research mode: off by default, pseudonyms, and an export of those only who agreed."""

import csv
import io
import json
import zipfile

import pytest
from test_rooms import ANN, BOB, QUIET, TEACHER, again, do, path, rooms  # noqa: F401

from sim.app.research import AFTER, BEFORE, Study, questions, study_of
from sim.app.room import RoomError
from sim.game import Setup

STUDY = Study(("How old are you?", "Trust?"), ("Trust now?",))
SIDES = ("pakistan", "afghan_taliban")


@pytest.fixture(scope="module")
def setup():
    return Setup.of("baseline", QUIET, seed=7, days=30, persons=SIDES)


@pytest.fixture
def lesson(rooms, setup):  # noqa: F811
    """A class in a study: Ann agrees, Bob does not."""
    class_ = do(rooms.open_class("IR", [setup], 0, "", TEACHER, study=STUDY))
    for who, agrees in ((ANN, True), (BOB, False)):
        room, seat = do(rooms.join(class_, "", who, agrees))
        do(rooms.be_ready(room, seat, who))
    return class_, room


def move(rooms, room, said=""):  # noqa: F811
    question = room.game.question
    who = {"pakistan": ANN, "afghan_taliban": BOB}[question.seat]
    advice = room.game.advice
    do(rooms.play(room, question.seat, question.turn, question.kind, advice, who, said))


def opened(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        read = {name: files.read(name).decode() for name in files.namelist()}
    tables = {name: list(csv.DictReader(io.StringIO(text)))
              for name, text in read.items() if name.endswith(".csv")}  # fmt: skip
    return tables["events.csv"], tables["answers.csv"], read["codebook.txt"]


def test_a_class_is_in_no_study_unless_its_teacher_says_so(rooms, setup):  # noqa: F811
    class_ = do(rooms.open_class("IR", [setup], 0, "", TEACHER))
    room, seat = do(rooms.join(class_, "Ann", ANN))
    assert (class_.study, room.seats[seat].name) == ("", "Ann")
    with pytest.raises(RoomError, match="takes part in no study"):
        rooms.exported(class_, TEACHER)
    with pytest.raises(RoomError, match="no such question is asked"):
        do(rooms.answer(room, seat, BEFORE, ["x"], ANN))


def test_in_a_study_nobody_has_a_name(rooms, setup, lesson):  # noqa: F811
    _, room = lesson
    names = [taken.name for taken in room.seats.values()]
    assert len(set(names)) == 2
    assert all(name.split()[1].isdecimal() for name in names)
    with pytest.raises(RoomError, match="nobody is known by a name"):
        do(rooms.open_class("IR", [setup], 0, "", TEACHER, ["Ann"], STUDY))
    assert again(rooms).rooms[room.code].seats["pakistan"].consents


def test_only_who_agreed_is_exported_with_times_and_a_codebook(rooms, lesson):  # noqa: F811
    class_, room = lesson
    to_ask = [("pakistan", ANN, "=1+1"), ("afghan_taliban", BOB, "secret")]
    for seat, who, words in to_ask:
        do(rooms.answer(room, seat, BEFORE, ["20", words], who))
    while room.game.question.kind != "offer":
        move(rooms, room)
    for words in ("from one", "from two", "from three"):
        move(rooms, room, words)
    events, answers, codebook = opened(rooms.exported(class_, TEACHER))
    ann = room.seats["pakistan"].name
    assert {row["person"] for row in events} == {ann}
    mine = [d for d in room.game.decisions if d.move.seat == "pakistan"]
    told = [json.loads(row["value"]) for row in events if row["event"] == "decision"]
    assert told == [decision.move.value for decision in mine]
    assert [r["order"] for r in events] == [str(k) for k in range(1, len(events) + 1)]
    assert all(row["time"].endswith("Z") for row in events)
    assert [row["answer"] for row in answers] == ["20", "'=1+1"]
    assert [row["question"] for row in answers] == list(STUDY.before)
    assert "secret" not in str(answers)
    for name in (*events[0], *answers[0]):
        assert name in codebook
    with pytest.raises(RoomError, match="not open on this device"):
        rooms.exported(class_, ANN)


def test_answers_are_bounded_replaced_and_gone_with_a_freed_seat(rooms, lesson):  # noqa: F811
    _, room = lesson
    with pytest.raises(RoomError, match="no such question"):
        do(rooms.answer(room, "pakistan", AFTER, ["1", "2"], ANN))
    with pytest.raises(RoomError, match="at most 500"):
        do(rooms.answer(room, "pakistan", AFTER, ["x" * 501], ANN))
    with pytest.raises(RoomError, match="not the key to the seat"):
        do(rooms.answer(room, "pakistan", AFTER, ["1"], BOB))
    for given in ("1", "2"):
        do(rooms.answer(room, "pakistan", AFTER, [given], ANN))
    assert [row["words"] for row in rooms.store.rows("answers")] == ["2"]
    assert rooms.answered(room, "pakistan", AFTER)
    do(rooms.free(room, "pakistan", TEACHER))
    assert rooms.store.rows("answers") == []


def test_questions_are_a_line_each_and_bounded():
    assert questions(" a? \n\n b?\n") == ("a?", "b?")
    for typed in ("x" * 201, "\n".join("abcdefghi")):
        with pytest.raises(RoomError, match="at most 8 questions of 200"):
            questions(typed)
    assert study_of(STUDY.stored()) == STUDY
    assert [study_of(bad) for bad in ("", None, "x", "[]", '{"before": 1}')] == [None] * 5
