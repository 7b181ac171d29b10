"""Tactics: what a side offers and accepts within a round.

A tactic sees a ``View`` of the table and answers with an aspiration, the least own utility it asks
for; unless it says otherwise it offers the package that the other side is thought to like best at
or above its aspiration, and accepts what reaches it. One class a tactic, with its source. Knows no
agent and no protocol. A tactic of one's own is a subclass of ``Tactic``: see docs/tactics.md.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import numpy as np

from sim.negotiation import concession as curves
from sim.negotiation.delegation import NO_PACKAGE, TOLERANCE, Delegation, Draw
from sim.negotiation.solutions import rubinstein_shares
from sim.randomness import BoolArray, FloatArray, IntArray
from sim.replicates import where


class View:
    """What a side sees when it must speak, in n futures.

    ``time`` (n,) in (0, 1] is the share of the round's exchanges that is over with this one,
    ``exchange`` and ``limit`` (n,) their numbers; ``ideal`` and ``reservation`` (n,) bound the zone
    in own utility; ``trust`` (n,) is the probability that the other side is in good faith.
    """

    def __init__(
        self, side: Delegation, rows: IntArray, exchange: IntArray, limit: IntArray, name: str
    ) -> None:
        self.side, self.rows, self.name = side, rows, name
        self.exchange, self.limit = exchange, limit

    @cached_property
    def time(self) -> FloatArray:
        """Share of the round's exchanges that is over with this one, shape (n,), in (0, 1]."""
        return self.exchange / self.limit

    @cached_property
    def ideal(self) -> FloatArray:
        """Own utility of the own public position, shape (n,)."""
        return self.side.ideal[self.rows]

    @cached_property
    def reservation(self) -> FloatArray:
        """Own utility of no deal, shape (n,)."""
        return self.side.reservation[self.rows]

    @cached_property
    def trust(self) -> FloatArray:
        """Trust in the other side, shape (n,)."""
        return self.side.trust[self.rows]

    def between(self, conceded: FloatArray) -> FloatArray:
        """Utility with this share of the zone given up, shape (n,)."""
        zone = np.maximum(self.ideal - self.reservation, 0.0)
        return self.reservation + zone * (1.0 - conceded)

    def utility(self, package: IntArray) -> FloatArray:
        """Own utility of one package per row, shape (n,)."""
        return self.side.utility(self.rows, package)

    def own_offer(self, back: int = 0) -> FloatArray:
        """Own utility of the own offer ``back`` offers ago, NaN where there is none, shape (n,)."""
        return self._worth(self.side.last(self.rows, "own", back))

    def other_offer(self, back: int = 0) -> FloatArray:
        """Own utility of the other side's offer ``back`` offers ago, NaN where none, shape (n,)."""
        return self._worth(self.side.last(self.rows, "other", back))

    def _worth(self, package: IntArray) -> FloatArray:
        worth = np.full(len(package), np.nan)
        made = where(package != NO_PACKAGE)
        worth[made] = self.side.utility(self.rows[made], package[made])
        return worth

    def best_for_other(self, aspiration: FloatArray) -> IntArray:
        """Package per row that the other is thought to like best at or above the aspiration."""
        return self.side.best_for_other(self.rows, aspiration)

    def uniform(self, purpose: str) -> FloatArray:
        """Uniforms for a purpose of this side at this exchange, shape (n,), in [0, 1)."""
        return draw_by_exchange(self.side.draw, f"{purpose}/{self.name}", self.rows, self.exchange)


def draw_by_exchange(
    draw: Draw | None, purpose: str, rows: IntArray, exchange: IntArray
) -> FloatArray:
    """Uniforms whose purpose names the exchange, shape (n,): each exchange of a day has its own."""
    assert draw is not None, "this delegation was given no random numbers"
    drawn = np.empty(len(rows))
    for number in np.unique(exchange):
        here = where(exchange == number)
        drawn[here] = draw(f"{purpose}/{number}", rows[here])
    return drawn


class Tactic:
    """A way of bargaining; subclasses give at least ``aspiration``."""

    states_position: ClassVar[bool] = True  # whether the first offer is the public position

    def aspiration(self, view: View) -> FloatArray:
        """Least own utility asked for, shape (n,)."""
        raise NotImplementedError

    def offer(self, view: View) -> IntArray:
        """Package offered, shape (n,)."""
        return view.best_for_other(self.aspiration(view))

    def accepts(self, view: View, package: IntArray) -> BoolArray:
        """Whether an offer is good enough, shape (n,)."""
        return view.utility(package) >= self.aspiration(view)

    def takes_up(self, view: View, package: IntArray, misheard: FloatArray) -> BoolArray:
        """Whether an offer heard with an error in utility (n,) is taken up, shape (n,)."""
        worth = view.utility(package)
        return (worth + misheard >= self.aspiration(view)) & (worth >= view.reservation)

    def lacks(self, view: View, text: IntArray, face_saving: float) -> FloatArray:
        """What a mediators' text lacks to be accepted, shape (n,), in utility; 0 or less accepts.

        To the mediators a side concedes a share ``face_saving`` of the way to its reservation.
        """
        above = np.maximum(self.aspiration(view) - view.reservation, 0.0)
        return view.reservation + (1.0 - face_saving) * above - view.utility(text)


class ConcessionCurve:
    """Share of the zone conceded, by the time that is over: ``exchange`` of ``limit``.

    Futures share few such times, so powers are taken once for each and looked up. Models share
    tactics, in threads too: a table is put in another's place when it is complete.
    """

    def __init__(self, beta: float, kappa: float = 0.0, form: str = "polynomial") -> None:
        self.parameters = (beta, kappa, form)
        self.conceded: FloatArray = np.empty((0, 0))  # by limit and exchange

    def at(self, view: View) -> FloatArray:
        """Share conceded today, shape (n,), in [0, 1]."""
        most, conceded = int(view.limit.max(initial=0)), self.conceded
        if most >= len(conceded):
            number = np.arange(most + 1)
            time = number / np.maximum(number, 1)[:, None]
            self.conceded = conceded = curves.concession(time, *self.parameters)
        return conceded[view.limit, view.exchange]


class TimeDependent(Tactic):
    """Concede with time along a polynomial or exponential curve.

    aspiration = reservation + (ideal - reservation) (1 - a(t)), a(t) the share conceded.
    Boulware (beta < 1) concedes at the deadline, a conceder (beta > 1) at once.
    Source: Faratin, Sierra & Jennings (1998).
    """

    def __init__(self, form: str, beta: float, kappa: float) -> None:
        self.curve = ConcessionCurve(beta, kappa, form)

    def aspiration(self, view: View) -> FloatArray:
        """Fall from ideal to reservation with the share of the round that is over."""
        return view.between(self.curve.at(view))


class Hardliner(Tactic):
    """Keep a fixed share of the zone: aspiration = reservation + floor (ideal - reservation)."""

    def __init__(self, floor: float) -> None:
        self.floor = floor

    def aspiration(self, view: View) -> FloatArray:
        """The same at every exchange."""
        return view.between(np.full(len(view.rows), 1.0 - self.floor))


class TitForTat(Tactic):
    """Answer the other side's concessions, seen in own utility, in kind.

    With u the own utility of the other's offers and x the own last aspiration:
    relative x u(then) / u(after), absolute x - (u(after) - u(then)) less a random further
    concession, averaged x u(window ago) / u(last); kept between reservation and ideal. Until
    enough has been heard, the ideal is asked for. Source: Faratin, Sierra & Jennings (1998).
    """

    def __init__(self, imitates: str, lag: int, window: int, disturbance: float) -> None:
        self.imitates, self.lag, self.window = imitates, lag, window
        self.disturbance = disturbance

    def aspiration(self, view: View) -> FloatArray:
        """Own last offer, moved as far as the other side moved."""
        span = self.window if self.imitates == "averaged" else self.lag
        after = view.other_offer(span - 1 if self.imitates != "averaged" else 0)
        before = view.other_offer(span)
        own_last = view.own_offer()
        known = ~(np.isnan(before) | np.isnan(after) | np.isnan(own_last))
        asked = view.ideal.copy()
        offers = np.stack([before[known], after[known]])
        low = np.minimum(view.reservation, view.ideal)[known]
        bounds = (low, view.ideal[known])
        if self.imitates == "absolute":
            drawn = view.uniform("disturbance")[known]
            noise = drawn * self.disturbance
            asked[known] = curves.absolute_tit_for_tat(
                offers, own_last[known], *bounds, disturbance=noise, value_increasing=True
            )
        elif self.imitates == "averaged":
            asked[known] = curves.averaged_tit_for_tat(offers, own_last[known], *bounds)
        else:
            asked[known] = curves.relative_tit_for_tat(offers, own_last[known], *bounds)
        return np.maximum(asked, view.reservation)


class Zeuthen(Tactic):
    """Concede, just enough, when less willing to risk conflict than the other side.

    risk = (u(own offer) - u(other's offer)) / (u(own offer) - reservation). The side with the
    lower risk makes the smallest concession after which it no longer is; equivalently, an offer
    better for the other than the last whose Nash product is no lower than that of the other's
    offer. At equal risks both give way. The other side's utilities are those publicly reckoned.
    Source: Zeuthen (1930), Harsanyi (1956).
    """

    def aspiration(self, view: View) -> FloatArray:
        """Own utility of the own next offer."""
        return np.maximum(view.utility(self.offer(view)), view.reservation)

    def offer(self, view: View) -> IntArray:
        """The own last offer, or the smallest sufficient concession."""
        side, rows = view.side, view.rows
        mine, theirs = side.last(rows, "own"), side.last(rows, "other")
        offer = np.where(mine == NO_PACKAGE, side.opening[rows], mine)
        spoken = where((mine != NO_PACKAGE) & (theirs != NO_PACKAGE))
        if not len(spoken):
            return offer
        at = rows[spoken]
        own_risk = _product(side, at, mine[spoken])
        other_risk = _product(side, at, theirs[spoken])
        gives_way = own_risk <= other_risk + TOLERANCE  # a lower product means a lower risk
        for account, menu in enumerate(side.menus):
            here = spoken[gives_way & (side.account[at] == account)]
            if len(here):
                offer[here] = self._concede(
                    side, rows[here], menu.package, offer[here], theirs[here]
                )
        return offer

    @staticmethod
    def _concede(
        side: Delegation, rows: IntArray, packages: IntArray, mine: IntArray, theirs: IntArray
    ) -> IntArray:
        """Best own package, better for the other than the last, whose product reaches theirs."""
        own = side.utilities(rows)[:, packages] - side.reservation[rows, None]
        other = side.reckoning.utilities[side.account[rows]][:, packages]
        product = np.maximum(own, 0.0) * np.maximum(other - side.reckoning.reservation, 0.0)
        last_for_other = side.other_utility(rows, mine)
        enough = product >= _product(side, rows, theirs)[:, None] - TOLERANCE
        enough &= (product > 0.0) & (other > last_for_other[:, None] + TOLERANCE)
        best = np.where(enough, own, -1.0).argmax(axis=1)
        return np.where(enough.any(axis=1), packages[best], mine)


def _product(side: Delegation, rows: IntArray, package: IntArray) -> FloatArray:
    """Nash product of a package as a side reckons it, shape (n,)."""
    own = np.maximum(side.utility(rows, package) - side.reservation[rows], 0.0)
    other = np.maximum(side.other_utility(rows, package) - side.reckoning.reservation, 0.0)
    return own * other


class SubgamePerfect(Tactic):
    """Play the subgame-perfect equilibrium of alternating offers with a deadline.

    The surplus is divided as in Rubinstein's game with as many periods as exchanges are left. The
    proposer offers what leaves the other side, as publicly reckoned, just its discounted share of
    proposing next; a side accepts what is worth that to it. Exact where one side's loss is the
    other's gain. Source: Rubinstein (1982), Stahl (1972).
    """

    states_position = False

    def __init__(self, discount: float, other_discount: float, longest: int) -> None:
        self.discount, self.other_discount = discount, other_discount
        periods = range(1, longest + 1)
        mine = [rubinstein_shares(discount, other_discount, n)[0] for n in periods]
        theirs = [rubinstein_shares(other_discount, discount, n)[0] for n in periods]
        self.own_first, self.other_first = np.array([0.0, *mine]), np.array([0.0, *theirs])

    def aspiration(self, view: View) -> FloatArray:
        """What accepting now must be worth: the discounted share of proposing next."""
        share = self.discount * self.own_first[view.limit - view.exchange]
        most = np.maximum(view.side.best_leaving(view.rows), view.reservation)
        asked: FloatArray = view.reservation + share * (most - view.reservation)
        return asked

    def offer(self, view: View) -> IntArray:
        """The best package that the other side is thought to accept."""
        share = self.other_discount * self.other_first[view.limit - view.exchange]
        low = view.side.reckoning.reservation
        most = view.side.reckoning.most[view.side.account[view.rows]]
        best = view.side.best_leaving(view.rows, low + share * np.maximum(most - low, 0.0))
        return view.best_for_other(np.maximum(best, view.reservation))

    def accepts(self, view: View, package: IntArray) -> BoolArray:
        """At least the discounted share of proposing next."""
        return view.utility(package) >= self.aspiration(view) - TOLERANCE


class TrustContingent(Tactic):
    """Concede with time, in proportion to trust.

    a(t) = t ** (1 / beta) (distrust + (1 - distrust) trust): without trust only the share
    ``distrust`` of the usual concession is made. After Kydd (2005): reassurance comes before
    concession.
    """

    def __init__(self, beta: float, distrust: float) -> None:
        self.curve, self.distrust = ConcessionCurve(beta), distrust

    def aspiration(self, view: View) -> FloatArray:
        """Concede less to a side that is not trusted."""
        willing = self.distrust + (1.0 - self.distrust) * view.trust
        return view.between(self.curve.at(view) * willing)


class PackageTrading(TimeDependent):
    """Trade across issues: stay on the own iso-utility curve, nearest to the other's last offer.

    Of the packages whose own utility lies within ``tolerance`` above the aspiration, offer the one
    whose options are worth most nearly the same to the other side, issue by issue, as its own last
    offer; ties go to the lower number. Source: Faratin, Sierra & Jennings (2002).
    """

    def __init__(self, form: str, beta: float, kappa: float, tolerance: float) -> None:
        super().__init__(form, beta, kappa)
        self.tolerance = tolerance

    def offer(self, view: View) -> IntArray:
        """Nearest to the other side's last offer on the own iso-utility band."""
        asked = self.aspiration(view)
        offer = view.best_for_other(asked)
        theirs = view.side.last(view.rows, "other")
        heard = where(theirs != NO_PACKAGE)
        for row in heard:
            at = view.rows[row : row + 1]
            own = view.side.utilities(at)[0]
            band = where((own >= asked[row]) & (own <= asked[row] + self.tolerance))
            if len(band):
                values = view.side.reckoning.option_values[view.side.account[at[0]]]
                away = np.zeros(len(band))
                for of_issue in values:
                    away += np.abs(of_issue[band] - of_issue[theirs[row]])
                offer[row] = band[int(np.argmin(away))]
        return offer


class Scripted(Tactic):
    """Make the offers of a list in order, then repeat the last; accept what is as good as it.

    For tests and for replaying history.
    """

    states_position = False

    def __init__(self, packages: IntArray) -> None:
        self.packages = packages

    def offer(self, view: View) -> IntArray:
        """The next offer of the list."""
        spoken = view.side.spoken[view.rows]
        return self.packages[np.minimum(spoken, len(self.packages) - 1)]

    def aspiration(self, view: View) -> FloatArray:
        """Own utility of the next offer of the list."""
        return np.maximum(view.utility(self.offer(view)), view.reservation)
