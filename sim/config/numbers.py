"""Numbers of a scenario by their path in YAML, with what each may be; checks parameter sets.

A parameter set replaces numbers of a scenario. What a set says is checked number by number for all
sets at once; only a part of a scenario with a rule of its own (weights sum to one) is made anew.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple, get_args

from sim.config.events import contradictions

TOLD = 3  # wrong numbers of parameter sets that are told of
KEPT = 64  # parts of scenarios that are known to be sound with parameter sets
WEIGHT = "weight"  # what a parameter set may say besides numbers: how often it is drawn


class Number(NamedTuple):
    """A number of a scenario.

    ``low`` and ``high`` bound it, ``low`` itself left out if it must be ``above`` it; ``whole`` if
    it counts; ``origin`` as the schema has it; ``alone`` if it is a field of its own, no member of
    a list or mapping; ``owner`` is the path of the part of the scenario it belongs to.
    """

    value: float
    low: float
    high: float
    above: bool
    whole: bool
    origin: str
    alone: bool
    owner: str

    def allows(self, value: float) -> bool:
        """Whether the number may have this value."""
        low = value > self.low if self.above else value >= self.low
        return low and value <= self.high and (not self.whole or value == int(value))

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        kind = "a whole number" if self.whole else "a number"
        low = f" {'above' if self.above else 'from'} {_shown(self.low)}"
        high = f" {'up ' if self.above or math.isinf(self.low) else ''}to {_shown(self.high)}"
        return kind + (low if self.low > -math.inf else "") + (high if self.high < math.inf else "")


def _shown(value: float) -> str:
    """A number in all its digits."""
    return f"{value:.15g}"


def numbers(scenario: Any) -> dict[str, Number]:
    """Every number of a scenario by its dotted path, such as ``conflict.response.tension``."""
    return dict(_of_part(scenario, ""))


class _Kind:
    """What is declared of a field: bounds of a number in it, or of those in its list or mapping."""

    def __init__(self, declared: Any, metadata: Iterable[Any]) -> None:
        self._declared = declared
        self.bounds = _bounds([*metadata, *getattr(declared, "__metadata__", ())])

    @cached_property
    def member(self) -> _Kind:
        """Of what a list or mapping holds."""
        return _Kind(_member(self._declared), ())


@cache
def _fields(part: Any) -> list[tuple[str, _Kind, str]]:
    """Fields of a dataclass of the schema: name, kind and origin."""
    fields: dict[str, Any] = part.__pydantic_fields__
    return [
        (
            name,
            _Kind(info.annotation, info.metadata),
            (info.json_schema_extra or {}).get("origin", ""),
        )
        for name, info in fields.items()
        if name != "parameter_sets"
    ]


def _of_part(part: Any, path: str) -> Iterator[tuple[str, Number]]:
    """Numbers of a dataclass of the schema."""
    for name, kind, origin in _fields(type(part)):  # type: ignore[arg-type]  # a type has a hash
        where = f"{path}.{name}" if path else name
        yield from _of(getattr(part, name), where, kind, origin, path, alone=True)


def _of(
    held: Any, where: str, kind: _Kind, origin: str, owner: str, *, alone: bool
) -> Iterator[tuple[str, Number]]:
    if isinstance(held, int | float):
        if not isinstance(held, bool):
            whole = isinstance(held, int)
            yield where, Number(held, *kind.bounds, whole, origin, alone, owner)
    elif isinstance(held, Mapping | list):
        items = held.items() if isinstance(held, Mapping) else enumerate(held)
        for name, one in items:
            yield from _of(one, f"{where}.{name}", kind.member, origin, owner, alone=False)
    elif is_dataclass(held):
        yield from _of_part(held, where)


def _member(kind: Any) -> Any:
    """The type of what a list or mapping holds, from its own."""
    given = get_args(kind)
    return _member(given[0]) if type(None) in given else given[-1]


def _bounds(metadata: Iterable[Any]) -> tuple[float, float, bool]:
    """Bounds that a field's metadata declare, and whether the lower is left out."""
    low, high, above = -math.inf, math.inf, False
    for one in _flat(metadata):
        if getattr(one, "ge", None) is not None:
            low, above = float(one.ge), False
        if getattr(one, "gt", None) is not None:
            low, above = float(one.gt), True
        if getattr(one, "le", None) is not None:
            high = float(one.le)
    return low, high, above


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    """Metadata of a field and of the annotations in it."""
    for one in metadata:
        yield one
        yield from getattr(one, "metadata", ())


# --- parameter sets -------------------------------------------------------------------------------


def problems_of_sets(scenario: Any, sets: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """Say what is wrong with parameter sets of a scenario: a clause for each of the first few."""
    wrong = [*_wrong_weights(sets), *_wrong_sets(scenario, sets)] if any(sets) else []
    yield from wrong[:TOLD]
    if len(wrong) > TOLD:
        yield f"and {len(wrong) - TOLD:,} more in parameter_sets"


def values(each: Mapping[str, float]) -> dict[str, float]:
    """The numbers that a parameter set replaces."""
    return {path: value for path, value in each.items() if path != WEIGHT}


def weights(sets: Sequence[Mapping[str, float]]) -> list[float]:
    """How often each parameter set is drawn, relative to the others; 1 where it does not say."""
    return [each.get(WEIGHT, 1.0) for each in sets]


def _wrong_weights(sets: Sequence[Mapping[str, float]]) -> Iterator[str]:
    for k, weight in enumerate(weights(sets)):
        if not weight > 0:
            yield f"parameter_sets.{k}.{WEIGHT} is {_shown(weight)}; it should be a number above 0"


def _wrong_sets(scenario: Any, sets: Sequence[Mapping[str, float]]) -> Iterator[str]:
    known = numbers(scenario)
    right: list[tuple[int, dict[str, float]]] = []
    for k, each in enumerate(map(values, sets)):
        wrong = [path for path in each if path not in known or not known[path].allows(each[path])]
        for path in wrong:
            yield f"parameter_sets.{k}.{path} {_wrong(scenario, path, each[path], known)}"
        if not wrong:
            right.append((k, each))
    owners: dict[str, list[str]] = {}
    for path in dict.fromkeys(path for _, each in right for path in each):
        owner = known[path].owner
        owners.setdefault("events" if owner.startswith("events.") else owner, []).append(path)
    for owner, paths in owners.items():
        if _is_guarded(scenario, owner):
            whole = [path for path in paths if known[path].whole]
            changes = tuple(
                (k, tuple((p, each[p]) for p in paths if p in each)) for k, each in right
            )
            yield from _unsound(scenario, owner, changes, whole)


Changes = tuple[tuple[int, tuple[tuple[str, float], ...]], ...]
"""Numbers of a part of a scenario by their path, those of each set, with its number."""
_sound: dict[Any, None] = {}  # the last parts that were sound, each with all that was looked at


def _unsound(scenario: Any, owner: str, changes: Changes, whole: Container[str]) -> Iterator[str]:
    """Say which sets break a part; cells of a sweep mostly have both in common."""
    part = _at(scenario, owner)
    looked_at = owner, type(part), repr(part if owner == "events" else vars(part)), changes
    if looked_at in _sound:
        return
    wrong = [
        f"parameter_sets.{k}.{said}"
        for k, each in changes
        for said in _broken(part, owner, {p: int(x) if p in whole else float(x) for p, x in each})
    ]
    if not wrong:
        _sound[looked_at] = None
        while len(_sound) > KEPT:
            _sound.pop(next(iter(_sound)), None)
    yield from wrong


def _wrong(scenario: Any, path: str, value: float, known: Mapping[str, Number]) -> str:
    if path in known:
        return f"is {_shown(value)}; it should be {known[path].allowed}"
    try:
        _at(scenario, path)
    except (LookupError, TypeError, ValueError):
        return "is not a known field"
    return "is not a number of the scenario"


def _at(node: Any, path: str) -> Any:
    """What stands at a path of a scenario."""
    for name in path.split("."):
        if isinstance(node, list):
            node = dict(enumerate(node))[int(name)]
        else:
            node = node[name] if isinstance(node, Mapping) else vars(node)[name]
    return node


def _is_guarded(scenario: Any, owner: str) -> bool:
    """Whether a part of a scenario is checked as a whole.

    Of the scenario's own rules all are on names but one, that events do not contradict each other.
    """
    return owner == "events" or bool(owner and _rules(_at(scenario, owner)))


def _rules(part: Any) -> list[str]:
    """Names of the rules that a part of a scenario keeps as a whole, each a method of it."""
    return list(type(part).__pydantic_decorators__.model_validators)


def _broken(part: Any, owner: str, changed: Mapping[str, float]) -> Iterator[str]:
    """Say why a part of a scenario, or all events, do not hold together with numbers changed."""
    if owner != "events":
        yield from _breaks(owner, _with(part, owner, changed))
        return
    events = dict(part)
    for name in dict.fromkeys(path.split(".")[1] for path in changed):
        events[name] = _with(part[name], f"events.{name}", changed)
        yield from _breaks(f"events.{name}", events[name])
    yield from contradictions(events)


def _breaks(owner: str, part: Any) -> Iterator[str]:
    """Say which of its own rules a part breaks."""
    for rule in _rules(part):
        try:
            getattr(part, rule)()
        except ValueError as error:
            yield f"{owner}: {error}"


def _with(part: Any, owner: str, changed: Mapping[str, float]) -> Any:
    """A part of a scenario with its numbers changed to what is known to be allowed, unchecked."""
    fields: dict[str, Any] = {}
    for path, value in changed.items():
        if path.startswith(f"{owner}."):
            name, *rest = path[len(owner) + 1 :].split(".")
            fields[name] = _put(fields.get(name, getattr(part, name)), rest, value)
    made = object.__new__(type(part))
    vars(made).update(vars(part), **fields)
    return made


def _put(held: Any, path: Sequence[str], value: float) -> Any:
    """A list or mapping with one number changed."""
    if not path:
        return value
    if isinstance(held, list):
        at = int(path[0])
        return [*held[:at], _put(held[at], path[1:], value), *held[at + 1 :]]
    return {**held, path[0]: _put(held[path[0]], path[1:], value)}
