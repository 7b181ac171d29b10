"""``ceasefire compare``: tabulate and draw finished cells beside each other, without simulating."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.commands.arguments import (
    add_cells,
    add_look,
    folder,
    in_one_sentence,
    opened,
    parser,
    write_figure,
    write_whole,
)

if TYPE_CHECKING:
    from sim.analysis.layers import Contrasts
    from sim.plots.style import Drawing
    from sim.report.cells import CellSet

DESCRIPTION = """\
Compare finished cells with a reference: how long the ceasefire lasts, what ends it, and, with
--by, how that depends on a parameter. Nothing is simulated. Cells may come from several runs and
sweeps; cells with the same seed are paired future by future."""
EPILOG = """\
Writes differences.csv (and signs.csv, where futures draw parameter sets) and the figure
comparison; of cells with parameters=best, accepted and wide also layers.csv and carriers.csv;
with --facet, panels; with --by, outcomes.csv and the figure response or, for two parameters,
heatmap; with --effect-of, effects.csv.

  ceasefire compare multirun/2025-11-01/12-00-00
  ceasefire compare multirun/accounts outputs/mine --reference baseline --end strike --facet
  ceasefire compare multirun/accounts --day 60 --given 30
  ceasefire compare multirun/clashes --effect-of protocol
  ceasefire compare multirun/trust --by pakistan.trust --outcome 'S(90)' --format svg csv
"""


@in_one_sentence
def main(words: list[str]) -> int:
    """Compare the cells named on the command line; return the exit code."""
    given = _parse(words)
    found = opened(given)
    out = folder(given)
    layered = _layered(found)
    drawn = dict(_drawings(found, given, layered))  # before anything is written: mistakes show here
    written: list[Path] = []
    if len(found.cells) > 1:
        written += _write_comparison(found, out, given)
    if layered is not None:
        written += _write_layers(layered, out)
    for name, drawing in drawn.items():
        written += write_figure(drawing, out / name, given.format)
    if given.by:
        written.append(_write_outcomes(found, given, out))
    if given.effect_of:
        written.append(_write_effects(found, given, out))
    for note in found.notes:
        print(f"Note: {note}")
    print("Written: " + ", ".join(str(path) for path in written))
    return 0


def _write_comparison(found: CellSet, out: Path, given: argparse.Namespace) -> list[Path]:
    """Print and write all differences from the reference."""
    from sim.analysis.compare import compare
    from sim.analysis.futures import SURVIVAL_DAYS

    days, since = given.day or SURVIVAL_DAYS, given.given
    result = compare(found.cells, found.reference, end=found.end, days=days, given=since)
    written = [out / "differences.csv"]
    write_whole(written[0], result.table.to_csv(index=False))
    if len(result.signs):
        written.append(out / "signs.csv")
        write_whole(written[1], result.signs.to_csv(index=False))
    print(f"{result}\n")
    return written


def _layered(found: CellSet) -> Contrasts | None:
    """Differences by layer of uncertainty, if cells are of several."""
    from sim.analysis.layers import contrasts

    return contrasts(found.layers, found.reference, end=found.end) if found.layers else None


def _write_layers(layered: Contrasts, out: Path) -> list[Path]:
    """Print and write differences by layer of uncertainty."""
    from sim.report.sweep import layered_files

    print(f"{layered}\n")
    written = []
    for name, text in layered_files(layered).items():
        if name.endswith(".csv"):
            written.append(out / name)
            write_whole(written[-1], text)
    return written


def _parse(words: list[str]) -> argparse.Namespace:
    reader = parser("compare", DESCRIPTION, EPILOG)
    add_cells(reader)
    add_look(reader)
    reader.add_argument("--facet", action="store_true", help="a small panel for each scenario")
    reader.add_argument(
        "--by", action="append", default=[], metavar="PARAM",
        help="draw the outcome over this parameter, such as pakistan.trust; twice for two",
    )  # fmt: skip
    reader.add_argument(
        "--day", action="append", type=int, metavar="DAY",
        help="compare survival on this day (default: 30, 90, 365); may be given again",
    )  # fmt: skip
    reader.add_argument(
        "--given", type=int, metavar="DAY", help="compare futures that last beyond this day only"
    )
    reader.add_argument(
        "--outcome", metavar="NAME", help="with --by: S(DAY) or RMST(DAY) (default: RMST)"
    )
    reader.add_argument(
        "--effect-of", metavar="PARAM",
        help="what this parameter or group does at each combination of the others, paired",
    )  # fmt: skip
    return reader.parse_args(words)


def _write_effects(found: CellSet, given: argparse.Namespace, out: Path) -> Path:
    """Print and write what one factor does at each combination of the others."""
    from sim.analysis.factorial import effects

    table = effects(found.cells, given.effect_of, found.end)
    path = out / "effects.csv"
    write_whole(path, table.to_csv(index=False))
    shown = table[table["kind"] == "rmst"].drop(columns=["factor", "kind", "day", "cause", "unit"])
    print(f"What {given.effect_of} does at each combination of what else was swept:")
    print(shown.to_string(index=False, float_format="{:.2f}".format) + "\n")
    return path


def _drawings(
    found: CellSet, given: argparse.Namespace, layered: Contrasts | None
) -> Iterator[tuple[str, Drawing]]:
    """Draw what was asked for: name and figure."""
    from sim.plots.catalogue import draw

    if len(found.cells) == 1:
        from sim.report.cells import CellsError

        only = next(iter(found.stored.values())).directory
        raise CellsError(f"{only} is the only finished cell there; a comparison needs another")
    look: dict[str, Any] = {"end": found.end, "theme": given.theme, "sheet": given.sheet}
    if given.by:
        name = "response" if len(given.by) == 1 else "heatmap"
        yield name, draw(name, found.cells, by=given.by, outcome=given.outcome, **look)
    else:
        name = "panels" if given.facet else "comparison"
        if not given.facet:
            look["layered"] = layered
        yield name, draw(name, found.cells, reference=found.reference, **look)


def _write_outcomes(found: CellSet, given: argparse.Namespace, out: Path) -> Path:
    """Print and write the outcome of every cell with the parameters in question."""
    from sim.plots.swept import outcome_table

    table = outcome_table(found.cells, given.by, found.end, given.outcome)
    path = out / "outcomes.csv"
    write_whole(path, table.to_csv(index=False))
    shown = table[[*given.by, "series", "quantity", "value", "lower", "upper"]]
    shown = shown.sort_values([*given.by, "series"], kind="stable")
    print(shown.to_string(index=False, float_format="{:.3f}".format) + "\n")
    return path
