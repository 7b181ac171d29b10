"""Debrief: the deal against theory, the win-sets, and where the odds turned."""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any

from nicegui import ui

from sim.app import render, work
from sim.app import strings as say
from sim.app.keys import Visitor, shown_code
from sim.app.pages.teach import spelt
from sim.app.room import Room, RoomError
from sim.app.site import (
    Private,
    Site,
    acting,
    button,
    csv,
    frame,
    html,
    panel,
    paragraph,
    refused,
    visitor,
)
from sim.config import PARTIES, ConfigError
from sim.game import Decision
from sim.game.debrief import Odds, Turn, landscape, result, without_persons


def register(site: Site) -> None:
    """Serve the page."""

    @ui.page("/debrief/{code}", title=say.PLAY)
    def debrief(code: str) -> None:
        who = visitor()
        try:
            room = site.rooms.find(code, who)
            if not _may(site, room, who):
                raise RoomError(say.WRONG_KEY)
        except ConfigError as error:
            refused(error, "/play")
            return
        with frame(say.DEBRIEF.format(code=shown_code(room.code)), "/play"):
            part = Private(lambda: _may(site, room, who), say.DEBRIEF_LOST)
            told = _told(site, room, who)

            def changed() -> None:
                if _told(site, room, who) != told:
                    ui.navigate.reload()

            part.watch([room, *site.rooms.classes_of(room)], changed)
            with part.body:
                if told:
                    _debrief(site, room, part)
                else:
                    paragraph(say.NOT_YET, "warn")


def _may(site: Site, room: Room, who: Visitor) -> bool:
    """Whether a visitor plays in a room or teaches its class."""
    holds = any(site.rooms.holds(room, seat, who) for seat in room.setup.persons)
    return holds or site.rooms.teaches(room.class_, who)


def _told(site: Site, room: Room, who: Visitor) -> bool:
    """Whether the debriefing is open to a visitor who may come to it."""
    return room.told or site.rooms.teaches(room.class_, who)


def _debrief(site: Site, room: Room, part: Private) -> None:
    game = room.game
    with ui.element("div").classes("grid"):
        with panel(say.OUTCOME):
            for words in _outcome(result(game)):
                paragraph(words)
            html(f"<h2>{say.AGENTS_DID}</h2>")
            for words in _outcome(_kept(room, "agents", lambda: _agents(room))):
                paragraph(words)
        with panel(say.SPACE, say.SPACE_HELP):
            shown = landscape(game)
            html(render.bargaining_space(shown))
            if shown is not None:
                html(f"<h2>{say.WIN_SETS}</h2>")
                paragraph(say.WIN_SET_TEXT.format(**shown["win_sets"]))
    with panel(say.ROUNDS):
        html(render.table(map(_round, result(game)["ended"]), say.ROUND_COLUMNS))
    with panel(say.ODDS):
        odds = html(f"<p>{escape(say.ODDS_WAIT)}</p>").props('aria-live="polite"')
    with panel(say.DECISIONS):
        html(render.table([_row(room, k, d) for k, d in enumerate(game.decisions)], say.COLUMNS))
    with panel(say.STORY):
        start = room.setup.cell.scenario.start.isoformat()
        html(render.calendar([spelt(room, e) for e in game.entries], game.days, game.model.day))
        html(render.story([spelt(room, entry) for entry in game.entries], start))

    def export() -> None:
        if part.open():
            rows = [dict(zip(say.COLUMNS, _row(room, k, d), strict=True))
                    for k, d in enumerate(game.decisions)]  # fmt: skip
            ui.download.content(csv(rows), f"room-{room.code}.csv")

    with ui.element("div").classes("choices"):
        button(say.EXPORT, export)
        button(say.PRINT, lambda: ui.run_javascript("window.print()"), plain=True)

    async def follow() -> None:
        found = await _followed(site, room)
        if part.open():
            odds.content = _odds(room, found)

    ui.timer(0.1, acting(follow), once=True)


async def _followed(site: Site, room: Room) -> Odds:
    """The odds of a game, computed once for everybody who asks."""
    moves = room.game.moves
    kept: tuple[int, asyncio.Task[Odds]] | None = room.kept.get("odds")
    if kept is None or kept[0] != len(moves) or (kept[1].done() and kept[1].exception()):
        work_on = site.pool.run(work.game_odds, room.setup.stored(), moves)
        kept = room.kept["odds"] = (len(moves), asyncio.ensure_future(work_on))
    return await asyncio.shield(kept[1])


def _kept(room: Room, name: str, make: Any) -> Any:
    if name not in room.kept:
        room.kept[name] = make()
    return room.kept[name]


def _agents(room: Room) -> dict[str, Any]:
    return result(without_persons(room.setup))


def _outcome(found: dict[str, Any]) -> list[str]:
    """What came of a game, in sentences."""
    if found["ended_day"]:
        words = [say.collapsed(found["ended_day"], found)]
    else:
        words = [say.HORIZON if found["day"] >= found["days"] else say.IN_FORCE]
    if not found["deal"]:
        return [*words, say.OUT_NO_DEAL.format(rounds=found["rounds"])]
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
    """How a round ended, in words."""
    settled = say.package(row["settled"]) if row["settled"] else say.NOTHING
    return str(row["round"]), str(row["day"]), say.OUTCOMES[row["outcome"]], settled


def _row(room: Room, number: int, decision: Decision) -> tuple[str, ...]:
    """A decision in words: day, seat, kind, choice, what the agent would have done."""
    kind = decision.question.kind
    by = say.WHO_MADE[room.made_by[number]] if number < len(room.made_by) else ""
    return (
        str(decision.question.day),
        say.seat(decision.move.seat),
        say.KINDS[kind],
        say.advice(kind, decision.move.value) + by,
        say.advice(kind, decision.agent),
    )


def _odds(room: Room, found: Odds) -> str:
    """The odds over the evenings and what explains the largest drops."""
    drawn = render.odds(
        found.days, found.shares, room.game.days, [drop.last_day for drop in found.drops]
    )
    text = escape(say.ODDS_HELP.format(futures=found.futures))
    parts = [f'<p class="help">{text}</p>', drawn]
    for drop in found.drops:
        parts.append(f"<h2>{escape(_span(drop))}</h2>")
        parts += [f"<p>{escape(words)}</p>" for words in _explained(room, drop)]
    if found.decisive:
        parts.append(f"<h2>{escape(say.DECISIVE)}</h2>")
        for turn in found.decisive:
            parts.append(f"<p><strong>{escape(_span(turn))}</strong></p>")
            parts += [f"<p>{escape(words)}</p>" for words in _explained(room, turn)]
    if not found.drops:
        parts.append(f"<p>{escape(say.NO_DROPS)}</p>")
    return "".join(parts)


def _span(drop: Turn) -> str:
    days = str(drop.last_day)
    if drop.first_day != drop.last_day:
        days = f"{drop.first_day}–{drop.last_day}"
    return say.DROP.format(days=days, before=drop.before, after=drop.after)


def _explained(room: Room, drop: Turn) -> list[str]:
    if not drop.decisions:
        return [say.DROP_NO_DECISION]
    words = []
    for decision in drop.decisions:
        if decision.move.value == decision.agent:
            continue
        number = decision.question.turn
        _, seat, kind, choice, agent = _row(room, number, decision)
        words.append(
            say.DROP_DECISION.format(seat=seat, what=f"{kind}: {choice}", by="", agent=agent)
        )
    if drop.instead is None:
        return [*words, say.DROP_AS_AGENT]
    return [*words, say.DROP_INSTEAD.format(instead=drop.instead, effect=drop.effect)]
