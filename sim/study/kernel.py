"""What runs on a device: the kernel that lives a block; importing it needs Numba-CUDA.

A function that is compiled for the processor is one of the device as well, from the same source.
``teach`` gives the device's compiler the few that source does not make.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from numba import cuda
from numba.cuda.core import config
from numba.cuda.cudadrv import nvvm
from numba.cuda.extending import intrinsic, overload

from sim import chance
from sim.compiling import KEPT, KEPT_IN
from sim.negotiation import own
from sim.records import Daily
from sim.rules.run import one_more, run


def teach() -> None:
    """Let the device's compiler know what it cannot make of the source."""
    chance.teach(intrinsic, overload)
    overload(one_more)(lambda counts, at: lambda counts, at: cuda.atomic.add(counts, at, 1))
    # A tactic of one's own is code for the processor, which ``require_rules_alone`` refuses.
    overload(own.called)(lambda address, view: lambda address, view: math.nan)


def live_block(
    futures: Any, order: Any, at: Any, bounds: Any, sets: Any, desks: Any, horizon: int,
    counts: Any, in_force: Any, deals: Any, in_session: Any, low: Any, per_unit: Any,
    finals: Any, spells: Any, ended: Any,
) -> None:  # fmt: skip
    """Let each worker live its part of ``order`` from ``at`` on, while its spells have room."""
    worker = cuda.grid(1)
    if worker < len(at):
        daily = Daily(counts, in_force, deals, in_session, low, per_unit)
        mine, room = order[: bounds[worker + 1]], len(spells) // len(at)
        at[worker], ended[worker] = run(
            futures, mine, at[worker], sets, desks[worker : worker + 1], horizon, daily, finals,
            spells[worker * room : (worker + 1) * room],
        )  # fmt: skip


def _compiled() -> Any:
    teach()
    if config.ENABLE_CUDASIM:  # the simulator compiles nothing
        return cuda.jit(live_block)
    config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # of a small block, which is meant to be small
    # A fused product rounds once where the processor rounds twice, and the search for packages
    # tells ties by the last digit. The decorator has no word for it.
    nvvm.compile_ir = partial(nvvm.compile_ir, fma=False)
    before, config.CACHE_DIR = config.CACHE_DIR, str(KEPT_IN)  # asked for here and never again
    try:
        return cuda.jit(live_block, cache=KEPT, lto=False)  # linking would fuse products after all
    finally:
        config.CACHE_DIR = before


live = _compiled()
