"""After a sweep: one comparison of all its finished cells, as a figure and a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sim.analysis.compare import compare
from sim.analysis.comparison import Comparison
from sim.analysis.ensemble import Ensemble
from sim.analysis.layers import ACCEPTED, CHANCE, LAYERS, WIDE, Contrasts, contrasts, layer_of
from sim.analysis.signs import in_words
from sim.names import count
from sim.plots.comparison import comparison
from sim.plots.style import save
from sim.study.errors import StudyError
from sim.study.files import Atomic
from sim.study.opening import MANIFEST
from sim.study.sweeps import Sweep, expected, named


def label(directory: Path, overrides: Sequence[str]) -> str:
    """What sets a cell of a sweep apart from the others; empty where nothing does."""
    try:
        shared = _shared(directory, (directory / MANIFEST).stat().st_mtime_ns)
    except (OSError, StudyError):
        return ""
    words = [brief(word) for word in overrides if word not in shared]
    return named(words) if words else ""


@lru_cache(maxsize=4)
def _shared(directory: Path, _: int) -> frozenset[str]:
    """Overrides that all cells of a sweep have in common."""
    asked = expected(directory)
    return frozenset(set.intersection(*map(set, asked))) if asked else frozenset()


def brief(word: str) -> str:
    """An override without the place of a study's own options: ``decision=as_agreed``."""
    return word.rpartition("/")[2] if word.lstrip("+").startswith("experiments/") else word


def names(cells: dict[Path, Ensemble], overrides: dict[Path, list[str]]) -> dict[str, Ensemble]:
    """Name cells by scenario, and by what differs in their overrides where scenarios repeat."""
    scenarios = [ensemble.scenario.name for ensemble in cells.values()]
    shared = set.intersection(*(set(words) for words in overrides.values())) if overrides else set()
    named: dict[str, Ensemble] = {}
    for directory, ensemble in cells.items():
        name = ensemble.scenario.name
        if scenarios.count(name) > 1:
            words = [
                w for w in overrides[directory] if w not in shared and not w.startswith("scenario=")
            ]
            name = " ".join([name, *map(brief, words)]) if words else name
        named[name if name not in named else f"{name} ({directory.name})"] = ensemble
    return named


ALL_TOLD, TOLD = 4, 10  # cells whose differences are all printed; lines where they are more


def reference_of(cells: dict[str, Ensemble]) -> str:
    """The cell to compare with: the baseline, else the first."""
    for name, ensemble in cells.items():
        if ensemble.scenario.name == "baseline":
            return name
    return next(iter(cells))


def by_layer(cells: dict[str, Ensemble]) -> dict[str, dict[str, Ensemble]]:
    """Named cells by layer of uncertainty and scenario; empty if they are not of several layers.

    They are if two scenarios at least, the baseline among them if it is there, were simulated in
    the same two layers at least, such as `parameters=accepted` and `parameters=wide`.
    """
    layers: dict[str, dict[str, Ensemble]] = {}
    for name, ensemble in cells.items():
        label = " ".join(x for x in name.split() if not x.startswith("parameters="))
        held = layers.setdefault(layer_of(ensemble.scenario), {})
        if label in held:
            return {}
        held[label] = ensemble
    reference = reference_of({label: x for held in layers.values() for label, x in held.items()})
    kept = {x: layers[x] for x in LAYERS if len(layers.get(x, {})) > 1 and reference in layers[x]}
    shared = [label for held in kept.values() for label in held]
    return kept if any(shared.count(x) > 1 for x in set(shared) - {reference}) else {}


def main_layer(layers: dict[str, dict[str, Ensemble]]) -> dict[str, Ensemble]:
    """The cells to compare in every respect: with accepted parameters, else of chance alone."""
    return next(layers[x] for x in (ACCEPTED, CHANCE, WIDE) if x in layers)


def compare_sweep(sweep: Sweep) -> str:
    """Write the comparison of a sweep's cells (figure and tables) and return its summary."""
    directory = sweep.directory
    ensembles = {path: Ensemble(stored) for path, stored in sweep.cells.items()}
    overrides = {path: stored.run["overrides"] for path, stored in sweep.cells.items()}
    cells = names(ensembles, overrides)
    if len(cells) < 2:
        return f"{count(len(cells), 'finished cell')} in {directory}; nothing to compare"
    layers = by_layer(cells)
    cells = main_layer(layers) if layers else cells
    reference = reference_of(cells)
    result = compare(cells, reference=reference)
    layered = contrasts(layers, reference) if layers else None
    with Atomic(directory) as files:
        result.table.to_csv(files.path("comparison.csv"), index=False)
        if len(result.signs):
            result.signs.to_csv(files.path("signs.csv"), index=False, lineterminator="\n")
            files.path("signs.txt").write_text(in_words(result.signs, reference) + "\n")
        if layered is not None:
            for name, text in layered_files(layered).items():
                files.path(name).write_text(text, encoding="utf-8")
    drawing = comparison(cells, reference=reference, compared=result, layered=layered)
    save(drawing, directory / "comparison")
    said = telling(result) if len(cells) > ALL_TOLD else str(result)
    told = [said, *([str(layered)] if layered is not None else [])]
    return "\n\n".join([*told, f"comparison in {directory}"])


def layered_files(layered: Contrasts) -> dict[str, str]:
    """Differences by layer as written: tables, and the same in words."""
    tables = {"layers.csv": layered.table, "carriers.csv": layered.carriers}
    text = {
        name: table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        for name, table in tables.items()
    }
    return {**text, "layers.txt": f"{layered}\n"}


def telling(result: Comparison) -> str:
    """The differences that stand out most from chance, a line each; all are in comparison.csv.

    Of each cell and kind of quantity the one whose difference is the most standard errors.
    """
    table = result.table.assign(size=(result.table["difference"] / result.table["se"]).abs())
    rows = table[table["se"] > 0].sort_values("size", ascending=False, kind="stable")
    rows = rows.drop_duplicates(["scenario", "kind"])
    width = max(map(len, rows["scenario"].head(TOLD)), default=0)
    lines = []
    for _, row in rows.head(TOLD).iterrows():
        digits, unit = (1, " days") if row["unit"] == "days" else (3, "")
        numbers = (f"{row[name]:+.{digits}f}" for name in ("difference", "lower", "upper"))
        value, low, high = numbers
        what = f"{row['quantity']} {row['cause']}".strip()
        lines.append(f"  {row['scenario']:<{width}}  {what}: {value}{unit} [{low}, {high}]")
    head = f"The {len(lines)} most telling of {len(table)} differences from {result.reference}:"
    note = "95 % intervals of Monte Carlo error only; all differences are in comparison.csv"
    return "\n".join([head, *lines, note])
