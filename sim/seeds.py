"""Knows what `seeds/` holds: the record, other cases, seed lists; knows nothing of any model."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from sim import yaml_files
from sim.paths import data_dir, own_dirs
from sim.yaml_files import YamlError

Tree = Mapping[str, Any]  # nested, keys are strings, lists are tuples; read-only throughout
Entry = TypeVar("Entry")
EMPTY: Tree = MappingProxyType({})


class SeedError(ValueError):
    """The record holds no such thing, or a file of it is malformed; the message is one sentence."""


@dataclass(frozen=True)
class Event:
    """What happened, as far as no side disputes it, from ``start`` to ``end`` inclusive.

    ``date`` is set only for an event of a single day. ``precision`` is "day", "about" (reports
    differ by a day or so) or "year". ``claims`` and ``sources`` are ids.
    """

    start: dt.date
    end: dt.date
    kind: str
    description: str
    place: str | None
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    date: dt.date | None = None
    precision: str = "day"
    mediators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claimant:
    """Who makes claims; ``side`` is "pakistan", "afghan_taliban" or None for neither."""

    name: str
    side: str | None


@dataclass(frozen=True)
class Claim:
    """What one claimant says about one event; true or not is not for the record to decide.

    ``coded`` maps an agenda issue to {side: option}, the position of each side *according to the
    claimant*; ``coded_up_to`` is the upper end where the words allow a range; ``coded_from`` is
    "stated" or "inferred". ``figures`` are the claimant's own numbers.
    """

    claimant: str
    date: dt.date
    about: str
    says: str
    counter_claim: str | None
    verified_by: str | None
    sources: tuple[str, ...]
    figures: Tree = field(default_factory=lambda: EMPTY)
    coded: Tree = field(default_factory=lambda: EMPTY)
    coded_up_to: Tree = field(default_factory=lambda: EMPTY)
    coded_from: str | None = None


@dataclass(frozen=True)
class Source:
    """Where facts were reported; ``date`` is ISO, possibly only a year or a month."""

    kind: str
    outlet: str
    title: str
    date: str
    slant: str


@dataclass(frozen=True)
class SeedList:
    """Random seeds for one purpose."""

    purpose: str
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Seeds:
    """The whole record, each part keyed by id; nothing in it is later than ``frozen_on``.

    The one exception is the event of kind "scheduled_round", known only as a date.
    """

    frozen_on: dt.date
    timeline: Mapping[str, Event]
    claimants: Mapping[str, Claimant]
    claims: Mapping[str, Claim]
    rates: Tree
    sources: Mapping[str, Source]
    random: Mapping[str, SeedList]


@cache
def load() -> Seeds:
    """Read the record once per process; raises SeedError if a file is not as described above."""
    timeline, claims = _read("timeline"), _read("claims")
    return Seeds(
        frozen_on=_part("timeline", timeline, "frozen_on"),
        timeline=_entries("timeline", _part("timeline", timeline, "events"), _event),
        claimants=_entries("claims", _part("claims", claims, "claimants"), Claimant),
        claims=_entries("claims", _part("claims", claims, "claims"), Claim),
        rates=_read("rates"),
        sources=_entries("sources", _read("sources"), _source),
        random=_entries("random", _read("random"), SeedList),
    )


def value(path: str) -> Any:
    """Return what a dotted path names, such as ``rates.PIPS.2024.attacks``.

    A path that begins with the name of another case reads its own file, ``seeds/cases/NAME.yaml``.
    Dates come as `datetime.date`, several values together as read-only mappings, tuples or the
    dataclasses above. Raises SeedError, in one sentence, for a path that names nothing and for an
    entry that is not reported: an absent number is not a zero.
    """
    found: Any = load()
    walked: list[str] = []
    first, _, rest = path.partition(".")
    file = None if first in _children(found) else case_file(first)
    if file is not None:
        found, path, walked = _case(file), rest, [first]
    for step in path.split("."):
        known = _children(found)
        if step not in known:
            where = f"'{'.'.join(walked)}'" if walked else "the record"
            holds = f"{where} holds {', '.join(known)}" if known else f"{where} is a single value"
            raise SeedError(f"There is no '{path}' in the record: {holds}.")
        found = known[step]
        walked.append(step)
    return found


def case_file(name: str) -> Path | None:
    """The file of another case: ``seeds/cases/NAME.yaml``, or a user's ``seeds/NAME.yaml``."""
    places = [data_dir("seeds") / "cases", *(own / "seeds" for own in own_dirs())]
    return next((file for each in places if (file := each / f"{name}.yaml").is_file()), None)


@cache
def _case(file: Path) -> Tree:
    """Read what is given of another case, as it is written there."""
    return _parsed(file)


def seed_list(name: str) -> tuple[int, ...]:
    """Return the named list of random seeds; raises SeedError naming the lists there are."""
    lists = load().random
    if name not in lists:
        raise SeedError(f"There is no seed list '{name}': choose one of {', '.join(lists)}.")
    return lists[name].seeds


def register_resolver() -> None:
    """Let configurations write ``${seeds:rates.PIPS.2024.attacks}``; may be called repeatedly.

    Dates come out as ISO strings, mappings and lists as plain ones.
    """
    from sim.releases import register

    register("seeds", lambda path: _plain(value(str(path))))


def _read(name: str) -> Tree:
    return _parsed(data_dir("seeds") / f"{name}.yaml")


def _parsed(file: Path) -> Tree:
    try:
        content = yaml_files.read(file)
    except YamlError as error:
        raise SeedError(f"{error}.") from error
    if not isinstance(content, dict):
        raise SeedError(f"seeds/{file.name} is not a mapping of entries.")
    frozen: Tree = _freeze(content)
    return frozen


def _freeze(node: Any) -> Any:
    """Make a parsed file read-only, with string keys so that a path can name a year."""
    if isinstance(node, dict):
        return MappingProxyType({str(key): _freeze(child) for key, child in node.items()})
    if isinstance(node, list):
        return tuple(_freeze(child) for child in node)
    return node


def _part(file: str, tree: Tree, key: str) -> Any:
    if key not in tree:
        raise SeedError(f"seeds/{file}.yaml lacks '{key}'.")
    return tree[key]


def _entries(file: str, tree: Tree, make: Callable[..., Entry]) -> Mapping[str, Entry]:
    made: dict[str, Entry] = {}
    for name, entry in tree.items():
        try:
            made[name] = make(**entry)
        except TypeError as error:
            reason = str(error).partition("() ")[2] or "is not a mapping of fields"
            raise SeedError(f"Entry '{name}' of seeds/{file}.yaml {reason}.") from error
    return MappingProxyType(made)


def _event(**entry: Any) -> Event:
    if "date" in entry:
        entry["start"] = entry["end"] = entry["date"]
    return Event(**entry)


def _source(date: Any, **entry: Any) -> Source:
    return Source(date=str(date), **entry)  # YAML reads a day as a date and a year as a number


def _children(node: Any) -> dict[str, Any]:
    """Return the named values below a node, leaving out what is not reported."""
    if isinstance(node, Mapping):
        below = dict(node)
    elif is_dataclass(node) and not isinstance(node, type):
        below = {part.name: getattr(node, part.name) for part in fields(node)}
    else:
        return {}
    return {name: child for name, child in below.items() if child is not None}


def _plain(node: Any) -> Any:
    below = _children(node)
    if below or isinstance(node, Mapping):
        return {name: _plain(child) for name, child in below.items()}
    if isinstance(node, tuple):
        return [_plain(child) for child in node]
    return node.isoformat() if isinstance(node, dt.date) else node
