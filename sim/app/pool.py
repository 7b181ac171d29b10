"""Processes for work that takes longer than a click; they end with the server, however it ends."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, TypeVar

from sim.app import strings as say
from sim.app.choices import lock_down
from sim.config import ConfigError

MOST_WAITING = 64  # pieces of work in the line and under way
NICE = 10  # the pages go first

T = TypeVar("T")


@dataclass(frozen=True)
class Mistake:
    """What a visitor got wrong, said by a worker."""

    words: str


class Pool:
    """As many workers as there are processors."""

    def __init__(self) -> None:
        self.workers = os.cpu_count() or 1
        self.waiting = 0
        self.closed = False
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Have work done in another process.

        Raises
        ------
        ConfigError
            For a visitor's mistake, too much waiting work, and work that came to nothing.
        """
        if self.closed:
            raise ConfigError(say.STOPPING)
        if self.waiting >= MOST_WAITING:
            raise ConfigError(say.ALL_BUSY)
        self.waiting += 1
        try:
            pool = self._started()
            loop = asyncio.get_running_loop()
            done: T | Mistake = await loop.run_in_executor(pool, _do, work, arguments)
        except BrokenProcessPool:
            self._pool = None
            raise ConfigError(say.STOPPING if self.closed else say.WORKER_GONE) from None
        finally:
            self.waiting -= 1
        if isinstance(done, Mistake):
            raise ConfigError(done.words)
        return done

    async def warm(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Have every worker load what it needs before somebody waits for it."""
        with suppress(ConfigError):  # the server may be stopped meanwhile
            await asyncio.gather(*(self.run(work, *arguments) for _ in range(self.workers)))

    def close(self) -> None:
        """End the workers, whatever they do."""
        self.closed = True
        for process in multiprocessing.active_children():
            process.kill()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=begin)
        return self._pool


def begin() -> None:
    """Start a worker: behind the pages, out of reach of the environment, and tied to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its workers
    threading.Thread(target=_end_with_server, daemon=True).start()
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
    lock_down()


def _end_with_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        wait([server.sentinel])
        os._exit(1)


def _do(work: Callable[..., T], arguments: tuple[Any, ...]) -> T | Mistake:
    try:
        return work(*arguments)
    except ValueError as error:  # whatever a user gets wrong is one
        return Mistake(str(error))
