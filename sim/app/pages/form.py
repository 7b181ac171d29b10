"""One decision of a player: what is asked, what helps to decide, and the buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from nicegui import ui

from sim.app import choices
from sim.app import strings as say
from sim.app.scale import Scale
from sim.app.site import Private, acting, button, html, paragraph
from sim.app.words import LONGEST, WITH_MOVES
from sim.game import Game
from sim.game.views import reckoned, view

JUDGED = ("answer", "text")  # kinds in which a package is accepted or refused
Send = Callable[[int, str, Any, str], Awaitable[None]]  # turn, kind, value, words


class Form:
    """One decision: what is asked, what helps to decide, and the buttons.

    ``send`` makes the move; ``part`` is the part of the page that the form stands in; ``said`` are
    the words that came with what is to be answered; nothing is said where it is ``muted``.
    ``heading`` says what is asked.
    """

    def __init__(
        self, game: Game, seat: str, question: dict[str, Any], part: Private, send: Send,
        said: str, muted: bool,
    ) -> None:  # fmt: skip
        self.game, self.seat, self.part, self.send = game, seat, part, send
        self.question, self.kind = question, question["kind"]
        self.heading = html(f"<h2>{escape(self._asks())}</h2>").props('tabindex="-1"')
        self.words: ui.input | None = None
        self.said, self.muted = said, muted
        if self.kind not in JUDGED:
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
        words = choices.text(self.words.value, LONGEST * 10) if self.words is not None else ""
        await self.send(self.question["turn"], self.kind, value, words)

    @contextmanager
    def _buttons(self) -> Iterator[None]:
        """The buttons of a decision, with a field for words above them where words can go along."""
        self._field_for_words()
        with ui.element("div").classes("choices"):
            yield

    def _field_for_words(self) -> None:
        if self.kind in WITH_MOVES and self.muted:
            paragraph(say.WORDS_MUTED, "warn")
        elif self.kind in WITH_MOVES:
            label = say.WORDS_WITH[WITH_MOVES[self.kind]]
            self.words = ui.input(label).props(f"outlined counter maxlength={LONGEST}")

    def _yes_or_no(self) -> None:
        yes, no = say.YES_NO[self.kind]
        with self._buttons():
            button(yes, lambda: self._send(True))
            button(no, lambda: self._send(False), plain=True)

    def _judge(self) -> None:
        """An offer or a text to accept or refuse: its worth, the buttons, then its issues."""
        offered, own = self.question["package"], self.question["own_offers"]
        scale = Scale(self.game, self.seat)
        html(scale.worth(offered))
        if self.said:
            html(f'<blockquote class="said">{escape(self.said)}</blockquote>')
        yes, no = say.YES_NO[self.kind]
        may_accept = self.question["worth"] >= self.question["reservation"]
        if not may_accept:
            paragraph(say.ONLY_REFUSED)
        with self._buttons():
            if may_accept:
                button(yes, lambda: self._send(True))
            button(no, lambda: self._send(False), plain=True)
        html(scale.compared(offered, own[-1] if own else None))
        paragraph(say.ASK_HELP[self.kind], "help")

    def _offer(self) -> None:
        own, heard = self.question["own_offers"], self.question["heard_offers"]
        scale = Scale(self.game, self.seat)
        start = own[-1] if own else view(self.game, self.seat)["mine"]["opening"]
        last = {say.AGAINST_OWN: own[-1:], say.AGAINST_HEARD: heard[-1:]}
        beside = {name: package for name, packages in last.items() for package in packages}
        beside = beside or {say.AGAINST_NOTHING: scale.as_it_is}
        paragraph(say.ADDS_HELP, "help")
        extra = [(say.HOLD_OFFER, None)] if own else []
        self._builder(start, scale.worth, lambda c, issue: scale.gains(c, issue, beside),
                      say.SEND_OFFER, extra)  # fmt: skip

    def _draft(self) -> None:

        def rate(package: dict[str, str]) -> str:
            return f"<p>{escape(say.RECKONED.format(**reckoned(self.game, package)))}</p>"

        self._builder(self.question["would"], rate, lambda c, issue: "", say.SEND_TEXT, [])

    def _builder(
        self,
        start: dict[str, str],
        rate: Callable[[dict[str, str]], str],
        gains: Callable[[dict[str, str], str], str],
        send: str,
        extra: list[tuple[str, Any]],
    ) -> None:
        """Option buttons for every issue, what they change, and a button to send the package.

        ``rate`` says what the whole is worth, ``gains`` what the option chosen on an issue changes.
        """
        packages = self.game.packages
        deal = view(self.game, self.seat)["deal"]
        now = deal["package"] if deal else packages.describe(0)
        chosen = dict(start)
        notes: dict[str, ui.html] = {}

        def show() -> None:
            for issue, note in notes.items():
                note.content = gains(chosen, issue)
            rated.content = rate(chosen)

        for issue, options in zip(packages.issues, packages.options, strict=True):
            with ui.element("fieldset").classes("issue"):
                state = say.IN_FORCE_ON if now[issue] != options[0] else say.LEFT_AS_IT_IS
                words = escape(state.format(option=say.option(now[issue])))
                named = f'{escape(say.issue(issue))} <span class="state">{words}</span>'
                html(f"<legend>{named}</legend>")
                names = {option: say.option(option) for option in options}
                radio = ui.radio(names, value=chosen[issue]).props(
                    f'inline aria-label="{say.issue(issue)}"'
                )
                notes[issue] = html("")

                def pick(
                    issue: str = issue, radio: ui.radio = radio, options: Any = options
                ) -> None:
                    chosen[issue] = choices.one_of(say.issue(issue), radio.value, options)
                    if self.part.open():
                        show()

                radio.on_value_change(acting(pick))
        self._field_for_words()
        with ui.element("div").classes("foot"):  # stays in sight on a phone
            rated = html("").props('role="status" aria-live="polite"')
            show()
            with ui.element("div").classes("choices"):
                button(send, lambda: self._send(dict(chosen)))
                for words, value in extra:
                    button(words, lambda value=value: self._send(value), plain=True)

    def _respond(self) -> None:
        allowed = self.question["rungs"]
        rungs = {
            rung: f"{rung} · {say.RUNGS[rung]}: {say.RUNGS_EXPLAINED[rung]}" for rung in allowed
        }
        radio = ui.radio(rungs, value=0).props(f'aria-label="{say.KINDS["respond"]}"')

        async def send() -> None:
            await self._send(choices.one_of(say.KINDS["respond"], radio.value, allowed))

        local = self.game.model.scenario.conflict.response.local
        for words in why_left_out(self.question, local):
            paragraph(words, "help")
        button(say.SEND_RUNG, send)

    def _account(self) -> None:
        boxes = {
            issue: ui.checkbox(say.ACCOUNT_OPTION.format(issue=say.readable(issue)))
            for issue in self.question["issues"]
        }
        paragraph(say.ACCOUNT_NONE, "help")
        with self._buttons():
            button(
                say.SEND_ACCOUNT,
                lambda: self._send([issue for issue, box in boxes.items() if box.value is True]),
            )


def why_left_out(question: dict[str, Any], local: int) -> list[str]:
    """Why answers are missing: harsher than ``local`` ones are not given on the spot, and others a
    side may have no means for."""
    on_the_spot = question["on_the_spot"]
    most = local if on_the_spot else len(say.RUNGS) - 1
    missing = [say.RUNGS[rung] for rung in range(most + 1) if rung not in question["rungs"]]
    why = [say.ON_THE_SPOT.format(most=say.RUNGS[local].lower())] if on_the_spot else []
    return why + ([say.RUNGS_LEFT_OUT.format(rungs=", ".join(missing))] if missing else [])
