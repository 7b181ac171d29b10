"""The agenda as arrays: every package and its options.

A package takes one option on each issue. Packages are numbered in row-major order of the issues,
so package 0 is the status quo. Knows nothing of utility, trust or time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import IntArray
from sim.config import Agenda


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

    def granted(self, package: int) -> dict[str, str]:
        """Return issue -> option name where a package differs from the status quo."""
        status_quo = self.describe(0)
        return {k: name for k, name in self.describe(package).items() if name != status_quo[k]}


def packages(agenda: Agenda) -> Packages:
    """List every package of an agenda."""
    names = tuple(tuple(issue.options) for issue in agenda.issues.values())
    grid = np.indices([len(options) for options in names]).reshape(len(names), -1).T
    return Packages(tuple(agenda.issues), names, np.ascontiguousarray(grid, dtype=np.int64))
