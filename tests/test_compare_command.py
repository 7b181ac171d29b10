"""``ceasefire compare`` and ``figure``: finished cells side by side; a sentence for mistakes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from finished_cells import ended_on, falsify, put_cell, put_sweep

from sim import cli
from sim.analysis.compare import compare
from sim.analysis.curves import difference_curves
from sim.analysis.ensemble import Ensemble
from sim.analysis.mechanisms import mechanisms
from sim.config import PARTIES
from sim.plots.catalogue import FAMILIES, draw
from sim.plots.swept import parameter_in_words
from sim.report.cells import CellsError, open_cells


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_sweep(tmp_path_factory.mktemp("cells") / "sweep")


@pytest.fixture(scope="module")
def trusts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cells") / "trusts"
    for one in ("0.2", "0.4"):
        for other in ("0.2", "0.4"):
            words = f"pakistan.trust={one}", f"afghan_taliban.trust={other}"
            put_cell(folder / f"{one}-{other}", "baseline", *words)
    return folder


@pytest.fixture
def cells(sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sweep that may be damaged, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(sweep, tmp_path / "sweep")).relative_to(tmp_path)


@pytest.fixture(scope="module")
def agreeing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sweep with sides that concede all in one round, so that some agree within its days."""
    words = [f"{side}.expected_rounds=1" for side in PARTIES]
    return put_sweep(tmp_path_factory.mktemp("cells") / "agreeing", *words)


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(word) for word in words])
    return ended.value.code if isinstance(ended.value.code, int) else 0


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_file()}


# --- what it writes


def test_compare_tabulates_and_draws_without_simulating(
    cells: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sim.model", None)  # importing the model would now fail
    assert run("compare", cells) == 0
    assert {"differences.csv", "comparison.png", "comparison.svg"} <= names(cells)
    table = pd.read_csv(cells / "differences.csv")
    assert set(table["scenario"]) == {"no_mediators", "verified_guarantees"}
    printed = capsys.readouterr().out
    assert printed.startswith("Differences from baseline (end: collapse; horizon 40 days")
    assert "Written: sweep/differences.csv" in printed


def test_several_runs_and_sweeps_are_compared_together(
    cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_cell(tmp_path / "other", "hardliners")
    words = ["--reference", "hardliners", "--end", "strike", "--facet", "--format", "svg", "csv"]
    assert run("compare", cells, "other", *words) == 0
    assert names(Path("comparison")) == {"differences.csv", "panels.svg", "panels.csv"}
    printed = capsys.readouterr().out
    assert "Differences from hardliners (end: strike" in printed
    assert set(pd.read_csv("comparison/panels.csv")["scenario"]) == {
        "baseline", "no_mediators", "verified_guarantees", "hardliners",
    }  # fmt: skip


def test_an_outcome_is_drawn_by_a_parameter(
    cells: Path, trusts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--by", "pakistan.trust", "--outcome", "S(30)", "--format", "png", "--out", "by"]
    assert run("compare", trusts, *words) == 0
    table = pd.read_csv("by/outcomes.csv")
    assert sorted(table["pakistan.trust"]) == [0.2, 0.2, 0.4, 0.4]
    assert set(table["series"]) == {"trust 0.2", "trust 0.4"}
    assert set(table["quantity"]) == {"S(30)"}
    assert (Path("by") / "response.png").exists()
    two = ["--by", "afghan_taliban.trust", "--by", "pakistan.trust", "--out", "two"]
    assert run("compare", trusts, *two) == 0
    assert "heatmap.png" in names(Path("two"))


@pytest.mark.parametrize(("outcome", "kind"), [("RMST(40)", "rmst"), ("S(30)", "survival")])
def test_a_response_has_the_paired_differences_from_its_first_value(
    trusts: Path, outcome: str, kind: str
) -> None:
    cells = open_cells([trusts]).cells
    drawn = draw("response", cells, by=["pakistan.trust"], outcome=outcome, sheet="page")
    day = int(outcome.partition("(")[2][:-1])
    rows = drawn.table[drawn.table["panel"] == "difference"]
    assert (rows.loc[rows["x"] == 0.2, ["value", "lower", "upper"]] == 0).all(axis=None)
    for theirs in ("0.2", "0.4"):
        pair = {
            float(trust): next(
                x for name, x in cells.items()
                if f"pakistan.trust={trust}" in name and f"taliban.trust={theirs}" in name
            )
            for trust in ("0.2", "0.4")
        }  # fmt: skip
        known = difference_curves({str(x): y for x, y in pair.items()}, "0.2", "collapse", kind)
        curve = known["0.4"]
        (row,) = rows[(rows["x"] == 0.4) & (rows["series"] == f"trust {theirs}")].itertuples()
        shown = (row.value, row.lower, row.upper)
        assert shown == pytest.approx((curve.value[day], curve.lower[day], curve.upper[day]))
    assert "paired by common random numbers" in drawn.footer


def test_a_parameter_is_named_in_words(trusts: Path) -> None:
    scenario = next(iter(open_cells([trusts]).cells.values())).scenario
    assert parameter_in_words("pakistan.trust", scenario) == (
        "Islamabad's trust",
        "Islamabad: prior probability that the other side acts in good faith (probability)",
    )
    assert parameter_in_words("protocol", scenario) == ("protocol", "the rules of a round")
    short, said = parameter_in_words("mediators.qatar.leverage", scenario)
    assert short == "qatar leverage"
    assert said.startswith("qatar: ")


def test_a_switch_is_a_category_and_scenarios_are_lines(cells: Path, tmp_path: Path) -> None:
    put_cell(tmp_path / "off" / "a", "baseline", "switches.attacks=false")
    put_cell(tmp_path / "off" / "b", "no_mediators", "switches.attacks=false")
    both = open_cells([cells / "baseline", cells / "no_mediators", tmp_path / "off"])
    drawn = draw("response", both.cells, by=["switches.attacks"])
    assert set(drawn.table["x"]) == {"true", "false"}
    assert set(drawn.table["series"]) == {"baseline", "no mediators"}


def test_the_figure_of_mechanisms_holds_parts_that_add_up(sweep: Path) -> None:
    found = open_cells([sweep])
    for names in (["verified_guarantees"], ["verified_guarantees", "no_mediators"]):
        cells = {name: found.cells[name] for name in ["baseline", *names]}
        drawn = draw("mechanisms", cells, "baseline", sheet="column")
        causes = drawn.table[drawn.table["panel"] == "cause"]
        for name in names:
            of = causes[causes["scenario"] == name].set_index("key")["value"]
            assert of.drop("total").sum() == pytest.approx(of["total"])
        assert ("path" in set(drawn.table["panel"])) == (len(names) == 1)
        assert "Horizon 40 days · 60 replicates each · seed 2025" in drawn.footer
        assert found.cells["baseline"].cell.key[:12] in drawn.footer


def test_comparison_and_mechanisms_give_the_same_interval(sweep: Path) -> None:
    cells = open_cells([sweep]).cells
    one, other = compare(cells, "baseline"), mechanisms(cells, "baseline")
    for name in one.scenarios:
        total = other.of(name, "total").iloc[0]
        point = one.difference(name, "RMST(40)")
        assert (total["lower"], total["upper"]) == pytest.approx((point.lower, point.upper))


def test_an_ensemble_shows_itself_in_a_notebook(sweep: Path) -> None:
    html = open_cells([sweep]).cells["baseline"]._repr_html_()
    for said in ("baseline:", "60, seed 2025, 40 days from 2025-10-19", "mixed", "ended by attack"):
        assert said in html


@pytest.mark.parametrize("name", FAMILIES)
def test_every_figure_is_drawn_by_one_command(
    name: str, agreeing: Path, trusts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    needs = FAMILIES[name].needs
    by = {"response": ["pakistan.trust"], "heatmap": ["pakistan.trust", "afghan_taliban.trust"]}
    words = [word for path in by.get(name, []) for word in ("--by", path)]
    where = trusts if needs == "swept" else agreeing
    assert run("figure", name, where, "--format", "csv", "--out", "figures", *words) == 0
    stems = {path.stem for path in Path("figures").glob("*.csv")}
    every = {f"{name}-{x}" for x in ("baseline", "no_mediators", "verified_guarantees")}
    assert stems == (every if needs == "one" else {name})
    for path in Path("figures").glob("*.csv"):
        assert len(pd.read_csv(path))


def test_one_cell_is_enough_for_a_figure_of_one(cells: Path) -> None:
    assert run("figure", "hazard", cells / "baseline", "--sheet", "column", "--theme", "dark") == 0
    assert {"hazard.png", "hazard.svg"} <= names(cells / "baseline")


# --- what must agree


def test_an_earlier_horizon_cuts_every_future(
    cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_cell(tmp_path / "short", "hardliners", "horizon=25")
    assert run("compare", cells, "short") == 1
    assert "horizons differ (25, 40 days); add --horizon 25" in capsys.readouterr().err
    assert run("compare", cells, "short", "--horizon", "25", "--format", "csv") == 0
    assert "Futures are cut at day 25" in capsys.readouterr().out
    cut = open_cells([cells], horizon=25).cells["baseline"]
    simulated = open_cells([put_cell(tmp_path / "same", "baseline", "horizon=25")])
    fresh = simulated.cells["baseline"]
    for estimate in (Ensemble.survival, Ensemble.incidence, Ensemble.modes):
        pd.testing.assert_frame_equal(estimate(cut).table, estimate(fresh).table)
    shared = list(cut.runs.columns)
    pd.testing.assert_frame_equal(cut.runs, fresh.runs[shared], check_dtype=False)
    assert (cut.runs["deal"] == fresh.runs["deal"]).all()


def test_events_after_an_earlier_horizon_are_left_out(cells: Path, tmp_path: Path) -> None:
    put_cell(tmp_path / "shock", "bagram_shock")  # its event is on day 21
    assert run("compare", cells, "shock", "--horizon", "15", "--format", "csv") == 0
    assert run("figure", "mechanisms", cells, "shock", "--horizon", "15", "--format", "csv") == 0


def test_default_ends_that_differ_need_a_choice(
    cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_cell(tmp_path / "strike", "baseline", "ceasefire.end=strike")
    assert run("compare", cells, "strike") == 1
    said = capsys.readouterr().err
    assert "end definitions differ (collapse, strike); choose one with --end" in said
    assert run("compare", cells, "strike", "--end", "collapse", "--format", "csv") == 0


def test_versions_that_differ_are_refused_unless_allowed(
    cells: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    falsify(cells / "baseline", versions={"ceasefire-sim": "0.0.9"})
    assert run("compare", cells) == 1
    assert "different versions of ceasefire-sim (0.0.9, 0.1.0)" in capsys.readouterr().err
    assert run("compare", cells, "--mixed-versions", "--format", "csv") == 0
    assert "Note: Versions of ceasefire-sim differ: 0.0.9, 0.1.0." in capsys.readouterr().out


def test_accounts_and_starts_that_differ_are_said(cells: Path, tmp_path: Path) -> None:
    put_cell(tmp_path / "kabul", "baseline", "accounts=kabul")
    notes = " ".join(open_cells([cells, tmp_path / "kabul"]).notes)
    assert "Accounts differ: mixed (Islamabad's in 50% of futures), Kabul's." in notes


def test_the_same_cell_twice_counts_once(cells: Path) -> None:
    shutil.copytree(cells / "baseline", "again")
    found = open_cells([cells, "again"])
    assert list(found.cells) == ["baseline", "no_mediators", "verified_guarantees"]
    assert "again holds the same cell as sweep/baseline; used once." in found.notes


def test_an_unfinished_cell_is_left_out_and_said_to_be(cells: Path) -> None:
    record = {"status": "failed", "error": "disk full", "overrides": ["scenario=no_mediators"]}
    falsify(cells / "no_mediators", **record)
    found = open_cells([cells])
    assert list(found.cells) == ["baseline", "verified_guarantees"]
    assert "scenario=no_mediators failed (disk full) and is left out." in found.notes


def test_cells_of_different_seeds_are_compared_as_unpaired(
    cells: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_cell(tmp_path / "seed", "hardliners", "seed=7")
    assert run("compare", cells / "baseline", "seed", "--format", "csv") == 0
    assert "not paired with baseline (seeds 7 and 2025)" in capsys.readouterr().out


# --- results at the edge


SENTENCES = {  # figures that have nothing to show say so
    ("forest-causes", None): "nobody ended in any of these ensembles",
    ("hazard", 0): "the hazard needs somebody at risk on day 1 or later",
}


@pytest.mark.parametrize("day", [None, 0, 40])
def test_all_censored_or_all_ended_on_one_day_is_a_result(
    day: int | None, agreeing: Path, tmp_path: Path
) -> None:
    cells = Path(shutil.copytree(agreeing, tmp_path / "sweep"))
    shutil.rmtree(cells / "no_mediators")
    for name in ("baseline", "verified_guarantees"):
        ended_on(cells / name, day)
    assert run("compare", cells, "--format", "csv") == 0
    table = pd.read_csv(cells / "differences.csv")
    assert set(table["difference"].dropna()) == {0}
    assert set(table.loc[table["kind"] == "rmst", "value"]) == {40 if day is None else day}
    found = open_cells([cells])
    for name, family in FAMILIES.items():
        some = found.cells if family.needs != "one" else {"baseline": found.cells["baseline"]}
        if (name, day) in SENTENCES:
            with pytest.raises(ValueError, match=SENTENCES[name, day]):
                draw(name, some, "baseline")
        elif family.needs != "swept":
            assert len(draw(name, some, "baseline").table), name


# --- mistakes


def empty_table(cells: Path) -> None:
    path = cells / "baseline" / "runs.parquet"
    pq.write_table(pq.read_table(path).slice(0, 0), path)
    falsify(path.parent)


def cut_table(cells: Path) -> None:
    path = cells / "baseline" / "runs.parquet"
    pq.write_table(pq.read_table(path).slice(0, 5), path)
    falsify(path.parent)


def damage_table(cells: Path) -> None:
    (cells / "baseline" / "runs.parquet").write_bytes(b"PAR1 not really")
    falsify(cells / "baseline")


def damage_pages(cells: Path) -> None:
    path = cells / "baseline" / "runs.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\0" * (len(content) // 2) + content[4 + len(content) // 2 :])


def damage_config(cells: Path) -> None:
    (cells / "baseline" / "config.yaml").write_text("seed: [")
    falsify(cells / "baseline")


def drop_column(cells: Path) -> None:
    path = cells / "baseline" / "runs.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["collapse_day"]), path)
    falsify(path.parent)


def nothing(cells: Path) -> None:
    Path("bare").mkdir()


MISTAKES = {
    "no directory": (["compare", "nowhere"], nothing, "nowhere is not a directory"),
    "no results": (["compare", "bare"], nothing, "bare holds no results"),
    "one cell": (["compare", "sweep/baseline"], nothing, "the only finished cell"),
    "no words": (["compare"], nothing, "arguments are required: DIR"),
    "reference": (["compare", "sweep", "--reference", "x"], nothing, "reference is 'x'; there are"),
    "end": (["compare", "sweep", "--end", "peace"], nothing, "--end is 'peace'; allowed"),
    "horizon": (["compare", "sweep", "--horizon", "41"], nothing, "allowed is 1 to 40"),
    "format": (["compare", "sweep", "--format", "gif"], nothing, "--format is 'gif'; allowed"),
    "parameter": (["compare", "sweep", "--by", "pakistan.mood"], nothing, "is no parameter"),
    "constant": (["compare", "sweep", "--by", "pakistan.trust"], nothing, "in every cell"),
    "outcome": (
        ["compare", "sweep", "--by", "name", "--outcome", "S"], nothing, "write S(DAY) or",
    ),
    "figure": (["figure", "pie", "sweep"], nothing, "NAME is 'pie'; allowed are survival"),
    "figure of one": (["figure", "forest", "sweep/baseline"], nothing, "needs two ensembles"),
    "swept figure": (["figure", "heatmap", "sweep"], nothing, "needs 2 swept parameters"),
    "no place": (["compare", "sweep", "--out", "/proc/x"], nothing, "cannot write to /proc/x"),
    "empty": (["compare", "sweep"], empty_table, "runs.parquet holds 0 rows; by config.yaml"),
    "cut": (["compare", "sweep"], cut_table, "holds 5 rows; by config.yaml it has 60"),
    "damaged": (["compare", "sweep"], damage_table, "cannot read sweep/baseline/runs.parquet"),
    "damaged pages": (["report", "sweep"], damage_pages, "has been changed since it was stored"),
    "damaged config": (["figure", "forest", "sweep"], damage_config, "cannot read sweep/baseline"),
    "column": (["compare", "sweep"], drop_column, "collapse_day"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_sentence(
    mistake: str, cells: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, damage, said = MISTAKES[mistake]
    damage(cells)
    before = names(cells)
    assert run(*words) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("ceasefire: ")
    assert said in lines[0]
    assert names(cells) == before  # no figure, no table, no half-written file


def test_a_cut_future_has_no_counts(cells: Path) -> None:
    with pytest.raises(CellsError, match="tension is not known at an earlier horizon"):
        open_cells([cells], horizon=10).cells["baseline"].outcomes("tension")
