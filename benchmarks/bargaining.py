"""Bargaining: complete alternating-offer negotiations per second, beside NegMAS on the same domain.

Four issues of four options, 20 exchanges at most, boulware against boulware; 10,000 negotiations at
once here, one after the other in NegMAS (SAOMechanism with two boulware negotiators). NegMAS is a
benchmark extra (``pip install negmas``), not a dependency; without it its row says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Row

NEGOTIATIONS, EXCHANGES, BETA = 10_000, 20, 0.3
WEIGHTS = ((0.4, 0.3, 0.2, 0.1), (0.1, 0.2, 0.3, 0.4))


def ours() -> tuple[float, float]:
    """Negotiations per second and the share that agree."""
    from sim.book import accounts_in_use, book
    from sim.negotiation.delegation import Delegation

    import sim
    from sim.negotiation.protocols import NO_PACKAGE, Meeting, Relay

    overrides = ["case=textbook_four_issues"]
    overrides += [f"{p}.tactic=boulware" for p in ("pakistan", "afghan_taliban")]
    scenario = sim.load("baseline", overrides)
    opened = book(scenario, accounts_in_use(scenario), 0.0)
    protocol = scenario.protocol
    n = NEGOTIATIONS
    took, agreed = [], 0.0
    for _ in range(4):
        start = time.perf_counter()
        sides = tuple(
            Delegation(
                opened.tables[k], opened.menus[k], opened.reckonings[k],
                np.zeros(n, dtype=np.int64), np.full(n, 0.5), np.zeros((n, 0)), np.zeros(n),
            )
            for k in range(2)
        )  # fmt: skip
        meeting = Meeting(
            sides=(sides[0], sides[1]), tactics=opened.tactics, drafts=opened.drafts,
            mediated=np.zeros(n, dtype=bool),
            relay=Relay(np.zeros(n, dtype=bool), np.zeros(n), lambda _, rows: np.zeros(len(rows))),
            exchange=np.zeros(n, dtype=np.int64), limit=np.full(n, EXCHANGES), lean=np.zeros(n),
            offers=np.full((n, 2, EXCHANGES), NO_PACKAGE), spoken=np.zeros((n, 2), dtype=np.int64),
        )  # fmt: skip
        for _ in range(
            -(-EXCHANGES // (protocol.sessions_per_day * protocol.exchanges_per_session))
        ):
            meeting.hold(protocol)
        took.append(time.perf_counter() - start)
        agreed = float((meeting.agreed != NO_PACKAGE).mean())
    return n / min(took), agreed


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
    count, agreements, start = 0, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        mechanism = SAOMechanism(issues=issues, n_steps=EXCHANGES // 2)
        for weights, scale in zip(WEIGHTS, values, strict=True):
            table = TableFun(dict(enumerate(scale)))
            utility = LinearAdditiveUtilityFunction([table] * 4, weights=weights, issues=issues)
            mechanism.add(AspirationNegotiator(aspiration_type="boulware"), preferences=utility)
        agreements += mechanism.run().agreement is not None
        count += 1
    return count / (time.perf_counter() - start), agreements / count


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
        yield Row("  here / NegMAS SAO", f"{times:,.0f} x", "at least 300 x", times >= 300)
