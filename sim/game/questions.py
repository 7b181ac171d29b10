"""What a person may be asked in a game, and which answers are moves.

A question names the seat that must decide, the kind of decision and the facts that seat may know.
Knows no model; everything here is plain data that can be stored and sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.config import ConfigError
from sim.negotiation.agenda import Packages

RUNGS = 5
LONGEST_LIST = 20  # entries of a list in a move; no agenda has more contested issues
Facts = dict[str, Any]


class MoveError(ConfigError):
    """A move that cannot be made; the message says in one sentence why and what can be."""


@dataclass(frozen=True)
class Question:
    """A decision that waits for a person.

    ``turn`` counts the game's moves so far. ``facts`` are what the asked seat, and no other, sees
    besides its view; packages in them are numbers, -1 for none.
    """

    turn: int
    seat: str
    kind: str
    day: int
    facts: Facts = field(default_factory=dict)


def checked(question: Question, kind: str, value: Any, packages: Packages) -> Any:
    """Return a move's value in its plain form.

    Raises
    ------
    MoveError
        If another kind of decision is wanted, or the value is none of those allowed.
    """
    if kind != question.kind:
        raise MoveError(f"the decision wanted is {question.kind!r}, not {str(kind)[:40]!r}")
    return _CHECKS[kind](question, value, packages)


def _yes_or_no(question: Question, value: Any, packages: Packages) -> bool:
    if not isinstance(value, bool):
        raise MoveError(f"{question.kind} takes true or false, not {_short(value)}")
    return value


def _answer(question: Question, value: Any, packages: Packages) -> bool:
    accepts = _yes_or_no(question, value, packages)
    facts = question.facts
    if accepts and facts["worth"] < facts["reservation"]:
        raise MoveError(
            f"the offer is worth {facts['worth']:.3f} to your side, less than no deal "
            f"({facts['reservation']:.3f}); it can only be refused"
        )
    return accepts


def _offer(question: Question, value: Any, packages: Packages) -> dict[str, str] | None:
    if value is None:
        if question.facts["own_offers"]:
            return None  # hold to the last offer
        raise MoveError("there is no earlier offer to hold to; the first offer names a package")
    return _package(question, value, packages)


def _package(question: Question, value: Any, packages: Packages) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > len(packages.issues):
        raise MoveError("an offer names an option for issues of the agenda")
    for issue, option in value.items():
        if issue not in packages.issues:
            allowed = ", ".join(packages.issues)
            raise MoveError(f"the offer names the issue {_short(issue)}; allowed are {allowed}")
        options = packages.options[packages.issues.index(issue)]
        if option not in options:
            raise MoveError(
                f"the offer names {_short(option)} for {issue}; allowed are {', '.join(options)}"
            )
    return packages.describe(packages.index(value))


def _rung(question: Question, value: Any, packages: Packages) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < RUNGS:
        raise MoveError(f"a response is a rung from 0 to {RUNGS - 1}, not {_short(value)}")
    allowed = question.facts["rungs"]
    if value not in allowed:
        why = "your side has no means for it"
        if question.facts["on_the_spot"] and value > max(allowed):
            why = "a clash is answered on the spot, before the capitals can"
        raise MoveError(
            f"rung {value} cannot be chosen here, for {why}; allowed are "
            + ", ".join(map(str, allowed))
        )
    return value


def _issues(question: Question, value: Any, packages: Packages) -> list[str]:
    allowed = question.facts["issues"]
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        raise MoveError("an account is a list of issues on which it contradicts the other side's")
    for issue in value:
        if issue not in allowed:
            raise MoveError(
                f"the account names {_short(issue)}; contested are {', '.join(allowed)}"
            )
    return [issue for issue in allowed if issue in value]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


_CHECKS: dict[str, Callable[[Question, Any, Packages], Any]] = {
    "attend": _yes_or_no,
    "offer": _offer,
    "answer": _answer,
    "text": _answer,
    "respond": _rung,
    "account": _issues,
    "end": _yes_or_no,
    "contain": _yes_or_no,
    "draft": _package,
    "leave": _yes_or_no,
}
KINDS = tuple(_CHECKS)
"""Decisions: attend a round, offer a package, answer an offer, answer a mediators' text, respond
to an incident, publish an account, end the ceasefire, walk out of a round; for mediators contain a
chain of responses and draft a text."""
