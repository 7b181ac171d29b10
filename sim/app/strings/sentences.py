"""Sentences that depend on what happened, made of the words of the catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.app.strings.catalogue import words
from sim.config import PARTIES

Facts = Mapping[str, Any]
Card = tuple[str, list[str]]  # a title, and who says what
LONGEST_ECHO = 40

# --- names ----------------------------------------------------------------------------------------


def seat(name: str) -> str:
    """A seat's or speaker's name."""
    return str(words.SEATS.get(name, str(name)[:LONGEST_ECHO]))


def readable(name: str) -> str:
    """A configuration name with spaces, or in the language's own words."""
    return str(words.READABLE.get(name, name.replace("_", " ")))


def option(name: str) -> str:
    """An option of an issue."""
    return str(words.OPTIONS.get(name, readable(name)))


def how(mode: str, by: str | None) -> str:
    """By what and by whom a ceasefire ended."""
    if by is None:
        return str(words.BY_NOBODY)
    sides = words.BY_BOTH if by == "both" else seat(by)
    if mode == "repudiation":
        return str(words.DECLARED_OVER.format(sides=sides))
    return str(words.ENDED_BY_SIDE.format(what=words.ENDS_SHORT[mode].lower(), sides=sides))


def collapsed(day: int, end: Facts) -> str:
    """That, how and why it collapsed; ``end`` has mode, by and cause."""
    cause = words.CAUSES[end["cause"]]
    return str(words.COLLAPSED.format(day=day, how=how(end["mode"], end["by"]), cause=cause))


def issue(name: str) -> str:
    """An issue, in full."""
    return str(words.ISSUES.get(name, readable(name).capitalize()))


def package(chosen: Mapping[str, str]) -> str:
    """A package in one line."""
    part = words.PART_OF_PACKAGE
    return "; ".join(part.format(issue=readable(n), option=option(o)) for n, o in chosen.items())


def date(start: str, day: int) -> str:
    """A day with its date."""
    on = dt.date.fromisoformat(start) + dt.timedelta(days=day)
    return f"{short_date(on)} {on.year}"


def short_date(on: dt.date) -> str:
    """A date without its year."""
    return f"{on:%d} {words.MONTHS[on.month - 1]}"


def other(side: str) -> str:
    """The other side's name."""
    return seat(next(one for one in PARTIES if one != side))


def both(sides: Sequence[str]) -> str:
    """Sides in a row."""
    return str(words.AND).join(map(seat, sides))


# --- what happened --------------------------------------------------------------------------------


def told(entry: Facts) -> str:
    """An entry of the log in plain words, private facts only where the entry has them."""
    kind = entry["kind"]
    teller = _TELL.get(kind)
    if teller is not None:
        return teller(entry)
    if kind in words.TOLD:
        return str(words.TOLD[kind].format(**_named(entry)))
    return str(words.TOLD_UNKNOWN.format(kind=readable(kind).capitalize()))


def _named(entry: Facts) -> dict[str, str]:
    """Facts of an entry by the names that its sentence has for them."""
    named = {name: seat(entry[name]) for name in ("party", "speaker") if name in entry}
    if "speaker" in entry:
        named["other"] = other(entry["speaker"])
    if "issue" in entry:
        named["issue"] = readable(entry["issue"])
    if "rung" in entry:
        named["rung"] = words.RUNGS[entry["rung"]].lower()
    if "granted" in entry:
        named["granted"] = package(entry["granted"])
    again = entry.get("next")
    named["next"] = words.MEET_AGAIN.format(day=again) if again else ""
    if entry.get("beyond"):
        named["next"] = words.MEET_BEYOND
    named["communique"] = words.COMMUNIQUE if entry.get("communique") else ""
    return named


def _dead(deaths: int, nobody: str) -> str:
    return nobody if deaths == 0 else str(words.KILLED.format(deaths=deaths))


def _group(entry: Facts) -> str:
    return str(words.GROUPS.get(entry["group"], readable(entry["group"])))


def _attack(entry: Facts) -> str:
    laid = words.NO_DOOR
    if entry["attributed"]:
        answer = words.DENIES if entry.get("denied") else words.DOES_NOT_DENY
        laid = words.KABULS_DOOR.format(answer=answer)
    origin = ""
    if "from_afghan_soil" in entry:
        from_there = entry["from_afghan_soil"]
        origin = words.FROM_AFGHAN_SOIL if from_there else words.NOT_FROM_AFGHAN_SOIL
    dead = _dead(entry["deaths"], words.NOBODY_DIES)
    return str(words.TOLD_ATTACK.format(group=_group(entry), dead=dead, laid=laid, origin=origin))


def _clash(entry: Facts) -> str:
    if not entry["denied"]:
        versions = words.ACKNOWLEDGES.format(seat=seat(entry["initiator"]))
        return str(words.TOLD_CLASH.format(versions=versions, began=""))
    began = ""
    if "initiator" in entry:
        began = words.FIRED_FIRST.format(seat=seat(entry["initiator"]))
    return str(words.TOLD_CLASH.format(versions=words.EACH_SAYS_OTHER, began=began))


def _round_opens(entry: Facts) -> str:
    callers = both(entry.get("called_back_by", ()))
    by = words.CALLED_BY.format(callers=callers) if callers else ""
    again = words.RESUMED if entry.get("resumed") else ""
    return str(words.TOLD_ROUND.format(again=again, by=by, round=entry["round"],
                                       exchanges=entry["exchanges"],
                                       last_day=entry["last_day"]))  # fmt: skip


def _move(entry: Facts) -> str:
    who = seat(entry["speaker"])
    sentence = words.TOLD_TEXT if entry["speaker"] == "mediators" else words.TOLD_OFFER
    fate = words.ACCEPTED if entry["accepted"] else words.NOT_ACCEPTED
    return str(sentence.format(seat=who[0].upper() + who[1:], fate=fate,
                               exchange=entry["exchange"], of=entry["of"]))  # fmt: skip


def _ratification(entry: Facts) -> str:
    passed = entry["passed"] if "passed" in entry else entry["utility"] >= entry["needed"]
    sentence = words.TOLD_RATIFIES if passed else words.TOLD_DOES_NOT_RATIFY
    numbers = ""
    if "utility" in entry:
        numbers = words.HOME_NUMBERS.format(utility=entry["utility"], needed=entry["needed"])
    return str(sentence.format(seat=seat(entry["party"]), numbers=numbers))


def _information(entry: Facts) -> str:
    moved = words.TRUST_MOVED.format(**entry) if "trust_before" in entry else ""
    if "right" in entry:
        moved += words.REPORT_RIGHT if entry["right"] else words.REPORT_WRONG
    return str(words.TOLD_CONFIDENCE.format(
        speaker=seat(entry["speaker"]), hearer=seat(entry["hearer"]), other=other(entry["hearer"]),
        word=_faith(entry), by=words.UNASKED if entry.get("unasked") else "", moved=moved,
    ))  # fmt: skip


def _faith(entry: Facts) -> str:
    return str(words.GOOD_FAITH if entry["says_good_faith"] else words.BAD_FAITH)


def _allegation(entry: Facts) -> str:
    truth = ""
    if "breached" in entry:
        truth = words.THERE_WAS_ONE if entry["breached"] else words.THERE_WAS_NONE
    party = entry["party"]
    return str(words.TOLD_ALLEGATION.format(other=other(party), seat=seat(party), truth=truth))


def _ruling(entry: Facts) -> str:
    if entry["cleared"]:
        return str(words.TOLD_CLEARED.format(seat=seat(entry["party"])))
    made_good = words.MAKES_GOOD if entry["remedied"] else words.NOT_MADE_GOOD
    return str(words.TOLD_UPHELD.format(seat=seat(entry["party"]), made_good=made_good))


_TELL: dict[str, Callable[[Facts], str]] = {
    "attack": _attack,
    "border_clash": _clash,
    "round_opens": _round_opens,
    "move": _move,
    "ratification": _ratification,
    "information": _information,
    "allegation": _allegation,
    "ruling": _ruling,
    "session": lambda _: "",
}

# --- news -----------------------------------------------------------------------------------------


def card(entry: Facts, seat_: str) -> Card | None:
    """An entry of the log as news for a seat; None if it is none."""
    kind = entry["kind"]
    if kind in _CARDS:
        return _CARDS[kind](entry, seat_)
    if kind not in words.CARDS:
        return None
    title, why = words.CARDS[kind]
    return title, [told(entry), *([why] if why else [])]


def _attack_card(entry: Facts, _: str) -> Card:
    dead = _dead(entry["deaths"], words.NOBODY_KILLED)
    title = words.ATTACK_TITLE.format(group=_group(entry), deaths=dead)
    if not entry["attributed"]:
        return title, [words.NOBODY_NAMED]
    answer = words.KABUL_DENIES if entry.get("denied") else words.KABUL_DOES_NOT_DENY
    return title, [words.LAID_AT_DOOR, answer]


def _clash_card(entry: Facts, seat_: str) -> Card:
    """What each side says, and whether anybody acknowledges having begun."""
    began = None if entry["denied"] else entry["initiator"]
    versions = []
    for side in PARTIES:
        says = words.SAYS_IT_FIRED if side == began else words.SAYS_OTHER_FIRED
        if side == began == seat_:
            says = words.SAYS_YOU_FIRED
        versions.append(says.format(seat=seat(side), other=other(side)))
    return words.CLASH_TITLE, [*versions, *([words.NOBODY_ACKNOWLEDGES] if not began else [])]


def _information_card(entry: Facts, seat_: str) -> Card | None:
    """A report in confidence to the seat that is told, and what it did to its trust."""
    if entry["hearer"] != seat_:
        return None
    named = {"speaker": seat(entry["speaker"]), "other": other(seat_), "word": _faith(entry)}
    moved = []
    if "trust_before" in entry:
        moved = [words.REPORT_MOVED.format(**entry)]
    return words.REPORT_TITLE.format(**named), [*moved, words.REPORT_HELP.format(**named)]


def _ratification_card(entry: Facts, seat_: str) -> Card:
    own = "utility" in entry and entry["party"] == seat_
    who = words.YOUR_CAPITAL if own else seat(entry["party"])
    numbers = [words.RATIFICATION_NUMBERS.format(**entry)] if own else []
    if entry["passed"]:
        return words.RATIFIED.format(who=who), numbers
    if own:
        short = entry["needed"] - entry["utility"]
        title = words.REFUSED_SHORT.format(who=who, short=short)
        return title, [*numbers, words.TALKS_GO_ON]
    return words.REFUSED.format(who=who), [words.REFUSED_UNKNOWN, words.TALKS_GO_ON]


def _move_card(entry: Facts, seat_: str) -> Card | None:
    """A mediators' text that was not agreed; what the other side answered is not told.

    A text that both accept is not agreed either, if it is worth less to a side than its capital
    asks, which has refused to ratify before.
    """
    if entry["speaker"] != "mediators" or entry["accepted"]:
        return None
    answered = entry.get("answered")
    if answered is None:
        return words.TEXT_REFUSED, [words.A_SIDE_REFUSED, words.TALKS_GO_ON]
    other_ = other(seat_)
    if answered:
        return words.TEXT_REFUSED, [words.YOU_ACCEPTED.format(other=other_), words.TALKS_GO_ON]
    return words.TEXT_REFUSED, [words.YOU_REFUSED.format(other=other_), words.TALKS_GO_ON]


def _act_card(entry: Facts, seat_: str) -> Card | None:
    if not entry["rung"] or entry["party"] == seat_:
        return None
    return told(entry).rstrip("."), [words.RUNGS_EXPLAINED[entry["rung"]]]


_CARDS: dict[str, Callable[[Facts, str], Card | None]] = {
    "attack": _attack_card,
    "border_clash": _clash_card,
    "information": _information_card,
    "ratification": _ratification_card,
    "move": _move_card,
    "act": _act_card,
}

# --- decisions and words --------------------------------------------------------------------------


def said_by(message: Any) -> str:
    """Who sent a message, and to whom."""
    to = message.to if message.to in words.SAID_BY else ""
    return str(words.SAID_BY[to].format(seat=seat(message.seat), side=seat(message.to)))


def advice(kind: str, value: Any) -> str:
    """A move's value in words."""
    if kind == "respond":
        return str(words.RUNGS[value]).lower()
    if kind in ("offer", "draft"):
        return str(words.HELD_OFFER) if value is None else package(value)
    if kind == "account":
        return ", ".join(readable(name) for name in value) or str(words.NOTHING)
    return str(words.YES if value else words.NO)
