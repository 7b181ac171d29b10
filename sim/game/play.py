"""A game: one future of a scenario, stopped wherever a person must decide.

The same setup and the same moves give the same history, bit for bit, here and in the browser. A
day is re-run from its morning for every move made in it, which takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.config import ConfigError, validate
from sim.game.checkpoint import Checkpoint
from sim.game.questions import MoveError, Question, checked
from sim.game.seats import MEDIATORS, SEATS, Seats, bits
from sim.model import CeasefireModel
from sim.negotiation.agenda import packages
from sim.state import Waiting
from sim.study.cells import Cell, load_best

LONGEST = 365  # days a game may last
PACE = {  # rounds short enough for a class: two exchanges and one mediators' text a day
    "protocol.sessions_per_day": 1,
    "protocol.exchanges_per_session": 2,
    "protocol.exchanges_per_round": 6,
}


@dataclass(frozen=True)
class Setup:
    """What a game is before its first move: a cell with one future, and the seats persons take."""

    cell: Cell
    persons: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scenario: str = "baseline",
        overrides: Sequence[str] = (),
        *,
        seed: int = 2025,
        days: int = 90,
        persons: Sequence[str] = (),
        short_rounds: bool = True,
    ) -> Setup:
        """Compose a scenario for a game.

        Parameters
        ----------
        scenario, overrides : as for ``sim.load``
        seed : int in [0, 2**64)
        days : int in [1, 365], after which the game is over
        persons : seats that persons take, of ``SEATS``; agents play the others
        short_rounds : hold rounds of six exchanges, two a day

        Raises
        ------
        ConfigError
            If the scenario is not valid, days or a seat is out of range.
        """
        for seat in persons:
            if seat not in SEATS:
                raise ConfigError(f"seat is {str(seat)[:40]!r}; allowed are {', '.join(SEATS)}")
        if not 1 <= days <= LONGEST:
            raise ConfigError(f"days is {days}; allowed are whole numbers from 1 to {LONGEST}")
        pace = [f"{name}={value}" for name, value in PACE.items()] if short_rounds else []
        words = [*pace, *overrides, f"seed={seed}", f"horizon={days}", "replicates=1"]
        cell = load_best(scenario, words)
        if MEDIATORS in persons and not cell.scenario.mediators:
            raise ConfigError(f"the scenario {scenario} has no mediators whose seat could be taken")
        return cls(cell, tuple(seat for seat in SEATS if seat in persons))

    def stored(self) -> dict[str, Any]:
        """Return plain data that do not depend on the scenario's file."""
        return {"cell": self.cell.tree(), "persons": list(self.persons)}

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Setup:
        """Undo ``stored``; raise ``ConfigError`` if it is not valid any more."""
        scenario, settings = validate(stored["cell"])
        return cls(Cell(scenario, settings), tuple(stored["persons"]))


@dataclass(frozen=True)
class Move:
    """What a person decided: ``value`` is plain data, as ``questions.checked`` returns it."""

    seat: str
    kind: str
    value: Any


@dataclass(frozen=True)
class Decision:
    """A move with its occasion: the question, and what the agent would have done instead."""

    question: Question
    move: Move
    agent: Any


class Game:
    """A future in which persons and agents decide.

    Attributes
    ----------
    model : stands on the evening before the day that waits for a decision, or at the end
    question : the decision that is wanted, or None if the game is over
    decisions : what persons decided, in order
    advice : what the agent of the seat that is asked would do, as a move's value
    heard : what was logged so far of the day that waits: incidents, then talks
    closed : rounds of talks that came to their end on it
    evenings : with ``keep``, the state at the end of each day from day 0

    Without ``start`` the model stays on day 0, for whoever steps through it alone.
    """

    def __init__(
        self, setup: Setup, moves: Iterable[Move] = (), *, keep: bool = False, start: bool = True
    ) -> None:
        self.setup, self.keep = setup, keep
        settings = setup.cell.settings
        self.model = CeasefireModel(setup.cell.scenario, 1, settings.seed)
        self.model.state["seats"] = bits(setup.persons)
        agenda = setup.cell.scenario.agenda
        self.packages = packages(agenda)
        self.contested = [name for name, issue in agenda.issues.items() if issue.contested]
        self.seats = Seats(self.packages, self.contested)
        self.advice: Any = None
        self.question: Question | None = None
        self.decisions: list[Decision] = []
        self.heard: list[dict[str, Any]] = []
        self.closed: list[dict[str, Any]] = []
        self.evenings: dict[int, Checkpoint] = {}
        self._today: list[Move] = []
        self._noon: Any = None  # the future's record as it waits for a decision
        self._note(Checkpoint.of(self.model))
        if start:
            self._advance()
        for move in moves:
            self.play(move.seat, move.kind, move.value)

    @property
    def moves(self) -> list[Move]:
        """The persons' moves so far; with the setup they are the whole game."""
        return [decision.move for decision in self.decisions]

    @property
    def record(self) -> Any:
        """The game's one future, as it stood on the last evening."""
        return self.model.state[0]

    @property
    def now(self) -> Any:
        """The same at this moment: in the middle of the day, if it waits for a decision."""
        return self.record if self._noon is None else self._noon

    @property
    def day(self) -> int:
        """The day under way, or the last one of a game that is over; day 0 is the ceasefire's."""
        return self.model.day if self.question is None else self.question.day

    @property
    def first_day(self) -> int:
        """The first day on which a person decides; the last of a game in which nobody does."""
        return self.decisions[0].question.day if self.decisions else self.day

    @property
    def over(self) -> bool:
        """Whether the ceasefire has collapsed or the last day is past."""
        return self.question is None

    @property
    def days(self) -> int:
        """Last day of the game."""
        return self.setup.cell.settings.horizon

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Everything logged, in order of days, private facts included: for debriefing only."""
        log = self.model.log
        return sorted([*log.incidents, *log.said], key=lambda entry: int(entry["day"]))

    @property
    def told(self) -> list[dict[str, Any]]:
        """All entries, with those so far of the day that waits; for debriefing only, too."""
        return [*self.entries, *self.heard]

    def play(self, seat: str, kind: str, value: Any, turn: int | None = None) -> Move:
        """Check a move, make it, and continue to the next decision; see ``check``."""
        move = self.check(seat, kind, value, turn)
        self.make(move)
        return move

    def check(self, seat: str, kind: str, value: Any, turn: int | None = None) -> Move:
        """Return a move in its plain form without making it.

        Parameters
        ----------
        turn : of the question that is answered; a move for an earlier one is refused

        Raises
        ------
        MoveError
            If it is not this seat's turn or the move is not allowed.
        """
        question = self.question
        if question is None:
            raise MoveError("the game is over; no more moves can be made")
        if turn is not None and turn != question.turn:
            raise MoveError("this decision has been made already; the game has moved on")
        if seat != question.seat:
            raise MoveError(f"it is the turn of {question.seat}, not of {str(seat)[:40]!r}")
        return Move(seat, kind, checked(question, kind, value, self.packages))

    def make(self, move: Move) -> None:
        """Make a move that ``check`` returned for the present question, and continue."""
        assert self.question is not None
        self.decisions.append(Decision(self.question, move, self.advice))
        self._today.append(move)
        self._advance()

    def before(self, number: int) -> Game:
        """This game as it stood before one of its decisions, without the log of earlier days.

        Only that day is re-run, so the game must have been kept (``keep``).
        """
        day = self.decisions[number].question.day
        first = next(k for k, one in enumerate(self.decisions) if one.question.day == day)
        other = Game(self.setup, keep=True, start=False)
        self.evenings[day - 1].restore(other.model)
        other.decisions = self.decisions[:first]
        other._advance()
        for decision in self.decisions[first:number]:
            other.make(decision.move)
        return other

    def step(self) -> None:
        """Simulate a day on which nobody is asked."""
        self.model.step()
        self._note(Checkpoint.of(self.model))

    def _advance(self) -> None:
        """Simulate days until somebody must decide or the game is over."""
        model, self.question, self.heard, self.closed = self.model, None, [], []
        self._noon = None
        while model.running and model.day < self.days:
            morning = Checkpoint.of(model)
            self._note(morning)
            self.seats.answer(model.state, [(move.kind, move.value) for move in self._today])
            try:
                model.live_day()
            except Waiting:
                seat, kind, facts, self.advice = self.seats.asked(model.state[0])
                today = model.told_today()
                self.heard, self.closed = [*today.incidents, *today.said], today.rounds
                self.question = Question(len(self.decisions), seat, kind, model.day + 1, facts)
                self._noon = model.state.copy()[0]
                morning.restore(model)
                return
            self._today = []
        self._note(Checkpoint.of(model))

    def _note(self, evening: Checkpoint) -> None:
        if self.keep:
            self.evenings[evening.day] = evening
