"""The brief of a seat and the news as cards, as HTML; everything is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sim.app import charts, render
from sim.app import strings as say
from sim.config import PARTIES

Facts = Mapping[str, Any]
MOST_NEWS = 6  # cards, newest first; two of them may be reports of mediators


def news(entries: Sequence[Facts], seat: str, start: str, since: int) -> str:
    """What has happened since a day, newest first, each with its date and both versions."""
    shown = []
    for entry in reversed(entries):
        card = say.card(entry, seat) if entry["day"] >= since else None
        if card is not None:
            title, lines = card
            when = say.date(start, entry["day"])
            body = "".join(f"<p>{escape(line)}</p>" for line in lines)
            shown.append(
                f'<article class="card"><h2><span class="when">{escape(when)}</span> '
                f"{escape(title)}</h2>{body}</article>"
            )
        if len(shown) == MOST_NEWS:
            break
    if not shown:
        return ""
    named = escape(say.NEWS, quote=True)
    return f'<section aria-label="{named}" class="cards">{"".join(shown)}</section>'


def brief(found: Facts, seat: str) -> str:
    """The one-page brief of a seat, from ``game.brief``."""
    who, interests = say.ROLES[seat]
    parts = [f"<p>{escape(who)}</p>", f"<h2>{escape(say.INTERESTS)}</h2>", _list(interests)]
    if "needed" not in found:
        return "".join([*parts, _of_mediators(found), _explained(found), _played(found)])
    parts += [f"<h2>{escape(say.RED_LINES)}</h2>", _list(_red_lines(found))]
    parts += [f"<h2>{escape(say.WORTH_TO_YOU)}</h2>", f"<p>{escape(say.WORTH_TO_YOU_HELP)}</p>"]
    most = max(issue["at_stake"] for issue in found["issues"])
    drawn = "".join(_issue(issue, most) for issue in found["issues"])
    parts.append(f'<div class="issues">{drawn}</div>')
    parts += [f"<p>{escape(say.WHERE_FROM)}</p>"]
    parts += [f"<h2>{escape(say.WINNING)}</h2>", _list(say.WINNING_TEXT)]
    parts += [_explained(found), _played(found)]
    return "".join(parts)


def _red_lines(found: Facts) -> list[str]:
    lines = [say.RED_LINE_NUMBER.format(**found), say.WORTH_SCALE]
    for issue in found["issues"]:
        for option in issue["options"]:
            if not option["open"]:
                named = say.issue(issue["issue"]), say.option(option["option"])
                lines.append(say.RED_LINE_OPTION.format(issue=named[0], option=named[1]))
    return lines


def _issue(issue: Facts, most: float) -> str:
    """An issue with a bar for each of its options; the own public position is marked."""
    bars = []
    for option in issue["options"]:
        name = say.option(option["option"])
        if option["opening"]:
            name = say.OPENING_MARK.format(option=name)
        bars.append((name, option["worth"]))
    head = say.AT_STAKE.format(issue=say.issue(issue["issue"]), at_stake=issue["at_stake"])
    return f"<div><h3>{escape(head)}</h3>{charts.bars(head, bars, most, '.3f')}</div>"


def _of_mediators(found: Facts) -> str:
    """What mediators see: public estimates, their effort, and what winning means."""
    rows = [
        (say.issue(issue["issue"]), *(f"{issue['reckoned'][side]:.3f}" for side in PARTIES))
        for issue in found["issues"]
    ]
    heads = (say.ISSUE, *(say.seat(side) for side in PARTIES))
    patience = [(say.seat(name), f"{left:.0f}") for name, left in found["patience"].items()]
    return "".join([
        f"<h2>{escape(say.RECKONED_STAKES)}</h2><p>{escape(say.RECKONED_STAKES_HELP)}</p>",
        render.table(rows, heads),
        f"<h2>{escape(say.MINE_ROWS['patience'][0])}</h2>", render.table(patience),
        f"<h2>{escape(say.WINNING)}</h2>", _list(say.WINNING_MEDIATORS),
    ])  # fmt: skip


def _explained(found: Facts) -> str:
    """What stands behind words that a newcomer does not know, of the issues on the agenda."""
    on_agenda = {issue["issue"] for issue in found["issues"]}
    lines = [words for issue, words in say.EXPLAINED.items() if issue in on_agenda]
    return f"<h2>{escape(say.BEHIND)}</h2>{_list(lines)}" if lines else ""


def _played(found: Facts) -> str:
    first, last = found["first_day"], found["days"]
    days = {"first": first, "last": last, "day_0": say.date(found["start"], 0),
            "first_date": say.date(found["start"], first),
            "last_date": say.date(found["start"], last)}  # fmt: skip
    return f"<h2>{escape(say.PLAYED)}</h2>{_list([say.SPAN.format(**days), *say.PLAYED_TEXT])}"


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
