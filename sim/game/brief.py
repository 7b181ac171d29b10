"""What a seat learns before the clock starts: its brief, in the scenario's own numbers.

Only what the seat may know goes in (``views``). Everything returned is plain data.
"""

from __future__ import annotations

from typing import Any

from sim.config import PARTIES
from sim.game.play import Game
from sim.game.views import reckoned_worths, view, worths

Facts = dict[str, Any]


def brief(game: Game, seat: str) -> Facts:
    """What a seat has to know before its first decision.

    Keys for all: ``start``, the date of day 0; ``day``, the one under way; ``first_day`` on which
    somebody decides; ``days``, the last day. For a side: ``issues``, a list of ``issue``,
    ``at_stake`` (own utility between its worst and best option, the rest of the own public position
    held) and ``options``, each with ``worth`` (own utility over the worst option), ``open``
    (whether any package with it would be ratified at home) and ``opening``; ``reservation``,
    ``needed``, ``best`` (own utilities); ``ratified`` and ``of``, how many packages the own capital
    would ratify now. For mediators: ``issues`` with what is publicly ``reckoned`` (thought) to be
    at stake for each side, and their ``patience``.
    """
    seen = view(game, seat)["mine"]
    span = {
        "start": game.model.scenario.start.isoformat(), "first_day": game.first_day,
        "day": game.day, "days": game.days,
    }  # fmt: skip
    if seat not in PARTIES:
        return span | {"issues": _reckoned(game), "patience": seen["patience"]}
    worth = worths(game, seat)
    assert worth is not None
    needed = seen["reservation"] + seen["asked_at_home"]
    return span | {
        "issues": [_issue(game, k, worth, needed, seen["opening"]) for k in _numbers(game)],
        "reservation": seen["reservation"],
        "needed": needed,
        "best": float(worth.max()),
        "ratified": int((worth >= needed).sum()),
        "of": len(worth),
    }


def _numbers(game: Game) -> range:
    return range(len(game.packages.issues))


def _issue(game: Game, k: int, worth: Any, needed: float, opening: dict[str, str]) -> Facts:
    """One issue: what each of its options is worth, beside the own public position."""
    issue, options = game.packages.issues[k], game.packages.options[k]
    held = [worth[game.packages.index({**opening, issue: option})] for option in options]
    least = min(held)
    taken = game.packages.option[:, k]
    return {
        "issue": issue,
        "at_stake": float(max(held) - least),
        "options": [
            {
                "option": option,
                "worth": float(value - least),
                "open": bool((worth[taken == number] >= needed).any()),
                "opening": opening[issue] == option,
            }
            for number, (option, value) in enumerate(zip(options, held, strict=True))
        ],
    }


def _reckoned(game: Game) -> list[Facts]:
    """What is publicly thought to be at stake for each side, issue by issue."""
    worth = reckoned_worths(game)
    found = []
    for issue, options in zip(game.packages.issues, game.packages.options, strict=True):
        numbers = [game.packages.index({issue: option}) for option in options]
        spread = worth[numbers].max(axis=0) - worth[numbers].min(axis=0)
        found.append({"issue": issue, "reckoned": dict(zip(PARTIES, spread.tolist(), strict=True))})
    return found
