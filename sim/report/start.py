"""The start of a command: what it makes stays, so collecting garbage then would waste .5 s."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

_began = [time.perf_counter()]


def waited() -> float:
    """Seconds since the command began, which is what a person has waited."""
    return time.perf_counter() - _began[0]


@contextmanager
def starting() -> Iterator[None]:
    """Collect no garbage until the work has ``started``; afterwards as usual."""
    gc.disable()
    _began[0] = time.perf_counter()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def started() -> None:
    """Collect garbage from now on, but never look through what the start has made."""
    if not gc.isenabled():  # once: what a cell leaves behind must not be kept for ever
        gc.freeze()
        gc.enable()
