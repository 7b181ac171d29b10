"""What happened in single futures, in order: talks word by word, and the incidents between.

Facts are plain dictionaries (see ``sim.study.told``), one JSON line each; words are for people.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sim.config import PARTIES, Scenario
from sim.study.cells import Cell
from sim.study.files import Atomic
from sim.study.told import Entry

RUNGS = ("restraint", "protest and closure", "border fire", "a strike", "open hostilities")
GROUPS = {"ttp": "the TTP", "others": "other groups"}  # what armed groups are called


def write(heard: list[Entry], directory: Path) -> None:
    """Write ``transcript.jsonl``: one JSON object a line."""
    with Atomic(directory) as files:
        lines = [json.dumps(entry, ensure_ascii=False) for entry in heard]
        files.path("transcript.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def in_words(cell: Cell, heard: list[Entry], coloured: bool = False) -> str:
    """Facts in plain words, a line each, days first; ``coloured`` by who speaks or acts."""
    painting = coloured and "NO_COLOR" not in os.environ  # as agreed on https://no-color.org
    return "\n".join(_lines(cell, heard, painting))


COLOURS = {"pakistan": 36, "afghan_taliban": 33, "mediators": 35}  # of a terminal


def _painted(text: str, entry: Entry) -> str:
    """A line in the colour of who speaks or acts in it."""
    who = entry.get("speaker") or entry.get("party")
    return f"\x1b[{COLOURS[who]}m{text}\x1b[0m" if who in COLOURS else text


def _lines(cell: Cell, heard: list[Entry], painting: bool) -> Iterator[str]:
    start = cell.scenario.start
    labels = _labels(cell.scenario)
    accounts = {entry["replicate"]: entry["account"] for entry in heard if "account" in entry}
    replicate, past = None, _Past()
    for entry in heard:
        if entry["replicate"] != replicate:
            replicate, past = entry["replicate"], _Past()
            yield (
                f"{cell.scenario.name}, future {replicate}, seed {cell.settings.seed}; opening "
                f"positions as in the account of {accounts[replicate]}. A what-if, not a record."
            )
        said = TELL[entry["kind"]](_named(entry | past.bearing_on(entry), labels))
        past.hear(entry)
        if said:
            day = start + dt.timedelta(days=entry["day"])
            line = f"  day {entry['day']:>3} ({day:%d %b})  {said}"
            yield _painted(line, entry) if painting else line


@dataclass
class _Past:
    """What has happened in a future so far, as far as the next line needs it."""

    standing: dict[str, dict[str, str]] = field(default_factory=dict)  # each speaker's last text
    low: dict[str, float] = field(default_factory=dict)  # each side's worth of no deal
    opened: bool = False  # whether a round is open
    sat: int = 0  # the day of the last session
    ratified: int = 0  # the day on which a capital last ratified
    incidents: list[Entry] = field(default_factory=list)  # of this day, and breakdowns before

    def hear(self, entry: Entry) -> None:
        """Take in a fact that has been written."""
        kind = entry["kind"]
        if kind == "move":
            self.standing[entry["speaker"]] = entry["package"]
        elif kind == "session":
            self.low = dict(zip(PARTIES, entry["reservation"], strict=True))
            self.sat = entry["day"]
        elif kind == "ratification" and entry["utility"] >= entry["needed"]:
            if self.ratified == entry["day"]:
                self.standing = {}  # the second capital has too: what follows is another deal
            self.ratified = entry["day"]
        elif kind == "deal_lapses":
            self.standing = {}
        elif kind in ("round_opens", "adjourned", "breakdown"):
            self.opened = kind == "round_opens"
        if kind in ("attack", "border_clash", "breakdown", "act"):
            self.incidents.append(entry)

    def bearing_on(self, entry: Entry) -> Entry:
        """What the wording of a fact needs from before."""
        kind, day = entry["kind"], entry["day"]
        if kind == "move":
            before, worth = self.standing.get(entry["speaker"]), entry["utilities"]
            own = [entry["speaker"]] if entry["speaker"] in PARTIES else PARTIES
            return {
                "before": before,
                "worse_for": [side for side in own if worth[side] < self.low.get(side, -math.inf)],
            }
        if kind in ("adjourned", "breakdown"):
            return {"unheard": self.opened and self.sat != day}
        if kind == "act":
            today = [past for past in self.incidents if past["day"] == day]
            clashes = [past for past in today if past["kind"] == "border_clash"]
            return {
                "began": any(
                    not past["denied"] and past["initiator"] == entry["party"] for past in clashes
                ),
                "late": all(past["kind"] == "act" for past in today)
                and any(past["day"] == day - 1 for past in self.incidents),
            }
        return {}


def _labels(scenario: Scenario) -> dict[str, str]:
    """What parties and mediators are called, by their names in the configuration."""
    sides = dict(zip(PARTIES, (party.label for party in scenario.parties), strict=True))
    others = {name: mediator.label for name, mediator in scenario.mediators.items()}
    return sides | others | {"mediators": "the mediators"}


def _named(entry: Entry, labels: dict[str, str]) -> Entry:
    """The same facts with everybody called by label."""
    told: Entry = {"first_side": labels[PARTIES[0]], "second_side": labels[PARTIES[1]]}
    for name, value in entry.items():
        if name in ("speaker", "hearer", "party", "initiator", "by"):
            told[name] = labels.get(value, value)
        elif name == "group":
            told[name] = GROUPS.get(value, value.replace("_", " "))
        elif name in ("utilities", "aspirations"):
            told[name] = {labels[side]: worth for side, worth in value.items()}
        elif name in ("called_back_by", "worse_for"):
            told[name] = [labels[one] for one in value]
        else:
            told[name] = value
    return told


def _package(package: dict[str, str]) -> str:
    return ", ".join(f"{issue} {option.replace('_', ' ')}" for issue, option in package.items())


def _other(entry: Entry, side: str) -> str:
    """The side that is not this one."""
    first = entry["first_side"]
    return str(entry["second_side"] if side == first else first)


def _attack(entry: Entry) -> str:
    second = entry["second_side"]
    answer = "denies it" if entry["denied"] else "acknowledges its part"
    accused = f"laid at {second}'s door by {entry['first_side']}; {second} {answer}"
    laid = accused if entry["attributed"] else "not laid at any door"
    truth = "prepared" if entry["from_afghan_soil"] else "not prepared"
    return (
        f"Attack by {entry['group']}, {entry['deaths']} deaths; {laid} "
        f"(in this simulated future it was {truth} in {second}'s territory)."
    )


def _round_opens(entry: Entry) -> str:
    again = ", resumed after a breakdown" if entry["resumed"] else ""
    callers = entry["called_back_by"]
    by = f", called by {' and '.join(callers)}" if callers else ""
    return (
        f"Round {entry['round']} opens{again}{by}: up to {entry['exchanges']} exchanges, "
        f"until day {entry['last_day']}."
    )


def _information(entry: Entry) -> str:
    word = "good" if entry["says_good_faith"] else "bad"
    return (
        f"{entry['speaker']} tells {entry['hearer']} that it takes {_other(entry, entry['hearer'])}"
        f" to be in {word} faith (right with chance {entry['accuracy']:.2f})."
    )


def _changed(before: dict[str, str], package: dict[str, str]) -> str:
    """What a speaker's text changes in its last one."""
    return ", ".join(
        f"{issue} from {before[issue].replace('_', ' ')} to {option.replace('_', ' ')}"
        for issue, option in package.items()
        if option != before[issue]
    )


def _move(entry: Entry) -> str:
    sides = (entry["first_side"], entry["second_side"])
    by_side, before = entry["speaker"] in sides, entry["before"]
    if before == entry["package"]:
        proposed = "holds to its offer" if by_side else "table the same text again"
    else:
        proposed = f"{'proposes' if by_side else 'draft'}: {_package(entry['package'])}"
        if before is not None:
            proposed += f"; changed: {_changed(before, entry['package'])}"
    verdicts = []
    for hearer in (side for side in sides if side != entry["speaker"]):
        worth, asked = entry["utilities"][hearer], entry["aspirations"][hearer]
        # of the mediators a side asks for less (face saving), so the number names whom it asks
        of = "" if by_side else f" of {_other(entry, hearer)}"
        if entry["accepted"]:
            verdicts.append(f"accepted by {hearer} ({worth:.3f}, asks {asked:.3f}{of})")
        else:
            below = "below" if worth < asked else "at or above"
            verdicts.append(f"{hearer}: worth {worth:.3f}, {below} the {asked:.3f} it asks{of}")
    refused = "" if entry["accepted"] else "refused; "
    worse = entry["worse_for"]
    no_deal = f"; worth less than no deal to {' and '.join(worse)}" if worse else ""
    home = "; it goes to both capitals" if entry["accepted"] else ""
    speaker = entry["speaker"] if by_side else "The mediators"
    return (
        f"[{entry['exchange']}/{entry['of']}] {speaker} {proposed}. "
        f"{refused}{'; '.join(verdicts)}{no_deal}{home}."
    )


def _ratification(entry: Entry) -> str:
    passed = entry["utility"] >= entry["needed"]
    verdict = "ratifies" if passed else "refuses to ratify"
    return (
        f"{entry['party']} {verdict}: worth {entry['utility']:.3f}, "
        f"{entry['needed']:.3f} needed at home."
    )


def _round(entry: Entry) -> str:
    """The round that ends; no words are exchanged on a day of fire."""
    return "After a day of fire, without a session, the round" if entry["unheard"] else "The round"


def _breakdown(entry: Entry) -> str:
    joint = " The mediators issue a joint communiqué." if entry["communique"] else ""
    return f"{_round(entry)} is broken off; a breakdown is announced.{joint}"


def _adjourned(entry: Entry) -> str:
    following = f"; the next round is due on day {entry['next']}" if entry["next"] else ""
    return f"{_round(entry)} is adjourned{following}."


def _clash(entry: Entry) -> str:
    sides, began = (entry["first_side"], entry["second_side"]), entry["initiator"]
    said = (
        f"{' and '.join(sides)} each blame the other (in this simulated future {began} began it)"
        if entry["denied"]
        else f"{began} acknowledges that it began"
    )
    return f"Border clash (pressure {entry['severity']:.1f} on both sides): {said}."


def _act(entry: Entry) -> str:
    how = "answers with"
    if entry["link"] > 0:
        how = "answers in turn with"
    elif entry["began"]:
        how = "follows it with"
    elif entry["late"]:
        how = "answers, a day later, with"
    return f"{entry['party']} {how} {RUNGS[entry['rung']]}."


def _allegation(entry: Entry) -> str:
    other = _other(entry, entry["party"])
    truth = "there was one" if entry["breached"] else "there was none"
    return (
        f"{other} alleges a breach of the deal by {entry['party']} "
        f"(in this simulated future {truth})."
    )


def _ruling(entry: Entry) -> str:
    if entry["cleared"]:
        return f"On review {entry['party']} is cleared of the alleged breach."
    remedy = "remedies it" if entry["remedied"] else "does not remedy it"
    return f"On review the alleged breach is upheld; {entry['party']} {remedy}."


def _ends(entry: Entry) -> str:
    cause = f"(cause: {entry['cause'].replace('_', ' ')})"
    if entry["mode"] == "outside_hazard":
        return f"The ceasefire is ended from outside {cause}."
    both = entry["by"] == "both"
    if entry["mode"] == "open_hostilities":
        by = "both sides" if both else entry["by"]
        return f"The ceasefire ends in open hostilities by {by} {cause}."
    if both:
        sides = f"{entry['first_side']} and {entry['second_side']}"
        return f"{sides} declare the ceasefire over {cause}."
    return f"{entry['by']} declares the ceasefire over {cause}."


TELL: dict[str, Callable[[Entry], str]] = {
    "attack": _attack,
    "border_clash": _clash,
    "allegation": _allegation,
    "ruling": _ruling,
    "renegotiation_asked": lambda e: f"{e['party']} asks to renegotiate the deal.",
    "ceasefire_renewed": lambda _: "The ceasefire is re-established.",
    "deal_lapses": lambda _: "The deal lapses: too many breaches were not remedied.",
    "act": _act,
    "session": lambda _: "",
    "round_not_held": lambda _: "A round is due but not held: a side stays away.",
    "round_opens": _round_opens,
    "information": _information,
    "move": _move,
    "ratification": _ratification,
    "taken_back": lambda e: (
        f"{e['speaker']} goes back, with no new grievance, on what it had offered or settled."
    ),
    "initialled": lambda e: (
        f"Both initial what their last offers share: {_package(e['granted'])}. The rest stays open."
    ),
    "walks_out": lambda e: f"{e['party']} walks out.",
    "adjourned": _adjourned,
    "breakdown": _breakdown,
    "contradiction": lambda e: (
        f"{e['speaker']}'s public account contradicts {_other(e, e['speaker'])}'s on {e['issue']}."
    ),
    "ceasefire_ends": _ends,
    "horizon": lambda _: "The ceasefire is in force at the horizon.",
}
