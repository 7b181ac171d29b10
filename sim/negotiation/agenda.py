"""The agenda as arrays: every package, its options, and what each option does.

A package takes one option on each issue. Packages are numbered in row-major order of the issues,
so package 0 is the status quo. Knows nothing of utility, trust or time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.config import Agenda
from sim.randomness import FloatArray, IntArray


@dataclass(frozen=True)
class Packages:
    """All packages of an agenda.

    Attributes
    ----------
    issues : names in order, K of them
    options : (K,) tuple of option names per issue
    option : (P, K) int, the option index each package takes on each issue
    """

    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    option: IntArray

    def __len__(self) -> int:
        return len(self.option)

    def index(self, chosen: dict[str, str]) -> int:
        """Return the number of the package with these options (status quo where none is named)."""
        number = 0
        for issue, names in zip(self.issues, self.options, strict=True):
            number = number * len(names) + names.index(chosen.get(issue, names[0]))
        return number

    def describe(self, package: int) -> dict[str, str]:
        """Return issue -> option name of one package."""
        picked = self.option[package]
        return {
            issue: names[k]
            for issue, names, k in zip(self.issues, self.options, picked, strict=True)
        }


def packages(agenda: Agenda) -> Packages:
    """List every package of an agenda."""
    names = tuple(tuple(issue.options) for issue in agenda.issues.values())
    grid = np.indices([len(options) for options in names]).reshape(len(names), -1).T
    return Packages(tuple(agenda.issues), names, np.ascontiguousarray(grid, dtype=np.int64))


def verification(agenda: Agenda, all_packages: Packages, verifiers: float) -> FloatArray:
    """V of each package, shape (P,), in [0, 1]: the best that any of its options brings.

    ``verifiers`` in [0, 1] is the strength of the third parties that verify: an option brings
    ``alone + (with third parties - alone) * verifiers``.
    """
    best = np.zeros(len(all_packages))
    for k, issue in enumerate(agenda.issues.values()):
        if issue.verification is not None and issue.verification_alone is not None:
            alone = np.array(issue.verification_alone)
            by_option = alone + (np.array(issue.verification) - alone) * verifiers
            best = np.maximum(best, by_option[all_packages.option[:, k]])
    return best


def promised(agenda: Agenda, all_packages: Packages, side: str) -> FloatArray:
    """Share of the issues demanded of a side on which each package grants something, (P,)."""
    demanded = [k for k, issue in enumerate(agenda.issues.values()) if issue.demander.value != side]
    granted = np.zeros(len(all_packages))
    for k in demanded:
        granted += all_packages.option[:, k] > 0
    return granted / max(len(demanded), 1)


def effect(
    agenda: Agenda, all_packages: Packages, name: str, leaking: bool | None = None
) -> FloatArray:
    """Size of one effect (see ``config.Effects``) of each package, shape (P,), in [0, 1].

    Effects of several issues combine as independent shares: 1 - prod(1 - share). With ``leaking``,
    only those of options that leak, or only those of options that do not.
    """
    kept = np.ones(len(all_packages))
    by_issue: dict[str, dict[str, float]] = getattr(agenda.effects, name)
    for k, issue_name in enumerate(all_packages.issues):
        sizes = by_issue.get(issue_name, {})
        leaks = agenda.effects.leakage.get(issue_name, {})
        by_option = np.array(
            [
                sizes.get(option, 0.0) if leaking in (None, leaks.get(option, 0.0) > 0) else 0.0
                for option in all_packages.options[k]
            ]
        )
        kept = kept * (1 - by_option[all_packages.option[:, k]])
    return 1 - kept
