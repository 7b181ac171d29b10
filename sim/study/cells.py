"""Cells: a scenario and the settings of its run, composed by Hydra and validated.

Knows the configuration tree and Hydra's composition; it simulates nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, flag_override
from omegaconf.errors import OmegaConfBaseException

from sim import seeds, yaml_files
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
from sim.names import count
from sim.negotiation.own import found
from sim.paths import also_own, data_dir, import_from_own
from sim.releases import register
from sim.study.composing import composed
from sim.study.misread import explain_misread, is_misread
from sim.study.options import groups
from sim.study.parameters import Set, accepted, filled_in, parameter_sets, references
from sim.study.space import check_wide, points_of
from sim.study.where import with_places
from sim.study.words import arguments

LONGEST = 100_000  # days: events of a scenario are checked against the horizon when it is run
DIGITS = 12  # of a key that name a directory; the whole key is checked before one is used


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        held = self.settings
        futures = f"{count(held.replicates, 'future')} of {held.horizon} days, seed {held.seed}"
        return f"<Cell {self.directory_name}: {futures}>"

    @cached_property
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
    del changes["transcript"]  # written beside the results, by re-running the watched futures
    return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()


def directory_name(scenario: str, key: str) -> str:
    """Name of a cell's directory in a sweep: the scenario and the start of the key."""
    return f"{scenario}-{key[:DIGITS]}"


def register_resolvers() -> None:
    """Let configs use what they need of the code, and a user's own code.

    ``${seeds:PATH}`` reads the record, ``${ratio:a,b}`` divides, ``${accepted:STUDY}`` reads the
    parameter sets that a calibration accepted, ``${token:}`` makes the default
    directories of two runs differ, ``${cell_directory:}`` names a cell's directory in a sweep.
    """
    import_from_own()
    seeds.register_resolver()
    if OmegaConf.has_resolver("ratio"):  # once: a process that was locked down stays locked down
        return
    register("ratio", lambda a, b: float(a) / float(b))
    register("day_after", day_after)
    register("accepted", accepted)
    register("token", lambda: secrets.token_hex(3), use_cache=True)
    register("cell_directory", cell_directory)


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


def from_config(config: DictConfig, hydra: DictConfig | None = None) -> Cell:
    """Validate a composed configuration; ``hydra`` is Hydra's part of it if that is apart.

    Raises
    ------
    ConfigError
        With every problem, or what could not be resolved.
    """
    try:
        written = {str(key): as_written(config[key]) for key in config if key != "hydra"}
        text = json.dumps(written, default=str)
        found = _recalled(text)
        if found is None:  # Hydra asks for the directory's name, then the job for the cell
            made_of = _made_of(hydra or config.get("hydra"))
            found = _cell(_resolved(config, written), written, made_of)
            _remember(text, found)
            _remember(_identity(found.key, found.tree()), found)  # as it will be stored
    except (OmegaConfBaseException, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(str(error).strip().splitlines()[0]) from None
    return found


_known: dict[str, Cell] = {}  # the last few, by a digest of what they come from
REMEMBERED = 1_000_000  # numbers in the parameter sets of all that are remembered


def _recalled(text: str) -> Cell | None:
    return _known.get(hashlib.sha256(text.encode()).hexdigest())


def _remember(text: str, cell: Cell) -> None:
    _known[hashlib.sha256(text.encode()).hexdigest()] = cell
    while len(_known) > 2 and sum(map(_size, list(_known.values()))) > REMEMBERED:
        _known.pop(next(iter(_known)), None)


def _size(cell: Cell) -> int:
    sets = cell.scenario.parameter_sets
    return 1_000 + len(sets) * len(sets[0] if sets else ())


def _identity(key: str, tree: dict[str, Any]) -> str:
    """All of a stored configuration: its key and what the key leaves out."""
    return json.dumps([key, tree["engine"], tree["transcript"]])


def as_stored(tree: dict[str, Any], key: str) -> Cell:
    """The cell of a stored configuration; it is not validated anew if this process just has.

    ``key`` must be that of the tree.

    Raises
    ------
    ConfigError
        With every problem.
    """
    return _recalled(_identity(key, tree)) or Cell(*validate(tree))


def _cell(
    tree: dict[str, Any], written: dict[str, Any], made_of: tuple[dict[str, Any], list[str]]
) -> Cell:
    """Validate a resolved tree; ``written`` is the same before references are resolved."""
    parameters = tree.pop("parameters", None)
    if parameters and (wide := parameters.pop("wide", None)) is not None:
        check_wide(wide)
        parameters["sets"] = wide_sets(**wide)
    tree["parameter_sets"] = parameter_sets(parameters, written, tree, baseline_numbers)
    try:
        cell = Cell(*validate(tree))
    except ConfigError as error:
        said = with_places(str(error), *made_of)
        raise ConfigError(f"{said}{_without_package(tree)}") from None
    unusable = list(unusable_tactics(cell.scenario))
    if unusable:
        raise ConfigError("; ".join(unusable))
    return cell


def _made_of(hydra: DictConfig | None) -> tuple[dict[str, Any], list[str]]:
    """Options by group that a configuration was composed of, and the overrides of its fields.

    ``hydra`` is Hydra's part of it; in a job Hydra keeps that apart.
    """
    if hydra is None and HydraConfig.initialized():
        hydra = HydraConfig.get()
    if hydra is None:
        return {}, []
    chosen: Any = OmegaConf.to_container(hydra.runtime.choices)
    words: Any = OmegaConf.to_container(hydra.overrides.task, resolve=False)
    return chosen, words


def _without_package(tree: dict[str, Any]) -> str:
    """Name the choices that left a field of their own name: their files lack a package."""
    known = Scenario.__dataclass_fields__.keys() | Settings.__dataclass_fields__.keys()
    stray = sorted((groups().keys() & tree.keys()) - known)
    if not stray:
        return ""
    return (
        f" (a file of {', '.join(stray)} is not a mapping, or lacks '# @package _global_' on top)"
    )


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


def _resolved(config: DictConfig, written: dict[str, Any]) -> dict[str, Any]:
    """All parts of a configuration as plain values.

    Most references are to parameters, or there are none: these are put in here, since OmegaConf
    takes several times as long to look for them.
    """
    parameters = plain(config.get("parameters"))
    known = parameters if isinstance(parameters, dict) else {}
    tree: dict[str, Any] = {}
    for name, part in written.items():
        try:
            tree[name] = parameters if name == "parameters" else filled_in(part, known)
        except KeyError:  # OmegaConf has to resolve it
            tree[name] = plain(config[name])
    return tree


def load_cell(scenario: str = "baseline", overrides: Sequence[str] = ()) -> Cell:
    """Compose a scenario by name with overrides, and validate it.

    Raises
    ------
    ConfigError
        If the scenario, an option or a field is unknown, or a value is out of its range.
    """
    return from_config(*_composed(scenario, overrides))


def load_best(scenario: str = "baseline", overrides: Sequence[str] = ()) -> Cell:
    """Compose a cell whose futures all have the best parameters, unless words choose others."""
    chosen = any(word.startswith("parameters=") for word in overrides)
    return load_cell(scenario, [*([] if chosen else ["parameters=best"]), *overrides])


def load_scenario(
    name: str, overrides: Sequence[str], folder: str | os.PathLike[str] | None = None
) -> Scenario:
    """Compose a scenario without settings of a run; ``folder`` is one of the user's own.

    Raises
    ------
    ConfigError
        As ``load_cell``, and for every setting of a run.
    """
    if isinstance(overrides, str):
        raise ConfigError(f"overrides is {overrides!r}; write a list, such as [{overrides!r}]")
    _need_no_settings(overrides)
    with also_own(folder):
        config, hydra = _composed(name, overrides)
        usual = yaml_files.read(data_dir("configs") / "config.yaml")
        for setting in ("horizon", "seed", "replicates"):
            if config[setting] != usual[setting]:
                warnings.warn(
                    f"the files of {name} have {setting}={config[setting]}, which holds on the "
                    f"command line; here write sim.simulate(scenario, {setting}={config[setting]})",
                    stacklevel=3,
                )
        OmegaConf.update(config, "horizon", LONGEST)
        return from_config(config, hydra).scenario


def _need_no_settings(overrides: Sequence[str]) -> None:
    """Refuse settings of a run, and say where they belong."""
    for word in overrides:
        key, _, value = word.lstrip("+~").partition("=")
        root, _, field = key.replace("/", ".").partition(".")
        if root in ("seed", "replicates", "horizon") or field in ("block", "watched", "workers"):
            raise ConfigError(
                f"{word} says how the scenario is run, which sim.load does not take; write "
                f"sim.simulate(scenario, {field or root}={value})"
            )
        if root in ("engine", "transcript", "hydra"):
            raise ConfigError(f"{word} is a setting of the command line, which sim.load refuses")


@cache
def baseline() -> Scenario:
    """The baseline with the best parameters, which may be asked for while Hydra is at work."""
    return load_best().scenario


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
    return dict(references(OmegaConf.to_container(_composed(scenario, ())[0], resolve=False)))


def _composed(scenario: str, overrides: Sequence[str]) -> tuple[DictConfig, DictConfig]:
    """A configuration, and Hydra's part of it, which no field may refer to."""
    register_resolvers()
    words = arguments([f"scenario={scenario}", *overrides])
    try:
        config = composed(words)
    except Exception as error:
        if is_misread(error):
            raise ConfigError(explain_misread(error)) from None
        raise
    hydra = config.hydra
    with flag_override(config, ["struct", "readonly"], [False, False]):
        del config.hydra
    return config, hydra
