"""Facts as HTML: tables, lists and charts from plain data; everything is escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sim.app import charts
from sim.app import strings as say
from sim.app.words import Message
from sim.config import PARTIES
from sim.game import MEDIATORS

Facts = Mapping[str, Any]
LONGEST_STORY = 80  # entries shown, newest first
WIDE = 4  # columns from which a table is wide


@dataclass(frozen=True)
class Link:
    """A cell of a table that leads to a page of ours, in a window of its own."""

    words: str
    path: str


Cell = str | Link


def table(rows: Iterable[Sequence[Cell]], heads: Sequence[str] = ()) -> str:
    """A table whose first column holds row headers; a wide one is a list of cards on a phone."""
    wide = len(heads) >= WIDE
    head = "".join(
        f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in heads
    )
    body = "".join(_table_row(row, heads if wide else ()) for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if heads else ""
    style = "facts wide" if wide else "facts"
    named = (
        f' role="region" tabindex="0" aria-label="{escape(heads[0], quote=True)}"' if wide else ""
    )
    inner = f'<table class="{style}">{top}<tbody>{body}</tbody></table>'
    return f'<div class="scroll"{named}>{inner}</div>'


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    path = escape(cell.path, quote=True)
    return f'<a href="{path}" target="_blank" rel="noopener">{escape(cell.words)}</a>'


def _table_row(row: Sequence[Cell], heads: Sequence[str]) -> str:
    cells = []
    for k, cell in enumerate(row[1:], start=1):
        named = f' data-head="{escape(heads[k], quote=True)}"' if k < len(heads) else ""
        cells.append(f"<td{named}>{_cell(cell)}</td>")
    first = f' data-head="{escape(heads[0], quote=True)}"' if heads else ""
    return f'<tr><th scope="row"{first}>{_cell(row[0])}</th>{"".join(cells)}</tr>'


def story(entries: Sequence[Facts], start: str) -> str:
    """Entries in words, newest first."""
    lines = []
    for entry in reversed(entries[-LONGEST_STORY:]):
        words = say.told(entry)
        if words:
            when = f"{entry['day']} · {say.date(start, entry['day'])}"
            offered = _options(entry["package"]) if entry["kind"] == "move" else ""
            lines.append(
                f'<li><span class="when">{escape(when)}</span>{escape(words)}{offered}</li>'
            )
    shown = "".join(lines) or f"<li>{escape(say.NOTHING_YET)}</li>"
    return f'<ul class="story" tabindex="0">{shown}</ul>'


def _options(chosen: Facts) -> str:
    """A package as a short list, an issue and its option to each entry."""
    part = say.PART_OF_PACKAGE
    parts = (part.format(issue=say.readable(n), option=say.option(o)) for n, o in chosen.items())
    return '<ul class="package">' + "".join(f"<li>{escape(one)}</li>" for one in parts) + "</ul>"


def ceasefire(state: Facts) -> str:
    """The ceasefire under each definition."""
    rows = []
    for end, found in state.items():
        if found["day"]:
            cause, how = say.CAUSES[found["cause"]], say.how(found["mode"], found["by"])
            words = say.ENDED_ON.format(day=found["day"], how=how, cause=cause)
        else:
            words = say.NOT_MET if state["collapse"]["day"] else say.STILL_HOLDS
        rows.append((say.ENDS[end], words))
    return table(rows)


def calendar(entries: Sequence[Facts], days: int, today: int) -> str:
    """The calendar strip of entries that have been cut down or not."""
    rounds = [(e["day"], e["last_day"]) for e in entries if e["kind"] == "round_opens"]
    attacks = [(e["day"], e["attributed"]) for e in entries if e["kind"] == "attack"]
    acts = [(e["day"], e["party"], e["rung"]) for e in entries if e["kind"] == "act" and e["rung"]]
    signed: dict[int, list[bool]] = {}
    for entry in entries:
        if entry["kind"] == "ratification":
            passed = entry.get("passed", entry.get("utility", 0) >= entry.get("needed", 1))
            signed.setdefault(entry["day"], []).append(bool(passed))
    deals = [day for day, votes in signed.items() if len(votes) == 2 and all(votes)]
    deals += [entry["day"] for entry in entries if entry["kind"] == "initialled"]
    last = [(first, min(_closed(entries, deals, first, end), days)) for first, end in rounds]
    label = say.CALENDAR_LABEL.format(
        rounds=len(rounds), attacks=len(attacks), acts=len(acts), deals=len(deals), day=today,
        days=days,
    )  # fmt: skip
    picture = charts.calendar(label, say.DAY_AXIS, days, today, last, attacks, acts, deals)
    return f'{picture}<p class="help">{escape(say.CALENDAR_KEY)}</p>'


def _closed(entries: Sequence[Facts], deals: Sequence[int], first: int, last: int) -> int:
    """The day on which a round that opened on ``first`` came to its end."""
    ends = ("breakdown", "adjourned", "initialled")
    days = [e["day"] for e in entries if e["kind"] in ends and first <= e["day"] <= last]
    days += [day for day in deals if first <= day <= last]  # a text that is refused ends no round
    return min(days, default=last)


def mine(numbers: Facts) -> str:
    """A side's private numbers."""
    if "patience" in numbers:
        rows = [(say.seat(name), f"{left:.1f}") for name, left in numbers["patience"].items()]
        title, why = say.MINE_ROWS["patience"]
        return f'<p class="help">{escape(why)}</p>{table(rows, (say.MEDIATORS, title))}'
    pressure = numbers["pressure_to_end"] / max(numbers["worth_of_continuing"], 1e-9)
    locked = [
        f"{say.readable(issue)} {lock:.2f}"
        for issue, lock in zip(numbers["contested"], numbers["lock_in"], strict=True)
        if lock >= 0.005
    ]
    values = {
        "trust": f"{numbers['trust']:.2f}",
        "reservation": f"{numbers['reservation']:.3f}",
        "asked_at_home": f"{numbers['asked_at_home']:.3f}",
        "capacity": f"{numbers['capacity']:.2f}",
        "willing": say.YES if numbers["willing"] else say.NO,
        "mandate": f"{numbers['mandate']:.0%}",
        "pressure": f"{pressure:.0%}",
        "lock_in": ", ".join(locked) or say.NOTHING,
    }
    lost = f"{numbers['mandate_lost']:.0%}"
    return table([(say.MINE_ROWS[key][0], value, say.MINE_ROWS[key][1].format(lost=lost))
                  for key, value in values.items()])  # fmt: skip


def said(messages: Sequence[Message], start: str) -> str:
    """What people said, newest first; with each who said it to whom."""
    lines = []
    for message in reversed(messages[-LONGEST_STORY:]):
        when = f"{message.day} · {say.date(start, message.day)}"
        lines.append(
            f'<li><span class="when">{escape(when)}</span>'
            f"<strong>{escape(say.said_by(message))}</strong> {escape(message.words)}</li>"
        )
    shown = "".join(lines) or f"<li>{escape(say.NOTHING_SAID)}</li>"
    return f'<ul class="story" tabindex="0">{shown}</ul>'


def package(chosen: Facts) -> str:
    """A package, an issue a row."""
    return table([(say.issue(name), say.option(option)) for name, option in chosen.items()])


def offers(table_: Facts, seat: str) -> str:
    """The last offers of both sides and the last text beside each other, with what became of them.

    ``table_`` as in ``game.views``; the offers of a seat of a side come first.
    """
    if not table_:
        return f"<p>{escape(say.NO_OFFERS)}</p>"
    ordered = sorted(table_, key=lambda speaker: (speaker == MEDIATORS, speaker != seat))
    fates = {None: say.WAITS_FOR_ANSWER, True: say.ACCEPTED, False: say.NOT_ACCEPTED}
    heads, lines = [], []
    for speaker in ordered:
        head = say.TEXT_OF if speaker == MEDIATORS else say.OFFER_OF.format(seat=say.seat(speaker))
        if seat in PARTIES and speaker in PARTIES:
            head = say.OWN_OFFER if speaker == seat else say.HEARD_OFFER
        one = table_[speaker]
        line = say.WHEN_OFFERED.format(what=head, fate=fates[one["accepted"]], **one)
        heads.append(head)
        lines.append(f"<li>{escape(line)}</li>")
    packages = [table_[speaker]["package"] for speaker in ordered]
    rows = [
        (say.issue(name), *(say.option(package[name]) for package in packages))
        for name in packages[0]
    ]
    return f'<ul class="lines">{"".join(lines)}</ul>' + table(rows, (say.ISSUE, *heads))


def trust_and_tension(daily: Sequence[tuple[int, float, float, float]], days: int) -> str:
    """Trust of both sides and tension over the days so far."""
    frame = charts.Frame((0, max(days, 1)), (0, 1), say.DAY_AXIS)
    curves = [
        charts.Line(say.seat("pakistan"), [(d, p) for d, p, _, _ in daily], "first"),
        charts.Line(say.seat("afghan_taliban"), [(d, k) for d, _, k, _ in daily], "second"),
        charts.Line(say.TENSION_SCALED, [(d, min(t / 20, 1.0)) for d, _, _, t in daily], "third"),
    ]
    _, first, second, tension = daily[-1]
    label = say.TRUST_LABEL.format(pakistan=first, afghan_taliban=second, tension=tension)
    return charts.lines(label, frame, curves)


def bargaining_space(shown: Facts | None) -> str:
    """The bargaining space with what its letters mean."""
    if shown is None:
        return f"<p>{escape(say.SPACE_EMPTY)}</p>"
    first, second = say.seat("pakistan"), say.seat("afghan_taliban")
    offers = shown["offers"]
    label = say.SPACE_LABEL.format(round=shown["round"], offers=len(offers))
    axes = (say.WORTH_TO.format(seat=first), say.WORTH_TO.format(seat=second))
    made = Counter(offer["speaker"] for offer in offers)
    keys = [(say.MADE.format(seat=say.seat(one), number=made[one]), style)
            for one, style in charts.SPEAKS.items() if one in made]  # fmt: skip
    if shown["deal"]:
        keys.append((say.AGREED_AT_TABLE, charts.AGREED))
    keys.append((say.ASKED_BY_CAPITALS, charts.ASKED))
    places = len({tuple(offer["point"]) for offer in offers})
    caption = say.SPACE_SHOWN.format(
        round=shown["round"], day=shown["day"], offers=len(offers), places=places
    )
    return (
        charts.space(label, dict(shown), *axes) + charts.legend(keys, dots=True)
        + f'<p class="help">{escape(caption)}</p>'
    )  # fmt: skip


def odds(days: Sequence[int], shares: Sequence[float], last: int, drops: Iterable[int]) -> str:
    """The odds by evening, with the largest drops marked."""
    frame = charts.Frame((0, last), (0, 1), say.EVENING_AXIS, say.SHARE_IN_FORCE)
    curve = charts.Line(
        say.SHARE_IN_FORCE, list(zip(map(float, days), shares, strict=True)), "first"
    )
    marks = [(float(day), f"{say.DAY_AXIS} {day}") for day in drops]
    label = say.ODDS_LABEL.format(first=shares[0], last=shares[-1])
    return charts.lines(label, frame, [curve], marks)
