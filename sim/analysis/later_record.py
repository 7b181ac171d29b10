"""A later record, as somebody has coded it: days of events after the record closes.

Knows the user's file and what must hold of it; no probability and no score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim import yaml_files
from sim.analysis.following import EVENTS, FORCE, QUIET
from sim.config import ConfigError
from sim.yaml_files import YamlError

FIELDS = ("about", "followed_to", "events")
CODED = tuple(event for event in EVENTS if event != QUIET)
COLLAPSE = ("repudiation", "open_hostilities")


@dataclass(frozen=True)
class LaterRecord:
    """Days after the record closes, from 1: its last day, and the day of each event or None.

    ``events`` has no event later than the first repudiation or open hostilities; ``left_out`` names
    those that were coded later than that.
    """

    about: str
    days: int
    events: Mapping[str, int | None]
    left_out: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, closed: dt.date) -> LaterRecord:
        """Read a record that begins after the day ``closed``.

        Raises
        ------
        ConfigError
            In one sentence, if it is not as it must be.
        """
        try:
            tree = yaml_files.read(path)
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {str(error.strerror).lower()}") from None
        except YamlError as error:
            raise ConfigError(str(error)) from None
        try:
            return cls.of(tree, closed)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None

    @classmethod
    def of(cls, tree: Any, closed: dt.date) -> LaterRecord:
        """Check what a file says and count its days; raises as ``read`` does."""
        fields = _named(tree, FIELDS, "the record")
        about = fields["about"]
        if not isinstance(about, str) or not about.strip():
            raise ConfigError(f"about is {about!r}; it must say who coded this, by whose account")
        followed = _day("followed_to", fields["followed_to"], closed)
        days = {
            name: None if given is None else _day(f"events.{name}", given, closed)
            for name, given in _named(fields["events"], CODED, "events").items()
        }
        _consistent(days, followed)
        over = collapse(days)
        late = tuple(name for name, day in days.items() if over and day and day > over)
        kept = {name: None if name in late else day for name, day in days.items()}
        coded = [day for name in FORCE if (day := kept[name])]
        kept[QUIET] = min(coded, default=None)
        return cls(" ".join(about.split()), followed, kept, late)

    def by(self, event: str, day: int) -> bool:
        """Whether an event has come by a day; whether all was quiet up to it."""
        first = self.events[event]
        came = first is not None and first <= day
        return not came if event == QUIET else came

    @property
    def over(self) -> int | None:
        """Day of the first repudiation or open hostilities, after which nothing counts."""
        return collapse(self.events)


def collapse(days: Mapping[str, int | None]) -> int | None:
    """The first day of repudiation or open hostilities."""
    return min((day for name in COLLAPSE if (day := days[name])), default=None)


def _named(tree: Any, names: tuple[str, ...], what: str) -> dict[str, Any]:
    """A mapping that has exactly these names."""
    if not isinstance(tree, dict):
        raise ConfigError(f"{what} must be a mapping of {', '.join(names)}")
    for name in tree:
        if name not in names:
            raise ConfigError(f"{what} names {name!r}; allowed are {', '.join(names)}")
    for name in names:
        if name not in tree:
            missing = "; null says that it did not happen" if names is CODED else ""
            raise ConfigError(f"{what} lacks {name}{missing}")
    return tree


def _day(name: str, given: Any, closed: dt.date) -> int:
    """A date or a number of days as days after the record closed."""
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        days = (given - closed).days
    elif isinstance(given, int) and not isinstance(given, bool):
        days = given
    else:
        raise ConfigError(f"{name} is {given!r}; it must be a date such as 2026-01-31, or a day")
    if days < 1:
        raise ConfigError(f"{name} is {given}; days are from 1, dates later than {closed}")
    return days


def _consistent(days: Mapping[str, int | None], followed: int) -> None:
    """Refuse what the record cannot know, and open hostilities without a strike."""
    for name, day in days.items():
        if day is not None and day > followed:
            raise ConfigError(
                f"events.{name} is on day {day}, later than followed_to (day {followed})"
            )
    strike, hostilities = days["strike"], days["open_hostilities"]
    if hostilities is not None and (strike is None or strike > hostilities):
        raise ConfigError(
            f"events.open_hostilities is on day {hostilities} with no strike by then; the day of "
            "open hostilities is one of a strike too"
        )
