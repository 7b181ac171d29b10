"""Composing cells: what those of a sweep or of a session have in common is composed once.

Knows Hydra's loader of configurations by its public face only; validates nothing.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any

from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.plugins.config_source import ConfigSource
from omegaconf import DictConfig, OmegaConf

from sim.paths import data_dir
from sim.releases import BASE
from sim.study import options

KEPT = 256  # compositions remembered at once, of about 60 kB each
# All that is asked of a sweep's own configuration when one of its cells is composed.
ALONE = OmegaConf.create({"hydra": {"overrides": {"hydra": []}, "job": {"config_name": "config"}}})


def hydras_loader() -> ConfigLoader:
    """Hydra's loader of shipped and own configurations; what Hydra is at is left undisturbed."""
    under_way = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(data_dir("configs")), **BASE):
            return GlobalHydra.instance().config_loader()
    finally:
        GlobalHydra.instance().hydra = under_way


def composed(words: Sequence[str]) -> DictConfig:
    """A cell as Hydra composes it of these words; what an earlier one shares is not read anew.

    Of Hydra's own part, choices and overrides are this cell's; the rest may be of an earlier one.
    """
    return _loader(options.state()).load_sweep_config(ALONE, list(words))


@lru_cache(maxsize=1)
def _loader(_: Hashable) -> SharedLoader:
    """The loader of a session, for as long as no file changes."""
    return SharedLoader(hydras_loader())


class SharedLoader:
    """Hydra's loader, for cells that make the same choices from groups again and again.

    Reading and merging the files of a cell costs more than many a simulation. Cells with the same
    choices differ in single values only, which Hydra sets when the files are merged: so one
    composition of the choices is kept, and the values are set in a copy of it. The configuration
    is the one that Hydra's own loader gives. Everything else is asked of that loader.
    """

    def __init__(self, loader: ConfigLoader) -> None:
        self._loader = loader
        for source in loader.get_sources():
            if not isinstance(source.load_config, Remembered):
                source.load_config = Remembered(source)
        self._composed: dict[tuple[str, ...], bytes] = {}
        self._groups: dict[str, bool] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_loader":  # while it is unpickled
            raise AttributeError(name)
        return getattr(self._loader, name)

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Compose one cell of the sweep ``master_config``."""
        overrides = OverridesParser.create().parse_overrides(list(sweep_overrides))
        values = [one for one in overrides if self._is_value(master_config, one)]
        words = [one.input_line for one in overrides if one not in values]
        config = self._copy(master_config, words)
        if not all(_set(config, one) for one in values):  # as Hydra says it
            whole: DictConfig = self._loader.load_sweep_config(master_config, sweep_overrides)
            return whole
        _note(config, [one for one in overrides if not one.is_hydra_override()])
        OmegaConf.copy_cache(from_config=master_config, to_config=config)
        return config

    def shape(self, master: DictConfig, words: Sequence[str]) -> tuple[str, ...]:
        """What of a cell's overrides decides whether it can be composed: all but plain values."""
        overrides = OverridesParser.create().parse_overrides(list(words))
        return tuple(
            one.key_or_group if self._is_value(master, one) else str(one.input_line)
            for one in overrides
        )

    def _is_value(self, master: DictConfig, override: Override) -> bool:
        """Whether an override sets a value that is there, rather than choose files or add to it."""
        key = override.key_or_group
        if override.is_hydra_override() or override.is_sweep_override():
            return False
        if override.type is not OverrideType.CHANGE or override.package is not None:
            return False
        if key not in self._groups:
            of_hydra = OmegaConf.to_container(master.hydra.overrides.hydra)  # as they were written
            of_group = self._loader.get_group_options(
                key, config_name=master.hydra.job.config_name, overrides=of_hydra
            )
            self._groups[key] = bool(of_group)
        return not self._groups[key] or isinstance(override.value(), dict)

    def _copy(self, master: DictConfig, words: Sequence[str]) -> DictConfig:
        """A copy of the configuration with these choices, made faster than by ``deepcopy``."""
        found = self._composed.pop(tuple(words), None)
        if found is None:
            found = pickle.dumps(self._loader.load_sweep_config(master, list(words)))
        self._composed[tuple(words)] = found
        if len(self._composed) > KEPT:
            del self._composed[next(iter(self._composed))]
        config: DictConfig = pickle.loads(found)
        return config


class Remembered:
    """Reads a configuration file once: parsing it costs more than copying what it says."""

    def __init__(self, source: ConfigSource) -> None:
        self._source = source
        self._read: dict[str, bytes] = {}

    def __deepcopy__(self, _: Any) -> Remembered:
        return self  # Hydra copies its sources for every composition

    def __call__(self, config_path: str) -> Any:
        """A copy of what the source says of a path."""
        if config_path not in self._read:
            found = type(self._source).load_config(self._source, config_path)
            self._read[config_path] = pickle.dumps(found)
        return pickle.loads(self._read[config_path])


def _set(config: DictConfig, override: Override) -> bool:
    """Set a value; False where there is no such field."""
    key = override.key_or_group
    parent, _, name = key.rpartition(".")
    node = OmegaConf.select(config, parent) if parent else config
    if not OmegaConf.is_dict(node) or name not in node:
        return False
    OmegaConf.update(config, key, override.value(), merge=True)
    return True


def _note(config: DictConfig, of_task: Sequence[Override]) -> None:
    """Note in Hydra's own part how the cell was asked for."""
    job = config.hydra.job
    config.hydra.overrides.task = [one.input_line for one in of_task]
    if OmegaConf.is_interpolation(job, "override_dirname"):  # Hydra 1.4 works it out when asked
        return
    options = job.config.override_dirname
    lines = sorted(
        str(one.input_line) for one in of_task if one.key_or_group not in options.exclude_keys
    )
    job.override_dirname = re.sub("=", options.kv_sep, options.item_sep.join(lines))
