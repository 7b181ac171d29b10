"""What a debriefing says first: what was gained, what was left on the table, what moved the odds.

Plain sentences from the facts of ``game.debrief``; knows no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.app import strings as say
from sim.app.room import Room
from sim.config import PARTIES
from sim.game.debrief import Effect, Odds

Facts = Mapping[str, Any]
LEAST = 0.01  # of the odds: less is shown as none


def gained(found: Facts, seat: str | None) -> list[str]:
    """What the side in a seat, or each side, gained over no deal, and what became of the deals."""
    sides = [seat] if seat in PARTIES else list(PARTIES)
    words = [_refused(deal) for deal in found["struck"] if deal["refused"]]
    if not found["deal"]:
        who, rounds = _who(sides, seat), len(found["rounds"])
        words.insert(0, say.GAINED_NOTHING.format(who=who, rounds=rounds))
        if found["struck"] and not found["struck"][-1]["refused"]:  # the day was not over
            words[0] = say.STRUCK_RATIFIED.format(day=found["struck"][-1]["day"])
        return [" ".join(words)]
    for side in sides:
        words.append(
            say.GAINED.format(
                who=_who([side], seat), gain=found["gain"][side], day=found["deal_day"],
                worth=found["utility"][side],
            )
        )  # fmt: skip
    if found["lapsed_day"]:
        words.append(say.OUT_LAPSED.format(day=found["lapsed_day"]))
    return [" ".join(words)]


def _refused(deal: Facts) -> str:
    return say.STRUCK_REFUSED.format(day=deal["day"], capitals=say.both(deal["refused"]))


def _who(sides: list[str], seat: str | None) -> str:
    return say.YOU if sides == [seat] else say.both(sides)


def left(shown: Facts | None, found: Facts, seat: str | None) -> list[str]:
    """What package would have been better for both sides, if any."""
    if shown is None:
        return [say.LEFT_NO_TALKS]
    better = shown["better"]
    if better is None:
        return [say.LEFT_NOTHING if found["deal"] else say.LEFT_NO_ZONE]
    before = found["deal"] or {}
    changes = {i: o for i, o in better["package"].items() if before.get(i) != o}
    parts = [
        say.LEFT_ADDS.format(who=say.YOU_OBJECT if side == seat else say.seat(side), added=added)
        for side, added in better["added"].items()
    ]
    words = say.LEFT_BETTER if found["deal"] else say.LEFT_A_DEAL
    return [words.format(changes=say.package(changes), added=say.AND.join(parts))]


def clear(effects: Sequence[Effect]) -> list[Effect]:
    """Effects of decisions that moved the odds beyond their error, and by what can be shown."""
    return [one for one in effects if abs(one.change) > one.error and abs(one.change) >= LEAST]


def moved(odds: Odds, room: Room) -> list[str]:
    """What raised and what lowered the odds most, of the decisions that did so beyond chance."""
    found = clear(odds.effects)
    best = max(found, key=lambda effect: effect.change, default=None)
    worst = min(found, key=lambda effect: effect.change, default=None)
    words = []
    if best is not None and best.change > 0:
        words.append(say.RAISED.format(**_decision(best, room)))
    if worst is not None and worst.change < 0:
        words.append(say.LOWERED.format(**_decision(worst, room)))
    if not words and odds.effects:
        most = odds.effects[0]
        words.append(say.MOVED_LITTLE.format(change=most.change, error=most.error, least=LEAST))
    return [" ".join(words) or say.MOVED_NOTHING]


def _decision(effect: Effect, room: Room) -> dict[str, Any]:
    decision = room.game.decisions[effect.number]
    kind, choice, agent = decision.question.kind, decision.move.value, decision.agent
    if isinstance(choice, dict) and isinstance(agent, dict):  # only what differs
        unlike = [issue for issue in choice if choice[issue] != agent[issue]]
        choice, agent = ({issue: one[issue] for issue in unlike} for one in (choice, agent))
    return {
        "day": decision.question.day,
        "seat": say.seat(decision.move.seat),
        "what": say.KINDS[kind],
        "choice": say.advice(kind, choice),
        "agent": say.advice(kind, agent),
        "change": effect.change,
        "error": effect.error,
    }
