"""Persons in the agents' places: a question read from a record, and answers written into one.

The rules ask in the middle of a day (``state.decided``). Answers are numbers there; here they are
moves, plain data that can be stored and sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.config import CAUSES, PARTIES
from sim.game.questions import Facts
from sim.negotiation.agenda import Packages
from sim.parameters import NONE
from sim.state import ANSWERS, DECISIONS, RUNGS

MEDIATORS = "mediators"
SEATS = (*PARTIES, MEDIATORS)
TRUTHS = ("attend", "answer", "text", "end", "contain", "leave")
AT_TABLE = ("offer", "answer", "text")


def bits(persons: Sequence[str]) -> int:
    """The seats that persons hold, a bit each, as a record has them."""
    return sum(1 << SEATS.index(seat) for seat in persons)


class Seats:
    """How records and moves of one scenario translate into each other."""

    def __init__(self, packages: Packages, contested: Sequence[str]) -> None:
        self.packages, self.contested = packages, list(contested)

    def answer(self, state: Any, moves: Sequence[tuple[str, Any]]) -> None:
        """Write today's answers, (kind, value) in order, into the one record of a game.

        Raises
        ------
        ValueError
            If they are more than a day has room for.
        """
        if len(moves) >= ANSWERS:
            raise ValueError(f"a day asks for more than {ANSWERS} decisions")
        state["answered"] = len(moves)
        for k, (kind, value) in enumerate(moves):
            state["answers"][0, k] = self._number(kind, value)

    def asked(self, record: Any) -> tuple[str, str, Facts, Any]:
        """Who is asked in a record that waits: seat, kind, facts, and what the agent would do."""
        question = record["question"]
        seat, kind = SEATS[question["seat"]], DECISIONS[question["kind"]]
        return seat, kind, self._facts(record, kind), self._move(kind, int(question["agent"]))

    def _number(self, kind: str, value: Any) -> int:
        if kind in ("offer", "draft"):
            return NONE if value is None else self.packages.index(value)
        if kind == "account":
            return sum(1 << self.contested.index(issue) for issue in value)
        return int(value)

    def _move(self, kind: str, number: int) -> Any:
        if kind in ("offer", "draft"):
            return self.packages.describe(number)
        if kind == "account":
            return [issue for c, issue in enumerate(self.contested) if number >> c & 1]
        return bool(number) if kind in TRUTHS else number

    def _facts(self, record: Any, kind: str) -> Facts:
        """What the seat that is asked may know besides its view; packages are numbers."""
        question, sides = record["question"], record["sides"]
        if kind == "respond":
            return {
                "cause": CAUSES[record["chain_cause"]], "suffered": int(question["suffered"]),
                "link": int(question["link"]),
                "rungs": [rung for rung in range(RUNGS) if question["open"] >> rung & 1],
                "on_the_spot": bool(record["on_the_spot"] and question["link"] == 0),
            }  # fmt: skip
        if kind == "account":
            return {"issues": self.contested}
        if kind == "contain":
            return {"rungs": dict(zip(PARTIES, sides["rung"].tolist(), strict=True))}
        if kind == "draft":
            return {"would": int(question["agent"])}
        if kind not in AT_TABLE:
            return {}
        facts = self._at_table(record, int(question["seat"]))
        if kind != "offer":
            facts |= {"package": int(question["package"]), "worth": float(question["worth"])}
        return facts

    def _at_table(self, record: Any, side: int) -> Facts:
        """What a side knows at the table: the round so far and its own numbers of today."""
        talks, own = record["talks"], record["sides"][side]
        offers, spoken = talks["offers"], talks["spoken"]
        return {
            "exchange": int(talks["exchange"]),
            "of": int(talks["limit"]),
            "own_offers": offers[side, : spoken[side]].tolist(),
            "heard_offers": offers[1 - side, : spoken[1 - side]].tolist(),
            "trust": float(own["trust"]),
            "lock_in": own["lock_in"][: len(self.contested)].tolist(),
            "reservation": float(own["reservation"]),
        }
