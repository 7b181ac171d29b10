"""Cells: a scenario and the settings of its run, composed by Hydra and validated.

Knows the configuration tree and Hydra's composition; it simulates nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import seeds
from sim.config import (
    PARTIES,
    ConfigError,
    Scenario,
    Settings,
    dump,
    validate,
    validate_settings,
)
from sim.config.numbers import numbers
from sim.config.tactics import Custom
from sim.negotiation.own import found
from sim.paths import data_dir
from sim.study.misread import explain_misread, is_misread
from sim.study.parameters import Set, accepted, parameter_sets, references
from sim.study.space import check_wide, points_of

DIGITS = 12  # of a key that name a directory; the whole key is checked before one is used


@dataclass(frozen=True)
class Cell:
    """One scenario with the settings of its run."""

    scenario: Scenario
    settings: Settings

    @classmethod
    def of(cls, scenario: Scenario, settings: dict[str, Any]) -> Cell:
        """Validate plain settings for a scenario; raise ``ConfigError`` if they do not fit."""
        return cls(scenario, validate_settings(settings, scenario))

    def tree(self) -> dict[str, Any]:
        """Return the resolved, validated configuration as a plain tree."""
        return dump(self.scenario, self.settings)

    @property
    def key(self) -> str:
        """SHA-256 of everything that can change a result (not the engine)."""
        return key_of(self.tree())

    @property
    def directory_name(self) -> str:
        """Name of the cell's directory in a sweep: the scenario and the start of the key."""
        return directory_name(self.scenario.name, self.key)

    def with_settings(self, **changes: Any) -> Cell:
        """Return the same scenario with other settings."""
        return replace(self, settings=replace(self.settings, **changes))


def key_of(tree: dict[str, Any]) -> str:
    """SHA-256 of everything in a validated configuration that can change a result."""
    changes = tree | {"engine": {"watched": tree["engine"]["watched"]}}
    del changes["transcript"]  # told beside the results, by living the watched futures again
    return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()


def directory_name(scenario: str, key: str) -> str:
    """Name of a cell's directory in a sweep: the scenario and the start of the key."""
    return f"{scenario}-{key[:DIGITS]}"


def register_resolvers() -> None:
    """Let configs use what they need of the code.

    ``${seeds:PATH}`` reads the record, ``${ratio:a,b}`` divides, ``${accepted:STUDY}`` reads the
    parameter sets that a calibration accepted, ``${token:}`` makes the default
    directories of two runs differ, ``${cell_directory:}`` names a cell's directory in a sweep.
    """
    seeds.register_resolver()
    if OmegaConf.has_resolver("ratio"):
        return
    OmegaConf.register_new_resolver("ratio", lambda a, b: float(a) / float(b))
    OmegaConf.register_new_resolver("day_after", day_after)
    OmegaConf.register_new_resolver("accepted", accepted)
    OmegaConf.register_new_resolver("token", lambda: secrets.token_hex(3), use_cache=True)
    OmegaConf.register_new_resolver("cell_directory", cell_directory)


def day_after(date: str, days: int) -> str:
    """ISO date so many days later."""
    return str(dt.date.fromisoformat(str(date)) + dt.timedelta(days=int(days)))


def cell_directory(*, _root_: DictConfig) -> str:
    """Name the directory of a composed cell; one that is not valid is named by its overrides."""
    try:
        return from_config(_root_).directory_name
    except ConfigError:
        return invalid_name([str(word) for word in _root_.hydra.overrides.task])


def invalid_name(overrides: Sequence[str]) -> str:
    """Name the directory of a cell that has no key because it is not valid."""
    return "invalid-" + hashlib.sha256(json.dumps(list(overrides)).encode()).hexdigest()[:DIGITS]


def groups() -> set[str]:
    """Names of all configuration groups, such as ``pakistan/tactic``."""
    root = data_dir("configs")
    return {str(path.relative_to(root).as_posix()) for path in root.rglob("*") if path.is_dir()}


def canonical(override: str, known: set[str]) -> str:
    """Write a choice from a group with a slash: ``pakistan.tactic=hardliner`` names a file.

    An override whose dotted key is a group's name and whose value is no mapping is a choice from
    that group. ``+experiment=NAME`` is the named study in ``experiments/NAME/study.yaml``.
    Everything else is returned unchanged.
    """
    key, equals, value = override.partition("=")
    if key == "+experiment" and value:
        return f"+experiments/{value}=study"
    slashed = key.replace(".", "/")
    if "." in key and equals and slashed in known and not value.startswith(("{", "[")):
        return f"{slashed}={value}"
    return override


def arguments(words: Sequence[str]) -> list[str]:
    """Write a user's words as Hydra takes them; a named study is looked for in ``experiments``.

    Raises
    ------
    ConfigError
        If a word would change nothing, or names a study that is not there.
    """
    known = groups()
    out = [canonical(word, known) for word in words]
    for word in words:
        key, _, value = word.partition("=")
        if key == "+experiment":
            _need_study(value)
            out.append(f"hydra.searchpath=['file://{data_dir('experiments').parent}']")
        elif value.replace(" ", "") == "{}" and not key.startswith("+"):
            empty = (data_dir("configs") / key / "none.yaml").exists()
            none = f", {key}=none all of them" if empty else ""
            raise ConfigError(
                f"{word} changes nothing, because Hydra merges mappings; "
                f"~{key}.NAME leaves one entry out{none}"
            )
    return out


def _need_study(name: str) -> None:
    studies = sorted(path.parent.name for path in data_dir("experiments").glob("*/study.yaml"))
    if name not in studies:
        raise ConfigError(f"experiment is {name!r}; allowed are {', '.join(studies)}")


def from_config(config: DictConfig) -> Cell:
    """Validate a composed configuration.

    Raises
    ------
    ConfigError
        With every problem, or what could not be resolved.
    """
    try:
        tree = {str(key): plain(config[key]) for key in config if key != "hydra"}
        written = {key: as_written(config[key]) for key in tree}
    except (OmegaConfBaseException, ValueError) as error:
        raise ConfigError(str(error).strip().splitlines()[0]) from None
    parameters = tree.pop("parameters", None)
    if parameters and (wide := parameters.pop("wide", None)) is not None:
        check_wide(wide)
        parameters["sets"] = wide_sets(**wide)
    tree["parameter_sets"] = parameter_sets(parameters, written, tree, baseline_numbers)
    try:
        cell = Cell(*validate(tree))
    except ConfigError as error:
        raise ConfigError(f"{error}{_without_package(tree)}") from None
    unusable = list(unusable_tactics(cell.scenario))
    if unusable:
        raise ConfigError("; ".join(unusable))
    return cell


def _without_package(tree: dict[str, Any]) -> str:
    """Say which choices left a field of their own name: their files do not go where they should."""
    known = Scenario.__dataclass_fields__.keys() | Settings.__dataclass_fields__.keys()
    stray = sorted((groups() & tree.keys()) - known)
    if not stray:
        return ""
    return f" (a file of {', '.join(stray)} is no mapping, or lacks '# @package _global_' on top)"


def unusable_tactics(scenario: Scenario) -> Iterator[str]:
    """Say which side's own tactic cannot be imported or does not take its parameters."""
    for name, party in zip(PARTIES, scenario.parties, strict=True):
        if isinstance(party.tactic, Custom):
            try:
                found(party.tactic.tactic, tuple(party.tactic.parameters))
            except ConfigError as error:
                yield f"{name}.tactic: {error}"


def as_written(node: Any) -> Any:
    """A part of a configuration before the references in it are resolved."""
    return OmegaConf.to_container(node, resolve=False) if OmegaConf.is_config(node) else node


def plain(node: Any) -> Any:
    """A resolved part of a configuration as plain values."""
    if OmegaConf.is_config(node):
        return OmegaConf.to_container(node, resolve=True, throw_on_missing=True)
    return node


def load_cell(scenario: str = "baseline", overrides: Sequence[str] = ()) -> Cell:
    """Compose a scenario by name with overrides, and validate it.

    Raises
    ------
    ConfigError
        If the scenario, an option or a field is unknown, or a value is out of its range.
    """
    return from_config(_composed(scenario, overrides))


@cache
def baseline() -> Scenario:
    """The baseline with the best parameters, composed once.

    It may be asked for while Hydra composes something else, which goes on as before.
    """
    under_way = GlobalHydra.instance().hydra
    try:
        return load_cell("baseline", ["parameters=best"]).scenario
    finally:
        GlobalHydra.instance().hydra = under_way


@cache
def baseline_numbers() -> dict[str, float]:
    """Every number of the baseline by its path."""
    return {path: number.value for path, number in numbers(baseline()).items()}


@cache
def wide_sets(space: str, points: int, seed: int) -> list[Set]:
    """Parameter sets in which all that is calibrated or assumed in the baseline is varied."""
    return points_of(baseline(), space, points, seed)


def parameter_fields(scenario: str = "baseline") -> dict[str, str]:
    """Fields of a scenario that take a calibrated parameter, by dotted path, each with its name."""
    return dict(references(OmegaConf.to_container(_composed(scenario, ()), resolve=False)))


def _composed(scenario: str, overrides: Sequence[str]) -> DictConfig:
    register_resolvers()
    words = arguments([f"scenario={scenario}", *overrides])
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(data_dir("configs")), version_base="1.3"):
            config: DictConfig = compose("config", overrides=words)
    except Exception as error:
        if is_misread(error):
            raise ConfigError(explain_misread(error)) from None
        raise
    return config
