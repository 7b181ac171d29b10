"""What happened in the watched futures, as rows from which rounds, incidents and talks are told.

A row has a kind, whole numbers and real ones; ``FIELDS`` says what each is. Rules write rows into a
log that has room for a day; whoever runs them collects it. Knows nothing of how things are told.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.compiling import rule
from sim.config import LIMITS
from sim.parameters import CONTESTED, GROUPS, MEDIATORS, struct

WHOLE, REAL = 8, 5 + 2 * CONTESTED
ROOM = 12_000  # rows of a log
NOTE = struct(
    [("replicate", "u8"), ("day", "i8"), ("kind", "i8"), ("whole", "i8", (WHOLE,)),
     ("real", "f8", (REAL,))]
)  # fmt: skip


class Fields(NamedTuple):
    """Names of a kind's whole and real numbers, in order."""

    whole: tuple[str, ...] = ()
    real: tuple[str, ...] = ()


FIELDS = {
    "attack": Fields(("group", "deaths", "attributed", "denied", "from_afghan_soil")),
    "border_clash": Fields(("initiator", "denied"), ("severity",)),
    "act": Fields(("party", "rung", "link")),
    "allegation": Fields(("party", "breached")),
    "renegotiation_asked": Fields(("party",)),
    "deal_lapses": Fields(),
    "ceasefire_renewed": Fields(),
    "round_not_held": Fields(),
    "round_opens": Fields(("round", "resumed", "last_day", "exchanges")),
    "information": Fields(("speaker", "hearer", "says_good_faith"), ("accuracy",)),
    "session": Fields(("round",), ("verifiers", "trust", "trust", "reservation", "reservation")),
    "move": Fields(
        ("round", "exchange", "of", "speaker", "package", "accepted"),
        ("utility", "utility", "aspiration", "aspiration"),
    ),
    "ratification": Fields(("party", "package"), ("utility", "needed")),
    "round": Fields(("round", "exchanges", "outcome", "package"), ("utility", "utility")),
    "taken_back": Fields(("speaker",)),
    "initialled": Fields(("package",)),
    "walks_out": Fields(("party",)),
    "adjourned": Fields(("next",)),
    "breakdown": Fields(("communique",)),
    "contradiction": Fields(("speaker", "issue")),
    "ruling": Fields(("party", "cleared", "remedied")),
}
"""Sides, speakers and hearers by number, 2 for the mediators; groups, mediators and issues by
position; outcomes of a round as in ``OUTCOMES``. A session's lock-ins follow its real numbers, by
side and contested issue."""
KINDS = tuple(FIELDS)
(
    ATTACK, BORDER_CLASH, ACT, ALLEGATION, RENEGOTIATION_ASKED, DEAL_LAPSES, CEASEFIRE_RENEWED,
    ROUND_NOT_HELD, ROUND_OPENS, INFORMATION, SESSION, MOVE, RATIFICATION, ROUND, TAKEN_BACK,
    INITIALLED, WALKS_OUT, ADJOURNED, BREAKDOWN, CONTRADICTION, RULING,
) = range(len(KINDS))  # fmt: skip
OUTCOMES = ("full", "partial", "adjourned", "broken_off")  # how a round ends
FULL, PARTIAL, ADJOURNMENT, BROKEN_OFF = range(len(OUTCOMES))
MOST_BESIDE_MOVES = GROUPS * 2 + LIMITS["events"] + 2 * MEDIATORS + 2 * CONTESTED + 80


@rule
def rows_a_day(p: Any) -> int:
    """Rows that a day can have at most."""
    exchanges = p.protocol.sessions_per_day * p.protocol.exchanges_per_session
    talks = 4 * min(exchanges, p.protocol.exchanges_per_round) + p.protocol.sessions_per_day
    return MOST_BESIDE_MOVES + talks


@rule
def note(
    future: Any, log: Any, kind: int,
    a: int = 0, b: int = 0, c: int = 0, d: int = 0, e: int = 0, f: int = 0,
    w: float = 0.0, x: float = 0.0, y: float = 0.0, z: float = 0.0,
) -> None:  # fmt: skip
    """Note what happened, where the future is watched: whole numbers a to f, real ones w to z."""
    if not future.watched:
        return
    row = log.rows[log.count]
    log.count += 1
    row.replicate, row.day, row.kind = future.replicate, future.day, kind
    row.whole[0], row.whole[1], row.whole[2] = a, b, c
    row.whole[3], row.whole[4], row.whole[5] = d, e, f
    row["real"][0], row["real"][1], row["real"][2], row["real"][3] = w, x, y, z
