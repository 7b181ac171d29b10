"""The game: a future in which persons decide for some seats, played back from seed and moves.

>>> from sim.game import Game, Setup
>>> game = Game(Setup.of("baseline", seed=7, persons=["afghan_taliban"]))
>>> game.question.kind  # doctest: +SKIP
'attend'

Knows the model and its rules; knows neither web nor file nor clock.
"""

from sim.game.checkpoint import Checkpoint
from sim.game.play import Decision, Game, Move, Setup
from sim.game.questions import MoveError, Question
from sim.game.seats import MEDIATORS, SEATS

__all__ = [
    "MEDIATORS",
    "SEATS",
    "Checkpoint",
    "Decision",
    "Game",
    "Move",
    "MoveError",
    "Question",
    "Setup",
]
