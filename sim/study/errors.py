"""What can go wrong in a study through no fault of the code; each message is one sentence."""

from __future__ import annotations

import os
from pathlib import Path


class StudyError(ValueError):
    """A study that cannot continue; the message is one sentence for the user."""


class StoreError(StudyError):
    """A directory that cannot be written to or read from."""


class EngineError(StudyError):
    """An engine that cannot compute: not installed, not reachable, or its workers keep dying."""


def cannot_write(where: Path | str, error: OSError) -> str:
    """Say in one sentence why a place cannot be written to."""
    reason = os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
    return f"cannot write to {where}: {reason.lower()}"
