"""Work that takes longer than a click: done in other processes, so that every page stays quick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.app.back import Back, look
from sim.config import Scenario
from sim.game import Checkpoint, Game, Move, Setup
from sim.game.debrief import Followed, Odds, follow, odds, possible_gains
from sim.game.futures import Fan, fan, two_fans
from sim.model import CeasefireModel


def compile_first(scenario: Scenario) -> None:
    """Have the rules compiled now if they never were (a minute or two)."""
    model = CeasefireModel(scenario, 1, 1)
    model.step()
    model.fork(1).run(2)


def warm(tree: dict[str, Any]) -> None:
    """Load what a worker needs before somebody waits for it."""
    setup = Setup.restored(tree)
    game = Game(setup, start=False)
    two_fans(setup.cell.scenario, Checkpoint.of(game.model), None, n=10, days=5)


def futures(
    scenario: Scenario, evening: Checkpoint, change: str | None, days: int, end: str
) -> tuple[Fan, Fan | None]:
    """Continue an evening 1,000 times as it is and, if named, with one change."""
    return two_fans(scenario, evening, change, days=days, end=end)


def agents_alone(stored: dict[str, Any]) -> tuple[Fan, list[list[float]]]:
    """How long 1,000 games of agents last, and the frontier of gains, both from day 0."""
    setup = Setup.restored(stored)
    game = Game(Setup(setup.cell, ()), start=False)
    days = setup.cell.settings.horizon
    ahead = fan(setup.cell.scenario, Checkpoint.of(game.model), days=days, end="collapse")
    return ahead, possible_gains(game)


def looked_back(stored: dict[str, Any], moves: list[Move]) -> Back:
    """What pages ask of a game that is over."""
    return look(Setup.restored(stored), moves)


def followed(
    stored: dict[str, Any], moves: list[Move], known: Followed, most: int, over: bool
) -> tuple[Followed, int, Odds | None]:
    """Follow the odds of a game a little further; once all is known of one that is over, tell."""
    setup = Setup.restored(stored)
    known, wanting = follow(setup, moves, known, most)
    return known, wanting, None if wanting or not over else odds(setup, moves, known=known)


@dataclass(frozen=True)
class Figure:
    """A drawn figure to keep in three forms, and as pages show it: a picture per look."""

    png: bytes
    svg: bytes
    csv: bytes
    shown: dict[str, bytes]


LOOKS = {  # how a page shows a figure -> theme and sheet
    "light-wide": ("light", "slide"), "dark-wide": ("dark", "slide"),
    "light-narrow": ("light", "column"), "dark-narrow": ("dark", "column"),
}  # fmt: skip
KEPT = "light-wide"  # the look of a figure to keep


def figure(
    names: tuple[str, ...],
    results: str | None,
    family: str,
    end: str,
    horizon: int,
    replicates: int,
    seed: int,
) -> Figure:
    """Draw a comparison of scenarios, simulated now or read from a finished sweep."""
    import tempfile

    from sim.plots.catalogue import draw
    from sim.plots.style import save

    if results is None:
        ensembles = {name: _simulated(name, replicates, seed, horizon) for name in names}
    else:
        from sim.report.cells import open_cells

        found = open_cells([Path(results)], end=end, horizon=horizon)
        ensembles = {name: found.cells[name] for name in names}
    drawn = {
        look: draw(family, ensembles, reference=names[0], end=end, theme=theme, sheet=sheet)
        for look, (theme, sheet) in LOOKS.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        shown = {
            look: save(one, Path(folder) / look, ["png"])[0].read_bytes()
            for look, one in drawn.items()
        }
        [svg] = save(drawn[KEPT], Path(folder) / KEPT, ["svg"])
        table = drawn[KEPT].table.to_csv(index=False).encode()
        return Figure(shown[KEPT], svg.read_bytes(), table, shown)


@lru_cache(maxsize=24)
def _simulated(name: str, replicates: int, seed: int, horizon: int) -> Any:
    from sim.analysis.ensemble import simulate
    from sim.study.cells import load_best  # a worker reads no file of accepted sets

    return simulate(load_best(name).scenario, replicates, seed, horizon, watched=0)
