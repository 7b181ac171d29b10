"""A sweep left running in the background, in a session of its own, with a log beside its cells.

Knows where a sweep's directory would be and how this program is started; runs no cell.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sim.study.errors import StoreError, cannot_write
from sim.study.plan import sweep_of

LOG = "detached.log"
DIRECTORY = "hydra.sweep.dir"


def detach(options: Sequence[str], words: Sequence[str]) -> tuple[Path, int]:
    """Start a sweep that outlives this process; return its directory and process.

    Raises
    ------
    ConfigError
        If the sweep cannot be composed.
    StoreError
        If its directory cannot be written to.
    """
    directory = Path(sweep_of(words)[0].hydra.sweep.dir)
    kept = [word for word in words if not word.startswith(f"{DIRECTORY}=")]
    command = [sys.executable, "-m", "sim", *options, *kept, f"{DIRECTORY}={directory}"]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / LOG).open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )  # fmt: skip
    except OSError as error:
        raise StoreError(cannot_write(directory, error)) from None
    return directory, process.pid
