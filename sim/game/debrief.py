"""After a game: the deal against the solution concepts, the win-sets, and where the odds turned.

Everything private is revealed here, so none of it may be shown to a player before the game is over
or its teacher reveals it. Everything returned is plain data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from sim.arrays import BoolArray, FloatArray
from sim.config import PARTIES
from sim.futures import utilities
from sim.game.checkpoint import Checkpoint
from sim.game.futures import HOW, Became, became, become, mean
from sim.game.play import Decision, Game, Move, Setup
from sim.game.seats import MEDIATORS
from sim.game.views import ceasefire, view, worths
from sim.negotiation import solutions
from sim.negotiation.ratification import gain_asked_at_home
from sim.notes import OUTCOMES, PARTIAL
from sim.parameters import NONE
from sim.records import ACCOUNTS
from sim.state import COLLAPSE

FUTURES = 1_000  # per evening: a share is known to .03 at 95 %, a paired difference better
MOST_EVENINGS = 45  # followed for the odds; the days with decisions come first
LARGEST = 3  # drops
MOST_EFFECTS = 16  # decisions unlike the agents' whose own effect is computed
OPEN = "open"  # outcome of a round that has none yet
SAME = 0.0005  # of utility: a smaller gain is not worth showing
Facts = dict[str, Any]


def result(game: Game) -> Facts:
    """How a game stands or ended, in numbers that a class can compare.

    Keys: ``day`` under way (the last if it is over), ``days``, ``over``, ``ended_day``, ``cause``,
    ``mode`` and ``by`` of the collapse (0 and None while in force; ``by`` None if from outside),
    the day of every other end, the ``rounds`` begun and how each ended, the deals ``struck`` at the
    table (``day``, who ``refused`` it at home, ``gain``), ``deal_day`` and ``deal`` (issue ->
    option) of the first full deal, each side's ``utility`` and ``gain`` from it, its ``distance``
    to the frontier and ``nash_share``.
    """
    record = game.record
    tally, ended = record["tally"], ceasefire(record)
    package = int(tally["deal_package"])
    return {
        "day": game.day,
        "days": game.days,
        "over": game.over,
        "ended_day": ended["collapse"]["day"],
        "cause": ended["collapse"]["cause"],
        "mode": ended["collapse"]["mode"],
        "by": ended["collapse"]["by"],
        "ends": {end: found["day"] for end, found in ended.items()},
        "rounds": _rounds(game),
        "struck": _struck(game.told),
        "deal_day": int(tally["deal_day"]),
        "deal": game.packages.describe(package) if package != NONE else None,
        "utility": {p: _known(tally["deal_utility"][k]) for k, p in enumerate(PARTIES)},
        "gain": {p: _known(tally["deal_gain"][k]) for k, p in enumerate(PARTIES)},
        "distance": _known(tally["deal_distance"]),
        "nash_share": _known(tally["deal_nash_share"]),
        "lapsed_day": int(tally["deal_lapsed_day"]),
    }


def _rounds(game: Game) -> list[Facts]:
    """Number, outcome and day of every round, and what was settled, as issue -> option.

    The outcome of a round that did not come to its end is ``open``, its day that on which it began.
    """
    ended = [_ended(game, row) for row in [*game.model.log.rounds, *game.closed]]
    over = {row["round"] for row in ended}
    return ended + [
        {"round": one["round"], "day": one["day"], "outcome": OPEN, "settled": {}}
        for one in game.told
        if one["kind"] == "round_opens" and one["round"] not in over
    ]


def _struck(entries: list[Facts]) -> list[Facts]:
    """Deals agreed at the table.

    Each has its ``day``, which capitals ``refused`` to ratify it, and the ``gain`` over no deal
    that it would have been for each side.
    """
    votes: dict[int, dict[str, Facts]] = {}
    no_deal: dict[int, Facts] = {}
    for entry in entries:
        if entry["kind"] == "session":
            no_deal[entry["day"]] = dict(zip(PARTIES, entry["reservation"], strict=True))
        elif entry["kind"] == "ratification":
            votes.setdefault(entry["day"], {})[entry["party"]] = entry
    return [
        {
            "day": day,
            "refused": [side for side in PARTIES if cast[side]["utility"] < cast[side]["needed"]],
            "gain": {side: cast[side]["utility"] - no_deal[day][side] for side in PARTIES},
        }
        for day, cast in votes.items()
    ]


def landscape(game: Game, *, left: bool = True) -> Facts | None:
    """The bargaining space of the round with the first deal, else of the last with an offer.

    The game must have been kept (``keep``).

    None before a round. Utilities are those of the round's last day of talks, ``day``; what the
    capitals ask is as of that morning, or of this moment if the day is under way. What was ``left``
    on the table is looked for only if it is wanted, since it may take many days of talks.

    Keys: ``round``; ``day``; ``frontier`` (k, 2) sorted by the first side's utility;
    ``disagreement`` (2,); ``nash`` and ``kalai_smorodinsky`` (each a point, or None without a zone
    of agreement); ``needed`` (2,) the bounds of the win-sets; ``win_sets`` how many packages each
    side would ratify, both, and of how many; ``better`` the package with the largest product of
    gains over the deal that both would have ratified that day or, without a deal, over no deal on
    the last day of talks on which there was one, None if there was none: its ``day``, ``round``,
    ``package``, what it ``added`` for each side, the days on which mediators had ``tabled`` it and
    who had then ``refused``; ``offers`` with speaker, exchange and point; ``deal`` the point agreed
    at the table or None.
    """
    entries = game.told
    session = _session_shown(game, entries)
    if session is None:
        return None
    worth, threat, needed = _at_table(game, session)
    inside = worth >= needed
    frontier = worth[solutions.pareto_frontier(worth)]
    moves = [e for e in entries if e["kind"] == "move" and e["round"] == session["round"]]
    agreed = [e for e in moves if e["accepted"]]
    return {
        "round": session["round"],
        "day": session["day"],
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
        "better": _better(game, entries, session) if left else None,
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


def possible_gains(game: Game) -> list[list[float]]:
    """The frontier of both sides' gains over no deal as they stand now, by the first side's."""
    gains = np.stack([
        worths(game, side) - view(game, side)["mine"]["reservation"] for side in PARTIES
    ], axis=1)  # fmt: skip
    frontier = gains[solutions.pareto_frontier(gains)]
    found: list[list[float]] = frontier[np.argsort(frontier[:, 0], kind="stable")].tolist()
    return found


def _asked(game: Game, day: int) -> FloatArray:
    """Gain over no deal that each capital asks of a deal on a day of talks, shape (2,)."""
    now = game.now
    if day <= game.model.day:  # the day is over: as it stood on the evening before
        now = game.evenings[day - 1].records.view(np.recarray)[0]
    return np.array([gain_asked_at_home(now, game.model.futures.sets[0], k) for k in (0, 1)])


def _at_table(game: Game, session: Facts) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Utilities (P, 2) of a day of talks, what no deal was worth (2,), what capitals asked (2,)."""
    threat = np.array(session["reservation"])
    return _utilities(game, session), threat, threat + _asked(game, session["day"])


def _better(game: Game, entries: list[Facts], shown: Facts) -> Facts | None:
    """What was left on the table on the day that is shown; without a deal on the last such day."""
    earlier = [one for one in entries if one["kind"] == "session" and one["day"] < shown["day"]]
    dealt = int(game.record["tally"]["deal_package"])
    for session in [shown, *([] if dealt != NONE else reversed(earlier))]:
        worth, threat, needed = _at_table(game, session)
        gains = worth - (threat if dealt == NONE else worth[dealt])
        inside = (gains > SAME).all(axis=1) & (worth >= needed).all(axis=1)
        if inside.any():
            best = int(np.where(inside, gains.clip(0).prod(axis=1), -1.0).argmax())
            return {
                "day": session["day"],
                "round": session["round"],
                "package": game.packages.describe(best),
                "added": dict(zip(PARTIES, gains[best].tolist(), strict=True)),
                **_tabled(game, best, session["day"]),
            }
    return None


def _tabled(game: Game, package: int, until: int) -> Facts:
    """The days up to one on which mediators ``tabled`` a package, and who ``refused`` it then.

    Who refused is known of persons, and of capitals.
    """
    days = [
        entry["day"] for entry in game.told
        if entry["kind"] == "move" and entry["speaker"] == MEDIATORS
        and entry["package"] == package and entry["day"] <= until
    ]  # fmt: skip
    refused = {
        one.move.seat for one in game.decisions
        if one.move.kind == "text" and not one.move.value
        and one.question.facts["package"] == package and one.question.day <= until
    } | {
        entry["party"] for entry in game.told
        if entry["kind"] == "ratification" and entry["package"] == package
        and entry["day"] <= until and entry["utility"] < entry["needed"]
    }  # fmt: skip
    return {"tabled": sorted(set(days)), "refused": [side for side in PARTIES if side in refused]}


def _ended(game: Game, row: Facts) -> Facts:
    """A round that came to its end, as in ``_rounds``."""
    settled: dict[str, str] = {}
    if row["package"] != NONE:
        settled = game.packages.describe(row["package"])
    if row["outcome"] == OUTCOMES[PARTIAL]:
        settled = game.packages.granted(row["package"])
    return {"round": row["round"], "day": row["day"], "outcome": row["outcome"], "settled": settled}


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _session_shown(game: Game, entries: list[Facts]) -> Facts | None:
    """The last day of talks of the round with the first deal, else of the last with an offer."""
    offered = {entry["round"] for entry in entries if entry["kind"] == "move"}
    sessions = [entry for entry in entries if entry["kind"] == "session"]
    day = int(game.record["tally"]["deal_day"])
    with_deal = [session for session in sessions if session["day"] == day]
    shown = with_deal or [one for one in sessions if one["round"] in offered] or sessions
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
    game's last day; ``decisions`` the numbers of the persons' decisions of these days.
    """

    first_day: int
    last_day: int
    before: float
    after: float
    decisions: list[int]

    @property
    def change(self) -> float:
        """Change of the odds."""
        return self.after - self.before


@dataclass(frozen=True)
class Why:
    """What else a decision changed, as ``Effect`` has it: a way to end, or a deal.

    ``mode`` and ``by`` of a collapse that became more or less frequent; both None for a deal.
    """

    mode: str | None
    by: str | None
    taken: float
    instead: float
    error: float

    @property
    def change(self) -> float:
        """What the decision added to the share."""
        return self.taken - self.instead


@dataclass(frozen=True)
class Effect:
    """What one decision did to the odds of its evening, all after it left to the agents.

    ``number`` counts the game's decisions; ``taken`` and ``instead`` are the shares in force on the
    last day with what the person decided and with what the agent would have; ``error`` is half the
    95 % interval of their paired difference; ``why`` the end that changed most in the other
    direction, and deals.
    """

    number: int
    taken: float
    instead: float
    error: float
    why: tuple[Why, ...] = ()

    @property
    def change(self) -> float:
        """What the decision added to the odds."""
        return self.taken - self.instead


@dataclass
class Followed:
    """What is known of a game's odds so far; it stays true whatever happens later.

    ``shares`` by evening; ``effects`` of decisions unlike the agents', by number.
    """

    shares: dict[int, float] = field(default_factory=dict)
    effects: dict[int, Effect] = field(default_factory=dict)


@dataclass(frozen=True)
class Odds:
    """The ceasefire's odds over the game: shares in force on the last day, by evening.

    ``drops`` are the largest falls; ``effects`` what decisions unlike the agents' did, the largest
    first.
    """

    days: list[int]
    shares: list[float]
    drops: list[Turn]
    effects: list[Effect]
    futures: int


def follow(
    setup: Setup, moves: list[Move], known: Followed, most: int, futures: int = FUTURES
) -> tuple[Followed, int]:
    """Compute ``most`` more shares of a game; return all that is known, and how many are missing.

    All evenings are continued with one branch, so that their futures meet the same chance, and what
    was computed during a game is what would be computed at its end.
    """
    return _further(Game(setup, moves, keep=True), known, most, futures)


def _further(game: Game, known: Followed, most: int, futures: int) -> tuple[Followed, int]:
    known = Followed(dict(known.shares), dict(known.effects))
    days = [day for day in _looked_at(game) if day not in known.shares]
    few = days[:most]
    found = _become(game, [game.evenings[day] for day in few], futures)
    known.shares |= {day: float(one.force.mean()) for day, one in zip(few, found, strict=True)}
    numbers = [number for number in _otherwise(game, known) if number not in known.effects]
    known.effects |= _effects(game, numbers[: max(0, most - len(days))], futures)
    return known, max(0, len(days) + len(numbers) - most)


def odds(
    setup: Setup, moves: list[Move], futures: int = FUTURES, known: Followed | None = None
) -> Odds:
    """Follow the odds from evening to evening and say which decisions moved them.

    ``known`` is what ``follow`` has computed for this game with as many futures.
    """
    game = Game(setup, moves, keep=True)
    found, wanting = known or Followed(), 1
    while wanting:  # which decisions are followed depends on the shares
        found, wanting = _further(game, found, MOST_EVENINGS + MOST_EFFECTS, futures)
    days = _looked_at(game)
    shares = [found.shares[day] for day in days]
    asked = [decision.question.day for decision in game.decisions]
    turns = [
        Turn(
            before + 1, after, found.shares[before], found.shares[after],
            [number for number, day in enumerate(asked) if before < day <= after],
        )
        for before, after in pairwise(days)
    ]  # fmt: skip
    falls = sorted((turn for turn in turns if turn.change < 0), key=lambda turn: turn.change)
    effects = [found.effects[number] for number in _otherwise(game, found)]
    effects.sort(key=lambda effect: -abs(effect.change))
    return Odds(days, shares, falls[:LARGEST], effects, futures)


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


def _become(game: Game, evenings: list[Checkpoint], futures: int) -> list[Became]:
    """What becomes of futures of each of some evenings by the game's last day.

    Evenings that are alike are continued once.
    """
    found: dict[bytes, Became] = {}
    wanted: dict[bytes, Checkpoint] = {}
    for evening in evenings:
        key = evening.records.tobytes()
        if evening.records["ceasefire"]["day"][0, COLLAPSE] or evening.day >= game.days:
            found[key] = became(evening.records).times(futures)
        else:
            wanted[key] = evening
    scenario = game.setup.cell.scenario
    later = become(scenario, list(wanted.values()), game.days, futures)
    found |= dict(zip(wanted, later, strict=True))
    return [found[evening.records.tobytes()] for evening in evenings]


def _otherwise(game: Game, known: Followed) -> list[int]:
    """Decisions unlike the agents', those of the days with most news first, at most so many."""
    days = sorted(known.shares)

    def news(number: int) -> float:
        day = game.decisions[number].question.day
        before = [d for d in days if d < day]
        after = [d for d in days if d >= day]
        if not before or not after:
            return 0.0
        return -abs(known.shares[after[0]] - known.shares[before[-1]])

    unlike = [k for k, decision in enumerate(game.decisions) if otherwise(game, decision)]
    return sorted(unlike, key=lambda number: (news(number), number))[:MOST_EFFECTS]


def otherwise(game: Game, decision: Decision) -> bool:
    """Whether a decision was unlike the agent's; to hold to an offer is to make the last again."""
    made = decision.move.value
    if made is None:
        made = game.packages.describe(decision.question.facts["own_offers"][-1])
    return bool(made != decision.agent)


def _effects(game: Game, numbers: list[int], futures: int) -> dict[int, Effect]:
    """What some decisions did: their evenings with and without them, agents after them."""
    evenings = []
    for number in numbers:
        decision = game.decisions[number]
        evenings += [_after(game, number, one) for one in (decision.move.value, decision.agent)]
    lasting = _become(game, evenings, futures)
    found = {}
    for number, taken, instead in zip(numbers, lasting[::2], lasting[1::2], strict=True):
        shift = _shift(taken.force, instead.force)
        found[number] = Effect(number, *shift, _why(taken, instead, shift[0] - shift[1]))
    return found


def _shift(taken: BoolArray, instead: BoolArray) -> tuple[float, float, float]:
    """Two shares and half the 95 % interval of their paired difference."""
    difference = mean(taken.astype(np.float64) - instead)
    error = (difference.upper - difference.lower) / 2
    return float(taken.mean()), float(instead.mean()), error


def _why(taken: Became, instead: Became, change: float) -> tuple[Why, ...]:
    """The end whose share changed most against the odds, and deals if they changed with them."""
    found = [
        Why(mode, by, *_shift(taken.how == k, instead.how == k)) for k, (mode, by) in enumerate(HOW)
    ]
    most = max(found, key=lambda why: -why.change * np.sign(change))
    deals = Why(None, None, *_shift(taken.deal, instead.deal))
    return tuple(why for why, sign in ((most, -1), (deals, 1)) if why.change * change * sign > 0)


def _after(game: Game, number: int, value: Any) -> Checkpoint:
    """The evening of a decision, had it been this one, with agents for the rest of the day."""
    other, decision = game.before(number), game.decisions[number]
    other.play(decision.move.seat, decision.move.kind, value)
    while other.question is not None and other.question.day <= decision.question.day:
        other.play(other.question.seat, other.question.kind, other.advice)
    return other.evenings[min(decision.question.day, max(other.evenings))]


def without_persons(setup: Setup) -> Game:
    """The same future with agents in every seat: what would have happened without the players."""
    return Game(Setup(setup.cell, ()))
