"""Bargaining: complete alternating-offer negotiations per second, beside NegMAS on the same domain.

Four issues of four options, 20 exchanges at most, boulware against boulware; 10,000 negotiations at
once here, one after the other in NegMAS (SAOMechanism with two boulware negotiators). NegMAS is a
benchmark extra (``pip install negmas``), not a dependency; without it its row says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.timing import Row

NEGOTIATIONS, EXCHANGES, DAYS = 10_000, 20, 5
WEIGHTS = ((0.4, 0.3, 0.2, 0.1), (0.1, 0.2, 0.3, 0.4))


def ours() -> tuple[float, float]:
    """Negotiations per second, with the days on which they are held, and the share that agree."""
    import sim
    from sim.futures import Futures
    from sim.records import outcomes

    overrides = ["case=textbook_four_issues", f"protocol.exchanges_per_round={EXCHANGES}"]
    overrides += [f"{party}.tactic=boulware" for party in ("pakistan", "afghan_taliban")]
    scenario = sim.load("baseline", overrides)
    took, agreed = [], 0.0
    for _ in range(5):
        futures = Futures.begun(scenario, NEGOTIATIONS, 2025)
        start = time.process_time()
        done = futures.run(DAYS)
        took.append(time.process_time() - start)
        columns = outcomes(done.finals, scenario, DAYS)
        held = columns["rounds_held"].sum()
        assert held == NEGOTIATIONS, "not every future held one round"
        agreed = float(columns["deal"].mean())
    return NEGOTIATIONS / min(took), agreed


def negmas(seconds: float = 5.0) -> tuple[float, float] | None:
    """Negotiations per second in NegMAS and the share that agree; None if it is not installed."""
    try:
        from negmas import AspirationNegotiator, SAOMechanism, make_issue
        from negmas.preferences import LinearAdditiveUtilityFunction
        from negmas.preferences.value_fun import TableFun
    except ImportError:
        return None
    issues = [make_issue([0, 1, 2, 3], name) for name in "abcd"]
    values = ([0, 1 / 3, 2 / 3, 1], [1, 2 / 3, 1 / 3, 0])
    count, agreements, start = 0, 0, time.process_time()
    while time.process_time() - start < seconds:
        mechanism = SAOMechanism(issues=issues, n_steps=EXCHANGES // 2)
        for weights, scale in zip(WEIGHTS, values, strict=True):
            table = TableFun(dict(enumerate(scale)))
            utility = LinearAdditiveUtilityFunction([table] * 4, weights=weights, issues=issues)
            mechanism.add(AspirationNegotiator(aspiration_type="boulware"), preferences=utility)
        agreements += mechanism.run().agreement is not None
        count += 1
    return count / (time.process_time() - start), agreements / count


def rows() -> Iterator[Row]:
    rate, agreed = ours()
    theirs = negmas()
    yield Row(
        f"here, {NEGOTIATIONS:,} negotiations at once, {agreed:.2f} agree", f"{rate:,.0f} a second"
    )
    if theirs is None:
        yield Row("NegMAS SAO (pip install negmas)", "not installed")
    else:
        yield Row(f"NegMAS SAO, one at a time, {theirs[1]:.2f} agree", f"{theirs[0]:,.0f} a second")
        times = rate / theirs[0]
        yield Row("  here / NegMAS SAO", f"{times:,.0f} x", "at least 2,000 x", times >= 2_000)
