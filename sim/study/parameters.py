"""Calibrated parameters: the sets a calibration accepted, and which fields of a cell each sets.

Knows the group ``parameters`` of the configuration tree and the file of accepted sets; it knows
nothing of how they were found.

A value of the group, such as ``parameters.tension``, stands in one place and the fields that take
it refer to it: ``initial: ${parameters.tension}``. So a set of parameters changes exactly the
fields that still refer to it: one that a scenario or a user has set otherwise keeps that value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim import yaml_files
from sim.config import ConfigError
from sim.paths import data_dir

ACCEPTED = "accepted.csv"
REFERENCE = re.compile(r"\$\{parameters\.(\w+)\}")

Set = dict[str, float]


def accepted(study: str) -> list[Set]:
    """The sets that a calibration accepted, best first.

    ``study`` names a folder of ``experiments/`` or the path of another folder. Columns of its
    ``accepted.csv`` before the column ``distance`` are parameters.

    Raises
    ------
    ConfigError
        If there is no such file or it holds no sets of numbers.
    """
    folder = Path(study) if "/" in study else data_dir("experiments") / study
    path = folder / ACCEPTED
    try:
        head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        names = head[: head.index("distance")]
        sets = [dict(zip(names, map(float, row[: len(names)]), strict=True)) for row in rows]
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    except ValueError as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    if not sets:
        raise ConfigError(f"{path} holds no parameter sets")
    return sets


def parameter_sets(parameters: Any, written: Mapping[Any, Any]) -> list[Set]:
    """The sets of a composed configuration, each as field -> value.

    ``parameters`` is the resolved group; ``written`` the configuration before its references are
    resolved.

    Raises
    ------
    ConfigError
        If the sets and the parameters do not have the same names.
    """
    if not parameters:
        return []
    sets = parameters.get("sets")
    if not isinstance(sets, list):
        raise ConfigError(f"parameters.sets is {sets!r}; it must be a list, empty for none")
    names = [str(name) for name in parameters if name != "sets"]
    for name in set(names) - known_parameters():
        raise ConfigError(f"parameters.{name} is not a known field")
    fields = dict(references(written))
    out = []
    for number, values in enumerate(sets):
        if not isinstance(values, Mapping) or set(values) != set(names):
            raise ConfigError(
                f"parameters.sets.{number} must name exactly the parameters {', '.join(names)}"
            )
        out.append({path: values[name] for path, name in fields.items()})
    return out


@cache
def known_parameters() -> frozenset[str]:
    """Names of the calibrated parameters: those of ``parameters=best``."""
    best = yaml_files.read(data_dir("configs") / "parameters" / "best.yaml")
    return frozenset(name for name in best if name not in ("defaults", "sets"))


def references(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Fields that take a parameter, by dotted path, each with its name."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from references(value, f"{path}.{name}" if path else str(name))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from references(value, f"{path}.{number}")
    elif isinstance(node, str) and (found := REFERENCE.fullmatch(node)):
        yield path, found[1]
    elif isinstance(node, str) and "${parameters." in node:
        raise ConfigError(f"{path} must be one parameter, such as ${{parameters.tension}}")
