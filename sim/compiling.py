"""How a rule is compiled, and where compiled code is kept; knows no rule.

A rule is a function of one future, marked ``rule``. Numba compiles it the first time it is needed
(a minute or two, once) and keeps what it made in the user's cache directory, under a digest of
the sources of all rules: Numba itself looks only at the file of the function that is called, and
would go on with an old rule that stands in another. With ``NUMBA_DISABLE_JIT=1`` every rule runs in
the interpreter, for debugging.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_cache_dir

# Compiles in five sixths of the time that Numba's level 3 takes, and days run no slower.
os.environ.setdefault("NUMBA_OPT", "2")
import numba
from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

ROOMS = (
    "compiling.py", "chance.py", "config", "notes.py", "state.py", "parameters.py", "negotiation",
    "rules",
)  # fmt: skip
INTERPRETED = bool(numba.config.DISABLE_JIT)


def sources_digest(root: Path) -> str:
    """Digest of the source of every rule below ``root`` and of what rules are made of."""
    digest = hashlib.sha256(numba.__version__.encode())
    for room in ROOMS:
        path = root / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def cache_directory() -> Path:
    """Where compiled code of the present sources is kept."""
    base = os.environ.get("NUMBA_CACHE_DIR") or user_cache_dir("ceasefire-sim", appauthor=False)
    return Path(base) / f"rules-{sources_digest(Path(__file__).parent)}"


def _usable(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False


WHOLE = "day.live_day-*.nbi"  # is there once all that a day needs has been compiled
KEPT_IN = cache_directory()
KEPT = not INTERPRETED and _usable(KEPT_IN)


def _compiled(function: Function, **options: bool) -> Function:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(KEPT_IN)  # Numba asks for it here and never again
    try:
        made: Function = njit(nogil=True, cache=KEPT, error_model="numpy", **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return made


def rule(function: Function) -> Function:
    """Mark a rule: a function of one future (and what holds in it) that is compiled as it stands.

    A rule uses plain arithmetic and ``math``, allocates no array, catches nothing and raises
    without arguments, so that it can run anywhere. It holds no lock of the interpreter, so that
    futures can be lived in several threads.
    """
    return _compiled(function, forceinline=False)


def everyday(function: Function) -> Function:
    """Mark a rule that every day asks for, at one place or two: it is compiled into its caller.

    That halves the time of a day, most of which would else go into calling.
    """
    return _compiled(function, forceinline=True)


@cache
def announce() -> None:
    """Say, before rules are used for the first time on a machine, that they are being compiled.

    A process looks once, for that takes as long as some futures.
    """
    if INTERPRETED or any(KEPT_IN.glob(f"**/{WHOLE}")):
        return
    print("Compiling the rules of the model, once; this takes a minute or two.", file=sys.stderr)
    if not KEPT:
        print(
            f"{KEPT_IN} cannot be written to, so what is compiled is not kept and every process "
            "compiles anew; NUMBA_CACHE_DIR names another directory",
            file=sys.stderr,
        )
