"""Which packages a side may ever choose, and which of them it chooses in each future.

Knows tables of utilities; no party and no tactic. Packages are pruned exactly: own utility is
linear in trust and in each lock-in, so what holds at the corners of a box of trust and lock-in
holds inside it. The narrower the box, the fewer packages are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import PAGE, kernels
from sim.negotiation.utility import CHUNK, Table
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where

MARGIN = 1e-9  # how much better a package must be, everywhere, before another is pruned
BANDS = 4  # of trust, each with a menu of its own
MANY = 100  # rows from which narrower menus are worth making
TOGETHER = 64  # packages examined at once when pruning

Range = tuple[float, float]


class Pages(NamedTuple):
    """Menus laid end to end in pages of ``PAGE`` packages, P in all.

    ``package``, ``other``, ``constant``, ``slope`` (P,) and ``retreat`` (C, P) as in `Menu` and
    `Table`. ``bound`` + trust x ``rise`` (pages,) is more than any package of a page can be worth:
    the best of them is convex in trust, so it lies below its chord over the menu's range, and
    lock-in only takes off.
    """

    package: IntArray
    other: FloatArray
    constant: FloatArray
    slope: FloatArray
    retreat: FloatArray
    bound: FloatArray
    rise: FloatArray


@dataclass(frozen=True)
class Menu:
    """The packages a side may ever offer, best for the other side first.

    ``package`` (C,) are package numbers, ``other`` (C,) what they are thought to be worth to the
    other side; ``own`` is the side's table restricted to them. All of it holds for lock-ins up to
    ``most_lock_in``.
    """

    package: IntArray
    other: FloatArray
    own: Table
    most_lock_in: float
    pruned: bool = True
    trust: Range = (0.0, 1.0)
    _narrower: dict[tuple[Range, bool], Menu] = field(default_factory=dict, repr=False)

    def narrowed(self, trust: Range, locked: bool) -> Menu:
        """Return the menu for trust in this range, with lock-in or without any."""
        if (trust, locked) not in self._narrower:
            own = self.own if locked else self.own.without_lock_in()
            self._narrower[trust, locked] = _menu(
                self.package, self.other, own, self.most_lock_in, trust, self.pruned
            )
        return self._narrower[trust, locked]

    def rising(self, trust: FloatArray, lock_in: FloatArray) -> FloatArray:
        """Best own utility among the first 1, 2, ... C packages, shape (R, C)."""
        rising = np.empty((len(trust), len(self.package)))
        step = max(1, CHUNK // len(self.package))
        for low in range(0, len(trust), step):
            here = rising[low : low + step]
            self.own.all_utilities(trust[low : low + step], lock_in[low : low + step], here)
            np.maximum.accumulate(here, axis=1, out=here)
        return rising

    @cached_property
    def in_pages(self) -> Pages:
        """This menu in whole pages; what fills up the last is worth nothing to anybody."""
        free = -len(self.package) % PAGE
        end = (0, free)
        constant = np.pad(self.own.constant, end, constant_values=-np.inf)
        slope = np.pad(self.own.slope, end)
        low, high = (
            (constant + trust * slope).reshape(-1, PAGE).max(axis=1) for trust in self.trust
        )
        rise = (high - low) / (self.trust[1] - self.trust[0])
        return Pages(
            np.pad(self.package, end), np.pad(self.other, end, constant_values=-np.inf),
            constant, slope, np.pad(self.own.retreat, ((0, 0), end)),
            low - self.trust[0] * rise + MARGIN, rise,
        )  # fmt: skip


class Prospects:
    """What each of n futures may choose today: its menu and what that is worth to it.

    Rows differ in their menus, so these are laid end to end in whole pages: row r has the pages
    from ``start[r]`` on, with ``length[r]`` packages. ``account``, ``trust`` (n,) and ``lock_in``
    (n, C) are those of the rows.
    """

    def __init__(
        self, menus: Sequence[Menu], account: IntArray, trust: FloatArray, lock_in: FloatArray
    ) -> None:
        self.trust, self.lock_in = trust, lock_in
        self.groups = list(_groups(menus, account, trust, lock_in))
        self.start, self.length = np.empty((2, len(account)), dtype=np.int64)
        page = 0
        for menu, rows in self.groups:
            self.start[rows], self.length[rows] = page, len(menu.package)
            page += len(menu.in_pages.bound)
        parts = zip(*(menu.in_pages for menu, _ in self.groups), strict=True)
        self.pages = Pages(*(np.concatenate(part, axis=-1) for part in parts))

    def best_for_other(self, rows: IntArray, aspiration: FloatArray) -> IntArray:
        """Package, shape (n,), best for the other side of those good enough in each of these rows.

        Because packages are in the other side's order, the first at or above the aspiration is the
        one best for it; where none reaches it, the one best for oneself, and of equals the first.
        """
        if (compiled := kernels()) is not None:
            place = compiled.first_at(rows, aspiration, *self._given)
        else:
            at, last = self._first_rising[rows], self.length[rows] - 1
            asked = np.minimum(aspiration, self._rising[at + last])
            place = self.start[rows] * PAGE + _first(lambda c: self._rising[at + c] >= asked, last)
        chosen: IntArray = self.pages.package[place]
        return chosen

    def best_leaving(self, rows: IntArray, floor: FloatArray) -> FloatArray:
        """Most own utility, shape (n,), among packages worth ``floor`` (n,) to the other side."""
        most: FloatArray
        if (compiled := kernels()) is not None:
            most = compiled.best_leaving(rows, floor, self.pages.other, *self._given)
        else:
            first, last = self.start[rows] * PAGE, self.length[rows] - 1
            other = self.pages.other
            low = _first(lambda c: other[first + np.minimum(c, last)] < floor, last + 1)
            most = self._rising[self._first_rising[rows] + np.maximum(low - 1, 0)]
        return most

    @cached_property
    def _given(self) -> tuple[Any, ...]:
        """What the compiled forms look at."""
        pages = -(-self.length // PAGE)
        return self.start, pages, self.trust, self.lock_in, *self.pages[2:]

    @cached_property
    def _first_rising(self) -> IntArray:
        """Where each row's utilities begin in ``_rising``, which holds them group by group."""
        at = np.empty(len(self.length), dtype=np.int64)
        begun = 0
        for menu, rows in self.groups:
            at[rows] = begun + np.arange(len(rows)) * len(menu.package)
            begun += len(rows) * len(menu.package)
        return at

    @cached_property
    def _rising(self) -> FloatArray:
        """Best own utility among the first 1, 2, ... packages of each row's menu, end to end."""
        parts = [menu.rising(self.trust[rows], self.lock_in[rows]) for menu, rows in self.groups]
        return np.concatenate(parts, axis=None)


def _groups(
    menus: Sequence[Menu], account: IntArray, trust: FloatArray, lock_in: FloatArray
) -> Iterator[tuple[Menu, IntArray]]:
    """Rows that share a menu: by account and, if there are many, by trust and lock-in."""
    if len(account) < MANY:
        for k, menu in enumerate(menus):
            rows = where(account == k)
            if len(rows):
                yield menu, rows
        return
    band = np.minimum((trust * BANDS).astype(np.int64), BANDS - 1)
    cell = (account * BANDS + band) * 2 + any_lock_in(lock_in)
    for number in where(np.bincount(cell) > 0):
        k, of_trust = divmod(int(number) // 2, BANDS)
        trusted = (of_trust / BANDS, (of_trust + 1) / BANDS)
        yield menus[k].narrowed(trusted, bool(number % 2)), where(cell == number)


def any_lock_in(lock_in: FloatArray) -> BoolArray:
    """Whether each row is locked in on some issue, shape (R,); ``lock_in`` (R, C)."""
    locked = np.zeros(len(lock_in), dtype=bool)
    for issue in range(lock_in.shape[1]):
        locked |= lock_in[:, issue] > 0
    return locked


def _first(holds: Callable[[IntArray], BoolArray], most: IntArray) -> IntArray:
    """First position, shape (n,), from which on something holds: bisection, ``most`` (n,) if none.

    ``holds`` is asked about a position per row, up to ``most``.
    """
    low, high = np.zeros(len(most), dtype=np.int64), most
    for _ in range(int(most.max(initial=0) + 1).bit_length()):
        middle = (low + high) >> 1
        here = holds(middle)
        high = np.where(here, middle, high)
        low = np.where(here, low, np.minimum(middle + 1, high))
    return high


def menu(own: Table, other: FloatArray, most_lock_in: float, *, prune: bool = True) -> Menu:
    """Order packages for ``Prospects`` and leave out those that can never be chosen.

    ``other`` (P,) is the other side's estimated utility. A package is pruned only if one and the
    same package is better by ``MARGIN`` for the other side and, at every corner of the box
    trust in [0, 1], lock-in in [0, most_lock_in] on each contested issue, better by ``MARGIN`` for
    oneself: whenever the pruned package is good enough, a better one for the other side is as well.
    """
    order = np.lexsort((np.arange(len(other)), -other)).astype(np.int64)
    return _menu(order, other[order], own.restricted(order), most_lock_in, (0.0, 1.0), prune)


def _menu(
    package: IntArray, other: FloatArray, own: Table, most_lock_in: float, trust: Range, prune: bool
) -> Menu:
    """Keep what is not beaten, of packages in the other side's order."""
    if prune:
        kept = undominated(np.vstack([other, corners(own, most_lock_in, trust)]))
        package, other, own = package[kept], other[kept], own.restricted(kept)
    return Menu(package, other, own, most_lock_in, prune, trust)


def undominated(values: FloatArray) -> IntArray:
    """Positions that no other beats by ``MARGIN`` in every row of ``values`` (rows, P).

    What beats a position must come before it. A sieve: those examined put out whom they beat, and
    so may one that is itself beaten, since what beats it beats them too.
    """
    left, examined = np.arange(values.shape[1]), 0
    while examined < len(left):
        here, rest = left[examined : examined + TOGETHER], left[examined:]
        beaten = np.ones((len(here), len(rest)), dtype=bool)
        for row in values:
            beaten &= row[here, None] >= row[rest] + MARGIN
        stays: BoolArray = ~np.asarray(beaten.any(axis=0))
        examined += int(stays[: len(here)].sum())
        left = np.concatenate([left[: len(left) - len(rest)], rest[stays]])
    return left


def corners(own: Table, most_lock_in: float, trust: Range = (0.0, 1.0)) -> FloatArray:
    """Own utility at every corner of a box of trust and lock-in, shape (corners, P)."""
    sizes: list[tuple[float, ...]] = [trust]
    sizes += [(0.0, most_lock_in) if retreat.any() else (0.0,) for retreat in own.retreat]
    rows = []
    for trusted, *locks in product(*sizes):
        value = own.at(trusted)
        for lock, retreat in zip(locks, own.retreat, strict=True):
            value = value - lock * retreat
        rows.append(value)
    return np.array(rows)
