"""What packages are worth to a side.

Utility is additive over issues (multi-attribute utility, Keeney & Raiffa 1976). What the other
side promises is worth what it is believed to be worth: a promise is multiplied by the credibility

    c = capacity * (trust + (1 - trust) * V)

with the promiser's believed capacity, the receiver's trust and the verification V that the package
itself brings (the commitment problem: Fearon 1995, Powell 2006). For a given package utility is
therefore linear in trust. A side that is locked in on a contested issue loses, for every step it
retreats from its public position, its lock-in times the issue's weight (Fearon 1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.compiled import kernels
from sim.config import PARTIES, Agenda, Party, Position
from sim.negotiation.agenda import Packages
from sim.randomness import FloatArray, IntArray

CHUNK = 1 << 17  # cells evaluated at once: small enough to stay in the processor's cache


@dataclass(frozen=True)
class Table:
    """One side's utilities of all packages under one account.

    utility = constant + trust * slope - sum over contested issues of lock_in * retreat

    Attributes
    ----------
    constant, slope : (P,) utility
    retreat : (C, P) weight lost at a lock-in of 1, per contested issue
    opening : number of the package that is the side's public position
    """

    constant: FloatArray
    slope: FloatArray
    retreat: FloatArray
    opening: int

    def all_utilities(
        self, trust: FloatArray, lock_in: FloatArray, out: FloatArray | None = None
    ) -> FloatArray:
        """Utility of every package, shape (R, P), into ``out`` if given."""
        value: FloatArray = np.multiply(trust[:, None], self.slope, out=out)
        value += self.constant
        for k, retreat in enumerate(self.retreat):
            if lock_in[:, k].any():  # nothing to take off otherwise, to the last digit
                value -= lock_in[:, k, None] * retreat
        return value

    def without_lock_in(self) -> Table:
        """Return the same table for rows that are not locked in on anything."""
        return Table(self.constant, self.slope, np.zeros_like(self.retreat), self.opening)

    def restricted(self, packages: IntArray) -> Table:
        """Return the same table for some packages only."""
        retreat = np.ascontiguousarray(self.retreat[:, packages])
        return Table(self.constant[packages], self.slope[packages], retreat, self.opening)

    def at(self, trust: float) -> FloatArray:
        """Utility of every package, shape (P,), at one trust and without lock-in."""
        return self.constant + trust * self.slope


@dataclass(frozen=True)
class Tables:
    """One side's tables by account, and the same numbers stacked so that rows can mix accounts."""

    by_account: tuple[Table, ...]
    constant: FloatArray
    slope: FloatArray
    retreat: FloatArray
    opening: IntArray

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Tables:
        """Stack to ``constant``, ``slope`` (A, P), ``retreat`` (C, A, P) and ``opening`` (A,)."""
        return cls(
            tuple(tables),
            np.array([table.constant for table in tables]),
            np.array([table.slope for table in tables]),
            np.ascontiguousarray(np.array([table.retreat for table in tables]).swapaxes(0, 1)),
            np.array([table.opening for table in tables]),
        )

    def utility(
        self, rows: IntArray, package: IntArray,
        account: IntArray, trust: FloatArray, lock_in: FloatArray,
    ) -> FloatArray:  # fmt: skip
        """Utility, shape (len(rows),), of one package for each of these rows.

        ``account``, ``trust`` (n,) and ``lock_in`` (n, C) are those of all rows.
        """
        if (compiled := kernels()) is not None:
            given = rows, package, account, trust, lock_in
            result: FloatArray = compiled.utility(*given, self.constant, self.slope, self.retreat)
            return result
        account, trust, lock_in = account[rows], trust[rows], lock_in[rows]
        value = self.constant[account, package] + trust * self.slope[account, package]
        for k, retreat in enumerate(self.retreat):
            value -= lock_in[:, k] * retreat[account, package]
        return value


def contested(agenda: Agenda) -> tuple[int, ...]:
    """Positions of the issues on which public accounts may contradict."""
    return tuple(k for k, issue in enumerate(agenda.issues.values()) if issue.contested)


def table(
    side: int,
    parties: tuple[Party, Party],
    agenda: Agenda,
    all_packages: Packages,
    verified: FloatArray,
    account: dict[str, Position],
) -> Table:
    """Build a side's table; ``verified`` (P,) is V of each package, ``account`` the positions."""
    me, other = parties[side], parties[1 - side]
    constant, slope = np.zeros(len(all_packages)), np.zeros(len(all_packages))
    retreats = []
    opening = _opening(side, me, agenda, account)
    for k, (name, issue) in enumerate(agenda.issues.items()):
        values = np.array(getattr(account.get(name, issue), PARTIES[side]))
        worth = me.weights[name] * values[all_packages.option[:, k]]
        if issue.promise and issue.demander.value == PARTIES[side]:
            believed = worth * other.believed_capacity
            constant, slope = constant + believed * verified, slope + believed * (1 - verified)
        else:
            constant = constant + worth
        if issue.contested:
            stated = me.weights[name] * values[issue.options.index(opening[name])]
            retreats.append(np.maximum(stated - worth, 0.0))
    retreat = np.array(retreats).reshape(len(retreats), len(all_packages))
    return Table(constant, slope, retreat, all_packages.index(opening))


def _opening(side: int, me: Party, agenda: Agenda, account: dict[str, Position]) -> dict[str, str]:
    """Return a side's public position: reported, else configured, else its best option."""
    stated = {}
    for name, issue in agenda.issues.items():
        values = getattr(account.get(name, issue), PARTIES[side])
        best = issue.options[int(np.argmax(values))]
        reported = account[name].opening if name in account else {}
        by_name = {party.value: option for party, option in reported.items()}
        stated[name] = by_name.get(PARTIES[side], me.opening.get(name, best))
    return stated
