"""Whether compiled numeric routines are used: the same numbers, bit for bit, sooner.

Loading the compiler takes some .4 s, more than all the work of a small block. So the routines of
``sim.kernels`` are loaded when the first large block is made, and not before; where Numba is not
installed they are not used at all. Every routine has a NumPy form beside its rule, which is what
defines it; ``tests/test_kernels.py`` holds the two equal.
"""

from __future__ import annotations

from types import ModuleType

LARGE = 4_000  # futures in a block from which loading pays
PAGE = 16  # packages valued at once: a run of equal operations, which processors take wide

_loaded: ModuleType | None = None
_refused = False


def ask(size: int) -> None:
    """Load the compiled routines if a block of this size is worth it and they can be had."""
    global _loaded, _refused
    if size < LARGE or _loaded is not None or _refused:
        return
    try:
        from sim import kernels
    except (ImportError, RuntimeError):  # no Numba here, or nowhere to keep what it compiles
        _refused = True
    else:
        _loaded = kernels


def kernels() -> ModuleType | None:
    """Return the compiled routines, or None where the NumPy forms are to be used."""
    return _loaded
