"""The summary of one cell, as plain text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import PointEstimate, as_text, normal_quantile, rounded, wilson
from sim.config import CAUSES
from sim.names import count
from sim.plots.words import mode_in_words

SURVIVAL_DAYS = (30, 90, 365)
Z95 = normal_quantile(0.95)
END_IN_WORDS = {
    "exchange_of_fire": "both sides at border fire or above on one day",
    "strike": "either side at a cross-border strike or above",
    "repudiation": "a side declares the ceasefire over",
    "open_hostilities": "open hostilities, or strikes on consecutive days",
    "collapse": "open hostilities or repudiation, whichever comes first",
}


def summary(ensemble: Ensemble, directory: Path, seconds: float) -> str:
    """Describe a finished cell: survival, agreement and causes with Monte Carlo intervals."""
    return "\n".join(_lines(ensemble, directory, seconds))


def _lines(ensemble: Ensemble, directory: Path, seconds: float) -> Iterator[str]:
    scenario, end = ensemble.scenario, ensemble.scenario.ceasefire.end.value
    yield (
        f"{scenario.name}: {count(ensemble.replicates, 'future')} of {ensemble.horizon} days from "
        f"{scenario.start}, seed {ensemble.seed}, accounts {scenario.accounts.name.value}"
    )
    yield f"end of the ceasefire: {end} ({END_IN_WORDS[end]})"
    if ensemble.replicates == 1:
        yield from _story(ensemble, end)
        yield f"{seconds:.1f} s; results in {directory}"
        return
    estimate, spread = ensemble.survival(end), ensemble.parameter_spread(end)
    for day in SURVIVAL_DAYS:
        if day <= ensemble.horizon:
            at = estimate.at(day)
            wide = None if spread is None else spread.at(day)
            yield _point(f"S({day})", at, wide)
    rmst = estimate.rmst(ensemble.horizon)
    wide = None if spread is None else spread.rmst(ensemble.horizon)
    yield _point(f"RMST({ensemble.horizon})", rmst, wide)
    yield _row("median", str(estimate.median), "")
    yield _share(
        "a deal is ratified", int(ensemble.outcomes("deal")["deal"].sum()), ensemble.replicates
    )
    yield _share(
        "something is initialled", int(ensemble.outcomes("partial")["partial"].sum()),
        ensemble.replicates,
    )  # fmt: skip
    yield from _rounds(ensemble)
    causes = ensemble.incidence(end)
    for cause in CAUSES:
        at = causes.of(cause, ensemble.horizon)
        yield _point(f"ended by {cause}", at)
    modes = ensemble.modes(end)
    for mode in modes.causes:
        at = modes.of(mode, ensemble.horizon)
        yield _point(mode_in_words(mode, scenario), at)
    yield "intervals: 95 %, Monte Carlo error only; a what-if, not a forecast"
    if spread is not None:
        yield f"after the semicolon: with the uncertainty of the parameters, {spread.sets} sets"
    yield f"{seconds:.1f} s; results in {directory}"


def _story(ensemble: Ensemble, end: str) -> Iterator[str]:
    """What happened in a single future, which has no shares and no intervals."""
    future = ensemble.runs.iloc[0]
    day = int(future[f"{end}_day"])
    if future[f"{end}_ended"]:
        by = f", by {future[f'{end}_by']}" if isinstance(future[f"{end}_by"], str) else ""
        yield f"  it came on day {day}, after: {future[f'{end}_cause']}{by}".replace("_", " ")
    else:
        yield f"  it did not come by day {day}"
    ended = [f"{future[f'rounds_{how}']} {how.replace('failed', 'broken off')}"
             for how in ("partial", "adjourned", "failed") if future[f"rounds_{how}"]]  # fmt: skip
    yield f"  {count(int(future['rounds_held']), 'round')} held" + (
        f": {', '.join(ended)}" if ended else ""
    )
    deal = f"on day {int(future['deal_day'])}" if future["deal"] else "never"
    yield f"  a deal on everything was ratified: {deal}"
    groups = list(ensemble.scenario.militants)
    attacks = sum(int(future[f"attacks_{group}"]) for group in groups)
    deaths = sum(int(future[f"deaths_{group}"]) for group in groups)
    yield (
        f"  {count(attacks, 'attack')} with {count(deaths, 'death')}, "
        f"{count(int(future['clashes']), 'border clash').replace('clashs', 'clashes')}"
    )
    yield "one future shows what can happen, not how likely it is; transcript=true prints its talks"


def _rounds(ensemble: Ensemble) -> Iterator[str]:
    """How many rounds a future holds, and what share of all rounds ended in each way but in full.

    Intervals of shares are those of a ratio of means over futures (Cochran 1977).
    """
    names = {"rounds_partial": "share that end in part", "rounds_adjourned": "share adjourned",
             "rounds_failed": "share broken off"}  # fmt: skip
    runs = ensemble.outcomes("rounds_held", *names)
    held = runs["rounds_held"].to_numpy(float)
    mean, per_error = held.mean(), Z95 / math.sqrt(len(held))
    yield _row("rounds held", rounded(mean, 2), _around(mean, held.std() * per_error, np.inf))
    for column, name in names.items() if mean else ():
        ended = runs[column].to_numpy(float)
        share = ended.mean() / mean
        error = (ended - share * held).std() / mean * per_error
        yield _row(f"  {name}", rounded(share, 3), _around(share, error, 1.0))


def _around(value: float, error: float, most: float) -> str:
    """An interval, or nothing where the futures are too few or too similar to give one."""
    if not error:
        return ""
    digits = 2 if most > 1 else 3
    low, high = max(value - error, 0.0), min(value + error, most)
    return f"{rounded(low, digits)} to {rounded(high, digits)}"


def _point(name: str, at: PointEstimate, wide: PointEstimate | None = None) -> str:
    """An estimate with its limits by chance and, after a semicolon, for one more parameter set."""
    limits = [f"{as_text(x.lower, x.unit)} to {as_text(x.upper, x.unit)}" for x in (at, wide) if x]
    unit = " days" if at.unit == "days" else ""
    return _row(name, as_text(at.value, at.unit) + unit, "; ".join(limits))


def _row(name: str, value: str, interval: str) -> str:
    return f"  {name:<32}{value:>12}   {interval}".rstrip()


def _share(name: str, successes: int, trials: int) -> str:
    low, high = wilson(successes / trials, trials)
    return _row(name, rounded(successes / trials, 3), f"{rounded(low, 3)} to {rounded(high, 3)}")
