"""Designs beyond the grid: which points of a parameter space a study looks at.

A design is a list of points; a point gives every varied field a value. Points become cells in one
process, without a Hydra job each: the scenario is composed once, and each point changes fields of
its validated tree. A cell of a design has the same tables and key as if Hydra had composed it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import qmc

from sim.config import ConfigError, validate
from sim.names import meant
from sim.study.cells import Cell
from sim.study.options import groups

Point = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """An interval of a field; ``whole`` where the field counts."""

    low: float
    high: float
    whole: bool = False

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read ``LOW:HIGH``; two whole numbers make a range of whole numbers."""
        low, colon, high = text.partition(":")
        try:
            ends = float(low), float(high)
        except ValueError:
            raise ConfigError(f"{text!r} is not a range; write LOW:HIGH, such as 0.1:0.6") from None
        if not colon or not ends[0] < ends[1]:
            raise ConfigError(f"{text!r} is not a range; the first number must be the smaller")
        return cls(*ends, whole=all(part.strip().lstrip("+-").isdigit() for part in (low, high)))

    def at(self, share: float) -> float | int:
        """The value at a share in [0, 1) of the interval; whole numbers are equally likely."""
        if self.whole:
            return int(self.low + min(share, 1 - 1e-12) * (self.high - self.low + 1))
        return float(self.low + share * (self.high - self.low))


def latin_hypercube(ranges: dict[str, Range], points: int, seed: int) -> list[Point]:
    """Points with one in each of ``points`` slices of every field (McKay et al. 1979)."""
    return _scaled(ranges, qmc.LatinHypercube(len(ranges), rng=seed).random(points))


def sobol(ranges: dict[str, Range], points: int, seed: int) -> list[Point]:
    """Scrambled Sobol points (Owen 1998); a power of two keeps them balanced."""
    if points & (points - 1):
        raise ConfigError(f"points is {points}; a Sobol design needs a power of two, such as 256")
    return _scaled(ranges, qmc.Sobol(len(ranges), rng=seed).random(points))


def _scaled(ranges: dict[str, Range], shares: Any) -> list[Point]:
    return [
        {
            name: span.at(float(share))
            for (name, span), share in zip(ranges.items(), row, strict=True)
        }
        for row in shares
    ]


def one_at_a_time(levels: dict[str, list[Any]]) -> list[Point]:
    """The base (no field changed), then every level of each field with the others at the base."""
    changed: list[Point] = [{name: value} for name, values in levels.items() for value in values]
    return [{}, *changed]


def paired(levels: dict[str, list[Any]]) -> list[Point]:
    """The first values of all fields together, then the second, and so on."""
    lengths = {name: len(values) for name, values in levels.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ConfigError(f"paired values must be equally many: {said}")
    return [dict(zip(levels, values, strict=True)) for values in zip(*levels.values(), strict=True)]


def from_file(path: Path) -> list[Point]:
    """Read points from a CSV file with a heading, or JSON lines; empty cells keep the base."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            rows = list(csv.DictReader(text.splitlines(), strict=True))
            if any(None in row for row in rows):
                raise ValueError("a row has more values than the heading")
            return [{k: _read(v) for k, v in row.items() if v not in ("", None)} for row in rows]
        points = [json.loads(line) for line in text.splitlines() if line.strip()]
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
    except (ValueError, csv.Error) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    if not all(isinstance(point, dict) for point in points):
        raise ConfigError(f"cannot read {path}: every line must be an object")
    return points


def parse_levels(text: str) -> list[Any]:
    """Read ``A,B,C``: JSON values, or words."""
    return [_read(part) for part in text.split(",")]


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def cells(base: Cell, points: Sequence[Point]) -> Iterator[tuple[list[str], Callable[[], Cell]]]:
    """Yield the overrides of each point and what makes its cell, which raises ``ConfigError``."""
    tree = base.tree()
    for point in points:
        yield [f"{path}={_written(value)}" for path, value in point.items()], _maker(tree, point)


def _maker(tree: dict[str, Any], point: Point) -> Callable[[], Cell]:
    return lambda: Cell(*validate(changed(tree, point)))


def _refused(path: str, value: Any, tree: dict[str, Any]) -> str:
    """Say why a path cannot be varied: a group of options, or which name of it is no field's."""
    group = path.replace(".", "/")
    if group in groups():
        option = value if isinstance(value, str) else "OPTION"
        return (
            f"{path} is a group of options, and designs vary fields; sweep over it with "
            f"ceasefire -m {group}={option},..."
        )
    node: Any = tree
    for part in path.split("."):
        if not isinstance(node, dict):
            break
        if part not in node:
            return f"{path} is not a known field{meant(part, node)}"
        node = node[part]
    if isinstance(node, dict) and node:
        return f"{path} holds several fields; vary one of them, such as {path}.{next(iter(node))}"
    return f"{path} is not a known field"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def changed(tree: dict[str, Any], point: Point) -> dict[str, Any]:
    """Return a tree with some fields changed; what is not on their paths is shared.

    A field that is changed keeps its value in every parameter set of the tree.

    Raises
    ------
    ConfigError
        If a path names no field, or fields together that are chosen by one name.
    """
    out = dict(tree)
    copied: dict[tuple[str, ...], dict[str, Any]] = {(): out}
    for path, value in point.items():
        *parents, last = path.split(".")
        node: dict[str, Any] = out
        for depth, part in enumerate(parents, start=1):
            where = tuple(parents[:depth])
            if where not in copied:
                if not isinstance(node.get(part), dict):
                    raise ConfigError(_refused(path, value, tree))
                node[part] = copied[where] = dict(node[part])
            node = copied[where]
        if last not in node or (isinstance(node[last], dict) and not isinstance(value, dict)):
            raise ConfigError(_refused(path, value, tree))
        node[last] = value
    sets = tree.get("parameter_sets")
    if sets:
        out["parameter_sets"] = [{k: v for k, v in each.items() if k not in point} for each in sets]
    return out
