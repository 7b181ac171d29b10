"""Completions of an unfinished word: verbs and dotted groups, which Hydra does not know.

Knows the line as it stands so far; Hydra completes the fields.
"""

from __future__ import annotations

from sim.commands.typed import VERBS

TAKE_SETTINGS = ("plan", "design", "optimise")


def suggested(line: str) -> tuple[list[str], str | None]:
    """Our own suggestions for the last word of a line, and the line to ask Hydra about, or None."""
    from sim.study.options import STUDIES, groups, studies

    words = line.split()
    last = "" if line.endswith(" ") or len(words) < 2 else words.pop()
    if len(words) == 1 and "=" not in last:
        return [verb for verb in VERBS if verb.startswith(last)], f"{words[0]} {last}"
    if words[1:] and words[1] in VERBS:
        verb = words.pop(1)
        if verb == "choices":
            names = [name.replace("/", ".") for name in (STUDIES, *groups())]
            return [name for name in names if name.startswith(last)], None
        if verb not in TAKE_SETTINGS:
            return [], None  # the shell offers files
    key, equals, begun = last.partition("=")
    held = dict.fromkeys(studies()) if key == f"+{STUDIES}" else groups().get(key.replace(".", "/"))
    if equals and held is not None:
        options = [option for option in held if option.startswith(begun)]
        return [f"{key}={option}" for option in options], None
    return [], " ".join([*words, last])
