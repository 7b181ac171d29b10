"""What a visitor may choose, and the one place where choices become a scenario.

Whatever a browser sends is only text until it is found among the names known here, or within the
bounds given here. Only our own names are composed; numbers are set on the validated scenario.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlencode

from omegaconf import OmegaConf
from omegaconf.basecontainer import BaseContainer

from sim.app import strings as say
from sim.chance import LARGEST_WORD
from sim.config import ENDS, PARTIES, ConfigError, validate
from sim.game import SEATS, Setup
from sim.paths import data_dir
from sim.study.cells import Cell, register_resolvers

TACTICS = ("boulware", "linear", "conceder", "hardliner", "relative_tit_for_tat", "zeuthen",
           "trust_contingent")  # fmt: skip
SLIDES = {  # field -> lowest, highest, step
    "pakistan.trust": (0.05, 0.95, 0.05),
    "afghan_taliban.trust": (0.05, 0.95, 0.05),
    "afghan_taliban.good_faith": (0.0, 1.0, 0.05),
    "militants.ttp.attacks_per_year": (0, 1500, 20),
    "conflict.clashes.rate": (0.0, 0.2, 0.005),
}
ALSO = {"militants.ttp.attacks_per_year": "militants.others.attacks_per_year"}
LENGTHS = (30, 60, 90, 180)  # days of a game
WALK = 365  # days of a walk
AHEAD = (30, 60, 90, 180)  # days that futures are looked ahead
NEEDED = ("seeds", "ratio", "day_after")  # resolvers of the shipped configurations
CELLS_KEPT = 64
LONGEST_SEED = 20

T = TypeVar("T")
_COMPOSING = Lock()  # Hydra's state is global, so one scenario is composed at a time


# --- what a browser may send ---------------------------------------------------------------------


def one_of(what: str, value: Any, allowed: Iterable[T]) -> T:
    """The allowed thing that a value names."""
    for one in allowed:
        if type(value) is type(one) and value == one:
            return one
    raise ConfigError(say.NOT_A_CHOICE.format(what=what, value=echo(value)))


def several(what: str, value: Any, allowed: Iterable[T]) -> list[T]:
    """The allowed things that a list names, each once."""
    if not isinstance(value, list):
        raise ConfigError(say.NOT_A_CHOICE.format(what=what, value=echo(value)))
    known = list(allowed)
    found = [one_of(what, one, known) for one in value[: len(known)]]
    return list(dict.fromkeys(found))


def number(what: str, value: Any, low: float, high: float) -> float:
    """A finite number, brought within its bounds."""
    if not _is_number(value):
        raise ConfigError(say.NOT_A_NUMBER.format(what=what, value=echo(value), low=low, high=high))
    return float(min(max(value, low), high))


def whole(what: str, value: Any, low: int, high: int) -> int:
    """A whole number within its bounds; 3.0 is one."""
    if not _is_number(value) or value != int(value) or not low <= value <= high:
        raise ConfigError(say.NOT_WHOLE.format(what=what, value=echo(value), low=low, high=high))
    return int(value)


def _is_number(value: Any) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and abs(value) < math.inf  # NaN is not below infinity


def seed(value: Any) -> int:
    """A seed as typed."""
    typed = text(value, 1_000).strip()
    if len(typed) <= LONGEST_SEED and typed.isascii() and typed.isdecimal():
        found = int(typed)
        if found <= LARGEST_WORD:
            return found
    raise ConfigError(say.SEED_BAD.format(value=echo(typed), most=LARGEST_WORD))


def text(value: Any, longest: int) -> str:
    """What was typed, one character above the bound at most; anything that is not text is empty."""
    return value[: longest + 1] if isinstance(value, str) else ""


def echo(value: Any) -> str:
    """A value as a refusal repeats it: short and on one line."""
    shown = repr(value[:100] if isinstance(value, str | bytes | list | tuple) else value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."


# --- what is composed of it ----------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A scenario as chosen on a page: names, "" for as in the scenario, and numbers by field."""

    scenario: str
    accounts: str = ""
    tactics: Mapping[str, str] = field(default_factory=dict)
    mediators: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How futures are looked at: days ahead, what counts as the end, one change ("" for none)."""

    ahead: int = 90
    end: str = ENDS[-1]
    change: str = ""


def shipped() -> list[str]:
    """Names of the scenarios that can be chosen."""
    return sorted(path.stem for path in (data_dir("configs") / "scenario").glob("*.yaml"))


def compose(
    wanted: Wanted, *, seed: int, days: int, persons: Sequence[str] = (), walk: bool = False
) -> Setup:
    """Make a setup of what was chosen; ``walk`` has rounds of full length.

    Raises
    ------
    ConfigError
        If something is not one of the choices, or they do not go together.
    """
    names = [f"accounts={_name(say.ACCOUNT, wanted.accounts, say.ACCOUNTS)}"]
    for side in PARTIES:
        what = say.TACTIC_OF.format(seat=say.seat(side))
        names.append(f"{side}/tactic={_name(what, wanted.tactics.get(side, ''), TACTICS)}")
    names.append(f"mediators={_name(say.MEDIATORS, wanted.mediators, say.MEDIATORS_CHOICES)}")
    setup = _composed(
        one_of(say.SCENARIO, wanted.scenario, shipped()),
        tuple(name for name in names if not name.endswith("=")),
        one_of(say.DAYS_OF_GAME, days, (*LENGTHS, WALK)),
        tuple(several(say.PERSONS, list(persons), SEATS)),
        walk,
    )
    cell = _with_numbers(setup.cell, wanted.numbers) if wanted.numbers else setup.cell
    return Setup(cell.with_settings(seed=seed), setup.persons)


def asked(words: Mapping[str, str], scenario: str, seeded: int) -> tuple[Wanted, int, int]:
    """What an address asks for: what holds, the seed and the day; see ``told``."""
    numbers = {path: float(words[path]) for path in SLIDES if _is_decimal(words.get(path, ""))}
    wanted = Wanted(
        one_of(say.SCENARIO, words.get("scenario", scenario), shipped()),
        _name(say.ACCOUNT, words.get("accounts", ""), say.ACCOUNTS),
        {side: _name(say.SETUP, words.get(side, ""), TACTICS) for side in PARTIES},
        _name(say.MEDIATORS, words.get("mediators", ""), say.MEDIATORS_CHOICES),
        numbers,
    )
    day = words.get("day", "0")
    days = [str(one) for one in range(WALK + 1)]
    return wanted, seed(words.get("seed", str(seeded))), int(one_of(say.DAY_AXIS, day, days))


def told(wanted: Wanted, seeded: int, day: int) -> dict[str, str]:
    """A story as an address says it; what is as in the scenario is left out."""
    words = {"scenario": wanted.scenario, "accounts": wanted.accounts, **wanted.tactics,
             "mediators": wanted.mediators, "seed": str(seeded), "day": str(day)}  # fmt: skip
    words |= {path: f"{value:g}" for path, value in wanted.numbers.items()}
    return {name: value for name, value in words.items() if value}


def address(wanted: Wanted, seeded: int) -> str:
    """A story as part of an address, without the day; one story has one."""
    words = told(wanted, seeded, 0)
    del words["day"]
    return urlencode(words)


def looked(words: Mapping[str, str]) -> Look:
    """How an address looks ahead; see ``told_look``."""
    ahead = [str(days) for days in AHEAD]
    return Look(
        int(one_of(say.LOOK_AHEAD, words.get("ahead", str(Look.ahead)), ahead)),
        one_of(say.END, words.get("end", Look.end), ENDS),
        one_of(say.CHANGE, words.get("change", Look.change), say.CHANGES),
    )


def told_look(look: Look) -> dict[str, str]:
    """A look ahead as an address says it; what is as on a fresh page is left out."""
    fresh = Look()
    return {name: str(getattr(look, name)) for name in ("ahead", "end", "change")
            if getattr(look, name) != getattr(fresh, name)}  # fmt: skip


def _is_decimal(value: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", value, re.ASCII))


def _name(what: str, value: Any, allowed: Iterable[str]) -> str:
    return one_of(what, value, ("", *allowed))


@lru_cache(maxsize=CELLS_KEPT)
def _composed(
    scenario: str, names: tuple[str, ...], days: int, persons: tuple[str, ...], walk: bool
) -> Setup:
    with _COMPOSING:
        return Setup.of(scenario, names, days=days, persons=persons, short_rounds=not walk)


def _with_numbers(cell: Cell, numbers: Mapping[str, float]) -> Cell:
    """Set numbers on a validated configuration; a set of parameters leaves such a field alone."""
    tree = cell.tree()
    for path, value in numbers.items():
        known = one_of(say.SETUP, path, SLIDES)
        low, high, _ = SLIDES[known]
        for place in (known, ALSO.get(known)):
            if place is not None and at(tree, place) is not None:
                *parents, last = place.split(".")
                node = tree
                for name in parents:
                    node = node[name]
                node[last] = number(say.SLIDERS[known][0], value, low, high)
                for values in tree["parameter_sets"]:
                    values.pop(place, None)
    return Cell(*validate(tree))


def at(tree: Mapping[str, Any], path: str) -> float | None:
    """A number of a configuration, or None if it has no such field."""
    node: Any = tree
    for name in path.split("."):
        if not isinstance(node, Mapping) or name not in node:
            return None
        node = node[name]
    return float(node)


def lock_down() -> None:
    """Take from this process whatever a configuration could read the environment or files with.

    Nothing that a browser sends is composed; should that ever fail, there is nothing to read.
    """
    register_resolvers()
    for name in list(BaseContainer._resolvers):  # OmegaConf has no list of them to ask for
        if name not in NEEDED:
            OmegaConf.clear_resolver(name)
