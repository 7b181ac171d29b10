"""From a side's configured tactic to the object that plays it, one's own classes included.

This is the one place that imports code which a configuration names. Validating a configuration
does not, and neither does reading results.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import numpy as np

from sim.config import Scenario
from sim.config import tactics as configs
from sim.config.fields import ConfigError
from sim.negotiation import tactics
from sim.negotiation.agenda import Packages


def tactic_of(config: Any, packages: Packages, longest: int) -> tactics.Tactic:
    """Make the tactic that a configuration describes, for rounds of ``longest`` exchanges.

    Raises
    ------
    ConfigError
        If a custom tactic cannot be found or does not take its parameters.
    """
    if isinstance(config, configs.TimeDependent):
        return tactics.TimeDependent(config.form.value, config.beta, config.kappa)
    if isinstance(config, configs.TitForTat):
        return tactics.TitForTat(
            config.imitates.value, config.lag, config.window, config.disturbance
        )
    if isinstance(config, configs.PackageTrading):
        return tactics.PackageTrading(
            config.form.value, config.beta, config.kappa, config.tolerance
        )
    if isinstance(config, configs.Scripted):
        return tactics.Scripted(np.array([packages.index(offer) for offer in config.offers]))
    if isinstance(config, configs.Custom):
        return own(config)
    if isinstance(config, configs.SubgamePerfect):
        return tactics.SubgamePerfect(config.discount, config.other_discount, longest)
    numbers = {name: value for name, value in vars(config).items() if name != "kind"}
    simple: dict[str, type[tactics.Tactic]] = {
        "hardliner": tactics.Hardliner,
        "zeuthen": tactics.Zeuthen,
        "trust_contingent": tactics.TrustContingent,
    }
    return simple[config.kind](**numbers)


def code_of(scenario: Scenario) -> list[str]:
    """The classes outside this package that a scenario names, as ``module:Class``."""
    chosen = [party.tactic for party in scenario.parties]
    return sorted({tactic.tactic for tactic in chosen if isinstance(tactic, configs.Custom)})


def own(config: configs.Custom) -> tactics.Tactic:
    """Make a tactic of one's own: ``module:Class``, looked for beside the package and here.

    What is named is called only if it is a class of tactics.

    Raises
    ------
    ConfigError
        If it cannot be imported, is no tactic, does not take its parameters or ends the process.
    """
    module, _, name = config.tactic.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        kind = getattr(importlib.import_module(module), name)
        if isinstance(kind, type) and issubclass(kind, tactics.Tactic):
            return kind(**config.parameters)
    except KeyboardInterrupt:
        raise
    except (ImportError, AttributeError, TypeError) as error:
        raise ConfigError(f"tactic {config.tactic!r} cannot be used: {error}") from None
    except BaseException as error:  # its code may raise anything, SystemExit among it
        said = f"{type(error).__name__} {error}".strip().splitlines()[0]
        raise ConfigError(f"tactic {config.tactic!r} cannot be used: it raised {said}") from None
    raise ConfigError(f"tactic {config.tactic!r} is no subclass of sim.negotiation.tactics.Tactic")
