"""Every family of figures by its name: the one place that knows which there are.

>>> draw("survival", {"baseline": run})  # doctest: +SKIP
>>> draw("forest", {"baseline": run, "verified": other}, reference="baseline")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.config import ConfigError

if TYPE_CHECKING:
    from sim.analysis.ensemble import Ensemble
    from sim.plots.style import Drawing

Named = Mapping[str, "Ensemble"]


@dataclass(frozen=True)
class Family:
    """A family of figures: what it shows, of how many ensembles, and what draws it.

    `needs` is one (a single ensemble), some (one or more, a reference if there are several),
    several (two or more with a reference), or swept (one or two swept parameters).
    """

    shows: str
    needs: str
    draw: Callable[..., Drawing]


def _survival(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.survival import survival

    return survival(_only(ensembles), **look)


def _incidence(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.incidence import incidence

    return incidence(_only(ensembles), **look)


def _states(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.states import states

    return states(_only(ensembles), **look)


def _fans(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.fans import fans

    look.pop("end", None)  # the daily record follows every future to its collapse
    return fans(_only(ensembles), **look)


def _bargaining(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.bargaining import density

    look.pop("end", None)  # where a deal lies has nothing to do with how the ceasefire ended
    return density(_only(ensembles), **look)


def _hazard(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.hazard import hazard

    return hazard(ensembles, **look)


def _comparison(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.comparison import comparison

    return comparison(ensembles, **look)


def _panels(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.panels import comparison_panels

    return comparison_panels(ensembles, **look)


def _difference(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.difference import difference

    return difference(ensembles, **look)


def _difference_days(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.difference import difference

    return difference(ensembles, kind="rmst", **look)


def _agreement(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.agreement import agreement

    return agreement(ensembles, **look)


def _forest(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.forest import forest

    return forest(ensembles, **look)


def _forest_causes(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.forest import forest

    if not any(x.durations(look["end"])[1].any() for x in ensembles.values()):
        raise ConfigError("nobody ended in any of these ensembles; there is no cause to draw")
    return forest(ensembles, kind="causes", **look)


def _mechanisms(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.mechanisms import mechanisms

    return mechanisms(ensembles, **look)


def _swept(ensembles: Named, **look: Any) -> Drawing:
    from sim.plots.swept import swept

    return swept(ensembles, **look)


FAMILIES: dict[str, Family] = {
    "survival": Family("share still in force, with numbers at risk", "one", _survival),
    "incidence": Family("how ceasefires end, by cause and by mode", "one", _incidence),
    "states": Family("from talks to the end: states over time", "one", _states),
    "fans": Family("trust, tension and the like over time", "one", _fans),
    "hazard": Family("how likely a ceasefire is to end, by its age", "some", _hazard),
    "comparison": Family("all survival curves in one overlay", "several", _comparison),
    "panels": Family("a small panel each, the reference behind it", "several", _panels),
    "difference": Family("difference in survival, day by day", "several", _difference),
    "difference-days": Family("difference in mean time, day by day", "several", _difference_days),
    "agreement": Family("share of futures with a ratified deal", "several", _agreement),
    "forest": Family("differences in how long ceasefires last", "several", _forest),
    "forest-causes": Family("differences in what ends ceasefires", "several", _forest_causes),
    "bargaining": Family("where deals lie: gains of both sides", "one", _bargaining),
    "mechanisms": Family("what a difference runs through", "several", _mechanisms),
    "response": Family("an outcome over one swept parameter", "swept", _swept),
    "heatmap": Family("an outcome over two swept parameters", "swept", _swept),
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
    if family.needs in ("some", "several"):
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
