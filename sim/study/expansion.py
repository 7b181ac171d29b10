"""From a sweep's overrides to the overrides of each of its cells, by Hydra's own rules.

Knows Hydra's grammar (choices, ranges, globs); composes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from sim.config import ConfigError

GRIDS = {
    "hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
    "hydra_plugins.hydra_ceasefire.sweeper.CellSweeper",
}


def expand(
    config: DictConfig, words: Sequence[str], loader: ConfigLoader
) -> list[list[str]] | None:
    """List the overrides of every cell of the sweep that Hydra would run; None if not a grid.

    ``config`` is the sweep's composed configuration: ``hydra.sweeper.params`` come first, as in
    Hydra, and ``words`` after them.

    Raises
    ------
    ConfigError
        If an override of the sweep matches nothing.
    """
    if OmegaConf.select(config, "hydra.sweeper._target_") not in GRIDS:
        return None
    params = OmegaConf.select(config, "hydra.sweeper.params") or {}
    parser = OverridesParser.create(config_loader=loader)
    overrides = parser.parse_overrides([*(f"{k}={v}" for k, v in params.items()), *words])
    for override in overrides:
        if override.is_discrete_sweep() and not list(override.sweep_string_iterator()):
            raise ConfigError(f"{override.input_line} matches nothing, so the sweep has no cells")
    (cells,) = BasicSweeper.split_arguments(overrides, None)
    return [list(cell) for cell in cells]
