"""The bargaining in utility space: one future's offers and deal, or the deals of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.arrays import FloatArray
from sim.config import PARTIES
from sim.futures import utilities
from sim.negotiation import solutions
from sim.plots.page import Page
from sim.plots.style import Drawing, sheet_named, styled, theme_named
from sim.plots.words import facts, readable
from sim.study.cells import Cell

COLOURS = {"pakistan": "#0072B2", "afghan_taliban": "#D55E00", "mediators": "#009E73"}
MARKERS = {"pakistan": "o", "afghan_taliban": "s", "mediators": "D"}
Entry = dict[str, Any]


def path(cell: Cell, heard: list[Entry], theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw one future's offers in utility space, with frontier, Nash and Kalai-Smorodinsky points.

    ``heard`` are the entries of ``sim.report.transcript`` of one future. The round shown is the
    last with an accepted move, else the last; utilities are those of its last day of talks.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    moves = [entry for entry in heard if entry["kind"] == "move"]
    shown = _round_shown(moves)
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
                [_landscape(axes, utilities, np.array(sessions[-1]["reservation"])),
                 _offers(axes, rows, sides)],
                ignore_index=True,
            )  # fmt: skip
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False)
        else:
            axes.text(0.5, 0.5, "no talks were held", transform=axes.transAxes, ha="center")
    return Drawing(page.figure, table, "\n".join(footer), title)


def _round_shown(moves: list[Entry]) -> int:
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


def _landscape(axes: Any, utilities: FloatArray, reservation: FloatArray) -> pd.DataFrame:
    """Packages, frontier, reservations and solution points."""
    axes.plot(*utilities.T, ".", color="0.8", markersize=3, label="packages", zorder=1)
    edge = utilities[solutions.pareto_frontier(utilities)]
    edge = edge[np.argsort(edge[:, 0])]
    axes.plot(*edge.T, "-", color="0.35", linewidth=1.2, label="Pareto frontier", zorder=2)
    axes.axvline(reservation[0], color=COLOURS["pakistan"], linestyle=":", linewidth=1.2)
    axes.axhline(reservation[1], color=COLOURS["afghan_taliban"], linestyle=":", linewidth=1.2)
    axes.plot([], [], ":", color="0.35", label="no deal (each side's)")
    rows = [{"what": "frontier", "pakistan": x, "afghan_taliban": y} for x, y in edge]
    for name, solve, marker in (
        ("Nash", solutions.nash, "P"),
        ("Kalai-Smorodinsky", solutions.kalai_smorodinsky, "X"),
    ):
        try:
            at = utilities[solve(utilities, reservation)]
        except solutions.NoAgreementZone:
            continue
        axes.plot(*at, marker, color="k", markersize=11, linestyle="", label=name, zorder=4)
        rows.append({"what": name, "pakistan": at[0], "afghan_taliban": at[1]})
    return pd.DataFrame(rows)


def _offers(axes: Any, moves: list[Entry], sides: Sequence[str]) -> pd.DataFrame:
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
    for speaker, colour in COLOURS.items():
        own = [row for row in rows if row["by"] == speaker]
        if own:
            points = np.array([[row[party] for party in PARTIES] for row in own])
            line = "" if speaker == "mediators" else "-"
            axes.plot(
                *points.T, marker=MARKERS[speaker], linestyle=line, color=colour, markersize=7,
                alpha=0.8, label=names[speaker], zorder=3,
            )  # fmt: skip
    for row in rows:
        if row["what"] == "accepted":
            axes.plot(
                row["pakistan"], row["afghan_taliban"], "*", color="#CC79A7", markersize=20,
                markeredgecolor="k", linestyle="", label="accepted", zorder=5,
            )  # fmt: skip
    return pd.DataFrame(rows)


def density(ensemble: Ensemble, theme: str = "light", sheet: str = "slide") -> Drawing:
    """Draw where the deals of an ensemble lie: gains over no deal of both sides, as a density."""
    look, paper = theme_named(theme), sheet_named(sheet)
    end = ensemble.scenario.ceasefire.end.value
    gains = ensemble.outcomes("deal_gain_pakistan", "deal_gain_afghan_taliban").dropna()
    share = len(gains) / ensemble.replicates
    title = f"Gains of both sides from the first deal: {readable(ensemble.scenario.name)}"
    said = f"{share:.0%} of {ensemble.replicates:,} futures have a ratified deal"
    footer = facts({ensemble.scenario.name: ensemble}, end, ["Gain: utility above no deal."])
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, said, footer), 4.0 if sheet != "column" else 3.0)
        sides = [party.label for party in ensemble.scenario.parties]
        axes = _axes(page, [f"Gain of {side} (utility)" for side in sides], room=0.0)
        if len(gains):
            drawn = axes.hexbin(
                gains.iloc[:, 0],
                gains.iloc[:, 1],
                gridsize=40,
                bins="log",
                cmap="viridis",
                mincnt=1,
            )
            bar = page.figure.colorbar(drawn, ax=axes, pad=0.02)
            bar.set_label("futures (log scale)")
        else:
            axes.text(0.5, 0.5, "no deal in any future", transform=axes.transAxes, ha="center")
    return Drawing(page.figure, gains.reset_index(drop=True), "\n".join(footer), title)
