"""Where a field got its value: the file and line among the choices that made a configuration.

Reads files; composes and validates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sim import yaml_files
from sim.names import unknown
from sim.paths import PACKAGE, config_dirs
from sim.study.options import GLOBAL
from sim.yaml_files import YamlError

LAST = ("case", "scenario", "ablation")  # in the order of configs/config.yaml


def with_places(said: str, choices: Mapping[str, Any], overrides: Sequence[str]) -> str:
    """Add to each clause of a mistake the file and line of the field it begins with.

    For an unknown field, of the nearest known one.

    ``choices`` are options by group, as Hydra notes them, ``overrides`` those of the command line,
    whose mistakes need no place.
    """
    typed = {word.lstrip("+~").partition("=")[0] for word in overrides}
    clauses = []
    for clause in said.split("; "):
        of_set = clause.startswith("parameter_sets.")  # its names are paths themselves
        if clause.endswith(" is not a known field") and not of_set:
            clause = unknown(clause.partition(" ")[0])
        field = re.match(r"[a-z_][\w.]*", clause)
        named = field is not None and field[0] in typed
        place = found(field[0], choices) if field is not None and not named else None
        clauses.append(f"{clause} ({place})" if place else clause)
    return "; ".join(clauses)


def found(field: str, choices: Mapping[str, Any]) -> str | None:
    """``FILE, line N`` of the chosen file that set a field; None where none did.

    Files that may set any field, such as those of scenarios, are merged after the others.
    """
    places = {}
    for group, option in choices.items():
        group = str(group).partition("@")[0]
        for path in (root / group / f"{option}.yaml" for root in config_dirs()):
            line = _line(path, group.split("/"), field.split(".")) if path.is_file() else None
            if line:
                places[LAST.index(group) if group in LAST else -1] = f"{_shown(path)}, line {line}"
    return places[max(places)] if places else None


def _shown(path: Path) -> Path:
    """A path as it reads best: from the working directory, or from the package."""
    for base in (Path.cwd(), PACKAGE.parent):
        if path.is_relative_to(base):
            return path.relative_to(base)
    return path


def _line(path: Path, package: list[str], field: list[str]) -> int | None:
    """Line of a field in a file whose fields stand below a package."""
    try:
        text = yaml_files.read_text(path)
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, YamlError, yaml.YAMLError):
        return None
    if not text.startswith(GLOBAL):
        if field[: len(package)] != package:
            return None
        field = field[len(package) :]
    line = None
    for name in field:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        key, node = next(((k, v) for k, v in pairs if str(k.value) == name), (None, None))
        if key is None:
            return None
        line = int(key.start_mark.line) + 1
    return line
