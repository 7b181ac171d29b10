"""What one would use instead, each on its own closest task: futures of 365 days per second.

``mesa.batch_run`` steps an empty model of six agents with a DataCollector; the plain loop
(``benchmarks/plain.py``) lives this model's day without talks, one future at a time; the model does
the same day, and with talks. NegMAS is compared on negotiations alone (next part).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from benchmarks import plain
from benchmarks.ensemble import DAYS, FUTURES, draw_uniforms, run_model
from benchmarks.timing import Row, Work, in_turns

MESA_RUNS, PLAIN_RUNS = 60, 200


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
    import sim

    scenario = sim.load("baseline", plain.OVERRIDES)
    took = in_turns(
        {
            "model": run_model(FUTURES, []),
            "no talks": run_model(FUTURES, plain.OVERRIDES),
            "plain": lambda: plain.futures(scenario, PLAIN_RUNS, DAYS),
            "mesa": batch_run(),
            "draws": draw_uniforms,
        },
        repeats=2,
    )
    whole, alone = FUTURES / took["model"], FUTURES / took["no talks"]
    loop, mesa = PLAIN_RUNS / took["plain"], MESA_RUNS / took["mesa"]
    yield Row("this model, all mechanisms and daily records", f"{whole:,.0f} a second")
    yield Row("this model without talks", f"{alone:,.0f} a second")
    yield Row("plain Python without talks, one at a time", f"{loop:,.0f} a second")
    yield Row("  this model / plain Python, both without talks", f"{alone / loop:.0f} x")
    off = plain.check()
    yield Row(
        "  agreement: largest of five differences of means", f"{off:.1f} standard errors",
        "under 3.5", off < 3.5,
    )  # fmt: skip
    yield Row("mesa.batch_run of an empty model", f"{mesa:,.0f} a second")
    yield Row("  this model / mesa.batch_run", f"{whole / mesa:.0f} x")
    yield Row("merely drawing 16 uniforms a day", f"{FUTURES / took['draws']:,.0f} a second")
