"""A test for independent observations; not for scenarios that share their chance.

For simulated futures a p-value only measures how many replicates were run: report differences with
intervals (`sim.compare`), and keep this for data sets that nature, not a loop, has limited. For
regression use lifelines (`CoxPHFitter`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.sample import FloatArray, SurvivalInputError, read_sample

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
    from scipy.special import chdtrc

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
    p = float(chdtrc(rank, chi2)) if rank else 1.0
    return LogRankResult(chi2, rank, p, sample.labels, ended.sum(axis=1), expected)
