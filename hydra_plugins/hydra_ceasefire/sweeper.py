"""Hydra's basic sweeper, which composes quickly what the cells of a sweep have in common.

Hydra looks for sweepers in the name space ``hydra_plugins`` only.
"""

from dataclasses import dataclass
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper, BasicSweeperConf
from hydra.core.config_store import ConfigStore
from hydra.types import HydraContext


class CellSweeper(BasicSweeper):
    """The grid that Hydra runs by default, cell by cell."""

    def setup(self, *, hydra_context: HydraContext, **others: Any) -> None:
        """Give the launcher, and so its workers, the loader that remembers compositions."""
        from sim.study.composing import SharedLoader

        loader = SharedLoader(hydra_context.config_loader)
        super().setup(hydra_context=HydraContext(loader, hydra_context.callbacks), **others)


@dataclass
class CellSweeperConf(BasicSweeperConf):
    """As the basic sweeper."""

    _target_: str = f"{__name__}.CellSweeper"


ConfigStore.instance().store(
    group="hydra/sweeper", name="cells", node=CellSweeperConf, provider="ceasefire"
)
