"""Tactics of one's own: from ``module:function`` in a configuration to what the rules call.

A tactic of one's own is a function of a view of the table (``tables.VIEW``) and of its parameters by
name; it returns the least own utility it asks for. The rules call it by its address, so they are not
compiled again for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from sim.config import Scenario

INTERPRETED_BY: dict[int, Callable[[Any], float]] = {}  # by address, where nothing is compiled


def called(address: Any, view: Any) -> float:
    """What the tactic at an address asks for."""
    return INTERPRETED_BY[int(address)](view)


@intrinsic
def _called(_: Any, address: Any, view: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        pointer = ir.IntType(8).as_pointer()
        function = ir.FunctionType(ir.DoubleType(), [pointer]).as_pointer()
        called_ = builder.inttoptr(given[0], function)
        return builder.call(called_, [builder.bitcast(given[1], pointer)])

    return types.float64(types.uint64, view), build


overload(called)(lambda address, view: lambda address, view: _called(address, view))


def own_tactics(scenario: Scenario, sets: Any) -> None:
    """Write the addresses of both sides' own tactics into parameter records."""
