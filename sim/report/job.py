"""What Hydra calls for each cell. Launchers import this module wherever a cell is to be run.

Everything heavy is imported inside functions; importing the module registers what the
configuration tree needs.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.study.cells import register_resolvers

register_resolvers()


def job(config: Any) -> None:
    """Run one composed cell; in a sweep, a failing cell is recorded and the others continue."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    from sim.config import ConfigError
    from sim.report.cell import run_cell
    from sim.report.problems import problems, say
    from sim.report.start import started
    from sim.study.cells import from_config
    from sim.study.errors import StudyError
    from sim.study.store import one_line, record_failure

    started()
    settings = HydraConfig.get()
    sweeping = settings.mode is RunMode.MULTIRUN
    directory, record = Path(settings.runtime.output_dir), None
    overrides: Any = OmegaConf.to_container(settings.overrides.task, resolve=False)

    def name() -> str:
        from sim.report.sweep import label

        return label(directory.parent, overrides)

    try:
        cell = from_config(config)
        overrides = list(settings.overrides.task)
        which = (settings.job.num, name()) if sweeping else (None, "")
        say(run_cell(cell, directory, overrides, sweeping, *which))
    except (Exception, SystemExit) as error:  # a user's tactic may call sys.exit
        mistake = isinstance(error, ConfigError | StudyError)
        if sweeping or not mistake:
            with suppress(StudyError):  # on a full disk there is no room for the record either
                record = record_failure(directory, error, overrides)
        if sweeping:  # reported by the sweep's callback when all have ended
            say(f"{name() or directory.name}: failed: {one_line(error)}")
        else:
            where = f" (traceback in {record})" if record is not None else ""
            problems.append(one_line(error) + where)
