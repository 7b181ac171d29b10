"""What people type: names and words, printable and bounded, or refused in one sentence."""

from __future__ import annotations

from sim.app import strings as say
from sim.app.room import RoomError
from sim.app.words import LONGEST

LONGEST_NAME = 40


def tidy_name(name: str) -> str:
    """A person's name, printable and not empty, or say what is wrong."""
    if len(name) > LONGEST_NAME:
        raise RoomError(say.NAME_TOO_LONG.format(length=len(name), most=LONGEST_NAME))
    tidy = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not tidy:
        raise RoomError(say.NAME_EMPTY)
    return tidy


def tidy_words(words: str) -> str:
    """What somebody writes to others, printable and not empty, or say what is wrong."""
    tidy = " ".join("".join(c if c.isprintable() else " " for c in words[:20_000]).split())
    if not tidy:
        raise RoomError(say.WORDS_EMPTY)
    if len(tidy) > LONGEST:
        raise RoomError(say.WORDS_TOO_LONG.format(length=len(tidy), most=LONGEST))
    return tidy


def names_in(typed: str) -> list[str]:
    """The names of a pasted roster, one a line; people of the same name are distinguished."""
    names: dict[str, None] = {}
    for line in typed.splitlines():
        if not line.strip():
            continue
        name, number = tidy_name(line), 2
        while name in names:
            name, number = f"{tidy_name(line)[: LONGEST_NAME - 4]} {number}", number + 1
        names[name] = None
    return list(names)
