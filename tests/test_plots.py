"""Figures: what is drawn is what was estimated, texts stay apart, and the facts are stated."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import vary
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from sim.analysis.compare import compare
from sim.analysis.ensemble import Ensemble, simulate
from sim.analysis.parameter_spread import parameter_spread
from sim.config import CAUSES, BagramStatement, ConfigError
from sim.plots.agreement import agreement
from sim.plots.comparison import comparison
from sim.plots.difference import difference, difference_rows
from sim.plots.fans import fans
from sim.plots.forest import forest
from sim.plots.hazard import hazard
from sim.plots.incidence import incidence
from sim.plots.page import spread
from sim.plots.panels import comparison_panels
from sim.plots.states import states
from sim.plots.style import SHEETS, THEMES, save
from sim.plots.survival import count_rows, survival
from sim.plots.sweep import heatmap, response
from sim.plots.timeline import date_ticks, day_ticks
from sim.records import BY as SIDES
from sim.records import MODES
from sim.study.cells import Cell, load_best, load_cell
from sim.study.errors import StoreError
from sim.study.runner import Results

ABOUT = ["End = collapse: made up. Horizon 365 days, 10 replicates, seed 1, accounts: mixed."]
NAMES = (
    "baseline", "verified_guarantees", "pressure_without_verification", "no_mediators",
    "evidence_mechanism", "extradition_accepted", "confinement_only", "border_reopened",
    "joint_communique", "bagram_shock", "spoiler_surge", "hardliners",
)  # fmt: skip


@cache
def shipped():
    return load_best()


def baseline():
    return shipped().scenario


BY = (0, 1, 2, 1, 2)  # by whom, by cause, and by what a collapse came
MODE = (0, 1, 0, 0, 1)


def ensemble(days, causes=None, *, name="baseline", horizon=365, seed=1, events=None):
    """An ensemble with given last days; a day beyond the horizon is a survivor."""
    days = np.asarray(days)
    scenario = dataclasses.replace(baseline(), name=name, events=events or {})
    cell = shipped().with_settings(seed=seed, replicates=days.size, horizon=horizon)
    ended = days <= horizon
    codes = np.zeros(days.size, dtype=np.int8) if causes is None else np.asarray(causes, np.int8)
    labels = pa.DictionaryArray.from_arrays(pa.array(codes, mask=~ended), pa.array(CAUSES))
    coded = (np.take(BY, codes), np.take(MODE, codes))
    by, mode = (pa.array(x.astype(np.int8), mask=~ended) for x in coded)
    columns = {"replicate": pa.array(np.arange(days.size))}
    columns["deal_day"] = pa.array(days / 2, pa.float64(), mask=days % 3 > 0)  # made up
    columns["collapse_mode"] = pa.DictionaryArray.from_arrays(mode, pa.array(MODES))
    for end in ("collapse", "strike"):
        columns[f"{end}_day"] = pa.array(np.minimum(days, horizon).astype(np.int32))
        columns[f"{end}_ended"] = pa.array(ended)
        columns[f"{end}_cause"] = labels
        columns[f"{end}_by"] = pa.DictionaryArray.from_arrays(by, pa.array(SIDES))
    return Ensemble(Results(Cell(scenario, cell.settings), {"runs": pa.table(columns)}))


@cache
def decaying(name="baseline", shift=0.0, seed=1, size=400, horizon=365):
    """Ends that come fast at first, from uniforms shared by all ensembles of one seed."""
    rng = np.random.default_rng(seed)
    chance, kinds = rng.random(size), rng.integers(0, 4, size)
    days = np.ceil(40 * (-np.log(chance) * np.exp(shift)) ** 2.5).astype(np.int64).clip(1, 10_000)
    return ensemble(days, kinds, name=name, horizon=horizon, seed=seed)


@cache
def twelve():
    return {name: decaying(name, 0.08 * (k % 7) - 0.25) for k, name in enumerate(NAMES)}


@cache
def few():
    return {name: twelve()[name] for name in NAMES[:4]}


@cache
def two():
    return {name: twelve()[name] for name in NAMES[:2]}


@cache
def watched():
    return simulate(load_cell("baseline").scenario, replicates=40, seed=3, horizon=60, watched=40)


@cache
def simulated():
    return simulate(
        load_cell("bagram_shock").scenario, replicates=60, seed=3, horizon=60, watched=0
    )


def sweep(columns=5, rows=4):
    pairs = [(x, y) for x in np.linspace(0, 1, columns) for y in np.linspace(1, 2, rows)]
    table = pd.DataFrame(pairs, columns=["pakistan.trust", "conflict.attribution.base"])
    table["S(90)"] = 0.2 + 0.3 * table["pakistan.trust"] * table["conflict.attribution.base"]
    return table.assign(lower=table["S(90)"] - 0.05, upper=table["S(90)"] + 0.05, se=0.02)


def texts(figure):
    """Every text as drawn, with its box in pixels."""
    found, draw = [], Text.draw

    def recording(self, renderer):
        if self.get_visible() and self.get_text().strip():
            found.append((self.get_text(), self.get_window_extent(renderer)))
        return draw(self, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", recording)
        FigureCanvasAgg(figure).draw()
    return found


def faults(figure):
    """Texts that leave the figure or lie on each other."""
    return faults_among(texts(figure), figure)


def faults_among(found, figure):
    width, height = figure.bbox.width, figure.bbox.height
    cut = [s for s, b in found if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    over = []
    for k, (one, a) in enumerate(found):
        for other, b in found[k + 1 :]:
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            tall = min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > 1 and tall > 1 + 0.1 * min(a.height, b.height):
                over.append((one, other))
    return cut + over


def axes_named(drawing, name):
    return next(axes for axes in drawing.figure.axes if axes.get_gid() == name)


def line_named(axes, name):
    return next(line for line in axes.get_lines() if line.get_gid() == name)


def rows(drawing, panel, **where):
    table = drawing.table[drawing.table["panel"] == panel]
    for column, value in where.items():
        table = table[table[column] == value]
    return table


FIGURES = {
    "survival": lambda **look: survival(decaying(), **look),
    "incidence": lambda **look: incidence(decaying(), **look),
    "comparison of 12": lambda **look: comparison(twelve(), "baseline", **look),
    "comparison of 4": lambda **look: comparison(few(), "baseline", **look),
    "panels": lambda **look: comparison_panels(twelve(), "baseline", **look),
    "difference": lambda **look: difference(few(), "baseline", **look),
    "difference in days": lambda **look: difference(few(), "baseline", kind="rmst", **look),
    "one difference": lambda **look: difference(two(), "baseline", **look),
    "agreement": lambda **look: agreement(twelve(), "baseline", **look),
    "forest": lambda **look: forest(twelve(), "baseline", **look),
    "causes": lambda **look: forest(twelve(), "baseline", kind="causes", **look),
    "hazard": lambda **look: hazard(few(), "baseline", **look),
    "fans": lambda **look: fans(simulated(), **look),
    "states": lambda **look: states(watched(), **look),
}


@cache
def figure_of(name, sheet, theme):
    return FIGURES[name](sheet=sheet, theme=theme)


def figure(name, sheet="slide", theme="light"):
    """A figure, made once and drawn as often as asked for."""
    return figure_of(name, sheet, theme)


@cache
def shown_in(name, sheet):
    """Every text of a figure, with its box."""
    return texts(figure(name, sheet).figure)


# What is drawn is what was estimated


def test_the_survival_curve_and_its_table_are_the_estimate():
    drawing, estimate = figure("survival"), decaying().survival()
    line = line_named(axes_named(drawing, "curve"), "survival")
    assert np.array_equal(line.get_ydata(), estimate.survival)
    curve = rows(drawing, "curve")
    for column, values in (("value", "survival"), ("lower", "lower"), ("upper", "upper")):
        assert np.array_equal(curve[column], getattr(estimate, values))


def test_numbers_at_risk_stand_under_their_days_and_are_the_counts():
    drawing, estimate = figure("survival"), decaying().survival()
    curve, table = axes_named(drawing, "curve"), axes_named(drawing, "counts")
    ticks = [int(day) for day in curve.get_xticks()]
    expected = [f"{estimate.at_risk[day]:,.0f}" for day in ticks]
    expected += [f"{estimate.events[:day].sum():,.0f}" for day in ticks]
    expected += [f"{estimate.censored[:day].sum():,.0f}" for day in ticks]
    drawing.figure.canvas.draw()
    numbers = [text for text in table.texts if text.get_text()[0].isdigit()]
    assert sorted(text.get_text() for text in numbers) == sorted(expected)
    places = curve.transData.transform([(day, 0) for day in ticks])[:, 0]
    for text in numbers:
        middle = np.mean(text.get_window_extent().intervalx)
        assert np.abs(places - middle).min() < 2


def test_numbers_at_risk_ended_and_censored_add_up_on_every_day():
    every = count_rows(decaying().survival()).groupby("day")["value"].sum()
    assert (every == 400).all()


def test_the_readout_gives_survival_median_and_rmst():
    drawing, estimate = figure("survival"), decaying().survival()
    assert rows(drawing, "readout")["quantity"].tolist() == [
        "S(30)", "S(90)", "S(365)", "median", "RMST(365)",
    ]  # fmt: skip
    assert rows(drawing, "readout", quantity="S(90)")["value"].item() == estimate.at(90).value
    shown = "\n".join(text for text, _ in texts(drawing.figure))
    assert f"S(90) = {estimate.at(90)}" in shown
    assert f"RMST(365) = {estimate.rmst(365)} days" in shown


def test_the_survival_axis_runs_from_0_to_1():
    for drawing in (survival(decaying()), figure("comparison of 4"), incidence(decaying())):
        assert axes_named(drawing, "curve").get_ylim() == (0, 1)


def test_the_readout_leaves_the_curve_free():
    drawing = survival(decaying(), sheet="column")
    axes = axes_named(drawing, "curve")
    drawing.figure.canvas.draw()
    box = next(text for text in axes.texts if text.get_gid() == "readout").get_window_extent()
    curve = rows(drawing, "curve")
    for column in ("lower", "value", "upper"):
        points = axes.transData.transform(curve[["day", column]].to_numpy())
        assert not box.count_contains(points)


def test_areas_add_up_to_one_on_every_day():
    table = figure("incidence").table
    for panel in ("incidence", "mode"):
        shown = table[table["panel"].isin((panel, "survival"))]
        assert np.allclose(shown.groupby("day")["value"].sum(), 1)


@pytest.mark.parametrize(
    ("panel", "of"), [("incidence", Ensemble.incidence), ("mode", Ensemble.modes)]
)
def test_areas_are_the_cumulative_incidences(panel, of):
    estimate = of(decaying())
    for k, name in enumerate(estimate.causes):
        drawn = rows(figure("incidence"), panel, quantity=name)
        assert np.array_equal(drawn["value"], estimate.incidence[k])


def test_modes_are_named_by_the_labels_of_those_who_met_them():
    shown = " ".join(text for text, _ in texts(figure("incidence").figure))
    assert "open hostilities by Islamabad" in shown
    assert "repudiation by Kabul" in shown
    assert "open hostilities by both sides" in shown
    assert "Never seen: shock, repudiation by Islamabad," in figure("incidence").footer


def test_what_is_left_of_a_definition_other_than_collapse_is_not_called_in_force():
    drawing = incidence(decaying(), "strike")
    assert set(rows(drawing, "survival")["quantity"]) == {"not met"}
    assert "a collapse that comes otherwise is no such end" in drawing.footer


def test_the_overlay_draws_every_scenario_and_the_paired_differences():
    drawing, compared = figure("comparison of 12"), compare(twelve(), "baseline")
    for name, one in twelve().items():
        line = line_named(axes_named(drawing, "curve"), f"curve:{name}")
        assert np.array_equal(line.get_ydata(), one.survival().survival)
    for quantity in ("RMST(365)", "S(90)"):
        for name in NAMES[1:]:
            row = rows(drawing, "difference", scenario=name, quantity=quantity).iloc[0]
            found = compared.difference(name, quantity)
            assert (row["value"], row["lower"], row["upper"]) == found[:3]


def test_overlay_labels_are_sorted_by_survival_on_the_last_day():
    drawing = figure("comparison of 12")
    labels = [x for x in axes_named(drawing, "curve").texts if x.get_gid() == "label"]
    names = {name.replace("_", " "): name for name in NAMES}
    drawing.figure.canvas.draw()
    named = [label for label in labels if label.get_text() in names]
    assert len(named) == len(NAMES)
    named.sort(key=lambda label: -label.get_window_extent().y0)
    last = [twelve()[names[label.get_text()]].survival().survival[-1] for label in named]
    assert last == sorted(last, reverse=True)


def test_twelve_scenarios_have_twelve_different_pens():
    lines = axes_named(figure("comparison of 12"), "curve").get_lines()
    curves = [line for line in lines if str(line.get_gid()).startswith("curve:")]
    pens = {(line.get_color(), line.get_linestyle()) for line in curves}
    assert len(pens) == len(NAMES)


def test_numbers_at_risk_are_left_out_of_a_large_overlay_with_a_note():
    assert "No bands and numbers at risk" in figure("comparison of 12").footer
    assert rows(figure("comparison of 12"), "counts").empty
    table = axes_named(figure("comparison of 4"), "counts")
    named = {name.replace("_", " ") for name in few()}
    assert {x.get_text().split(" · ")[0] for x in table.texts} > named


def test_each_panel_shows_its_scenario_and_the_reference_behind_it():
    drawing = figure("panels")
    reference = twelve()["baseline"].survival().survival
    for name in NAMES[1:]:
        axes = axes_named(drawing, f"panel:{name}")
        own = twelve()[name].survival().survival
        assert np.array_equal(line_named(axes, f"curve:{name}").get_ydata(), own)
        assert np.array_equal(line_named(axes, "ghost").get_ydata(), reference)


def test_difference_curves_are_differences_of_survival():
    table = figure("difference").table
    base = few()["baseline"].survival().survival
    for name in NAMES[1:4]:
        value = table.loc[table["scenario"] == name, "value"]
        assert np.allclose(value, few()[name].survival().survival - base)


def test_paired_limits_of_a_difference_by_hand():
    """Of 4 pairs one lasts longer, none less long: (1.5 - 0.5) / 6 ± z sqrt((2 - 1/6) / 36)."""
    one, base = ensemble([9, 9, 9, 9], horizon=5), ensemble([2, 9, 9, 9], horizon=5)
    found = difference_rows({"one": one, "base": base}, "base", "collapse")
    last = found[found["day"] == 5].iloc[0]
    reach = 1.959964 * np.sqrt((2 / 6 - (1 / 6) ** 2) / 6)
    assert last["value"] == pytest.approx(1 / 4)
    assert [last["lower"], last["upper"]] == pytest.approx([1 / 6 - reach, 1 / 6 + reach])


def test_a_difference_of_other_seeds_is_not_called_paired():
    pair = {"baseline": decaying(), "other": decaying("other", seed=2)}
    drawing = difference(pair, "baseline")
    assert "not paired" in drawing.footer
    assert not drawing.table["paired"].any()


def test_the_hazard_is_per_thousand_days():
    drawing, one = hazard(decaying()), decaying()
    first = drawing.table[drawing.table["day"] < 30]
    ended = one.survival().events[1:30].sum() / one.survival().at_risk[1:30].sum()
    assert first["value"].mean() == pytest.approx(1000 * ended, rel=0.3)


def test_fans_are_the_daily_quantiles_and_count_who_is_in_force():
    drawing = figure("fans")
    median = line_named(axes_named(drawing, "fan:tension"), "median:tension").get_ydata()
    assert np.array_equal(median, simulated().daily["tension_q50"])
    last = rows(drawing, "counts").iloc[-1]
    assert last["value"] == simulated().daily["in_force"].iloc[-2]  # as the last day begins


def test_one_future_is_a_line_without_limits():
    drawing = survival(ensemble([80]))
    axes = axes_named(drawing, "curve")
    assert not [band for band in axes.collections if band.get_gid() == "band"]
    assert "1 future, end: collapse." in drawing.footer
    assert "95%" not in drawing.footer


@pytest.mark.parametrize("replicates", [1, 2, 5])
def test_fewer_futures_than_their_sets_tell_have_no_band_of_parameters(replicates):
    run = simulate(load_cell("baseline").scenario, replicates=replicates, seed=3, horizon=30)
    assert run.parameter_spread() is None
    assert "sets" not in " ".join(text for text, _ in texts(survival(run).figure))


def test_states_add_up_to_all_futures_on_every_day():
    table = rows(figure("states"), "state")
    assert np.allclose(table.groupby("day")["value"].sum(), 1)


@pytest.mark.parametrize("end", ["collapse", "strike", "exchange_of_fire"])
def test_states_end_as_the_survival_curve_does(end):
    table = rows(states(watched(), end), "state")
    ended = table[table["quantity"].str.startswith("ended by")].groupby("day")["value"].sum()
    assert np.allclose(ended, 1 - watched().survival(end).survival)


def test_states_are_those_of_the_futures_on_every_evening():
    """Against the futures lived again: rounds that a collapse cut short, deals that lapsed, too."""
    changes = {
        "ceasefire.renewable": True, "conflict.implementation.renegotiation": 0.5,
        "calendar.attendance": 3.0, "bargaining.settlement": "issue_by_issue",
    }  # fmt: skip
    scenario = vary(changes, "pressure_without_verification")
    run = simulate(scenario, replicates=80, seed=3, horizon=90, watched=80)
    evenings = run.trajectories(
        {"deal": "deal", "session": "in_session",
         "partial": lambda model: model.state["deal"]["partial"]}
    )  # fmt: skip
    evenings = evenings.merge(run.runs[["replicate", "collapse_day", "collapse_ended"]])
    evenings = evenings[~evenings["collapse_ended"] | (evenings["day"] < evenings["collapse_day"])]
    full = evenings["deal"] & ~evenings["partial"]
    known = {
        "deal in force": full,
        "talks in session": evenings["session"] & ~full,
        "partial deal": evenings["deal"] & ~full & ~evenings["session"],
    }
    share = states(run).table
    for name, here in known.items():
        drawn = share[(share["panel"] == "state") & (share["quantity"] == name)]
        lived = here.groupby(evenings["day"]).sum().reindex(drawn["day"], fill_value=0)
        assert here.any(), f"no future is ever in the state {name}"
        assert np.allclose(drawn["value"] * 80, lived), name


def test_changes_of_state_account_for_the_shares():
    """What enters a state less what leaves it is what is in it on the last day."""
    drawing = figure("states")
    last = rows(drawing, "state", day=60, quantity="deal in force")["value"].sum() * 40
    moves = rows(drawing, "move")
    into = moves[moves["quantity"].str.endswith("→ deal in force")]["value"].sum()
    out = moves[moves["quantity"].str.startswith("deal in force →")]["value"].sum()
    assert into - out == pytest.approx(last)


def test_named_bands_are_nested_and_in_the_table():
    day, ended, number = np.arange(1, 61), np.arange(1, 61) <= 50, np.arange(60) % 6
    wide = parameter_spread(np.minimum(day, 60), ended, number, 60)
    drawing = survival(watched(), spreads={"accepted sets": wide, "wide sets": wide})
    shown = " ".join(text for text, _ in texts(drawing.figure))
    assert "wide sets (6 sets)" in shown
    assert set(rows(drawing, "curve")["quantity"]) == {
        "survival", "survival with accepted sets", "survival with wide sets",
    }  # fmt: skip


def test_heat_map_cells_are_the_table():
    table = sweep()
    drawing = heatmap(table, "pakistan.trust", "conflict.attribution.base", "S(90)", ABOUT, se="se")
    mesh = axes_named(drawing, "heatmap").collections[0].get_array()
    wide = table.pivot(index="conflict.attribution.base", columns="pakistan.trust", values="S(90)")
    assert np.allclose(np.asarray(mesh), wide.to_numpy())
    assert "Largest Monte Carlo standard error: 0.02." in drawing.footer


def test_a_heat_map_may_have_holes():
    table = sweep().iloc[1:]
    drawing = heatmap(table, "pakistan.trust", "conflict.attribution.base", "S(90)", ABOUT)
    assert faults(drawing.figure) == []


def test_a_response_has_a_line_for_each_value_of_by():
    by = "conflict.attribution.base"
    drawing = response(sweep(), "pakistan.trust", "S(90)", ABOUT, by=by)
    axes = axes_named(drawing, "response")
    lines = [x for x in axes.get_lines() if str(x.get_gid()).startswith("curve:")]
    assert len(lines) == 4
    assert axes.get_ylim() == (0, 1)


# Texts stay apart and inside


# The column is the narrowest sheet, where texts meet first.
EVERY_SHEET = [pytest.param(x, marks=pytest.mark.slow if x != "column" else ()) for x in SHEETS]


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("sheet", EVERY_SHEET)
def test_no_text_is_cut_or_covered(name, sheet):
    assert faults_among(shown_in(name, sheet), figure(name, sheet).figure) == []


@pytest.mark.parametrize("sheet", EVERY_SHEET)
@pytest.mark.parametrize("size", [(5, 4), (20, 12)])
def test_no_text_of_a_sweep_is_cut_or_covered(size, sheet):
    table, (x, y) = sweep(*size), ("pakistan.trust", "conflict.attribution.base")
    for theme in ("light", "dark"):
        look = {"theme": theme, "sheet": sheet}
        assert faults(heatmap(table, x, y, "S(90)", ABOUT, **look).figure) == []
        assert faults(response(table, x, "S(90)", ABOUT, by=y, **look).figure) == []
        beside = table.rename(columns={x: "x", y: "series", "S(90)": "value"})
        words = {"labels": ["the side's prior probability of good faith (probability)"], **look}
        drawn = response(table, x, "S(90)", ABOUT, by=y, differences=beside, **words)
        assert faults(drawn.figure) == []


@pytest.mark.parametrize("sheet", [pytest.param("slide", marks=pytest.mark.slow), "column"])
def test_many_scenarios_with_long_names_stay_apart(sheet):
    names = [f"baseline pakistan.trust=0.{k} mediators=none conflict.border=0" for k in range(26)]
    many = {name: decaying("baseline", 0.02 * k) for k, name in enumerate(names)}
    for draw in (comparison, comparison_panels):
        assert faults(draw(many, names[0], sheet=sheet).figure) == []


def test_labels_leave_out_what_all_names_share_and_the_footer_says_so():
    names = [f"baseline pakistan.trust=0.{k} mediators=none" for k in range(3)]
    drawing = comparison(
        {name: decaying("baseline", 0.1 * k) for k, name in enumerate(names)}, names[0]
    )
    shown = [text for text, _ in texts(drawing.figure)]
    assert {f"pakistan.trust=0.{k}" for k in range(3)} <= set(shown)
    assert "All scenarios: baseline mediators=none." in drawing.footer


def test_labels_that_must_be_cut_still_differ():
    names = [f"{'a_very_' * 20}long_name_{k}" for k in range(12)]
    many = {name: decaying("baseline", 0.02 * k) for k, name in enumerate(names)}
    for sheet in ("slide", "column"):
        axes = axes_named(comparison(many, names[0], sheet=sheet), "curve")
        labels = [x.get_text() for x in axes.texts if x.get_gid() == "label"]
        assert sum("…" in label or label.endswith(tuple("0123456789")) for label in labels) >= 12
        assert len({label for label in labels if not label.startswith("0.")}) == 13


def test_numbers_at_risk_in_tens_of_thousands_stay_apart():
    large = decaying(size=20_000)
    for sheet in SHEETS:
        assert faults(survival(large, sheet=sheet).figure) == []


def test_a_name_may_hold_signs_that_other_typesetters_read():
    odd = {"$a_1$": decaying("$a_1$"), "b & c <d>": decaying("b", 0.2)}
    drawing = comparison(odd, "$a_1$")
    assert any(text == "$a 1$" for text, _ in texts(drawing.figure))


def test_positions_move_no_more_than_they_must():
    assert spread([0.2, 0.5, 0.9], 0.1, 0, 1) == pytest.approx([0.2, 0.5, 0.9])
    assert spread([0.5, 0.5], 0.2, 0, 1) == pytest.approx([0.4, 0.6])
    assert spread([0.0, 0.0, 0.05], 0.1, 0, 1) == pytest.approx([0, 0.1, 0.2])
    assert spread([0.5] * 5, 0.5, 0, 1) == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_days_marked_keep_their_distance_and_include_the_ends():
    assert day_ticks(365, 25) == [0, 30, 60, 90, 180, 270, 365]
    assert day_ticks(5, 1) == [0, 1, 2, 3, 4, 5]
    assert day_ticks(1, 5) == [0, 1]
    for horizon in (1, 5, 60, 89, 90, 365, 4000):
        ticks = day_ticks(horizon, horizon / 6)
        assert ticks[0] == 0
        assert ticks[-1] == horizon
        assert min(np.diff(ticks)) >= horizon / 6 or len(ticks) == 2


def test_dates_are_those_of_their_days():
    found = dict(date_ticks(baseline().start, 365, 40))
    assert found[(pd.Timestamp(2026, 1, 1).date() - baseline().start).days] == "Jan 2026"
    assert dict(date_ticks(baseline().start, 10, 3))[7] == "26 Oct"


# The facts are stated


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("sheet", EVERY_SHEET)
def test_every_figure_states_its_facts(name, sheet):
    footer = figure(name, sheet).footer
    shown = " ".join(text for text, _ in shown_in(name, sheet)).replace("\n", " ")
    made = {"fans": simulated, "states": watched}.get(name, decaying)()
    key, size = made.cell.key[:12], str(made.replicates)
    for fact in ("End = collapse: open hostilities", "Horizon", f"{size} replicates", "seed",
                 "accounts: mixed", key, "What-if simulation, not a forecast."):  # fmt: skip
        assert fact in footer
    if name == "hazard":
        assert "No bands for more than 3 curves." in footer
    elif name not in ("fans", "states"):
        assert "95% Monte Carlo" in footer
    assert footer.partition("\n")[0] in shown


def test_the_definition_drawn_is_the_one_asked_for():
    assert (
        "End = strike: either side strikes across the border"
        in survival(decaying(), "strike").footer
    )
    with pytest.raises(ConfigError, match="end is 'never'; allowed are exchange_of_fire"):
        survival(decaying(), "never")


def test_rounds_and_events_are_marked_on_the_calendar():
    event = BagramStatement(kind="bagram_statement", day=21, pressure=2)
    drawing = survival(ensemble([3, 500], events={"statement": event}))
    shown = [text for text, _ in texts(drawing.figure)]
    assert "Talks in Istanbul 25–28 Oct, 30–31 Oct, Talks 6 Nov" in shown
    assert "Bagram statement 9 Nov" in shown
    assert faults(drawing.figure) == []


@pytest.mark.parametrize(("sheet", "horizon"), [("column", 60), ("column", 365), ("slide", 30)])
def test_the_label_of_rounds_lies_on_no_bar(sheet, horizon):
    two = {name: decaying(name, horizon=horizon) for name in NAMES[:2]}
    drawing = comparison(two, "baseline", sheet=sheet)
    FigureCanvasAgg(drawing.figure).draw()
    calendar = axes_named(drawing, "calendar")
    labels = [text.get_window_extent() for text in calendar.texts if text.get_text()]
    bars = [bar.get_window_extent() for bar in calendar.patches]
    assert len(bars) == 3
    assert labels
    assert not any(label.overlaps(bar) for label in labels for bar in bars)


def test_a_report_of_one_account_names_it():
    accounts = load_best("baseline", ["accounts=kabul"]).scenario
    one = decaying()
    cell = Cell(accounts, one.cell.settings)
    drawing = survival(Ensemble(Results(cell, {"runs": one.results.table("runs")})))
    assert "accounts: Kabul's" in drawing.footer


def test_ensembles_of_different_horizons_are_refused():
    pair = {"one": decaying(), "other": decaying(horizon=100)}
    with pytest.raises(ConfigError, match=r"horizons differ \(100, 365 days\)"):
        hazard(pair)


def test_a_sweep_without_its_facts_is_refused():
    with pytest.raises(ValueError, match="about is empty"):
        response(sweep(), "pakistan.trust", "S(90)", [])
    with pytest.raises(ValueError, match="no column 'nothing'"):
        heatmap(sweep(), "pakistan.trust", "nothing", "S(90)", ABOUT)
    with pytest.raises(ValueError, match="more than one row for a value"):
        response(sweep(), "pakistan.trust", "S(90)", ABOUT)


# Themes


@pytest.mark.parametrize("theme", THEMES)
def test_lines_stand_out_from_the_paper(theme):
    def light(color):
        shares = [
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(color)
        ]
        return float(np.dot(shares, (0.2126, 0.7152, 0.0722)))

    look = THEMES[theme]
    for color, least in [(look.ink, 7), (look.muted, 4.5), *((x, 2.7) for x in look.series)]:
        pair = sorted([light(color), light(look.paper)])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least


@pytest.mark.parametrize("name", FIGURES)
def test_dark_figures_are_dark_throughout(name):
    dark = figure(name, theme="dark").figure
    assert dark.get_facecolor()[:3] == to_rgb(THEMES["dark"].paper)
    light = {to_rgb(THEMES["light"].ink), to_rgb("black")}
    assert not {to_rgb(text.get_color()) for text in dark.findobj(Text) if text.get_text()} & light


def test_an_unknown_theme_or_sheet_is_refused():
    with pytest.raises(ValueError, match="theme is 'sepia'; allowed are light, dark"):
        survival(decaying(), theme="sepia")
    with pytest.raises(ValueError, match="sheet is 'wall'; allowed are slide, page, column"):
        survival(decaying(), sheet="wall")


# Saving


def test_saving_leaves_the_files_and_nothing_else(tmp_path):
    paths = save(
        survival(decaying(), sheet="column"), tmp_path / "v1.2 survival", ("png", "svg", "pdf")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)
    assert {path.name for path in paths} == {f"v1.2 survival.{x}" for x in ("png", "svg", "pdf")}


@pytest.mark.slow
def test_the_same_figure_saves_the_same_bytes(tmp_path):
    kinds = ("png", "svg", "pdf")
    for name in ("one", "other"):
        save(comparison(few(), "baseline", sheet="column"), tmp_path / name, kinds)
    for kind in kinds:
        one, other = (tmp_path / f"{name}.{kind}" for name in ("one", "other"))
        assert one.read_bytes() == other.read_bytes(), kind


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "figure.png").write_text("old")
    drawing = survival(decaying(), sheet="column")

    def fail(*_args, **_more):
        raise OSError("disk full")

    drawing.figure.savefig = fail
    with pytest.raises(StoreError, match=r"cannot write to .*figure\.png: disk full"):
        save(drawing, tmp_path / "figure")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]
    assert (tmp_path / "figure.png").read_text() == "old"


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="format is 'jpg'; allowed are png, svg, pdf"):
        save(survival(decaying()), tmp_path / "figure", ("png", "jpg"))
    assert list(tmp_path.iterdir()) == []


def test_a_drawing_shows_itself_in_a_notebook():
    assert survival(decaying(), sheet="column")._repr_png_().startswith(b"\x89PNG")


# Degenerate ensembles


DEGENERATE = {
    "nobody ended": lambda name: ensemble([900] * 20, name=name),
    "all ended on day 1": lambda name: ensemble([1] * 20, name=name),
    "all ended on the last day": lambda name: ensemble([365] * 20, name=name),
    "five days": lambda name: ensemble([1, 2, 5, 9, 9], name=name, horizon=5),
    "one day": lambda name: ensemble([1, 1, 9], name=name, horizon=1),
    "two futures": lambda name: ensemble([30, 900], name=name),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("sheet", ["slide", "column"])
def test_degenerate_ensembles_are_drawn(case, sheet):
    one, other = DEGENERATE[case]("baseline"), DEGENERATE[case]("other")
    for draw in (survival, incidence, hazard):
        assert faults(draw(one, sheet=sheet).figure) == []
    pair = {"baseline": one, "other": other}
    for draw_both in (comparison, comparison_panels, difference, forest):
        drawing = draw_both(pair, "baseline", sheet=sheet)
        assert faults(drawing.figure) == []
        assert not drawing.table.empty


def test_a_hazard_of_nobody_is_said_not_drawn():
    drawing = hazard(DEGENERATE["nobody ended"]("baseline"))
    assert "Nobody ended in: baseline." in drawing.footer
    assert (drawing.table["value"] == 0).all()
