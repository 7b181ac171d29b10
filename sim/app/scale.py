"""What packages are worth to one side, and what each issue adds: words and bars beside a form.

Utilities are those by which the side decides now (``game.views``); nothing of the other side's.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from sim.app import charts, render
from sim.app import strings as say
from sim.game import Game
from sim.game.views import view, worths

Package = dict[str, str]


class Scale:
    """The worth of every package to a side, at the decision that is asked for."""

    def __init__(self, game: Game, seat: str) -> None:
        self.packages = game.packages
        own, mine = worths(game, seat), view(game, seat)["mine"]
        assert own is not None, "only sides weigh packages"
        self.own, self.no_deal = own, float(mine["reservation"])
        self.needed = self.no_deal + float(mine["asked_at_home"])
        self.as_it_is = self.packages.describe(0)

    def of(self, package: Package) -> float:
        """Own utility of a package."""
        return float(self.own[self.packages.index(package)])

    def worth(self, package: Package) -> str:
        """What a package is worth against no deal and against what the capital asks for."""
        value = self.of(package)
        words = say.WORTH.format(worth=value, gain=value - self.no_deal)
        parts = [charts.gauge(words, value, self._marks(), max(float(self.own.max()), value))]
        parts.append(f"<p>{escape(words)}</p>")
        if value < self.no_deal:
            parts.append(_warn(say.BELOW_NO_DEAL.format(short=self.no_deal - value)))
        elif value < self.needed:
            parts.append(_warn(say.BELOW_HOME.format(short=self.needed - value)))
        return "".join(parts)

    def _marks(self) -> list[tuple[float, str]]:
        return [(self.no_deal, say.NO_DEAL_MARK), (self.needed, say.CAPITAL_MARK)]

    def gain(self, package: Package, issue: str, other: Package) -> float:
        """What the option on one issue adds against another package's, the rest as it is."""
        return self.of(package) - self.of({**package, issue: other[issue]})

    def gains(self, package: Package, issue: str, beside: Mapping[str, Package]) -> str:
        """The same in words, against several packages by name; empty where nothing differs."""
        found = []
        for name, other in beside.items():
            if other[issue] != package[issue]:
                found.append(f"{name} {_signed(self.gain(package, issue, other))}")
        return f'<p class="help gains">{escape(" · ".join(found))}</p>' if found else ""

    def compared(self, offered: Package, own: Package | None) -> str:
        """An offer issue by issue beside the side's own last, and what each difference is worth."""
        if own is None:
            return render.package(offered)
        rows = []
        for issue, option in offered.items():
            same = own[issue] == option
            gain = "" if same else _signed(self.gain(offered, issue, own))
            rows.append((say.issue(issue), say.option(option), say.option(own[issue]), gain))
        table = render.table(rows, (say.ISSUE, say.OFFERED, say.OWN_OFFER, say.GAIN_AGAINST_OWN))
        several = sum(bool(gain) for *_, gain in rows) > 1
        return table + (f'<p class="help">{escape(say.PARTS_HELP)}</p>' if several else "")


def _signed(value: float) -> str:
    """A number whose sign stands before it, also among words from right to left."""
    return f"\u200e{value:+.3f}"


def _warn(words: str) -> str:
    return f'<p class="warn">{escape(words)}</p>'
