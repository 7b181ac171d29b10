"""After a game: the deal against the solution concepts, the win-sets, and where the odds turned.

Here everything private is told, so nothing of it may be shown to a player before the game is over
or its teacher reveals it. Everything returned is plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.arrays import FloatArray
from sim.config import ENDS, PARTIES
from sim.futures import utilities
from sim.game.futures import fan
from sim.game.play import Decision, Game, Move, Setup
from sim.game.views import asked_at_home, ceasefire
from sim.negotiation import solutions
from sim.notes import OUTCOMES, PARTIAL
from sim.parameters import NONE
from sim.records import ACCOUNTS

FUTURES = 400  # per evening: an error of at most .025 in a share, less in a difference
MOST_EVENINGS = 45  # looked at for the odds; the days with decisions come first
LARGEST = 3  # drops, and decisions that moved the odds most
MOST_RETOLD = 12  # days with a decision unlike the agents' that are told again
Facts = dict[str, Any]


def result(game: Game) -> Facts:
    """How a game stands or ended, in numbers that a class can compare.

    Keys: ``day``, ``days``, ``over``, ``ended_day``, ``cause``, ``mode`` and ``by`` of the collapse
    (0 and None while in force; ``by`` None if from outside), the day of every other end, ``rounds``
    held, how each ``ended``, ``deal_day`` and ``deal`` (issue -> option) of the first full deal,
    each side's ``utility`` and ``gain`` from it, its ``distance`` to the frontier and
    ``nash_share``.
    """
    record = game.record
    tally, ended = record["tally"], ceasefire(record)
    package = int(tally["deal_package"])
    return {
        "day": game.model.day,
        "days": game.days,
        "over": game.over,
        "ended_day": ended["collapse"]["day"],
        "cause": ended["collapse"]["cause"],
        "mode": ended["collapse"]["mode"],
        "by": ended["collapse"]["by"],
        "ends": {end: found["day"] for end, found in ended.items()},
        "rounds": int(record["talks"]["held"]),
        "ended": [_ended(game, row) for row in game.model.log.rounds],
        "deal_day": int(tally["deal_day"]),
        "deal": game.packages.describe(package) if package != NONE else None,
        "utility": {p: _known(tally["deal_utility"][k]) for k, p in enumerate(PARTIES)},
        "gain": {p: _known(tally["deal_gain"][k]) for k, p in enumerate(PARTIES)},
        "distance": _known(tally["deal_distance"]),
        "nash_share": _known(tally["deal_nash_share"]),
        "lapsed_day": int(tally["deal_lapsed_day"]),
    }


def landscape(game: Game) -> Facts | None:
    """The bargaining space of the round with the first deal, else of the last; None without one.

    Utilities are those of the round's last day of talks. Keys: ``round``; ``frontier`` (k, 2)
    sorted by the first side's utility; ``disagreement`` (2,); ``nash`` and
    ``kalai_smorodinsky`` (each a point, or None without a zone of agreement); ``needed`` (2,) the
    bounds of the win-sets; ``win_sets`` how many packages each side would ratify, both, and of
    how many; ``offers`` with speaker, exchange and point; ``deal`` the point agreed at the table
    or None.
    """
    entries = game.entries
    session = _session_shown(game, entries)
    if session is None:
        return None
    worth = _utilities(game, session)
    threat = np.array(session["reservation"])
    needed = threat + np.array([asked_at_home(game, side) for side in (0, 1)])
    inside = worth >= needed
    frontier = worth[solutions.pareto_frontier(worth)]
    moves = [e for e in entries if e["kind"] == "move" and e["round"] == session["round"]]
    agreed = [e for e in moves if e["accepted"]]
    return {
        "round": session["round"],
        "frontier": frontier[np.argsort(frontier[:, 0], kind="stable")].tolist(),
        "disagreement": threat.tolist(),
        "needed": needed.tolist(),
        **_solutions(game, worth, threat),
        "win_sets": {
            PARTIES[0]: int(inside[:, 0].sum()),
            PARTIES[1]: int(inside[:, 1].sum()),
            "both": int(inside.all(axis=1).sum()),
            "of": len(worth),
        },
        "offers": [
            {
                "speaker": move["speaker"],
                "exchange": move["exchange"],
                "point": worth[move["package"]].tolist(),
            }
            for move in moves
        ],
        "deal": worth[agreed[-1]["package"]].tolist() if agreed else None,
    }


def _ended(game: Game, row: Facts) -> Facts:
    """How a round ended: number, day, outcome and what was settled, as issue -> option."""
    settled: dict[str, str] = {}
    if row["package"] != NONE:
        settled = game.packages.describe(row["package"])
    if row["outcome"] == OUTCOMES[PARTIAL]:
        settled = game.packages.granted(row["package"])
    return {"round": row["round"], "day": row["day"], "outcome": row["outcome"], "settled": settled}


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _session_shown(game: Game, entries: list[Facts]) -> Facts | None:
    """The last day of talks of the round with the first deal, else of the last round."""
    sessions = [entry for entry in entries if entry["kind"] == "session"]
    day = int(game.record["tally"]["deal_day"])
    with_deal = [session for session in sessions if session["day"] == day]
    shown = with_deal or sessions
    return shown[-1] if shown else None


def _utilities(game: Game, session: Facts) -> FloatArray:
    """Both sides' utilities of all packages on a day of talks, shape (P, 2)."""
    lock_in = [session[f"{name}_lock_in"] for name in PARTIES]
    account = ACCOUNTS[game.record["account"]]
    return utilities(game.model.scenario, account, session["verifiers"], session["trust"], lock_in)


def _solutions(game: Game, utilities: FloatArray, threat: FloatArray) -> Facts:
    """Nash and Kalai-Smorodinsky points with their packages."""
    found: Facts = {}
    for name in ("nash", "kalai_smorodinsky"):
        try:
            package = getattr(solutions, name)(utilities, threat)
        except solutions.NoAgreementZone:
            found[name] = None
            continue
        point = utilities[package].tolist()
        found[name] = {"point": point, "package": game.packages.describe(package)}
    return found


# --- where the odds turned -----------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """A stretch between two evenings and what it did to the odds.

    ``before`` and ``after`` are shares of futures, continued by the agents, in force on the
    game's last day; ``decisions`` the persons' of these days; ``instead`` what ``after`` would be
    had agents decided from the first decision in which a person did otherwise, None if nobody did.
    """

    first_day: int
    last_day: int
    before: float
    after: float
    decisions: list[Decision]
    instead: float | None = None

    @property
    def change(self) -> float:
        """Change of the odds."""
        return self.after - self.before

    @property
    def effect(self) -> float:
        """What the persons' decisions did to the odds, compared with the agents' from there on."""
        return 0.0 if self.instead is None else self.after - self.instead


@dataclass(frozen=True)
class Odds:
    """The ceasefire's odds over the game: shares in force on the last day, by evening.

    ``drops`` are the largest falls, ``decisive`` the stretches whose decisions moved the odds most,
    either way.
    """

    days: list[int]
    shares: list[float]
    drops: list[Turn]
    decisive: list[Turn]
    futures: int


def odds(setup: Setup, moves: list[Move], futures: int = FUTURES) -> Odds:
    """Follow the odds from evening to evening and explain the largest drops.

    All evenings are continued with one branch, so that their futures meet the same chance.
    """
    game = Game(setup, moves, keep=True)
    days = _looked_at(game)
    shares = [_share(game, day, futures) for day in days]
    turns = [
        Turn(
            days[k] + 1, days[k + 1], shares[k], shares[k + 1],
            [d for d in game.decisions if days[k] < d.question.day <= days[k + 1]],
        )
        for k in range(len(days) - 1)
    ]  # fmt: skip
    news = sorted(turns, key=lambda turn: -abs(turn.change))
    otherwise = [turn for turn in news if _unlike(turn.decisions) is not None]
    retold = {turn.first_day: _retold(game, turn, futures) for turn in otherwise[:MOST_RETOLD]}
    turns = [retold.get(turn.first_day, turn) for turn in turns]
    falls = sorted((turn for turn in turns if turn.change < 0), key=lambda turn: turn.change)
    moved = sorted((t for t in turns if t.effect), key=lambda turn: -abs(turn.effect))
    return Odds(days, shares, falls[:LARGEST], moved[:LARGEST], futures)


def _looked_at(game: Game) -> list[int]:
    """Evenings before and after what may matter: decisions first, then acts and rounds."""
    last = max(game.evenings)
    asked = [decision.question.day for decision in game.decisions]
    kinds = (
        "act", "ratification", "initialled", "breakdown", "deal_lapses", "allegation", "ruling",
    )  # fmt: skip
    happened = [entry["day"] for entry in game.entries if entry["kind"] in kinds]
    wanted: dict[int, None] = {0: None, last: None}
    for day in [*asked, *happened]:
        for evening in (day - 1, day):
            if len(wanted) < MOST_EVENINGS and 0 <= evening <= last:
                wanted[evening] = None
    return sorted(wanted)


def _share(game: Game, day: int, futures: int) -> float:
    """Share in force on the game's last day, continued from the evening of ``day``."""
    evening = game.evenings[day]
    collapsed = int(evening.records["ceasefire"]["day"][0, ENDS.index("collapse")])
    if collapsed:
        return 0.0
    if day >= game.days:
        return 1.0
    cell = game.setup.cell
    ahead = fan(cell.scenario, evening, n=futures, days=game.days - day, end="collapse")
    return float(1.0 - ahead.ended.mean())


def _unlike(decisions: list[Decision]) -> Decision | None:
    """The first decision that the agent would have made otherwise."""
    return next((d for d in decisions if d.move.value != d.agent), None)


def _retold(game: Game, turn: Turn, futures: int) -> Turn:
    """Say what the agents' decisions would have made of a stretch."""
    other = _unlike(turn.decisions)
    assert other is not None
    number = game.decisions.index(other)
    instead = Game(game.setup, game.moves[:number], keep=True)
    while not instead.over and instead.question is not None:
        if instead.question.day > turn.last_day:
            break
        instead.play(instead.question.seat, instead.question.kind, instead.advice)
    day = min(turn.last_day, max(instead.evenings))
    return replace(turn, instead=_share(instead, day, futures))


def without_persons(setup: Setup) -> Game:
    """The same future with agents in every seat: what would have happened without the players."""
    return Game(Setup(setup.cell, ()))
