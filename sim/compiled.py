"""Compiled arithmetic: the same numbers, bit for bit, sooner, where a block of futures is large.

Two things are compiled (by Numba). Rules on whole arrays that are marked ``fused`` are compiled as
they stand, so that a rule of ten operations passes over its rows once. Numeric routines whose
NumPy form is no loop (drawing, counting, searching) have a compiled form in ``sim.kernels``; the
NumPy form beside the rule is what defines them.

Loading what was compiled takes some .5 s, more than all it saves in a small block, so it is loaded
once a process has been asked for many futures, at once or in the cells of a sweep, and compiled (a
quarter of a minute, once) when that happens for the first time; where Numba is not installed NumPy
does everything. Nothing is computed with relaxed arithmetic, and exponentials and logarithms are
left to NumPy, so results do not depend on it; ``tests/test_compiled.py`` holds both equal.
"""

from __future__ import annotations

import functools
import importlib
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

Result = TypeVar("Result")

MANY = 5_000  # futures of a process from which loading what was compiled pays
RETRY = 0.005  # seconds until an interrupt that came inside Numba is tried again
PAGE = 16  # packages valued at once: a run of equal operations, which processors take wide

_asked = 0  # futures so far, since use of it was last decided
_loaded: Any = None  # the module sim.kernels while it is in use
_fused: list[Callable[[Any], None]] = []  # told when that changes


def ask(futures: int) -> None:
    """Use compiled arithmetic from now on if so many futures more make it worth while."""
    global _asked
    _asked += futures
    if _loaded is None and _asked >= MANY:
        use(True)


def use(wanted: bool) -> bool:
    """Turn compiled arithmetic on or off; return whether it is on, which needs Numba."""
    global _asked, _loaded
    _asked, _loaded = 0, None
    if wanted:
        with suppress(ImportError, RuntimeError):  # no Numba, or nowhere to keep what it compiles
            _keep_interrupts()
            _loaded = importlib.import_module("sim.kernels")
    for told in _fused:
        told(_loaded)
    return _loaded is not None


def _keep_interrupts() -> None:
    """Let an interrupt (Ctrl-C) wait while Numba loads or hands a result over: it would be lost.

    Numba does both in Python called from C, which drops exceptions. Where somebody else handles
    the signals nothing is changed.
    """
    first, again = signal.SIGINT, getattr(signal, "SIGALRM", None)
    if again is None or threading.current_thread() is not threading.main_thread():
        return
    free = signal.getsignal(again) is signal.SIG_DFL
    if free and signal.getsignal(first) is signal.default_int_handler:
        signal.signal(first, _interrupted)
        signal.signal(again, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Interrupt now, or in a moment if something that is running was called by Numba."""
    if any(_of_numba(caller) for caller, _ in traceback.walk_stack(frame)):
        signal.setitimer(signal.ITIMER_REAL, RETRY)
    else:
        signal.default_int_handler(signal.SIGINT, frame)


def _of_numba(frame: FrameType) -> bool:
    room = str(frame.f_globals.get("__name__")).partition(".")[0]
    return room in ("numba", "llvmlite")


def kernels() -> Any:
    """Return the compiled routines, or None where NumPy does everything."""
    return _loaded


def fused(rule: Callable[..., Result]) -> Callable[..., Result]:
    """Mark a rule that is compiled as it stands.

    Its body is array arithmetic of its arguments, which are given by position: arrays, numbers and
    tuples of them, no objects of the model; and it calls no other rule. What it finds it returns
    or writes into some rows of arrays given to it.
    """
    form = rule

    def told(loaded: Any) -> None:
        nonlocal form
        form = rule if loaded is None else loaded.compiled(rule)

    @functools.wraps(rule)
    def evaluated(*given: object) -> Result:
        return form(*given)

    _fused.append(told)
    if _loaded is not None:
        told(_loaded)
    return evaluated
