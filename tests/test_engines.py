"""Engines: the same results wherever blocks are computed, and none lost with a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from sim.config import Engine, EngineKind
from sim.study.cells import load_cell
from sim.study.engines import RETRIES, Queue, dask, ordered
from sim.study.errors import EngineError
from sim.study.opening import TABLES
from sim.study.runner import run
from sim.study.store import write_cell

SMALL = ["replicates=230", "horizon=30", "engine.watched=120"]
TWO = ["engine=threads", "engine.workers=2"]


def engine(kind: str, workers: int | None = 2, address: str | None = None) -> Engine:
    return Engine(
        kind=EngineKind(kind), workers=workers, address=address, block=None, watched=0,
        progress=False, figures=None,
    )  # fmt: skip


def files(directory: Path) -> list[bytes]:
    return [(directory / f"{name}.parquet").read_bytes() for name in TABLES]


def double(number: int) -> int:
    return 2 * number


class Lost(Exception):  # noqa: N818
    """A worker was killed."""


class Frail:
    """A pool of one worker that is killed at the first try, or at each, of every third task."""

    workers, lost = 1, Lost

    def __init__(self, *, always: bool) -> None:
        self.always, self.seen, self.renewed = always, set[int](), 0

    def submit(self, work: Callable[..., int], task: tuple[int]) -> Future[int]:
        done: Future[int] = Future()
        (number,) = task
        if number % 3 == 1 and (self.always or number not in self.seen):
            self.seen.add(number)
            done.set_exception(Lost())
        else:
            done.set_result(work(number))
        return done

    def renew(self) -> None:
        self.renewed += 1

    def abandon(self) -> None:
        pass


def taken(pool: Frail) -> list[int]:
    queue = Queue(pool, double)
    for number in range(8):
        queue.put((number,))
    return [queue.take() for _ in range(8)]


def test_results_come_in_order() -> None:
    tasks = [(k,) for k in range(20)]
    assert list(ordered(engine("threads"), double, tasks)) == [2 * k for k in range(20)]


def test_threads_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    for name, words in (("one", ["engine=serial"]), ("two", [*TWO, "engine.block=37"])):
        write_cell(load_cell("baseline", [*SMALL, *words]), tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_killed_worker_loses_nothing() -> None:
    pool = Frail(always=False)
    assert taken(pool) == [2 * k for k in range(8)]
    assert pool.renewed == 1  # all three were under way together


def test_workers_that_keep_dying_are_given_up_in_one_sentence() -> None:
    with pytest.raises(EngineError, match=f"killed {RETRIES + 1} times in a row"):
        taken(Frail(always=True))


def test_an_address_where_nobody_answers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.study.engines.PATIENCE", 0.5)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at .*tcp://127\.0\.0\.1:9"):
        dask(engine("dask", address="tcp://127.0.0.1:9"))


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"pip install 'dask"):
        dask(engine("dask", workers=77))


@pytest.mark.slow
def test_dask_gives_the_same_tables_with_a_worker_killed_in_the_middle(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    words = ["replicates=6000", "horizon=60", "engine.block=500"]
    whole = run(load_cell("baseline", words))
    cell = load_cell("baseline", [*words, "engine=dask", "engine.workers=2"])
    cluster = dask(cell.settings.engine)._client.cluster
    seen: list[int] = []

    def kill(done: int) -> None:
        seen.append(done)
        if len(seen) in (2, 6):
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    spread = run(cell, kill)
    assert len(seen) == 12
    assert all(spread.table(name).equals(whole.table(name)) for name in TABLES)
    dask(cell.settings.engine).abandon()


@pytest.mark.slow
def test_a_running_dask_cluster_is_used(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    words = ["replicates=600", "horizon=40", "engine.block=100"]
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = f"engine.address={cluster.scheduler_address}"
        spread = run(load_cell("baseline", [*words, "engine=dask", address]))
        dask(engine("dask", None, cluster.scheduler_address)).abandon()
    assert spread.table("runs").equals(run(load_cell("baseline", words)).table("runs"))


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    direct = [int(word) for word in found.stdout.split()]
    return [*direct, *(below for child in direct for below in children(child))]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/status").read_text().split("State:")[1][:4]
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_parent(sent: signal.Signals, tmp_path: Path) -> None:
    words = ["replicates=400000", "engine=dask", "engine.workers=2", "hydra.run.dir=cell"]
    running = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    partial = tmp_path / "cell" / ".runs.parquet.partial"
    while not (partial.exists() and partial.stat().st_size):  # first a lock, then what blocks gave
        assert running.poll() is None
        time.sleep(0.1)
    workers = children(running.pid)
    assert len(workers) >= 2
    running.send_signal(sent)
    running.wait(timeout=60)
    until = time.monotonic() + 60
    while any(alive(pid) for pid in workers) and time.monotonic() < until:
        time.sleep(0.2)
    assert [pid for pid in workers if alive(pid)] == []
