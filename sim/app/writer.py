"""One thread that writes to the store, so that no page waits for a disk; knows no room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sim.app import strings as say
from sim.app.store import PATIENCE, NotStored, Store
from sim.app.tables import Change

LEAST = 0.05  # seconds of patience for what has waited in line


class Writer:
    """Writes in the order asked for; whoever asks waits, and nobody else does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def write(self, *changes: Change) -> None:
        """Make changes, all or none; they are in the file when this returns.

        Raises
        ------
        NotStored
            If they are not, at the latest some seconds after they were asked for.
        """
        until = time.monotonic() + PATIENCE
        await self._do(
            lambda: self.store.write(changes, max(LEAST, until - time.monotonic())),
        )

    async def look(self) -> None:
        """Check the file; raise ``NotStored`` if nothing can be stored now."""
        await self._do(self.store.look)

    def close(self) -> None:
        """Finish what was begun and close the file."""
        self.thread.shutdown(wait=True)
        self.store.close()

    async def _do(self, what: Callable[[], None]) -> None:
        try:
            done = asyncio.get_running_loop().run_in_executor(self.thread, what)
        except RuntimeError:  # the thread has ended
            raise NotStored(say.STOPPING) from None
        await done
