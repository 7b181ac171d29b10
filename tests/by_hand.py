"""One future and its parameters, to set by hand and call a rule on; and chance that is chosen."""

from typing import Any

import numpy as np
from conftest import SEED, vary

from sim.chance import chance
from sim.futures import Futures
from sim.negotiation.tables import desk
from sim.notes import KINDS
from sim.parameters import FUNCTIONS


def one_future(changes: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """A future on the evening of day 0 and its parameters; what happens to it is noted."""
    futures = Futures.begun(vary(changes or {}), 1, SEED, watched=2**63)
    return futures.records[0], futures.sets[0]


def under_deal(package: int = 0, **rule: float) -> tuple[Any, Any]:
    """A watched future on day 5 under a deal that does nothing, with round numbers.

    Kabul has no policies of its own.
    """
    future, p = one_future({"events": {}})
    future.day, future.deal.package = 5, package
    numbers = {
        "violation": 0.5, "deterrence": 0.5, "detection": 0.25, "delivery": 0.5, "tolerance": 3,
        "false_alarm": 0.0, "renegotiation": 0.0, "evidence": 0.5,
    } | rule  # fmt: skip
    for name, value in numbers.items():
        p.conflict.implementation[name] = value
    p.derived.evidence.delivery, p.derived.evidence.violation = 1.5, -2.5
    p.conflict.response.violation, p.conflict.grievance.violation = 3.5, 0.75
    p.derived.moved.build_up, p.derived.moved.deployment = 0.25, 0.25
    p.derived.kept.unremedied = 0.5
    for side in range(2):
        own = future.sides[side]
        own.willing, own.capacity, own.cohesion, own.learnt = True, 1.0, 1.0, 0.0
    future.deal.monitoring, future.monitors, future.talks.next_round = 1.0, 0.0, 0
    future.standing = 0.0
    return future, p


def choose(future: Any, wanted: dict[Any, tuple[float, float]]) -> None:
    """Take the first replicate whose chances today lie in [low, high), by purpose."""
    for replicate in range(100_000):
        future.replicate = replicate
        if all(low <= chance(future, key) < high for key, (low, high) in wanted.items()):
            return
    raise ValueError("no replicate has such chances")


def empty_desk() -> Any:
    """The desk of this thread with an empty log."""
    own = desk()
    own["log"]["count"] = 0
    return own[0]


def noted(log: Any) -> list[tuple[Any, ...]]:
    """Kind and whole numbers of what has been noted."""
    rows = log["rows"][: log["count"]]
    return [(KINDS[row["kind"]], *row["whole"][:6].tolist()) for row in rows]


def seat(future: Any, p: Any, *held: dict[str, Any]) -> None:
    """Seat mediators: of each its functions, leverage on both sides and other numbers."""
    p.count.mediators = len(held)
    for k, one in enumerate(held):
        mediator, state = p.mediators[k], future.mediators[k]
        for function in FUNCTIONS:
            mediator.functions[function] = function in one.get("functions", ())
        mediator.leverage.parties[:] = one.get("leverage", (0.0, 0.0))
        for name in ("pressure", "credibility", "bias"):
            mediator[name] = one.get(name, 0.0)
        p.derived.mediators[k].pull = sum(mediator.leverage.parties) / 2
        state.patience, state.present = one.get("patience", 5.0), one.get("present", True)


def trigger_of(future: Any) -> tuple[float, int, tuple[bool, ...]]:
    """Weight, cause and injured of the trigger of a future."""
    held = future.trigger
    return float(held.severity), int(held.cause), tuple(x != 0 for x in held.injured)


def as_array(record: Any) -> Any:
    """A copy of one record as an array of one, as rules of many futures take it."""
    array = np.zeros(1, record.dtype).view(np.recarray)
    array[0] = record
    return array
