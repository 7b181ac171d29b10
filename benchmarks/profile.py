"""Where the time of the baseline goes: its steps, and of these what is drawing random numbers."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.timing import Row

DAYS, FUTURES = 365, 10_000


class Clock:
    """CPU seconds spent in wrapped functions, by name; random numbers are counted apart."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._undo: list[Callable[[], None]] = []

    def watch(self, owner: Any, name: str, label: str) -> None:
        """Count the time of ``owner.name`` under ``label``."""
        plain = getattr(owner, name)

        def timed(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return plain(*given, **named)
            finally:
                self.spent[label] += time.process_time() - start

        setattr(owner, name, timed)
        self._undo.append(lambda: setattr(owner, name, plain))

    def stop(self) -> None:
        for undo in self._undo:
            undo()


def rows() -> Iterator[Row]:
    from sim.randomness import Streams
    from sim.steps import beliefs, events, implementation, incidents, responses, status
    from sim.steps.rounds import Rounds

    import sim
    from sim.model import CeasefireModel
    from sim.records import Daily, Outcomes

    parts = {
        "1 scheduled events": [(events, "apply")],
        "2 attacks": [(incidents, "attack")],
        "3 clashes": [(incidents, "clash")],
        "4 attribution": [(incidents, "attribute")],
        "5-6 responses, containment": [
            (responses, "respond"), (responses, "counter_or_contain"),
        ],
        "7 talks": [(Rounds, "hold")],
        "8 implementation": [(implementation, "carry_out")],
        "9 beliefs": [(beliefs, "revise")],
        "10 status": [(status, "check")],
        "daily records": [(Daily, "write")],
        "rows of outcomes": [(Outcomes, "write")],
        "of all this: drawing random numbers": [
            (Streams, "uniform"), (Streams, "below"), (Streams, "words"),
        ],
    }  # fmt: skip
    scenario = sim.load("baseline")
    CeasefireModel(scenario, FUTURES, 2025, watched=0).run(30, Daily(DAYS))
    clock = Clock()
    for label, functions in parts.items():
        for owner, name in functions:
            clock.watch(owner, name, label)
    start = time.process_time()
    CeasefireModel(scenario, FUTURES, 2025, watched=0).run(DAYS, Daily(DAYS))
    whole = time.process_time() - start
    clock.stop()
    yield Row(f"baseline, {FUTURES:,} futures, {DAYS} days", f"{whole:.2f} s")
    for label in parts:
        yield Row(f"  {label}", f"{clock.spent[label] / whole:.0%}")
