"""In a seat: the brief, what is known, what is waited for, and the decision that is wanted.

A player's page is given the seat's view (``game.views``) and nothing else of the game.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from nicegui import ui

from sim.app import cards, choices, render
from sim.app import strings as say
from sim.app.keys import Visitor
from sim.app.lead import unlike
from sim.app.pages.form import Form
from sim.app.research import AFTER, BEFORE, LONGEST_ANSWER
from sim.app.room import CLOCK, PERSON, Class, Room
from sim.app.scale import Scale
from sim.app.site import Private, Site, acting, button, html, panel, paragraph, phase_of, visitor
from sim.app.standing import number
from sim.app.words import LONGEST, PRESS, TABLE, channels, may_press
from sim.config import PARTIES
from sim.game import MEDIATORS, SEATS
from sim.game.brief import brief
from sim.game.views import view


class SeatPage:
    """A player's page, as long as the player holds the seat."""

    def __init__(self, site: Site, room: Room, seat: str) -> None:
        self.site, self.room, self.seat = site, room, seat
        self.who: Visitor = visitor()
        self.classes = site.rooms.classes_of(room)
        self.shown: tuple[Any, ...] = ()  # what the decision part shows now
        self.asking: dict[str, ui.element] = {}  # the questions of a study, before and after
        self.asked: ui.element | None = None  # the heading of the decision
        self.moved = False  # whether the player has just decided, and looks for what is next
        self.read = False  # whether the brief was folded away once
        self.part = Private(
            lambda: site.rooms.holds(room, seat, self.who),
            say.SEAT_LOST.format(seat=say.seat(seat)),
            next(((say.BACK_TO_CLASS.format(title=one.title), f"/c/{one.code}")
                  for one in self.classes), None),
        )  # fmt: skip
        with self.part.body:
            self._build()
        self.update()
        self.part.watch([room, *self.classes], self.update)

    def _build(self) -> None:
        self.place = ui.label().classes("help")
        self.day = ui.label().classes("big")
        self.status = ui.label().props('role="status" aria-live="polite" tabindex="-1"')
        self.done = ui.label().classes("notice").props('role="status" aria-live="polite"')
        self.phase = ui.label().classes("help")
        self.notice = ui.label().classes("notice").props('role="status" aria-live="polite"')
        self.clock = ui.label().props('role="timer"')
        with ui.element("section").classes("panel replaced") as self.replaced:
            paragraph(say.AGENT_FOR_YOU)
            button(say.TAKE_BACK, self.take_back)
        self._questions(BEFORE)
        with ui.element("div").classes("stack asked"):
            self.news = html("")
            self.decision = ui.element("section").classes("panel")
        self._press()
        self._brief()
        self._questions(AFTER)
        with ui.element("div").classes("flow") as self.rest:
            with panel(say.TABLE):
                self.table = html("")
            with panel(say.MINE):
                self.mine = html("")
            with panel(say.STORY):
                self.calendar = html("")
                self.story = html("")
            self._said()
            with panel(say.UNDER_EACH, say.UNDER_EACH_HELP):
                self.deal = html("")
                self.ends = html("")
        with ui.expansion(say.RETURN_KEY).classes("panel"):
            paragraph(say.RETURN_KEY_HELP)
            key = self.site.rooms.return_key(self.room, self.seat, self.who)
            ui.label(key).classes("key-text")
        if self.room.deadline or self.classes:
            ui.timer(1.0, self.tick)

    def _questions(self, when: str) -> None:
        """The questions of a study, for who takes part in it and has not answered yet."""
        study = self.site.rooms.study(self.room)
        asked = study.asked(when) if study is not None else ()
        if not asked or not self.room.seats[self.seat].consents:
            return
        with panel(say.QUESTIONS[when]) as made:
            fields = [ui.input(words).props(f"outlined maxlength={LONGEST_ANSWER}")
                      for words in asked]  # fmt: skip

            async def send() -> None:
                words = [choices.text(field.value, LONGEST_ANSWER) for field in fields]
                await self.site.rooms.answer(self.room, self.seat, when, words, self.who)

            button(say.SEND_ANSWERS[when], send)
        self.asking[when] = made

    def _show_questions(self) -> None:
        for when, made in self.asking.items():
            due = when == BEFORE or self.room.over
            answered = self.site.rooms.answered(self.room, self.seat, when)
            made.visible = due and not answered

    def _brief(self) -> None:
        """The brief, unfolded until the player is ready and decisions are taken."""
        with ui.expansion(say.BRIEF, value=True).classes("panel brief") as self.brief:
            html(cards.brief(brief(self.room.game, self.seat), self.seat))
        self.ready = button(say.I_AM_READY, self.be_ready)

    async def be_ready(self) -> None:
        """Say that the brief is read."""
        self.moved = True
        await self.site.rooms.be_ready(self.room, self.seat, self.who)

    def _fold(self) -> None:
        """Fold the brief away, once, when decisions are taken and it was read."""
        room = self.room
        if room.seats[self.seat].ready and room.open and not room.paused and not self.read:
            self.read, self.brief.value = True, False

    async def take_back(self) -> None:
        """Play on in the place of the agent that has stood in."""
        self.moved = True
        await self.site.rooms.give_back(self.room, self.seat, self.who)

    def tick(self) -> None:
        """Show the seconds left, to whoever decides as a warning."""
        if self.part.open():
            self.phase.text = "" if self.room.over else "".join(map(phase_of, self.classes))
            left, question = self.room.left(), self.room.game.question
            self.clock.text = ""
            if left is None or question is None:
                return
            own = question.seat == self.seat
            words = say.TIME_LEFT if own else say.TIME_LEFT_OTHER
            self.clock.text = words.format(seconds=left, seat=say.seat(question.seat))
            self.clock.classes(replace="warn" if own else "help")

    def update(self) -> None:
        """Show what this seat may see now."""
        room = self.room
        seen = view(room.game, self.seat)
        self.place.text = self._where()
        self.day.text = _day(seen)
        self.day.props(f"data-turn={seen['turn']}")
        told = [class_.notice for class_ in self.classes if class_.notice]
        self.notice.text = "".join(say.NOTICE_FROM.format(words=words) for words in told)
        self.status.text = _status(room, self.seat, seen, self.classes)
        self.done.text = _done(room, seen)
        self.replaced.visible = self.seat in room.replaced and not room.over
        self.ready.visible = not (room.seats[self.seat].ready or room.begun or room.over)
        history = seen["history"] + seen["today"]
        decided = seen["decided"]
        since = decided["day"] if decided else 0
        self.rest.visible = room.begun
        if room.begun:
            self.news.content = cards.news(history, self.seat, seen["start"], since)
        self._fold()
        self._show_questions()
        self._decide(seen)
        self.mine.content = render.mine(seen["mine"])
        self.story.content = render.story(history, seen["start"])
        self.calendar.content = render.calendar(history, seen["days"], seen["day"])
        self._show_said(seen["start"])
        self.ends.content = render.ceasefire(seen["ceasefire"])
        self.deal.content = f"<p>{escape(_deal(seen))}</p>"
        self.table.content = render.offers(seen["table"], self.seat)

    def _where(self) -> str:
        """The number of the room and who else sits there; alone there is nothing to say."""
        room = self.room
        if not self.classes:
            return ""
        named = ((seat, _partner(room, seat)) for seat in SEATS if seat != self.seat)
        others = [
            say.SITS_AS.format(name=name, seat=say.seat(seat)) for seat, name in named if name
        ]
        words = say.YOUR_ROOM_WITH if others else say.YOUR_ROOM
        return words.format(number=number(self.site.rooms, room), others=say.AND.join(others))

    def _decide(self, seen: dict[str, Any]) -> None:
        """Build the form of a decision, once for each."""
        question, room = seen["question"], self.room
        asked = question if question and room.open and not room.paused else None
        now = (seen["turn"], asked and asked["kind"], room.told, room.broken, room.muted)
        if now != self.shown:
            self.shown = now
            self.asked = self._form(asked)
        if self.moved:  # the focus goes where there is something new
            self.moved = False
            look = self.asked or self.status
            ui.run_javascript(
                f"setTimeout(() => document.getElementById('{look.html_id}')?.focus(), 50)"
            )

    def _form(self, asked: dict[str, Any] | None) -> ui.element | None:
        """Draw the part of the page where decisions are made; return its heading."""
        room, heading = self.room, None
        self.decision.clear()
        self.decision.classes(add="turn" if asked else "", remove="" if asked else "turn")
        self.decision.visible = bool(room.told or room.broken or asked)
        with self.decision:
            if room.told:
                ui.link(say.SEE_DEBRIEF, f"/debrief/{room.code}")
            if room.broken:
                paragraph(room.broken, "warn")
            elif asked:
                said = _said_with(room, self.seat, asked)
                form = Form(room.game, self.seat, asked, self.part, self.send, said, room.muted)
                heading = form.heading
        return heading

    async def send(self, turn: int, kind: str, value: Any, words: str) -> None:
        """Make a move."""
        self.moved = True
        await self.site.rooms.play(self.room, self.seat, turn, kind, value, self.who, words)

    def _press(self) -> None:
        """The line to the press, asked for after each round."""
        with ui.element("section").classes("panel") as self.press:
            self.press_asked = html("")
            self._speak(say.PRESS_LINE, PRESS, say.SEND_PRESS)

    def _said(self) -> None:
        """What was said, and what can be said in confidence."""
        with panel(say.SAID, say.SAID_HELP):
            self.muted = ui.label(say.WORDS_MUTED).classes("warn")
            self.said = html("")
            self.channels = {}
            if MEDIATORS in self.room.setup.persons:
                for side in channels(self.seat):
                    other = say.seat(side if self.seat == MEDIATORS else MEDIATORS)
                    label, send = (
                        one.format(seat=other) for one in (say.CHANNEL, say.SEND_CHANNEL)
                    )
                    self.channels[side] = self._speak(label, side, send)

    def _speak(self, label: str, to: str, send: str) -> ui.element:
        """A field and a button to say something to the press or in a channel."""
        with ui.element("div").classes("speak") as made:
            field = ui.input(label).props(f"outlined counter maxlength={LONGEST}")

            async def speak() -> None:
                words = choices.text(field.value, LONGEST * 10)
                await self.site.rooms.speak(self.room, self.seat, to, words, self.who)
                field.value = ""

            field.on("keydown.enter", acting(speak))
            button(send, speak, plain=True)
        return made

    def _show_said(self, start: str) -> None:
        room = self.room
        self.said.content = render.said(room.heard(self.seat), start)
        self.muted.visible = room.muted and not room.over
        speaks = room.begun and not (room.muted or room.over)
        asked, told = (
            escape(words.format(round=room.rounds_over))
            for words in (say.PRESS_ASKED, say.PRESS_ASKED_HELP)
        )
        self.press_asked.content = f'<h2>{asked}</h2><p class="help">{told}</p>'
        self.press.visible = speaks and may_press(room.said, self.seat, room.rounds_over)
        for made in self.channels.values():
            made.visible = speaks and MEDIATORS in room.seats


def _said_with(room: Room, seat: str, question: dict[str, Any]) -> str:
    """The words that came with the offer or the text that is to be answered."""
    if question["kind"] not in ("answer", "text"):
        return ""
    author = MEDIATORS if question["kind"] == "text" else None
    for message in reversed(room.heard(seat)):
        if message.to == TABLE and message.seat != seat and message.turn == question["turn"] - 1:
            if author in (None, message.seat):
                return say.SAID_WITH.format(seat=say.seat(message.seat), words=message.words)
            break
    return ""


def _day(seen: dict[str, Any]) -> str:
    """The day, and the round that opens on it or is in session."""
    named = {"day": seen["day"], "days": seen["days"],
             "date": say.date(seen["start"], seen["day"])}  # fmt: skip
    opened = [e for e in seen["history"] + seen["today"] if e["kind"] == "round_opens"]
    if opened and (seen["calendar"]["in_session"] or opened[-1]["day"] == seen["day"]):
        return say.DAY_OF_ROUND.format(**named, round=opened[-1]["round"])
    return say.DAY.format(**named)


def _partner(room: Room, seat: str) -> str:
    """Who plays another seat: somebody, an agent, or (empty) nobody to speak of."""
    if seat in room.stand_ins or seat not in room.setup.persons:
        there = seat in room.seats
        name = room.seats[seat].name if there else room.reserved.get(seat, "")
        said = say.SITS_AGENT_FOR.format(name=name) if name else say.SITS_AGENT
        return said if seat in PARTIES or name else ""
    return room.seats[seat].name if seat in room.seats else ""


def _status(room: Room, seat: str, seen: dict[str, Any], classes: Sequence[Class]) -> str:
    """What the room waits for, and why."""
    if room.broken:
        return room.broken
    if seen["over"]:
        end = seen["ceasefire"]["collapse"]
        words = say.collapsed(end["day"], end) if end["day"] else say.HORIZON
        return f"{say.GAME_OVER} {words}"
    if room.ended:
        return say.GAME_ENDED
    if not room.begun:
        return _not_begun(room, seat)
    if room.paused:
        return _paused(room, seat, classes)
    if seen["question"]:
        return say.YOUR_TURN
    who = seen["waits_for"]
    if who not in room.seats and who not in room.stand_ins:
        return say.WAITING_FOR_PLAYERS.format(seats=say.seat(who))
    name = f" ({room.seats[who].name})" if who in room.seats else ""
    return say.WAITS_FOR.format(seat=say.seat(who), name=name, to=say.WAITS_TO[seen["waits_to"]])


def _paused(room: Room, seat: str, classes: Sequence[Class]) -> str:
    """Why nothing is decided now, and what to do meanwhile."""
    if not any(class_.phase == "between" for class_ in classes):
        return say.GAME_PAUSED
    with_whom = [room.seats[one].name for one in room.seats if one not in (seat, *room.stand_ins)]
    now = say.TALK_NOW.format(others=say.AND.join(with_whom)) if with_whom else say.TALK_ALONE
    clock = any(class_.clock() is not None for class_ in classes)
    return f"{now} {say.TALK_UNTIL_CLOCK if clock else say.TALK_UNTIL}"


def _not_begun(room: Room, seat: str) -> str:
    """Who is missing, or still reads, before decisions open."""
    if seat in room.waits_for:
        return say.READ_FIRST
    free = [one for one in room.waits_for if one not in room.seats]
    if free:
        return say.WAITING_FOR_PLAYERS.format(seats=", ".join(map(say.seat, free)))
    readers = [f"{say.seat(one)} ({room.seats[one].name})" for one in room.waits_for]
    return say.WAITING_FOR_READERS.format(seats=", ".join(readers))


def _deal(seen: dict[str, Any]) -> str:
    deal = seen["deal"]
    if deal is None:
        return say.NO_DEAL_YET
    words = say.PARTIAL_DEAL_IN_FORCE if deal["partial"] else say.DEAL_IN_FORCE
    return words.format(
        age=deal["age"],
        monitoring=deal["monitoring"],
        unremedied=deal["unremedied"],
        package=say.package(deal["package"]),
    )


def _done(room: Room, seen: dict[str, Any]) -> str:
    """What the seat has decided today, or what was decided for it since it last did so itself."""
    decided = seen["decided"]
    if decided is None or room.broken:
        return ""
    game = room.game
    choice = say.advice(decided["kind"], decided["value"])
    if isinstance(decided["value"], dict):
        made, _ = unlike(game.decisions[decided["turn"]], game.packages)
        choice = say.HELD_OFFER if made is None else say.ON_THE_TABLE
    what = say.KINDS[decided["kind"]]
    named = {"what": what[:1].upper() + what[1:], "choice": choice, "day": decided["day"]}
    by = room.made_by[decided["turn"]]
    if by == PERSON:
        waits = decided["day"] == seen["day"] and not seen["question"] and not room.over
        return say.DECIDED.format(**named) if waits else ""
    words = (say.DECIDED_BY_CLOCK if by == CLOCK else say.DECIDED_BY_AGENT).format(**named)
    return " ".join([words, *_unratified(room, seen)])


def _unratified(room: Room, seen: dict[str, Any]) -> list[str]:
    """That the own capital would not ratify what an agent has offered in somebody's name, and why.

    A delegation knows what its capital asks once that has refused (``rules.talks.ratify``).
    """
    decided = seen["decided"]
    if decided["kind"] != "offer" or room.over:
        return []
    scale = Scale(room.game, seen["seat"])
    short = scale.needed - scale.of(decided["value"])
    return [say.OFFER_UNRATIFIED.format(short=short)] if short > 0 else []
