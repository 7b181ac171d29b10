"""Tactics of one's own: from ``module:function`` in a configuration to what the rules call.

A tactic of one's own is a function of a view of the table (``VIEW``) and of its parameters by name;
it returns the least own utility it asks for. It is compiled where Numba can, and interpreted where
it cannot. The rules call it by its address, so they are not compiled again for it.
"""

from __future__ import annotations

import ctypes
import importlib
import inspect
import math
import os
import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.extending import intrinsic, overload
from numba.np.unsafe.ndarray import to_fixed_tuple

from sim.compiling import INTERPRETED, rule
from sim.config import ConfigError, Scenario
from sim.config.tactics import Custom
from sim.parameters import OWN, struct
from sim.state import EXCHANGES

VIEW = struct(  # what a tactic of one's own sees of the table
    [
        ("exchange", "i8"), ("limit", "i8"), ("time", "f8"),
        # time: the share over of the rounds that the side expects
        ("ideal", "f8"), ("reservation", "f8"), ("trust", "f8"), ("uniform", "f8"),
        # own utility of the own offers and of the other side's, oldest first; beyond them NaN
        ("spoken", "i8"), ("own", "f8", (EXCHANGES + 1,)),
        ("received", "i8"), ("heard", "f8", (EXCHANGES + 1,)),
        ("numbers", "f8", (OWN,)),
    ]
)  # fmt: skip
Tactic = Callable[..., float]


@rule
def between(view: Any, conceded: float) -> float:
    """Own utility with this share of the zone from the ideal to no deal given up."""
    return view.reservation + max(view.ideal - view.reservation, 0.0) * (1.0 - conceded)


@rule
def steady(view: Any) -> float:
    """Concede evenly over the rounds expected: an example of a tactic of one's own."""
    return between(view, view.time)


# --- what the rules call --------------------------------------------------------------------------


def called(address: Any, view: Any) -> float:
    """What the tactic at an address asks for."""
    return _interpreted[int(address)](view)


@intrinsic
def _called(_: Any, address: Any, view: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        pointer = ir.IntType(8).as_pointer()
        function = ir.FunctionType(ir.DoubleType(), [pointer]).as_pointer()
        called_ = builder.inttoptr(given[0], function)
        return builder.call(called_, [builder.bitcast(given[1], pointer)])

    return types.float64(types.uint64, view), build


overload(called)(lambda address, view: lambda address, view: _called(address, view))

_RECORD = numba.from_dtype(VIEW)
_SIGNATURE = types.float64(types.CPointer(_RECORD))
_C_SIGNATURE = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p)
_interpreted: dict[int, Callable[[Any], float]] = {}  # by address, where nothing is compiled
_kept: list[Any] = []  # what addresses point to
_making = threading.Lock()
_of_thread = threading.local()


class Unusable(Exception):  # noqa: N818 - rules raise it without arguments, as all they raise
    """A tactic of one's own has raised something or said no number; ``failure`` tells what."""


def failure() -> BaseException:
    """What the tactic did that this thread could not go on with: a sentence, or an interrupt."""
    error: BaseException = _of_thread.failure
    return error


def address_of(name: str, parameters: tuple[str, ...]) -> int:
    """Address at which the rules call a tactic of one's own, ``module:function``.

    Raises
    ------
    ConfigError
        If it cannot be found, is no function, or does not take these parameters.
    """
    tactic = found(name, parameters)
    with _making:
        return _address(tactic, len(parameters), name)


def found(name: str, parameters: tuple[str, ...]) -> Tactic:
    """The function ``module:function``, looked for beside the package and in this directory.

    Raises
    ------
    ConfigError
        If it cannot be found, is no function, or does not take these parameters.
    """
    module, _, attribute = name.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        tactic = getattr(importlib.import_module(module), attribute)
    except KeyboardInterrupt:
        raise
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"tactic {name!r} cannot be used: {error}") from None
    except BaseException as error:  # its code may raise anything, SystemExit among it
        raise ConfigError(f"tactic {name!r} cannot be used: it raised {_said(error)}") from None
    plain = getattr(tactic, "py_func", tactic)
    if not inspect.isfunction(plain):
        raise ConfigError(f"tactic {name!r} is no function of a view of the table")
    signature = inspect.signature(plain)
    try:
        signature.bind(None, *parameters)
    except TypeError as error:
        raise ConfigError(f"tactic {name!r} cannot be used: {error}") from None
    wanted = list(signature.parameters)[1:]
    if list(parameters) != wanted[: len(parameters)]:
        raise ConfigError(
            f"tactic {name!r} takes the parameters {', '.join(wanted)} in this order, not "
            f"{', '.join(parameters)}"
        )
    return tactic


def code_of(scenario: Scenario) -> list[str]:
    """The functions that a scenario names as its own tactics, ``module:function``."""
    chosen = [party.tactic for party in scenario.parties]
    return sorted({tactic.tactic for tactic in chosen if isinstance(tactic, Custom)})


def _said(error: BaseException) -> str:
    """An error in a line."""
    return f"{type(error).__name__} {error}".strip().splitlines()[0]


@cache
def _address(tactic: Tactic, count: int, name: str) -> int:
    """Compile a tactic, or wrap it, so that it can be called by its address."""
    plain = _watched(getattr(tactic, "py_func", tactic), count, name)
    if INTERPRETED:
        made = len(_interpreted) + 1
        _interpreted[made] = plain
        return made
    interpreted = _wrapped(plain)
    try:
        with warnings.catch_warnings(action="ignore"):
            return _compiled(tactic, count, interpreted)
    except Exception:  # Numba raises all kinds of errors over what it does not know
        print(
            f"The tactic {name} cannot be compiled by Numba and is interpreted, which takes some "
            "microseconds an offer instead of nanoseconds.",
            file=sys.stderr,
        )
    return interpreted


def _watched(tactic: Tactic, count: int, name: str) -> Callable[[Any], float]:
    """An interpreted tactic that notes what it raises, which could not pass through the rules."""

    def asked(view: Any) -> float:
        try:
            with np.errstate(all="ignore"):  # compiled code does not warn either
                said = float(tactic(view, *view.numbers[:count].tolist()))
            fault = f"said {said}, which is no utility"
        except KeyboardInterrupt as interrupt:
            _of_thread.failure = interrupt
            return math.nan
        except BaseException as error:  # SystemExit among it
            said, fault = math.nan, f"raised {_said(error)}"
        if not math.isfinite(said):
            _of_thread.failure = ConfigError(f"tactic {name!r} cannot be used: it {fault}")
        return said

    return asked


def _compiled(tactic: Tactic, count: int, interpreted: int) -> int:
    """Compile a tactic; what raises when it is compiled is interpreted to learn what it raises."""
    if not hasattr(tactic, "py_func"):
        tactic = njit(tactic, error_model="numpy", boundscheck=True)
    address = np.uint64(interpreted)

    @njit
    def asked(view: Any) -> float:
        return float(tactic(view, *to_fixed_tuple(view.numbers[:count], count)))

    def from_rules(pointer: Any) -> float:
        view = carray(pointer, 1)[0]
        said = math.nan
        try:
            said = asked(view)
        except Exception:
            said = math.nan
        return said if math.isfinite(said) else called(address, view)

    native = cfunc(_SIGNATURE)(from_rules)
    _kept.append(native)
    return int(native.address)


def _wrapped(tactic: Callable[[Any], float]) -> int:
    """Address of a function of a view that is interpreted."""

    def from_rules(pointer: int) -> float:
        held = (ctypes.c_char * VIEW.itemsize).from_address(pointer)
        return tactic(np.frombuffer(memoryview(held), VIEW).view(np.recarray)[0])

    native = _C_SIGNATURE(from_rules)
    _kept.append(native)
    return int(ctypes.cast(native, ctypes.c_void_p).value or 0)


def own_tactics(parties: Any, sets: Any) -> None:
    """Write the addresses of the parties' own tactics into parameter records.

    Raises
    ------
    ConfigError
        If one cannot be used.
    """
    for side, party in enumerate(parties):
        if isinstance(party.tactic, Custom):
            address = address_of(party.tactic.tactic, tuple(party.tactic.parameters))
            sets["derived"]["parties"]["own"][:, side] = address
