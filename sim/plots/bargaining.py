"""The bargaining in utility space: one future's offers and deal, or the deals of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from sim.analysis.ensemble import Ensemble
from sim.arrays import FloatArray
from sim.config import PARTIES
from sim.futures import utilities
from sim.negotiation import solutions
from sim.plots.page import Page
from sim.plots.style import Drawing, Theme, sheet_named, styled, theme_named
from sim.plots.words import facts, readable
from sim.study.cells import Cell

SERIES = {"pakistan": 0, "afghan_taliban": 1, "mediators": 2}
"""Colour of each speaker, as an index into a theme's series."""
MARKERS = {"pakistan": "o", "afghan_taliban": "s", "mediators": "D"}
Entry = dict[str, Any]


def path(cell: Cell, heard: list[Entry], theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw one future's offers in utility space, with frontier, Nash and Kalai-Smorodinsky points.

    ``heard`` are the entries of ``sim.report.transcript`` of one future. The round shown is the
    last with an accepted move, else the last; utilities are those of its last day of talks.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    moves = [entry for entry in heard if entry["kind"] == "move"]
    shown = round_shown(moves)
    rows = [entry for entry in moves if entry["round"] == shown]
    sessions = [e for e in heard if e["kind"] == "session" and e["round"] == shown]
    title = f"Offers in utility space, one future: {readable(cell.scenario.name)}"
    said = f"Round {shown}" if shown else "No round was held"
    footer = [
        "Utilities as the two sides see them on the round's last day of talks; one what-if future, "
        "not a record of what was offered.",
        f"Seed {cell.settings.seed} · future {heard[0]['replicate'] if heard else 0} · accounts: "
        f"{cell.scenario.accounts.name.value} · protocol {cell.scenario.protocol.kind.value} · "
        f"cell {cell.key[:12]}",
    ]
    table = pd.DataFrame(columns=["what", "by", "exchange", "pakistan", "afghan_taliban"])
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, said, footer), 4.0 if sheet != "column" else 3.0)
        sides = [party.label for party in cell.scenario.parties]
        axes = _axes(page, [f"Utility to {side}" for side in sides])
        if sessions:
            account = next(entry["account"] for entry in heard if "account" in entry)
            utilities = _utilities(cell, account, sessions[-1])
            table = pd.concat(
                [_landscape(axes, look, utilities, np.array(sessions[-1]["reservation"])),
                 _offers(axes, look, rows, sides)],
                ignore_index=True,
            )  # fmt: skip
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False)
        else:
            axes.text(0.5, 0.5, "no talks were held", transform=axes.transAxes, ha="center")
    return Drawing(page.figure, table, "\n".join(footer), title)


def round_shown(moves: list[Entry]) -> int:
    """Number of the round with the last accepted move, else of the last round; 0 for none."""
    accepted = [move["round"] for move in moves if move["accepted"]]
    return int(accepted[-1] if accepted else moves[-1]["round"] if moves else 0)


def _axes(page: Page, labels: Sequence[str], room: float = 2.9) -> Any:
    """Axes for utilities with so many inches of room for a legend on the right."""
    left, bottom = page.left + 0.9, page.bottom + 0.75
    width = page.right - left - room
    box = (left / page.width, bottom / page.height, width / page.width,
           (page.top - bottom - 0.1) / page.height)  # fmt: skip
    axes = page.figure.add_axes(box)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    return axes


def _utilities(cell: Cell, account: str, session: Entry) -> FloatArray:
    """Both sides' utilities of every package at a session, shape (P, 2)."""
    lock_in = [session[f"{party}_lock_in"] for party in PARTIES]
    return utilities(cell.scenario, account, session["verifiers"], session["trust"], lock_in)


def _landscape(
    axes: Any, look: Theme, utilities: FloatArray, reservation: FloatArray
) -> pd.DataFrame:
    """Packages, frontier, reservations and solution points."""
    axes.plot(*utilities.T, ".", color=look.grid, markersize=3, label="packages", zorder=1)
    edge = utilities[solutions.pareto_frontier(utilities)]
    edge = edge[np.argsort(edge[:, 0])]
    axes.plot(*edge.T, "-", color=look.muted, linewidth=1.2, label="Pareto frontier", zorder=2)
    axes.axvline(
        reservation[0], color=look.series[SERIES["pakistan"]], linestyle=":", linewidth=1.2
    )
    axes.axhline(
        reservation[1], color=look.series[SERIES["afghan_taliban"]], linestyle=":", linewidth=1.2
    )
    axes.plot([], [], ":", color=look.muted, label="no deal (each side's)")
    rows = [{"what": "frontier", "pakistan": x, "afghan_taliban": y} for x, y in edge]
    for name, solve, marker in (
        ("Nash", solutions.nash, "P"),
        ("Kalai-Smorodinsky", solutions.kalai_smorodinsky, "X"),
    ):
        try:
            at = utilities[solve(utilities, reservation)]
        except solutions.NoAgreementZone:
            continue
        axes.plot(*at, marker, color=look.ink, markersize=11, linestyle="", label=name, zorder=4)
        rows.append({"what": name, "pakistan": at[0], "afghan_taliban": at[1]})
    return pd.DataFrame(rows)


def _offers(axes: Any, look: Theme, moves: list[Entry], sides: Sequence[str]) -> pd.DataFrame:
    """Offer paths of both sides, the mediators' drafts and what was accepted."""
    rows = [
        {
            "what": "accepted" if move["accepted"] else "offer", "by": move["speaker"],
            "exchange": move["exchange"], **move["utilities"],
        }
        for move in moves
    ]  # fmt: skip
    names = dict(zip(PARTIES, (f"{side}'s offers" for side in sides), strict=True))
    names["mediators"] = "mediators' drafts"
    for speaker, place in SERIES.items():
        own = [row for row in rows if row["by"] == speaker]
        if own:
            points = np.array([[row[party] for party in PARTIES] for row in own])
            line = "" if speaker == "mediators" else "-"
            axes.plot(
                *points.T, marker=MARKERS[speaker], linestyle=line, markersize=7, alpha=0.8,
                color=look.series[place], label=names[speaker], zorder=3,
            )  # fmt: skip
    for row in rows:
        if row["what"] == "accepted":
            axes.plot(
                row["pakistan"], row["afghan_taliban"], "*", color=look.series[3], markersize=20,
                markeredgecolor=look.ink, linestyle="", label="accepted", zorder=5,
            )  # fmt: skip
    return pd.DataFrame(rows)


def density(ensemble: Ensemble, theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw where the deals of an ensemble lie: gains over no deal of both sides, as a density.

    Futures differ in trust and in what no deal is worth, so they share no frontier; `path` draws
    that of one future with its Nash and Kalai-Smorodinsky points.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    end = ensemble.scenario.ceasefire.end.value
    gains = ensemble.outcomes("deal_gain_pakistan", "deal_gain_afghan_taliban").dropna()
    share = len(gains) / ensemble.replicates
    title = f"Gains of both sides from the first deal: {readable(ensemble.scenario.name)}"
    said = f"{share:.0%} of {ensemble.replicates:,} futures have a ratified deal"
    footer = facts({ensemble.scenario.name: ensemble}, end, ["Gain: utility above no deal."], "")
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, said, footer), 3.0)
        if len(gains):
            _draw_density(page, ensemble, gains)
        else:
            axes = _axes(page, ["", ""], room=0.0)
            axes.text(0.5, 0.5, "no deal in any future", transform=axes.transAxes, ha="center")
    return Drawing(page.figure, gains.reset_index(drop=True), "\n".join(footer), title)


def _draw_density(page: Page, ensemble: Ensemble, gains: pd.DataFrame) -> None:
    """Hexagons of deals and their scale."""
    look, em = page.theme, page.em
    axes = _axes(page, [f"Gain of {x.label} (utility)" for x in ensemble.scenario.parties], 5 * em)
    ramp = colormaps["viridis" if look.name == "dark" else "viridis_r"]
    shades = ListedColormap(ramp(np.linspace(0.25, 1, 64)))
    drawn = axes.hexbin(
        gains.iloc[:, 0], gains.iloc[:, 1], gridsize=30, bins="log", cmap=shades, mincnt=1,
        linewidths=0.2,
    )  # fmt: skip
    box = axes.get_position()
    bar = page.axes(page.right - 4 * em, box.y0 * page.height, em, box.height * page.height)
    scale = page.figure.colorbar(drawn, cax=bar, format="{x:g}")
    scale.outline.set_visible(False)
    most = int(drawn.get_array().max())
    counts = [x * 10**power for power in range(7) for x in (1, 2, 5)]
    scale.set_ticks([x for x in counts if x <= most], minor=False)
    scale.ax.minorticks_off()
    page.text(page.right, box.y1 * page.height + 0.8 * em, "futures", ha="right", gid="label")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
