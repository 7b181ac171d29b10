"""Agreement: the share of futures in which a deal was ratified, day by day; estimates nothing else.

Nobody is censored: every future is followed to the horizon, also after its ceasefire has ended.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.analysis.ensemble import Ensemble
from sim.analysis.limits import as_text, interval, wilson
from sim.plots.labels import LABEL, Label, write_labels
from sim.plots.page import Page
from sim.plots.style import Drawing, Pen, Style, pens, sheet_named, styled, theme_named
from sim.plots.timeline import dated_axes
from sim.plots.words import distinct, facts

BAND = (
    "Bands: 95% limits of the share on one day (Wilson 1927), Monte Carlo uncertainty of the "
    "simulation only."
)
MEANT = "A deal is on everything, ratified by both sides; the first of a future counts."


def agreement(
    ensembles: Mapping[str, Ensemble],
    reference: str | None = None,
    end: str | None = None,
    theme: str = "light",
    sheet: str = "slide",
) -> Drawing:
    """Draw the share of futures with a ratified deal by day, one curve for each scenario.

    A deal that lapses later stays counted, and how the ceasefire ends (`end`) does not matter; the
    scenario `reference` is written in bold. In the result's table `panel` is agreement, one row per
    scenario and day.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    rows = agreement_rows(ensembles)
    last = rows[rows["day"] == rows["day"].max()].set_index("scenario")
    order = sorted(ensembles, key=lambda name: -last.loc[name, "value"])
    first = ensembles[reference or order[0]]
    labels, common = distinct(list(ensembles))
    named = {name: ensembles[name] for name in order}
    footer = facts(named, end or first.scenario.ceasefire.end.value, [BAND, MEANT, common])
    title = "Share of simulated futures with a ratified deal"
    drawn = pens(list(ensembles), reference or order[0], look, paper)
    with styled(look, paper):
        page = Page.with_body(look, paper, (title, "", footer), 0)
        page.bottom += 3.6 * page.em
        stacked = paper.name == "column"
        left = page.left + 4.6 * page.em
        right = left + (0.45 if stacked else 0.55) * page.width
        dated = [(x.scenario.start, x.scenario.calendar.rounds) for x in ensembles.values()]
        shared = all(other == dated[0] for other in dated)
        axes, _ = dated_axes(
            page, first.scenario, first.horizon, (left, right), rounds=shared, events=False
        )
        axes.set_ylabel("Share with a deal by then")
        texts = []
        for name in order:
            of, pen = rows[rows["scenario"] == name], drawn[name]
            band: Style = {"step": "post", "color": pen.color, "alpha": 0.15, "linewidth": 0}
            axes.fill_between(of["day"], of["lower"], of["upper"], **band)
            axes.step(of["day"], of["value"], where="post", gid=f"curve:{name}", **pen.style)
            texts.append(_label(last.loc[name], pen, labels[name], name == reference, stacked))
        wide = page.right - right - LABEL * page.em
        write_labels(axes, page, texts, wide, in_rows=True, heading=f"by day {first.horizon}")
    return Drawing(page.figure, rows, "\n".join(footer), title)


def agreement_rows(ensembles: Mapping[str, Ensemble]) -> pd.DataFrame:
    """Return the shares with a deal and their 95 % limits per scenario and day, tidy.

    `count` is the number of futures with a deal.
    """
    parts = []
    for name, ensemble in ensembles.items():
        signed = ensemble.outcomes("deal_day")["deal_day"].dropna().to_numpy(float)
        days, size = np.arange(ensemble.horizon + 1), ensemble.replicates
        counts = np.searchsorted(np.sort(signed), days, side="right")
        limits = np.array([wilson(count / size, size) for count in counts])
        columns = {"day": days, "value": counts / size, "count": counts}
        columns |= {"lower": limits[:, 0], "upper": limits[:, 1]}
        parts.append(pd.DataFrame(columns).assign(scenario=name, cell=ensemble.cell.key))
    rows = pd.concat(parts, ignore_index=True).assign(panel="agreement", quantity="agreement")
    return rows[
        ["panel", "scenario", "cell", "quantity", "day", "value", "lower", "upper", "count"]
    ]


def _label(row: pd.Series, pen: Pen, name: str, bold: bool, narrow: bool) -> Label:
    """A scenario's name, with the share on the last day, and its limits where there is room."""
    value, text = float(row["value"]), name
    if not narrow:
        numbers = [float(row[column]) for column in ("value", "lower", "upper")]
        text += " " + interval(numbers, "share").partition(" ")[2].replace(", ", ",\u00a0")
    return Label(str(row.name), text, as_text(value, "share"), value, pen, bold)
