"""Research with a class, off unless its teacher asks for it: pseudonyms, questions, export.

Knows no web. Nobody types a name; what somebody does or writes is exported only with their consent.
"""

from __future__ import annotations

import io
import json
import secrets
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.app import strings as say
from sim.app.room import Room, RoomError
from sim.app.sheet import sheet
from sim.app.tables import Row

MOST_QUESTIONS = 8  # before, and as many after
LONGEST_QUESTION, LONGEST_ANSWER = 200, 500  # characters
BEFORE, AFTER = "before", "after"
NAMES = ("Heron", "Ibis", "Crane", "Stork", "Egret", "Plover", "Avocet", "Curlew")


@dataclass(frozen=True)
class Study:
    """What a class is asked before the brief and after the game; both may be empty."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def asked(self, when: str) -> tuple[str, ...]:
        """The questions before or after."""
        return self.before if when == BEFORE else self.after

    def stored(self) -> str:
        """As it is stored with a class."""
        return json.dumps({BEFORE: self.before, AFTER: self.after})


def study_of(stored: Any) -> Study | None:
    """A study as stored; None if there is none or it is invalid."""
    try:
        found = json.loads(stored or "null")
        return Study(*(tuple(map(str, found[when])) for when in (BEFORE, AFTER)))
    except (ValueError, TypeError, KeyError):
        return None


def questions(typed: str) -> tuple[str, ...]:
    """Questions as typed, one a line; refuse what is too long."""
    found = tuple(" ".join(line.split()) for line in typed.splitlines() if line.strip())
    longest = max(map(len, found), default=0)
    if len(found) > MOST_QUESTIONS or longest > LONGEST_QUESTION:
        raise RoomError(say.QUESTIONS_BAD.format(most=MOST_QUESTIONS, longest=LONGEST_QUESTION))
    return found


def pseudonym(taken: Iterable[str]) -> str:
    """A name that reveals nothing and that nobody in the class has."""
    known = set(taken)
    while (name := f"{secrets.choice(NAMES)} {secrets.randbelow(900) + 100}") in known:
        pass
    return name


@dataclass
class Export:
    """Everything of the rooms of a class that may be exported, as rows of two tables."""

    events: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


EVENTS = ("room", "seed", "order", "time", "day", "seat", "person", "made_by", "event", "kind",
          "value", "agent_would", "to", "words")  # fmt: skip
ANSWERS = ("room", "seat", "person", "when", "question", "answer", "time")


def export(study: Study, rooms: Sequence[tuple[Room, list[Row], list[Row]]]) -> bytes:
    """An archive of events, answers and their codebook; each room with its moves and answers."""
    found = Export()
    for number, (room, moves, answers) in enumerate(rooms, start=1):
        agreed = {seat: taken.name for seat, taken in room.seats.items() if taken.consents}
        found.events += _events(number, room, moves, agreed)
        for row in answers:
            if row["seat"] in agreed:
                asked = study.asked(row["time"])
                found.answers.append({
                    "room": number, "seat": row["seat"], "person": agreed[row["seat"]],
                    "when": row["time"],
                    "question": asked[row["number"]] if row["number"] < len(asked) else "",
                    "answer": row["words"], "time": _iso(row["at"]),
                })  # fmt: skip
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.csv", sheet(EVENTS, found.events))
        archive.writestr("answers.csv", sheet(ANSWERS, found.answers))
        archive.writestr("codebook.txt", say.CODEBOOK)
    return held.getvalue()


def _events(
    number: int, room: Room, moves: Sequence[Row], agreed: dict[str, str]
) -> list[dict[str, Any]]:
    """Decisions and messages of those who agreed, in order of time."""
    seed = room.setup.cell.settings.seed
    rows: list[dict[str, Any]] = []
    times = {row["turn"]: row["at"] for row in moves}
    for turn, decision in enumerate(room.game.decisions):
        seat = decision.move.seat
        if seat in agreed:
            rows.append({
                "time": times.get(turn, 0.0), "day": decision.question.day, "seat": seat,
                "made_by": room.made_by[turn], "event": "decision", "kind": decision.move.kind,
                "value": json.dumps(decision.move.value),
                "agent_would": json.dumps(decision.agent),
            })  # fmt: skip
    for said in room.said:
        if said.seat in agreed:
            rows.append({
                "time": said.at, "day": said.day, "seat": said.seat, "event": "message",
                "to": said.to, "words": said.words,
            })  # fmt: skip
    rows.sort(key=lambda row: float(row["time"]))
    for order, row in enumerate(rows, start=1):
        row |= {"room": number, "seed": seed, "order": order, "person": agreed[row["seat"]],
                "time": _iso(row["time"])}  # fmt: skip
    return rows


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
