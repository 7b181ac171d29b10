"""What may open a day's chain of responses: the weightiest trigger so far."""

from __future__ import annotations

from typing import Any

from sim.compiling import rule
from sim.parameters import NONE


@rule
def put_forward(future: Any, severity: float, cause: int, first: bool, second: bool) -> None:
    """Put a trigger forward that injured these sides; the weightier wins (severity in logits).

    Of equals the one whose cause comes first in ``config.CAUSES`` wins; where weight and cause are
    equal it is one trigger, with the injured of both.
    """
    held = future.trigger
    equal = held.severity == severity
    wins = held.cause == NONE or held.severity < severity or (equal and held.cause > cause)
    if wins:
        held.severity, held.cause = severity, cause
        held.injured[0], held.injured[1] = first, second
        held.carried = False
    elif equal and held.cause == cause:
        held.injured[0] |= first
        held.injured[1] |= second


@rule
def clear(future: Any) -> None:
    """Forget the trigger."""
    held = future.trigger
    held.severity, held.cause = 0.0, NONE
    held.injured[0] = held.injured[1] = 0
    held.carried = False
