"""Offers over a round as a ladder of issues: what each side asks for, exchange by exchange."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.ticker import MaxNLocator

from sim.plots.bargaining import SERIES, round_shown
from sim.plots.page import Page, write_key
from sim.plots.style import Drawing, Style, sheet_named, styled, theme_named
from sim.plots.words import WHAT_IF, readable
from sim.study.cells import Cell

STEP = 1.25
"""Height of an option, in type sizes."""
SHIFT = {"pakistan": 0.16, "afghan_taliban": -0.16, "mediators": 0.0}
"""How far a speaker's line is moved, in options, so that equal offers stay visible."""


def ladder(
    cell: Cell, heard: list[dict[str, Any]], theme: str = "light", sheet: str = "slide"
) -> Drawing:
    """Draw one future's offers, a band of options for each issue, over the exchanges of a round.

    ``heard`` are the entries of ``sim.report.transcript`` of one future; the round is that of
    ``sim.plots.bargaining.path``. The result's table has one row per offer and issue: by, exchange,
    issue, option, accepted.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    moves = [entry for entry in heard if entry["kind"] == "move"]
    shown = round_shown(moves)
    rows = pd.DataFrame(
        [
            {"by": move["speaker"], "exchange": move["exchange"], "issue": issue,
             "option": option, "accepted": move["accepted"]}
            for move in moves if move["round"] == shown
            for issue, option in move["package"].items()
        ],
        columns=["by", "exchange", "issue", "option", "accepted"],
    )  # fmt: skip
    issues = {name: list(issue.options) for name, issue in cell.scenario.agenda.issues.items()}
    issues = {name: x for name, x in issues.items() if name in set(rows["issue"])}
    number = heard[0]["replicate"] if heard else 0
    footer = [
        f"{WHAT_IF} Future {number}, seed {cell.settings.seed}, round {shown}. Star: accepted.",
        f"Options stand from the first to the last in the agenda's order · cell {cell.key[:12]}",
    ]
    title = f"Offers over the round, one future: {readable(cell.scenario.name)}"
    height = (sum(len(x) for x in issues.values()) * STEP + 8) * paper.body / 72
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", footer), height)
        names = [*(party.label for party in cell.scenario.parties), "mediators"]
        write_key(page, [(name, look.series[k], 1.0) for k, name in enumerate(names)])
        if len(rows):
            _draw(page, rows, issues)
        else:
            page.text(page.left, page.top - 2 * page.em, "No talks were held.")
    return Drawing(page.figure, rows, "\n".join(footer), title)


def _draw(page: Page, rows: pd.DataFrame, issues: dict[str, list[str]]) -> None:
    """One axis of exchanges; options are rungs, issues stand apart."""
    em = page.em
    options = [readable(option) for x in issues.values() for option in x]
    left = page.left + max(page.extent(text) for text in options) + 1.2 * em
    low = page.bottom + 3.4 * em
    axes = page.axes(left, low, page.right - left - em, page.top - low, gid="ladder")
    rungs: dict[tuple[str, str], float] = {}
    height = 0.0
    for name, held in issues.items():
        axes.text(
            0.0, -height + 0.35, readable(name), transform=axes.get_yaxis_transform(),
            fontweight="bold", gid="label", va="bottom",
        )  # fmt: skip
        height += 0.6
        for option in held:
            rungs[name, option] = -height
            height += 1
        height += 0.7
    last = int(rows["exchange"].max())
    for by, color in SERIES.items():
        for name in issues:
            own = rows[(rows["by"] == by) & (rows["issue"] == name)].sort_values("exchange")
            if not len(own):
                continue
            places = [rungs[name, str(option)] + SHIFT[by] for option in own["option"]]
            ink: Style = {"color": page.theme.series[color], "zorder": 3}
            line = "" if by == "mediators" else "-"
            axes.plot(own["exchange"], places, line, drawstyle="steps-post",
                      linewidth=0.8 * page.sheet.line, **ink)  # fmt: skip
            axes.plot(own["exchange"], places, "D" if by == "mediators" else "o",
                      markersize=0.32 * page.sheet.body, **ink)  # fmt: skip
            taken = own["accepted"].to_numpy(bool)
            if taken.any():
                at = [place for place, yes in zip(places, taken, strict=True) if yes]
                axes.plot(own["exchange"][taken], at, "*", markersize=0.9 * page.sheet.body,
                          color=page.theme.ink, zorder=4)  # fmt: skip
    axes.set_yticks(list(rungs.values()), [readable(option) for _, option in rungs])
    axes.set_ylim(-height + 0.3, 0.9)
    axes.set_xlim(0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set_xlabel("Exchange of the round")
    axes.grid(axis="y")
