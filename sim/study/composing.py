"""Composing the cells of a sweep: what they have in common is composed once.

Knows Hydra's loader of configurations; validates nothing.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence

from hydra._internal.config_loader_impl import ConfigLoaderImpl, get_overrides_dirname
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

KEPT = 256  # compositions remembered at once, of about 60 kB each


class SharedLoader(ConfigLoaderImpl):  # type: ignore[misc]
    """Hydra's loader, for a sweep whose cells make the same choices from groups again and again.

    Reading and merging the files of a cell costs more than many a simulation. Cells with the same
    choices differ in single values only, which Hydra sets when the files are merged: so one
    composition of the choices is kept, and the values are set in a copy of it. The configuration
    is the one that Hydra's own loader gives.
    """

    def __init__(self, loader: ConfigLoader) -> None:
        super().__init__(loader.get_search_path())
        self._composed: dict[tuple[str, ...], bytes] = {}
        self._groups: dict[str, bool] = {}

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Compose one cell of the sweep ``master_config``."""
        overrides = OverridesParser.create().parse_overrides(list(sweep_overrides))
        self.validate_sweep_overrides_legal(overrides, run_mode=RunMode.RUN, from_shell=True)
        values = [one for one in overrides if not self._is_composed(master_config, one)]
        words = [one.input_line for one in overrides if one not in values]
        config = self._copy(master_config, words)
        self._apply_overrides_to_config(values, config)
        of_task = [one for one in overrides if not one.is_hydra_override()]
        config.hydra.overrides.task = [one.input_line for one in of_task]
        options = config.hydra.job.config.override_dirname
        config.hydra.job.override_dirname = get_overrides_dirname(
            of_task, kv_sep=options.kv_sep, item_sep=options.item_sep,
            exclude_keys=options.exclude_keys,
        )  # fmt: skip
        OmegaConf.copy_cache(from_config=master_config, to_config=config)
        return config

    def _is_composed(self, master: DictConfig, override: Override) -> bool:
        """Whether an override decides which files are merged, or is Hydra's own."""
        key = override.key_or_group
        if override.is_hydra_override():
            return True
        if key not in self._groups:
            of_hydra = OmegaConf.to_container(master.hydra.overrides.hydra)  # as they were written
            options = self.get_group_options(key, None, master.hydra.job.config_name, of_hydra)
            self._groups[key] = bool(options)
        return self._groups[key] and not isinstance(override.value(), dict)

    def _copy(self, master: DictConfig, words: Sequence[str]) -> DictConfig:
        """A configuration of one's own with these choices; copied faster than ``deepcopy`` does."""
        found = self._composed.pop(tuple(words), None)
        if found is None:
            found = pickle.dumps(super().load_sweep_config(master, list(words)))
        self._composed[tuple(words)] = found
        if len(self._composed) > KEPT:
            del self._composed[next(iter(self._composed))]
        config: DictConfig = pickle.loads(found)
        return config
