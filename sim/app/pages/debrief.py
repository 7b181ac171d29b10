"""Debrief: the deal against theory, the win-sets, and where the odds turned."""

from __future__ import annotations

from html import escape
from typing import Any

from nicegui import ui

from sim.app import back, lead, render
from sim.app import strings as say
from sim.app.follow import TRIES
from sim.app.keys import Visitor
from sim.app.room import Room
from sim.app.sheet import sheet
from sim.app.site import (
    Private,
    Site,
    acting_now,
    button,
    closed_here,
    frame,
    html,
    panel,
    paragraph,
    refused,
    visitor,
)
from sim.app.standing import called
from sim.config import PARTIES, ConfigError
from sim.game import Decision
from sim.game.debrief import OPEN, Effect, Odds, Turn, otherwise, result
from sim.game.views import revealed

MOST_SHOWN = 6  # decisions that moved the odds
LINES = 6  # for notes in print


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/debrief/{code}", title=say.PLAY)
    def debrief(code: str) -> None:
        who = visitor()
        try:
            room = site.rooms.find(code, who)
        except ConfigError as error:
            refused(error, "/play")
            return
        if not site.rooms.belongs(room, who):
            closed_here(site, say.DEBRIEF_CLOSED)
            return
        with frame(say.DEBRIEF.format(room=called(site.rooms, room)), "/play"):
            part = Private(lambda: site.rooms.belongs(room, who), say.DEBRIEF_LOST)
            told = _told(site, room, who)

            def changed() -> None:
                if _told(site, room, who) != told:
                    ui.navigate.reload()

            part.watch([room, *site.rooms.classes_of(room)], changed)
            with part.body:
                if told:
                    held = [seat for seat in PARTIES if site.rooms.holds(room, seat, who)]
                    _debrief(site, room, part, held[0] if len(held) == 1 else None)
                else:
                    paragraph(say.NOT_YET, "warn")


def _told(site: Site, room: Room, who: Visitor) -> bool:
    """Whether the debriefing is open to a visitor who may come to it."""
    return room.told or site.rooms.teaches(room.class_, who)


def _debrief(site: Site, room: Room, part: Private, seat: str | None) -> None:
    game, looked = room.game, back.of(room)
    shown = looked.space
    start = room.setup.cell.scenario.start.isoformat()
    with panel(say.LEAD, extra="turn lead"):
        for words in lead.gained(result(game), seat) + lead.left(shown, result(game), seat):
            paragraph(words)
        moved = html("").props('aria-live="polite"')
    with panel(say.ODDS):
        odds = html("")
    with ui.element("div").classes("grid"):
        with ui.element("div").classes("stack"):
            with panel(say.OUTCOME):
                for words in _outcome(result(game)):
                    paragraph(words)
            with panel(say.AGENTS_DID):
                for words in _outcome(looked.agents):
                    paragraph(words)
        with panel(say.SPACE, say.SPACE_HELP):
            html(render.bargaining_space(shown))
            if shown is not None:
                html(f"<h2>{say.WIN_SETS}</h2>")
                paragraph(say.WIN_SET_TEXT.format(day=shown["day"], **shown["win_sets"]))
    with panel(say.NOTES, extra="print-only"):
        html(f'<div class="notes">{"<p></p>" * LINES}</div>')
    with panel(say.ROUNDS, extra="no-print"):
        rounds = [_round(row) for row in result(game)["rounds"]]
        html(render.table(rounds, say.ROUND_COLUMNS)) if rounds else paragraph(say.NO_ROUNDS)
    with panel(say.SAID, extra="no-print"):
        html(render.said(room.said, start))
    with ui.expansion(say.DECISIONS).classes("panel no-print"):
        html(render.table([_row(room, k, d) for k, d in enumerate(game.decisions)], say.COLUMNS))
    with panel(say.STORY, extra="no-print"):
        if game.question is not None:
            paragraph(say.OUT_UNFINISHED.format(day=game.day))
        entries = revealed(game)
        html(render.calendar(entries, game.days, game.day))
        html(render.story(entries, start))

    def export() -> None:
        if part.open():
            ui.download.content(sheet(say.COLUMNS, _transcript(room)), f"room-{room.code}.csv")

    with ui.element("div").classes("choices"):
        button(say.EXPORT, export)
        button(say.PRINT, lambda: ui.run_javascript("window.print()"), plain=True)

    def follow() -> None:
        found = site.follower.progress(room)
        if found.odds is None or not part.open():
            failed = found.failed >= TRIES
            words = say.ODDS_FAILED if failed else say.ODDS_WAIT.format(
                done=found.done, all=found.done + found.wanting
            )  # fmt: skip
            moved.content = f"<p>{escape(words)}</p>"
            return
        ticking.deactivate()
        moved.content = "".join(f"<p>{escape(words)}</p>" for words in lead.moved(found.odds, room))
        odds.content = _odds(room, found.odds)

    ticking = ui.timer(1.0, acting_now(follow))


def _transcript(room: Room) -> list[dict[str, str]]:
    """Every decision and every message of a game, in order."""
    rows = []
    for number, decision in enumerate(room.game.decisions):
        rows.append(dict(zip(say.COLUMNS, _row(room, number, decision), strict=True)))
    for message in room.said:
        if message.turn is None:
            kind = say.said_by(message).rstrip(":")
            said = (str(message.day), say.seat(message.seat), kind, "", "", message.words)
            rows.append(dict(zip(say.COLUMNS, said, strict=True)))
    return sorted(rows, key=lambda row: int(row[say.COLUMNS[0]]))


def _outcome(found: dict[str, Any]) -> list[str]:
    """The result of a game, in sentences."""
    if found["ended_day"]:
        words = [say.collapsed(found["ended_day"], found)]
    else:
        words = [say.HORIZON if found["over"] else say.IN_FORCE]
    if not found["deal"]:
        return [*words, say.OUT_NO_DEAL.format(rounds=len(found["rounds"]))]
    words.append(say.OUT_DEAL.format(day=found["deal_day"], package=say.package(found["deal"])))
    if found["lapsed_day"]:
        words.append(say.OUT_LAPSED.format(day=found["lapsed_day"]))
    for side in PARTIES:
        words.append(
            say.OUT_NUMBERS.format(
                seat=say.seat(side), utility=found["utility"][side], gain=found["gain"][side]
            )
        )
    share = found["nash_share"] or 0.0
    words.append(say.OUT_QUALITY.format(distance=found["distance"], share=share))
    return words


def _round(row: dict[str, Any]) -> tuple[str, ...]:
    """How a round ended, or since when it is open, in words."""
    settled = say.package(row["settled"]) if row["settled"] else say.NOTHING
    day, outcome = str(row["day"]), say.OUTCOMES[row["outcome"]]
    if row["outcome"] == OPEN:
        day, outcome = "", outcome.format(day=day)
    return str(row["round"]), day, outcome, settled


def _row(room: Room, number: int, decision: Decision) -> tuple[str, ...]:
    """A decision in words: day, seat, kind, choice, what the agent would have done, words."""
    kind = decision.question.kind
    said = [m.words for m in room.said if m.turn == number and m.seat == decision.move.seat]
    return (
        str(decision.question.day),
        say.seat(decision.move.seat),
        say.KINDS[kind],
        say.advice(kind, decision.move.value) + _by(room, number),
        say.advice(kind, decision.agent),
        " ".join(said),
    )


def _by(room: Room, number: int) -> str:
    """Who made a decision, where it was nobody in the seat."""
    return say.WHO_MADE[room.made_by[number]] if number < len(room.made_by) else ""


def _odds(room: Room, found: Odds) -> str:
    """The odds over the evenings and what explains the largest drops."""
    drawn = render.odds(
        found.days, found.shares, room.game.days, [drop.last_day for drop in found.drops]
    )
    text = escape(say.ODDS_HELP.format(futures=found.futures))
    parts = [drawn, f'<p class="help">{text}</p>', f"<h2>{escape(say.EFFECTS)}</h2>"]
    rows = [_effect(room, effect) for effect in lead.clear(found.effects)[:MOST_SHOWN]]
    heads = (*say.COLUMNS[:5], say.EFFECT)
    parts.append(render.table(rows, heads) if rows else f"<p>{escape(say.NO_EFFECTS)}</p>")
    parts.append(f"<h2>{escape(say.DROPS)}</h2>")
    drops = [(_span(drop), _explained(room, drop)) for drop in found.drops]
    parts.append(render.table(drops) if drops else f"<p>{escape(say.NO_DROPS)}</p>")
    return "".join(parts)


def _effect(room: Room, effect: Effect) -> tuple[str, ...]:
    """A decision in words as ``_row`` has it, of packages what differs, and what it moved."""
    decision = room.game.decisions[effect.number]
    day, seat, kind, *_ = _row(room, effect.number, decision)
    both = lead.unlike(decision, room.game.packages)
    choice, agent = (say.advice(decision.question.kind, one) for one in both)
    moved = f"{effect.change:+.2f} ± {effect.error:.2f}".replace(" ", "\u00a0")
    return day, seat, kind, choice + _by(room, effect.number), agent, moved


def _span(drop: Turn) -> str:
    days = str(drop.last_day)
    if drop.first_day != drop.last_day:
        days = f"{drop.first_day}–{drop.last_day}"
    return say.DROP.format(days=days, before=drop.before, after=drop.after).replace(" ", "\u00a0")


def _explained(room: Room, drop: Turn) -> str:
    """Who decided anything in a stretch, and whether differently from the agents."""
    if not drop.decisions:
        return say.DROP_NO_DECISION
    made = [room.game.decisions[number] for number in drop.decisions]
    unlike = [one for one in made if otherwise(room.game, one)]
    if not unlike:
        return say.DROP_AS_AGENT
    said = (
        say.DROP_DECISION.format(
            seat=say.seat(one.move.seat), what=say.KINDS[one.question.kind],
            choice=say.advice(one.question.kind, lead.unlike(one, room.game.packages)[0]),
        )
        for one in unlike
    )  # fmt: skip
    return say.DROP_BOTH.format(decisions="; ".join(said))
