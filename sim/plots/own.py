"""Survival curves of a user's data in the house style, with numbers at risk; estimates nothing."""

from __future__ import annotations

import pandas as pd

from sim.analysis.limits import as_text
from sim.analysis.own import Survival
from sim.plots.labels import LABEL, Label, write_labels
from sim.plots.page import Page
from sim.plots.style import Drawing, Style, pens, sheet_named, styled, theme_named
from sim.plots.survival import count_rows, curve_rows
from sim.plots.timeline import add_counts, counts_height, set_days, set_share

BAND = "Bands: pointwise {level:.0%} limits. Numbers: at risk as the day begins (ended before it)."
MOST_BANDS = 6
"""Groups up to which bands and numbers at risk are drawn."""


def own(found: Survival, theme: str = "light", sheet: str = "page", title: str = "") -> Drawing:
    """Draw every group's curve with its band; numbers at risk below, names on the right.

    In the result's table `panel` is curve or counts, `scenario` the group.
    """
    look, paper = theme_named(theme), sheet_named(sheet)
    curves = {str(name): curve for name, curve in found.curves.items()}
    first = next(iter(curves.values()))
    few = len(curves) <= MOST_BANDS
    footer = [BAND.format(level=first.level)]
    title = title or "Share not ended"
    with styled(look, paper):
        em = paper.body / 72
        page = Page.with_body(look, paper, (title, "", footer), (14 + 3 * len(curves)) * em)
        drawn = pens(list(curves), None, look, paper)
        right = page.right - 0.3 * page.width if len(curves) > 1 else page.right - 2 * em
        left = page.left + 5.6 * em
        rows = pd.concat([count_rows(x).assign(scenario=name) for name, x in curves.items()])
        texts = {name: ["0 (0)"] for name in curves} if few else {}
        where = "right" if len(curves) > 1 else "above"
        table_top = page.bottom + counts_height(page, texts, where)
        page.bottom = table_top + 3.6 * em
        axes = page.axes(left, page.bottom, right - left, page.top - page.bottom - em, gid="curve")
        widest = f"{rows['value'].max():,.0f} ({rows['value'].max():,.0f})"
        ticks = set_days(axes, page, first.horizon, None, widest)
        axes.set_xlabel("Days")
        axes.set_ylabel("Share not ended, S(t)")
        set_share(axes)
        for name, curve in curves.items():
            pen = drawn[name]
            if few:
                band: Style = {"step": "post", "color": pen.color, "alpha": 0.18, "linewidth": 0}
                axes.fill_between(curve.day, curve.lower, curve.upper, **band)
            axes.step(curve.day, curve.survival, where="post", gid=f"curve:{name}", **pen.style)
        for name in texts:
            of = rows[rows["scenario"] == name].set_index(["quantity", "day"])["value"]
            texts[name] = [
                f"{float(of['at_risk', x]):,.0f} ({float(of['ended', x]):,.0f})" for x in ticks
            ]
        if few:
            add_counts(axes, page, ticks, texts, table_top, where)
        if len(curves) > 1:
            labels = []
            for name, curve in curves.items():
                last = float(curve.survival[~pd.isna(curve.survival)][-1])
                labels.append(Label(name, name, as_text(last, "share"), last, drawn[name]))
            labels.sort(key=lambda label: -label.end)
            write_labels(axes, page, labels, page.right - right - LABEL * em, in_rows=False)
    drawn_rows = [curve_rows(x).assign(scenario=name) for name, x in curves.items()]
    table = pd.concat([*drawn_rows, rows[rows["day"].isin(ticks)]], ignore_index=True)
    columns = ["panel", "scenario", "quantity", "day", "value", "lower", "upper"]
    return Drawing(page.figure, table[columns], "\n".join(footer), title)
