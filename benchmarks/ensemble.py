"""Ensembles: speed against drawing random numbers, cost by size and block."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.timing import Row, Work, cpu, in_turns

DAYS, FUTURES, UNIFORMS = 365, 10_000, 16
# The worst case: every mechanism at work, fire at most, and nobody repudiates.
NOBODY_ENDS = [
    "switches.repudiation=false",
    "pakistan.thresholds=[0,2,90,95]",
    "afghan_taliban.thresholds=[0,2,90,95]",
]


def draw_uniforms() -> None:
    """The yardstick: 16 addressed uniforms per future and day, however many the model draws."""
    from sim.randomness import Streams

    streams = Streams(2025, 0, FUTURES)
    for day in range(1, DAYS + 1):
        for purpose in range(UNIFORMS):
            streams.uniform(str(purpose), day)


def run_model(futures: int, overrides: list[str], days: int = DAYS, *, daily: bool = True) -> Work:
    """One block with outcomes, and with daily records unless they are not asked for."""
    import sim
    from sim.model import CeasefireModel
    from sim.records import Daily

    scenario = sim.load("baseline", overrides)

    def work() -> object:
        model = CeasefireModel(scenario, futures, 2025, watched=0)
        outcomes = model.run(days, Daily(days) if daily else None)
        model.release()
        return outcomes

    return work


def run_cell(futures: int, days: int) -> Work:
    """A whole cell in memory, in blocks of the size that is chosen when none is asked for."""
    from sim.study.cells import load_cell
    from sim.study.runner import run

    cell = load_cell("baseline", [f"replicates={futures}", f"horizon={days}", "engine.watched=0"])
    return lambda: run(cell)


def rows() -> Iterator[Row]:
    """Measured in one process on one processor."""
    from sim.compiled import use

    took = in_turns(
        {
            "draws": draw_uniforms,
            "baseline": run_model(FUTURES, [], daily=False),
            "nobody ends": run_model(FUTURES, NOBODY_ENDS, daily=False),
            "baseline, daily": run_model(FUTURES, []),
        },
        repeats=6,
    )
    draws = took["draws"]
    size = f"{FUTURES:,} futures, {DAYS} days"
    yield Row(f"{UNIFORMS} addressed uniforms a day, {size}: the yardstick", f"{draws:.2f} s")
    for name, most in (("baseline", 4), ("nobody ends", 10)):
        ratio = took[name] / draws
        yield Row(f"{name}, {size}, outcomes recorded", f"{took[name]:.2f} s")
        target = f"at most {most} x"
        yield Row(f"{name} / yardstick", f"{ratio:.1f} x", target, ratio <= most)
    each = took["baseline, daily"]
    yield Row("baseline with daily records / yardstick", f"{each / draws:.1f} x")
    for block in (2_500, 10_000, 40_000, 80_000):
        each = cpu(run_model(block, [])) / block * 1e6
        yield Row(f"block of {block:,}, compiled, a future of {DAYS} days", f"{each:.0f} µs")
    first = None
    for futures in (1_000, 10_000, 100_000, 1_000_000):
        use(False)  # compiled arithmetic is loaded anew, where it is worth that
        each = cpu(run_cell(futures, 30)) / futures * 1e6
        first = first or each
        yield Row(
            f"cell of {futures:,}, a future of 30 days", f"{each:.0f} µs", "no more than before",
            each <= 1.1 * first,
        )  # fmt: skip
