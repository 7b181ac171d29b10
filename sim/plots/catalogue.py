"""Every family of figures by its name: the one place that knows which there are.

>>> draw("survival", {"baseline": run})  # doctest: +SKIP
>>> draw("forest", {"baseline": run, "verified": other}, reference="baseline")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from sim.config import ConfigError

if TYPE_CHECKING:
    from sim.analysis.ensemble import Ensemble
    from sim.plots.style import Drawing

Named = Mapping[str, "Ensemble"]


@dataclass(frozen=True)
class Family:
    """A family of figures: what it shows, of how many ensembles, and what draws it.

    `needs` is one (a single ensemble), some (one or more, a reference if there are several),
    several (two or more with a reference), or swept (one or two swept parameters). `drawn_by` is a
    module of `sim.plots`, with the function if its name is another; `kind` is what that is asked
    for, if it draws several. A figure that `tells_end` depends on the definition of an end.
    """

    shows: str
    needs: str
    drawn_by: str
    kind: str = ""
    tells_end: bool = True

    def draw(self, ensembles: Named | Ensemble, **look: Any) -> Drawing:
        """Draw it; only now its module is imported, so that nothing loads what it does not draw."""
        module, _, function = self.drawn_by.partition(".")
        drawer = getattr(import_module(f"sim.plots.{module}"), function or module)
        if self.kind:
            look["kind"] = self.kind
        if not self.tells_end:
            del look["end"]
        return cast("Drawing", drawer(ensembles, **look))


FAMILIES: dict[str, Family] = {
    "survival": Family("share still in force, with numbers at risk", "one", "survival"),
    "incidence": Family("how ceasefires end, by cause and by mode", "one", "incidence"),
    "states": Family("from talks to the end: states over time", "one", "states"),
    "fans": Family("trust, tension and the like over time", "one", "fans", tells_end=False),
    "hazard": Family("how likely a ceasefire is to end, by its age", "some", "hazard"),
    "comparison": Family("all survival curves in one overlay", "several", "comparison"),
    "panels": Family(
        "a small panel each, the reference behind it", "several", "panels.comparison_panels"
    ),
    "difference": Family("difference in survival, day by day", "several", "difference"),
    "difference-days": Family(
        "difference in mean time, day by day", "several", "difference", "rmst"
    ),
    "agreement": Family("share of futures with a ratified deal", "several", "agreement"),
    "forest": Family("differences in how long ceasefires last", "several", "forest"),
    "forest-causes": Family("differences in what ends ceasefires", "several", "forest", "causes"),
    "bargaining": Family(
        "where deals lie: gains of both sides", "one", "bargaining.density", tells_end=False
    ),
    "mechanisms": Family("what a difference runs through", "several", "mechanisms"),
    "response": Family("an outcome over one swept parameter", "swept", "swept"),
    "heatmap": Family("an outcome over two swept parameters", "swept", "swept"),
}


def draw(
    name: str,
    ensembles: Named,
    reference: str | None = None,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
    by: Sequence[str] = (),
    **more: Any,
) -> Drawing:
    """Draw the figure called `name` of these ensembles.

    `reference` names the ensemble to compare with (needed where there are several to compare);
    `by` are one or two paths of parameters, such as ``pakistan.trust``, for response and heatmap;
    `more` goes to the family's own function. Errors: `ConfigError` for an unknown name or too few
    or too many ensembles.
    """
    family = family_named(name)
    look = {"end": end, "theme": theme, "sheet": sheet, **more}
    if not ensembles:
        raise ConfigError(f"the figure {name} needs at least one ensemble")
    if family.needs == "several" and len(ensembles) < 2:
        raise ConfigError(f"the figure {name} needs two ensembles or more, got 1")
    if family.needs == "swept":
        wanted = 1 if name == "response" else 2
        if len(by) != wanted:
            raise ConfigError(
                f"the figure {name} needs {wanted} swept parameter{'s' * (wanted > 1)} (--by PARAM)"
            )
        return family.draw(ensembles, by=tuple(by), **look)
    if family.needs == "one":
        return family.draw(_only(ensembles), **look)
    look["reference"] = reference
    return family.draw(ensembles, **look)


def family_named(name: str) -> Family:
    """Return a family of figures, or say which there are."""
    if name not in FAMILIES:
        raise ConfigError(f"figure is {name!r}; there are {', '.join(FAMILIES)}")
    return FAMILIES[name]


def _only(ensembles: Named) -> Ensemble:
    """Return the one ensemble, or refuse several."""
    if len(ensembles) != 1:
        raise ConfigError(f"this figure shows one ensemble, got {len(ensembles)}")
    return next(iter(ensembles.values()))
