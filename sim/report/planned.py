"""What a simulation study says about its plan and itself: estimands, methods and performance.

The parts of ADEMP (Morris, White & Crowther 2019) that are not results; estimates nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist

from markupsafe import Markup

from sim.analysis.comparison import Comparison
from sim.analysis.limits import as_text, normal_quantile
from sim.plots.words import definition, lasting, readable
from sim.report.cells import CellSet
from sim.report.markup import definitions, paragraphs, table

POWER = 0.8
FAILED = ("did not finish", "failed", "missing", "left out")


def estimands(found: CellSet, several: bool) -> Markup:
    """What is estimated, one definition each."""
    day, scenario = found.horizon, found.cells[found.reference].scenario
    held = lasting(found.end, "in force")
    terms = {
        "T": f"the day on which the ceasefire ends, that is: {definition(found.end, scenario)}. "
        f"Day 0 is {scenario.start:%d %B %Y}; no future is followed beyond day {day}.",
        "S(t)": f"the share of futures {held} at the end of day t, P(T > t).",
        f"RMST({day})": f"the restricted mean survival time, the mean of min(T, {day}): days "
        f"{held} on average, counting none after day {day}.",
        "Median": "the first day by the end of which half of the futures have ended.",
        "Share ended by a cause": f"the share of futures that ended by day {day} in a chain of "
        "events set off by it (its cumulative incidence).",
        "Days lost to a cause": f"the mean over all futures of {day} − T where it ended them; the "
        f"days lost to all causes are what RMST({day}) lacks of {day}.",
    }
    if several:
        base = readable(found.reference)
        terms["Difference"] = f"the quantity under a scenario less that under {base}."
    return definitions(terms)


def methods(found: CellSet, compared: Comparison | None) -> Markup:
    """Estimators, intervals and pairing, with their sources."""
    return paragraphs(*_methods(found, compared))


def _methods(found: CellSet, compared: Comparison | None) -> Iterator[str]:
    sizes = sorted({x.replicates for x in found.cells.values()})
    futures = " or ".join(f"{x:,}" for x in sizes)
    yield (
        f"Each scenario is simulated in {futures} futures. Shares are Kaplan-Meier estimates with "
        "Greenwood's error and limits on the log(-log) scale; shares by cause are Aalen-Johansen "
        "estimates. The hazard is a trend in log age, penalised, with effects of single days."
    )
    if compared is not None:
        pairs = compared.table.groupby("scenario")["paired"].first()
        paired = "all scenarios are" if pairs.all() else f"{int(pairs.sum())} of {len(pairs)} are"
        yield (
            "Futures of one seed and number meet the same chance events under every scenario "
            f"(common random numbers; Glasserman & Yao 1992); {paired} compared pair by pair. "
            "Intervals of differences of shares are adjusted Wald limits (Agresti & Min 2005; "
            "Agresti & Caffo 2000), those of days Student's t, those of medians percentiles of "
            "resampled pairs."
        )
        if compared.table["parameters_lower"].notna().any():
            yield (
                "Futures draw parameter sets, the same in all scenarios: limits for one more set "
                "hold the uncertainty of the parameters as well (Higgins, Thompson & Spiegelhalter "
                "2009)."
            )
    yield "All intervals are pointwise and of level 95% unless they say otherwise."


def performance(found: CellSet, compared: Comparison | None) -> Markup:
    """Monte Carlo errors, what the number of futures resolves, and cells that are missing."""
    day = found.horizon
    rows = []
    for name, ensemble in found.ordered.items():
        curve = ensemble.survival(found.end)
        last, mean = curve.at(day), curve.rmst(day)
        rows.append([
            readable(name), f"{ensemble.replicates:,}", as_text(last.value, "share"),
            as_text(last.se, "share"), as_text(mean.value, "days"), f"{mean.se:.2f}",
        ])  # fmt: skip
    head = ["Scenario", "Futures", f"S({day})", "its error", f"RMST({day})", "its error (days)"]
    out = table("Monte Carlo standard errors of levels", head, rows, range(1, len(head)))
    if compared is not None:
        out += _resolved(compared)
    failed = [note for note in found.notes if any(word in note for word in FAILED)]
    return out + paragraphs(" ".join(failed) or "Every cell in the directories given had finished.")


def _resolved(compared: Comparison) -> Markup:
    """What difference the number of futures distinguishes from none."""
    rows = []
    reach = normal_quantile(compared.level) + NormalDist().inv_cdf(POWER)
    for row in compared.table[compared.table["kind"] == "rmst"].to_dict("records"):
        cut = row["variance_reduction"]
        rows.append([
            readable(str(row["scenario"])), f"{row['replicates']:,}", f"{row['se']:.2f}",
            as_text(reach * row["se"], "days"), f"{cut:.1f}" if cut == cut else "not paired",
        ])  # fmt: skip
    head = ["Scenario", "Pairs", "Error (days)", "Resolved (days)", "Variance divided by pairing"]
    caption = (
        f"Difference in RMST({compared.horizon}): its Monte Carlo standard error, and the true "
        f"difference that so many futures tell from none with chance {POWER:.0%}"
    )
    note = (
        "The number of futures is enough for differences larger than those resolved; half the "
        "difference takes four times as many (Comparison.replicates_needed)."
    )
    return table(caption, head, rows, range(1, len(head))) + paragraphs(note)
