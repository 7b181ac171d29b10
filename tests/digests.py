"""Digests of what small ensembles do: ``make digests`` writes those of the model as it is.

The integer columns of the outcomes (days, causes, counts, packages) of every shipped scenario and
of every protocol, one digest each. A change that is meant to change no result must leave all of
them as they are; one that changes a rule rewrites them and says so in CHANGELOG.md.

Beside each digest stand some sums and means of the same ensemble. They say how far off a result is
where a digest says only that it is another; and the means, which no digest holds, are compared
by nine digits, as the last bits of a logarithm differ from one processor to another.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from sim.model import CeasefireModel
from sim.paths import data_dir
from sim.study.cells import load_best

STORED = Path(__file__).with_name("digests.json")
SEED, REPLICATES, HORIZON = 2025, 60, 180


def cases() -> dict[str, tuple[str, list[str]]]:
    """Scenario and overrides of each ensemble, by name."""
    scenarios: dict[str, tuple[str, list[str]]] = {
        path.stem: (path.stem, []) for path in data_dir("configs/scenario").glob("*.yaml")
    }
    protocols = {
        f"protocol={path.stem}": ("baseline", [f"protocol={path.stem}"])
        for path in data_dir("configs/protocol").glob("*.yaml")
        if path.stem != "alternating_offers"  # the baseline's own
    }
    return dict(sorted((scenarios | protocols).items()))


def columns(name: str) -> dict[str, np.ndarray]:
    """Outcomes of a case's ensemble."""
    scenario, overrides = cases()[name]
    model = CeasefireModel(load_best(scenario, overrides).scenario, REPLICATES, SEED, watched=0)
    return model.run(HORIZON).columns


def digest(outcomes: dict[str, np.ndarray]) -> str:
    """SHA-256 of the integer columns of outcomes, shortened to 16 digits."""
    told = hashlib.sha256()
    for column in sorted(outcomes):
        values = np.asarray(outcomes[column])
        if values.dtype.kind in "ib":
            told.update(column.encode())
            told.update(values.astype("<i8").tobytes())
    return told.hexdigest()[:16]


# Of integers the sum over the futures, of real numbers the mean over those that have one.
SUMS = ("collapse_day", "collapse_ended", "deal", "rounds_held", "rounds_failed", "attacks_ttp",
        "deaths_ttp", "attributed", "clashes", "contained", "breaches",
        "pakistan_rung2_days", "afghan_taliban_rung2_days")  # fmt: skip
MEANS = ("pakistan_trust", "afghan_taliban_trust", "pakistan_mandate", "tension", "closed_days",
         "deal_utility_pakistan", "deal_utility_afghan_taliban")  # fmt: skip


def summary(outcomes: dict[str, np.ndarray]) -> dict[str, float]:
    """A few numbers of outcomes, by column."""
    sums = {name: int(outcomes[name].sum()) for name in SUMS}
    known = {name: outcomes[name][~np.isnan(outcomes[name])] for name in MEANS}
    return sums | {
        name: float(f"{values.mean():.12g}") for name, values in known.items() if values.size
    }


def told(name: str) -> dict[str, Any]:
    """What is stored of a case."""
    outcomes = columns(name)
    return {"digest": digest(outcomes), **summary(outcomes)}


def stored() -> dict[str, dict[str, Any]]:
    """The digests and numbers that hold until a rule is changed."""
    found: dict[str, dict[str, Any]] = json.loads(STORED.read_text())
    return found


if __name__ == "__main__":
    before = stored() if STORED.exists() else {}
    now = {name: told(name) for name in cases()}
    STORED.write_text(json.dumps(now, indent=1) + "\n")
    changed = [name for name in now if now[name] != before.get(name)]
    print(f"{len(changed)} of {len(now)} digests changed: {', '.join(changed) or 'none'}")
