"""Engines: where the blocks of a cell are computed. None changes a result (a card: last digits).

``serial`` computes one block after the other, ``threads`` several side by side in this process,
``cuda`` one after the other on a graphics card, ``dask`` several on a Dask cluster. Blocks come
back in their order, only a few are under way at once, and a block whose worker was killed is
computed again. Knows no model and no file.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sim.config import Engine, EngineKind
from sim.extras import advice
from sim.study.errors import EngineError

T = TypeVar("T")
Task = tuple[Any, ...]
WINDOW = 2  # blocks under way or waiting to be written, per worker
RETRIES = 3  # times in a row a block may lose its worker before the cell is given up
TURNS = 2  # blocks in hand where a device computes: one on it, one being prepared or packed
PATIENCE = 10.0  # seconds to wait for a cluster to answer


class Pool(Protocol):
    """Workers that take one task each."""

    workers: int
    lost: Any  # the exceptions a future raises when its worker was killed

    def submit(self, work: Callable[..., Any], task: Task) -> Any:
        """Start a task; return its future."""

    def renew(self) -> None:
        """Replace workers that were killed."""

    def abandon(self) -> None:
        """Stop all work at once."""


def workers_of(engine: Engine) -> int:
    """Number of workers: as configured, else the processors this process may use."""
    if engine.kind is EngineKind.serial:
        return 1
    if engine.kind is EngineKind.cuda:
        return TURNS
    return engine.workers or processors()


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ordered(engine: Engine, work: Callable[..., T], tasks: Iterable[Task]) -> Iterator[T]:
    """Yield ``work(*task)`` for every task, in order.

    Raises
    ------
    EngineError
        If the engine is not installed or not reachable, or its workers are killed again and again.
    """
    if engine.kind is EngineKind.serial:
        for task in tasks:
            yield work(*task)
        return
    pool: Pool = dask(engine) if engine.kind is EngineKind.dask else Threads(workers_of(engine))
    queue = Queue(pool, work)
    try:
        for task in tasks:
            queue.put(task)
            if len(queue) >= WINDOW * pool.workers:
                yield queue.take()
        while len(queue):
            yield queue.take()
    finally:
        if len(queue):  # interrupted, or a block failed
            pool.abandon()


class Queue:
    """Tasks under way, in order; a task whose worker was killed is started again."""

    def __init__(self, pool: Pool, work: Callable[..., Any]) -> None:
        self._pool, self._work = pool, work
        self._under_way: deque[tuple[Task, Any]] = deque()
        self._failures = 0

    def __len__(self) -> int:
        return len(self._under_way)

    def put(self, task: Task) -> None:
        """Start a task."""
        try:
            future = self._pool.submit(self._work, task)
        except self._pool.lost:
            future = None
        self._under_way.append((task, future))

    def take(self) -> Any:
        """Wait for the oldest task and return its result."""
        while True:
            _, future = self._under_way[0]
            if future is None:
                self._again()
                continue
            try:
                result = future.result()
            except self._pool.lost:
                self._again()
                continue
            self._under_way.popleft()
            self._failures = 0
            return result

    def _again(self) -> None:
        """Start everything under way again with new workers."""
        self._failures += 1
        if self._failures > RETRIES:
            raise EngineError(
                f"workers were killed {self._failures} times in a row; a smaller engine.block or "
                "fewer engine.workers need less memory"
            )
        self._pool.renew()
        tasks = [task for task, _ in self._under_way]
        self._under_way.clear()
        for task in tasks:
            self.put(task)


class Threads:
    """Threads of this process; compiled rules release the interpreter's lock."""

    lost: Any = ()

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="blocks")

    def submit(self, work: Callable[..., Any], task: Task) -> Any:
        """Start a task; return its future."""
        return self._pool.submit(work, *task)

    def renew(self) -> None:
        """Do nothing: threads are not killed one by one."""

    def abandon(self) -> None:
        """Start nothing more; a block under way ends within a second."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_clients: dict[tuple[str | None, int], Dask] = {}  # kept for the cells that follow


def dask(engine: Engine) -> Dask:
    """Connect to a running cluster, or start one on this machine; kept until the process ends."""
    where = engine.address, workers_of(engine)
    if where not in _clients:
        _clients[where] = Dask(*where)
    return _clients[where]


class Dask:
    """Workers of a Dask cluster: one of its own on this machine, or a running one."""

    def __init__(self, address: str | None, workers: int) -> None:
        try:
            from distributed import Client, LocalCluster
            from distributed.client import FutureCancelledError
            from distributed.scheduler import KilledWorker
        except ImportError:
            raise EngineError(f"engine=dask needs Dask: {advice('dask')}") from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self.lost: Any = (KilledWorker, FutureCancelledError)
        self._cluster = None
        if address is None:
            self._cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
        try:
            self._client = Client(address or self._cluster, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError):
            raise EngineError(f"no Dask scheduler answers at engine.address={address}") from None
        self.workers = max(1, sum(self._client.nthreads().values()))
        self._key = (address, workers)
        atexit.register(self.close)

    def submit(self, work: Callable[..., Any], task: Task) -> Any:
        """Start a task; return its future. The scheduler itself restarts tasks of lost workers."""
        return self._client.submit(work, *task, pure=False)

    def renew(self) -> None:
        """Leave it to the scheduler, which replaces its workers."""

    def abandon(self) -> None:
        """Stop all work at once."""
        _clients.pop(self._key, None)
        self.close()

    def close(self) -> None:
        """Leave the cluster; end it if it was started here."""
        atexit.unregister(self.close)
        self._client.close(timeout=PATIENCE)
        if self._cluster is not None:
            self._cluster.close(timeout=PATIENCE)
