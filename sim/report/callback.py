"""What Hydra calls around a sweep.

A single run makes the callback too and asks nothing of it, so what is heavy is imported inside
functions.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from sim.report.problems import problems, say

directory: list[Path] = []  # of the sweep under way, for whoever must tell that it was cut off
held = ExitStack()  # keeps other sweeps out of that directory; the command line closes it


class CompareAfterSweep(Callback):  # type: ignore[misc]
    """Hydra callback: note what a multirun should hold; compare its cells when all have ended.

    Hydra turns an exception of a callback into a warning, so problems go to the list of the
    command line. A named study has figures of its own and sets ``summary`` to false.
    """

    def __init__(self, summary: bool = True) -> None:
        self.summary = summary

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Wait for the sweep's directory, and write the list of cells to expect into it."""
        from sim.config import ConfigError
        from sim.report.progress import begin_sweep
        from sim.report.start import started
        from sim.study.errors import StudyError
        from sim.study.expansion import expand
        from sim.study.files import locked
        from sim.study.sweeps import expect

        started()
        directory.append(Path(config.hydra.sweep.dir))
        words = [str(word) for word in config.hydra.overrides.task]
        try:
            cells = expand(config, words, GlobalHydra.instance().config_loader())
            held.enter_context(locked(directory[-1]))
            expect(directory[-1], cells or [])
            begin_sweep(len(cells or []))
        except (ConfigError, StudyError) as error:
            problems.append(str(error))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the comparison; tell the command line what failed."""
        from sim.names import count
        from sim.report.start import waited
        from sim.report.sweep import compare_sweep
        from sim.study.store import one_line
        from sim.study.sweeps import open_directory

        if problems:  # nothing was run
            return
        try:
            sweep = open_directory(directory[-1])
            problems.extend(sweep.problems())
            for note in sweep.notes():
                say(note)
            if self.summary:
                say(compare_sweep(sweep))
            say(f"{count(len(sweep.cells), 'cell')} in {waited():.1f} s")
        except Exception as error:
            problems.append(f"the cells are stored but were not compared: {one_line(error)}")
