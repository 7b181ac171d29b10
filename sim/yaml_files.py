"""YAML read strictly, where what is malformed is one sentence with file and line, and written.

Knows no meaning.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is built
_PLAIN: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
DEEPEST = 5_000  # brackets, or list marks in a row: libyaml overflows its stack on many more
_ROW_OF_MARKS = re.compile(rf"(?:[-?]\s){{{DEEPEST}}}")


class YamlError(ValueError):
    """A file that cannot be read as YAML; the message is one sentence with file and line."""


class Loader(_SAFE):  # type: ignore[misc]
    """PyYAML's safe loader, which makes plain values only; a key given twice is refused."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Make a mapping of a node."""
        if len({(key.tag, str(key.value)) for key, _ in node.value}) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, *_given_twice(node))
        return super().construct_mapping(node, deep)


def _given_twice(node: Any) -> tuple[str, Any]:
    """Say which key of a mapping is given twice, and where."""
    seen = set()
    for key, _ in node.value:
        if (key.tag, str(key.value)) in seen:
            return f"found duplicate key {key.value}", key.start_mark
        seen.add((key.tag, str(key.value)))
    raise AssertionError("no key is given twice")


def read(path: Path) -> Any:
    """Return what a file says, as plain values.

    Raises
    ------
    YamlError
        In one sentence, if it is not UTF-8 or not one document of valid YAML.
    OSError
        If it cannot be read at all.
    """
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return a file's text; raise as ``read`` does."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YamlError(f"{path}, line {line}: this is not UTF-8 text") from None


def parse(text: str, name: str) -> Any:
    """Return what a text says, as plain values; ``name`` is the file it came from.

    Raises
    ------
    YamlError
        In one sentence, if it is not one document of valid YAML.
    """
    if text.count("[") + text.count("{") > DEEPEST or _ROW_OF_MARKS.search(text):
        raise YamlError(f"{name} is nested too deeply")
    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise YamlError(sentence(error, name, text)) from None
    except (ValueError, TypeError) as error:  # a date that is none, a number of 5,000 digits
        raise YamlError(f"{name}: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise YamlError(f"{name} is nested too deeply") from None


_TOP_LEVEL_KEY = re.compile(r"^(?=\w+:)", re.MULTILINE)
_MARKER = re.compile(r"^(---|\.\.\.|%)", re.MULTILINE)  # of documents and directives


def parse_sections(text: str, name: str) -> Any:
    """As ``parse``, for texts that have most of their top-level keys in common with others.

    What stands under a key is parsed once for all of them, so it must not be changed. A text that
    does not fall into sections is parsed as one.
    """
    first, *sections = _TOP_LEVEL_KEY.split(text)
    if first or not sections or _MARKER.search(text):
        return parse(text, name)
    whole: dict[str, Any] = {}
    for section in sections:
        try:
            part = _section(section)
        except YamlError:
            return parse(text, name)  # which names the line
        if not isinstance(part, dict) or whole.keys() & part.keys():
            return parse(text, name)
        whole |= part
    return whole


@lru_cache(maxsize=1_024)
def _section(text: str) -> Any:
    return parse(text, "")


def write(tree: dict[str, Any]) -> str:
    """A mapping of plain values as YAML, keys in their order."""
    return "".join(
        _table(name, value)
        if isinstance(value, list) and all(map(_is_row, value)) and value
        else yaml.dump({name: value}, Dumper=_PLAIN, sort_keys=False)
        for name, value in tree.items()
    )


_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+){1,9}|weight", re.ASCII)


def _is_row(one: Any) -> bool:
    """Whether this is a mapping of dotted names to numbers, as in a long list of parameter sets."""
    return (
        isinstance(one, dict)
        and all(type(value) is float and math.isfinite(value) for value in one.values())
        and all(map(_NAME.fullmatch, one))
        and bool(one)
    )


def _table(name: str, rows: list[dict[str, float]]) -> str:
    """What PyYAML writes of such a list, in a tenth of its time."""
    lines = [
        "\n  ".join(f"{field}: {_digits(value)}" for field, value in row.items()) for row in rows
    ]
    return "\n- ".join([f"{name}:", *lines]) + "\n"


def _digits(value: float) -> str:
    """A number with its dot, without which YAML takes 1e-05 for a text."""
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def sentence(error: yaml.YAMLError, name: str = "", text: str = "") -> str:
    """Say in one sentence what PyYAML found, in which file and on which line."""
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, yaml.reader.ReaderError):  # a character that no YAML may hold
        found, line, place = error.reason, text.count("\n", 0, error.position), error.name
    else:
        found = str(getattr(error, "problem", None) or "this is not valid YAML")
        line, place = (mark.line, mark.name) if mark is not None else (0, "a file")
    return f"{name or place}, line {line + 1}: {found.strip()}"
