"""What a debriefing says first: what was gained, what was left on the table, what moved the odds.

Plain sentences from the facts of ``game.debrief``; knows no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sim.app import strings as say
from sim.app.room import Room
from sim.config import PARTIES
from sim.game import Decision
from sim.game.debrief import Effect, Odds, Why
from sim.negotiation.agenda import Packages

Facts = Mapping[str, Any]
Change = TypeVar("Change", Effect, Why)
LEAST = 0.01  # of the odds: less is shown as none
MOST_ISSUES = 4  # of a package named in a sentence


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
    said = words.format(
        day=better["day"], round=better["round"], changes=say.package(changes),
        added=say.AND.join(parts),
    )  # fmt: skip
    gone = [] if better["day"] == shown["day"] else [say.LEFT_GONE.format(day=shown["day"])]
    return [" ".join([said, *gone, *_tabled(better)])]


def _tabled(better: Facts) -> list[str]:
    """When mediators had tabled a package that was there, and who refused it."""
    if not better["tabled"]:
        return []
    days = ", ".join(map(str, better["tabled"]))
    words = say.LEFT_TABLED if better["refused"] else say.LEFT_TABLED_LOST
    return [words.format(days=days, refused=say.both(better["refused"]))]


def clear(effects: Sequence[Change]) -> list[Change]:
    """Changes of a share beyond their error, and by what can be shown."""
    return [one for one in effects if abs(one.change) > one.error and abs(one.change) >= LEAST]


def moved(odds: Odds, room: Room) -> list[str]:
    """What raised and what lowered the odds most, of the decisions that did so beyond chance."""
    found = clear(odds.effects)
    best = max(found, key=lambda effect: effect.change, default=None)
    worst = min(found, key=lambda effect: effect.change, default=None)
    words = []
    if best is not None and best.change > 0:
        words.append(_moved(say.RAISED, best, room))
    if worst is not None and worst.change < 0:
        words.append(_moved(say.LOWERED, worst, room))
    if not words and odds.effects:
        most = odds.effects[0]
        words.append(say.MOVED_LITTLE.format(change=most.change, error=most.error, least=LEAST))
    return words or [say.MOVED_NOTHING]


def _moved(words: str, effect: Effect, room: Room) -> str:
    """A decision in plain words, what it did to the share in force, and what is behind it."""
    decision = room.game.decisions[effect.number]
    question = decision.question
    after = ""
    if question.kind == "respond":
        after = say.AFTER.format(cause=say.CAUSES[question.facts["cause"]])
    made, agent = unlike(decision, room.game.packages)
    said = words.format(
        day=question.day, after=after, seat=say.seat(decision.move.seat),
        did=_did(decision, made), agent=_did(decision, agent), taken=effect.taken,
        instead=effect.instead, change=effect.change, error=effect.error, last=room.game.days,
    )  # fmt: skip
    return " ".join([said, *map(_why, clear(effect.why))])


def _why(why: Why) -> str:
    if why.mode is None:
        words = say.WHY_MORE_DEALS if why.change > 0 else say.WHY_FEWER_DEALS
        return words.format(taken=why.taken, instead=why.instead)
    words = say.WHY_MORE if why.change > 0 else say.WHY_LESS
    return words.format(how=say.how(why.mode, why.by), taken=why.taken, instead=why.instead)


def unlike(decision: Decision, packages: Packages) -> tuple[Any, Any]:
    """What was decided and what the agent would have.

    Of offers what differs from the seat's last, None for nothing; of other packages what differs
    between the two.
    """
    made, agent = decision.move.value, decision.agent
    own = decision.question.facts.get("own_offers") if decision.move.kind == "offer" else None
    if own:
        last = packages.describe(own[-1])
        return _changed(made, last) or None, _changed(agent, last) or None
    if isinstance(made, dict) and isinstance(agent, dict):
        return _changed(made, agent), _changed(agent, made)
    return made, agent


def _changed(package: dict[str, str] | None, other: dict[str, str]) -> dict[str, str]:
    return {i: option for i, option in (package or other).items() if option != other[i]}


def _did(decision: Decision, value: Any) -> str:
    """What somebody in a seat decided, or would have, as a part of a sentence."""
    kind = decision.move.kind
    if kind == "respond":
        return say.DID_RESPOND.format(rung=say.advice(kind, value))
    if kind == "account":
        return say.DID_ACCOUNT.format(issues=say.advice(kind, value))
    if kind in ("offer", "draft"):
        return say.DID_HOLD if value is None else say.DID_PACKAGE[kind].format(changes=_few(value))
    yes, no = say.DID[kind]
    return yes if value else no


def _few(changes: dict[str, str]) -> str:
    """The first issues of a package, and how many more there are."""
    shown = dict(list(changes.items())[:MOST_ISSUES])
    more = len(changes) - len(shown)
    return say.package(shown) + (say.AND_MORE.format(number=more) if more else "")
