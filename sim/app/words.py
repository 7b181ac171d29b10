"""What people in a room say to each other: messages, who hears them, and what is refused.

Knows no web and no file. A message is heard by its author, by whom it is for, and by the teacher;
at the debriefing by everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.config import PARTIES
from sim.game import MEDIATORS, SEATS

LONGEST = 280  # characters of a message
MOST = 400  # messages of a room
TABLE, PRESS = "table", "press"  # for all seats: at the table, and in public
WITH_MOVES = {  # kinds of decision that a message may go with -> for whom it is
    "offer": TABLE, "answer": TABLE, "text": TABLE, "draft": TABLE, "leave": TABLE,
    "account": PRESS,
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """Words of a seat.

    ``to`` is ``TABLE``, ``PRESS`` or a side: the private channel of that side with the mediators.
    ``round`` counts the rounds that were over; ``turn`` is of the move it went with, None without.
    """

    number: int
    day: int
    round: int
    seat: str
    to: str
    words: str
    turn: int | None
    at: float

    def heard_by(self, seat: str) -> bool:
        """Whether a seat hears it before the debriefing."""
        return self.to in (TABLE, PRESS) or seat in (self.to, MEDIATORS)

    def row(self, room: str) -> dict[str, Any]:
        """The message as it is stored."""
        return {"room": room, **asdict(self)}


def stored(row: dict[str, Any]) -> Message | None:
    """A message from its row; None if the row is invalid."""
    whole = all(isinstance(row[name], int) for name in ("number", "day", "round"))
    turn = row["turn"]
    if not whole or row["seat"] not in SEATS or row["to"] not in (TABLE, PRESS, *PARTIES):
        return None
    if not (turn is None or isinstance(turn, int)) or not isinstance(row["at"], float):
        return None
    words = str(row["words"])[:LONGEST]
    return Message(
        row["number"], row["day"], row["round"], row["seat"], row["to"], words, turn, row["at"]
    )


def may_press(said: Sequence[Message], seat: str, rounds: int) -> bool:
    """Whether a side may still give the press its line on the last of ``rounds`` that are over."""
    gave = any(m.seat == seat and m.to == PRESS and m.round == rounds for m in said)
    return seat in PARTIES and rounds > 0 and not gave


def channels(seat: str) -> tuple[str, ...]:
    """The sides whose channel with the mediators a seat writes in."""
    return PARTIES if seat == MEDIATORS else (seat,)
