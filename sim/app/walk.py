"""A walk through one future: a model without persons, its days kept for pictures; knows no web."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.config import ENDS
from sim.game import Game, Setup
from sim.game.views import public


@dataclass
class Walk:
    """One future, a day at a time.

    ``daily`` rows of day, Islamabad's trust, Kabul's trust, tension.
    """

    setup: Setup
    game: Game = field(init=False)
    daily: list[tuple[int, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.game = Game(self.setup, keep=True, start=False)
        self._note()

    @property
    def day(self) -> int:
        """The last day simulated."""
        return self.game.model.day

    @property
    def running(self) -> bool:
        """Whether there are days left."""
        return bool(self.game.model.running) and self.day < self.game.days

    def step(self) -> None:
        """Live a day."""
        if self.running:
            self.game.step()
            self._note()

    def to_next_round(self) -> None:
        """Simulate to the first day of the next round that is held, or to the end."""
        held = int(self.game.record["talks"]["held"])
        while self.running and int(self.game.record["talks"]["held"]) == held:
            self.step()

    def to_day(self, day: int) -> None:
        """Simulate to a day, or to the end if that comes first."""
        while self.running and self.day < day:
            self.step()

    def to_end(self) -> None:
        """Simulate to the last day."""
        while self.running:
            self.step()

    def collapse(self) -> dict[str, Any]:
        """Day (0 while in force), cause, mode and by whom of the collapse."""
        end: dict[str, Any] = public(self.game)["ceasefire"][ENDS[-1]]
        return end

    def _note(self) -> None:
        first, second = self.game.model.parties
        tension = float(self.game.record["tension"])
        self.daily.append((self.day, float(first.trust[0]), float(second.trust[0]), tension))
