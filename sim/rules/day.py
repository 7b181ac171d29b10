"""A day of one future, in the order of the model's description.

``future`` is its record (``sim.state``), ``p`` are its parameters (``sim.parameters``), ``desk`` is
what the thread works with: tables of packages and a log (``sim.negotiation.tables``).
"""

from __future__ import annotations

from typing import Any

from sim.compiling import everyday
from sim.negotiation.mediators import restraint_on
from sim.parameters import NONE
from sim.rules.attacks import attack
from sim.rules.beliefs import revise
from sim.rules.ends import check, renew
from sim.rules.events import happen
from sim.rules.implementation import carry_out
from sim.rules.incidents import attribute, clash, in_force
from sim.rules.responses import respond
from sim.rules.talks import hold


@everyday
def live_day(future: Any, p: Any, desk: Any) -> None:
    """One day; nothing once the ceasefire has collapsed, unless it is renewable."""
    if not future.running:
        return
    morning(future, p)
    happen(future, p)  # 1. scheduled events
    attack(future, p)  # 2. militant attacks
    clash(future, p, desk.log)  # 3. border clashes
    attribute(future, p, desk.log)  # 4. who is blamed
    respond(future, p, desk.log)  # 5. the chain of responses and 6. who breaks it
    if p.switches.talks:
        hold(future, p, desk)  # 7. talks
    carry_out(future, p, desk.log)  # 8. implementation
    revise(future, p)  # 9. beliefs
    check(future, p)  # 10. the ceasefire's ends
    if p.ceasefire.renewable:
        renew(future, p, desk.log)
    else:
        future.running = in_force(future)


@everyday
def morning(future: Any, p: Any) -> None:
    """Begin a day: clear what belongs to one only."""
    future.day += 1
    future.asked = 0
    future.chain_cause = NONE
    future.attributed_today = False
    for side in range(2):
        future.violated_today[side] = 0
        future.sides[side].rung = 0
        future.sides[side].leverage = restraint_on(future, p, side)
