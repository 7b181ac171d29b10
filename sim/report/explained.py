"""Tables of what differences run through: in full for few scenarios, else side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from sim.analysis.limits import as_text, interval
from sim.analysis.mechanisms import CAVEAT, SCOPE, TITLES, Mechanisms
from sim.plots.words import readable
from sim.report.markup import heading, joined, paragraphs, table

LIMITS = ("difference", "lower", "upper")
MOST_IN_FULL = 2
"""Scenarios up to which every table is shown for each."""
KEYS = (
    "agreed early", "agreed", "pakistan_trust", "afghan_taliban_trust", "attacks", "attributed",
    "violations", "rounds_failed",
)  # fmt: skip
"""Intermediate quantities shown side by side."""


def explained(found: Mechanisms) -> Markup:
    """Return the tables of causes, of who agreed and of intermediate quantities."""
    before = paragraphs(CAVEAT, SCOPE)
    if len(found.scenarios) <= MOST_IN_FULL:
        return before + joined(_in_full(found, name) for name in found.scenarios)
    more = "For every quantity of one scenario: ceasefire figure mechanisms DIR --format csv."
    return before + _by_cause(found) + _by_agreement(found) + _paths(found) + paragraphs(more)


def _in_full(found: Mechanisms, scenario: str) -> Markup:
    """Every table of one scenario."""
    parts = [
        heading(readable(scenario)),
        paragraphs(readable(f"{found.heading(scenario)}.")),
    ]
    for part, title in TITLES.items():
        shown = found.shown(scenario, part)
        if len(shown):
            rows = [[readable(str(cell)) for cell in row] for row in shown.to_numpy().tolist()]
            first = list(shown.columns).index("unit") + 1
            head = [readable(str(x)) for x in shown.columns]
            caption = f"{readable(scenario)}: {title[0].lower()}{title[1:]}"
            small = part == "path"
            parts.append(table(caption, head, rows, range(first, len(head)), small=small))
    return joined(parts)


def _by_cause(found: Mechanisms) -> Markup:
    """Days gained by cause, a row for each scenario, and their sum."""
    lost = found.table[found.table["part"] == "days lost"]
    causes = list(dict.fromkeys(lost["key"]))
    rows = []
    for name in found.scenarios:
        of = found.of(name, "days lost").set_index("key")
        gained = of.assign(lower=-of["upper"], upper=-of["lower"])[["contribution", *LIMITS[1:]]]
        parts = [interval(gained.loc[x].tolist(), "days", True) for x in causes]
        rows.append([readable(name), *parts, _total(found, name)])
    head = ["Scenario", *(readable(x) for x in causes), "All"]
    caption = (
        f"Days of RMST({found.horizon}) gained over {readable(found.reference)}, by cause of the "
        "end, with 95% intervals; a row adds up to the last column"
    )
    return table(caption, head, rows, range(1, len(head)), small=True)


def _by_agreement(found: Mechanisms) -> Markup:
    """Days gained by who agreed, and how many futures that were."""
    rows = []
    for name in found.scenarios:
        of = found.of(name, "agreement")
        if len(of):
            numbers = of[["contribution", "share"]].to_numpy(float)
            parts = [f"{as_text(days, 'days', True)} ({share:.0%})" for days, share in numbers]
            rows.append([readable(name), *parts, _total(found, name)])
    if not rows:
        return Markup("")
    base = readable(found.reference)
    groups = ["Agreed in neither", "In the scenario only", f"In {base} only", "In both"]
    caption = "Days gained by who agreed, and share of futures; a row adds up to the last column"
    return table(caption, ["Scenario", *groups, "All"], rows, range(1, 6), small=True)


def _paths(found: Mechanisms) -> Markup:
    """Levels of the main intermediate quantities, the reference first."""
    whole = found.table[(found.table["part"] == "path") & (found.table["scope"] == "all futures")]
    keys = [key for key in KEYS if key in set(whole["key"])]
    if not keys:
        return Markup("")
    first = whole[whole["scenario"] == whole["scenario"].iloc[0]].set_index("key")
    rows = [[readable(found.reference), *_levels(first, keys, "reference")]]
    for name in found.scenarios:
        of = whole[whole["scenario"] == name].set_index("key")
        if len(of):
            rows.append([readable(name), *_levels(of, keys, "value")])
    head = ["Scenario"]
    for key in keys:
        quantity, unit = str(first.loc[key, "quantity"]), str(first.loc[key, "unit"])
        head.append(f"{quantity} ({unit})")
    caption = "Intermediate quantities, with differences and their 95% intervals"
    return table(caption, head, rows, range(1, len(head)), small=True)


def _levels(of: pd.DataFrame, keys: Sequence[str], column: str) -> list[str]:
    """One row of levels, with differences where it is not the reference's."""
    out = []
    for key in keys:
        if key not in of.index:
            out.append("")
            continue
        row = of[of.index == key].iloc[0]
        unit = "share" if row["unit"] in ("share", "probability") else "days"
        text = as_text(float(row[column]), unit)
        if column == "value":
            text += f" {interval(row[list(LIMITS)].tolist(), unit, True)}"
        out.append(text)
    return out


def _total(found: Mechanisms, scenario: str) -> str:
    total = found.of(scenario, "total").iloc[0]
    return interval(total[list(LIMITS)].tolist(), "days", True)
