"""A graphics card as an engine: the rules as they stand, on some thousands of threads of a device.

What a thread of the processor does with a block, a *worker* of the device does with its part of
one: it lives its futures to their ends, those of one parameter set together, with a desk of its
own. Numba's compiler for NVIDIA's cards takes every rule as it is written; the few functions that
stand for machine words, shared counts and a user's code are taught to it here and nowhere else.

Nothing is noted on a device, so the futures that are watched are left to the processor.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from sim.compiling import KEPT_IN
from sim.config import MAX_PACKAGES, Scenario
from sim.extras import advice
from sim.futures import SPELLS_EACH, Futures, Run
from sim.negotiation import own
from sim.negotiation.tables import clear_desks, desk_record
from sim.notes import NOTE
from sim.records import Daily
from sim.rules.run import SPELL
from sim.state import FUTURE
from sim.study.errors import EngineError

ROOMS = (4_096, MAX_PACKAGES)  # packages there is room for on a desk: the rules are compiled for it
TABLES = 2  # tables on a desk
GROUP = 32  # workers that run in step
GROUPS_EACH = 4  # groups of workers on a multiprocessor
FUTURES_EACH = 8  # futures that a worker is worth starting for
MOST_FUTURES = 200_000  # of a block, so that the processor holds few at once
SHARE = 0.5  # of the free memory for desks; half of what is then left for a block's futures
DESKS_AT_ONCE = 100  # that are sent to the device together
FAILURES = {  # of the card, its driver and compilers, from libraries that have no class in common
    "CudaSupportError", "CudaDriverError", "CUDAError", "NvvmSupportError", "NvvmError",
    "LinkerError", "nvJitLinkError",
}  # fmt: skip
COMPILED = "kernel.live_block-*.nbi"  # is there once the rules have been compiled for a card

_turns = threading.RLock()  # blocks take turns on the device


class Device:
    """The first graphics card: its compiled rules and its desks."""

    def __init__(self) -> None:
        try:
            import numba_cuda  # noqa: F401 - Numba's own CUDA, which it replaces, is out of date
            from numba import cuda

            from sim.study.kernel import live
        except (ImportError, AttributeError):  # the latter beside a NumPy that it does not know
            raise EngineError(f"engine=cuda needs Numba-CUDA: {advice('cuda')}") from None
        if not cuda.is_available():
            raise EngineError(
                "engine=cuda finds no NVIDIA card with a driver and NVIDIA's compiler; "
                "engine=threads computes the same"
            )
        self.cuda = cuda
        self.live = live
        self.seconds = 0.0  # spent in the kernel
        self._desks: Any = None
        self._held: tuple[Any, int] | None = None

    def free(self) -> float:
        """Bytes of its memory that are free or taken by desks, which can be given back."""
        held = 0 if self._held is None else self._held[0].itemsize * self._held[1]
        return held + float(self.cuda.current_context().get_memory_info().free)

    def workers(self, futures: int, record: np.dtype[Any], each: int) -> int:
        """How many workers share some futures, if each needs its desk and so many bytes besides."""
        of_processors = getattr(self.cuda.get_current_device(), "MULTIPROCESSOR_COUNT", 1)
        wanted = min(GROUP * GROUPS_EACH * of_processors, -(-futures // FUTURES_EACH))
        room = SHARE * self.free() / (record.itemsize + each)
        return int(max(1, min(wanted, room)))

    def desks(self, count: int, record: np.dtype[Any]) -> Any:
        """Desks of so many workers; they stay on the device."""
        if self._held is None or self._held[0] != record or self._held[1] < count:
            self._desks = self._held = None  # gives its memory back before more is taken
            self._desks = self.cuda.device_array(count, record)
            clear = clear_desks(min(count, DESKS_AT_ONCE), record)
            for first in range(0, count, len(clear)):
                some = self._desks[first : first + len(clear)]
                some.copy_to_device(clear[: len(some)])
            self._held = record, count
        return self._desks


_made = cache(Device)


def device() -> Device:
    """The device.

    Raises
    ------
    EngineError
        If Numba-CUDA is not installed, or there is no card or no driver.
    """
    with _turns:
        return _made()


@contextmanager
def _turn() -> Iterator[Device]:
    """The device, for one thread; what fails on it is said in a sentence."""
    with _turns:
        try:
            yield device()
        except Exception as error:
            if FAILURES.isdisjoint(kind.__name__ for kind in type(error).__mro__):
                raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise EngineError(
                f"engine=cuda was given up by the card ({reason}); a smaller engine.block needs "
                "less memory and less time at once"
            ) from None


def most_at_once() -> int:
    """Futures of a block: as many as the device and the processor can hold at once.

    The thread that starts others asks first, so that they find a device that is ready.

    Raises
    ------
    EngineError
        If there is no device, or it fails.
    """
    with _turn() as held:
        spare = (1.0 - SHARE) * held.free() / 2.0
    twice = 2 * FUTURE.itemsize  # as they go on, and as their first spells ended
    return int(max(1, min(MOST_FUTURES, spare / twice)))


def require_rules_alone(scenario: Scenario) -> None:
    """Refuse what a device cannot do.

    Raises
    ------
    EngineError
        If a side has a tactic of a user's own.
    """
    for name in own.code_of(scenario):
        raise EngineError(
            f"engine=cuda cannot run the tactic {name}, which is code for the processor; allowed "
            "are the shipped tactics, or engine=threads"
        )


def run_on_device(futures: Futures, horizon: int, daily: Daily | None = None) -> Run:
    """Live every future to its end or the horizon, as ``Futures.run`` does.

    Raises
    ------
    EngineError
        If there is no device, it fails, or a side has a tactic of a user's own.
    """
    require_rules_alone(futures.scenario)
    with _turn() as held:
        announce()
        return _run(held, futures, horizon, Daily.to(None) if daily is None else daily)


@cache
def announce() -> None:
    """Say, before the rules are used on a card for the first time, that they are being compiled."""
    if not any(KEPT_IN.glob(f"**/{COMPILED}")):
        print("Compiling the rules for the card, once; this takes some minutes.", file=sys.stderr)


def _run(held: Device, futures: Futures, horizon: int, daily: Daily) -> Run:
    size, renewable = len(futures.order), futures.scenario.ceasefire.renewable
    packages = int(futures.sets["agenda"]["packages"].max())
    record = desk_record(next(room for room in ROOMS if packages <= room), TABLES, 1)
    least = horizon + 1 if renewable else 0  # spells that a worker must have room for
    workers = held.workers(size, record, least * SPELL.itemsize)
    room = least + SPELLS_EACH * -(-size // workers) if renewable else 0
    bounds = np.linspace(0, size, workers + 1).astype(np.int64)
    at, ended = bounds[:-1].copy(), np.zeros(workers, np.int64)
    send = held.cuda.to_device
    records, order, limits, sets = map(send, (futures.records, futures.order, bounds, futures.sets))
    finals = send(futures.records) if renewable else records
    counted = [send(array) for array in daily]
    spells = held.cuda.device_array(workers * room, SPELL)
    desks, known = held.desks(workers, record), []
    while (at < bounds[1:]).any():  # those whose spells found no more room go on
        places, rows = send(at), send(ended)
        start = time.perf_counter()
        held.live[-(-workers // GROUP), GROUP](
            records, order, places, limits, sets, desks, horizon, *counted, finals, spells, rows
        )
        before, at, ended = at, places.copy_to_host(), rows.copy_to_host()  # waits for the kernel
        held.seconds += time.perf_counter() - start
        if ((at == before) & (at < bounds[1:])).any():  # what a rule raises ends a worker, unsaid
            raise EngineError("engine=cuda was given up: a rule raised on the card")
        if renewable:
            by_worker = spells.copy_to_host().reshape(workers, room)
            known += [row[:count] for row, count in zip(by_worker, ended, strict=True)]
    records.copy_to_host(futures.records)
    for array, own_counts in zip(daily, counted, strict=True):
        own_counts.copy_to_host(array)
    last = finals.copy_to_host().view(np.recarray) if renewable else futures.records
    spell_rows = np.concatenate([np.zeros(0, SPELL), *known]).view(np.recarray)
    return Run(last, np.zeros(0, NOTE).view(np.recarray), spell_rows)
