"""Compiled arithmetic: the same numbers, bit for bit, sooner, where a block of futures is large.

Two things are compiled (by Numba). Rules on whole arrays that are marked ``fused`` are compiled as
they stand, so that a rule of ten operations passes over its rows once. Numeric routines whose
NumPy form is no loop (drawing, counting, searching) have a compiled form in ``sim.kernels``; the
NumPy form beside the rule is what defines them.

Loading the compiler takes some .4 s, more than all the work of a small block, so it is loaded when
the first large block is made; where Numba is not installed NumPy does everything. Nothing is
computed with relaxed arithmetic, and exponentials and logarithms are left to NumPy, so results do
not depend on it; ``tests/test_compiled.py`` holds both equal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

Result = TypeVar("Result")

LARGE = 4_000  # futures in a block from which loading the compiler pays
PAGE = 16  # packages valued at once: a run of equal operations, which processors take wide

_loaded: ModuleType | None = None
_refused = False
_fused: list[Callable[[Any], None]] = []


def ask(size: int) -> None:
    """Use compiled arithmetic from now on if a block of this size is worth it, and if it can be."""
    global _loaded, _refused
    if size < LARGE or _loaded is not None or _refused:
        return
    try:
        from sim import kernels
    except (ImportError, RuntimeError):  # no Numba here, or nowhere to keep what it compiles
        _refused = True
        return
    _loaded = kernels
    for rule in _fused:
        rule(kernels.compiled)


def kernels() -> ModuleType | None:
    """Return the compiled routines, or None where NumPy does everything."""
    return _loaded


def fused(rule: Callable[..., Result]) -> Callable[..., Result]:
    """Mark a rule that is compiled as it stands.

    Its body is array arithmetic of its arguments, which are given by position: arrays, numbers and
    tuples of them, no objects of the model; and it calls no other rule.
    """
    form = rule

    def compile_by(compiler: Callable[[Callable[..., Result]], Callable[..., Result]]) -> None:
        nonlocal form
        form = compiler(rule)

    @functools.wraps(rule)
    def evaluated(*given: object) -> Result:
        return form(*given)

    _fused.append(compile_by)
    if _loaded is not None:
        compile_by(_loaded.compiled)
    return evaluated
