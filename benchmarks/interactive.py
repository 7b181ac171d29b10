"""What a class waits for: a day, a run, a fork, the command line; compiled, as the classroom is."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator

from benchmarks.timing import Row, command, cpu, seconds
from sim.config import Scenario


def rows() -> Iterator[Row]:
    from sim.compiled import use

    import sim
    from sim.model import CeasefireModel

    scenario = sim.load("baseline")
    lasting = next(
        seed
        for seed in range(100)
        if not sim.simulate(scenario, 1, seed, 365).runs["collapse_ended"][0]
    )
    for compiled in (False, True):
        use(compiled)
        yield from _one_future(scenario, lasting, compiled)
    model = CeasefireModel(scenario, 1, lasting)
    for _ in range(11):
        model.step()
    fork = seconds(lambda: model.fork(1_000).run(101), 5)
    yield Row("fork(1000) and 90 days forward", f"{fork:.3f} s", "under 0.25 s", fork < 0.25)
    told = min(command("--help") for _ in range(3))
    yield Row("ceasefire --help", f"{told:.2f} s", "under 0.5 s", told < 0.5)
    what = "1,000 futures from shell to files"
    for name, words in ((what, ["engine.figures=false"]), (f"{what} and figures", [])):
        with tempfile.TemporaryDirectory() as directory:
            cell = min(
                command("replicates=1000", *words, f"seed={seed}", directory=directory)
                for seed in range(4)
            )
        yield Row(name, f"{cell:.2f} s", "under 3 s", cell < 3)


def _one_future(scenario: Scenario, lasting: int, compiled: bool) -> Iterator[Row]:
    """A day and a year of one future; the targets are those of the classroom."""
    import sim
    from sim.model import CeasefireModel

    days = []
    for _ in range(5):
        model = CeasefireModel(scenario, 1, lasting)
        days += [cpu(model.step) for _ in range(365)]
    day = statistics.median(days) * 1e3
    run = seconds(lambda: sim.simulate(scenario, 1, lasting, 365), 5)
    a_day, a_year = "a day of one future, median", "one future, 365 days, with records"
    if compiled:
        yield Row(a_day, f"{day:.2f} ms", "under 0.3 ms", day < 0.3)
        yield Row(a_year, f"{run:.3f} s", "under 0.15 s", run < 0.15)
    else:
        yield Row(f"{a_day}, by NumPy alone", f"{day:.2f} ms")
        yield Row(f"{a_year}, by NumPy alone", f"{run:.3f} s")
