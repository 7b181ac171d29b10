"""Which words are said: those of the language of whoever is spoken to, else the English ones.

A language is a module beside ``en`` with the same names; what it lacks is said in English, so a
third begins as a copy of a few lines. Add it to ``LANGUAGES``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

from sim.app.strings import en, ur

FIRST = "en"
LANGUAGES: dict[str, ModuleType] = {FIRST: en, "ur": ur}
RIGHT_TO_LEFT = ("ur",)


class Catalogue:
    """Words by name, in the language that ``language`` names when they are asked for."""

    def __init__(self) -> None:
        self.language: Callable[[], str] = lambda: FIRST

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return in_language(self.language(), name)


@lru_cache(maxsize=4_096)
def in_language(language: str, name: str) -> Any:
    """A word of a language; a table of words is filled up with English ones."""
    first = getattr(en, name)
    own = getattr(LANGUAGES[language], name, first)
    return {**first, **own} if isinstance(first, dict) else own


words = Catalogue()
