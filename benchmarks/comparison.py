"""What one would use instead, each on its own closest task: futures of 365 days per second.

``mesa.batch_run`` steps an empty model of six agents with a DataCollector; the interpreter lives
this model's own rules, one future after the other. NegMAS is compared on negotiations alone (next
part).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from benchmarks.ensemble import NO_TALKS, interpreted, run_model
from benchmarks.timing import Row, Work, in_turns
from benchmarks.yardstick import DAYS, FUTURES, draw_uniforms

MESA_RUNS = 60


def batch_run() -> Work:
    """mesa.batch_run of an empty model, in this process, the last row of each run only."""
    import mesa

    class Idle(mesa.Agent):
        def step(self) -> None:
            pass

    class Empty(mesa.Model):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(rng=0)
            Idle.create_agents(self, 6)
            self.datacollector = mesa.DataCollector(model_reporters={"steps": "steps"})

        def step(self) -> None:
            self.agents.do("step")
            self.datacollector.collect(self)

    def work() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mesa.batch_run(
                Empty, {}, number_processes=1, iterations=MESA_RUNS, max_steps=DAYS,
                data_collection_period=-1, display_progress=False,
            )  # fmt: skip

    return work


def rows() -> Iterator[Row]:
    took = in_turns(
        {
            "model": run_model([], daily=True),
            "no talks": run_model(NO_TALKS, daily=True),
            "mesa": batch_run(),
            "draws": draw_uniforms,
        },
        repeats=3,
    )
    whole, alone, mesa = (
        FUTURES / took["model"],
        FUTURES / took["no talks"],
        MESA_RUNS / took["mesa"],
    )
    loop = interpreted()
    yield Row("this model, all mechanisms and daily records", f"{whole:,.0f} a second")
    yield Row("this model without talks", f"{alone:,.0f} a second")
    yield Row("this model in the interpreter", f"{loop:,.1f} a second")
    yield Row("  compiled / interpreted", f"{whole / loop:,.0f} x")
    yield Row("mesa.batch_run of an empty model", f"{mesa:,.0f} a second")
    yield Row("  this model / mesa.batch_run", f"{whole / mesa:,.0f} x")
    yield Row("merely drawing 16 uniforms a day", f"{FUTURES / took['draws']:,.0f} a second")
