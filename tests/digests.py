"""Digests of what small ensembles do: ``make digests`` writes those of the model as it is.

The integer columns of the outcomes (days, causes, counts, packages) of every shipped scenario and
of every protocol, one digest each. A change that is meant to change no result must leave all of
them as they are; one that changes a rule rewrites them and says so in CHANGELOG.md.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from sim.model import CeasefireModel
from sim.paths import data_dir
from sim.study.cells import load_best

STORED = Path(__file__).with_name("digests.json")
SEED, REPLICATES, HORIZON = 2025, 60, 180


def cases() -> dict[str, tuple[str, list[str]]]:
    """Scenario and overrides of each ensemble, by name."""
    scenarios = {path.stem: (path.stem, []) for path in data_dir("configs/scenario").glob("*.yaml")}
    protocols = {
        f"protocol={path.stem}": ("baseline", [f"protocol={path.stem}"])
        for path in data_dir("configs/protocol").glob("*.yaml")
        if path.stem != "alternating_offers"  # the baseline's own
    }
    return dict(sorted((scenarios | protocols).items()))


def digest(name: str) -> str:
    """SHA-256 of the integer columns of a case's outcomes, shortened to 16 digits."""
    scenario, overrides = cases()[name]
    model = CeasefireModel(load_best(scenario, overrides).scenario, REPLICATES, SEED, watched=0)
    columns = model.run(HORIZON).columns
    told = hashlib.sha256()
    for column in sorted(columns):
        values = np.asarray(columns[column])
        if values.dtype.kind in "ib":
            told.update(column.encode())
            told.update(values.astype("<i8").tobytes())
    return told.hexdigest()[:16]


def stored() -> dict[str, str]:
    """The digests that hold until a rule is changed."""
    digests: dict[str, str] = json.loads(STORED.read_text())
    return digests


if __name__ == "__main__":
    before = stored() if STORED.exists() else {}
    now = {name: digest(name) for name in cases()}
    STORED.write_text(json.dumps(now, indent=2) + "\n")
    changed = [name for name in now if now[name] != before.get(name)]
    print(f"{len(changed)} of {len(now)} digests changed: {', '.join(changed) or 'none'}")
