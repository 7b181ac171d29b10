"""Play: join a room or play alone, take a seat, and decide for a side.

A player's page is given the seat's view (``game.views``) and nothing else of the game.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from sim.app import choices, render
from sim.app import strings as say
from sim.app.choices import LENGTHS, Wanted
from sim.app.keys import Visitor, shown_code
from sim.app.room import Room
from sim.app.rooms import LONGEST_NAME
from sim.app.site import (
    Private,
    Site,
    acting,
    button,
    choice,
    frame,
    html,
    in_thread,
    must_keep_cookies,
    panel,
    paragraph,
    refused,
    seats_held,
    visitor,
)
from sim.config import ConfigError
from sim.game import SEATS
from sim.game.views import reckoned, view, worth


def register(site: Site) -> None:
    """Serve the pages."""

    @ui.page("/play", title=say.PLAY)
    def play() -> None:
        with frame(say.PLAY, "/play"), ui.element("div").classes("grid"):
            _join(site)
            _alone(site)

    @ui.page("/room/{code}", title=say.PLAY)
    def lobby(code: str) -> None:
        try:
            room = site.rooms.find(code, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return
        with frame(say.LOBBY.format(code=shown_code(room.code)), "/play"):
            part = Private(lambda: site.rooms.rooms.get(room.code) is room, say.ROOM_CLOSED)
            with part.body:
                _lobby(site, room, part)

    @ui.page("/room/{code}/{seat}", title=say.PLAY)
    def seat(code: str, seat: str) -> None:
        try:
            room = site.rooms.find(code, visitor())
            site.rooms.must_hold(room, seat, visitor())
        except ConfigError as error:
            refused(error, "/play")
            return
        with frame(say.YOU_ARE.format(seat=say.seat(seat)), "/play"):
            SeatPage(site, room, seat)


# --- joining -------------------------------------------------------------------------------------


def _join(site: Site) -> None:
    with panel(say.JOIN, say.JOIN_HELP):
        code = ui.input(say.CODE).props('outlined maxlength=20 autocapitalize="characters"')

        def go() -> None:
            room = site.rooms.find(choices.text(code.value, LONGEST_NAME), visitor())
            ui.navigate.to(f"/room/{room.code}")

        code.on("keydown.enter", acting(go))
        button(say.GO, go)


def _alone(site: Site) -> None:
    with panel(say.PLAY_ALONE, say.PLAY_ALONE_HELP):
        scenario = choice(
            say.SCENARIO, {name: say.readable(name) for name in site.scenarios}, site.scenario
        )
        days = choice(say.DAYS_OF_GAME, {n: str(n) for n in LENGTHS}, 90)
        name = _name()
        with ui.element("div").classes("choices").style("margin-top: .6rem"):
            for seat in SEATS:

                async def take(seat: str = seat) -> None:
                    must_keep_cookies()
                    site.rooms.may_play_alone(visitor())
                    setup = await in_thread(
                        choices.compose, Wanted(scenario.value),
                        seed=secrets.randbelow(2**32),
                        days=choices.one_of(say.DAYS_OF_GAME, days.value, LENGTHS),
                        persons=[seat],
                    )  # fmt: skip
                    room = await site.rooms.play_alone(setup, _typed(name), visitor())
                    ui.navigate.to(f"/room/{room.code}/{seat}")

                button(say.TAKE_SEAT.format(seat=say.seat(seat)), take)


def _lobby(site: Site, room: Room, part: Private) -> None:
    for seat in seats_held(site, room):
        ui.link(f"{say.CONTINUE}: {say.seat(seat)}", f"/room/{room.code}/{seat}")
    name = _name().style("max-width: 24rem")

    async def take(seat: str) -> None:
        must_keep_cookies()
        await site.rooms.take_seat(room, seat, _typed(name), visitor())
        ui.navigate.to(f"/room/{room.code}/{seat}")

    seats = ui.element("div").classes("grid")

    def show() -> None:
        seats.clear()
        with seats:
            for seat in SEATS:
                with panel(say.seat(seat)[0].upper() + say.seat(seat)[1:]):
                    if seat in room.seats:
                        paragraph(say.SEAT_OF.format(name=room.seats[seat].name))
                    elif seat in room.setup.persons:
                        words = say.TAKE_SEAT.format(seat=say.seat(seat))
                        button(words, lambda seat=seat: take(seat))
                    else:
                        paragraph(say.SEAT_AGENT, "help")

    show()
    part.watch([room], show)
    with panel(say.HAVE_KEY):
        which = choice(
            say.PLAY, {seat: say.seat(seat) for seat in room.setup.persons}, room.setup.persons[0]
        )
        key = ui.input(say.RETURN_KEY).props("outlined maxlength=40")

        async def back() -> None:
            must_keep_cookies()
            seat = choices.one_of(say.PLAY, which.value, room.setup.persons)
            typed = choices.text(key.value, LONGEST_NAME).strip()
            await site.rooms.come_back(room, seat, typed, visitor())
            ui.navigate.to(f"/room/{room.code}/{seat}")

        button(say.GO, back)


def _name() -> ui.input:
    return ui.input(say.YOUR_NAME).props(f"outlined maxlength={LONGEST_NAME}")


def _typed(name: ui.input) -> str:
    """A name as typed; its length is checked where it is taken."""
    return choices.text(name.value, 100_000)


# --- in a seat -----------------------------------------------------------------------------------


class SeatPage:
    """A player's page, as long as the player holds the seat."""

    def __init__(self, site: Site, room: Room, seat: str) -> None:
        self.site, self.room, self.seat = site, room, seat
        self.who: Visitor = visitor()
        self.shown: tuple[Any, ...] = ()  # what the decision part shows now
        self.part = Private(
            lambda: site.rooms.holds(room, seat, self.who),
            say.SEAT_LOST.format(seat=say.seat(seat)),
        )
        with self.part.body:
            self._build()
        self.update()
        self.part.watch([room], self.update)

    def _build(self) -> None:
        self.day = ui.label().classes("big")
        self.status = ui.label().props('role="status" aria-live="polite"')
        self.clock = ui.label().classes("warn").props('role="timer"')
        self.decision = ui.element("section").classes("panel")
        with ui.element("div").classes("grid"):
            with panel(say.TABLE):
                self.table = html("")
            with panel(say.MINE):
                self.mine = html("")
            with panel(say.STORY):
                self.calendar = html("")
                self.story = html("")
            with panel(say.UNDER_EACH, say.UNDER_EACH_HELP):
                self.deal = html("")
                self.ends = html("")
        with ui.expansion(say.RETURN_KEY).classes("panel"):
            paragraph(say.RETURN_KEY_HELP)
            key = self.site.rooms.return_key(self.room, self.seat, self.who)
            ui.label(key).classes("key-text")
        if self.room.deadline:
            ui.timer(1.0, self.tick)

    def tick(self) -> None:
        """Show the seconds left."""
        if self.part.open():
            left = self.room.left()
            self.clock.text = "" if left is None else say.TIME_LEFT.format(seconds=left)

    def update(self) -> None:
        """Show what this seat may see now."""
        room = self.room
        seen = view(room.game, self.seat)
        self.day.text = say.DAY.format(
            day=seen["day"],
            days=seen["days"],
            date=say.date(seen["start"], seen["day"]),
            number=seen["turn"] + 1,
        )
        self.status.text = _status(room, seen)
        self._decide(seen)
        history = seen["history"] + seen["today"]
        self.mine.content = render.mine(seen["mine"])
        self.story.content = render.story(history, seen["start"])
        self.calendar.content = render.calendar(history, seen["days"], seen["day"])
        self.ends.content = render.ceasefire(seen["ceasefire"])
        self.deal.content = f"<p>{escape(_deal(seen))}</p>"
        question = seen["question"]
        if question and "own_offers" in question:
            self.table.content = render.offers(question["own_offers"], question["heard_offers"])
        else:
            self.table.content = _last_moves(history)

    def _decide(self, seen: dict[str, Any]) -> None:
        """Build the form of a decision, once for each."""
        question, room = seen["question"], self.room
        now = (seen["turn"], question and question["kind"], room.paused, room.told, room.broken)
        if now == self.shown:
            return
        self.shown = now
        self.decision.clear()
        self.decision.classes(add="turn" if question else "", remove="" if question else "turn")
        self.decision.visible = bool(room.told or room.broken or (question and not room.paused))
        with self.decision:
            if room.told:
                ui.link(say.SEE_DEBRIEF, f"/debrief/{room.code}")
            if room.broken:
                paragraph(room.broken, "warn")
            elif question and not room.paused:
                html(f"<h2>{say.YOUR_TURN}</h2>")
                Form(self, question)

    async def send(self, turn: int, kind: str, value: Any) -> None:
        """Make a move."""
        await self.site.rooms.play(self.room, self.seat, turn, kind, value, self.who)


def _status(room: Room, seen: dict[str, Any]) -> str:
    if room.broken:
        return room.broken
    if seen["over"]:
        end = seen["ceasefire"]["collapse"]
        words = say.collapsed(end["day"], end) if end["day"] else say.HORIZON
        return f"{say.GAME_OVER} {words}"
    if room.paused:
        return say.GAME_PAUSED
    if not room.complete:
        waiting = [seat for seat in room.open_seats if seat not in room.stand_ins]
        return say.WAITING_FOR_PLAYERS.format(seats=", ".join(map(say.seat, waiting)))
    if seen["question"]:
        return say.YOUR_TURN
    who = seen["waits_for"]
    name = f" ({room.seats[who].name})" if who in room.seats else ""
    return say.WAITS_FOR.format(seat=say.seat(who), name=name)


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


def _last_moves(history: list[dict[str, Any]]) -> str:
    """The last offers anybody heard, when nothing is asked at the table now."""
    moves = [entry for entry in history if entry["kind"] == "move"]
    return render.table(
        (say.seat(move["speaker"]), say.told(move)) for move in moves[-3:]
    ) if moves else f"<p>{escape(say.NO_OFFERS)}</p>"  # fmt: skip


class Form:
    """One decision: what is asked, what helps to decide, and the buttons."""

    def __init__(self, page: SeatPage, question: dict[str, Any]) -> None:
        self.page, self.question, self.kind = page, question, question["kind"]
        paragraph(self._asks())
        paragraph(say.ASK_HELP[self.kind], "help")
        {
            "offer": self._offer, "draft": self._draft, "respond": self._respond,
            "account": self._account, "answer": self._judge, "text": self._judge,
        }.get(self.kind, self._yes_or_no)()  # fmt: skip

    def _asks(self) -> str:
        question = self.question
        if self.kind != "respond":
            return say.ASK[self.kind].format(**question)
        after = say.RESPOND_AFTER[question["cause"]]
        if question["suffered"]:
            after = say.RESPOND_TO.format(rung=say.RUNGS[question["suffered"]].lower())
        return say.ASK["respond"].format(cause=after)

    async def _send(self, value: Any) -> None:
        await self.page.send(self.question["turn"], self.kind, value)

    def _yes_or_no(self) -> None:
        yes, no = say.YES_NO[self.kind]
        with ui.element("div").classes("choices"):
            button(yes, lambda: self._send(True))
            button(no, lambda: self._send(False), plain=True)

    def _judge(self) -> None:
        """An offer or a text to accept or refuse."""
        html(render.package(self.question["package"]))
        below = self.question["worth"] < self.question["reservation"]
        paragraph(self._worth(self.question["worth"]))
        yes, no = say.YES_NO[self.kind]
        with ui.element("div").classes("choices"):
            if below:
                paragraph(say.BELOW_NO_DEAL, "warn")
            else:
                button(yes, lambda: self._send(True))
            button(no, lambda: self._send(False), plain=True)

    def _worth(self, value: float) -> str:
        mine = view(self.page.room.game, self.page.seat)["mine"]
        no_deal = mine["reservation"]
        needed = no_deal + mine["asked_at_home"]
        words = say.WORTH.format(worth=value, reservation=no_deal, needed=needed)
        return words if value >= needed or value < no_deal else f"{words} {say.BELOW_HOME}"

    def _offer(self) -> None:
        game = self.page.room.game
        own = self.question["own_offers"]
        start = own[-1] if own else view(game, self.page.seat)["mine"]["opening"]

        def rate(package: dict[str, str]) -> str:
            value = worth(game, self.page.seat, package)
            return "" if value is None else self._worth(value)

        extra = [(say.HOLD_OFFER, None)] if own else []
        self._builder(start, rate, say.SEND_OFFER, extra)

    def _draft(self) -> None:
        game = self.page.room.game

        def rate(package: dict[str, str]) -> str:
            return say.RECKONED.format(**reckoned(game, package))

        self._builder(self.question["would"], rate, say.SEND_TEXT, [])

    def _builder(
        self,
        start: dict[str, str],
        rate: Callable[[dict[str, str]], str],
        send: str,
        extra: list[tuple[str, Any]],
    ) -> None:
        """Option buttons for every issue, what the package is worth, and a button to send it."""
        packages = self.page.room.game.packages
        chosen = dict(start)
        for issue, options in zip(packages.issues, packages.options, strict=True):
            with ui.element("fieldset").classes("issue"):
                html(f"<legend>{escape(say.issue(issue))}</legend>")
                names = {option: say.option(option) for option in options}
                radio = ui.radio(names, value=chosen[issue]).props(
                    f'inline aria-label="{say.issue(issue)}"'
                )

                def pick(
                    issue: str = issue, radio: ui.radio = radio, options: Any = options
                ) -> None:
                    chosen[issue] = choices.one_of(say.issue(issue), radio.value, options)
                    if self.page.part.open():
                        rated.text = rate(chosen)

                radio.on_value_change(acting(pick))
        rated = ui.label(rate(chosen)).props('role="status" aria-live="polite"')
        with ui.element("div").classes("choices"):
            button(send, lambda: self._send(dict(chosen)))
            for words, value in extra:
                button(words, lambda value=value: self._send(value), plain=True)

    def _respond(self) -> None:
        if self.question["on_the_spot"]:
            paragraph(say.ON_THE_SPOT, "help")
        allowed = self.question["rungs"]
        rungs = {
            rung: f"{rung} · {say.RUNGS[rung]}: {say.RUNGS_EXPLAINED[rung]}" for rung in allowed
        }
        radio = ui.radio(rungs, value=0).props(f'aria-label="{say.KINDS["respond"]}"')

        async def send() -> None:
            await self._send(choices.one_of(say.KINDS["respond"], radio.value, allowed))

        button(say.SEND_RUNG, send)

    def _account(self) -> None:
        boxes = {
            issue: ui.checkbox(say.ACCOUNT_OPTION.format(issue=say.readable(issue)))
            for issue in self.question["issues"]
        }
        paragraph(say.ACCOUNT_NONE, "help")
        button(
            say.SEND_ACCOUNT,
            lambda: self._send([issue for issue, box in boxes.items() if box.value is True]),
        )
