"""Where a result came from: versions, commit, platform, times. Knows no result."""

from __future__ import annotations

import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGE = "ceasefire-sim"
DISTRIBUTIONS = (PACKAGE, "mesa", "numpy", "scipy", "pandas", "pyarrow", "hydra-core")


def now() -> str:
    """Current time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of what a result depends on."""
    found = {"python": platform.python_version()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


@cache
def git_state() -> dict[str, Any]:
    """Commit of the repository the code runs from and whether it has changes; null outside one.

    Asked once: the code that runs is the one that was imported.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return {"commit": None, "dirty": None}

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}


def provenance() -> dict[str, Any]:
    """Everything about the machine and the code that ``run.json`` records."""
    return {"versions": versions(), "git": git_state(), "platform": platform.platform(terse=True)}
