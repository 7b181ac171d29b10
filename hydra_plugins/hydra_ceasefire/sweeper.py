"""The grid of cells, with paired values in it; what cells have in common is composed once.

Hydra looks for sweepers in the name space ``hydra_plugins`` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


class CellSweeper(Sweeper):
    """All combinations of the values given, as of Hydra's basic sweeper."""

    def __init__(
        self, max_batch_size: int | None = None, params: dict[str, str] | None = None
    ) -> None:
        self.max_batch_size = max_batch_size  # params are read from the sweep's configuration

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Give the launcher, and so its workers, the loader that remembers compositions."""
        from sim.study.composing import SharedLoader

        self.loader: Any = SharedLoader(hydra_context.config_loader)
        self.hydra_context = HydraContext(self.loader, hydra_context.callbacks)
        self.config = config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=self.hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> list[Any]:
        """Run every cell; return what the launcher says of each."""
        from sim.study.expansion import expand

        cells = expand(self.config, arguments, self.loader) or []
        directory = Path(self.config.hydra.sweep.dir)
        directory.mkdir(parents=True, exist_ok=True)
        try:
            OmegaConf.save(self.config, directory / "multirun.yaml")
        except OSError as error:
            error.filename = error.filename or str(directory)  # a full disk does not tell where
            raise
        self.validate_batch_is_legal(cells)
        done: list[Any] = []
        size = self.max_batch_size or len(cells)
        for first in range(0, len(cells), size):
            done += self.launcher.launch(cells[first : first + size], initial_job_idx=first)
        for one in done:
            _ = one.return_value  # raises what a job has raised
        return done

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Compose one cell of every kind, so that a mistake shows before anything is run.

        Cells that choose alike and set the same fields can all be composed, or none of them.
        """
        kinds = {self.loader.shape(self.config, words): list(words) for words in reversed(batch)}
        for words in reversed(kinds.values()):
            self.loader.load_sweep_config(self.config, words)


@dataclass
class CellSweeperConf:
    """As of the basic sweeper."""

    _target_: str = f"{__name__}.CellSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] = field(default_factory=dict)


ConfigStore.instance().store(
    group="hydra/sweeper", name="cells", node=CellSweeperConf, provider="ceasefire"
)
