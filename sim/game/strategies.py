"""What simple ways of playing achieve: strategies for one seat, played over many seeds.

A teacher who hands out marks for peace should know what a student gets who never answers and never
moves. Every strategy meets the same chance, and agents in the other seats. Knows no web, no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.config import ENDS, PARTIES, ConfigError
from sim.game.play import Game, Setup
from sim.game.views import asked_at_home, view, worth
from sim.parameters import NONE
from sim.state import FIRE, PROTEST

SEEDS, DAYS, MOST_SEEDS = 25, 90, 1_000
FIRST_SEED = 1
COLLAPSE = ENDS.index("collapse")


@dataclass(frozen=True)
class Strategy:
    """A way of playing a party's seat.

    ``answers`` has the value of a move by the kind of decision; where there is none, the agent's
    advice is taken. ``tactic`` is the agent's at the table, whose advice on offers is heard.
    """

    says: str
    answers: dict[str, Callable[[Game], Any]]
    tactic: str | None = None


def _hold(game: Game) -> Any:
    """Open with the public position and hold to it."""
    question = game.question
    assert question is not None
    return None if question.facts["own_offers"] else _opening(game, question.seat)


def _opening(game: Game, seat: str) -> dict[str, str]:
    opening: dict[str, str] = view(game, seat)["mine"]["opening"]
    return opening


def _in_kind(game: Game) -> int:
    """Answer in kind: fire for an attack or a clash, a protest for a breach or a breakdown."""
    assert game.question is not None
    facts = game.question.facts
    fired = facts["cause"] in ("attack", "border_clash")
    answer: int = facts["suffered"] or (FIRE if fired else PROTEST)
    allowed: list[int] = facts["rungs"]
    return max(rung for rung in allowed if rung <= answer)


def _protest(game: Game) -> int:
    """A protest at what was suffered or broken, else restraint."""
    assert game.question is not None
    facts = game.question.facts
    hurt = facts["suffered"] or facts["cause"] in ("attack", "violation", "shock")
    return PROTEST if hurt and PROTEST in facts["rungs"] else 0


def _beats_no_deal(game: Game) -> bool:
    """Accept whatever beats no deal by as much as the capital asks for."""
    question = game.question
    assert question is not None
    needed = question.facts["reservation"] + asked_at_home(game, PARTIES.index(question.seat))
    return bool(question.facts["worth"] >= needed)


def _always(value: Any) -> Callable[[Game], Any]:
    return lambda game: value


COMES = {"attend": _always(True)}
NEVER_MOVES = COMES | {"offer": _hold, "answer": _always(False), "text": _always(False)}
STRATEGIES = {
    "restraint": Strategy(
        "always restraint, never moves",
        NEVER_MOVES | {"respond": _always(0), "end": _always(False)},
    ),
    "agent": Strategy("the agent's advice", {}),
    "cooperative": Strategy(
        "protests at most, concedes, accepts what beats no deal",
        COMES | {"respond": _protest, "answer": _beats_no_deal, "text": _beats_no_deal,
                 "account": _always([]), "end": _always(False)},
        tactic="conceder",
    ),
    "hardline": Strategy("answers in kind, never moves", NEVER_MOVES | {"respond": _in_kind}),
}  # fmt: skip


class Outcome(NamedTuple):
    """One game of a strategy.

    ``days`` in force; ``holds`` on the last day; ``gain`` of the deal in force on the last day over
    no deal on day 0, own utility, 0 without one; ``deal_days`` with a deal in force; ``mandate`` at
    the end.
    """

    days: int
    holds: bool
    gain: float
    deal_days: int
    mandate: float


def played(
    name: str, seat: str, scenario: str, seed: int, days: int, *,
    overrides: Sequence[str] = (), short_rounds: bool,
) -> Outcome:  # fmt: skip
    """Play one future of a scenario by a strategy to its end; ``overrides`` as for ``sim.load``."""
    strategy = STRATEGIES[name]
    words = [*overrides, *([f"{seat}/tactic={strategy.tactic}"] if strategy.tactic else [])]
    setup = Setup.of(
        scenario, words, seed=seed, days=days, persons=[seat], short_rounds=short_rounds
    )
    game = Game(setup, keep=True)
    while (question := game.question) is not None:
        answer = strategy.answers.get(question.kind)
        game.play(seat, question.kind, game.advice if answer is None else answer(game))
    return _outcome(game, seat)


def _outcome(game: Game, seat: str) -> Outcome:
    record = game.record
    holds = int(record["ceasefire"]["day"][COLLAPSE]) == 0
    package, gain = int(record["deal"]["package"]), 0.0
    if holds and package != NONE:
        value = worth(game, seat, game.packages.describe(package))
        assert value is not None
        gain = value - float(getattr(game.model.scenario, seat).disagreement)
    dealt = [evening.records["deal"]["package"][0] != NONE for evening in game.evenings.values()]
    mandate = float(record["sides"]["mandate"][PARTIES.index(seat)])
    return Outcome(game.model.day, holds, gain, sum(dealt), mandate)


class Row(NamedTuple):
    """Means over the seeds of a strategy in a seat, fields as in ``Outcome``."""

    seat: str
    strategy: str
    days: float
    holds: float
    gain: float
    deal_days: float
    mandate: float


def table(
    scenario: str = "baseline", *, seeds: int = SEEDS, days: int = DAYS,
    seats: Sequence[str] = PARTIES, first_seed: int = FIRST_SEED, short_rounds: bool = False,
) -> Iterator[Row]:  # fmt: skip
    """Play every strategy in each seat over the seeds ``first_seed``, ``first_seed`` + 1, ...

    Raises
    ------
    ConfigError
        If the scenario is not valid, or seeds or days are out of range.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise ConfigError(f"seeds is {seeds}; allowed are whole numbers from 1 to {MOST_SEEDS:,}")
    for seat in seats:
        for name in STRATEGIES:
            games = [
                played(name, seat, scenario, seed, days, short_rounds=short_rounds)
                for seed in range(first_seed, first_seed + seeds)
            ]
            yield Row(seat, name, *(float(x) for x in np.mean(np.array(games, float), axis=0)))


def dominant(rows: Sequence[Row]) -> list[str]:
    """Strategies that do at least as well as every other in the seat on days and on gain."""
    return [
        one.strategy
        for one in rows
        if all(one.days >= other.days and one.gain >= other.gain for other in rows)
    ]
