"""The start of a command: what it makes stays; looking through it for garbage would take .5 s."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def starting() -> Iterator[None]:
    """Collect no garbage until the work has ``started``; afterwards as usual."""
    gc.disable()
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
