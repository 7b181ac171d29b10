"""Negotiation rounds under a fragile ceasefire: many futures of one model at once.

>>> import sim
>>> scenario = sim.load("baseline", overrides=["mediators=none"])
>>> run = sim.simulate(scenario, replicates=1_000, seed=2025)
>>> run.survival().at(90)  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.compare import compare
    from sim.analysis.ensemble import Ensemble, simulate
    from sim.analysis.own import Survival, survival
    from sim.analysis.stacked import stack
    from sim.config import ConfigError, Scenario
    from sim.model import CeasefireModel

__version__ = "0.1.0"
__all__ = [
    "CeasefireModel",
    "ConfigError",
    "Ensemble",
    "Scenario",
    "Survival",
    "compare",
    "load",
    "simulate",
    "stack",
    "survival",
]

_HOME = {  # loaded when first used, so that the command line starts quickly
    "CeasefireModel": "sim.model",
    "ConfigError": "sim.config",
    "Ensemble": "sim.analysis.ensemble",
    "Scenario": "sim.config",
    "Survival": "sim.analysis.own",
    "compare": "sim.analysis.compare",
    "simulate": "sim.analysis.ensemble",
    "survival": "sim.analysis.own",
    "stack": "sim.analysis.stacked",
}


def load(
    scenario: str = "baseline",
    overrides: Sequence[str] = (),
    *,
    config_dir: str | os.PathLike[str] | None = None,
) -> Scenario:
    """Compose a scenario by name, with Hydra overrides, and validate it.

    A scenario is what happens, not how often or how long it is simulated: ``seed``, ``replicates``,
    ``horizon`` and ``engine`` are arguments of ``simulate``, and refused here.

    Parameters
    ----------
    scenario : name of an option of ``configs/scenario`` or of your own folder
    overrides : as on the command line, such as ``["mediators=none", "pakistan.trust=0.4"]``
    config_dir : folder of your own configurations, beside those in ``CEASEFIRE_CONFIGS``

    Raises
    ------
    ConfigError
        In one sentence: every unknown option or field, every value out of range, and every setting
        of a run.
    """
    from sim.study.cells import load_scenario

    return load_scenario(scenario, overrides, config_dir)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
