"""A SLURM of one node for tests."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent / "slurm"


def start_slurm() -> Iterator[dict[str, str]]:
    """A SLURM of one node, or a skip that says why there is none."""
    directory = tempfile.mkdtemp(prefix="slurm-")
    start = subprocess.run([SCRIPTS / "start.sh", directory], capture_output=True, text=True)
    try:
        if start.returncode:
            pytest.skip(start.stderr.strip() or "SLURM did not start")
        yield dict([start.stdout.strip().removeprefix("export ").split("=", 1)])
    finally:
        subprocess.run([SCRIPTS / "stop.sh", directory], check=True)
        shutil.rmtree(directory, ignore_errors=True)
