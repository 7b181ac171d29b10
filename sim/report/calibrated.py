"""What a calibration found, as tables, a configuration and words; computes no simulation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.calibration import Kind, strongest_correlations
from sim.analysis.found import Found
from sim.analysis.populations import quantiles
from sim.analysis.recovery import LEVELS
from sim.plots.calibration import fit_figure, parameters_figure, recovery_figure, trust_figure
from sim.plots.style import save
from sim.study.files import Atomic
from sim.study.parameters import ACCEPTED

SPAN = (0.05, 0.5, 0.95)
ONE_SIDED = 0.85  # share of the weight on one side of an aim from which a misfit is the model's
UNKNOWN = 0.2  # contraction below which the targets say next to nothing about a parameter


def write(found: Found, directory: Path) -> None:
    """Write sets, medoid, tables, summary and figures."""
    fit, learnt = fit_table(found), parameter_table(found)
    with Atomic(directory) as files:
        for name, table in (
            (ACCEPTED, accepted_table(found)), ("fit.csv", fit), ("parameters.csv", learnt)
        ):  # fmt: skip
            table.to_csv(files.path(name), index=False, lineterminator="\n", float_format="%.6g")
        files.path("best.yaml").write_text(best_yaml(found), encoding="utf-8")
        files.path("summary.txt").write_text(summary(found) + "\n", encoding="utf-8")
    save(fit_figure(found, fit), directory / "calibration")
    save(parameters_figure(found), directory / "parameters")
    save(recovery_figure(found), directory / "recovery")
    save(trust_figure(found), directory / "trust")


def accepted_table(found: Found) -> pd.DataFrame:
    """One row per accepted set, the medoid first: parameters, weight, distance, every measure.

    ``distance`` is the root mean square of how many standard errors and tolerances are missed.
    """
    targets = [x for x in found.asked.targets if x.kind is not Kind.happened]
    misses = np.array([x.miss(found.measures[x.name][found.sets]) for x in targets])
    columns = dict(zip(found.asked.names, found.points[found.sets].T, strict=True))
    columns["weight"] = found.counts / found.counts.sum()
    columns["distance"] = np.sqrt((misses**2).mean(axis=0))
    columns |= {name: values[found.sets] for name, values in found.measures.items()}
    return pd.DataFrame(columns)


def fit_table(found: Found) -> pd.DataFrame:
    """One row per target and check: what is asked for, and what the weighted points give.

    ``below`` is the share of the weight below the aim.
    """
    rows = []
    for target in found.asked.targets:
        values = found.measures[target.name]
        low, middle, high = quantiles(values, found.weights, SPAN)
        below = float(found.weights[values < target.aim].sum())
        rows.append(
            {
                "measure": target.name, "use": str(target.kind), "aim": target.aim,
                "sd": target.sd, "low": target.low, "high": target.high, "q05": low,
                "median": middle, "q95": high,
                "below": below if target.kind is Kind.observed else math.nan,
            }
        )  # fmt: skip
    for name, (low, high) in found.asked.checks.items():
        values = found.measures[name]
        q05, middle, q95 = quantiles(values, found.weights, SPAN)
        rows.append(
            {"measure": name, "use": "held back", "low": low, "high": high, "q05": q05,
             "median": middle, "q95": q95}
        )  # fmt: skip
    return pd.DataFrame(rows)


def parameter_table(found: Found) -> pd.DataFrame:
    """One row per parameter: what was searched and found, and how it is recovered if known.

    ``contraction`` is 1 - posterior variance / prior variance (Schad, Betancourt & Vasishth 2021),
    against an even prior over what was searched.
    """
    coverage, p_values = found.recovery.coverage(), found.recovery.uniformity()
    correlation = found.recovery.correlation()
    rows = []
    for k, (name, span) in enumerate(found.asked.ranges.items()):
        values = found.points[:, k]
        mean = float(found.weights @ values)
        variance = float(found.weights @ (values - mean) ** 2)
        low, middle, high = quantiles(values, found.weights, SPAN)
        row = {
            "parameter": name, "low": span.low, "high": span.high, "medoid":
            found.points[found.sets[0], k], "mean": mean, "q05": low, "median": middle,
            "q95": high, "contraction": 1 - variance / ((span.high - span.low) ** 2 / 12),
            "recovered": correlation[k], "ranks_p": p_values[k],
        }  # fmt: skip
        row |= {f"covers_{100 * x:g}": coverage[k, j] for j, x in enumerate(LEVELS)}
        rows.append(row)
    return pd.DataFrame(rows)


def best_yaml(found: Found) -> str:
    """The medoid as the configuration ``parameters=best``."""
    lines = [
        "# The medoid of the accepted sets, found by `ceasefire calibrate`: of those that meet",
        "# every condition the nearest to all others. Other files of configs/ refer to these.",
        "# By default every future draws a row of accepted.csv instead (parameters=accepted), and",
        "# a number that is changed here by hand changes nothing.",
        *(
            f"{name}: {value:g} # {found.asked.about[name]}"
            for name, value in found.values(int(found.sets[0])).items()
        ),
        "sets: [] # every future has the values above",
    ]
    return "\n".join(lines) + "\n"


def summary(found: Found) -> str:
    """What was simulated, the fit, what is known of the parameters and what is not."""
    return "\n".join(_lines(found))


def _lines(found: Found) -> Iterator[str]:
    effort = found.asked.effort
    simulated = effort.history + len(found.points)
    futures = effort.history * effort.history_futures + len(found.points) * effort.futures
    tolerances = ", ".join(f"{x:.2f}" for x in found.tolerances)
    yield (
        f"{simulated:,} points of {futures / 1e6:.1f} million futures; {found.plausible:.1%} of "
        f"the space is not implausible; {len(found.tolerances)} populations, tolerances "
        f"{tolerances}"
    )
    yield (
        f"effective sample size {found.size:.0f}; {len(found.sets)} accepted sets, drawn by weight "
        f"{found.counts.sum()} times"
    )
    yield ""
    yield f"{'measure':<28}{'asked for':>22}{'median':>9}   5 to 95 %"
    for row in fit_table(found).to_dict("records"):
        span = f"{row['q05']:.3g} to {row['q95']:.3g}"
        yield f"{row['measure']:<28}{_asked(row):>22}{row['median']:>9.3g}   {span}"
    yield ""
    told = "".join(f"{x:>13}" for x in ("contraction", "recovered", "80 % covers", "ranks p"))
    yield f"{'parameter':<20}{'searched':>14}{'medoid':>9}{'5 to 95 %':>18}{told}"
    learnt = parameter_table(found)
    for row in learnt.to_dict("records"):
        searched = f"{row['low']:g} to {row['high']:g}"
        span = f"{row['q05']:.3g} to {row['q95']:.3g}"
        numbers = (row[name] for name in ("contraction", "recovered", "covers_80", "ranks_p"))
        yield (
            f"{row['parameter']:<20}{searched:>14}{row['medoid']:>9.4g}{span:>18}"
            + "".join(f"{x:>13.3f}" for x in numbers)
        )
    yield ""
    yield from _said(found, learnt)


def _asked(row: Mapping[Any, Any]) -> str:
    """What is asked of a measure, in words."""
    use, low, high = row["use"], row["low"], row["high"]
    if use == Kind.observed:
        return f"{row['aim']:.3g} (sd {row['sd']:.2g})"
    if use == Kind.happened:
        return "it happened"
    if math.isinf(low):
        return f"at most {high:g}"
    if math.isinf(high):
        return f"at least {low:g}"
    return f"{low:g} to {high:g}" + (" (not used)" if use == "held back" else "")


def _said(found: Found, learnt: pd.DataFrame) -> Iterator[str]:
    """Misfits, what cannot be told, what goes together, what explains the falling hazard."""
    for row in fit_table(found).to_dict("records"):
        if row["use"] == Kind.observed and not 1 - ONE_SIDED <= row["below"] <= ONE_SIDED:
            side = "below" if row["below"] > ONE_SIDED else "above"
            share = max(row["below"], 1 - row["below"])
            yield f"misfit: {share:.0%} of the weight has {row['measure']} {side} the aim"
    for row in learnt.to_dict("records"):
        if row["contraction"] < UNKNOWN:
            yield (
                f"{row['parameter']} cannot be told from these targets: its variance is "
                f"{1 - row['contraction']:.0%} of what was assumed before"
            )
    pairs = strongest_correlations(found.asked.names, found.points, found.weights).head(3)
    said = "; ".join(
        f"{r['one']} and {r['other']} {r['correlation']:+.2f}" for r in pairs.to_dict("records")
    )
    yield f"strongest correlations: {said}"
    yield "fall of the hazard, first thirty days over last half year (median and range of sets):"
    for name, falls in found.falls.items():
        at_work = float((falls >= found.asked.fall).mean())
        yield (
            f"  {name:<26}{np.median(falls):>8.3g}   {falls.min():.3g} to {falls.max():.3g}"
            f"   {found.asked.fall:g}-fold or more in {at_work:.0%}"
        )
    yield "calibrated to these targets: they validate nothing"
