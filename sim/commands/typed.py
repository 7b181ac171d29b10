"""What was typed after ``ceasefire``: the verb, or options and settings; a slip in one sentence.

Knows the verbs and Hydra's options by name; it runs none of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from sim.config import ConfigError
from sim.names import children, meant, unknown
from sim.paths import OWN, own_dirs

VERBS: dict[str, str] = {  # verb -> what it does in one line; its module is sim.commands.VERB
    "new": "write a scenario, agenda, tactic, group, mediator or case of your own",
    "choices": "what may be chosen from, with a line on each option",
    "plan": "check a sweep and estimate its cost, and how many futures it needs",
    "design": "sample a parameter space instead of a grid",
    "optimise": "search a parameter space",
    "status": "progress of a sweep, what failed, how long it will take",
    "calibrate": "find the parameters with which the baseline meets its targets",
    "sensitivity": "rank what is assumed by what it does, apart from chance",
    "freeze": "state what follows the record, before anything later is coded",
    "score": "hold a later record, coded by you, against what was frozen",
    "compare": "compare finished cells: tables and a figure",
    "figure": "draw any figure of finished cells",
    "report": "write a report of finished cells as one HTML file",
    "survival": "estimate and draw how long things last from a table of your own",
    "collect": "bring the futures of a sweep into one data set",
    "query": "query a collected sweep with SQL",
    "replay": "re-run one stored future and tell it",
    "verify": "check stored results against checksums and the code",
    "play": "serve the classroom: explore, play, debrief and compare in a browser",
    "strategies": "play simple strategies against the agents and compare what they achieve",
}
BARE = {
    "--help", "-h", "--hydra-help", "--version", "--resolve", "--run", "-r", "--multirun", "-m",
    "--shell-completion", "-sc", "--detach",
}  # fmt: skip
WITH_VALUE = {
    "--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name", "-cn",
    "--experimental-rerun", "--info", "-i",
}  # fmt: skip
MAY_LACK_VALUE = {"--info", "-i"}
OWN_FOLDER = ("--config-dir", "-cd")


class Typed(NamedTuple):
    """A verb with its words, or no verb, options (``-m``, ``--cfg job``) and settings."""

    verb: str | None
    options: list[str]
    words: list[str]


def read(words: Sequence[str]) -> Typed:
    """Separate verb, options and settings; the user's own folders go into the environment.

    Options may stand before or after settings.

    Raises
    ------
    ConfigError
        If a word is neither an option nor a verb nor a setting.
    """
    left = take_own_folders(list(words))
    options: list[str] = []
    settings: list[str] = []
    while left:
        word = left.pop(0)
        name, equals, _ = word.partition("=")
        if not settings and word in VERBS and not options:
            return Typed(word, [], left)
        if word in BARE or (name in WITH_VALUE and equals):
            options.append(word)
        elif word in WITH_VALUE:
            options.append(word)
            if left and not ("=" in left[0] and word in MAY_LACK_VALUE):
                options.append(left.pop(0))
        elif word.startswith("-"):
            raise ConfigError(_no_option(word, left))
        elif not settings and not equals and not word.startswith("~"):
            raise ConfigError(_no_verb(word, left))
        else:
            settings.append(word)
    return Typed(None, options, settings)


def take_own_folders(words: list[str]) -> list[str]:
    """Put the folders of ``--config-dir`` into the environment; return the other words.

    Raises
    ------
    ConfigError
        If the option has no folder.
    """
    found: list[str] = []
    others: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name not in OWN_FOLDER:
            others.append(word)
        elif equals or left:
            found.append(value if equals else left.pop(0))
        else:
            raise ConfigError(f"{word} needs a folder; write {word} FOLDER")
    if found:
        folders = dict.fromkeys([*found, *map(str, own_dirs())])
        os.environ[OWN] = os.pathsep.join(os.path.abspath(folder) for folder in folders)
    return others


def _no_option(word: str, following: list[str]) -> str:
    name, equals, value = word.partition("=")
    setting = name.lstrip("-").replace("-", "_")
    if not equals:
        value = following[0] if following and "=" not in following[0] else "VALUE"
    if setting.partition(".")[0] in (children(()) or ()):
        return f"{name} is not an option; write a setting as {setting}={value}"
    known = [*BARE, *WITH_VALUE, *OWN_FOLDER]
    return f"{name} is not an option{meant(name, known) or '; ceasefire --help lists them'}"


def _no_verb(word: str, following: list[str]) -> str:
    from sim.study.options import groups

    fields = {*(children(()) or ()), *groups()}
    if word.partition(".")[0] in fields:
        rest = following[1:] if following[:1] == ["="] else following
        value = rest[0] if rest and "=" not in rest[0] else "VALUE"
        return f"{word} sets nothing; write {word}={value}"
    near = meant(word, VERBS)
    if not near:
        near = meant(word, fields) and f"; {unknown(word).partition('; ')[2]}"
    return f"{word} is not a verb{near or '; ceasefire --help lists them'}"
