"""In which direction the numbers that shape rounds move how rounds end, in paired ensembles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import SEED, vary

from sim.config import PARTIES
from sim.futures import Futures
from sim.model import CeasefireModel
from sim.records import Columns, Log, Reader

FUTURES = 400
ERRORS = 3  # standard errors of the paired difference by which a direction must show


def run(changes: dict[str, Any], days: int) -> Columns:
    return CeasefireModel(vary(changes), FUTURES, SEED).run(days).columns


def of_both(name: str, value: Any) -> dict[str, Any]:
    return {f"{side}.{name}": value for side in PARTIES}


def errors_above(one: Any, other: Any) -> float:
    """By how many standard errors the first is above the second, future by future."""
    difference = one.astype(float) - other.astype(float)
    return float(difference.mean() / (difference.std() / np.sqrt(len(difference))))


def test_who_expects_more_rounds_makes_full_deals_later() -> None:
    """By the end of the dated rounds fewer have one; those that come take longer."""
    few, many = (run(of_both("expected_rounds", rounds), 130) for rounds in (1, 6))
    soon = [columns["deal"] & (columns["deal_day"] <= 20) for columns in (few, many)]
    assert errors_above(soon[0], soon[1]) > ERRORS
    days = [columns["deal_day"][columns["deal"]] for columns in (few, many)]
    spread = np.hypot(*[of.std() / np.sqrt(len(of)) for of in days])
    assert days[1].mean() > days[0].mean() + ERRORS * spread


def test_where_issues_are_settled_one_by_one_more_futures_sign_something() -> None:
    signed = []
    for settlement in ("issue_by_issue", "single_undertaking"):
        columns = run({"bargaining.settlement": settlement}, 130)
        signed.append(columns["deal"] | columns["partial"])
    assert errors_above(*signed) > ERRORS


def test_more_is_taken_back_where_agents_are_free_to() -> None:
    free, bound = (run({"protocol.take_backs": free}, 60) for free in (True, False))
    assert errors_above(free["taken_back"], bound["taken_back"]) > ERRORS


def drafts_below(candour: float) -> tuple[int, int]:
    """Drafts that are worth less than no deal to a side, and all drafts, of 60 futures."""
    scenario, log = vary(of_both("candour", candour)), Log()
    futures = Futures.begun(scenario, 60, SEED, watched=60)
    Reader(scenario).read(futures.run(60).notes, log)
    low = {(row["replicate"], row["day"]): row["reservation"]
           for row in log.said if row["kind"] == "session"}  # fmt: skip
    drafts = [row for row in log.said if row["kind"] == "move" and row["speaker"] == "mediators"]
    below = 0
    for row in drafts:
        worths = row["utilities"].values()
        reservations = low[row["replicate"], row["day"]]
        below += any(worth < least for worth, least in zip(worths, reservations, strict=True))
    return below, len(drafts)


def test_the_more_sides_tell_the_fewer_drafts_lie_below_a_sides_reservation() -> None:
    (below_untold, untold), (below_told, told) = drafts_below(0.0), drafts_below(1.0)
    assert below_told / told < 0.5 * below_untold / untold


@pytest.mark.parametrize(
    ("name", "low", "high", "more"),
    [
        ("inclination", -2, 0, True),
        ("tension", 0, 0.6, True),
        ("grievance", 0, 0.4, True),
        ("audience", 0, 3, True),
        ("call_back", 0, 4, False),
        ("closure", 0, 30, False),
        ("trust", 0, 4, False),
    ],
)
def test_what_moves_the_share_of_rounds_broken_off(
    name: str, low: float, high: float, more: bool
) -> None:
    less, greater = (
        run({f"calendar.walkout.{name}": value}, 30)["rounds_failed"] for value in (low, high)
    )
    assert (errors_above(greater, less) if more else errors_above(less, greater)) > ERRORS


def verdicts(remembers: bool) -> tuple[Any, Any]:
    """By future: texts that a capital refused, and all that were put before both.

    Delegations that do not remember settle for no deal again on the day after a refusal.
    """
    scenario, log = vary({}), Log()
    futures, reader = Futures.begun(scenario, FUTURES, SEED, watched=FUTURES), Reader(scenario)
    for _ in range(60):
        for notes in futures.live_day():
            reader.read(notes, log)
        if not remembers:
            futures.records["sides"]["refused"] = False
    refused, texts = set(), set()
    for row in log.said:
        if row["kind"] == "ratification":
            text = row["replicate"], row["day"]
            texts.add(text)
            if row["utility"] < row["needed"]:
                refused.add(text)
    one, other = (np.bincount([k for k, _ in of], minlength=FUTURES) for of in (refused, texts))
    return one, other


@pytest.mark.slow
def test_who_knows_what_home_asks_brings_home_fewer_texts_that_are_refused() -> None:
    """Shares of all texts; their paired error from what each future adds to the ratio."""
    shares, parts = [], []
    for remembers in (True, False):
        refused, texts = verdicts(remembers)
        shares.append(refused.sum() / texts.sum())
        parts.append((refused - shares[-1] * texts) / texts.mean())
    error = (parts[0] - parts[1]).std() / np.sqrt(FUTURES)
    assert shares[0] < shares[1] - ERRORS * error
