"""Names that a scenario and its settings may use, by the schema, and the nearest to a typo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from sim.config.scenario import Scenario, Settings


def meant(name: str, known: Iterable[str]) -> str:
    """``; did you mean X?``, or nothing where no known name is near."""
    listed = [str(each) for each in known]
    near = get_close_matches(name.lower(), [each.lower() for each in listed], 1, 0.6)
    found = next((each for each in listed if near and each.lower() == near[0]), None)
    return f"; did you mean {found}?" if found else ""


def children(path: Sequence[str]) -> set[str] | None:
    """Fields below a path such as ``("pakistan", "tactic")``; None where any name will do.

    Of a field that may be one of several kinds, the fields of all of them.

    Raises
    ------
    KeyError
        If there is no such path: its argument is the first name that is not known.
    """
    kinds: list[Any] = [Settings, Scenario]
    for name in path:
        kinds = [inner for kind in kinds for inner in _below(kind, name)]
        if not kinds:
            raise KeyError(name)
    if any(get_origin(kind) is dict for kind in kinds):
        return None
    return {name for kind in kinds if is_dataclass(kind) for name in _hints(kind)}


def unknown(field: str) -> str:
    """Say which part of a dotted path is not a field, and the nearest name that is one."""
    parts = field.split(".")
    for depth, name in enumerate(parts):
        known = children(parts[:depth])
        if known is not None and name not in known:
            where = ".".join(parts[: depth + 1])
            return f"{where} is not a known field{meant(name, known)}"
    return f"{field} is not a known field"


def flat(tree: Mapping[str, Any], empty: str | None = None) -> dict[str, Any]:
    """A configuration as dotted path -> value; a list is one value.

    An empty mapping is left out, or has the value ``empty``.
    """
    out: dict[str, Any] = {}
    for name, value in tree.items():
        if not isinstance(value, Mapping):
            out[name] = value
        elif value:
            out |= {f"{name}.{path}": leaf for path, leaf in flat(value, empty).items()}
        elif empty is not None:
            out[name] = empty
    return out


def _below(kind: Any, name: str) -> list[Any]:
    if get_origin(kind) is dict:
        return _plain(get_args(kind)[1])
    return _plain(_hints(kind)[name]) if is_dataclass(kind) and name in _hints(kind) else []


def _plain(kind: Any) -> list[Any]:
    """The dataclasses, mappings and values that an annotation allows."""
    if get_origin(kind) is dict or not get_args(kind):
        return [kind]
    if hasattr(kind, "__metadata__"):  # Annotated
        return _plain(get_args(kind)[0])
    return [inner for each in get_args(kind) for inner in _plain(each)]


def _hints(kind: Any) -> Mapping[str, Any]:
    return _hints_of(kind)


@cache
def _hints_of(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def count(number: int, what: str) -> str:
    """``1 future``, ``2,000 futures``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} seconds"
