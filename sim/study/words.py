"""A user's overrides, rewritten as Hydra takes them; one that would change nothing is refused.

Knows the grammar of overrides and the groups there are; composes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.config import ConfigError
from sim.names import children, meant
from sim.paths import data_dir
from sim.study import options

ZIP = re.compile(r"[A-Za-z_]\w*=zip\(")


def arguments(words: Sequence[str]) -> list[str]:
    """Write a user's words as Hydra takes them.

    Raises
    ------
    ConfigError
        If a word would change nothing, is no override, or names a study that is not there.
    """
    options.need_no_shadow()
    known = set(options.groups())
    out = []
    for k, word in enumerate(words):
        key, equals, value = word.partition("=")
        if equals and not key.strip("+~"):
            raise ConfigError(f"{word} names no setting; write NAME=VALUE")
        if key == "experiment" and equals:
            raise ConfigError(f"a named study is written +{word}")
        if key == "+experiment" and equals:
            _need_study(value)
        elif not equals and not word.startswith(("-", "~")):
            if word.partition(".")[0] not in {*(children(()) or ()), *known, "hydra"}:
                near = meant(word, {*(children(()) or ()), *known})
                if k and not near:
                    near = f"; a value that has a space is quoted: '{words[k - 1]} {word}'"
                raise ConfigError(f"{word} names no setting{near}")
            following = words[k + 1] if k + 1 < len(words) else ""
            value = following if following and "=" not in following else "VALUE"
            raise ConfigError(f"{word} sets nothing; write {word}={value}")
        elif value.replace(" ", "") == "{}" and not key.startswith("+"):
            empty = (data_dir("configs") / key / "none.yaml").exists()
            none = f", {key}=none all of them" if empty else ""
            raise ConfigError(
                f"{word} changes nothing, because Hydra merges mappings; "
                f"~{key}.NAME leaves one entry out{none}"
            )
        out.append(canonical(word, known))
    return out


def canonical(override: str, known: set[str]) -> str:
    """Write a choice from a group with a slash: ``pakistan.tactic=hardliner`` names a file.

    An override whose dotted key is a group's name and whose value is not a mapping is a choice from
    that group. ``+experiment=NAME`` is the named study in ``experiments/NAME/study.yaml``, and
    ``NAME=zip(...)`` a parameter of the sweep. Everything else is returned unchanged.
    """
    key, equals, value = override.partition("=")
    if key == "+experiment" and value:
        return f"+experiments/{value}=study"
    if ZIP.match(override):
        if key in known:
            raise ConfigError(f"{key} is a group; name what zip pairs by a word of your own")
        return f"+hydra.sweeper.params.{key}={_quoted(value)}"
    slashed = key.replace(".", "/")
    if "." in key and equals and slashed in known and not value.startswith(("{", "[")):
        return f"{slashed}={value}"
    return override


def interval(word: str, key: str, low: object, high: object) -> str:
    """Say what to do with an interval, which is not a list of values."""
    return (
        f"{word} is an interval, not a list of values; ceasefire design lhs DIR samples it, and "
        f"ceasefire optimise DIR searches it: --vary {key}={low}:{high}"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _need_study(name: str) -> None:
    known = options.studies()
    if name not in known:
        near = meant(name, known)
        raise ConfigError(f"experiment is {name!r}{near or ';'} allowed are {', '.join(known)}")
