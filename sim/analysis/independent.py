"""Tests and regression for independent observations; not for scenarios that share their chance.

For simulated futures a p-value only measures how many replicates were run: report differences with
intervals (`sim.compare`), and keep these for data sets that nature, not a loop, has limited.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.limits import chi_square_tail
from sim.analysis.sample import FloatArray, SurvivalInputError, fraction, read_sample

if TYPE_CHECKING:
    import pandas as pd

CAUTION = "for simulated data the p-value only measures the number of replicates"


@dataclass(frozen=True, eq=False)
class LogRankResult:
    """Log-rank test of equal hazards; `observed` and `expected` have shape (groups,), in events."""

    chi2: float
    dof: int
    p: float
    groups: tuple[Hashable, ...]
    observed: FloatArray
    expected: FloatArray

    @property
    def table(self) -> pd.DataFrame:
        """One row per group: group, observed, expected, ratio (the effect size leads)."""
        import pandas as pd

        columns = {"group": self.groups, "observed": self.observed, "expected": self.expected}
        return pd.DataFrame(columns).assign(ratio=lambda x: x["observed"] / x["expected"])

    def __str__(self) -> str:
        lines = [
            f"  {name!s:<16} {o:g} ended, {e:.1f} expected under equal hazards"
            for name, o, e in zip(self.groups, self.observed, self.expected, strict=True)
        ]
        test = f"  chi2({self.dof}) = {self.chi2:.4f}, p = {self.p:.3g}; {CAUTION}"
        return "\n".join(["log-rank test", *lines, test])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def log_rank(
    durations: ArrayLike,
    events: ArrayLike,
    groups: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> LogRankResult:
    """Test whether all groups share one hazard (Mantel 1966; ties: hypergeometric variance).

    Arguments as in `kaplan_meier`, each of shape (n,); at least two groups. Degrees of freedom:
    groups − 1, less those of groups never at risk together with another. Without events chi2 is 0.
    Errors: `SurvivalInputError`.
    """
    sample = read_sample(durations, events, weights=weights, entry=entry, groups=groups)
    parts = [part.counts for _, part in sample.by_group()]
    if len(parts) < 2:
        raise SurvivalInputError(f"groups must hold two labels or more, got {sample.labels!r}")
    risk, ended = np.array([x.at_risk for x in parts]), np.array([x.events for x in parts])
    total_risk, total = risk.sum(axis=0), ended.sum(axis=0)
    share = np.divide(risk, total_risk, out=np.zeros_like(risk), where=total_risk > 0)
    expected = (share * total).sum(axis=1)
    spread = total * np.divide(
        total_risk - total, total_risk - 1, out=np.zeros_like(total), where=total_risk > 1
    )
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    surplus = ended.sum(axis=1) - expected
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if rank == len(parts) - 1:
        chi2 = float(surplus[:-1] @ np.linalg.solve(covariance[:-1, :-1], surplus[:-1]))
    else:
        chi2 = float(surplus @ np.linalg.pinv(covariance, hermitian=True) @ surplus)
    p = chi_square_tail(chi2, rank) if rank else 1.0
    return LogRankResult(chi2, rank, p, sample.labels, ended.sum(axis=1), expected)


@dataclass(frozen=True, eq=False)
class CoxResult:
    """Cox regression: one row per covariate in `table`; `fitter` is the lifelines object."""

    table: pd.DataFrame
    concordance: float
    fitter: Any = field(repr=False)

    def __str__(self) -> str:
        return f"Cox regression, concordance {self.concordance:.3f}\n{self.table}\n  {CAUTION}"

    def _repr_html_(self) -> str:
        return f"{self.table.to_html()}<p>{escape(CAUTION)}</p>"


def cox(
    data: pd.DataFrame,
    covariates: Sequence[str],
    *,
    duration: str = "duration",
    event: str = "event",
    weights: str | None = None,
    level: float = 0.95,
) -> CoxResult:
    """Proportional-hazards regression (Cox 1972, ties by Efron 1977) through lifelines.

    `duration`, `event`, `weights` and `covariates` name columns of `data`. The table's columns:
    covariate, hazard_ratio, lower, upper, coefficient, se, p. Errors: `SurvivalInputError` for bad
    data, `ImportError` if lifelines (extra `analysis`) is not installed.
    """
    try:
        from lifelines import CoxPHFitter
    except ImportError:
        raise ImportError(
            "Cox regression needs lifelines: pip install 'ceasefire-sim[analysis]'"
        ) from None
    fraction("level", level)
    columns = [duration, event, *covariates, *([weights] if weights else [])]
    missing = [name for name in columns if name not in data.columns]
    if missing or not covariates:
        raise SurvivalInputError(
            f"data has no column {missing[0]!r}" if missing else "no covariate"
        )
    read_sample(data[duration], data[event], weights=data[weights] if weights else None)
    fitter = CoxPHFitter(alpha=1 - level)
    fitter.fit(data[columns], duration_col=duration, event_col=event, weights_col=weights)
    return CoxResult(_cox_table(fitter), float(fitter.concordance_index_), fitter)


def _cox_table(fitter: Any) -> pd.DataFrame:
    """Put lifelines' summary under our names."""
    names = {"exp(coef)": "hazard_ratio", "coef": "coefficient", "se(coef)": "se", "p": "p"}
    table: pd.DataFrame = (
        fitter.summary.rename(columns=names).rename_axis("covariate").reset_index()
    )
    limits = fitter.confidence_intervals_.to_numpy()
    table["lower"], table["upper"] = np.exp(limits[:, 0]), np.exp(limits[:, 1])
    order = ["covariate", "hazard_ratio", "lower", "upper", "coefficient", "se", "p"]
    return table[order]
