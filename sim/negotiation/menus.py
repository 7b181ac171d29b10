"""Which packages a side may ever choose, and which of them it chooses in each future.

Knows tables of utilities; no party and no tactic. Packages are pruned exactly: own utility is
linear in trust and in each lock-in, so what holds at the corners of a box of trust and lock-in
holds inside it. The narrower the box, the fewer packages are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from sim.negotiation.utility import CHUNK, Table
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where

MARGIN = 1e-9  # how much better a package must be, everywhere, before another is pruned
BANDS = 4  # of trust, each with a menu of its own
MANY = 100  # rows from which narrower menus are worth making
TOGETHER = 64  # packages examined at once when pruning

Range = tuple[float, float]


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
    _narrower: dict[tuple[Range, bool], Menu] = field(default_factory=dict, repr=False)

    def narrowed(self, trust: Range, locked: bool) -> Menu:
        """Return the menu for trust in this range, with lock-in or without any."""
        if (trust, locked) not in self._narrower:
            own = self.own if locked else self.own.without_lock_in()
            self._narrower[trust, locked] = _menu(
                self.package, self.other, own, self.most_lock_in, trust, self.pruned
            )
        return self._narrower[trust, locked]

    def rising(self, trust: FloatArray, lock_in: FloatArray, out: FloatArray) -> None:
        """Best own utility among the first 1 ... C packages, into ``out`` (R, C)."""
        step = max(1, CHUNK // len(self.package))
        for low in range(0, len(trust), step):
            here = out[low : low + step]
            self.own.all_utilities(trust[low : low + step], lock_in[low : low + step], here)
            np.maximum.accumulate(here, axis=1, out=here)


class Prospects:
    """What each of n futures may choose today: its menu and what that is worth to it.

    Rows differ in their menus, so these are kept end to end: row r of menu m has the utilities
    ``rising[start[r]:]`` and the packages ``package[page[r]:]``, ``length[r]`` of both.
    """

    def __init__(
        self, menus: Sequence[Menu], account: IntArray, trust: FloatArray, lock_in: FloatArray
    ) -> None:
        groups = list(_groups(menus, account, trust, lock_in))
        sizes = [len(rows) * len(menu.package) for menu, rows in groups]
        self.rising: FloatArray = np.empty(sum(sizes))
        self.package: IntArray = np.concatenate([menu.package for menu, _ in groups])
        self.other: FloatArray = np.concatenate([menu.other for menu, _ in groups])
        self.start, self.length, self.page = np.empty((3, len(account)), dtype=np.int64)
        at = page = 0
        for (menu, rows), size in zip(groups, sizes, strict=True):
            width = len(menu.package)
            block = self.rising[at : at + size].reshape(len(rows), width)
            menu.rising(trust[rows], lock_in[rows], block)
            self.start[rows] = np.arange(at, at + size, width)
            self.length[rows], self.page[rows] = width, page
            at, page = at + size, page + width

    def best_for_other(self, rows: IntArray, aspiration: FloatArray) -> IntArray:
        """Package, shape (n,), best for the other side of those good enough in each of these rows.

        Because packages are in the other side's order, the first at or above the aspiration is the
        one best for it; where none reaches it, the best for oneself is the first to reach the
        row's last utility.
        """
        start, length = self.start[rows], self.length[rows]
        asked = np.minimum(aspiration, self.rising[start + length - 1])
        position = _first(lambda at: self.rising[start + at] >= asked, length - 1)
        chosen: IntArray = self.package[self.page[rows] + position]
        return chosen

    def best_leaving(self, rows: IntArray, floor: FloatArray) -> FloatArray:
        """Most own utility, shape (n,), among packages worth ``floor`` (n,) to the other side."""
        page, last = self.page[rows], self.length[rows] - 1
        low = _first(lambda at: self.other[page + np.minimum(at, last)] < floor, last + 1)
        most: FloatArray = self.rising[self.start[rows] + np.maximum(low - 1, 0)]
        return most


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
    for number in where(np.bincount(cell)):
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
    return Menu(package, other, own, most_lock_in, prune)


def undominated(values: FloatArray) -> IntArray:
    """Positions that no other beats by ``MARGIN`` in every row of ``values`` (rows, P).

    What beats a position must come before it. Who is beaten by one that is itself beaten is beaten
    by a third, so it does not matter whether those before are kept.
    """
    kept = np.empty(0, dtype=np.int64)
    for low in range(0, values.shape[1], TOGETHER):
        here = np.arange(low, min(low + TOGETHER, values.shape[1]))
        before = np.concatenate([kept, here])
        beaten = np.ones((len(before), len(here)), dtype=bool)
        for row in values:
            beaten &= row[before, None] >= row[here] + MARGIN
        kept = np.concatenate([kept, here[~beaten.any(axis=0)]])
    return kept


def corners(own: Table, most_lock_in: float, trust: Range = (0.0, 1.0)) -> FloatArray:
    """Own utility at every corner of a box of trust and lock-in, shape (corners, P)."""
    sizes = [trust] + [(0.0, most_lock_in)] * len(own.retreat)
    rows = []
    for trusted, *locks in product(*sizes):
        value = own.at(trusted)
        for lock, retreat in zip(locks, own.retreat, strict=True):
            value = value - lock * retreat
        rows.append(value)
    return np.array(rows)
