"""Whether parameter sets agree on the sign of a difference; knows pairs of futures by set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.limits import normal_quantile
from sim.analysis.pairs import Pair
from sim.analysis.parameter_spread import components
from sim.analysis.sample import IntArray

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario", "quantity", "difference", "sets", "agree", "share", "longer", "shorter",
    "sd_between",
)  # fmt: skip


def signs(pairs: Sequence[Pair], level: float) -> pd.DataFrame:
    """One row per scenario that is paired set by set with the reference; none without sets.

    `difference` in RMST over all pairs; `agree` of the `sets` have a difference of the same sign
    (`share`); in `longer` and `shorter` the interval of a set's own paired difference, at `level`,
    leaves out 0. `sd_between` is the standard deviation of the difference between sets, free of
    Monte Carlo error.
    """
    import pandas as pd

    rows = [_row(pair, pair.sets, level) for pair in pairs if pair.sets is not None]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(pair: Pair, number: IntArray, level: float) -> tuple[object, ...]:
    one, base = pair.ratios()
    difference = one.tops[:, 0] - base.tops[:, 0]
    overall, z = float(difference.mean()), normal_quantile(level)
    means, errors = [], []
    for one in np.unique(number):
        own = difference[number == one]
        means.append(own.mean())
        errors.append(own.std(ddof=1) / np.sqrt(own.size) if own.size > 1 else np.inf)
    mean, error = np.array(means), np.array(errors)
    agree = int((np.sign(mean) == np.sign(overall)).sum())
    counted = int((mean > z * error).sum()), int((mean < -z * error).sum())
    sd = float(np.sqrt(components(difference[:, None], number).between[0]))
    quantity = pair.measured[0].name
    return (pair.name, quantity, overall, mean.size, agree, agree / mean.size, *counted, sd)


def in_words(table: pd.DataFrame, reference: str) -> str:
    """The table as text; empty without rows."""
    if not len(table):
        return ""
    quantity, sets = table["quantity"].iloc[0], table["sets"].iloc[0]
    shown = table.set_index("scenario").rename_axis(None)
    text = {
        "difference": shown["difference"].map("{:+.1f}".format),
        "sd between sets": shown["sd_between"].map("{:.1f}".format),
        "agree on the sign": [
            f"{agree} of {of} ({share:.0%})"
            for agree, of, share in zip(shown["agree"], shown["sets"], shown["share"], strict=True)
        ],
        "surely longer": shown["longer"],
        "surely shorter": shown["shorter"],
    }
    import pandas as pd

    heading = f"Sign of the difference from {reference} in {quantity}, by parameter set ({sets}):"
    return f"{heading}\n{pd.DataFrame(text).to_string()}"
