"""Parameter sets of a cell: those a calibration accepted, or points of a wide space.

Knows the group ``parameters`` of the configuration tree and the file of accepted sets; it knows
nothing of how they were found.

A value of the group, such as ``parameters.tension``, stands in one place and the fields that take
it refer to it: ``initial: ${parameters.tension}``. So a set of parameters changes exactly the
fields that still refer to it: one that a scenario or a user has set otherwise keeps that value,
and so does a parameter itself, such as ``parameters.tension=5``.
A set may also name fields by their path: it changes those that have the value of the baseline.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sim import yaml_files
from sim.config import ConfigError
from sim.config.numbers import WEIGHT
from sim.paths import data_dir

ACCEPTED = "accepted.csv"
REFERENCE = re.compile(r"\$\{parameters\.(\w+)\}")

Set = dict[str, float]
Baseline = Callable[[], Mapping[str, float]]
"""From nothing to every number of the baseline by its path; composing it takes a while."""


def accepted(study: str) -> list[Set]:
    """The sets that a calibration accepted, best first.

    ``study`` names a folder of ``experiments/`` or the path of another folder. Columns of its
    ``accepted.csv`` before the column ``distance`` are parameters and, where sets are not equally
    likely, ``weight``.

    Raises
    ------
    ConfigError
        If there is no such file or it holds no sets of numbers.
    """
    folder = Path(study) if "/" in study else data_dir("experiments") / study
    path = folder / ACCEPTED
    try:
        sets = _sets(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    except ValueError as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    if not sets:
        raise ConfigError(f"{path} holds no parameter sets")
    return sets


@lru_cache(maxsize=4)
def _sets(text: str) -> list[Set]:
    """The sets in the text of ``accepted.csv``, not to be changed."""
    head, *rows = csv.reader(text.splitlines())
    names = head[: head.index("distance")]
    return [dict(zip(names, map(float, row[: len(names)]), strict=True)) for row in rows]


def parameter_sets(
    parameters: Any, written: Mapping[Any, Any], tree: Mapping[str, Any], baseline: Baseline
) -> list[Set]:
    """The sets of a composed configuration, each as field -> value and, if it has one, its weight.

    ``parameters`` is the resolved group; ``tree`` the other groups, ``written`` the configuration
    before its references are resolved; ``baseline`` has the numbers of the baseline.

    Raises
    ------
    ConfigError
        If a set does not have exactly the parameters' names, or some paths.
    """
    if not parameters:
        return []
    sets = parameters.get("sets")
    if not isinstance(sets, list):
        raise ConfigError(f"parameters.sets is {sets!r}; it must be a list, empty for none")
    names = [str(name) for name in parameters if name != "sets"]
    for name in set(names) - best_parameters().keys():
        raise ConfigError(f"parameters.{name} is not a known field")
    usual = {name for name in names if parameters[name] == best_parameters()[name]}
    fields = {path: name for path, name in references(written) if name in usual}
    held: dict[str, bool] = {}
    out = []
    for number, given in enumerate(sets):
        if not isinstance(given, Mapping):
            raise ConfigError(f"parameters.sets.{number} is {given!r}; it must be a mapping")
        weight = {name: given[name] for name in given if name == WEIGHT}
        values = {str(name): given[name] for name in given if name != WEIGHT}
        if values and all("." in name for name in values):
            for path in values.keys() - held.keys():
                held[path] = set_otherwise(path, tree, baseline())
            out.append(weight | {path: x for path, x in values.items() if not held[path]})
        elif set(values) == set(names):
            out.append(weight | {path: values[name] for path, name in fields.items()})
        else:
            raise ConfigError(
                f"parameters.sets.{number} must name exactly the parameters {', '.join(names)}, "
                "or fields by their path"
            )
    return out


def set_otherwise(path: str, tree: Mapping[str, Any], baseline: Mapping[str, float]) -> bool:
    """Whether a number of the baseline has another value in a configuration, or is not in it."""
    node: Any = tree
    for name in path.split("."):
        if isinstance(node, Mapping) and name in node:
            node = node[name]
        elif isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        else:
            return path in baseline
    return path in baseline and bool(node != baseline[path])


@cache
def best_parameters() -> dict[str, float]:
    """The calibrated parameters of ``parameters=best``, name -> value."""
    best = yaml_files.read(data_dir("configs") / "parameters" / "best.yaml")
    return {name: value for name, value in best.items() if name not in ("defaults", "sets")}


def filled_in(node: Any, parameters: Mapping[str, Any]) -> Any:
    """A part of a configuration with the values of parameters where it refers to them.

    Raises
    ------
    KeyError
        If it has any other reference, or lacks a value (``???``).
    """
    if isinstance(node, dict):
        return {name: filled_in(value, parameters) for name, value in node.items()}
    if isinstance(node, list):
        return [filled_in(value, parameters) for value in node]
    if isinstance(node, str) and ("${" in node or node == "???"):
        found = REFERENCE.fullmatch(node)
        return parameters[found[1] if found else node]
    return node


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
