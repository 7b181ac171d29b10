"""Launchers that run several cells of a sweep in one submitted job.

Hydra looks for launchers in the name space ``hydra_plugins`` only. They build on
hydra-submitit-launcher; where that is not installed there is nothing to see here.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore

try:
    from hydra_plugins.hydra_submitit_launcher.config import LocalQueueConf, SlurmQueueConf
    from hydra_plugins.hydra_submitit_launcher.submitit_launcher import LocalLauncher, SlurmLauncher
except ImportError:
    pass
else:

    class Grouped:
        """Submits ``cells_per_job`` cells at a time, which run one after the other.

        A group travels as one job whose "overrides" are the overrides of its cells as JSON.
        """

        def __init__(self, cells_per_job: int, **params: Any) -> None:
            super().__init__(**params)
            self.cells_per_job = cells_per_job

        def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> list[Any]:
            """Submit the cells in groups; return the outcome of each cell, in order."""
            size = self.cells_per_job
            words = [json.dumps(list(overrides)) for overrides in job_overrides]
            groups = [words[first : first + size] for first in range(0, len(words), size)]
            done = super().launch(groups, initial_job_idx)  # type: ignore[misc]
            return [each for group in done for each in group]

        def __call__(
            self, group: list[str], job_dir_key: str, number: int, name: str, state: Any
        ) -> list[Any]:
            """Run the cells of one group, one after the other."""
            run = super().__call__  # type: ignore[misc]
            return [
                run(json.loads(words), job_dir_key, number * self.cells_per_job + k, name, state)
                for k, words in enumerate(group)
            ]

    class GroupedSlurmLauncher(Grouped, SlurmLauncher):
        """Groups of cells as a SLURM job array."""

    class GroupedLocalLauncher(Grouped, LocalLauncher):
        """Groups of cells as processes on this machine."""

    @dataclass
    class GroupedSlurmConf(SlurmQueueConf):
        """SLURM with groups."""

        _target_: str = f"{__name__}.GroupedSlurmLauncher"
        cells_per_job: int = 20

    @dataclass
    class GroupedLocalConf(LocalQueueConf):
        """This machine with groups."""

        _target_: str = f"{__name__}.GroupedLocalLauncher"
        cells_per_job: int = 20

    for _name, _node in (("grouped_slurm", GroupedSlurmConf), ("grouped_local", GroupedLocalConf)):
        ConfigStore.instance().store(
            group="hydra/launcher", name=_name, node=_node(), provider="ceasefire"
        )
