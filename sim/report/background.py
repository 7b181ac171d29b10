"""What stands behind a report's numbers: scenarios, caveats, parameters, provenance, commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from sim.analysis.comparison import CAUTION, Comparison
from sim.config import ENDS, Scenario, Settings
from sim.plots.words import accounts_of, readable
from sim.report.cells import CellSet
from sim.report.differences import config_changes
from sim.report.markup import commands, paragraphs, table
from sim.report.parameters import Fields

SILENT = ("reference", "unclear")
"""Expectations that say nothing."""
MECHANISM = (
    "A future runs day by day. Militant groups attack at a rate that clusters; an attack may "
    "be laid at the other side's door, and each side answers on a ladder from protest to strikes, "
    "or holds back. Border clashes add to the tension, mediators and closed crossings contain it. "
    "On dated and later rounds both sides bargain over packages of issues; what is signed must "
    "pass at home, is monitored, may be breached and may lapse. Trust follows what each side sees "
    "of the other. The ceasefire ends when a chain of answers meets the definition of its end."
)
CAVEATS = (
    "Intervals show the simulation's own chance; where limits for one more parameter set are "
    "given, these include the uncertainty of the parameters. None includes that of the model or of "
    "the record it starts from.",
    "Many parameters are assumed or calibrated, not measured; the appendix says which.",
    "The causes are the triggers of the chain of events in which the ceasefire ended; the mode "
    "says which definition was met, and by whom. A share can rise because another cause or mode no "
    "longer comes first.",
    "The model names no individual and describes no operation. Contested facts keep their "
    "claimant.",
)


def scenarios(found: CellSet) -> Markup:
    """The scenarios, and field by field what sets each apart from the reference."""
    rows = []
    expected = {name: x.scenario.expectation.value for name, x in found.ordered.items()}
    said = any(expected[name] not in SILENT for name in expected)
    for name, ensemble in found.ordered.items():
        told = "" if expected[name] in SILENT else expected[name]
        rows.append([readable(name), ensemble.scenario.description, *([told] if said else [])])
    head = ["Scenario", "What it is", *(["Expected beforehand"] if said else [])]
    accounts = [accounts_of(x.scenario) for x in found.ordered.values()]
    if len(set(accounts)) > 1:
        head.append("Accounts")
        rows = [[*row, text] for row, text in zip(rows, accounts, strict=True)]
    out = paragraphs(MECHANISM) + table("Scenarios; the first is the reference", head, rows)
    base = found.cells[found.reference].cell.tree()
    changes = []
    for name, ensemble in found.ordered.items():
        if name != found.reference:
            fields = config_changes(base, ensemble.cell.tree())
            for k, change in enumerate(fields or [("nothing differs", "", "")]):
                changes.append([readable(name) if k == 0 else "", *change])
    if not changes:
        return out
    head = ["Scenario", "Field", readable(found.reference), "This scenario"]
    caption = f"Every field of the configuration that differs from {readable(found.reference)}"
    return out + table(caption, head, changes, code=(1,), widths=(20, 36, 22, 22))


def caveats(found: CellSet, compared: Comparison | None) -> Iterator[str]:
    """What a reader must keep in mind."""
    accounts = dict.fromkeys(accounts_of(x.scenario) for x in found.cells.values())
    yield (
        f"Accounts: {'; or '.join(accounts)}. Under the other side's account results may differ: "
        "simulate with accounts=islamabad and accounts=kabul to see."
    )
    others = ", ".join(readable(x) for x in ENDS if x != found.end)
    yield (
        f"What counts as the end is itself disputed. This report uses {readable(found.end)}; the "
        f"same cells hold {others} (--end)."
    )
    yield from CAVEATS
    if compared is not None:
        yield from compared.notes
        yield CAUTION
    yield from found.notes


def provenance(found: CellSet) -> Markup:
    """Key, code and time of every cell, and the versions used."""
    rows = []
    for name, stored in found.stored.items():
        run, git = stored.run, stored.run["git"]
        commit = str(git["commit"] or "not recorded")[:12]
        changed = " with uncommitted changes" if git["dirty"] else ""
        settings = stored.cell.settings
        numbers = [f"{settings.replicates:,}", str(settings.seed), str(settings.horizon)]
        rows.append([readable(name), run["key"], *numbers, f"{commit}{changed}", run["finished"]])
    head = ["Scenario", "Cell key (SHA-256)", "Futures", "Seed", "Horizon", "Commit", "Finished"]
    out = table(
        "Cells", head, rows, (2, 3, 4), small=True, code=(1,), widths=(16, 30, 8, 7, 8, 15, 16)
    )
    seen: dict[str, dict[str, None]] = {}
    for stored in found.stored.values():
        for package, version in stored.run["versions"].items():
            seen.setdefault(package, {})[str(version)] = None
        seen.setdefault("platform", {})[str(stored.run["platform"])] = None
    versions = [[package, " or ".join(values)] for package, values in seen.items()]
    return out + table("Software", ["Component", "Version"], versions)


def reproduce(found: CellSet, several: bool) -> Markup:
    """The commands that make the cells and this report again."""
    lines = []
    for name, stored in found.stored.items():
        words = stored.run["overrides"]
        settings = stored.cell.settings
        fixed = {"replicates": settings.replicates, "seed": settings.seed}
        fixed["horizon"] = settings.horizon
        given = {word.partition("=")[0] for word in words}
        words = [*words, *(f"{key}={x}" for key, x in fixed.items() if key not in given)]
        folder = f"hydra.run.dir=again/{stored.cell.key[:12]}"
        lines.append(f"# {readable(name)}")
        lines.append(" ".join(shlex.quote(word) for word in ["ceasefire", *words, folder]))
    options = f"--reference {shlex.quote(found.reference)} " if several else ""
    lines.append("# this report")
    cut = found.horizon < max(x.cell.settings.horizon for x in found.stored.values())
    horizon = f" --horizon {found.horizon}" if cut else ""
    lines.append(f"ceasefire report again {options}--end {found.end}{horizon}")
    note = (
        "Install the version that Provenance names (the commit of a clone, then make run). It "
        "gives the same numbers: every chance event is addressed by seed, purpose, day and future. "
        "A cell is the same if its key, under Provenance, is. What a cell made from Python holds "
        "is in the config.yaml beside its results."
    )
    return paragraphs(note) + commands(lines)


def parameters(found: CellSet) -> Markup:
    """Every field of the reference with its unit and origin."""
    tree = found.cells[found.reference].cell.tree()
    rows = [row for kind in (Settings, Scenario) for row in _rows(kind, tree)]
    head = ["Field", f"Value in {readable(found.reference)}", "Unit", "Origin", "Meaning"]
    note = (
        "Origins: measured (from a source named in the seeds), calibrated (to a pattern), assumed. "
        "What other scenarios change is listed under Data-generating mechanism."
    )
    return paragraphs(note) + table(
        "All parameters", head, rows, small=True, code=(0,), widths=(29, 20, 10, 14, 27)
    )


def _rows(kind: type, tree: dict[str, Any]) -> Iterator[list[str]]:
    """One row per field of a schema class."""
    fields = Fields(kind)
    for name, node in fields.root["properties"].items():
        for row in fields.rows(node, name, {"": tree[name]}):
            yield [row.path, row.baseline, row.unit, row.origin, row.meaning]
